"""Parse one block with pylatexenc and read it as passages and grids.  Never raises.

pylatexenc 2.11 knows few macros' arguments and prints some of them wrongly or not at all, so the
text is made here, from its tree, with our own table of what each macro shows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from pylatexenc import latexwalker as lw
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec

from tanaka.latex.macros import Macro
from tanaka.latex.plain import (
    CITE,
    REF,
    Block,
    Cell,
    Grid,
    Mark,
    Passage,
    PassageKind,
    Plain,
    Row,
)

# Tolerant parsing logs each recovery; half-typed text is the normal case here.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

THIN = "\u2009"
_SYMBOLS = {
    "times": "×", "cdot": "·", "approx": "≈", "sim": "∼", "simeq": "≃", "pm": "±", "mp": "∓",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ll": "≪",
    "gg": "≫", "neq": "≠", "ne": "≠", "lt": "<", "gt": ">", "to": "→", "rightarrow": "→",
    "Rightarrow": "⇒", "uparrow": "↑", "downarrow": "↓", "ldots": "…", "dots": "…", "cdots": "…",
    "infty": "∞", "sum": "∑", "prod": "∏", "div": "÷", "ast": "*", "star": "⋆", "percent": "%",
    "mu": "μ", "micro": "μ", "textmu": "μ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "Delta": "Δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ", "kappa": "κ",
    "lambda": "λ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
    "Omega": "Ω", "textasciitilde": "∼", "textdegree": "°", "degree": "°", "S": "§",
    "textendash": "–", "textemdash": "—", "checkmark": "✓", "xmark": "✗", "dagger": "†",
    "textgreater": ">", "textless": "<", "textbar": "|", "texttimes": "×", "textonehalf": "½",
    "LaTeX": "LaTeX", "TeX": "TeX", "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", "{": "{",
    "}": "}", "textbackslash": "\\", "-": "", "/": "", "ss": "ß", "texttrademark": "", "textquotesingle": "'",
    ",": THIN, "thinspace": THIN, ";": " ", ":": " ", " ": " ", "\n": " ", "!": "", "quad": " ", "qquad": " ",
    "enspace": " ", "space": " ", "\\": " ", "newline": " ", "par": " ", "linebreak": " ", "nobreakspace": " ",
    "tabularnewline": " ", "xspace": "", "centering": "", "noindent": "", "protect": "", "maketitle": "",
}  # fmt: skip
# Macros that show one argument, counted from the end of their argument list.
_SHOWN = {
    "textbf": "{", "textit": "{", "emph": "{", "texttt": "{", "textsc": "{", "textsf": "{", "textrm": "{",
    "text": "{", "textnormal": "{", "mathrm": "{", "mathbf": "{", "mathit": "{", "mathsf": "{", "mathtt": "{",
    "boldsymbol": "{", "bm": "{", "operatorname": "{", "mbox": "{", "hbox": "{", "underline": "{", "uline": "{",
    "textcolor": "[{{", "colorbox": "[{{", "fcolorbox": "{{{", "cellcolor": None, "rowcolor": None, "color": None,
    "href": "{{", "hyperref": "[{", "makecell": "[{", "thead": "[{", "shortstack": "[{", "rotatebox": "[{{",
    "scalebox": "{{", "resizebox": "{{{", "adjustbox": "{{", "parbox": "[{{", "multicolumn": "{{{",
    "multirow": "[{[{[{", "textsuperscript": "{", "textsubscript": "{", "ensuremath": "{", "boldmath": "",
    "unboldmath": "", "highlight": "{", "hl": "{", "revised": "{", "added": "{", "mathcal": "{", "mathbb": "{",
    "tfrac": "{{", "dfrac": "{{", "frac": "{{", "sfrac": "{{", "nicefrac": "{{", "sqrt": "[{", "overline": "{",
    "textquotedblleft": "", "fbox": "{", "framebox": "{", "raisebox": "{[[{", "url": "{", "numprint": "{",
    "smash": "{", "ul": "{", "acs": "{", "acl": "{", "ac": "{", "gls": "{", "Gls": "{", "textup": "{", "textmd": "{",
}  # fmt: skip
_DROPPED = {
    "label": "{", "vspace": "*{", "hspace": "*{", "phantom": "{", "hphantom": "{", "vphantom": "{", "includegraphics": "[{",
    "bibliography": "{", "bibliographystyle": "{", "usepackage": "[{", "documentclass": "[{", "input": "{",
    "include": "{", "subfile": "{", "graphicspath": "{", "setlength": "{{", "addtolength": "{{",
    "renewcommand": "*{[[{", "newcommand": "*{[[{", "providecommand": "*{[[{", "setcounter": "{{", "addtocounter": "{{",
    "pagestyle": "{", "thispagestyle": "{", "cmidrule": None, "cline": "{", "todo": "[{", "index": "{",
    "sisetup": "{", "author": "[{", "affiliation": "[{", "email": "{", "date": "{", "hypersetup": "{", "nocite": "{",
    "DeclareSIUnit": "[{{", "acrodef": "{{", "newacronym": "[{{{", "definecolor": "{{{", "rule": "[{{", "sout": "{", "st": "{",
    "deleted": "{", "specialrule": "{{{", "arraystretch": "", "tabcolsep": "", "captionsetup": "[{", "thanks": "{",
    "lstset": "{", "newtheorem": "{[{[", "numberwithin": "{{", "title": "[{", "markboth": "{{", "fontsize": "{{",
    "PassOptionsToPackage": "{{", "RequirePackage": "[{", "newcolumntype": "{[{", "columncolor": "[{", "ccsdesc": "[{",
    "keywords": "{", "settopmatter": "{", "acmConference": "[{{{", "acmYear": "{", "acmDOI": "{", "acmISBN": "{",
    "orcid": "{", "institution": "{", "city": "{", "country": "{", "subfloat": "[[{", "subcaption": "{",
}  # fmt: skip
_CITES = (
    "cite",
    "citep",
    "citet",
    "citeauthor",
    "citeyear",
    "parencite",
    "textcite",
    "autocite",
    "Citet",
    "citealp",
    "footcite",
)
_REFS = (
    "ref",
    "cref",
    "Cref",
    "autoref",
    "eqref",
    "pageref",
    "vref",
    "nameref",
    "figref",
    "tabref",
    "secref",
)
_UNITS = {"SI": "[{[{", "qty": "[{{", "num": "[{", "unit": "[{", "si": "[{", "SIrange": "[{{{", "qtyrange": "[{{{",
          "numrange": "[{{", "ang": "[{", "numlist": "[{", "SIlist": "[{{", "qtylist": "[{{"}  # fmt: skip
_HEADINGS = {
    "part": 1,
    "chapter": 1,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 4,
}
_TABULARS = {
    "tabular": "[{",
    "tabular*": "{[{",
    "tabularx": "{[{",
    "tabulary": "{[{",
    "longtable": "[{",
    "array": "[{",
    "tblr": "[{",
    "supertabular": "{",
}
_FLOATS = frozenset(
    {
        "table",
        "table*",
        "figure",
        "figure*",
        "wraptable",
        "wrapfigure",
        "sidewaystable",
        "subfigure",
        "subtable",
        "SCtable",
        "minipage",
    }
)
_DISPLAYS = frozenset(
    {
        "equation",
        "equation*",
        "align",
        "align*",
        "gather",
        "gather*",
        "multline",
        "multline*",
        "eqnarray",
        "eqnarray*",
        "displaymath",
        "math",
        "flalign",
        "flalign*",
    }
)
_LISTS = frozenset(
    {"itemize", "enumerate", "description", "compactitem", "inparaenum", "enumerate*", "tightlist"}
)
_SIUNITX = {
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "milli": "m", "micro": "μ", "nano": "n",
    "pico": "p", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti", "byte": "B", "bit": "bit", "second": "s",
    "minute": "min", "hour": "h", "day": "day", "watt": "W", "joule": "J", "hertz": "Hz", "volt": "V", "metre": "m",
    "meter": "m", "percent": "%", "gram": "g", "ampere": "A", "kelvin": "K", "flop": "FLOP", "flops": "FLOPS", "token": "token",
    "tokens": "tokens", "GB": "GB", "MB": "MB", "ms": "ms", "us": "μs", "ns": "ns", "GHz": "GHz", "MHz": "MHz", "kWh": "kWh",
}  # fmt: skip
_PARAMETER = re.compile(r"#(\d)")
_DEPTH = 12  # macros that expand macros: deeper is a loop
_EXPANSIONS = 2000  # in one block: more is a loop that branches


@cache
def _base_context() -> LatexContextDb:
    db = lw.get_default_latex_context_db()
    shown = {n: a for n, a in _SHOWN.items() if a is not None}
    dropped = {n: a for n, a in _DROPPED.items() if a is not None}
    plain = {n: "[[{" for n in _CITES} | {n: "*{" for n in _REFS} | _UNITS
    heads = {n: "*[{" for n in _HEADINGS} | {
        "caption": "*[{",
        "captionof": "{[{",
        "footnote": "[{",
        "footnotetext": "[{",
        "item": "[",
    }
    macros = [MacroSpec(n, args_parser=a) for n, a in (shown | dropped | plain | heads).items()]
    macros += [MacroSpec(n, args_parser="[{") for n in ("cellcolor", "rowcolor", "color")]
    environments = [EnvironmentSpec(n, args_parser=a) for n, a in _TABULARS.items()]
    environments += [EnvironmentSpec(n, args_parser="[{") for n in ("minipage",)]
    environments += [
        EnvironmentSpec(n, args_parser="[")
        for n in ("table", "table*", "figure", "figure*", "itemize", "enumerate", "description")
    ]
    environments += [
        EnvironmentSpec(n, args_parser="{")
        for n in ("multicols", "adjustbox", "threeparttable")
        if n != "threeparttable"
    ]
    db.add_context_category("tanaka", macros=macros, environments=environments, prepend=True)
    return db


@lru_cache(maxsize=64)
def _context(macros: tuple[Macro, ...]) -> LatexContextDb:
    base = _base_context()
    if not macros:
        return base
    specs = [
        MacroSpec(
            m.name,
            args_parser=("[" if m.default is not None else "")
            + "{" * (m.arguments - (m.default is not None)),
        )
        for m in macros
    ]
    db = base.filter_context()
    db.add_context_category("user", macros=specs, prepend=True)
    return db


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
            text, latex_context=_context(macros), tolerant_parsing=True
        ).get_latex_nodes()[0]
        reader = _Reader({m.name: m for m in macros})
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


class _Buffer:
    """Characters with their source, being collected."""

    def __init__(self, kind: PassageKind, level: int = 0) -> None:
        self.kind, self.level = kind, level
        self.chars: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.wraps: list[tuple[int, int, int, int]] = []
        self.marks: list[Mark] = []

    def add(self, text: str, start: int, end: int, *, exact: bool) -> None:
        for i, char in enumerate(text):
            self.chars.append(char)
            self.starts.append(start + i if exact else start)
            self.ends.append(start + i + 1 if exact else end)

    def plain(self) -> Plain:
        """The text with runs of spaces made one, and its ends trimmed."""
        keep: list[int] = []
        blank = True
        for i, char in enumerate(self.chars):
            if char in " \t\n\r":
                if not blank:
                    keep.append(i)
                blank = True
            else:
                keep.append(i)
                blank = False
        while keep and self.chars[keep[-1]].isspace():
            keep.pop()
        place = {old: new for new, old in enumerate(keep)}
        nearest: list[int] = []
        new = 0
        for i in range(len(self.chars) + 1):
            nearest.append(new)
            if i in place:
                new += 1
        return Plain(
            "".join(" " if self.chars[i] in "\t\n\r" else self.chars[i] for i in keep),
            tuple(self.starts[i] for i in keep),
            tuple(self.ends[i] for i in keep),
            tuple((nearest[a], nearest[b], s, e) for a, b, s, e in self.wraps),
            tuple(Mark(nearest[m.at], m.kind, m.keys) for m in self.marks),
        )


class _Reader:
    """Walks the tree once; user macros are expanded in place, mapped to where they are used."""

    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self.macros = macros
        self.passages: list[Passage] = []
        self.grids: list[Grid] = []
        self.labels: list[str] = []
        self.kind = PassageKind.PROSE
        self.buffer = _Buffer(self.kind)
        self.fixed: tuple[int, int] | None = None
        self.arguments: list[Sequence[Any]] = []
        self.depth = 0
        self.expanding: list[str] = []
        self.expansions = 0
        self.in_cell = 0

    # -- passages ---------------------------------------------------------------------------
    def flush(self) -> None:
        plain = self.buffer.plain()
        if plain.text:
            self.passages.append(Passage(self.buffer.kind, plain, self.buffer.level))
        self.buffer = _Buffer(self.kind)

    def apart(self, kind: PassageKind, read: Callable[[], None], level: int = 0) -> int:
        """Read something as a passage of its own; returns its index, -1 where it is empty."""
        outer, outer_kind = self.buffer, self.kind
        self.kind, self.buffer = kind, _Buffer(kind, level)
        read()
        plain = self.buffer.plain()
        index = -1
        if plain.text:
            index = len(self.passages)
            self.passages.append(Passage(kind, plain, level))
        self.buffer, self.kind = outer, outer_kind
        return index

    def finish(self) -> Block:
        self.flush()
        return Block(tuple(self.passages), tuple(self.grids), tuple(self.labels))

    def put(self, text: str, start: int, end: int, *, exact: bool = False) -> None:
        if self.fixed is not None:
            start, end, exact = *self.fixed, False
        self.buffer.add(text, start, end, exact=exact)

    # -- nodes ------------------------------------------------------------------------------
    def nodes(self, nodes: Iterable[Any] | None) -> None:
        for node in nodes or ():
            if node is not None:
                self.node(node)

    def node(self, node: Any) -> None:
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
        name = node.macroname
        given = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) or ()]
        macro = self.macros.get(name)
        if macro is not None:
            self.expand(macro, given, start, end)
        elif name in _SYMBOLS and name not in ("&",):
            self.put(_SYMBOLS[name], start, start + len(name) + 1)
        elif name in _UNITS:
            self.wrapped(start, end, lambda: self.siunitx(name, given))
        elif name in _HEADINGS:
            if _HEADINGS[name] < 4:
                self.flush()
            self.apart(
                PassageKind.HEADING,
                lambda: self.nodes(_contents(given[-1] if given else None)),
                _HEADINGS[name],
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
            self.buffer = _Buffer(PassageKind.ITEM if self.kind is PassageKind.PROSE else self.kind)
            self.nodes(_contents(given[0]) if given else None)
        elif name == "label":
            self.labels.append(_words(given[-1] if given else None))
        elif name in _CITES or name in _REFS:
            kind, sign = ("cite", CITE) if name in _CITES else ("ref", REF)
            keys = tuple(
                k.strip() for k in _words(given[-1] if given else None).split(",") if k.strip()
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
        elif name in _DROPPED or name in ("cellcolor", "rowcolor", "color", "phantom"):
            pass
        elif (_SHOWN.get(name) and given) or (node.nodeargd and given and name not in _SHOWN):
            self.nodes(_contents(given[-1]))
        if node.macro_post_space and name not in _SYMBOLS:
            self.put(" ", end - len(node.macro_post_space), end)

    def expand(self, macro: Macro, given: Sequence[Any], start: int, end: int) -> None:
        self.expansions += 1
        if self.depth >= _DEPTH or macro.name in self.expanding or self.expansions > _EXPANSIONS:
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
        parts = [g for g in given if g is not None and _braced(g)]
        numbers = parts if name in ("num", "numrange", "numlist", "ang") else parts[:-1]
        if name in ("unit", "si"):
            numbers = []
        for i, part in enumerate(numbers):
            if i:
                self.put("–" if "range" in name else ", ", part.pos, part.pos)
            text = _words(part)
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
            written = _siunitx_unit(unit.latex_verbatim()[1:-1] if _braced(unit) else _words(unit))
            if numbers and not written.startswith("%"):
                self.put(" ", unit.pos, unit.pos)
            self.put(written, unit.pos, unit.pos + unit.len)

    def environment(self, node: Any) -> None:
        name = node.environmentname
        if name in _TABULARS and self.in_cell:
            # A tabular inside a cell only breaks its lines: "Power" over "(W)" is one header.
            self.nodes(node.nodelist)
        elif name in _TABULARS:
            self.tabular(node)
        elif name in _FLOATS:
            self.float_(node)
        elif name in _DISPLAYS:
            self.put(" ", node.pos, node.pos)
            self.math(node.nodelist)
            self.put(" ", node.pos + node.len, node.pos + node.len)
        elif name in _LISTS:
            self.flush()
            self.nodes(node.nodelist)
            self.flush()
        elif name == "abstract":
            self.flush()
            self.apart(PassageKind.ABSTRACT, lambda: self.nodes(node.nodelist))
        else:
            self.nodes(node.nodelist)

    def float_(self, node: Any) -> None:
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

    # -- tables -----------------------------------------------------------------------------
    def tabular(self, node: Any) -> None:
        rows: list[Row] = []
        cells: list[Cell] = []
        content: list[Any] = []
        ruled = False

        def end_cell() -> None:
            cells.append(self.cell(content))
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

        if self.depth < _DEPTH:
            walk(node.nodelist)
            end_row()
        if rows:
            self.grids.append(Grid(tuple(rows), None, (), node.pos, node.pos + node.len))

    def cell(self, content: Sequence[Any]) -> Cell:
        columns = rows = 1
        outer, outer_kind = self.buffer, self.kind
        self.buffer = _Buffer(PassageKind.FLOAT)
        for child in content:
            if child.isNodeType(lw.LatexMacroNode) and child.macroname in (
                "multicolumn",
                "multirow",
            ):
                number = _words(
                    child.nodeargd.argnlist[0 if child.macroname == "multicolumn" else 1]
                )
                count = int(number) if number.strip().isdigit() else 1
                if child.macroname == "multicolumn":
                    columns = max(count, 1)
                else:
                    rows = max(count, 1)
        text = "".join(c.latex_verbatim() for c in content)
        if re.match(r"\s*\(lr\)|\s*\{\d+-\d+\}|\s*\[[\d.]+\w*\]", text):
            content = _after_rule_arguments(content)
        self.in_cell += 1
        self.nodes(content)
        self.in_cell -= 1
        plain = self.buffer.plain()
        self.buffer, self.kind = outer, outer_kind
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


@lru_cache(maxsize=2048)
def _body(text: str, macros: tuple[Macro, ...]) -> tuple[Any, ...]:
    return tuple(
        lw.LatexWalker(
            text, latex_context=_context(macros), tolerant_parsing=True
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


def _words(node: Any) -> str:
    if node is None:
        return ""
    text: str = node.latex_verbatim()
    if node.isNodeType(lw.LatexGroupNode):
        return text[1:-1]
    return text


def _siunitx_unit(written: str) -> str:
    r"""Unit of a siunitx argument: ``\giga\byte\per\second`` is "GB/s", "GB/s" stays."""
    if "\\" not in written:
        return written.replace("{", "").replace("}", "").strip()
    out: list[str] = []
    for name in re.findall(r"\\([A-Za-z]+)|([A-Za-z/%]+)", written):
        word = name[0] or name[1]
        if word == "per":
            out.append("/")
        elif name[0]:
            out.append(_SIUNITX.get(word, word))
        else:
            out.append(word)
    return "".join(out)
