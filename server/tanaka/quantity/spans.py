"""Readings that belong together: ranges become one, lists share the unit that stands once."""

from __future__ import annotations

import re
from dataclasses import replace

from tanaka.patterns import Lazy
from tanaka.quantity.hedges import before as hedge_before
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal, parse
from tanaka.quantity.model import Qualifier, Quantity, Reading
from tanaka.quantity.widths import make
from tanaka.quantity.words import words

_S = r"[ \t\u2009\u202f\u00a0\n]"
_DASH = Lazy(rf"{_S}?(?:–|—|-|−){_S}?")
_AND_OR_TO = Lazy(rf"{_S}(?:and|to){_S}(?:about{_S}|around{_S})?")
_TO = Lazy(rf"{_S}to{_S}")
_BETWEEN = Lazy(
    rf"(?:between|ranges?{_S}from|ranging{_S}from|ranged{_S}from|range{_S}of|in{_S}the{_S}range|varies{_S}from|varying{_S}from|"
    rf"vary{_S}from|anywhere{_S}from){_S}(?:about{_S}|around{_S}|roughly{_S})?$",
    re.I,
)
# "reduced 420 to 140 ms" is a change, "takes 10 to 20 ms" a range.
_CHANGES = Lazy(
    r"\b(?:from|increas\w*|grow\w*|grew|ris\w*|rose|improv\w*|scal\w*|rais\w*|goes|went|climb\w*|jump\w*|reduc\w*|drop\w*|cut\w*|"
    r"fall\w*|fell|decreas\w*|speed\w*|boost\w*|lift\w*|mov\w*|chang\w*|extend\w*)\b[^.;:]*$",
    re.I,
)
_JOIN = Lazy(
    rf"{_S}?(?:/|→|,?{_S}?(?:and|or|to|versus|vs\.?|against|instead{_S}of|rather{_S}than|down{_S}to|up{_S}to)|{_S}&){_S}?"
)
_COMMA = Lazy(rf"{_S}?,{_S}?")
_OF = Lazy(rf"{_S}(?:out{_S})?of(?:{_S}the)?{_S}")
_ARROW = Lazy(rf"{_S}?(?:→|->|⟶|⇒){_S}?")
_FROM = Lazy(rf"\bfrom{_S}$", re.I)
_SPAN = Lazy(
    rf"{_S}?(?:,{_S})?(?:to|down{_S}to|up{_S}to|→){_S}?(?:about{_S}|around{_S}|only{_S}|just{_S}|over{_S})?[≈∼~]?"
)


def ranges(text: str, found: list[Reading]) -> list[Reading]:
    """Join "15-20 ms", "65--68 ms" and "between 85% and 90%" into one range each."""
    joined: list[Reading] = []
    for reading in found:
        if joined and (both := _range(text, joined[-1], reading)) is not None:
            joined[-1] = both
        else:
            joined.append(reading)
    return joined


