"""The delta of a draft against its baseline, from mentions alone: what counts as having a mechanism,
and which of the rows that could be shown are plain enough to be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.knowledge.model import Combination, Knowledge, Mechanism
from tanaka.paper.delta import Delta, DeltaKind, DeltaSetting, audit, joined, normal
from tanaka.paper.model import (
    Asserted,
    Mention,
    MentionId,
    Number,
    NumberId,
    Paper,
    Section,
    SectionId,
    Stretch,
    Where,
)
from tanaka.quantity import read


def mechanism(id: str, parent: str = "training", *, common: bool = False) -> Mechanism:
    return Mechanism(id, id.replace("-", " "), parent, "", (), (), common=common)


KNOWN = Knowledge(
    (
        mechanism("data-parallelism", common=True),
        mechanism("pipeline-parallelism", common=True),
        mechanism("flush", "pipeline-parallelism", common=True),
        mechanism("one-forward-one-backward", "pipeline-parallelism"),
        mechanism("fill-drain-schedule", "pipeline-parallelism"),
        mechanism("asynchronous-update"),
        mechanism("bounded-staleness", "asynchronous-update"),
        mechanism("adaptive-staleness", "bounded-staleness"),
        mechanism("zero"),
        mechanism("recomputation"),
    ),
    (),
    (
        Combination("het", frozenset({"bounded-staleness", "pipeline-parallelism"}), (), ""),
        Combination("async-pipe", frozenset({"asynchronous-update", "zero"}), (), ""),
    ),
    (), (), (), (), "2026-11-23",
)  # fmt: skip
DESIGN, EVALUATION = SectionId("Design"), SectionId("Evaluation")
SECTIONS = (
    Section(DESIGN, "Design", 1, Where.BODY),
    Section(EVALUATION, "Evaluation", 1, Where.BODY),
)


def said(
    what: str, role: str = "ours", where: Where = Where.BODY, section: SectionId = DESIGN, **more
) -> Mention:
    return Mention(MentionId("?"), what, role, where, section, **more)


def paper(*mentions: Mention, numbers: tuple[Number, ...] = ()) -> Paper:
    """A paper that says some things, in this order; each mention's id is its place in it."""
    numbered = tuple(replace(m, id=MentionId(f"{i}")) for i, m in enumerate(mentions))
    return Paper([Stretch("", numbers, (), numbered, (), SECTIONS)])


def twice(what: str, **more) -> tuple[Mention, Mention]:
    return said(what, **more), said(what, **more)


def rows(draft: Paper, baseline: Paper) -> list[tuple[str, str]]:
    return [(str(r.kind), r.mechanism) for r in audit(draft, baseline, KNOWN).rows]


# -- what counts as having --------------------------------------------------------------------


def test_both_have_what_both_describe() -> None:
    assert rows(paper(*twice("zero")), paper(*twice("zero"))) == [("shared", "zero")]


def test_a_word_is_enough_where_the_other_paper_is_plain() -> None:
    passing = paper(said("zero", where=Where.INTRODUCTION))
    assert rows(passing, paper(*twice("zero"))) == [("shared", "zero")]
    assert rows(paper(*twice("zero")), passing) == [("shared", "zero")]
    assert rows(paper(said("zero")), paper(said("zero"))) == []


def test_one_mention_of_one_paper_shows_nothing() -> None:
    assert rows(paper(said("zero")), paper()) == rows(paper(), paper(said("zero"))) == []


@pytest.mark.parametrize("where", [Where.RELATED, Where.FUTURE])
def test_related_and_future_work_are_not_had(where: Where) -> None:
    assert rows(paper(*twice("zero", where=where)), paper()) == []


@pytest.mark.parametrize("role", ["compared", "related", "baseline", "negated"])
def test_another_role_is_not_having(role: str) -> None:
    assert rows(paper(*twice("zero", role=role)), paper()) == []


def test_captions_and_introductions_are_weak() -> None:
    weak = paper(said("zero", where=Where.CAPTION), said("zero", where=Where.INTRODUCTION))
    assert rows(weak, paper()) == []


def test_a_proposal_is_plain_at_once() -> None:
    assert rows(paper(said("zero", proposed=True)), paper()) == [("added", "zero")]


def test_the_most_telling_lines_come_first() -> None:
    draft = paper(
        said("zero", where=Where.ABSTRACT),
        said("zero", section=EVALUATION),
        said("zero"),
        said("zero", section=EVALUATION, proposed=True),
    )
    (row,) = audit(draft, paper(), KNOWN).rows
    assert row.draft == ("3", "2", "1", "0")


