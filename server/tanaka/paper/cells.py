"""What one table states: its cells as numbers, with their row and column for what they are about."""

from __future__ import annotations

import re

from tanaka.latex.plain import Plain
from tanaka.paper.model import (
    Asserted,
    How,
    NumberId,
    Orientation,
    Table,
    TableCell,
    TableId,
    Where,
)
from tanaka.paper.sentences import Sentence
from tanaka.paper.stated import Collector, Place, Range
from tanaka.paper.tables import LocalCell, LocalTable
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_QUOTED = Lazy(r"as reported|taken from|reported (?:by|in)", re.I)


def collect_table(
    to: Collector, local: LocalTable, number: int, place: Place, stated: tuple[NumberId, ...]
) -> None:
    """Collect what a table states; ``stated`` are the numbers of its caption."""
    to.place = place
    claimed = (
        Asserted.QUOTED
        if to.place.where is Where.RELATED or _QUOTED.search(local.caption)
        else Asserted.YES
    )
    heads: list[NumberId] = []
    for head in local.heads:
        to.seen += len(head.found)
        text = head.plain.text
        about = (text, How.STATED)
        mine = [
            to.number(r, Where.TABLE, claimed, about, (("column", text),), _places(head.plain, r))
            for r in head.found
        ]
        if len(mine) >= 3:  # a note in a row of its own
            to.changes(Sentence(text, 0, tuple(head.found)), mine, lambda i: claimed)
        heads += mine
    rows: list[tuple[TableCell, ...]] = []
    for stub, row in zip(local.stubs, local.rows, strict=True):
        cells: list[TableCell] = []
        for c, cell in enumerate(row):
            own: NumberId | None = None
            also: tuple[NumberId, ...] = ()
            if cell.spanned is not None:
                # One printed value is one number, whatever it spans.
                i, k = cell.spanned
                there = cells[k] if i == len(rows) else rows[i][k]
                own = there.number if cell.reading is not None else None
                also = there.also
            elif cell.found:
                own, also = _numbers(to, local, cell, c, stub, claimed)
            unit = cell.reading.quantity.shown_unit if cell.reading is not None else ""
            cells.append(
                TableCell(
                    cell.text, own, cell.kind, cell.missing, cell.row, cell.column, unit,
                    cell.unit_from, cell.uncertainty, cell.emphasis, cell.better, also,
                )
            )  # fmt: skip
        rows.append(tuple(cells))
    table = Table(
        TableId(f"{to.prefix}t{number}"), local.header, tuple(rows), local.stubs, local.blocks,
        local.caption, local.labels, to.place.section, local.complete, stated, tuple(heads),
        local.orientation,
    )  # fmt: skip
    to.tables.append(table)
    to.table_places.append((local.start, local.end))


def _numbers(
    to: Collector, local: LocalTable, cell: LocalCell, column: int, stub: str, claimed: Asserted
) -> tuple[NumberId | None, tuple[NumberId, ...]]:
    """Numbers of a cell; returns the one that is its value, and the others."""
    to.seen += len(cell.found)
    row = " / ".join(cell.row) or stub
    context = (("row", row), ("column", cell.label))
    named = cell.label if local.orientation is Orientation.COLUMNS and column else stub
    about = (named or cell.label, How.STATED)
    own: NumberId | None = None
    mine: list[NumberId] = []
    for r in cell.found:
        mine.append(to.number(r, Where.TABLE, claimed, about, context, _places(cell.plain, r)))
        if r is cell.reading:
            own = mine[-1]
    if len(mine) >= 3:
        to.changes(Sentence(cell.text, 0, cell.found), mine, lambda i: claimed)
    return own, tuple(i for i in mine if i != own)


def _places(plain: Plain, r: Reading) -> tuple[Range, Range, Range]:
    """A number's whole surface, its digits, and its cell."""
    return (
        plain.source(r.start, r.end),
        plain.literal(r.literal_start, r.literal_end),
        plain.source(0, len(plain.text)),
    )
