"""What the words of one sentence bind its numbers to, and what they leave open."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.paper.binding import OURS, Local, bind
from tanaka.paper.sentences import Sentence, sentences


def bound(text: str) -> dict[str, Local]:
    """What each number of a sentence is bound to, by its digits."""
    (sentence,) = sentences(text)
    return {
        r.quantity.literal.text: local
        for r, local in zip(sentence.readings, bind(sentence), strict=True)
    }


def of(text: str, number: str, role: str) -> str:
    """Value of a role of a number, "" where it is open."""
    local = bound(text)[number]
    return local.entity if role == "entity" else dict(local.context).get(role, "")


@pytest.mark.parametrize(
    ("text", "number", "role", "value"),
    [
        # in its own noun phrase
        ("The kernel sustains 450 TFLOP/s on an A100.", "450", "device", "A100"),
        ("We train on 2048 H800 GPUs.", "2048", "device", "H800"),
        ("An A100 (80 GB) is enough.", "80", "entity", "A100"),
        ("Each A100 has 80 GB of HBM and 2.0 TB/s.", "2.0", "entity", "A100"),
        ("NVLink offers 160 GB/s.", "160", "entity", "NVLink"),
        ("NVLink offers a bandwidth of 160 GB/s, 3.2 times that of IB (50 GB/s).", "160", "entity", "NVLink"),
        ("NVLink offers a bandwidth of 160 GB/s, 3.2 times that of IB (50 GB/s).", "50", "entity", "IB"),
        ("On the RTX\u20094090, StaleSync takes 12 ms.", "12", "device", "RTX 4090"),
        ("GPT-3 175B is trained.", "175", "entity", "GPT-3 175B"),
        ("MobileNetV2 (14M parameters, 71.3% accuracy) is small.", "71.3", "model", "MobileNetV2"),
        ("It takes 12 ms with vLLM.", "12", "entity", "vLLM"),
        ("StaleSync (16.4 s) is slower.", "16.4", "entity", "StaleSync"),
        ("It improves throughput by 2.3×.", "2.3", "metric", "throughput"),
        ("It gives 2.3× higher throughput.", "2.3", "metric", "throughput"),
        ("It cuts p99 latency by 40%.", "40", "metric", "tail latency"),
        ("Accuracy is 76.3% on ImageNet.", "76.3", "dataset", "ImageNet"),
        # in its clause
        ("StaleSync reaches 24 tokens/s, and vLLM reaches 12 tokens/s.", "24", "entity", "StaleSync"),
        ("StaleSync reaches 24 tokens/s, and vLLM reaches 12 tokens/s.", "12", "entity", "vLLM"),
        ("It takes 3 ms on an A100, while it takes 2 ms on an H100.", "3", "device", "A100"),
        ("It takes 3 ms on an A100, while it takes 2 ms on an H100.", "2", "device", "H100"),
        ("LLaMA-2-70B in FP16 needs 140 GB.", "140", "precision", "fp16"),
        ("Prefill takes 120 ms.", "120", "phase", "prefill"),
        ("Decoding takes 12 ms per token.", "12", "phase", "decode"),
        ("In the ablation the step takes 12 ms.", "12", "experiment", "ablation"),
        # in the words that its sentence begins with
        ("On 64 GPUs, the step takes 12 ms.", "12", "gpus", "64"),
        ("At batch size 32, prefill takes 120 ms.", "120", "batch", "32"),
        ("With a sequence length of 2048, the step takes 120 ms.", "120", "seq_len", "2048"),
        ("On the RTX 4090, StaleSync reaches 24 tokens/s.", "24", "device", "RTX 4090"),
        # the name of a list of sizes is said once
        ("The 7B and 13B models take 12 and 21 GB, respectively.", "12", "model", "7B models"),
        ("The 7B and 13B models take 12 and 21 GB, respectively.", "21", "model", "13B models"),
        # who owned the number before
        ("We cut the 420 ms of vLLM to 140 ms.", "420", "entity", "vLLM"),
        ("We cut the 420 ms of vLLM to 140 ms.", "140", "entity", OURS),
        ("FP16 weights with an FP16 cache need 9 GB.", "9", "precision", "fp16"),
        ("LLaMA-13B needs 40 GB.", "40", "model", "LLaMA-13B"),
        # ours
        ("We reach 24 tokens/s.", "24", "entity", OURS),
        ("Our system improves throughput by 2.3×.", "2.3", "entity", OURS),
        ("Compared to vLLM, our system improves throughput by 2.3×.", "2.3", "entity", OURS),
        ("Compared to vLLM, StaleSync improves throughput by 2.3×.", "2.3", "entity", "StaleSync"),
        # "from ... to": the second is the system's
        ("StaleSync cuts the step from 420 to 140 ms.", "140", "entity", "StaleSync"),
    ],
)  # fmt: skip
def test_what_is_said(text: str, number: str, role: str, value: str) -> None:
    assert of(text, number, role) == value


@pytest.mark.parametrize(
    ("text", "number", "role"),
    [
        # two candidates
        ("A100 and H100 reach 450 TFLOP/s.", "450", "device"),
        ("GPT-3 175B and OPT-30B take 3 hours.", "3", "model"),
        ("StaleSync and vLLM reach 24 tokens/s.", "24", "entity"),
        ("From 8 to 64 GPUs the step takes 12 ms.", "12", "gpus"),
        ("On up to 64 GPUs the step takes 12 ms.", "12", "gpus"),
        ("It improves throughput and latency by 2.3×.", "2.3", "entity"),
        ("BF16 and FP8 kernels take 12 ms.", "12", "precision"),
        # what is compared is not what the number is about
        ("It is 2.3× faster than vLLM.", "2.3", "entity"),
        ("The speedup over vLLM is 2.3×.", "2.3", "entity"),
        ("It beats the nearest baseline (StaleSync) by about 1.5%.", "1.5", "entity"),
        ("It is 2.3× faster on an H100 than on an A100.", "2.3", "device"),
        ("StaleSync cuts the step from 420 to 140 ms.", "420", "entity"),
        ("StaleSync takes 140 ms instead of 420 ms.", "420", "entity"),
        # pronouns and others are not followed
        ("StaleSync uses paging, and it reaches 24 tokens/s.", "24", "entity"),
        ("Of StaleSync and its rival, the latter reaches 24 tokens/s.", "24", "entity"),
        ("The A100 has 80 GB, while the newer part takes 3 ms.", "3", "device"),
        # observers, and what is run but not spoken of
        ("We observe that a step takes 12 ms.", "12", "entity"),
        ("We inject a delay of 12 ms.", "12", "entity"),
        ("We use 30 hours of video to evaluate our approach.", "30", "entity"),
        ("It calls PyTorch and takes 12 ms.", "12", "entity"),
        # another clause's
        ("It takes 3 ms, and on an A100 it takes 1 ms.", "3", "device"),
        ("A CPU with 192 GB of memory and 4 NVIDIA T4 serve it.", "192", "entity"),
        ("A CPU with 192 GB of memory and 4 NVIDIA T4 serve it.", "192", "device"),
        ("This acceptance rate speeds up decoding, delivering 1.8×.", "1.8", "metric"),
        # eight of each is no count of all
        ("With 8 GPUs per node, the step takes 12 ms.", "12", "gpus"),
        # a number that measures nothing has no device
        ("The A100 run uses a learning rate of 0.1.", "0.1", "device"),
        # of a list without "respectively" nothing is known
        ("vLLM and SGLang take 2.0 and 3.0 s.", "2.0", "entity"),
        ("The 7B and 13B models take 12 GB.", "12", "model"),
        # what another becomes is not that other's, and a gap to a part is not measured on it
        ("We cut the 420 ms of the A100 to 140 ms.", "140", "device"),
        ("The gap to the A100 is 12 ms.", "12", "device"),
        # two formats
        ("With 4-bit weights and an FP16 cache the model takes 9 GB.", "9", "precision"),
        # that it does not fit into
        ("OPT-30B does not fit into 40 GB.", "40", "model"),
        # master weights are not what it computes in
        ("With FP32 master weights the step takes 12 ms.", "12", "precision"),
    ],
)  # fmt: skip
def test_what_stays_open(text: str, number: str, role: str) -> None:
    assert of(text, number, role) == ""


def test_respectively_pairs_lists_in_order() -> None:
    text = "The rates are 2.8, 3.7 and 9.5 TFLOPS for K80, K40 and P100, respectively."
    assert [of(text, n, "device") for n in ("2.8", "3.7", "9.5")] == ["K80", "K40", "P100"]


def test_respectively_with_lists_of_two_lengths_binds_nothing() -> None:
    text = "The rates are 2.8, 3.7 and 9.5 TFLOPS for K80 and P100, respectively."
    assert [of(text, n, "device") for n in ("2.8", "3.7", "9.5")] == ["", "", ""]


def test_what_stands_in_the_phrase_is_told_from_the_rest() -> None:
    local = bound("On 64 GPUs, StaleSync reaches 24 tokens/s on A100s.")["24"]
    assert set(local.phrase) == {"entity", "device"}
    assert dict(local.context)["gpus"] == "64"


@pytest.mark.parametrize("end", ["", " on an A100", " on 64 GPUs", " in BF16"])
def test_a_condition_of_one_clause_adds_to_it_and_changes_nothing_else(end: str) -> None:
    text = f"StaleSync reaches 24 tokens/s{end}."
    assert of(text, "24", "entity") == "StaleSync"


def test_a_sentence_without_numbers_is_not_looked_at() -> None:
    assert bind(Sentence("StaleSync is fast on an A100.", 0, ())) == ()


_PIECES = st.sampled_from(
    ["On 64 GPUs, ", "StaleSync ", "vLLM ", "we ", "reaches ", "24 tokens/s", " and ", ", ", "(", ") ", "on an A100 ", "than ",
     "respectively", "2.0, 3.0 and 4.0 ms ", "for A, B and C ", "it ", "; ", "by 40% ", "latency ", "GPT-3 175B ", "from 3 to 2 s "]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join)))
def test_every_number_has_one_binding_and_each_role_one_value(text: str) -> None:
    for sentence in sentences(text):
        found = bind(sentence)
        assert len(found) == len(sentence.readings)
        for local in found:
            roles = [role for role, _ in local.context]
            assert len(roles) == len(set(roles))
            assert set(local.phrase) <= {"entity", *roles}
