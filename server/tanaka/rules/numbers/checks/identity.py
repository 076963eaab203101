"""Whether numbers multiply to another, for every value that their print leaves open.

Shared by the rules of products and identities: the interval of a product under every reading of
its suffixes (K of 1000 or 1024, GB or GiB), and the product in the author's own unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product as every

from tanaka.paper.model import Number
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import half_up, rewritten
from tanaka.records import dataclass
from tanaka.rules.derivation import hard

_BINARY = {"K": 1, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_BYTES = Lazy(r"([KkMGTP])(?:B|bytes?|Bytes?)(?:/s)?")
_MONTHS = Lazy(r"\b(?:[\w-]+-)?months?$")
_YEARS = Lazy(r"\b(?:[\w-]+-)?years?$")
_MODEL_SIZE = 0.15  # "7B" names a class of models


def openings(number: Number) -> tuple[float, ...]:
    """What a number may have to be multiplied by: its prefix may stand for powers of 1024."""
    q = number.quantity
    if q.unit in ("byte", "byte/s") and (prefix := _BYTES.fullmatch(q.shown_unit)):
        return (1.0, 1.024 ** _BINARY[prefix.group(1)])
    if q.unit == "1" and q.shown_unit in ("K", "k", "M") and number.kind is not Kind.PARAM_COUNT:
        return (1.0, 1.024 ** _BINARY[q.shown_unit])
    if q.unit == "1" and q.shown_unit == "" and q.scale in (1e3, 1e6):
        return (1.0, 1.024 ** {1e3: 1, 1e6: 2}[q.scale])
    return (1.0,)


def reach(
    number: Number, others: Sequence[Number], *, proof: bool, exact: bool = False
) -> Interval:
    """What a number may stand for: as printed, or at its widest where a proof is to stand on it."""
    q = number.quantity
    if _by_definition(number):
        return Interval.point(q.point)
    if not proof and _nice(number):
        return Interval.point(q.point)
    if exact and not isinstance(q.value, tuple) and q.qualifier is Qualifier.EXACT:
        return Interval.point(q.point)
    own = hard(number, *(o for o in others if o is not number)) if proof else q.nominal
    if _MONTHS.search(q.shown_unit):
        own = Interval(own.low * 28 / 30, own.high * 31 / 30)
    elif _YEARS.search(q.shown_unit):
        own = Interval(own.low * 365 / 365.25, own.high * 366 / 365.25)
    elif number.kind is Kind.PARAM_COUNT and q.shown_unit in ("B", "M", "T") and proof:
        own = Interval(own.low * (1 - _MODEL_SIZE), own.high * (1 + _MODEL_SIZE))
    return own


def _by_definition(number: Number) -> bool:
    """Whether nobody rounds a number: bits of a word, bytes of a parameter, a batch in digits."""
    q = number.quantity
    if isinstance(q.value, tuple) or q.qualifier is not Qualifier.EXACT:
        return False
    if number.kind in (Kind.BATCH_SIZE, Kind.SEQ_LEN) and q.unit == "1" and q.scale == 1.0:
        return q.shown_unit == "" and float(q.literal.ulp) == 1.0
    return q.shown_unit in ("bit", "bits") or (q.unit == "byte" and number.per == "parameter")


def _nice(number: Number) -> bool:
    """Whether a number is mostly meant as it stands: a price, an hour in words."""
    q = number.quantity
    if isinstance(q.value, tuple) or q.qualifier is not Qualifier.EXACT:
        return False
    return q.unit in ("USD/s", "USD/token") or (q.unit == "s" and q.literal.text[:1].isalpha())


@dataclass(frozen=True, slots=True)
class Product:
    """Numbers of which the total is the product of some, over that of others, times a constant."""

    total: Number
    factors: tuple[Number, ...]
    divisors: tuple[Number, ...] = ()
    constant: float = 1.0
    exact: bool = False
    bound: str = ""
    digits: bool = False  # whether a number in digits is a count, which nobody rounds

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All its numbers, the total first."""
        return (self.total, *self.factors, *self.divisors)

    @property
    def value(self) -> float:
        """What the printed digits give."""
        value = self.constant
        for n in self.factors:
            value *= n.quantity.point
        for n in self.divisors:
            value /= n.quantity.point
        return value

    @property
    def ends(self) -> tuple[float, float]:
        """What the ends of its ranges give, the smaller first."""
        low = high = self.constant
        for n in self.factors:
            a, b = _ends(n)
            low, high = low * a, high * b
        for n in self.divisors:
            a, b = _ends(n)
            low, high = low / b, high / a
        return low, high

    def interval(self, *, proof: bool) -> Interval:
        """What the product may be, prefixes as printed."""
        low = high = self.constant
        for n in self.factors:
            own = reach(n, self.numbers, proof=proof, exact=self._exact(n))
            low, high = low * own.low, high * own.high
        for n in self.divisors:
            own = reach(n, self.numbers, proof=proof, exact=self.exact)
            if own.low <= 0:
                return Interval(float("-inf"), float("inf"))
            low, high = low / own.high, high / own.low
        return Interval(low, high)

    def stated(self, *, proof: bool) -> Interval:
        """What the total may stand for."""
        return reach(self.total, self.numbers, proof=proof, exact=self._exact(self.total))

    def _exact(self, n: Number) -> bool:
        return self.exact or (self.digits and n.quantity.scale == 1)

    def fits(self, *, proof: bool) -> bool:
        """Whether some admissible reading agrees."""
        return self.gap(proof=proof) == 0.0

    def gap(self, *, proof: bool) -> float:
        """Distance of product and total under the friendliest reading, as a share of the larger."""
        stated = self.stated(proof=proof)
        return min(_allowed(self.bound, i).gap(stated) for i in self._readings(proof=proof))

    def distance(self) -> float:
        """The same, as printed, in base units."""
        stated = self.stated(proof=False)
        return min(_allowed(self.bound, i).distance(stated) for i in self._readings(proof=False))

    def _readings(self, *, proof: bool) -> Iterator[Interval]:
        base = self.interval(proof=proof)
        scales = {1.0}
        for chosen in every(*(openings(n) for n in self.numbers)):
            scale = 1.0 / chosen[0]
            for n, c in zip(self.numbers[1:], chosen[1:], strict=True):
                scale = scale * c if n in self.factors else scale / c
            scales.add(round(scale, 9))
        return (base.scaled(s) for s in scales)


