"""Amounts that a sentence states in two units: "200 Gb/s, i.e., 25 GB/s".

An amount in brackets right behind another of the very same unit ("25 GB/s (3.125 GB/s)") is read
as well: a slip of the unit looks like that.
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalEquivalence:
    """Two readings of one sentence, by index, that are said to be equal, and how.

    ``cues`` has one of "=", "(", "or", "(of" where words stand before the bracket, and "(same"
    or "or same" where both have the same unit.
    """

    left: int
    right: int
    count: int | None
    cues: frozenset[str]


_HEDGE = r"(?:about|around|roughly|approximately|≈|∼|~|exactly|just)?"
_OF_LEFT = (
    r"(?:\s(?!(?:per|each|for|in|on|with|and|at|to|than|from|by|or|is|are)\b)[A-Za-z-]+){0,3}"
)
_STRICT = Lazy(
    rf"{_OF_LEFT},?\s*(?:i\.e\.,?|that is,?|=|—|equivalently,?|or equivalently,?|which (?:is|equals|corresponds to|amounts to)|equal(?:s|ing)?(?: to)?|"
    rf"is equal to|correspond(?:s|ing) to|amount(?:s|ing) to|equivalent to|translat(?:es|ing) to)\s*{_HEDGE}\s*"
)
_BRACKET = Lazy(rf"\s*[(\[]\s*(?:i\.e\.,?|or|=)?\s*{_HEDGE}\s*")
_OR = Lazy(rf",?\s*or\s+{_HEDGE}\s*")
_CLOSES = Lazy(r"\s*(?:[)\]]|,? (?:each|per \w+)\s*[)\]])")
_MEANS_ANOTHER = Lazy(
    r"[,\s]*(?:less|more|faster|slower|longer|shorter|below|above|higher|lower|than|each|both|median|mean|p\d+|when|if|with|without|"
    r"on average|later|apart|earlier|±|usable|effective|free|peak|boost|total|in total|in aggregate|aggregate|at|for (?:the|each|every)|"
    r"bidirectional|unidirectional|of which|left|raw|compressed|uncompressed|(?:in|per) (?:each |both |one )?(?:direction|way)|to\s+\d)\b|\s*[–-]\s*\d|\s*[×·*/]\s*\d"
)
_PER = Lazy(r"\s*(?:per|for (?:a|one|each|every)|an?|/)\s?[a-z]")
_ONE = Lazy(r"\b(?:[Aa]n?|[Oo]ne|[Ss]ingle|each|Each|[Tt]he|its)\s+$")
_GIVES = Lazy(
    r"\s*(?:\w+\s)?(?:port|link|NIC|adapter|interface|HCA|connection|lane)\s+(?:gives|provides|delivers|offers|carries|yields)\s+"
    r"(?:(?:the|each|a|every|one)\s)?(?:\w+\s)?"
)
_BRACKET_OF = Lazy(r"(?:\s(?:of\s)?[A-Za-z][A-Za-z-]*){1,2}\s*[(\[]\s*(?:i\.e\.,?|or|=)?\s*")
_BITS = {"bit", "byte"}
_UNITS = frozenset({"byte", "byte/s", "s", "J", "W", "FLOP/s", "FLOP", "Hz", "USD", "token/s", "sample/s", "request/s", "bit", "op/s", "m"})  # fmt: skip


_FLOWS = frozenset({"token/s", "sample/s", "request/s", "step/s"})
_SO = Lazy(
    r"[^.;()\d]{0,12}(?:\band (?:thus|hence|therefore|so)|[,;:—] ?(?:thus|hence|so|this is|that is|this means|that means|which means|which makes)|\(|"
    r"\bor|\bworks? out (?:at|to)|\bcomes? to|\badds? up to|\bmeans|\bmakes|\bis)\s(?:about |roughly |only )?"
)


def _so(sentence: Sentence, left: Reading, right: Reading) -> bool:
    """Whether a rate follows from one of another time: "1.2M tokens/s and thus 104B tokens per day"."""
    gap = sentence.between(left, right)
    return _SO.fullmatch(gap) is not None and not _MEANS_ANOTHER.match(sentence.after(right, 30))


@lru_cache(maxsize=16384)
def equivalences(sentence: Sentence) -> tuple[LocalEquivalence, ...]:
    """Amounts that a sentence states in two units."""
    readings = sentence.readings
    out: list[LocalEquivalence] = []
    for i in range(len(readings) - 1):
        left, right = readings[i], readings[i + 1]
        a, b = left.quantity, right.quantity
        if (
            a.unit not in _UNITS
            or (b.unit != a.unit and {a.unit, b.unit} != _BITS)
            or (right.per and left.per != right.per)
            or _PER.match(sentence.after(right, 24))
        ):
            continue  # fmt: skip
        if not (_single(left) and _single(right)) or (left.series and left.series == right.series):
            continue
        if _part(left) != _part(right):
            continue  # GPU-hours are no hours
        if ("MAC" in a.shown_unit) != ("MAC" in b.shown_unit):
            continue  # one operation to some, two to others
        how = _how(sentence, left, right)
        if (
            not how
            and a.unit in _FLOWS
            and a.shown_unit != b.shown_unit
            and _so(sentence, left, right)
        ):
            how = "or"
        if how in ("(", "or") and a.shown_unit == b.shown_unit:
            how = "(same" if how == "(" else "or same"
        elif how == "(of" and (a.unit not in ("byte", "byte/s") or a.shown_unit == b.shown_unit):
            how = "(same" if a.unit == "byte/s" else ""
        if how and not (how not in ("=", "(same", "or same") and a.shown_unit == b.shown_unit):
            out.append(LocalEquivalence(i, i + 1, None, frozenset({how})))
    return tuple(out)


def _single(r: Reading) -> bool:
    q = r.quantity
    return q.qualifier in (Qualifier.EXACT, Qualifier.APPROX) and not isinstance(q.value, tuple)


def _part(r: Reading) -> str:
    """Of what a time is rented: "GPU" of "GPU-hours", "" of hours."""
    shown = r.quantity.shown_unit
    return shown.rpartition("-")[0].rpartition(" ")[2] if r.quantity.unit == "s" else ""


def _how(sentence: Sentence, left: Reading, right: Reading) -> str:
    gap = sentence.between(left, right)
    if len(gap) > 48:
        return ""
    after = sentence.after(right, 30)
    if _BRACKET.fullmatch(gap):
        return "(" if _CLOSES.match(after) else ""
    if _BRACKET_OF.fullmatch(gap):
        return "(of" if _CLOSES.match(after) else ""
    if _MEANS_ANOTHER.match(after):
        return ""
    if gap.strip() == "=" and _in_arithmetic(sentence, left):
        return ""
    if _STRICT.fullmatch(gap):
        return "="
    if _OR.fullmatch(gap):
        return "or"
    if _GIVES.fullmatch(gap) and _ONE.search(sentence.before(left, 10)):
        return "="
    return ""


_OPERATOR = Lazy(r"[×x·+*/−-]\s?$")


def _in_arithmetic(sentence: Sentence, left: Reading) -> bool:
    """Whether the left side of a sign of equality is only the last term of it."""
    return _OPERATOR.search(sentence.before(left, 6)) is not None
