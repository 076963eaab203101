"""What a draft changes against its baseline: mechanisms shared, added, removed, re-configured.

A row is shown only where both papers are plain about it: a row that is wrong costs more than one
that is missing.  So a mechanism counts as added where the draft has it beyond doubt and the
baseline says nothing of it, and as shared where one has it beyond doubt and the other says a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum

from tanaka.knowledge.model import Combination, Knowledge
from tanaka.paper.model import (
    Asserted,
    Mention,
    MentionId,
    Number,
    NumberId,
    Paper,
    SectionId,
    Where,
)
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier
from tanaka.quantity.literal import parse
from tanaka.records import dataclass


class DeltaKind(StrEnum):
    """What became of a mechanism of either paper."""

    SHARED = "shared"
    ADDED = "added"
    REMOVED = "removed"
    """The draft says that it is gone: negated, replaced, or kept by the baseline alone."""
    CONFIGURED = "re-configured"
    """Both have it, with settings that differ."""
    SILENT = "baseline only"
    """The baseline has it; the draft says nothing of it, or names it only beside its own."""


@dataclass(frozen=True, slots=True)
class DeltaSetting:
    """A setting that both papers state: its name and both values, as printed."""

    name: str
    draft: str
    baseline: str


@dataclass(frozen=True, slots=True)
class DeltaRow:
    """One mechanism with the mentions that show it, the most telling first.

    Attributes
    ----------
    kind : DeltaKind
    mechanism : str
        Id in the knowledge base; "" for a setting of the whole run (batch, devices, model).
    name : str
        As printed.
    draft, baseline : tuple of MentionId
        In the draft and in the baseline paper.
    settings : tuple of DeltaSetting
        Those that differ, for what is re-configured.
    draft_numbers, baseline_numbers : tuple of NumberId
        Where both papers state a setting of the whole run.
    """

    kind: DeltaKind
    mechanism: str
    name: str
    draft: tuple[MentionId, ...] = ()
    baseline: tuple[MentionId, ...] = ()
    settings: tuple[DeltaSetting, ...] = ()
    draft_numbers: tuple[NumberId, ...] = ()
    baseline_numbers: tuple[NumberId, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """The rows, in the order shared, re-configured, removed, added, baseline only."""

    rows: tuple[DeltaRow, ...]

    def of(self, *kinds: DeltaKind) -> tuple[DeltaRow, ...]:
        """Rows of some kinds, in their order."""
        return tuple(r for r in self.rows if r.kind in kinds)


_ORDER = (
    DeltaKind.SHARED,
    DeltaKind.CONFIGURED,
    DeltaKind.REMOVED,
    DeltaKind.ADDED,
    DeltaKind.SILENT,
)
_ASIDE = (Where.RELATED, Where.FUTURE)

# How far one mention goes towards "the paper has it", by where it stands.
_WEIGHT = {
    Where.TITLE: 2.0,
    Where.ABSTRACT: 1.0,
    Where.BODY: 1.0,
    Where.APPENDIX: 1.0,
    Where.TABLE: 0.5,
    Where.INTRODUCTION: 0.5,
    Where.CONCLUSION: 0.5,
    Where.CAPTION: 0.25,
}
_PLAIN = 2.0  # beyond doubt: said twice where it counts, or proposed
_SOME = 1.0  # said once where it counts
_WORD = 0.5  # said at all
# What a paper does without it says once, and most readily where it sums itself up.
_AGAINST = {w: 1.0 for w in _WEIGHT} | {Where.CAPTION: 0.25, Where.TABLE: 0.25}

SWITCHES = frozenset({"recomputation", "offload", "zero", "mixed-precision", "loss-scaling", "gradient-clipping"})  # fmt: skip
"""Mechanisms that a training runtime turns on and off: one without it says so of itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one paper says of one mechanism.

    Attributes
    ----------
    own, gone, theirs : tuple of Mention
        As its own, as absent, and as the baseline's; the most telling first.
    weight, against : float
        Of the first two.
    proposed : bool
        Whether one of the first is the authors' own doing.
    """

    own: tuple[Mention, ...] = ()
    gone: tuple[Mention, ...] = ()
    theirs: tuple[Mention, ...] = ()
    weight: float = 0.0
    against: float = 0.0
    proposed: bool = False

    @property
    def plain(self) -> bool:
        """Whether the paper has it beyond doubt."""
        return (self.proposed or self.weight >= _PLAIN) and self.weight > self.against

    @property
    def some(self) -> bool:
        """Whether the paper has it as far as one sentence tells."""
        return (self.proposed or self.weight >= _SOME) and self.weight > self.against

    @property
    def word(self) -> bool:
        """Whether the paper says of itself that it has it, wherever that is."""
        return (self.proposed or self.weight >= _WORD) and self.weight > self.against

    @property
    def absent(self) -> bool:
        """Whether the paper says that it does without."""
        return self.against >= _SOME and self.against > self.weight and not self.proposed


def evidence(paper: Paper, known: Knowledge) -> dict[str, Evidence]:
    """What a paper says of each mechanism outside related and future work."""
    found: dict[str, list[Mention]] = {}
    for m in paper.mentions:
        if m.what in known.by_mechanism and m.where not in _ASIDE:
            found.setdefault(m.what, []).append(m)
    telling = _telling(paper)
    return {what: _weighed(sorted(ms, key=telling)) for what, ms in found.items()}


def _weighed(mentions: list[Mention]) -> Evidence:
    own = tuple(m for m in mentions if m.role == "ours")
    gone = tuple(m for m in mentions if m.role == "negated")
    return Evidence(
        own,
        gone,
        tuple(m for m in mentions if m.role == "baseline"),
        sum(_WEIGHT.get(m.where, 0.0) for m in own),
        sum(_AGAINST.get(m.where, 0.0) for m in gone),
        any(m.proposed for m in own),
    )


_DESIGN = Lazy(
    r"\b(?:design|method|approach|system|architecture|algorithm|schedule|overview|mechanism)", re.I
)
_PLACE = (Where.BODY, Where.APPENDIX, Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION, Where.TABLE, Where.CAPTION, Where.TITLE)  # fmt: skip


def _telling(paper: Paper) -> Callable[[Mention], tuple[bool, bool, int]]:
    """Order of mentions: proposed, then in a section on the design, then by place."""
    designs = design_sections(paper)
    return lambda m: (
        not m.proposed,
        m.where is not Where.BODY or m.section not in designs,
        _PLACE.index(m.where) if m.where in _PLACE else len(_PLACE),
    )


def design_sections(paper: Paper) -> frozenset[SectionId]:
    """Sections that tell what a paper builds, with those below them."""
    found: set[SectionId] = set()
    inside = False
    for section in paper.sections:
        if section.level <= 1:
            inside = bool(_DESIGN.search(section.title)) and section.where is Where.BODY
        if inside:
            found.add(section.id)
    return frozenset(found)


def audit(draft: Paper, baseline: Paper, known: Knowledge) -> Delta:
    """The delta of a draft against its baseline.

    Parameters
    ----------
    draft, baseline : Paper
    known : Knowledge
        Mentions of other things than its mechanisms are left out.
    """
    audit = _Audit(evidence(draft, known), evidence(baseline, known), known)
    rows = [*audit.rows(), *_run_rows(draft, baseline)]
    return Delta(tuple(sorted(rows, key=lambda r: _ORDER.index(r.kind))))


_NOTHING = Evidence()


def _both(mine: Evidence, base: Evidence) -> bool:
    """Whether both papers have something: one beyond doubt, and the other says so of itself."""
    return (mine.plain and base.word) or (base.plain and mine.word)


class _Audit:
    """Holds both papers' evidence against each other."""

    def __init__(
        self, ours: dict[str, Evidence], theirs: dict[str, Evidence], known: Knowledge
    ) -> None:
        self.ours, self.theirs, self.known = ours, theirs, known

    def rows(self) -> list[DeltaRow]:
        found: dict[str, DeltaRow] = {}
        for id in dict.fromkeys([*self.theirs, *self.ours]):
            row = self.row(id)
            if row is not None:
                found[id] = row
        return [r for r in self.with_parents(found).values() if not self.shadowed(r, found)]

    def row(self, id: str) -> DeltaRow | None:
        mine, base = self.ours.get(id, _NOTHING), self.theirs.get(id, _NOTHING)
        name = self.known.by_mechanism[id].name
        common = self.known.by_mechanism[id].common
        if _both(mine, base):
            settings, draft, other = _settings(mine.own, base.own)
            kind = DeltaKind.CONFIGURED if settings else DeltaKind.SHARED
            return DeltaRow(kind, id, name, _ids(draft), _ids(other), settings)
        if mine.plain and base.absent and id in SWITCHES:
            switch = (DeltaSetting(name, "on", "off"),)
            return DeltaRow(DeltaKind.CONFIGURED, id, name, _ids(mine.own), _ids(base.gone), switch)
        if mine.plain and self.is_new(id, mine, base) and (mine.proposed or not common):
            return DeltaRow(DeltaKind.ADDED, id, name, _ids(mine.own), _ids(base.gone))
        if base.some and mine.absent and not self.below(id, self.ours):
            return DeltaRow(DeltaKind.REMOVED, id, name, _ids(mine.gone), _ids(base.own))
        if base.plain and not common and not self.touched(id):
            return DeltaRow(DeltaKind.SILENT, id, name, (), _ids(base.own))
        return None

    def is_new(self, id: str, mine: Evidence, base: Evidence) -> bool:
        """Whether the baseline does not have it: it says so, or no word of it or of its kind."""
        if base.own or base.theirs or self.below(id, self.theirs):
            return False
        if mine.proposed or base.absent:
            return True
        if mine.theirs:
            return False  # the draft says that the baseline has it too
        for parent in self.known.ancestors(id):
            if self.theirs.get(parent, _NOTHING).own:
                # A general word says nothing of its kinds, unless the paper names another kind.
                return self.below(parent, self.theirs)
        return True

    def below(self, id: str, paper: dict[str, Evidence]) -> bool:
        """Whether a paper has a kind of a mechanism."""
        return any(o != id and self.known.is_a(o, id) and e.some for o, e in paper.items())

    def touched(self, id: str) -> bool:
        """Whether the draft says anything of a mechanism, of what it is a kind of, or of its kinds."""
        near = {id, *self.known.ancestors(id)}
        return any(o in near or self.known.is_a(o, id) for o in self.ours)

    def with_parents(self, found: dict[str, DeltaRow]) -> dict[str, DeltaRow]:
        """Rows with what both papers share by its kind alone: one names the kind, one a kind of it."""
        shared = {i for i, r in found.items() if r.kind in (DeltaKind.SHARED, DeltaKind.CONFIGURED)}
        rows = dict(found)
        for id, base in self.theirs.items():
            for other, mine in self.ours.items():
                if id == other or not _both(mine, base):
                    continue
                kind = id if self.known.is_a(other, id) else other
                if not (self.known.is_a(other, kind) and self.known.is_a(id, kind)):
                    continue
                if kind in rows or any(self.known.is_a(s, kind) for s in shared):
                    continue
                name = self.known.by_mechanism[kind].name
                rows[kind] = DeltaRow(DeltaKind.SHARED, kind, name, _ids(mine.own), _ids(base.own))
        return rows

    def shadowed(self, row: DeltaRow, found: dict[str, DeltaRow]) -> bool:
        """Whether a more special row says the same."""
        alike = (
            (DeltaKind.SHARED, DeltaKind.CONFIGURED)
            if row.kind in (DeltaKind.SHARED, DeltaKind.SILENT)
            else ()
        )
        return any(
            other != row.mechanism
            and self.known.is_a(other, row.mechanism)
            and (r.kind is row.kind or r.kind in alike)
            and not row.settings
            for other, r in found.items()
        )


