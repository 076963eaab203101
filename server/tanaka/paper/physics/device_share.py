"""What one device is said to hold of training state and of activations, by the types of numbers that stand together.

A size that is of each device, a count of devices, and a word for the state: "the states fit on 24 GPUs
at 43 GB each".  A size, a word for activations and a device: "this puts 11 GB of activations on every
card".  A need, and a place that it goes into: "needs 18 GB for its state and so goes on one 24 GB card".
Verbs are open; words exclude only in the clause of the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sharded import STAGE, count_of_word
from tanaka.paper.physics.stretches import Stretch, subject
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_CUE = Lazy(r"\bstates?\b|\bAdam\w*|\boptimi[sz]er|\bactivations?\b|\blayer inputs?\b|\btrain\w*|\bfine-?tun\w*", re.I)  # fmt: skip
_STATE = Lazy(r"\b(?:(?:training|model|optimi[sz]er|its|their|the|of|sharded|Adam) states?|states? (?:take|need|occup|fit|fill|come|amount|are|is|of|per)\w*|of state)\b", re.I)  # fmt: skip
_ACTIVATIONS = Lazy(
    r"\bactivations?\b|\blayer inputs?\b|\b(?:saved|stashed|stored|kept) (?:tensors?|inputs?)\b",
    re.I,
)
_DEVICE = r"(?:GPU|device|rank|worker|card|accelerator|die|chip|GCD|TPU|board|A\d{2,3}|[HBVL]\d{2,3}S?|MI\d+\w*|(?:RTX )?(?:A\d{4}|\d{4}))"
_EACH = Lazy(rf"\b(?:(?:per|each|every)(?: (?:single|one))?|each of (?:(?:the|our|these|its|those) )?(?:\w+)?)[ -](?:[\w.]+ ){{0,2}}?{_DEVICE}s?\b|/ ?GPU\b|\bapiece\b|\ba {_DEVICE}\b(?! node)|\b(?:each|every) one of (?:the|them)\b|\b(?:on|of|by|for) each\b(?! (?:layer|step|node|stage|block|token|sequence|micro))|\beach of (?:them|these|those|us)\b|\b(?:[:,]|where|and|so that) each (?:holds|has|keeps|stores|gets|takes|carries|is left|needs)\b", re.I)  # fmt: skip
_CUT = Lazy(r"[;:]\s|,\s(?=(?:and|while|whereas|but|which|yet|then|where|so)\b)|\s(?=(?:while|whereas)\b)|\.\s|\s\(|\)\s")  # fmt: skip
_PARTLY = Lazy(
    r"\b(?:weights?|gradients?|moments?|master|buffers?|logits|cach\w+|checkpoints?|snapshots?|buckets?|adapters?|LoRA|frozen|embedding\w*|experts?|off-?load\w*|host|CPU|DRAM|NVMe|disks?|files?|"
    r"free|spare|unused|headroom|room|remain\w*|budget|capacity|HBM\d?e?|at least|at most|up to|more than|less than|over|under \d|peak|total memory|overall|inference|tokens?)\b",
    re.I,
)
_ACTIVE_ELSE = Lazy(
    r"\b(?:weights?|gradients?|moments?|states?|checkpoints?|snapshots?|cach\w+|off-?load\w*|host|CPU|DRAM|NVMe|disks?|free|spare|unused|headroom|budget|capacity|HBM\d?e?|all-?reduc\w+|all-?gather\w*|send\w*|sent|exchang\w*|"
    r"transfer\w*|traffic|mov(?:e|es|ed|ing)|communicat\w*|per (?:second|step)|saves?d?|reduc\w+|cut|from|in total|altogether|per node|(?:an?|each|every|one|the) node|swap\w*|compress\w*|quanti[sz]\w+|inference|prefill|decod\w+)\b",
    re.I,
)
_DENIED = Lazy(
    r"\b(?:not|no longer|cannot|can['’]t|never|neither|nor|exceed\w*|too (?:much|large|big|many)|more than|beyond|out of|OOM|impossible|infeasible|unless|fail\w*|crash\w*|overflow\w*|hopeless|"
    r"no (?:option|way|go|choice|room|chance)|off-?load\w*|spill\w*|short of|does ?n['’]t|without|instead|avoid\w*|sav(?:e|es|ed|ing)|recomput\w*|checkpointing)\b",
    re.I,
)
# With it, and still so much is kept; and what is too much is answered in the next sentence.
_WITH_AGAIN = Lazy(
    r"\b(?:with|under|using|despite|even with|after|by) (?:full |selective |activation |gradient |partial |such )*(?:re-?computation|checkpointing|recomputing)\b",
    re.I,
)
_ANSWER = Lazy(
    r"\b(?:therefore|thus|hence|so|instead|to avoid|to fit|why|because of this|for this reason|consequently)\b[^.]{0,80}\b(?:recomput\w*|checkpoint\w*|shard\w*|split\w*|off-?load\w*|reduc\w*|smaller|halv\w*|drop\w*|parallel\w*|compress\w*)|\b(?:recomput|checkpoint|off-?load)\w*\b[^.]{0,60}\b(?:brings?|reduces?|cuts?|lowers?|shrinks?|down|instead)\b",
    re.I,
)
_SUPPOSED = Lazy(r"\b(?:would|could|might|should|if|were)\b", re.I)
_WELCOME = Lazy(
    r"\b(?:no (?:problem|issue|trouble|concern|obstacle|difficulty)|not a (?:problem|concern)|without (?:any )?(?:trouble|difficult\w+|problems?|effort|strain)|fits?|fitting|easily|comfortabl[ey]|affordable|harmless|leaves? (?:room|space|enough)|within|enough|with room|to spare|accommodat\w+|absorbs?|holds?|goes (?:on|in)to|can be (?:held|kept|stored))\b",
    re.I,
)
_FITS = Lazy(r"\b(?:fits?|fitted|fitting|sits?|lives?|resides?|goes|squeezes?|accommodated|held|hosted|placed|kept|stays?|trained|runs?) (?:comfortably |easily |entirely |well |therefore |thus |just )?(?:in|on|onto|into|by|within|inside)\s(?:the (?:memory|HBM) of )?|\b(?:fits?|suffic\w+|enough|handles?|takes? (?:it|this|that)|holds? (?:it|this|that|them)|is all (?:it|this) (?:needs|takes))\b", re.I)  # fmt: skip
_NEEDS = Lazy(r"\b(?:state|training|train(?:s|ed)?|fine-?tun\w*|optimi[sz]er|Adam\w*)\b", re.I)
_HOLDER = Lazy(rf"\b(?P<n>one|an?|a single|single|each|every|two|three|four|eight|\d+)\s(?:\w+ ){{0,2}}?(?P<c>\d+)[- \u2009]?(?:GB|GiB)[- ](?:{_DEVICE})s?\b", re.I)  # fmt: skip
# "a GCD holds 406M parameters, or 6.5 GB" is of these, and "0.4 GB on each of 256" counts for itself.
_COUNTED = Lazy(r"\b\d[\d.,]*\s?(?:[MB]|million|billion)\s(?:\w+ )?parameters,? (?:\(|or |i\.e\.,? |that is,? |which (?:is|are|take) )(?:about |some )?$", re.I)  # fmt: skip
_EACH_OF_MANY = Lazy(r"\s?(?:on|for|in|to) each of (?:the |our |all )?\d", re.I)
_WAYS = Lazy(r"\b(?:data[- ]parallel|DP|replicas?|ways?)\b", re.I)
# Shards of a group are larger than those of all; and "1.8 GB of gathered layers" are no state.
_WITHIN = Lazy(r"\b(?:inside|within|hybrid|HSDP|replicas?|groups?|sub-?groups?)\b", re.I)
_OF_ELSE = Lazy(
    r"\s?(?:of|for|in) (?!(?:the |its |their |this |our |training |model |sharded |Adam |optimi[sz]er |total |\d[\d.]*[\s\u2009]?[GT]i?B of (?:the )?)*states?\b|the \d|it\b|\d)\w+",
    re.I,
)
_STATE_BEHIND = Lazy(r"\s?(?:of|for) (?:\w+ ){0,2}?states?\b", re.I)
_ACTIVE_BEHIND = Lazy(r"\s?(?:of|for) (?:\w+ ){0,2}?activations?\b", re.I)
_TOTAL = Lazy(
    r"\b(?:total|of (?:the|its|their)|altogether|in all|a sum|together|summing|out of)\b", re.I
)
_ALONE = Lazy(r"\b(?:one|a single|single) (?:node|server|machine|host)\b", re.I)
_GCD = Lazy(r"\bGCDs?\b")
_INPUTS = Lazy(
    r"\b(?:only|just|nothing but|the|their|its|all) (?:the )?(?:layer|block)(?:s['’])? inputs?\b|\b(?:the )?inputs? of (?:the|all|every|each|its) (?:layer|block)s?\b",
    re.I,
)
_BATCH = Lazy(r"\b(?P<n>one|two|three|four|six|eight|sixteen|\d+) (?:sequences?|samples?)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Place:
    """A size with its sentence, and the clause that it stands in."""

    k: int
    spot: Spot
    clause: str
    text: str


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes of state and of activations that are of one device, and needs that go into a place."""
    if not _CUE.search(scene.text):
        return
    for k, sentence in enumerate(scene.sentences):
        sizes = scene.spots(k, "byte", where=lambda r: r.quantity.point >= 1e8)
        if not sizes:
            continue
        text = sentence.text
        cuts = [0, *(m.end() for m in _CUT.finditer(text)), len(text)]
        for spot in sizes:
            at = scene.reading(spot).start
            low = max(c for c in cuts if c <= at)
            high = min((c for c in cuts if c > at), default=len(text))
            place = _Place(k, spot, text[low:high], text)
            if not scene.reading(spot).quantity.bounded:
                continue
            yield from _state(scene, place, sizes)
            yield from _activations(scene, place)
        yield from _fitting(scene, k, sizes)
        yield from _together(scene, k, sizes)
        yield from _inputs(scene, k, sizes)


