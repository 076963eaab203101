"""What a total or a mean in a table may be made of, and how.

Its parts are other columns of its row (a total row is a column of the turned table): those before
it, those of its group, the subtotals.  How it is made is rarely said: a sum, one of four means, or
a mean weighted by some column.  All of them are tried.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.model import Number
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.records import dataclass
from tanaka.rules.numbers.tables.view import View, as_printed

Parts = tuple[int, ...]
Value = Callable[..., float]

_UNITS = Lazy(r"\s*[(\[][^()\[\]]*[)\]]|[*†‡§¶:.↑↓]|\^\{?\w*\}?|,\s*(?:[A-Za-zµμ%/]{1,8})\s*$")
_TOTAL = Lazy(r"(?:grand |overall |sub-?\s?)?totals?|sums?|Σ|∑|overall|combined|in total|total sum|all combined", re.I)  # fmt: skip
_MEAN = Lazy(
    r"(?:(?:overall|macro|micro|weighted|total|geo(?:metric)?|arith(?:metic)?|harm(?:onic)?|unweighted|simple|task|category)[-\s]?)*(?:avg|averages?|means?|gmean|hmean|geo-?mean)|"
    r"medians?|overall|mean of (?:all|the) \w+|avg of \w+|average over \w+",
    re.I,
)
_SPREAD = Lazy(r"(?:std|s ?d|stdev|std dev|standard deviation|var(?:iance)?|min(?:imum)?|max(?:imum)?|p\d\d|range|best|worst)", re.I)  # fmt: skip
_LOOSE_TOTAL = Lazy(r"\b(?:total|overall|sum|aggregate|combined|end-to-end|e2e)\b|^\s*all\b", re.I)  # fmt: skip
_LOOSE_MEAN = Lazy(r"\b(?:avg|average|mean|geo-?mean|median)\b", re.I)
_NO_SUM = Lazy(
    r"\b(?:avg|average|mean|median|geo-?mean|accuracy|precision|recall|ratio|hit rate|miss rate|error rate|success rate|failure rate|rate (?:of|\()|utili[sz]ation|"
    r"efficiency|occupancy|speed-?ups?|slow-?down|perplexity|score|loss)\b|\brate\s*(?:[(\[].*)?$|\bper\b|/\s?(?:request|token|step|image|sample|GPU|node|query)|"
    r"\bp\d\d\b|\bpeak\b|\bmax(?:imum)?\b|\bmin(?:imum)?\b|\bworst\b|\bbest\b",
    re.I,
)
_MINUTES = Lazy(r"[(\[,]\s*min\s*[)\]]?")
_NESTED = Lazy(
    r"\bof which\b|\bthereof\b|\bincl(?:\.|uding)?\b|^\s*(?:[-–—•↳└>]|\.{2,}|w/|with)\s?", re.I
)
_BASELINE = Lazy(r"\bbase(?:line)?\b|\boracle\b|\bupper bound\b|\bvanilla\b|\bours\b", re.I)
_MARKED = Lazy(r"[*†‡§]")
_COUNT = Lazy(r"[(\[]\s*(?:n ?= ?)?(\d{1,5})\s*(?:tasks?|sets?|items?)?\s*[)\]]")
_NO_SCORE = Lazy(
    r"(?i)perplexit|\bppl\b|\bloss\b|wiki|\bc4\b|\bptb\b|latenc|\btime\b|speed|throughput|param|memory|\bsize\b|\bbits?\b|\bavg\.? bits|\bmse\b"
)
_SETTING = Lazy(r"^\s*#|\b(?:layers?|heads?|hidden|batch|gpus|nodes|bits?|params|parameters|rank|seed|epochs?|steps)\b", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A way to make one number of many.

    ``value`` rises with each of them.
    """

    name: str
    value: Value


def _geometric(*v: float) -> float:
    return math.exp(sum(math.log(x) for x in v) / len(v)) if min(v) > 0 else math.nan


def _harmonic(*v: float) -> float:
    return len(v) / sum(1 / x for x in v) if min(v) > 0 else math.nan


