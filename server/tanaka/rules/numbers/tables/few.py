"""Ratio columns of tables with few rows: what their words say that they compare.

Two rows that keep a relation prove nothing by themselves.  Where the header or the caption says
which cells are compared ("Ring / Ours", "the ratio is ring time over ours", a bracket behind the
value that it is of), a third row that breaks it is doubtful all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tanaka.paper.model import Number
from tanaka.patterns import Lazy
from tanaka.rules.numbers.tables.fit import Fit, holds, operands_of, reach
from tanaka.rules.numbers.tables.operands import Relation
from tanaka.rules.numbers.tables.view import View, as_printed

MOST = 5
"""Rows of a table that has few."""
_BOUND_BY_CHANCE = 0.3
_BY_CHANCE = 0.05
_SPREAD = 0.3
"""Unrelated ratios lie so far apart, relative to their value; unrelated shares by as much of the whole."""
_WORD = Lazy(r"[a-zμµ0-9][\w.+-]*")
_NO_NAME = frozenset(
    (
        "speedup", "speed-up", "up", "speed", "ratio", "factor", "saving", "savings", "reduction",
        "gain", "overhead", "slowdown", "slow-down", "improvement", "relative", "normalized",
        "normalised", "over", "vs", "versus", "of", "to", "the", "a", "an", "in", "and", "or", "with",
        "than", "per", "by", "for", "on", "from", "time", "times", "change", "difference", "share",
        "shares", "rel", "norm", "ms", "s", "us", "gb", "mb", "kb", "ours",
    )
)  # fmt: skip
_FORMULA = Lazy(
    r"\bratios?\b|\bover\b|\brelative to\b|\bnormali[sz]ed\b|\bdivided by\b|\bspeed-?\s?ups?\b|\bshare\b|\bfraction\b|\breductions?\b|\bsavings?\b|\bquotient\b|"
    r"\bvs\.?|\bversus\b|\bgains?\b|\bfactors?\b|\btimes\b|\bcompared (?:to|with)\b|\bpercent(?:age)? of\b|%\s?of\b",
    re.I,
)
_OURS = Lazy(r"\bours?\b|\bthis work\b|\bproposed\b", re.I)
_SENTENCE = Lazy(r"(?<=[.;])\s+")


def broken(
    view: View,
    column: int,
    rows: Sequence[int],
    numbers: Sequence[Number | None],
    found: Sequence[Fit],
    tried: int,
) -> Fit | None:
    """The relation that one row of a small table breaks and the others keep; None where none is sure.

    ``tried`` is how many relations were tried: so many could have fitted by chance.
    """  # fmt: skip
    if len(rows) > MOST:
        return None
    if any(len(f.hits) == len(f.checkable) == len(rows) for f in found):
        return None
    best: tuple[int, float, Fit] | None = None
    for fit in found:
        if fit.relation.doubtful or fit.relation.signed or len(fit.checkable) != len(fit.hits) + 1:
            continue
        if len(fit.checkable) < len(rows):
            continue
        chance = _chance(fit, numbers)
        telling = fit.distinct(numbers)
        if bound(view, column, fit.relation):
            sure = chance <= _BOUND_BY_CHANCE and telling >= (1 if spelled(view, column, fit.relation) else 2)  # fmt: skip
        else:
            sure = telling >= 2 and chance * min(tried, _natural(view, fit.relation)) <= _BY_CHANCE
        if sure and (best is None or (-telling, chance) < best[:2]):
            best = (-telling, chance, fit)
    return best[2] if best is not None else None


def names_formula(label: str) -> bool:
    """Whether a label says that what is under it compares: "Ratio", "Gain", "Share of the total"."""
    return _FORMULA.search(label) is not None


def explained(view: View, fits: Sequence[Fit], row: int, number: Number) -> bool:
    """Whether another relation that was found explains a cell."""
    return any(
        holds(view, f.relation, row, number, nominal=True) for f in fits if not f.relation.doubtful
    )


def bound(view: View, column: int, relation: Relation) -> bool:
    """Whether words, or its place, say that a column compares these cells."""
    if view.beside[column] >= 0:
        # "0.61 (1.67x)": the bracket is of the value before it.
        own = view.beside[column]
        return relation.base == own or (relation.pair is not None and own in relation.pair)
    if relation.base is not None:
        return relation.name.endswith(("the baseline row", "the row that is named"))
    if relation.pair is None:
        return "caption" in relation.name
    i, j = relation.pair
    one, two = _words(view.header[i]), _words(view.header[j])
    own_words = _words(view.header[column])
    if own_words and own_words <= one & two:
        return True  # "Reduction p99" of "Base p99" and "Ours p99"
    return spelled(view, column, relation)


def spelled(view: View, column: int, relation: Relation) -> bool:
    """Whether the header, or a sentence of the caption, names both sides of a ratio and how they are compared."""
    if view.beside[column] >= 0:
        return bound(view, column, relation) and _FORMULA.search(view.caption) is not None
    if relation.pair is None:
        return "caption" in relation.name and _FORMULA.search(view.caption) is not None
    i, j = relation.pair
    one, two = _words(view.header[i]), _words(view.header[j])
    # "Ours" is who writes, and needs no name: "Speedup over Base".
    left, right = one - two, two - one
    if (
        not left | right
        or not (left or _OURS.search(view.header[i]))
        or not (right or _OURS.search(view.header[j]))
    ):
        return False
    header = view.header[column].lower()
    texts = [header.replace("/", " over "), *_SENTENCE.split(view.caption.lower())]
    for text in texts:
        if not _FORMULA.search(text):
            continue
        words = set(_WORD.findall(text))
        if left <= words and right <= words:
            return True
    return False


def _words(label: str) -> frozenset[str]:
    """Words of a label that name something."""
    label = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", label.lower())
    return frozenset(w for w in _WORD.findall(label) if w not in _NO_NAME)


def _natural(view: View, relation: Relation) -> int:
    """How many relations of this sort a reader would think of.

    Two columns under one heading, or the only two of their unit, are compared; so is a row with the first.
    """
    if relation.pair is None:
        return 1000 if relation.base is None else 4 * len(view.header)
    i, j = relation.pair
    group = view.groups[i]
    like = [k for k in range(1, len(view.header)) if view.units(k) == view.units(i)]
    together = (
        [k for k in range(len(view.groups)) if view.groups[k] == group] if group != -1 else []
    )
    if {i, j} <= set(together) and len(together) <= 3:
        return 6 * max(1, len({g for g in view.groups if g != -1}))
    if {i, j} <= set(like):
        return 3 * len(like) * (len(like) - 1)
    return 1000


def _chance(fit: Fit, numbers: Sequence[Number | None]) -> float:
    """How likely the rows keep their relation by chance, as `tanaka.rules.numbers.tables.fit` has it for more of them."""
    chance = 1.0
    seen: set[tuple[float, ...]] = set()
    for r in fit.telling:
        number, operands = numbers[r], operands_of(fit.relation, r)
        if number is None or operands is None:
            continue
        key = tuple(o.quantity.point for o in operands)
        if key in seen:
            continue
        seen.add(key)
        q = number.quantity
        spread = _SPREAD * (1.0 if q.shown_unit == "%" else abs(q.point))
        ends = reach(fit.relation, operands, [as_printed(o) for o in operands])
        width = 1.6 * q.literal.ulp * q.scale + (ends.high - ends.low)
        chance *= min(1.0, width / max(spread, 1e-12))
    return chance
