"""What an author may do about the findings under the caret: mend, add, ignore; in this order."""

from __future__ import annotations

from dataclasses import dataclass

from tanaka.analysis.locate import insertion_point
from tanaka.analysis.report import Located, LocatedFix, Report
from tanaka.rules.api import FixKind
from tanaka.text import DocId, Edit, Span


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
        What an insertion is for, as its annotation says; "" for a replacement.
    """

    title: str
    kind: FixKind
    edits: tuple[Edit, ...]
    code: str
    fingerprint: str
    preferred: bool
    reason: str


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


def _reason(item: Located, fix: LocatedFix) -> str:
    if fix.kind is FixKind.QUICKFIX:
        return ""
    if fix.kind is FixKind.IGNORE:
        return f'{item.finding.code} stays silent here. Replace the word "reason" by yours: without one it is not ignored.'
    return f"answers {item.finding.code}: {item.finding.question or item.finding.message}"


def end_of_section(report: Report, body: Span) -> Span:
    """Where an insertion goes: after the last line of a section that is not blank."""
    at = insertion_point(report.texts.get(body.doc, ""), body)
    return Span(body.doc, at, at)
