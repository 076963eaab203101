"""Offsets in code points to the protocol's positions and back, in the agreed encoding.

Everything below this package counts code points.  An editor counts UTF-16 units unless it and
the server agree on another encoding.
"""

from __future__ import annotations

from enum import StrEnum

from lsprotocol import types

from tanaka.text import LineIndex, Span


class Encoding(StrEnum):
    """Units of a column, by the protocol's names."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def width(self, char: str) -> int:
        """Units of one character."""
        code = ord(char)
        if self is Encoding.UTF16:
            return 2 if code > 0xFFFF else 1
        if self is Encoding.UTF8:
            return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        return 1

    def units(self, text: str) -> int:
        """Units of a text."""
        return len(text) if text.isascii() else sum(map(self.width, text))

    def column(self, line: str, units: int) -> int:
        """Code points in the first units of a line; a position inside a character is before it."""
        if line.isascii():
            return min(max(units, 0), len(line))
        at = 0
        for column, char in enumerate(line):
            at += self.width(char)
            if at > units:
                return column
        return len(line)


def position(lines: LineIndex, offset: int, encoding: Encoding) -> types.Position:
    """Position of an offset."""
    line, column = lines.line_col(offset)
    return types.Position(line, encoding.units(lines.line(line)[:column]))


def span_range(lines: LineIndex, span: Span, encoding: Encoding) -> types.Range:
    """Range of a span."""
    return types.Range(position(lines, span.start, encoding), position(lines, span.end, encoding))


def offset(lines: LineIndex, at: types.Position, encoding: Encoding) -> int:
    """Offset of a position; what lies outside the text is clamped to it."""
    return lines.offset(at.line, encoding.column(lines.line(at.line), at.character))
