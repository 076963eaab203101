"""Sums in few bits: how far off they can be, how far off they are, and where they stop growing.

Three ways to add are told apart: one after the other, in chunks (each in few bits, their sums in
more), and in pairs; and two ways to round: to the nearest, and stochastically.
"""

from __future__ import annotations

import math

from hwmodels.elementwise import Value, is_number, sqrt
from hwmodels.formula import OutsideValidity, formula

_HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 4"
_HIGHAM_MARY = "Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019"
_STOCHASTIC = "Connolly, Higham and Mary, SIAM J. Sci. Comput. 43(1), 2021"


@formula(
    "e = (n - 1) * u / (1 - (n - 1) * u)",
    source=_HIGHAM,
    kind="bound",
    unit_in={"n": "1", "u": "1"},
    unit_out="1",
    monotone="++",
    convention="relative to the sum of magnitudes; added one after the other; (n - 1) u below one",
    valid={
        "n >= 1": "there is a number to add",
        "(n - 1) * u < 1": "from as many numbers as 1 / u on, nothing bounds the error",
    },
)
def accumulation_error_bound(n: Value, u: Value) -> Value:
    """Largest relative error of a sum of n numbers that rounds after each addition.

    Parameters
    ----------
    n : (...) array_like
        Numbers added.
    u : (...) array_like
        Unit roundoff of the accumulator: 2^-11 in FP16, 2^-24 in FP32.

    Returns
    -------
    e : (...) ndarray or float
        No order of rounding errors passes it.
    """
    return (n - 1) * u / (1 - (n - 1) * u)


@formula(
    "e = sqrt(n) * u",
    source=_HIGHAM_MARY,
    kind="estimate",
    unit_in={"n": "1", "u": "1"},
    unit_out="1",
    monotone="++",
    convention="rounding errors independent and of mean zero",
)
def accumulation_error_typical(n: Value, u: Value) -> Value:
    """Relative error of a long sum, to an order of magnitude, where rounding errors cancel.

    Parameters
    ----------
    n : (...) array_like
        Numbers added.
    u : (...) array_like
        Unit roundoff of the accumulator.

    Returns
    -------
    e : (...) ndarray or float
        Equal signs and sizes do worse: see `longest_sum`.
    """
    return sqrt(n) * u


@formula(
    "n = 2^p",
    source=_HIGHAM,
    kind="identity",
    unit_in={"p": "1"},
    unit_out="1",
    monotone="+",
    convention="equal numbers, added one after the other, rounded to the nearest",
)
def longest_sum(p: Value) -> Value:
    """Equal numbers after which a running sum stops growing.

    Parameters
    ----------
    p : (...) array_like
        Bits of precision of the accumulator: 11 in FP16, 8 in BF16, 24 in FP32.

    Returns
    -------
    n : (...) ndarray or float
        From here on each number is less than half a step of the sum.
    """
    return 2.0**p


@formula(
    "e = 2 * sqrt(n) * u",
    source=_STOCHASTIC,
    kind="estimate",
    unit_in={"n": "1", "u": "1"},
    unit_out="1",
    monotone="++",
    convention="unbiased rounding: a step twice as large as to the nearest, no drift; an order of "
    "magnitude",
)
def accumulation_error_stochastic(n: Value, u: Value) -> Value:
    """Relative error of a long sum under stochastic rounding, to an order of magnitude.

    Parameters
    ----------
    n : (...) array_like
        Numbers added.
    u : (...) array_like
        Unit roundoff of rounding to the nearest.

    Returns
    -------
    e : (...) ndarray or float
        Holds where rounding to the nearest stops adding (`longest_sum`): the error has mean zero.
    """
    return 2 * sqrt(n) * u


@formula(
    "p = x / h",
    source=_STOCHASTIC,
    kind="identity",
    unit_in={"x": "1", "h": "1"},
    unit_out="1",
    monotone="+-",
    valid={"x <= h": "what is larger than a step moves the sum by itself"},
    domain={"x": (0, 1)},
)
def stochastic_rounding_chance(x: Value, h: Value) -> Value:
    """Probability that adding less than a step moves a sum that is rounded stochastically.

    Parameters
    ----------
    x : (...) array_like
        Magnitude added, at most a step.
    h : (...) array_like
        Step of the format at the sum.

    Returns
    -------
    p : (...) ndarray or float
        The sum moves by h with it, so by x on average.
    """
    return x / h


@formula(
    "x = w * u / 2",
    source=_HIGHAM,
    kind="bound",
    unit_in={"w": "1", "u": "1"},
    unit_out="1",
    monotone="++",
    convention="rounded to the nearest; w a normal number, no copy of the weight in more bits",
)
def surely_lost_update(w: Value, u: Value) -> Value:
    """Magnitude below which an update leaves a weight as it was.

    Parameters
    ----------
    w : (...) array_like
        Magnitude of the weight.
    u : (...) array_like
        Unit roundoff of its format.

    Returns
    -------
    x : (...) ndarray or float
        Up to twice as much is lost where the weight is just above a power of two.
    """
    return w * u / 2


def chunked_error_bound(n: Value, chunk: Value, inner: Value, outer: Value) -> Value:
    """Largest relative error of a sum in chunks, each rounded coarsely and then added finely.

    Parameters
    ----------
    n : (...) array_like
        Numbers added.
    chunk : (...) array_like
        Of them in one chunk.
    inner, outer : (...) array_like
        Unit roundoff within a chunk, and of the sum of chunks.

    Returns
    -------
    (...) ndarray or float
        Relative to the sum of magnitudes.  One chunk, or chunks of one, give
        `accumulation_error_bound`; it is least near chunks of the root of n where both round
        alike.

    Raises
    ------
    OutsideValidity
        Where a bound does not exist, or a chunk holds less than one number or more than all.

    Notes
    -----
    Blocked summation: Higham 2002, section 4.2; the two parts compound.
    """
    if is_number(n) and is_number(chunk):
        fine, parts = 1 <= chunk <= n, float(math.ceil(n / chunk))
        within, across = (
            accumulation_error_bound(chunk, inner),
            accumulation_error_bound(parts, outer),
        )
    else:
        import numpy as np

        n, chunk = np.asarray(n, float), np.asarray(chunk, float)
        fine = bool(((chunk >= 1) & (chunk <= n)).all())
        within = accumulation_error_bound(chunk, inner)
        across = accumulation_error_bound(np.ceil(n / chunk), outer)
    if not fine:
        raise OutsideValidity("a chunk holds at least one number and at most all of them")
    return within + across + within * across


def pairwise_depth(n: int) -> int:
    """Additions that one number goes through where n are added in pairs, pairs of pairs, ...

    The error bound is that of ``depth + 1`` numbers added one after the other.

    Parameters
    ----------
    n : int
        Numbers, at least one.

    Raises
    ------
    OutsideValidity
        For none.
    """
    if n < 1:
        raise OutsideValidity("there is a number to add")
    return (n - 1).bit_length()
