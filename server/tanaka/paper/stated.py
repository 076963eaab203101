"""What the passages of one block state: numbers and claims, with ids and with places in the block.

They depend on the block's text, on what part of the paper it stands in, and on nothing around it,
so they are made once and kept as long as the block is (see `tanaka.paper.unit`).  An id hashes
what its number states, and not its neighbours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b

from tanaka.latex.plain import Plain
from tanaka.paper import claims as extract
from tanaka.paper.assertion import asserted
from tanaka.paper.binding import Local, bind
from tanaka.paper.change.changes import changes
from tanaka.paper.change.continued import ContinuedChange, continued_changes
from tanaka.paper.change.nearby import near_changes
from tanaka.paper.change.scaled import of_scaling
from tanaka.paper.gain import gain_claims
from tanaka.paper.later import Stated, later, physical
from tanaka.paper.model import (
    OPEN,
    AchievedRate,
    Asserted,
    Change,
    Claim,
    Derived,
    Equivalence,
    Excess,
    How,
    Identity,
    NearChange,
    Number,
    NumberId,
    PartProduct,
    Passage,
    Product,
    SectionId,
    Table,
    TrainingState,
    Way,
    Where,
)
from tanaka.paper.passages import words_of
from tanaka.paper.physics.plain import noted as footnoted
from tanaka.paper.product.across import across
from tanaka.paper.product.counts import LocalProduct
from tanaka.paper.product.equivalences import equivalences
from tanaka.paper.product.identities import identities
from tanaka.paper.product.parts import part_products
from tanaka.paper.product.products import products
from tanaka.paper.product.reach import LocalWay, reaches
from tanaka.paper.product.relations import LocalIdentity
from tanaka.paper.said import said as said_of
from tanaka.paper.sentences import Sentence
from tanaka.quantity import Reading
from tanaka.records import dataclass

Range = tuple[int, int]
"""Start and end, relative to the block."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the paper a passage or table stands."""

    where: Where
    section: SectionId


def digest(r: Reading) -> str:
    """Short hash of what a reading states: the ids of numbers are made of it."""
    q = r.quantity
    said = repr((q.value, q.unit, q.shown_unit, r.kind.value, r.noun, q.qualifier.value))
    return blake2b(said.encode(), digest_size=5).hexdigest()


def _identity(
    m: LocalIdentity, ids: Sequence[NumberId], claimed: Callable[[int], Asserted]
) -> Identity:
    """An identity with the ids of its numbers."""
    return Identity(
        m.relation,
        tuple((name, ids[i]) for name, i in m.factors),
        tuple((name, ids[i]) for name, i in m.divisors),
        ids[m.total],
        m.constant,
        m.bound,
        m.joined,
        m.paired,
        claimed(m.total),
        m.cues,
    )


def _product(
    p: LocalProduct, ids: Sequence[NumberId], claimed: Callable[[int], Asserted]
) -> Product:
    """A product with the ids of its counts."""
    factors = tuple((name, ids[i]) for name, i in p.factors)
    return Product(p.what, factors, ids[p.total], p.paired, claimed(p.total), p.cues)


def _way(w: LocalWay, ids: Sequence[Sequence[NumberId]]) -> Way:
    """A way with the ids of its numbers."""
    return Way(
        tuple((name, ids[k][i]) for name, (k, i) in w.factors),
        tuple((name, ids[k][i]) for name, (k, i) in w.divisors),
        w.constant,
        w.far,
        w.lacking,
    )


