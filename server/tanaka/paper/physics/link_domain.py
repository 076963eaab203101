"""Parallel degrees whose traffic is said to stay on the fast links inside a node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.node_size import sizes
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_PARALLEL = Lazy(
    r"\s?-?(?:way\s)?(?:tensor|expert|model)[- ]parallel\w*|\s(?:tensor|expert)[- ]parallel", re.I
)
# "tensor parallelism at 8", "expert parallelism both have a degree of 8", "parallel group be the sixteen GPUs"
_DEGREE_BEFORE = Lazy(
    r"\b(?:tensor|expert)(?: and (?:tensor|expert))?[- ]parallel\w*\b[^.;:\d]{0,48}?\b(?:degrees?|at|of|to|is|was|be|sizes?|widths?|over|across|spans?|covers?|=)\s(?:of\s|all\s|the\s){0,2}$"
    r"|\b(?:tensor|expert)[- ]parallel\w* groups?\b[^.;:\d]{0,40}$"
    r"|\b(?:degree|width|size)\s(?:of (?:it|each|both)\s)?(?:of|is|was|=)\s$",
    re.I,
)
_OF_PARALLELISM = Lazy(r"\b(?:tensor|expert)[- ]parallel|\b[TE]P\b", re.I)
# "splits every layer over 16 GPUs"
# Context and sequence parallelism cross nodes by habit; here they are put into one by their own words.
_CONTEXT = Lazy(
    r"\b(?:context|sequence)[- ]parallel\w*\b[^.;:\d]{0,48}?\b(?:degrees?|at|of|to|is|was|sizes?|widths?|over|across|=)\s(?:of\s|all\s|the\s){0,2}$|\b(?:ring attention|Ulysses)\b[^.;:\d]{0,40}?\b(?:over|across|among|with|of|degree)\s(?:of\s|all\s|the\s|its\s){0,2}$",
    re.I,
)
_PUT_INSIDE = Lazy(
    r"^[\s-]?(?:way\s)?(?:GPUs?\s|ranks?\s|devices?\s)?(?:(?:that\s|which\s)?(?:stays?|is|runs?|remains?|kept|lies|fits?|placed|sits?)\s)?(?:entirely\s|only\s)?(?:inside|within|in|on|of)\s(?:an?|one|the|each|every|a single)\s(?:same\s|single\s)?(?:[\w-]+\s){0,2}?(?:NVLink|NVSwitch|node|server|machine|host|box)\b",
    re.I,
)
_SPLIT_OVER = Lazy(
    r"\b(?:split|shard|partition|slice)\w*\s(?:(?:each|every)\s(?:layer|matrix|block)|(?:all\s|the\s|its\s)?(?:experts|heads|attention heads))\s(?:over|across|among)\s(?:the\s|all\s)?$"
    r"|\b(?:(?:each|every)\s(?:layer|matrix|block)|experts|heads)\s(?:of \w+ )?(?:is|are)\s(?:split|sharded|partitioned|distributed|divided|spread)\s(?:over|across|among)\s(?:the\s|all\s)?$",
    re.I,
)
_PARALLEL_BEFORE = Lazy(r"\b(?:tensor|expert)[- ]parallel\w*(?:\s(?:degree|size|group|width)s?)?\s?(?:\(?(?:TP|EP)\)?\s)?(?:of|=|is|to|at|over|across)?\s?(?:degree|size)?\s?$|\b(?:TP|EP)\s?(?:=|of|size|degree)\s?(?:of\s|=\s?)?$", re.I)  # fmt: skip
_ON_NVLINK = Lazy(
    r"\b(?:on|over|through|via|within|inside|by|at(?: full)?|uses?|using|leaves?|leaving|to|runs? at)\s(?:the\s|only\s|solely\s|exclusively\s|full\s|fast\s|intra-node\s|one\s|a single\s|pure\s)*NVLink\b|\bNVLink (?:alone )?(?:is|are|was) (?:\w+ )?used\b|\bNVLink (?:alone )?(?:carries|carry|handles|serves|transports|moves)\b|\bNVLink (?:speed|bandwidth|rates?)\b|\b(?:inside|within|into|in|fits?|fills?|equals?|spans?|of|beyond|outside|leaves?)\s(?:the|an?|one|a single|the same|each|every|its|our|this|that)\s(?:[\w-]+\s){0,3}?(?:NVLink|NVSwitch)(?:-\w+)?\s(?:domain|island|clique|group|mesh|node|pod)\b|\b(?:one|a single|the same) NVLink (?:domain|island|clique)\b",
    re.I,
)
_HOST = r"(?:node|server|machine|host|box|chassis)"
# Traffic that is said to stay in one node, whatever its links are called.
_IN_NODE = Lazy(
    rf"\b(?:within|inside|confined to|restricted to|stays? (?:in|on)|remains? (?:in|on)|ke(?:pt|eps?|eping) (?:\w+ ){{0,3}}?(?:in|on|within|inside)|(?:never|not) (?:leaves?|cross(?:es)?))\s(?:the boundary of\s)?(?:an?|one|the|each|every|its|our|the same)\s(?:single\s|same\s|\w+\s)?{_HOST}\b"
    rf"|\b(?:GPUs|cards|devices) of (?:an?|one|the same|each|a single) (?:\w+ )?{_HOST}\b|\b(?:placed|located|mapped|scheduled|sits?|lives?|resides?|packed) (?:on|onto|in|into|within|inside) (?:one|a single|the same) {_HOST}\b|\b(?:stays?|remains?|keeps? \w+(?: \w+)?|is|are) local to (?:an?|one|the|each|every|its)\s(?:\w+\s)?{_HOST}\b|\bintra-node (?:only|all-reduces?|all-to-alls?|traffic only)\b",
    re.I,
)
# Denials that say that the traffic stays.
_STAYS = Lazy(r"\b(?:no|none of the|without any|never any|nor any)\b[^.;,]{0,40}?\b(?:cross(?:es|ing)?|leav(?:es?|ing)|goes? over|touch(?:es|ing)?|us(?:es?|ing)|reach(?:es|ing)?|enter(?:s|ing)?|travels? over)\s(?:the |an? |its |any )?(?:\w+ ){0,2}?(?:InfiniBand|IB|network|Ethernet|RoCE|NICs?|adapters?|node|server|machine|fabric)\b(?: network| fabric)?|\b(?:NVLink|which|that|it)\s(?:do(?:es)? not|never|cannot) (?:extend|reach|go|span|connect|leave)(?: (?:beyond|across|out of|past|outside))? (?:an?|one|the|each) (?:\w+ )?(?:node|server|machine|host)\b|\bNVLink (?:ends|stops) (?:at|with) (?:an?|the) (?:node|server|machine)(?: boundary)?\b|\b(?:do(?:es)? not|never|without|n[o']t) (?:leav\w*|cross\w*|span\w*)\b|\b(?:limited|restricted|confined|limit|restrict|confine)(?: (?:it|them|the degree|tensor parallelism|expert parallelism))? to\b", re.I)  # fmt: skip
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
# Systems by the name of their node, and how many devices NVLink joins in it.
_SYSTEMS = Lazy(
    r"\b(?P<eight>p3dn|p3\.16xlarge|p3dn\.24xlarge|p4de?|p4de?\.24xlarge|p5e?n?|p5\.48xlarge|(?:DGX|HGX)(?:[- ](?:A100|H100|H200|B200|V100))?|ND[A-Z]*96\w*|a2-megagpu|a3-(?:high|mega)gpu)(?:\.\w+)?\s(?:nodes?|instances?|servers?|machines?|systems?|box(?:es)?)\b|\b(?:DGX|HGX)[- ](?:A100|H100|H200|B200)s?\b"
)
CUES = {
    "larger": Lazy(r"\bNVL\d+\b|\bracks?\b|\bGB[23]00\b|\bICI\b|\btorus\b|\bDGX SuperPODs?\b|\bTPUs?\b|\bNeuronLink\b|\bTrainium\b|\bMI\d{3}\w*|\bDGX-2\b|\bHGX-16\b|\bNVLink (?:Switch System|Network)\b|\bNVSwitch (?:system|fabric)\b|\bAscend\b|\bsuper-?(?:pod|node)s?\b", re.I),
    "admitted": Lazy(r"\bintra-node (?:traffic|part|all)\b|\bcosts?\b|\bslow\w*\b|\bIB\b|\bInfiniBand\b|\bRDMA\b|\bRoCE\b|\bEFA\b|\binter-node\b|\bcross(?:es|ing)?\b|\bacross (?:\w+ )?nodes\b|\bspans?\b|\bnode-limited\b|\bat most (?:\w+ )?nodes\b|\bbetween (?:the |all )?(?:nodes|servers|machines)\b|\bleav\w+ (?:the )?(?:NVLink|node|server)\b|\bhierarch\w+|\btwo[- ]level\b|\bexcept\b", re.I),
    "other": Lazy(r"\b(?:context|sequence|pipeline|data)[- ]parallel\w*|\bCP\d*\b|\bPP\d*\b|\bring attention\b", re.I),
    "able": Lazy(r"\b(?:would|could|if|ideally|assum\w+|suppose|not|cannot|never fits|limit\w*|beyond|exceed\w*|longer|rather|instead)\b|n't\b", re.I),
    "all": Lazy(r"\ball\b|\bentire(?:ly)?\b|\bexclusively\b|\bnever leaves?\b|\bonly\b|\bfull\b|\bstays?\b|\bkeeps?\b|\bwithin\b|\binside\b|\bboth run\b|\bruns? at\b|\bkept\b|\bconfined\b|\bshares?\b|\balone\b|\blocal\b|\balways\b|\bplaced\b|\bpacked\b|\bmapped\b|\bof (?:an?|one|a single|the same) (?:\w+ )?(?:node|server|machine)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A degree of tensor or expert parallelism, and the size of a node, where NVLink or one node is credited."""
    for k, sentence in enumerate(scene.sentences):
        if not (_ON_NVLINK.search(sentence.text) or _IN_NODE.search(sentence.text)):
            continue
        degrees = [s for s in scene.spots(k) if _degree(scene, s)]
        if len({scene.reading(s).quantity.point for s in degrees}) != 1:
            continue
        cues = _heard(scene, k)
        if _is_context(scene, degrees[0]):
            cues = cues - {"other"} | {"all"}
        counted, far = _node(scene, k, degrees[0])
        several = [s for s in scene.spots(k, noun="node", where=lambda r: r.quantity.point > 1) if _beside(scene, s, degrees[0])]  # fmt: skip
        system = None if counted is not None or several else _SYSTEMS.search(sentence.text)
        if len({n for s in scene.sentences for n in sizes(s.text).values()}) > 1:
            cues.add("sizes")
        part = scene.part(k)
        known = counted is not None or system is not None or (part is not None and part.system)
        if (several and not known) or _OVER_NODES.match(scene.around(degrees[0], 1, 60)[1]):
            continue  # of several nodes, as it says itself
        name = part.name if part is not None else system.group() if system is not None else ""
        if part is None and system is not None:
            cues.add("system")
        if not known:
            cues.add("elsewhere")  # the size of a node stands in the set-up, if anywhere
        if not _ON_NVLINK.search(sentence.text):
            cues.add("in node")
        named = (("device", name),) if name else ()
        size = (("domain", counted),) if counted is not None else ()
        yield LocalPhysical("link-domain", degrees[0], (), named, size, far, frozenset(cues))


