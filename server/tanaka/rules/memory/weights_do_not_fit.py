r"""## What it checks
That the weights of a model, at the width that the text states, fit into the memory of the counted
devices that they are said to run on.

## Why it matters
Weights are the floor of what inference needs. Where they are above the capacity, a width, a
number of devices or an offloading is missing from the text, and with it the cost of each token.

## What is left alone
Offloading, streaming, shards, quantised models and experts that are fetched, training, and sentences
that say what does not fit. All weights of a mixture of experts count. An "80 GB" part is taken to
hold 80 GiB, and all devices are taken together. Tables and captions prove nothing. Without a width nothing is proven, and nothing is
said where the paper speaks of quantisation or offloading anywhere.

## Example
```latex
We serve Llama-2-70B in FP16, fully resident on one A100-80GB.
%                                               ^^^^^^^^^^^^^ TK302: 138 GB
```
State the bits of a weight, the devices, or where the rest of the weights lies.

## References
- Touvron et al., "Llama 2: Open Foundation and Fine-Tuned Chat Models", 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hwmodels.decode import weight_bytes
from hwmodels.memory import devices_needed
from tanaka.paper.model import Asserted, Paper, Physical, Where
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.paper.physics.widths import Width, widths
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtMention,
    AtNumber,
    Computed,
    Context,
    Finding,
    FitFigure,
    FitPart,
    Held,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.bound import with_device, with_model, with_width
from tanaka.rules.memory.home_rows import home_rows
from tanaka.rules.memory.room import NEAR, PROOF, Room, room
from tanaka.rules.memory.served_rows import served_rows
from tanaka.rules.memory.sizes import count_of, size, trimmed

_ASSUMED = Width("16 bits", 16.0, 16.0, False, 0, 0)


@rule("TK302", since="0.1.0")
def weights_do_not_fit(ctx: Context) -> Iterator[Outcome]:
    """Weights of served models against the capacity of the devices named."""
    told: set[tuple[str, str]] = set()  # rows of tables that one of their cells shows to be wrong
    for claim in chain(
        ctx.paper.physical("residence"), served_rows(ctx.paper), home_rows(ctx.paper)
    ):
        if claim.asserted is Asserted.NO:
            continue
        row = _row(ctx.paper, claim)
        if row in told or (outcome := _first(ctx, claim)) is None:
            continue
        if row is not None and isinstance(outcome, Finding):
            told.add(row)
        yield outcome


def _row(paper: Paper, claim: Physical) -> tuple[str, str] | None:
    """The table and the row of a claim; None for prose."""
    number = paper.number(claim.number)
    row = dict(number.context).get("row", "")
    return (number.block, row) if row else None


def _first(ctx: Context, claim: Physical) -> Outcome | None:
    """What the claim's own words prove or break; else what the rest of the paper makes of them."""
    held = None if LOOSE in claim.cues else _judged(ctx, claim)
    if isinstance(held, Finding):
        return held
    bound = with_device(ctx, with_model(ctx.paper, claim))
    bound = with_width(ctx.paper, bound, "precision", "weights")
    if bound.at("size") is not None:
        return _stated(ctx, bound)
    if bound is claim and LOOSE not in claim.cues:
        return held
    return _judged(ctx, bound) or held


