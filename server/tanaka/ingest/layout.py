"""Runs of a PDF's pages to lines in reading order, without what every page repeats.

A run is text of one font, size and baseline.  Here runs become lines, lines are put into columns
in the order that a person reads them, and running heads, page numbers and numbers in the margin
go.  What a line means is for `tanaka.ingest.pdf`.  Never raises, whatever the runs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from tanaka.ingest.letters import clean, script
from tanaka.ingest.letters import escaped as _escaped
from tanaka.records import dataclass


class Run(NamedTuple):
    """Text of one font, size and baseline; points from the lower left corner of the page."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    font: int


class Font(NamedTuple):
    """A font: its name without the subset's letters, and what the name and the flags tell."""

    name: str
    bold: bool = False
    math: bool = False

    @property
    def family(self) -> str:
        """The name without size and style."""
        return re.split(r"[-,\d]", self.name)[0].lower()


class Sheet(NamedTuple):
    """A page: its size, and lines of runs in the order of drawing."""

    width: float
    height: float
    lines: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was read of a PDF.

    Attributes
    ----------
    sheets : tuple of Sheet
    fonts : tuple of Font
    """

    sheets: tuple[Sheet, ...]
    fonts: tuple[Font, ...] = ()

    def font(self, number: int) -> Font:
        """The font of a run; one without a name where there is none."""
        return self.fonts[number] if 0 <= number < len(self.fonts) else Font("")


_BOLD = re.compile(r"bold|black|heavy|semibold|demi|medi(?!um)|cmbx|cmb\d|[TO]B[IO]?$", re.I)
_MATH = re.compile(
    r"^(?:cmmi|cmmib|cmsy|cmbsy|cmex|msam|msbm|lmmathi|lmmathsy|lmmathex|mtmi|mtsy|mtex|rsfs|eufm|euex|eurm|"
    r"symbol|rtxmi|rtxsy|txmi|txsy|txex|pxmi|pxsy|pxex|ntxmi|ntxsy|ntxex|zptmcm|fdsymbol|stmary)|math|newtx(?:mi|sy)",
    re.I,
)


def font(name: str, weight: int = 0, flags: int = 0) -> Font:
    """A font by its name, weight (400 is regular) and PDF flags."""
    bold = _BOLD.search(name) is not None or weight >= 600 or bool(flags & (1 << 18))
    return Font(name, bold, _MATH.search(name) is not None)


def drawn(pages: Iterable[Mapping[str, Any]], fonts: Iterable[Mapping[str, Any]]) -> Drawn:
    """What the child wrote, with types."""
    return Drawn(
        tuple(
            Sheet(
                float(p["width"]),
                float(p["height"]),
                tuple(tuple(Run(*r) for r in line) for line in p["lines"]),
            )
            for p in pages
        ),
        tuple(font(str(f["name"]), int(f["weight"]), int(f["flags"])) for f in fonts),
    )


class Cell(NamedTuple):
    """Words of a line between two wide gaps."""

    x0: float
    x1: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column.

    Attributes
    ----------
    page : int
        From one.
    column : int
        0 where the line goes over the whole width or the page has one column, else 1 or 2.
    text : str
        Clean and plain: no scripts, no escapes.
    latex : str
        The same with scripts and specials as LaTeX.
    cells : tuple of Cell
        Its parts between gaps wider than those between words; LaTeX.
    size, y, x0, x1 : float
        Of most of its characters, points.
    bold, math, family
        Share of its characters that are bold or of a math font, and the family of most.
    """

    page: int
    column: int
    text: str
    latex: str
    cells: tuple[Cell, ...]
    x0: float
    x1: float
    y: float
    size: float
    bold: float
    math: float
    family: str

    @property
    def width(self) -> float:
        """Points from its first to its last letter."""
        return self.x1 - self.x0


_SMALL = 0.87  # a script is smaller than this share of what it belongs to
_RAISED, _LOWERED = 0.14, -0.07  # and that far from its baseline, in sizes
_SPACE = 0.18  # a gap that is a space, where the drawing has none
_WIDE = 0.72  # a gap that parts cells, in sizes


