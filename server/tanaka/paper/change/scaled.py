"""Numbers that two scales make of each other: a speed-up with its efficiency, and no change of one value."""

from __future__ import annotations

from itertools import pairwise

from tanaka.paper.change.operands import LocalChange
from tanaka.paper.sentences import Sentence

_NEAR = 0.006


def of_scaling(sentence: Sentence, change: LocalChange) -> bool:
    """Whether a number is the efficiency, or the speed-up, of a scaling that the sentence tells of.

    "From 64 to 128, 1.7x (85%)": 1.7 of 2 is 85%.  "14 to 56 raises the rate from 210 to 756, i.e.
    90%": 3.6 of 4 is.  "3.1M are 88% of 8 times 440K": 7.05 is.
    """
    claim, old, new = (
        sentence.readings[i].quantity for i in (change.change, change.old, change.new)
    )
    others = [
        r
        for i, r in enumerate(sentence.readings)
        if i not in (change.change, change.old, change.new)
    ]
    if (
        isinstance(old.value, tuple)
        or isinstance(new.value, tuple)
        or old.point <= 0
        or new.point <= 0
    ):
        return False
    ratios = (new.point / old.point, old.point / new.point)
    if claim.shown_unit == "%":
        if any(
            _amounts(r, n.quantity.point, claim.point)
            for r in ratios
            for n in others
            if n.quantity.shown_unit == "×"
        ):
            return True
        counts = [(a, b) for a, b in pairwise(others) if _from_to(sentence, a.end, b.start)]
        scales = [
            b.quantity.point / a.quantity.point
            for a, b in counts
            if a.quantity.unit == "1" == b.quantity.unit and a.quantity.point > 0
        ]
        return any(_amounts(s, r, claim.point) for s in scales for r in ratios)
    shares = [n.quantity.point for n in others if n.quantity.shown_unit == "%"]
    return any(
        _amounts(r, claim.point, share) or _amounts(claim.point, r, share)
        for r in ratios
        for share in shares
    )


def _amounts(scale: float, gain: float, share: float) -> bool:
    """Whether a gain is that share of what a scale allows for."""
    return scale > 1 and abs(gain / scale - 1) > 0.02 and abs(gain / scale - share) < _NEAR


def _from_to(sentence: Sentence, start: int, end: int) -> bool:
    return sentence.text[start:end].strip() in ("to", "→", "–")
