"""What is said of a total or a mean that agrees with its parts, and of one that does not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tanaka.paper.model import Asserted, Number
from tanaka.quantity.literal import rewritten
from tanaka.records import dataclass
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Finding,
    Fix,
    FixKind,
    Held,
    ReplaceLiteral,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.tables.means import SUM, Made
from tanaka.rules.numbers.tables.view import Numbers
from tanaka.rules.numbers.unit_slip import explained

_LISTED = 6
"""So many parts are written out; more are counted."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a cell that fails may still be right; "" where nothing makes it right."""

    only_if: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that none of its readings explains.

    ``made`` is the way that is shown, ``fitting`` others whose value is told, ``others`` how many
    cells beside it keep the relation.
    """

    number: Number
    parts: tuple[Number, ...]
    made: Made
    fitting: tuple[Made, ...]
    others: int
    doubt: Doubt


def kept(numbers_of: Numbers, number: Number, parts: Sequence[Number], made: Made) -> Held:
    """A check that passed, which says how the cell was made."""
    d, value = _derive(numbers_of, number, parts, made)
    text = _formula(parts, made)
    return Held(
        "TK105",
        (number.id, *dict.fromkeys(p.id for p in parts)),
        f"{text} = {_value(value, number)}",
        tuple(d.steps),
    )


def failed(numbers_of: Numbers, case: Failed) -> Finding:
    """A finding on a total or a mean."""
    number, parts, made = case.number, case.parts, case.made
    q = number.quantity
    d, value = _derive(numbers_of, number, parts, made)
    # A mean has a digit more than what it is the mean of.
    more = 0 if made is SUM else 1
    text, shown = _formula(parts, made), _value(value, number, more)
    also = ""
    for other in case.fitting:
        v = other.value(*(p.quantity.point for p in parts))
        if not math.isnan(v):
            also += f", the {other.name.removesuffix(' mean')} {_value(v, number, more)}"
    rest = ""
    if case.others:
        rest = f", and {case.others} other cell{'s keep' if case.others > 1 else ' keeps'} the relation"  # fmt: skip
    said = text[0].upper() + text[1:]
    verdict = Verdict.IMPLAUSIBLE if case.doubt.only_if or number.asserted is not Asserted.YES else Verdict.IMPOSSIBLE  # fmt: skip
    literal = rewritten(value / q.scale, q.literal)
    finding = Finding(
        "TK105", "table-total", verdict, AtNumber(number.id),
        f"{said} is {shown}{also}; the cell says {q.shown}{rest}.",
        tuple(d.steps), operands=(number.id, *dict.fromkeys(p.id for p in parts)),
        note=f"its parts give {shown}",
        bold=f"{said} is {shown}, not {q.shown}.",
        only_if="" if verdict is Verdict.IMPOSSIBLE else case.doubt.only_if or "the cited work counts other parts",
        related=tuple((AtNumber(p.id), label_of(p)) for p in dict.fromkeys(parts)),
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),)),) if value > 0 else (),
        figure=BarsFigure("Cell against its parts", q.shown_unit,
                          (("as written", q.point / q.scale, True), ("recomputed", value / q.scale, False))),
        slots=(Slot("formula", text, "r"), Slot("ratio", shown, "r"), Slot("claim", q.shown, "c"),
               Slot("n", str(len(parts)), count=len(parts))),
        case=("A" if made is SUM else "M") if verdict is Verdict.IMPOSSIBLE else "B" if made is SUM else "D",
    )  # fmt: skip
    # Under one header all cells have one unit: a slip of it would be in all of them.
    slipped = any(p.quantity.shown_unit != q.shown_unit for p in parts)
    return explained(finding, q.point, value, (number, *parts)) if slipped else finding


def shares_kept(numbers_of: Numbers, shares: Sequence[Number]) -> Held:
    """Shares that are 100% together."""
    d, value = _sum_of(numbers_of, shares)
    return Held("TK105", tuple(n.id for n in shares), f"{_formula(shares, SUM)} = {100 * value:.4g}%", tuple(d.steps))  # fmt: skip


def shares_failed(numbers_of: Numbers, shares: Sequence[Number]) -> Finding:
    """A finding on shares that are more than the whole, by more than rounding explains."""
    d, value = _sum_of(numbers_of, shares)
    total = f"{100 * value:.4g}%"
    slack = 50 * math.fsum(n.quantity.literal.ulp * n.quantity.scale for n in shares)
    text = _formula(shares, SUM)
    said = text[0].upper() + text[1:]
    largest = max(shares, key=lambda n: n.quantity.point)
    return Finding(
        "TK105", "table-total", Verdict.IMPLAUSIBLE, AtNumber(largest.id),
        f"{said} is {total}, and rounding explains {printed(slack, 2)} points of what is above 100%.",
        tuple(d.steps), operands=(largest.id, *(n.id for n in shares if n is not largest)),
        note=f"the {len(shares)} shares are {total}",
        bold=f"The {len(shares)} shares are {total} together.",
        only_if="the shares overlap, or have different wholes",
        related=tuple((AtNumber(n.id), label_of(n)) for n in shares if n is not largest),
        slots=(Slot("formula", text, "r"), Slot("ratio", total, "r"), Slot("claim", "100%"),
               Slot("n", str(len(shares)), count=len(shares))),
        case="S",
    )  # fmt: skip


def label_of(number: Number) -> str:
    """What a cell is called: its column and its row."""
    context = dict(number.context)
    column = re.sub(r"\s*[(\[].*", "", context.get("column", ""))
    return ", ".join(p for p in (column, context.get("row", "")) if p)[:40] or "cell"


def _formula(parts: Sequence[Number], made: Made) -> str:
    if made.name == "relation of its own row":
        return " and ".join(p.quantity.shown for p in parts) + " of its row"
    if made is not SUM:
        return f"the {made.name} of the {len(parts)} cells"
    if len(parts) > _LISTED:
        return f"the sum of the {len(parts)} cells"
    return " + ".join(p.quantity.shown for p in parts)


def _value(value: float, number: Number, more: int = 0) -> str:
    """A value in the unit of the cell, with the digits that its cell has."""
    q = number.quantity
    amount = value / q.scale
    decimals = len(re.sub(r"[^\d.]", "", q.literal.text.split("·")[0].split("e")[0]).partition(".")[2])  # fmt: skip
    body = f"{amount:,.{decimals + more}f}" if abs(amount) < 1e6 else f"{amount:.4g}"
    if q.shown_unit in ("", "1"):
        return body
    glue = "" if q.shown_unit in ("%", "×", "K", "M", "B", "T") else " "
    return f"{body}{glue}{q.shown_unit}"


def _derive(
    numbers_of: Numbers, number: Number, parts: Sequence[Number], made: Made
) -> tuple[Derivation, float]:
    d = Derivation(numbers_of)
    inputs = [d.stated(label_of(p), p.id) for p in parts]
    result = d.computed(
        made.name, _unit(number), _formula(parts, made), made.value, *inputs, symbol="r", rising=made.name != "relation of its own row"
    )  # fmt: skip
    d.stated("as written", number.id, symbol="c")
    return d, result.value


def _sum_of(numbers_of: Numbers, shares: Sequence[Number]) -> tuple[Derivation, float]:
    d = Derivation(numbers_of)
    inputs = [d.stated(label_of(n), n.id) for n in shares]
    result = d.computed("sum", "%", _formula(shares, SUM), SUM.value, *inputs, symbol="r", rising=True)  # fmt: skip
    return d, result.value


def _unit(number: Number) -> str:
    return "%" if number.quantity.shown_unit in ("%", "points") else number.quantity.unit
