"""Errors put into any paper at places where a relation holds, and what became of each."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from seeded import across, cells, sentences
from seeded.analysed import Alarm, Analysed, Result
from seeded.family import NUMBERS
from seeded.place import Place, instead
from seeded.printed import Pages, pages
from seeded.wrong import FORM, LAST_DIGIT, SIZES, candidates

RULES = NUMBERS.rules
TRIES = 10
"""Tries for each rule and paper; a place takes one error only, so that fewer may be placed."""


@dataclass(frozen=True)
class Seed:
    """One error: where, what for what, and of what size."""

    rule: str
    size: str
    file: str
    line: int
    start: int
    end: int
    old: str
    new: str
    relation: str
    beyond: bool
    """Whether the relation fails on the hard intervals too, truncation and coarse zeros included."""
    covered: bool = True
    """Whether its relation is one that the rule is meant to read."""


@dataclass(frozen=True)
class Tried:
    """A seed and its result; ``twin`` is that of the same place right by a hair, where it has one."""

    seed: Seed
    result: Result
    twin: Result | None = None


@dataclass(frozen=True)
class Paper:
    """One paper: its size, the findings of its untouched text, and its seeds."""

    name: str
    size: int
    alarms: tuple[Alarm, ...]
    tried: tuple[Tried, ...]


def find(paper: Pages) -> dict[str, list[Place]]:
    """All places of a paper, by rule; a number is seeded once for each rule."""
    found: dict[str, dict[tuple[str, int], Place]] = defaultdict(dict)
    for place in _each(paper):
        found[place.rule].setdefault((place.number.doc, place.number.start), place)
    return {rule: list(found[rule].values()) for rule in RULES}


def _each(paper: Pages) -> Iterable[Place]:
    for line in paper.lines:
        yield from sentences.places(line)
    for grid in paper.grids:
        yield from cells.places(grid)
    yield from across.places(paper)


def seeds(paper: Analysed, name: str, tries: int = TRIES) -> list[Seed]:
    """Seeds of a paper: for each rule as many as there are places, ``tries`` at most.

    Which places and which errors is drawn with a generator that is seeded with the paper's name
    and the rule, so that a second run is the same.
    """
    out = []
    for rule, places in find(pages(paper.report)).items():
        rng = random.Random(f"{name}|{rule}")
        rng.shuffle(places)
        turn = rng.randrange(len(SIZES))
        placed = 0
        for place in places:
            if placed == tries:
                break
            made = _seed(paper, place, turn, rng)
            if made is not None:
                out.append(made)
                placed += 1
                turn += 1
    return out


def _seed(paper: Analysed, place: Place, turn: int, rng: random.Random) -> Seed | None:
    """An error at a place, of the size whose turn it is or the next that can be written there."""
    if place.form:
        return _form(paper, place)
    n = place.number
    for k in range(len(SIZES)):
        size = SIZES[(turn + k) % len(SIZES)]
        options = candidates(n.source, size, rng)
        told = [(o, instead(n, o[1], o[2], o[0])) for o in options]
        for hard in (True, False):
            for (text, value, _), new in told:
                if n.key == "%" and value > 100:
                    continue
                if not place.holds(new, hard) and (hard or size == LAST_DIGIT):
                    return _made(paper, place, size, n.start, n.end, text, hard)
    return None


def _form(paper: Analysed, place: Place) -> Seed | None:
    n, text = place.number, paper.text(place.number.doc)
    if len(place.form) == 1:
        return _made(paper, place, FORM, n.start, n.end, place.form[0], True)
    _, unit, other = place.form
    at = text.find(unit, n.end, n.after)
    if at < 0 or text[at + len(unit) : at + len(unit) + 1].isalnum():
        return None
    return _made(paper, place, FORM, at, at + len(unit), other, True)


def _made(
    paper: Analysed, place: Place, size: str, start: int, end: int, new: str, beyond: bool
) -> Seed:
    file = place.number.doc
    text = paper.text(file)
    line = text.count("\n", 0, start) + 1
    return Seed(
        place.rule, size, file, line, start, end, text[start:end], new, place.relation, beyond
    )


def run(paper: Analysed, name: str, tries: int = TRIES) -> Paper:
    """Put a paper's errors in, one by one."""
    tried = tuple(
        Tried(s, paper.wrong(s.file, s.start, s.end, s.new)) for s in seeds(paper, name, tries)
    )
    return Paper(name, paper.size, paper.alarms(), tried)
