"""Places in tables: ratio columns and rows, totals and means.

A table's relation must hold in three rows at least, in cells that say something (two digits, and
no 1.00 of a baseline row), and it must not fit as well where rows are mixed up: columns of numbers
that lie close together divide to nearly anything.  A total or mean must have a label that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from seeded.place import Place, meet, minus, quotient, range_of, shown
from seeded.printed import Grid, Printed, Range

_ROWS = 3
_SHARE = Fraction(3, 4)  # of the rows that can be checked, that must fit
_ACCIDENTS = 0.01  # tables in which some formula would fit as well by accident

Value = Callable[[int, bool], Range]


@dataclass(frozen=True)
class _Lane:
    """A column, or a row of a table turned on its side: its label and its numbers."""

    label: str
    numbers: tuple[Printed | None, ...]


def places(grid: Grid) -> Iterator[Place]:
    """All places of a table."""
    columns = _columns(grid)
    rows = [
        _Lane(stub, tuple(c.number for c in row))
        for stub, row in zip(grid.stubs, grid.rows, strict=True)
    ]
    done: set[int] = set()
    for lanes, blocks in ((columns, grid.blocks), (rows, (0,) * len(columns))):
        for place in _ratios(lanes, blocks):
            if id(place.number) not in done:
                done.add(id(place.number))
                yield place
    yield from _totals(rows, columns, grid.blocks)


def _columns(grid: Grid) -> list[_Lane]:
    width = max((len(row) for row in grid.rows), default=0)
    return [
        _Lane(
            grid.header[k] if k < len(grid.header) else "",
            tuple(row[k].number if k < len(row) else None for row in grid.rows),
        )
        for k in range(width)
    ]


# -- ratios -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Formula:
    """What a lane may be made of, for each row: the numbers that go in, and how."""

    words: str
    operands: Callable[[int], tuple[Printed, ...] | None]
    value: Callable[[Sequence[Range]], Range]


def _ratios(lanes: Sequence[_Lane], blocks: Sequence[int]) -> Iterator[Place]:
    """TK104: the cells of a lane are the ratios, or differences, of two others, or of one to a base."""
    for made in lanes:
        numbers = [n for n in made.numbers if n is not None and n.exact]
        if len(numbers) < _ROWS or not all(n.key in ("×", "%", "") for n in numbers):
            continue
        formulas = list(_formulas(made, lanes, blocks))
        for formula in formulas:
            yield from _fitting(made, formula, len(formulas))


def _formulas(made: _Lane, lanes: Sequence[_Lane], blocks: Sequence[int]) -> Iterator[_Formula]:
    percent = any(n is not None and n.key == "%" for n in made.numbers)
    others = [lane for lane in lanes if lane is not made]
    ways: list[tuple[str, Callable[[Sequence[Range]], Range]]] = [
        ("a / b", lambda r: quotient(r[0], r[1]))
    ]
    if percent:
        ways.append(("1 - a / b", lambda r: _complement(quotient(r[0], r[1]))))
        ways.append(("a / b - 1", lambda r: _less_one(quotient(r[0], r[1]))))
    for a, b in permutations(others, 2):
        if _alike(a, b):
            for words, value in ways:
                yield _Formula(f"{words} of {a.label} and {b.label}", _both(a, b), value)
    for a, b in permutations(others, 2):
        if _alike(a, b) and percent:
            yield _Formula(f"{a.label} - {b.label}", _both(a, b), lambda r: minus(r[0], r[1]))
    for a in others:
        base = _bases(made, blocks)
        if base is not None:
            up = _over_base(a, base, blocks, turned=False)
            down = _over_base(a, base, blocks, turned=True)
            yield _Formula(f"{a.label} / that of its base", up, ways[0][1])
            yield _Formula(f"base / {a.label}", down, ways[0][1])


def _alike(a: _Lane, b: _Lane) -> bool:
    first = next((n for n in a.numbers if n is not None), None)
    other = next((n for n in b.numbers if n is not None), None)
    return first is not None and other is not None and first.key == other.key != "×"


def _both(a: _Lane, b: _Lane) -> Callable[[int], tuple[Printed, ...] | None]:
    def operands(i: int) -> tuple[Printed, ...] | None:
        x, y = a.numbers[i], b.numbers[i]
        ok = x is not None and y is not None and x.exact and y.exact
        return (x, y) if ok and x.value > 0 and y.value > 0 else None  # type: ignore[union-attr,return-value]

    return operands


def _bases(made: _Lane, blocks: Sequence[int]) -> dict[int, int] | None:
    """Row with 1.00 for each block; None where no block has one."""
    found = {}
    for i, n in enumerate(made.numbers):
        if n is not None and n.value == 1:
            found.setdefault(blocks[i], i)
    return found or None


def _over_base(
    a: _Lane, base: dict[int, int], blocks: Sequence[int], *, turned: bool
) -> Callable[[int], tuple[Printed, ...] | None]:
    def operands(i: int) -> tuple[Printed, ...] | None:
        j = base.get(blocks[i], base.get(blocks[0]))
        if j is None or j == i:
            return None
        x, y = a.numbers[i], a.numbers[j]
        if x is None or y is None or not (x.exact and y.exact and x.value > 0 and y.value > 0):
            return None
        return (y, x) if turned else (x, y)

    return operands


def _fitting(made: _Lane, formula: _Formula, formulas: int) -> Iterator[Place]:
    """Cells of a lane that a formula makes, where it makes enough of them."""
    fits: list[tuple[Printed, tuple[Printed, ...]]] = []
    ranges: list[tuple[Range, Range]] = []
    for i, n in enumerate(made.numbers):
        operands = formula.operands(i) if n is not None and n.exact else None
        if n is None or operands is None:
            continue
        value = formula.value([o.nominal for o in operands])
        ranges.append((n.nominal, value))
        if meet(n.nominal, value):
            fits.append((n, operands))
    telling = [
        (n, o)
        for n, o in fits
        if n.digits >= 2 and n.value != 1 and o[0].digits >= 2 and all(x.value != 1 for x in o)
    ]
    values = {n.value for n, _ in telling}
    if len(telling) < _ROWS or len(values) < _ROWS or len(fits) < _SHARE * len(ranges):
        return
    crossed = [
        meet(a, b) for i, (a, _) in enumerate(ranges) for j, (_, b) in enumerate(ranges) if i != j
    ]
    by_accident = (sum(crossed) + 1) / (len(crossed) + 1)
    if formulas * by_accident ** len(telling) > _ACCIDENTS:
        return
    for n, operands in telling:
        if not n.writable:
            continue

        def holds(new: Printed, hard: bool, operands: tuple[Printed, ...] = operands) -> bool:
            return meet(range_of(new, hard), formula.value([range_of(o, hard) for o in operands]))

        text = f"{shown(n)}: {formula.words}, {', '.join(shown(o) for o in operands)}"
        yield Place("TK104", n, text, holds)


def _complement(r: Range) -> Range:
    return 1 - r[1], 1 - r[0]


def _less_one(r: Range) -> Range:
    return r[0] - 1, r[1] - 1


# -- totals and means -------------------------------------------------------------------------
_TOTAL = re.compile(r"^\W*(?:total|sum|overall total|all)\b|\btotal\W*(?:\(|$)", re.I)
_MEAN = re.compile(r"^\W*(?:avg|average|mean|geo(?:metric)?[ .-]?mean|gmean|harmonic mean)\b|\b(?:avg|average|mean)\W*$", re.I)  # fmt: skip
_PARTS = 2
_TELLING = 3  # parts of a mean; two numbers have something between them too often


def _totals(
    rows: Sequence[_Lane], columns: Sequence[_Lane], blocks: Sequence[int]
) -> Iterator[Place]:
    """TK105: a row or column called a total or a mean that its parts make."""
    for lanes, across, own in ((rows, columns, blocks), (columns, rows, (0,) * len(columns))):
        for i, lane in enumerate(lanes):
            kind = (
                "total" if _TOTAL.search(lane.label) else "mean" if _MEAN.search(lane.label) else ""
            )
            if not kind:
                continue
            for k in range(len(across)):
                yield from _of_parts(kind, lanes, i, k, own)


def _of_parts(
    kind: str, lanes: Sequence[_Lane], i: int, k: int, blocks: Sequence[int]
) -> Iterator[Place]:
    whole = lanes[i].numbers[k]
    if whole is None or not whole.exact or not whole.writable or whole.digits < 2:
        return
    summary = [bool(_TOTAL.search(x.label) or _MEAN.search(x.label)) for x in lanes]
    start = next((j + 1 for j in range(i - 1, -1, -1) if summary[j]), 0)
    above = [x.numbers[k] for x in lanes[start:i]]
    block = [
        x.numbers[k] for j, x in enumerate(lanes[:i]) if blocks[j] == blocks[i] and not summary[j]
    ]
    everything = [x.numbers[k] for j, x in enumerate(lanes) if not summary[j]]
    for group in (above, block, everything):
        parts = [n for n in group if n is not None and n.exact and n.key == whole.key]
        if len(parts) < (_PARTS if kind == "total" else _TELLING):
            continue
        if len({n.value for n in parts}) < 2:
            continue
        made = _makes(kind)
        if any(meet(whole.nominal, r) for r in made([n.nominal for n in parts])):

            def holds(new: Printed, hard: bool, parts: Sequence[Printed] = parts) -> bool:
                ranges = _makes(kind)([range_of(n, hard) for n in parts])
                return any(meet(range_of(new, hard), r) for r in ranges)

            text = f"{shown(whole)}: {kind} of {', '.join(n.source for n in parts)}"
            yield Place("TK105", whole, text, holds)
            return


def _makes(kind: str) -> Callable[[Sequence[Range]], list[Range]]:
    def total(parts: Sequence[Range]) -> list[Range]:
        return [(sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0)))]

    def mean(parts: Sequence[Range]) -> list[Range]:
        low, high = total(parts)[0]
        found = [(low / len(parts), high / len(parts))]
        if all(p[0] > 0 for p in parts):
            found += [_geometric(parts), _harmonic(parts)]
        return found

    return total if kind == "total" else mean


def _geometric(parts: Sequence[Range]) -> Range:
    low = high = 1.0
    for p in parts:
        low, high = low * float(p[0]), high * float(p[1])
    n = 1 / len(parts)
    return Fraction(low**n), Fraction(high**n)


def _harmonic(parts: Sequence[Range]) -> Range:
    n = len(parts)
    return n / sum(1 / p[0] for p in parts), n / sum(1 / p[1] for p in parts)
