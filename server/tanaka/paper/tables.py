"""Grids of cells to tables: header, stubs, headings, units, and one number a cell.

What a label tells of its cells is read in `tanaka.paper.labels`; here is where labels stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tanaka.latex.plain import Grid, Plain
from tanaka.paper.labels import NOTHING, Hint, caption_hint, hint, in_a_power, scale_said
from tanaka.paper.layout import (
    MOST_COLUMNS,
    Line,
    Slot,
    dimension,
    head_rows,
    matrix_of,
    numeric,
    texts_of,
    titles,
    valued,
)
from tanaka.paper.model import CellKind, Direction, Emphasis, Orientation, UnitFrom
from tanaka.paper.values import (
    PLAIN_KINDS,
    bare,
    emphasis_of,
    is_spread,
    mended,
    mostly_numbers,
    multiplied,
    own_reading,
    plural,
    quantities,
    states,
    uncertainty_of,
    unit_from_of,
)
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

_COMPLETE = Lazy(
    r"\ball (?:the )?(?:workloads|models|configurations|benchmarks|settings|runs|results|scales|sizes|node counts)\b|\bevery (?:configuration|setting|run|scale)\b|\bsummar|\bcomplete\b|\bwe (?:ran|measured)\b",
    re.I,
)
_SCORE = Lazy(r"accura|\bacc\b|top-?\s?[15]\b|recall|\bf1\b|exact match|\brate\b|pass@", re.I)
_IN_BYTES = Lazy(r"[KMGT]i?B")
_MOST_SETTINGS = 2
_LONG_HEADING = 4  # words; a longer one speaks of more than what is measured


@dataclass(frozen=True, slots=True)
class LocalCell:
    """A cell: its text, all its readings, and the one that is the cell's own value, if any.

    ``spanned`` is the row and column of the printed cell that this one is a part of, None where it
    is that cell itself.  The other fields are those of `tanaka.paper.model.TableCell`.
    """

    text: str
    plain: Plain
    reading: Reading | None
    found: tuple[Reading, ...]
    kind: CellKind = CellKind.TEXT
    missing: str = ""
    row: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    label: str = ""
    unit_from: UnitFrom = UnitFrom.NONE
    uncertainty: float | None = None
    emphasis: Emphasis = Emphasis.NONE
    better: Direction = Direction.NONE
    spanned: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class LocalHead:
    """A header cell, or a heading inside the table, that states numbers."""

    plain: Plain
    found: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class LocalTable:
    """A table before its numbers have ids."""

    header: tuple[str, ...]
    rows: tuple[tuple[LocalCell, ...], ...]
    stubs: tuple[str, ...]
    blocks: tuple[int, ...]
    caption: str
    labels: tuple[str, ...]
    complete: bool
    start: int
    end: int
    captioned: int | None
    """Index of the caption among the block's passages."""
    heads: tuple[LocalHead, ...] = ()
    orientation: Orientation = Orientation.UNKNOWN


def read_table(grid: Grid, caption: str, *, decimal_comma: bool = False) -> LocalTable | None:
    """Table of a grid; None where it has no body.

    Parameters
    ----------
    grid : Grid
    caption : str
    decimal_comma : bool
        Whether the document is German or French, see `tanaka.quantity.read`.
    """
    matrix = matrix_of(grid)
    width = len(matrix[0]) if matrix else 0
    if width < 2 or width > MOST_COLUMNS or len(matrix) < 2:
        return None
    title = matrix[0][0].text if (over := titles(grid, matrix)) else ""
    if over:
        grid = replace(grid, rows=grid.rows[over:], head=None if grid.head is None else max(0, grid.head - over))  # fmt: skip
        matrix = matrix_of(grid)
    head = head_rows(grid, matrix)
    reader = _Reader(grid, matrix, head, caption, title, decimal_comma=decimal_comma)
    reader.body()
    if not reader.rows:
        return None
    return LocalTable(
        reader.top.header, tuple(reader.rows), tuple(reader.stubs), tuple(reader.blocks), caption, grid.labels,
        bool(_COMPLETE.search(caption)), grid.start, grid.end, grid.caption, tuple(reader.heads), reader.orientation,
    )  # fmt: skip


