"""Which model a stretch of a sentence is about, and on how many of which devices: what it leaves out stands before it.

Readers of rates and budgets ask for the nearest place that names one; two names in it tell nothing.
"""

from __future__ import annotations

import re

from tanaka.paper.entities import EntityKind, same_name
from tanaka.paper.physics.devices import HOLDER, SEVERAL, Devices, counted_devices
from tanaka.paper.physics.scene import Part, Scene, Spot
from tanaka.paper.physics.sizes import is_active, sizes
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_CODE = Lazy(
    r"\b[Oo]n (?:the |an? |one |our |two |four )?(?P<name>[A-Z]{1,3}\d{1,4}[A-Z]?)s?\b(?!-)"
)
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
    r"\b(?:the|this|our|that|whole|entire|full|same|a|an|one|each|per|mixed|all) (?:[\w-]+ ){0,2}?(?:cluster|machine|server|node|system|box|installation|supercomputer|partition|rack|pool|fleet|pod|workstation)s?\b",
    re.I,
)


_LETTERED = (
    r"(?:Cluster|Machine|System|Site|Testbed|Platform|Pool|Partition|Node|Server) (?:[A-Z]|\d)\b"
)
_AT_PLACE = Lazy(
    rf"\b(?:[Oo]n|[Aa]t|[Ff]or|[Ww]ith|[Ii]nside) (?P<name>{_LETTERED}|[A-Z][a-z]{{2,}}\w*\b(?! \d|[\w-]*(?:'s|’s)))|^(?P<first>{_LETTERED}|[A-Z][a-z]{{2,}}\w*) (?:needs?|needed|takes?|took|makes?|made|does|reach(?:es|ed)|sustains?|sustained|delivers?|delivered|gives?|gave|trains?|trained|runs?|ran)\b"
)


def place_named(text: str) -> str:
    """The one proper name that may be that of a machine: "On Cedar we trained ..."."""
    found = {m["name"] or m["first"] for m in _AT_PLACE.finditer(text)}
    return found.pop() if len(found) == 1 else ""


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
    own: bool = False
    """Whether it is called "our 7B model", "a 7B model": none that is public is meant."""

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


def places(scene: Scene, k: int, low: int, high: int, *, alone: bool) -> list[tuple[int, Scene]]:
    """A stretch, what its sentence says of all, and the sentences before, each as a scene with its index.

    Where the sentence makes several statements only what is fronted ("On eight A100s, ...") is said of all.
    """
    stretch = only_in(scene, k, low, high)
    found = [(k, stretch)]
    if stretch is not scene:
        fronted = None if alone else _FRONTED.match(scene.sentences[k].text)
        if fronted is not None and any(r.quantity.unit in ("token/s", "sample/s") and r.start < fronted.end() for r in scene.sentences[k].readings):  # fmt: skip
            fronted = None
        if alone:
            found.append((k, scene))
        elif fronted is not None and fronted.end() > low:
            pass
        elif fronted is not None:
            found.append((k, only_in(scene, k, 0, fronted.end())))
    return [*found, *((j, scene) for j in range(k - 1, max(-1, k - 1 - REACH), -1))]


_OWN = Lazy(r"\b(?:our|an?|own|new) (?:[\w-]+ ){0,2}$", re.I)
_FRONTED = Lazy(
    r"(?:On|With|Using|In|For|At|Over|Across|Under|When|While)\b[^,;]{1,90},(?! (?:and|or)\b)"
)
_ANOTHERS = Lazy(
    r"\bcompar(?:e|es|ed|ing|ison)\b|\bbaselines?\b|\bprior\b|\bteacher\b|\bunlike\b|\bbuild on\b|\brival\w*|\bsuch as\b|\bstart(?:s|ed|ing)? from\b|\bthe authors\b",
    re.I,
)


def subject_in(place: Scene, k: int) -> bool:
    """Whether a stretch names a model, or the size of one."""
    return bool(place.named(k, EntityKind.MODEL) or sizes(place, k))


def subject(scene: Scene, k: int, low: int, high: int, *, alone: bool = True) -> Subject | None:
    """The model that a stretch is about; None where two could be."""
    reach = places(scene, k, low, high, alone=alone)
    if _OTHER_MODEL.search(scene.sentences[k].text):
        reach = [(j, s) for j, s in reach if j == k]
    for j, place in reach:
        text = place.sentences[j].text
        if j != k and _ANOTHERS.search(text):
            return None  # whose model it is nobody says
        named = [e for e in place.named(j, EntityKind.MODEL) if e.key or not e.name[0].isdigit()]
        if any(text[e.end : e.end + 1] == "-" and text[e.end + 1 : e.end + 2].isalpha() for e in named):  # fmt: skip
            return None  # "Llama-2-7B-GPTQ"
        found = [written(scene, place, s) for s in sizes(place, j)]
        whole = [s for s in found if not is_active(scene, s)]
        active = [s for s in found if is_active(scene, s)]
        if len(named) > 1 or any(len({scene.reading(s).quantity.point for s in w}) > 1 for w in (whole, active)):  # fmt: skip
            return None
        if named or whole or active:
            own = bool(whole) and not named and _OWN.search(scene.around(whole[0], 30, 0)[0]) is not None  # fmt: skip
            return Subject(
                named[0].name if named else "",
                whole[0] if whole else None,
                active[0] if active else None,
                j,
                own,
            )
    return Subject()


