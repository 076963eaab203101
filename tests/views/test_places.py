"""Where things stand: lines, columns and labels, counted or looked up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fixture import analyse
from tanaka.text import DocId, LineIndex, Span
from tanaka.views.places import Places, line_col

LINES = st.text(alphabet=st.sampled_from("ab\n\r\f\u2028é😀 "), max_size=40)


@given(LINES)
def test_counting_a_place_gives_what_the_index_of_lines_gives(text: str) -> None:
    index = LineIndex(text)
    for offset in range(-1, len(text) + 2):
        assert line_col(text, offset) == index.line_col(offset)


def test_a_place_is_the_same_however_often_one_asks() -> None:
    text = "It takes 3\\,ms.\n" * 40
    places = Places(analyse({"main.tex": text}))
    lines = LineIndex(places.report.texts[DocId("main.tex")])
    for offset in range(0, len(text), 7):
        assert places.position(DocId("main.tex"), offset) == lines.line_col(offset)


def test_a_label_counts_lines_from_one() -> None:
    doc = DocId("sec/eval.tex")
    places = Places(analyse({"main.tex": "\\input{sec/eval}", doc: "One.\nIt takes 3\\,ms."}))
    at = places.report.texts[doc].index("3")
    assert places.label(Span(doc, at, at + 1)) == "sec/eval.tex:2"
