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
from tanaka.rules.api import Assumption, Figure, Step, StragglerFigure, Verdict
from tanaka.text import Edit, Span
from tanaka.views.actions import end_of_section
from tanaka.views.places import Places
from tanaka.views.printing import quantity, step_value
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
from tanaka.voice.quote import Words
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
    """A mechanism of the draft, the most telling place that names it, and the words there."""

    mechanism: Mechanism
    at: Span
    words: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """Mechanisms by the part they play, in reading order."""

    report: Report
    places: Places
    quotes: Words
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

        quotes = Words(report)

        def named(pairs: list[tuple[str, Span]]) -> tuple[_Named, ...]:
            return tuple(
                _heading(report, mechanisms[m]) or _Named(mechanisms[m], s, quotes.around(s))
                for m, s in pairs
            )

        return _Draft(
            report, places, quotes, named(kept), named(removed) if added else (), named(added)
        )

    def has(self, key: str) -> bool:
        """Whether the draft adds a mechanism."""
        return any(n.mechanism.key == key for n in self.added)


def _heading(report: Report, mechanism: Mechanism) -> _Named | None:
    """The heading of the section that the draft gives to a mechanism, if it does."""
    if not mechanism.delta:
        return None
    for section in report.paper.sections:
        place = report.spans.sections.get(section.id)
        if (
            place is not None
            and section.where not in _BESIDE
            and mechanism.name in section.title.lower()
        ):
            return _Named(mechanism, place.heading, section.title)
    return None


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

_UNREAD = "I have only your words for it, not the baseline"


