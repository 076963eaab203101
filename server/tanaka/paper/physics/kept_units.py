"""Savings beside what was kept before and what is kept after: "34d bytes per token ... keeps 2d bytes, 17× less".

The two stand in units of their own, letters behind a coefficient or plain numbers: "4.25 units in place
of 13, a reduction of 3.1×".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tanaka.paper.physics.saving import claimed_saving
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

# "34 sbh bytes", "2d bytes", "24 b s h"
_TERM = Lazy(
    r"(?<![\w.,+/*-])(\d+(?:\.\d+)?)\s?·?\s?((?:[sbhdlLnHBS]\s?){1,4})(?:\s|-)?(?:bytes|B)\b"
)
_KEEPS = Lazy(r"\b(?:keep|kept|stor|sav|hold|held|retain|leav|left|need|cost|remember)\w*", re.I)
_MEMORY = Lazy(r"\b(?:activations?|units|memory|stored|footprint|states?|cache)\b", re.I)
_INSTEAD = Lazy(r"\s(?:[\w/-]+\s){0,3}?(?:instead of|rather than|in place of|where it was|down from|against)\s(?:the |its )?(?:usual |previous |original )?$", re.I)  # fmt: skip
_MORE = Lazy(r"\b(?:off-?load\w*|quanti[sz]\w*|compress\w*|together|combin\w+|further|additional(?:ly)?|up to|at most|almost|overall|end-to-end|in total|peaks?)\b", re.I)  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """One factor of a sentence with what is kept after and before."""
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        if not scene.spots(k, "1") or _MORE.search(text):
            continue
        found = _terms(scene, k) or _numbers(scene, k)
        if found is None:
            continue
        before, after, given = found
        claim = claimed_saving(scene, k)
        if claim is None or claim[1] != "factor" or any(claim[0] == s for _, s in given):
            continue
        named = (("technique", "units"), ("form", "factor"))
        far = frozenset({"clause", *(() if given else ("before",))})
        cues = frozenset({"of-activations", "whole"})
        yield LocalPhysical("saving", claim[0], given, named, (("before", before), ("after", after)), far, cues)  # fmt: skip


Found = tuple[float, float, tuple[tuple[str, Spot], ...]]


def _terms(scene: Scene, k: int) -> Found | None:
    """Coefficients of one product of letters, of this sentence and of the three before it."""
    here = list(_TERM.finditer(scene.sentences[k].text))
    if not here or not _KEEPS.search(scene.sentences[k].text):
        return None
    if len(here) == 2:
        earlier, own = here
    elif len(here) == 1:
        (own,) = here
        before = [m for j in range(max(0, k - 3), k) for m in _TERM.finditer(scene.sentences[j].text)]  # fmt: skip
        if len({_coefficient(m) for m in before}) != 1:
            return None
        earlier = before[-1]
    else:
        return None
    if _letters(earlier) != _letters(own):
        return None
    high, low = _coefficient(earlier), _coefficient(own)
    return (high, low, ()) if high > low > 0 else None


def _coefficient(m: re.Match[str]) -> float:
    return float(m.group(1))


def _letters(m: re.Match[str]) -> str:
    return "".join(sorted(m.group(2).replace(" ", "")))


def _numbers(scene: Scene, k: int) -> Found | None:
    """Two plain numbers of which one stands in place of the other, in a passage of memory."""
    text = scene.sentences[k].text
    if "instead" not in text and "place" not in text and "rather" not in text and "down from" not in text and "against" not in text:  # fmt: skip
        return None
    if not _MEMORY.search(scene.text):
        return None
    plain = [
        s
        for s in scene.spots(k)
        if (r := scene.reading(s)).quantity.unit in ("1", "byte")
        and r.quantity.shown_unit not in ("×", "%")
        and r.quantity.bounded
    ]
    pairs = [
        (a, b)
        for a, b in itertools.pairwise(plain)
        if _INSTEAD.fullmatch(text[scene.reading(a).end : scene.reading(b).start])
        and scene.reading(a).quantity.unit == scene.reading(b).quantity.unit
        and scene.reading(a).quantity.shown_unit == scene.reading(b).quantity.shown_unit
    ]
    if len(pairs) != 1:
        return None
    after, before = pairs[0]
    high, low = (scene.reading(s).quantity.point for s in (before, after))
    return (high, low, (("kept", after), ("stored", before))) if high > low > 0 else None
