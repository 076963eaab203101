"""The four-part review without a language model: every number from a finding, every work checked.

Which sentence is said depends on what is known; a part that knows too little says in one sentence
what would unlock it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from tanaka.analysis.report import Located, Report
from tanaka.paper.model import Mention, SectionId, Where
from tanaka.rules.api import Figure, StragglerFigure, Verdict
from tanaka.text import Edit, Span
from tanaka.views.actions import end_of_section
from tanaka.views.places import Places
from tanaka.views.printing import quantity
from tanaka.views.review import (
    Action,
    FindingRow,
    Paragraph,
    Part,
    Question,
    Review,
    Run,
    Table,
    finding_row,
)
from tanaka.views.sections import family, section_of
from tanaka.views.svg import Drawing, Theme, is_drawn
from tanaka.views.terminal import by_verdict, tally
from tanaka.voice.works import Mechanism, Work, known
from tanaka_persona import Persona, load

_OWN = frozenset({"ours"})
_BESIDE = (Where.RELATED, Where.FUTURE)


@cache
def default_persona() -> Persona:
    """The persona that ships with the program."""
    return load()


def review(
    report: Report, *, section: SectionId | None = None, venue: str = "", theme: Theme = Theme.NEUTRAL,
    persona: Persona | None = None,
) -> Review:  # fmt: skip
    """The review of a section, or of the whole paper.

    Parameters
    ----------
    report : Report
    section : SectionId, optional
        Findings and questions of this section and those below it; the mechanisms are always those
        of the paper, since a delta is stated once.
    venue : str
        As ``tanaka.toml`` names it; the persona's own where it is empty.
    theme : Theme
    persona : Persona, optional
    """
    speaker = persona or default_persona()
    places = Places(report)
    scope = family(report.paper, section) if section is not None else None
    chosen = [f for f in report.findings if scope is None or section_of(f, report, places) in scope]
    draft = _Draft.read(report, places)
    sure = [f for f in by_verdict(chosen) if f.finding.verdict is not Verdict.OPEN]
    asked = [f for f in chosen if f.finding.verdict is Verdict.OPEN]
    parts = (
        _mirror(draft, speaker),
        _gap(draft, speaker),
        _stress(draft, sure, asked, venue or speaker.venues, speaker, theme),
        _twist(draft, section, speaker),
    )
    return Review(
        title=_title(report, section),
        at=_at(report, section),
        scope="paper" if section is None else "section",
        coverage=report.coverage,
        tally=tally(report) if section is None else _tally(chosen),
        source="engine only",
        findings=tuple(finding_row(f, places, theme) for f in sure),
        parts=parts,
        questions=tuple(_questions(draft, asked, scope)),
        actions=(),
        footer="Every number comes from the draft, from a datasheet, or from the formula beside it. Nothing left this machine.",
    )


def _title(report: Report, section: SectionId | None) -> str:
    found = report.paper.section(section) if section is not None else None
    return found.title if found else "The whole paper"


def _at(report: Report, section: SectionId | None) -> Span:
    place = report.spans.sections.get(section) if section is not None else None
    return place.heading if place else Span(report.root, 0, 0)


def _tally(findings: list[Located]) -> dict[str, int]:
    return {str(v): sum(f.finding.verdict is v for f in findings) for v in Verdict}


# -- what the draft says it does --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Named:
    """A mechanism of the draft and the most telling place that names it."""

    mechanism: Mechanism
    at: Span


@dataclass(frozen=True, slots=True)
class _Draft:
    """Mechanisms by the part they play, in reading order."""

    report: Report
    places: Places
    kept: tuple[_Named, ...]
    removed: tuple[_Named, ...]
    added: tuple[_Named, ...]

    @staticmethod
    def read(report: Report, places: Places) -> _Draft:
        """Sort the paper's mentions into kept, removed and added."""
        mechanisms = known().mechanisms
        own = _first(report, lambda m: m.role in _OWN and m.where not in _BESIDE)
        negated = _first(report, lambda m: m.role == "negated" and m.where not in _BESIDE)
        compared = _first(
            report, lambda m: m.role in ("baseline", "compared") and m.where not in _BESIDE
        )
        # "replaces this barrier" is a removal only of what the baseline is made of.
        removed = [
            (m, s)
            for m, s in negated.items()
            if m in mechanisms and m in ("synchronous-training", "all-reduce")
        ]
        gone = {m for m, _ in removed}
        added = [(m, s) for m, s in own.items() if m in mechanisms and mechanisms[m].delta]
        kept = [
            (m, s)
            for m, s in {**compared, **own}.items()
            if m in mechanisms and not mechanisms[m].delta and m not in gone
        ]

        def named(pairs: list[tuple[str, Span]]) -> tuple[_Named, ...]:
            return tuple(_Named(mechanisms[m], s) for m, s in pairs)

        return _Draft(report, places, named(kept), named(removed) if added else (), named(added))

    def has(self, key: str) -> bool:
        """Whether the draft adds a mechanism."""
        return any(n.mechanism.key == key for n in self.added)


