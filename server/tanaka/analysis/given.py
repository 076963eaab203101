"""What the author declares: ``% tanaka: given device = H100-SXM, gpus = 64`` and ``[given]``.

A comment holds from where it stands to the end of its section, in its own file; ``[given]`` of
``tanaka.toml`` holds everywhere.  Both bind only what prose leaves open (see `tanaka.paper.about`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tanaka.analysis.config import given_value
from tanaka.latex.source import Region, Source
from tanaka.paper.about import Declared, Role
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId, LineIndex, Span

_COMMENT = Lazy(r"^\s*tanaka:\s*given\b\s*(?P<pairs>.*?)\s*$", re.I)
_HEADING = Lazy(r"\\(part|chapter|section|subsection|subsubsection)\b\*?\s*[\[{]")
_LEVELS = {"part": -1, "chapter": 0, "section": 1, "subsection": 2, "subsubsection": 3}
_DEEPEST = max(_LEVELS.values())


@dataclass(frozen=True, slots=True)
class Given:
    """One comment: from where to where in its file it holds, and what it declares.

    Attributes
    ----------
    start, end : int
        The comment's own end, and the end of the section that it stands in.
    at : int
        Where its percent sign stands.
    values : tuple of (str, str)
        Keys of `tanaka.paper.about.DECLARABLE` with their values.
    """

    start: int
    end: int
    at: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Givens:
    """All such comments of one file, in order, and what could not be understood in them.

    ``problems`` are pairs of an offset in the file and a sentence.
    """

    items: tuple[Given, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Ours:
    """A comment that declares something, in its region, with the words behind ``given``."""

    start: int
    end: int
    pairs: str


def _ours(region: Region) -> tuple[_Ours, ...]:
    return tuple(
        _Ours(c.start, c.end, m["pairs"])
        for c in region.comments
        if "given" in c.text.lower() and (m := _COMMENT.match(c.text))
    )


def _headings(region: Region) -> tuple[tuple[int, int], ...]:
    return tuple((m.start(), _LEVELS[m.group(1)]) for m in _HEADING.finditer(region.visible))


def read_given(source: Source) -> Givens:
    """What the comments of a file declare.  What is wrong in one is said, and the rest is used."""
    ours = source.each("given comments", _ours)
    if not ours:
        return Givens()
    headings = [(at + start, lv) for at, (start, lv) in source.each("headings", _headings)]
    items: list[Given] = []
    problems: list[tuple[int, str]] = []
    for shift, comment in ours:
        at = comment.start + shift
        values: dict[str, str] = {}
        pairs = [p for p in comment.pairs.split(",") if p.strip()]
        if not pairs:
            problems.append((at, "given declares nothing; write key = value"))
        for pair in pairs:
            key, equals, value = (part.strip() for part in pair.partition("="))
            if not equals or not value:
                problems.append((at, f"given: {pair.strip()!r} is not key = value"))
                continue
            read, problem = given_value(key.lower(), value)
            if problem:
                problems.append((at, f"given: {problem}"))
            else:
                values[key.lower()] = read
        end = _section_end(headings, at, len(source.text))
        if values:
            items.append(Given(comment.end + shift, end, at, tuple(values.items())))
    return Givens(tuple(items), tuple(problems))


def _section_end(headings: list[tuple[int, int]], at: int, end: int) -> int:
    """Where the section around an offset ends; before the first heading, that heading."""
    level = next((lv for start, lv in reversed(headings) if start < at), _DEEPEST)
    return next((start for start, lv in headings if start > at and lv <= level), end)


def problems_of(doc: DocId, source: Source, givens: Givens) -> tuple[str, ...]:
    """What is wrong in the comments of a file, with the line of each."""
    if not givens.problems:
        return ()
    lines = LineIndex(source.text)
    return tuple(f"{doc}:{lines.line_col(at)[0] + 1}: {what}" for at, what in givens.problems)


def declared(
    defaults: Iterable[tuple[str, str]], comments: Mapping[DocId, Givens], span: Span
) -> tuple[Declared, ...]:
    """What the author declares for a place: the nearest comment first, the defaults last.

    Parameters
    ----------
    defaults : iterable of (str, str)
        As in `tanaka.analysis.config.Config.given`.
    comments : mapping
        Of the paper's files.
    span : Span
        Of the number.
    """
    own = comments[span.doc].items if span.doc in comments else ()
    reaching = [g for g in own if g.start <= span.start < g.end]
    found: dict[tuple[str, bool], Declared] = {}
    for g in sorted(reaching, key=lambda g: -g.start):
        for key, value in g.values:
            found.setdefault((key, False), Declared(Role(key), value))
    for key, value in defaults:
        found.setdefault((key, True), Declared(Role(key), value, True))
    return tuple(found.values())
