"""Which model a stretch of a sentence is about, and on how many of which devices: what it leaves out stands before it.

Readers of rates and budgets ask for the nearest place that names one; two names in it tell nothing.
"""

from __future__ import annotations

import re

from tanaka.paper.entities import EntityKind, same_name
from tanaka.paper.physics.devices import HOLDER, SEVERAL, Devices, counted_devices
from tanaka.paper.physics.scene import Scene, Spot
from tanaka.paper.physics.sizes import is_active, sizes
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_CODE = Lazy(r"\b[Oo]n (?:the |an? |one |our |two |four )?(?P<name>[A-Z]{1,3}\d{1,4}[A-Z]?)s?\b(?!-)")
REACH = 3
"""Sentences that a stretch may go on from."""

# Words for a thing that is not the one before: "the smaller model", "another card".
_OTHER_MODEL = Lazy(
    r"\b(?:small|large|bigg|tini)(?:er|est)\b(?! than)[^.;,]{0,20}\b(?:models?|ones?|sibling|variant)\b|\b(?:another|other|second|different) (?:\w+ )?(?:model|network|one)\b|\b(?:draft|teacher|student|reward|critic|proxy)\b|"
    r"\b(?:both|all|the (?:two|three|four|five|six)) (?:\w+ )?(?:models|networks|variants)\b|\bencoders?\b|\bembedd\w+ models?\b",
    re.I,
)
_PAIR = Lazy(
    r"\b(?:the|this|our|a|that) pair\b(?! of (?!(?:them|these|those)\b))|\bboth (?:of (?:them|these|the) )?(?:GPUs|cards|devices|accelerators|chips)\b",
    re.I,
)
_EACH = Lazy(
    r"\b(?:each|every|a single|one) (?:of (?:the|these|our) )?(?:\w+ )?(?:GPU|device|card|accelerator|chip)\b|\beach of (?:the|these|our|its) (?:[\w-]+ ){0,2}(?:GPUs|devices|cards|accelerators|chips|[A-Z]+\d+\w*s)\b|\bapiece\b",
    re.I,
)
_ALONE = Lazy(r"\b(?:on )?(?:one|a single) of (?:its|the|these|those|our)\b", re.I)
_WHOLE = Lazy(
    r"\b(?:the|this|our|that|whole|entire|full|same|a|an|one|each|per|mixed|all|\w+) (?:[\w-]+ ){0,2}?(?:cluster|machine|server|node|system|box|installation|supercomputer|partition|rack|pool|fleet|pod|workstation)s?\b",
    re.I,
)


def only_in(scene: Scene, k: int, low: int, high: int) -> Scene:
    """The passage up to a sentence of which only a stretch is left, in its place."""
    whole = scene.sentences[k]
    if low <= 0 and high >= len(whole.text):
        return scene
    kept = tuple(r for r in whole.readings if low <= r.start and r.end <= high)
    text = " " * low + whole.text[low:high] + " " * (len(whole.text) - high)
    return Scene((*scene.sentences[:k], Sentence(text, whole.start, kept)))


def written(scene: Scene, alone: Scene, spot: Spot) -> Spot:
    """The spot in the whole passage of a number of a stretch."""
    if spot[0] >= len(alone.sentences) or alone is scene:
        return spot
    return (spot[0], scene.sentences[spot[0]].readings.index(alone.reading(spot)))


@dataclass(frozen=True, slots=True)
class Subject:
    """A model: its name, or the number that says its size, and where they stand."""

    name: str = ""
    whole: Spot | None = None
    active: Spot | None = None
    at: int = -1

    @property
    def told(self) -> bool:
        """Whether anything says which it is."""
        return bool(self.name or self.whole or self.active)

    def fill(self, named: dict[str, str], given: dict[str, Spot], far: set[str], k: int) -> None:
        """Write what is known of it into the roles of a claim of sentence ``k``."""
        if self.name:
            named["model"] = self.name
        if self.whole is not None:
            given["params"] = self.whole
        if self.active is not None:
            given["active"] = self.active
        if self.told and self.at != k:
            far |= {"model", "params"}


@dataclass(frozen=True, slots=True)
class Machines:
    """Devices: their name, how many, which numbers count them, and in which sentences that stands.

    ``whole`` tells that a cluster, a node or a server is meant whose devices nobody counts there.
    """

    name: str = ""
    named_at: int = -1
    total: float | None = None
    count: Spot | None = None
    nodes: Spot | None = None
    each: float = 0.0
    counted_at: int = -1
    whole: bool = False

    def fill(
        self, named: dict[str, str], given: dict[str, Spot], counted: dict[str, float],
        far: set[str], k: int,
    ) -> None:  # fmt: skip
        """Write what is known of them into the roles of a claim of sentence ``k``."""
        if self.name:
            named["device"] = self.name
            if self.named_at != k:
                far.add("device")
        if self.total is not None:
            counted["devices"] = self.total
            if self.count is not None:
                given["devices"] = self.count
            if self.nodes is not None:
                given["nodes"] = self.nodes
            if self.each:
                counted["each"] = self.each
            if self.counted_at != k:
                far.add("devices")


