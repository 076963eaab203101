"""Sizes whose model, sort or format stands in another clause, in a list, or in a sentence before.

"Llama-3-8B takes 16.1 GB and Llama-2-13B 26 GB", "their weights are 16 GB and 141 GB", "For the 70B
model this amounts to 1.1 TB": what the strict reader (`footprint`) gives up on.  Each size is bound to
what its own clause names, else to what the nearest clause before names, and all is told as far: no
proof rests on it, and the rule may fill what is still open from the rest of the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.physics import cached, footprint
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes import is_active
from tanaka.paper.physics.state import per_parameter
from tanaka.paper.physics.stretches import Stretch, is_label
from tanaka.paper.physics.widths import Width, widths
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.records import dataclass

LOOSE = "loose"
"""Cue of a claim that was bound over clauses."""

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
_BACK = Lazy(r"\b(?:this|that|it|its|their|they|these|those|one|such|the (?:model|weights|cache|gradients|state|same|former|latter)|thus|therefore|hence|then)\b", re.I)  # fmt: skip
_LIST = Lazy(r"\s?(?:,|and|,\sand|or|/)\s?(?:about |roughly |only |[≈∼~])?", re.I)
# What gradients go through as a whole.
_EXCHANGED = Lazy(r"\b(?:that |which )?(?:have |has |had |are |is )?(?:to be )?(?:exchanged|all-?reduced|reduced|synchroni[sz]ed|communicated|sent|summed|averaged)\b|\ball-?reduces?\b", re.I)  # fmt: skip
_HARMLESS = Lazy(
    r"\bhalf[- ]precision\b|\bwithout (?:any )?(?:sharding|sharing|off-?loading|compression|pruning|this reduction|grouping)\b[^,;]{0,20}|\bno (?:sharding|grouping|sharing|off-?loading)\b|\bnot (?:sharded|compressed|pruned|shared)\b|"
    r"\bmore than (?:any|one|a single)\b.*|\bno more than\b|\bbefore the first activation is stored\b|\bleave? (?:no|little|hardly)\b.*",
    re.I,
)
_ALL_OF = Lazy(r"\b(?:this|that|it|which|state|recipe|therefore|thus|hence|altogether|all of (?:it|this)|checkpoints?|one|needs?|occup\w+|takes?|has|have|had)\b", re.I)  # fmt: skip
_TOKEN = Lazy(r"(?:\s?(?:of (?:KV )?(?:cache|memory)\s)?)?\b(?:per|a|each|every|one|of a|for a|for each|for every)[- ](?:\w+[- ])?(?:token|position)\b(?! latency| time)|/\s?token\b", re.I)  # fmt: skip
_CACHED = Lazy(r"\b(?:KV|key[-– ]value|caches?|cached|keys and values)\b", re.I)
_STATE = Lazy(r"\b(?:training |model |optimi[sz]er and model )states?\b[^.;]{0,40}$", re.I)
_STATE_BEHIND = Lazy(r"\s?of (?:the |its |training |model |such )?state\b", re.I)
_EQUALS = Lazy(r"^\W*(?:or|i\.e\.|that is|thus|hence|so|therefore|altogether|together)\W*(?:about |roughly |some |only |[≈∼~])?$", re.I)  # fmt: skip
_BROUGHT = Lazy(r"\b(?:puts?|leaves?|brings?|comes? (?:in|out)|lands?|stands?|shrinks?|gets?)\b", re.I)  # fmt: skip
_SOME = Lazy(r"\b(?:one|two|three|four|five|six|eight|ten|\d+|some|all|each|both|most|half) of (?:them|these|those|which|it)\b", re.I)  # fmt: skip
_RIGHT_BEHIND = Lazy(r"[\s,(]*(?:in|at|with|for|of|as)?\s?(?:the |our )?", re.I)
_COUNT_OF = Lazy(r"\d\s?(?:[BM]|billion|million)?[- ](?:model )?(?:param(?:eter)?s|weights)$")
_OF_NAME = Lazy(r"^(?:\s?param(?:eter)?s| weights)? of (?:the )?$")
_TWO = Lazy(r"\bthe (?:(?P<first>former|first(?: one)?)|(?P<last>latter|second(?: one)?))\b", re.I)
_THING = Lazy(r"\b(?:weights|param(?:eter)?s|gradients|checkpoint|KV cache|cache|training state|moments)\b", re.I)  # fmt: skip
_COPY = Lazy(r"\b(?:residuals?|error(?:[- ]feedback)? (?:buffers?|memory|state|accumulators?)|momentum buffers?|master weights|master copy)\b(?! connections?| streams?| networks?)", re.I)  # fmt: skip
_ON_EACH = Lazy(r"\bon (?:each|every) (?:GPU|worker|rank|device|card|replica)\b", re.I)
_KEYS = Lazy(r"\b[Kk]eys and values\b")
_KEYS_BEHIND = Lazy(r"\s?of (?:the |its )?(?:keys and values|KV\b|key-value)", re.I)
_QUANTISED = Lazy(r"\bquanti[sz]ed (?:to|in|with)\b", re.I)
_DROPS = Lazy(r"\b(?:H2O|SnapKV|StreamingLLM|KIVI|evict\w*|on average|average|mean|compress\w*|sliding|windows?|windowed|effective\w*|amorti[sz]\w*)\b", re.I)  # fmt: skip
_OTHERS = Lazy(r"\b(?:weights|gradients?|checkpoints?|caches?|moments|activations?)\b", re.I)
_BARE = Lazy(r"\W*(?:and|or|while|whereas|but|for|the|in)?\W*", re.I)
_COUNTED = Lazy(r"\bweights?\b|\bparam(?:eter)?s\b", re.I)
_ACTIVE = Lazy(r"\bactive\b|\bactivated\b|\bper token\b|\bfor (?:a|each|every) token\b", re.I)
_B = Lazy(r"\b[Bb](?:atch)?\s?=\s?$")
_L = Lazy(r"\b(?:[CSLTcsln]|len|ctx|context|seq)\s?=\s?$")


@dataclass(frozen=True, slots=True)
class About:
    """Whose a size is: a name, the number that counts its parameters, and where it stands."""

    name: str
    count: Spot | None
    label: bool


@dataclass(frozen=True, slots=True)
class _Zone:
    """The words of one size: its clause before it and behind it, from where its model is named."""

    k: int
    start: int
    at: int
    end: int
    stop: int
    said: int


def read(scene: Scene, told: frozenset[Spot]) -> Iterator[LocalPhysical]:
    """Sizes of which the strict reader made no claim."""
    for k, sentence in enumerate(scene.sentences):
        if not any(r.quantity.unit == "byte" for r in sentence.readings):
            continue
        for size in scene.spots(k, "byte"):
            if size not in told and (claim := _claim(scene, size)) is not None:
                yield claim


def _claim(scene: Scene, size: Spot) -> LocalPhysical | None:
    k, r = size[0], scene.reading(size)
    text = scene.sentences[k].text
    if not r.quantity.bounded or r.quantity.point < 64 or r.per not in ("", "token", "each", "gpu"):
        return None
    if footprint.misplaced(Stretch(scene, k, 0, len(text)), size) or any(p.start <= r.start < p.end for p in scene.parts(k)):  # fmt: skip
        return None
    zone = _zone(scene, size)
    if _SOME.search(text, zone.start, zone.at):
        return None
    kind = _kind(scene, zone, size)
    if not kind:
        return None
    about, place = _about(scene, zone, size)
    if about is not None and place is not None:
        # what is said of the model where it is named is said of its size
        zone = replace(zone, said=min(place, zone.start))
    if _taken(scene, zone, size, place):
        return None
    if kind.startswith("cache"):
        return _cache(scene, zone, size, kind, about)
    if about is None or (r.per not in ("", "each") and kind != "residual"):
        return None
    if kind == "per-parameter":
        return _state(scene, zone, size, about)
    return _weights(scene, zone, size, kind, about)


def _zone(scene: Scene, size: Spot) -> _Zone:
    """The clause of a size, cut at the sizes beside it."""
    k = size[0]
    text, r = scene.sentences[k].text, scene.reading(size)
    others = [scene.reading(s) for s in scene.spots(k, "byte") if s != size]
    low = max((o.end for o in others if o.end <= r.start), default=0)
    cuts = [m.end() for m in _CUT.finditer(text, low, r.start)]
    start = max(cuts, default=low)
    high = min((o.start for o in others if o.start >= r.end), default=len(text))
    stop = next((m.start() for m in _END.finditer(text, r.end, high)), high)
    return _Zone(k, start, r.start, r.end, stop, start)


# -- what has the size ---------------------------------------------------------------------------


def _kind(scene: Scene, zone: _Zone, size: Spot) -> str:
    """The sort of a size, by the words nearest before it; "" where nothing says it."""
    k, text, r = zone.k, scene.sentences[zone.k].text, scene.reading(size)
    own = text[zone.start : zone.stop]
    sort, at = footprint.sort_of(scene, size)
    before = scene.sentences[k - 1].text if k else ""
    copy = [m.end() for m in _COPY.finditer(text, 0, r.start)]
    if copy and at <= max(copy) + 90 and sort in ("", "model", "other", "state", "weights", "gradients") and not _OTHERS.search(text, max(copy), r.start) and footprint.takes(text[max(copy) : r.start]):  # fmt: skip
        return "residual"
    if _KEYS_BEHIND.match(text, r.end) or (sort in ("", "model", "other") and _KEYS.search(text, zone.start, r.start)):  # fmt: skip
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
    if (sort in ("", "model", "checkpoint") or (_BACK.search(own) and not named_here)) and _ALL_OF.search(text[: zone.at]):  # fmt: skip
        if _state_of(scene, zone) is not None or _made_of(scene, zone) is not None:
            return "per-parameter"
    if sort in ("state", "logits", "other", ""):
        return ""
    if at >= 0 and not _links(text, at, zone):
        return ""
    if sort == "model" and any(x.noun in ("token", "sequence", "request") for x in scene.sentences[k].readings):  # fmt: skip
        # "For a prompt of 8,192 tokens this is 2.7 GB": of what the sentence before speaks of
        return "cache" if cached.of_keys(before) and not _COUNTED.search(own) else ""
    return sort


def _links(text: str, at: int, zone: _Zone) -> bool:
    """Whether the words between what has a size and the size make it so, or a verb in a list before."""
    between = text[at : zone.at]
    if footprint.takes(between) or _EQUALS.search(between) is not None:
        return True
    if _BROUGHT.search(text[: zone.at]) and re.search(r"\b(?:at|to|with)\s$", between):
        return True
    return _BARE.fullmatch(text[zone.start : zone.at].replace(text[:at][-40:], "")) is not None and footprint.takes(text[: zone.start])  # fmt: skip


def _each_token(scene: Scene, zone: _Zone, sort: str) -> bool:
    """Whether a clause, or the one whose verb a list goes on with, is of one token."""
    text = scene.sentences[zone.k].text
    own = text[zone.start : zone.at]
    if any(x.noun == "token" and x.quantity.point > 1 and zone.start <= x.start < zone.at for x in scene.sentences[zone.k].readings):  # fmt: skip
        return False
    if _TOKEN.search(own):
        return True
    if (last := _last_listed(scene, zone)) is not None and _TOKEN.match(text, last):
        return True
    listed = len(own.split()) <= 2 and not footprint.takes(own.replace(",", ""))
    return sort == "cache" and listed and _TOKEN.search(text[: zone.start]) is not None


def _state_of(scene: Scene, zone: _Zone) -> Spot | None:
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
        return None
    return None


_HOLDS = Lazy(r"\b(?:hold|contain|compris|consist|store|keep|includ|carr|made (?:up )?of|own|has|have|with)\w*\b", re.I)  # fmt: skip
_PIECE = Lazy(
    r"(?P<format>\b(?:BF16|FP16|FP32|FP8|bfloat16|float16|float32|32-bit|16-bit|8-bit|half-precision|single-precision)\b)|(?P<master>\bmaster (?:weights|cop(?:y|ies)|parameters)\b)|(?P<moments>\b(?:both |two |Adam(?:'s)? (?:two )?)?moments\b|\b(?:Adam|optimi[sz]er) states?\b)|"
    r"(?P<weights>\b(?:weights|parameters)\b)|(?P<gradients>\bgradients\b)|(?P<moment>\b(?:momentum|variances?|(?:first|second) moments?)\b)",
    re.I,
)


def _made_of(scene: Scene, zone: _Zone) -> float | None:
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
        if not width or part in parts and part != "moment":
            return None
        parts.append(part)
        total += width * (2 if part == "moments" else 1)
    trains = {"master", "moments", "moment"} & set(parts)
    return total if len(parts) > 1 and trains and "weights" in parts else None


# -- whose it is ---------------------------------------------------------------------------------


def _about(scene: Scene, zone: _Zone, size: Spot) -> tuple[About | None, int | None]:
    """The model of a size, and where its clause begins in the sentence: of its place in a list, of its clause, or of one before."""
    k, text = zone.k, scene.sentences[zone.k].text
    listed = _listed(scene, size)
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
    for low, high in reversed(list(zip(cuts, cuts[1:], strict=False))):
        found = named(scene, k, low, high)
        if found:
            return (found[0] if len(found) == 1 else None), low
    for j in range(k - 1, max(-1, k - 3), -1):
        found = named(scene, j, 0, len(scene.sentences[j].text))
        if found:
            return (found[0] if len(found) == 1 else None), None
    return None, None


def _taken(scene: Scene, zone: _Zone, size: Spot, place: int | None) -> bool:
    """Whether a size before it is already what the model takes, and its own words name neither a model nor a format."""
    if _listed(scene, size) is not None or (place is not None and place >= zone.start):
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
            if s not in inside and s not in taken and (scene.reading(s).start >= e.end or _OF_NAME.search(text, scene.reading(s).end, e.start)) and (not label or 0.8 < scene.reading(s).quantity.point / label < 1.25)
        ]  # fmt: skip
        at = (told or inside or [None])[0] if len(told) <= 1 else None
        taken |= {*inside, *told}
        if len(told) > 1:
            return []
        out.append(About(e.name, at, at is None or is_label(scene.reading(at))))
    for s in counts:
        if s not in taken and not any(_same(scene, s, o) for o in out):
            out.append(About("", s, is_label(scene.reading(s))))
    at = {e.name: e.start for e in reversed(names)}
    return sorted(out, key=lambda a: at[a.name] if a.name else scene.reading(a.count or (k, 0)).start)  # fmt: skip


def _same(scene: Scene, s: Spot, other: About) -> bool:
    return (
        other.count is not None
        and scene.reading(s).quantity.point == scene.reading(other.count).quantity.point
    )


def _last_listed(scene: Scene, zone: _Zone) -> int | None:
    """Where the last of a list of bare sizes ends that a size stands in."""
    text = scene.sentences[zone.k].text
    end = zone.end
    for s in scene.spots(zone.k, "byte"):
        r = scene.reading(s)
        if r.start > end and _LIST.fullmatch(text[end : r.start]):
            end = r.end
    return end if end > zone.end else None


def _listed(scene: Scene, size: Spot) -> About | bool | None:
    """The model of a size in a list of bare sizes: by its place; False where lists differ, None for no list."""
    k = size[0]
    text = scene.sentences[k].text
    sizes = scene.spots(k, "byte")
    at = sizes.index(size)
    low = high = at
    while low > 0 and _LIST.fullmatch(
        text[scene.reading(sizes[low - 1]).end : scene.reading(sizes[low]).start]
    ):
        low -= 1
    while high + 1 < len(sizes) and _LIST.fullmatch(
        text[scene.reading(sizes[high]).end : scene.reading(sizes[high + 1]).start]
    ):
        high += 1
    if low == high:
        return None
    many = high - low + 1
    found = named(scene, k, 0, scene.reading(sizes[low]).start)
    for j in range(k - 1, max(-1, k - 3), -1):
        found = found or named(scene, j, 0, len(scene.sentences[j].text))
    return found[at - low] if len(found) == many else False


# -- the claims ----------------------------------------------------------------------------------


def _width(
    scene: Scene, zone: _Zone, size: Spot, cache: bool
) -> tuple[Width, ...] | None:
    """Formats of a size: of its clause, else the one of its sentence, else the one before; None for two."""
    text = scene.sentences[zone.k].text
    own = [
        w for w in widths(text) if zone.start <= w.start < zone.stop and (cache or not w.cache)
    ]
    if own:
        return (own[0],) if len({w.bits for w in own}) == 1 else None
    if len(scene.spots(zone.k, "byte")) > 1 and re.search(r"\bsame (?:format|precision)\b", text):
        before = [w for w in widths(text[: zone.start])]
        before = before or (list(widths(scene.sentences[zone.k - 1].text)) if zone.k else [])
        return (before[-1],) if before else None
    said = [w for w in widths(text) if cache or not w.cache]
    if said:
        said = [w for w in said if w.end <= zone.at or _RIGHT_BEHIND.fullmatch(text[zone.end : w.start])]  # fmt: skip
        lead = [w for w in said if w.end <= zone.at]
        ahead = lead or said
        if not ahead:
            return None
        # "In BF16 their weights are ...": what is said before all sizes holds for each
        return (ahead[0],) if len({w.bits for w in ahead}) == 1 and (lead or len(scene.spots(zone.k, "byte")) == 1) else None  # fmt: skip
    near = [w for j in range(max(0, zone.k - 2), zone.k) for w in widths(scene.sentences[j].text) if w.cache <= cache]
    return None if len({w.bits for w in near}) > 1 else tuple(near[-1:])


def _words(scene: Scene, zone: _Zone) -> str:
    return _HARMLESS.sub(" ", scene.sentences[zone.k].text[zone.said : zone.stop])


def _weights(scene: Scene, zone: _Zone, size: Spot, kind: str, about: About) -> LocalPhysical | None:  # fmt: skip
    text = scene.sentences[zone.k].text
    words = _words(scene, zone)
    if kind == "gradients":
        words = _EXCHANGED.sub(" ", words)
    if kind == "residual":
        words = _ON_EACH.sub(" ", _COPY.sub(" ", words))
    lead = text[: zone.at]
    if about.count is not None and about.count[0] == zone.k and not about.label and about.count[1] < size[1]:
        # "an expert has 11.8M parameters or 23.6 MB": of what is counted, however small a part
        counted = scene.reading(about.count).start
        lead = " " * counted + lead[counted:]
    if footprint.NOT.search(words) or footprint.TOGETHER.search(lead) or footprint.of_less(lead + text[zone.at :], zone.at, zone.end):
        return None
    if _ACTIVE.search(text[zone.start : zone.stop]):
        return None
    found = _width(scene, zone, size, cache=False)
    if found is None:
        return None
    before = " ".join(s.text for s in scene.sentences[max(0, zone.k - 2) : zone.k])
    # a model that was quantised is as wide as the format that is named
    if footprint.LAID_OUT.search(_QUANTISED.sub(" ", before) if found else before):
        return None
    names = [("kind", kind)]
    if about.name:
        names.append(("model", about.name))
    given = (("params", about.count),) if about.count is not None else ()
    if found:
        names.append(("precision", found[0].name))
    cues = {n for n, p in footprint.CUES.items() if p.search(text)} | {LOOSE}
    cues |= {"label"} if about.label else set()
    if kind == "weights":
        cues.add("weights")
    return LocalPhysical("footprint", size, given, tuple(names), far=frozenset({"model", "params", "precision"}), cues=frozenset(cues))  # fmt: skip


def _state(scene: Scene, zone: _Zone, size: Spot, about: About) -> LocalPhysical | None:
    """A state of so many bytes per parameter: as summed or listed before, else as the paper has it."""
    each, made = _state_of(scene, zone), _made_of(scene, zone)
    text = scene.sentences[zone.k].text
    words = _words(scene, zone)
    if footprint.NOT.search(words) or footprint.TOGETHER.search(text[: zone.at]):
        return None
    if each is None and made is None:
        # by the bytes that the paper states elsewhere: only where the model stands beside its whole state
        own = {s[0] for s in (about.count,) if s is not None} == {zone.k} or about.name in text
        if not own or not re.search(r"\bstates?\b", text[zone.start : zone.stop]):
            return None
    near = " ".join(s.text for s in scene.sentences[max(0, zone.k - 1) : zone.k + 1])
    if footprint.LAID_OUT.search(_HARMLESS.sub(" ", near[: len(near) - len(text) + zone.stop])):
        return None
    given = [("each", each)] if each is not None else []
    counted = (("each", made),) if each is None and made is not None else ()
    if about.count is not None:
        given.append(("params", about.count))
    names = [("kind", "per-parameter")]
    if about.name:
        names.append(("model", about.name))
    cues = {LOOSE, "label"} if about.label else {LOOSE}
    return LocalPhysical("footprint", size, tuple(given), tuple(names), counted, frozenset({"model", "params", "each"}), frozenset(cues))  # fmt: skip


def _cache(scene: Scene, zone: _Zone, size: Spot, kind: str, about: About | None) -> LocalPhysical | None:  # fmt: skip
    k, text = zone.k, scene.sentences[zone.k].text
    if about is None or cached.shared(_words(scene, zone)) or cached.of_a_part(text) or _DROPS.search(text):
        return None
    found = _width(scene, zone, size, cache=True)
    if found is None:
        return None
    names = [("kind", kind)]
    if about.name:
        names.append(("model", about.name))
    given: list[tuple[str, Spot]] = [("params", about.count)] if about.count is not None else []
    # what a sentence says of a model's weights is not said of its cache
    if found and (found[0].cache or zone.start <= found[0].start < zone.stop or not re.search(r"\bweights\b", text)):
        names.append(("precision", found[0].name))
    cues = {LOOSE, "label"} if about.label else {LOOSE}
    if cached.of_a_layer(text[zone.start : zone.stop]):
        cues.add("layer")
    if kind == "cache":
        tokens, batch = _held(scene, k)
        if tokens is None:
            return None
        given.append(("tokens", tokens))
        if batch is not None:
            given.append(("batch", batch))
        else:
            if re.search(r"\bbatch\b|\bconcurren\w+|\b(?:requests|sequences|users|sessions)\b", text, re.I):
                cues.add("several")
    return LocalPhysical("footprint", size, tuple(given), tuple(names), far=frozenset({"model", "tokens", "precision"}), cues=frozenset(cues))  # fmt: skip


def _held(scene: Scene, k: int) -> tuple[Spot | None, Spot | None]:
    """Tokens and sequences of a cache: of its sentence, by words or by letters ("B = 64")."""
    tokens, batch, sure = cached.held(scene, k)
    if sure and tokens is not None:
        return tokens, batch
    text = scene.sentences[k].text
    bare = [
        s
        for s in scene.spots(k)
        if scene.reading(s).quantity.unit == "1"
        and scene.reading(s).kind in (Kind.OTHER, Kind.BATCH_SIZE, Kind.SEQ_LEN)
    ]
    b = [s for s in bare if _B.search(text, 0, scene.reading(s).start)]
    n = [s for s in bare if _L.search(text, 0, scene.reading(s).start)]
    return (n[0], b[0]) if len(b) == len(n) == 1 else (None, None)
