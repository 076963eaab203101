"""Where a paper states its results: sentences and cells of tables, by unit, to hold them together."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from tanaka.paper.headlines import unit_of
from tanaka.paper.model import (
    CellKind,
    Number,
    NumberId,
    Orientation,
    Paper,
    Result,
    Stretch,
    Table,
    Where,
)
from tanaka.paper.result_words import SCORES, metric_of_unit, metrics_of, of_unit, spelled
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.records import dataclass

HEADLINES = (Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
"""Parts of a paper that sum up."""


_RATIO = Lazy(
    r"(?i)\b(?:vs\.?|over|relative to|speed-?ups?|faster|slower|gains?|ratio|improvement)\b|^[^\s/()]{3,}\s?/\s?[^\s/()]{3,}$"
)
DEVICE = Lazy(r"(?:rtx )?[abhlmptv]i? ?\d{1,4}(?: ?s)?")
"""A name of a card, spelled."""
_PARTS = frozenset({"microbenchmark", "kernel", "layer", "operator", "component", "simulat"})
_MOST = 400  # results of one unit that are held against each other


_SUMMING = frozenset({" mean ", " average ", " geo mean ", " avg ", " geomean ", " geometric mean ", " total ", " sum ", " overall ", " median "})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Entry:
    """A result in a sentence.

    Attributes
    ----------
    result : Result
    number : Number
    reach : Interval
        What its print allows, of its upper end where it is a range.
    metrics : frozenset of str
        Those of its words, else the one of its unit.
    possible : Interval
        What it leaves possible: "under 500 ms" is true of 89 ms.
    """

    result: Result
    number: Number
    reach: Interval
    metrics: frozenset[str]
    possible: Interval

    @cached_property
    def sums_up(self) -> bool:
        """Whether it stands in a part that sums up."""
        return self.number.where in HEADLINES


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value of a table: its cell's number, as one class of unit reads it.

    Attributes
    ----------
    number : Number
    unit : str
    point : float
    reach : Interval
    metrics : frozenset of str
    row, column : tuple of str
        What its labels name, spelled.
    labels : tuple of str
        All its labels, spelled, those of its row first; those that name only a metric, too.
    rows : int
        How many of them are of its row.
    at : tuple of int
        Row and column of the grid.
    """

    number: Number
    unit: str
    point: float
    reach: Interval
    metrics: frozenset[str]
    row: tuple[str, ...]
    column: tuple[str, ...]
    labels: tuple[str, ...]
    rows: int
    at: tuple[int, int]


def end_of(number: Number) -> Interval:
    """What the print of a number allows; of the upper end of a range."""
    q = number.quantity
    if isinstance(q.value, tuple):
        top = Literal(q.literal.text, q.value[-1] / q.scale, q.literal.ulp)
        return top.hard().scaled(q.scale)
    return q.hard if q.bounded else q.literal.hard().scaled(q.scale)


def _open(number: Number) -> Interval:
    reach, q = end_of(number), number.quantity.qualifier
    if q in (Qualifier.MIN, Qualifier.GT):
        return Interval(reach.low, math.inf)
    return Interval(-math.inf, reach.high) if q is Qualifier.LT else reach


@lru_cache(maxsize=4096)
def _label(text: str) -> tuple[str, frozenset[str]]:
    """A label without its unit, spelled, and the metrics that it names."""
    bare = text.partition("(")[0] if not text.startswith("(") else text
    return spelled(bare), metrics_of(text)


