"""What sentences without a number say of links: NVLink where a part has none, or between nodes.

Told as mentions ("link-linkless", "link-between-nodes", "link-tensor-inside"); the part may stand in the
sentence before ("They exchange activations over NVLink").
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.mentions import role_of
from tanaka.paper.model import Where
from tanaka.paper.physics.link_price import DENIED, OVER_NVLINK, clause
from tanaka.paper.physics.scene import Scene
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

_HOSTS = r"(?:nodes|servers|machines|hosts|workstations|boxes|desktops|chassis)"
_BETWEEN_NODES = Lazy(
    rf"\b(?:between|across|among)\s(?:(?:the|our|its|these|all|different|two|four|eight|both|separate|neighbou?ring|\w+ and \w+)\s){{0,3}}?{_HOSTS}\b|\binter-node\b|\bfrom (?:one )?(?:node|server|machine) to (?:another|the (?:next|other)|node|server|machine)\b",
    re.I,
)
_PRONOUN = Lazy(
    r"\b(?:within|inside|in) (?:an?|each|every|one|the) (?:\w+ )?(?:instance|node|server|machine|box|host|workstation)\b|\b(?:they|it|these|those|the (?:two|four|eight|cards?|GPUs?|devices?|boards?|pair|accelerators?)|both|each (?:card|GPU|device))\b",
    re.I,
)
# "which has no bubble": a link that is added to a part, or a part of another kind beside it.
_OTHER_PART = Lazy(r"\bother (?:GPUs?|cards?|machines?|nodes?)\b|\bNVLink-(?:equipped|capable|connected)\b|\bmodified\b|\bNVSwitch\b|\bNVL\d+\b", re.I)  # fmt: skip
_INSIDE = Lazy(
    r"\b(?:should not|must not|may not|do(?:es)? not|never|not|without) (?:leav\w*|cross\w*|span\w*|exceed\w*)\s(?:\w+\s)?(?:an?|the|one|its|our|each|single)\s(?:single\s|\w+\s)?(?:node|server|machine|host|NVLink domain)\b"
    r"|\b(?:inside|within|confined to|restricted to|limited to|kept in|kept on|stays? (?:in|on|inside|within)|local to|keep (?:it|them|this|TP|tensor parallelism|this traffic) (?:in|inside|within|on))\s(?:an?|the|one|each|every|its|our|a single)\s(?:single\s)?(?:node|server|machine|host|NVLink domain)\b",
    re.I,
)
_CARRIES = Lazy(
    r"\bNVLink(?: bridges?| links?)? (?:carries|carry|moves?|transports?|handles?|joins?|connects?|links?)\b"
)
_WITHIN = Lazy(r"\b(?:within|inside|intra-\w+|locally|neighbou?r(?:ing)? (?:GPU|card|device)s?|in (?:a|each|one) (?:node|server)|links? of|NICs?|RDMA|network|fabric)\b", re.I)  # fmt: skip
_NETWORK = Lazy(r"\b(?:InfiniBand|Ethernet|RoCE|EFA|Slingshot|Omni-Path)\b")
_TENSOR = Lazy(r"\b[Tt]ensor[- ]parallel\w*|\bTP\b")
_LOOSE = Lazy(r"\b(?:could|would|if|except|unless|usually|often|typically|most(?:ly)?|where(?:ver)? possible|when(?:ever)? possible|cannot|longer|some|smaller)\b|n't\b", re.I)  # fmt: skip


@lru_cache(maxsize=8192)
def link_words(said: tuple[Sentence, ...], k: int, where: Where) -> tuple[LocalWord, ...]:
    """Links that a sentence credits."""
    text, out = said[k].text, []
    m = (OVER_NVLINK.search(text) or _CARRIES.search(text)) if "NVLink" in text else None
    if m is not None:
        own = clause(text, m.start(), m.end())
        role = role_of(text, m.start(), where)
        between = _BETWEEN_NODES.search(own)
        mixed = _NETWORK.search(text) or _WITHIN.search(own) or _OTHER_PART.search(text)
        if between and not DENIED.search(own) and not mixed:
            out.append(LocalWord("link-between-nodes", role, m.start(), m.end()))
        part = "" if between else _part(said, k, m.start())
        if part and not DENIED.search(own):
            out.append(LocalWord("link-linkless", role, m.start(), m.end(), (("device", part),)))
    if net := _NETWORK.search(text):
        out.append(
            LocalWord("link-network", role_of(text, net.start(), where), net.start(), net.end())
        )
    if _TENSOR.search(text) and not _LOOSE.search(text) and (inside := _INSIDE.search(text)):
        role = role_of(text, inside.start(), where)
        out.append(
            LocalWord(
                "link-tensor-inside",
                "ours" if role == "negated" else role,
                inside.start(),
                inside.end(),
            )
        )
    return tuple(out)


def _part(said: tuple[Sentence, ...], k: int, at: int) -> str:
    """The part that goes over the link; one of the sentence before where a pronoun means it."""
    scene = Scene(said)
    if any(not isinstance(r.quantity.value, tuple) for r in said[k].readings) and scene.parts(k):
        return ""  # told at its number
    for j in (k, k - 1):
        if j < 0 or (j < k and not _PRONOUN.search(said[k].text, 0, at)):
            break
        parts = scene.parts(j)
        names = {p.name for p in parts}
        if names:
            name = parts[0].name
            one = len(names) == 1 and (j < k or parts[0].start < at)
            return (
                name
                if one
                and "NVLink" not in name
                and not _OTHER_PART.search(said[j].text + said[k].text)
                else ""
            )
    return ""
