"""The four-part review without a language model: every number from a finding, every work checked.

Which sentence is said depends on what is known; a part that knows too little says in one sentence
what would unlock it.  The parts come one by one, so that whoever shows them need not wait for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tanaka.analysis.report import Located, Report
from tanaka.paper.model import Mention, SectionId, Where
from tanaka.paper.setup import trains
from tanaka.rules.api import Verdict
from tanaka.text import Span
from tanaka.views.places import Places
from tanaka.views.review import Part, Question, Review, finding_row
from tanaka.views.sections import family, section_of
from tanaka.views.svg import Theme
from tanaka.views.terminal import by_verdict, tally
from tanaka.voice.gap import gap
from tanaka.voice.mirror import Change, mirror
from tanaka.voice.speech import Speech
from tanaka.voice.stress import length, stress
from tanaka.voice.twist import twist
from tanaka_persona import Persona, load

_TWIST = 95
"""Words that the last part may have."""
_BESIDE = (Where.RELATED, Where.FUTURE)


@cache
def default_persona() -> Persona:
    """The persona that ships with the program."""
    return load()


def review(
    report: Report, *, section: SectionId | None = None, venue: str = "", theme: Theme = Theme.NEUTRAL,
    persona: Persona | None = None, whole_delta: bool = False,
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
    whole_delta : bool
        Whether the Mirror shows every row of the delta.
    """
    made = parts(
        report, section=section, venue=venue, theme=theme, persona=persona, whole_delta=whole_delta
    )
    return replace(opening(report, section=section, theme=theme), parts=tuple(made))


def opening(
    report: Report, *, section: SectionId | None = None, theme: Theme = Theme.NEUTRAL
) -> Review:
    """The review without its parts: what is known before anything is said."""
    places = Places(report)
    scope, chosen = _chosen(report, section, places)
    sure = [f for f in by_verdict(chosen) if f.finding.verdict is not Verdict.OPEN]
    asked = [f for f in chosen if f.finding.verdict is Verdict.OPEN]
    return Review(
        title=_title(report, section),
        at=_at(report, section),
        scope="paper" if section is None else "section",
        coverage=report.coverage,
        tally=tally(report) if section is None else _tally(chosen),
        source="engine only",
        findings=tuple(finding_row(f, places, theme) for f in sure),
        parts=(),
        questions=tuple(_questions(report, asked, scope)),
        actions=(),
        footer="Every number comes from the draft, from a datasheet, or from the formula beside it. Nothing left this machine.",
    )


def parts(
    report: Report, *, section: SectionId | None = None, venue: str = "", theme: Theme = Theme.NEUTRAL,
    persona: Persona | None = None, whole_delta: bool = False,
) -> Iterator[Part]:  # fmt: skip
    """The four parts, each made when it is asked for; parameters as for `review`."""
    speaker = persona or default_persona()
    speech = Speech(report, speaker, venue, section, theme)
    scope, chosen = _chosen(report, section, speech.places)
    change = Change(speech)
    first = mirror(speech, change, whole=whole_delta)
    yield first
    second = gap(speech, change)
    yield second
    said = sum(length(p) for part in (first, second) for p in part.voice)
    yield stress(speech, change, chosen, scope, speaker.max_words - said - _TWIST)
    yield twist(speech, change)


def _chosen(
    report: Report, section: SectionId | None, places: Places
) -> tuple[frozenset[SectionId] | None, list[Located]]:
    """The sections that are asked about, None for all, and their findings."""
    scope = family(report.paper, section) if section is not None else None
    chosen = [f for f in report.findings if scope is None or section_of(f, report, places) in scope]
    return scope, chosen


def _title(report: Report, section: SectionId | None) -> str:
    found = report.paper.section(section) if section is not None else None
    return found.title if found else "The whole paper"


def _at(report: Report, section: SectionId | None) -> Span:
    place = report.spans.sections.get(section) if section is not None else None
    return place.heading if place else Span(report.root, 0, 0)


def _tally(findings: list[Located]) -> dict[str, int]:
    return {str(v): sum(f.finding.verdict is v for f in findings) for v in Verdict}


# -- questions --------------------------------------------------------------------------------

_ANSWERS = {
    "TK501": ("straggler-answer", "What happens to the step time when one worker is slow?"),
    "TK601": ("time-to-accuracy", "Which loss do both systems reach in equal time?"),
}


def _questions(
    report: Report, asked: list[Located], scope: frozenset[SectionId] | None
) -> list[Question]:
    out = [
        Question(f.finding.question or f.finding.message, f.span, False, f.finding.code)
        for f in asked
    ]
    open_codes = {f.finding.code for f in report.findings} | {
        s.located.finding.code for s in report.suppressed
    }
    # An answer is shown where the question would have been asked: in a paper that trains.
    for code, (what, text) in _ANSWERS.items() if trains(report.paper) else ():
        answer = next((m for m in report.paper.mentions if _answers(m, what, report)), None)
        if code not in open_codes and answer is not None and (scope is None or answer.section in scope):  # fmt: skip
            out.append(Question(text, report.spans.mentions[answer.id], True, code))
    return out


def _answers(m: Mention, what: str, report: Report) -> bool:
    own = m.role == "ours" and m.where not in _BESIDE
    return m.what == what and own and m.id in report.spans.mentions


__all__ = ["default_persona", "opening", "parts", "review"]
