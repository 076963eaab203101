"""Text to passages as the engine does it: comments out, definitions out, cut, parsed."""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.latex import macros
from tanaka.latex.blocks import cut
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import Block, Passage
from tanaka.latex.source import read_source
from tanaka.text import DocId


def blocks(text: str) -> Iterator[tuple[str, Block]]:
    """Each block of a file, with its text."""
    source = read_source(text)
    defined = macros.definitions(DocId("x"), source)
    table = macros.joined(defined)
    visible = macros.without_definitions(source.visible, defined)
    for a, b in cut(visible):
        piece = visible[a:b]
        yield piece, parse_block(piece, macros.used(piece, table))


def passages(text: str) -> list[Passage]:
    """Passages of a file."""
    return [p for _, block in blocks(text) for p in block.passages]


def plain(text: str) -> str:
    """Their texts, with bars between."""
    return " | ".join(p.plain.text for p in passages(text))


def marked(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Citations and references of a file, with their keys."""
    return [(m.kind, m.keys) for p in passages(text) for m in p.plain.marks]