def lines_of(document: Drawn) -> list[Line]:
    """All lines, page by page, each page in reading order, without running heads and numbers."""
    pages: list[list[Line]] = []
    for number, sheet in enumerate(document.sheets, 1):
        parts = [p for p in _pieces(sheet) if p]
        pages.append(_in_order(parts, number, sheet, document))
    pages = [_without_margin(p) for p in pages]
    heads = _furniture(pages, [s.height for s in document.sheets])
    return [line for page in pages for line in page if id(line) not in heads]


def _on_page(run: Run) -> bool:
    # Beyond a few metres nothing is on a page; NaN compares false.
    return all(abs(v) < 1e5 for v in run[1:5]) and run.size > 0


def _pieces(sheet: Sheet) -> Iterator[list[Run]]:
    """Lines of runs; fragments that a script or a fraction cut off are put back."""
    current: list[Run] = []
    for runs in (part for line in sheet.lines for part in _rows(line)):
        if current and _continues(current, runs):
            current += runs
            continue
        if current:
            yield current
        current = runs
    if current:
        yield current


def _rows(line: Sequence[Run]) -> Iterator[list[Run]]:
    """A line as it was drawn, cut where it jumps back to the left and to another height."""
    row: list[Run] = []
    for run in line:
        if not _on_page(run) or not run.text.strip():
            continue
        if row:
            back = run.x0 < row[-1].x1 - 3 * run.size
            if back and abs(run.y - row[-1].y) > 0.5 * min(run.size, row[-1].size):
                yield row
                row = []
        row.append(run)
    if row:
        yield row


def _main(runs: Sequence[Run]) -> tuple[float, float]:
    """Size and baseline of most of a line's characters."""
    sizes: Counter[float] = Counter()
    for r in runs:
        sizes[round(r.size, 1)] += len(r.text)
    size = max(sizes, key=lambda s: (sizes[s], s))
    base: Counter[float] = Counter()
    for r in runs:
        if round(r.size, 1) == size:
            base[round(r.y, 1)] += len(r.text)
    return size, max(base, key=lambda y: (base[y], y))


def _continues(line: Sequence[Run], more: Sequence[Run]) -> bool:
    """Whether some runs go on where a line was cut: a script, half a fraction, or what follows."""
    size, y = _main(line)
    size2, y2 = _main(more)
    right = max(r.x1 for r in line)
    gap = more[0].x0 - right
    if abs(size2 - size) < 0.15 * size:
        return abs(y2 - y) < 0.12 * size and -0.3 * size < gap < 1.5 * size
    if size2 < _SMALL * size and sum(len(r.text) for r in more) <= 12:
        # Half of a fraction stands over the other.
        return abs(y2 - y) < 0.75 * size and -2.5 * size < gap < 0.6 * size
    return False


def _line(runs: Sequence[Run], page: int, column: int, document: Drawn) -> Line:
    size, y = _main(runs)
    letters = Counter[str]()
    bold = maths = count = 0
    for r in runs:
        face = document.font(r.font)
        n = len(r.text.replace(" ", ""))
        count += n
        bold += n * face.bold
        maths += n * face.math
        letters[face.family] += n
    cells = _cells(runs, size, y)
    plain = " ".join(clean("".join(_spaced(runs))).split())
    latex = " ".join(c.text for c in cells)
    return Line(
        page, column, plain, latex, tuple(cells), min(r.x0 for r in runs), max(r.x1 for r in runs),
        y, size, bold / max(count, 1), maths / max(count, 1),
        max(letters, key=lambda f: (letters[f], f)),
    )  # fmt: skip


def _spaced(runs: Sequence[Run]) -> Iterator[str]:
    before: Run | None = None
    for r in runs:
        if (
            before is not None
            and r.x0 - before.x1 > _SPACE * r.size
            and not before.text.endswith(" ")
        ):
            yield " "
        yield r.text
        before = r


