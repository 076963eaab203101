"""Read one block as passages and grids.  Never raises.

pylatexenc 2.11 knows few macros' arguments and prints some of them wrongly or not at all, so the
text is made here, from its tree, with our own table of what each macro shows.  Text that is well
formed gets the same tree from `tanaka.latex.quick`, sooner.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pylatexenc import latexwalker as lw

from tanaka.latex import quick, siunitx, tabular
from tanaka.latex.macros import ACRONYMS, Macro, used
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
    ACCENTS,
    CAPTIONS,
    CITES,
    DISPLAYS,
    DROPPED,
    DROPPED_ENVIRONMENTS,
    FIRST,
    FLOATS,
    FRACTIONS,
    HEADINGS,
    LISTS,
    MANY_CITES,
    NOTES,
    NUMBERS,
    PATTERNS,
    REFS,
    SUBFLOATS,
    SYMBOLS,
    TABULARS,
    TITLES,
    UNITS,
    Signatures,
    context,
    signatures,
    signs,
)
from tanaka.latex.walk import Buffer, words
from tanaka.patterns import Lazy

# Tolerant parsing logs each recovery; half-typed text is the normal case here.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

_PARAMETER = Lazy(r"#(\d)")
_EXPANSIONS = 2000  # in one block: more is a loop that branches
_SPECIALS = {"~": " ", "--": "–", "---": "—", "``": "“", "''": "”", "&": " ", "!`": "¡", "?`": "¿"}
_KEYS = Lazy(r"\{([^{}]*)\}")
_BEGINS = Lazy(r"\\begin\s*\{([^{}]*)\}")
# An item's label that counts or points, and says nothing: "(2)", "iv.", "R1", "$\bullet$".
_COUNTER = Lazy(r"[\W_]*(?:\d+|[ivxIVX]+|[A-Za-z]?\d*)[\W_]*")
_MARKUP = Lazy(r"\\[A-Za-z]+|[{}$\\]")
_COMPOUND = Lazy(r"[^\s{}]\s*(?:[-+=·×]|\\(?:times|cdot|pm|div|text|mathrm|,)(?![A-Za-z])|[/~])")
_DINGBATS = {"51": "✓", "52": "✓", "55": "✗", "56": "✗"}
_ORDINAL = Lazy(r"\s*(?:\\[a-z]+\s*\{)?\s*(?:st|nd|rd|th)\s*\}?\s*")
_CIRCLED = Lazy(r"\s*\\circ\s*")


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
        reader = Walker({m.name: m for m in macros})
        reader.nodes(_tree(text, signatures(macros)))
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


def _tree(text: str, specs: Signatures) -> Sequence[Any]:
    """Nodes of a text, by what the user's macros in it take."""
    try:
        return quick.parse(text, *signs(specs))
    except quick.GiveUp:
        return quick.recover(text, context(specs))


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
        self.in_math = 0
        self.name = ""  # of the macro that is being read; what it stands for, where it is an alias

    # -- passages ---------------------------------------------------------------------------
    def flush(self) -> None:
        """End the passage that is being collected."""
        if self.buffer.size:
            plain = self.buffer.plain()
            if plain.text:
                self.passages.append(Passage(self.buffer.kind, plain, self.buffer.level))
        self.buffer = Buffer(self.kind)

    def apart(self, kind: PassageKind, read: Callable[[], None], level: int = 0) -> None:
        """Read something as a passage of its own."""
        outer, outer_kind, outer_math = self.buffer, self.kind, self.in_math
        self.kind, self.buffer, self.in_math = kind, Buffer(kind, level), 0
        read()
        plain = self.buffer.plain()
        if plain.text:
            self.passages.append(Passage(kind, plain, level))
        self.buffer, self.kind, self.in_math = outer, outer_kind, outer_math

    def finish(self) -> Block:
        """The block that was read."""
        self.flush()
        return Block(tuple(self.passages), tuple(self.grids), tuple(self.labels))

    def put(self, text: str, start: int, end: int, exact: bool = False) -> None:
        """Add characters; ``exact`` where each has a source character of its own."""
        if self.fixed is None:
            self.buffer.add(text, start, end, exact)
        else:
            self.buffer.add(text, *self.fixed, False)

    def mark(self, kind: str, sign: str, keys: Iterable[str], start: int, end: int) -> None:
        """Put the sign of a citation or a reference, with its keys."""
        found = tuple(k.strip() for part in keys for k in part.split(",") if k.strip())
        self.buffer.marks.append(Mark(self.buffer.size, kind, found))
        self.put(sign, start, end)

    # -- nodes ------------------------------------------------------------------------------
    def nodes(self, nodes: Iterable[Any] | None) -> None:
        """Read nodes in order."""
        for node in nodes or ():
            if node is not None and (read := _NODES.get(type(node))) is not None:
                read(self, node)

    def node(self, node: Any) -> None:
        """Read one node."""
        self.nodes((node,))

    def contents(self, node: Any) -> None:
        """Read an argument."""
        if node is None:
            return
        if isinstance(node, tuple):
            self.nodes(node)
        elif isinstance(node, lw.LatexGroupNode):
            self.nodes(node.nodelist)
        else:
            self.nodes((node,))

    def group(self, node: Any) -> None:
        """Read a group; a script keeps its braces, so that 10^{18} is one literal."""
        if not self.in_math or self.buffer.last not in ("^", "_"):
            self.nodes(node.nodelist)
        elif _CIRCLED.fullmatch(words(node)):
            self.degree(node.pos, node.pos + node.len)
        elif self.buffer.last == "^" and _ORDINAL.fullmatch(words(node)):
            self.buffer.take_back()
            self.nodes(node.nodelist)
        else:
            self.put("{", node.pos, node.pos + 1)
            self.nodes(node.nodelist)
            self.put("}", node.pos + node.len - 1, node.pos + node.len)

    def degree(self, start: int, end: int) -> None:
        """Read a raised circle, which is the sign for degrees."""
        self.buffer.take_back()
        self.put("°", start, end)

    def formula(self, node: Any) -> None:
        """Read inline or displayed math."""
        start, end = node.pos, node.pos + node.len
        display = node.displaytype == "display"
        if display:
            self.put(" ", start, start)
        self.wrapped(start, end, lambda: self.math(node.nodelist))
        if display:
            self.put(" ", end, end)

    def special(self, node: Any) -> None:
        """Read characters that stand for another one."""
        chars = node.specials_chars
        self.put(_SPECIALS.get(chars, chars), node.pos, node.pos + len(chars))

    def wrapped(self, start: int, end: int, read: Callable[[], None]) -> None:
        """Read something that a span should take whole or not at all."""
        buffer = self.buffer
        a = buffer.size
        read()
        if self.fixed is None and self.buffer is buffer:
            buffer.wrap(a, start, end)

    def math(self, nodes: Iterable[Any] | None) -> None:
        """Read what stands in math."""
        self.in_math += 1
        self.nodes(nodes)
        self.in_math -= 1

    def characters(self, node: Any) -> None:
        """Read characters."""
        text, start = node.chars, node.pos
        if self.arguments and "#" in text:
            self.with_arguments(text, start)
        elif self.fixed is None:
            self.buffer.add(text, start, start + len(text), True)
        else:
            self.buffer.add(text, *self.fixed, False)

    def with_arguments(self, text: str, start: int) -> None:
        """Read characters of a macro body, its arguments in their places."""
        at = 0
        for match in _PARAMETER.finditer(text):
            self.put(text[at : match.start()], start + at, start + match.start(), True)
            at = match.end()
            given = self.argument(int(match[1]))
            if given is not None:
                # An argument stands where the author wrote it, not where the macro is defined;
                # a default was not written there.
                outer, fixed = self.arguments.pop(), self.fixed
                if not self.arguments and not isinstance(given, tuple):
                    self.fixed = None
                if self.in_math and self.buffer.last in ("^", "_") and isinstance(given, lw.LatexGroupNode):  # fmt: skip
                    self.group(given)
                else:
                    self.contents(given)
                self.fixed = fixed
                self.arguments.append(outer)
        self.put(text[at:], start + at, start + len(text), True)

    def argument(self, number: int) -> Any:
        """Argument of the macro that is being expanded; None where it was not given."""
        given = self.arguments[-1] if self.arguments else ()
        return given[number - 1] if 0 < number <= len(given) else None

    def words(self, node: Any) -> str:
        """Source of a node without its braces, with the arguments that it names put in."""
        text = words(node)
        if not self.arguments or "#" not in text:
            return text
        outer = self.arguments.pop()
        text = _PARAMETER.sub(
            lambda m: self.words(outer[int(m[1]) - 1]) if 0 < int(m[1]) <= len(outer) else "",
            text,
        )
        self.arguments.append(outer)
        return text

    def text_of(self, node: Any) -> str:
        """An argument as it reads, apart from the text around it."""
        outer, self.buffer = self.buffer, Buffer(self.kind)
        self.contents(node)
        text = self.buffer.plain().text
        self.buffer = outer
        return text

    # -- macros -----------------------------------------------------------------------------
    def macro(self, node: Any) -> None:
        """Read a macro by what it shows."""
        name = node.macroname
        start = node.pos
        arguments = node.nodeargd
        given: Sequence[Any] = (arguments.argnlist if arguments is not None else None) or ()
        if name in self.macros:
            self.expand(self.macros[name], node, given)
        elif (sign := SYMBOLS.get(name)) is not None:
            if name == "circ" and self.buffer.last == "^":
                self.degree(start, start + 5)
            elif sign:
                self.put(sign, start, start + len(name) + 1)
            if len(sign) < 2 or not node.macro_post_space:
                return
        elif (read := _MACROS.get(name)) is not None:
            self.name = name
            read(self, node, given)
        elif given:
            self.contents(given[-1])
        if node.macro_post_space and not any(g is not None for g in given):
            at = start + 1 + len(name)
            self.put(" ", at, at + len(node.macro_post_space))

    def expand(self, macro: Macro, node: Any, given: Sequence[Any]) -> None:
        """Read the body of a user macro in its place; in itself it shows nothing."""
        seen = [macro.name]
        while macro.alias:
            other = self.macros.get(macro.alias)
            if other is None or other.name in self.expanding or other.name in seen:
                # What TeX itself or a package defines, before the user defined it anew.
                self.builtin(macro.alias, node, given)
                return
            macro = other
            seen.append(macro.name)
        self.expansions += 1
        if (
            self.depth >= tabular.DEPTH
            or macro.name in self.expanding
            or self.expansions > _EXPANSIONS
        ):
            return
        start, end = node.pos, node.pos + node.len
        if node.macro_post_space and not any(g is not None for g in given):
            end = start + 1 + len(node.macroname)
        a, buffer, outer = self.buffer.size, self.buffer, self.fixed
        self.fixed = outer or (start, end)
        self.body(macro, given)
        self.fixed = outer
        if outer is None and buffer is self.buffer:
            buffer.wrap(a, start, end)

    def body(self, macro: Macro, given: Sequence[Any]) -> None:
        """Read the body of a user macro or environment."""
        arguments = list(given)
        for i, default in enumerate(macro.defaults):
            if i < len(arguments) and arguments[i] is None and default is not None:
                arguments[i] = self.parsed(default)
        self.arguments.append(arguments)
        self.expanding.append(macro.name)
        self.depth += 1
        self.nodes(self.parsed(macro.body))
        self.depth -= 1
        self.expanding.pop()
        self.arguments.pop()

    def parsed(self, text: str) -> tuple[Any, ...]:
        """Nodes of a macro's body, which are kept for the next use."""
        return _body(text, signatures(used(text, self.macros)))

    def builtin(self, name: str, node: Any, given: Sequence[Any]) -> None:
        """Read a macro that the user gave another name."""
        if (sign := SYMBOLS.get(name)) is not None:
            self.put(sign, node.pos, node.pos + len(node.macroname) + 1)
        elif (read := _MACROS.get(name)) is not None:
            self.name = name
            read(self, node, given)
        elif given:
            self.contents(given[-1])

    def nothing(self, node: Any, given: Sequence[Any]) -> None:
        """Read a macro that shows nothing."""

    def first(self, node: Any, given: Sequence[Any]) -> None:
        """Read the first needed argument."""
        self.contents(next((g for g in given if g is not None and not _bracketed(g)), None))

    def all(self, node: Any, given: Sequence[Any]) -> None:
        """Read the needed arguments one after the other."""
        for g in given:
            if not _bracketed(g):
                self.contents(g)

    def divided(self, node: Any, given: Sequence[Any]) -> None:
        """Read the corner of a table that a line divides."""
        for i, g in enumerate([g for g in given if g is not None and not _bracketed(g)]):
            if i:
                self.put(" / ", g.pos, g.pos)
            self.contents(g)

    def heading(self, node: Any, given: Sequence[Any]) -> None:
        """Read a heading; one that runs into its paragraph does not end the passage."""
        level = HEADINGS[self.name]
        if level < 4:
            self.flush()
        if given:
            self.apart(PassageKind.HEADING, lambda: self.contents(given[-1]), level)

    def caption(self, node: Any, given: Sequence[Any]) -> None:
        """Read a caption."""
        if given:
            self.apart(PassageKind.CAPTION, lambda: self.contents(given[-1]))

    def note(self, node: Any, given: Sequence[Any]) -> None:
        """Read a footnote, and keep where it hangs."""
        if given:
            self.buffer.marks.append(Mark(self.buffer.size, "note", ()))
            self.apart(PassageKind.FOOTNOTE, lambda: self.contents(given[-1]))

    def title(self, node: Any, given: Sequence[Any]) -> None:
        """Read a title."""
        if given:
            self.apart(PassageKind.TITLE, lambda: self.contents(given[-1]))

    def abstract(self, node: Any, given: Sequence[Any]) -> None:
        """Read an abstract that is an argument."""
        if given and isinstance(given[-1], lw.LatexGroupNode):
            self.flush()
            self.apart(PassageKind.ABSTRACT, lambda: self.contents(given[-1]))
        else:
            self.nodes(given)

    def item(self, node: Any, given: Sequence[Any]) -> None:
        """Begin an item; a label that is more than a count is its first words."""
        self.flush()
        self.buffer = Buffer(PassageKind.ITEM if self.kind is PassageKind.PROSE else self.kind)
        if (
            given
            and given[0] is not None
            and not _COUNTER.fullmatch(_MARKUP.sub("", words(given[0])))
        ):
            self.contents(given[0])
            end = given[0].pos + given[0].len
            self.put(" ", end, end)

    def label(self, node: Any, given: Sequence[Any]) -> None:
        """Note a label."""
        if given:
            self.labels.append(self.words(given[-1]))

    def cite(self, node: Any, given: Sequence[Any]) -> None:
        """Read a citation."""
        self.mark("cite", CITE, (self.words(given[-1] if given else None),), *_span(node))

    def cites(self, node: Any, given: Sequence[Any]) -> None:
        """Read a citation of any number of groups of keys."""
        self.mark("cite", CITE, _KEYS.findall(self.words(node)), *_span(node))

    def ref(self, node: Any, given: Sequence[Any]) -> None:
        """Read a cross reference."""
        keys = [
            self.words(g) for g in given if g is not None and not isinstance(g, lw.LatexCharsNode)
        ]
        if not keys and given:
            keys = [self.words(given[-1])]
        self.mark("ref", REF, keys, *_span(node))

    def fraction(self, node: Any, given: Sequence[Any]) -> None:
        """Read a fraction, with parentheses where it needs them on one line."""
        parts = [g for g in given if g is not None and not _bracketed(g)]
        if len(parts) != 2:
            self.nodes(parts)
            return
        start, end = _span(node)
        binomial = "binom" in self.name
        if binomial:
            self.put("C(", start, start)
        elif self.buffer.last.isdigit():
            self.put(" ", start, start)
        for i, part in enumerate(parts):
            compound = not binomial and _COMPOUND.search(words(part)) is not None
            if i:
                self.put("," if binomial else "/", start, end)
            if compound:
                self.put("(", part.pos, part.pos)
            self.math(_contents(part))
            if compound:
                self.put(")", part.pos + part.len, part.pos + part.len)
        if binomial:
            self.put(")", end, end)

    def root(self, node: Any, given: Sequence[Any]) -> None:
        """Read a root."""
        part = given[-1] if given else None
        start, end = _span(node)
        self.put("√", start, end)
        simple = len(words(part).strip()) <= 1
        if not simple:
            self.put("(", start, start)
        self.math(_contents(part))
        if not simple:
            self.put(")", end, end)

    def raised(self, node: Any, given: Sequence[Any]) -> None:
        """Read a superscript in text: a power, or the end of an ordinal."""
        part = given[-1] if given else None
        if re.match(r"\s*[-−+]?\d", words(part)):
            self.put("^", node.pos, node.pos)
        self.contents(part)

    def in_formula(self, node: Any, given: Sequence[Any]) -> None:
        """Read an argument as math."""
        self.math(_contents(given[-1] if given else None))

    def fence(self, node: Any, given: Sequence[Any]) -> None:
        r"""Read a growing bracket; the empty one of ``\right.`` shows nothing."""
        if given and words(given[-1]) != ".":
            self.contents(given[-1])

    def negated(self, node: Any, given: Sequence[Any]) -> None:
        """Read a crossed sign."""
        self.put(_accented(self.text_of(given[-1] if given else None), "\u0338"), *_span(node))

    def accent(self, node: Any, given: Sequence[Any]) -> None:
        """Read a letter with an accent."""
        name = self.name
        letter = self.text_of(given[-1] if given else None)
        if not letter:
            self.put(name if name in "^~" else "", *_span(node))
        elif self.in_math or name not in ACCENTS or not letter[0].isalpha():
            self.contents(given[-1])
        else:
            self.put(_accented(letter, ACCENTS[name]), *_span(node))

    def dingbat(self, node: Any, given: Sequence[Any]) -> None:
        """Read a sign by its number, if it says yes or no."""
        self.put(_DINGBATS.get(self.words(given[-1] if given else None), ""), *_span(node))

    def acronym(self, node: Any, given: Sequence[Any]) -> None:
        """Read an acronym: what was defined for it, or its label."""
        if not given:
            return
        form = ACRONYMS[self.name]
        label = self.words(given[-1]).strip()
        plural = form.endswith("s")
        macro = self.macros.get(f"<{form.removesuffix('s').format(label)}>")
        start, end = _span(node)
        if macro is None or macro.name in self.expanding or self.depth >= tabular.DEPTH:
            self.contents(given[-1])
        else:
            outer, a, buffer = self.fixed, self.buffer.size, self.buffer
            self.fixed = outer or (start, end)
            self.body(macro, ())
            self.fixed = outer
            if outer is None:
                buffer.wrap(a, start, end)
        if plural:
            self.put("s", start, end)

    def subfloat(self, node: Any, given: Sequence[Any]) -> None:
        """Read a part of a float, whose caption is an option."""
        captions = [g for g in given[:-1] if g is not None]

        def read() -> None:
            if captions:
                self.apart(PassageKind.CAPTION, lambda: self.contents(captions[-1]))
            self.contents(given[-1])

        if given:
            self.captioned(read)

    def chosen(self, node: Any, given: Sequence[Any]) -> None:
        """Read the branch of a test on an optional argument or a star."""
        if not given:
            return
        match = _PARAMETER.fullmatch(words(given[0]).strip())
        there = match is not None and self.argument(int(match[1])) is not None
        name = self.name
        if name.startswith("IfBlank") and match:
            there = bool(words(self.argument(int(match[1]))).strip())
        if name.startswith(("IfNoValue", "IfBlank")):
            there = not there
        if name.endswith("TF"):
            self.contents(given[1 if there else 2])
        elif there == name.endswith("T"):
            self.contents(given[1])

    # -- siunitx ----------------------------------------------------------------------------
    def siunitx(self, node: Any, given: Sequence[Any]) -> None:
        """Read a number with its unit."""
        name = self.name
        self.wrapped(*_span(node), lambda: self.measure(name, given))

    def measure(self, name: str, given: Sequence[Any]) -> None:
        """Read what siunitx prints."""
        parts = [g for g in given if g is not None and not _bracketed(g)]
        numbers = parts if name in NUMBERS else [] if name in ("unit", "si") else parts[:-1]
        if name == "SI" and len(given) > 2 and given[2] is not None:
            self.contents(given[2])  # the unit that stands before the number
        between = " to " if any(words(n).lstrip().startswith("-") for n in numbers) else "–"
        for i, part in enumerate(numbers):
            if i:
                self.put(between, part.pos, part.pos)
            self.pieces(name, part)
        if name in NUMBERS or not parts:
            return
        unit = parts[-1]
        macros = self.macros

        def body(macro: str) -> str | None:
            own = macros.get(macro)
            return None if own is None or own.takes or own.alias else own.body

        written = siunitx.unit(self.words(unit), body)
        if numbers and written and not written.startswith(("%", "°", "/", "′", "″")):
            self.put(" ", unit.pos, unit.pos)
        self.put(written, unit.pos, unit.pos + unit.len)

    def pieces(self, name: str, part: Any) -> None:
        """Read an argument that holds a number, or several with semicolons between them."""
        text = self.words(part)
        inside = part.pos + (1 if isinstance(part, lw.LatexGroupNode) else 0)
        own = text == words(part)
        pieces = text.split(";")
        at = 0
        for i, piece in enumerate(pieces):
            start = inside + at if own else inside
            end = start + len(piece) if own else inside + len(words(part))
            if i and name != "ang":
                self.put(" and " if i == len(pieces) - 1 else ", ", start, start)
            at += len(piece) + 1
            number = siunitx.number(piece)
            digits = piece.strip()
            if number is not None and number != digits:
                self.put(number, start, end)
            elif number is not None and own:
                self.put(piece, start, end, True)
            elif len(pieces) == 1:
                self.math(_contents(part))
            else:
                outer = self.fixed
                self.fixed = outer or (start, end)
                self.math(self.parsed(piece))
                self.fixed = outer
            if name == "ang" and piece.strip():
                self.put("°′″"[min(i, 2)], end, end)

    # -- environments -----------------------------------------------------------------------
    def environment(self, node: Any) -> None:
        """Read an environment."""
        name = node.environmentname
        if name in TABULARS and (
            self.in_cell
            or (name == "array" and (self.in_math or self.kind is not PassageKind.FLOAT))
        ):
            # A tabular inside a cell only breaks its lines: "Power" over "(W)" is one header.
            self.nodes(node.nodelist)
        elif name in TABULARS:
            first = len(self.grids)
            tabular.read(self, node)
            if self.fixed is not None:  # a macro holds it, which is a place of the block
                start, end = self.fixed
                self.grids[first:] = [replace(g, start=start, end=end) for g in self.grids[first:]]
        elif name == "minipage":
            self.minipage(node)
        elif name in FLOATS:
            self.captioned(lambda: self.nodes(node.nodelist))
        elif name in DISPLAYS:
            self.display(node)
        elif name in LISTS:
            self.flush()
            self.nodes(node.nodelist)
            self.flush()
        elif name == "abstract":
            self.flush()
            self.apart(PassageKind.ABSTRACT, lambda: self.nodes(node.nodelist))
        elif name in DROPPED_ENVIRONMENTS:
            pass
        elif (macro := self.macros.get(f"{{{name}}}")) is not None:
            self.own_environment(macro, node)
        else:
            self.nodes(node.nodelist)

    def display(self, node: Any) -> None:
        """Read displayed math."""
        start, end = node.pos, node.pos + node.len
        self.put(" ", start, start)
        self.math(node.nodelist)
        self.put(" ", end, end)

    def own_environment(self, macro: Macro, node: Any) -> None:
        """Read an environment of the user's: what it begins with, and its contents.

        What its contents mean is told by the known environment that it opens, if it does.
        """
        arguments = node.nodeargd
        outer = self.fixed
        if self.depth < tabular.DEPTH and macro.name not in self.expanding:
            self.fixed = outer or (node.pos, node.pos + len(node.environmentname) + 8)
            self.body(macro, (arguments.argnlist if arguments is not None else None) or ())
            self.fixed = outer
        opened = next(
            (n for n in _BEGINS.findall(macro.body) if n in FLOATS | LISTS | DISPLAYS), ""
        )
        if opened in FLOATS:
            self.captioned(lambda: self.nodes(node.nodelist))
        elif opened in DISPLAYS:
            self.display(node)
        elif opened:
            self.flush()
            self.nodes(node.nodelist)
            self.flush()
        else:
            self.nodes(node.nodelist)

    def captioned(self, read: Callable[[], None]) -> None:
        """Read a float: its captions are those of its tables, one each or the first for all."""
        first, grids, labels = len(self.passages), len(self.grids), len(self.labels)
        self.apart(PassageKind.FLOAT, read)
        self.caption_tables(first, grids, labels)

    def minipage(self, node: Any) -> None:
        """Read a minipage: a part of a float, or text that stands beside other text."""
        if self.kind is PassageKind.FLOAT:
            self.captioned(lambda: self.nodes(node.nodelist))
            return
        first, grids, labels = len(self.passages), len(self.grids), len(self.labels)
        self.flush()
        self.nodes(node.nodelist)
        self.flush()
        self.caption_tables(first, grids, labels)

    def caption_tables(self, first: int, grids: int, labels: int) -> None:
        """Give tables since ``grids`` the captions among the passages since ``first``."""
        captions = [
            i
            for i in range(first, len(self.passages))
            if self.passages[i].kind is PassageKind.CAPTION
        ]
        own = tuple(self.labels[labels:])
        bare = [i for i in range(grids, len(self.grids)) if self.grids[i].caption is None]
        each = captions if len(captions) == len(bare) else captions[:1] * len(bare)
        for i, caption in zip(bare, each, strict=False):
            self.grids[i] = replace(self.grids[i], caption=caption)
        for i in range(grids, len(self.grids)):
            if not self.grids[i].labels:
                self.grids[i] = replace(self.grids[i], labels=own)


