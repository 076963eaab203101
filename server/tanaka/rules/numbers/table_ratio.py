r"""## What it checks
That the cells of a ratio column, or row, agree with the cells they are computed from. Tried are two
cells of the same row, a baseline row of the block, the best of several, and a value in the caption;
as a factor, a percentage, a difference, a scaling efficiency, a quantity per device, or a product.
The relation is not assumed: it is fitted, and a cell is flagged only where the other rows keep it.
A factor in brackets behind a value is a column of its own. Where all rows but the baseline agree
with each other, it is the baseline that is flagged.

## Why it matters
Tables are filled from several runs of a script; one stale cell survives every proofreading,
because nobody divides a table.

## What is left alone
Mean rows, blocks with a baseline of their own, differences in the last digit, and tables where
no relation holds for three rows and three quarters of them, or only to so few digits that chance
explains it. A cell must break every relation that the other rows keep.

## Example
```latex
\begin{tabular}{lrrr}
\toprule
Nodes & 1F1B (ms) & Ours (ms) & Speedup over 1F1B \\
\midrule
8 & 412 & 371 & $1.11\times$ \\
16 & 431 & 365 & $1.18\times$ \\
32 & 458 & 367 & $1.25\times$ \\
64 & 503 & 372 & $1.53\times$ \\
%                ^^^^^^^^^^^^ TK104: 503 ms / 372 ms is 1.35×
128 & 561 & 388 & $1.45\times$ \\
\bottomrule
\end{tabular}
```
Recompute the column from the cells that are printed.

## References
- Panko, "What We Know About Spreadsheet Errors", Journal of End User Computing 10(2), 1998.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from tanaka.paper.model import Asserted, Number, NumberId, Table
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.checks.change import factor_literal, percent_literal
from tanaka.rules.numbers.tables.baseline import stale_baseline
from tanaka.rules.numbers.tables.direction import turned_about
from tanaka.rules.numbers.tables.few import broken, names_formula
from tanaka.rules.numbers.tables.few import explained as explained_otherwise
from tanaka.rules.numbers.tables.fit import Fit, fits, holds, operands_of
from tanaka.rules.numbers.tables.means import PERCENTILE, member
from tanaka.rules.numbers.tables.operands import Relation
from tanaka.rules.numbers.tables.products import other_setting
from tanaka.rules.numbers.tables.relations import NAMED, bare_ratio, difference
from tanaka.rules.numbers.tables.view import Numbers, View, numbers_of, views
from tanaka.rules.numbers.unit_slip import explained

_RATIO_UNITS = frozenset({"×", "%", "", "points"})
_BY_CHANCE = 1e-3
_NAMED_BY_CHANCE = 0.1
_PROVES = 0.01
"""A gap below a hundredth of what is stated proves nothing."""
_SPREAD = 1.3
_TORN = 0.03
"""So far apart are two relations of one cell where one of their operands is stale."""


@rule("TK104", since="0.1.0")
def table_ratio(ctx: Context) -> Iterator[Outcome]:
    """Ratio columns of every table, then its ratio rows."""
    for table in ctx.paper.tables:
        yield from _table(table, *numbers_of(ctx.paper, table))


# An edit elsewhere leaves a table as it was, and fitting one takes a millisecond.
@lru_cache(maxsize=256)
def _table(
    table: Table, asserted: frozenset[Asserted], numbers: Numbers
) -> tuple[Held | Finding, ...]:
    """Outcomes of one table; ``asserted`` only tells one that has become quoted from what it was."""
    done: set[NumberId] = set()
    out: list[Held | Finding] = []
    for view in views(table, asserted, numbers):
        for column in range(1, len(view.header)):
            for outcome in _column(numbers, view, column):
                own = outcome.numbers[0] if isinstance(outcome, Held) else outcome.operands[0]
                if own not in done:
                    done.add(own)
                    out.append(outcome)
    # a × b = c is read of c, and as a quotient of a: what stands to the right is computed.
    last = {frozenset(o.operands): o for o in out if isinstance(o, Finding)}
    return tuple(o for o in out if isinstance(o, Held) or last[frozenset(o.operands)] is o)


def _column(numbers_of: Numbers, view: View, column: int) -> Iterator[Held | Finding]:
    numbers = view.column(column)
    shown = frozenset(n.quantity.shown_unit for n in numbers if n)
    header = view.header[column]
    if not shown or (shown & _RATIO_UNITS and not shown <= _RATIO_UNITS):
        return
    rows = [r for r, n in enumerate(numbers) if n is not None and member(view.stubs[r])]
    if len(rows) < 2:
        return
    found, tried = fits(view, column, rows, numbers, shown)
    named = NAMED.search(header) is not None or (
        shown <= {"×", "%"} and NAMED.search(view.caption) is not None
    )
    said = named or bare_ratio(header) or (shown <= {"×", "%"} and names_formula(header))
    kept = [f for f in found if _enough(f, rows, numbers, named=said)]
    if kept:
        yield from _judged(numbers_of, view, column, kept, named=named)
        return
    few = broken(view, column, rows, numbers, found, tried) if said else None
    if few is not None:
        yield from _few(numbers_of, view, column, few, found)
        return
    if shown <= {"×", ""} and ("×" in shown or bare_ratio(header)):
        yield from stale_baseline(numbers_of, view, column, rows)
    # Too few rows to accuse one, and all of them agree.
    plain = shown <= {"", "points"}
    if plain and not (bare_ratio(header) or difference(header)):
        return
    for fit in found[:1]:
        if fit.distinct(numbers) < 2:
            continue
        if len(fit.hits) == len(fit.checkable) == len(rows) and named:
            for r in fit.hits:
                if (n := numbers[r]) and n.asserted is not Asserted.NO:
                    yield _held(numbers_of, fit.relation, r, n)


def _enough(fit: Fit, rows: list[int], numbers: Sequence[Number | None], *, named: bool) -> bool:
    """Whether so many rows keep a relation that one which does not is at fault."""
    hits = len(fit.hits)
    if hits < max(3, fit.relation.least) or hits < 0.75 * (len(rows) - 1):
        return False
    named = named or fit.relation.least < 3
    if fit.distinct(numbers) < (2 if named else 3):
        return False
    return fit.chance <= (_NAMED_BY_CHANCE if named else _BY_CHANCE)


def _judged(
    numbers_of: Numbers, view: View, column: int, kept: list[Fit], *, named: bool
) -> Iterator[Held | Finding]:
    best = kept[0]
    numbers = view.column(column)
    for r in best.checkable:
        number = numbers[r]
        if number is None or number.asserted is Asserted.NO:
            continue
        if r in best.hits:
            torn = _torn(view, kept[1:], r, number)
            if torn is not None and named:
                operands = operands_of(torn.relation, r) or ()
                doubt = "the ratio is that of the other columns, and these two are not its operands in this row"
                yield _finding(numbers_of, torn.relation, number, operands, len(torn.hits), doubt)
            yield _held(numbers_of, best.relation, r, number)
            continue
        rivals = [f.relation for f in kept if r in f.checkable]
        if len(rivals) < len(kept) or holds(view, best.relation, r, number, nominal=False):
            continue
        if any(holds(view, other, r, number, nominal=True) for other in rivals):
            continue
        if other_setting(view, best.relation, r, best.hits) or (r, column) in view.noted:
            continue
        if best.relation.name == "rate" and _mean_of_rates(view, best.relation, r, number):
            continue
        if turned_about(view, best.relation, r, number):
            continue
        if _of_another_group(view, best, column, r):
            continue
        elsewhere = _elsewhere(view, best.relation, column, r, number)
        if best.relation.doubtful and elsewhere:
            continue
        operands = operands_of(best.relation, r) or ()
        doubt = ""
        if best.relation.doubtful or not named:
            doubt = "this row is computed from other cells than its neighbours"
        elif any(holds(view, other, r, number, nominal=False) for other in rivals):
            doubt = "this row is computed from other cells, which are rounded"
        elif _gap(best.relation, operands, number) < _PROVES:
            doubt = "the column is computed from unrounded values"
        elif elsewhere:
            doubt = "this row is compared with another cell than its neighbours"
        yield _finding(numbers_of, best.relation, number, operands, len(best.hits), doubt)


_ALIKE = 0.03


def _of_another_group(view: View, fit: Fit, column: int, row: int) -> bool:
    """Whether a relation over rows ends at a group: the batch, or the cluster, is another one there.

    A group is a block of rows none of which keeps the relation, the one row of a label where the
    rows that keep it share theirs, or rows that are all off by one factor.
    """
    operands = operands_of(fit.relation, row) or ()
    own = {n.id for n in view.cells[row] if n is not None}
    if not operands or all(o.id in own for o in operands):
        return False
    beside = [r for r in fit.checkable if view.blocks[r] == view.blocks[row]]
    if len(set(view.blocks)) > 1 and not any(r in fit.hits for r in beside):
        return True
    kept = [view.stubs[r] for r in fit.hits]
    if view.stubs[row] not in kept and len(set(kept)) < len(kept):
        return True
    # rows that are off by the same factor keep the relation among themselves
    off = {
        r: f
        for r in fit.checkable
        if r not in fit.hits and (f := _off_by(view, fit.relation, column, r))
    }
    return row in off and any(r != row and abs(f / off[row] - 1) < _ALIKE for r, f in off.items())


def _off_by(view: View, relation: Relation, column: int, row: int) -> float:
    """By which factor a cell is off; 0 where that cannot be told."""
    number, operands = view.cells[row][column], operands_of(relation, row)
    if number is None or operands is None:
        return 0.0
    value = relation.value(*(o.quantity.point for o in operands))
    return number.quantity.point / value if value else 0.0


def _mean_of_rates(view: View, relation: Relation, row: int, number: Number) -> bool:
    """Whether a rate may be the mean of many, which is more than the count over the mean time.

    So it is where the times vary: percentiles of them stand beside it.
    """
    operands = operands_of(relation, row)
    if operands is None or not any(PERCENTILE.search(h) for h in view.header):
        return False
    value = relation.value(*(o.quantity.point for o in operands))
    return value < number.quantity.point <= _SPREAD * value


def _torn(view: View, others: list[Fit], row: int, number: Number) -> Fit | None:
    """A second relation that all other rows keep, where this row keeps the first and breaks it.

    Step time and samples per second both give the speedup: one of its four cells is stale.
    """
    for fit in others:
        if fit.relation.doubtful or row not in fit.checkable or row in fit.hits:
            continue
        if len(fit.hits) != len(fit.checkable) - 1 or holds(view, fit.relation, row, number, nominal=False):  # fmt: skip
            continue
        operands = operands_of(fit.relation, row)
        if operands is not None and _gap(fit.relation, operands, number) >= _TORN:
            return fit
    return None


def _few(
    numbers_of: Numbers, view: View, column: int, fit: Fit, found: list[Fit]
) -> Iterator[Held | Finding]:
    """The one row of a small table that breaks what the others keep: a doubt, and no proof."""
    numbers = view.column(column)
    for r in fit.checkable:
        number, operands = numbers[r], operands_of(fit.relation, r)
        if number is None or operands is None or number.asserted is Asserted.NO:
            continue
        if r in fit.hits:
            yield _held(numbers_of, fit.relation, r, number)
            continue
        if holds(view, fit.relation, r, number, nominal=False) or (r, column) in view.noted:
            continue
        if explained_otherwise(view, found, r, number) or _elsewhere(view, fit.relation, column, r, number):  # fmt: skip
            continue
        if turned_about(view, fit.relation, r, number):
            continue
        if _gap(fit.relation, operands, number) < _PROVES:
            continue
        doubt = "this row compares other cells than its neighbours"
        yield _finding(numbers_of, fit.relation, number, operands, len(fit.hits), doubt)


def _gap(relation: Relation, operands: tuple[Number, ...], number: Number) -> float:
    value = relation.value(*(o.quantity.point for o in operands))
    return abs(value - number.quantity.point) / max(abs(number.quantity.point), 1e-12)


def _elsewhere(view: View, relation: Relation, column: int, row: int, number: Number) -> bool:
    """Whether the cell is the same relation to another baseline, or to other columns of its row."""
    claim = number.quantity.nominal

    def said(a: Number | None, b: Number | None) -> bool:
        if a is None or b is None or a is b or a.quantity.unit != b.quantity.unit:
            return False
        if min(a.quantity.point, b.quantity.point) <= 0 and not relation.signed:
            return False
        return claim.contains(relation.value(a.quantity.point, b.quantity.point))

    if relation.base is not None:
        own = view.cell(row, relation.base)
        others = [view.cell(k, relation.base) for k in range(len(view.cells)) if k != row]
        return any(said(o, own) or said(own, o) for o in others)
    if relation.pair is not None:
        i, j = relation.pair
        line = [view.cell(row, k) for k in range(1, len(view.header)) if k != column]
        if said(view.cell(row, j), view.cell(row, i)):
            return True
        return any(said(a, b) for a in line for b in line)
    return False


def _text(relation: Relation, operands: tuple[Number, ...]) -> str:
    return relation.text.format(*(o.quantity.shown for o in operands))


def _shown(value: float, number: Number) -> str:
    """A value in the unit that the cell is printed in."""
    q = number.quantity
    if q.shown_unit == "%":
        return f"{100 * value:.1f}%"
    if q.shown_unit in ("×", "", "points"):
        return f"{value:.4g}" if value <= 0 else printed(value)
    digits = max(3, len(re.sub(r"\D", "", q.literal.text).lstrip("0")))
    amount = value / q.scale
    body = printed(amount, digits) if amount > 0 else f"{amount:.{digits}g}"
    return f"{body} {q.shown_unit}"


def _held(numbers_of: Numbers, relation: Relation, row: int, number: Number) -> Held:
    operands = operands_of(relation, row) or ()
    d, value = _derive(numbers_of, relation, operands, number)
    return Held(
        "TK104",
        (number.id, *dict.fromkeys(o.id for o in operands)),
        f"{_text(relation, operands)} = {_shown(value, number)}",
        tuple(d.steps),
    )


def _derive(
    numbers_of: Numbers, relation: Relation, operands: tuple[Number, ...], number: Number
) -> tuple[Derivation, float]:
    d = Derivation(numbers_of)
    inputs = [d.stated(_label(o), o.id) for o in operands]
    unit = "%" if number.quantity.shown_unit == "%" else number.quantity.unit
    result = d.computed(
        relation.name, unit, _text(relation, operands), relation.value, *inputs, symbol="r"
    )
    if number.quantity.shown_unit not in ("%", "×", "", "points"):
        d.steps[-1] = replace(result, shown=_shown(result.value, number))
    d.stated("as written", number.id, symbol="c")
    return d, result.value


def _label(number: Number) -> str:
    context = dict(number.context)
    column = re.sub(r"\s*[(\[].*", "", context.get("column", ""))
    return ", ".join(p for p in (column, context.get("row", "")) if p)[:40] or "cell"


def _literal(value: float, number: Number) -> str:
    """The value in the digits of the cell."""
    unit = number.quantity.shown_unit
    if unit == "%":
        return percent_literal(value, number)
    return factor_literal(value / number.quantity.scale, number)


def _finding(
    numbers_of: Numbers, relation: Relation, number: Number, operands: tuple[Number, ...], hits: int, doubt: str
) -> Finding:  # fmt: skip
    d, value = _derive(numbers_of, relation, operands, number)
    q = number.quantity
    percent = q.shown_unit == "%"
    shown = f"{100 * value:.0f}%" if percent and abs(value) >= 0.1 else _shown(value, number)
    said = q.shown
    if q.shown_unit == "×" and relation.signed:
        said = said.removesuffix("×")
    elif q.shown_unit == "×":
        shown += "×"
    quoted = number.asserted is not Asserted.YES
    verdict = Verdict.IMPLAUSIBLE if doubt or quoted else Verdict.IMPOSSIBLE
    literal = _literal(value, number)
    unit = "" if relation.signed and q.shown_unit == "×" else q.shown_unit
    written = {"%": literal + "\\%", "×": f"${literal}\\times$"}.get(unit, literal)
    text = _text(relation, operands)
    scale = 100 if percent else 1 / q.scale
    finding = Finding(
        "TK104", "table-ratio", verdict, AtNumber(number.id),
        f"{text} is {shown}; the cell says {said}, and {hits} other row{'s keep' if hits > 1 else ' keeps'} the relation.",
        tuple(d.steps), operands=(number.id, *dict.fromkeys(o.id for o in operands)),
        note=f"the row gives {shown.rstrip('×')}",
        bold=f"{text} is {shown}, not {said}.",
        only_if="" if verdict is Verdict.IMPOSSIBLE else doubt or "the cited work computes this row otherwise",
        related=tuple((AtNumber(o.id), _label(o)) for o in dict.fromkeys(operands)),
        fixes=(Fix(f"Write {written}", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),)),) if value > 0 else (),
        figure=BarsFigure("Cell against its row", "%" if percent else q.shown_unit or "×",
                          (("as written", q.point * scale, True), ("recomputed", value * scale, False))),
        slots=(
            Slot("formula", text, "r"), Slot("ratio", shown, "r"), Slot("claim", said, "c"),
            Slot("n", str(hits), count=hits),
        ),
    )  # fmt: skip
    # Under one header all cells have one unit: a slip of it would be in all of them.
    units = {o.quantity.shown_unit for o in operands} - {q.shown_unit}
    slipped = len(units) > 1 or (units and q.shown_unit not in ("×", "%", "", "points"))
    return explained(finding, q.point, value, (number, *operands)) if slipped else finding
