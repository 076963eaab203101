"""Products of which a part stands elsewhere: layouts, nodes and batches against the paper's devices.

A count agrees where it is any count of devices that the paper states.  Where it is none, it is
asked for only if the paper has one cluster: a count that its paragraph states alone, or the one
that the paper repeats.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from tanaka.paper.model import Asserted, Number, NumberId, PartProduct, Product, Where
from tanaka.records import dataclass
from tanaka.rules.api import AtNumber, Context, Finding, Held, Outcome, Slot, Step, Verdict
from tanaka.rules.derivation import Derivation

_DEGREE = ("TP", "PP", "CP", "DP")


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices that a paper states: all counts, the one that is its cluster, sizes of a node."""

    counts: tuple[Number, ...]
    main: Number | None
    nodes: tuple[Number, ...]
    place: Callable[[NumberId], int]

    def has(self, value: float) -> bool:
        """Whether a count of devices is stated anywhere."""
        return any(n.quantity.point == value for n in self.counts)

    def larger(self, value: float) -> Number | None:
        """A count that the paper repeats and that is larger than its cluster."""
        often = Counter(
            n.quantity.point
            for n in self.counts
            if n.quantity.point > value and n.asserted is Asserted.YES
        )
        found = [p for p, many in often.items() if many > 1]
        return (
            next((n for n in self.counts if n.quantity.point == found[0]), None)
            if len(found) == 1
            else None
        )

    def near(self, number: Number) -> Number | None:
        """The only count of a paragraph, or else the paper's own."""
        own = [n for n in self.counts if n.block == number.block and n.quantity.point > 1]
        if own and self.place(own[0].id) > self.place(number.id):
            # A set-up comes first; what follows may be another's.
            elsewhere = any(
                n.block != number.block
                for n in self.counts
                if self.main and n.quantity.point == self.main.quantity.point
            )
            return self.main if elsewhere else None
        if len({n.quantity.point for n in own}) == 1:
            return own[0]
        return self.main if not own else None


def set_up_products(ctx: Context) -> Iterator[Outcome]:
    """Products of counts with one that stands elsewhere."""
    claims = ctx.paper.of(PartProduct)
    if not claims:
        return
    given = devices_of(ctx)
    for claim in claims:
        if claim.asserted is Asserted.NO or claim.cues:
            continue
        numbers = [ctx.paper.number(i) for _, i in claim.factors]
        if any(n.quantity.hedged or isinstance(n.quantity.value, tuple) for n in numbers):
            continue
        if claim.what == "accumulated batch" and claim.total is not None:
            yield from _of_replicas(ctx, claim, numbers, ctx.paper.number(claim.total))
        elif claim.total is None:
            yield from _of_devices(ctx, claim, numbers, given)
        else:
            yield from _of_all(ctx, claim, numbers[0], ctx.paper.number(claim.total), given)


def devices_of(ctx: Context) -> Devices:
    """Counts of devices that a paper states."""
    claims = ctx.paper.of(PartProduct)
    counts = tuple(
        n for n in ctx.paper.counts_of("gpu")
        if not n.per and n.quantity.unit == "1" and not isinstance(n.quantity.value, tuple)
        and n.asserted is not Asserted.NO
    )  # fmt: skip
    sizes = {i for c in claims if c.what == "nodes" for i in (c.factors[1][1],)}
    counts = tuple(n for n in counts if n.id not in sizes)
    often = Counter(
        n.quantity.point for n in counts if n.where is not Where.RELATED and n.quantity.point > 1
    )
    main = None
    if often:
        (value, most), *rest = often.most_common(2)
        if (most >= 2 and (not rest or most >= 2 * rest[0][1])) or (most >= 1 and not rest):
            main = next(n for n in counts if n.quantity.point == value)
    nodes = tuple(
        n for n in ctx.paper.counts_of("gpu")
        if (n.per in ("node", "each") or n.id in sizes) and n.quantity.count
    )  # fmt: skip
    return Devices(counts, main, nodes, ctx.paper.place)


