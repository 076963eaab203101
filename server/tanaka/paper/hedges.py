"""How firmly a number is claimed, and under what: "up to", "on average", "on 64 GPUs"."""

from __future__ import annotations

import re

from tanaka.paper.clause import Clause
from tanaka.paper.parties import LIST
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading

# -- hedges ---------------------------------------------------------------------------------------

_OF_QUALIFIER = {
    Qualifier.APPROX: "about",
    Qualifier.MIN: "at least",
    Qualifier.LT: "less than",
    Qualifier.GT: "more than",
    Qualifier.MEAN: "on average",
    Qualifier.ORDER: "order of magnitude",
    Qualifier.RANGE: "range",
}
# Read right before the number, and in its whole reach.
_NEAR: tuple[tuple[str, Lazy], ...] = tuple(
    (name, Lazy(rf"\b(?:{words})\b"))
    for name, words in (
        ("up to", r"up to|as much as|as (?:high|many) as|maximum|at best"),
        ("at most", r"at most|no more than|not more than|never"),
        ("nearly", r"nearly|almost|close to"),
        ("typically", r"typically|often|usually"),
    )
)
_FAR: tuple[tuple[str, Lazy], ...] = tuple(
    (name, Lazy(rf"\b(?:{words})\b"))
    for name, words in (
        ("on average", r"on (?:an )?average|average|averagely|mean|geo-?mean"),
        ("median", r"median"),
        ("best case", r"best[- ]case"),
        ("worst case", r"worst[- ]case"),
    )
)
_NEAR_CUE = Lazy(r"to |as |at |max|no|near|almost|close|typ|often|usu")
_FAR_CUE = Lazy(r"av|mean|geo|median|-case| case")
_WITHIN = Lazy(r"\bwithin\b")
_AT_MOST = Lazy(r"\b(?:at most|no more than|not more than)\b|≤")
_AVERAGED = Lazy(r"\b(?:average|mean)\s[^,;:()\d]{3,40}$")
_OPENS = Lazy(r"(?:[^,]{0,40},)?[^,]{0,20}\b(?:on (?:an )?average|averaged|averagely)\b")
CASE = Lazy(r"\b(?:in )?(?:the )?(?:best|worst)[- ]case\b", re.I)
"""Hedges that say of which case a number is."""
_NEAR_REACH, _FAR_REACH = 24, 60


def hedges_of(at: Clause, r: Reading) -> tuple[str, ...]:
    """How firmly a number is claimed, in canonical words."""
    found: list[str] = []
    qualifier = r.quantity.qualifier
    near = at.low[max(at.left, at.start - _NEAR_REACH) : r.literal_start]
    if qualifier is Qualifier.MAX:
        found.append("within" if _WITHIN.search(near) else "at most" if _AT_MOST.search(near) else "up to")  # fmt: skip
    elif qualifier in _OF_QUALIFIER:
        found.append(_OF_QUALIFIER[qualifier])
    if _NEAR_CUE.search(near):
        bounded = qualifier in (Qualifier.MAX, Qualifier.GT, Qualifier.LT)
        found += [n for n, p in _NEAR if not (bounded and n in ("at most", "up to")) and p.search(near)]  # fmt: skip
        if "nearly" in found and "about" in found:
            found.remove("about")
    far = near + " " + at.low[at.end : min(at.right, at.end + _FAR_REACH)].split(",")[0]
    opening = at.low[at.left : at.start]
    if _FAR_CUE.search(far) or _FAR_CUE.search(opening):
        found += [n for n, p in _FAR if p.search(far)]
        if _AVERAGED.search(opening) or _OPENS.match(opening):
            found.append("on average")
    return tuple(dict.fromkeys(found))


# -- conditions -----------------------------------------------------------------------------------

