r"""## What it checks
That a peak that is used as the peak of dense work is not the vendor's figure with 2:4 sparsity:
where the peak itself is stated, and where a rate and a utilisation imply it.

## Why it matters
Vendors print the sparse figure first, twice the dense one. Over it every utilisation is half of
what it is, and every comparison with a paper that divides by the dense peak is off by two.

## What is left alone
Figures that are the dense peak at another precision that the text leaves open, rates with 16-bit
accumulation, sentences and neighbours that speak of sparsity. To quote the vendor's figure is not
false, so the verdict is implausible, unless the text itself calls it dense. In a table of parts it
is doubted where the other peaks of the column are dense.

## Example
```latex
The H100's dense BF16 peak is 1,979\,TFLOP/s.
%                             ^^^^^^^^^^^^^^ TK202[impossible]: 2:4 sparsity
```
Print the dense peak, or say that 2:4 sparsity is counted.

## References
- Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hwmodels.catalog import find
from hwmodels.roofline import utilization
from tanaka.paper.model import Asserted, Number, NumberId, Physical, Where
from tanaka.quantity.literal import rewritten
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.roofline.named_parts import only_part
from tanaka.rules.roofline.peaks import (
    Peak,
    clocked,
    exact,
    peaks,
    rate,
    sparsity_said,
    spoken_formats,
)
from tanaka.rules.roofline.spec_tables import tables
from tanaka.rules.roofline.stated_share import Share, open_derivation, shares

_SAME = 0.015
"""A stated peak is a datasheet's where it is so close."""
_FEW = ("int8", "fp8", "fp4")


@rule("TK202", since="0.1.0")
def sparse_peak(ctx: Context) -> Iterator[Outcome]:
    """Stated and implied peaks against the dense and the sparse figure of the part."""
    told: set[NumberId] = set()
    for claim in ctx.paper.physical("specification"):
        if claim.name("kind") == "peak":
            outcome = _stated(ctx, claim)
            if outcome is not None:
                told.add(claim.number)
                yield outcome
    for claim in ctx.paper.physical("stated-peak"):
        outcome = _stated(ctx, _of_part(ctx, claim)) if claim.number not in told else None
        if outcome is not None:
            yield outcome
    for column in chain.from_iterable(tables(ctx.paper)):
        yield from _mixed(ctx, column)
    for s in shares(ctx):
        outcome = _implied(ctx, s)
        if outcome is not None:
            yield outcome


# -- a peak that is stated --------------------------------------------------------------------


