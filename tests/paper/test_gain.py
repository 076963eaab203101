"""What sentences say of token rates, gains of a part, efficiency, and the two sides of a comparison."""

from __future__ import annotations

import pytest

from tanaka.paper.answers_gain import gain_words
from tanaka.paper.decode import bits, decode_rates
from tanaka.paper.fairness import fairness_words
from tanaka.paper.gain import efficiency_gains, part_gains, powers, shares
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence, sentences


def one(text: str) -> Sentence:
    (found,) = sentences(text)
    return found


@pytest.mark.parametrize(
    ("text", "model", "weights", "cache", "batch", "devices"),
    [
        ("At batch 1 in FP16 Llama-2-7B decodes at 105 tok/s on one A100.", "Llama-2-7B", "FP16", "", 1, 1),
        ("With INT4 weights and an FP16 KV cache Llama 2 7B decodes at 310 tokens/s at batch size 8 on an H100.", "Llama 2 7B", "INT4", "FP16", 8, 1),
        ("In W4A16 Mistral-7B generates 200 tokens/s for a single stream on two L40S-48GB GPUs.", "Mistral-7B", "4-bit", "", 1, 2),
        ("With weights quantized to 4-bit and FP16 activations, OPT-13B decodes at 90 tokens/s.", "OPT-13B", "4-bit", "", None, None),
        ("Batch 1 to 64 in FP16, Llama-2-7B decodes at 105 tok/s on A100s.", "Llama-2-7B", "FP16", "", None, None),
        ("FP16 or INT8, GPT-3 175B decodes at 20 tokens/s at batch one.", "GPT-3 175B", "", "", 1, None),
    ],
)  # fmt: skip
def test_what_binds_a_rate(
    text: str, model: str, weights: str, cache: str, batch: float | None, devices: float | None
) -> None:
    (found,) = decode_rates(one(text))
    assert found.decoding
    assert (found.model, found.weights, found.cache) == (model, weights, cache)
    assert (found.batch, found.devices) == (batch, devices)


@pytest.mark.parametrize(
    "text",
    [
        "It rises from 1.7 to 5.4 tokens/s when decoding.",
        "We decode 310 tokens/s and the GPU 92 tokens/s.",
        "It decodes 200–300 tokens/s.",
    ],
)
def test_two_rates_bind_to_nothing(text: str) -> None:
    assert decode_rates(one(text)) == ()


def test_prefill_and_training_are_no_decoding() -> None:
    for text in ("Prefill generates 9,000 tokens/s.", "We train at 2,600 tokens/s."):
        assert not any(r.decoding for r in decode_rates(one(text)))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("With 512 tokens of context it decodes at 300 tokens/s.", 512),
        ("At a context length of 4,096 it decodes at 300 tokens/s.", 4096),
        ("At a context of up to 4,096 tokens it decodes at 300 tokens/s.", None),
        ("After 4,096 tokens it decodes at 300 tokens/s.", None),
    ],
)
def test_positions_in_the_cache(text: str, stated: float | None) -> None:
    sentence = one(text)
    (found,) = decode_rates(sentence)
    value = None if found.context is None else sentence.readings[found.context].quantity.point
    assert value == stated


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("The 1.6 TB/s of HBM decode 300 tokens/s.", True),
        ("It reaches 1.1 TB/s of HBM bandwidth and decodes 300 tokens/s.", False),
        ("The link of 50 GB/s decodes 300 tokens/s.", False),
        ("Four chips with 1.6 TB/s of HBM decode 300 tokens/s.", True),
        ("The chips with 1.6 TB/s of HBM decode 300 tokens/s.", False),
    ],
)
def test_a_bandwidth_is_a_roof_only_where_it_is_no_result(text: str, there: bool) -> None:
    (found,) = decode_rates(one(text))
    assert (found.bandwidth is not None) == there


@pytest.mark.parametrize(
    ("name", "width"),
    [("FP16", 16), ("bfloat16", 16), ("INT4", 4), ("4-bit", 4), ("four bits", 4), ("NF4", 4), ("TF32", 32), ("", None), ("INT", None)],
)  # fmt: skip
def test_bits_of_a_format(name: str, width: float | None) -> None:
    assert bits(name) == width


def test_a_unit_ends_a_sentence_and_an_initial_does_not() -> None:
    assert len(sentences("It draws 120 W. Against the H100 it wins.")) == 2
    assert len(sentences("As J. Smith says, it draws 120 W.")) == 1


