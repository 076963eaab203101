r"""## What it checks
That no collective or transfer is faster than its bytes over the link.

An all-reduce among ranks sends all of its buffer at least once (a ring 2(n - 1)/n of it), an
all-gather, a reduce-scatter and an all-to-all (n - 1)/n of it, a message all of it. What the
sentence leaves out is taken from those before, from the set-up, or from the table: the bytes, the
nodes, and the fastest of the links that may be meant.

## Why it matters
The links set a floor that no protocol passes. A time below it is the exposed part, the time of
one bucket, or that of another payload; whatever is concluded from it rests on the wrong number.

## What is left alone
Exposed, remaining and amortised times, single buckets and layers, compressed and sparse traffic,
hierarchies, rates called effective, and what lasts otherwise during an exchange: idling, delays,
intervals. Without a named ring, sums in the switches are allowed
for. Where GPUs share the cards of their node, eight of them are taken to. Nothing is proven where
the link is the set-up's, where the links of a rank are not counted, where the payload is computed from a model's name, or below
64 MiB, or in a table; nothing is said below 16 MiB.

## Example
```latex
A ring all-reduce of 10\,GB over 64 nodes with one 100\,Gb/s NIC each takes 0.4\,s.
%                                                                           ^^^^^^ TK401: 1.575 s
```
State payload, ranks and links in one sentence, and whether the time is total or exposed.

## References
- Patarasuk, Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
  JPDC 69(2), 2009.
- Chan et al., "Collective communication: theory, practice, and experience", CCPE 19, 2007.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from tanaka.paper.model import Asserted, Number, NumberId, Physical
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Finding,
    Held,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.communication.amounts import rate, size
from tanaka.rules.communication.collective_rows import collective_rows
from tanaka.rules.communication.least_time import Least, least_time
from tanaka.rules.communication.loose_time import loose_time
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.other_unit import other_unit

_SILENT = frozenset(
    ("exposed", "exposed after", "amortised", "compressed", "part", "subset", "hierarchical", "saved", "simulated")
)  # fmt: skip
_USUAL = 4.0
"""How many times its bound an exchange takes at most: a slip of the unit is offered where it lands there."""
_NEAR = 0.97  # within three per cent a time is the bound, printed otherwise
_CLOSE = 0.94  # of a bound whose link the set-up states
_CALLED = {
    "all-reduce": "An all-reduce", "all-gather": "An all-gather", "reduce-scatter": "A reduce-scatter",
    "all-to-all": "An all-to-all", "broadcast": "A broadcast", "transfer": "A transfer",
}  # fmt: skip


@rule("TK401", since="0.1.0")
def collective_below_bound(ctx: Context) -> Iterator[Outcome]:
    """Times of collectives against the bytes that each rank must send."""
    faulty: set[NumberId] = set()
    rows = tuple(collective_rows(ctx.paper))
    for claim in chain(
        ctx.paper.physical("collective"), (r for r in rows if r.relation != "exchange")
    ):
        if (
            claim.asserted is Asserted.NO
            or claim.cues & _SILENT
            or _is_product(claim)
            or not math.isfinite(ctx.paper.number(claim.number).quantity.nominal.high)
        ):
            continue
        if outcome := _judged(ctx, claim):
            if isinstance(outcome, Finding):
                faulty.add(claim.number)
            yield outcome
    for claim in chain(
        ctx.paper.physical("exchange"), (r for r in rows if r.relation == "exchange")
    ):
        if claim.asserted is Asserted.YES and claim.number not in faulty:
            outcome = _judged(ctx, claim)
            if isinstance(outcome, Finding):
                yield outcome


def _is_product(claim: Physical) -> bool:
    """Whether bytes, rate and time stand side by side, which is an identity before it is a bound (TK110)."""
    return claim.name("kind") == "transfer" and claim.at("link") is not None and not claim.far


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    time, kind = paper.number(claim.number), claim.name("kind")
    d = Derivation(paper)
    loose = claim.relation == "exchange"
    found = loose_time(ctx, d, claim) if loose else least_time(ctx, d, claim)
    if found is None:
        return None
    bound, payload, way, ends = found.bound, found.payload, found.way, found.ends
    stated = d.stated("time", claim.number, symbol="t")
    link = (found.line.at,) if found.line.at is not None else ()
    among = f" among {ends.n:,.0f} {ends.who}s" if found.among and ends.assumed != "ends" else ""
    operands = (claim.number, *dict.fromkeys((*(i for _, i in claim.given), *link)))
    slots = (
        Slot("claim", time.quantity.shown, "t"), Slot("payload", payload.shown, payload.symbol),
        *((Slot("ranks", f"{ends.n:g}", count=round(ends.n)),) if among else ()),
        Slot("bw", way.shown, "B"), Slot("link", way.shown, "B"), Slot("floor", bound.shown, "T"),
        Slot("algo", "ring" if "ring" in claim.cues else "bandwidth"), Slot("line", "", at=AtNumber(claim.number)),
    )  # fmt: skip
    fault = time.quantity.nominal.high < (_CLOSE if loose else _NEAR) * bound.value
    figure = BarsFigure(
        f"{kind} of {payload.shown}", "s",
        (("at least", bound.value, False), ("as stated", time.quantity.point, fault)),
    )  # fmt: skip
    if not fault:
        return Held("TK401", operands, f"{stated.shown}, and at least {bound.shown}", tuple(d.steps), slots, figure)  # fmt: skip
    if "params" in dict(claim.given) and (
        "sharded" in claim.cues or machine.excuses(paper, "adapter", "experts", "compression")
    ):
        return None
    proven = (
        found.sure
        and not claim.far
        and not machine.excuses(paper, "compression")
        and ("named" in claim.cues or kind == "transfer")
        and not claim.cues & {"compressed beside", "hidden after"}
        # Of what is sharded each rank sends a part, and experts near by get more than their share.
        and not ("sharded" in claim.cues and kind not in ("all-gather", "reduce-scatter"))
        and machine.firm(paper, claim, *(i for _, i in claim.given))
        and hard(time).high < 0.98 * found.hardest
    )
    return Finding(
        "TK401", "collective-below-bound", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number),
        f"{_CALLED[kind]} of {payload.shown}{among} at {way.shown} takes at least {bound.shown}, not {stated.shown}.",
        tuple(d.steps), operands=operands, note=f"at least {bound.shown}",
        bold=f"{payload.shown} at {way.shown} take at least {bound.shown}.",
        only_if="" if proven else _only_if(claim, found, time), figure=figure, slots=slots,
        fixes=other_unit(time, lambda seconds: bound.value <= seconds <= _USUAL * bound.value),
        case="" if found.among else "D" if proven else "B",
    )  # fmt: skip


def _only_if(claim: Physical, found: Least, time: Number) -> str:
    """The least that would have to be otherwise."""
    factor = found.bound.value / time.quantity.point
    needed, ends = found.way.value * factor, found.ends
    if "compressed beside" in claim.cues:
        return f"it is compressed to {size(found.payload.value / factor, 3)} or less"
    if ends.assumed == "links":
        k = math.ceil(needed / found.line.each)
        each = "there are" if ends.who == "end" else f"each {ends.who} has"
        return f"{each} at least {k} such links"
    if "payload" in claim.far or "params" in dict(claim.given):
        return f"at most {size(found.payload.value / factor, 3)} are sent"
    return f"each {ends.who} sends at {rate(needed, 3)} or more"