def _ids(mentions: Iterable[Mention]) -> tuple[MentionId, ...]:
    return tuple(m.id for m in mentions)


@dataclass(frozen=True, slots=True)
class Joined:
    """A published combination that a draft's addition completes.

    Attributes
    ----------
    combination : Combination
    part : str
        The mechanism of it that the draft adds, or adds a kind of.
    row : DeltaRow
        Of what is added.
    others : tuple of (str, DeltaRow)
        Its other mechanisms, each with the row of what the draft has of it.
    """

    combination: Combination
    part: str
    row: DeltaRow
    others: tuple[tuple[str, DeltaRow], ...]


def joined(row: DeltaRow, rows: Iterable[DeltaRow], known: Knowledge) -> tuple[Joined, ...]:
    """Published combinations that a row completes, in the order of the knowledge base.

    Parameters
    ----------
    row : DeltaRow
        Of a mechanism that the draft adds.
    rows : iterable of DeltaRow
        Of all mechanisms that the draft has.
    known : Knowledge
        A mechanism counts for what it is a kind of.
    """
    have = [r for r in rows if r.mechanism and r.mechanism != row.mechanism]
    found: list[Joined] = []
    for combination in known.combinations:
        own = [p for p in sorted(combination.mechanisms) if known.is_a(row.mechanism, p)]
        if not own or len(combination.mechanisms) < 2:
            continue
        part = row.mechanism if row.mechanism in own else own[0]
        others: list[tuple[str, DeltaRow]] = []
        for other in sorted(combination.mechanisms - {part}):
            used = [r for _, r in others]
            fits = (r for r in have if known.is_a(r.mechanism, other) and r not in used)
            others.extend([(other, r)] if (r := next(fits, None)) is not None else [])
        if len(others) == len(combination.mechanisms) - 1:
            found.append(Joined(combination, part, row, tuple(others)))
    return tuple(found)


