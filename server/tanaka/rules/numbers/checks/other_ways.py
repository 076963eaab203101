"""Whether the numbers around a total make it in a way that no reader bound.

The last question before a product is called wrong.  A sentence of two runs, of parts, of a count
that nobody knows, states numbers which do make its totals; so every product, quotient and sum of
them that has the unit of the total is tried, and one that agrees is enough for silence.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, groupby
from itertools import product as every

from tanaka.paper.model import Number, NumberId, Passage
from tanaka.quantity import Kind
from tanaka.records import dataclass
from tanaka.rules.api import Context

Dims = tuple[int, int, int, int, int]
"""Powers of second, byte, joule, dollar and operation; what is counted has none."""

_ONE: Dims = (0, 0, 0, 0, 0)
_UNITS: Mapping[str, tuple[Dims, float]] = {
    "1": (_ONE, 1.0), "s": ((1, 0, 0, 0, 0), 1.0), "byte": ((0, 1, 0, 0, 0), 1.0), "bit": ((0, 1, 0, 0, 0), 1 / 8),
    "byte/s": ((-1, 1, 0, 0, 0), 1.0), "J": ((0, 0, 1, 0, 0), 1.0), "W": ((-1, 0, 1, 0, 0), 1.0),
    "USD": ((0, 0, 0, 1, 0), 1.0), "USD/s": ((-1, 0, 0, 1, 0), 1.0), "USD/token": ((0, 0, 0, 1, 0), 1.0),
    "FLOP": ((0, 0, 0, 0, 1), 1.0), "FLOP/s": ((-1, 0, 0, 0, 1), 1.0), "op/J": ((0, 0, -1, 0, 1), 1.0),
    **{f"{n}/s": ((-1, 0, 0, 0, 0), 1.0) for n in ("token", "sample", "request", "step", "transfer", "io")},
    "Hz": ((-1, 0, 0, 0, 0), 1.0),
}  # fmt: skip
_ENERGY = (3.6e6, 3.6e9)
_SIZES = (1e6, 1e9, 1e12, 2.0**30, 2.0**40)
_LEAST, _MOST, _HEDGE = 1e-6, 0.03, 0.1
_AMOUNTS = frozenset(("token", "sample", "sequence", "request", "step", "epoch", "parameter"))
_CREW = 4096.0
"""Beyond that, a count is no count of workers."""
_NUMBERS = 12
"""Numbers that are combined, the nearest ones where there are more."""
_BACK = 2


@dataclass(frozen=True, slots=True)
class _Item:
    """A number or word as a factor: the values and units that it may stand for, and its rounding.

    ``firm`` are numbers in digits that are no shares, and epochs; only they are looked for in other sentences.
    """

    id: NumberId | None
    at: int
    readings: tuple[tuple[float, Dims], ...]
    width: float
    opens: bool
    firm: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """A product of items: its value, unit, rounding, and which of them went into it."""

    value: float
    dims: Dims
    width: float
    used: tuple[_Item, ...]
    shape: tuple[tuple[Dims, int], ...]


class OtherWays:
    """Numbers of the passages in reach, to be asked about totals."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._where: dict[NumberId, tuple[Passage, int]] = {
            id: (passage, k)
            for passage in ctx.paper.of(Passage)
            for k, ids in enumerate(passage.numbers)
            for id in ids
        }

    def beside(self, total: NumberId, own: Collection[NumberId]) -> tuple[Number, ...]:
        """Numbers of the sentence of a total that are not among its own."""
        passage, k = self._where.get(total, (None, 0))
        ids = passage.numbers[k] if passage else ()
        return tuple(self._ctx.paper.number(i) for i in ids if i != total and i not in own)

    def words(self, total: NumberId) -> bool:
        """Whether the sentence of a total has factors in words."""
        passage, k = self._where.get(total, (None, 0))
        return passage is not None and bool(passage.words[k])

    def several(self, total: NumberId, least: float, own: Collection[NumberId]) -> bool:
        """Whether the sentence of a total counts at least so many of something that may share the work."""
        passage, k = self._where.get(total, (None, 0))
        if passage is None:
            return False
        counted = [
            n.quantity.point
            for n in self.beside(total, own)
            if n.quantity.unit == "1"
            and not n.quantity.shown_unit
            and n.noun not in _AMOUNTS
            and n.quantity.point <= _CREW
        ]
        counted += [v for v, unit in passage.words[k] if unit == "1"]
        return any(v >= 0.97 * least for v in counted)

    def explain(self, total: NumberId, value: float, own: Sequence[NumberId], shared: Collection[NumberId]) -> bool:  # fmt: skip
        """Whether a total that a product misses is right all the same, or is not that product's.

        Parameters
        ----------
        total : NumberId
        value : float
            What the product gives, in base units.
        own : sequence of NumberId
            Its operands.
        shared : collection of NumberId
            Those of them that may belong to several products: devices, prices, a batch.
        """
        place = self._where.get(total)
        if place is None:
            return False
        passage, k = place
        stated = self._ctx.paper.number(total)
        here = self._items(passage, range(k, k + 1), total)
        before = set(passage.numbers[k][: passage.numbers[k].index(total)])
        mine = set(own)
        for made in _agreeing(stated, here, 4):
            used = {i.id for i in made.used}
            if used != mine and (len(used) > 1 or not used <= mine):
                return True
        if _lists(stated, here, before) or _like(stated, here):
            return True
        if self._beside_one_more(stated, value, own, passage.numbers[max(0, k - 1) : k + 1]):
            return True
        near = range(max(0, k - _BACK), min(len(passage.numbers), k + 2))
        around = [replace(i, readings=i.readings[:1]) for i in self._items(passage, near, total) if i.firm]  # fmt: skip
        for made in _agreeing(stated, around, 3):
            used = {i.id for i in made.used}
            if len(used) > 1 and used != mine and used & mine:
                return True
        if stated.quantity.unit != "1" and _like(stated, around):
            return True
        return self._anothers(passage.numbers[k], total, value, own, shared, here)  # fmt: skip

    def _beside_one_more(
        self, stated: Number, value: float, own: Sequence[NumberId], said: Sequence[Sequence[NumberId]]
    ) -> bool:  # fmt: skip
        """Whether one more of what is multiplied makes the rest: "the host draws 220 W and each of 4 GPUs 300 W"."""
        number = self._ctx.paper.number
        mine = [number(i) for i in own]
        counts = [1.0, *(n.quantity.point for n in mine if n.quantity.unit == "1")]
        allowed = min(_MOST, _open(stated)) * stated.quantity.point
        rest = stated.quantity.point - value
        if rest <= 0:
            return False
        for part in mine:
            if part.quantity.unit == "1":
                continue
            for id in next((ids for ids in said if part.id in ids), ()):
                more = number(id)
                bare = more.quantity.unit == "1" and not (more.noun or more.quantity.shown_unit)
                if id in own or id == stated.id or not (bare or _sort(more) == _sort(part)):
                    continue
                point = more.quantity.point * (part.quantity.scale if bare else 1.0)
                if abs(point / part.quantity.point - 1) < 0.01:
                    continue
                one = value * point / part.quantity.point
                if any(abs(one / c - rest) <= allowed for c in counts):
                    return True
        return False

    def multiplied(self, total: NumberId, one: NumberId) -> bool:
        """Whether an amount times or over numbers of its sentence is another, or a list with it adds up to that.

        For two amounts that are said to be one, which nothing but their own sentence can explain.
        """
        place = self._where.get(total)
        if place is None:
            return False
        passage, k = place
        stated = self._ctx.paper.number(total)
        here = [replace(i, opens=False) for i in self._items(passage, range(k, k + 1), total)]
        before = set(passage.numbers[k][: passage.numbers[k].index(total)])
        if _lists(stated, here, before):
            return True
        return any(
            len(m.used) > 1 and one in {i.id for i in m.used} for m in _agreeing(stated, here, 4)
        )

    def belongs(self, total: NumberId, value: float, own: Sequence[NumberId]) -> bool:
        """Whether a product of some operands is another number of the sentence of a total."""
        stated = self._ctx.paper.number(total)
        width = sum(_width(self._ctx.paper.number(i)) for i in own)
        for n in self.beside(total, own):
            point = n.quantity.point
            if n.quantity.unit == "1" and not n.noun:  # "4.2 MWh, 1.9 of them"
                point *= stated.quantity.scale
            elif _sort(n) != _sort(stated):
                continue
            if point > 0 and _agrees(point, value, width + _open(n), False):
                return True
        return False

    def _anothers(
        self, ids: Sequence[NumberId], total: NumberId, value: float, own: Sequence[NumberId],
        shared: Collection[NumberId], here: Sequence[_Item],
    ) -> bool:  # fmt: skip
        """Whether the operands make another number of the sentence: then they are that one's."""
        if self.belongs(total, value, own):
            return True
        stated = self._ctx.paper.number(total)
        mine = {i for i in own if i not in shared}
        units = sorted(d for i in here if i.id in own and (d := i.readings[0][1]) != _ONE)
        for id in ids:
            other = self._ctx.paper.number(id)
            if id == total or id in own or _sort(other) != _sort(stated):
                continue
            items = [i for i in here if i.id != id and i.firm]
            for made in _agreeing(other, items, 3):
                if mine & {u.id for u in made.used} and sorted(d for d, _ in made.shape if d != _ONE) == units:  # fmt: skip
                    return True
        return False

    def _items(self, passage: Passage, span: range, total: NumberId) -> list[_Item]:
        out: list[_Item] = []
        for k in span:
            numbers = [self._ctx.paper.number(i) for i in passage.numbers[k]]
            for n in numbers:
                if n.id != total and (item := _item(n, numbers, len(out))):
                    out.append(item)
            out += [
                _Item(None, len(out) + j, ((v * _UNITS[unit][1], _UNITS[unit][0]),), 0.0, False, False)
                for j, (v, unit) in enumerate(passage.words[k])
            ]  # fmt: skip
        return out


