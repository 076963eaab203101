"""Checkpoints of a job that fails: how often to save, what is lost, and how much time trains.

Saving often wastes time in writing, saving seldom in work done twice.  Young's interval is of
first order, Daly's of higher; both ask for a checkpoint much shorter than the time between
failures, and refuse where it is not.
"""

from __future__ import annotations

import math

from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value, exp, sqrt
from hwmodels.failures import job_failure_rate
from hwmodels.formula import OutsideValidity, formula

_YOUNG = "Young, A first order approximation to the optimum checkpoint interval, CACM 17(9), 1974"
_DALY = "Daly, Future Generation Computer Systems 22(3), 2006"
_ETTR = (
    "Kokolis et al., Revisiting Reliability in Large-Scale ML Research Clusters, HPCA 2025 "
    "(arXiv 2410.21680), section on the expected effective training time ratio"
)

Range = tuple[float, float]


@formula(
    "L = T / 2",
    source=_YOUNG,
    kind="estimate",
    unit_in={"T": "s"},
    unit_out="s",
    monotone="+",
    convention="a failure comes anywhere between two checkpoints alike: T well below the mean time "
    "between failures",
)
def lost_work(T: Value) -> Value:
    """Work that a failure undoes, on average.

    Parameters
    ----------
    T : (...) array_like
        Work between two checkpoints [s].

    Returns
    -------
    L : (...) ndarray or float
        [s].  At most T, the time to notice the failure left out.
    """
    return T / 2


@formula(
    "C = B / W",
    source="definition of a rate",
    kind="identity",
    unit_in={"B": "byte", "W": "byte/s"},
    unit_out="s",
    monotone="+-",
    convention="written at one rate, and training waits",
)
def checkpoint_seconds(B: Value, W: Value) -> Value:
    """Time that a checkpoint takes to write.

    Parameters
    ----------
    B : (...) array_like
        Size: parameters and optimizer state, gradients left out [byte].
    W : (...) array_like
        Rate at which the storage takes it [byte/s].

    Returns
    -------
    C : (...) ndarray or float
        [s].  A copy to host memory blocks for less: then that copy's time counts.
    """
    return B / W


@formula(
    "f = C / (T + C)",
    source="definition of a share",
    kind="identity",
    unit_in={"C": "s", "T": "s"},
    unit_out="1",
    monotone="+-",
)
def checkpoint_overhead(C: Value, T: Value) -> Value:
    """Share of the time that goes into writing checkpoints.

    Parameters
    ----------
    C : (...) array_like
        Time that training waits for one checkpoint [s].
    T : (...) array_like
        Work between two of them [s].

    Returns
    -------
    f : (...) ndarray or float
        Between zero and one.
    """
    return C / (T + C)


@formula(
    "T = sqrt(2 * C * M)",
    source=_YOUNG,
    kind="estimate",
    unit_in={"C": "s", "M": "s"},
    unit_out="s",
    monotone="++",
    convention="first order: a checkpoint much shorter than the time between failures",
    valid={"C < 2 * M": "a job that fails before its checkpoint is written has no best interval"},
    domain={"C": (1, 9), "M": (20, 1e6)},
)
def young_interval(C: Value, M: Value) -> Value:
    """Work between two checkpoints that wastes least, to first order.

    Parameters
    ----------
    C : (...) array_like
        Time that training waits for one checkpoint [s].
    M : (...) array_like
        Mean time between failures of the job [s].

    Returns
    -------
    T : (...) ndarray or float
        [s].  The waste is flat around it: half or twice the interval costs a quarter more of it.
    """
    return sqrt(2 * C * M)


