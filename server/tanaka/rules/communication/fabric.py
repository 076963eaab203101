"""What leads out of a node by the paper's set-up, in prose or in a table of machines, and which of it an exchange uses.

Where several could be meant, the fastest is: what is said of an exchange then holds for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tanaka.paper.entities import same_name
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.paper.physics.network import cluster_of
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.table_lines import Entry, Line, lines, parts, plain

FAST = 20e9
"""Networks of which a node often has several ports [byte/s]: HDR and later."""
NODE = 8.0
"""GPUs that may share the links of their node, where the paper does not say."""


@dataclass(frozen=True, slots=True)
class Fabric:
    """A link of the set-up.

    Attributes
    ----------
    at : NumberId
        The number that states its rate.
    each : float
        In one direction [byte/s].
    kind : str
        "network", "bus" or "nvlink".
    node, rank : float
        How many such links a node, and a GPU, has at most.
    device, cluster : str
        What it belongs to, as far as the text tells.
    nodes : float
        How many nodes there are; 0 where nobody says.
    aside : bool
        Of a network for storage or management.
    block : str
        The paragraph that states it.
    """

    at: NumberId
    each: float
    kind: str
    node: float
    rank: float
    device: str
    cluster: str
    nodes: float
    aside: bool
    block: str

    @property
    def per_node(self) -> float:
        """What a node sends at most [byte/s]."""
        return self.each * self.node


_LABEL = Lazy(
    r"\b(?:network|Ethernet|InfiniBand|IB|RoCE|NICs?|interconnect|inter-node|EFA|fabric|ports?|uplink)\b",
    re.I,
)
_INNER = Lazy(
    r"\b(?:NVLink|NVSwitch|PCIe|memory|HBM|intra-node|xGMI|measured|achieved|effective)\b", re.I
)
_PER_NODE = Lazy(r"\b(?:per|each|/)\s?(?:node|server|machine|host)\b|\bports?\b", re.I)
_PER_RANK = Lazy(r"\b(?:per|each|/)\s?(?:GPU|device|accelerator)\b", re.I)
_NODES = Lazy(r"^\W*(?:#|no\.?|number of|num\.?)?\s*(?:nodes|servers|machines|hosts)\W*$", re.I)
_GPUS_OF_NODE = Lazy(
    r"\b(?:GPUs|devices|accelerators)\s?(?:per|/|in each|in a)\s?(?:node|server|machine)\b", re.I
)


@query
def fabrics(paper: Paper) -> tuple[Fabric, ...]:
    """All links that the paper's prose and tables state as they are."""
    return (*_told(paper), *_tabled(paper))


def _told(paper: Paper) -> Iterator[Fabric]:
    for claim in paper.physical("network"):
        number = paper.number(claim.number)
        if claim.asserted is Asserted.NO or isinstance(number.quantity.value, tuple):
            continue
        counts = dict(claim.counted)
        nodes = claim.at("nodes")
        yield Fabric(
            claim.number, number.quantity.point, claim.name("kind"),
            *_links(number.quantity.point, claim.name("holder"), counts.get("links"), counts.get("gpus") or NODE, total="total" in claim.cues),
            same_name(claim.name("device")), claim.name("cluster"),
            paper.number(nodes).quantity.point if nodes else 0.0, "aside" in claim.cues, number.block,
        )  # fmt: skip


def _links(
    rate: float, holder: str, count: float | None, gpus: float, *, total: bool
) -> tuple[float, float]:
    """How many links a node and a GPU have at most."""
    if total:
        return (1.0, 1.0) if holder != "rank" else (gpus, 1.0)
    if holder == "rank":
        return gpus * (count or 1.0), count or 1.0
    if holder == "node":
        return (count, count) if count else (gpus if rate >= FAST else 1.0, 1.0)
    # "nodes connected by 100 Gb/s Ethernet": of a slow one a node has a single port
    return max(count or 1.0, gpus if rate >= FAST else 1.0), count or 1.0


def _tabled(paper: Paper) -> Iterator[Fabric]:
    for table in paper.tables:
        found = list(lines(paper, table))
        everywhere: dict[str, float] = {}
        by_line = []
        for line in found:
            said: dict[str, float] = {}
            for e in line.entries:
                if plain(e.number, "1", 1.0):
                    for role, pattern in (("nodes", _NODES), ("gpus", _GPUS_OF_NODE)):
                        if pattern.search(e.label):
                            said[role] = e.number.quantity.point
                        elif len(line.entries) == 1 and pattern.search(line.name):
                            everywhere[role] = (
                                e.number.quantity.point
                            )  # a table of items and values
            by_line.append((line, said))
        for line, said in by_line:
            for e in line.entries:
                label = e.label if _LABEL.search(e.label) or len(line.entries) > 1 else line.name
                if (
                    not plain(e.number, "byte/s")
                    or not _LABEL.search(label)
                    or _INNER.search(label)
                ):
                    continue
                yield _of_cell(paper, line, e, label, everywhere | said)


def _of_cell(paper: Paper, line: Line, e: Entry, label: str, said: dict[str, float]) -> Fabric:
    each_node = _PER_NODE.search(label) is not None
    holder = "rank" if _PER_RANK.search(label) else "node" if each_node or _PER_NODE.search(line.table.caption) else ""  # fmt: skip
    rate = e.number.quantity.point
    links = _links(rate, holder, 1.0 if each_node else None, said.get("gpus", NODE), total=False)
    named = parts(line.said)
    return Fabric(
        e.number.id, rate, "network", *links, same_name(named[0]) if len(named) == 1 else "",
        cluster_of(line.said) or line.name.strip().lower(), said.get("nodes", 0.0), False, e.number.block,
    )  # fmt: skip


def used(paper: Paper, claim: Physical, kind: str = "network") -> tuple[Fabric, ...]:
    """Links that an exchange may use: of its paragraph, its device, its cluster, as many nodes; else all."""
    found = tuple(f for f in fabrics(paper) if f.kind == kind)
    number = paper.number(claim.number)
    at = claim.at("link")
    if at is not None:
        rate = paper.number(at).quantity.point
        same = tuple(f for f in found if abs(f.each / rate - 1) < 0.01)  # fmt: skip
        return same or tuple(f for f in found if f.at == at)
    before = paper.place(claim.number)
    clusters = {f.cluster.removeprefix("cluster ") for f in found} - {""}
    # "On Elk, ...": a machine by its own name, the nearest first.
    own = next((p for p in claim.name("places").split() if p in clusters), "")
    if own:
        found = tuple(f for f in found if f.cluster.removeprefix("cluster ") == own)
    device, cluster = same_name(claim.name("device")), claim.name("cluster")
    near = tuple(f for f in found if f.block == number.block and paper.place(f.at) < before)
    # A paragraph goes from machine to machine: what it says of another part is no link of this one.
    near = tuple(f for f in near if not (device and f.device) or _same(f.device, device))
    if near:
        return near
    found = tuple(f for f in found if not f.aside) or found
    nodes_at = claim.at("nodes")
    nodes = paper.number(nodes_at).quantity.point if nodes_at else 0.0
    wanted: tuple[Callable[[Fabric], bool], ...] = (
        lambda f: bool(cluster) and f.cluster.removeprefix("cluster ") == cluster,
        lambda f: bool(device) and bool(f.device) and _same(f.device, device),
        lambda f: bool(nodes) and f.nodes == nodes,
    )
    for fits in wanted:
        found = tuple(f for f in found if fits(f)) or found
    return found


def _same(one: str, other: str) -> bool:
    """Whether two names may be of one part: "a100" and "a100 sxm"."""
    return one in other or other in one
