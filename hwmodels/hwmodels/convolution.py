"""Work, least traffic and output of two-dimensional convolutions.

Traffic is compulsory, as in `hwmodels.kernels`.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, floor
from hwmodels.formula import formula
from hwmodels.kernels import COMPULSORY

_CONVOLUTION = "Dumoulin and Visin, A guide to convolution arithmetic, 2016"


@formula(
    "o = floor((x + 2 * p - d * (r - 1) - 1) / s) + 1",
    source=_CONVOLUTION,
    kind="identity",
    unit_in={"x": "1", "p": "1", "d": "1", "r": "1", "s": "1"},
    unit_out="1",
    monotone="++---",
    valid={
        "x + 2 * p >= d * (r - 1) + 1": "the filter is larger than the padded image",
        "s >= 1": "a stride is at least 1",
    },
    domain={"x": (32, 1e4), "p": (0, 8), "d": (1, 4), "r": (1, 7), "s": (1, 8)},
)
def convolution_extent(x: Value, p: Value, d: Value, r: Value, s: Value) -> Value:
    """Height or width of what a convolution makes.

    Parameters
    ----------
    x : (...) array_like
        Height or width of the input.
    p : (...) array_like
        Padding on each side.
    d : (...) array_like
        Dilation; 1 for none.
    r : (...) array_like
        Height or width of the filter.
    s : (...) array_like
        Stride.

    Returns
    -------
    o : (...) ndarray or float
    """
    return floor((x + 2 * p - d * (r - 1) - 1) / s) + 1


@formula(
    "F = 2 * n * k * y * z * c * r * s / g",
    source=_CONVOLUTION,
    kind="identity",
    unit_in={
        "n": "1", "k": "1", "y": "1", "z": "1", "c": "1", "r": "1", "s": "1", "g": "1",
    },
    unit_out="FLOP",
    monotone="+++++++-",
    coefficients={"2": "FLOP"},
    convention="direct: a fast algorithm (Winograd, FFT) does fewer multiplications",
)  # fmt: skip
def convolution_flops(
    n: Value, k: Value, y: Value, z: Value, c: Value, r: Value, s: Value, g: Value
) -> Value:
    """Work of a two-dimensional convolution, forward.

    Parameters
    ----------
    n : (...) array_like
        Images.
    k : (...) array_like
        Channels out.
    y, z : (...) array_like
        Height and width out (`convolution_extent`).
    c : (...) array_like
        Channels in.
    r, s : (...) array_like
        Height and width of the filter.
    g : (...) array_like
        Groups: 1 for none, c for a depthwise one.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 2 * n * k * y * z * c * r * s / g


@formula(
    "B = (n * c * a * b + k * c * r * s / g + n * k * y * z) * e",
    source=_CONVOLUTION,
    kind="bound",
    unit_in={
        "n": "1", "c": "1", "a": "1", "b": "1", "k": "1", "r": "1", "s": "1", "g": "1",
        "y": "1", "z": "1", "e": "byte",
    },
    unit_out="byte",
    monotone="+++++++-+++",
    convention=COMPULSORY + "; every input used, as with a stride no larger than the filter",
)  # fmt: skip
def convolution_bytes(
    n: Value, c: Value, a: Value, b: Value, k: Value, r: Value, s: Value, g: Value, y: Value,
    z: Value, e: Value,
) -> Value:  # fmt: skip
    """Least traffic of a two-dimensional convolution, forward.

    Parameters
    ----------
    n : (...) array_like
        Images.
    c : (...) array_like
        Channels in.
    a, b : (...) array_like
        Height and width in.
    k : (...) array_like
        Channels out.
    r, s : (...) array_like
        Height and width of the filter.
    g : (...) array_like
        Groups.
    y, z : (...) array_like
        Height and width out.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte].
    """
    return (n * c * a * b + k * c * r * s / g + n * k * y * z) * e