def _cells(runs: Sequence[Run], size: float, y: float) -> list[Cell]:
    """A line's text as LaTeX, cut at wide gaps; what is small and shifted is a script."""
    cells: list[Cell] = []
    parts: list[tuple[str, str]] = []  # script sign or "", and text
    start = end = runs[0].x0
    ref_size, ref_y = size, y
    above: Run | None = None

    def close() -> None:
        nonlocal parts
        text = _latex(parts)
        if text:
            cells.append(Cell(start, end, text))
        parts = []

    for r in runs:
        if r.size >= _SMALL * size or abs(r.y - y) > 1.2 * size:
            sign, (ref_size, ref_y) = "", (r.size, r.y)
        else:
            shift = (r.y - ref_y) / ref_size
            sign = "^" if shift > _RAISED else "_" if shift < _LOWERED else ""
        gap = r.x0 - end
        if parts and gap > _WIDE * size:
            close()
            start = r.x0
        elif parts and gap > _SPACE * size and not parts[-1][1].endswith((" ", "\u2009")):
            parts.append(("", " "))
        if sign == "_" and above is not None and r.x0 < above.x1 and parts and parts[-1][0] == "^":
            parts[-1] = ("", parts[-1][1] + "/")  # a fraction: one number over the other
            sign = ""
        above = r if sign == "^" else None
        parts.append((sign, r.text))
        end = max(end, r.x1) if parts[:-1] else r.x1
    close()
    return cells


def _latex(parts: Sequence[tuple[str, str]]) -> str:
    """Parts of one cell, neighbours with the same sign as one."""
    merged: list[list[str]] = []
    for sign, text in parts:
        if merged and merged[-1][0] == sign:
            merged[-1][1] += text
        else:
            merged.append([sign, text])
    out = ""
    for sign, text in merged:
        words = clean(text)
        if sign and words.strip():
            tail = " " if words[-1:].isspace() else ""
            out = out.rstrip() + script(words, sign) + tail
        else:
            out += _escaped(words)
    return re.sub(r"[ \t]+", " ", out).strip()


# -- columns ----------------------------------------------------------------------------------


def _in_order(parts: Sequence[list[Run]], page: int, sheet: Sheet, document: Drawn) -> list[Line]:
    """Lines of a page in reading order."""
    gutter = _gutter(parts, sheet.width)
    if gutter is None:
        return [_line(p, page, 0, document) for p in parts]
    both = [p for p in parts if _side(p, gutter) == 0 and not _crosses(p, gutter)]
    rows = len(both) > 0.3 * len(parts)  # drawn row by row: both columns in one line
    placed: list[tuple[int, list[Run]]] = []
    for p in parts:
        side = _side(p, gutter)
        if side == 0 and rows and not _crosses(p, gutter):
            left = [r for r in p if r.x1 <= gutter + 1]
            right = [r for r in p if r.x1 > gutter + 1]
            placed += [(1, left), (2, right)]
        else:
            placed.append((side, p))
    sides = [s for s, _ in placed if s]
    switches = sum(a != b for a, b in pairwise(sides))
    if rows or switches > 5 or (sides and sides[0] == 2):
        placed = _by_place(placed)
    return [_line(p, page, side, document) for side, p in placed if p]


def _gutter(parts: Sequence[list[Run]], width: float) -> float | None:
    """Where the space between two columns lies; None on a page of one."""
    spans = [s for p in parts for s in _stretches(p)]
    long = [(a, b) for a, b in spans if b - a > 0.28 * width]
    best: tuple[int, float] | None = None
    for step in range(-8, 9):
        x = width * (0.5 + step / 100)
        left = sum(b <= x + 1 for a, b in long)
        right = sum(a >= x - 1 for a, b in long)
        crossing = sum(a < x - 1 and b > x + 1 for a, b in long)
        score = min(left, right) * 4 - crossing
        if min(left, right) >= 3 and (best is None or (score, -abs(step)) > best):
            best = (score, x)
    if best is None or best[0] <= 0:
        return None
    lefts = [b for a, b in long if b <= best[1] + 1]
    rights = [a for a, b in long if a >= best[1] - 1]
    return (max(lefts) + min(rights)) / 2


def _stretches(runs: Sequence[Run]) -> Iterator[tuple[float, float]]:
    """Stretches of a line without a wide gap."""
    start, end = runs[0].x0, runs[0].x1
    for r in runs[1:]:
        if r.x0 - end > _WIDE * r.size or r.x0 < start:
            yield start, end
            start, end = r.x0, r.x1
        end = max(end, r.x1)
    yield start, end


