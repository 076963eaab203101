r"""## What it checks
That the cells of a ratio column, or row, agree with the cells they are computed from: two cells of
the same row, a baseline row, a value in the caption, a difference, or a scaling efficiency. The
relation is not assumed: it is fitted, and a cell is flagged only where the other rows keep it.

## Why it matters
Tables are filled from several runs of a script; one stale cell survives every proofreading,
because nobody divides a table.

## What is left alone
Mean rows, blocks with a baseline of their own, differences in the last digit, and tables where
no relation holds for three rows and three quarters of them, or where two do equally well.

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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache

from tanaka.paper.model import Asserted, Number, NumberId, Table
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval, corners
from tanaka.records import dataclass
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
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.numbers.change_check import factor_literal, percent_literal

_RATIO = Lazy(
    r"speed-?\s?ups?|×|\bratio\b|\bfactor\b|normali[sz]ed|\bgains?\b|improvement|\bvs\.?(?=\W|$)|\bover\b|relative|faster|saving|"
    r"reduction|efficiency|overhead|uplift|\bbetter\b|/",
    re.I,
)
_NAMED = Lazy(
    r"speed-?\s?ups?\b.*\b(?:over|vs\.?|against|to)\b|\bover\b|\bvs\.?(?=\W|$)|normali[sz]ed to\b|\brelative to\b|/|speed-?\s?up",
    re.I,
)
_BARE_RATIO = Lazy(r"speed-?\s?up|ratio|normali|relative", re.I)
_DIFFERENCE = Lazy(
    r"\bvs\.?(?=\W|$)|Δ|delta|\bdiff|\bgains?\b|improv|\bchange\b|\bdrop\b|[+−-]/[+−-]", re.I
)
_EFFICIENCY = Lazy(r"efficiency", re.I)
_COUNTED = Lazy(r"\b(?:threads?|cores?|GPUs?|nodes?|workers?|devices?|ranks?|machines?)\b", re.I)
_MEAN_ROW = Lazy(
    r"\b(?:mean|avg|average|geo-?mean|gmean|median|overall|total|sum|all|max|min)\b", re.I
)
_Value = Callable[..., float]
_Cells = tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """A table by columns, or the same table turned, so that a ratio row is read as a column."""

    header: tuple[str, ...]
    stubs: tuple[str, ...]
    blocks: tuple[int, ...]
    cells: tuple[_Cells, ...]
    caption: str
    stated: tuple[Number, ...]
    widest: Mapping[NumberId, Interval]
    """For each cell the interval that a proof must stand on: its column tells which zeros count."""


@dataclass(frozen=True, slots=True)
class _Formula:
    """A candidate relation: which cells a row is computed from, and how.

    ``doubtful`` marks a relation that the header names only by custom (scaling efficiency): its
    finding is never a proof.  ``least`` is how many telling rows must keep it.
    """

    name: str
    operands: Callable[[int], _Cells]
    value: _Value
    text: str
    doubtful: bool = False
    least: int = 3


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers of one table.  They follow from its cells, header and caption, so all are equal."""

    by_id: Mapping[NumberId, Number] = field(compare=False)

    def number(self, id: NumberId) -> Number:
        return self.by_id[id]


@rule("TK104", since="0.1.0")
def table_ratio(ctx: Context) -> Iterator[Outcome]:
    """Ratio columns of every table, then its ratio rows."""
    for table in ctx.paper.tables:
        ids = [c.number for row in table.rows for c in row if c.number is not None]
        numbers = {i: ctx.paper.number(i) for i in (*ids, *table.stated)}
        asserted = frozenset(n.asserted for n in numbers.values())
        yield from _table(table, asserted, _Numbers(numbers))


# An edit elsewhere leaves a table as it was, and fitting one takes a millisecond.
@lru_cache(maxsize=256)
def _table(
    table: Table, asserted: frozenset[Asserted], numbers: _Numbers
) -> tuple[Held | Finding, ...]:
    """Outcomes of one table; ``asserted`` only tells one that has become quoted from what it was."""
    done: set[NumberId] = set()
    out: list[Held | Finding] = []
    view = _view(table, numbers)
    for v in (view, _turned(view)):
        for column in range(1, len(v.header)):
            for outcome in _column(numbers, v, column):
                own = outcome.numbers[0] if isinstance(outcome, Held) else outcome.operands[0]
                if own not in done:
                    done.add(own)
                    out.append(outcome)
    return tuple(out)


