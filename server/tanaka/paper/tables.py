"""Grids of cells to tables: header, stubs, units, one number a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tanaka.latex.plain import Grid, Plain
from tanaka.quantity import Reading, read, units

_UNIT_IN_HEADER = re.compile(
    r"[(\[]\s*(?:in\s+)?(?P<u>[^()\[\]]{1,18}?)\s*[)\]]|,\s*(?P<v>%|×|ms|s|GB/s|GB|MB|TFLOP/s|tokens/s|W|J)\s*$|\s(?P<w>%)$"
)
_RATIO_HEADER = re.compile(
    r"speed-?\s?up|×|\bratio\b|\bfactor\b|normali[sz]ed|\bgain\b|improvement|\bvs\.?\b|\bover\b|relative|faster",
    re.I,
)
_COMPLETE = re.compile(
    r"\ball (?:the )?(?:workloads|models|configurations|benchmarks|settings|runs|results|scales|sizes|node counts)\b|\bevery (?:configuration|setting|run|scale)\b|\bsummar|\bcomplete\b|\bwe (?:ran|measured)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class LocalCell:
    """A cell: its text, and its reading with the plain text it was found in."""

    text: str
    plain: Plain
    reading: Reading | None
    seen: bool


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


def read_table(grid: Grid, caption: str) -> LocalTable | None:
    """Table of a grid; None where it has no body."""
    matrix: list[list[Plain]] = []
    width = 0
    empty = Plain("", (), ())
    open_rows: dict[int, tuple[int, Plain]] = {}
    for row in grid.rows:
        line: list[Plain] = []
        for cell in row.cells:
            while len(line) in open_rows and not cell.plain.text and cell.columns == 1:
                break
            line.append(cell.plain)
            if cell.rows > 1:
                open_rows[len(line) - 1] = (cell.rows - 1, cell.plain)
            line += [cell.plain if _looks_like_header(cell.plain.text) else empty] * (
                cell.columns - 1
            )
        width = max(width, len(line))
        for column, (left, plain) in list(open_rows.items()):
            if column < len(line) and not line[column].text and left > 0:
                line[column] = Plain(plain.text, plain.starts, plain.ends, plain.wraps, plain.marks)
                open_rows[column] = (left - 1, plain)
        matrix.append(line)
    if width < 2 or width > 40 or len(matrix) < 2:
        return None
    for line in matrix:
        line += [empty] * (width - len(line))
    head = _header_rows(grid, matrix)
    header = tuple(_join(matrix[i][c].text for i in range(head)) for c in range(width))
    caption_unit = _hint(caption) if re.search(r"\bin (?:ms|s|GB|%)\b", caption) else ""
    if match := re.search(
        r"\((?:in |all (?:values )?in )(ms|s|GB/s|GB|%|TFLOP/s|tokens/s)\)|\bin (milliseconds|seconds|GB/s|TFLOP/s|tokens/s)\b",
        caption,
    ):
        word = match.group(1) or match.group(2)
        caption_unit = {"milliseconds": "ms", "seconds": "s"}.get(word, word)
    rows: list[tuple[LocalCell, ...]] = []
    stubs: list[str] = []
    blocks: list[int] = []
    block = 0
    for i in range(head, len(matrix)):
        if grid.rows[i].ruled and i > head:
            block += 1
        line = matrix[i]
        filled = [p for p in line if p.text]
        if len(filled) <= 1 and len(grid.rows[i].cells) == 1:
            block += 1  # a heading inside the table
            continue
        row_unit = _hint(line[0].text)
        cells: list[LocalCell] = []
        for c, plain in enumerate(line):
            hint = _hint(header[c]) or (row_unit if c else "") or (caption_unit if c else "")
            if (
                not hint
                and c
                and _RATIO_HEADER.search(header[c])
                and re.fullmatch(r"\s*\d+\.\d+\s*", plain.text)
            ):
                hint = "×"
            found = [] if not re.search(r"\d", plain.text) else read(plain.text, unit_hint=hint)
            whole = [r for r in found if len(plain.text) - (r.end - r.start) <= 8 or c]
            one = (
                whole[0] if len(found) == 1 and whole and _covers(plain.text, whole[0], c) else None
            )
            cells.append(LocalCell(plain.text, plain, one, bool(found)))
        rows.append(tuple(cells))
        stubs.append(line[0].text)
        blocks.append(block)
    if not rows:
        return None
    return LocalTable(header, tuple(rows), tuple(stubs), tuple(blocks), caption, grid.labels,
                      bool(_COMPLETE.search(caption)), grid.start, grid.end)  # fmt: skip


def _covers(text: str, r: Reading, column: int) -> bool:
    rest = (text[: r.start] + text[r.end :]).strip()
    rest = re.sub(r"[(\[].*?[)\]]|±\s*[\d.]+|[*†‡↑↓✓]|\^\{?\w*\}?", "", rest).strip()
    return len(rest) <= (3 if column == 0 else 12) and not re.search(r"\d", rest)


def _looks_like_header(text: str) -> bool:
    return bool(text) and not re.fullmatch(r"[\d.,×x%\s–-]+", text)


def _header_rows(grid: Grid, matrix: list[list[Plain]]) -> int:
    for i in range(1, min(4, len(grid.rows))):
        if grid.rows[i].ruled:
            numeric = sum(_numeric(p.text) for p in matrix[i - 1][1:])
            if numeric <= len(matrix[i - 1]) // 2:
                return i
            break
    first = matrix[0]
    numeric = sum(_numeric(p.text) for p in first[1:])
    return 1 if numeric <= max(0, (len(first) - 1) // 3) else 0


def _numeric(text: str) -> bool:
    return re.fullmatch(r"\s*[$≈∼~<>]?\s*[\d.,]+\s*(?:×|x|%|[A-Za-z/]{0,9})\s*", text) is not None


def _join(parts: object) -> str:
    seen: list[str] = []
    for part in parts:  # type: ignore[attr-defined]
        if part and part not in seen:
            seen.append(part)
    return " ".join(seen)


def _hint(label: str) -> str:
    """Unit that a label names in brackets or after a comma."""
    for match in _UNIT_IN_HEADER.finditer(label):
        unit = (match.group("u") or match.group("v") or match.group("w") or "").strip()
        if unit in ("%", "×", "x"):
            return "×" if unit == "x" else unit
        if units.pattern().fullmatch(unit):
            return unit
    if re.search(r"(?i)\bspeed-?up\b", label) and "%" not in label:
        return "×"
    if re.search(r"GPU[ -][Hh]ours", label):
        return "GPU hours"
    if re.search(r"\b(?:USD|cost \(\$\))", label):
        return "USD"
    return ""
