"""What of a sentence belongs to one of its rates: its clause, its part, its format, and what explains it."""

from __future__ import annotations

import re
from itertools import pairwise

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import same_name
from tanaka.paper.physics.before import elsewhere
from tanaka.paper.physics.plain.beside import explained
from tanaka.paper.physics.scene import Part, Scene, Spot
from tanaka.patterns import Lazy

_CUTS = Lazy(
    r";|:\s|, (?:and|while|whereas|but|or|which|so|though|although)\b|\s(?:while|whereas)\s|\)\s?"
)
_BETWEEN = Lazy(r",? (?:and|versus|vs\.?|but|or|to|against)\b|, |; ")
# "Counting six operations per parameter, plus attention, each GPU ...": how, and nothing that is not executed
COUNTING = Lazy(
    r"\b(?:[Ww]e|[Tt]hey|[Ww]ho) count(?:ed)?\s(?![^;.,]*\b(?:full|whole|masked|zeros?|padd\w+|recomput\w*|twice|skip\w*|spars\w*|half|double|dropp\w+)\b)[^;.,]*\b(?:operations?|FLOPs?|6N|multipl\w+|products?)\b|"
    r"\b(?:[Cc]ounting|[Ww]ith|[Aa]t)\s(?![^,;]*\b(?:full|whole|masked|zeros?|padd\w+|recomput\w*|twice|skip\w*|spars\w*|half|double|dropp\w+)\b)[^,;.]*?(?:\b(?:operations?|[GT]?FLOPs?|products?|multipl\w+|6N|additions?)\b[^;.]*?)?,(?=\s(?:each|this|that|these|the|we|it|every|our|an?|one|all|\d)\b)"
)
_WHICH = Lazy(r", (?:which|or|so)\s?$")
_STRONG = Lazy(r"; |, (?:and|while|whereas|but) ")
_HELD = Lazy(
    r"['’]?s?[- ](?:based )?(?:[a-z-]+ )?(?:runs?|jobs?|hosts?|ranks?|testbeds?|machines?|boards?|racks?|fleets?|groups?|slices?|pods?|nodes?|servers?|clusters?|systems?|instances?|partitions?|boxe?s?|pools?|sides?|blades?|sleds?|trays?|quads?|pairs?|chassis|workstations?|packages?|superchips?|supercomputers?)\b"
)
_AGAINST = Lazy(
    r"\b(?:relative to|compared (?:with|to)|against|versus|vs\.?|than|unlike|instead of|rather than)\s(?:on\s|the\s|an?\s|one\s|that\s|of\s|for\s)*$",
    re.I,
)
_COMPARAND = Lazy(
    r"\b(?:[Rr]elative to|[Cc]ompared (?:with|to)|[Aa]gainst|[Vv]ersus|vs\.?|than|[Ww]here|[Uu]nlike|[Ii]nstead of|[Rr]ather than|[Ff]rom|no|over|what)\b[^.,;:()]{0,40}$"
)
KERNEL = Lazy(
    r"\b(?:(?:cu|hip|roc)BLAS(?:Lt)?|CUTLASS|DeepGEMM|oneDNN)\b|\b(?:a|an|one|single|every|each) (?:[\w-]+ ){0,1}(?:projection|product|MLP|layer)\b|"
    r"\bGEMMs?\b|\bmat(?:rix )?-?(?:muls?|multipl\w+|products?)\b|\bkernels?\b|\b(?:the|our|these|its|large\w*|square|dense|MLP|linear|projection|isolated|grouped) (?:[\w-]+ ){0,2}(?:products?|layers?|projections?|blocks?)\b",
    re.I,
)
GOES_ON = Lazy(
    r"\b(?:it|this|the (?:latter|former)|the (?:same )?(?:kernel|figure|rate|number|result|speed|performance)|that of)\b",
    re.I,
)
_TOGETHER = Lazy(r"\b(?:together|combined)\b", re.I)
_BESIDE = Lazy(
    r"\s?\((?:on\s|an?\s|the\s|one\s|NVIDIA\s|AMD\s)*$|"
    r"\s?(?:\([^()]*\)\s?)?(?:(?:in|with|using|at)\s(?:dense\s)?[A-Za-z]+\d+\s)?(?:per|on|for|by|/)\s?(?:an?\s|the\s|one\s|each\s|every\s|our\s|a\ssingle\s|NVIDIA\s|AMD\s)*$"
)

