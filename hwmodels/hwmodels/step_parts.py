"""Parts of a training step as formulas: products, attention, traffic, what is exposed."""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula

_SC21 = "Narayanan et al., Megatron-LM, SC 2021, sections 2 and 5"
_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"


@formula(
    "T = w * N * x / (n * P * e)",
    source=_SC21,
    kind="estimate",
    unit_in={
        "w": "FLOP/parameter/token", "N": "parameter", "x": "token", "n": "device",
        "P": "FLOP/s/device", "e": "1",
    },
    unit_out="s",
    monotone="+++---",
    convention="matrix products with weights alone; attention scores left out",
    domain={"e": (0.05, 1)},
)  # fmt: skip
def products_seconds(w: Value, N: Value, x: Value, n: Value, P: Value, e: Value) -> Value:
    """Time of the matrix products of a batch of tokens.

    Parameters
    ----------
    w : (...) array_like
        Work: 6 forward and backward, 8 with full recomputation [FLOP/parameter/token].
    N : (...) array_like
        Parameters in products with one token [parameter].
    x : (...) array_like
        Tokens [token].
    n : (...) array_like
        Devices that share the work evenly [device].
    P : (...) array_like
        Peak of one [FLOP/s/device].
    e : (...) array_like
        Share of the peak that is reached, above 0, to 1.

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return w * N * x / (n * P * e)


@formula(
    "T = w * l * h * s * x / (n * P * e)",
    source=_SC21,
    kind="estimate",
    unit_in={
        "w": "FLOP/token", "l": "1", "h": "1", "s": "1", "x": "token", "n": "device",
        "P": "FLOP/s/device", "e": "1",
    },
    unit_out="s",
    monotone="+++++---",
    convention="scores and values of every head; w says whether the causal half alone",
    domain={"e": (0.05, 1)},
)  # fmt: skip
def attention_seconds(
    w: Value, l: Value, h: Value, s: Value, x: Value, n: Value, P: Value, e: Value
) -> Value:
    """Time of attention over a batch of tokens.

    Parameters
    ----------
    w : (...) array_like
        Work a layer, hidden element and position: 12 forward and backward with the whole matrix,
        14 where the backward pass computes the scores again, half of it for the causal half
        [FLOP/token].
    l, h, s : (...) array_like
        Layers, width of all heads together, positions attended to.
    x : (...) array_like
        Tokens [token].
    n : (...) array_like
        Devices that share the work evenly [device].
    P : (...) array_like
        Peak of one [FLOP/s/device].
    e : (...) array_like
        Share of the peak that the kernel reaches, above 0, to 1.

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return w * l * h * s * x / (n * P * e)


@formula(
    "T = B / (M * e)",
    source=_ROOFLINE,
    kind="estimate",
    unit_in={"B": "byte", "M": "byte/s", "e": "1"},
    unit_out="s",
    monotone="+--",
    domain={"e": (0.05, 1)},
)
def traffic_seconds(B: Value, M: Value, e: Value) -> Value:
    """Time to move bytes at a share of the bandwidth.

    Parameters
    ----------
    B : (...) array_like
        Traffic [byte].
    M : (...) array_like
        Bandwidth [byte/s].
    e : (...) array_like
        Share of it that is reached, above 0, to 1.

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return B / (M * e)


@formula(
    "E = max(y * c, c - z * t)",
    source="definition: at least the share y shows, and all that does not fit beside the work",
    kind="estimate",
    unit_in={"y": "1", "c": "s", "z": "1", "t": "s"},
    unit_out="s",
    monotone="++--",
    domain={"y": (0, 1), "z": (0, 1)},
)
def exposed_seconds(y: Value, c: Value, z: Value, t: Value) -> Value:
    """Communication that a step waits for where it runs beside the work.

    Parameters
    ----------
    y : (...) array_like
        Share that shows even where there is room to hide it, from 0 to 1.
    c : (...) array_like
        Communication [s].
    z : (...) array_like
        Share of the work that it can run beside, from 0 to 1.
    t : (...) array_like
        Work [s].

    Returns
    -------
    E : (...) ndarray or float
        [s].
    """
    return maximum(y * c, c - z * t)