class Grid:
    """A table's values with their labels, and what two of them give."""

    def __init__(self, paper: Paper, table: Table) -> None:
        self.table = table
        caption = metrics_of(table.caption)
        self.text = spelled(" ".join((table.caption, *table.header, *table.stubs)))
        self.values: list[Value] = []
        group: tuple[str, ...] = ()
        # "Power cap" is a system; where most rows name a metric, they are metrics.
        of_metrics = 2 * sum(bool(metrics_of(s)) for s in table.stubs) > len(table.stubs)
        for i, row in enumerate(table.rows):
            # A group's name stands in its first row alone, and the label's place is empty below.
            path = next((c.row for c in row if c.row), ())
            if len(path) > 1:
                group = path[:-1]
            heads = group if len(path) == 1 and not table.stubs[i].strip() else ()
            if len(path) == 1 and table.stubs[i].strip():
                group = ()
            for c, cell in enumerate(row):
                if cell.number is None or cell.kind is not CellKind.NUMBER:
                    continue
                number = paper.number(cell.number)
                if not isinstance(number.quantity.value, tuple):
                    self._add(number, (*heads, *cell.row), cell.column, (i, c), caption, of_metrics)
        labels = Counter(w for v in self.values for w in {*v.row, *v.column})
        self.labels = frozenset(labels)

    def _add(
        self, number: Number, row: tuple[str, ...], column: tuple[str, ...], at: tuple[int, int], caption: frozenset[str],
        of_metrics: bool,
    ) -> None:  # fmt: skip
        q = number.quantity
        rows = [_label(t) for t in row]
        columns = [_label(t) for t in column]
        named = frozenset(m for _, ms in columns for m in ms) or frozenset(
            m for _, ms in rows if of_metrics for m in ms
        )
        unit = unit_of(q, number.kind)
        metrics = of_unit(named, unit) or metric_of_unit(unit) or caption
        over = any(ms for _, ms in columns)
        row_names = tuple(
            w for w, ms in rows if w.strip() and (over or not (ms and len(w.split()) <= 3))
        )
        column_names = tuple(
            w for w, ms in columns if w.strip() and not (ms and len(w.split()) <= 3)
        )
        labels = tuple(w for w, _ in (*rows, *columns))
        if not unit:
            # Bare under a header, or a caption, that names a metric whose values mostly are.
            unit = "score" if not q.count and metrics & SCORES else "1"
            if any(_RATIO.search(t) for t in column) and "." in q.literal.text:
                unit = "×"
        self.values.append(
            Value(
                number,
                unit,
                q.point,
                q.hard,
                metrics,
                row_names,
                column_names,
                labels,
                len(rows),
                at,
            )
        )
        if unit == "score" or (unit == "1" and number.kind is Kind.UTILIZATION):
            # "84.2" under "Accuracy" may be a percentage.
            self.values.append(
                Value(
                    number,
                    "%",
                    q.point / 100,
                    q.hard.scaled(0.01),
                    metrics,
                    row_names,
                    column_names,
                    labels,
                    len(rows),
                    at,
                )
            )

    @cached_property
    def lines(self) -> tuple[tuple[Value, ...], ...]:
        """Values of one row, and of one column, that are of one unit."""
        found: dict[tuple[str, int, str], list[Value]] = {}
        for v in self.values:
            found.setdefault(("row", v.at[0], v.unit), []).append(v)
            found.setdefault(("column", v.at[1], v.unit), []).append(v)
        return tuple(tuple(line) for line in found.values() if len(line) > 1)

    @cached_property
    def factors(self) -> list[Value]:
        """Values that are factors."""
        return [v for v in self.values if v.unit == "×"]

    @cached_property
    def summed(self) -> frozenset[int]:
        """Rows that sum up the others."""
        return frozenset(v.at[0] for v in self.values for label in v.row if label in _SUMMING)

    def compared(self, own: frozenset[str]) -> Iterator[tuple[Value, ...]]:
        """Lines whose values are divided by each other: names of systems are, scales and workloads are not."""
        rows = any(label.strip() in own for v in self.values for label in v.row)
        columns = any(label.strip() in own for v in self.values for label in v.column)
        stubs = self.table.stubs
        scale = 2 * sum(not s.strip()[:1].isdigit() for s in stubs) <= len(stubs)
        if rows == columns:
            rows = self.table.orientation is not Orientation.COLUMNS and not scale
            columns = self.table.orientation is not Orientation.ROWS or scale
        for line in self.lines:
            of_row = len({v.at[0] for v in line}) == 1
            if columns if of_row else rows:
                yield line

    def pairs(self, own: frozenset[str]) -> Iterator[tuple[Value, Value]]:
        """Two values of a line that compares, either first."""
        for line in self.compared(own):
            for a in line:
                for b in line:
                    if a is not b:
                        yield a, b


def gives(unit: str, reach: Interval, a: Value, b: Value) -> bool:
    """Whether the ratio, the difference in percent or in points of two values meets an interval."""
    if b.reach.low <= 0 or a.reach.low <= 0:
        return unit == "%" and a.unit == "%" and _difference(a, b).meets(reach)
    ratio = Interval(a.reach.low / b.reach.high, a.reach.high / b.reach.low)
    if unit == "×":
        return ratio.meets(reach)
    if unit == "%":
        up = Interval(ratio.low - 1, ratio.high - 1)
        down = Interval(1 - ratio.high, 1 - ratio.low)
        if up.meets(reach) or down.meets(reach) or ratio.meets(reach):
            return True
        return a.unit == "%" and _difference(a, b).meets(reach)
    return a.unit == unit and _difference(a, b).meets(reach)