_IN_FORMAT = Lazy(
    r"\s?(?:\([^()]*\)\s?)?(?:in|with|using|at|of)\s(?:dense\s)?(?:[A-Za-z]+\d+|half precision)\b"
)
_PEAK_BEFORE = Lazy(
    r"\b(?:peak|theoretical|maximum|datasheet|ceiling)\b[^,;.]{0,24}$|\bpeaks at\s?$", re.I
)
_PEAK_AFTER = Lazy(
    r"[^,.;()%]{0,24}\b(?:peak|theoretical|roof|maximum|ceiling|datasheet)\b(?! memory)", re.I
)
# "60% of the peak of the A100 means 187 TFLOP/s" is what is reached
_A_SHARE_OF = Lazy(
    r"(?:%|\bpercent) of (?:the|its|their) [^,;.%]*\bpeak\b[^,;.%]*\b(?:means|makes|gives|yields|corresponds to|amounts to|equals|translates (?:in)?to)\s(?:about\s|only\s)?$"
)
_WE_COUNT = Lazy(r"\bwe count(?:ed)? (?=\d)")
_WHERE_IT = Lazy(
    r"\bwhere it (?:runs|ran|reache[sd]|attain(?:s|ed)|sustain(?:s|ed)|achieve[sd]|gets|does|peaks)\b"
)
_REMARK = Lazy(r"^\W*(?:This|That|These|Such|It|Here|Note|Both|However|But|Of course)\b")


def clause_of(scene: Scene, rates: list[Spot], n: int) -> tuple[int, int]:
    """Range of the words of one rate: its clause, and not those of the rates beside it."""
    r = scene.reading(rates[n])
    text = scene.sentences[rates[n][0]].text
    low, high = 0, len(text)
    for m in _CUTS.finditer(text):
        if m.end() <= r.start:
            low = m.end() if not m.group().startswith(")") else low
        elif m.start() >= r.end and not m.group().startswith(")"):
            high = m.start()
            break
    if n:
        low = max(low, _border(text, scene.reading(rates[n - 1]).end, r.start))
    if n + 1 < len(rates):
        high = min(high, _border(text, r.end, scene.reading(rates[n + 1]).start))
    return low, high


def _border(text: str, start: int, end: int) -> int:
    """Where the words of one rate end and those of the next begin."""
    cuts = list(_BETWEEN.finditer(text, start, end))
    return cuts[0].end() if cuts else start


def part_of(
    scene: Scene, k: int, spot: Spot, low: int, high: int, *, alone: bool
) -> tuple[Part | None, bool] | None:
    """The part of a rate, and whether several stand there; None where nothing tells which."""
    text, r = scene.sentences[k].text, scene.reading(spot)
    parts = [p for p in scene.parts(k) if not p.system]
    if len(parts) > 1 and (listed := _in_order(scene, k, spot, parts)) is not None:
        return listed, False
    if len(parts) != len(scene.parts(k)):
        return None  # a DGX: how many of them, only more words say
    if not parts:
        return None, False
    beside = [p for p in parts if p.start >= r.end and _BESIDE.fullmatch(text[r.end : p.start])]
    here = beside or [p for p in parts if low <= p.start < high]
    if not here and _WHICH.search(text[:low]):
        # "the A100 reads 6,400, and the H100s 14,500 tokens/s, which is 512 TFLOP/s": of the last
        last = max((m.end() for m in _STRONG.finditer(text[:low])), default=0)
        here = [p for p in parts if last <= p.start < low] if last else []
        if len({same_name(p.name) for p in here}) > 1:
            here = []
    if not here:
        led = {same_name(p.name): p for p in parts if p.start < low}
        if len({same_name(p.name) for p in parts}) > 1 or not led:
            return None
        near = text[low:high]
        if not alone and (elsewhere(near) or not (KERNEL.search(near) or GOES_ON.search(near))):
            return None  # "the A100 reaches 250; on the new cluster we get 640"
        here = list(led.values())
    if not beside and elsewhere(text[low:high]):
        return None  # "Hopper's successor reaches 1,600 on the shapes on which an H100 attains 700"
    against = _AGAINST if beside else _COMPARAND
    here = [p for p in here if not against.search(text[: p.start])]
    if len({same_name(p.name) for p in here}) != 1:
        return None
    part = here[0]
    plural = text[part.end : part.end + 1] == "s" and not part.each
    counted = part.count is not None and part.count != 1
    return part, plural or counted or bool(_HELD.match(text, part.end))


