"""Counts that a paper names again and again with one value, and a place that has another.

What speaks for a slip is weighed: how often the usual value comes and how firmly, how the odd one
is brought in, and what ties the two places; what speaks for two things as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tanaka.paper.attribute_clauses import singular
from tanaka.paper.model import Where
from tanaka.paper.tallies import SWEPT, WHOLES
from tanaka.quantity import Kind
from tanaka.records import dataclass
from tanaka.rules.numbers.same_phrase import (
    LEAST_LONG,
    agree,
    comparable,
    long,
    plain,
    repeats,
    slip,
    supports,
)
from tanaka.rules.numbers.tellings import Counted, Telling

_SUMMARIES = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_DATA_NOUNS = frozenset(
    (
        "requests",
        "prompts",
        "images",
        "examples",
        "queries",
        "documents",
        "clips",
        "videos",
        "files",
    )
)
_LENGTHS = frozenset(("tokens", "sequences", "samples"))
_DATA = 1e6
"""Tokens of a data set, and not of a sequence."""
_ENOUGH = 4
_ENOUGH_IN_PASSING = 5
"""What is only named needs more than what is stated."""
_LEAST_HELD = 5
_FEW = 5
"""Counts below are found in every paper."""
_MOST_VALUES = 40
"""A noun with more values than these is a sweep, or a measurement: none of them stands for the rest."""
_MOST_USUAL = 8
"""Values that an odd one is held against, those of most places first."""

_Print = tuple[float, float, float, str]
"""What is printed: two tellings with the same are of one value."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A value that stands alone against those of the same phrase, and how much speaks for a slip."""

    odd: Telling
    usual: tuple[Telling, ...]
    score: int


def odd_ones(paper: Counted) -> Iterator[Odd]:
    """Values that agree with no other place of their noun, against the value that recurs.

    Where several places of a noun are odd, its values differ for some reason: none is given.
    """
    longs = {noun: _longs(group) for noun, group in paper.groups.items()}
    for noun, group in paper.groups.items():
        values = _values(group)
        if len(values) > _MOST_VALUES:
            continue
        best: Odd | None = None
        several = False
        for o in group:
            if not o.said:
                continue
            found = _odd(paper, o, group, values) if noun != WHOLES else None
            found = found or _crossing(paper, o, longs)
            stated = o.tally.form or o.number.quantity.unit != "1"
            if found is None or found.score < (_ENOUGH if stated else _ENOUGH_IN_PASSING):
                continue
            if best is not None and not any(u is best.odd for u in found.usual):
                several = True
            if best is None or found.score > best.score:
                best = found
        if best is not None and not several:
            yield best


def agreeing(paper: Counted) -> Iterator[list[Telling]]:
    """Places that say the same of the same noun, in reading order."""
    for group in paper.groups.values():
        if len(_values(group)) > _MOST_VALUES:
            continue
        phrases: dict[tuple[frozenset[str], str], list[list[Telling]]] = defaultdict(list)
        for t in group:
            if not t.said or t.value < _LEAST_HELD or not supports(t.tally):
                continue
            clusters = phrases[t.tally.words, t.tally.per]
            home = next(
                (c for c in clusters if comparable(t.tally, c[0].tally) and agree(t, c[0])), None
            )
            if home is not None:
                home.append(t)
            elif len(clusters) < _MOST_VALUES:
                clusters.append([t])
        for alike in sorted((c for cs in phrases.values() for c in cs), key=lambda c: c[0].order):
            if len({t.tally.sentence for t in alike}) > 1 and any(t.tally.form for t in alike):
                yield alike


def _values(group: Sequence[Telling]) -> Mapping[_Print, Sequence[Telling]]:
    """Tellings by what they print: those of one print agree, and one of them stands for all."""
    found: dict[_Print, list[Telling]] = {}
    for t in group:
        found.setdefault(_print(t), []).append(t)
    return found


def _print(t: Telling) -> _Print:
    hard = t.hard
    return t.value, hard.low, hard.high, t.number.quantity.unit


def _longs(group: Sequence[Telling]) -> tuple[list[float], list[Telling]]:
    """Long numbers of a noun in the order of their values, and these."""
    found = sorted((t for t in group if t.factor == 1.0 and long(t)), key=lambda t: t.value)
    return [t.value for t in found], found