# -- added ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["ours", "baseline"])
def test_nothing_is_added_that_the_baseline_speaks_of_as_its_own(role: str) -> None:
    assert rows(paper(said("zero", proposed=True)), paper(said("zero", role=role, where=Where.CAPTION))) == []  # fmt: skip


def test_what_the_baseline_compares_itself_with_it_does_not_have() -> None:
    baseline = paper(said("zero", role="compared"), said("zero", where=Where.RELATED))
    assert rows(paper(*twice("zero")), baseline) == [("added", "zero")]


def test_what_the_draft_says_of_its_baseline_is_not_added() -> None:
    draft = paper(*twice("zero"), said("zero", role="baseline"))
    assert rows(draft, paper()) == []


def test_a_building_block_is_added_only_where_it_is_proposed() -> None:
    assert rows(paper(*twice("data-parallelism")), paper()) == []
    proposed = paper(said("data-parallelism", proposed=True))
    assert rows(proposed, paper()) == [("added", "data-parallelism")]


# -- kinds ------------------------------------------------------------------------------------


def test_a_kind_and_the_general_word_share_the_general_one() -> None:
    draft, baseline = twice("one-forward-one-backward"), twice("pipeline-parallelism")
    (row,) = audit(paper(*draft), paper(*baseline), KNOWN).rows
    assert (row.kind, row.mechanism) == (DeltaKind.SHARED, "pipeline-parallelism")
    assert (row.draft, row.baseline) == (("0", "1"), ("0", "1"))


def test_two_kinds_of_one_thing_are_shared_and_told_apart() -> None:
    draft = paper(*twice("pipeline-parallelism"), *twice("one-forward-one-backward"))
    baseline = paper(*twice("pipeline-parallelism"), *twice("fill-drain-schedule"))
    assert rows(draft, baseline) == [
        ("shared", "pipeline-parallelism"),
        ("added", "one-forward-one-backward"),
    ]


def test_the_most_special_row_is_shown_alone() -> None:
    both = (*twice("pipeline-parallelism"), *twice("one-forward-one-backward"))
    assert rows(paper(*both), paper(*both)) == [("shared", "one-forward-one-backward")]


def test_a_proposed_kind_of_what_the_baseline_has_is_added() -> None:
    draft = paper(*twice("bounded-staleness"), said("adaptive-staleness", proposed=True))
    baseline = paper(*twice("bounded-staleness"))
    assert rows(draft, baseline) == [
        ("shared", "bounded-staleness"),
        ("added", "adaptive-staleness"),
    ]


# -- removed and baseline only ----------------------------------------------------------------


def test_what_the_draft_denies_is_removed_with_both_lines() -> None:
    draft, baseline = paper(said("flush", role="negated")), paper(*twice("flush"))
    (row,) = audit(draft, baseline, KNOWN).rows
    assert (row.kind, row.mechanism) == (DeltaKind.REMOVED, "flush")
    assert (row.draft, row.baseline) == (("0",), ("0", "1"))


def test_what_is_denied_once_and_used_twice_is_there() -> None:
    draft = paper(said("zero", role="negated"), *twice("zero"))
    assert rows(draft, paper(*twice("zero"))) == [("shared", "zero")]


def test_silence_is_not_removal() -> None:
    assert rows(paper(), paper(*twice("zero"))) == [("baseline only", "zero")]
    assert rows(paper(), paper(*twice("data-parallelism"))) == []


def test_a_word_about_its_kind_breaks_the_silence() -> None:
    draft = paper(said("pipeline-parallelism", role="compared"))
    assert rows(draft, paper(*twice("one-forward-one-backward"))) == []


# -- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [("eight", "8"), ("8", "8.0"), ("1,024", "1024"), ("1{,}024", "1024"), ("1.6 GB", "1.60GB"), ("Stage 2", "stage 2"), ("first", "1"), ("8.", "8")],
)  # fmt: skip
def test_two_spellings_of_a_value_are_one(a: str, b: str) -> None:
    assert normal(a) == normal(b)


@pytest.mark.parametrize(("a", "b"), [("8", "4"), ("1", "2"), ("1.6 GB", "1.6 MB"), ("", "0")])
def test_two_values_are_two(a: str, b: str) -> None:
    assert normal(a) != normal(b)


def bound(value: str) -> Mention:
    return said("bounded-staleness", settings=(("bound", value),))


def test_a_setting_that_differs_makes_a_row_of_its_own_kind() -> None:
    draft, baseline = paper(said("bounded-staleness"), bound("eight")), paper(bound("4"), bound("four"))  # fmt: skip
    (row,) = audit(draft, baseline, KNOWN).rows
    assert row.kind is DeltaKind.CONFIGURED
    assert row.settings == (DeltaSetting("bound", "eight", "4"),)
    assert row.draft == ("1", "0")  # the line that states it first


