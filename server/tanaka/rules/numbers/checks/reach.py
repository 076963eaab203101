"""Totals against every way in which the numbers of their paragraph can make them.

Where one way agrees, nothing is asked.  Where all fail, what agrees with another total is that
one's; if one way is then left, or one is nearest, it is a question and never a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tanaka.paper.model import Asserted, Derived, How, Identity, Number, NumberId, Way
from tanaka.records import dataclass
from tanaka.rules.api import Context
from tanaka.rules.numbers.checks import identity as check
from tanaka.rules.numbers.checks.other_ways import OtherWays
from tanaka.rules.numbers.settings.products import devices_of
from tanaka.rules.numbers.unit_slip import slips_between

_SAME = 0.02
_NEAR = 0.08
_MOST = 30.0
"""Beyond that factor the numbers are of different things, but for a slip of the unit."""
_LONGER = 1.18
"""Beyond that, a time that is said to be that of a rate is worth a question."""
# Roles that one run shares with another: what is left of a total decides by the others.
_SHARED = ("devices", "nodes", "price", "batch", "length", "tokens/s")
_EXACT = frozenset(("tokens of a batch", "work of requests"))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A total that no way makes, the way that is meant, and what would make it true."""

    claim: Identity
    product: check.Product
    only_if: str


def as_identity(claim: Derived, way: Way) -> Identity:
    """A total with one of its ways, as an identity that nothing joins."""
    return Identity(
        claim.relation, way.factors, way.divisors, claim.total, way.constant, claim.bound, False,
        How.INFERRED, claim.asserted, claim.cues,
    )  # fmt: skip


def product_of(ctx: Context, claim: Derived, way: Way) -> check.Product | None:
    """The numbers of a way; None where one has no value to multiply."""
    number = ctx.paper.number
    total = number(claim.total)
    factors = tuple(number(i) for _, i in way.factors)
    divisors = tuple(number(i) for _, i in way.divisors)
    if any(not n.quantity.bounded or n.quantity.point <= 0 for n in (total, *factors, *divisors)):
        return None
    numbers = (total, *factors, *divisors)
    exact = claim.relation in _EXACT and all(_whole(n) for n in numbers)
    return check.Product(
        total, factors, divisors, way.constant[1] if way.constant else 1.0, exact=exact
    )


def agrees(product: check.Product, claim: Derived) -> bool:
    """Whether a way makes the total, for what its print leaves open."""
    total = product.total.quantity
    if claim.relation == "price":  # nobody rounds a price but to its last digit
        return abs(total.point - product.value) <= float(total.literal.ulp) * total.scale
    off = product.gap(proof=False)
    if product.exact:
        return off == 0.0
    return off < _SAME or (off < _NEAR and product.gap(proof=True) == 0.0)


def _whole(n: Number) -> bool:
    q = n.quantity
    return q.unit == "1" and q.scale == 1.0 and not q.hedged and q.literal.ulp == 1


def right(ctx: Context, claims: Sequence[Derived]) -> Mapping[NumberId, Derived]:
    """Totals that one of their ways makes."""
    return {
        c.total: c
        for c in claims
        if any(
            (p := product_of(ctx, c, w)) is not None and agrees(p, c)
            for w in c.ways
            if not w.lacking
        )
    }


def doubts(
    ctx: Context,
    claims: Sequence[Derived],
    explained: Mapping[NumberId, Derived],
    others: OtherWays,
) -> Iterator[Doubt]:
    """Totals that nothing near them makes, where it is plain what should."""
    taken = _taken(ctx, tuple(explained.values()))
    seen: set[NumberId] = set()
    for claim in claims:
        if claim.total in explained or claim.total in seen or claim.asserted is Asserted.NO:
            continue
        found = _doubt(ctx, claim, taken, others)
        if found is not None:
            seen.add(claim.total)
            yield found


def _taken(ctx: Context, right: Sequence[Derived]) -> Mapping[str, set[NumberId]]:
    """By relation, operands of totals that are right, without those that several may share."""
    out: dict[str, set[NumberId]] = {}
    for claim in right:
        for way in claim.ways:
            product = product_of(ctx, claim, way)
            if not way.lacking and product is not None and agrees(product, claim):
                out.setdefault(claim.relation, set()).update(
                    i for name, i in (*way.factors, *way.divisors) if not name.startswith(_SHARED)
                )
    return out


def _doubt(
    ctx: Context, claim: Derived, used: Mapping[str, set[NumberId]], others: OtherWays
) -> Doubt | None:
    taken = used.get(claim.relation, set())
    left = [
        (w, p)
        for w in claim.ways
        if not w.lacking
        and not taken & {i for _, i in (*w.factors, *w.divisors)}
        and (p := product_of(ctx, claim, w)) is not None
        and _comparable(p, claim)
        and not others.belongs(claim.total, p.value, [n.id for n in p.numbers[1:]])
    ]
    if not left:
        return None
    nearest = min(w.far for w, _ in left)
    best = [(w, p) for w, p in left if w.far == nearest]
    value = best[0][1].value
    if claim.relation != "written" and any(abs(p.value / value - 1) > 1e-6 for _, p in best):
        return None
    way, product = best[0]
    if claim.relation == "reciprocal of a list" and not taken:
        return None
    only_if = _condition(product, claim)
    if not only_if:
        return None
    return Doubt(as_identity(claim, way), product, only_if)


def _comparable(product: check.Product, claim: Derived) -> bool:
    """Whether a way and its total are so near that they can be of one thing."""
    stated = product.total.quantity.point
    if claim.relation in ("written", "aggregate") or 1 / _MOST < stated / product.value < _MOST:
        return True
    return bool(slips_between(stated, product.value, product.numbers))


def over_the_cluster(ctx: Context) -> Iterator[Doubt]:
    """Device-hours whose devices stand elsewhere: against every count of devices of the paper."""
    claims = [
        c for c in ctx.paper.of(Derived)
        if c.asserted is Asserted.YES and c.ways and all(w.lacking == "devices" for w in c.ways)
    ]  # fmt: skip
    if not claims:
        return
    given = devices_of(ctx)
    for claim in claims:
        made = [
            (way, n, product)
            for w in claim.ways
            for n in given.counts
            if n.quantity.bounded
            and (way := replace(w, factors=(("devices", n.id), *w.factors), lacking=""))
            and (product := product_of(ctx, claim, way)) is not None
        ]
        if given.main is None or any(agrees(p, claim) for _, _, p in made):
            continue
        own = [(w, p) for w, n, p in made if n.id == given.main.id and _comparable(p, claim)]
        if len(own) == 1 and (only_if := _condition(own[0][1], claim)):
            yield Doubt(as_identity(claim, own[0][0]), own[0][1], only_if)


def _condition(product: check.Product, claim: Derived) -> str:
    if any(n.quantity.hedged for n in product.numbers) and product.gap(proof=False) < 0.25:
        return ""
    ratio = product.total.quantity.point / product.value
    peak = claim.cues & {"peak", "maximum", "max", "tdp"}
    if peak and claim.relation.startswith(("energy", "cost")) and ratio < 1:
        return ""
    if peak and claim.bound and ratio > 1:
        return ""
    if claim.bound:
        over = product.total.quantity.point / product.value
        if 1 < over < _LONGER:
            return ""
        if over > 1:
            return f"{100 * (1 - 1 / over):.0f}% of the time went into something else"
    if claim.relation in ("written", "aggregate"):
        return "the total counts something else"
    return "the numbers are not of one run"
