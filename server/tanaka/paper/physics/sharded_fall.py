"""State that falls when a part of it is sharded, by what is sharded and not by the name of a stage.

"Replicated it takes 42 GB; with the optimizer part sharded over the eight ranks 7 GB", "sharding gradients
too gives 4 GB": the size before is the one that is replicated, in the sentence or in one before.  All is
told as far; sums with other ways to save are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.saving import TOGETHER, ZERO, degree
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier

_SHARDS = Lazy(r"\b(?:shard|partition|split|distribut|divid|spread|scatter|slic)\w*", re.I)
_OPTIMIZER = Lazy(
    r"\b(?:optimi[sz]er|Adam\w*)(?:['’]s)?[- ](?:parts?|states?|moments?|memory|data|tensors|variables|shards?|sharding)\b|\b(?:both |two |Adam |FP32 )*moments\b|\bmaster (?:weights|copy|copies)\b|\bFP32 (?:states?|copies)\b|\bthe optimi[sz]er\b",
    re.I,
)
_GRADIENTS = Lazy(r"\bgradients?\b", re.I)
_WEIGHTS = Lazy(r"\b(?:weights|parameters)\b", re.I)
_MASTER = Lazy(r"\bmaster weights\b|\b(?:a|per|each|every) parameter\b|\b(?:billion|\d\s?[BM]) parameters\b", re.I)  # fmt: skip
_TOO = Lazy(r"\b(?:too|also|as well|in addition|additionally|further(?:more)?|next|moreover|besides|likewise|even)\b", re.I)  # fmt: skip
_NOT = Lazy(
    r"\b(?:activations?|caches?|checkpoints?|buffers?|off-?load\w*|host|CPU|NVMe|8-bit|int8|experts? (?:are|is) sharded|traffic|gathers?|network|bandwidth|GB/s|peak|budget|left for|headroom)\b",
    re.I,
)
# "of 1.3 TB only 24 GB remain with the replicated part": what is shared is what was counted before
_BESIDE = Lazy(
    r"\b(?:with|plus|including|besides?|and|next to) (?:the|all|what is) (?:replicated|remaining|other|rest)\b",
    re.I,
)
_REPLICATED = Lazy(
    r"\breplicat\w+|\bin full\b|\bfull copy\b|\bunsharded\b|\bwithout (?:any )?(?:sharding|ZeRO)\b|\bnothing (?:is )?sharded\b|\bplain data[- ]parallel\w*|\bDDP\b|\bwhole\b|\bby default\b|\bbefore\b|\bbaseline\b|\bentire\b",
    re.I,
)
_EACH = Lazy(r"\beach\b|\bper (?:GPU|device|worker|rank|card)\b|\b(?:each|every|a|one) (?:GPU|device|worker|rank|card)\b", re.I)  # fmt: skip
_FROM = Lazy(r"\b(?:from|the|those|these|its|of)\s(?:about\s|full\s|whole\s)?$", re.I)
_INTO = Lazy(r"\b(?:to|at|by)\s(?:only\s|just\s|about\s|some\s|roughly\s)?$", re.I)
_FALLS = Lazy(r"\b(?:reduc|lower|cut|bring|brought|shrink|shrank|fall|fell|drop|tak|took|go|went|com|push|get|got)\w*\b", re.I)  # fmt: skip
_FACTOR = Lazy(r"\b(?:saving|reduction|less|smaller|fewer|factor|fold|shrink\w*|reduc\w*|sav\w*|lower|gain)\b", re.I)  # fmt: skip
# what is counted out is counted out right or wrong, whether it was done or not
_WOULD = Lazy(r"\b(?:would|could|can|may|might|if|once|were) (?!not\b|never\b|hardly\b)", re.I)
_A_FACTOR = Lazy(r"\bfactor of\s(?:about |some )?$", re.I)
_OF_OTHERS = Lazy(r"\b(?:faster|slower|speed\w*|throughput|time|larger|more|traffic|longer)\b", re.I)  # fmt: skip


# "reduces the optimizer states from 36 GB to 4.5 GB": what is shared is all that is counted
_OF_IT = Lazy(
    r"\b(?:reduc|lower|cut|bring|brought|shrink|shrank|divid|tak|took|scal)\w* (?:down )?(?:the )?(?:memory |footprint |size |space |cost )?(?:of |for |taken by |used by )?(?:them|these|those|both|(?:the |its |their |this |our )*(?:FP32 |Adam |replicated |sharded )*(?:optimi[sz]er (?:states?|memory|part)|moments|master (?:weights|copy)|optimi[sz]er|FP32 states?))\b",
    re.I,
)
_OF_ALL = Lazy(r"\b(?:model|training|whole|full|entire|expert|its|the|all) states?\b|\bweights\b|\bgradients\b|\btotal\b|\bbytes (?:per|a|for)\b", re.I)  # fmt: skip


def of_the_part(text: str) -> bool:
    """Whether what falls is the part that is shared, and nothing beside it."""
    return _OF_IT.search(text) is not None


def _part_alone(text: str, at: int) -> bool:
    """Whether the words before a size in its clause make it that of the optimizer alone."""
    cut = max(text.rfind(c, 0, at) for c in ",;:(") + 1
    lead = text[cut:at]
    found = list(_OPTIMIZER.finditer(lead))
    if not found or _SHARDS.search(lead):
        return False
    return _OF_ALL.search(_OPTIMIZER.sub(" ", lead)) is None


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes and factors behind the words for what is sharded."""
    if not _SHARDS.search(scene.text):
        return
    stage, at = 0, -9
    shared: tuple[tuple[tuple[str, Spot], ...], frozenset[str]] = ((), frozenset())
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        found = _stage(text, stage if k - at <= 2 else 0)
        if not found:
            continue
        own = degree(scene, k)
        if own[0] or k - at > 2:
            shared = own
        stage, at = found, k
        if ZERO.search(text) or TOGETHER.search(text) or _NOT.search(text) or not shared[0]:
            continue
        yield from _claims(scene, k, stage, shared[0])


