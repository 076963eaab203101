"""What a rule is made of: findings, steps with sources, fixes, and the context they come from."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from tanaka.paper.model import MentionId, NumberId, Paper, SectionId
from tanaka.records import dataclass
from tanaka.text import DocId, Span

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge
    from tanaka.paper.about import About
    from tanaka.paper.about import Declared as Given
    from tanaka.paper.bibliography import Bibliography
    from tanaka.paper.delta import Delta


class Verdict(StrEnum):
    """What a finding says.  The verdict fixes the severity."""

    IMPOSSIBLE = "impossible"
    IMPLAUSIBLE = "implausible"
    OPEN = "open"

    @property
    def severity(self) -> str:
        """Name of the severity: error, warning or information."""
        return {"impossible": "error", "implausible": "warning", "open": "information"}[self]


# -- where a step's number comes from ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stated:
    """The paper states it."""

    number: NumberId


@dataclass(frozen=True, slots=True)
class Inferred:
    """The paper states it elsewhere, and it is the only candidate; ``why`` names the binding."""

    number: NumberId
    why: str


@dataclass(frozen=True, slots=True)
class Declared:
    """The author declared it in a magic comment or in tanaka.toml."""

    key: str


@dataclass(frozen=True, slots=True)
class Datasheet:
    """A published specification; ``key`` is the bibliography key, ``title`` what is printed."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula applied to the steps above; ``reference`` is where the formula is from."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A named default; a finding that rests on one is never a proof."""

    text: str


Origin = Stated | Inferred | Declared | Datasheet | Computed | Assumption


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation.

    Attributes
    ----------
    label : str
        What the line is about ("step time, before", "needed").
    value, low, high : float
        In base units.
    unit : str
        Base unit; "1" for ratios, "%" where a ratio is shown as a percentage.
    text : str
        How it was made, from printed digits ("1.32 s / 1.04 s"); "" for an input.
    origin : Origin
    total : bool
        Whether it is a result that the eye should find.
    shown : str
        The value as printed, where the author's own digits are to be kept; "" to format it.
    symbol : str
        Its name in the formulas below.
    """

    label: str
    value: float
    low: float
    high: float
    unit: str
    text: str
    origin: Origin
    total: bool = False
    shown: str = ""
    symbol: str = ""


# -- what is underlined -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtNumber:
    """A number's whole surface."""

    number: NumberId


@dataclass(frozen=True, slots=True)
class AtMention:
    """The words of a mention."""

    mention: MentionId


@dataclass(frozen=True, slots=True)
class AtSection:
    """A section's heading."""

    section: SectionId


@dataclass(frozen=True, slots=True)
class AtSpan:
    """A place that is no fact (a comment, a key of a file)."""

    span: Span


@dataclass(frozen=True, slots=True)
class AtBaseline:
    """A place in the baseline paper, whose ids are its own; for related notes."""

    place: AtNumber | AtMention


Anchor = AtNumber | AtMention | AtSection | AtSpan | AtBaseline


# -- fixes ------------------------------------------------------------------------------------


class FixKind(StrEnum):
    """Real fixes first, experiments to add next, ignoring last."""

    QUICKFIX = "quickfix"
    INSERT = "insert"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class ReplaceLiteral:
    """Replace a number's digits, and nothing around them."""

    number: NumberId
    new: str


@dataclass(frozen=True, slots=True)
class ReplaceUnit:
    """Replace the unit behind a number, and nothing else; no fix where it is not spelled out there.

    ``old`` and ``new`` are the units as they are shown ("GB/s", "Gb/s").
    """

    number: NumberId
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class InsertBehind:
    """Insert words right behind a number, where its text can take some."""

    number: NumberId
    text: str


@dataclass(frozen=True, slots=True)
class AppendToSection:
    """Insert text at the end of a section (before the next heading of its level)."""

    section: SectionId
    text: str


@dataclass(frozen=True, slots=True)
class AddCitation:
    r"""Cite a key right behind a mention, within its ``\cite`` where one follows already."""

    mention: MentionId
    key: str


@dataclass(frozen=True, slots=True)
class AddEntry:
    """Add an entry at the end of a bibliography file."""

    doc: DocId
    text: str