# -- body -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Columns:
    """A header: one label and path a column, and what they tell."""

    header: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    hints: tuple[Hint, ...]


def _columns(lines: Sequence[Line], width: int) -> _Columns:
    header: list[str] = []
    paths: list[tuple[str, ...]] = []
    for c in range(width):
        parts = [line[c].text for line in lines]
        header.append(_join(parts))
        path: list[str] = []
        for k, part in enumerate(parts):
            if not part or (k and lines[k][c] is lines[k - 1][c]):
                continue
            if path and re.fullmatch(r"\s*[(\[][^()\[\]]{1,14}[)\]]\s*", part):
                path[-1] += " " + part  # a unit belongs to the name above it
            elif not path or path[-1] != part:
                path.append(part)
        paths.append(tuple(path))
    hints = [_under(h, path) for h, path in zip(header, paths, strict=True)]
    plain = [_plain(h) for h in header]
    for c, label in enumerate(header):
        if _quotient(label, plain[:c] + plain[c + 1 :]):
            hints[c] = Hint(unit="×", ratio=True, kind=Kind.SPEEDUP, better=hints[c].better)
    # Beside "Layers (M)", "Embedding (M)" is in millions too.
    for mark in {h.scale for h in hints} & {"M", "B"}:
        for c, label in enumerate(header):
            if not (hints[c].unit or hints[c].scale) and scale_said(label) == mark:
                hints[c] = replace(hints[c], scale=mark)
    return _Columns(tuple(header), tuple(paths), tuple(hints))


def _under(label: str, path: tuple[str, ...]) -> Hint:
    """What a header tells; a rate that spans several columns ("Tokens/s") is the unit of each."""
    told = hint(label)
    if told.unit or told.scale or told.power or len(path) < 2:
        return told
    for over in path[:-1]:
        above = hint(over)
        if above.unit and "/" in above.unit:
            return replace(
                told, unit=above.unit, per=above.per, noun="", kind=above.kind or told.kind
            )
    return told


def _plain(label: str) -> str:
    """A header without its unit, its marks and its case."""
    return re.sub(r"\W+", " ", re.sub(r"[(\[][^()\[\]]*[)\]]", "", label)).strip().lower()


def _quotient(label: str, others: Sequence[str]) -> bool:
    """Whether a header is two others and a stroke between them: under "Sync/Ours" stand factors."""
    first, stroke, second = label.partition("/")
    one, two = _plain(first), _plain(second)
    return bool(stroke) and one != two and one in others and two in others


_RELEVANT = Lazy(r"\d")
_MISSING = Lazy(
    r"(?P<word>-{1,3}|[–—−]|/|\?|∅|∞|(?i:n\s?/\s?a|n\.\s?a\.|na|n\s?/\s?r|n\.r\.|n/d|o\.?o\.?m\.?|o\.?o\.?t\.?|out of memory|timeout|timed out|t/o|t\.o\.|"
    r"tbd|tba|todo|dnf|nan|inf|fail(?:s|ed|ure)?|crash(?:es|ed)?|error|err\.?|none|null|unk(?:nown)?|not (?:supported|reported|available|applicable|"
    r"measured|run|tested)|unsupported|infeasible|diverge[sd]?|div\.|unavailable|missing|no data))"
    r"\s*(?:\^\{?[\w†‡*]{1,2}\}?|[*†‡§]|\([^()]*\))*\s*"
)
_CROSS = frozenset({"✗", "✘", "×", "✕", "x", "X"})
_CHECK = frozenset({"✓", "✔", "√"})
_TICKS = _CROSS | _CHECK | {"", "-", "–", "—", "(✓)", "(✗)", "yes", "no", "Yes", "No"}
_UTILISED = Lazy(r"\W*(?:MFU|HFU|(?:[Mm]odel|[Hh]ardware) FLOP(?:s|S|/s)? [Uu]tili[sz]ation)\W*")
_SYMBOL = Lazy(r"\s*[A-Za-zα-ωΑ-Ω](?:_\{?\w+\}?)?\s*")


