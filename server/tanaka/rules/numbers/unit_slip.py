r"""## What it checks
That an amount which is stated in two units is one amount: "200 Gb/s, i.e., 25 GB/s". It is also
the diagnosis of other rules of numbers: where the numbers would agree after a known slip (bits for
bytes, a prefix, hours for days, one device for all), the finding says so.

## Why it matters
A factor of eight or of a thousand is seldom a measurement. The reader who finds it looks no
further.

## What is left alone
Prefixes of bytes are tried as powers of 1000 and of 1024. A link of each direction, ports of a
node and rates of a stream are no slips where the words say so. Where two slips explain the
numbers, both are named.

## Example
```latex
Each node has one 200\,Gb/s link, i.e., 200\,GB/s.
%                                       ^^^^^^^^^ TK109: 200 Gb/s is 25 GB/s
```
Write the amount in the second unit, or the unit that was meant.

## References
- NIST Special Publication 811, "Guide for the Use of the International System of Units", 2008,
  appendix B.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tanaka.paper.model import Asserted, Equivalence, Number
from tanaka.quantity import Qualifier
from tanaka.quantity.units import table
from tanaka.records import dataclass
from tanaka.rules.api import (
    AtNumber,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.numbers.checks import identity as check
from tanaka.rules.numbers.checks.other_ways import OtherWays

_CLOSE = 0.01


@dataclass(frozen=True, slots=True)
class Slip:
    """A known slip: the factor that it makes, and what to say of it."""

    factor: float
    what: str


@rule("TK109", since="0.1.0")
def unit_slip(ctx: Context) -> Iterator[Outcome]:
    """Amounts in two units whose difference is that of a known slip; `rate_identity` has the rest."""
    others = OtherWays(ctx)
    for claim in ctx.paper.of(Equivalence):
        yield from equivalence(ctx, others, claim, slips=True)


def equivalence(
    ctx: Context, others: OtherWays, claim: Equivalence, *, slips: bool
) -> Iterator[Outcome]:
    """Outcome of one amount in two units.

    Parameters
    ----------
    slips : bool
        Whether to report those that a slip explains, and what agrees, or those that none does.
    """
    left, right = ctx.paper.number(claim.left), ctx.paper.number(claim.right)
    if claim.asserted is Asserted.NO or left.quantity.point <= 0 or right.quantity.point <= 0:
        return
    operands = (claim.right, claim.left)
    if claim.cues & {"(same", "or same"}:
        if slips:
            yield from _same_unit(ctx, others, claim, left, right)
        return
    units = (left.quantity.unit, right.quantity.unit)
    times = 1.0 if units[0] == units[1] else 8.0 if units[0] == "byte" else 1 / 8
    product = check.Product(right, (left,), constant=times)
    d, text, shown = _derivation(ctx, claim, product)
    if product.fits(proof=True) or product.gap(proof=False) < _CLOSE:
        if slips and product.gap(proof=False) < _CLOSE:
            yield Held("TK109", operands, f"{text} = {shown}", tuple(d.steps))
        return
    found = slips_between(right.quantity.point, product.value, (right, left))
    if bool(found) is not slips:
        return
    strict = "=" in claim.cues
    ratio = right.quantity.point / product.value
    if "(of" in claim.cues and not found:
        return
    moved = _significant(left) == _significant(right) and len(_significant(left)) > 1
    if not found and not (moved and 0.005 < ratio < 200) and not _near(ratio, strict=strict):
        return
    if others.multiplied(claim.right, claim.left):
        return
    clean = left.quantity.qualifier is right.quantity.qualifier is Qualifier.EXACT
    verdict, only_if = Verdict.IMPOSSIBLE, ""
    if claim.asserted is Asserted.QUOTED:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the cited work counts differently"
    elif not clean and 0.75 <= ratio <= 1.25:
        verdict, only_if = Verdict.IMPLAUSIBLE, "the hedge covers more than a tenth"
    elif not strict and not (found and "(" in claim.cues):
        verdict, only_if = Verdict.IMPLAUSIBLE, "the two amounts are not of the same thing"
    elif any(n.quantity.unit == "1" for n in others.beside(claim.right, ())) or others.words(
        claim.right
    ):
        verdict, only_if = Verdict.IMPLAUSIBLE, "a count of the sentence enters"
    elif not found and abs(max(ratio, 1 / ratio) / round(max(ratio, 1 / ratio)) - 1) < 0.02:
        verdict, only_if = Verdict.IMPLAUSIBLE, "a count enters that is said elsewhere"
    literal = check.corrected(product.value, right)
    fixes: tuple[Fix, ...] = ()
    if literal and len(found) < 2 and clean and _by_number(right.quantity.point, product.value):
        fixes = (
            Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(claim.right, literal),)),
        )
    if found and left.quantity.literal.text != right.quantity.literal.text:
        fixes = ()  # the digits are right, and a unit is not
    code, name = ("TK109", "unit-slip") if found else ("TK110", "rate-identity")
    case = "B" if verdict is Verdict.IMPLAUSIBLE else "A"
    slots: tuple[Slot, ...] = (
        Slot("claim", right.quantity.shown, "c"),
        Slot("a", left.quantity.shown, "a"),
    )
    if not found:
        slots = (Slot("formula", text, "r"), Slot("ratio", shown, "r"), slots[0])
    says, note = f"{text} is {shown}; {right.quantity.shown} is stated", f"{text} is {shown}"
    bold = f"{text} is {shown}, not {right.quantity.shown}."
    if left.quantity.shown_unit == right.quantity.shown_unit:
        says, note = f"{text} and {right.quantity.shown} are not one amount", f"not {text}"
        bold = f"{text} is not {right.quantity.shown}."
    yield Finding(
        code, name, verdict, AtNumber(claim.right),
        f"{says}{_because(found)}.",
        tuple(d.steps), operands=operands,
        note=note,
        bold=bold,
        only_if=only_if, fixes=fixes,
        related=((AtNumber(claim.left), "the same amount"),),
        slots=slots, case=case,
    )  # fmt: skip


def _near(ratio: float, *, strict: bool) -> bool:
    """Whether two amounts can be of one thing: a byte of each is no gigabyte of all."""
    return 1 / 30 < ratio < 30 if strict else 0.5 <= ratio <= 2


def _same_unit(
    ctx: Context, others: OtherWays, claim: Equivalence, left: Number, right: Number
) -> Iterator[Outcome]:
    """Two amounts of one unit, the second in brackets, that a wrong letter in a unit explains."""
    a, b = left.quantity, right.quantity
    if not (a.qualifier is b.qualifier is Qualifier.EXACT):
        return
    for slip in _same_digits(left, right) or _letters(left, bracket="(same" in claim.cues):
        off = max(a.point, b.point) / min(a.point, b.point) / slip.factor
        if abs(off - 1) > 0.002 + min(_rounding(left), _rounding(right)) or _coarse(left, right):
            continue
        if others.multiplied(claim.right, claim.left):
            return
        d = Derivation(ctx.paper)
        first = d.stated("amount", claim.left, symbol="a")
        second = d.stated("in brackets", claim.right, symbol="c")
        low, high = sorted(
            (first, second), key=lambda step: step.value if isinstance(step.value, float) else 0.0
        )
        d.computed(
            "their ratio", "1", f"{max(a, b, key=lambda q: q.point).shown} / {min(a, b, key=lambda q: q.point).shown}",
            lambda x, y: x / y, high, low, shown=f"{slip.factor * off:.4g}", symbol="r",
        )  # fmt: skip
        yield Finding(
            "TK109", "unit-slip", Verdict.IMPLAUSIBLE, AtNumber(claim.right),
            f"{a.shown} and {b.shown} are not one amount (consistent if {slip.what}).",
            tuple(d.steps), operands=(claim.right, claim.left),
            note=f"not {a.shown}",
            bold=f"{a.shown} is not {b.shown}.",
            only_if="the two amounts are not of the same thing",
            related=((AtNumber(claim.left), "the same amount"),),
            slots=(Slot("claim", b.shown, "c"), Slot("a", a.shown, "a")), case="B",
        )  # fmt: skip
        return


def _letters(left: Number, *, bracket: bool) -> tuple[Slip, ...]:
    """Slips of a letter in the unit of bytes; between two amounts with "or" a factor of 8 is no slip."""
    if left.quantity.unit not in ("byte", "byte/s"):
        return ()
    power = _prefix(left)
    known: tuple[Slip, ...] = (Slip(8.0, "bits are taken for bytes"),) if bracket else ()
    if power:
        known += (Slip(1.024**power, "powers of 1024 are taken for powers of 1000"),)
    return known


def _same_digits(left: Number, right: Number) -> tuple[Slip, ...]:
    """The prefix that is lost where two amounts of one unit have the same digits: "250 ms (0.25 ms)"."""
    a, b = left.quantity, right.quantity
    if a.unit in _PREFIXED and _significant(left) == _significant(right):
        ratio = max(a.point, b.point) / min(a.point, b.point)
        for power in (1e3, 1e6):
            if abs(ratio / power - 1) < 1e-9:
                return (Slip(power, "one of the two has the other's prefix"),)
    if a.unit == "s" and len(_significant(left) + _significant(right)) > 1:
        ratio = max(a.point, b.point) / min(a.point, b.point)
        for many in (60.0, 3600.0, 24.0):
            if abs(ratio / many - 1) < 1e-9:
                return (Slip(many, "one unit of time is taken for another"),)
    return ()


def _significant(number: Number) -> str:
    """The digits of a number without the zeros around them."""
    text = number.quantity.literal.text
    return "".join(c for c in text if c.isdigit()).strip("0")


def _coarse(left: Number, right: Number) -> bool:
    """Whether neither of two numbers has the digits to tell a ratio."""
    return (
        all(len(n.quantity.literal.text.replace(".", "").strip("0")) < 3 for n in (left, right))
        and left.quantity.unit == "byte"
    )


def _derivation(
    ctx: Context, claim: Equivalence, product: check.Product
) -> tuple[Derivation, str, str]:
    d = Derivation(ctx.paper)
    times = product.constant
    left = d.stated("amount", claim.left, symbol="a")
    text = product.factors[0].quantity.shown
    shown = check.in_own_unit(product.value, product.total)
    d.computed(
        "in the other unit", product.total.quantity.unit, text, lambda a: times * a, left, shown=shown,
        symbol="r",
    )  # fmt: skip
    d.stated("as written", claim.right, symbol="c")
    return d, text, shown


# -- the diagnosis of another rule's finding ------------------------------------------------------


def explained(
    finding: Finding, stated: float, computed: float, numbers: Sequence[Number]
) -> Finding:
    """The finding, as a unit slip where a known slip makes the numbers agree.

    Where two slips do, both are named and no fix is left.

    Parameters
    ----------
    finding : Finding
        Of a rule that holds numbers against each other; its verdict is kept.
    stated, computed : float
        What is printed and what the other numbers give, in one base unit.
    numbers : sequence of Number
        The numbers that went into it, the one at fault first.
    """
    found = slips_between(stated, computed, numbers)
    if not found:
        return finding
    return replace(
        finding,
        code="TK109",
        name="unit-slip",
        message=finding.message.removesuffix(".") + _because(found) + ".",
        fixes=finding.fixes
        if len(found) == 1 and _by_digits(found[0]) and _by_number(stated, computed)
        else (),
        slots=tuple(s for s in finding.slots if s.name in ("formula", "ratio", "claim")),
        case="B" if finding.verdict is Verdict.IMPLAUSIBLE else "A",
    )


def _by_digits(slip: Slip) -> bool:
    """Whether a slip is one of the digits: another letter of the unit mends bits for bytes."""
    return slip.factor != 8.0 and abs(math.log2(slip.factor) / 10 % 1) > 1e-9


def _by_number(stated: float, computed: float) -> bool:
    """Whether the digits can be mended: a thousand and more is a matter of the unit."""
    return 1e-3 * (1 + _CLOSE) < stated / computed < 1e3 * (1 - _CLOSE)


def slips_between(stated: float, computed: float, numbers: Sequence[Number]) -> tuple[Slip, ...]:
    """Slips that the units of some numbers make possible and that turn one value into the other."""
    if not (stated > 0 and computed > 0):
        return ()
    ratio = stated / computed
    width = _CLOSE + min(0.02, sum(_rounding(n) for n in numbers))
    return tuple(
        slip
        for slip in _possible(numbers, up=ratio > 1)
        if abs(ratio / slip.factor - 1) <= width or abs(ratio * slip.factor - 1) <= width
    )


def _rounding(number: Number) -> float:
    """Half a unit of the last digit, as a share."""
    q = number.quantity
    if q.count or isinstance(q.value, tuple) or not q.literal.value:
        return 0.0
    return abs(q.literal.ulp / 2 / q.literal.value)


def _possible(numbers: Sequence[Number], *, up: bool) -> Iterator[Slip]:
    units = {n.quantity.unit for n in numbers}
    fault = numbers[0] if numbers else None
    if units & {"byte", "byte/s", "bit"}:
        yield Slip(8.0, "bits are taken for bytes")
    prefixed = next((n for n in numbers if n.quantity.unit in _PREFIXED and n.quantity.shown_unit), None)  # fmt: skip
    if prefixed is not None:
        binary = (
            fault is not None and fault.quantity.unit == "byte" and "i" in fault.quantity.shown_unit
        )
        for power in (1e3, 1e6, 1e9, *((2.0**10, 2.0**20, 2.0**30) if binary else ())):
            yield Slip(power, _meant(fault, 1 / power if up else power))
    if units & {"byte", "byte/s"}:
        for k in (2, 3, 4):  # 1.024 is within what a kilobyte is rounded to
            factor = 1.024**k
            if any(_prefix(n) == k for n in numbers):
                yield Slip(factor, "powers of 1024 are taken for powers of 1000")
                yield Slip(factor**2, "the two prefixes are exchanged")
    if "byte/s" in units:
        yield Slip(2.0, "one direction is taken for both")
    for n in numbers:
        q = n.quantity
        if (
            q.count
            and q.point >= 2
            and n.noun in ("gpu", "node", "port", "stream")
            and fault is not n
        ):
            yield Slip(q.point, f"one of {q.point:,.0f} is taken for all")
    if fault is not None and units & {"s", "USD/s", "token/s", "sample/s", "request/s"}:
        for factor in (24.0, 60.0, 3600.0):
            yield Slip(factor, _meant(fault, 1 / factor if up else factor) or "one unit of time is taken for another")  # fmt: skip


_PREFIXED = frozenset({"s", "byte", "byte/s", "bit", "J", "W", "FLOP", "FLOP/s", "op/s", "Hz", "token/s", "sample/s", "request/s", "USD"})  # fmt: skip
_NAMES = {
    "s": ("ns", "µs", "ms", "s", "min", "hours", "days"),
    "J": ("µJ", "mJ", "J", "kJ", "MJ", "Wh", "kWh", "MWh", "GWh"),
    "W": ("µW", "mW", "W", "kW", "MW"),
    "byte": ("B", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB"),
    "byte/s": ("KB/s", "MB/s", "GB/s", "TB/s", "PB/s"),
    "FLOP/s": ("GFLOP/s", "TFLOP/s", "PFLOP/s", "EFLOP/s"),
    "FLOP": ("GFLOP", "TFLOP", "PFLOP"),
    "Hz": ("Hz", "kHz", "MHz", "GHz"),
}


def _prefix(number: Number) -> int:
    """The power of its prefix: 3 for GB and GiB."""
    letters = number.quantity.shown_unit[:1]
    return {"K": 1, "k": 1, "M": 2, "G": 3, "T": 4}.get(letters, 0)


def _meant(fault: Number | None, factor: float) -> str:
    """What the number at fault would have to be: "3.6 MWh is 3.6 kWh", or "" without such a unit."""
    if fault is None:
        return ""
    q = fault.quantity
    digits = q.shown.removesuffix(q.shown_unit).strip()
    part, dash, _ = q.shown_unit.rpartition("-")
    names = ("hours", "days") if dash and q.unit == "s" else _NAMES.get(q.unit, ())
    for name in names:
        if abs(table()[name].scale / (q.scale * factor) - 1) < 1e-9:
            return f"{q.shown} is {digits} {part}{dash}{name}"
    return ""


def _because(found: Sequence[Slip]) -> str:
    if not found:
        return ""
    said = [s.what or f"a factor of {s.factor:,.0f} is lost" for s in found]
    return f" (consistent if {' or '.join(dict.fromkeys(said))})"