FixEdit = ReplaceLiteral | ReplaceUnit | InsertBehind | AppendToSection | AddCitation | AddEntry


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that the author may accept."""

    title: str
    kind: FixKind
    edits: tuple[FixEdit, ...]


# -- pictures, as numbers ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RooflinePoint:
    """An operating point: FLOP/byte (None where unknown) and FLOP/s, and whether it is at fault."""

    label: str
    intensity: float | None
    rate: float
    fault: bool


@dataclass(frozen=True, slots=True)
class RooflineCeiling:
    """A lower roof: another precision's peak [FLOP/s]."""

    label: str
    rate: float


@dataclass(frozen=True, slots=True)
class RooflineFigure:
    """The roof of one device at one precision [FLOP/s, byte/s] with the paper's points on it."""

    device: str
    precision: str
    peak: float
    bandwidth: float
    points: tuple[RooflinePoint, ...]
    ceilings: tuple[RooflineCeiling, ...] = ()


@dataclass(frozen=True, slots=True)
class FitPart:
    """A share of what is needed [byte]."""

    label: str
    size: float
    held: bool


@dataclass(frozen=True, slots=True)
class FitFigure:
    """What is needed, in parts, against what there is [byte]."""

    parts: tuple[FitPart, ...]
    capacity: float
    holder: str


@dataclass(frozen=True, slots=True)
class StragglerFigure:
    """Wait for the slowest of n against n.

    ``base`` is the step [s], ``sigma`` the stated deviation [s] or None, ``assumed`` the ratios
    sigma / base drawn beside it, ``wait`` the expected wait at ``n`` [s], ``gain`` the wait that
    would use up the stated gain [s] or None.
    """

    n: int
    base: float
    sigma: float | None
    assumed: tuple[float, ...]
    wait: float
    gain: float | None
    workers: str = "nodes"


@dataclass(frozen=True, slots=True)
class BarsFigure:
    """Values side by side, as stated and as recomputed, in one unit."""

    title: str
    unit: str
    bars: tuple[tuple[str, float, bool], ...]
    """Label, value, and whether it is at fault."""


class Layer(StrEnum):
    """What a layer of a memory timeline holds."""

    STATE = "state"
    VERSIONS = "versions"
    """Weights, or whole states, of steps that may still be undone."""
    ACTIVATIONS = "activations"
    PASSING = "passing"
    """What is there for a part of a phase: logits, buffers, gathered layers."""


@dataclass(frozen=True, slots=True)
class TimelineLayer:
    """One layer of the stack: its size in each phase [byte]; ``pieces`` equal parts of it.

    ``sure`` is False for what is there at most, and need not be there: it is drawn as an outline, and
    no peak is called too high for it.
    """

    label: str
    what: Layer
    sizes: tuple[float, ...]
    pieces: int = 1
    sure: bool = True


@dataclass(frozen=True, slots=True)
class TimelineStage:
    """Memory of one device of a pipeline stage; layers from the bottom up."""

    label: str
    note: str
    layers: tuple[TimelineLayer, ...]


@dataclass(frozen=True, slots=True)
class TimelineFigure:
    """Device memory through one step, by pipeline stage.

    ``phases`` name the columns of every layer's sizes ("fill", "steady", "drain", "commit");
    ``capacity`` is what one device holds [byte], None where it is not known; ``fault`` says that
    the peak is above it; ``left_out`` what could be there and is not drawn, with the reason.
    """

    phases: tuple[str, ...]
    stages: tuple[TimelineStage, ...]
    capacity: float | None
    holder: str
    fault: bool
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """Name and base unit of an axis, and whether it is logarithmic."""

    name: str
    unit: str
    log: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve through points; ``mark`` is "ours", "held", "ink" or "fault"."""

    label: str
    points: tuple[tuple[float, float], ...]
    mark: Literal["ink", "ours", "fault", "held"] = "ink"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point that matters, on a curve or off it."""

    label: str
    x: float
    y: float
    fault: bool = False


@dataclass(frozen=True, slots=True)
class CurvesFigure:
    """A quantity against another: where a gain breaks even, where a loss is least.

    ``level`` is a line across and its name: the gain of one that is none.
    """

    title: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    points: tuple[CurvePoint, ...]
    level: tuple[float, str] | None = None
    equations: tuple[str, ...] = ()


Figure = RooflineFigure | FitFigure | StragglerFigure | BarsFigure | TimelineFigure | CurvesFigure


