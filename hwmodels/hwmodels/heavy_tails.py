"""Expected order statistics of heavy tails, and of every shape that one mean and spread allow.

Times of steps are bounded below and open above: their tail is nearer to log-normal or Pareto than
to normal, and the slowest of n grows with n much faster.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, overload

from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value, exp, is_number, log, log1p, sqrt
from hwmodels.formula import OutsideValidity, formula
from hwmodels.order_statistics import (
    check_order,
    expected_max_exponential,
    expected_max_normal,
    expected_order_uniform,
    order_normal,
    shifted_exponential_step,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_ORDER = "David and Nagaraja, Order Statistics, 2003"
_PARETO = "Malik, Exact moments of order statistics from the Pareto distribution, 1966"


@overload
def expected_max_lognormal(n: float, median: float, sigma: float) -> float: ...
@overload
def expected_max_lognormal(
    n: ArrayLike, median: ArrayLike, sigma: ArrayLike
) -> NDArray[np.float64]: ...
def expected_max_lognormal(n: Any, median: Any, sigma: Any) -> Any:
    """Expected maximum of n log-normal draws.

    Parameters
    ----------
    n : (...) array_like
        Draws, at least one.
    median : (...) array_like
        Of one draw, above zero; the result has its unit.
    sigma : (...) array_like
        Standard deviation of the natural logarithm, not negative and at most 25
        (`lognormal_sigma`).

    Raises
    ------
    OutsideValidity
        For fewer than one draw, or a parameter out of range.
    """
    if is_number(n) and is_number(median) and is_number(sigma):
        fine = median > 0 and 0 <= sigma <= 25
    else:
        import numpy as np

        n, median, sigma = (np.asarray(v, float) for v in (n, median, sigma))
        fine = bool((median > 0).all() and (sigma >= 0).all() and (sigma <= 25).all())
    if not fine:
        raise OutsideValidity("a median is above zero, and the deviation from 0 to 25")
    # exp(0 x) is one, and the mean of x is what a tilt of zero stands for.
    small = 1e-12
    tilt = max(sigma, small) if is_number(sigma) else np.maximum(sigma, small)
    return median * order_normal(n, n, tilt)


@overload
def expected_order_pareto(k: float, n: float, least: float, alpha: float) -> float: ...
@overload
def expected_order_pareto(
    k: ArrayLike, n: ArrayLike, least: ArrayLike, alpha: ArrayLike
) -> NDArray[np.float64]: ...
def expected_order_pareto(k: Any, n: Any, least: Any, alpha: Any) -> Any:
    """Expected k-th smallest of n Pareto draws.

    Parameters
    ----------
    k, n : (...) array_like
        The order, from 1 for the smallest to n for the largest, and the draws.
    least : (...) array_like
        Smallest value that a draw takes, above zero; the result has its unit.
    alpha : (...) array_like
        Exponent of the tail.

    Raises
    ------
    OutsideValidity
        For a tail so heavy that there is no mean (alpha at most one), or an order not among n.
    """
    numbers = all(is_number(v) for v in (k, n, least, alpha))
    if not numbers:
        import numpy as np

        k, n, least, alpha = (np.asarray(v, float) for v in (k, n, least, alpha))
    check_order(n, k)
    if not (alpha > 1 if numbers else (alpha > 1).all()):
        raise OutsideValidity("a Pareto tail has a finite mean only above an exponent of one")
    if not (least > 0 if numbers else (least > 0).all()):
        raise OutsideValidity("the smallest value of a Pareto draw is above zero")
    return least * exp(_rise(n, 1 / alpha) - _rise(n - k, 1 / alpha))


@overload
def expected_max_pareto(n: float, least: float, alpha: float) -> float: ...
@overload
def expected_max_pareto(
    n: ArrayLike, least: ArrayLike, alpha: ArrayLike
) -> NDArray[np.float64]: ...
def expected_max_pareto(n: Any, least: Any, alpha: Any) -> Any:
    """Expected maximum of n Pareto draws: grows as n to the power 1/alpha.

    Parameters, errors and result as in `expected_order_pareto`.
    """
    return expected_order_pareto(n, n, least, alpha)


def _rise(m: Any, a: Any) -> Any:
    """Logarithm of Gamma(m + 1) / Gamma(m + 1 - a), without the difference of two large numbers.

    Recurrence up to m + 32, and Stirling's series there: the term left out is below 1e-14.
    """
    one = math.log1p if is_number(m) and is_number(a) else log1p
    up = sum(one(-a / (m + j)) for j in range(1, 33))
    z = m + 33
    y = z - a
    main = -(z - 0.5) * log1p(-a / z) + a * log(y) - a
    series = (1 / z - 1 / y) / 12 - (z**-3 - y**-3) / 360 + (z**-5 - y**-5) / 1260
    return up + main + series


@formula(
    "s = sqrt(log(1 + c^2))",
    source="moments of the log-normal distribution",
    kind="identity",
    unit_in={"c": "1"},
    unit_out="1",
    monotone="+",
)
def lognormal_sigma(c: Value) -> Value:
    """Standard deviation of the logarithm, from the coefficient of variation.

    Parameters
    ----------
    c : (...) array_like
        Standard deviation over mean.

    Returns
    -------
    s : (...) ndarray or float
        The median is the mean over ``sqrt(1 + c**2)``.
    """
    return sqrt(log(1 + c**2))


@formula(
    "r = 1 + sqrt(1 + 1 / c^2)",
    source=_PARETO,
    kind="identity",
    unit_in={"c": "1"},
    unit_out="1",
    monotone="-",
    valid={"c > 0": "a Pareto draw varies"},
)
def pareto_exponent(c: Value) -> Value:
    """Exponent of a Pareto tail, from the coefficient of variation.

    Parameters
    ----------
    c : (...) array_like
        Standard deviation over mean, above zero.

    Returns
    -------
    r : (...) ndarray or float
        Above two: what has a variance.
    """
    return 1 + sqrt(1 + 1 / c**2)


def slowest_of(n: float, mean: float, deviation: float) -> Answer:
    """Expected time of the slowest of n workers, over the shapes that their times may have.

    Parameters
    ----------
    n : float
        Workers, at least one.
    mean, deviation : float
        Mean and standard deviation of the time of one worker [s].

    Returns
    -------
    Answer
        [s]; its terms are the distributions with that mean and deviation.  One whose smallest
        time would be below zero is left out.  No distribution passes `expected_max_bound`.

    Raises
    ------
    OutsideValidity
        For fewer than one worker, or a time that is not above zero.
    """
    if not (mean > 0 and deviation > 0):
        raise OutsideValidity("mean and deviation are above zero")
    c = deviation / mean
    alpha = pareto_exponent(c)
    found = {
        "normal": mean + deviation * expected_max_normal(n),
        "lognormal": expected_max_lognormal(n, mean / math.sqrt(1 + c * c), lognormal_sigma(c)),
        "Pareto": expected_max_pareto(n, mean * (alpha - 1) / alpha, alpha),
    }
    if c <= 1:
        found["shifted exponential"] = shifted_exponential_step(
            mean - deviation, deviation, expected_max_exponential(n)
        )
    half = math.sqrt(3) * deviation
    if half <= mean:
        found["uniform"] = expected_order_uniform(mean - half, mean + half, n, n)
    terms = sorted((Term(name, t, t, "s") for name, t in found.items()), key=lambda t: -t.low)
    return Answer(
        terms[-1].low, terms[0].low, "s", "estimate",
        f"independent workers of one distribution, one of {', '.join(sorted(found))}",
        _ORDER, tuple(terms),
    )  # fmt: skip
