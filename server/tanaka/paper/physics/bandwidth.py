"""Bandwidth that was reached, of one memory or one link: "a STREAM copy attains 1.7 TB/s on an A100"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from tanaka.paper.entities import EntityKind, same_name
from tanaka.paper.physics.moved_rates import rates_of_ports
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_REACHES = Lazy(
    r"\b(?:attain|achiev|reach|sustain|deliver|measur|stream|observ|obtain|record|see|saturat|hit|get|read|writ|cop(?:y|ies)|mov|transfer|load|fetch|pull|push|run|send|exchang|report|carr(?:y|ie)|driv|sees?|saw|works?|consum|process|busy)\w*\b[^;()]{0,70}$",
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
# "735 GB/s on the L40S (85% of its bandwidth)"
_SHARE_BEHIND = Lazy(r"(?:\s(?:on|for|with) (?:(?:an?|the|one|each|our)\s)?[A-Z][\w-]*(?: [A-Z\d][\w-]*){0,2})?\s?(?:\(|, (?:or|i\.e\.|which is|that is)?,?\s?)\d+(?:\.\d+)?\s?% of (?:its|the) (?:\w+ )?(?:bandwidth|peak|memory)\b")  # fmt: skip
_MEMORY = Lazy(
    r"\b(?:Babel)?STREAM\b|\bHBM\w*|\bDRAM\b|\bGDDR\w*|\b(?:device|global|GPU|main|off-chip) memory\b|\bmemory (?:bandwidth|throughput|traffic)\b|\btriad\b|\bVRAM\b",
    re.I,
)
_LEVEL = Lazy(
    r"\b(?:Babel)?STREAM\b|\bHBM\w*|\bDRAM\b|\bGDDR\w*|\b(?:device|global|off-chip) memory\b", re.I
)
_COPY = Lazy(
    r"\b(?:cop(?:y|ies)|reads?|writes?|scan|memset|memcpy|stream\w*|kernels?|bandwidth test|optimi[sz]er|updates?|codec|attention|GEMV|gather|scatter|softmax|\w*norm|element-?wise|embedding|operands|elements?)\b",
    re.I,
)
_LINK = Lazy(
    r"\bNVLink\b|\bPCIe\b|\bPCI Express\b|\bInfiniBand\b|\bEthernet\b|\bRoCE\b|\bNICs?\b|\bbusbw\b|\bbus bandwidth\b|\ball-?reduce\b|\ball-?gather\b|\bhost[- ]to[- ]device\b|\bdevice[- ]to[- ]host\b|\bH2D\b|\bD2H\b|\bpeer[- ]to[- ]peer\b|\bP2P\b|\binterconnect\b|\bnetwork\b|\bHDR\b|\bNDR\b|\bEDR\b|\bports?\b|\badapters?\b|\bHCAs?\b|\bCXL\b|\bSSDs?\b|\bNVMe\b|\bdisk\b|\bstorage\b|\bRDMA\b|\bhost memory\b|\bCPU\b",
    re.I,
)
_LINE_AFTER = Lazy(
    r"(?:/s|ps)?\s*(?:-?class\s)?(?:[A-Z][\w-]*\s){0,2}?(?:InfiniBand|Ethernet|RoCE|HDR|NDR|EDR|ports?|NICs?|links?|adapters?|HCAs?|networks?|fabric|Slingshot)\b"
)
_SEVERAL = Lazy(
    r"(?:/s|ps)?\s*(?:-?class\s)?(?:[A-Z][\w-]*\s){0,3}?(?:ports|NICs|links|adapters|HCAs|networks|rails|cards)\b"
)
_ONE_PORT = Lazy(
    r"\b(?:one|a single|single|an?|the|each|every|per|(?:the )?busiest)\s(?:[\d.]+\s?[GT](?:b|bit)?(?:ps|/s)?\s)?(?:[A-Z][\w-]*\s){0,3}?(?:ports?|NIC|link|adapter|HCA)\b",
    re.I,
)

_KEYS_AND_VALUES = Lazy(r"\b(?:KV|K/V|key[- /]?(?:and[- ])?value)[- ]caches?\b|\bcache of (?:the )?keys and values\b|\bcached keys(?: and values)?\b", re.I)  # fmt: skip
_ATTENDS = Lazy(r"\battention\b|\bdecod\w+", re.I)
_ITS_CACHE = Lazy(
    r"(?<!in )(?<!into )(?<!fits )(?<!hits )\b(?:the|its|their|each|every)\s(?:whole\s|entire\s|paged\s|full\s)?caches?\b(?! (?:hits?|lines?|misses|levels?|hierarchy))(?! of the (?:GPU|device|chip|L40S))",
    re.I,
)
_HELD = Lazy(r"\b(?:fits?|fitting|hits?|resid\w+|shared|reus\w+|L[12]|on-chip)\b", re.I)
# "its 28 bytes per parameter" are no buffer
_OF_ONE = Lazy(
    r"\s?(?:per|for (?:each|every|a)|of (?:each|every|a)|a) (?:\w+ )?(?:parameter|weight|element|entry|value|token|position)\b",
    re.I,
)
_ON_CHIP = Lazy(
    r"\bL[12]\b|\bshared memory\b|\bon-chip\b|\bSRAM\b|\bresident\b|\b(?:in|hits?|from|fits?(?: in)?|served by) (?:the |its )?(?:last-level )?cache\b|\bcache hits?\b|\bcompress\w*|\bfits? the\b",
    re.I,
)
_KERNEL = Lazy(r"\bkernels?\b|\bGEMVs?\b|\b(?:Adam|optimi[sz]er|weight) (?:step|updates?)\b|\belement-?wise\b|\b(?:layer|RMS|batch)[- ]?norm\w*|\b(?:device|on-device) cop(?:y|ies)\b", re.I)  # fmt: skip
# What takes up the subject of the sentence before, without a name of its own.
_SAME = Lazy(r"\b(?:it|they|this kernel|the same (?:kernel|code|loop|pass)|both kernels|the kernel|there)\b", re.I)  # fmt: skip
_INSIDE = Lazy(r"\bNVLink\b|\bNVSwitch\b|\bPCIe\b|\bmemory\b|\bHBM\w*")
_AND = Lazy(r"s?(?: GPUs?)?(?:,|,? and|,? or) (?:(?:an?|the|one|each|our|NVIDIA|AMD|on)\s)*")
_ON_PART = Lazy(
    r"\s*(?:\([^()]*\)\s*)?(?:of (?:the )?(?:\w+ ){0,2}?(?:bandwidth|memory|HBM\w*|DRAM) )?(?:(?:on|for|with|in|by)\s(?:(?:an?|the|one|each|our|single|newer|older|larger|smaller|newest|oldest|faster|slower|NVIDIA|AMD)\s)*|\()"
)
_INSIDE_BRACKETS = Lazy(r"\([^()]*$")
_OF_ITS = Lazy(r"(?:%|\bpercent|\bper cent) of (?:its|the|their|an?|that|this)\s(?:(?:available|nominal|theoretical|peak|stated|advertised|full)\s)*$|\b(?:out of|against|versus|vs\.?)\s(?:(?:its|the|their|an?)\s)?(?:[\w-]+\s){0,3}$")  # fmt: skip
_PORT_OF = Lazy(
    r"\b(?:ports?|NICs?|adapters?|HCAs?|InfiniBand|Ethernet|RoCE)\b(?:[^;,#]{0,24}\b|,\s)(?:of|at|with|has|have|is|are|runs? at|rated(?: at)?)\s#|#[\s-]*(?:[\w-]+\s){0,2}?(?:ports?|NICs?|adapters?|HCAs?|InfiniBand|Ethernet|RoCE|networks?|fabric|links?)\b"
)
# In bits, what a port "carries" is what it is sold as.
_MEASURED = Lazy(r"\b(?:achiev|measur|sustain|reach|attain|observ|saturat)\w*", re.I)
_GENERATION = Lazy(r"\b(?:EDR|HDR100|HDR|NDR200|NDR|XDR)\b")
_SENDER = Lazy(
    r"\b(?:each|every|a single|one|per)\s(?:GPU|device|accelerator|card|rank)\s(?:\w+\s){0,2}?$",
    re.I,
)

CUES = {
    "stream": Lazy(r"\b(?:Babel)?STREAM\b|\bBabelStream\b|\b(?:stream )?triad\b"),
    "level": _LEVEL,
    "cache": Lazy(r"\bcaches?\b|\bcache-resident|\bL[1-3]\b|\bLLC\b|\bshared memory\b|\bregisters?\b|\bSRAM\b|\bscratchpad\b|\bsmall (?:buffer|array|message)|\bresident\b|\bon-chip\b|\bSMEM\b|\bLDS\b|\bTMEM\b|\bworking set fits\b|\breus(?:e|es|ed)\b", re.I),
    "effective": Lazy(r"\beffective(?:ly)?\b|\blogical(?:ly)?\b|\b(?:de)?compress\w*|\bequivalent\b|\bapparent\b|\balgorithmic\b|\buncompressed\b|\bsavings?\b|\bspars\w+|\bdedup\w*|\bquanti[sz]\w+", re.I),
    "aggregate": Lazy(r"\btogether\b|\baggregat\w*|\bcombined\b|\bin total\b|\btotal\b|\bacross\b|\ball (?:GPUs|devices|eight|four|nodes|ranks)\b|\bcluster\b|\bbisection\b|\bsum(?:s|med)?\b|\bsystem-wide\b|\bnode\b|\brack\b|\beach node\b|\brails?\b", re.I),
    "bus": Lazy(r"\bbus[- ]bandwidth\b|\bbusbw\b", re.I),
    "summed": Lazy(r"\btogether\b|\baggregat\w*|\bcombined\b|\bin total\b|\btotal\b|\bsum(?:s|med)?\b|\bbisection\b|\bcluster\b|\brack\b|\ball (?:GPUs|devices|eight|four|nodes|ranks)\b", re.I),
    "many nodes": Lazy(r"\bnodes\b|\bservers\b|\bhosts\b|\bclusters?\b|\bracks?\b|\bbisection\b|\bacross\b|\bsystem-wide\b|\b(?:all|every|each|per)\s(?:the\s)?(?:GPU|device|accelerator|card)s?\b", re.I),
    "duplex": Lazy(r"\bbidirectional\w*|\bduplex\b|\bboth directions\b|\bcounting reads and writes\b|\breads? (?:and|plus|\+) writes?\b|\bin and out\b|\bsending and receiving\b|\bsends? and receives?\b", re.I),
    "page cache": Lazy(r"\bpage cache\b|\bwarm\b|\bbuffered\b", re.I),
    "one way": Lazy(r"\bhost[- ]to[- ]device\b|\bdevice[- ]to[- ]host\b|\bH2D\b|\bD2H\b|\bunidirectional\b|\bone[- ]direction\w*|\bin one direction\b|\bper direction\b|\beach direction\b|\bone way\b", re.I),
    "collective": Lazy(r"\bbus bandwidth\b|\bbusbw\b|\ball-?reduce\b|\bNVLS\b|\bSHARP\b|\bin-network\b|\breduce-scatter\b|\ball-?gather\b|\ball-?to-?all\b|\bhierarchical\b|\bcollective", re.I),
    "each": Lazy(r"\b(?:each|per|one|a single|single|a)\s(?:GPU|device|accelerator|card|slot|link)\b", re.I),
    "clock": Lazy(r"\boverclock\w*|\bmemory clock\b|\bboost\w*", re.I),
    "other memory": Lazy(r"\bCPUs?\b|\bhost\b|\bFPGA\b|\bDDR\d\b|\bSSD\b|\bNVMe\b|\bdisk\b|\bPIM\b|\bnear-memory\b|\bin-memory\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Bandwidths that a sentence says were reached, each of one memory or of one link, and the rates of ports."""
    for k, sentence in enumerate(scene.sentences):
        spots = [s for s in scene.spots(k, "byte/s") if not _offered(scene, s)]
        if not spots:
            continue
        yield from _of_ports(scene, k, spots)
        lines = [s for s in spots if _line(scene, s)]
        reached = [s for s in spots if s not in lines and _reached(scene, s)]
        several = len(reached) != 1 or len(spots) > 1 + len(lines) or len(lines) > 1
        if several or (scene.parts(k) and scene.part(k) is None):
            if not lines and not _LINK.search(sentence.text):
                yield from _each_with_its_part(scene, k, spots)
            continue
        spot = reached[0]
        text, cues = sentence.text, _heard(scene, k)
        if _SENDER.search(scene.around(spot, 50, 0)[0]) and "summed" not in cues:
            cues -= {"aggregate", "many nodes"}  # "on one node each GPU sends so much"
        part = scene.part(k)
        links = scene.named(k, EntityKind.LINK)
        if lines and _INSIDE.search(text):
            continue  # "it has a 400 Gb/s port; over NVLink it sends 380 GB/s"
        if lines or links or _LINK.search(text):
            if claim := _link(scene, spot, lines, part, cues):
                yield claim
            continue
        memory = _MEMORY.search(text) or scene.reading(spot).kind is Kind.MEMORY_BANDWIDTH
        if not memory and not (_COPY.search(text) if part is not None else _KERNEL.search(text)) and not (part is not None and _goes_on(scene, k)):  # fmt: skip
            continue
        size = [
            s for s in scene.spots(k, "byte")
            if not _within(scene, s, part) and scene.reading(s).quantity.point > 0 and not _OF_ONE.match(text, scene.reading(s).end)
        ]  # fmt: skip
        given = (("size", size[0]),) if len(size) == 1 else ()
        if len(size) > 1 or (not size and "stream" not in cues and _cached_beside(scene, k)):
            cues |= {"cache"}
        yield _claim(spot, part, given, "memory", cues)


