"""A law of tables: a grid, printed in any of the styles that authors use, is read back as it was."""

from __future__ import annotations

from dataclasses import dataclass

import hypothesis.strategies as st
from hypothesis import given, settings

from tanaka.latex.parse import parse_block
from tanaka.paper.model import CellKind, Emphasis, Orientation
from tanaka.paper.tables import LocalTable, read_table

_METRICS = (
    ("Latency", "ms", "ms"),
    ("Memory", "GB", "GB"),
    ("Throughput", "tok/s", "tok/s"),
    ("Accuracy", "\\%", "%"),
    ("Power", "W", "W"),
    ("Energy", "kJ", "kJ"),
)
_SYSTEMS = ("vLLM", "Orca", "PipeDream", "Ours", "GPipe", "Alpa")
_GROUPS = ("A100", "H100", "Small models", "Large models")
_MISSING = {"OOM": "OOM", "--": "–", "n/a": "n/a", "---": "—"}


@dataclass(frozen=True)
class Grid:
    """What a table says: for each row its group, name and cells; a cell that is no number is a word."""

    columns: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    bold: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Style:
    """How it is printed."""

    rules: str
    units: str
    groups: str
    over: str
    turned: bool
    wrapped: bool


_VALUE = st.one_of(
    st.decimals(min_value="0.1", max_value="99.9", places=1).map(str),
    st.integers(min_value=100, max_value=9999).map(lambda n: f"{n:,}"),
    st.decimals(min_value="1", max_value="99", places=2).map(str),
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    columns = tuple(draw(st.permutations(_METRICS))[: draw(st.integers(2, 4))])
    groups = draw(st.permutations(_GROUPS))[:2]
    rows = []
    for group in groups:
        for name in draw(st.permutations(_SYSTEMS))[: draw(st.integers(2, 3))]:
            cells = [draw(_VALUE) for _ in columns]
            if draw(st.booleans()):
                # One of a row at most, so that each column still holds numbers.
                cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from(list(_MISSING)))
            rows.append((group, name, tuple(cells)))
    for c in range(len(columns)):
        if not any(cells[c][0].isdigit() for _, _, cells in rows[:2]):
            rows[0] = (rows[0][0], rows[0][1], tuple("12.5" if k == c else v for k, v in enumerate(rows[0][2])))  # fmt: skip
    places = [(r, c) for r in range(len(rows)) for c in range(len(columns))]
    return Grid(
        columns, tuple(rows), frozenset(draw(st.lists(st.sampled_from(places), max_size=4)))
    )


_STYLES = st.builds(
    Style,
    rules=st.sampled_from(("booktabs", "lines", "all lines", "none")),
    units=st.sampled_from(("brackets", "second row", "cells", "square")),
    groups=st.sampled_from(("multirow", "upwards", "headings")),
    over=st.sampled_from(("", "Results on both clusters")),
    turned=st.booleans(),
    wrapped=st.booleans(),
)


def printed(grid: Grid, style: Style) -> str:
    """LaTeX of a grid."""
    top, mid, bottom = {
        "booktabs": ("\\toprule", "\\midrule", "\\bottomrule"),
        "lines": ("\\hline", "\\hline", "\\hline"),
        "all lines": ("\\hline", "\\hline", "\\hline"),
        "none": ("", "", ""),
    }[style.rules]
    end = " \\\\ \\hline" if style.rules == "all lines" else " \\\\"
    labels = 1 if style.groups == "headings" else 2
    width = labels + len(grid.columns)
    bracket = {"brackets": " ({})", "square": " [{}]"}.get(style.units, "")
    names = [name + (bracket.format(unit) if bracket else "") for name, unit, _ in grid.columns]
    first = ["System"] if labels == 1 else ["Device", "System"]
    lines = [f"\\begin{{tabular}}{{{'l' * labels}{'r' * len(names)}}}", top]
    if style.over:
        lines.append(" & " * labels + f"\\multicolumn{{{len(names)}}}{{c}}{{{style.over}}} \\\\")
        partial = {"\\midrule": "\\cmidrule(lr)", "\\hline": "\\cline"}.get(mid)
        lines.append(f"{partial}{{{labels + 1}-{width}}}" if partial else "")
    heads = [f"\\rotatebox{{90}}{{{n}}}" for n in names] if style.turned else names
    lines.append(" & ".join([*first, *heads]) + " \\\\")
    if style.units == "second row":
        lines.append(
            " & ".join([*[""] * labels, *(f"({u})" for _, u, _ in grid.columns)]) + " \\\\"
        )
    lines.append(mid)
    for r, (group, name, cells) in enumerate(grid.rows):
        size = sum(g == group for g, _, _ in grid.rows)
        begins = not r or grid.rows[r - 1][0] != group
        ends = r + 1 == len(grid.rows) or grid.rows[r + 1][0] != group
        shown = [_cell(v, c, (r, c) in grid.bold, grid, style) for c, v in enumerate(cells)]
        if style.groups == "headings":
            if begins:
                lines.append(f"\\multicolumn{{{width}}}{{l}}{{{group}}}{end}")
            lines.append(" & ".join([name, *shown]) + end)
            continue
        label = ""
        if begins and style.groups == "multirow":
            label = f"\\multirow{{{size}}}{{*}}{{{group}}}"
        elif ends and style.groups == "upwards":
            label = f"\\multirow{{-{size}}}{{*}}{{{group}}}"
        partial = f" \\\\ \\cline{{2-{width}}}" if end.endswith("hline") and not ends else end
        lines.append(" & ".join([label, name, *shown]) + partial)
    lines += [bottom, "\\end{tabular}"]
    text = "\n".join(lines)
    return f"\\resizebox{{\\linewidth}}{{!}}{{%\n{text}}}" if style.wrapped else text


