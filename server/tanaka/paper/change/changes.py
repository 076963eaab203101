"""Factors and percentages with the two values stated for them, found in one sentence.

Pairing is by grammar, never by nearness alone: "from A to B, a F", "A, F better than X (B)",
"A, while B, a F difference", "A / B = F", "A of B (F)".  A factor is taken with two values only
where the words between them make them its own; all else is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tanaka.paper.change.comparands import comparands, surpassed
from tanaka.paper.change.contrasts import contrasts
from tanaka.paper.change.operands import (
    LocalChange,
    a_third_between,
    comparable,
    in_a_term,
    is_change,
    is_name_or_interval,
    made,
    moved,
)
from tanaka.paper.change.pairs import pairs
from tanaka.paper.change.respective import respective, respectively
from tanaka.paper.change.shares import parts, shares
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

__all__ = ["LocalChange", "changes"]


@lru_cache(maxsize=16384)
def changes(sentence: Sentence) -> tuple[LocalChange, ...]:
    """Changes of a sentence whose operands the grammar gives, each factor at most once."""
    if len(sentence.readings) < 3 or not (
        "=" in sentence.text or any(is_change(sentence, r) for r in sentence.readings)
    ):
        return ()
    kept = [i for i, r in enumerate(sentence.readings) if not is_name_or_interval(sentence, r)]
    if len(kept) < len(sentence.readings):
        less = Sentence(sentence.text, sentence.start, tuple(sentence.readings[i] for i in kept))
        return tuple(
            replace(c, change=kept[c.change], old=kept[c.old], new=kept[c.new])
            for c in changes(less)
        )
    found: dict[int, LocalChange] = {}
    if listed := respectively(sentence):
        found = {c.change: c for c in respective(sentence)}
        # What follows the word is read as a sentence of its own.
        first = next((i for i, r in enumerate(sentence.readings) if r.start >= listed), None)
        if first is None:
            return tuple(found[i] for i in sorted(found))
        rest = Sentence(
            sentence.text[listed:],
            sentence.start + listed,
            tuple(moved(r, -listed) for r in sentence.readings[first:]),
        )
        for c in changes(rest):
            found.setdefault(
                c.change + first,
                replace(c, change=c.change + first, old=c.old + first, new=c.new + first),
            )
        return tuple(found[i] for i in sorted(found))
    of: dict[tuple[int, int], set[str]] = {}
    readings = sentence.readings
    for pattern in (_equations, shares, surpassed, comparands, pairs, contrasts, parts):
        for change in pattern(sentence, frozenset(found)):
            values = min(change.old, change.new), max(change.old, change.new)
            unit = sentence.readings[change.change].quantity.shown_unit
            # Two values have one ratio: a second factor is of something else.
            if unit in ("×", "") and unit in of.get(values, ()):
                continue
            if pattern not in (_equations, shares) and any(
                in_a_term(sentence, readings[i]) for i in values
            ):
                continue
            if a_third_between(sentence, *values):
                continue
            of.setdefault(values, set()).add(unit)
            found.setdefault(change.change, change)
    return tuple(found[i] for i in sorted(found))


# -- "29.34 / 16.33 = 1.80x" ----------------------------------------------------------------------

_DIVIDED = Lazy(r"\s*(?:/|÷)\s*")
_EQUALS = Lazy(r"\s*[=≈]\s*")
_OPERATOR = re.compile(r"[×*/+−·⋅÷^-]")


def _equations(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """A division that is written out with its result."""
    text, readings = sentence.text, sentence.readings
    if "/" not in text and "÷" not in text:
        return
    for i in range(len(readings) - 2):
        a, b, f = readings[i : i + 3]
        bare = f.quantity.shown_unit == "" and f.quantity.unit == "1" and not f.noun
        if (
            (f.quantity.shown_unit == "×" or (bare and "." in f.quantity.literal.text))
            and not isinstance(f.quantity.value, tuple)
            and comparable(a, b)
            and _DIVIDED.fullmatch(sentence.between(a, b))
            and _EQUALS.fullmatch(sentence.between(b, f))
            and not _OPERATOR.match(text[: a.start].rstrip()[-1:])
            and not _OPERATOR.match(text[f.end :].lstrip()[:1])
        ):
            yield made(
                sentence, i + 2, i, i + 1, ChangeWord.TIMES_FASTER, ordered=True, how=How.STATED
            )
