"""One printed number: its value, its last digit, and the two intervals it allows.

``nominal`` is what the reader sees (half a unit either way).  ``hard`` is the widest that any
habit of rounding explains: truncation understates by a whole unit, rounding twice overstates by
0.55 of one, and trailing zeros may be no digits at all.  A proof must stand on ``hard``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tanaka.quantity.interval import Interval

_SCIENTIFIC = re.compile(r"(?:\s?[×·xX*]\s?10\s?\^\s?\{?\s?([−-]?\s?\d+)\s?\}?|[eE]([-+]?\d+))$")

WORDS = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "sixteen": 16, "twenty": 20,
    "thirty": 30, "thirty-two": 32, "forty": 40, "fifty": 50, "sixty": 60, "sixty-four": 64,
    "hundred": 100,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as printed.

    Attributes
    ----------
    text : str
        The digits as they stand in the plain text.
    value : float
        What they say.
    ulp : float
        One unit in the last printed place.
    """

    text: str
    value: float
    ulp: float

    def nominal(self) -> Interval:
        """Half a unit of the last place either way."""
        return Interval(self.value - self.ulp / 2, self.value + self.ulp / 2)

    def hard(self, *, zeros_significant: bool = False) -> Interval:
        """The widest interval that some habit of printing explains.

        Parameters
        ----------
        zeros_significant : bool
            Whether trailing zeros are known to be digits ("400" beside "137").
        """
        ulp = self.ulp
        zeros = 0 if zeros_significant else trailing_zeros(self.text)
        if zeros:
            ulp = max(ulp, min(ulp * 10**zeros, abs(self.value) / 10))
        return Interval(self.value - 0.55 * ulp, self.value + ulp)


def trailing_zeros(text: str) -> int:
    """Zeros at the end of an integer literal; 0 where decimals are printed."""
    digits = re.sub(r"[,\s\u2009{}]", "", text)
    if not digits.isdigit():
        return 0
    return len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0


def parse(text: str) -> Literal | None:
    """Read a number literal: thousands, decimals, scientific notation, number words.

    Returns None where the text is no number.
    """
    word = WORDS.get(text.strip().lower())
    if word is not None:
        return Literal(text, float(word), 1.0)
    body, exponent = text, 0
    match = _SCIENTIFIC.search(text)
    if match:
        body = text[: match.start()]
        exponent = int((match.group(1) or match.group(2)).replace("−", "-").replace(" ", ""))
    negative = body.lstrip()[:1] in ("-", "−")
    digits = re.sub(r"[\s\u2009,{}−-]", "", body)
    if not re.fullmatch(r"\d*\.?\d*", digits) or not re.search(r"\d", digits):
        return None
    if abs(exponent) > 60 or len(digits) > 40:
        return None
    decimals = len(digits.partition(".")[2])
    value = float(digits) * 10.0**exponent
    return Literal(text, -value if negative else value, 10.0 ** (exponent - decimals))


def at_precision_of(value: float, model: Literal) -> str:
    """Print a value with the decimals and thousands marks of another literal.

    At least two significant digits are kept, so that a correction is never coarser than a
    reader can check ("1.27" for a claim printed as "1.5", not "1.3", when the ratio of the two
    stated times is 1.27).
    """
    decimals = len(re.sub(r"[^\d.]", "", model.text).partition(".")[2])
    rounded = f"{value:.{decimals}f}"
    if "," in model.text and abs(value) >= 1000:
        rounded = f"{value:,.{decimals}f}"
        if "{,}" in model.text:
            rounded = rounded.replace(",", "{,}")
    return rounded
