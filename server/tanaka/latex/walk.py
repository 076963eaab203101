"""What a walk over the tree collects: characters with their source, and a node's own words."""

from __future__ import annotations

from typing import Any

from pylatexenc import latexwalker as lw

from tanaka.latex.plain import Mark, PassageKind, Plain


class Buffer:
    """Characters with their source, being collected."""

    def __init__(self, kind: PassageKind, level: int = 0) -> None:
        self.kind, self.level = kind, level
        self.chars: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.wraps: list[tuple[int, int, int, int]] = []
        self.marks: list[Mark] = []

    def add(self, text: str, start: int, end: int, *, exact: bool) -> None:
        """Add characters with the source range of each, or of all."""
        for i, char in enumerate(text):
            self.chars.append(char)
            self.starts.append(start + i if exact else start)
            self.ends.append(start + i + 1 if exact else end)

    def plain(self) -> Plain:
        """The text with runs of spaces made one, and its ends trimmed."""
        keep: list[int] = []
        blank = True
        for i, char in enumerate(self.chars):
            if char in " \t\n\r":
                if not blank:
                    keep.append(i)
                blank = True
            else:
                keep.append(i)
                blank = False
        while keep and self.chars[keep[-1]].isspace():
            keep.pop()
        place = {old: new for new, old in enumerate(keep)}
        nearest: list[int] = []
        new = 0
        for i in range(len(self.chars) + 1):
            nearest.append(new)
            if i in place:
                new += 1
        return Plain(
            "".join(" " if self.chars[i] in "\t\n\r" else self.chars[i] for i in keep),
            tuple(self.starts[i] for i in keep),
            tuple(self.ends[i] for i in keep),
            tuple((nearest[a], nearest[b], s, e) for a, b, s, e in self.wraps),
            tuple(Mark(nearest[m.at], m.kind, m.keys) for m in self.marks),
        )


def words(node: Any) -> str:
    """Source of a node without its braces."""
    if node is None:
        return ""
    text: str = node.latex_verbatim()
    if node.isNodeType(lw.LatexGroupNode):
        return text[1:-1]
    return text
