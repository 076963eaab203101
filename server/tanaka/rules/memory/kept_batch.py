"""Batches of a device against its memory, by what the paper says that one sequence keeps, or by the model's shape."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from hwmodels.catalog import Sourced, find, most_capacity, sources
from tanaka.paper.about import Role
from tanaka.paper.model import Asserted, NumberId, Paper, Physical, Where
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine
from tanaka.rules.api import (
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
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.batch_rows import batch_rows
from tanaka.rules.memory.held_state import largest_part
from tanaka.rules.memory.kept_activations import least_per_element
from tanaka.rules.memory.shapes import ShapeOf, shape_of
from tanaka.rules.memory.sizes import size

_STATED, _SHAPED = 1.05, 1.3
"""How far above the capacity: by the paper's own size of one, and by the leanest kernels that are known."""
_INPUT = 2.0
_TOTAL = 0.07


def kept_batches(ctx: Context) -> Iterator[Outcome]:
    """Batches, micro-batches that are held together, and what they are said to take."""
    paper = ctx.paper
    if machine.excuses(paper, "offload"):
        return
    # adapters of a network are named by the same word: those of the whole paper, or of the claim's own section
    tuned = machine.excuses(paper, "adapter")
    everywhere = any(m.where in (Where.TITLE, Where.ABSTRACT) for m in tuned)
    sections = {m.section for m in tuned}
    for claim in (*paper.physical("kept batch"), *batch_rows(paper)):
        if not (
            machine.said(claim) or (claim.asserted is Asserted.NO and "computed" in claim.cues)
        ):
            continue
        if everywhere or (
            tuned and (LOOSE not in claim.cues or paper.number(claim.number).section in sections)
        ):
            continue
        form = claim.name("form")
        outcome = _total(ctx, claim) if form == "total" else _held(ctx, claim) if form == "held" else _batch(ctx, claim)  # fmt: skip
        if outcome is not None:
            yield outcome


def _device(ctx: Context, claim: Physical) -> tuple[str, Sourced] | None:
    """The part of a claim, else the one of the paper with most memory."""
    name = claim.name("device") or largest_part(ctx.paper)
    held = most_capacity(find(name)) if name else None
    return (name, held) if held is not None else None


@query
def sizes_of_one(paper: Paper) -> tuple[Physical, ...]:
    """What the paper says that one sequence or micro-batch keeps, without recomputation."""
    return tuple(
        c for c in paper.physical("activation size") if machine.said(c) and "again" not in c.cues
    )


def _size_of_one(paper: Paper, claim: Physical) -> Physical | None:
    """The size of one that a batch is of: of its paragraph, else of its model."""
    block = paper.number(claim.number).block
    model = _parameters(paper, claim)
    near = [c for c in sizes_of_one(paper) if paper.number(c.number).block == block]
    found = near or [
        c for c in sizes_of_one(paper) if model is not None and _parameters(paper, c) == model
    ]
    alike = [c for c in found if model is None or _parameters(paper, c) in (None, model)]
    return alike[0] if len(alike) == 1 and len(found) == 1 else None


def _parameters(paper: Paper, claim: Physical) -> float | None:
    at = claim.at("params")
    return paper.number(at).quantity.point if at is not None else None


