r"""## What it checks
That parallel degrees multiply to the devices, nodes times devices per node to the devices, and
micro-batch times accumulation times replicas to the global batch, written out or not.

## Why it matters
A layout that does not multiply cannot have run. A reader who wants to reproduce the experiment
stops here.

## What is left alone
Expert and sequence parallelism, interleaving and ZeRO or FSDP are no factors of the product.
Spares, pools, sweeps and parts with a grid of their own are not checked.

## Example
```latex
We use tensor, pipeline and data parallel degrees of 8, 8 and 16 on 512 GPUs.
%                                                                   ^^^^^^^^ TK108: 8 × 8 × 16 is 1,024
```
Write the degrees of the run, or the devices that it used.

## References
- Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters Using
  Megatron-LM", SC 2021, section 3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tanaka.paper.model import Asserted, How, Number, Product
from tanaka.rules.api import (
    AtNumber,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation

_TOTALS = {"layout": "devices", "nodes": "devices", "batch": "global batch", "written": "product"}


@rule("TK108", since="0.1.0")
def parallel_product(ctx: Context) -> Iterator[Outcome]:
    """Counts that must multiply to another count."""
    for claim in ctx.paper.of(Product):
        if claim.asserted is not Asserted.YES or claim.cues or claim.paired is How.INFERRED:
            continue
        ids = tuple(i for _, i in claim.factors)
        numbers = [ctx.paper.number(i) for i in ids]
        total = ctx.paper.number(claim.total)
        if any(n.quantity.hedged or isinstance(n.quantity.value, tuple) for n in (*numbers, total)):
            continue
        d = Derivation(ctx.paper)
        inputs = [d.stated(name, id, exact=True) for name, id in claim.factors]
        text = " × ".join(f"{n.quantity.point:g}" for n in numbers)
        product = d.computed(
            "product", "1", text, lambda *v: float(math.prod(v)), *inputs,
            shown=f"{math.prod(n.quantity.point for n in numbers):,.0f}", symbol="r",
        )  # fmt: skip
        d.stated(f"{_TOTALS[claim.what]}, as written", claim.total, exact=True, symbol="c")
        operands = (claim.total, *ids)
        if product.value == total.quantity.point:
            yield Held("TK108", operands, f"{text} = {product.shown}", tuple(d.steps))
            continue
        what = _TOTALS[claim.what]
        literal = f"{product.value:.0f}"
        if product.value >= 1000 and "," in total.quantity.literal.text:
            literal = f"{product.value:,.0f}"
        names = " × ".join(name for name, _ in claim.factors)
        yield Finding(
            "TK108", "parallel-product", Verdict.IMPOSSIBLE, AtNumber(claim.total),
            f"{text} is {product.shown}; {total.quantity.point:,.0f} {_unit(what)} stated.",
            tuple(d.steps), operands=operands,
            note=f"{names} is {product.shown}",
            bold=f"{text} is {product.shown}, not {total.quantity.point:,.0f}.",
            related=tuple((AtNumber(i), name) for name, i in claim.factors),
            fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.total, literal),)),),
            slots=(Slot("formula", text, "r"), Slot("ratio", product.shown, "r"), Slot("claim", _counted(total, what), "c")),
            case={"layout": "A", "nodes": "A", "batch": "D"}.get(claim.what, "E"),
        )  # fmt: skip


def _counted(total: Number, what: str) -> str:
    """The stated total with what it counts: "128 devices"."""
    return f"{total.quantity.point:,.0f}" + (f" {what}" if what == "devices" else "")


def _unit(what: str) -> str:
    return {"devices": "devices are", "product": "is"}.get(what, f"is the {what}")
