"""Amounts, rates and durations that are stated together, and amounts stated in two units.

Numbers are taken together only where their words make them one run's: brackets, "i.e.", "for",
"over"; every other product of a paper is a coincidence.
"""

from __future__ import annotations

from tanaka.paper.model import How
from tanaka.paper.sentences import Sentence
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalIdentity:
    """Readings of one sentence, by index, that multiply to another."""

    relation: str
    factors: tuple[tuple[str, int], ...]
    total: int
    joined: bool
    paired: How
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class LocalEquivalence:
    """Two readings of one sentence, by index, that are said to be equal."""

    left: int
    right: int
    count: int | None
    cues: frozenset[str]


def identities(sentence: Sentence) -> tuple[LocalIdentity, ...]:
    """Amounts, rates and durations of a sentence that are stated of one run."""
    return ()


def equivalences(sentence: Sentence) -> tuple[LocalEquivalence, ...]:
    """Amounts that a sentence states in two units."""
    return ()
