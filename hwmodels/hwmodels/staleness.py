"""Asynchronous updates: how old a gradient is, and what that does to momentum and learning rate.

Two ways to be stale: workers that apply their gradients without waiting (a queue: each computes
for a random, memoryless time), and pipelines that are never drained.  Workers held together by a
bound are in `hwmodels.bounded_staleness`.
"""

from __future__ import annotations

import math
from typing import Any

from hwmodels.elementwise import Value, is_number
from hwmodels.formula import OutsideValidity, formula

_QUEUE = "Mitliagkas et al., Asynchrony begets Momentum, Allerton 2016"
_PIPEDREAM = "Narayanan et al., PipeDream, SOSP 2019, section 3.3"
_PIPEMARE = "Yang et al., PipeMare, MLSys 2021, sections 2 and 3"
_AWARE = "Zhang et al., Staleness-aware Async-SGD, IJCAI 2016"


@formula(
    "u = 1 - 1 / M",
    source=_QUEUE,
    kind="estimate",
    unit_in={"M": "1"},
    unit_out="1",
    monotone="+",
    convention="workers with memoryless compute times; no bound, no correction",
    valid={"M >= 1": "there is at least one worker"},
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
    valid={"M >= 1": "there is at least one worker"},
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


@formula(
    "d = n - s",
    source=_PIPEDREAM,
    kind="identity",
    unit_in={"n": "1", "s": "1"},
    unit_out="1",
    monotone="+-",
    convention="one forward, one backward, no flush; stashed weights; an update a micro-batch",
    valid={"s <= n": "a pipeline of n stages has no later one", "s >= 1": "stages count from one"},
    domain={"n": (10, 1e3), "s": (1, 10)},
)
def pipeline_stage_delay(n: Value, s: Value) -> Value:
    """Updates by which the gradient of a stage is late in a pipeline that is never drained.

    Parameters
    ----------
    n : (...) array_like
        Stages.
    s : (...) array_like
        Which of them, from one.

    Returns
    -------
    d : (...) ndarray or float
        [updates]: n - 1 in the first stage, none in the last.
    """
    return n - s


@formula(
    "d = (2 * (n - s) + 1) / m",
    source=_PIPEMARE,
    kind="identity",
    unit_in={"n": "1", "s": "1", "m": "1"},
    unit_out="1",
    monotone="+--",
    convention="no flush, nothing stashed: forward by old weights, backward by the newest; s from 1",
    valid={"s <= n": "a pipeline of n stages has no later one", "s >= 1": "stages count from one"},
    domain={"n": (10, 1e3), "s": (1, 10), "m": (1, 1e3)},
)
def unstashed_pipeline_delay(n: Value, s: Value, m: Value) -> Value:
    """Updates between the forward pass of a stage and the update that its gradient makes.

    Parameters
    ----------
    n : (...) array_like
        Stages.
    s : (...) array_like
        Which of them, from one.
    m : (...) array_like
        Micro-batches in an update.

    Returns
    -------
    d : (...) ndarray or float
        [updates].
    """
    return (2 * (n - s) + 1) / m


@formula(
    "e = r / a",
    source=_AWARE,
    kind="estimate",
    unit_in={"r": "1", "a": "1"},
    unit_out="1",
    monotone="+-",
    convention="a rule for the learning rate, no theorem on the loss",
    valid={"a >= 1": "the rule leaves gradients younger than one update as they are"},
)
def staleness_aware_rate(r: Value, a: Value) -> Value:
    """Learning rate of a stale gradient: the base rate over its age.

    Parameters
    ----------
    r : (...) array_like
        Learning rate without staleness.
    a : (...) array_like
        Age of the gradient [updates], at least one.

    Returns
    -------
    e : (...) ndarray or float
    """
    return r / a


@formula(
    "e = r / d^(1 - p)",
    source=_PIPEMARE,
    kind="estimate",
    unit_in={"r": "1", "d": "1", "p": "1"},
    unit_out="1",
    monotone="+-+",
    convention="a rule for the learning rate; p runs from zero to one over the warm-up",
    valid={"d >= 1": "the rule leaves delays below one update as they are"},
    domain={"p": (0, 1)},
)
def annealed_rate(r: Value, d: Value, p: Value) -> Value:
    """Learning rate under a delay: the base rate over the delay at first, the base rate at last.

    Parameters
    ----------
    r : (...) array_like
        Learning rate without delay.
    d : (...) array_like
        Delay [updates], at least one (`unstashed_pipeline_delay`).
    p : (...) array_like
        Share of the warm-up that is over, between zero and one.

    Returns
    -------
    e : (...) ndarray or float
    """
    return r / d ** (1 - p)


def largest_stable_rate(curvature: Value, delay: Value) -> Value:
    """Learning rate up to which gradient descent with a fixed delay is stable on a quadratic.

    The characteristic polynomial ``w**(d + 1) - w**d + rate * curvature`` has all its roots inside
    the unit circle below it, and one outside above it.

    Parameters
    ----------
    curvature : (...) array_like
        Of the quadratic, above zero [1 / learning rate].
    delay : (...) array_like
        Updates between the weights of a gradient and its update, at least zero, whole.

    Returns
    -------
    (...) ndarray or float
        2 / curvature without delay, about pi / (2 d curvature) for a long one.  Plain gradient
        descent, no momentum.

    Raises
    ------
    OutsideValidity
        For a curvature that is not positive, or a delay below zero.

    Notes
    -----
    Yang et al., PipeMare, MLSys 2021, lemma 1; tested against the roots of the polynomial.
    """
    if is_number(curvature) and is_number(delay):
        fine = curvature > 0 and delay >= 0
        sine: Any = math.sin
    else:
        import numpy as np

        curvature, delay = np.asarray(curvature, float), np.asarray(delay, float)
        fine, sine = bool((curvature > 0).all() and (delay >= 0).all()), np.sin
    if not fine:
        raise OutsideValidity("a curvature is above zero, and a delay not below it")
    found: Value = 2 / curvature * sine(math.pi / (4 * delay + 2))
    return found
