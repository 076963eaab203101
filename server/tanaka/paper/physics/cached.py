"""Sizes of key-value caches: of a token, of sequences, and of a token times tokens."""

from __future__ import annotations

import re

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, subject
from tanaka.paper.physics.widths import widths
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_PER_TOKEN = Lazy(r"\s*(?:of (?:KV|cache|memory)[\w ]{0,12})?(?:per|for each|for every|a|/|each)\s?(?:cached |generated |context )?(?:token|position)s?\b", re.I)  # fmt: skip
_EACH_TOKEN = Lazy(r"\b(?:each|every|a|one|single|per)[- ](?:\w+ )?(?:token|position)(?:['’]s)?\b", re.I)  # fmt: skip
_PER_LAYER = Lazy(r"\b(?:(?:per|each|every|a|and)[- /]layer|/layer)\b", re.I)
_PER_HEAD = Lazy(r"\b(?:per|each|every)[- ](?:KV |attention )?head\b|/head\b", re.I)
# With these a size is a share of the cache, or of more than a cache.
_NOT = Lazy(
    r"\beach of\b|\bTP\s?=?\s?\d|\ba (?:GPU|device|rank|card)\b|\b(?:per|each|every)[ -](?:\w+[- ])?(?:GPU|device|rank|node|card|shard|stage|worker|chip|server|accelerator|group|block|page|second|step)s?\b|/(?:GPU|device|rank|s)\b|"
    r"\bshard\w*|\b(?:tensor|pipeline|model)[- ]parallel\w*|\bsav(?:es?|ed|ings?)\b|\breduc\w+|\bshrink\w*|\bsmaller\b|\bless\b|\bfewer\b|\blower\w*|\bcut\w*|\bremain\w*|\bleft\b|"
    r"\bleav\w+|\bfree[sd]?\b|\bavailab\w*|\bbudgets?\b|\bcapacity\b|\bbeyond\b|\bplus\b|\btogether\b|\btraffic\b|\bbandwidth\b|\breads?\b|\btransfer\w*|\bmov(?:es?|ed|ing)\b|"
    r"\bcompress\w*|\bpart of\b|\boff-?load\w*|\bswap\w*|\bevict\w*|\breserv\w*|\bwindow\w*|\bsliding\b|\blocal\b|\bshar(?:ed?|es|ing)\b|\bprefix\w*|\beffective\w*|\bkeys? (?:only|alone|cache)\b|"
    r"\bL[123] cache|\bper line\b|\bretain\w*|\bkeeps? only\b|\bcross-attention\b|\bweights?\b.{0,40}\band\b|\bmore\b|\bblocks?\b|\bchunks?\b|\bbuffers?\b|\bpools?\b|\bsegments?\b|\bpages?\b|\bsparse\b|\bquery heads?\b",
    re.I,
)  # fmt: skip
_GOES_ON = Lazy(r"\W*(?:Its?|This model|The model|They)\b")
_ANOTHER = Lazy(r";|\bhalv\w+|\bdoubl\w+|\bquarters?\b|\bwould\b|\breduc\w+", re.I)
_KEY_VALUE = Lazy(r"\bKVs?\b|\bkey[-– ]value\b|\battention cache\b|\bkeys and values\b", re.I)
# "takes 43 GB of cache": of keys and values, where sequences of a model take it.
_OF_CACHE = Lazy(r"\s*of (?:the |its |attention )?cache\b", re.I)
_OF_SEQUENCES = Lazy(r"\b(?:sequences?|requests?|contexts?|prompts?)\b", re.I)
_KV_HEADS = Lazy(r"\b(?:KV|key[-– ]value|K/V)[- ]heads?\b", re.I)
_HEAD_SIZE_BEFORE = Lazy(r"\b(?:head (?:dim(?:ension)?s?|size|width)|d_?\{?h(?:ead)?\}?|head_dim)(?: of| is| size|\s?=)?\s*$|\bheads of (?:size |dimension )?$", re.I)  # fmt: skip
_HEAD_SIZE_BEHIND = Lazy(r"[- ]dim(?:ension(?:al|s)?)? (?:per )?heads?", re.I)


