"""One variant of an accelerator, and how its TOML file is read."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hwmodels.provenance import Fields, Sourced
from hwmodels.spelling import Spelling
from hwmodels.units import to_base


class RateError(LookupError):
    """A precision that a part has no rate for; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class Peak(Sourced):
    """A dense peak; ``sparse`` is the vendor's figure with 2:4 sparsity, where there is one."""

    sparse: float | None = None


@dataclass(frozen=True, slots=True)
class Measured(Sourced):
    """A rate that somebody measured; ``conditions`` says with what software and which shape.

    Another shape or a newer library may be faster, so it bounds nothing.
    """

    conditions: str = ""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One variant of a part.

    Attributes
    ----------
    id, name, family, vendor, form : str
        ``form`` is how it is built in, or how much of it is meant: "SXM4", "PCIe", "NVL", "OAM",
        "GCD", "chip", "board", "superchip".
    generation : str
        What a name adds to the family: "2" of "Trainium2", where "Trainium" may mean any.
    aliases : tuple of str
        Spellings that family, form, capacity and memory do not make ("H100 80GB HBM3").
    year : Sourced
        When it was announced or sold first.
    node : Sourced or None
        Name of the process [m].
    peak : mapping
        Dense peak by precision (`PRECISIONS`).
    measured : mapping
        Rates that were measured, by precision, and "bandwidth" of memory; often empty.
    label_bytes : float
        What its name says: 80 GB [byte].
    capacity : Sourced
        The most it can hold: 80 GiB [byte].
    reachable : Sourced or None
        Coherent memory beyond its own, to which state may be put: of the processor beside it, or
        of a store that feeds a wafer [byte].
    memory : str
        "HBM2e".
    bandwidth : Sourced
        [byte/s]
    link, link_total : Sourced or None
        Scale-up link, in one direction and both ways together as vendors print it [byte/s].
    link_id : str
        Which link that is (`hwmodels.links`); "" where none of the catalogue.
    pcie : str
        "4.0 x16"; "" where it is not known.
    tdp : Sourced or None
        None where the vendor does not say [W].
    clock_spec, clock_max : Sourced or None
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
    tdp: Sourced | None
    clock_spec: Sourced | None
    clock_max: Sourced | None
    consumer: bool
    accumulate_16: float
    generation: str = ""
    link_id: str = ""
    reachable: Sourced | None = None
    measured: Mapping[str, Measured] = field(hash=False, default_factory=dict)

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

    @property
    def spelling(self) -> Spelling:
        """What its names are made of."""
        return Spelling(self.id, self.name, self.family, self.generation, self.form, self.memory,
                        f"{self.label_bytes / 1e9:g}", self.aliases)  # fmt: skip


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


_KEYS = (
    "id", "name", "family", "generation", "aliases", "vendor", "form", "pcie", "year", "node",
    "consumer", "accumulate_16", "peak", "measured", "memory", "link", "power", "clock",
)  # fmt: skip


def read(name: str, text: str, known: Container[str] | None = None) -> Accelerator:
    """Accelerator of a TOML text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
    known : container of str, optional
        Keys of the bibliography; the package's own by default.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing, is not known or cannot be read.
    """
    top = Fields.of(name, text, known).only(*_KEYS)
    peaks = top.table("peak").only(*PRECISIONS)
    memory = top.table("memory").only("type", "capacity", "physical", "reachable", "bandwidth")
    clock = _table(top, "clock", "spec", "max")
    link = _table(top, "link", "id", "per_direction", "total")
    power = _table(top, "power", "tdp")
    measured = _table(top, "measured", *PRECISIONS, "bandwidth")
    label = memory.sourced("capacity", "byte")
    return Accelerator(
        id=top.get("id", str),
        name=top.get("name", str),
        family=top.get("family", str),
        aliases=top.names("aliases"),
        vendor=top.get("vendor", str),
        form=top.get("form", str),
        year=top.sourced("year", "year"),
        node=top.maybe("node", "m"),
        peak=MappingProxyType({p: _peak(peaks, p) for p in peaks.data}),
        label_bytes=label.value,
        capacity=memory.maybe("physical", "byte") or _in_binary(label, memory.table("capacity")),
        memory=memory.get("type", str),
        bandwidth=memory.sourced("bandwidth", "byte/s"),
        link=link.sourced("per_direction", "byte/s") if link else None,
        link_total=link.sourced("total", "byte/s") if link else None,
        pcie=top.get("pcie", str, ""),
        tdp=power.sourced("tdp", "W") if power else None,
        clock_spec=clock.sourced("spec", "1/s") if clock else None,
        clock_max=clock.sourced("max", "1/s") if clock else None,
        consumer=top.get("consumer", bool, False),
        accumulate_16=float(top.get("accumulate_16", int, 1)),
        generation=top.get("generation", str, ""),
        link_id=link.get("id", str, "") if link else "",
        reachable=memory.maybe("reachable", "byte"),
        measured=MappingProxyType({k: _measured(measured, k) for k in measured.data}
                                  if measured else {}),
    )  # fmt: skip


def _table(top: Fields, key: str, *keys: str) -> Fields | None:
    return top.table(key).only(*keys) if key in top.data else None


def _in_binary(label: Sourced, entry: Fields) -> Sourced:
    """The label counted in binary: "80 GB" of a memory part are GiB; some are below what is built in."""
    value, unit = entry.data["value"], entry.data["unit"]
    whole = to_base(value, unit if "i" in unit else f"{unit[:-1]}iB")[0]
    return Sourced(whole, label.unit, label.source, label.verified,
                   f"{value:g} {unit} on the label, counted in binary")  # fmt: skip


def _unit(precision: str) -> str:
    return "op/s" if precision.startswith("int") else "FLOP/s"


def _peak(peaks: Fields, precision: str) -> Peak:
    dense = peaks.sourced(precision, _unit(precision))
    entry = peaks.table(precision)
    sparse = entry.data.get("sparse")
    if sparse is not None:
        if not isinstance(sparse, int | float) or isinstance(sparse, bool):
            raise entry.error("sparse", "is not a number")
        sparse = to_base(float(sparse), entry.get("unit", str))[0]
    return Peak(dense.value, dense.unit, dense.source, dense.verified, dense.note, sparse)


def _measured(table: Fields, key: str) -> Measured:
    unit = "byte/s" if key == "bandwidth" else _unit(key)
    rate = table.sourced(key, unit, ("conditions",))
    conditions = table.table(key).get("conditions", str)
    return Measured(rate.value, rate.unit, rate.source, rate.verified, rate.note, conditions)