SUM = Made("sum", lambda *v: math.fsum(v))
ARITHMETIC = Made("arithmetic mean", lambda *v: math.fsum(v) / len(v))
GEOMETRIC = Made("geometric mean", _geometric)
HARMONIC = Made("harmonic mean", _harmonic)
MEDIAN = Made("median", lambda *v: statistics.median(v))
MEANS = (ARITHMETIC, GEOMETRIC, HARMONIC, MEDIAN)
_ENDS = (Made("maximum", max), Made("minimum", min))


# -- labels -----------------------------------------------------------------------------------
def _bare(label: str) -> str:
    return _UNITS.sub("", label).strip(" -–—|").strip()


@lru_cache(maxsize=4096)
def is_total(label: str) -> bool:
    """Whether a label says "total" and nothing else."""
    return _TOTAL.fullmatch(_bare(label)) is not None


@lru_cache(maxsize=4096)
def is_mean(label: str) -> bool:
    """Whether a label says "mean", "average" or the like and nothing else."""
    return _MEAN.fullmatch(_bare(label)) is not None


@lru_cache(maxsize=4096)
def says_total(label: str) -> bool:
    """Whether a label speaks of a total of something: "Total energy"."""
    return _LOOSE_TOTAL.search(label) is not None


@lru_cache(maxsize=4096)
def no_sum(label: str) -> bool:
    """Whether what a label names does not add up: a mean, a rate of success, a quantity per request."""
    return _NO_SUM.search(_MINUTES.sub("", label)) is not None


@lru_cache(maxsize=4096)
def says_mean(label: str) -> bool:
    """Whether a label speaks of a mean of something: "Avg. latency"."""
    return _LOOSE_MEAN.search(label) is not None


def named_mean(label: str) -> Made | None:
    """The mean that a label names; None where it only says that it is one."""
    low = label.lower()
    if "geo" in low or "gmean" in low:
        return GEOMETRIC
    if "harm" in low or "hmean" in low:
        return HARMONIC
    if "median" in low:
        return MEDIAN
    return ARITHMETIC if "arith" in low else None


@lru_cache(maxsize=4096)
def made_of_others(label: str) -> bool:
    """Whether a label is that of a total, a mean or a spread, and no member of a list."""
    return is_total(label) or is_mean(label) or _SPREAD.fullmatch(_bare(label)) is not None


@lru_cache(maxsize=4096)
def member(label: str) -> bool:
    """Whether a row is one of those that a column compares, and no mean or total of them."""
    return not (made_of_others(label) or says_mean(label))


# The tail of what a mean is of, and no part of it: "Avg", "90%", "99% latency", "P95".
PERCENTILE = Lazy(
    r"\b(?:p|P)\d{2}(?:\.\d)?\b|(?<![\d.])(?:50|75|80|90|95|99|99\.9)(?:th|\s?%)(?!\s?(?:of|spars|prun|quant|train|util))|\bpercentile\b|\b[Mm]edian\b"
)


# -- parts ------------------------------------------------------------------------------------
def part_sets(view: View, column: int) -> list[Parts]:
    """The columns that a column may be made of, the likeliest set first."""
    like = [k for k in range(1, len(view.header)) if k != column and _alike(view, k, column)]
    members = [
        k for k in like
        if not (made_of_others(view.header[k]) or PERCENTILE.search(view.header[k]))
    ]  # fmt: skip
    made = [k for k in like if made_of_others(view.header[k]) and is_total(view.header[k])]
    before = [k for k in members if k < column]
    last = max((k for k in range(1, column) if made_of_others(view.header[k])), default=0)
    group = view.groups[column] if column < len(view.groups) else -1
    own = view.groups[column - 1] if view.turned and column > 1 else group
    sets: list[list[int]] = [
        [k for k in before if k > last],
        [k for k in members if k < len(view.groups) and view.groups[k] == group and group != -1],
        [k for k in before if k < len(view.groups) and view.groups[k] == own and own != -1],
        before,
        [k for k in made if k < column],
        [k for k in made if k < column] + [k for k in before if k > last],
        members,
        [k for k in members if k > column],
        _until_made(view, [k for k in members if k > column], column),
    ]
    sets += [[k for k in s if not _SETTING.search(view.header[k])] for s in sets[:4]]
    sets += [_decimals(view, s, column) for s in sets[:4]]
    if view.units(column) and all(not s for _, s in view.units(column)):
        # Scores without a unit: a perplexity beside them has other digits, or another name.
        sets += [[k for k in s if not _NO_SCORE.search(view.header[k])] for s in sets[:4]]
        sets += [[k for k in s if _places(view, k) == _places(view, column)] for s in sets[:4]]
    sets += [[k for k in s if not _LOOSE_TOTAL.search(view.header[k])] for s in sets[:4]]
    return list(dict.fromkeys(tuple(s) for s in sets if len(s) >= 2))


