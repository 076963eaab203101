"""Findings for a terminal: place, verdict, the source line with carets, the derivation."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from tanaka.analysis.report import Located, Report
from tanaka.rules.api import FixKind, Step, Verdict
from tanaka.text import DocId, LineIndex
from tanaka.views import wording

_COLOURS = {"impossible": "1;31", "implausible": "1;33", "open": "1;34", "strong": "1", "quiet": "2"}
_ASCII = {"×": "x", "–": "-", "—": "-", "−": "-", "≤": "<=", "≥": ">=", "≈": "~", "∼": "~", "μ": "u", "→": "->", "σ": "sigma",
          "·": "*", "…": "...", "’": "'", "“": '"', "”": '"', "\u2009": " ", "\u00a0": " "}  # fmt: skip
WIDTH = 79


class _Ink:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, ink: str) -> str:
        return f"\x1b[{_COLOURS[ink]}m{text}\x1b[0m" if self.colour and text else text


def report_text(report: Report, *, colour: bool = False) -> str:
    """All findings of a paper, what is open in one line each, and the tally."""
    ink = _Ink(colour)
    lines: list[str] = []
    shown = [f for f in report.findings if f.finding.verdict is not Verdict.OPEN]
    asked = [f for f in report.findings if f.finding.verdict is Verdict.OPEN]
    indexes = {d: LineIndex(t) for d, t in report.texts.items()}
    for item in shown:
        lines += [*_finding(report, item, indexes, ink), ""]
    for item in asked:
        at = _at(report, item)
        lines.append(
            f"{ink(at + ':', 'strong')} {ink('open', 'open')} {ink(item.finding.code, 'strong')} {ascii_only(item.finding.question)}"
        )
    if asked:
        lines.append("")
    lines.append(summary(report, ink))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def summary(report: Report, ink: _Ink | None = None) -> str:
    """The last line: how many findings, how many numbers, how many were checked."""
    ink = ink or _Ink(False)
    tally = Counter(f.finding.verdict for f in report.findings)
    counts = ", ".join(f"{tally[v]} {v}" for v in Verdict if tally[v]) or "Nothing found"
    c = report.coverage
    ignored = f", {len(report.suppressed)} ignored with a reason" if report.suppressed else ""
    return f"{ink(counts + '.', 'strong')} {c.quantities} numbers, {c.read} read, {c.checked} checked, {c.consistent} consistent{ignored}."


def ascii_only(text: str) -> str:
    """Text that every terminal prints."""
    out = "".join(_ASCII.get(c, c) for c in text)
    return "".join(c if c.isascii() else unicodedata.normalize("NFKD", c).encode("ascii", "replace").decode() for c in out)


def _at(report: Report, item: Located) -> str:
    p = wording.place(report, item.span)
    return f"{p.label}:{p.column + 1}"


def _finding(report: Report, item: Located, indexes: dict[DocId, LineIndex], ink: _Ink) -> list[str]:
    f = item.finding
    index = indexes[item.span.doc]
    line, start = index.line_col(item.span.start)
    last, end = index.line_col(item.span.end)
    text = index.line(line)
    if last != line:
        end = len(text)
    number = str(line + 1)
    bar = " " * len(number) + " " + ink("|", "quiet")
    out = [f"{ink(_at(report, item) + ':', 'strong')} {ink(f.verdict, f.verdict)} {ink(f.code, 'strong')} {f.name}", bar]

    under = {c: "-" for s, _ in item.related if s.doc == item.span.doc for c in _columns(index, s.start, s.end, line)}
    under |= dict.fromkeys(range(start, max(end, start + 1)), "^")
    shift, visible = _window(text, min(under), max(under) + 1, start, WIDTH - len(number) - 3)
    head = "..." if shift else ""
    out.append(f"{ink(number + ' |', 'quiet')} {ascii_only(head + visible)}")
    row = [" "] * (max(under) + 2 + len(head))
    for column, mark in under.items():
        at = column - shift + len(head)
        if len(head) <= at < len(row):
            row[at] = mark
    marks = "".join(row).rstrip()
    note = ascii_only(f.note)
    if len(number) + 3 + len(marks) + 1 + len(note) <= WIDTH:
        out.append(f"{bar} {ink(marks + ' ' + note, f.verdict)}")
    else:
        out.append(f"{bar} {ink(marks, f.verdict)}")
        out.append(f"{bar} {ink(note.rjust(min(len(marks), WIDTH - len(number) - 3)), f.verdict)}")
    out += [bar, *_table(report, f.steps, bar, ink)]
    lead = " " * len(number) + " " + ink("=", "quiet") + " "
    real = [x.title for x in item.fixes if x.kind is FixKind.QUICKFIX]
    if real:
        out.append(f"{lead}{ink('fix:', 'strong')} {_lower(ascii_only(real[0]))}")
    if f.only_if:
        out.append(f"{lead}{ink('true only if:', 'strong')} {ascii_only(f.only_if)}")
    for span, words in item.related:
        p = wording.place(report, span)
        if p.doc != item.span.doc or p.line != line:
            out.append(f"{lead}{ink('also:', 'strong')} {p.label} {ascii_only(words)}")
    return out


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _columns(index: LineIndex, start: int, end: int, line: int) -> range:
    a, first = index.line_col(start)
    b, last = index.line_col(end)
    return range(first, last) if a == b == line else range(0)


def _window(text: str, low: int, high: int, start: int, width: int) -> tuple[int, str]:
    """First column shown and what is shown, so that the underlined words are in sight."""
    if len(text) <= width:
        return 0, text
    if high <= width - 3:
        return 0, text[: width - 3] + "..."
    shift = max(0, min(low, start) - 8)
    if high - shift > width - 6:
        shift = max(0, start - 20)
    piece = text[shift : shift + width - 6]
    return shift, piece + ("..." if shift + width - 6 < len(text) else "")


def _table(report: Report, steps: Sequence[Step], bar: str, ink: _Ink) -> list[str]:
    rows = [
        (s.label, wording.value(s), s.text or wording.interval(s), wording.source(report, s)) for s in steps
    ]
    rows = [tuple(ascii_only(c) for c in r) for r in rows]  # type: ignore[misc]
    if not rows:
        return []
    a, b, c = (max(len(r[i]) for r in rows) for i in range(3))
    a, b = min(a, 26), min(b, 16)
    out = []
    for label, shown, how, where in rows:
        left = f"{bar}   {label[:26]:<{a}}  {shown:>{b}}  {how:<{c}}"
        room = WIDTH - len(f"   {label[:26]:<{a}}  {shown:>{b}}  {how:<{c}}") - 6
        if len(where) > max(room, 12):
            where = where[: max(room, 12) - 3].rstrip(" ,") + "..."
        out.append(f"{left}  {ink(where, 'quiet')}" if where else left)
    return out
