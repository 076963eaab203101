r"""## What it checks
That parallel degrees multiply to the devices, groups times members to the members in all, and
micro-batch times accumulation times replicas to the global batch, written out or not.

## Why it matters
A layout that does not multiply cannot have run. A reader who wants to reproduce the experiment
stops here.

## What is left alone
Expert and sequence parallelism, interleaving and ZeRO or FSDP are no factors of the product.
Spares, pools, sweeps and parts with a grid of their own are not checked. Where one degree is not
stated, the devices only have to be a multiple of the others. A cluster of which a part is used is
not that part.

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
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.checks import identity as check
from tanaka.rules.numbers.settings.products import set_up_products
from tanaka.rules.numbers.unit_slip import explained

_TOTALS = {
    "layout": "devices", "layout without stages": "devices", "grid": "devices", "part of a layout": "devices", "nodes": "devices", "batch": "global batch",
    "written": "product", "layers": "layers", "experts": "experts", "tokens": "tokens",
    "groups": "product", "runs": "product", "batch of devices": "global batch", "layout of a pool": "devices",
}  # fmt: skip
_DECIMAL = (1e3, 1e6, 1e9, 1e12)
_CASES = {"layout": "A", "part of a layout": "A", "nodes": "A", "batch": "D", "tokens": "D"}


@rule("TK108", since="0.1.0", whole=set_up_products)
def parallel_product(ctx: Context) -> Iterator[Outcome]:
    """Counts that must multiply to another count."""
    for claim in ctx.paper.of(Product):
        spare = claim.what == "nodes" and claim.cues <= {"spare", "spares"}
        if claim.asserted is Asserted.NO or (claim.cues and not spare):
            continue
        numbers = tuple(ctx.paper.number(i) for _, i in claim.factors)
        total = ctx.paper.number(claim.total)
        if any(n.quantity.hedged or isinstance(n.quantity.value, tuple) for n in (*numbers, total)):
            continue
        exact = claim.what not in ("tokens", "groups", "runs")
        digits = claim.what in ("groups", "runs")
        product = check.Product(total, numbers, exact=exact, digits=digits)
        if claim.what == "part of a layout":
            yield from _part(ctx, claim, product)
            continue
        if not all(check.plain(n) for n in (*numbers, total)):
            continue
        d, text, shown = _derivation(ctx, claim, product)
        if product.fits(proof=False) or (not exact and product.fits(proof=True)):
            yield Held(
                "TK108", (claim.total, *(i for _, i in claim.factors)), f"{text} = {shown}",
                tuple(d.steps),
            )  # fmt: skip
            continue
        verdict, only_if = Verdict.IMPOSSIBLE, ""
        if claim.cues:
            verdict, only_if = Verdict.IMPLAUSIBLE, "the spares are counted on one side"
        elif claim.what in ("grid", "layout without stages"):
            verdict, only_if = Verdict.IMPLAUSIBLE, "another degree is not stated"
        elif claim.what == "layout of a pool":
            verdict, only_if = Verdict.IMPLAUSIBLE, "these devices run more than this layout"
        elif claim.what == "batch of devices":
            verdict, only_if = Verdict.IMPLAUSIBLE, "the batch of a device covers its accumulation"
        elif claim.what == "runs":
            verdict, only_if = Verdict.IMPLAUSIBLE, "not all of them were combined"
        elif claim.what == "groups":
            verdict, only_if = Verdict.IMPLAUSIBLE, "the groups are not all of one size"
        elif claim.paired is not How.STATED:
            verdict, only_if = (
                Verdict.IMPLAUSIBLE, f"the two sentences count different {_TOTALS[claim.what]}",
            )  # fmt: skip
        elif claim.asserted is Asserted.QUOTED:
            verdict, only_if = Verdict.IMPLAUSIBLE, "the cited work counts differently"
        yield _finding(claim, product, d, text, shown, verdict, only_if)


def _text(numbers: tuple[Number, ...]) -> str:
    return " × ".join(_factor(n) for n in numbers)


def _factor(number: Number) -> str:
    """A factor as printed; "4K" in digits where it is 4,096."""
    q = number.quantity
    if q.scale == 1:
        return f"{q.point:g}"
    return (
        q.shown
        if abs(q.literal.value * q.scale / q.point - 1) < 1e-9 and q.scale in _DECIMAL
        else f"{q.point:,.0f}"
    )


def _derivation(
    ctx: Context, claim: Product, product: check.Product
) -> tuple[Derivation, str, str]:
    d = Derivation(ctx.paper)
    inputs = [d.stated(name, id, exact=product.exact) for name, id in claim.factors]
    text = _text(product.factors)
    shown = check.in_own_unit(product.value, product.total)
    d.computed(
        "product", "1", text, lambda *v: float(math.prod(v)), *inputs, shown=shown, symbol="r"
    )
    d.stated(f"{_TOTALS[claim.what]}, as written", claim.total, exact=product.exact, symbol="c")
    return d, text, shown


def _finding(
    claim: Product, product: check.Product, d: Derivation, text: str, shown: str, verdict: Verdict,
    only_if: str,
) -> Finding:  # fmt: skip
    total = product.total
    what = _TOTALS[claim.what]
    literal = check.corrected(product.value, total)
    names = " × ".join(name for name, _ in claim.factors)
    stated = _as_stated(total)
    fixes: tuple[Fix, ...] = ()
    if literal:
        fixes = (
            Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.total, literal),)),
        )
    finding = Finding(
        "TK108", "parallel-product", verdict, AtNumber(claim.total),
        f"{text} is {shown}; {stated} {_unit(what)} stated.",
        tuple(d.steps), operands=(claim.total, *(i for _, i in claim.factors)),
        note=f"{names} is {shown}",
        bold=f"{text} is {shown}, not {stated}.",
        only_if=only_if,
        related=tuple((AtNumber(i), name) for name, i in claim.factors),
        fixes=fixes,
        slots=(Slot("formula", text, "r"), Slot("ratio", shown, "r"), Slot("claim", _counted(total, what), "c")),
        case="B" if only_if else _CASES.get(claim.what, "E"),
    )  # fmt: skip
    return explained(finding, total.quantity.point, product.value, product.numbers)


def _part(ctx: Context, claim: Product, product: check.Product) -> Iterator[Outcome]:
    """A layout with a degree that is not stated: the devices are a multiple of the rest."""
    total, known = product.total, product.value
    if not all(check.plain(n) for n in product.numbers):
        return
    d = Derivation(ctx.paper)
    inputs = [d.stated(name, id, exact=True) for name, id in claim.factors]
    whole = d.stated("devices, as written", claim.total, exact=True, symbol="c")
    text = _text(product.factors)
    rest = total.quantity.point / known
    shown = f"{rest:,.0f}" if rest.is_integer() else printed(rest)
    quotient = f"{total.quantity.point:,.0f} / ({text})"
    d.computed(
        "degree that is not stated", "1", quotient, lambda t, *v: float(t / math.prod(v)), whole,
        *inputs, shown=shown, symbol="r",
    )  # fmt: skip
    operands = (claim.total, *(i for _, i in claim.factors))
    if rest.is_integer():
        yield Held("TK108", operands, f"{quotient} = {shown}", tuple(d.steps))
        return
    stated = f"{total.quantity.point:,.0f}"
    yield Finding(
        "TK108", "parallel-product", Verdict.IMPLAUSIBLE, AtNumber(claim.total),
        f"{quotient} is {shown}; the degree that is left is no whole number.",
        tuple(d.steps), operands=operands,
        note=f"no multiple of {text}",
        bold=f"{stated} is no multiple of {text}.",
        only_if="some of the devices take no part in this layout",
        related=tuple((AtNumber(i), name) for name, i in claim.factors),
        slots=(Slot("formula", quotient, "r"), Slot("ratio", shown, "r"), Slot("claim", _counted(total, "devices"), "c")),
        case="P",
    )  # fmt: skip


def _as_stated(total: Number) -> str:
    q = total.quantity
    return q.shown if q.scale != 1 else f"{q.point:,.0f}"


def _counted(total: Number, what: str) -> str:
    """The stated total with what it counts: "128 devices"."""
    return _as_stated(total) + (f" {what}" if what in ("devices", "layers", "experts") else "")


def _unit(what: str) -> str:
    return {
        "devices": "devices are", "product": "is", "layers": "layers are", "experts": "experts are",
        "tokens": "tokens are",
    }.get(what, f"is the {what}")  # fmt: skip
