"""Changes that sum up two values set against each other: "A ..., while B ...: a F difference"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.change.operands import (
    MEASURED,
    LocalChange,
    dimension,
    is_change,
    is_share,
    is_value,
    made,
)
from tanaka.paper.change.pairs import COMPARED, RESTRICTS
from tanaka.paper.change.wording import MEASURED_NOUNS, change_word, may_concern, own_words
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading

# -- "A ..., while B ...: a F difference" -------------------------------------------------------

_CONTRAST = Lazy(
    r"\b(?:while|where|as opposed|before|previously|formerly|by default|without|whereas|but|versus|vs\.?|against|compared|relative|instead|yet|only|in contrast|what (?:takes?|took))\b|"
    r",\s(?:and |but )?(?:ours|our [\w-]+)\s(?:only )?(?:takes?|needs?|requires?|uses?|reaches|achieves|draws|moves|serves|costs?)\b",
    re.I,
)
# "The time of Quark (6.2 h) and Pluto (19.3 h)"
_IN_BRACKETS = Lazy(r"\([^()]*\)\s+(?:and|vs\.?)\s+[^(),;]{1,40}\(")
_CONCLUDED = Lazy(r"\b(?:so|hence|thus|therefore|i\.e|that is|making|makes)\b", re.I)
_APPOSED = Lazy(
    r"(?:\s(?:on|in|at|for|with|without|after|before|under|using|by|per)\s[^,;:()—–]{1,40})?[\s\u2009]*(?:[,;—–:(-]|\))+\s*"
    r"(?:(?:i\.e\.,?|that is,?|or|giving|yielding|for|resulting in|a|an|about|only|just|merely|roughly|nearly|some|over|more than|so|hence|thus|"
    r"therefore|making (?:it|us|ours)|(?:outperforming|beating|exceeding|surpassing|improving on|undercutting) (?:it|that|this|the latter|"
    r"the baseline) by|by a|(?:so|and|hence|thus) (?:training|inference|decoding|it|ours|this|that) (?:is|runs|becomes)|(?:so|hence|thus|which means) (?:that )?(?:the|an?|our|each) (?:[\w-]+ ){1,4}?(?:is|are|runs|becomes|was)(?: thus| therefore)?|this is|that is|"
    r"which (?:is|means|makes us|translates (?:in)?to|corresponds to|amounts to|equates to)|"
    r"(?:translating|corresponding|amounting) (?:in)?to|"
    r"(?:that )?(?:we|it|ours) (?:are|is)|(?:an?|the) (?:overhead|difference|gain|gap|savings?|reduction|speed-?up|slow-?down|"
    r"improvement|factor|ratio) (?:is|of|was))\s+)*[≈∼~]?",
    re.I,
)
# "Compared with the baseline (2.4 s), ours (1.1 s) is 3.1x faster"
_PREDICATED = Lazy(
    r"[\s\u2009]*\)\s*(?:is|are|was|runs|becomes|uses|needs|takes|requires|consumes|draws|achieves|shows|yields|delivers|has)\s+(?:an?\s+)?(?:about |nearly |roughly |over |more than )?[≈∼~]?"
)
# "Relative to the 2.4 s of the baseline, our 1.1 s are a 3.1x improvement"
_OPENS_ON = Lazy(r"(?:Compared (?:to|with)|Relative to|Against|In contrast to)\s")
_IS = Lazy(
    r"\s*(?:[\w-]+\s){0,3}?(?:is|are|was|were|means?|represents?)\s+(?:an?\s+)?(?:about |nearly |roughly |over )?[≈∼~]?"
)
_OURS = Lazy(
    r"\b(?:baseline|original|existing|vanilla|unmodified)\b.*\b(?:ours?|we|us)\b|\b(?:ours?|we)\b.*\b(?:baseline|original|existing|vanilla)\b",
    re.I,
)


def _has_unit(r: Reading) -> bool:
    return r.quantity.unit in MEASURED or r.noun in MEASURED_NOUNS


def contrasts(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Factors that sum up two values set against each other."""
    text, readings = sentence.text, sentence.readings
    done = set(taken)
    for i, f in enumerate(readings):
        if i in taken or i < 2 or not is_change(sentence, f):
            continue
        if f.quantity.shown_unit == "points":
            made_of = _of_two_shares(sentence, i)
            if made_of is not None:
                done.add(i)
                yield made_of
            continue
        if not _apposed(sentence, i, done):
            continue
        word = change_word(sentence, f, False)
        if word is None:
            continue
        concerned = [
            k for k in range(i)
            if is_value(readings[k]) and _has_unit(readings[k]) and may_concern(sentence, f, readings[k])
        ]  # fmt: skip
        if not concerned:
            continue
        alike = dimension(readings[concerned[-1]])
        if not _names_metric(sentence, f) and concerned[-1] != _last_value(readings, i, done):
            continue
        two = [k for k in concerned if dimension(readings[k]) == alike]
        if len(two) > 2:  # "412 rounds of 83.1 s are 9.51 h, 148 rounds of 51.0 s are 2.10 h"
            shown = readings[concerned[-1]].quantity.shown_unit
            two = [k for k in two if readings[k].quantity.shown_unit == shown]
        if len(two) != 2:
            continue
        a, b = two
        if (_PER.match(text, readings[a].end) is None) != (
            _PER.match(text, readings[b].end) is None
        ):
            continue  # "8.24 GB, or 64.4 MB per GPU"
        told = text[readings[i - 1].end : f.start] + own_words(sentence, f)
        differ = re.search(r"\b(?:difference|gap|ratio)\b", told) is not None
        set_apart = (
            _in_parallel(sentence, a, b)
            or _CONTRAST.search(text[: readings[b].start])
            or _OURS.search(text[: f.start])
            or _IN_BRACKETS.fullmatch(text, readings[a].start - 1, readings[b].start)
        )
        if not (set_apart or _CONCLUDED.search(told) or differ):
            continue
        if COMPARED.match(sentence.after(f, 80)) and not differ:
            continue  # over something that may be neither of the two
        if readings[b].quantity.qualifier in (Qualifier.MAX, Qualifier.MIN):
            continue
        total = [k for k, r in enumerate(readings) if dimension(r) == alike]
        loose = len(total) > 2
        done.add(i)
        yield made(
            sentence, i, b, a, word, ordered=False, how=How.INFERRED if loose else How.STATED
        )


