"""What a size is of, by the words nearest to it: weights, gradients, a cache, the state of each parameter.

"For the 70B model this amounts to 1.1 TB" is of what the sentence before sums up.
"""

from __future__ import annotations

import re

from tanaka.paper.physics import cached, footprint
from tanaka.paper.physics.scene import Scene, Spot
from tanaka.paper.physics.state import per_parameter
from tanaka.paper.physics.whose_size import Zone, last_listed
from tanaka.paper.physics.widths import widths
from tanaka.patterns import Lazy

_BACK = Lazy(r"\b(?:this|that|it|its|their|they|these|those|one|such|the (?:model|weights|cache|gradients|state|same|former|latter)|thus|therefore|hence|then)\b", re.I)  # fmt: skip
_ALL_OF = Lazy(r"\b(?:this|that|it|which|state|recipe|therefore|thus|hence|altogether|all of (?:it|this)|checkpoints?|one|needs?|occup\w+|takes?|has|have|had)\b", re.I)  # fmt: skip
_TOKEN = Lazy(r"(?:\s?(?:of (?:KV )?(?:cache|memory|keys and values)\s)?)?\b(?:per|a|each|every|one|of a|for a|for each|for every)[- ](?:\w+[- ])?(?:token|position)\b(?! latency| time)|/\s?token\b", re.I)  # fmt: skip
_CACHED = Lazy(r"\b(?:KV|key[-– ]value|caches?|cached|keys and values)\b", re.I)
_STATE = Lazy(r"\b(?:training |model |optimi[sz]er and model )states?\b[^.;]{0,40}$", re.I)
_STATE_BEHIND = Lazy(r"\s?of (?:the |its |training |model |such )?state\b", re.I)
_EQUALS = Lazy(r"^\W*(?:or|i\.e\.|that is|thus|hence|so|therefore|altogether|together)\W*(?:about |roughly |some |only |[≈∼~])?$", re.I)  # fmt: skip
_BROUGHT = Lazy(r"\b(?:puts?|leaves?|brings?|comes? (?:in|out)|lands?|stands?|shrinks?|gets?)\b", re.I)  # fmt: skip
_COUNT_OF = Lazy(r"\d\s?(?:[BM]|billion|million)?[- ](?:model )?(?:param(?:eter)?s|weights)$")
COPY = Lazy(r"\b(?:residuals?|error(?:[- ]feedback)? (?:buffers?|memory|state|accumulators?)|momentum buffers?|master weights|master copy)\b(?! connections?| streams?| networks?)", re.I)  # fmt: skip
"""Names of what is kept once more for each parameter."""
_KEYS = Lazy(r"\b[Kk]eys and values\b")
_KEYS_BEHIND = Lazy(
    r"\s?of (?:the |its )?(?:\w*\d\w*[- ])?(?:keys and values|KV\b|key-value)", re.I
)
WEIGHTS_BEHIND = Lazy(
    r"\s?of (?:frozen |raw |the |its |base |model )*(?:\w*\d\w* )?weights\b(?! (?:and|of|per|for))"
)
"""Right behind a size: "13.5 GB of frozen FP32 weights"."""
_TENSORS = Lazy(r"\s?of (?:\w*\d\w*[- ])?(?:safe)?tensors\b", re.I)
_ITS_TENSORS = Lazy(r"\b(?:its|the model's|the network's|all) (?:\w+ )?(?:tensors|matrices|numbers)\b", re.I)  # fmt: skip
# What else may be said of what has a size than that it takes it.
_COSTS = Lazy(
    r"\b(?:costs?|costing|means?|meaning|mak(?:es?|ing)|made|swells? to|swelled to|grows? to|grew to|eats?|ate|claims?|asks? for|calls? for|comes? (?:in at|out at)|results? in|yields?|gives?|gave|runs? to|ends? up (?:at|with)|"
    r"lands? at|fill(?:s|ed|ing)?|spans?|pushes?|puts?|leaves? us with|had|has|have|holds?|contains?|add|adds|stays? (?:at|below)|remains? at|sits? at|stands? at|goes|arrives? at|boils? down to|turns? out (?:at|as)|works? out (?:at|to)|"
    r"gobbles? up|swallow\w*|block\w*|lock\w*|tie\w* up|need\w*|spread over)\b",
    re.I,
)
_EITHER = Lazy(r"\bthe (?:former|latter)\b|\bit weighs\b", re.I)
_OTHERS = Lazy(r"\b(?:weights|gradients?|checkpoints?|caches?|moments|activations?)\b", re.I)
_BARE = Lazy(r"\W*(?:and|or|while|whereas|but|for|the|in)?\W*", re.I)
_COUNTED = Lazy(r"\bweights?\b|\bparam(?:eter)?s\b", re.I)


