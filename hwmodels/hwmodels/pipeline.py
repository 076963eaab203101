"""Bubbles of pipeline schedules, and the step that they make; both conventions have a name.

A bubble is given as idle time of a stage, as a share of the step, or over the time of an ideal
step without idling: papers print the last two under one word.  All stages take equal time, and
what is sent between them takes none.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_SC21 = "Narayanan et al., Megatron-LM, SC 2021, section 2"
_ZERO_BUBBLE = "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024, section 2.3"
_CHIMERA = "Li and Hoefler, Chimera, SC 2021"
_DUALPIPE = "DeepSeek-AI, DualPipe, README; DeepSeek-V3 technical report"

_STAGES = {"p >= 1": "a pipeline needs a stage"}
_CHUNKS = {"v >= 1": "a stage holds at least one chunk of the model"}
_BATCHES = {"m >= 1": "a step has at least one micro-batch"}


@formula(
    "b = (p - 1) / (v * m + p - 1)",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "v": "1", "m": "1"},
    unit_out="1",
    monotone="+--",
    convention="share of the step; stages of equal time, GPipe or 1F1B",
    valid=_STAGES | _CHUNKS | _BATCHES,
)
def pipeline_bubble(p: Value, v: Value, m: Value) -> Value:
    """Share of a step that a pipeline stage idles.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.
    m : (...) array_like
        Micro-batches a step; Megatron-LM interleaves only multiples of the stages.

    Returns
    -------
    b : (...) ndarray or float
        Between zero and one.
    """
    return (p - 1) / (v * m + p - 1)


@formula(
    "b = (p - 1) / (v * m)",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "v": "1", "m": "1"},
    unit_out="1",
    monotone="+--",
    convention="relative to the ideal step; stages of equal time, GPipe or 1F1B",
    valid=_STAGES | _CHUNKS | _BATCHES,
)
def pipeline_bubble_of_ideal(p: Value, v: Value, m: Value) -> Value:
    """Idle time of a pipeline stage over the time that an ideal step takes.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.
    m : (...) array_like
        Micro-batches a step; Megatron-LM interleaves only multiples of the stages.

    Returns
    -------
    b : (...) ndarray or float
        May exceed one.
    """
    return (p - 1) / (v * m)


@formula(
    "b = r / (1 + r)",
    source="definition: idle time over work and idle time",
    kind="identity",
    unit_in={"r": "1"},
    unit_out="1",
    monotone="+",
    convention="share of the step, from relative to the ideal step",
)
def bubble_of_step(r: Value) -> Value:
    """A bubble by the one convention from the other.

    Parameters
    ----------
    r : (...) array_like
        Idle time over the time of the ideal step.

    Returns
    -------
    b : (...) ndarray or float
        Idle time over the time of the step.
    """
    return r / (1 + r)


@formula(
    "r = b / (1 - b)",
    source="definition: idle time over work",
    kind="identity",
    unit_in={"b": "1"},
    unit_out="1",
    monotone="+",
    convention="relative to the ideal step, from share of the step",
    valid={"b < 1": "a step that only idles does no work", "b >= 0": "no share"},
    domain={"b": (0, 0.99)},
)
def bubble_of_ideal_step(b: Value) -> Value:
    """A bubble by the other convention from the one.

    Parameters
    ----------
    b : (...) array_like
        Idle time over the time of the step.

    Returns
    -------
    r : (...) ndarray or float
        Idle time over the time of the ideal step.
    """
    return b / (1 - b)


@formula(
    "m = (p - 1) * (1 - b) / (v * b)",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "b": "1", "v": "1"},
    unit_out="1",
    monotone="+--",
    convention="share of the step; stages of equal time, GPipe or 1F1B",
    valid=_STAGES | _CHUNKS | {"b > 0": "1F1B always idles", "b <= 1": "no share of a step"},
    domain={"b": (0.01, 1)},
)
def micro_batches_for_bubble(p: Value, b: Value, v: Value) -> Value:
    """Micro-batches a step that bring the bubble down to a share of the step.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    b : (...) array_like
        Bubble that is wanted, as a share of the step.
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.

    Returns
    -------
    m : (...) ndarray or float
        To be rounded up.
    """
    return (p - 1) * (1 - b) / (v * b)


@formula(
    "I = (p - 1) * (F + B) / v",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "F": "s", "B": "s", "v": "1"},
    unit_out="s",
    monotone="+++-",
    convention="idle time of a stage in a step; GPipe, 1F1B, or interleaved",
    valid=_STAGES | _CHUNKS,
)
def idle_1f1b(p: Value, F: Value, B: Value, v: Value) -> Value:
    """Time that a stage idles in a step of GPipe or 1F1B.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    F : (...) array_like
        Forward pass of a micro-batch through a stage [s].
    B : (...) array_like
        Backward pass, gradients of inputs and of weights [s].
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.

    Returns
    -------
    I : (...) ndarray or float
        [s].
    """
    return (p - 1) * (F + B) / v


@formula(
    "I = (p - 1) * (F + D - W)",
    source=_ZERO_BUBBLE,
    kind="identity",
    unit_in={"p": "1", "F": "s", "D": "s", "W": "s"},
    unit_out="s",
    monotone="+++-",
    convention="idle time of a stage in a step; ZB-H1 (ZB1P)",
    valid=_STAGES | {"W <= F": "gradients of weights longer than a forward pass delay the others"},
    domain={"F": (10, 1e3), "D": (10, 1e3), "W": (1, 10)},
)
def idle_zb_h1(p: Value, F: Value, D: Value, W: Value) -> Value:
    """Time that a stage idles in a step of the zero-bubble schedule with the memory of 1F1B.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    F : (...) array_like
        Forward pass of a micro-batch through a stage [s].
    D : (...) array_like
        Backward pass for the gradients of inputs [s].
    W : (...) array_like
        Backward pass for the gradients of weights [s].

    Returns
    -------
    I : (...) ndarray or float
        [s]: a third of that of 1F1B where the three take equal time.
    """
    return (p - 1) * (F + D - W)


@formula(
    "I = (p - 1) * (F + D - 2 * W)",
    source=_ZERO_BUBBLE,
    kind="identity",
    unit_in={"p": "1", "F": "s", "D": "s", "W": "s"},
    unit_out="s",
    monotone="+++-",
    convention="idle time of a stage in a step; ZB-H2 (ZB2P), no barrier before the optimizer",
    valid=_STAGES
    | {
        "W <= F": "gradients of weights longer than a forward pass delay the others",
        "F + D >= 2 * W": "with longer gradients of weights it is none",
    },
    domain={"F": (10, 1e3), "D": (10, 1e3), "W": (1, 10)},
)
def idle_zb_h2(p: Value, F: Value, D: Value, W: Value) -> Value:
    """Time that a stage idles in a step of the zero-bubble schedule with twice the activations.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    F : (...) array_like
        Forward pass of a micro-batch through a stage [s].
    D : (...) array_like
        Backward pass for the gradients of inputs [s].
    W : (...) array_like
        Backward pass for the gradients of weights [s].

    Returns
    -------
    I : (...) ndarray or float
        [s]: none where the three take equal time.
    """
    return (p - 1) * (F + D - 2 * W)


@formula(
    "I = (p / 2 - 1) * (O + D - 2 * W)",
    source=_DUALPIPE,
    kind="estimate",
    unit_in={"p": "1", "O": "s", "D": "s", "W": "s"},
    unit_out="s",
    monotone="+++-",
    convention="idle time of a stage in a step; DualPipe, printed with D + W as the backward pass",
    valid={
        "p >= 2": "it runs from two ends",
        "O + D >= 2 * W": "with longer gradients of weights it is none",
    },
    domain={"p": (2, 1e3), "O": (10, 1e3), "D": (10, 1e3), "W": (1, 10)},
)
def idle_dualpipe(p: Value, O: Value, D: Value, W: Value) -> Value:  # noqa: E741
    """Time that a stage idles in a step of DualPipe.

    Parameters
    ----------
    p : (...) array_like
        Stages, an even number.
    O : (...) array_like
        A forward and a whole backward pass that overlap each other's communication [s].
    D : (...) array_like
        Backward pass for the gradients of inputs [s].
    W : (...) array_like
        Backward pass for the gradients of weights [s].

    Returns
    -------
    I : (...) ndarray or float
        [s].
    """
    return (p / 2 - 1) * (O + D - 2 * W)


@formula(
    "b = (p - 2) / (2 * m + p - 2)",
    source=_CHIMERA,
    kind="estimate",
    unit_in={"p": "1", "m": "1"},
    unit_out="1",
    monotone="+-",
    convention="share of the step; Chimera of two directions, backward as long as forward",
    valid=_BATCHES | {"p >= 2": "it runs from two ends"},
    domain={"p": (2, 1e3)},
)
def chimera_bubble(p: Value, m: Value) -> Value:
    """Share of a step that a stage idles in Chimera.

    Parameters
    ----------
    p : (...) array_like
        Stages, an even number.
    m : (...) array_like
        Micro-batches a step, both directions together.

    Returns
    -------
    b : (...) ndarray or float
        Between zero and one.
    """
    return (p - 2) / (2 * m + p - 2)
