"""Time of a training step of a transformer, as an estimate with its interval.

The step is put together from what each device does: matrix products at a share of the measured
ceiling, attention at the share that its kernel reaches, element-wise kernels at memory bandwidth,
collectives at a share of the link, the bubble, the update (`hwmodels.efficiency`).

Left out: restarts, uneven stages and experts, small products of many experts, and rings that take
one port of a node where it has several: ZeRO-3 of 2021 did, and ran up to four times slower than
the estimate (SC 2021, table 2); give such a ring's port as the network of the whole node.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.answer import Answer, Term
from hwmodels.communication import allreduce_seconds_bound, pipeline_bubble_of_ideal
from hwmodels.efficiency import TRAINING, attention_share, combined
from hwmodels.elementwise import Value, maximum, minimum
from hwmodels.step_parts import (
    attention_seconds,
    exposed_seconds,
    products_seconds,
    traffic_seconds,
)
from hwmodels.training_layout import RECOMPUTATIONS, Layout, Machine, Shape, holds

_SC21 = "Narayanan et al., Megatron-LM, SC 2021, sections 2 and 5"

CONVENTION = (
    "tokens a second count no restarts and no evaluation; stages and experts evenly loaded; ranges "
    "of efficiency taken as independent, their spreads added in quadrature"
)
_NAMES = (
    "products", "attention", "element-wise", "tensor parallel", "context parallel",
    "expert parallel", "between stages", "bubble", "data parallel", "update", "rest",
)  # fmt: skip


def training_step(shape: Shape, layout: Layout, machine: Machine) -> Answer:
    """Time of a training step, with its parts.

    Parameters
    ----------
    shape : Shape
    layout : Layout
    machine : Machine

    Returns
    -------
    Answer
        An estimate [s]; its terms are in the order in which a step meets them.

    Raises
    ------
    OutsideValidity
        For an attention kernel whose efficiency on the part is not known, or a degree below 1.
    """
    fast, slow = _ends_of(shape, layout, machine)
    low, high = combined(fast, slow)
    return Answer(
        float(low),
        float(high),
        "s",
        "estimate",
        CONVENTION,
        _SC21,
        tuple(
            Term(name, float(a), float(b), "s")
            for name, a, b in zip(_NAMES, fast, slow, strict=True)
            if b > 0
        ),
    )


def training_rate(shape: Shape, layout: Layout, machine: Machine) -> Answer:
    """Tokens a second of all devices together, from `training_step`.

    Returns
    -------
    Answer
        An estimate [token/s]; its terms are those of the step [s].
    """
    step = training_step(shape, layout, machine)
    tokens = float(layout.tokens)
    return Answer(
        tokens / step.high,
        tokens / step.low,
        "token/s",
        "estimate",
        step.convention,
        step.source,
        step.terms,
    )


def step_range(shape: Shape, layout: Layout, machine: Machine) -> tuple[Value, Value]:
    """Ends of `training_step` for arrays of shapes, layouts and machines that broadcast [s]."""
    return combined(*_ends_of(shape, layout, machine))


def _ends_of(
    shape: Shape, layout: Layout, machine: Machine
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Seconds of each of `_NAMES` at the fast and at the slow ends of the ranges."""
    fast, slow = (_terms(shape, layout, machine, end) for end in (0, 1))
    # what the rest is a share of is uncertain already: it is counted from the middle
    middle = (sum(fast) + sum(slow)) / 2
    rest = [(_AT[end][layout.execution] - 1) * middle for end in (0, 1)]
    return (*fast, rest[0]), (*slow, rest[1])


def _ends(end: int) -> dict[str, float]:
    return {name: (r.fast, r.slow)[end] for name, r in TRAINING.items()}


_AT = (_ends(0), _ends(1))
# The functions behind the formulas: arguments were checked once, when the layout was made.
_products, _attention = products_seconds.function, attention_seconds.function
_traffic, _exposed = traffic_seconds.function, exposed_seconds.function
_allreduce, _bubble = allreduce_seconds_bound.function, pipeline_bubble_of_ideal.function


