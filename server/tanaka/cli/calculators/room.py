"""Whether a need fits a part that a name may mean: one verdict, or one for each of its variants."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from hwmodels.answer import Answer
from hwmodels.catalog import Accelerator
from hwmodels.fitting import Fitting, Room, Verdict, compare
from tanaka.cli.calculators import named
from tanaka.views.calculation import Row, shown, spread

Notes = list[tuple[str, str]]


def rooms(parts: named.Parts, devices: int) -> tuple[Room, ...]:
    """Memory of each variant, where so many devices take part."""
    return tuple(Room.of_part(p, devices=devices) for p in parts)


def rows(parts: named.Parts, several: Sequence[Room], typed: str) -> list[Row]:
    """What there is, and what of it a program can use."""
    low, high = zip(*(r.usable for r in several), strict=True)
    held = [p.capacity for p in parts]
    return [
        Row("there", *named.reach(held), "byte", named.label(parts, typed), named.cited(held),
            named.verified(held)),
        Row("usable", min(low), max(high), "byte", "context and communication library taken off: an estimate"),
    ]  # fmt: skip


def fittings(proof: Answer | None, need: Answer, several: Sequence[Room]) -> list[Fitting]:
    """A need against each room: by the proof where it says that it cannot fit."""
    found = []
    for room in several:
        fitting = compare(proof, room) if proof is not None else None
        if fitting is None or fitting.verdict is not Verdict.IMPOSSIBLE:
            fitting = compare(need, room)
        found.append(fitting)
    return found


def judged(parts: named.Parts, found: Sequence[Fitting], what: str = "fits") -> tuple[Notes, bool]:
    """The verdict in words, by variant where they differ, and whether it fits none.

    Parameters
    ----------
    parts : tuple of Accelerator
    found : sequence of Fitting
        One for each part.
    what : str
        What to say of one that fits, where not all that a device holds was compared: "state fits".
    """
    by: dict[str, list[int]] = {}
    for i, fitting in enumerate(found):
        by.setdefault(_word(parts[i], fitting, what), []).append(i)
    notes = []
    for word, which in by.items():
        low = min(found[i].margin[0] for i in which)
        high = max(found[i].margin[1] for i in which)
        sentence = _margin(low, high)
        if len(by) > 1:
            sentence += f", on {', '.join(parts[i].name for i in which)}"
        notes.append((word, sentence))
    short = (Verdict.SHORT, Verdict.IMPOSSIBLE)
    return notes, all(f.verdict in short for f in found)


def _word(part: Accelerator, fitting: Fitting, what: str) -> str:
    word = str(fitting.verdict)
    if fitting.verdict is Verdict.FITS:
        return what
    if fitting.verdict is Verdict.IMPOSSIBLE:
        if part.reachable is not None:  # what is above its own memory may lie beside it
            return "cannot fit its own memory"
        if not part.capacity.verified:
            return f"{Verdict.SHORT} (not verified)"
    return word


def _margin(low: float, high: float) -> str:
    if low >= 0:
        return f"{spread(low, high, 'byte')} left"
    if high > 0:
        return f"between {shown(-low, 'byte')} short and {shown(high, 'byte')} left"
    if math.isinf(low):
        return f"at least {shown(-high, 'byte')} short"
    return f"{spread(-high, -low, 'byte')} short"


def capacity(several: Iterable[Room]) -> float:
    """The most that any of them holds [byte]."""
    return max(r.capacity for r in several)
