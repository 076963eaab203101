"""Efficiencies whose two runs no fixed form ties together: the nearest of all pairings is what counts.

"A lone node handles 340 images/s. Sixteen nodes together handle 5,060 (scaling efficiency: 81%)."
A passage of two sentences at most has two values of one kind, the devices of each as digits or words,
and an efficiency; the rule asks whether any pairing of them comes near it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scaling import CUES, efficiency_form
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

COUNT_WORDS = {
    "one": 1, "single": 1, "lone": 1, "two": 2, "twice": 2, "double": 2, "doubling": 2, "doubled": 2, "pair": 2, "quadrupling": 4, "quadruple": 4, "tripling": 3, "solitary": 1, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "ten": 10, "twelve": 12, "sixteen": 16, "twenty-four": 24, "thirty-two": 32, "sixty-four": 64,
}  # fmt: skip
_COUNT_WORD = Lazy(rf"\b(?P<n>{'|'.join(COUNT_WORDS)})\b", re.I)
_DEVICES = Lazy(
    r"\b(?:GPUs?|devices?|accelerators?|cards?|chips?|nodes?|machines?|servers?|hosts?|workers?|ranks?|replicas?|instances?|GCDs?|boards?|workstations?|desktops?|dies|[AHVBL]\d{2,3}s?|RTX \w?\d{4}s?)\b"
)
_OF_SCALING = Lazy(
    r"\befficien\w+|\b(?:of|to|from|below|above)\s(?:a\s|the\s)?(?:perfect|ideal|linear)\b|\bscal(?:e|es|ed|ing|ability)\b",
    re.I,
)
_NEAR = 70
# Runs that are not alike, other measures, and other systems.
_UNLIKE = Lazy(
    r"(?<!fixed )(?<!constant )(?<!same )(?<!global )(?<!per-GPU )\bbatch(?:es|ing)?\b(?!(?: size)? (?:per|of each|on each|that grows|grows|proportional|in proportion|is (?:held |kept )?(?:fixed|constant)))"
    r"|\bbaselines?\b|\bwithout\b|\binstead of\b|\bunlike\b|\bversus\b|\bvs\.?|\bcompared with (?:the )?[A-Z]|\bfaster than\b|\bslower than\b|\bM?MFU\b|\bHFU\b|\bof (?:its |the )?(?:\w+ )?peak\b"
    r"|\butili[sz]ation\b|\benergy\b|\bpower\b|\bp\d\d\b|\blatenc\w+|\bTTFT\b|\bcontexts?\b|\bwarm-?up\b|\bgoodput\b|\bours\b|\bwhereas\b|\bexposed\b|\boverlap\w*|\bcheckpoint\w*|\bbubble",
    re.I,
)
# "over the eight-worker run": the base is another than what the passage tells of
_OTHER_BASE = Lazy(
    r"\b(?:over|relative to|against|of|to) (?:the|that|our) (?:[\w-]+-(?:worker|GPU|node|device|rank|machine|card))\b"
)
_REPLICAS = Lazy(r"\breplicas?\b")
_NODES = Lazy(r"\b(?:nodes?|machines?|servers?|hosts?)\b")
_RATES = ("sample/s", "token/s", "request/s", "step/s", "FLOP/s")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Efficiencies with the values and devices of their passage."""
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        if "%" not in text or not _OF_SCALING.search(text):
            continue
        shares = [s for s in scene.spots(k, where=lambda r: r.quantity.shown_unit == "%")]
        if len(shares) != 1 or not scene.reading(shares[0]).quantity.bounded:
            continue
        claim = shares[0]
        form = efficiency_form(scene, claim) or _form(scene, claim)
        if not form:
            continue
        for first in (k, k - 1):
            # what the sentence before measured may have made its own efficiency
            taken = first < 0 or (first < k and "%" in scene.sentences[first].text)
            made = None if taken else _passage(scene, claim, first)
            if made is not None:
                (kind, values), counts = made
                cues = frozenset[str]().union(*(scene.heard(CUES, j) for j in range(first, k + 1)))
                yield LocalPhysical(
                    "open-scaling", claim, tuple(zip(("one", "other"), values, strict=False)),
                    (("kind", kind), ("form", form)),
                    tuple((f"n{i}", n) for i, n in enumerate(counts)), frozenset({"few", "many"}), cues,
                )  # fmt: skip
                break


_COSTS = Lazy(r"\b(?:costs?|los(?:e|es|t|ing)|loss of|loss is|overhead of|penalty of|gives? up)\s(?:\w+\s){0,2}$", re.I)  # fmt: skip
_PARTLY = Lazy(r"\b(?:by|than)\s(?:about\s)?$|\bfrom\s$", re.I)
_OTHER = Lazy(r"\s*(?:lower|smaller|less|fewer|shorter|higher|larger|more|faster|better|worse|slower|points?|of (?:the )?(?:memory|parameters|time|steps?|tokens|peak|its))\b", re.I)  # fmt: skip
_EFFICIENT = Lazy(r"\b(?:energy|power|cost|memory|sample|data|parameter|bandwidth|area|kernel|storage|network|cache|hardware|compute|computational|training|inference|bus|link|load)[- ]efficien", re.I)  # fmt: skip


