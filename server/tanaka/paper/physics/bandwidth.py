"""Bandwidth that was reached, of one memory or one link: "a STREAM copy attains 1.7 TB/s on an A100"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_REACHES = Lazy(
    r"\b(?:attain|achiev|reach|sustain|deliver|measur|stream|observ|obtain|record|see|saturat|hit|get|read|writ|cop(?:y|ies)|mov|transfer|load|fetch|pull|push|run|send|exchang|report|carr(?:y|ie))\w*\b[^;()]{0,70}$",
    re.I,
)
_REACHED = Lazy(r"\s*(?:is|was|were|are)?\s?(?:achieved|measured|reached|sustained|attained|observed|obtained)\b", re.I)  # fmt: skip
_IS = Lazy(
    r"\b(?:achieved|measured|sustained|observed|effective|bus|algorithm)\s(?:\w+\s){0,2}?(?:bandwidth|throughput|busbw|rate)\s(?:\w+\s){0,3}?(?:is|was|of|at|reaches)\s$|\bbusbw\s(?:\w+\s){0,2}?$",
    re.I,
)
_PEAK = Lazy(
    r"\b(?:peak|theoretical\w*|datasheet|data sheet|nominal\w*|rated|specified|specification|maximum|offers?|provides?|features?|has|have|with an?|supports?|equipped|line[- ]rate|advertised|limit\w*|roof\w*|ceiling|capable of|available|need|needs|requires?|demand\w*|assum\w+|simulat\w+|model(?:l?ed|s))\b[^;,()]{0,50}$",
    re.I,
)
_PEAK_AFTER = Lazy(
    r"\s*(?:of\s)?(?:the\s)?(?:theoretical|nominal|peak|maximum|available|specified|link|line|HBM\d?\w?,|rated)\b(?!\s(?:is|was) reached)",
    re.I,
)
_MEMORY = Lazy(
    r"\b(?:Babel)?STREAM\b|\bHBM\w*|\bDRAM\b|\bGDDR\w*|\b(?:device|global|GPU|main|off-chip) memory\b|\bmemory (?:bandwidth|throughput|traffic)\b|\btriad\b|\bVRAM\b",
    re.I,
)
_LEVEL = Lazy(
    r"\b(?:Babel)?STREAM\b|\bHBM\w*|\bDRAM\b|\bGDDR\w*|\b(?:device|global|off-chip) memory\b", re.I
)
_COPY = Lazy(
    r"\b(?:cop(?:y|ies)|reads?|writes?|scan|memset|memcpy|stream\w*|kernel|bandwidth test)\b", re.I
)
_LINK = Lazy(
    r"\bNVLink\b|\bPCIe\b|\bPCI Express\b|\bInfiniBand\b|\bEthernet\b|\bRoCE\b|\bNICs?\b|\bbusbw\b|\bbus bandwidth\b|\ball-?reduce\b|\ball-?gather\b|\bhost[- ]to[- ]device\b|\bdevice[- ]to[- ]host\b|\bH2D\b|\bD2H\b|\bpeer[- ]to[- ]peer\b|\bP2P\b|\binterconnect\b|\bnetwork\b|\bHDR\b|\bNDR\b|\bEDR\b|\bport\b|\bCXL\b|\bSSDs?\b|\bNVMe\b|\bdisk\b|\bstorage\b|\bRDMA\b|\bhost memory\b|\bCPU\b",
    re.I,
)
_LINE_AFTER = Lazy(
    r"(?:/s|ps)?\s*(?:-?class\s)?(?:[A-Z][\w-]*\s){0,2}?(?:InfiniBand|Ethernet|RoCE|HDR|NDR|EDR|ports?|NICs?|links?|adapters?|HCAs?|networks?|fabric|Slingshot)\b"
)
_SEVERAL = Lazy(
    r"(?:/s|ps)?\s*(?:-?class\s)?(?:[A-Z][\w-]*\s){0,3}?(?:ports|NICs|links|adapters|HCAs|networks|rails|cards)\b"
)
_ONE_PORT = Lazy(
    r"\b(?:one|a single|single|an?|the|each|per)\s(?:[\d.]+\s?[GT](?:b|bit)?(?:ps|/s)?\s)?(?:[A-Z][\w-]*\s){0,3}?(?:ports?|NIC|link|adapter|HCA)\b",
    re.I,
)

CUES = {
    "stream": Lazy(r"\b(?:Babel)?STREAM\b|\bBabelStream\b|\b(?:stream )?triad\b"),
    "level": _LEVEL,
    "cache": Lazy(r"\bcaches?\b|\bcache-resident|\bL[1-4]\b|\bLLC\b|\bshared memory\b|\bregisters?\b|\bSRAM\b|\bscratchpad\b|\bsmall (?:buffer|array|message)|\bresident\b|\bon-chip\b|\bSMEM\b|\bLDS\b|\bTMEM\b|\bworking set fits\b|\breus(?:e|es|ed)\b", re.I),
    "effective": Lazy(r"\beffective(?:ly)?\b|\blogical(?:ly)?\b|\bcompress\w*|\bequivalent\b|\bapparent\b|\balgorithmic\b|\buncompressed\b|\bsavings?\b|\bspars\w+|\bdedup\w*|\bquanti[sz]\w+", re.I),
    "aggregate": Lazy(r"\btogether\b|\baggregat\w*|\bcombined\b|\bin total\b|\btotal\b|\bacross\b|\ball (?:GPUs|devices|eight|four|nodes|ranks)\b|\bcluster\b|\bbisection\b|\bsum(?:s|med)?\b|\bsystem-wide\b|\bnode\b|\brack\b|\beach node\b|\brails?\b", re.I),
    "bus": Lazy(r"\bbus[- ]bandwidth\b|\bbusbw\b", re.I),
    "summed": Lazy(r"\btogether\b|\baggregat\w*|\bcombined\b|\bin total\b|\btotal\b|\bsum(?:s|med)?\b|\bbisection\b|\bcluster\b|\brack\b|\ball (?:GPUs|devices|eight|four|nodes|ranks)\b", re.I),
    "many nodes": Lazy(r"\bnodes\b|\bservers\b|\bhosts\b|\bclusters?\b|\bracks?\b|\bbisection\b|\bacross\b|\bsystem-wide\b|\b(?:all|every|each|per)\s(?:the\s)?(?:GPU|device|accelerator|card)s?\b", re.I),
    "duplex": Lazy(r"\bbidirectional\w*|\bduplex\b|\bboth directions\b|\bcounting reads and writes\b|\breads? (?:and|plus|\+) writes?\b|\bin and out\b", re.I),
    "page cache": Lazy(r"\bpage cache\b|\bwarm\b|\bbuffered\b", re.I),
    "one way": Lazy(r"\bhost[- ]to[- ]device\b|\bdevice[- ]to[- ]host\b|\bH2D\b|\bD2H\b|\bunidirectional\b|\bone[- ]direction\w*|\bin one direction\b|\bper direction\b|\beach direction\b|\bone way\b", re.I),
    "collective": Lazy(r"\bbus bandwidth\b|\bbusbw\b|\ball-?reduce\b|\bNVLS\b|\bSHARP\b|\bin-network\b|\breduce-scatter\b|\ball-?gather\b|\ball-?to-?all\b|\bhierarchical\b|\bcollective", re.I),
    "each": Lazy(r"\b(?:each|per|one|a single|single|a)\s(?:GPU|device|accelerator|card|slot|link)\b", re.I),
    "clock": Lazy(r"\boverclock\w*|\bmemory clock\b|\bboost\w*", re.I),
    "other memory": Lazy(r"\bCPUs?\b|\bhost\b|\bFPGA\b|\bDDR\d\b|\bSSD\b|\bNVMe\b|\bdisk\b|\bPIM\b|\bnear-memory\b|\bin-memory\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Bandwidths that a sentence says were reached, each of one memory or of one link."""
    for k, sentence in enumerate(scene.sentences):
        spots = [s for s in scene.spots(k, "byte/s")]
        lines = [s for s in spots if _line(scene, s)]
        reached = [s for s in spots if s not in lines and _reached(scene, s)]
        if len(reached) != 1 or len(spots) > 1 + len(lines) or len(lines) > 1:
            continue
        spot = reached[0]
        text, cues = sentence.text, scene.heard(CUES, k)
        part = scene.part(k)
        if part is None and scene.parts(k):
            continue
        links = scene.named(k, EntityKind.LINK)
        if lines or links or _LINK.search(text):
            if claim := _link(scene, spot, lines, part, cues):
                yield claim
            continue
        memory = _MEMORY.search(text) or scene.reading(spot).kind is Kind.MEMORY_BANDWIDTH
        if not memory and not (_COPY.search(text) and part is not None):
            continue
        size = [s for s in scene.spots(k, "byte") if not _within(scene, s, part) and scene.reading(s).quantity.point > 0]  # fmt: skip
        given = (("size", size[0]),) if len(size) == 1 else ()
        if len(size) > 1:
            cues |= {"cache"}
        yield _claim(spot, part, given, "memory", cues)


