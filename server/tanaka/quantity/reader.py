r"""Find the quantities in a piece of plain text.

The text is what `tanaka.latex` makes of a passage: math signs as characters, ``\,`` as a thin
space, superscripts as ``^{...}``.  Reading is greedy from the left: a number in digits or words
(`numerals`), what it is not (`notquantity`), then what follows it (suffix, unit, percent, times,
counted noun) and the hedge before it, then its kind.  Ranges and lists are joined at the end.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from tanaka.patterns import Lazy
from tanaka.quantity import forms, hedges, nouns, numerals, units
from tanaka.quantity import notquantity as no
from tanaka.quantity.kinds import kind as kind_of
from tanaka.quantity.literal import Literal, parse
from tanaka.quantity.model import Kind, Qualifier, Reading
from tanaka.quantity.nouns import named as noun_named
from tanaka.quantity.numerals import Numeral
from tanaka.quantity.spans import ranges, share_units
from tanaka.quantity.tails import Tail, dollars, follow, price
from tanaka.quantity.units import Unit
from tanaka.quantity.widths import make
from tanaka.records import dataclass

__all__ = ["make", "noun_named", "read"]

_S = r"[ \t\u2009\u202f\u00a0\n]"  # the spaces of plain text
_SPACES = " \t\u2009\u202f\u00a0\n"
_LETTER = {1e3: "K", 1e6: "M", 1e9: "B", 1e12: "T", 2.0**10: "Ki", 2.0**20: "Mi", 2.0**30: "Gi"}
_SIZED = Lazy(r"(?:[A-Za-z\d]-|[A-Za-z]\d*\.\d-)$")
_SIZE = Lazy(r"[BM](?![A-Za-z0-9])")
_MEMORY = Lazy(rf"{_S}?Gi?B(?![A-Za-z/])")
_YEAR = Lazy(r"(?:19[5-9]\d|20[0-3]\d)$")
_SEQUENCE_CUE = Lazy(r"(?i)sequence|context|prompt|input length|window|tokens? long|seq")
_OF_TWO_MINDS = frozenset(("", "token", "sequence", "sample"))
_BINARY = frozenset((1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 512))
_THINGS = Lazy(
    rf"{_S}(?:to{_S}(?:two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen){_S})?(?:cameras|peers|clients|participants|datasets|workloads|benchmarks|kernels|sites|regions|tenants|agents|"
    rf"tiles|banks|channels|crossbars|sockets|racks|pods|clusters|sensors|models|networks|families|tasks|experiments|applications|baselines)(?![A-Za-z])"
)
_RESOLUTION = Lazy(rf"[Kk]{_S}(?:resolution|videos?|UHD|images?|frames?|displays?)(?![A-Za-z])")
_ITS_MEMORY = Lazy(r"-\d{2,3}[ \u2009]?GB(?:[ \u2009]GPUs?)?(?![A-Za-z/])")
_STREAM = Lazy(r"-streams?(?![A-Za-z])")
_DEVICES = frozenset(("gpu", "node"))
_WHOLE_THINGS = frozenset(
    ("gpu", "node", "run", "replica", "layer", "head", "expert", "stage", "core", "port")
)
_COUNTED = frozenset((
    "gpu", "node", "layer", "head", "expert", "stage", "replica", "micro-batch", "accumulation", "way", "port", "epoch",
    "run", "core",
))  # fmt: skip
_LABELLED_TOO = Lazy(rf"{_S}?(?:,|,?{_S}(?:and|or|to|through)|–|-|/|&){_S}?")
_GOES_ON = Lazy(
    rf"{_S}?(?:[-–—,/→]|to{_S}|(?:out{_S})?of{_S}|(?:,{_S})?and{_S}|(?:,{_S})?or{_S}){_S}?\d|-[a-z]"
)
_PLURAL = Lazy(rf"{_S}[a-z]+[^s\W]s(?![A-Za-z])")
_CYRILLIC = Lazy(r"[а-яё]{3}")
_MEASURES = frozenset(("byte", "byte/s", "FLOP", "FLOP/s", "op/s", "W", "Hz", "bit", "s", "J"))
_NAME_AND_SIZE = Lazy(rf"{_S}\d+(?:\.\d+)?[BM](?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class _Hints:
    """What the place of a text says of a bare number in it."""

    unit: str
    noun: str
    label: str
    comma: bool


@dataclass(slots=True)
class _State:
    """Where the last number ended that only labels something, -1 for none, and the last of all."""

    label: int = -1
    end: int = 0


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
    if not decimal_comma and not text.isascii() and _CYRILLIC.search(text):
        decimal_comma = True
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
        state.end = position = max(position, end)
    if len(found) < 2:
        return found
    return share_units(
        text, ranges(text, [_of_the_same(text, r, found, i) for i, r in enumerate(found)])
    )


def _of_the_same(text: str, r: Reading, found: list[Reading], i: int) -> Reading:
    """Give "32K" the kind of "a length of 4K in the first phase and 32K in the second"."""
    if not i or r.kind is not Kind.OTHER or r.noun or r.quantity.shown_unit != "K":
        return r
    last = found[i - 1]
    gap = text[last.end : r.start]
    if (
        last.kind is not Kind.SEQ_LEN
        or last.quantity.shown_unit != "K"
        or len(gap) > 40
        or " and " not in gap
    ):
        return r
    q = r.quantity
    scale = 1024.0 if _binary(q.literal.value) else q.scale
    quantity = make(q.literal, q.unit, q.shown_unit, scale, q.qualifier)
    return replace(
        r, kind=Kind.SEQ_LEN, quantity=replace(quantity, hard=quantity.hard.hull(q.hard))
    )


def _one(text: str, n: Numeral, hints: _Hints, state: _State) -> tuple[Reading | None, int]:
    """The quantity of a numeral, or None, and from where to read on."""
    if n.form in ("share", "factor", "order", "vague"):
        return forms.phrase(text, n), n.end
    start, end, is_word = n.start, n.end, n.form == "word"
    before = text[max(0, start - 40) : start]
    glued = before[-12:] if before[-1:] not in _SPACES or not before else ""
    if is_word:
        if degree := forms.spelt_degree(n, text[max(0, start - 60) : start]):
            return degree, n.end
    else:
        if degree := forms.degree(text, n, before):
            return degree, n.end
        skipped, what = no.skip(text, n.digits, n.end)
        if skipped > n.digits and not (what.startswith("shape") and _keeps(text, n)):
            if what.startswith("shape"):
                return _shape(text, n, what, skipped, hints)
            return None, skipped
        if no.a_part(text, n.digits):
            return None, end
        if (tupled := no.in_a_tuple(text, start)) > start:
            return None, tupled
    if n.literal.value in (2, 4, 5, 8) and not is_word and _RESOLUTION.match(text, end):
        return None, end
    sized = bool(glued) and not is_word and _SIZED.search(glued) and _SIZE.match(text, end)
    if glued and not is_word and _refused(text, n, glued, sized=bool(sized)):
        state.label = end
        return None, end
    if (
        text[end : end + 1] == "^"
        and not is_word
        and text[end + 1 : end + 3].strip("{")[:1].isdigit()
    ):
        return None, end  # "3^{2}": a power that is not read
    if n.form == "digits":
        if text[end : end + 1] == ":" and text[end + 1 : end + 2].isdecimal():
            ratio = forms.ratio(text, n, before)
            return ratio, ratio.end if ratio else end + 2
        if fraction := forms.fraction(text, n, before, labelled=bool(hints.label)):
            return fraction, fraction.end
    dollar = (
        before.endswith(("$", "$ ", "$\u2009", "$\u00a0"))
        and text.rindex("$", 0, start) >= state.end  # "at 5$ 3 times": the sign is taken
    )
    tail = follow(text, n, dollar=dollar, comma=hints.comma)
    if tail.power != 1.0:
        n = replace(
            n,
            literal=Literal(
                f"{n.literal.text}×10^{round(math.log10(tail.power))}",
                n.literal.value * tail.power,
                n.literal.ulp * tail.power,
            ),
        )
        tail.deviation *= tail.power
    if tail.unit is None and not tail.noun:
        if not dollar and _unmeasured(text, n, before, tail.multiplier, hints, state):
            state.label = end
            return None, end
    elif tail.noun and tail.unit is None:
        if tail.noun in _WHOLE_THINGS and not _whole(n, tail.multiplier, tail.noun):
            tail.noun, tail.end = "", end + (tail.multiplier != 1.0)
            return _build(text, n, tail, hints, dollar=dollar)
        word = (before.split()[-1:] or [""])[0]
        large = tail.noun in ("gpu", "node", "token")
        if no.hardware(word) if large else no.numbered(word, counted=True):
            return None, end
        if (
            is_word
            and text[end : end + 1] == "-"
            and n.literal.text.lower() == "single"
            and (tail.noun not in ("gpu", "node"))
        ):
            return None, end  # "single-stage", "single-stream" are adjectives
        if is_word and text[end : end + 1] == "-" and _STREAM.match(text, end):
            return None, end  # as is "two-stream"
    return _build(text, n, tail, hints, dollar=dollar)


def _build(
    text: str, n: Numeral, tail: Tail, hints: _Hints, *, dollar: bool
) -> tuple[Reading | None, int]:
    start, end = n.start, n.end
    before = text[max(0, start - 40) : start]
    unit, multiplier, noun = tail.unit, tail.multiplier, tail.noun
    surface_end = max(end, tail.end)
    if dollar and unit is None:
        unit, surface_end = dollars(text, surface_end)
        start = text.rindex("$", 0, start)
        if start and text[start - 1] == "\\":
            start -= 1
    elif unit is not None and unit.base == "USD":
        priced, surface_end = dollars(text, surface_end)
        unit = Unit(priced.base, priced.scale * unit.scale, priced.shown)
    if unit is None and not noun:
        if hints.unit and multiplier in (1.0, 1e3, 1e6, 1e9):
            unit = _hinted(hints.unit)
        noun = hints.noun
    parsed = n.literal
    if (
        unit is not None
        and unit.base == "s"
        and (longer := forms.hours(text, n, unit, surface_end))
    ):
        parsed, unit, surface_end, digits_end = longer
        n = Numeral(n.start, digits_end, n.digits, parsed, n.form)
        end = digits_end
    scale = (unit.scale if unit else 1.0) * multiplier
    if (
        multiplier == 1e3
        and unit is None
        and noun in _OF_TWO_MINDS
        and "k" in text[end : end + 2].lower()
    ):
        around = text[max(0, start - 40) : end + 30]
        if _binary(parsed.value) and _SEQUENCE_CUE.search(around):
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
    if (
        unit is None
        and multiplier == 1e3
        and (noun == "gpu" or (noun in _OF_TWO_MINDS and _binary(parsed.value)))
    ):
        # "32K tokens" are 32,000 or 32,768; a proof must hold for both.
        thousand = 1e3 if scale == 1024.0 else 1024.0
        other = make(parsed, base, shown, thousand, qualifier, understated=understated)
        quantity = replace(quantity, hard=quantity.hard.hull(other.hard))
    around = text[max(0, start - 60) : surface_end + 40]
    label = hints.label
    said_end = surface_end
    if (
        noun == "gpu"
        and text[said_end : said_end + 1] == "-"
        and (memory := _ITS_MEMORY.match(text, said_end))
    ):
        said_end = memory.end()  # "eight A100-SXM4-80GB each"
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
        per=hedges.per_in_unit(text[end:surface_end]) or hedges.per(text, surface_start, said_end),
    )  # fmt: skip
    return reading, surface_end


def _whole(n: Numeral, multiplier: float, noun: str) -> bool:
    """Whether so many things can be meant: no "10.40 GPU", and no "1B worker", which is a model."""
    if multiplier >= 1e9:
        return False
    if n.form != "digits" or noun not in _DEVICES:
        return True
    return (n.literal.value * multiplier).is_integer()


def _binary(value: float) -> bool:
    """Whether so many K are likely thousands of two: 32K and 96K are, 100K and 200K are not."""
    return value in _BINARY or (value % 8 == 0 and value % 10 != 0)


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
    named = no.NAMED.search(glued) is not None
    return named and not (glued.endswith("@") or fraction or memory)


def _keeps(text: str, n: Numeral) -> bool:
    """Whether the × after a number is no dimension: "4×4090", "2×10^6"."""
    if nouns.counts_devices(text, n.end):
        return True
    return "10" in n.literal.text[1:] and n.literal.text[-1:] not in "0123456789."


def _shape(text: str, n: Numeral, what: str, end: int, hints: _Hints) -> tuple[Reading | None, int]:
    """A shape states nothing, but "8×80 GB" ends in a size: the last factor is read if measured."""
    _, _, last = what.partition("@")
    if not last:
        return None, end
    begin = int(last)
    parsed = parse(text[begin:end], decimal_comma=hints.comma)
    if parsed is None or end - begin != len(parsed.text):
        return None, end
    numeral = Numeral(begin, end, begin, parsed, "digits")
    tail = follow(text, numeral, dollar=False, comma=hints.comma)
    measured = tail.unit is not None and tail.unit.base in _MEASURES
    if not measured and tail.noun != "gpu":
        return None, end
    return _build(text, numeral, tail, hints, dollar=False)


def _unmeasured(
    text: str, n: Numeral, before: str, multiplier: float, hints: _Hints, state: _State
) -> bool:
    """Whether a number with no unit and no noun is no quantity: a year, a label, a term."""
    if n.form == "word":
        return not before.endswith("factor of ") and not _THINGS.match(text, n.end)
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
    if no.cited(text, start, end) or (no.enumerates(text, start, end, raw) and not hints.label):
        return True
    if _NAME_AND_SIZE.match(text, end):
        return True  # "Llama 3.1 8B"
    if no.in_a_formula(text, start, end):
        return True
    if not raw.isdecimal() or not words or hints.label or before[-1:] not in _SPACES:
        return False
    if no.gives(last) or _GOES_ON.match(text, end):
        return False
    return len(raw) < 2 or not _PLURAL.match(text, end)  # "ran 216 experiments"


def _hinted(hint: str) -> Unit | None:
    if hint in ("%", "percent"):
        return Unit("1", 0.01, "%")
    if hint in ("×", "x", "times"):
        return Unit("1", 1.0, "×")
    return units.lookup(hint) if units.known(hint) else price(hint)
