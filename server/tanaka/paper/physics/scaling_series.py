"""Rates at several scales told one after another, and the efficiencies that go with them.

"Throughput rises from 0.41M tokens/s on 32 GPUs to 0.80M on 64 and 1.57M on 128; the efficiency is
96% at 128 GPUs": each value has the scale that stands in its own place, and each efficiency the one
that it names, or that of its place in the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.open_scaling import COUNT_WORDS, alike
from tanaka.paper.physics.scaling import CUES, caused
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

EFFICIENCY, RATES = "scaling-series", "rates-series"
_RATES = ("sample/s", "token/s", "step/s", "FLOP/s", "request/s")
_SCALE = Lazy(r"\bscal(?:e|es|ed|ing|ability)\b|\befficienc|\blinear\b|\bgrow\w*|\bris(?:es|ing)\b|\bincreas\w+|\bdoubl\w+|\bgoes from\b|\bup to\b", re.I)  # fmt: skip
_COUNT = (
    rf"(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d+|{'|'.join(sorted(COUNT_WORDS, key=len, reverse=True))})"
)
_NO_COUNT = r"(?![\w.,]*\d|[- ]?(?:%|\\?%|k\b|M\b|ms\b|s\b|GB|GiB|MB|tokens?|images?|samples?|sequences?|x\b|×|layers?|epochs?|bits?|B\b|steps?|micro|times))"
_ON = Lazy(rf"^\s?(?:on|with|at|for|using|over|across|by)\s(?:only |just |all |the |a |an? |our )?{_COUNT}\b{_NO_COUNT}", re.I)  # fmt: skip
_ANY = Lazy(rf"(?<![\w.,/-]){_COUNT}\b{_NO_COUNT}", re.I)
_DEVICES = Lazy(r"\b(?:GPUs?|devices?|accelerators?|cards?|chips?|nodes?|machines?|servers?|hosts?|workers?|ranks?|workstations?|desktops?|GCDs?|TPUs?|[AHVBL]\d{2,3}\w?s?|T4s?|RTX[ ~]\w?\d{4}s?)\b")  # fmt: skip
_EFFICIENT = Lazy(r"\befficienc\w+|\b(?:of|to) (?:perfect|ideal|linear)\b|\b(?:ideal|perfect|linear) (?:scaling|speed-?up|rate|throughput)\b", re.I)  # fmt: skip
_OTHER_SHARE = Lazy(r"\b(?:energy|power|memory|MFU|HFU|utili[sz]ation|peak|bandwidth|parallel efficiency of the|compute efficiency|communication|traffic|accuracy)\b", re.I)  # fmt: skip
_RELATIVE = Lazy(rf"\b(?:relative to|against|compared (?:to|with)|with respect to)\s(?:that (?:of|on)\s|the\s|a\s)?{_COUNT}\b", re.I)  # fmt: skip
_STEPWISE = Lazy(r"\b(?:each|every) (?:doubling|step|time)\b|\bfrom (?:one|each) (?:\w+ )?to the next\b|\bper doubling\b|\bsuccessive\w*|\bmarginal\w*|\b(?:add|more|further|beyond|another)\w*\b", re.I)  # fmt: skip
# Other systems, other work, and what makes more devices better off than one.
_UNLIKE = Lazy(
    r"\bbaselines?\b|\bwithout\b|\binstead\b|\bunlike\b|\bversus\b|\bvs\.?\b|\bwhereas\b|\bfaster than\b|\bslower than\b|\brespectively for\b|\bsimulat\w+|\bpredict\w*|\bproject\w*|\bextrapolat\w*|\bwould\b|\bif\b|\bours\b|\bboth\b|\bsystems?\b|\b(?:latter|former)\b",
    re.I,
)
_SERVED = Lazy(r"\b(?:decod\w+|serv(?:e|es|ed|ing)|inference|generat\w+|requests?|KV|prefill|latenc\w+|contexts?|concurren\w+|users)\b", re.I)  # fmt: skip
_BATCHED = Lazy(r"\bbatch(?:es)?\b(?!(?: size)? (?:per|of each|on each|that grows|grows|proportional|in proportion|together|is (?:held |kept )?(?:fixed|constant)))", re.I)  # fmt: skip
_TOGETHER = Lazy(r"\b(?:and|with) (?:the )?(?:global |total )?batch(?: size)? together\b|\b(?:global |total )?batch (?:grows|scales|in proportion)|\b(?:sequences|images|samples|tokens|work|problem)\b[^.;]{0,30}\bper (?:GPU|node|device|worker|card|T4|A100|H100|V100)", re.I)  # fmt: skip
_LEAST = 2


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Each efficiency with the rates of its scale and of the base, and the series by itself."""
    if not _DEVICES.search(scene.text):
        return
    for k, sentence in enumerate(scene.sentences):
        if len(sentence.readings) < 2 * _LEAST or not any(r.quantity.unit in _RATES for r in sentence.readings):  # fmt: skip
            continue
        series = _series(scene, k)
        if len(series) < _LEAST or not _grows(scene, series):
            continue
        around = " ".join(s.text for s in scene.sentences[max(0, k - 1) : k + 2])
        if _UNLIKE.search(sentence.text) or not _SCALE.search(around):
            continue
        cues = scene.heard(CUES, k) - {"another"}
        yield from _efficiencies(scene, k, series, cues)
        if _SERVED.search(around) or caused(_RELATIVE.sub(" ", _TOGETHER.sub(" ", around))) or (_BATCHED.search(_TOGETHER.sub(" ", around))):  # fmt: skip
            continue
        n0, base = series[0]
        for n, value in series[1:]:
            yield LocalPhysical(RATES, value, (("base", base),), (), (("few", n0), ("many", n)), cues=cues)  # fmt: skip


