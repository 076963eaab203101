"""LaTeX as text: what is read, what is not, and where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.latex import macros
from tanaka.latex.blocks import cut
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import PassageKind
from tanaka.latex.project import assemble
from tanaka.latex.source import read_source
from tanaka.text import DocId, LineIndex

PIECES = st.sampled_from(
    ["\\section{A}", "\n\n", "\n", "{", "}", "$", "\\begin{table}", "\\end{table}", "\\begin{tabular}{ll}", "\\end{tabular}",
     "1.5$\\times$", "\\verb|x", "% c\n", "\\iffalse", "\\fi", "&", "\\\\", "é", "😀", "\\SI{3}{GB}", "\\textbf{", "\\newcommand{\\a}{\\a b}", "\\a ",
     "\\begin{verbatim}", "\\end{verbatim}", "[", "]", "\\cite{x}", " word ", "42\\%", "\\item", "\\footnote{", "\\"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def plain(text: str) -> str:
    return " | ".join(p.plain.text for p in read(text))


def read(text: str):
    source = read_source(text)
    defined = macros.definitions(DocId("x"), source)
    table = {m.name: m for m in defined}
    return [
        p
        for block in blocks_of(macros.without_definitions(source.visible, defined))
        for p in parse_block(block, macros.used(block, table)).passages
    ]


def blocks_of(text: str) -> list[str]:
    """Blocks of a text, as its regions are cut."""
    regions = (r.visible for r in read_source(text).regions)
    return [visible[a:b] for visible in regions for a, b in cut(visible)]


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_reading_never_raises_and_spans_stay_inside(text: str) -> None:
    source = read_source(text)
    assert len(source.visible) == len(text)
    blocks = blocks_of(text)
    assert "".join(blocks) == source.visible
    for block in blocks:
        for passage in parse_block(block).passages:
            p = passage.plain
            assert len(p.text) == len(p.starts) == len(p.ends)
            assert all(0 <= s <= e <= len(block) for s, e in zip(p.starts, p.ends, strict=True))


@given(TEXTS)
@settings(max_examples=80, deadline=None)
def test_blanking_keeps_lines(text: str) -> None:
    visible = read_source(text).visible
    assert LineIndex(visible).line_count == LineIndex(text).line_count


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$2.3\times$ faster", "2.3× faster"),
        (r"3{,}450 tokens", "3,450 tokens"),
        (r"80\,GB~HBM", "80\u2009GB HBM"),
        (r"\SI{312}{TFLOPS}", "312 TFLOPS"),
        (r"\qty{25}{\giga\byte\per\second}", "25 GB/s"),
        (r"\num{1e-3}", "1×10^{-3}"),
        (r"$3.3\cdot10^{18}$", "3.3·10^{18}"),
        (r"\textbf{41.8} and \emph{x}", "41.8 and x"),
        (r"\textcolor{red}{no} 5\%", "no 5%"),
        (r"a\footnote{b} c", "b | a c"),
        (r"see \url{http://a%20b} now", "see now"),
        (r"word % gone", "word"),
        (r"a \iffalse 99\% \fi b", "a b"),
        ("x\n\\begin{lstlisting}\n% { 4 GB\n\\end{lstlisting}\ny", "x y"),
        (r"\newcommand{\n}{64}on \n{} nodes", "on 64 nodes"),
        (r"\newcommand{\x}[2][tok/s]{#2 #1}at \x{45}", "at 45 tok/s"),
        (r"\def\loop{\loop a}\loop z", "a z"),
        (r"from -- to --- end", "from – to — end"),
        (r"$\approx 3$ and $\le 4$", "≈3 and ≤4"),
    ],
)
def test_what_is_read(latex: str, text: str) -> None:
    assert plain(latex) == text


def test_a_number_points_at_its_digits_and_its_math() -> None:
    text = r"gains \textbf{a} $2.3\times$ here"
    (passage,) = read(text)
    at = passage.plain.text.index("2.3×")
    assert text[slice(*passage.plain.source(at, at + 4))] == r"$2.3\times$"
    assert text[slice(*passage.plain.literal(at, at + 3))] == "2.3"


def test_a_macro_points_at_its_use_and_an_argument_at_itself() -> None:
    text = r"\newcommand{\w}[1]{about #1 ms}took \w{45} now"
    (passage,) = read(text)
    at = passage.plain.text.index("45")
    assert text[slice(*passage.plain.literal(at, at + 2))] == "45"


def test_an_open_environment_swallows_no_section() -> None:
    text = "a\n\n\\begin{table}\n\nb 5\\%\n\n\\section{C}\nd\n"
    kinds = [(p.kind, p.plain.text) for p in read(text)]
    assert (PassageKind.HEADING, "C") in kinds
    assert any("d" in t for _, t in kinds)
    assert any("5%" in t for _, t in kinds)


def test_a_comment_line_does_not_end_a_paragraph() -> None:
    assert plain("one\n% note\ntwo") == "one two"


def test_a_table_has_cells_with_spans() -> None:
    block = parse_block(
        "\\begin{table}\\caption{T}\\begin{tabular}{lr}\\toprule a & \\multicolumn{2}{c}{b} \\\\ \\midrule c & $1.5\\times$ \\\\ \\bottomrule\\end{tabular}\\end{table}"
    )
    (grid,) = block.grids
    assert [[c.plain.text for c in r.cells] for r in grid.rows] == [["a", "b"], ["c", "1.5×"]]
    assert [r.ruled for r in grid.rows] == [False, True]
    assert block.passages[grid.caption].plain.text == "T"


def test_inputs_are_followed_in_order_and_loops_are_cut() -> None:
    files = {
        "main.tex": "a \\input{sec/x} b \\include{y}",
        "sec/x.tex": "x \\input{main}",
    }
    sources = {DocId(d): read_source(t) for d, t in files.items()}
    project = assemble(DocId("main.tex"), sources.get)
    assert project.files == ("main.tex", "sec/x.tex")
    assert project.missing == ("y.tex",)
    assert next(files[p.doc][p.start : p.end].strip() for p in project.pieces) == "a"


def missing(main: str, *known: str, respelled: dict[str, str] | None = None) -> tuple[str, ...]:
    """Files that a root asks for and nobody has."""
    sources = {DocId(d): read_source("x") for d in known} | {DocId("main.tex"): read_source(main)}
    other = {DocId(a): DocId(b) for a, b in (respelled or {}).items()}
    return assemble(DocId("main.tex"), sources.get, other.get).missing


@pytest.mark.parametrize(
    "latex",
    [
        r"\includegraphics[width=0.9\linewidth]{plot}",
        r"\includeonly{chapter}",
        r"\includepdf{other}",
        r"\inputencoding{utf8}",
        r"\usepackage[utf8]{inputenc}",
        r"\input{plots/speed.tikz} \input{fig.pdf_tex} \input{main.bbl}",
        r"\newcommand{\part}[1]{\input{parts/#1}} \input{\name}",
        r"\InputIfFileExists{local}{}{}",
        "% \\input{gone}",
        r"\begin{verbatim}\input{gone}\end{verbatim}",
        r"\iffalse \input{gone} \fi",
    ],
)
def test_what_is_no_file_of_the_paper(latex: str) -> None:
    assert missing(latex) == ()


@pytest.mark.parametrize(
    ("latex", "file"),
    [
        (r"\input{a}", "a.tex"),
        (r"\input a ", "a.tex"),
        (r"\input{sec/a.tex}", "sec/a.tex"),
        (r'\input{"a"}', "a.tex"),
        (r"\include{a}", "a.tex"),
        (r"\subfile{a}", "a.tex"),
        (r"\import{sec/}{a}", "sec/a.tex"),
        (r"\subimport{sec}{a.tex}", "sec/a.tex"),
        (r"\import*{sec/}{a}", "sec/a.tex"),
    ],
)
def test_what_is_a_file_of_the_paper(latex: str, file: str) -> None:
    assert missing(latex) == (file,)
    assert missing(latex, file) == ()


def test_a_file_may_be_spelled_in_other_case() -> None:
    assert missing(r"\input{sec/intro}", "sec/Intro.tex") == ("sec/intro.tex",)
    assert (
        missing(r"\input{sec/intro}", "sec/Intro.tex", respelled={"sec/intro.tex": "sec/Intro.tex"})
        == ()
    )


def test_a_subimport_is_seen_from_its_own_file() -> None:
    files = {
        "main.tex": r"\input{sec/a}",
        "sec/a.tex": r"\subimport{parts/}{b}",
        "sec/parts/b.tex": "b",
    }
    sources = {DocId(d): read_source(t) for d, t in files.items()}
    assert assemble(DocId("main.tex"), sources.get).files == tuple(files)


def test_a_table_in_a_cell_breaks_its_lines() -> None:
    block = parse_block(
        r"\begin{tabular}{lr} a & \begin{tabular}[c]{@{}c@{}}Power\\(W)\end{tabular} \\ b & 5 \\ \end{tabular}"
    )
    (grid,) = block.grids
    assert [[c.plain.text for c in r.cells] for r in grid.rows] == [["a", "Power (W)"], ["b", "5"]]


def test_an_abstract_ends_its_block() -> None:
    text = "\\begin{abstract}\na\n\nb\n\\end{abstract}\nc\n"
    assert [b.strip() for b in blocks_of(text)] == [
        "\\begin{abstract}\na",
        "b",
        "\\end{abstract}\nc",
    ]
    assert plain(text) == "a | b | c"
