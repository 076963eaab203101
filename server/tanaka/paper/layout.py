"""Where the labels and values of a grid stand: its cells by row and column, and its header rows.

What a label tells of its cells is read in `tanaka.paper.labels`, what a cell states in
`tanaka.paper.values`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from tanaka.latex.plain import Cell, Grid, Plain
from tanaka.paper.labels import NOTHING, hint
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.records import dataclass

MOST_COLUMNS = 40
"""A table has fewer; more are a picture made of cells."""
_MOST_HEAD_ROWS = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the grid: the cell that covers it, and the row and column where that is printed."""

    cell: Cell
    row: int
    column: int

    @property
    def text(self) -> str:
        """Words of the cell."""
        return self.cell.plain.text


_EMPTY = Cell(Plain("", (), ()))
Line = list[Slot]


# -- places ---------------------------------------------------------------------------------------
def matrix_of(grid: Grid) -> list[Line]:
    """The grid as a rectangle: each place with the cell that covers it."""
    matrix: list[Line] = []
    tall: list[tuple[int, int]] = []
    width = 0
    for i, row in enumerate(grid.rows):
        line: Line = []
        for cell in row.cells:
            at = len(line)
            if cell.rows not in (0, 1) and cell.plain.text:
                tall.append((i, at))
            line.append(Slot(cell, i, at))
            for k in range(1, min(cell.columns, MOST_COLUMNS + 1)):
                line.append(line[at] if cell.plain.text else Slot(_EMPTY, i, at + k))
        width = max(width, len(line))
        matrix.append(line)
    for i, line in enumerate(matrix):
        line += [Slot(_EMPTY, i, c) for c in range(len(line), width)]
    for i, at in tall:
        slot = matrix[i][at]
        step = 1 if slot.cell.rows > 0 else -1
        for k in range(1, abs(slot.cell.rows)):
            other = i + k * step
            if not 0 <= other < len(matrix) or matrix[other][at].text:
                break
            for c in range(at, min(at + max(slot.cell.columns, 1), width)):
                if not matrix[other][c].text:
                    matrix[other][c] = slot
    return matrix


def texts_of(line: Line) -> list[str]:
    """Texts of a line, each cell that is printed in it once."""
    seen: list[str] = []
    last: Slot | None = None
    for slot in line:
        if slot.text and slot is not last:
            seen.append(slot.text)
        last = slot
    return seen


# -- header ---------------------------------------------------------------------------------------
_NUMERIC = Lazy(
    r"\s*(?:[$≈∼~<>+−-]|[x×](?=\s?\d))?\s*[\d.,\u2009]*\d[\d.,\u2009]*\s*(?:[×·]\s?10\s?\^\s?\{?[−-]?\d+\}?)?\s*"
    r"(?:_?\{?±\s*[\d.,]+\}?|_\{?[\d.]+\}?)?\s*(?:\([^()]{1,14}\))?\s*(?:×|x|%|[A-Za-z/µμ]{0,9})\s*(?:\^\{?[\w†‡*]{1,2}\}?|[*†‡])?\s*"
)
_PLACED = Lazy(r"\s*(?:[A-Za-z]{1,9}\s?[=:]?\s?)?[\d,\u2009]*\d(?:\.\d+)?\s?[A-Za-z%×]{0,9}\s*")
_FIRST_NUMBER = Lazy(r"[\d,\u2009]*\d(?:\.\d+)?")
_SUFFIXES = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


_RANGED = Lazy(
    r"\s*[~≈∼<>≤≥+−-]?\s*\d[\d.,]*\s?(?:%|×|x|[A-Za-z]{0,3})\s*(?:-|–|—|/|\bto\b|→|,)\s*\d[\d.,]*\s*(?:%|×|x|[A-Za-z/]{0,9})\s*"
)


@lru_cache(maxsize=8192)
def numeric(text: str) -> bool:
    """Whether a cell is one number with its unit and marks, and nothing else."""
    return _NUMERIC.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def valued(text: str) -> bool:
    """Whether a cell holds values: one number with what belongs to it, a range, or several."""
    if numeric(text) or _RANGED.fullmatch(text):
        return True
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text)
    return (
        re.match(r"\s*[$~≈∼<>≤≥+−-]*\s*\d", text) is not None
        and bare != ""
        and sum(c.isdigit() for c in bare) * 2 >= len(re.sub(r"\s", "", bare))
    )


def _full_rule(grid: Grid, row: int, width: int) -> bool:
    """Whether a rule above a row crosses the table."""
    if not grid.rows[row].ruled:
        return False
    partial = grid.rows[row].partial
    if not partial:
        return True
    covered = {c for a, b in partial for c in range(a, b + 1)}
    return len(covered) >= width


def _data_like(line: Line) -> bool:
    """Whether a line holds numbers: most of what stands in it beside its label."""
    texts = texts_of(line[1:])
    return sum(numeric(t) for t in texts) * 2 > len(texts)


def dimension(line: Line) -> bool:
    """Whether a line names the values of a dimension ("8 16 32", "7B 13B 70B"), each larger.

    Only a line whose own label is empty or no number can be one.
    """
    if numeric(line[0].text):
        return False
    values: list[float] = []
    for text in texts_of(line[1:]):
        if not _PLACED.fullmatch(text) or "." in text or "×" in text:
            if re.search(r"\d", text):
                return False
            continue
        number = _FIRST_NUMBER.search(text)
        if number is None:
            return False
        suffix = text[number.end() : number.end() + 1]
        alone = not text[number.end() + 1 : number.end() + 2].isalpha()
        value = float(re.sub(r"[,\u2009]", "", number.group()))
        values.append(value * (_SUFFIXES.get(suffix, 1.0) if alone else 1.0))
    rising = all(a < b for a, b in pairwise(values))
    falling = all(a > b for a, b in pairwise(values))
    # Under a heading that spans, the values begin again.
    half = len(values) // 2
    twice = len(values) >= 4 and len(values) % 2 == 0 and values[:half] == values[half:]
    return len(values) >= 2 and (rising or falling or twice)


