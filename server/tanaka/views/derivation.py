"""A finding's steps as rows: label, value, unit, how it was made, where it is from."""

from __future__ import annotations

from tanaka.records import dataclass
from tanaka.rules.api import (
    Assumption,
    Computed,
    Datasheet,
    Declared,
    Inferred,
    Origin,
    Stated,
    Step,
)
from tanaka.text import Span
from tanaka.views import printing
from tanaka.views.places import Places


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a derivation, worded.

    Attributes
    ----------
    label, value, unit : str
        ``value`` holds the digits alone.
    detail : str
        How it was made ("1.32 s / 1.04 s"), or its interval where it is an input.
    interval : str
        What the value may be, "" where it is exact.
    source : str
        "stated, eval.tex:41", "A100 datasheet", "assumed: ring", or "".
    at : Span or None
        Where the paper states it.
    total : bool
    """

    label: str
    value: str
    unit: str
    detail: str
    interval: str
    source: str
    at: Span | None
    total: bool
    shown: str = ""
    """Value with its unit."""
    symbol: str = ""
    """Its name in the formulas below, by which a sentence refers to it."""


def rows(steps: tuple[Step, ...], places: Places) -> tuple[Row, ...]:
    """Rows of a derivation, in its order."""
    out = []
    for step in steps:
        value = printing.step_value(step)
        reach = printing.step_interval(step)
        detail = printing.step_text(step) or reach
        out.append(
            Row(
                step.label,
                value.number,
                value.unit,
                detail,
                reach,
                source(step.origin, places),
                stated_at(step.origin, places),
                step.total,
                value.text,
                step.symbol,
            )
        )
    return tuple(out)


def stated_at(origin: Origin, places: Places) -> Span | None:
    """Where the paper states a step's number; None where it does not."""
    return places.number(origin.number) if isinstance(origin, Stated | Inferred) else None


def source(origin: Origin, places: Places) -> str:
    """Where a step's number comes from, in words."""
    match origin:
        case Stated(number):
            at = places.number(number)
            return f"stated, {places.label(at)}" if at else "stated"
        case Inferred(number, why):
            at = places.number(number)
            where = f"{places.label(at)}, " if at else ""
            return f"{where}inferred: {why}" if why else f"{where}inferred"
        case Declared(key):
            return f"declared: {key}"
        case Datasheet(title=title):
            return title
        case Computed(reference):
            return reference
        case Assumption(text):
            return f"assumed: {text}"
