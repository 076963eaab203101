"""Changes of two values that the words join: "from A to B, a F", "F (A vs. B)", "to B from A, a F".

A pair is found first; then the factor or percentage that the words make its own, before or after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.change.joined import KNOB, Pair, joined
from tanaka.paper.change.operands import (
    STOP,
    LocalChange,
    dimension,
    is_change,
    is_share,
    made,
    rivals,
    signed,
    without_asides,
    worded,
)
from tanaka.paper.change.wording import (
    LESS_VERB,
    VERBS,
    bare_word,
    change_word,
    may_concern,
    names_its_measure,
    of_the_old,
)
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

# -- and the factor that is theirs ----------------------------------------------------------------

_GOES_ON = Lazy(
    r"^(?P<lead>[^;]{0,44});\s+(?=(?:this|that|it|a|an|the|i\.e\.|which|hence|thus|or)\b)", re.I
)
# Between two values and the factor stated for them stand such words and no others.
_LINK = Lazy(
    r"[\s\u2009)]*(?:(?:on|in|at|for|per|with|without|under|using|during|after)\s(?:(?!\band\b)[^,;:()—–]){1,44})?"
    r"(?:\s(?:before|previously|originally|earlier|initially|now|today)(?=[\s,]))?"
    r"(?:[\s,:()—–≈∼~+−-]|\bi\.e\.|\band (?:thus|hence|so|therefore|gives?|yields?|is|corresponds?|means)\b|\b(?:that|is|or|for|thus|hence|so|therefore|which|this|it|a|an|the|was|are|gives?|"
    r"giving|yields?|yielding|results?|resulting|in|correspond\w*|to|represent\w*|achiev\w*|deliver\w*|provid\w*|amount\w*|translat\w*|into|equal\w*|"
    r"means?|meaning|improv\w*|reduc\w*|speed\w*|speed-?ups?|slow-?downs?|loss|rise|decline|cut|penalty|benefit|advantage|difference|gap|change|increas\w*|decreas\w*|gains?|sav\w*|drops?|compression|overhead|growth|factor|ratio|by|roughly|"
    r"about|nearly|almost|around|total|overall|further|net|of|relative|absolute|additional|only|mere|just|some|more|than|up|thereby|making|error|latency|time|memory|energy|cost|traffic|throughput|accuracy|power|bandwidth|performance|size|footprint|volume|step|runtime|training|inference|"
    r"we|us|our|end-to-end|i\.e)\b)*",
    re.I,
)
# "from A to B at about 3x the speed": under what it falls, and not by how much
_AT = Lazy(
    r"\b(?:at|with|on|under|during|after|using|without)\s+(?:about |around |roughly |nearly |only |just )*[≈∼~]?$",
    re.I,
)
COMPARED = Lazy(
    r"\W*(?:[\w-]+\s){0,4}?(?:than|over|compared (?:to|with)|relative to|against|that of)\s+(?P<np>[^,.;()]{1,40})",
    re.I,
)


# What is no value of the pair, and has no number: "12% short of linear scaling", "above the bound"
_THIRD = Lazy(
    r"[\s\u2009)]*(?:(?:short|shy|ahead) of\b|(?:[\w-]+\s){0,3}?(?:than|over|below|above|under|beyond|behind|off|within|away from|from|of|at|to|the)\s"
    r"[^,.;:()]{0,30}?\b(?:ideal\w*|linear|perfect\w*|optim\w+|oracle|maximum|minimum|bound|limit|roofline|peak|targets?|SLOs?|goal|"
    r"budget|predict\w*|expect\w*|estimat\w*|theor\w+|possible|achievable|attainable|dedicated|hand-?\w+|simulat\w+|limits)\b)",
    re.I,
)


def to_a_third(sentence: Sentence, f: Reading) -> bool:
    """Whether a change is over something that is neither of two values: an ideal, a bound, a forecast."""
    return _THIRD.match(sentence.after(f, 80)) is not None


def names_another(sentence: Sentence, f: Reading, known: str = "") -> bool:
    """Whether a factor is over a named system that nothing before it names."""
    match = COMPARED.match(sentence.after(f, 80))
    if not match:
        return False
    names = re.findall(r"\b\w*[A-Z]\w*\b", match.group("np"))
    said = known + sentence.text[: f.start]
    return any(name not in said for name in names)


_THE_OLD = Lazy(
    r"\b(?:baselines?|previous\w*|prior|original|old|existing|best|state|vanilla|former|default|unmodified|standard|na[iï]ve|strongest|one|ones|version|"
    r"before|it|that|this|these|those|current|other|what|first|second|runner|next|latter|non-\w+|un\w+|conventional|traditional|base|stock|which|competitors?|"
    r"alternatives?|methods?|approach\w*|systems?|models?|without|SOTA|them)\b",
    re.I,
)


def _over_what_is_new(sentence: Sentence, f: Reading) -> bool:
    """Whether a change is over a thing that nothing before it tells of: "a gain of 2.1 over the ensemble"."""
    match = COMPARED.match(sentence.after(f, 80))
    if (
        match is None
        or _THE_OLD.search(match.group("np"))
        or re.search(r"[A-Z]", match.group("np"))
    ):
        return False
    words = re.findall(r"[a-z]{4,}", match.group("np").lower())
    told = sentence.text[: f.start].lower()
    return bool(words) and not any(w[:5] in told for w in words)


def pairs(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Changes whose two values the words join."""
    readings, text = sentence.readings, sentence.text
    done = set(taken)
    found = list(joined(sentence))
    both = [p for p in found if not p.turned]
    if len(found) > 1:
        done |= _in_a_list(sentence)  # two pairs, then two factors: which is whose is not said
    for pair in both:
        old = readings[pair.old]
        around = [
            (attached[0], i, attached[1])
            for i, r in enumerate(readings)
            if i not in (pair.old, pair.new)
            and is_change(sentence, r)
            and (attached := _attached(sentence, i, pair)) is not None
        ]
        if _in_bracket(text, readings, pair) and any(i < pair.old for _, i, _ in around):
            # "3.1x faster (0.29 s instead of 0.90 s), so training is 1.7x faster"
            around = [near for near in around if near[1] < pair.old]
        near = sorted(near for near in around if near[1] not in done)
        for _, i, doubtful in near[:1]:
            r = readings[i]
            word = change_word(sentence, r, is_share(old))
            bare = bare_word(sentence, r) if word is None else None
            scaled = word is ChangeWord.PERCENT_FASTER and _SCALING.match(sentence.after(r, 40))
            word = word or bare
            if (scaled or bare) and _what_is_left(readings, pair, i):
                word, doubtful = ChangeWord.SHARE, True  # "falls from 140 to 133, i.e. 95%"
            if is_share(r) and i < min(pair.old, pair.new) and _ALONE.search(text[: r.start]):
                continue  # "113 journals (22.6%) charge, falling from ..."
            ordered = pair.ordered
            if word is None and is_share(r) and _RELATIVELY.match(sentence.after(r, 24)):
                falls = pair.ordered and readings[pair.new].quantity.point < old.quantity.point
                word = ChangeWord.RELATIVE_LESS if falls else ChangeWord.RELATIVE_MORE
            if word is None and pair.ordered and of_the_old(sentence, r):
                word = ChangeWord.SHARE
            if (
                word is None
                and pair.ordered
                and is_share(r)
                and _THEN_FROM.fullmatch(text, r.end, old.start)
            ):
                word, doubtful = ChangeWord.PERCENT_FASTER, True  # "gives another 30%, from A to B"
            if word is ChangeWord.PERCENT_FASTER and pair.ordered and _BY.search(text[: r.start]):
                word = _by_verb(text[: old.start])  # "reduces it from A to B, i.e., by 29%"
            if (
                is_share(r)
                and word is not ChangeWord.SHARE
                and not is_share(old)
                and pair.ordered
                and i < pair.old
                and _TO.search(text[: r.start])
            ):
                if not _THEN_FROM.fullmatch(text, r.end, old.start) or not _CUT_TO.search(
                    text[: r.start]
                ):
                    continue  # "rises to 85% (from 10 to 24 jobs)"
                word = ChangeWord.SHARE  # "to 33% (from 30 to 10 FPS)"
            if (
                word is ChangeWord.PERCENT_FASTER
                and i > max(pair.old, pair.new)
                and old.quantity.unit == "1"
                and not is_share(old)
                and "." not in old.quantity.literal.text
                and _ALONE.search(text[: r.start])
            ):
                continue  # "from 120 to 150 (75%) of 200": a share of all
            if signed(r) and word is ChangeWord.PERCENT_LESS:
                ordered = False  # a minus alone does not say which of the two is the whole
            if word is None or not may_concern(sentence, r, old):
                continue
            others = [
                j
                for j, o in enumerate(readings)
                if j not in (pair.old, pair.new, i) and dimension(o) == dimension(old)
            ]
            after = r.start > readings[max(pair.old, pair.new)].start
            if after and not names_its_measure(sentence.between(last_of(pair, readings), r), old):
                continue
            if after and (to_a_third(sentence, r) or _of_others(sentence, r)):
                continue
            if after and not pair.ordered and _over_what_is_new(sentence, r):
                continue
            other = after and names_another(sentence, r)
            loose = pair.loose or doubtful or (others and not pair.ordered) or other
            done.add(i)
            change = made(
                sentence, i, pair.old, pair.new, word,
                ordered=ordered, how=How.INFERRED if loose else How.STATED,
            )  # fmt: skip
            yield _freed(change, after) if pair.ordered else change
            again = _said_again(sentence, i, pair, done)
            if again is not None:
                done.add(again.change)
                yield again


