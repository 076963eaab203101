"""The memory of the devices that a claim names, together: what a need is held against."""

from __future__ import annotations

from hwmodels.catalog import find, most_capacity, sources
from tanaka.paper.model import Paper, Physical
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Computed, Datasheet, Step
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.sizes import size

PROOF = 1.01
"""How far above the capacity a need must lie that is proven not to fit."""

NEAR = 1.03
"""The same for a need that is bound from afar."""


@dataclass(frozen=True, slots=True)
class Room:
    """Memory of some devices.

    Attributes
    ----------
    there : Step
        All of it.
    each : float
        Of one device [byte].
    devices : float
    name, family : str
        "2 × A100-80GB"; "A100".
    verified : bool
        Whether the capacity was found in its source.
    """

    there: Step
    each: float
    devices: float
    name: str
    family: str
    verified: bool


def room(d: Derivation, paper: Paper, claim: Physical) -> Room | None:
    """Room of the devices of a claim, in GiB; None where the part or its number is not known."""
    name = claim.name("device")
    parts = find(name) if name else ()
    held, devices = most_capacity(parts), machine.counted(paper, claim, "devices")
    # the count in words is that of all, where a number counts the devices of a node alone
    devices = dict(claim.counted).get("devices", devices)
    if held is None or not devices or devices < 1:
        return None
    at = claim.at("devices")
    if at is not None and paper.number(at).quantity.point == devices:
        n = d.stated("devices", at, symbol="n", exact=True)
    else:
        n = d.known("devices", devices, "1", Computed("as stated"), shown=f"{devices:,.0f}", symbol="n")  # fmt: skip
    card = d.known("memory of one", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                   shown=f"{held.value / 2**30:g} GiB", symbol="c")  # fmt: skip
    value = n.value * card.value
    there = Step("there", value, value, value, "byte", f"{devices:,.0f} × {card.shown}", Computed(), True, size(value), "C")  # fmt: skip
    d.steps.append(there)
    label = name if devices == 1 else f"{devices:,.0f} {name}"
    return Room(there, held.value, devices, f"one {label}" if devices == 1 else label, parts[0].family, held.verified)  # fmt: skip
