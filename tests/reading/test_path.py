"""The whole path, from any text to facts: it never raises, stays in the text, and is about the text alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.edited import PIECES, ROOT, fresh
from reading.places import outside
from reading.score import lines
from tanaka.analysis import Report
from tanaka.text import DocId
from tanaka.views import facts, hover

LINES = lines(Path(__file__).parent / "lines.toml")
SNIPPETS = st.one_of(
    st.sampled_from([line.latex for line in LINES]),
    st.sampled_from(PIECES),
    st.text(max_size=12),
)
TEXTS = st.lists(SNIPPETS, max_size=10).map("".join)


def whole(body: str, pre: str = "") -> str:
    return f"\\documentclass{{article}}\n{pre}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


@given(TEXTS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_to_facts_with_places_inside_it(body: str, framed: bool) -> None:
    text = whole(body) if framed else body
    report = fresh({ROOT: text})
    assert not report.failures
    assert not outside(report)
    for fact in facts.record(report)["facts"]:
        assert fact["text"]
        assert fact["low"] is None or fact["high"] is None or fact["low"] <= fact["high"]
    ids = [n.id for n in report.paper.numbers]
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(report.spans.numbers)


HIDDEN = re.compile(r"\\(?:verb|lstinline|iffalse|begin\{(?:verbatim|comment))|(?<!\\)%")
PLAIN = [line for line in LINES if not HIDDEN.search(line.latex)]
"""Lines in which a space is a space, and no comment ends with its line."""
PRE = "\n".join(dict.fromkeys(row for line in PLAIN for row in line.pre.splitlines()))
Told = tuple[float | tuple[float, ...], str, str, str]


def told(report: Report) -> list[Told]:
    """What is read, in reading order, without what it is about."""
    return [
        (n.quantity.value, n.quantity.unit, str(n.kind), str(n.quantity.qualifier))
        for n in report.paper.numbers
    ]


def paragraphs(change: Callable[[str], str] = str) -> str:
    return whole("\n\n".join(change(line.latex) for line in PLAIN), PRE)


_MATHS = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$")
_COUNT = re.compile(r"(?<![\w{}\\.,$^_=*-])(\d+(?:\.\d+)?)(?= [A-Za-z])")
_TABULAR = re.compile(r"\\begin\{tabular\}.*\\end\{tabular\}", re.S)


def outside_maths(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of lines that have no inline mathematics."""
    return lambda line: line if "$" in line else change(line)


def at_spaces(end: str) -> Callable[[str], str]:
    """A line's end for every run of spaces; beside a line's end it would begin a paragraph."""
    return lambda t: re.sub(r"(?<!\s)[ \t]+(?!\s)", lambda _: end, t)


DRESSES: dict[str, Callable[[str], str]] = {
    "every space is a line end": at_spaces("\n"),
    "line ends of Windows": at_spaces("\r\n"),
    # Without a space of its own, which another dress would make a line's end: then it ends there.
    "a comment at every line's end": lambda t: t.replace(" ", " %77~ms,3~GPUs\n"),
    "indented": lambda t: "   " + at_spaces("\n\t  ")(t),
    "spaces doubled": lambda t: t.replace(" ", "  "),
    "in a group": lambda t: "{" + t + "}",
    "coloured": lambda t: "\\textcolor{red}{" + t + "}",
    "in the author's own macro": lambda t: "\\revised{" + t + "}",
    "in the author's own environment": lambda t: "\\begin{changed}" + t + "\\end{changed}",
    "in small print": lambda t: "{\\small " + t + "\\par}",
    "quoted": lambda t: "\\begin{quote}" + t + "\\end{quote}",
    "centred": lambda t: "\\begin{center}" + t + "\\end{center}",
    "in a box": lambda t: "\\begin{minipage}[t]{0.48\\linewidth}" + t + "\\end{minipage}",
    "not indented": lambda t: "\\noindent " + t,
    "with a label": lambda t: t + "\\label{x:12}",
    "with an index entry": lambda t: "\\index{model!7B}" + t,
    "ties for spaces": lambda t: re.sub(r"(?<=\d) (?=[A-Za-z])", "~", t),
    "spaces for ties": lambda t: t.replace("~", " "),
    "other thin spaces": lambda t: t.replace("\\,", "\\;"),
    "spaces for thin spaces": lambda t: t.replace("\\,", "\\ "),
    "brackets for dollars": lambda t: _MATHS.sub(r"\\(\1\\)", t),
    "braced percent signs": lambda t: t.replace("\\%", "{\\%}"),
    "percentages as mathematics": outside_maths(lambda t: re.sub(r"(\d)\\%", r"$\1\\%$", t)),
    "counts as mathematics": outside_maths(lambda t: _COUNT.sub(r"$\1$", t)),
    "bold counts": lambda t: _COUNT.sub(r"\\textbf{\1}", t),
    "dashes as such": lambda t: t.replace("--", "\u2013"),
    "plain thousands": lambda t: t.replace("{,}", ","),
    "times as such": lambda t: t.replace("$\\times$", "\u00d7"),
    "siunitx 3": lambda t: t.replace("\\SI{", "\\qty{").replace("\\SIrange", "\\qtyrange"),
    "rules of another package": lambda t: t.replace("\\hline", "\\midrule"),
    "long tables": lambda t: t.replace("{tabular}", "{longtable}"),
    "tables made to fit": lambda t: _TABULAR.sub(
        lambda m: "\\resizebox{\\linewidth}{!}{" + m.group() + "}", t
    ),
    "coloured cells": lambda t: re.sub(r"& (\d)", r"& \\cellcolor{gray!20}\1", t),
    "aligned cells": lambda t: re.sub(r"& (\d)", r"& \\phantom{0}\1", t),
}
"""What changes how a line looks, or how it was typed, and nothing of what it says."""