def _freed(change: LocalChange, after: bool) -> LocalChange:
    """A change without the cues that its own values answer: "another 30%, from A to B"."""
    answered = change.cues & (frozenset({"metric"}) if after else frozenset({"stack", "metric"}))
    if not answered:
        return change
    return replace(change, cues=change.cues - answered, paired=How.INFERRED)


_SCALING = Lazy(
    r"\s*(?:(?:strong|weak|parallel|of (?:linear|perfect))[- ])?(?:scaling|efficiency)\b"
)


def _what_is_left(readings: tuple[Reading, ...], pair: Pair, i: int) -> bool:
    """Whether a percentage without a word of change, behind two falling values, is what is left of the first."""
    old, new = readings[pair.old].quantity.point, readings[pair.new].quantity.point
    if not (
        pair.ordered and i > max(pair.old, pair.new) and is_share(readings[i]) and 0 < new < old
    ):
        return False
    left, said = new / old, readings[i].quantity.point
    return abs(left - said) < min(abs(1 - left - said), abs(old / new - 1 - said))


_BY = Lazy(r"[,(]\s*(?:i\.e\.,?|that is,?|or|hence|thus)?\s*by\s+(?:about |roughly )?[≈∼~]?$")
_LESS_BY = Lazy(rf"\b(?:{LESS_VERB})\b[^.;:]{{0,60}}\bfrom\s+[≈∼~$]?$")


