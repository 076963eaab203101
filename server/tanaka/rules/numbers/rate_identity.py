r"""## What it checks
That amount, rate and duration which are stated together agree: device-hours, energy, cost,
throughput, tokens, transfers, sizes of weights, totals and sums.

## Why it matters
The cost of a run is the first thing that is quoted from a paper, and anybody can multiply it.

## What is left alone
Numbers that only stand near each other. Without "i.e.", brackets or a total, work may take longer
than its rate allows for, and never less; a cost may lie below the list price and an energy below
peak power. Concurrent streams, restarts, other phases and discounts in the sentence are not
checked.

## Example
```latex
Training took 2{,}048 GPUs for 3.7 days (280K GPU-hours).
%                                        ^^^^^^^^^^^^^^ TK110: 2,048 × 3.7 days is 181,862 GPU-hours
```
Write the product, or the run that the amount belongs to.

## References
- Little, "A Proof for the Queuing Formula: L = λW", Operations Research 9(3), 1961: when a rate and
  a latency are reciprocals, and when they are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tanaka.paper.model import Asserted, Derived, Equivalence, How, Identity, Number, NumberId
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
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
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.numbers.checks import identity as check
from tanaka.rules.numbers.checks import reach as reach
from tanaka.rules.numbers.checks.other_ways import OtherWays
from tanaka.rules.numbers.unit_slip import equivalence, explained, slips_between

# Words that leave another reading, by the relations that they excuse; "" for all.
_EXCUSES: tuple[tuple[str, frozenset[str]], ...] = (
    ("", frozenset((
        "respectively", "ablation", "ablations", "project", "spare", "spares", "idle", "restart", "restarts", "failure",
        "failures", "overhead", "per phase", "ramp", "ramped", "varies", "vary", "varying", "warm-up", "warmup",
        "padding", "padded", "duplicate", "duplicated", "additional", "additionally", "efficiency", "baseline",
        "background", "hidden",
    ))),
    ("cost", frozenset(("discount", "discounts", "discounted", "reserved", "spot"))),
    ("energy aggregate power", frozenset(("subtracted", "idle-subtracted", "utilization", "utilisation", "core", "cores"))),
    ("reciprocal batch rate", frozenset((
        "stream", "streams", "concurrent", "concurrently", "concurrency", "user", "users", "speculative", "speculation",
        "pipeline", "pipelined", "pipelining", "in flight", "in-flight", "overlap", "overlapped", "overlapping", "overlaps", "asynchronous", "median", "percentile",
    ))),
    ("reciprocal", frozenset(("short", "long", "peak", "max", "maximum", "baseline", "effective"))),
    ("weights", frozenset((
        "optimizer", "activation", "activations", "gradient", "gradients", "kv", "cache", "cached", "caches", "quantized",
        "quantised", "quantization", "pruned", "shard", "sharded", "partitioned", "embedding", "embeddings", "compressed", "effective",
    ))),
    ("run time", frozenset(("in parallel", "simultaneous", "simultaneously", "side by side", "workers", "concurrently"))),
    ("work of steps epochs tokens samples", frozenset(("distinct", "unique", "different", "in parallel"))),
    ("transfer", frozenset((
        "overlap", "overlapped", "compressed", "compression", "cached", "cache", "effective", "decompression", "top-k",
        "split", "spread", "stripe", "striped", "stripes", "striping", "rails", "nics", "halves", "quarters",
    ))),
    ("work of steps tokens samples requests", frozenset((
        "in flight", "in-flight", "ramp", "ramped", "packed", "gradient", "overlap", "overlapped", "overlapping", "concurrent",
        "concurrently", "concurrency", "pipelined", "pipelining",
    ))),
)  # fmt: skip
# Where nothing joins the numbers: the total may be a part of the product.
_OF_A_PART = (
    "of which",
    "account",
    "attribut",
    "of it",
    "of that",
    "on the one",
    "the rest",
    "the remain",
)
_SUPPOSED = frozenset(
    ("assuming", "assume", "assumed", "assumes", "estimate", "estimated", "estimates")
)
_PREFIXED_EXCUSES = (
    "includ", "exclud", "with ", "together with", "altogether with", "along with", "combined with",
    "and ",  # "three weeks on 128 and one on 256"
)  # fmt: skip
# By relation: what is done to the bytes beside their way over the link, or divides them first.
_STEMS: dict[str, tuple[str, ...]] = {
    "transfer": (
        "encod", "decod", "compress", "decompress", "quanti", "dequanti", "pack", "unpack", "seriali",
        "hash", "sort", "encrypt", "select", "prun", "shard", "partition", "scatter", "one ", "a ", "an ",
    ),
}  # fmt: skip
_MOST = 30.0  # beyond that, numbers are of different things, but for a slip of the unit
_LONGER = 1.5  # beyond that, work that takes longer than its rate allows for is worth a question
_SHARED = ("devices", "nodes", "price", "batch", "length")  # of several runs at once
_COLLECTIVES = frozenset(
    (
        "bus bandwidth",
        "busbw",
        "all-reduce",
        "allreduce",
        "all-gather",
        "reduce-scatter",
        "all-to-all",
        "ring",
    )
)
_SUMMED = (
    "synchroni", "averag", "aggregat", "reducing", "reduction of", "summing", "sum of", "exchang"
)  # fmt: skip
_FREE = frozenset(
    ("devices", "nodes", "ports", "steps", "epochs", "batch", "length", "devices of a node")
)


def _whole(ctx: Context) -> Iterator[Outcome]:
    """Device-hours over the cluster that another section states."""
    others = OtherWays(ctx)
    own = {c.total for c in ctx.paper.of(Identity) if _open(ctx, c)}
    for doubt in reach.over_the_cluster(ctx):
        if doubt.claim.total not in own and not _excused(doubt.claim):
            yield from _asked(ctx, others, doubt.claim, doubt.product, doubt.only_if)


@rule("TK110", since="0.1.0", whole=_whole)
def rate_identity(ctx: Context) -> Iterator[Outcome]:
    """Identities of numbers that are stated together, and amounts in two units."""
    claims = ctx.paper.of(Derived)
    others = OtherWays(ctx)
    right = reach.right(ctx, claims)
    told: set[NumberId] = set()
    for claim in ctx.paper.of(Identity):
        outcomes = tuple(_identity(ctx, others, claim))
        if not outcomes and (_excused(claim) or _open(ctx, claim)):
            told.add(claim.total)
        for outcome in outcomes:
            told |= set(outcome.operands if isinstance(outcome, Finding) else outcome.numbers[:1])
            yield outcome
    for doubt in reach.doubts(ctx, claims, right, others):
        if doubt.claim.total not in told and not _excused(doubt.claim):
            yield from _asked(ctx, others, doubt.claim, doubt.product, doubt.only_if)
    for amount in ctx.paper.of(Equivalence):
        yield from equivalence(ctx, others, amount, slips=False)


def _open(ctx: Context, claim: Identity) -> bool:
    """Whether a factor is only bounded ("over 2K A100s"): no number of another sentence stands for it."""
    return any(
        not ctx.paper.number(i).quantity.bounded for _, i in (*claim.factors, *claim.divisors)
    )


def _asked(
    ctx: Context, others: OtherWays, claim: Identity, product: check.Product, doubt: str,
    *, value: float | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """The finding of a total that its product misses, if nothing around the two explains it.

    Every finding of this rule comes from here.  ``doubt`` is the condition that would make the
    numbers true; without one the words leave no other reading, and it is a proof.
    """
    computed = product.value if value is None else value
    stated = product.total.quantity.point
    ratio = max(stated / computed, computed / stated)
    if (
        ratio > _MOST
        and claim.relation not in ("written", "aggregate", "sum")
        and not slips_between(stated, computed, product.numbers)
    ):
        return  # of different things
    if claim.relation == "transfer" and (
        claim.cues & _COLLECTIVES
        or ("gradients" in claim.cues and any(c.startswith(_SUMMED) for c in claim.cues))
    ):
        return  # its algorithm and its links say how much crosses which: see TK401
    own = [i for _, i in (*claim.factors, *claim.divisors)]
    too_fast = claim.bound and (stated < computed) is (claim.bound == "at least")
    if too_fast and not claim.joined and others.several(claim.total, ratio, own):
        return  # "Eight GPUs read the 140 GB at 3.35 TB/s": each of them
    shared = [i for name, i in (*claim.factors, *claim.divisors) if name.startswith(_SHARED)]
    if others.explain(claim.total, computed, own, shared):
        if not _below_a_part(claim, product, computed):
            return
        # The total is right: it is the part that has slipped, so there is nothing to write here.
        other = "the total is that of other parts"
        found = _finding(ctx, claim, product, Verdict.IMPLAUSIBLE, other, value)
        yield replace(found, fixes=())
        return
    if not doubt:
        doubt = _unsure(claim, others, own, ratio)
    verdict = Verdict.IMPLAUSIBLE if doubt else Verdict.IMPOSSIBLE
    yield _finding(ctx, claim, product, verdict, doubt, value)


def _below_a_part(claim: Identity, product: check.Product, computed: float) -> bool:
    """Whether a total of equal parts is smaller than one, by a slip: "four 200 GB/s ports, 100 GB/s in total"."""
    part = min((n.quantity.point for n in product.factors if not n.quantity.count), default=0.0)
    stated = product.total.quantity.point
    return (
        claim.relation == "aggregate"
        and stated < 0.9 * part
        and bool(slips_between(stated, computed, product.numbers))
    )


def _unsure(claim: Identity, others: OtherWays, own: Sequence[NumberId], ratio: float) -> str:
    """What leaves a product open that fails beyond rounding: a number that was not used, a whole factor."""
    if others.beside(claim.total, own) or others.words(claim.total):
        return "another number of the sentence enters"
    if claim.relation != "sum" and not claim.bound and abs(ratio / round(ratio) - 1) < 0.02:
        return f"there are {round(ratio)} of them, which is said elsewhere"
    return ""


def _identity(ctx: Context, others: OtherWays, claim: Identity) -> Iterator[Outcome]:
    supposed = bool(claim.cues & _SUPPOSED)
    if claim.asserted is Asserted.NO and not supposed:
        return
    number = ctx.paper.number
    total = number(claim.total)
    factors = tuple(number(i) for _, i in claim.factors)
    divisors = tuple(number(i) for _, i in claim.divisors)
    if any(not n.quantity.bounded or n.quantity.point <= 0 for n in (*factors, *divisors, total)):
        return
    if claim.relation == "sum":
        yield from _sum(ctx, others, claim, total, factors)
        return
    if claim.relation == "aggregate" and any(
        n.quantity.count and n.quantity.point == 1 for n in factors
    ):
        return  # "one H200 (141 GB), where the teacher takes 72 GB": nothing is multiplied
    product = check.Product(
        total, factors, divisors, claim.constant[1] if claim.constant else 1.0, bound=claim.bound
    )
    d, text, shown = _derivation(ctx, claim, product)
    held = Held("TK110", (claim.total, *(i for _, i in (*claim.factors, *claim.divisors))), f"{text} = {shown}", tuple(d.steps))  # fmt: skip
    widest, nominal = product.gap(proof=True), product.gap(proof=False)
    if nominal == 0.0:
        far = _far(product, claim)
        if not far:
            yield held
        elif not (_excused(claim) or supposed or claim.asserted is Asserted.QUOTED):
            yield from _asked(ctx, others, claim, product, far)
        return
    if _excused(claim):
        return
    step = total.quantity.literal.ulp * total.quantity.scale
    if nominal < 0.01 or (widest == 0.0 and (nominal < 0.02 or product.distance() < step)):
        yield held
        return
    yield from _asked(
        ctx, others, claim, product, _doubt(claim, product, widest, supposed=supposed)
    )


def _doubt(claim: Identity, product: check.Product, widest: float, *, supposed: bool) -> str:
    """The condition that would make a product true that fails as printed, or "" for none."""
    if widest == 0.0:
        return "the printed values are themselves rounded more coarsely than they look"
    if any(isinstance(n.quantity.value, tuple) for n in product.numbers):
        return "the two ranges are not of the same runs"
    if claim.paired is not How.STATED:
        return "the two sentences are about different runs"
    if claim.asserted is Asserted.QUOTED:
        return "the cited work counts differently"
    if supposed:
        return "the assumption is not the one that the amount rests on"
    if any(n.quantity.hedged for n in product.numbers) and widest < 0.25:
        return "the hedge covers more than a tenth"
    if not claim.joined and not claim.bound:
        return "the numbers are not of one run"
    if claim.relation in ("weights", "aggregate") and not claim.joined:
        return "more than the weights is counted"
    return ""


def _excused(claim: Identity) -> bool:
    """Whether a word of the sentence leaves a reading in which the numbers agree."""
    for relations, words in _EXCUSES:
        if (not relations or claim.relation in relations) and claim.cues & words:
            return True
    prefixes = (*_PREFIXED_EXCUSES, *_STEMS.get(claim.relation, ()))
    if not claim.joined:
        prefixes += _OF_A_PART
    return any(c.startswith(prefixes) for c in claim.cues)


def _far(product: check.Product, claim: Identity) -> str:
    """The condition under which work that takes much longer than its rate allows for is right."""
    if (
        not claim.bound
        or claim.paired is not How.STATED
        or claim.relation in ("cost", "energy")
        or claim.cues & {"peak", "maximum", "max", "up to"}
    ):
        return ""
    ratio = product.total.quantity.point / product.value
    over = 1 / ratio if claim.bound == "at most" else ratio
    if over < _LONGER or (
        "over a link" in claim.cues
        and not slips_between(product.total.quantity.point, product.value, product.numbers)
    ):
        return ""  # nothing reaches what is printed on a link
    share = 100 * (1 - 1 / over)
    return f"{share:.0f}% of the time went into something else"


# -- sums -----------------------------------------------------------------------------------------


def _sum(
    ctx: Context, others: OtherWays, claim: Identity, total: Number, parts: tuple[Number, ...]
) -> Iterator[Outcome]:
    """Parts and their sum; parts without a unit are in that of the total."""
    times = _times_of(total, parts)
    spans = {proof: _sum_interval(parts, proof=proof).scaled(times) for proof in (False, True)}
    value = math.fsum(n.quantity.point for n in parts)
    said = total.quantity.nominal
    step = total.quantity.literal.ulp * total.quantity.scale
    if said.meets(spans[False]) or said.distance(spans[False]) < step:
        d, text, shown = _of_parts(ctx, claim, total, parts)
        operands = (claim.total, *(i for _, i in claim.factors))
        yield Held("TK110", operands, f"{text} = {shown}", tuple(d.steps))
        return
    if _excused(claim):
        return
    doubt = ""
    if total.quantity.hard.meets(spans[True]):
        doubt = "the parts are rounded more coarsely than they look"
    elif claim.paired is not How.STATED:
        doubt = "the total counts other parts than these"
    elif claim.asserted is Asserted.QUOTED:
        doubt = "the cited work counts differently"
    elif any(n.quantity.hedged for n in (*parts, total)):
        doubt = "the hedge covers the difference"
    yield from _asked(ctx, others, claim, check.Product(total, parts), doubt, value=value * times)


def _times_of(total: Number, parts: Sequence[Number]) -> float:
    """The scale of parts that stand without their unit."""
    bare = all(n.quantity.unit == "1" for n in parts) and total.quantity.unit != "1"
    return check.own_unit(total)[1] if bare else 1.0


def _of_parts(
    ctx: Context, claim: Identity, total: Number, parts: Sequence[Number]
) -> tuple[Derivation, str, str]:
    value = math.fsum(n.quantity.point for n in parts)
    d = Derivation(ctx.paper)
    steps = [d.stated(name, id) for name, id in claim.factors]
    text = " + ".join(n.quantity.shown for n in parts)
    shown = check.in_own_unit(value, parts[0] if _times_of(total, parts) != 1 else total)
    unit = parts[0].quantity.unit
    d.computed("sum", unit, text, lambda *v: math.fsum(v), *steps, shown=shown, symbol="r")
    d.stated("as written", claim.total, symbol="c")
    return d, text, shown


def _sum_interval(parts: tuple[Number, ...], *, proof: bool) -> Interval:
    own = [n.quantity.hard if proof and not n.quantity.count else n.quantity.nominal for n in parts]
    return Interval(sum(i.low for i in own), sum(i.high for i in own))


# -- what is shown --------------------------------------------------------------------------------


def _derivation(
    ctx: Context, claim: Identity, product: check.Product
) -> tuple[Derivation, str, str]:
    d = Derivation(ctx.paper)
    above = [d.stated(name, id) for name, id in claim.factors]
    below = [d.stated(name, id) for name, id in claim.divisors]
    text = _text(claim, product)
    shown = check.in_own_unit(product.value, product.total)
    if any(isinstance(n.quantity.value, tuple) for n in product.numbers[1:]):
        low, high = (check.in_own_unit(v, product.total) for v in product.ends)
        shown = f"{low.split(' ')[0]}–{high}"
    many = len(above)
    constant = product.constant

    def formula(*v: float) -> float:
        return constant * math.prod(v[:many]) / math.prod(v[many:])

    inputs: list[Step] = [*above, *below]
    d.computed(
        f"{claim.relation}, recomputed", product.total.quantity.unit, text, formula, *inputs,
        shown=shown, symbol="r",
    )  # fmt: skip
    d.stated("as written", claim.total, symbol="c")
    return d, text, shown


def _text(claim: Identity, product: check.Product) -> str:
    """How the total follows from the printed numbers: "2,048 × 3.7 days"."""
    total = product.total.quantity.unit
    counted = total.partition("/")[0] if "/" in total else ""
    things = check.own_unit(product.total)[0].partition("/")[0] if counted else ""
    if not things.isalpha() or things.upper() == things:  # "QPS" has no noun
        things = f"{counted}s"
    parts: list[str] = []
    for (name, _), n in zip(claim.factors, product.factors, strict=True):
        is_free = name in _FREE or (
            counted != "" and name.startswith(counted)
        )  # "16 images / 21.3 ms"
        plain = not is_free or counted not in ("sample", "token", "step", "request")
        parts.append(
            _shown(
                n,
                "" if plain else things,
                one=len(claim.factors) == 1 or name == "length" or name.startswith(counted or " "),
            )
        )
    if (
        claim.relation == "written"
        and total == "byte"
        and all(n.quantity.unit == "1" for n in product.factors)
    ):
        parts[-1:] = [f"{p} B" for p in parts[-1:]]  # what "96 × 256 = 24.6 MB" takes for granted
    if not parts:
        parts = [f"1 {counted}" if counted else "1"]
    hidden = claim.constant is not None and claim.constant[0].startswith("joules")
    if hidden:  # the price of a kWh: its unit shows what it is of
        parts = [p + "/kWh" if "USD" in p else p for p in parts]
    text = " × ".join(parts)
    if claim.relation in ("written", "aggregate") and claim.constant is not None:
        named = claim.constant[0]
        return f"{text} × {named}" if claim.factors else named
    if claim.constant is not None and not hidden:
        text += _times(*claim.constant)
    below = [_shown(n, "", one=False) for n in product.divisors]
    if len(below) == 1:
        return f"{text} / {below[0]}"
    return f"{text} / ({' × '.join(below)})" if below else text


def _times(name: str, value: float) -> str:
    if name.startswith(("seconds in a ", "bytes in a ")) and value < 1e-3:
        return f" / 1 {name.rpartition(' ')[2]}"  # of a price by the month, or by the GB
    if name.startswith("bytes in "):
        return f" × {value:g} B" if value >= 0.5 else f" × {value:g}"
    return f" × {value:g}" if value >= 1 else f" / {1 / value:,.6g}"


def _shown(n: Number, counted: str, *, one: bool) -> str:
    q = n.quantity
    unit = f" {counted}" if counted and one and q.unit == "1" else ""
    if q.literal.text[:1].isalpha() and not isinstance(q.value, tuple):
        return f"{_compact(q.point / q.scale)}{'' if q.shown_unit in ('', '1') else ' ' + q.shown_unit}{unit}"
    return q.shown + unit


def _compact(value: float) -> str:
    """A count in digits: "1T" for a trillion."""
    letters = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1.0, ""))
    many, letter = next(((m, u) for m, u in letters if value >= m), (1.0, ""))
    return f"{value / many:g}{letter}"


def _finding(
    ctx: Context, claim: Identity, product: check.Product, verdict: Verdict, only_if: str,
    value: float | None,
) -> Finding:  # fmt: skip
    total = product.total
    if claim.relation == "sum":
        d, text, shown = _of_parts(ctx, claim, total, product.factors)
    else:
        d, text, shown = _derivation(ctx, claim, product)
    computed = product.value if value is None else value
    literal = check.corrected(computed, total) if _fixable(total.quantity.literal) else ""
    fixes: tuple[Fix, ...] = ()
    if literal and check.plain(total):
        fixes = (
            Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.total, literal),)),
        )
    least = {"at most": "at most ", "at least": "at least "}.get(claim.bound, "")
    operands = (claim.total, *(i for _, i in (*claim.factors, *claim.divisors)))
    finding = Finding(
        "TK110", "rate-identity", verdict, AtNumber(claim.total),
        f"{text} is {shown}{', and ' + least.strip() + ' that' if least else ''}; {total.quantity.shown} is stated.",
        tuple(d.steps), operands=operands,
        note=f"the others give {least}{shown}",
        bold=f"{text} is {shown}, not {total.quantity.shown}.",
        only_if=only_if, fixes=fixes,
        related=tuple((AtNumber(i), name) for name, i in (*claim.factors, *claim.divisors)),
        slots=(Slot("formula", text, "r"), Slot("ratio", shown, "r"), Slot("claim", total.quantity.shown, "c")),
        case="B" if verdict is Verdict.IMPLAUSIBLE else "A",
    )  # fmt: skip
    if claim.relation == "sum":
        return finding
    return explained(finding, total.quantity.point, computed, product.numbers)


def _fixable(literal: Literal) -> bool:
    """Whether a number is printed in digits that can be replaced."""
    return not literal.text[:1].isalpha()
