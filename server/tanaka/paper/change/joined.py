"""Two values that the words of a sentence join: "from A to B", "A instead of B", "A before, B now"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.change.operands import (
    comparable,
    dimension,
    elliptic,
    is_setting,
    is_value,
    without_asides,
)
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values that the words join, and whether they say which is old.

    ``turned`` where they are a choice and no result ("raising the batch from 8 to 64"), ``loose``
    where the words may mean something else than a change.
    """

    old: int
    new: int
    ordered: bool
    turned: bool
    loose: bool


# -- two values -----------------------------------------------------------------------------------

_S = r"[\s\u2009]"
_SOME = r"(?:only |just |about |around |roughly |nearly |a mere |merely |a |an |under |some )?"
_FROM = Lazy(
    r"\b[Ff]rom(?: (?:about|around|roughly|an? (?:average|mean|median) of|a|an|the baseline's|[A-Z][\w-]*'s))?\s*[≈∼~$]?$"
)
_TO = Lazy(
    rf"{_S}*(?:\([^()]{{0,40}}\)\s*)?(?:[\w\s-]{{0,40}}?\s)?(?:down |up |back )?to\s*{_SOME}[≈∼~$]?\s*"
)
_ARROW = Lazy(rf"{_S}*(?:→|⇒){_S}*")
_LEADS_TO = Lazy(rf"\bto\s+{_SOME}[≈∼~]?$", re.I)
_BACK_FROM = Lazy(
    rf"{_S}*(?:per [\w-]+ |a [\w-]+ )?(?:(?:on|in|at|for|with) [^,;:()]{{1,30}}?,? )?from\s+(?:the )?{_SOME}[≈∼~]?"
)
_DOWN_FROM = Lazy(
    rf"{_S}*(?:(?:per|a|on|in|at|for|with)\s[^,;:()]{{1,40}}?)?{_S}*[,(—–]?\s*(?:down|up|reduced|lowered|decreased|increased|improved|shortened)"
    rf"\s+from\s+(?:the )?(?:[\w-]+['’]s )?{_SOME}[≈∼~]?",
    re.I,
)
_FROM_ASIDE = Lazy(rf"{_S}*\((?:down |up )?from\s+(?:the )?{_SOME}[≈∼~]?")
_BECOMES = Lazy(
    rf"{_S}*(?:\([^()]{{0,30}}\)\s*)?(?:[\w' -]{{0,32}}?\s)?(?:(?:is|are|was|were|gets?|can be|has been|have been)\s+(?:thus |thereby |further )?)?"
    rf"(?:reduced|cut|lowered|brought|shortened|compressed|increased|raised|improved|boosted|drops?|dropped|falls?|fell|"
    rf"shrinks?|shrank|grows?|grew|rises?|rose|goes|went)\s+(?:down |up )?to\s+{_SOME}[≈∼~]?",
    re.I,
)
_TURNS_INTO = Lazy(
    rf"{_S}*(?:become|becomes|became|turn into|turns into)\s+(?:(?:one|that|an? [a-z]+) of )?{_SOME}[≈∼~]?"
)
# "9.8 ms before, 3.9 ms now"
_BEFORE_AND = Lazy(
    rf"{_S}*(?:before|previously|originally|at first|initially|earlier|without\s[^,;:()]{{1,32}}|with the (?:baseline|old|original|stock)[^,;:()]{{0,24}})"
    rf"(?:,(?:{_S}(?:and|but))?|{_S}(?:and|but|vs\.?|versus|against)){_S}+{_SOME}[≈∼~]?"
)
_AFTER = Lazy(rf"{_S}*(?:now|after(?:wards)?|today|later|with(?!out)\b|in the end|at the end)")
# What shrinks may be called by another name then: "shrinks the 125 million lookups to 16 million rows"
_SHRINKS = Lazy(
    r"\b(?:shrinks?|shrank|reduc(?:es?|ed)|cuts?|compress(?:es|ed)|condens(?:es|ed)|prunes?|pruned|merg(?:es?|ed)|lowers?|lowered|brings?|brought|collapses?|"
    r"deduplicat\w+|turns?|turned)\s(?:down\s)?(?:the|these|all|its|our|their|an?\s\w+\sof)?\s?[≈∼~]?$"
)
_TO_OTHER = Lazy(rf"{_S}[^,;:()]{{1,50}}?{_S}(?:down |in)?to{_S}+{_SOME}[≈∼~]?")
_STEP_OVER = Lazy(rf"{_S}(?:at|on|with|for|in|using)\s[^;:()]{{1,44}}$")
_AGAINST = Lazy(
    rf"{_S}*(?:\([^()]{{0,30}}\)\s*)?(?:[\w' -]{{0,32}}?,?\s|,\s)?(?:vs\.?|versus|against|compared (?:to|with)|instead of|rather than|"
    rf"in place of|as opposed to|in contrast (?:to|with)|down from|up from)\s+(?:[\w' -]{{0,32}}?\s)?[≈∼~]?"
)
_INSTEAD = Lazy(rf"{_S}(?:[a-z]+{_S})?(?:instead of|rather than|down from|up from){_S}(?:the )?")
# "82% (vs. 61% for X)"
_AGAINST_ASIDE = Lazy(
    rf"{_S}*\((?:vs\.?|versus|compared (?:to|with)|against|instead of|rather than|as opposed to)\s+(?:[\w' -]{{0,32}}?\s)?[≈∼~]?"
)
_ASIDE_ENDS = Lazy(r"[^();\d]{0,40}\)")
_TOLD_BEFORE = Lazy(
    r"(?:%|×|\bpoints?|\b[a-z]+er|\breduction|\bdecrease|\bdrop|\bless)\s*\(\s*[≈∼~]?$"
)
_WITH_AND = Lazy(
    rf"{_S}*(?P<first>with|without)\s[^,;:()]{{1,32}}?(?:,?\s(?:and|but|vs\.?|versus|against|compared to)|,)\s+{_SOME}[≈∼~]?"
)
_WITH_BRACKET = Lazy(
    rf"{_S}*\)\s*(?:and|vs\.?|versus|or)\s+(?P<second>with|without)\b[^()]{{0,32}}\(\s*[≈∼~]?"
)
# What is turned from one value to the next is no result: "raising the batch from 8 to 64".
_TURNED = Lazy(
    r"^\s*(?:and |then |e\.g\. |even |by |when |as |if |once )*"
    r"(?:when|as|if|once|increasing|raising|scaling|varying|changing|sweeping|moving|going|switching|growing|doubling|"
    r"extending|widening|enlarging|setting|tuning)\b",
    re.I,
)
# "Switching to X brings the time from A to B": what follows the verb is a result.
_BROUGHT = Lazy(
    r"\s*\w+ing\b.*\b(?:brings|brought|reduces|reduced|cuts|lowers|lowered|raises|raised|improves|improved|increases|increased|boosts|boosted|lifts|"
    r"shrinks)\b",
    re.I,
)
KNOB = Lazy(
    r"\b(?:batch|context|sequence|prompt|window|frequency|clock|learning rate|dropout|threshold|temperature|sparsity|"
    r"concurrency|depth|rank|degree|resolution|hop|injected|precision|lengths?|(?:message|block|page|chunk|problem|input|"
    r"buffer|tile|hidden|vocabulary|batch|cache|queue|world) sizes?|number of|cap|caps|limit)\b",
    re.I,
)


