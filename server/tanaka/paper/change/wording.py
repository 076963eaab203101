"""In which words a factor or a percentage is stated, and what those words can be about.

Knows sentences and readings; which two values belong to a change is the business of
`tanaka.paper.change.changes`.
"""

from __future__ import annotations

import re

from tanaka.paper.change.operands import worded
from tanaka.paper.model import ChangeWord
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_LESS = (
    r"less|lower|fewer|smaller|reduc\w*|decreas\w*|drop\w*|sav(?:es?|ed|ings?)|shorter|cheaper|cut|lowers|shrink\w*|"
    r"decline|fall|loss(?:es)?(?!\s(?:functions?|curves?|values?|scal\w+|spikes?))|slower|slow-?downs?|compress\w*|as (?:small|few|low|short|cheap|little|slow)"
)
_FASTER = (
    r"faster|quicker|speed-?\s?ups?|speeds?|accelerat\w*|improve\w*|better|gains?|outperform\w*|boost\w*|"
    r"difference|gap|ratio|advantage|scaling|multiplier|as (?:fast|quick|quickly|efficient|good|well)|apart|the (?:[\w-]+ )?(?:speed|throughput|rate|performance)"
)
_MORE = r"more|higher|larger|greater|increas\w*|longer|bigger|rise|growth|overhead|extra|additional|grow\w*|penalty|as (?:many|much|large|long|high|big|expensive|costly|often)|above|over"
LESS_VERB = (
    r"reduc(?:es?|ed|ing)|cuts?|cutting|lower(?:s|ed|ing)?|shrinks?|shrank|drop(?:s|ped)?|decreas(?:es?|ed|ing)|falls?|fell|"
    r"sav(?:es?|ed|ing)|declines?|declined|shortens?|shortened|trims?|trimmed|(?:goes|go|went|is|are) down"
)
_MORE_VERB = (
    r"increas(?:es?|ed|ing)|rais(?:es?|ed|ing)|grows?|grew|rises?|rose|climbs?|climbed|inflates?|inflated|"
    r"lengthens?|lengthened|lengthening|prolongs?|prolonged|(?:goes|go|went|is|are) up"
)
_SLOW_VERB = r"slows?(?: down)?|slowed(?: down)?|slowing(?: down)?"
_ADDS = r"adds?|added|adding|costs?|costing|incurs?|incurred"
_FAST_VERB = (
    r"improv(?:es?|ed|ing)|speeds? up|sped up|speeding up|accelerat(?:es?|ed|ing)|boost(?:s|ed|ing)?|outperform(?:s|ed|ing)?|gains?|"
    r"recover(?:s|ed|ing)?|regain(?:s|ed|ing)?|beat(?:s|ing)?|surpass(?:es|ed|ing)?"
)
VERBS = rf"{LESS_VERB}|{_MORE_VERB}|{_FAST_VERB}|{_SLOW_VERB}"
_SPEED = Lazy(
    r"\b(?:faster|slower|quicker|speed-?\s?ups?|speeds?|sped|slow-?downs?|accelerat\w*)\b", re.I
)
MEASURED_NOUNS = frozenset({"cycle"})
"""Counted things that are measured as time is: a change of them is a result."""
_RATES = frozenset({"token/s", "sample/s", "request/s", "FLOP/s", "op/s", "byte/s"})
# What a metric's name is measured in; "1" stands for bare numbers, "%" for percentages.
_METRICS: tuple[tuple[Lazy, frozenset[str]], ...] = tuple(
    (Lazy(rf"\b(?:{p})\b", re.I), bases)
    for p, bases in (
        (
            r"latency|latencies|run-?time|times?|time[- ]to[- ][\w-]+|delays?|duration|makespan|TTFT|TPOT",
            frozenset({"s", "1"}),
        ),
        (r"throughput|QPS|RPS|goodput|serving rate", _RATES | {"1"}),
        (r"requests|tokens|samples|images|sequences|queries", _RATES | {"1"}),
        (r"memory|footprint|storage|size|bytes", frozenset({"byte", "1"})),
        (r"energy", frozenset({"J", "op/J", "J/byte", "1"})),
        (r"efficiency", frozenset({"op/J", "J/byte", "FLOP/s", "op/s", "1", "%"})),
        (r"power", frozenset({"W", "op/J", "1"})),
        (r"traffic|volume|payload", frozenset({"byte", "byte/s", "1"})),
        (r"bandwidth", frozenset({"byte/s", "1"})),
        (r"costs?|price", frozenset({"USD", "USD/s", "1"})),
        (r"FLOPs?|compute|operations", frozenset({"FLOP", "FLOP/s", "op", "op/s", "1"})),
        (
            r"accuracy|recall|precision|F1|BLEU|(?:hit|miss|error)[- ]rates?|utili[sz]ation|occupancy|perplexity|(?<=[a-z][a-z]\s)loss|"
            r"errors?|MFU",
            frozenset({"1", "%"}),
        ),
    )
)
# Nouns after a comparative that name no quantity of their own.
_GENERIC = Lazy(
    r"(?:than|for|on|in|at|with|when|under|over|across|per|and|or|but|while|as|to|by|from|overall|here|still|again|now|"
    r"performance|results?|value|values|absolute|relative|end|training|inference|execution|steps?|iterations?|"
    r"decoding|generation|prefill|processing|response|loading|start-?up|compilation|convergence|speed|speeds)$",
    re.I,
)
_COMPARED_NOUN = Lazy(
    r"\s*(?:[\w-]+\s){0,2}?(?:more|larger|greater|higher|bigger|longer|less|lower|fewer|smaller|shorter|faster|slower|better|"
    r"cheaper)\s+(?P<noun>[A-Za-z][\w-]*)",
    re.I,
)