def _form(scene: Scene, claim: Spot) -> str:
    """Whether the words around a share, of any grammar, speak of scaling."""
    before, after = scene.around(claim, _NEAR, _NEAR)
    if _PARTLY.search(before) or _OTHER.match(after) or _EFFICIENT.search(before + after):
        return ""
    if not (_OF_SCALING.search(before) or _OF_SCALING.search(after)):
        return ""
    return "loss" if _COSTS.search(before) else "efficiency"


def _passage(
    scene: Scene, claim: Spot, first: int
) -> tuple[tuple[str, list[Spot]], list[float]] | None:
    """The two values and the devices of the sentences from the first to that of the claim."""
    k = claim[0]
    said = " ".join(scene.sentences[j].text for j in range(first, k + 1))
    if _UNLIKE.search(said) or _OTHER_BASE.search(said) or not _DEVICES.search(said):
        return None
    if _REPLICAS.search(said) and _NODES.search(said):
        return None  # of one replica, and of four nodes
    if len({e.name for j in range(first, k + 1) for e in scene.named(j, EntityKind.DEVICE)}) > 1:
        return None
    if len({e.name for j in range(first, k + 1) for e in scene.named(j, EntityKind.MODEL)}) > 1:
        return None
    values = [(kind, v) for kind, v in _values(scene, first, k) if v]
    if not values and first == k and (factor := _factor(scene, first, k)) is not None:
        between = sorted((factor, claim))
        if not _SO.search(
            scene.sentences[k].between(*(scene.reading(s) for s in between))
        ) or not _BASE.search(said):
            return None
        counts = _counts(scene, first, k, [factor])
        return (("speedup", [factor]), counts) if counts and max(counts) >= 2 else None
    if len(values) != 1 or len(values[0][1]) != 2:
        return None
    kind, two = values[0]
    a, b = (scene.reading(s).quantity.point for s in two)
    counts = _counts(scene, first, k, two)
    if a == b or not 1 <= len(counts) <= 4 or max(counts) < 2:
        return None
    return (kind, two), counts


_OVER_OTHER = Lazy(r"\b(?:than|over|compared|outperform\w*|against|improv\w+|relative to)\b(?! (?:that (?:of|on) )?(?:an? )?(?:one|single|lone|two|four|eight|sixteen|\d+)\b)", re.I)  # fmt: skip
# What makes an efficiency of a factor, and what it is a factor of.
_SO = Lazy(r"\b(?:which|that|this|i\.e|hence|thus|so|therefore|or|an?)\b|[(:=]", re.I)
_BASE = Lazy(r"\b(?:one|single|lone|solitary|doubling|quadrupling|tripling|doubled|quadrupled)\b|\bfrom\s\S+\s(?:\w+\s)?to\b", re.I)  # fmt: skip
_TIMES = Lazy(r"\s(?:times|fold)\b|-fold\b")


def _factor(scene: Scene, first: int, k: int) -> Spot | None:
    """The only factor of a passage: "3.8 times faster"."""
    found = []
    if any(_OVER_OTHER.search(scene.sentences[j].text) for j in range(first, k + 1)):
        return None
    for j in range(first, k + 1):
        for s in scene.spots(j, "1"):
            q = scene.reading(s).quantity
            if "." in q.literal.text and 1 < q.point < 1e4 and (q.shown_unit == "×" or _TIMES.match(scene.around(s)[1])):  # fmt: skip
                found.append(s)
    return found[0] if len(found) == 1 else None


def _values(scene: Scene, first: int, k: int) -> Iterator[tuple[str, list[Spot]]]:
    """Rates of one unit, or times; a bare number of thousands or with a point is of the only unit told."""
    spots = [s for j in range(first, k + 1) for s in scene.spots(j)]
    measured = [s for s in spots if scene.reading(s).quantity.bounded and scene.reading(s).quantity.point > 0]  # fmt: skip
    for kind, units in (("rate", _RATES), ("time", ("s",))):
        for unit in units:
            found = [s for s in measured if scene.reading(s).quantity.unit == unit]
            if len(found) == 1:
                found = sorted([*found, *(s for s in measured if alike(scene, s, found[0]))])
            yield kind, found


def alike(scene: Scene, spot: Spot, told: Spot) -> bool:
    """Whether a number without a unit looks like one that has it ("15.5k" beside "2.1k tokens/s")."""
    q, known = scene.reading(spot).quantity, scene.reading(told).quantity
    bare = q.unit == "1" and q.shown_unit in ("", "1", "k", "K", "M") and not q.count and scene.reading(spot).noun in ("", "token", "sample", "request")  # fmt: skip
    written = q.literal.text
    return bare and 0.02 < q.point / known.point < 200 and ("." in written or "," in written or q.scale > 1)  # fmt: skip


def _counts(scene: Scene, first: int, k: int, values: list[Spot]) -> list[float]:
    """Whatever counts things in the passage, as digits or as a word."""
    found: set[float] = set()
    for j in range(first, k + 1):
        text = scene.sentences[j].text
        found |= {float(COUNT_WORDS[m["n"].lower()]) for m in _COUNT_WORD.finditer(text)}
        for s in scene.spots(j, "1"):
            q = scene.reading(s).quantity
            if s not in values and q.shown_unit in ("", "1", "×") and q.point >= 1 and float(q.point).is_integer() and q.point < 1e6:  # fmt: skip
                found.add(q.point)
    return sorted(found)
