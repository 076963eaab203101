r"""## What it checks
That a stated MFU, HFU or percentage of peak is the stated rate over the peak of the device, and a
share of a stated bandwidth the bandwidth that was reached over it. The rate is in FLOP/s, or in tokens
of a model that is trained; lists of runs are taken one to one. Of one run, HFU lies between MFU and
four thirds of it.

## Why it matters
A utilisation is how readers compare systems over parts. One that does not follow from the rate
counts recomputation as work, or divides by a peak that nobody names.

## What is left alone
Percentages of a roofline, of a library's rate, of a bandwidth that is not stated or of busy time; averages beside best
values; runs on two parts or in two formats. All variants and precisions that the text leaves open
are tried, rates of one device and of all. A token may be counted with attention or without, causal
or full, with the embedding or without; where no length is stated, up to 8,192 tokens are allowed
for. Where the two fit the 2:4-sparse figure it is sparse-peak that speaks. A proof needs the peak's
own value beside rate and percentage.

## Example
```latex
We sustain 138\,TFLOP/s per A100, 54\% of its 312\,TFLOP/s.
%                                 ^^^^ TK204[impossible]: 44.2%
```
Print rate, peak and percentage of one run; say whether recomputation is counted.

## References
- Chowdhery et al., "PaLM", appendix B, 2022.
- Korthikanti et al., "Reducing Activation Recomputation", 2022.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.roofline import utilization
from tanaka.quantity.literal import rewritten
from tanaka.rules.api import (
    AtNumber,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    RooflineFigure,
    RooflinePoint,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.roofline.bandwidth_shares import bandwidth_shares
from tanaka.rules.roofline.peaks import SIXTEEN, Peak, clocked, peaks, rate, told_formats
from tanaka.rules.roofline.stated_share import Share, open_derivation, proven, shares
from tanaka.rules.roofline.token_utilisation import token_shares
from tanaka.rules.roofline.two_utilisations import two_utilisations

_RECOMPUTED = 4 / 3
"""Work with full recomputation over work without: 8N over 6N."""
_FAR = 0.1
"""A peak from the table is doubted where the implied one is so far from every one that it may mean."""


_WIDE = frozenset({"tf32", "fp32", "fp64"})
"""Formats that no rate of 16 bits is in, where the paper does not speak of them."""


@rule("TK204", since="0.1.0")
def utilisation_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Stated utilisations against rate over peak."""
    for s in shares(ctx):
        outcome = _by_stated_peak(ctx, s) if s.peak is not None else _by_known_peak(ctx, s)
        if outcome is not None:
            yield outcome
    yield from bandwidth_shares(ctx)
    yield from token_shares(ctx)
    yield from two_utilisations(ctx)


# -- the peak's value stands in the sentence --------------------------------------------------


def _by_stated_peak(ctx: Context, s: Share) -> Outcome | None:
    assert s.peak is not None
    value = s.peak.quantity
    if not value.bounded or value.point <= 0:
        return None
    counts = [c for c in s.counts if (low_high := s.implied(c))[0] <= value.nominal.high and low_high[1] >= value.nominal.low]  # fmt: skip
    if not counts and (count := s.fits(value.point)) is not None:
        counts = [count]
    if counts:
        return _held(ctx, s, counts[0])
    if s.claim.cues & {"sparse", "accumulate"}:
        return None
    reach = [s.implied(c, proof=True) for c in s.counts]
    bound = hard(s.peak)
    near = any(low * 0.97 <= bound.high and high * 1.03 >= bound.low for low, high in reach)
    if near:
        return None
    recomputed = s.fits(value.point, factor=_RECOMPUTED)
    if s.claim.name("kind") == "HFU" and recomputed is not None:
        return _held_text(ctx, s, recomputed)
    if s.claim.name("kind") == "MFU" and s.fits(value.point, factor=1 / _RECOMPUTED) is not None:
        return None  # the rate counts recomputation, and the utilisation does not
    # a system of several of the part has a multiple of its peak
    if len(s.counts) == 1 and s.counts[0] == 1.0 and not _of_one(s):
        ratio = value.point / (s.rate.quantity.point / s.share.quantity.point)
        if any(abs(ratio * k - 1) < 0.06 or abs(ratio / k - 1) < 0.06 for k in (2, 4, 8, 16)):
            return None
    impossible = (
        proven(ctx.paper, s)
        and s.peak.quantity.qualifier.value == "exact"
        and recomputed is None
        and (_of_one(s) or len(s.counts) > 1 or _is_object(s))
    )
    return _finding(ctx, s, None, recomputed, impossible=impossible)


