"""One printed number: its value, its last digit, and the two intervals it allows.

``nominal`` is what the reader sees (half a unit either way).  ``hard`` is the widest that any
habit of rounding explains: truncation understates by a whole unit, rounding twice overstates by
0.55 of one, and trailing zeros may be no digits at all.  A proof must stand on ``hard``.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from tanaka.patterns import Lazy
from tanaka.quantity import numberwords
from tanaka.quantity.interval import Interval
from tanaka.records import dataclass

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(SUPERSCRIPTS + "⁻⁺−", "0123456789-+-")

_SPACE = r"[ \t\u2009\u202f\u00a0\n]"
_POWER = (
    rf"(?:{_SPACE}?\^{_SPACE}?(?:\{{{_SPACE}?([+−-]?{_SPACE}?\d+){_SPACE}?\}}|([+−-]?\d+))|"
    rf"([⁻⁺]?[{SUPERSCRIPTS}]+))"
)
POWER = _POWER.replace("(?:", "(?:").replace("([", "(?:[")
"""An exponent as a superscript: ``^{-6}``, ``^18`` or ``⁻⁶``, without groups."""

_SCIENTIFIC = Lazy(rf"{_SPACE}?[×·⋅∙xX*]{_SPACE}?10{_POWER}$|[eE]([-+−]?\d+)$")
_BARE_POWER = Lazy(rf"\s*([−-]?)(10|2){_POWER}\s*$")
_DIGITS = Lazy(r"\d*\.?\d*")
_NOT_DIGITS = Lazy(r"[\s\u2009\u202f,'’{}−-]")


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
    digits = re.sub(r"[,'’\s\u2009\u202f{}]", "", text)
    if not digits.isdecimal():
        return 0
    return len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0


def parse(text: str, *, decimal_comma: bool = False) -> Literal | None:
    """Read a number literal: thousands, decimals, scientific notation, number words.

    Parameters
    ----------
    text : str
    decimal_comma : bool
        Whether "1,5" is one and a half and "2.048" two thousand, as in German and French.

    Returns
    -------
    Literal or None
        None where the text is no number.
    """
    if text.isdecimal() and text.isascii() and len(text) <= 40:
        return Literal(text, float(text), 1.0)
    whole, point, part = text.partition(".")
    thousands = decimal_comma and len(part) == 3 and whole[:1] != "0" and len(whole) <= 3
    plain = point and whole.isdecimal() and part.isdecimal() and text.isascii() and not thousands
    if plain and len(text) <= 40:
        return Literal(text, float(text), 10.0 ** -len(part))
    if text[:1].isalpha():
        word = numberwords.cardinal(text)
        return None if word is None else Literal(text, word, 1.0)
    if match := _BARE_POWER.match(text):
        return _power(text, match)
    body, exponent = text, 0
    if match := _SCIENTIFIC.search(text):
        body = text[: match.start()]
        power = next(g for g in match.groups() if g is not None)
        exponent = int(re.sub(r"\s", "", power.translate(_PLAIN)))
    negative = body.lstrip()[:1] in ("-", "−")
    if decimal_comma:
        body = _with_a_point(body)
    digits = _NOT_DIGITS.sub("", body)
    if not digits.isascii() or not _DIGITS.fullmatch(digits) or digits in ("", "."):
        return None
    if abs(exponent) > 60 or len(digits) > 40:
        return None
    decimals = len(digits.partition(".")[2])
    value = float(digits) * 10.0**exponent
    return Literal(text, -value if negative else value, 10.0 ** (exponent - decimals))


def _power(text: str, match: re.Match[str]) -> Literal | None:
    """A power with no factor: ``10^{-6}`` has one digit, ``2^{20}`` is exact."""
    sign, base, *powers = match.groups()
    exponent = int(re.sub(r"\s", "", next(g for g in powers if g is not None).translate(_PLAIN)))
    if abs(exponent) > 60:
        return None
    size = float(base) ** exponent
    return Literal(text, -size if sign else size, size if base == "10" else min(1.0, size))


def _with_a_point(body: str) -> str:
    """Digits with a decimal comma and points between thousands, as English prints them."""
    if re.fullmatch(r"[\s−-]*[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?\s*", body):
        body = body.replace(".", "")
    elif "." in body:
        return body  # "0.512" and "3.5" are English all the same
    return body.replace(",", ".")


def at_precision_of(value: float, model: Literal) -> str:
    """Print a value with the decimals and thousands marks of another literal."""
    comma = re.search(r"(?<!\d),\d+$|\d,(?:\d{1,2}|\d{4,})$", model.text.strip()) is not None
    text = model.text.replace(",", ".") if comma else model.text
    decimals = len(re.sub(r"[^\d.]", "", text).partition(".")[2])
    return _styled(half_up(value, decimals), decimals, model, comma=comma)


def half_up(value: float, decimals: int) -> Decimal:
    """A value as people round it: 312.5 is 313, and 61.55 is 61.6 whatever its binary digits are."""
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def rewritten(value: float, model: Literal) -> str:
    """What a number should have been: the digits that it has where only its point has slipped, else its decimals."""
    stated = float(model.value)
    if value > 0 and stated > 0:
        power = round(math.log10(value / stated))
        near = max(_MOVED, float(model.ulp) / 2 / stated)
        if power and abs(value / stated / 10.0**power - 1) <= near:
            own = len(re.sub(r"[^\d.]", "", model.text).partition(".")[2])
            decimals = max(0, own - power)
            moved = half_up(stated * 10.0**power, decimals)
            while decimals > own and f"{moved:.{decimals}f}".endswith("0"):
                decimals -= 1
            return _styled(moved, decimals, model)
    return at_precision_of(value, model)


def enough(value: float, model: Literal, off: float = 0.05) -> str:
    """A value with the author's decimals, or one or two more where those are off by more; "" where even they are."""
    if not model.text.replace(".", "").replace(",", "").isdigit():
        return ""
    least = len(model.text.partition(".")[2])
    told = (f"{value:.{n}f}" for n in (least, least + 1, least + 2))
    return next((t for t in told if abs(float(t) - value) <= off * abs(value)), "")


_MOVED = 0.01


def _styled(value: Decimal, decimals: int, model: Literal, *, comma: bool = False) -> str:
    text = f"{value:.{decimals}f}"
    if comma:
        return text.replace(".", ",")
    if "," in model.text and abs(value) >= 1000:
        text = f"{value:,.{decimals}f}"
        if "{,}" in model.text:
            text = text.replace(",", "{,}")
    return text
