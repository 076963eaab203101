"""Identities, equivalences and products: which numbers of a sentence are taken together."""

from __future__ import annotations

import random
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixture import analyse
from tanaka.paper.product.across import across
from tanaka.paper.product.equivalences import equivalences
from tanaka.paper.product.identities import identities
from tanaka.paper.product.products import products
from tanaka.paper.product.terms import terms
from tanaka.paper.sentences import Sentence, sentences
from tanaka.rules.api import Verdict


def one(text: str) -> Sentence:
    (sentence,) = sentences(text)
    return sentence


def shown(sentence: Sentence, index: int) -> str:
    return sentence.readings[index].quantity.shown


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("It took 64 GPUs for 10 days.", ["devices", "time"]),
        ("It took 15,360 GPU-hours on 8 nodes.", ["device-time", "nodes"]),
        ("A step time of 0.8 s at a batch size of 512.", ["step time", "batch"]),
        ("Decoding takes 25 ms per token.", ["time per token"]),
        ("We pay $2 per GPU-hour and $9,600 in total.", ["price of device", "cost"]),
        ("We process 2,048 sequences of 4,096 tokens.", ["batch", "length"]),
        ("Each epoch takes 42 minutes.", ["epoch time"]),
        ("The GPU sustains 3,200 tokens/s per GPU.", ["tokens/s each"]),
        ("Accuracy is 71.2% at 3.4×.", []),
    ],
)  # fmt: skip
def test_the_role_of_a_number_is_told_by_its_unit_and_its_words(
    text: str, roles: list[str]
) -> None:
    assert [t.role for t in terms(one(text))] == roles


@pytest.mark.parametrize(
    ("text", "relation", "total", "joined"),
    [
        ("It ran on 64 GPUs for 10 days (15,360 GPU-hours).", "device-hours", "15,360 GPU-hours", True),
        ("It costs 15,360 GPU-hours, i.e., 10 days on 64 GPUs.", "device-hours", "10 days", True),
        ("At 1.2M tokens/s, the 1T tokens took 11 days.", "tokens", "11 days", False),
        ("We decode at 40 tokens/s (25 ms per token).", "reciprocal", "25 ms", True),
        ("The node draws 5.2 kW for 24 hours, i.e., 125 kWh.", "energy", "125 kWh", True),
        ("The parts take 12 ms + 7 ms = 19 ms.", "sum", "19 ms", True),
    ],
)  # fmt: skip
def test_numbers_that_are_stated_of_one_run_are_taken_together(
    text: str, relation: str, total: str, joined: bool
) -> None:
    sentence = one(text)
    (found,) = identities(sentence)
    assert (found.relation, shown(sentence, found.total), found.joined) == (relation, total, joined)


@pytest.mark.parametrize(
    "text",
    [
        "The 64-GPU run took 10 days, and the ablations on 8 GPUs another 6,000 GPU-hours.",
        "We use 64 GPUs for 10 days, while Pluto needs 90,000 GPU-hours.",
        "CPU energy is 407.6 J at 62.7 W, GPU energy 373.3 J at 58.5 W.",
        "Mean ITL is 48 ms; short prompts decode at 22.5 tok/s.",
        "The batch of 512 fits, the step takes 0.8 s.",
        "$4800 MT/s × 64 bits × 2 / 8 = 76.8 GB/s$",
    ],
)
def test_numbers_that_only_stand_near_each_other_are_not(text: str) -> None:
    assert identities(one(text)) == ()


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Each NIC offers 400 Gb/s (50 GB/s).", ("400 Gb/s", "50 GB/s")),
        ("It takes 0.42 s, i.e., 420 ms, in all.", ("0.42 s", "420 ms")),
        ("A 200 Gb/s port gives the node 25 GB/s.", ("200 Gb/s", "25 GB/s")),
    ],
)
def test_an_amount_in_two_units(text: str, pair: tuple[str, str]) -> None:
    sentence = one(text)
    (found,) = equivalences(sentence)
    assert (shown(sentence, found.left), shown(sentence, found.right)) == pair


@pytest.mark.parametrize(
    "text",
    [
        "The latency is 1.2 s (300 ms at the median).",
        "The run took 21 days, i.e., 504 GPU-hours on each device.",
        "The link carries 25 GB/s per direction (50 GB/s in both).",
        "It uses 8 + 16 GB = 24,000 MB of memory.",
        "Each GPU has 16 GB, 128 GB for a node of eight.",
    ],
)
def test_amounts_that_are_not_the_same(text: str) -> None:
    assert equivalences(one(text)) == ()


