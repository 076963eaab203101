"""Identities and products whose numbers stand in two sentences: one thought, continued.

The two are read as one only where the second plainly goes on with the first ("This amounts to",
"In total,", "Each node has"), and what stands wholly in one of them is left to its own reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tanaka.paper.model import How
from tanaka.paper.product.counts import LocalProduct
from tanaka.paper.product.identities import identities
from tanaka.paper.product.products import products
from tanaka.paper.product.relations import LocalIdentity
from tanaka.paper.product.sums import sum_of
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """What two sentences state together; indices run through the readings of both."""

    sentence: int
    identities: tuple[LocalIdentity, ...]
    products: tuple[LocalProduct, ...]


# How a sentence begins that goes on with the one before.
_GOES_ON = Lazy(
    r"\s*(?:(?:This|That|It|These|They|The (?:total|overall|whole|entire|resulting|global|run|training|job)\b|In (?:total|all|sum)\b|Overall|Altogether|"
    r"Together|Combined|At (?:a |an |the )?(?:\w+ ){0,3}[$€\d]|At (?:a|an|the)\b|Hence|Thus|Therefore|So|Consequently|Each|Every|With|Assuming)\b|At \$)"
)
# ... or that counts all of what the one before told of.
_COUNTS_ALL = Lazy(r"\s*(?:The|All|These|All the|We)\b")
_MOST = 8


def across(said: Sequence[Sentence]) -> Iterator[Pair]:
    """Pairs of neighbouring sentences with what they state together, by index of the second."""
    for k in range(1, len(said)):
        first, second = said[k - 1], said[k]
        here, there = len(second.readings), len(first.readings)
        if not here or not there or here + there > _MOST:
            continue
        goes_on = _GOES_ON.match(second.text)
        if not goes_on and not _COUNTS_ALL.match(second.text):
            continue
        both = _both(first, second)
        own = tuple(
            replace(m, paired=How.INFERRED)
            for m in (*identities(both), *sum_of(both, there))
            if goes_on
            and (m.joined or not m.bound)  # work in a time is for `tanaka.paper.product.reach`
            and _spans([m.total, *(i for _, i in (*m.factors, *m.divisors))], there)
        )
        counts = tuple(
            replace(p, paired=How.INFERRED)
            for p in products(both)
            if (goes_on or p.what in ("groups", "runs"))
            and _spans([p.total, *(i for _, i in p.factors)], there)
        )
        if own or counts:
            yield Pair(k, own, counts)


def _spans(indices: Sequence[int], there: int) -> bool:
    return min(indices) < there <= max(indices)


def _both(first: Sentence, second: Sentence) -> Sentence:
    """Two sentences as one, the full stop between them a comma."""
    lead = first.text.rstrip()
    lead = (lead[:-1] if lead[-1:] == "." else lead) + ", "
    shift = len(lead)
    moved = tuple(_moved(r, shift) for r in second.readings)
    return Sentence(lead + second.text, first.start, (*first.readings, *moved))


def _moved(r: Reading, by: int) -> Reading:
    return replace(
        r,
        start=r.start + by,
        end=r.end + by,
        literal_start=r.literal_start + by,
        literal_end=r.literal_end + by,
    )
