"""The verdict on one stated change: shared by ratio-mismatch and percent-mismatch."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tanaka.paper.model import Asserted, Change, ChangeWord, How, Number, Paper
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import at_precision_of
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.readings import Reading, fits, reach, readings

# Words in reach that a mismatch may rest on: the claim may be about another aggregate.
_EXCUSES = frozenset({"across", "average", "metric", "stack", "percentile"})
_DEMOTING = frozenset({"scale", "kernel"})


def check_change(ctx: Context, change: Change, code: str, name: str) -> Iterator[Outcome]:
    """Outcome of one change under all its readings (see `soundness` of the rule's page)."""
    paper = ctx.paper
    claim, old, new = (
        paper.number(change.change),
        paper.number(change.old),
        paper.number(change.new),
    )
    # "More than 9%" is a claim with one end; of an operand with one end nothing follows.
    if change.asserted is Asserted.NO or not (old.quantity.bounded and new.quantity.bounded):
        return
    percentages = old.quantity.shown_unit == "%"
    if change.word is ChangeWord.POINTS and not percentages:
        return  # points of another quantity than the two values: counts, scores
    options = readings(change.word, percentages=percentages, ordered=change.ordered)
    said = claim.quantity.nominal
    for option in options:
        if fits(option, said, old.quantity.nominal, new.quantity.nominal):
            yield _held(ctx, code, change, option)
            return
    claim_hard, old_hard, new_hard = claim.quantity.hard, old.quantity.hard, new.quantity.hard
    fixed = change.word in (ChangeWord.RELATIVE_LESS, ChangeWord.RELATIVE_MORE)
    if fixed and percentages and _is_points(claim, old, new):
        # Points called relative are a slip of their own: no coarse rounding needs to explain them.
        old_hard, new_hard = _fine(old), _fine(new)
    closest = (
        options[0]
        if fixed
        else min(
            options, key=lambda o: _distance(o.value(old.quantity.point, new.quantity.point), claim)
        )
    )
    survives = next((o for o in options if fits(o, claim_hard, old_hard, new_hard)), None)
    truth = reach(closest, old.quantity.nominal, new.quantity.nominal)
    excused = change.cues & _EXCUSES
    if excused:
        return  # counted as read, not as checked: the words leave another binding open
    if survives is not None:
        ulp = claim.quantity.literal.ulp * claim.quantity.scale
        if said.gap(truth) < 0.02 or said.distance(truth) < ulp:
            yield _held(ctx, code, change, survives)
            return
        verdict, only_if = (
            Verdict.IMPLAUSIBLE,
            "the printed values are themselves rounded more coarsely than they look",
        )
    elif change.paired is not How.STATED:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the factor compares other values than these two"
    elif change.cues & _DEMOTING:
        verdict, only_if = (
            Verdict.IMPLAUSIBLE,
            "the factor is about another scale or another part than these two values",
        )
    elif change.asserted is Asserted.QUOTED:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the cited work counts differently"
    elif (change.hedged and truth.gap(Interval.point(claim.quantity.point)) < 0.25) or said.gap(
        truth
    ) < 0.01:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the hedge covers more than a tenth"
    else:
        verdict, only_if = Verdict.IMPOSSIBLE, ""
    yield _finding(ctx, code, name, change, closest, verdict, only_if)


def _is_points(claim: Number, old: Number, new: Number) -> bool:
    """Whether the difference of two percentages is what is stated, digit for digit."""
    change = abs(new.quantity.point - old.quantity.point)
    return claim.quantity.nominal.contains(change)


def _fine(number: Number) -> Interval:
    return number.quantity.literal.hard(zeros_significant=True).scaled(number.quantity.scale)


def _distance(value: float, claim: Number) -> float:
    """How far a reading is from what is stated: by ratio for factors, by difference for shares."""
    stated = claim.quantity.point
    if claim.quantity.shown_unit == "×" and value > 0 and stated > 0:
        return abs(math.log(value / stated))
    return abs(value - stated)


def _labels(paper: Paper, change: Change) -> tuple[str, str]:
    """What the two values are called: by time where the words say which is old, else by size."""
    if change.word is ChangeWord.SHARE:
        return "whole", "part"
    if change.ordered:
        return "before", "after"
    falls = paper.number(change.old).quantity.point >= paper.number(change.new).quantity.point
    return ("larger value", "smaller value") if falls else ("smaller value", "larger value")


def _steps(ctx: Context, change: Change, option: Reading) -> tuple[Derivation, float, str]:
    paper = ctx.paper
    d = Derivation(paper)
    first, second = _labels(paper, change)
    old, new = d.stated(first, change.old, symbol="a"), d.stated(second, change.new, symbol="b")
    factor = paper.number(change.change).quantity.shown_unit == "×"
    text = option.text.format(old=old.shown, new=new.shown)
    label = option.name if not factor else "ratio"
    result = d.computed(label, "1" if factor else "%", text, option.value, old, new, symbol="r")
    d.stated("as written", change.change, symbol="c")
    return d, result.value, text


def _held(ctx: Context, code: str, change: Change, option: Reading) -> Held:
    d, value, text = _steps(ctx, change, option)
    factor = ctx.paper.number(change.change).quantity.shown_unit == "×"
    shown = printed(value) if factor else f"{100 * value:.1f}%"
    return Held(code, (change.change, change.old, change.new), f"{text} = {shown}", tuple(d.steps))


def _finding(
    ctx: Context,
    code: str,
    name: str,
    change: Change,
    option: Reading,
    verdict: Verdict,
    only_if: str,
) -> Finding:
    paper = ctx.paper
    claim, old, new = (
        paper.number(change.change),
        paper.number(change.old),
        paper.number(change.new),
    )
    d, value, text = _steps(ctx, change, option)
    q = claim.quantity
    factor = q.shown_unit == "×"
    if factor:
        shown, corrected = f"{printed(value)}×", factor_literal(value, claim)
    else:
        shown, corrected = _percent(value, claim, old, new), percent_literal(value, claim)
    words = _words(change.word)
    points = q.shown_unit == "points"
    message = f"{text} is {shown}{' points' if points else ''}{words}; {q.shown} is stated."
    title_unit = {"×": "$\\times$", "%": "\\%", "points": " points"}[q.shown_unit]
    title = f"Write ${corrected}\\times$" if factor else f"Write {corrected}{title_unit}"
    fix = Fix(title, FixKind.QUICKFIX, (ReplaceLiteral(change.change, corrected),))
    fixes = (fix,) if value > 0 and q.qualifier is Qualifier.EXACT else ()
    figure = BarsFigure(
        "Stated against recomputed", "×" if factor else "%",
        (("as written", q.point if factor else 100 * q.point, True), ("recomputed", value if factor else 100 * value, False)),
    )  # fmt: skip
    return Finding(
        code, name, verdict, AtNumber(change.change), message, tuple(d.steps),
        operands=(change.change, change.old, change.new),
        note=f"the two values give {shown.rstrip('×')}",
        bold=f"{text} is {shown}, not {q.shown}.",
        only_if=only_if, fixes=fixes, figure=figure,
        related=tuple(
            (AtNumber(id), f"the value {label}" if label in ("before", "after") else f"the {label}")
            for id, label in zip((change.old, change.new), _labels(ctx.paper, change), strict=True)
        ),
        slots=(
            Slot("a", old.quantity.shown, "a"), Slot("b", new.quantity.shown, "b"),
            Slot("ratio", f"{shown} points" if points else shown + words, "r"), Slot("claim", q.shown, "c"),
        ),
        case="B" if verdict is Verdict.IMPLAUSIBLE else "D" if change.word is ChangeWord.SHARE else "A",
    )  # fmt: skip


def _words(word: ChangeWord) -> str:
    return {
        ChangeWord.PERCENT_LESS: " less",
        ChangeWord.RELATIVE_LESS: " less",
        ChangeWord.PERCENT_MORE: " more",
        ChangeWord.RELATIVE_MORE: " more",
        ChangeWord.PERCENT_FASTER: " faster",
        ChangeWord.PERCENT_SLOWER: " slower",
    }.get(word, "")


def factor_literal(value: float, claim: Number) -> str:
    """Factor at the author's own precision: "3.0" for a claim printed as "3.5".

    Where that prints the very digits that are wrong, the factor has three digits: with "1.3" for a
    claim of "1.3" whose truth is 1.27 nothing would change.
    """
    own = at_precision_of(value, claim.quantity.literal)
    return printed(value) if own == claim.quantity.literal.text else own


def percent_literal(value: float, claim: Number) -> str:
    """Percentage at the author's own decimals."""
    return at_precision_of(100 * value, claim.quantity.literal)


def _percent(value: float, claim: Number, old: Number, new: Number) -> str:
    decimals = len(claim.quantity.literal.text.partition(".")[2])
    if old.quantity.shown_unit == "%" and claim.quantity.shown_unit == "points":
        decimals = max(
            decimals,
            len(old.quantity.literal.text.partition(".")[2]),
            len(new.quantity.literal.text.partition(".")[2]),
        )
    unit = "" if claim.quantity.shown_unit == "points" else "%"
    return f"{100 * value:.{max(decimals, 0 if abs(value) >= 0.1 else 1)}f}{unit}"