def _item(n: Number, beside: Sequence[Number], at: int) -> _Item | None:
    q = n.quantity
    if q.unit not in _UNITS or q.point <= 0 or q.point == 1:
        return None
    dims, scale = _UNITS[q.unit]
    readings = [(q.point * scale, dims)]
    if isinstance(q.value, tuple):
        readings += [(v * scale, dims) for v in q.value if v > 0]
    if q.shown_unit == "%":
        readings += [(1 + q.point, dims), (1 - q.point, dims)] if q.point < 1 else []
    elif q.unit == "1" and not n.noun and q.shown_unit in ("", "K", "M", "B"):
        # "38 s, 31 of them": it has the unit of its neighbours.
        for unit, own in {(o.quantity.unit, o.quantity.scale) for o in beside}:
            if unit != "1" and unit in _UNITS:
                readings.append((q.point * own * _UNITS[unit][1], _UNITS[unit][0]))
    elif q.unit == "USD":
        readings += _prices(q.point, beside)
    opens = q.shown_unit in ("K", "k", "M") or q.unit in ("byte", "byte/s")
    firm = q.shown_unit not in ("%", "×") and (q.literal.text[:1].isdigit() or n.noun == "epoch")
    return _Item(n.id, at, tuple(readings), _width(n), opens, firm)


