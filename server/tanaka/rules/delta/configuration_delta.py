r"""## What it checks
That what a draft changes against its baseline paper is more than a setting of a mechanism that the
baseline has already: a stage, a degree, a bound, or a switch that the baseline leaves off.

## Why it matters
A setting that the baseline takes belongs into its tuning. Whoever reads the paper will turn it
there first, and measure from that.

## What is left alone
Papers that measure, reproduce or survey, and those that extend their authors' own earlier work. A
setting counts only where each paper states one value of it. Beside a mechanism that is added or
removed, it is asked about only where it is told as part of the design.

## Example
```latex
\section{Design}
We train with the 1F1B schedule. Our 1F1B pipeline has eight stages.
We use activation recomputation in every layer. With activation recomputation memory is small.
%      ^^^^^^^^^^^^^^^^^^^^^^^^ TK804[open]: on instead of off
```

*baseline/main.tex*:
```latex
\title{FlushPipe: A Pipeline}
\section{Design}
We train with the 1F1B schedule. Our 1F1B pipeline has eight stages.
We do not use activation recomputation.
```
Turn the setting on for both sides, then show what remains.

## References
- Heiser, "Systems Benchmarking Crimes", web page, 2010, on unfair comparison with competitors.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.delta import SWITCHES, DeltaKind, DeltaRow, design_sections
from tanaka.paper.model import Paper
from tanaka.rules.api import Anchor, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.delta.words import (
    baseline_name,
    baseline_place,
    draft_place,
    extends_own_work,
    is_study,
    proposes_something_else,
    ways_out,
)


@rule("TK804", since="0.1.0")
def configuration_delta(ctx: Context) -> Iterator[Outcome]:
    """Asks once, at the first setting of a shared mechanism that differs."""
    delta, known, paper = ctx.delta, ctx.knowledge, ctx.paper
    if delta is None or is_study(paper) or extends_own_work(paper):
        return
    rows = [r for r in delta.of(DeltaKind.CONFIGURED) if r.mechanism]
    changed = delta.of(DeltaKind.ADDED, DeltaKind.REMOVED)
    if changed or proposes_something_else(paper, known):
        # Beside a new mechanism a setting is told as part of the design, or it is set-up.
        rows = [r for r in rows if _designed(paper, r)]
    if not rows:
        return
    row = rows[0]
    at = draft_place(row)
    if at is None:
        return
    name, setting = baseline_name(ctx), row.settings[0]
    switched = row.mechanism in SWITCHES and setting.name == row.name
    counted = f"number of {setting.name}" if setting.name.endswith("s") else setting.name
    called = row.name if switched else f"the {counted} of {row.name}"
    work = next((w for w in known.works_of(row.mechanism) if w.cited), None)
    slots = [
        Slot("baseline", name),
        Slot("setting", called),
        Slot("mechanism", row.name),
        Slot("line", "", at=at),
    ]
    if work is not None:
        slots.append(Slot("work", work.cited))
    yield Finding(
        "TK804", "configuration-delta", Verdict.OPEN, at,
        f"Against {name}, {called} is {setting.draft} instead of {setting.baseline}.",
        (), note=f"{setting.baseline} in the baseline",
        bold=f"{called[0].upper()}{called[1:]} is a setting of {name}.",
        question=f"What is added to {name} beyond {called}, {setting.draft} instead of {setting.baseline}?",
        related=_there(row, rows[1:]), slots=(*slots, *ways_out(known.by_mechanism[row.mechanism])),
        case="A" if work is not None else "B", mechanisms=(row.mechanism,),
    )  # fmt: skip


def _designed(paper: Paper, row: DeltaRow) -> bool:
    """Whether the draft tells a setting where it tells its design."""
    first = next((m for m in paper.mentions if row.draft and m.id == row.draft[0]), None)
    return first is not None and (first.proposed or first.section in design_sections(paper))


def _there(row: DeltaRow, others: list[DeltaRow]) -> tuple[tuple[Anchor, str], ...]:
    """The same setting in the baseline, and other settings that differ."""
    found: list[tuple[Anchor, str]] = []
    for r in (row, *others):
        s = r.settings[0]
        if (there := baseline_place(r)) is not None:
            found.append((there, f"{s.name}: {s.baseline} here"))
        if r is not row and (here := draft_place(r)) is not None:
            found.append((here, f"{s.name}: {s.draft} instead of {s.baseline}"))
    return tuple(found)
