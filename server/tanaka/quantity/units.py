"""Units of the field as authors spell them, and the base unit and scale of each.

Base units: byte, byte/s, FLOP, FLOP/s, op, op/s, FLOP/byte, s, W, J, J/byte, op/J, USD, USD/s,
token/s, sample/s, request/s, Hz, V, m, bit, and "1" for counts, ratios and shares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written: its base unit, the base units in one of it, and its printed form."""

    base: str
    scale: float
    shown: str


_SI = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_IEC = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}
_SMALL = {"m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9, "p": 1e-12}

_SPELLED = {
    "nano": ("n", 1e-9), "micro": ("μ", 1e-6), "milli": ("m", 1e-3), "kilo": ("k", 1e3),
    "mega": ("M", 1e6), "giga": ("G", 1e9), "tera": ("T", 1e12), "peta": ("P", 1e15),
}  # fmt: skip

_SECONDS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "ms": 1e-3, "msec": 1e-3, "msecs": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "usec": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6,
    "ns": 1e-9, "nanosecond": 1e-9, "nanoseconds": 1e-9,
    "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "day": 86400, "days": 86400, "week": 604800, "weeks": 604800,
    "month": 2592000, "months": 2592000, "year": 31557600, "years": 31557600,
}  # fmt: skip


@cache
def table() -> dict[str, Unit]:
    """Every spelling that is matched literally, with its unit."""
    units: dict[str, Unit] = {}

    def add(spelling: str, base: str, scale: float, shown: str | None = None) -> None:
        units.setdefault(spelling, Unit(base, scale, shown or spelling))

    for name, scale in _SECONDS.items():
        add(name, "s", float(scale))
    for prefix, scale in (_SI | _IEC).items():
        if prefix:
            add(prefix + "B", "byte", scale)
        for word in ("byte", "bytes", "Byte", "Bytes"):
            add(prefix + word, "byte", scale, prefix + "B")
        for bits in ("bit", "bits", "b"):
            if prefix or bits != "b":
                add(prefix + bits, "bit", scale, prefix + "bit" if prefix else bits)
        for per in ("/s", "/sec", "/second", "ps", " per second"):
            if prefix:
                add(f"{prefix}B{per}", "byte/s", scale, f"{prefix}B/s")
                add(f"{prefix}b{per}", "byte/s", scale / 8, f"{prefix}b/s")
            add(f"{prefix}bit{per}", "byte/s", scale / 8, f"{prefix}bit/s")
            add(f"{prefix}bits{per}", "byte/s", scale / 8, f"{prefix}bit/s")
    add("B", "byte", 1.0)
    for prefix, scale in _SI.items():
        if prefix in ("k",):
            continue
        for flop in ("FLOP", "FLOPs", "FLOPS", "Flop", "Flops", "flop", "flops"):
            for per in ("/s", "/sec", "/second", " per second", "ps", "/S"):
                if (prefix or per != "ps") and not (flop.lower().endswith("s") and per == "ps"):
                    add(prefix + flop + per, "FLOP/s", scale, f"{prefix}FLOP/s")
            for per in ("/s/GPU", "/GPU/s", "/s/device"):
                add(prefix + flop + per, "FLOP/s", scale, f"{prefix}FLOP/s")
            for per in ("/byte", "/Byte", "/B", " per byte"):
                add(prefix + flop + per, "FLOP/byte", scale, f"{prefix}FLOP/byte")
            for per in ("/W", "/Watt", " per watt"):
                add(prefix + flop + per, "op/J", scale, f"{prefix}FLOPS/W")
        add(prefix + "FLOPS", "FLOP/s", scale, f"{prefix}FLOPS")
        for flop in ("FLOP", "Flop", "flop"):
            add(prefix + flop, "FLOP", scale, f"{prefix}FLOP")
        for flop in ("FLOPs", "Flops", "flops"):
            add(prefix + flop, "FLOP", scale, f"{prefix}FLOPs")
        if prefix in ("M", "G", "T", "P"):
            for op in ("OPS", "OPs", "Ops", "OP/s", "Op/s"):
                add(prefix + op, "op/s", scale, f"{prefix}OPS")
                add(prefix + op + "/W", "op/J", scale, f"{prefix}OPS/W")
            add(prefix + "OP", "op", scale, f"{prefix}OP")
            add(prefix + "MACs", "op", scale, f"{prefix}MACs")
    for prefix, scale in {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "m": 1e-3, "µ": 1e-6, "μ": 1e-6,
                          "u": 1e-6, "n": 1e-9, "p": 1e-12}.items():  # fmt: skip
        add(prefix + "W", "W", scale)
        add(prefix + "J", "J", scale)
        add(prefix + "J/bit", "J/byte", scale * 8)
        add(prefix + "J/B", "J/byte", scale)
        for hour in ("Wh", "WH"):
            add(prefix + hour, "J", scale * 3600)
        add(prefix + "V", "V", scale)
    for word in ("watts", "Watts", "watt", "Watt"):
        add(word, "W", 1.0, "W")
    for word in ("joules", "Joules", "joule"):
        add(word, "J", 1.0, "J")
    for prefix, scale in {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}.items():
        for hertz in ("Hz", "hz", "HZ"):
            add(prefix + hertz, "Hz", scale, prefix + "Hz")
    for prefix, scale in {"n": 1e-9, "µ": 1e-6, "μ": 1e-6, "m": 1e-3}.items():
        add(prefix + "m", "m", scale)
    for word, base in (
        ("watt", "W"),
        ("joule", "J"),
        ("byte", "byte"),
        ("hertz", "Hz"),
        ("volt", "V"),
        ("meter", "m"),
    ):
        for name, (letter, scale) in _SPELLED.items():
            for spelling in (
                name + word,
                name + word + "s",
                (name + word).capitalize(),
                (name + word + "s").capitalize(),
            ):
                add(spelling, base, scale, letter + {"byte": "B"}.get(base, base))
    for name, (letter, scale) in _SPELLED.items():
        for form in ("watt-hours", "watt-hour", "watt hours"):
            add(name + form, "J", scale * 3600, letter + "Wh")
        for per in (" per second", "/s"):
            for spelling in (f"{name}byte{per}", f"{name}bytes{per}"):
                add(spelling, "byte/s", scale, letter + "B/s")
            for spelling in (f"{name}bit{per}", f"{name}bits{per}"):
                add(spelling, "byte/s", scale / 8, letter + "b/s")
    for names, base in (
        (("token", "tokens", "tok", "toks", "Tokens", "Tok"), "token/s"),
        (("sample", "samples", "image", "images", "img", "imgs", "frame", "frames",
          "sequence", "sequences", "seq", "seqs", "example", "examples"), "sample/s"),
        (("request", "requests", "req", "reqs", "query", "queries"), "request/s"),
    ):  # fmt: skip
        for name in names:
            for prefix, scale in {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}.items():
                for per in ("/s", "/sec", "/second", " per second", "/s/GPU", "/GPU/s",
                            "/s/device"):  # fmt: skip
                    add(f"{prefix}{name}{per}", base, scale, f"{prefix}{name}/s")
            for per in ("/min", "/minute", " per minute"):
                add(f"{name}{per}", base, 1 / 60, f"{name}/min")
    for name in ("RPS", "QPS", "rps", "qps", "req/s"):
        add(name, "request/s", 1.0)
    for name in ("FPS", "fps", "IPS"):
        add(name, "sample/s", 1.0)
    for name in ("TPS",):
        add(name, "token/s", 1.0)
    for device in ("GPU", "TPU", "A100", "H100", "H800", "V100", "device", "accelerator", "chip"):
        for hour, seconds in (("hour", 3600.0), ("day", 86400.0)):
            for form in (f"{device}-{hour}", f"{device} {hour}"):
                add(form, "s", seconds, f"{device}-{hour}s")
                add(form + "s", "s", seconds, f"{device}-{hour}s")
    for form, scale in (("PF-days", 8.64e19), ("PFLOP/s-days", 8.64e19), ("PFlop/s-days", 8.64e19)):
        add(form, "FLOP", scale)
    for name in ("USD", "dollars", "US dollars"):
        add(name, "USD", 1.0, "USD")
    return units


