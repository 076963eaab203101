"""A bandwidth beside its share of another that is stated: "365 GB/s, 91% of the 400 GB/s line rate"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_WORDS = (
    r"(?:(?:theoretical|nominal|advertised|rated|specified|available|peak|maximum|max|raw|full|aggregate|total|combined|stated|published|promised|"
    r"unidirectional|bidirectional|uni-directional|bi-directional|one-way|per-direction|per-GPU|per-NIC|per-port|per-link|line[- ]rate|line|wire|link|memory|network|HBM\w*|"
    r"NVLink|PCIe|InfiniBand|IB|DRAM|NIC|port|adapter|hardware|bandwidth|rate|speed|limit|spec|ceiling|of|at|roughly|about|around|only)[\s-]+){0,5}"
)
_WHOSE = r"(?:(?:the|its|their|an?|that|this|each|our|one)\s)?(?:[\w-]+['’]s\s)?"
# "91% of the 400 GB/s": what stands between a share and the bandwidth that it is of.
_SHARE_OF = Lazy(rf"\s?of\s{_WHOSE}{_WORDS}\(?[~∼≈]?\s?$")
# "376 GB/s out of 450 GB/s": the same between two bandwidths.
_OUT_OF = Lazy(rf"\s?(?:out\sof|of|/|against|over|from|relative to|compared (?:to|with))\s?{_WHOSE}{_WORDS}\(?[~∼≈]?\s?$")  # fmt: skip
# "is 83%", "(91%)", ", or 88%": what joins a bandwidth and the share that the other is of it.
_MAKES = Lazy(
    r"(?:\s(?:spec(?:ification)?|peak|limit|ceiling|line rate|wire rate|theoretical(?: peak| bandwidth| speed)?|maximum|bandwidth|link|NVLink|unidirectional|bidirectional|of HBM\w*|available)){0,3}"
    r"(?:[\s,()=:–—→-]|\b(?:is|are|was|or|i\.e\.,?|that is,?|which is|giving|equals|makes|roughly|about|around|only|just|approximately|a|an)\b|[~∼≈])*$"
)
# What may stand between a bandwidth and its own share, "of" behind it.
_JOINS = Lazy(
    r"(?:[\s,()=:–—~∼≈→-]|\bi\.e\.|\b(?:is|are|or|that is|which is|this is|reaching|about|around|roughly|only|just|corresponding to|equivalent to|equal to|amounting to|and thus|thus|"
    r"approximately|nearly|almost|up to|at|each|per|on|one|a|an|the|GPU|device|NIC|adapter|link|port|accelerator|chip|card|node|write|read|writes|reads|bandwidth|bus|unidirectional|of bandwidth|at best)\b)*"
)
_NOT = Lazy(
    r"\b(?:improv\w+|faster|slower|higher|lower|more|less|increas\w+|decreas\w+|drop\w*|reduc\w+|sav\w+|gain\w*|overhead|hit rates?|traffic|variance|respectively)\b",
    re.I,
)  # fmt: skip
# "which is 80% of one direction": a share of something else.
_OF_ANOTHER = Lazy(
    r"\s?of (?!(?:the |its )?(?:peak|spec|theoretical|line|it\b|that\b|limit|maximum))"
)
_MASKED = Lazy(r"\btheoretical(?:ly)?\b|\bideal\b|\bmax(?:imum)?\b|\badvertised\b", re.I)
CUES = {
    "duplex": Lazy(r"\bbidirectional\w*|\bbi-directional\w*|\bduplex\b|\bboth directions\b", re.I),
    "memory": Lazy(r"\bHBM\w*|\bmemory\b|\bDRAM\b|\bVRAM\b|\bSTREAM\b", re.I),
}


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Each share of a bandwidth with the two that it is made of, all of one phrase."""
    for k, sentence in enumerate(scene.sentences):
        if "%" not in sentence.text and "percent" not in sentence.text:
            continue
        rates = scene.spots(k, "byte/s", where=lambda r: r.quantity.bounded)
        for share in scene.spots(k, where=lambda r: r.quantity.shown_unit == "%"):
            if len(rates) == 1 and (claim := _of_part(scene, share, rates[0])) is not None:
                yield claim
            if len(rates) < 2:
                continue
            found = _behind(scene, share, rates) or _before(scene, share, rates)
            if found is None:
                continue
            rate, peak = found
            cues = set(scene.heard(CUES, k))
            # A theoretical line rate makes no theory of what is measured against it.
            masked = _MASKED.sub(lambda m: "x" * len(m.group()), sentence.text)
            if asserted(masked, scene.reading(share).start, Where.BODY) is not Asserted.NO:
                cues.add("claimed")
            given = (("rate", rate), ("peak", peak))
            yield LocalPhysical("bandwidth share", share, given, cues=frozenset(cues))


