r"""## What it checks
That a stated pipeline bubble agrees with the stages and micro-batches stated for it.

It may be a share of the step or of the ideal step, with the chunks of an interleaved schedule where
they are stated. A bubble said to be negligible is below a tenth of the step.

## Why it matters
The bubble follows from three small numbers, and it sets what the pipeline is worth.

## What is left alone
Zero-bubble and two-way schedules, asynchronous pipelines, bubbles that other work fills, serving,
idle time above the formula that was measured, and numbers of two sentences for a proof.

## Example
```latex
1F1B with 8 stages and 8 micro-batches leaves a 5\% bubble.
%                                               ^^^ TK405: is 46.7%, not 5%
```
Print stages, micro-batches and schedule, and say of what the bubble is a share.

## References
- Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM", SC 2021.
- Qi et al., "Zero Bubble Pipeline Parallelism", ICLR 2024.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hwmodels.pipeline import (
    micro_batches_for_bubble,
    pipeline_bubble,
    pipeline_bubble_of_ideal,
)
from tanaka.paper.about import Role
from tanaka.paper.model import Asserted, Number, Physical
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Axis,
    Computed,
    Context,
    Curve,
    CurvePoint,
    CurvesFigure,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.communication.bubble_rows import bubble_rows
from tanaka.rules.derivation import Derivation, hard

_LESS = frozenset({"zero", "asynchronous", "filled", "serving", "another"})
"""Words with which a stage may idle less than the formula says."""
_MORE = frozenset({"measured", "uneven", "global", "serving", "another"})
"""Words with which it may idle more."""
_NEGLIGIBLE = 0.1
_MOST_CHUNKS = 16


@rule("TK405", since="0.1.0")
def bubble_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Bubbles against stages and micro-batches."""
    for claim in (*ctx.paper.physical("bubble"), *bubble_rows(ctx.paper)):
        if claim.asserted is Asserted.NO and "would" not in claim.cues:
            continue
        claim = _completed(ctx, claim)
        p, m, v = (_count(ctx, claim, role) for role in _LABELS)
        if not (2 <= p <= 512 and 1 <= m <= 65536 and 1 <= v <= 64):
            continue
        negligible = claim.name("kind") == "negligible"
        outcome = _negligible(ctx, claim, p, m, v) if negligible else _judged(ctx, claim, p, m, v)
        if outcome is not None:
            yield outcome
    for claim in ctx.paper.physical("far-bubble"):
        if claim.asserted is Asserted.YES and (found := _far(ctx, claim)):
            yield found


_PAIRS = 12
"""Schedules of a paper, at most, that a bubble without any is held against."""
_OFF = 1.3


def _far(ctx: Context, claim: Physical) -> Outcome | None:
    """A bubble whose schedule is told elsewhere, against all that the paper has: the nearest, where none comes near."""
    paper = ctx.paper
    depths = {
        n.quantity.value: n.id for n in paper.counts_of("stage", "pp") if n.quantity.point >= 2
    }
    counts = {
        n.quantity.value: n.id for n in paper.counts_of("micro-batch") if n.quantity.point >= 2
    }
    if not depths or not counts or len(depths) * len(counts) > _PAIRS:
        return None
    if machine.excuses(paper, "schedule"):
        return None  # nothing tells which of them the bubble is of
    stated = paper.number(claim.number).quantity.point
    tried: list[tuple[float, int, Finding]] = []
    for p, m in product(depths.values(), counts.values()):
        given = (("stages", p), ("micro", m))
        one = replace(claim, given=given, far=frozenset({"stages", "micro"}))
        stages, micro = (paper.number(i).quantity.point for i in (p, m))
        value = pipeline_bubble(stages, 1.0, micro)
        ideal = pipeline_bubble_of_ideal(stages, 1.0, micro)
        if value / _OFF < stated < ideal * _OFF:
            return None
        found = _judged(ctx, one, stages, micro, 1.0)
        if not isinstance(found, Finding):
            return None
        tried.append((abs(math.log(stated / value)), len(tried), found))
    return min(tried)[2]


def _count(ctx: Context, claim: Physical, role: str) -> float:
    """Stages, micro-batches or chunks; 0 where nobody says, one chunk where none is spoken of."""
    at = claim.at(role)
    if at is not None:
        return ctx.paper.number(at).quantity.point
    return dict(claim.counted).get(role, 1.0 if role == "chunks" else 0.0)


