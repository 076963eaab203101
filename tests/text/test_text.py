"""Lines, edits and names of documents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.text import DocId, Edit, LineIndex, Span, apply_edits, relative, resolve

LINES = st.text(alphabet=st.sampled_from("ab\n\r\f\u2028é😀 "), max_size=60)


@given(LINES)
def test_every_offset_comes_back(text: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        line, column = index.line_col(offset)
        if index.offset(line, column) != offset:
            # Only inside a line end: an offset there is the end of its line.
            assert text[index.offset(line, column) : offset].strip("\r\n") == ""


def test_a_form_feed_ends_no_line() -> None:
    assert LineIndex("a\fb\u2028c\nd").line_count == 2


def test_a_lone_carriage_return_does() -> None:
    assert LineIndex("a\rb\r\nc\nd").line_count == 4


def test_edits_are_applied_to_the_text_before() -> None:
    doc = DocId("x")
    edits = [Edit(Span(doc, 4, 5), "E"), Edit(Span(doc, 0, 1), "AA")]
    assert apply_edits("abcde", edits) == "AAbcdE"


def test_overlapping_edits_are_refused() -> None:
    doc = DocId("x")
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcde", [Edit(Span(doc, 0, 3), ""), Edit(Span(doc, 2, 4), "")])


@pytest.mark.parametrize(
    ("base", "path", "name"),
    [
        ("file:///home/me/paper", "sec/eval.tex", "file:///home/me/paper/sec/eval.tex"),
        ("file:///home/me/paper", "../macros.tex", "file:///home/me/macros.tex"),
        (
            "overleaf-workshop://host/project",
            "sec/a.tex",
            "overleaf-workshop://host/project/sec/a.tex",
        ),
        ("file:///a", "../../../b.tex", "file:///b.tex"),
        ("file:///home/.hidden/paper", "sec/a.tex", "file:///home/.hidden/paper/sec/a.tex"),
        ("", "sec/eval.tex", "sec/eval.tex"),
        ("", "../shared.tex", "../shared.tex"),
    ],
)
def test_a_path_seen_from_a_folder(base: str, path: str, name: str) -> None:
    assert resolve(base, path) == name


def test_names_for_people_are_relative_to_the_root() -> None:
    assert relative(DocId("file:///p/sec/a.tex"), "file:///p") == "sec/a.tex"
    assert relative(DocId("sec/a.tex"), "") == "sec/a.tex"
    assert relative(DocId("file:///common/a.tex"), "file:///p") == "../common/a.tex"
    assert relative(DocId("vsls://x/p/a.tex"), "file:///p") == "vsls://x/p/a.tex"


@given(LINES, st.integers(0, 60), st.integers(0, 16), LINES)
@settings(max_examples=300, deadline=None)
def test_lines_after_an_edit_are_those_of_the_new_text(
    text: str, start: int, length: int, new: str
) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    edited = text[:start] + new + text[end:]
    lines, fresh = LineIndex(text).edited(start, end, edited), LineIndex(edited)
    assert lines.line_count == fresh.line_count
    places = range(len(edited) + 1)
    assert [lines.line_col(i) for i in places] == [fresh.line_col(i) for i in places]
    assert [lines.line(i) for i in range(fresh.line_count)] == [
        fresh.line(i) for i in range(fresh.line_count)
    ]
