"""Places across a paper: what is said at its ends and stands in its middle, and what is said twice.

Two numbers are taken for one thing where they have the same value and unit and their sentences, or
cells, share words: the more numbers of that unit the paper has, the more words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seeded.place import CHANCE, Place, chance, meet, range_of, shown
from seeded.printed import Pages, Printed
from tanaka.paper.model import Where

_ENDS = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.CAPTION)
_MIDDLE = (Where.BODY, Where.TABLE, Where.APPENDIX)
_COMMON = frozenset({
    "with", "from", "that", "this", "than", "then", "over", "into", "their", "these", "those",
    "which", "while", "compared", "using", "used", "also", "only", "more", "most", "less", "such",
    "each", "both", "across", "when", "where", "achieve", "result", "show", "improve",
    "respectively", "have", "been", "they", "between", "other", "same", "about", "table",
    "figure", "section", "paper", "work", "system", "approach", "model", "training", "time",
    "three", "four", "five",
})  # fmt: skip


def stems(text: str) -> frozenset[str]:
    """Telling words of a text, lower case, without their endings."""
    words = re.findall(r"[a-z][a-z-]{3,}", text.lower())
    return frozenset(re.sub(r"(?:ings?|ed|es|s)$", "", w) for w in words if w not in _COMMON)


@dataclass(frozen=True, eq=False)
class _Seen:
    number: Printed
    words: frozenset[str]
    sentence: int


def _all(pages: Pages) -> list[_Seen]:
    found = [
        _Seen(n, stems(line.text), i) for i, line in enumerate(pages.lines) for n in line.numbers
    ]
    for k, grid in enumerate(pages.grids):
        caption = stems(grid.caption)
        found += [
            _Seen(c.number, stems(c.labels) | caption, -1 - k)
            for row in grid.rows
            for c in row
            if c.number is not None
        ]
    return found


def places(pages: Pages) -> Iterator[Place]:
    """All places across a paper."""
    seen = _all(pages)
    yield from headlines(seen)
    yield from repeated(seen)


def headlines(seen: Sequence[_Seen]) -> Iterator[Place]:
    """TK106: a number of abstract, introduction, conclusion or caption that body or tables state."""
    middle: dict[str, list[_Seen]] = defaultdict(list)
    for s in seen:
        if s.number.where in _MIDDLE and s.number.exact | s.number.ceiling and s.number.key:
            middle[s.number.key].append(s)
    for s in seen:
        n = s.number
        if n.where not in _ENDS or not (n.exact or n.ceiling) or n.digits < 2 or not n.writable:
            continue
        if not n.key or n.key.startswith("#"):
            continue
        others = middle[n.key]
        same = [o for o in others if o.number.value == n.value and o.number.shown == n.shown]
        values = {o.number.value for o in others}
        words = 3 if chance(len(values), n) > CHANCE else 1
        best = max(same, key=lambda o: len(o.words & s.words), default=None)
        if best is None or len(best.words & s.words) < words:
            continue

        def holds(
            new: Printed, hard: bool, same: Sequence[_Seen] = same, others: Sequence[_Seen] = others
        ) -> bool:
            # Neither that number, rounded in some way, nor any other number that the paper states.
            return any(meet(range_of(new, hard), range_of(o.number, hard)) for o in same) or any(
                meet(new.nominal, o.number.nominal) for o in others
            )

        shared = ", ".join(sorted(best.words & s.words)[:4])
        yield Place("TK106", n, f"{shown(n)} also in {best.number.where} ({shared})", holds)


_COUNTED = ("gpu", "node", "layer", "head", "expert", "batch", "token", "sample", "sequence",
            "parameter", "stage", "request", "core")  # fmt: skip
_LEAST = 8  # smaller counts are of anything
_MOST = 0.6  # of what a paper counts of a thing, that has the value; else the number must be a telling one
_DIGITS = 3


def repeated(seen: Sequence[_Seen]) -> Iterator[Place]:
    """TK107: a count with its noun that two sentences state with one value."""
    by_noun: dict[str, list[_Seen]] = defaultdict(list)
    for s in seen:
        n = s.number
        if n.noun in _COUNTED and n.unit == "1" and n.shown not in ("%", "×") and n.exact:
            whole = n.value.denominator == 1
            if n.where not in (Where.TABLE, Where.RELATED, Where.TITLE) and whole:
                by_noun[n.noun].append(s)
    for noun, group in by_noun.items():
        counted = Counter(s.number.value for s in group)
        for value, times in counted.items():
            if value < _LEAST:
                continue
            stated = [s for s in group if s.number.value == value]
            usual = times >= _MOST * len(group)
            if not usual and stated[0].number.digits < _DIGITS:
                continue
            pairs = [
                (a, b)
                for a in stated
                for b in stated
                if a.sentence != b.sentence
                and a.number.writable
                and len((a.words & b.words) - {noun}) >= (2 if usual else 4)
            ]
            if times < 2 or not pairs:
                continue
            # One seed for a value: the last of its sentences, which a reader meets with the first in mind.
            a, _ = max(pairs, key=lambda p: p[0].sentence)

            def holds(new: Printed, hard: bool, group: Sequence[_Seen] = group) -> bool:
                return any(meet(range_of(new, hard), range_of(s.number, hard)) for s in group)

            yield Place("TK107", a.number, f"{shown(a.number)} in two sentences", holds)