def _each(scene: Scene, place: _Place) -> bool:
    return scene.reading(place.spot).per in ("each", "gpu") or bool(_EACH.search(place.clause))


def _part(scene: Scene, k: int, count: Spot | None = None) -> tuple[tuple[str, str], ...]:
    """The device of a sentence, or of the one before; with a count, the one that it counts."""
    if count is not None:
        r = scene.reading(count)
        if not _GCD.search(scene.sentences[count[0]].text, r.start, r.end) and _GCD.search(scene.sentences[k].text):  # fmt: skip
            return ()
    for j in (k, k - 1):
        if j < 0:
            break
        if _GCD.search(scene.sentences[j].text):
            return (("device", "MI250X GCD"),)
        part = scene.part(j)
        if part is not None and not part.system:
            return (("device", part.name),)
        if scene.parts(j):
            break
    return ()


def _stage(scene: Scene, k: int, at: int) -> int | None:
    """The stage of ZeRO in force at a place; 3 for full sharding, None where nothing says one."""
    found = [m for m in STAGE.finditer(scene.sentences[k].text)]
    led = [m for m in found if m.start() < at] or found
    for j in range(k - 1, max(-1, k - 3), -1):
        if led:
            break
        led = list(STAGE.finditer(scene.sentences[j].text))
    return int(led[-1].group("a") or led[-1].group("b") or 3) if led else None


