"""A headline's mean, and its change over a named system, against the lines of a table that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tanaka.paper.result_words import compatible
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.rules.api import Context, Outcome
from tanaka.rules.numbers.drift import finding as say
from tanaka.rules.numbers.drift.agreement import agreeing_text, digits, wide
from tanaka.rules.numbers.drift.kinship import objects
from tanaka.rules.numbers.drift.ledger import Entry, Grid, Ledger, Value, gives, means
from tanaka.rules.numbers.drift.named_cells import (
    against_cells,
    compared_with,
    is_own,
    other_setting,
    strangers,
)
from tanaka.rules.numbers.drift.same_result import parting

_FAR = 2.6
"""A value that many times another is meant for something else."""


def misprinted_mean(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A mean of factors, where the one row of means that it can be of has another."""
    r = e.result
    if r.aggregate != "mean" or r.unit != "×":
        return None
    found: list[Value] = []
    for g in ledger.grids:
        sums = [v for v in g.factors if v.at[0] in g.summed]
        if any(v.reach.meets(wide(e)) for v in sums) or _averages(e, g):
            return None
        sums = [v for v in sums if compatible(v.metrics, e.metrics)]
        if sums and not strangers(e, g, ledger.own):
            found += against_cells(e, g, ledger.own, sums=True) or (sums if len(sums) == 1 else [])
    if len(found) != 1 or not _near(e, found[0].point) or agreeing_text(ledger, e):
        return None
    return say.named_cell(ctx, e, found[0])


def _averages(e: Entry, g: Grid) -> bool:
    """Whether a mean of a line of a table, or of the ratios of two of its columns, is a value."""
    if any(i.meets(wide(e)) for line in g.lines if line[0].unit == "×" for _, i in means(line)):
        return True
    columns: dict[int, dict[int, Value]] = {}
    for v in g.values:
        if v.at[0] not in g.summed and v.point > 0:
            columns.setdefault(v.at[1], {})[v.at[0]] = v
    for a in columns.values():
        for b in columns.values():
            ratios = [x.point / b[i].point for i, x in a.items() if i in b]
            if a is not b and len(ratios) > 1:
                mean = sum(ratios) / len(ratios)
                if wide(e).meets(Interval(mean * 0.995, mean * 1.005)):
                    return True
    return False


def misprinted_change(ctx: Context, ledger: Ledger, e: Entry) -> Outcome | None:
    """A factor or a percentage over a named system that no two cells of the two have."""
    r = e.result
    if r.unit not in ("×", "%") or not r.change or r.aggregate or not r.metrics or digits(e) < 2:
        return None
    if not r.than.strip() or agreeing_text(ledger, e):
        return None
    found: list[tuple[Value, Value]] = []
    for g in ledger.grids:
        pairs = list(_pairs(e, g, ledger.own))
        if not pairs:
            continue
        if any(gives(r.unit, wide(e), a, b) or gives(r.unit, wide(e), b, a) for a, b in pairs):
            return None
        if any(v.reach.meets(wide(e)) for v in g.values if v.unit == r.unit):
            return None
        measured = [(a, b) for a, b in pairs if a.metrics & r.metrics and a.unit not in ("×", "%")]
        if not measured:
            continue
        if strangers(e, g, ledger.own) or other_setting(e, g) or parting(r, g.text):
            return None
        if _of_more(e, g) or not r.metrics <= measured[0][0].metrics | {"speed"}:
            return None
        found += _told(e, measured)
    if len(found) != 1:
        return None
    a, b = found[0]
    if b.point <= 0 or a.point <= 0 or not _near(e, _value(r.unit, a, b)):
        return None
    return say.of_cells(ctx, e, a, b)


_VERBS = Lazy(
    r"(?:reduc|cut|lower|shorten|improv|rais|need|tak|sav|us|increas|decreas|shrink|trim|drop|los|les|fewer|more|higher|speed|"
    r"short|small|larg|much|time|mean|average|overall|total|whole)"
)


def _of_more(e: Entry, g: Grid) -> bool:
    """Whether a result is of a case, or of a part of a metric, that a table says nothing of."""
    told = [w for w in e.result.fronted.split() if len(w) > 2 or w[0].isdigit()]
    if any(f" {w} " not in g.text for w in told if w not in _PLAIN):
        return True
    return any(f" {w} " not in g.text and not _VERBS.match(w) for w in objects(e.result.zone))


_PLAIN = frozenset(
    {"the", "all", "average", "our", "these", "same", "with", "and", "geometric", "mean"}
)


def _value(unit: str, a: Value, b: Value) -> float:
    """What a change from one value to another is, as a factor or as a part of the old."""
    ratio = max(a.point, b.point) / min(a.point, b.point)
    return ratio if unit == "×" else abs(a.point / b.point - 1)


def _near(e: Entry, value: float) -> bool:
    point = e.number.quantity.point
    if value <= 0 or point <= 0:
        return False
    ratio = max(point, value) / min(point, value)
    return ratio <= _FAR or 9 <= ratio <= 11


def _pairs(e: Entry, g: Grid, own: frozenset[str]) -> Iterator[tuple[Value, Value]]:
    """The paper's own value and that of what a result is compared with, of one line of a table."""
    for line in g.lines:
        of_row = len({v.at[0] for v in line}) == 1
        mine = [v for v in line if is_own(_side(v, of_row), own)]
        theirs = [v for v in line if compared_with(e, _side(v, of_row), own)]
        if len(mine) == len(theirs) == 1:
            yield mine[0], theirs[0]


def _side(v: Value, of_row: bool) -> tuple[str, ...]:
    """Labels that tell the values of a line apart: those of their columns in a row."""
    return v.labels[v.rows :] if of_row else v.labels[: v.rows]


def _told(e: Entry, pairs: Sequence[tuple[Value, Value]]) -> list[tuple[Value, Value]]:
    """Those pairs whose line a result's sentence names; all where it names none."""
    if len(pairs) == 1:
        return list(pairs)
    named = [
        (a, b)
        for a, b in pairs
        if any(x in e.result.said and len(x) > 4 for x in {*a.labels} & {*b.labels})
    ]
    return named or list(pairs)
