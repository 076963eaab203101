"""What each macro and environment takes and shows: our table beside pylatexenc's own.

pylatexenc 2.11 knows few macros' arguments, so what it would leave as loose groups is told here.
A signature has one sign for each argument: "{" needed, "[" optional, "*" a star.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from pylatexenc import latexwalker as lw
from pylatexenc.macrospec import (
    EnvironmentSpec,
    LatexContextDb,
    MacroSpec,
    MacroStandardArgsParser,
    ParsedMacroArgs,
)

from tanaka.latex.macros import ACRONYMS, Macro
from tanaka.patterns import Lazy

Signatures = tuple[tuple[str, str], ...]
"""What the macros of the user take, by name; ``{x}`` is the environment x."""

BY_PATTERN = "?"
"""The signature of what is in `PATTERNS`."""

THIN = "\u2009"
SYMBOLS = {
    "times": "×", "cdot": "·", "approx": "≈", "sim": "∼", "simeq": "≃", "pm": "±", "mp": "∓", "cong": "≅",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ll": "≪", "thickapprox": "≈",
    "gg": "≫", "neq": "≠", "ne": "≠", "lt": "<", "gt": ">", "to": "→", "rightarrow": "→", "thicksim": "∼",
    "longrightarrow": "→", "leftarrow": "←", "gets": "←", "leftrightarrow": "↔", "mapsto": "↦", "implies": "⇒", "iff": "⇔",
    "Rightarrow": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔", "uparrow": "↑", "downarrow": "↓", "nearrow": "↗",
    "lesssim": "≲", "gtrsim": "≳", "propto": "∝", "equiv": "≡", "asymp": "≍", "ldots": "…", "dots": "…", "cdots": "…",
    "dotsc": "…", "dotsb": "…", "textellipsis": "…", "vdots": "⋮", "ddots": "⋱", "lessapprox": "⪅", "gtrapprox": "⪆",
    "infty": "∞", "sum": "∑", "prod": "∏", "int": "∫", "div": "÷", "ast": "*", "star": "⋆", "percent": "%", "bullet": "•",
    "textbullet": "•", "textperiodcentered": "·", "partial": "∂", "nabla": "∇", "in": "∈", "notin": "∉", "subset": "⊂",
    "subseteq": "⊆", "cup": "∪", "cap": "∩", "emptyset": "∅", "forall": "∀", "exists": "∃", "neg": "¬", "wedge": "∧",
    "vee": "∨", "oplus": "⊕", "otimes": "⊗", "odot": "⊙", "circ": "∘", "setminus": "∖", "ell": "ℓ", "prime": "′", "mid": "|",
    "vert": "|", "Vert": "‖", "|": "‖", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩",
    "lbrace": "{", "rbrace": "}", "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "lbrack": "[", "rbrack": "]",
    "mu": "μ", "micro": "μ", "textmu": "μ", "upmu": "μ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "zeta": "ζ",
    "Delta": "Δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
    "lambda": "λ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "textOmega": "Ω",
    "textasciitilde": "∼", "textasciicircum": "^", "textdegree": "°", "degree": "°", "degrees": "°", "S": "§", "textsection": "§",
    "P": "¶", "copyright": "©", "textcopyright": "©", "textregistered": "", "texttrademark": "", "textdollar": "$",
    "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "EUR": "€", "yen": "¥", "textyen": "¥",
    "textendash": "–", "textemdash": "—", "checkmark": "✓", "cmark": "✓", "xmark": "✗", "dagger": "†", "dag": "†", "ddagger": "‡",
    "textgreater": ">", "textless": "<", "textbar": "|", "texttimes": "×", "textonehalf": "½", "textonequarter": "¼",
    "textthreequarters": "¾", "textpm": "±", "textminus": "−", "textquotedblleft": "“", "textquotedblright": "”",
    "textquoteleft": "‘", "textquoteright": "’", "textquotesingle": "'", "lq": "‘", "rq": "’", "guillemotleft": "«",
    "guillemotright": "»", "textunderscore": "_", "textbraceleft": "{", "textbraceright": "}", "textpercent": "%",
    "textpertenthousand": "‱", "textperthousand": "‰", "permil": "‰", "textonesuperior": "¹", "texttwosuperior": "²",
    "textthreesuperior": "³", "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX", "&": "&", "%": "%", "$": "$", "#": "#", "_": "_",
    "{": "{", "}": "}", "textbackslash": "\\", "backslash": "\\", "-": "", "/": "", "@": "",
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    ",": THIN, "thinspace": THIN, ";": " ", ":": " ", ">": " ", " ": " ", "\n": " ", "\t": " ", "!": "", "quad": " ", "qquad": " ",
    "negthinspace": "", "medspace": " ", "thickspace": " ", "enspace": " ", "space": " ", "\\": " ", "newline": " ", "par": " ",
    "linebreak": " ", "nobreakspace": " ", "hfill": " ", "hfil": " ", "dotfill": " ", "tabularnewline": " ", "cr": " ",
    "xspace": "", "centering": "", "noindent": "", "protect": "", "maketitle": "", "displaystyle": "", "textstyle": "",
    "nonumber": "", "notag": "", "limits": "", "nolimits": "", "bigskip": "", "medskip": "", "smallskip": "", "relax": "",
    "and": " ", "And": " ", "AND": " ", "allowbreak": "", "nobreak": "", "slash": "/", "colon": ":", "lnot": "¬", "land": "∧",
    "min": "min", "max": "max", "log": "log", "ln": "ln", "exp": "exp", "lim": "lim", "sup": "sup", "inf": "inf", "arg": "arg",
    "argmin": "argmin", "argmax": "argmax", "det": "det", "dim": "dim", "ker": "ker", "gcd": "gcd", "Pr": "Pr", "sin": "sin",
    "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "bmod": " mod ",
}  # fmt: skip
ACCENTS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307", "u": "\u0306",
    "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
"""Accents in text, as the character that combines with the letter before it."""
# Macros that show one argument, the last; those in FIRST the first that is needed.
SHOWN = {
    "textbf": "{", "textit": "{", "emph": "{", "texttt": "{", "textsc": "{", "textsf": "{", "textrm": "{", "textsl": "{",
    "text": "{", "textnormal": "{", "mathrm": "{", "mathbf": "{", "mathit": "{", "mathsf": "{", "mathtt": "{", "mathnormal": "{",
    "boldsymbol": "{", "bm": "{", "operatorname": "*{", "mbox": "{", "hbox": "{", "vbox": "{", "underline": "{", "uline": "{",
    "uuline": "{", "uwave": "{", "dashuline": "{", "dotuline": "{", "textcolor": "[{{", "colorbox": "[{{", "fcolorbox": "[{[{{",
    "href": "[{{", "hyperref": "[{", "hyperlink": "{{", "hypertarget": "{{", "makecell": "*[{", "thead": "*[{", "shortstack": "[{",
    "rotatebox": "[{{", "scalebox": "{[{", "resizebox": "*{{{", "adjustbox": "{{", "parbox": "[[[{{", "makebox": "[[{",
    "framebox": "[[{", "fbox": "{", "raisebox": "{[[{", "multicolumn": "{{{", "multirow": "[{[{[{", "multirowcell": "{[[{",
    "textsubscript": "{", "boldmath": "", "unboldmath": "", "highlight": "{", "hl": "{", "revised": "{", "added": "[{",
    "replaced": "[{{", "mathcal": "{", "mathbb": "{", "mathfrak": "{", "mathscr": "{", "overline": "{", "textup": "{", "textmd": "{",
    "smash": "[{", "ul": "{", "so": "{", "url": "{", "numprint": "[{", "texorpdfstring": "{{", "lowercase": "{", "uppercase": "{",
    "MakeUppercase": "{", "MakeLowercase": "{", "textlf": "{", "textsw": "{", "textulc": "{", "enquote": "*{", "textquote": "[[{",
    "overset": "{{", "underset": "{{", "stackrel": "[{{", "underbrace": "{", "overbrace": "{", "substack": "{", "intertext": "{",
    "shortintertext": "{", "pmod": "{", "mathop": "{", "mathbin": "{", "mathrel": "{", "mathord": "{", "boxed": "{",
    "citetext": "{", "foreignlanguage": "[{{", "textlang": "{{", "inlinecode": "{", "code": "{",
    "frame": "{", "rlap": "{", "llap": "{", "mathrlap": "{", "mathllap": "{", "mathclap": "{",
    "collectcell": "{", "tablehead": "{", "rothead": "[{", "rotcell": "[{", "subsubparagraph": "*[{", "nohyphens": "{",
    "pdftooltip": "{{",
}  # fmt: skip
FIRST = frozenset({"texorpdfstring", "replaced", "pdftooltip"})
# What takes arguments and shows nothing of the paper's text.
DROPPED = {
    "vspace": "*{", "hspace": "*{", "phantom": "{", "hphantom": "{", "vphantom": "{", "includegraphics": "*[[{",
    "bibliography": "{", "bibliographystyle": "{", "usepackage": "[{[", "documentclass": "[{[", "input": "{",
    "include": "{", "subfile": "{", "import": "{{", "graphicspath": "{", "setlength": "{{", "addtolength": "{{", "settowidth": "{{",
    "newcommand": "*{[[{", "renewcommand": "*{[[{", "providecommand": "*{[[{", "DeclareRobustCommand": "*{[[{",
    "NewDocumentCommand": "{{{", "RenewDocumentCommand": "{{{", "DeclareDocumentCommand": "{{{", "ProvideDocumentCommand": "{{{",
    "newenvironment": "*{[[{{", "renewenvironment": "*{[[{{", "DeclareMathOperator": "*{{", "DeclareSIUnit": "[{{",
    "DeclareSIPrefix": "{{{", "setcounter": "{{", "addtocounter": "{{", "newcounter": "{[", "stepcounter": "{", "refstepcounter": "{",
    "value": "{", "arabic": "{", "roman": "{", "Roman": "{", "alph": "{", "Alph": "{", "the": "", "thepage": "", "number": "",
    "pagestyle": "{", "thispagestyle": "{", "pagenumbering": "{", "pagecolor": "[{", "cline": "{", "cmidrule": None,
    "todo": "[{", "fixme": "[{", **{n.upper(): "[{" for n in ("todo", "fixme")}, "missingfigure": "[{", "index": "{", "marginpar": "[{", "marginnote": "[{[",
    "sidenote": "[{", "note": "{", "pdfcomment": "[{", "comment": "{", "sisetup": "{", "hypersetup": "{", "nocite": "{",
    "author": "[{", "affil": "[{", "affiliation": "[{", "address": "[{", "email": "{", "date": "{", "institute": "{", "inst": "{",
    "authorrunning": "{", "titlerunning": "{", "orcidID": "{", "orcid": "{", "orcidlink": "{", "institution": "{", "department": "[{",
    "city": "{", "state": "{", "country": "{", "postcode": "{", "streetaddress": "{", "position": "{", "authornote": "{",
    "authornotemark": "[", "titlenote": "{", "subtitlenote": "{", "additionalaffiliation": "{", "renewcommandx": "{[[{",
    "IEEEkeywords": "{", "IEEEauthorblockN": "{", "IEEEauthorblockA": "{", "IEEEauthorrefmark": "{", "IEEEpubid": "{", "IEEEspecialpapernotice": "{",
    "IEEEmembership": "{", "IEEEcompsocitemizethanks": "{", "IEEEcompsocthanksitem": "", "IEEEtitleabstractindextext": None,
    "icmltitlerunning": "{", "icmlauthor": "{{", "icmlaffiliation": "{{", "icmlcorrespondingauthor": "{{", "icmlkeywords": "{",
    "icmlsetsymbol": "{{", "icmlEqualContribution": "", "mlsystitlerunning": "{", "mlsysauthor": "{{", "mlsysaffiliation": "{{",
    "mlsyscorrespondingauthor": "{{", "mlsyskeywords": "{", "mlsyssetsymbol": "{{", "mlsysEqualContribution": "",
    "acmConference": "[{{{", "acmYear": "{", "acmDOI": "{", "acmISBN": "{", "acmBooktitle": "{", "acmJournal": "{", "acmVolume": "{",
    "acmNumber": "{", "acmArticle": "{", "acmArticleSeq": "{", "acmMonth": "{", "acmPrice": "{", "acmSubmissionID": "{", "acmBadgeR": "[{",
    "acmBadgeL": "[{", "acmBadge": "[{", "setcopyright": "{", "copyrightyear": "{", "setcctype": "[{", "received": "[{", "ccsdesc": "[{",
    "keywords": "{", "keyword": "{", "settopmatter": "{", "shortauthors": "{", "shorttitle": "{", "ead": "[{", "cortext": "[{", "fntext": "[{",
    "corref": "{", "fnref": "{", "tnoteref": "{", "tnotetext": "[{", "thanks": "{", "thanksref": "{", "correspondingauthor": "{",
    "newacronym": "[{{{", "acrodef": "{[{", "acro": "{[{", "newglossaryentry": "{{", "DeclareAcronym": "{{", "acresetall": "", "acused": "{",
    "glsresetall": "", "printacronyms": "[", "printglossary": "[", "printbibliography": "[", "glsadd": "{", "glsunset": "{",
    "definecolor": "[{{{", "colorlet": "[{[{", "color": "[{", "cellcolor": "[{[[", "rowcolor": "[{[[", "columncolor": "[{[[",
    "rowcolors": "*[{{{", "arrayrulecolor": "[{", "rule": "[{{", "sout": "{", "st": "{", "xout": "{", "deleted": "[{", "removed": "{",
    "strikeout": "{", "cancel": "{", "bcancel": "{", "xcancel": "{", "specialrule": "{{{", "tabucline": "[{", "addlinespace": "[", "arraystretch": "",
    "tabcolsep": "", "captionsetup": "*[{", "DeclareCaptionFormat": "{{", "lstset": "{", "lstinline": "*[{", "mintinline": "[{{",
    "lstinputlisting": "[{", "inputminted": "[{{", "setminted": "[{", "newtheorem": "*{[{[", "theoremstyle": "{", "numberwithin": "[{{",
    "markboth": "{{", "markright": "{", "fontsize": "{{", "selectfont": "", "PassOptionsToPackage": "{{", "RequirePackage": "[{[",
    "newcolumntype": "{[[{", "footnotemark": "[", "tablefootnotemark": "[", "textcircled": "{", "circled": "{", "hyphenation": "{",
    "crefname": "{{{", "Crefname": "{{{", "creflabelformat": "{{", "crefformat": "{{", "titlespacing": "*{{{{[", "titleformat": "*{[{{{{[",
    "geometry": "{", "newgeometry": "{", "pgfplotsset": "{", "tikzset": "{", "usetikzlibrary": "{", "tcbset": "{", "tcbuselibrary": "{",
    "usepgfplotslibrary": "{", "setstretch": "{", "linespread": "{", "enlargethispage": "*{", "pagebreak": "[", "nopagebreak": "[",
    "nolinebreak": "[", "setitemize": "[{", "setlist": "*[{", "newlist": "{{{", "tag": "*{", "vskip": None, "hskip": None,
    "newlength": "{", "newsavebox": "{", "savebox": "{[[{", "usebox": "{", "newif": "{", "fontfamily": "{", "fontseries": "{",
    "fontshape": "{", "usefont": "{{{{", "DeclareUnicodeCharacter": "{{", "AtBeginDocument": "{", "AtEndDocument": "{", "addbibresource": "[{",
    "addcontentsline": "{{{", "addtocontents": "{{", "balance": "", "newcites": "{{", "defcitealias": "{{", "vadjust": "{",
    "xrightarrow": "[{", "xleftarrow": "[{", "SetKwInOut": "{{", "pdfbookmark": "[{{", "pdfinfo": "{", "includepdf": "[{", "tikz": None,
    "floatname": "{{", "setul": "{{", "sethlcolor": "{", "multirowsetup": "", "newfloat": "{{{", "floatstyle": "{", "restylefloat": "{",
    "appendixname": "", "bibname": "", "subjclass": "[{", "doi": "{", "isbn": "{", "conferenceinfo": "{{", "CopyrightYear": "{",
    "crdata": "{", "category": "{{{[", "terms": "{", "vol": "{", "tnote": "{", "printAffiliationsAndNotice": "{", "ifthenelse": "{{{", "renewrobustcmd": "*{[[{", "newrobustcmd": "*{[[{",
    "useunder": "{{{", "pubyear": "{", "artid": "{", "ttl": "{", "maketag": "{", "glossary": "{", "nomenclature": "[{{",
    "verbatiminput": "{", "immediate": "", "write": "", "special": "{",
}  # fmt: skip
CITES = frozenset({
    "cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "citeyearpar", "citefullauthor", "citenum", "citetitle",
    "citedate", "citeurl", "Cite", "Citep", "Citet", "Citealp", "Citealt", "Citeauthor", "citetalias", "citepalias", "parencite", "Parencite", "textcite",
    "Textcite", "autocite", "Autocite", "smartcite", "Smartcite", "supercite", "superscriptcite", "footcite", "Footcite", "footfullcite", "footcitetext", "fullcite",
    "onlinecite", "citeonline", "citeN", "citeNP", "shortcite", "shortciteN", "shortciteNP", "citeasnoun", "possessivecite", "posscite",
    "notecite", "pnotecite", "fnotecite", "citeint", "Citeint", "citealias", "citebyname", "citepos",
})  # fmt: skip
MANY_CITES = frozenset(
    {"cites", "Cites", "parencites", "Parencites", "textcites", "Textcites", "autocites", "Autocites", "smartcites", "supercites",
     "footcites", "citeps", "citets"}
)  # fmt: skip
REFS = {
    **dict.fromkeys(("ref", "cref", "Cref", "autoref", "Autoref", "eqref", "pageref", "vref", "Vref", "nameref", "Nameref", "fullref",
                     "vpageref", "cpageref", "Cpageref", "labelcref", "namecref", "nameCref", "lcnamecref", "subref", "fref", "Fref",
                     "figref", "tabref", "secref", "zref", "zcref", "prettyref", "refeq", "titleref", "autopageref", "Ref"), "*{"),
    **dict.fromkeys(("crefrange", "Crefrange", "vrefrange", "cpagerefrange", "Cpagerefrange"), "*{{"),
}  # fmt: skip
NUMBERS = {
    "num": "[{",
    "ang": "[{",
    "numrange": "[{{",
    "numlist": "[{",
    "numproduct": "[{",
    "complexnum": "[{",
    "tablenum": "[{",
}
"""siunitx macros that print numbers alone."""
UNITS = {"SI": "[{[{", "qty": "[{{", "unit": "[{", "si": "[{", "SIrange": "[{{{", "qtyrange": "[{{{", "SIlist": "[{{",
         "qtylist": "[{{", "qtyproduct": "[{{", "complexqty": "[{{", **NUMBERS}  # fmt: skip
FRACTIONS = {"frac": "{{", "tfrac": "{{", "dfrac": "{{", "cfrac": "[{{", "sfrac": "[{{[", "nicefrac": "[{{", "binom": "{{",
             "tbinom": "{{", "dbinom": "{{"}  # fmt: skip
HEADINGS = {
    "part": 1,
    "chapter": 1,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 4,
}
TITLES = {"title": "[{", "subtitle": "{", "icmltitle": "{", "mlsystitle": "{"}
NOTES = {
    "footnote": "[{",
    "footnotetext": "[{",
    "tablefootnote": "[{",
    "endnote": "[{",
    "blfootnote": "{",
    "sidefootnote": "{",
}
CAPTIONS = {"caption": "*[{", "captionof": "*{[{", "subcaption": "*[{", "topcaption": "[{", "bottomcaption": "[{", "tablecaption": "[{"}  # fmt: skip
SUBFLOATS = {"subfloat": "[[{", "subfigure": "[[{", "subtable": "[[{"}
_OTHERS = {
    "item": "[", "label": "[{", "textsuperscript": "{", "ensuremath": "{", "sqrt": "[{", "abstract": "{", "left": "{", "right": "{",
    "middle": "{", "ding": "{", "not": "{", "verb": "", "IEEEPARstart": "{{", "diagbox": "[{{", "backslashbox": "[{[{", "slashbox": "[{[{", "dropcap": "{{", "lettrine": "[{{",
    **{f"If{a}{b}": c for a in ("NoValue", "Value", "Boolean", "Blank") for b, c in (("TF", "{{{"), ("T", "{{"), ("F", "{{"))},
}  # fmt: skip
TABULARS = {
    "tabular": "[{",
    "tabular*": "{[{",
    "tabularx": "{[{",
    "tabulary": "{[{",
    "longtable": "[{",
    "array": "[{",
    "tblr": "[{",
    "longtblr": "[{",
    "talltblr": "[{",
    "supertabular": "{",
    "supertabular*": "{{",
    "xtabular": "[{",
    "xltabular": "[{{",
    "ltabulary": "{{",
    "NiceTabular": "[{",
    "NiceTabular*": "{[{",
    "NiceTabularX": "{[{",
    "tabu": BY_PATTERN,
    "longtabu": BY_PATTERN,
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
        "sidewaystable*",
        "sidewaysfigure",
        "subfigure",
        "subtable",
        "SCtable",
        "SCfigure",
        "minipage",
        "margintable",
        "marginfigure",
        "teaserfigure",
    }
)
DISPLAYS = frozenset(
    {
        "equation",
        "equation*",
        "align",
        "align*",
        "alignat",
        "alignat*",
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
        "dmath",
        "dmath*",
    }
)
LISTS = frozenset(
    {
        "itemize",
        "enumerate",
        "description",
        "compactitem",
        "compactenum",
        "compactdesc",
        "inparaenum",
        "inparaitem",
        "itemize*",
        "enumerate*",
        "description*",
        "tightlist",
        "easylist",
    }
)
# Front matter and drawings, whose numbers the paper does not state.
DROPPED_ENVIRONMENTS = frozenset(
    {"IEEEkeywords", "keywords", "keyword", "CCSXML", "icmlauthorlist", "mlsysauthorlist", "filecontents", "filecontents*",
     "acronym", "tikzpicture", "pgfpicture", "axis", "picture", "comment"}
)  # fmt: skip
_ENVIRONMENTS = {
    **dict.fromkeys(FLOATS, "["), **dict.fromkeys(LISTS, "["), "minipage": "[[[{", "subfigure": "[[[{", "subtable": "[[[{",
    "wrapfigure": "[{[{", "wraptable": "[{[{", "SCtable": "[[", "SCfigure": "[[", "multicols": "{[", "multicols*": "{[",
    "adjustbox": "{", "spacing": "{", "list": "{{", "tcolorbox": "[", "mdframed": "[", "framed": "[", "threeparttable": "[",
    "tablenotes": "[", "aligned": "[", "alignedat": "[{", "gathered": "[", "alignat": "{", "alignat*": "{", "changemargin": "{{",
    "adjustwidth": "[{{", "savebox": "{", "lrbox": "{", "otherlanguage": "{", "otherlanguage*": "[{", "CJK": "{{", "CJK*": "{{",
    "appendices": "", "thebibliography": "{", "scope": "[", "overpic": "[{", "subequations": "", "strip": "[",
}  # fmt: skip

_LENGTH = r"[-+]?\s*(?:\d+\.?\d*|\.\d+)?\s*(?:\\[A-Za-z@]+|(?:true)?(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em|mu|fill?l?)\b)"
_GLUE = Lazy(rf"\s*=?\s*{_LENGTH}(?:\s*(?:plus|minus)\s*{_LENGTH})*")
_COUNT = Lazy(r"\s*=?\s*-?\d+")
PATTERNS: dict[str, Lazy] = {
    **dict.fromkeys(("hskip", "vskip", "kern", "mkern", "mskip", "hsize", "vsize", "parindent", "parskip", "baselineskip", "tabcolsep",
                     "columnsep", "textfloatsep", "floatsep", "intextsep", "abovecaptionskip", "belowcaptionskip", "abovedisplayskip",
                     "belowdisplayskip", "dbltextfloatsep", "hangindent", "leftskip", "rightskip", "topsep", "itemsep", "parsep",
                     "leftmargin", "raise", "lower", "columnwidth", "textwidth", "linewidth", "arrayrulewidth", "fboxsep",
                     "setbox", "emergencystretch", "textheight", "partopsep", "labelsep", "lineskip", "hoffset", "voffset"), _GLUE),
    **dict.fromkeys(("looseness", "penalty", "tolerance", "hbadness", "vbadness", "clubpenalty", "widowpenalty", "hyphenpenalty",
                     "interlinepenalty", "pretolerance", "hangafter", "brokenpenalty", "exhyphenpenalty", "pdfoutput",
                     "binoppenalty", "relpenalty", "interdisplaylinepenalty", "displaywidowpenalty", "linepenalty"), _COUNT),
    **dict.fromkeys(("tabu", "longtabu"), Lazy(
        r"\s*(?:(?:to|spread)\s*[\d.]*\s*(?:\\[A-Za-z]+|[a-z]{2})\s*)?(?:\[[^\[\]]*\]\s*)?\{(?:[^{}]|\{[^{}]*\})*\}")),
    **dict.fromkeys(MANY_CITES, Lazy(r"\*?\s*(?:\([^()]*\)\s*){0,2}(?:\s*(?:\[[^\[\]]*\]\s*){0,2}\{[^{}]*\})+")),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), Lazy(
        r"\s*\\[A-Za-z@]+[^{}\\]*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")),
    **dict.fromkeys(("hrule", "vrule"), Lazy(rf"(?:\s*(?:height|width|depth)\s*{_LENGTH})+")),
    "let": Lazy(r"\s*\\[A-Za-z@]+\s*=?\s*(?:\\[A-Za-z@]+|\\.|\S)"),
}  # fmt: skip
"""Macros and environments whose arguments are no groups: lengths, counts, many citations."""


class _PatternParser(MacroStandardArgsParser):  # type: ignore[misc]
    """Takes what a pattern matches as the arguments, unread."""

    def __init__(self, pattern: Lazy) -> None:
        super().__init__("")
        self.pattern = pattern

    def parse_args(self, w: Any, pos: int, parsing_state: Any = None) -> tuple[Any, int, int]:
        """Arguments, where they start, and how long they are."""
        match = self.pattern.match(w.s, pos)
        return ParsedMacroArgs(), pos, match.end() - pos if match else 0


@cache
def _shared() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Specifications of macros, environments and specials that do not depend on the user."""
    db = lw.get_default_latex_context_db()
    macros: dict[str, Any] = {}
    environments: dict[str, Any] = {}
    specials: dict[str, Any] = {}
    for category in reversed(db.category_list):
        macros.update(db.d[category]["macros"])
        environments.update(db.d[category]["environments"])
        specials.update(db.d[category]["specials"])
    takes: dict[str, str | None] = {
        **SHOWN, **DROPPED, **dict.fromkeys(ACCENTS, "{"), **dict.fromkeys(CITES, "*[[{"), **REFS, **UNITS, **FRACTIONS,
        **dict.fromkeys(HEADINGS, "*[{"), **TITLES, **NOTES, **CAPTIONS, **SUBFLOATS, **_OTHERS, **dict.fromkeys(ACRONYMS, "*[{"),
    }  # fmt: skip
    macros.update((n, MacroSpec(n, args_parser=a)) for n, a in takes.items() if a is not None)
    macros.update((n, MacroSpec(n, args_parser=_PatternParser(p))) for n, p in PATTERNS.items())
    for n, a in (_ENVIRONMENTS | TABULARS).items():
        math = n in environments and environments[n].is_math_mode
        parser = _PatternParser(PATTERNS[n]) if a == BY_PATTERN else a
        environments[n] = EnvironmentSpec(n, args_parser=parser, is_math_mode=math)
    environments.pop("verbatim")  # blanked before; half-typed, it is the author's text
    return macros, environments, specials


