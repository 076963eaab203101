"""Memory of one device through a training step, from a paper's own set-up, step by step.

What the paper leaves open is one marked assumption: that nothing is recomputed and, where no fused
attention is named, that attention scores are stored; or, where asked, a leaner one.
"""

from __future__ import annotations

from enum import StrEnum

from hwmodels.catalog import Accelerator, find, most_capacity, sources
from hwmodels.memory import RECIPES, zero_bytes_per_device
from hwmodels.timeline import (
    Schedule,
    StageMemory,
    activation_bytes,
    activations_in_flight,
    fused_activation_bytes,
    peak_bytes,
    recomputed_activation_bytes,
    tensor_parallel_activation_bytes,
    tensor_parallel_fused_activation_bytes,
    timeline,
    version_bytes,
    worst,
)
from tanaka.paper.model import NumberId
from tanaka.paper.setup import Known, TrainingSetup
from tanaka.records import dataclass
from tanaka.rules.api import (
    Assumption,
    Computed,
    Datasheet,
    Step,
)
from tanaka.rules.derivation import Derivation, printed

_ADAM = RECIPES["mixed-adam-16"]
_COPY = 2.0  # bytes per parameter of a 16-bit version


def size(value: float) -> str:
    """A size as read: "14.7 GB", "402 MB"."""
    digits, unit = (printed(value / 1e9), "GB") if value >= 1e9 else (printed(value / 1e6), "MB")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {unit}"


@dataclass(frozen=True, slots=True)
class StepMemory:
    """The timeline of a step, and the steps of the derivation that made it.

    Attributes
    ----------
    stages : tuple of StageMemory
    top : StageMemory
        The one that needs most.
    states, activations, peak : Step
        Of that stage.
    versions : Step or None
        None where nothing is kept to undo a step.
    copies : int
        Versions that are kept.
    capacity : Step or None
        What one device holds.
    device : str
        Name of the part, "device" where it is not known.
    numbers : tuple of NumberId
        What it was computed from.
    ways_out : tuple of (str, float)
        What would need less, and the peak then [byte]: the least change first.
    depth : int
        Layers of a stage.
    """

    stages: tuple[StageMemory, ...]
    top: StageMemory
    states: Step
    versions: Step | None
    copies: int
    activations: Step
    peak: Step
    capacity: Step | None
    device: str
    numbers: tuple[NumberId, ...]
    ways_out: tuple[tuple[str, float], ...]
    depth: int

    @property
    def over(self) -> bool:
        """Whether the peak is above what a device holds."""
        return self.capacity is not None and self.peak.value > self.capacity.value

    @property
    def live(self) -> tuple[tuple[str, Step], ...]:
        """What is live at the peak, largest first."""
        parts = [("states", self.states), ("activations", self.activations)]
        if self.versions is not None:
            parts.append(("versions", self.versions))
        return tuple(sorted(parts, key=lambda p: -p[1].value))


@dataclass(frozen=True, slots=True)
class OfModel:
    """A count of a public model's shape, by the model's name, with its source."""

    value: float
    model: str
    source: str

    @property
    def count(self) -> int:
        """As a whole number."""
        return round(self.value)


Operand = Known | OfModel