def _of_two_shares(sentence: Sentence, i: int) -> LocalChange | None:
    """Points between the only two percentages of a sentence: "A scores 54%, while ours scores 62%, 8 points more"."""
    text, readings = sentence.text, sentence.readings
    f = readings[i]
    shares = [k for k, r in enumerate(readings) if is_share(r)]
    if (
        len(shares) != 2
        or shares != [i - 2, i - 1]
        or any(not is_value(readings[k]) for k in shares)
    ):
        return None
    if any(r.quantity.shown_unit == "points" for k, r in enumerate(readings) if k != i):
        return None
    a, b = shares
    opens = _OPENS_ON.match(text) is not None
    against = re.search(r",\s(?:while|whereas)\s", sentence.between(readings[a], readings[b]))
    if not (opens or against) or COMPARED.match(sentence.after(f, 80)):
        return None
    if not _APPOSED.fullmatch(sentence.between(readings[b], f)):
        return None
    return made(sentence, i, a, b, ChangeWord.POINTS, ordered=False, how=How.INFERRED)


_UNDER = r"(?:with|without|on|for|using|under|in|at|by|of)"
_AND_THEN = Lazy(
    rf"\s(?P<p>{_UNDER})\s[^;:()]{{1,32}}?(?:,|,?\sand)\s(?:only |just |about )?[≈∼~]?", re.I
)
_ONE_AND_ONE = Lazy(
    r"(?:\s(?:on|in|at|for|with|per)\s[^,;:()]{1,24})?(?:,|,?\sand)\s(?:the |an? |our |another )?(?:(?!which\b|then\b|takes?\b|or\b|i\.e|that\b)[\w.+-]+\s){1,4}?"
    r"(?:(?:only|takes?|needs?|requires?|uses?|reaches|achieves|draws|moves|serves|costs?|are|is)\s){0,2}[≈∼~]?"
)