# -- settings of a mechanism ------------------------------------------------------------------


_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}


def normal(value: str) -> str:
    """A setting's value so that two spellings of one compare equal: "eight", "8" and "8.0"."""
    text = " ".join(value.replace("{", "").replace("}", "").split()).casefold().rstrip(".,;")
    text = _ORDINALS.get(text, text)
    match = re.match(r"(?P<number>[-−]?[\d.,]*\d|[a-z]+(?:-[a-z]+)?)(?P<rest>.*)", text, re.S)
    literal = parse(match["number"]) if match else None
    if match is None or literal is None:
        return text
    return f"{literal.value:g}{match['rest'].replace(' ', '')}"


def _settings(
    ours: tuple[Mention, ...], theirs: tuple[Mention, ...]
) -> tuple[tuple[DeltaSetting, ...], tuple[Mention, ...], tuple[Mention, ...]]:
    """Settings that differ, and both lists of mentions with those that state them in front."""
    mine, base = _stated(ours), _stated(theirs)
    differ = [n for n in mine if n in base and normal(mine[n][0]) != normal(base[n][0])]
    settings = tuple(DeltaSetting(n, mine[n][0], base[n][0]) for n in differ)
    first = [mine[n][1] for n in differ], [base[n][1] for n in differ]
    return (
        settings,
        tuple(dict.fromkeys([*first[0], *ours])),
        tuple(dict.fromkeys([*first[1], *theirs])),
    )


