"""Names of devices, links and models where they stand in the LaTeX, letter for letter."""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.analysis.report import Report
from tanaka.latex.plain import PassageKind, Plain
from tanaka.paper.entities import Entity, EntityKind, entities
from tanaka.paper.sentences import Sentence
from tanaka.paper.spans import Row
from tanaka.records import dataclass
from tanaka.text import DocId, Span

KINDS = (EntityKind.DEVICE, EntityKind.LINK, EntityKind.MODEL)
"""What the catalogue of hardware and models may know."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, or the words of a table's cell, and the way back to its source.

    Attributes
    ----------
    doc : DocId
    at : int
        Where the block that it stands in begins.
    plain : Plain
        Of the whole passage.
    start : int
        Where it begins in the passage.
    text : str
    sentence : Sentence or None
        None for a cell.
    """

    doc: DocId
    at: int
    plain: Plain
    start: int
    text: str
    sentence: Sentence | None

    def span(self, a: int, b: int) -> Span:
        """Source of its characters a to b: all of a macro that they came from, nothing more."""
        start, end = self.plain.source(self.start + a, self.start + b)
        return Span(self.doc, self.at + start, self.at + end)

    @property
    def whole(self) -> Span:
        """All of it."""
        return self.span(0, len(self.text))


@dataclass(frozen=True, slots=True)
class NamedHere:
    """A name at its place."""

    entity: Entity
    span: Span
    said: Said


def said(report: Report, doc: DocId, start: int, end: int) -> Iterator[Said]:
    """Sentences and cells of the blocks that a range of a document touches, in order."""
    rows = report.spans.unit_at(doc, start) if start == end else _rows(report, doc)
    for row in sorted(rows, key=lambda r: r.at):
        for block, _ in row.unit.blocks:
            at = row.at + block.start
            if at > end or row.at + block.end < start or block.end <= row.unit.frame.body:
                continue
            facts = block.facts
            for passage, sentences in zip(facts.block.passages, facts.said, strict=True):
                if passage.kind is PassageKind.FLOAT:
                    continue
                for s in sentences:
                    yield Said(doc, at, passage.plain, s.start, s.text, s)
            for grid in facts.block.grids:
                for line in grid.rows:
                    for cell in line.cells:
                        yield Said(doc, at, cell.plain, 0, cell.plain.text, None)


def _rows(report: Report, doc: DocId) -> tuple[Row, ...]:
    return tuple(row for row in report.spans.rows if row.doc == doc)


def named_at(report: Report, doc: DocId, offset: int) -> NamedHere | None:
    """The name under an offset, the shortest where several come from one macro."""
    found = [
        NamedHere(entity, span, s)
        for s in said(report, doc, offset, offset)
        if s.text and s.whole.covers(doc, offset)
        for entity in entities(s.text)
        if entity.kind in KINDS and (span := s.span(entity.start, entity.end)).covers(doc, offset)
    ]
    return min(found, key=lambda n: n.span.end - n.span.start, default=None)
