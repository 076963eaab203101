"""Every admissible reading of a stated change, and whether some reading fits.

"x% faster" is read as rate and as time, "N times more" as N and as 1 + N, a percentage of
percentages as points and as relative.  A finding needs all of them to fail.
"""

from __future__ import annotations

from collections.abc import Callable

from tanaka.paper.model import ChangeWord
from tanaka.quantity.interval import Interval, corners
from tanaka.records import dataclass

Value = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a change: what it would be, given the old and the new value.

    ``value`` gives it in the change's own base unit (a factor, or a fraction for a percentage).
    ``text`` shows it with ``{old}`` and ``{new}`` for the printed values.
    """

    name: str
    value: Value
    text: str


def _ratio(old: float, new: float) -> float:
    return old / new


def _inverse(old: float, new: float) -> float:
    return new / old


_OVER = Reading("old over new", _ratio, "{old} / {new}")
_UNDER = Reading("new over old", _inverse, "{new} / {old}")
_MORE_THAN = Reading("times more, as 1 + N", lambda o, n: n / o - 1, "{new} / {old} - 1")
_MORE_THAN_2 = Reading("times more, as 1 + N", lambda o, n: o / n - 1, "{old} / {new} - 1")
_LESS = Reading("less than the old value", lambda o, n: 1 - n / o, "1 - {new} / {old}")
_RATE = Reading("as a rate", lambda o, n: o / n - 1, "{old} / {new} - 1")
_GAIN = Reading("more than the old value", lambda o, n: n / o - 1, "{new} / {old} - 1")
_DOWN = Reading("less than the old value", lambda o, n: (o - n) / o, "({old} - {new}) / {old}")
_POINTS = Reading("percentage points", lambda o, n: n - o, "{new} - {old}")
_POINTS_DOWN = Reading("percentage points", lambda o, n: o - n, "{old} - {new}")
_COMPLEMENT = Reading(
    "of the remaining error",
    lambda o, n: (n - o) / (1 - o) if o < 1 else 0.0,
    "({new} - {old}) / (1 - {old})",
)
_COMPLEMENT_DOWN = Reading(
    "of the remaining error",
    lambda o, n: (o - n) / (1 - n) if n < 1 else 0.0,
    "({old} - {new}) / (1 - {new})",
)
_SHARE = Reading("share", lambda o, n: n / o, "{new} / {old}")
_OVER_NEW = Reading("overhead of the new value", lambda o, n: 1 - o / n, "1 - {old} / {new}")


def readings(word: ChangeWord, *, percentages: bool, ordered: bool) -> tuple[Reading, ...]:
    """Admissible readings, the plainest first.

    Parameters
    ----------
    word : ChangeWord
    percentages : bool
        Whether the two values are themselves percentages: then points are tried too.
    ordered : bool
        Whether the words say which value is old; if not, both orders count.
    """
    match word:
        case ChangeWord.TIMES_FASTER | ChangeWord.TIMES_LESS:
            chosen: tuple[Reading, ...] = (_OVER, _UNDER)
        case ChangeWord.TIMES_MORE:
            chosen = (_UNDER, _OVER, _MORE_THAN, _MORE_THAN_2)
        case ChangeWord.PERCENT_FASTER:
            chosen = (_RATE, _LESS, _GAIN, _OVER_NEW)
            if percentages:
                chosen = (*chosen, _POINTS, _POINTS_DOWN, _COMPLEMENT, _COMPLEMENT_DOWN)
        case ChangeWord.PERCENT_SLOWER:
            chosen = (_GAIN, _LESS, _RATE, _OVER_NEW)
            if percentages:
                chosen = (*chosen, _POINTS, _POINTS_DOWN)
        case ChangeWord.PERCENT_LESS:
            chosen = (_LESS,)
            if percentages:
                chosen = (*chosen, _POINTS_DOWN, _POINTS, _COMPLEMENT, _COMPLEMENT_DOWN)
            if not ordered:
                chosen = (*chosen, _OVER_NEW)
        case ChangeWord.PERCENT_MORE:
            chosen = (
                (_GAIN, _OVER_NEW) if not percentages else (_GAIN, _POINTS, _COMPLEMENT, _OVER_NEW)
            )
            if not ordered:
                chosen = (*chosen, _RATE, _LESS)
        case ChangeWord.POINTS:
            chosen = (_POINTS, _POINTS_DOWN)
        case ChangeWord.RELATIVE_MORE:
            # "a relative improvement" of an error is less of it
            chosen = (_GAIN, _DOWN, _COMPLEMENT) if percentages else (_GAIN, _DOWN)
            if not ordered:
                chosen = (*chosen, _RATE)
        case ChangeWord.RELATIVE_LESS:
            chosen = (_LESS, _COMPLEMENT_DOWN, _COMPLEMENT) if percentages else (_LESS,)
            if not ordered:
                chosen = (*chosen, _OVER_NEW)
        case ChangeWord.SHARE:
            # "saves 42% of memory (22 GB instead of 38 GB)": what is not there is a share, too.
            chosen = (_SHARE, _LESS)
    return chosen


def reach(reading: Reading, old: Interval, new: Interval) -> Interval:
    """All values of a reading over the two intervals."""
    return corners(reading.value, old, new)


def fits(reading: Reading, claim: Interval, old: Interval, new: Interval) -> bool:
    """Whether some value inside the intervals makes the reading true."""
    return reach(reading, old, new).meets(claim)