def _state(scene: Scene, place: _Place, sizes: list[Spot]) -> Iterator[LocalPhysical]:
    """A size of state that is of each of so many devices."""
    k, text, r = place.k, place.text, scene.reading(place.spot)
    lead = scene.sentences[k - 1].text if k else ""
    if not _each(scene, place) or _PARTLY.search(place.clause) or _ACTIVATIONS.search(place.clause):
        return
    if not (_STATE.search(text) or (k and _STATE.search(lead) and not _ACTIVATIONS.search(text))):
        return
    stage = _stage(scene, k, r.start)
    if stage in (1, 2) or _WITHIN.search(text) or _WITHIN.search(lead):
        return
    if (
        _OF_ELSE.match(text, r.end)
        or _COUNTED.search(text, 0, r.start)
        or _EACH_OF_MANY.match(text, r.end)
    ):
        return
    at_once = [s for s in sizes if scene.text and scene.reading(s).quantity.point < r.quantity.point and _clause_of(place, scene.reading(s).start)]  # fmt: skip
    if at_once and r.per not in ("each", "gpu"):
        return  # the smaller is the share, and this is the whole
    found = _count(scene, place)
    alone = _ALONE.search(text) if found is None else None
    if found is None and alone is None:
        return
    if found is not None and scene.reading(found).quantity.point == 1 and _DENIED.search(text):
        return  # "the state of 108 GB is out of the question on one A100"
    whole = [
        s for j in (k, k - 1) if j >= 0
        for s in scene.spots(j, "byte", where=lambda q: q.quantity.bounded)
        if scene.reading(s).quantity.point > 1.2 * r.quantity.point
        and (j != k or scene.reading(s).start < r.start or _TOTAL.search(text, r.end, scene.reading(s).start))
        and not _between_each(scene, s)
    ]  # fmt: skip
    given: list[tuple[str, Spot]] = [("devices", found)] if found is not None else []
    far: set[str] = {"clause"}
    if whole:
        given.append(("whole", whole[0] if whole[0][0] == k else whole[-1]))
    about = subject(Stretch(scene, k, 0, len(text)))
    names: list[tuple[str, str]] = list(_part(scene, k, found))
    cues = {"stated whole"} if whole and whole[0][0] == k else set()
    if about is not None:
        if about.count is not None:
            given.append(("params", about.count))
        if about.name:
            names.append(("model", about.name))
        cues |= {"label"} if about.label else set()
        cues |= set() if about.far else {"own model"}
    counted = (("stage", float(stage)),) if stage is not None else ()
    # what could be, is computed all the same
    cues |= {"computed"} if _SUPPOSED.search(text) and not _DENIED.search(place.clause) else set()
    if found is None or scene.reading(found).noun == "node":
        cues.add("nodes")
    if found is None:
        counted = (*counted, ("nodes", 1.0))
    yield LocalPhysical("state share", place.spot, tuple(given), tuple(names), counted, frozenset(far), frozenset(cues))  # fmt: skip


