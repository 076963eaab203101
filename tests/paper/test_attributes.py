"""What a sentence states of a set-up: name, entity and how firmly; and what qualifies it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.paper.attribute.attributes import attributes
from tanaka.paper.attribute.names import of_label
from tanaka.paper.model import Where
from tanaka.paper.sentences import sentences


def told(text: str, where: Where = Where.BODY) -> list[tuple[str, str, str, str]]:
    """Literal, name, entity and scope of each attribute of a sentence that nothing qualifies."""
    return [
        (s.readings[a.number].quantity.literal.text, a.name, a.entity, a.scope)
        for s in sentences(text)
        for a in attributes(s, where)
        if not a.cues
    ]


@pytest.mark.parametrize(
    ("text", "number", "name", "entity", "scope"),
    [
        ("All experiments use 128 A100s.", "128", "gpus", "", "all"),
        ("Our testbed consists of 16 servers.", "16", "nodes", "", "all"),
        ("Each node has 8 H100 GPUs.", "8", "gpus per node", "", "all"),
        ("We use a 32-node cluster.", "32", "nodes", "", "own"),
        ("The decoder has 12 layers.", "12", "layers", "decoder", "own"),
        ("We train with a global batch size of 1,024.", "1,024", "global batch", "", "own"),
        ("The confidence threshold is 0.9.", "0.9", "confidence threshold", "", "own"),
        ("We use 2,000 warm-up steps.", "2,000", "warm-up steps", "", "own"),
        ("The learning rate is warmed up over 2,000 steps.", "2,000", "warm-up steps", "", "own"),
        ("The router activates 8 experts per token.", "8", "experts activated", "", "own"),
        ("Each expert takes 386 MB.", "386", "size", "expert", "own"),
        ("Every machine has 512 GB of DRAM.", "512", "host memory", "", "all"),
        ("Nodes are connected by 200 Gb/s InfiniBand.", "200", "link speed", "infiniband", "own"),
        ("An RTX 4090 (24 GB, 1,008 GB/s) is used.", "24", "memory", "rtx 4090", "own"),
        ("Quark has 4,200 lines of C++.", "4,200", "lines of code", "c++", "own"),
        ("Gradients are sent in buckets of 25 MB.", "25", "bucket size", "", "own"),
    ],
)
def test_a_plain_statement_is_read(
    text: str, number: str, name: str, entity: str, scope: str
) -> None:
    assert (number, name, entity, scope) in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "We vary the batch size from 8 to 64.",
        "We use up to 128 GPUs.",
        "We use about 60 GPUs.",
        "For the ablation we use 16 GPUs.",
        "Of the cluster, only 32 GPUs are used.",
        "Two machine translation tasks are solved.",
    ],
)
def test_what_is_qualified_is_no_plain_statement(text: str) -> None:
    assert not [t for t in told(text) if t[3] in ("own", "all")]


def test_a_summary_that_runs_on_machines_states_no_set_up_of_its_own() -> None:
    text = "Heron reaches its peak on 64 GPUs."
    assert told(text, Where.ABSTRACT) == [("64", "gpus", "", "headline")]
    assert told(text) == [("64", "gpus", "", "")]


def test_a_condition_in_front_is_no_set_up_of_a_body() -> None:
    text = "On 64 GPUs, throughput doubles."
    assert told(text, Where.ABSTRACT) == [("64", "gpus", "", "headline")]
    assert told(text) == []


def test_related_work_states_nothing() -> None:
    assert told("Pluto uses 512 GPUs.", Where.RELATED) == []


def test_what_a_name_ends_in_is_no_attribute() -> None:
    assert [t[1] for t in told("Orion-13B has 40 layers.")] == ["layers"]


@pytest.mark.parametrize(
    ("label", "name"),
    [("# GPUs", "gpus"), ("Hidden size", "hidden size"), ("Global batch size", "global batch"), ("Latency", "")],
)  # fmt: skip
def test_labels_of_tables_are_named_as_sentences_are(label: str, name: str) -> None:
    assert of_label(label) == name


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abcdeß İ of is the 0123456789.,-()\u2009%GPUs", max_size=60))
def test_reading_never_raises_and_names_readings_that_are_there(text: str) -> None:
    for s in sentences(text):
        for a in attributes(s, Where.BODY):
            assert a.name
            assert 0 <= a.number < len(s.readings)
