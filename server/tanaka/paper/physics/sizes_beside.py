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

from tanaka.paper.physics import cached, footprint
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sort_of_size import COPY, WEIGHTS_BEHIND, made_of, sort_beside, state_of
from tanaka.paper.physics.stretches import Stretch
from tanaka.paper.physics.whose_size import About, Zone, about_of, listed_as, named, taken, zone_of
from tanaka.paper.physics.widths import Width, widths
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

LOOSE = "loose"
"""Cue of a claim that was bound over clauses."""

# What gradients go through as a whole.
_EXCHANGED = Lazy(r"\b(?:that |which )?(?:have |has |had |are |is )?(?:to be )?(?:exchanged|all-?reduced|reduced|synchroni[sz]ed|communicated|sent|summed|averaged)\b|\ball-?reduces?\b", re.I)  # fmt: skip
_HARMLESS = Lazy(
    r"\b(?:(?:is|are|as|of|for) )?(?:an? |the |its )?downloads? of\b|\bdownloads\b|\bfrozen (?=(?:\w*\d\w* )?weights\b)|\bhalf[- ]precision\b|\bwithout (?:any )?(?:sharding|sharing|off-?loading|compression|pruning|this reduction|grouping)\b[^,;]{0,20}|\bno (?:sharding|grouping|sharing|off-?loading)\b|\bnot (?:sharded|compressed|pruned|shared)\b|"
    r"\bmore than (?:any|one|a single)\b.*|\bno more than\b|\bbefore the first activation is stored\b|\bleave? (?:no|little|hardly)\b.*",
    re.I,
)
_SOME = Lazy(r"\b(?:one|two|three|four|five|six|eight|ten|\d+|some|all|each|both|most|half) of (?:them|these|those|which|it)\b", re.I)  # fmt: skip
# "in buckets of 25 MB"
_PIECES = Lazy(
    r"\b(?!weights|param|gradients|moments|states|caches|keys|values|bytes)\w+s of (?:about |only |roughly |up to |at most |[≈∼~])?$"
)
# "10 layers (6.5 GB of weights) on each", "a stage of 20 layers, 13 GB of weights": of these layers alone
_OF_LAYERS = Lazy(r"\b(?:\d+|two|three|four|five|six|eight|ten|its|half(?: of)? the) (?:[\w-]+ )?(?:layers|blocks|heads|experts|stages)\s?[(,]?\s?(?:or |i\.e\.,? |about |that is,? )?$", re.I)  # fmt: skip
_SHARED_OUT = Lazy(r"(?: of (?:the )?weights)?\)? (?:on|for|to|per) each\b", re.I)
_RIGHT_BEHIND = Lazy(r"[\s,(]*(?:in|at|with|for|of|as)?\s?(?:the |our )?", re.I)
_ON_EACH = Lazy(r"\bon (?:each|every) (?:GPU|worker|rank|device|card|replica)\b", re.I)
_QUANTISED = Lazy(r"\bquanti[sz]ed (?:to|in|with)\b", re.I)
_DROPS = Lazy(r"\b(?:H2O|SnapKV|StreamingLLM|KIVI|evict\w*|on average|average|mean|compress\w*|sliding|windows?|windowed|effective\w*|amorti[sz]\w*)\b", re.I)  # fmt: skip
_ACTIVE = Lazy(r"\bactive\b|\bactivated\b|\bper token\b|\bfor (?:a|each|every) token\b", re.I)
# "This batch has a cache of 6 GB": of the sequences and tokens of a sentence before.
_THIS_BATCH = Lazy(r"\b(?:this|that|the whole|such a) batch\b|\b(?:these|those|all) (?:\w+ )?(?:sequences|requests|contexts|prompts|conversations)\b", re.I)  # fmt: skip
# "For the largest, the 282 GB of weights": a model that another place names.
_ANOTHER_ONE = Lazy(r"\b(?:largest|biggest|smallest|larger|bigger|smaller|others?|last|rest|remaining|next) (?:ones?|of (?:them|these|those|all|the)|models?)?\b|\b(?:largest|biggest|smallest|others?|rest),", re.I)  # fmt: skip
_B = Lazy(r"\b[Bb](?:atch)?\s?=\s?$")
_L = Lazy(r"\b(?:[CSLTcsln]|len|ctx|context|seq)\s?=\s?$")