def test_a_setting_of_many_values_is_none() -> None:
    draft = paper(bound("2"), bound("4"))
    assert rows(draft, paper(bound("8"), bound("8"))) == [("shared", "bounded-staleness")]


def test_a_switch_that_the_baseline_says_is_off_is_re_configured() -> None:
    draft, baseline = paper(*twice("recomputation")), paper(said("recomputation", role="negated"))
    (row,) = audit(draft, baseline, KNOWN).rows
    assert row.kind is DeltaKind.CONFIGURED
    assert row.settings == (DeltaSetting("recomputation", "on", "off"),)


def numbers(*texts: str, where: Where = Where.BODY) -> tuple[Number, ...]:
    return tuple(
        Number(NumberId(f"n{i}"), r.quantity, r.kind, r.noun, r.per, where, DESIGN, Asserted.YES)
        for i, text in enumerate(texts)
        for r in read(text)
    )


def test_the_run_is_compared_where_each_paper_plainly_states_one_value() -> None:
    draft = paper(numbers=numbers("on 128 nodes", "on 128 nodes", "from 8 nodes"))
    baseline = paper(numbers=numbers("on 64 nodes"))
    (row,) = audit(draft, baseline, KNOWN).rows
    assert (row.kind, row.mechanism, row.name) == (DeltaKind.CONFIGURED, "", "nodes")
    assert row.settings == (DeltaSetting("nodes", "128", "64"),)
    assert (row.draft_numbers, row.baseline_numbers) == (("n0", "n1"), ("n0",))


@pytest.mark.parametrize(
    ("draft", "baseline"),
    [
        (("on 64 nodes",), ("on 64 nodes",)),
        (("on 8 nodes", "on 16 nodes"), ("on 64 nodes",)),
        (("a 12.85B model",), ("a 13B model",)),
        (("up to 128 nodes",), ("on 64 nodes",)),
        (("eight GPUs per node",), ("512 GPUs",)),
    ],
)
def test_what_is_the_same_or_not_plain_makes_no_row(draft, baseline) -> None:
    assert rows(paper(numbers=numbers(*draft)), paper(numbers=numbers(*baseline))) == []


# -- laws -------------------------------------------------------------------------------------

MENTIONS = st.builds(
    said,
    st.sampled_from([m.id for m in KNOWN.mechanisms]),
    st.sampled_from(["ours", "baseline", "compared", "related", "negated"]),
    st.sampled_from(list(Where)),
    proposed=st.booleans(),
)
PAPERS = st.lists(MENTIONS, max_size=8).map(lambda ms: paper(*ms))


@given(PAPERS)
@settings(max_examples=60, deadline=None)
def test_a_paper_adds_nothing_to_itself(same: Paper) -> None:
    assert not audit(same, same, KNOWN).of(DeltaKind.ADDED, DeltaKind.REMOVED, DeltaKind.SILENT)


@given(PAPERS, PAPERS)
@settings(max_examples=60, deadline=None)
def test_every_row_is_shown_where_it_says(draft: Paper, baseline: Paper) -> None:
    found = audit(draft, baseline, KNOWN)
    assert len({r.mechanism for r in found.rows}) == len(found.rows)
    for row in found.rows:
        mine = {m.id for m in draft.mentions}
        assert set(row.draft) <= mine
        assert bool(row.draft) == (row.kind is not DeltaKind.SILENT)
        if row.kind is not DeltaKind.ADDED:
            assert row.baseline


def test_one_word_for_and_one_against_show_no_removal() -> None:
    base = paper(*twice("recomputation"))
    gone = said("recomputation", "negated")
    assert rows(paper(gone), base) == [("removed", "recomputation")]
    assert rows(paper(said("recomputation"), gone), base) == []


# -- combinations -----------------------------------------------------------------------------


def test_a_kind_counts_for_its_general_part_in_a_combination() -> None:
    draft = paper(*twice("one-forward-one-backward"), said("adaptive-staleness", proposed=True))
    delta: Delta = audit(draft, paper(*twice("one-forward-one-backward")), KNOWN)
    (added,) = delta.of(DeltaKind.ADDED)
    (found,) = joined(added, delta.rows, KNOWN)
    assert (found.combination.id, found.part) == ("het", "bounded-staleness")
    assert [(p, r.mechanism) for p, r in found.others] == [
        ("pipeline-parallelism", "one-forward-one-backward")
    ]