def _ends(number: Number) -> tuple[float, float]:
    value = number.quantity.value
    return (min(value), max(value)) if isinstance(value, tuple) else (value, value)


def _allowed(bound: str, interval: Interval) -> Interval:
    if bound == "at most":
        return Interval(float("-inf"), interval.high)
    if bound == "at least":
        return Interval(interval.low, float("inf"))
    return interval


# -- as printed -----------------------------------------------------------------------------------

_LETTER = Lazy(r"(?:[KkMBT](?= )|thousand(?= )|million(?= )|billion(?= )|trillion(?= )|bn(?= ))\s")
_MANY = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


def own_unit(total: Number) -> tuple[str, float]:
    """The unit of a total without a suffix before it ("GPU-hours" of "280 K GPU-hours"), and its scale."""
    q = total.quantity
    match = _LETTER.match(q.shown_unit)
    if not match:
        return q.shown_unit, q.scale
    return q.shown_unit[match.end() :], q.scale / _MANY.get(match.group().strip(), 1.0)


def in_own_unit(value: float, total: Number) -> str:
    """A recomputed value in the author's unit, with the digits that its inputs carry."""
    unit, scale = own_unit(total)
    number = value / scale
    if unit == "" and number >= 1e6 and not total.quantity.count:
        unit, many = next((u, s) for u, s in (("T", 1e12), ("B", 1e9), ("M", 1e6)) if number >= s)
        number /= many
    if unit in ("K", "M", "B", "T", ""):
        return f"{_digits(number)}{unit}"
    return f"{_digits(number)} {unit}"


def _digits(value: float) -> str:
    for decimals in range(7):
        text = f"{half_up(value, decimals):,f}"
        shown = float(text.replace(",", ""))
        significant = len(re.sub(r"^[0.,]+|[.,]", "", text))
        if shown == value or (significant >= 3 and (decimals or value >= 100)):
            return text
    return f"{value:.3g}"


def corrected(value: float, total: Number) -> str:
    """The literal that a total should have, in the author's style; "" where its digits are the same."""
    q = total.quantity
    number = value / q.scale
    literal = rewritten(number, q.literal)
    decimals = len(q.literal.text.partition(".")[2])
    while decimals < 6 and (
        _same(literal, q.literal.text) or abs(_value(literal) / number - 1) > 0.02
    ):
        decimals += 1
        literal = f"{number:.{decimals}f}"
    if decimals and number >= 1000 and q.literal.value < 1000:
        literal = f"{number:.0f}"
    return "" if _same(literal, q.literal.text) else literal


def _value(literal: str) -> float:
    return float(re.sub(r"[{},\s]", "", literal) or 0)


def _same(a: str, b: str) -> bool:
    return re.sub(r"[{},\s]", "", a) == re.sub(r"[{},\s]", "", b)


def plain(number: Number) -> bool:
    """Whether a number is one value that is not bounded, hedged or a range."""
    q = number.quantity
    return q.qualifier in (Qualifier.EXACT, Qualifier.MEAN) and not isinstance(q.value, tuple)
