"""Numbers in forms of their own: "TP8", "3:1", "1/3", "3 h 20 min", "half", "hundreds of"."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity import hedges, nouns
from tanaka.quantity.kinds import kind as kind_of
from tanaka.quantity.literal import Literal
from tanaka.quantity.model import Kind, Qualifier, Reading
from tanaka.quantity.numerals import Numeral
from tanaka.quantity.tails import unit_after
from tanaka.quantity.units import Unit
from tanaka.quantity.widths import between, make

_S = r"[ \t\u2009\u202f\u00a0\n]"  # the spaces of plain text
_SPACES = " \t\u2009\u202f\u00a0\n"
_HOURS = Lazy(
    rf"{_S}?(?:and{_S}|,{_S}?)?(\d{{1,2}}){_S}?(?:(minutes?|mins?|min|m)(?![A-Za-z])(?:{_S}?(?:and{_S}|,{_S}?)?(\d{{1,2}}){_S}?(seconds?|secs?|s)(?![A-Za-z]))?|"
    rf"(hours?|hrs?|h)(?![A-Za-z])|(seconds?|secs?|s)(?![A-Za-z]))"
)
_LONG_TIMES = {"h": 3600.0, "hour": 3600.0, "hours": 3600.0, "hr": 3600.0, "hrs": 3600.0, "day": 86400.0, "days": 86400.0,
               "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0, "m": 60.0,
               "month": 2592000.0, "year": 31557600.0}  # fmt: skip
_RATIO = Lazy(rf"{_S}?:{_S}?(\d{{1,4}})(?![\d:.]|{_S}?[ap]m\b)")
_FRACTION = Lazy(
    rf"/(\d{{1,4}})(?![\d/%A-Za-z]|[.,]\d)(?P<of>{_S}(?:of|the|as|that|its)(?![A-Za-z]))?"
)
_COMMON_FRACTIONS = frozenset(((2, 3), (3, 4)))
_DEGREE_BEFORE = Lazy(rf"(?<![A-Za-z0-9])(TP|PP|DP|CP|EP|SP|VPP|MP){_S}?(?:=|:|-|of|is)?{_S}?$")


# "tensor parallelism of degree sixteen", "a pipeline-parallel size of four"
_SPELT_DEGREE = Lazy(
    rf"\b(?P<of>tensor|pipeline|data|expert|context|sequence)[- ]parallel(?:ism)?{_S}(?:of{_S}|with{_S})?(?:an?{_S})?(?:degree|size|width)s?{_S}(?:of{_S}|is{_S})?$",
    re.I,
)


def spelt_degree(n: Numeral, before: str) -> Reading | None:
    """A degree of parallelism in a word."""
    name = _SPELT_DEGREE.search(before)
    if not name:
        return None
    quantity = make(n.literal, "1", "", 1.0, Qualifier.EXACT, count=True)
    return Reading(n.start, n.end, n.start, n.end, quantity, Kind.DEGREE, name["of"][0].lower() + "p")  # fmt: skip


def degree(text: str, n: Numeral, before: str) -> Reading | None:
    """Degrees as letters: "TP8", "PP=16", "DP 4": degrees of parallelism glued to their letters."""
    if "P" not in before[-6:] or not n.literal.text.isdecimal():
        return None
    name = _DEGREE_BEFORE.search(before)
    if not name or re.match(r"[\w.]*[A-Za-z_]", text[n.end : n.end + 12]):
        return None
    quantity = make(n.literal, "1", "", 1.0, Qualifier.EXACT, count=True)
    return Reading(n.start, n.end, n.start, n.end, quantity, Kind.DEGREE, name.group(1).lower())


def ratio(text: str, n: Numeral, before: str) -> Reading | None:
    """The form "3:1", and "16:9" where a ratio is spoken of."""
    if not n.literal.text.isdecimal() or before[-1:] in (":", "."):
        return None
    match = _RATIO.match(text, n.end)
    if not match:
        return None
    other = float(match.group(1))
    end = match.end()
    if not other or not (
        other == 1
        or re.search(
            r"ratio|proportion|split|oversubscri", before.lower() + text[end : end + 24].lower()
        )
    ):
        return None
    a, b = n.literal.value, other
    parsed = Literal(text[n.start : end], a / b, 0.0 if float(a / b).is_integer() else 1.0 / b)
    if a / b >= 1 and float(a / b).is_integer():
        parsed = Literal(parsed.text, a / b, 1.0)
    qualifier, _, understated = hedges.before(text, n.start, "")
    quantity = make(parsed, "1", "", 1.0, qualifier, understated=understated)
    return Reading(n.start, end, n.start, end, quantity, Kind.OTHER)


def fraction(text: str, n: Numeral, before: str, *, labelled: bool) -> Reading | None:
    """The form "1/3" and "3/4 of": one number; "15/20" and "8/16/32" stay what they are."""
    raw = n.literal.text
    if text[n.end : n.end + 1] != "/" or len(raw) > 2 or not raw.isdecimal() or labelled:
        return None
    if before[-1:] == "/" or before[-1:].isalnum():
        return None
    match = _FRACTION.match(text, n.end)
    if not match:
        return None
    a, b = n.literal.value, float(match.group(1))
    end = match.end(1)
    if not 0 < a < b or b < 2:
        return None
    if not match.group("of") and (
        ((a, b) not in _COMMON_FRACTIONS and a != 1) or nouns.after(text, end)[0]
    ):
        return None
    if a > 9 or text[end:].lstrip()[:1] in ("∑", "∏", "∫", "√", "‖", "|"):
        return None
    parsed = Literal(text[n.start : end], a / b, 0.0)
    qualifier, _, _ = hedges.before(text, n.start, "")
    quantity = between(parsed, 0.9 * a / b, 1.1 * a / b,
                       qualifier if qualifier is not Qualifier.EXACT else Qualifier.APPROX, "1", "", 1.0)  # fmt: skip
    return Reading(n.start, end, n.start, end, quantity, Kind.OTHER)


def phrase(text: str, n: Numeral) -> Reading | None:
    """Words that stand for an interval: "half", "doubles", "hundreds of", "an order of magnitude"."""
    unit: Unit | None = None
    noun, end = "", n.end
    if n.form == "vague" or (n.form == "share" and text.startswith((" an ", " a "), n.end)):
        # "half an hour": the unit stands behind the article
        at = text.index(" ", n.end + 1) if n.form == "share" else n.end
        unit, unit_end = unit_after(text, at, after_suffix=True)
        if unit is None:
            noun, noun_end = nouns.after(text, at)
            end = noun_end if noun else n.end
            if n.form == "vague" and not noun:
                return None
        else:
            end = unit_end
    order = n.form in ("vague", "order")
    qualifier = Qualifier.ORDER if order else Qualifier.APPROX
    base, shown, scale = (unit.base, unit.shown, unit.scale) if unit else ("1", "", 1.0)
    quantity = between(n.literal, n.low, n.high, qualifier, base, shown, scale)
    before, after = text[max(0, n.start - 40) : n.start], text[end : end + 60]
    kind = kind_of(base, "×" if n.form in ("factor", "order") else shown, noun, 1.0, quantity.point, before, after,
                   text[max(0, n.start - 60) : end + 40])  # fmt: skip
    return Reading(n.start, end, n.start, n.end, quantity, kind, noun)


def hours(text: str, n: Numeral, unit: Unit, at: int) -> tuple[Literal, Unit, int, int] | None:
    """The form "3 h 20 min", "2 hours and 15 minutes", "1h30m": one time in two or three units."""
    large = _LONG_TIMES.get(unit.shown)
    if (
        large is None
        or not n.literal.text.isdecimal()
        or not text[at : at + 8].strip(_SPACES + ",and")[:1].isdigit()
    ):
        return None
    match = _HOURS.match(text, at)
    if not match:
        return None
    first, minute, second, seconds, hour, _ = match.groups()
    if hour:
        small, name = 3600.0, "h"
    elif minute:
        small, name = 60.0, "min"
    else:
        small, name = 1.0, "s"
    if small >= large:
        return None
    total = n.literal.value * large + float(first) * small
    digits_end, end = match.end(1), match.end()
    if seconds:
        total += float(second)
        small, name, digits_end = 1.0, "s", match.end(3)
    literal = Literal(text[n.start : digits_end], total / small, 1.0)
    return literal, Unit("s", small, name), end, digits_end
