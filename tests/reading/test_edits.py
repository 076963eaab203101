"""Whatever is done to a paper, and in whatever order it is asked about: the same as from scratch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading.edited import EDITS, PAPER, PIECES, ROOT, Texts, difference, fresh, host_of
from reading.places import outside
from tanaka.analysis import AnalysisHost, Change
from tanaka.text import DocId

DOCS = [d for d in PAPER if not d.startswith("baseline/")]
ACTIONS = st.tuples(
    st.sampled_from(DOCS),
    st.sampled_from(range(len(EDITS))),
    st.integers(0, 100_000),
    st.sampled_from(PIECES),
)
"""A file, an edit, a place and a piece."""


def test_the_paper_has_something_to_lose() -> None:
    report = fresh(PAPER)
    assert not report.missing
    assert len(report.files) == 5
    assert len(report.paper.numbers) > 25
    assert len(report.findings) >= 1
    assert report.suppressed
    assert report.baseline is not None


def look(host: AnalysisHost, how: str, texts: Texts) -> None:
    """Ask for less than all, or for all: what is kept from it must not be wrong later."""
    snapshot = host.snapshot()
    if how == "report":
        assert not snapshot.report(ROOT).failures
    elif how == "glance":
        found = snapshot.glance(ROOT)
        assert not [f.span for f in found if f.span.end > len(texts[f.span.doc])]
    elif how == "warm":
        for step, (_, located) in zip(range(7), snapshot.warm(ROOT), strict=False):
            if step % 2:
                located()


@given(st.lists(st.tuples(ACTIONS, st.sampled_from(["", "report", "glance", "warm"])), max_size=8))
@settings(max_examples=30, deadline=None)
def test_any_run_of_edits_ends_where_a_fresh_start_does(script) -> None:
    texts: Texts = dict(PAPER)
    host = host_of(texts)
    host.snapshot().report(ROOT)
    for (doc, edit, at, piece), how in script:
        texts[doc] = EDITS[edit](texts[doc], at, piece)
        host.apply(Change({doc: texts[doc]}))
        look(host, how, texts)
    report = host.snapshot().report(ROOT)
    assert not report.failures
    assert not outside(report)
    assert not difference(report, fresh(texts))
    assert host.snapshot().glance(ROOT) == report.findings


@given(
    st.sampled_from(DOCS), st.integers(0, 100_000), st.lists(st.sampled_from(PIECES), max_size=3)
)
@settings(max_examples=10, deadline=None)
def test_typing_letter_by_letter_and_deleting_it_again(doc, at, pieces) -> None:
    typed = "".join(pieces)[:40]
    host = host_of(PAPER)
    host.snapshot().report(ROOT)
    text, at = PAPER[doc], at % (len(PAPER[doc]) + 1)
    for n in [*range(len(typed) + 1), *range(len(typed) - 1, -1, -1)]:
        now = text[:at] + typed[:n] + text[at:]
        host.apply(Change({doc: now}))
        report = host.snapshot().report(ROOT)
        if n % 11 == 0 or n == len(typed):
            assert not difference(report, fresh({**PAPER, doc: now}))


@given(st.lists(ACTIONS, min_size=2, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_a_snapshot_asked_late_answers_for_its_own_revision(script, chance) -> None:
    texts: Texts = dict(PAPER)
    host = host_of(texts)
    kept = [(host.snapshot(), dict(texts))]
    for doc, edit, at, piece in script:
        texts[doc] = EDITS[edit](texts[doc], at, piece)
        host.apply(Change({doc: texts[doc]}))
        kept.append((host.snapshot(), dict(texts)))
    chance.shuffle(kept)
    for snapshot, then in kept:
        assert not difference(snapshot.report(ROOT), fresh(then))


@given(st.lists(st.tuples(st.sampled_from(DOCS[1:]), st.booleans(), ACTIONS), max_size=6))
@settings(max_examples=10, deadline=None)
def test_files_that_go_and_come_back(script) -> None:
    texts: Texts = dict(PAPER)
    host = host_of(texts)
    for doc, away, (other, edit, at, piece) in script:
        if away:
            texts.pop(doc, None)
            host.apply(Change({doc: None}))
        else:
            texts[doc] = PAPER[doc]
            host.apply(Change({doc: PAPER[doc]}))
        if other in texts:
            texts[other] = EDITS[edit](texts[other], at, piece)
            host.apply(Change({other: texts[other]}))
        assert not difference(host.snapshot().report(ROOT), fresh(texts))


@pytest.mark.parametrize("doc", DOCS)
def test_each_piece_at_the_ends_of_a_file(doc: DocId) -> None:
    host = host_of(PAPER)
    for i, piece in enumerate(PIECES):
        now = piece + PAPER[doc] if i % 2 else PAPER[doc] + piece
        host.apply(Change({doc: now}))
        report = host.snapshot().report(ROOT)
        if (i // 2 + len(doc)) % len(DOCS) == 0:
            assert not difference(report, fresh({**PAPER, doc: now})), piece
        host.apply(Change({doc: PAPER[doc]}))
    assert not difference(host.snapshot().report(ROOT), fresh(PAPER))


def test_every_place_of_the_law_can_fail() -> None:
    other = {
        **PAPER,
        DocId("tables/steps.tex"): PAPER[DocId("tables/steps.tex")].replace("350", "351"),
    }
    said = difference(fresh(PAPER), fresh(other))
    assert "paper.numbers" in said
    assert "spans.numbers" in said
    shifted = difference(
        fresh(PAPER), fresh({**PAPER, ROOT: PAPER[ROOT].replace("\\maketitle", "\\maketitle ")})
    )
    assert "spans.numbers" in shifted
    assert "findings" in shifted
    assert "paper.numbers" not in shifted
