"""Sizes of weights, caches, hidden states and logits: "in FP16 the weights of Llama-2-70B take 138 GB"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.physics.cached import cache_claim, cache_product, token_cache
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.state import state_product
from tanaka.paper.physics.stretches import Stretch, stretches, subject
from tanaka.patterns import Lazy

# What a size is of: the last of these words before it, or the one right behind it.
_SORTS = (
    ("cache", Lazy(r"\b(?:KV|K/V|key[-– ]value)[- ]?(?:caches?|states?|pairs?)\b|\bKVs?\b(?!\s?heads?)|\bcaches?\b", re.I)),
    ("logits", Lazy(r"\blogits?\b", re.I)),
    ("optimizer", Lazy(r"\b(?:optimi[sz]er|AdamW?)(?: states?| memory)?\b|\bmoments?\b", re.I)),
    ("state", Lazy(r"\bhidden[- ](?:states?|vectors?|activations?)\b|\bresidual stream\b|\b(?:activation|embedding|feature|hidden) vectors?\b|\b(?<!training )(?<!model )states?\b", re.I)),
    ("gradients", Lazy(r"\bgradients?\b", re.I)),
    ("checkpoint", Lazy(r"\bcheckpoints?\b", re.I)),
    ("weights", Lazy(r"\bweights?\b|\bparam(?:eter)?s\b", re.I)),
    ("model", Lazy(r"\bmodels?\b|\bLLMs?\b|\bnetworks?\b", re.I)),
    ("other", Lazy(
        r"\bactivations?\b|\bdata ?sets?\b|\bcorpus\b|\bindex\b|\bimages?\b|\bvideos?\b|\bbuffers?\b|\bworkspace\b|\bembeddings?\b|\btables?\b|"
        r"\b(?:S?RAM|DRAM|HBM\w*|VRAM|NVMe|SSDs?|disks?|flash)\b|\bGPUs?\b|\bhosts?\b|\bCPUs?\b|\badapters?\b|\bQ?LoRA\b|\bdrafts?\b|\bteacher\b|\bencoder\b|\bprojector\b|"
        r"\b(?:runtime|framework|kernels?|context|packets?|messages?|payloads?|blocks?|pages?|chunks?|segments?|tiles?|batch(?:es)?|bandwidth|links?)\b", re.I)),
)  # fmt: skip
_BEHIND = Lazy(r"\s*(?:of|for|in|per)\s(?:(?:the|its|their|all|model|GPU|device|FP16|BF16|FP32|FP8|INT8|INT4|KV|raw)[- ])*(?P<what>\w+)", re.I)  # fmt: skip
_TAKES = Lazy(
    r"\b(?:tak(?:es?|ing)|took|needs?|needing|requir(?:es?|ing|ed)|occup(?:y|ies|ied|ying)|weigh(?:s|ing)?|consum(?:es?|ed|ing)|uses?|using|amount(?:s|ing)? to|"
    r"total(?:s|l?ing)?|com(?:es?|ing) to|measures?|is|are|was|were|of|demands?|fills?|accounts? for|carr(?:y|ies)|stores?|adds? up to|reach(?:es)?|becomes?)\b|[=≈(:]",
    re.I,
)
NOT = Lazy(
    r"\beach of\b|\b(?:(?:per|each|every)[ -](?:\w+[- ])?|a[ -])(?:GPU|device|rank|node|card|shard|stage|worker|chip|server|accelerator|expert|block|group|second|step|iteration)s?\b|"
    r"/(?:GPU|device|rank|s)\b|\bshard\w*|\bsplit\w*|\bpartition\w*|\bTP\s?=?\s?\d|\b(?:tensor|pipeline|model|expert)[- ]parallel\w*|\bstages?\b|\bsav(?:es?|ed|ings?)\b|"
    r"\breduc\w+|\bshr[iau]n?[nk]\w*|\bsmaller\b|\bless\b|\bfewer\b|\blower\w*|\bdrop\w*|\bcut\w*|\badditional\w*|\bextra\b|\bremain\w*|\bleft\b|\bleav\w+|"
    r"\bfree[sd]?\b|\bavailab\w*|\bspare\b|\bheadroom\b|\bbudgets?\b|\bcapacity\b|\bbeyond\b|\boverheads?\b|\binclud\w+|\bplus\b|\btogether\b|\bpeak\b|\btraffic\b|"
    r"\bbandwidth\b|\breads?\b|\bstream\w*|\btransfer\w*|\btransmi\w+|\bsen[dt]s?\b|\bsending\b|\breceiv\w+|\bexchang\w+|\bcommunicat\w+|\ball[-_]?(?:reduce|gather)\w*|\bbroadcast\w*|\bmov(?:es?|ed|ing)\b|\bdownload\w*|\bprun\w+|\bspars\w+|\bcompress\w*|\bshare of\b|\bportion\b|\bpart of\b|"
    r"\boff-?load\w*|\bswap\w*|\bevict\w*|\ballocat\w*|\breserv\w*|\bup to\b.{0,40}\btokens\b|\bactive\b|\bactivated\b|\bexperts?\b|\bvision\b|\bmultimodal\b|\blayers? of\b|(?<!is )(?<!are )(?<!fully )(?<!entirely )\bresident\b|\bspeculat\w*|"
    r"^\W*of (?:the|these|those|its|all)\b|\beach\b(?! (?:parameter|weight|element))|\bactor\b|\battention\b|\bfeed-forward\b|\bFFNs?\b|\bMLPs?\b|\bprojections?\b|\bQKV\b|\bheads?\b|\blayers?\b|\bblocks?\b|\bhalf\b|\bquarter\b|\bhot\b|\bcold\b|\boutliers?\b|"
    r"\bsalient\b|\btrainable\b|\bfrozen\b|\bshared\b|\brouters?\b|\bembeddings?\b|\blow-rank\b|\bdeltas?\b|\bscales\b|\bcopy\b|\bEMA\b|\bmoving[- ]averages?\b|\bshadow\b|\btwice\b|\bpairs? of\b|\bensemble\w*|\bmasks?\b|\bindices\b|\bcopies\b|\breplicas?\b|\bboth\b|\bsubset\b|\bsome of\b|"
    r"\bpatch(?:es)?\b|\bdiff(?:s|erences?)?\b|\bupdates?\b|\bupdated\b|\b(?:third|fifth|sixth|seventh|eighth|ninth|tenth|twentieth|hundredth|fraction|percent)s? of\b|%\s(?:of|out of)\b|\bQ?LoRA\b|\badapters?\b|"
    r"\bequipped\b|\bGPUs? with\b|\bwithin\b|\bfits?\b|\bby \d|\bmore\b|\btimes\b|\bbatch(?:es)?\b",
    re.I,
)  # fmt: skip
"""Words of a stretch with which a size is a share, a difference, a capacity or a stream."""
_IN_ALL = Lazy(r"\s*(?:in all|in total|altogether|overall|a day|per day)\b", re.I)
_OF_IT = Lazy(r"\W*of (?:the|these|those|its|all|this)\b", re.I)
# "2 GB of traffic": a size of weights is of weights, or of the memory that they take.
_OF_ELSE = Lazy(
    r"\s*of (?!(?:(?:the|its|their|all|raw|model|GPU|GPU's|device|total|dense|pure|on-disk|disk|main|system|FP\d+|BF16|INT\d|accelerator|graphics|video|storage|half-precision|\d+-bit)[- ])*"
    r"(?:weights?|param\w*|memory|V?RAM|DRAM|HBM\w*|storage|space|disk|checkpoints?|states?|gradients?|moments?|optimi[sz]er|data)\b)",
    re.I,
)  # fmt: skip
_OF_ONE = Lazy(r"\b(?:each|every|one|per|an?|single)[ -](?:\w+[ -])?(?:experts?|layers?|shards?|stages?|adapters?)\b", re.I)  # fmt: skip
_SHARE = Lazy(r"\b(?:per cent|percent) of\b|%\sof\b", re.I)
# A size of tokens, or of what a formula multiplies out, is no size of weights.
_OF_TOKENS = Lazy(r"\b\d[\d,.]*[KM]?[- ]tokens?\b[^.;]{0,60}\b(?:need|tak|requir|occup|cost|us)\w*\b|\bkeys?\s?(?:\+|and|,)\s?values?\b", re.I)  # fmt: skip
_IN_NAMES = Lazy(r"\b(?:num|n|d)_[a-z]\w+|\b(?:hidden|head|vocab)_(?:size|dim)\b")
LAID_OUT = Lazy(r"\bshard\w*|\bsplit\w*|\bpartition\w*|\bparallel\w*|\bper (?:GPU|device)\b(?<!/s per GPU)|\beach of\b|\bquanti[sz]\w*|\bprun\w+|\bspars\w+|\bcompress\w*|\bdraft\w*|\bdistil\w*", re.I)  # fmt: skip
"""What the sentences before may say of the model, with which "its weights" are fewer or narrower."""
_OF_THEM = Lazy(r"\s*of (?:them|these|those|it|which|this|that)\b", re.I)
_HAS = Lazy(r"(?:\b(?:with|has|have|having|contain\w*|compris\w*|of|at)|[(,])\s*(?:about |roughly |only |around |a total of )?[≈∼~]?$", re.I)  # fmt: skip
TOGETHER = Lazy(
    r"\b(?:weights?|param(?:eter)?s|gradients?|moments?|optimi[sz]er(?: states?)?|activations?|caches?|buffers?|states?)(?:,? (?:and|or|as well as|plus|with)|,|\s?\+)\s(?:the |its |their |of |all |FP\d+ |BF16 |KV |key-value |hidden )*"
    r"(?:weights?|param(?:eter)?s|gradients?|moments?|optimi[sz]er\w*|Adam\w*|activations?|KV|caches?|buffers?|states?)\b",
    re.I,
)  # fmt: skip
"""Two things that have one size: "the weights and gradients of a 7B model"."""
_TRAINS = Lazy(r"\btrain\w*|\bfine-?tun\w*|\boptimi[sz]er\b|\bAdamW?\b", re.I)
_RUNS = Lazy(r"\bserv(?:e|es|ed|ing)\b|\binference\b|\bruntime\b|(?<!in the )(?<!in )\bmemory\b|\bruns?\b|\bdeploy\w*|\bcache\b", re.I)  # fmt: skip
_WEIGHTS = Lazy(r"\bweights?\b|\bparam(?:eter)?s\b", re.I)
CUES = {"trains": _TRAINS, "runs": _RUNS}


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Stretches with one size, of what it is, and what it follows from."""
    for k, sentence in enumerate(scene.sentences):
        if not any(r.quantity.unit == "byte" for r in sentence.readings):
            continue
        product = cache_product(scene, k) or state_product(scene, k)
        if product is not None:
            yield product
            continue
        found = False
        for stretch in () if _listed(scene, k) else stretches(scene, k):
            sizes = stretch.sizes()
            if len(sizes) == 1 and (claim := _claim(stretch, sizes[0])):
                found = True
                yield claim
        if not found and (each := token_cache(scene, k)) is not None:
            yield each


