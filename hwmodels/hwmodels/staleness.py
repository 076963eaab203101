"""Asynchronous updates: how old a gradient is, and what that does to the momentum.

The model is a queue: every worker computes for a random, memoryless time, reads the weights when
it begins and applies its gradient when it ends.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_QUEUE = "Mitliagkas et al., Asynchrony begets Momentum, Allerton 2016"


@formula(
    "u = 1 - 1 / M",
    source=_QUEUE,
    kind="estimate",
    unit_in={"M": "1"},
    unit_out="1",
    monotone="+",
    convention="workers with memoryless compute times; no bound, no correction",
)
def implicit_momentum(M: Value) -> Value:
    """Momentum that asynchronous workers add to the one that is set.

    Parameters
    ----------
    M : (...) array_like
        Workers that apply their gradients without waiting, at least one.

    Returns
    -------
    u : (...) ndarray or float
        Between zero, for one worker, and one.
    """
    return 1 - 1 / M


@formula(
    "a = M - 1",
    source=_QUEUE,
    kind="estimate",
    unit_in={"M": "1"},
    unit_out="1",
    monotone="+",
    convention="workers of one speed; no bound",
)
def mean_staleness(M: Value) -> Value:
    """Updates that others apply, on average, while a worker computes one gradient.

    Parameters
    ----------
    M : (...) array_like
        Workers, at least one.

    Returns
    -------
    a : (...) ndarray or float
        Age of a gradient when it is applied [updates].
    """
    return M - 1