def _of_one(s: Share) -> bool:
    return dict(s.claim.counted).get("devices") == 1.0


def _is_object(s: Share) -> bool:
    """Whether the percentage is said to be of the peak ("54% of its 312 TFLOP/s")."""
    return s.claim.name("kind") == "peak"


# -- the peak is that of the part -------------------------------------------------------------


def _by_known_peak(ctx: Context, s: Share) -> Outcome | None:
    known = s.known
    dense = [p for p in known if p.sort == "dense"]
    if not dense or s.claim.cues & {"sparse", "mixed"}:
        return None
    said = told_formats(ctx.paper)
    whole = [p for p in peaks(s.parts, "") if s.format not in SIXTEEN or p.precision not in _WIDE or p.precision in said]  # fmt: skip
    for peak in known:
        if peak.sort == "dense" and (count := s.fits(peak.value)) is not None:
            return _held(ctx, s, count, peak)
    # another clock, another format, 16-bit accumulation, 2:4 sparsity: a peak that somebody may mean
    if any(
        s.fits(p.value, close=_FAR if p in known else 0.05) is not None for p in (*known, *whole)
    ):
        return None
    most = clocked(s.parts, s.format)
    if all(s.rate.quantity.point / c > 1.02 * most for c in s.counts):
        return None  # above the peak, or of several devices
    recomputed = next((c for p in dense if (c := s.fits(p.value, factor=_RECOMPUTED)) is not None), None)  # fmt: skip
    kind = s.claim.name("kind")
    if kind == "HFU" and recomputed is not None:
        return None
    if kind == "MFU" and any(s.fits(p.value, factor=1 / _RECOMPUTED) is not None for p in dense):
        return None
    if not s.format and recomputed is None and len({p.precision for p in dense}) > 1:
        dense = [p for p in dense if p.precision in ("bf16", "fp16")] or dense
    if not _of_one(s) and recomputed is None and _several(s, dense):
        return None
    if "other-run" in s.claim.cues:
        return None
    return _finding(ctx, s, dense[0], recomputed, impossible=False)


def _several(s: Share, dense: list[Peak]) -> bool:
    """Whether the rate may be that of a group of devices that nobody counts."""
    implied = s.rate.quantity.point / s.share.quantity.point
    return any(
        abs(implied / (k * p.value) - 1) < 0.06 for p in dense for k in (2, 3, 4, 6, 8, 16, 32, 64)
    )


# -- outcomes ---------------------------------------------------------------------------------


def _peak_step(d: Derivation, s: Share, known: Peak | None) -> Step:
    if s.peak is not None and known is None:
        return d.stated("peak", s.peak.id, symbol="P")
    assert known is not None
    return d.known(known.label, known.value, "FLOP/s", known.datasheet, shown=known.shown, symbol="P")  # fmt: skip


def _percent(value: float) -> str:
    return f"{printed(100 * value)}%"


def _held(ctx: Context, s: Share, count: float, known: Peak | None = None) -> Held:
    d, one, _ = open_derivation(ctx, s, count)
    peak = _peak_step(d, s, known)
    found = utilization(one.value, peak.value)
    text = f"{one.shown} / {peak.shown}"
    d.computed("rate over peak", "%", text, utilization, one, peak, reference=utilization.source,
               shown=_percent(found), symbol="v")  # fmt: skip
    ids = tuple(n.id for n in (s.share, s.rate, s.peak) if n is not None)
    return Held("TK204", ids, f"{text} = {_percent(found)}", tuple(d.steps))