def _spoken(scene: Scene, k: int) -> str:
    """A sentence in which the cache of keys and values is none: memory holds it."""
    text = _KEYS_AND_VALUES.sub("keys", scene.sentences[k].text)
    attends = any(_ATTENDS.search(scene.sentences[j].text) for j in (k - 2, k - 1, k) if j >= 0)
    if attends and not _HELD.search(text):
        text = _ITS_CACHE.sub("the keys", text)
    return text


def _heard(scene: Scene, k: int) -> frozenset[str]:
    """Cues of a sentence; the cache of keys and values is one that memory holds."""
    text = _spoken(scene, k)
    return frozenset(name for name, p in CUES.items() if p.search(text))


def _goes_on(scene: Scene, k: int) -> bool:
    """Whether the sentence before is on something that reads memory: "The codec touches each element once. On the V100 it ..."."""
    if k == 0:
        return False
    before, own = scene.sentences[k - 1].text, scene.sentences[k].text
    on_memory = _COPY.search(before) or _MEMORY.search(before)
    return bool(on_memory and _SAME.search(own) and not _LINK.search(before))


def _cached_beside(scene: Scene, k: int) -> bool:
    """Whether a sentence beside speaks of a cache that may have served it."""
    beside = (_spoken(scene, j) for j in (k - 1, k + 1) if 0 <= j < len(scene.sentences))
    return any(_ON_CHIP.search(text) for text in beside)


