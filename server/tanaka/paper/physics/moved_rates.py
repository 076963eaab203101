"""Rates of bytes that something was moved at, by their unit and by what moves, whatever the verb.

"Our fused RMSNorm runs at 870 GB/s", "this is 42 GB/s through each adapter", "shipping it needs 30 ms
at 12 GB/s": a part or a link is taken from the clause, else from the sentences before, else the rule
holds the rate against the fastest of the paper.  Nothing that is read here is ever a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.entities import EntityKind, same_name
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy

MOVED = "moved rate"
_BACK = 2

# -- what is moved ----------------------------------------------------------------------------

_MEMORY = Lazy(
    r"\b(?:Babel)?STREAM\b|\bHBM\w*|\bGDDR\w*|\b(?:device|global|GPU|main|off-chip|on-board) memory\b|\bmemory system\b|\bDRAM\b|\bVRAM\b|\bkernels?\b|\b(?:Layer|RMS|Batch|layer |RMS |batch )[- ]?[Nn]orm\w*|\bsoftmax\b|\bGEMVs?\b|"
    r"\b(?:Adam\w?|optimi[sz]er|weight) (?:step|updates?|pass)\b|\belement-?wise\b|\b(?:de)?quanti[sz]ation pass\b|\b(?:cache|weight|embedding) (?:reads?|scan|look-?ups?|gathers?)\b|\b(?:on-)?device cop(?:y|ies)\b|\btriad\b|\b(?:memory|bandwidth)[- ]bound\b|\b(?:optimi[sz]er|SGD|Adam\w?|LAMB)\b|\bembeddings?\b|\bgathers?\b|\bscans?\b|\battention\b|\bprofiler\b|\bdequanti\w+|\bresidual\b|\bdropout\b|\btranspos\w+",
    re.I,
)
_NETWORK = Lazy(
    r"\bInfiniBand\b|\bEthernet\b|\bRoCE\b|\bNICs?\b|\bports?\b|\badapters?\b|\bHCAs?\b|\bRDMA\b|\b(?:E|H|N|X)DR\b|\bSlingshot\b|\bOmni-Path\b|\bnetwork\b|\bwire\b",
    re.I,
)
_CROSSES = Lazy(r"\b(?:transfers?|ship\w*|send\w*|sent|exchang\w+|cross\w*|travel\w*|leav\w+|arriv\w+|handover|migrat\w+|fetch\w*|push\w*|pull\w*|over this link|come back|copied|stream\w*|mov\w+)\b", re.I)  # fmt: skip
_TECHNOLOGY = (
    ("InfiniBand", Lazy(r"\bInfiniBand\b|\b(?:E|H|N|X)DR\b|\bHCAs?\b")),
    ("Ethernet", Lazy(r"\bEthernet\b|\bRoCE\b|\bGbE\b")),
    ("Slingshot", Lazy(r"\bSlingshot\b")),
    ("Omni-Path", Lazy(r"\bOmni-Path\b")),
)
_ONE = Lazy(
    r"\b(?:one|a single|single|an?|each|every|per|its(?: own)?|the)\s(?:[\d.]+\s?[GT]b(?:ps|/s)?\s)?(?:[A-Za-z][\w-]*\s){0,2}?(?:ports?|NICs?|adapters?|HCAs?|links?)\b(?!-)|\bper (?:port|NIC|adapter|link)\b",
    re.I,
)

# -- what is no rate of one memory or link ----------------------------------------------------

_SUMMED = Lazy(
    r"\b(?:together|aggregat\w*|combined|total|summed|sums?|bisection|cluster|rack|system-wide|all|both|across|overall|jointly|in sum|nodes|servers|hosts|machines|pool|whole(?! (?:time|run|while|transfer|copy|period)\b))\b|"
    r"\b(?:two|three|four|six|eight|sixteen|\d+)\s(?:[\w-]+\s){0,2}?(?:GPUs|devices|cards|GCDs|accelerators|ranks|drives|workers|nodes|adapters|ports|NICs|links|rails)\b",
    re.I,
)
_NOT_BYTES = Lazy(
    r"\bL[12]\b|\bcache[- ](?:hits?|resident)|\b(?:in|from|fits?(?: in)?) (?:the |its )?(?:last-level )?cache\b|\bshared memory\b|\bSRAM\b|\bon-chip\b|\bLDS\b|\bregisters?\b|\bresident\b|\breus\w+|"
    r"\beffective(?:ly)?\b|\bequivalent\b|\blogical(?:ly)?\b|\bapparent\b|\balgorithmic\b|\b(?:de|un)?compress\w*|\bspars\w+|\bdedup\w*|\bas if\b|\bnominal(?:ly)? moved\b|\bbusbw\b|\bbus bandwidth\b|\bNVLS\b|\bSHARP\b",
    re.I,
)
_OFFERED = Lazy(
    r"\b(?:peak|theoretical\w*|datasheet|nominal|rated|specif\w+|maximum|offers?|provides?|supplies|supply|features?|has|have|had|with a|equipped|advertis\w+|limit\w*|roof\w*|ceiling|capable|available|capacity|"
    r"assum\w+|simulat\w+|emulat\w+|model(?:l?ed|s)|predict\w*|would|could|should|might|if|target|hypothetical\w*|future|instead of|bidirectional\w*|duplex|both directions|reads and writes|in and out|overclock\w*|"
    r"bandwidth of (?:the|its|an?) (?!kernel))\b|\b(?:needs?|requires?|demands?)\s(?:[a-z]+ ){0,2}$",
    re.I,
)
_MODAL = Lazy(r"\b(?:would|could|should|might|cannot|if|ideally|in theory|in principle)\b", re.I)
_WITH = Lazy(
    r"\b(?:cards?|GPUs?|parts?|devices?|memory|accelerators?|chips?|generation|machines?|[A-Z]+\d\w*|switch\w*) (?:with|at|of) (?:about )?$"
)
_PEAK_BEHIND = Lazy(
    r"\s*(?:-class\b|(?:of\s)?(?:the\s)?(?:theoretical|nominal|peak|maximum|available|link|line|rated|memory|HBM\d?\w?|GDDR\w*)\b|(?:InfiniBand|Ethernet|ports?|NICs?|adapters?|links?|HDR|NDR|EDR|fabric|Slingshot)\b|\)? ?peak)",
    re.I,
)
_OF_ITS = Lazy(r"(?:%|\bpercent|\bper cent) of (?:its |the |their |an? |that )?(?:[\w-]+ ){0,2}$|\b(?:out of|against|versus|vs\.?|from|beyond|above|below|under|than) (?:(?:its|the|their|an?)\s)?$", re.I)  # fmt: skip
_OF_WHAT = Lazy(r"(?<!rate )(?<!bandwidth )(?<!throughput )(?<!average )(?<!speed )(?<!traffic )\bof (?:about |some |only )?$|[-–/×x]\s?$")  # fmt: skip
_OTHER_MEMORY = Lazy(
    r"\bCPUs?\b|\bhost memory\b|\bFPGA\b|\bDDR\d\b|\bSSDs?\b|\bNVMe\b|\bdisks?\b|\bPIM\b|\bfile system\b|\bstorage\b|\bdrives?\b",
    re.I,
)
_TWO_WAYS = Lazy(
    r"\b[Ss]ending and receiving\b|\b(?:bidirectional\w*|duplex|both directions|both ways|each way|send\w* and receiv\w*|in and out)\b",
    re.I,
)
_GCD = Lazy(r"\b(?:an?|one|each|every|per|single|the) (?:single )?GCD\b|/GCD\b")
# "the hosts exchange it at 23 GB/s through a NIC": of one, whoever sends
_THROUGH_ONE = Lazy(
    r"\s(?:through|over|on|via|per|for|by|at|of|in) (?:an?|one|each|every|its|the) ?(?:single |one )?(?:[\w-]+ )?(?:NIC|adapter|port|HCA)\b(?!s)|\sper (?:NIC|adapter|port|HCA)\b"
)
_SENDER = Lazy(
    r"\b(?:an?|each|every|one|the|per)\s(?:[\w-]+\s)?(?:GPU|device|accelerator|card|rank)\s(?:then |therefore |thus |hence )?(?:sends?|receives?|exchang\w+|ships?|puts?|pushes|moves?|emits?|transmits?|carries|injects?)\s(?:about |out |only |data at |at |with )*$",
    re.I,
)
_ONE_WAY = Lazy(r"[\s,(]*(?:in |per |for )?(?:each|one|either|every)? ?(?:way|direction)\b", re.I)
_CLAUSES = Lazy(
    r"[;:] |, (?:and|but|while|whereas|which|so) |(?<!i\.e)(?<!e\.g)\. |(?<=s), (?=and\b)|\bwhile\b|\bwhereas\b"
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Rates of bytes at which something was moved, with what is known of where."""
    for k, sentence in enumerate(scene.sentences):
        for spot in scene.spots(k, "byte/s", where=lambda r: r.quantity.bounded):
            claim = _claim(scene, spot)
            if claim is not None:
                yield claim
        del sentence


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    low = max((m.end() for m in _CLAUSES.finditer(text, 0, start)), default=0)
    behind = _CLAUSES.search(text, end)
    return low, behind.start() if behind else len(text)