def _completed(ctx: Context, claim: Physical) -> Physical:
    """A claim with the stages that the paper says elsewhere, where its passage names none."""
    known = claim.at("stages") is not None or "stages" in dict(claim.counted)
    if known or "interleaved" in claim.cues:  # whose stages may be virtual ones
        return claim
    bound = ctx.about(claim.number).of(Role.PIPELINE)
    at = bound.at if bound is not None else None
    if at is None:  # or the only depth that the paper has anywhere
        depths = [n for n in ctx.paper.counts_of("stage", "pp") if n.quantity.point >= 2]
        if len({n.quantity.value for n in depths}) != 1:
            return claim
        at = depths[0].id
    given = (("stages", at), *claim.given)
    return replace(claim, given=given, far=claim.far | {"stages"})


def _judged(ctx: Context, claim: Physical, p: float, m: float, v: float) -> Outcome | None:
    number = ctx.paper.number(claim.number)
    stated, widest = number.quantity.nominal, hard(number)
    least, most = pipeline_bubble(p, v, m), pipeline_bubble_of_ideal(p, v, m)
    for ideal, value in ((False, least), (True, most)):
        if stated.low - 0.005 <= value <= stated.high + 0.005:
            d, step = _derived(ctx, claim, ideal=ideal)
            of = "the ideal step" if ideal else "the step"
            return Held("TK405", (claim.number, *(i for _, i in claim.given)),
                        f"{step.text} = {_percent(value)} of {of}", tuple(d.steps), figure=_figure(p, m, v, number))  # fmt: skip
    if "interleaved" in claim.cues and v == 1:
        return None  # some number of chunks gives nearly any bubble
    if stated.high < least:
        if claim.cues & _LESS:
            return None
        named = "plain" in claim.cues and "interleaved" not in claim.cues
        proven = (
            named
            and not claim.far
            and machine.firm(ctx.paper, claim, claim.at("micro"))
            and widest.high < min(0.95 * least, least - 0.01)
        )
        only_if = "" if proven else _enough(p, number.quantity.point, v)
        return _finding(ctx, claim, number, ideal=False, only_if=only_if, named=named)
    if stated.low > most:
        if claim.cues & _MORE or widest.low < most + 0.02:
            return None
        b = number.quantity.point
        if not 0 < b < 1:
            return None
        fewer = micro_batches_for_bubble(p, b, v)
        if fewer < 1:
            return None
        only_if = f"stages wait for more than the schedule, or a pipeline has {fewer:.3g} micro-batches a step"
        return _finding(ctx, claim, number, ideal=True, only_if=only_if, named=False)
    return None


def _enough(p: float, b: float, v: float) -> str:
    """Micro-batches, or chunks, with which a stage idles no more than stated."""
    if not 0 < b < 1:
        return "the schedule leaves no bubble at all"
    return f"a step has {math.ceil(micro_batches_for_bubble(p, b, v) - 1e-9):,} micro-batches or more for each pipeline"


def _negligible(ctx: Context, claim: Physical, p: float, m: float, v: float) -> Finding | None:
    if pipeline_bubble(p, v, m) <= _NEGLIGIBLE or claim.cues & (_LESS | {"interleaved"}):
        return None
    if claim.far - {"chunks"} == {"stages", "micro"}:
        return None
    number = ctx.paper.number(claim.number)
    d, step = _derived(ctx, claim, ideal=False)
    many = math.ceil(micro_batches_for_bubble(p, _NEGLIGIBLE, v) - 1e-9)
    shown = _percent(step.value)
    return Finding(
        "TK405", "bubble-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{step.text} is {shown} of the step, which is not negligible.",
        tuple(d.steps), operands=tuple(dict.fromkeys((claim.number, *(i for _, i in claim.given)))),
        note=f"a bubble of {shown}", bold=f"{step.text} is {shown} of the step.",
        only_if=f"a step has {many:,} micro-batches or more, which leaves a tenth, or the schedule is another",
        related=_related(claim), figure=_figure(p, m, v, None),
        slots=(Slot("formula", step.text, "b"), Slot("ratio", shown, "b"), Slot("claim", number.quantity.shown, "m")),
        case="D",
    )  # fmt: skip


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