_LIST = Lazy(r"(?:\s?TFLOP/s)?\s?(?:,|,?\s(?:and|or)|/)\s(?:an?\s|the\s|one\s|on\s)*")


def _in_order(scene: Scene, k: int, spot: Spot, parts: list[Part]) -> Part | None:
    """The part at the place of a rate in its list: "the H100 and the L40S reach 702 and 250 TFLOP/s"."""
    rates = scene.spots(k, "FLOP/s")
    text = scene.sentences[k].text
    if len(rates) != len(parts) or len({same_name(p.name) for p in parts}) != len(parts):
        return None
    ends = [scene.reading(s) for s in rates]
    gaps = [text[a.end : b.start] for a, b in pairwise(ends)]
    names = [text[a.end : b.start] for a, b in pairwise(parts)]
    if not all(_LIST.fullmatch(g.removeprefix("s")) for g in (*gaps, *names)):
        return None
    if any(p.count not in (None, 1) for p in parts) or any(
        text[p.end : p.end + 1] == "s" for p in parts
    ):
        return None
    return parts[rates.index(spot)]


def format_of(scene: Scene, k: int, spot: Spot, near: str, *, alone: bool) -> tuple[str, ...]:
    """Formats that a rate may be in: right behind it, else in its clause, else of the sentence."""
    own = _IN_FORMAT.match(scene.sentences[k].text, scene.reading(spot).end)
    told = precision_names(own.group()) if own else ()
    if len(told) == 1:
        return told
    near_by = precision_names(near)
    if near_by or alone:
        return near_by or scene.formats(k)
    # "Rates in BF16: 266 TFLOP/s for the A100, 690 for the H100": what stands before all of them is of all
    rates = scene.spots(k, "FLOP/s")
    whole = scene.formats(k)
    return whole if whole == precision_names(scene.sentences[k].text[: scene.reading(rates[0]).start]) else ()  # fmt: skip


_DIE = Lazy(r"\b(?:an?|one|each|every|per|single|the|/)[\s-]?(?:single )?GCD\b")


def die(*texts: str) -> str:
    """The die that words are about: one of the two of an MI250X, which alone is spoken of so."""
    return "MI250X GCD" if any(_DIE.search(t) for t in texts) else ""


def is_explained(scene: Scene, k: int, near: str, *, each: bool) -> bool:
    """Whether its clause, or a remark behind it, says how a number comes to be what it is.

    How operations are counted explains nothing where all of them are executed.
    """
    said = _WHERE_IT.sub(" ", COUNTING.sub(" ", _WE_COUNT.sub(" ", near)))
    if explained(_TOGETHER.sub(" ", said) if each else said):
        return True
    behind = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    return bool(_REMARK.match(behind)) and explained(COUNTING.sub(" ", behind))


def is_peak(scene: Scene, spot: Spot) -> bool:
    """Whether the words around a rate call it a peak."""
    before, after = scene.around(spot, 44, 40)
    shared = _A_SHARE_OF.search(scene.around(spot, 70, 0)[0])
    return bool((_PEAK_BEFORE.search(before) and not shared) or _PEAK_AFTER.match(after))