# -- gains ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part", "carried", "whole"),
    [
        ("Our attention kernel is 6.2× faster, so decoding becomes 6.1× faster.", "attention kernel", True, 6.1),
        ("A 4.5× faster GEMV kernel, which makes inference cheaper.", "GEMV kernel", True, None),
        ("The softmax is 2.0× faster than the library's.", "softmax", False, None),
        ("We speed up matrix multiplication by 3.1×.", "matrix multiplication", False, None),
    ],
)  # fmt: skip
def test_what_a_gain_is_of(text: str, part: str, carried: bool, whole: float | None) -> None:
    sentence = one(text)
    (found,) = part_gains(sentence)
    assert (found.part, found.carried) == (part, carried)
    value = None if found.whole is None else sentence.readings[found.whole].quantity.point
    assert value == whole


@pytest.mark.parametrize(
    "text",
    [
        "Decoding is 3.4× faster.",
        "The attention kernel needs 6.2× less memory.",
        "The attention kernel runs on 8 × A100.",
    ],
)
def test_what_is_no_gain_of_a_kernel(text: str) -> None:
    assert part_gains(one(text)) == ()


def test_shares_of_the_time() -> None:
    (found,) = shares(one("On the H100, attention takes 38% of the decoding time."))
    assert found.part == "attention"
    for text in (
        "Attention takes 38% of the FLOPs.",
        "Attention and softmax take 38% of the time.",
    ):
        assert shares(one(text)) == ()


def test_efficiency_and_whose_power() -> None:
    sentence = one("At the H100's 700 W TDP, it is 20× more energy-efficient in 120 W.")
    (gain,) = efficiency_gains(sentence)
    assert (gain.device, gain.basis) == ("H100", "TDP")
    assert [p.device for p in powers(sentence)] == ["H100", ""]


# -- words --------------------------------------------------------------------------------------


def keys(text: str, where: Where = Where.BODY) -> dict[str, str]:
    return {w.what: w.role for w in gain_words(one(text), where)}


def test_an_excuse_is_taken_away_only_by_what_plainly_switches_it_off() -> None:
    key = "decode-speculation"
    assert keys("It decodes without speculation.")[key] == "negated"
    assert keys("It decodes with speculation.")[key] == "ours"
    assert keys("Unlike others it has no peer in speculation.")[key] == "ours"
    assert keys("Without speculation it is slow, with speculation it is fast.")[key] == "ours"
    assert keys("Speculation helps.", Where.RELATED)[key] == "related"


@pytest.mark.parametrize(
    ("text", "bits"),
    [("INT4 weights", "4"), ("four-bit weights", "4"), ("AWQ", "4"), ("a 3-bit code", "3"), ("quantized weights", "0"), ("W8A8", "8")],
)  # fmt: skip
def test_low_formats(text: str, bits: str) -> None:
    assert f"bits-{bits}" in keys(f"It has {text}.")


def test_a_tape_out_counts_where_it_leads_to_a_product() -> None:
    assert "tape-out" in keys("Tape-out is followed by deployment in our fleet.")
    assert "tape-out" not in keys("The tape-out of the test chip is followed by its deployment.")
    assert "tape-out" not in keys("A tape-out would be followed by deployment.")
    assert "tape-out" not in keys("After tape-out it is measured.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We clip gradients.", {("config-has", "ours", "gradient clipping")}),
        ("The baseline runs in FP32.", {("config-lacks", "baseline", "mixed precision")}),
        ("Our baseline is trained without gradient clipping.", {("config-lacks", "baseline", "gradient clipping")}),
        ("We train in BF16, while the baseline runs in eager mode.", {("config-has", "ours", "mixed precision"), ("config-lacks", "baseline", "graph compilation")}),
        ("Unlike the baseline, we clip gradients.", {("config-has", "ours", "gradient clipping")}),
        ("Both systems use gradient clipping.", {("config-has", "ours", "gradient clipping"), ("config-has", "baseline", "gradient clipping")}),
        ("The baseline keeps FP32 master weights.", set()),
        ("The weather was clear.", set()),
        ("The baseline runs in FP32 because it does not support BF16.", {("config-excused", "baseline", "mixed precision")}),
        ("We tuned the learning rate over 24 settings.", {("tuned", "ours", "learning rate")}),
        ("The baseline keeps its default hyper-parameters.", {("untuned", "baseline", "hyper-parameters")}),
    ],
)  # fmt: skip
def test_configuration_by_side(text: str, found: set[tuple[str, str, str]]) -> None:
    words = fairness_words(one(text), Where.BODY)
    assert {(w.what, dict(w.settings)["side"], dict(w.settings)["item"]) for w in words} == found


def test_related_work_has_no_sides() -> None:
    assert fairness_words(one("We clip gradients."), Where.RELATED) == ()