def _stated(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    number = paper.number(claim.number)
    q = number.quantity
    parts = find(claim.name("device"))
    if not parts or not (q.bounded or q.qualifier.value == "max") or q.point <= 0 or claim.cues & {"sparse", "another", "accumulate"}:  # fmt: skip
        return None
    if claim.asserted is Asserted.NO and "claimed" not in claim.cues:
        return None
    own = machine.named(ctx, claim, "precision")
    written = own.name if own is not None else ""
    known = peaks(parts, written)
    count = machine.counted(paper, claim, "devices") or 1.0
    values = tuple(dict.fromkeys((q.point, q.point / count)))
    for p in known:
        if p.sort != "sparse" and any(abs(v / p.value - 1) <= 0.03 for v in values):
            return _kept(ctx, claim, number, p, parts_of=values) if p.sort == "dense" else None
    sparse = next((p for p in known if p.sort == "sparse" and any(abs(v / p.value - 1) <= _SAME for v in values)), None)  # fmt: skip
    if sparse is None or q.unit != _unit(sparse):
        return None
    stated = own is not None and own.how.value in ("stated", "declared")
    # a figure that is the dense one in another format, which the paper speaks of
    twins = [
        p for p in (*peaks(parts, ""), *peaks(parts, "int8"))
        if p.sort != "sparse" and any(abs(v / p.value - 1) <= 0.03 for v in values)
    ]  # fmt: skip
    if twins and not (claim.name("precision") and "formats" not in claim.cues):
        spoken = spoken_formats(paper) | {"fp8" if m.what else "" for m in machine.excuses(paper, "quantised")}  # fmt: skip
        if any(t.precision in spoken for t in twins) or not written:
            return None
    dense = _dense_of(sparse, known)
    if dense is None:
        return None
    impossible = (
        "dense" in claim.cues
        and "table" not in claim.cues
        and "formats" not in claim.cues
        and stated
        and not claim.far
        and bool(claim.name("precision"))
        and exact(number)
        and claim.asserted is not Asserted.QUOTED
        and number.where is not Where.RELATED
        and sparse.verified
        and machine.plain(paper, claim.number, *(i for _, i in claim.given))
        and q.point > 1.25 * clocked(parts, written)
    )
    return _finding(ctx, claim, number, sparse, dense, impossible=impossible)


def _of_part(ctx: Context, claim: Physical) -> Physical:
    """A claim with the part that the set-up tells, where its sentences name none."""
    device = machine.named(ctx, claim, "device")
    name = device.name if device is not None else only_part(ctx.paper)
    named = {**dict(claim.named), **({"device": name} if name else {})}
    return replace(claim, named=tuple(named.items()), far=claim.far | {"device"})


def _mixed(ctx: Context, column: tuple[Physical, ...]) -> Iterator[Outcome]:
    """Sparse figures of a column of peaks of which all others are dense."""
    peaks_only = [c for c in column if c.name("kind") == "peak"]
    told = [o for c in peaks_only if (o := _stated(ctx, c)) is not None]
    dense = sum(isinstance(o, Held) for o in told)
    if dense and len(told) == len(peaks_only):
        yield from told


def _unit(peak: Peak) -> str:
    return "op/s" if peak.precision.startswith("int") else "FLOP/s"


def _dense_of(sparse: Peak, known: tuple[Peak, ...]) -> Peak | None:
    return next(
        (p for p in known if p.sort == "dense" and (p.part.id, p.precision) == (sparse.part.id, sparse.precision)),
        None,
    )  # fmt: skip


def _kept(ctx: Context, claim: Physical, number: Number, peak: Peak, parts_of: tuple[float, ...]) -> Held | None:  # fmt: skip
    if abs(parts_of[0] / peak.value - 1) > 0.03:
        return None
    d = Derivation(ctx.paper)
    d.stated("peak", claim.number, symbol="P")
    d.known(peak.label, peak.value, _unit(peak), peak.datasheet, shown=peak.shown, symbol="D")
    return Held("TK202", (claim.number,), f"{number.quantity.shown} is the {peak.label}", tuple(d.steps))  # fmt: skip


def _finding(ctx: Context, claim: Physical, number: Number, sparse: Peak, dense: Peak, *, impossible: bool) -> Finding:  # fmt: skip
    d = Derivation(ctx.paper)
    q = number.quantity
    stated = d.stated("peak as stated", claim.number, symbol="P")
    true = d.known(dense.label, dense.value, _unit(dense), dense.datasheet, shown=dense.shown, symbol="D")  # fmt: skip
    d.known(sparse.label, sparse.value, _unit(sparse), sparse.datasheet, shown=sparse.shown, symbol="S")  # fmt: skip
    times = d.computed("over the dense peak", "1", f"{stated.shown} / {true.shown}", utilization, stated, true,
                       reference=utilization.source, symbol="r")  # fmt: skip
    family, form = dense.part.family, dense.precision.upper()
    literal = rewritten(round(q.point / sparse.value) * dense.value / q.scale, q.literal)
    return Finding(
        "TK202", "sparse-peak", Verdict.IMPOSSIBLE if impossible else Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{stated.shown} is the {form} figure of the {family} with 2:4 sparsity; dense it is {true.shown}.",
        tuple(d.steps), operands=(claim.number,),
        note=f"dense: {true.shown}", bold=f"{stated.shown} is the sparse figure; the dense peak is {true.shown}.",
        only_if="" if impossible else "2:4 sparsity is counted",
        fixes=(
            Fix(f"Write the dense peak, {literal} {q.shown_unit}", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),)),
            sparsity_said(number),
        ),
        figure=BarsFigure(f"{form} peak of the {family}", "FLOP/s",
                          (("dense", dense.value, False), ("with 2:4 sparsity", sparse.value, False), ("as written", q.point, True))),
        slots=(
            Slot("claim", stated.shown, "P"), Slot("peak", true.shown, "D"), Slot("precision", form), Slot("device", family),
            Slot("ratio", f"{printed(times.value)}×", "r"), Slot("excuse", "" if impossible else "2:4 sparsity is counted"),
        ),
        case="A" if impossible else "B",
    )  # fmt: skip


# -- a peak that a rate and a utilisation imply -----------------------------------------------


