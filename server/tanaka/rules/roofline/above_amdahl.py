r"""## What it checks
That a gain of the whole is no larger than the share of the time allows that is made faster: at
most 1 / (1 - f) for a share f, and 1 / (1 - f + f / s) where the gain s of that part is stated.

## Why it matters
The rest of the step takes as long as before. A gain above the bound means that something else
changed too, and the reader will not know what.

## What is left alone
Latency under load, energy, shares of FLOPs or of parameters, gains that a larger batch is part
of, and gains "up to" a value. Where two changes are named, the share is a bound, or share and
gain stand in two sentences, nothing is proven.

## Example
```latex
Softmax takes 30\% of the step; replacing only softmax makes the step $1.6\times$ faster.
%                                                                     ^^^^^^^^^^^ TK210: allows 1.43×
```
Profile the step before and after, and name what else changed.

## References
- Amdahl, "Validity of the Single Processor Approach to Achieving Large Scale Computing Capabilities", AFIPS 1967.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hwmodels.roofline import amdahl, amdahl_limit
from tanaka.paper.model import Asserted, Number, NumberId, PartGain, Physical
from tanaka.quantity.literal import enough
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Axis,
    Context,
    Curve,
    CurvePoint,
    CurvesFigure,
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
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.roofline.amdahl_rows import amdahl_rows

_SILENT = frozenset({"work", "queue", "energy"})
_OTHERWISE = frozenset({"together", "workload"})
"""Words with which the gain is that of more than the part, or of other work than the share."""
_DOUBTS = {
    "average": "share and gain are means over different runs",
    "after": "the share was taken after the change",
}


@rule("TK210", since="0.1.0")
def above_amdahl(ctx: Context) -> Iterator[Outcome]:
    """Gains of the whole against the share of the time that is made faster."""
    done: set[NumberId] = set()
    # a kernel's own factor that is carried to the whole is `kernel_only_gain`'s
    carried = {i for g in ctx.paper.of(PartGain) if g.carried for i in (g.gain, g.whole)}
    for claim in chain(ctx.paper.physical("amdahl"), amdahl_rows(ctx.paper)):
        told = claim.number in done or ("near" in claim.cues and claim.number in carried)
        outcome = None if told else _outcome(ctx, claim)
        if outcome is not None:
            done.add(claim.number)
            yield outcome


def _outcome(ctx: Context, claim: Physical) -> Outcome | None:
    if (
        (claim.asserted is Asserted.NO and "limit" not in claim.cues)
        or claim.cues & _SILENT
        or _disowned(ctx, claim)
    ):
        return None
    if claim.name("kind") == "ceiling":
        return _by_ceiling(ctx, claim)
    share, gain = ctx.paper.number(claim.given[0][1]), ctx.paper.number(claim.number)
    bounded = gain.quantity.bounded or "limit" in claim.cues
    if not (share.quantity.bounded and bounded) or "bounds" in claim.cues:
        return None
    before_at = claim.at("before")
    if before_at is not None:
        return _by_times(ctx, claim, share, ctx.paper.number(before_at), gain)
    least = 1 if claim.name("kind") == "times" else 0
    if not (0 < share.quantity.point < 1 and least <= gain.quantity.point < 100):
        return None
    if claim.name("kind") == "less" and gain.quantity.point >= 1:
        return None
    inner_at = claim.at("inner")
    inner = ctx.paper.number(inner_at) if inner_at is not None else None
    if inner is not None and inner.quantity.point < 1:
        return None
    return _judged(ctx, claim, share, gain, inner)


def _disowned(ctx: Context, claim: Physical) -> bool:
    """Whether the gain is nobody's; what a sentence explains of it is read where share and gain are far apart."""
    if "wide" in claim.cues or claim.far:
        return machine.unmeasured(ctx.paper, claim.number)
    return machine.disowned(ctx.paper, claim.number)


def _as_stated(kind: str, gain: float) -> float:
    """A gain of the whole in the terms of the claim: a factor, so much faster, so much less time."""
    return gain if kind == "times" else gain - 1 if kind == "faster" else 1 - 1 / gain


def _factor(kind: str, stated: float) -> float:
    return stated if kind == "times" else 1 + stated if kind == "faster" else 1 / (1 - stated)


