"""Numbers as a reader sees them, such that every printed equation recomputes from its digits.

``12.84 G × 16 B`` may stand beside ``205.4 GB``, because 12.84e9 · 16 rounds to it; beside
``13 G × 16 B`` it may not.  `computed` chooses the digits, `recomputes` is the judge, and the
tests put every equation that a view prints before the same judge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from tanaka.quantity import units
from tanaka.records import dataclass
from tanaka.rules.api import Computed, Step

_COUNT_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"))
_COUNTS = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "B": 1e9}
_SHARES = {"%": 0.01, "points": 0.01, "point": 0.01, "×": 1.0, "x": 1.0}
_PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24}
_PRINTED = frozenset({"B", "B/s", "FLOP", "FLOP/s", "FLOP/B", "OP/s", "W", "J", "Hz", "op", "J/byte", "op/J", "USD/s"})  # fmt: skip
_COUNTED = re.compile(
    r"(?:token|tok|sample|sequence|seq|request|query|step|update|parameter|param|element|value|frame|epoch|GPU|device|"
    r"node|layer|head|rank|stage|chunk|expert)(?:s|es)?",
    re.I,
)
"""What is counted: one of it is one."""
UNROUNDED = " (unrounded)"
"""Mark of a step whose inputs are printed too coarsely for its result to follow from them."""


# -- numbers ----------------------------------------------------------------------------------


def digits(value: float, significant: int = 4, *, strip: bool = True) -> str:
    """A number with so many significant digits, thousands marked, no exponent below 1e15.

    Parameters
    ----------
    value : float
    significant : int
        Digits that count; those before the point are never dropped.
    strip : bool
        Whether zeros after the last other digit behind the point go.
    """
    if not math.isfinite(value):
        return "inf" if value > 0 else "-inf" if value < 0 else "?"
    if value == 0:
        return "0"
    if abs(value) >= 1e15 or abs(value) < 1e-6:
        mantissa, _, exponent = f"{value:.{significant - 1}e}".partition("e")
        if strip and "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    decimals = max(0, significant - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    if strip and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


@dataclass(frozen=True, slots=True)
class Printed:
    """A value as printed: its digits, its unit, and the base units in one of that unit."""

    number: str
    unit: str
    scale: float
    written: str = ""

    @property
    def text(self) -> str:
        """Digits and unit: "205.4 GB", "41%", "1.5×", "512"; as written, where it was written."""
        glue = "" if self.unit[:1] in ("", "%", "×") else " "
        return self.written or f"{self.number}{glue}{self.unit}"


def in_units(value: float, unit: str) -> tuple[float, str, float]:
    """Value and unit as a reader likes them, and the base units in one of that unit.

    Counts from a million on take G and M, as letters, since B is a byte here.
    """
    if unit == "%":
        return value * 100, "%", 0.01
    if unit in ("1", ""):
        for scale, letter in _COUNT_PREFIXES:
            if abs(value) >= scale:
                return value / scale, letter, scale
        return value, "", 1.0
    shown, name = units.convert(value, unit)
    return shown, name, value / shown if shown else 1.0


def quantity(value: float, unit: str, significant: int = 4) -> Printed:
    """A value in base units, as printed."""
    shown, name, scale = in_units(value, unit)
    # 999.96 ms rounds to 1,000 ms where 1 s is meant: the rounded value chooses the prefix.
    if shown and math.isfinite(shown):
        rounded = float(f"{shown:.{significant}g}") * scale
        shown, name, scale = in_units(rounded, unit)
    return Printed(digits(shown, significant), name, scale)


def step_value(step: Step) -> Printed:
    """A step's value: the author's own digits where they are kept, else as few as recompute."""
    if not step.text:
        return _own(step) or quantity(step.value, step.unit)
    own = _own(step)
    if own is not None and recomputes(step.text, own.text) is not False:
        return own
    candidates = [_result(step, n) for n in (4, 3, 5, 6, 2)]
    return next((c for c in candidates if recomputes(step.text, c.text)), candidates[0])


def step_text(step: Step) -> str:
    """How a step was made, marked where the printed digits of its inputs do not give it."""
    if step.text and recomputes(step.text, step_value(step).text) is False:
        return step.text + UNROUNDED
    return step.text


def _result(step: Step, significant: int) -> Printed:
    printed = quantity(step.value, step.unit, significant)
    inexact = step.high > step.low
    if isinstance(step.origin, Computed) and step.unit == "1" and inexact and abs(step.value) < 100:
        # A ratio of measured values keeps its zeros: 420 ms / 140 ms is 3.00 and not 3.
        return Printed(
            digits(
                step.value, min(significant, 3) if _round(step.value) else significant, strip=False
            ),
            "",
            1.0,
        )
    return printed


def _round(value: float) -> bool:
    return abs(value * 100 - round(value * 100)) < 1e-9


def _own(step: Step) -> Printed | None:
    if not step.shown:
        return None
    match = re.match(r"\s*([-−]?[\d,.\s]*\d(?:\s?[×·]\s?10\^\S+)?)\s*(.*)$", step.shown)
    number = _number(match.group(1)) if match else None
    if match is None or number is None:
        return Printed(step.shown, "", 1.0, step.shown)
    scale = step.value / number if number else 1.0
    return Printed(match.group(1).strip(), match.group(2), scale, step.shown)


def step_interval(step: Step) -> str:
    """What a step's value may be, in the unit that it is printed in: "[1.258, 1.280]".

    "" where it is exact or unbounded on both sides.
    """
    scale = step_value(step).scale or 1.0
    return interval(step.low / scale, step.high / scale)


def interval(low: float, high: float) -> str:
    """Two ends with as many decimals as their distance asks for."""
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(low):
        return f"at most {digits(high)}"
    if math.isinf(high):
        return f"at least {digits(low)}"
    width = high - low
    if width <= 1e-12 * max(abs(low), abs(high)):
        return ""
    decimals = max(0, 1 - math.floor(math.log10(width)))
    if decimals > 9:
        return f"[{digits(low, 6)}, {digits(high, 6)}]"
    a, b = f"{low:,.{decimals}f}", f"{high:,.{decimals}f}"
    while "." in a and a[-1] == b[-1] == "0":
        a, b = a[:-1].rstrip("."), b[:-1].rstrip(".")
    return f"[{a}, {b}]"


# -- equations --------------------------------------------------------------------------------

_NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:e-?\d+(?![A-Za-z\d]))?"
# A hyphen stands in a unit of rented time alone: "182 GPU-hours".
_UNIT = r"[A-Za-zµμ%×][A-Za-zµμ/]*(?:\d+(?=-(?:hour|day|week|month|year)))?(?:-(?:hour|day|week|month|year)s?(?![A-Za-z]))?"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{_NUMBER})(?P<power>\s?[×·x]\s?10(?:\^|\*\*)\{{?(?P<exponent>[-−]?\d+)\}}?)?"
    rf"(?P<unit>\s?(?:[KMBGT]\s(?=[A-Za-z])(?!(?:x|max|min)\b))?(?:{_UNIT}))?|(?P<name>max|min)(?=\s?\()|(?P<sign>[-+−–/×x·*(),^]))"
)


class _NotAnExpression(ValueError):
    pass


def _number(text: str) -> float | None:
    try:
        return float(re.sub(r"[,\s]", "", text).replace("−", "-"))
    except ValueError:
        return None


def _scale(unit: str, glued: bool) -> float:
    if not unit:
        return 1.0
    letter, _, counted = unit.partition(" ")  # "1.9 M tokens/s"
    if counted:
        return _COUNTS[letter] * _scale(counted, glued=False)
    if unit in _SHARES:
        return _SHARES[unit]
    if unit in _COUNTS and (glued or unit != "B"):
        return _COUNTS[unit]
    rented, _, time = unit.partition("-" if "-" in unit else "USD/")
    try:
        if time:
            return units.lookup(time).scale if rented else 1 / units.lookup(time).scale
    except KeyError:
        raise _NotAnExpression from None
    try:
        return units.lookup(unit).scale
    except KeyError:
        pass
    counted, _, time = unit.partition("/")
    if _COUNTED.fullmatch(counted):
        return 1.0 / _scale(time, glued=False) if time else 1.0
    # Papers do not write kFLOP/s or OP/s, so reading does not know them; printing may make them.
    if unit in _PRINTED:
        return 1.0
    if unit[1:] in _PRINTED and unit[0] in _PREFIXES:
        return _PREFIXES[unit[0]]
    raise _NotAnExpression


def tokens(text: str) -> Iterator[tuple[str, str, float]]:
    """Parts of an expression: "number" with its digits and the base units in one of its unit, or a sign.

    Signs are ``+ - * / ^ ( ) ,`` and the names "max" and "min".

    Raises
    ------
    ValueError
        Where something else stands in it.
    """
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _NotAnExpression
        at = match.end()
        sign = match.group("sign") or match.group("name")
        if sign:
            yield {"−": "-", "–": "-", "×": "*", "x": "*", "·": "*"}.get(sign, sign), "", 0.0
            continue
        value = match.group("number").replace(",", "")
        if match.group("power"):
            value += "e" + match.group("exponent").replace("−", "-")
        unit = match.group("unit") or ""
        name = unit.strip()
        if name in ("x", "×") and re.match(r"\s*[\d(.]", text[at:]):
            # "8 x 8": a sign of multiplication, not a factor.
            yield "number", value, 1.0
            yield "*", "", 0.0
            continue
        yield "number", value, _scale(name, glued=not unit.startswith(" "))


@lru_cache(maxsize=4096)
def evaluate(text: str) -> float | None:
    """Value in base units of an arithmetic expression over printed quantities.

    None where the text is no such expression ("40 layers, 5120 wide").
    """
    try:
        parts = list(tokens(text))
    except _NotAnExpression:
        return None
    position = 0

    def peek() -> str:
        return parts[position][0] if position < len(parts) else ""

    def several() -> list[float]:
        nonlocal position
        if peek() != "(":
            raise _NotAnExpression
        found = []
        while peek() in ("(", ","):
            position += 1
            found.append(total())
        if peek() != ")":
            raise _NotAnExpression
        position += 1
        return found

    def atom() -> float:
        nonlocal position
        kind = peek()
        if kind == "-":
            position += 1
            return -power()
        if kind in ("max", "min"):
            position += 1
            return (max if kind == "max" else min)(several())
        if kind == "(":
            position += 1
            value = total()
            if peek() != ")":
                raise _NotAnExpression
            position += 1
            return value
        if kind != "number":
            raise _NotAnExpression
        _, written, scale = parts[position]
        position += 1
        return float(written) * scale

    def power() -> float:
        nonlocal position
        value = atom()
        if peek() != "^":
            return value
        position += 1
        raised = value ** power()
        if not isinstance(raised, float):
            raise _NotAnExpression
        return raised

    def product() -> float:
        nonlocal position
        value = power()
        while peek() in ("*", "/", "("):
            sign = peek()
            if sign != "(":
                position += 1
            other = power()
            value = value / other if sign == "/" else value * other
        return value

    def total() -> float:
        nonlocal position
        value = product()
        while peek() in ("+", "-"):
            sign = peek()
            position += 1
            other = product()
            value = value + other if sign == "+" else value - other
        return value

    try:
        value = total()
    except (_NotAnExpression, ZeroDivisionError, OverflowError):
        return None
    return value if position == len(parts) else None


_RESULT = re.compile(rf"\s*([-−]?)({_NUMBER})(\s?(?:{_UNIT}))?")


def recomputes(expression: str, result: str) -> bool | None:
    """Whether an expression, from its printed digits, rounds to the printed result.

    None where one of the two is no arithmetic: then there is no equation.
    """
    value = evaluate(expression.removesuffix(UNROUNDED))
    match = _RESULT.match(result)
    if value is None or match is None:
        return None
    sign, number, unit = match.groups()
    unit = unit or ""
    try:
        scale = _scale(unit.strip(), glued=not unit.startswith(" "))
    except _NotAnExpression:
        scale = 1.0  # a word, not a unit: "8 x 8 = 64 and"
    mantissa, _, exponent = number.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    stated = float(number.replace(",", "")) * (-1.0 if sign else 1.0)
    half = 0.5 * 10.0**-decimals
    # A tie, which floats cannot tell from what lies beside it, asks for another digit.
    return abs(value / scale - stated) < half * (1 - 1e-9)


def equation(expression: str, value: float, unit: str, significant: int = 3) -> str:
    """``expression = result`` with digits that recompute; "" where no number of digits does."""
    for n in (significant, significant + 1, significant - 1, significant + 2, significant + 3):
        result = quantity(value, unit, n).text
        if n > 0 and recomputes(expression, result):
            return f"{expression} = {result}"
    return ""