class Kept(StrEnum):
    """What of the activations is kept where the paper does not say, the most first."""

    ALL = "nothing recomputed"
    FUSED = "nothing recomputed, attention scores not stored"
    INPUTS = "layers recomputed"


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts that the activations need.  Without a pipeline there are no stages and no micro-batches."""

    stages: Known | None
    micro_batches: Known | None
    micro_batch: Known
    layers: Operand
    hidden: Operand
    heads: Operand
    sequence: Operand
    parameters: Operand | None = None
    """Of the model, where the set-up does not state them."""
    vocabulary: Operand | None = None


def shape_of(s: TrainingSetup) -> Shape | None:
    """All counts that the activations need, where the layers go evenly into the stages."""
    if (
        s.stages is None or s.micro_batches is None or s.micro_batch is None or s.layers is None or s.hidden is None
        or s.heads is None or s.sequence is None
    ):  # fmt: skip
        return None
    if (
        s.stages.count < 2
        or s.layers.count % s.stages.count
        or (s.tensor_parallel and not s.tensor)
    ):
        return None
    return Shape(
        s.stages,
        s.micro_batches,
        s.micro_batch,
        s.layers,
        s.hidden,
        s.heads,
        s.sequence,
        vocabulary=s.vocabulary,
    )


def step_memory(
    d: Derivation, setup: TrainingSetup, shape: Shape | None = None, kept: Kept = Kept.ALL
) -> StepMemory | None:
    """Memory of a step; None, and no step added, where the paper does not state enough.

    Parameters
    ----------
    d : Derivation
        Takes the steps.
    setup : TrainingSetup
    shape : Shape or None
        What was found otherwise of the counts; None for those of the set-up, which needs a pipeline
        and its schedule.
    kept : Kept
        What is assumed where the paper does not say what it keeps.
    """
    if shape is None:
        shape = shape_of(setup) if setup.schedule else None
    if shape is None or not has_state(setup, shape):
        return None
    before = len(d.steps)
    states = _states(d, setup, shape)
    versions, copies = _versions(d, setup, shape)
    schedule = setup.schedule or Schedule.ONE_F_ONE_B.value
    stages = stated(d, "pipeline stages", shape.stages, "p") if shape.stages else None
    micro = (
        stated(d, "micro-batches of a step", shape.micro_batches, "m")
        if stages is not None and shape.micro_batches is not None
        else None
    )
    layers = stated(d, "layers", shape.layers, "L")
    layer, per_layer = _layer(d, setup, shape, kept)
    count = round(stages.value) if stages is not None else 1
    each = layers.value / count
    made = timeline(
        Schedule(schedule), round(micro.value) if micro else 1, [states.value] * count,
        [versions.value if versions else 0.0] * count, [layer.value * each] * count, flush=setup.flush,
    )  # fmt: skip
    top = worst(made)
    flight = top.in_flight[1]
    if stages is not None:
        rule_of = "all micro-batches" if schedule == "GPipe" else "min(m, p - i)"
        where = "micro-batches in flight on the first stage"
        named = Computed(f"{schedule}: {rule_of}") if setup.schedule else Assumption(f"{schedule}: {rule_of}")  # fmt: skip
    else:
        where, named = "micro-batches in flight", Computed("no pipeline: one at a time")
    f = d.known(where, flight, "1", named, shown=str(flight), symbol="f")
    own = layers
    if stages is not None:
        own = d.computed("layers of a stage", "1", f"{layers.value:.0f} / {stages.value:.0f}", lambda x, y: x / y, layers,
                         stages, reference="stages of equal depth", total=False, shown=f"{each:.0f}", symbol="l")  # fmt: skip
    activations = d.computed("activations in flight", "byte", f"{f.shown} × {own.shown} × {layer.shown}",
                             activations_in_flight, f, own, layer, reference=activations_in_flight.source,
                             shown=size(flight * each * layer.value), symbol="A")  # fmt: skip
    parts = [x for x in (states, versions, activations) if x is not None]
    nothing = Step("", 0.0, 0.0, 0.0, "byte", "", Computed())
    peak = d.computed("live at once", "byte", " + ".join(x.shown for x in parts), peak_bytes, states, versions or nothing,
                      activations, reference=peak_bytes.convention, shown=size(sum(x.value for x in parts)), symbol="P")  # fmt: skip
    capacity, device = _capacity(d, setup)
    floor = states.value + (versions.value if versions else 0.0)
    ways_out = tuple((name, floor + flight * each * least) for name, least in per_layer)
    numbers = tuple(
        s.origin.number for s in d.steps[before:] if hasattr(s.origin, "number")
    )  # of Stated and Inferred
    return StepMemory(
        made,
        top,
        states,
        versions,
        copies,
        activations,
        peak,
        capacity,
        device,
        numbers,
        ways_out,
        round(each),
    )


def stated(d: Derivation, label: str, known: Operand, symbol: str) -> Step:
    """The step of a part of the set-up, or of a model's shape."""
    if isinstance(known, OfModel):
        origin = Datasheet(known.source, sources()[known.source].title)
        return d.known(f"{label} of {known.model}", known.value, "1", origin, shown=f"{known.value / 1e9:.4g}B" if known.value > 1e8 else f"{known.value:,.0f}", symbol=symbol)  # fmt: skip
    # "At most four steps" bounds the lead and is the bound itself.
    return d.stated(label, known.id, symbol=symbol, inferred=known.why, exact=symbol == "S")


