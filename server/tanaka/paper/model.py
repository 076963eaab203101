"""The paper as facts.  Nothing here knows where it stands: a `SpanTable` does, for one revision.

An id hashes what a block states, not its wording, so rewording a sentence around a number leaves
the paper equal, and only the spans move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NewType, TypeVar

from tanaka.quantity import Kind, Quantity
from tanaka.records import dataclass

if TYPE_CHECKING:
    from tanaka.paper.reads import Answers

NumberId = NewType("NumberId", str)
MentionId = NewType("MentionId", str)
SectionId = NewType("SectionId", str)
TableId = NewType("TableId", str)


class How(StrEnum):
    """How a binding was found.  Only ``stated`` and ``declared`` may carry a proof."""

    STATED = "stated"
    DECLARED = "declared"
    INFERRED = "inferred"
    NONE = "none"


class Asserted(StrEnum):
    """Whether the paper claims it: yes, no (hypothetical, negated, a goal), or as another's."""

    YES = "yes"
    NO = "no"
    QUOTED = "quoted"


OPEN = "open beside"
"""Cue of a claim whose passage says more than the claim, so that nothing is proven of it."""


BACKGROUND = "in the background"
"""Cue of a claim that is another's only by its section's title: a paper does its own sums there, too."""


class Where(StrEnum):
    """What part of the paper a statement stands in."""

    TITLE = "title"
    ABSTRACT = "abstract"
    INTRODUCTION = "introduction"
    BODY = "body"
    RELATED = "related"
    CONCLUSION = "conclusion"
    FUTURE = "future"
    APPENDIX = "appendix"
    CAPTION = "caption"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Number:
    """One stated quantity, the smallest thing that a fix replaces.

    Attributes
    ----------
    id : NumberId
    quantity : Quantity
    kind : Kind
    noun : str
        What is counted, as in `tanaka.quantity.Reading`.
    per : str
        What it is stated per ("gpu", "node", ...), or "".
    where : Where
    section : SectionId
    asserted : Asserted
    entity : str
        What it is about, as written ("StaleSync", "13B decoder"), or "".
    binding : How
        How ``entity`` was found.
    context : tuple of (str, str)
        What else binds it: ("device", "A100"), ("precision", "bf16"), ("row", ...), ("column", ...).
    block : str
        The block of LaTeX that it stands in: numbers of one paragraph or table share it.
    series : str
        Numbers of one list ("2.8, 3.7 and 9.5 TFLOPS") or one span ("from 420 to 140 ms") share the
        id of their first; "" where a number stands alone.
    phrase : tuple of str
        Which of "entity" and the roles in ``context`` stand in its own noun phrase.
    """

    id: NumberId
    quantity: Quantity
    kind: Kind
    noun: str
    per: str
    where: Where
    section: SectionId
    asserted: Asserted
    entity: str = ""
    binding: How = How.NONE
    context: tuple[tuple[str, str], ...] = ()
    block: str = ""
    series: str = ""
    phrase: tuple[str, ...] = ()


