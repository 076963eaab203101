r"""Tabulars to grids of cells: rows, rules, spans.  What they mean is for `tanaka.paper.tables`.

Rows and cells are those of the source: a cell that spans is there once, with its counts, and a
negative count of rows spans upwards, as in ``\multirow{-2}``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pylatexenc import latexwalker as lw

from tanaka.latex.plain import Cell, Grid, PassageKind, Row
from tanaka.latex.spec import TABULARS
from tanaka.latex.walk import Buffer, words
from tanaka.patterns import Lazy

if TYPE_CHECKING:
    from tanaka.latex.parse import Walker

DEPTH = 12
"""Macros, or tabulars, within each other: deeper is a loop."""

_ENDS = frozenset({"\\", "tabularnewline", "cr"})
_RULES = frozenset({"midrule", "hline", "Xhline", "hhline", "specialrule", "hdashline", "thickhline",
                    "Hline", "hlineB", "hlinewd"})  # fmt: skip
_PARTIAL = frozenset({"cmidrule", "cline", "cdashline", "Xcline"})
# The ends of a table tell nothing of its rows.
_OUTER = frozenset({"toprule", "bottomrule"})
_SPACE = frozenset({"addlinespace", "morecmidrules", "noalign", "arrayrulecolor", "pagebreak",
                    "nopagebreak", "rowfont", "doublerulesepcolor", "smallskip", "medskip", "abovestrut",
                    "belowstrut", "tabucline", "taburulecolor"})  # fmt: skip
_BRACED = frozenset({"Xhline", "hhline", "hlineB", "hlinewd", "noalign", "arrayrulecolor", "rowfont",
                     "doublerulesepcolor", "specialrule", "cline", "cdashline", "Xcline", "abovestrut",
                     "belowstrut"})  # fmt: skip
_HEADS = frozenset({"endfirsthead", "endhead", "endfoot", "endlastfoot"})
_BOLD = frozenset({"textbf", "bfseries", "bf", "mathbf", "boldsymbol", "bm", "boldmath", "pmb"})
_UNDER = frozenset({"underline", "uline", "ul", "underbar", "uwave"})
_RANGE = Lazy(r"\{\s*(\d+)\s*-\s*(\d+)\s*\}")
_AFTER = Lazy(r"\s*\[\s*(?:-?[\d.]+\s*(?:[a-z]{2})?|[^\[\]]*width)\s*\]\s*|\*(?=\s|$)")
_SPAN = Lazy(r"\\multi(row|column)\s*(?:\[[^\]]*\]\s*)?\{\s*(-?\d+|#\d)\s*\}")
_SHAPED = Lazy(
    r"\\(?:multirow|multicolumn|textbf|bfseries|bf|mathbf|boldsymbol|underline|uline)(?![A-Za-z])"
)


def read(walker: Walker, node: Any) -> None:
    """Read a tabular as a grid, into the walker's grids.

    An array outside of a float is an equation, and no table.
    """
    if walker.depth >= DEPTH:
        return
    if node.environmentname == "array" and walker.kind is not PassageKind.FLOAT:
        return
    captions, labels = len(walker.passages), len(walker.labels)
    reader = _Reader(walker)
    reader.walk(node.nodelist)
    reader.end_row()
    rows, head = reader.ordered()
    if not rows:
        return
    caption = next(
        (
            i
            for i in range(captions, len(walker.passages))
            if walker.passages[i].kind is PassageKind.CAPTION
        ),
        None,
    )
    own = tuple(walker.labels[labels:])
    walker.grids.append(
        Grid(rows, caption, own, node.pos, node.pos + node.len, _columns(node), head)
    )


class _Reader:
    """Collects the rows of one tabular."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.rows: list[Row] = []
        self.cells: list[Cell] = []
        self.content: list[Any] = []
        self.full = False
        self.partial: list[tuple[int, int]] = []
        self.heads: dict[str, tuple[int, int]] = {}
        self.begun = 0

    def end_cell(self) -> None:
        self.cells.append(_cell(self.walker, self.content))
        self.content = []

    def end_row(self) -> None:
        self.end_cell()
        if len(self.cells) > 1 or self.cells[0].plain.text:
            partial = () if self.full else tuple(self.partial)
            self.rows.append(Row(tuple(self.cells), self.full or bool(partial), partial))
            self.full, self.partial = False, []
        self.cells = []

    def walk(self, nodes: Iterable[Any] | None) -> None:
        waiting = ""  # the rule whose arguments may follow as loose nodes
        for child in nodes or ():
            if child is None or child.isNodeType(lw.LatexCommentNode):
                continue
            if waiting:
                child, waiting = self.argument(waiting, child)
                if child is None:
                    continue
            if child.isNodeType(lw.LatexSpecialsNode) and child.specials_chars == "&":
                self.end_cell()
            elif child.isNodeType(lw.LatexMacroNode):
                waiting = self.macro(child)
            else:
                self.content.append(child)

    def macro(self, node: Any) -> str:
        """A macro between cells; returns its name where its arguments may still follow."""
        name = node.macroname
        if name in _ENDS:
            self.end_row()
            return "\\"
        if name in _HEADS:
            if self.content and "".join(c.latex_verbatim() for c in self.content).strip():
                self.end_row()
            self.content = []
            self.heads[name] = (self.begun, len(self.rows))
            self.begun = len(self.rows)
            # A rule before it closes what is repeated; the next row stands under it anyway.
            self.full = True
            return ""
        macro = self.walker.macros.get(name)
        if macro is not None:
            inside = re.findall(r"\\([A-Za-z]+)", macro.body)
            if inside and all(n in _RULES | _OUTER | _SPACE for n in inside):
                self.full = self.full or any(n in _RULES for n in inside)
                return ""
            self.content.append(node)
            return ""
        if name in _RULES or (name == "toprule" and self.rows):
            self.full = True
        elif name in _PARTIAL:
            if given := _RANGE.search(node.latex_verbatim()):
                self.partial.append((int(given.group(1)), int(given.group(2))))
                return ""
        elif name not in _OUTER and name not in _SPACE:
            self.content.append(node)
            return ""
        taken = any(a is not None for a in (node.nodeargd.argnlist if node.nodeargd else ()) or ())
        return "" if taken and name != "cmidrule" else name

    def argument(self, name: str, node: Any) -> tuple[Any, str]:
        """Take what belongs to a rule: brackets, widths and columns that the parser leaves loose."""
        if node.isNodeType(lw.LatexCharsNode):
            if name in ("cmidrule", "cdashline"):
                # (l{2pt}r{2pt}) comes in pieces.
                if re.fullmatch(r"\s*(?:\[[^\]]*\])?\s*\(?[lrc\s]*\)?\s*", node.chars):
                    return None, name
                return node, ""
            if match := _AFTER.match(node.chars):
                if match.end() == len(node.chars):
                    return None, name if name in _BRACED else ""
                rest = copy.copy(node)
                rest.chars = node.chars[match.end() :]
                rest.pos, rest.len = node.pos + match.end(), node.len - match.end()
                return rest, ""
            if not node.chars.strip() and name in _BRACED:
                return None, name
            return node, ""
        if node.isNodeType(lw.LatexGroupNode) and node.delimiters[0] == "{":
            if name in ("cmidrule", "cline", "cdashline", "Xcline"):
                if given := _RANGE.fullmatch(node.latex_verbatim()):
                    self.partial.append((int(given.group(1)), int(given.group(2))))
                    return None, ""
                return (None, name) if name in ("cmidrule", "cdashline") else (node, "")
            if name in _BRACED:
                return None, ""
        return node, ""

    def ordered(self) -> tuple[tuple[Row, ...], int | None]:
        r"""Rows in the order of the page, and how many are heads where ``\endhead`` says so."""
        if not self.heads:
            return tuple(self.rows), None
        first = self.heads.get("endfirsthead") or self.heads.get("endhead")
        body = self.rows[self.begun :]
        head = self.rows[first[0] : first[1]] if first else []
        return (*head, *body), len(head) if first else None