def _first(report: Report, keep: Callable[[Mention], bool]) -> dict[str, Span]:
    """First place of each thing mentioned; captions, abstract and title give way to the text."""
    late = {
        Where.CONCLUSION: 1,
        Where.CAPTION: 2,
        Where.TABLE: 2,
        Where.ABSTRACT: 3,
        Where.TITLE: 4,
    }
    chosen: dict[str, tuple[int, Mention]] = {}
    for m in report.paper.mentions:
        if m.id in report.spans.mentions and keep(m):
            rank = late.get(m.where, 0)
            if m.what not in chosen or rank < chosen[m.what][0]:
                chosen[m.what] = (rank, m)
    return {what: report.spans.mentions[m.id] for what, (_, m) in chosen.items()}


# -- the parts --------------------------------------------------------------------------------


def _mirror(draft: _Draft, speaker: Persona) -> Part:
    part = speaker.part("mirror")
    say: list[str | Span] = []
    if draft.added and draft.removed:
        base = [n for n in draft.kept if n.mechanism.key == "pipeline-parallelism"] or draft.kept[
            :1
        ]
        say += (
            ["I see you are trying to extend ", *_with_places(draft, base)]
            if base
            else ["I see you are trying to go on"]
        )
        say += [
            " by replacing ",
            *_with_places(draft, draft.removed[:1]),
            " with ",
            *_with_places(draft, draft.added[:3]),
            ". ",
        ]
        say += [
            "I hold this against your own words; the baseline itself I have not read. Is that correct?"
        ]
    elif draft.added and draft.kept:
        say += [
            "I see you keep ",
            *_with_places(draft, draft.kept[:2]),
            " and add ",
            *_with_places(draft, draft.added[:3]),
        ]
        say += [
            ". I hold this against your own words; the baseline itself I have not read. Is that the whole delta?"
        ]
    elif draft.added:
        say += [
            "I see ",
            *_with_places(draft, draft.added[:3]),
            ". I cannot see what it is measured against. Which system is the baseline?",
        ]
    elif draft.kept:
        say += [
            "I see ",
            *_with_places(draft, draft.kept[:3]),
            ", and no mechanism that differs from it. Say in one sentence what moves differently, and I can audit the delta.",
        ]
    else:
        say += [
            "I find no mechanism in this draft that I know by name. Say in one sentence what moves, and from where to where, and I can audit the delta."
        ]
    rows = [
        (
            (Run(how),),
            (Run(n.mechanism.name),),
            (Run(_words(draft, n.at)),),
            (Run(draft.places.label(n.at), at=n.at),),
        )
        for how, group in (("kept", draft.kept), ("removed", draft.removed), ("added", draft.added))
        for n in group
    ]
    table = Table(("Read as", "Mechanism", "In your words", ""), tuple(rows)) if rows else None
    return Part("mirror", part.title, (_paragraph(draft, say),), table)