class ChangeWord(StrEnum):
    """The words a change is stated in; each has its admissible readings (see the rules)."""

    TIMES_FASTER = "times faster"
    TIMES_MORE = "times more"
    TIMES_LESS = "times less"
    PERCENT_FASTER = "percent faster"
    PERCENT_SLOWER = "percent slower"
    PERCENT_LESS = "percent less"
    PERCENT_MORE = "percent more"
    POINTS = "points"
    RELATIVE_MORE = "relative more"
    RELATIVE_LESS = "relative less"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Change:
    """A stated factor or percentage with the two values stated for it.

    Attributes
    ----------
    change, old, new : NumberId
    word : ChangeWord
    ordered : bool
        Whether the words say which value is old ("from ... to", "than"); else both orders count.
    paired : How
        ``stated`` where both values stand in the change's own sentence without rivals.
    hedged : bool
    asserted : Asserted
    cues : frozenset of str
        Words in reach that excuse a mismatch ("across", "average", "per request", ...).
    """

    change: NumberId
    old: NumberId
    new: NumberId
    word: ChangeWord
    ordered: bool
    paired: How
    hedged: bool
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NearChange:
    """A factor or percentage whose two values stand near it, by reason of the words, not of grammar.

    Attributes
    ----------
    change, old, new : NumberId
        The values that the words point to; ``old`` is None where only a table may have it.
    word : ChangeWord
    among : tuple of NumberId
        All values of its passage that could be meant instead.
    firm : bool
        Whether no value elsewhere in the paper could be.
    comparand : str
        What it is said to be over, where ``old`` is None.
    hedged : bool
    asserted : Asserted
    """

    change: NumberId
    old: NumberId | None
    new: NumberId
    word: ChangeWord
    among: tuple[NumberId, ...]
    firm: bool
    comparand: str
    hedged: bool
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class Excess:
    """A percentage that has a ceiling: a reduction, a share, a rate of hits.

    ``what`` is "reduction" or the word for the share ("hit rate"); ``quantity`` names what is
    reduced, "" where nothing plainly non-negative is named.
    """

    number: NumberId
    what: str
    quantity: str
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Product:
    """Counts that multiply to another count, stated for one job.

    ``what`` is "layout" (parallel degrees and devices), "batch" (micro-batch, accumulation steps,
    replicas and global batch), "nodes" (nodes, devices per node and devices) or "written" (a product
    of counts with its result).  ``factors`` are
    pairs of name and number.
    """

    what: str
    factors: tuple[tuple[str, NumberId], ...]
    total: NumberId
    paired: How
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PartProduct:
    """Counts that multiply to another that is stated elsewhere in the paper.

    ``what`` is "layout" or "part of a layout" (parallel degrees), "nodes" (nodes and devices of
    each), "batch" (samples of a device; ``total`` of all) or "devices of nodes" (nodes; ``total``
    their devices).  ``total`` is None where it is what is stated elsewhere.
    """

    what: str
    factors: tuple[tuple[str, NumberId], ...]
    total: NumberId | None
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AchievedRate:
    """A sustained FLOP/s rate, with the device and the precision it is stated for."""

    rate: NumberId
    device: str
    device_how: How
    precision: str
    precision_how: How
    scale: str
    """"gpu" where the rate is stated per device, "" where nothing says so."""
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TrainingState:
    """Training of a model with a stated recipe on stated devices.

    Attributes
    ----------
    params : NumberId
    devices : NumberId
        How many devices hold the state.
    device : str
        Name of the part as written.
    recipe : frozenset of str
        What is stated: "adam", "fp32-master", "fp32-moments", "16-bit", "bytes-per-parameter".
    shape : tuple of (str, NumberId)
        Layers, hidden size, vocabulary where stated for the same model.
    paired : How
    asserted : Asserted
    cues : frozenset of str
        Excuses in reach: "offload", "lora", "8-bit", "zero", "tensor-parallel", ...
    """

    params: NumberId
    devices: NumberId
    device: str
    recipe: frozenset[str]
    recipe_at: tuple[MentionId, ...]
    shape: tuple[tuple[str, NumberId], ...]
    paired: How
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """A factor, a percentage or a measurement that a sentence states, and words that say of what.

    Attributes
    ----------
    number : NumberId
    unit : str
        What it may be held against: "×", "%", "score", or a base unit.
    aggregate : str
        "max" ("up to"), "mean", "min" ("at least"), "range", or "".
    change : bool
        Whether it is by how much something differs, and not a value or a share.
    metrics : frozenset of str
        Metrics that its own words name.
    labels : tuple of str
        Labels of the tables, figures and sections that its sentence names.
    nearby : tuple of str
        The last labels that its paragraph names before its sentence.
    near, words : frozenset of str
        Stems of its own words, and of its sentence.
    named, names, against : frozenset of str
        Names among its own words, in its sentence, and those of what it is compared with.
    subject : str
        The name that its sentence has as its subject, "we" for a pronoun, or "".
    settings : frozenset of str
        Counts that its sentence states, as "gpu=64".
    fronted : str
        The condition that its sentence begins with ("On a cluster of 16 nodes,"), spelled.
    than : str
        What it is compared with, spelled.
    zone, said : str
        Its own words, and its sentence, spelled as `tanaka.paper.result_words.spelled` does.
    asserted : Asserted
    cues : frozenset of str
        "respectively"; "before" for what another value is compared with.
    """

    number: NumberId
    unit: str
    aggregate: str
    change: bool
    metrics: frozenset[str]
    labels: tuple[str, ...]
    nearby: tuple[str, ...]
    near: frozenset[str]
    words: frozenset[str]
    named: frozenset[str]
    names: frozenset[str]
    against: frozenset[str]
    subject: str
    settings: frozenset[str]
    fronted: str
    than: str
    zone: str
    said: str
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DecodeRate:
    """A rate in tokens a second, with what its sentence binds it to.

    Attributes
    ----------
    rate : NumberId
    decoding : bool
        Whether the sentence speaks of output tokens.
    model : str
        Name of the one model named, or "".
    weights, cache : str
        Number formats of the weights and of the key-value cache, as written; "" where open.
    batch : float or None
        Sequences decoded together.
    batch_at : NumberId or None
        The number that states it, where one does.
    context : NumberId or None
        Positions in the cache.
    device : str
        Name of the one part named, or "".
    devices : float or None
        How many of it; ``devices_at`` counts them where a number does.
    bandwidth : NumberId or None
        Memory bandwidth stated in the same sentence.
    asserted : Asserted
    """

    rate: NumberId
    decoding: bool
    model: str
    weights: str
    cache: str
    batch: float | None
    batch_at: NumberId | None
    context: NumberId | None
    device: str
    devices: float | None
    devices_at: NumberId | None
    bandwidth: NumberId | None
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class PartGain:
    """A factor on one kernel; ``whole`` is the factor that it is carried to, where one is stated."""

    gain: NumberId
    part: str
    carried: bool
    whole: NumberId | None
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class TimeShare:
    """The share of the time that one kernel takes."""

    share: NumberId
    part: str
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class EfficiencyGain:
    """A gain in work per joule over a named part.

    ``basis`` are the words that say whose power is meant for that part ("TDP"), ``formats`` the
    number formats that the sentence names.
    """

    gain: NumberId
    device: str
    basis: str
    formats: tuple[str, ...]
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class PowerFigure:
    """A power, and the part that it is of: "" for the paper's own, or where nothing says."""

    power: NumberId
    device: str
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class Identity:
    """Numbers of one run that multiply to another, stated together: devices, hours, device-hours.

    Attributes
    ----------
    relation : str
        Which of the field's identities (see `tanaka.paper.product.relations`): "tokens", "energy", "cost",
        "device-hours", "batch rate", "sum", ...
    factors, divisors : tuple of (str, NumberId)
        Names and numbers: the product of the first over that of the second is the total.  Of a sum
        the factors are its parts.
    total : NumberId
    constant : (str, float) or None
        What the product is multiplied by as well, by name ("bytes in BF16", 2.0).
    bound : str
        "at most" or "at least" where the total may lie on that side of the product.
    joined : bool
        Whether the words make it an equation ("i.e.", "=", "in total", brackets); else the numbers
        only stand together.
    paired : How
    asserted : Asserted
    cues : frozenset of str
        Words in reach that leave another reading ("peak", "list price", "overlapped", ...).
    """

    relation: str
    factors: tuple[tuple[str, NumberId], ...]
    divisors: tuple[tuple[str, NumberId], ...]
    total: NumberId
    constant: tuple[str, float] | None
    bound: str
    joined: bool
    paired: How
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """Operands that a total may have, as in `Identity`.

    ``far`` counts the sentences between it and them; ``lacking`` is a role that no number nearby has
    ("devices"), or "".
    """

    factors: tuple[tuple[str, NumberId], ...]
    divisors: tuple[tuple[str, NumberId], ...]
    constant: tuple[str, float] | None
    far: int
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A total with every way in which the numbers of its paragraph can make it.

    None of the ways is certain: where one agrees the total is right, and where none does a
    question is left.
    """

    relation: str
    total: NumberId
    ways: tuple[Way, ...]
    bound: str
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Passage:
    """Numbers that stand near each other, by sentence, where some of them are totals.

    ``words`` has the factors of each sentence that are words: their values and base units.
    """

    numbers: tuple[tuple[NumberId, ...], ...]
    words: tuple[tuple[tuple[float, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """One amount stated in two units as an equation: "200 Gb/s, i.e. 25 GB/s".

    ``count`` is what one of them is multiplied by ("eight ports of 200 Gb/s, or 200 GB/s"), None
    where nothing is.
    """

    left: NumberId
    right: NumberId
    count: NumberId | None
    asserted: Asserted
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A plain statement of set-up: what something has, as a number.

    Attributes
    ----------
    number : NumberId
    name : str
        Canonical name of the attribute: "gpus", "nodes", "global batch", "layers", "score", ...
    entity : str
        Of what, as written; "" for the paper's own set-up.
    scope : str
        How firmly it is stated: "all" where the words say that it holds everywhere, "own" for a
        plain statement, "headline" where a summary only runs on it, "" where it is only named.
    asserted : Asserted
    cues : frozenset of str
        Words that qualify it ("scaling study", "without", "hedged", ...).
    about : frozenset of str
        What its clause binds it to: models, data sets, phases, conditions.
    soft : frozenset of str
        Names that bind it loosely: the system that is evaluated, the optimizer.
    sentence : str
        The first number of its sentence; "" for what is no sentence.
    """

    number: NumberId
    name: str
    entity: str
    scope: str
    asserted: Asserted
    cues: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """A count or a size with the phrase that it stands in: "the 2,048 slots".

    Attributes
    ----------
    number : NumberId
    noun : str
        Canonical plural of what is counted, or the name of what is sized: "slots", "gpu memory".
    words : frozenset of str
        Words between the number and its noun that tell it apart: "sparse".
    per : str
        What it is stated per, or "".
    form : str
        "the" for what is known already, the scope of an `Attribute`, or "" where it is only named.
    cues : frozenset of str
        Words that leave another reading: a part, a sweep, another's, a condition.
    about, parts : frozenset of str
        What its clause binds it to, and the families of parts that it names.
    stems : frozenset of str
        What words its sentence has.
    sentence : NumberId
        The first number of its sentence.
    asserted : Asserted
    """

    number: NumberId
    noun: str
    words: frozenset[str]
    per: str
    form: str
    cues: frozenset[str]
    about: frozenset[str]
    parts: frozenset[str]
    stems: frozenset[str]
    sentence: NumberId
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class Physical:
    """A stated number that a bound or an identity of the hardware speaks of.

    Attributes
    ----------
    relation : str
        Which: "utilization", "collective" ...  Each has its reader in `tanaka.paper.physics`.
    number : NumberId
        What is held against it.
    given : tuple of (str, NumberId)
        What it is computed from, by role.
    named : tuple of (str, str)
        Parts, models, formats and kinds by role, as written.
    counted : tuple of (str, float)
        Values that stand in words: the one of "an A100".
    far : frozenset of str
        Roles that another sentence fills: nothing that rests on them is proven.
    cues : frozenset of str
        What the passage says that opens another reading.
    asserted : Asserted
    """

    relation: str
    number: NumberId
    given: tuple[tuple[str, NumberId], ...]
    named: tuple[tuple[str, str], ...]
    counted: tuple[tuple[str, float], ...]
    far: frozenset[str]
    cues: frozenset[str]
    asserted: Asserted

    def at(self, role: str) -> NumberId | None:
        """The number that fills a role."""
        return dict(self.given).get(role)

    def name(self, role: str) -> str:
        """The name that fills a role, "" where none does."""
        return dict(self.named).get(role, "")


