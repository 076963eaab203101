r"""The pass over a paper's regions in reading order: units at their places, the paper, its spans.

Everything that is expensive is kept with the regions and blocks (see `tanaka.paper.unit`); the
pass itself looks at each region once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tanaka.latex.macros import matching_brace
from tanaka.latex.project import Piece, inputs
from tanaka.latex.source import Region, Source
from tanaka.paper.model import Paper, SectionId
from tanaka.paper.spans import Row, SpanTable
from tanaka.paper.stated import Range
from tanaka.paper.unit import Frame, Read, State, Told, Unit, names_of, tag
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId, relative

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge

_CLOSING = Lazy(
    r"\\bibliography\{|\\printbibliography|\\bibliographystyle\{|\\end\{document\}|\\appendix"
)
_ABSTRACT = Lazy(r"\\begin\{abstract\}|\\end\{abstract\}|\\abstract\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where an abstract begins or ends in its region; one in braces has its end with it."""

    at: int
    opens: bool
    end: int | None = None


def _abstract_marks(region: Region) -> tuple[_Mark, ...]:
    if "abstract" not in region.visible:
        return ()
    found = []
    for match in _ABSTRACT.finditer(region.visible):
        if match.group().startswith("\\begin"):
            found.append(_Mark(match.start(), True))
        elif match.group().startswith("\\end"):
            found.append(_Mark(match.start(), False))
        elif (end := matching_brace(region.visible, match.end())) is not None:
            found.append(_Mark(match.start(), True, end))
    return tuple(found)


def _closing(region: Region) -> tuple[int, ...]:
    match = _CLOSING.search(region.visible)
    return (match.start(),) if match else ()


def _opening(region: Region) -> tuple[int, ...]:
    at = region.visible.find("\\begin{document}")
    return (at,) if at >= 0 else ()


class _Layout:
    """What of a file is preamble, abstract and text."""

    def __init__(self, source: Source) -> None:
        self.body = next((at + o for at, o in source.each("opening", _opening)), 0)
        self.abstracts = tuple(_abstracts(source.each("abstract", _abstract_marks)))

    def of(self, at: int, length: int) -> tuple[int, tuple[Range, ...]]:
        """Where in a region the text begins, and what of it is abstract."""
        body = self.body - at
        if not self.abstracts or at >= self.abstracts[-1][1]:
            return (-1 if body <= 0 else min(body, length)), ()
        inside = tuple(
            (max(0, a - at), min(length, b - at))
            for a, b in self.abstracts
            if a < at + length and b > at
        )
        return (-1 if body <= 0 else min(body, length)), inside

    def holds(self, at: int) -> bool:
        """Whether an offset stands in the abstract."""
        return any(a <= at <= b for a, b in self.abstracts)


def _abstracts(marks: Iterable[tuple[int, _Mark]]) -> Iterable[Range]:
    opened: int | None = None
    for start, mark in marks:
        if mark.end is not None:
            yield start + mark.at, start + mark.end
        elif mark.opens:
            opened = start + mark.at if opened is None else opened
        elif opened is not None:
            yield opened, start + mark.at
            opened = None


def text_end(source: Source, after: int = 0) -> int:
    r"""Where a file's text ends: before ``\end{document}``, a bibliography, or an appendix.

    What stands before ``after`` ends nothing: a preamble may name a style of bibliography, and an
    appendix has sections of its own.
    """
    ends = (at + c for at, c in source.each("closing", _closing))
    return next((end for end in ends if end >= after), len(source.text))


def rows(
    pieces: Iterable[Piece],
    sources: Mapping[DocId, Source],
    read: Callable[[DocId, Region], Read],
    unit: Callable[[Region, Read, int, int, Frame], Unit],
    base: str = "",
    ahead: Callable[[Region], Iterator[None]] = lambda region: iter(()),
) -> Iterator[Row | None]:
    r"""Units of a project at their places, in reading order, one by one.

    Parameters
    ----------
    pieces : iterable of Piece
        As TeX reads the files; a block belongs to the piece that it begins in.
    sources : mapping of DocId to Source
    read : callable
        Blocks of a region.
    unit : callable
        Unit of a stretch of a region in a frame.
    base : str
        Folder of the root; ids name files seen from there.
    ahead : callable
        Steps that make the reading of a region cheap; for each a None is given.
    """
    layouts: dict[DocId, _Layout] = {}
    whole: dict[DocId, bool] = {}
    done: set[tuple[DocId, int, int]] = set()
    titles: Counter[str] = Counter()
    units: Counter[str] = Counter()
    state, from_abstract = State(), False
    for piece in pieces:
        doc, source = piece.doc, sources[piece.doc]
        layout = layouts.get(doc)
        if layout is None:
            layout = layouts[doc] = _Layout(source)
        in_abstract = whole.setdefault(doc, from_abstract)
        from_abstract = in_abstract or layout.holds(piece.end)
        name = relative(doc, base)
        for region, at in zip(source.regions, source.starts, strict=True):
            length = len(region.text)
            if at + length <= piece.start:
                continue
            if at >= piece.end:
                break
            low, high = max(0, piece.start - at), min(length, piece.end - at)
            if (doc, at, low) in done:
                continue
            done.add((doc, at, low))
            yield from ahead(region)
            facts = read(doc, region)
            if not facts.placed:
                continue
            body, abstract = layout.of(at, length)
            if in_abstract:
                abstract = ((0, length),)
            headings: tuple[SectionId, ...] = ()
            if facts.headings:
                headings = _ids(facts, low, high, titles)
            first = headings[0] if headings and facts.opens and not low else state.section
            key = f"{name}|{tag(first)}"
            again = units[key]
            units[key] = again + 1
            if again:
                key = f"{key}{again}"
            frame = (key, state, headings, body, abstract)
            before = facts.units.get((low, high))
            if before is not None and before[0] == frame:
                made = before[1]
            else:
                made = unit(region, facts, low, high, Frame(*frame))
                facts.units[low, high] = (frame, made)
            state = made.after
            yield Row(made, doc, at, source)


