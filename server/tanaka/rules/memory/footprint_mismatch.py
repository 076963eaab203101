r"""## What it checks
That a stated size of weights, gradients, a checkpoint, a key-value cache, a hidden state or logits
is what the count of values times their width gives.

## Why it matters
Capacity, bandwidth and cost are planned from these sizes. One that is off by two is a width that
was not meant, a cache without its values, or heads that are not shared.

## What is left alone
Sizes of a shard, of a stage, of what is saved or left; sums with cache or runtime; widths that are
not stated for weights. A public model gives its exact count, a label such as "13B" one within 15
per cent; sizes are read in powers of ten and of two. A size is called wrong beyond 15 per cent
from all of these. Low-bit formats may keep scales and some tensors wide. The cache of a token that a
sentence or a table gives alone is held against the layers and heads that a section on the cache states,
in the narrowest format where none is named; not where heads share keys, or tokens are dropped.

## Example
```latex
In FP16 the 70B model's weights take 70\,GB.
%                                    ^^^^^^ TK306: 140 GB
```
State the width that the size belongs to, or the size that belongs to the width.

## References
- Pope et al., "Efficiently Scaling Transformer Inference", MLSys 2023.
- Ainslie et al., "GQA", EMNLP 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hwmodels.decode import weight_bytes
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.paper.physics.widths import Width, widths
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import enough
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Finding,
    FitFigure,
    FitPart,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.bound import readings
from tanaka.rules.memory.cache_rows import cache_rows
from tanaka.rules.memory.cache_sizes import cache_size
from tanaka.rules.memory.expected import Expected, Reading
from tanaka.rules.memory.home_rows import token_rows, weight_rows
from tanaka.rules.memory.sized_rows import sized_rows
from tanaka.rules.memory.sizes import claimed, count_of, declared_width, size, trimmed
from tanaka.rules.memory.token_caches import of_paper, token_caches
from tanaka.rules.other_unit import other_unit

_AGREES = 1.25
_SLACK = 1.15  # beyond it no rounding, no table left out and no other unit explains a size
_MORE = 1.6
"""Beyond it a model does not take what its weights and their scales take."""
_SMALL = (2e9, 4.0)
"""Below this many bytes the label of a model says little: tables and towers beside it take up to so many times as much."""
_WHAT = {
    "weights": "weights", "model": "weights", "checkpoint": "weights", "gradients": "gradients", "optimizer": "one moment",
    "state": "a vector", "logits": "the logits", "cache-token": "the cache of a token", "cache": "the cache", "cache-product": "the cache",
    "per-parameter": "the state", "residual": "the copy",
}  # fmt: skip
# What else the state of a parameter may hold in a file for training [byte].
_TRAINING = (8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0)


@rule("TK306", since="0.1.0")
def footprint_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Stated sizes against counts times widths."""
    stated = chain(
        ctx.paper.physical("footprint"), sized_rows(ctx.paper), cache_rows(ctx.paper), token_caches(ctx.paper), weight_rows(ctx.paper), token_rows(ctx.paper)
    )  # fmt: skip
    told: set[NumberId] = set()
    for claim in stated:
        if claim.asserted is Asserted.NO or claim.number in told:
            continue
        if (outcome := _first(ctx, claim)) is not None:
            told.add(claim.number)
            yield outcome


def _first(ctx: Context, claim: Physical) -> Outcome | None:
    """What the claim's own words prove or break; else what the rest of the paper makes of them."""
    held: Outcome | None = None
    for read in readings(ctx.paper, claim):
        d = Derivation(ctx.paper)
        made = _expected(ctx.paper, d, read)
        outcome = _judged(ctx, d, read, made) if made is not None else None
        if isinstance(outcome, Finding):
            return outcome
        held = held or outcome
    return held


