"""Bytes of a compressed gradient on one device, by codec.

N is the number of elements of the gradient, v the size of a value, and i that of an index.  How
the bytes travel is in `hwmodels.compression`.
"""

from __future__ import annotations

from collections.abc import Iterable

from hwmodels.elementwise import Value, ceil, log2
from hwmodels.formula import formula

_TOP_K = "Lin et al., Deep Gradient Compression, ICLR 2018; Aji and Heafield, EMNLP 2017"
_QSGD = "Alistarh et al., QSGD, NeurIPS 2017"
_POWERSGD = "Vogels et al., PowerSGD, NeurIPS 2019"
_COVER = "Cover and Thomas, Elements of Information Theory, 2006"
_ONE_BIT = "Tang et al., 1-bit Adam, ICML 2021; DeepSpeed's post of September 2020, section 4"

_PER_BYTE = {"8": "1/byte"}


@formula(
    "E = k * (v + i)",
    source=_TOP_K,
    kind="identity",
    unit_in={"k": "1", "v": "byte", "i": "byte"},
    unit_out="byte",
    monotone="+++",
    convention="an index for each value; none where devices draw the same positions",
)
def sparse_bytes(k: Value, v: Value, i: Value) -> Value:
    """Bytes of the k elements that top-k or random-k keeps.

    Parameters
    ----------
    k : (...) array_like
        Elements that are sent.
    v : (...) array_like
        Size of a value [byte].
    i : (...) array_like
        Size of an index: 4 for 32 bits, 0 for random-k with a shared seed [byte].

    Returns
    -------
    E : (...) ndarray or float
        [byte].
    """
    return k * (v + i)


@formula(
    "I = k * ceil(log2(N)) / 8",
    source=_COVER,
    kind="identity",
    unit_in={"k": "1", "N": "1"},
    unit_out="byte",
    monotone="++",
    coefficients=_PER_BYTE,
    convention="each index in as few whole bits as tell N positions apart",
    valid={"N >= 1": "a gradient without elements"},
)
def packed_index_bytes(k: Value, N: Value) -> Value:
    """Bytes of k indices that are packed bit by bit.

    Parameters
    ----------
    k : (...) array_like
        Elements that are sent.
    N : (...) array_like
        Elements of the gradient.

    Returns
    -------
    I : (...) ndarray or float
        [byte].
    """
    return k * ceil(log2(N)) / 8


@formula(
    "I = N / 8",
    source=_COVER,
    kind="identity",
    unit_in={"N": "1"},
    unit_out="byte",
    monotone="+",
    coefficients=_PER_BYTE,
    convention="a bit for each position: shorter than 32-bit indices above a density of 1 / 32",
)
def bitmap_bytes(N: Value) -> Value:
    """Bytes of a map that marks which elements are sent.

    Parameters
    ----------
    N : (...) array_like
        Elements of the gradient.

    Returns
    -------
    I : (...) ndarray or float
        [byte].
    """
    return N / 8


@formula(
    "I = k * log2(N / k) / 8",
    source=_COVER,
    kind="estimate",
    unit_in={"k": "1", "N": "1"},
    unit_out="byte",
    monotone="++",
    coefficients=_PER_BYTE,
    convention="positions without a pattern, coded as short as that allows or a little shorter",
    valid={"k >= 1": "nothing is sent", "3 * k <= N": "shown for a density below 1 / 3"},
    domain={"k": (1, 15), "N": (50, 1e6)},
)
def coded_index_bytes(k: Value, N: Value) -> Value:
    """Bytes of k indices after entropy coding: just below the least for positions at random.

    Parameters
    ----------
    k : (...) array_like
        Elements that are sent, at most a third.
    N : (...) array_like
        Elements of the gradient.

    Returns
    -------
    I : (...) ndarray or float
        [byte]: below the logarithm of the number of choices, that of N over k.
    """
    return k * log2(N / k) / 8


@formula(
    "E = q * N / 8 + c * v",
    source=_QSGD,
    kind="identity",
    unit_in={"q": "1", "N": "1", "c": "1", "v": "byte"},
    unit_out="byte",
    monotone="++++",
    coefficients=_PER_BYTE,
    convention="q bits for each element, without entropy coding, and a scale for each bucket",
)
def quantized_bytes(q: Value, N: Value, c: Value, v: Value) -> Value:
    """Bytes of a gradient that is quantised to q bits an element.

    Parameters
    ----------
    q : (...) array_like
        Bits of an element: 1 for signSGD and 1-bit Adam, 2 for TernGrad, 8 for FP8 and INT8,
        `quantization_bits` for QSGD.
    N : (...) array_like
        Elements of the gradient.
    c : (...) array_like
        Scales that are sent: one for each bucket, tensor or chunk.
    v : (...) array_like
        Size of a scale [byte].

    Returns
    -------
    E : (...) ndarray or float
        [byte].
    """
    return q * N / 8 + c * v