def again(
    before: Sequence[Row],
    old: Source,
    new: Source,
    read: Callable[[Region], Read],
    unit: Callable[[Region, Read, int, int, Frame], Unit],
) -> tuple[Row, ...] | None:
    """The rows of `rows` after an edit inside of one region, made from those before it.

    None where more than that has changed, and the pass has to be made anew: another region, a
    heading, an input, where the abstract or the text begins, or what follows from the region.

    Parameters
    ----------
    before : sequence of Row
    old, new : Source
        Of the one document that was edited.
    read, unit : callable
        As for `rows`.
    """
    if len(old.regions) != len(new.regions):
        return None
    differ = [
        i for i, (a, b) in enumerate(zip(old.regions, new.regions, strict=True)) if a is not b
    ]
    if len(differ) != 1:
        return None
    was, now, at = old.regions[differ[0]], new.regions[differ[0]], new.starts[differ[0]]
    if any(r.kept(name, make) for r in (was, now) for name, make in _STRUCTURE):
        return None
    here = [i for i, row in enumerate(before) if row.at == at and row.source is old]
    if len(here) != 1:
        return None
    row = before[here[0]]
    frame = row.unit.frame
    facts, earlier = read(now), read(was)
    if (
        frame.body != -1
        or frame.abstract
        or not facts.placed
        or facts.opens != earlier.opens
        or [h.title for h in facts.headings] != [h.title for h in earlier.headings]
    ):
        return None
    made = unit(now, facts, 0, len(now), frame)
    if made.after != row.unit.after:
        return None
    facts.units[0, len(now)] = (frame.key, made)
    shift = len(now) - len(was)
    rows = []
    for i, r in enumerate(before):
        if r.source is not old:
            rows.append(r)
        elif i == here[0]:
            rows.append(Row(made, r.doc, at, new))
        else:
            rows.append(Row(r.unit, r.doc, r.at + shift if r.at > at else r.at, new))
    return tuple(rows)


_STRUCTURE: tuple[tuple[str, Callable[[Region], tuple[object, ...]]], ...] = (
    ("inputs", inputs),
    ("opening", _opening),
    ("abstract", _abstract_marks),
)


def _ids(facts: Read, low: int, high: int, titles: Counter[str]) -> tuple[SectionId, ...]:
    """Ids of the sections that begin in a stretch of a region; equal titles are counted."""
    found = []
    for h in facts.headings:
        if low <= facts.placed[h.block].start < high:
            titles[h.title] += 1
            again = titles[h.title]
            found.append(SectionId(f"{h.title}#{again}" if again > 1 else h.title))
    return tuple(found)


class Whole:
    """A paper at one revision, in two steps: what it states, and what it mentions besides."""

    def __init__(
        self, rows: tuple[Row, ...], known: Callable[[], Knowledge], sources: Mapping[DocId, Source]
    ) -> None:
        self.rows = rows
        self._known, self._sources = known, sources

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names that the paper gives its own system."""
        return names_of(row.unit for row in self.rows)

    def told(self, unit: Unit) -> Told:
        """Mentions of a unit."""
        return unit.told(self.names, self._known())

    @cached_property
    def paper(self) -> Paper:
        """Everything that the paper states and mentions."""
        return Paper(self.told(row.unit).stretch for row in self.rows)

    @cached_property
    def spans(self) -> SpanTable:
        """Where everything stands."""
        return SpanTable(self.rows, self.told, self._end)

    def _end(self, doc: DocId, after: int) -> int:
        return text_end(self._sources[doc], after)
