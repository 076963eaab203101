r"""## What it checks
That an "up to" factor is reached: by the table that its sentence names, by the evaluation as a
whole, and by what the paper says of the same thing elsewhere.

## Why it matters
Headlines are written early and tables late. The reviewer looks for the cell behind the headline
first.

## What is left alone
Understatement. Any factor in the text, in a table, or that two cells of one row or one column
give, reaches a headline. A paper without a table of the headline's metric is not checked, and two
headlines are held against each other only where they say the same in nearly the same words.

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
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.rules.api import (
    AtNumber,
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
from tanaka.rules.numbers.change_check import factor_literal

_HEADLINE_PARTS = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.TITLE)
_SAME = {"speedup": ("speed", "faster", "×"), "faster": ("speed", "time", "latency"), "time": ("time", "(s)", "(ms)", "latency"),
         "samples": ("samples", "throughput"), "tokens": ("tokens", "throughput")}  # fmt: skip


@rule("TK106", since="0.1.0")
def headline_drift(ctx: Context) -> Iterator[Outcome]:
    """Headline factors against the table they name, the body, and each other."""
    claims = [
        c
        for c in ctx.paper.of(Headline)
        if c.aggregate == "max" and c.asserted is Asserted.YES and _upper(ctx, c) > 1.0
    ]
    for claim in claims:
        cited = [t for t in ctx.paper.tables if claim.table and claim.table in t.labels]
        outcomes = list(_against_cited(ctx, claim, cited[0])) if len(cited) == 1 else []
        if not outcomes and ctx.paper.number(claim.number).where in _HEADLINE_PARTS:
            outcomes = list(_against_body(ctx, claim)) or list(_against_others(ctx, claim, claims))
        yield from outcomes


def _upper(ctx: Context, claim: Headline) -> float:
    """The factor that is claimed to be reached, read as low as rounding allows."""
    q = ctx.paper.number(claim.number).quantity
    if isinstance(q.value, tuple):
        return q.value[-1] - 0.55 * q.literal.ulp * q.scale
    return q.literal.hard().low


def _against_cited(ctx: Context, claim: Headline, table: Table) -> Iterator[Outcome]:
    """A factor and the one table that its sentence names."""
    cells = _ratios(ctx, table)
    if not cells or not _about(table, claim):
        return
    reached = max(cells, key=lambda c: c.quantity.hard.high)
    largest = max((reached.quantity.hard.high, *_derived(ctx, table)))
    d = _steps(ctx, claim, reached)
    if _upper(ctx, claim) <= largest:
        if _upper(ctx, claim) <= reached.quantity.hard.high:
            yield _held(claim, reached, d)
        return
    yield _finding(ctx, claim, reached, d, Verdict.IMPOSSIBLE)


def _against_body(ctx: Context, claim: Headline) -> Iterator[Outcome]:
    """A headline and everything that the body reaches."""
    if isinstance(ctx.paper.number(claim.number).quantity.value, tuple) or claim.cues:
        return
    stated = _upper(ctx, claim)
    body = [
        n for n in ctx.paper.numbers
        if n.where not in _HEADLINE_PARTS and n.quantity.unit == "1" and n.quantity.shown_unit in ("×", "%")
    ]  # fmt: skip
    gains = {
        c.change
        for c in ctx.paper.of(Change)
        if ctx.paper.number(c.change).quantity.shown_unit == "%"
    }
    tables = [t for t in ctx.paper.tables if _about(t, claim)]
    cells = [c for t in tables for c in _ratios(ctx, t)]
    if not cells:
        return
    reached = max(cells, key=lambda c: c.quantity.hard.high)
    largest = max(reached.quantity.hard.high, *(v for t in tables for v in _derived(ctx, t)), 0.0)
    elsewhere = [n for n in body if n.quantity.hard.high >= stated and n.quantity.shown_unit == "×"]
    elsewhere += [n for n in body if n.id in gains and 1 + n.quantity.hard.high >= stated]
    d = _steps(ctx, claim, reached)
    number = ctx.paper.number(claim.number)
    if stated <= largest or elsewhere:
        same = [c for c in cells if _end(c).meets(_end(number))]
        if len(tables) == 1 and same:
            yield _held(claim, same[0], _steps(ctx, claim, same[0]))
        return
    if len(tables) == 1 and tables[0].complete:
        yield _finding(ctx, claim, reached, d, Verdict.IMPLAUSIBLE)


def _against_others(ctx: Context, claim: Headline, claims: list[Headline]) -> Iterator[Outcome]:
    """A headline and what the paper says of the same thing in other places."""
    number = ctx.paper.number(claim.number)
    alike = [c for c in claims if c.number != claim.number and _same_matter(ctx, c, claim)]
    highs = {c.number: _end(ctx.paper.number(c.number)) for c in alike}
    own = _end(number)
    agreeing = [c for c in alike if highs[c.number].meets(own)]
    if agreeing:
        other = ctx.paper.number(agreeing[0].number)
        d = Derivation(ctx.paper)
        d.stated("headline", claim.number)
        d.stated("elsewhere", other.id)
        yield Held(
            "TK106",
            (claim.number, other.id),
            f"{other.quantity.shown} elsewhere too",
            tuple(d.steps),
        )
        return
    if len(alike) < 2 or any(highs[c.number].high >= own.low for c in alike):
        return
    if not all(highs[c.number].meets(highs[alike[0].number]) for c in alike):
        return
    factors = [n for n in ctx.paper.numbers if n.id != number.id and n.quantity.shown_unit == "×"]
    if any(_end(n).meets(own) for n in factors):
        return
    other = ctx.paper.number(alike[0].number)
    d = Derivation(ctx.paper)
    d.stated("headline", claim.number, symbol="c")
    for i, c in enumerate(alike):
        d.stated("elsewhere", c.number, symbol="" if i else "a")
    places = {2: "two", 3: "three", 4: "four"}.get(len(alike), "several")
    yield Finding(
        "TK106", "headline-drift", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{number.quantity.shown} is the headline; {places} other places of the paper say {other.quantity.shown} of the same.",
        tuple(d.steps), operands=(claim.number, *(c.number for c in alike)),
        note=f"{other.quantity.shown} in {places} other places",
        bold=f"The headline says {number.quantity.shown}, {places} other places say {other.quantity.shown}.",
        only_if="it is about another run than those places",
        related=tuple((AtNumber(c.number), "the same, elsewhere") for c in alike),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", other.quantity.shown, "a"),
            Slot("k", str(len(alike)), count=len(alike)), Slot("scope_word", _scope_word(number)),
        ),
        case="D",
    )  # fmt: skip


def _end(number: Number) -> Interval:
    """Interval of a factor, or of the upper end of a range of factors."""
    q = number.quantity
    if isinstance(q.value, tuple):
        top = Literal(q.literal.text, q.value[-1] / q.scale, q.literal.ulp)
        return top.hard().scaled(q.scale)
    return q.literal.hard().scaled(q.scale)


def _same_matter(ctx: Context, a: Headline, b: Headline) -> bool:
    """Whether two sentences tell one result.

    Ranges do where they begin alike ("1.2-5.4x"); single factors where the sentences share most of
    their words, or another measurement and some words.
    """
    one, other = (ctx.paper.number(c.number).quantity.value for c in (a, b))
    common = a.words & b.words
    measured = {w for w in common if re.match(r"#[\d,]*\.\d+(?!.*×)|#\d+%", w)}
    words = sum(not w.startswith("#") for w in common)
    if isinstance(one, tuple) or isinstance(other, tuple):
        both = isinstance(one, tuple) and isinstance(other, tuple)
        return both and one[0] == other[0] and words >= 3  # type: ignore[index]
    if measured and words >= 3:
        return True
    return words >= 4 and 2 * words >= min(len(a.words), len(b.words))


def _steps(ctx: Context, claim: Headline, reached: Number) -> Derivation:
    d = Derivation(ctx.paper)
    d.stated("largest factor in the table", reached.id, symbol="a")
    d.stated("headline", claim.number, symbol="c")
    return d


def _held(claim: Headline, reached: Number, d: Derivation) -> Held:
    words = f"{reached.quantity.shown} in the table reaches it"
    return Held("TK106", (claim.number, reached.id), words, tuple(d.steps))


def _finding(
    ctx: Context, claim: Headline, reached: Number, d: Derivation, verdict: Verdict
) -> Finding:
    number = ctx.paper.number(claim.number)
    literal = factor_literal(reached.quantity.point, number)
    place = dict(reached.context).get("row", "")
    whole = isinstance(number.quantity.value, tuple)
    cited = verdict is Verdict.IMPOSSIBLE
    fix = Fix(
        f"Write ${literal}\\times$", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)
    )
    beyond = "its sentence names that table" if cited else "nothing in the evaluation reaches it"
    return Finding(
        "TK106", "headline-drift", verdict, AtNumber(claim.number),
        f"{number.quantity.shown} is the headline; the largest factor of the table is {reached.quantity.shown}, and {beyond}.",
        tuple(d.steps), operands=(claim.number, reached.id),
        note=f"the table reaches {printed(reached.quantity.point)}",
        bold=f"The headline says {number.quantity.shown}, the table reaches {reached.quantity.shown}.",
        only_if="" if cited else "the headline is about a run that no table or text of the evaluation shows",
        related=((AtNumber(reached.id), f"the largest factor of the table{', row ' + place if place else ''}"),),
        fixes=() if whole else (fix,),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", reached.quantity.shown, "a"),
            Slot("metric", "factor"), Slot("table", "the table that it names"), Slot("scope_word", _scope_word(number)),
        ),
        case="A" if cited else "B",
    )  # fmt: skip


def _scope_word(number: Number) -> str:
    """What the part of the paper that a headline stands in is called."""
    named = {Where.ABSTRACT: "abstract", Where.INTRODUCTION: "introduction", Where.CONCLUSION: "conclusion", Where.TITLE: "title"}  # fmt: skip
    return named.get(number.where, "text")


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
    # Rows that are systems or workloads by name are divided by each other too; scales are not.
    named = sum(not re.match(r"\s*[\d.]", stub) for stub in table.stubs)
    if 2 * named > len(table.stubs):
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
