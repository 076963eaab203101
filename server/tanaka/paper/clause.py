"""The clause around a number of a sentence: its own words, and how far they reach.

What stands in brackets beside the number, and citations, are blanked, so that the words around them
join; offsets stay those of the sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from tanaka.latex.plain import CITE
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

_CHANGE_UNITS = frozenset({"×", "%", "points"})
_WORDS = frozenset({
    "half", "twice", "doubles", "doubled", "doubling", "triples", "tripled", "tripling", "halves", "halved", "halving",
    "an order of magnitude",
})  # fmt: skip
_FACTOR_OF = Lazy(r"\b(?:factor|multiple) of\s+(?:about |up to |nearly |over )?[≈∼~]?$")


def is_change(text: str, r: Reading) -> bool:
    """Whether a reading can be a change: "2x", "40%", "twice", "a factor of 3"."""
    if r.quantity.shown_unit in _CHANGE_UNITS:
        return True
    if r.quantity.unit != "1" or r.quantity.shown_unit or r.noun:
        return False
    if r.kind is Kind.SPEEDUP or r.quantity.literal.text.lower() in _WORDS:
        return True
    return "ctor of" in text and bool(_FACTOR_OF.search(text, max(0, r.literal_start - 24), r.literal_start))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """One number, or a list of them, with the clause around it.

    Attributes
    ----------
    text : str
        The sentence with citations, and the brackets that do not hold the number, blanked.
    low : str
        The same in lower case, letter for letter.
    start, end : int
        The number's own words, from its hedges to its unit.
    left, right : int
        How far its clause reaches.
    aside : bool
        Whether it stands in brackets.
    """

    text: str
    low: str
    start: int
    end: int
    left: int
    right: int
    aside: bool

    @property
    def head(self) -> str:
        """What leads to the number, in its clause."""
        return self.text[self.left : self.start]

    @property
    def tail(self) -> str:
        """What follows the number, in its clause."""
        return self.text[self.end : self.right]


_UNIT = Lazy(
    r"[\s\u2009]?(?:×|x\b|X\b|[- ]?times\b|[- ]?folds?\b|[\s\u2009]?\\?%|[\s-]?percent(?:age points?)?\b|"
    r"[\s-]?points?\b|[\s-]?pp\b)+"
)
# A hedge ends in one of these words or signs; only then is it worth a look at the whole of it.
_LEAD_ENDS = frozenset({
    "to", "as", "least", "most", "than", "about", "around", "approximately", "approx.", "roughly", "over",
    "under", "below", "above", "within", "only", "just", "some", "mere", "further", "another", "additional",
    "average", "extra", "impressive", "maximum", "total", "of", "an", "a", "the", "even", "nearly", "almost",
    "typically", "often", "consistently", "between", "averagely", "much", "high", "low", "many",
})  # fmt: skip
_LEAD = Lazy(
    r"(?:\b(?:up to|as (?:much|high|low|many) as|at least|at most|no (?:more|less) than|not more than|more than|less than|fewer than|"
    r"better than|close to|nearly|almost|about|around|approximately|approx\.|roughly|over|under|below|above|within|"
    r"only|just|some|a mere|a further|another|an? (?:additional|average|extra|impressive|maximum|total) (?:of )?|on average|an? |the |even|"
    r"even up to|by up to|typically|often|consistently|between|averagely)[\s\u2009]+|[≈∼~<>≤≥+±−-][\s\u2009]*)+$"
)
_ASIDE = Lazy(r"\([^()]*\)|\[[^\[\]]*\]")
_BREAK = Lazy(
    r"[;:—–?!]|\.(?=\s|$)|\b(?:while|whereas|but|although|though|because|since|despite)\b|"
    r",\s(?:so|yet|which|where|despite)\b"
)
# Words that end a clause, while what they begin has its subject before them.
_ENDS_ONLY = ("despite", ", which", ", where")


class Clauses:
    """The clauses of one sentence, each form of its text made once."""

    def __init__(self, sentence: Sentence) -> None:
        text = sentence.text
        self.sentence = sentence
        self._text = text.replace(CITE, " ") if CITE in text else text
        self._asides = (
            [m.span() for m in _ASIDE.finditer(self._text)] if "(" in text or "[" in text else []
        )
        self._forms: dict[int, tuple[str, str, list[int], list[int]]] = {}

    def at(self, r: Reading) -> Clause:
        """The clause of a number."""
        held = next((k for k, (a, b) in enumerate(self._asides) if a < r.literal_start < b), -1)
        text, low, lefts, rights = self._form(held)
        end = r.literal_end
        if unit := _UNIT.match(text, end):
            end = unit.end()
        start = _own_start(low, r.literal_start)
        if held >= 0:
            opened, closed = self._asides[held]
            left, right = opened + 1, closed - 1
        else:
            left, right = 0, len(text)
        if i := bisect_right(lefts, start):
            left = max(left, lefts[i - 1])
        if (i := bisect_left(rights, end)) < len(rights):
            right = min(right, rights[i])
        return Clause(text, low, max(start, left), end, left, right, held >= 0)

    def over(self, first: Reading, last: Reading, of: Reading) -> Clause:
        """The clause of a list of numbers, seen from one of them."""
        a, b, own = self.at(first), self.at(last), self.at(of)
        return Clause(own.text, own.low, a.start, b.end, a.left, b.right, own.aside)

    def _form(self, held: int) -> tuple[str, str, list[int], list[int]]:
        """The text with all brackets but one blanked, and where its clauses begin and end."""
        form = self._forms.get(held)
        if form is None:
            text = self._text
            for k, (a, b) in enumerate(self._asides):
                if k != held:
                    text = text[:a] + " " * (b - a) + text[b:]
            low = text.lower()
            low = low if len(low) == len(text) else text  # some capitals are two small letters
            lefts, rights = [], []
            for m in _BREAK.finditer(low):
                word = m.group()
                if word not in _ENDS_ONLY:
                    lefts.append(m.end())
                if word != "–":
                    rights.append(m.start())
            form = self._forms[held] = (text, low, lefts, rights)
        return form


def _own_start(low: str, at: int) -> int:
    """Where a number's own words begin: its hedges belong to it."""
    before = low[max(0, at - 40) : at]
    word = before.rstrip(" \t\n\u2009≈∼~<>≤≥+±−-").rpartition(" ")[2]
    if (
        word not in _LEAD_ENDS
        and before[-1:] not in "≈∼~<>≤≥+±−-"
        and before[-2:-1] not in "≈∼~<>≤≥+±−"
    ):
        return at
    lead = _LEAD.search(before)
    return at - len(before) + lead.start() if lead else at


