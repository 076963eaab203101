"""Links that a part does not have, and traffic between nodes at the rate of the links inside one.

"The two L40S reduce it over NVLink", "147 MB over its 450 GB/s share of the InfiniBand network".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

OVER_NVLINK = Lazy(
    r"\b(?:over|via|through|across|uses?|using|with|on|by)\s(?:the\s|its\s|their\s|an?\s|full\s|fast\s|[\d.,]+\s?GB/s\s(?:of\s)?)*NVLink(?:\s(?:bridges?|links?))?\b(?!\s(?:nodes?|servers?|machines?|box|systems?|clusters?|GPUs?))",
    re.I,
)
DENIED = Lazy(
    r"\b(?:no|not|without|lacks?|lacking|absen\w+|cannot|would|could|if|unlike|instead|than|neither|nor|missing|were|unavailable|only|other|emulat\w+|simulat\w+|as though|versus|vs|against|compared|while|whereas|but)\b|n't\b",
    re.I,
)
_NETWORK = (
    r"(?:InfiniBand|Ethernet|RoCE|RDMA|IB|EFA|network|NICs?|HCAs?|fabric between (?:the )?nodes)"
)
_RATE_OF = Lazy(rf"\s?(?:(?:share|part|slice|bandwidth|rate|link|port|adapter|connection)\s)?(?:of (?:the |its |an? |our )?|(?:per|a|for each|of each) \w+ (?:of|on|over|over the|on the) )?(?:[HNEX]DR )?{_NETWORK}\b", re.I)  # fmt: skip
_OF_RATE = Lazy(rf"\b{_NETWORK}\b[^.;,\d]{{0,40}}(?:of|at|with|offers?|gives?|provides?|delivers?|is|has)\s(?:about\s|only\s)?$", re.I)  # fmt: skip
_APIECE = Lazy(r"\b(?:its|each|every|per|one|a)\s(?:[\w-]+\s){0,2}?(?:GPU|device|rank|card|accelerator)\b|\bits\b|/GPU\b|\bper-GPU\b", re.I)  # fmt: skip
_WHOLE = Lazy(r"\b(?:per|each|every|a|whole) (?:node|server|machine)\b|\b(?:aggregate|total|combined|all (?:eight|four|ports|rails|adapters)|together|both directions|bisection)\b", re.I)  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Parts that are credited with NVLink, and rates of a network for one device."""
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        m = OVER_NVLINK.search(text)
        if m is not None and not DENIED.search(clause(text, m.start(), m.end())):
            yield from _linkless(scene, k, m.start())
        if "B" in text:
            yield from _priced(scene, k)


_CLAUSE_BEFORE = Lazy(r".*(?:;|,\s(?:and|but|while|whereas|so)\b)", re.S)
_CLAUSE_END = Lazy(r"[;,:]|\.\s|$")


def clause(text: str, start: int, end: int) -> str:
    """The clause around a stretch of a sentence."""
    before = _CLAUSE_BEFORE.match(text, 0, start)
    after = _CLAUSE_END.search(text, end)
    return text[before.end() if before else 0 : after.start() if after else len(text)]


def _linkless(scene: Scene, k: int, at: int) -> Iterator[LocalPhysical]:
    parts = scene.parts(k)
    names = {p.name for p in parts}
    if len(names) != 1 or not parts or parts[0].start > at or "NVLink" in parts[0].name:
        return
    spot = parts[0].count_at or next(iter(scene.spots(k)), None)
    if spot is not None:
        yield LocalPhysical("linkless", spot, named=(("device", parts[0].name),))


def _network(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 70, 60)
    return bool(_RATE_OF.match(after) or _OF_RATE.search(before))


def _priced(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """A rate of the network beside one device, with the bytes and the time that it is to explain."""
    text = scene.sentences[k].text
    rates = [s for s in scene.spots(k, "byte/s", where=_single) if _network(scene, s)]
    if len(rates) != 1 or _WHOLE.search(text) or not _APIECE.search(text):
        return
    sizes, times = scene.spots(k, "byte", where=_single), scene.spots(k, "s", where=_single)
    links = {e.name.lower() for e in scene.named(k, EntityKind.LINK)}
    if any("nvlink" in name for name in links):
        return
    given: tuple[tuple[str, Spot], ...] = ()
    if len(sizes) == 1 and len(times) == 1:
        given = (("payload", sizes[0]), ("time", times[0]))
    if not _SUPPOSED.search(text):
        yield LocalPhysical("network-price", rates[0], () if _IN_PART.search(text) else given)


# "If a group spans nodes, this takes 2.9 ms" supposes no other network.
_SUPPOSED = Lazy(r"\b(?:had|were|would|could|suppose\w*|imagin\w+|hypothetic\w+|ideal\w*|not|no|cannot|never|future|simulat\w+|emulat\w+|target|need\w*|requir\w+)\b|n't\b", re.I)  # fmt: skip
# A part of the bytes, or of the time.
_IN_PART = Lazy(r"\b(?:half|halves|thirds?|quarters?|eighths?|sixteenths?|fraction|exposed|hidden|hides?|overlap\w*|remain\w*|rest|per (?:hop|chunk|bucket|layer)|compress\w*|but|first|extra|additional|instead)\b|%", re.I)  # fmt: skip


def _single(reading: Reading) -> bool:
    return reading.quantity.point > 0 and reading.quantity.shown_unit != "%"
