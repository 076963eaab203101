"""Memory of one device through a training step: what is live when, by phase and pipeline stage.

Weights, gradients and optimizer state are always there (`hwmodels.memory`); versions kept to undo a
step come on top of them, and activations come and go with the micro-batches in flight.  Logits,
buffers and fragmentation are left out: they only add (`hwmodels.training_memory` counts them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hwmodels.activations import (
    activation_bytes,
    fused_activation_bytes,
    recomputed_activation_bytes,
    tensor_parallel_activation_bytes,
    tensor_parallel_fused_activation_bytes,
)
from hwmodels.elementwise import Value
from hwmodels.formula import formula
from hwmodels.schedules import (
    Schedule,
    activations_in_flight,
    in_flight_1f1b,
    in_flight_gpipe,
    interleaved_factor,
)

__all__ = [
    "Phase", "Schedule", "StageMemory", "activation_bytes", "activations_in_flight",
    "fused_activation_bytes", "in_flight", "in_flight_1f1b", "in_flight_gpipe",
    "interleaved_factor", "peak_bytes", "recomputed_activation_bytes", "stashed_versions",
    "tensor_parallel_activation_bytes", "tensor_parallel_fused_activation_bytes", "timeline",
    "version_bytes", "worst",
]  # fmt: skip

_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_STASH = "Narayanan et al., PipeDream, SOSP 2019, section 3.3"


@formula(
    "k = p - i - 1",
    source=_STASH,
    kind="identity",
    unit_in={"p": "1", "i": "1"},
    unit_out="1",
    monotone="+-",
    convention="PipeDream: one version for each micro-batch in flight; PipeDream-2BW keeps one",
)
def stashed_versions(p: Value, i: Value) -> Value:
    """Versions of the weights that a stage of PipeDream keeps beside the current one.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    i : (...) array_like
        The stage, from 0 to p - 1.

    Returns
    -------
    k : (...) ndarray or float
        None on the last stage.
    """
    return p - i - 1


@formula(
    "M = k * N * c",
    source=_STASH,
    kind="identity",
    unit_in={"k": "1", "N": "parameter", "c": "byte/parameter"},
    unit_out="byte",
    monotone="+++",
    convention="copies of what a step may be undone from, all on the device",
)
def version_bytes(k: Value, N: Value, c: Value) -> Value:
    """Copies of weights, or of whole states, that a device keeps beside the current ones.

    Parameters
    ----------
    k : (...) array_like
        Copies beyond the current one.
    N : (...) array_like
        Parameters of the device [parameter].
    c : (...) array_like
        What a copy holds: 2 for 16-bit weights, 12 for FP32 weights and both moments of Adam
        [byte/parameter].

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return k * N * c


@formula(
    "P = M + V + A",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"M": "byte", "V": "byte", "A": "byte"},
    unit_out="byte",
    monotone="+++",
    convention="logits, buffers and fragmentation left out",
)
def peak_bytes(M: Value, V: Value, A: Value) -> Value:
    """What is live on one device when its activations are at their most.

    Parameters
    ----------
    M : (...) array_like
        Weights, gradients and optimizer state [byte].
    V : (...) array_like
        Versions kept to undo a step [byte].
    A : (...) array_like
        Activations in flight [byte].

    Returns
    -------
    P : (...) ndarray or float
        [byte]; what is left out only adds.
    """
    return M + V + A


class Phase(StrEnum):
    """What a device of a pipeline does: fill it, run it, drain it, update the weights."""

    FILL = "fill"
    STEADY = "steady"
    DRAIN = "drain"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class StageMemory:
    """Memory of one device of a pipeline stage, by phase.

    Attributes
    ----------
    stage : int
        From 0.
    states : float
        Weights, gradients and optimizer state [byte].
    versions : float
        Versions kept to undo a step [byte].
    one : float
        Activations of one micro-batch, all layers of the stage [byte].
    in_flight : tuple of int
        Micro-batches whose activations are held, at most, in each `Phase`.
    """

    stage: int
    states: float
    versions: float
    one: float
    in_flight: tuple[int, ...]

    @property
    def activations(self) -> tuple[float, ...]:
        """Activations at most in each `Phase` [byte]."""
        return tuple(f * self.one for f in self.in_flight)

    @property
    def totals(self) -> tuple[float, ...]:
        """Everything at most in each `Phase` [byte]."""
        return tuple(peak_bytes(self.states, self.versions, a) for a in self.activations)

    @property
    def peak(self) -> float:
        """The most of all phases [byte]."""
        return max(self.totals)

    @property
    def at(self) -> Phase:
        """The phase of the peak: the longest of those that reach it, which is the steady one."""
        order = (Phase.STEADY, Phase.FILL, Phase.DRAIN, Phase.COMMIT)
        totals = dict(zip(Phase, self.totals, strict=True))
        return max(order, key=lambda p: (totals[p], -order.index(p)))

    @property
    def open_at_commit(self) -> int:
        """Micro-batches that may be between their forward and backward pass at the update."""
        return self.in_flight[list(Phase).index(Phase.COMMIT)]


def in_flight(schedule: Schedule, micro_batches: int, stages: int, stage: int) -> int:
    """Micro-batches in flight at a stage, at most, as `in_flight_1f1b` and `in_flight_gpipe` say.

    Raises
    ------
    ValueError
        For a stage that the pipeline does not have, a step without micro-batches, or a schedule
        that holds parts of micro-batches (`hwmodels.schedules.micro_batches_held`).
    """
    if schedule not in (Schedule.GPIPE, Schedule.ONE_F_ONE_B):
        raise ValueError(f"{schedule} does not hold whole micro-batches")
    if not 0 <= stage < stages or micro_batches < 1:
        raise ValueError("stages count from 0, and a step has at least one micro-batch")
    if schedule is Schedule.GPIPE:
        return int(in_flight_gpipe(micro_batches))
    return int(in_flight_1f1b(micro_batches, stages, stage))


def timeline(
    schedule: Schedule,
    micro_batches: int,
    states: Sequence[float],
    versions: Sequence[float],
    one: Sequence[float],
    *,
    flush: bool = True,
) -> tuple[StageMemory, ...]:
    """Memory of one device of every pipeline stage through a step.

    Parameters
    ----------
    schedule : Schedule
    micro_batches : int
        Of a step, on one replica of the pipeline.
    states, versions, one : sequence of float
        For each stage its state, its versions, and the activations of one micro-batch [byte].
    flush : bool
        Whether the pipeline is empty when the weights are updated.  Without a flush it is as full
        then as at any other time.

    Raises
    ------
    ValueError
        Where the sequences are not of one length, or there is no stage or no micro-batch.
    """
    stages = len(states)
    if not stages or len(versions) != stages or len(one) != stages:
        raise ValueError("there is a state, a version and a size of activations for every stage")
    found = []
    for i, (state, version, size) in enumerate(zip(states, versions, one, strict=True)):
        held = in_flight(schedule, micro_batches, stages, i)
        counts = (held, held, held, 0 if flush else held)
        found.append(StageMemory(i, state, version, size, counts))
    return tuple(found)


def worst(stages: Sequence[StageMemory]) -> StageMemory:
    """The stage with the highest peak, the first of several.

    Raises
    ------
    ValueError
        Where there is none.
    """
    return max(stages, key=lambda s: (s.peak, -s.stage))
