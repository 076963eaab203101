"""The paper's own training configuration: set-up and shape, from its numbers and its model's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hwmodels.models import Model, find_model
from tanaka.paper.about import Role
from tanaka.paper.model import Asserted, How, Number, NumberId, Paper
from tanaka.paper.reads import query
from tanaka.paper.setup import Known, TrainingSetup, told, training_setup, trains
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Context
from tanaka.rules.step_memory import OfModel, Operand, Shape

_PIPELINE = ("pipeline-parallelism", "scheduled-1f1b", "scheduled-gpipe", "scheduled-otherwise")
_SAME = 0.15  # "7B" is a label: a model of that name has up to so much more or less


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a step's memory is computed from.

    Attributes
    ----------
    setup : TrainingSetup
    shape : Shape
    model : Model or None
        The public model that the shape is of.
    named : tuple of NumberId
        Numbers that count or size the device.
    """

    setup: TrainingSetup
    shape: Shape
    model: Model | None
    named: tuple[NumberId, ...]


def configuration(ctx: Context) -> Configuration | None:
    """The one configuration that a paper trains; None where it states too little, or two."""
    paper = ctx.paper
    if not trains(paper) or machine.excuses(paper, "adapter", "offload", "experts"):
        return None
    setup = training_setup(paper)
    counts = _devices(paper, setup.devices)
    if setup.zero and setup.replicas is None and counts and setup.tensor is None and setup.stages is None:  # fmt: skip
        setup = replace(setup, replicas=Known(counts[0], How.INFERRED, "all devices are replicas"))
    if setup.zero is None or (setup.zero and setup.replicas is None):
        return None
    if setup.tensor_parallel and setup.tensor is None:
        return None
    piped = setup.stages is not None and setup.stages.count > 1
    if piped and (setup.micro_batches is None or (not setup.schedule and told(paper, "scheduled-otherwise"))):  # fmt: skip
        return None
    if not piped and told(paper, *_PIPELINE):
        return None
    micro, sequence = setup.micro_batch or setup.batch, setup.sequence
    if micro is None or sequence is None or micro.value > sequence.value:
        return None
    model = _model(ctx, setup, counts)
    shape = _shape(setup, model, micro, sequence, piped=piped)
    if shape is None or (piped and shape.stages and round(shape.layers.value) % shape.stages.count):
        return None
    return Configuration(setup, shape, model, tuple(n.id for n in (*counts, *_again(paper, _values(setup)))))  # fmt: skip


_SAID = (
    "sequence length",
    "micro-batch size",
    "hidden size",
    "pipeline degree",
    "batch per device",
)


def _values(setup: TrainingSetup) -> frozenset[float]:
    parts = (setup.stages, setup.micro_batches, setup.micro_batch or setup.batch, setup.sequence, setup.hidden, setup.layers)  # fmt: skip
    return frozenset(k.value for k in parts if k is not None)


@query
def _again(paper: Paper, values: frozenset[float]) -> tuple[Number, ...]:
    """Further places that state a part of the set-up with the same value."""
    return tuple(
        n
        for n in paper.numbers
        if n.asserted is Asserted.YES
        and (n.noun in ("stage", "layer", "micro-batch") or dict(n.context).get("said") in _SAID)
        and n.quantity.point in values
    )


@query
def _devices(paper: Paper, names: tuple[str, ...]) -> tuple[Number, ...]:
    """Numbers that count, or size, the devices of the set-up, all of one value."""
    found = tuple(
        n
        for n in paper.counts_of("gpu")
        if n.asserted is Asserted.YES and dict(n.context).get("device") in names
    )
    return found if len({n.quantity.point for n in found}) == 1 else ()


def _model(ctx: Context, setup: TrainingSetup, counts: Iterable[Number]) -> Model | None:
    """The public decoder that the numbers of the set-up are bound to."""
    ids = [k.id for k in (setup.micro_batch or setup.batch, setup.sequence) if k is not None]
    found: dict[str, Model] = {}
    for id in (*ids, *(n.id for n in counts)):
        bound = ctx.about(id).of(Role.MODEL)
        if bound is not None and (model := find_model(bound.value)) is not None:
            found[model.id] = model
    if not found:
        for name in machine.named_models(ctx.paper):
            if (model := find_model(name)) is not None:
                found[model.id] = model
    return next(iter(found.values())) if len(found) == 1 else None


def _shape(
    setup: TrainingSetup, model: Model | None, micro: Known, sequence: Known, *, piped: bool
) -> Shape | None:
    stated = (setup.layers, setup.hidden, setup.heads)
    whole: list[Operand] = [k for k in stated if k is not None]
    parameters: Operand | None = None
    vocabulary: Operand | None = setup.vocabulary
    if model is not None and model.dense and len(whole) < len(stated):
        of = [
            OfModel(s.value, model.name, s.source)
            for s in (model.layers, model.hidden, model.heads)
        ]
        if any(k is not None and k.value != m.value for k, m in zip(stated, of, strict=True)):
            return None
        whole = [k or m for k, m in zip(stated, of, strict=True)]
        parameters = OfModel(model.parameters, model.name, model.published.source)
        tokens = model.vocabulary
        vocabulary = vocabulary or OfModel(tokens.value, model.name, tokens.source)
        if setup.parameters and abs(setup.parameters.value / model.parameters - 1) > _SAME:
            return None
    if len(whole) < len(stated):
        return None
    layers, hidden, heads = whole
    stages, micros = (setup.stages, setup.micro_batches) if piped else (None, None)
    return Shape(stages, micros, micro, layers, hidden, heads, sequence, parameters, vocabulary)
