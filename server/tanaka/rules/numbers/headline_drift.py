r"""## What it checks
That an "up to" factor in abstract, introduction or conclusion is reached somewhere in the
evaluation.

## Why it matters
Headlines are written early and tables late. The reviewer looks for the cell behind the headline
first.

## What is left alone
Understatement. Any factor in the text, in a table, or that two cells of one row or one column
give, reaches a headline. A paper without a table of the headline's metric is not checked.

## Example
```latex
\begin{abstract}
Our schedule reaches up to $1.6\times$ higher throughput.
%                          ^^^^^^^^^^^ TK106: nothing in the evaluation reaches it
\end{abstract}
\section{Evaluation}
\begin{table}\caption{Throughput at all node counts.}
\begin{tabular}{lrrr}
\toprule
Nodes & 1F1B (tokens/s) & Ours (tokens/s) & Speedup \\
\midrule
16 & 4100 & 4830 & $1.18\times$ \\
32 & 8010 & 10060 & $1.26\times$ \\
64 & 15100 & 20700 & $1.37\times$ \\
\bottomrule
\end{tabular}\end{table}
```
Print what the table reaches, or show the run that gives the headline.

## References
- Hoefler and Belli, "Scientific Benchmarking of Parallel Computing Systems", SC 2015, rule 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Asserted, Change, Headline, Number, Table, Where
from tanaka.rules.api import (
    AtNumber,
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
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.change_check import factor_literal

_HEADLINE_PARTS = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.TITLE)
_SAME = {"speedup": ("speed", "faster", "×"), "faster": ("speed", "time", "latency"), "time": ("time", "(s)", "(ms)", "latency"),
         "samples": ("samples", "throughput"), "tokens": ("tokens", "throughput")}  # fmt: skip


@rule("TK106", since="0.1.0")
def headline_drift(ctx: Context) -> Iterator[Outcome]:
    """Headline factors against everything that the body reaches."""
    body = [
        n for n in ctx.paper.numbers
        if n.where not in _HEADLINE_PARTS and n.quantity.unit == "1" and n.quantity.shown_unit in ("×", "%")
    ]  # fmt: skip
    gains = {
        c.change
        for c in ctx.paper.of(Change)
        if ctx.paper.number(c.change).quantity.shown_unit == "%"
    }
    for claim in ctx.paper.of(Headline):
        if claim.aggregate != "max" or claim.asserted is not Asserted.YES or claim.cues:
            continue
        number = ctx.paper.number(claim.number)
        stated = number.quantity.literal.hard()
        tables = [t for t in ctx.paper.tables if _about(t, claim)]
        cells = [c for t in tables for c in _ratios(ctx, t)]
        if not cells or stated.low <= 1.0:
            continue
        reached = max(cells, key=lambda c: c.quantity.hard.high)
        largest = max(
            reached.quantity.hard.high, *(v for t in tables for v in _derived(ctx, t)), 0.0
        )
        elsewhere = [
            n for n in body if n.quantity.hard.high >= stated.low and n.quantity.shown_unit == "×"
        ]
        elsewhere += [n for n in body if n.id in gains and 1 + n.quantity.hard.high >= stated.low]
        d = Derivation(ctx.paper)
        d.stated("largest factor in the table", reached.id)
        d.stated("headline", claim.number)
        if stated.low <= largest or elsewhere:
            if reached.quantity.nominal.high >= number.quantity.literal.nominal().low:
                yield Held(
                    "TK106",
                    (claim.number, reached.id),
                    f"{reached.quantity.shown} in the table reaches it",
                    tuple(d.steps),
                )
            continue
        if len(tables) != 1 or not tables[0].complete:
            continue
        literal = factor_literal(reached.quantity.point, number)
        place = dict(reached.context).get("row", "")
        yield Finding(
            "TK106", "headline-drift", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
            f"{number.quantity.shown} is the headline; the largest factor of the table is {reached.quantity.shown}, and nothing in the evaluation reaches it.",
            tuple(d.steps), operands=(claim.number, reached.id),
            note=f"the table reaches {printed(reached.quantity.point)}",
            bold=f"The headline says {number.quantity.shown}, the table reaches {reached.quantity.shown}.",
            only_if="the headline is about a run that no table or text of the evaluation shows",
            related=((AtNumber(reached.id), f"the largest factor of the table{', row ' + place if place else ''}"),),
            fixes=(Fix(f"Write ${literal}\\times$", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),),
        )  # fmt: skip


def _about(table: Table, claim: Headline) -> bool:
    words = (" ".join(table.header) + " " + table.caption).lower()
    for metric in claim.metrics:
        if any(w in words for w in (metric, *_SAME.get(metric, ()))):
            return True
    return False


def _ratios(ctx: Context, table: Table) -> list[Number]:
    out = []
    for row in table.rows:
        for cell in row:
            if cell.number is not None:
                n = ctx.paper.number(cell.number)
                if n.quantity.shown_unit == "×" and not isinstance(n.quantity.value, tuple):
                    out.append(n)
    return out


def _derived(ctx: Context, table: Table) -> list[float]:
    """Quotients of two cells of one row, or of one column of rates or times (see the page)."""
    values: list[float] = []
    grid = [
        [ctx.paper.number(c.number) if c.number is not None else None for c in row]
        for row in table.rows
    ]
    for row in grid:
        line = [
            n
            for n in row[1:]
            if n is not None and not isinstance(n.quantity.value, tuple) and n.quantity.point > 0
        ]
        values += [
            a.quantity.hard.high / b.quantity.hard.low
            for a in line for b in line
            if a is not b and a.quantity.unit == b.quantity.unit and a.quantity.shown_unit not in ("×", "%") and b.quantity.hard.low > 0
        ]  # fmt: skip
    if re.search(
        r"(?i)method|system|variant|configuration|approach|schedule|model",
        table.header[0] if table.header else "",
    ):
        for c in range(1, len(table.header)):
            column = [r[c] for r in grid if c < len(r) and r[c] is not None]
            values += [
                a.quantity.hard.high / b.quantity.hard.low  # type: ignore[union-attr]
                for a in column for b in column
                if a is not b and a.quantity.unit == b.quantity.unit and a.quantity.shown_unit not in ("×", "%")  # type: ignore[union-attr]
                and not isinstance(a.quantity.value, tuple) and not isinstance(b.quantity.value, tuple)  # type: ignore[union-attr]
                and b.quantity.hard.low > 0  # type: ignore[union-attr]
            ]  # fmt: skip
    return values
