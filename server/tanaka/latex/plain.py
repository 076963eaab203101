"""The types that reading LaTeX gives: plain text with its map, passages, grids."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CITE, REF = "\ue000", "\ue001"
"""Private characters that stand for a citation and a cross reference in plain text."""


class PassageKind(StrEnum):
    """Where a passage stands in its block."""

    PROSE = "prose"
    HEADING = "heading"
    TITLE = "title"
    ABSTRACT = "abstract"
    ITEM = "item"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    FLOAT = "float"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation, reference or label: where it stands in the plain text, and its keys."""

    at: int
    kind: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """Readable text, and for each character the source it came from.

    Attributes
    ----------
    text : str
    starts, ends : tuple of int
        Source range of each character, relative to the block.
    wraps : tuple
        ``(a, b, start, end)``: the characters a to b came from one source element (inline math,
        a unit macro, a user macro) that a span should take whole or not at all.
    marks : tuple of Mark
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    wraps: tuple[tuple[int, int, int, int], ...] = ()
    marks: tuple[Mark, ...] = ()

    def source(self, a: int, b: int) -> tuple[int, int]:
        """Source range of the characters a to b, with the math signs around them if it is all."""
        if not self.text or a >= b:
            return (self.starts[0], self.starts[0]) if self.starts else (0, 0)
        start, end = min(self.starts[a:b]), max(self.ends[a:b])
        for wa, wb, ws, we in self.wraps:
            if a <= wa and wb <= b and wa < wb:
                start, end = min(start, ws), max(end, we)
        return start, end

    def literal(self, a: int, b: int) -> tuple[int, int]:
        """Source range of the characters a to b and nothing around them."""
        if a >= b:
            return self.source(a, b)
        return min(self.starts[a:b]), max(self.ends[a:b])


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, caption, heading, item or footnote."""

    kind: PassageKind
    plain: Plain
    level: int = 0
    """For headings: 1 section, 2 subsection, 3 subsubsection, 4 paragraph."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; ``columns`` and ``rows`` are how many it spans."""

    plain: Plain
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A table row, and whether a rule stands above it."""

    cells: tuple[Cell, ...]
    ruled: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A tabular: its rows as written, its caption and label if it stands in a float."""

    rows: tuple[Row, ...]
    caption: int | None
    """Index of the caption among the block's passages."""
    labels: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """What one block of LaTeX says: passages in order, and grids."""

    passages: tuple[Passage, ...]
    grids: tuple[Grid, ...]
    labels: tuple[str, ...]
    problem: str | None = None
