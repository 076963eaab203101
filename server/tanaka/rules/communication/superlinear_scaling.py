r"""## What it checks
That a scaling efficiency above 103 %, or a speed-up above the devices that it was reached on, is
given a cause in its paragraph.

## Why it matters
More devices than one add more than their arithmetic only where something else improves: a cache
that now fits, a larger batch, a base that was held back. The cause is the result.

## What is left alone
What is within three per cent, and paragraphs that speak of caches, batches, memory, noise or the
base. It is never a proof.

## Example
```latex
Eight times the GPUs give 115\% efficiency at fixed work for each of them.
%                         ^^^^^ TK403: more than the devices add
```
Name the cause, and print the base at its own best setting.

## References
- Gustafson, "Fixed Time, Tiered Memory, and Superlinear Speedup", DMCC 1990.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hwmodels.scaling import throughput_scaling_efficiency
from tanaka.paper.model import Asserted, NumberId
from tanaka.rules.api import AtNumber, Computed, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.derivation import Derivation

_NOISE = 1.03
_FAR = 1.10


@rule("TK403", since="0.1.0")
def superlinear_scaling(ctx: Context) -> Iterator[Outcome]:
    """Efficiencies above all, and speed-ups above the devices."""
    for claim in ctx.paper.physical("superlinear"):
        if claim.asserted is not Asserted.YES:
            continue
        if claim.cues & {"cause", "goodput", "constant total", "batch"}:
            continue
        number = ctx.paper.number(claim.number)
        if number.quantity.hedged or not number.quantity.bounded:
            continue
        d = Derivation(ctx.paper)
        stated = d.stated("as written", claim.number, symbol="c")
        many = claim.at("many")
        ratio, low = number.quantity.point, number.quantity.nominal.low
        operands: tuple[NumberId, ...] = (claim.number,)
        if many is not None:
            stated = d.steps[-1] = replace(stated, shown=stated.shown.removesuffix("×"), unit="1")
            n = d.stated("devices", many, symbol="n", exact=True)
            n = d.steps[-1] = replace(n, shown=f"{n.value:,.0f}")
            few = dict(claim.counted).get("few", 1.0)
            if few == 1.0:
                share = d.computed(
                    "scaling efficiency", "%", f"{stated.shown} / {n.shown}",
                    lambda S, n: throughput_scaling_efficiency(S, 1.0, n, 1.0), stated, n,
                    reference=throughput_scaling_efficiency.source, symbol="e",
                )  # fmt: skip
            else:
                base = d.known("devices of the base", few, "1", Computed("as stated"), shown=f"{few:g}", symbol="m")  # fmt: skip
                share = d.computed(
                    "scaling efficiency", "%", f"{stated.shown} / ({n.shown} / {base.shown})",
                    lambda S, n, m: throughput_scaling_efficiency(S, 1.0, n, m), stated, n, base,
                    reference=throughput_scaling_efficiency.source, symbol="e",
                )  # fmt: skip
            ratio, low = share.value, share.low
            operands = (claim.number, many)
        if low <= _NOISE or ratio > 3:
            continue
        shown = number.quantity.shown
        every = f"{100 * ratio:.0f}%"
        sure = low > _FAR and "weak" in claim.cues and "compute" in claim.cues
        base = d.computed("base over the rest", "1", f"1 / {every}", lambda x: 1 / x,
                          d.known("efficiency", round(ratio, 2), "%", Computed("rounded"), shown=every), symbol="B")  # fmt: skip
        yield Finding(
            "TK403", "superlinear-scaling", Verdict.IMPLAUSIBLE if sure else Verdict.OPEN,
            AtNumber(claim.number), f"{shown} is more than the devices add, and no cause is named.",
            tuple(d.steps), operands=operands, note="above linear scaling",
            bold=f"{shown} is above linear scaling.",
            question="" if sure else f"{shown} is more than the devices add: what else changed between the two scales?",
            only_if=f"a device of the base ran at {100 * base.value:.0f}% of what one among the many reaches" if sure else "",
            slots=(Slot("claim", shown, "c"),), case="B" if sure else "C",
        )  # fmt: skip
