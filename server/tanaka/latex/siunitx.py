r"""siunitx, versions 2 and 3: what the numbers and units of ``\SI``, ``\qty``, ``\num`` and their kin print."""

from __future__ import annotations

import re
from collections.abc import Callable

from tanaka.patterns import Lazy

_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n", "micro": "μ", "mu": "μ", "upmu": "μ", "textmu": "μ", "milli": "m",
    "centi": "c", "deci": "d", "deca": "da", "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G",
    "tera": "T", "peta": "P", "exa": "E", "zetta": "Z", "yotta": "Y", "ronna": "R", "quetta": "Q",
    "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti", "pebi": "Pi", "exbi": "Ei", "zebi": "Zi", "yobi": "Yi",
}  # fmt: skip
_UNITS = {
    "byte": "B", "bit": "bit", "second": "s", "minute": "min", "hour": "h", "day": "day", "watt": "W", "joule": "J",
    "hertz": "Hz", "volt": "V", "metre": "m", "meter": "m", "percent": "%", "gram": "g", "kilogram": "kg",
    "ampere": "A", "kelvin": "K", "flop": "FLOP", "flops": "FLOPS", "flopss": "FLOPS", "token": "token", "tokens": "tokens",
    "us": "μs", "um": "μm", "uA": "μA", "uV": "μV", "uW": "μW", "uJ": "μJ", "ug": "μg", "uF": "μF", "uL": "μL",
    "degree": "°", "degreeCelsius": "°C", "celsius": "°C", "arcminute": "′", "arcsecond": "″", "ohm": "Ω",
    "kohm": "kΩ", "Mohm": "MΩ", "farad": "F", "coulomb": "C", "henry": "H", "newton": "N", "pascal": "Pa", "tesla": "T",
    "mole": "mol", "candela": "cd", "lumen": "lm", "lux": "lx", "litre": "L", "liter": "L", "tonne": "t", "hectare": "ha",
    "electronvolt": "eV", "decibel": "dB", "bel": "B", "angstrom": "Å", "astronomicalunit": "au", "dalton": "Da",
    "siemens": "S", "weber": "Wb", "becquerel": "Bq", "sievert": "Sv", "radian": "rad", "steradian": "sr",
    "op": "OP", "ops": "OPS", "mac": "MAC", "macs": "MACs", "bps": "bps", "Bps": "B/s", "dollar": "$", "usd": "$",
    "micron": "μm", "year": "year", "week": "week", "month": "month", "inch": "in", "angstroms": "Å",
}  # fmt: skip
_POWERS = {"squared": "2", "cubed": "3", "square": "2", "cubic": "3"}
_RAISED = {"2": "²", "3": "³"}
# Set in the text around a unit, and no part of it.
_SILENT = frozenset(
    {"text", "mathrm", "mathit", "textrm", "mathsf", "rm", "ensuremath", "highlight", "cancel", "operatorname", "mbox"}
)  # fmt: skip
_SIGNS = {
    ",": "",
    "!": "",
    ";": "",
    ":": "",
    " ": "",
    "%": "%",
    "$": "$",
    "&": "&",
    "#": "#",
    "_": "_",
    "/": "/",
}
_TOKEN = Lazy(
    r"\\(?P<macro>[A-Za-z]+)\s*|\\(?P<sign>.)|\^\s*(?:\{(?P<power>[^{}]*)\}|(?P<digit>[-+]?\d+|\S))"
    r"|\{(?P<group>[^{}]*)\}|(?P<word>[^\\^{}.~/\s*·$]+)|(?P<join>[.~*·])|(?P<per>/)|[\s{}$]+",
    re.S,
)
_DEEPEST = 8


def unit(written: str, body: Callable[[str], str | None] = lambda name: None) -> str:
    r"""Unit of a siunitx argument: ``\giga\byte\per\second`` and ``GB.s^{-1}`` are "GB/s".

    Parameters
    ----------
    written : str
        LaTeX inside of the braces.
    body : callable
        Body of a user macro or user unit by its name, or None.
    """
    if "\\" not in written and not any(c in written for c in ".~^*{}"):
        return " ".join(written.split())
    parts = _parts(written, body, 0)
    above = [p for p in parts if not p.below]
    below = [p for p in parts if p.below]
    return "".join([_joined(above), *(f"/{p.text()}" for p in below)])


class _Part:
    """One unit with its prefix: below the line or above it, and to which power."""

    def __init__(self, below: bool, prefix: str, power: str) -> None:
        self.below, self.prefix, self.name, self.power = below, prefix, "", power

    def text(self) -> str:
        """As it is printed."""
        power = "" if self.power in ("", "1") else _RAISED.get(self.power, f"^{{{self.power}}}")
        return f"{self.prefix}{self.name}{power}"


