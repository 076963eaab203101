"""What the analysis of one paper gives: findings with places, coverage, what was ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from tanaka.analysis.baseline import Baseline, is_pdf
from tanaka.analysis.given import Givens, declared
from tanaka.paper.model import NumberId, Paper
from tanaka.paper.spans import SpanTable
from tanaka.records import dataclass
from tanaka.rules.api import Finding, FixKind, Held
from tanaka.text import DocId, Edit, Span

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge
    from tanaka.paper.about import About
    from tanaka.paper.bibliography import Bibliography
    from tanaka.paper.delta import Delta


@dataclass(frozen=True, slots=True)
class LocatedFix:
    """A fix as edits on documents."""

    title: str
    kind: FixKind
    edits: tuple[Edit, ...]


class Located:
    """A finding with its place in this revision.

    Attributes
    ----------
    finding : Finding
    span : Span
        What is underlined.
    related : tuple of (Span, str)
    """

    def __init__(
        self,
        finding: Finding,
        span: Span,
        related: tuple[tuple[Span, str], ...],
        fixes: Callable[[], tuple[LocatedFix, ...]],
        block: Callable[[], Span],
    ) -> None:
        self.finding, self.span, self.related = finding, span, related
        self._fixes, self._block = fixes, block

    @cached_property
    def fixes(self) -> tuple[LocatedFix, ...]:
        """Real fixes first, inserts next, ignores last; made when somebody asks for them."""
        return self._fixes()

    def get_block(self) -> Span:
        """The block of LaTeX it stands in (new findings in a block under edit are held back)."""
        return self._block()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment silences, with the reason given."""

    located: Located
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many numbers were seen, read, bound, checked, and found consistent."""

    quantities: int
    read: int
    bound: int
    checked: int
    consistent: int
    by_rule: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The analysis of one paper at one revision.

    ``texts`` holds what edits and places may point to: the paper's ``files``, and those of its
    bibliography and of the baseline, which are not among them.  ``failures`` are log lines of rules that raised; ``missing``
    are files that the paper inputs and nobody has given yet.  ``delta`` is there where a
    ``baseline`` is.
    """

    root: DocId
    files: tuple[DocId, ...]
    texts: Mapping[DocId, str]
    paper: Paper
    spans: SpanTable
    findings: tuple[Located, ...]
    held: tuple[Held, ...]
    suppressed: tuple[Suppressed, ...]
    coverage: Coverage
    missing: tuple[DocId, ...]
    problems: tuple[str, ...]
    failures: tuple[str, ...]
    checked: frozenset[NumberId]
    knowledge: Knowledge
    bibliography: Bibliography
    baseline: Baseline | None = None
    delta: Delta | None = None
    venue: str = ""
    defaults: tuple[tuple[str, str], ...] = ()
    """``[given]`` of ``tanaka.toml``."""
    given: Mapping[DocId, Givens] = field(default_factory=dict)
    """Comments of its files that declare something."""

    @property
    def bibliography_texts(self) -> Mapping[DocId, str]:
        """Texts of the files that an entry may be added to."""
        return {d: self.texts[d] for d in self.bibliography.docs}

    def about(self, id: NumberId) -> About:
        """What a number is about, with what the author declares for its place."""
        from tanaka.paper.about import about

        span = self.spans.numbers[id].whole
        return about(self.paper, id, declared(self.defaults, self.given, span))

    @property
    def from_pdf(self) -> bool:
        """Whether the paper was read from a PDF: its numbers carry no proof."""
        return is_pdf(self.root)

    def at(self, doc: DocId, offset: int) -> tuple[Located, ...]:
        """Findings whose underlined words the offset touches."""
        return tuple(f for f in self.findings if f.span.covers(doc, offset))

    def number_at(self, doc: DocId, offset: int) -> NumberId | None:
        """The number under an offset, the shortest where several overlap."""
        return self.spans.number_at(doc, offset)