def test_two_sentences_are_read_as_one_where_the_second_goes_on() -> None:
    said = sentences("Training took 12 days on 256 GPUs. This amounts to 73,728 GPU-hours.")
    (pair,) = across(said)
    (found,) = pair.identities
    assert pair.sentence == 1 and found.relation == "device-hours"
    nodes = sentences("The cluster has 16 nodes. Each node has 8 GPUs, for a total of 128 GPUs.")
    ((counts,),) = (p.products for p in across(nodes))
    assert counts.what == "nodes"


def test_two_sentences_are_not_read_as_one_where_it_does_not() -> None:
    assert not list(across(sentences("It took 12 days on 256 GPUs. Pluto needs 73,728 GPU-hours.")))


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("TP8/PP16/DP4 run on 512 GPUs.", {"TP": "8", "PP": "16", "DP": "4"}),
        ("8-way TP, 4-way PP and 2-way DP use 64 GPUs.", {"TP": "8", "PP": "4", "DP": "2"}),
        ("(TP, PP, DP) = (8, 4, 2) on 64 GPUs.", {"TP": "8", "PP": "4", "DP": "2"}),
        ("Tensor parallelism of degree 8 and a pipeline-parallel size of 4 on 64 GPUs.", {"TP": "8", "PP": "4"}),
    ],
)  # fmt: skip
def test_degrees_of_a_layout(text: str, degrees: dict[str, str]) -> None:
    sentence = one(text)
    (found,) = products(sentence)
    assert {name: shown(sentence, i) for name, i in found.factors} == degrees


# -- laws -----------------------------------------------------------------------------------------

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)


def printed(rng: random.Random, value: float, digits: int) -> str:
    """A value with a number of significant digits, rounded or cut off."""
    exact = Decimal(repr(value))
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    text = f"{exact.quantize(step, rng.choice(ROUNDINGS)):f}"
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}".replace(",", "{,}") + dot + rest


def story(rng: random.Random, wrong: float) -> str:
    """A sentence made from numbers that agree; ``wrong`` multiplies its last one."""
    p = lambda v, d=3: printed(rng, v, d)  # noqa: E731
    n, hours = rng.choice([8, 16, 64, 96, 256, 2048]), rng.uniform(12, 900)
    gigabytes, rate = rng.uniform(11, 900), rng.uniform(11, 99)
    watts, batch, step = (
        rng.uniform(110, 990),
        rng.choice([128, 256, 512, 1024]),
        rng.uniform(0.11, 9),
    )
    sets = (
        f"Training took {n} GPUs for {p(hours)} hours ({p(n * hours * wrong, 4)} GPU-hours).",
        f"The run used {n} A100 GPUs for {p(hours / 24)} days, i.e., {p(n * hours * wrong)} GPU-hours.",
        f"We spent {p(n * hours, 4)} GPU-hours, that is, {p(hours / 24 * wrong)} days on {n} GPUs.",
        f"The weights of {p(gigabytes)}\\,GB are read at {p(rate)}\\,GB/s, i.e., in {p(gigabytes / rate * wrong)}\\,s.",
        f"The node draws {p(watts)}\\,W for {p(hours)} hours, which corresponds to {p(watts * hours / 1000 * wrong)}\\,kWh.",
        f"A batch of {batch} images takes {p(step)}\\,s per step, i.e., {p(batch / step * wrong)} images/s.",
        f"Decoding takes {p(step * 100)}\\,ms per token, i.e., {p(10 / step * wrong)} tokens/s.",
        f"Each GPU reaches {p(watts)} TFLOP/s, for a total of {p(watts * n / 1000 * wrong)} PFLOP/s on {n} GPUs.",
        f"The {p(n * hours, 4)} GPU-hours cost \\${p(2.25 * n * hours * wrong, 4)} at \\$2.25 per GPU-hour.",
        f"The link offers {p(8 * rate)}\\,Gb/s, i.e., {p(rate * wrong)}\\,GB/s.",
    )  # fmt: skip
    return rng.choice(sets)


def verdicts(text: str) -> set[Verdict]:
    """Verdicts on a sentence."""
    report = analyse({"main.tex": text + "\n"})
    assert not report.failures
    checked = ("TK108", "TK109", "TK110")
    return {f.finding.verdict for f in report.findings if f.finding.code in checked}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_numbers_that_agree_are_never_impossible_however_they_are_rounded(seed: int) -> None:
    text = story(random.Random(seed), 1.0)
    assert Verdict.IMPOSSIBLE not in verdicts(text), text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.3, 0.5, 0.8, 1.25, 2.0, 10.0]))
def test_a_number_that_is_off_by_a_quarter_is_found(seed: int, wrong: float) -> None:
    text = story(random.Random(seed), wrong)
    assert verdicts(text), text
