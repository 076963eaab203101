"""A change and its values in two sentences: only where the second plainly goes on with the first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.paper.change.continued import continued_changes
from tanaka.paper.model import How
from tanaka.paper.sentences import sentences


def carried(text: str) -> list[tuple[str, str, str]]:
    """Change, old value, new value, as printed, of a passage of two sentences."""
    said = sentences(text)
    found = []
    for k in continued_changes(said):
        both = [
            s.text[r.start : r.end].strip()
            for s in said[k.sentence - 1 : k.sentence + 1]
            for r in s.readings
        ]
        found.append((both[k.local.change], both[k.local.old], both[k.local.new]))
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # summed up
        ("It falls from 418 ms to 139 ms. This is a 3.0× speedup.", ("3.0×", "418 ms", "139 ms")),
        ("It falls from 418 ms to 139 ms. The improvement of 3.0× comes from fusion.", ("3.0×", "418 ms", "139 ms")),
        ("It falls from 418 ms to 302 ms. That corresponds to a 28% reduction.", ("28%", "418 ms", "302 ms")),
        ("It takes 58.2 ms with the stock kernel and 23.1 ms with ours. This is 2.5× faster.", ("2.5×", "58.2 ms", "23.1 ms")),
        # set against each other
        ("The baseline takes 418 ms. Ours takes 139 ms, a 3.0× speedup.", ("3.0×", "418 ms", "139 ms")),
        ("The old system serves 31.4 requests/s. The new one serves 88.6 requests/s, hence a gain of 2.8×.",
         ("2.8×", "31.4 requests/s", "88.6 requests/s")),
        ("Pluto draws 312 W. Quark draws 231 W, a saving of 26%.", ("26%", "312 W", "231 W")),
        # borne out
        ("We are 3.0× faster. The step time falls from 418 ms to 139 ms.", ("3.0×", "418 ms", "139 ms")),
    ],
)  # fmt: skip
def test_a_change_is_carried_over_a_full_stop(text: str, found: tuple[str, str, str]) -> None:
    assert carried(text) == [found]
    assert {k.local.paired for k in continued_changes(sentences(text))} == {How.INFERRED}


@pytest.mark.parametrize(
    "text",
    [
        "It falls from 418 ms to 139 ms. This allows a 2× larger batch.",
        "It falls from 418 ms to 139 ms. This makes the whole job 1.4× faster.",
        "It falls from 418 ms to 139 ms. This is a 1.2× speedup end to end.",
        "It falls from 418 ms to 139 ms. This is 1.6× better than what caching gives.",
        "It falls from 418 ms to 139 ms. On the larger model the speedup is 3.9×.",
        "It falls from 418 ms to 139 ms. This is a memory saving of 20%.",
        "It falls from 418 ms to 139 ms and from 60 GB to 20 GB. This is a 3.0× reduction.",
        "It falls from 418 ms to 139 ms, a 3.0× speedup. This is a 2.2× improvement.",
        "It would fall from 418 ms to 139 ms. This is a 3.0× speedup.",
        "It takes 91 ms, while the ideal is 28 ms. This is a 1.2× improvement over the old scheme.",
        "A prefill takes 418 ms. A decode step takes 23 ms, a 1.4× speedup.",
        "Loading takes 31 s. Training takes 12 s, 1.3× less.",
        "Pluto needs 418 ms. Orca needs 302 ms and ours 139 ms, a 2.2× speedup.",
        "The baseline takes 418 ms. Ours takes 139 ms, 2.1× faster than Quark.",
        "Our kernel is 3.0× faster. The step time falls from 418 ms to 302 ms.",
        "On average we are 3.0× faster. The step time falls from 418 ms to 139 ms.",
        "We are 3.0× faster than Pluto. The step time falls from 418 ms to 139 ms.",
    ],
)
def test_a_sentence_that_goes_elsewhere_carries_nothing(text: str) -> None:
    assert carried(text) == []


PARTS = st.sampled_from(
    ["It falls from 418 ms to 139 ms.", "This is a 3.0× speedup.", "Ours takes 139 ms, a 3.0× speedup.", "We are 3.0× faster.",
     "The baseline takes 418 ms.", "The step time falls from 418 ms to 139 ms.", "That is 28% less.", "It has 12 GB.", "So."]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(PARTS, max_size=5).map(" ".join))
def test_whatever_follows_a_change_is_carried_once_and_stays_in_reach(text: str) -> None:
    said = sentences(text)
    seen = set()
    for k in continued_changes(said):
        n = len(said[k.sentence - 1].readings)
        size = n + len(said[k.sentence].readings)
        parts = (k.local.change, k.local.old, k.local.new)
        assert len(set(parts)) == 3
        assert all(0 <= p < size for p in parts)
        own = (k.sentence - (k.local.change < n), k.local.change)
        assert own not in seen
        seen.add(own)
