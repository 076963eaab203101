"""Annotated lines, what the reader gives for them, and how the two compare.

Numbers are compared one by one: a range is two of them, a list as many as it has.  A number that was
read is right where it stands on an annotated surface with the same value and unit; a span that
swallows its surroundings has found nothing.  Precision is the share of what was read that is right,
recall the share of what is annotated that was read right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tanaka.analysis import AnalysisHost, Change
from tanaka.text import DocId, LineIndex
from tanaka.views import facts

ROOT = DocId("main.tex")


@dataclass(frozen=True)
class Number:
    """One number, wanted or read: its place in the line, value in base units, unit, kind, hedge.

    A list that was read as one fact gives a number for each of its ``members``, all in one place.
    """

    start: int
    end: int
    value: float
    unit: str
    kind: str = ""
    qualifier: str = ""
    members: int = 1


@dataclass(frozen=True)
class Line:
    """An annotated line: what must be read, what may be, and why it is not read so today."""

    latex: str
    pre: str
    wanted: tuple[Number, ...]
    may: tuple[tuple[int, int], ...]
    known: str


@dataclass
class Score:
    """Counts over lines."""

    read: int = 0
    right: int = 0
    wanted: int = 0
    kinds: int = 0
    kinds_right: int = 0
    hedges_right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(self.read, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.wanted, 1)

    def __str__(self) -> str:
        return (
            f"{self.wanted} annotated, {self.read} read, {self.right} right: precision {self.precision:.1%}, "
            f"recall {self.recall:.1%}; kind right {self.kinds_right} of {self.kinds}, hedge right {self.hedges_right} of {self.right}"
        )


def lines(path: Path) -> list[Line]:
    """The lines of a data file."""
    return [_line(record) for record in tomllib.loads(path.read_text("utf-8"))["line"]]


def _line(record: dict) -> Line:
    latex, at = record["latex"], 0
    wanted: list[Number] = []
    for surface, value, unit, kind, *hedge in record["facts"]:
        spot = _spot(surface).search(latex, at)
        assert spot, f"{surface!r} is not in {latex!r} after {latex[:at]!r}"
        start, at = spot.span()
        values = value if isinstance(value, list) else [value]
        wanted += [Number(start, at, float(v), unit, kind, *hedge or ["exact"]) for v in values]
    may = []
    for surface in record.get("may", ()):
        spots = [m.span() for m in _spot(surface).finditer(latex)]
        assert spots, f"{surface!r} is not in {latex!r}"
        may += spots
    return Line(latex, record.get("pre", ""), tuple(wanted), tuple(may), record.get("known", ""))


def _spot(surface: str) -> re.Pattern[str]:
    """A surface that begins and ends where its digits do: "4.1" is not in "14.12"."""
    before = r"(?<!\d)(?<!\d[.,])" if surface[0].isdigit() else ""
    return re.compile(
        before + re.escape(surface) + (r"(?![.,]?\d)" if surface[-1].isdigit() else "")
    )


def read(line: Line) -> list[Number]:
    """What a paper that holds nothing but the line states, by the public path."""
    before = f"\\documentclass{{article}}\n{line.pre}\n\\begin{{document}}\n"
    host = AnalysisHost()
    host.apply(Change({ROOT: f"{before}{line.latex}\n\\end{{document}}\n"}))
    report = host.snapshot().report(ROOT)
    index = LineIndex(report.texts[ROOT])
    out = []
    for fact in facts.record(report)["facts"]:
        start, end = (
            index.offset(fact[side]["line"] - 1, fact[side]["column"] - 1) - len(before)
            for side in ("start", "end")
        )
        values = fact["value"] if isinstance(fact["value"], list) else [fact["value"]]
        told = fact["unit"], fact["kind"], fact["qualifier"], len(values)
        out += [Number(start, end, value, *told) for value in values]
    return out


def close(a: float, b: float) -> bool:
    """Whether two values are one for a reader: months and years have no exact length."""
    return abs(a - b) <= 0.005 * max(abs(a), abs(b))


def fits(got: Number, want: Number) -> bool:
    """Whether a number stands where it is wanted, with its value and unit."""
    return (
        got.start < want.end
        and want.start < got.end
        and got.end - got.start <= (2 * (want.end - want.start) + 10) * got.members
        and close(got.value, want.value)
        and got.unit == want.unit
    )


def compare(line: Line, got: Iterable[Number]) -> Score:
    """Score of one line."""
    score = Score(wanted=len(line.wanted))
    left = list(line.wanted)
    for number in got:
        want = next((w for w in left if fits(number, w)), None)
        if want is None:
            if any(a < number.end and number.start < b for a, b in line.may):
                continue
            score.read += 1
            score.wrong.append(f"read   {_said(line, number)}")
            continue
        left.remove(want)
        score.read += 1
        score.right += 1
        score.hedges_right += number.qualifier in (want.qualifier, "range", "list")
        if want.kind:
            score.kinds += 1
            score.kinds_right += number.kind == want.kind
            if number.kind != want.kind:
                score.wrong.append(f"kind   {_said(line, number)}, not {want.kind}")
    # What may be left counts for nothing where it was left.
    for want in list(left):
        if any(a <= want.start and want.end <= b for a, b in line.may):
            left.remove(want)
            score.wanted -= 1
    score.wrong += [f"missed {_said(line, w)}" for w in left]
    return score


def _said(line: Line, number: Number) -> str:
    words = " ".join(line.latex[number.start : number.end].split())
    return f"{words!r} {number.value:g} {number.unit} {number.kind} {number.qualifier}"


def total(scores: Sequence[Score]) -> Score:
    """Sum of scores."""
    out = Score()
    for s in scores:
        for name in ("read", "right", "wanted", "kinds", "kinds_right", "hedges_right"):
            setattr(out, name, getattr(out, name) + getattr(s, name))
        out.wrong += s.wrong
    return out


def faults(score: Score) -> list[str]:
    """What is wrong with value or unit, kinds left aside."""
    return [w for w in score.wrong if not w.startswith("kind")]
