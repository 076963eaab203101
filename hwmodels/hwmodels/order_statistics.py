"""Expected order statistics: the largest, or the k-th smallest, of n independent draws.

A synchronous step takes as long as its slowest worker, one with backups as long as the k-th of n.
Where there is a closed form it is used; else the mean of the density of the order statistic, by
the trapezoid rule on its logarithm, so that a million draws lose no digits.  Every function takes
numbers or arrays that broadcast against each other.  Log-normal and Pareto draws are in
`hwmodels.heavy_tails`.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, overload

from hwmodels.elementwise import Value, is_number, log, sqrt
from hwmodels.formula import OutsideValidity, formula

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_ORDER = "David and Nagaraja, Order Statistics, 2003"
_HARTLEY = "Hartley and David, Ann. Math. Statist. 25(1), 1954"
_EULER = 0.5772156649015329
# Steps of the trapezoid rule per standard deviation, and how far out it goes: what lies beyond
# 12 of them weighs less than 1e-32 in one draw, 1e-26 in a million.
_STEPS, _FAR = 64, 12


@cache
def _nodes(far: int) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Points x, and the logarithms of the normal distribution below and above each."""
    xs = tuple(i / _STEPS for i in range(-_FAR * _STEPS, far * _STEPS + 1))
    below, above = [], []
    for x in xs:
        tail = 0.5 * math.erfc(abs(x) / math.sqrt(2))
        small, large = (math.log(tail) if tail else -math.inf), math.log1p(-tail)
        below.append(large if x > 0 else small)
        above.append(small if x > 0 else large)
    return xs, tuple(below), tuple(above)


def check_order(n: Any, k: Any) -> None:
    """Refuse fewer than one draw, and an order that is not among them.

    Raises
    ------
    OutsideValidity
        With the reason.
    """
    numbers = is_number(n) and is_number(k)
    if not (n >= 1 if numbers else (n >= 1).all()):
        raise OutsideValidity("there is at least one draw")
    if not (1 <= k <= n if numbers else ((k >= 1) & (k <= n)).all()):
        raise OutsideValidity("of n draws there is a first to an n-th")


@cache
def _normal(n: float, k: float, tilt: float) -> float:
    """Mean of exp(tilt x), or of x where tilt is zero, of the k-th of n; pure Python."""
    xs, below, above = _nodes(_FAR + math.ceil(tilt))
    a, b = k - 1, n - k
    if b:
        logs = [a * f + b * g - x * x / 2 for x, f, g in zip(xs, below, above, strict=True)]
    else:
        logs = [a * f - x * x / 2 for x, f in zip(xs, below, strict=True)]
    top = max(logs)
    # The sum of the weights stands for the factorials in front of the density, and cancels them.
    weights = [math.exp(e - top) for e in logs]
    whole = math.fsum(weights)
    if not tilt:
        return math.fsum(x * w for x, w in zip(xs, weights, strict=True)) / whole
    high = max(e + tilt * x for e, x in zip(logs, xs, strict=True))
    tilted = math.fsum(math.exp(e + tilt * x - high) for e, x in zip(logs, xs, strict=True))
    return math.exp(high - top) * tilted / whole


def _normals(n: Any, k: Any, tilt: Any) -> Any:
    """As `_normal`, for arrays: each different triple once, many in one sweep."""
    import numpy as np

    triples = np.stack(np.broadcast_arrays(n, k, tilt), axis=-1).astype(float)
    different, where = np.unique(triples.reshape(-1, 3), axis=0, return_inverse=True)
    xs, below, above = (np.array(v) for v in _nodes(_FAR + math.ceil(different[:, 2].max())))
    found = np.empty(len(different))
    for start in range(0, len(different), 1024):  # keeps the sweep within some ten megabytes
        a, b, t = (different[start : start + 1024, i, None] for i in range(3))
        a, b = b - 1, a - b
        with np.errstate(invalid="ignore"):  # 0 * -inf, where nothing is above the k-th
            logs = a * below - xs * xs / 2 + np.where(b == 0, 0.0, b * above)
        top = logs.max(axis=1, keepdims=True)
        weights = np.exp(logs - top)
        tilted = logs + t * xs
        high = tilted.max(axis=1, keepdims=True)
        means = (weights * xs).sum(axis=1)
        scaled = np.exp((high - top)[:, 0]) * np.exp(tilted - high).sum(axis=1)
        found[start : start + 1024] = np.where(t[:, 0] == 0, means, scaled) / weights.sum(axis=1)
    return found[where.ravel()].reshape(triples.shape[:-1])


