"""How far a total or a mean that agrees with no reading of its parts is at fault."""

from __future__ import annotations

import math
import re

from tanaka.paper.model import Asserted, Number
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.means import (
    ARITHMETIC,
    GEOMETRIC,
    SUM,
    named_mean,
    reach,
    rising_run,
    says_total,
)
from tanaka.rules.numbers.tables.sums import Doubt
from tanaka.rules.numbers.tables.view import View
from tanaka.rules.numbers.tables.ways import ADDED, NAMED_BY_CHANCE, OVERLAP, SEVERAL, Way

_SOME = Lazy(
    r"\btop[- ]?\d|\bmost\b|\bmain\b|\bmajor\b|\bselected\b|\brepresentative\b|\be\.g\.|\bexcerpt\b|\bdominant\b|\bkey\b|\bsubset\b|\bpartial|\bexpensive\b|"
    r"\bexamples?\b|\blargest\b|\bfirst \w+ of\b|\bnot (?:listed|shown|printed|included)\b|\bomit(?:ted|s)?\b|\bleft out\b",
    re.I,
)
_SPELLED = {
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "sixteen": 16,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_MEMBERS = Lazy(
    rf"\b(?:all|over|across|of(?: the| all)?|on|n ?=)\s*(?P<n>\d{{1,4}}|{'|'.join(_SPELLED)})\s*"
    r"(?:[)\].,;]|$|(?:\w+ )?(?:benchmarks|tasks|data ?sets|models|workloads|layers|programs|kernels|apps|applications|queries|matrices|graphs|cases|"
    r"tests|settings|problems|inputs|scenes|subjects|languages|subsets|others)\b)",
    re.I,
)
_ROUNDED = Lazy(r"\bround|\bmay not (?:sum|add)|\bdo not (?:sum|add)|\bapprox", re.I)
_BREAKDOWN = Lazy(
    r"\bbreak-?\s?down\b|\bbudget\b|\bcomponents?\b|\bcomposition\b|\bitemi[sz]|\bwhere the \w+ goes\b|\bcontributions?\b|\bphases?\b|\bstages?\b|\bparts?\b|\bcosts?\b|"
    r"\bdistribution\b|\bbill of\b",
    re.I,
)


_RATES = Lazy(r"\b[TPGE]?FLOP/?S\b|/s\b|\bper second\b|\bthroughput\b|\bbandwidth\b|\butili[sz]ation\b|\bMFU\b", re.I)  # fmt: skip
_WEIGHS = Lazy(r"\bweigh(?:s|ed|ted|ts|ting)\b|\bin proportion\b|\bpooled\b|\bmicro\b", re.I)
_AT_ONCE = Lazy(
    r"\b(?:stages?|workers?|ranks?|[CGT]PUs?|devices?|nodes?|clients?|threads?|shards?|replicas?|cores?|machines?|servers?|sites?|streams?)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A cell that none of its readings explains."""

    view: View
    column: int
    row: int
    number: Number
    parts: tuple[Number, ...]
    best: Way | None
    strong: bool
    total: bool
    mean: bool

    @property
    def label(self) -> str:
        """Label of the total or mean."""
        return self.view.header[self.column]

    @property
    def words(self) -> str:
        """What is said around the cell."""
        stub = self.view.stubs[self.row] if self.row < len(self.view.stubs) else ""
        return " ".join((self.label, stub, self.view.caption))


def doubt(case: Case) -> Doubt | None:
    """How far a cell that fails is at fault: a proof, a doubt, or None for silence."""
    number, parts = case.number, case.parts
    q = number.quantity
    is_sum = case.total and not case.mean
    if case.best is not None and case.best.made is SUM and not case.mean:
        is_sum = True
    widest = reach(SUM, [case.view.widest[p.id] for p in parts])
    over = is_sum and widest.low > case.view.widest[number.id].high
    words = case.words + " " + " ".join(case.view.header)
    if is_sum and not case.strong:
        if q.point == max(p.quantity.point for p in parts) and not _of_one_unit(case):
            return None  # the GPUs of three phases are those of the largest
        if SEVERAL.search(words) or (over and OVERLAP.search(words)):
            return None
        if not over and _SOME.search(words):
            return None
    stub = case.view.stubs[case.row] if case.row < len(case.view.stubs) else ""
    rate = "/" in q.unit or _RATES.search(stub if case.view.turned else case.label)
    if is_sum and not case.strong and rate:
        points = [p.quantity.point for p in parts]
        if min(points) <= q.point <= max(points):
            return None  # the rate of phases one after the other is their mean
    if not is_sum and not case.strong and _WEIGHS.search(words):
        return None
    if not is_sum and not case.strong and (_SOME.search(words) or _of_more(words, len(parts))):
        return None
    if is_sum and rising_run([p.quantity.point for p in parts]) and parts[-1].quantity.point == q.point:  # fmt: skip
        return None  # a cumulative column ends in its total
    made = case.best.made if case.best is not None else SUM if is_sum else ARITHMETIC
    value = made.value(*(p.quantity.point for p in parts))
    gap = abs(value - q.point) / max(abs(q.point), 1e-12)
    noted = bool(_ROUNDED.search(case.view.caption)) or OVERLAP.search(words) or q.hedged
    if case.strong:
        named = case.total or (case.mean and named_mean(case.label) is not None)
        proves = named and not noted and gap >= 0.01 and not (over and SEVERAL.search(words))
        if number.asserted is Asserted.YES and proves and _of_one_unit(case):
            return Doubt("")
        return Doubt("this cell is made of other parts than its neighbours")
    chosen = named_mean(case.label)
    usual = (SUM, ARITHMETIC, GEOMETRIC) if chosen is None else (SUM, chosen)
    if case.best is not None and case.best.made in usual:
        return _with_few(case, is_sum=is_sum, noted=bool(noted), gap=gap)
    if not case.view.turned and not _same_sort(case):
        return None
    return _alone(case, is_sum=is_sum, over=over, value=value)


def _of_more(words: str, count: int) -> bool:
    """Whether a mean is said to be of so many others that most are not in the table: "all 30"."""
    for match in _MEMBERS.finditer(words):
        said = match.group("n")
        if (int(said) if said.isdigit() else _SPELLED[said.lower()]) > count:
            return True
    return False


def _with_few(case: Case, *, is_sum: bool, noted: bool, gap: float) -> Doubt | None:
    """Verdict where one or two other cells keep the relation, and the label says what it is."""
    best, number = case.best, case.number
    if _side_by_side(case):
        return None
    last = case.view.turned and case.column == len(case.view.header) - 1
    loose = says_total(case.label) and last and best is not None and best.made is SUM
    if best is None or not (case.total or case.mean or loose) or best.chance > NAMED_BY_CHANCE:
        return None
    rest = [
        r
        for r, n in enumerate(case.view.column(case.column))
        if n is not None and r != case.row and r not in best.hits
    ]
    if len(rest) > len(best.hits):
        return None
    added = number.quantity.unit in ADDED and number.quantity.shown_unit not in ("×", "%", "")
    proof = (
        is_sum
        and case.total
        and added
        and not noted
        and gap >= 0.01
        and not rest
        and _of_one_unit(case)
    )
    if proof and number.asserted is Asserted.YES:
        return Doubt("")
    return Doubt("this cell is made of other parts than its neighbours")


def _side_by_side(case: Case) -> bool:
    """Whether a time is that of all workers together, who work at once: the counts beside it add up."""
    q = case.number.quantity
    if q.unit != "s" or not _AT_ONCE.search(f"{case.view.corner} {' '.join(case.view.header)}"):
        return False
    points = [p.quantity.point for p in case.parts]
    return not _of_one_unit(case) and max(points) <= q.point < math.fsum(points)


def _of_one_unit(case: Case) -> bool:
    """Whether the cells that keep the relation hold the quantity of the one that does not.

    Requests add up to their total, and the latencies of the row below do not.
    """
    if case.best is None:
        return False
    own = case.number.quantity
    hits = [n.quantity for r in case.best.hits if (n := case.view.cell(r, case.column))]
    return any(q.unit == own.unit and q.shown_unit == own.shown_unit for q in hits)


def untold(case: Case, made: str, count: int) -> Doubt | None:
    """The doubt on a cell that other parts than its neighbours' would explain, though no label says so."""
    best = case.best
    if best is None or not (case.total or case.mean):
        return None
    failing = [r for r, n in enumerate(case.view.column(case.column)) if n and r not in best.hits]
    if not case.strong and (len(failing) > 1 or best.chance > NAMED_BY_CHANCE):
        return None
    value = best.made.value(*(p.quantity.point for p in case.parts))
    if abs(value - case.number.quantity.point) < 0.015 * abs(case.number.quantity.point):
        return None
    return Doubt(f"the cell is the {made} of {count} of the {len(case.parts)} parts")


def _same_sort(case: Case) -> bool:
    """Whether a row's parts and its total are printed in one unit, or in one kind of score."""
    shown = {p.quantity.shown_unit for p in (*case.parts, case.number)}
    kinds = {p.kind for p in (*case.parts, case.number)}
    fine = all("." in p.quantity.literal.text for p in (*case.parts, case.number))
    return len(shown) == 1 and (shown != {""} or (fine and len(kinds) == 1 and case.mean))


def _alone(case: Case, *, is_sum: bool, over: bool, value: float) -> Doubt | None:
    """Verdict on a cell that has no neighbours of its sort: the label must say what it is."""
    q = case.number.quantity
    if not (case.total or case.mean):
        loose = says_total(case.label) and case.view.turned and case.column == len(case.view.header) - 1  # fmt: skip
        if not (loose and _BREAKDOWN.search(case.words + " " + case.view.header[0])):
            return None
        is_sum = True
    if is_sum:
        if q.unit not in ADDED or q.shown_unit in ("×", "%", "points"):
            return None
        counts = all(p.quantity.point == int(p.quantity.point) for p in (*case.parts, case.number))
        if q.unit == "1" and not counts and not _BREAKDOWN.search(case.words):
            return None
        if not over and not (q.point <= 2.6 * value or _shifted(q.point, value)):
            return None
        if over and value > 30 * abs(q.point):
            return None
        return Doubt("the total counts parts that are not listed" if not over else "the parts overlap, or one is a part of another")  # fmt: skip
    if len(case.parts) < 3:
        return None
    named = named_mean(case.label)
    if named is not None and case.number.asserted is Asserted.YES and not _ROUNDED.search(case.view.caption):  # fmt: skip
        return Doubt("") if abs(value - q.point) >= 0.02 * abs(q.point) else Doubt("it is the mean of unrounded values")  # fmt: skip
    return Doubt("it is the mean of other cells than those of this table")


def _shifted(a: float, b: float) -> bool:
    """Whether two numbers have the same digits and another place of the point."""
    if min(a, b) <= 0:
        return False
    power = math.log10(a / b)
    return abs(power - round(power)) < 0.002
