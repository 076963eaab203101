"""Units of the field as authors spell them, and the base unit and scale of each.

Base units: byte, byte/s, FLOP, FLOP/s, op, op/s, FLOP/byte, s, W, J, J/byte, J/op, op/J, USD, USD/s,
USD/token, EUR, token/s, sample/s, request/s, step/s, io/s, transfer/s, Hz, V, m, m², FLOP/s/m², op/s/m²,
bit, °C, K, dB, gCO2e, and "1" for counts, ratios and shares.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from tanaka.patterns import Lazy
from tanaka.records import dataclass


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
    "µsec": 1e-6, "μsec": 1e-6, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "usec": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6,
    "ns": 1e-9, "nanosecond": 1e-9, "nanoseconds": 1e-9,
    "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "day": 86400, "days": 86400, "week": 604800, "weeks": 604800,
    "month": 2592000, "months": 2592000, "year": 31557600, "years": 31557600,
}  # fmt: skip


_FLOPS = ("FLOP", "FLOPs", "FLOPS", "Flop", "Flops", "flop", "flops")
_PER_SECOND = ("/s", "/sec", "/second", " per second", "s⁻1", "/S")
_RATED = (
    (("token", "tokens", "tok", "toks", "Tokens", "Tok"), "token/s"),
    (("sample", "samples", "image", "images", "img", "imgs", "frame", "frames",
      "sequence", "sequences", "seq", "seqs", "example", "examples", "inference", "inferences",
      "inf"), "sample/s"),
    (("request", "requests", "req", "reqs", "query", "queries"), "request/s"),
    (("step", "steps", "iteration", "iterations", "it", "iter", "iters"), "step/s"),
)  # fmt: skip
_PER_PART = (
    "/s", "/sec", "/second", " per second", "/s/GPU", "/GPU/s", "/s/device", "/sec/GPU", "/GPU/sec", "/s/user",
    "/s/chip", "/s/TPU", "/s/node", "/s/accelerator", "/GPU/second", "/second/GPU", " per second per GPU",
)  # fmt: skip
_DEVICES = ("GPU", "TPU", "A100", "H100", "H800", "V100", "device", "accelerator", "chip")


@cache
def table() -> dict[str, Unit]:
    """Every spelling that is matched literally, with its unit."""
    units: dict[str, Unit] = {}

    def add(spelling: str, base: str, scale: float, shown: str | None = None) -> None:
        units.setdefault(spelling, Unit(base, scale, shown or spelling))

    for name, scale in _SECONDS.items():
        add(name, "s", float(scale))
    _bytes(add)
    _operations(add)
    _electric(add)
    _spelled(add)
    _rates(add)
    _others(add)
    return units


_Add = Callable[..., None]


def _bytes(add: _Add) -> None:
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
                for byte in ("bytes", "Bytes", "byte", "Byte"):
                    if per != "ps":
                        add(f"{prefix}{byte}{per}", "byte/s", scale, f"{prefix}B/s")
            add(f"{prefix}bit{per}", "byte/s", scale / 8, f"{prefix}bit/s")
            add(f"{prefix}bits{per}", "byte/s", scale / 8, f"{prefix}bit/s")
    add("B", "byte", 1.0)
    add("b/s", "byte/s", 1 / 8)
    add("bps", "byte/s", 1 / 8, "b/s")
    add("GbE", "byte/s", 1e9 / 8)
    for per in ("/s", " per second"):
        add(f"bytes{per}", "byte/s", 1.0, "B/s")
        add(f"B{per}", "byte/s", 1.0, "B/s")


def _operations(add: _Add) -> None:
    for prefix, scale in _SI.items():
        if prefix in ("k",):
            continue
        for flop in _FLOPS:
            for per in (*_PER_SECOND, "ps"):
                if (prefix or per != "ps") and not (flop.lower().endswith("s") and per == "ps"):
                    add(prefix + flop + per, "FLOP/s", scale, f"{prefix}FLOP/s")
            for per in ("/s/GPU", "/GPU/s", "/s/device", "/s/chip", "/s per GPU"):
                add(prefix + flop + per, "FLOP/s", scale, f"{prefix}FLOP/s")
            for per in ("/byte", "/Byte", "/B", " per byte", "/bytes"):
                add(prefix + flop + per, "FLOP/byte", scale, f"{prefix}FLOP/byte")
            for per in ("/W", "/Watt", " per watt", "/s/W", "/watt", "/J", " per joule"):
                add(prefix + flop + per, "op/J", scale, f"{prefix}FLOPS/W")
            for area, square in _AREAS.items():
                add(f"{prefix}{flop}/{area}", "FLOP/s/m²", scale / square, f"{prefix}FLOPS/{area}")
                add(
                    f"{prefix}{flop}/s/{area}", "FLOP/s/m²", scale / square, f"{prefix}FLOPS/{area}"
                )
        add(prefix + "FLOPS", "FLOP/s", scale, f"{prefix}FLOPS")
        for flop in ("FLOP", "Flop", "flop"):
            add(prefix + flop, "FLOP", scale, f"{prefix}FLOP")
        for flop in ("FLOPs", "Flops", "flops"):
            add(prefix + flop, "FLOP", scale, f"{prefix}FLOPs")
        for op in ("OPS", "OPs", "Ops", "OP/s", "Op/s", "op/s", "ops/s", "OPs/s", "Ops/s", "OPS/s"):
            if prefix or op not in ("OPS", "OPs", "Ops"):
                add(prefix + op, "op/s", scale, f"{prefix}OPS")
            if not prefix:
                continue
            for per in ("/W", "/Watt", "/watt", " per watt", " per Watt"):
                add(prefix + op + per, "op/J", scale, f"{prefix}OPS/W")
            for area, square in _AREAS.items():
                add(f"{prefix}{op}/{area}", "op/s/m²", scale / square, f"{prefix}OPS/{area}")
        if prefix:
            add(prefix + "OP", "op", scale, f"{prefix}OP")
        for mac in ("MAC", "MACs", "MACS"):
            add(prefix + mac, "op", scale, f"{prefix}MACs")
            add(prefix + mac + "/s", "op/s", scale, f"{prefix}MAC/s")
        if not prefix:
            for op in ("OP", "OPs", "Ops", "ops"):
                add(op, "op", 1.0, "OP")


_AREAS = {"mm²": 1e-6, "cm²": 1e-4}


def _electric(add: _Add) -> None:
    for prefix, scale in {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "m": 1e-3, "µ": 1e-6,
                          "μ": 1e-6, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}.items():  # fmt: skip
        add(prefix + "W", "W", scale)
        add(prefix + "J", "J", scale)
        for per in ("/bit", "/b", " per bit"):
            add(prefix + "J" + per, "J/byte", scale * 8, f"{prefix}J/bit")
        for per in ("/B", "/byte", " per byte"):
            add(prefix + "J" + per, "J/byte", scale, f"{prefix}J/B")
        for op in ("op", "OP", "Op", "operation"):
            add(f"{prefix}J/{op}", "J/op", scale, f"{prefix}J/op")
            add(f"{prefix}J per {op}", "J/op", scale, f"{prefix}J/op")
        for mac in ("MAC", "FLOP", "flop"):
            add(f"{prefix}J/{mac}", "J/op", scale, f"{prefix}J/{mac}")
        for hour in ("Wh", "WH", "W·h", "W h", "W-h"):
            add(prefix + hour, "J", scale * 3600, f"{prefix}Wh")
        add(prefix + "V", "V", scale)
    for word in ("watts", "Watts", "watt", "Watt"):
        add(word, "W", 1.0, "W")
    for word in ("joules", "Joules", "joule", "Joule"):
        add(word, "J", 1.0, "J")
    for prefix, scale in (_SMALL | {"k": 1e3, "M": 1e6}).items():
        add(prefix + "Joules", "J", scale, prefix + "J")
        add(prefix + "Watts", "W", scale, prefix + "W")
    for prefix, scale in {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}.items():
        for hertz in ("Hz", "hz", "HZ"):
            add(prefix + hertz, "Hz", scale, prefix + "Hz")
    for prefix, scale in {"G": 1e9, "M": 1e6}.items():
        add(f"{prefix}T/s", "transfer/s", scale)
    for prefix, scale in {"n": 1e-9, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2, "k": 1e3}.items():
        add(prefix + "m", "m", scale)
    for prefix, scale in {
        "µ": 1e-12,
        "μ": 1e-12,
        "u": 1e-12,
        "m": 1e-6,
        "c": 1e-4,
        "": 1.0,
    }.items():
        add(prefix + "m²", "m²", scale)


def _spelled(add: _Add) -> None:
    for word, base in (
        ("watt", "W"),
        ("joule", "J"),
        ("byte", "byte"),
        ("hertz", "Hz"),
        ("volt", "V"),
        ("meter", "m"),
        ("bit", "bit"),
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
        for form in ("watt-hours", "watt-hour", "watt hours", "watt hour"):
            add(name + form, "J", scale * 3600, letter + "Wh")
        for per in (" per second", "/s"):
            for spelling in (f"{name}byte{per}", f"{name}bytes{per}"):
                add(spelling, "byte/s", scale, letter + "B/s")
            for spelling in (f"{name}bit{per}", f"{name}bits{per}"):
                add(spelling, "byte/s", scale / 8, letter + "b/s")
    for name, (letter, scale) in (_SPELLED | {"exa": ("E", 1e18), "zetta": ("Z", 1e21)}).items():
        if scale < 1:
            continue
        for start in (name, name.capitalize()):
            for flop in _FLOPS:
                plural = flop in ("FLOPs", "Flops", "flops")
                rate = flop == "FLOPS"
                add(start + flop, "FLOP/s" if rate else "FLOP", scale,
                    letter + ("FLOPS" if rate else "FLOPs" if plural else "FLOP"))  # fmt: skip
                for per in ("/s", " per second"):
                    add(start + flop + per, "FLOP/s", scale, f"{letter}FLOP/s")
    for letter, scale in (("Z", 1e21), ("Y", 1e24)):
        add(f"{letter}FLOP", "FLOP", scale)
        add(f"{letter}FLOPs", "FLOP", scale)
    for name in ("kilometer", "kilometre"):
        add(name, "m", 1e3, "km")
        add(name + "s", "m", 1e3, "km")


def _rates(add: _Add) -> None:
    for names, base in _RATED:
        for name in names:
            for prefix, scale in {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}.items():
                if base == "step/s" and prefix:
                    continue
                for per in _PER_PART:
                    add(f"{prefix}{name}{per}", base, scale, f"{prefix}{name}/s")
            for per in ("/min", "/minute", " per minute"):
                add(f"{name}{per}", base, 1 / 60, f"{name}/min")
            for per, scale in (("hour", 1 / 3600), ("day", 1 / 86400)):
                add(f"{name}/{per}", base, scale)
                add(f"{name} per {per}", base, scale, f"{name}/{per}")
    for name in ("RPS", "QPS", "rps", "qps", "kQPS", "KQPS", "kRPS", "MQPS"):
        add(name, "request/s", {"k": 1e3, "K": 1e3, "M": 1e6}.get(name[0], 1.0))
    for name in ("FPS", "fps", "IPS"):
        add(name, "sample/s", 1.0)
    for name in ("TPS",):
        add(name, "token/s", 1.0)
    for prefix, scale in {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}.items():
        add(f"{prefix}IOPS", "io/s", scale)
    for device in _DEVICES:
        for hour, seconds in (("hour", 3600.0), ("day", 86400.0)):
            for form in (f"{device}-{hour}", f"{device} {hour}"):
                add(form, "s", seconds, f"{device}-{hour}s")
                add(form + "s", "s", seconds, f"{device}-{hour}s")


def _others(add: _Add) -> None:
    for rate in ("", "/s", "LOP/s", "lop/s", "LOPs", "LOPS"):
        for form in (f"PF{rate}-days", f"PF{rate}-day"):
            add(form, "FLOP", 8.64e19, "PFLOP/s-days")
    for form in ("petaflop/s-days", "petaFLOP/s-days", "petaflop-days", "petaFLOP-days", "petaflops-days",
                 "petaflop/s-day"):  # fmt: skip
        add(form, "FLOP", 8.64e19, "PFLOP/s-days")
    for name in ("USD", "dollars", "US dollars", "dollar", "$"):
        add(name, "USD", 1.0, "USD")
    for name in ("€", "EUR", "Euro", "euro", "euros", "Euros"):
        add(name, "EUR", 1.0, "EUR")
    for name in ("°C", "degrees Celsius", "degree Celsius", "℃"):
        add(name, "°C", 1.0, "°C")
    add("dB", "dB", 1.0)
    add("°", "°", 1.0)
    for form in ("CO2e", "CO2eq", "CO2-eq", "CO2"):
        for weight, scale in (("t", 1e6), ("kg", 1e3), ("g", 1.0), ("Mt", 1e12), ("kt", 1e9)):
            add(f"{weight}{form}", "gCO2e", scale, f"{weight}CO2e")
            add(f"{weight} {form}", "gCO2e", scale, f"{weight}CO2e")
            add(f"{weight} of {form}", "gCO2e", scale, f"{weight}CO2e")
        for weight in ("tons of ", "tonnes of ", "metric tons of ", "tons ", "metric tons "):
            add(f"{weight}{form}", "gCO2e", 1e6, "tCO2e")


# Letters, then whatever may join them into a compound unit.  The longest part that is known wins.
_TOKEN = Lazy(
    r"[A-Za-zµμ°²$€℃][A-Za-z0-9µμ²·⁻]*(?:[_^]\{?\d\}?[A-Za-z]*)*"
    r"(?:(?:/|[ \u2009\u00a0\n](?:per|of)[ \u2009\u00a0\n]|-|[ \u2009\u00a0\n](?=[hd][oa][uy]|dollars|Celsius|tons|CO|h\b))"
    r"[A-Za-z0-9µμ²·]+(?:[_^]\{?\d\}?[A-Za-z]*)*){0,3}"
)
_AMOUNTS = frozenset(("byte", "FLOP", "op"))
_INVERSE_SECOND = Lazy(r"[ \t\u2009\u00a0·]?s(?:\^\{?[−-]1\}?|⁻¹)")
_CUTS = Lazy(r"[ \u2009\u00a0\n/^_{·-]")


def after(text: str, at: int) -> tuple[Unit, int] | None:
    """Unit that is spelled at a place, the longest that is known, and where it ends."""
    match = _TOKEN.match(text, at)
    if not match:
        return None
    known = table()
    spelling = match.group()
    while spelling:
        unit = known.get(spelling) or known.get(_plain(spelling))
        if unit is not None:
            end = at + len(spelling)
            if unit.base in _AMOUNTS and (rate := _INVERSE_SECOND.match(text, end)):
                return Unit(f"{unit.base}/s", unit.scale, f"{unit.shown}/s"), rate.end()
            return unit, end
        cut = 0
        for cut_match in _CUTS.finditer(spelling):
            cut = cut_match.start()
        spelling = spelling[:cut]
    return None


def _plain(spelling: str) -> str:
    """A spelling with one kind of space, squares as ``²`` and no index braces."""
    spelling = re.sub(r"\s", " ", spelling)
    if "^" in spelling:
        spelling = re.sub(r"\^\{?2\}?", "²", spelling)
    if "_" in spelling:
        spelling = re.sub(r"_\{?(\d)\}?", r"\1", spelling)
    return spelling


def known(spelling: str) -> bool:
    """Whether a text is the spelling of one unit and nothing else."""
    return _plain(spelling) in table()


def lookup(spelling: str) -> Unit:
    """Unit of a spelling that is `known`."""
    return table()[_plain(spelling)]


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


def unit_of(spelling: str) -> Unit | None:
    """The unit that a spelling is matched as; None where it is none."""
    return table().get(spelling)


def respelled(spelling: str, base: str, scale: float) -> str | None:
    """Another unit, spelled as an author spells one: "Gbps" beside "GBps", "PFLOPS" beside "TFLOPS".

    Parameters
    ----------
    spelling : str
        Of the unit that the author writes.
    base : str
        Base unit of the other.
    scale : float
        Base units in one of the other.
    """
    found = [s for s, u in table().items() if u.base == base and abs(u.scale / scale - 1) < 1e-9]
    if not found:
        return None

    def alike(other: str) -> tuple[int, bool, int]:
        shared = 0
        while (
            shared < min(len(other), len(spelling)) and other[-1 - shared] == spelling[-1 - shared]
        ):
            shared += 1
        return shared, table()[other].shown == other, -len(other)

    return max(found, key=alike)