def own_words(sentence: Sentence, r: Reading) -> str:
    """The words after a change that belong to it, up to what it is compared with."""
    after = sentence.after(r, 48)
    return re.split(
        r"[;.()—–]|, (?!and)|\bfrom\b|\bthan\b|\bcompared\b|\bover\b|\bwhile\b|\band\b|\bat\b",
        after,
    )[0]


_OF_PARAMETERS = Lazy(r"\bparameters?\b[^.,;:()]{0,24}\bby\s+(?:about |around )?[≈∼~]?$")
_NOUN_OF_CHANGE = r"(?:reduction|decrease|drop|increase|rise|growth|saving|decline|cut)"
_OF_A_MEASURE = Lazy(
    r"\s*(?:[\w-]+\s)?(?:reductions?|decreases?|drops?|increases?|rise|growth|savings?|decline|cut|improvements?|gains?|loss(?:es)?)\s(?:in|of)\s"
    r"(?:the |our |its |total |overall )?(?P<what>[A-Za-z][\w-]*(?:\s[a-z][\w-]*)?)"
)
# "from 9,840 to 4,230 tokens, a reduction of 57%": of nothing else than the counts
_MERE_CHANGE = Lazy(rf"\s*{_NOUN_OF_CHANGE}\s*(?:[.,;)]|$)")
_MERE_CHANGE_OF = Lazy(rf"\b{_NOUN_OF_CHANGE}\s(?:of|by)\s(?:about |roughly )?[≈∼~]?$")
_PARAMETERS = Lazy(
    r"\b(?:more|fewer|less|larger|smaller|bigger|as many|as large|as big|param\w*|compress\w*|sizes?|weights|reduction|growth|"
    r"increase|decrease)\b"
)


