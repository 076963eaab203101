"""Training state that a ZeRO stage is said to leave on a device, against what it leaves of the model."""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.memory import ZERO_STAGES, Recipe, zero_bytes_per_device
from hwmodels.models import find_model
from tanaka.paper.about import Role
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.quantity.literal import enough, rewritten
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.recipes import leaner, recipes, stated_bytes
from tanaka.rules.memory.saved import Saving
from tanaka.rules.memory.sizes import Count, billions, claimed, count_of, size
from tanaka.rules.memory.state_rows import state_rows

_BELOW, _ABOVE = 0.93, 1.1


def sharded_states(ctx: Context) -> Iterator[Outcome]:
    """Sizes of one stage each, of sentences and of tables."""
    for claim in (*ctx.paper.physical("sharded state"), *state_rows(ctx.paper)):
        said = machine.said(claim) or (claim.asserted is Asserted.NO and "computed" in claim.cues)  # fmt: skip
        if said and (outcome := _judged(ctx, claim)) is not None:
            yield outcome


def named_count(d: Derivation, paper: Paper, claim: Physical) -> Count | None:
    """Parameters of the model of a claim: by its name, by the public model of that size, by its number."""
    name, at = claim.name("model"), claim.at("params")
    if find_model(name or "") is None and at is not None:
        public = machine.of_size(paper, paper.number(at).quantity.point)
        name = public.name if public is not None else name
    if at is None and name and find_model(name) is None:
        longer = {m.id: n for n in machine.named_models(paper) if n.startswith(name) and (m := find_model(n)) is not None}  # fmt: skip
        name = next(iter(longer.values())) if len(longer) == 1 else name
    return count_of(d, paper, name, at, label="label" in claim.cues)


def of_state_alone(paper: Paper, claim: Physical, models: tuple[Saving, ...]) -> bool:
    """Whether the sizes beside a saving are those of state and of nothing else."""
    if claim.name("technique") in ("grouped queries", "multi-query", "quantisation", "units"):
        return "whole" in claim.cues
    if claim.name("form") == "sizes" and "clause" not in claim.far:
        return "alone" in claim.cues and not leaner(paper, claim.number)
    if "clause" not in claim.far or leaner(paper, claim.number):
        return False
    if claim.name("form") == "sizes":
        return "state beside" in claim.cues
    left = claim.at("left")
    if (
        "alone beside" in claim.cues
        and claim.at("devices") is not None
        and "devices" not in claim.far
    ):
        return True
    if left is None or claim.at("params") is None:
        return False
    count = named_count(Derivation(paper), paper, claim)
    split = dict(claim.counted).get("split")
    if count is None or split is None:
        return False
    said = claimed(paper.number(left))
    return any(said.high >= count.low / split * m.after * _BELOW and said.low <= count.high / split * m.after * _ABOVE for m in models if m.unit == "byte")  # fmt: skip


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper, counted = ctx.paper, dict(claim.counted)
    usual = recipes(paper)
    stage, at = int(counted["stage"]), claim.at("devices")
    bound = ctx.about(claim.number).of(Role.DEVICES) if at is None else None
    at = bound.at if bound is not None else at
    if not usual or leaner(paper, claim.number) or (at is None and stage != 0):
        return None
    d = Derivation(paper)
    count = named_count(d, paper, claim)
    devices = paper.number(at).quantity.point if at is not None else 1.0
    split = counted.get("split", 1.0)
    replicas = devices / counted.get("shared", split if bound is not None else 1.0)
    if count is None or count.step.value < 1e8 or replicas < 1 or replicas != int(replicas):
        return None
    if count.model is not None and not count.model.dense:
        return None
    own = count.low / split, count.high / split
    least = min(zero_bytes_per_device(own[0], r, replicas, stage) for r in usual)
    most = max(zero_bytes_per_device(own[1], r, replicas, stage) for r in usual)
    said = claimed(paper.number(claim.number))
    operands = (claim.number, *(id for role, id in claim.given if role != "devices"), *((at,) if at is not None else ()))  # fmt: skip
    recipe = usual[0] if said.low > most * _ABOVE else usual[-1]
    recipe = recipe if stated_bytes(paper) is not None else usual[-3] if len(usual) > 3 else recipe
    needed = _steps(d, count, recipe, split, replicas, stage, at, stated=stated_bytes(paper) is not None)  # fmt: skip
    bars = BarsFigure("state of one device", "byte", (("computed", needed.value, False), ("as stated", paper.number(claim.number).quantity.point, True)))  # fmt: skip
    if least * _BELOW <= said.high and said.low <= most * _ABOVE:
        return Held("TK305", tuple(dict.fromkeys(operands)), f"{needed.text} = {needed.shown}", tuple(d.steps),
                    slots=(Slot("axis", "memory"), Slot("claim", paper.number(claim.number).quantity.shown),
                           Slot("technique", _spoken(stage)), Slot("value", needed.shown, needed.symbol)), figure=bars)  # fmt: skip
    if said.low > most * _ABOVE and "state beside" not in claim.cues:
        return None  # more than state may be meant
    if paper.number(claim.number).quantity.hedged:
        return None
    return _finding(d, paper, claim, count, needed, stage, replicas, tuple(dict.fromkeys(operands)), bars)  # fmt: skip


