"""The blocks of one region of a file, read in their place in the paper.

A unit is what the paper is put together from: a `Stretch` of facts, and where they stand relative
to the region.  It depends on the region's text, the macros that it uses, and its `Frame`; so an
edit makes one unit anew, and all others are the same objects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from tanaka.latex import blocks
from tanaka.latex.macros import Macro
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import Block, Passage, PassageKind
from tanaka.paper.cells import collect_table
from tanaka.paper.model import (
    Mention,
    MentionId,
    NumberId,
    Section,
    SectionId,
    Statement,
    Stretch,
    TableId,
    Where,
)
from tanaka.paper.sentences import Sentence, sentences
from tanaka.paper.stated import Collector, Place, Range, digest
from tanaka.paper.tables import LocalTable, read_table
from tanaka.patterns import Lazy
from tanaka.records import dataclass

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 64  # places of the paper that a block was read in: some say the same thing often


@dataclass(frozen=True, slots=True, eq=False)
class BlockFacts:
    """One block, read: its passages with their sentences, its tables, and digests of its numbers.

    The dictionaries keep what has been made of them, by where they stand in the paper, and what
    they say of published works, by knowledge base.
    """

    block: Block
    said: tuple[tuple[Sentence, ...], ...]
    tables: tuple[LocalTable, ...]
    digests: frozenset[str]
    stated: dict[object, BlockStated] = field(default_factory=dict, repr=False)
    mentioned: dict[object, BlockTold] = field(default_factory=dict, repr=False)
    heard: dict[object, frozenset[str]] = field(default_factory=dict, repr=False)
    told: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict, repr=False)


def _kept(store: dict[object, V], key: object, make: Callable[[], V]) -> V:
    """The value of a key, made on the first call; the oldest are let go."""
    found = store.get(key)
    if found is None:
        if len(store) >= _KEPT:
            store.pop(next(iter(store)))
        found = store[key] = make()
    return found


def read_block(
    text: str, macros: tuple[Macro, ...] = (), *, decimal_comma: bool = False
) -> BlockFacts:
    """Read a block.  A function of its text, the macros that it uses, and how decimals are written."""
    block = parse_block(text, macros)
    said = tuple(
        sentences(p.plain.text, decimal_comma=decimal_comma)
        if p.kind is not PassageKind.FLOAT
        else ()
        for p in block.passages
    )
    tables = tuple(
        t
        for g in block.grids
        if (
            t := read_table(
                g,
                block.passages[g.caption].plain.text if g.caption is not None else "",
                decimal_comma=decimal_comma,
            )
        )
        is not None
    )
    readings = [r for group in said for s in group for r in s.readings]
    readings += [r for t in tables for row in t.rows for c in row for r in c.found]
    readings += [r for t in tables for head in t.heads for r in head.found]
    return BlockFacts(block, said, tables, frozenset(map(digest, readings)))


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in its region: where it begins and ends, where its first word is, what it says."""

    start: int
    end: int
    first: int
    appendix: bool
    facts: BlockFacts


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that makes a section: the block that it stands in, and its title."""

    block: int
    title: str


class Read:
    """A region cut into blocks, each with its facts."""

    def __init__(self, placed: tuple[Placed, ...]) -> None:
        self.placed = placed
        self.headings = tuple(
            Heading(i, passage.plain.text)
            for i, block in enumerate(placed)
            for passage in block.facts.block.passages
            if passage.kind is PassageKind.HEADING and passage.level < _RUN_IN
        )
        self.opens = bool(placed) and bool(self.headings) and self.headings[0].block == 0
        """Whether it begins with a heading."""
        self.units: dict[tuple[int, int], tuple[object, Unit]] = {}
        """The last unit made of each stretch of it, and in which frame."""


_RUN_IN = 4  # \paragraph and below head no section of their own


def read_region(text: str, facts_of: Callable[[str], BlockFacts]) -> Read:
    """A region's blocks, with their facts.

    Parameters
    ----------
    text : str
        Visible text of the region, without macro definitions.
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
    return Read(tuple(placed))


_NO_SECTION = SectionId("")