def sort_beside(scene: Scene, zone: Zone, size: Spot) -> str:
    """The sort of a size, by the words nearest before it; "" where nothing says it."""
    k, text, r = zone.k, scene.sentences[zone.k].text, scene.reading(size)
    own = text[zone.start : zone.stop]
    sort, at = footprint.sort_of(scene, size)
    if not sort and _EITHER.search(text, zone.start, r.start):
        sort = "model"
    before = scene.sentences[k - 1].text if k else ""
    copy = [m.end() for m in COPY.finditer(text, 0, r.start)]
    if copy and at <= max(copy) + 90 and sort in ("", "model", "other", "state", "weights", "gradients") and not _OTHERS.search(text, max(copy), r.start) and footprint.takes(text[max(copy) : r.start]):  # fmt: skip
        return "residual"
    if _TENSORS.match(text, r.end) and sort in ("", "model", "weights", "other"):
        return "checkpoint"
    if WEIGHTS_BEHIND.match(text, r.end):
        return "weights"
    own_tensors = [m.end() for m in _ITS_TENSORS.finditer(text, zone.start, r.start)]
    if own_tensors and sort in ("", "model", "other") and (footprint.takes(text[own_tensors[-1] : r.start]) or _COSTS.search(text, own_tensors[-1], r.start)):  # fmt: skip
        return "checkpoint"
    if _KEYS_BEHIND.match(text, r.end) or (sort in ("", "model", "other") and _KEYS.search(text, max(0, zone.start - 12), r.start)):  # fmt: skip
        sort = "cache"
    if r.per == "token" or _TOKEN.match(text, r.end) or _each_token(scene, zone, sort):
        near = " ".join(s.text for s in scene.sentences[max(0, k - 3) : k + 1])
        return "cache-token" if sort in ("", "cache", "model", "other") and _CACHED.search(near) else ""  # fmt: skip
    if sort == "cache":
        return "cache" if cached.of_keys(text) or cached.of_keys(before) or re.search(r"\bcache\b", text) else ""  # fmt: skip
    if _STATE.search(text[zone.start : zone.at]) or _STATE_BEHIND.match(text, r.end):
        return "per-parameter"
    counted = sort == "weights" and _COUNT_OF.search(text, 0, max(at, 0)) is not None
    named_here = sort in ("weights", "gradients", "optimizer") and at >= zone.start and not counted
    goes_on = sort in ("", "model", "checkpoint") or (_BACK.search(own) and not named_here)
    summed = state_of(scene, zone) is not None or made_of(scene, zone) is not None
    if goes_on and summed and _ALL_OF.search(text[: zone.at]):
        return "per-parameter"
    if sort in ("state", "logits", "other", ""):
        return ""
    if at >= 0 and not _links(text, at, zone):
        return ""
    if sort == "model" and any(x.noun in ("token", "sequence", "request") for x in scene.sentences[k].readings):  # fmt: skip
        # "For a prompt of 8,192 tokens this is 2.7 GB": of what the sentence before speaks of
        return "cache" if cached.of_keys(before) and not _COUNTED.search(own) else ""
    return sort


def _links(text: str, at: int, zone: Zone) -> bool:
    """Whether the words between what has a size and the size make it so, or a verb in a list before."""
    between = text[at : zone.at]
    if footprint.takes(between) or _EQUALS.search(between) is not None or _COSTS.search(between):
        return True
    if _BROUGHT.search(text[: zone.at]) and re.search(r"\b(?:at|to|with)\s$", between):
        return True
    return _BARE.fullmatch(text[zone.start : zone.at].replace(text[:at][-40:], "")) is not None and footprint.takes(text[: zone.start])  # fmt: skip


