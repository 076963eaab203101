"""Shares of a rate that are kept at a larger scale: "keeps 84% of its small-scale throughput on A and 93% on B"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scaling import CUES, caused, efficiency_form
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_KEEPS = Lazy(
    r"\b(?:keeps?|kept|keeping|retain\w*|preserv\w+|maintain\w*|sustain\w*|holds?|held|stays?|stayed|remains?|remained)\s(?:(?:at|to|still|about|roughly|even|up)\s)*$",
    re.I,
)
_OF_RATE = Lazy(
    r"\s*of\s(?:(?:its|their|the|this|that|linear|ideal|perfect|small-scale|per-\w+|single-\w+|one-\w+|original|initial|starting|\w+'s)\s){0,5}(?:throughput|rate|speed|performance|efficiency|scaling|linear|ideal)\b",
    re.I,
)
_SCALED = Lazy(r"\bscal(?:e|es|ed|ing|ability)\b|\befficienc\w+|\b(?:of|to) (?:perfect|ideal|linear)\b|\bper-(?:GPU|device|node|worker) (?:throughput|rate|speed)|\blarger? (?:cluster|machine|job)s?\b", re.I)  # fmt: skip
# Shares of something else, and whatever may raise a device above itself.
_ELSE = Lazy(r"\b(?:accuracy|quality|score|memory|MFU|HFU|utili[sz]ation|peak|quanti\w+|compress\w*|prun\w+|sparse|distill\w*|baselines?|faster|speed-?ups?|improv\w+|energy|power|cost|price|budget|hit rates?|traffic|clock|predict\w*|expected|estimat\w+|projected|simulat\w+|laws?|recall|loss(?:es)?)\b", re.I)  # fmt: skip
_BY = Lazy(r"\b(?:by|than|from|over|another|additional)\s(?:up to\s|about\s)?$", re.I)
_MORE = Lazy(
    r"\s*(?:lower|smaller|less|fewer|higher|larger|more|faster|better|worse|slower|of (?:the )?(?:time|memory|tokens))\b"
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Shares above all of a list, or behind a verb that keeps."""
    for k, sentence in enumerate(scene.sentences):
        scaled = _SCALED.search(sentence.text) and not _ELSE.search(sentence.text)
        if "%" not in sentence.text or not (scaled or (k and _kept_alone(scene, k))):
            continue
        for i, reading in enumerate(sentence.readings):
            spot, q = (k, i), reading.quantity
            if (
                q.shown_unit != "%"
                or isinstance(q.value, tuple)
                or q.nominal.low <= 1.0
                or q.point > 1.6
            ):
                continue
            if efficiency_form(scene, spot) == "efficiency":
                continue  # told already
            before, after = scene.around(spot, 60, 90)
            kept = _KEEPS.search(before) and _OF_RATE.match(after)
            if _BY.search(before) or _MORE.match(after) or not (kept or in_list(scene, spot)):
                continue
            cues = {"lost"} | ({"cause"} if _explained(scene, k) else set())
            yield LocalPhysical("superlinear", spot, cues=scene.heard(CUES, k) | cues)


# The batch of a device that is held is no cause.
_SAME_WORK = Lazy(
    r"\b(?:fixed|constant|same|equal|unchanged)\s(?:per-\w+\s)?(?:local\s)?(?:batch(?: size)?|work)|\b(?:per-\w+ )?batch(?: size)?(?: (?:per|of each|of every) \w+)?(?: is| was)? (?:held |kept )?(?:constant|fixed|unchanged)"
    r"|\brelative to (?:the |an? )?(?:\d+|one|single|two|four|eight|sixteen)\b"
    r"|\bbatch(?:es)? (?:that )?(?:grows?|growing|scales?|scaled) (?:with|in proportion)",
    re.I,
)


_EXPLAINS = Lazy(r"\b(?:because|since|due to|owing to|thanks to|superlinear|super-linear|more than linear|the (?:reason|cause|gain)|explain\w*|(?:above|over|exceed\w*|beyond|more than) 100)\b|^(?:This|That|It|The (?:latter|last|former))\b", re.I)  # fmt: skip


def _explained(scene: Scene, k: int) -> bool:
    """Whether the sentence, or one beside it that explains something, names what makes a device faster."""
    own = _SAME_WORK.sub("", scene.sentences[k].text)
    beside = [scene.sentences[j].text for j in (k - 1, k + 1) if 0 <= j < len(scene.sentences)]
    told = [own, *(_SAME_WORK.sub("", t) for t in beside if _EXPLAINS.search(t))]
    return any(caused(t) for t in told)


def _kept_alone(scene: Scene, k: int) -> bool:
    """Whether a sentence that says nothing of scaling keeps a share of a rate, the one before having scaled."""
    text = scene.sentences[k].text
    near = scene.sentences[k - 1].text
    return _SCALED.search(near) is not None and not _ELSE.search(f"{near} {text}")


def in_list(scene: Scene, spot: Spot) -> bool:
    """Whether a share is the only one above all among others of its sentence that are losses."""
    shares = [s for s in scene.spots(spot[0], where=lambda r: r.quantity.shown_unit == "%")]
    text = scene.sentences[spot[0]].text
    told = [scene.reading(s) for s in shares if s != spot]
    # "for 4 and 117%": the sign is of the second alone
    others = [r.quantity.point for r in told if "%" in text[r.start : r.end]]
    spoken = any(
        efficiency_form(scene, s) == "efficiency"
        or (_KEEPS.search(scene.around(s)[0]) and _OF_RATE.match(scene.around(s, 10, 90)[1]))
        for s in shares
    )
    return spoken and len(others) >= 1 and all(0.5 <= x <= 1.0 for x in others)
