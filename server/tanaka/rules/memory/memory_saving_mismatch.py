r"""## What it checks
That a stated saving of memory is one that its technique can give: ZeRO on so many devices,
fewer bits, fewer key-value heads, low rank, recomputation. Bits are those of weights, caches or moments;
low rank is that of adapters, of projected gradients and of a latent in place of heads; recomputation is
judged for a public model at a stated length. What a stage of ZeRO is said to leave of the training state
on a device, in prose or in a table, is held against the model, too, and a saving against what the text
says is kept before and after.

## Why it matters
Each of these has a limit that follows from what it leaves alone. Sharding the optimizer state never
saves more than a factor of 4, however many devices share it: weights and gradients stay.

## What is left alone
Sentences with two techniques or two savings, limits ("approaches 8×", "up to"), savings below what
the technique gives, and total savings of two things together. The friendliest recipe is used of all
that are usual: 16, 18 or 20 bytes for a parameter, FP32 where no format is named. Where the memory is
not named, in a table, or where the paper also offloads or trains adapters, nothing is proven.

## Example
```latex
On 64 GPUs, ZeRO-1 cuts the memory of model states per GPU by $16\times$.
%                                                             ^^^^^^^^^^ TK305: ZeRO-1 cannot save more
```
Write what the technique gives at that many devices, and of which memory.

## References
- Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
  SC 2020, section 3.
- Dettmers et al., "8-bit Optimizers via Block-wise Quantization", ICLR 2022.
- Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models", EMNLP 2023.
- Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022.
- Zhao et al., "GaLore: Memory-Efficient LLM Training by Gradient Low-Rank Projection", ICML 2024.
- Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", MLSys 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from tanaka.paper.model import Asserted, Number, NumberId, Physical
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.quantity.literal import enough, rewritten
from tanaka.records import dataclass
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
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.device_share import device_shares
from tanaka.rules.memory.saved import Saving
from tanaka.rules.memory.saving_rows import saving_rows
from tanaka.rules.memory.savings import best, derive, in_form, savings
from tanaka.rules.memory.sharded_state import of_state_alone, sharded_states
from tanaka.rules.memory.sizes import size

_NEAR = 1.01  # a gap below a hundredth proves nothing
_PROOF = 1.05
_HINT = 1.03
_RECIPE = 1.3  # an optimizer with a third mean, weights in 8 bits: what a recipe may still differ
_LESS = 0.8  # of state alone the technique saves as much as it can
_HOLDS = 0.7  # a stated saving well below the model's is another's: of the peak, of the whole


@dataclass(frozen=True, slots=True)
class _Claim:
    """The stated saving as a factor: at least so much by its print, by its digits, and at most."""

    hard: float
    low: float
    high: float


def _factor(number: Number, form: str) -> _Claim | None:
    q = number.quantity
    ends = []
    for x in (q.hard.low, q.nominal.low, q.hard.high, q.nominal.high):
        if form == "factor":
            ends.append(x)
        elif form == "by":
            ends.append(1 / (1 - x) if x < 1 else float("inf"))
        else:
            ends.append(1 / x if x > 0 else float("inf"))
    if form == "to":
        ends = [ends[2], ends[3], ends[0], ends[1]]
    return _Claim(ends[0], ends[1], ends[2]) if ends[1] > 1 else None


def _fall(before: Number, after: Number) -> _Claim | None:
    """The factor between two sizes."""
    a, b = before.quantity, after.quantity
    if min(b.hard.low, b.nominal.low) <= 0:
        return None
    said = _Claim(
        a.hard.low / b.hard.high, a.nominal.low / b.nominal.high, a.hard.high / b.hard.low
    )
    return said if said.low > 1 else None


@rule("TK305", since="0.1.0")
def memory_saving_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Stated savings against what the technique leaves."""
    judged: set[NumberId] = set()
    stated = sorted(ctx.paper.physical("saving"), key=lambda c: LOOSE in c.cues)
    for claim in chain(stated, saving_rows(ctx.paper)):
        counted_out = claim.asserted is Asserted.NO and "computed" in claim.cues
        if not machine.said(claim) and not counted_out:
            continue
        number = ctx.paper.number(claim.number)
        form, at = claim.name("form"), claim.at("before")
        said = _factor(number, form) if at is None else _fall(ctx.paper.number(at), number)
        models = savings(ctx.paper, claim)
        loose = LOOSE in claim.cues
        if loose and claim.number in judged:
            continue
        if said is not None and not models and not loose:
            yield from _undivided(ctx, claim, said)
        if said is not None and models:
            for outcome in _held_against(ctx, claim, number, said, models):
                if not loose or isinstance(outcome, Finding):
                    judged.add(claim.number)
                    yield outcome
    told: set[NumberId] = set()
    for outcome in sharded_states(ctx):
        if isinstance(outcome, Finding):
            told |= set(outcome.operands)
        yield outcome
    for outcome in device_shares(ctx, "TK305"):
        if not told & {*outcome.operands}:
            yield outcome


