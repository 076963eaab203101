r"""Find the quantities in a piece of plain text.

The text is what `tanaka.latex` makes of a passage: math signs as characters, ``\,`` as a thin
space, superscripts as ``^{...}``.  Reading is greedy from the left: a number in digits or words
(`numerals`), what it is not (`notquantity`), then what follows it (suffix, unit, percent, times,
counted noun) and the hedge before it, then its kind.  Ranges and lists are joined at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tanaka.quantity import hedges, nouns, numerals, units
from tanaka.quantity import notquantity as no
from tanaka.quantity.kinds import kind as kind_of
from tanaka.quantity.literal import Literal, parse
from tanaka.quantity.model import Kind, Qualifier, Reading
from tanaka.quantity.nouns import named as noun_named
from tanaka.quantity.numerals import Numeral
from tanaka.quantity.spans import ranges, share_units
from tanaka.quantity.units import Unit
from tanaka.quantity.widths import between, make

__all__ = ["make", "noun_named", "read"]

_S = r"[ \t\u2009\u202f\u00a0\n]"  # the spaces of plain text
_SPACES = " \t\u2009\u202f\u00a0\n"
_SUFFIX = re.compile(
    rf"{_S}?(?:-{_S}?)?(thousand|million|billion|trillion|bn)(?![A-Za-z])|{_S}?(Ki|Mi|Gi)(?![A-Za-z])|{_S}?([KkMBT])(?![A-Za-z0-9])"
)
_SUFFIX_COMMA = re.compile(rf"{_S}?(Mrd\.?|Milliarden|milliards?|Mio\.?|Millionen|millions?|Tsd\.?|tausend|mille)(?![A-Za-z])")
_MULTIPLIER = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9,
    "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30,
    "Mrd": 1e9, "Milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "Mio": 1e6, "Millionen": 1e6,
    "millions": 1e6, "Tsd": 1e3, "tausend": 1e3, "mille": 1e3,
}  # fmt: skip
_LETTER = {1e3: "K", 1e6: "M", 1e9: "B", 1e12: "T", 2.0**10: "Ki", 2.0**20: "Mi", 2.0**30: "Gi"}
_BILLION_OF = re.compile(rf"{_S}B(?={_S}(?:param|token|model|weights|activated|active|total|dense|MoE))")
_PERCENT = re.compile(rf"{_S}?%|(?:{_S}|-)?per{_S}?cent(?![a-z])")
_POINTS = re.compile(
    rf"(?:{_S}|-)?(?:percentage{_S}points?|percentage-points?|%{_S}points?|absolute{_S}points?|points?|pp|p\.p\.|pts?)(?![A-Za-z])"
)
_TIMES = re.compile(
    rf"{_S}?×(?!{_S}?\d)|[xX](?![A-Za-z0-9@])|(?:{_S}|-)times(?![A-Za-z])|-?{_S}?fold(?![A-Za-z])"
)
_NO_FACTOR = re.compile(rf"{_S}?(?:[a-z]\d|(?:PCIe|NVLink|lanes?|GPUs?|NVMe|USB|SATA)(?![A-Za-z]))")
_SIZED = re.compile(r"(?:[A-Za-z\d]-|[A-Za-z]\d*\.\d-)$")
_SIZE = re.compile(r"[BM](?![A-Za-z0-9])")
_MEMORY = re.compile(rf"{_S}?Gi?B(?![A-Za-z/])")
_YEAR = re.compile(r"(?:19[5-9]\d|20[0-3]\d)$")
_SEQUENCE_CUE = re.compile(r"(?i)sequence|context|prompt|input length|window|tokens? long|seq")
_OF_TWO_MINDS = frozenset(("", "token", "sequence", "sample"))
_BINARY = frozenset((1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 512))
_DEVIATION = re.compile(rf"{_S}?\(?{_S}?(?:±|\\pm|\+/-|\+/−){_S}?(\d[\d.,]*(?:[eE][-+]?\d+)?){_S}?(%)?(?:{_S}?\))?")
_HOURS = re.compile(
    rf"{_S}?(?:and{_S}|,{_S}?)?(\d{{1,2}}){_S}?(?:(minutes?|mins?|min|m)(?![A-Za-z])(?:{_S}?(?:and{_S}|,{_S}?)?(\d{{1,2}}){_S}?(seconds?|secs?|s)(?![A-Za-z]))?|"
    rf"(hours?|hrs?|h)(?![A-Za-z])|(seconds?|secs?|s)(?![A-Za-z]))"
)
_LONG_TIMES = {"h": 3600.0, "hour": 3600.0, "hours": 3600.0, "hr": 3600.0, "hrs": 3600.0, "day": 86400.0, "days": 86400.0,
               "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0, "m": 60.0}  # fmt: skip
_GLUED_TIME = re.compile(r"(h|hr|hrs|min|m)(?=\d{1,2}(?:m|min|mins|s|sec)(?![A-Za-z0-9/])|\d{1,2}m\d{1,2}s)")
_PRICE = re.compile(
    rf"{_S}?(?:per|/|a){_S}?(?:[A-Z0-9]+{_S})?(?:GPU|device|instance|node|H100|A100|H200|chip|TPU)?(?:-|{_S})?(hour|hr|h)(?![A-Za-z])"
)
_PRICE_OF_TOKENS = re.compile(
    rf"{_S}?(?:per|/){_S}?(?:(1|one){_S}?)?(M|K|million|thousand|billion|1M|1K)?(?:{_S}(?:input|output|generated|prompt))?{_S}?(?:tokens?|tok)(?![A-Za-z])"
)
_RATE_OF_WORK = re.compile(rf"{_S}?(?:per|/){_S}?(?:image|token|sample|inference|step|forward|param)")
_RATE_CUE = re.compile(
    r"peak|sustain|achiev|per gpu|each gpu|/gpu|throughput|performance|per second|utili|reach|deliver"
)
_COMPARES = re.compile(
    rf"{_S}(?:faster|slower|more|less|fewer|lower|higher|smaller|larger|greater|better|cheaper|quicker|longer|shorter|bigger|as\b|the\b|that\b|"
    rf"those\b|its\b|over\b|speed|[A-Z]{{2,}})"
)
_RATIO = re.compile(rf"{_S}?:{_S}?(\d{{1,4}})(?![\d:.]|{_S}?[ap]m\b)")
_FRACTION = re.compile(rf"/(\d{{1,4}})(?![\d/%A-Za-z]|[.,]\d)(?P<of>{_S}(?:of|the|as|that|its)(?![A-Za-z]))?")
_COMMON_FRACTIONS = frozenset(((2, 3), (3, 4)))
_COUNTED = frozenset((
    "gpu", "node", "layer", "head", "expert", "stage", "replica", "micro-batch", "accumulation", "way", "port", "epoch",
    "run", "core",
))  # fmt: skip
_DEGREE_BEFORE = re.compile(
    rf"(?<![A-Za-z0-9])(TP|PP|DP|CP|EP|SP|VPP|MP){_S}?(?:=|:|-|of|is)?{_S}?$"
)
_LABELLED_TOO = re.compile(rf"{_S}?(?:,|,?{_S}(?:and|or|to|through)|–|-|/|&){_S}?")
_GOES_ON = re.compile(rf"{_S}?(?:[-–—,/→]|to{_S}|(?:out{_S})?of{_S}|(?:,{_S})?and{_S}|(?:,{_S})?or{_S}){_S}?\d")
_MEASURES = frozenset(("byte", "byte/s", "FLOP", "FLOP/s", "op/s", "W", "Hz", "bit", "s", "J"))
_NAME_AND_SIZE = re.compile(rf"{_S}\d+(?:\.\d+)?[BM](?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class _Hints:
    """What the place of a text says of a bare number in it."""

    unit: str
    noun: str
    label: str
    comma: bool


@dataclass(slots=True)
class _State:
    """Where the last number ended that only labels something, -1 for none."""

    label: int = -1


def read(
    text: str,
    *,
    unit_hint: str = "",
    noun_hint: str = "",
    label: str = "",
    decimal_comma: bool = False,
) -> list[Reading]:
    """Quantities in the text, from left to right, none overlapping another.

    Parameters
    ----------
    text : str
        Plain text of one passage or table cell.
    unit_hint : str
        Unit of the column, row or caption, for a bare number in a cell ("ms", "%", "×").
    noun_hint : str
        What the header says the cell counts.
    label : str
        Header of a cell: words that tell its kind.
    decimal_comma : bool
        Whether the document is German or French: "1,5" is one and a half, "2.048" two thousand.

    Returns
    -------
    list of Reading
    """
    candidates = numerals.find(text, decimal_comma=decimal_comma)
    if not candidates:
        return []
    hints = _Hints(unit_hint, noun_hint, label, decimal_comma)
    found: list[Reading] = []
    position = 0
    state = _State()
    for numeral in candidates:
        if numeral.start < position:
            continue
        reading, end = _one(text, numeral, hints, state)
        if reading is not None:
            found.append(reading)
        position = max(position, end)
    if len(found) < 2:
        return found
    return share_units(text, ranges(text, found))


@dataclass(slots=True)
class _Tail:
    """What follows a number: its suffix, unit or noun, and where the whole ends."""

    unit: Unit | None
    multiplier: float
    noun: str
    end: int
    deviation: float = 0.0
    relative: bool = False


def _one(
    text: str, n: Numeral, hints: _Hints, state: _State
) -> tuple[Reading | None, int]:
    """The quantity of a numeral, or None, and from where to read on."""
    if n.form in ("share", "factor", "order", "vague"):
        return _phrase(text, n, hints), n.end
    start, end, is_word = n.start, n.end, n.form == "word"
    before = text[max(0, start - 40) : start]
    glued = before[-12:] if before[-1:] not in _SPACES or not before else ""
    if not is_word:
        if degree := _degree(text, n, before):
            return degree, n.end
        skipped, what = no.skip(text, n.digits)
        if skipped > n.digits and not (what.startswith("shape") and _keeps(text, n)):
            if what.startswith("shape"):
                return _shape(text, n, what, skipped, hints)
            return None, skipped
        if (tupled := no.in_a_tuple(text, start)) > start:
            return None, tupled
    sized = bool(glued) and not is_word and _SIZED.search(glued) and _SIZE.match(text, end)
    if glued and not is_word and _refused(text, n, glued, sized=bool(sized)):
        return None, end
    if text[end : end + 1] == "^" and not is_word and text[end + 1 : end + 3].strip("{")[:1].isdigit():
        return None, end  # "3^{2}": a power that is not read
    if n.form == "digits":
        if text[end : end + 1] == ":" and text[end + 1 : end + 2].isdecimal():
            ratio = _ratio(text, n, before)
            return ratio, ratio.end if ratio else end + 2
        if fraction := _fraction(text, n, before, hints):
            return fraction, fraction.end
    dollar = before.endswith("$")
    tail = _tail(text, n, dollar=dollar, comma=hints.comma)
    if tail.unit is None and not tail.noun:
        if not dollar and _unmeasured(text, n, before, tail.multiplier, hints, state):
            state.label = end
            return None, end
    elif tail.noun and tail.unit is None:
        word = (before.split()[-1:] or [""])[0]
        large = tail.noun in ("gpu", "node", "token")
        if no.hardware(word) if large else no.numbered(word, counted=True):
            return None, end
        if is_word and text[end : end + 1] == "-" and n.literal.text.lower() == "single" and (
            tail.noun not in ("gpu", "node")
        ):
            return None, end  # "single-stage", "single-stream" are adjectives
    return _build(text, n, tail, hints, dollar=dollar)


def _build(
    text: str, n: Numeral, tail: _Tail, hints: _Hints, *, dollar: bool
) -> tuple[Reading | None, int]:
    start, end = n.start, n.end
    before = text[max(0, start - 40) : start]
    unit, multiplier, noun = tail.unit, tail.multiplier, tail.noun
    surface_end = max(end, tail.end)
    if dollar and unit is None:
        unit, surface_end = _dollars(text, surface_end)
        start -= 1
        if start and text[start - 1] == "\\":
            start -= 1
    elif unit is not None and unit.base == "USD":
        priced, surface_end = _dollars(text, surface_end)
        unit = Unit(priced.base, priced.scale * unit.scale, priced.shown)
    if unit is None and not noun:
        if hints.unit and multiplier in (1.0, 1e3, 1e6, 1e9):
            unit = _hinted(hints.unit)
        noun = hints.noun
    parsed = n.literal
    if unit is not None and unit.base == "s" and (longer := _hours(text, n, unit, surface_end)):
        parsed, unit, surface_end, digits_end = longer
        n = Numeral(n.start, digits_end, n.digits, parsed, n.form)
        end = digits_end
    scale = (unit.scale if unit else 1.0) * multiplier
    if multiplier == 1e3 and unit is None and "k" in text[end : end + 2].lower():
        around = text[max(0, start - 40) : end + 30]
        if parsed.value in _BINARY and _SEQUENCE_CUE.search(around):
            scale = 1024.0
    base = unit.base if unit else "1"
    shown = unit.shown if unit else _LETTER.get(multiplier, "")
    if unit and multiplier != 1.0:
        shown = f"{_LETTER.get(multiplier, '')} {unit.shown}"
    qualifier, surface_start, understated = hedges.before(text, start, noun)
    is_count = (
        noun in _COUNTED and multiplier == 1.0 and unit is None and float(parsed.value).is_integer()
        and qualifier is Qualifier.EXACT
    )  # fmt: skip
    deviation = tail.deviation * (abs(parsed.value) * scale if tail.relative else scale)
    quantity = make(
        parsed, base, shown, scale, qualifier, count=is_count and not deviation, deviation=deviation,
        understated=understated,
    )  # fmt: skip
    if unit is None and multiplier == 1e3 and noun in _OF_TWO_MINDS and parsed.value in _BINARY:
        # "32K tokens" are 32,000 or 32,768; a proof must hold for both.
        other = make(parsed, base, shown, 2024.0 - scale, qualifier, understated=understated)
        quantity = replace(quantity, hard=quantity.hard.hull(other.hard))
    around = text[max(0, start - 60) : surface_end + 40]
    label = hints.label
    reading = Reading(
        start=start,
        end=surface_end,
        literal_start=n.start,
        literal_end=end,
        quantity=quantity,
        kind=kind_of(
            base, shown, noun, multiplier, quantity.point,
            f"{label} {before}" if label else before,
            text[surface_end : surface_end + 60],
            f"{label} {around}" if label else around,
        ),
        noun=noun,
        per=hedges.per_in_unit(text[end:surface_end]) or hedges.per(text, surface_start, surface_end),
    )  # fmt: skip
    return reading, surface_end


# -- what it is not -----------------------------------------------------------------------------


def _refused(text: str, n: Numeral, glued: str, *, sized: bool) -> bool:
    """Whether what touches a number makes it the rest of a name, an index or a version."""
    if n.literal.text.startswith(".") and glued[-1:].isdigit():
        return True  # 2.3.1 is a version
    if no.belongs_to_a_name(text, n.start, glued):
        return True
    if sized:
        return False  # "Llama-13B" has a size; "ResNet-50" has a name
    fraction = glued.endswith("/") and re.search(r"\d%?/$", glued) is not None
    memory = glued.endswith("-") and _MEMORY.match(text, n.end) is not None
    if no.NAMED.search(glued) and not (glued.endswith("@") or fraction or memory):
        return True
    return False


def _keeps(text: str, n: Numeral) -> bool:
    """Whether the × after a number is no dimension: "4×4090", "2×10^6"."""
    if nouns.counts_devices(text, n.end):
        return True
    return "10" in n.literal.text[1:] and n.literal.text[-1:] not in "0123456789."


def _shape(
    text: str, n: Numeral, what: str, end: int, hints: _Hints
) -> tuple[Reading | None, int]:
    """A shape states nothing, but "8×80 GB" ends in a size: the last factor is read if measured."""
    _, _, last = what.partition("@")
    if not last:
        return None, end
    begin = int(last)
    parsed = parse(text[begin:end], decimal_comma=hints.comma)
    if parsed is None or end - begin != len(parsed.text):
        return None, end
    numeral = Numeral(begin, end, begin, parsed, "digits")
    tail = _tail(text, numeral, dollar=False, comma=hints.comma)
    measured = tail.unit is not None and tail.unit.base in _MEASURES
    if not measured and tail.noun != "gpu":
        return None, end
    return _build(text, numeral, tail, hints, dollar=False)


def _unmeasured(
    text: str, n: Numeral, before: str, multiplier: float, hints: _Hints, state: _State
) -> bool:
    """Whether a number with no unit and no noun is no quantity: a year, a label, a term."""
    if n.form == "word":
        return True
    start, end, raw = n.start, n.end, n.literal.text
    words = before.split()
    last = words[-1] if words else ""
    if last and no.numbered(last) and multiplier < 1e9:  # "Llama 8B" is a size, "CUDA 12" a name
        return True
    if multiplier != 1.0:
        return False
    if state.label >= 0 and _LABELLED_TOO.fullmatch(text, state.label, start):
        return True  # "Rows 0 and 1"
    nxt = text[end : end + 1]
    if nxt.isalpha() or nxt == "_":
        return True
    if hints.unit:
        return False
    if _YEAR.fullmatch(raw):
        return True
    if last and no.month(last):
        return True
    if no.cited(text, start, end) or no.enumerates(text, start, end, raw) and not hints.label:
        return True
    if _NAME_AND_SIZE.match(text, end):
        return True  # "Llama 3.1 8B"
    if no.in_a_formula(text, start, end):
        return True
    if not raw.isdecimal() or not words or hints.label or before[-1:] not in _SPACES:
        return False
    return not no.gives(last) and not _GOES_ON.match(text, end)


# -- what follows -------------------------------------------------------------------------------


def _tail(text: str, n: Numeral, *, dollar: bool, comma: bool) -> _Tail:
    """Suffix, unit, noun and deviation after a number."""
    end, is_word = n.end, n.form == "word"
    deviation, relative, at = 0.0, False, end
    if not is_word and (match := _deviation(text, end, comma=comma)):
        deviation, relative, at = match
    unit, unit_end = _unit_after(text, at)
    multiplier, noun, surface = 1.0, "", max(at, unit_end)
    if unit is None:
        if suffix := _suffix(text, at, is_word=is_word, dollar=dollar, comma=comma):
            multiplier, at = suffix
            unit, unit_end = _unit_after(text, at, after_suffix=True)
            surface = max(at, unit_end)
        if unit is None:
            noun, surface = nouns.after(text, at)
            surface = max(surface, at)
    if not is_word and not deviation and (match := _deviation(text, surface, comma=comma)):
        amount, relative, after = match
        tail = _Tail(unit, multiplier, noun, after, amount, relative)
        if relative and unit is not None and unit.shown == "%":
            tail.relative = False
        elif relative:
            tail.deviation = amount / 100
        if not relative:
            same, same_end = _unit_after(text, after)
            if unit is None and not noun and same is not None:
                tail.unit, tail.end = same, same_end
            elif same is not None and unit is not None and same.base == unit.base:
                tail.deviation, tail.end = amount * same.scale / unit.scale / multiplier, same_end
        return tail
    if deviation and relative and (unit is None or unit.shown != "%"):
        if unit is None and not noun:
            return _Tail(Unit("1", 0.01, "%"), multiplier, "", surface, deviation)
        return _Tail(unit, multiplier, noun, surface, deviation / 100, True)
    return _Tail(unit, multiplier, noun, surface, deviation)


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
    return parsed.value, percent, end


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


def _unit_after(text: str, at: int, *, after_suffix: bool = False) -> tuple[Unit | None, int]:
    """Unit that follows a number, and where it ends."""
    nxt = text[at : at + 1]
    if not nxt or nxt in ".,;:)(=":
        return None, at
    if match := _POINTS.match(text, at):
        return Unit("1", 0.01, "points"), match.end()
    if match := _PERCENT.match(text, at):
        if points := _POINTS.match(text, match.end()):
            return Unit("1", 0.01, "points"), points.end()
        return Unit("1", 0.01, "%"), match.end()
    if not after_suffix and (match := _TIMES.match(text, at)):
        # "8x A100" and "4 x g4dn" count devices; "times" after a bare count is repetition.
        if nouns.counts_devices(text, at) or _NO_FACTOR.match(text, match.end()):
            return None, at
        if "times" not in match.group() or _compares(text, at, match.end()):
            return Unit("1", 1.0, "×"), match.end()
    if hours := nouns.device_hours(text, at):
        part, time, end = hours
        seconds = {"hour": 3600.0, "day": 86400.0, "year": 31557600.0}[time]
        return Unit("s", seconds, f"{part}-{time}s"), end
    if glued := _GLUED_TIME.match(text, at):
        name = glued.group(1)
        return Unit("s", _LONG_TIMES[name], "min" if name == "m" else name), glued.end(1)
    skipped = nxt in _SPACES or nxt == "-"
    spelled = units.after(text, at + 1 if skipped else at)
    if spelled is None:
        return None, at
    unit, end = spelled
    if nxt == "-" and text[at + 1 : end] in ("h", "s", "m", "B", "V", "min", "W", "J", "it"):
        return None, at
    if unit.shown == "B" and text[end - 1] == "B" and (
        not skipped or (not after_suffix and _BILLION_OF.match(text, at))
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


def _dollars(text: str, at: int) -> tuple[Unit, int]:
    if match := _PRICE.match(text, at):
        return Unit("USD/s", 1 / 3600, "USD/hour"), match.end()
    if match := _PRICE_OF_TOKENS.match(text, at):
        many = {"M": 1e6, "1M": 1e6, "million": 1e6, "K": 1e3, "1K": 1e3, "thousand": 1e3, "billion": 1e9}
        name = match.group(2) or ""
        return Unit("USD/token", 1 / many.get(name, 1.0), f"USD/{name + ' ' if name else ''}tokens"), match.end()
    return Unit("USD", 1.0, "USD"), at


def _hinted(hint: str) -> Unit | None:
    if hint in ("%", "percent"):
        return Unit("1", 0.01, "%")
    if hint in ("×", "x", "times"):
        return Unit("1", 1.0, "×")
    return units.lookup(hint) if units.known(hint) else None


def _hours(
    text: str, n: Numeral, unit: Unit, at: int
) -> tuple[Literal, Unit, int, int] | None:
    """ "3 h 20 min", "2 hours and 15 minutes", "1h30m": one time in two or three units."""
    large = _LONG_TIMES.get(unit.shown)
    if large is None or not n.literal.text.isdecimal() or not text[at : at + 8].strip(_SPACES + ",and")[:1].isdigit():
        return None
    match = _HOURS.match(text, at)
    if not match:
        return None
    first, minute, second, seconds, hour, alone = match.groups()
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
    del alone
    literal = Literal(text[n.start : digits_end], total / small, 1.0)
    return literal, Unit("s", small, name), end, digits_end


# -- other forms --------------------------------------------------------------------------------


def _degree(text: str, n: Numeral, before: str) -> Reading | None:
    """Degrees as letters: "TP8", "PP=16", "DP 4": degrees of parallelism glued to their letters."""
    if "P" not in before[-6:] or not n.literal.text.isdecimal():
        return None
    name = _DEGREE_BEFORE.search(before)
    if not name or re.match(r"[\w.]*[A-Za-z_]", text[n.end : n.end + 12]):
        return None
    quantity = make(n.literal, "1", "", 1.0, Qualifier.EXACT, count=True)
    return Reading(
        n.start, n.end, n.start, n.end, quantity, Kind.DEGREE, name.group(1).lower()
    )


def _ratio(text: str, n: Numeral, before: str) -> Reading | None:
    """ "3:1", and "16:9" where a ratio is spoken of."""
    if not n.literal.text.isdecimal() or before[-1:] in (":", "."):
        return None
    match = _RATIO.match(text, n.end)
    if not match:
        return None
    other = float(match.group(1))
    end = match.end()
    if not other or not (other == 1 or re.search(r"ratio|proportion|split|oversubscri", before.lower() + text[end : end + 24].lower())):
        return None
    a, b = n.literal.value, other
    parsed = Literal(text[n.start : end], a / b, 0.0 if float(a / b).is_integer() else 1.0 / b)
    if a / b >= 1 and float(a / b).is_integer():
        parsed = Literal(parsed.text, a / b, 1.0)
    qualifier, _, understated = hedges.before(text, n.start, "")
    quantity = make(parsed, "1", "", 1.0, qualifier, understated=understated)
    return Reading(n.start, end, n.start, end, quantity, Kind.OTHER)


def _fraction(text: str, n: Numeral, before: str, hints: _Hints) -> Reading | None:
    """ "1/3" and "3/4 of": one number; "15/20" and "8/16/32" stay what they are."""
    raw = n.literal.text
    if text[n.end : n.end + 1] != "/" or len(raw) > 2 or not raw.isdecimal() or hints.label:
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
    if not match.group("of") and ((a, b) not in _COMMON_FRACTIONS and a != 1 or nouns.after(text, end)[0]):
        return None
    if a > 9:
        return None
    parsed = Literal(text[n.start : end], a / b, 0.0)
    qualifier, _, _ = hedges.before(text, n.start, "")
    quantity = between(parsed, 0.9 * a / b, 1.1 * a / b,
                       qualifier if qualifier is not Qualifier.EXACT else Qualifier.APPROX, "1", "", 1.0)  # fmt: skip
    return Reading(n.start, end, n.start, end, quantity, Kind.OTHER)


def _phrase(text: str, n: Numeral, hints: _Hints) -> Reading | None:
    """Words that stand for an interval: "half", "doubles", "hundreds of", "an order of magnitude"."""
    unit: Unit | None = None
    noun, end = "", n.end
    if n.form == "vague" or (n.form == "share" and text.startswith((" an ", " a "), n.end)):
        at = n.end + (len(text[n.end :]) - len(text[n.end :].lstrip()))
        if n.form == "share":
            at = text.index(" ", n.end + 1)
        else:
            at = n.end
        unit, unit_end = _unit_after(text, at, after_suffix=True)
        if unit is None:
            noun, noun_end = nouns.after(text, at)
            end = noun_end if noun else n.end
            if n.form == "vague" and not noun:
                return None
        else:
            end = unit_end
    del hints
    order = n.form in ("vague", "order")
    qualifier = Qualifier.ORDER if order else Qualifier.APPROX
    base, shown, scale = (unit.base, unit.shown, unit.scale) if unit else ("1", "", 1.0)
    quantity = between(n.literal, n.low, n.high, qualifier, base, shown, scale)
    before, after = text[max(0, n.start - 40) : n.start], text[end : end + 60]
    kind = kind_of(base, "×" if n.form in ("factor", "order") else shown, noun, 1.0, quantity.point, before, after,
                   text[max(0, n.start - 60) : end + 40])  # fmt: skip
    return Reading(n.start, end, n.start, n.end, quantity, kind, noun)