_JOINED = Lazy(
    r"[\s\u2009]*(?:,|,?\s*(?:and|or|to)|/)[\s\u2009]*(?:(?:up to|about|around|nearly|over|more than|only)\s+)?[≈∼~+]?",
    re.I,
)


_JOINED_REACH = 24  # between two numbers of a list


def listed(sentence: Sentence, i: int) -> tuple[int, int]:
    """First and last number of the list that a factor stands in: "12%, 2% and 34%"."""
    first = last = i
    while first > 0 and _joined(sentence, first - 1):
        first -= 1
    while last + 1 < len(sentence.readings) and _joined(sentence, last):
        last += 1
    return first, last


def _joined(sentence: Sentence, i: int) -> bool:
    """Whether a factor and the next number are members of one list."""
    a, b = sentence.readings[i], sentence.readings[i + 1]
    end = a.literal_end
    if b.literal_start - end > _JOINED_REACH or b.quantity.shown_unit != a.quantity.shown_unit:
        return False
    if not (is_change(sentence.text, a) and is_change(sentence.text, b)):
        return False
    if unit := _UNIT.match(sentence.text, end):
        end = unit.end()
    return _JOINED.fullmatch(sentence.text, end, b.literal_start) is not None


def spans_of_changes(sentence: Sentence) -> list[tuple[int, int]]:
    """Where the digits of factors and percentages stand."""
    return [
        (r.literal_start, r.literal_end) for r in sentence.readings if is_change(sentence.text, r)
    ]
