"""Memory of one device in training: everything that is live, by phase of the step.

A `Decoder` in a `Layout` with a `Batch` and a `Recipe` gives the bytes of the fullest stage.  Two
sides are counted: the low one has what such a run keeps at least, the high one every copy and buffer
that frameworks are known to make.  Allocated tensors only: context, communication library and
fragmentation take from what a device offers (`hwmodels.fitting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hwmodels.activations import logits_bytes
from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value, ceil, is_number, maximum, minimum
from hwmodels.layer_activations import layer_bytes
from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.memory import ZERO_STAGES
from hwmodels.optimizers import Recipe
from hwmodels.saved_tensors import device_tokens
from hwmodels.schedules import activations_in_flight, micro_batches_held
from hwmodels.sharding import (
    bucket_bytes,
    expert_parameters,
    expert_replicas,
    gathered_bytes,
    stage_parameters,
    upcast_gradient_bytes,
)
from hwmodels.timeline import stashed_versions, version_bytes

Place = Literal["first", "last"]
PHASES = ("forward", "backward", "reduce", "optimizer")
_SOURCE = "ZeRO (SC 2020), Korthikanti et al. (MLSys 2023), DeepSpeed memory requirements"

LOGIT_BYTES = {False: (4.0, 14.0), True: (0.0, 4.0), None: (0.0, 14.0)}
"""Least and most bytes of a logit, by whether the loss is fused: FP32 alone; 16-bit product, FP32 copy, FP32
softmax and FP32 gradient together."""


@dataclass(frozen=True, slots=True)
class StageState:
    """What a device of a stage holds of weights, gradients and optimizer state, in parts [byte]."""

    parameters: Value
    experts: Value
    weights: Value
    gradients: Value
    optimizer: Value


def _state(
    model: Decoder, layout: Layout, recipe: Recipe, layers: Value, tables: Value
) -> StageState:
    L, t = model.layers, layout.tensor
    dense = stage_parameters(L * model.dense_layer, layers, L, tables, model.table, t)
    D = layout.shard_group
    parts = [_sharded(layout.zero, dense, recipe, D)]
    experts: Value = 0.0
    if model.mixture:
        x, y = layout.expert, layout.expert_tensor
        experts = expert_parameters(L * model.expert_layer, layers, L, x, y)
        parts.append(
            _sharded(layout.zero, experts, recipe, maximum(expert_replicas(D, t, x, y), 1.0))
        )
    w, g, o = (sum(p[i] for p in parts) for i in range(3))
    return StageState(dense, experts, w, g, o)


def _sharded(stage: int, n: Value, r: Recipe, D: Value) -> tuple[Value, Value, Value]:
    """Weights, gradients and optimizer state of n parameters, each by the formula of the stage."""
    held = ZERO_STAGES[stage].function
    rest = (D,) if stage else ()
    return (
        held(n, r.weights, 0.0, 0.0, *rest),
        held(n, 0.0, r.gradients, 0.0, *rest),
        held(n, 0.0, 0.0, r.optimizer, *rest),
    )


Parts = dict[str, Value]


def phases(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe, place: Place | int = "first"
) -> tuple[Mapping[str, Parts], Mapping[str, Parts]]:
    """What is live in each phase of a step on one stage.

    Parameters
    ----------
    model : Decoder
    layout : Layout
    batch : Batch
    recipe : Recipe
    place : str or int
        "first", "last", or the number of a stage from 0, of a pipeline that is a plain number.

    Returns
    -------
    low, high : mapping
        For each of `PHASES` its parts by name [byte].

    Raises
    ------
    ValueError
        For a stage that the pipeline does not have.
    """
    return _phases(model, layout, batch, recipe, place, layer_bytes(model, layout, batch), {})


Ends = tuple[Value, Value]


def _ends(model: Decoder, layout: Layout, place: Place | int) -> tuple[Value, Value, Value]:
    """Number of a stage, the embedding tables on it, and whether it has the loss."""
    p = layout.pipeline
    if isinstance(place, int):
        if not 0 <= place < p:
            raise ValueError(f"stages run from 0 to {p - 1:g}, not to {place}")
        first, last = float(place == 0), float(place == p - 1)
        if layout.schedule.folded:
            return place, first * model.tables, first
        return place, float(model.tables) if p == 1 else first + last, last
    alone = 1.0 * (p == 1)
    i: Value = 0.0 * p if place == "first" else p - 1
    if layout.schedule.folded:  # the first device of a V has both ends
        if place == "first":
            return i, float(model.tables), 1.0
        return i, alone * model.tables, alone
    return i, 1 + (model.tables - 1) * alone, alone if place == "first" else 1.0


def _phases(
    model: Decoder,
    layout: Layout,
    batch: Batch,
    recipe: Recipe,
    place: Place | int,
    layer_activations: tuple[Ends, Ends],
    known: dict[str, StageState],
) -> tuple[Mapping[str, Parts], Mapping[str, Parts]]:
    p, m, L = layout.pipeline, batch.micro_batches, model.layers
    i, tables, loss = _ends(model, layout, place)

    held = micro_batches_held(layout.schedule, m, p, i, chunks=layout.chunks)
    # Gradients are there from the first backward pass on; one micro-batch is then gone, unless
    # another forward pass takes its place.
    later = minimum(held, m - 1)
    kept, again = layer_activations
    tokens = device_tokens(batch.sequence, batch.micro_batch, layout.context)
    layer = model.dense_layer / layout.tensor
    if model.mixture:
        layer = layer + model.expert_layer / (layout.expert * layout.expert_tensor)

    sides: list[dict[str, Parts]] = []
    even, whole = L / p, ceil(L / p)
    # The ends of a pipeline have a table each: what one holds is known from the other.
    end = isinstance(place, str) and not layout.schedule.folded
    s = known.get("even") if end else None
    if s is None:
        s = known["even"] = _state(model, layout, recipe, even, tables)
    for side, layers in ((0, even), (1, whole)):
        if side and not (is_number(whole) and whole == even):
            held_whole = known.get("whole") if end else None
            if held_whole is None:
                held_whole = known["whole"] = _state(model, layout, recipe, whole, tables)
            s = held_whole
        n = s.parameters + s.experts
        weights, gradients, optimizer = s.weights, s.gradients, s.optimizer
        if layout.offload_optimizer:
            optimizer = 0.0 * optimizer
            gradients = gradients if side else 0.0 * gradients
        if layout.offload_weights:
            weights = 0.0 * weights
        always: Parts = {"weights": weights, "optimizer": optimizer}
        if layout.versions != "none":
            copies = 1.0 if layout.versions == "double-buffered" else stashed_versions(p, i)
            always["versions"] = version_bytes(copies, n, recipe.weights)
        passing: Parts = {}
        if layout.zero == 3 or layout.offload_weights:
            unit = maximum(layer, model.table / layout.tensor) if side else layer
            least = gathered_bytes(unit, float(side), recipe.weights, 2.0 * side)
            passing["gathered"] = least
        logits: Value = 0.0
        if not (is_number(loss) and loss == 0):
            each = LOGIT_BYTES[batch.fused_loss][side]
            logits = loss * logits_bytes(tokens, model.vocabulary, each, layout.tensor)
        full = activations_in_flight(held, layers, kept[side])
        after = activations_in_flight(later, layers, kept[side])
        # The backward pass of a layer makes a gradient for what the layer keeps.
        # What is computed again is there with the gradients of the layers behind, not of all.
        work: Value = kept[1] + 2 * again[1] if side else 0.0
        bucket: Parts = {}
        fresh: Parts = {}
        if side:
            bucket["buckets"] = bucket_bytes(2.0, layout.bucket, n, recipe.gradients)
            # In 16 bits, before it is added to what is accumulated.
            fresh["new weight gradients"] = 2.0 * layer
        early: Value = gradients
        if not side:
            early = gradients * minimum(
                1.0, ceil(maximum(m - held, 0.0))
            )  # after the first of them
        flush = layout.versions == "none"
        upcast: Parts = {}
        if side and recipe.master and recipe.gradients == 2 and not layout.offload_optimizer:
            D = layout.shard_group if layout.zero else 1.0
            upcast["upcast gradients"] = upcast_gradient_bytes(n, D)
        running: Parts = {} if flush else {"activations": full}
        sides.append({
            "forward": always | passing | {"gradients": early, "activations": full, "logits": logits},
            "backward": always | passing | bucket | fresh | {
                "gradients": gradients, "activations": full if side else after,
                "logits": logits if side else 0.0 * logits, "one layer at work": work,
            },
            "reduce": always | bucket | running | {"gradients": gradients},
            "optimizer": always | upcast | running | {"gradients": gradients},
        })  # fmt: skip
    return sides[0], sides[1]


def _total(parts: Parts) -> Value:
    found: Value = 0.0
    for value in parts.values():
        found = found + value
    return found


def _most(found: Mapping[str, Parts]) -> Value:
    first, *rest = (_total(parts) for parts in found.values())
    for value in rest:
        first = maximum(first, value)
    return first


def training_bytes(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe
) -> tuple[Value, Value]:
    """Peak of the fullest device, low and high; all counts broadcast.

    Returns
    -------
    low, high : (...) ndarray or float
        [byte].
    """
    both = layer_bytes(model, layout, batch)
    places: tuple[Place, ...] = ("first", "last")
    known: dict[str, StageState] = {}
    ends = [_phases(model, layout, batch, recipe, place, both, known) for place in places]
    low, high = ((_most(ends[0][k]), _most(ends[1][k])) for k in (0, 1))
    return maximum(*low), maximum(*high)


def training_memory(model: Decoder, layout: Layout, batch: Batch, recipe: Recipe) -> Answer:
    """Peak of the fullest device in training, with what makes it.

    Parameters
    ----------
    model : Decoder
    layout : Layout
    batch : Batch
    recipe : Recipe

    Returns
    -------
    Answer
        An estimate [byte]; its terms are the parts in the phase of the high peak, the largest first.
        The convention names stage and phase.
    """
    both = layer_bytes(model, layout, batch)
    known: dict[str, StageState] = {}
    best: tuple[float, Place, str] | None = None
    lows: list[float] = []
    found: dict[Place, tuple[Mapping[str, Parts], Mapping[str, Parts]]] = {}
    places: tuple[Place, ...] = ("first", "last") if layout.pipeline > 1 else ("first",)
    for place in places:
        found[place] = low, high = _phases(model, layout, batch, recipe, place, both, known)
        lows.append(float(_most(low)))
        for phase, parts in high.items():
            total = float(_total(parts))
            if best is None or total > best[0]:
                best = (total, place, phase)
    assert best is not None
    total, place, phase = best
    low, high = found[place]
    terms = [
        Term(name, min(float(low[phase].get(name, 0.0)), float(value)), float(value), "byte")
        for name, value in high[phase].items()
        if value > 0
    ]
    terms.sort(key=lambda t: -t.high)
    where = f"{place} of {layout.pipeline:g} stages" if layout.pipeline > 1 else "each device"
    return Answer(
        min(max(lows), total),
        total,
        "byte",
        "estimate",
        f"{where}, fullest in the {phase} phase; {recipe.name}, ZeRO-{layout.zero},"
        f" {layout.schedule}, recomputation {batch.recompute}; context and fragmentation left out",
        _SOURCE,
        tuple(terms),
    )


def training_memory_bound(model: Decoder, layout: Layout, recipe: Recipe) -> Answer:
    """What the fullest device holds at the least at the end of a backward pass: its state.

    The mean over the devices, which the fullest one cannot stay below, however layers are laid out.
    Activations, versions and buffers only add.

    Parameters
    ----------
    model : Decoder
    layout : Layout
    recipe : Recipe
        As stated: a bound holds for the recipe that it names.

    Returns
    -------
    Answer
        A bound [byte], infinite above.
    """
    p = layout.pipeline
    s = _state(model, layout, recipe, model.layers / p, model.tables / p)
    parts = {"weights": s.weights, "gradients": s.gradients, "optimizer": s.optimizer}
    if layout.offload_weights:
        del parts["weights"]
    if layout.offload_optimizer:
        parts = {k: v for k, v in parts.items() if k == "weights"}
    terms = sorted(
        (Term(k, float(v), float("inf"), "byte") for k, v in parts.items() if v),
        key=lambda t: -t.low,
    )
    return Answer(
        sum(t.low for t in terms),
        float("inf"),
        "byte",
        "bound",
        f"{recipe.name}, ZeRO-{layout.zero}, mean over {layout.devices:g} devices, gradients of all"
        " parameters kept to the update; activations and buffers left out",
        _SOURCE,
        tuple(terms),
    )
