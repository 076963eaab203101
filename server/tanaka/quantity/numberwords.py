"""Numbers written as words: "twenty-four", "a dozen", "two thirds", "twice", "hundreds of".

A word is a number only where something shows it: a counted noun or a unit after it, or a phrase
that means nothing else ("an order of magnitude").  "Half precision", "a third party" and "double
buffering" are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.patterns import Lazy
from tanaka.records import dataclass

_SMALL = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_LARGE = {"hundred": 100, "dozen": 12}
_MAGNITUDE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

_S = r"[ \t\u2009\u202f\u00a0\n]"
_BELOW_TEN = "one|two|three|four|five|six|seven|eight|nine"
_BELOW_HUNDRED = (
    rf"(?:{'|'.join(_TENS)})(?:(?:-|{_S})(?:{_BELOW_TEN})(?![A-Za-z]))?|"
    rf"{'|'.join(sorted(_SMALL, key=len, reverse=True))}"
)
_CARDINAL = (
    rf"(?:(?:an?|half{_S}an?|{_BELOW_HUNDRED}){_S}(?:hundred|dozen)(?:{_S}(?:and{_S})?(?:{_BELOW_HUNDRED}))?|"
    rf"an?(?={_S}(?:thousand|million|billion|trillion)(?![A-Za-z]))|(?<=the{_S})trillion(?={_S}tokens)|{_BELOW_HUNDRED})"
    rf"(?:(?![A-Za-z])|(?=fold(?!(?:s|{_S}cross)?[A-Za-z]|{_S}cross)))"
)
# "Our contribution is threefold" counts parts, and is no factor.
_PARTS = Lazy(rf"(?:is|are|was|were|be){_S}$")
_PART = {
    "half": 1 / 2, "halves": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4, "quarters": 1 / 4, "fourth": 1 / 4,
    "fifth": 1 / 5, "fifths": 1 / 5, "sixth": 1 / 6, "eighth": 1 / 8, "eighths": 1 / 8, "tenth": 1 / 10, "tenths": 1 / 10,
}  # fmt: skip
_OF = rf"(?={_S}(?:of|the|as|that|its|their|our|less|fewer|lower|smaller|faster|more)(?![A-Za-z]))"
_SHARE = (
    rf"(?:two|three|four)(?:-|{_S})(?:thirds|quarters|fifths|eighths|tenths)(?![A-Za-z])|"
    rf"one(?:-|{_S})(?:half|third|quarter|fourth|fifth|sixth|eighth|tenth)(?![A-Za-z])|"
    rf"a{_S}(?:third|quarter|fifth|sixth|eighth|tenth){_OF}|"
    rf"half(?={_S}(?:an{_S}hour|an{_S}h|a{_S}(?:second|minute|day|week|month|year|million|billion)))|"
    rf"(?<!first{_S})(?<!second{_S})(?<!other{_S})(?<!latter{_S})(?<!upper{_S})(?<!lower{_S})(?<!each{_S})"
    rf"(?<!last{_S})(?<!every{_S})(?<!left{_S})(?<!right{_S})(?<!top{_S})(?<!bottom{_S})(?<!better{_S})(?<!the{_S})half{_OF}|"
    rf"(?<=by{_S})(?:half|a{_S}third|a{_S}quarter)(?![A-Za-z-])|(?<=in{_S})half(?![A-Za-z-]|{_S}precision)"
)
_THE = r"(?:the|its|our|their|both|this|that|every|training|inference|decode|decoding|memory|latency|throughput|performance|bandwidth|compute|GPU|energy|end-to-end|effective|peak)(?![A-Za-z])"
_FACTOR = (
    rf"(?:twice|thrice)(?={_S}(?:as|the|that|those|its|their|our|more|larger|bigger|faster|slower|what|compared)(?![A-Za-z]))|"
    rf"(?:doubles|doubling|double|triples|tripling|triple|quadruples|quadrupling|quadruple|halves|halving|halve)(?={_S}{_THE}|{_S}from{_S}[$≈∼~]?\d)|"
    rf"(?:doubled|tripled|quadrupled|halved)(?={_S}{_THE}|{_S}?[.,;)]|{_S}(?:by|when|to|and|from|with|while|at)(?![A-Za-z]))"
)
_FACTORS = {
    "twi": 2.0, "thr": 3.0, "dou": 2.0, "tri": 3.0, "qua": 4.0, "hal": 0.5,
}  # fmt: skip
_ORDER = rf"(?:(?P<orders>an?|{'|'.join(sorted(_SMALL, key=len, reverse=True))}|several|multiple|many){_S})?orders?{_S}of{_S}magnitude"
_VAGUE = {
    "tens": (10.0, 150.0), "dozens": (20.0, 150.0), "hundreds": (100.0, 1500.0), "thousands": (1e3, 1.5e4),
    "millions": (1e6, 1.5e7), "billions": (1e9, 1.5e10), "trillions": (1e12, 1.5e13),
}  # fmt: skip
_HEAD = "|".join(_VAGUE)
_VAGUE_OF = rf"(?P<v1>{_HEAD}){_S}of(?:{_S}(?P<v2>thousands|millions|billions|trillions){_S}of)?"

# Where a number in words may begin, told by the first letters; what begins elsewhere is none.
_CUE = Lazy(
    r"[ \t\n\u2009\u202f\u00a0(\[{“\"'‘—–/≈∼~$,;:>]"
    r"(?=[OoTtFfSsEeNnAaDdQqHhMmBb](?:ne[\s-]|w[oei]|hr|hirt|en[\s-]|enf|ens|ort|elve|rip|rill|hous|our|i[vfx]|even|igh|leve|ine[\s-]|inet|"
    r"n? [hdtmbqfso]|oub|ozen|uad|al[fv]|undr|illions|ingle|rder|everal|ultip|wenty))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """A number in words.

    Attributes
    ----------
    start, end : int
    value : float
    form : str
        "cardinal" (needs a noun or unit), "share", "factor", "order" or "vague".
    low, high : float
        What it may stand for; equal to the value for a cardinal.
    """

    start: int
    end: int
    value: float
    form: str
    low: float
    high: float


def cardinal(text: str) -> float | None:
    """Value of a cardinal in words ("one hundred and twenty-eight"), or None."""
    total = 0.0
    current: float | None = None
    words = re.split(r"[\s-]+", text.strip().lower())
    if not words or words == [""]:
        return None
    for i, word in enumerate(words):
        if word in ("a", "an"):
            current = 1.0
        elif word == "half":
            current = 0.5
            continue
        elif word == "and":
            continue
        elif word in _SMALL or word in _TENS:
            current = (current or 0.0) + (_SMALL.get(word) or _TENS[word])
        elif word in _LARGE:
            current = (1.0 if current is None else current) * _LARGE[word]
        elif word in _MAGNITUDE:
            total += (1.0 if current is None else current) * _MAGNITUDE[word]
            current = 0.0
        else:
            return None
        if word in ("a", "an") and i and words[i - 1] == "half":
            current = 0.5
    return None if current is None else total + current


_NUMBER = Lazy(
    rf"(?<![A-Za-z\\-])(?i:(?P<order>{_ORDER})|(?P<vague>{_VAGUE_OF})|(?P<factor>{_FACTOR})|(?P<share>{_SHARE})|"
    rf"(?P<cardinal>{_CARDINAL}))"
)


def find(text: str) -> Iterator[Words]:
    """Numbers in words, from left to right.  A text without one costs one cheap search."""
    last = 0
    for cue in _CUE.finditer(f" {text}"):
        at = cue.end() - 1  # the text stands one place further on in what was searched
        if at >= last and (match := _NUMBER.match(text, at)):
            last = match.end()
            if text.startswith("fold", last) and _PARTS.search(text, max(0, at - 6), at):
                continue
            yield _words(match)


def _words(match: re.Match[str]) -> Words:
    start, end = match.span()
    if match.group("order"):
        return _orders(match)
    if match.group("vague"):
        low, high = _VAGUE[match.group("v1").lower()]
        if second := match.group("v2"):
            factor = _VAGUE[second.lower()][0]
            low, high = low * factor, high * factor
        return Words(start, end, low, "vague", low, high)
    if match.group("factor"):
        value = _FACTORS[match.group()[:3].lower()]
        return Words(start, end, value, "factor", 0.9 * value, 1.1 * value)
    if match.group("share"):
        return _share(match)
    value = cardinal(match.group()) or 0.0
    return Words(start, end, value, "cardinal", value, value)


def _orders(match: re.Match[str]) -> Words:
    word = (match.group("orders") or "").lower()
    count = _SMALL.get(word, 1)
    start, end = match.span()
    if word in ("several", "multiple", "many") or (not word and "orders" in match.group().lower()):
        return Words(start, end, 100.0, "order", 30.0, float("inf"))
    # An order of magnitude is 5 to 30 times, two are 50 to 300 times.
    return Words(start, end, 10.0**count, "order", 0.5 * 10.0**count, 3 * 10.0**count)


def _share(match: re.Match[str]) -> Words:
    words = re.split(r"[\s-]+", match.group().lower())
    count = _SMALL.get(words[0], 1) if len(words) > 1 else 1
    value = count * _PART[words[-1]]
    start, end = match.span()
    return Words(start, end, value, "share", 0.9 * value, 1.1 * value)