class Collector:
    """Collects the numbers and claims of one block, in reading order.

    Attributes
    ----------
    numbers, claims, tables : list
    places : dict
        For each number its whole surface, its digits, and its sentence or cell.
    table_places : list of Range
    seen : int
        Numerals that look like quantities, read or not.
    sentences : list of Stated
        Sentences with a number: what they claim in full, and what only the rules of the whole
        paper judge, is read when somebody asks (`tanaka.paper.statements`, `tanaka.paper.later`).
    passages : list
        Passages with a number: their sentences, the numbers of each, and where in the paper.
    place : Place
        Of the passage or table that is being read.
    """

    def __init__(self, prefix: str, block: str) -> None:
        self.prefix, self.block = prefix, block
        self.place = Place(Where.BODY, SectionId(""))
        self.numbers: list[Number] = []
        self.claims: list[Claim] = []
        self.tables: list[Table] = []
        self.places: dict[NumberId, tuple[Range, Range, Range]] = {}
        self.table_places: list[Range] = []
        self.sentences: list[Stated] = []
        self.passages: list[
            tuple[Sequence[Sentence], tuple[tuple[NumberId, ...], ...], Where, frozenset[int]]
        ] = []
        self.seen = 0
        self._alike: Counter[str] = Counter()

    def number(
        self, r: Reading, where: Where, claimed: Asserted, about: tuple[str, How],
        context: tuple[tuple[str, str], ...], places: tuple[Range, Range, Range],
        series: dict[int, NumberId] | None = None, phrase: tuple[str, ...] = (),
    ) -> NumberId:  # fmt: skip
        """Add a number.

        ``about`` is what it is about and how that was found; ``series`` has the first number of
        each series of its sentence.
        """
        own = digest(r)
        again = self._alike[own]
        self._alike[own] += 1
        id = NumberId(f"{self.prefix}{own}~{again}" if again else f"{self.prefix}{own}")
        self.numbers.append(
            Number(
                id, r.quantity, r.kind, r.noun, r.per, where, self.place.section, claimed, about[0], about[1],
                context, self.block, "" if series is None or not r.series else series.setdefault(r.series, id),
                phrase,
            )
        )  # fmt: skip
        self.places[id] = places
        return id

    @cached_property
    def later(self) -> tuple[Claim, ...]:
        """Claims that only rules of the whole paper ask for.  Asked for when all is collected."""
        return (
            *(c for said in self.sentences for c in later(said)),
            *(c for passage in self.passages for c in physical(*passage)),
        )

    # -- prose ------------------------------------------------------------------------------
    def passage(
        self, plain: Plain, said: Sequence[Sentence], place: Place
    ) -> tuple[tuple[NumberId, ...], ...]:
        """Collect what a passage states; the numbers of each of its sentences."""
        self.place = place
        first = len(self.claims)
        where = place.where
        by_sentence: list[tuple[NumberId, ...]] = []
        refs = [m for m in plain.marks if m.kind == "ref"]
        nearby: tuple[str, ...] = ()
        for sentence in said:
            at, end = sentence.start, sentence.start + len(sentence.text)
            around = plain.source(at, end)
            bound = bind(sentence)
            mine: list[NumberId] = []
            series: dict[int, NumberId] = {}
            for r, local in zip(sentence.readings, bound, strict=True):
                said_as = said_of(sentence, r)
                claimed = asserted(sentence.text, r.start, where)
                whole = plain.source(at + r.start, at + r.end)
                digits = plain.literal(at + r.literal_start, at + r.literal_end)
                about = self.entity(r, local)
                said_as = (*(p for p in said_as if p[0] != "device"), *local.context)
                mine.append(
                    self.number(
                        r,
                        where,
                        claimed,
                        about,
                        said_as,
                        (whole, digits, around),
                        series,
                        local.phrase,
                    )
                )
            self.seen += len(mine)
            by_sentence.append(tuple(mine))
            named = [m.keys for m in refs if at <= m.at < end]
            labels = tuple(dict.fromkeys(label for keys in named for label in keys))
            if mine:
                self.sentence_claims(sentence, mine, where, labels, nearby)
            nearby = labels or nearby
        going_on = continued_changes(tuple(said))
        for k in going_on:
            self.continued(said, by_sentence, k, where)
        self.near(said, by_sentence, going_on, where)
        self.across(said, by_sentence, where, first)
        noted = footnoted(plain, said)
        for state in extract.training_states(tuple(said)):
            if state.sentence in noted:
                state = replace(state, cues=state.cues | {OPEN})
            self.training_state(said, by_sentence, state, where)
        if any(by_sentence):
            self.passages.append((said, tuple(by_sentence), where, noted))
        return tuple(by_sentence)

    def entity(self, r: Reading, local: Local) -> tuple[str, How]:
        """What a number is about, and how that was found: what it counts, where nothing is named."""
        if local.entity:
            return local.entity, How.STATED
        return (r.noun, How.STATED) if r.noun else ("", How.NONE)

    def sentence_claims(
        self,
        sentence: Sentence,
        ids: Sequence[NumberId],
        where: Where,
        labels: tuple[str, ...],
        nearby: tuple[str, ...],
    ) -> None:
        """Claims of one sentence."""
        told: dict[int, Asserted] = {}

        def claimed(index: int) -> Asserted:
            if index not in told:
                told[index] = asserted(sentence.text, sentence.readings[index].start, where)
            return told[index]

        self.changes(sentence, ids, claimed)
        for e in extract.excesses(sentence):
            self.claims.append(Excess(ids[e.number], e.what, e.quantity, claimed(e.number), e.cues))
        self.claims.extend(_product(p, ids, claimed) for p in products(sentence))
        for part in part_products(sentence):
            factors = tuple((name, ids[i]) for name, i in part.factors)
            total = None if part.total < 0 else ids[part.total]
            told_so = claimed(part.factors[-1][1])
            self.claims.append(PartProduct(part.what, factors, total, told_so, part.cues))
        for rate in extract.rates(sentence):
            self.claims.append(
                AchievedRate(
                    ids[rate.rate], rate.device, How.STATED if rate.device else How.NONE, rate.precision,
                    How.STATED if rate.precision else How.NONE, rate.scale, claimed(rate.rate), rate.cues,
                )
            )  # fmt: skip
        self.claims.extend(_identity(m, ids, claimed) for m in identities(sentence))
        for q in equivalences(sentence):
            count = None if q.count is None else ids[q.count]
            self.claims.append(
                Equivalence(ids[q.left], ids[q.right], count, claimed(q.right), q.cues)
            )
        self.claims.extend(gain_claims(sentence, ids, claimed))
        self.sentences.append(Stated(sentence, tuple(ids), where, labels, nearby))

    def changes(
        self,
        sentence: Sentence,
        ids: Sequence[NumberId],
        claimed: Callable[[int], Asserted],
    ) -> None:
        """Factors and percentages of a sentence or a cell, with their operands."""
        for c in changes(sentence):
            if of_scaling(sentence, c):
                continue
            hedged = any(sentence.readings[i].quantity.hedged for i in (c.change, c.old, c.new))
            self.claims.append(
                Change(
                    ids[c.change],
                    ids[c.old],
                    ids[c.new],
                    c.word,
                    c.ordered,
                    c.paired,
                    hedged,
                    claimed(c.change),
                    c.cues,
                )
            )

    def continued(
        self,
        said: Sequence[Sentence],
        ids: Sequence[Sequence[NumberId]],
        k: ContinuedChange,
        where: Where,
    ) -> None:
        """A factor or percentage whose operands stand in the sentence before or after."""
        before, own, c = said[k.sentence - 1], said[k.sentence], k.local
        readings = before.readings + own.readings
        both = [*ids[k.sentence - 1], *ids[k.sentence]]
        stands = own if c.change >= len(before.readings) else before
        self.claims.append(
            Change(
                both[c.change],
                both[c.old],
                both[c.new],
                c.word,
                c.ordered,
                c.paired,
                any(readings[i].quantity.hedged for i in (c.change, c.old, c.new)),
                asserted(stands.text, readings[c.change].start, where),
                c.cues,
            )
        )

    def near(
        self,
        said: Sequence[Sentence],
        ids: Sequence[Sequence[NumberId]],
        going_on: Sequence[ContinuedChange],
        where: Where,
    ) -> None:
        """Factors and percentages that only what stands near them gives two values."""
        taken = {(k, c.change) for k, s in enumerate(said) for c in changes(s)}
        for c in going_on:
            n = len(said[c.sentence - 1].readings)
            at = c.local.change
            taken.add((c.sentence, at - n) if at >= n else (c.sentence - 1, at))
        for m in near_changes(tuple(said), frozenset(taken)):
            k, i = m.change
            spots = [at for at in (m.change, m.old, m.new) if at is not None]
            self.claims.append(
                NearChange(
                    ids[k][i],
                    None if m.old is None else ids[m.old[0]][m.old[1]],
                    ids[m.new[0]][m.new[1]],
                    m.word,
                    tuple(ids[a][b] for a, b in m.among),
                    m.firm,
                    m.comparand,
                    any(said[a].readings[b].quantity.hedged for a, b in spots),
                    asserted(said[k].text, said[k].readings[i].start, where),
                )
            )

    def across(
        self,
        said: Sequence[Sentence],
        ids: Sequence[Sequence[NumberId]],
        where: Where,
        first: int,
    ) -> None:
        """Identities and products whose numbers stand in two sentences, the second going on."""
        for pair in across(tuple(said)):
            both = (*ids[pair.sentence - 1], *ids[pair.sentence])
            sides = (said[pair.sentence - 1], said[pair.sentence])
            told = [asserted(s.text, r.start, where) for s in sides for r in s.readings]
            self.claims.extend(_identity(m, both, told.__getitem__) for m in pair.identities)
            self.claims.extend(_product(p, both, told.__getitem__) for p in pair.products)
        for m in reaches(tuple(said)):
            k, i = m.total
            told_so = asserted(said[k].text, said[k].readings[i].start, where)
            ways = tuple(_way(w, ids) for w in m.ways)
            self.claims.append(Derived(m.relation, ids[k][i], ways, m.bound, told_so, m.cues))
        if any(isinstance(c, (Identity, Derived, Equivalence)) for c in self.claims[first:]):
            words = tuple(words_of(s) for s in said)
            self.claims.append(Passage(tuple(tuple(own) for own in ids), words))

    def training_state(
        self,
        said: Sequence[Sentence],
        ids: Sequence[Sequence[NumberId]],
        s: extract.LocalState,
        where: Where,
    ) -> None:
        """The training of a model whose sentences give its state."""
        sentence = said[s.sentence]
        own = ids[s.sentence]
        shape: list[tuple[str, NumberId]] = []
        for group, numbers in zip(said, ids, strict=True):
            for r, id in zip(group.readings, numbers, strict=True):
                if r.noun == "layer" and "layers" not in dict(shape):
                    shape.append(("layers", id))
                elif re.search(
                    r"\bhidden(?: size| dimension)?(?: of| is)?\s*$", group.before(r, 30)
                ):
                    shape.append(("hidden", id))
        self.claims.append(
            TrainingState(
                own[s.params], own[s.devices], s.device, s.recipe, (), tuple(shape), s.how,
                asserted(sentence.text, sentence.readings[s.devices].start, where), s.cues,
            )
        )  # fmt: skip
