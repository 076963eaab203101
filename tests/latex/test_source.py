"""What of a file is text: regions read on their own, branches, verbatim, the paper's language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.latex.source import Switches, read_source, read_switches, reread

PIECES = st.sampled_from(
    ["\\section{A}\n", "\n  \\subsection{B}\n", "\\begin{document}\n", "\\end{document}\n", "\\begin{abstract}\n",
     "\\end{abstract}\n", "\\begin{verbatim}\n", "\n\\end{verbatim}\n", "\\begin{comment}", "\\end{comment}",
     "\\iffalse ", "\\iftrue ", "\\else ", "\\fi ", "\\ifdraft ", "\\newif\\ifdraft\n", "\\drafttrue ", "\\if0\n",
     "% not \\section{C}\n", "\\%", "\\\\", "\\verb|a%b|", "\\verb|", "\\url{a%b}", "\\url{", "\n\n", "\r\n", " word ", "{", "}", "é😀"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=24).map("".join)


def seen(text: str) -> str:
    """The words that are typeset, without the signs that keep lines apart."""
    visible = read_source(text).visible
    for sign in ("%", "{}", "\\else", "\\fi", "\\ifdraft", "\\ifcamera", "\\iftrue"):
        visible = visible.replace(sign, " ")
    return " ".join(visible.split())


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_regions_cover_the_text_and_blanking_keeps_every_offset(text: str) -> None:
    source = read_source(text)
    assert "".join(r.text for r in source.regions) == text
    assert all(len(r.text) == len(r.visible) for r in source.regions)
    assert all(
        text.startswith(r.text, at) for r, at in zip(source.regions, source.starts, strict=True)
    )
    for comment in source.comments:
        assert text[comment.start] == "%" and text[comment.start + 1 : comment.end] == comment.text


@given(TEXTS, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60), PIECES), max_size=5))
@settings(max_examples=200, deadline=None)
def test_an_edit_is_read_as_the_whole_text_would_be(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    source = read_source(text)
    for at, length, new in edits:
        at %= len(text) + 1
        text = text[:at] + new + text[at + length :]
        source = reread(source, text)
        fresh = read_source(text, source.switches)
        assert [r.text for r in source.regions] == [r.text for r in fresh.regions]
        assert source.visible == fresh.visible
        assert source.comments == fresh.comments
        assert source.own_switches == fresh.own_switches


def test_a_key_reads_one_region_and_keeps_the_others() -> None:
    text = "".join(f"\\section{{S{i}}}\n" + "Words of it. " * 20 + "\n" for i in range(30))
    before = read_source(text)
    after = reread(
        before, text.replace("Words of it. \n\\section{S12}", "Words of them. \n\\section{S12}")
    )
    new = [
        i for i, (a, b) in enumerate(zip(before.regions, after.regions, strict=True)) if a is not b
    ]
    assert new == [11]


def test_what_is_made_of_a_region_follows_it_through_an_edit() -> None:
    text = "".join(f"\\section{{S{i}}}\nText {i}.\n" + "Words. " * 20 + "\n" for i in range(9))
    made: list[str] = []

    def title(region) -> tuple[str, ...]:
        made.append(region.text)
        return (region.text[9:11],) if "S3" in region.text or "S7" in region.text else ()

    before = read_source(text)
    assert [t for _, t in before.each("titles", title)] == ["S3", "S7"]
    count = len(made)
    after = reread(before, text.replace("Text 5.", "Text five.\n\\section{S3}\n"))
    assert [t for _, t in after.each("titles", title)] == ["S3", "S3", "S7"]
    assert len(made) <= count + 3
    assert all(
        after.text[at : at + 11].startswith("\\section{S") for at, _ in after.each("titles", title)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a \\iffalse 5 ms \\else 6 ms \\fi b", "a 6 ms b"),
        ("a \\iffalse 5 ms \\fi b", "a b"),
        ("a \\iftrue 5 ms \\else 6 ms \\fi b", "a 5 ms b"),
        ("a \\if0 \n5 ms \\fi b", "a b"),
        ("a \\iffalse x \\ifnum1=1 y \\fi z \\fi b", "a b"),
        ("a \\iffalse % \\fi\n x \\fi b", "a b"),
        ("\\newif\\ifdraft a \\ifdraft 5 ms \\else 6 ms \\fi b", "\\newif a 6 ms b"),
        ("\\newif\\ifdraft \\drafttrue a \\ifdraft 5 ms \\else 6 ms \\fi b", "\\newif \\drafttrue a 5 ms b"),
        ("a $x \\iff y$ 5 ms", "a $x \\iff y$ 5 ms"),
        ("a \\ifthenelse{x}{5 ms}{6 ms} b", "a \\ifthenelse{x}{5 ms}{6 ms} b"),
        ("a \\ifdraft 5 ms", "a 5 ms"),  # nobody defines it, and nothing closes it
        ("a \\begin{lstlisting}[x]\n5 % {\n\\end{lstlisting} b", "a b"),
        ("a \\begin{minted}{python}\n'{' 5\n\\end{minted} b", "a b"),
        ("a \\begin{comment} 5 ms \\end{comment} b", "a b"),
        ("a \\verb|5%{| b", "a b"),
        ("a \\url{x%20y} b", "a \\url{ } b"),
        ("a \\end{document} 5 ms", "a \\end{document}"),
        ("\\lstnewenvironment{py}{}{} a \\begin{py} 5 \\end{py} b", "\\lstnewenvironment{py} a b"),
        ("\\excludecomment{long} a \\begin{long} 5 ms \\end{long} b", "\\excludecomment{long} a b"),
    ],
)  # fmt: skip
def test_dead_branches_and_verbatim_say_nothing(text: str, words: str) -> None:
    assert seen(text) == words


def test_a_section_command_in_verbatim_begins_no_region() -> None:
    text = "\\section{A}\n\\begin{verbatim}\n\\section{B}\n\\end{verbatim}\n\\section{C}\n"
    assert [r.text[:11] for r in read_source(text).regions] == ["\\section{A}", "\\section{C}"]


@pytest.mark.parametrize(
    ("preamble", "comma"),
    [
        ("\\usepackage[ngerman]{babel}", True),
        ("\\usepackage[english,german]{babel}", True),
        ("\\usepackage[german,english]{babel}", False),
        ("\\usepackage[main=english,ngerman]{babel}", False),
        ("\\usepackage[french]{babel}", True),
        ("\\documentclass[ngerman]{scrartcl}\\usepackage{babel}", True),
        ("\\setdefaultlanguage{german}", True),
        ("% \\usepackage[ngerman]{babel}", False),
        ("\\usepackage{babel}", False),
        ("\\documentclass[german]{article}", False),
    ],
)  # fmt: skip
def test_the_main_language_decides_how_decimals_are_written(preamble: str, comma: bool) -> None:
    assert read_switches(preamble).decimal_comma is comma


def test_switches_of_files_are_joined_and_set_by_any() -> None:
    defined = read_switches("\\newif\\ifdraft \\newif\\iflong\\longtrue")
    assert defined == Switches((("draft", False), ("long", True)))
    assert defined.set_by("\\drafttrue \\longfalse") == Switches((("draft", True), ("long", False)))