def _claim(scene: Scene, spot: Spot) -> LocalPhysical | None:
    k, r = spot[0], scene.reading(spot)
    text = scene.sentences[k].text
    low, high = _clause(text, r.start, r.end)
    clause = text[low:high]
    near = scene.sentences[k - 1].text if k else ""
    before = text[low : r.start]
    sender = _SENDER.search(before) is not None
    through = sender or _THROUGH_ONE.match(text, r.end) is not None
    if (not through and _SUMMED.search(re.sub(r"\b(?:one|each) of (?:these|the|our|them)\b[^,;]*", "", clause))) or _NOT_BYTES.search(text) or _NOT_BYTES.search(near):  # fmt: skip
        return None
    if _MODAL.search(clause) or _WITH.search(before):
        return None
    if _OFFERED.search(before) or _PEAK_BEHIND.match(text, r.end) or _OF_ITS.search(text[: r.start].replace("at only ", "at ")):  # fmt: skip
        return None
    if _OF_WHAT.search(text[: r.start]) or len(scene.spots(k, "byte/s")) > 2:
        return None
    if asserted(clause, r.start - low, Where.BODY) is not Asserted.YES:
        return None
    cues: set[str] = set()
    if _TWO_WAYS.search(text):
        cues.add("duplex")
    named: list[tuple[str, str]] = []
    far: set[str] = set()
    # "leave a node through one adapter, which was busy at 41 GB/s"
    led = text[max(0, low - 80) : low] if text[:low].endswith((", which ", ", so ")) else ""
    wired = (
        _NETWORK.search(clause)
        or (led and _NETWORK.search(led))
        or re.search(r"\b(?:this|that|the) link\b", clause)
        or (_CROSSES.search(clause) and not _MEMORY.search(clause))
    )
    link, behind = scene.only(k, EntityKind.LINK, _BACK)
    timed = bool(scene.spots(k, "s")) and bool(_CROSSES.search(f"{text} {near}"))
    if wired or timed:
        if _OTHER_MEMORY.search(clause):
            return None
        technology = _technology(scene, k)
        if not technology and link and not _NETWORK.search(clause):
            named += [("kind", "link"), ("link", link)]
            far |= {"link"} if behind else set()
            part, apart = _part(scene, spot, low, high)
            if part is not None:
                named.append(("device", part.name))
                far |= {"device"} if apart else set()
        elif technology or _NETWORK.search(clause) or (led and _NETWORK.search(led)):
            named += [("kind", "port"), ("technology", technology)]
        elif sender:
            named.append(("kind", "link"))
            part, apart = _part(scene, spot, low, high)
            if part is not None:
                named.append(("device", part.name))
                far |= {"device"} if apart else set()
            cues |= {"of a GPU", *({"one way"} if _ONE_WAY.match(text, r.end) else set())}
        else:
            return None
        if _ONE.search(clause) or (led and _ONE.search(led)):
            cues.add("one port")
    elif _MEMORY.search(clause) or _MEMORY.search(text) or (_MEMORY.search(near) and re.search(r"\b(?:it|this|they|that)\b", clause, re.I)):  # fmt: skip
        if _NETWORK.search(text) or _OTHER_MEMORY.search(text) or (link and "NVLink" in text):
            return None
        if re.search(r"\bcaches?\b", re.sub(r"\b(?:KV|[Kk]ey\S*|paged)[- ](?:\w+ )?caches?\b|\bcache reads?\b|\bcache of keys\b", "", f"{near} {text}"), re.I):  # fmt: skip
            return None
        named.append(("kind", "memory"))
        part, apart = _part(scene, spot, low, high)
        if _GCD.search(clause) and part is None:
            named.append(("device", "MI250X GCD"))
        elif part is not None and (apart or (part.count or 1) == 1):
            named.append(("device", part.name))
            far |= {"device"} if apart else set()
        elif part is not None:
            return None
        else:
            named += [("candidate", p.name) for p in scene.parts(k)]
        sizes = scene.spots(k, "byte")
        if any(
            1e4 < scene.reading(s).quantity.point < 1e9 for s in sizes if not _in_name(scene, s)
        ):
            return None
    else:
        return None
    return LocalPhysical(
        MOVED, spot, (), tuple(named), far=frozenset(far), cues=frozenset({"claimed", *cues})
    )


