"""Training that is said to fit on devices, against the state of its model; never more than a doubt."""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import find, most_capacity, sources
from hwmodels.memory import RECIPES
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.paper.reads import query
from tanaka.paper.setup import speaks_of
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    FitFigure,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.bound import variant
from tanaka.rules.memory.recipes import leaner, recipes, stated_bytes
from tanaka.rules.memory.sharded_state import named_count
from tanaka.rules.memory.sizes import billions, size
from tanaka.rules.memory.training_run import (
    MANY,
    Layout,
    least_change,
    most_parameters,
    need,
    state_parts,
    state_steps,
)

_SILENT = frozenset({"adapter", "offload", "low-bit", "fused", "inference"})
_SCHEME = {0: "without sharding", 1: "under ZeRO-1", 2: "under ZeRO-2"}


def held_states(ctx: Context, told: frozenset[NumberId]) -> Iterator[Outcome]:
    """Claims that training fits, but for those whose number a finding names already."""
    for claim in ctx.paper.physical("held state"):
        said = machine.said(claim) or (claim.asserted is Asserted.NO and "able" in claim.cues)
        outcome = _judged(ctx, claim) if said and claim.number not in told else None
        if isinstance(outcome, Finding):
            yield outcome  # that it fits is said by the rules of the whole step


@query
def largest_part(paper: Paper) -> str:
    """Of the parts that the paper names as its own the one with most memory; "" where it names none."""
    names = {
        dict(m.settings).get("name", "")
        for m in paper.mentioned("device")
        if m.role not in ("negated", "related", "compared")
    }
    # "H100" is the one variant of it that the paper names elsewhere
    names = {variant(paper, n) or n for n in names if n}
    known = [n for n in sorted(names) if most_capacity(find(n)) is not None]
    return max(known, key=lambda n: most_capacity(find(n)).value, default="")  # type: ignore[union-attr]


@query
def per_node(paper: Paper) -> tuple[float, ...]:
    """Devices that a node of the paper may have."""
    found = {n.quantity.point for n in paper.counts_of("gpu") if n.per == "node" and n.quantity.bounded}  # fmt: skip
    return tuple(sorted(found if len(found) == 1 else found | {8.0}))


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper, counted = ctx.paper, dict(claim.counted)
    usual = recipes(paper)
    if not usual or claim.cues & _SILENT or (speaks_of(paper, "lean-state") and stated_bytes(paper) is None) or leaner(paper, claim.number):  # fmt: skip
        return None
    own = claim.name("device") or largest_part(paper)
    held = most_capacity(find(own)) if own else None
    at = claim.at("devices")
    if held is None or (at is not None and paper.number(at).quantity.hedged):
        return None
    recipe = usual[0] if stated_bytes(paper) is not None else RECIPES["mixed-adam-16"]
    stage = int(counted["stage"]) if counted.get("stage") in (0.0, 1.0, 2.0) else None
    devices = counted.get("devices", MANY if stage is not None else 1.0)
    if "nodes" in claim.cues:
        devices *= per_node(paper)[-1]
    layout = Layout(devices, 1.0, devices, stage)
    d = Derivation(paper)
    count = named_count(d, paper, claim)
    if count is None or count.step.value < 1e8:
        return None
    if count.model is not None and not count.model.dense and stage is not None:
        return None
    there = held.value if stage is not None else devices * held.value
    needed = state_steps(d, count, recipe, layout, stated=stated_bytes(paper) is not None)
    card = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                   shown=f"{held.value / 2**30:g} GiB", symbol="c1")  # fmt: skip
    on = 1.0 if stage is not None else devices
    room = Step("there", there, there, there, "byte", f"{on:,.0f} × {card.shown}", Computed(), True, size(there), "C")  # fmt: skip
    d.steps.append(room)
    family = find(own)[0].family
    alone = stage is not None or devices == 1
    holder = f"each {family}" if alone else f"{devices:,.0f} {family}"
    figure = FitFigure(state_parts(count.step.value, recipe, layout), there, f"one {family}" if alone else f"{devices:,.0f} cards")  # fmt: skip
    operands = tuple(dict.fromkeys((claim.number, *(id for _, id in claim.given))))
    if needed.value <= there:
        return Held("TK301", operands, f"{needed.shown} of {room.shown}", tuple(d.steps),
                    slots=(Slot("axis", "memory"), Slot("need", f"{needed.shown} of training state", "M"), Slot("cap", room.shown, "C")), figure=figure)  # fmt: skip
    if need(count.low, recipe, layout) <= there:
        return None
    fits = most_parameters(held.value, recipe, layout)
    out = least_change(needed.value, held.value, fits, layout)
    d.known("parameters that fit", fits, "1", Computed("with the same recipe and layout"), shown=billions(fits), symbol="F")  # fmt: skip
    under = f" {_SCHEME[stage]}" if stage is not None else ""
    cards = 1 if stage is not None else int(devices)
    return Finding(
        "TK301", "training-state-does-not-fit", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{needed.shown} of weights, gradients and optimizer state of {count.name} on {holder}{under}, which {'holds' if alone else 'hold'} {room.shown}.",
        tuple(d.steps), operands=operands, note=f"{size(needed.value - there, 2)} short",
        bold=f"{needed.text} is {needed.shown}; {holder} {'holds' if alone else 'hold'} {room.shown}.",
        only_if=f"the state is leaner than {recipe.total:g} B per parameter or lies elsewhere, or {out}", figure=figure,
        related=tuple((AtNumber(id), "the model") for role, id in claim.given if role == "params" and id != claim.number),
        slots=(
            Slot("per_param", f"{recipe.total:g} B"), Slot("recipe", "as you state it" if stated_bytes(paper) is not None else ""), Slot("need", needed.shown, "M"),
            Slot("cap", room.shown, "C"), Slot("n_dev", f"{cards:,}", count=cards), Slot("device", family),
            Slot("flip", f"{billions(fits)} parameters", "F"),
        ),
    )  # fmt: skip
