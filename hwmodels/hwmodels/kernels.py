"""Work, least traffic and arithmetic intensity of the kernels that models are made of.

Attention is in `hwmodels.attention`, convolution in `hwmodels.convolution`.

Traffic is compulsory: each operand is read once and each result written once, from caches that
hold none of them before.  A kernel moves at least that; how much more depends on its tiling and
on the cache, so that an intensity made of it is a bound from above.

All of this is of memory.  Where the last-level cache (40 MB on A100, 50 MB on H100, 256 MB on
MI300X) still holds operands of the kernel before, real kernels move less and run faster.  A
formula cannot see that in its arguments: a proof needs traffic well above that cache.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula

_GEMM = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009; two FLOP a multiply-add"
_NORM = "Ba, Kiros, Hinton, Layer Normalization, 2016; counted from its definition"
_RMS = "Zhang and Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019; counted"
_SOFTMAX = "Milakov and Gimelshein, Online normalizer calculation for softmax, 2018; counted"
_ADAM = "Kingma and Ba, Adam, ICLR 2015, algorithm 1; counted"

COMPULSORY = (
    "compulsory traffic: operands not in a cache before, the last-level one included; results "
    "written back to memory"
)


@formula(
    "F = 2 * b * m * n * k",
    source=_GEMM,
    kind="identity",
    unit_in={"b": "1", "m": "1", "n": "1", "k": "1"},
    unit_out="FLOP",
    monotone="++++",
    coefficients={"2": "FLOP"},
    convention="a multiply and an add each count",
)
def gemm_flops(b: Value, m: Value, n: Value, k: Value) -> Value:
    """Work of a batch of matrix products, m by k times k by n.

    Parameters
    ----------
    b : (...) array_like
        Products; 1 for a single one.
    m, n, k : (...) array_like
        Rows, columns, and the dimension that is summed over.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 2 * b * m * n * k


@formula(
    "B = b * (m * k + k * n + m * n) * e",
    source=_GEMM,
    kind="bound",
    unit_in={"b": "1", "m": "1", "n": "1", "k": "1", "e": "byte"},
    unit_out="byte",
    monotone="+++++",
    convention=COMPULSORY,
)
def gemm_bytes(b: Value, m: Value, n: Value, k: Value, e: Value) -> Value:
    """Least traffic of a batch of matrix products.

    Parameters
    ----------
    b : (...) array_like
        Products with operands of their own.
    m, n, k : (...) array_like
        Rows, columns, and the dimension that is summed over.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte]; tiles that do not fit the cache are read again.
    """
    return b * (m * k + k * n + m * n) * e


@formula(
    "I = 2 * m * n * k / ((m * k + k * n + m * n) * e)",
    source=_GEMM,
    kind="bound",
    unit_in={"m": "1", "n": "1", "k": "1", "e": "byte"},
    unit_out="FLOP/byte",
    monotone="+++-",
    coefficients={"2": "FLOP"},
    convention=COMPULSORY,
)
def gemm_intensity(m: Value, n: Value, k: Value, e: Value) -> Value:
    """Highest arithmetic intensity of a matrix product, alone or in a batch.

    Parameters
    ----------
    m, n, k : (...) array_like
        Rows, columns, and the dimension that is summed over.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    I : (...) ndarray or float
        An upper bound [FLOP/byte]; about 2 m / e where m is far below the others.
    """
    return 2 * m * n * k / ((m * k + k * n + m * n) * e)


@formula(
    "T = max(2 * b * m * n * k / P, b * (m * k + k * n + m * n) * e / W)",
    source=_GEMM,
    kind="bound",
    unit_in={
        "b": "1", "m": "1", "n": "1", "k": "1", "e": "byte", "P": "FLOP/s", "W": "byte/s",
    },
    unit_out="s",
    monotone="+++++--",
    coefficients={"2": "FLOP"},
    convention=COMPULSORY,
)  # fmt: skip
def gemm_seconds_bound(
    b: Value, m: Value, n: Value, k: Value, e: Value, P: Value, W: Value
) -> Value:
    """Shortest time of a batch of matrix products.

    Parameters
    ----------
    b : (...) array_like
        Products with operands of their own.
    m, n, k : (...) array_like
        Rows, columns, and the dimension that is summed over.
    e : (...) array_like
        Width of an element [byte].
    P : (...) array_like
        Peak arithmetic rate [FLOP/s].
    W : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s], for operands well above the last-level cache: smaller ones may be there.
    """
    return maximum(2 * b * m * n * k / P, b * (m * k + k * n + m * n) * e / W)


@formula(
    "F = 7 * n * h",
    source=_NORM,
    kind="identity",
    unit_in={"n": "1", "h": "1"},
    unit_out="FLOP",
    monotone="++",
    coefficients={"7": "FLOP"},
    convention="two sums, difference, square, division, scale, shift; what is once a row left out",
)
def layer_norm_flops(n: Value, h: Value) -> Value:
    """Work of a layer norm, forward.

    Parameters
    ----------
    n, h : (...) array_like
        Rows, and elements of one.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 7 * n * h


@formula(
    "F = 4 * n * h",
    source=_RMS,
    kind="identity",
    unit_in={"n": "1", "h": "1"},
    unit_out="FLOP",
    monotone="++",
    coefficients={"4": "FLOP"},
    convention="square, sum, division, scale; what is done once a row left out",
)
def rms_norm_flops(n: Value, h: Value) -> Value:
    """Work of a root-mean-square norm, forward.

    Parameters
    ----------
    n, h : (...) array_like
        Rows, and elements of one.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 4 * n * h


