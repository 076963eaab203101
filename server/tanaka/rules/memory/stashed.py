"""Activations of all micro-batches in flight against the memory of their device."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hwmodels.catalog import most_capacity, sources
from tanaka.paper.model import Asserted
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Context,
    Datasheet,
    Finding,
    FitFigure,
    FitPart,
    Held,
    Outcome,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.sizes import size

_MARGIN = 1.05


def stashed(ctx: Context) -> Iterator[Outcome]:
    """What a stage stores for each micro-batch, times those in flight."""
    paper = ctx.paper
    for claim in paper.physical("stashed"):
        at = claim.at("flight")
        if claim.asserted is not Asserted.YES or at is None or machine.excuses(paper, "offload", "compression"):  # fmt: skip
            continue
        parts = machine.parts(machine.named(ctx, claim, "device"))
        held = most_capacity(parts)
        if held is None or not paper.number(claim.number).quantity.bounded:
            continue
        d = Derivation(paper)
        each = d.stated("activations of a micro-batch", claim.number, symbol="a")
        many = d.stated("micro-batches in flight", at, symbol="f", exact=True)
        total = d.computed("activations in flight", "byte", f"{many.value:g} × {each.shown}", lambda f, a: f * a, many, each,
                           shown=size(many.value * each.value), symbol="A")  # fmt: skip
        capacity = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                           shown=f"{held.value / 2**30:g} GiB", symbol="H")  # fmt: skip
        family = parts[0].family
        ids = (claim.number, at)
        fits = total.low <= held.value * _MARGIN
        figure = FitFigure(
            (FitPart("activations", total.value, fits),), held.value, f"one {family}"
        )
        slots = (
            Slot("phase", "the peak of the pipeline"), Slot("live", f"activations {total.shown}", "A"),
            Slot("need", total.shown, "A"), Slot("cap", capacity.shown, "H"),
        )  # fmt: skip
        if fits:
            yield Held("TK304", ids, f"{total.text} = {total.shown} of {capacity.shown}", tuple(d.steps), slots, figure)  # fmt: skip
            continue
        room = max(1, math.floor(held.value / each.value))
        way = f"at most {room} of them are in flight, or a micro-batch takes at most {size(held.value / many.value)}"  # fmt: skip
        yield Finding(
            "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
            f"{total.shown} of activations are in flight, and one {family} holds {capacity.shown}.",
            tuple(d.steps), operands=ids, note=f"{total.shown} of activations",
            bold=f"{total.shown} of activations on {capacity.shown}.", only_if=way, figure=figure,
            slots=(*slots, Slot("excuse", way)),
        )  # fmt: skip
