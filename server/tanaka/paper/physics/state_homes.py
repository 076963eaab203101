"""Training state of a stated size, and the devices of its sentence, or of the next one, that are said to hold it.

"16 bytes per parameter, or 640 GB.  This would fit eight A100s", "its state of 25 GB only fits the V100s with
32 GB", "107 GB of state, replicated on each GPU.  It fits our 80 GB cards".  The claims are those of
`device_share` ("state fit"): nothing is proven of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import residence_beside
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_STATE = Lazy(
    r"\b(?:training|model|optimi[sz]er|its|their|the|of|whole|all|entire|full|Adam|replicated) states?\b|\bstates? (?:of|is|takes?|needs?|amounts?|comes?)\b|\bbytes (?:per|for each|for every|a) parameter\b|\bparameter (?:\w+ )?(?:costs?|needs?|takes?|requires?|has) \w+ bytes\b|\bmoments\b",
    re.I,
)
_PART = Lazy(
    r"\b(?:optimi[sz]er (?:part|states?)|weights?|gradients?|cach\w+|activations?|buffers?|checkpoints?|shards?|experts?|layers?|left|leaves|remain\w*|sav\w+|reduc\w+|each|per (?:GPU|device|rank))\b",
    re.I,
)
_TOTAL = Lazy(r"\b(?:states?|bytes (?:per|for|a)\b[^.;]{0,24}param\w*|moments|Adam)\b", re.I)
_FITS = Lazy(
    r"\b(?:fits?|fitted|suffic\w+|enough|holds?|hosts?|accommodat\w+|stor(?:e|es|ed)|lives?|sits?|resides?|goes (?:in|on)to|carr(?:y|ies)|takes?|kept|keeps?|placed|trains?|trained|room)\b",
    re.I,
)
_DENIED = Lazy(
    r"\b(?:not|no|never|neither|nor|cannot|nothing fits|exceed\w*|too (?:large|big|much|many|small|little|few)|beyond|more than|less than|fewer than|at least|out of|OOM|impossible|infeasible|unless|fail\w*|overflow\w*|only if|if|sharded|sharding|partition\w*|ZeRO\S*|FSDP|"
    r"off-?load\w*|host|CPU|parallel\w*|LoRA|adapters?|frozen|recomput\w*|instead|rather|stages?|half|quarter|third|a part|part of|layers?|weights (?:of|alone|only)|inference|serv\w+|decod\w+|bandwidth|network|divid\w+|cut)\b|n['’]t\b",
    re.I,
)
_HARMLESS = Lazy(
    r"\b(?:without|no|nothing|none)\b[^.;,]{0,24}\b(?:off-?load\w*|shard\w*|partition\w*)(?: to (?:the )?(?:host|CPU)(?: memory)?)?|\b(?:off-?loading|sharding)(?: is)? (?:not|never) \w+|\bnothing is (?:off-?loaded|sharded)(?: to (?:the )?(?:host|CPU)(?: memory)?)?|, though[^.;]*|, but[^.;]*|\bwith room for\b[^.;]*|, although[^.;]*",
    re.I,
)
_BACK = Lazy(r"\W*(?:it|this|that|they|these|all of (?:it|this|them)|the (?:whole )?(?:state|total|sum)|such a state)\b|\b(?:all of it|hold(?:s)? (?:it|this|them|that)|for (?:it|this|that)|(?:keep|store|put)s? (?:it|this|all of it))\b", re.I)  # fmt: skip
_REPLICATED = Lazy(
    r"\breplicat\w+|\bdata[- ]parallel\w*|\bDDP\b|\b(?:each|every|one|a single|per) (?:GPU|device|card|worker|rank)\b|\bunsharded\b|\bfull copy\b|\bwithout (?:any )?sharding\b|\bnothing is sharded\b",
    re.I,
)
_WOULD = Lazy(r"\b(?:would|could|can|might|may)\b", re.I)
_WITH_GB = Lazy(
    r"s?(?: GPUs?| cards?)?,?\s(?:with|of)\s(?:their |its |only |just )?(?P<c>\d+)[- \u2009\u00a0]?(?P<u>GB|GiB)\b"
)
_GB_CARD = Lazy(r"\b(?P<c>\d+)[- \u2009\u00a0]?(?:GB|GiB)[- \u2009\u00a0](?:GPUs?|cards?|devices?|accelerators?|boards?)\b")  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes of state with the devices that hold it."""
    if not _STATE.search(scene.text):
        return
    for k, sentence in enumerate(scene.sentences):
        size = _size(scene, k, sentence.text)
        if size is None:
            continue
        after = sentence.text[scene.reading(size).end :]
        if _FITS.search(after):
            yield from _home(scene, k, scene.reading(size).end, size)
        for j in (k + 1, k + 2):
            if j >= len(scene.sentences) or (j > k + 1 and any(r.quantity.unit == "byte" for r in scene.sentences[k + 1].readings)):  # fmt: skip
                break
            if _FITS.search(scene.sentences[j].text) and _BACK.search(scene.sentences[j].text):
                yield from _home(scene, j, 0, size)


