"""What a calculator gives, as text for a terminal and as JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hwmodels.answer import Answer
from tanaka.records import dataclass
from tanaka.views.plain import WIDTH, Paint, columns, plain
from tanaka.views.printing import digits

if TYPE_CHECKING:
    from tanaka.rules.api import Figure
    from tanaka.views.encode import Json

KINDS = {
    "identity": "it follows from the definitions and the convention",
    "bound": "nothing real passes it",
    "estimate": "a model of what happens; it proves nothing",
}
_STRONG, _QUIET, _ANSWER, _BAD = "1", "2", "1;34", "1;31"


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity on the way to an answer, or of a specification.

    Attributes
    ----------
    name : str
    low, high : float
        In the unit; NaN in both where the row is only words.
    unit : str
        A base unit of `hwmodels.units`.
    text : str
        How it was made, or what must be known to use it.
    source : str
        Where it is from.
    verified : bool
        Whether it was found there.
    """

    name: str
    low: float
    high: float
    unit: str
    text: str = ""
    source: str = ""
    verified: bool = True


def row(
    name: str, value: float, unit: str, text: str = "", source: str = "", *, verified: bool = True
) -> Row:
    """A row with one number."""
    return Row(name, value, value, unit, text, source, verified)


@dataclass(frozen=True, slots=True)
class Calculation:
    """What a calculator gives.

    Attributes
    ----------
    name : str
        Of the calculator.
    what : str
        What the answer is, in words: "memory of one device".
    answer : Answer or None
        None for a specification, which has rows only.
    formula, substituted : str
        Text of the formula, and its right side with the values given; "" for a model of several.
    inputs : tuple of Row
        What was given or looked up.
    rows : tuple of Row
        What else was found, in the order of the reasoning.
    notes : tuple of (str, str)
        A word and a sentence: ("fits with", "ZeRO-3 on 8").
    fault : bool
        Whether the answer says no: it does not fit.
    figure : callable or None
        Makes the numbers of a drawing; called only where a drawing is asked for.
    unverified : tuple of str
        What the answer rests on and nobody checked: a bound is then none to prove anything with.
    """

    name: str
    what: str
    answer: Answer | None
    formula: str = ""
    substituted: str = ""
    inputs: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    fault: bool = False
    figure: Callable[[], Figure] | None = None
    unverified: tuple[str, ...] = ()


# -- numbers ----------------------------------------------------------------------------------