_OVER_NODES = Lazy(r"[^.;,]{0,24}\b(?:over|across|on|spanning)\s(?:two|three|four|eight|sixteen|\d+|several|multiple)\s(?:\w+\s)?(?:nodes|servers|machines|hosts)\b(?! (?:of|with)\b)", re.I)  # fmt: skip


def _beside(scene: Scene, one: Spot, other: Spot) -> bool:
    """Whether no semicolon stands between two numbers of a sentence."""
    first, second = sorted((one, other))
    return ";" not in scene.sentences[first[0]].between(scene.reading(first), scene.reading(second))


def _heard(scene: Scene, k: int) -> set[str]:
    """What the sentence and those beside it say of the traffic."""
    cues: set[str] = set()
    for j in (k - 1, k, k + 1):
        if not 0 <= j < len(scene.sentences):
            continue
        text = _own(scene.sentences[j].text)
        if j != k and _OF_OTHERS.search(text) and not _OF_PARALLELISM.search(text):
            continue  # the sentence beside it is of other traffic
        # What joins the nodes is set-up, and no admission that the traffic uses it.
        if _JOINS_NODES.search(text):
            cues.add("network")
            text = _JOINS_NODES.sub(" ", text)
        text = _STAYS.sub(" stays ", text)
        heard = CUES if j == k else {c: CUES[c] for c in ("larger", "admitted")}
        if j < k and not (_OF_PARALLELISM.search(text) or _BETWEEN_NODES.search(text)):
            heard = {"larger": CUES["larger"]}  # what costs there is something else
        cues |= {c for c, p in heard.items() if p.search(text)}
    said = scene.sentences[k].text
    if _NEVER_LEAVES.search(said):
        cues.add("never leaves")  # a denial that asserts the degree
    if _NEVER.search(said):
        cues.add("never")
    return cues


