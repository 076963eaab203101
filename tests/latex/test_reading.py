"""What LaTeX shows a reader, and what it hides: one line for each construct."""

from __future__ import annotations

import pytest

from latex.reading import blocks, marked, passages, plain
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import CITE, REF, PassageKind

THIN = "\u2009"


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\textcolor{red}{no} \textcolor[rgb]{1,0,0}{5} \colorbox{gray!20}{6}", "no 5 6"),
        (r"\underline{a} \mbox{b 5} \hbox{c} \makebox[3cm][l]{d} \fbox{e}", "a b 5 c d e"),
        (r"\scalebox{0.8}{a} \resizebox{3cm}{!}{b} \rotatebox{90}{c} \raisebox{-2pt}{d}", "a b c d"),
        (r"\parbox[t]{0.4\linewidth}{a} \adjustbox{width=3cm}{b}", "a b"),
        (r"a \phantom{5 GB}b \hphantom{6}c \hspace{3pt}d \hspace*{-1em}e \vspace{2mm}f", "a b c d e f"),
        (r"\sout{5} \st{6} \deleted{7} \xout{8} \replaced{9 GB}{8 GB} \added{10}", "9 GB 10"),
        (r"a \todo{8 GB} \todo[inline]{9} \marginpar{10} \fixme{11} b", "a b"),
        (r"\href{http://example.org/5}{the 5 runs} \url{http://example.org/6}", "the 5 runs"),
        (r"a \verb|5 GB| \lstinline|6| \lstinline[language=C]{7} \mintinline{python}{x = 5} b", "a b"),
        (r"\verb|x", "|x"),
        (r"\section*{One \texorpdfstring{$2\times$}{2x}} a", "One 2× | a"),
        (r"\section[short]{long} a \subsection{b}", "long | a | b"),
        (r"\footnotesize a {\bf b} {\rm c} \Large d", "a b c d"),
        (r"\IEEEPARstart{T}{his} is", "This is"),
        (r"\enquote{a} \foreignlanguage{german}{b}", "a b"),
        (r"\hrule height 2pt a \ifx\x\b 12 ms", "a 12 ms"),
        (r"\vskip 3pt plus 1fil \hskip-2mm \kern.5em a \looseness=-1 \parskip=0pt b", "a b"),
        (r"\linespread{0.98}\fontsize{9}{11}\selectfont \setcounter{page}{7} a", "a"),
        (r"a \ding{51} b \ding{55} c \ding{172} d \textcircled{1} e", "a ✓ b ✗ c d e"),
        (r"4\textsuperscript{th} 10\textsuperscript{6} CO\textsubscript{2}", "4th 10^6 CO2"),
    ],
)  # fmt: skip
def test_what_text_shows(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"na\"ive caf\'e \'{E}cole \c{c}a Erd\H{o}s na{\"\i}ve", "naïve café École ça Erdős naïve"),
        (r"\o re stra\ss{}e \aa{}ngstr\"om \L odz", "øre straße ångström Łodz"),
        (r"a -- b --- c, ``d'' and `e'", "a – b — c, “d” and `e'"),
        (r"R\&D \$5 \#6 g\_h \{i\} 7\% and\slash or", "R&D $5 #6 g_h {i} 7% and/or"),
        (r"a~b\,c\ d\quad e \dots", f"a b{THIN}c d e …"),
        (r"\~{} \^{} \textasciitilde5", "~ ^ ∼5"),
        (r"Flux\texttrademark{} \textregistered{} \texteuro5 \pounds6", "Flux €5 £6"),
    ],
)  # fmt: skip
def test_letters_and_signs(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$x=5$ \(y=6\) \[z=7\] $$w=8$$ end", "x=5 y=6 z=7 w=8 end"),
        (r"$10^{18}$ $10^6$ $\mathbf{10^{18}}$ \ensuremath{10^{9}} \textbf{$10^{3}$}", "10^{18} 10^6 10^{18} 10^{9} 10^{3}"),
        (r"${\sim}5\times$ $\sim$5 $\approx 3$ $\lesssim 4$ $5\pm1$", "∼5× ∼5 ≈3 ≲4 5±1"),
        (r"$3{,}450$ and 3{,}450 and $52\%$", "3,450 and 3,450 and 52%"),
        (r"$\frac{1}{2}$ $\frac{a+b}{2\times c}$ $2\frac{1}{2}$ \nicefrac{3}{4}", "1/2 (a+b)/(2×c) 2 1/2 3/4"),
        (r"$\frac{12\,\text{GB}}{3\,\text{GB/s}}$", f"(12{THIN}GB)/(3{THIN}GB/s)"),
        (r"$\sqrt{2}$ $2\sqrt{d_k}$ $\sqrt[3]{x}$ $\binom{n}{2}$", "√2 2√(d_k) √x C(n,2)"),
        (r"$x_{\mathrm{max}}$ $T_\text{step}$ $n^{\text{th}}$ $4^{th}$", "x_{max} T_step nth 4th"),
        (r"$5^\circ$ $90^{\circ}$", "5° 90°"),
        (r"$\log n$, $\max(a, 5)$, $a \bmod b$, $\operatorname*{argmin}_x$", "log n, max(a, 5), a mod b, argmin_x"),
        (r"$\left( x \right. \bigl[y\bigr] \left\lceil z \right\rceil$", "( x [y] ⌈z ⌉"),
        (r"$\not= 3$ $a \neq b$ $\hat{x}$ $\bar y$", "≠ 3 a ≠b x y"),
        (r"$80\,\text{GB}$ $312~\mathrm{TFLOPS}$", f"80{THIN}GB 312 TFLOPS"),
        (r"\begin{equation}\label{e} T = \frac{312}{2} \text{ TFLOPS} \tag{5}\end{equation}", "T = 312/2 TFLOPS"),
        (r"\begin{align} a &= 5\,\text{GB/s} \nonumber \\ b &= 6 \end{align}", f"a = 5{THIN}GB/s b = 6"),
        (r"\begin{gather*} a = 5 \\ b = 6 \end{gather*}", "a = 5 b = 6"),
        (r"\begin{multline} a = 5 \\ + 6 \end{multline}", "a = 5 + 6"),
        (r"\begin{equation}\begin{split} a &= 5 \\ &= 6 \end{split}\end{equation}", "a = 5 = 6"),
        (r"$f = \begin{cases} 1 & x > 0 \\ 2 & \text{else} \end{cases}$", "f = 1 x > 0 2 else"),
        (r"$\begin{array}{ll} 1 & 2 \\ 3 & 4 \end{array}$", "1 2 3 4"),
        (r"$\begin{pmatrix} 1 & 2 \end{pmatrix}$", "1 2"),
    ],
)  # fmt: skip
def test_what_math_shows(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    "latex",
    [
        r"\author{A. One\thanks{Grant 5.} \and B. Two}",
        r"\author[1]{A}\affil[1]{B, 12345 C}",
        r"\IEEEauthorblockN{A}\IEEEauthorblockA{B 5 \\ C 6}",
        r"\IEEEkeywords{5G}",
        r"\begin{IEEEkeywords}5G, 6G\end{IEEEkeywords}",
        "\\begin{CCSXML}\n<id>10010520</id>\n\\end{CCSXML}\n",
        r"\ccsdesc[500]{Computer systems organization~Architectures}",
        r"\acmConference[MLSys '26]{MLSys}{May 5--7, 2026}{Here}",
        r"\acmYear{2026}\copyrightyear{2026}\acmDOI{10.1145/5}\acmISBN{978-1}\acmPrice{15.00}",
        r"\setcopyright{none}\settopmatter{printacmref=false}\received{5 May 2026}",
        r"\email{a5@b.c}\affiliation{\institution{B}\city{C}\postcode{12345}}\orcid{0000-0001}",
        r"\mlsystitlerunning{5 GB}\mlsysauthor{A}{b}\mlsysaffiliation{b}{C 5}\mlsyskeywords{5G}",
        r"\icmlauthor{A}{b}\icmlaffiliation{b}{C 5}\icmlkeywords{5G}\icmlsetsymbol{equal}{*}",
        r"\institute{A 5}\authorrunning{B 6}\titlerunning{C 7}",
        r"\date{5 May 2026}\pagestyle{plain}\thispagestyle{empty}",
        r"\usepackage[margin=1in]{geometry}\definecolor{x}{RGB}{1,2,3}\geometry{top=1in}",
        r"\captionsetup[table]{skip=5pt}\titlespacing*{\section}{0pt}{1ex}{2ex}",
        r"\begin{tikzpicture}\draw (0,1) -- (2,3);\end{tikzpicture}",
        r"\includegraphics[width=0.9\linewidth]{fig5}\rule{1cm}{2pt}\cite{}",
        r"\begin{subfigure}[b]{0.48\textwidth}\end{subfigure}",
        r"\begin{wrapfigure}[12]{r}{0.4\textwidth}\end{wrapfigure}\begin{multicols}{2}\end{multicols}",
        r"\begin{minipage}[t]{0.4\textwidth}\end{minipage}\begin{adjustbox}{width=5cm}\end{adjustbox}",
    ],
)
def test_front_matter_and_layout_have_no_numbers(latex: str) -> None:
    read = plain(latex)
    assert not any(char.isdigit() for char in read), read


