"""The paper's own words around a place, as its reader sees them: macros expanded, no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tanaka.latex.macros import Macro, table, used
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import CITE, REF, Block
from tanaka.latex.source import Source, read_source
from tanaka.text import DocId, Span

_LONGEST = 60
_BEFORE = 28
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\\])")
_REFERENCE = re.compile(rf"[\s~]*[{CITE}{REF}]+")
_CUT = "\N{HORIZONTAL ELLIPSIS}"


@lru_cache(maxsize=512)
def _read(text: str, macros: tuple[Macro, ...]) -> Block:
    """A block, parsed once: one paragraph is quoted for many mechanisms."""
    return parse_block(text, macros)


@lru_cache(maxsize=64)
def _source(text: str) -> Source:
    return read_source(text)


class Words:
    """Quotes from one paper: the texts of its files."""

    def __init__(self, texts: Mapping[DocId, str], files: Iterable[DocId]) -> None:
        self._texts = texts
        self._macros: Mapping[str, Macro] = table(
            (doc, _source(texts.get(doc, ""))) for doc in files
        )

    def visible(self, doc: DocId) -> str:
        """A document with comments and the like blanked; offsets stay."""
        return _source(self._texts.get(doc, "")).visible

    def plain(self, text: str) -> str:
        """Some LaTeX as its reader sees it, on one line."""
        block = _read(text, used(text, self._macros))
        return " ".join(" ".join(p.plain.text for p in block.passages).split())

    def around(self, at: Span) -> str:
        """The sentence of a place, cut to about sixty characters around it, the cuts marked."""
        text = self.visible(at.doc)
        start = max((m.end() for m in _PARAGRAPH.finditer(text, 0, at.start)), default=0)
        found = _PARAGRAPH.search(text, at.end)
        paragraph = text[start : found.start() if found else len(text)]
        block = _read(paragraph, used(paragraph, self._macros))
        for passage in block.passages:
            plain = passage.plain
            inside = [
                i for i, (a, b) in enumerate(zip(plain.starts, plain.ends, strict=True))
                if a < at.end - start and at.start - start < b
            ]  # fmt: skip
            if inside:
                return _window(plain.text, inside[0], inside[-1] + 1)
        return " ".join(text[at.start : at.end].split())


def _window(text: str, start: int, end: int) -> str:
    """The sentence around some characters, shortened to whole words."""
    ends = [m.start() for m in _SENTENCE.finditer(text)]
    first = max((m.end() for m in _SENTENCE.finditer(text) if m.end() <= start), default=0)
    last = min((e for e in ends if e >= end), default=len(text))
    before, own, after = (
        re.sub(r"\s+", " ", _REFERENCE.sub("", part))
        for part in (text[first:start], text[start:end], text[end:last])
    )
    before, after = before.lstrip(), after.rstrip()
    if len(before) + len(own) + len(after) <= _LONGEST:
        return (before + own + after).strip()
    room = max(_BEFORE, _LONGEST - len(own) - len(after))
    if len(before) > room:
        before = _CUT + before[-room:].partition(" ")[2]
    room = max(0, _LONGEST - len(own) - len(before))
    if len(after) > room:
        kept = after[: room + 1].rpartition(" ")[0]
        after = kept.rstrip(" ,;:") + _CUT
    return (before + own + after).strip()