def order_normal(n: Any, k: Any, tilt: Any = 0.0) -> Any:
    """Mean of the k-th smallest x of n standard normal draws, or of exp(tilt x).

    Parameters
    ----------
    n, k : (...) array_like
        Draws, and the order: 1 for the smallest.
    tilt : (...) array_like
        Zero for the mean of x itself, else above zero.

    Raises
    ------
    OutsideValidity
        For fewer than one draw, or an order that is not among them.
    """
    if is_number(n) and is_number(k) and is_number(tilt):
        check_order(n, k)
        return _normal(float(n), float(k), float(tilt))
    import numpy as np

    n, k, tilt = (np.asarray(v, float) for v in (n, k, tilt))
    check_order(n, k)
    return _normals(n, k, tilt)


@overload
def expected_max_normal(n: float) -> float: ...
@overload
def expected_max_normal(n: ArrayLike) -> NDArray[np.float64]: ...
def expected_max_normal(n: Any) -> Any:
    """Expected maximum of n standard normal draws, in standard deviations.

    The mean of the density ``n phi(x) Phi(x)**(n-1)``.  Accurate to 1e-9 up to a million draws.

    Parameters
    ----------
    n : (...) array_like
        Draws, at least one.

    Raises
    ------
    OutsideValidity
        For fewer than one draw.
    """
    if is_number(n):
        return order_normal(n, n)
    import numpy as np

    # A sweep asks for few numbers of draws many times.
    draws = np.asarray(n, float)
    different, where = np.unique(draws, return_inverse=True)
    return order_normal(different, different)[where.ravel()].reshape(draws.shape)


@overload
def expected_order_normal(k: float, n: float) -> float: ...
@overload
def expected_order_normal(k: ArrayLike, n: ArrayLike) -> NDArray[np.float64]: ...
def expected_order_normal(k: Any, n: Any) -> Any:
    """Expected k-th smallest of n standard normal draws, in standard deviations.

    Parameters
    ----------
    k, n : (...) array_like
        The order, from 1 for the smallest to n for the largest, and the draws.

    Raises
    ------
    OutsideValidity
        For fewer than one draw, or an order that is not among them.
    """
    return order_normal(n, k)


@overload
def expected_max_exponential(n: float) -> float: ...
@overload
def expected_max_exponential(n: ArrayLike) -> NDArray[np.float64]: ...
def expected_max_exponential(n: Any) -> Any:
    """Expected maximum of n exponential draws of mean one: the harmonic number of n.

    Parameters
    ----------
    n : (...) array_like
        Draws, at least one.

    Raises
    ------
    OutsideValidity
        For fewer than one draw.
    """
    if not is_number(n):
        import numpy as np

        n = np.asarray(n, float)
    check_order(n, n)
    return _harmonic(n)


def _harmonic(n: Any) -> Any:
    """Harmonic number of n, zero for none: a sum, or its Euler-Maclaurin series at n + 30."""
    if is_number(n) and n < 128 and n == int(n):
        return math.fsum(1 / k for k in range(1, int(n) + 1))
    m = n + 30
    # Next term of the series: below 1e-14 at 30.
    high = log(m) + _EULER + 1 / (2 * m) - 1 / (12 * m**2) + 1 / (120 * m**4) - 1 / (252 * m**6)
    return high - sum(1 / (n + j) for j in range(1, 31))


