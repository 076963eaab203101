"""Claims that only the rules of the whole paper judge: results, tallies, attributes, physics.

An editor is answered at a keystroke by the rules of a stretch, and they ask for none of these; so
they are read from a block's sentences when the first of the other rules runs, and kept with the
block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tanaka.paper.assertion import asserted
from tanaka.paper.attribute.attributes import attributes
from tanaka.paper.attribute.tallies import tallies
from tanaka.paper.headlines import results
from tanaka.paper.model import (
    BACKGROUND,
    OPEN,
    Asserted,
    Attribute,
    Claim,
    NumberId,
    Physical,
    Result,
    Tally,
    Where,
)
from tanaka.paper.sentences import Sentence
from tanaka.records import dataclass

if TYPE_CHECKING:
    from tanaka.paper.physics.scene import LocalPhysical


@dataclass(frozen=True, slots=True)
class Stated:
    """A sentence with a number, in its place.

    Attributes
    ----------
    sentence : Sentence
    ids : tuple of NumberId
        Of its numbers.
    where : Where
    labels, nearby : tuple of str
        Labels that it refers to, and those that the sentence with a number before it, or itself,
        refers to last.
    """

    sentence: Sentence
    ids: tuple[NumberId, ...]
    where: Where
    labels: tuple[str, ...]
    nearby: tuple[str, ...]


def later(said: Stated) -> Iterator[Claim]:
    """Results, tallies and attributes of a sentence, each kind in the order of its numbers."""
    sentence, ids, where = said.sentence, said.ids, said.where
    told: dict[int, Asserted] = {}

    def claimed(index: int) -> Asserted:
        if index not in told:
            told[index] = asserted(sentence.text, sentence.readings[index].start, where)
        return told[index]

    for a in attributes(sentence, where):
        yield Attribute(
            ids[a.number], a.name, a.entity, a.scope, claimed(a.number), a.cues, a.about, a.soft, ids[0]
        )  # fmt: skip
    for t in tallies(sentence, where):
        yield Tally(
            ids[t.number], t.noun, t.words, t.per, t.form, t.cues, t.about, t.parts, t.stems, ids[0], claimed(t.number)
        )  # fmt: skip
    for r in results(sentence):
        yield Result(
            ids[r.number], r.unit, r.aggregate, r.change, r.metrics, said.labels, said.nearby, r.near, r.words, r.named,
            r.names, r.against, r.subject, r.settings, r.fronted, r.than, r.zone, r.said, claimed(r.number), r.cues,
        )  # fmt: skip


def physical(
    said: Sequence[Sentence], ids: Sequence[Sequence[NumberId]], where: Where,
    noted: frozenset[int] = frozenset(),
) -> Iterator[Physical]:  # fmt: skip
    """What a passage states that the hardware can be asked about; a footnote hangs on the noted sentences."""
    # a large room, for reports only
    from tanaka.paper.physics.plain import plain_claim, taken_back
    from tanaka.paper.physics.readers import physical as read

    passage = tuple(said)
    claims = tuple(read(passage))
    told = frozenset(c.number[0] for c in claims if not _loose(c))
    for c in claims:
        k, i = c.number
        bound = (i, *(b for _, (a, b) in c.given if a == k))
        size = next((said[a].readings[b] for role, (a, b) in c.given if role == "params"), None)
        params = size.quantity.point if size else 0.0
        plain = k not in noted and plain_claim(
            c.relation, passage, k, bound, [n for _, n in c.counted], params, told
        )
        cues = c.cues if plain else c.cues | {OPEN}
        text, at = said[k].text, said[k].readings[i].start
        firm = Asserted.NO if taken_back(text) else asserted(text, at, where)
        if firm is Asserted.QUOTED and asserted(text, at, Where.BODY) is Asserted.YES:
            cues |= {BACKGROUND}
        yield Physical(
            c.relation, ids[k][i], tuple((role, ids[a][b]) for role, (a, b) in c.given), c.named, c.counted, c.far,
            cues, firm,
        )  # fmt: skip


def _loose(claim: LocalPhysical) -> bool:
    """Whether a claim is bound too loosely for its sentence to count as told."""
    return claim.relation in _LOOSE or "clause" in claim.far


_LOOSE = frozenset(
    {"recipe", "sharded state", "held state", "activation size", "kept batch", "sequence length"}
)