def _each_with_its_part(scene: Scene, k: int, spots: list[Spot]) -> Iterator[LocalPhysical]:
    """Several rates or parts of a sentence: "735 GB/s on the L40S and 510 GB/s on the A10"."""
    text, cues = scene.sentences[k].text, _heard(scene, k)
    parts = scene.parts(k)
    before = bool(k and _reaches(scene.sentences[k - 1].text))
    if not parts or not (
        _MEMORY.search(text) or _COPY.search(text) or _goes_on(scene, k) or before
    ):
        return
    if _cached_beside(scene, k) or scene.spots(k, "byte", where=lambda r: not any(r.start < p.end and p.start < r.end for p in parts)):  # fmt: skip
        return
    listed = _respective(scene, spots, parts)
    low, told = 0, before
    for spot in spots:
        r = scene.reading(spot)
        part = listed.get(spot) or _beside(text, r.start, r.end, low, parts)
        own = text[low : r.start]
        told = told or _reached(scene, spot)
        low = max(r.end, part.end if part is not None and part.start >= r.end else 0)
        if part is None or not told or _PEAK.search(re.split(r"[;:]", own)[-1]) or _INSIDE_BRACKETS.search(own):  # fmt: skip
            continue
        if part.system or (part.count or 1.0) > 1:
            continue
        yield _claim(spot, part, (), "memory", cues)


