"""Efficiencies that published measurements reach, each as a range with its source.

Estimates are made of these (`hwmodels.training_time`, `hwmodels.inference_time`); bounds never.
They are taken as independent, so that their spreads add in quadrature around the middle
(`combined`).

None came out of a fit, and not all came before the runs.  Ranges, that of the products first, were
chosen with those rows of the published tables in sight that are marked as choice; the rows marked
as held out were not scored until the ranges were frozen.  Of prefills no row was held out.  Where
no measurement gives both ends, the source says "judgement", and what the range was checked against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import OutsideValidity


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity between two values, from the literature or by judgement.

    Attributes
    ----------
    fast, slow : float
        The end that makes a step short, and the one that makes it long.
    source : str
        What it is a share or a count of, and where both ends are from.
    """

    fast: float
    slow: float
    source: str


_JUDGED = "(judgement, checked against the held-out rows of training_throughput.csv)"

TRAINING: Mapping[str, Range] = MappingProxyType(
    {
        "products": Range(
            0.98, 0.76,
            "of the measured ceiling: large products reach it, those of a layer split over eight "
            "devices three quarters (Korthikanti et al., table 4: 22B layer, products alone)",
        ),
        "memory": Range(
            0.92, 0.80, "of the bandwidth: STREAM-like kernels on A100 and H100 (Bekman)"
        ),
        "norms": Range(
            16, 24,
            "bytes a hidden element and layer, forward: two norms (8), two residual sums (12), "
            "dropout masks; the larger without fusion (counted)",
        ),
        "activations": Range(
            2, 3, "bytes an element read or written by activations, biases, rotations (counted)"
        ),
        "scores": Range(
            9, 13,
            "bytes an element of the score matrix, forward: written, soft-maxed, dropped, read "
            "(Korthikanti et al., section 4.1 keeps 5 of them)",
        ),
        "logits": Range(8, 16, "bytes a logit, forward: 16 and 32 bits, loss in 32 (counted)"),
        "link": Range(
            0.80, 0.65,
            "of a scale-up direction: all-reduce bus bandwidth 235 of 300 GB/s on A100 "
            "(nccl-tests); 0.65 (Calculon, systems/a100_80g.json)",
        ),
        "network": Range(0.90, 0.70, "of a network port: nccl-tests across nodes; Calculon 0.9"),
        "exposed": Range(
            0.05, 0.30, f"share of overlapped communication that still shows {_JUDGED}"
        ),
        "tensor exposed": Range(
            0.3, 1.0, f"of tensor-parallel collectives, where overlapped {_JUDGED}"
        ),
        "stage exposed": Range(0.0, 1.0, f"of transfers between stages: all or none {_JUDGED}"),
        "expert exposed": Range(0.1, 1.0, "of all-to-alls (DeepSeek-V3 hides nearly all)"),
        "fused": Range(
            1.0, 1.06, f"rest of the step: input, logging, jitter of the slowest device {_JUDGED}"
        ),
        "eager": Range(
            1.0, 1.16,
            "launches and unfused kernels: 6,667 over 5,762 tokens/s with and without compilation "
            "(torchtitan, Llama 3.1 8B, 8 H100)",
        ),
    }
)  # fmt: skip
"""What an estimate of a training step rests on, each with its source."""

INFERENCE: Mapping[str, Range] = MappingProxyType(
    {
        "weights": Range(
            0.92, 0.70,
            "of the bandwidth: STREAM-like kernels reach 0.92, a matrix times few vectors 0.69 on "
            "a power-limited A100 (gpt-fast)",
        ),
        "quantised": Range(
            0.85, 0.50,
            "of the bandwidth, where weights are widened on the way (judgement, with the rows of "
            "gpt-fast on A100 in sight; one quantised row of decode_throughput.csv is held out)",
        ),
        "cache": Range(
            0.90, 0.50,
            "of the bandwidth: paged and gathered keys and values (Kwon et al., vLLM, SOSP 2023)",
        ),
        "products": Range(
            0.80, 0.45,
            "of the peak: products of few rows, not of whole tiles (judgement, checked against the "
            "held-out rows of decode_throughput.csv)",
        ),
        "prompt": Range(
            0.80, 0.40,
            "of the peak: products and attention of a prompt; the lower where 8-bit products "
            "wait for 16-bit attention (judgement, checked against prefill.csv, all rows of it in "
            "sight)",
        ),
        "first token": Range(
            0.5e-3, 6e-3,
            "seconds: sampling, copies to and from the host, streams that wait (judgement, checked "
            "against prefill.csv, all rows of it in sight)",
        ),
        "layer": Range(
            10e-6, 60e-6,
            "seconds a layer: eight to twelve kernels of 1 to 5 us each, launched as a graph or "
            "one by one (judgement, checked against the held-out rows of decode_throughput.csv)",
        ),
        "collective": Range(
            8e-6, 30e-6, "seconds an all-reduce of a few kilobytes in a node (nccl-tests)"
        ),
        "link": Range(
            0.80, 0.40,
            "of a scale-up direction, for buffers of up to a megabyte (judgement, checked against "
            "the held-out rows of decode_throughput.csv)",
        ),
    }
)  # fmt: skip
"""What estimates of passes rest on, each with its source; seconds where it says so, else shares."""

ATTENTION: Mapping[tuple[str, str], Range] = MappingProxyType(
    {
        ("scores", "A100"): Range(
            0.55, 0.35, f"batched products of head size 64 to 160, cuBLAS {_JUDGED}"
        ),
        ("scores", "H100"): Range(
            0.40, 0.22, f"the same products at the rates of A100 times 1.5 {_JUDGED}"
        ),
        ("flash-1", "A100"): Range(
            0.40, 0.27, "Dao, FlashAttention-2, 2023: the first reaches 30-50 % forward, 25-35 back"
        ),
        ("flash-1", "H100"): Range(
            0.20, 0.13, f"the rates of A100 times 1.5, as for the second {_JUDGED}"
        ),
        ("flash-2", "A100"): Range(
            0.66, 0.45, "Dao, FlashAttention-2, 2023: 50-73 % forward, up to 63 % backward"
        ),
        ("flash-2", "H100"): Range(
            0.40, 0.28, "Shah et al., FlashAttention-3, 2024: the second reaches 35 % of H100"
        ),
        ("flash-3", "H100"): Range(
            0.75, 0.55, "Shah et al., FlashAttention-3, 2024: up to 75 %; cuDNN alike"
        ),
    }
)
"""Share of the peak that attention reaches, by kernel and family of parts."""

_ATTENTION_FAMILY = {"A800": "A100", "H800": "H100", "H200": "H100"}


def attention_share(kernel: str, family: str) -> Range:
    """Share of the peak that an attention kernel reaches on a family of parts.

    Raises
    ------
    OutsideValidity
        For a kernel that was not measured there.
    """
    found = ATTENTION.get((kernel, _ATTENTION_FAMILY.get(family, family)))
    if found is None:
        known = ", ".join(f"{k} on {f}" for k, f in ATTENTION)
        raise OutsideValidity(f"no measured rate of {kernel} on {family}; known are {known}")
    return found


def combined(fast: tuple[Value, ...], slow: tuple[Value, ...]) -> tuple[Value, Value]:
    """Middle of the sum, less and more the spreads of independent terms."""
    middle: Value = 0.0
    square: Value = 0.0
    for a, b in zip(fast, slow, strict=True):
        middle = middle + (a + b) / 2
        square = square + ((b - a) / 2) ** 2
    spread = sqrt(square)
    return middle - spread, middle + spread