def _clause_of(place: _Place, at: int) -> bool:
    low = place.text.find(place.clause)
    return low <= at < low + len(place.clause)


def _between_each(scene: Scene, spot: Spot) -> bool:
    """Whether another size is of each device, too."""
    return scene.reading(spot).per in ("each", "gpu") or bool(_EACH.match(scene.around(spot, 0, 40)[1].lstrip()))  # fmt: skip


def _count(scene: Scene, place: _Place) -> Spot | None:
    """Devices or nodes that share what is of each: the nearest before in the sentence, else the one behind, else the one of the sentence before."""
    at = scene.reading(place.spot).start
    for j in (place.k, place.k - 1):
        if j < 0:
            break
        found = [
            s for s in scene.spots(j)
            if (r := scene.reading(s)).noun in ("gpu", "node") and r.quantity.bounded and r.quantity.unit == "1" and r.quantity.point >= 1
        ]  # fmt: skip
        text = scene.sentences[j].text
        cut = [s for s in found if not _WAYS.search(text[scene.reading(s).start : scene.reading(s).end + 18])]  # fmt: skip
        if len(cut) != len(found):
            return None  # replicas may each be cut again
        if j == place.k:
            low, high = text.rfind("; ", 0, at), text.find("; ", at)
            found = [s for s in found if low < scene.reading(s).start and (high < 0 or scene.reading(s).start < high)]  # fmt: skip
            if low >= 0 and not found:
                return None
            before = [s for s in found if scene.reading(s).start < at]
            if before:
                nearest = before[-1]
                nodes = [s for s in before if scene.reading(s).noun == "node" and scene.reading(s).quantity.point != 1]  # fmt: skip
                # "two nodes of eight GPUs": the nodes count, and "a single node of eight GPUs" says nothing more
                few = scene.reading(nearest).quantity.point <= 16
                return nodes[-1] if nodes and few else nearest
            return found[0] if len(found) == 1 else None
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _activations(scene: Scene, place: _Place) -> Iterator[LocalPhysical]:
    """A size of activations that one device is said to hold."""
    k, text = place.k, place.text
    if not _ACTIVATIONS.search(place.text) or _ACTIVE_ELSE.search(place.clause):
        return
    on_one = _each(scene, place) or bool(
        _EACH.search(text) and len(scene.spots(k, "byte")) == 1 and _WELCOME.search(text)
    )
    if not on_one:
        return
    plain = _WELCOME.sub(" ", _WITH_AGAIN.sub(" ", text))
    welcome = bool(_WELCOME.search(text))
    behind = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    if not welcome and (_ANSWER.search(behind) or _ANSWER.search(text)):
        return
    if _DENIED.search(plain) or (_SUPPOSED.search(text) and not welcome):
        return
    cues = frozenset({"computed"} if _SUPPOSED.search(text) else ())
    yield LocalPhysical("device activations", place.spot, (), _part(scene, k), (), frozenset({"clause"}), cues)  # fmt: skip


def _together(scene: Scene, k: int, sizes: list[Spot]) -> Iterator[LocalPhysical]:
    """State and activations that one device is said to hold beside each other."""
    text = scene.sentences[k].text
    if not _EACH.search(text) or _DENIED.search(_WITH_AGAIN.sub(" ", text)) or _SUPPOSED.search(text):  # fmt: skip
        return
    behind = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    state = [s for s in sizes if _STATE_BEHIND.match(text, scene.reading(s).end)]
    active = [s for s in sizes if _ACTIVE_BEHIND.match(text, scene.reading(s).end)]
    if len(state) != 1 or len(active) != 1 or _ANSWER.search(behind) or _ANSWER.search(text):
        return
    if not all(scene.reading(s).quantity.bounded for s in (*state, *active)):
        return
    yield LocalPhysical("device activations", active[0], (("state", state[0]),), _part(scene, k), (), frozenset({"clause"}))  # fmt: skip


