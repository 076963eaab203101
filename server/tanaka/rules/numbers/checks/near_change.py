"""Changes whose values only stand near them: doubted where nothing in reach gives what is stated.

Part of ratio-mismatch and percent-mismatch that needs the whole paper: in reach are all values of
the passage, and those of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import (
    Asserted,
    Change,
    ChangeWord,
    How,
    NearChange,
    Number,
    NumberId,
    Paper,
    TableCell,
)
from tanaka.quantity.interval import Interval
from tanaka.rules.api import Context, Held, Outcome
from tanaka.rules.numbers.checks.change import check_change
from tanaka.rules.numbers.checks.readings import Reading, fits, readings

_FACTORS = (ChangeWord.TIMES_FASTER, ChangeWord.TIMES_LESS, ChangeWord.TIMES_MORE)


def near_changes(ctx: Context) -> Iterator[Outcome]:
    """Outcomes of the changes that have no values of their own."""
    for near in ctx.paper.of(NearChange):
        own = near.asserted is Asserted.QUOTED and near.old is not None
        if near.asserted is not Asserted.YES and not own:
            continue
        pair = (near.old, near.new) if near.old is not None else _in_table(ctx.paper, near)
        if pair is None:
            continue
        change = Change(
            near.change, *pair, near.word, False, How.INFERRED, near.hedged, near.asserted
        )
        code, name = (
            ("TK101", "ratio-mismatch") if near.word in _FACTORS else ("TK102", "percent-mismatch")
        )
        for outcome in check_change(ctx, change, code, name):
            if isinstance(outcome, Held) or not _explained(ctx.paper, near):
                yield outcome


def _explained(paper: Paper, near: NearChange) -> bool:
    """Whether two other values in reach give what is stated."""
    claim = paper.number(near.change).quantity
    stated = claim.hard if claim.point >= 0 else Interval(-claim.hard.high, -claim.hard.low)
    values = [paper.number(n) for n in near.among]
    percentages = any(v.quantity.shown_unit == "%" for v in values)
    options = readings(near.word, percentages=percentages, ordered=False)
    if near.word is ChangeWord.SHARE:
        part = paper.number(near.new).quantity.point
        return any(claim.nominal.contains(part / v.quantity.point) for v in values)
    pairs = [(a, b) for a in values for b in values if a is not b and _bounded(a, b)]
    if any(_gives(options, stated, a.quantity.hard, b.quantity.hard) for a, b in pairs):
        return True
    if near.firm:
        return False
    own = [paper.number(n) for n in (near.old, near.new) if n is not None]
    return any(
        _gives(options, stated, *order)
        for v in own
        for _, cell, beside in _places(paper, v)
        for other in beside
        if other.quantity.shown_unit not in ("×", "%")
        for order in ((_printed(other), _printed(cell)), (_printed(cell), _printed(other)))
    )


# -- tables -----------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z][\w-]+")
_EMPTY = frozenset(
    {"the", "our", "and", "with", "for", "that", "its", "this", "of", "in", "on", "a", "an", "to"}
)

_Place = tuple[TableCell, Number, list[Number]]


def _places(paper: Paper, value: Number) -> Iterator[_Place]:
    """Cells that print a value, each with the other numbers of its row and of its column."""
    for table in paper.tables:
        for i, row in enumerate(table.rows):
            for c, cell in enumerate(row):
                number = _number(paper, cell)
                if number is None or not _prints(number, value):
                    continue
                line = [x for n, x in enumerate(row) if n != c]
                line += [r[c] for n, r in enumerate(table.rows) if n != i and c < len(r)]
                yield cell, number, [x for y in line if (x := _number(paper, y)) is not None]


def _number(paper: Paper, cell: TableCell) -> Number | None:
    if cell.number is None:
        return None
    number = paper.number(cell.number)
    return number if number.quantity.bounded and number.quantity.point > 0 else None


def _prints(cell: Number, value: Number) -> bool:
    """Whether a cell is the value of a text, digit for digit."""
    a, b = cell.quantity, value.quantity
    return (
        a.unit in ("1", b.unit)
        and a.literal.value == b.literal.value
        and a.literal.ulp == b.literal.ulp
    )


def _in_table(paper: Paper, near: NearChange) -> tuple[NumberId, NumberId] | None:
    """The cell of what a change is over, and the cell of the value that it is said of."""
    words = {w.lower() for w in _WORD.findall(near.comparand)} - _EMPTY
    value = paper.number(near.new)
    if not words or sum(c.isdigit() for c in value.quantity.literal.text) < 3:
        return None
    found: list[tuple[int, NumberId, NumberId]] = []
    for table in paper.tables:
        for i, row in enumerate(table.rows):
            for c, cell in enumerate(row):
                own = _number(paper, cell)
                if own is None or not _prints(own, value):
                    continue
                others = [
                    (x, x.column) for n, x in enumerate(row) if n != c
                ] + [(r[c], r[c].row) for n, r in enumerate(table.rows) if n != i and c < len(r)]  # fmt: skip
                for other, labels in others:
                    number = _number(paper, other)
                    named = {w.lower() for label in labels for w in _WORD.findall(label)}
                    mine = {
                        w.lower()
                        for label in (*cell.row, *cell.column)
                        for w in _WORD.findall(label)
                    }
                    if (
                        number is not None
                        and (words & named) - mine
                        and number.quantity.unit == own.quantity.unit
                        and number.quantity.shown_unit not in ("×", "%")
                    ):
                        found.append((len((words & named) - mine), number.id, own.id))
    most = max((n for n, _, _ in found), default=0)
    best = {
        (paper.number(old).quantity.point, paper.number(new).quantity.point): (old, new)
        for n, old, new in found
        if n == most
    }
    return next(iter(best.values())) if len(best) == 1 else None


def _bounded(a: Number, b: Number) -> bool:
    return a.quantity.bounded and b.quantity.bounded


def _gives(options: tuple[Reading, ...], stated: Interval, old: Interval, new: Interval) -> bool:
    return old.low > 0 < new.low and any(fits(o, stated, old, new) for o in options)


def _printed(number: Number) -> Interval:
    """What a number is printed as, in its own unit: a cell's may stand in no place that is read."""
    return number.quantity.literal.hard()
