"""Memory of one device: of a training step by term, or of a model that answers requests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwmodels.activations import (
    Recompute,
    activation_bytes,
    fused_activation_bytes,
    output_activation_bytes,
    recomputed_activation_bytes,
)
from hwmodels.answer import Answer, Term
from hwmodels.memory import devices_needed, largest_parameter_count
from hwmodels.optimizers import RECIPES, Recipe
from hwmodels.sharding import Sharding
from hwmodels.timeline import Phase, Schedule, StageMemory, timeline, worst
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation, Row, row, shown, spread

if TYPE_CHECKING:
    from hwmodels.models import Model
    from tanaka.rules.api import Figure

_SOURCE = "Rajbhandari et al., ZeRO, SC 2020; Korthikanti et al., MLSys 2023"


@dataclass(frozen=True, slots=True)
class _Setup:
    """A training set-up, read from the arguments."""

    count: float
    model: Model | None
    recipe: Recipe
    devices: int
    tensor: int
    stages: int
    zero: int
    sequence: int
    micro_batch: int
    micro_batches: int
    recompute: Recompute

    @property
    def replicas(self) -> float:
        """Devices that hold the same part of the model."""
        return self.devices / (self.tensor * self.stages)

    @property
    def held(self) -> float:
        """Parameters that one device computes with [parameter]."""
        return self.count / (self.tensor * self.stages)

    def states(self, zero: int | None = None) -> dict[str, float]:
        """Weights, gradients and optimizer state of one device [byte]."""
        sharding = Sharding.zero(self.zero if zero is None else zero, self.replicas)
        zeros = {"weights": 0.0, "gradients": 0.0, "master": 0.0, "moment1": 0.0, "moment2": 0.0}
        parts = {
            "weights": {"weights": self.recipe.weights},
            "gradients": {"gradients": self.recipe.gradients},
            "optimizer": {"master": self.recipe.optimizer},
        }
        return {
            name: sharding.state(self.held, Recipe(self.recipe.name, **(zeros | own), source=""))
            for name, own in parts.items()
        }

    def layer(self, recompute: Recompute | None = None) -> float:
        """Activations of one layer and micro-batch [byte]; 0 where no shape is known."""
        if self.model is None or not self.sequence:
            return 0.0
        s, b, h, t = self.sequence, self.micro_batch, self.model.hidden.value, self.tensor
        kind = self.recompute if recompute is None else recompute
        if kind is Recompute.FULL:
            return recomputed_activation_bytes(s, b, h)
        if kind is Recompute.SELECTIVE:
            return fused_activation_bytes(s, b, h, t)
        return activation_bytes(s, b, h, self.model.heads.value, t)

    def one(self, recompute: Recompute | None = None) -> float:
        """Activations of one micro-batch on one device of a stage [byte]."""
        layers = self.model.layers.value if self.model is not None else 0.0
        return self.layer(recompute) * math.ceil(layers / self.stages)

    def output(self) -> float:
        """Activations behind the last layer, of one micro-batch [byte]."""
        if self.model is None or not self.sequence:
            return 0.0
        m = self.model
        return output_activation_bytes(self.sequence, self.micro_batch, m.hidden.value, m.vocabulary.value, self.tensor)  # fmt: skip

    def step(
        self, zero: int | None = None, recompute: Recompute | None = None
    ) -> tuple[StageMemory, ...]:
        """Memory through a step, by stage."""
        state = math.fsum(self.states(zero).values())
        ones = [self.one(recompute)] * self.stages
        ones[-1] += self.output()
        return timeline(
            Schedule.ONE_F_ONE_B, self.micro_batches, [state] * self.stages,
            [0.0] * self.stages, ones,
        )  # fmt: skip


def _setup(given: Given) -> _Setup:
    (count, most), model = named.size(given, "memory")
    if most != count:
        raise Refused("N: takes one number here, not a range")
    devices, tensor, stages = (given.whole(n, 1) for n in ("devices", "tp", "pp"))
    if devices % (tensor * stages):
        raise Refused(f"devices={devices}: not a multiple of tp x pp = {tensor * stages}")
    zero = given.whole("zero", 0, least=0)
    if zero > 3:
        raise Refused(f"zero={zero}: a stage from 0 to 3")
    recipe = RECIPES[given.word("recipe", "mixed-adam-16")]
    sequence = given.whole("sequence", 0, least=0)
    if sequence and model is None:
        raise Refused("sequence: activations need the shape of a model, not N alone")
    recompute = Recompute(given.word("recompute", "none"))
    return _Setup(
        count, model, recipe, devices, tensor, stages, zero, sequence,
        given.whole("micro-batch", 1), given.whole("micro-batches", max(1, stages)), recompute,
    )  # fmt: skip


def _memory(given: Given) -> Calculation:
    if given.word("for", "training") == "inference":
        return _inference(given)
    setup = _setup(given)
    peak = worst(setup.step())
    states = setup.states()
    width = {"weights": setup.recipe.weights, "gradients": setup.recipe.gradients,
             "optimizer": setup.recipe.optimizer}  # fmt: skip
    shares = {"weights": 3, "gradients": 2, "optimizer": 1}
    rows = []
    for name, size in states.items():
        how = f"{width[name]:g} B x {shown(setup.held, 'parameter')}"
        if setup.zero >= shares[name]:
            how += f" / {setup.replicas:g}"
        rows.append(row(name, size, "byte", how))
    activations = peak.peak - peak.states
    if activations:
        in_flight = max(peak.in_flight)
        which = f"stage {peak.stage}, " if setup.stages > 1 else ""
        rows.append(row("activations", activations, "byte",
            f"{which}{in_flight} micro-batch{'es' if in_flight > 1 else ''} x {shown(peak.one, 'byte')}; recomputed: {setup.recompute}"))  # fmt: skip
    rows.append(row("peak", peak.peak, "byte", f"in the {peak.at} phase" if activations else ""))
    terms = tuple(Term(r.name, r.low, r.high, "byte") for r in rows[:-1])
    notes: list[tuple[str, str]] = []
    fault = False
    capacity: float | None = None
    if given.has("part"):
        parts = named.parts(given.word("part"))
        room = named.reach(p.capacity for p in parts)
        capacity = room[1]
        rows.append(Row("there", *room, "byte", named.label(parts, given.word("part")),
                        named.cited(p.capacity for p in parts)))  # fmt: skip
        fault = peak.peak > capacity
        notes.append(_fit(peak.peak, room))
        if fault:
            notes += _ways(setup, capacity)
    if not activations:
        notes.append(("left out", "activations; name a model and its sequence to count them"))

    def figure() -> Figure:
        return _figure(setup, capacity, given.word("part", ""))

    kind = "estimate" if activations else "identity"
    convention = f"{setup.recipe.name}: {setup.recipe.total:g} B a parameter; buffers, fragmentation and the runtime left out"  # fmt: skip
    if activations:
        convention += "; 1F1B; activations in 16 bits of a layer with a feed-forward width of 4h"
    return Calculation(
        "memory",
        "peak memory of one device" if setup.devices > 1 else "peak memory",
        Answer(peak.peak, peak.peak, "byte", kind, convention, _SOURCE, terms),
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        figure=figure,
    )


def _fit(need: float, room: tuple[float, float]) -> tuple[str, str]:
    """Whether it fits, and by how much."""
    word = named.fit(need, room)
    if word == named.MAY_FIT:
        return word, f"{spread(*room, 'byte')} there"
    rest = abs((room[0] if word == named.FIT else room[1]) - need)
    return word, f"{shown(rest, 'byte')} {'left' if word == named.FIT else 'short'}"


def _ways(setup: _Setup, capacity: float) -> list[tuple[str, str]]:
    """What would make it fit, the smallest change first; one line each."""
    found = []
    for zero in range(setup.zero + 1, 4):
        peak = worst(setup.step(zero)).peak
        if setup.replicas > 1 and peak <= capacity:
            found.append(("fits with", f"ZeRO-{zero}: {shown(peak, 'byte')}"))
            break
    if setup.one():
        for kind in (Recompute.SELECTIVE, Recompute.FULL):
            peak = worst(setup.step(recompute=kind)).peak
            if kind is not setup.recompute and peak <= capacity:
                found.append(("fits with", f"{kind} recomputation: {shown(peak, 'byte')}"))
                break
        both = worst(setup.step(3, Recompute.FULL)).peak
        if not found and setup.replicas > 1 and both <= capacity:
            found.append(("fits with", f"ZeRO-3 and full recomputation: {shown(both, 'byte')}"))
    held = setup.count * setup.recipe.total
    found.append(("at least", f"{devices_needed(held, capacity):g} devices hold the state alone, all of it sharded"))  # fmt: skip
    largest = largest_parameter_count(setup.devices, capacity, setup.recipe.total)
    found.append(("at most", f"{shown(largest, 'parameter')} on {setup.devices}, all of it sharded"))  # fmt: skip
    return found


def _figure(setup: _Setup, capacity: float | None, part: str) -> Figure:
    from tanaka.rules.api import Layer, TimelineFigure, TimelineLayer, TimelineStage

    states = setup.states()
    stages = []
    for s in setup.step():
        layers = [TimelineLayer(name, Layer.STATE if name != "optimizer" else Layer.VERSIONS, (size,) * len(Phase)) for name, size in states.items() if size]  # fmt: skip
        if s.one:
            layers.append(TimelineLayer("activations", Layer.ACTIVATIONS, s.activations, max(s.in_flight)))  # fmt: skip
        held = max(s.in_flight)
        note = f"{held} micro-batch{'es' if held > 1 else ''} in flight" if s.one else ""
        stages.append(TimelineStage(f"stage {s.stage}" if setup.stages > 1 else "a device", note, tuple(layers)))  # fmt: skip
    peak = worst(setup.step()).peak
    fault = capacity is not None and peak > capacity
    return TimelineFigure(tuple(Phase), tuple(stages), capacity, f"one {part or 'device'}", fault)


def _inference(given: Given) -> Calculation:
    (count, most), model = named.size(given, "memory")
    devices = given.whole("devices", 1)
    batch, context = given.whole("batch", 1), given.whole("context", 0, least=0)
    width, element = given.number("weights", 2.0), given.number("cache", 2.0)
    if context and model is None:
        raise Refused("context: a cache needs the shape of a model, not N alone")
    weights = (count * width, most * width)
    position = model.kv_bytes(element) if model is not None else 0.0
    cache = batch * context * position
    need = (weights[0] + cache) / devices, (weights[1] + cache) / devices
    rows = [Row("weights", *weights, "byte", f"{width:g} B x {spread(count, most, 'parameter')}")]
    if cache:
        rows.append(row("cache", cache, "byte", f"{batch} x {context:,} positions x {shown(position, 'byte')}"))  # fmt: skip
    rows.append(Row("each device", *need, "byte", f"shared evenly by {devices}"))
    notes: list[tuple[str, str]] = []
    fault = False
    capacity: float | None = None
    if given.has("part"):
        parts = named.parts(given.word("part"))
        room = named.reach(p.capacity for p in parts)
        capacity = room[1]
        rows.append(Row("there", *room, "byte", named.label(parts, given.word("part")),
                        named.cited(p.capacity for p in parts)))  # fmt: skip
        fault = need[0] > capacity
        notes.append(_fit(need[0], room))
        if fault:
            notes.append(("at least", f"{devices_needed(weights[0] + cache, capacity):g} devices hold it together"))  # fmt: skip
        elif position and context and need[1] <= room[0]:
            free = devices * room[0] - weights[1]
            notes.append(("room for", f"{math.floor(free / (context * position)):,} sequences of {context:,} positions"))  # fmt: skip

    def figure() -> Figure:
        from tanaka.rules.api import FitFigure, FitPart

        parts = [FitPart(f"weights, {width:g} B", weights[1] / devices, held=True)]
        if cache:
            parts.append(FitPart("cache", cache / devices, held=False))
        assert capacity is not None
        return FitFigure(tuple(parts), capacity, f"one {given.word('part')}")

    return Calculation(
        "memory",
        "memory of one device that answers requests",
        Answer(
            *need, "byte", "bound" if need[0] < need[1] else "identity",
            "weights and cache; activations, fragmentation and the runtime left out",
            "definition of the cache: keys and values of every layer and position",
            tuple(Term(r.name, r.low, r.high, "byte") for r in rows if r.name in ("weights", "cache")),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        figure=figure if capacity is not None else None,
    )  # fmt: skip


CALCULATORS = {
    "memory": Calculator(
        "memory",
        "Memory of one device by term, whether it fits, and what would make it fit",
        (
            named.MODEL,
            named.PARAMETERS,
            Argument("for", "", "what is done", choices=("training", "inference"), shown="training"),
            Argument(named.PART.name, "", named.PART.help),
            Argument("devices", "1", "accelerators", shown="1"),
            Argument("recipe", "", "optimizer and precision", choices=tuple(RECIPES), shown="mixed-adam-16"),
            Argument("zero", "1", "ZeRO stage, 0 to 3; 3 is FSDP", shown="0"),
            Argument("tp", "1", "degree of tensor and sequence parallelism", shown="1"),
            Argument("pp", "1", "pipeline stages", shown="1"),
            Argument("sequence", "1", "positions of a sequence: counts activations"),
            Argument("micro-batch", "1", "sequences of a micro-batch", shown="1"),
            Argument("micro-batches", "1", "micro-batches of a step", shown="pp"),
            Argument("recompute", "", "activations computed again", choices=tuple(str(r) for r in Recompute), shown="none"),
            Argument("batch", "1", "for inference: sequences at once", shown="1"),
            Argument("context", "1", "for inference: positions in the cache of each", shown="0"),
            Argument("weights", "byte/parameter", "for inference: width of a weight", shown="2B/parameter"),
            Argument("cache", "byte", "for inference: width of an element of the cache", shown="2B"),
        ),
        _memory,
        ("model=llama-2-13b", "part=A100-80GB", "devices=8", "pp=4", "sequence=4096", "micro-batches=8"),
    )
}  # fmt: skip