def _cell(value: str, column: int, bold: bool, grid: Grid, style: Style) -> str:
    if value[0].isdigit() and style.units == "cells":
        unit = grid.columns[column][1]
        value += unit if unit == "\\%" else f"~{unit}"
    return f"\\textbf{{{value}}}" if bold else value


def told(grid: Grid, style: Style) -> list[list[tuple[object, ...]]]:
    """What must be read: row, column, words of the number or why there is none, unit, and bold."""
    out = []
    for r, (group, name, cells) in enumerate(grid.rows):
        line: list[tuple[object, ...]] = []
        for c, value in enumerate(cells):
            metric, _, unit = grid.columns[c]
            label = {"brackets": f" ({unit})", "square": f" [{unit}]", "second row": f" ({unit})"}
            column = (metric + label.get(style.units, ""),)
            column = (style.over, *column) if style.over else column
            bold = Emphasis.BOLD if (r, c) in grid.bold else Emphasis.NONE
            said = (value, unit) if value[0].isdigit() else (_MISSING[value], "")
            line.append(((group, name), column, *said, bold))
        out.append(line)
    return out


def read(table: LocalTable) -> list[list[tuple[object, ...]]]:
    """What is read, in the same words."""
    out = []
    for row in table.rows:
        line: list[tuple[object, ...]] = []
        for cell in row:
            if cell.kind in (CellKind.HEADER, CellKind.EMPTY):
                continue
            q = cell.reading.quantity if cell.reading is not None else None
            said = (q.literal.text, q.shown_unit) if q is not None else (cell.missing, "")
            line.append((cell.row, cell.column, *said, cell.emphasis))
        out.append(line)
    return out


@given(grids(), _STYLES)
@settings(max_examples=80, deadline=None)
def test_a_grid_is_read_back_however_it_is_printed(grid: Grid, style: Style) -> None:
    (found,) = parse_block(printed(grid, style)).grids
    table = read_table(found, "")
    assert table is not None
    assert read(table) == told(grid, style)


def on_its_side(grid: Grid, style: Style) -> str:
    """LaTeX of a grid whose metrics are the rows."""
    mid = "\\midrule" if style.rules == "booktabs" else "\\hline"
    lines = [f"\\begin{{tabular}}{{l{'c' * len(grid.rows)}}}", mid]
    lines.append(" & ".join(["Metric", *(f"{g} {n}" for g, n, _ in grid.rows)]) + " \\\\")
    lines.append(mid)
    for c, (metric, unit, _) in enumerate(grid.columns):
        cells = [
            _cell(cells[c], c, (r, c) in grid.bold, grid, style)
            for r, (_, _, cells) in enumerate(grid.rows)
        ]
        label = metric if style.units == "cells" else f"{metric} ({unit})"
        lines.append(" & ".join([label, *cells]) + " \\\\")
    return "\n".join([*lines, mid, "\\end{tabular}"])


@given(grids(), _STYLES)
@settings(max_examples=40, deadline=None)
def test_a_grid_is_read_back_from_its_side(grid: Grid, style: Style) -> None:
    (found,) = parse_block(on_its_side(grid, style)).grids
    table = read_table(found, "")
    assert table is not None
    values = [[cell[2:] for cell in row] for row in read(table)]
    assert values == [
        list(v) for v in zip(*([c[2:] for c in row] for row in told(grid, style)), strict=True)
    ]
    assert table.orientation is Orientation.COLUMNS
    assert [row[1].column for row in table.rows[:1]] == [(f"{grid.rows[0][0]} {grid.rows[0][1]}",)]
