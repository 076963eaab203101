"""What a number of a sentence counts: its phrase, what it is per, and how it is brought in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.paper.attribute.tallies import LocalTally, tallies
from tanaka.paper.model import Where
from tanaka.paper.sentences import sentences


def told(text: str, where: Where = Where.BODY) -> dict[str, LocalTally]:
    """Tallies of a text by their literals."""
    return {
        s.readings[t.number].quantity.literal.text: t
        for s in sentences(text)
        for t in tallies(s, where)
    }


@pytest.mark.parametrize(
    ("text", "number", "noun", "per", "form"),
    [
        ("Tenants would share the 2,048 slots.", "2,048", "slots", "", "the"),
        ("We draw 500 prompts per task.", "500", "prompts", "task", "own"),
        ("The model has 796 sparse features.", "796", "features", "", "all"),
        ("Gradients are cut into buckets of 25 MB.", "25", "bucket size", "", "own"),
        ("The array runs at 225 MHz.", "225", "clock", "", "own"),
        ("We use 64 CPU cores and one drive of 1.9 TB per node.", "64", "cores", "node", "own"),
        ("The month saw 75 interruptions in all.", "75", "failures", "", "own"),
        ("It does not fit on GPUs with 40 GB of memory.", "40", "gpu memory", "", ""),
        ("A share of 254 of 8,192 is dropped.", "8,192", "wholes", "", ""),
    ],
)
def test_a_phrase_is_read(text: str, number: str, noun: str, per: str, form: str) -> None:
    found = told(text)[number]
    assert (found.noun, found.per, found.form) == (noun, per, form)


def test_words_that_tell_two_things_apart_stay() -> None:
    found = told("It has 796 sparse features and 12 dense features.")
    assert found["796"].words == {"sparse"}
    assert found["12"].words == {"dense"}


def test_the_owner_of_a_bandwidth_is_kept_as_it_is_written() -> None:
    assert (
        "=agx orin" in told("For the AGX Orin with 204.8 GB/s the limit is lower.")["204.8"].parts
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Of these, 32 GPUs are spare.", "32"),
        ("We add 12 engines.", "12"),
        ("On 85 of the 120 benchmarks it is faster.", "85"),
        ("Throughput is 596K samples/s on 16 GPUs, 1.18M on 32 and 2.29M on 64.", "16"),
        ("A system with 200 clients is overloaded.", "200"),
        ("We vary the load and use 16 replicas.", "16"),
    ],
)
def test_what_leaves_another_reading_is_kept_as_a_cue(text: str, number: str) -> None:
    found = told(text)
    assert number not in found or found[number].cues


def test_a_large_model_in_general_is_none_of_ours() -> None:
    text = "Training takes weeks on 512 GPUs."
    assert "~not ours" in told(text, Where.INTRODUCTION)["512"].cues
    assert not told("We train on 512 GPUs.", Where.INTRODUCTION)["512"].cues


@pytest.mark.parametrize("text", ["70B shards are loaded.", "It takes 12 hours.", "Three cases."])
def test_what_is_no_count_is_left_alone(text: str) -> None:
    assert not told(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abcdeß İ of the per 0123456789.,-()\u2009%GPUsGB/", max_size=60))
def test_reading_never_raises_and_names_readings_that_are_there(text: str) -> None:
    for s in sentences(text):
        for t in tallies(s, Where.BODY):
            assert t.noun
            assert 0 <= t.number < len(s.readings)
