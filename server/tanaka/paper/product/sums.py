"""Sums that a sentence states with their parts: "2664K + 119K + 5K = 2788K GPU hours"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tanaka.paper.model import How
from tanaka.paper.product.relations import LocalIdentity
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_PLUS = Lazy(r"\s*\+\s*")
_EQUALS = Lazy(
    r"\s*(?:=|,? (?:for|giving|totall?ing) (?:a )?(?:total of)?|\(|,? i\.e\.,?|makes?|gives?|is|are|yields?|or)\s*(?:a total of\s*)?"
)
_COMBINED = Lazy(r"\s*(?:Combined|Together|Added|Taken together|Along) (?:with|to)\b")
_WITH_ALL = Lazy(
    r"\b(?:costs?|takes?|requires?|needs?|totals?|amounts? to|comes? to|adds? up to|sums? to|total of|consumes?|uses?|in total)\b"
)


def written_sums(sentence: Sentence) -> list[LocalIdentity]:
    """Sums that are written out: "2664K + 119K + 5K = 2788K GPU hours"."""
    text, readings = sentence.text, sentence.readings
    if "+" not in text:
        return []
    out: list[LocalIdentity] = []
    i = 0
    while i < len(readings) - 2:
        k = i
        while k + 1 < len(readings) and _PLUS.fullmatch(
            sentence.between(readings[k], readings[k + 1])
        ):
            k += 1
        total = k + 1
        if (
            k > i
            and total < len(readings)
            and _EQUALS.fullmatch(sentence.between(readings[k], readings[total]))
            and not _operator_before(text, readings[i])
            and not re.match(r"\s?[×·/+*^−-]", text[readings[total].end :])
        ):
            parts = tuple((f"part {n}", j) for n, j in enumerate(range(i, k + 1), 1))
            if _same_things(readings, [*range(i, k + 1), total]):
                out.append(_sum(parts, total, How.STATED, frozenset()))
        i = k + 1
    return out


def _operator_before(text: str, r: Reading) -> str:
    """The sign of arithmetic that stands before a number, if one does."""
    before = text[max(0, r.start - 3) : r.start].rstrip()[-1:]
    return before if before in "×·/+−*^-=" else ""


def sum_of(both: Sentence, there: int) -> list[LocalIdentity]:
    """A sum over two sentences that are read as one: "... Combined with 119K for tuning, it costs 2.8M".

    ``there`` is how many readings the first of them has.
    """
    readings = both.readings
    at = readings[there].start if there < len(readings) else 0
    opening = both.text.rfind(", ", 0, at)
    if opening < 0 or not _COMBINED.match(both.text, opening + 2):
        return []
    unit = readings[-1].quantity.unit
    if unit == "1" or any(r.quantity.unit != unit for r in readings[there:]):
        return []
    before = [
        i
        for i in range(there)
        if readings[i].quantity.unit == unit and _kind(readings[i]) == _kind(readings[-1])
    ]
    parts, total = [*before, *range(there, len(readings) - 1)], len(readings) - 1
    said = _WITH_ALL.search(both.text[readings[total - 1].end : readings[total].start])
    if len(before) != 1 or not said or not _same_things(readings, [*parts, total]):
        return []
    named = tuple((f"part {n}", j) for n, j in enumerate(parts, 1))
    return [_sum(named, total, How.INFERRED, frozenset())]


def _sum(
    parts: tuple[tuple[str, int], ...], total: int, paired: How, cues: frozenset[str]
) -> LocalIdentity:
    return LocalIdentity("sum", parts, (), total, None, "", True, paired, cues)


def _kind(r: Reading) -> str:
    """What sort of unit a number has: device-hours are no hours."""
    return "device" if "-" in r.quantity.shown_unit else r.quantity.shown_unit[-1:]


def _same_things(readings: Sequence[Reading], indices: Sequence[int]) -> bool:
    """Whether numbers can be parts of one sum: one unit, or a unit at the last alone."""
    *parts, total = (readings[i] for i in indices)
    units = {r.quantity.unit for r in parts}
    if any(isinstance(r.quantity.value, tuple) for r in (*parts, total)):
        return False
    if len(units) != 1:
        return False
    (unit,) = units
    percent = {r.quantity.shown_unit in ("%", "points", "×") for r in (*parts, total)}
    return len(percent) == 1 and unit in (total.quantity.unit, "1")
