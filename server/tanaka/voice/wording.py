"""What in a sentence is a number, a name, a sign or a verdict.

The same tables serve twice: `tanaka.voice.brief` takes the atoms out of our own sentences before
a model sees them, and `tanaka.voice.grounded` refuses a model's sentence that holds one of its
own.  So whatever the engine says passes the guard when it is said back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from tanaka import quantity
from tanaka.records import dataclass


class Atom(StrEnum):
    """What a model may place, and not make."""

    NUMBER = "number"
    NAME = "name"
    WORK = "published work"
    PLACE = "place in the draft"
    MARK = "remark"
    LAW = "formula"


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """Where an atom stands in a text."""

    start: int
    end: int
    kind: Atom


# Characters that a plain sentence needs.  What is not here is a sign of markup or of mathematics.
_PLAIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;:?'\u2019\"\u201c\u201d()-\u2013\u2014/"
)

_TENS = "twen|thir|four|for|fif|six|seven|eigh|nine"
NUMBER_WORDS = re.compile(
    rf"""(?<![A-Za-z])(?:
      zero|nought|naught|nil|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve
    | (?:{_TENS})t(?:y|ies|een|eens|ieth|ieths|eenth|eenths|yish)
    | (?:two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|several|many|manifold|multi|\w*ty)[- ]?fold
    | hundreds?|thousands?|millions?|billions?|trillions?|gazillions?|zillions?|dozens?|scores?[ ]of
    | (?:hundred|thousand|million|billion|trillion)ths?
    | third|thirds|fourth|fourths|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|eleventh|twelfth
    | half|halve|halves|halved|halving|quarters?|quartered
    | twice|thrice|double|doubles|doubled|doubling|triple|triples|tripled|tripling|treble|trebled
    | quadruple\w*|quintuple\w*|octuple\w*|tenfold
    | orders?[ -]of[ -]magnitude|magnitudes?
    | per[ ]?cent|percents|percentages?|percentile\w*|per[ ]mille
    | pairs?[ ]of|couples?[ ]of|trio|duo|single|sole|solo|singleton
    )(?![A-Za-z])""",
    re.I | re.X,
)
# "one" counts, unless it stands for a thing: "the slow one", "which one is it".
ONE = re.compile(
    r"(?<![A-Za-z])(?<!which )(?<!this )(?<!that )(?<!each )(?<!other )ones?(?![A-Za-z])(?!\s*(?:[.,;:?)]|$)|\s+(?:of|that|which|is|was|with|has)\b)",
    re.I,
)
# A quantity without a numeral.
A_UNIT = re.compile(
    r"(?<![A-Za-z])an?\s+(?:(?:nano|micro|milli)?second|minute|hour|day|week|month|year|decade|century|"
    r"(?:kilo|mega|giga|tera|peta|exa)\w+|order)(?![A-Za-z])",
    re.I,
)
ORDINALS = re.compile(r"(?<![A-Za-z])(?:first|second|once|last|only|both)(?![A-Za-z])", re.I)

_LAW = re.compile(r"[^\s=,;:]+(?:\([^()]*\))? = .+?(?=, (?:with|where|and)\b|[.;](?:\s|$)|$)")
_WORK = re.compile(
    r"[A-Z][\w.+!/\u2019'-]*(?: (?:[A-Z][\w.+!/\u2019'-]*|of|and|for|the|\d+))* \([^()]*\b(?:19|20)\d\d\)"
)
_MARK = re.compile(r"\[[a-z][^\[\]{}]*\]")
_TOKEN = re.compile(r"\S+")
_OPENING, _CLOSING = "([\"'\u201c\u2018", ")].,;:?!\"'\u201d\u2019"


def is_numeric(character: str) -> bool:
    """Whether a character has a value in any script: digits, fractions, numerals of Han."""
    return (
        unicodedata.category(character)[0] == "N"
        or unicodedata.numeric(character, None) is not None
    )


def is_plain(character: str) -> bool:
    """Whether a sentence may hold it outside of a slot: letters of Latin, and marks of sentences."""
    return character in _PLAIN or (
        character.isalpha() and ord(character) < 0x250 and not is_numeric(character)
    )


def atoms(text: str, works: Iterable[str] = ()) -> list[Found]:
    """What must be a slot in a text of ours, in order, without overlap.

    Parameters
    ----------
    text : str
        Plain text of a sentence or a paragraph.
    works : iterable of str
        Works as they are cited there: "HetPipe (USENIX ATC 2020)".
    """
    found: list[Found] = []
    for cited in works:
        at = text.find(cited)
        while cited and at >= 0:
            found.append(Found(at, at + len(cited), Atom.WORK))
            at = text.find(cited, at + len(cited))
    found += [Found(*m.span(), Atom.WORK) for m in _WORK.finditer(text)]
    found += [Found(*m.span(), Atom.MARK) for m in _MARK.finditer(text)]
    found += [Found(*m.span(), Atom.LAW) for m in _LAW.finditer(text)]
    found += [Found(r.start, r.end, Atom.NUMBER) for r in quantity.read(text) if r.end > r.start]
    for pattern in (NUMBER_WORDS, ONE, A_UNIT):
        found += [Found(*m.span(), Atom.NUMBER) for m in pattern.finditer(text)]
    found += list(_odd_tokens(text))
    return _merged(text, found)


def _odd_tokens(text: str) -> Iterator[Found]:
    """Words with a digit or with a sign that no plain sentence needs, without the marks around them."""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while start < end and text[start] in _OPENING:
            start += 1
        while start < end and text[end - 1] in _CLOSING:
            end -= 1
        body = text[start:end]
        if any(not is_plain(c) for c in body) or _dotted(body):
            kind = Atom.NAME if body[:1].isalpha() else Atom.NUMBER
            yield Found(start, end, kind)


def _dotted(word: str) -> bool:
    """A stop or a colon inside of a word: a file, a host, an abbreviation."""
    return bool(re.search(r"[.:]\S", word))


def _merged(text: str, found: list[Found]) -> list[Found]:
    """Overlapping finds as one, widened to whole words; the longest names the kind."""
    out: list[Found] = []
    for each in sorted(found, key=lambda f: (f.start, -f.end)):
        start, end = each.start, each.end
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
            start -= 1
        while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
            end += 1
        if out and start < out[-1].end:
            last = out[-1]
            kind = last.kind if last.end - last.start >= end - start else each.kind
            out[-1] = Found(last.start, max(last.end, end), kind)
        elif end > start:
            out.append(Found(start, end, each.kind))
    return out


def words(text: str) -> list[str]:
    """Words of a text, with their capitals."""
    return re.findall(r"[^\W\d_]+(?:['\u2019][a-z]+)?", text)


def folded(text: str) -> str:
    """Text without accents, so that "two" in any dress is "two"."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def printed_numbers(text: str) -> frozenset[str]:
    """Every number that a reader sees in a text: digits as printed, and words that count."""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.findall(r"\d(?:[\d.,]*\d)?", plain)
    return frozenset(digits) | {m.group().lower() for m in NUMBER_WORDS.finditer(plain)}