def _judged(
    ctx: Context, claim: Physical, share: Number, gain: Number, inner: Number | None
) -> Outcome | None:
    d, most = _derived(ctx, claim, inner)
    kind = claim.name("kind")
    limit = f"{printed(most.value)}×" if kind == "times" else f"{100 * most.value:.1f}%"
    operands = (claim.number, *(i for _, i in claim.given))
    figure = _figure(share, _factor(kind, gain.quantity.point), inner)
    # "no more than 1.4×" is a limit, and has no lower end of its own
    least = gain.quantity.nominal.low if gain.quantity.bounded else 0.99 * gain.quantity.point
    if least <= most.high * 1.01:
        return Held("TK210", operands, f"{gain.quantity.shown} of at most {limit}", tuple(d.steps), figure=figure)  # fmt: skip
    widest = _most(hard(share).high, hard(inner).high if inner is not None else None)
    if widest is None:
        return None
    widest = _as_stated(kind, widest)
    if claim.cues & _OTHERWISE:
        return None
    doubt = next((_DOUBTS[c] for c in sorted(claim.cues) if c in _DOUBTS), "")
    proven = (
        not doubt
        and "only" in claim.cues
        and not claim.cues & {"overlap", "other-whole"}
        and not claim.far
        and machine.firm(ctx.paper, claim, *(i for _, i in claim.given))
        and machine.plain(ctx.paper, claim.number, *(i for _, i in claim.given))
        and hard(gain).low > 1.02 * widest
    )
    part = claim.name("part")
    need = _needed(_factor(kind, gain.quantity.point), inner)
    only_if = "" if proven else doubt or need
    shown = gain.quantity.shown
    return Finding(
        "TK210", "above-amdahl", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number),
        f"{share.quantity.shown} of the time allows {limit} for the whole, not {shown}.",
        tuple(d.steps), operands=operands, note=f"the share allows {limit}",
        bold=f"{most.text} is {limit}, not {shown}.", only_if=only_if,
        related=((AtNumber(share.id), f"the share of {part}"),
                 *(((AtNumber(inner.id), "the gain of that part"),) if inner is not None else ())),
        figure=figure, fixes=_fixes(gain, inner, most),
        slots=(Slot("formula", most.text, "S"), Slot("ratio", limit, "S"), Slot("claim", shown, "G"),
               Slot("share", share.quantity.shown, "f")),
        case="B" if only_if else "A",
    )  # fmt: skip


def _by_times(ctx: Context, claim: Physical, share: Number, before: Number, after: Number) -> Outcome | None:  # fmt: skip
    """The gain of two times of a step, where none is stated."""
    a, b = before.quantity, after.quantity
    if not (a.bounded and b.bounded and 0 < b.point < a.point and 0 < share.quantity.point < 1):
        return None
    inner_at = claim.at("inner")
    inner = ctx.paper.number(inner_at) if inner_at is not None else None
    if claim.cues & _OTHERWISE or (inner is not None and inner.quantity.point < 1):
        return None
    d, most = _derived(ctx, claim, inner, last=False)
    first, then = d.stated("time before", before.id, symbol="A"), d.stated("time after", after.id, symbol="B")  # fmt: skip
    made = d.computed("gain of the two times", "1", f"{first.shown} / {then.shown}", _over, first, then,
                      shown=f"{printed(a.point / b.point)}×", symbol="G")  # fmt: skip
    limit = f"{printed(most.value)}×"
    operands = (after.id, before.id, share.id, *((inner_at,) if inner_at is not None else ()))
    figure = _figure(share, made.value, inner)
    if a.nominal.low / b.nominal.high <= most.high * 1.02:
        return Held("TK210", operands, f"{made.shown} of at most {limit}", tuple(d.steps), figure=figure)  # fmt: skip
    return Finding(
        "TK210", "above-amdahl", Verdict.IMPLAUSIBLE, AtNumber(after.id),
        f"{share.quantity.shown} of the time allows {limit} for the whole, not {first.shown} / {then.shown} = {made.shown}.",
        tuple(d.steps), operands=operands, note=f"the share allows {limit}",
        bold=f"{most.text} is {limit}, not {made.shown}.", only_if=_needed(made.value, inner),
        related=((AtNumber(share.id), f"the share of {claim.name('part')}"), (AtNumber(before.id), "the time before")),
        figure=figure,
        slots=(Slot("formula", most.text, "S"), Slot("ratio", limit, "S"), Slot("claim", made.shown, "G"),
               Slot("share", share.quantity.shown, "f")),
        case="B",
    )  # fmt: skip


