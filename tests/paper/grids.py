r"""Tables beside the grids that must be read from them: Markdown whose blocks hold both.

A heading is a test, a ``latex`` block the paper, and a ``grid`` block what its tables are: columns
in the first line (levels joined by ``>``), then a line for each row with its path (joined by
``/``).  A number is written with its unit, ``±`` its uncertainty in base units, ``*`` where it is
bold and ``_`` where it is underlined; ``(OOM)`` is a cell without a value and why, ``.`` an empty
one, ``"words"`` are words, and ``;`` parts several numbers.  Columns of labels are left out.

A line without a row path names the columns anew, ``---`` parts two tables, and ``none`` is none.
Lines with a colon ask for more (see `_ASKED`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixture import analyse
from tanaka.paper.model import CellKind, Emphasis, NumberId, Paper, Table, TableCell
from tanaka.quantity import Qualifier

_FENCE = re.compile(r"^```(latex|grid)\n(.*?)^```", re.M | re.S)
_HEADING = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True)
class Case:
    """A table and what must be read from it."""

    title: str
    latex: str
    grid: str


def cases(folder: Path) -> Iterator[Case]:
    """Tests of all files of a folder."""
    for path in sorted(folder.glob("*.md")):
        text = path.read_text("utf-8")
        bare = _FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
        starts = list(_HEADING.finditer(bare))
        for i, heading in enumerate(starts):
            end = starts[i + 1].start() if i + 1 < len(starts) else len(text)
            parts = dict(_FENCE.findall(text[heading.end() : end]))
            yield Case(heading.group(1), parts["latex"], parts["grid"])


def check(case: Case) -> None:
    """Fail where a table and its grid differ."""
    report = analyse({"main.tex": case.latex})
    assert not report.failures
    wanted = [] if case.grid.strip() == "none" else case.grid.split("---\n")
    tables = report.paper.tables
    assert len(tables) == len(wanted), [t.header for t in tables]
    for table, grid in zip(tables, wanted, strict=True):
        lines = [line for line in grid.splitlines() if line.strip()]
        drawn = [_cells(line) for line in lines if _asked(line) is None]
        assert _drawn(report.paper, table) == drawn
        for line in lines:
            if ask := _asked(line):
                assert ask[1](report.paper, table) == ask[0], line


def _asked(line: str) -> tuple[str, Callable[[Paper, Table], str]] | None:
    name, colon, rest = line.partition(":")
    return (rest.strip(), _ASKED[name]) if colon and name in _ASKED else None


def _cells(line: str) -> list[str]:
    return [c.strip() for c in line.split("|")]


def _drawn(paper: Paper, table: Table) -> list[list[str]]:
    """The grid of a table, as it is written in a test."""
    out: list[list[str]] = []
    columns: tuple[tuple[str, ...], ...] | None = None
    for row in table.rows:
        shown = _data(table, row)
        if columns != (now := tuple(c.column for c in shown)):
            columns = now
            out.append(["", *(" > ".join(path) for path in now)])
        out.append([_text(" / ".join(row[0].row)), *(_cell(paper, c) for c in shown)])
    return out


def _data(table: Table, row: tuple[TableCell, ...]) -> list[TableCell]:
    """Cells of a row beside its labels."""
    labels = max(
        sum(c.kind is CellKind.HEADER for c in r)
        + (r[0].kind is CellKind.EMPTY)  # a label that is spanned by none
        for r in table.rows
    )
    return list(row[labels:])


def _text(text: str) -> str:
    """Words without the signs that stand for citations."""
    return re.sub(r"[\ue000\ue001]", "", text).replace("{", "").replace("}", "").strip()


def _cell(paper: Paper, cell: TableCell) -> str:
    if cell.kind is CellKind.EMPTY:
        return "."
    if cell.kind is CellKind.MISSING:
        return f"({cell.missing})"
    if cell.kind is CellKind.SEVERAL:
        return "; ".join(
            _shown(paper, n.id) for n in paper.numbers if _stands_in(n.id, cell, paper)
        )
    if cell.number is None:
        return f'"{_text(cell.text)}"'
    sure = f" ±{cell.uncertainty:g}" if cell.uncertainty is not None else ""
    mark = {Emphasis.BOLD: " *", Emphasis.UNDERLINED: " _", Emphasis.NONE: ""}[cell.emphasis]
    return _shown(paper, cell.number) + sure + mark


def _stands_in(id: NumberId, cell: TableCell, paper: Paper) -> bool:
    context = dict(paper.number(id).context)
    return context.get("row") == " / ".join(cell.row) and context.get("column") == " ".join(
        cell.column
    )


def _shown(paper: Paper, id: NumberId) -> str:
    q = paper.number(id).quantity
    hedge = {Qualifier.GT: ">", Qualifier.LT: "<", Qualifier.APPROX: "~"}.get(q.qualifier, "")
    return hedge + q.shown


def _by_row(table: Table, of: Callable[[TableCell], str]) -> str:
    """Something of each cell: alike cells of a row are said once, alike rows too."""
    rows = [[of(c) for c in _data(table, row)] for row in table.rows]
    lines = [" ".join(dict.fromkeys(r)) if len(set(r)) == 1 else " ".join(r) for r in rows]
    return "; ".join(lines)


def _by_column(table: Table, of: Callable[[TableCell], str]) -> str:
    """Something of the first cell of each column that has it."""
    columns = zip(*(_data(table, row) for row in table.rows), strict=True)
    return ", ".join(next((v for c in cells if (v := of(c))), "-") for cells in columns)


def _kind(paper: Paper) -> Callable[[TableCell], str]:
    return lambda c: str(paper.number(c.number).kind) if c.number is not None else ""


def _stated(paper: Paper, ids: list[NumberId]) -> str:
    numbers = [paper.number(i) for i in ids]
    return "; ".join(f"{n.quantity.shown} {n.kind}" for n in numbers)


def _label_numbers(paper: Paper, table: Table) -> list[NumberId]:
    """Numbers that stand in the labels of rows."""
    data = {c.number for row in table.rows for c in _data(table, row)} | set(table.heads)
    return [n.id for n in paper.numbers if n.where == "table" and n.id not in data]


def _values(paper: Paper, table: Table) -> str:
    rows = [
        ", ".join(
            f"{paper.number(c.number).quantity.point:.15g}"
            for c in _data(table, row)
            if c.number is not None
        )
        for row in table.rows
    ]
    return "; ".join(rows)


_ASKED: dict[str, Callable[[Paper, Table], str]] = {
    "header": lambda p, t: "; ".join(t.header),
    "kind": lambda p, t: _by_column(t, _kind(p)),
    "kinds": lambda p, t: _by_row(t, lambda c: _kind(p)(c) or "-"),
    "unit from": lambda p, t: _by_column(t, lambda c: str(c.unit_from)),
    "better": lambda p, t: _by_column(t, lambda c: str(c.better)),
    "orientation": lambda p, t: str(t.orientation),
    "heads": lambda p, t: _stated(p, list(t.heads)),
    "labels": lambda p, t: _stated(p, _label_numbers(p, t)),
    "labels of": lambda p, t: ", ".join(t.labels),
    "caption": lambda p, t: t.caption,
    "blocks": lambda p, t: " ".join(str(b) for b in t.blocks),
    "numbers": lambda p, t: str(sum(n.where == "table" for n in p.numbers)),
    "values": _values,
    "about": lambda p, t: ", ".join(
        dict.fromkeys(
            p.number(c.number).entity
            for row in t.rows
            for c in _data(t, row)
            if c.number is not None
        )
    ),
}
