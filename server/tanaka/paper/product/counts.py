"""Counts and products of counts: what the readers of layouts, batches and groups share."""

from __future__ import annotations

from tanaka.paper.model import How
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalProduct:
    """Counts that multiply to a total, by index of their readings."""

    what: str
    factors: tuple[tuple[str, int], ...]
    total: int
    cues: frozenset[str]
    paired: How = How.STATED


def plain_count(r: Reading) -> bool:
    """Whether a reading is a whole number of things, without unit, suffix or range."""
    value = r.quantity.value
    return (
        not isinstance(value, tuple)
        and r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and float(value).is_integer()
        and value >= 1
    )


def cues_of(pattern: Lazy, text: str) -> frozenset[str]:
    """Words of a sentence that leave another reading."""
    return frozenset(m.group().lower() for m in pattern.finditer(text))