def _cell(walker: Walker, content: Sequence[Any]) -> Cell:
    shaped = _shape(walker, content)
    outer, outer_kind = walker.buffer, walker.kind
    walker.buffer = Buffer(PassageKind.FLOAT)
    walker.in_cell += 1
    walker.depth += 1
    walker.nodes(_without_tables(walker, content))
    walker.depth -= 1
    walker.in_cell -= 1
    plain = walker.buffer.plain()
    walker.buffer, walker.kind = outer, outer_kind
    columns, rows, bold, underlined, braced = shaped
    return Cell(plain, columns, rows, bold, underlined, braced)


def _without_tables(walker: Walker, content: Sequence[Any]) -> Sequence[Any]:
    """Read tables that a cell only places on the page, and leave them out of its text."""
    if not any(c.isNodeType(lw.LatexEnvironmentNode) for c in content):
        return content
    kept: list[Any] = []
    for child in content:
        if (
            child.isNodeType(lw.LatexEnvironmentNode)
            and child.environmentname in TABULARS
            and _is_table(child)
        ):
            outer, walker.in_cell = walker.in_cell, 0
            kind, walker.kind = walker.kind, PassageKind.FLOAT
            read(walker, child)
            walker.in_cell, walker.kind = outer, kind
        else:
            kept.append(child)
    return kept