_PREPOSITIONS = "on|at|across|under|when|for|during|using|with|in"
_STOPS = (
    "on|at|across|under|when|for|during|using|with|and|while|by|but|which|that|thanks|due|because|where|than|as|over|compared|"
    "relative|without|is|are|its|it|we|they|our|their"
)
_CONDITION = Lazy(
    rf"(?<![\w-])(?P<c>(?:{_PREPOSITIONS})\s+(?P<np>(?:(?!\b(?:{_STOPS}|to(?!\s+\d))\b)[^,;:()—.]|\.(?=\d)){{2,60}}"
    rf"(?=[,;:()—]|\.(?:\s|$)|$|(?<=\s)(?:{_STOPS}|to)\b)))",
    re.I,
)
_NO_CONDITION = Lazy(
    rf"(?:{_PREPOSITIONS})\s+(?:(?:the )?(?:Fig|Tab|Sec|Eq|App)[a-z]*\b|an? average|average|avg|least|most|best|worst|"
    r"all\b(?! (?:models|datasets|benchmarks|workloads))|top|(?:the )?(?:other|contrast|practice|general|total|particular|terms|addition|"
    r"fact|order|turn|both|return|spite|parallel|this|that|these|those|it|its|which|what|example|instance|same time|cost|expense|price|"
    r"end|first|comparison|absolute|relative|cases?)\b|compar|our\b|minimal|negligible|little|no\b|only|respect|some|each\b|"
    r"(?:the )?(?:overall|total|end-to-end)?\s*(?:process|costs?)\b)",
    re.I,
)
_CONCRETE = Lazy(
    r"\d|[A-Z]|\b(?:batch|loads?|models?|datasets?|benchmarks?|workloads?|tasks?|scale|traces?|network|devices?|nodes?|training|inference|"
    r"prefill|decoding|decode|saturation|concurrency|settings?|lengths?|sequences?|contexts?|hardware|platforms?|layers?|precision|budget)\b"
)
_NUMBER_OR_NAME = Lazy(r"\d|[A-Z]")
_SETS_OFF = Lazy(r",(?!\s*\d)")
_TURNS = Lazy(r"\band\b|\w+ing\b")
_GAP, _PASSED = 14, 4  # from a claim's words to its condition, and over one that is none
_MOST = 3


def condition_of(at: Clause, end: int, limit: int) -> str:
    """Under what a claim holds, as printed: what opens its clause, and the phrases behind its words.

    Parameters
    ----------
    at : Clause
    end : int
        Where the claim's words end.
    limit : int
        Where the next claim's words begin.
    """
    text, right = at.text, min(at.right, limit)
    found: list[str] = []
    if not at.aside and (front := _CONDITION.match(text, _skip(text, at.left))):
        sets = front.end() < at.start and _SETS_OFF.match(text, front.end())
        if sets and _is_condition(printed(front.group("c")), front.group("np")):
            phrase = printed(front.group("c"))
            found.append(phrase[0].lower() + phrase[1:])
    reach, own = end, 0
    for m in _CONDITION.finditer(text, end, right):
        if m.start() > reach + _GAP or _TURNS.search(text, reach, m.start()):
            break
        phrase = printed(m.group("c"))
        if _is_condition(phrase, m.group("np")):
            found.append(phrase)
            own += 1
        elif own or m.start() > reach + _PASSED:
            break
        reach = m.end()
    return " ".join(found[:_MOST])


def _skip(text: str, at: int) -> int:
    """The first offset from one on that is no space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


_RESPECTIVE = Lazy(
    r"(?<![\w-])(?P<p>on|for|at|in|under|with)\s+(?P<list>(?:the )?[^;:()]{3,90}?),?\s+respectively"
)


def condition_listed(at: Clause, place: int, count: int) -> str:
    """Condition of one number of a list: "by 1.7x and 3.7x on A and B, respectively"."""
    m = _RESPECTIVE.search(at.tail)
    items = [printed(i) for i in LIST.split(m.group("list"))] if m else []
    return f"{m.group('p')} {items[place]}" if m and len(items) == count and all(items) else ""


_SPACES = Lazy(r"[\s\u2009]+")


def printed(text: str) -> str:
    """Words as printed, with single spaces."""
    return _SPACES.sub(" ", text).strip(" ")


def _is_condition(phrase: str, np: str) -> bool:
    if "×" in np or "%" in np or _NO_CONDITION.match(phrase) or not _CONCRETE.search(np):
        return False
    preposition = phrase.split(" ")[0].lower()
    return preposition not in ("in", "for", "with") or _NUMBER_OR_NAME.search(np) is not None
