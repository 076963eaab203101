"""Amounts of one thing and of several: "a plan takes 5.2 s; with 96 plans a day that is 499 s".

The thing is the author's own (a plan, a shard, a checkpoint), so it is told by its noun, which
stands beside the amount of one ("a plan", "per plan", "on each of the 16 shards") and behind the
count in the plural.  The words have to make the total of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tanaka.paper.product.identities import JOIN, OF_THEM, is_total
from tanaka.paper.product.terms import is_window
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.quantity.words import words
from tanaka.records import dataclass

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LocalApiece:
    """Spots of an amount that is computed, of what it is computed from, and whether it is a share."""

    count: Spot
    other: Spot
    claim: Spot
    shared: bool


_UNITS = frozenset(("byte", "byte/s", "s", "J", "W", "USD", "FLOP", "FLOP/s", "token/s", "sample/s", "request/s"))  # fmt: skip
_COUNTED = frozenset(("token", "step"))
_ADDS = frozenset(("byte", "USD", "FLOP"))
_MOST = 70
_OF = Lazy(
    r"[^.;,()]*\s(?:of|at|with|having|drawing|delivering|running at|holding|that (?:each )?have)\s(?:about )?"
)
_THINGS = Lazy(r"-?\s?((?:[A-Za-z][\w-]*\s){0,2}?)([A-Za-z][A-Za-z-]*[A-Za-z]s)\b")
_NO_THING = words(
    "tokens seconds minutes hours days weeks months years times bits bytes percents points watts joules is was has "
    "this less across as plus gpu-hours dollars steps degrees parameters params cores gigabytes"
)
_STOP = words("of in on at per and or for to with from by than is are was were that which a an the")
_APART = Lazy(
    r"\b(?:while|whereas|but|another|versus|vs|than|instead|against|compared|respectively|unlike|except|besides|otherwise|"
    r"although|though|yet|because|only|first|last|other|some|most|(?<!add )(?<!adds )(?<!sum )(?<!sums )up to)\b|[?!]",
    re.I,
)
# What lets several take less than each of them after the other, or more.
_TOGETHER = Lazy(
    r"\b(?:parallel\w*|concurren\w*|simultaneous\w*|overlap\w*|background|hidden|behind|pipelin\w*|batch\w*|workers?|in[- ]flight|amorti\w*|dedup\w*|compress\w*|"
    r"shared?|replica\w*|overhead|setup|startup|warm-?up|average|(?:the|a|in) mean|median|p\d\d|worst|peak|max\w*|includ\w*|exclud\w*|plus|incremental|"
    r"cach\w+|early|retr\w+|fail\w*|varies|vary\w*|between|saves?|saving|savings|saved|reduc\w*|limit\w*|budget|redundan\w*|dropp\w*|wait\w*|stall\w*|scal(?:e|es|ing)|contention|measured|observed?)\b",
    re.I,
)
_MAKES = (
    r"(?:[\w-]+ly |then |thus |hence |therefore |together |all )*(?:takes?|took|needs?|needed|requires?|required|costs?|fills?|filled|occup(?:y|ies|ied)|"
    r"holds?|held|have|has|uses?|used|consumes?|consumed|amounts? to|add(?:s|ed)? up to|sums? (?:up )?to|totals?|draws?|drew|weighs?|"
    r"deliver|delivers|provides?|offers?|reach|reaches|sustains?|process|processes|lasts?|lasted|are|were|comes? to|mean|means|give|gives|make|makes)"
    r"(?: (?:about|roughly|around|some|a total of|together|in total|almost|nearly))*\s*\\?\$?"
)
_OF_THEM = Lazy(r"\b[Oo]f (?:the|its|these|those)\s$")
_ANOTHER = Lazy(r"\band (?:the|our|an?|its|their|we)\b|;")
_MIXED = Lazy(r"\b(?:with|of which|after|only|remain\w*|left|plus|and)\b|;")
_FOLLOWS = Lazy(r"\b(?:hence|thus|therefore|so|which means|i\.e\.,?)\s+(?:\w+ ){0,2}$")
_VERB = Lazy(rf"[^.;,()\d]{{0,24}}\b{_MAKES}")


_OF_A_MODEL = Lazy(
    r"\b(?:model|network|LLM|transformer|decoder|encoder|variant|version|checkpoint)\s$"
)
_NAMED = Lazy(r"[A-Za-z][\w.]*-$")


@lru_cache(maxsize=4096)
def _one(thing: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before, and behind, the amount of one of some things."""
    noun = rf"(?:[\w-]+ ){{0,2}}?{re.escape(thing)}\b"
    before = re.compile(
        rf"\b(?:an?|one|each|every|per|single)\s+(?:single )?{noun}(?!\s+(?:and|or)\b)[^.;,()\d]{{0,40}}$|"
        rf"\b(?:each|every) of (?:the |these |our |its )*(?:\S+ )?(?:[\w-]+ ){{0,2}}?{re.escape(thing)}s\b[^.;,()\d]{{0,40}}$",
        re.I,
    )
    behind = re.compile(
        rf"[^,;()\d]{{0,16}}?(?:/\s?|\b(?:per|(?:for|on|in|of|to|at|by)? ?(?:each|every|one)|for an?|an?)\s)\s*"
        rf"(?:of (?:the |these |our |its )*(?:\S+ )?)?(?:[\w-]+ ){{0,2}}?{re.escape(thing)}s?\b|"
        r"\s?[A-Za-z/]{0,8}\s(?:on|in|for|at|to) each\b(?! of)(?!\s(?!(?:and|or|with|for|in|at|on|while|but|so)\b)\w)",
        re.I,
    )
    return before, behind