class ClaimSort(StrEnum):
    """What sort of thing a sentence claims about a number."""

    COMPARATIVE = "comparative"
    CHANGE = "change"
    SHARE = "share"
    BOUND = "bound"
    CAPABILITY = "capability"


class Direction(StrEnum):
    """Which way a metric goes; for a bound, on which side of the number its values lie."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence claims about a number, in full: who, compared with whom, in what.

    Attributes
    ----------
    number : NumberId
        The factor, percentage or limit; the new value of a change stated by its two values alone.
    sort : ClaimSort
    old, new : NumberId or None
        The two values stated for it.
    subject : str
        Who: "ours", a name, the part that a share is of; "" where the words do not bind it.
    subject_how : How
    object : str
        Compared with whom, or the whole of a share; "" where nobody is named.
    object_how : How
    metric : str
        Canonical name ("throughput", "memory", "speed"), or "".
    metric_how : How
        ``inferred`` where only the unit of the value before it says so.
    direction : Direction
    better : bool or None
        Whether that direction is the better one; None where it depends or is not said.
    hedge : tuple of str
        "up to", "at least", "about", "on average", "best case", ...
    condition : str
        Under what, as printed ("on 64 GPUs", "at batch 1"), or "".
    asserted : Asserted
    """

    number: NumberId
    sort: ClaimSort
    old: NumberId | None
    new: NumberId | None
    subject: str
    subject_how: How
    object: str
    object_how: How
    metric: str
    metric_how: How
    direction: Direction
    better: bool | None
    hedge: tuple[str, ...]
    condition: str
    asserted: Asserted


