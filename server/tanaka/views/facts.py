"""What was read in a paper: ``tanaka.facts/1``, and the same for people.

A list ("2.8, 3.7 and 9.5 TFLOPS") and a span ("from 3072 to 15360") are one fact each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tanaka.analysis.report import Report
from tanaka.paper.about import About, Role
from tanaka.paper.model import How, Number
from tanaka.quantity import Interval, Kind, Qualifier
from tanaka.records import dataclass
from tanaka.text import DocId, Span
from tanaka.views import reading, series
from tanaka.views.encode import Json, bound, span_record
from tanaka.views.places import Places
from tanaka.views.terminal import Paint, columns, plain

WIDTH = 100
"""Columns of the text where no terminal says otherwise."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One quantity as it is told: a number, or the numbers of a list or a span.

    Attributes
    ----------
    numbers : tuple of Number
        One, or the members in the order of the text.
    span : Span
    whole : Series or None
    about : About
        What all of them are bound to.
    """

    numbers: tuple[Number, ...]
    span: Span
    whole: series.Series | None
    about: About

    @property
    def kind(self) -> Kind:
        """What it measures."""
        return self.whole.kind if self.whole is not None else self.numbers[0].kind

    @property
    def context(self) -> dict[str, str]:
        """What else binds every one of its numbers, by name."""
        shared = dict(self.numbers[0].context)
        for number in self.numbers[1:]:
            own = dict(number.context)
            shared = {key: value for key, value in shared.items() if own.get(key) == value}
        return shared


def of(report: Report) -> tuple[Fact, ...]:
    """Facts of a paper, in reading order."""
    told = series.all_of(report)
    out: list[Fact] = []
    for number in report.paper.numbers:
        whole = told.get(number.series) if number.series else None
        if whole is None:
            span = report.spans.numbers[number.id].whole
            out.append(Fact((number,), span, None, reading.about_of(report, number)))
        elif number.id == whole.id:
            abouts = [reading.about_of(report, m) for m in whole.members]
            out.append(Fact(whole.members, whole.span, whole, _shared(abouts)))
    return tuple(out)


def _shared(abouts: Sequence[About]) -> About:
    """What several numbers are all bound to."""
    first, *others = abouts
    return About(
        tuple(
            b
            for b in first.bounds
            if all((o := other.of(b.role)) is not None and o.value == b.value for other in others)
        )
    )


# -- JSON ---------------------------------------------------------------------------------------


def record(report: Report) -> dict[str, Json]:
    """``tanaka.facts/1``: every quantity, in reading order."""
    places, near = Places(report), reading.all_near(report.paper)
    return {
        "schema": "tanaka.facts/1",
        "root": places.file(report.root),
        "facts": [_record(fact, report, near, places) for fact in of(report)],
    }


def _record(fact: Fact, report: Report, near: Mapping[str, reading.Near], places: Places) -> Json:
    first = fact.numbers[0]
    q = first.quantity
    values, reach = _told(fact)
    entity, how = _entity(fact)
    qualifier = q.qualifier
    if fact.whole is not None:
        qualifier = Qualifier.RANGE if fact.whole.is_range else Qualifier.LIST
        values = sorted(values) if fact.whole.is_range else values
    elif isinstance(q.value, tuple):
        qualifier = Qualifier.RANGE
    value: Json = values[0] if len(values) == 1 else list(values)
    context: dict[str, Json] = dict(fact.context)
    context |= {b.role.value: b.value for b in fact.about.bounds if b.role is not Role.ENTITY}
    out: dict[str, Json] = {
        "id": first.id,
        **span_record(places, fact.span),
        "text": report.texts[fact.span.doc][fact.span.start : fact.span.end],
        "value": value,
        "low": bound(reach.low),
        "high": bound(reach.high),
        "unit": q.unit,
        "kind": str(fact.kind),
        "qualifier": str(qualifier),
        "entity": entity,
        "binding": str(how),
        "context": context,
        "checked": all(n.id in report.checked for n in fact.numbers),
        "told": _words(fact, near[first.block], places),
    }
    if fact.whole is not None:
        out["members"] = [n.id for n in fact.numbers]
    return out


def _words(fact: Fact, near: reading.Near, places: Places) -> Json:
    """The same in words, for whoever shows it: value, what it may be, kind, and what it is about."""
    q = fact.numbers[0].quantity
    about: list[Json] = [
        {"role": s.label, "value": s.value, "how": s.how}
        for s in reading.about_said(fact.numbers[0], fact.about, near, places)
    ]
    return {
        "value": _value(fact),
        "may_be": reading.interval_text(q) if fact.whole is None else "",
        "kind": _kind(fact),
        "about": about,
    }


def _told(fact: Fact) -> tuple[list[float], Interval]:
    """Values of a fact, and the interval around all of them, in base units.

    A percentage that a speedup is stated in is told as a factor: "15% higher" is 1.15.
    """
    values: list[float] = []
    ends: list[Interval] = []
    for number in fact.numbers:
        q = number.quantity
        base = 1.0 if fact.kind is Kind.SPEEDUP and q.shown_unit == "%" else 0.0
        own = q.value if isinstance(q.value, tuple) else (q.value,)
        values += [base + v for v in own]
        ends.append(Interval(base + q.nominal.low, base + q.nominal.high))
    reach = ends[0]
    for end in ends[1:]:
        reach = reach.hull(end)
    return values, reach


def _entity(fact: Fact) -> tuple[str, How]:
    """What a fact is about, and how that is known; the nearest other binding where no entity is."""
    entity = fact.about.of(Role.ENTITY)
    if entity is not None:
        return entity.value, entity.how
    first = next(iter(fact.about.bounds), None)
    return "", first.how if first is not None else How.NONE


# -- text ---------------------------------------------------------------------------------------

_QUIET, _STRONG = "2", "1"
_GAP = 2
_HEADS = ("line", "as written", "read as", "kind", "about", "how")
_WIDEST = (12, 22, 32, 18, 24, 40)
"""Columns at most of each, where there is room."""
_ENOUGH = (4, 16, 24, 16, 16, 9)
_LEAST = (4, 9, 12, 8, 8, 6)
_GIVES_WAY = (1, 4, 3, 2, 5)
"""Which column is cut first where a line is too long: to what is enough, then to the least."""
CHECKED, OPEN = "*", "-"


def text(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """Every quantity, one a line, by file, for people.

    Parameters
    ----------
    report : Report
    colour : bool
    width : int
        Columns that a line may take.
    """
    paint = Paint(on=colour)
    places = Places(report)
    order: Mapping[DocId, int] = {d: i for i, d in enumerate(report.files)}
    found = sorted(of(report), key=lambda f: (order.get(f.span.doc, len(order)), f.span.start))
    rows = [(fact, _cells(fact, report, places)) for fact in found]
    widths = _widths([_HEADS, *(cells for _, cells in rows)], width)
    lines: list[str] = []
    if rows:
        lines += [paint(_line(_HEADS, widths, Paint(on=False)), _QUIET), ""]
    current: DocId | None = None
    for fact, cells in rows:
        if fact.span.doc != current:
            current = fact.span.doc
            if lines[-1]:
                lines.append("")
            lines.append(paint(plain(places.file(current)), _STRONG))
        lines.append(_line(cells, widths, paint))
    if lines:
        lines.append("")
    c = report.coverage
    lines.append(
        f"{c.quantities} numbers, {c.read} read, {c.bound} bound, {c.checked} checked, {c.consistent} consistent."
    )
    if rows:
        legend = f"{CHECKED} checked against another number or a published bound   {OPEN} not known"
        lines.append(paint(legend, _QUIET))
    return "\n".join(lines) + "\n"


def _cells(fact: Fact, report: Report, places: Places) -> tuple[str, ...]:
    line, column = places.start(fact.span)
    place = f"{line + 1}" + ("" if places.pages(fact.span.doc) else f":{column + 1}")
    mark = CHECKED if all(n.id in report.checked for n in fact.numbers) else " "
    written = " ".join(report.texts[fact.span.doc][fact.span.start : fact.span.end].split())
    about, how = _about(fact)
    hedge = "" if fact.whole is not None else _HEDGES.get(fact.numbers[0].quantity.qualifier, "")
    cells = (f"{place} {mark}", written, hedge + _value(fact), _kind(fact), about, how)
    return tuple(plain(_POWERS.sub(_exponent, c)) for c in cells)


_HEDGES = {
    Qualifier.APPROX: "~", Qualifier.ORDER: "~", Qualifier.MAX: "<= ", Qualifier.MIN: ">= ",
    Qualifier.LT: "< ", Qualifier.GT: "> ",
}  # fmt: skip
_POWERS = re.compile(r" × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def _exponent(match: re.Match[str]) -> str:
    return f"e{match.group(1).translate(_DIGITS)}"


def _value(fact: Fact) -> str:
    """How it was read: "200 Gb/s = 25 GB/s", "512 devices", "2.8, 3.7, 6.0, 9.5 TFLOPS"."""
    if fact.whole is not None:
        last = fact.numbers[-1]
        words = (reading.series_text(fact.whole), reading.counted(last), reading.per_text(last))
        return " ".join(w for w in words if w)
    return reading.amount(fact.numbers[0], powers=False)


def _kind(fact: Fact) -> str:
    first = fact.numbers[0]
    if fact.whole is not None and fact.kind is not first.kind:
        return reading.kind_text(first, fact.kind)
    kind = reading.kind_text(first)
    if reading.counted(first) and not kind:
        return "count"
    return OPEN if kind == reading.KIND_NOT_KNOWN else kind


def _about(fact: Fact) -> tuple[str, str]:
    """What it is about, and how that is known."""
    bounds = [b for b in fact.about.bounds if b.role in _SUBJECTS]
    bounds.sort(key=lambda b: b.role is not Role.ENTITY)
    column = fact.context.get("column", "")
    names = [b.value for b in bounds]
    if column and column not in names:
        names[:1] = [" / ".join((*names[:1], column))]
    about = ", ".join(names)
    how = reading.how_word(bounds[0]) if bounds else ""
    return about or OPEN, how


_SUBJECTS = (Role.ENTITY, Role.DEVICE, Role.LINK, Role.MODEL, Role.DATASET)


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Columns of each cell: what its words take, and less where the line has no room for all."""
    if not rows:
        return []
    wanted = [min(most, max(columns(row[i]) for row in rows)) for i, most in enumerate(_WIDEST)]
    room = width - 2 - _GAP * (len(wanted) - 1)
    for floor in (_ENOUGH, _LEAST):
        for i in _GIVES_WAY:
            over = max(0, sum(wanted) - room)
            wanted[i] = max(min(floor[i], wanted[i]), wanted[i] - over)
    return wanted


def _line(cells: Sequence[str], widths: Sequence[int], paint: Paint) -> str:
    shown = [_cut(cell, w) for cell, w in zip(cells, widths, strict=True)]
    place = " " * (widths[0] - columns(shown[0])) + shown[0]
    padded = [
        place,
        *(s + " " * (w - columns(s)) for s, w in zip(shown[1:], widths[1:], strict=True)),
    ]
    while padded and not padded[-1].strip():
        padded.pop()
    last = len(padded) - 1
    out = []
    for i, cell in enumerate(padded):
        cell = cell.rstrip() if i == last else cell
        out.append(
            paint(cell, {0: _QUIET, 1: _QUIET, 2: _STRONG, 5: _QUIET}[i])
            if i in (0, 1, 2, 5)
            else cell
        )
    return "  " + (" " * _GAP).join(out)


def _cut(text: str, width: int) -> str:
    """A text in so many columns, its cut end marked."""
    if columns(text) <= width:
        return text
    kept = text
    while kept and columns(kept) > width - 2:
        kept = kept[:-1]
    return kept.rstrip() + ".."


__all__ = ["Fact", "of", "record", "text"]
