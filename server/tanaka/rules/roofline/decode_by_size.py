"""Decoding rates of a model that only its size is known of: each pass reads its weights, or the active ones, once.

The cache is left out, which only raises the roof; nothing is proven.
"""

from __future__ import annotations

import math

from hwmodels.catalog import find, most_capacity, sources
from hwmodels.decode import decode_roof, weight_bytes
from tanaka.paper.decode import bits
from tanaka.paper.model import DecodeRate, NumberId, Paper, Physical
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Datasheet,
    Finding,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.roofline.open_rates import setting_of

_OVER = 1.1
_LABEL = 0.85
_SMALLEST = 1e8


def decode_by_size(ctx: Context, claim: Physical, guess: str) -> tuple[DecodeRate, Finding] | None:
    """The finding on a rate above what its memory allows, with the rate as the rule has it; None where it holds."""
    paper, named, counted = ctx.paper, dict(claim.named), dict(claim.counted)
    number = paper.number(claim.number)
    at = claim.at("active") or claim.at("params")
    setting = setting_of(ctx, claim)
    if named.get("phase") != "decode" or number.quantity.unit != "token/s" or at is None or setting is None:  # fmt: skip
        return None
    if not number.quantity.bounded or number.quantity.hedged or "drafts" in claim.cues:
        return None
    batch, batch_at, width, _ = setting
    size, parts, devices = bits(width), find(named["device"]), counted.get("devices", 1.0)
    held = most_capacity(parts)
    count = paper.number(at)
    if size is None or held is None or batch < 1 or devices < 1 or count.quantity.point < _SMALLEST:
        return None
    whole = claim.at("params") or at
    if _least(paper, whole) * size / 8 > held.value * devices:
        return None  # it runs on more of them, or not at all
    best = max(parts, key=lambda p: p.bandwidth.value)
    d = Derivation(paper)
    rate = d.stated("rate", claim.number, symbol="r")
    n = d.stated("parameters read", at, symbol="N")
    w = d.known("width of a weight", size / 8, "byte", Computed(f"{width}, as the paper says"), shown=f"{size / 8:g} B", symbol="w")  # fmt: skip
    value = n.value * w.value
    read = d.computed("read per pass", "byte", f"{n.shown} × {w.shown}", weight_bytes, n, w, reference=weight_bytes.source,
                      shown=f"{printed(value / 1e9)} GB", symbol="W")  # fmt: skip
    bandwidth = d.known("memory bandwidth", best.bandwidth.value, "byte/s", Datasheet(best.bandwidth.source, sources()[best.bandwidth.source].title),
                        shown=f"{best.bandwidth.value / 1e12:.4g} TB/s", symbol="M")  # fmt: skip
    top = decode_roof(batch, value, devices, best.bandwidth.value)
    label = f"{printed(top)} tokens/s"
    roof = Step("roof", top, top, top, "token/s", f"{batch:g} × {devices:g} × {bandwidth.shown} / {read.shown}", Computed(), True, label, "R")  # fmt: skip
    d.steps.append(roof)
    least = _least(paper, at)
    if hard(number).low <= _OVER * decode_roof(batch, least * size / 8, devices, best.bandwidth.value):  # fmt: skip
        return None
    needed = math.ceil(batch * hard(number).low / top)
    way = guess or f"the batch has at least {needed:,} sequences"
    ids = (claim.number, at, batch_at, claim.at("devices"))
    operands = tuple(dict.fromkeys(i for i in ids if i is not None))
    each = f"{devices:.0f} × {bandwidth.shown}" if devices > 1 else bandwidth.shown
    name = f"a model that reads {n.shown} parameters"
    said = DecodeRate(
        claim.number, True, "", width, "", batch, batch_at, None, named["device"], devices, claim.at("devices"), None, claim.asserted,
    )  # fmt: skip
    return said, Finding(
        "TK207", "decode-above-bandwidth", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{rate.shown} at batch {batch:.0f} exceed the {label} that {each} allow for {name}.",
        tuple(d.steps), operands=operands, note=f"the roof is {label}",
        bold=f"A pass reads {read.shown}; {each} allow {label}.", only_if=way,
        figure=BarsFigure(f"decoding at batch {batch:.0f}", "token/s", (("the roof", top, False), ("as written", rate.value, True))),
        slots=(
            Slot("claim", rate.shown, rate.symbol, at=AtNumber(claim.number)), Slot("bytes", read.shown, read.symbol),
            Slot("bw", bandwidth.shown, bandwidth.symbol), Slot("roof", label, roof.symbol), Slot("batch", f"{batch:.0f}"),
            Slot("line", "", at=AtNumber(claim.number)), Slot("device", parts[0].family), Slot("excuse", way),
        ),
        case="B",
    )  # fmt: skip


def _least(paper: Paper, at: NumberId) -> float:
    """The fewest parameters that a count, or a label, may mean."""
    q = paper.number(at).quantity
    digits = q.literal.text.replace(",", "").replace(".", "").strip("0")
    return _LABEL * q.point if len(digits) < 3 else hard(paper.number(at)).low
