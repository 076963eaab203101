"""Accelerators from TOML files: every number with its unit and its source.

A name as authors write it resolves to the set of variants that it may mean; a bound is taken
over all of them.  Reads only the package's own data, on first use; a user's files come in as text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from hwmodels.units import UnitError, to_base

# Datasheets round, and a part may be measured a little above its nominal figures.
_DATASHEET_ROUNDING = 1.02
# Consumer cards are sold and shown above their reference clock: a 2.52 GHz part at 3.15 GHz.
_CONSUMER_CLOCK = 1.25


class DataError(ValueError):
    """A data file that cannot be used; the message names the file and the key."""


class RateError(LookupError):
    """A precision that a part has no rate for; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number with its unit and where it was read.

    Attributes
    ----------
    value : float
        In base units.
    unit : str
        The base unit.
    source : str
        Key in the bibliography (`sources`).
    verified : bool
        Whether the source was checked; a value that was not never carries a proof.
    note : str
        What must be known to use the number.
    """

    value: float
    unit: str
    source: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Peak(Sourced):
    """A dense peak; ``sparse`` is the vendor's figure with 2:4 sparsity, where there is one."""

    sparse: float | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A rate that no dense kernel passes.

    Attributes
    ----------
    value : float
        [FLOP/s], or [op/s] for integers.
    unit : str
    part : Accelerator
        The variant that has it.
    peak : Peak
        The dense peak that it was made from.
    verified : bool
        Whether every number behind it was checked.
    text : str
        How it was made: "989.4 TFLOP/s × 1980/1830 MHz × 1.02".
    """

    value: float
    unit: str
    part: Accelerator
    peak: Peak
    verified: bool
    text: str


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

    Attributes
    ----------
    id, name, family, vendor, form : str
        ``form`` is how it is built in: "SXM4", "PCIe", "NVL", "OAM".
    aliases : tuple of str
        Spellings that family, form, capacity and memory do not make ("H100 80GB HBM3").
    year : Sourced
        When it was announced or sold first.
    node : Sourced or None
        Name of the process [m].
    peak : mapping
        Dense peak by precision (`PRECISIONS`).
    label_bytes : float
        What its name says: 80 GB [byte].
    capacity : Sourced
        The most it can hold: 80 GiB.  A proof that something does not fit must use it [byte].
    memory : str
        "HBM2e".
    bandwidth : Sourced
        [byte/s]
    link, link_total : Sourced or None
        Scale-up link, in one direction and both ways together as vendors print it [byte/s].
    pcie : str
        "4.0 x16".
    tdp : Sourced
        [W]
    clock_spec, clock_max : Sourced
        The clock behind the printed peaks, and the highest that the part allows [1/s].
    consumer : bool
        Whether cards are sold above the reference clock.
    accumulate_16 : float
        Rate with 16-bit accumulation over the printed one: 2 on consumer parts.
    """

    id: str
    name: str
    family: str
    aliases: tuple[str, ...]
    vendor: str
    form: str
    year: Sourced
    node: Sourced | None
    peak: Mapping[str, Peak] = field(hash=False)
    label_bytes: float
    capacity: Sourced
    memory: str
    bandwidth: Sourced
    link: Sourced | None
    link_total: Sourced | None
    pcie: str
    tdp: Sourced
    clock_spec: Sourced
    clock_max: Sourced
    consumer: bool
    accumulate_16: float

    def rate(self, precision: str) -> Peak:
        """Dense peak at a precision, in any spelling.

        Raises
        ------
        RateError
            Where the part has none: a rate is never taken from another precision.
        """
        name = precision_name(precision)
        if name not in self.peak:
            raise RateError(f"{self.name} has no {precision} rate; it has {', '.join(self.peak)}")
        return self.peak[name]


PRECISIONS = ("fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4")
_PRECISION_NAMES = {
    "fp64": "fp64", "float64": "fp64", "double": "fp64", "doubleprecision": "fp64",
    "fp32": "fp32", "float32": "fp32", "single": "fp32", "singleprecision": "fp32", "float": "fp32",
    "tf32": "tf32", "tensorfloat32": "tf32", "tfloat32": "tf32",
    "bf16": "bf16", "bfloat16": "bf16", "brainfloat16": "bf16",
    "fp16": "fp16", "float16": "fp16", "halfprecision": "fp16",
    "half": "half", "16bit": "half", "mixedprecision": "half",
    "fp8": "fp8", "float8": "fp8", "e4m3": "fp8", "e5m2": "fp8", "mxfp8": "fp8",
    "int8": "int8", "fp4": "fp4", "nvfp4": "fp4", "mxfp4": "fp4", "e2m1": "fp4",
}  # fmt: skip


