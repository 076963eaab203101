"""Where the numbers of a text stand, in digits and in words, with the literal of each."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity import numberwords
from tanaka.quantity.literal import POWER, Literal, parse
from tanaka.records import dataclass

_S = r"[ \t\u2009\u202f\u00a0\n]"
_SCI = rf"(?:{_S}?[×·⋅∙xX*]{_S}?10{POWER}|[eE][-+−]?\d{{1,2}}(?![A-Za-z\d]))?"
_DIGITS = Lazy(
    rf"(?:10|2){POWER}|"
    rf"(?:(?:\d{{1,3}}(?:(?:,|\u2009|\u202f|['’])\d{{3}})+(?![\d,]*\d)|\d{{1,3}}(?:{_S}\d{{3}})?{_S}000(?!\d)|\d+)(?:\.\d+)?|\.\d+){_SCI}"
)
_DIGITS_WITH_COMMA = Lazy(
    rf"(?:10|2){POWER}|"
    rf"(?:(?:\d{{1,3}}(?:[. \u2009\u202f\u00a0]\d{{3}})+(?!\d)|\d+)(?:[,.]\d+)?|,\d+){_SCI}"
)
_ANY_DIGIT = Lazy(r"\d")
_ANY_DIGITS = Lazy(r"\d+")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text.

    Attributes
    ----------
    start, end : int
        Its digits, sign and power of ten, or its words.
    digits : int
        Where the digits begin, behind the sign.
    literal : Literal
    form : str
        "digits", "word", or a phrase: "share", "factor", "order", "vague".
    low, high : float
        What a phrase may stand for.
    """

    start: int
    end: int
    digits: int
    literal: Literal
    form: str
    low: float = 0.0
    high: float = 0.0


def find(text: str, *, decimal_comma: bool = False) -> list[Numeral]:
    """Numbers of a text, from left to right.

    Parameters
    ----------
    text : str
    decimal_comma : bool
        Whether a comma stands before the decimals.
    """
    out: list[Numeral] = []
    if _ANY_DIGIT.search(text):
        pattern = _DIGITS_WITH_COMMA if decimal_comma else _DIGITS
        for match in pattern.finditer(text):
            if "," in match.group() and _in_a_set(text, match):
                for one in _ANY_DIGITS.finditer(text, match.start(), match.end()):
                    literal = Literal(one.group(), float(one.group()), 1.0)
                    out.append(Numeral(one.start(), one.end(), one.start(), literal, "digits"))
                continue
            numeral = _in_digits(text, match, decimal_comma)
            if numeral is not None:
                out.append(numeral)
    words = list(numberwords.find(text))
    if not words:
        return out
    for w in words:
        literal = Literal(text[w.start : w.end], w.value, 1.0 if w.form == "cardinal" else 0.0)
        form = "word" if w.form == "cardinal" else w.form
        out.append(Numeral(w.start, w.end, w.start, literal, form, w.low, w.high))
    out.sort(key=lambda n: n.start)
    return out


def _in_a_set(text: str, match: re.Match[str]) -> bool:
    """Whether the commas of "{128,256,512}" part the members of a set."""
    return (
        text[match.start() - 1 : match.start()] == "{"
        and text[match.end() : match.end() + 1] == "}"
    )


def _in_digits(text: str, match: re.Match[str], decimal_comma: bool) -> Numeral | None:
    start, end = match.span()
    digits = start
    if start and text[start - 1] in "−-":
        # A hyphen glued to a word or a number is no sign.
        lead = text[start - 2 : start - 1]
        if not (lead.isalnum() or (lead in ")}–-%" and lead)):
            start -= 1
    literal = parse(text[start:end], decimal_comma=decimal_comma)
    return None if literal is None else Numeral(start, end, digits, literal, "digits")
