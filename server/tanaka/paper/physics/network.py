"""What leads out of a node or a GPU as a set-up states it: "each node has four 200 Gb/s ports".

An exchange that states no link of its own is held against these (`tanaka.rules.communication.fabric`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

LINK_WORDS = Lazy(
    r"\b(?:NICs?|Ethernet|InfiniBand|IB|RoCE|RDMA|HCAs?|networks?|networking|rails?|EFA|Slingshot|[EHNX]DR|LAN|WAN|adapters?|ports?|uplinks?|links?|interconnects?|fabric|ConnectX\S*|"
    r"PCIe|PCI|bus|GbE|cables?|line rate|wire speed|connected|connects?|linked|joined|attached|wired|networked)\b|\bbetween (?:the |our )?(?:nodes|servers|machines|hosts)\b",
    re.I,
)
_NETWORK = Lazy(
    r"\b(?:NICs?|Ethernet|InfiniBand|IB|RoCE|RDMA|HCAs?|network\w*|rails?|EFA|Slingshot|[EHNX]DR|LAN|WAN|adapters?|ports?|uplinks?|fabric|ConnectX\S*|GbE|nodes|servers|machines|hosts|cluster)\b",
    re.I,
)
_DEVICE_LINK = Lazy(r"\b(?:NVLink\w*|NVSwitch\w*|xGMI|Infinity Fabric|ICI|NeuronLink)\b", re.I)
_BUS = Lazy(r"\bPCIe?\b|\bPCI Express\b", re.I)
_NO_LINE_RATE = Lazy(
    r"\b(?:effective|achiev\w+|attain\w+|sustain\w+|measur\w+|observ\w+|bus ?bandwidth|bus ?bw|alg(?:orithm)? ?(?:bandwidth|bw)|goodput|memory|HBM\w*|DRAM|"
    r"average|bisection|throughput|sees?|saw|moves?|moved|sends?|sent|drives?|driven|reach\w*|stream\w*|copies|reads?|writes?|delivers? only|utili[sz]\w+|file system|disks?|SSDs?|storage server)\b",
    re.I,
)
_MANY = r"(?:one|only one|only|a single|single|an?|two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen|\d{1,2})"
_BEFORE = Lazy(
    rf"(?<![\w.,-])(?P<n>{_MANY})(?:\s?[×x]\s?|\s)(?:[\w/-]+\s){{0,2}}?$",
    re.I,
)
_OF = Lazy(
    rf"(?<![\w.,-])(?P<n>{_MANY}) (?:[\w/-]+ ){{0,3}}?(?:\w*links?|NICs?|rails?|ports?|adapters?|HCAs?|cards?|connections?|interfaces?|uplinks?)(?:,)? (?:of|at|with|running at|each (?:of|at|with)|that (?:run|offer|provide)s?) (?:about |up to )?$",
    re.I,
)
_COUNTS = {
    "one": 1, "only one": 1, "only": 1, "a single": 1, "single": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "sixteen": 16,
}  # fmt: skip
_LINK_NOUN = Lazy(
    r"^\s?(?:[\w/-]+\s){0,3}?(?:\w*links?|NICs?|rails?|ports?|adapters?|HCAs?|cards?|connections?|interfaces?|uplinks?)\b",
    re.I,
)
_HOLDERS = r"(?P<who>nodes?|servers?|machines?|hosts?|instances?|box(?:es)?|GPUs?|ranks?|devices?|accelerators?|workers?|cards?)"
_HELD_AFTER = Lazy(
    rf"^[^.;:()]{{0,45}}?(?:\b(?:per|for each|for every|in each|in every|of each|to each|on each|from each|out of each|of an?|of the|for an?) |/\s?)(?:[\w-]+ ){{0,2}}?{_HOLDERS}\b",
    re.I,
)
_HELD_BEFORE = Lazy(
    rf"\b(?:each|every|per|an?|the|our|this)(?: of (?:the|our|its))? (?:[\w.-]+ ){{0,4}}?{_HOLDERS}\b(?!-)",
    re.I,
)
_HELD_BY_MANY = Lazy(rf"\b{_HOLDERS}\b(?!-)", re.I)
_EACH = Lazy(r"^[^.;:()]{0,40}?\b(?:each|apiece)\b", re.I)
# "eight 400 Gb/s ports, one for each GPU": the eight are a node's.
_ONE_FOR_EACH = Lazy(r"^[^.;:]{0,50}?\bone (?:for|per|to|at) (?:each |every |an? )?(?:\w+ )?(?:GPUs?|ranks?|accelerators?|devices?)\b", re.I)  # fmt: skip
_EACH_WITH = Lazy(r",? each (?:with|has|having|of which|carrying|equipped)\b", re.I)
_TOTAL = Lazy(
    r"\b(?:together|in total|in all|aggregate\w*|combined|altogether|overall|add(?:s|ing)? up to|i\.e\.|that is|or|a total of)[\s,]{1,2}(?:of\s|about\s)?$",
    re.I,
)
_ASIDE = Lazy(
    r"\b(?:management|storage|control|out-of-band|front-?end|public|internet|service) (?:network|Ethernet|link|traffic|fabric|plane)\b|\bfor (?:storage|management|checkpoints)\b",
    re.I,
)
RACK = Lazy(r"\bNVL\d+\b|\brack-scale\b|\bICI\b|\btorus\b|\bTPUs?\b|\bTrainium\w*|\bGB[23]00\b|\bracks? (?:joins?|connects?|of \d+ GPUs|with \d+ GPUs)\b", re.I)  # fmt: skip
_CLUSTER = Lazy(
    r"^(?P<c>(?!The|Our|Each|All|Both|This|These|That|They|There|Every|Such|One|Two|Its|NVLink)[A-Z][a-z]{2,14}) (?:is|has|consists|comprises|offers|contains|joins|connects|links) |\b[Cc]luster (?P<a>[A-Z0-9]\w{0,8})\b|\b(?:[Tt]he|[Oo]ur) (?P<b>main|first|second|third|small|large|old|new|larger|smaller|older|newer|fast|slow|other) (?:\w+ ){0,2}?(?:cluster|system|testbed|machine)\b"
)
_NODE_WORDS = Lazy(r"^(?:node|server|machine|host|instance|box)", re.I)
_GPUS_OF_NODE = Lazy(
    r"\b(?:nodes?|servers?|machines?|hosts?|instances?)(?: each)? (?:with|of|has|have|hold|holds|carries|carry|contains?|comprises?)(?: each)? (?P<n>\d{1,2}|two|four|six|eight|ten|sixteen) (?:[\w-]+ ){0,4}?(?:GPUs?|cards?|accelerators?|[AHVB]\d{3}s?|L40S?)\b|"
    r"\b(?P<m>\d{1,2}|two|four|six|eight|ten|sixteen) (?:[\w-]+ ){0,4}?(?:GPUs?|cards?|accelerators?|A100s?|H100s?|H200s?|V100s?|L40S|B200s?)(?: per| in each| in a| in every| a)? (?:node|server|machine|host|each)\b",
    re.I,
)


def cluster_of(text: str) -> str:
    """The cluster that a text names ("cluster B", "the second cluster"), lower case; "" for none or two."""
    found = {(m["a"] or m["b"] or m["c"]).lower() for m in _CLUSTER.finditer(text)}
    return found.pop() if len(found) == 1 else ""


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A line rate, how many such links there are, and of what: a node, a GPU, a cluster."""
    for k, sentence in enumerate(scene.sentences):
        if not any(r.quantity.unit == "byte/s" for r in sentence.readings):
            continue
        # Where fast links join racks or pods, what leaves a host is not all that leaves a chip.
        if not LINK_WORDS.search(sentence.text) or RACK.search(scene.text):
            continue
        for spot in scene.spots(k, "byte/s"):
            claim = _link(scene, k, spot)
            if claim is not None:
                yield claim


