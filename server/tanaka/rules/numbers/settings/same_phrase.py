"""Whether two places count the same thing by their phrases, and whether their values are one."""

from __future__ import annotations

from tanaka.paper.attribute.tallies import WHOLES
from tanaka.paper.model import Asserted, Tally
from tanaka.rules.numbers.settings.tellings import Telling

LEAST_LONG = 100
"""A count of three digits, which nobody meets by chance."""
_NEAR = 0.03
_FAR = 2.5
"""No rounding makes values one that lie farther apart."""


def plain(t: Tally) -> bool:
    """Whether nothing but its phrase says of what a count is."""
    cues = t.cues - {"related"}
    if t.noun == WHOLES:
        return not any(not c.startswith("~") for c in cues)
    if t.form == "the":
        return not cues - {"modal"}
    return not cues and (t.asserted is not Asserted.NO or t.form == "own")


def supports(t: Tally) -> bool:
    """Whether another count may be held against one, though its sentence turns to something else."""
    return not any(
        c not in ("modal", "related") and (not c.startswith("~") or c[1:].startswith(_UNREAL))
        for c in t.cues
    )


_UNREAL = (
    "simulat", "emulat", "hypothe", "suppos", "we sampl", "random", "manual", "assum", "imagine", "scenario", "consider", "vari", "vary", "sweep", "swept", "rang", "today", "usual", "typical", "common", "often", "state-of",
    "original", "prior", "previous", "earlier", "baseline", "toy", "ablat", "respectively", "either", "for ", "say", "such as",
)  # fmt: skip
"""Beginnings of words under which a count is not the paper's own."""


def comparable(o: Tally, t: Tally) -> bool:
    """Whether two phrases may count the same things."""
    if (o.per != t.per and o.noun != "gpu memory") or (
        o.parts and t.parts and not o.parts & t.parts
    ):
        return False
    if o.words != t.words and not (not t.sentence and o.words <= t.words):
        return False
    if _told(o.about) != _told(t.about):
        return False
    return not (o.about - t.about and t.about - o.about)


def _told(about: frozenset[str]) -> frozenset[str]:
    """Words that tell one of several things: "of second"."""
    return frozenset(tag for tag in about if tag.startswith("of "))


def agree(a: Telling, b: Telling) -> bool:
    """Whether some rounding makes two values one."""
    x, y = a.value, b.value
    if x > _FAR * y or y > _FAR * x:
        return False
    if a.whole and b.whole:
        return x == y
    return a.hard.meets(b.hard)


def slip(o: Telling, u: Telling) -> bool:
    """Whether two long numbers are nearly one."""
    a, b = o.number.quantity, u.number.quantity
    return (
        long(o)
        and long(u)
        and min(a.literal.value, b.literal.value) >= LEAST_LONG
        and abs(o.value - u.value) < _NEAR * max(o.value, u.value)
    )


def long(t: Telling) -> bool:
    """Whether a number has three digits that tell, so that nobody meets it by chance."""
    digits = "".join(c for c in t.number.quantity.literal.text if c.isdigit())
    return len(digits.strip("0")) > 2
