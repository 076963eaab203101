"""FLOPs of a token and of a step beyond 6N: recomputation, inference, latent heads, whole steps.

6N itself and its two attention terms are in `hwmodels.transformer`; which of them all fits a
printed figure is for `hwmodels.conventions`.  A multiply-add is two FLOPs throughout.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_PALM = "Chowdhery et al., PaLM, appendix B, 2022"
_SC21 = "Narayanan et al., Megatron-LM, SC 2021, appendix: floating-point operations, equation 3"
_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, appendix A"
_KAPLAN = "Kaplan et al., Scaling Laws, 2020, section 2.1 and table 1"
_MLA = "DeepSeek-AI, DeepSeek-V2, 2024, section 2.1"

_TOKEN = {"": "FLOP/token"}


@formula(
    "F = 6 * l * a * (n + v) * s",
    source=_MLA,
    kind="identity",
    unit_in={"l": "1", "a": "1", "n": "1", "v": "1", "s": "1"},
    unit_out="FLOP/token",
    monotone="+++++",
    coefficients=_TOKEN,
    convention="the full attention matrix, forward and backward",
)
def train_attention_flops_per_token(l: Value, a: Value, n: Value, v: Value, s: Value) -> Value:
    """Forward and backward FLOPs of attention scores and of what they weigh, of one token.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    a : (...) array_like
        Query heads: sharing keys and values saves memory and no FLOPs.
    n : (...) array_like
        Size of a head's query and key, the rotated part included.
    v : (...) array_like
        Size of a head's value.
    s : (...) array_like
        Positions that a token looks at; half of the sequence under a causal kernel.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].  12 l h s where queries and values are as wide as a head of h / a.
    """
    return 6 * l * a * (n + v) * s


@formula(
    "F = 8 * N + 16 * l * h * s",
    source=_SC21,
    kind="identity",
    unit_in={"N": "parameter", "l": "1", "h": "1", "s": "1"},
    unit_out="FLOP/token",
    monotone="++++",
    coefficients={"8": "FLOP/parameter/token", "16": "FLOP/token"},
    convention="hardware FLOPs: full recomputation and the full attention matrix",
)
def train_flops_per_token_recomputed_with_attention(
    N: Value, l: Value, h: Value, s: Value
) -> Value:
    """Hardware FLOPs of one token where the forward pass runs twice, attention counted.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    l, h, s : (...) array_like
        Layers, heads times head size, sequence length.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].  High by 2 V h where the output layer is not computed again, as the step
        formula of SC 2021 has it (`recomputed_step_flops`).
    """
    return 8 * N + 16 * l * h * s


@formula(
    "F = 6 * N + 16 * l * h * s",
    source="counted: 12 l h s of attention, and its forward third again",
    kind="identity",
    unit_in={"N": "parameter", "l": "1", "h": "1", "s": "1"},
    unit_out="FLOP/token",
    monotone="++++",
    coefficients={"6": "FLOP/parameter/token", "16": "FLOP/token"},
    convention="hardware FLOPs: the forward products of attention computed again, the full attention "
    "matrix; Korthikanti et al. count 24 * l * h * s, all of attention twice",
)
def train_flops_per_token_selective(N: Value, l: Value, h: Value, s: Value) -> Value:
    """Hardware FLOPs of one token where only attention is computed again.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    l, h, s : (...) array_like
        Layers, heads times head size, sequence length.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].  What is really done: only the forward products run again.  Korthikanti et
        al., appendix A, count 24 l h s; their printed HFU needs that one
        (`selective_step_flops`).
    """
    return 6 * N + 16 * l * h * s


@formula(
    "F = 2 * N",
    source=_KAPLAN,
    kind="identity",
    unit_in={"N": "parameter"},
    unit_out="FLOP/token",
    monotone="+",
    coefficients={"2": "FLOP/parameter/token"},
    convention="2N: attention scores left out",
)
def infer_flops_per_token(N: Value) -> Value:
    """Forward FLOPs of one token, attention scores left out.

    Parameters
    ----------
    N : (...) array_like
        Parameters that take part in products; of a mixture of experts the active ones
        [parameter].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].
    """
    return 2 * N


@formula(
    "F = 2 * N + 4 * l * h * c",
    source=_PALM,
    kind="identity",
    unit_in={"N": "parameter", "l": "1", "h": "1", "c": "1"},
    unit_out="FLOP/token",
    monotone="++++",
    coefficients={"2": "FLOP/parameter/token", "4": "FLOP/token"},
    convention="2N and attention to every position before",
)
def infer_flops_per_token_with_attention(N: Value, l: Value, h: Value, c: Value) -> Value:
    """Forward FLOPs of one token that looks at a context.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    l, h, c : (...) array_like
        Layers, heads times head size, positions looked at: the whole context while decoding, half
        of the prompt on average in a causal prefill.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].
    """
    return 2 * N + 4 * l * h * c


@formula(
    "F = 6 * V * h",
    source=_SC21,
    kind="identity",
    unit_in={"V": "1", "h": "1"},
    unit_out="FLOP/token",
    monotone="++",
    coefficients=_TOKEN,
    convention="the output layer, forward and backward; looking up the input costs nothing",
)
def train_logits_flops_per_token(V: Value, h: Value) -> Value:
    """Forward and backward FLOPs of the logits of one token.

    Parameters
    ----------
    V : (...) array_like
        Vocabulary, padded as it is trained.
    h : (...) array_like
        Hidden size.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].
    """
    return 6 * V * h


@formula(
    "F = 96 * B * s * l * h^2 * (1 + s / (6 * h) + V / (16 * l * h))",
    source=_SC21,
    kind="identity",
    unit_in={"B": "1", "s": "1", "l": "1", "h": "1", "V": "1"},
    unit_out="FLOP",
    monotone="+++++",
    coefficients={"": "FLOP"},
    convention="GPT of 4h, hardware FLOPs: full recomputation of the layers, full attention matrix",
)
def recomputed_step_flops(B: Value, s: Value, l: Value, h: Value, V: Value) -> Value:
    """Hardware FLOPs of a training step that computes every layer twice forward.

    Parameters
    ----------
    B : (...) array_like
        Samples of the step.
    s : (...) array_like
        Tokens of a sample.
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size.
    V : (...) array_like
        Vocabulary.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 96 * B * s * l * h**2 * (1 + s / (6 * h) + V / (16 * l * h))


