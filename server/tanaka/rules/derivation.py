"""The steps of a finding: every input with its source, every result with its formula.

A result is computed here from the steps before it, so the derivation shown is the computation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Protocol

from tanaka.paper.model import Number, NumberId
from tanaka.patterns import Lazy
from tanaka.quantity import Quantity
from tanaka.quantity.interval import Interval, corners
from tanaka.rules.api import (
    Assumption,
    Computed,
    Datasheet,
    Inferred,
    Origin,
    Stated,
    Step,
)


class Numbers(Protocol):
    """What has the numbers behind ids: a paper, or a part of one."""

    def number(self, id: NumberId) -> Number:
        """The number with this id."""


class Derivation:
    """Collects the steps of one finding, in order."""

    def __init__(self, paper: Numbers) -> None:
        self._paper = paper
        self.steps: list[Step] = []

    def stated(
        self, label: str, id: NumberId, *, symbol: str = "", inferred: str = "", exact: bool = False
    ) -> Step:
        """An input that the paper states, with the interval of its print (none for a count)."""
        number = self._paper.number(id)
        q = number.quantity
        origin: Origin = Inferred(id, inferred) if inferred else Stated(id)
        unit = "%" if q.shown_unit in ("%", "points") else q.unit
        shown = _in_digits(q)
        if exact:
            return self._add(
                Step(label, q.point, q.point, q.point, unit, "", origin, False, shown, symbol)
            )
        return self._add(
            Step(
                label,
                q.point,
                q.nominal.low,
                q.nominal.high,
                unit,
                "",
                origin,
                False,
                shown,
                symbol,
            )
        )

    def known(self, label: str, value: float, unit: str, origin: Datasheet | Computed | Assumption, *, shown: str = "",
              symbol: str = "", low: float | None = None, high: float | None = None) -> Step:  # fmt: skip
        """A value from a datasheet, by definition, or a named assumption."""
        return self._add(Step(label, value, value if low is None else low, value if high is None else high,
                              unit, "", origin, False, shown, symbol))  # fmt: skip

    def computed(self, label: str, unit: str, text: str, formula: Callable[..., float], *inputs: Step,
                 reference: str = "", total: bool = True, shown: str = "", symbol: str = "", rising: bool = False) -> Step:  # fmt: skip
        """A result: the formula applied to the values of earlier steps, and to their intervals.

        Parameters
        ----------
        text : str
            How it was made, from the printed digits of its inputs ("1.32 s / 1.04 s").
        formula : callable
            Monotone in each argument on the box of their intervals.
        rising : bool
            Whether it rises with each of them, as a sum of many parts does: two corners suffice.
        """
        value = formula(*(s.value for s in inputs))
        if rising:
            reach = Interval(formula(*(s.low for s in inputs)), formula(*(s.high for s in inputs)))
        else:
            reach = corners(formula, *(Interval(s.low, s.high) for s in inputs))
        return self._add(
            Step(
                label,
                value,
                reach.low,
                reach.high,
                unit,
                text,
                Computed(reference),
                total,
                shown,
                symbol,
            )
        )

    def _add(self, step: Step) -> Step:
        self.steps.append(step)
        return step


_WORDS = Lazy(r"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty|[a-z]+teen|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))(?:-[a-z]+)?", re.I)  # fmt: skip


def _in_digits(quantity: Quantity) -> str:
    """A quantity as the paper shows it, in digits where it stands in words: a formula is made of it."""
    word = quantity.literal.text
    if _WORDS.fullmatch(word) is None or not quantity.shown.startswith(word):
        return quantity.shown
    return f"{quantity.literal.value:g}{quantity.shown.removeprefix(word)}"


def hard(number: Number, *others: Number) -> Interval:
    """Interval that a proof must stand on.

    Trailing zeros are digits where another number of the same unit, beside it, has a digit in
    their place.
    """
    q = number.quantity
    if q.count or q.qualifier.value in ("range",):
        return q.hard
    significant = any(
        o.quantity.shown_unit == q.shown_unit
        and o.quantity.literal.ulp <= q.literal.ulp
        and _last_digit(o) != "0"
        for o in others
    )
    if significant and q.qualifier.value == "exact":
        return q.literal.hard(zeros_significant=True).scaled(q.scale)
    return q.hard


def _last_digit(number: Number) -> str:
    digits = [c for c in number.quantity.literal.text if c.isdigit()]
    return digits[-1] if digits else "0"


def printed(value: float, digits: int = 3) -> str:
    """A ratio with a number of significant digits and no exponent: 1.269 as "1.27"."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{value:,.{decimals}f}"
