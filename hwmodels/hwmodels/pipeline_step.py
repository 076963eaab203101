"""The step of a pipeline by the name of its schedule, with what each schedule asks for.

All stages take equal time, and what is sent between them takes none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.answer import Answer, Term
from hwmodels.formula import OutsideValidity
from hwmodels.pipeline import (
    bubble_of_ideal_step,
    chimera_bubble,
    idle_1f1b,
    idle_dualpipe,
    idle_zb_h1,
    idle_zb_h2,
)


@dataclass(frozen=True, slots=True)
class Passes:
    """Times of one micro-batch in one stage.

    Attributes
    ----------
    forward : float
        [s].
    inputs : float
        Backward pass for the gradients of inputs [s].
    weights : float
        Backward pass for the gradients of weights [s].
    """

    forward: float
    inputs: float
    weights: float

    @property
    def total(self) -> float:
        """All three [s]."""
        return self.forward + self.inputs + self.weights


@dataclass(frozen=True, slots=True)
class Bubble:
    """The bubble of one schedule.

    Attributes
    ----------
    idle : callable
        Idle time of a stage [s] from stages, micro-batches, passes and chunks.
    least : callable
        Micro-batches that it takes at least, from the stages.
    kind : str
        "identity" where playing the schedule out gives the bubble, else "estimate".
    weights : int
        Copies of the weights that it holds.
    two_ended : bool
        Whether micro-batches enter from both ends: stages and micro-batches are even.
    source : str
        Where it is printed.
    """

    idle: Callable[[float, float, Passes, float], float]
    least: Callable[[int], int]
    kind: str
    weights: int
    two_ended: bool
    source: str


def _one_f_one_b(p: float, m: float, passes: Passes, v: float) -> float:
    return idle_1f1b(p, passes.forward, passes.inputs + passes.weights, v)


def _zb_h1(p: float, m: float, passes: Passes, v: float) -> float:
    return idle_zb_h1(p, passes.forward, passes.inputs, passes.weights)


def _zb_h2(p: float, m: float, passes: Passes, v: float) -> float:
    return idle_zb_h2(p, passes.forward, passes.inputs, passes.weights)


def _zb_v(p: float, m: float, passes: Passes, v: float) -> float:
    if not passes.forward == passes.inputs == passes.weights:
        raise OutsideValidity("ZB-V is free of bubbles where its three passes take equal time")
    return 0.0


def _dualpipe(p: float, m: float, passes: Passes, v: float) -> float:
    # Overlap hides communication, not work: the pair takes as long as its two passes.
    return idle_dualpipe(p, passes.total, passes.inputs, passes.weights)


def _chimera(p: float, m: float, passes: Passes, v: float) -> float:
    if passes.forward != passes.inputs + passes.weights:
        raise OutsideValidity("Chimera's bubble is printed for a backward as long as a forward")
    return bubble_of_ideal_step(chimera_bubble(p, m)) * m * passes.total


def _any(p: int) -> int:
    return 1


def _filled(p: int) -> int:
    return p


def _both_ways(p: int) -> int:
    return 2 * p - 1


def _twice(p: int) -> int:
    return 2 * p


BUBBLES = MappingProxyType(
    {
        "GPipe": Bubble(_one_f_one_b, _any, "identity", 1, False, idle_1f1b.source),
        "1F1B": Bubble(_one_f_one_b, _any, "identity", 1, False, idle_1f1b.source),
        "interleaved 1F1B": Bubble(_one_f_one_b, _filled, "identity", 1, False, idle_1f1b.source),
        "ZB-H1": Bubble(_zb_h1, _filled, "identity", 1, False, idle_zb_h1.source),
        "ZB-H2": Bubble(_zb_h2, _both_ways, "identity", 1, False, idle_zb_h1.source),
        "ZB-V": Bubble(_zb_v, _twice, "estimate", 1, False, idle_zb_h1.source),
        "DualPipe": Bubble(_dualpipe, _twice, "estimate", 2, True, idle_dualpipe.source),
        "Chimera": Bubble(_chimera, _any, "estimate", 2, True, chimera_bubble.source),
    }
)
"""Schedules by name, as `hwmodels.schedules.Schedule` writes those that it has."""


def schedule_step(schedule: str, p: int, m: int, passes: Passes, v: int = 1) -> Answer:
    """Time that a stage spends on a step, from its first pass to its last.

    Parameters
    ----------
    schedule : str
        A key of `BUBBLES`.
    p, m : int
        Stages, and micro-batches a step.
    passes : Passes
        Times of one micro-batch in one stage, all its chunks together.
    v : int
        Model chunks a stage: more than one where the schedule interleaves them.

    Returns
    -------
    Answer
        [s], with the work and the bubble as terms.

    Raises
    ------
    ValueError
        For a schedule that is none, and chunks where it takes none.
    OutsideValidity
        For too few micro-batches, an odd number of what it needs in pairs, or times of passes
        for which its bubble is not known.
    """
    known = BUBBLES.get(schedule)
    if known is None:
        raise ValueError(f"no schedule {schedule!r}: there are {', '.join(BUBBLES)}")
    interleaved = schedule == "interleaved 1F1B"
    if (v > 1) != interleaved:
        raise ValueError(f"{schedule} with {v} chunks a stage")
    if p < 1 or m < 1:
        raise OutsideValidity("a pipeline needs a stage and a micro-batch")
    if m < known.least(p):
        raise OutsideValidity(f"{schedule} on {p} stages takes {known.least(p)} micro-batches")
    if interleaved and m % p:
        raise OutsideValidity(f"{m} micro-batches do not go round {p} stages")
    if known.two_ended and (p % 2 or m % 2):
        raise OutsideValidity(f"{schedule} takes its stages and micro-batches in pairs")
    work, idle = m * passes.total, known.idle(p, m, passes, v)
    return Answer(
        work + idle,
        work + idle,
        "s",
        known.kind,
        f"{schedule}, stages of equal time, nothing waits for what is sent",
        known.source,
        (Term("work", work, work, "s"), Term("bubble", idle, idle, "s")),
    )
