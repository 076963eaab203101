"""How likely two sentences speak of one result: by the words that they share, the rarer the more."""

from __future__ import annotations

from tanaka.rules.numbers.ledger import Entry, Ledger
from tanaka.rules.numbers.same_result import slip

_NEVER_CHANCE = 3.0
"""Weight of shared words below which two sentences meet by chance."""


def kin(a: Entry, b: Entry, ledger: Ledger) -> float:
    """What part of the own words of two results stands in the other's sentence, by weight; 0 to 1.

    Parameters
    ----------
    a, b : Entry
    ledger : Ledger
        Weighs words: those of many sentences say little.
    """
    x, y = _own(a), _own(b)
    all_x, all_y = a.result.words | a.result.names, b.result.words | b.result.names
    one, other = ledger.weight(x & all_y), ledger.weight(y & all_x)
    if ledger.weight((x & all_y) | (y & all_x)) < _NEVER_CHANCE:
        return 0.0
    found = 0.0
    for part, words in ((one, x), (other, y)):
        whole = ledger.weight(words)
        found += part / whole if whole else 0.0
    return found / 2


def _own(e: Entry) -> frozenset[str]:
    """Words of a number's own; those of its sentence where there are next to none."""
    r = e.result
    own = r.near | r.named
    return own if len(own) > 1 else r.words | r.names


def sized(a: Entry, b: Entry) -> bool:
    """Whether two values are so close, or so like each other in print, that one may be the other."""
    x, y = a.number.quantity.point, b.number.quantity.point
    if not (x > 0 and y > 0):
        return False
    ratio = max(x, y) / min(x, y)
    return ratio <= 2.1 or 9.5 <= ratio <= 10.5 or slip(a, b)
