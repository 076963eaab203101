"""Times of collectives and transfers, with what is sent, among how many, over which link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_OF_ITS_OWN = Lazy(
    r"(?:(?:[Oo]n|[Ii]n|[Ww]ith|[Aa]mong|[Oo]ver|[Aa]cross|[Aa]t)\s[^.;,]{3,60},\s)?(?:[Aa]n?|[Oo]ne)\s(?:[\w-]+\s){0,3}?"
    r"(?:all[- ]?reduce|all[- ]?gather|reduce[- ]?scatter|all[- ]?to[- ]?all|broadcast)\s(?:of|over|with)\b"
)
_FULLY_HIDDEN = Lazy(
    r"^(?!.*\b(?:others?|remain\w*|rest|further|another|more|left|exposed|it|its|this|that|which|them)\b)"
    r"(?:[\w-]+\s){0,6}?[Tt]he \d[\d.,]*\s?(?:ms|s|us|µs)\b.*\b(?:fully|completely|entirely|perfectly|totally)\s(?:hidden|overlapped)\b"
)
# "This all-reduce is completely hidden ...": all of it, so that no time of it was what is exposed.
_ALL_HIDDEN = Lazy(
    r"(?:This|The|That) (?:ring )?(?:all[- ]?reduce|all[- ]?gather|reduce[- ]?scatter|exchange|transfer|broadcast)(?: of \d[\d.,]*\s?(?:ms|s|us|µs))? is (?:fully|completely|entirely) (?:hidden|overlapped)\b"
)
_FORMAT = Lazy(r"\b(?:FP32|FP16|BF16|FP8|float32|float16|bfloat16|single[- ]precision|half[- ]precision|32-bit|16-bit|8-bit)\b", re.I)  # fmt: skip
_FORMATS = {
    "fp32": "fp32", "fp16": "fp16", "bf16": "bf16", "fp8": "fp8", "float32": "fp32", "float16": "fp16", "bfloat16": "bf16",
    "singleprecision": "fp32", "halfprecision": "fp16", "32bit": "fp32", "16bit": "fp16", "8bit": "fp8",
}  # fmt: skip
KINDS = {
    "all-reduce": Lazy(r"\ball[- ]?reduc(?:e[sd]?|ing|tions?)\b|\b(?:gradients?|weights?|parameters?|model) (?:synchroni[sz]ation|exchange|aggregation|averaging|reduction)\b|\b(?:synchroni[sz]|averag|aggregat|reduc|exchang|summ)(?:es?|ing|ed)\b(?:(?!\b(?:size|volume|memory|number|cost|time|traffic|footprint|precision|variance|norm|noise)\b)(?:[^.;]|\.(?=\d))){0,50}?\bgradients\b|"
        r"\b(?:synchroni[sz]|averag|aggregat)(?:es?|ing)\b(?:(?!\b(?:size|volume|memory|number|cost|time)\b)(?:[^.;]|\.(?=\d))){0,40}?\b(?:weights|parameters|models?|updates|replicas)\b|"
        r"\b(?:exchange|synchroni[sz]ation|aggregation|averaging|reduction|summation|sum) of (?:[\w.]+ ){0,5}?(?:gradients?|weights|parameters|updates)\b|\bgradients are (?:synchroni[sz]ed|averaged|reduced|summed|aggregated|exchanged)\b", re.I),
    "all-gather": Lazy(r"\ball[- ]?gather(?:s|ed|ing)?\b|\bgather(?:s|ed|ing)\b", re.I),
    "reduce-scatter": Lazy(r"\breduce[- ]?scatter(?:s|ed|ing)?\b", re.I),
    "all-to-all": Lazy(r"\ball[- ]?(?:to|2)[- ]?all\b", re.I),
    "broadcast": Lazy(r"\bbroadcast(?:s|ed|ing)?\b", re.I),
}  # fmt: skip
_NAMED = Lazy(r"\ball[- ]?(?:reduc|gather|to[- ]all|2all)|\breduce[- ]?scatter|\bbroadcast", re.I)
_MOVED = Lazy(
    r"\b(?:send|transfer|transmit|ship|migrat|mov|cop|upload|download|fetch|push|pull|receiv|offload|load|stream)"
    r"(?:e?s|e|ing|ies|y|ying|ting|ted|ring|red|ping|ped|ed)?\b|\b(?:transfers?|transmission|migration|copy|upload|download)\b",
    re.I,
)
_RING = Lazy(r"\bring\b(?!\s(?:attention|buffer|self))", re.I)
_SEVERAL = Lazy(r"\b(?:dual|quad|multi)-?(?:port|rail)\w*|\bbond(?:ed|ing)\b|\blink aggregation\b|\bmulti-?rail\b", re.I)  # fmt: skip
_TAKES = Lazy(
    r"\b(?:takes?|took|taking|needs?|needed|requires?|required|costs?|cost|lasts?|lasted|spends?|spent|within|in|completes?|after|measured?|measure|"
    r"(?:time|latency|duration) (?:of|is|was)|is|was|are|were)\s(?:only\s|just\s|merely\s|a mere\s|about\s|around\s|under\s|less than\s|at most\s|no more than\s|roughly\s|approximately\s|nearly\s|almost\s|"
    r"[≈∼~<≤]\s?)*$",
    re.I,
)
_ITSELF = Lazy(
    r"[\s-](?:\w+\s){0,2}?(?:all[- ]?reduce|all[- ]?gather|reduce[- ]?scatter|all[- ]?to[- ]?all|broadcast|transfer|copy)\b",
    re.I,
)
_NO_PAYLOAD = Lazy(
    r"[\s-]?(?:of\s)?(?:HBM\w*|memory|DRAM|RAM|GDDR\w*|VRAM|[A-Z]\d{2,3}|GPUs?\b|cards?\b|capacity)"
)
_NO_PAYLOAD_BEFORE = Lazy(
    r"\b(?:from|instead of|than|rather than|memory|HBM\w*|capacity)\s(?:of\s)?$|[A-Z]\d{2,3}[ -]$"
)
_NO_LINE_RATE = Lazy(
    r"\b(?:effective|achiev\w+|attain\w+|sustain\w+|measur\w+|observ\w+|bus ?bandwidth|bus ?bw|alg(?:orithm)? ?(?:bandwidth|bw)|goodput|memory|HBM\w*|DRAM|"
    r"average|aggregate|total|bisection|throughput)\b",
    re.I,
)
_COUNT = Lazy(
    r"\b(?P<word>one|only|a single|single|an?|two|three|four|six|eight|ten|sixteen|\d{1,3})\s?(?:[×x]\s?)?$",
    re.I,
)
# "six links of 50 GB/s"
_COUNT_OF = Lazy(
    r"\b(?P<word>two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen|\d{1,3}) (?:\w+ ){0,3}?(?:\w*[Ll]inks|NICs|rails|ports|adapters|HCAs|cards|connections) (?:of|at|with|running at) (?:about |up to )?$",
    re.I,
)
_COUNTS = {
    "one": 1, "only": 1, "a single": 1, "single": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9, "twelve": 12, "eight": 8,
    "ten": 10, "sixteen": 16,
}  # fmt: skip
_NETWORK = Lazy(r"\bNICs?\b|\bEthernet\b|\bInfiniBand\b|\bIB\b|\bRoCE\b|\bRDMA\b|\bHCAs?\b|\bnetwork|\brails?\b|\bEFA\b|\bSlingshot\b|[EHNX]DR\b|\bLAN\b|\bWAN\b|\badapters?\b", re.I)  # fmt: skip
_BITS = Lazy(r"[KMGT]b|bps|bit", 0)
_PLURAL = Lazy(r"\s?(?:[A-Z]\w+\s)?(?:links|NICs|rails|ports|adapters|HCAs|cards|connections)\b")
_HOLDER = Lazy(
    r"\b(?:each|per|every|a)[ -](node|machine|server|host|instance|rank|worker|process|device|GPU|accelerator)\b|"
    r"\b(?:each|apiece)\b",
    re.I,
)
_NODE_WORDS = frozenset(("node", "machine", "server", "host", "instance"))
_ITS = Lazy(r"\bits (?:own |single )?$")
_EACH_HAS = Lazy(r"\b(?:each|every|per|an?|one)[ -](?:node|machine|server|host|rank|worker|process|device|GPU|accelerator|replica)\b", re.I)  # fmt: skip
_ALONE = Lazy(r"\b(?:one|a single) (?:GPU|accelerator|device) (?:per|in each|on each) (?:node|machine|server|host)\b|\bsingle-GPU (?:nodes|machines|servers|hosts)\b", re.I)  # fmt: skip
_PER_RANK = Lazy(r"[\s-]?(?:of \w+\s)?(?:per|on each|from each|in each|/)\s?(?:GPU|rank|device|worker|node|process|accelerator)\b", re.I)  # fmt: skip
_PAYLOAD_WORDS = Lazy(
    r"\b(?:gradients?|buffers?|messages?|payload|tensors?|activations?|shards?|updates?|parameters|weights)\b",
    re.I,
)
CUES = {
    "exposed": Lazy(r"\b(?:exposed|visible|residual|remain(?:s|ing|der)?|non-?overlapped|unhidden|overheads?|extra|additional|on top|adds?|hidden(?!\s(?:states?|sizes?|dim\w*|layers?|units?|widths?|vectors?|activations?|representations?)\b)|overlap\w*|stall\w*|critical path)\b", re.I),
    "amortised": Lazy(r"\bevery\s(?:\w+\s){0,2}(?:steps?|iterations?|rounds?)|\bamorti[sz]\w+|\blocal (?:SGD|steps?)\b|\bon average\b|\bDiLoCo\b|\bdelta\b|\bincremental\w*", re.I),
    "compressed": Lazy(r"\bcompress\w*|\b[12]-bit\b|\btop-?k\b|\blow-rank\b|\bPowerSGD\b|\bquanti[sz]\w+|\bspars\w+|\bencod\w+|\bsketch\w*|\bdedup\w*|\bcached\b|\bcaching\b|\bcache hits?\b", re.I),
    "part": Lazy(r"\bbuckets?\b|\blast\b|\bper[- ]layer\b|\beach layer\b|\bchunk(?!ed prefill)\w*|\bslices?\b|\bonly (?:the|a|one)\b|\bfraction\b|\bone (?:eighth|quarter|half|tenth)\b|\bthe first\b|\bpipelin\w+|\bper (?:token|block|page|micro-?batch)\b|\blayer-?(?:wise|by-layer)\b", re.I),
    "subset": Lazy(r"\bat most (?:\w+ )?(?:nodes?|devices?|experts?)\b|\bnode-limited\b|\bintra-node first\b", re.I),
    "hierarchical": Lazy(r"\bhierarch\w+|\bwithin (?:each|the|a) node\b|\blocal(?:ly)? first\b|\bintra-node\b|\bleaves? the node\b|\btwo-level\b", re.I),
    "in-network": Lazy(r"\bNVLS\b|\bSHARP\b|\bin-network\b|\bin-switch\b|\bswitch[- ]reduc\w+|\bmulticast\b", re.I),
    "saved": Lazy(r"\b(?:sav(?:es?|ed|ing)|shorten\w*|faster|cuts?|by up to|reduc\w+ (?:\w+ ){0,4}(?:by|from|to)|improv\w+|speed-?ups?|versus|vs\.?|compared)\b", re.I),
    "simulated": Lazy(r"\bsimulat\w+|\bmodel(?:l?ed)? time\b|\bstart-?up\b|\bfirst (?:byte|packet)\b|\bonly if\b", re.I),
    "sharded": Lazy(r"\btensor[- ]parallel\w*|\bpipeline[- ](?:parallel\w*|stages?)|\bTP\b|\bPP\b|\bZeRO\b|\bFSDP\b|\bshard\w*|\bLoRA\b|\badapters?\b|\bfrozen\b|\bexperts?\b|\bMoE\b", re.I),
    "nvlink": Lazy(r"\bNVLink\w*|\bNVSwitch\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A collective or a transfer whose time a sentence states, with what bounds it from below."""
    for k, sentence in enumerate(scene.sentences):
        kinds = [name for name, p in KINDS.items() if p.search(sentence.text)]
        if len(kinds) > 1 or not (kinds or _MOVED.search(sentence.text)):
            continue
        time = _time(scene, k)
        if time is None:
            continue
        kind = kinds[0] if kinds else "transfer"
        claim = _claim(scene, k, kind, time)
        if claim is not None:
            yield claim