def _stated(mentions: tuple[Mention, ...]) -> dict[str, tuple[str, Mention]]:
    """Settings for which a paper states one value alone, with it and the mention."""
    found: dict[str, dict[str, tuple[str, Mention]]] = {}
    for m in mentions:
        for name, value in m.settings:
            found.setdefault(name, {}).setdefault(normal(value), (value, m))
    only = {n: next(iter(v.values())) for n, v in found.items() if len(v) == 1}
    return {n: (value.rstrip(".,;"), m) for n, (value, m) in only.items()}


# -- settings of the whole run ----------------------------------------------------------------

_RUN: tuple[tuple[str, Kind, tuple[str, ...], float], ...] = (
    ("devices", Kind.GPU_COUNT, ("gpu",), 2),
    ("nodes", Kind.NODE_COUNT, ("node",), 2),
    ("model size", Kind.PARAM_COUNT, ("", "parameter"), 1e6),
    ("sequence length", Kind.SEQ_LEN, ("", "token"), 64),
    ("global batch", Kind.BATCH_SIZE, ("sequence", "sample", "image"), 8),
)
_SAME = 0.05  # "13B" and "12.85B" are one size


def _run_rows(draft: Paper, baseline: Paper) -> list[DeltaRow]:
    """Settings of the whole run for which each paper plainly states one value, and another one."""
    rows: list[DeltaRow] = []
    for name, kind, nouns, least in _RUN:
        mine = _plainly(draft, kind, nouns, least)
        base = _plainly(baseline, kind, nouns, least)
        if not mine or not base:
            continue
        a, b = mine[0].quantity, base[0].quantity
        if abs(a.point - b.point) <= _SAME * max(a.point, b.point):
            continue
        rows.append(
            DeltaRow(
                DeltaKind.CONFIGURED, "", name,
                settings=(DeltaSetting(name, a.shown, b.shown),),
                draft_numbers=tuple(n.id for n in mine), baseline_numbers=tuple(n.id for n in base),
            )
        )  # fmt: skip
    return rows


def _plainly(paper: Paper, kind: Kind, nouns: tuple[str, ...], least: float) -> tuple[Number, ...]:
    """Numbers that state the one value of a setting; empty where a paper has several."""
    stated = [
        n
        for n in paper.numbers
        if n.kind is kind
        and n.noun in nouns
        and not n.per
        and n.asserted is Asserted.YES
        and n.where not in (*_ASIDE, Where.TABLE)
        and n.quantity.qualifier in (Qualifier.EXACT, Qualifier.APPROX)
        and not isinstance(n.quantity.value, tuple)
        and n.quantity.point >= least
    ]
    counts = Counter(n.quantity.point for n in stated)
    if not counts:
        return ()
    value, times = counts.most_common(1)[0]
    # One of several values is the run's own where most of the statements are of it.
    if len(counts) > 1 and 2 * times <= len(stated):
        return ()
    return tuple(n for n in stated if n.quantity.point == value)
