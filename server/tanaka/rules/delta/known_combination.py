r"""## What it checks
That no published work joins the mechanisms that a draft adds to its baseline paper with those that
it keeps. Such a work is named with venue and year.

## Why it matters
Two known parts make a paper when something happens between them that happens in neither. Whoever
has joined them before is the first row of the comparison.

## What is left alone
Papers that say themselves that they combine these mechanisms, and those that measure, reproduce or
survey. A work is not asked about where a sentence names or cites it and says what sets it apart
("unlike", "whereas", "but", "concurrent work", "our earlier"); a sentence about several works at
once ("none of these") tells for none of them. What is added is asked about where the paper proposes
it or tells of it in title, abstract or introduction; two additions count as joined where one
paragraph has both. One question is asked for each mechanism that is added.

## Example
```latex
\section{Design}
We train with pipeline and data parallelism. Pipeline parallelism has eight stages.
Data parallelism has eight replicas.
We propose bounded staleness between replicas. Bounded staleness lets a replica run ahead.
%          ^^^^^^^^^^^^^^^^^ TK802[open]: HetPipe (USENIX ATC 2020)
```

*baseline/main.tex*:
```latex
\title{FlushPipe: A Pipeline}
\section{Design}
We train with pipeline and data parallelism. Pipeline parallelism has eight stages.
Data parallelism has eight replicas.
```
Put the work in the first row of the comparison, and say in one sentence where the two part.

## References
- Park et al., "HetPipe", USENIX ATC 2020, and the other works themselves; what they join is our
  reading of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.knowledge.model import Verified, Work
from tanaka.paper.delta import DeltaKind, DeltaRow, Joined, joined
from tanaka.rules.api import Anchor, AtMention, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.delta.words import (
    baseline_name,
    baseline_place,
    citing,
    draft_place,
    is_study,
    listed,
    offered,
    says_combination,
    side_by_side,
    ways_out,
)


@rule("TK802", since="0.1.0")
def known_combination(ctx: Context) -> Iterator[Outcome]:
    """Asks once for each mechanism that is added, about the work that joins most of the draft's."""
    delta = ctx.delta
    if delta is None or is_study(ctx.paper):
        return
    added = delta.of(DeltaKind.ADDED)
    has = (*added, *delta.of(DeltaKind.SHARED, DeltaKind.CONFIGURED))
    told: set[str] = set()
    for row in added:
        found = _nearest(ctx, row, has, told) if offered(ctx.paper, row) else None
        if found is not None:
            told.add(found[0].combination.id)
            yield _finding(ctx, *found)


def _nearest(
    ctx: Context, row: DeltaRow, rows: tuple[DeltaRow, ...], told: set[str]
) -> tuple[Joined, Work] | None:
    """The combination of most parts that the row completes, and its work.

    None where there is none, and where the paper has said of the nearest what it does otherwise.
    """
    found: list[tuple[tuple[int, bool, bool, bool], Joined, Work]] = []
    for union in joined(row, rows, ctx.knowledge):
        new = [r for _, r in union.others if r.kind is DeltaKind.ADDED]
        if not all(side_by_side(ctx.paper, row, r) for r in new):
            continue  # two additions that have nothing to do with each other
        for id in union.combination.works:
            work = ctx.knowledge.by_work.get(id)
            if work is not None and work.cited:
                rank = (
                    len(union.others),
                    union.part == row.mechanism,
                    work.verified is Verified.ALL,
                    not ctx.bibliography.cites(work),
                )
                found.append((rank, union, work))
    # Of equal ones the knowledge base names the nearest first.
    found.sort(key=lambda f: f[0], reverse=True)
    for _, union, work in found:
        if ctx.bibliography.tells_apart(work) or says_combination(
            ctx.paper, union.combination.mechanisms, ctx.knowledge
        ):
            return None  # the nearest one is answered: what is further off is no better question
        if union.combination.id not in told:
            return union, work
    return None


def _finding(ctx: Context, union: Joined, work: Work) -> Finding:
    known = ctx.knowledge.by_mechanism
    row = union.row
    others = sorted(union.others, key=lambda o: known[o[0]].common)
    # What the work joins, which may be more general than what the draft has.
    mechanism = known[union.part].name
    names = [known[part].name for part, _ in others]
    at = AtMention(row.draft[0])
    verified = work.verified is Verified.ALL
    says = f"{work.cited} {'joined' if verified else 'seems from its title to join'} {listed([mechanism, *names])}."
    keeps = f"What does this design keep that {work.cited} gives up?"
    there = draft_place(others[0][1])
    slots = [
        Slot("work", work.cited),
        Slot("works", work.cited),
        Slot("mechanism", mechanism, at=at),
        Slot("mechanism2", listed(names), at=there),
        Slot("what", union.combination.what),
        Slot("line", "", at=at),
        Slot("line2", "", at=there),
    ]
    second = ctx.knowledge.works_of(others[0][0])
    if second and second[0].cited:
        slots.append(Slot("work2", second[0].cited))
    fix = None
    if ctx.bibliography.speaks and not ctx.bibliography.cites(work):
        ids = dict.fromkeys(row.draft)
        fix = citing(ctx, work, [m for i in ids for m in ctx.paper.mentions if m.id == i])
    return Finding(
        "TK802", "known-combination", Verdict.OPEN, at, says, (),
        note=f"{work.name} has it with {listed(names)}", bold=says,
        question=keeps if verified else f"How close is {work.cited} to this design?",
        related=_lines(ctx, others), fixes=(fix,) if fix is not None else (), slots=(*slots, *ways_out(known[row.mechanism])),
        case="A" if verified else "B", mechanisms=(row.mechanism, *(r.mechanism for _, r in others)),
    )  # fmt: skip


def _lines(ctx: Context, others: list[tuple[str, DeltaRow]]) -> tuple[tuple[Anchor, str], ...]:
    """Where the other parts stand, in the draft and in the baseline."""
    found: list[tuple[Anchor, str]] = []
    for _, r in others:
        if (here := draft_place(r)) is not None:
            found.append((here, f"{r.name}, in the draft"))
        if (there := baseline_place(r)) is not None:
            found.append((there, f"{r.name}, in {baseline_name(ctx)}"))
    return tuple(found)
