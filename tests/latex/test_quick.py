"""The quick parser makes the tree that pylatexenc makes, or gives up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylatexenc import latexwalker as lw

from tanaka.latex import macros, quick
from tanaka.latex.source import read_source
from tanaka.latex.spec import context, signatures, signs
from tanaka.text import DocId

OWN = signatures(
    tuple(
        macros.definitions(
            DocId("x"),
            read_source(
                r"\newcommand{\n}{64}\newcommand{\x}[2][tok/s]{#2 #1}\let\y\textbf\let\z\kern"
                r"\newenvironment{own}[1]{#1}{}\NewDocumentCommand{\s}{s O{1} m}{#3}"
            ),
        )
    )
)
FIELDS = ("chars", "delimiters", "comment", "comment_post_space", "macroname", "macro_post_space",
          "environmentname", "specials_chars", "displaytype")  # fmt: skip


def tree(node: Any) -> Any:
    """All that a node says, and its kind."""
    if node is None:
        return None
    if isinstance(node, list | tuple):
        return [tree(n) for n in node]
    kind = next(c.__name__ for c in type(node).__mro__ if c.__module__ == lw.__name__)
    told = [kind, node.pos, node.len, *(getattr(node, f) for f in FIELDS if hasattr(node, f))]
    given = getattr(node, "nodeargd", None)
    return [*told, tree(getattr(node, "nodelist", None)), tree(given.argnlist) if given and given.argnlist else None]  # fmt: skip


def slow(text: str) -> Any:
    walker = lw.LatexWalker(text, latex_context=context(OWN), tolerant_parsing=True)
    return tree(walker.get_latex_nodes()[0])


PIECES = st.sampled_from(
    ["a", "word 5", " ", "  ", "\n", "\n\n", "\t", "é", "-", "--", "---", "~", "`", "``", "'", "''", "!", "!`", "?`", "&", "*", "[", "]", "(", ")", "{", "}", "{x}", "[y]",
     "$", "$x^2$", "$$", "\\[", "\\]", "\\(", "\\)", "\\", "\\\\", "\\\\[2pt]", "\\\\*", "\\%", "\\ ", "\\,", "% c\n", "% c\n\n", "%", "\\n", "\\n ", "\\n{}", "\\x{5}", "\\x[a]{b}", "\\x", "\\y{b}",
     "\\z", "\\s*{a}", "\\s[1]{a}", "\\textbf{", "\\textbf", "\\textbf x", "\\textbf\\n", "\\cite[a][b]{c}", "\\cite", "\\cites{a}[b]{c}", "\\ref*{a}", "\\SI{3}{GB}", "\\SI[a]{3}[b]{GB}", "\\frac12", "\\frac{1}{2}",
     "\\sqrt[3]{x}", "\\kern3pt ", "\\looseness=-1 ", "\\section{A}", "\\section", "\\item", "\\item[b]", "\\'e", "\\'{e}", "\\\"\\i", "\\begin{center}", "\\end{center}",
     "\\begin{own}{a}", "\\end{own}", "\\begin{equation}", "\\end{equation}", "\\begin{tabular}{ll}", "\\end{tabular}", "\\begin{tabu} to 3cm {l}", "\\end{tabu}", "\\begin {a}", "\\end{a}", "\\begin", "\\end",
     "\\verb|a|", "\\text{$x$}", "\\left(", "\\caption*[a]{b}", "\\nö", "\\ö", "\\def\\a#1{b}", "\\foo", "\\foo{x}[y]"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_what_it_accepts_it_reads_as_pylatexenc_does(text: str) -> None:
    try:
        nodes = quick.parse(text, *signs(OWN))
    except quick.GiveUp:
        return
    assert tree(nodes) == slow(text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_characters_in_one_piece_change_no_tree(text: str) -> None:
    text += "."  # pylatexenc loses the spaces before a backslash that ends the text
    try:
        expected = slow(text)
    except IndexError:  # of pylatexenc's own
        return
    assert tree(quick.recover(text, context(OWN))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, with an apostrophe's -- dash, and ``quotes''.",
        r"We \emph{show} a gain of $2.3\times$ \cite{a,b} over~\textbf{Flux} (see \cref{c}).",
        "\\begin{table}[t]\n% note\n\\caption{A}\n\\begin{tabular}{ll}\na & \\SI{3}{GB} \\\\ \\hline\n\\end{tabular}\n\\end{table}",
        r"\begin{itemize}\item[a] $x_{1}$ \item \x[b]{c} \n{} \end{itemize} 5\,\% \\[2pt] z",
        r"\[ T = \frac{a}{\sqrt{b}} \text{ s} \] and \(y\) and $$z$$.",
        r"\begin{tabu} to \textwidth {lX[2]} a & b \end{tabu}\kern3pt\cites{a}[b]{c}",
    ],
)
def test_well_formed_text_is_its_own(text: str) -> None:
    assert tree(quick.parse(text, *signs(OWN))) == slow(text)


@pytest.mark.parametrize(
    "text",
    ["{", "}", "a $x", "$x}$", r"\textbf{a", r"\begin{a}b", r"\begin{a}\end{b}", r"\end{a}", r"\[x", r"x\)", r"\cite[a{b}", r"\textbf", "a\\",
     r"$\text{$x$}$", r"\begin", r"\textbf}", r"\frac1", "{" * 100 + "}" * 100],
)  # fmt: skip
def test_what_is_half_typed_is_left_to_pylatexenc(text: str) -> None:
    with pytest.raises(quick.GiveUp):
        quick.parse(text, *signs(OWN))


def test_a_node_knows_its_source() -> None:
    text = r"a \textbf{b} $c$"
    nodes = quick.parse(text, *signs(()))
    assert "".join(n.latex_verbatim() for n in nodes) == text
    assert nodes[1].nodeargd.argnlist[0].latex_verbatim() == "{b}"