def _held_against(
    ctx: Context, claim: Physical, number: Number, said: _Claim, models: tuple[Saving, ...]
) -> Iterator[Outcome]:
    most = best(models)
    if said.low <= most.value * _NEAR:
        fitting = [m for m in models if said.low <= m.value * _NEAR]
        nearest = min(fitting, key=lambda m: m.value)
        if said.high >= nearest.value * _HOLDS:
            yield _held(ctx, claim, number, nearest)
        elif said.high < min(m.value for m in models) * _LESS and of_state_alone(
            ctx.paper, claim, models
        ):
            yield _less(ctx, claim, number, said, models)
        return
    limit = max(m.limit for m in models)
    beyond = said.low > limit * _HINT
    if not beyond and (claim.cues & {"limit"} or said.low <= most.value * _HINT):
        return
    if "peak" in claim.cues and not beyond:
        return
    zero = claim.name("technique").startswith("ZeRO")
    proven = (
        said.hard > limit * (_PROOF if most.all_shared else _RECIPE)
        and most.exact
        and not claim.far
        and claim.name("form") != "sizes"
        and machine.firm(ctx.paper, claim, *(id for _, id in claim.given))
        and not machine.excuses(ctx.paper, "offload", "adapter", *(("quantised",) if zero else ()))
    )
    yield _finding(ctx, claim, number, said, models, limit, proven=proven)


def _undivided(ctx: Context, claim: Physical, said: _Claim) -> Iterator[Outcome]:
    """Full sharding that nobody counts devices beside: it divides the state by a count that the paper names somewhere."""
    paper = ctx.paper
    if claim.name("technique") != "ZeRO-3" or claim.name("form") != "sizes" or claim.cues & {"limit", "peak"}:  # fmt: skip
        return
    counts = [n for n in paper.counts_of("gpu", "replica", "node") if n.quantity.bounded and n.quantity.point >= 2]  # fmt: skip
    block = paper.number(claim.number).block
    near = [n for n in counts if n.block == block and n.noun != "node" and n.per != "node"]
    divisors = {n.quantity.point for n in counts} | {2.0, 8.0}
    if not near or any(said.low * 0.93 <= n <= said.high * 1.07 for n in divisors):
        return
    counted = replace(claim, given=(*claim.given, ("devices", near[-1].id)), far=claim.far | {"devices"})  # fmt: skip
    models = savings(paper, counted)
    if models and said.high < min(m.value for m in models) and of_state_alone(paper, counted, models):  # fmt: skip
        yield _less(ctx, counted, paper.number(claim.number), said, models)


def _less(
    ctx: Context, claim: Physical, number: Number, said: _Claim, models: tuple[Saving, ...]
) -> Finding:
    """A saving below what the technique gives, where nothing but its own memory is counted."""
    model = min(models, key=lambda m: m.value)
    d = Derivation(ctx.paper)
    form = claim.name("form")
    stated = d.stated("stated saving", claim.number, symbol="s")
    value = derive(d, claim, model, "factor" if form == "sizes" else form)
    at = claim.at("before")
    right = in_form(model.value, form) / number.quantity.scale if at is None else 0.0
    if at is not None:
        value = _left(d, at, value)
        right = value.value / number.quantity.scale
    n = model.devices
    where = f" on {n:,.0f} devices" if n is not None else ""
    gives = f"a factor of {value.shown.rstrip('×')}" if form == "factor" else value.shown
    verb = "leaves" if at is not None or form == "to" else "saves"
    message = f"{model.technique}{where} {verb} {gives} of {model.of}, not {stated.shown}."
    literal = enough(right, number.quantity.literal, 0.01) or rewritten(right, number.quantity.literal)  # fmt: skip
    only_if = f"memory other than {model.of} is counted, too"
    return Finding(
        "TK305", "memory-saving-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number), message[:1].upper() + message[1:],
        tuple(d.steps), operands=(claim.number, *(id for _, id in claim.given)), note=f"{model.technique}{where} gives {value.shown}",
        bold=f"{stated.shown} is stated, {value.shown} is what {model.technique}{where} gives.", only_if=only_if,
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),),
        figure=_bars(model, said.low),
        slots=(
            Slot("claim", stated.shown, "s"), Slot("technique", _spoken(model) + where), Slot("value", value.shown, "v"),
            Slot("what", model.of.partition(" of ")[0]), Slot("excuse", only_if),
        ),
        case="E" if verb == "leaves" else "B",
    )  # fmt: skip


