"""What follows a number: its suffix, unit, counted noun and deviation."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity import nouns, units
from tanaka.quantity.literal import POWER, parse
from tanaka.quantity.numerals import Numeral
from tanaka.quantity.units import Unit
from tanaka.records import dataclass

_S = r"[ \t\u2009\u202f\u00a0\n]"  # the spaces of plain text
_SPACES = " \t\u2009\u202f\u00a0\n"
_SUFFIX = Lazy(
    rf"{_S}?(?:-{_S}?)?(thousand|million|billion|trillion|bn)(?![A-Za-z])|{_S}?(Ki|Mi|Gi)(?![A-Za-z])|{_S}?([KkMBT])(?![A-Za-z0-9])"
)
_SUFFIX_COMMA = Lazy(
    rf"{_S}?(Mrd\.?|Milliarden|milliards?|Mio\.?|Millionen|millions?|Tsd\.?|tausend|mille)(?![A-Za-z])"
)
_MULTIPLIER = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9,
    "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30,
    "Mrd": 1e9, "Milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "Mio": 1e6, "Millionen": 1e6,
    "millions": 1e6, "Tsd": 1e3, "tausend": 1e3, "mille": 1e3,
}  # fmt: skip
_BILLION_OF = Lazy(rf"{_S}B(?={_S}(?:param|token|model|weights|activated|active|total|dense|MoE))")
_PERCENT = Lazy(rf"{_S}?%|(?:{_S}|-)?per{_S}?cent(?![a-z])")
_POINTS = Lazy(
    rf"(?:{_S}|-)?(?:percentage{_S}points?|percentage-points?|%{_S}points?|absolute{_S}points?|points?|pp|p\.p\.|pts?)(?![A-Za-z])"
)
_PRICE = Lazy(r"\$\.?\d")
_TIMES = Lazy(
    rf"{_S}?×(?!{_S}?\d)|[xX](?![A-Za-z0-9@])|(?:{_S}|-)times(?![A-Za-z])|-?{_S}?fold(?![A-Za-z])"
)
_NO_FACTOR = Lazy(rf"{_S}?(?:[a-z]\d|(?:PCIe|NVLink|lanes?|GPUs?|NVMe|USB|SATA)(?![A-Za-z]))")
_DEVIATION = Lazy(
    rf"{_S}?\(?{_S}?(?:±|\\pm|\+/-|\+/−){_S}?(\d[\d.,]*(?:[eE][-+]?\d+)?){_S}?(%)?(?:{_S}?\))?(?P<power>{_S}?[×·]{_S}?10{POWER})?"
)
_LONG_TIMES = {"h": 3600.0, "hour": 3600.0, "hours": 3600.0, "hr": 3600.0, "hrs": 3600.0, "day": 86400.0, "days": 86400.0,
               "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0, "m": 60.0,
               "month": 2592000.0, "year": 31557600.0}  # fmt: skip
_GLUED_TIME = Lazy(
    r"(h|hr|hrs|min|m)(?=\d{1,2}(?:m|min|mins|s|sec)(?![A-Za-z0-9/])|\d{1,2}m\d{1,2}s)"
)
_PRICE = Lazy(
    rf"{_S}?(?:per|/|a){_S}?(?:[A-Z0-9]+{_S})?(?:GPU|device|instance|node|H100|A100|H200|chip|TPU)?(?:-|/|{_S})?(hour|hr|h|day|month|year)(?![A-Za-z])"
)
_PRICE_OF_TOKENS = Lazy(
    rf"{_S}?(?:per|/){_S}?(?:(1|one){_S}?)?(M|K|million|thousand|billion|1M|1K)?(?:{_S}(?:input|output|generated|prompt))?{_S}?(?:tokens?|tok)(?![A-Za-z])"
)
_RATE_OF_WORK = Lazy(rf"{_S}?(?:per|/){_S}?(?:image|token|sample|inference|step|forward|param)")
_RATE_CUE = Lazy(
    r"peak|sustain|achiev|per gpu|each gpu|/gpu|throughput|performance|per second|utili|reach|deliver"
)
# What a rate counts: "60,000 prompt tokens/s".
_WHICH = Lazy(
    rf"{_S}(?:prompt|training|input|output|generated|generation|prefill(?:ed)?|decod(?:e|ed|ing)|new|context|text|processed)"
    rf"{_S}(?=[kKM]?(?:tok|image|img|sample|sequence|seq)[a-z]*(?:/|{_S}per{_S}s))"
)
# What a rate of FLOPs is of: "989 dense BF16 TFLOP/s".
_WHICH_FLOPS = Lazy(
    rf"{_S}(?:(?:dense|sparse|peak|half-precision|tensor(?:-core)?|model|[BFT]F\d{{1,2}}|FP\d{{1,2}}|[bft]f\d{{1,2}}|fp\d{{1,2}}){_S}){{1,3}}(?=[GTP](?:FLOP|flop|Flop))"
)
_COMPARES = Lazy(
    rf"{_S}(?:faster|slower|more|less|fewer|lower|higher|smaller|larger|greater|better|cheaper|quicker|longer|shorter|bigger|as\b|the\b|that\b|"
    rf"those\b|its\b|over\b|speed|[A-Z]{{2,}})"
)


@dataclass(slots=True)
class Tail:
    """What follows a number: its suffix, unit or noun, and where the whole ends."""

    unit: Unit | None
    multiplier: float
    noun: str
    end: int
    deviation: float = 0.0
    relative: bool = False
    power: float = 1.0


def follow(text: str, n: Numeral, *, dollar: bool, comma: bool) -> Tail:
    """Suffix, unit, noun and deviation after a number."""
    end, is_word = n.end, n.form == "word"
    deviation, relative, at, power = 0.0, False, end, 1.0
    if not is_word and (match := _deviation(text, end, comma=comma)):
        deviation, relative, at = match
        power = _power(text[end:at])
    unit, unit_end = unit_after(text, at)
    multiplier, noun, surface = 1.0, "", max(at, unit_end)
    if unit is None:
        if suffix := _suffix(text, at, is_word=is_word, dollar=dollar, comma=comma):
            multiplier, at = suffix
            unit, unit_end = unit_after(text, at, after_suffix=True)
            surface = max(at, unit_end)
        if unit is None:
            noun, surface = nouns.after(text, at)
            surface = max(surface, at)
    if not is_word and not deviation and (match := _deviation(text, surface, comma=comma)):
        amount, relative, after = match
        out = Tail(unit, multiplier, noun, after, amount, relative)
        if relative and unit is not None and unit.shown == "%":
            out.relative = False
        elif relative:
            out.deviation = amount / 100
        if not relative:
            same, same_end = unit_after(text, after)
            if unit is None and not noun and same is not None:
                out.unit, out.end = same, same_end
            elif same is not None and unit is not None and same.base == unit.base:
                out.deviation, out.end = amount * same.scale / unit.scale / multiplier, same_end
        return out
    if deviation and relative and (unit is None or unit.shown != "%"):
        if unit is None and not noun:
            return Tail(Unit("1", 0.01, "%"), multiplier, "", surface, deviation)
        return Tail(unit, multiplier, noun, surface, deviation / 100, True)
    return Tail(unit, multiplier, noun, surface, deviation, power=power)


def _deviation(text: str, at: int, *, comma: bool) -> tuple[float, bool, int] | None:
    """What stands after "±": the amount, whether it is in percent, and where it ends."""
    head = text[at : at + 4].lstrip(_SPACES + "(")
    if head[:1] not in ("±", "+", "\\"):
        return None
    match = _DEVIATION.match(text, at)
    if not match:
        return None
    digits = match.group(1).rstrip(".,")
    parsed = parse(digits, decimal_comma=comma)
    if parsed is None:
        return None
    end = match.end() if digits == match.group(1) else match.end(1) - 1
    if text[end - 1] == ")" and "(" not in match.group():
        end -= 1
    percent = match.group(2) is not None
    if match.group("power"):
        end = match.end()
    return parsed.value, percent, end


def _power(surface: str) -> float:
    """The power of ten that a value and its deviation share: "1.2±0.1×10^{3}"."""
    at = max(surface.find("×"), surface.find("·"))
    parsed = parse(f"1{surface[at:]}") if at >= 0 else None
    return parsed.value if parsed else 1.0


def _suffix(
    text: str, at: int, *, is_word: bool, dollar: bool, comma: bool
) -> tuple[float, int] | None:
    if comma and (match := _SUFFIX_COMMA.match(text, at)):
        return _MULTIPLIER[match.group(1).rstrip(".")], match.end()
    match = _SUFFIX.match(text, at)
    if match:
        spelled, binary, letter = match.groups()
        if spelled:
            if spelled == "bn" and not dollar:
                return None
            return _MULTIPLIER[spelled], match.end()
        if is_word:
            return None
        if binary:
            return _MULTIPLIER[binary], match.end()
        if letter != "B" or not text[at].isspace() or _BILLION_OF.match(text, at):
            return _MULTIPLIER[letter], match.end()
    if dollar and text[at : at + 1] == "m" and not text[at + 1 : at + 2].isalnum():
        return 1e6, at + 1
    return None


def unit_after(text: str, at: int, *, after_suffix: bool = False) -> tuple[Unit | None, int]:
    """Unit that follows a number, and where it ends."""
    nxt = text[at : at + 1]
    if not nxt or nxt in ".,;:)(=":
        return None, at
    skipped = nxt in _SPACES or nxt == "-"
    first = text[at + 1 : at + 2] if skipped else nxt
    if first in "ap%" and (match := _POINTS.match(text, at)):
        return Unit("1", 0.01, "points"), match.end()
    if first in "%p" and (match := _PERCENT.match(text, at)):
        if points := _POINTS.match(text, match.end()):
            return Unit("1", 0.01, "points"), points.end()
        return Unit("1", 0.01, "%"), match.end()
    if first in "×xXtf" and not after_suffix and (match := _TIMES.match(text, at)):
        # "8x A100" and "4 x g4dn" count devices; "times" after a bare count is repetition.
        if nouns.counts_devices(text, at) or _NO_FACTOR.match(text, match.end()):
            return None, at
        if match.group() == "X" and text[max(0, at - 4) : at].isdecimal() and at >= 4:
            return None, at  # "Ryzen 5 1600X" is a name
        if "times" not in match.group() or _compares(text, at, match.end()):
            return Unit("1", 1.0, "×"), match.end()
    if not first.isalpha() and first not in "°$€℃":
        return None, at
    if first == "$" and _PRICE.match(text, at + skipped):
        return None, at  # the sign of the next amount: "in 2024 $3 bought"
    if first in "GTPABHVNdanc" and (hours := nouns.device_hours(text, at)):
        part, time, end = hours
        seconds = {"hour": 3600.0, "day": 86400.0, "year": 31557600.0}[time]
        return Unit("s", seconds, f"{part}-{time}s"), end
    if nxt in "hm" and (glued := _GLUED_TIME.match(text, at)):
        name = glued.group(1)
        return Unit("s", _LONG_TIMES[name], "min" if name == "m" else name), glued.end(1)
    spelled = units.after(text, at + 1 if skipped else at)
    if spelled is None and skipped and (which := _WHICH.match(text, at)):
        spelled = units.after(text, which.end())
        if spelled is not None and spelled[0].base not in ("token/s", "sample/s"):
            spelled = None
    if spelled is None and skipped and (which := _WHICH_FLOPS.match(text, at)):
        spelled = units.after(text, which.end())
    if spelled is None:
        return None, at
    unit, end = spelled
    if nxt == "-" and text[at + 1 : end] in ("h", "s", "m", "B", "V", "min", "W", "J", "it"):
        return None, at
    if (
        unit.shown == "B"
        and text[end - 1] == "B"
        and (not skipped or (not after_suffix and _BILLION_OF.match(text, at)))
    ):
        return None, at  # 7B is seven billion
    if unit.base == "FLOP" and unit.shown.endswith("FLOPs") and _is_rate(text, at, end):
        unit = Unit("FLOP/s", unit.scale, unit.shown)
    return unit, end


def _compares(text: str, number_end: int, end: int) -> bool:
    """Whether "N times" is a factor; "11 times in 20,000 steps" is a count."""
    if re.search(r"\.\d+$", text[max(0, number_end - 6) : number_end]):
        return True
    return _COMPARES.match(text, end) is not None


def _is_rate(text: str, start: int, end: int) -> bool:
    """Whether "71 TFLOPs" is meant as a rate: what the words around it measure."""
    if _RATE_OF_WORK.match(text, end):
        return False
    return _RATE_CUE.search(text[max(0, start - 60) : end + 40].lower()) is not None


def price(spelling: str) -> Unit | None:
    """The unit that a header spells for prices, "USD/h" or "USD per 1M tokens"; else None."""
    if not spelling.startswith("USD"):
        return None
    unit, end = dollars(spelling, len("USD"))
    return unit if end == len(spelling) > len("USD") else None


def dollars(text: str, at: int) -> tuple[Unit, int]:
    """The unit of a price and where it ends: USD, or USD per hour or token."""
    if match := _PRICE.match(text, at):
        name = {"hr": "hour", "h": "hour"}.get(match.group(1), match.group(1))
        return Unit("USD/s", 1 / _LONG_TIMES[name], f"USD/{name}"), match.end()
    if match := _PRICE_OF_TOKENS.match(text, at):
        many = {
            "M": 1e6,
            "1M": 1e6,
            "million": 1e6,
            "K": 1e3,
            "1K": 1e3,
            "thousand": 1e3,
            "billion": 1e9,
        }
        name = match.group(2) or ""
        return Unit(
            "USD/token", 1 / many.get(name, 1.0), f"USD/{name + ' ' if name else ''}tokens"
        ), match.end()
    return Unit("USD", 1.0, "USD"), at
