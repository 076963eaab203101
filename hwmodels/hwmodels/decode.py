"""Autoregressive decoding: bytes that one pass reads, the roof that they set, energy per token.

A pass makes one token for each sequence of the batch (more with `hwmodels.speculation`; of a
mixture of experts it reads what `hwmodels.experts` counts).  It reads every weight but the input
embedding, whose rows are looked up, and the keys and values of every position of every sequence.
Latent attention, which caches something else, is left out.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"
_INFERENCE = "Pope et al., Efficiently Scaling Transformer Inference, MLSys 2023, section 3"
_GQA = "Ainslie et al., GQA, EMNLP 2023; keys and values of every layer and every shared head"
_HYDRAGEN = "Juravsky et al., Hydragen, 2024; a shared prefix is read once for the whole batch"


@formula(
    "R = N - r * h",
    source=_INFERENCE,
    kind="identity",
    unit_in={"N": "parameter", "r": "1", "h": "parameter"},
    unit_out="parameter",
    monotone="+--",
    convention="the rows of a table that is only looked up are left out",
)
def read_parameters(N: Value, r: Value, h: Value) -> Value:
    """Parameters that a pass reads: all but those of tables that are only looked up.

    Parameters
    ----------
    N : (...) array_like
        Parameters; of a mixture of experts those of one token [parameter].
    r : (...) array_like
        Rows of the looked-up tables; an embedding that is also the output layer is read whole and
        does not count.
    h : (...) array_like
        Parameters of one row [parameter].

    Returns
    -------
    R : (...) ndarray or float
        [parameter].
    """
    return N - r * h


@formula(
    "W = R * w",
    source=_INFERENCE,
    kind="identity",
    unit_in={"R": "parameter", "w": "byte/parameter"},
    unit_out="byte",
    monotone="++",
    convention="scales and zero points of quantised groups left out",
)
def weight_bytes(R: Value, w: Value) -> Value:
    """Bytes of the weights that a pass reads.

    Parameters
    ----------
    R : (...) array_like
        Parameters that are read [parameter].
    w : (...) array_like
        Width of one [byte/parameter].

    Returns
    -------
    W : (...) ndarray or float
        [byte]; scales of quantised groups come on top (about 3 % for groups of 128 at four bits).
    """
    return R * w


@formula(
    "W = R * (w + o / G)",
    source="Frantar et al., GPTQ, ICLR 2023; Dettmers et al., QLoRA, NeurIPS 2023; counted",
    kind="identity",
    unit_in={"R": "parameter", "w": "byte/parameter", "o": "byte", "G": "parameter"},
    unit_out="byte",
    monotone="+++-",
    convention="one scale (and zero point) a group",
)
def quantised_weight_bytes(R: Value, w: Value, o: Value, G: Value) -> Value:
    """Bytes of quantised weights with what each group carries.

    Parameters
    ----------
    R : (...) array_like
        Parameters that are read [parameter].
    w : (...) array_like
        Width of one: 0.5 at four bits [byte/parameter].
    o : (...) array_like
        Scale and zero point of a group: 4 where both have 16 bits [byte].
    G : (...) array_like
        Parameters of a group [parameter].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return R * (w + o / G)


