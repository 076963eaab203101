"""Columns of changes whose sign, or base, follows from each row's own metric: less time, more requests.

"Improvement" is positive where a latency falls and where a throughput rises, so one formula does
not hold for all rows of such a table, and a row that another direction explains is no error.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.measures import higher_is_better, measure_of_unit, measures_in
from tanaka.paper.model import Number
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.rules.numbers.tables.fit import operands_of, reach
from tanaka.rules.numbers.tables.operands import Relation, Value
from tanaka.rules.numbers.tables.view import View

_ARROW = Lazy(r"[↑↓▲▼⬆⬇⇑⇓]|\b(?:lower|higher|smaller|larger|less|more) (?:is|means|=) better\b", 2)


def turned_about(view: View, relation: Relation, row: int, number: Number) -> bool:
    """Whether a cell is what it should be, but for the direction that its row counts as better."""
    operands = operands_of(relation, row)
    if operands is None or len(operands) != 2 or not _directed(view, relation):
        return False
    ulp = number.quantity.literal.ulp * number.quantity.scale
    wide = view.widest[number.id]
    claim = Interval(wide.low - ulp, wide.high + ulp)
    values = [view.widest[o.id] for o in operands]
    return any(
        reach(Relation(relation.name, relation.operands, value, ""), operands, values).meets(claim)
        for value in _others(relation)
    )


def _others(relation: Relation) -> Iterator[Value]:
    """The formula with its sides or its sign exchanged, and the other share of a change."""
    own = relation.value
    yield lambda a, b: -own(a, b)
    yield lambda a, b: own(b, a)
    yield lambda a, b: -own(b, a)
    if relation.signed:  # ours = base - drop, where the drop has the row's own sign
        yield lambda a, b: own(a, -b)
        yield lambda a, b: own(-a, b)
    if relation.name.startswith(("gain", "saving")):
        for value in (lambda a, b: a / b - 1, lambda a, b: b / a - 1):
            yield value
            yield lambda a, b, of=value: -of(a, b)


def _directed(view: View, relation: Relation) -> bool:
    """Whether rows may count in different directions: arrows, or metrics of which less and more is better."""
    words = (*view.stubs, *view.titles)
    if any(_ARROW.search(w) for w in words):
        return True
    ways = {
        w for label in words for m in measures_in(label) if (w := higher_is_better(m)) is not None
    }
    if len(ways) > 1:
        return True
    units = {
        o.quantity.unit for r in range(len(view.cells)) for o in operands_of(relation, r) or ()
    }
    if len(units) > 1:
        named = {higher_is_better(measure_of_unit(u)) for u in units}
        return len(named) > 1 or None in named
    # Rows that are metrics, and only some of them known: "IRQs" beside "IPC".
    known = sum(bool(measures_in(s)) for s in view.stubs)
    return 0 < known < len(view.stubs) and bool(ways)
