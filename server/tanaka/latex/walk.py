"""What a walk over the tree collects: text with its source, and a node's own words."""

from __future__ import annotations

from typing import Any

from pylatexenc import latexwalker as lw

from tanaka.latex.plain import Mark, PassageKind, Plain, Run
from tanaka.patterns import Lazy

_BLANK = " \t\n\r"
_BLANKS = Lazy(r"[ \t\n\r]{2,}|[\t\n\r]")


class Buffer:
    """Text with its source, being collected, in which each run of spaces is one space.

    Attributes
    ----------
    kind, level
        Of the passage that it becomes.
    size : int
        Characters so far.
    last : str
        The last of them, "" at the start.
    """

    __slots__ = ("_pieces", "_runs", "_wraps", "kind", "last", "level", "marks", "size")

    def __init__(self, kind: PassageKind, level: int = 0) -> None:
        self.kind, self.level = kind, level
        self.size, self.last = 0, ""
        self.marks: list[Mark] = []
        self._pieces: list[str] = []
        self._runs: list[Run] = []
        self._wraps: list[tuple[int, int, int, int]] = []

    def add(self, text: str, start: int, end: int, exact: bool) -> None:
        """Add text that came from start to end; ``exact`` where each character has its own."""
        if self.last in _BLANK:  # at the start too: "" is in any string
            kept = text.lstrip(_BLANK)
            if exact:
                start += len(text) - len(kept)
            text = kept
        if not text:
            return
        if (match := _BLANKS.search(text)) is None:
            self._append(text, start, end, exact)
            return
        at = 0
        while match is not None:
            # The first of the spaces is kept, as the last character of what stands before it.
            self._append(text[at : match.start()] + " ", start + at if exact else start, end, exact)
            at = match.end()
            match = _BLANKS.search(text, at)
        if at < len(text):
            self._append(text[at:], start + at if exact else start, end, exact)

    def _append(self, text: str, start: int, end: int, exact: bool) -> None:
        runs, size = self._runs, self.size
        # What goes on where the last run stopped belongs to it.
        if runs and runs[-1][3] and exact and runs[-1][1] + size - runs[-1][0] == start:
            pass
        else:
            runs.append((size, start, end, exact))
        self._pieces.append(text)
        self.size = size + len(text)
        self.last = text[-1]

    def take_back(self) -> None:
        """Drop the last character."""
        if not self._pieces:
            return
        piece = self._pieces.pop()[:-1]
        self.size -= 1
        if piece:
            self._pieces.append(piece)
        elif self._runs[-1][0] == self.size:
            self._runs.pop()
        self.last = self._pieces[-1][-1] if self._pieces else ""

    def wrap(self, a: int, start: int, end: int) -> None:
        """Say that all since character ``a`` came from one source element."""
        if a < self.size:
            self._wraps.append((a, self.size, start, end))

    def plain(self) -> Plain:
        """The text, its end trimmed."""
        text = "".join(self._pieces).rstrip()
        size = len(text)
        runs, wraps = self._runs, self._wraps
        if size < self.size:
            runs = [r for r in runs if r[0] < size]
            wraps = [(a, min(b, size), s, e) for a, b, s, e in wraps if a < size]
        marks = tuple(m if m.at <= size else Mark(size, m.kind, m.keys) for m in self.marks)
        return Plain(text, tuple(runs), tuple(sorted(wraps)), marks)


def words(node: Any) -> str:
    """Source of a node without its braces."""
    if node is None:
        return ""
    if isinstance(node, tuple):  # the default of an argument
        return "".join(n.parsing_state.s[n.pos : n.pos + n.len] for n in node)
    text: str = node.parsing_state.s[node.pos : node.pos + node.len]
    return text[1:-1] if isinstance(node, lw.LatexGroupNode) else text
