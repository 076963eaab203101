r"""## What it checks
That the cells of a ratio column agree with the cells they are computed from. The relation is not
assumed: it is fitted, and a cell is flagged only where at least three other rows keep it.

## Why it matters
Tables are filled from several runs of a script; one stale cell survives every proofreading,
because nobody divides a table.

## What is left alone
Mean rows, blocks with a baseline of their own, differences in the last digit, and tables where
no relation holds for three rows and three quarters of them.

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tanaka.paper.model import Asserted, Number, Table
from tanaka.quantity.interval import Interval, corners
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
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.numbers.change_check import factor_literal, percent_literal

_RATIO = re.compile(
    r"speed-?\s?ups?|×|\bratio\b|\bfactor\b|normali[sz]ed|\bgains?\b|improvement|\bvs\.?\b|\bover\b|relative|faster|saving|"
    r"reduction|efficiency|overhead|/",
    re.I,
)
_NAMED = re.compile(
    r"speed-?\s?ups?\b.*\b(?:over|vs\.?|against|to)\b|\bover\b|\bvs\.?\b|normali[sz]ed to|\brelative to\b|/|speed-?\s?up",
    re.I,
)
_MEAN_ROW = re.compile(
    r"\b(?:mean|avg|average|geo-?mean|gmean|median|overall|total|sum|all|max|min)\b", re.I
)
_Value = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class _Formula:
    """A candidate relation: which two cells a row is computed from, and how."""

    name: str
    operands: Callable[[int], tuple[Number | None, Number | None]]
    value: _Value
    text: str


@rule("TK104", since="0.1.0")
def table_ratio(ctx: Context) -> Iterator[Outcome]:
    """Ratio columns of every table."""
    for table in ctx.paper.tables:
        for column in range(1, len(table.header)):
            yield from _column(ctx, table, column)


def _cell(ctx: Context, table: Table, row: int, column: int) -> Number | None:
    if not 0 <= row < len(table.rows) or column >= len(table.rows[row]):
        return None
    id = table.rows[row][column].number
    if id is None:
        return None
    number = ctx.paper.number(id)
    return (
        None if isinstance(number.quantity.value, tuple) or not number.quantity.bounded else number
    )


def _column(ctx: Context, table: Table, column: int) -> Iterator[Outcome]:
    numbers = [_cell(ctx, table, r, column) for r in range(len(table.rows))]
    shown = {n.quantity.shown_unit for n in numbers if n}
    if not shown <= {"×", "%", ""} or not (
        {"×", "%"} & shown or _RATIO.search(table.header[column])
    ):
        return
    if (
        "×" not in shown
        and "%" not in shown
        and not re.search(r"speed-?\s?up|ratio|normali|relative", table.header[column], re.I)
    ):
        return
    rows = [
        r for r, n in enumerate(numbers) if n is not None and not _MEAN_ROW.search(table.stubs[r])
    ]
    if len(rows) < 4:
        return
    percent = shown == {"%"}
    best: tuple[list[int], _Formula] | None = None
    rivals = 0
    for formula in _candidates(ctx, table, column, percent):
        hits = [
            r for r in rows if (n := numbers[r]) is not None and _holds(formula, r, n, nominal=True)
        ]
        telling = {round((numbers[r].quantity.point), 6) for r in hits if (numbers[r] is not None)}  # type: ignore[union-attr]
        if len(telling - {1.0, 0.0}) < 3:
            continue
        if best is None or len(hits) > len(best[0]):
            best, rivals = (hits, formula), 0
        elif len(hits) == len(best[0]):
            rivals += 1
    if best is None:
        return
    hits, formula = best
    if len(hits) < 3 or len(hits) < 0.75 * (len(rows) - 1):
        return
    for r in rows:
        number = numbers[r]
        if number is None:
            continue
        a, b = formula.operands(r)
        if a is None or b is None or number.asserted is Asserted.NO:
            continue
        if r in hits:
            d, value = _derive(ctx, formula, a, b, number)
            yield Held(
                "TK104",
                (number.id, a.id, b.id),
                f"{_text(formula, a, b)} = {_show(value, percent)}",
                tuple(d.steps),
            )
            continue
        if _holds(formula, r, number, nominal=False) or rivals:
            continue
        yield _finding(ctx, table, column, formula, number, a, b, len(hits), percent)


def _candidates(ctx: Context, table: Table, column: int, percent: bool) -> Iterator[_Formula]:
    width = len(table.header)

    def same_row(i: int, j: int) -> Callable[[int], tuple[Number | None, Number | None]]:
        return lambda r: (_cell(ctx, table, r, i), _cell(ctx, table, r, j))

    def against_first(i: int) -> Callable[[int], tuple[Number | None, Number | None]]:
        def operands(r: int) -> tuple[Number | None, Number | None]:
            first = next((k for k, b in enumerate(table.blocks) if b == table.blocks[r]), r)
            return _cell(ctx, table, first, i), _cell(ctx, table, r, i)

        return operands

    shapes: tuple[tuple[str, _Value, str], ...] = (
        (("saving", lambda a, b: 1 - b / a, "1 - {b} / {a}"), ("gain", lambda a, b: a / b - 1, "{a} / {b} - 1"),
         ("share", lambda a, b: b / a, "{b} / {a}"))
        if percent
        else (("ratio", lambda a, b: a / b, "{a} / {b}"),)
    )  # fmt: skip
    for i in range(1, width):
        for j in range(1, width):
            if i != j and column not in (i, j) and _same_unit(ctx, table, i, j):
                for name, value, text in shapes:
                    yield _Formula(name, same_row(i, j), value, text)
        if i != column and _ratioable(ctx, table, i):
            for name, value, text in shapes:
                yield _Formula(f"{name} to the first row", against_first(i), value, text)
            if not percent:
                yield _Formula(
                    "ratio to the first row", against_first(i), lambda a, b: b / a, "{b} / {a}"
                )


def _ratioable(ctx: Context, table: Table, i: int) -> bool:
    """Whether a column holds one quantity: one unit, and no ratios or shares itself."""
    units = {
        (n.quantity.unit, n.quantity.shown_unit)
        for r in range(len(table.rows))
        if (n := _cell(ctx, table, r, i))
    }
    return len({u for u, _ in units}) == 1 and not {s for _, s in units} & {"×", "%"}


def _same_unit(ctx: Context, table: Table, i: int, j: int) -> bool:
    if not (_ratioable(ctx, table, i) and _ratioable(ctx, table, j)):
        return False
    for r in range(len(table.rows)):
        a, b = _cell(ctx, table, r, i), _cell(ctx, table, r, j)
        if a and b and a.quantity.unit != b.quantity.unit:
            return False
    return True


def _holds(formula: _Formula, row: int, number: Number, *, nominal: bool) -> bool:
    a, b = formula.operands(row)
    if a is None or b is None or a.quantity.point <= 0 or b.quantity.point <= 0:
        return False
    if nominal:
        claim, x, y = number.quantity.nominal, a.quantity.nominal, b.quantity.nominal
    else:
        claim, x, y = number.quantity.hard, hard(a, b), hard(b, a)
        # A column computed from unrounded data may differ in its last digit.
        ulp = number.quantity.literal.ulp * number.quantity.scale
        claim = Interval(claim.low - ulp, claim.high + ulp)
    return corners(formula.value, x, y).meets(claim)


def _text(formula: _Formula, a: Number, b: Number) -> str:
    return formula.text.format(a=a.quantity.shown, b=b.quantity.shown)


def _show(value: float, percent: bool) -> str:
    return f"{100 * value:.1f}%" if percent else printed(value)


def _derive(
    ctx: Context, formula: _Formula, a: Number, b: Number, number: Number
) -> tuple[Derivation, float]:
    d = Derivation(ctx.paper)
    x = d.stated(_label(a), a.id)
    y = d.stated(_label(b), b.id)
    percent = number.quantity.shown_unit == "%"
    result = d.computed(
        formula.name, "%" if percent else "1", _text(formula, a, b), formula.value, x, y
    )
    d.stated("as written", number.id)
    return d, result.value


def _label(number: Number) -> str:
    context = dict(number.context)
    column = re.sub(r"\s*[(\[].*", "", context.get("column", ""))
    return ", ".join(p for p in (column, context.get("row", "")) if p)[:40] or "cell"


def _finding(ctx: Context, table: Table, column: int, formula: _Formula, number: Number, a: Number, b: Number, hits: int, percent: bool) -> Finding:  # fmt: skip
    d, value = _derive(ctx, formula, a, b, number)
    shown = f"{100 * value:.0f}%" if percent else f"{printed(value)}×"
    named = bool(_NAMED.search(table.header[column])) or bool(_NAMED.search(table.caption))
    verdict = (
        Verdict.IMPOSSIBLE if named and number.asserted is Asserted.YES else Verdict.IMPLAUSIBLE
    )
    literal = percent_literal(value, number) if percent else factor_literal(value, number)
    text = _text(formula, a, b)
    return Finding(
        "TK104", "table-ratio", verdict, AtNumber(number.id),
        f"{text} is {shown}; the cell says {number.quantity.shown}, and {hits} other rows keep the relation.",
        tuple(d.steps), operands=(number.id, a.id, b.id),
        note=f"the row gives {shown.rstrip('×')}",
        bold=f"{text} is {shown}, not {number.quantity.shown}.",
        only_if="" if verdict is Verdict.IMPOSSIBLE else "this row is computed from other cells than its neighbours",
        related=((AtNumber(a.id), _label(a)), (AtNumber(b.id), _label(b))),
        fixes=(Fix(f"Write {'$' + literal + chr(92) + 'times$' if not percent else literal + chr(92) + '%'}", FixKind.QUICKFIX,
                   (ReplaceLiteral(number.id, literal),)),),
        figure=BarsFigure("Cell against its row", "%" if percent else "×",
                          (("as written", number.quantity.point * (100 if percent else 1), True),
                           ("recomputed", value * (100 if percent else 1), False))),
    )  # fmt: skip