def _left(d: Derivation, at: NumberId, value: Step) -> Step:
    """What is left of a stated size at a factor."""
    whole = d.stated("held before", at, symbol="M")
    left = d.computed("left", "byte", f"{whole.shown} / {value.shown.rstrip('×')}", lambda m, f: m / f, whole, value, symbol="v")  # fmt: skip
    d.steps[-1] = left = replace(left, shown=size(left.value))
    return left


def _held(ctx: Context, claim: Physical, number: Number, model: Saving) -> Held:
    d = Derivation(ctx.paper)
    form = claim.name("form")
    value = derive(d, claim, model, "factor" if form == "sizes" else form)
    stated = number.quantity.shown
    return Held(
        "TK305",
        (claim.number, *(id for _, id in claim.given)),
        f"{value.text} = {value.shown} at most, stated {stated}",
        tuple(d.steps),
        slots=(
            Slot("axis", "memory"),
            Slot("claim", stated),
            Slot("technique", _spoken(model)),
            Slot("value", value.shown, "v"),
        ),
        figure=_bars(model, None),
    )


def _spoken(model: Saving) -> str:
    """A technique as it is said: a latent is known by what it replaces, and not by its count."""
    return model.technique.partition(" of ")[0] if model.technique.startswith("a latent") else model.technique  # fmt: skip


def _bars(model: Saving, stated: float | None) -> BarsFigure:
    bars = [("before", model.before, False), (f"with {model.technique}", model.after, False)]
    if stated is not None:
        bars.append(("as stated", model.before / stated, True))
    return BarsFigure(model.what, "byte", tuple(bars))


def _finding(
    ctx: Context, claim: Physical, number: Number, said: _Claim, models: tuple[Saving, ...], limit: float,
    *, proven: bool,
) -> Finding:  # fmt: skip
    model = best(models)
    d = Derivation(ctx.paper)
    form = claim.name("form")
    stated = d.stated("stated saving", claim.number, symbol="s")
    over = said.low > limit * _HINT
    if over and limit > model.value * _NEAR:
        shown_model = replace(max(models, key=lambda m: m.limit), devices=None)
    else:
        shown_model = model
    value = derive(d, claim, shown_model, "factor" if form == "sizes" else form)
    at = claim.at("before")
    right = in_form(model.value, form) / number.quantity.scale if at is None else 0.0
    if at is not None:
        value = _left(d, at, value)
        right, form = value.value / number.quantity.scale, "to"
    gives = value.shown
    n = shown_model.devices
    where = f" on {n:,.0f} devices" if n is not None else ""
    least = "cannot save more than" if proven else "saves at most"
    if form == "to":
        least = "cannot leave less than" if proven else "leaves at least"
    of = model.of
    if form == "factor":
        message = f"{model.technique}{where} {least} a factor of {gives.rstrip('×')} in {of}, not {stated.shown}."
    else:
        message = f"{model.technique}{where} {least} {gives} of {of}, not {stated.shown}."
    message = message[:1].upper() + message[1:]
    only_if = "" if proven else _way_out(said, model)
    digits = number.quantity.literal
    literal = enough(right, digits, 0.01) or rewritten(right, digits)
    return Finding(
        "TK305", "memory-saving-mismatch", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        message, _settled(d.steps) if proven else tuple(d.steps), operands=(claim.number, *(id for _, id in claim.given)),
        note=f"{model.technique}{where} gives {gives}",
        bold=f"{stated.shown} is stated, {gives} is what {model.technique}{where} gives.",
        only_if=only_if,
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),),
        figure=_bars(model, said.low),
        slots=(
            Slot("claim", stated.shown, "s"), Slot("technique", _spoken(model) + where), Slot("value", value.shown, "v"),
            Slot("what", model.of.partition(" of ")[0]), Slot("excuse", only_if),
        ),
        case=("F" if form == "to" else "A") if proven else "E" if form == "to" else "B",
    )  # fmt: skip


def _way_out(said: _Claim, model: Saving) -> str:
    """The least change under which the saving holds, solved from the model."""
    for words, reached in model.ways_out(said.low):
        if reached >= said.low:
            return words
    return f"memory other than {model.of} shrinks too"


def _settled(steps: list[Step]) -> tuple[Step, ...]:
    """Steps of a proof: what is beyond the limit under every usual recipe rests on the choice of none."""
    return tuple(
        replace(s, origin=Computed(f"the friendliest of the usual recipes: {s.origin.text}"))
        if isinstance(s.origin, Assumption)
        else s
        for s in steps
    )
