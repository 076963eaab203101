"""Peaks of a part that the sentence itself does not name, or that stand in a list of what it has.

"Eight GPUs share a node; the dense BF16 peak is 312 TFLOP/s": of the part of the sentence before, or
of the set-up.  "A100 GPUs (80 GB, 2.0 TB/s, 312 TFLOP/s in dense BF16)": of the part before the
brackets.  `tanaka.paper.physics.specification` has what a part is plainly said to have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import same_name
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.before import elsewhere, part_seen_before
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_ADJECTIVES = r"(?:theoretical|nominal|advertised|dense|maximum|non-sparse|half-precision|tensor(?:[- ]core)?|compute|hardware|device|vendor|datasheet|quoted|[BFT][FP]\d{1,2}|[bft][fp]\d{1,2}|16-bit|8-bit)"
_LEAD = Lazy(
    rf"\b(?:{_ADJECTIVES}\s){{0,4}}(?:peaks?|maximum)(?:\s(?:rate|throughput|performance|compute|FLOPS?|FLOP/s|arithmetic))?(?:\s(?:in|at|for|with)\s(?:dense\s)?[A-Za-z]+\d+)?"
    rf"(?:\sper\s(?:GPU|device|card))?(?:,\s(?:without|counted without)\s(?:2:4 |structured )?sparsity,)?\s?(?:is|are|of|at|=|:|being|reaches|stands at|to be|amounts to|comes to)\s(?:about\s|only\s)?$"
    rf"|\b{_ADJECTIVES}\s(?:compute|throughput|performance|arithmetic|math)\s(?:of|is|at)\s$",
    re.I,
)
_BEHIND = Lazy(
    rf"\s?\(?(?:of|in|for|at)?\s?(?:the\s)?(?:{_ADJECTIVES}\s){{0,3}}(?:peak|maximum)\b(?!\s(?:memory|bandwidth))|\s?(?:(?:of|in|with|at)\s)?(?:dense\s[A-Za-z]+\d+|[A-Za-z]+\d+\s(?:dense|without sparsity))\b",
    re.I,
)
_DENSE = Lazy(r"\b(?:dense|without (?:2:4 |structured )?sparsity|non-sparse|no sparsity)\b", re.I)
_SPARSE = Lazy(
    r"\b2:4\b|\bspars(?:e|ity)\b|\bpruned\b|\bzeros?\b|\bzeroe[sd]\b|\b(?:of|in) (?:every |each )?four\b",
    re.I,
)
_LISTED = Lazy(r"\s?(?:GPUs?|cards?|accelerators?)?\s?(?:\(|:\s|,\swith\s|\swith\s)[^()]*$")
_NO_PEAK = Lazy(
    r"\b(?:sustain\w*|achiev\w*|measur\w*|reach(?:ed|ing)|attain\w*|observ\w*|node|server|cluster|system|aggregate|total|together|in all(?! (?:figures|tables|experiments|our|[A-Z]))|all (?:of|GPUs|devices|cards|two|four|eight)|both|pair|superchip|module|accumulat\w*|INT8|int8|modified|laptop|mobile|simulat\w*|hypothetical|overclock\w*|would|could|if|half of|twice|(?:two|four|eight) of)\b"
)
_HOLDER = Lazy(
    r"\b(?:an?|the|each|every|one|per|our|two|both)\s(?:[\w-]+\s){0,2}?(?:pairs?|nodes?|servers?|machines?|systems?|clusters?|superchips?|modules?|boards?|racks?|pods?|boxe?s?|workstations?|instances?)\b",
    re.I,
)
_EACH = Lazy(
    r"\b(?:each|every|per|one|a)\s(?:[\w-]+\s)?(?:GPU|device|card|accelerator|chip)\b", re.I
)
_DOES = Lazy(
    r"\b(?:[Tt]ensor cores?|[Ii]t|part|card|GPU|chip|accelerator|device)\s(?:do|does|deliver\w*|offers?|provides?|gives?|is rated (?:for|at)|has|have|peaks? at|manages?|supports?)\s(?:up to\s|about\s|a peak of\s)?$"
)
_MARKETED = Lazy(r"\b(?:asterisk|brochure|marketing|footnote|advertis\w+)\b", re.I)
_SHARE = Lazy(r"(?:%|percent|share|fraction|half|third|quarter)\s+of\s[^,;]*$")


DENIED = Lazy(
    r"\b(?:[Nn]one|[Nn]either|[Nn]ever|[Nn]o(?:thing|where)?|[Nn]ot(?! only)|[Ww]ithout|n't)\b[^.;:]{0,60}?\b(?:2:4\s|structured\s)*(?:spars(?:e|ity)|pruned)\b"
)
"""What is said not to be sparse: "None of the three is used with structured sparsity"."""
# "A T4 peaks at 65 TFLOP/s, and an A10 at 125": the second has no words of its own
_TO_NEXT = Lazy(
    r"(?:s|\sGPUs?|\scards?)?(?:,|\s(?:at|has|with|does|offers|of|is|to|by))\s(?:about\s)?$"
)
_PEAKS = Lazy(r"\b(?:peaks?|dense|theoretical)\b", re.I)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Peaks of one device of each sentence."""
    for k, sentence in enumerate(scene.sentences):
        if "FLOP" not in sentence.text.upper():
            continue
        spots = scene.spots(k, "FLOP/s", where=lambda r: r.quantity.bounded)
        for n, spot in enumerate(spots):
            claim = _peak(scene, k, spot) or (_gapped(scene, spots[n - 1], spot) if n else None)
            if claim is not None:
                yield claim


