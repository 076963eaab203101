"""Efficiencies that no pairing of the values and the devices beside them comes near."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from tanaka.paper.model import Physical

_NEAR = 0.035
"""Within so much of the efficiency, a pairing may be the one that it was computed from."""
_LEAST, _LEAST_SPEEDUP, _MOST = 0.4, 0.6, 1.08
"""What an efficiency is, where the pairing is that of the two scales."""


def paired(claim: Physical, one: float, other: float = 1.0, *, stated: float) -> Physical | None:
    """A claim with the pairing that is the likeliest, where no pairing comes near what is stated."""
    counts = [n for _, n in claim.counted]
    rate = claim.name("kind") == "rate"
    low, high = min(one, other), max(one, other)
    grown = high / low
    wanted = 1 - stated if claim.name("form") == "loss" else stated
    pairs = [(m, n) for m, n in combinations(sorted({1.0, *counts}), 2) if n > m]
    tried = [1 / grown, grown, *(grown * m / n for m, n in pairs)]
    either = (wanted, stated) if claim.name("form") == "loss" else (wanted,)
    if any(abs(e - s) < _NEAR for e in tried for s in either):
        return None
    if "each" in claim.cues and rate:
        if len(counts) < 2 or not _LEAST < 1 / grown < 1:
            return None
        at = dict(claim.given)
        few, many = (at["one"], at["other"]) if one > other else (at["other"], at["one"])
        return replace(claim, given=(("at few", few), ("at many", many)), counted=())
    alone = claim.name("kind") == "speedup"
    told = pairs if alone else [(m, n) for m, n in combinations(counts, 2)] or [(1.0, counts[-1])]
    least = _LEAST_SPEEDUP if alone else _LEAST
    likely = [(m, n) for m, n in told if least < grown * m / n < _MOST]
    if len(likely) != 1 and (min(counts), max(counts)) in likely:
        likely = [(min(counts), max(counts))]
    if len(likely) != 1:
        return None
    (m, n), at = likely[0], dict(claim.given)
    if claim.name("kind") == "speedup":
        return replace(claim, given=(("at many", at["one"]),), counted=(("few", m), ("many", n)))
    smaller, larger = (at["one"], at["other"]) if one < other else (at["other"], at["one"])
    few, many = (smaller, larger) if rate else (larger, smaller)
    return replace(
        claim, given=(("at few", few), ("at many", many)), counted=(("few", m), ("many", n))
    )
