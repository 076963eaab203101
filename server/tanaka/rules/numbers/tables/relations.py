"""The relations that a column of a table may follow: what its header and its unit leave open.

A relation is a formula over other cells: two columns of the row, a baseline row of the block, a
value of the caption.  Nothing is assumed here: `tanaka.rules.numbers.tables.fit` tries each on the
rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from tanaka.patterns import Lazy
from tanaka.rules.numbers.tables.means import is_total, member
from tanaka.rules.numbers.tables.operands import (
    Operands,
    Relation,
    Value,
    against,
    against_pivot,
    efficiency_cells,
    holds_counts,
    holds_shares,
    one_cell,
    one_quantity,
    ratioable,
    same_row,
    unit_of,
    with_stated,
)
from tanaka.rules.numbers.tables.products import products, quotients, rates, together
from tanaka.rules.numbers.tables.view import View

NAMED = Lazy(
    r"speed-?\s?up|\bover\b|\bvs\.?(?=\W|$)|normali[sz]ed|\bnorm\.|\brelative to\b|/|\breduction\b|\bsavings?\b|\boverhead\b|\bchange\b|Δ|\bdiff(?:erence)?\b|"
    r"\bimprovement\b|\bof (?:the )?(?:total|peak)\b|\bslow-?\s?down\b",
    re.I,
)
_BARE_RATIO = Lazy(
    r"speed-?\s?up|ratio|normali|\bnorm\.|relative|\brel\.|slow-?\s?down|\bvs\.?(?=\W|$)|\bfactor\b",
    re.I,
)
_DIFFERENCE = Lazy(
    r"\bvs\.?(?=\W|$)|Δ|delta|\bdiff|\bgains?\b|improv|\bchange\b|\bdrop\b|\bloss\b|\bgap\b|\boverhead\b|[+−-]/[+−-]|\bsav|\bfree\b|"
    r"\bremaining\b|\bexposed\b|\bheadroom\b|\bdegradation\b|\bincrease\b|\breduction\b",
    re.I,
)
_EFFICIENCY = Lazy(r"efficiency|\beff\.", re.I)
_COUNTED = Lazy(
    r"\b(?:threads?|cores?|[GT]PUs?|nodes?|workers?|devices?|ranks?|machines?|accelerators?|chips?)\b",
    re.I,
)
_BEST = Lazy(r"\bbest\b|\bfastest\b|\bstrongest\b|\bnext\b|\brunner|\bsecond\b|\bclosest\b", re.I)
_ABOVE = Lazy(r"\bprev|\bstep\b|\bincremental|\brow above|\bmarginal|\bstage\b", re.I)
_ONE_WHOLE = Lazy(r"\bpeak\b|\butili|\bMFU\b|\bof (?:the )?\w+|\bnorm|\brelative\b", re.I)
_STRIPPED = Lazy(r"\W+")


_RATIOS: tuple[tuple[str, Value, str], ...] = (("ratio", lambda a, b: a / b, "{0} / {1}"),)
_SHARES: tuple[tuple[str, Value, str], ...] = (
    ("saving", lambda a, b: 1 - b / a, "1 - {1} / {0}"),
    ("gain", lambda a, b: a / b - 1, "{0} / {1} - 1"),
    ("share", lambda a, b: b / a, "{1} / {0}"),
)
_BASES: tuple[tuple[str, Value, str], ...] = (
    *_SHARES,
    ("saving", lambda a, b: 1 - a / b, "1 - {0} / {1}"),
    ("gain", lambda a, b: b / a - 1, "{1} / {0} - 1"),
)
_EITHER: tuple[tuple[str, Value, str], ...] = (
    *_RATIOS,
    ("ratio", lambda a, b: b / a, "{1} / {0}"),
)


def bare_ratio(header: str) -> bool:
    """Whether a header says that bare numbers below it are ratios."""
    return _BARE_RATIO.search(header) is not None


def difference(header: str) -> bool:
    """Whether a header may say that what is below it are differences."""
    return _DIFFERENCE.search(header) is not None


def names_quotient(view: View, column: int) -> bool:
    """Whether a header is two others with a slash between them: "Ours / Eager"."""
    first, slash, second = view.header[column].partition("/")
    if not slash:
        return False
    names = {_plain(h) for k, h in enumerate(view.header) if k != column}
    return _plain(first) in names and _plain(second) in names


def _plain(label: str) -> str:
    return _STRIPPED.sub(" ", re.sub(r"[(\[].*", "", label)).strip().lower()


def candidates(view: View, column: int, shown: frozenset[str]) -> Iterator[Relation]:
    """Every relation that the numbers of a column may follow; ``shown`` are their units."""
    header = view.header[column]
    percent = shown == {"%"}
    factor = bool(shown & {"×"})
    bare = shown <= {"", "points"}
    if factor or percent or (bare and (bare_ratio(header) or names_quotient(view, column))):
        yield from _pairs(view, column, percent=percent)
        yield from _against_rows(view, column, percent=percent)
        yield from _reciprocals(view, column)
        if percent:
            yield from _of_the_sum(view, column)
        for i in ratioable(view, column):
            yield from _over_stated(view, i, percent=percent)
        if not percent:
            yield from _best_of(view, column)
    if (percent or factor or bare) and _ONE_WHOLE.search(header):
        yield from _in_proportion(view, column)
    if percent or factor or _EFFICIENCY.search(header):
        yield from _efficiencies(view, column)
    if _DIFFERENCE.search(header) or view.beside[column] >= 0 or not (percent or bare or factor):
        yield from _differences(view, column)
    if not factor and not percent:
        yield from quotients(view, column)
        yield from products(view, column)
        yield from rates(view, column)
    yield from together(view, column)


def _pairs(view: View, column: int, *, percent: bool) -> Iterator[Relation]:
    """Two columns of one unit, in the same row."""
    for i in range(1, len(view.header)):
        for j in range(1, len(view.header)):
            if i == j or column in (i, j) or not _paired(view, i, j):
                continue
            operands = same_row(view, i, j)
            for name, value, text in _SHARES if percent else _RATIOS:
                yield Relation(name, operands, value, text, pair=(i, j))
    if percent:
        return
    # A score is a percentage, and one may be printed as a multiple of another.
    for i in range(1, len(view.header)):
        for j in range(1, len(view.header)):
            if i != j and column not in (i, j) and holds_shares(view, i) and holds_shares(view, j):
                yield Relation("ratio", same_row(view, i, j), lambda a, b: a / b, "{0} / {1}", pair=(i, j))  # fmt: skip


def _paired(view: View, i: int, j: int) -> bool:
    """Whether two columns hold one unit in each row, though rows may hold different quantities."""
    seen = False
    for a, b in zip(view.column(i), view.column(j), strict=True):
        if a is None or b is None:
            continue
        p, q = a.quantity, b.quantity
        if p.unit != q.unit or {p.shown_unit, q.shown_unit} & {"×", "%"}:
            return False
        seen = True
    return seen


def _against_rows(view: View, column: int, *, percent: bool) -> Iterator[Relation]:
    """A column against one row of it: the first of the block, the one marked, the one named."""
    bases = _base_rows(view, column, percent=percent)
    above_named = _ABOVE.search(view.header[column]) is not None
    for i in ratioable(view, column, stub=False):
        for where, base, doubtful in bases:
            operands = against(view, i, base)
            for name, value, text in _BASES if percent else _EITHER:
                yield Relation(f"{name} to {where}", operands, value, text, doubtful=doubtful and not above_named,
                               base=i)  # fmt: skip


def _base_rows(
    view: View, column: int, *, percent: bool
) -> list[tuple[str, tuple[int, ...], bool]]:
    """Where a baseline may stand: what it is called, its row for each row, and whether it is doubtful."""
    rows = range(len(view.blocks))
    first: dict[int, int] = {}
    for r in rows:
        first.setdefault(view.blocks[r], r)
    firsts = tuple(first[view.blocks[r]] for r in rows)
    wholes = (0.0, 1.0) if percent else (1.0,)
    marked: dict[int, int] = {}
    for r in rows:
        p = view.points[r][column] if column < len(view.points[r]) else math.nan
        if p in wholes:
            marked.setdefault(view.blocks[r], r)
    units = tuple(marked.get(view.blocks[r], -1) for r in rows)
    blank: dict[int, int] = {}
    for r in rows:
        if view.cell(r, column) is None and view.blocks[r] not in blank:
            blank[view.blocks[r]] = r
    blanks = tuple(blank.get(view.blocks[r], -1) for r in rows)
    out = [("the first row", firsts, False)]
    if marked and units != firsts:
        out.append(("the baseline row", units, False))
        if len(marked) == 1:
            only = next(iter(marked.values()))
            out.append(("the baseline row", (only,) * len(rows), False))
    if blank and blanks != firsts:
        out.append(("the baseline row", blanks, False))
    if len(set(view.blocks)) > 1:
        out.append(("the first row", (0,) * len(rows), False))
    totals = [r for r in rows if is_total(view.stubs[r])]
    if percent and totals:
        out.append(("the total", tuple(next((t for t in totals if t >= r), totals[-1]) for r in rows), False))  # fmt: skip
    named = _named_row(view, column)
    if named is not None:
        out.append(("the row that is named", (named,) * len(rows), False))
    last: dict[int, int] = {view.blocks[r]: r for r in rows}
    out.append(("the last row", tuple(last[view.blocks[r]] for r in rows), False))
    out.append(("the row above", tuple(r - 1 if r and view.blocks[r] == view.blocks[r - 1] else -1 for r in rows), True))  # fmt: skip
    return list({b: (w, b, d) for w, b, d in reversed(out)}.values())[::-1]


def _of_the_sum(view: View, column: int) -> Iterator[Relation]:
    """A cell over the sum of its column, or of its block of it."""
    rows = [r for r in range(len(view.cells)) if member(view.stubs[r])]
    for i in ratioable(view, column, stub=False):
        found = [r for r in rows if view.cell(r, i) is not None]
        if not 3 <= len(found) <= 12:
            continue
        listed = " + ".join(f"{{{k}}}" for k in range(1, len(found) + 1))
        yield Relation("share of the sum", _with_all(view, i, found), lambda a, *b: a / sum(b), f"{{0}} / ({listed})", base=None)  # fmt: skip


def _with_all(view: View, i: int, rows: Sequence[int]) -> Operands:
    return lambda r: (view.cell(r, i), *(view.cell(k, i) for k in rows)) if r in rows else (None,)


def _named_row(view: View, column: int) -> int | None:
    """The row whose label the header names: "Speedup over GPipe"."""
    words = f" {_STRIPPED.sub(' ', view.header[column]).lower()} "
    for r, stub in enumerate(view.stubs):
        name = _STRIPPED.sub(" ", stub).lower().strip()
        if len(name) > 1 and f" {name} " in words:
            return r
    return None


def _reciprocals(view: View, column: int) -> Iterator[Relation]:
    """A speedup and a normalised time are each other's inverse."""
    for i in range(1, len(view.header)):
        shown = {s for _, s in view.units(i)}
        if i != column and shown and shown <= {"×", ""} and (shown == {"×"} or bare_ratio(view.header[i])):  # fmt: skip
            yield Relation(
                "reciprocal", one_cell(view, i), lambda a: 1 / a, "1 / {0}", doubtful=True
            )


