"""Activations of a micro-batch that a stage stores, and how many micro-batches are in flight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import same_name
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_FOR_EACH = Lazy(
    r"\s?of (?:\w+ )?activations (?:for|per|of) (?:every|each|one|a|an)\b(?: of (?:them|these))?(?: micro-?batch\b)?|\s?of (?:\w+ )?activations per micro-?batch\b",
    re.I,
)
_FLIGHT = Lazy(r"[- ]?micro-?batch(?:es)? (?:are|is|stay|remain) (?:then |thus |all )?in flight\b|[- ]?micro-?batches in flight\b", re.I)  # fmt: skip
# Several devices share a stage.
_SEVERAL = Lazy(r"\bgroups? of\b|\bGPUs (?:of|per|in) (?:a|each|every|the|one) stage\b|\bGPUs per stage\b|\btensor[- ]parallel\w*|\bTP\d*\b|\bstages? of (?:two|four|eight|\d+)\b", re.I)  # fmt: skip
_ELSE = Lazy(
    r"\b(?:off-?load\w*|swap\w*|re-?comput\w*|checkpoint\w*|host|not|cannot|would|could|may|might|if|exceed\w*|OOM|out of memory|all (?:stages|devices|GPUs) together)\b", re.I
)  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Bytes of one micro-batch, the micro-batches in flight, and the one device of the passage."""
    names = {same_name(p.name) for k in range(len(scene.sentences)) for p in scene.parts(k)}
    if len(names) != 1 or _SEVERAL.search(scene.text):
        return
    for k in range(len(scene.sentences)):
        each = [s for s in scene.spots(k, "byte") if _FOR_EACH.match(scene.around(s, 1, 60)[1])]
        if len(each) != 1:
            continue
        reach = [j for j in (k, k - 1, k + 1) if 0 <= j < len(scene.sentences)]
        counts: list[Spot] = []
        for j in reach:
            counts += [s for s in scene.spots(j) if _in_flight(scene, s)]
        if len({scene.reading(s).quantity.point for s in counts}) != 1:
            continue
        used = {k, counts[0][0]}
        if any(_ELSE.search(scene.sentences[j].text) for j in used):
            continue
        part = next(p for j in range(len(scene.sentences)) for p in scene.parts(j))
        far = frozenset({"flight"} if counts[0][0] != k else ())
        yield LocalPhysical("stashed", each[0], (("flight", counts[0]),), (("device", part.name),), (), far)  # fmt: skip


def _in_flight(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    text = scene.sentences[spot[0]].text
    return bool(
        r.quantity.unit == "1"
        and r.quantity.point >= 1
        and (_FLIGHT.match(text, r.literal_end) or _FLIGHT.match(text, r.end))
    )
