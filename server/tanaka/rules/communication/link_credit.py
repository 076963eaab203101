"""Links that are credited where they are not: NVLink to a part without it, its rate to the network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hwmodels.catalog import accelerators, find, sources
from tanaka.paper.model import Asserted, Physical
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation

_FASTEST_PORT = 110e9
"""More than one adapter of a device sends in one direction, with some room [byte/s]."""
_ALIKE = 0.02
_PRICED = 0.08


def link_credit(ctx: Context) -> Iterator[Finding]:
    """Findings on parts without NVLink, and on networks that are priced as if they were NVLink."""
    for claim in ctx.paper.physical("linkless"):
        if claim.asserted is Asserted.YES and (found := _linkless(ctx, claim)):
            yield found
    for claim in ctx.paper.physical("network-price"):
        # "if a group spans nodes" supposes no other network: the reader leaves out what does
        if found := _rate(ctx, claim) or _time(ctx, claim):
            yield found


def _linkless(ctx: Context, claim: Physical) -> Finding | None:
    name = claim.name("device")
    variants = find(name)
    if not variants or any(v.vendor.lower() != "nvidia" or v.link_id for v in variants):
        return None
    d = Derivation(ctx.paper)
    part = variants[0]
    title = sources()[part.bandwidth.source].title
    d.known(f"GPUs that NVLink joins to the {name}", 0.0, "1", Datasheet(part.bandwidth.source, title), shown="0", symbol="g")  # fmt: skip
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"The {name} has no NVLink.",
        tuple(d.steps), operands=(claim.number,), note="no NVLink on this part", bold=f"The {name} has no NVLink.",
        only_if=f"what is called {name} is another part, or its link another",
        slots=(Slot("claim", name, "g"), Slot("line", "", at=AtNumber(claim.number))), case="B2",
    )  # fmt: skip


@cache
def _scale_up() -> tuple[float, ...]:
    """Rates of NVLink in one direction, and both together, of the parts of the catalogue [byte/s]."""
    found = set()
    for part in accelerators():
        if part.link_id.startswith("nvlink"):
            found |= {x.value for x in (part.link, part.link_total) if x is not None}
    return tuple(sorted(found))


def _rate(ctx: Context, claim: Physical) -> Finding | None:
    """A rate of the network for one device that only NVLink has."""
    number = ctx.paper.number(claim.number)
    rate = number.quantity.point
    if rate < _FASTEST_PORT or not any(abs(rate / r - 1) < _ALIKE for r in _scale_up()):
        return None
    d = Derivation(ctx.paper)
    stated = d.stated("as written", claim.number, symbol="r")
    port = d.known("the fastest port of a device", 100e9, "byte/s", Computed("800 Gb/s"), shown="100 GB/s", symbol="p")  # fmt: skip
    d.computed("ports that it takes", "1", f"{stated.shown} / {port.shown}", lambda r, p: r / p, stated, port, symbol="k")  # fmt: skip
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{stated.shown} is a rate of NVLink, and no share of a network that one device has.",
        tuple(d.steps), operands=(claim.number,), note="a rate of NVLink",
        bold=f"{stated.shown} is a rate of NVLink.",
        only_if=f"a device has {rate / 100e9:.1f} ports of 800 Gb/s, or the rate is that of a node",
        slots=(Slot("claim", stated.shown, "r"), Slot("line", "", at=AtNumber(claim.number))), case="B3",
    )  # fmt: skip


def _time(ctx: Context, claim: Physical) -> Finding | None:
    """A time in which NVLink moves the bytes, and the network beside it does not."""
    payload, time = claim.at("payload"), claim.at("time")
    if payload is None or time is None:
        return None
    d = Derivation(ctx.paper)
    size = d.stated("bytes", payload, symbol="B")
    rate = d.stated("network", claim.number, symbol="r")
    stated = d.stated("as written", time, symbol="t")
    least = d.computed("at least", "s", f"{size.shown} / {rate.shown}", lambda b, r: b / r, size, rate, symbol="m")  # fmt: skip
    if stated.value > 0.7 * least.value:
        return None
    used = size.value / stated.value
    if not any(abs(used / r - 1) < _PRICED for r in _scale_up()):
        return None
    shown = f"{1e3 * least.value:.3g} ms"
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(time),
        f"{size.shown} / {rate.shown} is {shown}, not {stated.shown}: that is the time over NVLink.",
        tuple(d.steps), operands=(time, payload, claim.number), note="the time over NVLink",
        bold=f"{size.shown} / {rate.shown} is {shown}, not {stated.shown}.",
        only_if=f"the bytes move at {used / 1e9:.0f} GB/s",
        slots=(Slot("claim", stated.shown, "t"), Slot("line", "", at=AtNumber(time))), case="B3",
    )  # fmt: skip
