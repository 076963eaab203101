"""Stragglers of a synchronous job: what waiting for the slowest costs, and what softens it.

How long the slowest of n takes is in `hwmodels.order_statistics`; here is what it does to a step,
and what backup workers, redundant work and fewer barriers change.  A bound on staleness in the
place of the barrier is in `hwmodels.bounded_staleness`.
"""

from __future__ import annotations

from hwmodels.bounded_staleness import (
    stall_that_reaches_bound,
    steps_gained,
    steps_that_reach_bound,
)
from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import formula
from hwmodels.order_statistics import (
    expected_max_bound,
    expected_max_exponential,
    expected_max_normal,
)

# The expected maxima, and what a bound on staleness allows, are part of what this module offers.
__all__ = (
    "any_worker_hit", "backup_step_seconds", "backup_work", "barrier_wait", "coded_work",
    "expected_max_bound", "expected_max_exponential", "expected_max_normal",
    "local_sgd_step_seconds", "mean_inflation", "share_kept_under_stalls",
    "slow_ratio_that_eats_gain", "spread_that_eats_gain", "stall_that_reaches_bound",
    "step_inflation", "steps_gained", "steps_that_reach_bound", "synchronous_step",
)  # fmt: skip

_TAIL = "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013"
_ORDER = "David and Nagaraja, Order Statistics, 2003"
_BACKUP = "Chen et al., Revisiting Distributed Synchronous SGD, arXiv 1604.00981, 2016"
_LOCAL = "Wang and Joshi, Adaptive Communication Strategies (AdaComm), MLSys 2019, section 3"
_CODING = "Tandon et al., Gradient Coding, ICML 2017, theorem 1"


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
    source="definition",
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
    source="definition",
    kind="identity",
    unit_in={"f": "1", "w": "s", "T": "s"},
    unit_out="1",
    monotone="++-",
    valid={"f >= 0": "no share of the steps", "f <= 1": "no share of the steps"},
    domain={"f": (0, 1)},
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
    valid={"q >= 0": "no probability", "q <= 1": "no probability", "n >= 0": "no count of workers"},
    domain={"q": (0, 1), "n": (1, 1e4)},
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
    source="definition: a barrier waits for the slowest",
    kind="bound",
    unit_in={"G": "1"},
    unit_out="1",
    monotone="+",
    convention="a barrier in every step; work is not moved away from the slow worker, which is slow in "
    "all that the gain is of",
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
        the others do.  Backup workers, rebalancing and bounds on staleness get round it.
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


@formula(
    "T = m + s * F",
    source=_BACKUP,
    kind="estimate",
    unit_in={"m": "s", "s": "s", "F": "1"},
    unit_out="s",
    monotone="+++",
    convention="the step ends with the k-th of k + b workers; independent, of one distribution",
)
def backup_step_seconds(m: Value, s: Value, F: Value) -> Value:
    """Expected time of a step that does not wait for its b slowest workers.

    Parameters
    ----------
    m : (...) array_like
        Mean time of one worker [s].
    s : (...) array_like
        Standard deviation of the time of one worker [s].
    F : (...) array_like
        Expected k-th of k + b draws, in standard deviations
        (`hwmodels.order_statistics.expected_order_normal`).

    Returns
    -------
    T : (...) ndarray or float
        [s].  What the slowest workers computed is thrown away (`backup_work`).
    """
    return m + s * F


@formula(
    "c = (k + b) / k",
    source=_BACKUP,
    kind="identity",
    unit_in={"k": "device", "b": "device"},
    unit_out="1",
    monotone="-+",
)
def backup_work(k: Value, b: Value) -> Value:
    """Machine time paid for, over that whose results are used, where b workers are backups.

    Parameters
    ----------
    k : (...) array_like
        Workers whose results a step uses [device].
    b : (...) array_like
        Workers above them [device].

    Returns
    -------
    c : (...) ndarray or float
        One without backups.
    """
    return (k + b) / k


@formula(
    "c = b + 1",
    source=_CODING,
    kind="bound",
    unit_in={"b": "1"},
    unit_out="1",
    monotone="+",
    convention="the exact gradient from any n - b of n workers",
)
def coded_work(b: Value) -> Value:
    """Least copies of each piece of work that let a job do without its b slowest workers.

    Parameters
    ----------
    b : (...) array_like
        Workers that may be missing.

    Returns
    -------
    c : (...) ndarray or float
        Times as much work for each worker, and reached by gradient coding.
    """
    return b + 1


@formula(
    "T = m + s * E / sqrt(h) + c / h",
    source=_LOCAL,
    kind="estimate",
    unit_in={"m": "s", "s": "s", "E": "1", "h": "1", "c": "s"},
    unit_out="s",
    monotone="+++-+",
    convention="times of a worker independent from step to step; their sum near normal",
    valid={"h >= 1": "there is at least one step between two averages"},
)
def local_sgd_step_seconds(m: Value, s: Value, E: Value, h: Value, c: Value) -> Value:
    """Expected time of a step where workers meet only every h steps.

    Parameters
    ----------
    m : (...) array_like
        Mean time of one step of one worker [s].
    s : (...) array_like
        Standard deviation of it from step to step [s].
    E : (...) array_like
        Expected maximum over the workers, in standard deviations (`expected_max_normal`).
    h : (...) array_like
        Local steps between two averages.
    c : (...) array_like
        Time of one average [s].

    Returns
    -------
    T : (...) ndarray or float
        [s].  Random delays average out over h steps; a worker that is always slow is waited for
        as before.
    """
    return m + s * E / sqrt(h) + c / h