# "the number of calls shrinks from", "the clock is down from": what nobody turns
_COUNT_FALLS = Lazy(
    r"\b(?:clocks?|frequency|frequencies|clock (?:rate|speed|frequency)|queue|depth|window|temperature|precision|resolution|rank)(?:\s(?:rate|speed))?"
    r"(?:\s(?:of|on|in|at|for)\s[^,;:()]{1,30}?)?\s(?:drops?|dropped|falls?|fell|sinks?|sank|is down|was down|are down|were down|declines?|declined|throttles?|"
    r"throttled|goes down|went down)\s(?:down\s)?from\s|\bnumber of\s(?:[\w-]+\s){1,4}?(?:(?:per|in|of|for)\s(?:[\w-]+\s){1,3}?)?(?:shrinks?|shrank|drops?|dropped|falls?|fell|decreases?|decreased|declines?|declined|"
    r"goes down|(?:is|are|was|were) (?:reduced|cut|lowered))\s(?:down\s)?from\s"
)


# "We cut the number of candidates from": a count that is a result
_COUNT_CUT = Lazy(
    r"\b(?:reduc(?:es?|ed|ing)|cuts?|cutting|lowers?|lowered|lowering|brings?|brought|shrinks?|decreas(?:es?|ed|ing)|trims?|prun(?:es?|ed|ing))\s(?:down\s)?"
    r"(?:the|our|its|their)\s(?:total |average |mean )?number of\s(?:[\w-]+\s){1,5}?(?:down\s)?from\s"
)


