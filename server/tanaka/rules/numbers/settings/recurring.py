"""Counts that a paper names again and again with one value, and a place that has another.

A place is odd where nothing else has its value, and the same phrase has one other value: the two
are said of the whole paper (`whole_paper`), or of one named part, or are long numbers apart by a
slip.  Conditions, values beside each other and third values leave both alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tanaka.paper.attribute.clauses import singular
from tanaka.paper.attribute.tallies import WHOLES
from tanaka.paper.model import SectionId
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.numbers.settings.same_phrase import (
    LEAST_LONG,
    agree,
    comparable,
    long,
    plain,
    slip,
    supports,
)
from tanaka.rules.numbers.settings.tellings import Counted, Telling
from tanaka.rules.numbers.settings.whole_paper import CHOSEN, Place, home

_LENGTHS = frozenset(("tokens", "sequences", "samples"))
_OF_PARTS = frozenset(("bandwidth", "gpu memory"))
_PART = Lazy(r"\d")
_DATA = 1e6
"""Tokens of a data set, and not of a sequence."""
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
    """A value that stands alone against those of the same phrase."""

    odd: Telling
    usual: tuple[Telling, ...]


def odd_ones(paper: Counted) -> Iterator[Odd]:
    """Values that agree with no other place of their noun, against the value that recurs.

    Where several places of a noun are odd, its values differ for some reason: none is given.
    """
    longs = {noun: _longs(group) for noun, group in paper.groups.items()}
    for noun, group in paper.groups.items():
        values = _values(group)
        if len(values) > _MOST_VALUES:
            continue
        found: list[Odd] = []
        for o in group:
            if o.said:
                odd = _odd(paper, o, values) if noun != WHOLES else None
                odd = odd or _crossing(paper, o, longs)
                if odd is not None:
                    found.append(odd)
        if not found:
            continue
        best = max(
            found,
            key=lambda f: (len(f.usual), paper.zones.sums_up(f.odd.number), f.odd.order),
        )
        if all(f is best or any(u is best.odd for u in f.usual) for f in found):
            yield best


def agreeing(paper: Counted) -> Iterator[list[Telling]]:
    """Places that say the same of the same noun, in reading order."""
    for group in paper.groups.values():
        if len(_values(group)) > _MOST_VALUES:
            continue
        phrases: dict[tuple[frozenset[str], str], list[list[Telling]]] = defaultdict(list)
        for t in group:
            if not t.said or t.value < _FEW or not supports(t.tally):
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
            return Odd(o, tuple(usual))
    return None


def _odd(paper: Counted, o: Telling, values: Mapping[_Print, Sequence[Telling]]) -> Odd | None:
    """The value of most places that one contradicts; none where any other place has the odd value."""
    if not plain(o.tally) or _small(o) or not _may_differ(paper, o):
        return None
    if len(values[_print(o)]) > 1 or any(agree(v[0], o) for v in values.values() if v[0] is not o):
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
    for c in clusters[:_MOST_USUAL]:
        usual = sorted((t for t in c if supports(t.tally)), key=lambda t: t.order)
        if not usual or _small(usual[0]) or _beside(paper, o, usual):
            continue
        if _slipped(o, usual) or _owned(o, usual) or _contradicted(paper, o, c, usual, values):
            return Odd(o, tuple(usual))
    return None


def _may_differ(paper: Counted, o: Telling) -> bool:
    """Whether a value can be odd by itself, whatever the others are: most are told at once that they cannot."""
    of_part = o.tally.noun in _OF_PARTS and bool(o.tally.form)
    return of_part or long(o) or paper.zones.speaks(_place(o))


def _slipped(o: Telling, usual: Sequence[Telling]) -> bool:
    """Whether a long number that recurs differs from one by a slip."""
    return slip(o, usual[0]) and len({t.tally.sentence for t in usual}) > 1


def _owned(o: Telling, usual: Sequence[Telling]) -> bool:
    """Whether two values are of one part, which has one: a part with a number in its name, or one of a table."""
    if o.tally.noun not in _OF_PARTS or not o.tally.form:
        return False
    for t in usual:
        shared = o.tally.parts & t.tally.parts
        if (shared and not t.said) or (t.tally.form and any(_PART.search(part) for part in shared)):
            return True
    return False


def _contradicted(
    paper: Counted,
    o: Telling,
    alike: Sequence[Telling],
    usual: Sequence[Telling],
    values: Mapping[_Print, Sequence[Telling]],
) -> bool:
    """Whether two values are said of the whole paper, and nothing says that they are of two things."""
    if o.tally.about and not any(t.tally.about & o.tally.about for t in usual):
        return False
    if any(t.said and home(t.number) == home(o.number) for t in alike):
        return False
    if not paper.zones.contradict([_place(o)], [_place(t) for t in usual]):
        return False
    return not _variable(o, values)


def _place(t: Telling) -> Place:
    """A telling as a place of the paper."""
    form = t.tally.form
    stated = bool(form) or t.tally.per not in ("", "each")
    if t.tally.noun in CHOSEN:
        stated = form in ("all", "the")
    return Place(t.number, stated, t.tally.form == "all", not t.said and t.stands)


def _small(t: Telling) -> bool:
    """Whether a count is found in every paper, or is the length of one sequence."""
    if t.number.quantity.unit == "1" and t.value < _FEW:
        return True
    return t.tally.noun in _LENGTHS and t.value < _DATA


def _variable(o: Telling, values: Mapping[_Print, Sequence[Telling]]) -> bool:
    """Whether one section states two values of a phrase."""
    seen: dict[SectionId, Telling] = {}
    for alike in values.values():
        for t in alike:
            same = t.tally.words == o.tally.words and t.tally.per == o.tally.per
            if not (same and t.said and t.tally.form and supports(t.tally)) or t.value == 1:
                continue
            if not agree(seen.setdefault(home(t.number), t), t):
                return True
    return False


def _beside(paper: Counted, o: Telling, usual: Sequence[Telling]) -> bool:
    """Whether a paragraph has both values: its author tells them apart."""
    return any(_has(paper, o, t) or _has(paper, t, o) for t in usual)


def _has(paper: Counted, at: Telling, other: Telling) -> bool:
    return any(
        n.id != at.number.id
        and n.kind is at.number.kind
        and n.noun in ("", at.number.noun)
        and n.quantity.point == other.number.quantity.point
        for n in paper.blocks[at.number.block]
    )
