"""Work, least traffic and arithmetic intensity of attention, prefill and decode.

Traffic is compulsory, as in `hwmodels.kernels`: keys and values that the last-level cache still
holds are not in it, so that a proof needs traffic well above that cache.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula
from hwmodels.kernels import COMPULSORY

_FLASH = "Dao et al., FlashAttention, NeurIPS 2022, section 3"
_GQA = "Ainslie et al., GQA, EMNLP 2023"
_MLA = "DeepSeek-AI, DeepSeek-V2, 2024, section 2.1; the projections absorbed"


@formula(
    "F = 4 * b * a * s * c * d",
    source=_FLASH,
    kind="identity",
    unit_in={"b": "1", "a": "1", "s": "1", "c": "1", "d": "1"},
    unit_out="FLOP",
    monotone="+++++",
    coefficients={"4": "FLOP"},
    convention="the whole score matrix; the soft-max left out",
)
def attention_flops(b: Value, a: Value, s: Value, c: Value, d: Value) -> Value:
    """Work of attention, forward: scores, and their product with the values.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    a : (...) array_like
        Query heads.
    s, c : (...) array_like
        Queries, and positions that each attends to.
    d : (...) array_like
        Size of a head.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP]; the backward pass takes twice that, and half more where it makes the scores again.
    """
    return 4 * b * a * s * c * d


@formula(
    "F = 2 * b * a * s * (s + 1) * d",
    source=_FLASH,
    kind="identity",
    unit_in={"b": "1", "a": "1", "s": "1", "d": "1"},
    unit_out="FLOP",
    monotone="++++",
    coefficients={"2": "FLOP"},
    convention="the causal half of the score matrix, diagonal included; the soft-max left out",
)
def causal_attention_flops(b: Value, a: Value, s: Value, d: Value) -> Value:
    """Work of causal attention over whole sequences, forward.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    a : (...) array_like
        Query heads.
    s : (...) array_like
        Positions of a sequence.
    d : (...) array_like
        Size of a head.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 2 * b * a * s * (s + 1) * d


@formula(
    "B = 2 * b * (a * s + k * c) * d * e",
    source=_FLASH,
    kind="bound",
    unit_in={"b": "1", "a": "1", "s": "1", "k": "1", "c": "1", "d": "1", "e": "byte"},
    unit_out="byte",
    monotone="+++++++",
    convention=COMPULSORY + "; the score matrix stays on the chip",
)
def flash_attention_bytes(
    b: Value, a: Value, s: Value, k: Value, c: Value, d: Value, e: Value
) -> Value:
    """Least traffic of attention that never writes the score matrix, forward.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    a : (...) array_like
        Query heads.
    s : (...) array_like
        Queries of a sequence.
    k : (...) array_like
        Key-value heads.
    c : (...) array_like
        Positions that are attended to.
    d : (...) array_like
        Size of a head.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte]: queries, keys and values read, the output written.
    """
    return 2 * b * (a * s + k * c) * d * e


@formula(
    "B = 2 * b * (a * s + k * c) * d * e + 4 * b * a * s * c * e",
    source=_FLASH,
    kind="identity",
    unit_in={"b": "1", "a": "1", "s": "1", "k": "1", "c": "1", "d": "1", "e": "byte"},
    unit_out="byte",
    monotone="+++++++",
    convention="scores and weights each written once and read once; no mask and no dropout",
)
def score_attention_bytes(
    b: Value, a: Value, s: Value, k: Value, c: Value, d: Value, e: Value
) -> Value:
    """Traffic of attention that writes the score matrix and reads it back, forward.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    a : (...) array_like
        Query heads.
    s : (...) array_like
        Queries of a sequence.
    k : (...) array_like
        Key-value heads.
    c : (...) array_like
        Positions that are attended to.
    d : (...) array_like
        Size of a head.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        [byte].
    """
    return 2 * b * (a * s + k * c) * d * e + 4 * b * a * s * c * e


@formula(
    "I = 2 * a / (k * e)",
    source=_GQA,
    kind="bound",
    unit_in={"a": "1", "k": "1", "e": "byte"},
    unit_out="FLOP/byte",
    monotone="+--",
    coefficients={"2": "FLOP"},
    convention="each key and value read once from memory for one new position, none from a cache; "
    "queries and output left out",
)
def decode_attention_intensity(a: Value, k: Value, e: Value) -> Value:
    """Highest arithmetic intensity of attention while decoding, whatever batch and context.

    Parameters
    ----------
    a : (...) array_like
        Query heads.
    k : (...) array_like
        Key-value heads: as many without sharing, 1 for multi-query attention.
    e : (...) array_like
        Width of an element of the cache [byte].

    Returns
    -------
    I : (...) ndarray or float
        An upper bound [FLOP/byte]: 1 at 16 bits without sharing.
    """
    return 2 * a / (k * e)


@formula(
    "I = 2 * a * (2 * r + q) / ((r + q) * e)",
    source=_MLA,
    kind="bound",
    unit_in={"a": "1", "r": "1", "q": "1", "e": "byte"},
    unit_out="FLOP/byte",
    monotone="++--",
    coefficients={"2": "FLOP"},
    convention="the latent read once from memory for scores and values, none from a cache; absorbed "
    "projections left out",
)
def latent_attention_intensity(a: Value, r: Value, q: Value, e: Value) -> Value:
    """Highest arithmetic intensity of multi-head latent attention while decoding.

    Parameters
    ----------
    a : (...) array_like
        Query heads.
    r : (...) array_like
        Rank of the latent that stands for keys and values.
    q : (...) array_like
        Size of the shared rotary key.
    e : (...) array_like
        Width of an element of the cache [byte].

    Returns
    -------
    I : (...) ndarray or float
        An upper bound [FLOP/byte].
    """
    return 2 * a * (2 * r + q) / ((r + q) * e)