_PER = Lazy(
    r"\s*(?:per|/|for each|on each)\s*(?:GPU|node|device|worker|chip|card|server|core)\b", re.I
)
_SPENDS = (
    r"waits?|spends?|handles?|sends?|reads?|writes?|holds?|consumes?|process(?:es)?|delivers?|sustains?|runs? (?:for|at)|gets?|stores?|transfers?|"
    r"occup(?:y|ies)|absorbs?|finish(?:es)? in|completes? in"
)
_VERB = Lazy(
    r"\b(takes?|took|needs?|needed|requires?|uses?|used|reaches|achieves|draws?|moves?|serves?|costs?|lasts?|are|is|was|were|makes?|yields?|"
    rf"{_SPENDS})\s(?:only |just |about )?[≈∼~]?$"
)
_AND_ALSO = Lazy(r"\s?(?:\([^()]*\))?(?:[,;]|,?\sand|,?\sbut)\s")


def _in_parallel(sentence: Sentence, a: int, b: int) -> bool:
    """Whether two values are told side by side: "A with X and B with Y", "a dense one takes A and a sparse one B"."""
    first, second = sentence.readings[a], sentence.readings[b]
    gap = sentence.between(first, second)
    verbs = [_VERB.search(sentence.before(r, 24)) for r in (first, second)]
    told = {v.group(1).removesuffix("s") for v in verbs if v is not None}
    if all(verbs) and len(told) == 1 and _AND_ALSO.match(gap):
        return True  # "the old one takes A, the new one takes B"
    if b != a + 1 and any(c.isdigit() for c in gap):
        return False
    if (under := _AND_THEN.fullmatch(gap)) is not None:
        pattern = "with(?:out)?" if under.group("p") in ("with", "without") else under.group("p")
        return re.match(rf"\s{pattern}\s", sentence.after(second, 12)) is not None
    return _ONE_AND_ONE.fullmatch(gap) is not None and (
        re.search(
            rf"\b(?:takes?|needs?|requires?|uses?|reaches|achieves|draws|moves|serves|costs?|is|are|was|were|{_SPENDS})\s(?:only |just |about )?[≈∼~]?$",
            sentence.before(first, 24),
        )
        is not None
    )


def _last_value(readings: tuple[Reading, ...], before: int, changes: set[int]) -> int:
    return max((k for k in range(before) if k not in changes and is_value(readings[k])), default=-1)


def _names_metric(sentence: Sentence, f: Reading) -> bool:
    """Whether the words of a change name what they measure, so that it need not stand last."""
    return (
        re.search(r"\b(?:energy|power|memory|faster|slower|latency|throughput|traffic|bandwidth)\b", own_words(sentence, f))
        is not None
    )  # fmt: skip


def _apposed(sentence: Sentence, factor: int, done: set[int]) -> bool:
    """Whether a factor follows the values as their sum: "..., a 3x difference"."""
    readings = sentence.readings
    f, last = readings[factor], readings[factor - 1]
    gap = sentence.between(last, f)
    if RESTRICTS.match(gap):
        return False
    if is_change(sentence, last) and factor - 1 in done:
        # "28x less energy and 700x faster": the second of two that sum up the same values
        return re.fullmatch(r"(?:\s[\w-]+){1,4}\s+and\s+(?:about )?", gap) is not None
    if _OPENS_ON.match(sentence.text) and _IS.fullmatch(gap):
        return True
    return _APPOSED.fullmatch(gap) is not None or _PREDICATED.fullmatch(gap) is not None