def _parts(written: str, body: Callable[[str], str | None], depth: int) -> list[_Part]:
    parts: list[_Part] = []
    below, prefix, power, argument = False, "", "", ""
    glue = False

    def named(name: str) -> None:
        """A unit stands here; a word straight after a word or sign is the same one."""
        nonlocal below, prefix, power, glue
        if glue and parts and not prefix and not power:
            parts[-1].name += name
        else:
            parts.append(_Part(below, prefix, power))
            parts[-1].name = name
        below, prefix, power, glue = False, "", "", True

    for match in _TOKEN.finditer(written):
        macro, word = match["macro"], match["word"]
        if match["group"] is not None:
            inside = match["group"]
            if argument == "power" and parts:
                _raise(parts[-1], inside.strip())
            elif argument == "next":
                power = inside.strip()
            elif argument == "of" and parts:
                parts[-1].name += f" {inside.strip()}"
            else:
                for part in _parts(inside, body, depth + 1) if depth < _DEEPEST else ():
                    part.below = part.below != below
                    part.prefix = prefix + part.prefix
                    parts.append(part)
                    prefix = ""
                below = False
            argument, glue = "", True
        elif macro == "per":
            below, glue = True, False
        elif macro in ("tothe", "raiseto"):
            argument, glue = "power" if macro == "tothe" else "next", False
        elif macro in ("of", "qualifier"):
            argument = "of"
        elif macro in ("squared", "cubed") and parts:
            _raise(parts[-1], _POWERS[macro])
        elif macro in _POWERS:
            power = _POWERS[macro]
        elif macro and (given := body(macro)) is not None and depth < _DEEPEST:
            glue = False
            for part in _parts(given, body, depth + 1):
                part.below = part.below != below
                part.prefix = prefix + part.prefix
                part.power = part.power or power
                parts.append(part)
                prefix, power = "", ""
            below, glue = False, True
        elif macro in _PREFIXES:
            prefix, glue = _PREFIXES[macro], False
        elif macro in _SILENT:
            glue = False
        elif macro:
            glue = False
            named(_UNITS.get(macro, macro))
            glue = False
        elif match["sign"] is not None:
            if sign := _SIGNS.get(match["sign"], ""):
                named(sign)
        elif match["power"] is not None or match["digit"] is not None:
            if parts:
                _raise(parts[-1], (match["power"] or match["digit"] or "").strip())
        elif word:
            named(word)
        elif match["per"]:
            below, glue = True, False
        else:
            glue = False
    if prefix:
        named(prefix)
    return [p for p in parts if p.name]


def _raise(part: _Part, power: str) -> None:
    power = power.replace("−", "-").lstrip("+")
    if power.startswith("-"):
        part.below, power = not part.below, power[1:]
    part.power = power


def _joined(parts: list[_Part]) -> str:
    """Units above the line: kWh has no sign between, GPU-hours a hyphen, other pairs a dot."""
    out = ""
    for part in parts:
        text = part.text()
        if out and part.name not in ("h", "%", "°") and out[-1] not in "°%":
            words = len(part.name) > 2 and part.name.isalpha() and out[-1].isalpha()
            out += "-" if words else "·"
        elif out and part.name == "h" and not out.endswith(("W", "A")):
            out += "-"
        out += text
    return out


_NUMBER = Lazy(
    r"(?P<sign>(?:[<>~≤≥≈∼±+-]|<=|>=|<<|>>|\+-|-\+|\\(?:le|leq|ge|geq|lt|gt|ll|gg|approx|sim|pm|mp|leqslant|geqslant)(?![A-Za-z]))*)"
    r"(?P<digits>[\d.,]*)"
    r"(?:\((?P<short>[\d.]+)\)|(?:\+-|\\pm|±)(?P<long>[\d.,]+))?"
    r"(?:[eEdD](?P<exponent>[+-]?\d+))?"
)
_COMPARED = {
    "<=": "≤", ">=": "≥", "<<": "≪", ">>": "≫", "+-": "±", "-+": "∓", "~": "∼", "\\le": "≤", "\\leq": "≤",
    "\\leqslant": "≤", "\\ge": "≥", "\\geq": "≥", "\\geqslant": "≥", "\\lt": "<", "\\gt": ">", "\\ll": "≪",
    "\\gg": "≫", "\\approx": "≈", "\\sim": "∼", "\\pm": "±", "\\mp": "∓",
}  # fmt: skip
_SIGN = Lazy(r"<=|>=|<<|>>|\+-|-\+|\\[A-Za-z]+|.")
_PRODUCT = Lazy(r"(?<![A-Za-z])x|×|\\times(?![A-Za-z])")


def number(written: str) -> str | None:
    r"""A number of siunitx as it prints: ``1.2(3)e-3`` is "1.2±0.3×10^{-3}".

    None for what is no such number; then it is read like other text.
    """
    factors = [_number(part) for part in _PRODUCT.split(written)]
    return None if None in factors else "×".join(f or "" for f in factors)


def _number(written: str) -> str | None:
    tight = re.sub(r"\s|\\[,!: ]|(?<=\d)~(?=\d)", "", written)
    match = _NUMBER.fullmatch(tight)
    if match is None or not (match["digits"] or match["exponent"]):
        return None
    sign = "".join(_COMPARED.get(s, s) for s in _SIGN.findall(match["sign"]))
    digits, spread = _point(match["digits"]), match["long"] and _point(match["long"])
    if match["short"]:
        spread = match["short"]
        places = len(digits.partition(".")[2])
        if places and "." not in spread:
            spread = spread.rjust(places + 1, "0")
            spread = f"{spread[:-places]}.{spread[-places:]}"
    out = sign + digits + (f"±{spread}" if spread else "")
    if match["exponent"]:
        power = str(int(match["exponent"]))
        out += f"{'×' if digits else ''}10^{{{power}}}"
    return out


def _point(digits: str) -> str:
    """Digits with the decimal comma that siunitx prints as a point; groups of three are kept."""
    if digits.count(",") == 1 and "." not in digits and not re.search(r",\d{3}$", digits):
        return digits.replace(",", ".")
    return digits
