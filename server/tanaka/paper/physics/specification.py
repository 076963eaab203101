"""What a paper says that a named part has: memory, its bandwidth, a peak, power, a link; and totals of several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.assertion import asserted
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import same_name
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_MEMORY = r"(?:(?:GPU|device|on-device|on-board|onboard|graphics|video|local|high-bandwidth|global|total) )?(?:HBM\w*|V?RAM|GDDR\w*|memory|memories|DRAM|device memory)"
_HAS = (
    r"has|have|having|with|offers?|offering|provides?|providing|features?|featuring|includes?|including|carr(?:y|ies)|contains?|"
    r"equipped with|comes? with|largest|smallest|biggest|fastest|newest|oldest|boasts?|packs?|rated|delivers?|houses?|holds?|supports?|is|are|was|of|gives?|peaks"
)
_FILL = (
    r"up to|an?|the|its|their|only|total|about|around|roughly|just|all|maximum|peak|theoretical|nominal|aggregate|dense|bandwidth|capacity|"
    r"TDP|NVLink|interconnect|thermal|design|power|performance|compute|throughput|rate|at|and|in|for|to|each|per|GPU|device|which|that|both|"
    r"[Tt]ensor|[Cc]ores?|sparse|[BFT][FP]\d{1,2}|[bft][fp]\d{1,2}|half-precision|FLOPS|FLOP/s|marketing|vendor|datasheet|advertised"
)
_THING = r"GPUs?|cards?|accelerators?|chips?|modules?|boards?"
# Between a part and a number, or between two of its numbers: possession, names of what it has, brackets.
_TO_NUMBER = Lazy(rf"^(?:['’]s?\b|['’])?(?:[\s,;/()\[\]:—–+~≈-]|(?:{_HAS}|{_FILL}|{_THING}|{_MEMORY})(?![\w]))*$")  # fmt: skip
# Between a number and the part behind it: "80 GB of HBM on each A100".
_TO_PART = Lazy(
    rf"^(?:\s|-)*(?:of\s)?(?:{_MEMORY}|memory bandwidth|bandwidth|(?:{_FILL}))?(?:\s(?:bandwidth|capacity))?\s(?:of|on|in|for|offered by|provided by)\s"
    r"(?:an?\s|the\s|each\s|every\s|one\s|our\s|NVIDIA\s|single\s)*$"
)
_KINDS = (
    ("tdp", "W", Lazy(r"\bTDP\b|\bthermal design power\b", re.I), None),
    ("link", "byte/s", Lazy(r"\bNVLink\b|\bNVSwitch\b"), None),
    ("bandwidth", "byte/s", Lazy(r"\bHBM\w*|\bmemory\b|\bDRAM\b|\bGDDR\w*|\bVRAM\b"), Lazy(r"\bL[12]\b|\bcaches?\b|\bshared memory\b|\bscratchpads?\b|\bregisters?\b|\bon-chip\b|\bSRAM\b|\bhost\b|\bCPU\b|\bNVLink\b|\bPCIe\b", re.I)),
    ("capacity", "byte", Lazy(rf"{_MEMORY}"), Lazy(r"\bL[12]\b|\bcache\b|\bshared memory\b|\bSRAM\b|\bregisters?\b|\bhost\b|\bCPU\b|\bsystem memory\b|\bRAM\b|\bDRAM\b|\bDDR\d?\b|\bmain memory\b")),
)  # fmt: skip
_IN_SYSTEM = {"2": 16.0}
"""Devices of a DGX or HGX by its name."""
_OF_GPUS = Lazy(
    r"\s?(?:of|in)\s(?:total\s|aggregate\s)?(?:GPU|device|HBM\w*|high-bandwidth|graphics)(?:\smemory)?\b"
)
_HAS_SO_MUCH = Lazy(
    r"\s(?:GPU\s)?(?:has|have|offers?|provides?|comes with|features?)\s(?:a total of\s|only\s)?"
)
_SINGULAR = Lazy(
    r"\s(?:GPU\s|card\s)?(?:is the (?:largest|smallest|biggest)|has|offers|provides|comes|features|carries)\b"
)
_PEAK_BEHIND = Lazy(r"\s(?:of\s)?(?:[\w-]+\s){0,2}(?:peak|maximum)\b", re.I)
_RUNS = Lazy(
    r"\b(?:runs?|running|ran|gets?|got|trains?|obtain\w*|executes?|sustain\w*|hits?)\b", re.I
)
_OWNS = Lazy(
    r"\b(?:has|have|having|with|offers?|provides?|features?|equipped|comes?|boasts?|carr(?:y|ies)|contains?|packs?)\b|\(|['’]s?\b|^[\s,-]*$"
)
_WITH = Lazy(r"^\W*(?:GPUs?|cards?|accelerators?)?\s*(?:\(|with\b)")
_ON = Lazy(
    r"\b(?:[Oo]n|[Ff]or|[Bb]y|[Uu]sing|[Ii]n)\s(?:(?:an?|the|one|each|single|our|NVIDIA|\d+|two|four|eight)\s)*$"
)
# "NVLink gives every A100": what a number behind the part is of stands before the part.
_GIVES = Lazy(
    r"\b(?P<what>(?:NVLink|NVSwitch|HBM\w*|memory|bandwidth|(?:board |thermal )?power)\b[^,;:()]{0,24}?)\s"
    r"(?:gives?|grants?|leaves?|allows?|provides?|offers?|brings?|delivers?|supplies|connects?|attaches|equips|serves|feeds|of|on|for|in)(?: to)?\s"
    r"(?:an?|the|each|every|one|each of (?:our|the)|a single|NVIDIA|AMD|our|\s)+$",
    re.I,
)
_SINGLE = Lazy(r"\b(?:one|an?|each|every|per|(?:a )?single)\s(?:NVIDIA\s|AMD\s)?$", re.I)
_ITS_OWN = Lazy(r"\b(?:one|an?|the|each|every|our|per|single)\s(?:NVIDIA\s|AMD\s)?$", re.I)
_SUM = Lazy(r"\b(?:total|aggregate|combined)\b", re.I)
# Dense by what stands before the part: "the dense peak of one", "without sparsity, an".
_DENSE_OF = Lazy(
    r"\b(?:dense|non-sparse)\s(?:[\w/-]+\s){0,5}?(?:of|for|on|with|at)\s(?:(?:an?|the|one|each|every|single|our|NVIDIA|AMD)\s)*$"
    r"|\b(?:without (?:2:4 |structured )?sparsity|no sparsity(?: counted)?|counted dense|dense),?\s(?:(?:an?|the|one|each|every|single|our|NVIDIA|AMD)\s)*$",
    re.I,
)
_LARGEST = Lazy(
    r"(?: GPUs?)?\s(?:is|are)\s(?:by far\s)?the\s(?:largest|smallest|biggest)(?: (?:of (?:all|them|these|the \w+)|one|part|GPU))?, (?:with|at|having)\s(?:its\s)?"
)
_IN_BRACKETS = Lazy(r"\s?(?:GPUs?\s)?\(")
_PEAK = Lazy(
    r"\b(?:peak|peaks at|theoretical|rated|datasheet|advertis\w+|vendor|maximum|offers?|provides?)\b",
    re.I,
)
CUES = {
    "used": Lazy(r"\b(?:achiev\w+|sustain\w*|measur\w+|reach\w*|attain\w*|observ\w+|effective\w*|usable|available|free|remaining|leaves?|left|"
                 r"reserv\w+|allocat\w+|used|consum\w+|occup\w+|needs?|requir\w+|footprint|limit\w*|capp\w*|set to|cap|budget|slice|MIG|vGPU|"
                 r"partition\w*|reads|draws?|fits?|fitting|stor\w+|offload\w*|exceed\w*|saturat\w*|in practice|in reality)\b"),
    "work": Lazy(r"\b(?:kernels?|methods?|approach\w*|workloads?|baselines?|models?|implementation|batch\w*|quanti\w+|optimizer|training|inference|"
                 r"throughput (?:rises|falls|on|of)|sequence\w*|runs?|weights|ours)\b", re.I),
    "another": Lazy(r"\b(?:modified|custom|engineering sample|laptop|mobile|max-q|prototype|future|simulat\w+|emulat\w+|hypothetical|variant|scaled|overclock\w*)\b", re.I),
    "sparse": Lazy(r"\b2:4\b|\bspars\w+|\bpruned\b", re.I),
    "clock": Lazy(r"\b[MG]Hz\b|\bclock\w*\b|\bboost\b", re.I),
    "accumulate": Lazy(r"\baccumulat\w+", re.I),
    "many": Lazy(r"\b(?:pair|both|dual|(?:two|dual|four|eight|\d)-GPU|node|nodes|server|system|machine|total|aggregate|combined|together|altogether|rack|pod|cluster|superchip|tray|all|board|instance|NVL\d+|DGX|HGX|bridge|NVSwitch\w*|switch\w*|fabric)\b", re.I),
    "vector": Lazy(r"\bCUDA cores?\b|\bvector\b|\bnon-tensor\b|\bwithout tensor cores\b", re.I),
}  # fmt: skip
_DENSE = Lazy(r"\b(?:dense|without (?:2:4 |structured )?sparsity|non-sparse)\b", re.I)
_SPARSE = Lazy(
    r"\b2:4\b|\bspars(?:e|ity)\b|\bpruned\b|\bzeros?\b|\bzeroe[sd]\b|\b(?:of|in) (?:every |each )?four\b|\bevery (?:second|other) weight",
    re.I,
)
_TOTAL = Lazy(
    r"\b(?:in total|total of|a total|in all|altogether|aggregate|combined|together|total)\b", re.I
)
_OTHER_STORE = Lazy(
    r"\b(?:host|CPU|DRAM|DDR\d?|RAM|NVMe|SSD|disk|storage|system memory|main memory|cache|dataset|corpus|bandwidth|checkpoint\w*|unified)\b"
)
# What joins counted parts and their total, and what a total is of: nothing but memory.
_TOTALS = rf"{_MEMORY}|{_THING}|with|having|have|has|for|an?|the|total|of|in|all|aggregate|combined|together|altogether|totall?ing|giving|providing|offering|i\.e\.|or|that is|GPU|device|on|across|over|from|each|NVIDIA|which|capacity|is|=|SXM\d?|PCIe|\d{{2,3}} ?GB"
_JOIN_TOTAL = Lazy(rf"^s?(?:[\s,;()\[\]:—–-]|(?:{_TOTALS})(?![\w]))*$")
_ENDS_TOTAL = Lazy(rf"^(?:\s|(?:{_TOTALS})(?![\w]))*(?:[.,;)\]]|$)")
_HOLDER = r"(?:node|server|machine|host)"
_ONE_NODE = Lazy(rf"\b(?:(?:per|of|in|for|to) )?(?:a|an|one|each|every|the|per|single) (?:GPU )?{_HOLDER}\b|\b(?:per|a) {_HOLDER}\b|\b(?:which )?(?:makes?|gives?|provides?|yields?|amounts? to|adds? up to)\b")  # fmt: skip
"""A node in the singular, which a total may be of, and verbs that lead to one."""
_PER_NODE = Lazy(rf"\s(?:of\s(?:GPU|device|HBM\w*|high-bandwidth)(?:\smemory)?\s)(?:per|in (?:a|each)|for (?:a|each)|on (?:a|each))\s{_HOLDER}\b")  # fmt: skip
_OF_A_NODE = Lazy(
    rf"\b(?:of (?:a|one|each|every|the)|(?:gives?|makes?) (?:a|each|every|the)) {_HOLDER}\b"
)
_MORE_DEVICES = Lazy(r"\b(?:nodes?|servers?|machines?|hosts?|and|plus|clusters?)\b")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Specifications of the one part of a phrase, and totals of several parts of one size."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        parts = scene.parts(k)
        if not parts:
            yield from _of_that_before(scene, k)
            continue
        told: set[Spot] = set()
        for part in _apart(parts):
            for claim in _of_part(scene, k, part, parts):
                told.add(claim.number)
                yield claim
        yield from _peaks_beside(scene, k, parts, told)
        yield from _totals(scene, k, parts)


_THAT = Lazy(
    r"(?:^|[,;:] )(?:[Aa]|[Oo]ne|[Ee]ach|[Ee]very|[Tt]he)\s(?:single\s)?(?:GPU|card|accelerator|device)\b(?=\s(?:has|offers?|provides?|features?|carries|comes? with|with|is)\b)|"
    r"^(?:It|Each|Each of (?:them|these))\b(?=\s(?:has|offers?|provides?|features?|carries|comes? with)\b)"
)
"""The part of the sentence before, without its name: "A GPU has 80 GB of HBM2e"."""
_ITS_PEAK = Lazy(
    r"\b(?:its|the|a|an|(?:per-GPU|per-device))\s(?:(?:theoretical|nominal|advertised|dense|[BFT][FP]\d{1,2}|[bft][fp]\d{1,2}|half-precision|tensor(?:[- ]core)?|compute|hardware)\s)*"
    r"peak(?:\s(?:rate|throughput|performance|compute))?(?:\s(?:in|at|for)\s[BFT][FP]\d{1,2})?\s(?:is|of|at|reaches)\s(?:about\s|only\s)?$"
)
_OF_IT = Lazy(r"\b(?:against|out of|versus|vs\.?|compared (?:to|with)|relative to|below|under|of)\s(?:its|the|a|an)\s[^,;()]{0,60}$")  # fmt: skip


def _of_that_before(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """What "a GPU" or "it" has, which is the one part of the sentence before."""
    if k == 0:
        return
    before = _one(scene.parts(k - 1))
    that = _THAT.search(scene.sentences[k].text)
    if not before or that is None:
        return
    systems = [p for p in scene.parts(k - 1) if p.system]
    if that.group().endswith(("It", "Each", "them", "these")) and systems:
        return  # the node, or what is in it?
    if that.group().endswith("It") and any(p.count not in (None, 1) for p in scene.parts(k - 1)):
        return  # "A node has two A100s. It offers 160 GB"
    text = scene.sentences[k].text
    part = Part(
        before, 1.0, None, None, each=True, system=False, start=that.start(), end=that.end()
    )
    told: set[Spot] = set()
    own = list(_of_part(scene, k, part, (part,)))
    for claim in own:
        told.add(claim.number)
        yield _far(claim)
    yield from _total_of_node(scene, k, [c for c in own if c.number in told])
    if len(re.findall(r"\b(?:CPUs?|hosts?|nodes? has)\b", text)) == 0:
        for claim in _peaks_beside(scene, k, (part,), told):
            yield _far(claim)


_MAKES = Lazy(r"\b(?:which|this|that|they) (?:makes?|gives?|is|adds? up to|amounts? to|totals?)\s(?:a total of\s)?$|\bi\.e\.,?\s$", re.I)  # fmt: skip


def _total_of_node(scene: Scene, k: int, own: list[LocalPhysical]) -> Iterator[LocalPhysical]:
    """The total of a node whose parts the sentence before counts: "A GPU has 80 GB, which makes 640 GB per node"."""
    text = scene.sentences[k].text
    each = [c.number for c in own if dict(c.named)["kind"] == "capacity"]
    whole = [s for s in scene.spots(k, "byte") if _PER_NODE.match(text, scene.reading(s).end)]
    counts = scene.spots(
        k - 1, noun="gpu", where=lambda r: r.per in ("", "node") and r.quantity.bounded
    )
    if len(each) != 1 or len(whole) != 1 or len(counts) != 1 or scene.spots(k - 1, noun="node") or whole[0] in each:  # fmt: skip
        return
    if not _MAKES.search(text[: scene.reading(whole[0]).start]):
        return
    given = (("devices", counts[0]), ("each", each[0]))
    named = (("device", dict(own[0].named)["device"]),)
    yield LocalPhysical("total-capacity", whole[0], given, named, (), frozenset({"devices"}), frozenset({"of a node"}))  # fmt: skip


def _one(parts: tuple[Part, ...]) -> str:
    """The one part of a sentence that may name it twice: "a DGX A100 with eight A100 SXM4"."""
    names = sorted({p.name for p in parts}, key=len)
    same = names and all(same_name(names[-1]).startswith(same_name(n)) for n in names)
    return names[-1] if same else ""


def _far(claim: LocalPhysical) -> LocalPhysical:
    return replace(claim, far=claim.far | {"device"}, cues=claim.cues | {"single"})


def _peaks_beside(
    scene: Scene, k: int, parts: tuple[Part, ...], told: set[Spot]
) -> Iterator[LocalPhysical]:
    """A peak of the one part of a clause that something is set against: "1.4 PFLOP/s against a dense peak of 2"."""
    text = scene.sentences[k].text
    formats = scene.formats(k)
    for spot in scene.spots(k, where=lambda r: r.quantity.unit in ("FLOP/s", "op/s")):
        r = scene.reading(spot)
        lead = _ITS_PEAK.search(text[: r.start])
        if spot in told or lead is None:
            continue
        low = max((m.end() for m in _CLAUSES.finditer(text, 0, r.start)), default=0)
        own = [p for p in parts if low <= p.start < r.start] or [
            p for p in parts if p.start < r.start
        ]
        if len({same_name(p.name) for p in own}) != 1 or any(
            p.count not in (None, 1.0) for p in own
        ):
            continue
        claim = _claim(scene, spot, own[-1], "peak", formats, [])
        clause = re.split(_CLAUSES.pattern, text[low:])[0]
        inner = precision_names(clause)
        named = tuple(p for p in claim.named if p[0] != "precision")
        near = dict(claim.named).get("precision") or (inner[0] if len(inner) == 1 else "")
        if len(formats) > 1 and len(inner) != 1:
            continue
        lead_of = lead.group()
        cues = claim.cues - {"used", "work", "formats", "bare"}
        if _DENSE.search(lead_of):
            cues |= {"dense"}
        yield replace(
            claim, named=(*named, *((("precision", near),) if near else ())), cues=frozenset(cues)
        )


_CLAUSES = Lazy(r";|, (?:and|while|whereas|but) (?!its\b)")


_AND_ANOTHER = Lazy(
    r"s?(?: GPUs?)?,? (?:and|plus|as well as|together with|beside) (?:about |some )?"
)
_MOVED = Lazy(
    r"\s(?:buffers?|arrays?|messages?|copy|copies|working sets?|tensors?|chunks?|transfers?)\b"
)


def _apart(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple({(same_name(p.name), p.start): p for p in parts}.values())


def _of_part(scene: Scene, k: int, part: Part, parts: tuple[Part, ...]) -> Iterator[LocalPhysical]:
    sentence = scene.sentences[k]
    text = sentence.text
    others = [p for p in parts if p is not part]
    formats = scene.formats(k)
    for i, r in enumerate(sentence.readings):
        if isinstance(r.quantity.value, tuple) or r.noun or r.series:
            continue
        if r.start < part.end and part.start < r.end:
            if r.quantity.unit == "byte" and part.start < r.start:
                yield _claim(scene, (k, i), part, "capacity", formats, [])
            continue
        if r.start >= part.end:
            if any(part.end <= p.start < r.start for p in others):
                continue
            if not _led(text, part.end, r, sentence.readings):
                continue
            sized = r.quantity.unit == "byte" and re.search(r"\d\s?GB", part.name)
            if sized and re.fullmatch(r"\s*\(", text[part.end : r.start]):
                continue  # "fits into one A100-80GB (56 GB)"
            if sized and _AND_ANOTHER.fullmatch(text[part.end : r.start]):
                continue  # "one A100-40GB and 512 GB of DRAM": the part's own is said already
        else:
            if any(r.end <= p.start < part.start for p in others):
                continue
            if not _TO_PART.match(text[r.end : part.start]):
                continue
        kind = _kind(text, r, part)
        if not kind or _MOVED.match(text, r.end):
            continue
        yield _claim(scene, (k, i), part, kind, formats, [p for p in others if p.name != part.name])


def _led(text: str, start: int, r: Reading, readings: tuple[Reading, ...]) -> bool:
    """Whether the words from a part to a number only say that it has it, among others of a list."""
    at = start
    for o in readings:
        if o.start < start or o.start > r.start:
            continue
        gap = text[at : o.start]
        if o is r:
            return bool(_TO_NUMBER.match(gap)) and len(gap) < 64
        if o.quantity.unit not in ("byte", "byte/s", "W", "FLOP/s", "op/s"):
            return False
        if not _TO_NUMBER.match(gap):
            return False
        at = o.end
    return False


def _kind(text: str, r: Reading, part: Part) -> str:
    """What of a part a number states, by the words right behind it or before."""
    stop = re.search(r"[,;()]|\band\b|\d", text[r.end :])
    after = text[r.end : r.end + (stop.start() if stop else 40)][:40]
    before = re.split(r"[,;()]|\band\b|\d", text[max(part.end if part.end <= r.start else 0, r.start - 40) : r.start])[-1]  # fmt: skip
    gives = _GIVES.search(text[: part.start]) if part.end <= r.start and not re.search(r"[,;]|\d", text[part.end : r.start]) else None  # fmt: skip
    if gives:
        before = f"{gives['what']} {before}"
    if r.end <= part.start and _DRAWN.search(text[: r.start]):
        return ""
    if r.quantity.unit in ("FLOP/s", "op/s"):
        lead = text[max(0, r.start - 44) : r.start]
        if CUES["used"].search(lead) or _RUNS.search(lead):
            return ""
        said = _PEAK.search(lead if r.end <= part.start else before) or _PEAK_BEHIND.match(after)
        rated = part.end <= r.start and r.kind.value == "peak_compute" and not _ON.search(text[: part.start])  # fmt: skip
        return "peak" if said or rated else ""
    if r.quantity.unit == "byte" and part.end <= r.start and _LARGEST.fullmatch(text[part.end : r.start]):  # fmt: skip
        return "capacity"
    if r.quantity.unit == "byte" and part.end <= r.start and _IN_BRACKETS.fullmatch(text[part.end : r.start]) and text[r.end : r.end + 1] in (")", ","):  # fmt: skip
        return "capacity"
    for kind, unit, words, never in _KINDS:
        if r.quantity.unit != unit:
            continue
        near = f"{before} | {after}"
        if kind == "bandwidth" and r.kind.value == "memory_bandwidth" and never is not None and not never.search(near):  # fmt: skip
            return kind
        if words.search(near) and not (never is not None and never.search(near)):
            return kind
    return ""


def _claim(
    scene: Scene, spot: Spot, part: Part, kind: str, formats: tuple[str, ...], others: list[Part]
) -> LocalPhysical:
    k = spot[0]
    text = scene.sentences[k].text
    r = scene.reading(spot)
    named = [("device", part.name), ("kind", kind)]
    near = _near_format(scene, k, r, formats)
    if near:
        named.append(("precision", near))
    count = _IN_SYSTEM.get(part.name, 8.0) if part.system and part.each else part.count
    counted = [("devices", count)] if count is not None else []
    around = text[max(0, min(part.start, r.start) - 40) : max(part.end, r.end) + 40]
    cues = {name for name, p in CUES.items() if name != "used" and p.search(around)}
    between = text[part.end : r.start] if part.end <= r.start else text[r.end : part.start]
    if part.start > r.start:
        between = f"{re.split('[,;:()]', text[max(0, r.start - 44) : r.start])[-1]} {between}"
    if CUES["used"].search(f"{between} {text[r.end : r.end + 30] if part.end <= r.start else ''}"):
        cues.add("used")
    if (r.start < part.end and part.start < r.end) or _WITH.match(between):
        cues.discard("work")
    if part.system and part.each and _OF_GPUS.match(text, r.end):
        cues.add("system")
    if part.end <= r.start and _OF_GPUS.match(text, r.end) and _HAS_SO_MUCH.fullmatch(between):
        cues.discard("work")  # "has 640 GB of GPU memory, of which the weights ..."
    if not part.system and part.end <= r.start and _SINGULAR.match(text, part.end) and text[: part.start].endswith(("The ", "the ")):  # fmt: skip
        cues.add("single")
    if _SINGLE.search(text[: part.start]) and part.count in (None, 1):
        cues.add("single")
    if (
        kind != "peak"
        and "many" in cues
        and part.end <= r.start
        and part.count in (None, 1)
        and _ITS_OWN.search(text[: part.start])
    ):
        # what the part stands in is not what the number is of: "the node has the H100 with 80 GB"
        own = text[part.start : r.end + 40]
        if not CUES["many"].search(_SUM.sub("", own) if "single" in cues else own):
            cues.discard("many")
    if part.end <= r.start:
        if not _OWNS.search(between):
            cues.add("bare")
        if _ON.search(text[: part.start]) and re.search(r"\b(?:has|have|is|are|was|were|offers?|provides?|delivers?|reaches)\b", between):  # fmt: skip
            cues.add("work")
    if kind == "peak":
        if _SPARSE.search(scene.text):
            cues.add("sparse")
        if _is_dense(text, r, part):
            cues.add("dense")
            if not _SPARSE.search(_DENSE.sub("", text)):
                cues.discard("sparse")
        if len(formats) > 1:
            cues.add("formats")
    if others:
        cues.add("parts")
    masked = re.sub(r"\b(?:theoretical|ideal|maximum)\b", lambda m: "x" * len(m.group()), text, flags=re.I)  # fmt: skip
    if asserted(masked, r.start, Where.BODY) is not Asserted.NO:
        cues.add("claimed")
    return LocalPhysical("specification", spot, (), tuple(named), tuple(counted), frozenset(), frozenset(cues))  # fmt: skip


def _is_dense(text: str, r: Reading, part: Part) -> bool:
    """Whether a peak is called dense by the words that lead to it or right behind it."""
    lead = text[part.end : r.start] if part.end <= r.start else text[max(0, r.start - 30) : r.start]
    lead = re.split(r"[;,(]|\d{3,}", lead)[-1]
    if part.end <= r.start and _DENSE_OF.search(text[: part.start]) and not re.search(r"[;,]|\d{3}", text[part.end : r.start]):  # fmt: skip
        return True
    behind = re.match(r"\s?\(?(?:of\s)?(?:(?:BF|FP)\d+\s)?(?:dense\b|without (?:2:4 |structured )?sparsity)", text[r.end :])  # fmt: skip
    return bool(_DENSE.search(lead) or behind)


def _near_format(scene: Scene, k: int, r: Reading, formats: tuple[str, ...]) -> str:
    """The format that a peak is stated for: the one of its clause, or the only one of the sentence."""
    text = scene.sentences[k].text
    own = precision_names(re.split(r"[,;()]", text[r.end : r.end + 30])[0])
    if len(own) == 1:
        return own[0]
    return formats[0] if len(formats) == 1 else ""


# "4 TB/s of values from 1.3 TB/s of HBM": what is drawn, and not what there is
_DRAWN = Lazy(r"\bfrom (?:only |about |just )?$")
# of the devices, or of the hosts too
_ANY_MEMORY = Lazy(r"\s?of (?:main |total |system )?(?:memory|RAM)\b")


def _totals(scene: Scene, k: int, parts: tuple[Part, ...]) -> Iterator[LocalPhysical]:
    """A count, what each holds, and the total: "eight A100-80GB, 640 GB in total"."""
    text = scene.sentences[k].text
    counts = scene.spots(k, noun="gpu")
    if len(parts) != 1 or len(counts) != 1 or _OTHER_STORE.search(text):
        return
    part, many = parts[0], scene.reading(counts[0])
    if not (many.start <= part.start < many.end or 0 <= part.start - many.end <= 2):
        return
    sizes = scene.spots(k, "byte")
    own = [
        s for s in sizes
        if (part.start <= scene.reading(s).start < part.end + 2) or _each(text, scene.reading(s))
    ]  # fmt: skip
    whole = [s for s in sizes if s not in own and _is_total(text, scene.reading(s), part)]
    if len(whole) != 1 or len(own) > 1 or len(sizes) != len(own) + 1:
        return
    total = scene.reading(whole[0])
    before = total.end <= part.start
    between = text[total.end : many.start] if before else text[part.end : total.start]
    if not _JOIN_TOTAL.match(_ONE_NODE.sub(" ", between)) or not (
        before or _ENDS_TOTAL.match(_ONE_NODE.sub(" ", text[total.end :]))
    ):
        return
    given = [("devices", counts[0]), *((("each", own[0]),) if own else ())]
    cues = {name for name in ("used", "another") if CUES[name].search(text)}
    nodes = scene.spots(k, noun="node")
    if nodes and part.nodes_at is not None:
        given.append(("nodes", part.nodes_at))
    elif nodes or _MORE_DEVICES.search(_ONE_NODE.sub(" ", text[part.end :])):
        cues.add("more")
    if _PER_NODE.match(text, total.end) or _OF_A_NODE.search(between):
        cues.add("of a node")
    if _ANY_MEMORY.match(text, total.end):
        cues.add("any memory")
    yield LocalPhysical(
        "total-capacity", whole[0], tuple(given), (("device", part.name),), (), frozenset(), frozenset(cues)
    )  # fmt: skip


def _each(text: str, r: Reading) -> bool:
    return bool(re.match(r"(?: of \w+)?,? (?:each|apiece|per GPU|per card)\b", text[r.end :]))


def _is_total(text: str, r: Reading, part: Part) -> bool:
    stop = re.search(r"[;:.]|\d", text[r.end :])
    after = text[r.end : r.end + (stop.start() if stop else 40)][:40]
    before = re.split(r"[;:.]|\d", text[max(part.end, r.start - 30) : r.start])[-1] if r.start >= part.end else text[max(0, r.start - 30) : r.start]  # fmt: skip
    if r.start >= part.end and _OF_GPUS.match(text, r.end) and _OF_A_NODE.search(text[part.end : r.start]):  # fmt: skip
        return True
    return bool(_TOTAL.search(after) or _TOTAL.search(before) or _PER_NODE.match(text, r.end))