def _range(text: str, last: Reading, reading: Reading) -> Reading | None:
    a, b = last.quantity, reading.quantity
    gap = text[last.end : reading.start]
    if len(gap) > 12 or isinstance(a.value, tuple) or isinstance(b.value, tuple):
        return None
    if not a.shown_unit:
        if last.noun and not (last.noun == reading.noun and gap.strip()):
            return None
    elif a.shown_unit != b.shown_unit and not b.shown_unit.startswith(f"{a.shown_unit} "):
        return None
    first_literal = a.literal
    if not a.shown_unit and (power := _shared_power(a.literal, b.literal)) != 1.0:
        first_literal = Literal(a.literal.text, a.literal.value * power, a.literal.ulp * power)
    low = first_literal.value * (b.scale if not a.shown_unit else a.scale)
    if a.shown_unit and a.shown_unit != b.shown_unit:
        low = first_literal.value * b.scale
    high = b.point
    if low > high:
        return None
    if not _DASH.fullmatch(gap):
        head = text[max(0, last.start - 40) : last.start]
        if not _AND_OR_TO.fullmatch(gap):
            return None
        plain_to = (
            _TO.fullmatch(gap) is not None and low < high and not a.shown_unit and not last.noun
            and (b.shown_unit not in ("", "points") or bool(reading.noun)) and not _CHANGES.search(head)
            and b.shown_unit != "×" and high <= 10 * low and _spanning(text, last)
        )  # fmt: skip
        if not plain_to and not _BETWEEN.search(head):
            return None
    scale = low / first_literal.value if first_literal.value else b.scale
    first = make(first_literal, b.unit, b.shown_unit, scale, Qualifier.EXACT, count=False)
    qualifier, _, _ = hedge_before(text, last.start, reading.noun)
    hedged = qualifier is Qualifier.APPROX
    near = Interval(first.nominal.low, b.nominal.high)
    hard = Interval(first.hard.low, b.hard.high)
    if hedged and low > 0:
        near = near.hull(Interval(0.9 * low, 1.1 * high))
        hard = hard.hull(Interval(0.9 * low, 1.1 * high))
    quantity = replace(
        b, value=(low, high), nominal=near, hard=hard, qualifier=Qualifier.RANGE, count=False
    )
    return replace(reading, start=last.start, literal_start=last.literal_start, quantity=quantity)


def _shared_power(a: Literal, b: Literal) -> float:
    """The power of ten of "3 and 3.5×10^{21}", which stands once, or 1."""
    if "10" not in b.text or "10" in a.text:
        return 1.0
    match = re.match(r"[\d.,]+(?=\s?[×·]\s?10[\^⁰¹²³⁴-⁹⁻])", b.text)
    mantissa = parse(match.group()) if match else None
    return b.value / mantissa.value if mantissa and mantissa.value else 1.0


_SPANNING = words(
    "takes take took taking needs need needed requires require required uses use used using of with in for within "
    "every spans span costs cost lasts last typically usually about around roughly approximately only at by on is are "
    "was were adds add another after contains contain has have holds hold consumes consume between runs run"
)


def _spanning(text: str, last: Reading) -> bool:
    """Whether the word before "A to B" tells of a range: "takes 10 to 20 ms"."""
    lead = text[max(0, last.literal_start - 24) : last.literal_start].lower().split()
    return bool(lead) and lead[-1] in _SPANNING


def share_units(text: str, found: list[Reading]) -> list[Reading]:
    """Give "2.8, 3.7 and 9.5 TFLOPS" and "from 420 to 140 ms" the unit that stands once.

    A comma alone joins nothing ("hop 4.77, 100 ms"): a list ends with "and" or "or", or stands
    in braces.  Readings of one list or one span get a common series.
    """
    if len(found) < 2:
        return found
    out = list(found)
    shared: set[int] = set()
    for i in range(len(out) - 2, -1, -1):
        gap = text[out[i].end : out[i + 1].start]
        if len(gap) > 24:
            continue
        if _span(text, out[i], out[i + 1], gap):
            shared.add(i)
        listed = _listed(text, out, i, gap, shared)
        if listed is not None:
            out[i] = listed
            shared.add(i)
        elif i not in shared and _in_one_set(text, out[i], out[i + 1], gap, i + 1 in shared):
            shared.add(i)
    return _series(out, shared)