def joined(sentence: Sentence) -> Iterator[Pair]:
    """Pairs of neighbouring values that the words between and around them join."""
    text, readings = sentence.text, sentence.readings
    asides = [m.span() for m in re.finditer(r"\([^()]*\)", text)] if "(" in text else []

    def aside(r: Reading) -> bool:
        return any(a < r.start < b for a, b in asides)

    for i in range(len(readings) - 1):
        # "from 73.2% (1,805 of 2,467) to 82.4%": what stands in brackets is passed over
        j = next(
            (
                k
                for k in range(i + 1, len(readings))
                if aside(readings[i]) or not aside(readings[k])
            ),
            len(readings),
        )
        if i + 1 < len(readings) and any(
            aside_.fullmatch(text, readings[i].end, readings[i + 1].start)
            for aside_ in (_FROM_ASIDE, _AGAINST_ASIDE)
        ):
            j = i + 1  # "to 241 ms (from 312 ms)"
        if j >= len(readings):
            continue
        a, b = readings[i], readings[j]
        if is_setting(sentence, a):
            continue
        if not comparable(a, b):
            other = _unlike(sentence, i, j)
            if other is not None:
                yield other
            continue
        gap = text[a.end : b.start] if j == i + 1 else without_asides(text[a.end : b.start])
        if len(gap) > 110:
            continue
        lead = text[max(0, a.start - 30) : a.start]
        pair = _pair(text, i, j, (a, b), lead, gap)
        if pair is not None:
            yield pair


def _unlike(sentence: Sentence, i: int, j: int) -> Pair | None:
    """A pair whose values are of two nouns, of which one leaves out its unit, or that has a setting between."""
    text, readings = sentence.text, sentence.readings
    a, b = readings[i], readings[j]
    gap = text[a.end : b.start]
    if len(gap) > 110 or not is_value(a) or not is_value(b):
        return None
    bare = all(r.quantity.unit == "1" and r.quantity.shown_unit != "%" for r in (a, b))
    if (
        bare
        and (a.noun or b.noun)
        and _SHRINKS.search(text[: a.start])
        and _TO_OTHER.fullmatch(gap)
    ):
        return Pair(i, j, True, False, True)
    if (
        bare
        and not (a.noun and b.noun)
        and (
            (_FROM.search(text[max(0, a.start - 30) : a.start]) and re.fullmatch(r"\s*to\s*", gap))
            or (a.noun and _INSTEAD.fullmatch(gap))
        )
    ):
        clause = re.split(r"[,;:()—–]", text[: a.start])[-1]
        if KNOB.search(clause) or _TURNED.search(clause):
            return None
        return Pair(i, j, True, False, True) if not a.noun else Pair(j, i, True, False, True)
    if (
        bare
        and a.kind is Kind.PARAM_COUNT
        and b.quantity.shown_unit
        and not b.noun
        and _AGAINST.fullmatch(gap)
    ):
        return Pair(j, i, False, False, True)  # "fewer parameters (0.959M vs. 31.04M)"
    if elliptic(a, b) and _AGAINST.fullmatch(gap):
        return Pair(j, i, False, False, True)
    # "15.6 ms at a batch of 512, down from 28.4 ms"
    k = j + 1
    if k < len(readings) and comparable(a, readings[k]) and dimension(b) != dimension(a):
        stepped = _STEP_OVER.match(text[a.end : b.start])
        if stepped and _DOWN_FROM.fullmatch(text[b.end : readings[k].start]):
            return Pair(k, i, True, False, False)
    return None