def excuses(view: View, sets: Sequence[Parts], row: int) -> Iterator[tuple[Parts, bool]]:
    """Subsets that a cell may be made of where it is none of the whole sets, and whether a label says so."""
    seen = set(sets)
    for parts in sets:
        labels = {k: view.header[k] for k in parts}
        for kept, told in (
            ([k for k in parts if not _NESTED.search(labels[k])], True),
            ([k for k in parts if not _BASELINE.search(labels[k])], True),
            ([k for k in parts if not _MARKED.search(labels[k])], True),
            (_without_nested(view, parts, row), True),
            (list(parts[1:] if len(parts) > 3 else ()), False),
            (list(parts[:-1] if len(parts) > 3 else ()), False),
        ):
            one = tuple(kept)
            if len(one) >= 2 and one not in seen:
                seen.add(one)
                yield one, told


def _without_nested(view: View, parts: Parts, row: int) -> list[int]:
    """Parts without those that another part before or behind them sums up, though nothing says so."""
    values = {k: view.points[row][k] for k in parts if not math.isnan(view.points[row][k])}
    off = {k: view.halves[row][k] for k in values}
    order = list(values)
    nested: set[int] = set()
    for i, k in enumerate(order):
        for line in (order[i + 1 :], order[:i][::-1]):
            total, slack = 0.0, off[k]
            for n, j in enumerate(line):
                if j in nested:
                    break
                total, slack = total + values[j], slack + off[j]
                if n >= 1 and abs(total - values[k]) <= slack:
                    nested.update(line[: n + 1])
                    break
                if total > values[k] + slack:
                    break
    return [k for k in parts if k not in nested]


def _until_made(view: View, columns: list[int], column: int) -> list[int]:
    end = next((k for k in range(column + 1, len(view.header)) if made_of_others(view.header[k])), len(view.header))  # fmt: skip
    return [k for k in columns if k < end]


def _decimals(view: View, columns: list[int], column: int) -> list[int]:
    """Columns printed with decimals, where the target is: counts of layers are no scores."""
    if not _fine(view, column):
        return []
    return [k for k in columns if _fine(view, k)]


def _places(view: View, k: int) -> int:
    """Most decimals that a column is printed with."""
    return max(
        (len(n.quantity.literal.text.partition(".")[2]) for n in view.column(k) if n), default=0
    )


def _fine(view: View, k: int) -> bool:
    texts = [n.quantity.literal.text for n in view.column(k) if n]
    return sum("." in t for t in texts) * 2 > len(texts)


def _alike(view: View, k: int, column: int) -> bool:
    """Whether some row holds the same sort of quantity in both columns."""
    pairs = zip(view.column(k), view.column(column), strict=True)
    return any(a is not None and b is not None and alike(a, b) for a, b in pairs)


def alike(a: Number, b: Number) -> bool:
    """Whether two numbers may be added: one base unit, and both, or neither, percentages or factors."""
    p, q = a.quantity, b.quantity
    sort = [s if s in ("×", "%") else "" for s in (p.shown_unit, q.shown_unit)]
    return p.unit == q.unit and sort[0] == sort[1]


# -- readings ---------------------------------------------------------------------------------
def gathered(view: View, parts: Parts, row: int, target: Number) -> tuple[list[Number], bool]:
    """The numbers of some columns in a row, each printed value once, and whether one is missing."""
    found = [n for k in parts if (n := view.cell(row, k)) is not None and alike(n, target)]
    return list({n.id: n for n in found}.values()), len(found) < len(parts)


