"""What one passage or one table states, with ids and with places relative to its block.

A part depends on its text, on what part of the paper it stands in, and on nothing around it, so it
is made once and kept as long as its block is (see `tanaka.paper.build`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.model import Knowledge
from tanaka.latex.plain import Plain
from tanaka.paper import claims as extract
from tanaka.paper.answers_gain import gain_words
from tanaka.paper.assertion import asserted
from tanaka.paper.changes import changes
from tanaka.paper.fairness import fairness_words
from tanaka.paper.gain import gain_claims
from tanaka.paper.mentions import LocalMention, heard, mechanisms, mentions, settings_behind
from tanaka.paper.model import (
    AchievedRate,
    Asserted,
    Change,
    Claim,
    Excess,
    Headline,
    How,
    Mention,
    MentionId,
    Number,
    NumberId,
    Product,
    SectionId,
    Table,
    TableCell,
    TableId,
    TrainingState,
    Where,
)
from tanaka.paper.products import products
from tanaka.paper.roles import speaks
from tanaka.paper.said import said as said_of
from tanaka.paper.sentences import Sentence
from tanaka.paper.standing import standing_words
from tanaka.paper.tables import LocalTable
from tanaka.quantity import Kind, Qualifier, Reading

Range = tuple[int, int]
"""Start and end, relative to the block."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the paper a part stands, what the paper calls itself, and what is known of the field."""

    where: Where
    section: SectionId
    names: tuple[str, ...] = ()
    known: Knowledge = field(default_factory=knowledge)


@dataclass(frozen=True, slots=True)
class Part:
    """Facts of one passage or table.

    Attributes
    ----------
    numbers, claims, mentions : tuple
        In reading order.
    table : Table or None
    number_places : tuple
        For each number its whole surface, its digits, and its sentence or cell.
    mention_places : tuple of Range
    table_place : Range or None
    count : int
        How many numbers of the block have ids, these included.
    seen : int
        Numerals in it that look like quantities, read or not.
    key : int
        Hash of the facts, computed once.
    """

    numbers: tuple[Number, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]
    table: Table | None
    number_places: tuple[tuple[Range, Range, Range], ...]
    mention_places: tuple[Range, ...]
    table_place: Range | None
    count: int
    seen: int
    key: int


def passage_part(
    prefix: str, count: int, number: int, plain: Plain, said: Sequence[Sentence], scope: Scope
) -> Part:
    """Facts of a passage.

    Parameters
    ----------
    prefix : str
        Of the ids of its block.
    count : int
        Numbers of the block that have ids already.
    number : int
        Of the passage in its block: its mentions are named by it.
    """
    reader = _Reader(prefix, count, scope)
    reader.passage(plain, said, number)
    return reader.part()


def table_part(
    prefix: str,
    count: int,
    number: int,
    local: LocalTable,
    scope: Scope,
    stated: tuple[NumberId, ...],
) -> Part:
    """Facts of a table; ``stated`` are the numbers of its caption."""
    reader = _Reader(prefix, count, scope)
    reader.read_table(local, number, stated)
    return reader.part()


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


