"""Memory of one device through a training step: what is live when, by phase and pipeline stage.

Weights, gradients and optimizer state are always there (`hwmodels.memory`); versions kept to undo a
step come on top of them, and activations come and go with the micro-batches in flight.  Logits,
buffers and fragmentation are left out: they only add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hwmodels.elementwise import Value, minimum
from hwmodels.formula import formula

_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_RECOMPUTED = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 5"
_1F1B = "Narayanan et al., PipeDream-2BW, ICML 2021, section 3"
_GPIPE = "Huang et al., GPipe, NeurIPS 2019, section 2"
_STASH = "Narayanan et al., PipeDream, SOSP 2019, section 3.3"

_SHAPE = {"s": "1", "b": "1", "h": "1"}
_HEADS = {"a": "1", "t": "1"}
_BYTES = {"": "byte"}


@formula(
    "A = s * b * h * (34 + 5 * a * s / h) / t",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in=_SHAPE | _HEADS,
    unit_out="byte",
    monotone="++++-",
    coefficients=_BYTES,
    convention="16 bits, nothing recomputed, attention scores stored, sequence parallelism",
)
def activation_bytes(s: Value, b: Value, h: Value, a: Value, t: Value) -> Value:
    """Activations of one transformer layer that a backward pass needs, shared by t devices.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Attention heads.
    t : (...) array_like
        Degree of tensor and sequence parallelism; 1 for neither.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.  Holds for a feed-forward width of 4h with
        dropout; a kernel that stores no attention scores takes the second term away
        (`fused_activation_bytes`).
    """
    return s * b * h * (34 + 5 * a * s / h) / t


@formula(
    "A = s * b * h * (10 + 24 / t + 5 * a * s / (h * t))",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in=_SHAPE | _HEADS,
    unit_out="byte",
    monotone="++++-",
    coefficients=_BYTES,
    convention="16 bits, nothing recomputed, attention scores stored, no sequence parallelism",
)
def tensor_parallel_activation_bytes(s: Value, b: Value, h: Value, a: Value, t: Value) -> Value:
    """Activations of one layer where norms and dropouts are not shared by the t devices.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Attention heads.
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.
    """
    return s * b * h * (10 + 24 / t + 5 * a * s / (h * t))


@formula(
    "A = 34 * s * b * h / t",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE | {"t": "1"},
    unit_out="byte",
    monotone="+++-",
    coefficients=_BYTES,
    convention="16 bits, attention scores recomputed or never stored, sequence parallelism",
)
def fused_activation_bytes(s: Value, b: Value, h: Value, t: Value) -> Value:
    """Activations of one layer without the attention scores: selective recomputation.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    t : (...) array_like
        Degree of tensor and sequence parallelism; 1 for neither.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.  Also what a fused attention kernel stores, which
        keeps two numbers a row instead of the scores.
    """
    return 34 * s * b * h / t


@formula(
    "A = s * b * h * (10 + 24 / t)",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE | {"t": "1"},
    unit_out="byte",
    monotone="+++-",
    coefficients=_BYTES,
    convention="16 bits, attention scores recomputed or never stored, no sequence parallelism",
)
def tensor_parallel_fused_activation_bytes(s: Value, b: Value, h: Value, t: Value) -> Value:
    """Activations of one layer without attention scores, norms and dropouts not shared.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer.
    """
    return s * b * h * (10 + 24 / t)


@formula(
    "A = 2 * s * b * h",
    source=_RECOMPUTED,
    kind="identity",
    unit_in=_SHAPE,
    unit_out="byte",
    monotone="+++",
    coefficients=_BYTES,
    convention="16 bits, all but the input of the layer recomputed",
)
def recomputed_activation_bytes(s: Value, b: Value, h: Value) -> Value:
    """Activations of one layer that are kept under full recomputation: its input.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence.
    b : (...) array_like
        Sequences of a micro-batch.
    h : (...) array_like
        Hidden size.

    Returns
    -------
    A : (...) ndarray or float
        [byte] for one micro-batch and one layer; the layer under recomputation comes on top.
    """
    return 2 * s * b * h


@formula(
    "f = min(m, p - i)",
    source=_1F1B,
    kind="identity",
    unit_in={"m": "1", "p": "1", "i": "1"},
    unit_out="1",
    monotone="++-",
    convention="1F1B, stages counted from 0",
)
def in_flight_1f1b(m: Value, p: Value, i: Value) -> Value:
    """Micro-batches that a stage has sent forward and not yet back, at most.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.
    i : (...) array_like
        The stage, from 0 to p - 1.

    Returns
    -------
    f : (...) ndarray or float
        Every stage holds the activations of as many; the first of p, the last of one.
    """
    return minimum(m, p - i)


@formula(
    "f = m",
    source=_GPIPE,
    kind="identity",
    unit_in={"m": "1"},
    unit_out="1",
    monotone="+",
    convention="GPipe: all forward passes come first",
)
def in_flight_gpipe(m: Value) -> Value:
    """Micro-batches that a stage of a GPipe schedule has in flight, at most: all of them.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.

    Returns
    -------
    f : (...) ndarray or float
        The same on every stage.
    """
    return +m


@formula(
    "c = 1 + (p - 1) / (p * v)",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"p": "1", "v": "1"},
    unit_out="1",
    monotone="+-",
    convention="interleaved 1F1B, first stage, at least p micro-batches",
)
def interleaved_factor(p: Value, v: Value) -> Value:
    """How much more the first stage of an interleaved schedule holds than that of plain 1F1B.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    v : (...) array_like
        Model chunks of a stage, at least two.

    Returns
    -------
    c : (...) ndarray or float
        Between one and two.
    """
    return 1 + (p - 1) / (p * v)


@formula(
    "M = f * l * A",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"f": "1", "l": "1", "A": "byte"},
    unit_out="byte",
    monotone="+++",
    convention="logits and embeddings left out",
)
def activations_in_flight(f: Value, l: Value, A: Value) -> Value:  # noqa: E741 - layers
    """Activations that one device of a stage holds for the micro-batches in flight.

    Parameters
    ----------
    f : (...) array_like
        Micro-batches in flight.
    l : (...) array_like
        Layers of the stage.
    A : (...) array_like
        Activations of one layer and one micro-batch on this device [byte].

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return f * l * A


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


class Schedule(StrEnum):
    """Order of the passes of a pipeline."""

    GPIPE = "GPipe"
    ONE_F_ONE_B = "1F1B"


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
        For a stage that the pipeline does not have, or a step without micro-batches.
    """
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