def _view(table: Table, numbers: _Numbers) -> _View:
    def number(id: NumberId | None) -> Number | None:
        if id is None:
            return None
        n = numbers.number(id)
        return None if isinstance(n.quantity.value, tuple) or not n.quantity.bounded else n

    cells = tuple(tuple(number(c.number) for c in row) for row in table.rows)
    stated = tuple(n for i in table.stated if (n := number(i)) is not None)
    widest: dict[NumberId, Interval] = {n.id: n.quantity.hard for n in stated}
    for column in zip(*cells, strict=False):
        present = [n for n in column if n is not None]
        widest |= {n.id: hard(n, *(o for o in present if o is not n)) for n in present}
    return _View(table.header, table.stubs, table.blocks, cells, table.caption, stated, widest)


def _turned(view: _View) -> _View:
    width = len(view.header)
    cells = tuple(
        tuple(row[c] if c < len(row) else None for row in view.cells) for c in range(width)
    )
    # The first column of the turned table is what was the header.
    padded = tuple((None, *line) for line in cells[1:])
    header = ("", *view.stubs)
    return _View(header, view.header[1:], (0,) * len(padded), padded, view.caption, (), view.widest)


def _cell(view: _View, row: int, column: int) -> Number | None:
    if not 0 <= row < len(view.cells) or column >= len(view.cells[row]):
        return None
    return view.cells[row][column]


def _column(numbers_of: _Numbers, view: _View, column: int) -> Iterator[Held | Finding]:
    numbers = [_cell(view, r, column) for r in range(len(view.cells))]
    shown = {n.quantity.shown_unit for n in numbers if n}
    header = view.header[column]
    if not shown or not shown <= {"×", "%", "", "points"}:
        return
    plain = not shown & {"×", "%"}
    if plain and not (_BARE_RATIO.search(header) or _DIFFERENCE.search(header)):
        return
    rows = [
        r for r, n in enumerate(numbers) if n is not None and not _MEAN_ROW.search(view.stubs[r])
    ]
    if len(rows) < 2:
        return
    percent = shown == {"%"}
    fitted = _fit(view, column, rows, numbers, percent=percent, plain=plain)
    if fitted is None:
        return
    formula, hits, checkable, rival = fitted
    enough = len(hits) >= 3 and len(hits) >= 0.75 * (len(rows) - 1)
    everywhere = len(hits) == len(checkable) == len(rows)
    named = bool(_NAMED.search(header)) or bool(_NAMED.search(view.caption))
    if not enough and not (everywhere and (named or len(hits) >= 3)):
        return
    for r in checkable:
        number = numbers[r]
        operands = _operands(formula, r)
        if number is None or operands is None or number.asserted is Asserted.NO:
            continue
        if r in hits:
            d, value = _derive(numbers_of, formula, operands, number)
            yield Held(
                "TK104",
                (number.id, *dict.fromkeys(o.id for o in operands)),
                f"{_text(formula, operands)} = {_show(value, number)}",
                tuple(d.steps),
            )
        elif enough and not rival and not _holds(view, formula, r, number, nominal=False):
            proof = named and not formula.doubtful
            yield _finding(numbers_of, formula, number, operands, len(hits), proof=proof)


def _fit(
    view: _View,
    column: int,
    rows: list[int],
    numbers: list[Number | None],
    *,
    percent: bool,
    plain: bool,
) -> tuple[_Formula, list[int], list[int], bool] | None:
    """The relation that most rows keep, those rows, those it can be tried on, and whether another does as well."""
    best: tuple[_Formula, list[int], list[int]] | None = None
    rival = False
    for formula in _candidates(view, column, percent=percent, plain=plain):
        checkable = [r for r in rows if _operands(formula, r) is not None]
        hits = [
            r for r in checkable if (n := numbers[r]) and _holds(view, formula, r, n, nominal=True)
        ]
        telling = {round(n.quantity.point, 6) for r in hits if (n := numbers[r])} - {1.0, 0.0}
        least = min(formula.least, max(2, len(rows) - 1))
        if len(telling) < least or len(hits) > len(rows):
            continue
        if best is None or len(hits) > len(best[1]):
            best, rival = (formula, hits, checkable), False
        elif len(hits) == len(best[1]) and _differs(formula, best[0], rows):
            rival = True
    return None if best is None else (*best, rival)


def _differs(a: _Formula, b: _Formula, rows: list[int]) -> bool:
    """Whether two relations compute some row from other numbers."""
    return any(_operands(a, r) != _operands(b, r) for r in rows)