def _of_devices(
    ctx: Context, claim: PartProduct, numbers: Sequence[Number], given: Devices
) -> Iterator[Outcome]:
    """Degrees or nodes, whose product is a count of devices."""
    value = math.prod(n.quantity.point for n in numbers)
    fits = next((n for n in given.counts if _agrees(claim, value, n)), None)
    if fits is not None:
        yield Held(
            "TK108",
            (numbers[-1].id, fits.id),
            f"{_text(numbers)} = {value:,.0f}",
            _steps(ctx, claim, numbers, fits.id),
        )
        return
    if _of_another(ctx, claim, value, given):
        return
    other = given.near(numbers[-1])
    if other is None and claim.what == "nodes":
        other = given.larger(value)
    if (
        other is None
        or other.quantity.hedged
        or other.quantity.point < max(n.quantity.point for n in numbers)
    ):
        return
    if (
        value < other.quantity.point
        and other.quantity.point % value == 0
        and claim.what != "nodes"
        and (len({n.quantity.point for n in given.counts}) > 2)
    ):
        return  # a part of the cluster
    yield _finding(ctx, claim, numbers, value, other)


def _of_another(ctx: Context, claim: PartProduct, value: float, given: Devices) -> bool:
    """Whether a paper has two clusters: other nodes hold the devices that it states, or those of a layout."""
    others = (
        math.prod(ctx.paper.number(i).quantity.point for _, i in other.factors)
        for other in ctx.paper.of(PartProduct)
        if other.what == "nodes" and other is not claim and other.asserted is not Asserted.NO
    )
    if claim.what == "nodes":
        return any(given.has(v) for v in others)
    return any(v % value == 0 if claim.what == "part of a layout" else v == value for v in others)


def _agrees(claim: PartProduct, value: float, n: Number) -> bool:
    point = n.quantity.point
    return point % value == 0 if claim.what == "part of a layout" else point == value


def _of_all(
    ctx: Context, claim: PartProduct, each: Number, total: Number, given: Devices
) -> Iterator[Outcome]:
    """Samples of a device and of all, or nodes and their devices: the other factor is stated elsewhere."""
    if total.quantity.hedged or each.quantity.point <= 0:
        return
    pool = given.counts if claim.what == "batch" else given.nodes
    fits = next(
        (n for n in pool if n.quantity.point * each.quantity.point == total.quantity.point), None
    )
    if fits is not None:
        text = f"{_text((each, fits))} = {total.quantity.point:,.0f}"
        yield Held(
            "TK108", (total.id, each.id, fits.id), text, _steps(ctx, claim, (each, fits), total.id)
        )
        return
    if claim.what == "batch":
        if _splits_model(ctx, total):
            return  # several devices run one replica
        other = given.near(each)
    else:
        sizes = {n.quantity.point for n in pool}
        other = pool[0] if len(sizes) == 1 else None
    if other is None or other.quantity.hedged:
        return
    value = each.quantity.point * other.quantity.point
    yield _finding(ctx, claim, (each, other), value, total)


def _splits_model(ctx: Context, total: Number) -> bool:
    """Whether the paragraph states a degree by which a model is split ("TP 8")."""
    degrees = ctx.paper.counts_of("tp", "pp", "cp", "sp", "mp")
    return any(n.block == total.block and n.quantity.point > 1 for n in degrees)


