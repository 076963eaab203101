"""Scaling efficiencies of prose whose rates stand in a table: "Table 2 shows ...; 91% remain on 64 GPUs"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scales import ladder
from tanaka.paper.physics.scaling import ANOTHER_BASE, CUES, counts_of_devices, efficiency_form
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_STAYS = Lazy(
    r"\b(?:stays?|stayed|remains?|remained|keeps?|kept|holds?|falls?|fell|drops?|dropped|declines?|declined|decreases?|decreased|retains?|retained|reach(?:es|ed)?|sinks?|is still|is)\s(?:(?:at|to|above|around|about|nearly|still|only|down)\s){0,2}$",
    re.I,
)
_OF_ANOTHER = Lazy(
    r"\b(?:M?MFU|HFU|utili[sz]ation|accuracy|memory|bandwidth|bubbles?|peak|hit|overhead|time|cost|energy|power|occupancy|usage|load|cache|lower|higher|faster|slower|share|fraction|exposed|hidden)\b",
    re.I,
)
_SCALED = Lazy(r"\bscal(?:e|es|ing|ability)\b|\befficienc\w+", re.I)
_CLOSES = Lazy(r"\s*(?:[.,;)]|$|(?:at|on|with|for|when|even)\s(?:all\s|only\s)?(?:\d|one|two|four|eight|sixteen|the\s(?:largest|full|whole)))", re.I)  # fmt: skip
# "between 16 and 32 nodes": of a base of its own
_SPAN = Lazy(r"\b(?:between|from)\s\S+(?:\s\w+)?\s(?:and|to)\s|\bdoubl\w+\b|\bprevious\b", re.I)
_TABLE = Lazy(r"\bTab(?:le|\.)|\b(?:last|right(?:most)?) column\b", re.I)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Efficiencies of a passage that points to a table, with the devices that their sentence names."""
    pointed = False
    for k, sentence in enumerate(scene.sentences):
        pointed = pointed or _TABLE.search(sentence.text) is not None
        if not pointed or "%" not in sentence.text:
            continue
        told = [s for s in scene.spots(k, where=lambda r: r.quantity.shown_unit == "%")]
        found = [s for s in told if efficiency_form(scene, s) == "efficiency"]
        if ladder(scene, k) is None:
            for spot in found or [s for s in told if _carried(scene, s)]:
                yield from _claim(scene, spot)


def _carried(scene: Scene, spot: Spot) -> bool:
    """Whether a share is an efficiency of scaling by the sentence before: "Ours stays at 97%"."""
    k = spot[0]
    before, after = scene.around(spot, 48, 40)
    if not _STAYS.search(before) or not _CLOSES.match(after):
        return False
    near = f"{scene.sentences[k - 1].text if k else ''} {scene.sentences[k].text}"
    return _SCALED.search(near) is not None and _OF_ANOTHER.search(near) is None


def _claim(scene: Scene, spot: Spot) -> Iterator[LocalPhysical]:
    k = spot[0]
    counts = counts_of_devices(scene, k)
    text = scene.sentences[k].text
    if ANOTHER_BASE.match(scene.around(spot)[1]) or len(counts) > 2 or _SPAN.search(text):
        return
    if len({scene.reading(s).quantity.point for s in counts}) > 1:
        return
    sized = [r for r in scene.sentences[k].readings if r.kind is Kind.PARAM_COUNT]
    models = [e.name for e in scene.named(k, EntityKind.MODEL)]
    of = " | ".join([*models, *(r.quantity.literal.text for r in sized)])
    given = (("many", counts[0]),) if counts else ()
    named = (("models", of),) if of else ()
    yield LocalPhysical("tabled-efficiency", spot, given, named, far=frozenset({"many"}), cues=scene.heard(CUES, k))  # fmt: skip