def _size(scene: Scene, k: int, text: str) -> Spot | None:
    """The one size of a whole state that a sentence states; the last of a sum."""
    if not _STATE.search(text):
        return None
    sizes = [
        s for s in scene.spots(k, "byte")
        if scene.reading(s).quantity.point >= 1e9 and scene.reading(s).quantity.bounded and not _of_a_device(scene, k, text, s)
    ]  # fmt: skip
    if len(sizes) != 1:
        return None
    r = scene.reading(sizes[0])
    cut = max(text.rfind(c, 0, r.start) for c in ";:")
    lead = text[cut + 1 : r.start]
    near = text[max(cut + 1, r.start - 40) : r.start] + " " + text[r.end : r.end + 24]
    behind = re.match(r"\s?of (?:\w+ ){0,2}states?\b", text[r.end :])
    if not _TOTAL.search(lead) and not behind:
        return None
    return None if _PART.search(near) and not behind and not re.search(r"\bmoments\b", lead) else sizes[0]  # fmt: skip


def _of_a_device(scene: Scene, k: int, text: str, size: Spot) -> bool:
    """Whether a size is the memory of a device: "the V100s with 32 GB", "a 24 GB card"."""
    r = scene.reading(size)
    if any(p.start <= r.start < p.end or 0 < p.start - r.end <= 2 for p in scene.parts(k)):
        return True
    if any((m := _WITH_GB.match(text, p.end)) and m.start("c") == r.start for p in scene.parts(k)):
        return True
    return any(m.start("c") == r.start for m in _GB_CARD.finditer(text)) or re.match(r"\s(?:each|apiece)\b", text[r.end :]) is not None  # fmt: skip


def _home(scene: Scene, j: int, low: int, size: Spot) -> Iterator[LocalPhysical]:
    text = scene.sentences[j].text
    words = _HARMLESS.sub(" ", text[low:])
    if _DENIED.search(words):
        return
    cues = frozenset({"computed"} if _WOULD.search(words) else ())
    alike = any(_REPLICATED.search(s.text) for s in scene.sentences)
    groups = [d for d in residence_beside.groups(scene, j) if d.start >= low]
    given: tuple[tuple[str, Spot], ...] = ()
    if len({(d.name, d.count) for d in groups}) == 1 and groups[0].name and groups[0].count >= 1:
        place = groups[0]
        if place.at is not None:
            given = (("devices", place.at),)
        behind = _WITH_GB.match(text, place.end) or next((m for p in scene.parts(j) if (m := _WITH_GB.match(text, p.end))), None)  # fmt: skip
        counted: list[tuple[str, float]] = [("devices", place.count)]
        if behind is not None:
            counted.append(("capacity", float(behind["c"]) * 2**30))
            given += _at(scene, j, behind)
        yield LocalPhysical("state fit", size, given, (("device", place.name),), tuple(counted), frozenset({"clause"}), cues)  # fmt: skip
        return
    if groups or not alike:
        return
    parts = [p for p in scene.parts(j) if p.start >= low]
    told = next((m for p in parts if (m := _WITH_GB.match(text, p.end))), None) or _GB_CARD.search(text, low)  # fmt: skip
    if told is not None:
        yield LocalPhysical("state fit", size, _at(scene, j, told), (), (("devices", 1.0), ("capacity", float(told["c"]) * 2**30)), frozenset({"clause"}), cues)  # fmt: skip
    elif len({p.name for p in parts}) == 1 and not parts[0].system:
        yield LocalPhysical("state fit", size, (), (("device", parts[0].name),), (("devices", 1.0),), frozenset({"clause"}), cues)  # fmt: skip


def _at(scene: Scene, j: int, m: re.Match[str]) -> tuple[tuple[str, Spot], ...]:
    return tuple(("capacity", s) for s in scene.spots(j, "byte") if scene.reading(s).start == m.start("c"))  # fmt: skip
