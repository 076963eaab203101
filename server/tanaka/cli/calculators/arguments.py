"""Arguments of a calculator as they are typed: ``W=2TB/s``, ``f=0.1..0.3``, ``N=7B``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from hwmodels.units import UnitError, parse
from tanaka.cli.refused import Refused
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """What a calculator takes.

    Attributes
    ----------
    name : str
    unit : str
        A base unit; "" where it takes words.
    help : str
    required : bool
    choices : tuple of str
        The words that it takes, where they are few.
    shown : str
        What holds where it is left out, as it would be typed.
    """

    name: str
    unit: str
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number or a range in base units, and as it was typed."""

    low: float
    high: float
    text: str

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of one call: measures and words by name, what was left out left out."""

    measures: Mapping[str, Measure]
    words: Mapping[str, str]

    def number(self, name: str, default: float) -> float:
        """One number.

        Raises
        ------
        Refused
            For a range, where the calculator takes none.
        """
        found = self.measures.get(name)
        if found is None:
            return default
        if not found.exact:
            raise Refused(f"{name}={found.text}: takes one number here, not a range")
        return found.low

    def whole(self, name: str, default: int, least: int = 1) -> int:
        """One whole number, from some least one on.

        Raises
        ------
        Refused
            For any other.
        """
        value = self.number(name, default)
        if value != int(value) or value < least:
            raise Refused(
                f"{name}={self.measures[name].text}: takes a whole number from {least} on"
            )
        return int(value)

    def reach(self, name: str, low: float, high: float | None = None) -> tuple[float, float]:
        """Both ends of a number or a range, with what holds where it is left out."""
        found = self.measures.get(name)
        if found is None:
            return low, low if high is None else high
        return found.low, found.high

    def word(self, name: str, default: str = "") -> str:
        """A word."""
        return self.words.get(name, default)

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return name in self.measures or name in self.words


_NUMBER = re.compile(r"[-+]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LETTERS = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12}
_COUNTED = ("1", "token", "parameter", "device", "sample", "request", "year")
_PLURALS = {
    "days": "day", "hours": "h", "hour": "h", "hr": "h", "hrs": "h", "min": "minute",
    "minutes": "minute", "sec": "s", "secs": "s", "seconds": "s", "second": "s",
    "tokens": "token", "parameters": "parameter", "params": "parameter", "devices": "device",
    "gpus": "device", "samples": "sample", "requests": "request", "bytes": "byte", "bits": "bit",
    "FLOPs": "FLOP", "dollars": "USD", "years": "year",
}  # fmt: skip
_EXAMPLES = {
    "byte": "6GB", "byte/s": "2TB/s", "FLOP/s": "312TFLOP/s", "FLOP": "2TFLOP", "s": "40ms",
    "W": "400W", "byte/parameter": "16B/parameter", "USD/s": "$2/h", "USD/J": "$0.1/kWh",
}  # fmt: skip


def example(unit: str) -> str:
    """How a value of a unit may be typed."""
    return _EXAMPLES.get(unit, "8" if unit in _COUNTED else f"8{unit.removeprefix('1')}")


def measure(name: str, typed: str, unit: str) -> Measure:
    """A number, or a range of two, in a base unit.

    Raises
    ------
    Refused
        For what is no number, or of another dimension.
    """
    low_text, dots, high_text = typed.partition("..")
    if not dots:
        value, text = _single(name, typed, unit, typed)
        return Measure(value, value, text)
    number = _NUMBER.fullmatch(low_text.strip())
    tail = _NUMBER.match(high_text.strip())
    if number and tail:  # 10..20GB: the unit of the second is that of the first
        low_text += high_text.strip()[tail.end() :]
    (low, a), (high, b) = (_single(name, part, unit, typed) for part in (low_text, high_text))
    if low > high:
        raise Refused(f"{name}={typed}: the range runs from {a} down to {b}")
    return Measure(low, high, f"[{a}, {b}]")


def _single(name: str, typed: str, unit: str, whole: str) -> tuple[float, str]:
    words = typed.strip()
    money = words.startswith("$")
    words = words.removeprefix("$")
    match = _NUMBER.match(words)
    if match is None:
        raise Refused(f"{name}={whole}: not a number; try {name}={example(unit)}")
    number = float(re.sub(r"[,_]", "", match.group()))
    written = words[match.end() :].strip()
    if money:
        written = "USD" + written
    shown = f"{match.group()}{'' if written == '%' else ' '}{written}".strip()
    if unit in _COUNTED:
        letter, rest = written[:1], written[1:].strip()
        if letter in _LETTERS and _PLURALS.get(rest, rest) in ("", unit):
            return number * _LETTERS[letter], shown
        if not written:
            return number, shown
    if unit == "s" and written in ("year", "years"):  # a year of the calendar is no duration
        return number * 365.25 * 86400, shown
    if not written:
        raise Refused(f"{name}={whole}: {name} is in {unit}; say which, as {name}={example(unit)}")
    try:
        written = written.replace("/", "1/", 1) if written.startswith("/") else written
        found = parse("/".join(_PLURALS.get(part, part) for part in written.split("/")))
    except (UnitError, ValueError):
        raise Refused(
            f"{name}={whole}: no unit {written!r} is known; {name} is in {unit}, as {example(unit)}"
        ) from None
    if found.powers != parse(unit).powers:
        raise Refused(
            f"{name}={whole}: {name} is in {unit}, not in {found.base}; try {name}={example(unit)}"
        )
    return number * found.factor, shown


def read(calculator: str, words: Sequence[str], arguments: Sequence[Argument]) -> Given:
    """The arguments of a call.

    Raises
    ------
    Refused
        In one line, for the first of them that cannot be used, and for those that are missing.
    """
    known = {a.name: a for a in arguments}
    measures: dict[str, Measure] = {}
    texts: dict[str, str] = {}
    for word in words:
        name, sign, typed = word.partition("=")
        name, typed = name.strip(), typed.strip()
        if not sign or not name or not typed:
            raise Refused(
                f"{word}: not of the form NAME=VALUE; {calculator} takes {_listed(known)}"
            )
        if name not in known:
            raise Refused(
                f"{name}: {calculator} has no such argument; {nearest(name, known) or 'it takes ' + _listed(known)}"
            )
        if name in measures or name in texts:
            raise Refused(f"{name}: given twice")
        argument = known[name]
        if argument.unit:
            measures[name] = measure(name, typed, argument.unit)
        elif argument.choices and typed not in argument.choices:
            raise Refused(f"{name}={typed}: one of {', '.join(argument.choices)}")
        else:
            texts[name] = typed
    missing = [
        a for a in arguments if a.required and a.name not in measures and a.name not in texts
    ]
    if missing:
        wanted = ", ".join(f"{a.name} ({a.help})" for a in missing)
        raise Refused(f"{calculator} needs {wanted}")
    return Given(measures, texts)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def nearest(name: str, known: Iterable[str]) -> str:
    """Question "did you mean ...?" for a name that is not known; "" where nothing is near."""
    names = list(known)
    lower = {n.lower(): n for n in reversed(names)}
    near = [lower[n] for n in get_close_matches(name.lower(), lower, n=3, cutoff=0.6)]
    near += [n for n in names if len(name) > 2 and name.lower() in n.lower() and n not in near]
    return f"did you mean {' or '.join(near[:3])}?" if near else ""