def _difference(a: Value, b: Value) -> Interval:
    return Interval(a.reach.low - b.reach.high, a.reach.high - b.reach.low)


def means(values: Sequence[Value]) -> list[tuple[str, Interval]]:
    """Means of values, their sum, and the distance of their ends, each with its name."""
    if len(values) < 2:
        return []
    lows, highs = [v.reach.low for v in values], [v.reach.high for v in values]
    n = len(values)
    out = [
        ("mean", Interval(sum(lows) / n, sum(highs) / n)),
        ("sum", Interval(sum(lows), sum(highs))),
        ("median", Interval(_median(lows), _median(highs))),
    ]
    if min(lows) > 0:
        logs = [math.exp(sum(map(math.log, ends)) / n) for ends in (lows, highs)]
        out.append(("geometric mean", Interval(logs[0], logs[1])))
        out.append(("harmonic mean", Interval(n / sum(1 / x for x in lows), n / sum(1 / x for x in highs))))  # fmt: skip
    return out


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


@lru_cache(maxsize=8192)
def _entry(result: Result, number: Number) -> Entry:
    metrics = result.metrics or metric_of_unit(result.unit)
    return Entry(result, number, end_of(number), metrics, _open(number))


@lru_cache(maxsize=1024)
def _stated(stretch: Stretch) -> tuple[tuple[Entry, ...], tuple[Grid, ...]]:
    """Results and tables of a stretch: the same objects as long as it is the same."""
    alone = Paper((stretch,))
    return (
        tuple(_entry(r, alone.number(r.number)) for r in stretch.of(Result)),
        tuple(g for t in stretch.tables if (g := Grid(alone, t)).values),
    )


class _Memory:
    """The results that were judged beside one, and those that hold the relation."""

    def __init__(self) -> None:
        self.judged: frozenset[Entry] = frozenset()
        self.found: set[Entry] = set()


@lru_cache(maxsize=8192)
def _memory(judge: object, e: Entry, own: frozenset[str], beside: tuple[Entry, ...]) -> _Memory:
    return _Memory()


