"""A stated share of a peak, taken apart: the rate of one device, and the peak that both imply."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import Accelerator
from tanaka.paper.model import Asserted, How, Number, NumberId, Paper, Physical, Where
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Computed, Context, Step
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.roofline.named_parts import any_part, families, only_part, variants
from tanaka.rules.roofline.peaks import Peak, peaks, rate, usual_format
from tanaka.rules.roofline.rate_tables import Row, as_claims, rows

_CLOSE = 0.03
"""Datasheets, clocks and conventions differ by so much."""
_FEW = 3
_OTHER_DENOMINATOR = frozenset({"achievable", "busy", "parts", "effective", "formats", "explained"})


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a peak and a rate, of one run.

    Attributes
    ----------
    claim : Physical
    share, rate : Number
    peak : Number or None
        The peak's own value, where the sentence states it.
    counts : tuple of float
        How many devices the rate may be of.
    count_at : NumberId or None
        The number that counts them.
    device, precision : Named or None
    parts : tuple of Accelerator
    narrowed : bool
        Whether the paper says elsewhere which variants the name means: no proof may rest on it.
    """

    claim: Physical
    share: Number
    rate: Number
    peak: Number | None
    counts: tuple[float, ...]
    count_at: NumberId | None
    device: machine.Named | None
    precision: machine.Named | None
    parts: tuple[Accelerator, ...]
    narrowed: bool = False

    @property
    def format(self) -> str:
        """The precision as written, "" where nothing says it."""
        return self.precision.name if self.precision is not None else ""

    @property
    def known(self) -> tuple[Peak, ...]:
        """Peaks that the device may mean at the precision."""
        return peaks(self.parts, self.format)

    def implied(self, count: float, *, proof: bool = False) -> tuple[float, float]:
        """Interval of the peak that rate and share imply [FLOP/s]."""
        if proof:
            r, u = hard(self.rate), hard(self.share)
        else:
            r, u = self.rate.quantity.nominal, self.share.quantity.nominal
        return r.low / count / u.high, r.high / count / u.low

    def fits(self, value: float, *, factor: float = 1.0, close: float = _CLOSE, proof: bool = False) -> float | None:  # fmt: skip
        """The count of devices for which the two give a peak; None where none does."""
        for count in self.counts:
            low, high = self.implied(count, proof=proof)
            if low * factor * (1 - close) <= value <= high * factor * (1 + close):
                return count
        return None


def shares(ctx: Context) -> Iterator[Share]:
    """Every stated share of a peak whose rate is stated too, where nothing says that it is of another peak."""
    paper = ctx.paper
    for claim in paper.physical("utilization"):
        found = _share(ctx, paper, claim)
        if found is not None:
            yield found
    for claim in paper.physical("share-beside"):
        found = _of_a_row(ctx, paper, claim)
        if found is not None:
            yield found
    for table, listed in rows(paper):
        found_all = [s for c in as_claims(paper, table, listed) if (s := _share(ctx, paper, c))]
        yield from _told(paper, found_all)


def _of_a_row(ctx: Context, paper: Paper, claim: Physical) -> Share | None:
    """A share beside a throughput that one row of the paper's tables has, with its FLOPs."""
    at = claim.at("throughput")
    if at is None:
        return None
    rate = paper.number(at).quantity
    kept: list[Row] = []
    for table, listed in rows(paper):
        by_rate = {r.rate.id: r for r in listed}
        for cells in table.rows:
            numbers = [paper.number(c.number) for c in cells if c.number is not None]
            same = any(n.quantity.unit == rate.unit and n.quantity.point == rate.point for n in numbers)  # fmt: skip
            kept += [by_rate[n.id] for n in numbers if same and n.id in by_rate]
    if len(kept) != 1 or not kept[0].each:
        return None
    row = kept[0]
    named = [*claim.named]
    named += [(role, name) for role, name in (("device", row.device), ("precision", row.precision)) if name]  # fmt: skip
    cues = claim.cues | row.cues - {"recompute"}
    of_row = replace(
        claim, relation="utilization", given=(("rate", row.rate.id),), named=tuple(named), counted=(("devices", 1.0),), cues=cues
    )  # fmt: skip
    return _share(ctx, paper, of_row)


def _told(paper: Paper, found: list[Share]) -> Iterator[Share]:
    """The shares of a table that are to be held: one of all where all are of one unnamed peak."""
    if found and "bare" in found[0].claim.cues:
        # nothing but the other rows says that FLOPs are those of a second
        kept = [s for s in found if any(s.fits(p.value) is not None for p in s.known)]
        if len(kept) < 3 or len(kept) < 0.75 * len(found):
            return
    implied = [s.rate.quantity.point / s.share.quantity.point for s in found]
    strange = [s for s in found if all(s.fits(p.value) is None for p in s.known)]
    if len(found) >= 3 and len(strange) == len(found) and max(implied) <= 1.06 * min(implied):
        found = found[:1]
    for s in found:
        other = s.claim.at("other")
        if other is not None and s in strange:
            # the rate may be that of either utilisation
            twin = replace(s, share=paper.number(other))
            if any(twin.fits(p.value) is not None for p in s.known):
                continue
        yield s


