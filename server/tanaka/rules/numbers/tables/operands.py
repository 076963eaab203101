"""A relation between cells, and the columns of a table that it may be computed from."""

from __future__ import annotations

from collections.abc import Callable

from tanaka.paper.model import Number
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.view import Cells, View

Value = Callable[..., float]
Operands = Callable[[int], Cells]


@dataclass(frozen=True, slots=True)
class Relation:
    """A candidate: which cells a row is computed from, and how.

    Attributes
    ----------
    name : str
    operands : callable
        Cells of a row, None for each that has no number.
    value : callable
    text : str
        How it is printed: "{0} / {1}".
    doubtful : bool
        Whether words name it by custom only (scaling efficiency), so that it proves nothing.
    least : int
        How many telling rows must keep it.
    signed : bool
        Whether its operands may be negative.
    base : int or None
        Column that it compares with a baseline, where it does so.
    pair : tuple of int or None
        The two columns that it compares.
    """

    name: str
    operands: Operands
    value: Value
    text: str
    doubtful: bool = False
    least: int = 3
    signed: bool = False
    base: int | None = None
    pair: tuple[int, int] | None = None


def same_row(view: View, *columns: int) -> Operands:
    """Cells of some columns in the same row."""
    cells = [view.columns[c] for c in columns]
    if len(cells) == 2:
        a, b = cells
        return lambda r: (a[r], b[r])
    return lambda r: tuple(c[r] for c in cells)


def one_cell(view: View, i: int) -> Operands:
    """The cell of one column."""
    cells = view.columns[i]
    return lambda r: (cells[r],)


def with_stated(view: View, base: Number, i: int) -> Operands:
    """A number of the caption, and the cell of a column."""
    cells = view.columns[i]
    return lambda r: (base, cells[r])


def against(view: View, i: int, base: tuple[int, ...]) -> Operands:
    """A column's cell in the baseline row of each row, and in the row."""
    cells = view.columns[i]
    return lambda r: (cells[base[r]] if base[r] >= 0 else None, cells[r])


def against_pivot(view: View, column: int, i: int, pivot: int) -> Operands:
    """Two cells of one row, and the second column's cell of each row."""
    own, cells = view.columns[column], view.columns[i]
    return lambda r: (own[pivot], cells[pivot], cells[r])


def efficiency_cells(view: View, i: int, k: int, first: tuple[int, ...]) -> Operands:
    """A value and a count of devices, each in the row and in the first of its block."""
    return lambda r: (
        view.cell(r, i),
        view.cell(first[r], i),
        view.cell(r, k),
        view.cell(first[r], k),
    )


def unit_of(view: View, i: int) -> str:
    """Base unit of a column, "" where it has none."""
    return next((u for u, _ in view.units(i)), "")


def holds_shares(view: View, i: int) -> bool:
    """Whether a column holds percentages."""
    return {s for _, s in view.units(i)} == {"%"}


def holds_counts(view: View, i: int) -> bool:
    """Whether a column holds whole numbers without a unit of measure."""
    present = [n for n in view.column(i) if n]
    return bool(present) and all(
        n.quantity.unit == "1"
        and n.quantity.shown_unit in ("", "K", "M")
        and n.quantity.point == int(n.quantity.point)
        for n in present
    )


def one_quantity(view: View, i: int) -> bool:
    """Whether a column holds one quantity: one unit, and no ratios or shares itself."""
    units = view.units(i)
    return len({u for u, _ in units}) == 1 and not {s for _, s in units} & {"×", "%"}


def ratioable(view: View, column: int, *, stub: bool = True) -> list[int]:
    """Other columns that hold one quantity each; ``stub`` counts the first one in."""
    return [
        i
        for i in range(0 if stub else 1, len(view.header))
        if i != column and one_quantity(view, i)
    ]