def _listed(scene: Scene, k: int) -> bool:
    """Whether models and sizes are listed apart ("the 7B and the 13B model take 14 GB and 26 GB")."""
    whole = Stretch(scene, k, 0, len(scene.sentences[k].text))
    points = {scene.reading(s).quantity.point for s in whole.counts()}
    if len(points) < 2 and len(whole.models()) < 2:
        return False
    return any((s.models() or s.counts()) and len(s.sizes()) != 1 for s in stretches(scene, k))


def _claim(stretch: Stretch, size: Spot) -> LocalPhysical | None:
    sort, at = sort_of(stretch.scene, size)
    r = stretch.scene.reading(size)
    if not sort or not r.quantity.bounded or r.quantity.point < 64:
        return None
    text = stretch.scene.sentences[stretch.k].text
    if misplaced(stretch, size):
        return None
    between = text[at : r.start] if 0 <= at <= r.start else "of"
    if not takes(between):
        return None
    if TOGETHER.search(text[: r.start]) or _OF_IT.match(text) or _OF_THEM.match(text, r.end):
        return None
    if sort == "cache":
        return cache_claim(stretch, size)
    if NOT.search(stretch.text):
        return None
    if sort in ("state", "logits"):
        return _elements(stretch, size, sort)
    return _weights(stretch, size, sort)


