"""A table as a spreadsheet: its numbers by row and column, and the same table turned.

Rules over tables ask for columns.  A ratio row or a total row is a column of the turned table, so
they read each table twice and know only columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from tanaka.paper.model import Asserted, CellKind, Number, NumberId, Paper, Table
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import trailing_zeros
from tanaka.records import dataclass
from tanaka.rules.derivation import hard

_MARK = Lazy(r"[*†‡§¶]|\^\{?[a-d]\}?(?!\w)|\d\s*\^\{?[1-9]\}?\s*$")
"""Marks of footnotes."""

Cells = tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A table by columns, or the same table turned, so that a ratio row is read as a column.

    Attributes
    ----------
    header, stubs : tuple of str
        Labels of the columns and of the rows.
    blocks, groups : tuple of int
        For each row, and for each column, the block that it stands in.
    cells : tuple of tuple of Number or None
    gaps : frozenset of (int, int)
        Rows and columns of cells that hold several numbers: "84.9/84.5" is one part, or two.
    titles : tuple of str
        For each row the heading above it, "" where there is none.
    caption : str
    stated : tuple of Number
        Numbers of the caption.
    widest : mapping
        For each number the interval that a proof must stand on: its column tells which zeros count.
    points, halves : tuple of tuple of float
        For each cell its value and how far it may be off; NaN where there is no number.
    turned : bool
    columns : tuple of tuple of Number or None
        The cells by columns.
    kinds : tuple of frozenset of (str, str)
        For each column the base and shown units of its numbers.
    noted : frozenset of (int, int)
        Rows and columns of numbers with a mark behind them, or behind the label of their row: a note
        says something of its own about them.
    corner : str
        Label of the label column.
    beside : tuple of int
        For each column of numbers in brackets the column whose cells they stand behind, else -1.
    """

    header: tuple[str, ...]
    stubs: tuple[str, ...]
    blocks: tuple[int, ...]
    groups: tuple[int, ...]
    cells: tuple[Cells, ...]
    gaps: frozenset[tuple[int, int]]
    titles: tuple[str, ...]
    caption: str
    stated: tuple[Number, ...]
    widest: Mapping[NumberId, Interval]
    points: tuple[tuple[float, ...], ...]
    halves: tuple[tuple[float, ...], ...]
    turned: bool
    columns: tuple[Cells, ...]
    kinds: tuple[frozenset[tuple[str, str]], ...]
    beside: tuple[int, ...] = ()
    corner: str = ""
    noted: frozenset[tuple[int, int]] = frozenset()

    def cell(self, row: int, column: int) -> Number | None:
        """The number of a cell, None where it has none or the place is outside."""
        if not 0 <= row < len(self.cells) or not 0 <= column < len(self.cells[row]):
            return None
        return self.cells[row][column]

    def column(self, c: int) -> Cells:
        """The numbers of one column."""
        return self.columns[c]

    def units(self, c: int) -> frozenset[tuple[str, str]]:
        """Base and shown units of a column."""
        return self.kinds[c]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of one table.  They follow from its cells, header and caption, so all are equal."""

    by_id: Mapping[NumberId, Number] = field(compare=False)

    def number(self, id: NumberId) -> Number:
        """The number with this id."""
        return self.by_id[id]


def numbers_of(paper: Paper, table: Table) -> tuple[frozenset[Asserted], Numbers]:
    """The numbers of a table, and how they are asserted: an edit elsewhere may change only that."""
    ids = [i for row in table.rows for c in row for i in (c.number, *c.also) if i is not None]
    numbers = {i: paper.number(i) for i in (*ids, *table.stated)}
    return frozenset(n.asserted for n in numbers.values()), Numbers(numbers)


# An edit elsewhere leaves a table as it was.
@lru_cache(maxsize=256)
def views(table: Table, asserted: frozenset[Asserted], numbers: Numbers) -> tuple[View, View]:
    """A table by its columns and by its rows.

    Where the cells of a column hold a second number in brackets ("371 (1.11×)"), those numbers are
    a column of their own behind the last one.
    """
    rows = table.rows
    cells = [[_number(numbers, c.number) for c in row] for row in rows]
    gaps = {
        (r, k)
        for r, row in enumerate(rows)
        for k, c in enumerate(row)
        if c.kind is CellKind.SEVERAL
    }
    noted = _noted(table)
    header = list(table.header)
    paths = [row[0].column if row else () for row in zip(*rows, strict=False)]
    groups = [_group(k, paths) for k in range(len(header))]
    beside = [-1] * len(header)
    for k in range(1, len(table.header)):
        asides = [_aside(numbers, row[k].also) if k < len(row) else None for row in rows]
        if sum(a is not None for a in asides) * 2 < len(rows) or len(rows) < 2:
            continue
        for row_cells, aside in zip(cells, asides, strict=True):
            row_cells.extend([None] * (len(header) - len(row_cells)))
            row_cells.append(aside)
        header.append(table.header[k])
        groups.append(len(header))
        beside.append(k)
    titles = tuple(row[-1].row[0] if row and len(row[-1].row) > 1 else "" for row in rows)
    stated = tuple(n for i in table.stated if (n := _number(numbers, i)) is not None)
    widest: dict[NumberId, Interval] = {n.id: n.quantity.hard for n in stated}
    for column in zip(*cells, strict=False):
        present = [n for n in column if n is not None]
        zeros = _zeros(present)
        widest |= {n.id: _hard(n, present, zeros) for n in present}
    return (
        _view(tuple(header), table.stubs, table.blocks, tuple(groups), cells, frozenset(gaps), titles,
              table.caption, stated, widest, tuple(beside), corner=header[0], noted=frozenset(noted), turned=False),
        _turned(tuple(header), table, tuple(groups), cells, gaps, titles, stated, widest, noted),
    )  # fmt: skip


def _noted(table: Table) -> set[tuple[int, int]]:
    """Places of marked cells; where most of a table is marked, the marks tell no cell from another."""
    rows = [r for r, stub in enumerate(table.stubs) if _MARK.search(stub)]
    if len(rows) * 2 > len(table.rows):
        rows = []
    found = {(r, k) for r in rows for k in range(len(table.rows[r]))}
    for k in range(1, len(table.header)):
        own = [r for r, row in enumerate(table.rows) if k < len(row) and _MARK.search(row[k].text)]
        if len(own) * 2 <= len(table.rows):
            found.update((r, k) for r in own)
    return found


def _view(
    header: tuple[str, ...], stubs: tuple[str, ...], blocks: tuple[int, ...], groups: tuple[int, ...],
    cells: list[list[Number | None]], gaps: frozenset[tuple[int, int]], titles: tuple[str, ...], caption: str,
    stated: tuple[Number, ...], widest: Mapping[NumberId, Interval], beside: tuple[int, ...] = (), *,
    corner: str, noted: frozenset[tuple[int, int]], turned: bool,
) -> View:  # fmt: skip
    points = tuple(tuple(math.nan if n is None else n.quantity.point for n in row) for row in cells)
    halves = tuple(tuple(math.nan if n is None else _half(n, widest) for n in row) for row in cells)
    width = len(header)
    columns = tuple(tuple(row[c] if c < len(row) else None for row in cells) for c in range(width))
    kinds = tuple(
        frozenset((n.quantity.unit, n.quantity.shown_unit) for n in column if n)
        for column in columns
    )
    return View(
        header, stubs, blocks, groups, tuple(tuple(row) for row in cells), gaps, titles, caption,
        stated, widest, points, halves, turned, columns, kinds, beside or (-1,) * width, corner, noted,
    )  # fmt: skip


def _turned(
    header: tuple[str, ...], table: Table, groups: tuple[int, ...], cells: list[list[Number | None]],
    gaps: set[tuple[int, int]], titles: tuple[str, ...], stated: tuple[Number, ...],
    widest: Mapping[NumberId, Interval], noted: set[tuple[int, int]],
) -> View:  # fmt: skip
    """The table turned: its first column is what was the header, and holds no numbers."""
    width = len(header)
    lines: list[list[Number | None]] = [
        [None, *(row[c] if c < len(row) else None for row in cells)] for c in range(1, width)
    ]
    return _view(
        ("", *table.stubs), header[1:], groups[1:], (-1, *table.blocks), lines,
        frozenset((c - 1, r + 1) for r, c in gaps if c), ("",) * len(lines), table.caption, stated, widest,
        corner=header[0], noted=frozenset((c - 1, r + 1) for r, c in noted if c), turned=True,
    )  # fmt: skip


def as_printed(number: Number) -> Interval:
    """Values that a cell may stand for: rounded, or cut, so that 1.168 is printed as 1.17 and as 1.16."""
    q = number.quantity
    if q.unit == "1" and not q.shown_unit and q.literal.ulp == 1.0:
        return q.nominal  # whole numbers are mostly counts
    ulp = q.literal.ulp * q.scale
    return Interval(q.nominal.low - 0.05 * ulp, q.nominal.high + 0.5 * ulp)


def _zeros(column: list[Number]) -> dict[str, int]:
    """For each unit of a column how many zeros end all its whole numbers."""
    zeros: dict[str, int] = {}
    for n in column:
        q = n.quantity
        if q.literal.ulp == 1.0 and q.point:
            unit = q.shown_unit
            zeros[unit] = min(zeros.get(unit, 99), trailing_zeros(q.literal.text))
    return zeros


def _hard(number: Number, column: list[Number], zeros: Mapping[str, int]) -> Interval:
    """Interval that a proof must stand on: zeros that end all numbers of a column may be no digits."""
    q = number.quantity
    wide = hard(number, *(o for o in column if o is not number))
    few = zeros.get(q.shown_unit, 0)
    if q.count or q.qualifier.value != "exact" or not 0 < few < trailing_zeros(q.literal.text):
        return wide
    ulp = max(1.0, min(10.0**few, abs(q.literal.value) / 10))
    low, high = q.literal.value - 0.55 * ulp, q.literal.value + ulp
    return Interval(low * q.scale, high * q.scale)


def _number(numbers: Numbers, id: NumberId | None) -> Number | None:
    if id is None:
        return None
    n = numbers.number(id)
    return None if isinstance(n.quantity.value, tuple) or not n.quantity.bounded else n


def _aside(numbers: Numbers, ids: tuple[NumberId, ...]) -> Number | None:
    """The one number that a cell holds beside its value."""
    return _number(numbers, ids[0]) if len(ids) == 1 else None


def _group(k: int, paths: list[tuple[str, ...]]) -> int:
    """Number of the first column under the same spanning header."""
    if k >= len(paths) or len(paths[k]) < 2:
        return -1
    return next(j for j in range(k + 1) if j < len(paths) and paths[j][:1] == paths[k][:1])


def _half(number: Number, widest: Mapping[NumberId, Interval]) -> float:
    wide = widest[number.id]
    point = number.quantity.point
    return max(wide.high - point, point - wide.low)
