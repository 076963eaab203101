"""What one table states: its cells as numbers, with their row and column for what they are about."""

from __future__ import annotations

import re

from tanaka.paper.model import Asserted, How, NumberId, Table, TableCell, TableId, Where
from tanaka.paper.sentences import Sentence
from tanaka.paper.stated import Collector, Place, Stated
from tanaka.paper.tables import LocalTable


def table_numbers(
    prefix: str,
    count: int,
    number: int,
    local: LocalTable,
    place: Place,
    stated: tuple[NumberId, ...],
) -> Stated:
    """Numbers and claims of a table; ``stated`` are the numbers of its caption."""
    reader = Collector(prefix, count, place)
    _collect(reader, local, number, stated)
    return reader.stated()


def _collect(to: Collector, local: LocalTable, number: int, stated: tuple[NumberId, ...]) -> None:
    claimed = (
        Asserted.QUOTED
        if to.place.where is Where.RELATED
        or re.search(r"as reported|taken from|reported (?:by|in)", local.caption, re.I)
        else Asserted.YES
    )
    rows: list[tuple[TableCell, ...]] = []
    for stub, row in zip(local.stubs, local.rows, strict=True):
        cells: list[TableCell] = []
        for c, cell in enumerate(row):
            to.seen += len(cell.found)
            own: NumberId | None = None
            mine: list[NumberId] = []
            context = (("row", stub), ("column", local.header[c]))
            about = (stub or local.header[c], How.STATED)
            place = cell.plain.source(0, len(cell.plain.text))
            for r in cell.found if c or cell.reading else ():
                places = (
                    cell.plain.source(r.start, r.end),
                    cell.plain.literal(r.literal_start, r.literal_end),
                    place,
                )
                mine.append(to.number(r, Where.TABLE, claimed, about, context, places))
                if r is cell.reading:
                    own = mine[-1]
            if len(mine) >= 3:
                to.changes(Sentence(cell.text, 0, cell.found), mine, lambda i: claimed)
            cells.append(TableCell(cell.text, own))
        rows.append(tuple(cells))
    to.table = Table(
        TableId(f"{to.prefix}.t{number}"), local.header, tuple(rows), local.stubs, local.blocks,
        local.caption, local.labels, to.place.section, local.complete, stated,
    )  # fmt: skip
    to.table_place = (local.start, local.end)
