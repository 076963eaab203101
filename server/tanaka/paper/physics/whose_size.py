"""Whose a size is: the model of its own clause, of its place in a list, or of a clause or sentence before.

A clause ends where another size or another statement begins.  Two models in one place name none.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tanaka.paper.physics.scene import Scene, Spot
from tanaka.paper.physics.sizes import is_active
from tanaka.paper.physics.stretches import Stretch, is_label
from tanaka.paper.physics.widths import widths
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_CUT = Lazy(
    r";\s|:\s|,\s(?=(?:and|or|while|whereas|but|so|which|that|i\.e|yet|against|versus|down|up|compared|instead|rather|as|hence|since)\b)|"
    r"\s(?=(?:and|or|while|whereas|but|versus|vs\.?|against|instead of|rather than|compared)\s)|\s?\(|\)\s?|\s?[—–]\s",
    re.I,
)
_END = Lazy(
    r"[;:,]\s|\s(?=(?:and|or|while|whereas|but|versus|vs\.?|against|instead of|rather than|compared|beside|next to)\s)|\s?\(|\)\s?|\s?[—–]\s",
    re.I,
)
_PREPOSITION = Lazy(r"[^,;:()]{0,40}\b(?:in|for|of|with|on|by)\s(?:the |our |a |an )?$", re.I)
_LIST = Lazy(r"\s?(?:,|and|,\sand|or|/)\s?(?:about |roughly |only |[≈∼~])?", re.I)
_OF_NAME = Lazy(r"(?:\s?param(?:eter)?s|\sweights)?\sof\s(?:the\s)?")
_TWO = Lazy(r"\bthe (?:(?P<first>former|first(?: one)?)|(?P<last>latter|second(?: one)?))\b", re.I)
_THING = Lazy(r"\b(?:weights|param(?:eter)?s|gradients|checkpoint|KV cache|cache|training state|moments)\b", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """Whose a size is: a name, the number that counts its parameters, and where it stands."""

    name: str
    count: Spot | None
    label: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """The words of one size: its clause before it and behind it, from where its model is named."""

    k: int
    start: int
    at: int
    end: int
    stop: int
    said: int


def zone_of(scene: Scene, size: Spot) -> Zone:
    """The clause of a size, cut at the sizes beside it."""
    k = size[0]
    text, r = scene.sentences[k].text, scene.reading(size)
    others = [scene.reading(s) for s in scene.spots(k, "byte") if s != size]
    low = max((o.end for o in others if o.end <= r.start), default=0)
    cuts = [m.end() for m in _CUT.finditer(text, low, r.start)]
    start = max(cuts, default=low)
    high = min((o.start for o in others if o.start >= r.end), default=len(text))
    stop = next((m.start() for m in _END.finditer(text, r.end, high)), high)
    return Zone(k, start, r.start, r.end, stop, start)


def about_of(scene: Scene, zone: Zone, size: Spot) -> tuple[About | None, int | None]:
    """The model of a size, and where its clause begins in the sentence: of its place in a list, of its clause, or of one before."""
    k, text = zone.k, scene.sentences[zone.k].text
    listed = listed_as(scene, size)
    if listed is not None:
        return (listed if isinstance(listed, About) else None), None
    if (which := _TWO.search(text, zone.start, zone.at)) is not None:
        pair = named(scene, k, 0, zone.start) or (named(scene, k - 1, 0, len(scene.sentences[k - 1].text)) if k else [])  # fmt: skip
        return (pair[0 if which["first"] else 1] if len(pair) == 2 else None), None
    own = named(scene, k, zone.start, zone.at)
    if own:
        return (own[0] if len(own) == 1 else None), zone.start
    behind = [
        a for a in named(scene, k, zone.end, zone.stop)
        if _PREPOSITION.match(text[zone.end : _at(scene, k, a, zone.end)])
    ]  # fmt: skip
    if behind:
        return (behind[0] if len(behind) == 1 else None), zone.start
    cuts = [0, *(m.end() for m in _CUT.finditer(text, 0, zone.start)), zone.start]
    for low, high in reversed(list(pairwise(cuts))):
        found = _without_adapters(scene, named(scene, k, low, high), text[low:high])
        if found:
            return (found[0] if len(found) == 1 else None), low
    for j in range(k - 1, max(-1, k - 3), -1):
        found = named(scene, j, 0, len(scene.sentences[j].text))
        if found:
            return (found[0] if len(found) == 1 else None), None
    return None, None


_ADAPTERS = Lazy(r"\b(?:adapters?|LoRA|prompts?|prefix|heads?|projector)\b", re.I)


def _without_adapters(scene: Scene, found: list[About], text: str) -> list[About]:
    """Models without the count of what is trained beside one: "adapters of the 7B model have 40M parameters"."""
    if len(found) != 2 or not _ADAPTERS.search(text):
        return found
    points = [scene.reading(a.count).quantity.point if a.count is not None else 0.0 for a in found]
    return [found[points.index(max(points))]] if min(points) and max(points) > 20 * min(points) else found  # fmt: skip


def taken(scene: Scene, zone: Zone, size: Spot, place: int | None) -> bool:
    """Whether a size before it is already what the model takes, and its own words name neither a model nor a format."""
    if listed_as(scene, size) is not None or (place is not None and place >= zone.start):
        return False
    text = scene.sentences[zone.k].text
    before = [
        s for s in scene.spots(zone.k, "byte")
        if (place or 0) <= scene.reading(s).start < zone.start and scene.reading(s).quantity.point >= 64
    ]  # fmt: skip
    if not before or _TWO.search(text, zone.start, zone.at):
        return False
    own = text[zone.start : zone.stop]
    if any(x.noun == "token" and x.quantity.point > 1 and zone.start <= x.start < zone.at for x in scene.sentences[zone.k].readings):  # fmt: skip
        return False
    return not widths(own) and _THING.search(text[zone.start : zone.at]) is None


def _at(scene: Scene, k: int, about: About, low: int) -> int:
    """Where a model is named behind a place."""
    text = scene.sentences[k].text
    if about.name:
        return text.find(about.name, low)
    return scene.reading(about.count).start if about.count is not None else low


def named(scene: Scene, k: int, low: int, high: int) -> list[About]:
    """Models of a part of a sentence, each once; a count beside a name is its own."""
    part, text = Stretch(scene, k, low, high), scene.sentences[k].text
    names = part.models()
    counts = [s for s in part.counts() if not is_active(scene, s)]
    out: list[About] = []
    taken: set[Spot] = set()
    for e in names:
        inside = [s for s in counts if e.start <= scene.reading(s).start < e.end]
        label = scene.reading(inside[0]).quantity.point if inside else 0.0
        told = [
            s for s in counts
            if s not in inside and s not in taken and (scene.reading(s).start >= e.end or _OF_NAME.fullmatch(text, scene.reading(s).end, e.start)) and (not label or 0.8 < scene.reading(s).quantity.point / label < 1.25)
        ]  # fmt: skip
        if len(told) > 1:
            return [About("", s, label=False) for s in told]  # which of them is its own?
        taken |= {*inside, *told}
        own = next(iter((*told, *inside)), None)
        out.append(About(e.name, own, own is None or is_label(scene.reading(own))))
    for s in counts:
        if s not in taken and not any(_same(scene, s, o) for o in out):
            out.append(About("", s, is_label(scene.reading(s))))
    places = {e.name: e.start for e in reversed(names)}
    return sorted(out, key=lambda a: places[a.name] if a.name else scene.reading(a.count or (k, 0)).start)  # fmt: skip


def _same(scene: Scene, s: Spot, other: About) -> bool:
    return (
        other.count is not None
        and scene.reading(s).quantity.point == scene.reading(other.count).quantity.point
    )


def last_listed(scene: Scene, zone: Zone) -> int | None:
    """Where the last of a list of bare sizes ends that a size stands in."""
    sizes = scene.spots(zone.k, "byte")
    at = next(i for i, s in enumerate(sizes) if scene.reading(s).end == zone.end)
    last = _list(scene, sizes, at)[1]
    return scene.reading(sizes[last]).end if last > at else None


_ALIKE = 200
"""Sizes in one list differ by no more: "52 GB, and 0.4 MB for a token" is none."""


def _list(scene: Scene, sizes: list[Spot], at: int) -> tuple[int, int]:
    """First and last of the sizes that stand bare beside one."""

    def joined(i: int) -> bool:
        a, b = scene.reading(sizes[i]), scene.reading(sizes[i + 1])
        text = scene.sentences[sizes[i][0]].text
        alike = 1 / _ALIKE < a.quantity.point / max(b.quantity.point, 1e-9) < _ALIKE
        return alike and _LIST.fullmatch(text[a.end : b.start]) is not None

    low = high = at
    while low > 0 and joined(low - 1):
        low -= 1
    while high + 1 < len(sizes) and joined(high):
        high += 1
    return low, high


def listed_as(scene: Scene, size: Spot) -> About | bool | None:
    """The model of a size in a list of bare sizes: by its place; False where lists differ, None for no list."""
    k = size[0]
    sizes = scene.spots(k, "byte")
    at = sizes.index(size)
    low, high = _list(scene, sizes, at)
    if low == high:
        return None
    found = named(scene, k, 0, scene.reading(sizes[low]).start)
    for j in range(k - 1, max(-1, k - 3), -1):
        found = found or named(scene, j, 0, len(scene.sentences[j].text))
    return found[at - low] if len(found) == high - low + 1 else False
