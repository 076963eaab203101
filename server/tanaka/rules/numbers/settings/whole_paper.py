"""Which places speak for the whole paper, and whether two of them can contradict each other.

A value of one experiment is no value of the paper.  A summary speaks for the paper, so does a
sentence on all experiments or on the cluster itself, and a table of the set-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tanaka.paper.model import Number, SectionId, Where
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.api import Context

_ABSTRACT = SectionId("the abstract")
_SUMMARY = Lazy(
    r"(?<![\w-])(?:introduction|conclusions?|concluding|contributions?|limitations?)(?![\w-])|^summary$",
    re.I,
)
_SET_UP = Lazy(
    r"set-?up|settings?(?![\w-])|method|test-?bed|hardware|environment|implementation|platform|configuration|workload|data|"
    r"experiments?(?![\w-])|evaluation|design|architecture|details",
    re.I,
)
_STUDY = Lazy(
    r"ablation|sensitiv|scal|case stud|example|micro-?bench|compar|overhead|generali[sz]|simulat|additional|further|extended",
    re.I,
)


CHOSEN = frozenset(
    ("models", "applications", "workloads", "benchmarks", "tasks", "programs", "scenarios", "configurations", "participants")
)  # fmt: skip
"""What each experiment takes some of: a count of these is the paper's only where all are meant."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and how it is said.

    Attributes
    ----------
    number : Number
    stated : bool
        Whether its sentence states it, and does not only name it.
    universal : bool
        Whether its sentence speaks of all experiments, or of the cluster itself.
    listed : bool
        Whether it stands in a table of the set-up, under the name of the attribute.
    """

    number: Number
    stated: bool
    universal: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Zones:
    """Sections that sum up the paper, and those that set its experiments up.

    Attributes
    ----------
    summaries, set_ups : frozenset of SectionId
    """

    summaries: frozenset[SectionId]
    set_ups: frozenset[SectionId]

    def contradict(self, one: Sequence[Place], other: Sequence[Place]) -> bool:
        """Whether two values are both said of the whole paper.

        Either both are said of all of it, or a summary has one and a set-up, or two sections, the
        other.  Two values within one section are told apart by their author.
        """
        if {home(p.number) for p in one} & {home(p.number) for p in other}:
            return False
        if self.summed(one):
            return self._whole(other) or self._settled(other)
        if self.summed(other):
            return self._settled(one)
        return self._whole(one) and self._whole(other)

    def speaks(self, place: Place) -> bool:
        """Whether a place alone can contradict others."""
        return self._whole([place]) or self._settled([place])

    def summed(self, places: Sequence[Place]) -> bool:
        """Whether a summary states a value."""
        return any(p.stated and self.sums_up(p.number) for p in places)

    def sums_up(self, number: Number) -> bool:
        """Whether a number stands in a summary of the paper."""
        if number.where in (Where.CAPTION, Where.TABLE):
            return False
        return number.where is Where.ABSTRACT or number.section in self.summaries

    def _whole(self, places: Sequence[Place]) -> bool:
        return self.summed(places) or any(p.listed or p.universal for p in places)

    def _settled(self, places: Sequence[Place]) -> bool:
        """Whether a set-up states a value, or two sections have it."""
        if any(p.listed or (p.stated and p.number.section in self.set_ups) for p in places):
            return True
        return len({home(p.number) for p in places}) > 1


def home(number: Number) -> SectionId:
    """The section that a number stands in; the abstract is one."""
    return _ABSTRACT if number.where is Where.ABSTRACT else number.section


def zones(ctx: Context) -> Zones:
    """Sections of a paper by what their titles say; a subsection of a summary is none by itself.

    Where there are several chapters, each has an introduction of its own.
    """
    top = 1 if sum(s.level == 0 for s in ctx.paper.sections) < 2 else 0
    summaries: set[SectionId] = set()
    set_ups: set[SectionId] = set()
    for s in ctx.paper.sections:
        if _STUDY.search(s.title):
            continue
        if _SUMMARY.search(s.title):
            if s.level <= top or (top and s.where in (Where.INTRODUCTION, Where.CONCLUSION)):
                summaries.add(s.id)
        elif s.where is not Where.RELATED and _SET_UP.search(s.title):
            set_ups.add(s.id)
    return Zones(frozenset(summaries), frozenset(set_ups))
