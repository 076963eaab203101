"""A place where a relation holds, and whether it still does with another number there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from seeded.printed import Printed, Range

CHANCE = 0.1
"""A place is none where so many relations were to be expected from numbers without one."""
_DECADES = math.log(100)  # a number without a relation lies anywhere in two decades

Holds = Callable[[Printed, bool], bool]
"""Whether the relation holds with this number for the seeded one; on the hard intervals if True."""


@dataclass(frozen=True, eq=False)
class Place:
    """A place for an error.

    Attributes
    ----------
    rule : str
        Code of the rule whose relation holds here.
    number : Printed
        What is made wrong.
    relation : str
        The relation, for reading by eye.
    holds : callable
    form : tuple of (str, str)
        Literal and unit to write instead, where the error is one of form and has no size.
    """

    rule: str
    number: Printed
    relation: str
    holds: Holds
    form: tuple[str, ...] = ()


def chance(tries: float, *numbers: Printed) -> float:
    """How many relations are to be expected of so many tries, each as wide as its numbers are."""
    return tries * sum(n.width for n in numbers) / _DECADES


def instead(number: Printed, value: Fraction, ulp: Fraction, text: str) -> Printed:
    """The number with other digits, given in shown units."""
    return replace(number, value=value * number.scale, ulp=ulp * number.scale, text=text)


def range_of(number: Printed, hard: bool) -> Range:
    """What it may mean."""
    return number.hard if hard else number.nominal


def meet(a: Range, b: Range) -> bool:
    """Whether two ranges have a value in common."""
    return a[0] <= b[1] and b[0] <= a[1]


def quotient(a: Range, b: Range) -> Range:
    """All quotients of two ranges of positive values."""
    return a[0] / b[1], a[1] / b[0]


def product(*ranges: Range) -> Range:
    """All products of ranges of positive values."""
    low = high = Fraction(1)
    for a, b in ranges:
        low, high = low * a, high * b
    return low, high


def minus(a: Range, b: Range) -> Range:
    """All differences of two ranges."""
    return a[0] - b[1], a[1] - b[0]


def shown(number: Printed) -> str:
    """A number as it stands in the source, with its unit."""
    return f"{number.source} {number.shown or number.noun}".strip()
