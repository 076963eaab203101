"""Rates of FLOPs that one device is said to reach, each with the part and the format of its own place in the sentence.

The rates of `tanaka.paper.claims.rates` need one part and one format in the sentence, and may prove
something.  These are told apart by clause and list, and take over what the sentences before name;
they may only be doubted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.apart import (
    COUNTING,
    GOES_ON,
    KERNEL,
    clause_of,
    die,
    format_of,
    is_explained,
    is_peak,
    part_of,
)
from tanaka.paper.physics.before import elsewhere, format_before, part_before
from tanaka.paper.physics.nearby import place_named
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy

_RUNS = Lazy(
    r"\b(?:sustain\w*|achiev\w*|reach\w*|attain\w*|deliver\w*|measur\w*|obtain\w*|r[ua]n(?:s|ning)?|gets?|got|execut\w*|perform\w*|hits?|do(?:es)?|did|makes?|made|"
    r"ris\w+|rose|climb\w*|grow\w*|grew|goes|went|jump\w*|falls?|fell|drop\w*|manag\w+|correspond\w*|yields?|yielded|gives?|gave|see|sees|saw|seen|show\w*|observ\w*|record\w*|clock\w*|posts?|"
    r"posted|stands?|operat\w+|come|comes|came|amounts?|train\w*|process\w*|averag\w*|maintain\w*|tops? out|levels? off|saturat\w*|stays?|arriv\w*|computes?|crunch\w*|"
    r"rates?|throughputs?|churn\w*|turn\w* out|puts? out|produc\w*|bring\w*|push\w*|lift\w*|rais\w*|driv\w*|tak\w*|land\w*|log\w*|register\w*|works?|that is|i\.e\.|that makes|equals?|exceed\w*|is|are|was|were|at)\b",
    re.I,
)
_NO_RUN = Lazy(
    r"\b(?:(?:has|have|had|ought) to|(?:is|are|was|were) to|to be (?:done|reached|met)|out of reach|beyond (?:them|it|reach|what|the)|to (?:finish|meet|keep)|needs?|needed|requir\w+|demand\w*|necessary|should|must|cannot|can(?:no|')t|never|limit(?:s|ed|ing)|bound\w*|assum\w+|ideal\w*|budget\w*|targets?|goals?|rated|as if|suppos\w+|"
    r"simulat\w+|emulat\w+|predict\w*|(?<!-)project(?:s|ed)|model(?:s|ed|led) (?:at|as)|would|could|might|if|than|instead|compared|versus|unlike|relative|no|not|nor|offers?|provides?|specif\w+|"
    r"promis\w+|claim\w*|advertis\w+|marketing|brochure|data ?sheet\w*|vendor\w*|nominal\w*|capable|capabilit\w+|available|theor\w+|roofs?|ceilings?|bug|wrong\w*|artefact|artifact|counter|hypothetical|"
    r"effective|equivalent|useful|Winograd|FFT|Strassen|spars\w*|2:4|pruned|pruning|skip\w*|overclock\w*|accumulat\w*|convolution\w*|convs?|accelerat\w+ by|estimat\w+|expect\w*|fails?)\b",
    re.I,
)
"""Words of a rate that nobody measured, that is another's, or that counts what was not executed."""
_ATTENTION = Lazy(
    r"\bcausal\b|\b(?:full|masked|whole) (?:attention )?matrix\b|\b(?:flash ?)?attention(?!-free)\b",
    re.I,
)
_WITHOUT = Lazy(
    r"\b(?:without|no|besides?|excluding|plus|everything but|products with) (?:the )?(?:weights and )?(?:causal )?attention\b",
    re.I,
)
_SEVERAL = Lazy(
    r"\b(?:DGX|HGX|servers?|aggregate\w*|clusters?|total\w*|superchips?|trays?|racks?|packages?|combined|overall|systems?|pods?|all (?:of )?(?:the |our |these )?(?:GPUs|devices|cards)|pairs?|box(?:es)?|"
    r"couple|quad|blades?|sleds?|chassis|workstations?|instances?|partitions?|nodes?|machines?|together|jointly|altogether|jobs?|fleet|both|whole|pipelines?|stages|sum(?:s|med)?|hosts?|boards?|ranks?|"
    r"(?:tensor|data|pipeline|model|expert)[- ]parallel\w*|[TDP]P\s?=?\s?\d|(?:data|tensor|pipeline|model|expert) parallelism|over all|all of them|(?:two|four|eight|sixteen|\d+) of them|over them|spread\w*|distribut\w+|across|in all|testbeds?|groups?|slices?|wafer|chiplets?|dies)\b"
)
_EACH = Lazy(
    r"\b(?:each|every|one|a single|single|per|an?)\s(?:[\w-]+\s)?(?:GPU|device|card|accelerator|chip)s?\b|\bper[- ](?:GPU|device|card|accelerator|chip)\b|\beach of (?:the|our|them|its|these)\b|\bapiece\b",
    re.I,
)
_DEFINITE = Lazy(
    r"\b(?:[Tt]he|[Oo]ur|[Tt]his|[Aa]n?|[Oo]ne|[Ss]ingle|[Ee]ach|[Ee]very|[Pp]er)\s(?:(?:NVIDIA|AMD|single|newer|older|smaller|larger|faster|slower)\s)*$|/\s?$"
)
_PLAIN_ON = Lazy(r"(?:\b(?:on|On|with|With|for|For)\s|\()(?:NVIDIA\s|AMD\s)?$")
_COUNTED = Lazy(
    r"(?<![\w.,])(?:\d[\d,]*|two|three|four|six|eight|sixteen)\s(?:[\w-]+\s)?(?:GPUs|devices|cards|accelerators|chips)\b",
    re.I,
)


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