def _over_stated(view: View, i: int, *, percent: bool) -> Iterator[Relation]:
    """Cells of a column over, or under, a value of the caption: a baseline, or a peak."""
    own = view.units(i)
    for base in view.stated:
        q = base.quantity
        if q.shown_unit in ("×", "%") or q.count:
            continue
        measured = q.unit != "1" and any(q.unit == u for u, _ in own)
        if not measured and (percent or "." not in q.literal.text):
            continue
        operands = with_stated(view, base, i)
        name = f"{'share of' if percent else 'ratio to'} the caption's value"
        yield Relation(name, operands, lambda a, b: b / a, "{1} / {0}")
        if not percent:
            yield Relation(name, operands, lambda a, b: a / b, "{0} / {1}")


def _in_proportion(view: View, column: int) -> Iterator[Relation]:
    """Shares of a whole that is printed nowhere: each row against one of the first three."""
    for i in ratioable(view, column, stub=False):
        for pivot in range(min(3, len(view.cells))):
            if view.cell(pivot, column) is not None and view.cell(pivot, i) is not None:
                yield Relation("share of one whole", against_pivot(view, column, i, pivot), lambda c, a, b: c * b / a,
                               "{0} × {2} / {1}", doubtful=True, least=4)  # fmt: skip


def _best_of(view: View, column: int) -> Iterator[Relation]:
    """A column against the best of several others of its unit."""
    columns = ratioable(view, column, stub=False)
    named = _BEST.search(view.header[column]) or _BEST.search(view.caption)
    for j in columns:
        others = [i for i in columns if i != j and unit_of(view, i) == unit_of(view, j)]
        if not 2 <= len(others) <= 6:
            continue
        operands = same_row(view, j, *others)
        listed = ", ".join(f"{{{k}}}" for k in range(1, len(others) + 1))
        for value, text in (
            (lambda a, *b: min(b) / a, f"min({listed}) / {{0}}"),
            (lambda a, *b: a / max(b), f"{{0}} / max({listed})"),
        ):
            yield Relation("ratio to the best", operands, value, text, doubtful=not named)


