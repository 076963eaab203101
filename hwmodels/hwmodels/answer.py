"""What a model answers: an interval, how sure it is, and what was counted.

A formula gives one number for one set of arguments.  A model that puts several together, with
inputs that are known to lie in a range, gives an `Answer`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hwmodels.formula import KINDS


@dataclass(frozen=True, slots=True)
class Term:
    """One of the parts that an answer is made of.

    Attributes
    ----------
    name : str
        "weights", "bubble".
    low, high : float
        In the unit.
    unit : str
        A base unit.
    """

    name: str
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An interval with its unit, its kind and its convention.

    Attributes
    ----------
    low, high : float
        In the unit; equal where the model gives one number.  A lower bound has ``high`` infinite,
        an upper bound has ``low`` zero.
    unit : str
        A base unit of `hwmodels.units`.
    kind : str
        "identity", "bound" or "estimate", as of a formula (`hwmodels.formula.KINDS`).
    convention : str
        What was counted and what was not, and which ranges the inputs had.
    source : str
        Where the model is from.
    terms : tuple of Term
        What it is made of, the largest first or in the order of time.

    Raises
    ------
    ValueError
        For an interval upside down, or a kind that is none.
    """

    low: float
    high: float
    unit: str
    kind: str
    convention: str
    source: str = ""
    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval runs from {self.low} down to {self.high}")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")

    @property
    def middle(self) -> float:
        """Geometric mean of the ends, of an interval above zero; else their mean."""
        if self.low > 0 and math.isfinite(self.high):
            return math.sqrt(self.low * self.high)
        return (self.low + self.high) / 2

    @property
    def width(self) -> float:
        """High over low: 1 for a single number."""
        if self.low == self.high:
            return 1.0
        return self.high / self.low if self.low > 0 else math.inf

    def covers(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        return self.low <= value <= self.high