def _gap(draft: _Draft, speaker: Persona) -> Part:
    part = speaker.part("novelty-gap")
    nearest = _nearest(draft)
    if not draft.added:
        text = "Without a mechanism of your own I cannot place the draft beside others. Name what you add, and I will name its nearest work."
        return Part("novelty-gap", part.title, (_paragraph(draft, [text]),))
    added = draft.added
    if not nearest:
        names = _list([n.mechanism.name for n in added[:3]])
        text = f"I hold {names} against {len(known().works)} works and find no match: no work known to us (search of {known().searched}). That says more about my base than about the field."
        return Part("novelty-gap", part.title, (_paragraph(draft, [text]),))
    lead = nearest[0]
    say: list[str | Span] = [f"My immediate concern is {lead.cited}: {lead.does}."]
    for n in added:
        one = next(
            (w for w in _of(n.mechanism.key) if w.id != lead.id and len(w.mechanisms) <= 2), None
        )
        if one is not None and one in nearest:
            say += [f" {_upper(n.mechanism.name)} alone is {one.cited}."]
            break
    open_ones = [
        n for n in added if not any(n.mechanism.key in w.mechanisms for w in known().works)
    ]
    if open_ones:
        say += [
            " What is left is ",
            *_with_places(draft, open_ones[:2]),
            f": no work known to us joins {'it' if len(open_ones) == 1 else 'them'} with the rest (search of {known().searched}).",
        ]
    path = next(
        (n.mechanism for n in (*open_ones, *added) if n.mechanism.theory), added[0].mechanism
    )
    ways: list[str | Span] = [
        f"Two ways out. (a) Theory: {path.theory}. (b) Co-design: {path.design}. Which path are you taking?"
    ]
    rows = []
    for w in nearest[:4]:
        shared = [
            n.mechanism.name for n in (*added, *draft.kept) if n.mechanism.key in w.mechanisms
        ]
        lacks = [n.mechanism.name for n in added if n.mechanism.key not in w.mechanisms]
        at = _named_at(draft, w)
        rows.append((
            (Run(w.cited),), (Run(", ".join(shared)),), (Run(", ".join(lacks) or "nothing that I know by name"),),
            (Run(draft.places.label(at), at=at),) if at else (Run("not named"),),
        ))  # fmt: skip
    table = Table(("Nearest work", "Shares with you", "Lacks", "In your draft"), tuple(rows))
    return Part("novelty-gap", part.title, (_paragraph(draft, say), _paragraph(draft, ways)), table)


_REPAIR = {
    "TK101": "Print what the two values give, or name the run that gives the stated factor.",
    "TK102": "Print what the two values give, or name the base of the percentage.",
    "TK103": "Print the share of the old value that is gone, or the factor.",
    "TK104": "Recompute the column from the cells that are printed.",
    "TK106": "Point the headline at its row.",
    "TK108": "State the layout that ran.",
    "TK201": "Print the FLOPs, the bytes and the time; the slip is in one of them.",
    "TK301": "Name what leaves the device: shards, offload, or bits.",
}
_MECHANICAL = ("TK2", "TK3", "TK4")


