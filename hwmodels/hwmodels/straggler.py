"""Order statistics of a synchronous step: what waiting for the slowest costs.

What no formula can say (the expected maximum of n draws) is a numeric function, held to published
tables and to simulation.
"""

from __future__ import annotations

import math
from functools import cache

from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import formula

_TAIL = "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013"
_ORDER = "David and Nagaraja, Order Statistics, 2003"
_SSP = "Ho et al., Stale Synchronous Parallel, NIPS 2013"
_HARTLEY = "Hartley and David, Ann. Math. Statist. 25(1), 1954"


@cache
def expected_max_normal(n: int) -> float:
    """Expected maximum of n standard normal draws, in standard deviations.

    The mean of the density ``n phi(x) Phi(x)**(n-1)``, by the trapezoid rule: the integrand is
    smooth and vanishes at both ends, so that the rule converges faster than any power of its step.
    Accurate to 1e-9 up to a million draws.

    Parameters
    ----------
    n : int
        Draws, at least one.

    Raises
    ------
    ValueError
        For fewer than one draw.
    """
    if n < 1:
        raise ValueError("there is at least one draw")
    width, total = 1 / 64, 0.0
    for k in range(-9 * 64, 12 * 64):
        x = k * width
        above = 0.5 * math.erfc(x / math.sqrt(2))
        # Phi(x)**(n-1) without losing the digits of a small upper tail
        power = (n - 1) * (
            math.log1p(-above) if x > 0 else math.log(0.5 * math.erfc(-x / math.sqrt(2)))
        )
        total += x * math.exp(power - x * x / 2)
    return n * total * width / math.sqrt(2 * math.pi)


@cache
def expected_max_exponential(n: int) -> float:
    """Expected maximum of n exponential draws of mean one: the harmonic number of n.

    Parameters
    ----------
    n : int
        Draws, at least one.

    Raises
    ------
    ValueError
        For fewer than one draw.
    """
    if n < 1:
        raise ValueError("there is at least one draw")
    if n < 1000:
        return math.fsum(1 / k for k in range(1, n + 1))
    # Euler-Maclaurin; the next term is below 1e-20 here
    return math.log(n) + 0.5772156649015329 + 1 / (2 * n) - 1 / (12 * n**2)


@formula(
    "E = (n - 1) / sqrt(2 * n - 1)",
    source=_HARTLEY,
    kind="bound",
    unit_in={"n": "1"},
    unit_out="1",
    monotone="+",
    convention="independent draws of any one distribution",
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
    "w = s * E",
    source=_TAIL,
    kind="estimate",
    unit_in={"s": "s", "E": "1"},
    unit_out="s",
    monotone="++",
    convention="independent workers of one distribution",
)
def barrier_wait(s: Value, E: Value) -> Value:
    """Expected wait for the slowest worker, above the mean.

    Parameters
    ----------
    s : (...) array_like
        Standard deviation of the time of one worker [s].
    E : (...) array_like
        Expected maximum in standard deviations (`expected_max_normal`).

    Returns
    -------
    w : (...) ndarray or float
        [s].  Stalls that hit all workers at once cost less, heavy tails more.
    """
    return s * E


