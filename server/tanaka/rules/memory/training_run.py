"""Training state of runs that several sentences tell of, and of one device where replicas are not sharded."""

from __future__ import annotations

from hwmodels.catalog import find, most_capacity, sources
from hwmodels.memory import (
    RECIPES,
    ZERO_STAGES,
    Recipe,
    devices_needed,
    largest_parameter_count,
    training_state_bytes,
    zero_bytes_per_device,
)
from tanaka.paper.model import How, Paper, Physical
from tanaka.paper.setup import speaks_of
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    FitFigure,
    FitPart,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.room import PROOF
from tanaka.rules.memory.sizes import Count, billions, count_of, size, trimmed

_SILENT = frozenset({"adapter", "offload", "low-bit", "fused", "experts", "inference"})
_USUAL, _LEANEST = RECIPES["mixed-adam-16"], RECIPES["leanest"]
MANY = 1e9
"""Replicas where nobody counts them: what no number of them makes smaller."""
_SCHEME = {0: "data parallelism", 1: "ZeRO-1", 2: "ZeRO-2"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the state lies on the devices.

    Attributes
    ----------
    devices, degree, replicas : float
        All devices; those that share one replica of the model; copies of the model.
    stage : int or None
        0 to 2 where replicas hold weights of their own, None where the state may be spread evenly.
    """

    devices: float
    degree: float
    replicas: float
    stage: int | None


def sharded(claim: Physical) -> bool:
    """Whether each replica is said to hold weights of its own."""
    return dict(claim.counted).get("stage") in (0, 1, 2) and "degrees open" not in claim.cues


def judged(ctx: Context, claim: Physical, *, both: bool) -> Outcome | None:
    """The state of a run against the memory of its devices.

    Parameters
    ----------
    ctx : Context
    claim : Physical
    both : bool
        Whether the state of all devices was compared already, so that only that of one is asked.
    """
    paper = ctx.paper
    device = machine.named(ctx, claim, "device") or _only_part(paper)
    held = most_capacity(find(device.name)) if device is not None else None
    devices_at = claim.at("devices")
    if device is None or held is None or devices_at is None or claim.cues & _SILENT:
        return None
    layout = _layout(claim)
    if layout is None or paper.number(devices_at).quantity.hedged:
        return None
    stated = ({"fp32-master", "fp32-moments"} <= claim.cues and "adam" in claim.cues) or "bytes-16" in claim.cues  # fmt: skip
    if not stated and "adam" not in claim.cues:
        return None
    d = Derivation(paper)
    count = count_of(d, paper, claim.name("model"), claim.at("params"), label="label" in claim.cues)
    if (
        count is None
        or count.step.value < 1e8
        or (count.model is not None and not count.model.dense)
    ):
        return None  # fmt: skip
    excused = bool(speaks_of(paper, "lean-state") or machine.excuses(paper, "offload", "adapter")) and "kept" not in claim.cues  # fmt: skip
    floor = _USUAL if stated else _LEANEST
    least = need(count.low, floor, layout)
    there = held.value if layout.stage is not None else layout.devices * held.value
    proven = (
        least > PROOF * there and held.verified and device.proves and not claim.far and not excused
        and machine.firm(paper, claim, devices_at)
    )  # fmt: skip
    recipe = floor if proven else _USUAL
    needed = state_steps(d, count, recipe, layout, stated=stated or proven)
    card = d.known("memory of one", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                   shown=f"{held.value / 2**30:g} GiB", symbol="c1")  # fmt: skip
    on = 1.0 if layout.stage is not None else layout.devices
    room = Step("there", there, there, there, "byte", f"{on:,.0f} × {card.shown}", Computed(), True, size(there), "C")  # fmt: skip
    d.steps.append(room)
    operands = tuple(dict.fromkeys((devices_at, *(id for _, id in claim.given))))
    family = find(device.name)[0].family
    holder = f"each {family}" if layout.stage is not None else f"{layout.devices:,.0f} {family}"
    figure = FitFigure(state_parts(count.step.value, recipe, layout), there, f"one {family}" if layout.stage is not None else f"{layout.devices:,.0f} cards")  # fmt: skip
    if needed.value <= there:
        if both:
            return None
        return Held("TK301", operands, f"{needed.shown} of {room.shown}", tuple(d.steps),
                    slots=(Slot("axis", "memory"), Slot("need", f"{needed.shown} of training state", "M"), Slot("cap", room.shown, "C")), figure=figure)  # fmt: skip
    if excused or need(count.low, _USUAL, layout) <= there:
        return None
    most = most_parameters(held.value, recipe, layout)
    way_out = least_change(needed.value, held.value, most, layout)
    d.known("parameters that fit", most, "1", Computed("with the same recipe and layout"), shown=billions(most), symbol="F")  # fmt: skip
    what = "weights, gradients and optimizer state" if recipe is _USUAL else "weights and gradients alone"  # fmt: skip
    under = f" under {_SCHEME[layout.stage]}" if layout.stage is not None else ""
    hold = "holds" if layout.stage is not None or layout.devices == 1 else "hold"
    each = needed.value / count.step.value
    only_if = "" if proven else f"the optimizer state is leaner than {recipe.optimizer:g} B per parameter, or {way_out}"  # fmt: skip
    if stated and claim.far and not proven:
        other = "the devices are those of another run" if "model" in claim.far else "the run is sharded otherwise"  # fmt: skip
        only_if = f"{other}, or {way_out}"
    if not proven and not device.proves:
        only_if = f"the devices are others than the {family} ({device.where}), or {way_out}"
    cards = 1 if layout.stage is not None else int(layout.devices)
    return Finding(
        "TK301", "training-state-does-not-fit", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(devices_at),
        f"{needed.shown} of {what} of {count.name} on {holder}{under}, which {hold} {room.shown}.",
        tuple(d.steps), operands=operands,
        note=f"{size(needed.value - there, 2)} short",
        bold=f"{needed.text} is {needed.shown}; {holder} {hold} {room.shown}.",
        only_if=only_if, figure=figure,
        related=tuple((AtNumber(id), "the model") for role, id in claim.given if role == "params"),
        slots=(
            Slot("per_param", f"{trimmed(each, 3)} B"), Slot("recipe", "as you state it" if stated else ""), Slot("need", needed.shown, "M"),
            Slot("cap", room.shown, "C"), Slot("n_dev", f"{cards:,}", count=cards), Slot("device", family),
            Slot("flip", "" if proven else f"{billions(most)} parameters", "F"),
        ),
    )  # fmt: skip


def _only_part(paper: Paper) -> machine.Named | None:
    """The one part that the paper says it runs on; None where it names two."""
    names = [
        dict(m.settings).get("name", "")
        for m in paper.mentioned("device")
        if m.role not in ("negated", "related")
    ]
    known = [n for n in names if find(n)]
    if len({find(n)[0].family for n in known}) != 1:
        return None
    # the name that says most: "A100-40GB" beside "A100"
    best = min(known, key=lambda n: len(find(n)))
    if any(not {p.id for p in find(best)} <= {p.id for p in find(n)} for n in known):
        return None
    return machine.Named(best, How.INFERRED, "the only part that the paper names")


def _layout(claim: Physical) -> Layout | None:
    counted = dict(claim.counted)
    devices = counted.get("devices", 0.0)
    if devices < 1:
        return None
    degree = counted.get("tensor", 1.0) * counted.get("pipeline", 1.0)
    replicas = devices / degree
    stage = int(counted["stage"]) if sharded(claim) else None
    if stage is not None and (degree < 1 or replicas < 1 or replicas != int(replicas)):
        return None
    return Layout(devices, degree, replicas, stage)


def need(count: float, recipe: Recipe, layout: Layout) -> float:
    """State of one device, or of all where it may be spread evenly [byte]."""
    if layout.stage is None:
        return float(training_state_bytes(count, recipe.total))
    return zero_bytes_per_device(count / layout.degree, recipe, layout.replicas, layout.stage)


def state_steps(
    d: Derivation, count: Count, recipe: Recipe, layout: Layout, *, stated: bool
) -> Step:
    """Steps up to what is needed."""
    origin = Computed("mixed-precision Adam, as stated" if recipe is _USUAL else "16-bit weights and gradients, no optimizer state") if stated else Assumption("mixed-precision Adam")  # fmt: skip
    if layout.stage is None:
        c = d.known("state per parameter", recipe.total, "byte", origin, shown=f"{recipe.total:g} B", symbol="c")  # fmt: skip
        value = count.step.value * c.value
        return d.computed("needed", "byte", f"{count.step.shown} × {c.shown}", training_state_bytes, count.step, c,
                          reference=training_state_bytes.source, shown=size(value), symbol="M")  # fmt: skip
    own = count.step
    if layout.degree > 1:
        value = own.value / layout.degree
        own = Step("parameters of one device", value, value, value, "1", f"{count.step.shown} / {layout.degree:.0f}",
                   Computed("tensor and pipeline parallelism"), False, billions(value), "n")  # fmt: skip
        d.steps.append(own)
    w = d.known("weights", recipe.weights, "byte", origin, shown=f"{recipe.weights:g} B", symbol="w")  # fmt: skip
    g = d.known("gradients", recipe.gradients, "byte", origin, shown=f"{recipe.gradients:g} B", symbol="g")  # fmt: skip
    o = d.known("optimizer state", recipe.optimizer, "byte", origin, shown=f"{recipe.optimizer:g} B", symbol="o")  # fmt: skip
    r = f"{layout.replicas:.0f}"
    text = {
        0: f"{w.shown} + {g.shown} + {o.shown}",
        1: f"{w.shown} + {g.shown} + {o.shown} / {r}",
        2: f"{w.shown} + ({g.shown} + {o.shown}) / {r}",
    }[layout.stage]
    if layout.replicas >= MANY:
        text = (
            f"{w.shown} + {g.shown}"
            if layout.stage == 1
            else w.shown
            if layout.stage == 2
            else text
        )
    value = zero_bytes_per_device(own.value, recipe, layout.replicas, layout.stage)
    source = ZERO_STAGES[layout.stage].source
    step = Step("needed on each", value, value, value, "byte", f"{own.shown} × ({text})", Computed(source), True, size(value), "M")  # fmt: skip
    d.steps.append(step)
    return step


def most_parameters(capacity: float, recipe: Recipe, layout: Layout) -> float:
    """The most parameters whose state fits."""
    if layout.stage is None:
        return float(largest_parameter_count(layout.devices, capacity, recipe.total))
    each = zero_bytes_per_device(1.0, recipe, layout.replicas, layout.stage)
    return float(largest_parameter_count(layout.degree, capacity, each))


def least_change(need: float, capacity: float, most: float, layout: Layout) -> str:
    """The least change that makes it fit."""
    fewer = f"at most {trimmed(most / 1e9, 3)}B parameters"
    if layout.stage is None:
        return f"{devices_needed(need, capacity):,.0f} devices with everything sharded, or {fewer}"
    return f"weights are sharded, too (ZeRO-3), or {fewer}"


def state_parts(count: float, recipe: Recipe, layout: Layout) -> tuple[FitPart, ...]:
    """Weights, gradients and optimizer state, those that there are."""
    own, r = count / layout.degree if layout.stage is not None else count, layout.replicas
    shares = {None: (1, 1, 1), 0: (1, 1, 1), 1: (1, 1, r), 2: (1, r, r)}[layout.stage]
    sizes = (
        ("weights", recipe.weights, False), ("gradients", recipe.gradients, False), ("optimizer", recipe.optimizer, True),
    )  # fmt: skip
    return tuple(FitPart(n, own * b / s, held) for (n, b, held), s in zip(sizes, shares, strict=True) if b)  # fmt: skip