def _of_part(scene: Scene, share: Spot, rate: Spot) -> LocalPhysical | None:
    """A rate and its share of what a named part has: "1.7 TB/s, i.e., 84% of the HBM bandwidth of one A100"."""
    text, own, r = scene.sentences[share[0]].text, scene.reading(share), scene.reading(rate)
    part = scene.part(share[0])
    if part is None or part.count not in (None, 1.0) or r.end > own.start:
        return None
    if not _JOINS.fullmatch(text[r.end : own.start]):
        return None
    on = _OF_MEMORY.match(text, own.end)
    if on is None or not 0 <= part.start - on.end() <= 1:
        on = _ITS_MEMORY.match(text, part.end) if _OF_WHOM.fullmatch(text[own.end : part.start]) else None  # fmt: skip
    if on is None or asserted(_MASKED.sub("x", text), own.start, Where.BODY) is Asserted.NO:
        return None
    named = (("device", part.name),)
    return LocalPhysical("bandwidth share", share, (("rate", rate),), named, cues=frozenset({"memory", "claimed", "of a part"}))  # fmt: skip


_OF_MEMORY = Lazy(
    r"\s?of\s(?:the\s)?(?:(?:peak|theoretical|nominal|maximum|available|full)\s)*(?:HBM\w*|memory|DRAM|device memory)\s(?:peak\s)?bandwidth\s(?:of|on|in|offered by|provided by|available on)\s(?:(?:an?|the|one|each|our|single|NVIDIA|AMD)\s)*"
)
_OF_WHOM = Lazy(r"\s?of\s(?:(?:an?|the|one|each|our|NVIDIA|AMD)\s)*")
_ITS_MEMORY = Lazy(
    r"['’]s?\s(?:(?:peak|theoretical|nominal|maximum)\s)*(?:HBM\w*|memory|DRAM)\s(?:peak\s)?bandwidth\b"
)


def _behind(scene: Scene, share: Spot, rates: list[Spot]) -> tuple[Spot, Spot] | None:
    """The rate before a share, and the peak right behind it: "365 GB/s, 91% of the 400 GB/s"."""
    text, own = scene.sentences[share[0]].text, scene.reading(share)
    after = [r for r in rates if scene.reading(r).start >= own.end]
    before = [r for r in rates if scene.reading(r).end <= own.start]
    if not after or not before:
        return None
    if not _SHARE_OF.fullmatch(text[own.end : scene.reading(after[0]).start]):
        return None
    gap = text[scene.reading(before[-1]).end : own.start]
    return (before[-1], after[0]) if _JOINS.fullmatch(gap) else None


def _before(scene: Scene, share: Spot, rates: list[Spot]) -> tuple[Spot, Spot] | None:
    """Two bandwidths before a share: "376 GB/s out of 450 GB/s is 83%"."""
    text, own = scene.sentences[share[0]].text, scene.reading(share)
    before = [r for r in rates if scene.reading(r).end <= own.start]
    if len(before) < 2:
        return None
    rate, peak = before[-2:]
    between = text[scene.reading(rate).end : scene.reading(peak).start]
    made = text[scene.reading(peak).end : own.start]
    if not _OUT_OF.fullmatch(between) or not _MAKES.fullmatch(made):
        return None
    lead = text[max(0, scene.reading(rate).start - 40) : scene.reading(rate).start]
    behind = text[own.end : own.end + 24]
    if _NOT.search(lead) or _NOT.search(behind) or _OF_ANOTHER.match(behind):
        return None
    return rate, peak
