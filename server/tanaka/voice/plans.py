"""Sentence plans put into words: slots filled, counts agreeing, every number with its source.

Which plan is said depends on what is known, then on a hash of what it is about, then on what was
said before in the same answer.  Nothing here is left to chance.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from tanaka.records import dataclass
from tanaka.views.review import Paragraph, Run
from tanaka.voice.grammar import article, counted, upper
from tanaka_persona.plans import Either, Node, Optional, Plan, Slot, Words


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a slot: runs, and the count behind them where something is counted."""

    runs: Paragraph
    count: int | None = None

    @property
    def text(self) -> str:
        """Without links and sources."""
        return "".join(r.text for r in self.runs)


Values: TypeAlias = Mapping[str, Value]

NO_VALUES: Values = {}
_BROKEN = re.compile(r" {2,}|\s[,.;:?]|\(\)|\[\]|[{}⟦⟧]|\.\.|,\s*[,.]")
_TWO_NUMBERS = re.compile(r"\d\S*[.?] \d")


@dataclass(frozen=True, slots=True)
class Sentences:
    """A plan in words."""

    plan: Plan
    say: Paragraph
    then: Paragraph

    @property
    def whole(self) -> Paragraph:
        """The attack and its repair as one paragraph."""
        return joined((self.say, self.then))


def words(value: str) -> Value:
    """A value without a place or a source."""
    return Value((Run(value),))


def count(number: int) -> Value:
    """A count without a source."""
    return Value((Run(f"{number:,}"),), number)


def joined(parts: Iterable[Paragraph], between: str = " ") -> Paragraph:
    """Paragraphs as one, those without words left out."""
    out: list[Run] = []
    for part in parts:
        if part:
            out += [Run(between), *part] if out else list(part)
    return tuple(out)


# -- one plan ---------------------------------------------------------------------------------


def render(nodes: tuple[Node, ...], values: Values, *, clause: bool = False) -> Paragraph | None:
    """A template in words; None where a slot outside its optional clauses has no value.

    A ``clause`` stands inside of a sentence, and so begins with a small letter.
    """
    runs = _render(nodes, values)
    return None if runs is None else _sentences(runs, begins=not clause)


def _render(nodes: tuple[Node, ...], values: Values) -> list[Run] | None:
    out: list[Run] = []
    for i, node in enumerate(nodes):
        after = nodes[i + 1] if i + 1 < len(nodes) else None
        match node:
            case Words(text):
                out.append(Run(text))
            case Optional(parts):
                inner = _render(parts, values)
                # What is dropped takes the blank before it along.
                if inner is not None:
                    out += inner
                elif out and out[-1].text.endswith(" ") and not _starts_word(after):
                    out[-1] = replace(out[-1], text=out[-1].text[:-1])
            case Either(name, one, many):
                value = values.get(name)
                if value is None or value.count is None:
                    return None
                out.append(Run(one if value.count == 1 else many))
            case Slot():
                filled = _slot(node, values)
                if filled is None:
                    return None
                if isinstance(after, Words) and after.text.startswith(" ["):
                    # The place stands behind it in the plan's own words.
                    filled = (*filled[:-1], replace(filled[-1], mark=""))
                out += filled
    return out


def _starts_word(node: Node | None) -> bool:
    return isinstance(node, Slot | Either | Optional) or (
        isinstance(node, Words) and node.text[:1].isalnum()
    )


def _slot(node: Slot, values: Values) -> Paragraph | None:
    value = values.get(node.name)
    if value is None or not value.text.strip():
        return None
    if node.form == "a":
        return (Run(article(value.text) + " "), *value.runs)
    if node.form == "times":
        last = value.runs[-1]
        text = re.sub(r"\s*[×x]$", "", last.text)
        # "1.25 times the peak" is one phrase, which no source may part; the link stays.
        return (*value.runs[:-1], replace(last, text=f"{text} times", mark=""))
    if node.form == "count":
        if value.count is None:
            return None
        noun = values[node.noun].text if node.noun in values else node.noun
        last = value.runs[-1]
        return (*value.runs[:-1], replace(last, text=counted(value.count, noun)))
    return value.runs


def _sentences(runs: list[Run], *, begins: bool) -> Paragraph:
    """Neighbouring words joined, and each sentence begun with a large letter."""
    out: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        text = upper(run.text) if begins else run.text
        run = replace(run, text=text)
        if out and _is_words(run) and _is_words(out[-1]):
            out[-1] = replace(out[-1], text=out[-1].text + text)
        else:
            out.append(run)
        begins = bool(re.search(r"[.?]\s+$", out[-1].text)) and _is_words(out[-1])
    return _trimmed(out)