# -- states and versions ------------------------------------------------------------------------


def _held(s: TrainingSetup, shape: Shape) -> float | None:
    """Parameters of one device: as stated, or the model's over tensor and pipeline degrees."""
    if s.held is not None:
        return s.held.value
    whole = s.parameters or shape.parameters
    if whole is None:
        return None
    stages = shape.stages.value if shape.stages else 1.0
    return whole.value / stages / (s.tensor.value if s.tensor else 1.0)


def has_state(s: TrainingSetup, shape: Shape) -> bool:
    """Whether the state of one device is stated, or follows from what is."""
    return s.state is not None or (_held(s, shape) is not None and s.zero is not None)


def _parameters(d: Derivation, s: TrainingSetup, shape: Shape) -> Step:
    known = next((x for x in d.steps if x.symbol == "N"), None)
    if known is not None:
        return known
    if s.held is not None:
        return stated(d, "parameters of one device", s.held, "N")
    held, model = _held(s, shape), s.parameters or shape.parameters
    assert held is not None and model is not None
    degrees = [k for k in (s.tensor, shape.stages) if k is not None and k.value != 1]
    if not degrees:
        return stated(d, "parameters", model, "N")
    whole = stated(d, "parameters", model, "")
    text = " / ".join([whole.shown, *(f"{k.value:.0f}" for k in degrees)])
    d.steps.append(Step("parameters of one device", held, held, held, "1", text, Computed("stages of equal size"), False,
                        f"{printed(held / 1e6)}M", "N"))  # fmt: skip
    return d.steps[-1]


def _states(d: Derivation, s: TrainingSetup, shape: Shape) -> Step:
    if s.state is not None:
        return stated(d, "states of one device", s.state, "M")
    n = _parameters(d, s, shape)
    shards = s.replicas.value if s.zero and s.replicas else 1.0
    stage = (s.zero or 0) if shards > 1 else 0
    each = zero_bytes_per_device(1.0, _ADAM, shards, stage)
    origin = Computed(f"{_ADAM.source}; recipe as stated") if s.full_recipe else Assumption("mixed-precision Adam")  # fmt: skip
    text = ""
    if stage and s.replicas is not None:
        by = f" / {stated(d, 'data-parallel replicas', s.replicas, 'd').value:.0f}"
        parts = (_ADAM.weights, _ADAM.gradients, _ADAM.optimizer)
        text = " + ".join(f"{x:g} B" + (by if i >= 3 - stage else "") for i, x in enumerate(parts))
    d.steps.append(Step("state per parameter", each, each, each, "byte", text, origin, False, f"{each:.5g} B", "c"))  # fmt: skip
    c = d.steps[-1]
    return d.computed("states of one device", "byte", f"{n.shown} × {c.shown}", lambda x, y: x * y, n, c,
                      reference=_ADAM.source, shown=size(n.value * each), symbol="M")  # fmt: skip


def _versions(d: Derivation, s: TrainingSetup, shape: Shape) -> tuple[Step | None, int]:
    """What is kept of the steps that may be undone: as stated for one, times the bound."""
    if not s.versions or s.bound is None or (s.version is None and _held(s, shape) is None):
        return None, 0
    k = s.bound.count
    if s.version is not None:
        one = stated(d, "kept of one step", s.version, "v")
        count = stated(d, "steps that may be undone", s.bound, "S")
        return (
            d.computed("versions", "byte", f"{count.shown} × {one.shown}", lambda x, y: x * y, count, one,
                       reference=version_bytes.source, shown=size(k * one.value), symbol="V"),
            k,
        )  # fmt: skip
    n = _parameters(d, s, shape)
    each = d.known("kept of a parameter and step", _COPY, "byte", Assumption("16-bit weights"), shown=f"{_COPY:g} B", symbol="v")  # fmt: skip
    count = stated(d, "steps that may be undone", s.bound, "S")
    return (
        d.computed("versions", "byte", f"{count.shown} × {n.shown} × {each.shown}", version_bytes, count, n, each,
                   reference=version_bytes.source, shown=size(k * n.value * _COPY), symbol="V"),
        k,
    )  # fmt: skip


# -- activations --------------------------------------------------------------------------------


