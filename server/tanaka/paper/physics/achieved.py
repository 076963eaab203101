"""Rates of FLOPs that one device is said to reach, each with the part and the format of its own place in the sentence.

The rates of `tanaka.paper.claims.rates` need one part and one format in the sentence, and may prove
something.  These are told apart by clause and list, and take over what the sentences before name;
they may only be doubted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import same_name
from tanaka.paper.physics.before import elsewhere, format_before, part_before
from tanaka.paper.physics.plain.beside import explained
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.paper.physics.utilization import is_peak
from tanaka.patterns import Lazy

_CUTS = Lazy(r";|:\s|, (?:and|while|whereas|but|or|which|so|though|although)\b|\s(?:while|whereas)\s|\)\s?")
_BETWEEN = Lazy(r",? (?:and|versus|vs\.?|but|or|to|against)\b|, |; ")
_RUNS = Lazy(
    r"\b(?:sustain\w*|achiev\w*|reach\w*|attain\w*|deliver\w*|measur\w*|obtain\w*|r[ua]n(?:s|ning)?|gets?|got|execut\w*|perform\w*|hits?|do(?:es)?|did|makes?|made|"
    r"ris\w+|rose|climb\w*|grow\w*|grew|goes|went|jump\w*|falls?|fell|drop\w*|manag\w+|correspond\w*|yields?|yielded|gives?|gave|see|sees|saw|seen|show\w*|observ\w*|record\w*|clock\w*|posts?|"
    r"posted|stands?|operat\w+|come|comes|came|amounts?|train\w*|process\w*|averag\w*|maintain\w*|tops? out|levels? off|saturat\w*|stays?|arriv\w*|computes?|crunch\w*|"
    r"that is|i\.e\.|that makes|equals?|exceed\w*|is|are|was|were|at)\b",
    re.I,
)
_NO_RUN = Lazy(
    r"\b(?:needs?|needed|requir\w+|demand\w*|necessary|should|must|cannot|can(?:no|')t|never|limit\w*|bound\w*|assum\w+|ideal\w*|budget\w*|targets?|goals?|rated|as if|suppos\w+|"
    r"simulat\w+|emulat\w+|predict\w*|project\w*|model(?:s|ed|led) (?:at|as)|would|could|might|if|than|instead|compared|versus|unlike|relative|no|not|nor|offers?|provides?|specif\w+|"
    r"promis\w+|claim\w*|advertis\w+|marketing|brochure|data ?sheet\w*|vendor\w*|nominal\w*|capable|capabilit\w+|available|theor\w+|roofs?|ceilings?|bug|wrong\w*|artefact|artifact|counter|hypothetical|"
    r"effective|equivalent|useful|Winograd|FFT|Strassen|spars\w*|2:4|pruned|pruning|skip\w*|overclock\w*|accumulat\w*|convolution\w*|convs?|accelerat\w+ by|estimat\w+|expect\w*|fails?)\b",
    re.I,
)
"""Words of a rate that nobody measured, that is another's, or that counts what was not executed."""
# "Counting six operations per parameter, plus attention, each GPU ...": how, and nothing that is not executed
_COUNTING = Lazy(r"\b(?:[Cc]ounting|[Ww]ith|[Aa]t)\s(?![^,;]*\b(?:full|whole|masked|zeros?|padd\w+|recomput\w*|twice|skip\w*|spars\w*|half|double|dropp\w+)\b)[^,;.]*?(?:\b(?:operations?|[GT]?FLOPs?|products?|multipl\w+|6N|additions?)\b[^;.]*?)?,(?=\s(?:each|this|that|these|the|we|it|every|our|an?|one|all|\d)\b)")
_ATTENTION = Lazy(r"\bcausal\b|\b(?:full|masked|whole) (?:attention )?matrix\b|\b(?:flash ?)?attention(?!-free)\b", re.I)
_WITHOUT = Lazy(r"\b(?:without|no|besides?|excluding|plus|everything but|products with) (?:the )?(?:weights and )?(?:causal )?attention\b", re.I)
_SEVERAL = Lazy(
    r"\b(?:DGX|HGX|servers?|aggregate\w*|clusters?|total\w*|superchips?|trays?|racks?|packages?|combined|overall|systems?|pods?|all (?:of )?(?:the |our |these )?(?:GPUs|devices|cards)|pairs?|box(?:es)?|"
    r"couple|quad|blades?|sleds?|chassis|workstations?|instances?|partitions?|nodes?|machines?|together|jointly|altogether|jobs?|fleet|both|sum(?:s|med)?|hosts?|boards?|ranks?|"
    r"(?:tensor|data|pipeline|model|expert)[- ]parallel\w*|[TDP]P\s?=?\s?\d|across|in all|testbeds?|groups?|slices?|wafer|chiplets?|dies)\b"
)
_EACH = Lazy(
    r"\b(?:each|every|one|a single|single|per|an?)\s(?:[\w-]+\s)?(?:GPU|device|card|accelerator|chip)s?\b|\bper[- ](?:GPU|device|card|accelerator|chip)\b|\beach of (?:the|our|them|its|these)\b|\bapiece\b",
    re.I,
)
_DEFINITE = Lazy(r"\b(?:[Tt]he|[Oo]ur|[Tt]his|[Aa]n?|[Oo]ne|[Ss]ingle|[Ee]ach|[Ee]very|[Pp]er)\s(?:(?:NVIDIA|AMD|single|newer|older|smaller|larger|faster|slower)\s)*$|/\s?$")
_PLAIN_ON = Lazy(r"\b(?:on|On|with|With|for|For)\s(?:NVIDIA\s|AMD\s)?$")
_HELD = Lazy(
    r"['’]?s?[- ](?:based )?(?:[a-z-]+ )?(?:runs?|jobs?|hosts?|ranks?|testbeds?|machines?|boards?|racks?|fleets?|groups?|slices?|pods?|nodes?|servers?|clusters?|systems?|instances?|partitions?|boxe?s?|pools?|sides?|blades?|sleds?|trays?|quads?|pairs?|chassis|workstations?|packages?|superchips?|supercomputers?)\b"
)
_COMPARAND = Lazy(
    r"\b(?:[Rr]elative to|[Cc]ompared (?:with|to)|[Aa]gainst|[Vv]ersus|vs\.?|than|[Ww]here|[Uu]nlike|[Ii]nstead of|[Rr]ather than|[Ff]rom|no|over|what)\b[^.,;:()]{0,40}$"
)
_KERNEL = Lazy(
    r"\bGEMMs?\b|\bmat(?:rix )?-?(?:muls?|multipl\w+|products?)\b|\bkernels?\b|\b(?:the|our|these|its|large\w*|square|dense|MLP|linear|projection|isolated|grouped) (?:[\w-]+ ){0,2}(?:products?|layers?|projections?|blocks?)\b",
    re.I,
)
_GOES_ON = Lazy(r"\b(?:it|this|the (?:same )?(?:kernel|figure|rate|number|result|speed|performance)|that of)\b", re.I)
_TOGETHER = Lazy(r"\b(?:together|combined)\b", re.I)
_COUNTED = Lazy(r"(?<![\w.,])(?:\d[\d,]*|two|three|four|six|eight|sixteen)\s(?:[\w-]+\s)?(?:GPUs|devices|cards|accelerators|chips)\b", re.I)
_BESIDE = Lazy(r"\s?(?:\([^()]*\)\s?)?(?:(?:in|with|using|at)\s(?:dense\s)?[A-Za-z]+\d+\s)?(?:per|on|for|by|/)\s?(?:an?\s|the\s|one\s|each\s|every\s|our\s|a\ssingle\s|NVIDIA\s|AMD\s)*$")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Rates of one device of each sentence."""
    told: set[int] = set()
    for k, sentence in enumerate(scene.sentences):
        if "FLOP" not in sentence.text.upper():
            continue
        rates = scene.spots(k, "FLOP/s", where=lambda r: r.quantity.bounded)
        for n, spot in enumerate(rates):
            claim = _rate(scene, k, spot, rates, n, going_on=bool({k, k - 1} & told))
            if claim is not None:
                told.add(k)
                yield claim


def _rate(
    scene: Scene, k: int, spot: Spot, rates: list[Spot], n: int, *, going_on: bool
) -> LocalPhysical | None:
    """One rate; ``going_on`` where the sentence before tells of one device."""
    if is_peak(scene, spot):
        return None
    r, text = scene.reading(spot), scene.sentences[k].text
    low, high = _clause(scene, rates, n)
    near = text[low:high]
    lead = text[: r.start]
    if _NO_RUN.search(near) or _NO_RUN.search(lead[-60:]) or not _RUNS.search(lead):
        return None
    counted = _COUNTING.sub(" ", near)
    if _ATTENTION.search(_WITHOUT.sub("", counted)):
        return None
    found = _part(scene, k, spot, low, high, alone=len(rates) == 1)
    if found is None:
        return None
    part, several = found
    # "on an A100 server" is not each of them
    each = bool(_EACH.search(near)) or (r.per in ("gpu", "each") and not several)
    if explained(_TOGETHER.sub(" ", counted) if each else counted):
        return None
    single = each or bool(_EACH.search(lead[-80:])) or (going_on and _GOES_ON.search(near) is not None)
    if not single:
        if several or _SEVERAL.search(near) or _COUNTED.search(near) or _COUNTED.search(lead):
            return None
        if part is None and not _KERNEL.search(near):
            return None
        if part is not None and not _one(text, part, spot, scene) and not _KERNEL.search(near):
            return None
    named: list[tuple[str, str]] = []
    far: set[str] = set()
    name = part.name if part is not None else part_before(scene, k)
    if name:
        named.append(("device", name))
        far |= set() if part is not None else {"device"}
    formats = precision_names(near) or (scene.formats(k) if len(rates) == 1 else ())
    own = _IN_FORMAT.match(text, r.end)
    told = precision_names(own.group()) if own else ()
    if len(told) == 1:
        formats = told
    if len(formats) > 1:
        return None
    if formats:
        named.append(("precision", formats[0]))
    elif before := format_before(scene, k):
        named.append(("precision", before))
        far.add("precision")
    products = _KERNEL.search(near) or not any(_ATTENTION.search(scene.sentences[j].text) for j in range(max(0, k - 3), k))  # fmt: skip
    cues = frozenset({"no-attention"}) if products else frozenset()
    return LocalPhysical("achieved", spot, (), tuple(named), (("devices", 1.0),), frozenset(far), cues)  # fmt: skip


_IN_FORMAT = Lazy(r"\s?(?:\([^()]*\)\s?)?(?:in|with|using|at|of)\s(?:dense\s)?(?:[A-Za-z]+\d+|half precision)\b")


def _clause(scene: Scene, rates: list[Spot], n: int) -> tuple[int, int]:
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


def _part(
    scene: Scene, k: int, spot: Spot, low: int, high: int, *, alone: bool
) -> tuple[Part | None, bool] | None:
    """The part of a rate, and whether several stand there; None where nothing tells which."""
    text, r = scene.sentences[k].text, scene.reading(spot)
    parts = [p for p in scene.parts(k) if not p.system]
    if len(parts) != len(scene.parts(k)):
        return None  # a DGX: how many of them, only more words say
    if not parts:
        return None, False
    beside = [p for p in parts if p.start >= r.end and _BESIDE.fullmatch(text[r.end : p.start])]
    here = beside or [p for p in parts if low <= p.start < high]
    if not here:
        led = {same_name(p.name): p for p in parts if p.start < low}
        if len({same_name(p.name) for p in parts}) > 1 or not led:
            return None
        near = text[low:high]
        if not alone and (elsewhere(near) or not (_KERNEL.search(near) or _GOES_ON.search(near))):
            return None  # "the A100 reaches 250; on the new cluster we get 640"
        here = list(led.values())
    if not beside and elsewhere(text[low:high]):
        return None  # "Hopper's successor reaches 1,600 on the shapes on which an H100 attains 700"
    here = [p for p in here if not _COMPARAND.search(text[: p.start])]
    if len({same_name(p.name) for p in here}) != 1:
        return None
    part = here[0]
    plural = text[part.end : part.end + 1] == "s" and not part.each
    counted = part.count is not None and part.count != 1
    return part, plural or counted or bool(_HELD.match(text, part.end))


def _one(text: str, part: Part, spot: Spot, scene: Scene) -> bool:
    """Whether the words speak of one of a part: "the V100 does", "on an A100"."""
    del spot, scene
    lead = text[: part.start]
    return bool(_DEFINITE.search(lead) or _PLAIN_ON.search(lead))
