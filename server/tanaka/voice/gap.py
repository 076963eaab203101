"""The Novelty Gap: the nearest published work, what is left, and two ways out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.analysis.report import Located
from tanaka.knowledge.model import Combination, Work, name_pattern
from tanaka.paper.bibliography import joined as folded
from tanaka.paper.bibliography import same
from tanaka.records import dataclass
from tanaka.text import Edit, Span
from tanaka.views.review import Action, Paragraph, Part, Run, Table
from tanaka.voice.grammar import listed
from tanaka.voice.mirror import Change, Named, listing, short_title
from tanaka.voice.plans import Value, count, joined, words
from tanaka.voice.speech import Speech

_MOST = 5
_LEADING = 2


@dataclass(frozen=True, slots=True)
class _Near:
    """A published work, and which of the draft's mechanisms it has and lacks."""

    work: Work
    shares: tuple[Named, ...]
    lacks: tuple[Named, ...]


def gap(speech: Speech, change: Change) -> Part:
    """Where the draft stands beside published work."""
    part = speech.persona.part("novelty-gap")
    letters, values = _said(speech, change)
    said = speech.part("GAP", values, letters)
    voice = [said.say, said.then] if said else []
    if speech.report.baseline is None and change.added and letters != "F":
        unlock = speech.part("GAP", values, "G")
        if unlock is not None and voice:
            # The question stays the last word of the part.
            voice[0] = joined((voice[0], unlock.whole))
    lead = next(
        (
            w
            for w in speech.report.knowledge.works
            if w.cited and letters == "A" and w.cited == values["work"].text
        ),
        None,
    )
    near = nearest(speech, change, lead)
    return Part(
        "novelty-gap",
        part.title,
        speech.spoken(voice),
        _table(speech, near),
        actions=_citations(speech),
    )


def _said(speech: Speech, change: Change) -> tuple[str, dict[str, Value]]:
    """Letters of the plans that are true here, and their values."""
    known, values = speech.report.knowledge, speech.common()
    baseline = speech.report.baseline
    if baseline is not None:
        values["baseline"] = words(short_title(baseline))
    if not change.added:
        settings = [s.name for r in change.configured for s in r.settings]
        if baseline is not None and settings:
            values["setting"] = words(listed(settings[:2]))
            return _configured(speech, values)
        return "F", values
    lead = change.added[0]
    joins = combinations(speech, change)
    if joins:
        best = joins[0]
        join = next(w for id in best.works if _prior(speech, w := known.by_work[id]))
        values |= {"work": words(join.cited), "what": words(best.what.rstrip("."))}
        left = [n for n in change.added if not _within(speech, n.id, best.mechanisms)]
        alone = [n for n in change.added if n not in left and _canonical(speech, n, join)]
        if alone:
            second = _canonical(speech, alone[0], join)
            assert second is not None
            values |= {"mechanism": words(alone[0].name), "work2": words(second.cited)}
        if left:
            values["delta_new"] = Value(listing(speech, left[:2]))
        return "A", values | _ways_out(speech, left or list(change.added))
    placed = [(n, c) for n in change.added if (c := _canonical(speech, n)) is not None]
    # "Joined by none" is said of what the draft claims to join, and only where no record has both.
    if change.claimed and len(placed) >= 2 and placed[0][1].id != placed[1][1].id:
        (first, one), (second_one, other) = placed[:2]
        values |= {
            "mechanism": words(first.name),
            "work": words(one.cited),
            "mechanism2": words(second_one.name),
            "work2": words(other.cited),
        }
        return "B", values | _ways_out(speech, change.added)
    if placed:
        first, _ = placed[0]
        cited = [w.cited for w in known.works_of(first.id) if _prior(speech, w)][:_MOST]
        values |= {"mechanism": words(first.name), "works": words(listed(cited[:3]))}
        left = [n for n in change.added if n.id != first.id]
        if left:
            values["delta_new"] = Value(listing(speech, left[:2]))
        return "D", values | _ways_out(speech, left or [first])
    values |= {"mechanism": words(lead.name), "n": count(len(known.works))}
    return "E", values


def _configured(speech: Speech, values: dict[str, Value]) -> tuple[str, dict[str, Value]]:
    """A delta that is a setting: whose knob it is, where a finding says so."""
    found = next((f for f in speech.report.findings if f.finding.code in ("TK804", "TK801")), None)
    if found is not None:
        values = values | {
            k: v for k, v in speech.sources.found(found).items() if k in ("setting", "work")
        }
        ids = [m for m in found.finding.mechanisms if m in speech.report.knowledge.by_mechanism]
        named = [Named(m, speech.report.knowledge.by_mechanism[m].name, None) for m in ids]
        if named and (ways := _ways_out(speech, named)):
            return "C", values | ways
    return "H", values


