"""A bound on staleness in the place of a barrier: what it hides, and when it stops hiding it.

Workers may be some steps ahead of the slowest, and wait at the bound: zero is a barrier in every
step.  A stall shorter than the bound costs the others nothing; a worker that stays slow sets the
pace in the end, whatever the bound.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula

_SSP = "Ho et al., Stale Synchronous Parallel, NIPS 2013"


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
    convention="steps of the others, to a lag of S; level at the start; SSP lets one more step begin",
    valid={
        "r > 1": "a worker that keeps pace never falls a bound behind",
        "S >= 0": "steps ahead are counted from zero",
    },
    domain={"r": (1.01, 10)},
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
    "t = max(k * T, (k - S) * r * T)",
    source=_SSP,
    kind="estimate",
    unit_in={"k": "1", "T": "s", "S": "1", "r": "1"},
    unit_out="s",
    monotone="++-+",
    convention="one worker always slow by a factor r, the others of one speed, level at the start; "
    "a step counts when the slow worker is S behind it, so that S = 0 waits after the last one too",
    valid={"r >= 1": "the slow worker is no faster than the others"},
)
def bounded_staleness_seconds(k: Value, T: Value, S: Value, r: Value) -> Value:
    """Time of k steps of the others, where they may be at most S steps ahead of a slow worker.

    Parameters
    ----------
    k : (...) array_like
        Steps.
    T : (...) array_like
        Step of the others [s].
    S : (...) array_like
        Steps that they may be ahead; zero is a barrier in every step.
    r : (...) array_like
        Step of the slow worker over that of the others, at least one.

    Returns
    -------
    t : (...) ndarray or float
        [s].  The bound is free until ``S r / (r - 1)`` steps; a long job then runs at the pace of
        the slow worker, whatever the bound.  SSP holds back the start of a step and not its end:
        the last one there ends earlier, by one step of the slow worker at most.
    """
    return maximum(k * T, (k - S) * r * T)


@formula(
    "R = n / (T * max(1, r * (1 - S / k)))",
    source=_SSP,
    kind="estimate",
    unit_in={"n": "1", "T": "s", "r": "1", "S": "1", "k": "1"},
    unit_out="1/s",
    monotone="+--+-",
    convention="one worker always slow by a factor r; the n others counted, over their first k steps, "
    "the wait after the last one included",
    valid={
        "r >= 1": "the slow worker is no faster than the others",
        "k > 0": "a rate needs a step",
    },
)
def bounded_staleness_rate(n: Value, T: Value, r: Value, S: Value, k: Value) -> Value:
    """Steps of the fast workers in a second, averaged over their first k steps.

    Parameters
    ----------
    n : (...) array_like
        Workers that are not slow.
    T : (...) array_like
        Step of each [s].
    r : (...) array_like
        Step of the slow worker over theirs, at least one.
    S : (...) array_like
        Steps that they may be ahead of it.
    k : (...) array_like
        Steps of each.

    Returns
    -------
    R : (...) ndarray or float
        [1/s].  At most n / T, and n / (T r) in the long run.
    """
    return n / (T * maximum(1.0, r * (1 - S / k)))


@formula(
    "a = S * (n - 1)",
    source=_SSP,
    kind="bound",
    unit_in={"S": "1", "n": "1"},
    unit_out="1",
    monotone="++",
    convention="updates of earlier steps that a worker has not seen; one update a step and worker",
    valid={"n >= 1": "there is at least one worker"},
)
def bounded_staleness_age(S: Value, n: Value) -> Value:
    """Most updates of earlier steps that weights can lack under a bound on staleness.

    Parameters
    ----------
    S : (...) array_like
        Steps that the fastest may be ahead of the slowest.
    n : (...) array_like
        Workers, at least one.

    Returns
    -------
    a : (...) ndarray or float
        [updates].  All that is older has been seen.
    """
    return S * (n - 1)