def places(scene: Scene, k: int, low: int, high: int) -> list[tuple[int, Scene]]:
    """A stretch, its sentence and those before it, each as a scene with the index of its sentence."""
    stretch = only_in(scene, k, low, high)
    found = [(k, stretch)]
    if stretch is not scene:
        found.append((k, scene))
    return [*found, *((j, scene) for j in range(k - 1, max(-1, k - 1 - REACH), -1))]


def subject(scene: Scene, k: int, low: int, high: int) -> Subject | None:
    """The model that a stretch is about; None where two could be."""
    if _OTHER_MODEL.search(scene.sentences[k].text):
        reach = [(j, s) for j, s in places(scene, k, low, high) if j == k]
    else:
        reach = places(scene, k, low, high)
    for j, place in reach:
        named = [e for e in place.named(j, EntityKind.MODEL) if e.key or not e.name[0].isdigit()]
        found = [written(scene, place, s) for s in sizes(place, j)]
        whole = [s for s in found if not is_active(scene, s)]
        active = [s for s in found if is_active(scene, s)]
        if len(named) > 1 or any(len({scene.reading(s).quantity.point for s in w}) > 1 for w in (whole, active)):  # fmt: skip
            return None
        if named or whole or active:
            return Subject(
                named[0].name if named else "",
                whole[0] if whole else None,
                active[0] if active else None,
                j,
            )
    return Subject()


def machines(scene: Scene, k: int, low: int, high: int) -> Machines | None:
    """The devices that a stretch speaks of; None where two sorts, or two counts, could be meant."""
    name, named_at, whole = "", -1, False
    unknown = {e.name for e in scene.named(k, EntityKind.DEVICE)}
    if any(m["name"] not in unknown for m in _CODE.finditer(scene.sentences[k].text)) and not unknown:
        return None  # a part that nobody knows
    for j, place in places(scene, k, low, high):
        text = place.sentences[j].text
        parts = place.parts(j)
        own = {same_name(p.name) for p in parts}
        if len(own) > 1:
            # two sorts are named: where one is bound already, what is counted here may be of another
            return Machines(name, named_at, whole=whole) if name else None
        if parts and name and same_name(name) not in own:
            break
        if parts and not name:
            name, named_at = parts[0].name, j
        if SEVERAL.search(text):
            break
        held = [p for p in parts if HOLDER.match(text, p.end) and not p.system]
        if held and not _ALONE.search(text):
            whole = True
            counts = place.spots(j, where=lambda r: r.noun == "gpu" and r.per == "")
            values = {place.reading(s).quantity.point for s in counts}
            if len(values) == 1 and not place.spots(j, noun="node"):
                return Machines(name, named_at, values.pop(), written(scene, place, counts[0]), counted_at=j)  # fmt: skip
            break
        if _EACH.search(text) or _ALONE.search(text):
            if j == k:
                if name:
                    return Machines(name, named_at, 1.0, counted_at=j)
                rest = machines(scene, k - 1, 0, len(scene.sentences[k - 1].text)) if k else None
                return Machines(rest.name if rest else "", rest.named_at if rest else -1, 1.0, counted_at=j)  # fmt: skip
            continue
        if _PAIR.search(text):
            if name:
                return Machines(name, named_at, 2.0, counted_at=j)
            rest = machines(scene, j - 1, 0, len(scene.sentences[j - 1].text)) if j else None
            return Machines(rest.name, rest.named_at, 2.0, counted_at=j) if rest and rest.name else None  # fmt: skip
        told = counted_devices(place, j)
        if told is None:
            return Machines(name, named_at, whole=True) if name else None
        if told.total is not None and _runs_on(place, j, told, own_sentence=j == k):
            at = written(scene, place, told.count) if told.count is not None else None
            nodes = written(scene, place, told.nodes) if told.nodes is not None else None
            if not name:
                for i in range(j - 1, max(-1, k - 1 - REACH), -1):
                    before = {same_name(p.name): p.name for p in scene.parts(i)}
                    if before:
                        if len(before) == 1:
                            name, named_at = next(iter(before.values())), i
                        break
            return Machines(name, named_at, told.total, at, nodes, told.each, j)
        if _WHOLE.search(text) and j == k:
            whole = True
    return Machines(name, named_at, whole=whole)


def _runs_on(place: Scene, j: int, told: Devices, *, own_sentence: bool) -> bool:
    """Whether devices that a sentence counts are those that something runs on, and not a part of them."""
    text = place.sentences[j].text
    if _OF_OTHERS.search(text):
        return False
    if told.count is None:
        return True
    reading = place.reading(told.count)
    shown = text[reading.start : reading.end]
    if not _DEVICES.search(shown) or _OF_A_SORT.match(text, reading.end):
        return False
    return own_sentence or _LED.search(text, 0, reading.start) is not None or reading.start == 0


_DEVICES = Lazy(r"GPU|TPU|device|card|accelerator|chip|board|[A-Z]+\d", re.I)
_OF_A_SORT = Lazy(
    r",? (?:of|from) (?:each|either|every|both) (?:\w+ )?(?:type|kind|sort|generation|model|pool)?"
)
_LED = Lazy(
    r"\b(?:on|using|uses?|used|over|across|with|all|the|these|those|our|into|by|to|of|has|have|had|between|among) (?:[\w-]+ ){0,2}$",
    re.I,
)
_OF_OTHERS = Lazy(r"\b(?:baselines?|prior|previous|they|their|authors)\b", re.I)