def _ways_out(speech: Speech, named: Sequence[Named]) -> dict[str, Value]:
    """The two ways out of the first mechanism that has both, or whose kind has."""
    known = speech.report.knowledge
    kinds = [id for n in named for id in (n.id, *known.ancestors(n.id))]
    both = [m for id in kinds if (m := known.by_mechanism[id]).theory and m.design]
    if not both:
        return {}
    return {
        "path_a": words(both[0].theory.rstrip(".")),
        "path_b": words(both[0].design.rstrip(".")),
    }


def combinations(speech: Speech, change: Change) -> list[Combination]:
    """Published combinations that the draft holds whole, those that take most of it first.

    One that TK802 names stands first: the voice says what the finding says.
    """
    known = speech.report.knowledge
    # A join of small parts of the delta is no concern of the whole.
    added = {n.id for n in change.added[:_LEADING]}
    have = {n.id for n in change.added} | {id for id, e in change.evidence.items() if e.plain}
    named = {w for f in _of(speech, "TK802") for w in _works_said(f)}

    def covers(c: Combination) -> bool:
        return all(any(known.is_a(id, m) for id in have) for m in c.mechanisms)

    order = [n.id for n in change.added]

    def rank(c: Combination) -> tuple[bool, int, int, int, str]:
        new = sum(any(known.is_a(id, m) for id in added) for m in c.mechanisms)
        cited = {known.by_work[w].cited for w in c.works}
        # A join that holds what the draft leads with, by its own name, stands before others.
        lead = min((i for i, id in enumerate(order) if id in c.mechanisms), default=len(order))
        return not cited & named, lead, -new, -len(c.mechanisms), c.id

    first = [n.id for n in change.added[:_LEADING]]
    found = [
        c
        for c in known.combinations
        if len(c.mechanisms) >= 2
        and (covers(c) or (len(first) == _LEADING and all(_holds(speech, c, id) for id in first)))
        and any(
            known.is_a(id, m)
            for id in added
            for m in c.mechanisms
            if not known.by_mechanism[m].common
        )
        and any(_prior(speech, known.by_work[w]) for w in c.works)
    ]
    return sorted(found, key=rank)


def _holds(speech: Speech, c: Combination, id: str) -> bool:
    """Whether a combination has a mechanism, or a kind of it."""
    known = speech.report.knowledge
    return any(known.is_a(m, id) or known.is_a(id, m) for m in c.mechanisms)


def _of(speech: Speech, code: str) -> list[Located]:
    return [f for f in speech.report.findings if f.finding.code == code]


def _works_said(item: Located) -> Iterator[str]:
    for slot in item.finding.slots:
        if slot.name in ("work", "work2"):
            yield slot.text


def _within(speech: Speech, id: str, mechanisms: frozenset[str]) -> bool:
    known = speech.report.knowledge
    return any(known.is_a(id, m) or known.is_a(m, id) for m in mechanisms)


def _canonical(speech: Speech, named: Named, besides: Work | None = None) -> Work | None:
    """The work to name for a mechanism, or for what it is a kind of."""
    works = speech.report.knowledge.works_of(named.id)
    return next((w for w in works if w != besides and _prior(speech, w)), None)


def _prior(speech: Speech, work: Work) -> bool:
    """Whether a work may be held against the draft: it can be printed, and is not the draft."""
    return bool(work.cited) and not _is_draft(speech, work)


def _is_draft(speech: Speech, work: Work) -> bool:
    """Whether a work of the records is the paper under review itself."""
    title = speech.title
    return folded(work.title) == folded(title) or bool(name_pattern(work).match(title.lstrip()))


