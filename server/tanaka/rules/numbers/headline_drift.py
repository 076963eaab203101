r"""## What it checks
That a headline (title, abstract, introduction, conclusion, caption) says what the tables and the
evaluation say of the same metric, and a sentence of the body what the table that it names has.

## Why it matters
Headlines are written early and tables late. The reviewer looks for the cell behind the headline
first.

## What is left alone
Understatement ("up to 6x" for 6.25), and whatever the paper reaches under another reading: a number
of the text, a cell, a ratio, difference or mean of cells. Two places are held against each other
only where metric, names, settings and comparand agree; a table only where the sentence names a row
or a column of it, or the table itself.

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

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from tanaka.paper.headlines import compatible, is_level
from tanaka.paper.model import Asserted, Where
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.rules.api import Context, Outcome, Verdict, rule
from tanaka.rules.numbers import drift_finding as say
from tanaka.rules.numbers.ledger import Entry, Grid, Ledger, Value, gives, means
from tanaka.rules.numbers.near_change import near_changes
from tanaka.rules.numbers.same_result import (
    against_cells,
    apart,
    contradict,
    elsewhere,
    likeness,
    named_cells,
    other_setting,
    share,
    slip,
    spelled_out,
    strangers,
)

_ENOUGH = 40  # places that are looked at more closely
_PARTS = ("microbenchmark", "kernel", "layer", "operator", "component", "simulation", "isolation")
_OF_TIMES = Lazy(r" of (?:the |all )?(?:time|case|run|trial) ")
_GROWS = Lazy(
    r" (?:between|from) [\d.]+ (?:\w+ )?(?:and|to) [\d.]+ .* (?:grow|scale|increase|rise)"
)
_DIFFERENCE = Lazy(r" (?:saves?|saved|saving|difference|differ|gap|drops?|removes?|removed|cuts?) ")
_SUMMED = Lazy(
    r" (?:mean|average|averaged|total|sum|median|overall|together|all|across|combined|altogether) "
)


@rule("TK106", since="0.1.0")
def headline_drift(ctx: Context) -> Iterator[Outcome]:
    """Headlines against tables, the evaluation, and each other; sentences against their table."""
    yield from near_changes(ctx)
    ledger = Ledger(ctx.paper)
    for e in ledger.entries:
        if (
            e.result.asserted is not Asserted.YES
            or "respectively" in e.result.cues
            or e.number.where is Where.RELATED
        ):
            continue
        outcome = None
        grid = _cited(ledger, e, e.result.labels or e.result.nearby)
        if grid is not None:
            outcome = _against_table(
                ctx, ledger, e, grid, named=bool(e.result.labels) or e.number.id in ledger.captioned
            )
        if outcome is None and (e.sums_up or e.number.where is Where.CAPTION):
            outcome = _headline(ctx, ledger, e)
        if outcome is None and not e.sums_up:
            outcome = _body(ctx, ledger, e)
        if outcome is not None:
            yield outcome


def _cited(ledger: Ledger, e: Entry, labels: tuple[str, ...]) -> Grid | None:
    """The one table that labels name, or whose caption a result stands in."""
    if e.number.id in ledger.captioned:
        return ledger.captioned[e.number.id]
    grids = {id(g): g for label in labels if (g := ledger.by_label.get(label))}
    others = [
        x
        for x in labels
        if x not in ledger.by_label and not x.startswith(("sec", "s:", "app", "eq"))
    ]
    return next(iter(grids.values())) if len(grids) == 1 and not others else None


def _wide(e: Entry) -> Interval:
    """What agrees with a result: for a bound, also what lies a little beyond it."""
    q = e.number.quantity.qualifier
    if q in (Qualifier.MIN, Qualifier.GT):
        return Interval(e.reach.low, e.reach.high * 1.25)
    if q is Qualifier.LT:
        return Interval(e.reach.low * 0.75, e.reach.high)
    return e.reach


# -- what agrees ------------------------------------------------------------------------------


def _one_sentence(a: Entry, b: Entry) -> bool:
    """Whether two results stand in one sentence; the same words in another part are another one."""
    return a.result.said == b.result.said and a.number.where is b.number.where


def _agreeing_text(ledger: Ledger, e: Entry) -> list[Entry]:
    """Results in other sentences that agree, and may be the same: the first of them."""
    found = (
        p
        for p in ledger.meeting(e.result.unit, _wide(e))
        if p is not e and not _one_sentence(p, e) and compatible(p.metrics, e.metrics)
    )
    return list(islice(found, _ENOUGH))


def _agreeing_cells(ledger: Ledger, e: Entry) -> list[tuple[Value, Grid]]:
    found = [
        (v, g)
        for v, g in ledger.cells_meeting(e.result.unit, _wide(e))
        if compatible(v.metrics, e.metrics)
    ]
    if not found or e.result.aggregate or e.result.change:
        return found
    return [(v, g) for v, g in found if not elsewhere(e, g, v)]


def _follows(ledger: Ledger, e: Entry) -> bool:
    """Whether two cells of a line of some table, or a mean of one, give the value."""
    return any(_follows_from(e, g) for g in ledger.grids)


def _follows_from(e: Entry, grid: Grid, values: frozenset[int] | None = None) -> bool:
    reach, unit = _wide(e), e.result.unit
    for line in grid.lines:
        if len(line) > 60 or not compatible(line[0].metrics, e.metrics):
            continue
        for a in line:
            for b in line:
                if a is b or (values is not None and id(a) not in values and id(b) not in values):
                    continue
                if unit in ("×", "%") and gives(unit, reach, a, b):
                    return True
        if line[0].unit == unit and any(i.meets(reach) for _, i in means(line)):
            return True
        if (
            unit not in ("×", "%")
            and line[0].unit == unit
            and any(gives(unit, reach, a, b) for a in line for b in line if a is not b)
        ):
            return True
    return False


def _reached(ledger: Ledger, e: Entry) -> bool:
    """Whether something of the body is larger than the maximum that a headline claims.

    By how much a system grows with its size is no gain over another.
    """
    return any(
        p.reach.high >= e.reach.low
        and not p.sums_up
        and compatible(p.metrics, e.metrics)
        and not (p.result.settings and _GROWS.search(p.result.zone))
        for p in ledger.alike(e.result.unit)
        if p is not e
    )


# -- headlines --------------------------------------------------------------------------------


def _headline(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    cells, texts = _agreeing_cells(ledger, e), _agreeing_text(ledger, e)
    body = [p for p in texts if not p.sums_up]
    if cells:
        return say.held_by_cell(ctx, e, cells[0][0])
    if body:
        return say.held_by_text(ctx, e, body[0])
    against = _contradicting(ledger, e)
    copies = any(likeness(e, p, ledger.own) for p in texts)
    if against and not copies and _sure(ledger, e, against):
        return say.other_places(ctx, e, against)
    if e.result.aggregate in ("max", "range") and (found := _unreached(ctx, ledger, e)):
        return found
    if texts and not against:
        same = [p for p in texts if p.number.quantity.nominal.meets(e.number.quantity.nominal)]
        return say.held_by_text(ctx, e, same[0]) if same else None
    if e.result.aggregate in ("", "range") and e.result.unit != "×":
        return _misprinted(ctx, ledger, e)
    if e.result.unit == "×" and e.result.aggregate in ("", "max"):
        return _misprinted_factor(ctx, ledger, e)
    return None


def _sure(ledger: Ledger, e: Entry, against: list[Entry]) -> bool:
    """Whether enough says that other places speak of the same, and that theirs is the right value."""
    weight, alike = _weight(ledger, against), likeness(e, against[0], ledger.own)
    if e.result.unit == "%" and not e.result.change and _OF_TIMES.search(e.result.said):
        return False  # two shares of the time are of two things that happen
    if weight == 1:
        return alike >= 4 and share(e, against[0]) >= 0.5 and not _follows(ledger, e)
    if alike < 4 and share(e, against[0]) < 0.5 and not slip(e, against[0]):
        return False
    return alike + min(weight, 3) >= 5 or (alike + weight >= 4 and not _follows(ledger, e))


def _near_in_size(a: Entry, b: Entry) -> bool:
    """Whether two values are close enough to be meant for one: no time of a step is one of a run."""
    x, y = a.number.quantity.point, b.number.quantity.point
    return x > 0 and y > 0 and (max(x, y) <= 12 * min(x, y) or slip(a, b))


def _denying(ledger: Ledger, e: Entry, places: Sequence[Entry]) -> list[Entry]:
    """Those places that say the same of the same in another number."""
    own, siblings = ledger.own, ledger.beside(e)
    near, named = e.result.near or e.result.words, e.result.names
    return [
        p
        for p in places
        if p is not e
        and not (p.result.words.isdisjoint(near) and p.result.named.isdisjoint(named))
        and not p.possible.meets(e.possible)
        and p.result.asserted is Asserted.YES
        and p.result.said != e.result.said
        and "respectively" not in p.result.cues
        and _near_in_size(e, p)
        and not apart(e, p, own)
        and contradict(e, p, own)
        and not any(s.reach.meets(p.reach) for s in siblings)
    ]


def _contradicting(ledger: Ledger, e: Entry) -> list[Entry]:
    """Results that say the same of the same in other numbers, those that agree with each other."""
    own = ledger.own
    found = _denying(ledger, e, ledger.alike(e.result.unit))
    if not found:
        return []
    # A place that names more is less likely to be of the same.
    like = {id(p): likeness(e, p, own) - len(p.result.named - own - e.result.names) for p in found}
    top = max(like.values())
    found = [p for p in found if like[id(p)] >= max(2, top - 2)]
    if not found:
        return []
    found = sorted(found, key=lambda p: -like[id(p)])[:_ENOUGH]
    groups = [[p for p in found if p.reach.meets(q.reach)] for q in found]
    same = max(groups, key=lambda g: sum(like[id(p)] for p in g))
    if 2 * sum(like[id(p)] for p in same) <= sum(like[id(p)] for p in found):
        return []
    return sorted(same, key=lambda p: -like[id(p)])


def _weight(ledger: Ledger, against: list[Entry]) -> int:
    """In how many places the paper states a value: a table counts for two."""
    first = against[0]
    cells = _agreeing_cells(ledger, first)
    places = {p.result.said for p in against}
    places |= {
        p.result.said for p in _agreeing_text(ledger, first) if not apart(first, p, ledger.own)
    }
    return len(places) + (2 if cells else 0)


def _body(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A result of the body that headlines and a table, or several places, contradict."""
    r = e.result
    if e.number.where is Where.APPENDIX or r.aggregate == "range" or len(ledger.beside(e)) > 1:
        return None
    if not _denying(ledger, e, ledger.summing(r.unit)):
        return None
    against = [
        p
        for p in _contradicting(ledger, e)
        if (
            p.result.named - ledger.own - p.result.against <= r.names
            and r.named - ledger.own - r.against <= p.result.names
        )
        or _bound_to(ledger, e, p)
    ]
    if not any(p.sums_up for p in against):
        return None
    alike, weight = likeness(e, against[0], ledger.own), _weight(ledger, against)
    first = against[0].result
    if r.settings - first.settings or 2 * len(r.near & first.words) < len(r.near):
        return None  # of a case of its own
    if (
        weight < 2
        or alike < (3 if weight > 2 else 4)
        or share(e, against[0]) < 0.5
        or against[0].result.aggregate == "range"
    ):
        return None
    if _agreeing_cells(ledger, e) or _agreeing_text(ledger, e):
        return None
    return say.other_places(ctx, e, against)