def precision_name(text: str) -> str:
    """Name of a precision in `PRECISIONS`; "half" for either 16-bit format, "" for none known."""
    return _PRECISION_NAMES.get(re.sub(r"[^a-z0-9]", "", text.lower()), "")


@cache
def sources() -> Mapping[str, Source]:
    """The bibliography that data files cite."""
    from importlib.resources import files  # slow to import, and not needed by who only reads types

    return read_sources(
        "sources.toml", (files("hwmodels") / "data" / "sources.toml").read_text("utf-8")
    )


def read_sources(name: str, text: str) -> dict[str, Source]:
    """Bibliography of a TOML text.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing or cannot be read.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: {error}") from error
    found = {}
    for key, entry in entries.items():
        for part, kind in (("title", str), ("full", str), ("year", int)):
            if not isinstance(entry.get(part), kind):
                raise DataError(
                    f"{name}: {key}.{part} is missing or is not of type {kind.__name__}"
                )
        found[key] = Source(key, entry["title"], entry["full"], entry["year"])
    return found


class Fields:
    """A TOML table that knows its file and its key, for the message of an error."""

    def __init__(self, file: str, key: str, data: object, known: Mapping[str, Source]) -> None:
        if not isinstance(data, dict):
            raise DataError(f"{file}: {key or 'the file'} is not a table")
        self.file, self.key, self.known = file, key, known
        self.data: dict[str, Any] = data

    @classmethod
    def of(cls, file: str, text: str, known: Mapping[str, Source] | None) -> Fields:
        """The whole of a file; ``known`` is the bibliography, None for the package's own."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"{file}: {error}") from error
        return cls(file, "", data, sources() if known is None else known)

    def error(self, key: str, what: str) -> DataError:
        """The error of a key, to be raised."""
        return DataError(f"{self.file}: {self.path(key)} {what}")

    def path(self, key: str) -> str:
        """Where a key stands in the file: "memory.bandwidth"."""
        return f"{self.key}.{key}" if self.key else key

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """Value of a key, which must be of a type."""
        value = self.data.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise self.error(key, f"is not of type {kind.__name__}")
        return value

    def table(self, key: str) -> Fields:
        """The table under a key."""
        return Fields(self.file, self.path(key), self.data.get(key), self.known)

    def sourced(self, key: str, unit: str) -> Sourced:
        """The positive number under a key, in a base unit."""
        entry = self.table(key)
        for part in entry.data:
            if part not in ("value", "sparse", "unit", "source", "verified", "note"):
                raise entry.error(part, "is not known")
        value = entry.data.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise entry.error("value", "is not a number")
        source = entry.get("source", str)
        if source not in self.known:
            raise entry.error("source", f"cites {source!r}, which the bibliography does not have")
        try:
            value, base = to_base(float(value), entry.get("unit", str))
        except UnitError as error:
            raise entry.error("unit", f"is wrong: {error}") from error
        if base != unit:
            raise entry.error("unit", f"is a unit of {base}, not of {unit}")
        if not value > 0:
            raise entry.error("value", "is not positive")
        return Sourced(value, base, source, entry.get("verified", bool), entry.get("note", str, ""))

    def maybe(self, key: str, unit: str) -> Sourced | None:
        """The number under a key, None where there is no such key."""
        return self.sourced(key, unit) if key in self.data else None