@given(st.lists(st.sampled_from(sorted(DRESSES)), min_size=1, max_size=2, unique=True))
@settings(max_examples=8, deadline=None)
def test_what_is_read_does_not_depend_on_dress(dresses: list[str]) -> None:
    def dressed(text: str) -> str:
        for dress in dresses:
            text = DRESSES[dress](text)
        return text

    pre = PRE + "\n\\newcommand{\\revised}[1]{\\textcolor{blue}{#1}}\n"
    before = told(fresh({ROOT: paragraphs()}))
    after = told(fresh({ROOT: paragraphs(dressed).replace(PRE, pre, 1)}))
    assert len(before) > 150
    assert after == before


def test_a_line_is_read_alone_as_in_company() -> None:
    together = told(fresh({ROOT: paragraphs()}))
    alone = [t for line in PLAIN for t in told(fresh({ROOT: whole(line.latex, line.pre)}))]
    assert together == alone


def test_a_line_is_read_in_a_file_of_its_own_as_in_the_root() -> None:
    files = {DocId(f"part/p{i}.tex"): line.latex for i, line in enumerate(PLAIN)}
    root = "\n\n".join(f"\\input{{{doc}}}" for doc in files)
    assert told(fresh({ROOT: whole(root, PRE), **files})) == told(fresh({ROOT: paragraphs()}))


@pytest.mark.parametrize(
    "root",
    [
        "A 3 ms.\n\n\\input{t}\nB 4 ms.",
        "A 3 ms.\n\n\\input{t}\n\\input{l}\nB 4 ms.",
        "A 3 ms. \\input{t}\\input{l}\n\nB 4 ms.",
        "A 3 ms.\n\n  \\input{t}%\n\\input l B 4 ms.",
        "\\input{t} A 3 ms. B 4 ms.",
    ],
)
def test_nothing_is_lost_beside_an_input(root: str) -> None:
    files = {ROOT: whole(root), DocId("t.tex"): "T 1 ms.\n", DocId("l.tex"): "L 2 ms.\n"}
    read = {value for value, *_ in told(fresh(files))}
    assert read == {
        0.003,
        0.004,
        0.001,
        *([0.002] if "input{l}" in root or "input l" in root else []),
    }


@pytest.mark.parametrize(
    "text",
    [
        "\\bibliographystyle{x}\n\\begin{document}\n\\section{A}\nText.\n\\end{document}\n",
        "\\begin{document}\n\\section{A}\nText.\n\\appendix\n\\section{B}\nMore.\n\\end{document}\n",
        "\\begin{document}\n\\section{A}\n\\bibliography{x}\n\\section{B}\nMore.\n",
    ],
)
def test_a_section_ends_after_it_begins(text: str) -> None:
    assert not outside(fresh({ROOT: "\\documentclass{article}\n" + text}))


@given(st.sampled_from(LINES), st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_the_same_text_elsewhere_gives_the_same_facts_but_for_ids(line, before: int) -> None:
    words = "\\section{Words}\n\nThis says nothing at all.\n\n" * before
    here = facts.record(fresh({ROOT: whole(line.latex, line.pre)}))["facts"]
    there = facts.record(fresh({ROOT: whole(words + line.latex, line.pre)}))["facts"]
    for fact in (*here, *there):
        for key in ("id", "members", "start", "end", "told"):
            fact.pop(key, None)
    assert there == here


@given(st.sampled_from(LINES), st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_a_text_said_again_is_read_again(line, times: int) -> None:
    once = told(fresh({ROOT: whole(line.latex, line.pre)}))
    again = fresh({ROOT: whole("\n\n".join([line.latex] * times), line.pre)})
    assert told(again) == once * times
    assert len(again.spans.numbers) == len(once) * times


@given(st.lists(SNIPPETS, max_size=5).map("".join), st.integers(0, 1_000))
@settings(max_examples=25, deadline=None)
def test_every_view_answers_at_every_place(body: str, at: int) -> None:
    report = fresh({ROOT: whole(body)})
    facts.text(report)
    for number in report.spans.numbers.values():
        assert hover.hover(report, number.whole.doc, number.whole.start) is not None
    hover.hover(report, ROOT, at % (len(report.texts[ROOT]) + 1))
