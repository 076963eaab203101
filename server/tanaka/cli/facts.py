"""``tanaka facts``: every number that was read."""

from __future__ import annotations

import argparse
import sys

from tanaka.cli import output
from tanaka.cli.files import load
from tanaka.views import encode


def facts(given: argparse.Namespace) -> int:
    """Print the facts of a paper."""
    report = load(given.path).analysis_report()
    if given.output_format == "json":
        output.json(encode.facts(report))
    else:
        sys.stdout.write(encode.facts_text(report))
    return 0