def _layer(
    d: Derivation, setup: TrainingSetup, shape: Shape, keeps: Kept
) -> tuple[Step, tuple[tuple[str, float], ...]]:
    """Activations of one layer and micro-batch, and the same under what would need less."""
    s = stated(d, "sequence length", shape.sequence, "s")
    b = stated(d, "sequences of a micro-batch", shape.micro_batch, "b")
    h = stated(d, "hidden size", shape.hidden, "h")
    t = stated(d, "tensor parallel degree", setup.tensor, "t") if setup.tensor else None
    degree = t.value if t is not None else 1.0
    recomputed = setup.recomputes or keeps is Kept.INPUTS
    stored = not setup.fused_attention and keeps is Kept.ALL and not recomputed
    shared = setup.sequence_parallel or degree == 1
    if assumed := _assumed(setup, keeps, stored=stored):
        d.known("kept of the activations", 1.0, "1", Assumption(assumed), shown="all" if not recomputed else "inputs")  # fmt: skip
    args = (s.value, b.value, h.value)
    if recomputed:
        formula, value = recomputed_activation_bytes, recomputed_activation_bytes(*args)
        text = "2 B"
    elif stored:
        a = stated(d, "attention heads", shape.heads, "a")
        formula = activation_bytes if shared else tensor_parallel_activation_bytes
        value = formula(*args, a.value, degree)
        row = f"5 B × {a.value:,.0f} × {s.value:,.0f}"
        text = f"34 B + {row} / {h.value:,.0f}"
        if not shared:
            text = f"10 B + 24 B / {degree:.0f} + {row} / ({h.value:,.0f} × {degree:.0f})"
    else:
        formula = fused_activation_bytes if shared else tensor_parallel_fused_activation_bytes
        value = formula(*args, degree)
        text = "34 B" if shared else f"10 B + 24 B / {degree:.0f}"
    shares = shared and degree > 1 and not recomputed
    over = f" / {degree:.0f}" if shares else ""
    each = value * (degree if shares else 1.0) / (s.value * b.value * h.value)
    element = Step("kept for each element of a layer's input", each, each, each, "byte", "" if text in ("34 B", "2 B") else text,
                   Computed(f"{formula.source}: {formula.convention}"), False, f"{each:.4g} B", "e")  # fmt: skip
    d.steps.append(element)
    sizes = f"{s.value:,.0f} × {b.value:,.0f} × {h.value:,.0f}"
    layer = d.computed("activations of one layer and micro-batch", "byte", f"{sizes} × {element.shown}{over}",
                       lambda *x: value * x[0] * x[1] * x[2] / (args[0] * args[1] * args[2]), s, b, h,
                       reference=formula.source, shown=size(value), symbol="C")  # fmt: skip
    least = []
    if stored:
        lean = fused_activation_bytes if shared else tensor_parallel_fused_activation_bytes
        least.append(("attention scores are not stored", lean(*args, degree)))
    if not shared and not recomputed:
        least.append(
            (
                "attention scores are not stored and sequence parallelism shares the rest",
                fused_activation_bytes(*args, degree),
            )
        )
    if not recomputed:
        least.append(("activations are recomputed", recomputed_activation_bytes(*args)))
    return layer, tuple(least)


def _assumed(setup: TrainingSetup, keeps: Kept, *, stored: bool) -> str:
    """What the paper leaves open of what is kept; "" where it says so."""
    if keeps is not Kept.ALL:
        return keeps.value
    kept = "nothing recomputed" if not setup.keeps and not setup.recomputes else ""
    return ", ".join(w for w in (kept, "attention scores stored" if stored else "") if w)


# -- the device ---------------------------------------------------------------------------------


def parts_named(names: tuple[str, ...]) -> tuple[Accelerator, ...]:
    """Variants that all known names may mean; empty where the names are of several parts."""
    known = [found for name in names if (found := find(name))]
    if not known:
        return ()
    ids = set.intersection(*({p.id for p in found} for found in known))
    return tuple(p for p in known[0] if p.id in ids)


def _capacity(d: Derivation, setup: TrainingSetup) -> tuple[Step | None, str]:
    parts = parts_named(setup.devices)
    held = most_capacity(parts)
    if held is None:
        return None, "device"
    step = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                   shown=f"{held.value / 2**30:g} GiB", symbol="H")  # fmt: skip
    return step, parts[0].family
