"""Roofs of rates that a paper moves bytes at without saying over what: the friendliest that it names."""

from __future__ import annotations

from hwmodels.catalog import find
from tanaka.paper.model import Number, Physical
from tanaka.paper.physics.moved_rates import MOVED
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Context

__all__ = ["MOVED", "Port", "memory_of", "port_of"]
_MOST = 8.0
"""Ports of a node where nothing counts them."""


@dataclass(frozen=True, slots=True)
class Port:
    """The ports of the paper that carry most: the rate of one, and how many of them."""

    number: Number
    count: float


def memory_of(ctx: Context, claim: Physical) -> tuple[str, bool]:
    """The part of a claim, and whether its own words say so; "" where the paper names one that is not known."""
    own = claim.name("device")
    names = machine.named_parts(ctx.paper)
    if own:
        if own.endswith("GCD") and not any("MI250" in n for n in names):
            return "", False
        return own, "device" not in claim.far
    names = tuple(name for role, name in claim.named if role == "candidate") or names
    known = [(name, parts) for name in names if (parts := find(name))]
    if not known or len(known) != len(names):
        return "", False
    return max(known, key=lambda k: max(p.bandwidth.value for p in k[1]))[0], False


def port_of(ctx: Context, claim: Physical) -> Port | None:
    """The ports that carry most, of the network that a claim names, or of all."""
    technology = claim.name("technology")
    best: Port | None = None
    for said in ctx.paper.physical("port rate"):
        number = ctx.paper.number(said.number)
        q = number.quantity
        whose = said.name("technology")
        if not q.bounded or isinstance(q.value, tuple):
            continue
        if technology and whose and whose != technology:
            continue
        count = 1.0 if "one port" in claim.cues else dict(said.counted).get("ports") or _MOST
        if best is None or q.point * count > best.number.quantity.point * best.count:
            best = Port(number, count)
    return best
