r"""## What it checks
That the baseline is not run without a thing that the paper's own runs have and that is no part of
the idea: mixed precision, gradient clipping, fused kernels, graph compilation.

## Why it matters
Each of these is worth a factor on its own, and the gain claimed contains it.

## What is left alone
Baselines that have it in another run, things that both sides lack, baselines that cannot have it
and are said so, and what the paper proposes. Only what is stated for both sides is compared.

## Example
```latex
We train in mixed precision and clip gradients at a norm of 1.
The baseline is trained without gradient clipping.
%                       ^^^^^^^^^^^^^^^^^^^^^^^^^ TK602: gradient clipping
```
Run the baseline with it too, and keep both rows.

## References
- Hoefler and Belli, "Scientific Benchmarking of Parallel Computing Systems", SC 2015.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Asserted, Mention, Number, Paper, Result, Where
from tanaka.paper.setup import mentioned_things
from tanaka.rules.api import (
    AppendToSection,
    AtMention,
    AtNumber,
    Context,
    Finding,
    Fix,
    FixKind,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.fairness.sides import said_of
from tanaka.rules.sections import evaluation


@rule("TK602", since="0.1.0")
def detuned_baseline(ctx: Context) -> Iterator[Outcome]:
    """Asks once per thing that the baseline runs without."""
    paper = ctx.paper
    lacks = said_of(paper, "config-lacks")
    if not lacks.get("baseline"):
        return
    has = said_of(paper, "config-has")
    computes = not {"training", "inference"}.isdisjoint(mentioned_things(paper))
    excused = {dict(m.settings).get("item", "") for m in paper.mentions_of("config-excused")}
    for item, missing in lacks["baseline"].items():
        there = has.get("ours", {}).get(item)
        if (
            there is None
            # Formats are for storage, too: elsewhere than in a model they are no precision of it.
            or (item == "mixed precision" and not computes)
            or item in excused
            or item in has.get("baseline", {})
            or item in lacks.get("ours", {})
        ):
            continue
        yield _asked(ctx, item, missing, there)


def _gain(paper: Paper) -> Number | None:
    """The gain that the paper leads with."""
    for claim in paper.of(Result):
        n = paper.number(claim.number)
        if claim.unit == "×" and claim.asserted is Asserted.YES and n.where in (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION):  # fmt: skip
            return n
    return None


def _asked(ctx: Context, item: str, missing: Mention, there: Mention) -> Finding:
    gain = _gain(ctx.paper)
    d = Derivation(ctx.paper)
    words = dict(missing.settings).get("words", "")
    ours = f"{item} on"
    theirs = f"{item} off"
    slots = [Slot("ours", ours, at=AtMention(there.id)), Slot("theirs", theirs, at=AtMention(missing.id)),
             Slot("item", item), Slot("line", "", at=AtMention(missing.id))]  # fmt: skip
    question = "How much of the gain is that difference?"
    if gain is not None:
        step = d.stated("gain, as written", gain.id, symbol="G")
        slots.append(Slot("claim", step.shown, step.symbol, at=AtNumber(gain.id)))
        question = f"How much of {step.shown} is {item}?"
    return Finding(
        "TK602", "detuned-baseline", Verdict.OPEN, AtMention(missing.id),
        f"The baseline runs with {item} off (“{words}”), the method with it on.", tuple(d.steps),
        operands=(gain.id,) if gain is not None else (), note=f"{item} for one side only",
        bold=f"{item.capitalize()} on one side only.", question=question,
        related=((AtMention(there.id), f"{item} for the method"),),
        fixes=_experiment(ctx.paper, missing, item), slots=tuple(slots), case="B" if gain is not None else "D",
    )  # fmt: skip


def _experiment(paper: Paper, at: Mention, item: str) -> tuple[Fix, ...]:
    """Both systems with and without the thing."""
    section = evaluation(paper) or at.section
    if not section:
        return ()
    text = rf"""
\subsection{{The same settings on both sides: {item}}}
The baseline of the main comparison runs without {item}. We run both systems
with {item} and without it, everything else equal, and report time and final
loss over five runs.

\begin{{center}}
\begin{{tabular}}{{lrr}}
\hline
 & without {item} & with {item} \\
\hline
baseline & & \\ % Fill in the measured values.
ours & & \\
\hline
\end{{tabular}}
\end{{center}}
"""
    title = f"Add runs with equal settings ({item})"
    return (Fix(title, FixKind.INSERT, (AppendToSection(section, text),)),)