def _claim(
    spot: Spot, part: Part | None, given: tuple[tuple[str, Spot], ...], kind: str,
    cues: frozenset[str], link: str = "",
) -> LocalPhysical:  # fmt: skip
    named = [("kind", kind)]
    counted: tuple[tuple[str, float], ...] = ()
    if part is not None:
        named.append(("device", part.name))
        if part.count_at is not None:
            given = (*given, ("devices", part.count_at))
        elif part.count is not None:
            counted = (("devices", part.count),)
    if link:
        named.append(("link", link))
    return LocalPhysical("bandwidth", spot, given, tuple(named), counted, cues=cues)


_WORDS = {"two": 2, "dual": 2, "three": 3, "four": 4, "quad": 4, "six": 6, "eight": 8, "twelve": 12, "sixteen": 16}  # fmt: skip
_MANY = rf"(?P<n>\d{{1,2}}|{'|'.join(_WORDS)})"
_PORTED = Lazy(rf"\b{_MANY}[- ]ported\b|\b(?P<p>\d|{'|'.join(_WORDS)})-port\b", re.I)
_COUNTED = Lazy(rf"(?<![\d.,])\b{_MANY}\s?(?:×|x)?\s?$", re.I)


def _number(word: str) -> float:
    return float(_WORDS.get(word.lower(), 0) or word)