def _implied(ctx: Context, s: Share) -> Outcome | None:
    if s.claim.cues & {"sparse", "accumulate", "mixed", "other-run", "recompute"} or s.peak is not None:  # fmt: skip
        return None
    known = s.known
    if not known or any(s.fits(p.value) is not None for p in known if p.sort != "sparse"):
        return None
    found = next(
        ((p, c) for p in known if p.sort == "sparse" and (c := s.fits(p.value)) is not None), None
    )
    if found is None:
        return None
    sparse, count = found
    dense = _dense_of(sparse, known)
    if dense is None:
        return None
    if not s.claim.name("precision"):
        # the dense peak in a narrower format, which the paper speaks of or may run in
        narrow = [p for f in _FEW for p in peaks(s.parts, f) if p.sort == "dense" and s.fits(p.value) is not None]  # fmt: skip
        # FLOP/s are of no integers
        narrow = [p for p in narrow if not p.precision.startswith("int")]
        spoken = spoken_formats(ctx.paper)
        if narrow and (
            any(p.precision in spoken for p in narrow) or machine.excuses(ctx.paper, "quantised")
        ):
            return None
    if count == 1.0 and dict(s.claim.counted).get("devices") != 1.0:
        return None  # of two devices, or of the sparse peak of one
    if s.claim.name("kind") == "HFU":
        return None
    d, one, share = open_derivation(ctx, s, count)
    implied = d.computed("peak that the two imply", "FLOP/s", f"{one.shown} / {share.shown}", lambda r, u: r / u,
                         one, share, shown=rate(one.value / share.value), symbol="Q")  # fmt: skip
    d.known(sparse.label, sparse.value, "FLOP/s", sparse.datasheet, shown=sparse.shown, symbol="S")
    true = d.known(dense.label, dense.value, "FLOP/s", dense.datasheet, shown=dense.shown, symbol="D")  # fmt: skip
    value = utilization(one.value, dense.value)
    made = d.computed("share of the dense peak", "%", f"{one.shown} / {true.shown}", utilization, one, true,
                      reference=utilization.source, shown=f"{printed(100 * value)}%", symbol="v")  # fmt: skip
    dense_said = "dense" in s.claim.cues
    proof = (
        dense_said
        and s.device is not None
        and s.device.proves
        and bool(s.claim.name("precision"))
        and not s.claim.far
        and not s.narrowed
        and exact(s.rate, s.share)
        and s.claim.asserted is not Asserted.QUOTED
        and s.rate.asserted is Asserted.YES
        and s.share.where is not Where.RELATED
        and dense.verified
        and machine.plain(ctx.paper, s.share.id, s.rate.id, s.count_at)
        and s.implied(count, proof=True)[0] > 1.03 * clocked(s.parts, s.format) * 4 / 3
    )
    family = dense.part.family
    literal = rewritten(100 * value, s.share.quantity.literal)
    only_if = "2:4 sparsity is counted in the peak"
    return Finding(
        "TK202", "sparse-peak", Verdict.IMPOSSIBLE if proof else Verdict.IMPLAUSIBLE, AtNumber(s.share.id),
        f"{one.shown} at {share.shown} implies a peak of {implied.shown}, the {dense.precision.upper()} figure of the {family} with 2:4 sparsity; of the dense {true.shown} it is {made.shown}.",
        tuple(d.steps), operands=(s.share.id, s.rate.id),
        note=f"{made.shown} of the dense {true.shown}",
        bold=f"{one.shown} is {made.shown} of the dense peak, not {share.shown}.",
        only_if="" if proof else only_if, related=((AtNumber(s.rate.id), "the rate"),),
        fixes=(Fix(f"Write {literal}%, of the dense peak", FixKind.QUICKFIX, (ReplaceLiteral(s.share.id, literal),)),) if value <= 1 else (),
        figure=BarsFigure(f"{dense.precision.upper()} peak of the {family}", "FLOP/s",
                          (("dense", dense.value, False), ("with 2:4 sparsity", sparse.value, False), ("implied", one.value / share.value, True))),
        slots=(
            Slot("claim", share.shown, "u"), Slot("rate", one.shown, "r" if count > 1 else "R"), Slot("limit", implied.shown, "Q"),
            Slot("peak", true.shown, "D"), Slot("util", made.shown, "v"), Slot("device", family), Slot("excuse", "" if proof else only_if),
        ),
        case="C" if proof else "D",
    )  # fmt: skip