_OF_OTHERS = Lazy(r"\bpipeline\b|\bdata[- ]parallel\w*|\bstages\b|\breplicas\b", re.I)
_OF_THIS = Lazy(
    r"\b(?:tensor|expert)[- ]|\b[TE]P\d*\b|\b(?:its?|their|they|them|this|these|which|all-\w+)\b",
    re.I,
)


_BETWEEN_NODES = Lazy(r"\bIB\b|\bInfiniBand\b|\bRDMA\b|\bRoCE\b|\bEFA\b|\binter-node\b|\bnodes\b|\ball-(?:reduce|to-all|gather)\w*|\btraffic\b", re.I)  # fmt: skip
_OTHER_SUBJECT = Lazy(r"\s*(?:and\s|while\s|whereas\s)?(?:the\s|our\s|its\s)?(?:pipelines?|pipeline parallelism|data parallelism|data-parallel|stages|replicas|gradients?|ZeRO)\b", re.I)  # fmt: skip


def _own(text: str) -> str:
    """A sentence without the clauses that go on to other parallelism ("; four pipeline stages span the rest")."""
    return ";".join(
        c
        for c in text.split(";")
        if not _OTHER_SUBJECT.match(c) and (not _OF_OTHERS.search(c) or _OF_THIS.search(c))
    )


