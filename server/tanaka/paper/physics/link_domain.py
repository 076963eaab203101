"""Parallel degrees whose traffic is said to stay on the fast links inside a node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_PARALLEL = Lazy(
    r"\s?-?(?:way\s)?(?:tensor|expert|model)[- ]parallel\w*|\s(?:tensor|expert)[- ]parallel", re.I
)
_PARALLEL_BEFORE = Lazy(r"\b(?:tensor|expert)[- ]parallel\w*(?:\s(?:degree|size|group|width)s?)?\s?(?:\(?(?:TP|EP)\)?\s)?(?:of|=|is|to|at|over|across)?\s?(?:degree|size)?\s?$|\b(?:TP|EP)\s?(?:=|of|size|degree)\s?(?:of\s|=\s?)?$", re.I)  # fmt: skip
_ON_NVLINK = Lazy(
    r"\b(?:on|over|through|via|within|inside|at(?: full)?|uses?|using|leaves?|leaving|to|runs? at)\s(?:the\s|only\s|solely\s|exclusively\s|full\s|fast\s|intra-node\s|one\s|a single\s|pure\s)*NVLink\b|\bNVLink (?:speed|bandwidth|rates?)\b",
    re.I,
)
_PER_NODE = Lazy(r"\b(?:(?P<n>\d{1,2})|(?P<word>two|four|eight|sixteen))[ -](?:\w+ )?GPUs?(?: per| in each| in a|-per-) ?(?:node|server|machine|host)\b|\b(?:nodes?|servers?|machines?|hosts?) (?:of|with) (?:(?P<m>\d{1,2})|(?P<wm>two|four|eight|sixteen)) (?:\w+ )?GPUs\b|\b(?:(?P<k>\d{1,2})|(?P<wk>two|four|eight|sixteen))-GPU (?:nodes?|servers?|machines?|hosts?)\b", re.I)  # fmt: skip
_NET = r"(?:an? |the )?(?:\d+\s?(?:G|Gb/s|Gbps|GbE)? )?(?:[HNEX]DR )?(?:InfiniBand|IB|RoCE|Ethernet|EFA|network)(?: [HNEX]DR)?(?: (?:network|fabric|links?|NICs))?"  # fmt: skip
_JOINS_NODES = Lazy(
    rf"\b{_NET} (?:between|joins|connects|links|among) (?:the |all |our )?(?:nodes|servers|machines|hosts|them)\b|"
    r"\b(?:between|among) (?:the |our )?(?:nodes|servers|machines|hosts) (?:there )?(?:is|runs|we use|we have) "
    rf"{_NET}\b|\b(?:nodes|servers|machines|hosts|which|and)(?:,? (?:with|of) (?:\w+ ){{1,3}}?GPUs(?: each)?,?)? (?:are )?(?:connected|linked|joined|interconnected) (?:by|via|over|with|through) {_NET}\b",
    re.I,
)
_NEVER_LEAVES = Lazy(r"\bnever leaves?\b", re.I)
_NEVER = Lazy(
    r"\bnever leaves?\b|\b(?:stays?|keeps?|remains?|runs?)\b[^.;]{0,40}\b(?:entirely|exclusively|only|solely)\b|"
    r"\b(?:entirely|exclusively|solely) (?:on|over|within|inside) NVLink\b|\ball\b[^.;]{0,50}\b(?:stays?|remains?|runs?) (?:on|within|inside) (?:the )?NVLink\b|"
    r"\bkeeps? all\b[^.;]{0,40}\bon NVLink\b",
    re.I,
)
_WORDS = {"two": 2, "four": 4, "eight": 8, "sixteen": 16}
# Systems by the name of their node, and how many devices NVLink joins in it.
_SYSTEMS = Lazy(
    r"\b(?P<eight>p3dn|p3\.16xlarge|p3dn\.24xlarge|p4de?|p4de?\.24xlarge|p5e?n?|p5\.48xlarge|(?:DGX|HGX)(?:[- ](?:A100|H100|H200|B200|V100))?|ND[A-Z]*96\w*|a2-megagpu|a3-(?:high|mega)gpu)(?:\.\w+)?\s(?:nodes?|instances?|servers?|machines?|systems?|box(?:es)?)\b|\b(?:DGX|HGX)[- ](?:A100|H100|H200|B200)s?\b"
)
CUES = {
    "larger": Lazy(r"\bNVL\d+\b|\bracks?\b|\bGB[23]00\b|\bICI\b|\btorus\b|\bDGX SuperPODs?\b|\bTPUs?\b|\bNeuronLink\b|\bTrainium\b|\bMI\d{3}\w*|\bDGX-2\b|\bHGX-16\b|\bNVLink (?:Switch System|Network)\b|\bNVSwitch (?:system|fabric)\b|\bAscend\b|\bsuper-?(?:pod|node)s?\b", re.I),
    "admitted": Lazy(r"\bintra-node (?:traffic|part|all)\b|\bcosts?\b|\bslow\w*\b|\bIB\b|\bInfiniBand\b|\bRDMA\b|\bRoCE\b|\bEFA\b|\binter-node\b|\bcross(?:es|ing)?\b|\bacross (?:\w+ )?nodes\b|\bspans?\b|\bnode-limited\b|\bat most (?:\w+ )?nodes\b|\bhierarch\w+|\btwo[- ]level\b|\bexcept\b", re.I),
    "other": Lazy(r"\b(?:context|sequence|pipeline|data)[- ]parallel\w*|\bCP\d*\b|\bPP\d*\b|\bring attention\b", re.I),
    "able": Lazy(r"\b(?:would|could|if|ideally|assum\w+|suppose|not|cannot|never fits|limit\w*|beyond|exceed\w*|longer|rather|instead)\b|n't\b", re.I),
    "all": Lazy(r"\ball\b|\bentire(?:ly)?\b|\bexclusively\b|\bnever leaves?\b|\bonly\b|\bfull\b|\bstays?\b|\bkeeps?\b|\bwithin\b|\binside\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A degree of tensor or expert parallelism, and the size of a node, where NVLink is credited."""
    for k, sentence in enumerate(scene.sentences):
        if not _ON_NVLINK.search(sentence.text):
            continue
        degrees = [s for s in scene.spots(k) if _degree(scene, s)]
        if len({scene.reading(s).quantity.point for s in degrees}) != 1:
            continue
        cues: set[str] = set()
        for j in (k - 1, k, k + 1):
            if 0 <= j < len(scene.sentences):
                text = scene.sentences[j].text if j != k else _own(scene.sentences[k].text)
                # What joins the nodes is set-up, and no admission that the traffic uses it.
                if _JOINS_NODES.search(text):
                    cues.add("network")
                    text = _JOINS_NODES.sub(" ", text)
                heard = CUES if j == k else {c: CUES[c] for c in ("larger", "admitted")}
                cues |= {c for c, p in heard.items() if p.search(text)}
        if _NEVER_LEAVES.search(sentence.text):
            cues.add("never leaves")  # a denial that asserts the degree
        if _NEVER.search(sentence.text):
            cues.add("never")
        counted, far = _node(scene, k)
        several = scene.spots(k, noun="node", where=lambda r: r.quantity.point > 1)
        system = None if counted is not None or several else _SYSTEMS.search(sentence.text)
        sizes = {
            g for s in scene.sentences for m in _PER_NODE.finditer(s.text) for g in m.groups() if g
        }
        if len(sizes) > 1:
            cues.add("sizes")
        part = scene.part(k)
        if counted is None and system is None and not (part is not None and part.system):
            continue
        name = part.name if part is not None else system.group() if system is not None else ""
        if part is None and system is not None:
            cues.add("system")
        named = (("device", name),) if name else ()
        size = (("domain", counted),) if counted is not None else ()
        yield LocalPhysical("link-domain", degrees[0], (), named, size, far, frozenset(cues))


