"""The Mirror: what is extended, what replaces what, and the table of the delta."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from tanaka.analysis.baseline import Baseline
from tanaka.paper.delta import DeltaKind, DeltaRow, DeltaSetting, Evidence, evidence
from tanaka.paper.model import Mention, MentionId, NumberId
from tanaka.paper.spans import SpanTable
from tanaka.records import dataclass
from tanaka.text import Span
from tanaka.views.review import Paragraph, Part, Run, Table
from tanaka.voice.plans import Value, count, words
from tanaka.voice.quote import Words
from tanaka.voice.speech import Speech

_MOST = 3
HEAVY = 3.0
"""Weight of what a paper says of a mechanism from which it is about that mechanism."""
_SHOWN = 12
"""Rows of the table; more is a list that nobody reads."""


@dataclass(frozen=True, slots=True)
class Named:
    """A mechanism of the draft: its id, its name, and the most telling place that names it."""

    id: str
    name: str
    at: Span | None


class Change:
    """What the draft has, adds and gives up: from the delta, else from its own words alone."""

    def __init__(self, speech: Speech) -> None:
        self.speech, self.report = speech, speech.report

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        """What the draft says of each mechanism."""
        return evidence(self.report.paper, self.report.knowledge)

    def weight(self, id: str) -> float:
        """How much the draft says of a mechanism as its own."""
        return self.evidence[id].weight if id in self.evidence else 0.0

    @cached_property
    def added(self) -> tuple[Named, ...]:
        """What is the draft's own, the most special first where one is a kind of another."""
        if self.report.delta is not None:
            rows = self.report.delta.of(DeltaKind.ADDED)
            return self._specific([self._row(r) for r in rows])
        known = self.report.knowledge.by_mechanism
        own = [
            (-e.weight, i, e.proposed, self._named(id, e.own))
            for i, (id, e) in enumerate(self.evidence.items())
            if e.plain and (e.proposed or (e.weight >= HEAVY and not known[id].common))
        ]
        # What a paper offers as its own doing is its delta; the rest is what it uses.
        if any(proposed for _, _, proposed, _ in own):
            own = [o for o in own if o[2]]
        return self._specific([n for *_, n in sorted(own, key=lambda o: o[:2])])

    @cached_property
    def claimed(self) -> bool:
        """Whether what is the draft's own is so by the delta, or by its own word."""
        if self.report.delta is not None:
            return True
        return any(self.evidence[n.id].proposed for n in self.added)

    @cached_property
    def removed(self) -> tuple[Named, ...]:
        """What the draft gives up of what its baseline is made of."""
        if self.report.delta is None:
            return ()
        known = self.report.knowledge.by_mechanism
        rows = self.report.delta.of(DeltaKind.REMOVED)
        told = [r for r in rows if r.mechanism not in known or not known[r.mechanism].common]
        return self._specific([self._row(r) for r in told or rows])

    @cached_property
    def kept(self) -> tuple[Named, ...]:
        """What both papers have, or the building blocks that the draft names."""
        if self.report.delta is not None:
            rows = self.report.delta.of(DeltaKind.SHARED, DeltaKind.CONFIGURED)
            return self._specific([self._row(r) for r in rows if r.mechanism])
        added = {n.id for n in self.added}
        # What a sentence names in passing is no building block.
        return self._specific([
            self._named(id, e.own) for id, e in self.evidence.items() if e.plain and id not in added
        ])  # fmt: skip

    @cached_property
    def configured(self) -> tuple[DeltaRow, ...]:
        """Rows whose settings differ."""
        delta = self.report.delta
        return delta.of(DeltaKind.CONFIGURED) if delta is not None else ()

    def _row(self, row: DeltaRow) -> Named:
        at = _first(row.draft, self.report.spans)
        return Named(row.mechanism, row.name, at)

    def _named(self, id: str, mentions: Sequence[Mention]) -> Named:
        at = _first([m.id for m in mentions], self.report.spans)
        return Named(id, self.report.knowledge.by_mechanism[id].name, at)

    def _specific(self, named: Sequence[Named]) -> tuple[Named, ...]:
        """Without those of which another is a kind."""
        known, ids = self.report.knowledge, {n.id for n in named}
        general = {a for id in ids for a in known.ancestors(id)}
        return tuple(n for n in named if n.id not in general)