def kinds(latex: str) -> list[tuple[PassageKind, str]]:
    return [(p.kind, p.plain.text) for p in passages(latex)]


def test_titles_abstracts_and_heads() -> None:
    assert kinds(r"\title[Short]{A 5 GB thing\thanks{x 6}}") == [
        (PassageKind.TITLE, "A 5 GB thing")
    ]
    assert kinds(r"\icmltitle{A} \mlsystitle{B}") == [
        (PassageKind.TITLE, "A"),
        (PassageKind.TITLE, "B"),
    ]
    assert kinds(r"\abstract{We do 5 GB.}") == [(PassageKind.ABSTRACT, "We do 5 GB.")]
    assert kinds(r"\begin{abstract}We do 5 GB.\end{abstract}") == [
        (PassageKind.ABSTRACT, "We do 5 GB.")
    ]
    found = passages(r"\section{A}\subsection*{B}\subsubsection{C}\paragraph{D.} text")
    assert [(p.kind, p.level) for p in found] == [
        (PassageKind.HEADING, i) for i in (1, 2, 3, 4)
    ] + [(PassageKind.PROSE, 0)]


def test_captions_footnotes_and_items_stand_apart() -> None:
    assert kinds(r"\begin{figure}[t]\caption[short]{long 5 GB}\label{f}\end{figure}") == [
        (PassageKind.CAPTION, "long 5 GB")
    ]
    assert kinds(r"\captionof{table}[s]{c 5} \caption*{d} \subcaption{e}") == [
        (PassageKind.CAPTION, c) for c in ("c 5", "d", "e")
    ]
    assert kinds(r"\begin{figure}\subfloat[A 5]{x}\subfloat[B]{y}\caption{C}\end{figure}") == [
        (PassageKind.CAPTION, "A 5"),
        (PassageKind.FLOAT, "x"),
        (PassageKind.CAPTION, "B"),
        (PassageKind.FLOAT, "y"),
        (PassageKind.CAPTION, "C"),
    ]
    assert kinds(r"a\footnote{b} c\footnotetext[3]{d} e\footnotemark[5] f\tablefootnote{g}") == [
        (PassageKind.FOOTNOTE, "b"),
        (PassageKind.FOOTNOTE, "d"),
        (PassageKind.FOOTNOTE, "g"),
        (PassageKind.PROSE, "a c e f"),
    ]
    assert kinds(r"x \begin{enumerate}[label=(\arabic*)]\item a \item[(2)] b\end{enumerate} y") == [
        (PassageKind.PROSE, "x"),
        (PassageKind.ITEM, "a"),
        (PassageKind.ITEM, "b"),
        (PassageKind.PROSE, "y"),
    ]
    assert kinds(r"\begin{description}\item[Fast.] It is. \item[R1] b\end{description}") == [
        (PassageKind.ITEM, "Fast. It is."),
        (PassageKind.ITEM, "b"),
    ]


