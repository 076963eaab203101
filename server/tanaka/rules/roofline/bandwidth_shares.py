"""A stated share of a stated bandwidth, held against the two."""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import find, sources
from hwmodels.roofline import utilization
from tanaka.paper.model import Asserted, Change, Number, Physical, Where
from tanaka.quantity.literal import rewritten
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Datasheet,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed

_SLACK = 0.01
_HEDGED = 0.08
"""What is left beyond the last digit, and where a number is said to be about so much."""
_VARIANT = 0.08
"""How far a share may be from that of a part: the bandwidth is rounded, or counted in GiB."""
_VARIANTS = 0.12
"""And from those of all variants of a name."""
_OFF = 0.04
"""A share is doubted where it is so far from every value that the two may give."""


def bandwidth_shares(ctx: Context) -> Iterator[Outcome]:
    """Shares of a bandwidth whose rate and peak stand beside them."""
    claims = ctx.paper.physical("bandwidth share")
    # "1.7 TB/s, 84% of the 2 TB/s" is a change as well, and held as one.
    changes = ctx.paper.of(Change) if claims else ()
    told = {c.change for c in changes if c.asserted is not Asserted.NO}
    for claim in claims:
        if claim.number in told:
            continue
        if claim.asserted is Asserted.NO and "claimed" not in claim.cues:
            continue
        outcome = _of_part(ctx, claim) if "of a part" in claim.cues else _judged(ctx, claim)
        if outcome is not None:
            yield outcome


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    rate_at, peak_at = claim.at("rate"), claim.at("peak")
    if rate_at is None or peak_at is None:
        return None
    share, rate, peak = paper.number(claim.number), paper.number(rate_at), paper.number(peak_at)
    numbers = (share, rate, peak)
    if any(not n.quantity.bounded or n.quantity.point <= 0 for n in numbers):
        return None
    if share.quantity.point > 1.2 or any(n.where is Where.FUTURE for n in numbers):
        return None
    d = Derivation(paper)
    r = d.stated("bandwidth reached", rate_at, symbol="R")
    p = d.stated("bandwidth that it is a share of", peak_at, symbol="W")
    text = f"{r.shown} / {p.shown}"
    value = utilization(r.value, p.value)
    made = d.computed("share of the bandwidth", "%", text, utilization, r, p, reference=utilization.source,
                      shown=f"{printed(100 * value)}%", symbol="v")  # fmt: skip
    if _fits(share, rate, peak):
        ids = (claim.number, rate_at, peak_at)
        return Held("TK204", ids, f"{text} = {made.shown}", tuple(d.steps))
    if abs(value / share.quantity.point - 1) < _OFF or value > 1.2:
        return None
    return _finding(claim, d, (share, rate, peak), (r, p, made))


def _of_part(ctx: Context, claim: Physical) -> Outcome | None:
    """A rate and its share of the bandwidth of a part, against every variant that the name may mean."""
    rate_at = claim.at("rate")
    parts = find(claim.name("device"))
    if rate_at is None or not parts:
        return None
    share, rate = ctx.paper.number(claim.number), ctx.paper.number(rate_at)
    if not (share.quantity.bounded and rate.quantity.bounded) or not 0 < share.quantity.point <= 1:
        return None
    if Where.FUTURE in (share.where, rate.where) or share.quantity.hedged or rate.quantity.hedged:
        return None
    near = min(parts, key=lambda p: abs(rate.quantity.point / p.bandwidth.value / share.quantity.point - 1))  # fmt: skip
    value = rate.quantity.point / near.bandwidth.value
    off = abs(value / share.quantity.point - 1)
    if any(rate.quantity.point > 1.05 * p.bandwidth.value for p in parts) and len(parts) == 1:
        return None  # above the peak: TK208 has it
    if _VARIANT < off < _VARIANTS and len(parts) > 1:
        return None
    d = Derivation(ctx.paper)
    r = d.stated("bandwidth reached", rate_at, symbol="R")
    known = near.bandwidth
    sheet = Datasheet(known.source, sources()[known.source].title)
    p = d.known(f"memory bandwidth of the {near.family}", known.value, "byte/s", sheet, shown=_shown(known.value), symbol="W")  # fmt: skip
    made = d.computed("share of the bandwidth", "%", f"{r.shown} / {p.shown}", utilization, r, p, reference=utilization.source,
                      shown=f"{printed(100 * value)}%", symbol="v")  # fmt: skip
    if off <= _VARIANT:
        return Held("TK204", (claim.number, rate_at), f"{r.shown} / {p.shown} = {made.shown}", tuple(d.steps))  # fmt: skip
    u = d.stated("share as stated", share.id, symbol="u")
    would = d.computed("bandwidth that both would need", "byte/s", f"{r.shown} / {u.shown}", lambda a, b: a / b, r, u,
                       shown=_shown(r.value / u.value), symbol="Q", total=False)  # fmt: skip
    only_if = f"the bandwidth meant is {would.shown}"
    bars = (("as written", share.quantity.point * p.value / 1e9, True), ("reached", r.value / 1e9, False),
            ("of", p.value / 1e9, False))  # fmt: skip
    return Finding(
        "TK204", "utilisation-mismatch", Verdict.IMPLAUSIBLE, AtNumber(share.id),
        f"{r.shown} over the {p.shown} of the {near.family} is {made.shown}, not {u.shown}.", tuple(d.steps),
        operands=(share.id, rate.id), note=f"{made.shown} of {p.shown}",
        bold=f"{r.shown} / {p.shown} is {made.shown}, not {u.shown}.", only_if=only_if,
        related=((AtNumber(rate.id), "the bandwidth reached"),), figure=BarsFigure("Bandwidth", "GB/s", bars),
        slots=(
            Slot("claim", u.shown, "u"), Slot("rate", r.shown, "R"), Slot("peak", p.shown, "W"),
            Slot("util", made.shown, "v"), Slot("excuse", only_if), Slot("device", near.family),
        ),
        case="C",
    )  # fmt: skip


