"""What one passage states: its numbers and claims, with ids and with places relative to its block.

A part depends on its text, on what part of the paper it stands in, and on nothing around it, so it
is made once and kept as long as its block is (see `tanaka.paper.build`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tanaka.latex.plain import Plain
from tanaka.paper import claims as extract
from tanaka.paper.assertion import asserted
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
from tanaka.quantity import Kind, Qualifier, Reading

Range = tuple[int, int]
"""Start and end, relative to the block."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the paper a passage or table stands."""

    where: Where
    section: SectionId


@dataclass(frozen=True, slots=True)
class Stated:
    """Numbers and claims of one passage or table.

    Attributes
    ----------
    numbers, claims : tuple
        In reading order.
    table : Table or None
    number_places : tuple
        For each number its whole surface, its digits, and its sentence or cell.
    table_place : Range or None
    by_sentence : tuple of tuple of NumberId
        Numbers of each sentence of a passage.
    count : int
        How many numbers of the block have ids, these included.
    seen : int
        Numerals in it that look like quantities, read or not.
    key : int
        Hash of the facts, computed once.
    """

    numbers: tuple[Number, ...]
    claims: tuple[Claim, ...]
    table: Table | None
    number_places: tuple[tuple[Range, Range, Range], ...]
    table_place: Range | None
    by_sentence: tuple[tuple[NumberId, ...], ...]
    count: int
    seen: int
    key: int


def passage_numbers(
    prefix: str, count: int, plain: Plain, said: Sequence[Sentence], place: Place
) -> Stated:
    """Numbers and claims of a passage.

    Parameters
    ----------
    prefix : str
        Of the ids of its block.
    count : int
        Numbers of the block that have ids already.
    plain : Plain
    said : sequence of Sentence
    place : Place
    """
    reader = Collector(prefix, count, place)
    reader.passage(plain, said)
    return reader.stated()


_METRICS = re.compile(
    r"\b(throughput|latency|step time|iteration time|training time|time|speed-?up|memory|footprint|bandwidth|traffic|energy|power|"
    r"accuracy|cost|efficiency|utili[sz]ation|MFU|bubble|communication|goodput|performance|faster|tokens|sequences|samples)\b",
    re.I,
)
_ENTITY = re.compile(
    r"\b(?:[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+(?:-[A-Z]{2,4})?|[A-Z][a-z]+-[0-9]+(?:-\d+B)?|GPT-\d|BERT|LLaMA|OPT-\d+B)\b"
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


class Collector:
    """Collects the numbers and claims of one part."""

    def __init__(self, prefix: str, count: int, place: Place) -> None:
        self.prefix, self.count, self.place = prefix, count, place
        self.numbers: list[Number] = []
        self.claims: list[Claim] = []
        self.table: Table | None = None
        self.number_places: list[tuple[Range, Range, Range]] = []
        self.by_sentence: list[tuple[NumberId, ...]] = []
        self.table_place: Range | None = None
        self.seen = 0

    def stated(self) -> Stated:
        """What was collected."""
        facts = (tuple(self.numbers), tuple(self.claims), self.table)
        return Stated(
            *facts,
            tuple(self.number_places),
            self.table_place,
            tuple(self.by_sentence),
            self.count,
            self.seen,
            hash(facts),
        )

    def next_id(self) -> NumberId:
        """Id of the number that is added next."""
        return NumberId(f"{self.prefix}.{self.count}")

    def number(
        self, r: Reading, where: Where, claimed: Asserted, about: tuple[str, How],
        context: tuple[tuple[str, str], ...], places: tuple[Range, Range, Range], series: str = "",
    ) -> NumberId:  # fmt: skip
        """Add a number; ``about`` is what it is about and how that was found."""
        id = self.next_id()
        self.count += 1
        self.numbers.append(
            Number(
                id, r.quantity, r.kind, r.noun, r.per, where, self.place.section, claimed, about[0], about[1],
                context, series,
            )
        )  # fmt: skip
        self.number_places.append(places)
        return id

    # -- prose ------------------------------------------------------------------------------
    def passage(self, plain: Plain, said: Sequence[Sentence]) -> None:
        """Collect what a passage states."""
        where = self.place.where
        for sentence in said:
            at, end = sentence.start, sentence.start + len(sentence.text)
            place = plain.source(at, end)
            names = list(dict.fromkeys(_ENTITY.findall(sentence.text))) if sentence.readings else []
            mine: list[NumberId] = []
            first: dict[int, NumberId] = {}
            for r in sentence.readings:
                said_as = said_of(sentence, r)
                claimed = asserted(sentence.text, r.start, where)
                whole = plain.source(at + r.start, at + r.end)
                digits = plain.literal(at + r.literal_start, at + r.literal_end)
                about = self.entity(sentence, r, names)
                series = first.setdefault(r.series, self.next_id()) if r.series else ""
                mine.append(
                    self.number(r, where, claimed, about, said_as, (whole, digits, place), series)
                )
            self.seen += len(mine)
            self.by_sentence.append(tuple(mine))
            if mine:
                named = [m.keys for m in plain.marks if m.kind == "ref" and at <= m.at < end]
                label = named[0][0] if len(named) == 1 and len(named[0]) == 1 else ""
                self.sentence_claims(sentence, mine, where, label)
        for state in extract.training_states(tuple(said)):
            self.training_state(said, self.by_sentence, state, where)

    def entity(self, sentence: Sentence, r: Reading, names: Sequence[str]) -> tuple[str, How]:
        """What a number is about, and how that was found."""
        if r.noun:
            return r.noun, How.STATED
        device = list(
            dict.fromkeys(m.group(1) for m in extract.DEVICE_NAME.finditer(sentence.text))
        )
        if (
            r.kind
            in (
                Kind.ACHIEVED_COMPUTE,
                Kind.PEAK_COMPUTE,
                Kind.MEMORY_CAPACITY,
                Kind.MEMORY_BANDWIDTH,
            )
            and len(device) == 1
        ):
            return device[0], How.STATED
        if len(names) == 1:
            return names[0], How.STATED
        return "", How.NONE

    def sentence_claims(
        self, sentence: Sentence, ids: Sequence[NumberId], where: Where, label: str
    ) -> None:
        """Claims of one sentence."""

        def claimed(index: int) -> Asserted:
            return asserted(sentence.text, sentence.readings[index].start, where)

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
