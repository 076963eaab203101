"""Bytes of training state that a parameter is said to have: "16 bytes per parameter", "hence 16 bytes in total"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.patterns import Lazy

_STATE = Lazy(r"\b(?:moments?|master|Adam\w*|optimi[sz]er|momentum|variance|states?)\b", re.I)
_PARAMETER = Lazy(r"\bparameters?\b|\bweights?\b", re.I)
_PER = Lazy(r"^[\s-]*(?:of (?:training )?state )?(?:per|for each|for every|of each|a|/)[\s-]?(?:model )?param\w*", re.I)  # fmt: skip
_ALL = Lazy(r"^\s?(?:altogether|in total|in all|together|in sum|overall)\b", re.I)
_SUM = Lazy(r"\b(?:together|altogether|in total|total(?:s|ling)?(?: of)?|adds? up to|sums? to|hence|makes?|that is|i\.e\.,?|comes? to|amounts? to)\s$", re.I)  # fmt: skip
_COSTS = Lazy(r"\b(?:every|each|a|one|per)(?: \w+)? (?:parameter|weight) (?:\w+ ){0,2}?(?:costs?|needs?|takes?|requires?|has|occup(?:y|ies)|uses?|accounts? for|asks? for|carr(?:y|ies)|is|amounts? to|comes? (?:to|with))(?: (?:up|about|roughly|a total of))*\s$", re.I)  # fmt: skip
_LEAN = Lazy(r"\b(?:would|instead|save[sd]?|drop\w*|without|reduc\w+|only the|inference)\b", re.I)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """The bytes of a parameter with its gradient and the state of its optimizer."""
    for k, sentence in enumerate(scene.sentences):
        for spot in scene.spots(k, "byte", where=lambda r: 6 <= r.quantity.point <= 24):
            text = sentence.text
            r = scene.reading(spot)
            near = " ".join(s.text for s in scene.sentences[max(0, k - 1) : k + 1])
            if not _STATE.search(near) or _LEAN.search(text) or not _PARAMETER.search(near):
                continue
            lead, tail = scene.around(spot, 24, 30)
            costs = _COSTS.search(text[: r.start]) and not re.match(r"\s(?:of|for) (?:optimi|moments|weights|gradients|master)", tail)  # fmt: skip
            if r.per == "parameter" or _PER.match(tail) or costs:
                if not _SHARE.match(tail):
                    yield LocalPhysical("recipe", spot)
            elif (_ALL.match(tail) or _SUM.search(lead)) and len(scene.spots(k, "byte")) != 2:
                yield LocalPhysical("recipe", spot)


# "12 bytes per parameter of optimizer state" are no whole
_SHARE = Lazy(r"^[^.;,]{0,24}\b(?:of|for) (?:the |its )?(?:optimi[sz]er|moments|weights|gradients|master)\b", re.I)  # fmt: skip