def _prices(point: float, beside: Sequence[Number]) -> list[tuple[float, Dims]]:
    """What a price without its "per" may be: that of its neighbours, of energy, of bytes."""
    out: list[tuple[float, Dims]] = []
    for unit, scale in {(o.quantity.unit, o.quantity.scale) for o in beside}:
        if unit.startswith("USD/"):
            out.append((point * scale, _UNITS[unit][0]))
        elif unit == "J":
            out += [(point / many, (0, 0, -1, 1, 0)) for many in _ENERGY]
        elif unit == "byte":
            out += [(point / many, (0, -1, 0, 1, 0)) for many in _SIZES]
    return out


def _sort(n: Number) -> tuple[str, bool]:
    """What a number measures: device-hours are no hours."""
    return n.quantity.unit, "-" in n.quantity.shown_unit


def _width(n: Number) -> float:
    """Half a unit of the last digit, and what a hedge covers, as a share; counts are exact."""
    q = n.quantity
    own = 0.0
    if n.kind is Kind.PARAM_COUNT and q.shown_unit in ("B", "M", "T"):
        own = 0.15
    elif not _counts(n) and q.literal.value and q.literal.text[:1].isdigit():
        own = min(_MOST, abs(float(q.literal.ulp) / 2 / float(q.literal.value)))
    return own + (_HEDGE if q.hedged else 0.0)


def _counts(n: Number) -> bool:
    return n.quantity.count or (n.quantity.unit == "1" and n.quantity.shown_unit == "" and n.quantity.literal.ulp == 1)  # fmt: skip


def _open(n: Number) -> float:
    """What the print of a total leaves open: it may be truncated, and a count rounded to its zeros."""
    q = n.quantity
    digits = q.literal.text.replace("{", "").replace("}", "").replace(",", "")
    zeros = len(digits) - len(digits.rstrip("0")) if digits.isdigit() else 0
    rounded = 10.0**zeros / q.literal.value / 2 if _counts(n) and zeros else 0.0
    return 2 * _width(n) + float(rounded)