def _by_verb(lead: str) -> ChangeWord:
    return ChangeWord.PERCENT_LESS if _LESS_BY.search(lead) else ChangeWord.PERCENT_FASTER


_ALONE = Lazy(r"\(\s*[≈∼~]?$")
_TO = Lazy(r"\b(?:down |up |back )?to\s+(?:only |just |about |roughly )?[≈∼~]?$")
_CUT_TO = Lazy(
    r"\b(?:reduc\w+|lower\w*|cut(?:ting|s)?|(?:down|sub)-?(?:sampl|scal)\w+|shrink\w*|decreas(?:es?|ing|ed))\b[^.;,()]{0,44}\bto\b[^.;,()]{0,12}$",
    re.I,
)
_THEN_FROM = Lazy(r"\s*[,(—–]?\s*from\s+(?:about\s+)?[≈∼~$]?")
_OR_AGAIN = Lazy(
    r"\s*(?:[\w-]+\s){0,2}?[,(]?\s*(?:or|i\.e\.,?|that is,?|equivalently|\()\s*(?:about |roughly )?(?:an? )?[≈∼~]?"
)
_RELATIVELY = Lazy(r"\s*(?:in relative terms|relatively|\(?relative\)?|relative to\b)")


def _said_again(sentence: Sentence, i: int, pair: Pair, done: set[int]) -> LocalChange | None:
    """The same change once more: "a gain of 16.3 points, or 28% in relative terms"."""
    readings = sentence.readings
    k = i + 1
    if k >= len(readings) or k in done or not is_change(sentence, readings[k]):
        return None
    first, r = readings[i], readings[k]
    if r.quantity.shown_unit == first.quantity.shown_unit or not _OR_AGAIN.fullmatch(
        sentence.between(first, r)
    ):
        return None
    old, new = readings[pair.old], readings[pair.new]
    falls = new.quantity.point < old.quantity.point
    word = change_word(sentence, r, is_share(old)) or bare_word(sentence, r)
    if is_share(r) and _RELATIVELY.match(sentence.after(r, 24)):
        word = ChangeWord.RELATIVE_LESS if falls else ChangeWord.RELATIVE_MORE
    if word is None or not may_concern(sentence, r, old):
        return None
    return made(sentence, k, pair.old, pair.new, word, ordered=pair.ordered, how=How.INFERRED)