def _terms(shape: Shape, layout: Layout, machine: Machine, end: int) -> tuple[Value, ...]:
    """Seconds of each of `_NAMES` but the rest, at one end of the ranges."""
    at = _AT[end]
    l, h, s = shape.layers, shape.hidden, layout.sequence
    t, p, m = layout.tensor, layout.pipeline, layout.micro_batches
    again, scores_again = RECOMPUTATIONS[layout.recomputation]
    x = layout.micro_batch * s / layout.context  # tokens of a micro-batch on one device group
    group = t * p
    heads, keys = shape.heads * shape.head_size, shape.kv_heads * shape.head_size

    rate = machine.sustained * at["products"]
    in_layers = shape.in_products - shape.head
    work = m * (
        _products(6 + 2 * again, in_layers, x, group, machine.peak, rate)
        + _products(6, shape.head, x, group, machine.peak, rate)
    )
    reach = attention_share(layout.attention, machine.family)
    reached = (reach.fast, reach.slow)[end]
    # whole matrix, 4 forward and 8 backward; the causal half, where the backward pass makes 5
    # products for the forward's 2
    unfused = layout.attention == "scores"
    each = 12 + 4 * scores_again if unfused else (14 + 4 * scores_again) / 2
    scored = m * _attention(each, l, heads, s, x, group, machine.peak, reached)

    split = t if layout.sequence_parallel else 1
    wide = shape.matrices * shape.feed_forward * shape.active + 2 * heads + 2 * keys
    bytes_layer = (3 + again) * (at["norms"] * h / split + at["activations"] * wide / t)
    if unfused:
        bytes_layer = bytes_layer + (2.3 + scores_again) * at["scores"] * shape.heads * s / t
    moved = (bytes_layer * l / p + 3 * at["logits"] * shape.vocabulary / group) * x
    elementwise = m * _traffic(moved, machine.bandwidth, at["memory"])

    scale_up, outside = machine.link * at["link"], machine.network * at["network"]
    shown = at["tensor exposed"] if layout.overlapped else 1.0
    tensor = shown * m * (4 + 2 * again) * l / p * _allreduce(t, 2 * x * h, scale_up)
    c = layout.context
    context = (
        (at["tensor exposed"] if layout.overlapped else 1.0)
        * m
        * (3 * l / p * (c - 1) * 4 * keys / t * x / scale_up)
    )
    e = layout.experts
    expert = at["expert exposed"] * m * (
        (8 + 4 * again) * l / p * (e - 1) / e * shape.active * h * x / t
        / (scale_up * holds(e <= machine.node) + outside * holds(e > machine.node))
    )  # fmt: skip
    between = holds(p > 1) * at["stage exposed"] * m * 4 * layout.chunks * x * h / t / outside
    busy = work + scored + elementwise + tensor + context + expert + between
    bubble = busy * _bubble(p, layout.chunks, m)

    copies = layout.replicas * c
    inside = holds(copies * t <= machine.node)
    ring = inside * scale_up + (1 - inside) * minimum(
        scale_up, outside * maximum(1, machine.node / t)
    )
    kept = shape.stored / group / e
    passes = {
        "replicated": 4.0, "zero-1": 6.0, "zero-2": 2.0 * (m + 2), "zero-3": 6.0 * m,
    }[layout.sharding]  # fmt: skip
    sent = passes * (copies - 1) / copies * kept / ring
    data = _exposed(at["exposed"], sent, 0.9, busy) if layout.overlapped else sent
    own = kept / (1 if layout.sharding == "replicated" else layout.replicas)
    update = _traffic(30 * own, machine.bandwidth, at["memory"])
    return (
        work, scored, elementwise, tensor, context, expert, between, bubble, data, update,
    )  # fmt: skip
