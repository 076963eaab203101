r"""## What it checks
That communication which is said to be hidden, or to come for free, is not longer than the work beside it.

The two times may stand in one sentence, in two or in a row of a table whose caption says that all is
hidden; or the least time of the payload over its link is longer.

## Why it matters
What does not fit behind the work is exposed, and is added to every step. A claim that nothing is
exposed turns into a speedup that nobody can repeat.

## What is left alone
Communication that is hidden in part, almost, or but for the last bucket; what only can be hidden;
delayed and asynchronous exchanges, exchanges over several steps, chunks and micro-batches, whose window is longer than one
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
from itertools import chain

from tanaka.paper.model import Asserted, NumberId, Physical
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Finding,
    Held,
    Outcome,
    Slot,
    Stated,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.communication.amounts import seconds
from tanaka.rules.communication.least_time import least_time
from tanaka.rules.communication.loose_time import loose_time
from tanaka.rules.communication.overlap_rows import overlap_rows
from tanaka.rules.derivation import Derivation, hard

_SILENT = frozenset(("delayed", "accumulation", "partial", "except", "able", "remainder", "denied", "every", "compressed", "part", "hierarchical", "subset"))  # fmt: skip
_WIDE = 1.06  # of a bound whose link the set-up states
_NEAR = 1.03  # within three per cent the two are equal, printed otherwise


@rule("TK402", since="0.1.0")
def overlap_impossible(ctx: Context) -> Iterator[Outcome]:
    """Times of communication against the work that hides it."""
    faulty: set[NumberId] = set()
    for claim in ctx.paper.physical("overlap"):
        if claim.asserted is Asserted.NO or claim.cues & _SILENT:
            continue
        at = claim.at("window")
        if at is None or not math.isfinite(ctx.paper.number(at).quantity.nominal.high):
            continue
        if outcome := _judged(ctx, claim):
            if isinstance(outcome, Finding):
                faulty.add(claim.number)
            yield outcome
    for claim in chain(ctx.paper.physical("hiding"), overlap_rows(ctx.paper)):
        if (
            claim.asserted is not Asserted.YES
            or faulty & {claim.number, claim.at("window")}
            or _elsewhere(claim)
        ):
            continue
        if found := _loosely(ctx, claim):
            faulty |= {claim.number, *(i for role, i in claim.given if role == "window")}
            yield found


def _elsewhere(claim: Physical) -> bool:
    """Whether more than the stated work may hide it."""
    cues = claim.cues & _SILENT - {"compressed", "part", "hierarchical"}
    if claim.name("window") == "step":
        # One exchange a step has no more than a step, however late its result is used.
        return bool(cues - {"delayed", "accumulation"})
    if "per layer" in claim.cues:
        return bool(cues - {"accumulation"})
    return bool(cues) or "next" in claim.cues


def _loosely(ctx: Context, claim: Physical) -> Finding | None:
    """Communication and work of which one is told in another sentence, or whose link is the set-up's."""
    paper, at = ctx.paper, claim.at("window")
    if at is None:
        return None
    number, window = paper.number(claim.number), paper.number(at)
    w = window.quantity.nominal
    if not math.isfinite(w.high) or isinstance(window.quantity.value, tuple):
        return None
    d = Derivation(paper)
    talk: Step | None = None
    timed = claim.number != at and "moved" not in claim.cues
    if timed and number.quantity.bounded and not isinstance(number.quantity.value, tuple):
        talk = d.stated("communication", claim.number, symbol="c")
        times = dict(claim.counted).get("times")
        if times:
            n = d.known(
                "exchanges", times, "1", Computed("as stated"), shown=f"{times:g}", symbol="m"
            )
            talk = d.computed("communication", "s", f"{n.shown} × {talk.shown}", lambda m, c: m * c, n, talk, symbol="c")  # fmt: skip
            d.steps[-1] = talk = replace(talk, shown=seconds(talk.value))
    least = talk is None or talk.low <= _NEAR * w.high
    if least:
        d = Derivation(paper)
        bound = loose_time(ctx, d, claim, lend=True)
        if bound is None or bound.bound.value <= _WIDE * w.high:
            return None
        talk = bound.bound
    assert talk is not None
    return _finding(ctx, claim, d, talk, stated=not least)


def _finding(ctx: Context, claim: Physical, d: Derivation, talk: Step, *, stated: bool) -> Finding:
    at = claim.at("window")
    assert at is not None
    what = claim.name("window")
    window = ctx.paper.number(at)
    work = d.stated(what, at, symbol="w", exact=not window.quantity.bounded)
    left = d.computed("longer by", "s", f"{talk.shown} - {work.shown}", lambda c, w: c - w, talk, work, symbol="x")  # fmt: skip
    d.steps[-1] = left = replace(left, shown=seconds(left.value))
    verb = "takes" if stated else "takes at least"
    used = (s.origin.number for s in d.steps if isinstance(s.origin, Stated))
    operands = tuple(dict.fromkeys((claim.number, *(i for _, i in claim.given), *used)))
    figure = BarsFigure(
        "what hides what", "s",
        (("communication" if stated else "communication, at least", talk.value, True), (what, window.quantity.point, False)),
    )  # fmt: skip
    return Finding(
        "TK402", "overlap-impossible", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"Communication that {verb} {talk.shown} is {left.shown} longer than the {work.shown} of {what} that hide it.",
        tuple(d.steps), operands=operands, note=f"{left.shown} longer",
        bold=f"{talk.shown} do not fit behind {work.shown}.", only_if=f"at least {left.shown} of it run beside other work",
        figure=figure,
        slots=(Slot("claim", talk.shown, talk.symbol), Slot("time", work.shown, "w"), Slot("line", "", at=AtNumber(claim.number)), Slot("left", left.shown, "x")),
    )  # fmt: skip


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
