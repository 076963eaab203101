"""Totals and what can make them: operands of the same sentence, and of those before it."""

from __future__ import annotations

import pytest

from tanaka.paper.product.multiples import multiples
from tanaka.paper.product.parts import part_products
from tanaka.paper.product.reach import reaches
from tanaka.paper.sentences import sentences

Way = tuple[str, ...]


def ways(text: str) -> dict[str, list[Way]]:
    """For each total of a passage the operands of its ways, as printed."""
    said = sentences(text)

    def shown(spot: tuple[int, int]) -> str:
        return said[spot[0]].readings[spot[1]].quantity.shown

    return {
        shown(m.total): [
            tuple(shown(s) for _, s in (*w.factors, *w.divisors)) for w in m.ways
        ]
        for m in reaches(said)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "total", "operands"),
    [
        ("The run took 30 hours. On 16 GPUs this is 480 GPU-hours.", "480 GPU-hours", [("16", "30 hours")]),
        ("It used 480 GPU-hours. At $2 per GPU-hour this is $960.", "960 USD", [("480 GPU-hours", "2 USD/hour")]),
        ("The state has 90 GB. Written at 6 GB/s it takes 15 s.", "15 s", [("90 GB", "6 GB/s")]),
        ("A board draws 12 W while it runs, so the 20 s of a job cost 240 J.", "240 J", [("12 W", "20 s")]),
        ("At 5,000 images/s a step of 250 images takes 50 ms.", "50 ms", [("250", "5,000 images/s")]),
        ("The 8 GPUs cost $24 per hour at $3 per GPU-hour.", "24 USD/hour", [("8", "3 USD/hour")]),
    ],
)  # fmt: skip
def test_operands_are_found_in_the_sentences_before(
    text: str, total: str, operands: list[Way]
) -> None:
    assert ways(text)[total] == operands


@pytest.mark.parametrize(
    "text",
    [
        "The run took 30 hours. We save 480 GPU-hours on 16 GPUs.",
        "The 24-hour trace has 90,000 requests, and we replay it at 20 requests/s.",
        "The switch has 400 Gb/s ports. An all-reduce of 64 MB takes 9 ms.",
        "Atlas trains 800 images in 4 s with Adam and reaches 150 images/s with SGD.",
        "The budget is 480 GPU-hours; 16 GPUs ran for 30 hours.",
    ],
)
def test_numbers_of_different_things_are_not_taken_together(text: str) -> None:
    assert not any(len(w) > 1 for found in ways(text).values() for w in found)


@pytest.mark.parametrize(
    ("text", "total", "constants"),
    [
        ("It has 40 layers of 5 MB each, 200 MB in total.", "200 MB", [None]),
        ("A host has four 200 Gb/s ports, 100 GB/s in total.", "100 GB/s", [4.0]),
        ("It keeps 32 shards of 4 GB each, 128 GB in all.", "128 GB", [32.0]),
        ("A slot has 4 × 64 × 64 values in FP16, i.e., 32 KiB.", "32 KiB", [32768.0]),
    ],
)
def test_equal_parts_and_written_products_have_a_total(
    text: str, total: str, constants: list[float | None]
) -> None:
    (sentence,) = sentences(text)
    (found,) = multiples(sentence)
    assert sentence.readings[found.total].quantity.shown == total
    assert [c and c[1] for _, c in found.ways] == constants


@pytest.mark.parametrize(
    ("text", "whats"),
    [
        ("We use TP=2, PP=4 and DP=16.", ["layout"]),
        ("We use TP=2 and DP=16; pipeline parallelism is off.", ["layout"]),
        ("We use TP=2 and PP=4.", ["part of a layout"]),
        ("We use TP=2, PP=4 and DP=16 on 128 GPUs.", []),
        ("The testbed has 4 servers with 8 GPUs each.", ["nodes"]),
        ("It gives 8 nodes to training (64 GPUs).", ["devices of nodes"]),
        ("The batch is 64 per GPU and 2,048 overall.", ["batch"]),
        ("The search space has TP=2 or TP=4 and DP=8.", []),
    ],
)
def test_a_product_may_state_a_part_only(text: str, whats: list[str]) -> None:
    (sentence,) = sentences(text)
    assert [p.what for p in part_products(sentence)] == whats