def _crossing(
    paper: Counted, o: Telling, longs: Mapping[str, tuple[list[float], list[Telling]]]
) -> Odd | None:
    """A long count that is another by one slip, of what its sentence speaks of: "254 of 8,196"."""
    q, noun = o.number.quantity, o.tally.noun
    if not o.said or q.unit != "1" or q.scale != 1.0 or q.point < LEAST_LONG or not long(o):
        return None
    if not plain(o.tally) or (noun != WHOLES and not o.tally.form) or paper.points[q.point] > 1:
        return None
    for other in paper.groups:
        if other == noun != WHOLES or (
            other != WHOLES and singular(other)[:6] not in o.tally.stems
        ):
            continue
        points, found = longs[other]
        low, high = bisect_left(points, 0.96 * o.value), bisect_right(points, 1.04 * o.value)
        close = [t for t in found[low:high] if t is not o and slip(o, t)]
        usual = [t for t in close if t.value == close[0].value and (t.said or t.stands)]
        if len({t.tally.sentence for t in usual}) > 1 and len(close) == len(usual):
            return Odd(o, tuple(usual), _ENOUGH_IN_PASSING)
    return None


def _odd(
    paper: Counted,
    o: Telling,
    group: Sequence[Telling],
    values: Mapping[_Print, Sequence[Telling]],
) -> Odd | None:
    """The value that most speaks against an odd one; none where any other place has the odd value."""
    if len(values[_print(o)]) > 1 or any(agree(v[0], o) for v in values.values() if v[0] is not o):
        return None
    alone = plain(o.tally)
    if not alone and not any(repeats(o.tally, t.tally) for t in group):
        return None
    beside = [t for t in group if t is not o and t.tally.sentence == o.tally.sentence]
    if len(beside) > 1:
        return None
    clusters: list[list[Telling]] = []
    prints: list[list[Telling]] = []  # one telling of each value in a cluster
    for alike in values.values():
        told = [t for t in alike if t is not o and t.stands and comparable(o.tally, t.tally)]
        if not told:
            continue
        home = next((i for i, c in enumerate(prints) if all(agree(told[0], x) for x in c)), None)
        if home is None:
            clusters.append(told)
            prints.append([told[0]])
        else:
            clusters[home].extend(told)
            prints[home].append(told[0])
    clusters.sort(key=len, reverse=True)
    one_each = [v[0] for v in values.values()]
    best: Odd | None = None
    for c in clusters[:_MOST_USUAL]:
        c.sort(key=lambda t: t.order)
        again = [t for t in c if repeats(o.tally, t.tally)]
        usual = [t for t in c if supports(t.tally) or t in again] if alone else again
        if not usual or any(agree(t, usual[0]) for t in beside):
            continue
        reasons = [
            *_brought_in(o, usual),
            *_ties(paper, o, usual, one_each),
            *_doubts(paper, o, usual, [x for x in clusters if x is not c]),
        ]
        score = sum(n for n, _ in reasons)
        if _bound(o, usual, one_each) or any(binds for _, binds in reasons):
            found = Odd(o, tuple(usual), score)
            if best is None or score > best.score:
                best = found
    return best


Reason = tuple[int, bool]
"""A weight, and whether it ties the two places."""


def _bound(o: Telling, usual: Sequence[Telling], group: Sequence[Telling]) -> bool:
    """Whether the place of an odd value binds it: a summary, or more than all else says there is."""
    if o.number.where in _SUMMARIES or o.number.where is Where.CAPTION:
        return True
    stated = o.tally.form in ("own", "all") and o.tally.noun not in SWEPT
    return stated and o.value > usual[0].value and _sole(o, usual, group)


def _sole(o: Telling, usual: Sequence[Telling], group: Sequence[Telling]) -> bool:
    """Whether the noun has no third value, and the usual one stands in several places."""
    places = {t.tally.sentence for t in usual}
    return len(places) > 1 and all(t is o or agree(t, usual[0]) for t in group)


def _brought_in(o: Telling, usual: Sequence[Telling]) -> Iterator[Reason]:
    """How firmly each value is stated, and how often the usual one."""
    one, noun = o.tally, o.tally.noun
    yield min(len({t.tally.sentence for t in usual}), 4) - 1, False
    least = min(o.value, usual[0].value)
    large = least >= (100 if noun in _DATA_NOUNS else 1000) and noun not in (
        *_LENGTHS,
        "parameters",
    )
    yield (0 if large else -1) if noun in SWEPT else 1, False
    if least < _FEW and o.number.quantity.unit == "1":
        yield -9 if least <= 1 or not o.number.quantity.literal.ulp else -3, False
    if one.form:
        yield (2, True) if one.form in ("the", "all") else (1, False)
        if o.number.where in _SUMMARIES:
            yield 1, False
    firm = any(t.tally.form in ("own", "all") and not t.tally.cues for t in usual)
    if firm or any(t.tally.form == "the" for t in usual):
        yield 2 if one.form in ("own", "all") else 1, False
    if any(t.tally.form == "all" for t in usual):
        yield 1, False
    if any(not t.said for t in usual):
        yield 1, False  # the total of a table


