"""Lists and spans: numbers that one phrase states together, told as one.

"2.8, 3.7, 6.0 and 9.5 TFLOPS" is one list and "from 3072 to 15360" is one span.  Rules need their
numbers one by one, so each is a `Number` of its own; a reader is told of them together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from tanaka.analysis.report import Report
from tanaka.paper.model import Number, NumberId
from tanaka.quantity import Kind
from tanaka.records import dataclass
from tanaka.text import Span

_TO = re.compile(r"(?:^|[^A-Za-z])to(?:[^A-Za-z]|$)|--|–|—")
_AND = re.compile(r"(?:^|[^A-Za-z])and(?:[^A-Za-z]|$)")
_BETWEEN = re.compile(r"(?:^|[^A-Za-z])between[^A-Za-z]*$", re.I)


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers told as one.

    Attributes
    ----------
    id : NumberId
        That of the first.
    members : tuple of Number
        In the order of the text; of one unit, each a single value.
    is_range : bool
        Whether they are the two ends of a span.
    span : Span
        From the first to the last.
    kind : Kind
        That of the last which has one: the unit stands there.
    """

    id: NumberId
    members: tuple[Number, ...]
    is_range: bool
    span: Span
    kind: Kind


def all_of(report: Report) -> Mapping[str, Series]:
    """The series of a paper, by the id that their numbers share."""
    groups: dict[str, list[Number]] = {}
    for number in report.paper.numbers:
        if number.series:
            groups.setdefault(number.series, []).append(number)
    found = ((id, _series(report, members)) for id, members in groups.items())
    return {id: whole for id, whole in found if whole is not None}


def of(report: Report, number: Number) -> Series | None:
    """The series that a number is one of; None where it stands alone."""
    if not number.series:
        return None
    return _series(report, [n for n in report.paper.numbers if n.series == number.series])


def _series(report: Report, members: list[Number]) -> Series | None:
    """None where the numbers are not told as one: of two units, or not one behind the other."""
    if len(members) < 2 or len({m.quantity.unit for m in members}) > 1:
        return None
    if any(isinstance(m.quantity.value, tuple) for m in members):
        return None
    spans = [report.spans.numbers[m.id].whole for m in members]
    if any(a.doc != b.doc or a.end > b.start for a, b in pairwise(spans)):
        return None
    kinds = [m.kind for m in members if m.kind is not Kind.OTHER]
    return Series(
        members[0].id,
        tuple(members),
        len(members) == 2 and _is_range(report, spans[0], spans[1]),
        Span(spans[0].doc, spans[0].start, spans[-1].end),
        kinds[-1] if kinds else Kind.OTHER,
    )


def _is_range(report: Report, first: Span, second: Span) -> bool:
    text = report.texts[first.doc]
    inside = text[first.end : second.start]
    if _TO.search(inside):
        return True
    return bool(
        _AND.search(inside) and _BETWEEN.search(text[max(0, first.start - 24) : first.start])
    )


__all__ = ["Series", "all_of", "of"]
