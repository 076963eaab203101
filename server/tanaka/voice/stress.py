"""The Mechanism Stress Test: the lead finding, the attack that failed, and a walk through a step.

What differs from paper to paper is the walk: it is put together from what the paper's own timeline
holds (barriers, stalls, ages, bytes), in the order in which they happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tanaka.analysis.report import Located
from tanaka.paper.model import Paper, SectionId
from tanaka.quantity import Qualifier
from tanaka.records import dataclass
from tanaka.rules.api import Figure, Held, RooflineFigure, StragglerFigure, TimelineFigure, Verdict
from tanaka.rules.registry import RULES
from tanaka.text import Span
from tanaka.views.review import FindingRow, Paragraph, Part, Run, finding_row, held_key, held_row
from tanaka.views.svg import Drawing, Size, draw, is_drawn
from tanaka.views.terminal import by_verdict
from tanaka.voice.grammar import counted
from tanaka.voice.mirror import Change
from tanaka.voice.plans import Sentences, Value, Values, joined, words
from tanaka.voice.speech import Speech

# What the machine cannot do, then what is claimed as the gain, then the rest.
_ORDER = ("TK2", "TK3", "TK4", "TK101", "TK106", "TK104", "TK1", "TK7", "TK6", "TK5")
# A step in the order of time: bytes are read, gradients computed, workers meet, one stalls, an old
# update arrives, memory peaks and is given back.
_TIME = ("TK207", "TK504", "TK503", "TK501", "TK502", "TK505", "TK512", "TK304")
# The question that the part ends in: the worst corner first.
_ASK = ("TK512", "TK502", "TK505", "TK501", "TK504", "TK503", "TK207", "TK701", "TK702", "TK704", "TK602", "TK603", "TK601")  # fmt: skip
# What the paper needs before all else: the same loss in equal time, then the worst corner.
_NEED = ("TK601", *_ASK)
_DELTA = "TK8"
"""Findings on the delta speak in the Mirror and the Gap."""
_TRIED = (("TK512", "memory"), ("TK304", "memory"), ("TK301", "memory"), ("TK207", "the bandwidth"), ("TK201", "the peak"))  # fmt: skip
_FIGURES = (TimelineFigure, RooflineFigure, StragglerFigure)
_NEEDS = 3
_ASIDES = 2
_ATTACKS = 3
_WORDS = 250
"""Length of the part without what it takes to survive."""
_SURVIVE = 42
"""Words that what it takes to survive may have."""
_CLOSE = 0.9
"""Share of a limit from which a check that holds was a close call."""
_APART = 0.01
"""Share by which a stated value and the computed one differ, within their rounding."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What the part is made of."""

    sure: tuple[Located, ...]
    asked: tuple[Located, ...]
    held: tuple[Held, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not self.sure and not self.asked


def stress(
    speech: Speech, change: Change, chosen: Sequence[Located], scope: frozenset[SectionId] | None,
    room: int = 500,
) -> Part:  # fmt: skip
    """The part for some findings.

    Parameters
    ----------
    speech : Speech
    change : Change
    chosen : sequence of Located
        Findings of the section, or of the paper.
    scope : frozenset of SectionId or None
        Sections whose checks that passed may be spoken of; None for all.
    room : int
        Words that the answer has left for it.
    """
    part = speech.persona.part("mechanism-stress-test")
    spoken_of = [f for f in chosen if not f.finding.code.startswith(_DELTA)]
    case = _Case(
        tuple(sorted((f for f in by_verdict(spoken_of) if f.finding.verdict is not Verdict.OPEN), key=_rank)),
        tuple(f for f in spoken_of if f.finding.verdict is Verdict.OPEN),
        tuple(h for h in speech.report.held if _inside(speech, h, scope)),
    )  # fmt: skip
    told = _Told(speech, case, min(_WORDS, room - _SURVIVE))
    nothing = (Run(speech.persona.phrases["nothing"]),)
    voice = [joined([nothing, told.close_call()])] if case.empty else told.paragraphs()
    survive = told.survive(_venue(speech, change))
    return Part(
        "mechanism-stress-test",
        part.title,
        speech.spoken(voice),
        None,
        told.rows(),
        told.figures(),
        survive,
    )


def _rank(item: Located) -> tuple[bool, int]:
    code = item.finding.code
    family = next((i for i, c in enumerate(_ORDER) if code.startswith(c)), len(_ORDER))
    return item.finding.verdict is not Verdict.IMPOSSIBLE, family


def _inside(speech: Speech, held: Held, scope: frozenset[SectionId] | None) -> bool:
    paper = speech.report.paper
    return scope is None or any(
        n in paper.by_id and paper.by_id[n].section in scope for n in held.numbers
    )


def _venue(speech: Speech, change: Change) -> str:
    """Where the paper would have to survive: as it says, else by the field of its delta."""
    if speech.venue:
        return speech.venue
    known = speech.report.knowledge
    hardware = any(
        known.by_mechanism[id].parent == "hardware"
        for n in change.added
        for id in (n.id, *known.ancestors(n.id))
    )
    return "ISCA" if hardware else speech.persona.venues


class _Told:
    """One telling: remembers which checks it has spoken of, so that their work is shown."""

    def __init__(self, speech: Speech, case: _Case, words: int) -> None:
        self.speech, self.case, self.words = speech, case, words
        self.shown: list[Held] = []
        self.question = _question(case.asked)

    # -- the paragraphs ------------------------------------------------------------------------
    def paragraphs(self) -> list[Paragraph]:
        """Lead, what is left, the attack that failed, the hidden baseline, the walk."""
        told = {self.question.finding.code} if self.question is not None else set()
        asides: list[Located] = []
        for item in sorted(self.case.asked, key=lambda f: _position(f.finding.code, _ASK)):
            if item.finding.code not in told and item.finding.code not in _TIME:
                told.add(item.finding.code)
                asides.append(item)
        behind = [self.tried(), joined([self.stated(f) for f in asides[:_ASIDES]]), *self.walk()]
        room = self.words - sum(map(length, behind))
        return [p for p in (*self.attacks(room), *behind) if p]

    def attacks(self, room: int) -> list[Paragraph]:
        """The first finding at length, one of each of two other rules, and a count of the rest.

        Parameters
        ----------
        room : int
            Words that are left for them; the first is said in any case.
        """
        groups: dict[str, list[Located]] = {}
        for item in self.case.sure:
            groups.setdefault(item.finding.code, []).append(item)
        said: list[Paragraph] = []
        left = len(self.case.sure)
        for items in list(groups.values())[:_ATTACKS]:
            attack = self.attack(items)
            room -= length(attack)
            if said and room < 0:
                break
            said.append(attack)
            left -= len(items)
        if left:
            value = Value((Run(f"{left:,}"),), left)
            rest = self.speech.part("STRESS", self.speech.common() | {"n": value}, "G")
            said.append(rest.whole if rest else ())
        lead, *others = said or [()]
        return [lead, joined(others)]

    def attack(self, items: Sequence[Located]) -> Paragraph:
        """What is so, where else it is so, and what would make it stand."""
        values = self.values(items[0])
        said = self.speech.stated(items[0], values)
        elsewhere = self.elsewhere(items[1:])
        return joined([said.say, elsewhere, said.then])

    def elsewhere(self, twins: Sequence[Located]) -> Paragraph:
        """Places where the same check fails."""
        if not twins:
            return ()
        runs: list[Run] = []
        places = {self.speech.places.label(twin.span): twin.span for twin in reversed(twins)}
        named = [*reversed(places.items())]  # a line with two of them is one place
        for i, (label, span) in enumerate(named[:3]):
            if i:
                runs.append(Run(" and " if i == len(named) - 1 else ", "))
            runs += [Run("["), Run(label, at=span), Run("]")]
        if len(named) > 3:
            runs.append(Run(f" and {counted(len(named) - 3, 'more place')}"))
        # Several rules may have twins: the sentence is a connective and may be said again.
        self.speech.used.discard("STRESS F")
        said = self.speech.part("STRESS", {"places": Value(tuple(runs))}, "F")
        return said.say if said else ()

    def tried(self) -> Paragraph:
        """An attack that failed is said too; at most one."""
        failed = {f.finding.code for f in (*self.case.sure, *self.case.asked)}
        faulty = {n for f in self.case.sure for n in f.finding.operands}
        for code, axis in _TRIED:
            # Numbers of which another check fails are no consolation.
            held = next(
                (h for h in self.case.held if h.code == code and not set(h.numbers) <= faulty), None
            )
            if held is None or code in failed:
                continue
            values = self.speech.common() | {"axis": words(axis)} | self.speech.sources.held(held)
            said = self.speech.part("STRESS", values, "D") or self.speech.part("STRESS", values, "E")  # fmt: skip
            if said is not None:
                self.shown.append(held)
                return said.whole
        return ()

    def close_call(self) -> Paragraph:
        """The nearest call of a section in which nothing fails, where one was near."""
        paper = self.speech.report.paper
        near = [(_nearness(h, paper), i, h) for i, h in enumerate(self.case.held)]
        near = sorted((n for n in near if n[0] > 0), key=lambda n: (-n[0], n[1]))
        for _, _, held in near[:1]:
            values = self.speech.sources.held(held)
            said = self.speech.part("STRESS", values, "H")
            if said is not None:
                self.shown.append(held)
                return said.whole
        return ()

    def stated(self, item: Located) -> Paragraph:
        """An open finding that is not the question: said without asking, or its repair alone.

        A step without a repair of its own has it in what it takes to survive.
        """
        values = self.values(item)
        step = self.speech.step(item, values)
        return step.whole if step is not None else self.speech.of(item, values).then

    def walk(self) -> list[Paragraph]:
        """One object through one step, and the question that the part ends in."""
        timed = sorted(
            (f for f in self.case.asked if f.finding.code in _TIME and f is not self.question),
            key=lambda f: _TIME.index(f.finding.code),
        )
        steps = [s for f in timed if (s := self.speech.step(f, self.values(f))) is not None]
        steps += self.held_steps()
        asked = self.question
        last = self.speech.of(asked, self.values(asked)) if asked is not None else None
        if last is None or asked is None or asked.finding.code not in _TIME:
            walked = joined([self.opening(steps), *(s.say for s in steps)])
            return [walked, last.whole if last else ()]
        return [joined([self.opening([*steps, last]), *(s.say for s in steps), last.whole])]

    def held_steps(self) -> list[Sentences]:
        """Checks that passed and are a step of the walk, the first of each rule."""
        out: list[Sentences] = []
        for held in self.case.held:
            told = {h.code for h in self.shown}
            if held.code in _TIME and held.code not in told:
                values = self.speech.common() | self.worker() | self.speech.sources.held(held)
                plans = self.speech.plans(held.code, "held", "W")
                said = self.speech.choose(plans, values, about=held_key(held))
                if said is not None:
                    self.shown.append(held)
                    out.append(said)
        return out

    def opening(self, steps: Sequence[Sentences]) -> Paragraph:
        """What is followed."""
        codes = {s.plan.rule for s in steps}
        stale = "TK505" in codes or any(s.plan.id in ("TK502 B", "TK502 W2") for s in steps)
        letter = (
            "C" if "TK207" in codes
            else "A" if stale
            else "B" if codes & {"TK501", "TK502"}
            else "D" if "TK503" in codes
            else "E" if codes & {"TK512", "TK304"}
            else ""
        )  # fmt: skip
        said = self.speech.part("WALK", self.speech.common() | self.worker(), letter) if letter else None  # fmt: skip
        return said.say if said else ()

    def values(self, item: Located) -> Values:
        return self.speech.common() | self.worker() | self.speech.sources.found(item)

    def worker(self) -> dict[str, Value]:
        """What one of those is called that meet at a barrier, wherever the paper says so."""
        findings = self.speech.report.findings
        named = (s.text for f in findings for s in f.finding.slots if s.name == "worker")
        return {"worker": words(next(named, "worker"))}

    # -- what it takes -------------------------------------------------------------------------
    def survive(self, venue: str) -> Paragraph:
        """What the paper needs, once."""
        lead = list(self.case.sure[:1])
        asked = sorted(self.case.asked, key=lambda f: _position(f.finding.code, _NEED))
        needs: list[Paragraph] = []
        for item in [*lead, *asked]:
            need = self.speech.need(item, self.values(item)) or self.known_need(item)
            if need and len(needs) < _NEEDS and need not in needs:
                needs.append(need)
        if not needs:
            return ()
        runs: list[Run] = []
        for i, need in enumerate(needs):
            if i:
                runs.append(Run(", and " if i == len(needs) - 1 else ", "))
            runs += need
        said = self.speech.part(
            "SURVIVE", {"venue": words(venue), "experiment": Value(tuple(runs))}
        )
        return said.say if said else ()

    def known_need(self, item: Located) -> Paragraph:
        """The experiment that is on record for a corner case."""
        cases = self.speech.report.knowledge.corner_cases
        found = next((c for c in cases if c.rule == item.finding.code), None)
        return (Run(found.experiment.rstrip(".")),) if found is not None else ()

    # -- what is shown -------------------------------------------------------------------------
    def rows(self) -> tuple[FindingRow, ...]:
        """Open findings with their work and buttons, and the checks that were spoken of."""
        speech = self.speech
        open_ones = [
            replace(finding_row(f, speech.places, speech.theme), figures=())
            for f in self.case.asked
            if f.finding.steps or f.finding.fixes
        ]
        passed = [
            replace(held_row(h, _rule_name(h.code), self.at(h), speech.places, speech.theme), figures=())
            for h in self.shown
        ]  # fmt: skip
        return (*open_ones, *passed)

    def at(self, held: Held) -> Span:
        """Place of a check that passed."""
        found = (s for n in held.numbers if (s := self.speech.places.number(n)) is not None)
        return next(found, Span(self.speech.report.root, 0, 0))

    def figures(self) -> tuple[Drawing, ...]:
        """The memory timeline, the roofline and the stragglers, one of each."""
        drawn: list[Drawing] = []
        candidates: list[Figure] = [
            f.finding.figure for f in self.case.asked if f.finding.figure is not None
        ]
        candidates += [h.figure for h in self.shown if h.figure is not None]
        for kind in _FIGURES:
            found = next((f for f in candidates if isinstance(f, kind) and is_drawn(f)), None)
            if found is not None:
                drawn.append(draw(found, Size.PANEL, self.speech.theme))
        return tuple(drawn)


def length(paragraph: Paragraph) -> int:
    """Words of a paragraph, its sources not counted."""
    return len("".join(r.text for r in paragraph).split())


def _nearness(held: Held, paper: Paper) -> float:
    """How near a check that holds came to failing; 0 where it was not near.

    A rate near its peak, or a value that is stated as it is (not "about", not "more than") and
    differs from the one computed for it by as much as its last digit hides.
    """
    by_symbol = {s.symbol: s for s in held.steps if s.symbol}
    share = by_symbol.get("u")
    if held.code == "TK201" and share is not None:
        return share.value if _CLOSE <= share.value <= 1 else 0.0
    computed, stated = by_symbol.get("r"), by_symbol.get("c")
    number = paper.by_id.get(held.numbers[0]) if held.numbers else None
    if computed is None or stated is None or number is None or not stated.value:
        return 0.0
    inside = stated.low <= computed.value <= stated.high
    plain = number.quantity.qualifier is Qualifier.EXACT and inside
    gap = abs(computed.value - stated.value) / abs(stated.value)
    return gap if plain and gap >= _APART else 0.0


def _question(asked: Sequence[Located]) -> Located | None:
    """The open finding that the part ends in: the worst corner, the one with most numbers."""
    if not asked:
        return None
    return min(asked, key=lambda f: (_position(f.finding.code, _ASK), -len(f.finding.slots)))


def _position(code: str, order: Sequence[str]) -> int:
    return order.index(code) if code in order else len(order)


def _rule_name(code: str) -> str:
    return next((r.name for r in RULES if r.code == code), code)


__all__ = ["length", "stress"]