def _products(items: Sequence[_Item], most: int) -> Iterator[_Made]:
    """Products and quotients of some items; four are only multiplied, and nothing is divided by a share."""
    for size in range(1, most + 1):
        for chosen in combinations(items, size):
            if sum(not i.firm for i in chosen) > 1:
                continue
            may = [(1, -1) if i.firm and size < 4 else (1,) for i in chosen]
            signs = [s for s in every(*may) if s.count(-1) <= 1]
            width = sum(i.width for i in chosen)
            for readings in every(*(i.readings for i in chosen)):
                for sign in signs:
                    if size > 2 and _cancels(readings, sign):
                        continue
                    value, dims = 1.0, list(_ONE)
                    for (v, d), s in zip(readings, sign, strict=True):
                        value = value * v if s > 0 else value / v
                        for j in range(5):
                            dims[j] += s * d[j]
                    shape = tuple((d, s) for (_, d), s in zip(readings, sign, strict=True))
                    yield _Made(value, (dims[0], dims[1], dims[2], dims[3], dims[4]), width, chosen, shape)  # fmt: skip


def _cancels(readings: Sequence[tuple[float, Dims]], sign: Sequence[int]) -> bool:
    """Whether something is multiplied by the quotient of two numbers of one unit."""
    below = [d for (_, d), s in zip(readings, sign, strict=True) if s < 0 and d != _ONE]
    return any(d in below for (_, d), s in zip(readings, sign, strict=True) if s > 0)


def _agreeing(total: Number, items: Sequence[_Item], most: int) -> Iterator[_Made]:
    """Products of items that have the unit and the value of a number."""
    q = total.quantity
    if q.unit not in _UNITS or not q.bounded or q.point <= 0:
        return
    dims, scale = _UNITS[q.unit]
    stated = q.point * scale
    width = _open(total)
    for made in _products(_nearest(items), most):
        if made.dims == dims and _agrees(made.value, stated, made.width + width, any(i.opens for i in made.used)):  # fmt: skip
            yield made


def _nearest(items: Sequence[_Item]) -> Sequence[_Item]:
    return items[-_NUMBERS:]


def _makes(total: Number, items: Sequence[_Item], most: int) -> bool:
    return next(_agreeing(total, items, most), None) is not None


def _agrees(value: float, stated: float, width: float, opens: bool) -> bool:
    allowed = max(_LEAST, min(_MOST, width)) if width < _HEDGE else width
    ratio = value / stated
    powers = (-3, -2, -1, 0, 1, 2, 3) if opens else (0,)
    return any(abs(ratio * 1.024**k - 1) <= allowed for k in powers)


def _lists(total: Number, items: Sequence[_Item], before: Collection[NumberId | None]) -> bool:
    """Whether the numbers of its unit right before a total, or right behind it, sum up to it."""
    q = total.quantity
    if q.unit not in _UNITS or q.point <= 0:
        return False
    dims, scale = _UNITS[q.unit]
    stated, width = q.point * scale, _open(total)
    for side in (True, False):
        alike = [(v, i.width) for i in items if i.firm and (i.id in before) is side for v, d in i.readings if d == dims]  # fmt: skip
        if side:
            alike.reverse()
        for many in range(2, len(alike) + 1):
            run = alike[:many]
            if _agrees(math.fsum(v for v, _ in run), stated, width + max(w for _, w in run), False):
                return True
    return False


def _like(total: Number, items: Sequence[_Item]) -> bool:
    """Whether two products of one form sum up to a total: "4 hours on 8 GPUs and 10 hours on 2 GPUs"."""
    q = total.quantity
    if q.unit not in _UNITS or q.point <= 0:
        return False
    dims, scale = _UNITS[q.unit]
    stated, width = q.point * scale, _open(total)
    made = [
        m
        for m in _products(_nearest(items), 3)
        if m.dims == dims and len(m.used) > 1 and all(s > 0 for _, s in m.shape)
    ]
    made.sort(key=lambda m: repr(m.shape))
    for _, group in groupby(made, key=lambda m: m.shape):
        for one, two in combinations(list(group)[:24], 2):
            common = {i.at for i in one.used} & {i.at for i in two.used}
            if len(common) < 2 and _agrees(one.value + two.value, stated, width + max(one.width, two.width), False):  # fmt: skip
                return True
    return False
