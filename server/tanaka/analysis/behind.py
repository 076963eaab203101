"""Edits right behind the digits of a number: another unit in its place, or some words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tanaka.paper.spans import NumberSpan
from tanaka.patterns import Lazy
from tanaka.quantity.units import respelled, unit_of
from tanaka.rules.api import InsertBehind, ReplaceUnit
from tanaka.text import DocId, Edit, Span

_UNIT = Lazy(
    r"(?:[\s~$-]|\\[,;: ]|\{\\,\}|\{\}|\}\s*\{)*(?P<unit>[A-Za-zµμ]+(?:/[A-Za-z]+)?)(?![A-Za-z/{])"
)
_MACROS = Lazy(r"\}\s*\{(?P<unit>\s*\\[^{}]*)\}")
_NO_TEXT = Lazy(r"\\[$\\{}%&]|(?<!\\)%[^\n]*")


def unit_edit(edit: ReplaceUnit, place: NumberSpan, texts: Mapping[DocId, str]) -> Edit | None:
    """Another unit in the place of one that is spelled right behind the digits; None where none is."""
    literal = place.literal
    macros = _MACROS.match(texts[literal.doc], literal.end)
    if macros is not None:
        return _in_macros(edit, macros, literal.doc)
    found = _UNIT.match(texts[literal.doc], literal.end)
    written = unit_of(found["unit"]) if found is not None else None
    old, new = unit_of(edit.old), unit_of(edit.new)
    if found is None or written is None or old is None or new is None:
        return None
    if (written.base, written.scale) != (old.base, old.scale):
        return None
    spelled = respelled(found["unit"], new.base, new.scale)
    at = Span(literal.doc, found.start("unit"), found.end("unit"))
    return None if spelled is None else Edit(at, spelled)


def _in_macros(edit: ReplaceUnit, unit: re.Match[str], doc: DocId) -> Edit | None:
    """Another prefix, or bits for bytes, among the macros of siunitx."""
    for old, new in _swaps(edit):
        places = [m.span() for m in re.finditer(rf"\\{old}(?![a-z])", unit["unit"])]
        if len(places) == 1:
            at, end = (unit.start("unit") + x for x in places[0])
            return Edit(Span(doc, at, end), f"\\{new}")
    return None


def _swaps(edit: ReplaceUnit) -> Iterator[tuple[str, str]]:
    """Macros to be exchanged, of what two units that differ in one letter are spelled with."""
    old, new = edit.old, edit.new
    if old[:1] in _PREFIXES and new[:1] in _PREFIXES and old[1:] == new[1:]:
        yield _PREFIXES[old[0]], _PREFIXES[new[0]]
    for one, other in (("B", "b"), ("b", "B")):
        if old.replace(one, other) == new and one in old:
            yield _BYTES[one], _BYTES[other]


_PREFIXES = {
    "n": "nano", "µ": "micro", "μ": "micro", "m": "milli", "k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip
_BYTES = {"B": "byte", "b": "bit"}


_OPENED = Lazy(
    r"\\(?P<way>begin|end)\s*\{(?:equation|align|gather|multline|eqnarray|displaymath|math|split|array|tabular\w?)\*?\}"
)


def _within(before: str) -> bool:
    """Whether a display or a table is open at the end of some text."""
    open_ = sum(1 if m["way"] == "begin" else -1 for m in _OPENED.finditer(before))
    return open_ > 0 or any(
        before.count(a) > before.count(b) for a, b in ((r"\[", r"\]"), (r"\(", r"\)"))
    )


def words_edit(edit: InsertBehind, place: NumberSpan, texts: Mapping[DocId, str]) -> Edit | None:
    """Words behind a number; None within mathematics, an argument or a row of a table."""
    whole = place.whole
    text = texts[whole.doc]
    start = text.rfind("\n\n", 0, whole.start) + 1
    before = _NO_TEXT.sub("", text[start : whole.end])
    behind = text[whole.end :].partition("\n")[0]
    free = (
        not _within(before)
        and before.count("$") % 2 == 0
        and before.count("{") == before.count("}")
        and "&" not in before
        and re.match(r"[\w$}]|\s*(?:&|\\\\)", behind) is None
    )
    return Edit(Span(whole.doc, whole.end, whole.end), edit.text) if free else None


__all__ = ["unit_edit", "words_edit"]