def _share(ctx: Context, paper: Paper, claim: Physical) -> Share | None:
    at = claim.at("rate")
    share = paper.number(claim.number)
    if at is None or claim.cues & _OTHER_DENOMINATOR:
        return None
    if claim.asserted is Asserted.NO and "claimed" not in claim.cues:
        return None
    if machine.unmeasured(paper, claim.number):
        return None
    own = paper.number(at)
    if own.where is Where.FUTURE or not (own.quantity.bounded and share.quantity.bounded):
        return None
    if own.quantity.point <= 0 or not 0 < share.quantity.point <= 1.5:
        return None
    peak_at = claim.at("peak")
    device = machine.named(ctx, claim, "device")
    if device is None and (only := only_part(paper)):
        device = machine.Named(only, How.INFERRED, "the only part of the paper")
    precision = machine.named(ctx, claim, "precision")
    if precision is None and (usual := usual_format(paper)):
        precision = machine.Named(usual, How.INFERRED, "the format of the paper")
    count_at = claim.at("devices")
    named = machine.counted(paper, claim, "devices")
    per_one = dict(claim.counted).get("devices") == 1.0
    counts = (1.0,) if per_one else (1.0, named) if named else (1.0,)
    narrowed = variants(paper, device.name) if device is not None else ()
    parts = narrowed or machine.parts(device)
    if device is None:
        device, parts = _nearest(paper, own, share, precision)
    bare = claim.name("bare peak")
    if bare and not any(abs(float(bare) * 1e12 / p.value - 1) <= _CLOSE for p in peaks(parts, "")):  # fmt: skip
        return None  # "38% of its 96": what else it has so many of
    found = Share(
        claim, share, own, paper.number(peak_at) if peak_at is not None else None,
        tuple(dict.fromkeys(c for c in counts if c and c > 0)), count_at, device, precision, parts, bool(narrowed),
    )  # fmt: skip
    return None if found.peak is None and _of_another_part(paper, found) else found


def _nearest(
    paper: Paper, rate: Number, share: Number, precision: machine.Named | None
) -> tuple[machine.Named | None, tuple[Accelerator, ...]]:
    """Where nothing says which part: the one of the paper whose peak is nearest to what rate and share imply."""
    known = [(name, parts) for name, parts in families(paper) if len(families(paper)) <= _FEW]
    implied = rate.quantity.point / share.quantity.point
    told = precision.name if precision is not None else ""
    dense = [
        (abs(math.log(p.value / implied)), name, parts)
        for name, parts in known for p in peaks(parts, told) if p.sort == "dense"
    ]  # fmt: skip
    if not dense or not told:
        return None, ()
    _, name, parts = min(dense, key=lambda d: d[0])
    return machine.Named(name, How.INFERRED, "the nearest part of the paper"), parts


def _of_another_part(paper: Paper, s: Share) -> bool:
    """Whether a share whose sentence names no part fits the peak of another one that the paper has."""
    if s.device is not None and s.device.proves and not s.device.where:
        return False
    if any(s.fits(p.value) is not None for p in s.known if p.sort == "dense"):
        return False
    others = (p for p in peaks(any_part(paper), s.format) if p.sort == "dense")
    return any(s.fits(p.value) is not None for p in others)


def proven(paper: Paper, s: Share) -> bool:
    """Whether the words leave no other rate, share or peak: a proof may rest on them."""
    firm = s.claim.asserted is Asserted.YES or (
        s.claim.asserted is Asserted.NO and "claimed" in s.claim.cues
    )
    ids = [s.rate, s.share, *((s.peak,) if s.peak is not None else ())]
    return (
        firm
        and not s.claim.far
        and not s.narrowed
        and not s.claim.cues
        & {"other-run", "recompute", "attention", "sparse", "mixed", "accumulate"}
        and all(n.quantity.qualifier.value == "exact" for n in ids)
        and s.rate.asserted is Asserted.YES
        and s.share.asserted is not Asserted.QUOTED
        and s.share.where is not Where.RELATED
        and paper.number(s.rate.id).binding is not How.INFERRED
        and machine.plain(
            paper,
            s.share.id,
            *(n.id for n in ids),
            s.count_at,
            whole=True,
            but=("kernel", "kernels"),
        )
    )


def open_derivation(ctx: Context, s: Share, count: float) -> tuple[Derivation, Step, Step]:
    """The derivation of a share: the rate of one device, and the share as stated."""
    d = Derivation(ctx.paper)
    far = "stated in the sentence before" if "rate" in s.claim.far else ""
    if far and s.rate.where is Where.TABLE:
        far = "stated in the row of the table"
    stated = d.stated("rate", s.rate.id, symbol="R", inferred=far)
    if s.rate.quantity.unit == "FLOP":  # "TFLOPs/GPU" of a column: a rate all the same
        stated = d.steps[-1] = replace(stated, unit="FLOP/s", shown=rate(stated.value))
    if count > 1:
        if s.count_at is not None and ctx.paper.number(s.count_at).quantity.point == count:
            many = d.stated("devices", s.count_at, symbol="n", exact=True)
        else:
            many = d.known(
                "devices", count, "1", Computed("as named"), shown=f"{count:g}", symbol="n"
            )
        text = f"{stated.shown} / {many.value:g}"
        one = stated.value / count
        stated = d.computed("rate of one device", "FLOP/s", text, lambda r, n: r / n, stated, many,
                            shown=rate(one), symbol="r", total=False)  # fmt: skip
    share = d.stated("share of the peak", s.share.id, symbol="u")
    return d, stated, share
