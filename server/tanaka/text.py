"""Documents, spans and lines.  Offsets are code points; nothing here opens a file."""

from __future__ import annotations

import bisect
import posixpath
import re
from collections.abc import Iterable
from typing import NewType

from tanaka.records import dataclass

DocId = NewType("DocId", str)
"""A document's name: a URI in an editor, a path relative to the root's folder elsewhere."""

# LSP knows three line ends.  str.splitlines() also cuts at form feeds and U+2028, which text
# pasted from a PDF contains, and would put every later position on the wrong line.
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in one document."""

    doc: DocId
    start: int
    end: int

    def covers(self, doc: DocId, offset: int) -> bool:
        """Whether the offset lies inside, the end included (a caret behind a word is on it)."""
        return self.doc == doc and self.start <= offset <= self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what the span covers by new text."""

    span: Span
    new: str


def _line_starts(text: str, start: int, end: int) -> list[int]:
    """Offsets right behind the line ends of a part of a text."""
    if "\r" not in text:
        found = []
        at = text.find("\n", start, end)
        while at >= 0:
            found.append(at + 1)
            at = text.find("\n", at + 1, end)
        return found
    return [m.end() for m in _LINE_END.finditer(text, start, end)]


class LineIndex:
    """Lines and columns of one text, both counted from zero, columns in code points."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *_line_starts(text, 0, len(text))]

    def edited(self, start: int, end: int, text: str) -> LineIndex:
        """Lines of the text after the range from start to end was replaced.

        Parameters
        ----------
        start, end : int
            Of what was replaced, in the text before.
        text : str
            The whole text after it.
        """
        # A line end may be made of characters on both sides of the edit, so its neighbours are read.
        old, shift = self._starts, len(text) - len(self._text)
        first = max(0, bisect.bisect_right(old, start) - 2)
        behind = min(len(old), bisect.bisect_right(old, end) + 1)
        until = old[behind] + shift if behind < len(old) else len(text)
        made = LineIndex.__new__(LineIndex)
        made._text = text
        made._starts = [
            *old[: first + 1],
            *(at for at in _line_starts(text, old[first], until) if at != until),
            *(old[behind:] if not shift else [at + shift for at in old[behind:]]),
        ]
        if behind == len(old) and until in _line_starts(text, old[first], until):
            made._starts.append(until)
        return made

    @property
    def line_count(self) -> int:
        """Number of lines; a text that ends in a line end has an empty last line."""
        return len(self._starts)

    def line_col(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; offsets outside are clamped."""
        offset = min(max(offset, 0), len(self._text))
        line = bisect.bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def offset(self, line: int, column: int) -> int:
        """Offset of a line and column; both are clamped to what exists."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        return self._starts[line] + min(max(column, 0), len(self.line(line)))

    def line(self, line: int) -> str:
        """Text of a line without its line end."""
        if not 0 <= line < len(self._starts):
            return ""
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        return self._text[start:end].rstrip("\r\n")


def decode(data: bytes) -> str | None:
    """Text of a file's bytes; None where they are no text.

    Bytes that are no UTF-8 (old papers are often Latin-1) become replacement characters, one
    each, so that nothing around them is lost.
    """
    if b"\x00" in data[:4096]:
        return None
    return data.decode("utf-8", errors="replace").removeprefix("\ufeff")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Text after all edits; they refer to the text before and must not overlap.

    Raises
    ------
    ValueError
        If two edits overlap.
    """
    ordered = sorted(edits, key=lambda e: (e.span.start, e.span.end))
    pieces: list[str] = []
    at = 0
    for edit in ordered:
        if edit.span.start < at:
            raise ValueError("edits overlap")
        pieces += [text[at : edit.span.start], edit.new]
        at = edit.span.end
    return "".join([*pieces, text[at:]])


def folder(doc: DocId) -> str:
    """Name of the folder a document lies in, "" at the top."""
    return doc.rpartition("/")[0]


def resolve(base: str, path: str) -> DocId:
    """Name of a path seen from a folder; works on URIs and on plain paths alike.

    A URI's scheme and authority are kept apart, so that ``..`` cannot climb into them.
    """
    head, tail = _split(base)
    if head:
        return DocId(head + posixpath.normpath(posixpath.join("/", tail, path)))
    return DocId(posixpath.normpath(posixpath.join(tail or ".", path)))


def _split(name: str) -> tuple[str, str]:
    """Scheme and authority of a name ("" for a plain path), and the path."""
    match = re.match(r"[A-Za-z][\w+.-]*://[^/]*", name)
    return (match.group(), name[match.end() :]) if match else ("", name)


def relative(doc: DocId, base: str) -> str:
    """Name of a document seen from a folder, for people and for JSON."""
    if base and doc.startswith(base + "/"):
        return doc[len(base) + 1 :]
    head, _ = _split(base)
    if not base or _split(doc)[0] != head:
        return doc
    return posixpath.relpath(doc[len(head) :] or "/", base[len(head) :] or "/")
