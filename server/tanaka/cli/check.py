"""``tanaka check``: what does not hold, as text or JSON."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from tanaka.analysis import Report
from tanaka.cli import output
from tanaka.cli.files import Unreadable, load
from tanaka.rules.api import Verdict
from tanaka.rules.registry import RULES
from tanaka.views import encode, terminal
from tanaka.views.places import Places

_RANK = {Verdict.IMPOSSIBLE: 3, Verdict.IMPLAUSIBLE: 2, Verdict.OPEN: 1}
_THRESHOLD = {"impossible": 3, "implausible": 2, "open": 1, "never": 9}


def check(given: argparse.Namespace) -> int:
    """Print the findings of each paper; 1 where one is at or above ``--fail-on``."""
    select, ignore = codes("--select", given.select), codes("--ignore", given.ignore)
    reports = [
        chosen(load(path, given.baseline, preview=given.preview).analysis_report(), select, ignore)
        for path in given.paths
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
        output.json(
            papers[0]
            if len(papers) == 1
            else {"schema": "tanaka.findings/1", "papers": list(papers)}
        )
    elif given.output_format == "python":
        from tanaka.views.python import report_python

        scripts = [script for r in reports if (script := report_python(r))]
        sys.stdout.write("\n\n".join(scripts) + "\n" * bool(scripts))
    else:
        for i, (path, report) in enumerate(zip(given.paths, reports, strict=True)):
            if len(reports) > 1:
                print(f"{'' if i == 0 else chr(10)}{path}:\n")
            width = output.width(terminal.WIDTH)
            if report.baseline is not None:
                # Who chose it is said: a file that lies there by chance changes what is found.
                name = Places(report).file(report.baseline.root)
                print(f"Baseline: {name} ({report.baseline.chosen}).\n")
            sys.stdout.write(terminal.report_text(report, colour=output.colour(), width=width))
    worst = max((_RANK[f.finding.verdict] for r in reports for f in r.findings), default=0)
    return 1 if worst >= _THRESHOLD[given.fail_on] else 0


def codes(option: str, given: str) -> tuple[str, ...]:
    """Rule codes, or beginnings of them, that an option names.

    Raises
    ------
    Unreadable
        Where no rule begins so: a slip here would pass every paper in silence.
    """
    wanted = tuple(c.strip().upper() for c in given.split(",") if c.strip())
    for code in wanted:
        if not any(rule.code.startswith(code) for rule in RULES):
            raise Unreadable(
                f"{option} {code}: no rule has a code that begins so; `tanaka explain` lists them"
            )
    return wanted


def chosen(report: Report, select: tuple[str, ...], ignore: tuple[str, ...]) -> Report:
    """Report with the findings, silenced ones too, of the chosen rules."""

    def keep(code: str) -> bool:
        return (not select or code.startswith(select)) and not code.startswith(ignore)

    return replace(
        report,
        findings=tuple(f for f in report.findings if keep(f.finding.code)),
        suppressed=tuple(s for s in report.suppressed if keep(s.located.finding.code)),
    )
