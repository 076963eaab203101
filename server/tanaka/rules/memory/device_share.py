"""State and activations of one device: shares against the whole that they are of, and needs against the place.

Which whole is meant comes from the sentence, from those around it, from the title of the section; where none
of these tells, from all models of the paper, and then every one has to contradict.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import find, most_capacity, sources
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import enough, rewritten
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Datasheet,
    Finding,
    FitFigure,
    FitPart,
    Fix,
    FixKind,
    ReplaceLiteral,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.held_state import largest_part, per_node
from tanaka.rules.memory.kept_batch import length_of, shape_step
from tanaka.rules.memory.recipes import recipes, stated_bytes
from tanaka.rules.memory.shapes import shape_of
from tanaka.rules.memory.sharded_state import named_count
from tanaka.rules.memory.sizes import billions, claimed, size

_BELOW, _ABOVE, _OVER = 0.93, 1.1, 1.03
_INPUTS = 2.2
"""Inputs of layers in FP32 are twice those in 16 bits."""
_TITLE = Lazy(r"(?<![\d.])(\d+(?:\.\d+)?)B\b")


@dataclass(frozen=True, slots=True)
class _Whole:
    """A whole that a share may be of [byte], with the last step of its derivation."""

    low: float
    high: float
    step: Step
    name: str


def device_shares(ctx: Context, code: str) -> Iterator[Finding]:
    """What one device holds of the state, as findings of one rule; those of a place too small are TK301."""
    for claim in ctx.paper.physical("state share"):
        if not _said(claim) or _offloaded(ctx.paper, claim):
            continue
        found = _share(ctx, claim)
        if found is not None and found.code == code:
            yield found
    if code == "TK301":
        for claim in ctx.paper.physical("state fit"):
            if _said(claim) and (found := _fit(ctx, claim)) is not None:
                yield found


def device_activations(ctx: Context) -> Iterator[Finding]:
    """Activations that one device is said to hold, and inputs of layers against their shape."""
    for claim in ctx.paper.physical("device activations"):
        if _said(claim) and (found := _held(ctx, claim)) is not None:
            yield found
    for claim in ctx.paper.physical("layer inputs"):
        if _said(claim) and (found := _inputs(ctx, claim)) is not None:
            yield found


def _said(claim: Physical) -> bool:
    return machine.said(claim) or (claim.asserted is Asserted.NO and "computed" in claim.cues)


def _offloaded(paper: Paper, claim: Physical) -> bool:
    """Whether the paper, or the section where the words beside the number say enough, moves anything off the device."""
    here = paper.number(claim.number).section
    near = "stated whole" in claim.cues or claim.relation == "state fit"
    return any(m.section == here or not near for m in machine.excuses(paper, "moved-state"))


# -- shares of the state -------------------------------------------------------------------------


def _share(ctx: Context, claim: Physical) -> Finding | None:
    paper, at = ctx.paper, claim.at("devices") or claim.number
    if any(paper.number(i).quantity.hedged for i in (at, claim.number)):
        return None
    count = dict(claim.counted).get("nodes") or paper.number(at).quantity.point
    counts = tuple(count * n for n in per_node(paper)) if "nodes" in claim.cues else (count,)
    said = claimed(paper.number(claim.number))
    d = Derivation(paper)
    sure, wholes = _wholes(d, paper, claim)
    if not wholes:
        return None
    stage = dict(claim.counted).get("stage")
    if any(_agree(n, said, w) for w in (*sure, *wholes) for n in counts):
        return None
    whole, devices = (sure or wholes)[0], counts[-1]
    name = claim.name("device") or largest_part(paper)
    held = most_capacity(find(name)) if name else None
    if held is not None and whole.low > _OVER * devices * held.value and len({w.low for w in sure}) == 1:  # fmt: skip
        return _no_room(d, claim, whole, devices, name, at)
    short = all(said.high * n < w.low * _BELOW for w in wholes for n in counts)
    long = all(said.low * n > w.high * _ABOVE for w in wholes for n in counts)
    if not (short or (long and stage == 3)) or (len(wholes) > 1 and not sure):
        return None
    return _differs(d, paper, claim, whole, devices, at)


def _agree(devices: float, said: Interval, whole: _Whole) -> bool:
    return said.high * devices >= whole.low * _BELOW and said.low * devices <= whole.high * _ABOVE


def _wholes(d: Derivation, paper: Paper, claim: Physical) -> tuple[list[_Whole], list[_Whole]]:
    """Wholes that the words around the share name, and all that it is held against."""
    at = claim.at("whole")
    if at is not None and "stated whole" in claim.cues:
        found = [_stated(d, paper, at)]
        return found, found
    near: list[_Whole] = []
    own = _of_model(d, paper, claim)
    if own is not None:
        near.append(own)
    if at is not None:
        near.append(_stated(d, paper, at))
    if "own model" in claim.cues and own is not None:
        return [own], near
    section = paper.section(paper.number(claim.number).section)
    titled = {float(m.group(1)) * 1e9 for m in _TITLE.finditer(section.title)} if section is not None else set()  # fmt: skip
    if own is None and len(titled) == 1:
        size_ = titled.pop()
        if (made := _of_size(d, paper, size_)) is not None:
            near.insert(0, made)
    return near[:1], near


def _stated(d: Derivation, paper: Paper, at: NumberId) -> _Whole:
    step = d.stated("state of the model", at, symbol="M")
    reach = claimed(paper.number(at))
    return _Whole(reach.low, reach.high, step, "the state")


def _of_model(d: Derivation, paper: Paper, claim: Physical) -> _Whole | None:
    usual = recipes(paper)
    if not usual or (claim.at("params") is None and not claim.name("model")):
        return None
    count = named_count(d, paper, claim)
    if count is None or count.step.value < 1e8:
        return None
    low, high = min(r.total for r in usual), max(r.total for r in usual)
    return _made(d, paper, count.low * low, count.high * high, count.step, count.name)


def _of_size(d: Derivation, paper: Paper, parameters: float) -> _Whole | None:
    """The state of the model that a title counts."""
    usual = recipes(paper)
    if not usual:
        return None
    step = d.known("parameters", parameters, "1", Computed("of the model in the section's title"), shown=billions(parameters), symbol="N")  # fmt: skip
    low, high = min(r.total for r in usual), max(r.total for r in usual)
    return _made(d, paper, 0.94 * parameters * low, 1.06 * parameters * high, step, f"a {billions(parameters)} model")  # fmt: skip


def _made(d: Derivation, paper: Paper, low: float, high: float, count: Step, name: str) -> _Whole:
    stated = stated_bytes(paper)
    each = stated if stated is not None else 16.0
    c = d.known("state per parameter", each, "byte", Computed("as stated") if stated is not None else Assumption("mixed-precision Adam"),
                shown=f"{each:g} B", symbol="c")  # fmt: skip
    value = count.value * each
    step = Step("state of the model", value, value, value, "byte", f"{count.shown} × {c.shown}", Computed(), True, size(value), "M")  # fmt: skip
    d.steps.append(step)
    return _Whole(low, high, step, f"the state of {name}")


def _no_room(
    d: Derivation, claim: Physical, whole: _Whole, devices: float, name: str, at: NumberId
) -> Finding:
    held = most_capacity(find(name))
    assert held is not None
    family = find(name)[0].family
    card = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                   shown=f"{held.value / 2**30:g} GiB", symbol="c1")  # fmt: skip
    return _too_much(d, at, claim, whole.step, whole.name, devices, card, family)


def _too_much(
    d: Derivation, at: NumberId, claim: Physical, need: Step, what: str, devices: float, card: Step, family: str
) -> Finding:  # fmt: skip
    there = devices * card.value
    room = Step("there", there, there, there, "byte", f"{devices:,.0f} × {card.shown}", Computed(), True, size(there), "C")  # fmt: skip
    d.steps.append(room)
    holds = "holds" if devices == 1 else "hold"
    least = -(-need.value // card.value)
    way = f"it lies on at least {least:,.0f} devices, or part of it elsewhere"
    return Finding(
        "TK301", "training-state-does-not-fit", Verdict.IMPLAUSIBLE, AtNumber(at),
        f"{need.shown} are {what}, and {devices:,.0f} {family} {holds} {room.shown}.",
        tuple(d.steps), operands=tuple(dict.fromkeys((at, claim.number, *(i for _, i in claim.given)))),
        note=f"{size(need.value - there, 2)} short",
        bold=f"{need.shown} are {what}; {devices:,.0f} {family} {holds} {room.shown}.", only_if=way,
        figure=FitFigure((FitPart("state", need.value, False),), there, f"{devices:,.0f} {family}"),
        slots=(
            Slot("need", need.shown, "M"), Slot("cap", room.shown, "C"),
            Slot("n_dev", f"{devices:,.0f}", count=int(devices)), Slot("device", family), Slot("excuse", way),
            Slot("line", "", at=AtNumber(at)),
        ),
        case="E",
    )  # fmt: skip


def _differs(
    d: Derivation, paper: Paper, claim: Physical, whole: _Whole, devices: float, at: NumberId
) -> Finding:
    number = paper.number(claim.number)
    stated = d.stated("stated", claim.number, symbol="s")
    if at != claim.number:
        d.stated("devices", at, symbol="n", inferred="")
    value = whole.step.value / devices
    left = Step("share of each", value, value, value, "byte", f"{whole.step.shown} / {devices:.0f}", Computed(), True, size(value), "v")  # fmt: skip
    d.steps.append(left)
    right = value / number.quantity.scale
    literal = enough(right, number.quantity.literal, 0.01) or rewritten(right, number.quantity.literal)  # fmt: skip
    way = "not all of the state is sharded, or another state is meant"
    on = f"{devices:,.0f} devices"
    return Finding(
        "TK305", "memory-saving-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"Sharding over {on} leaves {left.shown} of {whole.step.shown} on each, not {stated.shown}.",
        tuple(d.steps), operands=tuple(dict.fromkeys((claim.number, *(i for _, i in claim.given)))),
        note=left.shown, bold=f"{stated.shown} is stated, {left.shown} is the share of each of {on}.", only_if=way,
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),),
        figure=BarsFigure("state of one device", "byte", (("computed", value, False), ("as stated", number.quantity.point, True))),
        slots=(
            Slot("claim", stated.shown, "s"), Slot("technique", f"sharding over {on}"), Slot("value", left.shown, "v"),
            Slot("what", "the model states"), Slot("excuse", way),
        ),
        case="E",
    )  # fmt: skip


def _fit(ctx: Context, claim: Physical) -> Finding | None:
    paper, counted = ctx.paper, dict(claim.counted)
    if paper.number(claim.number).quantity.hedged or _offloaded(paper, claim):
        return None
    d = Derivation(paper)
    need = d.stated("state", claim.number, symbol="M")
    name, each = claim.name("device"), counted.get("capacity")
    if each is not None:
        family = "devices" if counted["devices"] != 1 else "device"
        card = d.known("memory of one device", each, "byte", Computed("as stated"), shown=f"{each / 2**30:g} GiB", symbol="c1")  # fmt: skip
    else:
        held = most_capacity(find(name)) if name else None
        if held is None:
            return None
        family = find(name)[0].family
        card = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                       shown=f"{held.value / 2**30:g} GiB", symbol="c1")  # fmt: skip
    low = hard(paper.number(claim.number)).low
    if low <= counted["devices"] * card.value * _OVER:
        return None
    return _too_much(d, claim.number, claim, need, "needed", counted["devices"], card, family)


# -- activations ---------------------------------------------------------------------------------


def _held(ctx: Context, claim: Physical) -> Finding | None:
    paper = ctx.paper
    name = claim.name("device") or largest_part(paper)
    held = most_capacity(find(name)) if name else None
    number = paper.number(claim.number)
    at = claim.at("state")
    low = hard(number).low + (hard(paper.number(at)).low if at is not None else 0.0)
    if held is None or low <= held.value * _OVER or number.quantity.hedged or _offloaded(paper, claim):  # fmt: skip
        return None
    family = find(name)[0].family
    d = Derivation(paper)
    total = d.stated("activations", claim.number, symbol="a")
    what, ids = "activations", (claim.number, *(i for _, i in claim.given))
    if at is not None:
        state = d.stated("state", at, symbol="M")
        value = total.value + state.value
        total = Step("together", value, value, value, "byte", f"{total.shown} + {state.shown}", Computed(), True, size(value), "A")  # fmt: skip
        d.steps.append(total)
        what = "activations and state"
    capacity = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                       shown=f"{held.value / 2**30:g} GiB", symbol="H")  # fmt: skip
    way = "they are those of several devices, or some lie elsewhere"
    return Finding(
        "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{total.shown} of {what} are kept on one {family}, which holds {capacity.shown}.",
        tuple(d.steps), operands=ids, note=f"{total.shown} of {what}",
        bold=f"{total.shown} of {what} on {capacity.shown}.", only_if=way,
        figure=FitFigure((FitPart("activations", total.value, False),), held.value, f"one {family}"),
        slots=(
            Slot("phase", "the end of the forward pass"), Slot("live", f"{what} {total.shown}", total.symbol),
            Slot("need", total.shown, total.symbol), Slot("cap", capacity.shown, "H"), Slot("excuse", way),
        ),
    )  # fmt: skip


def _inputs(ctx: Context, claim: Physical) -> Finding | None:
    paper = ctx.paper
    shape = shape_of(paper, claim)
    length = claim.at("sequence") or length_of(paper)
    if shape is None or length is None:
        return None
    d = Derivation(paper)
    batch = dict(claim.counted)["batch"]
    s = d.stated("sequence length", length, symbol="s")
    h = shape_step(d, shape, "hidden")
    layers = shape_step(d, shape, "layers")
    value = batch * s.value * h.value * layers.value * 2
    said = claimed(paper.number(claim.number))
    if said.low <= _INPUTS * value:
        return None
    text = f"2 B × {batch:g} × {s.value:,.0f} × {h.value:,.0f} × {layers.value:,.0f}"
    total = Step("inputs of all layers", value, value, value, "byte", text, Computed("16 bits for each element"), True, size(value), "A")  # fmt: skip
    d.steps.append(total)
    stated = d.stated("stated", claim.number, symbol="a")
    way = (
        f"{stated.value / value * batch:.3g} sequences are kept, or more than the inputs of layers"
    )
    return Finding(
        "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"The inputs of all layers take {total.shown} in 16 bits, not {stated.shown}.",
        tuple(d.steps), operands=(claim.number, length), note=total.shown,
        bold=f"{total.text} is {total.shown}; {stated.shown} is stated.", only_if=way,
        figure=FitFigure((FitPart("activations", total.value, True),), stated.value, "as stated"),
        slots=(
            Slot("phase", "the end of the forward pass"), Slot("live", f"activations {stated.shown}", "a"),
            Slot("need", total.shown, "A"), Slot("cap", stated.shown, "a"), Slot("excuse", way),
        ),
    )  # fmt: skip