def _first(ids: Sequence[MentionId], spans: SpanTable) -> Span | None:
    return next((spans.mentions[i] for i in ids if i in spans.mentions), None)


def mirror(speech: Speech, change: Change, *, whole: bool = False) -> Part:
    """What is understood, as a question.

    Parameters
    ----------
    speech : Speech
    change : Change
    whole : bool
        Whether the table has every row of the delta, what the draft does not mention among them.
    """
    part = speech.persona.part("mirror")
    said = speech.part("MIRROR", _values(speech, change), _letters(speech, change))
    voice = speech.spoken([said.whole] if said else [])
    return Part("mirror", part.title, voice, _table(speech, change, whole))


def _letters(speech: Speech, change: Change) -> str:
    """Plans that are true of this delta."""
    if speech.report.baseline is None:
        return "D" if change.added else "G" if change.kept else "E"
    if change.added and change.removed:
        return "A"
    if change.added:
        return "B"
    return "C" if change.configured else "F" if change.kept else "E"


def _values(speech: Speech, change: Change) -> dict[str, Value]:
    values = speech.common()
    baseline = speech.report.baseline
    if baseline is not None:
        values["baseline"] = words(_extended(speech, change, baseline))
    for name, line, named in (
        ("delta_old", "line", change.removed[:2]),
        ("delta_new", "line2" if _letters(speech, change) == "A" else "line", change.added[:_MOST]),
        ("mechanism", "line", change.kept[:_MOST]),
    ):
        if named and name not in values and not (name == "mechanism" and change.added):
            values[name] = Value(listing(speech, named, last=False))
            if named[-1].at is not None:
                values[line] = speech.sources.place(named[-1].at)
    settings = [_changed(r, s) for r in change.configured for s in r.settings]
    if settings:
        values["setting"] = words(_listed(settings[:_MOST]))
    if (scope := _scope(speech)) is not None:
        values["scope"] = words(scope)
    values["n"] = count(len(speech.report.paper.numbers))
    return values


def _changed(row: DeltaRow, setting: DeltaSetting) -> str:
    """What a setting became: "the stage of sharded training state changed from 1 to 2"."""
    of = f"the {setting.name} of {row.name}" if row.mechanism and setting.name != row.name else setting.name  # fmt: skip
    return f"{of} changed from {setting.baseline} to {setting.draft}"


def listing(speech: Speech, named: Sequence[Named], *, last: bool = True) -> Paragraph:
    """Mechanisms with their places; ``last`` says whether the last has its own behind it."""
    out: list[Run] = []
    for i, n in enumerate(named):
        if i:
            out.append(Run(" and " if i == len(named) - 1 else ", "))
        out.append(Run(n.name))
        if n.at is not None and (last or i < len(named) - 1):
            out += [Run(" ["), Run(speech.places.label(n.at), at=n.at), Run("]")]
    return tuple(out)


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else list(items))


def short_title(baseline: Baseline) -> str:
    """What a baseline is called in a sentence: its system's name, else its title in quotes."""
    name, colon, _ = baseline.title.partition(":")
    if colon and len(name.split()) <= 3:
        return name.strip()
    return f'"{baseline.title}"'


def _extended(speech: Speech, change: Change, baseline: Baseline) -> str:
    """The baseline by what of it is touched: "the pipeline parallelism of FlushPipe"."""
    known = speech.report.knowledge
    touched = {a for n in (*change.removed, *change.added) for a in (n.id, *known.ancestors(n.id))}
    delta = speech.report.delta
    shared = delta.of(DeltaKind.SHARED, DeltaKind.CONFIGURED) if delta is not None else ()
    kin = [
        r.name
        for r in shared
        if r.mechanism
        and (r.mechanism in touched or any(a in touched for a in known.ancestors(r.mechanism)))
    ]
    title = short_title(baseline)
    return f"the {kin[0].removeprefix('the ')} of {title}" if kin and change.removed else title