def _mirror(draft: _Draft, speaker: Persona) -> Part:
    part = speaker.part("mirror")
    added, kept = _with_places(draft, draft.added[:3]), draft.kept
    say: list[str | Span] = []
    if draft.added and draft.removed:
        base = [n for n in kept if n.mechanism.key == "pipeline-parallelism"] or kept[:1]
        what = ["to extend ", *_with_places(draft, base)] if base else ["to go on"]
        gone = _with_places(draft, draft.removed[:1])
        say = ["I see you are trying ", *what, " by replacing ", *gone, " with ", *added]
        say += [f". {_UNREAD}: is that correct?"]
    elif draft.added and kept:
        say = ["I see you keep ", *_with_places(draft, kept[:2]), " and add ", *added]
        say += [f". {_UNREAD}: is that the whole delta?"]
    elif draft.added:
        say = ["I see ", *added]
        say += [". I cannot see what it is measured against. Which system is the baseline?"]
    elif kept:
        them = "it" if len(kept) == 1 else "them"
        say = ["I see ", *_with_places(draft, kept[:3])]
        say += [
            f", and no mechanism that differs from {them}. Say in one sentence what moves differently, and I can audit the delta."
        ]
    else:
        say = [
            "I find no mechanism in this draft that I know by name. Say in one sentence what moves, and from where to where, and I can audit the delta."
        ]
    rows = [
        (
            (Run(how),),
            (Run(n.mechanism.name),),
            (Run(n.words),),
            (Run(draft.places.label(n.at), at=n.at),),
        )
        for how, group in (("kept", kept), ("removed", draft.removed), ("added", draft.added))
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
            f": no work known to us joins {'that' if len(open_ones) == 1 else 'them'} with the rest (search of {known().searched}).",
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


# What an attack is about, and what would make the number stand.
_ATTACKS = {
    "TK101": ("the factor", "Print what the two values give, or name the run that gives the stated factor."),
    "TK102": ("the percentage", "Print what the two values give, or name the base of the percentage."),
    "TK103": ("the share", "Print the share of the old value that is gone, or the factor."),
    "TK104": ("the table", "Recompute the column from the cells that are printed."),
    "TK106": ("the headline", "Point the headline at its row."),
    "TK108": ("the layout", "State the layout that ran."),
    "TK201": ("the peak", "Print the FLOPs, the bytes and the time; the slip is in one of them."),
    "TK301": ("memory", "Name what leaves the device: shards, offload, or bits."),
}  # fmt: skip
_FAMILIES = {
    "TK1": ("the numbers", "Print the inputs beside the result."),
    "TK2": ("the roof", "Print the FLOPs, the bytes and the time; the slip is in one of them."),
    "TK3": ("memory", "Print the peak per device, and what is live at that moment."),
    "TK4": ("the wire", "Give payload, ranks and link in one sentence, and say which part is exposed."),
}  # fmt: skip
_ASKED = {
    "TK501": "the step time of both systems with one worker slowed",
    "TK601": "loss at equal tokens and at equal wall-clock time",
}
# What the machine cannot do, then what is claimed as the gain, then the rest.
_ORDER = ("TK2", "TK3", "TK4", "TK101", "TK106", "TK104", "TK1")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _stress(
    draft: _Draft,
    sure: list[Located],
    asked: list[Located],
    venue: str,
    speaker: Persona,
    theme: Theme,
) -> Part:
    part = speaker.part("mechanism-stress-test")
    voice: list[list[str | Span]] = []
    needs: list[str] = []
    if sure:
        voice += _attacks(sorted(sure, key=_rank))
        proofs = [f for f in sure if f.finding.verdict is Verdict.IMPOSSIBLE]
        if proofs:
            needs.append(
                "every number above recomputed from the raw logs"
                if len(proofs) > 1
                else "the number above recomputed from the raw log"
            )
    slow = next((f for f in asked if f.finding.code == "TK501"), None)
    if sure or asked:
        voice += [said for said in [_tried(draft)] if said]
    if slow is not None:
        voice.append(_one_slow_worker(slow))
    elif asked:
        first = asked[0]
        said = _sentence(first.finding.bold or first.finding.message, first.span)
        voice.append([*said, " ", first.finding.question])
    needs += [_ASKED[c] for c in dict.fromkeys(f.finding.code for f in asked) if c in _ASKED]
    figures: tuple[Drawing, ...] = ()
    if slow is not None and slow.finding.figure is not None and is_drawn(slow.finding.figure):
        figures = finding_row(slow, draft.places, theme).figures
    if not voice:
        voice = [[speaker.phrases["nothing"]]]
    survive: Paragraph = ()
    if needs:
        survive = (Run(speaker.phrases["survive"].format(venue=venue, needs=_clauses(needs))),)
    # The drawing stands in the part itself; its row keeps the derivation and the button.
    rows = tuple(
        _without_figures(f, draft, theme) for f in asked if f.finding.steps or f.finding.fixes
    )
    paragraphs = tuple(_paragraph(draft, said) for said in voice)
    return Part("mechanism-stress-test", part.title, paragraphs, None, rows, figures, survive)


def _rank(item: Located) -> tuple[bool, int]:
    code = item.finding.code
    family = next((i for i, c in enumerate(_ORDER) if code.startswith(c)), len(_ORDER))
    return item.finding.verdict is not Verdict.IMPOSSIBLE, family


def _without_figures(item: Located, draft: _Draft, theme: Theme) -> FindingRow:
    return replace(finding_row(item, draft.places, theme), figures=())


def _attacks(ordered: list[Located]) -> list[list[str | Span]]:
    """The first finding at length, one of each of two other rules, and a count of the rest."""
    groups: dict[str, list[Located]] = {}
    for item in ordered:
        groups.setdefault(item.finding.code, []).append(item)
    said = [
        _attack(items, f"{'Then' if i else 'Start with'} ")
        for i, items in enumerate(list(groups.values())[:3])
    ]
    left = len(ordered) - sum(len(items) for items in list(groups.values())[:3])
    if left:
        many = _NUMBERS[left] if left < len(_NUMBERS) else f"{left:,}"
        said.append([f"{_upper(many)} more {'is' if left == 1 else 'are'} in the list of findings."])  # fmt: skip
    return said


def _attack(items: list[Located], opening: str) -> list[str | Span]:
    """What is so, how sure it is, where else it is so, and what would make it stand."""
    item = items[0]
    f = item.finding
    topic, repair = _ATTACKS.get(f.code) or _FAMILIES.get(f.code[:3], ("this", "Print the inputs beside it."))  # fmt: skip
    say: list[str | Span] = [f"{opening}{topic}: ", *_sentence(_lower(f.bold or f.message), item.span), " "]  # fmt: skip
    if f.verdict is Verdict.IMPOSSIBLE and opening.startswith("Start"):
        say.append("It cannot be: no value inside the stated digits makes it true. ")
    elif f.only_if:
        say.append(f"It holds only if {f.only_if}. ")
    twins = items[1:]
    if twins:
        say.append("The same check fails at ")
        for i, twin in enumerate(twins[:3]):
            say += [" and " if i == len(twins[:3]) - 1 else ", "] if i else []
            say += ["[", twin.span, "]"]
        say.append(f" and {len(twins) - 3:,} more. " if len(twins) > 3 else ". ")
    return [*say, repair]


def _tried(draft: _Draft) -> list[str | Span]:
    """An attack that failed is said too: memory, then the peak."""
    for code, axis in (("TK301", "memory"), ("TK201", "the peak")):
        if any(f.finding.code == code for f in draft.report.findings):
            continue
        held = next((h for h in draft.report.held if h.code == code), None)
        at = draft.places.number(held.numbers[0]) if held and held.numbers else None
        if held is not None and at is not None:
            return [f"I tried {axis}: ", *_sentence(held.summary, at), " It holds."]
    return []


def _one_slow_worker(item: Located) -> list[str | Span]:
    f = item.finding
    figure: Figure | None = f.figure
    if isinstance(figure, StragglerFigure) and figure.wait > 0:
        step = quantity(figure.base, "s", 3).text
        wait = quantity(figure.wait, "s", 3).text
        spread = next((s for s in f.steps if s.symbol == "s"), None)
        normal = next((s for s in f.steps if s.symbol == "E"), None)
        how = (
            f"With a spread of {step_value(spread).text} a worker{_assumed(spread)}"
            if spread is not None
            else "With the spread drawn"
        )
        say: list[str | Span] = [
            f"Now follow one slow worker through one step. {figure.n:,} {figure.workers} meet at a barrier [",
            item.span,
            f"], and a step takes {step}. {how}, the slowest of {figure.n:,} is expected {wait} late, every step{_assumed(normal)}. ",
        ]
    else:
        say = ["Now follow one slow worker through one step [", item.span, f"]. {f.message} "]
    gone = next((s for s in f.steps if s.total and "gain" in s.label), None)
    if gone is not None and gone.shown:
        say.append(f"One worker that is {gone.shown} uses up the gain. ")
    return [*say, f.question]


def _assumed(step: Step | None) -> str:
    """The default that a step rests on, said every time that it is used."""
    return f" [assumed: {step.origin.text}]" if step and isinstance(step.origin, Assumption) else ""


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


def _clauses(items: list[str]) -> str:
    """A list whose items may hold an "and" of their own."""
    return ", and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _sentence(text: str, at: Span) -> list[str | Span]:
    """A sentence with its place before its stop."""
    return [f"{text.rstrip(' .')} [", at, "]."]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """A sentence behind a colon; a name or an abbreviation keeps its capitals."""
    return text[:1].lower() + text[1:] if re.match(r"(?:A|[A-Z][a-z]+)\s", text) else text


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


_CITATION = re.compile(r"\\[A-Za-z]*cite[A-Za-z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^{}]*)\}", re.I)


def _named_at(draft: _Draft, work: Work) -> Span | None:
    """Where the draft names a work, or cites it by a key that is its name."""
    pattern = work.pattern()
    for doc in draft.report.files:
        match = pattern.search(draft.quotes.visible(doc))
        if match:
            return Span(doc, match.start(), match.end())
    own = {_letters(n) for n in (work.id, work.name)}
    for doc in draft.report.files:
        for match in _CITATION.finditer(draft.quotes.visible(doc)):
            for key in re.finditer(r"[^,\s]+", match.group(1)):
                if _letters(key.group()) in own:
                    at = match.start(1)
                    return Span(doc, at + key.start(), at + key.end())
    return None


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


__all__ = ["default_persona", "review"]
