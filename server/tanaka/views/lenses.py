"""The line above each section: "Stress-test this section", with what was found there."""

from __future__ import annotations

from dataclasses import dataclass

from tanaka.analysis.report import Report
from tanaka.paper.model import SectionId
from tanaka.rules.api import Verdict
from tanaka.text import DocId, Span

TITLE = "Stress-test this section"


@dataclass(frozen=True, slots=True)
class LensView:
    """A command above a heading."""

    heading: Span
    section: SectionId
    title: str


def lenses(report: Report, doc: DocId) -> tuple[LensView, ...]:
    """One for each section of the highest level that the paper uses."""
    levels = [s.level for s in report.paper.sections]
    top = min(levels, default=0)
    out = []
    for section in report.paper.sections:
        place = report.spans.sections.get(section.id)
        if place is None or place.heading.doc != doc or section.level != top:
            continue
        counts = [
            (
                verdict,
                sum(
                    f.finding.verdict is verdict and _inside(f.span, place.body, place.heading)
                    for f in report.findings
                ),
            )
            for verdict in Verdict
        ]
        words = ", ".join(f"{n} {v}" for v, n in counts if n)
        out.append(LensView(place.heading, section.id, f"{TITLE}: {words}" if words else TITLE))
    return tuple(out)


def _inside(span: Span, body: Span, heading: Span) -> bool:
    return span.doc == heading.doc and heading.start <= span.start < max(body.end, heading.end)