def reach(made: Made, values: Sequence[Interval]) -> Interval:
    """All values that a total or a mean of intervals may have."""
    low, high = made.value(*(v.low for v in values)), made.value(*(v.high for v in values))
    if math.isnan(low) or math.isnan(high):
        return Interval(math.inf, math.inf)
    return Interval(low, high)


def weighted(view: View, parts: Parts, row: int, target: Number) -> Iterator[Made]:
    """Means weighted by every other line of the table that has a count, or a size, for each part.

    A score of another system is no weight.
    """
    for r in range(len(view.cells)):
        if r == row:
            continue
        by = [
            view.cell(r, k)
            for k in parts
            if (n := view.cell(row, k)) is not None and alike(n, target)
        ]
        weights = [w.quantity.point for w in by if w is not None and _weighs(w, target)]
        if len(weights) == len(by) and len(set(weights)) > 1:
            yield _by(weights, view.stubs[r] if r < len(view.stubs) else "")


def times_counts(view: View, parts: Parts, row: int, target: Number) -> Iterator[Made]:
    """Sums of each part so often as another line of the table counts it: 32 layers of 410 us."""
    for r in range(len(view.cells)):
        by = [view.cell(r, k) for k in parts]
        counts = [c.quantity.point for c in by if c is not None and c.quantity.unit == "1" and c.quantity.literal.ulp == 1.0]  # fmt: skip
        if r != row and len(counts) == len(by) and max(counts) > 1:
            yield _often(counts, view.stubs[r] if r < len(view.stubs) else "")


def _often(counts: list[float], label: str) -> Made:
    name = f"sum times {label}"[:60] if label else "sum times counts"
    return Made(name, lambda *v: math.fsum(n * x for n, x in zip(counts, v, strict=False)))


def told_weights(view: View, parts: Parts, row: int, target: Number) -> Iterator[Made]:
    """The mean weighted by the counts in brackets behind the labels: "Code (2)"."""
    used = [k for k in parts if (n := view.cell(row, k)) is not None and alike(n, target)]
    said = [_COUNT.search(view.header[k]) for k in used]
    weights = [float(m.group(1)) for m in said if m]
    if len(weights) == len(used) and len(set(weights)) > 1:
        yield _by(weights, "the counts in brackets")


def _weighs(weight: Number, target: Number) -> bool:
    q = weight.quantity
    if q.point <= 0 or q.shown_unit == "×":
        return False
    return not alike(weight, target) or "." not in q.literal.text or q.shown_unit in ("K", "M", "B")


def _by(weights: list[float], label: str) -> Made:
    total = math.fsum(weights)
    name = f"mean weighted by {label}" if label else "weighted mean"
    return Made(name[:60], lambda *v: math.fsum(w * x for w, x in zip(weights, v, strict=False)) / total)  # fmt: skip


def ends() -> tuple[Made, ...]:
    """The largest and the smallest, which some call the overall value."""
    return _ENDS


def holds(
    view: View, made: Made, parts: Sequence[Number], target: Number, *, nominal: bool
) -> bool:
    """Whether a cell is made of its parts in this way, as printed or as widely as rounding allows."""
    q = target.quantity
    if nominal:
        if not _near(made, parts, target):
            return False
        claim, values = as_printed(target), [as_printed(p) for p in parts]
    else:
        claim, values = view.widest[target.id], [view.widest[p.id] for p in parts]
    if q.count and made is not SUM:
        claim = Interval(claim.low - 0.55, claim.high + 1.0)  # the mean of counts is rounded
    return reach(made, values).meets(claim)


def _near(made: Made, parts: Sequence[Number], target: Number) -> bool:
    value = made.value(*(p.quantity.point for p in parts))
    slack = sum(p.quantity.literal.ulp * p.quantity.scale for p in parts)
    return not abs(value - target.quantity.point) > 2 * slack + 2 * target.quantity.literal.ulp * target.quantity.scale  # fmt: skip


def rising_run(values: Sequence[float]) -> bool:
    """Whether values only rise: a cumulative column is no list of parts."""
    return len(values) >= 3 and all(b >= a for a, b in pairwise(values))
