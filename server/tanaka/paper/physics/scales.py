"""Rates at two scales or more of one sentence: "12k tokens/s on 8 GPUs, 23k on 16 and 45k on 32".

The unit, the noun and the digits may be left out behind the first; a count may be a word.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import Scene, Spot
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_WORDS = {
    "one": 1.0, "a single": 1.0, "single": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "eight": 8.0,
    "ten": 10.0, "twelve": 12.0, "sixteen": 16.0, "thirty-two": 32.0, "sixty-four": 64.0,
}  # fmt: skip
_COUNT = r"(?:one|a single|two|three|four|five|six|eight|ten|twelve|sixteen|thirty-two|sixty-four|\d{1,3}(?:,\d{3})+|\d{1,5})"
_NOUN = r"(?:(?:[A-Z]\w*\d\w*\s)?(?:GPUs?|devices?|accelerators?|cards?|chips?|nodes?|machines?|servers?|hosts?|workers?|ranks?|replicas?|instances?|cores?|threads?)|[AHVBL]\d{1,3}s?)"
_UNIT = r"(?:[A-Za-z]+\.?(?:\s?per\s(?:second|s)|/s(?:ec(?:ond)?)?)|ms|s|seconds?|minutes?|min|hours?|h)"
_VALUE = rf"\d[\d,]*(?:\.\d+)?[\s\u2009]?[kKMG]?(?:[\s\u2009]?{_UNIT})?"
# "29k tokens/s on 16 GPUs", "57k on 32"
_VALUE_ON = Lazy(
    rf"(?<![\w.,/-])(?P<v>{_VALUE})\s(?:\w+\s)?(?:on|with|at|using|over|for|from)\s(?:all\s|only\s|just\s|the\s)?(?P<n>{_COUNT})(?:[\s-](?P<noun>{_NOUN}))?(?![\w%×/-]|[.,]\d)"
)
# "on 16 GPUs it trains 29k tokens/s, on 32 57k"
_ON_VALUE = Lazy(
    rf"\b(?:[Oo]n|[Ww]ith|[Aa]t|[Uu]sing|[Ff]or)\s(?:all\s|only\s|just\s|the\s)?(?P<n>{_COUNT})(?:[\s-](?P<noun>{_NOUN}))?,?\s(?:[A-Za-z-]+\s){{0,6}}?(?P<v>{_VALUE})(?![\w%×/-]|\.\d)"
)
# "512 GPUs finish in 31 minutes and 128 in 118"
_COUNT_IN = Lazy(
    rf"(?<![\w.,/-])(?P<n>{_COUNT})(?:[\s-](?P<noun>{_NOUN}))?\s(?:[a-z-]+\s){{0,4}}?(?:in|takes?|needs?|reach(?:es)?|process(?:es)?|delivers?|achieves?|gives?|yields?|trains?|runs? at|at)\s(?:only\s|about\s)?(?P<v>{_VALUE})(?![\w%×/-]|\.\d)",
    re.I,
)
_FROM_TO = Lazy(
    rf"\b(?:[Ff]rom|[Bb]etween)\s(?:only\s)?(?P<a>{_COUNT})(?:[\s-](?P<na>{_NOUN}))?\s+(?:up\s)?(?:to|and)\s(?:all\s)?(?P<b>{_COUNT})(?:[\s-](?P<nb>{_NOUN}))?(?![\w%×/-]|[.,]\d)"
)
_VALUES = Lazy(rf"\bfrom\s(?P<a>{_VALUE})\s(?:up\s)?to\s(?P<b>{_VALUE})(?![\w%×/-]|\.\d)")
_MEASURE = Lazy(r"\b(?:rates?|throughput|speed(?!-?\s?up)|performance|samples|images|tokens|requests|sequences|steps)\b", re.I)  # fmt: skip
_ASIDE = Lazy(r"\([^()]*\)")
# Runs that are not alike: of other settings, or of somebody else between the two.
_UNLIKE = Lazy(r"\b(?<!fixed )(?<!constant )(?<!same )(?<!global )(?<!per-GPU )batch\w*|\bcontexts? of\b|\bbaselines?\b|\bwithout\b|\binstead of\b", re.I)  # fmt: skip
_APART = Lazy(
    r"(?!GPU|H\d|A\d|V\d|B\d)[A-Z]\w+|\b(?:systems?|ours|the other|another|while|whereas|but)\b"
)
_RATES = ("sample/s", "token/s", "request/s", "step/s", "FLOP/s")


@dataclass(frozen=True, slots=True)
class Scale:
    """What was measured on so many devices.

    Attributes
    ----------
    devices : float
    at : Spot or None
        The number that counts them; None where a word does, or one that was read with a unit.
    value : Spot
    """

    devices: float
    at: Spot | None
    value: Spot


@dataclass(frozen=True, slots=True)
class Ladder:
    """The smallest and the largest scale of a sentence; ``kind`` is "rate" or "time"."""

    few: Scale
    many: Scale
    kind: str


def ladder(scene: Scene, k: int) -> Ladder | None:
    """The scales of a sentence; None where fewer than two, or two sorts of value, are told."""
    sentence = scene.sentences[k]
    if sum(r.quantity.unit in (*_RATES, "s", "1") for r in sentence.readings) < 3:
        return None
    if len(scene.named(k, EntityKind.DEVICE)) > 1 or _UNLIKE.search(sentence.text):
        return None
    # what stands in brackets explains a scale and is none
    text = _ASIDE.sub(lambda m: " " * len(m.group()), sentence.text)
    for pattern in (_VALUE_ON, _ON_VALUE, _COUNT_IN):
        matches = list(pattern.finditer(text))
        if any(_APART.search(text, a.end(), b.start()) for a, b in pairwise(matches)):
            continue
        found = [(m["n"], m.start("n"), m["noun"], m.start("v")) for m in matches]
        made = _made(scene, k, found)
        if made is not None:
            return made
    counts, values = list(_FROM_TO.finditer(text)), list(_VALUES.finditer(text))
    counts = [m for m in counts if m["na"] or m["nb"]]
    values = [m for m in values if all(m.start() != c.start() for c in counts)]
    if len(counts) != 1 or len(values) != 1:
        return None
    c, v = counts[0], values[0]
    if c["na"] and c["nb"] and _sort(c["na"]) != _sort(c["nb"]):
        return None
    noun = c["na"] or c["nb"]
    pairs = [(c[s], c.start(s), noun, v.start(s)) for s in ("a", "b")]
    return _made(scene, k, pairs)


_NODES = Lazy(r"nodes?|machines?|servers?|hosts?|instances?", re.I)


def _sort(noun: str) -> str:
    return "node" if _NODES.search(noun) else "gpu"


def _made(scene: Scene, k: int, told: list[tuple[str, int, str | None, int]]) -> Ladder | None:
    nouns = {_sort(noun) for _, _, noun, _ in told if noun}
    if len(told) < 2 or len(nouns) != 1:
        return None
    scales = []
    for count, at, _, value in told:
        spot = _reading(scene, k, value)
        if spot is None:
            return None
        devices = _WORDS.get(count.lower()) or float(count.replace(",", ""))
        counted = _reading(scene, k, at)
        if counted is not None and scene.reading(counted).quantity.point != devices:
            counted = None
        scales.append(Scale(devices, counted, spot))
    kind = _kind(scene, k, scales)
    few, many = (f(scales, key=lambda s: s.devices) for f in (min, max))
    # a value that is left out, or a count of something else, breaks the order
    if not kind or few.devices == many.devices or len({s.value for s in scales}) != len(scales):
        return None
    return Ladder(few, many, kind)


def _reading(scene: Scene, k: int, at: int) -> Spot | None:
    for i, r in enumerate(scene.sentences[k].readings):
        if r.start <= at < r.end and not isinstance(r.quantity.value, tuple):
            return (k, i)
    return None


def _kind(scene: Scene, k: int, scales: list[Scale]) -> str:
    """Whether they are rates or times, by the unit that any of the values has; the others have it, or none."""
    quantities = [scene.reading(s.value).quantity for s in scales]
    if any(not q.bounded or q.point <= 0 or q.shown_unit in ("%", "×") for q in quantities):
        return ""
    units = {q.unit for q in quantities} - {"1"}
    if not units and _MEASURE.search(scene.sentences[k].text):
        return "rate" if all(not scene.reading(s.value).noun for s in scales) else ""
    if len(units) != 1:
        return ""
    # "1.2k tokens/s and 2.3": of thousands too, which the second does not say
    if any(q.unit == "1" and q.scale == 1 for q in quantities) and any(q.unit != "1" and q.scale != 1 for q in quantities):  # fmt: skip
        return ""
    unit = units.pop()
    return "rate" if unit in _RATES else "time" if unit == "s" else ""
