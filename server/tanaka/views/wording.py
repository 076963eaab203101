"""Printed values: the digits of a step, its interval, its source, its place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tanaka.analysis.report import Report
from tanaka.quantity.units import convert
from tanaka.rules.api import Assumption, Computed, Datasheet, Declared, Inferred, Stated, Step
from tanaka.text import DocId, LineIndex, Span, folder, relative


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, for people and for editors; line and column count from zero."""

    label: str
    doc: DocId
    line: int
    column: int


def place(report: Report, span: Span) -> Place:
    """Place of a span: "eval.tex:41" and where to jump."""
    line, column = LineIndex(report.texts[span.doc]).line_col(span.start)
    return Place(f"{_short(report, span.doc)}:{line + 1}", span.doc, line, column)


def _short(report: Report, doc: DocId) -> str:
    """A file's own name where no other file of the paper has it, else with its folder."""
    name = doc.rpartition("/")[2]
    same = sum(d.rpartition("/")[2] == name for d in report.files)
    return name if same <= 1 else relative(doc, folder(report.root))


def path(report: Report, span: Span) -> str:
    """File, line and column of a span as compilers print them."""
    line, column = LineIndex(report.texts[span.doc]).line_col(span.start)
    return f"{relative(span.doc, folder(report.root))}:{line + 1}:{column + 1}"


def value(step: Step) -> str:
    """A step's value with its unit, in the author's own digits where they are known."""
    return step.shown or number(step.value, step.unit)


def number(amount: float, unit: str) -> str:
    """A value in base units as a reader likes it: "205 GB", "1.27", "58.0%"."""
    if math.isinf(amount):
        return "no bound"
    if unit == "%":
        return f"{100 * amount:.4g}%"
    scaled, name = convert(amount, unit)
    digits = f"{scaled:.4g}" if abs(scaled) < 1e4 else f"{scaled:,.0f}"
    return f"{digits} {name}".strip()


def interval(step: Step) -> str:
    """The interval a step may lie in; "" where it is exact."""
    if step.low == step.high or not (math.isfinite(step.low) and math.isfinite(step.high)):
        return ""
    factor = 100.0 if step.unit == "%" else step.value / convert(step.value, step.unit)[0] if step.value else 1.0
    factor = 100.0 if step.unit == "%" else (1 / factor if factor else 1.0)
    low, high = step.low * factor, step.high * factor
    digits = 3
    while digits < 7 and f"{low:.{digits}g}" == f"{high:.{digits}g}":
        digits += 1
    return f"[{_plain(low, digits)}, {_plain(high, digits)}]"


def _plain(amount: float, digits: int) -> str:
    text = f"{amount:.{digits + 1}g}"
    return f"{amount:.0f}" if "e" in text else text


def source(report: Report, step: Step) -> str:
    """Where a step's number is from: "stated, eval.tex:41", "NVIDIA A100 datasheet"."""
    origin = step.origin
    if isinstance(origin, Stated):
        return f"stated, {place(report, report.spans.numbers[origin.number].whole).label}"
    if isinstance(origin, Inferred):
        return f"inferred, {place(report, report.spans.numbers[origin.number].whole).label}"
    if isinstance(origin, Declared):
        return f"declared: {origin.key}"
    if isinstance(origin, Datasheet):
        return origin.title
    if isinstance(origin, Assumption):
        return f"assumed: {origin.text}"
    assert isinstance(origin, Computed)
    return origin.reference


def source_kind(step: Step) -> str:
    """Kind of a step's source, as the JSON output names it."""
    origin = step.origin
    if isinstance(origin, Stated):
        return "stated"
    if isinstance(origin, Inferred):
        return "inferred"
    if isinstance(origin, Declared):
        return "declared"
    if isinstance(origin, Datasheet):
        return "datasheet"
    if isinstance(origin, Assumption):
        return "assumption"
    return "formula"


def step_place(report: Report, step: Step) -> Place | None:
    """Where a stated number stands; None for all others."""
    if isinstance(step.origin, Stated | Inferred):
        return place(report, report.spans.numbers[step.origin.number].whole)
    return None


def plural(count: int, word: str) -> str:
    """A count with its noun."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
