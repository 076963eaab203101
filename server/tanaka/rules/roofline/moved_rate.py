"""Roofs of rates that a paper moves bytes at without saying over what: the friendliest that it names."""

from __future__ import annotations

import re

from hwmodels.catalog import find
from tanaka.paper.model import Number, NumberId, Paper, Physical
from tanaka.paper.physics.moved_rates import MOVED
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Context

__all__ = ["MOVED", "Port", "memory_of", "port_of", "ports_of_tables"]
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


_NETWORK = Lazy(
    r"^\W*(?:(?:inter-?node|node|scale-out) )?(?:network|networking|Ethernet|InfiniBand|RoCE|NICs?|adapters?|HCAs?|interconnect network)(?: (?:rate|bandwidth|speed|port|link|adapter|per (?:GPU|node|server|port)))*\s*[(\[]?\s*(?:[GT]b(?:/s|ps)|[GT]bit/s)?[^A-Za-z]*$",
    re.I,
)


@query
def ports_of_tables(paper: Paper) -> tuple[NumberId, ...]:
    """Rates that a table of hardware gives its network, in bits: "Ethernet (Gb/s)"."""
    found: list[NumberId] = []
    for table in paper.tables:
        for cells in table.rows:
            label = " ".join(dict.fromkeys(cells[0].row)) if cells else ""
            row = bool(_NETWORK.match(label or (cells[0].text if cells else "")))
            for cell in cells:
                if cell.number is None or not (
                    row or _NETWORK.match(" ".join(cell.column).strip())
                ):
                    continue
                q = paper.number(cell.number).quantity
                if q.unit == "byte/s" and q.shown_unit[:2] in ("Gb", "Tb") and q.bounded:
                    found.append(cell.number)
    return tuple(found)


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
    for at in ports_of_tables(ctx.paper) if not technology or best is None else ():
        number = ctx.paper.number(at)
        count = 1.0 if "one port" in claim.cues else _MOST
        if best is None or number.quantity.point * count > best.number.quantity.point * best.count:
            best = Port(number, count)
    return best
