"""Specifications that stand beside no "has": in brackets behind a part, of "every GPU", and of links by name.

"A100 GPUs (80 GB, 2.0 TB/s)", "NVLink gives every GPU 600 GB/s", "an HDR adapter of 200 Gb/s".
Nothing that is read here is ever a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import same_name
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_BACK = 2
"""How many sentences before "every GPU" its name may stand."""
_OPENS = Lazy(
    r"s?(?:\s(?:SXM\d?|PCIe|OAM))?(?:\s(?:GPUs?|cards?|accelerators?|parts?|chips?))?\s?\("
)
_ALONE = Lazy(
    r"^[\s~≈]*(?:and |with |each |of |at |up to )?#(?:\s(?:of|in|at|for|each|memory|bandwidth|HBM\w*|GDDR\w*|DRAM|VRAM|TDP|dense|peak|BF16|FP16|FP8|TF32|tensor|compute|with|without sparsity|per GPU))*\s*$",
    re.I,
)
_NOT_OF_PART = Lazy(r"\b(?:NVLink|NVSwitch|PCIe|InfiniBand|Ethernet|network|L[12]|caches?|SRAM|host|CPU|measured|achiev\w+|used|effective|sustain\w*|free|available|left|sparse|sparsity|total|node|aggregate)\b", re.I)  # fmt: skip
_USED = Lazy(
    r"\b(?:achiev\w+|sustain\w*|measur\w+|reach\w*|attain\w*|observ\w+|effective\w*|moves?|sends?|sees?|carries|busy|drives?|uses?|used|needs?|requir\w+|only use|sav\w+|limit\w*|cap(?:ped|s)?|throttl\w*|modified|simulat\w+|emulat\w+|"
    r"hypothetical\w*|future|would|could|if|imagin\w+|assum\w+|restrict\w*|shar(?:e|es|ed|ing)|half|both|switch(?:es)?|OSFP|twin|dual|two|pair|together|bonded|aggregat\w*|combined|trunk\w*|oversubscri\w*|spine|leaf)\b",
    re.I,
)
_EACH_GPU = (
    r"(?:every|each|a|an|one|the)\s(?:GPU|card|accelerator|device|chip)|them|it|each(?: of them)?"
)
_SPEC_WORDS = (
    ("link", "byte/s", Lazy(rf"\bNVLink(?:\s?\d(?:\.0)?)?\s(?:(?:then |which |that )?(?:gives?|offers?|provides?|grants?|supplies|connects?|links?|attaches|has|delivers?|runs at|is)\s)?(?:to )?(?:(?:{_EACH_GPU})\s)?(?:with |at |of )?(?:a )?(?:total of )?$", re.I)),
    ("link", "byte/s", Lazy(r"\b(?:by|over|via|with|through)\sNVLink(?:\s?\d(?:\.0)?)?,?\s(?:at|with|of)\s$")),
    ("bandwidth", "byte/s", Lazy(rf"\b(?:HBM\w*|GDDR\w*|(?:(?:its|their|the|whose)\s)?(?:memory|HBM\w*|DRAM) bandwidth|(?:its|their) bandwidth|(?:device|GPU) memory)\s(?:(?:gives?|is|has|offers?|provides?|delivers?|runs at)\s)(?:(?:{_EACH_GPU})\s)?(?:with |at |of )?$|\band (?:its|their) bandwidth\s(?:is )?$", re.I)),
    ("bandwidth", "byte/s", Lazy(r"\d\s?GB(?: of)?(?: GPU| device)?(?: memory| HBM\w*| GDDR\w*)?,? (?:at|with|running at) $")),
    ("capacity", "byte", Lazy(r"\b(?:[Tt]heir|[Ii]ts|[Tt]he) memory (?:is|holds) $")),
    ("peak", "FLOP/s", Lazy(r"\b(?:the|its|their|whose|a)\s(?:(?:theoretical|nominal|dense|[BFT][FP]\d{1,2}|half-precision|tensor(?:[- ]core)?)\s)*peak(?:\s(?:rate|throughput|performance))?\s(?:is|of|at)\s$", re.I)),
    ("tdp", "W", Lazy(r"\b(?:draws? up to|(?:its|their|whose|the|a) TDP (?:is|of)|(?:its|their) board power is)\s$", re.I)),
    ("tdp", "W", Lazy(r",? in $")),
    ("tdp", "W", Lazy(r"\b(?:draws?|consumes?|takes?) $(?#at most)")),
)  # fmt: skip
# Another memory than that of the part, and less than the whole of it.
_NOT_ITS = Lazy(
    r"\b(?:MIG|slices?|vGPU|partition\w*|host|CPUs?|DDR\d?|main memory|system memory|L2|caches?|SRAM|modified|hypothetical|prototype)\b"
)
_OF_NODES = Lazy(r"(?:\sper GPU)?\s(?:in|on|for|of)\s(?:(?:the|an?|our|each)\s)?$")
_PER_PART = Lazy(r"\s(?:per|for (?:each|every)|to (?:each|every)|on (?:each|every))\s$")
_OF_NVLINK = Lazy(r"\s(?:of\s)?(?:(?:aggregate|total|bidirectional)\s)?NVLink(?:\sbandwidth)?\s(?:per|for (?:each|every)|to (?:each|every)|on (?:each|every))\s(?:GPU|card|device|accelerator)\b")  # fmt: skip
_OF_MANY = Lazy(r"\b(?:servers?|nodes?|aggregate|in total|together|machines?|chassis|systems?|combined|all)\b", re.I)  # fmt: skip
_EACH_BEHIND = Lazy(r"\s?(?:per|for (?:each|every)|to (?:each|every)|each)\b|\s(?:in total|counted|in each direction|per direction)\b", re.I)  # fmt: skip
_SPARSE = Lazy(r"\bspars\w+|\b2:4\b", re.I)

# -- links by their names ---------------------------------------------------------------------

_LINK_NAME = r"Slingshot(?:[- ]?11)?|(?:(?:InfiniBand|IB)\s)?(?:EDR|HDR|NDR|XDR)(?:\s(?:InfiniBand|IB))?|PCI(?:e|-?Express)[- ]?(?:Gen\s?)?[3-6](?:\.0)?(?:\s?[x×]\s?16)?(?!\s?[x×]\s?\d)"
_LINKED = Lazy(r"\b(?:Slingshot|EDR|HDR|NDR|XDR|PCI(?:e|-?Express)[- ]?(?:Gen\s?)?[3-6])")
_NAME_BEFORE = Lazy(
    rf"\b(?P<name>{_LINK_NAME})(?:\s(?:adapters?|ports?|links?|NICs?|HCAs?|cards?|network|fabric|interface|connection|slots?))?,?\s?(?:whose (?:ports?|links?|adapters?|lanes) )?"
    r"(?:\(|(?:carr(?:y|ies)|are|is|supplies|supply|comes? at|allows?|has a rate of|moves?)\s|(?:which )?(?:with|of|at|that is|offers?|offering|provides?|providing|gives?|giving|running at|runs? at|has|have|i\.e\.,?|or|which at|delivers?)\s)(?:about |up to |only |roughly |a (?:bandwidth|rate) of )*$"
)
_MOVES = Lazy(
    r"\b(?:achiev\w+|sustain\w*|measur\w+|reach(?:es|ed)?|attain\w*|observ\w+|effective\w*|moves?|sends?|sees?|busy|saturat\w*|throttl\w*|simulat\w+|emulat\w+|future|would|could|if|imagin\w+|assum\w+|switch(?:es)?|OSFP|"
    r"twin|dual|two-port|bonded|aggregat\w*|combined|together|trunk\w*|oversubscri\w*|spine|leaf|limit(?:s|ed)?|capp?(?:ed|s)?|bisection|both|NVSwitch|lanes?|not|isn['’]t|aren['’]t|never|no)\b",
    re.I,
)
_ONE_PORT = Lazy(r"\b(?:adapters?|ports?|NICs?|HCAs?|cards?|each)\b", re.I)
_NAME_BEHIND = Lazy(rf"[\s-]*(?:4[x×] )?(?P<name>{_LINK_NAME})(?![\w-])")


def read(scene: Scene, told: set[Spot]) -> Iterator[LocalPhysical]:
    """Specifications of parts and of named links that the tighter reader has not told."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        for claim in (*_in_brackets(scene, k), *_of_nodes(scene, k), *_of_its_nvlink(scene, k), *_of_each(scene, k), *_by_nature(scene, k)):  # fmt: skip
            if claim.number not in told:
                told.add(claim.number)
                yield claim
        if _LINKED.search(sentence.text):
            yield from _of_links(scene, k)


