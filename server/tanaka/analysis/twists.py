"""Twists that fit a draft: what it has, what it lacks, and the subsection that would add it."""

from __future__ import annotations

import re
from collections import Counter

from tanaka.analysis.locate import insertion_point
from tanaka.analysis.report import Report
from tanaka.knowledge.model import Factor, Knowledge, Twist, Work, name_pattern
from tanaka.latex.project import title
from tanaka.latex.source import read_source
from tanaka.paper.bibliography import bibtex, joined, key_of, unused_key
from tanaka.paper.model import Asserted, Mention, Paper, Where
from tanaka.paper.setup import training_setup
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId, Edit, Span

_ASIDE = (Where.RELATED, Where.FUTURE)
_LATE = (Where.TITLE, Where.ABSTRACT, Where.CAPTION, Where.CONCLUSION)
_HOME = Lazy(r"\b(?:design|method|approach|system|algorithm|architecture)", re.I)
_SLOT = Lazy(r"\{(?P<name>[a-z_]+)(?:(?P<sign>[*/])(?P<by>\d+))?\}")
_WORK = Lazy(r"\{(?P<id>[a-z0-9][a-z0-9.-]*)\}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A twist for this draft.

    Attributes
    ----------
    twist : Twist
    because : str
        Mechanism of the draft that makes it fit.
    works : tuple of Work
        Nearest prior work, nearest first; those that may be printed.
    levels : tuple of (str, tuple of str)
        Factors of its experiment, with levels from the draft where it states them; LaTeX.
    latex : str
        The subsection.
    edits : tuple of Edit
        It in its place, and the entries that it cites; empty where the paper has no section.
    at : Span
        Words of the draft that make it fit.
    """

    twist: Twist
    because: str
    works: tuple[Work, ...]
    levels: tuple[tuple[str, tuple[str, ...]], ...]
    latex: str
    edits: tuple[Edit, ...]
    at: Span


def offers(report: Report) -> tuple[Offer, ...]:
    """Twists that fit: those of what the draft proposes, then the others, as the records stand.

    A twist is offered where the draft itself has one of the mechanisms that it needs, none of
    those that it adds, and speaks of those amid which it makes sense.
    """
    known = report.knowledge
    said = tuple(
        m
        for m in report.paper.mentions
        if m.role == "ours"
        and m.where not in _ASIDE
        and m.what in known.by_mechanism
        and m.id in report.spans.mentions
    )
    # What it needs must be the draft's own: proposed, or said more than once.  For what it lacks
    # one sentence is enough, since nobody wants to be offered what is there.
    often = Counter(m.what for m in said)
    proposed = {m.what for m in said if m.proposed}
    own = tuple(m for m in said if m.what in proposed or often[m.what] > 1)
    found: list[tuple[bool, Offer]] = []
    for twist in known.twists:
        fits = [m for m in own if any(known.is_a(m.what, has) for has in twist.has_any)]
        has_it = any(known.is_a(m.what, lacks) for m in said for lacks in twist.lacks)
        placed = not twist.amid or any(known.is_a(m.what, a) for m in said for a in twist.amid)
        if fits and placed and not has_it:
            used = not any(m.what in proposed for m in fits)
            found.append((used, _offer(report, twist, min(fits, key=_lateness))))
    return tuple(offer for _, offer in sorted(found, key=lambda pair: pair[0]))


def _lateness(m: Mention) -> tuple[bool, ...]:
    return m.where in _LATE, m.where is Where.INTRODUCTION, not m.proposed


def _offer(report: Report, twist: Twist, because: Mention) -> Offer:
    known, paper = report.knowledge, report.paper
    works = tuple(
        w for id in twist.nearest if (w := known.by_work[id]).cited and not _is_draft(report, w)
    )
    levels = tuple(
        (factor.name, filled)
        for factor in twist.factors
        if (filled := _levels(factor, paper, known))
    )
    keys, entries = _keys(report, twist, works)
    latex = _subsection(twist, known, works, levels, keys)
    at = report.spans.mentions[because.id]
    return Offer(
        twist,
        because.what,
        works,
        levels,
        latex,
        _edits(report, because, latex, entries),
        at,
    )


def _is_draft(report: Report, work: Work) -> bool:
    """Whether a work is the paper under review: nobody is measured against himself."""
    words = title(read_source(report.texts.get(report.root, "")), {})
    return bool(words) and (
        joined(words) == joined(work.title) or bool(name_pattern(work).match(words))
    )


# -- levels from the draft --------------------------------------------------------------------


def _levels(factor: Factor, paper: Paper, known: Knowledge) -> tuple[str, ...]:
    filled: list[str] = []
    missing = False
    for level in factor.levels:
        match = _SLOT.fullmatch(level)
        if match is None:
            filled.append(level)
            continue
        value = _stated(match["name"], paper, known)
        if value is None:
            missing = True
            continue
        by = int(match["by"] or 1)
        filled.append(str(value * by if match["sign"] == "*" else max(1, value // by)))
    if missing and factor.default:
        return factor.default
    return tuple(dict.fromkeys(filled))


# Below these a number is a length of something else, or a batch of a smaller machine.
_LEAST = {"context": 128, "nodes": 2, "workers": 2}
_SETTINGS = {
    "bound": ("bounded-staleness", "bound"),
    "rank": ("low-rank-compression", "rank"),
    "batch": ("large-batch", "batch"),
}


def _stated(slot: str, paper: Paper, known: Knowledge) -> int | None:
    """The value that the draft states for a slot; None where it states none, or several."""
    setup = training_setup(paper)
    read = {
        "bound": setup.bound,
        "nodes": setup.nodes,
        "workers": setup.workers,
        "stages": setup.stages,
        "micro_batches": setup.micro_batches,
        "context": setup.sequence,
    }.get(slot)
    if read is not None and read.count >= _LEAST.get(slot, 1):
        return read.count
    if slot in _SETTINGS:
        what, name = _SETTINGS[slot]
        values = [
            int(value)
            for m in paper.mentions
            if m.role == "ours" and known.is_a(m.what, what)
            for key, value in m.settings
            if key == name and value.isdecimal()
        ]
        return Counter(values).most_common(1)[0][0] if values else None
    return _devices(paper) if slot == "devices" else None


def _devices(paper: Paper) -> int | None:
    counts = [
        int(n.quantity.point)
        for n in paper.numbers
        if n.noun == "gpu"
        and n.quantity.count
        and n.per == ""
        and n.asserted is Asserted.YES
        and n.where not in (Where.RELATED, Where.TABLE)
        and n.quantity.point > 1
    ]
    return Counter(counts).most_common(1)[0][0] if counts else None


# -- the subsection ---------------------------------------------------------------------------


def _keys(
    report: Report, twist: Twist, works: tuple[Work, ...]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Citation key of each work that can be cited, and the entries that the paper lacks."""
    bibliography, known = report.bibliography, report.knowledge
    named = [known.by_work[m["id"]] for m in _WORK.finditer(twist.prior)]
    keys: dict[str, str] = {}
    entries: list[str] = []
    for work in dict.fromkeys([*works, *named]):
        key = key_of(work, bibliography)
        if key is None and work.citable and bibliography.docs:
            key = unused_key(work, bibliography)
            entries.append(bibtex(work, key, ascii=bibliography.ascii))
        if key is not None:
            keys[work.id] = key
    return keys, tuple(entries)


def _subsection(
    twist: Twist,
    known: Knowledge,
    works: tuple[Work, ...],
    levels: tuple[tuple[str, tuple[str, ...]], ...],
    keys: dict[str, str],
) -> str:
    def cited(work: Work) -> str:
        key = keys.get(work.id)
        return f"{_plain(work.name)}~\\cite{{{key}}}" if key else _plain(work.cited)

    prior = _WORK.sub(lambda m: cited(known.by_work[m["id"]]), _escaped(twist.prior))
    symbols = "\n".join(rf"\item ${symbol}$ is {_escaped(what)}" for symbol, what in twist.symbols)
    rows = "\n".join(rf"{_upper(_escaped(n))} & {', '.join(v)} \\" for n, v in levels)
    beside = _list([cited(w) for w in works[:3]])
    gap = f"\nWe know of no work with {_escaped(twist.gap)}." if twist.gap else ""
    grid = (
        rf"""
\begin{{center}}
\begin{{tabular}}{{@{{}}l@{{\quad}}p{{0.6\linewidth}}@{{}}}}
\hline
Factor & Levels \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}
"""
        if rows
        else ""
    )
    return rf"""\subsection{{{_upper(_escaped(twist.title))}}}\label{{sec:{twist.id}}}
{_upper(_escaped(twist.why))}.
We therefore couple {_escaped(twist.knob)} to {_escaped(twist.signal)}:
\begin{{equation}}
  {twist.law}
\end{{equation}}
Here
\begin{{itemize}}
{symbols}
\end{{itemize}}

\paragraph{{What is known.}}
{prior}{gap} % Searched on {known.searched}; search again before you submit.

\paragraph{{Experiment.}}
We compare the coupling with {beside or "the same system at fixed settings"}, over these levels:
{grid}
We report {_escaped(twist.metrics)}.{f" As the ablation, {_escaped(twist.ablation)}." if twist.ablation else ""}
% Fill in the constants of the law and the measured values.
"""


def _plain(text: str) -> str:
    return re.sub(r"([&%#_$])", r"\\\1", text)


_MATH = Lazy(r"(\$[^$]*\$)")


def _escaped(text: str) -> str:
    """Words of a record in LaTeX; what stands between dollars is mathematics already."""
    parts = _MATH.split(text)
    return "".join(
        p if i % 2 else re.sub(r"(?<!\\)([&%#_])", r"\\\1", p) for i, p in enumerate(parts)
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list(items: list[str]) -> str:
    return (
        items[0]
        if len(items) == 1
        else ", ".join(items[:-1]) + " and " + items[-1]
        if items
        else ""
    )


# -- its place --------------------------------------------------------------------------------


def _edits(
    report: Report, because: Mention, latex: str, entries: tuple[str, ...]
) -> tuple[Edit, ...]:
    home = _home(report, because)
    if home is None or report.from_pdf:
        return ()
    at = insertion_point(report.texts[home.doc], home)
    edits = [Edit(Span(home.doc, at, at), "\n" + latex)]
    if entries:
        doc = report.bibliography.docs[0]
        edits.append(_entries(report, doc, entries))
    return tuple(edits)


def _entries(report: Report, doc: DocId, entries: tuple[str, ...]) -> Edit:
    text = report.texts[doc]
    end = len(text.rstrip())
    return Edit(
        Span(doc, end, len(text)),
        ("\n\n" if end else "") + "\n\n".join(e.strip() for e in entries) + "\n",
    )


def _home(report: Report, because: Mention) -> Span | None:
    """The section that tells the design, else the one that speaks of the mechanism."""
    sections = [s for s in report.paper.sections if s.id in report.spans.sections]
    highest = min((s.level for s in sections), default=0)
    own = [s for s in sections if s.level == highest and s.where not in _ASIDE]
    designs = [s for s in own if _HOME.search(s.title)]
    here = [s for s in sections if s.id == because.section and s.where not in _ASIDE]
    chosen = designs or here or [s for s in own if s.where is Where.BODY]
    return report.spans.sections[chosen[0].id].body if chosen else None


__all__ = ["Offer", "offers"]