def _named_dimension(grid: Grid, matrix: list[Line], row: int) -> bool:
    """Whether something says that a line of rising numbers is a header."""
    line = matrix[row]
    if any(c.columns > 1 for c in grid.rows[row - 1].cells) if row else False:
        return True
    label = hint(line[0].text)
    if (
        label.noun
        or label.setting
        or label.kind in (Kind.BATCH_SIZE, Kind.SEQ_LEN, Kind.PARAM_COUNT)
    ):
        return True
    words = any(re.search(r"[A-Za-z]", t) for t in texts_of(line[1:]))
    if words and not line[0].text:
        return True
    ruled = [_full_rule(grid, i, len(line)) for i in range(1, len(matrix))]
    return row + 1 < len(matrix) and ruled[row] and not all(ruled) and (not line[0].text or not row)


def titles(grid: Grid, matrix: list[Line]) -> int:
    """How many rows above the header are one cell over the whole table."""
    rows = 0
    while rows < min(2, len(matrix) - 2) and len(texts_of(matrix[rows])) == 1:
        if len(grid.rows[rows].cells) > 1 and grid.rows[rows].cells[0].columns < len(matrix[0]):
            break
        rows += 1
    return rows


def head_rows(grid: Grid, matrix: list[Line]) -> int:
    """How many of the first rows are the header."""
    most = min(_MOST_HEAD_ROWS, len(matrix) - 1)
    if grid.head is not None and grid.head < len(matrix):
        return grid.head
    head = _first_head_rows(grid, matrix, most)
    if not head:
        return 0
    # A cell that reaches into the next row takes that row along.
    while head < most and any(
        slot.row < head and matrix[head][c] is slot and c > 0 for c, slot in enumerate(matrix[head - 1]) if slot.text
    ) and (not _data_like(matrix[head]) or dimension(matrix[head])):  # fmt: skip
        head += 1
    # Under a header that spans columns stands the one that names them, whatever is ruled between.
    while (
        head < most
        and any(1 < c.columns < len(matrix[0]) for c in grid.rows[head - 1].cells)
        and (not any(numeric(p.text) for p in matrix[head][1:]) or dimension(matrix[head]))
        and sum(bool(p.text) for p in matrix[head][1:]) * 2 > len(matrix[head]) - 1
        and _values_follow(matrix, head + 1)
    ):
        head += 1
    # A line of units alone belongs to the names above it.
    if head < most and _units_only(matrix[head]):
        head += 1
    return head


def _values_follow(matrix: list[Line], row: int) -> bool:
    """Whether the next row that is no heading holds numbers, or the units of those below it."""
    line = next((li for li in matrix[row : row + 2] if len(texts_of(li)) > 1), matrix[row])
    return any(numeric(slot.text) for slot in line[1:]) or _units_only(line)


def _units_only(line: Line) -> bool:
    texts = texts_of(line)
    return len(texts) >= 2 and all(re.fullmatch(r"\s*[(\[].{1,14}[)\]]\s*|%|-|–|—", t) for t in texts) and any(
        hint(t).unit or hint(f"x {t}").unit for t in texts
    )  # fmt: skip


def _first_head_rows(grid: Grid, matrix: list[Line], most: int) -> int:
    width = len(matrix[0])
    if numeric(matrix[0][0].text) and numeric(matrix[1][0].text):
        return 0  # "0, 1, 2": rows that are numbered from the first
    for i in range(1, most + 1):
        if not _full_rule(grid, i, width):
            continue
        for r in range(i):
            if _data_like(matrix[r]) and not (
                dimension(matrix[r]) and _named_dimension(grid, matrix, r)
            ):
                return r
        if width == 2 and _is_list(grid, matrix):
            return 0
        return i
    first = matrix[0]
    texts = texts_of(first[1:])
    numbers = sum(numeric(t) for t in texts)
    if _data_like(first) and dimension(first):
        return 1 if _named_dimension(grid, matrix, 0) else 0
    if numbers > max(0, (width - 1) // 3) or (width == 2 and _is_list(grid, matrix)):
        return 0
    return 1


_LIST_HEAD = Lazy(
    r"(?i)(?:hyper-?)?param|metric|setting|component|configuration|\bname\b|\bitem|specification|feature|property|option|"
    r"symbol|notation|quantity|model|method|system|value|description|variable|attribute|task|dataset|benchmark|resource|stage"
)


def _is_list(grid: Grid, matrix: list[Line]) -> bool:
    """Whether two columns are keys and values without a header: the first row is like all others."""
    ruled = [_full_rule(grid, i, 2) for i in range(1, len(matrix))]
    if any(ruled) and not all(ruled):
        return False
    first = grid.rows[0].cells
    if all(c.bold for c in first) or _LIST_HEAD.search(matrix[0][0].text) or _LIST_HEAD.search(matrix[0][1].text):  # fmt: skip
        return False
    values = [line[1].text for line in matrix[1:]]
    digits = sum(bool(re.search(r"\d", v)) for v in values)
    plain = sum(numeric(v) for v in values)
    return hint(matrix[0][1].text) == NOTHING and digits > 0 and plain * 2 < len(values)
