"""The line above each section: "Stress-test this section", with what was found there."""

from __future__ import annotations

from tanaka.analysis.report import Report
from tanaka.paper.model import SectionId
from tanaka.records import dataclass
from tanaka.rules.api import Verdict
from tanaka.text import DocId, Span
from tanaka.views.places import Places
from tanaka.views.sections import family, section_of

TITLE = "Stress-test this section"


@dataclass(frozen=True, slots=True)
class LensView:
    """A command above a heading."""

    heading: Span
    section: SectionId
    title: str


def lenses(report: Report, doc: DocId) -> tuple[LensView, ...]:
    """One for each section of the highest level that the paper uses."""
    places = Places(report)
    highest = min((s.level for s in report.paper.sections), default=0)
    of = [(section_of(f, report, places), f.finding.verdict) for f in report.findings]
    out = []
    for section in report.paper.sections:
        place = report.spans.sections.get(section.id)
        if place is None or place.heading.doc != doc or section.level != highest:
            continue
        members = family(report.paper, section.id)
        counts = [(v, sum(id in members and verdict is v for id, verdict in of)) for v in Verdict]
        words = ", ".join(f"{n} {v}" for v, n in counts if n)
        out.append(LensView(place.heading, section.id, f"{TITLE}: {words}" if words else TITLE))
    return tuple(out)
