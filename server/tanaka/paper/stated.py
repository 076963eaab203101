"""What the passages of one block state: numbers and claims, with ids and with places in the block.

They depend on the block's text, on what part of the paper it stands in, and on nothing around it,
so they are made once and kept as long as the block is (see `tanaka.paper.unit`).  An id hashes
what its number states, and not its neighbours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b

from tanaka.latex.plain import Plain
from tanaka.paper import claims as extract
from tanaka.paper.assertion import asserted
from tanaka.paper.binding import Local, bind
from tanaka.paper.changes import changes
from tanaka.paper.gain import gain_claims
from tanaka.paper.model import (
    AchievedRate,
    Asserted,
    Change,
    Claim,
    Excess,
    Headline,
    How,
    Number,
    NumberId,
    Product,
    SectionId,
    Table,
    TrainingState,
    Where,
)
from tanaka.paper.products import products
from tanaka.paper.said import said as said_of
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.records import dataclass

Range = tuple[int, int]
"""Start and end, relative to the block."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the paper a passage or table stands."""

    where: Where
    section: SectionId


_METRICS = Lazy(
    r"\b(throughput|latency|step time|iteration time|training time|time|speed-?up|memory|footprint|bandwidth|traffic|energy|power|"
    r"accuracy|cost|efficiency|utili[sz]ation|MFU|bubble|communication|goodput|performance|faster|tokens|sequences|samples)\b",
    re.I,
)
_COMMON = frozenset({
    "when", "with", "from", "that", "this", "than", "then", "over", "into", "onto", "their",
    "these", "those", "which", "while", "compared", "using", "used", "also", "only", "more",
    "most", "less", "such", "each", "both", "across", "achieve", "achiev", "yield", "result",
    "reach", "provide", "provid", "deliver", "show", "shows", "improve", "improv",
    "respectively", "approach", "method", "system", "work", "paper", "have", "been", "they",
    "where", "between", "other", "same", "factor", "times", "about",
})  # fmt: skip


def _stems(sentence: Sentence, own: int) -> frozenset[str]:
    """Telling words of a sentence, lower case, without their endings, and its other measurements."""
    words = re.findall(r"[a-z][a-z-]{3,}", sentence.text.lower())
    stems = frozenset(re.sub(r"(?:ings?|ed|es|s)$", "", w) for w in words) - _COMMON
    return stems | {
        f"#{r.quantity.literal.text}{r.quantity.shown_unit}"
        for i, r in enumerate(sentence.readings)
        if i != own and (r.quantity.shown_unit or r.noun) and len(r.quantity.literal.text) >= 3
    }


def digest(r: Reading) -> str:
    """Short hash of what a reading states: the ids of numbers are made of it."""
    q = r.quantity
    said = repr((q.value, q.unit, q.shown_unit, r.kind.value, r.noun, q.qualifier.value))
    return blake2b(said.encode(), digest_size=5).hexdigest()


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
    sentences : list
        Sentences with a number, the numbers' ids, and where it stands: what they claim in full is
        read when somebody asks (`tanaka.paper.statements`).
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
        self.sentences: list[tuple[Sentence, tuple[NumberId, ...], Where]] = []
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

    # -- prose ------------------------------------------------------------------------------
    def passage(
        self, plain: Plain, said: Sequence[Sentence], place: Place
    ) -> tuple[tuple[NumberId, ...], ...]:
        """Collect what a passage states; the numbers of each of its sentences."""
        self.place = place
        where = place.where
        by_sentence: list[tuple[NumberId, ...]] = []
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
            if mine:
                named = [m.keys for m in plain.marks if m.kind == "ref" and at <= m.at < end]
                label = named[0][0] if len(named) == 1 and len(named[0]) == 1 else ""
                self.sentence_claims(sentence, mine, where, label)
        for state in extract.training_states(tuple(said)):
            self.training_state(said, by_sentence, state, where)
        return tuple(by_sentence)

    def entity(self, r: Reading, local: Local) -> tuple[str, How]:
        """What a number is about, and how that was found: what it counts, where nothing is named."""
        if local.entity:
            return local.entity, How.STATED
        return (r.noun, How.STATED) if r.noun else ("", How.NONE)

    def sentence_claims(
        self, sentence: Sentence, ids: Sequence[NumberId], where: Where, label: str
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
        for p in products(sentence):
            factors = tuple((name, ids[i]) for name, i in p.factors)
            self.claims.append(
                Product(p.what, factors, ids[p.total], How.STATED, claimed(p.total), p.cues)
            )
        for rate in extract.rates(sentence):
            self.claims.append(
                AchievedRate(
                    ids[rate.rate], rate.device, How.STATED if rate.device else How.NONE, rate.precision,
                    How.STATED if rate.precision else How.NONE, rate.scale, claimed(rate.rate), rate.cues,
                )
            )  # fmt: skip
        self.claims.extend(gain_claims(sentence, ids, claimed))
        self.sentences.append((sentence, tuple(ids), where))
        self.headlines(sentence, ids, where, label)

    def changes(
        self,
        sentence: Sentence,
        ids: Sequence[NumberId],
        claimed: Callable[[int], Asserted],
    ) -> None:
        """Factors and percentages of a sentence or a cell, with their operands."""
        for c in changes(sentence):
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

    def headlines(
        self, sentence: Sentence, ids: Sequence[NumberId], where: Where, label: str
    ) -> None:
        """Factors that sum up: all in abstract, introduction and conclusion, elsewhere the largest."""
        outside = where not in (
            Where.ABSTRACT,
            Where.INTRODUCTION,
            Where.CONCLUSION,
            Where.TITLE,
        )
        for i, r in enumerate(sentence.readings):
            if r.quantity.shown_unit != "×":
                continue
            whole = isinstance(r.quantity.value, tuple)
            around = sentence.before(r, 50) + " " + sentence.after(r, 60)
            aggregate = (
                "max"
                if r.quantity.qualifier is Qualifier.MAX or whole
                else "mean"
                if re.search(r"average|mean", around)
                else ""
            )
            if outside and aggregate != "max":
                continue
            metrics = frozenset(
                m.lower().replace("speed-up", "speedup") for m in _METRICS.findall(around)
            )
            cues = frozenset(
                re.findall(
                    r"\b(?:figure|appendix|desktop|edge|kernel|layer|per-layer|memory|energy)\b",
                    around,
                    re.I,
                )
            )
            claimed = asserted(sentence.text, r.start, where)
            self.claims.append(
                Headline(ids[i], aggregate, metrics, label, _stems(sentence, i), claimed, cues)
            )

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
