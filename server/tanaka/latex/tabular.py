"""Tabulars to grids of cells: rows, rules, spans.  What they mean is for `tanaka.paper.tables`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pylatexenc import latexwalker as lw

from tanaka.latex.plain import Cell, Grid, PassageKind, Row
from tanaka.latex.walk import Buffer, words

if TYPE_CHECKING:
    from tanaka.latex.parse import Walker

DEPTH = 12
"""Macros, or tabulars, within each other: deeper is a loop."""


def read(walker: Walker, node: Any) -> None:
    """Read a tabular as a grid, into the walker's grids."""
    rows: list[Row] = []
    cells: list[Cell] = []
    content: list[Any] = []
    ruled = False

    def end_cell() -> None:
        cells.append(_cell(walker, content))
        content.clear()

    def end_row() -> None:
        nonlocal ruled
        end_cell()
        if len(cells) > 1 or cells[0].plain.text:
            rows.append(Row(tuple(cells), ruled))
            ruled = False
        cells.clear()

    def walk(nodes: Iterable[Any]) -> None:
        nonlocal ruled
        for child in nodes or ():
            if child is None or child.isNodeType(lw.LatexCommentNode):
                continue
            if child.isNodeType(lw.LatexSpecialsNode) and child.specials_chars == "&":
                end_cell()
            elif child.isNodeType(lw.LatexMacroNode) and child.macroname in (
                "\\",
                "tabularnewline",
                "cr",
            ):
                end_row()
            elif child.isNodeType(lw.LatexMacroNode) and child.macroname in (
                "midrule", "hline", "toprule", "bottomrule", "cmidrule", "cline", "Xhline", "specialrule"):  # fmt: skip
                ruled = ruled or child.macroname in ("midrule", "hline", "cmidrule", "cline")
            else:
                content.append(child)

    if walker.depth < DEPTH:
        walk(node.nodelist)
        end_row()
    if rows:
        walker.grids.append(Grid(tuple(rows), None, (), node.pos, node.pos + node.len))


def _cell(walker: Walker, content: Sequence[Any]) -> Cell:
    columns = rows = 1
    outer, outer_kind = walker.buffer, walker.kind
    walker.buffer = Buffer(PassageKind.FLOAT)
    for child in content:
        if child.isNodeType(lw.LatexMacroNode) and child.macroname in (
            "multicolumn",
            "multirow",
        ):
            number = words(child.nodeargd.argnlist[0 if child.macroname == "multicolumn" else 1])
            count = int(number) if number.strip().isdigit() else 1
            if child.macroname == "multicolumn":
                columns = max(count, 1)
            else:
                rows = max(count, 1)
    text = "".join(c.latex_verbatim() for c in content)
    if re.match(r"\s*\(lr\)|\s*\{\d+-\d+\}|\s*\[[\d.]+\w*\]", text):
        content = _after_rule_arguments(content)
    walker.in_cell += 1
    walker.nodes(content)
    walker.in_cell -= 1
    plain = walker.buffer.plain()
    walker.buffer, walker.kind = outer, outer_kind
    return Cell(plain, columns, rows)


def _after_rule_arguments(content: Sequence[Any]) -> Sequence[Any]:
    r"""Drop ``(lr){2-3}`` that pylatexenc leaves behind a ``\cmidrule``."""
    rest = list(content)
    while rest:
        first = rest[0]
        verbatim = first.latex_verbatim()
        if re.fullmatch(r"\s*(?:\([lr]+\)|\{\d+\s*-\s*\d+\}|\[[^\]]*\])?\s*", verbatim):
            rest.pop(0)
            continue
        break
    return rest
