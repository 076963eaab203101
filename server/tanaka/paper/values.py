"""What one cell of a table states: the number that it is about, its uncertainty, unit and kind."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from tanaka.latex.plain import Cell
from tanaka.paper.labels import Hint
from tanaka.paper.model import Emphasis, UnitFrom
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading, read


@lru_cache(maxsize=4096)
def quantities(
    text: str, unit: str, noun: str, label: str, *, decimal_comma: bool = False
) -> tuple[Reading, ...]:
    """Quantities of a cell, with what its labels tell (see `tanaka.quantity.read`)."""
    return tuple(
        read(text, unit_hint=unit, noun_hint=noun, label=label, decimal_comma=decimal_comma)
    )


_POWERED = Lazy(r"[\^eE]")


def bare(text: str, r: Reading) -> bool:
    """Whether a number has no unit or power of its own: both are what its labels say."""
    if text[r.start : r.literal_start].strip() in ("$", "\\$") or _POWERED.search(
        r.quantity.literal.text
    ):
        return False
    return not _SPREAD.sub("", text[r.literal_end : r.end]).strip(" \u2009()")


def multiplied(r: Reading, factor: float, mark: str) -> Reading:
    """A bare number under a label that says it is in millions, or in a power of ten.

    Parameters
    ----------
    r : Reading
    factor : float
        What one of the printed numbers stands for.
    mark : str
        The factor as the label prints it: "M", "×10^18".
    """
    q = r.quantity
    value = tuple(v * factor for v in q.value) if isinstance(q.value, tuple) else q.value * factor
    return replace(r, quantity=replace(
        q, value=value, nominal=q.nominal.scaled(factor), hard=q.hard.scaled(factor), scale=q.scale * factor,
        shown_unit=f"{mark} {q.shown_unit}".strip(),
    ))  # fmt: skip


def emphasis_of(cell: Cell) -> Emphasis:
    """How a cell is set apart."""
    if cell.bold:
        return Emphasis.BOLD
    return Emphasis.UNDERLINED if cell.underlined else Emphasis.NONE


def states(r: Reading) -> bool:
    """Whether a number in a label is a quantity, and no part of a name."""
    return bool(r.quantity.shown_unit or r.noun) or r.kind is not Kind.OTHER


def plural(text: str, r: Reading) -> bool:
    """Whether "1s" after a word is a plural, and no time."""
    return (
        text[r.literal_end : r.end] == "s"
        and re.search(r"[A-Za-z]\s$", text[: r.start]) is not None
    )


def unit_from_of(source: tuple[Hint, UnitFrom], r: Reading, text: str) -> UnitFrom:
    """Where the unit of a cell's number is printed; ``source`` is the label that it was read with."""
    told, where = source
    behind = text[r.literal_end : r.end].strip()
    if told.unit and behind in ("K", "k", "M", "B", "T", "G"):
        behind = ""  # "2664K" under GPU hours: only the multiplier is the cell's own
    if behind or text[r.start : r.literal_start].strip() in ("$", "\\$"):
        return UnitFrom.CELL
    return (
        where if told.unit or told.scale or told.power or told.noun or told.ratio else UnitFrom.CELL
    )


PLAIN_KINDS = frozenset({Kind.ACCURACY, Kind.UTILIZATION})
_OF_NO_SPEED = frozenset(
    {Kind.PARAM_COUNT, Kind.MEMORY_CAPACITY, Kind.ENERGY, Kind.POWER, Kind.COST}
)
_NO_SPEED = Lazy(
    r"(?i)\bsize|memory|param|footprint|energy|\bpower|\bcost|traffic|compress|volume|\barea\b|accura"
)
_BARE_KINDS = frozenset({Kind.PARAM_COUNT, Kind.TOKEN_COUNT, Kind.BATCH_SIZE, Kind.SEQ_LEN, Kind.DEGREE,
                         Kind.THROUGHPUT, Kind.LATENCY, Kind.ENERGY, Kind.POWER, Kind.COST,
                         Kind.MEMORY_CAPACITY, Kind.MEMORY_BANDWIDTH, Kind.LINK_BANDWIDTH})  # fmt: skip


