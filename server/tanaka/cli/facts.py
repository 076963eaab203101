"""``tanaka facts``: every number that was read, and how."""

from __future__ import annotations

import argparse
import sys

from tanaka.cli import output
from tanaka.cli.files import load
from tanaka.views import facts as views


def facts(given: argparse.Namespace) -> int:
    """Print the facts of a paper."""
    report = load(given.path).analysis_report()
    if given.output_format == "json":
        output.json(views.record(report))
    else:
        width = output.width(views.WIDTH)
        sys.stdout.write(views.text(report, colour=output.colour(), width=width))
    return 0