class _Reader:
    """Reads the rows of one table under its header."""

    def __init__(self, grid: Grid, matrix: list[Line], head: int, caption: str, title: str, *, decimal_comma: bool) -> None:  # fmt: skip
        self.grid, self.matrix, self.head, self.title = grid, matrix, head, title
        self.comma = decimal_comma
        self.width = len(matrix[0])
        self.caption = caption
        self.told = caption_hint(caption)
        self.top = _columns(matrix[:head], self.width)
        self.columns = self.top
        self.rows: list[tuple[LocalCell, ...]] = []
        self.stubs: list[str] = []
        self.blocks: list[int] = []
        self.heads: list[LocalHead] = []
        self.body_lines = matrix[head:]
        self.checks = any(s.text in _CHECK for line in self.body_lines for s in line)
        self.count_columns()
        self.top = self.columns = self.without_things()
        self.top = self.columns = self.with_percents()
        self.spreads = bool(re.search(r"(?i)standard dev|\bstd\b|standard err|\bs\.d\.|±|\bstdev", caption)) or any(
            re.search(r"(?i)\bstd\b|±|stdev", h) for h in self.top.header
        )  # fmt: skip
        # A ratio is positive: a column with a minus sign holds differences.
        self.signed = [
            any(re.match(r"\s*[−-]\s?\d", line[c].text) for line in self.body_lines)
            for c in range(self.width)
        ]
        stubs = self.metric_stubs()
        self.metric_rows = bool(stubs) and sum(stubs) * 2 >= len(stubs)
        self.turned = self.is_turned()
        # A caption's metric holds where the columns are systems: one may be called "Full Power".
        data = self.top.hints[self.stub_columns :]
        telling = [h for h in data if h.measures or h.setting]
        bracketed = any(
            re.search(r"[(\[]|(?i:\barea\b)", h) for h in self.top.header[self.stub_columns :]
        )
        weak = all(h.kind and not (h.unit or h.noun or h.setting) for h in telling)
        self.names_only = not bracketed and weak and len(telling) * 4 <= len(data)
        self.ratios = bool(_RATIOS.search(self.caption))
        self.indexed = self.counts_rows()
        self.unit_column = next(
            (c for c in range(1, self.width) if _UNIT_COLUMN.fullmatch(self.top.header[c])), None
        )
        self.orientation = self.oriented()
        self.caption_columns = self.under_caption()

    # -- what a table is like ---------------------------------------------------------------
    def count_columns(self) -> None:
        """Which columns hold numbers, and how many of the first are labels."""
        self.numbers: list[int] = []
        self.words: list[int] = []
        for c in range(self.width):
            texts = [line[c].text for line in self.body_lines if line[c].text]
            numbers = sum(valued(t) for t in texts)
            missing = sum(_MISSING.fullmatch(t) is not None for t in texts if not valued(t))
            self.numbers.append(numbers)
            self.words.append(len(texts) - numbers - missing)
        self.stub_columns = 1
        if self.is_turned():
            return
        while self.stub_columns < self.width - 1 and self.is_label(self.stub_columns):
            self.stub_columns += 1

    def is_label(self, column: int) -> bool:
        """Whether a column, all before it being labels, is one more."""
        if not any(self.numbers[column + 1 :]):
            return False  # something must be left to be labelled
        told = self.top.hints[column]
        if _LIST_VALUE.fullmatch(self.top.header[column]):
            return False
        if self.words[column] > self.numbers[column]:
            if all(line[column].text in _TICKS for line in self.body_lines):
                return False
            return not told.unit and self.words[column] >= 4 * self.numbers[column]
        if not told.setting or told.unit or self.words[column]:
            return False
        if told.kind in (Kind.PARAM_COUNT, Kind.TOKEN_COUNT):
            return False  # told of a system more often than chosen for a run
        # A setting, or two, are labels where what follows is measured; more are a table of settings.
        rest = [self.top.hints[c] for c in range(1, self.width) if self.numbers[c]]
        settings = sum(h.setting and not h.unit for h in rest)
        return settings <= _MOST_SETTINGS and any(h.measures and not h.setting for h in rest)

    def is_list(self, c: int) -> bool:
        """Whether a column names parameters, each with its value beside it."""
        return self.words[c] > self.numbers[c] and _PARAMETER.fullmatch(self.top.header[c]) is not None  # fmt: skip

    def counts_rows(self) -> bool:
        """Whether the first column numbers the rows, or the layers that they are about: 1, 2, 3."""
        told, label = self.top.hints[0], self.top.header[0].strip()
        if told.measures or (label and not _COUNTER.fullmatch(label)):
            return False
        texts = [line[0].text.strip(" .") for line in self.body_lines if line[0].text]
        if len(texts) < (2 if label else 3) or not all(_INDEX.fullmatch(t) for t in texts):
            return False
        return all(int(b) == int(a) + 1 for a, b in pairwise(texts))

    def is_turned(self) -> bool:
        """Whether the stubs name what is measured, and the headers do not."""
        stubs = self.metric_stubs()
        heads = [
            self.top.hints[c] for c in range(self.stub_columns, self.width) if self.top.header[c]
        ]
        return bool(stubs) and sum(stubs) * 2 > len(stubs) and not any(h.measures for h in heads)

    def metric_stubs(self) -> list[bool]:
        found: list[bool] = []
        for line in self.body_lines:
            if not any(s.text for s in line[1:]):
                continue
            labels = [hint(t) for t in self.telling_labels(line)]
            found.append(any(h.measures or h.setting for h in labels))
        return found

    def oriented(self) -> Orientation:
        if not self.head:
            return Orientation.UNKNOWN
        if self.turned:
            names = [self.top.header[c] for c in range(self.stub_columns, self.width)]
            lists = self.width == 2 or any(_LIST_VALUE.fullmatch(n) for n in names)
            return Orientation.UNKNOWN if lists else Orientation.COLUMNS
        heads = [self.top.hints[c] for c in range(self.stub_columns, self.width) if self.numbers[c]]
        named = any(
            line[0].text and not numeric(line[0].text) for line in self.body_lines if line[1:]
        )
        measured = bool(heads) and all(h.measures or h.setting for h in heads)
        if measured and named and not any(self.metric_stubs()):
            return Orientation.ROWS
        return Orientation.UNKNOWN

    def under_caption(self) -> list[bool]:
        """Columns that the unit of the caption may hold for: those that nothing else claims."""
        if not self.told.unit:
            return [False] * self.width
        free = [
            not (h.unit or h.noun or h.scale or h.setting)
            and (h.kind in (None, self.told.kind) or self.told.kind is None)
            and not (h.ratio and not h.kind)
            and not _SYMBOL.fullmatch(label)
            for h, label in zip(self.top.hints, self.top.header, strict=True)
        ]
        # A score of all columns is no less so where one of them has the name of a known test.
        named = [
            f and self.told.kind is not None and h.kind is self.told.kind
            and (h.kind is not Kind.ACCURACY or _SCORE.search(label) is not None)
            for f, h, label in zip(free, self.top.hints, self.top.header, strict=True)
        ]  # fmt: skip
        if any(named):
            free = named
        if self.told.unit == "%":
            free = [f and not self.above_hundred(c) for c, f in enumerate(free)]
        return [f and c >= self.stub_columns for c, f in enumerate(free)]

    def without_things(self) -> _Columns:
        """The header, where "Images" and "Text" name what a score is of and count nothing.

        So they do where the caption gives all numbers in percent, and the column has decimals.
        Where it gives them in GB, "Weights" is what they take.
        """
        hints = list(self.top.hints)
        if _IN_BYTES.fullmatch(self.told.unit):
            weights = [c for c, h in enumerate(self.top.header) if h.lower() == "weights"]
            for c in weights:
                hints[c] = replace(hints[c], noun="", setting=False)
            return replace(self.top, hints=tuple(hints)) if weights else self.top
        if self.told.unit != "%":
            return self.top
        for c in range(self.stub_columns, self.width):
            h = hints[c]
            if h.unit or h.scale or h.kind or not h.noun or not self.numbers[c]:
                continue
            texts = [line[c].text for line in self.body_lines if line[c].text]
            if sum("." in t for t in texts) * 2 > len(texts) and not self.above_hundred(c):
                hints[c] = replace(h, noun="", setting=False)
        return replace(self.top, hints=tuple(hints))

    def with_percents(self) -> _Columns:
        """The header, where the bare numbers under "MFU" are percentages: 41.2 is no fraction."""
        hints = list(self.top.hints)
        for c in range(self.stub_columns, self.width):
            h = hints[c]
            if h.unit or h.scale or not _UTILISED.fullmatch(self.top.header[c]):
                continue
            texts = [t for line in self.body_lines if valued(t := line[c].text)]
            values = [float(t) for t in texts if re.fullmatch(r"\s*\d{1,3}(?:\.\d+)?\s*", t)]
            if values and len(values) == len(texts) and min(values) > 1.5 and max(values) <= 100:
                hints[c] = replace(h, unit="%")
        return replace(self.top, hints=tuple(hints))

    def above_hundred(self, column: int) -> bool:
        for line in self.body_lines:
            match = re.match(r"\s*([\d,]+(?:\.\d+)?)", line[column].text)
            if match and float(match.group(1).replace(",", "") or 0) > 100:
                return True
        return False

    # -- rows -------------------------------------------------------------------------------
    def body(self) -> None:
        """Read all rows."""
        self.read_heads(self.matrix[: self.head])
        block = 0
        group: tuple[str, ...] = (self.title,) if self.title else ()
        told = hint(self.title) if len(self.title.split()) <= _LONG_HEADING else NOTHING
        for i in range(self.head, len(self.matrix)):
            line = self.matrix[i]
            if self.grid.rows[i].ruled and i > self.head:
                block += 1
            if self.is_heading(i):
                block += 1  # a heading inside the table
                if texts := texts_of(line):
                    group, told = (texts[0],), hint(texts[0])
                    if not told.unit and len(texts[0].split()) > _LONG_HEADING:
                        told = NOTHING
                    self.read_heads([line])
                continue
            if self.is_header_again(i):
                again = [line]
                last = self.matrix[self.head - 1]
                if [s.text for s in line[1:]] == [s.text for s in last[1:]]:
                    if line[0].text and line[0].text != last[0].text:
                        group, told = (line[0].text,), NOTHING
                else:
                    self.columns = _columns(again, self.width)
                    self.read_heads(again)
                continue
            self.row(i, group, told)
            self.blocks.append(block)

    def is_heading(self, i: int) -> bool:
        """Whether a row holds one label that stands over the rows below it."""
        line, row = self.matrix[i], self.grid.rows[i]
        texts = texts_of(line)
        if len(texts) > 1 or (texts and numeric(texts[0])):
            return False
        if len(row.cells) == 1 or not texts:
            return True
        own = [s for s in line if s.text and s.row == i]
        if not own:
            return True
        first = own[0]
        if first.cell.columns > 1 and first.cell.columns * 2 >= self.width:
            return _MISSING.fullmatch(first.text) is None
        # "Encoder & & &": all but the label is empty, where other rows are not.
        return (
            first.column == 0
            and first.cell.rows == 1
            and i + 1 < len(self.matrix)
            and self.width > 2
            and self.full_row(i + 1)
            and not self.matrix[i + 1][0].text.startswith(first.text)
        )

    def full_row(self, i: int) -> bool:
        return sum(bool(s.text) for s in self.matrix[i][1:]) * 2 > self.width - 1

    def is_header_again(self, i: int) -> bool:
        """Whether a row in the body names the columns once more, or anew."""
        line = self.matrix[i]
        if not self.head or i + 1 >= len(self.matrix):
            return False
        last = self.matrix[self.head - 1]
        if len(texts_of(line)) > 1 and [s.text for s in line[1:]] == [s.text for s in last[1:]]:
            return not any(numeric(s.text) for s in line[1:])
        # The label of the label column stands there again.
        if line[0].text and line[0].text == last[0].text and self.grid.rows[i + 1].ruled:
            return not any(numeric(s.text) for s in line[1:])
        data = [c for c in range(self.stub_columns, self.width) if self.numbers[c] >= 2]
        names = [line[c].text for c in data if line[c].text]
        if len(data) < 2 or len(names) < len(data) or len(set(names)) < 2:
            return False
        if any(numeric(n) or _MISSING.fullmatch(n) for n in names):
            return False
        if any(n in _CHECK or n in _CROSS for n in names):
            return False
        ruled = self.grid.rows[i].ruled and self.grid.rows[i + 1].ruled
        following = self.matrix[i + 1]
        return ruled and sum(numeric(following[c].text) for c in data) * 2 > len(data)

    def row(self, i: int, group: tuple[str, ...], told: Hint) -> None:
        line = self.matrix[i]
        labels = [s.text for s in line[: self.stub_columns]]
        path = (*group, *dict.fromkeys(t for t in labels if t))
        if self.unit_column is not None and line[self.unit_column].text:
            labels = [*labels[:-1], f"{labels[-1]} ({line[self.unit_column].text})"]
        told_labels = ["" if s.text and not t else label for s, t, label in zip(line, self.telling_labels(line), labels, strict=False)]  # fmt: skip
        own = self.told_by(told_labels)
        row_told = own if own.unit or own.kind or not told.measures else told
        better = own.better or told.better
        words = " ".join(dict.fromkeys((*path,))) if row_told.measures else ""
        cells: list[LocalCell] = []
        for c, slot in enumerate(line):
            cells.append(self.cell(i, c, slot, path, row_told, better, words))
        self.rows.append(tuple(cells))
        self.stubs.append(line[0].text)

    def names(self, i: int, c: int) -> bool:
        """Whether a cell holds a year, a version or an index: what is bare there is no quantity."""
        if self.columns.hints[c].names or (c == 0 and self.indexed):
            return True
        if c < self.stub_columns or self.columns.hints[c].measures:
            return False
        return any(hint(t).names for t in self.telling_labels(self.matrix[i]) if t)

    def telling_labels(self, line: Line) -> list[str]:
        """Labels of a row, "" for one that only sounds like a number's: "Index & 0 & 0.29" is a part."""
        texts = [s.text for s in line[: self.stub_columns]]
        if any(t and hint(t).names for t in texts) and any("." in s.text for s in line[self.stub_columns :]):  # fmt: skip
            return ["" if hint(t).names else t for t in texts]
        return texts

    def told_by(self, labels: Sequence[str]) -> Hint:
        """What the labels of a row tell: that of the innermost that names something measured.

        Where most stubs name systems, a word in one of them ("Fixed Power [15 W]") is a name too.
        """
        found = NOTHING
        for c in range(len(labels) - 1, -1, -1):
            told = hint(labels[c])
            if self.top.hints[c].setting and not told.unit and not self.is_list(c):
                continue
            if told.measures and (told.unit or self.metric_rows or told.kind in PLAIN_KINDS):
                return told
            if found is NOTHING and (told.better or (told.setting and self.metric_rows)):
                found = told
        return found

    # -- cells ------------------------------------------------------------------------------
    def cell(
        self, i: int, c: int, slot: Slot, path: tuple[str, ...], told: Hint, better: Direction, words: str
    ) -> LocalCell:  # fmt: skip
        text, plain = slot.text, slot.cell.plain
        column, label = self.columns.paths[c], self.columns.header[c]
        above = NOTHING if c < self.stub_columns and self.is_list(c) else self.columns.hints[c]
        spanned = None if (slot.row, slot.column) == (i, c) else self.printed(slot, i)
        if slot.row == i and slot.column < c:
            spanned = (len(self.rows), slot.column)
        better = above.better or better or self.told.better
        emphasis = emphasis_of(slot.cell)
        if not text:
            return LocalCell(
                text, plain, None, (), CellKind.EMPTY, "", path, column, label, better=better
            )
        is_stub = c < self.stub_columns
        if not _RELEVANT.search(text):
            kind, why = self.without_number(text, c)
            return LocalCell(text, plain, None, (), kind, why, path, column, label,
                             emphasis=emphasis, better=better, spanned=spanned)  # fmt: skip
        source, found = self.readings(c, text, above, NOTHING if is_stub else told, words)
        if found and self.names(i, c):
            found = tuple(r for r in found if not bare(text, r) and states(r))
        if is_stub and self.words[c] > self.numbers[c]:
            # A label that names something; what it counts in passing is stated, and no value.
            kept = tuple(r for r in found if states(r))
            reading = own_reading(text, list(found), c) if not c else None
            if reading is not None and reading not in kept:
                kept = (*kept, reading)
            return LocalCell(text, plain, reading, kept, CellKind.HEADER, "", path, column, label,
                             emphasis=emphasis, spanned=spanned)  # fmt: skip
        reading = own_reading(text, list(found), c)
        if not c and reading is None:
            found = tuple(r for r in found if states(r))
        uncertainty = None
        if reading is not None and reading.literal_end < len(text):
            uncertainty = uncertainty_of(text, reading, self.spreads or self.grid.columns[c : c + 1] == "S")  # fmt: skip
            found = tuple(r for r in found if r is reading or not is_spread(text, r, self.spreads))
        missing = _MISSING.fullmatch(text) if reading is None else None
        if reading is not None:
            kind = CellKind.HEADER if is_stub else CellKind.NUMBER
        elif missing:
            kind = CellKind.MISSING
        elif is_stub:
            kind = CellKind.HEADER
        else:
            kind = CellKind.SEVERAL if len(found) > 1 and mostly_numbers(text) else CellKind.TEXT
        if kind is CellKind.TEXT:
            found = tuple(r for r in found if states(r))  # words: "Lab 34" states nothing
        unit_from = UnitFrom.NONE
        if reading is not None and (reading.quantity.shown_unit or reading.noun):
            unit_from = unit_from_of(source, reading, text)
        return LocalCell(
            text, plain, reading, found, kind, missing.group("word") if missing and kind is CellKind.MISSING else "",
            path, column, label, unit_from, uncertainty, emphasis, better, spanned,
        )  # fmt: skip

    def printed(self, slot: Slot, i: int) -> tuple[int, int] | None:
        """Row and column, among those that were read, of the cell that reaches here from above."""
        if slot.row >= i or slot.row < self.head:
            return None
        back = i - slot.row
        return (len(self.rows) - back, slot.column) if back <= len(self.rows) else None

    def without_number(self, text: str, c: int) -> tuple[CellKind, str]:
        if c < self.stub_columns:
            return CellKind.HEADER, ""
        if match := _MISSING.fullmatch(text):
            word = match.group("word")
            if (
                word.isalpha()
                and word.lower() in ("none", "error", "fail", "null", "na", "inf")
                and not self.numbers[c]
            ):
                return CellKind.TEXT, ""
            return CellKind.MISSING, word
        if text in _CROSS and not self.checks and any(self.numbers[self.stub_columns :]):
            return CellKind.MISSING, text
        return CellKind.TEXT, ""

    def readings(
        self, c: int, text: str, above: Hint, told: Hint, words: str
    ) -> tuple[tuple[Hint, UnitFrom], tuple[Reading, ...]]:
        """Quantities of a cell, read with what its labels tell, and where their unit is from."""
        source, where = above, UnitFrom.COLUMN
        label = self.columns.header[c]
        # Under "Ratio", 0.49 in the row "Latency (ms)" is no time.
        if not (above.unit or above.scale or above.noun or above.power or above.factor):
            if told.unit or told.scale or told.noun or told.power:
                source, where = told, UnitFrom.ROW
            elif (
                self.told.unit
                and self.caption_columns[c]
                and not told.measures
                and not told.setting
            ):
                source, where = self.told, UnitFrom.CAPTION
            elif told.factor and not above.measures:
                source, where = told, UnitFrom.ROW
        if words and (source is told or not above.measures):
            label = words
        unit = source.unit
        if not unit and c and not self.signed[c] and source.ratio and _DECIMAL.fullmatch(text):
            unit = "×"
        if unit and self.words[c] > self.numbers[c] and not valued(text):
            unit = ""  # prose in a column of words
        scaled = _SUBSCRIPT.sub(lambda m: " " * len(m.group()), text) if "_" in text else text
        if _FACTOR_FIRST.fullmatch(text):
            scaled, unit = " " + text[1:], "×"  # "x2.7"
        mark = source.scale
        if mark and _BARE.fullmatch(text):
            scaled, mark = text.rstrip() + mark, ""
        found = quantities(scaled, unit, source.noun, label, decimal_comma=self.comma)
        over = self.told.kind if not (told.measures or told.setting) else None
        if self.ratios or _DIFFERS.search(self.columns.header[c]):
            over = None
        kinds = (above.kind, told.kind, None)
        if self.names_only and over is not None:
            kinds = (over, told.kind, None)
        elif self.ratios and not (above.unit or told.unit):
            kinds = (None, None, None)
        out = tuple(
            mended(r, len(text), kinds, source, label) for r in found if r.start < len(text)
        )
        if mark:
            out = tuple(multiplied(r, _FACTORS[mark], mark) if bare(text, r) else r for r in out)
        elif source.power:
            power = source.power
            out = tuple(
                multiplied(r, 10.0**power, f"×10^{power}") if bare(text, r) else r for r in out
            )
        return (source, where), out

    def read_heads(self, lines: Sequence[Line]) -> None:
        """Numbers that header cells state, each cell once."""
        seen: set[int] = set()
        for line in lines:
            named = dimension(line) and len(line) > 2
            label = line[0].text
            for c, slot in enumerate(line):
                if id(slot) in seen or not _RELEVANT.search(slot.text):
                    continue
                seen.add(id(slot))
                over = self.columns.paths[c][0] if self.columns.paths[c] else ""
                told = hint(label) if named and c else NOTHING
                if named and c and not (told.noun or told.kind or told.setting):
                    told = hint(over)
                if in_a_power(slot.text) or hint(slot.text).unit.startswith("USD"):
                    continue  # "(10^{6} tokens)" and "$ per 1M tokens" are units
                found = tuple(
                    mended(r, len(slot.text), (told.kind, None, None), told)
                    for r in quantities(
                        slot.text, told.unit, told.noun, label if told is not NOTHING else "", decimal_comma=self.comma
                    )
                )  # fmt: skip
                whole = named and c and _BARE.fullmatch(slot.text.rstrip("KkMBT"))
                kept = (
                    found
                    if whole
                    else tuple(r for r in found if states(r) and not plural(slot.text, r))
                )
                if kept:
                    self.heads.append(LocalHead(slot.cell.plain, kept))


