"""What the rules on the delta ask of a paper's own words, and how they name things in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tanaka.knowledge.model import Knowledge, Mechanism, Work
from tanaka.paper.bibliography import bibtex, key_of, unused_key
from tanaka.paper.delta import DeltaRow
from tanaka.paper.model import Mention, Paper, Where
from tanaka.rules.api import (
    AddCitation,
    AddEntry,
    AtBaseline,
    AtMention,
    AtNumber,
    Context,
    Fix,
    FixEdit,
    FixKind,
    Slot,
)

_OWN_TEXT = (
    Where.TITLE,
    Where.ABSTRACT,
    Where.INTRODUCTION,
    Where.BODY,
    Where.CONCLUSION,
    Where.APPENDIX,
)
_HEAD = (Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION)


def is_study(paper: Paper) -> bool:
    """Whether the paper measures, reproduces, surveys or reports experience: it need not be new."""
    return any(m.what == "study" and m.where in _HEAD for m in paper.mentions)


def extends_own_work(paper: Paper) -> bool:
    """Whether the baseline is the authors' own earlier work, as the paper says itself."""
    return any(m.what == "own-earlier-work" and m.where in _OWN_TEXT for m in paper.mentions)


def says_combination(paper: Paper, mechanisms: Iterable[str], known: Knowledge) -> bool:
    """Whether a paragraph of the paper's own says that it combines two of some mechanisms."""
    wanted = frozenset(mechanisms)
    said = {
        m.passage
        for m in paper.mentions
        if m.what == "combination-said" and m.role == "ours" and m.where in _OWN_TEXT
    }
    for place in said:
        here = {m.what for m in paper.mentions if m.passage == place}
        joined = {
            w for w in wanted if any(known.is_a(h, w) for h in here if h in known.by_mechanism)
        }
        if len(joined) >= 2:
            return True
    return False


def proposes_something_else(paper: Paper, known: Knowledge) -> bool:
    """Whether the paper proposes a method in a paragraph that names no mechanism known to us."""
    proposals = [m for m in paper.mentions if m.what == "own-mechanism" and m.where in _OWN_TEXT]
    named = {m.passage for m in paper.mentions if m.what in known.by_mechanism}
    return any(m.passage not in named for m in proposals)


def offered(paper: Paper, row: DeltaRow) -> bool:
    """Whether the draft proposes a mechanism, or tells of it where it introduces itself."""
    own = set(row.draft)
    return any(m.proposed or m.where in _HEAD for m in paper.mentions if m.id in own)


def side_by_side(paper: Paper, a: DeltaRow, b: DeltaRow) -> bool:
    """Whether one paragraph of the draft has two mechanisms as its own."""
    stands = {m.id: m.passage for m in paper.mentions}
    return not {stands[i] for i in a.draft}.isdisjoint(stands[i] for i in b.draft)


def short(title: str) -> str:
    """What a paper is called in a sentence: the name before the colon of its title, if it has one."""
    head, colon, _ = title.partition(":")
    return head.strip() if colon and len(head.split()) <= 3 else title


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names with commas and a word before the last."""
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def ways_out(mechanism: Mechanism) -> tuple[Slot, ...]:
    """Slots for the two ways out of a mechanism's known part, and for what a reviewer asks for."""
    said = (
        ("path_a", mechanism.theory),
        ("path_b", mechanism.design),
        ("experiment", mechanism.experiment),
    )
    return tuple(Slot(name, text) for name, text in said if text)


def draft_place(row: DeltaRow) -> AtMention | AtNumber | None:
    """Where the draft shows a row."""
    if row.draft:
        return AtMention(row.draft[0])
    return AtNumber(row.draft_numbers[0]) if row.draft_numbers else None


def baseline_place(row: DeltaRow) -> AtBaseline | None:
    """Where the baseline shows a row."""
    if row.baseline:
        return AtBaseline(AtMention(row.baseline[0]))
    return AtBaseline(AtNumber(row.baseline_numbers[0])) if row.baseline_numbers else None


def citable_mention(mentions: Iterable[Mention]) -> Mention | None:
    """The first mention that a citation may stand behind: none in a title, abstract or caption."""
    barred = (Where.TITLE, Where.ABSTRACT, Where.CAPTION, Where.TABLE)
    return next((m for m in mentions if m.where not in barred), None)


def baseline_name(ctx: Context) -> str:
    """What the baseline is called in a sentence."""
    return short(ctx.baseline_name) or "the baseline"


def citing(ctx: Context, work: Work, own: Sequence[Mention]) -> Fix | None:
    """A citation of a work behind the draft's words, with an entry where the bibliography has none.

    Parameters
    ----------
    own : sequence of Mention
        Mentions of one mechanism as the draft's own, the most telling first.

    Returns
    -------
    Fix or None
        None where the work is not verified, or where there is no place for it.
    """
    place = citable_mention(own)
    if place is None and own:
        place = citable_mention(m for m in ctx.paper.mentions if m.what == own[0].what)
    key = key_of(work, ctx.bibliography)
    if place is None or not work.citable or (key is None and not ctx.bibliography.docs):
        return None
    edits: list[FixEdit] = []
    if key is None:
        key = unused_key(work, ctx.bibliography)
        entry = bibtex(work, key, ascii=ctx.bibliography.ascii)
        edits.append(AddEntry(ctx.bibliography.docs[0], entry))
    return Fix(f"Cite {work.cited}", FixKind.QUICKFIX, (AddCitation(place.id, key), *edits))
