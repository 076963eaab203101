"""Memory of one device in a training step, by what is live in its fullest phase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwmodels.activations import Recompute
from hwmodels.answer import Answer, Term
from hwmodels.fitting import Verdict, ways_to_fit
from hwmodels.layout import Batch, Decoder, Layout, decoder_of
from hwmodels.memory import ZERO_STAGES, devices_needed, largest_parameter_count
from hwmodels.optimizers import RECIPES, Recipe
from hwmodels.schedules import Schedule
from hwmodels.sharding import DEEPSPEED_BUCKET
from hwmodels.step_timeline import step_timeline
from hwmodels.training_memory import PHASES, training_memory, training_memory_bound
from tanaka.cli.calculators import named, room
from tanaka.cli.calculators.arguments import Given
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation, Row, row, shown, spread

if TYPE_CHECKING:
    from hwmodels.models import Model
    from tanaka.rules.api import Figure

_ZERO = "Rajbhandari et al., ZeRO, SC 2020"
SCHEDULES = {s.value.lower().replace(" ", "-"): s for s in Schedule}


@dataclass(frozen=True, slots=True)
class _Setup:
    """A training set-up, read from the arguments."""

    count: float
    model: Model | None
    recipe: Recipe
    layout: Layout
    batch: Batch | None

    @property
    def devices(self) -> int:
        """Devices of the run."""
        return int(self.layout.devices)


def calculate(given: Given) -> Calculation:
    """Memory of a device in training: of all that is live, or of the state where no more is known."""
    setup = _setup(given)
    if setup.batch is None:
        return _state(given, setup)
    assert setup.model is not None
    try:
        model = decoder_of(setup.model)
    except ValueError as error:
        raise Refused(f"{error}: leave out sequence for the state alone") from None
    if setup.layout.pipeline > model.layers:
        raise Refused(f"pp: {setup.model.name} has {model.layers:g} layers")
    return _step(given, setup, model, setup.batch)


def _setup(given: Given) -> _Setup:
    (count, most), model = named.size(given, "memory")
    if most != count:
        raise Refused("N: takes one number here, not a range")
    devices, tensor, stages, context = (given.whole(n, 1) for n in ("devices", "tp", "pp", "cp"))
    split = tensor * stages * context
    if devices % split:
        names = "tp x pp x cp" if context > 1 else "tp x pp"
        raise Refused(f"devices={devices}: not a multiple of {names} = {split}")
    zero = given.whole("zero", 0, least=0)
    if zero > 3:
        raise Refused(f"zero={zero}: a stage from 0 to 3")
    experts = given.whole("ep", 1)
    if experts > 1 and (model is None or model.experts is None):
        raise Refused("ep: needs a model with experts")
    if experts > devices // stages:
        raise Refused(f"ep={experts}: a stage has {devices // stages} devices")
    sequence = given.whole("sequence", 0, least=0)
    if sequence and model is None:
        raise Refused("sequence: activations need the shape of a model, not N alone")
    layout = Layout(
        tensor, stages, context, devices // split, expert=experts, zero=zero,
        sequence_parallel=tensor > 1, schedule=SCHEDULES[given.word("schedule", "1f1b")],
        # One replica has nothing to reduce.
        bucket=DEEPSPEED_BUCKET if devices // split * context > 1 else 0.0,
    )  # fmt: skip
    batch = None
    if sequence:
        batch = Batch(
            sequence, given.whole("micro-batch", 1), given.whole("micro-batches", max(1, stages)),
            recompute=Recompute(given.word("recompute", "none")),
            fused_attention=given.word("attention", "fused") == "fused",
        )  # fmt: skip
    return _Setup(count, model, RECIPES[given.word("recipe", "mixed-adam-16")], layout, batch)


# -- all that is live -------------------------------------------------------------------------


def _step(given: Given, setup: _Setup, model: Decoder, batch: Batch) -> Calculation:
    layout, recipe = setup.layout, setup.recipe
    need = training_memory(model, layout, batch, recipe)
    least = training_memory_bound(model, layout, recipe)
    rows = [Row(t.name, t.low, t.high, t.unit) for t in need.terms]
    rows += [
        Row("peak", need.low, need.high, "byte", "an estimate: from the leanest kernels to the least lean"),
        Row("state", least.low, least.high, "byte", "a bound: weights, gradients and optimizer of an even share"),
    ]  # fmt: skip
    notes: list[tuple[str, str]] = []
    fault = False
    capacity: float | None = None
    if given.has("part"):
        typed = given.word("part")
        parts = named.parts(typed)
        several = room.rooms(parts, setup.devices)
        capacity = room.capacity(several)
        rows += room.rows(parts, several, typed)
        found = room.fittings(least, need, several)
        notes, fault = room.judged(parts, found)
        if any(f.verdict is not Verdict.FITS for f in found):
            # What fits the smallest of the variants for sure fits all of them.
            small = min(several, key=lambda r: r.usable[0])
            ways = [
                ("fits with", f"{w.name}: at most {shown(w.need, 'byte')}")
                for w in ways_to_fit(model, layout, batch, recipe, small)
            ]
            notes += ways or [("no one change", "brings the high estimate below what is usable")]
        if fault:
            notes += _limits(setup, capacity)

    def figure() -> Figure:
        return _figure(setup, model, batch, capacity, given.word("part"), fault)

    return Calculation(
        "memory",
        "peak memory of one device" if setup.devices > 1 else "peak memory",
        need,
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        figure=figure,
    )


def _figure(
    setup: _Setup, model: Decoder, batch: Batch, capacity: float | None, part: str, fault: bool
) -> Figure:
    """The high estimate of every stage through a step, what a device always holds at the bottom."""
    from tanaka.rules.api import Layer, TimelineFigure, TimelineLayer, TimelineStage

    kinds = {"weights": Layer.STATE, "optimizer": Layer.VERSIONS, "versions": Layer.VERSIONS,
             "gradients": Layer.STATE}  # fmt: skip
    found = step_timeline(model, setup.layout, batch, setup.recipe)
    names = dict.fromkeys([*kinds, *(n for s in found for p in PHASES for n in s.high[p])])
    most = max(s.peak[1] for s in found)
    # A layer too thin to be seen has no place for its name.
    thin = {
        n
        for n in names
        if n not in kinds and max(s.high[p].get(n, 0.0) for s in found for p in PHASES) < most / 25
    }
    stages = []
    for s in found:
        sizes = {
            n: tuple(s.high[p].get(n, 0.0) for p in PHASES) for n in names if n not in thin
        } | {"small parts": tuple(sum(s.high[p].get(n, 0.0) for n in thin) for p in PHASES)}
        layers = tuple(
            TimelineLayer(n, kinds.get(n, Layer.ACTIVATIONS), each)
            for n, each in sizes.items()
            if any(each)
        )
        name = f"stage {s.stage}" if setup.layout.pipeline > 1 else "a device"
        stages.append(TimelineStage(name, f"{spread(*s.peak, 'byte', 3)}", layers))
    return TimelineFigure(
        PHASES, tuple(stages), capacity, f"one {part or 'device'}, high estimate,", fault
    )


# -- the state alone --------------------------------------------------------------------------


def _states(setup: _Setup, zero: int) -> dict[str, float]:
    """Weights, gradients and optimizer state of one device [byte]."""
    layout, recipe = setup.layout, setup.recipe
    held = setup.count / (layout.tensor * layout.pipeline)
    rest = (layout.shard_group,) if zero else ()
    stage = ZERO_STAGES[zero]
    return {
        "weights": float(stage(held, recipe.weights, 0.0, 0.0, *rest)),
        "gradients": float(stage(held, 0.0, recipe.gradients, 0.0, *rest)),
        "optimizer": float(stage(held, 0.0, 0.0, recipe.optimizer, *rest)),
    }


def _state(given: Given, setup: _Setup) -> Calculation:
    layout, recipe = setup.layout, setup.recipe
    states = _states(setup, layout.zero)
    width = {"weights": recipe.weights, "gradients": recipe.gradients, "optimizer": recipe.optimizer}  # fmt: skip
    shared_from = {"weights": 3, "gradients": 2, "optimizer": 1}
    held = float(setup.count / (layout.tensor * layout.pipeline))
    rows = []
    for name, size in states.items():
        how = f"{width[name]:g} B x {shown(held, 'parameter')}"
        if layout.zero >= shared_from[name]:
            how += f" / {layout.shard_group:g}"
        rows.append(row(name, size, "byte", how))
    total = math.fsum(states.values())
    rows.append(row("state", total, "byte"))
    need = Answer(
        total, total, "byte", "identity",
        f"{recipe.name}: {recipe.total:g} B a parameter, ZeRO-{layout.zero}; activations, buffers, fragmentation and the runtime left out",
        _ZERO, tuple(Term(r.name, r.low, r.high, "byte") for r in rows[:-1]),
    )  # fmt: skip
    notes: list[tuple[str, str]] = []
    fault = False
    capacity: float | None = None
    if given.has("part"):
        typed = given.word("part")
        parts = named.parts(typed)
        several = room.rooms(parts, setup.devices)
        capacity = room.capacity(several)
        rows += room.rows(parts, several, typed)
        notes, fault = room.judged(parts, room.fittings(None, need, several), "state fits")
        if fault:
            notes += _shards(setup, min(r.usable[0] for r in several), capacity)
    wanted = "name its sequence" if setup.model is not None else "name a model and its sequence"
    notes.append(("not known", f"activations; {wanted} to count them"))

    def figure() -> Figure:
        from tanaka.rules.api import FitFigure, FitPart

        assert capacity is not None
        parts = tuple(FitPart(n, size, held=True) for n, size in states.items() if size)
        return FitFigure(parts, capacity, f"one {given.word('part')}")

    return Calculation(
        "memory",
        "training state of one device" if setup.devices > 1 else "training state",
        need,
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        figure=figure if capacity is not None else None,
    )


def _shards(setup: _Setup, usable: float, capacity: float) -> list[tuple[str, str]]:
    """The first ZeRO stage whose state fits, and what no stage can pass."""
    found = []
    for zero in range(setup.layout.zero + 1, 4):
        size = math.fsum(_states(setup, zero).values())
        if size <= usable and setup.layout.shard_group > 1:
            found.append(("state fits with", f"ZeRO-{zero}: {shown(size, 'byte')}"))
            break
    return [*found, *_limits(setup, capacity)]


def _limits(setup: _Setup, capacity: float) -> list[tuple[str, str]]:
    """What no sharding can pass: the fewest devices for the state, the most parameters on these."""
    total = setup.count * setup.recipe.total
    devices = devices_needed(total, capacity)
    largest = largest_parameter_count(setup.devices, capacity, setup.recipe.total)
    return [
        ("at least", f"{devices:g} devices hold the state alone, all of it sharded"),
        ("at most", f"{shown(largest, 'parameter')} on {setup.devices}, all of it sharded"),
    ]