def _series(scene: Scene, k: int) -> list[tuple[float, Spot]]:
    """Values of one unit with their scales, the fewest devices first; empty where any is open."""
    sentence = scene.sentences[k]
    text = sentence.text
    if any(len(scene.named(k, kind)) > 1 for kind in (EntityKind.MODEL, EntityKind.DEVICE)):
        return []
    told = [s for s in scene.spots(k) if scene.reading(s).quantity.unit in _RATES]
    if len({scene.reading(s).quantity.unit for s in told}) != 1:
        return []
    values = sorted({*told, *(s for s in scene.spots(k, "1") if s not in told and _bare(scene, s, told[0]))})  # fmt: skip
    ends = [scene.reading(s) for s in values]
    behind = [text[r.end : (ends[i + 1].start if i + 1 < len(ends) else len(text))] for i, r in enumerate(ends)]  # fmt: skip
    ahead = [text[(ends[i - 1].end if i else 0) : r.start] for i, r in enumerate(ends)]
    counts = [_one(_ON, part) for part in behind]
    if None in counts:
        counts = [_one(_ANY, part) for part in ahead]
    if None in counts:
        return []
    out = sorted((n, s) for n, s in zip(counts, values, strict=True) if n is not None)
    return out if len({n for n, _ in out}) == len(out) else []


def _bare(scene: Scene, spot: Spot, told: Spot) -> bool:
    """Whether a number without a unit is a further value: it looks like one, or its scale stands behind it."""
    r, known = scene.reading(spot), scene.reading(told).quantity
    text = scene.sentences[spot[0]].text
    q = r.quantity
    if q.scale > 1 and not text[r.start : r.end].strip()[-1:].isalpha():
        return False  # "128 and 214k": the letter is the other's
    if alike(scene, spot, told):
        return True
    plain = (
        q.shown_unit in ("", "1")
        and not r.noun
        and not q.count
        and 0.02 < q.point / known.point < 200
    )
    return plain and q.point > 64 and _ON.match(text[r.end :]) is not None


def _one(pattern: Lazy, part: str) -> float | None:
    """The scale that a stretch names, None where it names none or several."""
    found = [m["n"].lower().replace(",", "") for m in pattern.finditer(part)]
    if len(found) != 1:
        return None
    return float(COUNT_WORDS.get(found[0]) or found[0])


def _grows(scene: Scene, series: list[tuple[float, Spot]]) -> bool:
    """Whether the values are whole rates: more of them with more devices, no more than two times as many."""
    points = [scene.reading(s).quantity for _, s in series]
    if any(not q.bounded or isinstance(q.value, tuple) or q.point <= 0 for q in points):
        return False
    n0, first = series[0][0], points[0].point
    shares = [q.point / first / (n / n0) for (n, _), q in zip(series, points, strict=True)]
    return n0 >= 1 and all(0.3 < e < 2.0 for e in shares) and points[-1].point > 1.3 * first


def _efficiencies(
    scene: Scene, k: int, series: list[tuple[float, Spot]], cues: frozenset[str]
) -> Iterator[LocalPhysical]:
    """The efficiencies of the sentence or of the next one, each with its scale."""
    for j in (k, k + 1):
        if j >= len(scene.sentences):
            return
        text = scene.sentences[j].text
        if not _EFFICIENT.search(text) or _OTHER_SHARE.search(text) or _UNLIKE.search(text):
            continue
        shares = [s for s in scene.spots(j, where=lambda r: r.quantity.shown_unit == "%" and 0 < r.quantity.point < 1.6)]  # fmt: skip
        if _STEPWISE.search(text) or not shares:
            return
        told = _placed(scene, j, shares, series)
        base = _base(text, series) if told else None
        if base is None:
            return
        at = dict(series)
        for share, n in told:
            if n > base:
                given = (("at few", at[base]), ("at many", at[n]))
                named = (("kind", "rate"), ("form", "efficiency"))
                yield LocalPhysical(EFFICIENCY, share, given, named, (("few", base), ("many", n)), frozenset({"few", "many"}), cues)  # fmt: skip
        return


def _base(text: str, series: list[tuple[float, Spot]]) -> float | None:
    """The scale that an efficiency is relative to: the fewest devices, unless it is said."""
    scales = [n for n, _ in series]
    named = [n for m in _RELATIVE.finditer(text) if (n := _one(_ANY, m["n"])) is not None]
    if not named:
        return scales[0]
    return named[0] if named[0] in scales else None


def _placed(
    scene: Scene, j: int, shares: list[Spot], series: list[tuple[float, Spot]]
) -> list[tuple[Spot, float]]:
    """Each efficiency with its scale: named behind it, else by its place in the list, else the largest."""
    text = scene.sentences[j].text
    scales = [n for n, _ in series]
    named = [_one(_ON, text[scene.reading(s).end :][:40]) for s in shares]
    if any(n is not None for n in named):
        return [(s, n) for s, n in zip(shares, named, strict=True) if n in scales and n is not None]
    if len(shares) == len(scales) - 1:
        return list(zip(shares, scales[1:], strict=True))
    if len(shares) == len(scales) and scene.reading(shares[0]).quantity.point == 1:
        return list(zip(shares[1:], scales[1:], strict=True))
    return [(shares[0], scales[-1])] if len(shares) == 1 else []
