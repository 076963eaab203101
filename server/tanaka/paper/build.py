"""Parsed files to a `Paper` and its `SpanTable`.

Blocks are read once each (`read_block`, cached by whoever calls it); joining them is a single
pass over what they state.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tanaka.latex.macros import Macro
from tanaka.latex.parse import parse_block
from tanaka.latex.plain import Block, Passage, PassageKind, Plain
from tanaka.latex.project import Piece
from tanaka.paper import claims as extract
from tanaka.paper.assertion import asserted
from tanaka.paper.changes import changes
from tanaka.paper.mentions import mentions
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
    NumberSpan,
    Paper,
    Product,
    Section,
    SectionId,
    SectionSpan,
    SpanTable,
    Table,
    TableCell,
    TableId,
    TrainingState,
    Where,
)
from tanaka.paper.sentences import Sentence, sentences
from tanaka.paper.tables import LocalTable, read_table
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.text import DocId, Span


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One block, read: its passages with their sentences, its tables, and its content's hash."""

    block: Block
    said: tuple[tuple[Sentence, ...], ...]
    tables: tuple[LocalTable, ...]
    content: str


def read_block(text: str, macros: tuple[Macro, ...]) -> BlockFacts:
    """Read a block.  A function of its text and of the macros that it uses."""
    block = parse_block(text, macros)
    said = tuple(
        sentences(p.plain.text) if p.kind not in (PassageKind.FLOAT,) else ()
        for p in block.passages
    )
    tables = tuple(
        t
        for g in block.grids
        if (
            t := read_table(
                g, block.passages[g.caption].plain.text if g.caption is not None else ""
            )
        )
        is not None
    )
    stated = [
        (
            r.quantity.value,
            r.quantity.unit,
            r.quantity.shown_unit,
            str(r.kind),
            r.noun,
            str(r.quantity.qualifier),
        )
        for group in said
        for s in group
        for r in s.readings
    ]
    stated += [
        (
            c.reading.quantity.value,
            c.reading.quantity.unit,
            c.reading.quantity.shown_unit,
            str(c.reading.kind),
            c.reading.noun,
            "cell",
        )
        for t in tables
        for row in t.rows
        for c in row
        if c.reading
    ]
    content = hashlib.blake2b(repr(stated).encode(), digest_size=6).hexdigest()
    return BlockFacts(block, said, tables, content)


@dataclass(frozen=True, slots=True)
class File:
    """A file cut into blocks, each with its offset and its facts."""

    doc: DocId
    blocks: tuple[tuple[int, int, BlockFacts], ...]
    body: int
    """Where the document's text begins; blocks before it hold the title at most."""


_WHERE: tuple[tuple[Where, re.Pattern[str]], ...] = (
    (Where.RELATED, re.compile(r"related|background|prior work|preliminar|state of the art|literature|fundamentals|primer", re.I)),
    (Where.FUTURE, re.compile(r"future work|outlook", re.I)),
    (Where.CONCLUSION, re.compile(r"conclusion|summary|concluding|closing", re.I)),
    (Where.INTRODUCTION, re.compile(r"introduction|motivation|overview of contributions", re.I)),
    (Where.ABSTRACT, re.compile(r"^abstract$", re.I)),
)  # fmt: skip
_METRICS = re.compile(
    r"\b(throughput|latency|step time|iteration time|training time|time|speed-?up|memory|footprint|bandwidth|traffic|energy|power|"
    r"accuracy|cost|efficiency|utili[sz]ation|MFU|bubble|communication|goodput|performance|faster|tokens|sequences|samples)\b",
    re.I,
)
_DEVIATION = re.compile(
    r"(?:standard deviation|std\.? dev\.?|spread|σ)(?: of| is| =|, about)*\s*(?:about )?[≈∼~]?$",
    re.I,
)
_ENTITY = re.compile(
    r"\b(?:[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+(?:-[A-Z]{2,4})?|[A-Z][a-z]+-[0-9]+(?:-\d+B)?|GPT-\d|BERT|LLaMA|OPT-\d+B)\b"
)


