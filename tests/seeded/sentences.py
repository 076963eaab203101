"""Places in one sentence: factors, percentages, products, rates, and one amount in two units.

A relation is found by arithmetic over the numbers of the sentence, and it must be no accident: the
more triples a sentence has and the fewer digits they have, the less a fit says (`place.CHANCE`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations

from seeded.place import CHANCE, Place, chance, meet, minus, product, quotient, range_of, shown
from seeded.printed import Line, Printed, Range
from seeded.wrong import style, written
from tanaka.paper.model import Where

_HUNDRED = Fraction(1, 100)
_POINTS = 50  # differences of percentages lie anywhere up to so many points


def places(line: Line) -> Iterator[Place]:
    """All places of a sentence."""
    if line.where in (Where.TITLE, Where.FUTURE) or not line.numbers:
        return
    yield from limits(line)
    if len(line.numbers) < 2:
        return
    yield from equal_amounts(line)
    if len(line.numbers) < 3:
        return
    yield from factors(line)
    yield from percentages(line)
    yield from products(line)
    yield from rates(line)


# -- factors and percentages ------------------------------------------------------------------
def _by_dimension(numbers: Sequence[Printed]) -> list[list[Printed]]:
    """Exact numbers that can be compared with each other."""
    found: dict[str, list[Printed]] = defaultdict(list)
    for n in numbers:
        if n.exact and n.value > 0 and n.key not in ("×", "%"):
            key = n.key if n.unit != "1" else "count"
            if key != "count" or n.digits >= 2:
                found[key].append(n)
    return [group for group in found.values() if len(group) >= 2]


def factors(line: Line) -> Iterator[Place]:
    """TK101: a factor that is the quotient of two values of its sentence."""
    groups = _by_dimension(line.numbers)
    pairs = [p for g in groups for p in permutations(g, 2) if p[0].value != p[1].value]
    for f in line.numbers:
        if f.key != "×" or not f.exact or f.digits < 2 or not f.writable:
            continue

        def holds(n: Printed, hard: bool, pairs: list[tuple[Printed, ...]] = pairs) -> bool:
            return any(
                meet(range_of(n, hard), quotient(range_of(a, hard), range_of(b, hard)))
                for a, b in pairs
            )

        fits = [(a, b) for a, b in pairs if meet(f.nominal, quotient(a.nominal, b.nominal))]
        if fits and chance(len(pairs), f, *fits[0]) <= CHANCE:
            a, b = fits[0]
            yield Place("TK101", f, f"{shown(f)} = {shown(a)} / {shown(b)}", holds)


def percentages(line: Line) -> Iterator[Place]:
    """TK102: a percentage that is a change, a share or a difference of two values."""
    groups = _by_dimension(line.numbers)
    shares = [n for n in line.numbers if n.key == "%" and n.exact]
    for p in shares:
        if p.digits < 2 or not p.writable:
            continue
        others = [n for n in shares if n is not p]
        pairs = [
            c for g in (*groups, others) for c in combinations(g, 2) if c[0].value != c[1].value
        ]

        def holds(n: Printed, hard: bool, pairs: list[tuple[Printed, Printed]] = pairs) -> bool:
            return any(meet(range_of(n, hard), r) for a, b in pairs for r in _percents(a, b, hard))

        fits = [(a, b) for a, b in pairs if any(meet(p.nominal, r) for r in _percents(a, b, False))]
        if not fits:
            continue
        a, b = fits[0]
        spread = float((p.ulp + a.ulp + b.ulp) / _HUNDRED) / _POINTS if a.key == "%" else 0.0
        if chance(3 * len(pairs), p, a, b) + spread * len(pairs) <= CHANCE:
            yield Place("TK102", p, f"{shown(p)} of {shown(a)}, {shown(b)}", holds)


def _percents(a: Printed, b: Printed, hard: bool) -> Iterator[Range]:
    """What two values can make a percentage of: each change, the share, the difference in points."""
    small, large = sorted((a, b), key=lambda n: n.value)
    ratio = quotient(range_of(small, hard), range_of(large, hard))
    yield ratio
    yield 1 - ratio[1], 1 - ratio[0]
    yield 1 / ratio[1] - 1, 1 / ratio[0] - 1
    if a.key == "%":
        yield minus(range_of(large, hard), range_of(small, hard))


# -- percentages with a ceiling ---------------------------------------------------------------
_REDUCED = re.compile(
    r"\b(?:reduc|cut|lower|decreas|sav|shrink|drop|fall|fell)\w*\b[^.;%\d]{0,50}\bby\s*$", re.I
)
_LESS = re.compile(r"\s*(?:less|lower|fewer|smaller|reduction|decrease|savings?|shorter)\b", re.I)
_SHARE = re.compile(
    r"\b(?:hit rate|accuracy|utili[sz]ation|occupancy|share|success rate)\s+(?:of|is|at|reaches)\s*$",
    re.I,
)
_SHARE_AFTER = re.compile(
    r"\s*(?:(?:cache )?hit rate|(?:top-1 )?accuracy|utili[sz]ation|of the (?:total |step |training )?(?:time|traffic|energy))\b",
    re.I,
)
_NO_LESS_THAN_NOTHING = re.compile(
    r"latency|time|memory|traffic|communicat|cost|energy|power|parameter|byte|storage|footprint|flops|miss",
    re.I,
)


def limits(line: Line) -> Iterator[Place]:
    """TK103: a reduction or a share in percent; the error is a digit too many."""
    for p in line.numbers:
        if p.key != "%" or not p.exact or not p.writable or not 0 < p.value < 1:
            continue
        before, after = line.text[: p.at], line.text[p.until :]
        reduced = _REDUCED.search(before) or (_LESS.match(after) and not before.endswith("+"))
        if not (
            (reduced and _NO_LESS_THAN_NOTHING.search(line.text))
            or _SHARE.search(before)
            or _SHARE_AFTER.match(after)
        ):
            continue
        own = style(p.source)
        if own is not None:
            wrong = own.write(own.value + 100)
            yield Place("TK103", p, f"{shown(p)} is at most 100%", _at_most_all, (wrong,))


def _at_most_all(n: Printed, hard: bool) -> bool:
    return range_of(n, hard)[0] <= 1


# -- products of counts -----------------------------------------------------------------------
_MULTIPLIED = frozenset({
    ("gpu", "node", "gpu"), ("head", "layer", "head"), ("sequence", "token", "token"),
    ("batch", "token", "token"), ("accumulation", "micro-batch", "batch"), ("expert", "layer", "expert"),
    ("gpu", "sample", "sample"), ("gpu", "sequence", "sequence"), ("sample", "step", "sample"),
    ("request", "token", "token"), ("core", "node", "core"),
})  # fmt: skip
_EACH = re.compile(r"\beach\b|\bper\b|\btotal\b|\bi\.e\.|\bevery\b|[×=*]|\bof\b|\bwith\b")
_GIVES = re.compile(
    r"^[^\d+<>≤≥]*(?:=|\bi\.e\.|[(:,]|\btotal|\bfor\b|\bor\b|\bof\b|giv|mak|yield)[^\d+<>≤≥]*$"
)
_LEAST = 16  # smaller products fit by accident too often


def products(line: Line) -> Iterator[Place]:
    """TK108: counts that multiply to a count, written as a product or told by what they count."""
    counts = [
        n for n in line.numbers
        if n.exact and n.unit == "1" and n.shown not in ("%", "×") and n.value >= 2
        and n.value.denominator == 1
    ]  # fmt: skip
    for total in counts:
        if total.value < _LEAST:
            continue
        others = [n for n in counts if n is not total and n.value < total.value]
        for size in (2, 3, 4):
            for parts in combinations(others, size):
                made = Fraction(1)
                for n in parts:
                    made *= n.value
                if made == total.value and _multiplied(line, parts, total):
                    yield from _product(line, parts, total)
                    break


def _multiplied(line: Line, parts: Sequence[Printed], total: Printed) -> bool:
    nouns = [n.noun for n in parts]
    signs = [line.text[a.until : b.at] for a, b in pairwise(parts)]
    if all(re.search(r"[×·*]|\bx\b", s) and len(s) <= 24 for s in signs):
        first, last = parts[0], parts[-1]
        gap = line.text[last.until : total.at] or line.text[total.until : first.at]
        return _GIVES.search(gap) is not None and len(gap) <= 40
    if nouns and all(n == "way" for n in nouns):
        return True
    named = (*sorted(nouns), total.noun)
    return len(parts) == 2 and named in _MULTIPLIED and _EACH.search(line.text) is not None


def _product(line: Line, parts: Sequence[Printed], total: Printed) -> Iterator[Place]:
    text = " × ".join(shown(n) for n in parts) + f" = {shown(total)}"
    free = [n for n in (*parts, total) if n.writable]
    if free:
        seed = free[total.start % len(free)]
        yield Place("TK108", seed, text, _equation(parts, total, seed))


def _equation(
    parts: Sequence[Printed], total: Printed, seed: Printed
) -> Callable[[Printed, bool], bool]:
    """Whether a product still holds with another number for one of it."""

    def holds(n: Printed, hard: bool) -> bool:
        made = product(*(range_of(n if p is seed else p, hard) for p in parts))
        return meet(made, range_of(n if total is seed else total, hard))

    return holds


# -- amounts ----------------------------------------------------------------------------------
def rates(line: Line) -> Iterator[Place]:
    """TK110: a rate and a time that make an amount: power and energy, devices and device-hours."""
    numbers = [n for n in line.numbers if n.exact and n.value > 0 and n.key]
    triples = [
        (a, b, c)
        for a, b, c in permutations(numbers, 3)
        if _multiplies(a.key, b.key, c.key) and not (a.key == b.key and a.at > b.at)
    ]
    done: set[int] = set()
    for a, b, c in triples:
        if sum(n.digits >= 2 for n in (a, b, c)) < 2:
            continue
        if not meet(product(a.nominal, b.nominal), c.nominal):
            continue
        if chance(len(triples), a, b, c) > CHANCE:
            continue
        free = [n for n in (c, a, b) if n.writable and id(n) not in done]
        if free:
            seed = free[(a.start + c.start) % len(free)]
            done.update(id(n) for n in (a, b, c))
            text = f"{shown(a)} × {shown(b)} = {shown(c)}"
            yield Place("TK110", seed, text, _equation((a, b), c, seed))


_COUNTED = {"#token": "token", "#sample": "sample", "#request": "request", "#step": "step",
            "#sequence": "sample"}  # fmt: skip


def _multiplies(a: str, b: str, c: str) -> bool:
    """Whether a unit times another is a third."""
    if b == "s":
        if (a, c) in (("W", "J"), ("#gpu", "device·s"), ("#node", "device·s"), ("USD/s", "USD")):
            return True
        return a.endswith("/s") and a[:-2] == _COUNTED.get(c, c)
    return (a, b, c) == ("USD/s", "device·s", "USD")


_SWAPS = {
    "GB/s": "Gb/s", "Gb/s": "GB/s", "Gbit/s": "GB/s", "MB/s": "Mb/s", "GB": "Gb", "MB": "Mb", "KB": "Kb",
    "TB": "GB", "ms": "s", "s": "ms", "μs": "ms", "hours": "minutes", "minutes": "hours", "days": "hours",
    "kW": "W", "W": "kW", "kWh": "Wh", "J": "kJ", "mJ": "J", "GiB": "GB",
}  # fmt: skip
_SLIPS = {"byte": (8, 1000), "byte/s": (8, 1000), "bit": (8, 1000), "s": (1000, 60)}


def equal_amounts(line: Line) -> Iterator[Place]:
    """TK109: one amount in two units; the error is the other unit, or the factor between the two."""
    numbers = [
        n for n in line.numbers if n.exact and n.value > 0 and n.unit != "1" and n.key != "device·s"
    ]
    pairs = [
        (a, b)
        for a, b in combinations(numbers, 2)
        if _base(a) == _base(b) and (a.scale != b.scale or a.unit != b.unit)
    ]
    for i, (a, b) in enumerate(pairs):
        one, other = _in_bytes(a, False), _in_bytes(b, False)
        if not meet(one, other) or max(a.digits, b.digits) < 2 or chance(len(pairs), a, b) > CHANCE:
            continue
        if not b.writable:
            continue

        def holds(n: Printed, hard: bool, a: Printed = a) -> bool:
            return meet(_in_bytes(a, hard), _in_bytes(n, hard))

        text = f"{shown(a)} = {shown(b)}"
        if form := _slipped(b, i):
            yield Place("TK109", b, text, holds, form)


def _base(n: Printed) -> str:
    return "byte" if n.unit == "bit" else n.unit


def _in_bytes(n: Printed, hard: bool) -> Range:
    low, high = range_of(n, hard)
    return (low / 8, high / 8) if n.unit == "bit" else (low, high)


def _slipped(n: Printed, turn: int) -> tuple[str, ...]:
    """Literal, and unit where the unit is the error; by turns, where both can be written."""
    swap = _SWAPS.get(n.shown)
    own = style(n.source)
    if own is None:
        return ()
    by_unit = (n.source, n.shown, swap) if swap else ()
    by_factor: tuple[str, ...] = ()
    for slip in _SLIPS.get(n.unit, (1000,)):
        for value in (own.value * slip, own.value / slip):
            if not by_factor and (made := written(own, value)) is not None:
                by_factor = (made[0],)
    first, second = (by_unit, by_factor) if turn % 2 == 0 else (by_factor, by_unit)
    return first or second
