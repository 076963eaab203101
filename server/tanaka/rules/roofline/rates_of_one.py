"""Rates that are said to be of one device, in prose and in tables, each with the parts and the format that it may be of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import Accelerator, dense_peak
from tanaka.paper.model import AchievedRate, Asserted, How, Number, NumberId, Paper, Physical, Table
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Context
from tanaka.rules.roofline.friendliest import system
from tanaka.rules.roofline.named_parts import any_part, variants
from tanaka.rules.roofline.peaks import peaks, usual_format
from tanaka.rules.roofline.rate_matrix import cells
from tanaka.rules.roofline.rate_tables import Row, rows

# Words that open another way to count; with one of them in the sentence nothing is proven.
_SILENT = frozenset({"effective", "aggregate"})
_SHARED = 0.03
_MORE = 1.7
_ONE_FORMAT = ("bf16", "fp16")
_TOGETHER = (1, 2, 4, 8, 16)
_LEAST = 0.2
"""Rows of a table are of one part each where all others reach so much of its peak, and no more."""
_COUNTED_OTHERWISE = frozenset({"effective", "sparse", "accumulate"})
"""A rate is held against a peak that is not stated beside it only where it is so far above."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of one device.

    Attributes
    ----------
    number : Number
    device : Named
    precision : Named or None
        None where nothing says in which format: then the largest peak of all formats counts.
    cues : frozenset of str
    asserted : Asserted
    table : bool
    single : bool
        Whether the words say that it is of one device; else it may only agree.
    """

    number: Number
    device: machine.Named
    precision: machine.Named | None
    cues: frozenset[str]
    asserted: Asserted
    table: bool = False
    single: bool = True
    among: tuple[Accelerator, ...] = ()
    """The parts that may be meant, where the paper and no name tells."""

    @property
    def parts(self) -> tuple[Accelerator, ...]:
        """Parts that it may be of."""
        return self.among or machine.parts(self.device)

    @property
    def stated(self) -> bool:
        """Whether device and precision are stated beside the rate, or declared."""
        named = (self.device, self.precision)
        return all(n is not None and n.proves and n.where in ("", "declared") for n in named)


def told_apart(ctx: Context) -> Iterator[Rate]:
    """Rates whose part and format only their clause, the sentences before or the paper tell: to be doubted."""
    paper = ctx.paper
    for claim in paper.physical("achieved"):
        if (
            "integers" in claim.cues
            or claim.asserted is Asserted.NO
            or machine.unmeasured(paper, claim.number)
        ):
            continue
        device = machine.named(ctx, claim, "device")
        place = claim.name("place")
        if place and not claim.name("device") and (told := system(paper, place)[0]):
            device = machine.Named(told, How.INFERRED, place)
        among = any_part(paper) if device is None else variants(paper, device.name)
        if device is None and among:
            device = machine.Named(among[0].family, How.INFERRED, "the fastest of the paper")
        if device is None:
            continue
        if device.where and _fits_another(paper, claim.number):
            continue
        if "bare" in claim.cues and _of_a_datasheet(paper, claim.number, among or machine.parts(device)):  # fmt: skip
            continue
        dense = [p.value for p in peaks(among or machine.parts(device), "") if p.sort == "dense"]
        if "goes-on" in claim.cues and paper.number(claim.number).quantity.point > _MORE * max(dense, default=0.0):  # fmt: skip
            continue  # so much is of several
        precision = machine.named(ctx, claim, "precision")
        if precision is not None and not precision.proves and not claim.name("precision"):
            precision = None
        if precision is None and (usual := usual_format(paper)) in _ONE_FORMAT:
            precision = machine.Named(usual, How.INFERRED, "the format of the paper")
        guessed = replace(device, how=How.INFERRED)
        yield Rate(paper.number(claim.number), guessed, precision, claim.cues, claim.asserted, among=among)  # fmt: skip


def _of_a_datasheet(paper: Paper, rate: NumberId, parts: tuple[Accelerator, ...]) -> bool:
    """Whether a rate that no verb says to be reached is a figure of the part, or of a few of them."""
    value = paper.number(rate).quantity.point
    return any(
        abs(value / (k * p.value) - 1) < _SHARED for p in peaks(parts, "") for k in _TOGETHER
    )


def _fits_another(paper: Paper, rate: NumberId) -> bool:
    """Whether a share that is stated of the rate is that of a part which the paper has: it is of that one."""
    told = (c for c in paper.physical("utilization") if c.at("rate") == rate)
    shares = [paper.number(c.number).quantity.point for c in told]
    implied = [paper.number(rate).quantity.point / s for s in shares if s > 0]
    dense = [p.value for p in peaks(any_part(paper), "") if p.sort == "dense"]
    return any(abs(i / p - 1) < _SHARED for i in implied for p in dense)


def rates(ctx: Context) -> Iterator[Rate]:
    """Rates of one device whose part and format are known."""
    for claim in ctx.paper.of(AchievedRate):
        if claim.asserted is Asserted.NO or claim.cues & _SILENT or claim.scale not in ("gpu", "") or machine.disowned(ctx.paper, claim.rate):  # fmt: skip
            continue
        named = _named(claim.device, claim.precision)
        found = _bound(ctx, Physical("rate", claim.rate, (), named, (), frozenset(), claim.cues, claim.asserted))  # fmt: skip
        if found is not None:
            yield replace(found, single=claim.scale == "gpu")
    for table, listed in rows(ctx.paper):
        for row in listed:
            if not row.each or row.rate.quantity.unit != "FLOP/s" or row.cues & _COUNTED_OTHERWISE:  # fmt: skip
                continue
            told = Physical("rate", row.rate.id, (), _named(row.device, row.precision), (), frozenset(), row.cues, row.rate.asserted)  # fmt: skip
            found = _bound(ctx, told, table=True) or _of_the_table(ctx, table, told)
            if found is not None and found.asserted is not Asserted.NO:
                yield found
    for cell in cells(ctx.paper):
        told = Physical("rate", cell.number.id, (), _named(cell.device, cell.precision), (), frozenset(), frozenset(), cell.number.asserted)  # fmt: skip
        found = _bound(ctx, told, table=True)
        if found is not None and found.asserted is not Asserted.NO:
            yield found
    for table, listed in rows(ctx.paper):
        yield from _odd_one(ctx, table, listed)


_ATTENTION = Lazy(r"\battention\b|\bcausal\b|\bFlash", re.I)
_MANY = Lazy(
    r"\b(?:GPUs|nodes?|servers?|clusters?|devices|DGX|HGX|aggregate|total|multi-?GPU|systems?)\b|\d\s?[×x]\s?[A-Z]",
    re.I,
)


def _odd_one(ctx: Context, table: Table, listed: tuple[Row, ...]) -> Iterator[Rate]:
    """The one row of a column of parts that is above its peak, where no count of parts stands."""
    if any(r.each or r.whole or r.devices is not None for r in listed) or len({r.device for r in listed}) < 3:  # fmt: skip
        return
    if _MANY.search(f"{table.caption} {' '.join(table.header)}") or any(r.cues & _COUNTED_OTHERWISE for r in listed):  # fmt: skip
        return
    over: list[Rate] = []
    for row in listed:
        told = Physical("rate", row.rate.id, (), _named(row.device, row.precision), (), frozenset(), row.cues, row.rate.asserted)  # fmt: skip
        rate = _bound(ctx, told, table=True)
        if rate is None or rate.precision is None or row.rate.quantity.unit != "FLOP/s" or not row.device:  # fmt: skip
            return
        peak = dense_peak(machine.parts(rate.device), rate.precision.name)
        if peak is None or rate.asserted is Asserted.NO:
            return
        share = row.rate.quantity.nominal.low / peak.value
        if share > 1:
            over.append(rate)
        elif share < _LEAST:
            return
    if len(over) == 1:
        yield over[0]


def _named(device: str, precision: str) -> tuple[tuple[str, str], ...]:
    pairs = (("device", device), ("precision", precision))
    return tuple((role, name) for role, name in pairs if name)


def _bound(ctx: Context, claim: Physical, *, table: bool = False) -> Rate | None:
    device = machine.named(ctx, claim, "device")
    precision = machine.named(ctx, claim, "precision")
    if device is None or (precision is None and (table or not claim.name("device"))):
        return None
    number = ctx.paper.number(claim.number)
    return Rate(number, device, precision, claim.cues, claim.asserted, table)


def _of_the_table(ctx: Context, table: Table, claim: Physical) -> Rate | None:
    """A rate of a table of which nothing says the format; in one about no attention, none is counted twice."""
    device = machine.named(ctx, claim, "device")
    if device is None:
        return None
    said = " ".join((table.caption, *table.header, *table.stubs))
    cues = claim.cues if _ATTENTION.search(said) else claim.cues | {"no-attention"}
    return Rate(ctx.paper.number(claim.number), device, None, cues, claim.asserted, table=True)
