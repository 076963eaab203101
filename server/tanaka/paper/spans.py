"""Where everything stands in one revision: the only thing of a paper that moves with its text."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from tanaka.latex.source import Source
from tanaka.paper.model import MentionId, NumberId, SectionId, TableId, stretch_of
from tanaka.paper.stated import Range
from tanaka.paper.unit import Told, Unit
from tanaka.records import dataclass
from tanaka.text import DocId, Span


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Where a number stands: its whole surface, and its digits alone."""

    whole: Span
    literal: Span


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """Where a section stands: its heading, and all of it up to the next of its level."""

    heading: Span
    body: Span


@dataclass(frozen=True, slots=True)
class Row:
    """A unit at its place: its document, and where its region begins there."""

    unit: Unit
    doc: DocId
    at: int
    source: Source


K = TypeVar("K", bound=str)
V = TypeVar("V")


class _Places(Mapping[K, V]):
    """Places of one kind of fact, made when they are asked for: few of them ever are."""

    def __init__(
        self,
        table: SpanTable,
        inside: Callable[[Row], Mapping[K, object]],
        make: Callable[[Row, K], V],
    ) -> None:
        self._table, self._inside, self._make = table, inside, make

    def __getitem__(self, key: K) -> V:
        return self._make(self._table.row(stretch_of(key)), key)  # type: ignore[arg-type]

    def __contains__(self, key: object) -> bool:
        try:
            return key in self._inside(self._table.row(stretch_of(key)))  # type: ignore[arg-type]
        except KeyError:
            return False

    def __iter__(self) -> Iterator[K]:
        return (k for row in self._table.rows for k in self._inside(row))

    def __len__(self) -> int:
        return sum(len(self._inside(row)) for row in self._table.rows)


class SpanTable:
    """Where everything stands in one revision.

    Parameters
    ----------
    rows : tuple of Row
        In reading order.
    told : callable
        Mentions of a unit, before the paper's own names and what is known.
    ends : callable
        Where the text of a document ends, after an offset.
    """

    def __init__(
        self,
        rows: tuple[Row, ...],
        told: Callable[[Unit], Told],
        ends: Callable[[DocId, int], int],
    ) -> None:
        self.rows = rows
        self._told, self._ends = told, ends

    @cached_property
    def _by_name(self) -> Mapping[str, Row]:
        return {row.unit.name: row for row in self.rows}

    @cached_property
    def _by_doc(self) -> Mapping[DocId, tuple[list[int], list[Row]]]:
        found: dict[DocId, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.doc, []).append(row)
        out = {}
        for doc, rows in found.items():
            rows.sort(key=lambda r: r.at)
            out[doc] = ([r.at for r in rows], rows)
        return out

    def row(self, name: str) -> Row:
        """The unit of a name at its place."""
        return self._by_name[name]

    @cached_property
    def numbers(self) -> Mapping[NumberId, NumberSpan]:
        """Numbers."""

        def make(row: Row, id: NumberId) -> NumberSpan:
            whole, digits, _ = row.unit.number_places[id]
            return NumberSpan(_span(row, whole), _span(row, digits))

        return _Places(self, lambda row: row.unit.number_places, make)

    def whole(self, id: NumberId) -> Span:
        """The whole surface of a number."""
        row = self._by_name[stretch_of(id)]
        place = row.unit.number_places[id][0]
        return Span(row.doc, row.at + place[0], row.at + place[1])

    @cached_property
    def sentences(self) -> Mapping[NumberId, Span]:
        """The sentence, or cell, that a number stands in."""
        return _Places(
            self,
            lambda row: row.unit.number_places,
            lambda row, id: _span(row, row.unit.number_places[id][2]),
        )

    @cached_property
    def mentions(self) -> Mapping[MentionId, Span]:
        """Words of mentions."""
        return _Places(
            self,
            lambda row: self._told(row.unit).places,
            lambda row, id: _span(row, self._told(row.unit).places[id]),
        )

    @cached_property
    def tables(self) -> Mapping[TableId, Span]:
        """Tabulars."""
        return _Places(
            self,
            lambda row: row.unit.table_places,
            lambda row, id: _span(row, row.unit.table_places[id]),
        )

    @cached_property
    def sections(self) -> Mapping[SectionId, SectionSpan]:
        """Each section's heading, and its body: to the next heading of its level, in its own file."""
        found: dict[SectionId, SectionSpan] = {}
        open_: dict[DocId, list[tuple[int, SectionId, Span]]] = {}

        def close(doc: DocId, level: int, at: int) -> None:
            waiting = open_.setdefault(doc, [])
            while waiting and waiting[-1][0] >= level:
                _, id, heading = waiting.pop()
                found[id] = SectionSpan(heading, Span(doc, heading.start, at))

        order: list[SectionId] = []
        for row in self.rows:
            # In a broken table an inner heading may be read before the one that it stands behind.
            for section, place in sorted(row.unit.section_places, key=lambda s: s[1]):
                heading = _span(row, place)
                close(row.doc, section.level, heading.start)
                open_[row.doc].append((section.level, section.id, heading))
                order.append(section.id)
        for doc, waiting in open_.items():
            for _, id, heading in waiting:
                found[id] = SectionSpan(
                    heading, Span(doc, heading.start, self._ends(doc, heading.end))
                )
        return {id: found[id] for id in order}

    def unit_at(self, doc: DocId, offset: int) -> tuple[Row, ...]:
        """Units of the region that an offset stands in; two where it is the end of one."""
        if doc not in self._by_doc:
            return ()
        starts, rows = self._by_doc[doc]
        i = bisect.bisect_right(starts, offset)
        first = starts[i - 1] if i else 0
        return tuple(r for r in rows[max(0, i - 8) : i] if r.at == first or r.at >= offset - 1)

    def number_at(self, doc: DocId, offset: int) -> NumberId | None:
        """The number under an offset, the shortest where several overlap."""
        hits = [
            (b - a, id)
            for row in self.unit_at(doc, offset)
            for id, ((a, b), _, _) in row.unit.number_places.items()
            if a <= offset - row.at <= b
        ]
        return min(hits)[1] if hits else None

    def block_at(self, span: Span) -> Span:
        """The block that a span begins in; the span itself where it is in none."""
        for row in self.unit_at(span.doc, span.start):
            block = row.unit.block_at(span.start - row.at)
            if block is not None:
                return _span(row, block)
        return span


def _span(row: Row, place: Range) -> Span:
    return Span(row.doc, row.at + place[0], row.at + place[1])
