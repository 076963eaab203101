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

from collections.abc import Iterator, Sequence
from functools import lru_cache

from tanaka.paper.model import Asserted, NumberId, Where
from tanaka.patterns import Lazy
from tanaka.rules.api import Context, Finding, Outcome, rule
from tanaka.rules.numbers.checks.near_change import near_changes
from tanaka.rules.numbers.drift import finding as say
from tanaka.rules.numbers.drift.agreement import (
    ENOUGH,
    agreeing_cells,
    agreeing_text,
    digits,
    follows,
    follows_from,
    spoken,
)
from tanaka.rules.numbers.drift.columns import misprinted_change, misprinted_mean
from tanaka.rules.numbers.drift.kinship import kin, of_one_object, sized
from tanaka.rules.numbers.drift.ledger import Entry, Grid, Ledger
from tanaka.rules.numbers.drift.named_cells import named_cells
from tanaka.rules.numbers.drift.same_result import (
    apart,
    contradict,
    likeness,
    of_one_metric,
    share,
    slip,
    two_places,
)
from tanaka.rules.numbers.drift.tables import (
    against_table,
    misprinted,
    misprinted_factor,
    unreached,
)

_OF_TIMES = Lazy(r" of (?:the |all )?(?:time|case|run|trial) ")


@rule("TK106", since="0.1.0")
def headline_drift(ctx: Context) -> Iterator[Outcome]:
    """Headlines against tables, the evaluation, and each other; sentences against their table."""
    yield from near_changes(ctx)
    ledger = Ledger(ctx.paper)
    told: set[frozenset[NumberId]] = set()
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
            outcome = against_table(
                ctx, ledger, e, grid, named=bool(e.result.labels) or e.number.id in ledger.captioned
            )
        if outcome is None and (e.sums_up or e.number.where is Where.CAPTION):
            outcome = _headline(ctx, ledger, e)
        if outcome is None and not e.sums_up:
            outcome = _body(ctx, ledger, e)
        if isinstance(outcome, Finding):
            pair = frozenset(outcome.operands[:2])
            outcome = None if pair in told else outcome
            told.add(pair)
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


# -- headlines --------------------------------------------------------------------------------


