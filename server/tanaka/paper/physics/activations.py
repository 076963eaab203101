"""A batch whose activations are all kept: "without recomputation, 32 sequences of 8K on one A100"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

KEPT = Lazy(
    r"\b(?:without|no) (?:any |using |use of )?(?:activation |gradient |layer )?(?:re-?comput\w+|checkpoint\w+)|"
    r"\b(?:all|every) (?:of the )?(?:intermediate )?activations? (?:of \w+ layers? )?(?:is|are|stays?|remains?) (?:kept|stored|held|saved|cached|resident|in (?:GPU|device) memory)|"
    r"\b(?:stor|keep|kept|hold|held|sav)\w* (?:all|every)(?: of the| the)? (?:intermediate )?activations?|"
    r"\b(?:re-?comput\w+|checkpointing) (?:is|was|are) (?:off|disabled|turned off|switched off|not (?:used|needed|enabled))|"
    r"\bnothing is re-?computed|\b(?:do|does|did) not (?:re-?compute|checkpoint)|\bnever re-?comput\w+",
    re.I,
)  # fmt: skip
_ELSE = Lazy(
    r"\b(?:revers\w+|invert\w*|host|off-?load\w*|would|could|may|might|cannot|can't|does not fit|do not fit|not fit|out[- ]of[- ]memory|OOM|exceed\w*|infeasible|"
    r"impossible|runs? out|fail\w*|inference|infer|serv(?:e|es|ing)|decod\w+|prefill|up to|at most)\b",
    re.I,
)  # fmt: skip
# A sequence that several devices share.
_SPLIT = Lazy(r"\bsequences?\b[^.;]{0,40}\b(?:split|divided|shared|cut|spread) (?:over|across|among|between)\b|\bsequences? per (?:node|group)\b", re.I)  # fmt: skip
_WIDTH = Lazy(
    r"\b(?:width|hidden (?:size|dimension|width)s?|model (?:dimension|width)|embedding (?:size|dimension)|d_?model)(?: of| is| =|,)?\s?$|\b(?:h|d)\s?=\s?$",
    re.I,
)  # fmt: skip
_WIDE = Lazy(r"^[- ](?:wide|dimensional|hidden|wide hidden)\b", re.I)
_BATCH = Lazy(r"\b(?:micro-?)?batch(?:es)?(?: sizes?)?(?: of| is| =)?\s?$", re.I)
CUES = {
    "accumulation": Lazy(r"\baccumulat\w+", re.I),
    "global": Lazy(r"\b(?:global|total|effective) batch\b", re.I),
    "micro": Lazy(r"\bmicro-?batch\w*|\bper (?:GPU|device)\b|\bat once\b|\bsimultaneous\w*", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Batch, length, layers, width and devices of a passage that says that nothing is recomputed."""
    for k, sentence in enumerate(scene.sentences):
        if not KEPT.search(sentence.text):
            continue
        reach = [j for j in (k, k - 1, k + 1, k - 2) if 0 <= j < len(scene.sentences)]
        if _ELSE.search(sentence.text) or any(
            _SPLIT.search(scene.sentences[j].text) for j in reach
        ):
            continue
        batch = _one(scene, reach, _is_batch)
        length = _one(scene, reach, _is_length)
        layers = _one(scene, reach, _is_layers)
        width = _one(scene, reach, _is_width)
        model = next((n for j in reach if (n := scene.only(j, EntityKind.MODEL)[0])), "")
        part = next((p for j in reach if (p := scene.part(j)) is not None), None)
        shaped = bool(layers and width) or model
        if not (batch and length and shaped and part):
            continue
        if any(_ELSE.search(scene.sentences[s[0]].text) for s in (batch, length)):
            continue
        given = [("sequence", length)]
        given += [(role, spot) for role, spot in (("layers", layers), ("hidden", width)) if spot]
        counted: tuple[tuple[str, float], ...] = ()
        if part.count_at is not None and part.nodes_at is None and not part.system:
            given.append(("devices", part.count_at))
        else:
            counted = (("devices", part.count or 1.0),)
        named = (("device", part.name), *((("model", model),) if model else ()))
        far = frozenset(role for role, spot in given if spot[0] != batch[0])
        cues = scene.heard(CUES)
        said = KEPT.search(sentence.text)
        if said is not None and batch[0] == k and said.start() < scene.reading(batch).start:
            cues |= {"denied-before"}  # "without recomputation, 32 sequences": it denies no number
        yield LocalPhysical("activations", batch, tuple(given), named, counted, far, cues)


def _one(scene: Scene, reach: list[int], fits: Callable[[Sentence, Reading], bool]) -> Spot | None:
    """The one number that fits, of the nearest sentence that has one; None where there are two values."""
    for j in reach:
        s = scene.sentences[j]
        found = [spot for spot in scene.spots(j, "1") if fits(s, scene.reading(spot))]
        if found:
            values = {scene.reading(f).quantity.point for f in found}
            return found[0] if len(values) == 1 else None
    return None


def _is_batch(s: Sentence, r: Reading) -> bool:
    if not r.quantity.bounded or not r.quantity.point.is_integer():
        return False
    if r.noun in ("sequence", "sample"):
        return True
    return r.noun == "" and r.quantity.point < 65536 and bool(_BATCH.search(s.before(r, 24)))


def _is_length(s: Sentence, r: Reading) -> bool:
    del s
    return r.kind is Kind.SEQ_LEN and r.quantity.bounded


def _is_layers(s: Sentence, r: Reading) -> bool:
    del s
    return r.noun == "layer" and r.quantity.count


def _is_width(s: Sentence, r: Reading) -> bool:
    around = _WIDTH.search(s.before(r, 30)) or _WIDE.match(s.text[r.literal_end :])
    return bool(around) and r.quantity.point >= 64
