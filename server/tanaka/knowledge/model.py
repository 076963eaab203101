"""The records of the knowledge base.  Facts about the field, none about a paper under review.

Every id is a readable name ("bounded-staleness"); what is printed is in our own words.
"""

from __future__ import annotations

import re
from dataclasses import field
from enum import StrEnum
from functools import cached_property

from tanaka.records import dataclass


class Verified(StrEnum):
    """How much of a work's entry was found in public text."""

    ALL = "all"
    """Title, first author, venue and year; or all of them but the author."""
    TITLE = "title"
    """The title alone: venue and year are reported, not found."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Work:
    """A publication.

    Attributes
    ----------
    id : str
        Also the citation key that we offer.
    name : str
        What it is called in a sentence: "HetPipe".
    names : tuple of str
        Other spellings by which a text may name it.
    title : str
    authors : tuple of str
        "Surname, Given" each; "others" last where the list is cut.
    venue : str
        Printed form; "" for an arXiv paper without another venue.
    year : int
    arxiv : str
        Identifier, "" where it was not found in public text.
    verified : Verified
    does : str
        What it does, in half a sentence without a final stop; our reading.
    kind : str
        BibTeX entry type.
    """

    id: str
    name: str
    names: tuple[str, ...]
    title: str
    authors: tuple[str, ...]
    venue: str
    year: int
    arxiv: str
    verified: Verified
    does: str
    kind: str = "inproceedings"

    @property
    def cited(self) -> str:
        """Name, venue and year as far as they were found; "" for an entry that was not."""
        place = f"{self.venue} {self.year}" if self.venue else f"arXiv {self.arxiv}, {self.year}"
        if self.verified is Verified.ALL:
            return f"{self.name} ({place})"
        return f"{self.name} (reported as {place})" if self.verified is Verified.TITLE else ""

    @property
    def citable(self) -> bool:
        """Whether an entry for it may be written into a bibliography."""
        return self.verified is Verified.ALL


@dataclass(frozen=True, slots=True)
class Form:
    """Words that name a mechanism.

    Attributes
    ----------
    pattern : str
        Regular expression over a sentence in plain text; hyphen and blank are written ``[- ]``.
    needs : str
        Expression that the sentence must hold too, for a name that means other things ("" for none).
    unless : str
        Expression that takes the meaning away ("" for none).
    cased : bool
        Whether capitals count.
    """

    pattern: str
    needs: str = ""
    unless: str = ""
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A knob of a mechanism that a paper states: its name, and where its value stands.

    ``patterns`` have one group, the value; they are tried in order in the mention's sentence.
    ``{n}`` in a pattern is a number or its word, ``{n%}`` a percentage.
    """

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A node of the tree of mechanisms.

    Attributes
    ----------
    id, name : str
        ``name`` stands in a sentence: "bounded staleness".
    parent : str
        Mechanism that it is a kind of, or a root ("training", "serving", "numerics", "kernels",
        "network", "reliability", "hardware").
    definition : str
        One sentence.
    forms : tuple of Form
    works : tuple of str
        Ids of canonical works, the one to cite first.
    settings : tuple of Setting
    changes_update : bool
        Whether training with it applies other updates than without.
    common : bool
        Whether it is a building block that a paper has without claiming it (data parallelism).
    gives, takes : tuple of str
        Guarantees that it gives, and that it takes away ("one weight version a step").
    theory, design : str
        The two ways out of its known part: a clause each, without its final stop.
    experiment : str
        What a reviewer asks for, a clause without its final stop.
    hits, misses : tuple of str
        Sentences that must, and must not, name it.
    """

    id: str
    name: str
    parent: str
    definition: str
    forms: tuple[Form, ...]
    works: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    changes_update: bool = False
    common: bool = False
    gives: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    theory: str = ""
    design: str = ""
    experiment: str = ""
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Combination:
    """Mechanisms that a published work joins; ``what`` says how, in half a sentence."""

    id: str
    mechanisms: frozenset[str]
    works: tuple[str, ...]
    what: str


class Status(StrEnum):
    """What a search for a twist's prior work gave."""

    OPEN = "open"
    PARTLY_OPEN = "partly-open"
    CROWDED = "crowded"


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a twist's experiment and its levels.

    ``levels`` are printed as they stand; a level in braces is a slot that is filled from the
    draft ("{bound}"), and falls back to ``default``.
    """

    name: str
    levels: tuple[str, ...]
    default: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twist:
    """A structural change that would make an idea publishable.

    Attributes
    ----------
    id, title : str
        ``title`` completes "Suggest a twist: ...".
    has_any, lacks : tuple of str
        Offered where the draft has one of the first and none of the second.
    amid : tuple of str
        Mechanisms one of which the draft must speak of too; empty for no such condition.  It tells
        the checkpoint of a cluster from that of a sensor.
    knob, signal : str
    law : str
        Control law as LaTeX, without delimiters.
    law_text : str
        The same in plain characters.
    symbols : tuple of (str, str)
        LaTeX of each symbol of the law, and what it is.
    why : str
        Why it is principled, one sentence.
    nearest : tuple of str
        Works to measure against, nearest first.
    prior : str
        What is known already, one honest sentence.
    status : Status
    gap : str
        What the search did not find, a noun phrase; "" where nothing narrow is left.
    answers : tuple of str
        Rule codes of the corner cases that it answers.
    factors : tuple of Factor
    metrics, ablation : str
    """

    id: str
    title: str
    has_any: tuple[str, ...]
    lacks: tuple[str, ...]
    knob: str
    signal: str
    law: str
    law_text: str
    symbols: tuple[tuple[str, str], ...]
    why: str
    nearest: tuple[str, ...]
    prior: str
    status: Status
    gap: str
    answers: tuple[str, ...]
    factors: tuple[Factor, ...]
    metrics: str
    ablation: str
    amid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CornerCase:
    """A trap: the mechanisms that meet it, what happens there, and the experiment that tells."""

    id: str
    name: str
    rule: str
    mechanisms: tuple[str, ...]
    happens: str
    model: str
    experiment: str
    works: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Smell:
    """A habit of evaluations that hides a baseline: cues in the text, why, and the mending."""

    id: str
    name: str
    rule: str
    cues: tuple[str, ...]
    why: str
    fix: str
    works: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComplexityFact:
    """What building something costs.

    ``value`` lies between ``low`` and ``high`` in ``unit``; ``sure`` says whether the source was
    seen, ``disputed`` whether another one contradicts it.
    """

    id: str
    topic: str
    at: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    sure: bool
    disputed: bool


@dataclass(frozen=True)
class Knowledge:
    """All records.  ``searched`` is the day of the search for prior work."""

    mechanisms: tuple[Mechanism, ...]
    works: tuple[Work, ...]
    combinations: tuple[Combination, ...]
    twists: tuple[Twist, ...]
    corner_cases: tuple[CornerCase, ...]
    smells: tuple[Smell, ...]
    facts: tuple[ComplexityFact, ...]
    searched: str
    key: str = field(default="", compare=False)
    """Hash of the texts it was read from."""

    @cached_property
    def by_mechanism(self) -> dict[str, Mechanism]:
        """Mechanisms by id."""
        return {m.id: m for m in self.mechanisms}

    @cached_property
    def by_work(self) -> dict[str, Work]:
        """Works by id."""
        return {w.id: w for w in self.works}

    def __hash__(self) -> int:
        return hash(self.key)

    def ancestors(self, id: str) -> tuple[str, ...]:
        """What a mechanism is a kind of, nearest first; roots are left out."""
        found: list[str] = []
        at = self.by_mechanism.get(id)
        while at is not None and at.parent in self.by_mechanism and at.parent not in found:
            found.append(at.parent)
            at = self.by_mechanism[at.parent]
        return tuple(found)

    def is_a(self, id: str, kind: str) -> bool:
        """Whether a mechanism is a kind, or a kind of that kind."""
        return id == kind or kind in self.ancestors(id)

    def works_of(self, id: str) -> tuple[Work, ...]:
        """Canonical works of a mechanism, the one to cite first."""
        found = self.by_mechanism.get(id)
        return () if found is None else tuple(self.by_work[w] for w in found.works)


def name_pattern(work: Work) -> re.Pattern[str]:
    """Finds a work by name in a text."""
    return re.compile(
        "|".join(rf"(?<![\w-]){re.escape(n)}(?![\w])(?!-\w)" for n in (work.name, *work.names))
    )