def _claim(
    spot: Spot, name: str, kind: str, cues: set[str], precision: str = "", *, far: bool = True
) -> LocalPhysical:
    named = (("device", name), ("kind", kind), *((("precision", precision),) if precision else ()))
    return LocalPhysical(
        "specification", spot, (), named, (("devices", 1.0),), frozenset({"device"} if far else ()),
        frozenset({"claimed", "single", "told", *cues}),
    )  # fmt: skip


def bracketed(text: str, part_end: int, at: int) -> bool:
    """Whether a number is in a list in brackets right behind a part: of one of them, wherever they stand."""
    opening = _OPENS.match(text, part_end)
    end = text.find(")", at)
    if opening is None or end < 0 or not opening.end() <= at:
        return False
    inner = text[opening.end() : end]
    return "," in inner and ")" not in inner and not _NOT_OF_PART.search(inner)


def _kind(r: Reading) -> str:
    return {"byte": "capacity", "byte/s": "bandwidth", "W": "tdp", "FLOP/s": "peak"}.get(r.quantity.unit, "")  # fmt: skip


def _in_brackets(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """What a list in brackets behind a part has: "(141 GB, 4.8 TB/s)"."""
    text = scene.sentences[k].text
    for part in scene.parts(k):
        opening = _OPENS.match(text, part.end)
        if opening is None or part.system:
            continue
        end = text.find(")", opening.end())
        inner = text[opening.end() : end] if end > 0 else ""
        spots = [s for s in scene.spots(k) if opening.end() <= scene.reading(s).start < end]
        kinds = [_kind(scene.reading(s)) for s in spots]
        if not inner or len(spots) < 2 or "capacity" not in kinds or _NOT_OF_PART.search(inner):
            continue
        for spot, kind in zip(spots, kinds, strict=True):
            r = scene.reading(spot)
            low = max((m.end() for m in re.finditer(r"[,;(]|\band\b", text[: r.start])), default=0)
            high = re.search(r"[,;)]|\band\b", text[r.end :])
            tail = text[r.end : r.end + high.start()] if high else ""
            formats = precision_names(tail)
            if not kind or not _ALONE.match(f"{text[low : r.start]}#{tail}"):
                continue
            if kind == "peak" and len(formats) != 1:
                continue
            cues = {"dense"} if kind == "peak" and "dense" in tail else set()
            yield _claim(spot, part.name, kind, cues, formats[0] if kind == "peak" else "")


def _of_nodes(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """NVLink of several parts: "600 GB/s per GPU in the A100 nodes and 300 GB/s in the V100 nodes"."""
    text = scene.sentences[k].text
    if "NVLink" not in text or _USED.search(re.sub(r"\bboth directions\b|\beach direction\b", "", text)):  # fmt: skip
        return
    per_gpu = re.search(r"\b(?:per|each|every) GPU\b", text)
    for spot in scene.spots(k, "byte/s"):
        r = scene.reading(spot)
        behind = [(p, text[r.end : p.start]) for p in scene.parts(k) if p.start >= r.end]
        apiece = [p for p, gap in behind if _PER_PART.fullmatch(gap)]
        if apiece and re.search(r"\bNVLink(?:\s?\d(?:\.0)?)?,?\s?(?:\(|at |with |of |gives |offers )$", text[: r.start]):  # fmt: skip
            yield _claim(spot, apiece[0].name, "link", set())
            continue
        near = [p for p, gap in behind if _OF_NODES.fullmatch(gap)]
        if near and per_gpu and text.find("NVLink") < r.start:
            yield _claim(spot, near[0].name, "link", set())


_ONE_WAY = Lazy(
    r"[\s,(]*(?:and GPU |per GPU |per device )?(?:(?:in |per |for )?(?:each|one|either|every|a single) (?:way|direction)|per (?:GPU and )?direction|unidirectional\w*|one-way)\b",
    re.I,
)
_BOTH_WAYS = Lazy(
    r"[\s,(]*(?:in total|total|altogether|(?:in|over|counting) both directions|bidirectional\w*|of aggregate)\b",
    re.I,
)
# What more than one of a part has, or none has, and what was reached: another rule holds that.
_SUMMED = Lazy(
    r"\b(?:achiev\w+|sustain\w*|measur\w+|reach\w*|attain\w*|observ\w+|obtain\w*|moves?|moved|sends?|sent|sees?|needs?|requir\w+|together|aggregat\w*|combined|sum(?:s|med)?|bisection|(?:per|in|of) (?:a|the|each|every)? ?(?:whole )?(?:node|server|rack)s? (?:together|in all)|switch(?:es)?|would|could|should|might|if|simulat\w+|emulat\w+|hypothetical\w*|future|successor|assum\w+|all (?:of )?(?:the |its |our )?(?:GPUs|devices|eight|four|links))\b",
    re.I,
)
_NVLINK_CLAUSE = Lazy(r"\bNVLink\b(?! (?:domain|bridge|switch|island))[^;:]{0,70}$")
_HEADS = Lazy(r"^\W*(?:[Aa]n?|[Tt]he|[Oo]ur|[Ee]ach|[Oo]ne|[Ee]very)\s(?:NVIDIA\s)?$")


def _of_its_nvlink(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """What NVLink carries in one direction, or in total, of the part that is spoken of, whatever the verb."""
    text = scene.sentences[k].text
    if "NVLink" not in text:
        return
    parts = scene.parts(k)
    its = parts and _HEADS.match(text[: parts[0].start]) and re.search(r"\b(?:its|whose)\s(?:[\w-]+\s){0,2}NVLink", text)  # fmt: skip
    name = parts[0].name if its else _one_part(scene, k)
    if not name:
        return
    for spot in scene.spots(k, "byte/s", where=lambda r: r.quantity.bounded):
        r = scene.reading(spot)
        clause = re.split(r"[;:]|(?<!i\.e)\. |, (?:and|but|while|whereas) (?!(?:its|whose|their|each|both)\b)", text[: r.start])[-1]  # fmt: skip
        behind = text[r.end : r.end + 34]
        one = _ONE_WAY.match(behind)
        whole = _BOTH_WAYS.match(behind)
        if not (one or whole) or not _NVLINK_CLAUSE.search(clause) or _OF_A_LINK.search(clause.replace("NVLink", "")):  # fmt: skip
            continue
        said = f"{clause} {behind}"
        if _SUMMED.search(said) or (whole and _OF_MANY.search(_BOTH_WAYS.sub("", said))):
            continue
        yield _claim(spot, name, "link", {"one way"} if one else set())


def _of_each(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """What "every GPU" has, whose name stands in one of the sentences before or in this one."""
    text = scene.sentences[k].text
    name = _one_part(scene, k)
    if not name or any(_NOT_ITS.search(s.text) for s in scene.sentences[max(0, k - 1) : k + 1]):
        return
    for spot in scene.spots(k):
        r = scene.reading(spot)
        before = text[max(0, r.start - 90) : r.start]
        clause = re.split(r"[;:]|, (?!and (?:its|their)\b)", before)[-1]
        if (
            r.quantity.unit == "byte/s"
            and _OF_NVLINK.match(text, r.end)
            and not _USED.search(clause)
        ):
            yield _claim(spot, name, "link", set())
            continue
        for kind, unit, words in _SPEC_WORDS:
            if r.quantity.unit != unit or not (words.search(before if kind in ("bandwidth", "tdp") else clause)):  # fmt: skip
                continue
            behind = text[r.end : r.end + 30]
            if kind != "link" and (_OF_MANY.search(before + behind) or _two_of(scene, k, unit)):
                continue
            if _USED.search(clause) or (kind == "tdp" and words.pattern == r",? in $" and not _is_list(scene, k, r)):  # fmt: skip
                continue
            if re.match(
                r"\s?(?:per|in (?:a|each|every)|of a) (?:node|server|machine|rack)\b", behind
            ):
                continue
            own = re.search(_EACH_GPU, clause, re.I) or _EACH_BEHIND.match(behind)
            if "(?#at most)" in words.pattern and not re.match(r"\s?(?:at most|at maximum|and no more)\b", behind):  # fmt: skip
                continue
            if kind == "link" and not own:
                continue
            if kind == "capacity" and not re.match(r"\s?(?:each|per GPU)\b", behind):
                continue
            formats = precision_names(f"{clause} {re.split(r'[,;()]', behind)[0]}")
            if kind == "peak" and (len(formats) != 1 or _SPARSE.search(text)):
                continue
            cues = {"dense"} if kind == "peak" and "dense" in clause else set()
            yield _claim(spot, name, kind, cues, formats[0] if kind == "peak" else "")
            break


# -- by what is behind a number ---------------------------------------------------------------

_OF_MEMORY = Lazy(
    r"\s(?:of|in)\s(?:(?:on-board|fast|its|device|GPU|stacked)\s)?(?:HBM\w*|GDDR\w*|VRAM|device memory|GPU memory|graphics memory|on-board memory)\b(?! (?:is|are|was) (?:used|left|free|taken))",
    re.I,
)
_OWNED = Lazy(r"\b(?:has|have|having|with|offers?|provides?|features?|carries|comes?|boasts?|packs?|its|whose|holds?|brings?|supplies|gives?|delivers?|stands? out|ships?|includes?|is|are|of|at|runs?)\b|['’]s\b", re.I)  # fmt: skip
_MEMORY_NAMED = Lazy(r"\b(?:HBM\w*|GDDR\w*|memory|VRAM|bandwidth)\b[^;()\d]{0,40}$", re.I)
_NOT_SPEC = Lazy(
    r"\b(?:achiev\w*|sustain\w*|measur\w*|reach\w*|attain\w*|observ\w*|effective\w*|uses?|used|using|needs?|requir\w*|takes?|took|fits?|fill\w*|leav\w*|left|free|remain\w*|reserv\w*|alloc\w*|limit\w*|capp?\w*|consum\w*|occup\w*|stores?|stored|"
    r"weights?|parameters?|cache|model|batch|kernel|moves?|reads?|writes?|streams?|copy|copies|saves?|frees?|NVLink|NVSwitch|PCIe|network|InfiniBand|Ethernet|host|CPU|L[12]|SRAM|total|together|aggregate|combined|all|both|pair|two|four|eight|node|nodes|server|machine|cluster|"
    r"slice|MIG|half|hypothetical|future|would|could|if|than|instead|another|variant|modified|where|only use|more|less|twice|other|later|successor|predecessor|against|per cent|%|to)\b|%",
    re.I,
)
_SUBJECT = Lazy(r"^(?:[Ii]ts?|(?:[Ee]ach|[Oo]ne|[Aa]ny)(?: of (?:them|these|those|our cards))?|[Aa]n?(?: single)? (?:GPU|card|part)|[Ee]very (?:GPU|card)|[Tt]he (?:card|GPU|part|accelerator|device|chip|first|latter))\b|(?:^|[,;] )(?:its|whose)\b")  # fmt: skip


NODES_BEHIND = Lazy(r"s?[ -](?:GPU )?(?:nodes?|servers?|machines?|instances?|systems?|clusters?|boxes|pods?)\b")  # fmt: skip


def owned(text: str, part_end: int, r: Reading) -> bool:
    """Whether a memory is named by what stands behind the number, and owned by what stands before."""
    gap = text[part_end : r.start] if part_end <= r.start else ""
    return bool(_OWNED.search(gap) and _OF_MEMORY.match(text, r.end) and not _NOT_SPEC.search(gap))


def _by_nature(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """What a part owns by what stands behind or before the number: "has the same peak and 141 GB of HBM3e"."""
    text = scene.sentences[k].text
    parts = scene.parts(k)
    for spot in scene.spots(k, where=lambda r: r.quantity.unit in ("byte", "byte/s") and r.quantity.bounded):  # fmt: skip
        r = scene.reading(spot)
        own = [p for p in parts if p.start < r.start]
        cuts = [m.end() for m in re.finditer(r"; |: |, (?:and|while|whereas|but) (?!its\b)|\. ", text[: r.start])]  # fmt: skip
        low = cuts[-1] if cuts else 0
        inner = [p for p in own if p.start >= low]
        if inner:
            part, far = inner[-1], False
            if len({same_name(p.name) for p in inner}) > 1:
                continue
        elif parts:
            if len({same_name(p.name) for p in parts}) > 1 or not own or not re.match(r"(?:its|it) ", text[low:]):  # fmt: skip
                continue
            part, far = own[-1], True
        elif not _SUBJECT.search(text[low : r.start]):
            continue
        else:
            before = scene.parts(k - 1) if k else ()
            if len({same_name(p.name) for p in before}) != 1:
                continue
            if NODES_BEHIND.match(scene.sentences[k - 1].text, before[-1].end):
                continue
            part, far = before[-1], True
        gap = text[max(low, part.end if not far else 0) : r.start]
        if NODES_BEHIND.match(text, part.end) and not far:
            continue
        if part.system or (part.count or 1) > 1 or len(gap) > 110 or not _OWNED.search(gap):
            continue
        behind = re.split(r"[,;.)]|\b(?:and|at|while)\b", text[r.end : r.end + 24])[0]
        gap_words = re.sub(r"\b(?:the same|a|more) [\w-]+(?: [\w-]+){0,2}? as (?:the|all) other \w+", "", gap)  # fmt: skip
        if _NOT_SPEC.search(re.sub(r"\b(?:our|among|in) (?:our )?(?:machines|pool|cluster)\b", "", gap_words)) or _NOT_SPEC.search(behind) or _NOT_ITS.search(text):  # fmt: skip
            continue
        if r.quantity.unit == "byte":
            if _OF_MEMORY.match(text, r.end):
                yield _claim(spot, part.name, "capacity", set())
        elif _MEMORY_NAMED.search(gap) and len(scene.spots(k, "byte/s")) == 1:
            yield _claim(spot, part.name, "bandwidth", set())


def _two_of(scene: Scene, k: int, unit: str) -> bool:
    """Whether a sentence that names its part states two numbers of a unit: the other may be of another part."""
    text = scene.sentences[k].text
    spots = [scene.reading(s) for s in scene.spots(k, unit)]
    if unit == "byte/s":  # what a link carries is no rival
        ends = [0, *(r.end for r in spots)]
        spots = [r for r, end in zip(spots, ends, strict=False) if not _OF_A_LINK.search(text[end : r.start])]  # fmt: skip
    return bool(scene.parts(k)) and len(spots) > 1


_OF_A_LINK = Lazy(r"\b(?:NVLink|NVSwitch|PCIe|Ethernet|InfiniBand|network|adapters?|NICs?)\b")


def _is_list(scene: Scene, k: int, r: Reading) -> bool:
    """Whether a power ends a list of what a small part has: "24 GB at 300 GB/s, in 72 W"."""
    units = [x.quantity.unit for x in scene.sentences[k].readings if x.start < r.start]
    return "byte" in units and "byte/s" in units


def _one_part(scene: Scene, k: int) -> str:
    """The one part of a sentence or, failing any, of those before it."""
    for j in range(k, max(-1, k - _BACK - 1), -1):
        parts: tuple[Part, ...] = scene.parts(j)
        names = sorted({p.name for p in parts}, key=len)
        if names:
            same = all(same_name(names[-1]).startswith(same_name(n)) for n in names)
            return names[-1] if same and not any(p.system for p in parts) else ""
    return ""


def _of_links(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """Rates of links that a name tells: "200 Gb/s HDR adapters", "PCIe 4.0 x16 with 31 GB/s in each direction"."""
    text = scene.sentences[k].text
    spots = scene.spots(k, "byte/s", where=lambda r: r.quantity.bounded)
    lines = [s for s in spots if _NAME_BEHIND.match(text, scene.reading(s).end)]
    for spot in lines or spots:  # "a 200 Gb/s HDR port at 24 GB/s": the second is what went over it
        r = scene.reading(spot)
        lead = text[max(0, r.start - 80) : r.start]
        clause = re.split(r"[;:]|, (?:and|while|whereas|but) ", lead)[-1]
        found = _NAME_BEFORE.search(clause) or _NAME_BEHIND.match(text, r.end)
        behind = re.split(r"[;.]|, (?:together|in total|combined|in all|altogether) (?:about )?(?=\d)", text[r.end : r.end + 60])[0]  # fmt: skip
        if found is None or _MOVES.search(clause[-50:]) or _MOVES.search(behind):
            continue
        cues = {"claimed"}
        if _ONE_PORT.search(found.group()) or _ONE_PORT.search(re.split("[,;]", behind)[0]):  # fmt: skip
            cues.add("one")
        if re.search(r"\b(?:each|per|one|either) (?:way|direction)\b|\bunidirectional\b", behind):
            cues.add("one way")
        if re.search(r"\b(?:per|a|each|every) (?:node|server|machine)\b|\bin total\b", behind):
            cues.add("many")
        named = (("link", found["name"]),)
        yield LocalPhysical("link specification", spot, (), named, cues=frozenset(cues))
