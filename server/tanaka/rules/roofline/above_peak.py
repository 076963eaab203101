r"""## What it checks
That no stated rate of one device exceeds the dense peak of that device at that precision.

## Why it matters
No kernel beats the peak. A number above it is a unit slip, another precision, or the vendor's
2:4-sparse figure, and every speedup built on it falls with it.

A part or a precision that the sentence leaves open may be declared, by `% tanaka: given device =
A100-SXM4-80GB` above it; the finding says so.

## What is left alone
Rates of several devices, effective and equivalent rates, sparse work where the text says so,
and parts that we do not know. The bound is the largest peak of all variants that the name may
mean, at their highest clock, with two per cent for rounding in the datasheet.

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

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hwmodels.catalog import dense_peak, find, hard_peak, sources
from hwmodels.roofline import utilization
from tanaka.paper.about import Role
from tanaka.paper.model import AchievedRate, Asserted, How
from tanaka.rules.api import (
    AtNumber,
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
from tanaka.rules.derivation import Derivation, hard, printed

# Words that open another way to count; with one of them in the sentence nothing is proven.
_SILENT = frozenset({"effective", "aggregate"})
# How far an excuse that the sentence itself gives may lift a rate above the dense peak.
_EXCUSED = {"sparse": 2.0, "causal": 2.0, "accumulate": 2.0, "clock": 1.3}


_PROVES = (How.STATED, How.DECLARED)


def _elsewhere(ctx: Context) -> Iterator[Outcome]:
    """Rates whose sentence leaves part or precision open, where the set-up or the author says it."""
    for claim in ctx.paper.of(AchievedRate):
        if claim.device and claim.precision:
            continue
        about = ctx.about(claim.rate)
        device, precision = about.of(Role.DEVICE), about.of(Role.PRECISION)
        if device is None or precision is None:
            continue
        if device.how not in _PROVES or precision.how not in _PROVES:
            continue
        bound = replace(
            claim, device=device.value, device_how=device.how,
            precision=precision.value, precision_how=precision.how,
        )  # fmt: skip
        yield from _held_against(ctx, (bound,))


@rule("TK201", since="0.1.0", whole=_elsewhere)
def above_peak(ctx: Context) -> Iterator[Outcome]:
    """Achieved rates against the peak of the device named."""
    yield from _held_against(ctx, ctx.paper.of(AchievedRate))


def _held_against(ctx: Context, claims: Iterable[AchievedRate]) -> Iterator[Outcome]:
    for claim in claims:
        parts = find(claim.device) if claim.device else ()
        number = ctx.paper.number(claim.rate)
        peak = dense_peak(parts, claim.precision)
        ceiling = hard_peak(parts, claim.precision)
        if not parts or peak is None or ceiling is None or claim.asserted is Asserted.NO:
            continue
        if claim.cues & _SILENT or claim.scale != "gpu" or not number.quantity.bounded:
            continue
        d = Derivation(ctx.paper)
        rate = d.stated("rate", claim.rate, symbol="R")
        # The friendliest roof that the name can mean.
        part = max(
            parts,
            key=lambda p: (
                p.peak[claim.precision].value if claim.precision in p.peak else 0.0,
                p.bandwidth.value,
            ),
        )
        named = part.name if len(parts) == 1 else f"{part.family} (fastest variant)"
        title = sources()[peak.source].title
        limit = d.known(f"dense {claim.precision} peak", peak.value, "FLOP/s", Datasheet(peak.source, title),
                        shown=f"{peak.value / 1e12:g} TFLOP/s", symbol="P")  # fmt: skip
        share = d.computed("share of the peak", "1", f"{rate.shown} / {limit.shown}", utilization, rate, limit,
                           reference=utilization.source, symbol="u")  # fmt: skip
        if number.quantity.nominal.low <= peak.value:
            yield Held(
                "TK201",
                (claim.rate,),
                f"{rate.shown} / {limit.shown} = {printed(share.value)}",
                tuple(d.steps),
            )
            continue
        excuses = [_EXCUSED[c] for c in claim.cues if c in _EXCUSED]
        if excuses and hard(number).low <= max(excuses) * ceiling.value:
            continue
        proven = (
            hard(number).low > ceiling.value
            and ceiling.verified
            and claim.device_how in _PROVES
            and claim.precision_how in _PROVES
            and claim.asserted is Asserted.YES
            and not excuses
        )
        sparse = peak.sparse
        only_if = ""
        if not proven:
            only_if = (
                "2:4 sparsity is counted"
                if sparse and number.quantity.nominal.low <= sparse
                else "the clock or the count of FLOPs is not the usual one"
            )
        elif sparse and number.quantity.nominal.low <= sparse:
            d.known(
                "with 2:4 sparsity",
                sparse,
                "FLOP/s",
                Datasheet(peak.source, title),
                shown=f"{sparse / 1e12:g} TFLOP/s",
            )
        told = _told(claim)
        yield Finding(
            "TK201", "above-peak", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(claim.rate),
            f"{rate.shown} is {printed(share.value)} times the dense {claim.precision} peak of the {part.family}{told}, {limit.shown}.",
            tuple(d.steps), operands=(claim.rate,),
            note=f"{printed(share.value)} times the dense peak",
            bold=f"{rate.shown} is {printed(share.value)} times the dense peak of the {part.family}.",
            only_if=only_if,
            figure=RooflineFigure(named, claim.precision, peak.value, part.bandwidth.value,
                                  (RooflinePoint("as written", None, number.quantity.point, True),)),
            slots=(
                Slot("claim", rate.shown, "R"), Slot("ratio", f"{printed(share.value)}×", "u"), Slot("peak", limit.shown, "P"),
                Slot("precision", claim.precision.upper()), Slot("device", part.family),
            ),
        )  # fmt: skip


def _told(claim: AchievedRate) -> str:
    """Which of part and precision is the author's declaration, and no word of the sentence's."""
    names = [
        name for name, how in (("device", claim.device_how), ("precision", claim.precision_how)) if how is How.DECLARED
    ]  # fmt: skip
    return f" ({' and '.join(names)} declared)" if names else ""
