"""Changes of one system's value over another's: "A, F better than X (B)", "A, exceeding X's B by F"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.change.operands import (
    STOP,
    LocalChange,
    comparable,
    dimension,
    elliptic,
    is_change,
    is_factor,
    is_measured,
    is_setting,
    is_share,
    made,
    without_asides,
)
from tanaka.paper.change.wording import change_word, may_concern
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

# -- "A, F better than X (B)" -------------------------------------------------------------------

_PREPOSITION = r"than|over|above|below|under|vs\.?|versus|against|relative to|compared (?:to|with)|that of|on|as"
# A value that is the first of a list
_ONE_OF_MANY = Lazy(r",\s[≈∼~]?\d[\d.,]*(?:\s?[A-Za-z%/µμ]+)?,?\s(?:and|or)\s[≈∼~]?\d")
# A value of what something is compared with is not what the factor is said of.
_COMPARED_TO = Lazy(
    r"\b(?:against|than|over|compared (?:to|with)|relative to|versus|vs\.?)\s[^,;:()]{1,40}\(\s*[≈∼~]?$",
    re.I,
)
_AND_ITS_OWN = Lazy(
    r"[^();,]{0,24}?\s(?:vs\.?|versus|against|instead of|rather than|→|to)\s[^();]{0,24}?\d"
)
_GIVEN_UP = Lazy(
    r"\b(?:instead of|rather than|in place of|(?:down|up) from|compared (?:to|with)|against|versus|vs\.?)\s(?:the |about )?[≈∼~$]?$",
    re.I,
)
# "less than Pluto, which moves 8.42 GB": the clause tells the comparand's own value
_WHOSE_OWN = Lazy(
    r",?\s+(?:which|whose\s[\w-]+(?:\s[\w-]+)?)\s+(?:takes?|took|needs?|needed|requires?|uses?|used|moves?|moved|reaches|reached|achieves|"
    r"achieved|has|had|is|was|runs? at|costs?|draws?|consumes?|serves?|sustains?|delivers?)\s+(?:only |just |about |around )?(?=[≈∼~]?$)"
)
_NEW_CLAUSE = Lazy(
    r"\b(?:which|where|when|while|whereas|but|and|so|because|takes?|reach\w*|runs?|achiev\w*|needs?|requires?|gets?|if)\b|[;:]"
)
_TO_COMPARAND = Lazy(
    rf"\s*(?:(?:[\w’'-]+\s+){{0,5}}?(?P<prep>{_PREPOSITION})\s+|(?P<the>the\s+)|(?P<name>(?=[A-Za-z])))"
    r"(?P<np>[^()]{0,60}?)"
    r"(?:(?P<paren>\(\s*(?:(?:at|about|only|around|i\.e\.,?)\s+)?[≈∼~]?)|(?P<of>(?:['’]s|\bof|\bat|\bthe|\bits|\bour)\s+(?:(?:only|about|around|roughly|mere)\s+)?[≈∼~]?)|"
    r"(?P<plain>[\w-]+\s+[≈∼~]?)|)$"
)


def comparands(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Factors of one value over another that is named with its own value."""
    text, readings = sentence.text, sentence.readings
    used: set[int] = set()
    for i, f in enumerate(readings):
        if i in taken or not is_change(sentence, f) or i in used:
            continue
        for j in range(i + 1, len(readings)):
            b = readings[j]
            gap = _WHOSE_OWN.sub(" (", text[f.end : b.start])
            if b.quantity.shown_unit in ("×", "points") or len(gap) > 90:
                break
            if j == i + 1 and (plain := _off_the_old(sentence, i)) is not None:
                used.add(j)
                yield plain
                break
            match = _TO_COMPARAND.match(gap)
            if not match or _NEW_CLAUSE.search(gap):
                continue
            if "," in match.group("np") and (
                match.group("paren") is None or match.group("name") is not None
            ):
                continue  # "higher than before, next to the 77.7 of Orca"
            if _ONE_OF_MANY.match(text, b.end):
                break  # "the three separate ones, which take 1.02, 0.71 and 0.64 ms"
            if is_setting(sentence, b):
                continue
            if match.group("paren") is not None and _AND_ITS_OWN.match(text, b.end):
                break  # "halving the fraction (31% vs. 17%)"
            a = _subject(sentence, i, b, used, _MORE_THAN.match(text, f.end) is not None)
            if a is None:
                continue
            short = not comparable(readings[a], b)
            if not is_measured(b) and not (short and match.group("paren") is not None):
                continue
            if match.group("plain") is not None and not short and match.group("prep") is None:
                continue
            own = match.group("paren") is not None or re.search(r"['’]s\s+\S*$", gap)
            if match.group("name") is not None and not (own and is_factor(sentence, f)):
                continue
            if is_share(b) and match.group("paren") is None and match.group("of") is None:
                continue
            word = _comparing(sentence, f, is_share(b), match)
            if word is None or not may_concern(sentence, f, readings[a]):
                continue
            others = [
                k for k in range(i)
                if k not in (a, *used) and dimension(readings[k]) == dimension(readings[a])
            ]  # fmt: skip
            used.add(j)
            how = How.INFERRED if short or others else How.STATED
            yield made(sentence, i, j, a, word, ordered=True, how=how)
            break


