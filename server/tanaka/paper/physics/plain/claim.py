"""Whether a claim on memory, communication or scale is all that its sentence says.

Asked of each claim when it has been read, with the numbers that fill its roles: one that is not
plain is `OPEN`, and no proof (`tanaka.rules.machine.firm`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tanaka.paper.claims import of_another
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.physics.plain.beside import NEAR, elsewhere, opens, short_remark, titled
from tanaka.paper.physics.plain.sentence import blank, names, numbers, only_known, without
from tanaka.paper.physics.plain.vocabulary import vocabularies
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

# a number without a unit, in digits or in words
_BARE = Lazy(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*|(?<![\w.,:-])\d[\d.,]*(?!\w)")
# Turns that are made of a word that would open a claim elsewhere.
_TURNS = Lazy(
    r"\bhalf[- ]precision\b|\b(?:time|latency)[- ]to[- ]train\b|\bi\.\s?e\.|\bno more than\b|\bless than\b|\bat (?:most|least)\b|\bstrong(?: |-)scal\w+|\bwithout (?:any )?off-?loading\b|\bmore than\b|"
    r"\b(?:only|just|merely|a mere|under|over)\s(?=(?:about |around |a |an )?[≈∼~$\d])|\bonly (?=one\b|two\b|four\b|eight\b)|\b(?:takes?|needs?|is|to|has|in|leaves?) (?:only|just|merely)\b|\bup (?:to|by)\b|\brelative to (?=(?:BF|FP|INT)?\d)|"
    r"\bcompared? (?:to|with)\b|\bas (?:a share|stated)\b",
    re.I,
)  # fmt: skip
_BYTES_EACH = Lazy(r"\s*(?:bytes|B)\s?(?:per|a|/)\s?param", re.I)
_DEGREE = Lazy(r"\b(?:TP|PP|DP|EP|(?:tensor|pipeline|data)[- ](?:model[- ])?parallel\w*(?: (?:degree|size))?)(?:\sof|\sis)?\s?=?\s?$", re.I)  # fmt: skip
_NARROW = Lazy(r"\b(?:FP[468]|INT\d+|NF4|MX\w*|E[45]M\d)\b", re.I)
_NUMBERS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0,
    "twelve": 12.0, "sixteen": 16.0,
}  # fmt: skip
_STAGE = Lazy(r"\b[Ss]tage[- ]$")
# "To see whether it depends on the layout, we also train ..."
_AIM = Lazy(r"(?:To|In order to) [a-z][^,;:()\d]*, ")
_OF_IT = Lazy(r"\bof (?:it|them|this|that|these|those)\b(?! (?:same )?\w+)", re.I)
_SIDE = frozenset(("token", "step", "epoch", "sample", "sequence", "batch"))


def plain_claim(
    relation: str, sentences: tuple[Sentence, ...], k: int, bound: Iterable[int], counts: Iterable[float] = (),
    params: float = 0.0, told: frozenset[int] = frozenset(),
) -> bool:  # fmt: skip
    """Whether a claim is all that its sentence says, and those beside it leave it whole.

    Parameters
    ----------
    relation : str
        Of the claim; one that no vocabulary is of is taken to be plain.
    sentences : tuple of Sentence
        The passage.
    k : int
        Index of the claim's sentence.
    bound : iterable of int
        Readings of the sentence that fill a role.
    counts : iterable of float
        Values that fill one without a reading.
    params : float
        Size of the model; what is said of a model of another size opens nothing.
    told : frozenset of int
        Sentences that make a claim of their own.
    """
    vocabulary = vocabularies().get(relation)
    if vocabulary is None:
        return True
    if not _own(relation, sentences[k], frozenset(bound), frozenset(counts)):
        return False
    if k and titled(sentences[k - 1]):
        return False
    if k + 1 < len(sentences) and k + 1 not in told and short_remark(sentences[k + 1]):
        return False
    return not any(
        opens(vocabulary.beside, sentences[j].text, told=j in told)
        for j in range(max(0, k - NEAR), min(len(sentences), k + NEAR + 1))
        if j != k and not (params and of_another(sentences[j].text, params))
    )


def with_claims(sentences: tuple[Sentence, ...]) -> frozenset[int]:
    """Sentences that look as if they made a claim of their own, where no reader was asked."""
    return frozenset(
        k
        for k, s in enumerate(sentences)
        if len([r for r in s.readings if r.noun != "bit"]) > 1 and not elsewhere(s.text)
    )


def _own(
    relation: str, sentence: Sentence, bound: frozenset[int], counts: frozenset[float]
) -> bool:
    text = sentence.text
    if _OF_IT.search(text):
        return False
    if relation in ("training state", "collective") and _NARROW.search(text):
        return False
    named = names(text)
    for i, r in enumerate(sentence.readings):
        inside = any(a <= r.start < b for a, b in named)
        if i not in bound and not inside and not _beside(relation, sentence, r, bound, counts):
            return False
    values = (sentence.readings[i].quantity for i in bound)
    told = counts | {q.point for q in values if not isinstance(q.value, tuple)}
    left = blank(_TURNS, text)
    aim = _AIM.match(text)
    if aim and not opens(vocabularies()[relation].beside, aim.group()):
        left = " " * aim.end() + left[aim.end() :]
    left = without(left, (*named, *numbers(sentence)))
    again = []
    for m in _BARE.finditer(left):
        # it tells a role's number once more, or takes something away
        value = _value(m.group())
        if value is None:
            continue
        if value not in told and not _STAGE.search(text, 0, m.start()):
            return False
        again.append(m.span())
    return only_known(relation, without(left, again), text)


def _value(word: str) -> float | None:
    """The number that a word or its digits are; None for other words."""
    if word[0].isdigit():
        digits = word.replace(",", "").rstrip(".")
        return float(digits) if digits.count(".") < 2 else -1.0
    return _NUMBERS.get(word.lower())


def _beside(
    relation: str, sentence: Sentence, r: Reading, bound: frozenset[int], counts: frozenset[float]
) -> bool:  # fmt: skip
    """Whether a number that fills no role takes nothing from the claim."""
    text, q = sentence.text, r.quantity
    if r.noun == "bit" or q.unit == "bit":
        return relation in ("residence", "cache residence", "footprint", "saving")
    if q.unit == "1" and not isinstance(q.value, tuple) and q.point in counts:
        return True
    told = [sentence.readings[i] for i in bound]
    if any(t.noun == r.noun and t.quantity.value == q.value for t in told):
        return True  # told twice
    if relation == "training state":
        return r.noun in _SIDE or q.unit == "s" or bool(_BYTES_EACH.match(text, r.literal_end) or _DEGREE.search(text, 0, r.start))  # fmt: skip
    if relation in ("residence", "cache residence"):
        return q.unit == "byte" and _of_a_part(text, r)
    if relation == "scaling":
        return r.noun in _SIDE and q.unit == "1" and not isinstance(q.value, tuple) and q.point == 1
    return r.noun in ("gpu", "node") and relation in ("collective", "saving")


def _of_a_part(text: str, r: Reading) -> bool:
    """Whether a size is the memory of the device that is named beside it."""
    devices = [e for e in entities(text) if e.kind is EntityKind.DEVICE]
    return any(0 <= e.start - r.end <= 3 or 0 <= r.start - e.end <= 3 for e in devices)