def sent(scene: Scene, k: int, number: Spot) -> LocalPhysical | None:
    """What a collective of a sentence sends over which links, where no time of its own is stated."""
    kinds = [name for name, p in KINDS.items() if p.search(scene.sentences[k].text)]
    return _claim(scene, k, kinds[0], number) if len(kinds) == 1 else None


# ", more than the 664 ms that a V100 needs": a time that the one of the sentence is held against.
_HELD_AGAINST = Lazy(
    r",\s(?:which is\s)?(?:(?:far|much|well|slightly|still|even)\s)?(?:(?:more|less|longer|shorter|faster|slower|higher|lower) than|compared (?:to|with)|against|versus|twice|half|\d[\d.]*\s?[×x]?\s?(?:times|of))\b"
)


def _time(scene: Scene, k: int) -> Spot | None:
    """The one time that something takes; None where there are two."""
    times = scene.spots(k, "s")
    if len(times) > 1 and (other := _HELD_AGAINST.search(scene.sentences[k].text)):
        times = [s for s in times if scene.reading(s).end <= other.start()]
    if not times:
        return None
    said = []
    for spot in times:
        before, after = scene.around(spot, 50, 40)
        if _TAKES.search(before) or _ITSELF.match(after):
            said.append(spot)
    return said[0] if len(said) == 1 and len(times) == 1 else None