_ITS_OBJECT = Lazy(r"\s(?:the|our|its|their|all)\s(?P<what>[\w-]+)(?:\s(?P<then>[\w-]+))?")


def _of_others(sentence: Sentence, r: Reading) -> bool:
    """Whether a factor in words has an object that is told of first here: "which halves the misses"."""
    if not worded(r) or (found := _ITS_OBJECT.match(sentence.text, r.end)) is None:
        return False
    told = sentence.text[: r.start].lower()
    return not any(w and w.lower().rstrip("s") in told for w in found.groups())


def _in_bracket(text: str, readings: tuple[Reading, ...], pair: Pair) -> bool:
    """Whether the two values stand in a bracket of their own."""
    first, last = sorted((readings[pair.old].start, readings[pair.new].end))
    opens, closes = text.rfind("(", 0, first), text.find(")", last)
    return opens >= 0 and closes >= 0 and not any(c in "()" for c in text[opens + 1 : closes])


def last_of(pair: Pair, readings: tuple[Reading, ...]) -> Reading:
    """The later of a pair's two values."""
    return readings[max(pair.old, pair.new)]


def _in_a_list(sentence: Sentence) -> set[int]:
    """Factors that stand in a list with others: "2.2x and 2.6x"."""
    readings = sentence.readings
    found: set[int] = set()
    for i in range(len(readings) - 1):
        both = is_change(sentence, readings[i]) and is_change(sentence, readings[i + 1])
        if both and re.fullmatch(
            r"\s*(?:,|,?\s*(?:and|or)|/)\s*", sentence.between(readings[i], readings[i + 1])
        ):
            found |= {i, i + 1}
    return found


def _closed_off(text: str, start: int, r: Reading, end: int) -> bool:
    """Whether a reading stands in brackets that open and close between two offsets."""
    return any(
        start + m.start() < r.start < start + m.end()
        for m in re.finditer(r"\([^()]*\)", text[start:end])
    )


def _attached(sentence: Sentence, factor: int, pair: Pair) -> tuple[int, bool] | None:
    """Distance of a factor from a pair it belongs to, and whether that is doubtful; else None."""
    readings, text = sentence.readings, sentence.text
    f = readings[factor]
    first, last = sorted((readings[pair.old], readings[pair.new]), key=lambda r: r.start)
    if f.start >= last.end:
        gap = text[last.end : f.start]
        if any(
            rivals(sentence, r, first)
            for r in readings
            if last.end <= r.start < f.start and not _closed_off(text, last.end, r, f.start)
        ):
            return None
        if len(gap) > 90:
            return None
        told = _GOES_ON.sub(r"\g<lead>, ", gap, 1) if ";" in gap else gap
        if last.quantity.unit == "1":
            told = _COUNTED.sub("", told)
        if RESTRICTS.match(gap) or _elsewhere(gap, sentence.after(f, 60)):
            return None
        if STOP.search(told) or _AT.search(told) or not _LINK.fullmatch(without_asides(told)):
            return None
        return len(gap), False
    if f.end <= first.start:
        gap = text[f.end : first.start]
        if any(rivals(sentence, r, first) for r in readings if f.end <= r.start < first.start):
            return None
        doubtful = _precedes(text[: f.start], gap, worded(f))
        return None if doubtful is None else (len(gap) + 5, doubtful)
    return None


_COUNTED = Lazy(r"^\s(?:[a-z-]+\s){0,2}(?:[a-z-]+|[A-Z][\w@-]*)(?=[,(])")
# "plans (21 s instead of 14 min) that are 1.1x faster": of the plans, and not of the two values
RESTRICTS = Lazy(r"\s*\)\s(?:that|which)\s(?!is,)")
_UNDER = Lazy(r"[\s\u2009)]*(on|at|for|with|under|using|in)\s")


