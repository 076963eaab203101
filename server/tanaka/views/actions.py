"""What an author may do at the caret: mend, add or ignore a finding, in this order; add a twist."""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.analysis.locate import insertion_point
from tanaka.analysis.report import Located, LocatedFix, Report
from tanaka.analysis.twists import Offer
from tanaka.paper.model import SectionId
from tanaka.records import dataclass
from tanaka.rules.api import FixKind
from tanaka.text import DocId, Edit, Span
from tanaka.views.sections import family


@dataclass(frozen=True, slots=True)
class ActionView:
    r"""One entry of the light bulb.

    Attributes
    ----------
    title : str
        Verb first: "Write $1.27\times$", "Add straggler experiment".
    kind : FixKind
    edits : tuple of Edit
    code, fingerprint : str
        Of the finding that it answers.
    preferred : bool
        Whether "fix all" and the fix key may take it: the one real fix of its finding.
    reason : str
        What it is for, as its annotation says; "" for a replacement in one place.
    twist : str
        Id of the twist that it adds, which answers no finding; "" for all others.
    declares : str
        Id of the number that it declares something for, which answers no finding either.
    """

    title: str
    kind: FixKind
    edits: tuple[Edit, ...]
    code: str
    fingerprint: str
    preferred: bool
    reason: str
    twist: str = ""
    declares: str = ""


_ORDER = {FixKind.QUICKFIX: 0, FixKind.INSERT: 1, FixKind.IGNORE: 2}


def actions(report: Report, doc: DocId, start: int, end: int) -> tuple[ActionView, ...]:
    """Actions for the findings that touch a range of a document."""
    found: list[ActionView] = []
    for item in report.findings:
        if item.span.doc == doc and item.span.start <= end and start <= item.span.end:
            found += of_finding(item)
    found.sort(key=lambda a: _ORDER[a.kind])
    # Two findings may offer the same insertion; one entry is enough.
    return tuple({(a.title, a.edits): a for a in reversed(found)}.values())[::-1]


def of_finding(item: Located) -> tuple[ActionView, ...]:
    """Actions of one finding, in their order."""
    real = [f for f in item.fixes if f.kind is FixKind.QUICKFIX]
    return tuple(
        ActionView(
            fix.title,
            fix.kind,
            fix.edits,
            item.finding.code,
            item.finding.fingerprint,
            len(real) == 1 and fix is real[0],
            _reason(item, fix),
        )
        for fix in sorted(item.fixes, key=lambda f: _ORDER[f.kind])
    )


def twists(
    report: Report, offers: Sequence[Offer], doc: DocId, start: int, end: int
) -> tuple[ActionView, ...]:
    """Twists for a range: at the words of the mechanisms that they couple, and at their headings.

    Parameters
    ----------
    report : Report
    offers : sequence of Offer
        All twists that fit the report.
    doc : DocId
    start, end : int
    """
    spans = report.spans

    def touched(span: Span | None) -> bool:
        return span is not None and span.doc == doc and span.start <= end and start <= span.end

    headings: set[SectionId] = set()
    for section, at in spans.sections.items():
        if touched(at.heading):
            headings |= family(report.paper, section)
    here = {
        m.what
        for m in report.paper.mentions
        if m.role == "ours" and (m.section in headings or touched(spans.mentions.get(m.id)))
    }
    is_a = report.knowledge.is_a
    return tuple(
        of_offer(offer)
        for offer in offers
        if offer.edits
        and (touched(offer.at) or any(is_a(m, has) for m in here for has in offer.twist.has_any))
    )


def of_offer(offer: Offer) -> ActionView:
    """The action that adds a twist to the paper."""
    works = ", ".join(work.cited for work in offer.works[:3])
    return ActionView(
        f"Suggest a twist: {offer.twist.title}",
        FixKind.INSERT,
        offer.edits,
        "",
        "",
        False,
        f"measure it against {works}" if works else "no prior work of its own is recorded",
        offer.twist.id,
    )


def _reason(item: Located, fix: LocatedFix) -> str:
    if fix.kind is FixKind.QUICKFIX and len({e.span.doc for e in fix.edits}) < 2:
        return ""
    if fix.kind is FixKind.IGNORE:
        return f'{item.finding.code} stays silent here. Replace the word "reason" by yours: without one it is not ignored.'
    return f"answers {item.finding.code}: {item.finding.question or item.finding.message}"


def end_of_section(report: Report, body: Span) -> Span:
    """Where an insertion goes: after the last line of a section that is not blank."""
    at = insertion_point(report.texts.get(body.doc, ""), body)
    return Span(body.doc, at, at)
