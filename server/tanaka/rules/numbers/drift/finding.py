"""What headline-drift says: the two places, which one the paper supports, and the fix."""

from __future__ import annotations

from tanaka.paper.model import Number, Where
from tanaka.quantity.literal import rewritten
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
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.checks.change import factor_literal, percent_literal
from tanaka.rules.numbers.drift.ledger import Entry, Value, end_of
from tanaka.rules.numbers.unit_slip import explained

_CODE, _NAME = "TK106", "headline-drift"


def held_by_cell(ctx: Context, e: Entry, v: Value) -> Held:
    """A result that a cell has, too."""
    d = Derivation(ctx.paper)
    d.stated("in the table", v.number.id, symbol="a")
    d.stated(_called(e.number), e.number.id, symbol="c")
    row = dict(v.number.context).get("row", "")
    place = f", row {row}" if row else ""
    words = f"{v.number.quantity.shown} in the table{place}"
    return Held(_CODE, (e.number.id, v.number.id), words, tuple(d.steps))


def held_by_text(ctx: Context, e: Entry, p: Entry) -> Held:
    """A result that another place states, too."""
    d = Derivation(ctx.paper)
    d.stated(_called(e.number), e.number.id)
    d.stated("elsewhere", p.number.id)
    return Held(
        _CODE,
        (e.number.id, p.number.id),
        f"{p.number.quantity.shown} elsewhere too",
        tuple(d.steps),
    )


def other_places(ctx: Context, e: Entry, against: list[Entry]) -> Finding:
    """A result that other places state in another number."""
    number, others = e.number, [p.number for p in against]
    other = others[0]
    d = Derivation(ctx.paper)
    d.stated(_called(number), number.id, symbol="c")
    for i, n in enumerate(others):
        d.stated("elsewhere", n.id, symbol="" if i else "a")
    places = {1: "another", 2: "two", 3: "three", 4: "four"}.get(len(others), "several")
    noun, verb = ("place", "says") if len(others) == 1 else ("places", "say")
    who = f"{places} {'other ' if len(others) > 1 else ''}{noun}"
    found = Finding(
        _CODE, _NAME, Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"{number.quantity.shown} is {_stated(number)}; {who} of the paper {verb} {other.quantity.shown} of the same.",
        tuple(d.steps), operands=(number.id, *(n.id for n in others)),
        note=f"{other.quantity.shown} in {who}",
        bold=f"The {_scope_word(number)} says {number.quantity.shown}, {who} {verb} {other.quantity.shown}.",
        only_if=f"it is about another run than {'that place' if len(others) == 1 else 'those places'}",
        related=tuple((AtNumber(n.id), "the same, elsewhere") for n in others),
        fixes=_fixes(number, other),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", other.quantity.shown, "a"),
            Slot("k", str(len(others)), count=len(others)), Slot("scope_word", _scope_word(number)),
        ),
        case="D",
    )  # fmt: skip
    return explained(found, number.quantity.point, other.quantity.point, (number, *others))


def named_cell(ctx: Context, e: Entry, v: Value) -> Finding:
    """A result whose row and column of a table have another value."""
    number, cell = e.number, v.number
    d = Derivation(ctx.paper)
    d.stated("in the table", cell.id, symbol="a")
    d.stated(_called(number), number.id, symbol="c")
    context = dict(cell.context)
    place = ", ".join(t for t in (context.get("row", ""), context.get("column", "")) if t)
    found = Finding(
        _CODE, _NAME, Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"{number.quantity.shown} is {_stated(number)}; the table has {cell.quantity.shown} ({place}), and no cell has the other.",
        tuple(d.steps), operands=(number.id, cell.id),
        note=f"{cell.quantity.shown} in the table",
        bold=f"The {_scope_word(number)} says {number.quantity.shown}, the table has {cell.quantity.shown}.",
        only_if="it is about another run than that cell",
        related=((AtNumber(cell.id), f"the cell, row {context['row']}" if context.get("row") else "the cell"),),
        fixes=_fixes(number, cell),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", cell.quantity.shown, "a"),
            Slot("scope_word", _scope_word(number)),
        ),
        case="E",
    )  # fmt: skip
    scale = 0.01 if v.unit == "%" and cell.quantity.shown_unit not in ("%", "points") else 1.0
    return explained(found, number.quantity.point, cell.quantity.point * scale, (number, cell))


