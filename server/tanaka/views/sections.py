"""Which section a finding belongs to: by what it is about, so that a table's file does not matter."""

from __future__ import annotations

from itertools import takewhile

from tanaka.analysis.report import Located, Report
from tanaka.paper.model import Paper, SectionId
from tanaka.rules.api import AtMention, AtNumber, AtSection
from tanaka.text import DocId
from tanaka.views.places import Places


def section_of(item: Located, report: Report, places: Places) -> SectionId | None:
    """The innermost section of a finding; None before the first heading."""
    at = item.finding.at
    if isinstance(at, AtNumber) and at.number in report.paper.by_id:
        return report.paper.by_id[at.number].section or None
    if isinstance(at, AtMention):
        return next((m.section or None for m in report.paper.mentions if m.id == at.mention), None)
    if isinstance(at, AtSection):
        return at.section
    return places.section_at(item.span.doc, item.span.start)


def family(paper: Paper, section: SectionId) -> frozenset[SectionId]:
    """A section of the paper and all below it."""
    first = [s.id for s in paper.sections].index(section)
    level = paper.sections[first].level
    below = takewhile(lambda s: s.level > level, paper.sections[first + 1 :])
    return frozenset({section, *(s.id for s in below)})


def top(paper: Paper, section: SectionId) -> SectionId:
    """The section of the highest level around a section; itself where none comes before it."""
    highest = min(s.level for s in paper.sections)
    first = [s.id for s in paper.sections].index(section)
    before = reversed(paper.sections[: first + 1])
    return next((s.id for s in before if s.level == highest), section)


def around(report: Report, doc: DocId, offset: int) -> SectionId | None:
    """The section of the highest level that a place lies in.

    A file that is input inside a section (a table's, say) has no heading of its own: then the
    section of the nearest number before the place counts.
    """
    places = Places(report)
    found = places.section_at(doc, offset)
    if found is None:
        here = [
            (span.whole.start, report.paper.by_id[id].section)
            for id, span in report.spans.numbers.items()
            if span.whole.doc == doc and id in report.paper.by_id
        ]
        before = [s for at, s in sorted(here) if at <= offset] or [s for _, s in sorted(here)[:1]]
        found = before[-1] or None if before else None
    return top(report.paper, found) if found else None