def _stress(
    draft: _Draft,
    sure: list[Located],
    asked: list[Located],
    venue: str,
    speaker: Persona,
    theme: Theme,
) -> Part:
    part = speaker.part("mechanism-stress-test")
    voice: list[Paragraph] = []
    needs: list[str] = []
    lead = next(
        (
            f
            for f in sure
            if f.finding.verdict is Verdict.IMPOSSIBLE and f.finding.code.startswith(_MECHANICAL)
        ),
        None,
    ) or next(iter(sure), None)
    if lead is not None:
        voice.append(_paragraph(draft, _attack(lead, "Start with this. ")))
        rest = [f for f in sure if f is not lead]
        if rest:
            voice.append(_paragraph(draft, _others(rest)))
        proofs = [f for f in sure if f.finding.verdict is Verdict.IMPOSSIBLE]
        if proofs:
            needs.append(
                "every number above recomputed from the raw logs"
                if len(proofs) > 1
                else "the number above recomputed from the raw log"
            )
    tried = _tried(draft)
    if tried:
        voice.append(_paragraph(draft, tried))
    slow = next((f for f in asked if f.finding.code == "TK501"), None)
    figures: tuple[Drawing, ...] = ()
    if slow is not None:
        voice.append(_paragraph(draft, _one_slow_worker(slow)))
        needs.append("the step time of both systems with one worker slowed")
        if slow.finding.figure is not None and is_drawn(slow.finding.figure):
            figures = finding_row(slow, draft.places, theme).figures
    other = [f for f in asked if f is not slow]
    if any(f.finding.code == "TK601" for f in other):
        needs.append("loss at equal tokens and at equal wall-clock time")
        if slow is None:
            f = next(f for f in other if f.finding.code == "TK601")
            voice.append(
                _paragraph(
                    draft,
                    [
                        f"{f.finding.bold or f.finding.message} ",
                        f.finding.question,
                        " [",
                        f.span,
                        "]",
                    ],
                )
            )
    if not sure and not asked:
        voice = [_paragraph(draft, [speaker.phrases["nothing"]])]
    survive: Paragraph = ()
    if needs:
        survive = (Run(speaker.phrases["survive"].format(venue=venue, needs=_list(needs))),)
    # The drawing stands in the part itself; its row keeps the derivation and the button.
    rows = tuple(
        _without_figures(f, draft, theme) for f in asked if f.finding.steps or f.finding.fixes
    )
    return Part("mechanism-stress-test", part.title, tuple(voice), None, rows, figures, survive)


def _without_figures(item: Located, draft: _Draft, theme: Theme) -> FindingRow:
    return replace(finding_row(item, draft.places, theme), figures=())


def _attack(item: Located, opening: str) -> list[str | Span]:
    f = item.finding
    say: list[str | Span] = [f"{opening}{f.bold or f.message} [", item.span, "] "]
    if f.verdict is Verdict.IMPOSSIBLE:
        say.append("It cannot be: no value inside the stated digits makes it true. ")
    else:
        say.append(f"It holds only if {f.only_if}. " if f.only_if else "")
    say.append(_REPAIR.get(f.code, "Print the inputs beside it."))
    return say


def _others(rest: list[Located]) -> list[str | Span]:
    """One sentence each for two more, by rule; the others are counted."""
    say: list[str | Span] = []
    said = 0
    seen: set[str] = set()
    for item in rest:
        f = item.finding
        if f.code in seen or said == 2:
            continue
        seen.add(f.code)
        twins = [o for o in rest if o.finding.code == f.code and o is not item]
        say += [f"{f.bold or f.message} [", item.span, "] "]
        if f.only_if:
            say.append(f"It holds only if {f.only_if}. ")
        for t in twins[:2]:
            say += ["The same check fails at [", t.span, "]. "]
        said += 1 + min(len(twins), 2)
        if said >= 2:
            break
    left = len(rest) - said
    if left > 0:
        say.append(f"{left} more stand{'s' if left == 1 else ''} in the list of findings.")
    return say


def _tried(draft: _Draft) -> list[str | Span]:
    """An attack that failed is said too: memory, then the peak."""
    for code, axis in (("TK301", "memory"), ("TK201", "the peak")):
        if any(f.finding.code == code for f in draft.report.findings):
            continue
        held = next((h for h in draft.report.held if h.code == code), None)
        at = draft.places.number(held.numbers[0]) if held and held.numbers else None
        if held is not None and at is not None:
            return [f"I tried {axis}: {held.summary} [", at, "]. It holds."]
    return []