@dataclass(frozen=True, slots=True)
class State:
    """Where the pass over the paper is: the part of the paper, the section, and past the appendix."""

    where: Where = Where.BODY
    section: SectionId = _NO_SECTION
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    r"""The place in the paper that a unit is read in.

    Attributes
    ----------
    name : str
        Of the unit; no other of the paper has it.
    state : State
        Before it.
    headings : tuple of SectionId
        Of its own sections, in order.
    body : int
        Where in the region the document's text begins: blocks that end before hold the title at
        most.
    abstract : tuple of Range
        What of the region is abstract.
    """

    name: str
    state: State
    headings: tuple[SectionId, ...] = ()
    body: int = -1
    abstract: tuple[Range, ...] = ()

    @property
    def key(self) -> tuple[str, State, tuple[SectionId, ...], int, tuple[Range, ...]]:
        """All of it, as the pass over the paper compares it."""
        return self.name, self.state, self.headings, self.body, self.abstract


_WHERE: tuple[tuple[Where, Lazy], ...] = (
    (Where.RELATED, Lazy(r"^(?!.*\b(?:set-?up|settings?|testbed|our design)\b).*(?:related|background|prior work|preliminar|state of the art|literature|fundamentals|primer)", re.I)),
    (Where.FUTURE, Lazy(r"future work|outlook", re.I)),
    (Where.ABSTRACT, Lazy(r"^(?:executive|management) summary$|^abstract$", re.I)),
    (Where.CONCLUSION, Lazy(r"conclusion|summary|concluding|closing|^recommendations?$", re.I)),
    (Where.INTRODUCTION, Lazy(r"introduction|motivation|overview of contributions", re.I)),
)  # fmt: skip
_NAMING = (Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION)


@lru_cache(maxsize=1024)
def section_named(title: str) -> Where | None:
    """What part of the paper a title heads; None where it does not say."""
    return next((w for w, p in _WHERE if p.search(title)), None)