_SCOPES = (
    ("mixture-of-experts models", re.compile(r"\bmixture[- ]of[- ]experts\b|\bMoE\b", re.I)),
    ("decoder-only transformers", re.compile(r"\bdecoder-only\b", re.I)),
    ("vision transformers", re.compile(r"\bvision transformers?\b|\bViT\b")),
    ("convolutional networks", re.compile(r"\bconvolution(?:al|s)?\b|\bResNet\b|\bCNNs?\b", re.I)),
    ("recurrent networks", re.compile(r"\bLSTMs?\b|\brecurrent (?:neural )?networks?\b", re.I)),
    ("diffusion models", re.compile(r"\bdiffusion models?\b", re.I)),
    ("graph networks", re.compile(r"\bgraph neural networks?\b|\bGNNs?\b")),
    ("recommendation models", re.compile(r"\brecommendation models?\b|\bDLRM\b", re.I)),
)


_ABSTRACT = re.compile(r"\\begin\{abstract\}.*?\\end\{abstract\}", re.S)
_OPENING = 4000  # characters that say what a paper without an abstract is about


def _scope(speech: Speech) -> str | None:
    """The one kind of model that the abstract speaks of; None where there are several."""
    text = "\n".join(speech.quotes.visible(doc) for doc in speech.report.files)
    abstract = _ABSTRACT.search(text)
    found = [name for name, pattern in _SCOPES if pattern.search(abstract.group() if abstract else text[:_OPENING])]  # fmt: skip
    return found[0] if len(found) == 1 else None


# -- the table --------------------------------------------------------------------------------

_HEAD = ("Delta", "Mechanism", "In your words", "", "In the baseline's words", "")
_ALONE = ("Read as", "Mechanism", "In your words", "")


def _table(speech: Speech, change: Change, whole: bool) -> Table | None:
    report = speech.report
    if report.baseline is None or report.delta is None:
        groups = (("yours", change.added), ("used", change.kept))
        alone: tuple[tuple[Paragraph, ...], ...] = tuple(
            ((Run(how),), (Run(n.name),), *_quoted(speech, speech.quotes, n.at))
            for how, named in groups
            for n in named
        )
        return Table(_ALONE, alone[:_SHOWN]) if alone else None
    base = report.baseline
    theirs = Words(base.texts, base.files)
    wanted = [r for r in report.delta.rows if whole or r.kind is not DeltaKind.SILENT]
    if not whole:
        wanted = _most_telling(wanted)
    rows = tuple(
        (
            (Run("kept" if r.kind is DeltaKind.SHARED else str(r.kind)),),
            (Run(_with_settings(r)),),
            *_quoted(speech, speech.quotes, _place(r.draft, r.draft_numbers, report.spans)),
            *_quoted(speech, theirs, _place(r.baseline, r.baseline_numbers, base.spans)),
        )
        for r in wanted
    )
    return Table(_HEAD, rows) if rows else None


def _most_telling(rows: list[DeltaRow]) -> list[DeltaRow]:
    """What differs, and as much of what is kept as there is room for, in the order of the delta."""
    kept = [r for r in rows if r.kind is DeltaKind.SHARED]
    room = max(3, _SHOWN - (len(rows) - len(kept)))
    shown = {id(r) for r in kept[:room]}
    return [r for r in rows if r.kind is not DeltaKind.SHARED or id(r) in shown]


def _with_settings(row: DeltaRow) -> str:
    settings = ", ".join(
        f"{s.baseline} to {s.draft}"
        if s.name == row.name
        else f"{s.name} {s.baseline} to {s.draft}"
        for s in row.settings
    )
    return f"{row.name}: {settings}" if settings else row.name


def _place(
    mentions: Sequence[MentionId], numbers: Sequence[NumberId], spans: SpanTable
) -> Span | None:
    found = _first(mentions, spans)
    return found or next((spans.numbers[n].whole for n in numbers if n in spans.numbers), None)


def _quoted(speech: Speech, quotes: Words, at: Span | None) -> tuple[Paragraph, Paragraph]:
    if at is None:
        return (Run(""),), (Run(""),)
    return (Run(quotes.around(at)),), (Run(speech.places.label(at), at=at),)


__all__ = ["HEAVY", "Change", "Named", "listing", "mirror", "short_title"]