def _batch(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    device = _device(ctx, claim)
    if device is None or paper.number(claim.number).quantity.hedged:
        return None
    one = (
        _size_of_one(paper, claim)
        if not claim.cues & {"full", "again"} and _never(paper, claim)
        else None
    )
    if one is not None and one.number != claim.number:
        d = Derivation(paper)
        b = d.stated("sequences", claim.number, symbol="b", exact=True)
        a = d.stated("activations of one", one.number, symbol="a")
        of = dict(one.counted).get("of", 1.0)
        over = f" / {of:g}" if of != 1 else ""
        value = b.value * a.value / of
        total = Step("activations", value, value, value, "byte", f"{b.value:g} × {a.shown}{over}", Computed(), True, size(value), "A")  # fmt: skip
        d.steps.append(total)
        low = b.value * hard(paper.number(one.number)).low / of
        return _against(d, claim, total, low / _STATED, device, (claim.number, one.number))
    return _shaped(ctx, claim, device)


def _never(paper: Paper, claim: Physical) -> bool:
    """Whether nothing is recomputed: as the words say, or as the paper does where it names no recomputation."""
    if "never" in claim.cues:
        return True
    return not any(m.role != "negated" for m in paper.mentions_of("recomputation", "excuse-recomputation"))  # fmt: skip


def _shaped(ctx: Context, claim: Physical, device: tuple[str, Sourced]) -> Outcome | None:
    """A batch by the shape of its model and the length of its sequences."""
    paper = ctx.paper
    full = "full" in claim.cues
    if not full and "never" not in claim.cues:
        return None
    if _split(paper, claim):
        return None
    shape = shape_of(paper, claim)
    length = claim.at("sequence")
    if length is None:
        bound = ctx.about(claim.number).of(Role.SEQUENCE)
        length = bound.at if bound is not None else length_of(paper)
    if shape is None or length is None:
        return None
    d = Derivation(paper)
    b = d.stated("sequences", claim.number, symbol="b", exact=True)
    s = d.stated("sequence length", length, symbol="s")
    h = shape_step(d, shape, "hidden")
    layers = shape_step(d, shape, "layers")
    term = _term(paper)
    if full:
        e = d.known("kept for each element of a layer's input", _INPUT, "byte", Computed("the input alone, 16 bits"), shown=f"{_INPUT:g} B", symbol="e")  # fmt: skip
        margin = _STATED
    elif term is not None:
        e = d.known("kept for each element of a layer's input", term, "byte", Computed("as the paper counts"), shown=f"{term:g} B", symbol="e")  # fmt: skip
        margin = _STATED
    else:
        each = float(f"{least_per_element(shape.model):.3g}")
        e = d.known("kept for each element of a layer's input, at least", each, "byte", Computed("fused attention, the leanest kernels, 16 bits"), shown=f"{each:g} B", symbol="e")  # fmt: skip
        margin = _SHAPED
    value = b.value * s.value * h.value * layers.value * e.value
    text = f"{b.value:,.0f} × {s.value:,.0f} × {h.value:,.0f} × {layers.value:,.0f} × {e.shown}"
    total = Step("activations", value, value, value, "byte", text, Computed(), True, size(value), "A")  # fmt: skip
    d.steps.append(total)
    at = tuple(i for i in (shape.layers_at, shape.hidden_at) if i is not None)
    return _against(d, claim, total, value / margin, device, (claim.number, length, *at))


def _split(paper: Paper, claim: Physical) -> bool:
    """Whether the batch's own section, or the whole paper, cuts sequences or layers over devices."""
    if "split" in claim.cues:
        return True
    here = paper.number(claim.number).section
    told = [m for m in paper.mentions_of("sequence-sharded", "sequence-parallelism", "tensor-parallelism", "pipeline-parallelism") if m.role not in ("negated", "related")]  # fmt: skip
    return any(m.section == here for m in told) or len(told) > 2


_SET_UP = Lazy(r"\bset-?up\b|\bmethod\w*|\bconfigurations?\b|\bworkloads?\b|\bmodels?\b|\btraining\b|\bexperimental\b|\bimplementation\b", re.I)  # fmt: skip


@query
def length_of(paper: Paper) -> NumberId | None:
    """The one length of sequences of the paper's set-up, else of the paper."""
    read = [paper.number(c.number) for c in paper.physical("sequence length")]
    told = [
        n
        for n in (*read, *paper.numbers_of(Kind.SEQ_LEN))
        if n.asserted is Asserted.YES and n.noun in ("token", "") and n.per in ("", "sequence") and n.quantity.bounded and n.quantity.point >= 128
    ]  # fmt: skip
    of_set_up = [n for n in told if (s := paper.section(n.section)) is not None and _SET_UP.search(s.title)]  # fmt: skip
    found = of_set_up or told
    return found[0].id if len({n.quantity.point for n in found}) == 1 else None


@query
def _term(paper: Paper) -> float | None:
    """Bytes that the paper counts for each element of a layer's input; None where it counts none, or two."""
    found = {float(v) for m in paper.mentions_of("kept-term") for k, v in m.settings if k == "bytes" and 12 <= float(v) <= 60}  # fmt: skip
    return found.pop() if len(found) == 1 else None


def shape_step(d: Derivation, shape: ShapeOf, role: str) -> Step:
    """Layers or width of a shape, as stated or as published."""
    at = shape.hidden_at if role == "hidden" else shape.layers_at
    label, symbol = ("hidden size", "h") if role == "hidden" else ("layers", "L")
    if at is not None:
        return d.stated(label, at, symbol=symbol)
    assert shape.model is not None
    value = shape.model.hidden if role == "hidden" else shape.model.layers
    return d.known(f"{label} of {shape.model.name}", value.value, "1", Datasheet(value.source, sources()[value.source].title),
                   shown=f"{value.value:,.0f}", symbol=symbol)  # fmt: skip


def _held(ctx: Context, claim: Physical) -> Outcome | None:
    """Micro-batches that are held together, by the size of one."""
    device = _device(ctx, claim)
    if device is None:
        return None
    d = Derivation(ctx.paper)
    total, low = _of_many(d, ctx.paper, claim.number, dict(claim.counted)["flight"])
    outcome = _against(d, claim, total, low / _STATED, device, (claim.number, *(id for _, id in claim.given)))  # fmt: skip
    return outcome if LOOSE not in claim.cues or isinstance(outcome, Finding) else None


def _of_many(d: Derivation, paper: Paper, each: NumberId, count: float) -> tuple[Step, float]:
    a = d.stated("activations of one micro-batch", each, symbol="a")
    value = count * a.value
    total = Step("activations", value, value, value, "byte", f"{count:g} × {a.shown}", Computed(), True, size(value), "A")  # fmt: skip
    d.steps.append(total)
    return total, count * hard(paper.number(each)).low


def _total(ctx: Context, claim: Physical) -> Outcome | None:
    """What several micro-batches are said to take, against so many times the size of one."""
    paper, each = ctx.paper, claim.at("each")
    if each is None:
        return None
    count = dict(claim.counted)["flight"]
    d = Derivation(paper)
    total, low = _of_many(d, paper, each, count)
    high = count * hard(paper.number(each)).high
    said = hard(paper.number(claim.number))
    ids = (claim.number, each)
    if said.high >= low * (1 - _TOTAL) and said.low <= high * (1 + _TOTAL):
        device = _device(ctx, claim)
        return _against(d, claim, total, low / _STATED, device, ids) if device is not None and machine.said(claim) else None  # fmt: skip
    if paper.number(claim.number).quantity.hedged:
        return None
    stated = d.stated("stated", claim.number, symbol="s")
    way = f"a micro-batch takes {size(stated.value / count)}, or {stated.value / (total.value / count):.3g} of them are held"  # fmt: skip
    return Finding(
        "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{total.shown} of activations are held by {count:g} micro-batches of {total.text.partition(' × ')[2]}, not {stated.shown}.",
        tuple(d.steps), operands=ids, note=f"{total.shown}", bold=f"{total.text} is {total.shown}; {stated.shown} is stated.", only_if=way,
        figure=FitFigure((FitPart("activations", total.value, True),), stated.value, "as stated"),
        slots=(Slot("phase", "the peak of the pipeline"), Slot("live", f"activations {total.shown}", "A"), Slot("need", total.shown, "A"),
               Slot("cap", stated.shown, "s"), Slot("excuse", way)),
    )  # fmt: skip


def _against(
    d: Derivation, claim: Physical, total: Step, least: float, device: tuple[str, Sourced], ids: tuple[NumberId, ...]
) -> Outcome:  # fmt: skip
    """A total against the memory of one device; too much where even the least of it is."""
    name, held = device
    family = find(name)[0].family
    capacity = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                       shown=f"{held.value / 2**30:g} GiB", symbol="H")  # fmt: skip
    fits = least <= held.value
    figure = FitFigure((FitPart("activations", total.value, fits),), held.value, f"one {family}")
    slots = (
        Slot("phase", "the end of the forward pass"), Slot("live", f"activations {total.shown}", "A"),
        Slot("need", total.shown, "A"), Slot("cap", capacity.shown, "H"),
    )  # fmt: skip
    ids = tuple(dict.fromkeys(ids))
    if fits:
        return Held("TK304", ids, f"{total.text} = {total.shown} of {capacity.shown}", tuple(d.steps), slots, figure)  # fmt: skip
    most = math.floor(held.value / least)
    way = "activations are shared over several devices, recomputed or stored elsewhere" + (f", or {held.value / total.value:.0%} of them are kept" if most < 1 else "")  # fmt: skip
    return Finding(
        "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{total.shown} of activations are kept at the end of the forward pass, and one {family} holds {capacity.shown}.",
        tuple(d.steps), operands=ids, note=f"{total.shown} of activations",
        bold=f"{total.shown} of activations on {capacity.shown}.", only_if=way, figure=figure,
        slots=(*slots, Slot("excuse", way)),
    )  # fmt: skip
