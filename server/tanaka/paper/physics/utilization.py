"""Utilisation beside a rate: "138 TFLOP/s per A100, 44% of peak"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.patterns import Lazy

_MFU = Lazy(r"\bMFU\b|\bmodel[- ]FLOPs?[- ]utili[sz]ation\b", re.I)
_HFU = Lazy(r"\bHFU\b|\bhardware[- ]FLOPs?[- ]utili[sz]ation\b", re.I)
_OF_PEAK = Lazy(
    r"\s*of\s+(?:the\s|its\s|their\s|that\s)?(?:theoretical\s|nominal\s|dense\s|hardware\s|device\s|[A-Z][\w-]*['’]s\s)*peak\b"
)
CUES = {
    "recompute": Lazy(r"\brecomput\w*|\bcheckpointing\b", re.I),
    "attention": Lazy(r"\battention (?:term|FLOPs)\b|\b6N\b", re.I),
    "achievable": Lazy(r"\b(?:achievable|attainable|roofline|cuBLAS|sustained peak|power[- ]limit\w*|capped)\b", re.I),
    "sparse": Lazy(r"\b2:4\b|\bspars\w+", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A rate and a percentage of peak, or an MFU, in one sentence that names one part at most."""
    for k, sentence in enumerate(scene.sentences):
        rates = scene.spots(k, "FLOP/s")
        shares = scene.spots(k, where=lambda r: r.quantity.shown_unit == "%")
        if len(rates) != 1 or len(shares) != 1:
            continue
        before, after = scene.around(shares[0], 40, 40)
        hfu = _HFU.search(before) or _HFU.match(after.lstrip())
        if not (hfu or _OF_PEAK.match(after) or _MFU.search(before + " " + after)):
            continue
        part, formats = scene.part(k), scene.formats(k)
        named = (
            *((("device", part.name),) if part is not None else ()),
            *((("precision", formats[0]),) if len(formats) == 1 else ()),
            ("kind", "HFU" if hfu else "MFU"),
        )
        yield LocalPhysical(
            "utilization", shares[0], (("rate", rates[0]),), named, cues=scene.heard(CUES, k)
        )
        del sentence