def _gapped(scene: Scene, first: Spot, spot: Spot) -> LocalPhysical | None:
    """A peak that takes its words from the one before it in a list of parts."""
    k = spot[0]
    text, one, r = scene.sentences[k].text, scene.reading(first), scene.reading(spot)
    low = max((m.end() for m in re.finditer(r"[;:] ", text[: one.start])), default=0)
    led = text[low : one.start]
    own = [p for p in scene.parts(k) if one.end <= p.start < r.start]
    if (
        len(own) != 1
        or own[0].system
        or own[0].count not in (None, 1)
        or not any(low <= p.start < one.start for p in scene.parts(k))
        or not _PEAKS.search(led)
        or _NO_PEAK.search(led)
        or not _TO_NEXT.fullmatch(text[own[0].end : r.start])
        or not re.search(r",|\band\b|\bwhile\b", text[one.end : own[0].start])
        or re.search(r"\d", text[one.end : own[0].start].replace("FP16", ""))
        or _SPARSE.search(_DENSE.sub(" ", DENIED.sub(" ", scene.text)))
        or _MARKETED.search(text)
    ):
        return None
    formats = scene.formats(k)
    if len(formats) > 1:
        return None
    named = [("kind", "peak"), ("device", own[0].name), *(("precision", f) for f in formats)]
    cues = {"single", "claimed", *({"dense"} if _DENSE.search(led) else ())}
    if asserted(text, one.start, Where.BODY) is Asserted.NO:
        return None
    return LocalPhysical(
        "stated-peak", spot, (), tuple(named), (), frozenset({"device"}), frozenset(cues)
    )  # fmt: skip


def _peak(scene: Scene, k: int, spot: Spot) -> LocalPhysical | None:
    text, r = scene.sentences[k].text, scene.reading(spot)
    lead, behind = text[: r.start], text[r.end :]
    led = _LEAD.search(lead[-110:])
    stop = re.search(r"[,;)]|\band\b|\d{3}", behind)
    after = behind[: stop.start() if stop else 40][:40]
    typed = _called_dense(scene, k, spot)
    part, inside = _part(scene, k, spot, typed=bool(typed))
    if part is None:
        return None
    name, far = part
    if not (
        led
        or typed
        or (_BEHIND.match(behind) and (inside or _specified(scene, k) or _DOES.search(lead)))
    ):
        return None
    if not inside and _HOLDER.search(lead) and not _EACH.search(lead):
        return None  # "a node has 320 GB, 8 TB/s and a peak of 1.2 PFLOP/s"
    clause = re.split(r"[;:(]|, (?:and|while|whereas|but) ", lead)[-1] if not inside else lead[-60:]
    own = f"{led.group() if led else clause} {after}" if led or not typed else typed
    if (
        _NO_PEAK.search(own)
        or _SHARE.search(lead[-60:])
        or _SPARSE.search(_DENSE.sub(" ", DENIED.sub(" ", scene.text)))
    ):
        return None
    if _MARKETED.search(text):
        return None
    formats = precision_names(f"{led.group() if led else ''} {after}") or precision_names(typed) or scene.formats(k)  # fmt: skip
    if len(formats) > 1:
        return None
    named = [("kind", "peak")]
    if name:
        named.append(("device", name))
    if formats:
        named.append(("precision", formats[0]))
    cues = {"single"}
    if typed or _DENSE.search(own):
        cues.add("dense")
    masked = re.sub(r"\b(?:theoretical|ideal|maximum|(?<=roofline )assum\w+|(?<=model )assum\w+|(?<=analysis )assum\w+|(?<=[Ww]e )assume)\b", lambda m: "x" * len(m.group()), text, flags=re.I)  # fmt: skip
    if asserted(masked, r.start, Where.BODY) is not Asserted.NO:
        cues.add("claimed")
    return LocalPhysical(
        "stated-peak", spot, (), tuple(named), (), frozenset({"device"} if far else ()), frozenset(cues)
    )  # fmt: skip


