"""One answer being spoken: who speaks, of which paper, and what was said already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from tanaka.analysis.report import Located, Report
from tanaka.latex.macros import matching_brace
from tanaka.paper.model import SectionId
from tanaka.views.places import Places
from tanaka.views.review import Paragraph
from tanaka.views.svg import Theme
from tanaka.voice.plans import Sentences, Value, Values, choose, marked_once, words
from tanaka.voice.quote import Words
from tanaka.voice.sources import Sources
from tanaka_persona import Persona, Plan

_TITLE = re.compile(r"\\title\s*(?:\[[^\]]*\]\s*)?\{")


class Speech:
    """What all parts of an answer share; plans that one part has used are gone for the next.

    Parameters
    ----------
    report : Report
    persona : Persona
    venue : str
        As the paper's settings name it, or "".
    section : SectionId, optional
    theme : Theme
    """

    def __init__(
        self, report: Report, persona: Persona, venue: str = "", section: SectionId | None = None,
        theme: Theme = Theme.NEUTRAL,
    ) -> None:  # fmt: skip
        self.report, self.persona, self.section, self.theme = report, persona, section, theme
        self.places = Places(report)
        self.sources = Sources(self.places)
        self.venue = venue or report.venue
        self.used: set[str] = set()

    @cached_property
    def quotes(self) -> Words:
        """The draft's own words."""
        return Words(self.report.texts, self.report.files)

    @cached_property
    def title(self) -> str:
        """Title of the draft, by which two papers draw different plans among equals."""
        text = self.quotes.visible(self.report.root)
        for match in _TITLE.finditer(text):
            end = matching_brace(text, match.end() - 1)
            if (
                end is not None
                and end > 0
                and (words := self.quotes.plain(text[match.end() : end]))
            ):
                return words
        return self.report.root.rpartition("/")[2]

    def plans(self, rule: str, verdict: str = "", letters: str = "") -> list[Plan]:
        """Plans of a rule or a part, for a verdict, with some letters.

        Without ``letters`` those that state a step of a walk or name a need are left out.
        """
        return [
            p
            for p in self.persona.plans
            if p.rule == rule
            and (not verdict or not p.verdicts or verdict in p.verdicts)
            and (p.letter[0] in letters if letters else p.letter[0] not in "WN" or rule == "WALK")
        ]

    def choose(
        self, plans: Iterable[Plan], values: Values, *, about: str = "", case: str = ""
    ) -> Sentences | None:
        """The plan to say, in words; it is used from now on."""
        return choose(plans, values, about=f"{self.title}|{about}", used=self.used, case=case)

    def part(self, rule: str, values: Values, letters: str = "") -> Sentences | None:
        """A sentence of a part."""
        return self.choose(self.plans(rule, letters=letters), values)

    def of(self, item: Located, values: Values) -> Sentences:
        """What a finding is said with: its rule's plans, those of its family, its own message."""
        f = item.finding
        verdict = str(f.verdict)
        return self._first([self.plans(r, verdict) for r in (f.code, f"{f.code[:3]}xx")], item, values)  # fmt: skip

    def stated(self, item: Located, values: Values) -> Sentences:
        """The same without a question, where another one is asked in the part."""
        f = item.finding
        verdict = str(f.verdict)
        own, family = self.plans(f.code, verdict), self.plans(f"{f.code[:3]}xx", verdict)
        steps = self.plans(f.code, verdict, "W")
        return self._first([p for p in map(_stating, (own, steps, family)) if p], item, values, asks=False)  # fmt: skip

    def _first(
        self, lists: Iterable[list[Plan]], item: Located, values: Values, *, asks: bool = True
    ) -> Sentences:
        f = item.finding
        for plans in lists:
            # The letter is one of the rule's own plans; a family or a step of a walk has others.
            own = bool(plans) and plans[0].rule == f.code and plans[0].letter[0] != "W"
            said = self.choose(plans, values, about=f.fingerprint, case=f.case if own else "")
            if said is not None:
                return said
        last = self.plans("ANY", str(f.verdict))
        last = last if asks else _stating(last) or self.plans("ANY", letters="A")
        said = self.choose(last, values, about=f.fingerprint)
        if said is None:
            # The last plans are for whatever has no plan of its own, however many those are.
            self.used -= {p.id for p in last}
            said = self.choose(last, values, about=f.fingerprint)
        assert said is not None, f"the last plans need only what every finding has: {f.code}"
        return said

    def step(self, item: Located, values: Values) -> Sentences | None:
        """A finding as a step of the walk-through; None where it has no plan for that."""
        f = item.finding
        return self.choose(self.plans(f.code, str(f.verdict), "W"), values, about=f.fingerprint)

    def need(self, item: Located, values: Values) -> Paragraph:
        """What the paper needs because of a finding, a clause; empty where no plan says it."""
        f = item.finding
        said = self.choose(self.plans(f.code, "", "N"), values, about=f.fingerprint)
        return said.say if said else ()

    def values(self, item: Located) -> dict[str, Value]:
        """Slots of a finding and of the answer."""
        return self.common() | self.sources.found(item)

    def common(self) -> dict[str, Value]:
        """Slots that every plan may use."""
        return {
            "venue": words(self.venue or self.persona.venues),
            "date": words(self.report.knowledge.searched),
        }

    @staticmethod
    def spoken(paragraphs: Iterable[Paragraph]) -> tuple[Paragraph, ...]:
        """Paragraphs with each source printed once in its sentence."""
        return tuple(marked_once(p) for p in paragraphs if p)


def _stating(plans: list[Plan]) -> list[Plan]:
    """Plans that ask nothing."""
    return [p for p in plans if "?" not in re.sub(r"\{[^{}]*\}", "", p.say)]


__all__ = ["Speech"]
