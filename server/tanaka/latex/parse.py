"""Parse one block with pylatexenc and read it as passages and grids.  Never raises.

pylatexenc 2.11 knows few macros' arguments and prints some of them wrongly or not at all, so the
text is made here, from its tree, with our own table of what each macro shows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pylatexenc import latexwalker as lw

from tanaka.latex import siunitx, tabular
from tanaka.latex.macros import Macro
from tanaka.latex.plain import (
    CITE,
    REF,
    Block,
    Grid,
    Mark,
    Passage,
    PassageKind,
)
from tanaka.latex.spec import (
    CITES,
    DISPLAYS,
    DROPPED,
    FLOATS,
    HEADINGS,
    LISTS,
    REFS,
    SHOWN,
    SYMBOLS,
    TABULARS,
    UNITS,
    context,
)
from tanaka.latex.walk import Buffer, words

# Tolerant parsing logs each recovery; half-typed text is the normal case here.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

_PARAMETER = re.compile(r"#(\d)")
_EXPANSIONS = 2000  # in one block: more is a loop that branches


def parse_block(text: str, macros: tuple[Macro, ...] = ()) -> Block:
    """Passages and grids of one block.

    Parameters
    ----------
    text : str
        Visible text of the block (see `tanaka.latex.source`).
    macros : tuple of Macro
        The user macros that the block needs (see `tanaka.latex.macros.used`).

    Returns
    -------
    Block
        With ``problem`` set, and what could be read, where the parser gave up.
    """
    try:
        nodes = lw.LatexWalker(
            text, latex_context=context(macros), tolerant_parsing=True
        ).get_latex_nodes()[0]
        reader = Walker({m.name: m for m in macros})
        reader.nodes(nodes)
        return reader.finish()
    # pylatexenc raises IndexError on some half-typed text and RecursionError on deep nesting;
    # a block that cannot be read must not take the paper with it.
    except (
        IndexError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
        lw.LatexWalkerError,
    ) as error:
        return Block((), (), (), problem=f"{type(error).__name__}: {error}")


class Walker:
    """Walks the tree once; user macros are expanded in place, mapped to where they are used."""

    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self.macros = macros
        self.passages: list[Passage] = []
        self.grids: list[Grid] = []
        self.labels: list[str] = []
        self.kind = PassageKind.PROSE
        self.buffer = Buffer(self.kind)
        self.fixed: tuple[int, int] | None = None
        self.arguments: list[Sequence[Any]] = []
        self.depth = 0
        self.expanding: list[str] = []
        self.expansions = 0
        self.in_cell = 0

    # -- passages ---------------------------------------------------------------------------
    def flush(self) -> None:
        """End the passage that is being collected."""
        plain = self.buffer.plain()
        if plain.text:
            self.passages.append(Passage(self.buffer.kind, plain, self.buffer.level))
        self.buffer = Buffer(self.kind)

    def apart(self, kind: PassageKind, read: Callable[[], None], level: int = 0) -> int:
        """Read something as a passage of its own; returns its index, -1 where it is empty."""
        outer, outer_kind = self.buffer, self.kind
        self.kind, self.buffer = kind, Buffer(kind, level)
        read()
        plain = self.buffer.plain()
        index = -1
        if plain.text:
            index = len(self.passages)
            self.passages.append(Passage(kind, plain, level))
        self.buffer, self.kind = outer, outer_kind
        return index

    def finish(self) -> Block:
        """The block that was read."""
        self.flush()
        return Block(tuple(self.passages), tuple(self.grids), tuple(self.labels))

    def put(self, text: str, start: int, end: int, *, exact: bool = False) -> None:
        """Add characters; ``exact`` where each has a source character of its own."""
        if self.fixed is not None:
            start, end, exact = *self.fixed, False
        self.buffer.add(text, start, end, exact=exact)

    # -- nodes ------------------------------------------------------------------------------
    def nodes(self, nodes: Iterable[Any] | None) -> None:
        """Read nodes in order."""
        for node in nodes or ():
            if node is not None:
                self.node(node)

    def node(self, node: Any) -> None:
        """Read one node."""
        start, end = node.pos, node.pos + node.len
        if node.isNodeType(lw.LatexCharsNode):
            self.chars(node.chars, start)
        elif node.isNodeType(lw.LatexGroupNode):
            self.nodes(node.nodelist)
        elif node.isNodeType(lw.LatexMathNode):
            if node.displaytype == "display":
                self.put(" ", start, start)
            self.wrapped(start, end, lambda: self.math(node.nodelist))
            if node.displaytype == "display":
                self.put(" ", end, end)
        elif node.isNodeType(lw.LatexSpecialsNode):
            signs = {"~": " ", "--": "–", "---": "—", "``": "“", "''": "”", "&": " "}
            self.put(signs.get(node.specials_chars, node.specials_chars), start, end)
        elif node.isNodeType(lw.LatexMacroNode):
            self.macro(node, start, end)
        elif node.isNodeType(lw.LatexEnvironmentNode):
            self.environment(node)

    def wrapped(self, start: int, end: int, read: Callable[[], None]) -> None:
        """Read something that a span should take whole or not at all."""
        a = len(self.buffer.chars)
        buffer = self.buffer
        read()
        if self.fixed is None and self.buffer is buffer:
            buffer.wraps.append((a, len(buffer.chars), start, end))

    def math(self, nodes: Iterable[Any]) -> None:
        """Math: scripts keep their braces, so that 10^{18} is one literal."""
        for node in nodes or ():
            if node is None:
                continue
            if node.isNodeType(lw.LatexGroupNode):
                last = self.buffer.chars[-1] if self.buffer.chars else ""
                if last in ("^", "_"):
                    self.put("{", node.pos, node.pos + 1)
                    self.math(node.nodelist)
                    self.put("}", node.pos + node.len - 1, node.pos + node.len)
                else:
                    self.math(node.nodelist)
            else:
                self.node(node)

    def chars(self, text: str, start: int) -> None:
        """Read characters; in a macro body, its arguments in their places."""
        if self.arguments and (match := _PARAMETER.search(text)):
            self.put(text[: match.start()], start, start + match.start(), exact=True)
            number = int(match.group(1)) - 1
            given, fixed = self.arguments[-1], self.fixed
            if number < len(given):
                # An argument stands where the author wrote it, not where the macro is defined.
                outer = self.arguments.pop()
                self.fixed = None if len(self.arguments) == 0 else fixed
                self.nodes(_contents(given[number]))
                self.fixed = fixed
                self.arguments.append(outer)
            self.chars(text[match.end() :], start + match.end())
            return
        self.put(text, start, start + len(text), exact=True)

    def macro(self, node: Any, start: int, end: int) -> None:
        """Read a macro by what it shows."""
        name = node.macroname
        given = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) or ()]
        macro = self.macros.get(name)
        if macro is not None:
            self.expand(macro, given, start, end)
        elif name in SYMBOLS and name not in ("&",):
            self.put(SYMBOLS[name], start, start + len(name) + 1)
        elif name in UNITS:
            self.wrapped(start, end, lambda: self.siunitx(name, given))
        elif name in HEADINGS:
            if HEADINGS[name] < 4:
                self.flush()
            self.apart(
                PassageKind.HEADING,
                lambda: self.nodes(_contents(given[-1] if given else None)),
                HEADINGS[name],
            )
        elif name in ("caption", "captionof"):
            self.apart(
                PassageKind.CAPTION, lambda: self.nodes(_contents(given[-1] if given else None))
            )
        elif name in ("footnote", "footnotetext"):
            self.apart(
                PassageKind.FOOTNOTE, lambda: self.nodes(_contents(given[-1] if given else None))
            )
        elif name == "title":
            self.apart(
                PassageKind.TITLE, lambda: self.nodes(_contents(given[-1] if given else None))
            )
        elif name == "item":
            self.flush()
            self.buffer = Buffer(PassageKind.ITEM if self.kind is PassageKind.PROSE else self.kind)
            self.nodes(_contents(given[0]) if given else None)
        elif name == "label":
            self.labels.append(words(given[-1] if given else None))
        elif name in CITES or name in REFS:
            kind, sign = ("cite", CITE) if name in CITES else ("ref", REF)
            keys = tuple(
                k.strip() for k in words(given[-1] if given else None).split(",") if k.strip()
            )
            self.buffer.marks.append(Mark(len(self.buffer.chars), kind, keys))
            self.put(sign, start, end)
        elif name in ("frac", "tfrac", "dfrac", "sfrac", "nicefrac") and len(given) >= 2:
            self.math(_contents(given[-2]))
            self.put("/", start, end)
            self.math(_contents(given[-1]))
        elif name in ("textsuperscript",):
            self.put("^", start, start)
            self.nodes(_contents(given[-1] if given else None))
        elif name in DROPPED or name in ("cellcolor", "rowcolor", "color", "phantom"):
            pass
        elif (SHOWN.get(name) and given) or (node.nodeargd and given and name not in SHOWN):
            self.nodes(_contents(given[-1]))
        if node.macro_post_space and name not in SYMBOLS:
            self.put(" ", end - len(node.macro_post_space), end)

    def expand(self, macro: Macro, given: Sequence[Any], start: int, end: int) -> None:
        """Read the body of a user macro in its place."""
        self.expansions += 1
        if (
            self.depth >= tabular.DEPTH
            or macro.name in self.expanding
            or self.expansions > _EXPANSIONS
        ):
            return
        nodes = _body(macro.body, tuple(sorted(self.macros.values(), key=lambda m: m.name)))
        outer = self.fixed
        arguments: list[Any] = list(given)
        if macro.default is not None and arguments and arguments[0] is None:
            arguments[0] = _body(macro.default, ())
        a, buffer = len(self.buffer.chars), self.buffer
        self.fixed = outer or (start, end)
        self.arguments.append(arguments)
        self.expanding.append(macro.name)
        self.depth += 1
        self.nodes(nodes)
        self.depth -= 1
        self.expanding.pop()
        self.arguments.pop()
        self.fixed = outer
        if outer is None and buffer is self.buffer:
            buffer.wraps.append((a, len(buffer.chars), start, end))

    def siunitx(self, name: str, given: Sequence[Any]) -> None:
        """Read a number with its unit."""
        parts = [g for g in given if g is not None and _braced(g)]
        numbers = parts if name in ("num", "numrange", "numlist", "ang") else parts[:-1]
        if name in ("unit", "si"):
            numbers = []
        for i, part in enumerate(numbers):
            if i:
                self.put("–" if "range" in name else ", ", part.pos, part.pos)
            text = words(part)
            number = re.fullmatch(r"([\d.,+-]+)[eE]([+-]?\d+)", text.strip())
            inside = part.pos + 1
            if number:
                self.put(
                    f"{number.group(1)}×10^{{{int(number.group(2))}}}",
                    inside,
                    part.pos + part.len - 1,
                )
            elif ";" in text:
                self.put(text.replace(";", ", "), inside, inside + len(text))
            else:
                self.nodes(_contents(part))
        if name not in ("num", "numrange", "numlist", "ang") and parts:
            unit = parts[-1]
            written = siunitx.unit(unit.latex_verbatim()[1:-1] if _braced(unit) else words(unit))
            if numbers and not written.startswith("%"):
                self.put(" ", unit.pos, unit.pos)
            self.put(written, unit.pos, unit.pos + unit.len)

    def environment(self, node: Any) -> None:
        """Read an environment."""
        name = node.environmentname
        if name in TABULARS and self.in_cell:
            # A tabular inside a cell only breaks its lines: "Power" over "(W)" is one header.
            self.nodes(node.nodelist)
        elif name in TABULARS:
            tabular.read(self, node)
        elif name in FLOATS:
            self.float_(node)
        elif name in DISPLAYS:
            self.put(" ", node.pos, node.pos)
            self.math(node.nodelist)
            self.put(" ", node.pos + node.len, node.pos + node.len)
        elif name in LISTS:
            self.flush()
            self.nodes(node.nodelist)
            self.flush()
        elif name == "abstract":
            self.flush()
            self.apart(PassageKind.ABSTRACT, lambda: self.nodes(node.nodelist))
        else:
            self.nodes(node.nodelist)

    def float_(self, node: Any) -> None:
        """Read a float: its caption is the caption of its tables."""
        first, grids, labels = len(self.passages), len(self.grids), len(self.labels)
        self.apart(PassageKind.FLOAT, lambda: self.nodes(node.nodelist))
        captions = [
            i
            for i in range(first, len(self.passages))
            if self.passages[i].kind is PassageKind.CAPTION
        ]
        own = tuple(self.labels[labels:])
        for i in range(grids, len(self.grids)):
            grid = self.grids[i]
            nearest = captions[0] if captions else None
            self.grids[i] = Grid(grid.rows, grid.caption if grid.caption is not None else nearest,
                                 grid.labels or own, grid.start, grid.end)  # fmt: skip


@lru_cache(maxsize=2048)
def _body(text: str, macros: tuple[Macro, ...]) -> tuple[Any, ...]:
    return tuple(
        lw.LatexWalker(
            text, latex_context=context(macros), tolerant_parsing=True
        ).get_latex_nodes()[0]
    )


def _contents(node: Any) -> Sequence[Any]:
    if node is None:
        return ()
    if isinstance(node, tuple):
        return node
    if node.isNodeType(lw.LatexGroupNode):
        return list(node.nodelist)
    return [node]


def _braced(node: Any) -> bool:
    return bool(node.isNodeType(lw.LatexGroupNode)) and node.delimiters[0] == "{"
