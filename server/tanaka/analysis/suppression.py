"""Comments that silence: ``% tanaka: ignore TK101 -- reason`` and its wider forms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tanaka.analysis.report import Located
from tanaka.latex.source import Source
from tanaka.text import LineIndex

_COMMENT = re.compile(
    r"^\s*tanaka:\s*(?P<verb>ignore-file|ignore|off|on)\b\s*(?P<codes>(?:TK\d*[\s,]*)*)(?:--\s*(?P<reason>.*\S)?)?\s*$",
    re.I,
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
    ours = [(c, m) for c in source.comments if (m := _COMMENT.match(c.text))]
    if not ours:
        return Suppressions(())
    lines = LineIndex(source.text)
    found: list[Suppression] = []
    open_from: list[tuple[int, tuple[str, ...], str, int]] = []
    for comment, match in ours:
        verb = match.group("verb").lower()
        codes = tuple(re.findall(r"TK\d*", match.group("codes"))) or ("TK",)
        reason = match.group("reason") or ""
        line, column = lines.line_col(comment.start)
        if verb == "on":
            for start, opened, why, at in open_from:
                found.append(Suppression(start, comment.start, opened, why, at))
            open_from.clear()
        elif verb == "off":
            open_from.append((comment.start, codes, reason, comment.start))
        elif verb == "ignore-file":
            found.append(Suppression(0, len(source.text) + 1, codes, reason, comment.start))
        elif lines.line(line)[:column].strip():
            found.append(
                Suppression(lines.offset(line, 0), comment.end, codes, reason, comment.start)
            )
        else:
            found.append(
                Suppression(
                    comment.end,
                    _paragraph_end(source.text, comment.end),
                    codes,
                    reason,
                    comment.start,
                )
            )
    for start, opened, why, at in open_from:
        found.append(Suppression(start, len(source.text) + 1, opened, why, at))
    return Suppressions(tuple(found))


def _paragraph_end(text: str, at: int) -> int:
    start = re.compile(r"\s*").match(text, at)
    begin = start.end() if start else at
    blank = re.compile(r"\n[ \t\r]*\n").search(text, begin)
    return blank.start() if blank else len(text) + 1