def test_a_minipage_is_prose_beside_prose_and_a_float_in_a_float() -> None:
    page = r"\begin{minipage}[t]{0.48\linewidth}It takes 12 ms.\end{minipage}"
    assert kinds(f"a {page} b") == [(PassageKind.PROSE, t) for t in ("a", "It takes 12 ms.", "b")]
    assert kinds(rf"\begin{{figure}}{page}\end{{figure}}") == [
        (PassageKind.FLOAT, "It takes 12 ms.")
    ]


def test_tables_of_one_float_have_their_own_captions() -> None:
    grid = r"\begin{tabular}{ll}a & 1 \\ b & 2 \\\end{tabular}"
    both = rf"\begin{{table}}\caption{{A}}{grid}\caption{{B}}{grid}\end{{table}}"
    ((_, block),) = blocks(both)
    assert [block.passages[g.caption or 0].plain.text for g in block.grids] == ["A", "B"]
    parts = (
        rf"\begin{{table}}\subfloat[A]{{{grid}}}\subfloat[B]{{{grid}}}\caption{{C}}\end{{table}}"
    )
    ((_, block),) = blocks(parts)
    assert [block.passages[g.caption or 0].plain.text for g in block.grids] == ["A", "B"]


@pytest.mark.parametrize(
    ("latex", "keys"),
    [
        (r"\cite{a,b}", ("a", "b")),
        (r"\citep[see][p.~3]{a, b}", ("a", "b")),
        (r"\Citet*{a}", ("a",)),
        (r"\citeauthor{a}", ("a",)),
        (r"\citeyear{a}", ("a",)),
        (r"\citealp{a}", ("a",)),
        (r"\parencite[5]{a}", ("a",)),
        (r"\textcite{a}", ("a",)),
        (r"\autocite{a}", ("a",)),
        (r"\footcite{a}", ("a",)),
        (r"\cites{a}[5]{b}", ("a", "b")),
    ],
)
def test_a_citation_is_one_sign_with_its_keys(latex: str, keys: tuple[str, ...]) -> None:
    assert marked(f"x {latex} y") == [("cite", keys)]
    assert plain(f"x {latex} y") == f"x {CITE} y"