def _elsewhere(gap: str, after: str) -> bool:
    """Whether values and factor are each told a condition: "for a batch of 8, a factor of 2 for 64"."""
    under = _UNDER.match(gap)
    return under is not None and (
        re.match(rf"[^,;.()]{{0,28}}?\b{under.group(1)}\s", after) is not None
    )


# -- a factor that stands before its values -------------------------------------------------------

_SUBORDINATE = Lazy(
    r"\b(?:when|as|if|so|which|who|and|while|because|since|where|although|until|unless)\b", re.I
)
_FINITE = Lazy(
    rf"\b(?:(?!lower\b|cut\b|fall\b|drop\b|gain\b|gains\b)(?:{VERBS})|goes|go|went|moves?|moved|changes|changed|jumps?|jumped|is|are|was|were|becomes?|"
    r"became|takes?|took|needs?|needed|brings?|brought|lets?|allows?|makes?|leads?|enables?|runs?)\b",
    re.I,
)
_SEEN = Lazy(
    r"\b(?:is|are|was|were)\s+(?:obtained|achieved|observed|measured|seen|reached|realized|realised|possible)\b"
)
_AS_FAST = Lazy(
    r"^\s*as (?:fast|quick|quickly|many|much|large|long|high|big|small|few|low|short|often|efficient|expensive|cheap)(?: as)?\b"
)
_WITHIN = Lazy(r"\bbetween\s[^,;:]{1,20}?\sand\s[^,;:]{1,24}(?=,|$)")
_ITS_NOUN = Lazy(
    r"^\s*(?:[\w-]+\s)?(?:increase|decrease|boost|rise)(?=\s+(?:in|of|is|was|from|to)\b|\s*(?:[,:(—–]|$))"
)
_OUTCOME = Lazy(r",\s*(?:thus |thereby |hence )?[a-z]+ing\b[^,;()]{0,44}\bfrom\s*[≈∼~$]?$")
_OPENS = Lazy(r"[(:—–]")
# What opens on the values: nothing else lets a factor before them be theirs.
_CONNECTED = Lazy(
    r"\b(?:[Ff]rom|to)\s+(?:(?:about|around|roughly|only|just|a mere|an|a|the|an? (?:average|mean|median) of|the baseline's|[A-Z][\w-]*'s)\s+)?[≈∼~$]?$|"
    r"[(:—–]|,\s*(?:at|with|i\.e\.,?|that is,?|now)\s[^,;]{0,30}$"
)
PART = Lazy(
    r"\b(?:attention|kernels?|GEMMs?|mat-?muls?|softmax|layers?|communication|all-?reduce|all-?to-?all|prefill|decod\w+|"
    r"load\w*|compil\w+|backward|forward|operators?|stages?|phases?|transfers?|links?|encod\w+|cod(?:ec|ing)|sampl\w+|"
    r"convolutions?|optimi[sz]er|quanti[sz]\w+|pars\w+|token\w*)\b",
    re.I,
)


def _precedes(before: str, gap: str, in_words: bool) -> bool | None:
    """Whether the words from a factor to its values leave doubt; None where they part them.

    "A 2.5x faster link reduces the time from A to B" and "falls by 64%, which cuts the time from A
    to B" tell of two things; "is 2.5x faster, cutting the time from A to B" may.
    """
    if len(gap) > 90 or STOP.search(gap) or not _CONNECTED.search(gap):
        return None
    opens = _OPENS.search(gap)
    head, rest = (gap[: opens.start()], gap[opens.end() :]) if opens else (gap, "")
    doubtful = False
    outcome = _OUTCOME.search(gap)
    if outcome:
        if PART.search(before[-80:]):
            return None
        head, doubtful = gap[: outcome.start()], True
    head = _AS_FAST.sub(" ", head)
    head = _WITHIN.sub(" ", _SEEN.sub(" ", _ITS_NOUN.sub(" ", head)))
    if _SUBORDINATE.search(head) or _FINITE.search(head):
        return None
    if in_words and (KNOB.search(head) or re.search(r"\b(?:GPUs?|nodes?|devices?)\b", head)):
        return None
    if rest and _SUBORDINATE.search(rest):
        return None
    if rest and _FINITE.search(rest):
        doubtful = doubtful or PART.search(before[-60:]) is not None
    return doubtful
