"""Where an exchange runs: inside a node, over its bus or between nodes, among how many, on which device."""

from __future__ import annotations

import re

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.network import LINK_WORDS, RACK, cluster_of
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_OWN_PORT = Lazy(
    r"\b(?:its|their|a GPU's) own (?:[\w/.-]+\s){0,5}?(?:ports?|NICs?|adapters?|HCAs?|links?|rails?|cards?)\b",
    re.I,
)
_INSIDE = Lazy(
    r"\bNVLink\w*|\bNVSwitch\w*|\b(?:inside|within|of|in) (?:the|an?|one|each|every|its|our|that) (?:same |single |H100 |A100 |V100 |H200 |DGX )?(?:node|server|machine|host|box)\b|\bintra-node\b",
    re.I,
)
_BETWEEN = Lazy(
    r"\b(?:between|across|among|over) (?:the |our |these |all |both |those |its )?(?:\w+ ){0,2}?(?:nodes|servers|machines|hosts|desktops|workstations|computers|boxes|instances|sites)\b|\b(?:the|all|our|of|these) (?:two|three|four|six|eight|ten|twelve|sixteen|thirty-two|\d+) (?:nodes|servers|machines|hosts|desktops|workstations)\b|\bfrom (?:one|an?|the|each) (?:\w+ )?(?:node|server|machine|host|desktop|workstation|computer|box|instance) to\b|\b(?:other|second|remote|another|next|decode|decoding|prefill|target|destination|neighbou?ring|all|both|every|new|joining|remaining|two) (?:\w+ )?(?:nodes?|servers?|machines?|hosts?)\b|\binter-node\b|\bcross-node\b|\bEthernet\b|\bInfiniBand\b|\bRoCE\b|\bNICs?\b|\badapters?\b|\bports?\b|\bnetwork\b",
    re.I,
)
_BUS = Lazy(r"\b(?:over|on|via|across|through|by) (?:the )?(?:PCIe?|PCI Express)\b", re.I)
_PLACE = Lazy(
    r"\b(?:[Oo]n|[Ii]n|[Aa]t|[Oo]f|[Oo]f an?|[Ww]ithin|[Aa]cross|[Oo]f all) (?:\d+ GPUs of )?([A-Z][a-z]{2,14})\b"
)
_AT = Lazy(r"(?:at|over|with|on)\s$")
_MEASURED = Lazy(r"bus ?band|busbw|effective|sees|achiev|reach|sustain|average", re.I)


def runs_where(
    scene: Scene, k: int, scope: str, said: str, given: list[tuple[str, Spot]],
    named: list[tuple[str, str]], cues: set[str],
) -> None:  # fmt: skip
    """Inside a node, over its bus, or between nodes; how many take part; which link of how much."""
    sentence = scene.sentences[k]
    before = " ".join(scene.sentences[j].text for j in range(max(0, k - 2), k))
    for text in (scope, sentence.text, said, before):
        level = [
            n
            for n, p in (("inside", _INSIDE), ("bus", _BUS), ("between", _BETWEEN))
            if p.search(text)
        ]
        if level:
            break
    nodes = _one_count(scene, k, "node", scope)
    if (
        nodes is not None
        and text is scope
        and level == ["inside"]
        and not _within(scene, nodes, k, scope)
    ):
        nodes = None  # "0.9 ms within a server, and 170 ms across two servers"
    if nodes is not None:
        given.append(("nodes", nodes))
        if scene.reading(nodes).quantity.point >= 2 and (nodes[0] == k or not level):
            level = [*level, "between"] if "between" not in level else level
    devices = _one_count(scene, k, "gpu", scope)
    if devices is not None:
        given.append(("devices", devices))
    if RACK.search(scene.text):
        cues.add("rack")
    if _OWN_PORT.search(said) or _OWN_PORT.search(sentence.text):
        cues.add("own port")
    rates = [s for s in scene.spots(k, "byte/s") if LINK_WORDS.search(" ".join(scene.around(s, 40, 40))) or _AT.search(scene.around(s)[0])]  # fmt: skip
    if len(rates) == 1 and not _MEASURED.search(" ".join(scene.around(rates[0], 40, 30))):  # fmt: skip
        given.append(("link", rates[0]))
    # Of two that the sentences before name, the faster.
    named.append(("level", "" if not level else "inside" if "inside" in level and ("between" not in level or text is before) else "bus" if level == ["bus"] else "between"))  # fmt: skip
    if cluster := cluster_of(sentence.text) or cluster_of(said):
        named.append(("cluster", cluster))
    places = [m[1].lower() for text in (scope, sentence.text, said, before) for m in _PLACE.finditer(text)]  # fmt: skip
    if places:
        named.append(("places", " ".join(dict.fromkeys(places))))


def _within(scene: Scene, spot: Spot, k: int, scope: str) -> bool:
    start = scene.sentences[k].text.find(scope)
    return spot[0] == k and start <= scene.reading(spot).start < start + len(scope)


def _one_count(scene: Scene, k: int, noun: str, scope: str) -> Spot | None:
    """How many nodes or devices take part: in the clause, the sentence, or a sentence or two before."""
    for j in range(k, max(-1, k - 3), -1):
        found = [s for s in scene.spots(j, noun=noun) if scene.reading(s).per == ""]
        if j == k and len(found) > 1:
            start = scene.sentences[k].text.find(scope)
            found = [
                s for s in found if start <= scene.reading(s).start < start + len(scope)
            ] or found
        if len({scene.reading(s).quantity.point for s in found}) == 1:
            return found[0]
        if found:
            return None
    return None


def device(scene: Scene, k: int, at: int, named: list[tuple[str, str]]) -> None:
    """Bind the one device of the nearest sentence that names any."""
    for j in range(k, min(at, k - 1) - 1, -1):
        found = scene.named(j, EntityKind.DEVICE) if j >= 0 else ()
        if len(found) == 1:
            named.append(("device", found[0].name))
        if found:
            return


def same_ends(
    seen: list[LocalPhysical], scene: Scene, given: list[tuple[str, Spot]], named: list[tuple[str, str]]
) -> bool:  # fmt: skip
    """Whether an exchange before is of as many nodes, so that it is of the same ones."""
    own = dict(given).get("nodes")
    k = own[0] if own else 0
    if own is None or scene.named(k, EntityKind.DEVICE):
        return False
    n = scene.reading(own).quantity.point
    for other in reversed(seen):
        theirs, device = dict(other.given).get("nodes"), dict(other.named).get("device")
        if theirs and device and scene.reading(theirs).quantity.point == n:
            named.append(("device", device))
            return True
    return False