def _one_slow_worker(item: Located) -> list[str | Span]:
    f = item.finding
    figure: Figure | None = f.figure
    say: list[str | Span] = []
    if isinstance(figure, StragglerFigure) and figure.wait > 0:
        step = quantity(figure.base, "s", 3).text
        wait = quantity(figure.wait, "s", 3).text
        spread = next((s for s in f.steps if s.symbol == "s"), None)
        how = (
            f"With a spread of {spread.shown} a worker"
            if spread is not None and spread.shown
            else "With the spread assumed"
        )
        mark = " [assumed: 5 % of the step]" if figure.sigma is None and spread is not None else ""
        say += [
            f"Now follow one slow worker through one step. {figure.n:,} {figure.workers} meet at a barrier [",
            item.span,
        ]
        say += [
            f"], and a step takes {step}. {how}{mark}, the slowest of {figure.n:,} is expected {wait} late, every step. "
        ]
    else:
        say += ["Now follow one slow worker through one step [", item.span, f"]. {f.message} "]
    gone = next((s for s in f.steps if s.total and "gain" in s.label), None)
    if gone is not None and gone.shown:
        say.append(f"One worker that is {gone.shown} uses up the gain. ")
    say.append(f.question)
    return say


def _twist(draft: _Draft, section: SectionId | None, speaker: Persona) -> Part:
    part = speaker.part("twist")
    if not draft.added:
        text = "I hold the twist back. It has to be structural against something, and I do not know what you add."
        return Part("twist", part.title, (_paragraph(draft, [text]),))
    if not draft.has("staleness") or draft.has("gradient-compression"):
        names = _list([n.mechanism.name for n in draft.added[:2]])
        text = f"I hold the twist back. I know none for {names} that I could place beside published work."
        return Part("twist", part.title, (_paragraph(draft, [text]),))
    stale = next(n for n in draft.added if n.mechanism.key == "staleness")
    near = known().work("deco-sgd")
    power = known().work("powersgd")
    say: list[str | Span] = [
        "Compress each update by its age. You know the age already, since you bound it [", stale.at, "]. "
        f"A stale update carries a delay error, so compress it less: r(a) = clip(r0 (1 + a / S), r_min, r_max), with r the rank of a compressor such as {power.cited}, a the age in steps, S your bound. "
        f"{near.cited} chooses ratio and delay together from the state of the link. "
        f"The age of the single update as the signal, under AdamW with sharded residuals: no work known to us (search of {known().searched}). "
        "That is a paper if it beats a fixed ratio and a link-driven one."
    ]  # fmt: skip
    rows = tuple(
        ((Run(a),), (Run(b),))
        for a, b in (
            ("knob", "r, the rank of the gradient compressor"),
            ("signal", "a, the age of an update in steps when it is applied"),
            ("nearest work", f"{near.cited}; {power.cited} at a fixed rank"),
            ("experiment", "fixed ranks against the coupled one, with one worker slowed; the ages permuted as the ablation; loss at equal wall-clock time, five seeds"),
        )
    )  # fmt: skip
    latex = _twist_latex()
    home = _design_section(draft, section)
    edits: tuple[Edit, ...] = ()
    if home is not None:
        edits = (Edit(end_of_section(draft.report, home), "\n" + latex),)
    actions = (
        Action("Insert into paper", primary=True, edits=edits, latex=latex),
        Action("Show the LaTeX", latex=latex),
    )
    return Part(
        "twist",
        part.title,
        (_paragraph(draft, say),),
        Table((), rows),
        actions=actions if edits else actions[1:],
    )


def _twist_latex() -> str:
    return r"""\paragraph{Compression by age.}
An update that is applied $a$ steps after it was computed carries an error of
delay, and compression adds an error of its own. We couple the two: the rank of
the compressed gradient grows with its age,
\begin{equation}
  r(a) = \min\bigl(r_{\max},\, \max(r_{\min},\, r_0\,(1 + a / S))\bigr),
\end{equation}
where $S$ is the staleness bound. With $a = 0$ everywhere this is compression at
the fixed rank $r_0$, which is the baseline of the ablation; permuting the ages
among the updates is its control. % Fill in r_0, r_min and r_max.
"""


