r"""siunitx, versions 2 and 3: what ``\SI``, ``\qty``, ``\num`` and their kin print."""

from __future__ import annotations

import re

_UNITS = {
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "milli": "m", "micro": "μ", "nano": "n",
    "pico": "p", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti", "byte": "B", "bit": "bit", "second": "s",
    "minute": "min", "hour": "h", "day": "day", "watt": "W", "joule": "J", "hertz": "Hz", "volt": "V", "metre": "m",
    "meter": "m", "percent": "%", "gram": "g", "ampere": "A", "kelvin": "K", "flop": "FLOP", "flops": "FLOPS", "token": "token",
    "tokens": "tokens", "GB": "GB", "MB": "MB", "ms": "ms", "us": "μs", "ns": "ns", "GHz": "GHz", "MHz": "MHz", "kWh": "kWh",
}  # fmt: skip


def unit(written: str) -> str:
    r"""Unit of a siunitx argument: ``\giga\byte\per\second`` is "GB/s", "GB/s" stays."""
    if "\\" not in written:
        return written.replace("{", "").replace("}", "").strip()
    out: list[str] = []
    for name in re.findall(r"\\([A-Za-z]+)|([A-Za-z/%]+)", written):
        word = name[0] or name[1]
        if word == "per":
            out.append("/")
        elif name[0]:
            out.append(_UNITS.get(word, word))
        else:
            out.append(word)
    return "".join(out)
