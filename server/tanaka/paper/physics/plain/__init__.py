"""Whether words leave a claim open: what a proof needs beside its numbers.

No list of ways out is ever whole: an author may count what was skipped, quote a simulator, speak of
one leg of ten, of "two layers of it at a time" or of what "we could not repeat" in words that nobody
has foreseen.  So a proof does not ask which excuses are absent.  It asks that every word of its
sentence be one that cannot be an excuse (`vocabulary`, from ``data/plain.toml``, and `sentence`),
every number an operand, and that no footnote and no sentence beside it make a remark on it, take it
back, or take away a part of what is counted (`beside`).  Anything else is for the author to explain.

A rate is asked for sentence by sentence (`rate`), a claim with roles by its roles (`claim`).
"""

from tanaka.paper.physics.plain.beside import noted, taken_back
from tanaka.paper.physics.plain.claim import plain_claim, with_claims
from tanaka.paper.physics.plain.rate import DISOWNED, EXPLAINED, PLAIN, bare_text, plain_words

__all__ = [
    "DISOWNED", "EXPLAINED", "PLAIN", "bare_text", "noted", "plain_claim", "plain_words", "taken_back",
    "with_claims",
]  # fmt: skip
