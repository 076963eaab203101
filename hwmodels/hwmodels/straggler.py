"""Order statistics of a synchronous step: what waiting for the slowest costs."""

from __future__ import annotations

import math
from functools import cache

from hwmodels.formula import formula

_TAIL = "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013"


@cache
def expected_max_normal(n: int) -> float:
    """Expected maximum of n standard normal draws, in standard deviations.

    Computed as the integral of ``1 - Phi(x)**n`` above zero less that of ``Phi(x)**n`` below it
    (David and Nagaraja, Order Statistics, 2003, section 3.1), by the trapezoid rule on a grid
    fine enough for six digits up to a million draws.

    Raises
    ------
    ValueError
        For fewer than one draw.
    """
    if n < 1:
        raise ValueError("there is at least one draw")
    if n == 1:
        return 0.0
    low, high, steps = -9.0, 9.0, 9000
    width = (high - low) / steps
    total = 0.0
    for k in range(steps + 1):
        x = low + k * width
        below = 0.5 * math.erfc(-x / math.sqrt(2))
        if x < 0:
            value = -(below**n)
        else:
            # 1 - (1 - q)^n without losing the digits of a small q
            q = 0.5 * math.erfc(x / math.sqrt(2))
            value = -math.expm1(n * math.log1p(-q)) if q < 1 else 1.0
        total += value * (0.5 if k in (0, steps) else 1.0)
    return total * width


@cache
def expected_max_exponential(n: int) -> float:
    """Expected maximum of n exponential draws of mean one: the harmonic number of n.

    Raises
    ------
    ValueError
        For fewer than one draw.
    """
    if n < 1:
        raise ValueError("there is at least one draw")
    return math.fsum(1 / k for k in range(1, n + 1))


@formula("w = s * E", source=_TAIL, kind="estimate", units={"s": "s", "E": "1", "w": "s"})
def barrier_wait(s: float, E: float) -> float:
    """Expected wait for the slowest [s]: deviation s [s] times the expected maximum E."""
    return s * E


@formula("S = (T + w) / T", source=_TAIL, kind="estimate", units={"T": "s", "w": "s", "S": "1"})
def step_inflation(T: float, w: float) -> float:
    """How much longer a synchronous step T [s] gets by a wait w [s] that it does not contain."""
    return (T + w) / T


@formula("r = G", source=_TAIL, kind="bound", units={"G": "1", "r": "1"})
def slow_ratio_that_eats_gain(G: float) -> float:
    """How much slower than the others one worker must be to use up a gain G in a synchronous job.

    Every step then takes G times its usual time, whatever the other workers do.
    """
    return G
