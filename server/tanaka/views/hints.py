"""Ticks behind the numbers that were held against others and agree, for who asks to see them."""

from __future__ import annotations

import re

from tanaka.analysis.report import Report
from tanaka.records import dataclass
from tanaka.rules.api import Held, Verdict
from tanaka.text import DocId, Span
from tanaka.views.hover import checked

TICK = "✓"
_REST = re.compile(r"(?:-?\w)*")


@dataclass(frozen=True, slots=True)
class HintView:
    """A mark behind a number, and what it says when it is pointed at."""

    at: Span
    label: str
    tooltip: str


def hints(report: Report, doc: DocId, start: int, end: int) -> tuple[HintView, ...]:
    """Marks of a range of a document, in reading order.

    A number that any finding is about has none, whatever else it agrees with.
    """
    blamed = {
        id
        for f in report.findings
        if f.finding.verdict is not Verdict.OPEN
        for id in f.finding.operands
    }
    first: dict[Span, Held] = {}
    for held in report.held:
        for id in held.numbers:
            if id in blamed:
                continue
            span = report.spans.numbers[id].whole
            if span.doc == doc and start <= span.end and span.start <= end:
                first.setdefault(span, held)
    text = report.texts[doc]
    views: dict[int, HintView] = {}
    # "eight A100-SXM4-80GB" and the 80 GB in it end alike: the longer has the tick.
    for span, held in sorted(first.items(), key=lambda item: item[0].start):
        at = whole_word(text, span)
        views.setdefault(at.end, HintView(at, TICK, f"consistent: {checked(held)} ({held.code})"))
    return tuple(views[end] for end in sorted(views))


def whole_word(text: str, span: Span) -> Span:
    """A span to the end of its word: "eight A100-SXM4" is read of "eight A100-SXM4-80GB"."""
    rest = _REST.match(text, span.end)
    return Span(span.doc, span.start, rest.end() if rest is not None else span.end)
