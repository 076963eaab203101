"""Base units and the prefixes that data files use.  Bytes, FLOP, tokens and dollars never mix."""

from __future__ import annotations

BASES = ("byte", "byte/s", "FLOP", "FLOP/s", "op/s", "s", "W", "m", "1", "Hz")
_PREFIX = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "n": 1e-9}
_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
_NAMES = {"B": "byte", "B/s": "byte/s", "FLOP": "FLOP", "FLOP/s": "FLOP/s", "OP/s": "op/s", "s": "s", "W": "W", "m": "m", "Hz": "Hz", "1": "1"}


def to_base(value: float, unit: str) -> tuple[float, str]:
    """Value in base units, and the base unit.

    Raises
    ------
    ValueError
        For a unit that data files do not use.
    """
    for prefixes in (_BINARY, _PREFIX):
        for prefix, factor in sorted(prefixes.items(), key=lambda p: -len(p[0])):
            rest = unit[len(prefix) :]
            if unit.startswith(prefix) and rest in _NAMES:
                return value * factor, _NAMES[rest]
    raise ValueError(f"unknown unit {unit!r}")