def _claim(scene: Scene, k: int, kind: str, time: Spot) -> LocalPhysical | None:
    sentence = scene.sentences[k]
    given: list[tuple[str, Spot]] = []
    named: list[tuple[str, str]] = [("kind", kind)]
    counted: list[tuple[str, float]] = []
    far: set[str] = set()
    cues = set(scene.heard(CUES, k))
    # What opens a way out in the sentence beside it opens one here too, for what is sent at all.
    for j in (k - 1, k + 1):
        if 0 <= j < len(scene.sentences):
            beside = scene.heard({c: CUES[c] for c in ("compressed", "sharded", "in-network", "hierarchical", "nvlink")}, j)  # fmt: skip
            # "An all-reduce of 10 GB" opens a statement of its own, whatever is compressed elsewhere.
            if "compressed" in beside - cues and _OF_ITS_OWN.match(sentence.text):
                beside = beside - {"compressed"} | {"compressed beside"}
            cues |= beside
            if j == k + 1 and scene.heard({"exposed": CUES["exposed"]}, j):
                after = scene.sentences[j].text
                hidden = _FULLY_HIDDEN.search(after) or _ALL_HIDDEN.match(after)
                cues.add("hidden after" if hidden else "exposed after")
    if _RING.search(sentence.text):
        cues.add("ring")
    if kind != "transfer" and _NAMED.search(sentence.text):
        cues.add("named")
    if not _sent(scene, k, kind, given, named, far, cues):
        return None
    if not _carried(scene, k, given, named, counted, far, cues):
        return None
    if kind not in ("transfer", "broadcast") and not _among(scene, k, given, named, far, cues):
        return None
    return LocalPhysical("collective", time, tuple(given), tuple(named), tuple(counted), frozenset(far), frozenset(cues))  # fmt: skip


