"""What the passages of one block mention: mechanisms, experiments and properties, with whose they are.

Apart from its numbers (`tanaka.paper.stated`): most rules that judge numbers need no mention, and
mentions need what is known of the field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field, replace

from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.model import Knowledge
from tanaka.latex.plain import Plain
from tanaka.paper.answers_gain import gain_words
from tanaka.paper.fairness import fairness_words
from tanaka.paper.mentions import LocalMention, heard, mechanisms, mentions, settings_behind
from tanaka.paper.model import Mention, MentionId, NumberId, SectionId, Where
from tanaka.paper.physics.computes_in import format_words
from tanaka.paper.physics.credits import credit_words
from tanaka.paper.physics.excuses import excuse_words
from tanaka.paper.physics.kept import kept_words
from tanaka.paper.physics.link_words import link_words
from tanaka.paper.physics.plain import noted, plain_words
from tanaka.paper.roles import speaks
from tanaka.paper.sentences import Sentence
from tanaka.paper.setting import setting_words
from tanaka.paper.standing import standing_words
from tanaka.paper.stated import Range
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the paper a passage stands, what the paper calls itself, and what is known of the field."""

    where: Where
    section: SectionId
    names: tuple[str, ...] = ()
    known: Knowledge = field(default_factory=knowledge)


class Listener:
    """Collects the mentions of one block, in reading order.

    Attributes
    ----------
    mentions : list of Mention
    places : list of Range
        For each mention its words.
    """

    def __init__(self, prefix: str, block: str) -> None:
        self.prefix, self.block = prefix, block
        self.mentions: list[Mention] = []
        self.places: list[Range] = []
        self._alike: Counter[str] = Counter()

    def passage(
        self,
        plain: Plain,
        said: Sequence[Sentence],
        ids: Sequence[tuple[NumberId, ...]],
        scope: Scope,
        index: int,
    ) -> None:
        """Collect what a passage mentions; ``ids`` are the numbers of each sentence.

        ``index`` is that of the passage in its block.
        """
        passage = f"{self.block}.{index}"
        told = False
        footnoted = noted(plain, said)
        for i, sentence in enumerate(said):
            at, end = sentence.start, sentence.start + len(sentence.text)
            cites = tuple(
                key
                for mark in plain.marks
                if mark.kind == "cite" and at <= mark.at < end
                for key in mark.keys
            )
            for m in (*_heard(sentence, scope, told), *_named(said, i, scope, told)):
                mention = Mention(
                    self._id(m.what), m.what, m.role, scope.where, scope.section, ids[i], m.settings,
                    cites, m.proposed, passage,
                )  # fmt: skip
                self._add(mention, plain.source(at + m.start, at + m.end))
            told |= speaks(sentence.text, scope.names)
            for w in (
                *gain_words(sentence, scope.where),
                *fairness_words(sentence, scope.where),
                *standing_words(sentence, scope.where),
                *setting_words(sentence, scope.where),
                *excuse_words(sentence, scope.where),
                *format_words(sentence, scope.where),
                *credit_words(said, i, scope.where),
                *kept_words(sentence, scope.where),
                *link_words(tuple(said), i, scope.where),
                *plain_words(said, i, footnoted),
            ):
                mention = Mention(
                    self._id(w.what),
                    w.what,
                    w.role,
                    scope.where,
                    scope.section,
                    ids[i],
                    w.settings,
                    passage=passage,
                )
                self._add(mention, plain.source(at + w.start, at + w.end))

    def _id(self, what: str) -> MentionId:
        again = self._alike[what]
        self._alike[what] += 1
        return MentionId(f"{self.prefix}{what}~{again}" if again else f"{self.prefix}{what}")

    def _add(self, mention: Mention, place: Range) -> None:
        self.mentions.append(mention)
        self.places.append(place)


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
