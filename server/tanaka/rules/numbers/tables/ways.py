"""The ways in which the cells of a column agree with their parts, and whether one cell agrees at all."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from tanaka.paper.model import Number
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.means import (
    MEANS,
    SUM,
    Made,
    Parts,
    alike,
    ends,
    excuses,
    gathered,
    holds,
    is_mean,
    is_total,
    made_of_others,
    named_mean,
    says_mean,
    times_counts,
    told_weights,
    weighted,
)
from tanaka.rules.numbers.tables.relations import bare_ratio, difference
from tanaka.rules.numbers.tables.view import View

OVERLAP = Lazy(
    r"(?<!not )(?<!non-)(?<!no )\boverlap|\bmakespan|\binterleav|\bhidden\b|\bconcurren|\bparallel\b|\bpipelin|\bwall|\bpeaks?\b|\bmax(?:imum|\.)?\b|\basync|\bnested\b|\bcumulative|\bexposed\b|\bcritical path\b",
    re.I,
)
"""Words after which parts need not add up to the whole that is printed."""
SEVERAL = Lazy(
    r"\bseveral\b|\bmultiple\b|\bmulti-?label|\bmore than (?:one|once)\b|\bexclusive\b|\bat least one\b|\bboth (?:groups|classes|sets|categories)\b|"
    r"\bcounted (?:twice|in each|once for|for each|in both|under each|in all)|\bdouble-?count|\bbelongs? to (?:two|both|many)\b|\b(?:two|both|many) (?:categories|causes|labels|classes)\b|"
    r"\bnot disjoint\b|\bshared (?:between|by|across)\b",
    re.I,
)
"""Words after which one thing may be counted in many parts."""
_COUNTS = Lazy(
    r"#|\bnumber of\b|\bcounts?\b|\btrain(?:ing)?\b|\btest\b|\bvalid|\bsamples\b|\bimages\b|\bfiles\b|\bkernels\b|\bexamples\b|\blines\b|\bbugs\b|\bcases\b|"
    r"\bqueries\b|\bproblems\b|\binstances\b|\btasks\b|\bclass(?:es)?\b|\bGPUs\b|\bnodes\b|\bpassed\b|\bfailed\b|\brequests\b",
    re.I,
)
_THINGS = Lazy(r"\s*(?:[A-Za-z-]+ )?[A-Z]?[a-z]{2,}s\s*")
_MEASURES = Lazy(
    r"\b(?:[num\u03bc]?s|seconds|minutes|hours|days|times?|cycles|points|watts|joules|dollars|bytes|[KMGT]i?B|FLOPS?|costs|tokens|percent|thousands?|millions?|"
    r"latency|ms|status|process|loss|access|parameters|params)\b|%|\$",
    re.I,
)
ADDED = frozenset({"s", "W", "J", "byte", "bit", "FLOP", "op", "USD", "EUR", "m²", "gCO2e", "1"})
"""Base units of what may be added."""
_BY_CHANCE = 1e-3
_LOOSE_CHANCE = 1e-5
NAMED_BY_CHANCE = 0.05
"""How likely chance may be where the label says that it is a total, or a mean."""


@dataclass(frozen=True, slots=True)
class Way:
    """A set of parts and a way to make one number of them, with the rows that keep it."""

    parts: Parts
    made: Made
    hits: tuple[int, ...]
    chance: float


def ways(
    view: View, column: int, sets: Sequence[Parts], rows: Sequence[int], *, means: bool
) -> list[Way]:
    """Sets of parts and ways that at least one row keeps, the best first."""
    label = view.header[column]
    named = named_mean(label)
    out: list[Way] = []
    for parts in sets:
        for made in (SUM, *MEANS) if means else (SUM,):
            if made is SUM and is_mean(label) and not is_total(label):
                continue
            if made is not SUM and is_total(label) and not is_mean(label):
                continue
            hits: list[int] = []
            for r in rows:
                number = view.cell(r, column)
                if number is None:
                    continue
                found, missing = gathered(view, parts, r, number)
                if len(found) < 2 or missing or not holds(view, made, found, number, nominal=True):
                    continue
                if made is SUM and counted(view, column, found, number) and not _equal(found, number):  # fmt: skip
                    continue
                hits.append(r)
            if hits:
                out.append(Way(parts, made, tuple(hits), _chance(view, column, hits)))
    out.sort(key=lambda w: (-len(w.hits), named is not None and w.made is not named))
    return out


def _chance(view: View, column: int, hits: Sequence[int]) -> float:
    """How likely so many rows hit their cell by chance."""
    chance, seen = 1.0, set()
    for r in hits:
        n = view.cell(r, column)
        if n is None or n.quantity.point in seen or not n.quantity.point:
            continue
        seen.add(n.quantity.point)
        chance *= min(1.0, 1.6 * n.quantity.literal.ulp * n.quantity.scale / (0.3 * abs(n.quantity.point)))  # fmt: skip
    return chance


def strong(best: Way, rows: Sequence[int], *, pure: bool, loose: bool) -> bool:
    """Whether so many cells keep one way that one which does not is at fault."""
    hits = len(best.hits)
    if hits < 3 or hits < 0.75 * (len(rows) - 1):
        return False
    return best.chance <= (NAMED_BY_CHANCE if pure else _BY_CHANCE if loose else _LOOSE_CHANCE)


@dataclass(frozen=True, slots=True)
class Explained:
    """Parts of which a cell is made, and how.

    ``told`` is whether these are all the parts of their sort, or labels say which are left out.
    """

    parts: tuple[Number, ...]
    made: Made
    told: bool = True


def explained_by(
    view: View, column: int, sets: Sequence[Parts], row: int, number: Number
) -> Explained | None:
    """Parts and a way under which a cell is right at its widest; None where there is none."""
    label = view.header[column]
    additive = number.quantity.unit in ADDED and number.quantity.shown_unit not in ("×", "%", "")
    only_sums = additive and is_total(label) and not is_mean(label) and not OVERLAP.search(f"{label} {view.caption}")  # fmt: skip
    named = named_mean(label)
    untold: Explained | None = None
    for parts, told in (*((s, True) for s in sets), *excuses(view, sets, row)):
        found, _ = gathered(view, parts, row, number)
        if len(found) < 2:
            continue
        if counted(view, column, found, number):
            if _equal(found, number):
                return Explained(tuple(found), SUM)
            continue
        if holds(view, SUM, found, number, nominal=False):
            if told:
                return Explained(tuple(found), SUM)
            untold = untold or Explained(tuple(found), SUM, told=False)
        if is_total(label) and told:
            for made in times_counts(view, parts, row, number):
                if holds(view, made, found, number, nominal=False):
                    return Explained(tuple(found), made)
        if only_sums:
            continue
        if not told and named is not None:
            makes: tuple[Made, ...] = (named,)
        else:
            makes = (
                *MEANS, *ends(), *weighted(view, parts, row, number), *told_weights(view, parts, row, number),
            )  # fmt: skip
        for made in makes:
            if holds(view, made, found, number, nominal=False):
                if told and not (made in ends() and says_mean(label)):
                    return Explained(tuple(found), made)
                untold = untold or Explained(tuple(found), made, told=False)
        for some in _less_extremes(found):
            for made in MEANS[:2] if named is None else (named,):
                if holds(view, made, some, number, nominal=False):
                    untold = untold or Explained(tuple(some), made, told=False)
    own = None if only_sums else _of_its_own(view, column, row, number)
    return Explained(*own) if own is not None else untold


def as_digits(view: View, column: int, row: int, number: Number, *, mean: bool) -> bool:
    """Whether a cell is the sum, or the mean, of all digits before it in its row, whatever their units.

    A label that is misread ("Weights" of a table in GB) takes its column out of the parts.
    """
    line = [(k, view.cell(row, k)) for k in range(1, column)]
    found = [n for k, n in line if n is not None and not made_of_others(view.header[k])]
    if all(alike(n, number) for n in found):
        return False
    digits = [n.quantity.literal.value for n in found]
    q = number.quantity.literal
    for some in (digits, digits[1:]):
        if len(some) < 2:
            continue
        value = math.fsum(some) / (len(some) if mean else 1)
        if abs(value - q.value) <= q.ulp * (1.0 if mean else 0.55 * len(some)):
            return True
    return False


def counted(view: View, column: int, parts: Sequence[Number], number: Number) -> bool:
    """Whether a total counts things, so that its last digit is no rounding."""
    if not is_total(view.header[column]):
        return False
    for n in (*parts, number):
        q = n.quantity
        if q.unit != "1" or q.shown_unit or q.literal.ulp != 1.0 or q.hedged:
            return False
    if all(n.quantity.literal.text.endswith("0") for n in (*parts, number)):
        return False
    row = view.stubs[view.columns[column].index(number)] if number in view.columns[column] else ""
    labels = " ".join((*view.header, *view.stubs[:1], view.caption))
    if any(n.noun for n in parts) or _COUNTS.search(labels):
        return True
    # "Tables", "Rules", "Failures": whole numbers of things, under a plural and no unit.
    return _THINGS.fullmatch(row) is not None and not _MEASURES.search(f"{row} {view.caption}")


def _equal(parts: Sequence[Number], number: Number) -> bool:
    return math.fsum(p.quantity.point for p in parts) == number.quantity.point


def _less_extremes(found: Sequence[Number]) -> Iterator[list[Number]]:
    """The parts without the largest, and without the smallest, which a text may leave out."""
    if len(found) < 4:
        return
    order = sorted(found, key=lambda n: n.quantity.point)
    yield order[:-1]
    yield order[1:]


def _of_its_own(
    view: View, column: int, row: int, number: Number
) -> tuple[tuple[Number, ...], Made] | None:
    """A ratio in a mean row may be the ratio of the two means beside it."""
    q = number.quantity
    if q.shown_unit not in ("×", "%", "", "points") or (not q.shown_unit and q.literal.ulp >= 1):
        return None
    said = view.stubs[row]
    if q.shown_unit in ("", "points") and not (bare_ratio(said) or difference(said) or "/" in said):
        return None
    line = [n for n in view.column(column) if n is not None and n is not number]
    for a in line:
        for b in line:
            if a is b or a.quantity.unit != b.quantity.unit or min(a.quantity.point, b.quantity.point) <= 0:  # fmt: skip
                continue
            low = a.quantity.nominal.low / b.quantity.nominal.high
            high = a.quantity.nominal.high / b.quantity.nominal.low
            claim = view.widest[number.id]
            for less in (0.0, 1.0):
                if low - less <= claim.high and high - less >= claim.low:
                    return (a, b), _RATIO_OF
            if 1 - high <= claim.high and 1 - low >= claim.low:
                return (a, b), _RATIO_OF
            if a.quantity.unit == number.quantity.unit:
                apart = a.quantity.nominal.low - b.quantity.nominal.high, a.quantity.nominal.high - b.quantity.nominal.low  # fmt: skip
                if apart[0] <= claim.high and apart[1] >= claim.low:
                    return (a, b), _RATIO_OF
    return None


_RATIO_OF = Made("relation of its own row", lambda a, b: a / b)