def misplaced(stretch: Stretch, size: Spot) -> bool:
    """Whether a size is that of a place, of a device, or of all there is."""
    text, r = stretch.scene.sentences[stretch.k].text, stretch.scene.reading(size)
    return bool(
        _IN_A_PLACE.search(text, max(0, r.start - 24), r.start)
        or _of_a_part(stretch, text, r.start, r.end)
        or _IN_ALL.match(text, r.end)
    )


def capacity(scene: Scene, size: Spot) -> bool:
    """Whether a size is the memory of a device that is named beside it."""
    r, text = scene.reading(size), scene.sentences[size[0]].text
    return _of_a_part(Stretch(scene, size[0], 0, len(text)), text, r.start, r.end)


def takes(between: str) -> bool:
    """Whether words make a size that of what stands before them."""
    return _TAKES.search(between) is not None or not between.strip(" ,–—-'s")


def of_less(text: str, start: int, end: int) -> bool:
    """Whether the words around a size say that it is of tokens, of a formula, or of a part."""
    return bool(
        _OF_IT.match(text) or _OF_THEM.match(text, end) or _OF_ELSE.match(text, end) or _OF_TOKENS.search(text)
        or _IN_NAMES.search(text) or _OF_ONE.search(text, 0, start)
    )  # fmt: skip


