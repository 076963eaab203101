"""The peaks that a name and a format may mean: dense, 2:4-sparse, with 16-bit accumulation."""

from __future__ import annotations

from collections.abc import Iterable

from hwmodels.catalog import Accelerator, hard_peak, precision_name, sources
from tanaka.paper.model import Number, Paper
from tanaka.paper.physics.computes_in import COMPUTES_IN
from tanaka.paper.reads import query
from tanaka.records import dataclass
from tanaka.rules.api import Datasheet, Fix, FixKind, InsertBehind

_FORMATS = {"half": ("bf16", "fp16"), "": ("bf16", "fp16", "tf32", "fp32", "fp64", "fp8", "fp4")}


@dataclass(frozen=True, slots=True)
class Peak:
    """A rate that a variant may be said to peak at.

    Attributes
    ----------
    value : float
        [FLOP/s] or [op/s].
    part : Accelerator
    precision : str
    sort : str
        "dense", "sparse", or "accumulate" for 16-bit accumulation on consumer parts.
    source : str
        Key of the bibliography.
    verified : bool
    """

    value: float
    part: Accelerator
    precision: str
    sort: str
    source: str
    verified: bool

    @property
    def label(self) -> str:
        """For the derivation: "dense BF16 peak of the A100"."""
        how = {"sparse": "2:4-sparse", "accumulate": "16-bit-accumulating"}.get(
            self.sort, self.sort
        )
        return f"{how} {self.precision.upper()} peak of the {self.part.family}"

    @property
    def shown(self) -> str:
        """As printed: "989.4 TFLOP/s"."""
        return rate(self.value, "TOP/s" if self.precision.startswith("int") else "TFLOP/s")

    @property
    def datasheet(self) -> Datasheet:
        """Where it is from."""
        return Datasheet(self.source, sources()[self.source].title)


def rate(value: float, unit: str = "TFLOP/s") -> str:
    """A rate in TFLOP/s with the digits of a datasheet."""
    return (
        f"{value / 1e12:,.5g} {unit}"
        if value < 1e16
        else f"{value / 1e15:,.5g} {unit.replace('T', 'P', 1)}"
    )


def formats(precision: str) -> tuple[str, ...]:
    """The formats that a written precision may mean; the floating-point ones where none is written."""
    name = precision_name(precision) if precision else ""
    return _FORMATS.get(name, (name,))


def peaks(parts: Iterable[Accelerator], precision: str) -> tuple[Peak, ...]:
    """Every peak of every variant at what a precision may mean, the largest dense one first."""
    found: list[Peak] = []
    for part in parts:
        for name in formats(precision):
            own = part.peak.get(name)
            if own is None:
                continue
            found.append(Peak(own.value, part, name, "dense", own.source, own.verified))
            if own.sparse:
                found.append(Peak(own.sparse, part, name, "sparse", own.source, own.verified))
            if part.accumulate_16 > 1 and name in ("fp16", "fp8"):
                wide = own.value * part.accumulate_16
                found.append(Peak(wide, part, name, "accumulate", own.source, own.verified))
    order = {"dense": 0, "accumulate": 1, "sparse": 2}
    return tuple(sorted(found, key=lambda p: (order[p.sort], -p.value)))


def clocked(parts: Iterable[Accelerator], precision: str) -> float:
    """Highest rate that the dense peaks of the variants allow at any clock [FLOP/s]."""
    ceilings = [hard_peak(parts, name) for name in formats(precision)]
    return max((c.value for c in ceilings if c is not None), default=0.0)


@query
def spoken_formats(paper: Paper) -> frozenset[str]:
    """Formats that the paper binds any of its numbers to."""
    return frozenset(
        value for number in paper.numbers for name, value in number.context if name == "precision"
    )


_NARROW = frozenset({"fp8", "fp4", "int8", "int4"})
SIXTEEN = frozenset({"bf16", "fp16", "half"})
"""Formats of sixteen bits."""


@query
def told_formats(paper: Paper) -> frozenset[str]:
    """Formats that the paper names as its own, beside a number or not."""
    told = {v for m in paper.mentions_of(COMPUTES_IN) if m.role == "ours" for _, v in m.settings}
    return spoken_formats(paper) | told


@query
def usual_format(paper: Paper) -> str:
    """The format of sixteen bits of a paper that names no narrower one; "" where none, or another, may be meant."""
    told = told_formats(paper)
    sixteen = told & SIXTEEN
    narrow = told & _NARROW or any(m.role == "ours" for m in paper.mentions_of("excuse-quantised"))
    if not sixteen or narrow:
        return ""
    return next(iter(sixteen)) if len(sixteen) == 1 else "half"


def sparsity_said(number: Number) -> Fix:
    """Words behind a rate that make it one with 2:4 sparsity."""
    edit = InsertBehind(number.id, " (with 2:4 sparsity)")
    return Fix("Say that 2:4 sparsity is counted", FixKind.INSERT, (edit,))


def exact(*numbers: Number) -> bool:
    """Whether each is a plain value, without "up to", "about" or "more than"."""
    return all(n.quantity.qualifier.value == "exact" and n.quantity.bounded for n in numbers)