_NODES: dict[type, Callable[[Walker, Any], None]] = {
    node: read
    for kinds, read in (
        ((lw.LatexCharsNode, quick.Chars), Walker.characters),
        ((lw.LatexGroupNode, quick.Group), Walker.group),
        ((lw.LatexMathNode, quick.Math), Walker.formula),
        ((lw.LatexSpecialsNode, quick.Specials), Walker.special),
        ((lw.LatexMacroNode, quick.MacroUse), Walker.macro),
        ((lw.LatexEnvironmentNode, quick.Environment), Walker.environment),
    )
    for node in kinds
}
_MACROS: dict[str, Callable[[Walker, Any, Sequence[Any]], None]] = {
    **dict.fromkeys((*DROPPED, *(PATTERNS.keys() - MANY_CITES)), Walker.nothing),
    **dict.fromkeys(ACCENTS, Walker.accent),
    **dict.fromkeys(UNITS, Walker.siunitx),
    **dict.fromkeys(HEADINGS, Walker.heading),
    **dict.fromkeys(CAPTIONS, Walker.caption),
    **dict.fromkeys(NOTES, Walker.note),
    **dict.fromkeys(TITLES, Walker.title),
    **dict.fromkeys(CITES, Walker.cite),
    **dict.fromkeys(MANY_CITES, Walker.cites),
    **dict.fromkeys(REFS, Walker.ref),
    **dict.fromkeys(FRACTIONS, Walker.fraction),
    **dict.fromkeys(FIRST, Walker.first),
    **dict.fromkeys(("IEEEPARstart", "dropcap", "lettrine"), Walker.all),
    **dict.fromkeys(("diagbox", "backslashbox", "slashbox"), Walker.divided),
    **dict.fromkeys(("left", "right", "middle"), Walker.fence),
    **dict.fromkeys(ACRONYMS, Walker.acronym),
    **dict.fromkeys(SUBFLOATS, Walker.subfloat),
    **{
        f"If{a}{b}": Walker.chosen
        for a in ("NoValue", "Value", "Boolean", "Blank")
        for b in ("TF", "T", "F")
    },
    "abstract": Walker.abstract,
    "item": Walker.item,
    "label": Walker.label,
    "sqrt": Walker.root,
    "textsuperscript": Walker.raised,
    "ensuremath": Walker.in_formula,
    "not": Walker.negated,
    "ding": Walker.dingbat,
}


@lru_cache(maxsize=4096)
def _body(text: str, specs: Signatures) -> tuple[Any, ...]:
    return tuple(_tree(text, specs))


def _span(node: Any) -> tuple[int, int]:
    return node.pos, node.pos + node.len


def _accented(text: str, accent: str) -> str:
    letter = {"ı": "i", "ȷ": "j"}.get(text[:1], text[:1])
    return unicodedata.normalize("NFC", letter + accent) + text[1:]


def _contents(node: Any) -> Sequence[Any]:
    if node is None:
        return ()
    if isinstance(node, tuple):
        return node
    if isinstance(node, lw.LatexGroupNode):
        nodes: Sequence[Any] = node.nodelist
        return nodes
    return (node,)


def _bracketed(node: Any) -> bool:
    return isinstance(node, lw.LatexGroupNode) and node.delimiters[0] == "["
