"""Factors and percentages whose two values stand in the sentence before: one thought in two sentences.

A change is carried over a full stop only where the second sentence plainly goes on with the first,
and nothing else in either competes for it.  Three forms are read: a sum of what was said ("It falls
from A to B. This is a F speedup."), a contrast ("The baseline takes A. Ours takes B, a F speedup.")
and a claim that the next sentence gives the values of ("We are F faster. The step falls from A to
B.").  All of them are inferred.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tanaka.paper.assertion import asserted
from tanaka.paper.change.changes import changes
from tanaka.paper.change.joined import Pair, joined
from tanaka.paper.change.operands import (
    MEASURED,
    LocalChange,
    comparable,
    dimension,
    is_change,
    is_factor,
    is_setting,
    is_share,
    is_value,
)
from tanaka.paper.change.pairs import COMPARED, PART
from tanaka.paper.change.wording import bare_word, change_word, may_concern, names_its_measure
from tanaka.paper.model import Asserted, ChangeWord, How, Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class ContinuedChange:
    """A change whose readings stand in two neighbouring sentences.

    ``sentence`` is the index of the later one.  The indices of ``local`` count the readings of the
    earlier sentence, and on through those of the later.
    """

    sentence: int
    local: LocalChange


def continued_changes(said: tuple[Sentence, ...]) -> tuple[ContinuedChange, ...]:
    """Changes of a passage that go on with the values of the sentence before."""
    found: list[ContinuedChange] = []
    for k in range(1, len(said)):
        before, own = said[k - 1], said[k]
        if not before.readings or not own.readings or _blank(before, own):
            continue
        local = _summed_up(before, own) or _set_against(before, own) or _borne_out(before, own)
        if local is not None and not _paired_within(before, own, local):
            found.append(ContinuedChange(k, local))
    return tuple(found)


def _blank(before: Sentence, own: Sentence) -> bool:
    """Whether two sentences lack a change, or the two values for one."""
    readings = before.readings + own.readings
    return len(readings) < 3 or all(not r.quantity.shown_unit for r in readings)


def _paired_within(before: Sentence, own: Sentence, local: LocalChange) -> bool:
    """Whether a change has its values in its own sentence already."""
    n = len(before.readings)
    sentence, k = (before, local.change) if local.change < n else (own, local.change - n)
    return any(c.change == k for c in changes(sentence))


# -- "It falls from A to B.  This is a F speedup." --------------------------------------------------

_NAME_OF = r"(?:speed-?\s?ups?|improvements?|reductions?|gains?|savings?|increases?|decreases?|drops?|slow-?downs?|overheads?|difference|gap)"
_LOOKS_BACK = Lazy(
    r"(?:(?:This|That|It)\s+(?:is|was|gives|yields|means|makes (?:it|us|ours|this)|represents|equals|corresponds to|amounts to|translates (?:in)?to|"
    r"constitutes|results in|marks)(?:\s+(?:therefore|thus|hence|about|roughly|already))?\s+(?:an?|the|us)?\s*|"
    r"(?:Hence|Thus|Therefore),?\s+(?:it|ours|this|that|we) (?:is|are)\s+(?:an?\s+)?|"
    rf"(?:The|This|That)\s+(?:resulting |corresponding |relative |observed )?{_NAME_OF}\s+(?:of|is)\s+(?:thus |therefore |hence )?(?:an?\s+)?)"
    rf"(?:(?:relative |end result |{_NAME_OF}) (?:of|by) )?(?:about |around |roughly |nearly |over |more than )?[≈∼~]?$",
)
ELSEWHERE = Lazy(
    r"\b(?:end[- ]to[- ]end|overall|in total|altogether|together|combined|average|mean|on top|larger|longer|whole|than what|that of|"
    r"ideal|theoretical|expected|p\d\d|percentile|tail|each|per\s)\b|%\s+of\b",
    re.I,
)
_OLD = r"(?:the )?(?:baseline|before|original|vanilla|old|default|previous|unmodified|stock|former)"
_OVER_THE_OLD = Lazy(
    rf"\W*(?:[\w-]+\s){{0,4}}?(?:than|over|compared (?:to|with)|relative to|against)\s+{_OLD}\b",
    re.I,
)
_ENDS = Lazy(
    r"[^.,;:()]{0,44}(?:[.]|$|,)|[^.,;:()]{0,24}\b(?:comes?|stems?|is due|results?|arises?|owes)\b"
)
_PLACED = Lazy(
    r"^[^.,;:()]{0,30}\b(?:on|for|with|at|under|in|when|if|across|using)\s+(?!latency|time|memory|energy|throughput|traffic|cost|the step|step)\w"
)


def _summed_up(before: Sentence, own: Sentence) -> LocalChange | None:
    """A sentence that only sums up the two values of the one before."""
    f = own.readings[0]
    if not _LOOKS_BACK.match(own.text[: f.start]) or not _one_change(own, 0):
        return None
    after = own.after(f, 90)
    if ELSEWHERE.search(own.text[: f.end + 60]) or not _ENDS.match(after):
        return None
    if _PLACED.search(after) or (COMPARED.match(after) and not _OVER_THE_OLD.match(after)):
        return None
    pair = _two_values(before)
    if pair is None:
        return None
    return _local(before, own, 0, pair.old, pair.new, pair.ordered)


def _one_change(sentence: Sentence, k: int) -> bool:
    """Whether a reading is the only change of its sentence."""
    return [i for i, r in enumerate(sentence.readings) if is_change(sentence, r)] == [k]


_CONTRAST = Lazy(
    r"\b(?:while|whereas|but|against|versus|vs\.?|compared|instead|before|previously|stock|baseline|default|without|original|vanilla)\b",
    re.I,
)


_SUPPOSED = Lazy(
    r"\b(?:ideal|theoretical|bound|targets?|goals?|limit|would|could|expected|peak|estimated?|budget|SLO)\b",
    re.I,
)


def _two_values(sentence: Sentence) -> Pair | None:
    """The one pair of values that a sentence tells of, with no factor or third value beside it."""
    readings = sentence.readings
    pairs = [p for p in joined(sentence) if not p.loose]
    if len(pairs) == 1:
        (pair,) = pairs
        alike = [r for r in readings if dimension(r) == dimension(readings[pair.old])]
        if pair.turned or len(alike) != 2 or _has_change(sentence, readings[pair.old]):
            return None
        return pair
    if pairs or not _CONTRAST.search(sentence.text) or _SUPPOSED.search(sentence.text):
        return None
    measured = [i for i, r in enumerate(readings) if _is_result(sentence, r)]
    if len(measured) != 2 or _has_change(sentence, readings[measured[0]]):
        return None
    a, b = measured
    if not comparable(readings[a], readings[b]):
        return None
    return Pair(a, b, False, False, False)


def _has_change(sentence: Sentence, value: Reading) -> bool:
    """Whether a sentence states a factor, or a percentage beside values that are none."""
    return any(
        is_factor(sentence, r) or (is_share(r) and not is_share(value)) for r in sentence.readings
    )


def _is_result(sentence: Sentence, r: Reading) -> bool:
    return is_value(r) and r.quantity.unit in MEASURED and not is_setting(sentence, r)


# -- "The baseline takes A.  Ours takes B, a F speedup." --------------------------------------------

_BASE = Lazy(
    r"\b(?:used to|baselines?|original|vanilla|unmodified|stock|default|old|previous|existing|na[iï]ve|eager|before|without|unoptimi[sz]ed|"
    r"state of the art|prior)\b",
    re.I,
)
_OWN = Lazy(r"\b(?:ours?|we|us|new|now|with|optimi[sz]ed|improved|proposed|this work)\b", re.I)
_NAMED = Lazy(
    r"(?:(?:In contrast|By contrast|Instead|Meanwhile|However),\s+)?(?:[A-Z]\w*[A-Z0-9]\w*|[A-Z][a-z]{2,})(?:-[\w.]+)?\s+(?:only |just |now |already )?(?P<verb>takes?|took|needs?|needed|requires?|uses?|"
    r"used|moves?|moved|draws?|drew|reaches|reached|serves?|served|sustains?|processes|achieves|achieved|consumes?|costs?|runs at|has|finishes in)\b"
)
_STAGE = Lazy(
    r"(?:[A-Z]\w*ing|Prefill|Decode|Attention|Softmax|Communication|Computation|Compute|Inference|Forward|Backward|Optimi[sz]er|"
    r"Encoder|Decoder|Each|This|That|It|One|Setup|Startup|Compilation|Step|Stage|Phase|Layer|Kernel|Reading|Data|Storage)\b"
)
_APPOSED = Lazy(
    r"(?:\s(?:there|here|now|today|already))?(?:\s(?:on|in|at|for|with|under|using|by|per|of)\s[^,;:()—–]{1,30})?[\s\u2009]*[,;—–:(]+\s*"
    r"(?:only |just |still |even )?(?P<said>(?:(?:i\.e\.,?|that is,?|that's|or|which is|hence|thus|so|giving|yielding|making it|for|resulting in|which means|"
    r"which corresponds to|corresponding to|amounting to|it is|this is|that is|ours is|(?:so )?we are)\s+)*)"
    rf"(?:(?:an?|the)\s+)?(?:{_NAME_OF} (?:of|by)\s+)?(?:about |around |roughly |nearly |over |more than )?[≈∼~]?$",
    re.I,
)


def _set_against(before: Sentence, own: Sentence) -> LocalChange | None:
    """One value in each of two parallel sentences; the second sums up."""
    second = [i for i, r in enumerate(own.readings) if _is_result(own, r)]
    first = [
        i
        for i, r in enumerate(before.readings)
        if _is_result(before, r)
        and (len(second) != 1 or dimension(r) == dimension(own.readings[second[0]]))
    ]
    changes = [i for i, r in enumerate(own.readings) if is_change(own, r)]
    if len(first) != 1 or len(second) != 1 or len(changes) != 1:
        return None
    (a,), (b,), (k,) = first, second, changes
    old, new, f = before.readings[a], own.readings[b], own.readings[k]
    if not comparable(old, new) or k != b + 1 or (old.per != new.per and old.per and new.per):
        return None
    if _has_change(before, old):
        return None
    apposed = _APPOSED.match(own.between(new, f))
    if apposed is None or not _parallel(before, own, bool(apposed.group("said"))):
        return None
    after = own.after(f, 80)
    if ELSEWHERE.search(after[:60]) or _PLACED.search(after):
        return None
    compared = COMPARED.match(after)
    if compared and not _OVER_THE_OLD.match(after):
        names = re.findall(r"\b\w*[A-Z]\w*\b", compared.group("np"))
        if not names or any(name not in before.text for name in names):
            return None
    return _local(before, own, k, a, len(before.readings) + b, False, offset=True)


_USED_TO = Lazy(r"\bused to\s(?!train|build|compute|evaluate|measure|store)[a-z]+\b")
_NOW = Lazy(
    r"(?:It|They|This|That|The\s(?:[\w-]+\s){1,3}?)\s?(?:now|only)\s[a-z]+\b|(?:Now|Today),?\s(?:it|they|this|that|we)\b"
)
_SO_WE = Lazy(
    r",\s(?:so|hence|thus|i\.e\.,?|that is,?)\s(?:that\s)?(?:we are|ours is|it is|our [\w-]+ is|we)\b"
)


def _parallel(before: Sentence, own: Sentence, concluded: bool) -> bool:
    """Whether two sentences tell of two systems, and not of two parts of one."""
    if _USED_TO.search(before.text) and _NOW.match(own.text):
        return True
    if concluded and _BASE.search(own.text) and _SO_WE.search(own.text):
        return not _BASE.search(
            before.text
        )  # "We reach A.  The eager one reaches B, so we are F faster."
    if _STAGE.match(before.text) or _STAGE.match(own.text):
        return False
    if _BASE.search(before.text) and _OWN.search(own.text):
        return True
    if re.match(r"(?:Ours?|We)\b", own.text):
        return _NAMED.match(before.text) is not None
    one, other = _NAMED.match(before.text), _NAMED.match(own.text)
    return (
        bool(concluded or re.search(r"\b(?:saving|reduction|savings)\b", own.text))
        and one is not None
        and other is not None
        and one.group("verb")[:4] == other.group("verb")[:4]
    )


# -- "We are F faster.  The step falls from A to B." ------------------------------------------------

_CLAIMS = Lazy(
    r"(?:(?:Overall|In total|In short|As a result|Thus|Hence),\s+)?(?:We|It|Our\s(?:[\w-]+\s){1,3}|The (?:new |proposed |optimi[sz]ed )?(?:system|method|approach|"
    r"scheduler|engine|runtime|design)\s)"
)
_CONDITIONED = Lazy(r"\b(?:on|for|when|if|across|at)\s+(?!average)[A-Z\d\w]", re.I)
_GIVES = Lazy(
    r"(?:The|Its|Our)\s+(?:[\w-]+\s){0,2}?(?P<what>latency|time|runtime|throughput|makespan|footprint|memory|traffic|energy|cost|"
    r"bandwidth|step|iteration|epoch)\s(?:per\s\w+\s)?(?:use\s|usage\s|consumption\s)?(?:falls?|fell|drops?|dropped|goes|went|shrinks?|rises?|rose|grows?|grew|"
    r"improves?|improved|decreases?|decreased|increases?|increased|is reduced|is cut|climbs?)\s+from\s"
)


def _borne_out(before: Sentence, own: Sentence) -> LocalChange | None:
    """A factor whose two values the next sentence gives."""
    if not _GIVES.match(own.text) or not _CLAIMS.match(before.text) or len(before.readings) != 1:
        return None
    f = before.readings[0]
    if not is_change(before, f) or PART.search(before.text) or PART.search(own.text):
        return None
    if ELSEWHERE.search(before.text) or _CONDITIONED.search(before.text):
        return None
    if COMPARED.match(before.after(f, 80)) and not _OVER_THE_OLD.match(before.after(f, 80)):
        return None
    pair = _two_values(own)
    if pair is None or not pair.ordered or _PLACED.search(own.after(own.readings[pair.new], 60)):
        return None
    n = len(before.readings)
    values = own.readings[pair.old], own.readings[pair.new]
    return _change(before, 0, values, n + pair.old, n + pair.new, True)


# -- both -------------------------------------------------------------------------------------------


def _local(
    before: Sentence,
    own: Sentence,
    k: int,
    old: int,
    new: int,
    ordered: bool,
    *,
    offset: bool = False,
) -> LocalChange | None:
    """A change of the later sentence; its new value too stands there with ``offset``."""
    n = len(before.readings)
    # "instead of 418 ms" denies the old value and asserts the change
    told = before.readings[old if offset else new]
    if asserted(before.text, told.start, Where.BODY) is Asserted.NO:
        return None
    values = before.readings[old], own.readings[new - n] if offset else before.readings[new]
    made = _change(own, k, values, old, new, ordered)
    return None if made is None else replace(made, change=n + k)


def _change(
    sentence: Sentence, k: int, values: tuple[Reading, Reading], old: int, new: int, ordered: bool
) -> LocalChange | None:
    """A change with its words, inferred; None where they are about something else."""
    f = sentence.readings[k]
    word = change_word(sentence, f, is_share(values[0])) or bare_word(sentence, f)
    if word is None or not may_concern(sentence, f, values[0]):
        return None
    since = sentence.readings[k - 1].end if k else 0
    if not names_its_measure(sentence.text[since : f.start], values[0]):
        return None
    if word is ChangeWord.PERCENT_LESS and f.quantity.point < 0:
        ordered = False
    return LocalChange(k, old, new, word, ordered, How.INFERRED, frozenset())