def _by_ceiling(ctx: Context, claim: Physical) -> Outcome | None:
    """A gain against the most that the paper itself says there could be."""
    top, gain = ctx.paper.number(claim.given[0][1]), ctx.paper.number(claim.number)
    d = Derivation(ctx.paper)
    made = d.stated("gain as written", gain.id, symbol="G")
    most = d.stated("gain if it were free", top.id, symbol="S")
    rate = d.computed("over the most", "1", f"{_digits(made)} / {_digits(most)}", _over, made, most, shown=f"{printed(made.value / most.value)}×", symbol="r")  # fmt: skip
    only_if = "more is made faster than what is taken to be free"
    return Finding(
        "TK210", "above-amdahl", Verdict.IMPLAUSIBLE, AtNumber(gain.id),
        f"{made.shown} is more than the {most.shown} that there would be if it were free.",
        tuple(d.steps), operands=(gain.id, top.id), note=f"at most {most.shown} is stated",
        bold=f"{rate.text} is {rate.shown}.", only_if=only_if,
        related=((AtNumber(top.id), "the most there could be"),),
        slots=(Slot("formula", rate.text, "S"), Slot("ratio", most.shown, "S"), Slot("claim", made.shown, "G"),
               Slot("share", most.shown, "f")),
        case="B",
    )  # fmt: skip


def _digits(step: Step) -> str:
    text = step.shown.removesuffix("×")
    return text if text[:1].isdigit() else f"{step.value:g}"


def _over(before: float, after: float) -> float:
    return before / after


def _fixes(gain: Number, inner: Number | None, most: Step) -> tuple[Fix, ...]:
    """What share and gain of the part make: where no gain of the part is stated, only a bound is known."""
    q = gain.quantity
    literal = enough(most.value / q.scale, q.literal) if inner is not None and not q.hedged else ""
    if not literal:
        return ()
    edit = ReplaceLiteral(gain.id, literal)
    return (Fix(f"Write {literal}{q.shown_unit}", FixKind.QUICKFIX, (edit,)),)


def _most(f: float, s: float | None) -> float | None:
    """Largest gain that a share and the gain of the part allow; None where all may be gone."""
    if f >= 1:
        return None
    return amdahl_limit(f) if s is None else amdahl(f, s)


def _needed(gain: float, inner: Number | None) -> str:
    """The share of the time that would allow a gain."""
    gone = 1 - 1 / gain
    f = gone if inner is None else gone / (1 - 1 / inner.quantity.point) if inner.quantity.point > 1 else 2.0  # fmt: skip
    return f"the share is {100 * f:.0f}% or more" if f < 1 else "more than that part is faster"


def _derived(ctx: Context, claim: Physical, inner: Number | None, *, last: bool = True) -> tuple[Derivation, Step]:  # fmt: skip
    d = Derivation(ctx.paper)
    share = d.stated("share of the time", claim.given[0][1], symbol="f",
                     inferred=("a sentence near by" if "wide" in claim.cues else "the sentence before") if claim.far else "")  # fmt: skip
    kind = claim.name("kind")
    around = {"times": "{}", "faster": "{} - 1", "less": "1 - 1 / ({})"}[kind]
    label = {"times": "gain of the whole, at most", "faster": "faster by, at most", "less": "time saved, at most"}[kind]  # fmt: skip
    unit = "1" if kind == "times" else "%"
    if inner is None:
        text = around.format(f"1 / (1 - {share.shown})")
        most = d.computed(label, unit, text, lambda f: _as_stated(kind, amdahl_limit(f)), share,
                          reference=amdahl_limit.source, symbol="S")  # fmt: skip
    else:
        part = d.stated("gain of that part", inner.id, symbol="s")
        digits = part.shown.removesuffix("×")
        part = d.steps[-1] = replace(part, shown=digits if digits[:1].isdigit() else f"{part.value:g}", unit="1")  # fmt: skip
        text = around.format(f"1 / ((1 - {share.shown}) + {share.shown} / {part.shown})")
        most = d.computed(label, unit, text, lambda f, s: _as_stated(kind, amdahl(f, s)), share, part,
                          reference=amdahl.source, symbol="S")  # fmt: skip
    if last:
        d.stated("as written", claim.number, symbol="G")
    return d, most


def _figure(share: Number, gain: float, inner: Number | None) -> CurvesFigure:
    """The bound against the share."""
    f, s = share.quantity.point, inner.quantity.point if inner is not None else None
    at = sorted({f, *(x / 20 for x in range(19))})
    points = [(x, value) for x in at if (value := _most(x, s)) is not None]
    over = gain > (_most(f, s) or gain)
    return CurvesFigure(
        "Gain of the whole against the share made faster", Axis("share of the time", "1"),
        Axis("gain", "1"), (Curve("at most", tuple(points), "ours"),),
        (CurvePoint("as written", f, gain, over),), (1.0, "no gain"),
        equations=((amdahl if s else amdahl_limit).text,),
    )  # fmt: skip
