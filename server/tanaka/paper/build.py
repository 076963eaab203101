"""Parsed files to a `Paper` and its `SpanTable`.

Blocks are read once each (`read_block`, cached by whoever calls it), and what their passages and
tables state is kept with them; joining them is a single pass that looks into none of them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TypeVar

from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.model import Knowledge
from tanaka.latex import blocks
from tanaka.latex.macros import Macro, matching_brace
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import Block, Passage, PassageKind
from tanaka.latex.project import Piece
from tanaka.paper.cells import table_numbers
from tanaka.paper.model import (
    MentionId,
    NumberId,
    NumberSpan,
    Paper,
    Section,
    SectionId,
    SectionSpan,
    SpanTable,
    TableId,
    Where,
)
from tanaka.paper.roles import own_names
from tanaka.paper.sentences import Sentence, sentences
from tanaka.paper.stated import Place, Range, Stated, passage_numbers
from tanaka.paper.tables import LocalTable, read_table
from tanaka.paper.told import Scope, Told, passage_mentions
from tanaka.text import DocId, Span, relative

K = TypeVar("K")
P = TypeVar("P")
V = TypeVar("V")

_KEPT_PARTS = 64  # a passage or table of a block, in one place of the paper


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One block, read: its passages with their sentences, its tables, and its content's hash.

    ``parts`` keeps what has been made of them, by where they stand in the paper; ``told`` what
    they say of published works, by knowledge base.
    """

    block: Block
    said: tuple[tuple[Sentence, ...], ...]
    tables: tuple[LocalTable, ...]
    content: str
    stated: dict[tuple[str, int, int, Place], Stated] = field(
        default_factory=dict, compare=False, repr=False
    )
    mentioned: dict[tuple[str, int, int, Scope], Told] = field(
        default_factory=dict, compare=False, repr=False
    )
    told: dict[str, tuple[frozenset[str], frozenset[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )


def _kept(store: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """The part of a key, made on the first call; the oldest are let go."""
    found = store.get(key)
    if found is None:
        if len(store) >= _KEPT_PARTS:
            store.pop(next(iter(store)))
        found = store[key] = make()
    return found


def read_block(text: str, macros: tuple[Macro, ...]) -> BlockFacts:
    """Read a block.  A function of its text and of the macros that it uses."""
    block = parse_block(text, macros)
    said = tuple(
        sentences(p.plain.text) if p.kind not in (PassageKind.FLOAT,) else ()
        for p in block.passages
    )
    tables = tuple(
        t
        for g in block.grids
        if (
            t := read_table(
                g, block.passages[g.caption].plain.text if g.caption is not None else ""
            )
        )
        is not None
    )
    stated = [
        (
            r.quantity.value,
            r.quantity.unit,
            r.quantity.shown_unit,
            str(r.kind),
            r.noun,
            str(r.quantity.qualifier),
        )
        for group in said
        for s in group
        for r in s.readings
    ]
    stated += [
        (
            r.quantity.value,
            r.quantity.unit,
            r.quantity.shown_unit,
            str(r.kind),
            r.noun,
            "cell" if r is c.reading else "in cell",
        )
        for t in tables
        for row in t.rows
        for c in row
        for r in c.found
    ]
    content = hashlib.blake2b(repr(stated).encode(), digest_size=6).hexdigest()
    return BlockFacts(block, said, tables, content)


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in its file: where it begins and ends, where its first word is, and what it says."""

    start: int
    end: int
    first: int
    appendix: bool
    facts: BlockFacts


@dataclass(frozen=True, slots=True)
class File:
    r"""A file cut into blocks.

    Attributes
    ----------
    doc : DocId
    blocks : tuple of Placed
    body : int
        Where the document's text begins; blocks before it hold the title at most.
    end : int
        Where it ends: before ``\end{document}``, a bibliography, or an appendix that closes it.
    abstracts : tuple of Range
        What of it is abstract; its paragraphs lie in blocks, and files, of their own.
    """

    doc: DocId
    blocks: tuple[Placed, ...]
    body: int
    end: int
    abstracts: tuple[Range, ...]


def cut_file(doc: DocId, text: str, facts_of: Callable[[str], BlockFacts]) -> File:
    """A file's blocks, with their facts.

    Parameters
    ----------
    text : str
        Visible text of the file, without macro definitions.
    facts_of : callable
        Facts of a block's text.
    """
    placed: list[Placed] = []
    for start, end in blocks.cut(text):
        piece = text[start:end]
        words = piece.lstrip()
        if words:
            first = start + len(piece) - len(words)
            appendix = words.startswith("\\appendix")
            placed.append(Placed(start, end, first, appendix, facts_of(piece)))
    body = max(text.find("\\begin{document}"), 0)
    closing = [at for word in _CLOSING if (at := text.find(word)) >= 0]
    end = min(closing) if closing else len(text)
    return File(doc, tuple(placed), body, end, tuple(_abstracts(text)))


_CLOSING = (
    "\\bibliography{",
    "\\printbibliography",
    "\\bibliographystyle{",
    "\\end{document}",
    "\\appendix",
)
_ABSTRACT = re.compile(r"\\begin\{abstract\}|\\abstract\s*(?=\{)")


def _abstracts(text: str) -> list[Range]:
    found: list[Range] = []
    for match in _ABSTRACT.finditer(text):
        end: int | None
        if match.group().startswith("\\begin"):
            end = text.find("\\end{abstract}", match.end())
        else:
            end = matching_brace(text, match.end())
        if end is not None and end >= 0:
            found.append((match.start(), end))
    return found


_WHERE: tuple[tuple[Where, re.Pattern[str]], ...] = (
    (Where.RELATED, re.compile(r"related|background|prior work|preliminar|state of the art|literature|fundamentals|primer", re.I)),
    (Where.FUTURE, re.compile(r"future work|outlook", re.I)),
    (Where.CONCLUSION, re.compile(r"conclusion|summary|concluding|closing", re.I)),
    (Where.INTRODUCTION, re.compile(r"introduction|motivation|overview of contributions", re.I)),
    (Where.ABSTRACT, re.compile(r"^abstract$", re.I)),
)  # fmt: skip


_NAMING = (Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION)
_MOST_NAMES = 4  # that a paper gives its own system


class _Assembly:
    """The pass over all pieces; collects and never looks back."""

    def __init__(self, base: str, known: Knowledge) -> None:
        self.base, self.known = base, known
        self.names: tuple[str, ...] = ()
        self.parts: list[tuple[DocId, int, Stated, Told | None]] = []
        self.sections: list[Section] = []
        self.section_starts: list[tuple[SectionId, int, Span, DocId]] = []
        self.repeats: Counter[str] = Counter()
        self.titles: Counter[str] = Counter()
        self.section = SectionId("")
        self.where = Where.BODY
        self.appendix = False

    # -- sections ---------------------------------------------------------------------------
    def heading(self, doc: DocId, offset: int, passage: Passage) -> None:
        title = passage.plain.text
        if passage.level >= 4:
            return
        self.titles[title] += 1
        id = SectionId(f"{title}#{self.titles[title]}" if self.titles[title] > 1 else title)
        where = next((w for w, p in _WHERE if p.search(title)), None)
        if where is None:
            where = (
                Where.APPENDIX
                if self.appendix
                else (self.where if passage.level > 1 else Where.BODY)
            )
        if passage.level == 1 or where is not Where.BODY:
            self.where = where
        self.section = id
        self.sections.append(Section(id, title, passage.level, where))
        start, end = passage.plain.source(0, len(passage.plain.text))
        self.section_starts.append(
            (id, passage.level, Span(doc, offset + start, offset + end), doc)
        )

    # -- a block ----------------------------------------------------------------------------
    def add(
        self,
        doc: DocId,
        offset: int,
        facts: BlockFacts,
        *,
        in_body: bool,
        in_abstract: bool,
    ) -> None:
        # An id says which file of the paper, not where the paper lies.
        prefix = f"{relative(doc, self.base)}|{facts.content}"
        self.repeats[prefix] += 1
        prefix += f"|{self.repeats[prefix]}" if self.repeats[prefix] > 1 else ""
        count = 0
        outer = self.where
        stated: dict[int, tuple[NumberId, ...]] = {}
        for i, (passage, said) in enumerate(zip(facts.block.passages, facts.said, strict=True)):
            if not (in_body or in_abstract) and passage.kind is not PassageKind.TITLE:
                continue  # a preamble says nothing, but some classes want the abstract in it
            if passage.kind is PassageKind.HEADING:
                self.heading(doc, offset, passage)
                outer = self.where
                continue
            where = self.place_of(passage, in_abstract)
            if where in _NAMING and len(self.names) < _MOST_NAMES:
                found = own_names(passage.plain.text, where)
                self.names = tuple(dict.fromkeys((*self.names, *found)))
            place = Place(where, self.section)
            part = _kept(
                facts.stated,
                (prefix, i, count, place),
                partial(passage_numbers, prefix, count, passage.plain, said, place),
            )
            scope = Scope(where, self.section, self.names, self.known)
            told = _kept(
                facts.mentioned,
                (prefix, i, count, scope),
                partial(passage_mentions, prefix, i, passage.plain, said, part.by_sentence, scope),
            )
            if part.numbers or told.mentions:
                self.parts.append((doc, offset, part, told))
            count = part.count
            if passage.kind is PassageKind.CAPTION:
                stated[i] = tuple(n.id for n in part.numbers)
        self.where = outer
        place = Place(self.where, self.section)
        for k, table in enumerate(facts.tables if in_body else ()):
            caption = stated.get(table.captioned, ()) if table.captioned is not None else ()
            part = _kept(
                facts.stated,
                (prefix, -1 - k, count, place),
                partial(table_numbers, prefix, count, k, table, place, caption),
            )
            self.parts.append((doc, offset, part, None))
            count = part.count

    def place_of(self, passage: Passage, in_abstract: bool) -> Where:
        if passage.kind is PassageKind.ABSTRACT or in_abstract:
            return Where.ABSTRACT
        if passage.kind is PassageKind.CAPTION:
            return Where.RELATED if self.where is Where.RELATED else Where.CAPTION
        return Where.TITLE if passage.kind is PassageKind.TITLE else self.where

    # -- the whole --------------------------------------------------------------------------
    def paper(self) -> Paper:
        parts = [p for _, _, p, _ in self.parts]
        told = [t for _, _, _, t in self.parts if t is not None]
        numbers = tuple(chain.from_iterable(p.numbers for p in parts))
        return Paper(
            numbers,
            tuple(chain.from_iterable(p.claims for p in parts)),
            tuple(chain.from_iterable(t.mentions for t in told)),
            tuple(p.table for p in parts if p.table is not None),
            tuple(self.sections),
            sum(p.seen for p in parts),
            {n.id: n for n in numbers},
            hash((tuple(p.key for p in parts), tuple(t.key for t in told), tuple(self.sections))),
        )

    def spans(self, ends: Callable[[DocId], int]) -> SpanTable:
        numbers: dict[NumberId, tuple[DocId, int, tuple[Range, Range, Range]]] = {}
        mentions: dict[MentionId, tuple[DocId, int, Range]] = {}
        tables: dict[TableId, Span] = {}
        for doc, offset, part, told in self.parts:
            for n, places in zip(part.numbers, part.number_places, strict=True):
                numbers[n.id] = (doc, offset, places)
            for m, place in zip(told.mentions, told.places, strict=True) if told else ():
                mentions[m.id] = (doc, offset, place)
            if part.table is not None and part.table_place is not None:
                tables[part.table.id] = _shifted(doc, offset, part.table_place)
        return SpanTable(
            _Places(
                numbers, lambda d, o, p: NumberSpan(_shifted(d, o, p[0]), _shifted(d, o, p[1]))
            ),
            _Places(mentions, _shifted),
            self.section_spans(ends),
            tables,
            _Places(numbers, lambda d, o, p: _shifted(d, o, p[2])),
        )

    def section_spans(self, ends: Callable[[DocId], int]) -> dict[SectionId, SectionSpan]:
        """Each section's body: to the next heading of its level or above, in its own file."""
        out: dict[SectionId, SectionSpan] = {}
        for i, (id, level, heading, doc) in enumerate(self.section_starts):
            end = ends(doc)
            for _, other, span, other_doc in self.section_starts[i + 1 :]:
                if other_doc == doc and other <= level:
                    end = span.start
                    break
            out[id] = SectionSpan(heading, Span(doc, heading.start, end))
        return out


def _shifted(doc: DocId, offset: int, place: Range) -> Span:
    return Span(doc, offset + place[0], offset + place[1])


class _Places(Mapping[K, V]):
    """Places of one revision, made when they are asked for: few of them ever are."""

    __slots__ = ("_make", "_rows")

    def __init__(
        self, rows: dict[K, tuple[DocId, int, P]], make: Callable[[DocId, int, P], V]
    ) -> None:
        self._rows, self._make = rows, make

    def __getitem__(self, key: K) -> V:
        return self._make(*self._rows[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def build(
    pieces: Iterable[Piece],
    file_of: Callable[[DocId], File],
    base: str = "",
    known: Knowledge | None = None,
) -> tuple[Paper, SpanTable]:
    r"""Paper of a project.

    Parameters
    ----------
    pieces : iterable of Piece
        In reading order; a block belongs to the piece that it begins in.
    file_of : callable
        Blocks of a file, read.
    base : str
        Folder of the root; ids name files seen from there.
    known : Knowledge or None
        Mechanisms to look for; the packaged ones where none are given.
    """
    assembly = _Assembly(base, known if known is not None else knowledge())
    done: set[tuple[DocId, int]] = set()
    inherited: dict[DocId, bool] = {}
    entered_from_abstract = False
    for piece in pieces:
        file = file_of(piece.doc)
        whole = inherited.setdefault(piece.doc, entered_from_abstract)
        entered_from_abstract = whole or any(a <= piece.end <= b for a, b in file.abstracts)
        for block in file.blocks:
            if not piece.start <= block.start < piece.end or (piece.doc, block.start) in done:
                continue
            done.add((piece.doc, block.start))
            assembly.appendix |= block.appendix
            assembly.add(
                piece.doc,
                block.start,
                block.facts,
                in_body=block.end > file.body,
                in_abstract=whole or any(a <= block.first < b for a, b in file.abstracts),
            )
    return assembly.paper(), assembly.spans(lambda d: file_of(d).end)
