"""What of a paper agrees with a result: texts and cells with its value, and cells that give it."""

from __future__ import annotations

from itertools import islice

from tanaka.paper.result_words import compatible
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.rules.numbers.drift.ledger import Entry, Grid, Ledger, Value, gives, means
from tanaka.rules.numbers.drift.named_cells import elsewhere

ENOUGH = 40
"""Places that are looked at more closely."""
_GROWS = Lazy(
    r" (?:between|from) [\d.]+ (?:\w+ )?(?:and|to) [\d.]+ .* (?:grow|scale|increase|rise)"
)


def wide(e: Entry) -> Interval:
    """What agrees with a result: for a bound, also what lies a little beyond it."""
    q = e.number.quantity.qualifier
    if q in (Qualifier.MIN, Qualifier.GT):
        return Interval(e.reach.low, e.reach.high * 1.25)
    if q is Qualifier.LT:
        return Interval(e.reach.low * 0.75, e.reach.high)
    return e.reach


def _one_sentence(a: Entry, b: Entry) -> bool:
    """Whether two results stand in one sentence; the same words in another part are another one."""
    return a.result.said == b.result.said and a.number.where is b.number.where


def _significant(e: Entry) -> int:
    """How many digits a print has, with the zeros behind its point."""
    text = e.number.quantity.literal.text
    told = "".join(c for c in text if c.isdigit()).lstrip("0")
    return len(told) if "." in text else len(told.rstrip("0"))


def _by_chance(p: Entry, e: Entry) -> bool:
    """Whether a print of one digit meets one of three though nothing says that it is of the same."""
    if digits(p) > 1 or _significant(e) < 3 or p.result.metrics & e.metrics:
        return False
    return p.result.near.isdisjoint(e.result.near) and p.result.named.isdisjoint(e.result.named)


def agreeing_text(ledger: Ledger, e: Entry) -> list[Entry]:
    """Results in other sentences that agree, and may be the same: the first of them."""
    found = (
        p
        for p in ledger.meeting(e.result.unit, wide(e))
        if p is not e
        and not _one_sentence(p, e)
        and compatible(p.metrics, e.metrics)
        and not _by_chance(p, e)
    )
    return list(islice(found, ENOUGH))


def agreeing_cells(ledger: Ledger, e: Entry) -> list[tuple[Value, Grid]]:
    """Cells that agree, in no row or column that the words exclude."""
    found = [
        (v, g)
        for v, g in ledger.cells_meeting(e.result.unit, wide(e))
        if compatible(v.metrics, e.metrics)
    ]
    if not found or e.result.aggregate or e.result.change:
        return found
    return [(v, g) for v, g in found if not elsewhere(e, g, v)]


def follows(ledger: Ledger, e: Entry) -> bool:
    """Whether two cells of a line of some table, or a mean of one, give the value."""
    return any(follows_from(e, g) for g in ledger.grids)


def digits(e: Entry) -> int:
    """How many digits of a print tell."""
    return len("".join(c for c in e.number.quantity.literal.text if c.isdigit()).strip("0"))


def spoken(e: Entry, grid: Grid) -> frozenset[int]:
    """Cells in a row or a column that a result names as its comparand, else in its sentence."""
    said = (e.result.than.strip() and f" {e.result.than.strip()} ") or e.result.said
    return frozenset(
        id(v) for v in grid.values if any(len(x) > 4 and x in said for x in (*v.row, *v.column))
    )


def follows_from(e: Entry, grid: Grid, values: frozenset[int] | None = None) -> bool:
    """Whether two cells of a line, one of some values, or a mean of a line, give a value."""
    reach, unit = wide(e), e.result.unit
    for line in grid.lines:
        if len(line) > 60 or not compatible(line[0].metrics, e.metrics):
            continue
        for a in line:
            for b in line:
                if a is b or (values is not None and id(a) not in values and id(b) not in values):
                    continue
                if unit in ("×", "%") and gives(unit, reach, a, b):
                    return True
        averaged = values is None or e.result.aggregate == "mean"
        if averaged and line[0].unit == unit and any(i.meets(reach) for _, i in means(line)):
            return True
        if (
            values is None
            and unit not in ("×", "%")
            and line[0].unit == unit
            and any(gives(unit, reach, a, b) for a in line for b in line if a is not b)
        ):
            return True
    return False


def reached(ledger: Ledger, e: Entry) -> bool:
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