class Ledger:
    """All results of a paper, by unit and in the order of their values."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        stated = [_stated(s) for s in paper.stretches]
        self.entries: list[Entry] = [e for entries, _ in stated for e in entries]
        self.grids: list[Grid] = [g for _, grids in stated for g in grids]
        self.by_label = {label: g for g in self.grids for label in g.table.labels}
        self._texts: dict[str, list[Entry]] = {}
        for e in self.entries:
            self._texts.setdefault(e.result.unit, []).append(e)
        self._near = {
            u: [*(e for e in found if e.sums_up), *(e for e in found if not e.sums_up)][:_MOST]
            for u, found in self._texts.items()
        }
        for found in self._texts.values():
            found.sort(key=lambda e: e.reach.low)
        self._lows = {u: [e.reach.low for e in found] for u, found in self._texts.items()}
        self._cells: dict[str, list[tuple[Value, Grid]]] = {}
        for g in self.grids:
            for v in g.values:
                self._cells.setdefault(v.unit, []).append((v, g))
        for cells in self._cells.values():
            cells.sort(key=lambda c: c[0].reach.low)
        self._cell_lows = {u: [v.reach.low for v, _ in found] for u, found in self._cells.items()}
        # With what an id is of, so that it stays that.
        self._fresh: dict[tuple[str, int], tuple[frozenset[Entry], list[Entry]]] = {}
        self.captioned: dict[NumberId, Grid] = {n: g for g in self.grids for n in g.table.stated}

    @cached_property
    def _summing(self) -> dict[str, list[Entry]]:
        return {u: [e for e in found if e.sums_up][:_MOST] for u, found in self._near.items()}

    @cached_property
    def _ranks(self) -> dict[str, tuple[frozenset[Entry], dict[Entry, int]]]:
        return {
            u: (frozenset(found), {e: i for i, e in enumerate(found)})
            for u, found in self._near.items()
        }

    def _new(self, unit: str, judged: frozenset[Entry]) -> list[Entry]:
        """Results of a unit that are not among others; most have been judged beside the same."""
        found = self._fresh.get((unit, id(judged)))
        if found is None:
            places, ranks = self._ranks[unit]
            new = sorted(places - judged, key=ranks.__getitem__)
            found = self._fresh[unit, id(judged)] = judged, new
        return found[1]

    def kept(
        self, e: Entry, judge: Callable[[Ledger, Entry, Sequence[Entry]], list[Entry]]
    ) -> list[Entry]:
        """Those of the results of one unit that hold a relation to one, in the order of `alike`.

        The relation may ask for the two results, for names of the paper's own system, and for what
        stands beside the first.  What was judged in the paper before is not judged again: results
        that no edit has touched are the same objects in all ledgers.
        """
        places, ranks = self._ranks[e.result.unit]
        memory = _memory(judge, e, self.own, tuple(self.beside(e)))
        if memory.judged is not places:
            new = self._new(e.result.unit, memory.judged)
            memory.found = {p for p in memory.found if p in places}
            memory.found.update(judge(self, e, new) if new else ())
            memory.judged = places
        return sorted(memory.found, key=ranks.__getitem__) if memory.found else []

    @cached_property
    def own(self) -> frozenset[str]:
        """Names of the paper's own system: subjects that nothing is compared with."""
        rivals = frozenset(n for e in self.entries for n in e.result.against)
        for part in (True, False):
            told = {
                (e.result.subject, e.result.said)
                for e in self.entries
                if e.sums_up is part
                and e.result.subject not in ("", "we")
                and e.result.subject not in rivals
                and not DEVICE.fullmatch(e.result.subject)
            }
            names = Counter(name for name, _ in told)
            if names:
                most = max(names.values())
                return frozenset(n for n, k in names.items() if 2 * k >= most)
        return frozenset()

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Weight of a word: the more sentences with results have it, the less."""
        told = [group[0].result for group in self._said.values()]
        times = Counter(w for r in told for w in r.words | r.names)
        return {w: math.log((len(told) + 2) / (n + 0.5)) for w, n in times.items()}

    def weight(self, words: Iterable[str]) -> float:
        """How much words tell: the rarer in the paper, the more."""
        return sum(self._rarity.get(w, 0.0) for w in words)

    @cached_property
    def _said(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for e in self.entries:
            found.setdefault(e.result.said, []).append(e)
        return found

    def beside(self, e: Entry) -> list[Entry]:
        """The other results of a sentence that are of the same unit."""
        together = self._said[e.result.said]
        if len(together) == 1:
            return []
        return [p for p in together if p is not e and p.result.unit == e.result.unit]

    def given_by_text(self, e: Entry) -> bool:
        """Whether two measurements of a sentence of the body, with a word of a factor's own, give it."""
        for group in self._said.values():
            if group[0].sums_up or not 1 < len(group) <= 8:
                continue
            if len(e.result.near & group[0].result.words) < 2 and e.result.words.isdisjoint(
                group[0].result.words & _PARTS
            ):
                continue
            for a in group:
                for b in group:
                    if a is b or a.result.unit != b.result.unit or a.result.unit in ("×", "%"):
                        continue
                    x, y = end_of(a.number), end_of(b.number)
                    if y.low > 0 and Interval(x.low / y.high, x.high / y.low).meets(e.reach):
                        return True
        return False

    def alike(self, unit: str) -> Sequence[Entry]:
        """Results of one class of unit, those that sum up first; of a very long paper not all."""
        return self._near.get(unit, ())

    def summing(self, unit: str) -> Sequence[Entry]:
        """Results of one class of unit in the parts that sum up."""
        return self._summing.get(unit, ())

    def meeting(self, unit: str, reach: Interval) -> Iterator[Entry]:
        """Results in sentences whose print meets an interval."""
        found = self._texts.get(unit, [])
        # No print is wider than a half of its value.
        low = bisect_left(self._lows.get(unit, []), reach.low / 2 if reach.low > 0 else -math.inf)
        high = bisect_right(self._lows.get(unit, []), reach.high)
        for e in found[low:high]:
            if e.reach.meets(reach):
                yield e

    def cells_meeting(self, unit: str, reach: Interval) -> Iterator[tuple[Value, Grid]]:
        """Values of tables whose print meets an interval."""
        found = self._cells.get(unit, [])
        lows = self._cell_lows.get(unit, [])
        low = bisect_left(lows, reach.low / 2 if reach.low > 0 else -math.inf)
        for v, g in found[low : bisect_right(lows, reach.high)]:
            if v.reach.meets(reach):
                yield v, g