def _candidates(view: _View, column: int, *, percent: bool, plain: bool) -> Iterator[_Formula]:
    width, header = len(view.header), view.header[column]

    def same_row(i: int, j: int) -> Callable[[int], _Cells]:
        return lambda r: (_cell(view, r, i), _cell(view, r, j))

    def against(i: int, base: Callable[[int], int]) -> Callable[[int], _Cells]:
        return lambda r: (_cell(view, base(r), i), _cell(view, r, i))

    def first(r: int) -> int:
        return view.blocks.index(view.blocks[r])

    def unit(r: int) -> int:
        """Row of the block whose own cell says that it is the baseline."""
        whole = 0.0 if percent else 1.0
        for k, block in enumerate(view.blocks):
            n = _cell(view, k, column)
            if block == view.blocks[r] and n and n.quantity.point == whole:
                return k
        return -1

    ratio: tuple[tuple[str, _Value, str], ...] = (("ratio", lambda a, b: a / b, "{0} / {1}"),)
    shares: tuple[tuple[str, _Value, str], ...] = (
        ("saving", lambda a, b: 1 - b / a, "1 - {1} / {0}"),
        ("gain", lambda a, b: a / b - 1, "{0} / {1} - 1"),
        ("share", lambda a, b: b / a, "{1} / {0}"),
    )
    if not plain or _BARE_RATIO.search(header):
        for i in range(1, width):
            for j in range(1, width):
                if i != j and column not in (i, j) and _same_unit(view, i, j):
                    for name, value, text in shares if percent else ratio:
                        yield _Formula(name, same_row(i, j), value, text)
            if i == column or not _ratioable(view, i):
                continue
            for base, where in ((first, "the first row"), (unit, "the baseline row")):
                for name, value, text in shares if percent else ratio:
                    yield _Formula(f"{name} to {where}", against(i, base), value, text)
                if not percent:
                    yield _Formula(
                        f"ratio to {where}", against(i, base), lambda a, b: b / a, "{1} / {0}"
                    )
            if not percent:
                yield from _over_stated(view, i)
    if (not percent and plain) or (percent and _DIFFERENCE.search(header)):
        for i in range(1, width):
            for j in range(1, width):
                if i != j and column not in (i, j) and _subtractable(view, i, j):
                    yield _Formula("difference", same_row(i, j), lambda a, b: a - b, "{0} - {1}")
    if percent and _EFFICIENCY.search(header) and _COUNTED.search(view.header[0]):
        yield from _efficiencies(view, column)


def _over_stated(view: _View, i: int) -> Iterator[_Formula]:
    """Cells of a column over, or under, a value of the caption."""

    def operands(base: Number) -> Callable[[int], _Cells]:
        return lambda r: (base, _cell(view, r, i))

    for base in view.stated:
        if base.quantity.shown_unit not in ("×", "%") and "." in base.quantity.literal.text:
            name = "ratio to the caption's value"
            yield _Formula(name, operands(base), lambda a, b: b / a, "{1} / {0}")
            yield _Formula(name, operands(base), lambda a, b: a / b, "{0} / {1}")


def _efficiencies(view: _View, column: int) -> Iterator[_Formula]:
    """Gain over the first row per gain in devices, for columns of rates and of times."""

    def operands(i: int) -> Callable[[int], _Cells]:
        return lambda r: (
            _cell(view, r, i),
            _cell(view, 0, i),
            _cell(view, r, 0),
            _cell(view, 0, 0),
        )

    for i in range(1, len(view.header)):
        if i != column and _ratioable(view, i):
            yield _Formula("scaling efficiency", operands(i), lambda v, v0, n, n0: v / v0 / (n / n0),
                           "({0} / {1}) / ({2} / {3})", doubtful=True, least=2)  # fmt: skip


def _units(view: _View, i: int) -> set[tuple[str, str]]:
    return {
        (n.quantity.unit, n.quantity.shown_unit)
        for r in range(len(view.cells))
        if (n := _cell(view, r, i))
    }


def _ratioable(view: _View, i: int) -> bool:
    """Whether a column holds one quantity: one unit, and no ratios or shares itself."""
    units = _units(view, i)
    return len({u for u, _ in units}) == 1 and not {s for _, s in units} & {"×", "%"}


def _same_unit(view: _View, i: int, j: int) -> bool:
    if not (_ratioable(view, i) and _ratioable(view, j)):
        return False
    return {u for u, _ in _units(view, i)} == {u for u, _ in _units(view, j)}


