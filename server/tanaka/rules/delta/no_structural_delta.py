r"""## What it checks
That a draft changes more than sizes against its baseline paper: the mechanisms that both describe
are the same, and what differs is the number of devices, the model or the batch.

## Why it matters
The same mechanism at another size is a measurement. It can be a good one, but then the paper has
to say so, and show what the new size breaks.

## What is left alone
Papers that add or remove a mechanism, or propose one that is not in the knowledge base; papers
that measure, reproduce or survey, and those that extend their authors' own earlier work; papers
without a baseline, and pairs of which nothing but their words differs.

## Example
```latex
\section{Design}
We train with tensor parallelism inside a node. Tensor parallelism has degree eight.
Between nodes we use the 1F1B schedule. Our 1F1B pipeline has eight stages.
All experiments use 128 nodes.
%                   ^^^^^^^^^ TK801[open]: the number of nodes, 128 instead of 64
```

*baseline/main.tex*:
```latex
\title{FlushPipe: A Pipeline}
\section{Design}
We train with tensor parallelism inside a node. Tensor parallelism has degree eight.
Between nodes we use the 1F1B schedule. Our 1F1B pipeline has eight stages.
All experiments use 64 nodes.
```
Show one step of both systems side by side, and mark the first operation that differs.

## References
- Heiser, "Systems Benchmarking Crimes", web page, 2010: progress in one place, and nothing worse elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.delta import DeltaKind, DeltaRow
from tanaka.rules.api import Anchor, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.delta.words import (
    baseline_name,
    baseline_place,
    draft_place,
    extends_own_work,
    is_study,
    listed,
    proposes_something_else,
)

_FEWEST = 2  # mechanisms that both have; fewer say nothing of what a paper is
_CALLED = {
    "devices": "the number of devices",
    "nodes": "the number of nodes",
    "model size": "the model size",
    "sequence length": "the sequence length",
    "global batch": "the global batch",
}


@rule("TK801", since="0.1.0")
def no_structural_delta(ctx: Context) -> Iterator[Outcome]:
    """Asks once, at the first size that differs."""
    delta, known, paper = ctx.delta, ctx.knowledge, ctx.paper
    if delta is None or is_study(paper) or extends_own_work(paper):
        return
    changed = delta.of(DeltaKind.ADDED, DeltaKind.REMOVED, DeltaKind.SILENT)
    configured = delta.of(DeltaKind.CONFIGURED)
    shared = delta.of(DeltaKind.SHARED)
    if changed or any(r.mechanism for r in configured) or proposes_something_else(paper, known):
        return
    if len(shared) < _FEWEST or all(known.by_mechanism[r.mechanism].common for r in shared):
        return
    row = configured[0] if configured else None
    at = draft_place(row) if row is not None else None
    if row is None or at is None:
        return
    name = baseline_name(ctx)
    setting = row.settings[0]
    called = _CALLED[row.name]
    mechanisms = listed([r.name for r in shared[:3]])
    words = f"{called}, {setting.draft} instead of {setting.baseline}"
    slots = [Slot("baseline", name), Slot("setting", called), Slot("line", "", at=at)]
    only_model = row.name == "model size"
    if only_model:
        slots.append(Slot("scope", f"a model of {setting.draft}"))
    yield Finding(
        "TK801", "no-structural-delta", Verdict.OPEN, at,
        f"Both papers have {mechanisms}; what differs from {name} is {words}.",
        (), note="this is what differs", bold=f"Subtract {name}, and {called} is left.",
        question=f"What moves differently than in {name}, besides {words}?",
        related=_shown(row, shared), slots=tuple(slots), case="B" if only_model else "A",
        mechanisms=tuple(r.mechanism for r in shared),
    )  # fmt: skip


def _shown(row: DeltaRow, shared: tuple[DeltaRow, ...]) -> tuple[tuple[Anchor, str], ...]:
    """Where the baseline states its own value, and has what both have."""
    there = [(baseline_place(row), f"{row.settings[0].baseline} here")]
    there += [(baseline_place(r), f"{r.name}, in the baseline") for r in shared[:3]]
    return tuple((place, words) for place, words in there if place is not None)
