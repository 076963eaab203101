"""A utilisation beside tokens per second: "3,900 tokens/s per A100, an MFU of 53%"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.paper.physics.throughput import rate_claim
from tanaka.paper.physics.utilization import CUES, peak_share
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_OTHER = Lazy(
    r"\b(?:decod\w+|generat\w+|prefill\w*|infer\w*|serv(?:e|es|ed|ing)|whereas|while|versus|vs|compared|than|from|improv\w+|respectively|at best|up to|peaks? at|on average|averag\w+)\b",
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """One MFU or HFU and one rate of tokens of a sentence, with model and devices."""
    for k, sentence in enumerate(scene.sentences):
        if "%" not in sentence.text or "token" not in sentence.text or _OTHER.search(sentence.text):
            continue
        rates = scene.spots(k, "token/s")
        if len(rates) != 1 or scene.spots(k, "FLOP/s"):
            continue
        shares = [s for s in scene.spots(k) if scene.reading(s).quantity.shown_unit == "%"]
        told = [(s, f[0]) for s in shares if (f := peak_share(scene, s, [])) and f[0] in ("MFU", "HFU")]  # fmt: skip
        if len(told) != 1:
            continue
        claim = rate_claim(scene, k, rates[0], phase="training")
        if claim is None:
            continue
        share, kind = told[0]
        lengths = [
            s for j in (k, k - 1) if j >= 0
            for s in scene.spots(j, "1", kind=Kind.SEQ_LEN) if scene.reading(s).quantity.bounded
        ]  # fmt: skip
        length = (("sequence", lengths[0]),) if len(lengths) == 1 else ()
        yield replace(
            claim, relation="token-utilization", number=share, named=(*claim.named, ("kind", kind)),
            given=(("rate", rates[0]), *claim.given, *length), cues=claim.cues | scene.heard(CUES, k),
        )  # fmt: skip