def mended(
    r: Reading,
    length: int,
    kinds: tuple[Kind | None, Kind | None, Kind | None],
    told: Hint,
    label: str = "",
) -> Reading:
    """A reading within its cell, with the kind that its labels name where it has none itself."""
    kind, per = r.kind, r.per
    q = r.quantity
    if q.unit == "1" and not r.noun:
        named = next((k for k in kinds if k is not None), None)
        if q.shown_unit == "×":
            if named is Kind.SPEEDUP:
                kind = Kind.SPEEDUP
            elif named in _OF_NO_SPEED or (named is None and _NO_SPEED.search(label)):
                kind = Kind.OTHER
        elif (
            kind is Kind.OTHER and (named in PLAIN_KINDS and q.shown_unit in ("", "%", "points"))
        ) or (kind is Kind.OTHER and named in _BARE_KINDS and q.shown_unit == ""):
            kind = named
        elif kind is Kind.PARAM_COUNT and named is Kind.TOKEN_COUNT:
            kind = Kind.TOKEN_COUNT
    elif q.unit == "byte/s" and Kind.MEMORY_BANDWIDTH in kinds:
        kind = Kind.MEMORY_BANDWIDTH
    if told.per and not per and q.shown_unit == told.unit:
        per = told.per
    if kind is r.kind and per == r.per and r.end <= length:
        return r
    return replace(r, kind=kind, per=per, end=min(r.end, length), literal_end=min(r.literal_end, length))  # fmt: skip


_ASIDE = Lazy(
    r"\([^()]*\)|\[[^\[\]]*\]|(?:±|\+/-|\+-)\s*[\d.,]+\s*%?|[_^]\{[^{}]*\}|(?<=\d)_[±\d.]+"
)
_BEFORE = Lazy(
    r"(?i)\s*(?:[A-Za-z]\w{0,2}\s?=|[x×]\s?$|[~≈∼<>≤≥+$*†‡↑↓✓→–—-]|up to|about|approx\.?|around|roughly|avg\.?|ca\.?|max\.?|min\.?|at least|at most|over|under|"
    r"more than|less than|mean|median|nearly|almost|total|first|\s)*"
)


def own_reading(text: str, found: list[Reading], column: int) -> Reading | None:
    """The reading that a cell is about: the only one outside brackets, and nearly all of it."""
    if not found:
        return None
    if len(found) == 1 and found[0].start == 0 and found[0].end == len(text):
        return found[0]
    asides = [m.span() for m in _ASIDE.finditer(text)]
    outside = [r for r in found if not any(a <= r.literal_start < b for a, b in asides)]
    if len(outside) != 1:
        return None
    r = outside[0]
    if not column and len(text) - (r.end - r.start) > 8:
        return None
    if not _BEFORE.fullmatch(_ASIDE.sub("", text[: r.start])):
        return None  # "Llama-70B" is a name with a size
    return r if _covers(text, r, column) else None


def _covers(text: str, r: Reading, column: int) -> bool:
    rest = _ASIDE.sub("", (text[: r.start] + " " + text[r.end :])).strip()
    rest = re.sub(r"[*†‡§↑↓✓]|\^\{?[\w†‡*]*\}?", "", rest).strip()
    return len(rest) <= (3 if column == 0 else 12) and not re.search(r"\d", rest)


_SPREAD = Lazy(
    r"(?:±|\+/-|\+-)\s*(?P<a>[\d.,]*\d)\s*(?P<percent>%)?|[_^]\{?\s*±?\s*(?P<b>[\d.]*\d)\s*\}?"
)


def uncertainty_of(text: str, r: Reading, spreads: bool) -> float | None:
    """Half-width that is printed with a number, in base units."""
    if match := _SPREAD.search(text, r.literal_end):
        digits = match.group("a")
        subscript = match.group("b")
        if digits or (subscript and ("±" in match.group() or (spreads and "." in subscript))):
            value = _float(digits or subscript)
            if value is None:
                return None
            if match.group("percent") and r.quantity.shown_unit != "%":
                return value / 100 * abs(r.quantity.point)
            return value * r.quantity.scale
    glued = re.match(r"\((\d{1,3})\)", text[r.literal_end :])
    if glued and "." in r.quantity.literal.text and spreads:
        return float(glued.group(1)) * r.quantity.literal.ulp * r.quantity.scale
    aside = re.match(r"\s*%?\s*\(\s*(?:±\s*)?(\d+(?:\.\d+)?)\s*%?\s*\)", text[r.literal_end :])
    if aside and (spreads or "±" in aside.group()):
        return float(aside.group(1)) * r.quantity.scale
    return None


def is_spread(text: str, r: Reading, spreads: bool) -> bool:
    """Whether a number is the uncertainty of the one before it, and states nothing alone."""
    before = text[: r.literal_start].rstrip()
    if re.search(r"(?:±|\+/-|\+-|[_^]\{?)$", before):
        return True
    return spreads and before.endswith("(") and text[r.literal_end :].lstrip(" %").startswith(")")


def _float(digits: str | None) -> float | None:
    try:
        return float((digits or "").replace(",", ""))
    except ValueError:
        return None


def mostly_numbers(text: str) -> bool:
    """Whether the numbers of a cell are its matter, and no part of a sentence."""
    letters = sum(c.isalpha() for c in text)
    return letters * 2 <= len(re.sub(r"\s", "", text))
