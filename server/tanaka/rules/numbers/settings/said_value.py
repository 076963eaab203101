"""An attribute with its number: whether two agree, and what is shown of those that do not."""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.attribute.names import exact
from tanaka.paper.model import Asserted, Attribute, Number, Where
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import at_precision_of, trailing_zeros
from tanaka.records import dataclass
from tanaka.rules.api import (
    AtNumber,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    ReplaceLiteral,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.numbers.unit_slip import explained

_NORMS = Lazy(r"threshold|budget|limit|time-?out|bound|price|constraint|target")
"""Settings that are norms by name: "the threshold is 0.9" states one."""
_BOUGHT = frozenset(("price", "link speed", "memory", "host memory", "span"))


@dataclass(frozen=True, slots=True)
class Said:
    """An attribute with its number, and where it comes in the paper."""

    attribute: Attribute
    number: Number
    order: int
    factor: float = 1.0
    """What a table's label multiplies its cells by: "Params (M)"."""

    @property
    def value(self) -> float:
        """In base units."""
        return self.number.quantity.point * self.factor

    @property
    def firm(self) -> bool:
        """Whether it is a plain statement without a qualification."""
        a = self.attribute
        supposed = a.asserted is Asserted.NO and not _NORMS.search(a.name)
        return a.scope in ("all", "own") and not a.cues and not supposed

    @property
    def universal(self) -> bool:
        """Whether it speaks of all experiments or of the whole cluster."""
        return self.attribute.scope == "all"


# -- one value -----------------------------------------------------------------------------------


def agree(a: Said, b: Said) -> bool:
    """Whether some rounding makes two values one; what is bought or set is printed as it is."""
    one, other = a.number.quantity, b.number.quantity
    alike = one.shown_unit == other.shown_unit and one.literal.ulp == other.literal.ulp
    if alike and a.attribute.name in _BOUGHT:
        return one.point == other.point
    return _reach(a).meets(_reach(b))


def _reach(s: Said) -> Interval:
    """What a value may stand for: nothing else where whole numbers are chosen."""
    q = s.number.quantity
    if q.unit != "1":
        return q.hard
    whole = q.scale == 1.0 and float(q.point).is_integer() and s.factor == 1.0
    chosen = exact(s.attribute.name, s.number.kind)
    if whole and (chosen or trailing_zeros(q.literal.text) < 2) and q.literal.ulp >= 1:
        return Interval(q.point, q.point)
    if chosen and not whole and q.scale == 1.0:
        return Interval(q.point * (1 - 1e-9), q.point * (1 + 1e-9))
    return q.hard.scaled(s.factor)


# -- what is said --------------------------------------------------------------------------------

_LABELS = {
    "gpus": "GPUs", "gpus per node": "GPUs per node", "cpus": "CPUs", "cpus per node": "CPUs per node", "nics": "NICs",
    "span": "days", "learning rate": "the learning rate",
}  # fmt: skip


def _label(s: Said) -> str:
    """The attribute in words."""
    a = s.attribute
    name = _LABELS.get(a.name, a.name)
    if a.name in ("size", "memory", "host memory") and a.entity:
        return f"the {a.name} of {a.entity}"
    return f"{name} of {a.entity}" if a.entity else name


def _place(ctx: Context, number: Number) -> str:
    """Where a number stands, in words."""
    named = {Where.ABSTRACT: "the abstract", Where.CAPTION: "a caption", Where.TABLE: "a table"}
    if number.where in named:
        return named[number.where]
    section = ctx.paper.section(number.section)
    if section is not None and section.title:
        return f"section “{section.title}”"
    return "the text"


def held(ctx: Context, said: Sequence[Said]) -> Held:
    """Statements that agree.

    Parameters
    ----------
    ctx : Context
    said : sequence of Said
        In reading order.
    """
    d = Derivation(ctx.paper)
    for s in said:
        d.stated(f"{_label(s)}, {_place(ctx, s.number)}", s.number.id)
    shown = said[0].number.quantity.shown
    count = {2: "two", 3: "three", 4: "four"}.get(len(said), "several")
    return Held(
        "TK107", tuple(s.number.id for s in said), f"{shown} in {count} places", tuple(d.steps)
    )


def conflict(
    ctx: Context,
    usual: Sequence[Said],
    odd: Sequence[Said],
    at_odd: bool = False,
) -> Finding:
    """Statements that disagree.

    Parameters
    ----------
    ctx : Context
    usual, odd : sequence of Said
        The value of more places, and the other.
    at_odd : bool
        Whether the odd place is known to be at fault; else the later one is, where both stand alone.
    """
    wrong, right = odd[-1], usual[0]
    if not at_odd and len(usual) == len(odd) and right.order > wrong.order:
        wrong, right = right, wrong
    a, b = wrong.number.quantity, right.number.quantity
    d = Derivation(ctx.paper)
    d.stated(f"{_label(wrong)}, {_place(ctx, wrong.number)}", wrong.number.id, symbol="c")
    for i, s in enumerate(usual):
        d.stated(f"{_label(s)}, {_place(ctx, s.number)}", s.number.id, symbol="" if i else "a")
    there = _place(ctx, right.number)
    places = {1: "", 2: " and another place", 3: " and two other places"}.get(
        len(usual), " and other places"
    )
    found = Finding(
        "TK107", "inconsistent-value", Verdict.IMPLAUSIBLE, AtNumber(wrong.number.id),
        f"{a.shown} is stated for {_label(wrong)}; {b.shown} in {there}{places}.",
        tuple(d.steps), operands=(wrong.number.id, *(s.number.id for s in usual)),
        note=f"{b.shown} in {there}",
        bold=f"{a.shown} here, {b.shown} in {there}.",
        only_if="the two sentences speak of different set-ups",
        related=tuple((AtNumber(s.number.id), "the same attribute") for s in usual),
        fixes=_fixes(ctx, wrong, right, alone=len(usual) == len(odd)),
        slots=(
            Slot("claim", a.shown, "c"), Slot("a", b.shown, "a"), Slot("what", _label(wrong)),
            Slot("k", str(len(usual)), count=len(usual)),
        ),
    )  # fmt: skip
    if a.unit == "1":  # a count has no unit to slip
        return found
    return explained(found, a.point, b.point, [wrong.number, *(s.number for s in usual)])


def _fixes(ctx: Context, wrong: Said, right: Said, *, alone: bool) -> tuple[Fix, ...]:
    """The other place's value at the author's own style; either place where each stands alone."""
    out = []
    for at, from_ in ((wrong, right), (right, wrong))[: 2 if alone else 1]:
        literal = _copied(at, from_)
        if literal:
            title = f"Write {literal}, as in {_place(ctx, from_.number)}"
            out.append(Fix(title, FixKind.QUICKFIX, (ReplaceLiteral(at.number.id, literal),)))
    return tuple(out)


def _copied(at: Said, source: Said) -> str:
    """A number in the style of another; "" where its digits cannot say it."""
    value = source.value / (at.factor * at.number.quantity.scale)
    model = at.number.quantity.literal
    text = source.number.quantity.literal.text
    if model.text[:1].isalpha():
        return text if text[:1].isalpha() else f"{value:g}" if value.is_integer() else ""
    if any(c in model.text for c in "eE^×"):
        return (
            text
            if any(c in text for c in "eE")
            and source.number.quantity.scale == at.number.quantity.scale
            else ""
        )
    new = at_precision_of(value, model)
    if abs(float(new.replace("{,}", "").replace(",", "")) - value) > 1e-9 * abs(value):
        decimals = len(text.partition(".")[2]) if text.replace(".", "").isdecimal() else 0
        new = f"{value:.{decimals}f}"
    return new
