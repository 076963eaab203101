"""Key-value caches that are not a key and a value of every position: latent, and windowed.

The plain cache, of multi-head, grouped-query and multi-query attention, is
`hwmodels.decode.kv_bytes_per_position`.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value, minimum
from hwmodels.formula import formula

_MLA = "DeepSeek-AI, DeepSeek-V2, 2024, section 2.1.4 and table 1"
_WINDOW = (
    "Beltagy et al., Longformer, 2020; Jiang et al., Mistral 7B, 2023, section 2: rolling buffer"
)


@formula(
    "K = l * (c + r) * e",
    source=_MLA,
    kind="identity",
    unit_in={"l": "1", "c": "1", "r": "1", "e": "byte"},
    unit_out="byte/token",
    monotone="++++",
    coefficients={"": "1/token"},
    convention="one latent and one rotated key for all heads, as cached by an absorbed kernel",
)
def latent_kv_bytes_per_position(l: Value, c: Value, r: Value, e: Value) -> Value:
    """Bytes that one position of one sequence keeps under multi-head latent attention.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    c : (...) array_like
        Rank of keys and values.
    r : (...) array_like
        Size of the rotated key, which the heads share.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].  There is no factor 2: the latent gives keys and values alike.
    """
    return l * (c + r) * e


@formula(
    "K = 2 * k * d * e * (g * s + w * min(s, W))",
    source=_WINDOW,
    kind="identity",
    unit_in={"k": "1", "d": "1", "e": "byte", "g": "1", "w": "1", "s": "token", "W": "token"},
    unit_out="byte",
    monotone="+++++++",
    coefficients={"2": "1/token"},
    convention="a layer with a window keeps no more than the window",
)
def windowed_kv_bytes(
    k: Value, d: Value, e: Value, g: Value, w: Value, s: Value, W: Value
) -> Value:
    """Bytes of the cache of one sequence where some layers look back only so far.

    Parameters
    ----------
    k : (...) array_like
        Key-value heads.
    d : (...) array_like
        Head size.
    e : (...) array_like
        Width of an element [byte].
    g : (...) array_like
        Layers that see every position.
    w : (...) array_like
        Layers with a window.
    s : (...) array_like
        Positions of the sequence [token].
    W : (...) array_like
        The window [token].

    Returns
    -------
    K : (...) ndarray or float
        [byte].  Engines that do not drop old positions keep all of them.
    """
    return 2 * k * d * e * (g * s + w * minimum(s, W))
