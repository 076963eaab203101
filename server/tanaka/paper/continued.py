"""Factors and percentages whose two values stand in the sentence before: one thought in two sentences.

A change is carried over a full stop only where the second sentence plainly goes on with the first
("This is a 3x speedup."), and nothing else in either competes for it.
"""

from __future__ import annotations

from tanaka.paper.changes import LocalChange
from tanaka.paper.sentences import Sentence
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class ContinuedChange:
    """A change; its values are readings of the sentence before the one that it stands in.

    ``sentence`` is the index of the later one.  ``local.change`` counts its readings,
    ``local.old`` and ``local.new`` those of the sentence before.
    """

    sentence: int
    local: LocalChange


def continued_changes(said: tuple[Sentence, ...]) -> tuple[ContinuedChange, ...]:
    """Changes of a passage that go on with the values of the sentence before."""
    return ()
