"""Findings to places: anchors to spans, fixes to edits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tanaka.analysis.baseline import is_pdf
from tanaka.analysis.behind import unit_edit, words_edit
from tanaka.analysis.report import Located, LocatedFix
from tanaka.paper.spans import SpanTable
from tanaka.patterns import Lazy
from tanaka.rules.api import (
    AddCitation,
    AddEntry,
    Anchor,
    AppendToSection,
    AtBaseline,
    AtMention,
    AtNumber,
    AtSection,
    AtSpan,
    Finding,
    Fix,
    FixKind,
    InsertBehind,
    ReplaceLiteral,
    ReplaceUnit,
)
from tanaka.text import DocId, Edit, LineIndex, Span

_LITERAL = Lazy(r"[-−]?[\d.,{}\\\s]*\d")


def span_of(anchor: Anchor, spans: SpanTable, baseline: SpanTable | None = None) -> Span:
    """Where an anchor stands in this revision; ``baseline`` are the places of the other paper."""
    if isinstance(anchor, AtBaseline):
        assert baseline is not None, "no finding points into a baseline that is not there"
        return span_of(anchor.place, baseline)
    if isinstance(anchor, AtNumber):
        return spans.whole(anchor.number)
    if isinstance(anchor, AtMention):
        return spans.mentions[anchor.mention]
    if isinstance(anchor, AtSection):
        return spans.sections[anchor.section].heading
    assert isinstance(anchor, AtSpan)
    return anchor.span


def locate(
    finding: Finding,
    spans: SpanTable,
    texts: Mapping[DocId, str],
    baseline: SpanTable | None = None,
) -> Located | None:
    """Finding with its place, its related places, and its fixes as edits.

    None where what it is about is not there any more.

    Parameters
    ----------
    finding : Finding
    spans : SpanTable
    texts : mapping of DocId to str
        Of all files that an edit may touch, bibliographies among them.
    baseline : SpanTable or None
        Places of the baseline paper.
    """
    try:
        span = span_of(finding.at, spans)
        related = tuple((span_of(a, spans, baseline), words) for a, words in finding.related)
    except KeyError:
        return None
    return Located(
        finding,
        span,
        related,
        lambda: _fixes(finding, span, spans, texts),
        lambda: spans.block_at(span),
    )


_RANK = {FixKind.QUICKFIX: 0, FixKind.INSERT: 1, FixKind.IGNORE: 2}


def _fixes(
    finding: Finding, span: Span, spans: SpanTable, texts: Mapping[DocId, str]
) -> tuple[LocatedFix, ...]:
    fixes = [edits for fix in finding.fixes if (edits := _edits(fix, spans, texts)) is not None]
    fixes.append(_ignore(finding, span, texts[span.doc]))
    # The text of a PDF is ours: nothing in it can be edited.
    fixes = [f for f in fixes if not any(is_pdf(e.span.doc) for e in f.edits)]
    return tuple(sorted(fixes, key=lambda f: _RANK[f.kind]))


def _edits(fix: Fix, spans: SpanTable, texts: Mapping[DocId, str]) -> LocatedFix | None:
    edits: list[Edit] = []
    for edit in fix.edits:
        if isinstance(edit, ReplaceLiteral):
            place = spans.numbers[edit.number].literal
            edits.append(
                Edit(place, _in_style(edit.new, texts[place.doc][place.start : place.end]))
            )
        elif isinstance(edit, ReplaceUnit):
            unit = unit_edit(edit, spans.numbers[edit.number], texts)
            if unit is None:
                return None
            edits.append(unit)
        elif isinstance(edit, InsertBehind):
            words = words_edit(edit, spans.numbers[edit.number], texts)
            if words is None:
                return None
            edits.append(words)
        elif isinstance(edit, AppendToSection):
            section = spans.sections.get(edit.section)
            if section is None:
                return None
            at = insertion_point(texts[section.body.doc], section.body)
            edits.append(Edit(Span(section.body.doc, at, at), "\n" + edit.text.rstrip("\n") + "\n"))
        elif isinstance(edit, AddCitation):
            edits.append(_cited(spans.mentions[edit.mention], edit.key, texts))
        elif isinstance(edit, AddEntry):
            if edit.doc not in texts:
                return None
            end = len(texts[edit.doc].rstrip())
            lead = "\n\n" if end else ""
            place = Span(edit.doc, end, len(texts[edit.doc]))
            edits.append(Edit(place, lead + edit.text.strip() + "\n"))
    return LocatedFix(fix.title, fix.kind, tuple(edits))


_THOUSANDS = Lazy(r"\d(\{,\}|\\,|\\;|\{\\,\}|~|\\ |,)\d{3}(?!\d)")


def _in_style(new: str, old: str) -> str:
    r"""A number with the thousands marks that LaTeX has in its place: ``2{,}048``, ``2\,048``, 2048."""
    mark = _THOUSANDS.search(old)
    if mark is None:
        return new
    whole, point, decimals = re.sub(r"(?<=\d),(?=\d{3})", "", new).partition(".")
    if whole.isdecimal():
        whole = f"{int(whole):,}".replace(",", mark.group(1))
    return whole + point + decimals


_CITE_BEHIND = Lazy(r"\s*~?\\[A-Za-z]*cite[A-Za-z]*\*?\s*(?:\[[^\]]*\]\s*)*\{(?P<keys>[^{}]*)\}")


def _cited(place: Span, key: str, texts: Mapping[DocId, str]) -> Edit:
    """A key in the citation right behind some words, or a citation of its own."""
    found = _CITE_BEHIND.match(texts[place.doc], place.end)
    if found is None:
        return Edit(Span(place.doc, place.end, place.end), f"~\\cite{{{key}}}")
    at = found.end("keys")
    return Edit(Span(place.doc, at, at), f",{key}" if found["keys"].strip() else key)


_NEXT_HEADING = Lazy(r"\\[A-Za-z]+\*?\s*(?:\[[^\]]*\]\s*)?\{\s*$")


def insertion_point(text: str, body: Span) -> int:
    """End of the last line of a section that is not blank."""
    # A body ends where the words of the next heading begin, behind its command.
    kept = _NEXT_HEADING.sub("", text[body.start : body.end]).rstrip()
    # Two sections must not share a line: a heading that follows starts on its own.
    at = body.start + len(kept)
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline + 1


def _ignore(finding: Finding, span: Span, text: str) -> LocatedFix:
    """A comment at the end of the line, with a place for the reason."""
    lines = LineIndex(text)
    line, _ = lines.line_col(span.end)
    words = lines.line(line)
    at = lines.offset(line, len(words))
    comment = f"tanaka: ignore {finding.code} -- reason"
    note = f" % {comment}"
    if re.search(r"(?<!\\)%", words):
        # The line has a comment already; ours goes on a line of its own before it.
        first, _ = lines.line_col(span.start)
        at = lines.offset(first, 0)
        note = f"% {comment}\n"
    return LocatedFix(
        f"Ignore {finding.code} here, with a reason",
        FixKind.IGNORE,
        (Edit(Span(span.doc, at, at), note),),
    )