def _listed(text: str, out: list[Reading], i: int, gap: str, shared: set[int]) -> Reading | None:
    this, following = out[i], out[i + 1]
    # "12.1k to 18.9k tokens/s": both have their suffix, and the unit stands once
    a, unit = this.quantity, following.quantity
    suffix = unit.shown_unit.startswith(f"{a.shown_unit} ")
    price = a.unit == "USD" and unit.unit.startswith("USD/")  # "$3 vs. $4 per million tokens"
    if a.shown_unit and not suffix and not price:
        return None
    if this.noun or isinstance(a.value, tuple) or a.literal.ulp == 0 or unit.literal.ulp == 0:
        return None
    if isinstance(unit.value, tuple) and not (i + 1 in shared or _COMMA.fullmatch(gap)):
        return None
    comma = _COMMA.fullmatch(gap) and (
        i + 1 in shared or _braced(text, this, following) is not None
    )
    if not comma and not _JOIN.fullmatch(gap) and not _part_of(text, this, following, gap):
        return None
    if isinstance(unit.value, tuple) or (not unit.shown_unit and not following.noun):
        return None
    if unit.unit == "1" and unit.scale >= 1e3 and abs(a.point) >= 1e3:
        return None  # "length 2,048 and 12.85B parameters": 2,048 billion is not meant
    if unit.shown_unit == "×" and re.search(r"from", text[max(0, this.start - 6) : this.start]):
        return None
    if re.search(r"=\s?$", text[max(0, this.literal_start - 3) : this.literal_start]):
        return None  # "K = 5 and 100 ms"
    if unit.shown_unit == "%" and _said_again(text, out, i, gap):
        return None  # "31 of the 75, or 41.3%"
    quantity = make(
        a.literal, unit.unit, unit.shown_unit, unit.scale, a.qualifier, count=unit.count
    )
    return replace(this, quantity=quantity, kind=following.kind, noun=following.noun)


_OR_ELSE = Lazy(rf"{_S}?,{_S}?or{_S}?")


def _said_again(text: str, out: list[Reading], i: int, gap: str) -> bool:
    """Whether a percentage only says a count again: ", or" with no list before it."""
    if not _OR_ELSE.fullmatch(gap):
        return False
    return i == 0 or not _COMMA.fullmatch(text[out[i - 1].end : out[i].start])


def _part_of(text: str, a: Reading, b: Reading, gap: str) -> bool:
    """Whether "(139 of 418 ms)" gives an amount and its whole."""
    return (
        b.quantity.unit in ("s", "byte", "J", "W", "USD")
        and _OF.fullmatch(gap) is not None
        and a.quantity.literal.value < b.quantity.literal.value
        and text[max(0, a.start - 2) : a.start].rstrip().endswith("(")
        and text[b.end : b.end + 1] == ")"
    )


def _same_measure(a: Quantity, b: Quantity) -> bool:
    return a.unit == b.unit


def _span(text: str, a: Reading, b: Reading, gap: str) -> bool:
    """Whether two readings are the ends of "from A to B" or "A → B"."""
    if not _same_measure(a.quantity, b.quantity) and a.quantity.shown_unit:
        return False
    if _ARROW.fullmatch(gap):
        return True
    return _SPAN.fullmatch(gap) is not None and bool(
        _FROM.search(text[max(0, a.start - 6) : a.start])
        or re.search(
            rf"\bfrom{_S}\S{{1,14}}{_S}?$", text[max(0, a.literal_start - 22) : a.literal_start]
        )
    )


def _braced(text: str, a: Reading, b: Reading) -> str | None:
    """The text inside the braces around two readings, where they are one set."""
    opening = text.rfind("{", 0, a.start)
    if opening < 0 or a.start - opening > 60 or text[opening - 1 : opening] in ("_", "^"):
        return None
    closing = text.find("}", b.end)
    inside = text[opening + 1 : closing] if 0 <= closing - b.end <= 60 else "}"
    return None if re.search(r"[{}]", inside) else inside


def _in_one_set(text: str, a: Reading, b: Reading, gap: str, more: bool) -> bool:
    """Whether two readings with units of their own stand in one list."""
    if a.quantity.unit != b.quantity.unit or isinstance(a.quantity.value, tuple):
        return False
    if not _COMMA.fullmatch(gap):
        return False
    alike = a.noun == b.noun and a.quantity.shown_unit == b.quantity.shown_unit
    return (more and alike) or _braced(text, a, b) is not None


def _series(out: list[Reading], shared: set[int]) -> list[Reading]:
    number = 0
    for i in range(len(out)):
        if i - 1 not in shared and i in shared:
            number += 1
        if i in shared or i - 1 in shared:
            out[i] = replace(out[i], series=number)
    return out