def _link(scene: Scene, k: int, spot: Spot) -> LocalPhysical | None:
    text, r = scene.sentences[k].text, scene.reading(spot)
    before, after = text[max(0, r.start - 70) : r.start], text[r.end : r.end + 70]
    near = f"{before[-45:]}{text[r.start : r.end]}{after[:45]}"
    if not LINK_WORDS.search(near) or _NO_LINE_RATE.search(before[-30:]) or _NO_LINE_RATE.match(after.lstrip()):  # fmt: skip
        return None
    kind = _kind(before[-45:], after[:45])
    counted: list[tuple[str, float]] = []
    cues: set[str] = set()
    m = _OF.search(before) or (_BEFORE.search(before[-24:]) if _LINK_NOUN.match(after) else None)
    if m is not None:
        word = m["n"].lower()
        counted.append(("links", float(_COUNTS.get(word) or word)))
    elif _TOTAL.search(before) and scene.spots(k, "byte/s")[0] != spot:
        cues.add("total")
    named = [("kind", kind), *_holder(text, r.start, r.end)]
    if _ASIDE.search(text):
        cues.add("aside")
    named += _whose(scene, k, r.start)
    each = _gpus_of_node(scene, k)
    if each:
        counted.append(("gpus", each))
    nodes = _nodes(scene, k)
    return LocalPhysical("network", spot, nodes, tuple(named), tuple(counted), frozenset(), frozenset(cues))  # fmt: skip