def _stated(ctx: Context, claim: Physical) -> Outcome | None:
    """Weights of a stated size, which need no format."""
    paper, at = ctx.paper, claim.at("size")
    d = Derivation(paper)
    place = room(d, paper, claim)
    if at is None or place is None:
        return None
    need, there = d.stated("weights", at, symbol="M"), place.there
    if hard(paper.number(at)).low <= NEAR * there.value:
        return None
    fits = devices_needed(need.value, place.each)
    only_if = f"the weights lie on {fits:.0f} devices"
    operands = tuple(dict.fromkeys((claim.number, *(id for _, id in claim.given))))
    holds = "holds" if place.devices == 1 else "hold"
    return Finding(
        "TK302", "weights-do-not-fit", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{need.shown} of weights, on {place.name}, which {holds} {there.shown}.",
        tuple(d.steps), operands=operands, note=f"{size(need.value - there.value, 2)} short",
        bold=f"{need.shown} of weights; {place.name} {holds} {there.shown}.", only_if=only_if,
        figure=FitFigure((FitPart("weights", need.value, True),), there.value, place.name),
        slots=(
            Slot("need", need.shown, "M"), Slot("cap", there.shown, "C"),
            Slot("n_dev", f"{place.devices:,.0f}", "n", count=int(place.devices)), Slot("device", place.family), Slot("excuse", only_if),
            Slot("line", "", at=AtNumber(claim.number)),
        ),
        case="E",
    )  # fmt: skip


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    said = widths(claim.name("precision"))
    width = said[0] if said else _ASSUMED
    d = Derivation(paper)
    count = count_of(d, paper, claim.name("model"), claim.at("params"), label="label" in claim.cues, tabled=dict(claim.counted).get("params"))  # fmt: skip
    if count is None:
        return None
    origin = Computed(f"{width.name}, as stated") if said else Assumption("16-bit weights")
    each = d.known("width of a weight", width.bits / 8, "byte", origin, shown=f"{width.bits / 8:g} B", symbol="w")  # fmt: skip
    value = count.step.value * each.value
    need = d.computed("weights", "byte", f"{count.step.shown} × {each.shown}", weight_bytes, count.step, each,
                      reference=weight_bytes.source, shown=size(value), symbol="M")  # fmt: skip
    place = room(d, paper, claim)
    if place is None:
        return None
    there = place.there
    operands = tuple(dict.fromkeys((claim.number, *(id for _, id in claim.given))))
    figure = FitFigure(
        (FitPart(f"weights, {each.shown}", need.value, True),), there.value, place.name
    )
    if need.value <= there.value:
        if not said:
            return None
        return Held("TK302", operands, f"{need.shown} of {there.shown}", tuple(d.steps),
                    slots=(Slot("axis", "the weights against the memory"), Slot("need", f"{need.shown} of weights", "M"), Slot("cap", there.shown, "C")),
                    figure=figure)  # fmt: skip
    # where nothing names a format, the bound from afar is that of eight bits
    narrow = LOOSE in claim.cues and not said
    least = count.low * (1.0 if narrow else width.bits / 8)
    if least <= there.value * (NEAR if LOOSE in claim.cues else 1.0):
        return None  # the label of a class of models leaves it open
    # the rows of a table may say what its caption leaves out
    captioned = paper.number(claim.number).where is Where.CAPTION
    if not said and (captioned or machine.excuses(paper, "quantised", "offload")):
        return None
    resident = "resident" in claim.cues
    excuses = () if resident else machine.excuses(paper, "offload", "quantised")
    proven = (
        bool(said)
        and not claim.far
        and not captioned
        and not excuses
        and place.verified
        and least > PROOF * there.value
        and machine.firm(paper, claim, *operands)
    )
    only_if = "" if proven else _only_if(paper, width, place, count.step.value, need.value)
    device_count = f"{place.devices:,.0f}"
    where = place.name
    return Finding(
        "TK302", "weights-do-not-fit", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{need.shown} of weights of {count.name} at {each.shown} each, on {where}, which {'holds' if place.devices == 1 else 'hold'} {there.shown}.",
        tuple(d.steps), operands=operands,
        note=f"{size(need.value - there.value, 2)} short",
        bold=f"{need.text} is {need.shown}; {where} {'holds' if place.devices == 1 else 'hold'} {there.shown}.",
        only_if=only_if, related=tuple((AtMention(m.id), "may make room") for m in excuses[:2]), figure=figure,
        slots=(
            Slot("per_param", each.shown, "w"), Slot("need", need.shown, "M"), Slot("cap", there.shown, "C"),
            Slot("n_dev", device_count, "n", count=int(place.devices)), Slot("device", place.family),
            *((Slot("excuse", only_if),) if only_if else ()),
        ),
    )  # fmt: skip


def _only_if(paper: Paper, width: Width, place: Room, count: float, need: float) -> str:
    """The widest weights that fit, or the fewest devices."""
    del paper, width
    bits = 8 * place.there.value / count
    fits = devices_needed(need, place.each)
    return f"a weight takes at most {trimmed(int(bits * 10) / 10, 2)} bits, or the weights lie on {fits:.0f} devices"
