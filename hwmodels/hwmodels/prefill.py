"""Prefill: work of reading prompts, and the shortest time to the first token."""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula

_INFERENCE = "Pope et al., Efficiently Scaling Transformer Inference, MLSys 2023, section 3"
_HYDRAGEN = "Juravsky et al., Hydragen, 2024; a shared prefix is computed once"
_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"


@formula(
    "F = 2 * b * s * N + 4 * b * l * h * s * (s + 1) / 2",
    source=_INFERENCE,
    kind="identity",
    unit_in={"b": "1", "s": "1", "N": "parameter", "l": "1", "h": "1"},
    unit_out="FLOP",
    monotone="+++++",
    coefficients={"2": "FLOP/parameter", "4": "FLOP"},
    convention="causal half of attention; the output layer, used for one position, left out",
)
def prefill_flops(b: Value, s: Value, N: Value, l: Value, h: Value) -> Value:
    """Work of reading prompts.

    Parameters
    ----------
    b, s : (...) array_like
        Prompts, and tokens of one.
    N : (...) array_like
        Parameters of the layers that one token is multiplied with, input and output tables left
        out [parameter].
    l, h : (...) array_like
        Layers, and width of all query heads together.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 2 * b * s * N + 4 * b * l * h * s * (s + 1) / 2


@formula(
    "F = 2 * b * o * N + 4 * b * l * h * o * (2 * p + o + 1) / 2",
    source=_HYDRAGEN,
    kind="identity",
    unit_in={"b": "1", "o": "1", "p": "1", "N": "parameter", "l": "1", "h": "1"},
    unit_out="FLOP",
    monotone="++++++",
    coefficients={"2": "FLOP/parameter", "4": "FLOP"},
    convention="a cached prefix is attended to and not computed; causal; output layer left out",
)
def suffix_flops(b: Value, o: Value, p: Value, N: Value, l: Value, h: Value) -> Value:
    """Work of reading what follows a prefix whose keys and values are cached, or one chunk.

    Parameters
    ----------
    b, o : (...) array_like
        Sequences, and tokens of each that are computed.
    p : (...) array_like
        Tokens before them that are cached.
    N : (...) array_like
        Parameters of the layers that one token is multiplied with [parameter].
    l, h : (...) array_like
        Layers, and width of all query heads together.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].  Chunks of a prompt one after the other add up to the whole.
    """
    return 2 * b * o * N + 4 * b * l * h * o * (2 * p + o + 1) / 2


@formula(
    "T = max(F / (n * P), B / (n * M))",
    source=_ROOFLINE,
    kind="bound",
    unit_in={
        "F": "FLOP", "n": "device", "P": "FLOP/s/device", "B": "byte", "M": "byte/s/device",
    },
    unit_out="s",
    monotone="+--+-",
    convention="queueing, sampling and the network left out",
)  # fmt: skip
def pass_seconds_bound(F: Value, n: Value, P: Value, B: Value, M: Value) -> Value:
    """Shortest time of a pass over a batch: to the first token, or from one token to the next.

    Parameters
    ----------
    F : (...) array_like
        Work of the pass [FLOP].
    n : (...) array_like
        Devices that share the model [device].
    P : (...) array_like
        Rate that no dense kernel passes [FLOP/s/device].
    B : (...) array_like
        Bytes that the pass reads: the weights at least [byte].
    M : (...) array_like
        Memory bandwidth of one [byte/s/device].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].
    """
    return maximum(F / (n * P), B / (n * M))