def _stage(text: str, before: int) -> int:
    """What is sharded, as a stage of ZeRO: optimizer, gradients too, weights too; 0 for none of it."""
    shards = _SHARDS.search(text)
    if shards is None:
        return 0
    optimizer = _OPTIMIZER.search(text) is not None
    gradients = _GRADIENTS.search(text) is not None
    weights = _WEIGHTS.search(_MASTER.sub(" ", text)) is not None
    if weights:
        return 0  # all of it, or what of it stays
    if optimizer:
        return 2 if gradients else 1
    return 2 if gradients and before == 1 and _TOO.search(text) else 0


def _claims(
    scene: Scene, k: int, stage: int, shared: tuple[tuple[str, Spot], ...]
) -> Iterator[LocalPhysical]:
    text = scene.sentences[k].text
    named = (("technique", f"ZeRO-{stage}"),)
    cues = frozenset({LOOSE, "of-states", *(("computed",) if _WOULD.search(text) else ())})
    far = frozenset({"clause", "devices", "before"})
    if of_the_part(text) or _BESIDE.search(text):
        return
    pair = _fall(scene, k)
    if pair is not None and any(_part_alone(scene.sentences[j].text, scene.reading((j, i)).start) for j, i in pair):  # fmt: skip
        return
    if pair is not None:
        before, after = pair
        yield LocalPhysical("saving", after, (*shared, ("before", before)), (*named, ("form", "sizes")), (), far, cues)  # fmt: skip
    factors = [
        s for s in scene.spots(k, "1") if (scene.reading(s).quantity.shown_unit == "×" or _A_FACTOR.search(text[: scene.reading(s).start])) and scene.reading(s).quantity.bounded
    ]  # fmt: skip
    if len(factors) == 1 and _FACTOR.search(text) and not _OF_OTHERS.search(text):
        r = scene.reading(factors[0])
        if r.quantity.qualifier in (Qualifier.EXACT, Qualifier.APPROX) and (pair is not None or len(_sizes(scene, k)) <= 1):  # fmt: skip
            yield LocalPhysical("saving", factors[0], shared, (*named, ("form", "factor")), (), far, cues)  # fmt: skip


def _sizes(scene: Scene, k: int) -> list[Spot]:
    return [
        s for s in scene.spots(k, "byte")
        if scene.reading(s).quantity.bounded and scene.reading(s).quantity.point >= 1e7 and scene.reading(s).per in ("", "gpu", "each")
    ]  # fmt: skip


def _fall(scene: Scene, k: int) -> tuple[Spot, Spot] | None:
    """The replicated size, and what is left of it: both of a sentence, or the first of one before."""
    text, sizes = scene.sentences[k].text, _sizes(scene, k)
    if len(sizes) == 2:
        first, second = sorted(sizes, key=lambda s: -scene.reading(s).quantity.point)
        a = scene.reading(first)
        lead = text[max(0, a.start - 90) : a.start]
        whole = _REPLICATED.search(text) or (_FROM.search(lead) and _FALLS.search(text))
        return (first, second) if whole else None
    if len(sizes) != 1:
        return None
    after = sizes[0]
    for j in range(k - 1, max(-1, k - 4), -1):
        found = _sizes(scene, j)
        lead = scene.sentences[j].text
        if not found:
            continue
        if len(found) == 1 and (_REPLICATED.search(lead) or _EACH.search(lead)) and not _SHARDS.search(_REPLICATED.sub(" ", lead)):  # fmt: skip
            big = scene.reading(found[0]).quantity.point
            return (found[0], after) if big > scene.reading(after).quantity.point else None
        if not _SHARDS.search(lead):
            return None
    return None