@formula(
    "q = ceil(log2(2 * s + 1))",
    source=_QSGD,
    kind="identity",
    unit_in={"s": "1"},
    unit_out="1",
    monotone="+",
    convention="levels of one sign, zero apart; a fixed number of bits",
    valid={"s >= 1": "a quantiser needs a level"},
)
def quantization_bits(s: Value) -> Value:
    """Bits that tell s levels of either sign and zero apart.

    Parameters
    ----------
    s : (...) array_like
        Levels of one sign, at least one: 1 is ternary.

    Returns
    -------
    q : (...) ndarray or float
        Bits of an element.
    """
    return ceil(log2(2 * s + 1))


@formula(
    "E = r * (p + q) * v",
    source=_POWERSGD,
    kind="identity",
    unit_in={"r": "1", "p": "1", "q": "1", "v": "byte"},
    unit_out="byte",
    monotone="++++",
    convention="both factors of one matrix",
)
def low_rank_bytes(r: Value, p: Value, q: Value, v: Value) -> Value:
    """Bytes of the two factors of a matrix of low rank (PowerSGD).

    Parameters
    ----------
    r : (...) array_like
        Rank.
    p : (...) array_like
        Rows of the matrix.
    q : (...) array_like
        Columns of the matrix.
    v : (...) array_like
        Size of a value [byte].

    Returns
    -------
    E : (...) ndarray or float
        [byte].
    """
    return r * (p + q) * v


@formula(
    "R = p * q / (r * (p + q))",
    source=_POWERSGD,
    kind="identity",
    unit_in={"p": "1", "q": "1", "r": "1"},
    unit_out="1",
    monotone="++-",
    convention="of one matrix, values of one size",
)
def low_rank_ratio(p: Value, q: Value, r: Value) -> Value:
    """How much smaller the factors of low rank are than their matrix.

    Parameters
    ----------
    p : (...) array_like
        Rows of the matrix.
    q : (...) array_like
        Columns of the matrix.
    r : (...) array_like
        Rank.

    Returns
    -------
    R : (...) ndarray or float
        Below one where the factors are larger than the matrix.
    """
    return p * q / (r * (p + q))


@formula(
    "C = 6 * r * p * q + 2 * r^2 * p",
    source=_POWERSGD,
    kind="identity",
    unit_in={"r": "1", "p": "1", "q": "1"},
    unit_out="FLOP",
    monotone="+++",
    coefficients={"": "FLOP"},
    convention="one power iteration from a warm start, Gram-Schmidt, and the product back",
)
def power_iteration_flops(r: Value, p: Value, q: Value) -> Value:
    """FLOPs that encode and decode one matrix in PowerSGD.

    Parameters
    ----------
    r : (...) array_like
        Rank.
    p : (...) array_like
        Rows of the matrix.
    q : (...) array_like
        Columns of the matrix.

    Returns
    -------
    C : (...) ndarray or float
        [FLOP]: three products with the matrix's size, and orthogonalisation.
    """
    return 6 * r * p * q + 2 * r**2 * p


@formula(
    "R = 1 / (w + (1 - w) / c)",
    source=_ONE_BIT,
    kind="identity",
    unit_in={"w": "1", "c": "1"},
    unit_out="1",
    monotone="-+",
    convention="volume of the whole run; steps of equal volume",
    valid={"w >= 0": "no share", "w <= 1": "no share", "c >= 1": "it does not compress"},
    domain={"w": (0, 1)},
)
def warmed_up_ratio(w: Value, c: Value) -> Value:
    """How much less a run sends that compresses only after a warm-up.

    Parameters
    ----------
    w : (...) array_like
        Share of the steps that are not compressed.
    c : (...) array_like
        Ratio of the compressed ones: 16 for one bit in the place of 16.

    Returns
    -------
    R : (...) ndarray or float
        Between one and c.
    """
    return 1 / (w + (1 - w) / c)


@formula(
    "M = (1 + z / n) * N * v",
    source=_ONE_BIT,
    kind="identity",
    unit_in={"z": "1", "n": "1", "N": "1", "v": "byte"},
    unit_out="byte",
    monotone="+-++",
    convention="one residual for each element, and for each element of a shard that is summed",
    valid={"n >= 1": "a collective needs a device"},
    domain={"z": (0, 1)},
)
def error_feedback_bytes(z: Value, n: Value, N: Value, v: Value) -> Value:
    """Memory that error feedback takes on one device.

    Parameters
    ----------
    z : (...) array_like
        1 where the sum of a shard is compressed again (1-bit Adam), else 0.
    n : (...) array_like
        Devices, at least one.
    N : (...) array_like
        Elements of the gradient.
    v : (...) array_like
        Size of a residual [byte].

    Returns
    -------
    M : (...) ndarray or float
        [byte]: a second buffer of gradients, and with z a share of a third.
    """
    return (1 + z / n) * N * v


def model_ratio(matrices: Iterable[tuple[int, int]], rest: int, rank: int) -> float:
    """How much less PowerSGD sends of a whole model.

    Parameters
    ----------
    matrices : iterable of (rows, columns)
        Gradients that are factored.
    rest : int
        Elements that are sent as they are: vectors.
    rank : int
        Rank; that of a matrix is never above its shorter side.
    """
    whole = sent = float(rest)
    for rows, columns in matrices:
        whole += rows * columns
        sent += low_rank_bytes(min(rank, rows, columns), rows, columns, 1)
    return whole / sent
