"""Closed intervals: what a printed number may stand for."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

from tanaka.records import dataclass

# Sums and quotients of decimal literals miss their exact value by a few ulps of a double
# (82.45 - 73.15 gives 9.2999...), and a closed end must not be lost to that.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """All values between two ends, both included; an end may be infinite."""

    low: float
    high: float

    @staticmethod
    def point(value: float) -> Interval:
        """The interval that holds one value."""
        return Interval(value, value)

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        low = self.low if self.low > other.low else other.low
        high = self.high if self.high < other.high else other.high
        # Asked for every pair of a long paper: what is usual is told first.
        return low <= high or low <= high + _SLACK * max(abs(low), abs(high), 1e-300)

    def contains(self, value: float) -> bool:
        """Whether the value lies inside."""
        return self.meets(Interval.point(value))

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def scaled(self, factor: float) -> Interval:
        """Both ends times a non-negative factor."""
        return Interval(self.low * factor, self.high * factor)

    def distance(self, other: Interval) -> float:
        """Distance of two intervals that do not meet; zero where they do."""
        if self.meets(other):
            return 0.0
        low, high = sorted((self, other), key=lambda i: i.low)
        return high.low - low.high

    def gap(self, other: Interval) -> float:
        """Distance of two intervals relative to the values at their nearest ends."""
        if self.meets(other):
            return 0.0
        low, high = sorted((self, other), key=lambda i: i.low)
        scale = max(abs(low.high), abs(high.low))
        return (high.low - low.high) / scale if scale else math.inf


def corners(f: Callable[..., float], *arguments: Interval) -> Interval:
    """Range of a function that is monotone in each argument over a box.

    Each argument is one variable, so a literal that occurs twice in a formula is still one.
    """
    values: list[float] = []
    for corner in product(*((a.low, a.high) for a in arguments)):
        try:
            values.append(f(*corner))
        except (ZeroDivisionError, OverflowError):
            values.append(math.inf)
    finite = [v for v in values if not math.isnan(v)]
    return Interval(min(finite), max(finite)) if finite else Interval(-math.inf, math.inf)
