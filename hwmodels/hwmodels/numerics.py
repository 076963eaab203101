"""What a number format loses: below and above its range, and by quantising.

Formats themselves are in `hwmodels.formats`, sums in `hwmodels.accumulation`.  Shares of a
distribution are functions, held to simulation.
"""

from __future__ import annotations

import math

from hwmodels.accumulation import (
    accumulation_error_bound,
    accumulation_error_typical,
    longest_sum,
)
from hwmodels.elementwise import Value, log
from hwmodels.formats import FORMATS, Format, smallest_normal, smallest_subnormal
from hwmodels.formula import OutsideValidity, formula

# Formats and sums are part of what this module offers.
__all__ = (
    "FORMATS", "Format", "accumulation_error_bound", "accumulation_error_typical", "longest_sum",
    "loss_scale_saving", "overflow_share", "quantization_noise", "quantization_snr",
    "scaled_limit", "share_below", "smallest_normal", "smallest_subnormal", "underflow_share",
)  # fmt: skip

_BENNETT = "Bennett, Spectra of Quantized Signals, Bell System Technical Journal 27, 1948"
_MIXED = "Micikevicius et al., Mixed Precision Training, ICLR 2018, section 3.2"


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


def underflow_share(
    made: Format, median: float, decades: float, scale: float = 1.0, *, flush: bool = False
) -> float:
    """Share of log-normal magnitudes that become zero in a format.

    Parameters
    ----------
    made : Format
    median : float
        Of the magnitudes, before scaling.
    decades : float
        Standard deviation of their decimal logarithm.
    scale : float
        What they are multiplied by first: the loss scale.
    flush : bool
        Whether subnormals become zero too.

    Raises
    ------
    ValueError
        For a magnitude, a deviation or a scale that is not positive.
    """
    if not scale > 0:
        raise ValueError("a scale is positive")
    return share_below(made.normal if flush else made.subnormal / 2, median * scale, decades)


def overflow_share(made: Format, median: float, decades: float, scale: float = 1.0) -> float:
    """Share of log-normal magnitudes that a format cannot hold.

    Parameters
    ----------
    made : Format
    median, decades, scale : float
        As in `underflow_share`.

    Raises
    ------
    ValueError
        For a magnitude, a deviation or a scale that is not positive.
    """
    if not (median > 0 and decades > 0 and scale > 0):
        raise ValueError("median, deviation and scale are positive")
    # Not one less the share below: a small share would be lost in the difference.
    distance = math.log10(made.overflow / (median * scale)) / decades
    return 0.5 * math.erfc(distance / math.sqrt(2))


def loss_scale_saving(
    made: Format, median: float, decades: float, share: float, *, flush: bool = False
) -> float:
    """Smallest power of two that leaves at most a share of magnitudes to become zero.

    Parameters
    ----------
    made : Format
    median, decades, flush
        As in `underflow_share`.
    share : float
        Between zero and one, both left out.

    Returns
    -------
    float
        At most one where no scale is needed.  What it pushes out at the other end is
        `overflow_share`.

    Raises
    ------
    OutsideValidity
        For a share, a magnitude or a deviation out of range.
    """
    if not (0 < share < 1 and median > 0 and decades > 0):
        raise OutsideValidity("a share is between zero and one, a magnitude above zero")
    from statistics import NormalDist  # costs more to import than this package

    limit = made.normal if flush else made.subnormal / 2
    low = math.log2(limit / median) - NormalDist().inv_cdf(share) * decades * math.log2(10)
    return float(2.0 ** math.ceil(low - 1e-9))


@formula(
    "s = x / g",
    source=_MIXED,
    kind="identity",
    unit_in={"x": "1", "g": "1"},
    unit_out="1",
    monotone="+-",
)
def scaled_limit(x: Value, g: Value) -> Value:
    """Loss scale that moves a magnitude to a limit of the format.

    Parameters
    ----------
    x : (...) array_like
        Limit: the smallest number to keep, or the largest that there is.
    g : (...) array_like
        Magnitude of a gradient without scaling.

    Returns
    -------
    s : (...) ndarray or float
        From the smallest gradient the least scale that keeps it, from the largest the first scale
        that overflows.
    """
    return x / g


@formula(
    "v = h^2 / 12",
    source=_BENNETT,
    kind="estimate",
    unit_in={"h": "1"},
    unit_out="1",
    monotone="+",
    convention="uniform steps, small beside the spread of the values; no clipping",
)
def quantization_noise(h: Value) -> Value:
    """Variance of the error of rounding to the nearest of equal steps.

    Parameters
    ----------
    h : (...) array_like
        Step.

    Returns
    -------
    v : (...) ndarray or float
        In the square of its unit.
    """
    return h**2 / 12


@formula(
    "S = (20 * b * log(2) + 10 * log(3) - 20 * log(c)) / log(10)",
    source=_BENNETT,
    kind="estimate",
    unit_in={"b": "1", "c": "1"},
    unit_out="1",
    monotone="+-",
    convention="in decibels; 2^b equal steps over the whole range, small beside the spread; no "
    "clipping",
    valid={"c >= 1": "no value lies beyond the peak, so the peak is at least their deviation"},
    domain={"b": (1, 32)},
)
def quantization_snr(b: Value, c: Value) -> Value:
    """Signal over quantisation noise of uniform steps, in decibels.

    Parameters
    ----------
    b : (...) array_like
        Bits.
    c : (...) array_like
        Half the range over the standard deviation: the root of 3 for values anywhere in the range
        alike (6.02 b exactly), of 2 for a sine that fills it (6.02 b + 1.76), 4 for normal values
        clipped hardly ever.

    Returns
    -------
    S : (...) ndarray or float
        [dB]: each bit adds 6.02.
    """
    return (20 * b * log(2.0) + 10 * log(3.0) - 20 * log(c)) / log(10.0)