def _is_table(node: Any) -> bool:
    """Whether an inner tabular has rows and columns of its own, and does not only break lines."""
    columns = rows = 0
    for child in node.nodelist or ():
        if child is None:
            continue
        if child.isNodeType(lw.LatexSpecialsNode) and child.specials_chars == "&":
            columns += 1
        elif child.isNodeType(lw.LatexMacroNode) and child.macroname in _ENDS:
            rows += 1
    return columns >= 2 and rows >= 1


def _shape(walker: Walker, content: Sequence[Any]) -> tuple[int, int, bool, bool, bool]:
    """Columns and rows that a cell spans, whether it is bold or underlined, and whether braced."""
    columns = rows = 1
    bold = underlined = False
    braces = [c for c in content if not (c.isNodeType(lw.LatexCharsNode) and not c.chars.strip())]
    braced = len(braces) == 1 and bool(braces[0].isNodeType(lw.LatexGroupNode))
    if all(c.isNodeType(lw.LatexCharsNode) for c in content):
        return columns, rows, bold, underlined, braced
    for node in _macros(content, 0):
        name = node.macroname
        given: Sequence[Any] = (node.nodeargd.argnlist if node.nodeargd else ()) or ()
        if name == "multicolumn" and given:
            columns = max(_count(words(given[0])), columns)
        elif name == "multirow" and len(given) > 1:
            rows = _count(words(given[1])) or 1
        elif name in _BOLD:
            bold = True
        elif name in _UNDER:
            underlined = True
        elif name in walker.macros and _SHAPED.search(walker.macros[name].body):
            body = walker.macros[name].body
            bold = bold or bool(re.search(r"\\(?:textbf|bfseries|bf|mathbf|boldsymbol)\b", body))
            underlined = underlined or bool(re.search(r"\\(?:underline|uline)\b", body))
            for span in _SPAN.finditer(body):
                told = span.group(2)
                if told.startswith("#"):
                    place = int(told[1:]) - 1
                    told = words(given[place]) if place < len(given) else ""
                if span.group(1) == "row":
                    rows = _count(told) or 1
                else:
                    columns = max(_count(told), columns)
    return columns, rows, bold, underlined, braced


def _macros(nodes: Iterable[Any] | None, depth: int) -> Iterator[Any]:
    """Macros of a cell with those in their arguments, and in groups and formulas."""
    if depth > DEPTH:
        return
    for node in nodes or ():
        if node is None:
            continue
        if node.isNodeType(lw.LatexMacroNode):
            yield node
            if node.nodeargd:
                yield from _macros(node.nodeargd.argnlist, depth + 1)
        elif node.isNodeType(lw.LatexGroupNode) or node.isNodeType(lw.LatexMathNode):
            yield from _macros(node.nodelist, depth + 1)


def _count(text: str) -> int:
    match = re.fullmatch(r"\s*(-?\d{1,3})(?:\.\d+)?\s*", text)
    return int(match.group(1)) if match else 0


def _columns(node: Any) -> str:
    """Letters of the column types, one a column; "" where they are not plain."""
    given = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) or () if a is not None]
    return column_types(words(given[-1])) if given else ""


@lru_cache(maxsize=256)
def column_types(spec: str) -> str:
    r"""Letters of a column specification: ``@{}l*{2}{c}S[table-format=2.1]|p{3cm}`` is "lccSp".

    Parameters
    ----------
    spec : str
        The argument of a tabular, without its braces.
    """
    if match := re.search(r"colspec\s*=\s*\{", spec):
        spec = spec[match.end() : _closing(spec, match.end() - 1)]
    out: list[str] = []
    at = 0
    while at < len(spec) and len(out) < 200:
        char = spec[at]
        at += 1
        if char == "*":
            count_end = _closing(spec, at)
            body_end = _closing(spec, count_end + 1)
            count = _count(spec[at + 1 : count_end])
            out += column_types(spec[count_end + 2 : body_end]) * min(max(count, 0), 100)
            at = body_end + 1
        elif char in "@!><":
            at = _closing(spec, at) + 1
        elif char.isalpha():
            out.append(char)
            while at < len(spec) and spec[at] in "[{":
                at = _closing(spec, at) + 1
        elif char == "\\":
            at += 1
    return "".join(out)


def _closing(text: str, opening: int) -> int:
    """Offset of the bracket that closes the one at ``opening``, or of the last character."""
    while opening < len(text) and text[opening].isspace():
        opening += 1
    if opening >= len(text) or text[opening] not in "[{":
        return opening
    depth = 0
    for i in range(opening, len(text)):
        if text[i] in "[{":
            depth += 1
        elif text[i] in "]}":
            depth -= 1
            if depth == 0:
                return i
    return len(text) - 1
