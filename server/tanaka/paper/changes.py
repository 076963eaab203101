"""Factors and percentages with the two values stated for them, found in one sentence.

Pairing is by grammar, never by nearness alone: "from A to B", "A against B", "A (B)".  A factor
is taken with a pair only where the words between them make it the pair's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.quantity import Qualifier, Reading


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


_LESS = (
    r"less|lower|fewer|smaller|reduc\w*|decreas\w*|drop\w*|sav(?:es?|ed|ings?)|shorter|cheaper|cut|lowers|shrink\w*|"
    r"decline|fall|slower|compress\w*"
)
_FASTER = r"faster|quicker|speed-?\s?ups?|speeds?|accelerat\w*|improve\w*|better|gains?|outperform\w*|boost\w*"
_MORE = r"more|higher|larger|greater|increas\w*|longer|bigger|rise|growth|overhead|extra|additional|grow\w*"
_LESS_VERB = (
    r"reduc(?:es?|ed|ing)|cuts?|cutting|lower(?:s|ed|ing)?|shrinks?|shrank|drop(?:s|ped)?|decreas(?:es?|ed|ing)|falls?|fell|"
    r"sav(?:es?|ed|ing)|declines?|declined|shortens?|shortened|trims?|trimmed"
)
_MORE_VERB = r"increas(?:es?|ed|ing)|rais(?:es?|ed|ing)|grows?|grew|rises?|rose|climbs?|inflates?"
_FAST_VERB = r"improv(?:es?|ed|ing)|speeds? up|sped up|accelerat(?:es?|ed|ing)|boost(?:s|ed|ing)?|outperforms?|gains?"
_NOUN_GAP = r"(?:\s+(?:a|an|the|in|of|its|end-to-end|relative|absolute|throughput|latency|step|training|time|wall-clock|overall|"
_NOUN_GAP += r"total|memory|energy|traffic|bandwidth|communication|performance|iteration|per-step|net|raw|peak|average|median|mean))"

# Words in reach that say the factor is about something else than this pair.
_CUES = {
    "across": r"\bacross\b|\bsuite\b|\bover all\b|\ball (?:workloads|models|benchmarks|configurations|datasets)\b",
    "average": r"\baverage\b|\bmean\b|\bgeomean\b|\bgeometric\b|\bon avg\b|\bmedian\b",
    "respectively": r"\brespectively\b",
    "metric": r"\bat equal\b|\bper (?:request|query|user)\b|\biso-|\bat the same (?:latency|accuracy|throughput)\b",
    "kernel": r"\bkernel\b|\bend[- ]to[- ]end\b|\boverall\b",
    "stack": r"\bon top\b|\bfurther\b|\banother\b|\badditional(?:ly)?\b|\bcumulative\w*\b|\bremaining\b|\bcombined\b|\btogether\b",
    "scale": r"\bper (?:GPU|node|device|chip|core|layer|worker)\b|\beach\b|\baggregate\b|\btotal\b",
    "percentile": r"\bp\d\d\b|\bpercentile\b|\btail\b",
}


@lru_cache(maxsize=16384)
def changes(sentence: Sentence) -> tuple[LocalChange, ...]:
    """Changes of a sentence whose operands the grammar gives."""
    text, readings = sentence.text, sentence.readings
    if len(readings) < 3 or "respectively" in text:
        return ()
    factors = [i for i, r in enumerate(readings) if _is_change(r)]
    pairs = _pairs(sentence)
    out: list[LocalChange] = []
    taken: set[int] = set()
    for a, b, ordered in pairs:
        best: tuple[int, int] | None = None
        for i in factors:
            if i in (a, b) or i in taken:
                continue
            distance = _attached(sentence, i, a, b)
            if distance is not None and (best is None or distance < best[0]):
                best = (distance, i)
        if best is None:
            continue
        i = best[1]
        word = change_word(sentence, readings[i], _is_share(readings[a]))
        if word is None or readings[i].quantity.qualifier in (Qualifier.MAX, Qualifier.RANGE):
            continue
        taken.add(i)
        around = text[
            max(0, min(readings[i].start, readings[a].start) - 25) : max(
                readings[i].end, readings[b].end
            )
            + 40
        ]
        cues = frozenset(n for n, p in _CUES.items() if re.search(p, around, re.I))
        same_unit = [
            r
            for j, r in enumerate(readings)
            if j not in (a, b, i) and _dimension(r) == _dimension(readings[a])
        ]
        rivals = len(same_unit) > 0 and not ordered
        out.append(
            LocalChange(i, a, b, word, ordered, How.INFERRED if rivals else How.STATED, cues)
        )
    out += _shares(sentence, taken)
    return tuple(out)


def _is_change(r: Reading) -> bool:
    return r.quantity.shown_unit in ("×", "%", "points") and not isinstance(r.quantity.value, tuple)


def _is_share(r: Reading) -> bool:
    return r.quantity.shown_unit == "%"


def _dimension(r: Reading) -> tuple[str, str]:
    shown = r.quantity.shown_unit
    if shown in ("%", "×", "points"):
        return shown, ""
    return r.quantity.unit, r.noun if r.quantity.unit == "1" else ""


def _comparable(a: Reading, b: Reading) -> bool:
    if isinstance(a.quantity.value, tuple) or isinstance(b.quantity.value, tuple):
        return False
    if _dimension(a) != _dimension(b) or a.quantity.shown_unit in ("×", "points"):
        return False
    return a.quantity.point > 0 and b.quantity.point > 0


def _pairs(sentence: Sentence) -> list[tuple[int, int, bool]]:
    """Index of the old value, of the new one, and whether the words say which is which."""
    text, readings = sentence.text, sentence.readings
    found: list[tuple[int, int, bool]] = []
    for i in range(len(readings) - 1):
        a, b = readings[i], readings[i + 1]
        if not _comparable(a, b):
            continue
        gap = sentence.between(a, b)
        lead = text[max(0, a.start - 30) : a.start]
        if (
            re.search(
                r"\bfrom(?: (?:about|around|roughly|an? (?:average|mean|median) of|a|an|the baseline's|[A-Z][\w-]*'s))?\s*[≈∼~$]?$",
                lead,
            )
            and re.fullmatch(
                r"[\s\u2009]*(?:\([^()]{0,40}\)\s*)?(?:[\w\s-]{0,40}?\s)?(?:down |up |back )?to\s*(?:only |just |about |around |roughly |a |an )?[≈∼~$]?\s*",
                gap,
            )
        ) or re.fullmatch(r"[\s\u2009]*(?:→|⇒)[\s\u2009]*", gap):
            found.append((i, i + 1, True))
        elif re.fullmatch(
            r"[\s\u2009]*(?:\([^()]{0,30}\)\s*)?(?:[\w' -]{0,32}?\s)?(?:vs\.?|versus|against|compared (?:to|with)|instead of|rather than|in place of)\s+"
            r"(?:[\w' -]{0,32}?\s)?[≈∼~]?",
            gap,
        ):
            found.append((i + 1, i, False))
    return found


_STOP = re.compile(
    r";|\bwhile\b|\bwhereas\b|\bbut\b|\bhowever\b|\band (?!(?:hence|thus|therefore|so|gives?|yields?|is|i\.e\.|corresponds)\b)|"
    r"\bon (?:the )?other\b|\bcompared\b.*\bwe\b",
    re.I,
)
_LINK = re.compile(
    r"^[\s\u2009]*(?:(?:per|a|an|on|in|for|with|at) [\w\s-]{1,28})?(?:[,:(—–-]|\bi\.e\.|\bor\b|\bfor\b|\bwhich\b|\bthat is\b|\bgiv|\byield|\bresult|\bcorrespond|\brepresent|\ba\b|\ban\b|\bis\b|"
    r"\bthus\b|\bhence\b|\band (?:hence|thus|therefore|so|gives?|yields?|is)\b|\bachiev|\bby\b|\bimprov|\bspeed)",
    re.I,
)


def _attached(sentence: Sentence, factor: int, a: int, b: int) -> int | None:
    """Distance of a factor from a pair it belongs to; None where the words part them."""
    readings = sentence.readings
    f, first, last = readings[factor], readings[min(a, b)], readings[max(a, b)]
    if f.start >= last.end:
        gap = sentence.text[last.end : f.start]
        if any(r for r in readings if last.end <= r.start < f.start):
            return None
        if (
            len(gap) > 90
            or _STOP.search(gap)
            or not (_LINK.search(gap) or gap.strip() in ("", "("))
        ):
            return None
        if (
            re.search(
                r"\b(?:throughput|accuracy|memory|bandwidth|energy)\b",
                gap + sentence.after(f, 40),
                re.I,
            )
            and not re.search(
                r"\b(?:throughput|accuracy|memory|bandwidth|energy)\b",
                sentence.text[: first.start],
                re.I,
            )
            and first.quantity.unit == "s"
        ):
            return None
        return len(gap)
    if f.end <= first.start:
        gap = sentence.text[f.end : first.start]
        if any(r for r in readings if f.end <= r.start < first.start):
            return None
        if len(gap) > 90 or _STOP.search(gap):
            return None
        if re.search(
            rf"\b(?:{_LESS_VERB}|{_MORE_VERB}|{_FAST_VERB})\b", gap, re.I
        ) and not gap.lstrip().startswith(("faster", "(", ",")):
            return None
        if not re.search(r"\bfrom\b|\(|,|:|—|–", gap):
            return None
        return len(gap) + 5
    return None


def change_word(sentence: Sentence, r: Reading, of_shares: bool) -> ChangeWord | None:
    """The words that a factor or percentage is stated in; None where they say no change."""
    shown = r.quantity.shown_unit
    after = sentence.after(r, 48)
    before = sentence.before(r, 48)
    head = re.split(r"[;.]|, (?!and)|\bfrom\b|\bthan\b|\bcompared\b|\bwhile\b|\band\b", after)[0]
    verb_by = re.compile(
        rf"\b(?P<v>{_LESS_VERB}|{_MORE_VERB}|{_FAST_VERB})\b[^.;,]{{0,46}}?(?:\bby\b\s+(?:a\s+(?:factor|further)\s+(?:of\s+)?|about |around |roughly |over |some |nearly |almost )?|\s)[≈∼~$]?$",
        re.I,
    )
    if shown == "points":
        return ChangeWord.POINTS
    if re.match(r"\s*of\b", after) and shown == "%":
        return None
    if (
        re.search(r"\b(?:to|only|at|of only|down to|up to)\s+(?:only |just |about )?$", before)
        and shown == "%"
        and not re.match(rf"\s*(?:{_LESS}|{_MORE}|{_FASTER})\b", after, re.I)
    ):
        return None
    relative = (
        re.match(r"\s*relative\b", after) is not None
        or re.search(r"\brelative (?:\w+ )?(?:of )?$", before) is not None
    )
    absolute = (
        re.match(r"\s*(?:absolute|point)", after) is not None
        or re.search(r"\babsolute (?:\w+ )?(?:of )?$", before) is not None
    )
    words = head.lower()
    verb = verb_by.search(before)
    if absolute and of_shares:
        return ChangeWord.POINTS
    less = re.match(rf"\s*(?:[\w-]+\s){{0,3}}?(?:{_LESS})\b", words) is not None
    more = re.match(rf"\s*(?:[\w-]+\s){{0,3}}?(?:{_MORE})\b", words) is not None
    fast = re.match(rf"\s*(?:[\w-]+\s){{0,3}}?(?:{_FASTER})\b", words) is not None
    order = sorted(
        (m.start(), name)
        for name, pattern in (("less", _LESS), ("more", _MORE), ("fast", _FASTER))
        if (m := re.search(rf"\b(?:{pattern})\b", words))
        and {"less": less, "more": more, "fast": fast}[name]
    )
    kind = order[0][1] if order else ""
    if kind == "less" and words.lstrip().startswith("slower"):
        kind = "slow"
    if not kind and verb:
        v = verb.group("v").lower()
        kind = (
            "less"
            if re.fullmatch(_LESS_VERB, v)
            else "more"
            if re.fullmatch(_MORE_VERB, v)
            else "fast"
        )
    if not kind and re.search(
        r"\b(?:speed-?up|improvement|gain)s? (?:of|is|to)\s*(?:about |around |over )?[≈∼~]?$",
        before,
        re.I,
    ):
        kind = "fast"
    if not kind and re.search(
        r"\b(?:reduction|decrease|savings?|drop) (?:of|is)\s*(?:about |around |over )?[≈∼~]?$",
        before,
        re.I,
    ):
        kind = "less"
    if not kind and re.search(
        r"\b(?:increase|rise|growth|overhead) (?:of|is)\s*(?:about |around )?[≈∼~]?$", before, re.I
    ):
        kind = "more"
    if not kind and shown == "×" and re.search(r"\b(?:factor of|ratio of)\s*$", before):
        kind = "fast"
    if not kind:
        return None
    if shown == "×":
        return {
            "less": ChangeWord.TIMES_LESS,
            "slow": ChangeWord.TIMES_LESS,
            "more": ChangeWord.TIMES_MORE,
            "fast": ChangeWord.TIMES_FASTER,
        }[kind]
    if relative:
        return ChangeWord.RELATIVE_LESS if kind in ("less", "slow") else ChangeWord.RELATIVE_MORE
    return {
        "less": ChangeWord.PERCENT_LESS,
        "slow": ChangeWord.PERCENT_SLOWER,
        "more": ChangeWord.PERCENT_MORE,
        "fast": ChangeWord.PERCENT_FASTER,
    }[kind]


_OF = re.compile(r"[\s\u2009]*(?:out of|of)(?: the| all| a total of)?[\s\u2009]*|/")


def _shares(sentence: Sentence, taken: set[int]) -> list[LocalChange]:
    """Shares of counts: "90 of 301 kernels (30%)" and "30% (90/301)"."""
    readings, text = sentence.readings, sentence.text
    out: list[LocalChange] = []
    for i in range(len(readings) - 2):
        a, b, c = readings[i : i + 3]
        if (
            _OF.fullmatch(sentence.between(a, b))
            and c.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,40}?[\s\u2009]*[(,][\s\u2009]*(?:or |i\.e\.,? |about )?", sentence.between(b, c))
            and _whole(a) and _whole(b) and i + 2 not in taken
            and text[c.end : c.end + 1] in (")", ",", ".", "")
        ):  # fmt: skip
            out.append(
                LocalChange(i + 2, i + 1, i, ChangeWord.SHARE, True, How.STATED, frozenset())
            )
        elif (
            a.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,30}?[\s\u2009]*\([\s\u2009]*", sentence.between(a, b))
            and _OF.fullmatch(sentence.between(b, c))
            and _whole(b) and _whole(c) and i not in taken
            and re.match(r"[^()]{0,24}\)", text[c.end :])
        ):  # fmt: skip
            out.append(
                LocalChange(i, i + 2, i + 1, ChangeWord.SHARE, True, How.STATED, frozenset())
            )
    return out


def _whole(r: Reading) -> bool:
    return (
        r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and float(r.quantity.point).is_integer()
        and not isinstance(r.quantity.value, tuple)
    )