def _efficiencies(view: View, column: int) -> Iterator[Relation]:
    """Gain over the first row per gain in devices, for columns of rates, times and speedups."""
    counts = [
        k
        for k in range(min(3, len(view.header)))
        if k != column and _COUNTED.search(view.header[k]) and holds_counts(view, k)
    ]
    for k in counts:
        first = tuple(view.blocks.index(b) for b in view.blocks)
        for i in range(1, len(view.header)):
            if i in (column, k):
                continue
            shown = {s for _, s in view.units(i)}
            if shown == {"×"}:
                yield Relation("scaling efficiency", same_row(view, i, k), lambda s, n: s / n, "{0} / {1}", doubtful=True, least=2)  # fmt: skip
            elif one_quantity(view, i):
                operands = efficiency_cells(view, i, k, first)
                yield Relation("scaling efficiency", operands, lambda v, v0, n, n0: v / v0 / (n / n0),
                               "({0} / {1}) / ({2} / {3})", doubtful=True, least=2)  # fmt: skip
                yield Relation("scaling efficiency", operands, lambda v, v0, n, n0: v0 / v / (n / n0),
                               "({1} / {0}) / ({2} / {3})", doubtful=True, least=2)  # fmt: skip
                yield Relation("scaling efficiency", against(view, i, first), lambda v0, v: v0 / v,
                               "{0} / {1}", doubtful=True)  # fmt: skip