# "58.3%, a 12.1-point improvement over 46.2%", "0.913, up 7.2% from 0.852"
_AND_A = Lazy(
    r"(?:\s(?:on|in|at|for|with)\s[^,;:()\d]{1,30})?(?:,\s(?:an?|or an?|i\.e\.,? an?|(?P<way>up|down))\s|\s\((?:an?|(?P<way2>up|down))\s)(?:about |nearly |roughly )?[≈∼~]?"
)
_CHANGE_FROM = Lazy(
    r"\s(?:(?:relative|absolute|percentage|further)\s)?(?:(?:drop|increase|improvement|reduction|decrease|gain|jump|rise|cut|decline|saving|speed-?up)\s(?:from|over)|from)\s(?:the |an? )?(?:about )?[≈∼~$]?"
)
_AND_ON = Lazy(r"[\s\u2009]*(?:to\b|→|[-–]\s?\d)")


def _off_the_old(sentence: Sentence, i: int) -> LocalChange | None:
    """A change between its two values, new one first, with a noun or "up" of its own."""
    text, readings = sentence.text, sentence.readings
    if i == 0 or i + 1 >= len(readings):
        return None
    a, f, b = readings[i - 1 : i + 2]
    said = _CHANGE_FROM.fullmatch(text, f.end, b.start)
    if said is None or not comparable(a, b) or _AND_ON.match(text, b.end):
        return None
    told = _AND_A.fullmatch(text, a.end, f.start)
    if told is None or is_setting(sentence, a) or is_setting(sentence, b):
        return None
    way = told.group("way") or told.group("way2")
    if way is None and said.group().strip() == "from":
        return None
    word: ChangeWord | None
    if way and is_share(f):
        word = ChangeWord.PERCENT_MORE if way == "up" else ChangeWord.PERCENT_LESS
    else:
        word = change_word(sentence, f, is_share(b)) or ChangeWord.TIMES_FASTER
    if not may_concern(sentence, f, a):
        return None
    others = [
        k
        for k, r in enumerate(readings)
        if k not in (i - 1, i, i + 1) and dimension(r) == dimension(a)
    ]
    how = How.INFERRED if others else How.STATED
    return made(sentence, i, i + 1, i - 1, word, ordered=True, how=how)


_MORE_THAN = Lazy(r"\s*(?:more|higher|above|over|larger|greater)\b")


def _subject(sentence: Sentence, factor: int, b: Reading, used: set[int], more: bool) -> int | None:
    """The value that a factor is said of: the nearest of its comparand's dimension before it.

    ``more`` where it must be the larger of the two: "8.20 images/s, or 0.51 per GPU, 90% above 4.31".
    """
    readings = sentence.readings
    f = readings[factor]
    for a in range(factor - 1, -1, -1):
        r = readings[a]
        if a in used or not (comparable(r, b) or elliptic(r, b)):
            continue
        if more and r.quantity.point < b.quantity.point:
            continue
        if is_setting(sentence, r) or not is_measured(r):
            continue
        if _COMPARED_TO.search(sentence.before(r, 70)) or _GIVEN_UP.search(sentence.before(r, 30)):
            continue
        gap = without_asides(sentence.text[r.end : f.start])
        reach = 70 if not used else 150
        if len(gap) > reach or STOP.search(gap) or (re.search(r"\bthan\b", gap) and not used):
            return None
        joined = re.search(r"[,(—–:]|\b(?:is|are|was|were|at|or|which|i\.e\.)\b", gap)
        return a if joined else None
    return None


def _comparing(
    sentence: Sentence, f: Reading, of_shares: bool, match: re.Match[str]
) -> ChangeWord | None:
    word = change_word(sentence, f, of_shares)
    if word is not None:
        return word
    preposition = match.group("prep") or ""
    if f.quantity.shown_unit not in ("%", "points"):
        return ChangeWord.TIMES_FASTER
    if f.quantity.shown_unit == "%":
        if f.quantity.point < 0:
            return ChangeWord.PERCENT_LESS
        if preposition in ("above", "over"):
            return ChangeWord.PERCENT_MORE
        if preposition in ("below", "under"):
            return ChangeWord.PERCENT_LESS
    return None


# -- "A, exceeding X's B by F" ------------------------------------------------------------------

_BEATS = Lazy(
    r"\b(?:surpass\w*|exceed\w*|outperform\w*|beat(?:s|ing|en)?|improv\w+ (?:on|over|upon)|top(?:s|ping|ped)|ahead of)\b",
    re.I,
)


def surpassed(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Factors by which a verb lets one value pass another."""
    text, readings = sentence.text, sentence.readings
    for i, f in enumerate(readings):
        if i < 2 or i in taken or not is_change(sentence, f):
            continue
        b = readings[i - 1]
        if not re.fullmatch(
            r"[\s\u2009)]*by\s+(?:about|around|roughly|nearly|almost|some|only|over|more than)?\s*[≈∼~]?",
            sentence.between(b, f),
        ):
            continue
        for k in range(i - 2, -1, -1):
            a = readings[k]
            short = elliptic(a, b)
            if not (comparable(a, b) or short):
                continue
            gap = text[a.end : b.start]
            if len(gap) > 110 or re.search(r";|\bwhile\b|\bwhereas\b|\bbut\b", gap):
                break
            if not _BEATS.search(gap) or not may_concern(sentence, f, a):
                break
            shares = is_share(b)
            word = (
                ChangeWord.POINTS if f.quantity.shown_unit == "points"
                else ChangeWord.PERCENT_FASTER if f.quantity.shown_unit == "%"
                else ChangeWord.TIMES_FASTER
            )  # fmt: skip
            others = any(
                dimension(r) == dimension(a)
                for n, r in enumerate(readings)
                if n not in (k, i - 1, i)
            )
            how = How.INFERRED if short or (others and not shares) else How.STATED
            if others and shares:
                break
            yield made(sentence, i, i - 1, k, word, ordered=True, how=how)
            break