def of_cells(ctx: Context, e: Entry, own: Value, base: Value) -> Finding:
    """A change over another system that the cells of the two do not have."""
    number, a, b = e.number, own.number, base.number
    d = Derivation(ctx.paper)
    x = d.stated("its cell", a.id, symbol="b")
    y = d.stated("the other's cell", b.id, symbol="d")
    factor = e.result.unit == "×"
    fewer = own.point < base.point
    shown_a, shown_b = a.quantity.shown, b.quantity.shown
    if factor:
        text = f"{shown_b} / {shown_a}" if fewer else f"{shown_a} / {shown_b}"
        step = d.computed(
            "factor", "1", text, (lambda p, q: q / p) if fewer else (lambda p, q: p / q), x, y
        )
    else:
        text = f"1 - {shown_a} / {shown_b}" if fewer else f"{shown_a} / {shown_b} - 1"
        step = d.computed(
            "change",
            "1",
            text,
            (lambda p, q: 1 - p / q) if fewer else (lambda p, q: p / q - 1),
            x,
            y,
        )
    d.stated(_called(number), number.id, symbol="c")
    literal = factor_literal(step.value, number) if factor else percent_literal(step.value, number)
    shown = f"{literal}×" if factor else f"{literal}%"
    words = f"${literal}\\times$" if factor else f"{literal}\\%"
    fix = Fix(f"Write {words}", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),))
    found = Finding(
        _CODE, _NAME, Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"{number.quantity.shown} is {_stated(number)}; the table has {shown_a} and {shown_b}, that is {shown}.",
        tuple(d.steps), operands=(number.id, a.id, b.id),
        note=f"{shown} by the table",
        bold=f"The {_scope_word(number)} says {number.quantity.shown}, the cells of the table give {shown}.",
        only_if="it is about another run than those cells",
        related=((AtNumber(a.id), "its cell"), (AtNumber(b.id), "the cell that it is compared with")),
        fixes=(fix,),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", shown, "a"), Slot("scope_word", _scope_word(number)),
        ),
        case="E",
    )  # fmt: skip
    return explained(found, number.quantity.point, step.value, (number, a, b))


def largest_cell(ctx: Context, e: Entry, reached: Number, verdict: Verdict) -> Finding:
    """A maximum that the largest factor of a table does not reach."""
    number = e.number
    d = Derivation(ctx.paper)
    d.stated("largest factor in the table", reached.id, symbol="a")
    d.stated("headline", number.id, symbol="c")
    literal = factor_literal(reached.quantity.point, number)
    place = dict(reached.context).get("row", "")
    whole = isinstance(number.quantity.value, tuple)
    cited = verdict is Verdict.IMPOSSIBLE
    fix = Fix(f"Write ${literal}\\times$", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),))
    beyond = "its sentence names that table" if cited else "nothing in the evaluation reaches it"
    return Finding(
        _CODE, _NAME, verdict, AtNumber(number.id),
        f"{number.quantity.shown} is the headline; the largest factor of the table is {reached.quantity.shown}, and {beyond}.",
        tuple(d.steps), operands=(number.id, reached.id),
        note=f"the table reaches {printed(reached.quantity.point)}",
        bold=f"The headline says {number.quantity.shown}, the table reaches {reached.quantity.shown}.",
        only_if="" if cited else "the headline is about a run that no table or text of the evaluation shows",
        related=((AtNumber(reached.id), f"the largest factor of the table{', row ' + place if place else ''}"),),
        fixes=() if whole else (fix,),
        slots=(
            Slot("claim", number.quantity.shown, "c"), Slot("a", reached.quantity.shown, "a"),
            Slot("metric", "factor"), Slot("table", "the table that it names"), Slot("scope_word", _scope_word(number)),
        ),
        case="A" if cited else "B",
    )  # fmt: skip


def _fixes(number: Number, right: Number) -> tuple[Fix, ...]:
    """Print the other place's value, in the author's unit and style."""
    q = number.quantity
    if isinstance(q.value, tuple) or isinstance(right.quantity.value, tuple):
        return ()
    base = right.quantity.point
    if q.shown_unit == "%" and right.quantity.shown_unit not in ("%", "points"):
        base /= 100 if right.quantity.unit == "1" else 1
    value = base / q.scale
    literal = rewritten(value, q.literal)
    if literal == q.literal.text or float(_plain(literal)) == q.literal.value:
        literal = right.quantity.literal.text
    words = {"×": f"${literal}\\times$", "%": f"{literal}\\%"}.get(q.shown_unit, literal)
    return (Fix(f"Write {words}", FixKind.QUICKFIX, (ReplaceLiteral(number.id, literal),)),)


def _plain(text: str) -> str:
    kept = "".join(c for c in text if c.isdigit() or c in ".-")
    return kept or "0"


def _scope_word(number: Number) -> str:
    """What the part of the paper that a number stands in is called."""
    named = {Where.ABSTRACT: "abstract", Where.INTRODUCTION: "introduction", Where.CONCLUSION: "conclusion",
             Where.TITLE: "title", Where.CAPTION: "caption"}  # fmt: skip
    return named.get(number.where, "text")


def _called(number: Number) -> str:
    return "in the text" if _scope_word(number) == "text" else "headline"


def _stated(number: Number) -> str:
    return "stated" if _scope_word(number) == "text" else "the headline"


__all__ = [
    "end_of",
    "held_by_cell",
    "held_by_text",
    "largest_cell",
    "named_cell",
    "of_cells",
    "other_places",
]