@overload
def expected_order_exponential(k: float, n: float) -> float: ...
@overload
def expected_order_exponential(k: ArrayLike, n: ArrayLike) -> NDArray[np.float64]: ...
def expected_order_exponential(k: Any, n: Any) -> Any:
    """Expected k-th smallest of n exponential draws of mean one.

    Between one arrival and the next a memoryless draw waits for the first of those left: the
    harmonic number of n less that of n - k.

    Parameters
    ----------
    k, n : (...) array_like
        The order, from 1 for the smallest to n for the largest, and the draws.

    Raises
    ------
    OutsideValidity
        For fewer than one draw, or an order that is not among them.
    """
    if not (is_number(k) and is_number(n)):
        import numpy as np

        k, n = np.asarray(k, float), np.asarray(n, float)
    check_order(n, k)
    return _harmonic(n) - _harmonic(n - k)


def expected_max_empirical(samples: ArrayLike, n: ArrayLike) -> Any:
    """Expected maximum of n draws, with replacement, from measured values: exact.

    Parameters
    ----------
    samples : (m,) array_like
        Measured values, at least one.
    n : (...) array_like
        Draws, at least one.

    Returns
    -------
    (...) ndarray or float
        In the unit of the samples.  Never above the largest of them: with more workers than
        samples it says too little.

    Raises
    ------
    OutsideValidity
        For no sample, or fewer than one draw.
    """
    import numpy as np

    x = np.sort(np.asarray(samples, float).ravel())
    draws = np.asarray(n, float)
    if not x.size:
        raise OutsideValidity("there is at least one sample")
    check_order(draws, draws)
    # The largest less the gaps above each value, times the chance that all draws stay below it:
    # only sums of one sign.
    share = np.arange(1, x.size) / x.size
    found = x[-1] - (np.diff(x) * share ** draws[..., None]).sum(axis=-1)
    return float(found) if is_number(n) else found


@formula(
    "E = (n - 1) / sqrt(2 * n - 1)",
    source=_HARTLEY,
    kind="bound",
    unit_in={"n": "1"},
    unit_out="1",
    monotone="+",
    convention="independent draws of any one distribution",
    valid={"n >= 1": "there is at least one draw"},
)
def expected_max_bound(n: Value) -> Value:
    """Largest expected maximum of n draws that any distribution allows, in standard deviations.

    Parameters
    ----------
    n : (...) array_like
        Draws, at least one.

    Returns
    -------
    E : (...) ndarray or float
        Holds for independent draws of one distribution with a finite variance, whatever its tail.
    """
    return (n - 1) / sqrt(2 * n - 1)


@formula(
    "E = a + (b - a) * k / (n + 1)",
    source=_ORDER,
    kind="identity",
    unit_in={"a": "s", "b": "s", "k": "1", "n": "1"},
    unit_out="s",
    monotone="+++-",
    convention="independent draws, each as likely anywhere between a and b",
    valid={
        "b >= a": "an interval has its low end first",
        "k <= n": "of n draws there is a first to an n-th",
        "k >= 1": "of n draws there is a first to an n-th",
    },
    domain={"a": (1, 10), "b": (10, 1e6), "k": (1, 10), "n": (10, 1e6)},
)
def expected_order_uniform(a: Value, b: Value, k: Value, n: Value) -> Value:
    """Expected k-th smallest of n times that are uniform in an interval.

    Parameters
    ----------
    a, b : (...) array_like
        Ends of the interval [s].
    k, n : (...) array_like
        The order, n for the slowest, and the draws.

    Returns
    -------
    E : (...) ndarray or float
        [s].
    """
    return a + (b - a) * k / (n + 1)


@formula(
    "T = a + s * H",
    source=_ORDER,
    kind="estimate",
    unit_in={"a": "s", "s": "s", "H": "1"},
    unit_out="s",
    monotone="+++",
    convention="independent workers: a time that all need, then a memoryless one",
)
def shifted_exponential_step(a: Value, s: Value, H: Value) -> Value:
    """Expected time of a step whose workers need a fixed and then a memoryless time.

    Parameters
    ----------
    a : (...) array_like
        Time that every worker needs [s].
    s : (...) array_like
        Mean of what comes on top [s].
    H : (...) array_like
        Harmonic number of the workers (`expected_max_exponential`), or for the k-th of n
        `expected_order_exponential`.

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return a + s * H