def _spoken(stage: int) -> str:
    return f"ZeRO-{stage}" if stage else "plain replication"


def _finding(
    d: Derivation, paper: Paper, claim: Physical, count: Count, needed: Step, stage: int, replicas: float,
    operands: tuple[NumberId, ...], bars: BarsFigure,
) -> Finding:  # fmt: skip
    number = paper.number(claim.number)
    stated = d.stated("stated", claim.number, symbol="s")
    on = f" on {replicas:,.0f} devices" if stage else ""
    right = needed.value / number.quantity.scale
    literal = enough(right, number.quantity.literal, 0.01) or rewritten(right, number.quantity.literal)  # fmt: skip
    each = number.quantity.point / (needed.value / count.step.value)
    only_if = f"the model has {billions(float(f'{each:.2g}'))} parameters, or its state is kept in another recipe"
    return Finding(
        "TK305", "memory-saving-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{_spoken(stage)}{on} leaves {needed.shown} of the training state of {count.name} on each device, not {stated.shown}.".replace("plain", "Plain", 1),
        tuple(d.steps), operands=operands, note=f"{needed.shown}",
        bold=f"{stated.shown} is stated, {needed.shown} is what {_spoken(stage)}{on} leaves.", only_if=only_if,
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),),
        figure=bars,
        slots=(
            Slot("claim", stated.shown, "s"), Slot("technique", _spoken(stage) + on), Slot("value", needed.shown, needed.symbol),
            Slot("what", "the model states"), Slot("excuse", only_if),
        ),
        case="E",
    )  # fmt: skip


def _steps(
    d: Derivation, count: Count, recipe: Recipe, split: float, replicas: float, stage: int, at: NumberId | None,
    *, stated: bool,
) -> Step:  # fmt: skip
    """Steps up to the state of one device."""
    origin = Computed("bytes of a parameter, as stated") if stated else Assumption(recipe.name)
    if at is not None:
        d.stated("devices", at, symbol="n", inferred="")
    own = count.step
    if split > 1:
        value = own.value / split
        own = Step("parameters of one device", value, value, value, "1", f"{count.step.shown} / {split:.0f}",
                   Computed("tensor and pipeline parallelism"), False, billions(value), "N1")  # fmt: skip
        d.steps.append(own)
    w = d.known("weights", recipe.weights, "byte", origin, shown=f"{recipe.weights:g} B", symbol="w")  # fmt: skip
    g = d.known("gradients", recipe.gradients, "byte", origin, shown=f"{recipe.gradients:g} B", symbol="g")  # fmt: skip
    o = d.known("optimizer state", recipe.optimizer, "byte", origin, shown=f"{recipe.optimizer:g} B", symbol="o")  # fmt: skip
    r = f"{replicas:.0f}"
    text = {
        0: f"{w.shown} + {g.shown} + {o.shown}",
        1: f"{w.shown} + {g.shown} + {o.shown} / {r}",
        2: f"{w.shown} + ({g.shown} + {o.shown}) / {r}",
        3: f"({w.shown} + {g.shown} + {o.shown}) / {r}",
    }[stage]
    value = zero_bytes_per_device(own.value, recipe, replicas, stage)
    step = Step("left on each", value, value, value, "byte", f"{own.shown} × ({text})", Computed(ZERO_STAGES[stage].source), True, size(value), "M")  # fmt: skip
    d.steps.append(step)
    return step