@lru_cache(maxsize=4096)
def tag(section: SectionId) -> str:
    """A short name for a section, for ids."""
    return blake2b(section.encode(), digest_size=3).hexdigest() if section else "-"


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A passage that was read: where it stands, and the numbers of its sentences."""

    index: int
    place: Place
    numbers: tuple[tuple[NumberId, ...], ...]


@dataclass(frozen=True, slots=True)
class BlockStated:
    """Numbers, claims and headings of one block in its place, and the state behind it."""

    collected: Collector
    spoken: tuple[_Spoken, ...]
    sections: tuple[tuple[Section, Range], ...]
    after: State
    key: int


@dataclass(frozen=True, slots=True)
class BlockTold:
    """Mentions of one block in its place."""

    mentions: tuple[Mention, ...]
    places: tuple[Range, ...]
    whats: frozenset[str]
    key: int


def _state_block(
    facts: BlockFacts,
    prefix: str,
    block: str,
    state: State,
    headings: tuple[SectionId, ...],
    *,
    in_body: bool,
    in_abstract: bool,
) -> BlockStated:
    to = Collector(prefix, block)
    spoken: list[_Spoken] = []
    sections: list[tuple[Section, Range]] = []
    captions: dict[int, tuple[NumberId, ...]] = {}
    where, section = state.where, state.section
    ids = iter(headings)
    for i, (passage, said) in enumerate(zip(facts.block.passages, facts.said, strict=True)):
        if not (in_body or in_abstract) and passage.kind is not PassageKind.TITLE:
            continue  # a preamble says nothing, but some classes want the abstract in it
        if passage.kind is PassageKind.HEADING:
            if passage.level < _RUN_IN:
                section = next(ids)
                heads = section_named(passage.plain.text)
                if heads is None:
                    heads = (
                        Where.APPENDIX
                        if state.appendix
                        else (where if passage.level > 1 else Where.BODY)
                    )
                if passage.level == 1 or heads is not Where.BODY:
                    where = heads
                title = passage.plain.text
                place = passage.plain.source(0, len(title))
                sections.append((Section(section, title, passage.level, heads), place))
            continue
        at = Place(_place_of(passage, where, in_abstract=in_abstract), section)
        numbers = to.passage(passage.plain, said, at)
        spoken.append(_Spoken(i, at, numbers))
        if passage.kind is PassageKind.CAPTION:
            captions[i] = tuple(n for group in numbers for n in group)
    if in_body:
        for k, table in enumerate(facts.tables):
            told = captions.get(table.captioned, ()) if table.captioned is not None else ()
            collect_table(to, table, k, Place(where, section), told)
    key = hash((tuple(to.numbers), tuple(to.claims), tuple(to.tables)))
    after = State(where, section, state.appendix)
    return BlockStated(to, tuple(spoken), tuple(sections), after, key)


def _place_of(passage: Passage, where: Where, *, in_abstract: bool) -> Where:
    if passage.kind is PassageKind.ABSTRACT or in_abstract:
        return Where.ABSTRACT
    if passage.kind is PassageKind.CAPTION:
        return Where.RELATED if where is Where.RELATED else Where.CAPTION
    return Where.TITLE if passage.kind is PassageKind.TITLE else where


class _NumberPlaces(Mapping[NumberId, tuple[Range, Range, Range]]):
    """Places of a unit's numbers; made of those in their blocks when they are asked for."""

    def __init__(self, blocks: Sequence[tuple[Placed, BlockStated]]) -> None:
        self._found: dict[NumberId, tuple[int, BlockStated]] = {}
        for block, stated in blocks:
            self._found.update(dict.fromkeys(stated.collected.places, (block.start, stated)))

    def __getitem__(self, id: NumberId) -> tuple[Range, Range, Range]:
        at, stated = self._found[id]
        whole, digits, around = stated.collected.places[id]
        return _shifted(whole, at), _shifted(digits, at), _shifted(around, at)

    def __iter__(self) -> Iterator[NumberId]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Unit:
    """Blocks of one region read in one place: what they state, and where that stands.

    Offsets are relative to the region.  What is mentioned is read on demand (`told`): most rules
    that judge numbers need none of it.
    """

    def __init__(self, read: Read, low: int, high: int, frame: Frame) -> None:
        self.frame = frame
        self.name = frame.name
        self.blocks: list[tuple[Placed, BlockStated]] = []
        self.after = frame.state
        self._told: tuple[object, Told] | None = None
        self.kept: dict[str, object] = {}
        """What layers above have made of it."""
        own: dict[int, list[SectionId]] = {}
        inside = [h for h in read.headings if low <= read.placed[h.block].start < high]
        for heading, id in zip(inside, frame.headings, strict=True):
            own.setdefault(heading.block, []).append(id)
        self._used: dict[str, int] = {}
        self._count = 0  # of blocks that state a number
        for i, block in enumerate(read.placed):
            if low <= block.start < high:
                self._add(block, tuple(own.get(i, ())))

    def _add(self, block: Placed, headings: tuple[SectionId, ...]) -> None:
        """Read a block; its numbers get ids that no other of the unit has."""
        digests = block.facts.digests
        turn = max((self._used.get(d, 0) for d in digests), default=0)
        self._used.update(dict.fromkeys(digests, turn + 1))
        if block.appendix:
            self.after = State(self.after.where, self.after.section, True)
        in_body = block.end > self.frame.body
        in_abstract = any(a <= block.first < b for a, b in self.frame.abstract)
        prefix, before = f"{self.name}|{turn}.", self.after
        name = f"{self.name}|{self._count}"
        self._count += bool(digests)
        stated = _kept(
            block.facts.stated,
            (prefix, name, before, headings, in_body, in_abstract),
            lambda: _state_block(
                block.facts,
                prefix,
                name,
                before,
                headings,
                in_body=in_body,
                in_abstract=in_abstract,
            ),
        )
        self.after = stated.after
        self.blocks.append((block, stated))

    @cached_property
    def stretch(self) -> Stretch:
        """What is stated, and no mentions."""
        found = [s.collected for _, s in self.blocks]
        sections = tuple(s for _, b in self.blocks for s, _ in b.sections)
        return Stretch(
            self.name,
            tuple(n for c in found for n in c.numbers),
            tuple(x for c in found for x in c.claims),
            (),
            tuple(t for c in found for t in c.tables),
            sections,
            sum(c.seen for c in found),
            hash((self.name, tuple(b.key for _, b in self.blocks), sections)),
            lambda: _statements(found),
        )

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Names that title, abstract and introduction give to the paper's own system."""
        from tanaka.paper.roles import own_names

        return tuple(
            dict.fromkeys(
                name
                for block, stated in self.blocks
                for s in stated.spoken
                if s.place.where in _NAMING
                for name in own_names(block.facts.block.passages[s.index].plain.text, s.place.where)
            )
        )

    def told(self, names: tuple[str, ...], known: Knowledge) -> Told:
        """What is mentioned, by a paper that calls its system so, before what is known."""
        key = (names, known.key)
        if self._told is None or self._told[0] != key:
            self._told = (key, Told(self, names, known))
        return self._told[1]

    def listen(self, names: tuple[str, ...], known: Knowledge) -> Iterator[None]:
        """Steps that make `told` cheap, and what is asked of it: what one block mentions, or claims, each."""
        if self._told is not None and self._told[0] == (names, known.key):
            return
        for block, stated in self.blocks:
            if stated.spoken:
                _whats(block.facts, self.name, stated, names, known)
                yield
            if stated.collected.sentences:
                _ = stated.collected.later
                yield

    @cached_property
    def number_places(self) -> Mapping[NumberId, tuple[Range, Range, Range]]:
        """For each number its whole surface, its digits, and its sentence or cell."""
        return _NumberPlaces(self.blocks)

    @cached_property
    def table_places(self) -> dict[TableId, Range]:
        """Tabulars."""
        return {
            t.id: _shifted(place, block.start)
            for block, stated in self.blocks
            for t, place in zip(stated.collected.tables, stated.collected.table_places, strict=True)
        }

    @cached_property
    def section_places(self) -> tuple[tuple[Section, Range], ...]:
        """Sections and the words of their headings."""
        return tuple(
            (section, _shifted(place, block.start))
            for block, stated in self.blocks
            for section, place in stated.sections
        )

    def block_at(self, offset: int) -> Range | None:
        """The block that an offset stands in."""
        return next(((b.start, b.end) for b, _ in self.blocks if b.start <= offset < b.end), None)


