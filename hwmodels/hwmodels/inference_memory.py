"""Memory of one device in inference: weights, key-value cache, what its allocation wastes.

The cache enters through the bytes of one position (`hwmodels.decode.kv_bytes_per_position`, or
`hwmodels.kv_cache` for latent and windowed attention), so that every kind of attention is the same
here.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, ceil, floor, maximum, minimum
from hwmodels.formula import formula

_GPTQ = "Frantar et al., GPTQ, ICLR 2023, section 4; one scale and one zero point a group"
_QLORA = "Dettmers et al., QLoRA, NeurIPS 2023, section 3"
_PAGED = "Kwon et al., PagedAttention, SOSP 2023, sections 3 and 4"
_SHARED = "Pope et al., Efficiently Scaling Transformer Inference, MLSys 2023, section 3.3"

BLOCK = 16.0
"""Positions of a block of paged attention by default (Kwon et al., section 7.2) [token]."""


@formula(
    "w = (q + (s + z) / G) / 8",
    source=_GPTQ,
    kind="identity",
    unit_in={"q": "bit/parameter", "s": "bit", "z": "bit", "G": "parameter"},
    unit_out="byte/parameter",
    monotone="+++-",
    coefficients={"8": "bit/byte"},
    convention="packed without gaps; what is not quantised counts apart",
)
def quantised_width(q: Value, s: Value, z: Value, G: Value) -> Value:
    """Bytes of a weight that is quantised in groups.

    Parameters
    ----------
    q : (...) array_like
        Bits of a weight [bit/parameter].
    s, z : (...) array_like
        Bits of the scale and of the zero point of a group; no zero point where it is symmetric
        [bit].
    G : (...) array_like
        Weights of a group [parameter].

    Returns
    -------
    w : (...) ndarray or float
        [byte/parameter].
    """
    return (q + (s + z) / G) / 8


@formula(
    "w = (q + c / G + s / (G * H)) / 8",
    source=_QLORA,
    kind="identity",
    unit_in={"q": "bit/parameter", "c": "bit", "G": "parameter", "s": "bit", "H": "1"},
    unit_out="byte/parameter",
    monotone="++-+-",
    coefficients={"8": "bit/byte"},
    convention="double quantisation; what is not quantised counts apart",
)
def double_quantised_width(q: Value, c: Value, G: Value, s: Value, H: Value) -> Value:
    """Bytes of a weight whose scales are quantised, too.

    Parameters
    ----------
    q : (...) array_like
        Bits of a weight [bit/parameter].
    c : (...) array_like
        Bits of a quantised scale [bit].
    G : (...) array_like
        Weights of a group [parameter].
    s : (...) array_like
        Bits of the scale of the scales [bit].
    H : (...) array_like
        Scales of a group of scales.

    Returns
    -------
    w : (...) ndarray or float
        [byte/parameter]: 4.127 bits with groups of 64 and 256.
    """
    return (q + c / G + s / (G * H)) / 8


@formula(
    "k = K / min(t, n)",
    source=_SHARED,
    kind="identity",
    unit_in={"K": "byte/token", "t": "1", "n": "1"},
    unit_out="byte/token",
    monotone="+--",
    convention="tensor parallelism over heads; those that are too few are repeated",
)
def device_kv_bytes(K: Value, t: Value, n: Value) -> Value:
    """Cache of one position on one of t devices that share the heads.

    Parameters
    ----------
    K : (...) array_like
        Cache of a position [byte/token].
    t : (...) array_like
        Degree of tensor parallelism.
    n : (...) array_like
        Key-value heads; 1 for multi-query and for latent attention.

    Returns
    -------
    k : (...) ndarray or float
        [byte/token].
    """
    return K / minimum(t, n)


@formula(
    "M = b * c * K",
    source=_PAGED,
    kind="identity",
    unit_in={"b": "1", "c": "token", "K": "byte/token"},
    unit_out="byte",
    monotone="+++",
    convention="no two sequences share a prefix; nothing is evicted",
)
def kv_cache_bytes(b: Value, c: Value, K: Value) -> Value:
    """Keys and values of a batch.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    c : (...) array_like
        Positions of each [token].
    K : (...) array_like
        Cache of a position [byte/token].

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return b * c * K


