"""Activations of one transformer layer, by what is kept for the backward pass.

The formulas of Korthikanti et al. hold for a GPT with dropout and a feed-forward of 4h; other layers
are counted tensor by tensor in `hwmodels.saved_tensors`.
"""

from __future__ import annotations

from enum import StrEnum

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_RECOMPUTED = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 5"
_HEAD = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4.3"

_SHAPE = {"s": "1", "b": "1", "h": "1"}
_HEADS = {"a": "1", "t": "1"}
_BYTES = {"": "byte"}
_PER_TOKEN = {"": "1/token"}


class Recompute(StrEnum):
    """What the backward pass computes again."""

    NONE = "none"
    SELECTIVE = "selective"
    FULL = "full"


@formula(
    "A = s * b * h * (34 + 5 * a * s / h) / t",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in=_SHAPE | _HEADS,
    unit_out="byte",
    monotone="++++-",
    coefficients=_BYTES,
    convention="16 bits, nothing recomputed, attention scores stored, sequence parallelism",
)
def activation_bytes(s: Value, b: Value, h: Value, a: Value, t: Value) -> Value:
    """Activations of one transformer layer that a backward pass needs, shared by t devices.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Attention heads.
    t : (...) array_like
        Degree of tensor and sequence parallelism; 1 for neither.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.  Holds for a feed-forward width of 4h with
        dropout; a kernel that stores no attention scores takes the second term away
        (`fused_activation_bytes`).
    """
    return s * b * h * (34 + 5 * a * s / h) / t


@formula(
    "A = s * b * h * (10 + 24 / t + 5 * a * s / (h * t))",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in=_SHAPE | _HEADS,
    unit_out="byte",
    monotone="++++-",
    coefficients=_BYTES,
    convention="16 bits, nothing recomputed, attention scores stored, no sequence parallelism",
)
def tensor_parallel_activation_bytes(s: Value, b: Value, h: Value, a: Value, t: Value) -> Value:
    """Activations of one layer where norms and dropouts are not shared by the t devices.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Attention heads.
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.
    """
    return s * b * h * (10 + 24 / t + 5 * a * s / (h * t))


@formula(
    "A = 34 * s * b * h / t",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE | {"t": "1"},
    unit_out="byte",
    monotone="+++-",
    coefficients=_BYTES,
    convention="16 bits, attention scores recomputed or never stored, sequence parallelism",
)
def fused_activation_bytes(s: Value, b: Value, h: Value, t: Value) -> Value:
    """Activations of one layer without the attention scores: selective recomputation.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    t : (...) array_like
        Degree of tensor and sequence parallelism; 1 for neither.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.  Also what a fused attention kernel stores, which
        keeps two numbers a row instead of the scores.
    """
    return 34 * s * b * h / t


@formula(
    "A = s * b * h * (10 + 24 / t)",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE | {"t": "1"},
    unit_out="byte",
    monotone="+++-",
    coefficients=_BYTES,
    convention="16 bits, attention scores recomputed or never stored, no sequence parallelism",
)
def tensor_parallel_fused_activation_bytes(s: Value, b: Value, h: Value, t: Value) -> Value:
    """Activations of one layer without attention scores, norms and dropouts not shared.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.
    """
    return s * b * h * (10 + 24 / t)


@formula(
    "A = 2 * s * b * h",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE,
    unit_out="byte",
    monotone="+++",
    coefficients=_BYTES,
    convention="16 bits, all but the input of the layer recomputed",
)
def recomputed_activation_bytes(s: Value, b: Value, h: Value) -> Value:
    """Activations of one layer that are kept under full recomputation: its input.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer; the layer under recomputation comes on top.
    """
    return 2 * s * b * h


@formula(
    "A = T * V * x / t",
    source=_HEAD,
    kind="identity",
    unit_in={"T": "token", "V": "1", "x": "byte", "t": "1"},
    unit_out="byte",
    monotone="+++-",
    coefficients=_PER_TOKEN,
    convention="vocabulary shared by tensor parallelism",
)
def logits_bytes(T: Value, V: Value, x: Value, t: Value) -> Value:
    """Logits that the last stage holds for its loss.

    Parameters
    ----------
    T : (...) array_like
        Tokens of the micro-batch on the device [token].
    V : (...) array_like
        Vocabulary.
    x : (...) array_like
        Bytes a logit: 4 in FP32, 6 with the 16-bit product beside it, more with the gradient
        [byte].
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte]; a loss computed in chunks never holds all of it.
    """
    return T * V * x / t


@formula(
    "A = 4 * s * b * h * (1 + V / h) / t",
    source=_HEAD,
    kind="identity",
    unit_in=_SHAPE | {"V": "1", "t": "1"},
    unit_out="byte",
    monotone="++++-",
    coefficients=_BYTES,
    convention="last norm, input of the output layer, FP32 logits; sequence parallelism",
)
def output_activation_bytes(s: Value, b: Value, h: Value, V: Value, t: Value) -> Value:
    """Activations behind the last layer: norm, input of the output layer, logits.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    V : (...) array_like
        Vocabulary.
    t : (...) array_like
        Degree of tensor and sequence parallelism; 1 for neither.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch.
    """
    return 4 * s * b * h * (1 + V / h) / t