def _beside(text: str, start: int, end: int, low: int, parts: tuple[Part, ...]) -> Part | None:
    """The part that stands right behind a rate, or alone before it in its clause."""
    behind = next((p for p in parts if p.start >= end and _ON_PART.fullmatch(text[end : p.start])), None)  # fmt: skip
    front = [p for p in parts if low <= p.start < start]
    clause = max((m.end() for m in re.finditer(r"; |, (?:and|but|while|whereas) ", text[low:start])), default=0) + low  # fmt: skip
    front = [p for p in front if p.start >= clause] or front
    if len({same_name(p.name) for p in front}) > 1:
        return behind
    if behind is not None and front:
        return behind if same_name(behind.name) == same_name(front[0].name) else None
    return behind or (front[0] if front else None)


def _respective(scene: Scene, spots: list[Spot], parts: tuple[Part, ...]) -> dict[Spot, Part]:
    """Parts and rates in two lists of one length: "the A100 and the H100 reach 1.7 and 2.9 TB/s"."""
    if len(spots) < 2 or len(parts) != len(spots):
        return {}
    text = scene.sentences[spots[0][0]].text
    ends = [scene.reading(s) for s in spots]
    lists = all(_AND.fullmatch(text[a.end : b.start]) for a, b in pairwise(ends)) and all(
        _AND.fullmatch(text[a.end : b.start]) for a, b in pairwise(parts)
    )
    apart = parts[-1].end <= ends[0].start or ends[-1].end <= parts[0].start
    return dict(zip(spots, parts, strict=True)) if lists and apart else {}


