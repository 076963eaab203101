"""Numbers of a passage by sentence, with the factors that stand there in words.

A total may be made of any of them ("40 configurations with three seeds", "a day", "per thousand"),
whatever a reader of identities binds; a rule that finds it wrong has to have tried them all.
"""

from __future__ import annotations

from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

_MANY = {
    "thousand": 1e3, "thousands": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "hundred": 100.0, "dozen": 12.0,
    "twice": 2.0, "double": 2.0, "two": 2.0, "both": 2.0, "half": 0.5, "three": 3.0, "thrice": 3.0, "four": 4.0,
    "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "sixteen": 16.0,
    "twenty": 20.0, "thirty": 30.0, "quarter": 0.25,
}  # fmt: skip
_SPANS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2592000.0, "year": 31557600.0,
}  # fmt: skip
_WORD = Lazy(
    r"\b(?:(" + "|".join(_MANY) + r")|(?:an?|per|each|every|one) (" + "|".join(_SPANS) + r")|"
    r"(hourly|daily|weekly|monthly|yearly))\b",
    2,
)
_NUMERAL = Lazy(r"(?<![\w.,/=–-])(\d{1,3}(?:,\d{3})*|\d+) (?=[a-z])")
_ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}  # fmt: skip


def words_of(sentence: Sentence) -> tuple[tuple[float, str], ...]:
    """Factors of a sentence that are words and no readings: their values and base units."""
    out: list[tuple[float, str]] = []
    for m in _WORD.finditer(sentence.text):
        many, span, adverb = (g.lower() if g else "" for g in m.groups())
        if many and any(r.start <= m.start() < r.end for r in sentence.readings):
            continue
        if many:
            out.append((_MANY[many], "1"))
        else:
            out.append((_SPANS[span or _ADVERBS[adverb]], "s"))
    out += [
        (float(m.group(1).replace(",", "")), "1")
        for m in _NUMERAL.finditer(sentence.text)
        if not any(r.start < m.end(1) and m.start() < r.end for r in sentence.readings)
    ]
    return tuple(dict.fromkeys(o for o in out if o[0] > 0))