# "kept in the 2 TB of main memory": a size of a place.
_IN_A_PLACE = Lazy(
    r"\b(?:in|into|within|inside|onto) (?:the|its|their|our|a|an|some) [≈∼~]?$", re.I
)
_PART_BEHIND = Lazy(r"[\s-]?(?:(?:NVIDIA|AMD|consumer|single|commodity) )?(?:GPUs?|cards?|devices?|HBM\w*|VRAM|machines?|accelerators?|nodes?|laptops?|phones?|capacity|chips?|edge|variants?|version)\b", re.I)  # fmt: skip


def _of_a_part(stretch: Stretch, text: str, start: int, end: int) -> bool:
    """Whether a size is the memory of a device that is named beside it."""
    for part in stretch.scene.parts(stretch.k):
        if 0 <= part.start - end <= 8:
            return True
        if 0 <= start - part.end <= 16 and re.fullmatch(
            r"s?(?: GPUs?)?(?:\s?\(|,?\s|\swith\s|-)*", text[part.end : start]
        ):
            return True
    return _PART_BEHIND.match(text, end) is not None


def sort_of(scene: Scene, size: Spot) -> tuple[str, int]:
    """What a size is of, and where the word for it ends; ("", -1) where no word says so."""
    text, r = scene.sentences[size[0]].text, scene.reading(size)
    behind = _BEHIND.match(text, r.end)
    if behind:
        for name, pattern in _SORTS:
            if name != "other" and pattern.match(text, behind.start("what")):
                return name, -1
            if name == "cache" and pattern.search(behind.group()):
                return name, -1
    found = [
        (m.end(), -rank, name)
        for rank, (name, pattern) in enumerate(_SORTS)
        for m in pattern.finditer(text)
        if m.end() <= r.start
    ]
    named = [e.end for e in entities(text) if e.kind is EntityKind.MODEL and e.end <= r.start]
    if named:
        found.append((max(named), 0, "model"))
    if not found:
        return "", -1
    at, _, name = max(found)
    if name == "model":
        # "The weights of Llama-2-70B": what is of a model is named before it.
        lead = text[max(0, at - 60) : at]
        of = [
            (hit.end(), -rank, other)
            for rank, (other, pattern) in enumerate(_SORTS)
            for hit in pattern.finditer(lead)
            if re.match(r"\s(?:of|for|in|from)\b", lead[hit.end() :])
        ]
        if of:
            name = max(of)[2]
    return ("", -1) if name == "other" else (name, at)