# -- what the voice may say -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that a sentence plan may use, under its name there.

    Attributes
    ----------
    name : str
        As in the plans: "claim", "stall", "n".
    text : str
        As printed; a quantity carries its unit.
    symbol : str
        Symbol of the step that it comes from, whose origin is printed behind it; "" for words.
    count : int or None
        For what is counted: its noun is chosen by the plan.
    at : Anchor or None
        A place in the paper to link.
    """

    name: str
    text: str
    symbol: str = ""
    count: int | None = None
    at: Anchor | None = None


# -- outcomes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    code, name : str
    verdict : Verdict
    at : Anchor
    message : str
        One sentence, the number first, no advice, no "you" and no "I".
    note : str
        A few words for the caret line ("the two times give 1.27").
    bold : str
        The contradiction alone ("1.32 s / 1.04 s is 1.27, not 1.5.").
    question : str
        For what is open: ends in "?".  "" otherwise.
    only_if : str
        For what is implausible: the condition that would make it true.  "" otherwise.
    steps : tuple of Step
    operands : tuple of NumberId
        Numbers that went into it, the one underlined first.
    related : tuple of (Anchor, str)
    fixes : tuple of Fix
    figure : Figure or None
    slots : tuple of Slot
        What the sentence plans of this rule may say.
    case : str
        Letter of the plan that fits ("A": both cells known), "" where the slots decide.
    mechanisms : tuple of str
        Ids of the mechanisms that it is about.
    """

    code: str
    name: str
    verdict: Verdict
    at: Anchor
    message: str
    steps: tuple[Step, ...]
    operands: tuple[NumberId, ...] = ()
    note: str = ""
    bold: str = ""
    question: str = ""
    only_if: str = ""
    related: tuple[tuple[Anchor, str], ...] = ()
    fixes: tuple[Fix, ...] = ()
    figure: Figure | None = None
    slots: tuple[Slot, ...] = ()
    case: str = ""
    mechanisms: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Hash of the code and of what the finding is about, not of where that stands."""
        about = "|".join([self.code, *(str(o) for o in self.operands), repr(self.at)])
        return hashlib.blake2b(about.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Held:
    """A check that passed: the numbers it held against each other, and its derivation."""

    code: str
    numbers: tuple[NumberId, ...]
    summary: str
    steps: tuple[Step, ...]
    slots: tuple[Slot, ...] = ()
    figure: Figure | None = None


Outcome = Finding | Held


def _no_bibliography() -> Bibliography:
    from tanaka.paper.bibliography import Bibliography

    return Bibliography()


@dataclass(frozen=True, slots=True)
class Context:
    """All that a rule may know.

    ``delta`` is None where there is no baseline; ``from_pdf`` says that the paper was read from a
    PDF, whose numbers never carry a proof (the runner sees to that).
    """

    paper: Paper
    knowledge: Knowledge
    bibliography: Bibliography = field(default_factory=lambda: _no_bibliography())
    baseline: Paper | None = None
    baseline_name: str = ""
    delta: Delta | None = None
    from_pdf: bool = False
    given: tuple[tuple[NumberId, tuple[Given, ...]], ...] = ()
    """What the author declares in comments, for the numbers that they reach."""
    defaults: tuple[Given, ...] = ()
    """What the author declares for the whole paper."""

    def about(self, id: NumberId) -> About:
        """What a number is bound to: as stated, as declared, as inferred."""
        from tanaka.paper.about import about

        own = next((declared for number, declared in self.given if number == id), ())
        return about(self.paper, id, (*own, *self.defaults))


Check = Callable[[Context], Iterator[Outcome]]
PREVIEW = "preview"
"""Status of a rule whose findings have not been read on enough real papers: off unless asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule: its code, its name, since when, and its manual page."""

    code: str
    name: str
    since: str
    status: str
    check: Check
    doc: str
    whole: Check | None = None
    """What a rule of a stretch asks of the paper as a whole besides."""

    @property
    def title(self) -> str:
        """First heading of the manual, without its marks."""
        return self.name.replace("-", " ")


def rule(
    code: str, *, since: str, status: str = "stable", whole: Check | None = None
) -> Callable[[Check], Rule]:
    """Make a rule of a function; its module's docstring is the manual.

    The rule's name is the function's, with hyphens: it reads as "ignore above-peak".  ``whole`` is
    what a rule of a stretch asks of the paper as a whole besides.
    """

    def register(check: Check) -> Rule:
        module = inspect.getmodule(check)
        name = getattr(check, "__name__", "rule").replace("_", "-")
        return Rule(
            code,
            name,
            since,
            status,
            check,
            inspect.cleandoc(module.__doc__ or "") if module else "",
            whole,
        )

    return register