def _trimmed(out: list[Run]) -> Paragraph:
    if out:
        out[0] = replace(out[0], text=out[0].text.lstrip())
        out[-1] = replace(out[-1], text=out[-1].text.rstrip())
    return tuple(r for r in out if r.text)


def _is_words(run: Run) -> bool:
    return run.at is None and not run.mark and not run.step


def is_whole(paragraph: Paragraph) -> bool:
    """Whether a paragraph has no hole where a value is missing, and no stop in a wrong place."""
    return not _BROKEN.search("".join(r.text for r in paragraph))


def marked_once(paragraph: Paragraph) -> Paragraph:
    """A paragraph in which each source is printed once, behind the last of its sentence's numbers.

    A number without a mark is of the source of its neighbours; what is assumed is said each time.
    """
    out = list(paragraph)
    said: set[str] = set()
    for first, end in _sentence_bounds(out):
        last: dict[str, int] = {}
        for i in range(first, end):
            mark = out[i].mark or _place_mark(out, i)
            if mark:
                last[mark] = i
        for i in range(first, end):
            mark = out[i].mark
            if mark and not mark.startswith("[assumed") and (last[mark] != i or mark in said):
                out[i] = replace(out[i], mark="")
        said |= {m for m in last if not m.startswith("[assumed")}
    return tuple(out)


def _place_mark(runs: list[Run], i: int) -> str:
    """The mark that a place in the plan's own brackets makes."""
    return f"[{runs[i].text}]" if runs[i].at is not None and not runs[i].step and not runs[i].mark else ""  # fmt: skip


def _sentence_bounds(runs: list[Run]) -> Iterable[tuple[int, int]]:
    first = 0
    for i, run in enumerate(runs):
        if _is_words(run) and re.search(r"[.?](?:\s|$)", run.text):
            yield first, i + 1
            first = i + 1
    if first < len(runs):
        yield first, len(runs)


# -- choosing ---------------------------------------------------------------------------------


def filled(plan: Plan, values: Values) -> int:
    """How many slots a plan would fill."""
    return _filled(plan.said, values) + _filled(plan.repair, values)


def _filled(nodes: tuple[Node, ...], values: Values) -> int:
    total = 0
    for node in nodes:
        if isinstance(node, Optional):
            total += _filled(node.parts, values) if _render(node.parts, values) is not None else 0
        elif isinstance(node, Slot | Either):
            total += node.name in values
    return total


def eligible(plans: Iterable[Plan], values: Values) -> list[Sentences]:
    """Plans whose slots are all there, in words that are whole."""
    out = []
    for plan in plans:
        say = render(plan.said, values, clause=plan.letter[0] == "N")
        then = render(plan.repair, values)
        if say and then is not None and is_whole(say) and is_whole(then):
            out.append(Sentences(plan, say, then))
    return out


def choose(
    plans: Iterable[Plan], values: Values, *, about: str, used: set[str], case: str = ""
) -> Sentences | None:
    """The plan to say: the one that fits the case, then says most, then by a hash.

    Parameters
    ----------
    plans : iterable of Plan
        Those of one rule, or of one part, for one verdict.
    values : mapping
    about : str
        Paper and finding: two papers draw different plans among equals.
    used : set of str
        Plans of this answer; the choice is added.
    case : str
        Letter that a rule has decided for; "" where the slots decide.
    """
    found = eligible(plans, values)
    # Another letter's plan may say what is not so: a case that has no words is silent here.
    fits = [s for s in found if not case or s.plan.letter.rstrip("0123456789") == case]
    fresh = [s for s in fits if s.plan.id not in used]

    def rank(s: Sentences) -> tuple[bool, int, str]:
        text = "".join(r.text for r in s.whole)
        drawn = hashlib.blake2b(f"{about}|{s.plan.id}".encode(), digest_size=8).hexdigest()
        return bool(_TWO_NUMBERS.search(text)), -filled(s.plan, values), drawn

    if not fresh:
        return None
    best = min(fresh, key=rank)
    used.add(best.plan.id)
    return best


__all__ = [
    "NO_VALUES", "Sentences", "Value", "Values", "choose", "count", "eligible", "filled", "is_whole",
    "joined", "marked_once", "render", "words",
]  # fmt: skip
