"""From a printed number to a quantity: how far its rounding, its hedge and its deviation reach."""

from __future__ import annotations

import math
import re

from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.quantity.model import Qualifier, Quantity

_HEDGE = 0.10
_HEDGE_OF_ONE_DIGIT = 0.25
_NEARLY = 0.85


def make(
    parsed: Literal,
    base: str,
    shown: str,
    scale: float,
    qualifier: Qualifier,
    *,
    count: bool = False,
    deviation: float = 0.0,
    understated: bool = False,
) -> Quantity:
    """Quantity of a literal in a unit, with both intervals widened by its hedge.

    Parameters
    ----------
    parsed : Literal
    base, shown : str
        Base unit and unit as written.
    scale : float
        Base units in one shown unit.
    qualifier : Qualifier
    count : bool
        Whether it is an exact count, of width zero.
    deviation : float
        What stands after "±", in base units.
    understated : bool
        Whether the hedge says that the truth lies below ("nearly 60").
    """
    value = parsed.value * scale
    if count:
        nominal = hard = Interval.point(value)
    else:
        nominal, hard = parsed.nominal().scaled(scale), parsed.hard().scaled(scale)
        if value < 0:
            hard = Interval(value - parsed.ulp * scale, value + 0.55 * parsed.ulp * scale)
    if deviation:
        nominal = Interval(nominal.low - deviation, nominal.high + deviation)
        hard = Interval(hard.low - deviation, hard.high + deviation)
    if qualifier is Qualifier.APPROX:
        digits = re.sub(r"\D", "", parsed.text)
        one = len(digits) <= 1
        reach = _HEDGE_OF_ONE_DIGIT if one else _HEDGE
        low = _NEARLY if understated else 1 - reach
        high = 1.0 if understated else 1 + reach
        wide = Interval(*sorted((value * low, value * high)))
        nominal, hard = nominal.hull(wide), hard.hull(wide)
    elif qualifier is Qualifier.MAX or qualifier is Qualifier.LT:
        nominal, hard = Interval(-math.inf, nominal.high), Interval(-math.inf, hard.high)
    elif qualifier in (Qualifier.MIN, Qualifier.GT):
        nominal, hard = Interval(nominal.low, math.inf), Interval(hard.low, math.inf)
    return Quantity(value, nominal, hard, base, shown, scale, parsed, qualifier, count)


def between(parsed: Literal, low: float, high: float, qualifier: Qualifier, base: str,
            shown: str, scale: float) -> Quantity:  # fmt: skip
    """Quantity of words that stand for an interval: "half", "hundreds of", "an order of magnitude".

    ``low`` and ``high`` are in shown units.
    """
    reach = Interval(low * scale, high * scale)
    return Quantity(parsed.value * scale, reach, reach, base, shown, scale, parsed, qualifier)