# "1,508 GB in BF16 → 309 GB", "-4bit", "TQ3": made smaller, by whatever it is called
TURNED = Lazy(r"→|⟶|⇒|->|\b\d\s?bit\b|\b[A-Z]{0,2}Q\d\b|-[A-Z]{1,2}Q\b")


def read(scene: Scene, told: frozenset[Spot]) -> Iterator[LocalPhysical]:
    """Sizes of which the strict reader made no claim."""
    for k, sentence in enumerate(scene.sentences):
        if not any(r.quantity.unit == "byte" for r in sentence.readings):
            continue
        for size in scene.spots(k, "byte"):
            if size not in told and (claim := _claim(scene, size)) is not None:
                yield claim


# "40.0M parameters; at 16 bytes each this is 0.64 GB", "32.6 GB of weights and gradients"
_BYTES_EACH = Lazy(
    r"\b(?:at|of|with|times|by|[×x]) \d+(?:\.\d+)? (?:bytes?|B) (?:each|apiece|per|for each|a)\b",
    re.I,
)
_MORE_BEHIND = Lazy(
    r"\s?of (?:[\w-]+ ){0,3}(?:weights|parameters)(?:,| and| plus| or| with) ", re.I
)


def is_of_another(scene: Scene, claim: LocalPhysical) -> bool:
    """Whether a size whose model stands elsewhere is of other bytes, of more, or of a list that names another count of models."""
    if claim.relation != "footprint" or not claim.far & {"model", "params"}:
        return False
    if listed_as(scene, claim.number) is False:
        return True
    if dict(claim.named).get("kind") not in ("weights", "gradients"):
        return False
    text, r = scene.sentences[claim.number[0]].text, scene.reading(claim.number)
    return bool(
        _BYTES_EACH.search(text, max(0, text.rfind("; ", 0, r.start)), r.start)
        or _MORE_BEHIND.match(text, r.end)
    )


def _claim(scene: Scene, size: Spot) -> LocalPhysical | None:
    k, r = size[0], scene.reading(size)
    text = scene.sentences[k].text
    if not r.quantity.bounded or r.quantity.point < 64 or r.per not in ("", "token", "each", "gpu"):
        return None
    if footprint.misplaced(Stretch(scene, k, 0, len(text)), size) or any(p.start <= r.start < p.end for p in scene.parts(k)):  # fmt: skip
        return None
    if TURNED.search(text) or re.search(r"\bfrom\s[≈∼~]?$", text[max(0, r.start - 8) : r.start]):
        return None  # "At 3 bits it goes from 14 GB to 3 GB"
    zone = zone_of(scene, size)
    if _SOME.search(text, zone.start, zone.at) or _PIECES.search(text, 0, zone.at):
        return None
    kind = sort_beside(scene, zone, size) or _of_subject(scene, zone)
    if not kind:
        return None
    about, place = about_of(scene, zone, size)
    own = about is not None and (
        about.count[0] == k if about.count is not None else about.name in text
    )
    if not own and _ANOTHER_ONE.search(text, zone.said if zone.said < zone.start else 0, r.start):
        return None
    if about is not None and place is not None:
        # what is said of the model where it is named is said of its size
        zone = replace(zone, said=min(place, zone.start))
    if taken(scene, zone, size, place):
        return None
    first = max(0, k - 2)
    if (
        about is None
        and kind in _THE_MODELS
        and (said := _THE_WEIGHTS.search(text, zone.start, r.start))
    ):
        about, first = _of_passage(scene, k, said.start())
    if kind.startswith("cache"):
        return _cache(scene, zone, size, kind, about)
    if about is None or (r.per not in ("", "each") and kind != "residual"):
        return None
    if kind == "per-parameter":
        return _state(scene, zone, size, about)
    return _weights(scene, zone, size, kind, about, first)