@formula(
    "T = m + s * E",
    source=_ORDER,
    kind="estimate",
    unit_in={"m": "s", "s": "s", "E": "1"},
    unit_out="s",
    monotone="+++",
    convention="independent workers of one distribution",
)
def synchronous_step(m: Value, s: Value, E: Value) -> Value:
    """Expected time of a step that ends with its slowest worker.

    Parameters
    ----------
    m : (...) array_like
        Mean time of one worker [s].
    s : (...) array_like
        Standard deviation of the time of one worker [s].
    E : (...) array_like
        Expected maximum in standard deviations (`expected_max_normal`).

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return m + s * E


@formula(
    "S = (T + w) / T",
    source=_TAIL,
    kind="identity",
    unit_in={"T": "s", "w": "s"},
    unit_out="1",
    monotone="-+",
)
def step_inflation(T: Value, w: Value) -> Value:
    """How much longer a synchronous step gets by a wait that it does not contain.

    Parameters
    ----------
    T : (...) array_like
        Step [s].
    w : (...) array_like
        Wait that nothing hides, not negative [s].

    Returns
    -------
    S : (...) ndarray or float
        One without a wait.  One worker that stalls for w holds up all of them.
    """
    return (T + w) / T


@formula(
    "S = 1 + f * w / T",
    source=_TAIL,
    kind="identity",
    unit_in={"f": "1", "w": "s", "T": "s"},
    unit_out="1",
    monotone="++-",
)
def mean_inflation(f: Value, w: Value, T: Value) -> Value:
    """How much longer the steps get on average where some of them are hit by a stall.

    Parameters
    ----------
    f : (...) array_like
        Share of the steps that are hit, by any worker (`any_worker_hit`).
    w : (...) array_like
        Stall that nothing hides [s].
    T : (...) array_like
        Step without a stall [s].

    Returns
    -------
    S : (...) ndarray or float
        One without stalls.
    """
    return 1 + f * w / T


@formula(
    "f = 1 - (1 - q)^n",
    source=_TAIL,
    kind="estimate",
    unit_in={"q": "1", "n": "1"},
    unit_out="1",
    monotone="++",
    convention="independent workers",
)
def any_worker_hit(q: Value, n: Value) -> Value:
    """Share of the steps that at least one worker holds up.

    Parameters
    ----------
    q : (...) array_like
        Probability that one worker is slow in one step, between zero and one.
    n : (...) array_like
        Workers.

    Returns
    -------
    f : (...) ndarray or float
        Between zero and one.
    """
    return 1 - (1 - q) ** n


@formula(
    "r = G",
    source=_TAIL,
    kind="bound",
    unit_in={"G": "1"},
    unit_out="1",
    monotone="+",
)
def slow_ratio_that_eats_gain(G: Value) -> Value:
    """How much slower than the others one worker must be to use up a gain in a synchronous job.

    Parameters
    ----------
    G : (...) array_like
        Gain, as a factor: 1.27 for "1.27 times faster".

    Returns
    -------
    r : (...) ndarray or float
        One worker at 1/G of the speed of the others makes every step G times as long, whatever
        the others do.
    """
    return +G


@formula(
    "s = g / E",
    source=_ORDER,
    kind="estimate",
    unit_in={"g": "s", "E": "1"},
    unit_out="s",
    monotone="+-",
    convention="independent workers of one distribution",
)
def spread_that_eats_gain(g: Value, E: Value) -> Value:
    """Standard deviation of one worker at which the wait for the slowest uses up a saving.

    Parameters
    ----------
    g : (...) array_like
        Time that a step is said to save [s].
    E : (...) array_like
        Expected maximum in standard deviations (`expected_max_normal`).

    Returns
    -------
    s : (...) ndarray or float
        [s].
    """
    return g / E


@formula(
    "g = w / T",
    source=_SSP,
    kind="identity",
    unit_in={"w": "s", "T": "s"},
    unit_out="1",
    monotone="+-",
    convention="the others do not wait for the stalled worker",
)
def steps_gained(w: Value, T: Value) -> Value:
    """Steps that the others take while one worker stalls: what it falls behind.

    Parameters
    ----------
    w : (...) array_like
        Stall of one worker [s].
    T : (...) array_like
        Step of the others [s].

    Returns
    -------
    g : (...) ndarray or float
        [steps], below one for a stall shorter than a step.  Where all wait for all the same
        quotient is the share of a step that is added to every worker's.
    """
    return w / T


@formula(
    "w = S * T",
    source=_SSP,
    kind="identity",
    unit_in={"S": "1", "T": "s"},
    unit_out="s",
    monotone="++",
    convention="the stalled worker was level with the others",
)
def stall_that_reaches_bound(S: Value, T: Value) -> Value:
    """Stall of one worker after which a staleness bound makes all others wait.

    Parameters
    ----------
    S : (...) array_like
        Steps that the others may be ahead of the slowest.
    T : (...) array_like
        Step of the others [s].

    Returns
    -------
    w : (...) ndarray or float
        [s].  Shorter stalls cost the others nothing.
    """
    return S * T


@formula(
    "k = S * r / (r - 1)",
    source=_SSP,
    kind="identity",
    unit_in={"S": "1", "r": "1"},
    unit_out="1",
    monotone="+-",
    convention="steps of the others; the slow worker was level with them",
)
def steps_that_reach_bound(S: Value, r: Value) -> Value:
    """Steps after which a worker that stays slow is a whole bound behind.

    Parameters
    ----------
    S : (...) array_like
        Steps that the others may be ahead of the slowest.
    r : (...) array_like
        Step of the slow worker over that of the others, above one.

    Returns
    -------
    k : (...) ndarray or float
        [steps of the others].  From then on all run at the pace of the slow one.
    """
    return S * r / (r - 1)


@formula(
    "e = 1 / (1 + n * q * w)",
    source=_TAIL,
    kind="estimate",
    unit_in={"n": "1", "q": "1/s", "w": "s"},
    unit_out="1",
    monotone="---",
    convention="independent stalls that do not overlap and that nothing hides",
)
def share_kept_under_stalls(n: Value, q: Value, w: Value) -> Value:
    """Share of the throughput that a synchronous job keeps where single workers stall.

    Parameters
    ----------
    n : (...) array_like
        Workers that wait for each other.
    q : (...) array_like
        Stalls of one worker in a second of useful work [1/s].
    w : (...) array_like
        Length of a stall [s].

    Returns
    -------
    e : (...) ndarray or float
        Between zero and one.
    """
    return 1 / (1 + n * q * w)
