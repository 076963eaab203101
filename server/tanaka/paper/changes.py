"""Factors and percentages with the two values stated for them, found in one sentence.

Pairing is by grammar, never by nearness alone: "from A to B, a F", "A, F better than X (B)",
"A, while B, a F difference", "A / B = F", "A of B (F)".  A factor is taken with two values only
where the words between them make them its own; all else is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.paper.wording import MEASURED_NOUNS, VERBS, change_word, may_concern, own_words
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


# Words in reach that say the factor is about something else than this pair.
_CUES = {
    "across": r"\bacross\b|\bsuite\b|\bover all\b|\ball (?:workloads|models|benchmarks|configurations|datasets)\b",
    "average": r"\baverage\b|\bmean\b|\bgeomean\b|\bgeometric\b|\bon avg\b|\bmedian\b",
    "metric": r"\bat equal\b|\biso-|\bat the same (?:latency|accuracy|throughput)\b",
    "kernel": r"\bkernel\b|\bend[- ]to[- ]end\b|\boverall\b",
    "stack": r"\bon top\b|\bfurther\b|\banother\b|\badditional(?:ly)?\b|\bcumulative\w*\b|\bremaining\b|\bcombined\b|\btogether\b",
    "scale": r"\bper (?:request|query|user|GPU|node|device|chip|core|layer|worker)\b|\beach\b|\baggregate\b|\btotal\b",
    "percentile": r"\bp\d\d\b|\bpercentile\b|\btail\b",
}


@lru_cache(maxsize=16384)
def changes(sentence: Sentence) -> tuple[LocalChange, ...]:
    """Changes of a sentence whose operands the grammar gives, each factor at most once."""
    if len(sentence.readings) < 3:
        return ()
    if re.search(r"\brespectively\b", sentence.text):
        return tuple(_respectively(sentence))
    found: dict[int, LocalChange] = {}
    for pattern in (_equations, _shares, _by, _comparands, _pairs, _contrasts, _parts):
        for change in pattern(sentence, frozenset(found)):
            found.setdefault(change.change, change)
    return tuple(found[i] for i in sorted(found))


# -- readings -----------------------------------------------------------------------------------


def _is_change(r: Reading) -> bool:
    """Whether a reading can be a change: one factor or percentage, no bound from above."""
    return (
        r.quantity.shown_unit in ("×", "%", "points")
        and not isinstance(r.quantity.value, tuple)
        and r.quantity.qualifier not in (Qualifier.MAX, Qualifier.RANGE)
    )


def _is_share(r: Reading) -> bool:
    return r.quantity.shown_unit == "%"


def _dimension(r: Reading) -> tuple[str, str]:
    shown = r.quantity.shown_unit
    if shown in ("%", "×", "points"):
        return shown, ""
    if r.quantity.unit != "1":
        return r.quantity.unit, ""
    return "1", r.noun or (shown and str(r.kind))  # 8K of context and 8B parameters differ


def _is_value(r: Reading) -> bool:
    return (
        not isinstance(r.quantity.value, tuple)
        and r.quantity.shown_unit not in ("×", "points")
        and r.quantity.point > 0
    )


def _is_measured(r: Reading) -> bool:
    """Whether a value is more than a bare count: it has a unit, a counted noun, or decimals."""
    q = r.quantity
    return q.unit != "1" or q.shown_unit == "%" or bool(r.noun) or "." in q.literal.text


def _is_setting(sentence: Sentence, r: Reading) -> bool:
    """Whether a value is given to a symbol, as in "K = 3": a choice, no result."""
    return re.search(r"[\w)}\]]\s?=\s?$", sentence.text[: r.start]) is not None


def _comparable(a: Reading, b: Reading) -> bool:
    return _is_value(a) and _is_value(b) and _dimension(a) == _dimension(b)


def _elliptic(a: Reading, b: Reading) -> bool:
    """Whether ``b`` may leave out the unit of ``a``: "30.96 tok/s (1.44x over the 21.55 ...)"."""
    return (
        _is_value(a)
        and _is_value(b)
        and a.quantity.unit != "1"
        and a.quantity.scale == 1.0
        and b.quantity.unit == "1"
        and b.quantity.shown_unit == ""
        and not b.noun
        and "." in b.quantity.literal.text
    )


def _without_asides(text: str) -> str:
    """Text without what stands in closed brackets."""
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", text)


def _made(
    sentence: Sentence,
    change: int,
    old: int,
    new: int,
    word: ChangeWord,
    *,
    ordered: bool,
    how: How,
) -> LocalChange:
    readings = sentence.readings
    start = min(readings[change].start, readings[old].start, readings[new].start)
    end = max(readings[change].end, readings[old].end, readings[new].end)
    around = sentence.text[max(0, start - 25) : end + 40]
    cues = frozenset(n for n, p in _CUES.items() if re.search(p, around, re.I))
    return LocalChange(change, old, new, word, ordered, how, cues)


# -- "29.34 / 16.33 = 1.80x" --------------------------------------------------------------------


def _equations(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    readings = sentence.readings
    for i in range(len(readings) - 2):
        a, b, f = readings[i : i + 3]
        if (
            f.quantity.shown_unit == "×"
            and _is_change(f)
            and _comparable(a, b)
            and re.fullmatch(r"\s*(?:/|÷)\s*", sentence.between(a, b))
            and re.fullmatch(r"\s*[=≈]\s*", sentence.between(b, f))
        ):
            yield _made(
                sentence, i + 2, i, i + 1, ChangeWord.TIMES_FASTER, ordered=True, how=How.STATED
            )


# -- "from A to B, a F" and "F (A vs. B)" -------------------------------------------------------

_STOP = Lazy(
    r";|\b(?:while|whereas|but|however|although|despite|spite|exchange|expense|return|trad(?:e|es|ing)|on (?:the )?other)\b|"
    r"\b(?:cost|price) of\b",
    re.I,
)
# Between two values and the factor stated for them stand such words and no others.
_LINK = Lazy(
    r"[\s\u2009)]*(?:(?:on|in|at|for|per|with|under|using|during|after)\s(?:(?!\band\b)[^,;:()—–]){1,44})?"
    r"(?:[\s,:(—–≈∼~+−-]|\bi\.e\.|\band (?:thus|hence|so|therefore|gives?|yields?|is|corresponds?|means)\b|\b(?:that|is|or|for|thus|hence|so|therefore|which|this|it|a|an|the|was|are|gives?|"
    r"giving|yields?|yielding|results?|resulting|in|correspond\w*|to|represent\w*|achiev\w*|deliver\w*|provid\w*|amount\w*|"
    r"means?|meaning|improv\w*|reduc\w*|speed\w*|speed-?ups?|slow-?downs?|increas\w*|decreas\w*|gains?|savings?|drops?|compression|overhead|growth|factor|by|roughly|"
    r"about|nearly|almost|around|total|overall|further|net|of|relative|absolute|additional|only|mere|just|some|more|than|up|"
    r"we|us|our|end-to-end|i\.e)\b)*",
    re.I,
)
# What is turned from one value to the next is no result: "raising the batch from 8 to 64".
_TURNED = Lazy(
    r"^\s*(?:and |then |e\.g\. |even |by |when |as |if |once )*"
    r"(?:when|as|if|once|increasing|raising|scaling|varying|changing|sweeping|moving|going|switching|growing|doubling|"
    r"extending|widening|enlarging|setting|tuning)\b|"
    r"\b(?:batch|context|sequence|prompt|window|frequency|clock|learning rate|dropout|threshold|temperature|sparsity|"
    r"concurrency|depth|rank|degree|resolution|hop|injected|precision|lengths?|(?:message|block|page|chunk|problem|input|"
    r"buffer|tile|hidden|vocabulary|batch|cache|queue|world) sizes?|number of|cap|caps|limit)\b",
    re.I,
)
_COMPARED = Lazy(
    r"\W*(?:[\w-]+\s){0,4}?(?:than|over|compared (?:to|with)|relative to|against|that of)\s+(?P<np>[^,.;()]{1,40})",
    re.I,
)


def _names_another(sentence: Sentence, f: Reading) -> bool:
    """Whether a factor is over a named system that its own two values do not name."""
    match = _COMPARED.match(sentence.after(f, 80))
    if not match:
        return False
    names = re.findall(r"\b\w*[A-Z]\w*\b", match.group("np"))
    return any(name not in sentence.text[: f.start] for name in names)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two values that the words join, and whether they say which is old."""

    old: int
    new: int
    ordered: bool
    turned: bool
    loose: bool


