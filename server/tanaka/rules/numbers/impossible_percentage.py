r"""## What it checks
That no reduction of a non-negative quantity exceeds 100%, and no share, hit rate, accuracy or
utilisation of one unit does.

## Why it matters
A latency cut by 120% would end before it began. Usually a factor was meant ("1.2 times less") or
the base was the new value.

## What is left alone
Gains are unbounded. Sums over cores or devices, values relative to a baseline, demand over
capacity, signed quantities, and link utilisation with in-network reduction may pass 100%.

## Example
```latex
Overlap cuts the bubble time by 120\%.
%                               ^^^^^ TK103: a reduction of more than 100%
```
Write the share of the old value that is gone, or the factor.

## References
- ISO 80000-1, 2022: percent is the number 0.01.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Asserted, Excess
from tanaka.quantity import Qualifier
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Finding,
    Held,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation

_FREE = frozenset({"gt", "min"})


@rule("TK103", since="0.1.0")
def impossible_percentage(ctx: Context) -> Iterator[Outcome]:
    """Percentages that have a ceiling."""
    for claim in ctx.paper.of(Excess):
        number = ctx.paper.number(claim.number)
        q = number.quantity
        if claim.asserted is Asserted.NO:
            continue
        low = q.literal.hard().low * q.scale
        d = Derivation(ctx.paper)
        d.stated("as written", claim.number, symbol="c")
        d.known("all of it", 1.0, "%", Computed("by definition"), shown="100%")
        steps = tuple(d.steps)
        if low <= 1.0:
            yield Held("TK103", (claim.number,), f"{q.shown} is at most 100%", steps)
            continue
        if claim.cues or q.qualifier in (Qualifier.APPROX, Qualifier.ORDER):
            continue
        share = claim.what.removeprefix("kept ")  # retained of another's, and so it may be more
        if claim.what == "reduction":
            named = bool(claim.quantity)
            verdict = (
                Verdict.IMPOSSIBLE
                if named and claim.asserted is Asserted.YES
                else Verdict.IMPLAUSIBLE
            )
            only_if = (
                ""
                if verdict is Verdict.IMPOSSIBLE
                else "the quantity can be negative, or a factor was meant"
            )
            what = claim.quantity or "the quantity"
            message = (
                f"{q.shown} is a reduction of more than 100% of {what}, which cannot be negative."
            )
            whole = f"the {what}" if named else what
            note = f"more than all of {whole}"
            bold = f"{q.shown} is more than all of {whole}."
        else:
            exact = claim.what in (
                "hit rate",
                "cache hit rate",
                "accuracy",
                "recall",
                "precision",
                "miss rate",
            )
            verdict = (
                Verdict.IMPOSSIBLE
                if exact and claim.asserted is Asserted.YES
                else Verdict.IMPLAUSIBLE
            )
            only_if = (
                ""
                if verdict is Verdict.IMPOSSIBLE
                else f"the {share} is summed over several units or relative to another value"
            )
            message = f"{q.shown} is {_a(share)} {share} above 100%."
            note = "above 100%"
            bold = f"{_a(share).capitalize()} {share} of {q.shown} is above all there is."
        yield Finding("TK103", "impossible-percentage", verdict, AtNumber(claim.number), message, steps,
                      operands=(claim.number,), note=note, bold=bold, only_if=only_if,
                      slots=(Slot("claim", q.shown, "c"), Slot("what", whole if claim.what == "reduction" else share)),
                      case="B" if verdict is Verdict.IMPLAUSIBLE else "A" if claim.what == "reduction" else "D")  # fmt: skip


def _a(word: str) -> str:
    """The article of a word that these messages name."""
    return "an" if word[0] in "aeio" else "a"
