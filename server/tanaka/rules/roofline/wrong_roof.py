r"""## What it checks
That a gain of decoding or of prefill is credited to what limits that phase: left of the ridge of
the roofline to bytes, right of it to arithmetic.

## Why it matters
At batch 1 a pass does two FLOPs for each weight that it reads, and tensor cores wait. A gain there
is real, and of something else than faster arithmetic: the next part or format will not repeat it.

## What is left alone
Gains that the text credits to both, to fused or launched kernels, to attention, to speculation, to
dequantisation or to a third resource. Nothing here is impossible. The ridge is taken where the
friendliest variant and format has it, and the point must lie three times off. Without batch or
part it is a question.

## Example
```latex
At batch 1, decoding on an H100 is $2\times$ faster because FP8 tensor cores double the FLOP rate.
%                                  ^^^^^^^^^ TK209: 2.000 FLOP/B
```
Say how many bytes a pass reads before and after; or show the gain at the batch of the ridge.

## References
- Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
- Pope et al., "Efficiently Scaling Transformer Inference", MLSys 2023.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from hwmodels.catalog import (
    Accelerator,
    Peak,
    accelerators,
    dense_peak,
    find,
    precision_name,
    sources,
)
from hwmodels.decode import batch_at_ridge, decode_intensity
from hwmodels.roofline import attainable, ridge
from tanaka.paper.decode import bits
from tanaka.paper.model import Asserted, Physical
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    Held,
    Outcome,
    RooflineFigure,
    RooflinePoint,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.roofline.credited_roof import credited_roofs
from tanaka.rules.roofline.peak_rate import rate_text, significant

_FAR = 3.0
_SIDES = {"arithmetic": "bandwidth", "bytes": "arithmetic"}


@rule("TK209", since="0.1.0")
def wrong_roof(ctx: Context) -> Iterator[Outcome]:
    """Credited gains against the side of the ridge that their phase lies on."""
    for claim in ctx.paper.physical("credited"):
        if claim.asserted is Asserted.NO:
            continue
        outcome = _judged(ctx, claim)
        if outcome is not None:
            yield outcome
    yield from credited_roofs(ctx, frozenset(c.number for c in ctx.paper.physical("credited")))


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    phase, credit = claim.name("phase"), claim.name("credit")
    device, said = machine.named(ctx, claim, "device"), machine.named(ctx, claim, "precision")
    parts = machine.parts(device)
    precision = precision_name(said.name) if said is not None else ""
    width = (bits(said.name) or 0.0) / 8 if said is not None else 0.0
    if other := claim.name("other device"):
        parts = (*parts, *find(other))
    if narrow := claim.name("other precision"):
        # weights in the one, products in the other: few bytes and slow products are the friendliest
        both = [precision, precision_name(narrow)]
        width = min(width, (bits(narrow) or 16.0) / 8)
        precision = max(both, key=lambda name: bits(name) or 0.0)
    anywhere = device is None and bool(width)
    if anywhere:  # no part is named: of every known one
        parts = accelerators()
    peaked = [(p, peak) for p in parts if (peak := dense_peak((p,), precision)) is not None]
    if not peaked and parts and width and credit == "arithmetic":
        # a format that the part has no units for: of every part of its vendor that has some
        anywhere, vendors = True, {p.vendor for p in parts}
        peaked = [(p, peak) for p in accelerators() if p.vendor in vendors and (peak := dense_peak((p,), precision)) is not None]  # fmt: skip
    tokens = _tokens(ctx, claim)
    if not peaked or not width or tokens is None:
        return _question(claim, phase) if credit == "arithmetic" else None
    # the lowest ridge for arithmetic, the highest for bytes: the friendliest variant
    choose = min if credit == "arithmetic" else max
    part, peak = choose(peaked, key=lambda f: ridge(f[1].value, f[0].bandwidth.value))
    d = Derivation(paper)
    batch, length = claim.at("batch"), claim.at("length")
    if length is not None:
        count = d.stated("tokens of a prompt", length, symbol="s")
        if tokens != count.value:
            several = d.known("prompts", tokens / count.value, "1", Computed("as stated"), shown=f"{tokens / count.value:.0f}")  # fmt: skip
            count = d.computed("tokens of a pass", "1", f"{several.shown} × {count.shown}", _product, several, count,
                               total=False, shown=f"{tokens:,.0f}")  # fmt: skip
    elif batch is not None:
        count = d.stated("batch", batch, symbol="b", exact=True)
    else:
        count = d.known("batch", tokens, "1", Computed("as stated in words"), shown=f"{tokens:.0f}", symbol="b")  # fmt: skip
    each = d.known("width of a weight", width, "byte", Computed(f"{precision}, as stated"), shown=f"{width:g} B", symbol="w")  # fmt: skip
    here = decode_intensity(count.value, 1.0, width)
    point = d.computed("intensity of a pass", "FLOP/byte", f"2 FLOP × {count.value:,.0f} / {each.shown}", _intensity, count, each,
                       reference=decode_intensity.source, symbol="I", shown=f"{here:,.0f} FLOP/B" if here >= 1000 else f"{significant(here)} FLOP/B")  # fmt: skip
    limit = d.known(f"dense {precision} peak", peak.value, "FLOP/s", Datasheet(peak.source, sources()[peak.source].title),
                    shown=rate_text(peak.value), symbol="P")  # fmt: skip
    memory = part.bandwidth
    reads = d.known("memory bandwidth", memory.value, "byte/s", Datasheet(memory.source, sources()[memory.source].title),
                    shown=f"{memory.value / 1e12:.4g} TB/s", symbol="M")  # fmt: skip
    corner = d.computed("ridge", "FLOP/byte", f"{limit.shown} / {reads.shown}", ridge, limit, reads,
                        reference=ridge.source, shown=f"{significant(peak.value / memory.value, 3)} FLOP/B")  # fmt: skip
    flip_value = batch_at_ridge(peak.value, width, memory.value)
    flip = d.computed("tokens of a pass at the ridge", "1", f"{limit.shown} × {each.shown} / (2 FLOP × {reads.shown})", batch_at_ridge,
                      limit, each, reads, reference=batch_at_ridge.source, shown=significant(flip_value, 3))  # fmt: skip
    what = f"batch {tokens:.0f}" if phase == "decoding" else f"{tokens:,.0f} tokens a pass"
    left = point.value * _FAR <= corner.value
    right = point.value >= _FAR * corner.value
    fault = (left and credit == "arithmetic") or (right and credit == "bytes")
    reached = float(attainable(peak.value, point.value, memory.value))
    figure = RooflineFigure(
        _name(part, peaked), precision, peak.value, memory.value,
        (RooflinePoint(f"{phase} at {what}", point.value, reached, fault), RooflinePoint("the ridge", corner.value, peak.value, False)),
    )  # fmt: skip
    operands = tuple(dict.fromkeys(i for i in (claim.number, batch, length) if i is not None))
    side = "left" if point.value < corner.value else "right"
    where = f"{phase} at {what} has {point.shown}, {side} of the ridge at {corner.shown}"
    end = "lowest" if credit == "arithmetic" else "highest"
    whose = f"of the {part.family}" + (f", the {end} that is known" if anywhere else "")
    if not fault:
        if anywhere:
            return None
        agrees = (side == "left") == (credit == "bytes")
        return Held("TK209", operands, where, tuple(d.steps), figure=figure) if agrees else None
    if not _own(claim):
        return None
    roof = _SIDES[credit]
    edge = math.ceil(flip.value) if credit == "arithmetic" else math.floor(flip.value)
    if phase == "decoding":
        only_if = (
            f"the batch is at least {edge:,}"
            if credit == "arithmetic"
            else f"the batch is at most {edge:,}"
        )
    else:
        only_if = f"a pass has at {'least' if credit == 'arithmetic' else 'most'} {edge:,} tokens"
    number = paper.number(claim.number).quantity
    factor = number.shown if number.shown_unit in ("×", "%") else "The gain"
    return Finding(
        "TK209", "wrong-roof", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{factor} is credited to {_credit(credit)}, but {where} {whose}: {roof} limits it.",
        tuple(d.steps), operands=operands, note=f"{point.shown}, {side} of the ridge at {corner.shown}",
        bold=f"{point.text} is {point.shown}; the ridge is at {corner.shown}.", only_if=only_if, figure=figure, case="A",
        slots=(
            Slot("gain", factor, at=AtNumber(claim.number)), Slot("phase", phase), Slot("batch", f"{count.value:,.0f}", count.symbol),
            Slot("roof", roof), Slot("device", part.family), Slot("flip", f"{edge:,}"), Slot("excuse", only_if),
            Slot("line", "", at=AtNumber(claim.number)),
        ),
    )  # fmt: skip


def _own(claim: Physical) -> bool:
    """Whether the paper says so itself, in a section on the background too."""
    return claim.asserted is Asserted.YES or "own" in claim.cues


def _question(claim: Physical, phase: str) -> Finding | None:
    """What is left to ask where batch or part is not said."""
    if not _own(claim) or phase != "decoding":
        return None
    batch = dict(claim.counted).get("batch")
    if batch is not None and batch > 64:
        return None
    at = f" at batch {batch:.0f}" if batch is not None else ""
    asked = "on which part, in which format" if batch is not None else "at which batch"
    return Finding(
        "TK209", "wrong-roof", Verdict.OPEN, AtNumber(claim.number),
        f"A gain of decoding{at} is credited to arithmetic.", (), operands=(claim.number,),
        note="which roof limits it", question=f"Which roof limits decoding{at}, {asked}?", case="C",
        slots=(Slot("phase", phase), Slot("missing", asked), Slot("line", "", at=AtNumber(claim.number))),
    )  # fmt: skip


def _tokens(ctx: Context, claim: Physical) -> float | None:
    """Tokens of a pass that share a weight."""
    batch = dict(claim.counted).get("batch")
    if claim.name("phase") == "decoding":
        return batch if batch is not None and batch >= 1 else None
    length = claim.at("length")
    if length is None or not ctx.paper.number(length).quantity.bounded:
        return None
    return ctx.paper.number(length).quantity.point * (batch or 1.0)


def _credit(credit: str) -> str:
    return {"arithmetic": "faster arithmetic", "bytes": "faster or fewer bytes"}[credit]


def _name(part: Accelerator, peaked: list[tuple[Accelerator, Peak]]) -> str:
    return part.name if len(peaked) == 1 else part.family


def _intensity(count: float, width: float) -> float:
    return float(decode_intensity(count, 1.0, width))


def _product(a: float, b: float) -> float:
    return a * b