def _subtractable(view: _View, i: int, j: int) -> bool:
    """Whether two columns hold scores or percentages of one kind."""
    shown = {s for _, s in _units(view, i)}
    return shown == {s for _, s in _units(view, j)} and shown in ({""}, {"%"})


def _operands(formula: _Formula, row: int) -> tuple[Number, ...] | None:
    cells = formula.operands(row)
    found = tuple(c for c in cells if c is not None)
    if len(found) != len(cells) or any(c.quantity.point <= 0 for c in found):
        return None
    return found


def _holds(view: _View, formula: _Formula, row: int, number: Number, *, nominal: bool) -> bool:
    operands = _operands(formula, row)
    if operands is None:
        return False
    if nominal:
        claim, values = number.quantity.nominal, [o.quantity.nominal for o in operands]
    else:
        claim, values = view.widest[number.id], [view.widest[o.id] for o in operands]
        # A column computed from unrounded data may differ in its last digit.
        ulp = number.quantity.literal.ulp * number.quantity.scale
        claim = Interval(claim.low - ulp, claim.high + ulp)
    return _reach(formula, operands, values).meets(claim)


def _reach(formula: _Formula, operands: tuple[Number, ...], values: list[Interval]) -> Interval:
    """All values of a relation; a cell that stands in it twice is one variable."""
    first = {o.id: k for k, o in reversed(list(enumerate(operands)))}
    free = sorted(set(first.values()))
    place = [free.index(first[o.id]) for o in operands]
    return corners(lambda *v: formula.value(*(v[k] for k in place)), *(values[k] for k in free))


def _text(formula: _Formula, operands: tuple[Number, ...]) -> str:
    return formula.text.format(*(o.quantity.shown for o in operands))


def _show(value: float, number: Number) -> str:
    if number.quantity.shown_unit == "%":
        return f"{100 * value:.1f}%"
    return f"{value:.4g}" if value <= 0 else printed(value)


def _derive(
    numbers_of: _Numbers, formula: _Formula, operands: tuple[Number, ...], number: Number
) -> tuple[Derivation, float]:
    d = Derivation(numbers_of)
    inputs = [d.stated(_label(o), o.id) for o in operands]
    unit = "%" if number.quantity.shown_unit == "%" else "1"
    result = d.computed(
        formula.name, unit, _text(formula, operands), formula.value, *inputs, symbol="r"
    )
    d.stated("as written", number.id, symbol="c")
    return d, result.value


def _label(number: Number) -> str:
    context = dict(number.context)
    column = re.sub(r"\s*[(\[].*", "", context.get("column", ""))
    return ", ".join(p for p in (column, context.get("row", "")) if p)[:40] or "cell"


def _finding(
    numbers_of: _Numbers,
    formula: _Formula,
    number: Number,
    operands: tuple[Number, ...],
    hits: int,
    *,
    proof: bool,
) -> Finding:
    d, value = _derive(numbers_of, formula, operands, number)
    unit = number.quantity.shown_unit
    percent = unit == "%"
    shown = f"{100 * value:.0f}%" if percent else _show(value, number) + unit
    verdict = (
        Verdict.IMPOSSIBLE if proof and number.asserted is Asserted.YES else Verdict.IMPLAUSIBLE
    )
    literal = percent_literal(value, number) if percent else factor_literal(value, number)
    written = {"%": literal + "\\%", "×": f"${literal}\\times$"}.get(unit, literal)
    text = _text(formula, operands)
    return Finding(
        "TK104", "table-ratio", verdict, AtNumber(number.id),
        f"{text} is {shown}; the cell says {number.quantity.shown}, and {hits} other rows keep the relation.",
        tuple(d.steps), operands=(number.id, *dict.fromkeys(o.id for o in operands)),
        note=f"the row gives {shown.rstrip('×')}",
        bold=f"{text} is {shown}, not {number.quantity.shown}.",
        only_if="" if verdict is Verdict.IMPOSSIBLE else "this row is computed from other cells than its neighbours",
        related=tuple((AtNumber(o.id), _label(o)) for o in dict.fromkeys(operands)),
        fixes=(Fix(f"Write {written}", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),)),) if value > 0 else (),
        figure=BarsFigure("Cell against its row", "%" if percent else "×",
                          (("as written", number.quantity.point * (100 if percent else 1), True),
                           ("recomputed", value * (100 if percent else 1), False))),
        slots=(
            Slot("formula", text, "r"), Slot("ratio", shown, "r"), Slot("claim", number.quantity.shown, "c"),
            Slot("n", str(hits), count=hits),
        ),
    )  # fmt: skip
