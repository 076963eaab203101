"""What the author defines is read where it is used, and not where it is defined."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latex.reading import blocks, marked, passages, plain
from tanaka.latex import macros
from tanaka.latex.source import read_source
from tanaka.text import DocId


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\newcommand{\n}{64}on \n{} nodes, \n\ of \n.", "on 64 nodes, 64 of 64."),
        (r"\newcommand\n{64}on \n nodes", "on 64 nodes"),
        (r"\newcommand*{\n}[1]{#1 GPUs}on \n{8} now", "on 8 GPUs now"),
        (r"\renewcommand{\n}[1]{#1 GPUs}on \n8 now", "on 8 GPUs now"),
        (r"\newcommand{\n}{1}\renewcommand{\n}{2}on \n{} nodes", "on 2 nodes"),
        (r"\newcommand{\n}{64}\providecommand{\n}{32}on \n{} nodes", "on 64 nodes"),
        (r"\providecommand{\n}{32}on \n{} nodes", "on 32 nodes"),
        (r"\DeclareRobustCommand{\n}{64}on \n{} nodes", "on 64 nodes"),
        (r"\newrobustcmd{\n}{64}on \n{} nodes", "on 64 nodes"),
        (r"\def\n{64}on \n{} nodes", "on 64 nodes"),
        (r"\gdef\n{64}on \n{} nodes", "on 64 nodes"),
        (r"\def\pair#1#2{#1 of #2}has \pair{3}{4} left", "has 3 of 4 left"),
        (r"\newcommand{\x}[2][tok/s]{#2 #1}at \x{45}, \x[ms]{6}", "at 45 tok/s, 6 ms"),
        (r"\newcommand{\x}[2][\u]{#2 #1}\newcommand{\u}{ms}at \x{45}", "at 45 ms"),
        (r"\newcommandx{\go}[2][1=7]{#1 of #2}has \go{9}, \go[8]{9}", "has 7 of 9, 8 of 9"),
        (r"\NewDocumentCommand{\t}{m}{#1 ms}took \t{5}", "took 5 ms"),
        (r"\NewDocumentCommand\t{m +m}{#1 to #2 ms}took \t{5}{6}", "took 5 to 6 ms"),
        (r"\RenewDocumentCommand{\t}{O{16} m}{#2 on #1}\t{A}, \t[8]{B}", "A on 16, B on 8"),
        (r"\DeclareDocumentCommand{\t}{m o}{#1\IfValueT{#2}{ of #2}}\t{5} \t{5}[6]", "5 5 of 6"),
        (
            r"\NewDocumentCommand{\t}{s m}{#2 \IfBooleanTF{#1}{slow}{fast}}\t{A}, \t*{B}",
            "A fast, B slow",
        ),
        (r"\NewDocumentCommand{\t}{o}{\IfNoValueTF{#1}{all}{#1}}\t, \t[5]", "all, 5"),
        (r"\newcommand{\sys}{Flux\xspace}with \sys we, \sys, and", "with Flux we, Flux, and"),
        (r"\newcommand{\flop}{\ensuremath{3.1\times10^{18}}}at \flop{} x", "at 3.1×10^{18} x"),
        (r"\newcommand{\gain}{$2.3\times$\xspace}is \gain faster", "is 2.3× faster"),
        (
            r"\newcommand{\tps}{tokens/s}at 5 \tps{} and \SI{6}{\tps}",
            "at 5 tokens/s and 6 tokens/s",
        ),
        (r"\newcommand{\T}[2][ms]{\SI{#2}{#1}}took \T{5}, \T[s]{6e3}", "took 5 ms, 6×10^{3} s"),
        (r"\DeclareSIUnit{\tok}{tokens}at \SI{6}{\tok\per\second}", "at 6 tokens/s"),
        (r"\DeclareSIUnit\flops{FLOPS}at \SI{312}{\tera\flops}", "at 312 TFLOPS"),
        (r"\DeclareMathOperator*{\relu}{relu}with $\relu(x)$", "with relu(x)"),
        (r"\DeclarePairedDelimiter{\ceil}{\lceil}{\rceil}$\ceil{x}+\ceil*{y}$", "⌈x⌉+⌈y⌉"),
        (r"\let\old\textbf \old{5 GB} left", "5 GB left"),
        (r"\let\n=5 has \n{} left", "has 5 left"),
        (r"\newcommand{\m}[1]{#1 ms}\let\n\m took \n{5}", "took 5 ms"),
        (r"\NewCommandCopy{\mySI}{\SI}took \mySI{5}{ms}", "took 5 ms"),
        (r"\let\oldsubsection\subsection a \oldsubsection{B} c", "a | B | c"),
    ],
)
def test_a_macro_reads_as_its_body(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\newacronym{gpu}{GPU}{graphics processor}each \gls{gpu}, two \glspl{gpu}", "each GPU, two GPUs"),
        (r"\newacronym[x=y]{gpu}{GPU}{graphics processor}a \acrlong{gpu}", "a graphics processor"),
        (r"\acrodef{hbm}[HBM]{high bandwidth memory}the \ac{hbm} and \acl{hbm}", "the HBM and high bandwidth memory"),
        (r"\DeclareAcronym{hbm}{short=HBM, long=high bandwidth memory}the \acs{hbm}", "the HBM"),
        (r"\newglossaryentry{sm}{name={SM}, description={a core}}108 \glspl{sm}", "108 SMs"),
        (r"the \ac{TPU} and \Gls{NPU}", "the TPU and NPU"),
        (r"\newcommand{\hbm}{\ac{hbm}}\newacronym{hbm}{HBM}{x}the \hbm{} of", "the HBM of"),
    ],
)  # fmt: skip
def test_an_acronym_reads_as_its_short_form(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\newenvironment{result}{\bfseries}{\par}a \begin{result}5 GB/s\end{result} b", "a 5 GB/s b"),
        (r"\newenvironment{result}[1]{\textbf{#1:} }{}\begin{result}{Speed} 5 GB/s\end{result}", "Speed: 5 GB/s"),
        (r"\newenvironment{box}[1][9]{\vspace{#1pt}}{}\begin{box}5 GB/s\end{box} \begin{box}[7]6\end{box}", "5 GB/s 6"),
        (r"\newenvironment{tight}{\begin{itemize}\setlength{\itemsep}{3pt}}{\end{itemize}}a \begin{tight}\item 5 \item 6\end{tight} b", "a | 5 | 6 | b"),
        (r"\newenvironment{wide}{\begin{figure*}}{\end{figure*}}a \begin{wide}\caption{B}\end{wide} c", "B | a c"),
        (r"\NewDocumentEnvironment{note}{m}{#1: }{}\begin{note}{Cost}5 GB\end{note}", "Cost: 5 GB"),
        (r"\newtcolorbox{note}[2][]{colback=red!5,title=#2}\begin{note}{T}5 GB\end{note}", "5 GB"),
        (r"\newenvironment{loop}{\begin{loop}}{\end{loop}}\begin{loop}5\end{loop}", "5"),
    ],
)  # fmt: skip
def test_an_environment_of_the_author_shows_its_contents(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\def\until#1;{got #1 GB}has \until 5; left", "has 5; left"),
        (r"\NewDocumentCommand{\p}{d() m}{#1 of #2 GB}has \p left", "has left"),
        (r"\newcommand{\broken}{4 GB and", ""),
        (r"\newcommand{\n}[2]{#1 #2}at \n", "at"),
        (r"\renewcommand{\arraystretch}{1.3}\setlength{\tabcolsep}{3pt}a", "a"),
        (r"\newcommand{\setup}{\def\n{5}\renewcommand{\m}{6}}a \setup \n b", "a b"),
        (r"\let\a\b \let\b\a x \a y", "x y"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{\a}x \a{} y", "x y"),
        (r"\def\loop{\loop a}\loop z", "a z"),
    ],
)
def test_a_definition_that_is_not_understood_says_nothing(latex: str, text: str) -> None:
    assert plain(latex) == text


def test_a_definition_inside_of_another_is_none() -> None:
    source = read_source(r"\newcommand{\fast}{\def\n{5}}\newcommand{\slow}{\def\n{6}}\def\m{7}")
    assert [m.name for m in macros.definitions(DocId("x"), source)] == ["fast", "slow", "m"]


def test_a_macro_that_wraps_a_reference_or_a_citation_has_its_keys() -> None:
    assert marked(r"\newcommand{\fig}[1]{Figure~\ref{#1}}see \fig{fig:a}") == [("ref", ("fig:a",))]
    assert marked(r"\newcommand{\eg}[2][x]{\citep[e.g.,][]{#2}}see \eg{a, b}") == [
        ("cite", ("a", "b"))
    ]
    assert marked(r"\newcommand{\in}[1]{\ref{sec:#1}}\newcommand{\see}[1]{see \in{#1}}\see{a}") == [
        ("ref", ("sec:a",))
    ]
    assert marked(r"\let\plain\cite\renewcommand{\cite}[1]{\plain{#1}}see \cite{a,b}") == [
        ("cite", ("a", "b"))
    ]


def test_a_number_in_a_macro_points_at_its_use() -> None:
    text = r"\newcommand{\speed}{312}reaches \speed TFLOPS on \SI{\speed}{W}"
    (passage,) = passages(text)
    at = passage.plain.text.index("312")
    assert text[slice(*passage.plain.source(at, at + 3))] == r"\speed"
    at = passage.plain.text.rindex("312")
    assert text[slice(*passage.plain.literal(at, at + 3))] == r"\speed"
    assert text[slice(*passage.plain.source(at, at + 5))] == r"\SI{\speed}{W}"


def test_an_argument_points_at_itself_through_two_macros() -> None:
    text = r"\newcommand{\in}[1]{in #1 ms}\newcommand{\took}[1]{took \in{#1}}It \took{45} now"
    (passage,) = passages(text)
    at = passage.plain.text.index("45")
    assert text[slice(*passage.plain.literal(at, at + 2))] == "45"


def test_what_the_author_did_not_write_points_at_the_macro() -> None:
    text = r"\newcommand{\x}[2][7 GB]{#2 of #1}It has \x{5} left"
    (passage,) = passages(text)
    at = passage.plain.text.index("7 GB")
    assert text[slice(*passage.plain.literal(at, at + 4))] == r"\x{5}"


def test_a_table_in_a_macro_stands_where_the_macro_does() -> None:
    text = (
        r"\newcommand{\t}{\begin{tabular}{ll}a & 1 \\ b & 2 \\\end{tabular}}Some words. \t{} here"
    )
    (found,) = [g for _, block in blocks(text) for g in block.grids]
    assert text[found.start : found.end] == r"\t"


def test_a_later_definition_wins_but_for_one_that_only_provides() -> None:
    def body(text: str) -> str:
        return macros.table([(DocId("x"), read_source(text))])["n"].body

    assert body(r"\def\n{1}\newcommand{\n}{2}") == "2"
    assert body(r"\newcommand{\n}{1}\providecommand{\n}{2}") == "1"
    assert body(r"\providecommand{\n}{1}\newcommand{\n}{2}") == "2"


def test_a_block_needs_what_the_bodies_need() -> None:
    source = read_source(
        r"\newcommand{\a}{\b}\newcommand{\b}{1}\newcommand{\c}{2}\let\d\a\newenvironment{e}{\c}{}"
    )
    table = macros.joined(macros.definitions(DocId("x"), source))

    def names(text: str) -> list[str]:
        return [m.name for m in macros.used(text, table)]

    assert names(r"x \a y") == ["a", "b"]
    assert names(r"x \d y") == ["a", "b", "d"]
    assert names(r"\begin{e} x \end{e}") == ["c", "{e}"]
    assert names("x y") == []


PIECES = st.sampled_from(
    [r"\newcommand", r"\def", r"\let", r"\NewDocumentCommand", r"\newenvironment", r"\newacronym", r"\DeclareSIUnit",
     r"{\a}", r"\a", r"\b", "{x}", "[1]", "[2][y]", "#1", "{#1 5}", "{", "}", "[", "]", "\n", "\n\n", "=", "{m o s}", "*", " ", "5"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=16).map("".join))
@settings(max_examples=150, deadline=None)
def test_definitions_never_raise_and_leave_the_rest_in_place(text: str) -> None:
    source = read_source(text)
    defined = macros.definitions(DocId("x"), source)
    rest = macros.without_definitions(source.visible, defined)
    assert len(rest) == len(text)
    kept = [i for i, char in enumerate(rest) if char not in " %"]
    assert all(rest[i] == source.visible[i] for i in kept)
    inside = {i for m in defined for i in range(m.whole.start, m.whole.end)}
    assert all(source.visible[i] in "\r\n" for i in kept if i in inside)
    passages(text)


def test_text_without_definitions_is_returned_as_it_is() -> None:
    text = "a" * 100
    assert macros.without_definitions(text, ()) is text