def _pair(
    text: str, i: int, j: int, values: tuple[Reading, Reading], lead: str, gap: str
) -> Pair | None:
    a, b = values

    def turned() -> bool:
        clause = re.split(r"[,;:()—–]", text[: a.start])[-1]
        if KNOB.search(clause) and not (_COUNT_FALLS.search(clause) and not _TURNED.search(clause)):
            return True
        return _TURNED.search(clause) is not None and not _BROUGHT.match(clause)

    start = _FROM.search(lead)
    if start and _TO.fullmatch(gap):
        if _COUNT_CUT.search(re.split(r"[,;:()—–]", text[: a.start])[-1]):
            return Pair(i, j, True, False, True)
        return Pair(i, j, True, turned(), False)
    if _ARROW.fullmatch(gap):
        return Pair(i, j, True, False, False)
    if not start and _LEADS_TO.search(lead) and _BACK_FROM.fullmatch(gap):
        return Pair(j, i, True, turned(), False)
    if not start and _LEADS_TO.search(lead) and _FROM_ASIDE.fullmatch(gap):
        return Pair(j, i, True, turned(), False)
    if not start and _DOWN_FROM.fullmatch(gap):
        return Pair(j, i, True, turned(), False)
    if (
        re.search(r"\(\s*[≈∼~]?$", lead)
        and re.fullmatch(rf"{_S}*to{_S}*", gap)
        and re.match(rf"{_S}*[),]", text[b.end :])
        and _digits(a) >= 3 <= _digits(b)
    ):
        return Pair(i, j, True, False, True)  # "(36.2 to 176.3 tok/s)" may be a range
    if (
        a.quantity.point > b.quantity.point
        and _TOLD_BEFORE.search(lead)
        and re.fullmatch(rf"{_S}*to{_S}*", gap)
        and re.match(rf"{_S}*[),]", text[b.end :])
    ):
        return Pair(i, j, True, False, True)  # no range goes down
    if _AGAINST_ASIDE.fullmatch(gap) and _ASIDE_ENDS.match(text, b.end):
        return Pair(j, i, False, False, False)
    if not start and _SHRINKS.search(lead) and _TO_OTHER.fullmatch(gap):
        return Pair(i, j, True, turned(), a.quantity.unit == "1")
    if _AGAINST.fullmatch(gap):
        return Pair(j, i, False, False, False)
    if _BECOMES.fullmatch(gap) or _TURNS_INTO.fullmatch(gap):
        return Pair(i, j, True, turned(), False)
    if _BEFORE_AND.fullmatch(gap) and _AFTER.match(text, b.end):
        return Pair(i, j, True, turned(), False)
    if (with_ := _WITH_AND.fullmatch(gap)) and re.match(
        rf"{_S}*{'without' if with_.group('first') == 'with' else 'with'}\b", text[b.end :]
    ):
        return Pair(j, i, False, False, False)
    if (with_ := _WITH_BRACKET.fullmatch(gap)) and re.search(
        rf"\b{'without' if with_.group('second') == 'with' else 'with'}\b[^()]{{0,24}}\(\s*[≈∼~]?$",
        text[: a.start],
    ):
        return Pair(j, i, False, False, False)
    return None


def _digits(r: Reading) -> int:
    return len(re.sub(r"\D", "", r.quantity.literal.text).lstrip("0"))
