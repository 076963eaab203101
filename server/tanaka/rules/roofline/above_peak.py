r"""## What it checks
That no stated rate of one device exceeds the dense peak of that device at that precision.

## Why it matters
No kernel beats the peak. A number above it is a unit slip, another precision, or the vendor's
2:4-sparse figure, and every speedup built on it falls with it.

## What is left alone
Rates of several devices, effective and equivalent rates, sparse work where the text says so,
and parts that we do not know. The bound is the largest peak of all variants that the name may
mean, at their highest clock, with two per cent for rounding in the datasheet, and of all formats
where none is stated. Where device or precision are those of the set-up, or the paper speaks
anywhere of sparsity, of fewer operations than are counted or of causal attention, nothing is
proven; below the peak with 2:4 sparsity, only a rate of dense work, of matrix products or of
training is. Columns of rates per device are read too.

## Example
```latex
In BF16 each A100 sustains 389\,TFLOP/s on our largest matrix product.
%                          ^^^^^^^^^^^^ TK201: 1.25 times the dense bf16 peak
```
Write the dense rate that was measured, and how FLOPs were counted.

## References
- Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from hwmodels.catalog import Accelerator, dense_peak, hard_peak, sources
from hwmodels.roofline import utilization
from tanaka.paper.model import Asserted, Number, NumberId
from tanaka.quantity.literal import rewritten
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Context,
    Datasheet,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    RooflineFigure,
    RooflinePoint,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.other_unit import other_unit
from tanaka.rules.roofline.peaks import peaks, sparsity_said, spoken_formats, told_formats
from tanaka.rules.roofline.rates_of_one import Rate, rates, told_apart

# How far an excuse that the sentence itself gives may lift a rate above the dense peak.
_EXCUSED = {"sparse": 2.0, "causal": 2.0, "accumulate": 2.0, "convolution": 2.25, "clock": 1.3}
# What the paper says elsewhere that may lift it: a proof must stand above that, too.
_ELSEWHERE = {
    "sparsity": (2.0, "2:4 sparsity is counted"),
    "causal": (2.0, "the masked half of attention is counted"),
    "fewer-operations": (float("inf"), "operations are counted that are not executed"),
    "overclocked": (1.3, "the clock is above the usual one"),
}
_NARROW = frozenset({"fp8", "fp4", "int8"})
_QUOTED = 0.03
_REACHED = 0.3
"""Share of the peak that products reach: a slip of the unit is offered where it lands there."""
_SAME = 0.01
_INFERRED = 1.05


@rule("TK201", since="0.1.0")
def above_peak(ctx: Context) -> Iterator[Outcome]:
    """Achieved rates against the peak of the device named."""
    told: set[NumberId] = set()
    integers = {c.number for c in ctx.paper.physical("achieved") if "integers" in c.cues}
    for r in rates(ctx):
        if r.precision is None and r.number.id in integers:
            continue
        outcome = _judged(ctx, r) if r.precision is not None else _in_any_format(ctx, r)
        if isinstance(outcome, Held) or (outcome is not None and r.single):
            if r.precision is not None or isinstance(outcome, Finding):
                told.add(r.number.id)  # a clause may tell the format, where the sentence names none
            yield outcome
    for r in told_apart(ctx):
        if r.number.id not in told:
            outcome = _judged(ctx, r) if r.precision is not None else _in_any_format(ctx, r)
            if outcome is not None:
                yield outcome


def _judged(ctx: Context, r: Rate) -> Outcome | None:
    parts = r.parts
    assert r.precision is not None
    number, precision = r.number, r.precision.name
    integers = number.quantity.unit == "op/s"
    if integers != precision.startswith("int"):
        return None  # FLOPs of integers, or operations of floating point
    unit = number.quantity.unit
    peak, ceiling = dense_peak(parts, precision), hard_peak(parts, precision)
    if not parts or peak is None or ceiling is None or not number.quantity.bounded:
        return None
    d = Derivation(ctx.paper)
    rate = d.stated("rate", number.id, symbol="R")
    # The friendliest roof that the name can mean.
    part = max(
        parts,
        key=lambda p: (p.peak[precision].value if precision in p.peak else 0.0, p.bandwidth.value),
    )
    title = sources()[peak.source].title
    limit = d.known(f"dense {precision} peak", peak.value, unit, Datasheet(peak.source, title),
                    shown=f"{peak.value / 1e12:g} T{unit.replace('op', 'OP')}", symbol="P")  # fmt: skip
    share = d.computed("share of the peak", "1", f"{rate.shown} / {limit.shown}", utilization, rate, limit,
                       reference=utilization.source, symbol="u")  # fmt: skip
    if number.quantity.nominal.low <= peak.value:
        summary = f"{rate.shown} / {limit.shown} = {printed(share.value)}"
        return Held("TK201", (number.id,), summary, tuple(d.steps))
    excuses = [_EXCUSED[c] for c in r.cues if c in _EXCUSED]
    if excuses and hard(number).low <= max(excuses) * ceiling.value:
        return None
    sure = r.precision.proves and r.precision.where in ("", "declared")
    if not r.stated and _excused_by_format(ctx, r, parts, sure=sure):
        return None
    elsewhere = [_ELSEWHERE[m.what.removeprefix("excuse-")] for m in machine.excuses(ctx.paper, *_ELSEWHERE)]  # fmt: skip
    lifted = max((factor for factor, _ in elsewhere), default=1.0)
    proven = (
        hard(number).low > ceiling.value * lifted
        and ceiling.verified
        and r.stated
        and r.asserted is Asserted.YES
        and not excuses
        and not r.table
        and machine.plain(ctx.paper, number.id)
        and (
            hard(number).low > 1.02 * (peak.sparse or 0.0)
            or machine.dense(ctx.paper, number.id) != ""
        )
    )
    sparse = peak.sparse
    if sparse and number.quantity.nominal.low <= sparse and proven:
        d.known("with 2:4 sparsity", sparse, unit, Datasheet(peak.source, title), shown=f"{sparse / 1e12:g} T{unit.replace('op', 'OP')}")  # fmt: skip
    only_if = "" if proven else _only_if(number, sparse, ceiling.value, elsewhere)
    where = ", ".join(dict.fromkeys(n.where for n in (r.device, r.precision) if n and n.where))
    whose = f"the {part.family}" + (f" ({where})" if where else "")
    name = part.name if len(parts) == 1 else f"{part.family} (fastest variant)"
    return Finding(
        "TK201", "above-peak", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"{rate.shown} is {printed(share.value)} times the dense {precision} peak of {whose}, {limit.shown}.",
        tuple(d.steps), operands=(number.id,),
        note=f"{printed(share.value)} times the dense peak",
        bold=f"{rate.shown} is {printed(share.value)} times the dense peak of the {part.family}.",
        only_if=only_if, fixes=_fixes(number, peak.value, sparse, only_if, machine.dense(ctx.paper, number.id)),
        figure=RooflineFigure(name, precision, peak.value, part.bandwidth.value,
                              (RooflinePoint("as written", None, number.quantity.point, True),)),
        slots=(
            Slot("claim", rate.shown, "R"), Slot("ratio", f"{printed(share.value)}×", "u"), Slot("peak", limit.shown, "P"),
            Slot("precision", precision.upper()), Slot("device", part.family), Slot("excuse", only_if),
        ),
    )  # fmt: skip


def _in_any_format(ctx: Context, r: Rate) -> Outcome | None:
    """A rate of which nothing says the format, against the largest peak of all formats."""
    number, found = r.number, peaks(r.parts, "")
    dense = [p for p in found if p.sort != "sparse"]
    if any(
        n.quantity.unit in ("FLOP/s", "op/s") and ("precision", "int8") in n.context
        for n in ctx.paper.numbers
    ):
        dense += [p for p in peaks(r.parts, "int8") if p.sort != "sparse"]
    narrow = [p for p in dense if p.precision in _NARROW]
    if not _runs_narrow(ctx):
        dense = [p for p in dense if p not in narrow]
    if not dense or not number.quantity.bounded or number.quantity.unit != "FLOP/s":
        return None
    top = max(dense, key=lambda p: p.value)
    d = Derivation(ctx.paper)
    rate = d.stated("rate", number.id, symbol="R")
    limit = d.known(f"largest peak, {top.label}", top.value, "FLOP/s", top.datasheet, shown=top.shown, symbol="P")  # fmt: skip
    text = f"{rate.shown} / {limit.shown}"
    share = d.computed("share of the peak", "1", text, utilization, rate, limit, reference=utilization.source, symbol="u")  # fmt: skip
    low = number.quantity.nominal.low
    if low <= top.value:
        return Held("TK201", (number.id,), f"{text} = {printed(share.value)}", tuple(d.steps))
    lifted = max((_EXCUSED[c] for c in r.cues if c in _EXCUSED), default=1.0)
    if low <= _INFERRED * lifted * top.value:
        return None
    names = [w for w in _ELSEWHERE if w != "causal" or "no-attention" not in r.cues]
    ways = machine.excuses(ctx.paper, *names)
    if any(low <= _ELSEWHERE[m.what.removeprefix("excuse-")][0] * top.value for m in ways):
        return None
    quoted = [p.value for p in found if p.sort == "sparse"]
    if any(abs(number.quantity.point / value - 1) < _QUOTED for value in quoted):
        return None  # the vendor's own figure: `sparse_peak` has it
    sparse = max(quoted, default=0.0)
    family = top.part.family
    where = f" ({r.device.where})" if r.device.where else ""
    narrower = next((p for p in reversed(narrow) if low <= p.value), None)
    if narrower is not None and narrower not in dense:
        only_if = f"it runs in {narrower.precision.upper()}"
    elif low <= sparse:
        only_if = "2:4 sparsity is counted"
    else:
        only_if = f"{math.ceil(low / top.value)} of them run it together"
    which = "in any format" if set(narrow) <= set(dense) else "in any format of the paper"
    times = printed(share.value)
    return Finding(
        "TK201", "above-peak", Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"{rate.shown} is {times} times the largest peak of the {family}{where} {which}, {limit.shown}.",
        tuple(d.steps), operands=(number.id,), note=f"{times} times the largest peak",
        bold=f"{rate.shown} is {times} times the largest peak of the {family}.", only_if=only_if,
        figure=RooflineFigure(family, top.precision, top.value, top.part.bandwidth.value,
                              (RooflinePoint("as written", None, number.quantity.point, True),)),
        slots=(
            Slot("claim", rate.shown, "R"), Slot("ratio", f"{times}×", "u"), Slot("peak", limit.shown, "P"),
            Slot("precision", top.precision.upper()), Slot("device", family), Slot("excuse", only_if),
        ),
    )  # fmt: skip


def _runs_narrow(ctx: Context) -> bool:
    """Whether the paper may compute in formats of eight bits or less: it speaks of them, or of no format."""
    spoken = told_formats(ctx.paper)
    return not spoken or bool(spoken & _NARROW) or bool(machine.excuses(ctx.paper, "quantised"))


def _excused_by_format(
    ctx: Context, r: Rate, parts: tuple[Accelerator, ...], *, sure: bool
) -> bool:
    """Whether the rate is within a peak of another format that the paper speaks of, or hardly above its own."""
    low = r.number.quantity.nominal.low
    assert r.precision is not None
    own = dense_peak(parts, r.precision.name)
    if own is not None and low <= _INFERRED * own.value:
        return True
    if any(low <= p.value for p in peaks(parts, r.precision.name) if p.sort == "accumulate"):
        return True
    if sure:
        return False
    narrow = {"fp8", "int8", "fp4"} if machine.excuses(ctx.paper, "quantised") else set()
    spoken = {*spoken_formats(ctx.paper), *narrow}
    return any(low <= p.value for f in spoken for p in peaks(parts, f) if p.sort != "sparse")


def _fixes(
    number: Number, dense: float, sparse: float | None, only_if: str, said: str
) -> tuple[Fix, ...]:
    """The dense peak where the sparse one is written, words where sparsity explains the rate, or the unit."""
    q = number.quantity
    unit = other_unit(number, lambda rate: _REACHED * dense <= rate <= dense)
    if unit or not sparse or q.nominal.low > 1.01 * sparse:
        return unit
    fixes: list[Fix] = []
    literal = rewritten(dense / q.scale, q.literal)
    if abs(q.point / sparse - 1) <= _SAME and q.shown_unit:
        edit = ReplaceLiteral(number.id, literal)
        fixes.append(Fix(f"Write the dense peak, {literal} {q.shown_unit}", FixKind.QUICKFIX, (edit,)))  # fmt: skip
    if only_if in ("", "2:4 sparsity is counted") and said != "dense":  # the text denies it
        fixes.append(sparsity_said(number))
    return tuple(fixes)


def _only_if(number: Number, sparse: float | None, ceiling: float, elsewhere: list[tuple[float, str]]) -> str:  # fmt: skip
    """What would have to hold: the least lift that explains the rate."""
    low = number.quantity.nominal.low
    for factor, words in sorted(elsewhere):
        if low <= factor * ceiling:
            return words
    if low <= ceiling:
        return "the clock or the count of FLOPs is not the usual one"
    if sparse and low <= sparse:
        return "2:4 sparsity is counted"
    return "the clock or the count of FLOPs is not the usual one"
