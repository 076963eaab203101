"""Micro-batches whose activations a pipeline stage holds, by schedule.

Counted in whole micro-batches of the stage's layers: two chunks of half the layers are one.  Stages
count from 0.
"""

from __future__ import annotations

from enum import StrEnum

from hwmodels.elementwise import Value, floor, minimum
from hwmodels.formula import formula

_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_1F1B = "Narayanan et al., PipeDream-2BW, ICML 2021, section 3"
_GPIPE = "Huang et al., GPipe, NeurIPS 2019, section 2"
_INTERLEAVED = "Narayanan et al., Megatron-LM, SC 2021, section 2.2; its warm-up counted"
_ZERO_BUBBLE = "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024, section 2.3"
_V = "Qi et al., Pipeline Parallelism with Controllable Memory, NeurIPS 2024"

_STAGE = {"m": "1", "p": "1", "i": "1"}


class Schedule(StrEnum):
    """Order of the passes of a pipeline."""

    GPIPE = "GPipe"
    ONE_F_ONE_B = "1F1B"
    INTERLEAVED = "interleaved 1F1B"
    ZB_H1 = "ZB-H1"
    ZB_H2 = "ZB-H2"
    ZB_V = "ZB-V"
    V_HALF = "V-Half"
    V_MIN = "V-Min"

    @property
    def folded(self) -> bool:
        """Whether the first device also holds the last layers: chunks are laid out as a V."""
        return self in (Schedule.ZB_V, Schedule.V_HALF, Schedule.V_MIN)


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
    "c = 2 * (p - i - 1) + (v - 1) * p + 1",
    source=_INTERLEAVED,
    kind="identity",
    unit_in={"p": "1", "i": "1", "v": "1"},
    unit_out="1",
    monotone="+-+",
    convention="interleaved 1F1B, stages counted from 0, more than p micro-batches",
)
def interleaved_chunks(p: Value, i: Value, v: Value) -> Value:
    """Chunks of micro-batches that a stage of an interleaved schedule holds, at most.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    i : (...) array_like
        The stage, from 0 to p - 1.
    v : (...) array_like
        Model chunks of a stage, at least two.

    Returns
    -------
    c : (...) ndarray or float
        Its warm-up, and the one that comes next.
    """
    return 2 * (p - i - 1) + (v - 1) * p + 1


@formula(
    "f = min(m, c / v)",
    source=_INTERLEAVED,
    kind="identity",
    unit_in={"m": "1", "c": "1", "v": "1"},
    unit_out="1",
    monotone="++-",
    convention="interleaved 1F1B",
)
def in_flight_interleaved(m: Value, c: Value, v: Value) -> Value:
    """Micro-batches that the chunks of a stage make up.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    c : (...) array_like
        Chunks in flight (`interleaved_chunks`).
    v : (...) array_like
        Model chunks of a stage, at least two.

    Returns
    -------
    f : (...) ndarray or float
        On the first stage `interleaved_factor` times p.
    """
    return minimum(m, c / v)


@formula(
    "f = min(m, p - i + i * w)",
    source=_ZERO_BUBBLE,
    kind="identity",
    unit_in=_STAGE | {"w": "1"},
    unit_out="1",
    monotone="++-+",
    convention="ZB-H1 as drawn by hand, stages counted from 0",
    domain={"w": (0.0, 1.0)},
)
def in_flight_zb_h1(m: Value, p: Value, i: Value, w: Value) -> Value:
    """Micro-batches in flight of the zero-bubble schedule that keeps to the memory of 1F1B.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.
    i : (...) array_like
        The stage, from 0 to p - 1.
    w : (...) array_like
        What the gradient of the weights needs of the activations: 32 / (34 + 5as/h) in the paper.

    Returns
    -------
    f : (...) ndarray or float
        p on the first stage; later ones wait with the gradients of i micro-batches.
    """
    return minimum(m, p - i + i * w)