def _ties(
    paper: Counted, o: Telling, usual: Sequence[Telling], group: Sequence[Telling]
) -> Iterator[Reason]:
    """What the two places have in common."""
    one, noun, first = o.tally, o.tally.noun, usual[0]
    if one.words and any(t.tally.words == one.words for t in usual):
        yield 1, False
    if one.per and one.per != "each" and any(t.tally.per == one.per for t in usual):
        yield 1 if one.form else 2, True
    if noun in ("bandwidth", "gpu memory"):
        if one.parts and any(one.parts & t.tally.parts for t in usual):
            yield 2, True
        if all(agree(t, o) or agree(t, first) for t in group):
            yield 2, False
    if slip(o, first):
        yield 3, True
    if _anchored(paper, o, usual):
        yield 2, True
    if _tabled(paper, o, first):
        yield 2, True
    if _sole(o, usual, group):
        places = len({t.tally.sentence for t in usual})
        yield min(places, 3) - 1 + (noun not in SWEPT), False
    shared = max(len(t.tally.stems & one.stems) for t in usual)
    yield max(0, min(shared, 4) - 1), False
    if any(repeats(one, t.tally) for t in usual):
        yield 4, True
    if any(one.about & t.tally.about for t in usual):
        yield 1, True


def _doubts(
    paper: Counted, o: Telling, usual: Sequence[Telling], rest: Sequence[Sequence[Telling]]
) -> Iterator[Reason]:
    """What speaks for two things."""
    one, noun, first = o.tally, o.tally.noun, usual[0]
    at = {t.number.block for t in usual} | {o.number.block}
    yield (
        -sum(
            c[0].value != 1
            and 0.25 < c[0].value / o.value < 4
            and any(
                supports(t.tally) and t.said and t.number.block not in at and not t.number.series
                for t in c
            )
            for c in rest
        ),
        False,
    )
    if _beside(paper, o, first) or any(_beside(paper, t, o) for t in usual):
        yield -3, False
    if all(t.tally.about != one.about for t in usual if t.said):
        tags = one.about.union(*(t.tally.about for t in usual))
        weak = all(tag.startswith(("of ", "in ")) for tag in tags)
        if tags:
            yield -1 if weak or not (one.about or one.form) else -2, False
    if noun in _LENGTHS and o.value < _DATA:
        yield -3, False
    if o.number.where is Where.CAPTION and all(t.number.where is Where.CAPTION for t in usual):
        yield -2, False  # figures have set-ups of their own
    if noun in SWEPT and o.value < first.value:
        yield -1, False
    if noun == "parameters" and not 0.4 < o.value / first.value < 2.5:
        yield -3, False
    if "related" in one.cues:
        yield -3, False
    if noun == "gpu memory" and any(not any(c.isdigit() for c in part) for part in one.parts):
        yield -9, False  # "consumer GPUs have 24 GB"


def _anchored(paper: Counted, o: Telling, usual: Sequence[Telling]) -> bool:
    """Whether another measured number stands in the paragraph of both."""

    def others(t: Telling) -> set[tuple[float, str]]:
        return {
            (n.quantity.point, n.quantity.unit)
            for n in paper.blocks[t.number.block]
            if n.id != t.number.id and n.quantity.unit in ("byte", "s", "J", "W")
        }

    mine = others(o)
    return bool(mine) and any(mine & others(t) for t in usual if t.number.block != o.number.block)


def _beside(paper: Counted, at: Telling, other: Telling) -> bool:
    """Whether the paragraph of one value has the other as well: its author tells them apart."""
    return any(
        n.id != at.number.id
        and n.kind is at.number.kind
        and n.noun in ("", at.number.noun)
        and n.quantity.point == other.number.quantity.point
        for n in paper.blocks[at.number.block]
    )


def _tabled(paper: Counted, o: Telling, usual: Telling) -> bool:
    """Whether tables have the usual value among those of its kind, and not the odd one."""
    if o.number.kind is Kind.OTHER:
        return False
    cells = paper.tabled.get(o.number.kind, ())
    return any(c.meets(usual.number.quantity.hard) for c in cells) and not any(
        c.meets(o.number.quantity.hard) for c in cells
    )
