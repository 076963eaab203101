"""Plain statements of set-up, sentence by sentence: how many devices, which batch, how many layers.

Only configuration that holds for the whole paper, or for what is named, is read; points of a
sweep, limits, and the set-ups of others are left alone.
"""

from __future__ import annotations

from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalAttribute:
    """A reading of one sentence, by index, that states an attribute."""

    number: int
    name: str
    entity: str
    scope: str
    cues: frozenset[str]


def attributes(sentence: Sentence, where: Where) -> tuple[LocalAttribute, ...]:
    """Attributes that a sentence states."""
    return ()
