"""Tables of a scaling experiment: devices, what was measured, and the efficiency, by row.

Tables with many rows are those of `tanaka.rules.numbers.table_ratio`, which fits the relation; here
are the short ones, whose base is the row of 100 %, the first one, or that of one device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Asserted, Number, Paper, Physical
from tanaka.patterns import Lazy
from tanaka.quantity.nouns import named
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.view import View, numbers_of, views

_EFFICIENCY = Lazy(r"\beffic|\bscaling\b(?!\s?(?:factor|law))|\beff\.", re.I)
_OTHER = Lazy(r"\b(?:energy|power|memory|cost|area|sample|data|bandwidth|TOPS|MFU|FLOPs?|compute)\b", re.I)  # fmt: skip
_COUNTED = ("gpu", "node", "core", "replica")
_RATES = ("sample/s", "token/s", "request/s", "step/s", "FLOP/s")
_MOST_ROWS = 3
"""So many rows beside the base; more are fitted elsewhere."""


@dataclass(frozen=True, slots=True)
class Column:
    """Efficiencies of one block of a table, with the claims that each way to pair them makes.

    ``readings`` has, for each column of values and each base, one claim a row.
    """

    readings: tuple[tuple[Physical, ...], ...]


def columns(paper: Paper) -> Iterator[Column]:
    """Efficiency columns of every table that has a column of devices and one of values."""
    for table in paper.tables:
        asserted, numbers = numbers_of(paper, table)
        for view in views(table, asserted, numbers):
            devices = [c for c in range(len(view.header)) if _devices(view, c)]
            if len(devices) != 1:
                continue
            for c in range(1, len(view.header)):
                if _efficiencies(view, c):
                    for block in dict.fromkeys(view.blocks):
                        column = _column(view, c, devices[0], block)
                        if column is not None:
                            yield column


def _present(view: View, c: int) -> list[Number]:
    return [n for n in view.column(c) if n is not None]


def _devices(view: View, c: int) -> bool:
    cells = _present(view, c)
    if len(cells) < 2 or any(n.quantity.unit != "1" or n.quantity.shown_unit not in ("", "1") for n in cells):  # fmt: skip
        return False
    return named(view.header[c]) in _COUNTED or all(n.noun in _COUNTED for n in cells)


def _efficiencies(view: View, c: int) -> bool:
    cells = _present(view, c)
    if not cells or not _EFFICIENCY.search(view.header[c]) or _OTHER.search(view.header[c]):
        return False
    units = {n.quantity.shown_unit for n in cells}
    return units == {"%"} or (
        units <= {"", "1"} and all(0 < n.quantity.point <= 1.6 for n in cells)
    )


def _kind(view: View, c: int) -> str:
    cells = _present(view, c)
    if cells and all(n.quantity.shown_unit == "×" for n in cells):
        return "rate"  # a speed-up over the base
    units = {n.quantity.unit for n in cells}
    if len(units) != 1:
        return ""
    unit = next(iter(units))
    return "rate" if unit in _RATES else "time" if unit == "s" else ""


def _column(view: View, c: int, devices: int, block: int) -> Column | None:
    rows = [r for r in range(len(view.cells)) if view.blocks[r] == block]
    readings = []
    values = [v for v in range(len(view.header)) if v not in (c, devices) and _kind(view, v)]
    cues = {name for name in ("weak", "strong") if re.search(rf"\b{name}\b", f"{view.header[c]} {view.caption}", re.I)}  # fmt: skip
    for v in values:
        whole = [r for r in rows if view.cell(r, devices) and view.cell(r, v)]
        if not 2 <= len(whole) <= _MOST_ROWS + 1:
            continue
        for base in _bases(view, c, devices, whole):
            found = [
                _claim(view, c, devices, v, base, r, frozenset(cues)) for r in whole if r != base
            ]
            claims = tuple(x for x in found if x is not None)
            if claims:
                readings.append(claims)
    return Column(tuple(readings)) if readings else None


def _bases(view: View, c: int, devices: int, rows: list[int]) -> list[int]:
    full = [r for r in rows if (n := view.cell(r, c)) and n.quantity.point == 1.0]
    if full:
        return full[:1]
    one = [r for r in rows if (n := view.cell(r, devices)) and n.quantity.point == 1]
    return list(dict.fromkeys([rows[0], *one]))


def _claim(
    view: View, c: int, devices: int, v: int, base: int, row: int, cues: frozenset[str]
) -> Physical | None:
    number = view.cell(row, c)
    few, many = view.cell(base, devices), view.cell(row, devices)
    first, second = view.cell(base, v), view.cell(row, v)
    if not (number and few and many and first and second) or number.asserted is Asserted.NO:
        return None
    if not 0 < few.quantity.point < many.quantity.point or (row, c) in view.noted:
        return None
    if min(first.quantity.point, second.quantity.point) <= 0:
        return None
    given = (("few", few.id), ("many", many.id), ("at few", first.id), ("at many", second.id))
    named_ = (("kind", _kind(view, v)), ("form", "efficiency"))
    return Physical("scaling", number.id, given, named_, (), frozenset(), cues, number.asserted)