_IF = Lazy(
    r"\b(?:if|would|could|might|ought to|suppos\w+|imagin\w+|had (?:we|it|the)|for (?:a|this|the) (?:target|goal)|claims?|promis\w+|hypothe\w+)\b",
    re.I,
)
# "the step needs 11 s" is a time that was measured
_TAKES = Lazy(r"\bneed(?:s|ed)\s(?=[\d.,]+\s?(?:[mµu]?s|seconds|minutes|h|hours|days)\b)", re.I)
_CONTINUES = Lazy(r"^\W*(?:which|that|i\.e\.|or|so|this|it|for|to)\b", re.I)


def governing(text: str, low: int, at: int) -> str:
    """The words before a number that may govern it: of its clause, and of the one that it continues."""
    own = text[low:at]
    if not own.strip() or _CONTINUES.match(own) or _CONTINUES.match(text[:low].rsplit(",", 1)[-1]):
        return _TAKES.sub(" ", text[max(0, at - 90) : at])
    return _TAKES.sub(" ", own[-60:])


_ROOF = Lazy(r"(?<![-\w])(?:limit|bound|roof|roofline|ceiling)\b(?! by)[^.;:]{0,40}$", re.I)
_SUPPOSED = Lazy(
    r"\b(?:simulat\w+|emulat\w+|hypothetical|future|projected|planned|imagin\w+|suppos\w+|what if|rumou?r\w*|announced|speculat\w+|analytical|forecast\w*)\b",
    re.I,
)
_INTEGERS = Lazy(
    r"\b(?:INT\s?8|int8|W8A8|8-bit integers?|integer (?:tensor|arithmetic|GEMMs?|kernels?))\b"
)