def nearest(speech: Speech, change: Change, lead: Work | None = None) -> list[_Near]:
    """Works that share what is added: the one that the voice leads with, then those that share most."""
    known = speech.report.knowledge
    own = [*change.added, *change.kept]
    has = _mechanisms_of(speech)
    added = {n.id for n in change.added}
    found = []
    for order, work in enumerate(known.works):
        theirs = has.get(work.id, frozenset())
        if not work.cited or not theirs or _is_draft(speech, work):
            continue
        shares = _shared(speech, own, theirs)
        new = sum(n.id in added for n in shares)
        # What is shared only in kind is lacking itself: interleaving is no zero-bubble schedule.
        general = {n.id for n in own if _of_kind(speech, n.id, theirs)} - {n.id for n in shares}
        if new or general & added:
            lacks = tuple(n for n in change.added if n not in shares)
            # What was published at a venue stands before what was not; the rest in the records' order.
            rank = (-2 * new - (len(shares) - new), not work.venue, order)
            found.append((rank, _Near(work, shares, lacks)))
    ranked = [n for _, n in sorted(found, key=lambda f: (f[1].work != lead, f[0]))]
    canonical = {c.id for n in change.added if (c := _canonical(speech, n)) is not None}
    first = ranked[: _MOST - min(2, len(canonical))]
    rest = [n for n in ranked if n not in first]
    named = [n for n in rest if n.work.id in canonical]
    return [*first, *named, *(n for n in rest if n not in named)][:_MOST]


def _of_kind(speech: Speech, id: str, theirs: frozenset[str]) -> bool:
    known = speech.report.knowledge
    return any(known.is_a(m, id) or known.is_a(id, m) for m in theirs)


def _shared(speech: Speech, own: Sequence[Named], theirs: frozenset[str]) -> tuple[Named, ...]:
    """What the draft has and a work too, by the name that is true of both.

    Where the work has a more general mechanism than the draft, that one is shared.
    """
    known = speech.report.knowledge
    found: dict[str, Named] = {}
    for n in own:
        if any(known.is_a(m, n.id) for m in theirs):
            found.setdefault(n.id, n)
            continue
        kind = next((a for a in known.ancestors(n.id) if a in theirs), None)
        if kind is not None:
            found.setdefault(kind, Named(kind, known.by_mechanism[kind].name, n.at))
    return tuple(found.values())


def _mechanisms_of(speech: Speech) -> dict[str, frozenset[str]]:
    """Mechanisms that each work is on record for."""
    known = speech.report.knowledge
    found: dict[str, set[str]] = {}
    for m in known.mechanisms:
        for work in m.works:
            found.setdefault(work, set()).add(m.id)
    for c in known.combinations:
        for work in c.works:
            found.setdefault(work, set()).update(c.mechanisms)
    return {w: frozenset(ms) for w, ms in found.items()}


# -- the table --------------------------------------------------------------------------------

_HEAD = ("Nearest work", "Shares with you", "Lacks", "In your draft")


def _table(speech: Speech, near: Sequence[_Near]) -> Table | None:
    rows = tuple(
        (
            (Run(n.work.cited),),
            (Run(", ".join(s.name for s in n.shares[:4])),),
            (Run(", ".join(s.name for s in n.lacks[:4]) or "nothing that I know by name"),),
            _where(speech, n.work),
        )
        for n in near
    )
    return Table(_HEAD, rows) if rows else None


def _where(speech: Speech, work: Work) -> Paragraph:
    at = cited_at(speech, work)
    if at is not None:
        return (Run(speech.places.label(at), at=at),)
    bibliography = speech.report.bibliography
    if bibliography.cites(work):
        return (Run("perhaps cited"),)
    return (Run("not cited" if bibliography.speaks else "not found"),)


_CITATION = re.compile(r"\\[A-Za-z]*cite[A-Za-z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^{}]*)\}", re.I)


def cited_at(speech: Speech, work: Work) -> Span | None:
    """Where the draft cites a work by one of its keys, else where it names it."""
    entries = speech.report.bibliography.entries
    keys = {e.key for e in entries if same(e, work)} | {work.id}
    for doc in speech.report.files:
        for match in _CITATION.finditer(speech.quotes.visible(doc)):
            for key in re.finditer(r"[^,\s]+", match.group(1)):
                if key.group() in keys:
                    at = match.start(1)
                    return Span(doc, at + key.start(), at + key.end())
    pattern = name_pattern(work)
    for doc in speech.report.files:
        named = pattern.search(speech.quotes.visible(doc))
        if named:
            return Span(doc, named.start(), named.end())
    return None


def _citations(speech: Speech) -> tuple[Action, ...]:
    """One button for what TK803 offers one by one."""
    edits: list[Edit] = []
    number = 0
    for item in _of(speech, "TK803"):
        own = [fix for fix in item.fixes if fix.edits and "ite" in fix.title]
        if own:
            number += 1
            edits += [e for e in own[0].edits if e not in edits]
    if not edits:
        return ()
    title = "Add the citation" if number == 1 else f"Add {number} citations"
    return (Action(title, edits=tuple(edits)),)


__all__ = ["cited_at", "combinations", "gap", "nearest"]
