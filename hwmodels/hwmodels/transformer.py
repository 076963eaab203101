"""Parameters and FLOPs of decoder-only transformers, with the convention named.

Counts of layers, heads and positions are plain numbers; a parameter and a FLOP are not.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_SC21 = "Narayanan et al., Megatron-LM, SC 2021, section 5"
_PALM = "Chowdhery et al., PaLM, appendix B, 2022"
_LLAMA = "Touvron et al., Llama 2, 2023; counted from its published configuration"


@formula(
    "N = 12 * l * h^2 * (1 + 13 / (12 * h) + (V + s) / (12 * l * h))",
    source=_SC21,
    kind="identity",
    unit_in={"l": "1", "h": "1", "V": "1", "s": "1"},
    unit_out="parameter",
    monotone="++++",
    coefficients={"": "parameter"},
    convention="GPT: feed-forward of 4h, biases, learned positions, tied embeddings",
)
def dense_decoder_parameters(l: Value, h: Value, V: Value, s: Value) -> Value:
    """Parameters of a GPT-style decoder with learned positions.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size.
    V : (...) array_like
        Vocabulary, padded as it is trained.
    s : (...) array_like
        Longest sequence: the rows of the position table.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].  Holds for a feed-forward width of 4h, with biases and layer norms, and one
        embedding for input and output; a gated or grouped-query model differs (see
        `gated_decoder_parameters`).
    """
    return 12 * l * h**2 * (1 + 13 / (12 * h) + (V + s) / (12 * l * h))


@formula(
    "N = l * (2 * h^2 + 2 * h * k * d + 3 * h * f + 2 * h) + e * V * h + h",
    source=_LLAMA,
    kind="identity",
    unit_in={"l": "1", "h": "1", "k": "1", "d": "1", "f": "1", "V": "1", "e": "1"},
    unit_out="parameter",
    monotone="+++++++",
    coefficients={"": "parameter"},
    convention="Llama: gated feed-forward, grouped-query attention, no biases, root-mean-square norms",
)
def gated_decoder_parameters(
    l: Value, h: Value, k: Value, d: Value, f: Value, V: Value, e: Value
) -> Value:
    """Parameters of a Llama-style decoder: gated feed-forward, grouped-query attention.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size, equal to query heads times head size.
    k : (...) array_like
        Key-value heads; as many as query heads without grouping.
    d : (...) array_like
        Head size.
    f : (...) array_like
        Width of the gated feed-forward.
    V : (...) array_like
        Vocabulary.
    e : (...) array_like
        Embedding tables: 2 where the output has its own, 1 where it is tied.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].  Holds without biases and with two norms a layer and one at the end.
    """
    return l * (2 * h**2 + 2 * h * k * d + 3 * h * f + 2 * h) + e * V * h + h


@formula(
    "F = 6 * N",
    source=_PALM,
    kind="identity",
    unit_in={"N": "parameter"},
    unit_out="FLOP/token",
    monotone="+",
    coefficients={"6": "FLOP/parameter/token"},
    convention="6N: attention scores left out",
)
def train_flops_per_token(N: Value) -> Value:
    """Forward and backward FLOPs of one token, attention scores left out.

    Parameters
    ----------
    N : (...) array_like
        Parameters that take part in matrix products; of a mixture of experts the active ones
        [parameter].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].  Low by about s / (6 h) where attention counts: 2 % at 2k tokens, 40 % at 64k.
    """
    return 6 * N


@formula(
    "F = 6 * N + 12 * l * h * s",
    source=_PALM,
    kind="identity",
    unit_in={"N": "parameter", "l": "1", "h": "1", "s": "1"},
    unit_out="FLOP/token",
    monotone="++++",
    coefficients={"6": "FLOP/parameter/token", "12": "FLOP/token"},
    convention="6N and the full attention matrix",
)
def train_flops_per_token_with_attention(N: Value, l: Value, h: Value, s: Value) -> Value:
    """Forward and backward FLOPs of one token, with the whole attention matrix.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    l, h, s : (...) array_like
        Layers, hidden size, sequence length.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].  A causal kernel does half of the attention term: counting the whole may
        put a reported rate above the peak.
    """
    return 6 * N + 12 * l * h * s


@formula(
    "F = 6 * N + 12 * l * h * s / 2",
    source=_PALM,
    kind="identity",
    unit_in={"N": "parameter", "l": "1", "h": "1", "s": "1"},
    unit_out="FLOP/token",
    monotone="++++",
    coefficients={"6": "FLOP/parameter/token", "12": "FLOP/token"},
    convention="6N and the causal half of the attention matrix",
)
def train_flops_per_token_causal(N: Value, l: Value, h: Value, s: Value) -> Value:
    """Forward and backward FLOPs of one token, with the causal half of the attention matrix.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    l, h, s : (...) array_like
        Layers, hidden size, sequence length.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token].
    """
    return 6 * N + 12 * l * h * s / 2


@formula(
    "F = 8 * N",
    source=_SC21,
    kind="identity",
    unit_in={"N": "parameter"},
    unit_out="FLOP/token",
    monotone="+",
    coefficients={"8": "FLOP/parameter/token"},
    convention="8N: full recomputation, attention scores left out",
)
def train_flops_per_token_recomputed(N: Value) -> Value:
    """Hardware FLOPs of one token where every activation is computed twice.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP/token]; for a hardware utilisation, never for a model utilisation.
    """
    return 8 * N


@formula(
    "t = F * T / (n * X)",
    source=_SC21,
    kind="identity",
    unit_in={"F": "FLOP/token", "T": "token", "n": "device", "X": "FLOP/s/device"},
    unit_out="s",
    monotone="++--",
)
def training_seconds(F: Value, T: Value, n: Value, X: Value) -> Value:
    """Time to train on a number of tokens at a sustained rate.

    Parameters
    ----------
    F : (...) array_like
        Work of one token, in the convention that X was measured in [FLOP/token].
    T : (...) array_like
        Tokens [token].
    n : (...) array_like
        Devices [device].
    X : (...) array_like
        Sustained rate of one device [FLOP/s/device].

    Returns
    -------
    t : (...) ndarray or float
        [s], restarts and evaluation left out.
    """
    return F * T / (n * X)