def _rate(
    scene: Scene, k: int, spot: Spot, rates: list[Spot], n: int, *, going_on: bool
) -> LocalPhysical | None:
    """One rate; ``going_on`` where the sentence before tells of one device."""
    if is_peak(scene, spot):
        return None
    r, text = scene.reading(spot), scene.sentences[k].text
    low, high = clause_of(scene, rates, n)
    near = text[low:high]
    lead = text[: r.start]
    if (
        _NO_RUN.search(near)
        or _NO_RUN.search(governing(text, low, r.start))
        or _IF.search(lead)
        or _ROOF.search(lead)
    ):
        return None
    if any(_INTEGERS.search(s.text) for s in scene.sentences[max(0, k - 2) : k + 1]):
        # some write FLOP/s of integers
        return LocalPhysical("achieved", spot, cues=frozenset({"integers"}))
    if k and _SUPPOSED.search(scene.sentences[k - 1].text):
        return None
    counted = COUNTING.sub(" ", near)
    if _ATTENTION.search(_WITHOUT.sub("", counted)):
        return None
    found = part_of(scene, k, spot, low, high, alone=len(rates) == 1)
    if found is None and die(near) and not any(low <= p.start < high for p in scene.parts(k)):
        found = None, False  # "reaches 148 on a GCD and 740 on an H200"
    if found is None:
        return None
    part, several = found
    # "on an A100 server" is not each of them
    each = bool(_EACH.search(near)) or (r.per in ("gpu", "each") and not several)
    if is_explained(scene, k, near, each=each):
        return None
    single = (
        each or bool(_EACH.search(lead[-80:])) or (going_on and GOES_ON.search(near) is not None)
    )
    single = single or (part is None and _of_one_before(scene, k))
    if _SEVERAL.search(near) and not each:
        return None  # "every GPU delivers 164 TFLOP/s; a total of 1.31 PFLOP/s"
    if not single:
        if several or _SEVERAL.search(near) or _COUNTED.search(near) or _COUNTED.search(lead):
            return None
        if part is None and not KERNEL.search(near):
            return None
        if part is not None and not _one(text, part, spot, scene) and not KERNEL.search(near):
            return None
    named: list[tuple[str, str]] = []
    far: set[str] = set()
    name = part.name if part is not None else die(near, lead) or part_before(scene, k)
    if not name and (elsewhere(text) or (k > 0 and elsewhere(scene.sentences[k - 1].text))):
        return None  # "Blackwell is next. Per GPU it sustains 1,500 TFLOP/s"
    if name:
        named.append(("device", name))
        far |= set() if part is not None else {"device"}
    else:
        place = place_named(text) or (place_named(scene.sentences[k - 1].text) if k else "")
        named += [("place", place)] if place else []
    formats = format_of(scene, k, spot, near, alone=len(rates) == 1)
    if len(formats) > 1:
        return None
    if formats:
        named.append(("precision", formats[0]))
    elif before := format_before(scene, k):
        named.append(("precision", before))
        far.add("precision")
    products = KERNEL.search(near) or not any(_ATTENTION.search(scene.sentences[j].text) for j in range(max(0, k - 3), k))  # fmt: skip
    cues = frozenset({"no-attention"}) if products else frozenset()
    if not _RUNS.search(lead):
        cues |= {"bare"}
    if part is None and not each:
        cues |= {"goes-on"}
    return LocalPhysical("achieved", spot, (), tuple(named), (("devices", 1.0),), frozenset(far), cues)  # fmt: skip


def _of_one_before(scene: Scene, k: int) -> bool:
    """Whether the sentence before speaks of one part, and this one of nothing else: "One A100 in BF16. The curve ends at"."""
    if k == 0 or scene.parts(k):
        return False
    before = scene.parts(k - 1)
    text = scene.sentences[k - 1].text
    return (
        len(before) == 1
        and before[0].count == 1.0
        and not before[0].system
        and not any(
            p.search(t) for p in (_SEVERAL, _COUNTED) for t in (text, scene.sentences[k].text)
        )
    )


def _one(text: str, part: Part, spot: Spot, scene: Scene) -> bool:
    """Whether the words speak of one of a part: "the V100 does", "on an A100"."""
    del spot, scene
    lead = text[: part.start]
    return bool(_DEFINITE.search(lead) or _PLAIN_ON.search(lead))
