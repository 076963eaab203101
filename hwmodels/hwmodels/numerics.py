"""Range and precision of floating-point formats, and what is lost below and by adding up.

A format is three integers; everything else follows from them.  Shares of a distribution are
numeric functions, held to simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import formula

_IEEE = "IEEE 754-2019, section 3"
_FP8 = "Micikevicius et al., FP8 Formats for Deep Learning, arXiv 2209.05433, 2022, table 1"
_BF16 = "Kalamkar et al., A Study of BFLOAT16, arXiv 1905.12322, 2019"
_TF32 = "NVIDIA, A100 whitepaper, 2020"
_HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 4"
_HIGHAM_MARY = "Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019"


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format.

    Attributes
    ----------
    name : str
    exponent, mantissa : int
        Bits; the leading one of a normal number is not stored.
    source : str
    reserved : int
        How many of the largest significands of the largest exponent are not finite: all of them
        in the formats of IEEE 754 (that exponent is for infinities and NaN), one in E4M3.
    """

    name: str
    exponent: int
    mantissa: int
    source: str
    reserved: int = -1

    @property
    def bias(self) -> int:
        """What is subtracted from a stored exponent."""
        return int(2 ** (self.exponent - 1) - 1)

    @property
    def significand(self) -> int:
        """Bits of precision of a normal number, the leading one included."""
        return self.mantissa + 1

    @property
    def normal(self) -> float:
        """Smallest positive number with full precision."""
        return float(smallest_normal(self.bias))

    @property
    def subnormal(self) -> float:
        """Smallest positive number at all; what is smaller than half of it becomes zero."""
        return float(smallest_subnormal(self.bias, self.mantissa))

    @property
    def largest(self) -> float:
        """Largest finite number."""
        most = 2**self.exponent - 1 - self.bias
        steps = 2**self.mantissa
        if self.reserved < 0:
            return math.ldexp(2 - 1 / steps, most - 1)
        return math.ldexp(1 + (steps - 1 - self.reserved) / steps, most)

    @property
    def unit_roundoff(self) -> float:
        """Largest relative error of rounding a normal number to the nearest."""
        return 2.0**-self.significand


FORMATS = MappingProxyType({
    f.name: f
    for f in (
        Format("FP32", 8, 23, _IEEE),
        Format("TF32", 8, 10, _TF32),
        Format("BF16", 8, 7, _BF16),
        Format("FP16", 5, 10, _IEEE),
        Format("FP8 E5M2", 5, 2, _FP8),
        Format("FP8 E4M3", 4, 3, _FP8, reserved=1),
    )
})  # fmt: skip


@formula(
    "x = 2^(1 - b)",
    source=_IEEE,
    kind="identity",
    unit_in={"b": "1"},
    unit_out="1",
    monotone="-",
)
def smallest_normal(b: Value) -> Value:
    """Smallest positive number that a format holds with all its bits.

    Parameters
    ----------
    b : (...) array_like
        Bias of the exponent: 15 in FP16, 127 in BF16.

    Returns
    -------
    x : (...) ndarray or float
        Below it, each halving costs one bit of precision.
    """
    return 2.0 ** (1 - b)


@formula(
    "x = 2^(1 - b - m)",
    source=_IEEE,
    kind="identity",
    unit_in={"b": "1", "m": "1"},
    unit_out="1",
    monotone="--",
)
def smallest_subnormal(b: Value, m: Value) -> Value:
    """Smallest positive number that a format holds where subnormals are kept.

    Parameters
    ----------
    b : (...) array_like
        Bias of the exponent: 15 in FP16, 127 in BF16.
    m : (...) array_like
        Stored bits of the significand: 10 in FP16, 7 in BF16.

    Returns
    -------
    x : (...) ndarray or float
        Where subnormals are flushed, everything below the smallest normal is zero instead.
    """
    return 2.0 ** (1 - b - m)


def share_below(limit: float, median: float, decades: float) -> float:
    """Share of log-normal magnitudes that are below a limit.

    Parameters
    ----------
    limit : float
        For example the smallest normal of a format.
    median : float
        Of the magnitudes.
    decades : float
        Standard deviation of their decimal logarithm.

    Raises
    ------
    ValueError
        For a magnitude or a deviation that is not positive.
    """
    if not (limit > 0 and median > 0 and decades > 0):
        raise ValueError("limit, median and deviation are positive")
    return 0.5 * math.erfc(math.log10(median / limit) / decades / math.sqrt(2))


@formula(
    "e = (n - 1) * u / (1 - (n - 1) * u)",
    source=_HIGHAM,
    kind="bound",
    unit_in={"n": "1", "u": "1"},
    unit_out="1",
    monotone="++",
    convention="relative to the sum of magnitudes; added one after the other; (n - 1) u below one",
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
