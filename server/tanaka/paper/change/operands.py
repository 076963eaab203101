"""Which readings of a sentence can be a change, and which two values one can be a change of.

The grammar that joins them is in `tanaka.paper.change.pairs`, `comparands`, `contrasts`, `shares` and
`respective`; `tanaka.paper.change.changes` asks each in turn.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalChange:
    """A change with the indices of its readings in the sentence."""

    change: int
    old: int
    new: int
    word: ChangeWord
    ordered: bool
    paired: How
    cues: frozenset[str]


# -- cues -----------------------------------------------------------------------------------------

# Words in reach that say the factor is about something else than this pair.
_CUES: tuple[tuple[str, Lazy], ...] = tuple(
    (name, Lazy(words, re.I))
    for name, words in (
        (
            "across",
            r"\bacross\b|\bsuite\b|\bover all\b|\ball (?:workloads|models|benchmarks|configurations|datasets)\b",
        ),
        ("average", r"\baverage\b|\bmean\b|\bgeomean\b|\bgeometric\b|\bon avg\b|\bmedian\b"),
        ("metric", r"\bat equal\b|\biso-|\bat the same (?:latency|accuracy|throughput)\b"),
        ("kernel", r"\bkernel\b|\bend[- ]to[- ]end\b|\boverall\b"),
        (
            "stack",
            r"\bon top\b|\bfurther\b|\banother\b|\badditional(?:ly)?\b|\bcumulative\w*\b|\bremaining\b|\bcombined\b|"
            r"\btogether\b",
        ),
        (
            "scale",
            r"\bper (?:request|query|user|GPU|node|device|chip|core|layer|worker)\b|\beach\b|\baggregate\b|\btotal\b",
        ),
        ("percentile", r"\bp\d\d\b|\bpercentile\b|\btail\b"),
    )
)
# What the subject of all three numbers is leaves no other pair open: "The tail latency falls from".
_OF_ALL = frozenset({"kernel", "scale", "percentile"})


def cues_of(sentence: Sentence, change: int, old: int, new: int) -> frozenset[str]:
    """Words in reach of a change and its values that leave another binding open."""
    spans = [sentence.readings[k] for k in (change, old, new)]
    start, end = min(r.start for r in spans), max(r.end for r in spans)
    text = sentence.text
    lead, own = text[max(0, start - 25) : start], text[start : end + 40]
    found = {name for name, words in _CUES if words.search(own)}
    before = {name for name, words in _CUES if words.search(lead)} - found
    if "average" in before and sentence.readings[change].start > start:
        # "The mean latency falls from A to B, a 3x speedup": at worst a mean of ratios
        before = (before - {"average"}) | {"mean"}
    return frozenset(found | (before - _OF_ALL))


def made(
    sentence: Sentence,
    change: int,
    old: int,
    new: int,
    word: ChangeWord,
    *,
    ordered: bool,
    how: How,
) -> LocalChange:
    """A change of a sentence, with the words in reach that excuse a mismatch."""
    cues = cues_of(sentence, change, old, new)
    return LocalChange(change, old, new, word, ordered, how, cues)


# -- changes --------------------------------------------------------------------------------------

_FACTOR_OF = Lazy(
    r"\b(?:factors?|speed-?\s?ups?|slow-?downs?|ratio|(?:speed-?up|improvement|reduction|compression|scaling) (?:factor|ratio))"
    r"(?:\s+(?:of|is|was)|\s?=)\s+(?:about |around |roughly |nearly |almost |over |more than |only |just |exactly )?[≈∼~]?$",
    re.I,
)
# "nearly doubles", "more than halves": a bound, or too wide to be held against two values.
_BOUNDED_WORD = Lazy(
    r"\b(?:nearly|almost|about|approximately|around|roughly|(?:more|less|better) than|over|under|close to|at least|at most|up to|"
    r"effectively|not quite|virtually|practically|even|some|within|easily|well over)\s+$",
    re.I,
)
_PROPORTION = Lazy(r"\s*(?:to|:)\s*\d")
# "2.2x of the gain comes from fusion": a part of a change, and not the change
_OF_A_CHANGE = Lazy(
    r"\s+of\s+(?:which\b|(?:the|this|that|these|those|our|its)\s(?:[\w-]+\s){0,2}?(?:gains?|speed-?\s?ups?|improvements?|savings?|reductions?|"
    r"differences?|gap|increase|decrease|slow-?down|overhead|benefits?|advantage)\b)"
)
_WORDED = Lazy(
    r"(?:halv|halving|doubl|tripl|quadrupl|twice|thrice)|(?:an?|one|two|three) orders? of magnitude",
    re.I,
)


def worded(r: Reading) -> bool:
    """Whether a reading is a factor in words: "doubles", "twice", "an order of magnitude"."""
    return not any(c.isdigit() for c in r.quantity.literal.text) and (
        _WORDED.match(r.quantity.literal.text) is not None
    )


def is_factor(sentence: Sentence, r: Reading) -> bool:
    """Whether a reading is a factor: "3x", "threefold", "doubles", the 3.6 of "a factor of 3.6"."""
    q = r.quantity
    if q.shown_unit == "×":
        return True
    if q.shown_unit or q.unit != "1" or r.noun:
        return False
    before = sentence.before(r, 60)
    if worded(r):
        return _BOUNDED_WORD.search(before) is None
    return _FACTOR_OF.search(before) is not None and not _PROPORTION.match(sentence.after(r, 12))


def is_change(sentence: Sentence, r: Reading) -> bool:
    """Whether a reading can be a change: one factor or percentage, no bound from above."""
    q = r.quantity
    if isinstance(q.value, tuple) or q.qualifier in (Qualifier.MAX, Qualifier.RANGE):
        return False
    if q.shown_unit not in ("%", "points") and not is_factor(sentence, r):
        return False
    if q.shown_unit == "%" and (_one_of_two(sentence, r) or _of_peak(sentence, r)):
        return False
    if q.shown_unit == "points" and (
        sentence.text[r.start : r.end].endswith("-point")
        and not _POINT_CHANGE.match(sentence.text, r.end)
    ):
        return False
    return _OF_A_CHANGE.match(sentence.text, r.end) is None


# "88.4% vs. 83.3%": two values, and neither is by how much they differ
_THEN_OTHER = Lazy(
    r"[\s\u2009]*(?:vs\.?|versus|against|→|compared (?:to|with)|instead of|rather than|down from|up from)\s+(?:only |just |the |about )?[≈∼~]?\d[\d.,]*[\s\u2009]?%"
)
_AFTER_OTHER = Lazy(
    r"(?:\b(?:vs\.?|versus|instead of|rather than|down from|up from)|→)\s+(?:only |just |the |about )?[≈∼~]?$"
)
# Of what an "N-point" is a change: not a scale, a rubric, a stencil
_POINT_CHANGE = Lazy(
    r"\s+(?:[\w-]+\s){0,2}?(?:improvements?|gains?|increases?|decreases?|drops?|reductions?|difference|gap|margin|lead|advantage|loss(?:es)?|rise|"
    r"decline|boost|jump|fall|uplift|penalty|degradation|deficit|edge|cut|swing)\b"
)


def _one_of_two(sentence: Sentence, r: Reading) -> bool:
    return (
        _THEN_OTHER.match(sentence.text, r.end) is not None
        or _AFTER_OTHER.search(sentence.before(r, 24)) is not None
    )


# "163 TFLOP/s (52% of the peak) ... 138 TFLOP/s (44%)": what a rate is of its peak
_BEHIND_A_RATE = Lazy(r"FLOPS?(?:/s)?(?:\s(?:per|on|/)\s?[\w-]+(?:\s[\w-]+)?)?[\s\u2009]*\($", re.I)
_SPEAKS_OF_PEAK = Lazy(r"%[^.;]{0,24}\bpeak\b|\bMFU\b|\bHFU\b|\butili[sz]ation\b")


def _of_peak(sentence: Sentence, r: Reading) -> bool:
    return (
        _BEHIND_A_RATE.search(sentence.before(r, 40)) is not None
        and _SPEAKS_OF_PEAK.search(sentence.text) is not None
    )


def is_share(r: Reading) -> bool:
    """Whether a reading is a percentage."""
    return r.quantity.shown_unit == "%"


def signed(r: Reading) -> str:
    """The sign that a change is printed with: "−", "+" or ""."""
    return "−" if r.quantity.point < 0 else ""


# -- values ---------------------------------------------------------------------------------------

MEASURED = frozenset({"s", "byte", "J", "W", "USD", "FLOP", "FLOP/s", "op/s", "byte/s", "token/s", "sample/s", "request/s",
                      "op/J", "J/byte", "Hz"})  # fmt: skip
"""Base units of what a system is measured by."""


_OF_DEVICES = Lazy(
    r"^([A-Za-z][\w-]*?s?)[- ](?:hours?|hrs?|h|days?|weeks?|months?|years?|minutes?|min|seconds?|s)$"
)


def dimension(r: Reading) -> tuple[str, str]:
    """What two readings must share to be compared: a unit, or what is counted."""
    shown = r.quantity.shown_unit
    if shown in ("%", "×", "points"):
        return shown, ""
    if r.quantity.unit != "1":
        # 26 h and 13,312 GPU-hours are no pair, and neither are GPU-hours and core-hours.
        hours = _OF_DEVICES.search(shown)
        return r.quantity.unit, hours.group(1).lower() if hours else ""
    if worded(r):
        return "×", ""
    if r.kind is Kind.PARAM_COUNT:
        return "1", "parameter"
    return "1", r.noun or (shown and str(r.kind))  # 8K of context and 8B parameters differ


def is_value(r: Reading) -> bool:
    """Whether a reading is one value that a change can start from or end at."""
    return (
        not isinstance(r.quantity.value, tuple)
        and r.quantity.shown_unit not in ("×", "points")
        and r.quantity.point > 0
        and not worded(r)
    )


def is_measured(r: Reading) -> bool:
    """Whether a value is more than a bare count: it has a unit, a counted noun, or decimals."""
    q = r.quantity
    return q.unit != "1" or q.shown_unit == "%" or bool(r.noun) or "." in q.literal.text


_TERM_BEFORE = Lazy(r"\d[\d.,]*\)?\s?(?:[A-Za-z%]{1,4}\s)?(?:(?:[+·*/]|−|\s-\s)\s?\(?|×\s?)$")
_TERM_AFTER = Lazy(r"\)?\s?(?:[+·*/]|[×−-]\s?(?=\d))\s?\(?\d")


def in_a_term(sentence: Sentence, r: Reading) -> bool:
    """Whether a number is only a part of what is written out: the 4 of "2 + 14/4 bytes"."""
    return (
        _TERM_BEFORE.search(sentence.before(r, 16)) is not None
        or _TERM_AFTER.match(sentence.text, r.literal_end) is not None
    )


_JOINS = r"(?:vs\.?|versus|against|compared (?:to|with)|instead of|rather than|in place of|as opposed to|down from|up from|from|to|→)"
_BARE_JOINED = Lazy(
    rf"(?<![\w.,-])[≈∼~]?(\d[\d.,]*)\s+(?:only\s)?{_JOINS}(?:\s|$)|(?:^|\s){_JOINS}\s(?:only |just |about )?[≈∼~]?(\d[\d.,]*)(?![\w%.-])"
)


def a_third_between(sentence: Sentence, first: int, second: int) -> bool:
    """Whether a number that is no reading is what the words compare: "3 ms of it ..., 41 instead of 82 ms"."""
    readings = sentence.readings
    start, end = readings[first].end, readings[second].start
    for m in _BARE_JOINED.finditer(sentence.text[start:end]):
        at = start + m.start(1 if m.group(1) else 2)
        if not any(r.start <= at < r.end for r in readings):
            return True
    return False


_GIVEN = Lazy(r"[\w)}\]]\s?=\s?$")
_PIECES = (
    r"(?:chunks?|chunking|pages?|blocks?|tiles?|buffers?|messages?|packets?|stripes?|segments?|granularity|granules?|cache ?lines?|records?|"
    r"requests?|objects?|windows?|shards?|buckets?|slots?)\b"
)
_IN_PIECES = Lazy(rf"[\s\u2009-]+(?:(?!of\b|for\b|and\b|in\b|on\b|to\b)[a-z-]+\s){{0,2}}?{_PIECES}")
_USED = Lazy(r"\b(?:[Ww]ith|[Uu]sing|[Uu]ses?|at|fixed|[Ff]or|an?)\s+(?:an?\s|fixed\s)?$")
_OF_PIECES = Lazy(rf"\b{_PIECES}\s(?:of|at)\s(?:only )?$")


def is_setting(sentence: Sentence, r: Reading) -> bool:
    """Whether a value is a choice and no result: "K = 3", "with 4 KB pages", or no value at all."""
    before = sentence.before(r, 30)
    return (
        _GIVEN.search(before[-8:]) is not None
        or (
            r.quantity.unit == "byte"
            and (
                (_IN_PIECES.match(sentence.text, r.end) and _USED.search(before))
                or _OF_PIECES.search(before)
            )
            is not None
        )
        or is_name_or_interval(sentence, r)
    )


_NAME = Lazy(r"(?:[A-Za-z][\w.]*[-‑]|\b[A-Z]\w*(?:[- ][\d.]+)?\s)$")
_OPENS = Lazy(r"\[\s*$")
_SECOND = Lazy(r"\s*,\s*[+−-]?[\d.,]+\s?%?\s*\]")
_FIRST = Lazy(r"\[\s*[+−-]?[\d.,]+\s?%?\s*,\s*$")


def is_name_or_interval(sentence: Sentence, r: Reading) -> bool:
    """Whether a number is part of a name ("Qwen3-8B") or an end of an interval ("[0.92, 0.93]")."""
    text = sentence.text
    if r.kind is Kind.PARAM_COUNT and not r.noun and _NAME.search(sentence.before(r, 30)):
        return True
    if "[" not in text:
        return False
    if _OPENS.search(text[: r.start]):
        return _SECOND.match(text, r.end) is not None
    return text[r.end :].lstrip()[:1] == "]" and _FIRST.search(sentence.before(r, 40)) is not None


def comparable(a: Reading, b: Reading) -> bool:
    """Whether two values are of one dimension, and per the same thing where both say per what."""
    return (
        is_value(a)
        and is_value(b)
        and dimension(a) == dimension(b)
        and (a.per == b.per or not a.per or not b.per)
    )


def elliptic(a: Reading, b: Reading) -> bool:
    """Whether ``b`` may leave out the unit of ``a``: "30.96 tok/s (1.44x over the 21.55 ...)"."""
    x, y = a.quantity, b.quantity
    return (
        is_value(a)
        and is_value(b)
        and (
            (x.unit != "1" and x.scale == 1.0)
            or (x.shown_unit == "" and bool(a.noun) and "." in x.literal.text)
        )
        and y.unit == "1"
        and y.shown_unit == ""
        and not b.noun
        and (
            "." in y.literal.text
            or (sum(c.isdigit() for c in y.literal.text) > 2 and 0.02 < x.point / y.point < 50)
        )
    )


def rivals(sentence: Sentence, r: Reading, value: Reading) -> bool:
    """Whether a reading between two values and a factor could be meant instead of one of them."""
    return (
        r.quantity.shown_unit in ("×", "%", "points")
        or dimension(r) == dimension(value)
        or is_factor(sentence, r)
    )


# -- text -----------------------------------------------------------------------------------------

STOP = Lazy(
    r";|\b(?:while|whereas|but|however|although|despite|spite|exchange|expense|return|trad(?:e|es|ing)|on (?:the )?other)\b|"
    r"\b(?:cost|price) of\b",
    re.I,
)
"""Words that part a factor from values near it."""
_ASIDE = Lazy(r"\([^()]*\)|\[[^\[\]]*\]")


def without_asides(text: str) -> str:
    """Text without what stands in closed brackets."""
    return _ASIDE.sub(" ", text) if "(" in text or "[" in text else text


def moved(r: Reading, by: int) -> Reading:
    """A reading at another place of a text."""
    return replace(
        r,
        start=r.start + by,
        end=r.end + by,
        literal_start=r.literal_start + by,
        literal_end=r.literal_end + by,
    )
