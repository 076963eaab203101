"""Bytes, times and rates as a derivation prints them: four digits and a readable prefix."""

from __future__ import annotations

from tanaka.rules.derivation import printed

_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def size(value: float, digits: int = 4) -> str:
    """Bytes: "12.5 GB"."""
    return _with(value, _SIZES, digits)


def rate(value: float, digits: int = 4) -> str:
    """Bytes a second: "12.5 GB/s"."""
    return _with(value, _SIZES, digits) + "/s"


def seconds(value: float, digits: int = 4) -> str:
    """A time: "1.575 s"."""
    return _with(value, _TIMES, digits)


def _with(value: float, scales: tuple[tuple[float, str], ...], digits: int) -> str:
    rounded = float(f"{value:.{digits - 1}e}")
    one, name = next((s for s in scales if abs(rounded) >= s[0]), scales[-1])
    text = printed(value / one, digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {name}"
