"""How likely two sentences speak of one result: by the words that they share, the rarer the more."""

from __future__ import annotations

from functools import lru_cache

from tanaka.paper.result_words import metrics_of
from tanaka.patterns import Lazy
from tanaka.rules.numbers.drift.ledger import Entry, Ledger
from tanaka.rules.numbers.drift.same_result import slip

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


_TAIL = Lazy(r" p (?:50|90|95|99|999)(?= )")
_BETWEEN = frozenset(
    {"for", "of", "the", "in", "by", "to", "a", "an", "its", "our", "on", "per", "and"}
)


@lru_cache(maxsize=4096)
def objects(zone: str) -> frozenset[str]:
    """Words beside the metrics that a phrase names: "activation" of "the memory for activations"."""
    words = [w for w in zone.split() if w not in _BETWEEN]
    found = {m.group().strip() for m in _TAIL.finditer(zone)}
    for i, w in enumerate(words):
        if metrics_of(w):
            found.update(words[max(0, i - 1) : i])
            if f"{w} for " in zone or f"{w} of " in zone:
                found.update(words[i + 1 : i + 2])
    return frozenset(
        w
        for w in found
        if (w.isalpha() and len(w) > 3 and (w == "step" or not metrics_of(w))) or w[0] == "p"
    )


def of_one_object(a: Entry, b: Entry) -> bool:
    """Whether the metrics of two results have one and the same word beside them.

    "Memory for activations" and "activation memory" do, "step time" and "build time" do not.
    """
    x, y = a.result, b.result
    ends = {x.aggregate, y.aggregate}
    if (
        not x.metrics & y.metrics
        or x.change != y.change
        or (len(ends) > 1 and ends != {"max", "range"})
    ):
        return False
    if len(x.metrics & y.metrics) > 1:
        return True
    one, other = objects(x.zone), objects(y.zone)
    return bool(one & other)


def sized(a: Entry, b: Entry) -> bool:
    """Whether two values are so close, or so like each other in print, that one may be the other."""
    x, y = a.number.quantity.point, b.number.quantity.point
    if not (x > 0 and y > 0):
        return False
    ratio = max(x, y) / min(x, y)
    return ratio <= 2.1 or 9.5 <= ratio <= 10.5 or slip(a, b)
