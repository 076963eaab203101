"""The words that make a factor or a percentage a claim: "1.8x faster", "cuts memory by 61%".

A cue says which way it goes and which metrics its words name; who and whom it is said of is found by
`tanaka.paper.parties`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.paper.clause import Clause
from tanaka.paper.measures import measures_in
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """What makes a factor a claim.

    Attributes
    ----------
    effect : str
        "up", "down", "good", "bad", "fast", "slow" or "beats".
    metrics : tuple of str
        Those that its words name.
    end : int
        Where its words end.
    named : bool
        Whether a noun stands with it, be it a metric or not.
    object : (int, int) or None
        Range of a comparand inside its words.
    adjective : bool
        Whether its words compare ("faster").
    inherits : bool
        Whether subject and verb are those of the number before ("..., and Y by 2.1x").
    bare : bool
        Whether the metric may stand before it, since no noun of its own does.
    verb : bool
        Whether the number is a verb itself ("doubles").
    """

    effect: str
    metrics: tuple[str, ...]
    end: int
    named: bool = False
    object: tuple[int, int] | None = None
    adjective: bool = False
    inherits: bool = False
    bare: bool = False
    verb: bool = False


# -- comparators ----------------------------------------------------------------------------------

_COMPARES = (
    r"(?:than|over|(?:as )?compar(?:ed|ing) (?:to|with|against)|in comparison (?:to|with)|relative to|with respect to|w\.r\.t\.|"
    r"versus|vs\.?|against|on top of|atop|beyond)\s+(?:that of\s+|those of\s+|that\s+(?=in\b))?"
)
COMPARATOR = Lazy(rf"\b{_COMPARES}")
"""What leads to a comparand, in lower case."""
_COMPARES_NEXT = Lazy(rf"[\s\u2009]*,?[\s\u2009]*\b{_COMPARES}")
_WIDE = Lazy(r"\b(?:over|above|under|below|against|on top of|beyond)\s*$", re.I)
# "Over 40 hours", "over time", "against attacks": an extent or a foe, and no comparand.
_EXTENT = Lazy(
    r"(?:the |a |an |its |our |all |these |those |this )*(?:\d[\d.,]*[%A-Za-z]{0,2}[\s\u2009]|"
    r"(?:one|two|three|four|five|six|ten|twelve)(?!-)|several|many|multiple|various|all|each|every|both|time|hours?|days?|weeks?|"
    r"months?|years?|seconds?|minutes?|runs?|course|period|range|duration|entire|whole|network|internet|WAN|LAN|wire|PCIe|NVLink|"
    r"lifetime|horizon|[\w-]+-(?:year|month|week|day|hour|minute)|InfiniBand|Ethernet|long|last|first|next|past|previous (?:steps|iterations)|dataset|data ?set|benchmarks?|workloads?|"
    r"iterations|epochs|steps|tokens)\b",
    re.I,
)


def is_extent(text: str, m: re.Match[str]) -> bool:
    """Whether what a comparator leads to is a stretch ("over 40 hours") and no comparand."""
    return _WIDE.search(m.group()) is not None and _EXTENT.match(text, m.end()) is not None


# -- what words do --------------------------------------------------------------------------------

_ADJECTIVES: tuple[tuple[str, str], ...] = (
    ("fast", r"faster|quicker|speedier"),
    ("slow", r"slower"),
    ("down", r"lower|smaller|less|fewer|shorter|reduced|cheaper|narrower"),
    ("up", r"higher|larger|greater|bigger|more|longer|additional|extra|increased"),
    ("good", r"better|improved|superior"),
    ("bad", r"worse|inferior"),
)
_NOUNS: tuple[tuple[str, str], ...] = (
    ("fast", r"speed-?\s?ups?|accelerations?"),
    ("slow", r"slow-?\s?downs?"),
    ("down", r"reductions?|decreases?|savings?|drops?|declines?|loss(?:es)?|cuts?"),
    ("up", r"increases?|rises?|growth|overheads?"),
    ("good", r"improvements?|gains?|boosts?"),
    ("bad", r"degradations?|penalt(?:y|ies)|regressions?"),
)
_VERBS: tuple[tuple[str, str], ...] = (
    ("fast", r"speed(?:s|ed|ing)? up|sped up|accelerat(?:es?|ed|ing)|speed(?:s|ing)"),
    ("slow", r"slow(?:s|ed|ing)?(?: down)?"),
    ("down",
     r"reduc(?:es?|ed|ing)|cut(?:s|ting)?|lower(?:s|ed|ing)?|decreas(?:es?|ed|ing)|shrink(?:s|ing)?|shrank|drop(?:s|ped|ping)?|"
     r"fall(?:s|ing)?|fell|sav(?:es?|ed|ing)|declin(?:es?|ed|ing)|shorten(?:s|ed|ing)?|trim(?:s|med|ming)?|minimi[sz](?:es?|ed|ing)|"
     r"compress(?:es|ed|ing)?|lose[sd]?|losing|lost|diminish(?:es|ed|ing)?"),
    ("up",
     r"increas(?:es?|ed|ing)|rais(?:es?|ed|ing)|grow(?:s|ing)?|grew|ris(?:es?|ing)|rose|climb(?:s|ed|ing)?|inflat(?:es?|ed|ing)|"
     r"add(?:s|ed|ing)?"),
    ("good",
     r"improv(?:es?|ed|ing)|boost(?:s|ed|ing)?|enhanc(?:es?|ed|ing)|gain(?:s|ed|ing)?|recover(?:s|ed|ing)?|regain(?:s|ed|ing)?"),
    ("bad", r"degrad(?:es?|ed|ing)|worsen(?:s|ed|ing)?|hurt(?:s|ing)?"),
    ("beats",
     r"outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|beat(?:s|en|ing)?|outpac(?:es?|ed|ing)|lead(?:s|ing)?"),
)  # fmt: skip


def _effects(groups: tuple[tuple[str, str], ...]) -> str:
    return "|".join(f"(?P<{name}>{words})" for name, words in groups)


def effect_of(m: re.Match[str]) -> str:
    """Effect of the word that a pattern of cues matched."""
    return next(
        k for k, v in m.groupdict().items() if v is not None and k not in ("mod", "np", "over")
    )


def last_of(found: Iterator[re.Match[str]]) -> re.Match[str] | None:
    """The last of some matches."""
    last = None
    for m in found:
        last = m
    return last


CHANGING = Lazy(rf"\b(?:{_effects(_VERBS)})\b")
"""Verbs that change something or beat somebody, in lower case."""

# Words that may stand between a factor and its cue: "1.8x end-to-end training speedup".
_MODIFIER = (
    r"(?:(?!(?:of|in|on|over|than|and|or|by|to|for|at|with|without|is|are|was|were|be|the|that|which|from|compared|relative|per|against|when|"
    r"as|vs|under|across|using|we|it|its)\b)[a-z][\w/+’'.-]*[\s-]+){0,4}?"
)
_AFTER = Lazy(
    rf"[\s\u2009-]*(?P<mod>{_MODIFIER})\b(?:(?P<adjective>{'|'.join(w for _, w in _ADJECTIVES)})|"
    rf"(?P<noun>{'|'.join(w for _, w in _NOUNS)}))\b(?!\s+(?:function|value)s?\b)"
)
_ADJECTIVE = Lazy(_effects(_ADJECTIVES), re.I)
_NOUN = Lazy(_effects(_NOUNS), re.I)
_AS_MUCH = Lazy(
    r"\s*as (?:(?P<fast>fast|quick(?:ly)?)|(?P<up>many|much|large|long|high|big))\b", re.I
)
_AS = Lazy(r"\s*as\s+(?=\S)")
PHRASE_END = Lazy(
    r"(?<![\w-])(?:than|over|compared|relative|versus|vs|against|when|while|at|on|for|with|by|across|and|under|using|during|without|from|"
    r"as|to|thanks|due|only|is|are|was|were|that|which|per|after|before|via|if|between|depending)(?![\w-])|[,;:.()—]"
)
"""Where a plain noun phrase ends, in lower case."""
_EMPTY = Lazy(r"\s*(?:overall|end[- ]to[- ]end|\w+ly)?\s*")


def after(at: Clause) -> Cue | None:
    """The cue behind a number: "1.8x faster", "30% less memory", "a 1.8x speedup"."""
    tail = at.low[at.end : min(at.right, at.end + 130)]
    m = _AFTER.match(tail)
    if m is None:
        if same := _AS_MUCH.match(tail):
            rest = _up_to_end(tail, same.end())
            end = at.end + same.end() + len(rest)
            behind = _AS.match(at.text, end, at.right)
            return Cue(
                effect_of(same), measures_in(rest), end, bool(rest.strip()),
                (behind.end(), at.right) if behind else None, adjective=True,
            )  # fmt: skip
        return None
    return _adjectival(at, tail, m) if m.group("adjective") else _nominal(at, tail, m)


def _up_to_end(tail: str, start: int) -> str:
    """The noun phrase from an offset on."""
    stop = PHRASE_END.search(tail, start)
    return tail[start : stop.start() if stop else len(tail)]


def _adjectival(at: Clause, tail: str, m: re.Match[str]) -> Cue:
    word = _ADJECTIVE.match(m.group("adjective"))
    effect = effect_of(word) if word else "up"
    rest = _up_to_end(tail, m.end())
    metrics = measures_in(rest) or measures_in(m.group("mod"))
    if not metrics and m.group("adjective").lower() == "cheaper":
        metrics = ("cost",)
    named = _EMPTY.fullmatch(rest) is None
    return Cue(effect, metrics, at.end + m.end(), named, adjective=True, bare=not named)


_NOUN_PHRASE = Lazy(r"\s*(?:in|of)\s+(?P<np>[^,;:()—]{1,60})", re.I)
_HEAD_END = Lazy(
    r"(?<![\w-])(?:on|at|for|with|by|across|when|while|under|using|during|over|than|from|to|is|are|and \w+(?:s|ed|ing))(?![\w-])"
)


def _nominal(at: Clause, tail: str, m: re.Match[str]) -> Cue:
    noun = m.group("noun")
    word = _NOUN.match(noun)
    effect = effect_of(word) if word else "good"
    end, metrics, named = m.end(), measures_in(m.group("mod")), bool(m.group("mod").strip())
    if np := _NOUN_PHRASE.match(tail, end):
        phrase = np.group("np")
        stop = COMPARATOR.search(phrase)
        head = _head(phrase[: stop.start()] if stop else phrase)
        metrics, named = metrics or measures_in(head), True
        if metrics or stop:
            end = np.start("np") + len(head)
    if not metrics and noun.lower().startswith("overhead"):
        metrics = ("overhead",)
    return Cue(effect, metrics, at.end + end, named)


def _head(phrase: str) -> str:
    """A noun phrase up to the next preposition that is not "of"."""
    stop = _HEAD_END.search(phrase)
    return phrase[: stop.start()] if stop else phrase


# -- verbs before a number ------------------------------------------------------------------------

BY = Lazy(r"\bby(?:\s+a\s+(?:\w+\s+)?(?:factor|margin)\s+of)?\s*$", re.I)
"""What leads from a verb to the amount of its change."""
_BEFORE_ING = Lazy(r"(?:^|[,;:(]|\bwith\b|\band\b)\s*(?P<np>[^,;:()]{2,60}?)\s*$")
LOOSE_PHRASE = Lazy(
    r"[;:()]|(?<![\w-])(?:to|at|from|is|are|was|were|when|if|that|which|while)(?![\w-])", re.I
)
"""What stands in no plain object of a verb."""
_PARTICIPLE_BEFORE = Lazy(r"\b(?:the|a|an|of|our|in|with|performance|speed-?)\s*$", re.I)
_PREPOSITION_LAST = Lazy(r"\b(?:of|in|by)\s*$")
_NOUN_NEXT = Lazy(
    r"\s*of\b|\s*(?!(?:on|at|for|with|when|in|across|under|and|over|compared|relative|versus|against|by|using)\b)[a-z]{3,}",
    re.I,
)


def verbal(at: Clause, others: Sequence[tuple[int, int]]) -> Cue | None:
    """The verb before a number: "improves throughput (over X) by F", "outperforms X by F", "drops F".

    Parameters
    ----------
    others : sequence of (int, int)
        Where the other factors and percentages of the sentence stand.
    """
    head = at.low[at.left : at.start]
    m = last_of(CHANGING.finditer(head, max(0, len(head) - 130)))
    if m is None or _PARTICIPLE_BEFORE.search(head, max(0, m.start() - 16), m.start()):
        return None
    by = BY.search(head, max(0, len(head) - 30))
    gap = head[m.end() : by.start() if by else len(head)]
    offset = at.left + m.end()
    if any(offset <= a < at.start for a, _ in others):
        return _gapped(at, m, others)
    if LOOSE_PHRASE.search(gap):
        return None
    effect, phrase = effect_of(m), bool(gap.strip())
    if effect == "beats":
        inside = (offset, offset + len(gap))
        return Cue("beats", (), at.end, object=inside, adjective=True) if by and phrase else None
    if by is None:
        direct = not phrase or ("," not in gap and measures_in(gap) and not _PREPOSITION_LAST.search(gap))  # fmt: skip
        if not direct or _NOUN_NEXT.match(at.tail):
            return None
    over = COMPARATOR.search(gap)
    metrics = measures_in(gap[: over.start()] if over else gap)
    if not phrase and m.group().endswith("ing"):
        said = _BEFORE_ING.search(head[: m.start()])
        metrics = measures_in(said.group("np")) if said else ()
    return Cue(
        effect, metrics, at.end, phrase,
        (offset + over.end(), offset + len(gap)) if over else None, bare=not phrase,
    )  # fmt: skip


_AGAIN = Lazy(
    r"(?:[^,;:()]{0,60}?)(?:,\s*(?:and\s+)?|\s+and\s+)(?:over\s+)?(?P<np>[^,;:()]{1,60}?)\s+by\s*"
)


def _gapped(at: Clause, m: re.Match[str], others: Sequence[tuple[int, int]]) -> Cue | None:
    """What a verb takes again: "... by 1.5x, and Y by F", "... and memory by F"."""
    last = max((b for _, b in others if b <= at.start), default=at.left)
    again = _AGAIN.fullmatch(at.low, last, at.start)
    if (
        again is None
        or CHANGING.search(again.group("np"))
        or LOOSE_PHRASE.search(again.group("np"))
    ):
        return None
    metrics, effect = measures_in(again.group("np")), effect_of(m)
    if metrics:
        return Cue(effect, metrics, at.end, True, inherits=True)
    if effect != "beats":
        return None
    return Cue("beats", (), at.end, object=again.span("np"), adjective=True, inherits=True)


# -- nouns before a number ------------------------------------------------------------------------

_NOUN_OF = Lazy(
    rf"\b(?:{_effects(_NOUNS)})\b(?P<np>(?:\s+(?:in|for|over|on|of|at)\s[^,;:()—×%]{{1,50}}?)?)\s+"
    r"(?:of|is|are|was|were|reach(?:es|ed)?|rang(?:e|es|ed|ing) from|being)\s*$"
)
_MODIFIERS = Lazy(rf"(?P<mod>{_MODIFIER})$")
_LINK_OF = Lazy(r"^\s*(?:in|of|for)\s+")
OF = Lazy(r"\b(?:of|is|are|was|were|reach(?:es|ed)?|being|rang(?:es?|ed|ing) from)\s*$", re.I)
"""What leads from a noun to its value."""


def noun_of(at: Clause) -> Cue | None:
    """The noun before a number: "a speedup of F", "a reduction in memory of F", "the gain is F"."""
    head = at.low[at.left : at.start]
    m = _NOUN_OF.search(head, max(0, len(head) - 90))
    if m is None:
        return None
    mod = _MODIFIERS.search(head[max(0, m.start() - 40) : m.start()])
    before = mod.group("mod") if mod else ""
    np = m.group("np")
    over = COMPARATOR.search(np)
    phrase = _LINK_OF.sub("", np[: over.start()] if over else np)
    base = at.left + m.start("np")
    metrics = measures_in(before) or measures_in(phrase)
    if not metrics and m.group().lower().startswith("overhead"):
        metrics = ("overhead",)
    return Cue(
        effect_of(m), metrics, at.end, bool(phrase.strip() or before.strip()),
        (base + over.end(), base + len(np)) if over else None,
    )  # fmt: skip


# -- numbers that compare by themselves -----------------------------------------------------------

_STANDS = Lazy(r"\s*(?:(?P<up>above|(?P<over>over))|(?P<down>below))\s")
_THAT_OF = Lazy(r"\s*(?:more\s+)?(?:that|those)\s+(?:of|for|on|with)\s+", re.I)
_TIMES_THE = Lazy(
    r"\s*(?:the|its|our|their)\s+(?P<np>[\w/ -]{1,44}?)\s+(?:of|for|with|from)\s+(?=\S)", re.I
)
_OWNER = Lazy(r"\s*(?:the\s+)?(?P<who>[A-Z][\w.+-]*|baseline)[’']s\s+(?P<np>[\w -]{2,30})", re.I)


def relative(at: Clause, r: Reading) -> Cue | None:
    """A number beside its comparand: "F over X", "F that of X", "F the throughput of X", "F above X"."""
    tail = at.low[at.end : min(at.right, at.end + 110)]
    factor = r.quantity.shown_unit not in ("%", "points")
    more = "down" if r.quantity.literal.text.lower() == "half" else "up"
    if factor or r.quantity.shown_unit == "points":
        m = _COMPARES_NEXT.match(tail)
        if m and not is_extent(tail, m):
            return Cue("good", (), at.end, bare=True, adjective=True)
    if m := _STANDS.match(tail):
        over = m.group("over") and not at.aside and at.text[at.start : at.start + 1] != "+"
        if (factor and m.group("up")) or over or is_extent(tail, m):
            return None
        end = at.end + m.end()
        return Cue(effect_of(m), (), end, object=(end, at.right), adjective=True, bare=True)
    if not factor:
        return None
    if m := _THAT_OF.match(tail):
        end = at.end + m.end()
        return Cue(more, (), end, object=(end, at.right), adjective=True, bare=True)
    if (m := _TIMES_THE.match(tail)) and (metrics := measures_in(m.group("np"))):
        end = at.end + m.end()
        return Cue(more, metrics, end, True, (end, at.right), adjective=True)
    if (m := _OWNER.match(at.tail)) and (metrics := measures_in(m.group("np"))):
        inside = (at.end + m.start("who"), at.end + m.end("who"))
        return Cue(more, metrics, at.end + m.end(), True, inside, adjective=True)
    return None


_DOUBLES = Lazy(r"(?:(?P<up>(?:doubl|tripl|quadrupl)(?:es?|ed|ing))|(?P<down>halv(?:es?|ed|ing)))$", re.I)  # fmt: skip


# "Halving the payload gains nothing", "by doubling the batch": a knob is turned.
_TURNED = Lazy(r"(?:^|\b(?:by|of|when|if|that|and))\s*$", re.I)


def doubles(at: Clause, r: Reading) -> Cue | None:
    """A verb that is a factor itself: "doubles throughput", "memory halves"."""
    m = _DOUBLES.match(r.quantity.literal.text)
    if m is None or (m.group().endswith("ing") and _TURNED.search(at.head)):
        return None
    rest = _up_to_end(at.low[at.end : min(at.right, at.end + 80)], 0)
    named = bool(rest.strip())
    return Cue(
        effect_of(m), measures_in(rest), at.end + len(rest), named, bare=not named, verb=True
    )


_GETS = Lazy(
    r"\b(?:achiev\w*|deliver\w*|reach\w*|offer\w*|provid\w*|yield\w*|attain\w*|gets?|gives?|obtain\w*)\s*$"
)


def plain(at: Clause, r: Reading) -> Cue | None:
    """A factor with a metric alone: "achieves 1.9x throughput"."""
    if r.quantity.shown_unit in ("%", "points") or not _GETS.search(at.head):
        return None
    metrics = measures_in(_up_to_end(at.low[at.end : min(at.right, at.end + 60)], 0))
    return Cue("up", metrics, at.end, True) if metrics else None