@cache
def pattern() -> re.Pattern[str]:
    """Longest spelling first, ended by something that is no letter, digit or rate bar."""
    spellings = sorted(table(), key=len, reverse=True)
    body = "|".join(re.escape(s).replace(r"\ ", r"\s") for s in spellings)
    return re.compile(rf"(?:{body})(?![A-Za-z0-9µμ])")


def lookup(spelling: str) -> Unit:
    """Unit of a spelling that `pattern` matched."""
    return table()[re.sub(r"\s", " ", spelling)]


def convert(value: float, base: str) -> tuple[float, str]:
    """Value and unit as a reader likes them: 2.05e11 byte is 205 GB.

    Decimal prefixes only; the letters are those of `table`.
    """
    names = {
        "byte": "B", "byte/s": "B/s", "FLOP": "FLOP", "FLOP/s": "FLOP/s", "op/s": "OP/s",
        "FLOP/byte": "FLOP/B",
        "W": "W", "J": "J", "Hz": "Hz",
    }  # fmt: skip
    if base == "s":
        for scale, name in ((86400 * 2, "days"), (3600 * 2, "h"), (1.0, "s"), (1e-3, "ms")):
            if abs(value) >= scale:
                unit = {"days": 86400.0, "h": 3600.0, "s": 1.0, "ms": 1e-3}[name]
                return value / unit, name
        return (value / 1e-6, "µs") if value else (0.0, "s")
    if base not in names:
        return value, "" if base == "1" else base
    for scale, prefix in (
        (1e18, "E"),
        (1e15, "P"),
        (1e12, "T"),
        (1e9, "G"),
        (1e6, "M"),
        (1e3, "k"),
    ):
        if abs(value) >= scale:
            return value / scale, prefix + names[base]
    return value, names[base]
