"""Forms are found by whole words; the most special name wins; settings are read as digits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.match import matcher, needles, plainer

FIND = matcher(knowledge())


def named(text: str) -> dict[str, str]:
    return {h.mechanism: text[h.start : h.end] for h in FIND.hits(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We shard with ZeRO-2.", {"zero": "ZeRO-2"}),
        ("The interleaved 1F1B schedule is used.", {"interleaved-schedule": "interleaved 1F1B schedule"}),
        ("The 1F1B schedule is used.", {"one-forward-one-backward": "1F1B schedule"}),
        ("Stale synchronous parallel training is used.", {"bounded-staleness": "Stale synchronous parallel"}),
        ("Fully sharded data parallelism is used.", {"zero": "Fully sharded data parallelism"}),
        ("2:4 sparsity prunes half of the weights.", {"n-m-sparsity": "2:4 sparsity", "pruning": "prunes"}),
        ("We quantize gradients to 4 bits.", {"quantized-gradients": "quantize gradients"}),
        ("A dynamic staleness bound follows the load.", {"adaptive-staleness": "dynamic staleness bound"}),
        ("PipeDream-Flush drains the pipeline after a batch.", {"one-forward-one-backward": "PipeDream-Flush", "flush": "drains the pipeline"}),
        ("Asynchronous checkpointing hides a crash.", {"fault-checkpointing": "Asynchronous checkpointing"}),
        ("The training loss is flat.", {}),
    ],
)  # fmt: skip
def test_the_most_special_name_is_kept(text: str, expected: dict[str, str]) -> None:
    assert named(text) == expected


def test_dashes_and_blanks_are_alike() -> None:
    assert named("We use data\u2013parallel training.") == {
        "data-parallelism": "data\u2013parallel"
    }
    assert named("We use all\u2011reduce.") == {"all-reduce": "all\u2011reduce"}
    assert len(plainer("a\u2013b\u00a0c\u2009d")) == 7


def test_words_are_whole() -> None:
    assert named("The biprunedx weights and fiddleBF16ish values.") == {}


@pytest.mark.parametrize(
    ("mechanism", "text", "expected"),
    [
        ("zero", "We use ZeRO stage 2.", {"stage": "2"}),
        ("zero", "ZeRO-3 is used.", {"stage": "3"}),
        ("zero", "As in stage 1 of ZeRO.", {"stage": "1"}),
        ("zero", "ZeRO shards the state; we keep its first stage.", {"stage": "1"}),
        ("zero", "from stage 1 to ZeRO stage 2", {"stage": "2"}),
        ("zero", "We use ZeRO on 64 nodes.", {}),
        ("bounded-staleness", "The bound is S = 4.", {"bound": "4"}),
        ("bounded-staleness", "at most four steps ahead", {"bound": "4"}),
        ("pipeline-parallelism", "eight stages and 1,024 micro-batches", {"stages": "8", "micro-batches": "1024"}),
        ("pipeline-parallelism", "tensor, pipeline and data parallel degrees are 8, 4 and 16", {"stages": "4"}),
        ("data-parallelism", "tensor, pipeline and data parallel degrees are 8, 4 and 16", {"replicas": "16"}),
        ("tensor-parallelism", "with a tensor-parallel degree of 8, eight stages", {"degree": "8"}),
        ("expert-parallelism", "64-way Expert Parallelism", {"degree": "64"}),
        ("top-k", "the top 1% of the gradient", {"density": "1%"}),
        ("top-k", "a density of 0.1 % is kept", {"density": "0.1 %"}),
        ("low-rank-compression", "PowerSGD with rank 4", {"rank": "4"}),
        ("quantized-gradients", "gradients in 4 bits", {"bits": "4"}),
        ("local-updates", "averages every 16 steps", {"local steps": "16"}),
        ("recomputation", "selective recomputation", {"kind": "selective"}),
        ("large-batch", "a global batch of 8,192", {"batch": "8192"}),
        ("fault-checkpointing", "a checkpoint is saved every 30 min", {"interval": "30 min"}),
        ("gradient-clipping", "gradients are clipped to norm 1.0", {"threshold": "1.0"}),
    ],
)  # fmt: skip
def test_settings_are_read_as_digits(mechanism: str, text: str, expected: dict[str, str]) -> None:
    assert dict(FIND.settings(mechanism, text)) == expected


def test_a_name_of_a_work_is_found_and_a_plain_word_is_not() -> None:
    assert FIND.works.search("PipeDream drops it")
    assert not FIND.works.search("One hop to the alpha node of the quest")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("gossip", {"gossip"}),
        ("all-?reduc\\w*", {"reduc"}),
        ("(?:tensor|data) parallel", {" parallel"}),
        ("FSDP|ZeRO", {"fsdp", "zero"}),
        ("stag(?=e of)", {"stag"}),
        ("\\d+", set()),
        ("x|\\w+", set()),
        ("(?:abc)?", set()),
        ("a(?:bcd)+e", {"bcd"}),
        ("2:4(?: sparsity)?", {"2:4"}),
    ],
)
def test_needles_of_a_pattern(pattern: str, expected: set[str]) -> None:
    assert needles(pattern) == expected


FORMS = [f for m in knowledge().mechanisms for f in m.forms]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_what_a_pattern_matches_holds_one_of_its_needles(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMS))
    text = data.draw(st.from_regex(re.compile(form.pattern, re.ASCII), fullmatch=True))
    assert any(n in text.lower() for n in needles(form.pattern))