def _pairs(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    readings = sentence.readings
    done = set(taken)
    joined = [p for p in _joined(sentence) if not p.turned]
    if len(joined) > 1:
        done |= _in_a_list(sentence)  # two pairs, then two factors: which is whose is not said
    for pair in joined:
        near = sorted(
            (distance, i)
            for i, r in enumerate(readings)
            if _is_change(r)
            and i not in (pair.old, pair.new)
            and i not in done
            and (distance := _attached(sentence, i, pair)) is not None
        )
        for _, i in near[:1]:
            r = readings[i]
            word = change_word(sentence, r, _is_share(readings[pair.old])) or _bare(sentence, r)
            if word is None or not may_concern(sentence, r, readings[pair.old]):
                continue
            others = [
                j
                for j, o in enumerate(readings)
                if j not in (pair.old, pair.new, i)
                and _dimension(o) == _dimension(readings[pair.old])
            ]
            after = r.start > readings[max(pair.old, pair.new)].start
            other = after and _names_another(sentence, r)
            loose = pair.loose or (others and not pair.ordered) or other
            done.add(i)
            yield _made(
                sentence, i, pair.old, pair.new, word,
                ordered=pair.ordered, how=How.INFERRED if loose else How.STATED,
            )  # fmt: skip


def _in_a_list(sentence: Sentence) -> set[int]:
    """Factors that stand in a list with others: "2.2x and 2.6x"."""
    readings = sentence.readings
    found: set[int] = set()
    for i in range(len(readings) - 1):
        both = _is_change(readings[i]) and _is_change(readings[i + 1])
        if both and re.fullmatch(
            r"\s*(?:,|,?\s*(?:and|or)|/)\s*", sentence.between(readings[i], readings[i + 1])
        ):
            found |= {i, i + 1}
    return found


def _joined(sentence: Sentence) -> Iterator[_Pair]:
    text, readings = sentence.text, sentence.readings
    asides = [m.span() for m in re.finditer(r"\([^()]*\)", text)]

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
        if j >= len(readings):
            continue
        a, b = readings[i], readings[j]
        if not _comparable(a, b) or _is_setting(sentence, a):
            continue
        gap = text[a.end : b.start] if j == i + 1 else _without_asides(text[a.end : b.start])
        lead = text[max(0, a.start - 30) : a.start]
        start = re.search(
            r"\b[Ff]rom(?: (?:about|around|roughly|an? (?:average|mean|median) of|a|an|the baseline's|[A-Z][\w-]*'s))?\s*[≈∼~$]?$",
            lead,
        )
        to = re.fullmatch(
            r"[\s\u2009]*(?:\([^()]{0,40}\)\s*)?(?:[\w\s-]{0,40}?\s)?(?:down |up |back )?to\s*(?:only |just |about |around |roughly |a |an )?[≈∼~$]?\s*",
            gap,
        )
        if (start and to) or re.fullmatch(r"[\s\u2009]*(?:→|⇒)[\s\u2009]*", gap):
            clause = re.split(r"[,;:()—–]", text[: a.start])[-1]
            turned = start is not None and _TURNED.search(clause) is not None
            yield _Pair(i, j, True, turned, False)
        elif (
            re.search(r"\(\s*[≈∼~]?$", lead)
            and re.fullmatch(r"[\s\u2009]*to[\s\u2009]*", gap)
            and re.match(r"[\s\u2009]*[),]", text[b.end :])
            and _digits(a) >= 3 <= _digits(b)
        ):
            yield _Pair(i, j, True, False, True)  # "(36.2 to 176.3 tok/s)" may be a range
        elif re.fullmatch(
            r"[\s\u2009]*(?:\([^()]{0,30}\)\s*)?(?:[\w' -]{0,32}?\s)?(?:vs\.?|versus|against|compared (?:to|with)|instead of|rather than|in place of)\s+"
            r"(?:[\w' -]{0,32}?\s)?[≈∼~]?",
            gap,
        ):
            yield _Pair(j, i, False, False, False)


def _digits(r: Reading) -> int:
    return len(re.sub(r"\D", "", r.quantity.literal.text).lstrip("0"))


def _closed_off(text: str, start: int, r: Reading, end: int) -> bool:
    """Whether a reading stands in brackets that open and close between two offsets."""
    return any(
        start + m.start() < r.start < start + m.end()
        for m in re.finditer(r"\([^()]*\)", text[start:end])
    )


def _rivals(r: Reading, value: Reading) -> bool:
    """Whether a reading between two values and a factor could be meant instead of one of them."""
    return r.quantity.shown_unit in ("×", "%", "points") or _dimension(r) == _dimension(value)


def _bare(sentence: Sentence, r: Reading) -> ChangeWord | None:
    """A factor alone in its brackets, "(3.28x)" or "(+5.5%)", can be read every way."""
    before, after = sentence.before(r, 12), sentence.after(r, 8)
    if not (re.search(r"[(,]\s*[≈∼~+−-]?$", before) and re.match(r"\s*(?:[),.;]|$)", after)):
        return None
    if r.quantity.shown_unit == "×":
        return ChangeWord.TIMES_FASTER
    return ChangeWord.PERCENT_FASTER if r.quantity.shown_unit == "%" else ChangeWord.POINTS


def _attached(sentence: Sentence, factor: int, pair: _Pair) -> int | None:
    """Distance of a factor from a pair it belongs to; None where the words part them."""
    readings, text = sentence.readings, sentence.text
    f = readings[factor]
    first, last = sorted((readings[pair.old], readings[pair.new]), key=lambda r: r.start)
    if f.start >= last.end:
        gap = text[last.end : f.start]
        if any(
            _rivals(r, first)
            for r in readings
            if last.end <= r.start < f.start and not _closed_off(text, last.end, r, f.start)
        ):
            return None
        if len(gap) > 90 or _STOP.search(gap) or not _LINK.fullmatch(_without_asides(gap)):
            return None
        return len(gap)
    if f.end <= first.start:
        gap = text[f.end : first.start]
        if any(_rivals(r, first) for r in readings if f.end <= r.start < first.start):
            return None
        if len(gap) > 90 or _STOP.search(gap) or re.search(r"\b(?:when|as|if)\b", gap):
            return None
        outcome = re.search(r",\s*[a-z]+ing\b[^,;()]{0,44}\bfrom\s*[≈∼~$]?$", gap)
        if (
            re.search(rf"\b(?:{VERBS})\b", gap, re.I)
            and not gap.lstrip().startswith(("faster", "(", ","))
            and not outcome
        ):
            return None
        if not re.search(r"\bfrom\b|\(|,|:|—|–", gap):
            return None
        return len(gap) + 5
    return None


# -- "A, F better than X (B)" -------------------------------------------------------------------

_PREPOSITION = (
    r"than|over|above|below|under|vs\.?|versus|against|relative to|compared (?:to|with)|that of|on"
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


def _comparands(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    text, readings = sentence.text, sentence.readings
    used: set[int] = set()
    for i, f in enumerate(readings):
        if i in taken or not _is_change(f) or i in used:
            continue
        for j in range(i + 1, len(readings)):
            b = readings[j]
            gap = text[f.end : b.start]
            if b.quantity.shown_unit in ("×", "points") or len(gap) > 90:
                break
            match = _TO_COMPARAND.match(gap)
            if not match or _NEW_CLAUSE.search(gap):
                continue
            if _is_setting(sentence, b) or not _is_measured(b):
                continue
            a = _subject(sentence, i, b, used)
            if a is None:
                continue
            elliptic = not _comparable(readings[a], b)
            if match.group("plain") is not None and not elliptic and match.group("prep") is None:
                continue
            own = match.group("paren") is not None or re.search(r"['’]s\s+\S*$", gap)
            if match.group("name") is not None and not (own and f.quantity.shown_unit == "×"):
                continue
            if _is_share(b) and match.group("paren") is None and match.group("of") is None:
                continue
            word = _comparing(sentence, f, _is_share(b), match)
            if word is None or not may_concern(sentence, f, readings[a]):
                continue
            rivals = [
                k for k in range(i)
                if k not in (a, *used) and _dimension(readings[k]) == _dimension(readings[a])
            ]  # fmt: skip
            used.add(j)
            how = How.INFERRED if elliptic or rivals else How.STATED
            yield _made(sentence, i, j, a, word, ordered=True, how=how)
            break


def _subject(sentence: Sentence, factor: int, b: Reading, used: set[int]) -> int | None:
    """The value that a factor is said of: the nearest of its comparand's dimension before it."""
    readings = sentence.readings
    f = readings[factor]
    for a in range(factor - 1, -1, -1):
        r = readings[a]
        if a in used or not (_comparable(r, b) or _elliptic(r, b)):
            continue
        if _is_setting(sentence, r) or not _is_measured(r):
            continue
        gap = _without_asides(sentence.text[r.end : f.start])
        reach = 70 if not used else 150
        if len(gap) > reach or _STOP.search(gap) or (re.search(r"\bthan\b", gap) and not used):
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
    if f.quantity.shown_unit == "×":
        return ChangeWord.TIMES_FASTER
    if f.quantity.shown_unit == "%":
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


def _by(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    text, readings = sentence.text, sentence.readings
    for i, f in enumerate(readings):
        if i < 2 or i in taken or not _is_change(f):
            continue
        b = readings[i - 1]
        if not re.fullmatch(
            r"[\s\u2009)]*by\s+(?:about|around|roughly|nearly|almost|some|only|over|more than)?\s*[≈∼~]?",
            sentence.between(b, f),
        ):
            continue
        for k in range(i - 2, -1, -1):
            a = readings[k]
            elliptic = _elliptic(a, b)
            if not (_comparable(a, b) or elliptic):
                continue
            gap = text[a.end : b.start]
            if len(gap) > 110 or re.search(r";|\bwhile\b|\bwhereas\b|\bbut\b", gap):
                break
            if not _BEATS.search(gap) or not may_concern(sentence, f, a):
                break
            shares = _is_share(b)
            word = (
                ChangeWord.TIMES_FASTER if f.quantity.shown_unit == "×"
                else ChangeWord.POINTS if f.quantity.shown_unit == "points"
                else ChangeWord.PERCENT_FASTER
            )  # fmt: skip
            rivals = any(
                _dimension(r) == _dimension(a)
                for n, r in enumerate(readings)
                if n not in (k, i - 1, i)
            )
            how = How.INFERRED if elliptic or (rivals and not shares) else How.STATED
            if rivals and shares:
                break
            yield _made(sentence, i, i - 1, k, word, ordered=True, how=how)
            break


# -- "A ..., while B ...: a F difference" -------------------------------------------------------

_CONTRAST = Lazy(
    r"\b(?:while|whereas|but|versus|vs\.?|against|compared|instead|yet|only|in contrast)\b", re.I
)
_CONCLUDED = Lazy(r"\b(?:so|hence|thus|therefore|i\.e|that is|making|makes)\b", re.I)
_APPOSED = Lazy(
    r"(?:\s(?:on|in|at|for|with|under|using|by)\s[^,;:()—–]{1,40})?[\s\u2009]*(?:[,;—–:(-]|\))+\s*"
    r"(?:(?:i\.e\.,?|that is,?|or|giving|yielding|for|resulting in|a|an|about|roughly|nearly|some|over|more than|so|hence|thus|"
    r"therefore|making (?:it|us|ours)|"
    r"which (?:is|means|makes us|translates (?:in)?to|corresponds to|amounts to|equates to)|"
    r"(?:translating|corresponding|amounting) (?:in)?to|"
    r"(?:that )?(?:we|it|ours) (?:are|is)|(?:an?|the) (?:overhead|difference|gain|gap|savings?|reduction|speed-?up|slow-?down|"
    r"improvement|factor|ratio) (?:is|of|was))\s+)*[≈∼~]?",
    re.I,
)
# "Compared with the baseline (2.4 s), ours (1.1 s) is 3.1x faster"
_PREDICATED = Lazy(
    r"[\s\u2009]*\)\s*(?:is|are|was|runs|becomes)\s+(?:about |nearly |roughly |over |more than )?[≈∼~]?"
)
_OURS = Lazy(
    r"\b(?:baseline|original|existing|vanilla|unmodified)\b.*\b(?:ours?|we|us)\b|\b(?:ours?|we)\b.*\b(?:baseline|original|existing|vanilla)\b",
    re.I,
)
_MEASURED = frozenset({"s", "byte", "J", "W", "USD", "FLOP", "FLOP/s", "op/s", "byte/s", "token/s", "sample/s", "request/s",
                       "op/J", "J/byte"})  # fmt: skip


def _has_unit(r: Reading) -> bool:
    return r.quantity.unit in _MEASURED or r.noun in MEASURED_NOUNS


def _contrasts(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    text, readings = sentence.text, sentence.readings
    done = set(taken)
    for i, f in enumerate(readings):
        if i in taken or f.quantity.shown_unit not in ("×", "%") or not _is_change(f) or i < 2:
            continue
        if not _apposed(sentence, i, done):
            continue
        word = change_word(sentence, f, False)
        if word is None:
            continue
        concerned = [
            k for k in range(i)
            if _is_value(readings[k]) and _has_unit(readings[k]) and may_concern(sentence, f, readings[k])
        ]  # fmt: skip
        if not concerned:
            continue
        dimension = _dimension(readings[concerned[-1]])
        if not _names_metric(sentence, f) and concerned[-1] != _last_value(readings, i, done):
            continue
        two = [k for k in concerned if _dimension(readings[k]) == dimension]
        if len(two) != 2:
            continue
        a, b = two
        told = text[readings[i - 1].end : f.start] + own_words(sentence, f)
        differ = re.search(r"\b(?:difference|gap|ratio)\b", told) is not None
        set_apart = _CONTRAST.search(text[: readings[b].start]) or _OURS.search(text[: f.start])
        if not (set_apart or _CONCLUDED.search(told) or differ):
            continue
        if _COMPARED.match(sentence.after(f, 80)) and not differ:
            continue  # over something that may be neither of the two
        if readings[b].quantity.qualifier in (Qualifier.MAX, Qualifier.MIN):
            continue
        total = [k for k, r in enumerate(readings) if _dimension(r) == dimension]
        loose = len(total) > 2
        done.add(i)
        yield _made(
            sentence, i, b, a, word, ordered=False, how=How.INFERRED if loose else How.STATED
        )


def _last_value(readings: tuple[Reading, ...], before: int, changes: set[int]) -> int:
    return max(
        (k for k in range(before) if k not in changes and _is_value(readings[k])), default=-1
    )


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
    if _is_change(last) and factor - 1 in done:
        # "28x less energy and 700x faster": the second of two that sum up the same values
        return re.fullmatch(r"(?:\s[\w-]+){1,4}\s+and\s+(?:about )?", gap) is not None
    return _APPOSED.fullmatch(gap) is not None or _PREDICATED.fullmatch(gap) is not None


# -- "A, which is F of the B" -------------------------------------------------------------------

_PREDICATE = Lazy(
    r"[^;:]{0,40}?(?:[,(—–]|\b(?:is|are|represents?|utili[sz](?:es|ing)|us(?:es|ing)|accounts? for|makes? up|consum(?:es|ing)|"
    r"corresponds? to|equals?|or|i\.e\.)\b)\s*(?:(?:which is|i\.e\.,?|that is,?|or|only|just|about|around|roughly|merely|some)\s*)*[≈∼~]?",
    re.I,
)


def _parts(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    text, readings = sentence.text, sentence.readings
    for i in range(1, len(readings) - 1):
        f, b = readings[i], readings[i + 1]
        if i in taken or f.quantity.shown_unit != "%" or not _is_change(f):
            continue
        a = readings[i - 1]
        if not _comparable(a, b) or a.quantity.unit not in _MEASURED:
            continue
        whole = re.fullmatch(
            r"[\s\u2009]+of[\s\u2009]+(?:the|its|our|all|their)[\s\u2009]+(?:[\w-]+[\s\u2009]+){0,4}?(?:of\s+)?[≈∼~]?",
            sentence.between(f, b),
        )
        if not whole or not _PREDICATE.fullmatch(sentence.between(a, f)):
            continue
        if re.match(r"[^.;,]{0,60}\b(?:is|are|was|were|goes|spent|comes?)\b", text[b.end :]):
            continue
        if any(
            _dimension(r) == _dimension(a)
            for k, r in enumerate(readings)
            if k not in (i - 1, i + 1)
        ):
            continue
        yield _made(sentence, i, i + 1, i - 1, ChangeWord.SHARE, ordered=True, how=How.STATED)


# -- "90 of 301 kernels (30%)" ------------------------------------------------------------------

_OF = Lazy(r"[\s\u2009]*(?:out of|of)(?: the| all| a total of)?[\s\u2009]*|\s?/\s?")


def _shares(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Shares of counts: "90 of 301 kernels (30%)", "30% (90/301)", "0.6% (27 ms out of 4521 ms)"."""
    readings, text = sentence.readings, sentence.text
    for i in range(len(readings) - 2):
        a, b, c = readings[i : i + 3]
        if (
            _OF.fullmatch(sentence.between(a, b))
            and c.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,40}?[\s\u2009]*[(,][\s\u2009]*(?:or |i\.e\.,? |about )?", sentence.between(b, c))
            and _part_of(a, b)
            and text[c.end : c.end + 1] in (")", ",", ".", "")
        ):  # fmt: skip
            yield LocalChange(i + 2, i + 1, i, ChangeWord.SHARE, True, How.STATED, frozenset())
        elif (
            c.quantity.shown_unit == "%"
            and _part_of(b, a)
            and _out_of(sentence, i)
            and re.fullmatch(r"[^()%;,.]{0,40}?\(\s*(?:about )?", sentence.between(b, c))
            and text[c.end : c.end + 1] == ")"
        ):
            yield LocalChange(i + 2, i, i + 1, ChangeWord.SHARE, True, How.STATED, frozenset())
        elif (
            a.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,30}?[\s\u2009]*\([\s\u2009]*", sentence.between(a, b))
            and _OF.fullmatch(sentence.between(b, c))
            and _part_of(b, c)
            and re.match(r"[^()]{0,40}\)", text[c.end :])
        ):  # fmt: skip
            yield LocalChange(i, i + 2, i + 1, ChangeWord.SHARE, True, How.STATED, frozenset())


def _out_of(sentence: Sentence, i: int) -> bool:
    """Whether a count is the whole of the next: "Of the 720 runs, 281 diverge"."""
    whole, part = sentence.readings[i], sentence.readings[i + 1]
    return (
        re.search(
            r"(?:^|[,;:(]\s*)[Oo]f (?:(?:the|all|these|our|those) )*$", sentence.text[: whole.start]
        )
        is not None
        and re.fullmatch(r"[^;:()]{0,44},\s*(?:only |just )?", sentence.between(whole, part))
        is not None
        and part.quantity.point <= whole.quantity.point
    )


def _part_of(part: Reading, whole: Reading) -> bool:
    """Whether two readings are counts of the same things, or amounts of one measured unit."""
    if all(_whole(r) for r in (part, whole)):
        return True
    return (
        _comparable(part, whole)
        and part.quantity.unit in _MEASURED
        and whole.kind is not Kind.SPEEDUP
        and part.quantity.point <= whole.quantity.point
    )


def _whole(r: Reading) -> bool:
    return (
        r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and not isinstance(r.quantity.value, tuple)
        and float(r.quantity.point).is_integer()
    )


# -- "A, F and G faster than X (B) and Y (C), respectively" -------------------------------------


def _respectively(sentence: Sentence) -> Iterator[LocalChange]:
    """Factors in a list, then as many values in brackets; they pair by their place."""
    text, readings = sentence.text, sentence.readings
    for i in range(1, len(readings)):
        size = 1
        while (
            i + size < len(readings)
            and _is_change(readings[i + size - 1])
            and readings[i].quantity.shown_unit == readings[i + size].quantity.shown_unit == "×"
            and _is_change(readings[i + size])
            and re.fullmatch(r"\s*(?:,|,?\s*and|/)\s*", sentence.between(readings[i + size - 1], readings[i + size]))
        ):  # fmt: skip
            size += 1
        if size < 2:
            continue
        values = [
            k for k in range(i + size, len(readings))
            if re.search(r"\(\s*[≈∼~]?$", text[: readings[k].start]) and _is_value(readings[k])
        ]  # fmt: skip
        subject = readings[i - 1]
        end = text.find("respectively")
        values = [k for k in values if readings[k].start < end]
        alike = [k for k, r in enumerate(readings) if _dimension(r) == _dimension(subject)]
        if len(values) != size or alike != [i - 1, *values] or not _is_value(subject):
            return
        for n in range(size):
            word = change_word(sentence, readings[i + size - 1], False) or ChangeWord.TIMES_FASTER
            if not may_concern(sentence, readings[i + size - 1], subject):
                return
            yield _made(sentence, i + n, values[n], i - 1, word, ordered=True, how=How.STATED)
        return