class _Assembly:
    """The pass over all pieces; collects and never looks back."""

    def __init__(self) -> None:
        self.numbers: list[Number] = []
        self.claims: list[Claim] = []
        self.mentions: list[Mention] = []
        self.tables: list[Table] = []
        self.sections: list[Section] = []
        self.number_spans: dict[NumberId, NumberSpan] = {}
        self.mention_spans: dict[MentionId, Span] = {}
        self.section_starts: list[tuple[SectionId, int, Span, DocId]] = []
        self.table_spans: dict[TableId, Span] = {}
        self.sentence_spans: dict[NumberId, Span] = {}
        self.seen = 0
        self.repeats: Counter[str] = Counter()
        self.titles: Counter[str] = Counter()
        self.section = SectionId("")
        self.where = Where.BODY
        self.appendix = False
        self.order: list[tuple[DocId, int]] = []

    # -- sections ---------------------------------------------------------------------------
    def heading(self, doc: DocId, offset: int, passage: Passage) -> None:
        title = passage.plain.text
        if passage.level >= 4:
            return
        self.titles[title] += 1
        id = SectionId(f"{title}#{self.titles[title]}" if self.titles[title] > 1 else title)
        where = next((w for w, p in _WHERE if p.search(title)), None)
        if where is None:
            where = (
                Where.APPENDIX
                if self.appendix
                else (self.where if passage.level > 1 else Where.BODY)
            )
        if passage.level == 1 or where is not Where.BODY:
            self.where = where
        self.section = id
        self.sections.append(Section(id, title, passage.level, where))
        start, end = passage.plain.source(0, len(passage.plain.text))
        self.section_starts.append(
            (id, passage.level, Span(doc, offset + start, offset + end), doc)
        )

    # -- a block ----------------------------------------------------------------------------
    def add(self, doc: DocId, offset: int, text: str, facts: BlockFacts, *, in_body: bool) -> None:
        if re.match(r"\s*\\appendix\b", text):
            self.appendix = True
        prefix = f"{doc}|{facts.content}"
        self.repeats[prefix] += 1
        prefix += f"|{self.repeats[prefix]}" if self.repeats[prefix] > 1 else ""
        count = 0
        outer = self.where
        for passage, said in zip(facts.block.passages, facts.said, strict=True):
            if not in_body and passage.kind is not PassageKind.TITLE:
                continue
            if passage.kind is PassageKind.HEADING:
                self.heading(doc, offset, passage)
                outer = self.where
                continue
            where = self.where
            if passage.kind is PassageKind.ABSTRACT or re.match(
                r"\s*\\(?:begin\{abstract\}|abstract)", text
            ):
                where = Where.ABSTRACT
            elif passage.kind is PassageKind.CAPTION:
                where = Where.CAPTION if self.where not in (Where.RELATED,) else Where.RELATED
            elif passage.kind is PassageKind.TITLE:
                where = Where.TITLE
            count = self.passage(doc, offset, prefix, count, passage.plain, said, where)
        self.where = outer
        if in_body:
            for table in facts.tables:
                count = self.table(doc, offset, prefix, count, table)

    def passage(
        self,
        doc: DocId,
        offset: int,
        prefix: str,
        count: int,
        plain: Plain,
        said: Sequence[Sentence],
        where: Where,
    ) -> int:
        ids: list[list[NumberId]] = []
        for sentence in said:
            mine: list[NumberId] = []
            place = self.place(
                doc, offset, plain, sentence.start, sentence.start + len(sentence.text)
            )
            names = list(dict.fromkeys(_ENTITY.findall(sentence.text)))
            for r in sentence.readings:
                id = NumberId(f"{prefix}.{count}")
                count += 1
                mine.append(id)
                self.seen += 1
                entity, how = self.entity(sentence, r, names)
                said_as = (
                    (("said", "deviation"),) if _DEVIATION.search(sentence.before(r, 50)) else ()
                )
                self.number(
                    id, r, where, asserted(sentence.text, r.start, where), entity, how, said_as
                )
                a, b = r.start + sentence.start, r.end + sentence.start
                self.number_spans[id] = NumberSpan(
                    self.place(doc, offset, plain, a, b),
                    self.literal(
                        doc,
                        offset,
                        plain,
                        r.literal_start + sentence.start,
                        r.literal_end + sentence.start,
                    ),
                )
                self.sentence_spans[id] = place
            ids.append(mine)
            self.sentence_claims(sentence, mine, where)
            for m in mentions(sentence, where):
                mid = MentionId(f"{prefix}.m{len(self.mentions)}.{m.what}")
                self.mentions.append(Mention(mid, m.what, m.role, where, self.section, tuple(mine)))
                self.mention_spans[mid] = self.place(
                    doc, offset, plain, m.start + sentence.start, m.end + sentence.start
                )
        for state in extract.training_states(tuple(said)):
            self.training_state(said, ids, state, where)
        return count

    def number(
        self, id: NumberId, r: Reading, where: Where, claimed: Asserted, entity: str, how: How,
        context: tuple[tuple[str, str], ...],
    ) -> None:  # fmt: skip
        self.numbers.append(
            Number(
                id,
                r.quantity,
                r.kind,
                r.noun,
                r.per,
                where,
                self.section,
                claimed,
                entity,
                how,
                context,
            )
        )

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

    def sentence_claims(self, sentence: Sentence, ids: Sequence[NumberId], where: Where) -> None:
        def claimed(index: int) -> Asserted:
            return asserted(sentence.text, sentence.readings[index].start, where)

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
        for e in extract.excesses(sentence):
            self.claims.append(Excess(ids[e.number], e.what, e.quantity, claimed(e.number), e.cues))
        for p in extract.products(sentence):
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
        if where in (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.TITLE):
            self.headlines(sentence, ids, where)

    def headlines(self, sentence: Sentence, ids: Sequence[NumberId], where: Where) -> None:
        for i, r in enumerate(sentence.readings):
            if r.quantity.shown_unit != "×" or isinstance(r.quantity.value, tuple):
                continue
            around = sentence.before(r, 50) + " " + sentence.after(r, 60)
            metrics = frozenset(
                m.lower().replace("speed-up", "speedup") for m in _METRICS.findall(around)
            )
            aggregate = (
                "max"
                if r.quantity.qualifier is Qualifier.MAX
                else "mean"
                if re.search(r"average|mean", around)
                else ""
            )
            cues = frozenset(
                re.findall(
                    r"\b(?:figure|appendix|desktop|edge|kernel|layer|per-layer|memory|energy)\b",
                    around,
                    re.I,
                )
            )
            table = "table" if re.search(r"\bTable\b", sentence.text) else ""
            self.claims.append(
                Headline(
                    ids[i], aggregate, metrics, table, asserted(sentence.text, r.start, where), cues
                )
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
    def table(self, doc: DocId, offset: int, prefix: str, count: int, local: LocalTable) -> int:
        id = TableId(f"{prefix}.t{len(self.tables)}")
        claimed = (
            Asserted.QUOTED
            if self.where is Where.RELATED
            or re.search(r"as reported|taken from|reported (?:by|in)", local.caption, re.I)
            else Asserted.YES
        )
        rows: list[tuple[TableCell, ...]] = []
        for stub, row in zip(local.stubs, local.rows, strict=True):
            cells: list[TableCell] = []
            for c, cell in enumerate(row):
                if cell.seen:
                    self.seen += 1
                r = cell.reading
                if r is None:
                    cells.append(TableCell(cell.text))
                    continue
                number = NumberId(f"{prefix}.{count}")
                count += 1
                context = (("row", stub), ("column", local.header[c]))
                self.number(
                    number, r, Where.TABLE, claimed, stub or local.header[c], How.STATED, context
                )
                self.number_spans[number] = NumberSpan(
                    self.place(doc, offset, cell.plain, r.start, r.end),
                    self.literal(doc, offset, cell.plain, r.literal_start, r.literal_end),
                )
                self.sentence_spans[number] = self.place(
                    doc, offset, cell.plain, 0, len(cell.plain.text)
                )
                cells.append(TableCell(cell.text, number))
            rows.append(tuple(cells))
        self.tables.append(
            Table(
                id,
                local.header,
                tuple(rows),
                local.stubs,
                local.blocks,
                local.caption,
                local.labels,
                self.section,
                local.complete,
            )
        )
        self.table_spans[id] = Span(doc, offset + local.start, offset + local.end)
        return count

    # -- places -----------------------------------------------------------------------------
    def place(self, doc: DocId, offset: int, plain: Plain, a: int, b: int) -> Span:
        start, end = plain.source(a, b)
        return Span(doc, offset + start, offset + end)

    def literal(self, doc: DocId, offset: int, plain: Plain, a: int, b: int) -> Span:
        start, end = plain.literal(a, b)
        return Span(doc, offset + start, offset + end)

    def section_spans(
        self, pieces: Sequence[Piece], ends: Callable[[DocId], int]
    ) -> dict[SectionId, SectionSpan]:
        """Each section's body: to the next heading of its level or above, in its own file."""
        out: dict[SectionId, SectionSpan] = {}
        for i, (id, level, heading, doc) in enumerate(self.section_starts):
            end = ends(doc)
            for _, other, span, other_doc in self.section_starts[i + 1 :]:
                if other_doc == doc and other <= level:
                    end = span.start
                    break
            out[id] = SectionSpan(heading, Span(doc, heading.start, end))
        return out


def build(
    pieces: Iterable[Piece],
    file_of: Callable[[DocId], File],
    text_of: Callable[[DocId], str],
    end_of: Callable[[DocId], int],
) -> tuple[Paper, SpanTable]:
    r"""Paper of a project.

    Parameters
    ----------
    pieces : iterable of Piece
        In reading order; a block belongs to the piece that it begins in.
    file_of : callable
        Blocks of a file, read.
    text_of : callable
        Visible text of a file.
    end_of : callable
        Offset where the text of a file ends (before ``\end{document}``, a bibliography or an
        appendix that closes it).
    """
    assembly = _Assembly()
    ordered = tuple(pieces)
    done: set[tuple[DocId, int]] = set()
    for piece in ordered:
        file = file_of(piece.doc)
        text = text_of(piece.doc)
        for start, end, facts in file.blocks:
            if not piece.start <= start < piece.end or (piece.doc, start) in done:
                continue
            done.add((piece.doc, start))
            assembly.add(piece.doc, start, text[start:end], facts, in_body=end > file.body)
    numbers = tuple(assembly.numbers)
    paper = Paper(
        numbers, tuple(assembly.claims), tuple(assembly.mentions), tuple(assembly.tables), tuple(assembly.sections),
        assembly.seen, {n.id: n for n in numbers},
    )  # fmt: skip
    spans = SpanTable(
        assembly.number_spans, assembly.mention_spans, assembly.section_spans(ordered, end_of), assembly.table_spans,
        assembly.sentence_spans,
    )  # fmt: skip
    return paper, spans
