r"""## What it checks
That a total, a mean or a median in a table agrees with its parts, by rows and by columns, and that
shares of a whole add up to 100%. A total of totals counts its subtotals. How a mean was made is
found: arithmetic, geometric, harmonic, median, weighted by another column, or the ratio of two
means; where the cell agrees with one of them, that one is reported.

## Why it matters
A table's last row is typed once and the rows above it change until the deadline. It is also the
row that the text quotes.

## What is left alone
Parts with a missing value, rows "of which", overlapping stages, peaks, the most expensive of many,
and differences that rounding explains. An "Avg." that is a geometric mean is an average. A mean is
flagged only where every mean of every plausible set of parts fails.

## Example
```latex
\begin{tabular}{lr}
\toprule
Component & Memory (GB) \\
\midrule
Weights & 1.35 \\
Cache & 2.69 \\
Activations & 1.85 \\
Runtime & 0.42 \\
\midrule
Total & 6.91 \\
%       ^^^^ TK105: 1.35 GB + 2.69 GB + 1.85 GB + 0.42 GB is 6.31 GB
\bottomrule
\end{tabular}
```
Recompute the total from the cells that are printed.

## References
- Panko, "What We Know About Spreadsheet Errors", Journal of End User Computing 10(2), 1998.
- Fleming and Wallace, "How Not to Lie with Statistics: The Correct Way to Summarize Benchmark
  Results", Communications of the ACM 29(3), 1986.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tanaka.paper.labels import hint
from tanaka.paper.model import Asserted, Number, NumberId, Table
from tanaka.rules.api import Context, Finding, Held, Outcome, rule
from tanaka.rules.numbers.tables.doubt import Case, doubt, untold
from tanaka.rules.numbers.tables.means import (
    ARITHMETIC,
    MEANS,
    SUM,
    Made,
    Parts,
    gathered,
    is_mean,
    is_total,
    named_mean,
    no_sum,
    part_sets,
    reach,
    says_mean,
    says_total,
)
from tanaka.rules.numbers.tables.shares import of_amounts, shares
from tanaka.rules.numbers.tables.sums import Failed, failed, kept
from tanaka.rules.numbers.tables.view import Numbers, View, numbers_of, views
from tanaka.rules.numbers.tables.ways import as_digits, explained_by, strong, ways


@rule("TK105", since="0.1.0")
def table_total(ctx: Context) -> Iterator[Outcome]:
    """Totals and means of every table, by columns and by rows, then shares of a whole."""
    for table in ctx.paper.tables:
        yield from _table(table, *numbers_of(ctx.paper, table))


# An edit elsewhere leaves a table as it was.
@lru_cache(maxsize=256)
def _table(
    table: Table, asserted: frozenset[Asserted], numbers: Numbers
) -> tuple[Held | Finding, ...]:
    """Outcomes of one table; ``asserted`` only tells one that has become quoted from what it was."""
    done: set[NumberId] = set()
    out: list[Held | Finding] = []
    for view in views(table, asserted, numbers):
        for column in range(1, len(view.header)):
            for outcome in (*_column(numbers, view, column), *shares(numbers, view, column)):
                own = outcome.numbers[0] if isinstance(outcome, Held) else outcome.operands[0]
                if own not in done:
                    done.add(own)
                    out.append(outcome)
    return tuple(out)


def _column(numbers_of: Numbers, view: View, column: int) -> Iterator[Held | Finding]:
    """The cells of one column against the columns that it is made of."""
    label = view.header[column]
    total, mean = is_total(label), is_mean(label)
    loose = says_total(label) or says_mean(label)
    if not (total or mean or loose or _closes(view, column)):
        return
    sets = part_sets(view, column)
    if not sets:
        return
    own = hint(label).unit
    rows = [
        r
        for r, n in enumerate(view.column(column))
        if n is not None and n.asserted is not Asserted.NO
    ]
    found = ways(view, column, sets, rows, means=mean or loose)
    best = found[0] if found else None
    agreed = best is not None and strong(best, rows, pure=total or mean, loose=loose)
    if best is not None and (agreed or total or mean):
        for r in best.hits:
            if (number := view.cell(r, column)) is not None:
                yield kept(numbers_of, number, gathered(view, best.parts, r, number)[0], best.made)
    for r in rows:
        number = view.cell(r, column)
        if number is None or (best is not None and r in best.hits):
            continue
        chosen = best.parts if best is not None else _nearest(view, sets, r, number, total=total)
        parts, missing = gathered(view, chosen, r, number)
        if (r, column) in view.noted:
            continue
        # What is missing may be anything, but the parts that are there are not more than the total.
        if missing and total and not mean:
            missing = (
                reach(SUM, [view.widest[p.id] for p in parts]).low <= view.widest[number.id].high
            )
        if len(parts) < 2 or missing or any(i == r for i, _ in view.gaps):
            continue
        if view.turned and own and own != number.quantity.shown_unit.replace("-", " "):
            continue  # "Total (days)" below a column in hours
        adds = best.made is SUM if best is not None else not mean
        if adds and no_sum(view.stubs[r]):
            continue  # the latency of all requests is no sum of those of two groups
        if as_digits(view, column, r, number, mean=mean):
            continue
        way = explained_by(view, column, sets, r, number)
        case = Case(view, column, r, number, tuple(parts), best, strong=agreed, total=total, mean=mean)  # fmt: skip
        if way is not None:
            why = None if way.told else untold(case, way.made.name, len(way.parts))
            if why is None and (total or mean):
                yield kept(numbers_of, number, way.parts, way.made)
        else:
            why = doubt(case)
        if why is not None and number.quantity.shown_unit == "%" and number.quantity.point == 1.0:
            columns = [k for k in range(1, len(view.header)) if view.cell(r, k) in parts]
            lines = [[view.cell(i, k) for k in columns] for i in range(len(view.cells)) if i != r]
            if of_amounts([view.cell(r, k) for k in columns], lines):
                continue  # the share that is wrong is known from its amount
        if why is not None:
            made = best.made if best is not None else _first(label, total=total)
            others = len(best.hits) if best is not None else 0
            fitting = _fitting(label, made, total=total)
            yield failed(numbers_of, Failed(number, tuple(parts), made, fitting, others, why))


def _nearest(view: View, sets: Sequence[Parts], row: int, number: Number, *, total: bool) -> Parts:
    """The set of parts whose sum, or mean, is nearest to a cell that no set explains."""
    made = SUM if total else ARITHMETIC

    def off(parts: Parts) -> tuple[float, int]:
        found = gathered(view, parts, row, number)[0]
        value = made.value(*(p.quantity.point for p in found)) if found else 0.0
        if min(value, number.quantity.point) <= 0:
            return math.inf, len(parts)
        return round(abs(math.log(value / number.quantity.point)), 9), len(parts)

    return min(sets, key=off)


def _first(label: str, *, total: bool) -> Made:
    return SUM if total and not is_mean(label) else named_mean(label) or ARITHMETIC


def _fitting(label: str, made: Made, *, total: bool) -> tuple[Made, ...]:
    """The other ways whose value the message gives."""
    if made is SUM or total:
        return ()
    return tuple(m for m in MEANS[:2] if m is not made) if named_mean(label) is None else ()


def _closes(view: View, column: int) -> bool:
    """Whether a column with no such label may still sum up those before it: it is the last of its unit."""
    units = view.units(column)
    if view.turned or len({u for u, _ in units}) != 1 or {s for _, s in units} & {"", "×", "%"}:
        return False
    if len(view.cells) < 4:
        return False
    return all(units != view.units(k) for k in range(column + 1, len(view.header)))
