"""What each macro and environment takes and shows: our table beside pylatexenc's own.

pylatexenc 2.11 knows few macros' arguments, so what it would leave as loose groups is told here.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pylatexenc import latexwalker as lw
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec

from tanaka.latex.macros import Macro

THIN = "\u2009"
SYMBOLS = {
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
SHOWN = {
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
DROPPED = {
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
CITES = (
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
REFS = (
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
UNITS = {"SI": "[{[{", "qty": "[{{", "num": "[{", "unit": "[{", "si": "[{", "SIrange": "[{{{", "qtyrange": "[{{{",
          "numrange": "[{{", "ang": "[{", "numlist": "[{", "SIlist": "[{{", "qtylist": "[{{"}  # fmt: skip
HEADINGS = {
    "part": 1,
    "chapter": 1,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 4,
}
TABULARS = {
    "tabular": "[{",
    "tabular*": "{[{",
    "tabularx": "{[{",
    "tabulary": "{[{",
    "longtable": "[{",
    "array": "[{",
    "tblr": "[{",
    "supertabular": "{",
}
FLOATS = frozenset(
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
DISPLAYS = frozenset(
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
LISTS = frozenset(
    {"itemize", "enumerate", "description", "compactitem", "inparaenum", "enumerate*", "tightlist"}
)


@cache
def _base_context() -> LatexContextDb:
    db = lw.get_default_latex_context_db()
    shown = {n: a for n, a in SHOWN.items() if a is not None}
    dropped = {n: a for n, a in DROPPED.items() if a is not None}
    plain = {n: "[[{" for n in CITES} | {n: "*{" for n in REFS} | UNITS
    heads = {n: "*[{" for n in HEADINGS} | {
        "caption": "*[{",
        "captionof": "{[{",
        "footnote": "[{",
        "footnotetext": "[{",
        "item": "[",
    }
    macros = [MacroSpec(n, args_parser=a) for n, a in (shown | dropped | plain | heads).items()]
    macros += [MacroSpec(n, args_parser="[{") for n in ("cellcolor", "rowcolor", "color")]
    environments = [EnvironmentSpec(n, args_parser=a) for n, a in TABULARS.items()]
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
def context(macros: tuple[Macro, ...]) -> LatexContextDb:
    """Specifications of known macros, with those of the user."""
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
