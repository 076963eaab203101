r"""## What it checks
That communication which is said to be hidden is not longer than the work that is said to hide it:
by the two times, or by the least time of its payload over its link.

## Why it matters
What does not fit behind the work is exposed, and is added to every step. A claim that nothing is
exposed turns into a speedup that nobody can repeat.

## What is left alone
Communication that is hidden in part, almost, or but for the last bucket; what only can be hidden;
delayed and asynchronous exchanges, chunks and micro-batches, whose window is longer than one
pass; and sentences that state what is left. A proof needs both times, "fully" or "completely",
and the words that say that both are of one step.

## Example
```latex
The 1.6\,s all-reduce is completely hidden behind the 0.9\,s backward pass of the same step.
%   ^^^^^^ TK402: 700 ms longer
```
Name all the work that it runs beside, or the part that stays exposed.

## References
- Li et al., "PyTorch Distributed: Experiences on Accelerating Data Parallel Training",
  VLDB 2020.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.model import Asserted, Physical
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Finding,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.communication.amounts import seconds
from tanaka.rules.communication.least_time import least_time
from tanaka.rules.derivation import Derivation, hard

_SILENT = frozenset(("delayed", "accumulation", "partial", "except", "able", "remainder", "denied", "every", "compressed", "part", "hierarchical", "subset"))  # fmt: skip
_NEAR = 1.03  # within three per cent the two are equal, printed otherwise


@rule("TK402", since="0.1.0")
def overlap_impossible(ctx: Context) -> Iterator[Outcome]:
    """Times of communication against the work that hides it."""
    for claim in ctx.paper.physical("overlap"):
        if claim.asserted is Asserted.NO or claim.cues & _SILENT:
            continue
        at = claim.at("window")
        if at is None or not math.isfinite(ctx.paper.number(at).quantity.nominal.high):
            continue
        if outcome := _judged(ctx, claim):
            yield outcome


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper, at = ctx.paper, claim.at("window")
    assert at is not None
    number, window = paper.number(claim.number), paper.number(at)
    timed = claim.number != at
    d = Derivation(paper)
    what = claim.name("window")
    talk: Step
    if timed:
        if not number.quantity.bounded:
            return None
        talk = d.stated("communication", claim.number, symbol="c")
    else:
        least = least_time(ctx, d, claim)
        if least is None:
            return None
        talk = least.bound
    work = d.stated(what, at, symbol="w", exact=not window.quantity.bounded)  # "under 250 ms" of it
    operands = (claim.number, *(i for _, i in claim.given if i != claim.number))
    fault = talk.low > _NEAR * window.quantity.nominal.high if timed else talk.value > _NEAR * window.quantity.nominal.high  # fmt: skip
    figure = BarsFigure(
        "what hides what", "s",
        (("communication" if timed else "communication, at least", talk.value, fault), (what, window.quantity.point, False)),
    )  # fmt: skip
    slots = (
        Slot("claim", talk.shown, talk.symbol), Slot("time", work.shown, "w"),
        Slot("line", "", at=AtNumber(claim.number)),
    )  # fmt: skip
    if not fault:
        return Held("TK402", operands, f"{talk.shown} behind {work.shown}", tuple(d.steps), slots, figure)  # fmt: skip
    left = d.computed("longer by", "s", f"{talk.shown} - {work.shown}", lambda c, w: c - w, talk, work, symbol="x")  # fmt: skip
    d.steps[-1] = left = replace(left, shown=seconds(left.value))
    proven = (
        timed
        and {"fully", "one step"} <= claim.cues
        and not claim.far
        and not claim.cues & {"next", "per layer"}
        and what != "work"
        and machine.firm(paper, claim, at)
        and hard(number).low > 1.01 * hard(window).high
    )
    only_if = ""
    if not proven:
        only_if = f"at least {left.shown} of it run beside other work"
    verb = "takes" if timed else "takes at least"
    return Finding(
        "TK402", "overlap-impossible", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number),
        f"Communication that {verb} {talk.shown} is {left.shown} longer than the {work.shown} of {what} that hide it.",
        tuple(d.steps), operands=operands, note=f"{left.shown} longer",
        bold=f"{talk.shown} do not fit behind {work.shown}.", only_if=only_if, figure=figure,
        slots=(*slots, Slot("left", left.shown, "x")),
    )  # fmt: skip