def _of_replicas(
    ctx: Context, claim: PartProduct, numbers: Sequence[Number], total: Number
) -> Iterator[Outcome]:
    """A batch over replicas that are stated elsewhere: as a degree, or as what a layout leaves."""
    if total.quantity.hedged or isinstance(total.quantity.value, tuple):
        return
    layouts: list[PartProduct | Product] = [*ctx.paper.of(Product), *ctx.paper.of(PartProduct)]
    degrees = [
        ctx.paper.number(i)
        for other in layouts
        if other.asserted is not Asserted.NO and "layout" in other.what
        for name, i in other.factors
        if name == "DP"
    ]
    # "DP=16" alone is the whole layout of a small job.
    alone = list(ctx.paper.counts_of("dp"))
    pool = [n for n in (*degrees, *alone) if n.asserted is not Asserted.NO]
    one = math.prod(n.quantity.point for n in numbers)
    fits = next((n for n in pool if one * n.quantity.point == total.quantity.point), None)
    if fits is not None:
        found = (*numbers, fits)
        yield Held(
            "TK108", (total.id, *(n.id for n in found)), f"{_text(found)} = {total.quantity.point:,.0f}",
            _steps(ctx, claim, found, total.id),
        )  # fmt: skip
        return
    beside = any(n.block == total.block for n in pool)  # another section may tune another model
    known = len({n.quantity.point for n in pool}) == 1 and not pool[0].quantity.hedged
    if known and (beside or total.quantity.point % one):
        yield _finding(ctx, claim, (*numbers, pool[0]), one * pool[0].quantity.point, total)


def _text(numbers: Sequence[Number]) -> str:
    return " × ".join(f"{n.quantity.point:,.0f}" for n in numbers)


def _steps(
    ctx: Context, claim: PartProduct, numbers: Sequence[Number], total: NumberId
) -> tuple[Step, ...]:
    return tuple(_derivation(ctx, claim, numbers, total).steps)


def _derivation(
    ctx: Context, claim: PartProduct, numbers: Sequence[Number], total: NumberId
) -> Derivation:
    d = Derivation(ctx.paper)
    names = [
        *(name for name, _ in claim.factors),
        {"devices of nodes": "devices per node", "accumulated batch": "data-parallel replicas"}.get(
            claim.what, "devices"
        ),
    ]
    inputs = [d.stated(name, n.id, exact=True) for name, n in zip(names, numbers, strict=False)]
    value = math.prod(n.quantity.point for n in numbers)
    d.computed(
        "product",
        "1",
        _text(numbers),
        lambda *v: float(math.prod(v)),
        *inputs,
        shown=f"{value:,.0f}",
        symbol="r",
    )
    d.stated("as written", total, exact=True, symbol="c")
    return d


def _finding(
    ctx: Context, claim: PartProduct, numbers: Sequence[Number], value: float, other: Number
) -> Finding:
    text, stated = _text(numbers), f"{other.quantity.point:,.0f}"
    at = claim.total or claim.factors[-1][1]
    d = _derivation(ctx, claim, numbers, other.id)
    what = "the batch" if "batch" in claim.what else "devices"
    says = (
        f"{text} is {value:,.0f}; {stated} is {what}."
        if "batch" in claim.what
        else f"{text} is {value:,.0f}; {stated} {what} are stated."
    )
    if claim.what == "part of a layout":
        says = f"{stated} devices are stated, which is no multiple of {text}."
    excuse = {
        "accumulated batch": "this batch is that of another layout",
        "batch": "the run used another number of devices",
        "devices of nodes": "those nodes have other devices",
    }
    ids = tuple(dict.fromkeys((at, *(n.id for n in numbers), other.id)))
    return Finding(
        "TK108", "parallel-product", Verdict.IMPLAUSIBLE, AtNumber(at), says, tuple(d.steps), operands=ids,
        note=f"{text} is {value:,.0f}",
        bold=f"{text} is {value:,.0f}, not {stated}.",
        only_if=excuse.get(claim.what, "this set-up is not that of the other devices"),
        related=tuple((AtNumber(i), "stated") for i in ids if i != at),
        slots=(
            Slot("formula", text, "r"), Slot("ratio", f"{value:,.0f}", "r"),
            Slot("claim", stated if "batch" in claim.what else f"{stated} {what}", "c"),
        ),
        case="B",
    )  # fmt: skip