def _side(runs: Sequence[Run], gutter: float) -> int:
    left, right = min(r.x0 for r in runs), max(r.x1 for r in runs)
    return 1 if right <= gutter + 2 else 2 if left >= gutter - 2 else 0


def _crosses(runs: Sequence[Run], gutter: float) -> bool:
    return any(a < gutter - 1 and b > gutter + 1 for a, b in _stretches(runs))


def _by_place(placed: Sequence[tuple[int, list[Run]]]) -> list[tuple[int, list[Run]]]:
    """Top to bottom; between lines over the whole width first the left column, then the right."""
    rows = sorted(placed, key=lambda p: -_main(p[1])[1] if p[1] else 0.0)
    out: list[tuple[int, list[Run]]] = []
    band: list[tuple[int, list[Run]]] = []
    for side, runs in rows:
        if side == 0:
            out += sorted(band, key=lambda p: p[0])
            out.append((side, runs))
            band = []
        else:
            band.append((side, runs))
    return out + sorted(band, key=lambda p: p[0])


# -- what is no text --------------------------------------------------------------------------


def _without_margin(lines: list[Line]) -> list[Line]:
    """Lines without the numbers that a review copy prints beside them."""
    numbered = [
        (i, int(cell.text), cell.x1)
        for i, line in enumerate(lines)
        for cell in (line.cells[:1] if line.cells else ())
        if cell.text.isdecimal() and len(cell.text) <= 4
    ]
    if len(numbered) < 15:
        return lines
    edges = Counter(round(x1) for _, _, x1 in numbered)
    edge = edges.most_common(1)[0][0]
    beside = {i: n for i, n, x1 in numbered if abs(x1 - edge) <= 2}
    values = list(beside.values())
    rising = sum(b - a in (1, 5) for a, b in pairwise(values))
    body = [line.cells[1].x0 if i in beside else line.x0
            for i, line in enumerate(lines) if i not in beside or len(line.cells) > 1]  # fmt: skip
    # A column of a table rises too; these stand left of everything else.
    if rising < 0.8 * (len(values) - 1) or len(values) < 15 or (body and min(body) < edge):
        return lines
    out = []
    for i, line in enumerate(lines):
        if i not in beside:
            out.append(line)
        elif len(line.cells) > 1:
            rest = line.cells[1:]
            text = re.sub(r"^\d+\s*", "", line.text)
            latex = " ".join(c.text for c in rest)
            out.append(replace(line, cells=rest, x0=rest[0].x0, text=text, latex=latex))
    return out


_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|\s]*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[-–—|\s]*", re.I
)


def _furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[int]:
    """Identities of running heads and feet: at an edge, and on more pages than one."""
    found: set[int] = set()
    seen: defaultdict[tuple[str, int], list[tuple[int, Line]]] = defaultdict(list)
    for page, height in zip(pages, heights, strict=True):
        if not page:
            continue
        # A page number stands alone in the last row, wherever that is.
        last = min(page, key=lambda li: li.y)
        if _PAGE_NUMBER.fullmatch(last.text) and last.y < 0.25 * height:
            found.add(id(last))
        for line in _edges(page, height):
            if _PAGE_NUMBER.fullmatch(line.text):
                found.add(id(line))
                continue
            key = re.sub(r"\d+|\b[ivxl]+\b", "#", line.text.lower())
            seen[key, round(line.y / 4)].append((line.page, line))
    for items in seen.values():
        if len({page for page, _ in items}) >= 2:
            found |= {id(line) for _, line in items}
    return found


def _edges(page: Sequence[Line], height: float) -> Iterator[Line]:
    """Lines at the top and at the bottom edge, three rows at most from each."""
    inner = height or max(line.y for line in page) + 1
    for top in (True, False):
        rows: list[float] = []
        for line in sorted(page, key=lambda li: -li.y if top else li.y):
            if (line.y < 0.87 * inner) if top else (line.y > 0.13 * inner):
                break
            if not any(abs(line.y - y) < 3 for y in rows):
                rows.append(line.y)
            if len(rows) > 2:
                break
            yield line