_OF_OTHERS = Lazy(r"\bpipeline\b|\bdata[- ]parallel\w*|\bstages\b|\breplicas\b", re.I)
_OF_THIS = Lazy(
    r"\b(?:tensor|expert)[- ]|\b[TE]P\d*\b|\b(?:its?|their|they|them|this|these|which|all-\w+)\b",
    re.I,
)


def _own(text: str) -> str:
    """A sentence without the clauses that go on to other parallelism ("; four pipeline stages span the rest")."""
    return ";".join(c for c in text.split(";") if not _OF_OTHERS.search(c) or _OF_THIS.search(c))


def _degree(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    before, after = scene.around(spot, 50, 30)
    text = scene.sentences[spot[0]].text[r.start : r.end]
    if r.noun in ("tp", "ep") or (r.noun == "gpu" and _PARALLEL.search(text)):
        return True
    return bool(
        r.quantity.unit == "1"
        and (
            _PARALLEL_BEFORE.search(before) or (re.search(r"way$", text) and _PARALLEL.match(after))
        )
    )


def _node(scene: Scene, k: int) -> tuple[float | None, frozenset[str]]:
    """Devices of a node as stated, and whether a sentence before says so."""
    for j in range(k, max(-1, k - 3), -1):
        m = _PER_NODE.search(scene.sentences[j].text)
        if m:
            word = next(g for g in m.groups() if g)
            return float(_WORDS.get(word.lower()) or word), frozenset(("domain",) if j != k else ())
    return None, frozenset()