@formula(
    "F = 72 * B * s * l * h^2 * (1 + s / (6 * h) + V / (12 * l * h))",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"B": "1", "s": "1", "l": "1", "h": "1", "V": "1"},
    unit_out="FLOP",
    monotone="+++++",
    coefficients={"": "FLOP"},
    convention="GPT of 4h, model FLOPs: full attention matrix",
)
def model_step_flops(B: Value, s: Value, l: Value, h: Value, V: Value) -> Value:
    """Model FLOPs of a training step: what it takes without recomputation.

    Parameters
    ----------
    B, s, l, h, V : (...) array_like
        As of `recomputed_step_flops`.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 72 * B * s * l * h**2 * (1 + s / (6 * h) + V / (12 * l * h))


@formula(
    "F = 72 * B * s * l * h^2 * (1 + s / (3 * h) + V / (12 * l * h))",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"B": "1", "s": "1", "l": "1", "h": "1", "V": "1"},
    unit_out="FLOP",
    monotone="+++++",
    coefficients={"": "FLOP"},
    convention="GPT of 4h, hardware FLOPs as Korthikanti et al. count selective recomputation: all "
    "of attention twice, 24 * l * h * s a token; what runs again is its forward third, 16 * l * h * s",
)
def selective_step_flops(B: Value, s: Value, l: Value, h: Value, V: Value) -> Value:
    """Hardware FLOPs of a training step with selective recomputation, as the paper counts them.

    Parameters
    ----------
    B, s, l, h, V : (...) array_like
        As of `recomputed_step_flops`.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].  Counts attention twice forward and backward; computing the forward products again
        is a third of that more, not the whole (`train_flops_per_token_selective`).
    """
    return 72 * B * s * l * h**2 * (1 + s / (3 * h) + V / (12 * l * h))


@formula(
    "C = F * T",
    source=_KAPLAN,
    kind="identity",
    unit_in={"F": "FLOP/token", "T": "token"},
    unit_out="FLOP",
    monotone="++",
    convention="as F counts",
)
def training_flops(F: Value, T: Value) -> Value:
    """FLOPs of a whole training run.

    Parameters
    ----------
    F : (...) array_like
        Work of one token [FLOP/token].
    T : (...) array_like
        Tokens seen, those seen twice counted twice [token].

    Returns
    -------
    C : (...) ndarray or float
        [FLOP].
    """
    return F * T
