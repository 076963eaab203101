"""Base units of the field and the prefixes that data files use.

A byte, a bit, a FLOP, an integer operation, a token, a parameter and a dollar are different
dimensions: adding two of them is an error, not a number.  Everything inside the package is in
base units; prefixes exist only here, at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

# What cannot be expressed by the others.  A watt is a joule per second; Hz is one per second.
BASES = (
    "byte", "bit", "FLOP", "op", "s", "J", "m", "token", "sample", "request", "parameter",
    "device", "USD", "year", "g",
)  # fmt: skip

_SI = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9,
    "T": 1e12, "P": 1e15, "E": 1e18,
}  # fmt: skip
_IEC = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}

# name: (base units in one of it, dimensions, whether it takes a prefix)
_NAMES: dict[str, tuple[float, dict[str, int], bool]] = {
    "1": (1.0, {}, False),
    "%": (0.01, {}, False),
    "B": (1.0, {"byte": 1}, True),
    "bit": (1.0, {"bit": 1}, True),
    "b": (1.0, {"bit": 1}, True),
    "FLOP": (1.0, {"FLOP": 1}, True),
    "FLOPS": (1.0, {"FLOP": 1, "s": -1}, True),
    "OP": (1.0, {"op": 1}, True),
    "OPS": (1.0, {"op": 1, "s": -1}, True),
    "s": (1.0, {"s": 1}, True),
    "minute": (60.0, {"s": 1}, False),
    "h": (3600.0, {"s": 1}, False),
    "day": (86400.0, {"s": 1}, False),
    "Hz": (1.0, {"s": -1}, True),
    "W": (1.0, {"J": 1, "s": -1}, True),
    "Wh": (3600.0, {"J": 1}, True),
} | {
    name: (1.0, {name: 1}, name in ("J", "m", "g"))
    for name in BASES
    if name not in ("bit", "FLOP", "s")
}

_SHOWN = {(("J", Fraction(1)), ("s", Fraction(-1))): "W"}


class UnitError(ValueError):
    """A unit that is not known, or two that do not add."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of base units, times a factor.

    Attributes
    ----------
    factor : float
        Base units in one of it: 1e12 for "TFLOP/s".
    powers : tuple of (str, Fraction)
        Exponent of each base unit, by name, zeros left out.
    """

    factor: float = 1.0
    powers: tuple[tuple[str, Fraction], ...] = ()

    @property
    def base(self) -> str:
        """Printed base unit: "byte/s"."""
        if self.powers in _SHOWN:
            return _SHOWN[self.powers]
        above = [_power(n, p) for n, p in self.powers if p > 0]
        below = [_power(n, -p) for n, p in self.powers if p < 0]
        return "/".join(["*".join(above) or "1", *below])

    def __mul__(self, other: Unit) -> Unit:
        """The product."""
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, Fraction(0)) + power
        return _unit(self.factor * other.factor, powers)

    def __truediv__(self, other: Unit) -> Unit:
        """The quotient."""
        return self * other**-1

    def __pow__(self, exponent: float | Fraction | Unit) -> Unit:
        """The power.

        Raises
        ------
        UnitError
            For an unknown power of a dimension, or a power that has one.
        """
        if isinstance(exponent, Unit):
            if self.powers or exponent.powers:
                raise UnitError(f"{self.base} to a power that is not a plain number")
            return Unit()
        return _unit(
            self.factor ** float(exponent), {n: p * Fraction(exponent) for n, p in self.powers}
        )

    def __add__(self, other: Unit) -> Unit:
        """The unit of a sum.

        Raises
        ------
        UnitError
            For two dimensions.
        """
        if self.powers != other.powers:
            raise UnitError(f"{self.base} and {other.base} do not add")
        return self

    __sub__ = __add__

    def __neg__(self) -> Unit:
        """The unit of the opposite: the same."""
        return self


def _unit(factor: float, powers: dict[str, Fraction]) -> Unit:
    # "s" last, so that rates read "byte/s"
    kept = sorted((p for p in powers.items() if p[1]), key=lambda p: (p[0] == "s", p[0]))
    return Unit(factor, tuple(kept))


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}"


@cache
def parse(text: str) -> Unit:
    """Unit of a text as data files and formulas write it: "TFLOP/s", "GiB", "FLOP/parameter/token".

    Raises
    ------
    UnitError
        For a name that is not known.
    """
    first, *below = text.split("/")
    unit = _product(first, text)
    for part in below:
        unit = unit / _product(part, text)
    return unit


def _product(text: str, whole: str) -> Unit:
    unit = Unit()
    for factor in text.split("*"):
        name, _, exponent = factor.strip().partition("^")
        unit = unit * _single(name, whole) ** (Fraction(exponent) if exponent else 1)
    return unit


def _single(name: str, whole: str) -> Unit:
    if name in _NAMES:
        return _named(1.0, name)
    for prefixes in (_IEC, _SI):
        for prefix, factor in prefixes.items():
            rest = name[len(prefix) :]
            if prefix and name.startswith(prefix) and rest in _NAMES and _NAMES[rest][2]:
                if prefixes is _IEC and rest not in ("B", "bit", "b"):
                    continue
                return _named(factor, rest)
    raise UnitError(f"unknown unit {whole!r}")


def _named(prefix: float, name: str) -> Unit:
    factor, powers, _ = _NAMES[name]
    return _unit(prefix * factor, {n: Fraction(p) for n, p in powers.items()})


def to_base(value: float, unit: str) -> tuple[float, str]:
    """Value in base units, and the base unit.

    Raises
    ------
    UnitError
        For a unit that data files do not use.
    """
    parsed = parse(unit)
    return value * parsed.factor, parsed.base
