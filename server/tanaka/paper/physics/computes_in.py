"""Which number formats a paper says that it computes in, in any sentence of its own.

Told as mentions called ``computes-in`` with the formats as settings: "models are trained in BF16" states
no number that could carry the format.
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.binding import precision_names
from tanaka.paper.mentions import role_of
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence

COMPUTES_IN = "computes-in"


@lru_cache(maxsize=16384)
def format_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """The formats that a sentence names, as one mention; none where it names none."""
    found = precision_names(sentence.text)
    if not found or where is Where.TITLE:
        return ()
    low = sentence.text.lower()
    at = max(0, min((low.find(f) for f in found if f in low), default=0))
    role = role_of(sentence.text, at, where)
    return (LocalWord(COMPUTES_IN, role, at, at + 1, tuple(("precision", f) for f in found)),)
