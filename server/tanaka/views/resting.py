"""Which numbers of the paper rest on a specification, and where its rates stand under a device's roof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from hwmodels.catalog import PRECISIONS, Accelerator, precision_name
from tanaka.analysis.report import Located, Report
from tanaka.paper.about import Role
from tanaka.paper.model import AchievedRate, Asserted, NumberId
from tanaka.records import dataclass
from tanaka.rules.api import (
    Datasheet,
    Finding,
    Held,
    RooflineCeiling,
    RooflineFigure,
    RooflinePoint,
)
from tanaka.views.places import Places
from tanaka.views.reading import amount

_MOST = 6  # numbers that are listed, and points under the roof


@dataclass(frozen=True, slots=True)
class Resting:
    """A finding or a check that uses a specification: the number that it is about, and its outcome."""

    item: Located | Held
    number: NumberId | None

    @property
    def figure(self) -> object:
        """What it draws."""
        return self.outcome.figure

    @property
    def outcome(self) -> Finding | Held:
        """It without its place."""
        return self.item if isinstance(self.item, Held) else self.item.finding

    @property
    def said(self) -> str:
        """Code and verdict: "TK201, impossible"."""
        if isinstance(self.item, Held):
            return f"{self.item.code}, consistent"
        return f"{self.item.finding.code}, {self.item.finding.verdict}"


_PHYSICS = ("TK2", "TK3", "TK4")


def resting(
    report: Report, keys: frozenset[str], met: Callable[[NumberId], bool | None],
    uses: Callable[[Finding | Held], bool] = lambda _: True,
) -> Iterator[Resting]:  # fmt: skip
    """Findings first, then checks that agree: those whose derivation cites it, or whose claim names it.

    Parameters
    ----------
    report : Report
    keys : frozenset of str
        Sources of the specification.
    met : callable
        Whether a number is bound to it; None where it is bound to none of its kind.
    uses : callable
        Whether an outcome whose claim names it, without citing it, has taken anything from it.
    """
    seen: set[tuple[str, NumberId | None]] = set()
    items: tuple[Located | Held, ...] = (*report.findings, *report.held)
    for item in items:
        own = item if isinstance(item, Held) else item.finding
        numbers = own.numbers if isinstance(own, Held) else own.operands
        names = [m for n in numbers if (m := met(n)) is not None]
        if names and not any(names):
            continue  # it speaks of another one, which may be on the same datasheet
        cited = any(isinstance(s.origin, Datasheet) and s.origin.key in keys for s in own.steps)
        if not cited and not (any(names) and own.code.startswith(_PHYSICS) and uses(own)):
            continue
        # A finding is about the number that it underlines; a check about any of those it held.
        mine = next((n for n in numbers if met(n)), None) if isinstance(item, Held) else None
        first = mine or (numbers[0] if numbers else None)
        if isinstance(item, Held) and all(_in_a_name(report, n) for n in numbers):
            continue
        if (own.code, first) not in seen:
            seen.add((own.code, first))
            yield Resting(item, first)


def _in_a_name(report: Report, id: NumberId) -> bool:
    """Whether a number is part of a word: the 80 GB of "A100-SXM4-80GB" state nothing."""
    span = report.spans.numbers[id].whole
    before = report.texts[span.doc][max(0, span.start - 1) : span.start]
    return before == "-" or before.isalnum()


def named_by(
    report: Report, role: Role, ids_of: Callable[[str], frozenset[str]], ids: frozenset[str],
    id: NumberId,
) -> bool | None:  # fmt: skip
    """Whether a number is bound to one of some things; None where it is bound to none that is known."""
    if id not in report.paper.by_id:
        return None
    bound = report.about(id).of(role)
    meant = ids_of(bound.value) if bound is not None else frozenset[str]()
    return bool(meant & ids) if meant else None


def _at(id: NumberId, places: Places) -> str:
    span = places.number(id)
    return places.label(span) if span is not None else ""


def summary(report: Report, rest: Sequence[Resting], places: Places) -> tuple[str, ...]:
    """Which numbers rest on it, with the outcome and the place of each."""
    if not rest:
        return ("No number of the paper was held against it.",)
    told = [_told(report, r, places) for r in rest[:_MOST]]
    if len(rest) > _MOST:
        told.append(f"{len(rest) - _MOST} more")
    return (sentence(f"rests on it: {'; '.join(told)}"),)


def _told(report: Report, item: Resting, places: Places) -> str:
    if item.number is not None:
        shown, place = amount(report.paper.number(item.number)), _at(item.number, places)
    else:
        assert isinstance(item.item, Located)
        shown, place = places.text(item.item.span), places.label(item.item.span)
    return f"{shown} ({_with_place(item.said, place)})"


def _with_place(words: str, place: str) -> str:
    return f"{words}, {place}" if place else words


def roof(
    report: Report, parts: tuple[Accelerator, ...], rest: Sequence[Resting],
    met: Callable[[NumberId], bool | None], places: Places,
) -> RooflineFigure | None:  # fmt: skip
    """The roof of the friendliest variant at the precision that the paper's points have."""
    drawn = [
        (r, r.figure) for r in rest
        if isinstance(r.figure, RooflineFigure) and precision_name(r.figure.precision)
    ]  # fmt: skip
    rates = [
        c for c in report.paper.of(AchievedRate)
        if c.scale == "gpu" and c.asserted is not Asserted.NO and met(c.rate)
    ]  # fmt: skip
    own = {
        c.rate: precision_name(c.precision or _bound(report, c.rate, Role.PRECISION)) for c in rates
    }
    formats = [*(precision_name(f.precision) for _, f in drawn), *own.values()]
    having = [w for w in (*formats, "bf16", "fp16", *PRECISIONS) if any(w in p.peak for p in parts)]
    if not having:
        return None
    often = max(having, key=formats.count)  # the first of those that are told as often
    part = max(
        (p for p in parts if often in p.peak),
        key=lambda p: (p.peak[often].value, p.bandwidth.value),
    )
    peak = part.peak[often].value
    points: dict[NumberId, RooflinePoint] = {}
    for item, figure in drawn:
        if figure.peak == peak and item.number is not None:
            for spot in figure.points[:1]:
                points.setdefault(item.number, replace(spot, label=_at(item.number, places)))
    for claim in rates:
        number = report.paper.number(claim.rate)
        told = own[claim.rate]
        if told and (told not in part.peak or part.peak[told].value != peak):
            continue
        if number.quantity.bounded and not isinstance(number.quantity.value, tuple):
            rate, label = number.quantity.point, _at(claim.rate, places)
            points.setdefault(claim.rate, RooflinePoint(label, None, rate, rate > peak))
    lower: dict[float, list[str]] = {}
    for precision, other in part.peak.items():
        if other.unit == "FLOP/s" and other.value < peak:
            lower.setdefault(other.value, []).append(precision)
    named = part.name if len(parts) == 1 else f"{part.family} (fastest variant)"
    return RooflineFigure(
        named, often, peak, part.bandwidth.value, tuple(points.values())[:_MOST],
        tuple(RooflineCeiling(", ".join(names), rate) for rate, names in lower.items()),
    )  # fmt: skip


def _bound(report: Report, id: NumberId, role: Role) -> str:
    found = report.about(id).of(role)
    return found.value if found is not None else ""


def sentence(text: str) -> str:
    """A text with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