def _fits(share: Number, rate: Number, peak: Number, factor: float = 1.0) -> bool:
    """Whether the two give the share, the last digit of each left open."""
    r, w, u = rate.quantity.nominal, peak.quantity.nominal, share.quantity.nominal
    slack = _HEDGED if any(n.quantity.hedged for n in (share, rate, peak)) else _SLACK
    low, high = factor * r.low / w.high * (1 - slack), factor * r.high / w.low * (1 + slack)
    return low <= u.high and high >= u.low


def _finding(
    claim: Physical, d: Derivation, numbers: tuple[Number, Number, Number],
    steps: tuple[Step, Step, Step],
) -> Finding:  # fmt: skip
    share, rate, peak = numbers
    r, p, made = steps
    u = d.stated("share as stated", share.id, symbol="u")
    would = d.computed("bandwidth that both would need", "byte/s", f"{r.shown} / {u.shown}", lambda a, b: a / b, r, u,
                       shown=_shown(r.value / u.value), symbol="Q", total=False)  # fmt: skip
    only_if = f"the bandwidth meant is {would.shown}"
    if _fits(share, rate, peak, 2.0) or _fits(share, rate, peak, 0.5):
        only_if = f"one direction is meant on one side and both on the other, {would.shown}"
    literal = rewritten(100 * made.value, share.quantity.literal)
    fixes = (Fix(f"Write {literal}%", FixKind.QUICKFIX, (ReplaceLiteral(share.id, literal),)),) if literal and made.value <= 1 else ()  # fmt: skip
    what = "memory" if "memory" in claim.cues else "link"
    bars = (("as written", share.quantity.point * p.value / 1e9, True), ("reached", r.value / 1e9, False),
            ("of", p.value / 1e9, False))  # fmt: skip
    return Finding(
        "TK204", "utilisation-mismatch", Verdict.IMPLAUSIBLE, AtNumber(share.id),
        f"{r.shown} over {p.shown} is {made.shown}, not {u.shown}.", tuple(d.steps),
        operands=(share.id, rate.id, peak.id),
        note=f"{made.shown} of {p.shown}", bold=f"{r.shown} / {p.shown} is {made.shown}, not {u.shown}.",
        only_if=only_if, related=((AtNumber(rate.id), "the bandwidth reached"),), fixes=fixes,
        figure=BarsFigure("Bandwidth", "GB/s", bars),
        slots=(
            Slot("claim", u.shown, "u"), Slot("rate", r.shown, "R"), Slot("peak", p.shown, "W"),
            Slot("util", made.shown, "v"), Slot("excuse", only_if), Slot("device", what),
        ),
        case="C",
    )  # fmt: skip


def _shown(value: float) -> str:
    return f"{value / 1e12:.4g} TB/s" if value >= 1e12 else f"{value / 1e9:.4g} GB/s"