_UP = (
    (1e24, "Y"),
    (1e21, "Z"),
    (1e18, "E"),
    (1e15, "P"),
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
)
_DOWN = ((1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"))
_TIMES = (
    (2 * 365.25 * 86400.0, 365.25 * 86400.0, "years"),
    (2 * 86400.0, 86400.0, "days"),
    (7200.0, 3600.0, "h"),
    (120.0, 60.0, "min"),
)
_NAMES = {"byte": "B", "op": "OP"}
_SMALL = ("J", "W", "m", "s")
_COUNTS = ("token", "sample", "request", "parameter", "device", "1", "USD")


def scaled(value: float, unit: str) -> tuple[float, str]:
    """Base units in one of the printed unit that suits a value, and that unit's name.

    "FLOP/s" takes a prefix at its first name; counts take the letters M, G and T from a million on.
    """
    size = abs(value)
    steps: tuple[tuple[float, str], ...] = _UP
    if unit == "s":
        for least, one, name in _TIMES:
            if size >= least:
                return one, name
        steps = ((1.0, ""), *_DOWN)
    elif unit == "1/s":
        unit = "Hz"
    first, slash, rest = unit.partition("/")
    printed = _NAMES.get(first, first) + slash + "/".join(_NAMES.get(r, r) for r in rest.split("/"))
    if first in _COUNTS:
        letters = [(one, letter) for one, letter in _UP if one >= 1e6]
        one, letter = next(((o, p) for o, p in letters if size >= o), (1.0, ""))
        name = "" if printed == "1" else printed
        return one, " ".join(part for part in (letter, name) if part)
    if first in _SMALL and unit != "s":
        steps = (*_UP, *_DOWN)
    if "^" in first or "*" in first or size == 0 or not math.isfinite(size):
        return 1.0, printed
    one, letter = next(((o, p) for o, p in steps if size >= o * (1 - 1e-12)), steps[-1])
    return (one, letter + printed) if size >= 1e-15 else (1.0, printed)


def shown(value: float, unit: str, significant: int = 4) -> str:
    """A number with a readable prefix: "6.41 ms", "312 TFLOP/s", "0.87"."""
    return spread(value, value, unit, significant)


def spread(low: float, high: float, unit: str, significant: int = 4) -> str:
    """An interval with a readable prefix: "6.25 to 6.67 ms", "at least 12 GB"."""
    if low == high or math.isinf(high) or math.isinf(low):
        value, word = (high, "at most ") if math.isinf(low) else (low, "at least ")
        word = "" if low == high else word
        one, name = scaled(value, unit)
        # 999.96 ms rounds to 1,000 ms where 1 s is meant: the rounded value chooses the prefix.
        if math.isfinite(value) and value:
            one, name = scaled(float(f"{value:.{significant}g}"), unit)
        return f"{word}{digits(value / one, significant)} {name}".rstrip()
    one, name = scaled(high, unit)
    ends = [f"{digits(end / one, significant)}" for end in (low, high)]
    return f"{ends[0]} to {ends[1]} {name}".rstrip()


def answered(answer: Answer) -> str:
    """An answer in words: an upper bound runs from zero, a lower one has no end."""
    if answer.kind == "bound" and answer.low == 0 < answer.high < math.inf:
        return f"at most {shown(answer.high, answer.unit)}"
    return spread(answer.low, answer.high, answer.unit)


def ends(low: float, high: float) -> tuple[float | None, float | None]:
    """Both ends as JSON can say them: a side without a bound is null."""
    return (low if math.isfinite(low) else None, high if math.isfinite(high) else None)


# -- text -------------------------------------------------------------------------------------


def text(made: Calculation, *, colour: bool = False, width: int = WIDTH) -> str:
    """A calculation for a terminal.

    Parameters
    ----------
    made : Calculation
    colour : bool
    width : int
        Columns that a line may take.
    """
    paint = Paint(on=colour)
    lines = _head(made, paint, width)
    if made.formula:
        lines += ["", *_worked(made, paint, width)]
    if made.rows:
        lines += ["", *_table(made.rows, paint, width)]
    if made.notes:
        lines.append("")
        for word, sentence in made.notes:
            lines += _hanging(f"  {paint('=', _QUIET)} {paint(plain(word) + ':', _STRONG)} ",
                              len(word) + 6, sentence, width)  # fmt: skip
    answer = made.answer
    if answer is not None:
        about = [("kind", _kind(answer, made.unverified))]
        about += [("convention", answer.convention)] if answer.convention else []
        about += [("source", answer.source)] if answer.source else []
        lines.append("")
        for name, words in about:
            lines += _hanging(f"  {paint(f'{name:<10}', _QUIET)}  ", 14, words, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _kind(answer: Answer, unverified: tuple[str, ...]) -> str:
    if not unverified:
        return f"{answer.kind}: {KINDS[answer.kind]}"
    means = "no proof" if answer.kind == "bound" else KINDS[answer.kind]
    return f"{answer.kind}, not verified: {means}; nobody checked {', '.join(unverified)}"


def _head(made: Calculation, paint: Paint, width: int) -> list[str]:
    if made.answer is None:
        return [paint(plain(made.what), _STRONG)]
    found = answered(made.answer)
    found += " (not verified)" if made.unverified else ""
    value = paint(found, _BAD if made.fault else _ANSWER)
    words = textwrap.wrap(plain(made.what) + ":", width)
    if columns(words[-1]) + 1 + columns(found) > width:
        return [*(paint(w, _STRONG) for w in words), f"  {value}"]
    return [*(paint(w, _STRONG) for w in words[:-1]), f"{paint(words[-1], _STRONG)} {value}"]


def _worked(made: Calculation, paint: Paint, width: int) -> list[str]:
    symbol, _, right = made.formula.partition("=")
    lead = " " * (len(symbol.strip()) + 2)
    lines = _hanging(f"  {plain(symbol.strip())} = ", len(lead) + 3, right.strip(), width)
    if made.substituted:
        lines += _hanging(f"{lead} = ", len(lead) + 3, made.substituted, width)
    assert made.answer is not None
    found = answered(made.answer)
    return [*lines, f"{lead} = {paint(found, _STRONG)}"]


def _table(rows: Iterable[Row], paint: Paint, width: int) -> list[str]:
    """Rows aligned: name, value, how, source; what does not fit goes under its row."""
    cells = [
        (
            plain(r.name),
            "" if math.isnan(r.low) else spread(r.low, r.high, r.unit),
            plain(r.text),
            (plain(r.source) + ("" if r.verified else " (unverified)")).strip(),
        )
        for r in rows
    ]
    name_width = max(columns(c[0]) for c in cells)
    value_width = max(columns(c[1]) for c in cells)
    indent = 2 + name_width + 2 + value_width + 2
    room = width - indent - 2 - max(columns(c[3]) for c in cells)
    how_width = max((columns(c[2]) for c in cells if columns(c[2]) <= room), default=0)
    lines: list[str] = []
    for name, value, how, source in cells:
        start = f"  {name:<{name_width}}  {value:>{value_width}}  "
        if not value and not source:  # the head of a group
            lines += [""] if lines else []
            start = f"  {paint(name, _STRONG)}{' ' * (indent - 2 - columns(name))}"
        if how and columns(how) <= how_width:
            lines.append(f"{start}{how:<{how_width}}  {paint(source, _QUIET)}")
            continue
        pieces = [(piece, "") for piece in textwrap.wrap(how, max(20, width - indent))]
        pieces += [(piece, _QUIET) for piece in textwrap.wrap(source, max(20, width - indent))]
        for piece, code in pieces or [("", "")]:
            lines.append(f"{start}{paint(piece, code) if code else piece}")
            start = " " * indent
    return lines


def _hanging(start: str, indent: int, words: str, width: int) -> list[str]:
    pieces = textwrap.wrap(plain(words), max(20, width - indent)) or [""]
    return [f"{start}{pieces[0]}", *(" " * indent + piece for piece in pieces[1:])]


# -- JSON -------------------------------------------------------------------------------------


def record(made: Calculation) -> Json:
    """A calculation as JSON, schema "tanaka.model/1"; every number in its base unit."""
    found: dict[str, Json] = {
        "schema": "tanaka.model/1",
        "model": made.name,
        "what": made.what,
    }
    answer = made.answer
    if answer is not None:
        low, high = ends(answer.low, answer.high)
        found |= {
            "low": low,
            "high": high,
            "unit": answer.unit,
            "kind": answer.kind,
            "verified": not made.unverified,
            "convention": answer.convention,
            "source": answer.source,
            "terms": [
                {"name": t.name, **dict(zip(("low", "high"), ends(t.low, t.high), strict=True)),
                 "unit": t.unit}
                for t in answer.terms
            ],
        }  # fmt: skip
    if made.formula:
        found |= {"formula": made.formula, "substituted": made.substituted}
    found["inputs"] = [_row(r) for r in made.inputs]
    found["rows"] = [_row(r) for r in made.rows]
    found["notes"] = [{"name": word, "text": sentence} for word, sentence in made.notes]
    return found


def _row(r: Row) -> Json:
    number: dict[str, Json] = {}
    if not math.isnan(r.low):
        low, high = ends(r.low, r.high)
        number = {"low": low, "high": high, "unit": r.unit}
    return {"name": r.name, **number, "text": r.text, "source": r.source, "verified": r.verified}