def read(name: str, text: str, known: Mapping[str, Source] | None = None) -> Accelerator:
    """Accelerator of a TOML text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
    known : mapping, optional
        Bibliography; the package's own by default.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing or cannot be read.
    """
    top = Fields.of(name, text, known)
    peaks, memory, clock = top.table("peak"), top.table("memory"), top.table("clock")
    link = top.table("link") if "link" in top.data else None
    label = memory.sourced("capacity", "byte")
    # "80 GB" on the label of a memory part counts in GiB; some labels are below what is built in
    held = memory.maybe("physical", "byte") or Sourced(
        memory.table("capacity").data["value"] * 2.0**30, "byte", label.source, label.verified,
        f"{memory.table('capacity').data['value']:g} GB on the label, counted in GiB",
    )  # fmt: skip
    aliases = top.get("aliases", list)
    return Accelerator(
        id=top.get("id", str),
        name=top.get("name", str),
        family=top.get("family", str),
        aliases=tuple(str(a) for a in aliases),
        vendor=top.get("vendor", str),
        form=top.get("form", str),
        year=top.sourced("year", "year"),
        node=top.maybe("node", "m"),
        peak=MappingProxyType({p: _peak(peaks, p) for p in peaks.data}),
        label_bytes=label.value,
        capacity=held,
        memory=memory.get("type", str),
        bandwidth=memory.sourced("bandwidth", "byte/s"),
        link=link.sourced("per_direction", "byte/s") if link else None,
        link_total=link.sourced("total", "byte/s") if link else None,
        pcie=top.get("pcie", str, "none"),
        tdp=top.table("power").sourced("tdp", "W"),
        clock_spec=clock.sourced("spec", "1/s"),
        clock_max=clock.sourced("max", "1/s"),
        consumer=top.get("consumer", bool, False),
        accumulate_16=float(top.get("accumulate_16", int, 1)),
    )


