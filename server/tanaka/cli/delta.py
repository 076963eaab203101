"""``tanaka delta``: what a draft changes against its baseline, and the prior art that it touches."""

from __future__ import annotations

import argparse
import sys

from tanaka.cli import output
from tanaka.cli.files import Unreadable, load
from tanaka.views import delta as views
from tanaka.views import encode, terminal
from tanaka.views.places import Places


def delta(given: argparse.Namespace) -> int:
    """Print the delta; 0, since a delta is no fault.

    Raises
    ------
    Unreadable
        Where there is no baseline, named or beside the root.
    """
    report = load(given.path, baseline=given.baseline).analysis_report()
    places = Places(report)
    record = views.record(report, lambda span: encode.span_record(places, span))
    if record is None:
        raise Unreadable(
            f"{given.path}: no baseline paper; name one with --baseline FILE, or set [paper] "
            "baseline in tanaka.toml"
        )
    if given.output_format == "json":
        output.json(record)
    elif given.output_format == "markdown":
        sys.stdout.write(views.markdown(report))
    else:
        width = output.width(terminal.WIDTH)
        sys.stdout.write(views.text(report, colour=output.colour(), width=width))
    return 0
