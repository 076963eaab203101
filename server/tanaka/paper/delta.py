"""What a draft changes against its baseline: mechanisms shared, added, removed, re-configured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tanaka.knowledge.model import Knowledge
from tanaka.paper.model import Mention, MentionId, Paper, Where


class DeltaKind(StrEnum):
    """What became of a mechanism of either paper."""

    SHARED = "shared"
    ADDED = "added"
    REMOVED = "removed"
    """The draft says that it is gone: negated, replaced, or kept by the baseline alone."""
    CONFIGURED = "re-configured"
    """Both have it, with settings that differ."""
    SILENT = "not mentioned"
    """The baseline has it, and the draft says nothing of it."""


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
    """

    kind: DeltaKind
    mechanism: str
    name: str
    draft: tuple[MentionId, ...] = ()
    baseline: tuple[MentionId, ...] = ()
    settings: tuple[DeltaSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """The rows, in the order shared, re-configured, removed, added, not mentioned."""

    rows: tuple[DeltaRow, ...]

    def of(self, *kinds: DeltaKind) -> tuple[DeltaRow, ...]:
        """Rows of some kinds, in their order."""
        return tuple(r for r in self.rows if r.kind in kinds)


_ASIDE = (Where.RELATED, Where.FUTURE)


def audit(draft: Paper, baseline: Paper, known: Knowledge) -> Delta:
    """The delta of a draft against its baseline.

    Parameters
    ----------
    draft, baseline : Paper
    known : Knowledge
        Mentions of other things than its mechanisms are left out.
    """
    ours, theirs = _by_mechanism(draft, known), _by_mechanism(baseline, known)
    rows: list[DeltaRow] = []
    for id in dict.fromkeys([*theirs, *ours]):
        mine, base = ours.get(id, ()), theirs.get(id, ())
        own = [m for m in mine if m.role == "ours"]
        gone = [m for m in mine if m.role == "negated"]
        has = [m for m in base if m.role == "ours"]
        name = known.by_mechanism[id].name
        if own and has:
            rows.append(DeltaRow(DeltaKind.SHARED, id, name, _ids(own), _ids(has)))
        elif own:
            rows.append(DeltaRow(DeltaKind.ADDED, id, name, _ids(own)))
        elif has and gone:
            rows.append(DeltaRow(DeltaKind.REMOVED, id, name, _ids(gone), _ids(has)))
        elif has:
            rows.append(DeltaRow(DeltaKind.SILENT, id, name, (), _ids(has)))
    return Delta(tuple(sorted(rows, key=lambda r: _ORDER.index(r.kind))))


_ORDER = (
    DeltaKind.SHARED,
    DeltaKind.CONFIGURED,
    DeltaKind.REMOVED,
    DeltaKind.ADDED,
    DeltaKind.SILENT,
)


def _by_mechanism(paper: Paper, known: Knowledge) -> dict[str, tuple[Mention, ...]]:
    found: dict[str, list[Mention]] = {}
    for m in paper.mentions:
        if m.what in known.by_mechanism and m.where not in _ASIDE:
            found.setdefault(m.what, []).append(m)
    return {what: tuple(ms) for what, ms in found.items()}


def _ids(mentions: list[Mention]) -> tuple[MentionId, ...]:
    return tuple(m.id for m in mentions)