def _headline(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    cells, texts = agreeing_cells(ledger, e), agreeing_text(ledger, e)
    body = [p for p in texts if not p.sums_up]
    kindred = _kindred(ledger, e)
    if kindred and not _supported(ledger, e, kindred[0], texts):
        return say.other_places(ctx, e, kindred)
    if found := misprinted_mean(ctx, ledger, e):
        return found
    if cells:
        return say.held_by_cell(ctx, e, cells[0][0])
    if body:
        return say.held_by_text(ctx, e, body[0])
    against = _contradicting(ledger, e)
    copies = any(likeness(e, p, ledger.own) for p in texts)
    if against and not copies and _sure(ledger, e, against):
        return say.other_places(ctx, e, against)
    if e.result.aggregate in ("", "max", "range") and (found := unreached(ctx, ledger, e)):
        return found
    if texts and not against:
        same = [p for p in texts if p.number.quantity.nominal.meets(e.number.quantity.nominal)]
        return say.held_by_text(ctx, e, same[0]) if same else None
    if found := misprinted_change(ctx, ledger, e):
        return found
    if e.result.aggregate in ("", "range") and e.result.unit != "×":
        return misprinted(ctx, ledger, e)
    if e.result.unit == "×" and e.result.aggregate in ("", "max"):
        return misprinted_factor(ctx, ledger, e)
    return None


_KIN = 0.42
"""How much of their own words two results share at least, one of which alone contradicts the other."""


def _kindred(ledger: Ledger, e: Entry) -> list[Entry]:
    """Results of other sentences so like one that they are of the same, in another number."""
    if e.result.unit == "%" and not e.result.change and _OF_TIMES.search(e.result.said):
        return []
    found = [
        (k, p)
        for p in _denying(ledger, e)
        if p.number.where is not Where.RELATED and sized(e, p) and (k := kin(e, p, ledger)) >= _KIN
    ]
    found.sort(key=lambda f: -f[0])
    return [p for _, p in found if p.reach.meets(found[0][1].reach)]


def _supported(ledger: Ledger, e: Entry, p: Entry, texts: Sequence[Entry]) -> bool:
    """Whether a text as like as a contradicting one, or cells that the words name, have the value."""
    enough = 0.6 * kin(e, p, ledger)
    if any(q.number.where is not Where.RELATED and _backs(ledger, e, q, enough) for q in texts):
        return True
    return any(follows_from(e, g, spoken(e, g)) for g in ledger.grids) or any(
        v.number.id in g_spoken or bool(v.metrics & e.metrics and digits(e) > 2)
        for v, g in agreeing_cells(ledger, e)
        for g_spoken in ({w.number.id for w in g.values if id(w) in spoken(e, g)},)
    )


def _backs(ledger: Ledger, e: Entry, q: Entry, enough: float) -> bool:
    """Whether an agreeing text is of the same: as like as another, or printed in the same digits."""
    same = e.number.quantity.literal.value == q.number.quantity.literal.value
    return kin(e, q, ledger) >= enough or (same and digits(e) > 1)


def _sure(ledger: Ledger, e: Entry, against: list[Entry]) -> bool:
    """Whether enough says that other places speak of the same, and that theirs is the right value."""
    weight, alike = _weight(ledger, against), likeness(e, against[0], ledger.own)
    if e.result.unit == "%" and not e.result.change and _OF_TIMES.search(e.result.said):
        return False  # two shares of the time are of two things that happen
    if of_one_object(e, against[0]) and sized(e, against[0]):
        places = _weight(ledger, against, copies=True)
        if places > 2 and not any(follows_from(e, g, spoken(e, g)) for g in ledger.grids):
            return True
        if not follows(ledger, e) and (places > 1 or follows(ledger, against[0])):
            return True
    if weight == 1:
        return alike >= 4 and share(e, against[0]) >= 0.5 and not follows(ledger, e)
    if alike < 4 and share(e, against[0]) < 0.5 and not slip(e, against[0]):
        return False
    return alike + min(weight, 3) >= 5 or (alike + weight >= 4 and not follows(ledger, e))


def _near_in_size(a: Entry, b: Entry) -> bool:
    """Whether two values are close enough to be meant for one: no time of a step is one of a run."""
    x, y = a.number.quantity.point, b.number.quantity.point
    return x > 0 and y > 0 and (max(x, y) <= 12 * min(x, y) or slip(a, b))


def _denying(ledger: Ledger, e: Entry) -> list[Entry]:
    """Results that say the same of the same in another number, those that sum up first."""
    return ledger.kept(e, _denied_by)


def _denied_by(ledger: Ledger, e: Entry, places: Sequence[Entry]) -> list[Entry]:
    """Those places that say the same of the same in another number."""
    own, siblings = ledger.own, ledger.beside(e)
    near, named = e.result.near or e.result.words, e.result.names
    return [
        p
        for p in places
        if p is not e
        and not (p.result.words.isdisjoint(near) and p.result.named.isdisjoint(named))
        and two_places(e, p)
        and of_one_metric(e, p)
        and {e.result.aggregate, p.result.aggregate} != {"", "range"}
        and "least" not in (e.result.aggregate, p.result.aggregate)
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
    return _of_one(e, tuple(_denying(ledger, e)), ledger.own)


@lru_cache(maxsize=4096)
def _of_one(e: Entry, denying: tuple[Entry, ...], own: frozenset[str]) -> list[Entry]:
    """Those places that most likely speak of the same, and agree with each other."""
    found: Sequence[Entry] = denying
    if not found:
        return []
    # A place that names more is less likely to be of the same.
    like = {id(p): likeness(e, p, own) - len(p.result.named - own - e.result.names) for p in found}
    top = max(like.values())
    found = [p for p in found if like[id(p)] >= max(2, top - 2)]
    if not found:
        return []
    found = sorted(found, key=lambda p: -like[id(p)])[:ENOUGH]
    reaches = {(q.reach.low, q.reach.high): q.reach for q in found}.values()
    groups = [[p for p in found if p.reach.meets(reach)] for reach in reaches]
    same = max(groups, key=lambda g: sum(like[id(p)] for p in g))
    if 2 * sum(like[id(p)] for p in same) <= sum(like[id(p)] for p in found):
        return []
    return sorted(same, key=lambda p: -like[id(p)])


def _weight(ledger: Ledger, against: list[Entry], *, copies: bool = False) -> int:
    """In how many places the paper states a value: a table counts for two, a copy for one if asked."""
    first = against[0]
    cells = agreeing_cells(ledger, first)
    places = {(copies and p.number.where, p.result.said) for p in against}
    places |= {
        (copies and p.number.where, p.result.said)
        for p in agreeing_text(ledger, first)
        if not apart(first, p, ledger.own)
    }
    return len(places) + (2 if cells else 0)


def _body(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A result of the body that headlines and a table, or several places, contradict."""
    r = e.result
    if e.number.where is Where.APPENDIX or r.aggregate == "range" or len(ledger.beside(e)) > 1:
        return None
    if not r.change and any(x.lower().startswith(("fig", "f:")) for x in r.labels):
        return None  # what a figure shows is not read
    if not any(p.sums_up for p in _denying(ledger, e)[:1]):  # those come first
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
    first, shared = against[0].result, share(e, against[0])
    if r.settings - first.settings or 2 * len(r.near & first.words) < len(r.near):
        return None  # of a case of its own
    alike = likeness(e, against[0], ledger.own) + (shared == 1.0)
    if alike < 3 or shared < 0.5 or first.aggregate == "range":
        return None
    if agreeing_cells(ledger, e) or agreeing_text(ledger, e):
        return None
    weight = _weight(ledger, against)  # last, for it asks all results
    if weight < 2 or alike < 4 - (weight > 2):
        return None
    return say.other_places(ctx, e, against)


def _bound_to(ledger: Ledger, e: Entry, p: Entry) -> bool:
    """Whether the one cell that a result's sentence names has the value of another result."""
    for g in ledger.grids:
        cells, full = named_cells(e, g, ledger.own, ledger.beside(e))
        if full and len(cells) == 1 and cells[0].reach.meets(p.reach):
            return True
    return False
