"""A model and a hardware utilisation that stand together: "an MFU of 36%; with the recomputed forward pass it is 47%"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

RELATION = "two utilisations"
"""What its claims are called."""

_HARDWARE = r"\bHFU\b|\b[Hh]ardware[- ](?:FLOPs?[- ])?utili[sz]ation"
_MODEL = r"\bMFU\b|\b[Mm]odel[- ](?:FLOPs?[- ])?utili[sz]ation"
_EITHER = Lazy(rf"(?P<hfu>{_HARDWARE})|(?P<mfu>{_MODEL})")
_BEHIND = Lazy(rf"\s?(?:of )?\(?(?:(?P<hfu>{_HARDWARE})|(?P<mfu>{_MODEL}))")
# Two runs, two counts of the work, or what is left open.
_APART = Lazy(
    r"\b(?:baselines?|compared|versus|vs\.?|instead|than|while|whereas|from|improv\w+|ris\w+|rose|drop\w*|respectively|attention|causal|sparse|spars\w+|2:4|peaks? at|average|reported|et al|another|other|earlier|previous\w*|"
    r"would|could|should|if|on the [A-Z]\w*\d\w* (?:and|but))\b"
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """The two of one sentence, or of a sentence and the one before it."""
    for k, sentence in enumerate(scene.sentences):
        if "HFU" not in sentence.text and "ardware" not in sentence.text:
            continue
        for low in (k, k - 1):
            if low < 0:
                break
            told = [(s, w) for j in range(low, k + 1) for s in _shares(scene, j) if (w := _which(scene, s))]  # fmt: skip
            count = sum(len(_shares(scene, j)) for j in range(low, k + 1))
            said = " ".join(scene.sentences[j].text for j in range(low, k + 1))
            if len(told) == count == 2 and {w for _, w in told} == {"hfu", "mfu"}:
                if not _APART.search(said) and not _APART.search(scene.sentences[k - 1].text if k else ""):  # fmt: skip
                    where = {w: s for s, w in told}
                    yield LocalPhysical(RELATION, where["hfu"], (("mfu", where["mfu"]),))
                break


def _shares(scene: Scene, k: int) -> list[Spot]:
    return scene.spots(k, where=lambda r: r.quantity.shown_unit == "%" and r.quantity.bounded)


def _which(scene: Scene, spot: Spot) -> str:
    """Which of the two a percentage is, by the words right behind it or the last before it."""
    text, r = scene.sentences[spot[0]].text, scene.reading(spot)
    behind = _BEHIND.match(text, r.end)
    if behind is not None:
        return "hfu" if behind["hfu"] else "mfu"
    ends = [scene.reading(s).end for s in _shares(scene, spot[0]) if s < spot]
    low = max(ends, default=0)
    found = list(_EITHER.finditer(text, low, r.start))
    if not found or r.start - found[-1].end() > 70 or re.search(r"[;]", text[found[-1].end() : r.start]):  # fmt: skip
        return ""
    return "hfu" if found[-1]["hfu"] else "mfu"
