"""The verdict on one stated change: shared by ratio-mismatch and percent-mismatch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.model import Asserted, Change, ChangeWord, How, Number, Paper
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import rewritten
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
from tanaka.rules.numbers.checks.readings import Reading, fits, reach, readings
from tanaka.rules.numbers.unit_slip import explained

# Words in reach that a mismatch may rest on: the claim may be about another aggregate.
_EXCUSES = frozenset({"across", "average", "metric", "stack", "percentile"})
_DEMOTING = frozenset({"scale", "kernel", "mean"})
_ONLY_IF = {
    "mean": "the factor is a mean of ratios and no ratio of these means",
    "": "the factor is about another scale or another part than these two values",
}


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
    fractions = not percentages and _is_fraction(old) and _is_fraction(new)
    if (
        change.word is ChangeWord.POINTS
        and not percentages
        and not fractions
        and not (_is_score(old) and _is_score(new))
    ):
        return  # points of another quantity than the two values: counts
    fixed = change.word in (ChangeWord.RELATIVE_LESS, ChangeWord.RELATIVE_MORE)
    # 1.5% from 0.731 to 0.746: hundredths of a score are points
    in_points = percentages or (fractions and not fixed)
    options = readings(change.word, percentages=in_points, ordered=change.ordered)
    if change.word is ChangeWord.POINTS and not percentages and not fractions:
        options = tuple(_of_scores(o) for o in options)
    elif not fixed and _out_of_hundred(old) and _out_of_hundred(new) and not _is_factor(claim):
        # "from 61.3 to 68.8, an absolute gain of 7.5%"
        options += tuple(
            _of_scores(o) for o in readings(ChangeWord.POINTS, percentages=True, ordered=False)
        )
    if _unlike(claim, old, new) or _of_other_values(change.word, claim, old, new):
        return
    said = _size(claim, claim.quantity.nominal)
    old_near, new_near = old.quantity.nominal, new.quantity.nominal
    if change.word is ChangeWord.SHARE and _is_whole(old) and _is_whole(new):
        old_near, new_near = _exactly(old), _exactly(new)
    for option in options:
        if fits(option, said, old_near, new_near):
            yield _held(ctx, code, change, option)
            return
    claim_hard = _size(claim, claim.quantity.hard)
    old_hard, new_hard = old.quantity.hard, new.quantity.hard
    if change.word is ChangeWord.SHARE and _is_whole(old) and _is_whole(new):
        old_hard, new_hard = old_near, new_near
    if fixed and percentages and _is_points(claim, old, new):
        # Points called relative are a slip of their own: no coarse rounding needs to explain them.
        old_hard, new_hard = _fine(old), _fine(new)
    point = old.quantity.point, new.quantity.point
    closest = (
        next((o for o in options if o.value(*point) > 0), options[0])
        if fixed
        else min(options, key=lambda o: _distance(o.value(*point), claim))
    )
    survives = next((o for o in options if fits(o, claim_hard, old_hard, new_hard)), None)
    if closest.value(*point) <= 0 and claim.quantity.point > 0:
        return  # the words tell of the other direction: these are other values than they mean
    truth = reach(closest, old_near, new_near)
    if _loosely(claim, closest.value(*point)):
        return
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
        verdict = Verdict.IMPLAUSIBLE
        only_if = _ONLY_IF["mean" if "mean" in change.cues else ""]
    elif not any(c.isdigit() for c in claim.quantity.literal.text):
        verdict, only_if = Verdict.IMPLAUSIBLE, "the word is meant loosely"
    elif change.asserted is Asserted.QUOTED:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the cited work counts differently"
    elif (
        change.hedged and truth.gap(Interval.point(abs(claim.quantity.point))) < 0.25
    ) or said.gap(truth) < 0.01:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the hedge covers more than a tenth"
    else:
        verdict, only_if = Verdict.IMPOSSIBLE, ""
    finding, value = _finding(ctx, code, name, change, closest, verdict, only_if)
    yield explained(finding, abs(claim.quantity.point), value, (claim, old, new))


_IN_A_VERB = Lazy(r"halv|doubl|tripl|quadrupl|.*\borders? of magnitude", re.I)
_LOOSE = 1.35
"""Within that factor "doubles" and "halves" are said of any change."""


def _loosely(claim: Number, value: float) -> bool:
    """Whether a factor in words is near enough to what it tells of: "doubled from 352 to 872"."""
    if value <= 0 or not _IN_A_VERB.match(claim.quantity.literal.text):
        return False
    off = abs(math.log(value / abs(claim.quantity.point)))
    return off < math.log(_LOOSE) * (1 if claim.quantity.point < 10 else 2)


_FAR = 1000.0


def _unlike(claim: Number, old: Number, new: Number) -> bool:
    """Whether two values are so far apart that a percentage can be of no such pair: 4 KB and 2 TB."""
    a, b = abs(old.quantity.point), abs(new.quantity.point)
    return not _is_factor(claim) and max(a, b) > _FAR * min(a, b)


_MISSED = 12.0
"""Beyond that factor a change is not of the two values, but for a slip of a unit."""
_SLIPS = (24.0, 60.0, 100.0, 1000.0, 1024.0, 3600.0, 1e6, 1e9)
_PARTS = (ChangeWord.POINTS, ChangeWord.SHARE)


def _of_other_values(word: ChangeWord, claim: Number, old: Number, new: Number) -> bool:
    """Whether two values are in a ratio that is nowhere near the stated one: "$10 ..., we pay $600, 70% less"."""
    a, b, said = abs(old.quantity.point), abs(new.quantity.point), abs(claim.quantity.point)
    if word in _PARTS or not (a and b and said) or old.quantity.shown_unit == "%":
        return False
    if _is_factor(claim):
        stated = [said, 1 + said]
    else:
        stated = [1 + said, *([1 / (1 - said)] if said < 1 else [])]
    ratio = max(a, b) / min(a, b)
    missed = min(max(ratio / max(s, 1 / s), max(s, 1 / s) / ratio) for s in stated)
    return missed > _MISSED and not any(abs(missed / s - 1) < 0.05 for s in _SLIPS)


def _is_whole(number: Number) -> bool:
    """Whether a value is a count that is printed in full: "31 of 75" are no rounded numbers."""
    q = number.quantity
    return (
        q.unit == "1"
        and not q.shown_unit
        and q.literal.ulp == 1
        and q.scale == 1.0
        and not q.hedged
    )


def _exactly(number: Number) -> Interval:
    """A count, of which only hundreds may be rounded."""
    q = number.quantity
    return q.hard if q.literal.text.endswith("00") and q.point >= 1000 else Interval.point(q.point)


def _is_score(number: Number) -> bool:
    """Whether a value is a bare score: "85.6" may be in percent, and points are of it."""
    q = number.quantity
    return (
        q.unit == "1"
        and not q.shown_unit
        and not number.noun
        and "." in q.literal.text
        and 1 < q.point <= 100
    )


def _is_fraction(number: Number) -> bool:
    """Whether a value is a bare score between 0 and 1, as accuracy, F1 or AUC."""
    q = number.quantity
    return (
        q.unit == "1"
        and not q.shown_unit
        and not number.noun
        and "." in q.literal.text
        and 0 < q.point <= 1
    )


def _out_of_hundred(number: Number) -> bool:
    """Whether a value may be a score in percent that is printed without its sign."""
    q = number.quantity
    return q.unit == "1" and not q.shown_unit and not number.noun and 1 < q.point <= 100


def _of_scores(option: Reading) -> Reading:
    """A reading of points for scores that are printed without a per cent sign."""
    return replace(option, value=lambda o, n: option.value(o, n) / 100)


def _size(claim: Number, interval: Interval) -> Interval:
    """What is stated without its sign: "(-28%)" and "28% less" are one claim."""
    if claim.quantity.point >= 0:
        return interval
    return Interval(-interval.high, -interval.low)


def _is_factor(claim: Number) -> bool:
    """Whether a change is a factor: "3x", "threefold", "a factor of 3", "doubles"."""
    return claim.quantity.shown_unit not in ("%", "points")


def _is_points(claim: Number, old: Number, new: Number) -> bool:
    """Whether the difference of two percentages is what is stated, digit for digit."""
    change = abs(new.quantity.point - old.quantity.point)
    return _size(claim, claim.quantity.nominal).contains(change)


def _fine(number: Number) -> Interval:
    return number.quantity.literal.hard(zeros_significant=True).scaled(number.quantity.scale)


def _distance(value: float, claim: Number) -> float:
    """How far a reading is from what is stated: by ratio for factors, by difference for shares."""
    stated = abs(claim.quantity.point)
    if _is_factor(claim) and value > 0 and stated > 0:
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
    factor = _is_factor(paper.number(change.change))
    text = option.text.format(old=old.shown, new=new.shown)
    label = option.name if not factor else "ratio"
    result = d.computed(label, "1" if factor else "%", text, option.value, old, new, symbol="r")
    d.stated("as written", change.change, symbol="c")
    return d, result.value, text


def _held(ctx: Context, code: str, change: Change, option: Reading) -> Held:
    d, value, text = _steps(ctx, change, option)
    factor = _is_factor(ctx.paper.number(change.change))
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
) -> tuple[Finding, float]:
    """The finding, and what the two values give by its reading."""
    paper = ctx.paper
    claim, old, new = (
        paper.number(change.change),
        paper.number(change.old),
        paper.number(change.new),
    )
    d, value, text = _steps(ctx, change, option)
    q = claim.quantity
    factor = _is_factor(claim)
    if factor:
        shown, corrected = f"{printed(value)}×", factor_literal(value, claim)
    else:
        shown, corrected = _percent(value, claim, old, new), percent_literal(value, claim)
    words = _words(change.word)
    points = q.shown_unit == "points"
    if q.point < 0:
        corrected = f"-{corrected}"
    as_written = q.shown if any(c.isdigit() for c in q.shown) else f'"{q.shown}"'
    message = f"{text} is {shown}{' points' if points else ''}{words}; {as_written} is stated."
    title_unit = {"%": "\\%", "points": " points"}.get(q.shown_unit, "")
    title = (
        f"Write ${corrected}\\times$" if q.shown_unit == "×" else f"Write {corrected}{title_unit}"
    )
    fix = Fix(title, FixKind.QUICKFIX, (ReplaceLiteral(change.change, corrected),))
    in_digits = any(c.isdigit() for c in q.literal.text)
    fixes = (fix,) if value > 0 and in_digits and q.qualifier is Qualifier.EXACT else ()
    figure = BarsFigure(
        "Stated against recomputed", "×" if factor else "%",
        (("as written", q.point if factor else 100 * abs(q.point), True), ("recomputed", value if factor else 100 * value, False)),
    )  # fmt: skip
    finding = Finding(
        code, name, verdict, AtNumber(change.change), message, tuple(d.steps),
        operands=(change.change, change.old, change.new),
        note=f"the two values give {shown.rstrip('×')}",
        bold=f"{text} is {shown}, not {as_written}.",
        only_if=only_if, fixes=fixes, figure=figure,
        related=tuple(
            (AtNumber(id), f"the value {label}" if label in ("before", "after") else f"the {label}")
            for id, label in zip((change.old, change.new), _labels(ctx.paper, change), strict=True)
        ),
        slots=(
            Slot("a", old.quantity.shown, "a"), Slot("b", new.quantity.shown, "b"),
            Slot("ratio", f"{shown} points" if points else shown + words, "r"), Slot("claim", f"{q.shown[1:]} less" if q.point < 0 else q.shown, "c"),
        ),
        case="B" if verdict is Verdict.IMPLAUSIBLE else "D" if change.word is ChangeWord.SHARE else "A",
    )  # fmt: skip
    return finding, value


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
    own = rewritten(value, claim.quantity.literal)
    return printed(value) if own == claim.quantity.literal.text else own


def percent_literal(value: float, claim: Number) -> str:
    """Percentage at the author's own decimals."""
    return rewritten(100 * value, claim.quantity.literal)


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
