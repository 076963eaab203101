r"""Rows of cells with places to a ``tabular``, where the columns are clear, and None elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tanaka.ingest.layout import Cell, Line

_MOST = 12  # columns


def tabular(lines: Sequence[Line]) -> list[str] | None:
    """LaTeX of a table's lines; None where a cell could belong to two columns.

    A number in the wrong column is a wrong number, so one doubt is enough to give up.
    """
    rows = [li.cells for li in lines]
    counts = Counter(len(r) for r in rows if len(r) > 1)
    if not counts or sum(counts.values()) < 2:
        return None
    columns = max(counts, key=lambda n: (counts[n], n))
    if counts[columns] < 2 or not 2 <= columns <= _MOST:
        return None
    places = _places([r for r in rows if len(r) == columns], columns)
    if places is None:
        return None
    out: list[list[str]] = []
    ruled: int | None = None
    for row in rows:
        cells = _row(row, places)
        if cells is None:
            return None
        out.append(cells)
        if ruled is None and sum(_numeric(c.text) for c in row[1:]) * 2 > len(row) - 1 > 0:
            ruled = len(out) - 1
    latex = [f"\\begin{{tabular}}{{{'l' + 'r' * (columns - 1)}}}"]
    for i, cells in enumerate(out):
        if ruled and i == ruled:
            latex.append("\\midrule")
        latex.append(" & ".join(cells) + r" \\")
    return [*latex, "\\end{tabular}"]


def _places(full: Sequence[Sequence[Cell]], columns: int) -> list[tuple[float, float]] | None:
    """Left and right end of each column over the rows that fill all; None where two overlap."""
    places = [(min(r[c].x0 for r in full), max(r[c].x1 for r in full)) for c in range(columns)]
    if any(a[1] > b[0] for a, b in pairwise(places)):
        return None
    return places


def _row(row: Sequence[Cell], places: Sequence[tuple[float, float]]) -> list[str] | None:
    """Cells of a row by column; one that lies over several spans them."""
    out: list[str] = []
    for cell in row:
        over = [i for i, (a, b) in enumerate(places) if cell.x0 < b and a < cell.x1]
        if not over:
            # Between two columns: nearest, if only one is near.
            near = sorted(range(len(places)), key=lambda i: _distance(cell, places[i]))
            if len(near) > 1 and _distance(cell, places[near[1]]) < 2 * _distance(cell, places[near[0]]):  # fmt: skip
                return None
            over = near[:1]
        if over[0] < len(out):
            return None  # two cells in one column
        out += [""] * (over[0] - len(out))
        span = over[-1] - over[0] + 1
        if span == 1:
            out.append(cell.text)
        elif _numeric(cell.text):
            return None
        else:
            out.append(f"\\multicolumn{{{span}}}{{c}}{{{cell.text}}}")
            # An & stands before the next cell only, so the columns that are covered leave none.
            out += ["\0"] * (span - 1)
    out += [""] * (len(places) - len(out))
    return [c for c in out if c != "\0"]


def _distance(cell: Cell, place: tuple[float, float]) -> float:
    return max(place[0] - cell.x1, cell.x0 - place[1], 0.0)


def _numeric(text: str) -> bool:
    return re.fullmatch(r"[$≈∼~<>+−-]*\s*[\d.,]+\s*(?:×|x|\\?%|[A-Za-z/]{0,6})", text) is not None
