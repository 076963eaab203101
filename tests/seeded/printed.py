"""The numbers of a paper as it prints them: value, last digit, unit, sentence or cell, and place.

This is all that the placing of errors knows.  Nothing here asks what a sentence claims: no claim
reader and no rule is imported, so that what is placed does not depend on what can be found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from tanaka.analysis import Report
from tanaka.paper.model import Where
from tanaka.paper.tables import LocalCell, LocalTable
from tanaka.quantity import Qualifier, Quantity, Reading
from tanaka.text import DocId

Range = tuple[Fraction, Fraction]
"""The least and the greatest value, both included."""


@dataclass(frozen=True, eq=False)
class Printed:
    """A number as printed.

    ``start`` to ``end`` are its digits in the source of ``doc``, ``after`` is where its unit ends.
    ``value`` and ``ulp`` (one unit of the last digit) are in base units, ``scale`` is one shown
    unit in base units.  ``at`` and ``until`` are its surface in its sentence.
    """

    doc: DocId
    start: int
    end: int
    after: int
    source: str
    text: str
    value: Fraction
    ulp: Fraction
    scale: Fraction
    unit: str
    shown: str
    noun: str
    where: Where
    count: bool
    exact: bool
    ceiling: bool
    at: int = 0
    until: int = 0
    tabled: bool = False

    @property
    def key(self) -> str:
        """What it can be compared with: its dimension, or what it counts."""
        if self.shown in ("%", "×"):
            return self.shown
        if self.unit == "s" and re.search(r"[-·]\s?(?:hour|hr|h|day|year)", self.shown):
            return "device·s"
        if self.unit != "1":
            return self.unit
        return f"#{self.noun}" if self.noun else ""

    @property
    def digits(self) -> int:
        """Significant digits, zeros at the end of an integer left out."""
        plain = re.sub(r"[^\d.]", "", self.text)
        whole = plain if "." in plain else plain.rstrip("0")
        return len(whole.replace(".", "").lstrip("0"))

    @property
    def writable(self) -> bool:
        """Whether the source prints these very digits, so that others can be put in their place."""
        return bool(re.search(r"\d", self.source)) and _digits(self.source) == _digits(self.text)

    @property
    def nominal(self) -> Range:
        """Half a unit of the last digit either way; a count is itself."""
        if self.count:
            return self.value, self.value
        return self.value - self.ulp / 2, self.value + self.ulp / 2

    @property
    def hard(self) -> Range:
        """The widest that truncation, rounding twice and zeros that are no digits allow."""
        if self.count:
            return self.value, self.value
        ulp, plain = self.ulp, re.sub(r"\D", "", self.text)
        if not self.tabled and "." not in self.text and plain.endswith("0") and plain.strip("0"):
            zeros = len(plain) - len(plain.rstrip("0"))
            ulp = max(ulp, min(ulp * 10**zeros, abs(self.value) / 10))
        return self.value - ulp * 11 / 20, self.value + ulp

    @property
    def width(self) -> float:
        """Width of what it may mean, as a share of its value."""
        low, high = self.nominal
        return float((high - low) / abs(self.value)) if self.value else math.inf


@dataclass(frozen=True, eq=False)
class Line:
    """A sentence with its numbers."""

    text: str
    where: Where
    numbers: tuple[Printed, ...]


@dataclass(frozen=True, eq=False)
class TableCell:
    """A cell of a table: its words, and its number where it has exactly one."""

    text: str
    number: Printed | None
    labels: str


@dataclass(frozen=True, eq=False)
class Grid:
    """A table: its cells, the labels of its columns and rows, and the block of each row."""

    caption: str
    header: tuple[str, ...]
    stubs: tuple[str, ...]
    blocks: tuple[int, ...]
    rows: tuple[tuple[TableCell, ...], ...]

    def numbers(self) -> Iterable[Printed]:
        """Its numbers, row by row."""
        return (c.number for row in self.rows for c in row if c.number is not None)


@dataclass(eq=False)
class Pages:
    """All sentences and tables of a paper, in reading order."""

    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)

    def numbers(self) -> Iterable[Printed]:
        """All numbers, prose first."""
        for line in self.lines:
            yield from line.numbers
        for grid in self.grids:
            yield from grid.numbers()


def pages(report: Report) -> Pages:
    """The sentences and tables of a report's paper."""
    out = Pages()
    for row in report.spans.rows:
        text = report.texts[row.doc]
        for placed, stated in row.unit.blocks:
            base = row.at + placed.start
            for spoken in stated.spoken:
                passage = placed.facts.block.passages[spoken.index]
                for sentence in placed.facts.said[spoken.index]:
                    numbers = []
                    for r in sentence.readings:
                        shift = sentence.start
                        a, b = passage.plain.literal(shift + r.literal_start, shift + r.literal_end)
                        _, after = passage.plain.source(shift + r.start, shift + r.end)
                        place = row.doc, base + a, base + b, base + max(after, b)
                        numbers.append(_printed(r, place, text, spoken.place.where))
                    out.lines.append(Line(sentence.text, spoken.place.where, tuple(numbers)))
            if stated.collected.tables:
                out.grids += [_grid(t, row.doc, base, text) for t in placed.facts.tables]
    return out


def _grid(table: LocalTable, doc: DocId, base: int, text: str) -> Grid:
    def cell(c: LocalCell) -> TableCell:
        number = None
        if c.reading is not None and c.spanned is None:
            r = c.reading
            a, b = c.plain.literal(r.literal_start, r.literal_end)
            _, after = c.plain.source(r.start, r.end)
            place = doc, base + a, base + b, base + max(after, b)
            number = _printed(r, place, text, Where.TABLE)
        return TableCell(c.text, number, " ".join((*c.row, *c.column, c.label)))

    rows = tuple(tuple(cell(c) for c in row) for row in table.rows)
    return Grid(table.caption, table.header, table.stubs, table.blocks, rows)


def _printed(r: Reading, place: tuple[DocId, int, int, int], text: str, where: Where) -> Printed:
    q: Quantity = r.quantity
    doc, start, end, after = place
    scale = Fraction(repr(q.scale))
    named = start > 0 and (text[start - 1].isalpha() or text[start - 1] in "-_")  # "SXM2-16GB"
    single = not isinstance(q.value, tuple) and not named
    return Printed(
        doc, start, end, after, text[start:end], q.literal.text,
        Fraction(repr(q.literal.value)) * scale, Fraction(repr(q.literal.ulp)) * scale, scale,
        q.unit, q.shown_unit, r.noun, where, q.count,
        single and q.qualifier in (Qualifier.EXACT, Qualifier.LIST, Qualifier.MEAN),
        single and q.qualifier is Qualifier.MAX,
        r.start, r.end, where is Where.TABLE,
    )  # fmt: skip


def _digits(text: str) -> str:
    return re.sub(r"\\[A-Za-z]+|[^\d.]", "", text).strip(".")