def may_concern(sentence: Sentence, r: Reading, value: Reading) -> bool:
    """Whether the words of a change can be about a value of this unit.

    "A 2x speedup" is no change of watts or of devices; "28x less energy" is one of joules only.
    """
    words = own_words(sentence, r)
    base = "%" if value.quantity.shown_unit == "%" else value.quantity.unit
    if value.kind is Kind.PARAM_COUNT:
        return (
            _PARAMETERS.search(words) is not None
            or _OF_PARAMETERS.search(sentence.before(r, 60)) is not None
        )
    if base == "1" and (other := _OF_A_MEASURE.match(sentence.after(r, 60))) is not None:
        # "12 steps instead of 50, a 2.1x reduction in latency"
        told = sentence.text[: r.start].lower()
        what = re.findall(r"[a-z]{3,}", other.group("what").lower())
        if what and not any(w in told for w in what):
            return False
    if base == "1" and value.noun and value.noun not in MEASURED_NOUNS:
        return (
            re.search(r"\b(?:more|fewer|less|larger|smaller|longer|shorter|as many)\b", words)
            is not None
            or _MERE_CHANGE.match(sentence.after(r, 30)) is not None
            or (
                _MERE_CHANGE_OF.search(sentence.before(r, 30)) is not None
                and re.match(r"\s*(?:[.,;)]|$)", sentence.after(r, 4)) is not None
            )
        )
    if (
        _SPEED.search(words)
        and not (base == "s" or base.endswith("/s"))
        and value.noun not in MEASURED_NOUNS
    ):
        return False
    named = [bases for pattern, bases in _METRICS if pattern.search(words)]
    if not all(base in bases for bases in named):
        return False
    noun = _COMPARED_NOUN.match(words)
    return bool(named) or noun is None or _GENERIC.match(noun.group("noun")) is not None


_SAVED = Lazy(
    r"\b(?:sav(?:es?|ed|ing)|costs?|costing|loses?|lost|losing|gives? up|eliminat(?:es?|ed|ing)|remov(?:es?|ed|ing)|shav(?:es?|ed|ing)(?: off)?|cut(?:s|ting)?)\s+(?:about |around |roughly )?[≈∼~]?$",
    re.I,
)
# "1.06x that of FIFO": the ratio, either way round
_TIMES_THAT = Lazy(r"\s*(?:that|those) of\b")
_ASIDE = Lazy(r"^\s*\([^()]*\)(?=\s[a-z])")


def names_its_measure(words: str, value: Reading) -> bool:
    """Whether no measure that some words name is another than a value's: "a memory reduction of"."""
    base = "%" if value.quantity.shown_unit == "%" else value.quantity.unit
    return all(base in bases for pattern, bases in _METRICS if pattern.search(words))


def change_word(sentence: Sentence, r: Reading, of_shares: bool) -> ChangeWord | None:
    """The words that a factor or percentage is stated in; None where they say no change.

    Parameters
    ----------
    of_shares : bool
        Whether the two values are percentages, so that points are meant by "absolute".
    """
    shown = r.quantity.shown_unit
    after = _ASIDE.sub("", sentence.after(r, 96), 1)[:48]
    before = sentence.before(r, 48)
    head = re.split(r"[;.]|, (?!and)|\bfrom\b|\bthan\b|\bcompared\b|\bwhile\b|\band\b", after)[0]
    if shown == "points":
        return ChangeWord.POINTS
    if worded(r):
        return ChangeWord.TIMES_FASTER  # "doubles", "twice": the ratio, either way round
    recovered = re.search(r"\b(?:recovers?|recovered|regains?|gains?)\s+(?:about )?$", before)
    if re.match(r"\s*of\b", after) and shown == "%":
        if _SAVED.search(before):
            return ChangeWord.PERCENT_LESS
        return ChangeWord.PERCENT_FASTER if recovered else None
    if (
        re.search(r"\b(?:to|only|at|of only|down to|up to)\s+(?:only |just |about )?$", before)
        and shown == "%"
        and not re.match(rf"\s*(?:{_LESS}|{_MORE}|{_FASTER})\b", after, re.I)
    ):
        return None
    relative = (
        re.match(r"\s*relative\b", after) is not None
        or re.search(r"\brelative (?:[\w-]+ ){0,3}?(?:of |is )?$", before) is not None
    )
    absolute = (
        re.match(r"\s*(?:absolute|point)", after) is not None
        or re.search(r"\babsolute (?:\w+ )?(?:of )?$", before) is not None
    )
    if absolute and of_shares:
        return ChangeWord.POINTS
    kind = _kind_after(head.lower()) or _kind_before(before, shown)
    if not kind:
        times = shown not in ("%", "points") and _TIMES_THAT.match(after)
        return ChangeWord.TIMES_FASTER if times else None
    if shown not in ("%", "points"):
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