_OF_IT = Lazy(r"\b(?:all[- ]?reduce|all[- ]?gather|reduce[- ]?scatter|all[- ]?to[- ]?all|broadcast)\s(?:of|over|with)\s(?:a\s|the\s|these\s|about\s)?[≈∼~]?$", re.I)  # fmt: skip
_FROM_EACH = Lazy(r"\s(?:of\s\w+\s)?from each of\s(?:the\s)?\d+\s(?:\w+\s)?(?:GPUs|ranks|workers|nodes|devices|processes|machines)\b", re.I)  # fmt: skip


def _payloads(scene: Scene, k: int) -> list[Spot]:
    out = []
    for spot in scene.spots(k, "byte"):
        before, after = scene.around(spot, 24, 24)
        if not (_NO_PAYLOAD.match(after) or _NO_PAYLOAD_BEFORE.search(before)):
            out.append(spot)
    return out


_SHARE_OF = Lazy(
    r"(?:\b(?:half|halves|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|parts?|portion|fraction|share|subset|most|some|all but \w+|[KMGT]i?B)|%)\s(?:of|out of) (?:the|its|our|their|these|a|an|all)?\s?(?:\w+ )?$",
    re.I,
)


def _sent(
    scene: Scene, k: int, kind: str, given: list[tuple[str, Spot]], named: list[tuple[str, str]], far: set[str],
    cues: set[str],
) -> bool:  # fmt: skip
    """Bind what is sent: bytes, or parameters and their format."""
    found = _payloads(scene, k)
    # "a worker sends 27 MB, and an all-gather of 27 MB": what is said of the collective itself
    if len(found) > 1 and _OF_IT.search(scene.around(found[-1], 50)[0]):
        found = found[-1:]
        far.add("payload")
    if len(found) == 1 and _SHARE_OF.search(scene.around(found[0], 40)[0]):
        return False  # "a tenth of the 10 GB"
    if len(found) == 1:
        given.append(("payload", found[0]))
        if _PER_RANK.match(scene.around(found[0])[1]):
            cues.add("per rank")
        elif _FROM_EACH.match(scene.around(found[0])[1]):
            cues.add("from each")
        return True
    if found:
        return False
    if kind == "all-reduce":
        counts = scene.spots(k, noun="parameter") or [
            s for s in scene.spots(k) if scene.reading(s).kind.value == "param_count"
        ]
        widths = {_FORMATS[re.sub(r"[ -]", "", m.lower())] for m in _FORMAT.findall(scene.sentences[k].text)}  # fmt: skip
        formats = sorted(widths)
        if len(counts) == 1 and len(formats) <= 1:
            given.append(("params", counts[0]))
            if formats:
                named.append(("precision", formats[0]))
            return True
        if counts:
            return False
    for j in range(k - 1, max(-1, k - 3), -1):
        before = _payloads(scene, j)
        if len(before) == 1 and _PAYLOAD_WORDS.search(" ".join(scene.around(before[0], 30, 30))):
            given.append(("payload", before[0]))
            far.add("payload")
            return True
        if before:
            return False
    return False