def _held_text(ctx: Context, s: Share, count: float) -> Held:
    """An HFU that is the rate over the peak times what recomputation adds."""
    return _held(ctx, s, count)


def _finding(ctx: Context, s: Share, known: Peak | None, recomputed: float | None, *, impossible: bool) -> Finding:  # fmt: skip
    count = recomputed if recomputed is not None else _closest(s, known)
    d, one, share = open_derivation(ctx, s, count)
    peak = _peak_step(d, s, known)
    found = utilization(one.value, peak.value)
    made = d.computed("rate over peak", "%", f"{one.shown} / {peak.shown}", utilization, one, peak,
                      reference=utilization.source, shown=_percent(found), symbol="v")  # fmt: skip
    needed = one.value / share.value
    would = d.computed("peak that both would need", "FLOP/s", f"{one.shown} / {share.shown}", lambda r, u: r / u,
                       one, share, shown=rate(needed), symbol="Q", total=False)  # fmt: skip
    hfu = recomputed is not None and s.claim.name("kind") != "HFU"
    if hfu:
        only_if = f"recomputation is counted, 4/3 of {made.shown}: that is HFU"
    else:
        only_if = f"the peak meant is {would.shown}, or the rate of that run is another"
    where = s.device.where if s.device is not None and s.peak is None else ""
    part = s.parts[0].family if s.parts else "device"
    of_what = f"the {part}" + (f" ({where})" if where else "")
    literal = rewritten(100 * found, s.share.quantity.literal)
    verdict = Verdict.IMPOSSIBLE if impossible else Verdict.IMPLAUSIBLE
    message = f"{one.shown} over the {peak.shown} of {of_what} is {made.shown}, not {share.shown}"
    if hfu:
        message += ", which is 4/3 of it: HFU quoted as MFU" if s.claim.name("kind") == "MFU" else ", which is 4/3 of it"  # fmt: skip
    figure = None
    if s.parts:
        bandwidth = max(p.bandwidth.value for p in s.parts)
        figure = RooflineFigure(part, s.format or (known.precision if known else ""), peak.value, bandwidth,
                                (RooflinePoint("as written", None, one.value, False),
                                 RooflinePoint(share.shown, None, peak.value * share.value, True)))  # fmt: skip
    fixes = () if hfu or found > 1 else (Fix(f"Write {literal}%", FixKind.QUICKFIX, (ReplaceLiteral(s.share.id, literal),)),)  # fmt: skip
    return Finding(
        "TK204", "utilisation-mismatch", verdict, AtNumber(s.share.id), f"{message}.", tuple(d.steps),
        operands=tuple(n.id for n in (s.share, s.rate, s.peak) if n is not None),
        note=f"{made.shown} of {peak.shown}", bold=f"{one.shown} / {peak.shown} is {made.shown}, not {share.shown}.",
        only_if="" if impossible else only_if,
        related=((AtNumber(s.rate.id), "the rate"),), fixes=fixes, figure=figure,
        slots=(
            Slot("claim", share.shown, "u"), Slot("rate", one.shown, "r" if count > 1 else "R"), Slot("peak", peak.shown, "P"),
            Slot("util", made.shown, "v"), Slot("excuse", "" if impossible else only_if), Slot("device", part),
        ),
        case="A" if impossible else "B" if hfu else "C",
    )  # fmt: skip


def _closest(s: Share, known: Peak | None) -> float:
    """The count of devices for which rate over peak is nearest to the share."""
    peak = known.value if known is not None else s.peak.quantity.point if s.peak else 1.0
    share = s.share.quantity.point
    return min(s.counts, key=lambda c: abs(s.rate.quantity.point / c / peak / share - 1))
