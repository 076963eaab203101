"""Passages cut into sentences, each with its quantities.  Plain text only."""

from __future__ import annotations

from functools import lru_cache

from tanaka.patterns import Lazy
from tanaka.quantity import Reading, read
from tanaka.records import dataclass

# A capital after a number is a unit ("120 W."), any other an initial.
_ABBREVIATION = Lazy(
    r"(?:\b(?:e\.g|i\.e|cf|vs|resp|approx|etc|et al|al|Fig|Figs|Sec|Secs|Tab|Eq|Eqs|Alg|Ref|Refs|No|St|Dr|w\.r\.t|"
    r"a\.k\.a|incl|max|min|avg|ca|Prof|App|Thm)|(?<!\d[\s\u2009])\b[A-Z])\.$"
)
# A capital begins a sentence, and so does a name as "vLLM" or "nanoGPT".
_END = Lazy(r"[.?!][\"”')\]}]*(?=\s+[\"“(\[]?(?:[A-Z0-9\ue000\\$~≈]|[a-z]+[A-Z][A-Za-z]{2})|\s*$)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: its text, where it begins there, and what it states."""

    text: str
    start: int
    readings: tuple[Reading, ...]

    def __hash__(self) -> int:
        # Readings follow from the text; many things are looked up by the sentence.
        return hash((self.text, self.start))

    def before(self, reading: Reading, reach: int = 60) -> str:
        """Text that leads to a reading."""
        return self.text[max(0, reading.start - reach) : reading.start]

    def after(self, reading: Reading, reach: int = 60) -> str:
        """Text that follows a reading."""
        return self.text[reading.end : reading.end + reach]

    def between(self, a: Reading, b: Reading) -> str:
        """Text between two readings, in their order."""
        return self.text[a.end : b.start]


@lru_cache(maxsize=16384)
def sentences(text: str, *, decimal_comma: bool = False) -> tuple[Sentence, ...]:
    """Sentences of a passage, in order; together they cover it.

    Parameters
    ----------
    text : str
    decimal_comma : bool
        Whether the document is German or French, see `tanaka.quantity.read`.
    """
    out: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _ABBREVIATION.search(text[start : match.start() + 1]):
            continue
        out.append(_sentence(text[start : match.end()], start, decimal_comma))
        start = match.end()
    if text[start:].strip():
        out.append(_sentence(text[start:], start, decimal_comma))
    return tuple(out)


def _sentence(text: str, start: int, decimal_comma: bool) -> Sentence:
    lead = len(text) - len(text.lstrip())
    body = text[lead:]
    return Sentence(body, start + lead, tuple(read(body, decimal_comma=decimal_comma)))
