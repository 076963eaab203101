"""The Twist: one structural change with its law, its nearest work, and its experiment."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from tanaka.analysis.twists import Offer, offers
from tanaka.knowledge.model import Knowledge, Status, Work
from tanaka.views.review import Action, Paragraph, Part, Run, Table
from tanaka.voice.grammar import listed
from tanaka.voice.mirror import HEAVY, Change
from tanaka.voice.plans import Value, words
from tanaka.voice.speech import Speech
from tanaka_persona import Plan

_LETTERS = {Status.OPEN: "A", Status.PARTLY_OPEN: "A2", Status.CROWDED: "B"}


def twist(speech: Speech, change: Change) -> Part:
    """A twist that fits the draft; held back where there is nothing to be structural against."""
    part = speech.persona.part("twist")
    found = [o for o in offers(speech.report) if _fits(change, o)]
    if not change.added and not found:
        said = speech.part("TWIST", speech.common(), "D")
        return Part("twist", part.title, speech.spoken([said.whole] if said else []))
    if not found:
        names = listed([n.name for n in change.added[:2]])
        said = speech.part("TWIST", speech.common() | {"mechanism": words(names)}, "E")
        return Part("twist", part.title, speech.spoken([said.whole] if said else []))
    taken, chosen = _chosen(found, {n.id for n in change.added})
    values = _values(speech, taken, chosen)
    said = speech.choose(_plans(speech, taken, chosen), values) or speech.part("TWIST", values, "B")
    voice: list[Paragraph] = [said.whole] if said else []
    latex = Action("Show the LaTeX", latex=chosen.latex)
    insert = Action("Insert into paper", primary=True, edits=chosen.edits, latex=chosen.latex)
    return Part(
        "twist",
        part.title,
        speech.spoken(voice),
        _table(speech, chosen),
        actions=(insert, latex) if chosen.edits else (latex,),
        law=chosen.twist.law_text,
    )


def _fits(change: Change, offer: Offer) -> bool:
    """Whether a twist is of the draft's own mechanism, or of one of its field that it is about too."""
    known = change.report.knowledge
    own = {n.id for n in change.added}
    if any(known.is_a(id, has) for id in own for has in offer.twist.has_any):
        return True
    heavy = change.weight(offer.because) >= HEAVY
    return heavy and (not own or _field(known, offer.because) in {_field(known, o) for o in own})


def _field(known: Knowledge, id: str) -> str:
    """Root of the tree that a mechanism stands in: "training", "serving"."""
    top = [id, *known.ancestors(id)][-1]
    return known.by_mechanism[top].parent if top in known.by_mechanism else ""


def _chosen(found: Sequence[Offer], added: Set[str]) -> tuple[Offer | None, Offer]:
    """The obvious twist where it is taken, and the one to make.

    A twist of what the draft adds comes before one of what it uses.  Another one takes the place
    of a crowded one only where it rests on the same mechanism or on another of the draft's own.
    """
    ranked = sorted(found, key=lambda o: o.because not in added)
    first = ranked[0]
    if first.twist.status is Status.CROWDED:
        fits = added | {first.because}
        other = next(
            (o for o in ranked if o.twist.status is not Status.CROWDED and o.because in fits), None
        )
        if other is not None:
            return first, other
    return None, first


def _plans(speech: Speech, taken: Offer | None, chosen: Offer) -> list[Plan]:
    letters = "C" if taken is not None and chosen.twist.gap else _LETTERS[chosen.twist.status]
    return [p for p in speech.plans("TWIST") if p.letter == letters]


def _values(speech: Speech, taken: Offer | None, chosen: Offer) -> dict[str, Value]:
    t = chosen.twist
    values = speech.common()
    texts = {
        "knob": t.knob,
        "signal": t.signal,
        "why": t.why.rstrip("."),
        "gap": t.gap.rstrip("."),
        "levels": _levels(chosen),
        "path_b": t.metrics and f"it beats them in {t.metrics.rstrip('.')}",
    }
    values |= {name: words(_plain(text)) for name, text in texts.items() if text}
    works = chosen.works
    if taken is not None and taken.works:
        values |= {"obvious": words(_plain(taken.twist.title)), "work": _works(taken.works[:1])}
    elif works:
        values["work"] = _works(works[:1])
    if works:
        values["works"] = values["n"] = _works(works[:3])
    return values


def _works(works: Sequence[Work]) -> Value:
    return Value((Run(listed([w.cited for w in works])),), len(works))


def _levels(offer: Offer) -> str:
    """Two factors of the experiment with their first levels; the table has all of them."""
    return listed([f"{name} ({_some(values)})" for name, values in offer.levels[:2]])


def _some(values: Sequence[str]) -> str:
    return ", ".join(values if len(values) <= 5 else [*values[:4], "and more"])


_LATEX = (
    (re.compile(r"\\[,;!: ]"), " "),
    (re.compile(r"\\times"), "×"),
    (re.compile(r"\\infty"), "∞"),
    (re.compile(r"\\([%&#_$])"), r"\1"),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\([a-zA-Z]+)"), r"\1"),
    (re.compile(r"[${}]"), ""),
)


def _plain(text: str) -> str:
    """LaTeX of a level in plain characters."""
    for pattern, by in _LATEX:
        text = pattern.sub(by, text)
    return " ".join(text.split())


def _table(speech: Speech, offer: Offer) -> Table:
    t = offer.twist
    rows: list[tuple[str, Paragraph]] = [
        ("knob", (Run(_plain(t.knob)),)),
        ("signal", (Run(_plain(t.signal)),)),
        ("nearest work", (Run("; ".join(w.cited for w in offer.works)),)),
        ("what is known", (Run(_prior(speech, offer)),)),
        *((name, (Run(_plain(", ".join(values))),)) for name, values in offer.levels),
        ("measured", (Run(_plain(t.metrics)),)),
        ("ablation", (Run(_plain(t.ablation)),)),
    ]
    where = (Run(speech.places.label(offer.at), at=offer.at),)
    fits = ("fits", (Run(f"{_name(speech, offer)} ["), *where, Run("]")))
    return Table((), tuple(((Run(name),), cell) for name, cell in [fits, *rows] if _said(cell)))


def _name(speech: Speech, offer: Offer) -> str:
    found = speech.report.knowledge.by_mechanism.get(offer.because)
    return found.name if found else offer.because


def _prior(speech: Speech, offer: Offer) -> str:
    """What is known, with works by name, venue and year."""
    known = speech.report.knowledge.by_work
    return re.sub(
        r"\{([a-z0-9][a-z0-9.-]*)\}",
        lambda m: known[m.group(1)].cited or known[m.group(1)].name if m.group(1) in known else "",
        offer.twist.prior,
    )


def _said(cell: Paragraph) -> bool:
    return bool("".join(r.text for r in cell).strip())


__all__ = ["twist"]