def _expected(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    kind = claim.name("kind")
    if "of-paper" in claim.cues:
        return of_paper(paper, d, claim)
    if kind.startswith("cache"):
        return cache_size(paper, d, claim)
    if claim.at("elements") is not None:
        return _vector(paper, d, claim)
    if kind == "per-parameter":
        return _per_parameter(paper, d, claim)
    return _of_model(paper, d, claim)


# -- what the size should be ---------------------------------------------------------------------


def _width(claim: Physical) -> Width | None:
    found = widths(claim.name("precision"))
    return found[0] if found else None


def _of_model(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    """Weights, gradients or moments: parameters times a width."""
    kind, width = claim.name("kind"), _width(claim)
    if width is None:
        return None
    at = claim.at("params")
    count = count_of(d, paper, claim.name("model"), at, label="label" in claim.cues, tabled=dict(claim.counted).get("params"))  # fmt: skip
    if count is None:
        return None
    each = d.known("width of one", width.bits / 8, "byte", Computed(f"{width.name}, as stated"),
                   shown=f"{width.bits / 8:g} B", symbol="w")  # fmt: skip
    value = count.step.value * each.value
    total = d.computed(_WHAT[kind], "byte", f"{count.step.shown} × {each.shown}", weight_bytes, count.step, each,
                       reference=weight_bytes.source, shown=size(value), symbol="M")  # fmt: skip
    # scales, and tables that stay wide: a larger share of a small model
    most = width.most if width.bits >= 16 or count.step.value >= 6e9 else width.most + 2.4
    sure = [Reading(Interval(count.low * width.bits / 8, count.high * most / 8), "")]
    other = []
    if count.model is not None and not count.model.dense:
        active = count.model.active_parameters
        other.append(
            Reading(
                Interval(active * width.bits / 8, active * most / 8),
                "only the weights that one token goes through are counted",
            )
        )
    if kind == "optimizer":
        sure += [Reading(Interval(n * count.low * width.bits / 8, n * count.high * width.bits / 8), "") for n in (2, 3)]  # fmt: skip
    if kind in ("checkpoint", "model") or "trains" in claim.cues:
        sure += [Reading(Interval(n * count.low, n * count.high), "") for n in _TRAINING]
    number = paper.number(claim.number)
    implied = number.quantity.point / count.step.value
    only_if = f"a parameter takes {trimmed(implied, 2)} B, or the model has {trimmed(number.quantity.point / each.value / 1e9, 3)}B parameters"  # fmt: skip
    proves = (
        kind == "weights"
        and "weights" in claim.cues
        and "trains" not in claim.cues
        and declared_width(claim)
        and not {"model", "params"} & claim.far
        and not machine.excuses(paper, "sparsity", "adapter")
    )
    stated = tuple(i for i in (at,) if i is not None)
    return Expected(total, tuple(sure), tuple(other), only_if, proves, proves, count.name, stated, above=_above(claim))  # fmt: skip


def _per_parameter(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    """A state of so many bytes per parameter, as stated."""
    at, each_at, made = claim.at("params"), claim.at("each"), dict(claim.counted).get("each")
    count = count_of(d, paper, claim.name("model"), at, label="label" in claim.cues, tabled=dict(claim.counted).get("params"))  # fmt: skip
    if count is None or (each_at is None and made is None):
        return None
    if each_at is not None:
        each = d.stated("of a parameter", each_at, symbol="w", exact=True)
    else:
        each = d.known("of a parameter", made or 0.0, "byte", Computed("the parts that are listed, together"), shown=f"{made:g} B", symbol="w")  # fmt: skip
    value = count.step.value * each.value
    total = d.computed(_WHAT["per-parameter"], "byte", f"{count.step.shown} × {each.shown}", weight_bytes, count.step, each,
                       reference="parameters times the bytes of each, as stated", shown=size(value), symbol="M")  # fmt: skip
    implied = paper.number(claim.number).quantity.point / count.step.value
    only_if = f"a parameter takes {trimmed(implied, 2)} B"
    proves = not {"model", "params"} & claim.far and not machine.excuses(paper, "adapter")
    reach = Interval(count.low * each.value, count.high * each.value)
    stated = tuple(i for i in (at, each_at) if i is not None)
    return Expected(total, (Reading(reach, ""),), (), only_if, proves, proves, count.name, stated)


def _above(claim: Physical) -> float:
    """From which factor on a size above is wrong: what runs holds more than its weights."""
    if claim.name("kind") == "model" or ("runs" in claim.cues and "weights" not in claim.cues):
        return 0.0 if {"runs", "trains"} & claim.cues else _MORE
    return _SLACK


def _vector(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    """Values of one width."""
    at, width = claim.at("elements"), _width(claim)
    if at is None or width is None:
        return None
    count = d.stated("values", at, symbol="N")
    each = d.known("width of one", width.bits / 8, "byte", Computed(f"{width.name}, as stated"),
                   shown=f"{width.bits / 8:g} B", symbol="w")  # fmt: skip
    total = d.computed(_WHAT[claim.name("kind")], "byte", f"{count.shown} × {each.shown}", weight_bytes, count, each,
                       reference="values times their width", shown=size(count.value * each.value), symbol="M")  # fmt: skip
    reach = hard(paper.number(at)).scaled(width.bits / 8)
    point = paper.number(claim.number).quantity.point
    ratio = point / total.value
    only_if = (
        f"{trimmed(ratio, 2)} such vectors are meant" if ratio > 1
        else f"a value takes {trimmed(point / count.value, 2)} B"
    )  # fmt: skip
    sure = declared_width(claim)
    return Expected(total, (Reading(Interval(reach.low, reach.high * width.most / width.bits), ""),), (), only_if, False, sure,
                    f"{count.shown} values", (at,))  # fmt: skip


def _exact(claim: Physical) -> bool:
    """Whether a width has no scales besides, so that the size is known and not only its least."""
    width = _width(claim)
    return width is None or width.bits == width.most


# -- the verdict ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gap:
    """How a size stands to all readings: by how much it is off, and to which side."""

    factor: float
    above: bool


def _gap(reach: Interval, readings: tuple[Reading, ...]) -> _Gap | None:
    """The least distance to a reading, as a factor; None where one of them holds."""
    best: _Gap | None = None
    for r in readings:
        if reach.low <= r.reach.high and reach.high >= r.reach.low:
            return None
        above = reach.low > r.reach.high
        factor = reach.low / r.reach.high if above else r.reach.low / reach.high
        if best is None or factor < best.factor:
            best = _Gap(factor, above)
    return best


def _judged(ctx: Context, d: Derivation, claim: Physical, made: Expected) -> Outcome | None:
    paper = ctx.paper
    number = paper.number(claim.number)
    gap = _gap(claimed(number), made.sure)
    total, kind = made.total, claim.name("kind")
    if gap is None or gap.factor <= _SLACK:
        # another reading holds: there is nothing to show for it
        if (plain := _gap(claimed(number), (made.sure[0],))) is not None and plain.factor > _SLACK:
            return None
        ratio = number.quantity.point / total.value
        if not 1 / _AGREES <= ratio <= _AGREES and number.quantity.bounded:
            return None  # not so far off that it is wrong, and too far to be said to agree
        return Held("TK306", (claim.number, *made.operands), f"{total.text} = {total.shown}", tuple(d.steps),
                    slots=(Slot("axis", f"the size of {_WHAT[kind].removeprefix('the ')}"),), figure=_figure(claim, made, number.quantity.point))  # fmt: skip
    at_most = number.quantity.qualifier in (Qualifier.MAX, Qualifier.LT)
    at_least = number.quantity.qualifier in (Qualifier.MIN, Qualifier.GT)
    if (gap.above and at_most) or (not gap.above and at_least):
        return None
    if gap.above and gap.factor < _SMALL[1] and "label" in claim.cues and total.value < _SMALL[0] and kind in ("weights", "model", "checkpoint"):  # fmt: skip
        return None
    reach = claimed(number)
    more = [reach.low / r.reach.high for r in made.sure if reach.low > r.reach.high]
    if more and (made.above == 0 or min(more) < made.above):
        return None
    other = next(
        (r for r in made.other if (g := _gap(claimed(number), (r,))) is None or g.factor <= _SLACK),
        None,
    )
    allowed = made.proves_above if gap.above else made.proves_below
    if kind.startswith("cache") and not gap.above:
        allowed = allowed and not machine.excuses(
            paper, "compression", "quantised", "sparsity", "caching"
        )
    proven = (
        allowed and other is None and not claim.far
        and machine.firm(paper, claim, *made.operands)
    )  # fmt: skip
    only_if = "" if proven else other.why if other is not None else made.only_if
    shown = number.quantity.shown
    ratio = number.quantity.point / total.value
    ratio_text = f"{trimmed(ratio, 3)}×"
    return Finding(
        "TK306", "footprint-mismatch", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{_subject(claim, made)} {total.shown}, not {shown}.",
        tuple(d.steps), operands=(claim.number, *made.operands),
        note=f"it is {total.shown}",
        bold=f"{total.text} is {total.shown}, not {shown}.",
        only_if=only_if, fixes=_fixes(paper, claim, made), figure=_figure(claim, made, number.quantity.point),
        slots=(
            Slot("claim", shown, "S"), Slot("need", total.shown, total.symbol), Slot("formula", total.text), Slot("ratio", ratio_text),
            *((Slot("excuse", only_if),) if only_if else ()),
        ),
    )  # fmt: skip


def _subject(claim: Physical, made: Expected) -> str:
    """Who takes a size: "Weights of Llama-2-70B in FP16 take"."""
    what, width = _WHAT[claim.name("kind")], claim.name("precision")
    verb = "take" if what.endswith("s") else "takes"
    of = f" in {width}" if width else ""
    return f"{what[:1].upper()}{what[1:]} of {made.name}{of} {verb}"


def _figure(claim: Physical, made: Expected, stated: float) -> FitFigure:
    label = _WHAT[claim.name("kind")]
    return FitFigure((FitPart(label, made.total.value, True),), stated, "as stated")


def _fixes(paper: Paper, claim: Physical, made: Expected) -> tuple[Fix, ...]:
    """The unit in which the digits are right; else the right size in the author's, with as many digits as it takes."""
    number, total = paper.number(claim.number), made.total
    reach = claimed(number)

    def agrees(value: float) -> bool:
        gap = _gap(reach.scaled(value / number.quantity.point), made.sure)
        return gap is None or gap.factor <= _SLACK

    if unit := other_unit(number, agrees):
        return unit
    q = paper.number(claim.number).quantity
    new = enough(total.value / q.scale, q.literal)
    if q.qualifier is not Qualifier.EXACT or not new or not _exact(claim):
        return ()
    return (Fix(f"Write {new} {q.shown_unit}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, new),)),)  # fmt: skip
