"""Comments that silence: ``% tanaka: ignore TK101 -- reason`` and its wider forms."""

from __future__ import annotations

import re

from tanaka.analysis.report import Located
from tanaka.latex.source import Region, Source
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_COMMENT = Lazy(
    r"^\s*tanaka:\s*(?P<verb>ignore-file|ignore|off|on)\b\s*(?P<codes>(?:TK\d*[\s,]*)*)(?:--\s*(?P<reason>.*\S)?)?\s*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Ours:
    """A comment that says something to us, in its region."""

    start: int
    end: int
    verb: str
    codes: tuple[str, ...]
    reason: str


def _ours(region: Region) -> tuple[_Ours, ...]:
    return tuple(
        _Ours(
            c.start,
            c.end,
            m["verb"].lower(),
            tuple(re.findall(r"TK\d*", m["codes"])) or ("TK",),
            m["reason"] or "",
        )
        for c in region.comments
        if "anaka" in c.text and (m := _COMMENT.match(c.text))
    )


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: its reach in the file, the codes it names (prefixes), and its reason."""

    start: int
    end: int
    codes: tuple[str, ...]
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All comments of one file that silence something."""

    items: tuple[Suppression, ...]

    def reason(self, item: Located) -> str | None:
        """Reason that silences a finding; None where nothing does.  A reason is required."""
        for s in self.items:
            if (
                s.reason
                and s.start <= item.span.start < s.end
                and any(item.finding.code.startswith(c) for c in s.codes)
            ):
                return s.reason
        return None

    def at(self, offset: int) -> Suppression | None:
        """The suppression whose comment stands at an offset."""
        return next(
            (s for s in self.items if s.at <= offset <= s.at + 200 and offset >= s.at), None
        )


def read_suppressions(source: Source) -> Suppressions:
    """Suppressions of a file, with their reach.

    At the end of a line: that line.  Alone on a line: the paragraph that follows.  ``off`` reaches
    to the matching ``on``, ``ignore-file`` over everything.
    """
    ours = source.each("tanaka comments", _ours)
    if not ours:
        return Suppressions(())
    text = source.text
    found: list[Suppression] = []
    open_from: list[tuple[int, tuple[str, ...], str, int]] = []
    for shift, comment in ours:
        start, end = comment.start + shift, comment.end + shift
        if comment.verb == "on":
            for began, opened, why, at in open_from:
                found.append(Suppression(began, start, opened, why, at))
            open_from.clear()
        elif comment.verb == "off":
            open_from.append((start, comment.codes, comment.reason, start))
        elif comment.verb == "ignore-file":
            found.append(Suppression(0, len(text) + 1, comment.codes, comment.reason, start))
        else:
            line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
            first, last = (
                (line, end) if text[line:start].strip() else (end, _paragraph_end(text, end))
            )
            found.append(Suppression(first, last, comment.codes, comment.reason, start))
    for start, opened, why, at in open_from:
        found.append(Suppression(start, len(source.text) + 1, opened, why, at))
    return Suppressions(tuple(found))


def _paragraph_end(text: str, at: int) -> int:
    start = re.compile(r"\s*").match(text, at)
    begin = start.end() if start else at
    blank = re.compile(r"\n[ \t\r]*\n").search(text, begin)
    return blank.start() if blank else len(text) + 1
