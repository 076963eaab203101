"""How many devices a sentence speaks of, nodes and systems counted out."""

from __future__ import annotations

import re

from tanaka.paper.entities import same_name
from tanaka.paper.physics.scene import Scene, Spot
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_OF_EACH = Lazy(
    r"(?:\s*\([^)]*$|,? (?:of|with|having|containing|equipped with|each (?:with|of|containing|having|holding)|that (?:each )?(?:have|hold))"
    r"(?: (?:each|of))?|\s?[×x])\s?$",
    re.I,
)
HOLDER = Lazy(
    r"s?[- ](?:GPU[- ]|based[- ]|PCIe[- ]|SXM\d?[- ])*(?:nodes?|servers?|machines?|hosts?|instances?|systems?|box(?:es)?|pods?|clusters?|slices?|racks?|workstations?|supercomputers?|partitions?|pools?|fleets?|islands?|halves|half|side)\b",
    re.I,
)
SEVERAL = Lazy(
    r"\b(?:\d+|two|three|four|five|six|eight|ten|several|multiple|both)\s(?:\w+\s)?(?:pods?|SuperPODs?|clusters?|groups?|islands?|racks?|slices?|"
    r"data ?cent(?:er|re)s?|partitions?|runs?|seeds?|jobs?|sites?|zones?|regions?)\b",
    re.I,
)
"""Something that devices may be counted of, and that is counted itself."""
_SYSTEM = Lazy(r"\b(?:DGX|HGX)[- ]")


@dataclass(frozen=True, slots=True)
class Devices:
    """Devices that a sentence names and counts.

    Attributes
    ----------
    name : str
        Of the one part; "" where none is named.
    total : float or None
        How many together; None where the sentence does not say.
    count, nodes : Spot or None
        The numbers that count the devices (of a node, where there are nodes) and the nodes.
    each : float
        Devices of a node that its name says; 0 where it says nothing.
    """

    name: str = ""
    total: float | None = None
    count: Spot | None = None
    nodes: Spot | None = None
    each: float = 0.0

    def fill(self, given: dict[str, Spot], counted: dict[str, float]) -> None:
        """Write what counts the devices into the roles of a claim."""
        roles = (("devices", self.count), ("nodes", self.nodes))
        given.update({role: spot for role, spot in roles if spot is not None})
        values = (("devices", self.total), ("each", self.each or None))
        counted.update({role: value for role, value in values if value is not None})


def counted_devices(scene: Scene, k: int) -> Devices | None:
    """The devices of a sentence; None where it names two sorts, or counts them twice."""
    parts = scene.parts(k)
    text = scene.sentences[k].text
    if any(HOLDER.match(text, p.end) for p in parts if not p.system):
        return None  # "one A100 node": how many it holds is not said
    if SEVERAL.search(text):
        return None
    if len({same_name(p.name) for p in parts}) > 1:
        return None
    name = parts[0].name if parts else ""
    readings = scene.sentences[k].readings
    nodes = [s for s in scene.spots(k, noun="node") if readings[s[1]].quantity.bounded]
    gpus = [s for s in scene.spots(k, noun="gpu") if readings[s[1]].quantity.bounded]
    if len(nodes) > 1 or len({scene.reading(s).quantity.point for s in gpus}) > 1:
        return None
    if nodes:
        node = scene.reading(nodes[0])
        if gpus:
            gpu = scene.reading(gpus[0])
            part = next((p for p in parts if p.count_at == gpus[0]), None)
            apiece = _OF_EACH.search(text[node.end : gpu.start]) if node.end <= gpu.start else None
            if (part is not None and part.nodes_at is not None) or apiece:
                total = gpu.quantity.point * node.quantity.point
                return Devices(name, total, gpus[0], nodes[0])
            if gpu.per == "node" or gpu.per == "each":
                return Devices(name, gpu.quantity.point * node.quantity.point, gpus[0], nodes[0])
            if node.quantity.point <= gpu.quantity.point and gpu.quantity.point > 16:
                return Devices(name, gpu.quantity.point, gpus[0])  # "16 nodes, 128 GPUs"
            return None
        if any(p.system for p in parts) or _SYSTEM.search(text):
            size = 16.0 if any(p.system and p.name == "2" for p in parts) else 8.0
            return Devices(name, size * node.quantity.point, None, nodes[0], size)
        return Devices(name) if node.quantity.point != 1 or not parts else None
    if gpus:
        gpu = scene.reading(gpus[0])
        if any(p.system for p in parts) or gpu.per in ("node", "each"):
            return None
        return Devices(name, gpu.quantity.point, gpus[0])
    counts = {p.count for p in parts if p.count is not None and not p.each}
    if len(counts) == 1 and not any(p.each for p in parts):
        return Devices(name, counts.pop())
    return Devices(name)
