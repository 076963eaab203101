"""Accelerators from TOML files: every number with its unit and its source.

A name as authors write it resolves to the set of variants that it may mean; a bound is taken
over all of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hwmodels.units import to_base

# Datasheets round, and a part may be measured a little above its nominal figures.
_DATASHEET_ROUNDING = 1.02


class DataError(ValueError):
    """A data file that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number with its unit and where it was read.

    Attributes
    ----------
    value : float
        In base units.
    unit : str
    source : str
        Key in the bibliography.
    verified : bool
        Whether the source was checked; a value that was not never carries a proof.
    sparse : float or None
        For a peak, the figure with 2:4 sparsity.
    """

    value: float
    unit: str
    source: str
    verified: bool
    sparse: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A bibliography entry: a short title to print, and the whole."""

    key: str
    title: str
    full: str
    year: int


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One variant of a part.

    ``label_bytes`` is what its name says (80 GB), ``capacity`` the most it can hold (80 GiB):
    a proof that something does not fit must use the larger.
    """

    id: str
    name: str
    family: str
    aliases: tuple[str, ...]
    form: str
    peak: Mapping[str, Sourced]
    capacity: Sourced
    label_bytes: float
    bandwidth: Sourced
    tdp: Sourced
    link: Sourced | None
    clock: Sourced


@cache
def sources() -> Mapping[str, Source]:
    """The bibliography that data files cite."""
    text = (files("hwmodels") / "data" / "sources.toml").read_text("utf-8")
    return {
        key: Source(key, entry["title"], entry["full"], entry["year"])
        for key, entry in tomllib.loads(text).items()
    }


@cache
def accelerators() -> tuple[Accelerator, ...]:
    """Every variant in the catalogue, by id."""
    folder = files("hwmodels") / "data" / "accelerators"
    named = sorted(
        (p.name, p.read_text("utf-8")) for p in folder.iterdir() if p.name.endswith(".toml")
    )
    return tuple(read(name, text) for name, text in named)


def read(name: str, text: str) -> Accelerator:
    """Accelerator of a TOML text.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing or cannot be read.
    """
    try:
        data = tomllib.loads(text)
        memory = data["memory"]
        label = _sourced(name, "memory.capacity", memory["capacity"])
        held = Sourced(memory["capacity"]["value"] * 2.0**30, "byte", label.source, label.verified)
        return Accelerator(
            id=data["id"], name=data["name"], family=data["family"], aliases=tuple(data["aliases"]), form=data["form"],
            peak={p: _sourced(name, f"peak.{p}", v) for p, v in data["peak"].items()},
            capacity=held, label_bytes=label.value,
            bandwidth=_sourced(name, "memory.bandwidth", memory["bandwidth"]),
            tdp=_sourced(name, "power.tdp", data["power"]["tdp"]),
            link=_sourced(name, "link.per_direction", data["link"]["per_direction"]) if "link" in data else None,
            clock=_sourced(name, "clock", data["clock"]),
        )  # fmt: skip
    except KeyError as error:
        raise DataError(f"{name}: {error.args[0]} is missing") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: {error}") from error


def _sourced(name: str, key: str, entry: Mapping[str, Any]) -> Sourced:
    for part in ("value", "unit", "source", "verified"):
        if part not in entry:
            raise DataError(f"{name}: {key} has no {part}")
    if entry["source"] not in sources():
        raise DataError(
            f"{name}: {key} cites {entry['source']!r}, which sources.toml does not have"
        )
    try:
        value, unit = to_base(float(entry["value"]), str(entry["unit"]))
    except ValueError as error:
        raise DataError(f"{name}: {key}: {error}") from error
    sparse = entry.get("sparse")
    return Sourced(
        value,
        unit,
        entry["source"],
        bool(entry["verified"]),
        None if sparse is None else to_base(float(sparse), entry["unit"])[0],
    )


_CAPACITY = re.compile(r"(\d+)\s*g(?:i?b)?$")


def _tokens(name: str) -> list[str]:
    spaced = re.sub(r"(\d)\s+(g[i]?b)\b", r"\1\2", name.lower())
    return [
        t
        for t in re.split(r"[^a-z0-9]+", spaced)
        if t and t not in ("nvidia", "tesla", "gpu", "gpus")
    ]


def find(name: str) -> tuple[Accelerator, ...]:
    """Variants that a name may mean; empty where the part is not known.

    "A100" means all four, "A100-80GB" the two with 80 GB, "A100-SXM4-80GB" one.
    """
    tokens = _tokens(name)
    if not tokens:
        return ()
    return tuple(
        p for p in accelerators() if tokens[0] == p.family.lower() and _fits(p, tokens[1:])
    )


def _fits(part: Accelerator, tokens: list[str]) -> bool:
    form = part.form.lower()
    for token in tokens:
        if match := _CAPACITY.fullmatch(token):
            if float(match.group(1)) * 1e9 != part.label_bytes:
                return False
        elif token != form and token != re.sub(r"\d", "", form):
            return False
    return True


def dense_peak(parts: Iterable[Accelerator], precision: str) -> Sourced | None:
    """Largest dense peak among variants; None where none has the precision."""
    peaks = [p.peak[precision] for p in parts if precision in p.peak]
    return max(peaks, key=lambda s: s.value) if peaks else None


def hard_peak(parts: Iterable[Accelerator], precision: str) -> float | None:
    """Rate that no dense kernel on any of the variants can pass [FLOP/s].

    The dense peak of the narrowest tensor path that a label may hide (TF32 behind "FP32"), at the
    highest clock, with room for rounding in the datasheet.
    """
    widest = {"fp32": ("fp32", "tf32"), "half": ("fp16", "bf16")}.get(precision, (precision,))
    peaks = [
        p.peak[w].value * p.clock.value * _DATASHEET_ROUNDING
        for p in parts
        for w in widest
        if w in p.peak
    ]
    return max(peaks) if peaks else None


def most_capacity(parts: Iterable[Accelerator]) -> Sourced | None:
    """Largest capacity among variants [byte]."""
    held = [p.capacity for p in parts]
    return max(held, key=lambda s: s.value) if held else None