_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_PARAMETER = Lazy(r"(?i)\s*(?:hyper-?)?parameters?\s*")
_INDEX = Lazy(r"\d{1,3}")
# One of what is numbered; a plural, or "# layers", counts.
_COUNTER = Lazy(
    r"(?i)layer|block|stage|step|epoch|iteration|iter\.?|run|trial|case|exp\.?|experiment|test|query|question|kernel|row|line|level|phase|round|group|"
    r"config(?:uration)?|setting|scenario|task|job|node|gpu|core|head|expert|part|item|rank|worker|day|week|no|nr"
)
_RATIOS = Lazy(r"(?i)\bratios?\b|normali[sz]ed|relative to|\bof \S+\s?/\s?\S+")
_UNIT_COLUMN = Lazy(r"(?i)\s*units?\s*")
_DIFFERS = Lazy(r"(?i)better|\bdiff|Δ|gain|improve|change|drop|std|\bdev")
_LIST_VALUE = Lazy(
    r"(?i)\s*(?:value|setting|default|unit|description|note|remark|comment|source|spec\.?|specification|quality)s?\s*"
)
_SUBSCRIPT = Lazy(r"(?<=\d)_(?:\{[^{}]*\}|±?[\d.]+)")
_FACTOR_FIRST = Lazy(r"[x×]\s?\d+(?:\.\d+)?")
_DECIMAL = Lazy(r"\s*\d+\.\d+\s*")
_BARE = Lazy(r"\s*[~≈∼<>]?\s*[\d,\u2009]*\d(?:\.\d+)?\s*")


def _join(parts: object) -> str:
    seen: list[str] = []
    for part in parts:  # type: ignore[attr-defined]
        if part and part not in seen:
            seen.append(part)
    return " ".join(seen)