def _statements(blocks: Iterable[Collector]) -> tuple[Statement, ...]:
    from tanaka.paper.statements import statements

    return tuple(
        s for b in blocks for x in b.sentences for s in statements(x.sentence, x.ids, x.where)
    )


class Told:
    """What a unit mentions, and where; ``stretch`` has all its facts."""

    def __init__(self, unit: Unit, names: tuple[str, ...], known: Knowledge) -> None:
        found: list[tuple[int, BlockTold]] = []
        used: dict[str, int] = {}
        for block, stated in unit.blocks:
            if not stated.spoken:
                continue

            whats = _whats(block.facts, unit.name, stated, names, known)
            if not whats:
                continue
            turn = max((used.get(w, 0) for w in whats), default=0)
            used.update(dict.fromkeys(whats, turn + 1))
            told = _told(block.facts, unit.name, turn, len(found), stated, names, known)
            found.append((block.start, told))
        self.mentions = tuple(m for _, b in found for m in b.mentions)
        self.places: dict[MentionId, Range] = {
            m.id: _shifted(place, at)
            for at, b in found
            for m, place in zip(b.mentions, b.places, strict=True)
        }
        base = unit.stretch
        later = tuple(c for _, stated in unit.blocks for c in stated.collected.later)
        self.stretch = Stretch(
            base.name, base.numbers, base.claims, self.mentions, base.tables, base.sections, base.seen,
            hash((base, tuple(b.key for _, b in found), later)), lambda: base.statements,
            later,
        )  # fmt: skip


def _told(
    facts: BlockFacts,
    name: str,
    turn: int,
    index: int,
    stated: BlockStated,
    names: tuple[str, ...],
    known: Knowledge,
) -> BlockTold:
    """Mentions of a block: the ``index``-th of its unit that has any."""
    from tanaka.paper.told import Listener, Scope

    def make() -> BlockTold:
        to = Listener(f"{name}|{turn}:", f"{name}|{index}")
        for s in stated.spoken:
            scope = Scope(s.place.where, s.place.section, names, known)
            plain = facts.block.passages[s.index].plain
            to.passage(plain, facts.said[s.index], s.numbers, scope, s.index)
        mentions = tuple(to.mentions)
        return BlockTold(
            mentions, tuple(to.places), frozenset(m.what for m in mentions), hash(mentions)
        )

    return _kept(facts.mentioned, (name, turn, index, stated.spoken, names, known.key), make)


def _whats(
    facts: BlockFacts,
    name: str,
    stated: BlockStated,
    names: tuple[str, ...],
    known: Knowledge,
) -> frozenset[str]:
    """What a block mentions, wherever it stands."""
    places = tuple((s.index, s.place) for s in stated.spoken)
    return _kept(
        facts.heard,
        (places, names, known.key),
        lambda: _told(facts, name, 0, 0, stated, names, known).whats,
    )


def _shifted(place: Range, by: int) -> Range:
    return place[0] + by, place[1] + by


def names_of(units: Iterable[Unit]) -> tuple[str, ...]:
    """Names that a paper gives its own system, those that come first."""
    return tuple(dict.fromkeys(_named(units)))[:_MOST_NAMES]


def _named(units: Iterable[Unit]) -> Iterator[str]:
    for unit in units:
        yield from unit.named


_MOST_NAMES = 4
