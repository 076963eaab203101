"""``tanaka facts``: every number that was read."""

from __future__ import annotations

import argparse
import json
import sys

from tanaka.cli.files import load
from tanaka.views import encode


def facts(given: argparse.Namespace) -> int:
    """Print the facts of a paper."""
    report = load(given.path).analysis_report()
    if given.output_format == "json":
        json.dump(encode.facts(report), sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        sys.stdout.write(encode.facts_text(report))
    return 0