_THEY = Lazy(r"\W*(?:They|These|All of them|Together they) (?:\w+ ){0,2}?(?:occup\w+|takes?|needs?|requires?|amounts? to|comes? to|weighs?|fills?|uses?|adds? up to|sums? to|are|make|costs?)\s(?:up\s|about\s|some\s|only\s|just\s|roughly\s)?$", re.I)  # fmt: skip
_SUBJECT = Lazy(r"\W*(?:The |Its |Their |All |Our |In \S+,? (?:the )?)?(?:\w+ )?(?P<what>weights|gradients)\b(?! and| or|,)", re.I)  # fmt: skip


def _of_subject(scene: Scene, zone: Zone) -> str:
    """What "They occupy 14 GB" is said of: the one subject of the sentence before."""
    if not zone.k or not _THEY.fullmatch(scene.sentences[zone.k].text[: zone.at]):
        return ""
    lead = scene.sentences[zone.k - 1].text
    said = _SUBJECT.match(lead)
    alone = said is not None and not scene.spots(zone.k - 1, "byte") and not footprint.TOGETHER.search(lead)  # fmt: skip
    return said["what"].lower() if said is not None and alone else ""


_THE_MODELS = ("weights", "checkpoint", "gradients")
_THE_WEIGHTS = Lazy(r"\b(?:the|its|their|all) (?:(?:\w*\d\w*|raw|model|full|model's|network's) )*(?:weights|parameters|gradients?|checkpoint|tensors)\b", re.I)  # fmt: skip
_STAGED = Lazy(r"\b(?:pipeline )?stages?\b|\b(?:half|quarter|third|fifth|sixth|eighth|sixteenth) of (?:them|it|the|its|these)\b", re.I)  # fmt: skip
_THERE = Lazy(
    r"\bthere\b|\bthen\b|\bof (?:this|that|each|one) (?:part|stage|rank|GPU|tower)\b", re.I
)
# Between the name and the size: another model, or a part of the one.
_NOT_WHOLE = Lazy(
    r"\bstages?\b|\b(?:half|quarter|third|fifth|sixth|eighth|sixteenth) of\b|\b(?:each|every|per|a) (?:GPU|device|rank|card|shard)\b|\bexperts?\b|\btowers?\b|\badapters?\b|\bheads? of\b|\bcompar\w+|\bbaselines?\b|\banother\b|\bothers?\b|\bteachers?\b|"
    r"\bstudents?\b|\bprox(?:y|ies)\b|\bsmall(?:er)? (?:models?|networks?|copy)\b|\b(?:two|three|several|both|public|prior|earlier) (?:\w+ )?(?:models|networks)\b|\bencoder\b|\bremov\w+|\bdropp\w+",
    re.I,
)
_FAR_BACK = 8


def _of_passage(scene: Scene, k: int, at: int) -> tuple[About | None, int]:
    """The model that "the weights" are of: the nearest that the passage names, else the paper's, with the sentence."""
    if named(scene, k, 0, at) or _THERE.search(scene.sentences[k].text):
        return None, k
    first = next((j for j in range(k - 1, -1, -1) if named(scene, j, 0, len(scene.sentences[j].text))), 0)  # fmt: skip
    if any(_NOT_WHOLE.search(s.text) for s in scene.sentences[first:k]):
        return None, k
    for j in range(k - 1, max(-1, k - 1 - _FAR_BACK), -1):
        found = named(scene, j, 0, len(scene.sentences[j].text))
        if found:
            return (found[0] if len(found) == 1 else None), j
    return About("", None, label=False), 0


def _width(scene: Scene, zone: Zone, size: Spot, cache: bool) -> tuple[Width, ...] | None:
    """Formats of a size: of its clause, else the one of its sentence, else the one before; None for two."""
    text = scene.sentences[zone.k].text
    own = [w for w in widths(text) if zone.start <= w.start < zone.stop and (cache or not w.cache)]
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
    near = [
        w
        for j in range(max(0, zone.k - 2), zone.k)
        for w in widths(scene.sentences[j].text)
        if w.cache <= cache
    ]
    return None if len({w.bits for w in near}) > 1 else tuple(near[-1:])


def _words(scene: Scene, zone: Zone) -> str:
    return _HARMLESS.sub(" ", scene.sentences[zone.k].text[zone.said : zone.stop])