@formula(
    "f = min(m, 2 * (p - i) - 1 + 2 * i * w)",
    source=_ZERO_BUBBLE,
    kind="identity",
    unit_in=_STAGE | {"w": "1"},
    unit_out="1",
    monotone="++-+",
    convention="ZB-H2 as drawn by hand, stages counted from 0",
    domain={"w": (0.0, 1.0)},
)
def in_flight_zb_h2(m: Value, p: Value, i: Value, w: Value) -> Value:
    """Micro-batches in flight of the zero-bubble schedule without a bubble.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.
    i : (...) array_like
        The stage, from 0 to p - 1.
    w : (...) array_like
        What the gradient of the weights needs of the activations.

    Returns
    -------
    f : (...) ndarray or float
        2p - 1 on the first stage.
    """
    return minimum(m, 2 * (p - i) - 1 + 2 * i * w)


@formula(
    "f = min(m, p)",
    source=_V,
    kind="identity",
    unit_in={"m": "1", "p": "1"},
    unit_out="1",
    monotone="++",
    convention="forward and both backward passes of equal length",
)
def in_flight_zb_v(m: Value, p: Value) -> Value:
    """Micro-batches in flight of the V-shaped schedule without a bubble, on every stage.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.

    Returns
    -------
    f : (...) ndarray or float
        As many as on the first stage of 1F1B.
    """
    return minimum(m, p)


@formula(
    "f = min(m, floor((p + 2) / 2))",
    source=_V,
    kind="identity",
    unit_in={"m": "1", "p": "1"},
    unit_out="1",
    monotone="++",
    convention="forward and both backward passes of equal length; rounding down is ours, not the "
    "paper's, and the optimistic side",
)
def in_flight_v_half(m: Value, p: Value) -> Value:
    """Micro-batches in flight of the V-shaped schedule with half the memory, on every stage.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.

    Returns
    -------
    f : (...) ndarray or float
        About half of those of 1F1B.
    """
    return minimum(m, floor((p + 2) / 2))


@formula(
    "f = min(m, floor((p + 4) / 3))",
    source=_V,
    kind="identity",
    unit_in={"m": "1", "p": "1"},
    unit_out="1",
    monotone="++",
    convention="forward and both backward passes of equal length; rounding down is ours, not the "
    "paper's, and the optimistic side",
)
def in_flight_v_min(m: Value, p: Value) -> Value:
    """Micro-batches in flight of the V-shaped schedule with the least memory, on every stage.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    p : (...) array_like
        Stages.

    Returns
    -------
    f : (...) ndarray or float
        About a third of those of 1F1B.
    """
    return minimum(m, floor((p + 4) / 3))


def micro_batches_held(
    schedule: Schedule, m: Value, p: Value, i: Value, *, chunks: Value = 2, weight_share: Value = 1
) -> Value:
    """Micro-batches in flight of any schedule, by the formula that it has.

    Parameters
    ----------
    schedule : Schedule
    m, p, i : (...) array_like
        Micro-batches of a step, stages, and the stage from 0.
    chunks : (...) array_like
        Model chunks of a stage, for the interleaved schedule.
    weight_share : (...) array_like
        What the gradient of the weights needs of the activations, for ZB-H1 and ZB-H2; 1, the
        most, where it is not known.
    """
    match schedule:
        case Schedule.GPIPE:
            return in_flight_gpipe(m)
        case Schedule.ONE_F_ONE_B:
            return in_flight_1f1b(m, p, i)
        case Schedule.INTERLEAVED:
            return in_flight_interleaved(m, interleaved_chunks(p, i, chunks), chunks)
        case Schedule.ZB_H1:
            return in_flight_zb_h1(m, p, i, weight_share)
        case Schedule.ZB_H2:
            return in_flight_zb_h2(m, p, i, weight_share)
        case Schedule.ZB_V:
            return in_flight_zb_v(m, p)
        case Schedule.V_HALF:
            return in_flight_v_half(m, p)
        case Schedule.V_MIN:
            return in_flight_v_min(m, p)
