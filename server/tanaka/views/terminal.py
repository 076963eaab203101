"""Findings as a compiler prints them: place, source line with carets, derivation, fix.

Our own words are ASCII and stay under 80 columns where the paper's line allows; what the paper
wrote is printed as it stands, control characters aside.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from tanaka.analysis.report import Located, Report
from tanaka.rules.api import Computed, FixKind, Origin, Stated, Verdict
from tanaka.text import Span
from tanaka.views import derivation
from tanaka.views.places import Places
from tanaka.views.plain import WIDTH, Paint, columns, plain, safe

_ORDER = {Verdict.IMPOSSIBLE: 0, Verdict.IMPLAUSIBLE: 1, Verdict.OPEN: 2}
_COLOUR = {Verdict.IMPOSSIBLE: "1;31", Verdict.IMPLAUSIBLE: "1;33", Verdict.OPEN: "1;34"}
_STRONG, _QUIET = "1", "2"


def by_verdict(findings: Iterable[Located]) -> list[Located]:
    """The surest first; in reading order within a verdict."""
    return sorted(findings, key=lambda f: _ORDER[f.finding.verdict])


def report_text(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """The whole output of ``tanaka check`` for one paper, with its last line.

    Parameters
    ----------
    report : Report
    colour : bool
    width : int
        Columns that a line may take.
    """
    paint = Paint(on=colour)
    places = Places(report)
    lines: list[str] = []
    after_open = False
    for item in by_verdict(report.findings):
        is_open = item.finding.verdict is Verdict.OPEN
        if lines and not (is_open and after_open):
            lines.append("")
        lines += _open(item, places, paint) if is_open else _finding(item, places, paint, width)
        after_open = is_open
    if lines:
        lines.append("")
    lines.append(_last_line(report, paint))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def tally(report: Report) -> dict[str, int]:
    """How many findings of each verdict, all three named."""
    counts = {str(v): 0 for v in _ORDER}
    for item in report.findings:
        counts[str(item.finding.verdict)] += 1
    return counts


def _last_line(report: Report, paint: Paint) -> str:
    c = report.coverage
    words = (
        ", ".join(f"{n} {verdict}" for verdict, n in tally(report).items() if n) or "Nothing found"
    )
    ignored = f" {len(report.suppressed)} ignored with a reason." if report.suppressed else ""
    numbers = f"{c.quantities} number{'s' if c.quantities != 1 else ''}"
    return f"{paint(words + '.', _STRONG)} {numbers}, {c.read} read, {c.checked} checked.{ignored}"


def _head(item: Located, places: Places, paint: Paint) -> str:
    f = item.finding
    place = f"{places.label(item.span)}:"
    if places.pages(item.span.doc) is None:
        place += f"{places.start(item.span)[1] + 1}:"
    return (
        f"{paint(place, _STRONG)} {paint(f.verdict, _COLOUR[f.verdict])} {paint(f.code, _STRONG)}"
    )


def _open(item: Located, places: Places, paint: Paint) -> list[str]:
    said = plain(item.finding.question or item.finding.message)
    quoted = safe(places.quote(item.span), "?")
    # Which page is not enough to find it.
    return [f"{_head(item, places, paint)} {said}", *([f"  | “{quoted}”"] if quoted else [])]


def _finding(item: Located, places: Places, paint: Paint, width: int) -> list[str]:
    f = item.finding
    margin = len(str(places.end(item.span)[0] + 1))
    gutter = " " * margin + paint(" |", _QUIET)
    lines = [f"{_head(item, places, paint)} {f.name}", gutter]
    if places.pages(item.span.doc) is None:
        lines += _excerpt(item, places, paint, margin, width)
    else:
        lines += _quoted(item, places, paint, margin, width)
    table = _table(item, places, paint, width - margin - 5)
    if table:
        lines += [gutter, *(f"{gutter}   {row}" for row in table)]
    for word, text in _remarks(item, places):
        # What is left beside the gutter, " = " and the word; more lines stand under the text.
        room = max(24, width - margin - 3 - len(word) - 2)
        first, *rest = textwrap.wrap(
            plain(text), room, break_long_words=False, break_on_hyphens=False
        ) or [""]
        lines.append(f"{' ' * margin} {paint('=', _QUIET)} {paint(word + ':', _STRONG)} {first}")
        lines += [" " * (margin + 3 + len(word) + 2) + r for r in rest]
    return lines


def _remarks(item: Located, places: Places) -> Iterator[tuple[str, str]]:
    f = item.finding
    if not f.note:
        yield "so", f.message
    fixes = [x.title for x in item.fixes if x.kind is not FixKind.IGNORE]
    if fixes:
        yield "fix", ", or ".join(t[:1].lower() + t[1:] for t in fixes)
    if f.only_if:
        yield "true only if", f.only_if
    shown = {at for s in f.steps if (at := derivation.stated_at(s.origin, places))}
    also = [
        f"{places.label(span)}, {words}" if words else places.label(span)
        for span, words in item.related
        if span not in shown and span != item.span and not _in_excerpt(span, item.span, places)
    ]
    if also:
        more = f"; and {len(also) - 3} more" if len(also) > 3 else ""
        yield "also", "; ".join(also[:3]) + more


# -- the source line --------------------------------------------------------------------------


def _excerpt(item: Located, places: Places, paint: Paint, margin: int, width: int) -> list[str]:
    """The source of a finding with carets under its words, and the note beside or under them.

    Words that go over a line end are shown with their first and their last line.
    """
    f = item.finding
    first, start = places.start(item.span)
    last, end = places.end(item.span)
    operands = [at for s in f.steps if (at := derivation.stated_at(s.origin, places))]
    others = [
        at
        for at in dict.fromkeys([*operands, *(span for span, _ in item.related)])
        if _in_excerpt(at, item.span, places) and not _overlap(at, item.span)
    ]
    colour = _COLOUR[f.verdict]
    gutter = " " * margin + paint(" |", _QUIET)
    room = width - margin - 3
    lines: list[str] = []
    for line in sorted({first, last}):
        source = places.lines(item.span.doc).line(line)
        begin = start if line == first else len(source) - len(source.lstrip())
        stop = end if line == last else len(source.rstrip())
        marks = [(begin, max(stop, begin + 1), "^")]
        marks += [
            (places.start(at)[1], places.end(at)[1], "-")
            for at in others
            if places.start(at)[0] == line
        ]
        text, marks = _window(source, marks, room)
        if line > first + 1:
            lines.append(f"{gutter} ...")
        lines.append(
            f"{paint(f'{line + 1:>{margin}}', _QUIET)} {paint('|', _QUIET)} {safe(text, '?')}"
        )
        under = _under(text, marks)
        lines.append(f"{gutter} {_painted(under, paint, colour)}")
    note = plain(f.note)
    caret_end = columns(safe(text[: marks[0][1]], "?"))
    if note and len(under) == caret_end and caret_end + 1 + columns(note) <= room:
        lines[-1] += f" {paint(note, colour)}"
    elif note:
        for part in textwrap.wrap(note, room, break_long_words=False):
            indent = max(0, min(caret_end, room) - columns(part))
            lines.append(f"{gutter} {' ' * indent}{paint(part, colour)}")
    return lines


def _quoted(item: Located, places: Places, paint: Paint, margin: int, width: int) -> list[str]:
    """The words of a finding in a PDF, and its note: its text has no lines that anybody sees."""
    gutter = " " * margin + paint(" |", _QUIET)
    room = width - margin - 3
    words = safe(f"“{places.quote(item.span)}”", "?")
    lines = [f"{gutter} {part}" for part in textwrap.wrap(words, room, break_on_hyphens=False)]
    note = textwrap.wrap(plain(item.finding.note), room)
    colour = _COLOUR[item.finding.verdict]
    return [*lines, *(f"{gutter} {paint(part, colour)}" for part in note)]


_Marks = list[tuple[int, int, str]]


def _window(source: str, marks: _Marks, room: int) -> tuple[str, _Marks]:
    """The part of a long line around the caret, cut ends marked with "..."."""
    if columns(safe(source, "?")) <= room:
        return source, marks
    start, end, _ = marks[0]
    low, high = start, min(end, start + room - 8)
    # As many operands as fit beside the caret, then context, more of it before than after.
    for a, b, _ in sorted(marks[1:], key=lambda m: abs(m[0] - start)):
        if max(high, b) - min(low, a) <= room - 8:
            low, high = min(low, a), max(high, b)
    low = max(0, low - (room - (high - low)) * 2 // 3)
    high = min(len(source), low + room)
    low = max(0, high - room)
    left = "..." if low else ""
    low += len(left)
    right = "..." if high < len(source) else ""
    high -= len(right)
    while high > low + 1 and columns(safe(source[low:high], "?")) > room - len(left) - len(right):
        high, right = high - 1, "..."
    shift = low - len(left)
    kept = [
        (max(a, low) - shift, min(b, high) - shift, c)
        for a, b, c in marks
        if min(b, high) > max(a, low)
    ]
    return left + source[low:high] + right, kept or [(0, 1, "^")]


def _under(text: str, marks: _Marks) -> str:
    cells = [" "] * (columns(safe(text, "?")) + 1)
    for start, end, sign in reversed(marks):
        first, last = columns(safe(text[:start], "?")), columns(safe(text[:end], "?"))
        for i in range(first, min(max(last, first + 1), len(cells))):
            cells[i] = sign
    return "".join(cells).rstrip()


def _painted(under: str, paint: Paint, colour: str) -> str:
    return re.sub(
        r"\^+|-+", lambda m: paint(m.group(), colour if m.group()[0] == "^" else _QUIET), under
    )


def _in_excerpt(at: Span, shown: Span, places: Places) -> bool:
    """Whether a place lies on one of the lines that are printed for a finding."""
    if places.pages(at.doc) is not None:
        return _overlap(at, shown)
    line = places.start(at)[0]
    printed = (places.start(shown)[0], places.end(shown)[0])
    return at.doc == shown.doc and line == places.end(at)[0] and line in printed


def _overlap(a: Span, b: Span) -> bool:
    return a.doc == b.doc and a.start < b.end and b.start < a.end


# -- the derivation ---------------------------------------------------------------------------


def _table(item: Located, places: Places, paint: Paint, room: int) -> list[str]:
    """Rows of label, value, step and source, aligned; narrowed until they fit."""
    rows = derivation.rows(item.finding.steps, places)
    if not rows:
        return []
    cells = [
        [plain(r.label), plain(r.shown), plain(r.detail), plain(_source(s.origin, r, item, places))]
        for s, r in zip(item.finding.steps, rows, strict=True)
    ]
    wide = [
        [
            label,
            value,
            f"{how}  {plain(r.interval)}"
            if isinstance(s.origin, Computed) and r.interval and how != plain(r.interval)
            else how,
            source,
        ]
        for (label, value, how, source), s, r in zip(cells, item.finding.steps, rows, strict=True)
    ]
    lines = _aligned(wide, room, paint)
    if lines is None:
        lines = _aligned(cells, room, paint)
    return lines if lines is not None else list(_stacked(cells, room, paint))


def _source(origin: Origin, row: derivation.Row, item: Located, places: Places) -> str:
    if isinstance(origin, Computed) and row.detail:
        return ""  # the formula's reference is on the rule's page and in the hover
    if row.at is None or not isinstance(origin, Stated):
        return row.source
    if row.at == item.span or _in_excerpt(row.at, item.span, places):
        return "stated here"
    return f"{places.label(row.at)}, stated"


def _aligned(cells: list[list[str]], room: int, paint: Paint) -> list[str] | None:
    """Rows in columns; None where they are too wide.  A row without a source may run on."""
    label_width, value_width = (max(columns(row[i]) for row in cells) for i in (0, 1))
    how_width = max((columns(row[2]) for row in cells if row[3]), default=0)
    out = []
    for label, value, how, source in cells:
        line = label + " " * (label_width - columns(label) + 2 + value_width - columns(value))
        line += value + (f"  {how}" if how or how_width else "")
        if source:
            line += " " * (how_width - columns(how)) + "  "
        if columns(line) + columns(source) > room:
            return None
        out.append(line + paint(source, _QUIET))
    return out


def _stacked(cells: list[list[str]], room: int, paint: Paint) -> Iterator[str]:
    """The same, with labels cut, and step and source under each other where both are long."""
    value_width = min(22, max(columns(c[1]) for c in cells))
    label_width = min(30, max(columns(c[0]) for c in cells), max(12, room - value_width - 4 - 26))
    indent = label_width + value_width + 4
    for label, value, how, source in cells:
        first, *more = textwrap.wrap(label, label_width) or [""]
        head = (
            first
            + " " * (label_width - columns(first))
            + "  "
            + " " * (value_width - columns(value))
            + value
        )
        body = textwrap.wrap(how, room - indent) if how else []
        tail = [paint(t, _QUIET) for t in textwrap.wrap(source, room - indent)] if source else []
        if len(body) == 1 and tail and columns(body[0]) + 2 + columns(source) <= room - indent:
            body, tail = [f"{body[0]}  {paint(source, _QUIET)}"], []
        rest = [*body, *tail]
        if columns(value) > value_width:  # a value in words runs over the column behind it
            rest.insert(0, "")
        yield f"{head}  {rest[0]}" if rest and rest[0] else head
        for i in range(max(len(more), len(rest) - 1)):
            part = more[i] if i < len(more) else ""
            yield f"{part:<{indent}}{rest[i + 1] if i + 1 < len(rest) else ''}"


__all__ = ["WIDTH", "Paint", "by_verdict", "columns", "plain", "report_text", "tally"]
