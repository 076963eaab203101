"""Articles by sound, plurals and lists."""

from __future__ import annotations

import re

import pytest

from hwmodels.catalog import accelerators
from tanaka.voice.grammar import article, clauses, counted, listed, plural, upper

ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spoken(n: int) -> str:
    """A number up to a thousand, as it is said."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {spoken(n % 100)}" if n % 100 else "")
    return "one thousand"


def test_numbers_from_zero_to_a_thousand() -> None:
    for n in range(1001):
        wanted = "an" if re.match(r"eight|eleven", spoken(n)) else "a"
        for text in (f"{n}", f"{n:,}", f"{n} ms stall", f"{n}B model", f"{n}% bubble"):
            assert article(text) == wanted, text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8,000 GPU job", "an"), ("11,264 GPU job", "an"), ("18,000 step run", "an"), ("80,000", "an"),
        ("800,000 step run", "an"), ("1,100 ms stall", "a"), ("110 ms stall", "a"), ("8.5 GB buffer", "an"),
        ("11.2 ms", "an"), ("1.8× gain", "a"), ("0.5% loss", "a"), ("2:4 mask", "a"), ("1F1B schedule", "a"),
        ("FP16 ring", "an"), ("FP8 GEMM", "an"), ("BF16 ring", "a"), ("INT8 kernel", "an"), ("TF32 GEMM", "a"),
        ("MLP", "an"), ("SSP bound", "an"), ("SSD", "an"), ("HBM stack", "an"), ("NIC", "a"), ("RAM", "a"),
        ("NUMA node", "a"), ("ZeRO stage", "a"), ("RoCE link", "a"), ("LoRA adapter", "a"), ("MoE layer", "an"),
        ("GPUs", "a"), ("LLM", "an"), ("RTX card", "an"), ("XLA graph", "an"), ("FPGA", "an"), ("ASIC", "an"),
        ("SRAM", "an"), ("NVLink domain", "a"), ("OPT-175B run", "an"), ("GPT-3 run", "a"), ("T5 model", "a"),
        ("U-Net", "a"), ("unified buffer", "a"), ("uniform grid", "a"), ("unit test", "a"), ("undo log", "an"),
        ("unbounded delay", "an"), ("user", "a"), ("usual recipe", "a"), ("utilisation of 41%", "a"),
        ("one-node stall", "a"), ("hour", "an"), ("honest line", "an"), ("head", "a"), ("European grid", "a"),
        ("all-reduce", "an"), ("interleaved schedule", "an"), ("Adam state", "an"), ("hit rate", "a"),
        ("(8-bit) state", "an"), ("", "a"), ("— dash", "a"),
    ],
)  # fmt: skip
def test_words_and_letters(text: str, wanted: str) -> None:
    assert article(text) == wanted, text


# By the first letter as it is said: "an H100", "a V100"; a name said as a word by its first sound.
FAMILIES = {
    "a": ("B100", "B200", "B300", "GB200", "GB300", "GH200", "V100", "P100", "T4", "TPU", "Trainium", "Gaudi", "Google", "Groq", "GeForce", "Cerebras", "Tesla", "DGX", "WSE", "K80", "Jetson"),
    "an": ("A100", "A10", "A10G", "A40", "A800", "A30", "A6000", "H100", "H200", "H800", "H20", "L4", "L40", "L40S", "AWS", "Intel", "MI100", "MI250", "MI250X", "MI300A", "MI300X", "MI325X", "MI355X", "RTX", "Ascend", "Inferentia", "IPU", "Instinct"),
}  # fmt: skip


def test_every_part_of_the_catalogue() -> None:
    """A part that is added to the catalogue has to be said here too."""
    said = {name: a for a, names in FAMILIES.items() for name in names}
    for part in accelerators():
        for name in (part.family, part.name):
            first = re.split(r"[\s-]", name.removeprefix("NVIDIA ").removeprefix("AMD "))[0]
            known = said.get(first) or next(
                (a for n, a in said.items() if first.startswith(n)), None
            )
            assert known is not None, f"say {first!r}, and list it"
            assert article(first) == known, first


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("worker", "workers"), ("batch", "batches"), ("micro-batch", "micro-batches"), ("index", "indices"),
        ("process", "processes"), ("GPU", "GPUs"), ("other row", "other rows"), ("replica", "replicas"),
        ("switch", "switches"), ("copy", "copies"), ("day", "days"), ("matrix", "matrices"), ("box", "boxes"),
    ],
)  # fmt: skip
def test_plurals(noun: str, many: str) -> None:
    assert plural(noun) == many
    assert counted(1, noun) == f"1 {noun}"
    assert counted(64, noun) == f"64 {many}"
    assert counted(0, noun) == f"0 {many}"


def test_thousands_are_marked() -> None:
    assert counted(1024, "batch") == "1,024 batches"


def test_lists() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert clauses(["a and b", "c"]) == "a and b, and c"


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("roll-back is", "Roll-back is"), ("vLLM is", "vLLM is"), ("bf16 is", "bf16 is"), ("8 GB", "8 GB"),
        ("", ""), ("PipeDream", "PipeDream"), ("it", "It"), ("k-means x2", "K-means x2"),
    ],
)  # fmt: skip
def test_a_sentence_begins_large_unless_with_a_name(text: str, begun: str) -> None:
    assert upper(text) == begun
