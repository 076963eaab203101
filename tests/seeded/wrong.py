"""A wrong number in the author's own style: as many decimals, the same marks between thousands."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from fractions import Fraction

LAST_DIGIT, FORM = "last-digit", "form"
FACTORS = {"1.2x": Fraction(6, 5), "2x": Fraction(2), "10x": Fraction(10)}
SIZES = (LAST_DIGIT, *FACTORS)
"""Sizes of an error, in the order in which they take turns."""

_STYLE = re.compile(
    r"(?P<whole>\d{1,3}(?P<mark>\{,\}|,|\\,|'|~)\d{3}(?:(?P=mark)\d{3})*|\d+)(?:(?P<point>\.)(?P<part>\d+))?"
)
_SLACK = Fraction(1, 10)  # that rounding may take from the size of an error


@dataclass(frozen=True)
class Style:
    """How a number is written: its value, its decimals, and the mark between its thousands."""

    value: Fraction
    decimals: int
    mark: str
    digits: int

    def write(self, value: Fraction, decimals: int | None = None) -> str:
        """Another value in this style."""
        n = self.decimals if decimals is None else decimals
        text = f"{float(round(value, n)):.{n}f}" if n else str(round(value))
        whole, _, part = text.partition(".")
        if self.mark and len(whole) > 3:
            whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: self.mark, whole)
        return f"{whole}.{part}" if part else whole


def style(source: str) -> Style | None:
    r"""Style of the digits in a source ("2{,}048", "1.50"); None where they are written otherwise."""
    match = _STYLE.fullmatch(source.strip())
    if match is None or source != source.strip():
        return None
    mark, part = match["mark"] or "", match["part"] or ""
    whole = match["whole"].replace(mark, "") if mark else match["whole"]
    digits = len((whole + part).lstrip("0"))
    return Style(Fraction(f"{whole}.{part or 0}"), len(part), mark, digits)


def candidates(source: str, size: str, rng: random.Random) -> list[tuple[str, Fraction, Fraction]]:
    """Wrong numbers of one size, those to try first in front.

    Returns
    -------
    list of (str, Fraction, Fraction)
        What to write, its value, and one unit of its last digit, in shown units.
    """
    own = style(source)
    if own is None or not own.value:
        return []
    unit = Fraction(1, 10**own.decimals)
    if size == LAST_DIGIT:
        if own.digits < 3 or (not own.decimals and source.endswith("0")):
            return []
        last = int(source[-1])
        others = [d for d in range(10) if d != last]
        rng.shuffle(others)
        return [
            (source[:-1] + str(d), own.value + (d - last) * unit, unit)
            for d in others
            if own.value + (d - last) * unit > 0
        ]
    factor = FACTORS[size]
    wanted = [own.value * factor, own.value / factor]
    rng.shuffle(wanted)
    return [c for v in wanted if (c := written(own, v)) is not None]


def written(own: Style, value: Fraction) -> tuple[str, Fraction, Fraction] | None:
    """A value in a style, with one decimal more where its own would lose the value."""
    for decimals in (own.decimals, own.decimals + 1) if own.decimals else (0,):
        text = own.write(value, decimals)
        got = style(text)
        if got is not None and got.value and abs(got.value / value - 1) <= _SLACK:
            return text, got.value, Fraction(1, 10**decimals)
    return None