def _offered(scene: Scene, spot: Spot) -> bool:
    """Whether a rate is what a share is of: "82% of its 25 GB/s"."""
    return _OF_ITS.search(scene.around(spot, 60, 0)[0]) is not None


def _of_ports(scene: Scene, k: int, spots: list[Spot]) -> Iterator[LocalPhysical]:
    """The rates that ports are said to have: what "the port" of another sentence is held against."""
    for spot in spots:
        before, after = scene.around(spot, 50, 50)
        bits = re.match(r"[KMGT]?b", scene.reading(spot).quantity.shown_unit) is not None
        if _line(scene, spot) or (bits and _PORT_OF.search(before + "#" + after)):
            named, many = rates_of_ports(scene, spot)
            yield LocalPhysical(
                "port rate", spot, named=named, counted=(("ports", many),) if many else ()
            )


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
    many_ports = [
        s for s in ports if scene.reading(s).quantity.point != 1
    ]  # "over one adapter" is one
    if not links and "bus" in cues:
        if part is None and k and (part := scene.part(k - 1)) is not None:
            named = (("kind", "link"), ("device", part.name))
            return LocalPhysical(
                "bandwidth", spot, named=named, far=frozenset({"device"}), cues=cues
            )
        return _claim(spot, part, (), "link", cues)
    if not links and (generation := set(_GENERATION.findall(text))):
        return _claim(spot, None, (("ports", ports[0]),) if ports else (), "link", cues, generation.pop()) if len(generation) == 1 else None  # fmt: skip
    measured = "B" in scene.reading(spot).quantity.shown_unit or _MEASURED.search(text)
    if (
        not links
        and measured
        and cues & {"one port"}
        and not many_ports
        and not _INSIDE.search(text)
    ):
        return _claim(spot, None, (), "port", cues)  # of which rate, another sentence says
    if len(links) != 1:
        return None
    return _claim(spot, part, (("ports", ports[0]),) if ports else (), "link", cues, links[0].name)


def _line(scene: Scene, spot: Spot) -> bool:
    """Whether a rate names a link: "200 Gb/s HDR", "a 100 Gb/s port"."""
    q = scene.reading(spot).quantity
    after = scene.around(spot, 40, 40)[1]
    bits = re.match(r"[KMGT]?b", q.shown_unit) is not None or "bit" in q.shown_unit
    return bits and _LINE_AFTER.match(after) is not None


def _reaches(text: str) -> bool:
    """Whether a sentence says of memory, without a number of its own in mind, that a rate was reached."""
    return bool(re.search(r"\b(?:attain|achiev|reach|sustain|stream|measur|mov)\w*\b[^;]*\d\s?[GT]B/s", text) and not _LINK.search(text) and not _PEAK.search(text))  # fmt: skip


def _reached(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 90, 48)
    if _SHARE_BEHIND.match(after):
        return True
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
