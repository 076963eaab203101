"""Changes whose values stand near them: what the words point to, and what else could be meant."""

from __future__ import annotations

import pytest

from tanaka.paper.change.changes import changes
from tanaka.paper.change.nearby import LocalNear, near_changes
from tanaka.paper.sentences import sentences


def near(text: str) -> list[LocalNear]:
    said = sentences(text)
    taken = frozenset((k, c.change) for k, s in enumerate(said) for c in changes(s))
    return list(near_changes(said, taken))


def shown(text: str) -> list[tuple[str, str | None, str]]:
    said = sentences(text)
    return [
        (
            said[m.change[0]].readings[m.change[1]].quantity.shown,
            said[m.old[0]].readings[m.old[1]].quantity.shown if m.old else None,
            said[m.new[0]].readings[m.new[1]].quantity.shown,
        )
        for m in near(text)
    ]


def test_the_value_that_was_told_before() -> None:
    text = "The trace is replayed in 3.4 s. The old collector needs 9.1 s, 2.7× longer."
    assert shown(text) == [("2.7×", "3.4 s", "9.1 s")]


def test_two_values_before_are_one_too_many() -> None:
    text = "It takes 3.4 s with A, and 5.2 s with B. The old collector needs 9.1 s, 2.7× longer."
    assert all(old is None for _, old, _ in shown(text))


def test_what_would_be_is_not_told() -> None:
    text = "An ideal link would take 1.2 s. The old collector needs 9.1 s, 7.6× longer."
    assert all(old is None for _, old, _ in shown(text))


def test_the_comparand_chooses_its_value() -> None:
    text = "It is 71.4 s with Pluto, 25.3 s with Vesta and 6.12 s with Quark. This is a factor of 11.7 over Pluto."
    assert shown(text) == [("11.7", "71.4 s", "6.12 s")]
    assert near(text)[0].firm


def test_a_comparand_that_nothing_names_is_left_to_the_tables() -> None:
    text = "The scan takes 8.31 s. Without the queue it takes 9.02 s, 12% longer than the Vesta pipeline."
    assert [m.comparand for m in near(text)] == ["the Vesta pipeline"]
    assert near(text)[0].old is None


def test_factors_and_values_pair_by_their_place() -> None:
    text = (
        "It takes 14.8 s with Quark, as opposed to 21.6 s with Pluto and 37.3 s with Vesta, "
        "which makes it 1.46 and 2.52 times faster, respectively."
    )
    assert shown(text) == [("1.46×", "21.6 s", "14.8 s"), ("2.52×", "37.3 s", "14.8 s")]


def test_shares_of_one_whole() -> None:
    text = "In a survey of 420 users, 189 (45.0%) chose the first, 147 (35.0%) the second."
    assert {(c, old) for c, old, _ in shown(text)} == {("45.0%", "420"), ("35.0%", "420")}


@pytest.mark.parametrize(
    "text",
    [
        "Prefill takes 3.4 s. Decoding takes 9.1 s, up to 2.7× longer.",
        "The mean is 3.4 s. On average it needs 9.1 s, 2.7× longer.",
        "The link moves 12 GB. The old collector needs 9.1 s, 2.7× longer.",
        "There are 12 nodes. Each of them has 4 GPUs.",
    ],
)
def test_nothing_is_near(text: str) -> None:
    assert all(old is None for _, old, _ in shown(text))
