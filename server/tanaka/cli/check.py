"""``tanaka check``: what does not hold, as text or JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace

from tanaka.analysis import Report
from tanaka.cli.files import load
from tanaka.rules.api import Verdict
from tanaka.views import encode, terminal

_RANK = {Verdict.IMPOSSIBLE: 3, Verdict.IMPLAUSIBLE: 2, Verdict.OPEN: 1}
_THRESHOLD = {"impossible": 3, "implausible": 2, "open": 1, "never": 9}


def check(given: argparse.Namespace) -> int:
    """Print the findings of each paper; 1 where one is at or above ``--fail-on``."""
    reports = [
        chosen(load(path).analysis_report(), given.select, given.ignore) for path in given.paths
    ]
    for report in reports:
        for problem in report.problems:
            print(f"tanaka: {problem}", file=sys.stderr)
        for failure in report.failures:
            print(f"tanaka: {failure}", file=sys.stderr)
        for doc in report.missing:
            print(f"tanaka: {doc}: input by the paper, and not found", file=sys.stderr)
    if given.output_format == "json":
        papers = [encode.findings(r) for r in reports]
        document: encode.Json = (
            papers[0]
            if len(papers) == 1
            else {"schema": "tanaka.findings/1", "papers": list(papers)}
        )
        json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for report in reports:
            sys.stdout.write(terminal.report_text(report, colour=colour))
    worst = max((_RANK[f.finding.verdict] for r in reports for f in r.findings), default=0)
    return 1 if worst >= _THRESHOLD[given.fail_on] else 0


def chosen(report: Report, select: str, ignore: str) -> Report:
    """Report with the findings of the chosen rules."""
    wanted = [c for c in select.split(",") if c]
    unwanted = [c for c in ignore.split(",") if c]

    def keep(code: str) -> bool:
        return (not wanted or any(code.startswith(c) for c in wanted)) and not any(
            code.startswith(c) for c in unwanted
        )

    return replace(report, findings=tuple(f for f in report.findings if keep(f.finding.code)))