def _is_context(scene: Scene, spot: Spot) -> bool:
    """Whether a number is the degree of context parallelism that is put into one node."""
    before, after = scene.around(spot, 90, 80)
    return _CONTEXT.search(before) is not None and _PUT_INSIDE.match(after) is not None


def _degree(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    before, after = scene.around(spot, 110, 30)
    text = scene.sentences[spot[0]].text[r.start : r.end]
    if _is_context(scene, spot):
        return True
    if r.noun in ("tp", "ep") or (r.noun == "gpu" and _PARALLEL.search(text)):
        return True
    if r.quantity.unit != "1" or r.quantity.shown_unit not in ("", "1"):
        return False
    if _PARALLEL_BEFORE.search(before) or (re.search(r"way$", text) and _PARALLEL.match(after)):
        return True
    if r.noun not in ("", "gpu", "way"):
        return False
    m = _DEGREE_BEFORE.search(before)
    if m is not None and r.per in ("", "node"):
        if _OF_PARALLELISM.search(m.group()):
            return True
        # "the degree of four": of the parallelism that the last sentences speak of
        for j in range(spot[0], max(-1, spot[0] - 4), -1):
            said = scene.sentences[j].text
            if _OF_OTHERS.search(said):
                return False
            if _OF_PARALLELISM.search(said):
                return True
        return False
    said = scene.sentences[spot[0]].text
    return (
        r.noun == "gpu" and _SPLIT_OVER.search(before) is not None and not _OF_OTHERS.search(said)
    )


def _node(scene: Scene, k: int, degree: Spot) -> tuple[float | None, frozenset[str]]:
    """Devices of a node as stated, and whether a sentence before says so."""
    r = scene.reading(degree)
    for j in range(k, max(-1, k - 3), -1):
        stated = sizes(scene.sentences[j].text)
        # "the group is the sixteen GPUs of a node" states its own degree
        found = [n for at, n in stated.items() if j != k or not r.start <= at < r.end]
        if found:
            return found[0], frozenset(("domain",) if j != k else ())
    return None, frozenset()