def _each_token(scene: Scene, zone: Zone, sort: str) -> bool:
    """Whether a clause, or the one whose verb a list goes on with, is of one token."""
    text = scene.sentences[zone.k].text
    own = text[zone.start : zone.at]
    if any(x.noun == "token" and x.quantity.point > 1 and zone.start <= x.start < zone.at for x in scene.sentences[zone.k].readings):  # fmt: skip
        return False
    if _TOKEN.search(own):
        return True
    if (last := last_listed(scene, zone)) is not None and _TOKEN.match(text, last):
        return True
    listed = len(own.split()) <= 2 and not footprint.takes(own.replace(",", ""))
    return sort == "cache" and listed and _TOKEN.search(text[: zone.start]) is not None


def state_of(scene: Scene, zone: Zone) -> Spot | None:
    """The bytes of a parameter that the sentences before, or the words before a size, sum up."""
    for j in range(zone.k, max(-1, zone.k - 3), -1):
        text = scene.sentences[j].text
        found = [
            s for s in scene.spots(j, "byte")
            if 1 <= scene.reading(s).quantity.point <= 32 and not (j == zone.k and scene.reading(s).end > zone.start)
        ]  # fmt: skip
        if not found:
            continue
        each = [s for s in found if per_parameter(scene, s)]
        summed = [
            s
            for s in found
            if re.match(
                r"\s?(?:altogether|in total|in all|together|in sum)\b",
                text[scene.reading(s).end :],
                re.I,
            )
            or re.search(
                r"\b(?:altogether|together|in total|in all|in sum|sum to|add up to|total of|totals?)[ ,]*$",
                text[: scene.reading(s).start],
                re.I,
            )
        ]
        if summed and re.search(r"\bparam|\b(?:every|each|per|a) weight\b", text, re.I):
            return summed[0] if len(summed) == 1 else None
        if len(each) == 1 and len(found) == 1:
            return each[0]
        if len(found) == 1 and j and _REMAINING.search(text) and any(per_parameter(scene, s) for s in scene.spots(j - 1, "byte")):  # fmt: skip
            return found[0]
        return None
    return None


# "16 bytes per parameter. A checkpoint holds the remaining 14 bytes."
_REMAINING = Lazy(r"\b(?:remaining|other|rest|thus|only)\b[^.;]{0,40}\bbytes\b|\bbytes\b[^.;]{0,20}\b(?:remain|are left|of (?:them|these))\b", re.I)  # fmt: skip
_HOLDS = Lazy(r"\b(?:hold|contain|compris|consist|store|keep|includ|carr|made (?:up )?of|own|has|have|with)\w*\b", re.I)  # fmt: skip
_PIECE = Lazy(
    r"(?P<format>\b(?:BF16|FP16|FP32|FP8|bfloat16|float16|float32|32-bit|16-bit|8-bit|half-precision|single-precision)\b)|(?P<master>\bmaster (?:weights|cop(?:y|ies)|parameters)\b)|(?P<moments>\b(?:both |two |Adam(?:'s)? (?:two )?)?moments\b|\b(?:Adam|optimi[sz]er) states?\b)|"
    r"(?P<weights>\b(?:weights|parameters)\b)|(?P<gradients>\bgradients\b)|(?P<moment>\b(?:momentum|variances?|(?:first|second) moments?)\b)",
    re.I,
)


def made_of(scene: Scene, zone: Zone) -> float | None:
    """Bytes of a parameter whose parts the sentence before lists: "BF16 weights, FP32 master weights and moments"."""
    if zone.k == 0:
        return None
    text = scene.sentences[zone.k - 1].text
    verb = _HOLDS.search(text)
    if verb is None or re.search(r"\b(?:not|only|neither|nor|without|except)\b", text):
        return None
    total, width = 0.0, 0.0
    parts: list[str] = []
    for m in _PIECE.finditer(text, verb.end()):
        part = m.lastgroup or ""
        if part == "format":
            width = widths(m.group())[0].bits / 8 if widths(m.group()) else 0.0
            continue
        if not width or (part in parts and part != "moment"):
            return None
        parts.append(part)
        total += width * (2 if part == "moments" else 1)
    trains = {"master", "moments", "moment"} & set(parts)
    return total if len(parts) > 1 and trains and "weights" in parts else None
