"""A headline, or a sentence that names a table, against the cells of tables."""

from __future__ import annotations

import math

from tanaka.paper.result_words import compatible, is_level
from tanaka.patterns import Lazy
from tanaka.rules.api import Context, Outcome, Verdict
from tanaka.rules.numbers.drift import finding as say
from tanaka.rules.numbers.drift.agreement import (
    agreeing_cells,
    agreeing_text,
    follows,
    follows_from,
    reached,
    wide,
)
from tanaka.rules.numbers.drift.ledger import Entry, Grid, Ledger, Value, gives, means
from tanaka.rules.numbers.drift.named_cells import (
    against_cells,
    named_cells,
    other_setting,
    spelled_out,
    strangers,
)

_PARTS = ("microbenchmark", "kernel", "layer", "operator", "component", "simulation", "isolation")
_DIFFERENCE = Lazy(r" (?:saves?|saved|saving|difference|differ|gap|drops?|removes?|removed|cuts?) ")
_SUMMED = Lazy(
    r" (?:mean|average|averaged|total|sum|median|overall|together|all|across|combined|altogether) "
)


def unreached(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A maximum that no factor of the paper reaches: none over what it is compared with, or none at all."""
    r = e.result
    if r.unit != "×" or ledger.given_by_text(e):
        return None
    over = [v for g in ledger.grids for v in against_cells(e, g, ledger.own)]
    over = [v for v in over if v.metrics] or over
    over = [v for v in over if r.metrics & v.metrics] or over
    if len(over) > 1:
        largest = max(over, key=lambda v: v.reach.high)
        below = largest.reach.high < e.reach.low
        if (
            not below
            or _of_part(e, ledger, largest)
            or not _near(e, largest)
            or _printed_elsewhere(ledger, e)
        ):
            return None
        return say.largest_cell(ctx, e, largest.number, Verdict.IMPLAUSIBLE)
    if not r.metrics or reached(ledger, e) or _of_part(e, ledger):
        return None
    grids = [
        g
        for g in ledger.grids
        if any(compatible(v.metrics, r.metrics) and v.metrics for v in g.values)
    ]
    cells = [
        v for g in grids for v in g.values if v.unit == "×" and compatible(v.metrics, e.metrics)
    ]
    if not cells or any(_exceeds(e, g, ledger.own) for g in grids):
        return None
    if not (len(grids) == 1 and grids[0].table.complete) and (
        _plotted(ledger, e) or len(cells) < 3
    ):
        return None
    largest = max(cells, key=lambda v: v.reach.high)
    if largest.reach.high >= e.reach.low or not _near(e, largest):
        return None
    return say.largest_cell(ctx, e, largest.number, Verdict.IMPLAUSIBLE)


def _of_part(e: Entry, ledger: Ledger, v: Value | None = None) -> bool:
    """Whether a factor is of a part, and no table, and no text with a cell's value, speaks of it."""
    parts = [w for w in _PARTS if f" {w} " in e.result.zone]
    same = list(ledger.meeting("×", v.reach)) if parts and v is not None else []
    return any(
        not any(f" {w} " in g.text for g in ledger.grids)
        and not any(f" {w} " in p.result.zone for p in same)
        for w in parts
    )


def _near(e: Entry, v: Value, *, either: bool = False) -> bool:
    """Whether a factor may be meant for a cell: ten times it is a slip, three times it another thing."""
    ratio = e.reach.low / v.point if v.point > 0 else math.inf
    if either and ratio < 1:
        ratio = v.point / e.reach.high
    return ratio <= 2.5 or 9 <= ratio <= 11


def _printed_elsewhere(ledger: Ledger, e: Entry) -> bool:
    """Whether a text of the body, the same digits in another part, or a cell agree with a headline."""
    same = e.number.quantity.literal.value
    if any(
        not p.sums_up or p.number.quantity.literal.value == same for p in agreeing_text(ledger, e)
    ):
        return True
    return bool(agreeing_cells(ledger, e))


def _plotted(ledger: Ledger, e: Entry) -> bool:
    """Whether a figure shows what a headline speaks of."""
    return any(
        any(label.startswith(("fig", "f:")) for label in p.result.labels)
        and compatible(p.metrics, e.metrics)
        for p in ledger.alike("×")
    )


def _exceeds(e: Entry, grid: Grid, own: frozenset[str]) -> bool:
    """Whether two cells of a line have a ratio as large as a claimed maximum.

    What a row prints beside them as a factor is the ratio that they have.
    """
    told: dict[int, list[Value]] = {}
    for v in grid.factors:
        told.setdefault(v.at[0], []).append(v)
    return any(
        a.reach.high >= e.reach.low * b.reach.low > 0
        and not (
            a.at[0] == b.at[0] and any(gives("×", v.reach, a, b) for v in told.get(a.at[0], ()))
        )
        for a, b in grid.pairs(own)
        if compatible(a.metrics, e.metrics) and (a.unit not in ("×", "%") or a.unit == b.unit)
    )


def misprinted(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A measurement whose row and column of the one table of its metric have another value."""
    best: Value | None = None
    if e.result.change:
        return None  # no cell is a difference
    for g in ledger.grids:
        cells, full = named_cells(e, g, ledger.own, ledger.beside(e))
        if not cells or strangers(e, g, ledger.own):
            continue
        if best is not None or len(cells) > 1 or not full or _mean_of(e, g):
            return None  # two could be meant
        if not spelled_out(e, g, cells[0], ledger.own):
            return None
        best = cells[0]
    if best is None or (_changes(e) and follows(ledger, e)):
        return None
    return say.named_cell(ctx, e, best)


def misprinted_factor(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A factor whose row of a table has another, and only one that may be meant."""
    r = e.result
    over = {v.number.id for g in ledger.grids for v in against_cells(e, g, ledger.own)}
    found: list[Value] = []
    for g in ledger.grids:
        factors = [v for v in g.factors if compatible(v.metrics, e.metrics)]
        row = [v for v in factors if any(label in r.zone and len(label) > 4 for label in v.row)]
        if not row or strangers(e, g, ledger.own):
            continue
        if any(
            gives("×", e.reach, a, b)
            for line in g.lines
            if line[0].at[0] in {v.at[0] for v in row}
            for a in line
            for b in line
            if a is not b
        ):
            return None
        found += [v for v in row if v.number.id in over] or row
    if len(found) > 1:  # the paper's own column
        found = [v for v in found if any(x.strip() in ledger.own for x in v.column)]
    if len(found) != 1 or not _near(e, found[0], either=True):
        return None
    return say.named_cell(ctx, e, found[0])


def _changes(e: Entry) -> bool:
    """Whether two values may give a result; a rate of hits is one value."""
    return e.result.unit == "×" or (
        e.result.unit == "%" and (e.result.change or not is_level(e.metrics))
    )


def _mean_of(e: Entry, grid: Grid) -> bool:
    """Whether a sentence that sums up states a mean or the sum of the values of a line."""
    if not e.result.aggregate and not _SUMMED.search(e.result.said):
        return False
    return any(
        i.meets(wide(e))
        for line in grid.lines
        if line[0].unit == e.result.unit
        for _, i in means(line)
    )


# -- a sentence and its table -----------------------------------------------------------------


def against_table(
    ctx: Context, ledger: Ledger, e: Entry, grid: Grid, *, named: bool
) -> Outcome | None:
    """A result and the one table that its sentence, or one before it, names."""
    r, reach = e.result, wide(e)
    own = [v for v in grid.values if v.unit == r.unit and compatible(v.metrics, e.metrics)]
    for v in own:
        if v.reach.meets(reach):
            return say.held_by_cell(ctx, e, v)
    if r.aggregate == "max" and r.unit == "×":
        if not own or not named:
            return None
        largest = max(own, key=lambda v: v.reach.high)
        if e.reach.low <= largest.reach.high or _exceeds(e, grid, ledger.own):
            return None
        return say.largest_cell(ctx, e, largest.number, Verdict.IMPOSSIBLE)
    if (
        not own
        or r.change
        or r.aggregate in ("mean", "range")
        or agreeing_text(ledger, e)
        or agreeing_cells(ledger, e)
    ):
        return None
    if strangers(e, grid, ledger.own) or (
        follows_from(e, grid) if _changes(e) else _mean_of(e, grid)
    ):
        return None
    if not e.sums_up and (_DIFFERENCE.search(r.said) or other_setting(e, grid)):
        return None
    cells, full = named_cells(e, grid, ledger.own, ledger.beside(e))
    if len(cells) != 1 or not full or not spelled_out(e, grid, cells[0], ledger.own):
        return None
    return say.named_cell(ctx, e, cells[0])