def _design_section(draft: _Draft, section: SectionId | None) -> Span | None:
    spans = draft.report.spans.sections
    sections = draft.report.paper.sections
    highest = min((s.level for s in sections), default=0)
    for s in sections:
        if (
            s.level == highest
            and s.id in spans
            and re.search(r"design|method|approach|system|algorithm", s.title, re.I)
        ):
            return spans[s.id].body
    return spans[section].body if section is not None and section in spans else None


# -- questions --------------------------------------------------------------------------------

_ANSWERS = {
    "TK501": ("straggler-answer", "What happens to the step time when one worker is slow?"),
    "TK601": ("time-to-accuracy", "Which loss do both systems reach in equal time?"),
}


def _questions(
    draft: _Draft, asked: list[Located], scope: frozenset[SectionId] | None
) -> list[Question]:
    out = [
        Question(f.finding.question or f.finding.message, f.span, False, f.finding.code)
        for f in asked
    ]
    open_codes = {f.finding.code for f in draft.report.findings} | {
        s.located.finding.code for s in draft.report.suppressed
    }
    for code, (what, text) in _ANSWERS.items():
        answer = next(
            (
                m
                for m in draft.report.paper.mentions
                if m.what == what
                and m.role == "ours"
                and m.where not in _BESIDE
                and m.id in draft.report.spans.mentions
            ),
            None,
        )
        if (
            code not in open_codes
            and answer is not None
            and (scope is None or answer.section in scope)
        ):
            out.append(Question(text, draft.report.spans.mentions[answer.id], True, code))
    return out


# -- words ------------------------------------------------------------------------------------


def _paragraph(draft: _Draft, pieces: list[str | Span]) -> Paragraph:
    runs = [
        Run(draft.places.label(p), at=p) if isinstance(p, Span) else Run(p) for p in pieces if p
    ]
    return tuple(runs)


def _with_places(draft: _Draft, named: Sequence[_Named]) -> list[str | Span]:
    out: list[str | Span] = []
    for i, n in enumerate(named):
        if i:
            out.append(" and " if i == len(named) - 1 else ", ")
        out += [f"{n.mechanism.name} [", n.at, "]"]
    return out


def _list(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(draft: _Draft, at: Span) -> str:
    """The paper's words around a place, without its commands."""
    text = draft.report.texts.get(at.doc, "")
    start = max(text.rfind("\n", 0, max(0, at.start - 12)), text.rfind(". ", 0, at.start)) + 1
    start = max(start, at.start - 28)
    while start > 0 and not text[start - 1].isspace():
        start += 1 if start < at.start else 0
        if start >= at.start:
            start = at.start
            break
    piece = text[start : at.end + 44]
    piece = re.sub(r"(?<!\\)%.*", " ", piece)
    piece = re.sub(r"~?\\(?:cite|ref|label)\w*\{[^}]*\}?|\\[a-zA-Z]+\*?|[{}$~]|\\.", " ", piece)
    words = " ".join(piece.split())
    return words if len(words) <= 60 else words[:60].rsplit(" ", 1)[0]


def _of(key: str) -> list[Work]:
    return [w for w in known().works if key in w.mechanisms]


def _nearest(draft: _Draft) -> list[Work]:
    """Works that share an added mechanism, those that share most first."""
    added = {n.mechanism.key for n in draft.added}
    kept = {n.mechanism.key for n in draft.kept}

    def score(w: Work) -> tuple[int, int, int, str]:
        return (
            -len(w.mechanisms & added) * 2 - len(w.mechanisms & kept),
            len(w.mechanisms - added - kept),
            -w.year,
            w.id,
        )

    return sorted((w for w in known().works if w.mechanisms & added), key=score)


def _named_at(draft: _Draft, work: Work) -> Span | None:
    pattern = work.pattern()
    for doc in draft.report.files:
        match = pattern.search(draft.report.texts.get(doc, ""))
        if match:
            return Span(doc, match.start(), match.end())
    return None


__all__ = ["default_persona", "review"]