def _differences(view: View, column: int) -> Iterator[Relation]:
    """One column less another, and a column less its baseline row."""
    # Under "Gain", 3.7 is read as a factor, and may be a difference of scores all the same.
    shown = {"" if s == "×" else s for _, s in view.units(column)}
    unit = {u for u, _ in view.units(column)}
    named = _DIFFERENCE.search(view.header[column]) is not None
    scales = {i: k for i in range(1, len(view.header)) if i != column and (k := _scale(view, i, unit, shown))}  # fmt: skip
    for i, scale in scales.items():
        for j, other in scales.items():
            if i != j and scale == other and _begins(view, column, i, j, scale):
                yield Relation("difference", same_row(view, i, j), _less(scale), "{0} - {1}", doubtful=not named,
                               signed=True, pair=(i, j))  # fmt: skip
    if not named:
        return
    for i, scale in scales.items():
        for where, base, doubtful in _base_rows(view, column, percent=True):
            operands = against(view, i, base)
            yield Relation(f"difference to {where}", operands, _more(scale), "{1} - {0}", doubtful=doubtful, signed=True, base=i)  # fmt: skip
            yield Relation(f"difference to {where}", operands, _less(scale), "{0} - {1}", doubtful=doubtful, signed=True, base=i)  # fmt: skip


def _begins(view: View, column: int, i: int, j: int, scale: float) -> bool:
    """Whether the first or the second row keeps a difference: one that both break fits nothing.

    A wide table has a thousand pairs of columns, so this is asked of plain floats first.
    """
    asked = 0
    for r, points in enumerate(view.points):
        value = points[column] - scale * (points[i] - points[j])
        if math.isnan(value) or not member(view.stubs[r]):
            continue
        half = view.halves[r]
        if abs(value) <= 4 * (half[column] + scale * (half[i] + half[j])) + 1e-9 * abs(points[i]):
            return True
        asked += 1
        if asked == 2:
            return False
    return True


def _less(scale: float) -> Value:
    return lambda a, b: scale * (a - b)


def _more(scale: float) -> Value:
    return lambda a, b: scale * (b - a)


def _scale(view: View, i: int, unit: set[str], shown: set[str]) -> float:
    """What differences of a column are multiplied by to be in the unit of the target; 0 where they cannot be.

    Scores are printed as "81.6" and as "81.6%", and so are their differences, in points.
    """
    own = {s for _, s in view.units(i)}
    if not own or "×" in own or {u for u, _ in view.units(i)} != unit:
        return 0.0
    percent, target = own <= {"%", "points"}, shown <= {"%", "points"}
    if percent == target:
        return 1.0 if percent or not own & {"%", "points"} else 0.0
    if percent:
        return 100.0 if shown <= {"", "×"} else 0.0
    return 0.01 if own == {""} else 0.0