@pytest.mark.parametrize(
    ("latex", "keys"),
    [
        (r"\ref{a}", ("a",)),
        (r"\ref*{a}", ("a",)),
        (r"\cref{a,b}", ("a", "b")),
        (r"\Cref{a}", ("a",)),
        (r"\autoref{a}", ("a",)),
        (r"\eqref{a}", ("a",)),
        (r"\vref{a}", ("a",)),
        (r"\nameref{a}", ("a",)),
        (r"\pageref{a}", ("a",)),
        (r"\crefrange{a}{b}", ("a", "b")),
    ],
)
def test_a_reference_is_one_sign_with_its_keys(latex: str, keys: tuple[str, ...]) -> None:
    assert marked(f"x {latex} y") == [("ref", keys)]
    assert plain(f"x {latex} y") == f"x {REF} y"


HALF = [
    "{", "}", "$", "$$", r"\[", r"\(", r"\]", r"\begin{table}", r"\end{table}", r"\begin", r"\begin{", r"\textbf{", r"\textbf",
    r"\cite{", r"\SI{3", r"\SI{3}{", r"\SI", r"\frac{1", r"\verb", r"\verb|", r"\footnote", r"\sqrt", r"\section", r"\item[",
    "\\", r"\caption{a", r"\begin{tabular}{l", r"\left", r"\'", r"\let", r"\def\x", r"\cites", r"\gls{", "[", r"\\[", r"\multirow{2}",
]  # fmt: skip


@pytest.mark.parametrize("half", HALF)
def test_half_typed_text_costs_its_own_block_at_most(half: str) -> None:
    for text in (f"Before it. {half}", f"Before it. {half} After it takes 12 ms.", half):
        block = parse_block(text)
        assert block.problem is None
        if "Before" in text:
            assert any(p.plain.text.startswith("Before it.") for p in block.passages)
    assert plain(f"One takes 5 ms. {half}\n\n\\section{{B}}\nTwo takes 6 ms.").endswith(
        "B | Two takes 6 ms."
    )


@pytest.mark.parametrize("opening", ["{", r"\textbf{", "$x_{", r"\frac{1}{", r"\footnote{", r"\begin{center}", "\\begin{tabular}{l}"])  # fmt: skip
def test_deep_nesting_is_given_up_without_a_word(opening: str) -> None:
    for depth in (40, 300, 1500):
        block = parse_block(opening * depth + "5 GB")
        assert block.problem is None or block.problem.startswith("RecursionError")
