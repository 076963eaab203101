"""Failures of a large job: how often, how likely in a time, and how many spares they take.

A job of n nodes that all must run fails n times as often as one of them.  Failures come without
memory and independently: a switch or a power feed that takes many nodes at once breaks that, and
small jobs fail more often than their hardware (Kokolis et al. measure one failure in 7.9 hours on
1,024 GPUs where their rate for a node gives 29).  What a failure costs is in
`hwmodels.checkpoints`.
"""

from __future__ import annotations

import math

from hwmodels.elementwise import Value, exp
from hwmodels.formula import OutsideValidity, formula

_SERIES = "a series system: it runs while all of its parts do"
_POISSON = "a Poisson process: failures without memory"
_LITTLE = "Little's law: a rate times a time"


@formula(
    "M = m / n",
    source=_SERIES,
    kind="estimate",
    unit_in={"m": "s", "n": "1"},
    unit_out="s",
    monotone="+-",
    convention="independent nodes, all of which must run",
)
def job_mtbf(m: Value, n: Value) -> Value:
    """Mean time between failures of a job, from that of a node.

    Parameters
    ----------
    m : (...) array_like
        Mean time between failures of one node [s].
    n : (...) array_like
        Nodes of the job.

    Returns
    -------
    M : (...) ndarray or float
        [s].
    """
    return m / n


@formula(
    "r = n * q",
    source=_SERIES,
    kind="estimate",
    unit_in={"n": "1", "q": "1/s"},
    unit_out="1/s",
    monotone="++",
    convention="independent nodes, all of which must run",
)
def job_failure_rate(n: Value, q: Value) -> Value:
    """Failures of a job in a second, from those of a node.

    Parameters
    ----------
    n : (...) array_like
        Nodes of the job.
    q : (...) array_like
        Failures of one node [1/s]: often printed for a thousand nodes and a day.

    Returns
    -------
    r : (...) ndarray or float
        [1/s].  Rates of different parts (GPUs, links, hosts) add.
    """
    return n * q


@formula(
    "M = t / k",
    source="definition of a mean",
    kind="identity",
    unit_in={"t": "s", "k": "1"},
    unit_out="s",
    monotone="+-",
    convention="repairs counted in the time, or short beside it",
    valid={"k > 0": "without a failure there is no mean between them"},
)
def observed_mtbf(t: Value, k: Value) -> Value:
    """Mean time between the failures that were counted.

    Parameters
    ----------
    t : (...) array_like
        Time watched [s].
    k : (...) array_like
        Failures in it, above zero.

    Returns
    -------
    M : (...) ndarray or float
        [s].
    """
    return t / k


@formula(
    "p = exp(-t / M)",
    source=_POISSON,
    kind="estimate",
    unit_in={"t": "s", "M": "s"},
    unit_out="1",
    monotone="-+",
    convention="failures without memory",
)
def no_failure_probability(t: Value, M: Value) -> Value:
    """Probability that a job runs a time without a failure.

    Parameters
    ----------
    t : (...) array_like
        Time [s].
    M : (...) array_like
        Mean time between failures of the job [s].

    Returns
    -------
    p : (...) ndarray or float
        Between zero and one.
    """
    return exp(-t / M)


@formula(
    "k = t / M",
    source=_POISSON,
    kind="estimate",
    unit_in={"t": "s", "M": "s"},
    unit_out="1",
    monotone="+-",
)
def expected_failures(t: Value, M: Value) -> Value:
    """Failures to expect in a time.

    Parameters
    ----------
    t : (...) array_like
        Time [s].
    M : (...) array_like
        Mean time between failures of the job [s].

    Returns
    -------
    k : (...) ndarray or float
        With a standard deviation of its root.
    """
    return t / M


@formula(
    "a = M / (M + R)",
    source="definition of availability",
    kind="identity",
    unit_in={"M": "s", "R": "s"},
    unit_out="1",
    monotone="+-",
)
def availability(M: Value, R: Value) -> Value:
    """Share of the time that a part is up.

    Parameters
    ----------
    M : (...) array_like
        Mean time until it fails [s].
    R : (...) array_like
        Mean time to repair it [s].

    Returns
    -------
    a : (...) ndarray or float
        Between zero and one.
    """
    return M / (M + R)


@formula(
    "d = n * R / m",
    source=_LITTLE,
    kind="identity",
    unit_in={"n": "1", "R": "s", "m": "s"},
    unit_out="1",
    monotone="++-",
    convention="mean over a long time; a failed node is replaced at once and repaired apart",
)
def nodes_in_repair(n: Value, R: Value, m: Value) -> Value:
    """Nodes that are being repaired, on average, while a job keeps n running.

    Parameters
    ----------
    n : (...) array_like
        Nodes that run.
    R : (...) array_like
        Mean time to repair one [s].
    m : (...) array_like
        Mean time between failures of one [s].

    Returns
    -------
    d : (...) ndarray or float
        Spares that are in use on average; more are needed to have one most of the time
        (`spare_nodes`).
    """
    return n * R / m


def spare_nodes(down: float, confidence: float) -> int:
    """Spare nodes with which a replacement is at hand at least that share of the time.

    Nodes in repair are Poisson distributed where they fail independently and repairs do not wait
    for each other, whatever a repair's own distribution.

    Parameters
    ----------
    down : float
        Nodes in repair on average (`nodes_in_repair`), at most 500.
    confidence : float
        Share of the time, at least zero and below one.

    Raises
    ------
    OutsideValidity
        For a number of nodes below zero or above 500, or a share that is none.
    """
    if not 0 <= down <= 500:
        raise OutsideValidity("nodes in repair are from 0 to 500")
    if not 0 <= confidence < 1:
        raise OutsideValidity("a share of the time is at least zero and below one")
    chance = total = math.exp(-down)
    spares = 0
    # Rounding ends the sum just below one: beyond it more spares change nothing.
    while total < min(confidence, 1 - 1e-12):
        spares += 1
        chance *= down / spares
        total += chance
    return spares