def _kind_after(words: str) -> str:
    """Direction that the first telling word after a change gives."""
    found = sorted(
        (m.start(), name)
        for name, pattern in (("less", _LESS), ("more", _MORE), ("fast", _FASTER))
        if re.match(rf"\s*(?:[\w-]+\s){{0,3}}?(?:{pattern})\b", words)
        and (m := re.search(rf"\b(?:{pattern})\b", words))
    )
    kind = found[0][1] if found else ""
    if kind == "less" and re.match(r"\s*slow", words):
        return "slow"
    return kind


_VERB_BY = Lazy(
    rf"\b(?P<v>{VERBS})\b[^.;,]{{0,46}}?(?:\bby\b\s+(?:a\s+(?:factor|further)\s+(?:of\s+)?|about |around |roughly |over |some |nearly |almost )?|\s)[≈∼~$]?$",
    re.I,
)
_ADDING = Lazy(
    rf"\b(?:{_ADDS})\s+(?:about |around |only |just |some |an? (?:extra |additional )?)?[≈∼~]?$"
)


def _kind_before(before: str, shown: str) -> str:
    """Direction that the verb or noun before a change gives."""
    if shown == "%" and _ADDING.search(before):
        return "more"
    if verb := _VERB_BY.search(before):
        v = verb.group("v").lower()
        if re.fullmatch(LESS_VERB, v):
            return "less"
        if re.fullmatch(_SLOW_VERB, v):
            return "slow"
        return "more" if re.fullmatch(_MORE_VERB, v) else "fast"
    tail = r"\s*(?:thus |therefore |hence )?(?:about |around |over |more than |at least |nearly |almost |up to )?[≈∼~]?$"
    for kind, nouns, links in (
        ("fast", r"(?:speed-?up|improvement|gain)s?", "of|is|to"),
        ("less", r"(?:reduction|decrease|savings?|drop|compression|loss|decline|cut)", "of|is|by"),
        ("more", r"(?:increase|rise|growth|overhead|penalty)", "of|is|by"),
    ):
        if re.search(rf"\b{nouns}\b[^.;:,()]{{0,28}}? (?:{links}){tail}", before, re.I):
            return kind
    if shown not in ("%", "points") and re.search(
        r"\b(?:factor|ratio)(?: of| is| was|\s?=)\s*[≈∼~]?$", before
    ):
        return "fast"
    return ""


_ALONE_BEFORE = Lazy(r"[(,:]\s*(?:i\.e\.,?\s*|or\s+|about\s+|by\s+)*[≈∼~+−↓↑-]?$")
# "from A to B, or 36.6%" may be an efficiency
_OR_BARE = Lazy(r",\s*or\s+(?:about\s+)?[≈∼~]?$")
_ALONE_AFTER = Lazy(r"\s*(?:[),.;]|$|vs\.?\b|versus\b)")
_THEN_ALONE = Lazy(r"\s*\([^()]*\)\s*(?:[.,;)]|$)")
_OF_OLD = Lazy(
    r"\s*of (?:(?:the|its|our|their)\s+)?(?:(?:original|baseline|previous|old|initial|former|dense|unmodified|default|first|earlier)\b|"
    r"(?:that of|what))",
    re.I,
)


def bare_word(sentence: Sentence, r: Reading) -> ChangeWord | None:
    """How a change is read that no word tells the direction of: "(3.28x)", "(+5.5%)", "3.5x (A vs. B)".

    A minus before a percentage is a word: it is less than the old value.
    """
    before, after = sentence.before(r, 14), sentence.after(r, 96)
    if not (_ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after)):
        factor = r.quantity.shown_unit not in ("%", "points")
        if not (factor and _THEN_ALONE.match(after)):
            return None
    if r.quantity.shown_unit == "%" and r.quantity.point >= 0 and _OR_BARE.search(before):
        return None
    if r.quantity.shown_unit == "%":
        return ChangeWord.PERCENT_LESS if r.quantity.point < 0 else ChangeWord.PERCENT_FASTER
    return ChangeWord.POINTS if r.quantity.shown_unit == "points" else ChangeWord.TIMES_FASTER


def of_the_old(sentence: Sentence, r: Reading) -> bool:
    """Whether a percentage is what is left of the old value: "72% of the original"."""
    return r.quantity.shown_unit == "%" and _OF_OLD.match(sentence.after(r, 40)) is not None
