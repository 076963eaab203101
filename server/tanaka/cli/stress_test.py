"""``tanaka stress-test``: the four parts, for a section or the whole paper."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from tanaka.analysis import Report
from tanaka.cli import output
from tanaka.cli.files import Unreadable, load
from tanaka.paper.model import SectionId
from tanaka.text import Edit, Span
from tanaka.views import encode
from tanaka.views.encode import Json
from tanaka.views.places import Places
from tanaka.views.review import Review, record
from tanaka.views.review_text import as_markdown, as_text, head_text, part_text, tail_text
from tanaka.views.sections import around
from tanaka.views.terminal import WIDTH
from tanaka.voice.plain import opening, parts, review


def stress_test(given: argparse.Namespace) -> int:
    """Print the review; the exit status does not depend on what it finds."""
    loaded = load(given.path, given.baseline)
    report = loaded.analysis_report()
    section = chosen(report, given.section, given.line)
    venue = loaded.analysis.config_of(loaded.root).venue
    if given.output_format == "text" and not (given.voice or given.show_what_would_be_sent):
        _print(report, section, venue)
        return 0
    made = review(report, section=section, venue=venue)
    places = Places(report)
    if given.show_what_would_be_sent or given.voice:
        from tanaka.cli import voice

        if not given.voice:
            raise Unreadable("--show-what-would-be-sent: name the model too, with --voice MODEL")
        if given.show_what_would_be_sent:
            sys.stdout.write(voice.would_be_sent(made, report, given.voice))
            return 0
        if given.output_format == "json":
            made = voice.spoken(made, report, given.voice)
        else:
            for piece in voice.streamed(
                made, report, given.voice, partial(_printed, given, places)
            ):
                sys.stdout.write(piece)
                sys.stdout.flush()
            return 0
    if given.output_format == "json":

        def place(span: Span) -> Json:
            line, column = places.start(span)
            return {
                "label": places.label(span),
                "file": places.file(span.doc),
                "line": line + 1,
                "column": column + 1,
            }

        def edit(edits: tuple[Edit, ...]) -> Json:
            return [{**encode.span_record(places, e.span), "new_text": e.new} for e in edits]

        output.json(record(made, place, edit))
    elif given.output_format == "markdown":
        sys.stdout.write(as_markdown(made, places))
    return 0


def _print(report: Report, section: SectionId | None, venue: str) -> None:
    """The text, part by part as each is made."""
    places, width = Places(report), output.width(WIDTH, WIDTH)
    head = opening(report, section=section)
    sys.stdout.write(head_text(head, places, width=width))
    for part in parts(report, section=section, venue=venue):
        sys.stdout.flush()
        sys.stdout.write(part_text(part, width=width))
    sys.stdout.write(tail_text(head, places, width=width))


def _printed(given: argparse.Namespace, places: Places, made: Review) -> str:
    if given.output_format == "markdown":
        return as_markdown(made, places)
    return as_text(made, places, width=output.width(WIDTH, WIDTH))


def chosen(report: Report, title: str, line: str) -> SectionId | None:
    """The section that ``--section`` or ``--line`` names; None for the whole paper.

    Raises
    ------
    Unreadable
        Where no section has the title, or the place is not in the paper.
    """
    if title:
        wanted = " ".join(title.lower().split())
        found = [s for s in report.paper.sections if " ".join(s.title.lower().split()) == wanted]
        if not found:
            titles = "; ".join(s.title for s in report.paper.sections[:8])
            raise Unreadable(f"--section {title}: no such section; there are: {titles}")
        return found[0].id
    if line:
        file, _, number = line.rpartition(":")
        places = Places(report)
        doc = next((d for d in report.files if places.file(d) == file), None)
        if doc is None or not number.isdecimal():
            names = ", ".join(places.file(d) for d in report.files[:8])
            raise Unreadable(f"--line {line}: not FILE:N with a file of the paper ({names})")
        count = places.line_count(doc)
        if not 1 <= int(number) <= count:
            raise Unreadable(f"--line {line}: {file} has lines 1 to {count}")
        offset = places.offset(doc, int(number) - 1)
        return around(report, doc, offset)
    return None