def _weights(scene: Scene, zone: Zone, size: Spot, kind: str, about: About, first: int) -> LocalPhysical | None:  # fmt: skip
    text = re.sub(r"\btensors\b", "weights", scene.sentences[zone.k].text)  # of the same length
    words = _words(scene, zone)
    if kind == "gradients":
        words = _EXCHANGED.sub(" ", words)
    if kind == "residual":
        words = _ON_EACH.sub(" ", COPY.sub(" ", words))
    if (behind := WEIGHTS_BEHIND.match(text, zone.end)) is not None:
        # "next to 13.5 GB of frozen FP32 weights": what is said before of the model is not said of these
        words = _HARMLESS.sub(" ", f"{text[zone.start : zone.at]} {behind.group()}")
        text = text[: zone.end] + re.sub(r"^(\s?of )frozen ", r"\1", text[zone.end :])
    lead = text[: zone.at]
    if (
        about.count is not None
        and about.count[0] == zone.k
        and not about.label
        and about.count[1] < size[1]
    ):
        # "an expert has 11.8M parameters or 23.6 MB": of what is counted, however small a part
        counted = scene.reading(about.count).start
        lead = " " * counted + lead[counted:]
    if (
        footprint.NOT.search(words)
        or footprint.TOGETHER.search(lead)
        or footprint.of_less(lead + text[zone.at :], zone.at, zone.end)
    ):
        return None
    if _ACTIVE.search(text[zone.start : zone.stop]):
        return None
    if _OF_LAYERS.search(text, 0, zone.at) or _SHARED_OUT.match(text, zone.end):
        return None
    found = _width(scene, zone, size, cache=False)
    if found is None:
        return None
    before = " ".join(s.text for s in scene.sentences[min(first, max(0, zone.k - 2)) : zone.k])
    if zone.said >= zone.start and about.count is not None and about.count[0] < zone.k and _STAGED.search(before):  # fmt: skip
        return None
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


def _state(scene: Scene, zone: Zone, size: Spot, about: About) -> LocalPhysical | None:
    """A state of so many bytes per parameter: as summed or listed before, else as the paper has it."""
    each, made = state_of(scene, zone), made_of(scene, zone)
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


def _cache(scene: Scene, zone: Zone, size: Spot, kind: str, about: About | None) -> LocalPhysical | None:  # fmt: skip
    k, text = zone.k, scene.sentences[zone.k].text
    # "26 GB of weights and 0.8 MB of cache": the words before are of the other size
    own = re.search(r"\bcache\b", text[zone.start : zone.stop])
    said = text[zone.start : zone.stop]
    words = _words(scene, replace(zone, said=zone.start) if own else zone)
    if kind == "cache-token" and re.search(r"\btokens?\b[^.;,]{0,40}\bleaves\b", said):
        words = re.sub(r"\bleaves\b", " ", words)
    if about is None or cached.shared(words) or cached.of_a_part(text) or _DROPS.search(text):
        return None
    found = _width(scene, zone, size, cache=True)
    if found is None:
        return None
    names = [("kind", kind)]
    if about.name:
        names.append(("model", about.name))
    given: list[tuple[str, Spot]] = [("params", about.count)] if about.count is not None else []
    # what a sentence says of a model's weights is not said of its cache
    if found and (
        found[0].cache
        or zone.start <= found[0].start < zone.stop
        or not re.search(r"\bweights\b", text)
    ):
        names.append(("precision", found[0].name))
    cues = {LOOSE, "label"} if about.label else {LOOSE}
    if cached.of_a_layer(text if len(scene.spots(k, "byte")) == 1 else text[zone.start : zone.stop]):  # fmt: skip
        cues.add("layer")
    if kind == "cache":
        tokens, batch = _held(scene, k)
        if tokens is None and _THIS_BATCH.search(text[: zone.at]):
            for j in range(k - 1, max(-1, k - 3), -1):
                tokens, batch = _held(scene, j)
                if tokens is not None:
                    break
            if batch is None:
                return None
        if tokens is None:
            return None
        given.append(("tokens", tokens))
        if batch is not None:
            given.append(("batch", batch))
        else:
            if re.search(
                r"\bbatch\b|\bconcurren\w+|\b(?:requests|sequences|users|sessions)\b", text, re.I
            ):
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
