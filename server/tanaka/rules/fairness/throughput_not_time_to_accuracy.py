r"""## What it checks
That a training gain claimed from throughput or step time, by a method that changes the update,
comes with loss or accuracy at equal time or equal tokens.

## Why it matters
Staleness, compression and low precision buy faster steps with more steps. Only time to a stated
quality tells whether anything was gained.

## What is left alone
Inference, methods that are bit-exact or provably equivalent, and papers that state loss or
accuracy at equal time, equal tokens or as a target anywhere.

## Example
```latex
\section{Introduction}
We propose bounded staleness for training. Workers apply updates asynchronously.
%          ^^^^^^^^^^^^^^^^^ TK601: Which loss do both systems reach
Stale gradients are kept. Training throughput is $1.3\times$ higher.
```
Plot the loss of both systems against wall-clock time and against tokens.

## References
- Coleman et al., "Analysis of DAWNBench, a Time-to-Accuracy Machine Learning Performance
  Benchmark", SIGOPS Operating Systems Review 53(1), 2019.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Paper, Where
from tanaka.paper.setup import mentioned_things, speaks_of
from tanaka.patterns import Lazy
from tanaka.rules.api import AtMention, Context, Finding, Outcome, Slot, Stated, Step, Verdict, rule

_CHANGES_UPDATE = (
    "staleness",
    "asynchronous-update",
    "speculation",
    "gradient-compression",
    "low-precision-update",
    "local-updates",
)
_QUALITY = Lazy(r"\b(?:loss|perplexity|ppl|accuracy|top-1|BLEU|F1|quality)\b", re.I)
_OWN_TEXT = (Where.ABSTRACT, Where.INTRODUCTION, Where.BODY, Where.CONCLUSION)


@rule("TK601", since="0.1.0")
def throughput_not_time_to_accuracy(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at the words that change the update."""
    paper = ctx.paper
    if (
        not speaks_of(paper, "training")
        or not speaks_of(paper, "training-gain")
        or not speaks_of(paper, "ours")
    ):
        return
    if paper.mentions_of("time-to-accuracy", "equivalent-update") or _quality_table(paper):
        return
    changing = (what for what in mentioned_things(paper) if _changes_update(ctx, what))
    said = [m for m in paper.mentions_of(*changing) if m.where in _OWN_TEXT]
    own = [m for m in said if m.role == "ours"]
    # An introduction may tell of the method without a word of who does it.
    told = own + [
        m for m in said
        if m.where is Where.INTRODUCTION and m.role == "related" and not m.cites
    ]  # fmt: skip
    sections = {m.where for m in told}
    if not own or len(told) < 3 or not sections & {Where.BODY, Where.INTRODUCTION}:
        return  # named in passing, not the method
    at = next((m for m in own if m.where is Where.ABSTRACT), own[0])
    gains = [m for m in paper.mentioned("training-gain") if m.numbers]
    steps = tuple(
        Step("gain, as written", n.quantity.point, n.quantity.nominal.low, n.quantity.nominal.high, n.quantity.unit, "",
             Stated(n.id), False, n.quantity.shown, "g")
        for n in (paper.number(i) for m in gains[:1] for i in m.numbers)
        if n.quantity.shown_unit in ("×", "%")
    )  # fmt: skip
    known = ctx.knowledge.by_mechanism.get(at.what)
    word = known.name if known else at.what.replace("-", " ")
    slots = (Slot("mechanism", word), Slot("metric", "steps or tokens a second"))
    yield Finding(
        "TK601", "throughput-not-time-to-accuracy", Verdict.OPEN, AtMention(at.id),
        f"The method changes the update ({word}), the gain is stated in steps or throughput, and no loss at equal time or equal tokens is given.",
        steps, note="no loss at equal time", bold="Faster steps are not yet faster training.",
        question="Which loss do both systems reach in equal time?",
        slots=(*slots, *(Slot("gain", s.shown, "g") for s in steps[:1])), mechanisms=(at.what,) if known else (),
    )  # fmt: skip


def _changes_update(ctx: Context, what: str) -> bool:
    return any(what == kind or ctx.knowledge.is_a(what, kind) for kind in _CHANGES_UPDATE)


def _quality_table(paper: Paper) -> bool:
    return any(
        _QUALITY.search(" ".join(t.header) + " " + " ".join(t.stubs))
        and any(c.number for row in t.rows for c in row)
        for t in paper.tables
    )
