"""Tables of a scaling experiment: devices, what was measured, and the efficiency, by row.

Tables with many rows are those of `tanaka.rules.numbers.table_ratio`, which fits the relation; here
are the short ones, whose base is the row of 100 %, the first one, or that of one device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tanaka.paper.model import Asserted, Number, Paper, Physical, Table
from tanaka.patterns import Lazy
from tanaka.quantity.nouns import named
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.view import View, numbers_of, views

_EFFICIENCY = Lazy(r"\beffic|\bscaling\b(?!\s?(?:factor|law))|\beff\.|^\W*eff\W*$", re.I)
_OTHER = Lazy(r"\b(?:energy|power|memory|cost|area|sample|data|bandwidth|TOPS|MFU|FLOPs?|compute)\b", re.I)  # fmt: skip
_COUNTED = ("gpu", "node", "core", "replica")
_RATES = ("sample/s", "token/s", "request/s", "step/s", "FLOP/s")
_RATE_LABEL = Lazy(r"\b(?:seqs?|imgs?|samples?|tok(?:ens?)?|req(?:uests?)?|steps?|iter\w*|ex(?:amples)?|words?|graphs?)\.?\s?(?:/|per )\s?s|\bthroughput\b|\brate\b", re.I)  # fmt: skip
_STEPWISE = Lazy(r"\b(?:previous|preceding)\b|\b(?:each|every|per) (?:doubling|step)\b", re.I)
_HEAD = Lazy(r"^\W*(?P<n>\d{1,3}(?:,\d{3})+|\d{1,5})\s?(?:x\s|×\s)?(?P<noun>(?:[A-Z]\w*\d\w*\s)?(?:GPUs?|devices?|nodes?|workers?|machines?|servers?|replicas?|cores?|[AHVBL]\d{1,3}s?))\W*$", re.I)  # fmt: skip
_INTEGER = Lazy(r"\d{1,3}(?:,\d{3})+|\d{1,5}")
_MOST_ROWS = 3
"""So many rows beside the base; more are fitted elsewhere."""

Count = Number | float
"""A cell that counts devices, or the value of a label that does."""


@dataclass(frozen=True, slots=True)
class Column:
    """Efficiencies of one block of a table, with the claims that each way to pair them makes.

    ``readings`` has, for each column of values and each base, one claim a row.
    """

    readings: tuple[tuple[Physical, ...], ...]


def columns(paper: Paper) -> Iterator[Column]:
    """Efficiency columns of every table that has counts of devices and values measured on them."""
    for table in paper.tables:
        asserted, numbers = numbers_of(paper, table)
        for view in views(table, asserted, numbers):
            efficiencies = [c for c in range(1, len(view.header)) if _efficiencies(view, c)]
            if not efficiencies:
                continue
            beside = [x for c in efficiencies if (x := _beside(view, c)) is not None]
            if beside:
                yield from beside
                continue
            counts = devices(view)
            for c in efficiencies if counts else ():
                for block in dict.fromkeys(view.blocks):
                    column = _column(view, c, counts, block)
                    if column is not None:
                        yield column
            if len(efficiencies) == 1 and not counts:
                across = _across(view, efficiencies[0])
                if across is not None:
                    yield across


def devices(view: View) -> dict[int, Count]:
    """On how many devices the rows are, by a column or by the labels; empty where nothing tells."""
    found = [c for c in range(len(view.header)) if _devices(view, c)]
    if found:
        if len(found) > 1 and not _alike(view, found):
            return {}
        rows = ((r, view.cell(r, found[0])) for r in range(len(view.cells)))
        return {r: n for r, n in rows if n is not None}
    labels = [stub.strip() for stub in view.stubs]
    if len(labels) < 2:
        return {}
    if named(view.corner) in _COUNTED and all(_INTEGER.fullmatch(x) for x in labels):
        return {r: float(x.replace(",", "")) for r, x in enumerate(labels)}
    heads = [_HEAD.match(x) for x in labels]
    if all(heads):
        return {r: float(m["n"].replace(",", "")) for r, m in enumerate(heads) if m}
    return {}


def amount(count: Count) -> float:
    """How many a count says."""
    return count if isinstance(count, float) else count.quantity.point


def _alike(view: View, found: list[int]) -> bool:
    """Whether columns of devices grow together: nodes, and the GPUs of them."""
    for r in range(len(view.cells)):
        ratios = []
        for c in found:
            base = next((n for n in view.column(c) if n is not None), None)
            n = view.cell(r, c)
            if base is None or n is None or base.quantity.point <= 0:
                return False
            ratios.append(n.quantity.point / base.quantity.point)
        if max(ratios) > 1.001 * min(ratios):
            return False
    return True


def _across(view: View, c: int) -> Column | None:
    """An efficiency behind the values on few and on many, which stand side by side."""
    heads = [(k, m) for k, label in enumerate(view.header) if (m := _HEAD.match(label))]
    if len(heads) < 2 or len({named(m["noun"]) for _, m in heads}) != 1:
        return None
    counts = {k: float(m["n"].replace(",", "")) for k, m in heads}
    few, many = min(counts, key=lambda k: counts[k]), max(counts, key=lambda k: counts[k])
    cues = _cues(view, c)
    claims = []
    for r in range(len(view.cells)):
        number, first, second = view.cell(r, c), view.cell(r, few), view.cell(r, many)
        if number is None or first is None or second is None or (r, c) in view.noted:
            continue
        kind = _kind_of([first, second], f"{view.stubs[r]} {view.caption}")
        made = _made(number, counts[few], counts[many], first, second, kind, cues)
        if made is not None:
            claims.append(made)
    return Column((tuple(claims),)) if claims else None


def _beside(view: View, c: int) -> Column | None:
    """An efficiency behind two scales of one line: devices, rate, devices, rate."""
    scales = [k for k in range(len(view.header)) if k != c and _devices(view, k)]
    values = [k for k in range(len(view.header)) if k != c and kind(view, k)]
    if len(scales) != 2 or len(values) != 2 or kind(view, values[0]) != kind(view, values[1]):
        return None
    ahead = scales[0] < values[0] < scales[1] < values[1]
    if not ahead and _alike(view, scales):
        return None  # nodes, and the GPUs of them
    if not (ahead or max(scales) < min(values) or values[0] < scales[0] < values[1] < scales[1]):
        return None
    cues = _cues(view, c)
    claims = []
    for r in range(len(view.cells)):
        number = view.cell(r, c)
        a, b, first, second = (view.cell(r, k) for k in (*scales, *values))
        if (
            number is None
            or a is None
            or b is None
            or first is None
            or second is None
            or (r, c) in view.noted
        ):
            continue
        few, many, low, high = (
            (a, b, first, second) if amount(a) < amount(b) else (b, a, second, first)
        )
        made = _made(number, few, many, low, high, kind(view, values[0]), cues)
        if made is not None:
            claims.append(made)
    return Column((tuple(claims),)) if len(claims) > 1 else None


def _cues(view: View, c: int) -> frozenset[str]:
    said = f"{view.header[c]} {view.caption}"
    return frozenset(n for n in ("weak", "strong") if re.search(rf"\b{n}\b", said, re.I))


@dataclass(frozen=True, slots=True)
class Run:
    """A column of rates, or of times, over devices, the fewest first.

    Attributes
    ----------
    table : Table
    kind : str
        "rate" or "time".
    counts : tuple of float
    values : tuple of Number
    said : str
        Caption and labels of the table.
    """

    table: Table
    kind: str
    counts: tuple[float, ...]
    values: tuple[Number, ...]
    said: str


def runs(paper: Paper) -> Iterator[Run]:
    """What tables measured on more and more devices, by column and block."""
    for table in paper.tables:
        asserted, numbers = numbers_of(paper, table)
        for view in views(table, asserted, numbers):
            counts = devices(view)
            said = " | ".join((view.caption, *view.header, *view.stubs))
            for c in range(len(view.header)) if counts else ():
                sort = kind(view, c)
                if not sort or _efficiencies(view, c):
                    continue
                for block in dict.fromkeys(view.blocks):
                    rows = [(amount(counts[r]), n) for r in range(len(view.cells)) if r in counts and view.blocks[r] == block and (n := view.cell(r, c))]  # fmt: skip
                    told = [n for n, _ in rows]
                    if len(rows) > 1 and all(a < b for a, b in pairwise(told)) and all(n.quantity.point > 0 and n.quantity.bounded for _, n in rows):  # fmt: skip
                        yield Run(table, sort, tuple(told), tuple(n for _, n in rows), said)


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


def kind(view: View, c: int) -> str:
    """Whether a column holds rates or times; "" for neither."""
    cells = _present(view, c)
    if cells and all(n.quantity.shown_unit == "×" for n in cells):
        return "rate"  # a speed-up over the base
    return _kind_of(cells, view.header[c])


def _kind_of(cells: list[Number], label: str) -> str:
    units = {n.quantity.unit for n in cells}
    if len(units) != 1 or any(n.quantity.shown_unit in ("%", "×") for n in cells):
        return ""
    unit = next(iter(units))
    if unit == "1":
        return "rate" if _RATE_LABEL.search(label) else ""
    return "rate" if unit in _RATES else "time" if unit == "s" else ""


def _column(view: View, c: int, counts: dict[int, Count], block: int) -> Column | None:
    rows = [r for r in range(len(view.cells)) if view.blocks[r] == block]
    readings = []
    values = [v for v in range(len(view.header)) if v != c and kind(view, v)]
    group = view.groups[c] if c < len(view.groups) else -1
    if group >= 0 and (own := [v for v in values if view.groups[v] == group]):
        values = own  # under the same heading
    cues = _cues(view, c)
    for v in values:
        whole = [r for r in rows if r in counts and view.cell(r, v)]
        if not 2 <= len(whole) <= _MOST_ROWS + 1:
            continue
        if _STEPWISE.search(f"{view.header[c]} {view.caption}"):
            steps = [_claim(view, c, counts, v, a, b, cues) for a, b in pairwise(whole)]
            readings.append(tuple(x for x in steps if x is not None))
            continue
        for base in _bases(view, c, counts, whole):
            found = [_claim(view, c, counts, v, base, r, cues) for r in whole if r != base]
            claims = tuple(x for x in found if x is not None)
            if claims:
                readings.append(claims)
    return Column(tuple(readings)) if readings else None


def _bases(view: View, c: int, counts: dict[int, Count], rows: list[int]) -> list[int]:
    full = [r for r in rows if (n := view.cell(r, c)) and n.quantity.point == 1.0]
    if full:
        return full[:1]
    one = [r for r in rows if amount(counts[r]) == 1]
    return list(dict.fromkeys([rows[0], *one]))


def _claim(
    view: View, c: int, counts: dict[int, Count], v: int, base: int, row: int, cues: frozenset[str]
) -> Physical | None:
    number, first, second = view.cell(row, c), view.cell(base, v), view.cell(row, v)
    if not (number and first and second) or (row, c) in view.noted:
        return None
    return _made(number, counts[base], counts[row], first, second, kind(view, v), cues)


def _made(
    number: Number, few: Count, many: Count, first: Number, second: Number, sort: str, cues: frozenset[str]
) -> Physical | None:  # fmt: skip
    """The claim of an efficiency, two counts and two values."""
    if number.asserted is Asserted.NO or not sort or not 0 < amount(few) < amount(many):
        return None
    if min(first.quantity.point, second.quantity.point) <= 0:
        return None
    roles = (("few", few), ("many", many))
    given = tuple((role, n.id) for role, n in roles if isinstance(n, Number))
    counted = tuple((role, n) for role, n in roles if isinstance(n, float))
    return Physical(
        "scaling", number.id, (*given, ("at few", first.id), ("at many", second.id)),
        (("kind", sort), ("form", "efficiency")), counted, frozenset(), cues, number.asserted,
    )  # fmt: skip
