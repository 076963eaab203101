"""Grids of cells to tables: header, stubs, units, one number a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tanaka.latex.plain import Grid, Plain
from tanaka.quantity import Reading, read, units
from tanaka.quantity.reader import noun_named

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
    """A cell: its text, all its readings, and the one that is the cell's own value, if any."""

    text: str
    plain: Plain
    reading: Reading | None
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
    # A ratio is positive: a column with a minus sign holds differences.
    signed = {
        c
        for c in range(width)
        if any(re.match(r"\s*[−-]\s?\d", line[c].text) for line in matrix[head:])
    }
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
                and c not in signed
                and _RATIO_HEADER.search(header[c])
                and re.fullmatch(r"\s*\d+\.\d+\s*", plain.text)
            ):
                hint = "×"
            found = (
                []
                if not re.search(r"\d", plain.text)
                else read(
                    plain.text, unit_hint=hint, noun_hint=noun_named(header[c]), label=header[c]
                )
            )
            cells.append(LocalCell(plain.text, plain, _own(plain.text, found, c), tuple(found)))
        rows.append(tuple(cells))
        stubs.append(line[0].text)
        blocks.append(block)
    if not rows:
        return None
    return LocalTable(header, tuple(rows), tuple(stubs), tuple(blocks), caption, grid.labels,
                      bool(_COMPLETE.search(caption)), grid.start, grid.end, grid.caption)  # fmt: skip


_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|±\s*[\d.,]+\s*%?")


def _own(text: str, found: list[Reading], column: int) -> Reading | None:
    """The reading that a cell is about: the only one outside brackets, and nearly all of it."""
    asides = [m.span() for m in _ASIDE.finditer(text)]
    outside = [r for r in found if not any(a <= r.literal_start < b for a, b in asides)]
    if len(outside) != 1:
        return None
    r = outside[0]
    if not column and len(text) - (r.end - r.start) > 8:
        return None
    return r if _covers(text, r, column) else None


def _covers(text: str, r: Reading, column: int) -> bool:
    rest = _ASIDE.sub("", (text[: r.start] + " " + text[r.end :])).strip()
    rest = re.sub(r"[*†‡↑↓✓]|\^\{?[\w†‡*]*\}?", "", rest).strip()
    return len(rest) <= (3 if column == 0 else 12) and not re.search(r"\d", rest)


def _looks_like_header(text: str) -> bool:
    return bool(text) and not re.fullmatch(r"[\d.,×x%\s–-]+", text)


def _header_rows(grid: Grid, matrix: list[list[Plain]]) -> int:
    head = _first_header_rows(grid, matrix)
    # Under a header that spans columns stands the one that names them, whatever is ruled between.
    while (
        0 < head < min(3, len(matrix) - 1)
        and any(c.columns > 1 for c in grid.rows[head - 1].cells)
        and not any(re.search(r"\d", p.text) and _numeric(p.text) for p in matrix[head][1:])
        and sum(bool(p.text) for p in matrix[head][1:]) * 2 > len(matrix[head]) - 1
        and any(_numeric(p.text) for p in matrix[head + 1][1:])
    ):
        head += 1
    return head


def _first_header_rows(grid: Grid, matrix: list[list[Plain]]) -> int:
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
    return (
        re.fullmatch(r"\s*[$≈∼~<>+−-]?\s*[\d.,]+\s*(?:×|x|%|[A-Za-z/]{0,9})\s*", text) is not None
    )


def _join(parts: object) -> str:
    seen: list[str] = []
    for part in parts:  # type: ignore[attr-defined]
        if part and part not in seen:
            seen.append(part)
    return " ".join(seen)


def _hint(label: str) -> str:
    """Unit that a label names in brackets, after a comma, or, for a rate, as its last word."""
    if re.fullmatch(r"\s*[(\[]\w[)\]]\s*", label):
        return ""  # "(B)" numbers a group of rows
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
    last = re.search(r"(?:^|\s)(\S+/(?:s|sec|min)|[RQ]PS|FPS)\s*$", label)
    if last:
        word = last.group(1)
        for spelling in (word, word[:1].lower() + word[1:]):
            if units.pattern().fullmatch(spelling):
                return spelling
    return ""
