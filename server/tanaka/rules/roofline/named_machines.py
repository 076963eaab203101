"""Machines that a table tells of by their names, each with its part and how many of it: "Cluster A" over "A100-SXM4"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import find
from tanaka.paper.model import Paper, Table
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import parts

_PART = Lazy(
    r"^\W*(?:GPUs?|accelerators?|devices?|cards?|parts?|chips?)(?:\s(?:type|model|name|part|used))?\W*$",
    re.I,
)
_COUNT = Lazy(
    r"^\W*(?:#|no\.?|num(?:ber)?\.?|total|all)?\s*(?:of\s)?(?:GPUs|TPUs|devices|accelerators|cards|chips)(?:\s(?:count|used|in total|total))?\W*$",
    re.I,
)
_NAME = Lazy(r"^[A-Z][a-z]{2,}\w*(?:[ ~-](?:[A-Z]|\d))?$")


@query
def told_in_tables(paper: Paper, name: str) -> tuple[str, float]:
    """The one part of a machine that a table has by that name, and how many (0 where open); "" for none or two."""
    found = [m[1:] for table in paper.tables for m in _machines(paper, table) if m[0] == name]
    devices = {part for part, _ in found}
    counts = {count for _, count in found if count}
    if len(devices) != 1:
        return "", 0.0
    return devices.pop(), counts.pop() if len(counts) == 1 else 0.0


def _machines(paper: Paper, table: Table) -> Iterator[tuple[str, str, float]]:
    """Names, parts and counts of a table: a machine in each column, or in each row."""
    part_row: list[str] = []
    count_row: list[float] = []
    for cells in table.rows:
        label = " ".join(dict.fromkeys(cells[0].row)) if cells else ""
        label = label or (cells[0].text if cells else "")
        values = [
            paper.number(c.number).quantity.point if c.number is not None else 0.0
            for c in cells[1:]
        ]
        if _PART.match(label) and any(parts(c.text) for c in cells[1:]):
            part_row = [_one(c.text) for c in cells[1:]]
        elif _COUNT.match(label) and any(values):
            count_row = values
    names = [h.strip() for h in table.header[1:]]
    if part_row and sum(bool(_NAME.match(n)) for n in names) >= 2:
        for i, (name, part) in enumerate(zip(names, part_row, strict=False)):
            if part and _NAME.match(name):
                yield name, part, count_row[i] if i < len(count_row) else 0.0
        return
    at = next((i for i, h in enumerate(table.header) if i and _PART.match(h)), 0)
    many = next((i for i, h in enumerate(table.header) if i and i != at and _COUNT.match(h)), 0)
    for cells in table.rows if at else ():
        if at >= len(cells) or not _NAME.match(cells[0].text.strip()):
            continue
        part = _one(cells[at].text)
        number = cells[many].number if many and many < len(cells) else None
        if part:
            yield (
                cells[0].text.strip(),
                part,
                paper.number(number).quantity.point if number is not None else 0.0,
            )


def _one(text: str) -> str:
    """The one part that a cell names alone; "" where it counts or names more."""
    found = parts(text)
    return found[0] if len(found) == 1 and find(found[0]) else ""