def cache_claim(stretch: Stretch, size: Spot) -> LocalPhysical | None:
    """The cache of a named model, or of stated layers, heads and head size."""
    scene, k = stretch.scene, stretch.k
    text, r = scene.sentences[k].text, scene.reading(size)
    about = subject(stretch)
    of_model = _KEY_VALUE.search(text) or (
        _OF_CACHE.match(text, r.end) and about is not None and _OF_SEQUENCES.search(text)
    )
    # "... 4 times smaller than that of all heads; in BF16, one token costs 128 KiB of KV cache"
    lo, hi = text.rfind(";", 0, r.start) + 1, text.find(";", r.end)
    clause = text[lo : hi if hi >= 0 else len(text)]
    own_clause = lo > 0 and _KEY_VALUE.search(clause) and _EACH_TOKEN.search(clause)
    if _NOT.search(clause if own_clause else text) or not of_model or _PER_HEAD.search(text):
        return None
    each = bool(
        r.per == "token"
        or _PER_TOKEN.match(text, r.end)
        or (_EACH_TOKEN.search(text) and not re.search(r"\bper[- ]token (?:latency|time)", text) and not _of_a_token(scene, k, size))
    )  # fmt: skip
    given: list[tuple[str, Spot]] = []
    far: set[str] = set()
    named = [("kind", "cache-token" if each else "cache")]
    shape = shape_of(scene, k)
    if each and {"kv", "head"} == shape.keys() and (layers := _layers_before(scene, k)) is not None:
        shape = {**shape, "layers": layers}
        far |= {"layers", "model"}
    if {"layers", "kv", "head"} <= shape.keys():
        given += [(role, shape[role]) for role in ("layers", "kv", "head")]
    elif about is not None and about.name and "kv" not in shape:
        # with heads of its own a model is not the one of that name
        named.append(("model", about.name))
        if about.far:
            far.add("model")
    else:
        return None
    own = [w for w in stretch.widths() if w.cache] or list(stretch.widths())
    whole = Stretch(scene, k, 0, len(text))
    # what a clause behind it says of a width is not of this size: "17 GB; 8-bit keys halve it"
    said = [
        w for w in whole.widths()
        if not _of_another_size(scene, k, size, w.start) and (w.end <= r.start or not _ANOTHER.search(text[r.end : max(r.end, w.start)] + text[w.end :]))
    ]  # fmt: skip
    own = own or [w for w in said if w.cache] or said
    if len({w.bits for w in own}) > 1:
        return None
    if own:
        named.append(("precision", own[0].name))
    near = stretch.text if len(scene.spots(k, "byte")) > 1 else text
    cues = {"layer"} if _PER_LAYER.search(near) else set()
    if not each:
        tokens, batch, sure = held(scene, k)
        if tokens is None or not sure:
            return None
        given.append(("tokens", tokens))
        if batch is not None:
            given.append(("batch", batch))
        elif re.search(
            r"\bbatch\b|\bconcurren\w+|\b(?:requests|sequences|users|sessions)\b", text, re.I
        ):
            cues.add("several")
    return LocalPhysical("footprint", size, tuple(given), tuple(named), far=frozenset(far), cues=frozenset(cues))  # fmt: skip


def _of_a_token(scene: Scene, k: int, size: Spot) -> bool:
    """Whether it is another size that a token has: "0.5 MB of keys and values per token, or 6 GB for the batch"."""
    text = scene.sentences[k].text
    tokens = [m.start() for m in _EACH_TOKEN.finditer(text)]
    for other in scene.spots(k, "byte"):
        r = scene.reading(other)
        if other == size:
            continue
        if r.per == "token" or any(r.end <= at < r.end + 50 and not re.search(r"[,;:()\d]", text[r.end : at]) for at in tokens):  # fmt: skip
            return True
    return False


def of_keys(text: str) -> bool:
    """Whether a text speaks of keys and values."""
    return _KEY_VALUE.search(text) is not None


def shared(text: str) -> bool:
    """Whether words make a size that of a share of a cache, or of more than a cache."""
    return _NOT.search(text) is not None


def of_a_part(text: str) -> bool:
    """Whether a text speaks of the cache of one head."""
    return _PER_HEAD.search(text) is not None


def of_a_layer(text: str) -> bool:
    """Whether words make a size that of one layer."""
    return _PER_LAYER.search(text) is not None


def _layers_before(scene: Scene, k: int) -> Spot | None:
    """The one number of layers in the sentences before one that goes on about their model."""
    if not _GOES_ON.match(scene.sentences[k].text):
        return None
    found = [s for j in range(max(0, k - 2), k) for s in scene.spots(j, noun="layer")]
    return found[0] if len(found) == 1 and scene.reading(found[0]).quantity.bounded else None


def _of_another_size(scene: Scene, k: int, size: Spot, at: int) -> bool:
    """Whether another size stands between a size and a place behind it: "2.1 GB, and 0.5 GB in 4 bits"."""
    end = scene.reading(size).end
    return any(end <= scene.reading(s).start <= at for s in scene.spots(k, "byte") if s != size)


# Bytes a token that are no cache: what is sent, computed or looked up for it.
_NO_CACHE = Lazy(
    r"\bhidden\b|\bactivations?\b|\blogits?\b|\bhops?\b|\bsen[dt]s?\b|\bsend(?:s|ing)?\b|\bnetworks?\b|\bembeddings?\b|\bvocabular\w+|\bweights?\b|\bstates?\b|\bdisk\b|\bdata ?sets?\b|\bcorpus\b|\btext\b|\bprice\w*|"
    r"\blayers?\b|\bheads?\b",
    re.I,
)
_EFFECTIVE = Lazy(r"\beffective(?:ly)?\b", re.I)
_CONTEXT = Lazy(r"\bKV\b|\bkey[-– ]value\b|\bcach\w+|\bcontexts?\b", re.I)