def _counts(sentence: Sentence) -> Iterator[tuple[int, str]]:
    """Counts of things, by index, with the noun in the singular."""
    for i, r in enumerate(sentence.readings):
        q = r.quantity
        if q.unit != "1" or q.point < 2 or q.point % 1 or q.shown_unit in ("%", "×", "points"):
            continue
        if q.qualifier is not Qualifier.EXACT or isinstance(q.value, tuple) or r.series:
            continue
        m = _THINGS.match(sentence.text, r.literal_end)
        if m is None or m.group(2).lower() in _NO_THING or set(m.group(1).lower().split()) & _STOP:
            continue
        if _OF_A_MODEL.search(m.group(1)) or _NAMED.search(sentence.before(r, 12)):
            continue  # "the 7B model trains", "LLaMA-13B runs": a verb
        yield i, _singular(m.group(2))


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if re.search(r"(?:ch|sh|ss|x|z)es$", noun):
        return noun[:-2]
    return noun[:-1]


def _amount(r: Reading) -> bool:
    q = r.quantity
    return (
        (q.unit in _UNITS or r.noun in _COUNTED)
        and q.qualifier in (Qualifier.EXACT, Qualifier.APPROX, Qualifier.MEAN)
        and not isinstance(q.value, tuple)
        and not r.series
        and "-" not in q.shown_unit
        and q.literal.text[:1].isdigit()
    )


def apieces(said: Sequence[Sentence]) -> Iterator[LocalApiece]:
    """Amounts of several things that the words make of that of one, and the reverse."""
    for k, s in enumerate(said):
        counts = list(_counts(s)) if len(s.readings) > 1 else []
        for c, thing in counts:
            if sum(t == thing for _, t in counts) == 1 and not _TOGETHER.search(s.text):
                found = _within(s, c, thing)
                if found is not None:
                    one, total, claim = found
                    other = one if claim == total else total
                    yield LocalApiece((k, c), (k, other), (k, claim), claim == one)
                elif k and (before := _before(said[k - 1], s, c, thing)) is not None:
                    yield LocalApiece((k, c), (k - 1, before[0]), (k, before[1]), False)


def _ones(s: Sentence, c: int, thing: str) -> list[int]:
    """Amounts that are one thing's."""
    before, behind = _one(thing)
    count = s.readings[c]
    out: list[int] = []
    for i, r in enumerate(s.readings):
        if not _amount(r) and not _bare(r):
            continue
        after = s.text[r.literal_end : r.literal_end + 70]
        lead = s.before(r, 80)
        if behind.match(after) or before.search(lead):
            out.append(i)
        elif _bare(r):
            continue
        elif count.end <= r.start and (r.per == "each" or re.match(r"\s*(?:each|apiece)\b", s.after(r, 10))):  # fmt: skip
            gap = s.between(count, r)
            if len(gap) < 36 and not re.search(r"[;.()]", gap) and i == c + 1:
                out.append(i)
    if not out and c + 1 < len(s.readings) and _amount(s.readings[c + 1]):
        gap = s.text[count.literal_end : s.readings[c + 1].start]
        if len(gap) < 36 and _OF.fullmatch(gap):
            return [c + 1]
    return out