def _kind(before: str, after: str) -> str:
    """Which of "nvlink", "bus" and "network" stands nearest."""
    best, kind = 1000, "network"
    for name, pattern in (("nvlink", _DEVICE_LINK), ("bus", _BUS), ("network", _NETWORK)):
        ends = [len(before) - m.end() for m in pattern.finditer(before)]
        starts = [m.start() + 4 for m in pattern.finditer(after)]
        nearest = min((*ends, *starts), default=1000)
        if nearest < best:
            best, kind = nearest, name
    return kind


def _holder(text: str, start: int, end: int) -> list[tuple[str, str]]:
    after = (
        None
        if _ONE_FOR_EACH.match(text[end : end + 80])
        else _HELD_AFTER.match(text[end : end + 70])
    )
    # "Each node has a 100 Gb/s port", "nodes with a 100 Gb/s port each", and no "64 GPUs behind Ethernet"
    each = _EACH.match(text[end : end + 70]) or _EACH_WITH.search(text[max(0, start - 110) : start])
    led = text[max(0, start - 110) : start]
    before = [m for m in _HELD_BEFORE.finditer(led) if not m["who"].lower().endswith("s")]
    if each and not before:
        with_each = _EACH_WITH.search(led)
        before = list(_HELD_BY_MANY.finditer(led[: with_each.start()] if with_each else led))
    m = after or (before[-1] if before else None)
    if m is None:
        return []
    return [("holder", "node" if _NODE_WORDS.match(m["who"]) else "rank")]


def _whose(scene: Scene, k: int, start: int) -> list[tuple[str, str]]:
    """The device and the cluster that a link belongs to: named last before it, else first behind."""
    out: list[tuple[str, str]] = []
    for j in range(k, max(-1, k - 4), -1):
        found = [e for e in entities(scene.sentences[j].text) if e.kind is EntityKind.DEVICE]
        if found:
            own = [e for e in found if j != k or e.start < start]
            out.append(("device", (own[-1] if own else found[0]).name))
            break
    for j in range(k, max(-1, k - 4), -1):
        if name := cluster_of(scene.sentences[j].text):
            out.append(("cluster", name))
            break
    return out


def _gpus_of_node(scene: Scene, k: int) -> float:
    for j in range(k, max(-1, k - 3), -1):
        found = {
            (m["n"] or m["m"]).lower() for m in _GPUS_OF_NODE.finditer(scene.sentences[j].text)
        }
        if len(found) == 1:
            word = found.pop()
            return float(_COUNTS.get(word) or word)
        if found:
            break
    return 0.0


def _nodes(scene: Scene, k: int) -> tuple[tuple[str, Spot], ...]:
    for j in range(k, max(-1, k - 3), -1):
        found = [s for s in scene.spots(j, noun="node") if scene.reading(s).quantity.point >= 2]
        if found:
            return (("nodes", found[0]),) if len(found) == 1 else ()
    return ()