_LABELS = {"stages": ("stages", "p"), "micro": ("micro-batches", "m"), "chunks": ("chunks a stage", "v")}  # fmt: skip


def _related(claim: Physical) -> tuple[tuple[AtNumber, str], ...]:
    return tuple((AtNumber(i), _LABELS[r][0]) for r, i in claim.given if i != claim.number)


def _derived(ctx: Context, claim: Physical, *, ideal: bool) -> tuple[Derivation, Step]:
    d = Derivation(ctx.paper)
    made: dict[str, Step] = {}
    for role, (label, symbol) in _LABELS.items():
        at = claim.at(role)
        if at is None:
            told = _count(ctx, claim, role)
            origin = Computed("as stated" if role in dict(claim.counted) else "no interleaving")
            made[role] = Step(label, told, told, told, "1", "", origin, False, f"{told:,g}", symbol)
            continue
        inferred = "a sentence before" if role in claim.far else ""
        step = d.stated(label, at, symbol=symbol, inferred=inferred, exact=True)
        made[role] = d.steps[-1] = replace(step, shown=f"{step.value:,.0f}")
    p, m, v = (made[r].shown for r in ("stages", "micro", "chunks"))
    work = f"{v} × {m}" if made["chunks"].value != 1 else m
    formula = pipeline_bubble_of_ideal if ideal else pipeline_bubble
    text = (
        f"({p} - 1) / {f'({work})' if '×' in work else work}"
        if ideal
        else f"({p} - 1) / ({work} + {p} - 1)"
    )
    step = d.computed(
        "bubble, of the ideal step" if ideal else "bubble, of the step", "%", text, formula,
        made["stages"], made["chunks"], made["micro"], reference=formula.source, symbol="b",
    )  # fmt: skip
    return d, step


def _finding(
    ctx: Context, claim: Physical, number: Number, *, ideal: bool, only_if: str, named: bool
) -> Finding:  # fmt: skip
    d, step = _derived(ctx, claim, ideal=ideal)
    d.stated("as written", claim.number, symbol="c")
    shown, said = _percent(step.value), number.quantity.shown
    of = "the ideal step" if ideal else "the step"
    decimals = len(number.quantity.literal.text.partition(".")[2])
    literal = f"{100 * step.value:.{decimals}f}"
    fixes = (Fix(f"Write {literal}\\%", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),) if not only_if and number.quantity.shown_unit == "%" else ()  # fmt: skip
    p, m, v = (_count(ctx, claim, role) for role in _LABELS)
    return Finding(
        "TK405", "bubble-mismatch", Verdict.IMPLAUSIBLE if only_if else Verdict.IMPOSSIBLE,
        AtNumber(claim.number), f"{step.text} is {shown}, not {said}, as a share of {of}.",
        tuple(d.steps), operands=(claim.number, *(i for _, i in claim.given)),
        note=f"the schedule leaves {shown}", bold=f"{step.text} is {shown}, not {said}.",
        only_if=only_if, related=_related(claim), fixes=fixes, figure=_figure(p, m, v, number),
        slots=(Slot("formula", step.text, "b"), Slot("ratio", shown, "b"), Slot("claim", f"{said} bubble", "c"),
               *((Slot("schedule", "A plain schedule"),) if named else ())),
        case="B" if only_if else "A",
    )  # fmt: skip


def _figure(p: float, m: float, v: float, number: Number | None) -> CurvesFigure:
    """Both conventions against micro-batches, and what is stated."""
    at = sorted({m, *(p * k for k in (0.25, 0.5, 1, 2, 4, 8, 16))})
    at = [x for x in at if x >= 1]
    curves = (
        Curve("of the step", tuple((x, pipeline_bubble(p, v, x)) for x in at), "ours"),
        Curve("of the ideal", tuple((x, pipeline_bubble_of_ideal(p, v, x)) for x in at)),
    )
    points = [CurvePoint("of the step", m, pipeline_bubble(p, v, m))]
    if number is not None:
        points.append(CurvePoint("as written", m, number.quantity.point, True))
    return CurvesFigure(
        f"Bubble of {p:.0f} stages", Axis("micro-batches a step", "1", True), Axis("bubble", "1"),
        curves, tuple(points), equations=(pipeline_bubble.text, pipeline_bubble_of_ideal.text),
    )  # fmt: skip
