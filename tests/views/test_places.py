"""Where things stand: lines, columns and labels."""

from __future__ import annotations

from fixture import analyse
from tanaka.text import DocId, LineIndex, Span
from tanaka.views.places import Places


def test_lines_that_somebody_keeps_are_used_and_not_made_again() -> None:
    report = analyse({"main.tex": "One.\nIt takes 3\\,ms."})
    doc = DocId("main.tex")
    kept = LineIndex(report.texts[doc])
    asked: list[DocId] = []

    def lines(of: DocId) -> LineIndex:
        asked.append(of)
        return kept

    places = Places(report, lines)
    for offset in range(len(report.texts[doc])):
        assert places.position(doc, offset) == Places(report).position(doc, offset)
    assert asked == [doc]


def test_a_label_counts_lines_from_one() -> None:
    doc = DocId("sec/eval.tex")
    places = Places(analyse({"main.tex": "\\input{sec/eval}", doc: "One.\nIt takes 3\\,ms."}))
    at = places.report.texts[doc].index("3")
    assert places.label(Span(doc, at, at + 1)) == "sec/eval.tex:2"