class _Reader:
    """Collects the facts of one part."""

    def __init__(self, prefix: str, count: int, scope: Scope) -> None:
        self.prefix, self.count, self.scope = prefix, count, scope
        self.numbers: list[Number] = []
        self.claims: list[Claim] = []
        self.mentions: list[Mention] = []
        self.table: Table | None = None
        self.number_places: list[tuple[Range, Range, Range]] = []
        self.mention_places: list[Range] = []
        self.table_place: Range | None = None
        self.seen = 0

    def part(self) -> Part:
        facts = (tuple(self.numbers), tuple(self.claims), tuple(self.mentions), self.table)
        return Part(
            *facts,
            tuple(self.number_places),
            tuple(self.mention_places),
            self.table_place,
            self.count,
            self.seen,
            hash(facts),
        )

    def number(
        self, r: Reading, where: Where, claimed: Asserted, about: tuple[str, How],
        context: tuple[tuple[str, str], ...], places: tuple[Range, Range, Range],
    ) -> NumberId:  # fmt: skip
        id = NumberId(f"{self.prefix}.{self.count}")
        self.count += 1
        self.numbers.append(
            Number(
                id, r.quantity, r.kind, r.noun, r.per, where, self.scope.section, claimed, about[0], about[1],
                context,
            )
        )  # fmt: skip
        self.number_places.append(places)
        return id

    # -- prose ------------------------------------------------------------------------------
    def passage(self, plain: Plain, said: Sequence[Sentence], number: int) -> None:
        where = self.scope.where
        ids: list[list[NumberId]] = []
        told = False
        for i, sentence in enumerate(said):
            at, end = sentence.start, sentence.start + len(sentence.text)
            place = plain.source(at, end)
            names = list(dict.fromkeys(_ENTITY.findall(sentence.text))) if sentence.readings else []
            mine: list[NumberId] = []
            for r in sentence.readings:
                said_as = said_of(sentence, r)
                claimed = asserted(sentence.text, r.start, where)
                whole = plain.source(at + r.start, at + r.end)
                digits = plain.literal(at + r.literal_start, at + r.literal_end)
                about = self.entity(sentence, r, names)
                mine.append(self.number(r, where, claimed, about, said_as, (whole, digits, place)))
            self.seen += len(mine)
            ids.append(mine)
            named = [m.keys for m in plain.marks if m.kind == "ref" and at <= m.at < end]
            label = named[0][0] if len(named) == 1 and len(named[0]) == 1 else ""
            if mine:
                self.sentence_claims(sentence, mine, where, label)
            cites = tuple(
                key
                for mark in plain.marks
                if mark.kind == "cite" and at <= mark.at < end
                for key in mark.keys
            )
            for m in (*self.heard(sentence, told), *self.named(said, i, told)):
                mid = MentionId(f"{self.prefix}.m{number}.{len(self.mentions)}.{m.what}")
                self.mentions.append(
                    Mention(
                        mid, m.what, m.role, where, self.scope.section, tuple(mine), m.settings, cites, m.proposed
                    )
                )  # fmt: skip
                self.mention_places.append(plain.source(at + m.start, at + m.end))
            told |= speaks(sentence.text, self.scope.names)
            for w in (
                *gain_words(sentence, where),
                *fairness_words(sentence, where),
                *standing_words(sentence, where),
            ):
                mid = MentionId(f"{self.prefix}.m{number}.{len(self.mentions)}.{w.what}")
                self.mentions.append(
                    Mention(mid, w.what, w.role, where, self.scope.section, tuple(mine), w.settings)
                )
                self.mention_places.append(plain.source(at + w.start, at + w.end))
        for state in extract.training_states(tuple(said)):
            self.training_state(said, ids, state, where)

    def heard(self, sentence: Sentence, told: bool) -> Iterator[LocalMention]:
        """What else than mechanisms one sentence mentions."""
        scope = self.scope
        for m in mentions(sentence, scope.where):
            yield heard(m, sentence.text, scope.where, scope.names, told, scope.known)

    def named(self, said: Sequence[Sentence], i: int, told: bool) -> Iterator[LocalMention]:
        """Mechanisms of one sentence, with settings that the next one gives."""
        scope = self.scope
        for m in mechanisms(said[i].text, scope.where, scope.names, told, scope.known):
            if i + 1 < len(said):
                yield replace(m, settings=settings_behind(m, said[i + 1].text, scope.known))
            else:
                yield m

    def entity(self, sentence: Sentence, r: Reading, names: Sequence[str]) -> tuple[str, How]:
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

    # -- tables -----------------------------------------------------------------------------
    def read_table(self, local: LocalTable, number: int, stated: tuple[NumberId, ...]) -> None:
        claimed = (
            Asserted.QUOTED
            if self.scope.where is Where.RELATED
            or re.search(r"as reported|taken from|reported (?:by|in)", local.caption, re.I)
            else Asserted.YES
        )
        rows: list[tuple[TableCell, ...]] = []
        for stub, row in zip(local.stubs, local.rows, strict=True):
            cells: list[TableCell] = []
            for c, cell in enumerate(row):
                self.seen += len(cell.found)
                own: NumberId | None = None
                mine: list[NumberId] = []
                context = (("row", stub), ("column", local.header[c]))
                about = (stub or local.header[c], How.STATED)
                place = cell.plain.source(0, len(cell.plain.text))
                for r in cell.found if c or cell.reading else ():
                    places = (
                        cell.plain.source(r.start, r.end),
                        cell.plain.literal(r.literal_start, r.literal_end),
                        place,
                    )
                    mine.append(self.number(r, Where.TABLE, claimed, about, context, places))
                    if r is cell.reading:
                        own = mine[-1]
                if len(mine) >= 3:
                    self.changes(Sentence(cell.text, 0, cell.found), mine, lambda i: claimed)
                cells.append(TableCell(cell.text, own))
            rows.append(tuple(cells))
        self.table = Table(
            TableId(f"{self.prefix}.t{number}"), local.header, tuple(rows), local.stubs, local.blocks,
            local.caption, local.labels, self.scope.section, local.complete, stated,
        )  # fmt: skip
        self.table_place = (local.start, local.end)
