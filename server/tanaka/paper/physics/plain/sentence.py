"""Whether a text holds no word but those of a vocabulary, its numbers and names left out."""

from __future__ import annotations

from collections.abc import Iterable

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.physics.plain.vocabulary import vocabularies
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

_NAMES = frozenset({EntityKind.DEVICE, EntityKind.LINK, EntityKind.MODEL})
_WORD = Lazy(r"[^\W\d_][\w.'’-]*[^\W_]|[^\W\d_]|\d\w*")
_BASES = Lazy(r"(?:['’]s?|-)$")
_NO_WORDS = frozenset(("", "s", "i.e", "e.g"))


def names(text: str) -> list[tuple[int, int]]:
    """Where a text names parts, links and models; a system or a method by its name may be the way out."""
    return [(e.start, e.end) for e in entities(text) if e.kind in _NAMES]


def numbers(sentence: Sentence) -> list[tuple[int, int]]:
    """Where the numbers of a sentence stand, with their units."""
    return [(r.start, r.end) for r in sentence.readings]


def without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text with blanks in some places."""
    out = list(text)
    for start, end in places:
        out[start:end] = " " * (end - start)
    return "".join(out)


def blank(pattern: Lazy, text: str) -> str:
    """A text with blanks where a pattern matches."""
    return pattern.sub(lambda m: " " * len(m.group()), text)


def only_known(relation: str, rest: str, text: str) -> bool:
    """Whether the rest of a text has only words of a relation, and formats that the text computes in."""
    known = vocabularies()[relation].words
    formats = {f.lower() for f in precision_names(text)}
    for m in _WORD.finditer(rest):
        word = _BASES.sub("", m.group().lower().rstrip("."))
        if word in _NO_WORDS or word in known or word in formats:
            continue
        if "-" in word and all(p in known or p in formats for p in word.split("-")):
            continue
        return False
    return True