def _weights(stretch: Stretch, size: Spot, sort: str) -> LocalPhysical | None:
    """Weights, a checkpoint, gradients or moments of a model."""
    about = subject(stretch)
    if about is None:
        return None
    if re.search(r"\b(?:per|each|every|a) (?:layer|token)\b", stretch.text, re.I):
        return None
    if _OF_ELSE.match(stretch.scene.sentences[stretch.k].text, stretch.scene.reading(size).end):
        return None
    own = stretch.scene.sentences[stretch.k].text
    if _OF_TOKENS.search(own) or _IN_NAMES.search(own):
        return None
    if _OF_ONE.search(own, 0, stretch.scene.reading(size).start) or _SHARE.search(own, 0, stretch.scene.reading(size).start):  # fmt: skip
        return None
    told = " ".join(s.text for s in stretch.scene.sentences[max(0, stretch.k - 2) : stretch.k])
    if about.far and LAID_OUT.search(told):
        return None
    named: list[tuple[str, str]] = [("kind", sort)]
    far = set()
    given: tuple[tuple[str, Spot], ...] = ()
    if about.name:
        named.append(("model", about.name))
    if about.count is not None:
        given = (("params", about.count),)
    if about.far:
        far |= {"model", "params"}
    width = _width(stretch)
    if width is None:
        return None
    named.append(("precision", width[0]))
    if width[1]:
        far.add("precision")
    cues = {n for n, p in CUES.items() if p.search(stretch.scene.sentences[stretch.k].text)}
    cues |= {"label"} if about.label else set()
    if _names_weights(stretch):
        cues.add("weights")
    elif sort == "weights":
        named[0] = ("kind", "model")
    return LocalPhysical("footprint", size, given, tuple(named), far=frozenset(far), cues=frozenset(cues))  # fmt: skip


def _names_weights(stretch: Stretch) -> bool:
    """Whether weights are named as what has the size, and not only counted ("has 7B parameters")."""
    text = stretch.scene.sentences[stretch.k].text
    counted = [
        (r.start, r.end) for _, r in stretch.readings()
        if r.noun == "parameter" and _HAS.search(text, max(0, r.start - 24), r.start)
    ]  # fmt: skip
    return any(
        not any(a <= stretch.start + m.start() < b for a, b in counted)
        for m in _WEIGHTS.finditer(stretch.text)
    )


def _width(stretch: Stretch) -> tuple[str, bool] | None:
    """The one width of a stretch, else of its sentence, and whether it stands outside the stretch."""
    own = [w for w in stretch.widths() if not w.cache]
    if own:
        return (own[0].name, False) if len({w.bits for w in own}) == 1 else None
    whole = Stretch(stretch.scene, stretch.k, 0, len(stretch.scene.sentences[stretch.k].text))
    said = [w for w in whole.widths() if not w.cache]
    sizes = whole.sizes()
    if len({w.bits for w in said}) == 1 and len(sizes) == 1:
        return said[0].name, True
    return None


# -- vectors -------------------------------------------------------------------------------------

_ELEMENTS = Lazy(r"[- ](?:element|value|entry|entries|dimension|dim|wide|logit|float|scalar|component|channel)", re.I)  # fmt: skip
_SIZE_OF = Lazy(r"\b(?:hidden (?:size|dimension|width)|dimension(?:ality)?|vocabulary(?: size)?|width)(?: of| is| =)?\s$", re.I)  # fmt: skip


def _elements(stretch: Stretch, size: Spot, sort: str) -> LocalPhysical | None:
    """A vector: so many values of one width."""
    counts = [
        spot
        for spot, r in stretch.readings()
        if spot != size
        and r.quantity.unit == "1"
        and r.quantity.point >= 64
        and (
            r.noun == "layer-width"
            or _ELEMENTS.match(stretch.scene.sentences[stretch.k].text, r.literal_end)
            or _SIZE_OF.search(stretch.scene.around(spot, 30)[0])
        )
    ]
    others = [
        r
        for spot, r in stretch.readings()
        if spot != size and spot not in counts and r.quantity.unit == "1" and r.noun != "bit"
        and not (r.noun in ("token", "sequence") and r.quantity.point == 1)  # "the logits of one token"
        and not any(w.start <= r.start - stretch.start < w.end for w in stretch.widths())
    ]  # fmt: skip
    if len(counts) != 1 or any(r.noun in ("token", "sequence", "layer", "request", "head") for r in others):  # fmt: skip
        return None
    said = _width(stretch)
    if said is None:
        return None
    named = (("kind", sort), ("precision", said[0]))
    far = frozenset({"precision"} if said[1] else ())
    return LocalPhysical("footprint", size, (("elements", counts[0]),), named, far=far)