def _fitting(scene: Scene, k: int, sizes: list[Spot]) -> Iterator[LocalPhysical]:
    """A need of training that is said to go into the memory of counted devices."""
    text = scene.sentences[k].text
    fits = _FITS.search(text)
    if fits is None or not _NEEDS.search(text[: fits.start()]):
        return
    places = list(_HOLDER.finditer(text))
    high = min((m.start() for m in places), default=fits.start())
    before = [s for s in sizes if scene.reading(s).end <= min(high, fits.start())]
    if len(before) != 1 or not scene.reading(before[0]).quantity.bounded:
        return
    ground = text[: scene.reading(before[0]).start]
    if _DENIED.search(text) or _SUPPOSED.search(text) or _ACTIVATIONS.search(text[: fits.start()]) or _EACH.search(text[: fits.start()]) or re.search(r"\b(?:LoRA|adapters?|per|at (?:least|most)|weights|gradients|cut|reduc\w+|from)\b", ground, re.I):  # fmt: skip
        return
    holder = _HOLDER.search(text, scene.reading(before[0]).end)  # fmt: skip
    if holder is not None:
        word = holder.group("n").lower()
        count = 1.0 if word in ("one", "a", "an", "a single", "single", "each", "every") else count_of_word(word)  # fmt: skip
        yield LocalPhysical("state fit", before[0], (), (), (("devices", count), ("capacity", float(holder.group("c")) * 2**30)), frozenset({"clause"}))  # fmt: skip
        return
    parts = [p for p in scene.parts(k) if p.start >= scene.reading(before[0]).end]
    if len(parts) == 1 and parts[0].count is not None and not parts[0].system:
        yield LocalPhysical("state fit", before[0], (), (("device", parts[0].name),), (("devices", parts[0].count),), frozenset({"clause"}))  # fmt: skip


def _inputs(scene: Scene, k: int, sizes: list[Spot]) -> Iterator[LocalPhysical]:
    """The inputs of all layers as a size, with the batch of this sentence or of the one before."""
    text = scene.sentences[k].text
    named = [
        m for m in _INPUTS.finditer(text) if any(scene.reading(s).start > m.end() for s in sizes)
    ]
    if not named:
        return
    m = named[-1]
    behind = [
        s for s in sizes
        if re.fullmatch(r"[^\d;.]{0,24}?", text[m.end() : scene.reading(s).start]) and scene.reading(s).start >= m.end() and not re.search(r"\b(?:states?|weights|and)\b", text[m.end() : scene.reading(s).start])
    ]  # fmt: skip
    if len(behind) != 1 or scene.reading(behind[0]).quantity.hedged or not scene.reading(behind[0]).quantity.bounded:  # fmt: skip
        return
    if re.match(r"^\s?(?:per|a|for each|of each) (?:layer|block|token)", text[scene.reading(behind[0]).end :]):  # fmt: skip
        return
    for j in (k, k - 1, k - 2):
        if j < 0:
            return
        batches = {count_of_word(b.group("n")) if not b.group("n").isdigit() else float(b.group("n")) for b in _BATCH.finditer(scene.sentences[j].text)}  # fmt: skip
        if batches:
            break
    if len(batches) != 1 or 0.0 in batches:
        return
    given: list[tuple[str, Spot]] = []
    names: list[tuple[str, str]] = []
    for i in range(k, max(-1, k - 3), -1):
        about = subject(Stretch(scene, i, 0, len(scene.sentences[i].text)))
        if about is not None:
            if about.count is not None:
                given.append(("params", about.count))
            if about.name:
                names.append(("model", about.name))
            break
    lengths = [s for i in range(k, max(-1, k - 3), -1) for s in scene.spots(i, noun="token") if scene.reading(s).quantity.point >= 128]  # fmt: skip
    if len({scene.reading(s).quantity.point for s in lengths}) > 1:
        return
    if lengths:
        given.append(("sequence", lengths[0]))
    yield LocalPhysical("layer inputs", behind[0], tuple(given), tuple(names), (("batch", batches.pop()),), frozenset({"clause"}))  # fmt: skip
