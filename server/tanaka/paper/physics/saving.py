"""Memory that a technique is said to save: "on 64 GPUs ZeRO-1 cuts state memory per GPU 3.8×"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

ZERO = Lazy(
    r"\bZeRO(?:-DP)?[- ]?\(?(?:stage[- ]?)?([123])\b|\bstage[- ]([123]) of ZeRO\b|\b(FSDP|fully[- ]sharded)\b"
)
_SHARDS = Lazy(
    r"\b(?:shard|partition|split|distribut)\w*\s(?:\w+\s){0,3}?optimi[sz]er[- ]states?\b|\boptimi[sz]er[- ]states?(?:\s\w+)? (?:sharding|partitioning|sharded|partitioned)\b",
    re.I,
)
ADAM = Lazy(
    r"\b(8|4|eight|four)-bit (?:Adam\w*|AdamW|optimi[sz]ers?|moments?|optimi[sz]er[- ]states?)\b", re.I
)  # fmt: skip
HEADS = Lazy(
    r"\b(?:GQA|grouped[- ]query|group[- ]query)|\b(MQA|multi[- ]query)\b|"
    r"\b(?:KV|key[-–/ ]value) (?:heads?|groups)\b[^.;]{0,40}\b(?:instead of|rather than|in place of|(?:are|is) shared by|serves?)\b|"
    r"\b(?:groups?|shar\w+|grouped)\b[^.;]{0,60}\b(?:KV|key[-–/ ]value) (?:heads?|groups)\b|"
    r"\b(?:query|attention|Q) heads?\b[^.;]{0,40}\b(?:KV|key[-–/ ]value) (?:heads?|groups|pairs?)\b|\b(?:KV|key[-–/ ]value) heads?\b[^.;]{0,40}\b(?:query|attention|Q) heads?\b",
    re.I,
)  # fmt: skip
FORMAT = Lazy(
    r"\b(?:(?:MX)?(?:INT|FP|NF|BF|W)-?(\d{1,2})(?!A)|(\d+(?:\.\d+)?)[- ]bits?\b|(half|full|single)[- ]precision\b|(binary|1-bit)\b)", re.I
)  # fmt: skip
# A second format is what it is compared with only where that is said: "INT4 with FP16 scales".
_COMPARED = Lazy(
    r"\bfrom (?:16|32) (?:down )?to \d(?:\.\d+)?[- ]bits?\b|\b(?:from|than|vs\.?|versus|over|against|instead of|rather than(?: in)?|compared (?:to|with)|relative to|of (?:the|its)|(?:size|footprint|memory) in)\s(?:\w+\s){0,2}?(?:(?:FP|BF)-?(?:16|32)|(?:16|32)[- ]bits?|(?:half|full|single)[- ]precision)\b|"
    r"\b(?:(?:FP|BF)-?(?:16|32)|(?:16|32)-bit|(?:half|full|single)[- ]precision)\s(?:baseline|original|counterpart|model|version)\b",
    re.I,
)  # fmt: skip
_FROM = Lazy(r"\bfrom (16|32) (?:down )?to \d(?:\.\d+)?[- ]bits?\b", re.I)
_WORDS_OF_BITS = {"half": 16.0, "full": 32.0, "single": 32.0, "binary": 1.0, "1-bit": 1.0}
_RANK = Lazy(r"\brank[- ](?:of )?\d+\b|\brank\s?=\s?\d+\b|\br\s?=\s?\d+\b", re.I)
_LESS = Lazy(
    r"\b(?:reduc\w+|cut(?:s|ting)?|shr[iau]nk\w*|sav(?:e|es|ed|ing|ings)|small(?:er)?|less|lower\w*|fewer|decreas\w+|drop\w*|fall\w*)\b",
    re.I,
)
_TO = Lazy(
    r"\bto\s(?:only\s|just\s|about\s|around\s|roughly\s|some\s)*$|\b(?:uses?|needs?|takes?|occup\w+|keeps?|requires?|leaves?)\s(?:only\s|just\s)?$",
    re.I,
)  # fmt: skip
_OTHER = Lazy(
    r"\b(?:communicat\w+|traffic|volume|throughput|speed\w*|faster|slower|latency|time|cost\w*|energy|power|bandwidth|FLOPs?|"
    r"compute|access\w*|reads?|writes?|transfers?|batch(?:es)?|longer|larger|bigger|greater|accuracy|perplexity|area|lines|trainable|loss|compress\w*|steps?|epochs?|"
    r"model sizes|respectively|parameters? (?:efficien\w+|count)|(?:scaling|parallel) efficien\w+)\b",
    re.I,
)  # fmt: skip
_TRAINABLE = Lazy(r"\btrainable\b", re.I)
TOGETHER = Lazy(
    r"\b(?:off-?load\w*|recomput\w+|checkpointing|LoRA|QLoRA|adapters?|prun\w+|spars\w+|entropy|Huffman|activation partitioning|"
    r"combin\w+|together|further|additional(?:ly)?|on top|end-to-end|distill\w+|eviction|evict\w*|sliding|cross-layer|tensor[- ]parallel\w*|"
    r"pipeline[- ]parallel\w*|MLA|latent)\b",
    re.I,
)  # fmt: skip
OBJECTS = {
    "states": Lazy(r"\b(?:model|training)[- ]states?\b|\bstates? memory\b|\bmemory (?:of|for) (?:the )?states\b", re.I),
    "optimizer": Lazy(r"\b(?:optimi[sz]er|Adam)(?:['’]s)?[- ](?:states?|memory|moments?)\b|\bmemory (?:of|for) (?:the )?optimi[sz]er\b", re.I),
    "cache": Lazy(r"\b(?:KV|key[-–/ ]value)[- ]?cach\w+|\bKV memory\b", re.I),
    "weights": Lazy(r"\bweights?(?! (?:gradient|decay))\b|\bcheckpoints?\b|\bmodel (?:size|memory|footprint)\b|\bparameters?\b", re.I),
    "activations": Lazy(r"\bactivations?\b", re.I),
    "memory": Lazy(r"\bmemory\b|\bfootprint\b", re.I),
}  # fmt: skip
_CACHE = Lazy(r"\b(?:the|its|their|each|this|every) caches?\b", re.I)
CUES = {
    "limit": Lazy(r"\b(?:approach\w*|limit|asymptotic\w*|in theory|theoretical\w*|ideal\w*|at scale|many|large enough)\b", re.I),
    "peak": Lazy(r"\b(?:peak|overall|total|RSS|resident)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """One saving and one technique in a sentence that says of which memory."""
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        # beside grouped heads "the cache" is that of keys and values
        plain = bool(HEADS.search(text) and _CACHE.search(text))
        if not plain and not any(p.search(text) for p in OBJECTS.values()):
            continue
        claim = claimed_saving(scene, k)
        told = _sizes(scene, k) if claim is None else None
        if told is not None and _SPLIT.search(text) and not (ZERO.search(text) or _SHARDS.search(text)):  # fmt: skip
            continue  # a format and a split share the fall
        claim = (told[1], "sizes") if told is not None else claim
        if claim is None or TOGETHER.search(text):
            continue
        kind, given, counted, far, named = _technique(scene, k, claim[0], sizes=told is not None)
        if not kind:
            continue
        if told is not None:
            given = (*given, ("before", told[0]))
        if kind == "quantisation" and len(counted) == 1 and _SIXTEEN.search(_SCALES.sub(" ", scene.text)) and not _WIDER.search(scene.text):  # fmt: skip
            counted, far = (*counted, ("from", 16.0)), far | {"from"}
        shard_free = _SHARDS.sub(" ", text)
        objects = frozenset(n for n, p in OBJECTS.items() if p.search(shard_free))
        objects |= {"cache"} if plain else set()
        exact = objects - {"memory"}
        whole = {"whole"} if _whole(kind, text, exact) else set()
        if kind.startswith("ZeRO") and exact == {"states"} and not _BESIDE_STATE.search(text):
            whole = {"alone"}
        yield LocalPhysical(
            "saving", claim[0], given, (("technique", kind), ("form", claim[1]), *named), counted, far,
            scene.heard(CUES, k) | {f"of-{n}" for n in (exact or objects)} | whole,
        )  # fmt: skip


# What a passage keeps its values in, where nothing in it is wider.
_SIXTEEN = Lazy(r"\b(?:BF|FP)-?16\b|\bbfloat16\b|\bfloat16\b|\bhalf precision\b|\b16-bit\b", re.I)
_WIDER = Lazy(
    r"\b(?:FP|TF)-?32\b|\bfloat32\b|\b(?:full|single)[- ]precision\b|\b32[- ]bits?\b", re.I
)
# A width with its scales, and what stands in a format of its own.
_EFFECTIVE = Lazy(r"(?<![\d.,])(\d+(?:\.\d+)?) bits? (?:per|a|for each|for every|of each) (?:\w+ )?(?:weight|parameter|element|value|entry|number|scalar)\b", re.I)  # fmt: skip
_SCALES = Lazy(r"\b(?:FP|BF|INT)-?\d+ (?:(?:group|block|row|channel|per-\w+) )?(?:scales?|scaling|zero[- ]points?|zeros?|offsets?|codebooks?|outliers?)\b", re.I)  # fmt: skip
_SO = Lazy(r"\b(?:so|hence|thus|therefore|thereby|i\.e\.|which|that is)\b", re.I)
_SOMETHING_ELSE = Lazy(
    r"\b(?:only|just|merely|overall|total|end-to-end|in practice|measured|peaks?|per (?:GPU|request)|model size|footprint|memory (?:use|usage|consumption)|embedding\w*|whole|entire|at least|more than|over)\b",
    re.I,
)


_BESIDE_STATE = Lazy(r"\b(?:activations?|peaks?|overall|total|only|just|measured|buffers?|at least|more than|memory (?:use|usage|consumption|footprint))\b", re.I)  # fmt: skip


def _whole(kind: str, text: str, objects: set[str] | frozenset[str]) -> bool:
    """Whether nothing but what the technique shrinks is counted, so that it saves no less either."""
    if _SOMETHING_ELSE.search(text):
        return False
    if kind in ("grouped queries", "multi-query"):
        return objects == {"cache"}
    return kind == "quantisation" and bool(_EFFECTIVE.search(text) and _SO.search(text))


def claimed_saving(
    scene: Scene, k: int, skipped: Sequence[tuple[int, int]] = (), *, trained: bool = False
) -> tuple[Spot, str] | None:
    """The one saving of a sentence and its form: a factor, "by" or "to" a percentage.

    Parameters
    ----------
    scene : Scene
    k : int
    skipped : sequence of (int, int)
        Stretches of the sentence in which a sign is none of a factor ("4,096 × 4,096").
    trained : bool
        Whether what shrinks may be the parameters that are trained.
    """
    text = scene.sentences[k].text
    found: list[tuple[Spot, str]] = []
    for spot in scene.spots(k, "1"):
        r = scene.reading(spot)
        before = scene.around(spot, 80)[0]
        shown = r.quantity.shown_unit
        if any(start <= r.start < end for start, end in skipped):
            continue
        if shown == "%":
            form = "to" if _TO.search(before) else "by"
        elif shown == "×" or re.search(r"\bfactor of\s$", before) or (r.noun == "run" and re.search(r"\bby\s$", before)):  # fmt: skip
            form = "factor"
        else:
            continue
        found.append((spot, form))
    if len(found) != 1:
        return None
    spot, form = found[0]
    before, after = scene.around(spot, 80, 45)
    before = re.split(r"[;:]|, (?:and|but|while|which)\b", before)[-1]
    after = re.split(r"[;:,.]\s", after)[0]
    near = before + " " + after
    if not _LESS.search(near) or _OTHER.search(_TRAINABLE.sub(" ", near) if trained else near):
        return None
    if re.search(r"\bper ?cent|(?<!zero[- ])\bpoints?\b", text, re.I):
        return None
    return spot, form


# "... of 17.2 GB, and with an FP8 cache this falls to 8.6 GB", "from 2.69 GB to 0.67 GB"
_FALLS_TO = Lazy(
    r"(?:\b(?:fall|drop|shrink|shrank|decreas|go(?:es)? down|went down|reduc|cut|lower|come)\w*(?: down)?(?: this| it| them)? to|\binto|(?<=\w) is (?:then )?)\s(?:only\s|just\s|about\s)?[≈∼~]?$",
    re.I,
)
_DOWN_TO = Lazy(r"^\s?(?:per \w+ )?(?:down )?to\s(?:only\s|just\s|about\s)?[≈∼~]?$")
_FROM_SIZE = Lazy(r"\bfrom\s[≈∼~]?$")
_OF_SIZE = Lazy(r"\b(?:of|is|are|takes?|has|have|need(?:s)?)\s(?:about\s)?[≈∼~]?$")


_SPLIT = Lazy(r"\b(?:split|shard\w*|partition\w*|distribut\w*|drop(?:ped|ping)|remov\w+)\b|\b(?:per|each|every|a) (?:GPU|device|rank|node|worker)\b|\b(?:over|across) (?:two|four|eight|\d+) \w+\b", re.I)  # fmt: skip


def _sizes(scene: Scene, k: int) -> tuple[Spot, Spot] | None:
    """From how many bytes to how many a memory falls."""
    sizes = scene.spots(k, "byte")
    if len(sizes) != 2:
        return None
    first, second = sizes
    s = scene.sentences[k]
    a, b = scene.reading(first), scene.reading(second)
    if not (
        a.quantity.bounded and b.quantity.bounded and a.quantity.point > b.quantity.point >= 1e6
    ):
        return None
    between, lead = s.between(a, b), s.before(a, 30)
    fell = _FROM_SIZE.search(lead) and _DOWN_TO.match(between)
    falls = _OF_SIZE.search(lead) and _FALLS_TO.search(between)
    return (first, second) if fell or falls else None


Found = tuple[
    str,
    tuple[tuple[str, Spot], ...],
    tuple[tuple[str, float], ...],
    frozenset[str],
    tuple[tuple[str, str], ...],
]
_NONE: Found = ("", (), (), frozenset(), ())


def _technique(scene: Scene, k: int, saving: Spot, *, sizes: bool = False) -> Found:
    """The one technique of a sentence with what it is computed from; "" where there are two."""
    sentence = scene.sentences[k]
    text = sentence.text
    stages = {m.group(1) or m.group(2) or "3" for m in ZERO.finditer(text)}
    adam = {m.group(1).lower() for m in ADAM.finditer(text)}
    heads = {"multi-query" if m.group(1) else "grouped" for m in HEADS.finditer(text)}
    rank = _RANK.search(text)
    bits = _bits(sentence, adam=bool(adam))
    kinds = bool(stages) + bool(adam) + bool(heads) + bool(rank)
    if kinds > 1 or len(stages) > 1 or len(adam) > 1 or len(heads) > 1:
        return _NONE
    if stages:
        if bits:
            return _NONE
        given, far = degree(scene, k)
        fully = (("said", m.group(3)),) if (m := ZERO.search(text)) and m.group(3) else ()
        return f"ZeRO-{stages.pop()}", given, (), far, fully
    if adam:
        width = {"8": 8.0, "eight": 8.0, "4": 4.0, "four": 4.0}[adam.pop()]
        return "low-bit Adam", (), (("bits", width),), frozenset(), ()
    if heads:
        # "...; in BF16, one token costs 128 KiB": a format of another clause narrows nothing here
        at = scene.reading(saving).start
        lo, hi = text.rfind(";", 0, at) + 1, text.find(";", at)
        own = FORMAT.search(text[lo : hi if hi >= 0 else len(text)])
        return _heads(scene, k, saving, heads.pop(), bits if own else frozenset())
    if rank:
        return _NONE
    if bits and len(bits) <= 2 and min(bits) < 16 and (len(bits) == 1 or max(bits) >= 16):
        low = min(bits)
        compared = len(bits) == 2 and (sizes or _COMPARED.search(text))
        counted = (("bits", low), *((("from", max(bits)),) if compared else ()))
        return "quantisation", (), counted, frozenset(), ()
    return _NONE


def _bits(sentence: Sentence, *, adam: bool) -> frozenset[float]:
    """Widths of the formats that a sentence names."""
    found: set[float] = set()
    text = ADAM.sub(" ", sentence.text) if adam else sentence.text
    exact = {float(m.group(1)) for m in _EFFECTIVE.finditer(text)}
    if len(exact) == 1 and min(exact) < 16:
        text = _SCALES.sub(" ", text)
        wide = {float(m.group(1)) for m in FORMAT.finditer(text) if m.group(1) and float(m.group(1)) >= 16}  # fmt: skip
        return frozenset(exact | wide)
    for m in _FROM.finditer(text):
        found.add(float(m.group(1)))
    for m in FORMAT.finditer(text):
        word = (m.group(3) or m.group(4) or "").lower()
        found.add(_WORDS_OF_BITS[word] if word else float(m.group(1) or m.group(2)))
    return frozenset(found)


_WAYS = Lazy(r"^(?:-way|[- ]fold)? ?(?:data[- ]parallel\w*|DP|replicas?|ranks?|workers?)\b", re.I)
_DEGREE = Lazy(
    r"\b(?:data[- ]parallel\w*|DP|shard\w*|partition\w*|ZeRO(?:-\d)?)(?: degree| size| group)(?: of|\s?=)?\s$|\b(?:data[- ]parallel\w*|DP)(?: of|\s?=)?\s$",
    re.I,
)


# "over 64 GPUs" is where it lies, and no bound
_OVER = Lazy(r"\b(?:over|across|among)\s(?:all |the )*$", re.I)


def degree(scene: Scene, k: int) -> tuple[tuple[tuple[str, Spot], ...], frozenset[str]]:
    """Devices that a state is shared by: of the sentence, else of the one before."""
    for j in (k, k - 1):
        if j < 0:
            break
        s = scene.sentences[j]
        found = [
            spot
            for spot in scene.spots(j, "1")
            if (
                (r := scene.reading(spot)).quantity.bounded
                or _OVER.search(s.text, 0, r.literal_start)
            )
            and r.quantity.point >= 1
            and (
                (r.noun in ("gpu", "replica") and r.per in ("", "gpu"))
                or _WAYS.match(s.text[r.literal_end : r.literal_end + 30])
                or _DEGREE.search(s.before(r, 40))
            )
        ]
        nodes = scene.spots(j, noun="node")
        own = [f for f in found if of_replicas(scene, f)]
        chosen = own if len(own) == 1 else found
        if len(chosen) == 1 and (not nodes or own):
            return (("devices", chosen[0]),), frozenset({"devices"} if j != k else ())
        if found:
            break
    return (), frozenset()


def of_replicas(scene: Scene, spot: Spot) -> bool:
    """Whether a count is one of replicas: "16-way data parallel", "16 data-parallel ranks"."""
    r = scene.reading(spot)
    s = scene.sentences[spot[0]]
    return bool(
        _WAYS.match(s.text[r.literal_end : r.literal_end + 30]) or _DEGREE.search(s.before(r, 40))
    )


_HEADS_BEHIND = Lazy(r"^(?:\s(?:KV|key[-–]value|key/value|query|attention|groups?))*\s?(?:heads?|groups?)\b", re.I)  # fmt: skip
_NAMED_HEADS = Lazy(r"\bGQA-(\d+)\b")
_HEADS_BEFORE = Lazy(
    r"\bGQA-$|\b(?:from|of|heads?(?: from| by)?|to|rather than|instead of|in place of)\s?$", re.I
)


def _heads(scene: Scene, k: int, saving: Spot, kind: str, bits: frozenset[float]) -> Found:
    """Query and key-value heads of a sentence: two numbers, or one beside multi-query attention."""
    s = scene.sentences[k]
    if bits:
        return _NONE
    found: list[Spot] = []
    for spot in scene.spots(k, "1"):
        r = scene.reading(spot)
        whole = r.quantity.point.is_integer() and r.quantity.shown_unit in ("", "1")
        if spot == saving or not whole or not 1 <= r.quantity.point <= 256:
            continue
        near = _HEADS_BEHIND.match(s.text[r.literal_end :]) or r.noun == "head" or _HEADS_BEFORE.search(s.before(r, 16))  # fmt: skip
        if near and r.noun in ("", "head"):
            found.append(spot)
    found.sort(key=lambda f: scene.reading(f).quantity.point)
    named = _NAMED_HEADS.search(s.text)
    if len(found) == 1 and named and kind == "grouped":
        return "grouped queries", (("heads", found[0]),), (("kv", float(named.group(1))),), frozenset(), ()  # fmt: skip
    if len(found) == 2 and kind == "grouped":
        return "grouped queries", (("kv", found[0]), ("heads", found[1])), (), frozenset(), ()
    if len(found) == 1 and kind == "multi-query":
        return "multi-query", (("heads", found[0]),), (("kv", 1.0),), frozenset(), ()
    return _NONE