@formula(
    "T = sqrt(2 * C * M) * (1 + sqrt(C / (2 * M)) / 3 + C / (18 * M)) - C",
    source=_DALY,
    kind="estimate",
    unit_in={"C": "s", "M": "s"},
    unit_out="s",
    monotone="++",
    convention="higher order; work between two checkpoints, the writing left out",
    valid={
        "C < 2 * M": "from twice the time between failures on, the interval is that time itself"
    },
    domain={"C": (1, 9), "M": (20, 1e6)},
)
def daly_interval(C: Value, M: Value) -> Value:
    """Work between two checkpoints that makes the job shortest.

    Parameters
    ----------
    C : (...) array_like
        Time that training waits for one checkpoint [s].
    M : (...) array_like
        Mean time between failures of the job [s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return sqrt(2 * C * M) * (1 + sqrt(C / (2 * M)) / 3 + C / (18 * M)) - C


@formula(
    "f = sqrt(2 * C / M)",
    source=_YOUNG,
    kind="estimate",
    unit_in={"C": "s", "M": "s"},
    unit_out="1",
    monotone="+-",
    convention="first order, at the best interval; restarts left out",
    valid={"2 * C < M": "what is wasted is less than all"},
    domain={"C": (1, 9), "M": (20, 1e6)},
)
def least_waste(C: Value, M: Value) -> Value:
    """Share of the time that checkpoints and repeated work take at the best interval.

    Parameters
    ----------
    C : (...) array_like
        Time that training waits for one checkpoint [s].
    M : (...) array_like
        Mean time between failures of the job [s].

    Returns
    -------
    f : (...) ndarray or float
        Half of it is writing, half repeated work.
    """
    return sqrt(2 * C / M)


@formula(
    "f = 1 - r * (u + T / 2)",
    source=_ETTR,
    kind="estimate",
    unit_in={"r": "1/s", "u": "s", "T": "s"},
    unit_out="1",
    monotone="---",
    convention="losses small beside the time between failures; they add",
    valid={"r * (u + T / 2) < 1": "what failures cost is less than all of the time"},
    domain={"r": (1e-9, 1e-6), "u": (1, 1e4), "T": (1, 1e5)},
)
def share_not_lost(r: Value, u: Value, T: Value) -> Value:
    """Share of the time that failures leave: neither restart nor repeated work.

    Parameters
    ----------
    r : (...) array_like
        Failures of the job [1/s] (`job_failure_rate`).
    u : (...) array_like
        Time from a failure until training goes on [s].
    T : (...) array_like
        Work between two checkpoints [s].

    Returns
    -------
    f : (...) ndarray or float
        Between zero and one.
    """
    return 1 - r * (u + T / 2)


def wall_seconds(M: Value, R: Value, T: Value, C: Value, S: Value) -> Value:
    """Time that a job takes with failures, checkpoints and restarts.

    Parameters
    ----------
    M : (...) array_like
        Mean time between failures of the job [s].
    R : (...) array_like
        Time of a restart [s].
    T : (...) array_like
        Work between two checkpoints [s].
    C : (...) array_like
        Time that training waits for one checkpoint [s].
    S : (...) array_like
        Work of the job [s].

    Returns
    -------
    W : (...) ndarray or float
        [s].  Least near `daly_interval`: it neither rises nor falls with T throughout.

    Notes
    -----
    Daly 2006: ``M exp(R / M) (exp((T + C) / M) - 1) S / T``.  Failures without memory, during
    writing and restart too; T a small part of S.
    """
    return M * exp(R / M) * (exp((T + C) / M) - 1) * S / T


def effective_training_time(
    nodes: Range, failures: Range, restart: Range, interval: Range, write: Range
) -> Answer:
    """Share of the wall time that trains, for ranges of what it depends on.

    ``(1 - r (u + T / 2)) / (1 + w / T)``: the expected effective training time ratio, queueing
    left out.  The interval T pulls both ways, so that the largest share may lie inside its range.

    Parameters
    ----------
    nodes : (low, high)
        Nodes of the job.
    failures : (low, high)
        Failures of one node [1/s].
    restart : (low, high)
        Time from a failure until training goes on [s].
    interval : (low, high)
        Work between two checkpoints, above zero [s].
    write : (low, high)
        Time that training waits for one checkpoint, zero where it does not [s].

    Returns
    -------
    Answer
        An estimate, between zero and one; its terms are the shares that failures and that
        checkpoints leave.

    Raises
    ------
    OutsideValidity
        Where failures would cost more than all of the time, or an interval is not above zero.
    """
    if not 0 < interval[0] <= interval[1]:
        raise OutsideValidity("an interval between checkpoints is above zero")
    rates = job_failure_rate(nodes[0], failures[0]), job_failure_rate(nodes[1], failures[1])

    def share(rate: float, u: float, T: float, w: float) -> float:
        return share_not_lost(rate, u, T) * (1 - checkpoint_overhead(w, T))

    low = min(share(rates[1], restart[1], T, write[1]) for T in interval)
    # Where the derivative in T is zero: T^2 + 2 w T = 2 w (1 - r u) / r.
    rate, u, w = rates[0], restart[0], write[0]
    left = 2 * w * (1 - rate * u) / rate if rate else math.inf
    best = min(max(math.sqrt(w * w + left) - w, interval[0]), interval[1])
    high = share(rate, u, best, w)
    kept = (
        share_not_lost(rates[1], restart[1], interval[1]),
        share_not_lost(rates[0], restart[0], interval[0]),
    )
    written = (
        1 - checkpoint_overhead(write[1], interval[0]),
        1 - checkpoint_overhead(write[0], interval[1]),
    )
    return Answer(
        low, high, "1", "estimate",
        "independent failures of nodes in series; a failure costs a restart and half an interval; "
        "no queue",
        _ETTR,
        (Term("left by failures", *kept, "1"), Term("left by checkpoints", *written, "1")),
    )  # fmt: skip
