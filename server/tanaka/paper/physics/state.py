"""Sizes that follow from so many bytes per parameter: "at 16 bytes per parameter, the state of the 7B model is 112 GB"."""

from __future__ import annotations

import re

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, subject
from tanaka.patterns import Lazy

_PER = Lazy(r"\s*(?:(?:per|for each|for every|a|/|each)\s?)(?:model )?(?:param(?:eter)?|weight)s?\b", re.I)  # fmt: skip
_AT = Lazy(r"\b(?:at|with|counting|assuming|for)\s(?:about |some |the usual |the |its )?$", re.I)
# What stands right before a size that all of it takes.
_TAKES = Lazy(
    r"(?:\b(?:tak(?:es?|ing)|took|needs?|requir(?:es?|ing)|occup(?:y|ies|ying)|amount(?:s|ing)? to|comes? to|totals?|is|are|has|have|measures?|weighs?|consum(?:es?|ing)|"
    r"or|that is|thus|hence|so|makes?|making|gives?|giving|adds? up to|for a total of)\b,?|\bi\.e\.,?|[=≈(:])\s?(?:about |roughly |around |some |only |a total of |[≈∼~])?$",
    re.I,
)
_THINGS = r"weights?|gradients?|moments?|optimi[sz]er|Adam\w*|activations?|master|caches?|states?|logits|buffers?"
_THING = Lazy(rf"\b(?:{_THINGS})\b", re.I)
_CLAUSE = Lazy(
    r";|:|\b(?:and|but|as|since|because|while|whereas|whilst|versus|instead|than)\b", re.I
)
# Sizes of a share, of less than all parameters, of sums and of what there is room for.
_NOT = Lazy(
    r"\b(?:per|each|every)[ -](?:\w+[- ])?(?:GPU|device|rank|node|card|shard|stage|worker|chip|server|accelerator|layer|token)s?\b|/(?:GPU|device|rank)\b|\beach of\b|\bshard\w*|\bsplit\w*|\bpartition\w*|"
    r"\bparallel\w*|\bstages?\b|\bZeRO\b|\bFSDP\b|\bsav(?:es?|ed|ings?)\b|\breduc\w+|\bshr[iau]n?[nk]\w*|\b(?:less|fewer|more|lower\w*|smaller|larger|beyond|above|exceed\w*|only half|half|quarter)\b|"
    r"\b(?:additional\w*|extra|another|further|plus|together|besides|addition|remain\w*|left|leav\w+|free[sd]?|availab\w*|budgets?|capacity|limit\w*|headroom|overheads?|includ\w+|peak|not|cannot|never|would|could|if)\b|"
    r"\b(?:LoRA|QLoRA|adapters?|trainable|frozen|experts?|activ(?:e|ated)|embeddings?|subset|some of|part of|share of|off-?load\w*|swap\w*|fits?|within|traffic|bandwidth|reads?|mov(?:es?|ed|ing))\b|\+|\b(?:room|enough|holds?|suffic\w*)\b|\b(?:GPUs?|nodes?|cards?|servers?|machines?|accelerators?|devices?|clusters?|hosts?|[AHV]\d{2,3}s?|MI\d+\w*|HBM\w*|VRAM|NVMe)\b(?! memory)|(?<!master )\bcop(?:y|ies)\b|\breplicas?\b",
    re.I,
)  # fmt: skip
_LISTED = Lazy(r"\d\s?(?:,|and|or|to|/|\+|–|-)\s?(?:or |and )?$")
_DEVICE_BEHIND = Lazy(r"[\s-](?:NVIDIA |AMD )?(?:[AHVB]\d{2,3}|MI\d+|RTX|GPUs?|cards?|devices?|HBM\w*|VRAM|accelerators?|nodes?|for (?:the |its )?(?:weights|gradients|moments|optimi[sz]er|master|activations)|of (?:them|these|it|which|(?:HBM|GPU|device)))\b", re.I)  # fmt: skip


def per_parameter(scene: Scene, s: Spot) -> bool:
    """Whether a size is that of one parameter."""
    r = scene.reading(s)
    return r.per == "parameter" or _PER.match(scene.sentences[s[0]].text, r.end) is not None


def state_product(scene: Scene, k: int) -> LocalPhysical | None:
    """Bytes of one parameter, a model, and the size of all of its parameters."""
    text = scene.sentences[k].text
    sizes = scene.spots(k, "byte")
    if len(sizes) != 2 or _NOT.search(text):
        return None
    each = [s for s in sizes if per_parameter(scene, s)]
    if len(each) != 1:
        return None
    (total,) = (s for s in sizes if s != each[0])
    if not _tied(scene, k, each[0], total):
        return None
    about = subject(Stretch(scene, k, 0, len(text)))
    if about is None:
        return None
    given = [("each", each[0])]
    if about.count is not None:
        given.append(("params", about.count))
    named = [("kind", "per-parameter")]
    if about.name:
        named.append(("model", about.name))
    far = frozenset({"model", "params"} if about.far else ())
    cues = frozenset({"label"} if about.label else ())
    return LocalPhysical("footprint", total, tuple(given), tuple(named), far=far, cues=cues)


def _tied(scene: Scene, k: int, each: Spot, total: Spot) -> bool:
    """Whether the words make the size that of all parameters."""
    text = scene.sentences[k].text
    one, all_of = scene.reading(each), scene.reading(total)
    if one.quantity.point > 32 or all_of.quantity.point < 1e6 or not all_of.quantity.bounded:
        return False
    if _LISTED.search(text, 0, one.start) or _DEVICE_BEHIND.match(text, all_of.end):
        return False
    if one.start < all_of.start:
        between = text[one.end : all_of.start]
        if not _TAKES.search(between) or len(between) > 110 or _CLAUSE.search(between):
            return False
        return bool(_AT.search(text, 0, one.start)) or not _THING.search(between)
    between = text[all_of.end : one.start]
    return len(between) < 50 and not _CLAUSE.search(between) and not _THING.search(between)