_STOPS = Lazy(r"[;:(]|\b(?:each|every|apiece)\b|\b(?:while|whereas|but|although)\b", re.I)
_SHARED_OUT = Lazy(
    r"\b(?:each|every)\b(?! (?:nodes?|servers?|machines?|systems?|hosts?|box|pair|rack)\b)|\bapiece\b|\bper (?:GPU|device|card|accelerator|part|chip)\b",
    re.I,
)


def _called_dense(scene: Scene, k: int, spot: Spot) -> str:
    """The words around a rate that call it one of dense work, whatever verb leads to it; "" where none do."""
    text, r = scene.sentences[k].text, scene.reading(spot)
    rates = [scene.reading(s) for s in scene.spots(k, "FLOP/s")]
    low = max([0, r.start - 70, *(o.end for o in rates if o.end <= r.start)])
    high = min([len(text), r.end + 60, *(o.start for o in rates if o.start >= r.end)])
    starts = [m.end() for m in _STOPS.finditer(text, low, r.start)]
    stop = _STOPS.search(text, r.end)
    words = text[starts[-1] if starts else low : min(high, stop.start()) if stop else high]
    return words if _DENSE.search(words) else ""


def _specified(scene: Scene, k: int) -> bool:
    """Whether a sentence states other things that a part has."""
    units = {r.quantity.unit for r in scene.sentences[k].readings}
    return bool(units & {"byte", "byte/s"})


def _part(scene: Scene, k: int, spot: Spot, *, typed: bool) -> tuple[tuple[str, bool] | None, bool]:
    """The part of a peak ("" where only the set-up can tell) and whether it is far; whether it heads a list."""
    text, r = scene.sentences[k].text, scene.reading(spot)
    parts = [p for p in scene.parts(k) if p.start < r.start]
    if typed and not parts and len(scene.parts(k)) == 1:
        parts = list(scene.parts(k))  # "the 1,979 TFLOP/s that an H100 offers"
    if any(p.system for p in parts):
        return None, False
    if parts:
        last = parts[-1]
        inside = bool(_LISTED.fullmatch(text[last.end : r.start].removeprefix("s")))
        gap = text[last.end : r.start]
        if typed and last.start < r.start and (_SHARED_OUT.search(gap) or r.per in ("gpu", "each") or _SHARED_OUT.match(text, r.end + 1)):  # fmt: skip
            inside = inside or not re.search(r"\b(?:nodes?|servers?|machines?)\b", gap)
        if not inside and len({same_name(p.name) for p in scene.parts(k)}) > 1:
            return None, False
        if not inside and (last.count not in (None, 1) or text[last.end : last.end + 1] == "s"):
            return None, False  # "two H100s have a peak of 1,979"
        return (last.name, not inside), inside
    if scene.parts(k) or elsewhere(text):
        return None, False
    before = part_seen_before(scene, k)
    if before is None:
        return ("", True), False
    if before.count not in (None, 1) and not before.each and not _EACH.search(text[: r.start]):
        return None, False  # "A node has two A100s. It offers a peak of 624 TFLOP/s"
    return (before.name, True), False