@formula(
    "n = b * ceil(c / P)",
    source=_PAGED,
    kind="identity",
    unit_in={"b": "1", "c": "token", "P": "token"},
    unit_out="1",
    monotone="++-",
    convention="whole blocks; sequences of one length",
)
def blocks_needed(b: Value, c: Value, P: Value) -> Value:
    """Blocks that hold the cache of a batch.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    c : (...) array_like
        Positions of each [token].
    P : (...) array_like
        Positions of a block [token].

    Returns
    -------
    n : (...) ndarray or float
        Blocks.
    """
    return b * ceil(c / P)


@formula(
    "W = b * (P - 1) * K",
    source=_PAGED,
    kind="bound",
    unit_in={"b": "1", "P": "token", "K": "byte/token"},
    unit_out="byte",
    monotone="+++",
    coefficients={"1": "token"},
    convention="only the last block of a sequence is not full",
)
def paged_waste_bound(b: Value, P: Value, K: Value) -> Value:
    """Most that paging wastes inside blocks.

    Parameters
    ----------
    b : (...) array_like
        Sequences.
    P : (...) array_like
        Positions of a block [token].
    K : (...) array_like
        Cache of a position [byte/token].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return b * (P - 1) * K


@formula(
    "u = c / s",
    source=_PAGED,
    kind="identity",
    unit_in={"c": "token", "s": "token"},
    unit_out="1",
    monotone="+-",
    convention="one contiguous piece of the longest length for each sequence",
)
def preallocated_share(c: Value, s: Value) -> Value:
    """Share of a cache that holds tokens where each sequence reserves the longest length.

    Parameters
    ----------
    c : (...) array_like
        Positions that a sequence has, on the mean [token].
    s : (...) array_like
        Positions that are reserved for each [token].

    Returns
    -------
    u : (...) ndarray or float
        The rest is wasted.
    """
    return c / s


@formula(
    "A = T * e * (3 * h + 2 * f)",
    source="tensors live at once in a gated feed-forward: residual, its norm and output, gate and up",
    kind="estimate",
    unit_in={"T": "token", "e": "byte/token", "h": "1", "f": "1"},
    unit_out="byte",
    monotone="++++",
    convention="one layer at a time, fused attention",
)
def forward_workspace_bytes(T: Value, e: Value, h: Value, f: Value) -> Value:
    """Activations of a forward pass that are live at once.

    Parameters
    ----------
    T : (...) array_like
        Tokens of the pass: of a prefill all of a chunk [token].
    e : (...) array_like
        Width of an element [byte/token].
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width of the feed-forward on the device.

    Returns
    -------
    A : (...) ndarray or float
        [byte].
    """
    return T * e * (3 * h + 2 * f)


@formula(
    "b = max(floor((C - M) / (c * K)), 0)",
    source=_PAGED,
    kind="bound",
    unit_in={"C": "byte", "M": "byte", "c": "token", "K": "byte/token"},
    unit_out="1",
    monotone="+---",
    convention="weights and cache alone; no shared prefixes, nothing evicted",
)
def largest_batch(C: Value, M: Value, c: Value, K: Value) -> Value:
    """Most sequences whose cache fits beside the weights.

    Parameters
    ----------
    C : (...) array_like
        Capacity [byte].
    M : (...) array_like
        Weights [byte].
    c : (...) array_like
        Positions of a sequence [token].
    K : (...) array_like
        Cache of a position [byte/token].

    Returns
    -------
    b : (...) ndarray or float
        An upper bound; 0 where not even one fits.
    """
    return maximum(floor((C - M) / (c * K)), 0.0)


@formula(
    "c = max((C - M) / (b * K), 0)",
    source=_PAGED,
    kind="bound",
    unit_in={"C": "byte", "M": "byte", "b": "1", "K": "byte/token"},
    unit_out="token",
    monotone="+---",
    coefficients={"0": "token"},
    convention="weights and cache alone; no shared prefixes, nothing evicted",
)
def largest_context(C: Value, M: Value, b: Value, K: Value) -> Value:
    """Most positions of each sequence whose cache fits beside the weights.

    Parameters
    ----------
    C : (...) array_like
        Capacity [byte].
    M : (...) array_like
        Weights [byte].
    b : (...) array_like
        Sequences.
    K : (...) array_like
        Cache of a position [byte/token].

    Returns
    -------
    c : (...) ndarray or float
        An upper bound [token].
    """
    return maximum((C - M) / (b * K), 0.0)
