"""The paper as facts.  Nothing here knows where it stands: a `SpanTable` does, for one revision.

An id hashes what a block states, not its wording, so rewording a sentence around a number leaves
the paper equal, and only the spans move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, TypeVar

from tanaka.quantity import Kind, Quantity
from tanaka.text import Span

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
    series : str
        Numbers of one list ("2.8, 3.7 and 9.5 TFLOPS") or one span ("from 420 to 140 ms") share the
        id of their first; "" where a number stands alone.
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
    series: str = ""


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
class Headline:
    """A factor that sums up results, or that a sentence takes from a table it names.

    Attributes
    ----------
    number : NumberId
    aggregate : str
        "max" for "up to" and for the upper end of a range, "mean" for "on average", "" otherwise.
    metrics : frozenset of str
    table : str
        Label of the one table or figure that its sentence names, or "".
    words : frozenset of str
        What else its sentence says, by stems: two headlines that share most are about one thing.
    asserted : Asserted
    cues : frozenset of str
    """

    number: NumberId
    aggregate: str
    metrics: frozenset[str]
    table: str
    words: frozenset[str]
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
class Mention:
    """A mechanism, experiment or property in prose.

    ``what`` is a name from `tanaka.paper.mentions` or a mechanism's id in the knowledge base;
    ``role`` is "ours", "baseline", "compared", "related" or "negated"; ``numbers`` and ``cites``
    (citation keys) are those of its sentence; ``settings`` are knobs of the mechanism with their
    values there, as printed.  ``proposed`` says that the sentence offers it as the authors' own
    doing ("we replace the flush by").
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


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: its words, and its number where it states exactly one."""

    text: str
    number: NumberId | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells with labels.

    Attributes
    ----------
    header : tuple of str
        One label a column, header rows joined.
    rows : tuple of tuple of TableCell
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


@dataclass(frozen=True, slots=True)
class Section:
    """A section, its title and what part of the paper it is."""

    id: SectionId
    title: str
    level: int
    where: Where


Claim = (
    Change
    | Excess
    | Product
    | AchievedRate
    | TrainingState
    | Headline
    | DecodeRate
    | PartGain
    | TimeShare
    | EfficiencyGain
    | PowerFigure
)
C = TypeVar("C", bound=Claim)


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything the paper states and mentions.  Hashable by its parts, without positions."""

    numbers: tuple[Number, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    seen: int
    """Numerals in the text that look like quantities, read or not."""
    by_id: Mapping[NumberId, Number] = field(default_factory=dict, compare=False, repr=False)
    key: int = field(default=0, compare=False, repr=False)
    """Hash of the facts, from those of the parts: hashing a thousand numbers at each edit is slow."""

    def __hash__(self) -> int:
        return self.key

    def number(self, id: NumberId) -> Number:
        """The number with this id."""
        return self.by_id[id]

    def of(self, kind: type[C]) -> tuple[C, ...]:
        """Claims of one kind, in reading order."""
        return tuple(c for c in self.claims if isinstance(c, kind))

    def section(self, id: SectionId) -> Section | None:
        """The section with this id."""
        return next((s for s in self.sections if s.id == id), None)

    def mentioned(self, what: str) -> tuple[Mention, ...]:
        """Mentions of one thing, negated and related work left out."""
        return tuple(
            m for m in self.mentions if m.what == what and m.role not in ("negated", "related")
        )


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Where a number stands: its whole surface, and its digits alone."""

    whole: Span
    literal: Span


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """Where a section stands: its heading, and all of it up to the next of its level."""

    heading: Span
    body: Span


@dataclass(frozen=True, slots=True)
class SpanTable:
    """Where everything stands in one revision."""

    numbers: Mapping[NumberId, NumberSpan]
    mentions: Mapping[MentionId, Span]
    sections: Mapping[SectionId, SectionSpan]
    tables: Mapping[TableId, Span]
    sentences: Mapping[NumberId, Span]
    """The sentence (or cell) that a number stands in."""
