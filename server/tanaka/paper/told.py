"""What one passage mentions: mechanisms, experiments and properties, with whose they are.

Apart from its numbers (`tanaka.paper.stated`): most rules that judge numbers need no mention, and
mentions need what is known of the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.model import Knowledge
from tanaka.latex.plain import Plain
from tanaka.paper.answers_gain import gain_words
from tanaka.paper.fairness import fairness_words
from tanaka.paper.mentions import LocalMention, heard, mechanisms, mentions, settings_behind
from tanaka.paper.model import Mention, MentionId, NumberId, SectionId, Where
from tanaka.paper.roles import speaks
from tanaka.paper.sentences import Sentence
from tanaka.paper.standing import standing_words
from tanaka.paper.stated import Range


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the paper a passage stands, what the paper calls itself, and what is known of the field."""

    where: Where
    section: SectionId
    names: tuple[str, ...] = ()
    known: Knowledge = field(default_factory=knowledge)


@dataclass(frozen=True, slots=True)
class Told:
    """Mentions of one passage, in reading order.

    Attributes
    ----------
    mentions : tuple of Mention
    places : tuple of Range
        For each mention its words.
    key : int
        Hash of the mentions, computed once.
    """

    mentions: tuple[Mention, ...]
    places: tuple[Range, ...]
    key: int


def passage_mentions(
    prefix: str,
    number: int,
    plain: Plain,
    said: Sequence[Sentence],
    ids: Sequence[tuple[NumberId, ...]],
    scope: Scope,
) -> Told:
    """Mentions of a passage.

    Parameters
    ----------
    prefix : str
        Of the ids of its block.
    number : int
        Of the passage in its block: its mentions are named by it.
    plain : Plain
    said : sequence of Sentence
    ids : sequence of tuple of NumberId
        Numbers of each sentence.
    scope : Scope
    """
    found: list[Mention] = []
    places: list[Range] = []

    def add(mention: Mention, at: int, start: int, end: int) -> None:
        found.append(mention)
        places.append(plain.source(at + start, at + end))

    told = False
    for i, sentence in enumerate(said):
        at, end = sentence.start, sentence.start + len(sentence.text)
        cites = tuple(
            key
            for mark in plain.marks
            if mark.kind == "cite" and at <= mark.at < end
            for key in mark.keys
        )
        for m in (*_heard(sentence, scope, told), *_named(said, i, scope, told)):
            mid = MentionId(f"{prefix}.m{number}.{len(found)}.{m.what}")
            mention = Mention(
                mid, m.what, m.role, scope.where, scope.section, ids[i], m.settings, cites, m.proposed
            )  # fmt: skip
            add(mention, at, m.start, m.end)
        told |= speaks(sentence.text, scope.names)
        for w in (
            *gain_words(sentence, scope.where),
            *fairness_words(sentence, scope.where),
            *standing_words(sentence, scope.where),
        ):
            mid = MentionId(f"{prefix}.m{number}.{len(found)}.{w.what}")
            mention = Mention(mid, w.what, w.role, scope.where, scope.section, ids[i], w.settings)
            add(mention, at, w.start, w.end)
    mentions_ = tuple(found)
    return Told(mentions_, tuple(places), hash(mentions_))


def _heard(sentence: Sentence, scope: Scope, told: bool) -> Iterator[LocalMention]:
    """What else than mechanisms one sentence mentions."""
    for m in mentions(sentence, scope.where):
        yield heard(m, sentence.text, scope.where, scope.names, told, scope.known)


def _named(said: Sequence[Sentence], i: int, scope: Scope, told: bool) -> Iterator[LocalMention]:
    """Mechanisms of one sentence, with settings that the next one gives."""
    for m in mechanisms(said[i].text, scope.where, scope.names, told, scope.known):
        if i + 1 < len(said):
            yield replace(m, settings=settings_behind(m, said[i + 1].text, scope.known))
        else:
            yield m
