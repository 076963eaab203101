r"""## What it checks
That a scaling efficiency above 103 %, or a speed-up above the devices that it was reached on, is
given a cause in its paragraph.

## Why it matters
More devices than one add more than their arithmetic only where something else improves: a cache
that now fits, a larger batch, a base that was held back. The cause is the result.

## What is left alone
What is within three per cent, and paragraphs that speak of caches, batches, memory, noise or the
base. It is never a proof.

## Example
```latex
Eight times the GPUs give 115\% efficiency at fixed work for each of them.
%                         ^^^^^ TK403: more than the devices add
```
Name the cause, and print the base at its own best setting.

## References
- Gustafson, "Fixed Time, Tiered Memory, and Superlinear Speedup", DMCC 1990.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hwmodels.scaling import throughput_scaling_efficiency
from tanaka.paper.model import Asserted, Number, NumberId, Paper
from tanaka.paper.physics.scaling import CAUSES
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.rules.api import AtNumber, Computed, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.communication.efficiency_tables import Run, columns, runs
from tanaka.rules.derivation import Derivation

_NOISE = 1.03
_FAR = 1.10


@rule("TK403", since="0.1.0")
def superlinear_scaling(ctx: Context) -> Iterator[Outcome]:
    """Efficiencies above all, and speed-ups above the devices."""
    for claim in ctx.paper.physical("superlinear"):
        if claim.asserted is not Asserted.YES:
            continue
        lost = "lost" in claim.cues
        number = ctx.paper.number(claim.number)
        # what a passage explains elsewhere is no gain of a paper whose table has none
        aside = "cause elsewhere" in claim.cues and _beside(ctx.paper, number.quantity.point)
        doubts = {"goodput", "constant total", *(() if aside else ("cause", "batch"))}
        if claim.cues & doubts:
            continue
        if number.quantity.hedged or not number.quantity.bounded:
            continue
        d = Derivation(ctx.paper)
        stated = d.stated("as written", claim.number, symbol="c")
        many = claim.at("many")
        ratio, low = number.quantity.point, number.quantity.nominal.low
        operands: tuple[NumberId, ...] = (claim.number,)
        if many is not None:
            stated = d.steps[-1] = replace(stated, shown=stated.shown.removesuffix("×"), unit="1")
            n = d.stated("devices", many, symbol="n", exact=True)
            n = d.steps[-1] = replace(n, shown=f"{n.value:,.0f}")
            few = dict(claim.counted).get("few", 1.0)
            if few == 1.0:
                share = d.computed(
                    "scaling efficiency", "%", f"{stated.shown} / {n.shown}",
                    lambda S, n: throughput_scaling_efficiency(S, 1.0, n, 1.0), stated, n,
                    reference=throughput_scaling_efficiency.source, symbol="e",
                )  # fmt: skip
            else:
                base = d.known("devices of the base", few, "1", Computed("as stated"), shown=f"{few:g}", symbol="m")  # fmt: skip
                share = d.computed(
                    "scaling efficiency", "%", f"{stated.shown} / ({n.shown} / {base.shown})",
                    lambda S, n, m: throughput_scaling_efficiency(S, 1.0, n, m), stated, n, base,
                    reference=throughput_scaling_efficiency.source, symbol="e",
                )  # fmt: skip
            ratio, low = share.value, share.low
            operands = (claim.number, many)
        if low <= _NOISE or ratio > 3:
            continue
        shown = number.quantity.shown
        every = f"{100 * ratio:.0f}%"
        sure = low > _FAR and (
            lost or {"weak", "compute"} <= claim.cues or _beside(ctx.paper, ratio)
        )
        base = d.computed("base over the rest", "1", f"1 / {every}", lambda x: 1 / x,
                          d.known("efficiency", round(ratio, 2), "%", Computed("rounded"), shown=every), symbol="B")  # fmt: skip
        yield Finding(
            "TK403", "superlinear-scaling", Verdict.IMPLAUSIBLE if sure else Verdict.OPEN,
            AtNumber(claim.number), f"{shown} is more than the devices add, and no cause is named.",
            tuple(d.steps), operands=operands, note="above linear scaling",
            bold=f"{shown} is above linear scaling.",
            question="" if sure else f"{shown} is more than the devices add: what else changed between the two scales?",
            only_if=f"a device of the base ran at {100 * base.value:.0f}% of what one among the many reaches" if sure else "",
            slots=(Slot("claim", shown, "c"),), case="B" if sure else "C",
        )  # fmt: skip
    yield from _series(ctx)
    yield from _spikes(ctx)


def _series(ctx: Context) -> Iterator[Outcome]:
    """Rates told at several scales, of which one grows by more than the devices."""
    judged: set[NumberId] = set()
    for claim in ctx.paper.physical("rates-series"):
        base_at, counts = claim.given[0][1], dict(claim.counted)
        number, base = ctx.paper.number(claim.number), ctx.paper.number(base_at)
        if claim.asserted is not Asserted.YES or base_at in judged or "goodput" in claim.cues:
            continue
        grown = counts["many"] / counts["few"]
        if number.quantity.nominal.low / base.quantity.nominal.high <= _FAR * grown:
            continue
        judged.add(base_at)
        yield _above(ctx, (base, number), (counts["few"], counts["many"]), (base_at, claim.number))


_FEWEST = 3
"""So many efficiencies of its tables say how a paper scales."""


@query
def _tabled(paper: Paper) -> tuple[float, ...]:
    """Efficiencies of all tables."""
    found = {c.number: paper.number(c.number).quantity.point for column in columns(paper) for claims in column.readings for c in claims}  # fmt: skip
    return tuple(found.values())


def _beside(paper: Paper, ratio: float) -> bool:
    """Whether every efficiency that the tables of a paper have is a loss, and far from one of the text."""
    tabled = _tabled(paper)
    return len(tabled) >= _FEWEST and max(tabled) < min(_NOISE, ratio - 0.08)


_JUMP = 1.2
"""So much faster a device does not become at one scale of a table, and slower again at the next."""


def _spikes(ctx: Context) -> Iterator[Outcome]:
    """Rates of a table that rise faster than the devices at one scale only, where those beside them do not."""
    found = [r for r in runs(ctx.paper) if r.kind == "rate" and len(r.counts) > 2]
    for run in found:
        beside = [r for r in found if r.table.id == run.table.id and r is not run]
        for k in range(1, len(run.counts) - 1):
            if not _spike(run, k) or any(_rises(r, k) > 1.05 for r in beside) or not beside:
                continue
            number = run.values[k]
            if number.asserted is Asserted.NO or CAUSES.search(_GROWS.sub("", run.table.caption)):
                continue
            yield _sudden(ctx, run, k)


_GROWS = Lazy(r"\b(?:the )?(?:global )?batch(?: size)? (?:grows|increases|rises|scales) with\b|\b(?:fixed|constant|same)[^.;]{0,24}batch\w*", re.I)  # fmt: skip


def _each(run: Run, k: int) -> float:
    return run.values[k].quantity.point / run.counts[k]


def _rises(run: Run, k: int) -> float:
    """What a device does at one scale over what it did at the one before."""
    return _each(run, k) / _each(run, k - 1) if k < len(run.counts) else 1.0


def _spike(run: Run, k: int) -> bool:
    before, after = _each(run, k - 1), _each(run, k + 1)
    return _rises(run, k) > _JUMP and _rises(run, k + 1) < 1 / _JUMP and 0.6 < after / before < 1.03


def _sudden(ctx: Context, run: Run, k: int) -> Finding:
    ids = tuple(n.id for n in run.values[k - 1 : k + 2])
    return _above(ctx, run.values[k - 1 : k + 1], run.counts[k - 1 : k + 1], ids, elsewhere=True)


def _above(
    ctx: Context, values: Sequence[Number], scales: Sequence[float], operands: tuple[NumberId, ...], *,
    elsewhere: bool = False,
) -> Finding:  # fmt: skip
    """A rate that is more than its base times the devices."""
    d = Derivation(ctx.paper)
    counts = [d.known(f"devices, {at}", scale, "1", Computed("as stated"), shown=f"{scale:,g}", symbol=s)
              for scale, at, s in zip(scales, ("fewer", "here"), ("m", "n"), strict=True)]  # fmt: skip
    few = d.stated("with fewer", values[0].id, symbol="r")
    here = d.stated("here", values[1].id, symbol="R")
    share = d.computed(
        "scaling efficiency", "%", f"({here.shown} / {few.shown}) / ({counts[1].shown} / {counts[0].shown})",
        throughput_scaling_efficiency, here, few, counts[1], counts[0],
        reference=throughput_scaling_efficiency.source, symbol="e",
    )  # fmt: skip
    shown, every = values[1].quantity.shown, f"{100 * share.value:.0f}%"
    rest = "the next scale loses it again" if elsewhere else "no cause is named"
    return Finding(
        "TK403", "superlinear-scaling", Verdict.IMPLAUSIBLE, AtNumber(values[1].id),
        f"{shown} is {every} of what the devices add, and {rest}.",
        tuple(d.steps), operands=operands, note="above linear scaling",
        bold=f"{shown} is above linear scaling.",
        only_if=f"a device reaches {every} of its rate at this scale{', and at no other' if elsewhere else ''}",
        slots=(Slot("claim", shown, "R"),), case="B",
    )  # fmt: skip