@dataclass(frozen=True, slots=True)
class Mention:
    """A mechanism, experiment or property in prose.

    ``what`` is a name from `tanaka.paper.mentions` or a mechanism's id in the knowledge base;
    ``role`` is "ours", "baseline", "compared", "related" or "negated"; ``numbers`` and ``cites``
    (citation keys) are those of its sentence; ``settings`` are knobs of the mechanism with their
    values there, as printed.  ``proposed`` says that the sentence offers it as the authors' own
    doing ("we replace the flush by"); mentions of one ``passage`` share it.
    """

    id: MentionId
    what: str
    role: str
    where: Where
    section: SectionId
    numbers: tuple[NumberId, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    cites: tuple[str, ...] = ()
    proposed: bool = False
    passage: str = ""


class CellKind(StrEnum):
    """What a cell is.  A header is a label of its row, which may state a number of its own."""

    NUMBER = "number"
    SEVERAL = "several"
    MISSING = "missing"
    EMPTY = "empty"
    TEXT = "text"
    HEADER = "header"


class UnitFrom(StrEnum):
    """Where the unit of a cell is printed; NONE where the cell has none."""

    CELL = "cell"
    COLUMN = "column"
    ROW = "row"
    CAPTION = "caption"
    NONE = ""


class Emphasis(StrEnum):
    """How a cell is set apart: mostly the best value is bold, and the second underlined."""

    BOLD = "bold"
    UNDERLINED = "underlined"
    NONE = ""


class Orientation(StrEnum):
    """Which way the systems, models or settings that a table compares lie."""

    ROWS = "rows"
    COLUMNS = "columns"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: its words, and its number where it states exactly one.

    Attributes
    ----------
    text : str
    number : NumberId or None
        The same for all cells that one printed value spans.
    kind : CellKind
    missing : str
        Why there is no value, as printed ("OOM", "--"), or "".
    row, column : tuple of str
        Labels, the outermost first: ("A100", "BF16"), ("Latency (ms)", "p99").
    unit : str
        Unit of the number as shown ("ms", "%"), or "".
    unit_from : UnitFrom
    uncertainty : float or None
        Half-width that is printed with the number, in base units.
    emphasis : Emphasis
    better : Direction
        Whether the labels or the caption say that higher, or lower, is better.
    also : tuple of NumberId
        Other numbers of the cell: the factor in "371 (1.11×)".
    """

    text: str
    number: NumberId | None = None
    kind: CellKind = CellKind.TEXT
    missing: str = ""
    row: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    unit: str = ""
    unit_from: UnitFrom = UnitFrom.NONE
    uncertainty: float | None = None
    emphasis: Emphasis = Emphasis.NONE
    better: Direction = Direction.NONE
    also: tuple[NumberId, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells with labels.

    Attributes
    ----------
    header : tuple of str
        One label a column, header rows joined.
    rows : tuple of tuple of TableCell
        Those with values; headings inside the table are in their cells' ``row``.
    stubs : tuple of str
        One label a row: its first cell where that is no number.
    blocks : tuple of int
        For each row the block it stands in; a rule between rows begins a new one.
    caption : str
    labels : tuple of str
    complete : bool
        Whether the caption says that it shows all there is.
    stated : tuple of NumberId
        Numbers of the caption ("relative to 21.55 tok/s").
    heads : tuple of NumberId
        Numbers of header cells and headings ("8 GPUs", "Llama-70B"), which are no values.
    orientation : Orientation
    """

    id: TableId
    header: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    stubs: tuple[str, ...]
    blocks: tuple[int, ...]
    caption: str
    labels: tuple[str, ...]
    section: SectionId
    complete: bool = False
    stated: tuple[NumberId, ...] = ()
    heads: tuple[NumberId, ...] = ()
    orientation: Orientation = Orientation.UNKNOWN
    key: int = field(init=False, default=0, compare=False, repr=False)
    """Hash of the facts, computed once: rules look tables up by their value at each edit."""

    def __post_init__(self) -> None:
        facts = (self.id, self.header, self.rows, self.stubs, self.blocks, self.caption, self.labels,
                 self.section, self.complete, self.stated, self.heads, self.orientation)  # fmt: skip
        object.__setattr__(self, "key", hash(facts))

    def __hash__(self) -> int:
        return self.key


@dataclass(frozen=True, slots=True)
class Section:
    """A section, its title and what part of the paper it is."""

    id: SectionId
    title: str
    level: int
    where: Where


Claim = (
    Change
    | Physical
    | NearChange
    | Excess
    | Product
    | PartProduct
    | AchievedRate
    | TrainingState
    | Result
    | DecodeRate
    | PartGain
    | TimeShare
    | EfficiencyGain
    | PowerFigure
    | Identity
    | Derived
    | Equivalence
    | Passage
    | Attribute
    | Tally
)
C = TypeVar("C", bound=Claim)
T = TypeVar("T")


_LATER: tuple[type[object], ...] = (Attribute, Tally, Result, Physical)
"""Kinds of claims that `tanaka.paper.later` makes."""


class Stretch:
    """A run of blocks read in one place of the paper: what it states and mentions, without positions.

    Attributes
    ----------
    name : str
        What the ids of its facts begin with.
    numbers, claims, mentions, tables, sections : tuple
        In reading order.
    seen : int
        Numerals in the text that look like quantities, read or not.
    later : tuple
        Claims that only the rules of the whole paper judge; a stretch that one rule is to judge has none.
    """

    def __init__(
        self,
        name: str,
        numbers: tuple[Number, ...] = (),
        claims: tuple[Claim, ...] = (),
        mentions: tuple[Mention, ...] = (),
        tables: tuple[Table, ...] = (),
        sections: tuple[Section, ...] = (),
        seen: int = 0,
        key: int | None = None,
        statements: Callable[[], tuple[Statement, ...]] = tuple,
        later: tuple[Claim, ...] = (),
    ) -> None:
        self._statements, self.later = statements, later
        self.name, self.numbers, self.claims, self.mentions = name, numbers, claims, mentions
        self.tables, self.sections, self.seen = tables, sections, seen
        facts = (numbers, claims, mentions, tables, sections, later)
        self._key = hash((name, facts)) if key is None else key
        self._of: dict[type[object], tuple[object, ...]] = {}

    def __hash__(self) -> int:
        return self._key

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Stretch)
            and self._key == other._key
            and self.name == other.name
            and self.numbers == other.numbers
            and self.claims == other.claims
            and self.mentions == other.mentions
            and self.tables == other.tables
            and self.sections == other.sections
            and self.later == other.later
        )

    @cached_property
    def by_id(self) -> Mapping[NumberId, Number]:
        """Numbers by id."""
        return {n.id: n for n in self.numbers}

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What its sentences claim in full; read when somebody asks, and judged by nobody."""
        return self._statements()

    @cached_property
    def bound(self) -> int:
        """Numbers of which the text, or the author, says what they are about."""
        return sum(n.binding in (How.STATED, How.DECLARED) for n in self.numbers)

    def of(self, kind: type[C]) -> tuple[C, ...]:
        """Claims of one kind, in reading order."""
        found = self._of.get(kind)
        if found is None:
            claims = (*self.claims, *self.later) if kind in _LATER else self.claims
            found = self._of[kind] = tuple(c for c in claims if isinstance(c, kind))
        return found  # type: ignore[return-value]


class _ById(Mapping[NumberId, Number]):
    """Numbers of all stretches by id; an id begins with the name of its stretch."""

    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        self._stretches = stretches
        self._named = {s.name: s for s in stretches}

    def __getitem__(self, id: NumberId) -> Number:
        return self._named[stretch_of(id)].by_id[id]

    def __iter__(self) -> Iterator[NumberId]:
        return (n.id for s in self._stretches for n in s.numbers)

    def __len__(self) -> int:
        return sum(len(s.numbers) for s in self._stretches)


def stretch_of(id: NumberId | MentionId | TableId) -> str:
    """Name of the stretch that a fact stands in."""
    return id.rpartition("|")[0]


_Places = Mapping[str, "list[tuple[int, T]]"]
"""Facts by a name, each with its place in reading order."""


def _placed(facts: Iterable[T], name: Callable[[T], str]) -> _Places[T]:
    found: dict[str, list[tuple[int, T]]] = {}
    for place, fact in enumerate(facts):
        found.setdefault(name(fact), []).append((place, fact))
    return found


def _listed(places: _Places[T], names: tuple[str, ...]) -> tuple[T, ...]:
    """The facts of some names, in reading order."""
    found = [x for name in dict.fromkeys(names) for x in places.get(name, ())]
    if len(names) > 1:
        found.sort(key=lambda x: x[0])
    return tuple(fact for _, fact in found)


class Paper:
    """Everything the paper states and mentions, in stretches.  Hashable, and without positions."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._stretches = tuple(stretches)
        self._key = hash(self._stretches)
        self._of: dict[type[object], tuple[object, ...]] = {}
        self.answers: Answers | None = None
        """What was asked about it (`tanaka.paper.reads`)."""

    def __hash__(self) -> int:
        return self._key

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Paper) and self.stretches == other.stretches)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """All of it."""
        return self._stretches

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers, in reading order."""
        return tuple(chain.from_iterable(s.numbers for s in self.stretches))

    @cached_property
    def order(self) -> Mapping[NumberId, int]:
        """Places of the numbers in reading order."""
        return {n.id: i for i, n in enumerate(self.numbers)}

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, in reading order."""
        return tuple(chain.from_iterable(s.claims for s in self.stretches))

    @cached_property
    def later(self) -> tuple[Claim, ...]:
        """All claims that only the rules of the whole paper judge, in reading order."""
        return tuple(chain.from_iterable(s.later for s in self.stretches))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """All mentions, in reading order."""
        return tuple(chain.from_iterable(s.mentions for s in self.stretches))

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in reading order."""
        return tuple(chain.from_iterable(s.tables for s in self.stretches))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All claims in full, in reading order."""
        return tuple(chain.from_iterable(s.statements for s in self.stretches))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in reading order."""
        return tuple(chain.from_iterable(s.sections for s in self.stretches))

    @cached_property
    def by_id(self) -> Mapping[NumberId, Number]:
        """Numbers by id."""
        return _ById(self.stretches)

    @cached_property
    def seen(self) -> int:
        """Numerals in the text that look like quantities, read or not."""
        return sum(s.seen for s in self.stretches)

    def number(self, id: NumberId) -> Number:
        """The number with this id."""
        return self.by_id[id]

    def of(self, kind: type[C]) -> tuple[C, ...]:
        """Claims of one kind, in reading order."""
        found = self._of.get(kind)
        if found is None:
            found = self._of[kind] = tuple(chain.from_iterable(s.of(kind) for s in self.stretches))
        return found  # type: ignore[return-value]

    def physical(self, *relations: str) -> tuple[Physical, ...]:
        """Claims that are held against the hardware, of some relations, in reading order."""
        return _listed(self._by_relation, relations)

    def numbers_of(self, *kinds: Kind) -> tuple[Number, ...]:
        """Numbers of some kinds, in reading order: what a rule reads that needs no others."""
        return tuple(n for n in self.numbers if n.kind in kinds)

    def counts_of(self, *nouns: str) -> tuple[Number, ...]:
        """Numbers of some nouns, in reading order."""
        return tuple(n for n in self.numbers if n.noun in nouns)

    def place(self, id: NumberId) -> int:
        """Place of a number in reading order."""
        return self.order[id]

    def mentions_of(self, *what: str) -> tuple[Mention, ...]:
        """Mentions of some things, wherever and of whom they are, in reading order."""
        return _listed(self._by_what, what)

    @cached_property
    def _by_what(self) -> _Places[Mention]:
        return _placed(self.mentions, lambda m: m.what)

    @cached_property
    def _by_relation(self) -> _Places[Physical]:
        return _placed(self.of(Physical), lambda c: c.relation)

    def section(self, id: SectionId) -> Section | None:
        """The section with this id."""
        return next((s for s in self.sections if s.id == id), None)

    def mentioned(self, what: str) -> tuple[Mention, ...]:
        """Mentions of one thing, negated and related work left out."""
        return tuple(m for m in self.mentions_of(what) if m.role not in ("negated", "related"))