def _sort(r: Reading) -> tuple[str, str]:
    """What an amount measures: its unit, or the noun that it counts."""
    return r.quantity.unit, r.noun if r.quantity.unit == "1" else ""


def _bare(r: Reading) -> bool:
    """Whether a number has left its unit to the one before: "(2,400 per GPU)"."""
    q = r.quantity
    return q.unit == "1" and q.shown_unit == "" and not r.noun and bool(r.per) and not r.series


def _within(s: Sentence, c: int, thing: str) -> tuple[int, int, int] | None:
    """The amount of one, of all, and which of them is computed, in one sentence."""
    readings = s.readings
    ones = _ones(s, c, thing)
    if len(ones) != 1:
        return None
    one = ones[0]
    unit = _sort(readings[one])
    if _bare(readings[one]):
        alike = [i for i in range(one) if _amount(readings[i])]
        if len(alike) == 1 and readings[alike[0]].quantity.scale != 1.0:
            return None
    else:
        alike = [i for i, r in enumerate(readings) if _sort(r) == unit and i != one]
    if len(alike) != 1 or not _amount(readings[alike[0]]):
        return None
    total = alike[0]
    if is_window(s, readings[total]) or OF_THEM.search(s.before(readings[total], 40)):
        return None
    of_node = readings[total].per == "node" and thing != "node"
    if readings[total].per and not of_node:
        return None
    first, middle, last = sorted((one, total, c))
    span = s.text[readings[first].end : readings[last].start]
    if (
        len(s.between(readings[first], readings[middle])) > _MOST
        or len(s.between(readings[middle], readings[last])) > _MOST
        or _APART.search(span)
        or any(
            readings[i].quantity.point != 1 for i in range(first, last) if i not in (first, middle)
        )
    ):
        return None
    if total == last:
        made = of_node or _makes(s, c, total, first, middle)
        return (one, total, total) if made else None
    if one == last or (c == last and one == middle):
        # A share: "140 GB over 8 GPUs, 17.5 GB on each", "96 GB, or 12 GB on each of the 8 GPUs".
        lead = s.text[readings[total].end : readings[one].start]
        if _MIXED.search(lead):
            return None
        of_them = _OF_THEM.search(s.before(readings[total], 10))
        if of_them or JOIN.search(lead) or re.search(r"[,(:]\s*$", lead):
            return one, total, one
    return None


def _makes(s: Sentence, c: int, total: int, first: int, middle: int) -> bool:
    """Whether the words make a total of what stands before it."""
    readings = s.readings
    lead = s.between(readings[middle], readings[total])
    if _ANOTHER.search(lead):
        return False
    between = s.between(readings[first], readings[middle])
    if JOIN.search(lead) or (c == middle and _FOLLOWS.search(between)):
        return True
    if readings[total].quantity.unit not in _ADDS:
        return False  # eight devices seldom do eight times the work of one, nor do steps last alike
    if is_total(s, readings[total]):
        return True
    if c == middle:
        return _VERB.fullmatch(s.text[readings[c].literal_end : readings[total].start]) is not None
    tail = re.sub(r"^\s*(?:each|apiece)?[^,]{0,12},", "", lead)
    return c == first and _VERB.fullmatch(" " + tail.strip() + " ") is not None and "," in lead


def _before(there: Sentence, s: Sentence, c: int, thing: str) -> tuple[int, int] | None:
    """The amount of one in the sentence before, and that of all in this."""
    before, behind = _one(thing)
    ones = [
        i
        for i, r in enumerate(there.readings)
        if _amount(r)
        and (behind.match(there.text[r.literal_end : r.literal_end + 70]) or before.search(there.before(r, 80)))
    ]  # fmt: skip
    if len(ones) != 1 or _TOGETHER.search(there.text):
        return None
    unit = _sort(there.readings[ones[0]])
    alike = [i for i, r in enumerate(s.readings) if _sort(r) == unit]
    if (
        len(alike) != 1
        or alike[0] != c + 1
        or not _amount(s.readings[c + 1])
        or s.readings[c + 1].per
    ):
        return None
    if sum(_sort(r) == unit for r in there.readings) != 1:
        return None
    gap = s.between(s.readings[c], s.readings[c + 1])
    if len(gap) > _MOST or _APART.search(s.text[: s.readings[c + 1].start]):
        return None
    return (ones[0], c + 1) if _makes(s, c, c + 1, c, c) else None