def _ported(text: str) -> float:
    """Ports of one adapter: "a dual-port NIC"; 0 where nothing says so."""
    found = {m["p"] or m["n"] for m in _PORTED.finditer(text)}
    return _number(found.pop()) if len(found) == 1 else 0.0


def _counted(scene: Scene, line: Spot) -> float:
    """How many links a rate counts before it: "eight 400 Gb/s NICs"; 0 where nothing does."""
    r = scene.reading(line)
    found = _COUNTED.search(scene.sentences[line[0]].text[: r.start])
    return _number(found["n"]) if found else 0.0


def _link(
    scene: Scene, spot: Spot, lines: list[Spot], part: Part | None, cues: frozenset[str]
) -> LocalPhysical | None:
    k = spot[0]
    links = scene.named(k, EntityKind.LINK)
    ports = scene.spots(k, noun="port")
    text = scene.sentences[k].text
    if len(ports) > 1:
        return None
    if _ONE_PORT.search(text):
        cues |= {"one port"}
    if lines:
        several, many = _SEVERAL.match(scene.around(lines[0], 40, 50)[1]), _counted(scene, lines[0])
        if several and not ports and not many:
            return None
        if _PORTED.search(text) and (ports or many):
            return None  # several adapters of several ports
        many = (many if several else 0.0) or _ported(text)
        given = (("line", lines[0]), *((("ports", ports[0]),) if ports else ()))
        claim = _claim(spot, None, given, "line", cues)
        return replace(claim, counted=(("ports", many),)) if many and not ports else claim
    if not links and "bus" in cues:
        if part is None and k and (part := scene.part(k - 1)) is not None:
            named = (("kind", "link"), ("device", part.name))
            return LocalPhysical(
                "bandwidth", spot, named=named, far=frozenset({"device"}), cues=cues
            )
        return _claim(spot, part, (), "link", cues)
    if len(links) != 1:
        return None
    return _claim(spot, part, (("ports", ports[0]),) if ports else (), "link", cues, links[0].name)


def _line(scene: Scene, spot: Spot) -> bool:
    """Whether a rate names a link: "200 Gb/s HDR", "a 100 Gb/s port"."""
    q = scene.reading(spot).quantity
    after = scene.around(spot, 40, 40)[1]
    bits = re.match(r"[KMGT]?b", q.shown_unit) is not None or "bit" in q.shown_unit
    return bits and _LINE_AFTER.match(after) is not None


def _reached(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 90, 30)
    clause = re.split(r"[;:]|, (?:but|while|whereas|which)\b", before)[-1]
    if _PEAK_AFTER.match(after):
        return False
    reached, peak = _REACHES.search(clause), _PEAK.search(clause)
    if peak and not (reached and reached.start() > peak.start()):
        return False
    return bool(reached or _REACHED.match(after) or _IS.search(before))


def _within(scene: Scene, spot: Spot, part: Part | None) -> bool:
    r = scene.reading(spot)
    return part is not None and part.start <= r.start < part.end + 8
