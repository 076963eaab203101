"""What a rule found as slots of a sentence: each number with its source and its step."""

from __future__ import annotations

import re

from tanaka.analysis.report import Located
from tanaka.rules.api import (
    Anchor,
    Assumption,
    AtMention,
    AtNumber,
    AtSection,
    AtSpan,
    Computed,
    Datasheet,
    Declared,
    Held,
    Inferred,
    Slot,
    Stated,
    Step,
)
from tanaka.text import Span
from tanaka.views.places import Places
from tanaka.views.review import Run, held_key
from tanaka.voice.plans import Value

_SHEET = re.compile(r"\s*\b(?:datasheet|whitepaper|peak table)\b.*", re.I)
_PART = re.compile(r"^(?!the |an? ).*\b(?:engine|kernel|unit|module|operator|layer|phase|stage|pass|path|part|step)$", re.I)  # fmt: skip
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Sources:
    """Values of the slots of one report's findings."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def place(self, span: Span) -> Value:
        """A place as a link: "eval.tex:41"."""
        return Value((Run(self.places.label(span), at=span),))

    def named(self, text: str, span: Span | None) -> Value:
        """Words with the place that they are from."""
        mark = f"[{self.places.label(span)}]" if span is not None else ""
        return Value((Run(text, at=span, mark=mark),))

    def found(self, item: Located) -> dict[str, Value]:
        """Slots of a finding, and what every finding has: its place, its condition, its words."""
        f = item.finding
        values = {"line": self.place(item.span)}
        if item.related:
            values["line2"] = self.place(item.related[0][0])
        if f.only_if:
            values["excuse"] = Value((Run(f.only_if),))
        said = (f.bold or f.message).rstrip(" .")
        values["said"] = Value((Run(said, step=f.fingerprint),))
        if f.question:
            values["asked"] = Value((Run(f.question.rstrip(" ?")),))
        return values | self._slots(f.slots, f.steps, f.fingerprint)

    def held(self, held: Held) -> dict[str, Value]:
        """Slots of a check that passed."""
        at = next((s for n in held.numbers if (s := self.places.number(n))), None)
        values = {"formula": Value((Run(held.summary.rstrip("."), step=held_key(held)),))}
        if at is not None:
            values["line"] = self.place(at)
        stated = next((s for s in held.steps if s.symbol == "c" and isinstance(s.origin, Stated)), None)  # fmt: skip
        if stated is not None and stated.shown:
            values["claim"] = Value((Run(stated.shown, step=f"{held_key(held)}#c"),))
        return values | self._slots(held.slots, held.steps, held_key(held))

    def _slots(
        self, slots: tuple[Slot, ...], steps: tuple[Step, ...], key: str
    ) -> dict[str, Value]:
        by_symbol = {s.symbol: s for s in steps if s.symbol}
        values: dict[str, Value] = {}
        for slot in slots:
            at = self._at(slot.at) if slot.at is not None else None
            if slot.text.strip():
                values[slot.name] = self._value(slot, at, by_symbol, key)
            elif at is not None:
                values[slot.name] = self.place(at)
        return values

    def _value(self, slot: Slot, at: Span | None, steps: dict[str, Step], key: str) -> Value:
        step = steps.get(slot.symbol) if slot.symbol else None
        text = (
            f"the {slot.text}" if slot.name == "kernel" and _PART.search(slot.text) else slot.text
        )
        if step is None:
            mark = f"[{self.places.label(at)}]" if at is not None else ""
            # What is counted by the rule itself links to the finding as a whole.
            link = key if at is None and re.match(r"\W?\d", text) else ""
            return Value((Run(text, at=at, mark=mark, step=link),), slot.count)
        mark, stated = self.source(step, text)
        return Value((Run(text, at or stated, mark, f"{key}#{slot.symbol}"),), slot.count)

    def source(self, step: Step, text: str) -> tuple[str, Span | None]:
        """Where a step's number comes from: in brackets, and as a place where it is stated."""
        match step.origin:
            case Stated(number) | Inferred(number, _):
                at = self.places.number(number)
                return (f"[{self.places.label(at)}]" if at is not None else "", at)
            case Declared():
                return "[declared]", None
            case Datasheet(_, title):
                return f"[sheet: {_SHEET.sub('', title).removeprefix('NVIDIA ') or title}]", None
            case Assumption(assumed):
                # What it prints already need not be said again.
                short = not assumed or text in assumed or assumed in text
                return ("[assumed]" if short else f"[assumed: {assumed}]"), None
            case Computed(reference):
                cited = _short(reference)
                return (f"[F: {cited}]" if cited else ""), None

    def _at(self, anchor: Anchor) -> Span | None:
        spans = self.places.report.spans
        baseline = self.places.report.baseline
        match anchor:
            case AtNumber(number):
                return self.places.number(number)
            case AtMention(mention):
                return spans.mentions.get(mention)
            case AtSection(section):
                found = spans.sections.get(section)
                return found.heading if found else None
            case AtSpan(span):
                return span
        if baseline is None:
            return None
        if isinstance(anchor.place, AtNumber):
            there = baseline.spans.numbers.get(anchor.place.number)
            return there.whole if there else None
        return baseline.spans.mentions.get(anchor.place.mention)


def _short(reference: str) -> str:
    """A formula's reference as prose can carry it, authors and year; "" for a definition."""
    head, _, rest = reference.partition(",")
    years = _YEAR.findall(rest)
    return f"{head} {years[-1]}" if years else ""


__all__ = ["Sources"]