@lru_cache(maxsize=1024)
def context(specs: Signatures) -> LatexContextDb:
    """Specifications of known macros and environments, with those of the user."""
    macros, environments, specials = _shared()
    db = LatexContextDb()
    db.add_context_category(
        "user",
        macros=[MacroSpec(n, args_parser=a) for n, a in specs if n[0] != "{"],
        environments=[EnvironmentSpec(n[1:-1], args_parser=a) for n, a in specs if n[0] == "{"],
    )
    db.category_list.append("shared")
    db.d["shared"] = {"macros": macros, "environments": environments, "specials": specials}
    return db


def _takes(spec: Any) -> str:
    """Signature of a specification of pylatexenc's."""
    return str(getattr(spec.args_parser, "argspec", "") or "")


@cache
def _signs() -> tuple[dict[str, str], dict[str, str]]:
    macros, environments, _ = _shared()
    return (
        {n: _takes(s) for n, s in macros.items()} | dict.fromkeys(PATTERNS, BY_PATTERN),
        {n: _takes(s) for n, s in environments.items()}
        | {n: a for n, a in TABULARS.items() if a == BY_PATTERN},
    )


_BUILT = frozenset({*TABULARS, *FLOATS, *DISPLAYS, *LISTS, *DROPPED_ENVIRONMENTS, "abstract"})


def signatures(macros: tuple[Macro, ...]) -> Signatures:
    """What each of some user macros and environments takes; an alias takes what it stands for."""
    if not macros:
        return ()
    own = {m.name: m for m in macros}
    out: list[tuple[str, str]] = []
    for m in macros:
        if m.name[0] == "<" or (m.name[0] == "{" and m.name[1:-1] in _BUILT):
            continue
        last, seen = m, {m.name}
        while last.alias in own and last.alias not in seen:
            last = own[last.alias]
            seen.add(last.name)
        takes = _signs()[0].get(last.alias, "") if last.alias else last.takes
        out.append((m.name, takes.replace(BY_PATTERN, "")))
    return tuple(out)


@lru_cache(maxsize=1024)
def signs(specs: Signatures) -> tuple[dict[str, str], dict[str, str]]:
    """Signatures of macros and of environments, with those of the user among them."""
    macros, environments = _signs()
    if not specs:
        return macros, environments
    return (
        macros | {n: a for n, a in specs if n[0] != "{"},
        environments | {n[1:-1]: a for n, a in specs if n[0] == "{"},
    )
