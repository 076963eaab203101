"""What a time of a sentence is of: a codec, communication, computation or the step, by the nearest noun.

No verb is asked for: "the packing keeps the GPU busy for 9 ms" and "9 ms of packing" are the same.
"""

from __future__ import annotations

import re

from tanaka.paper.physics.scene import Scene, Spot
from tanaka.patterns import Lazy

CODEC = (
    r"encod(?:es?|ing|ers?)|decod(?:es?|ing|ers?)|codecs?|(?:de)?compressi(?:on|ng)|(?:de)?compress(?:es|ors?)|(?:de)?quanti[sz](?:ation|ing|es?|ers?)|(?:un)?packing|"
    r"selection|selecting|sparsif\w+|conversions?|converting|casting|orthogonali[sz]\w+|sketching|projections?"
)
TALK = (
    r"all[- ]?reduc\w+|all[- ]?gather\w*|reduce[- ]?scatter\w*|all[- ]?to[- ]?all\w*|communication|communicat(?:es|ing)|transfers?|transferring|exchang\w+|synchroni[sz]\w+|collectives?|"
    r"traffic|broadcast\w*|gathering|gathers?|network|wire|travels?|shipping|sending|sent|reduction|averag(?:ing|e[sd]?)|rings?|summ?(?:ing|ation|ed|s)|hand-?overs?|migrat\w+|hops?"
)
WORK = r"backward|backprop\w*|forward|comput\w+|attention|GEMMs?|matmuls?|MLPs?|prefill\w*|arithmetic|kernels?|optimi[sz]er"
STEP = r"steps?|iterations?"
_ROLES = (
    ("codec", Lazy(rf"\b(?:{CODEC})\b", re.I)),
    ("talk", Lazy(rf"\b(?:{TALK})\b", re.I)),
    ("work", Lazy(rf"\b(?:{WORK})\b", re.I)),
    ("step", Lazy(rf"\b(?:{STEP})\b", re.I)),
    ("other", Lazy(r"\b(?:launch\w*|latency|start-?up|load(?:ing|er)?|checkpoint\w*|I/O|barriers?|stragglers?|idle|waiting|bubbles?|bucket\w*|timeouts?|intervals?|epochs?|requests?|tokens?|first|queue\w*|scheduling|jitter|data)\b", re.I)),
)  # fmt: skip
# What counts a time, or sets a state, and is nothing that takes it.
_ASIDE = Lazy(
    r"\b(?:per|each|every|in a|in each|in every|of each|of every|of the same|for each|for every|to each|to every|to the|from the|off the|of a|of the) (?:training )?(?:step|iteration)\b(?! (?:time|of \d))|"
    r"\b(?:without|with|no|before|after|under|using) (?:the |any |our |a |its )?(?:\w+ )?(?:compression|quanti[sz]ation|codec|encoding|overlap\w*)\b|\bcompressed\b",
    re.I,
)
_JOINS = Lazy(r"[,;:()]|\b(?:and|while|whereas|but|since|because|as|against|which|that|where)\b", re.I)  # fmt: skip
_IMMEDIATE = Lazy(
    r"^[\s-](?:(?:per|each|every|a) (?:step|iteration) )?(?:(?:of|for|in|on) )?(?:the |its |our |their |this |that )?(?:[\w-]+ ){0,2}?$",
    re.I,
)
_SHARED = Lazy(r"^\s?(?:ms|s|us|µs)?\s?(?:down )?(?:to|instead of|rather than|against|or|versus)\s(?:only |just |about |some )?$", re.I)  # fmt: skip
_REACH = 110  # characters at most between a noun and its time


def roles(scene: Scene, k: int) -> dict[Spot, str]:
    """Role of each time of a sentence; "" where no noun is near."""
    text = _blank(scene.sentences[k].text)
    nouns = [(m.start(), m.end(), role) for role, p in _ROLES for m in p.finditer(text)]
    out: dict[Spot, str] = {}
    last: Spot | None = None
    for spot in scene.spots(k, "s"):
        r = scene.reading(spot)
        if last is not None and _SHARED.match(text[scene.reading(last).end : r.start]):
            out[spot] = out[last]
        else:
            out[spot] = _nearest(text, r.start, r.end, nouns, [scene.reading(s).start for s in out])
        last = spot
    return out


def _blank(text: str) -> str:
    return _ASIDE.sub(lambda m: " " * len(m.group()), text)


def _nearest(
    text: str, start: int, end: int, nouns: list[tuple[int, int, str]], times: list[int]
) -> str:
    best, role = float(_REACH), ""
    for low, high, name in nouns:
        if high <= start:
            between = text[high:start]
            cost = float(len(between)) + 40 * sum(high <= t < start for t in times)
        elif low >= end:
            between = text[end:low]
            cost = 0.0 if _IMMEDIATE.match(between) else 15.0 + len(between)
        else:
            continue
        cost += 25 * len(_JOINS.findall(between))
        if cost < best:
            best, role = cost, name
    return role