def token_cache(scene: Scene, k: int) -> LocalPhysical | None:
    """A size per token of a sentence that names no shape: that of the paper, if it has one."""
    text = scene.sentences[k].text
    sizes = scene.spots(k, "byte")
    each = [
        s for s in sizes
        if scene.reading(s).per == "token" or _PER_TOKEN.match(text, scene.reading(s).end)
    ]  # fmt: skip
    if len(each) != 1 or not scene.reading(each[0]).quantity.bounded or _NO_CACHE.search(text):
        return None
    if _NOT.search(_EFFECTIVE.sub(" ", text)):
        return None
    stated = [w for w in widths(text) if w.cache] or list(widths(text))
    if len({w.bits for w in stated}) > 1:
        return None
    named = (("precision", stated[0].name),) if stated else ()
    cues = frozenset({"cache"} if _CONTEXT.search(text) else ())
    return LocalPhysical("token-cache", each[0], (), named, cues=cues)


def held(scene: Scene, k: int) -> tuple[Spot | None, Spot | None, bool]:
    """Tokens and sequences of which a sentence speaks; False where there are two of one of them."""
    tokens = [
        s for s in scene.spots(k, where=lambda r: r.noun == "token" or r.kind is Kind.SEQ_LEN)
        if scene.reading(s).quantity.unit == "1" and scene.reading(s).quantity.point > 1
    ]  # fmt: skip
    batch = [
        s for s in scene.spots(k, where=lambda r: r.noun in ("sequence", "request") or r.kind is Kind.BATCH_SIZE)
        if scene.reading(s).quantity.unit == "1" and s not in tokens
    ]  # fmt: skip
    sure = len(tokens) <= 1 and len(batch) <= 1
    return (tokens[0] if tokens else None), (batch[0] if batch else None), sure


def shape_of(scene: Scene, k: int) -> dict[str, Spot]:
    """Layers, key-value heads and head size that a sentence states."""
    text = scene.sentences[k].text
    found: dict[str, list[Spot]] = {"layers": [], "kv": [], "head": []}
    for i, r in enumerate(scene.sentences[k].readings):
        if isinstance(r.quantity.value, tuple) or r.quantity.unit != "1":
            continue
        before = text[max(0, r.start - 24) : r.start]
        if r.noun == "layer":
            found["layers"].append((k, i))
        elif _HEAD_SIZE_BEFORE.search(before) or _HEAD_SIZE_BEHIND.match(text, r.literal_end):
            found["head"].append((k, i))
        elif r.noun == "head" and _KV_HEADS.search(text[r.start : r.end]):
            found["kv"].append((k, i))
    return {role: spots[0] for role, spots in found.items() if len(spots) == 1}


_AMOUNTS = Lazy(r"\b(?:tak(?:es?|ing)|needs?|requir(?:es?|ing)|occup(?:y|ies|ying)|consum(?:es?|ing)|amounts? to|totals?|com(?:es?|ing) to|uses?|is|are|of|for|adds up to|reach(?:es)?|grows to)\b|[=≈(:]", re.I)  # fmt: skip
_GROWS = Lazy(r"\b(?:KV|key[-– ]value|cache\w*)\b", re.I)


def cache_product(scene: Scene, k: int) -> LocalPhysical | None:
    """A size of the cache of one token, a number of tokens, and the size of all of them."""
    text = scene.sentences[k].text
    sizes = scene.spots(k, "byte")
    if len(sizes) != 2 or not _GROWS.search(text) or _NOT.search(text) or _PER_LAYER.search(text):
        return None
    each = [
        s for s in sizes
        if scene.reading(s).per == "token" or _PER_TOKEN.match(text, scene.reading(s).end)
        or (scene.reading(s).per == "each" and len(scene.spots(k, noun="token")) == 1)
    ]  # fmt: skip
    tokens, batch, sure = held(scene, k)
    if len(each) != 1 or tokens is None or not sure:
        return None
    (total,) = (s for s in sizes if s != each[0])
    a, b = sorted((scene.reading(tokens), scene.reading(total)), key=lambda r: r.start)
    if not _AMOUNTS.search(text[a.end : b.start]):
        return None
    given = [("each", each[0]), ("tokens", tokens)]
    if batch is not None:
        given.append(("batch", batch))
    cues = frozenset({"several"} if batch is None and re.search(r"\bbatch\b|\b(?:requests|sequences|users|sessions)\b", text, re.I) else ())  # fmt: skip
    return LocalPhysical("footprint", total, tuple(given), (("kind", "cache-product"),), cues=cues)
