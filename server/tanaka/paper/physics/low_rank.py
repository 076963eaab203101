"""Memory that low rank and recomputation are said to save.

"A rank-128 projection of 4,096 × 4,096 gradients cuts the optimizer states by 64×", "a latent of 512
values in place of 128 heads of size 128 makes the cache 57× smaller", "selective recomputation saves
70% of the activations of GPT-3 175B at 2,048 tokens".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.saving import OBJECTS, claimed_saving
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_N = r"(\d{1,3}(?:,\d{3})+|\d+)"
_RANK = Lazy(rf"\branks?(?:[- ](?:of )?|\s?\(?r?\s?=\s?){_N}\b|(?<![\w\\])r\s?=\s?{_N}\b", re.I)
_MATRIX = Lazy(rf"(?<![\d.,]){_N}\s?(?:×|x|by)\s?{_N}(?![\d.]|,\d|\s?(?:×|x)\s?\d)")
_ADAPTER = Lazy(r"\b(?:Q?LoRA|adapters?|low-rank (?:updates?|matrices|factors))\b", re.I)
_PROJECTED = Lazy(r"\bproject(?:s|ed|ion|ions|ing)\b|\bGaLore\b|\bsubspace\b", re.I)
_GRADIENTS = Lazy(r"\bgradients?\b(?! (?:checkpoint|accumul))", re.I)
_TRAINED = Lazy(r"\btrain(?:able|ed|s) (?:parameters|weights)\b|\bfewer (?:trainable )?parameters\b", re.I)  # fmt: skip
_MORE = Lazy(
    r"\b(?:quanti[sz]\w*|\d-bits?|INT\d|NF4|off-?load\w*|prun\w+|spars\w+|together|combin\w+|further|additional(?:ly)?|on top|end-to-end|overall|in total|ranks? (?:between|from)|"
    r"up to|at most|approach\w*|less than|per layer|layer-?wise|embedding)\b",
    re.I,
)
_LATENT = Lazy(
    rf"\blatent(?: (?:vector|state|code|representation)s?)? of (?:only |just |size |dimension )*{_N}\b|\b{_N}[- ]dim(?:ensional)? latent\b|"
    rf"\bcaches? (?:only |just |one |a )*(?:latent |vector |of )*{_N} (?:values|elements|numbers|dimensions)\b",
    re.I,
)
_ROTARY = Lazy(rf"\b(?:and|plus|\+)\s(?:a |an )?(?:{_N}[- ](?:dim(?:ensional)? )?(?:rotary|RoPE|rotated|decoupled)|(?:rotary|RoPE|rotated|decoupled) (?:key )?of (?:size |dimension )?{_N})", re.I)  # fmt: skip
_HEADS = Lazy(rf"\b{_N} (?:KV |key-value |attention |full )?heads of (?:size |dimension |width )?{_N}\b", re.I)  # fmt: skip
_AGAIN = Lazy(r"\b(?P<selective>selective(?:ly)?)\b[^.;]{0,30}\b(?:recomput\w+|checkpoint\w+)|\b(?P<full>full|complete)(?:y|ly)? (?:activation )?(?:recomput\w+|checkpointing)\b|\brecomput(?:ing|es?) (?P<every>(?:every|all|each) layers?)\b", re.I)  # fmt: skip
_ACTIVATIONS = OBJECTS["activations"]
_PARALLEL = Lazy(r"\b(?:sequence|tensor|pipeline|context)[- ]parallel\w*", re.I)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """One saving beside one rank, latent or recomputation, with what it is computed from."""
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        if _MORE.search(text):
            continue
        found = _low_rank(text) or _latent(text)
        given: tuple[tuple[str, Spot], ...] = ()
        named: tuple[tuple[str, str], ...] = ()
        if found is None and (again := _recomputed(scene, k)) is not None:
            kind, given, named = again
            found = kind, (), frozenset({"of-activations"})
        if found is None:
            continue
        kind, counted, cues = found
        skipped = [m.span() for m in _MATRIX.finditer(text)]
        claim = claimed_saving(scene, k, skipped, trained="of-trained" in cues)
        if claim is None or any(claim[0] == spot for _, spot in given):
            continue
        yield LocalPhysical("saving", claim[0], given, (("technique", kind), ("form", claim[1]), *named), counted, cues=cues)  # fmt: skip


Found = tuple[str, tuple[tuple[str, float], ...], frozenset[str]]


def _count(*digits: str | None) -> float:
    return float(next(d for d in digits if d).replace(",", ""))


def _low_rank(text: str) -> Found | None:
    ranks, matrices = list(_RANK.finditer(text)), list(_MATRIX.finditer(text))
    if len(ranks) != 1 or len(matrices) != 1:
        return None
    adapter, projected = bool(_ADAPTER.search(text)), bool(_PROJECTED.search(text))
    if adapter == projected:
        return None
    rank = _count(*ranks[0].groups())
    a, b = (_count(d) for d in matrices[0].groups())
    if not 1 <= rank < min(a, b) or min(a, b) < 16:
        return None
    of = set()
    if _TRAINED.search(text):
        of.add("trained")
    elif OBJECTS["optimizer"].search(text):
        of.add("optimizer")
    elif _GRADIENTS.search(text):
        of.add("gradients")
    if len(of) != 1 or OBJECTS["cache"].search(text) or _ACTIVATIONS.search(text):
        return None
    counted = (("rank", rank), ("rows", min(a, b)), ("columns", max(a, b)))
    return "adapter" if adapter else "projection", counted, frozenset(f"of-{o}" for o in of)


def _latent(text: str) -> Found | None:
    latents, heads = list(_LATENT.finditer(text)), list(_HEADS.finditer(text))
    if len(latents) != 1 or len(heads) != 1 or not re.search(r"\bcach\w+|\bKV\b", text, re.I):
        return None
    counted = [("latent", _count(*latents[0].groups()))]
    if rotary := _ROTARY.search(text):
        counted.append(("rotary", _count(*rotary.groups())))
    counted += list(zip(("heads", "size"), (_count(d) for d in heads[0].groups()), strict=True))
    return "latent", tuple(counted), frozenset({"of-cache"})


def _recomputed(
    scene: Scene, k: int
) -> tuple[str, tuple[tuple[str, Spot], ...], tuple[tuple[str, str], ...]] | None:
    """Which recomputation, of which public model, at how many tokens."""
    text = scene.sentences[k].text
    said = {m.lastgroup or "" for m in _AGAIN.finditer(text)}
    if len(said) != 1 or not _ACTIVATIONS.search(text) or _PARALLEL.search(scene.text):
        return None
    model = scene.only(k, EntityKind.MODEL)[0]
    lengths = scene.spots(k, "1", where=lambda r: r.kind is Kind.SEQ_LEN or r.noun == "token")
    if not model or len(lengths) != 1:
        return None
    kind = "selective" if "selective" in said else "full"
    return kind, (("sequence", lengths[0]),), (("model", model),)