def machines(scene: Scene, k: int, low: int, high: int, *, alone: bool = True) -> Machines | None:
    """The devices that a stretch speaks of; None where two sorts, or two counts, could be meant."""
    name, named_at, whole = "", -1, False
    if _COUNTED_NODES.search(scene.sentences[k].text, low, high) and not scene.spots(
        k, noun="node"
    ):
        return None  # how many devices they have is not told
    unknown = {e.name for e in scene.named(k, EntityKind.DEVICE)}
    if (
        any(m["name"] not in unknown for m in _CODE.finditer(scene.sentences[k].text))
        and not unknown
    ):
        return None  # a part that nobody knows
    for j, place in places(scene, k, low, high, alone=alone):
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
            # "an A100 machine with 8 GPUs"; "a single A100 server" counts servers
            counts = [
                s for s in place.spots(j, where=lambda r: r.noun == "gpu" and r.per in ("", "node"))
                if not any(place.reading(s).start <= p.start < place.reading(s).end for p in parts)
            ]  # fmt: skip
            values = {place.reading(s).quantity.point for s in counts}
            if len(values) == 1 and not place.spots(j, noun="node") and _HAS.search(text, held[0].end, place.reading(counts[0]).start):  # fmt: skip
                return Machines(name, named_at, values.pop(), written(scene, place, counts[0]), counted_at=j)  # fmt: skip
            break
        if _EACH.search(text) or _ALONE.search(text) or any(_one(text, p) for p in parts):
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
        if j == k and place.spots(j, noun="node"):
            # nodes of so many each as the set-up says: what a sentence before counts is no count of these
            rest = machines(scene, k - 1, 0, len(scene.sentences[k - 1].text)) if k and not name else None  # fmt: skip
            return Machines(
                rest.name if rest else name, rest.named_at if rest else named_at, whole=True
            )
        if j == k and (m := _WHOLE.search(text)):
            whole = True
            if not _THE_SAME.match(m.group()):
                return Machines(name, named_at, whole=True)
    return Machines(name, named_at, whole=whole)


def _one(text: str, part: Part) -> bool:
    """Whether a part stands in the singular, as one: "a single 40 GB A100", "one PCIe A100"."""
    lead = _ONE_OF_SORT.search(text[max(0, part.start - 40) : part.start])
    return (
        lead is not None
        and not part.system
        and HOLDER.match(text, part.end) is None
        and _PLURAL.match(text, part.end) is None
    )


_ONE_OF_SORT = Lazy(
    r"\b(?:a single|one|a lone|just an?|only an?) (?:(?:\d+[\s-]?[GT]i?B|PCIe|SXM\d?|NVIDIA|AMD|consumer|desktop|used|second-hand)[\s-]){1,3}$",
    re.I,
)
_PLURAL = Lazy(r"s\b| (?:GPUs|cards|pairs?|boards)\b")


def _runs_on(place: Scene, j: int, told: Devices, *, own_sentence: bool) -> bool:
    """Whether devices that a sentence counts are those that something runs on, and not a part of them."""
    text = place.sentences[j].text
    if _OF_OTHERS.search(text):
        return False
    if told.count is None:
        return (
            own_sentence
            or told.nodes is not None
            or any(
                _COUNTED_ONE.search(text[max(0, p.start - 24) : p.start]) for p in place.parts(j)
            )
        )  # "the A100" of a sentence before is any number of them
    reading = place.reading(told.count)
    shown = text[reading.start : reading.end]
    if not _DEVICES.search(shown) or _OF_A_SORT.match(text, reading.end):
        return False
    return own_sentence or _LED.search(text, 0, reading.start) is not None or reading.start == 0


_COUNTED_ONE = Lazy(r"\b(?:on|onto|in|with|of|uses?) (?:one|a single) (?:[\w-]+ )?$", re.I)
_DEVICES = Lazy(r"GPU|TPU|device|card|accelerator|chip|board|[A-Z]+ ?\d", re.I)
_OF_A_SORT = Lazy(
    r",? (?:of|from) (?:each|either|every|both) (?:\w+ )?(?:type|kind|sort|generation|model|pool)?"
)
_LED = Lazy(
    r"\b(?:on|using|uses?|used|over|across|with|all|the|these|those|our|into|by|to|of|has|have|had|between|among) (?:[\w-]+ ){0,2}$",
    re.I,
)
_COUNTED_NODES = Lazy(
    r"\b(?:\d+|two|three|four|five|six|eight|ten|twelve|sixteen|thirty-two|several) (?:[\w-]+ ){0,3}?(?:nodes|servers|machines|hosts|instances|pods|boxes)\b"
)
_HAS = Lazy(r"\b(?:with|of|has|have|holds?|holding|and its|with its)\b")
_THE_SAME = Lazy(r"(?:this|that|the|the same|our|same|whole|full|entire)\b", re.I)
_OF_OTHERS = Lazy(
    r"\b(?:development|debug\w*|prototyp\w*|partner|baselines?|prior|previous|they|their|authors)\b",
    re.I,
)
