"""The types that reading LaTeX gives: plain text with its map, passages, grids."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import StrEnum

from tanaka.records import dataclass

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
    """A citation, reference, label or footnote: where it stands in the plain text, and its keys."""

    at: int
    kind: str
    keys: tuple[str, ...]


Run = tuple[int, int, int, bool]
"""``(at, start, end, exact)``: from character ``at`` to the next run, the text came from the source
range start to end; where it is exact, each character from one of its own."""

_LAST = 1 << 62  # above any offset, to bisect with


@dataclass(frozen=True, slots=True)
class Plain:
    """Readable text, and for each run of it the source that it came from.

    Attributes
    ----------
    text : str
    runs : tuple of Run
        In order, the first at 0, with offsets relative to the block.
    wraps : tuple
        ``(a, b, start, end)``, ordered: the characters a to b came from one source element (inline
        math, a unit macro, a user macro) that a span should take whole or not at all.
    marks : tuple of Mark
    """

    text: str
    runs: tuple[Run, ...] = ()
    wraps: tuple[tuple[int, int, int, int], ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def starts(self) -> tuple[int, ...]:
        """Where the source of each character starts."""
        return tuple(s + i if exact else s for n, s, _, exact in self._lengths() for i in range(n))

    @property
    def ends(self) -> tuple[int, ...]:
        """Where the source of each character ends."""
        return tuple(
            s + i + 1 if exact else e for n, s, e, exact in self._lengths() for i in range(n)
        )

    def _lengths(self) -> Iterator[Run]:
        """The runs, with how many characters each has."""
        ats = [*(r[0] for r in self.runs[1:]), len(self.text)]
        for (at, start, end, exact), following in zip(self.runs, ats, strict=False):
            yield following - at, start, end, exact

    def source(self, a: int, b: int) -> tuple[int, int]:
        """Source range of the characters a to b, with the math signs around them if it is all."""
        if a >= b or not self.text:
            first = self.runs[0][1] if self.text else 0
            return first, first
        start, end = self.literal(a, b)
        for i in range(bisect_left(self.wraps, (a,)), len(self.wraps)):
            wa, wb, ws, we = self.wraps[i]
            if wa >= b:
                break
            if wb <= b:
                start, end = min(start, ws), max(end, we)
        return start, end

    def literal(self, a: int, b: int) -> tuple[int, int]:
        """Source range of the characters a to b and nothing around them."""
        if a >= b or not self.text:
            return self.source(a, b)
        runs = self.runs
        i = max(bisect_right(runs, (a, _LAST)) - 1, 0)
        at, start, end, exact = runs[i]
        first = start + a - at if exact else start
        last = first
        while True:
            i += 1
            stop = min(b, runs[i][0] if i < len(runs) else len(self.text))
            last = max(last, start + stop - at if exact else end)
            if i == len(runs) or runs[i][0] >= b:
                return first, last
            at, start, end, exact = runs[i]
            first = min(first, start)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, caption, heading, item or footnote."""

    kind: PassageKind
    plain: Plain
    level: int = 0
    """For headings: 1 section, 2 subsection, 3 subsubsection, 4 paragraph."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; ``columns`` and ``rows`` are how many it spans, upwards where negative.

    ``bold`` and ``underlined`` say that some of it is; ``braced`` that it is one group, as words
    in a column of numbers are (siunitx).
    """

    plain: Plain
    columns: int = 1
    rows: int = 1
    bold: bool = False
    underlined: bool = False
    braced: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A table row, and whether a rule stands above it.

    ``partial`` are the columns (first and last, from 1) of the rules above that do not cross the
    whole table, where no other does.
    """

    cells: tuple[Cell, ...]
    ruled: bool
    partial: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A tabular: its rows as written, its caption and label if it stands in a float.

    ``columns`` are the letters of its column types, one a column ("lrrS"); ``head`` is how many
    rows are its header where the source says so (longtable), None where it does not.
    """

    rows: tuple[Row, ...]
    caption: int | None
    """Index of the caption among the block's passages."""
    labels: tuple[str, ...]
    start: int
    end: int
    columns: str = ""
    head: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """What one block of LaTeX says: passages in order, and grids."""

    passages: tuple[Passage, ...]
    grids: tuple[Grid, ...]
    labels: tuple[str, ...]
    problem: str | None = None