@formula(
    "B = (2 * n + g) * h * e",
    source=_NORM,
    kind="bound",
    unit_in={"n": "1", "g": "1", "h": "1", "e": "byte"},
    unit_out="byte",
    monotone="++++",
    convention=COMPULSORY,
)
def norm_bytes(n: Value, g: Value, h: Value, e: Value) -> Value:
    """Least traffic of a norm, forward.

    Parameters
    ----------
    n : (...) array_like
        Rows.
    g : (...) array_like
        Learned vectors: 2 of a layer norm, 1 of a root-mean-square norm.
    h : (...) array_like
        Elements of a row.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte].
    """
    return (2 * n + g) * h * e


@formula(
    "F = 5 * n * c",
    source=_SOFTMAX,
    kind="identity",
    unit_in={"n": "1", "c": "1"},
    unit_out="FLOP",
    monotone="++",
    coefficients={"5": "FLOP"},
    convention="maximum, difference, exponential, sum, division count one each",
)
def softmax_flops(n: Value, c: Value) -> Value:
    """Work of a soft-max over rows.

    Parameters
    ----------
    n, c : (...) array_like
        Rows, and elements of one.

    Returns
    -------
    F : (...) ndarray or float
        [FLOP].
    """
    return 5 * n * c


@formula(
    "B = (u + t) * h * e + t * i",
    source="counted: rows gathered from a table",
    kind="bound",
    unit_in={"u": "1", "t": "1", "h": "1", "e": "byte", "i": "byte"},
    unit_out="byte",
    monotone="+++++",
    convention=COMPULSORY,
)
def lookup_bytes(u: Value, t: Value, h: Value, e: Value, i: Value) -> Value:
    """Least traffic of an embedding lookup.

    Parameters
    ----------
    u : (...) array_like
        Different rows that are read; at most t, and at most the rows of the table.
    t : (...) array_like
        Tokens looked up.
    h : (...) array_like
        Elements of a row.
    e : (...) array_like
        Width of an element [byte].
    i : (...) array_like
        Width of an index [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte]; the work is none.
    """
    return (u + t) * h * e + t * i


@formula(
    "F = 12 * N",
    source=_ADAM,
    kind="identity",
    unit_in={"N": "parameter"},
    unit_out="FLOP",
    monotone="+",
    coefficients={"12": "FLOP/parameter"},
    convention="bias correction folded into the step size; a root or a division counts one",
)
def adam_flops(N: Value) -> Value:
    """Work of a step of Adam: 3 for the mean, 4 for the square, 5 for the update.

    Parameters
    ----------
    N : (...) array_like
        Parameters that are updated [parameter].

    Returns
    -------
    F : (...) ndarray or float
        [FLOP]; decoupled weight decay adds 2 a parameter.
    """
    return 12 * N


@formula(
    "B = N * (2 * w + 4 * m + g + c)",
    source=_ADAM,
    kind="bound",
    unit_in={
        "N": "parameter", "w": "byte/parameter", "m": "byte/parameter", "g": "byte/parameter",
        "c": "byte/parameter",
    },
    unit_out="byte",
    monotone="+++++",
    convention=COMPULSORY,
)  # fmt: skip
def adam_bytes(N: Value, w: Value, m: Value, g: Value, c: Value) -> Value:
    """Least traffic of a step of Adam.

    Parameters
    ----------
    N : (...) array_like
        Parameters that are updated [parameter].
    w : (...) array_like
        Width of a weight that is kept, read and written [byte/parameter].
    m : (...) array_like
        Width of a moment; two are read and written [byte/parameter].
    g : (...) array_like
        Width of a gradient, read [byte/parameter].
    c : (...) array_like
        Width of the copy that the next step computes with, written; 0 where w is it
        [byte/parameter].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte]: 28 a parameter with all but a 16-bit gradient and copy in 32 bits.
    """
    return N * (2 * w + 4 * m + g + c)


@formula(
    "B = (i + o) * n * e",
    source="counted: an element-wise kernel",
    kind="bound",
    unit_in={"i": "1", "o": "1", "n": "1", "e": "byte"},
    unit_out="byte",
    monotone="++++",
    convention=COMPULSORY,
)
def elementwise_bytes(i: Value, o: Value, n: Value, e: Value) -> Value:
    """Least traffic of an element-wise kernel; of a soft-max over rows too, with one of each.

    Parameters
    ----------
    i, o : (...) array_like
        Arrays read, and arrays written.
    n : (...) array_like
        Elements of each.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    B : (...) ndarray or float
        A lower bound [byte].
    """
    return (i + o) * n * e
