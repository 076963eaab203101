"""A new finding in the block under edit waits for a pause; everything else is shown at once."""

from __future__ import annotations

from tanaka.analysis import Located
from tanaka.lsp.hold import Hold, Shown
from tanaka.paper.model import NumberId
from tanaka.rules.api import AtNumber, Finding, Verdict
from tanaka.text import DocId, Span

DOC = DocId("a.tex")
BLOCK, OTHER = Span(DOC, 0, 100), Span(DOC, 100, 200)


def finding(code: str, words: str, block: Span = BLOCK, about: str = "") -> Shown:
    span = Span(DOC, block.start + 10, block.start + 10 + len(words))
    number = NumberId(about or code + words)
    found = Finding(code, "rule", Verdict.IMPOSSIBLE, AtNumber(number), "message", (), (number,))
    return Shown(Located(found, span, (), tuple, lambda: block), words)


def test_nothing_waits_before_the_author_types() -> None:
    ratio = finding("TK101", "1.5")
    assert Hold(0.4).take({DOC: [ratio]}, 0.0) == ({DOC: (ratio,)}, None)


def test_a_new_finding_under_the_caret_waits_for_the_pause() -> None:
    hold = Hold(0.4)
    hold.edited(DOC, 20, 1.0)
    ratio = finding("TK101", "1.5")
    assert hold.take({DOC: [ratio]}, 1.1) == ({DOC: ()}, 1.4)
    assert hold.take({DOC: [ratio]}, 1.4) == ({DOC: (ratio,)}, None)


def test_every_keystroke_begins_the_pause_anew() -> None:
    hold = Hold(0.4)
    ratio = finding("TK101", "1.5")
    for time in (1.0, 1.3, 1.6):
        hold.edited(DOC, 20, time)
        visible, due = hold.take({DOC: [ratio]}, time)
        assert visible == {DOC: ()}
        assert due == time + 0.4


def test_a_new_finding_in_another_block_is_shown_at_once() -> None:
    hold = Hold(0.4)
    hold.edited(DOC, 20, 1.0)
    drift = finding("TK106", "1.8", OTHER)
    assert hold.take({DOC: [drift]}, 1.0) == ({DOC: (drift,)}, None)


def test_what_no_longer_holds_goes_at_once() -> None:
    hold = Hold(0.4)
    hold.take({DOC: [finding("TK101", "1.5")]}, 0.0)
    hold.edited(DOC, 20, 1.0)
    assert hold.take({DOC: []}, 1.0) == ({DOC: ()}, None)


def test_a_finding_shown_before_stays_while_another_number_of_its_block_is_typed() -> None:
    hold = Hold(0.4)
    hold.take({DOC: [finding("TK101", "1.5", about="before")]}, 0.0)
    hold.edited(DOC, 20, 1.0)
    same = finding("TK101", "1.5", about="after")
    new = finding("TK102", "68%")
    assert hold.take({DOC: [same, new]}, 1.0) == ({DOC: (same,)}, 1.4)


def test_a_closed_document_holds_nothing_back() -> None:
    hold = Hold(0.4)
    hold.edited(DOC, 20, 1.0)
    hold.forget(DOC)
    ratio = finding("TK101", "1.5")
    assert hold.take({DOC: [ratio]}, 1.0) == ({DOC: (ratio,)}, None)


def test_without_a_delay_nothing_waits() -> None:
    hold = Hold(0.0)
    hold.edited(DOC, 20, 1.0)
    ratio = finding("TK101", "1.5")
    assert hold.take({DOC: [ratio]}, 1.0) == ({DOC: (ratio,)}, None)