def _bound_to(ledger: Ledger, e: Entry, p: Entry) -> bool:
    """Whether the one cell that a result's sentence names has the value of another result."""
    for g in ledger.grids:
        cells, full = named_cells(e, g, ledger.own, ledger.beside(e))
        if full and len(cells) == 1 and cells[0].reach.meets(p.reach):
            return True
    return False


def _unreached(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A maximum that no factor of the paper reaches: none over what it is compared with, or none at all."""
    r = e.result
    if r.unit != "×" or ledger.given_by_text(e):
        return None
    over = [v for g in ledger.grids for v in against_cells(e, g, ledger.own)]
    over = [v for v in over if v.metrics] or over
    if len(over) > 1:
        largest = max(over, key=lambda v: v.reach.high)
        below = largest.reach.high < e.reach.low
        if (
            not below
            or _of_part(e, ledger)
            or not _near(e, largest)
            or _printed_elsewhere(ledger, e)
        ):
            return None
        return say.largest_cell(ctx, e, largest.number, Verdict.IMPLAUSIBLE)
    if not r.metrics or _reached(ledger, e) or _of_part(e, ledger):
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


def _of_part(e: Entry, ledger: Ledger) -> bool:
    """Whether a factor is of a part, and no table speaks of that part."""
    parts = [w for w in _PARTS if f" {w} " in e.result.zone]
    return any(not any(f" {w} " in g.text for g in ledger.grids) for w in parts)


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
        not p.sums_up or p.number.quantity.literal.value == same for p in _agreeing_text(ledger, e)
    ):
        return True
    return bool(_agreeing_cells(ledger, e))


def _plotted(ledger: Ledger, e: Entry) -> bool:
    """Whether a figure shows what a headline speaks of."""
    return any(
        any(label.startswith(("fig", "f:")) for label in p.result.labels)
        and compatible(p.metrics, e.metrics)
        for p in ledger.alike("×")
    )


def _exceeds(e: Entry, grid: Grid, own: frozenset[str]) -> bool:
    """Whether two cells of a line have a ratio as large as a claimed maximum."""
    return any(
        a.reach.high >= e.reach.low * b.reach.low > 0
        for a, b in grid.pairs(own)
        if compatible(a.metrics, e.metrics) and (a.unit not in ("×", "%") or a.unit == b.unit)
    )


def _misprinted(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
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
    if best is None or (_changes(e) and _follows(ledger, e)):
        return None
    return say.named_cell(ctx, e, best)


def _misprinted_factor(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
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
        i.meets(_wide(e))
        for line in grid.lines
        if line[0].unit == e.result.unit
        for _, i in means(line)
    )


# -- a sentence and its table -----------------------------------------------------------------


def _against_table(
    ctx: Context, ledger: Ledger, e: Entry, grid: Grid, *, named: bool
) -> Outcome | None:
    """A result and the one table that its sentence, or one before it, names."""
    r, reach = e.result, _wide(e)
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
        or _agreeing_text(ledger, e)
        or _agreeing_cells(ledger, e)
    ):
        return None
    if strangers(e, grid, ledger.own) or (
        _follows_from(e, grid) if _changes(e) else _mean_of(e, grid)
    ):
        return None
    if not e.sums_up and (_DIFFERENCE.search(r.said) or other_setting(e, grid)):
        return None
    cells, full = named_cells(e, grid, ledger.own, ledger.beside(e))
    if len(cells) != 1 or not full or not spelled_out(e, grid, cells[0], ledger.own):
        return None
    return say.named_cell(ctx, e, cells[0])
