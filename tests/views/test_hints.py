"""Ticks behind the numbers that agree, for who asks to see them."""

from __future__ import annotations

from fixture import analyse
from tanaka.text import DocId
from tanaka.views.hints import hints

from .papers import example

MAIN = DocId("main.tex")


def ticked(text: str) -> list[tuple[str, str]]:
    """The words that carry a tick, and what it says."""
    report = analyse({MAIN: text})
    source = report.texts[MAIN]
    found = hints(report, MAIN, 0, len(source))
    return [(source[h.at.start : h.at.end], h.tooltip) for h in found]


def test_a_factor_and_its_two_values_carry_the_equation() -> None:
    found = ticked("The step falls from 420\\,ms to 140\\,ms, a $3.0\\times$ speedup.")
    assert [words for words, _ in found] == ["420\\,ms", "140\\,ms", "$3.0\\times$"]
    assert {said for _, said in found} == {"consistent: 420 ms / 140 ms = 3.00 (TK101)"}


def test_a_number_that_a_finding_is_about_has_none() -> None:
    assert ticked("The step falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.") == []


def test_a_number_that_was_only_read_has_none() -> None:
    assert ticked("Each GPU has a 25\\,GB/s link.") == []


def test_a_tick_parts_no_word() -> None:
    found = ticked("We use 8 nodes with eight A100-SXM4-80GB each, 64 GPUs in total.")
    assert [words for words, _ in found] == ["8 nodes", "eight A100-SXM4-80GB", "64 GPUs"]


def test_only_what_is_visible_is_asked_for() -> None:
    report = example()
    doc = DocId("sections/evaluation.tex")
    text = report.texts[doc]
    at = text.index("$1.44")
    everything = hints(report, doc, 0, len(text))
    line = hints(report, doc, at, at + 5)
    assert 0 < len(line) < len(everything)
    assert all(h in everything for h in line)


def test_they_stand_where_the_paper_does() -> None:
    spans = [h.at for h in hints(example(), DocId("sections/evaluation.tex"), 0, 10**6)]
    assert spans == sorted(spans, key=lambda s: s.end)
