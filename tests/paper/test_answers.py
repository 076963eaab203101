"""Words that make a corner case relevant, and words that answer it."""

from __future__ import annotations

import re

import pytest

from tanaka.paper.answers import ANSWERS, CLUES, CUES, TRAPS, found
from tanaka.paper.model import Where


def named(sentence: str) -> dict[str, bool]:
    return {what: denied for what, _, _, denied in found(sentence, Where.BODY)}


HITS = [
    ("A node that stalls for a second holds up the step.", "stall"),
    ("Workers apply their gradients asynchronously.", "stale-update"),
    ("We use asynchronous SGD.", "stale-update"),
    ("Stale gradients are kept.", "stale-update"),
    ("We commit each stage's update speculatively.", "speculative-update"),
    ("Our scheme removes the pipeline flush.", "no-flush"),
    ("With the flush gone, stages have work.", "no-flush"),
    ("We train the network in half precision.", "fp16-training"),
    ("The backward pass runs in FP8.", "fp8-training"),
    ("Our Triton kernel stores its sums in FP16.", "fp16-kernel"),
    ("We wrote a fused attention kernel for E4M3.", "fp8-kernel"),
    ("Convolutions are followed by BatchNorm2d.", "batch-norm"),
    ("A time-out of 30 s ends the wait.", "stall-answer"),
    ("If a timeout expires, the replica is dropped.", "stall-answer"),
    ("We inject delays into one link.", "stall-answer"),
    ("Gradients are at most four steps late.", "staleness-bound"),
    ("Updates are delayed by one step.", "staleness-bound"),
    ("The learning rate shrinks with the staleness.", "staleness-answer"),
    ("We print the distribution of staleness.", "staleness-answer"),
    ("Dynamic loss scaling is on.", "range-answer"),
    ("Sums accumulate in FP32.", "range-answer"),
    ("Denormals are flushed.", "range-answer"),
    ("We use SyncBN.", "batch-norm-answer"),
    ("Batch normalization is frozen.", "batch-norm-answer"),
    ("Figure 3 shows the memory timeline.", "memory-answer"),
    ("Peak GPU memory is 41 GB.", "memory-answer"),
    ("A roll-back discards the activations in flight.", "memory-answer"),
    ("The undo log has four entries.", "versions"),
]
MISSES = [
    ("The pipeline stalls on a cache miss.", "stall"),
    ("Checkpoints are written asynchronously.", "stale-update"),
    ("Asynchronous copies of weights hide the host.", "stale-update"),
    ("Requests are served asynchronously.", "stale-update"),
    ("The EMA of the weights is updated asynchronously.", "stale-update"),
    ("The cache may be stale.", "stale-update"),
    ("Speculative decoding drafts four tokens.", "speculative-update"),
    ("Speculative execution hides branches.", "speculative-update"),
    ("The cache is flushed.", "no-flush"),
    ("We store FP16 weights for inference.", "fp16-training"),
    ("Our kernel achieves 410 TFLOP/s in FP16.", "fp16-kernel"),
    ("cuBLAS kernels run in FP16.", "fp16-kernel"),
    ("Layer normalization is used.", "batch-norm"),
    ("It took a long time to go out.", "stall-answer"),
    ("Throughput is bounded by the network.", "staleness-bound"),
]


@pytest.mark.parametrize(("sentence", "what"), HITS)
def test_named(sentence: str, what: str) -> None:
    assert named(sentence).get(what) is False


@pytest.mark.parametrize(("sentence", "what"), MISSES)
def test_not_named(sentence: str, what: str) -> None:
    assert what not in named(sentence)


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("One could train the network in FP16.", "fp16-training"),
        ("Gradients are never applied asynchronously.", "stale-update"),
        ("If batch normalization were used, statistics would differ.", "batch-norm"),
    ],
)
def test_a_trap_that_is_only_supposed_is_denied(sentence: str, what: str) -> None:
    assert named(sentence)[what] is True


def test_every_word_is_of_one_table_and_has_a_hit() -> None:
    tables = [set(TRAPS), set(CUES), set(ANSWERS)]
    assert sum(map(len, tables)) == len(set.union(*tables))
    assert set(ANSWERS) - {what for _, what in HITS} == set()


def test_every_pattern_has_its_clues_and_they_lose_nothing() -> None:
    tables = TRAPS | CUES | ANSWERS
    assert set(CLUES) == set(tables)
    for sentence, _ in (*HITS, *MISSES):
        for what, pattern in tables.items():
            if re.search(pattern, sentence):
                assert any(clue in sentence.lower() for clue in CLUES[what]), (what, sentence)