def _in_name(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    return any(p.start <= r.start <= p.end + 1 for p in scene.parts(spot[0]))


def _technology(scene: Scene, k: int) -> str:
    """The one network that a sentence names, or the last before it."""
    for j in range(k, max(-1, k - _BACK - 1), -1):
        found = {name for name, words in _TECHNOLOGY if words.search(scene.sentences[j].text)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


_ON = Lazy(r"\s(?:of [\w-]+ (?:bandwidth )?)?(?:on|for|with|in) (?:(?:an?|the|one|each|our|newer|older|NVIDIA|AMD|single) )*")  # fmt: skip


def _part(scene: Scene, spot: Spot, low: int, high: int) -> tuple[Part | None, bool]:
    """The one part of the clause, of the sentence or of the sentences before."""
    k = spot[0]
    own = [p for p in scene.parts(k) if low <= p.start < high]
    text, end = scene.sentences[k].text, scene.reading(spot).end
    behind = [p for p in own if p.start >= end and _ON.fullmatch(text[end : p.start])]
    if behind:
        return behind[0], False
    if len({same_name(p.name) for p in own}) == 1:
        return own[0], False
    if _GCD.search(scene.sentences[k].text[low:high]) and not own:
        return None, False
    if scene.parts(k):
        return scene.part(k), False
    for j in range(k - 1, max(-1, k - _BACK - 1), -1):
        if scene.parts(j):
            part = scene.part(j)
            one = part is not None and len({same_name(p.name) for i in range(k) for p in scene.parts(i)}) == 1  # fmt: skip
            return (scene.parts(j)[0] if one else None), True
    return None, False


def rates_of_ports(scene: Scene, spot: Spot) -> tuple[tuple[tuple[str, str], ...], float | None]:
    """Technology and count of the ports whose rate a number is: "four Slingshot ports of 200 Gb/s"."""
    text, r = scene.sentences[spot[0]].text, scene.reading(spot)
    around = text[max(0, r.start - 60) : r.end + 40]
    found = {name for name, words in _TECHNOLOGY if words.search(around)} or {name for name, words in _TECHNOLOGY if words.search(text)}  # fmt: skip
    named = (("technology", found.pop()),) if len(found) == 1 else ()
    many = _COUNT.search(around)
    if many:
        word = many["n"].lower()
        return named, float(_WORDS.get(word, 0) or word)
    return named, 1.0 if _SINGLE.search(around) else None


_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12}
_COUNT = Lazy(
    rf"\b(?P<n>\d{{1,2}}(?![\d.])|{'|'.join(_WORDS)})\s?(?:[×x]\s?)?(?:[\d.]+\s?[GT]b(?:ps|/s)?\s)?(?:[A-Za-z][\w-]*\s){{0,3}}?(?:ports|NICs|adapters|HCAs|links|rails|cards)\b",
    re.I,
)
_SINGLE = Lazy(r"\b(?:one|a single|single|an?|each|every|its|the)\s(?:[\d.]+\s?[GT]b(?:ps|/s)?\s)?(?:[A-Za-z][\w-]*\s){0,2}?(?:port|NIC|adapter|HCA|link)\b|\bone port each\b", re.I)  # fmt: skip