def _peak(peaks: Fields, precision: str) -> Peak:
    if precision not in PRECISIONS:
        raise peaks.error(precision, f"is not one of {', '.join(PRECISIONS)}")
    unit = "op/s" if precision.startswith("int") else "FLOP/s"
    dense = peaks.sourced(precision, unit)
    entry = peaks.table(precision)
    sparse = entry.data.get("sparse")
    if sparse is not None:
        if not isinstance(sparse, int | float) or isinstance(sparse, bool):
            raise entry.error("sparse", "is not a number")
        sparse = to_base(float(sparse), entry.get("unit", str))[0]
    return Peak(dense.value, dense.unit, dense.source, dense.verified, dense.note, sparse)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Accelerators, by id."""

    parts: tuple[Accelerator, ...]

    @classmethod
    def from_texts(
        cls, texts: Mapping[str, str], known: Mapping[str, Source] | None = None
    ) -> Catalog:
        """Catalogue of TOML texts, by the name of their file.

        Raises
        ------
        DataError
            Naming the file and the key; also for two parts with one id.
        """
        parts: dict[str, Accelerator] = {}
        for name, text in sorted(texts.items()):
            part = read(name, text, known)
            if part.id in parts:
                raise DataError(f"{name}: id {part.id!r} is taken")
            parts[part.id] = part
        return cls(tuple(parts[i] for i in sorted(parts)))

    def overlaid(self, other: Catalog) -> Catalog:
        """Both catalogues in one; the other wins where an id is in both."""
        parts = {p.id: p for p in (*self.parts, *other.parts)}
        return Catalog(tuple(parts[i] for i in sorted(parts)))

    def find(self, name: str) -> tuple[Accelerator, ...]:
        """Variants that a name may mean; empty where the part is not known.

        A word that is not understood ("DGX", "Laptop", "Ti") makes it another thing, not a guess.
        """
        for squashed in _readings(name):
            exact = tuple(
                p for p in self.parts if squashed in {_squashed(a) for a in (p.id, *p.aliases)}
            )
            found = exact or tuple(p for p in self.parts if _pattern(p).fullmatch(squashed))
            # Full names come last: that of a package is also what its half goes by.
            found = found or tuple(p for p in self.parts if squashed == _squashed(p.name))
            if found:
                return found
        return ()


@cache
def catalog() -> Catalog:
    """The catalogue of the package."""
    from importlib.resources import files

    folder = files("hwmodels") / "data" / "accelerators"
    return Catalog.from_texts(
        {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.name.endswith(".toml")}
    )


def accelerators() -> tuple[Accelerator, ...]:
    """Every variant in the catalogue of the package, by id."""
    return catalog().parts


@cache
def find(name: str) -> tuple[Accelerator, ...]:
    """Variants that a name may mean; empty where the part is not known.

    "A100" means all four, "A100-80GB" the two with 80 GB, "A100-SXM4-80GB" one.
    """
    return catalog().find(name)


# Words around a name that say nothing about the variant.
_NOISE = re.compile(
    r"\b(?:nvidia|amd|tesla|geforce|instinct|gpus?|accelerators?|cards?|tensor core|"
    r"pascal|volta|turing|ampere|ada lovelace|hopper|blackwell|memory|vram|hbm)\b"
)


def _readings(name: str) -> tuple[str, ...]:
    """What is left of a name, plural off: "V100s" are several, a "V100S" is another part."""
    one = re.sub(r"(?<=[0-9BbXx])s$", "", name.strip())
    if one == name.strip():
        return (_squashed(name),)
    lower = name == name.lower()
    return (_squashed(name), _squashed(one)) if lower else (_squashed(one),)


def _squashed(name: str) -> str:
    spaced = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    spaced = re.sub(r"\bpci e(?:xpress)?\b", "pcie", spaced)
    return _NOISE.sub("", spaced).replace(" ", "")


@cache
def _pattern(part: Accelerator) -> re.Pattern[str]:
    form = _squashed(part.form)
    words = {form, form.rstrip("0123456789"), _squashed(part.memory)}
    capacity = f"{part.label_bytes / 1e9:g}g(?:i?b)?"
    family = re.sub(r"^(rtx)", r"(?:\1)?", _squashed(part.family))  # "a 4090" is enough
    return re.compile(rf"{family}(?:{'|'.join(sorted(w for w in words if w))}|{capacity})*")


def dense_peak(parts: Iterable[Accelerator], precision: str) -> Peak | None:
    """Largest dense peak among variants; None where none has the precision."""
    peaks = [p.peak[w] for p in parts for w in _labels(precision)[:1] if w in p.peak]
    return max(peaks, key=lambda s: (s.value, s.verified)) if peaks else None


def dense_peak_range(parts: Iterable[Accelerator], precision: str) -> tuple[float, float] | None:
    """Smallest and largest dense peak among variants [FLOP/s]; None where none has it."""
    peaks = [p.peak[w].value for p in parts for w in _labels(precision)[:1] if w in p.peak]
    return (min(peaks), max(peaks)) if peaks else None


def _labels(precision: str) -> tuple[str, ...]:
    """What a label may stand for, itself first: TF32 is often printed as FP32."""
    name = precision_name(precision)
    return {"": (), "fp32": ("fp32", "tf32"), "half": ("fp16", "bf16")}.get(name, (name,))


def hard_peak(parts: Iterable[Accelerator], precision: str) -> Ceiling | None:
    """Rate that no dense kernel on any of the variants can pass.

    The largest peak that the label may hide (TF32 behind "FP32", 16-bit accumulation on consumer
    parts), at the highest clock, with room for rounding in the datasheet.

    Returns
    -------
    Ceiling or None
        None where no variant has the precision.
    """
    found = [
        _ceiling(part, label)
        for part in parts
        for label in _labels(precision)
        if label in part.peak
    ]
    return max(found, key=lambda c: (c.value, c.verified)) if found else None


def _ceiling(part: Accelerator, precision: str) -> Ceiling:
    peak = part.peak[precision]
    value = peak.value * _DATASHEET_ROUNDING
    text = f"{peak.value / 1e12:g} T{peak.unit.replace('op', 'OP')}"
    spec, fastest = part.clock_spec, part.clock_max
    verified = peak.verified
    if fastest.value > spec.value:
        value *= fastest.value / spec.value
        text += f" × {fastest.value / 1e6:g}/{spec.value / 1e6:g} MHz"
        verified = verified and fastest.verified and spec.verified
    if part.consumer:
        value *= _CONSUMER_CLOCK
        text += f" × {_CONSUMER_CLOCK:g} overclocked"
    if part.accumulate_16 > 1 and precision in ("fp16", "fp8"):
        value *= part.accumulate_16
        text += f" × {part.accumulate_16:g} with 16-bit accumulation"
    return Ceiling(value, peak.unit, part, peak, verified, f"{text} × {_DATASHEET_ROUNDING:g}")


def most_capacity(parts: Iterable[Accelerator]) -> Sourced | None:
    """Largest capacity among variants [byte]."""
    held = [p.capacity for p in parts]
    return max(held, key=lambda s: (s.value, s.verified)) if held else None