@formula(
    "K = 2 * l * k * d * e",
    source=_GQA,
    kind="identity",
    unit_in={"l": "1", "k": "1", "d": "1", "e": "byte"},
    unit_out="byte/token",
    monotone="++++",
    coefficients={"2": "1/token"},
    convention="one key and one value; latent attention left out",
)
def kv_bytes_per_position(l: Value, k: Value, d: Value, e: Value) -> Value:
    """Bytes that one position of one sequence keeps in the key-value cache.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    k : (...) array_like
        Key-value heads; as many as query heads without sharing.
    d : (...) array_like
        Size of a head.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 2 * l * k * d * e


@formula(
    "B = W + b * c * K",
    source=_INFERENCE,
    kind="identity",
    unit_in={"W": "byte", "b": "1", "c": "token", "K": "byte/token"},
    unit_out="byte",
    monotone="++++",
    convention="each weight and each cached position read once",
)
def decode_pass_bytes(W: Value, b: Value, c: Value, K: Value) -> Value:
    """Bytes that a pass reads.

    Parameters
    ----------
    W : (...) array_like
        Weights [byte].
    b : (...) array_like
        Sequences decoded together.
    c : (...) array_like
        Positions in the cache of each [token].
    K : (...) array_like
        Cache of one position [byte/token].

    Returns
    -------
    B : (...) ndarray or float
        [byte].
    """
    return W + b * c * K


@formula(
    "B = W + (p + b * o) * K",
    source=_HYDRAGEN,
    kind="identity",
    unit_in={"W": "byte", "p": "token", "b": "1", "o": "token", "K": "byte/token"},
    unit_out="byte",
    monotone="+++++",
    convention="a prefix that all sequences share is read once",
)
def shared_prefix_pass_bytes(W: Value, p: Value, b: Value, o: Value, K: Value) -> Value:
    """Bytes that a pass reads where all sequences begin alike and that part is read once.

    Parameters
    ----------
    W : (...) array_like
        Weights [byte].
    p : (...) array_like
        Positions that all sequences share [token].
    b : (...) array_like
        Sequences decoded together.
    o : (...) array_like
        Positions that each has to itself [token].
    K : (...) array_like
        Cache of one position [byte/token].

    Returns
    -------
    B : (...) ndarray or float
        [byte].
    """
    return W + (p + b * o) * K


@formula(
    "R = b / (B / (n * M))",
    source=_ROOFLINE,
    kind="bound",
    unit_in={"b": "1", "B": "byte", "n": "device", "M": "byte/s/device"},
    unit_out="token/s",
    monotone="+-++",
    coefficients={"": "token"},
    convention="one token a pass and sequence; no speculation; all of B comes from memory, no cache",
    valid={"B > 0": "a pass reads its weights"},
)
def decode_roof(b: Value, B: Value, n: Value, M: Value) -> Value:
    """Most tokens a second that the memory allows.

    Parameters
    ----------
    b : (...) array_like
        Sequences decoded together.
    B : (...) array_like
        Bytes that a pass reads [byte].
    n : (...) array_like
        Devices that share the model [device].
    M : (...) array_like
        Memory bandwidth of one [byte/s/device].

    Returns
    -------
    R : (...) ndarray or float
        An upper bound on the tokens of all sequences together [token/s].  Passes that yield
        several tokens, and weights that need not be read, are above it.  A proof needs a B well
        above the last-level cache, which keeps small models from pass to pass.
    """
    return b / (B / (n * M))


@formula(
    "R = n * P / (2 * A)",
    source=_INFERENCE,
    kind="bound",
    unit_in={"n": "device", "P": "FLOP/s/device", "A": "parameter"},
    unit_out="token/s",
    monotone="++-",
    coefficients={"2": "FLOP/parameter/token"},
    convention="2N: attention scores left out",
)
def decode_compute_roof(n: Value, P: Value, A: Value) -> Value:
    """Most tokens a second that the arithmetic allows.

    Parameters
    ----------
    n : (...) array_like
        Devices [device].
    P : (...) array_like
        Peak of one at the precision of the products [FLOP/s/device].
    A : (...) array_like
        Parameters that take part in the products of one token [parameter].

    Returns
    -------
    R : (...) ndarray or float
        An upper bound [token/s].
    """
    return n * P / (2 * A)


@formula(
    "I = 2 * b * A / B",
    source=_ROOFLINE,
    kind="identity",
    unit_in={"b": "1", "A": "parameter", "B": "byte"},
    unit_out="FLOP/byte",
    monotone="++-",
    coefficients={"2": "FLOP/parameter"},
    convention="2N: attention scores left out",
)
def decode_intensity(b: Value, A: Value, B: Value) -> Value:
    """Work of a pass for each byte that it reads.

    Parameters
    ----------
    b : (...) array_like
        Sequences decoded together.
    A : (...) array_like
        Parameters that take part in the products of one token [parameter].
    B : (...) array_like
        Bytes that the pass reads [byte].

    Returns
    -------
    I : (...) ndarray or float
        [FLOP/byte].
    """
    return 2 * b * A / B


@formula(
    "b = P * w / (2 * M)",
    source=_ROOFLINE,
    kind="identity",
    unit_in={"P": "FLOP/s", "w": "byte/parameter", "M": "byte/s"},
    unit_out="1",
    monotone="++-",
    coefficients={"2": "FLOP/parameter"},
    convention="weights alone, the cache left out",
)
def batch_at_ridge(P: Value, w: Value, M: Value) -> Value:
    """Batch at which the products take as long as reading the weights.

    Parameters
    ----------
    P : (...) array_like
        Peak at the precision of the products [FLOP/s].
    w : (...) array_like
        Width of a weight in memory [byte/parameter].
    M : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    b : (...) ndarray or float
        Sequences; below it decoding is bound by bandwidth.
    """
    return P * w / (2 * M)


@formula(
    "E = p / R",
    source="definition",
    kind="identity",
    unit_in={"p": "W", "R": "token/s"},
    unit_out="J/token",
    monotone="+-",
)
def energy_per_token(p: Value, R: Value) -> Value:
    """Energy of one token.

    Parameters
    ----------
    p : (...) array_like
        Power while decoding [W].
    R : (...) array_like
        Tokens a second [token/s].

    Returns
    -------
    E : (...) ndarray or float
        [J/token].
    """
    return p / R
