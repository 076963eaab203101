"""Which relations the rows of a table keep, and whether chance explains it.

A relation counts only where so many rows keep it, to so many digits, that unrelated numbers would
hardly have done so.
"""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.model import Number
from tanaka.quantity.interval import Interval, corners
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.operands import Relation
from tanaka.rules.numbers.tables.relations import candidates
from tanaka.rules.numbers.tables.view import View, as_printed

_APART = 1.15
"""Operands whose sizes are less than this apart would give one ratio by chance."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A relation, the rows that keep it, those among them that might not have, and all it can be tried on."""

    relation: Relation
    hits: tuple[int, ...]
    telling: tuple[int, ...]
    checkable: tuple[int, ...]
    chance: float
    """How likely so many rows keep it by chance alone."""

    def distinct(self, numbers: Sequence[Number | None]) -> int:
        """How many telling rows say something of their own.

        Rows of one ratio do where their operands differ: four sizes that all shrink by 7.88.
        """
        seen: list[float] = []
        values: set[float] = set()
        for r in self.telling:
            number, operands = numbers[r], operands_of(self.relation, r)
            if number is None or not operands:
                continue
            value, size = (
                round(number.quantity.point, 6),
                max(abs(o.quantity.point) for o in operands),
            )
            if value not in values or (not self.relation.signed and all(max(size, s) > _APART * min(size, s) for s in seen)):  # fmt: skip
                values.add(value)
                seen.append(size)
        return len(seen)


def operands_of(relation: Relation, row: int) -> tuple[Number, ...] | None:
    """The cells that a row is computed from; None where one is missing."""
    known: list[Number] = []
    for cell in relation.operands(row):
        if cell is None or (not relation.signed and cell.quantity.point <= 0):
            return None
        known.append(cell)
    return tuple(known)


def holds(view: View, relation: Relation, row: int, number: Number, *, nominal: bool) -> bool:
    """Whether a cell agrees with its relation, as printed or as widely as any rounding allows."""
    operands = operands_of(relation, row)
    if operands is None:
        return False
    q = number.quantity
    ulp = q.literal.ulp * q.scale
    if nominal:
        claim, values = as_printed(number), [as_printed(o) for o in operands]
    else:
        claim, values = view.widest[number.id], [view.widest[o.id] for o in operands]
        # A column computed from unrounded data may differ in its last digit.
        claim = Interval(claim.low - ulp, claim.high + ulp)
    return reach(relation, operands, values).meets(claim)


def reach(relation: Relation, operands: tuple[Number, ...], values: list[Interval]) -> Interval:
    """All values of a relation; a cell that stands in it twice is one variable."""
    if len(operands) == 1:
        return corners(relation.value, *values)
    if len(operands) > 4:
        # A share of a sum: the part at one end, what it is a part of at the other.
        low = relation.value(values[0].low, *(v.high for v in values[1:]))
        high = relation.value(values[0].high, *(v.low for v in values[1:]))
        return Interval(min(low, high), max(low, high))
    first = {o.id: k for k, o in reversed(list(enumerate(operands)))}
    if len(first) == len(operands):
        return corners(relation.value, *values)
    free = sorted(set(first.values()))
    place = [free.index(first[o.id]) for o in operands]
    return corners(lambda *v: relation.value(*(v[k] for k in place)), *(values[k] for k in free))


def fits(
    view: View, column: int, rows: Sequence[int], numbers: Sequence[Number | None], shown: frozenset[str]
) -> tuple[list[Fit], int]:  # fmt: skip
    """Relations that some rows keep and few break, the best first, and how many were tried."""
    out: list[Fit] = []
    tried = 0
    for relation in candidates(view, column, shown):
        tried += 1
        fit = _fit(view, relation, rows, numbers)
        if fit is not None:
            out.append(fit)
    out.sort(key=lambda f: (-len(f.hits), f.relation.doubtful, f.chance))
    return out, tried


def _fit(
    view: View, relation: Relation, rows: Sequence[int], numbers: Sequence[Number | None]
) -> Fit | None:
    hits: list[int] = []
    checkable: list[int] = []
    misses = 0
    for r in rows:
        operands = operands_of(relation, r)
        number = numbers[r]
        if operands is None or number is None:
            continue
        checkable.append(r)
        if _near(relation, operands, number) and holds(view, relation, r, number, nominal=True):
            hits.append(r)
        else:
            misses += 1
            if misses >= len(hits) + 2 or (misses * 3 > len(rows) and misses > 1):
                return None
    telling = [r for r in hits if _tells(relation, r, numbers[r])]
    if not telling:
        return None
    return Fit(
        relation, tuple(hits), tuple(telling), tuple(checkable), _chance(relation, telling, numbers)
    )


def _tells(relation: Relation, row: int, number: Number | None) -> bool:
    """Whether a row could have broken its relation: a value over 1, or less 0, is what it was."""
    operands = operands_of(relation, row)
    if number is None or operands is None or number.quantity.point in (0.0, 1.0):
        return False
    if len({o.id for o in operands}) < len(operands) and len(operands) < 4:
        return False
    points = {o.quantity.point for o in operands}
    return len(operands) == 1 or not (
        number.quantity.point in points or (relation.signed and 0.0 in points)
    )


def relation_scale(relation: Relation) -> float:
    """What a difference is multiplied by."""
    return abs(relation.value(1.0, 0.0))


def _near(relation: Relation, operands: tuple[Number, ...], number: Number) -> bool:
    """Whether the values alone are near: most candidates fail here, before any interval is made."""
    quantities = [o.quantity for o in operands]
    points = [q.point for q in quantities]
    try:
        value = relation.value(*points)
    except ZeroDivisionError:
        return False
    q = number.quantity
    gap = abs(value - q.point) - 2 * q.literal.ulp * q.scale
    if gap <= 0:
        return True
    if relation.signed:
        return gap <= relation_scale(relation) * sum(o.literal.ulp * o.scale for o in quantities)
    slack = sum(o.literal.ulp * o.scale / abs(p) for o, p in zip(quantities, points, strict=True))
    return gap <= (abs(value) + 1) * slack


def _chance(relation: Relation, hits: Sequence[int], numbers: Sequence[Number | None]) -> float:
    """How likely unrelated numbers of this spread would have kept the relation.

    A row says the less the coarser its cell, and the coarser the cells that it is computed from.
    """
    points = [n.quantity.point for r in hits if (n := numbers[r])]
    if not points:
        return 1.0
    spread = max(max(points) - min(points), 0.05 * max(abs(p) for p in points), 1e-12)
    if relation.signed:
        spread = max(spread, *(abs(p) for p in points))
    chance, seen = 1.0, set()
    for r in hits:
        n, operands = numbers[r], operands_of(relation, r)
        key = tuple(o.quantity.point for o in operands or ())
        if n is None or operands is None or key in seen:
            continue
        seen.add(key)
        ends = reach(relation, operands, [as_printed(o) for o in operands])
        width = 1.6 * n.quantity.literal.ulp * n.quantity.scale + (ends.high - ends.low)
        chance *= min(1.0, width / spread)
    return chance