def _rates(scene: Scene, k: int) -> list[Spot]:
    out = []
    for spot in scene.spots(k, "byte/s"):
        before, after = scene.around(spot, 30, 30)
        if not (_NO_LINE_RATE.search(before) or _NO_LINE_RATE.search(after)):
            out.append(spot)
    return out


def _carried(
    scene: Scene, k: int, given: list[tuple[str, Spot]], named: list[tuple[str, str]],
    counted: list[tuple[str, float]], far: set[str], cues: set[str],
) -> bool:  # fmt: skip
    """Bind the link: a rate, a name, or the device whose own link it is."""
    for j in range(k, max(-1, k - 3), -1):
        rates = _rates(scene, j)
        if len(rates) > 1 or (not rates and len(scene.spots(j, "byte/s")) > 0):
            return False
        if rates:
            given.append(("link", rates[0]))
            if j != k:
                far.add("link")
            _ports(scene, rates[0], named, counted, cues)
            return True
        if j == k:
            links = scene.named(j, EntityKind.LINK)
            if len(links) > 1:
                return False
            if links and "nvlink" not in links[0].key:
                named.append(("link", links[0].name))
                _held(scene.sentences[j].text, links[0].start, links[0].end, named, counted, cues)
                return True
            part = scene.part(j)
            if part is not None and not _NETWORK.search(scene.sentences[j].text):
                named.append(("device", part.name))
                return True
    return False


def _ports(
    scene: Scene, spot: Spot, named: list[tuple[str, str]], counted: list[tuple[str, float]], cues: set[str]
) -> None:  # fmt: skip
    r: Reading = scene.reading(spot)
    text = scene.sentences[spot[0]].text
    if _BITS.search(r.quantity.shown_unit):
        cues.add("network")
    _held(text, r.start, r.end, named, counted, cues)


def _held(
    text: str, start: int, end: int, named: list[tuple[str, str]], counted: list[tuple[str, float]], cues: set[str]
) -> None:  # fmt: skip
    """How many links there are, and of what."""
    before, after = text[max(0, start - 40) : start], text[end : end + 50]
    if _NETWORK.search(text[max(0, start - 30) : end + 30]):
        cues.add("network")
    m = None if _SEVERAL.search(text) else _COUNT.search(before)
    if m is None and not _SEVERAL.search(text):
        m = _COUNT_OF.search(before)
    if m is None and _ITS.search(before) and not _PLURAL.match(after) and _EACH_HAS.search(text):
        counted.append(("links", 1.0))  # "Each GPU owns ..., on its 200 Gb/s adapter"
    if m:
        word = m["word"].lower()
        n = float(_COUNTS.get(word) or word)
        if n > 1 or not _PLURAL.match(after):
            counted.append(("links", n))
    holder = _HOLDER.search(after) or _HOLDER.search(before)
    if holder:
        cues.add("each")
        if holder[1]:
            named.append(("holder", "node" if holder[1].lower() in _NODE_WORDS else "rank"))


def _among(
    scene: Scene, k: int, given: list[tuple[str, Spot]], named: list[tuple[str, str]], far: set[str], cues: set[str]
) -> bool:  # fmt: skip
    """Bind how many take part: nodes, devices, or both."""
    if _ALONE.search(scene.text):
        cues.add("alone")
    for j in range(k, max(-1, k - 3), -1):
        nodes = scene.spots(j, noun="node")
        devices = scene.spots(j, noun="gpu") or ([] if nodes else scene.spots(j, noun="replica"))
        if len(nodes) > 1 or len(devices) > 1:
            return False
        if not (nodes or devices):
            continue
        if nodes:
            given.append(("nodes", nodes[0]))
        if devices:
            given.append(("devices", devices[0]))
            r = scene.reading(devices[0])
            words = scene.sentences[j].text[r.start : r.end].lower()
            named.append(
                ("who", "rank" if re.search(r"rank|worker|process|replica", words) else "device")
            )
            after = scene.around(devices[0])[1]
            if r.per == "node" or re.match(
                r"\s?(?:each|per node|per machine|per server|apiece)\b", after
            ):
                cues.add("devices per node")
        if j != k:
            far.add("ranks")
        return True
    return False
