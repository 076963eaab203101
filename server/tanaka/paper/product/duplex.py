"""A bandwidth of both directions and of one: "900 GB/s in total, 450 GB/s in each direction"."""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.model import How
from tanaka.paper.product.relations import LocalIdentity
from tanaka.paper.product.terms import Term
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_ONE_WAY = Lazy(
    r"\s*(?:,?\s*(?:in|per|for) (?:each|one|a single)?\s?(?:direction|way)\b|unidirectional(?:ly)?|each way|one[- ]way|\(?unidirectional)"
)
_BOTH_WAYS = Lazy(
    r"\s*(?:in (?:total|both)|bidirectional(?:ly)?|total|both ways|aggregate|\(bidirectional|full[- ]duplex|(?:of )?(?:total )?bidirectional)"
)
_APART = Lazy(
    r"[;?!]|\b(?:while|whereas|but|another|versus|vs|than|instead|against|compared|respectively|unlike|except|besides?|next to|"
    r"otherwise|although|though|plus)\b|\.\s"
)
_LINK = Lazy(
    r"\b(?:PCI(?:e|-?X)?|PCI Express|NV-?Link|NV-?Switch|InfiniBand|IB|Ethernet|RoCE|HBM\w*|G?DDR\w*|CXL|UPI|QPI|xGMI|Infinity Fabric|"
    r"Slingshot|Omni-?Path|C2C|ICI|UALink|Gaudi|RDMA|SSDs?|NVMe|DRAM)\b"
)
_SUBJECT = Lazy(r"\b(?:the|an?|our|its|their|each|every|that) [a-z]+(?: [a-z]+)?\s*$")
_REACH = 48


def duplex(sentence: Sentence, found: Sequence[Term]) -> list[LocalIdentity]:
    """The two bandwidths of a sentence, where the words make one of them twice the other."""
    rates = [t.index for t in found if t.role.startswith("bandwidth")]
    if len(rates) != 2 or rates[1] != rates[0] + 1:
        return []
    a, b = (sentence.readings[i] for i in rates)
    gap = sentence.between(a, b)
    if len(gap) > 40 or _APART.search(gap) or _of_two_links(sentence, rates):
        return []
    if _each(sentence, a) != _each(sentence, b):
        return []  # "50 GB/s bidirectional each, 300 GB/s per direction"
    for one, both in (rates, rates[::-1]):
        r, s = sentence.readings[one], sentence.readings[both]
        if _ONE_WAY.match(sentence.after(r, 30)) and _BOTH_WAYS.match(sentence.after(s, 30)):
            total, part = (both, one) if both > one else (one, both)
            two = ("directions", 2.0 if both > one else 0.5)
            name = "one direction" if both > one else "both directions"
            return [
                LocalIdentity(
                    "duplex", ((name, part),), (), total, two, "", True, How.STATED, frozenset()
                )
            ]
    return []


_EACH = Lazy(
    r"[^,;()\d]{0,24}\b(?:each|apiece|per (?:link|lane|brick|port|GPU))\b(?! (?:direction|way))"
)


def _each(sentence: Sentence, r: Reading) -> bool:
    """Whether a bandwidth is that of one link of several."""
    return r.per in ("each", "gpu", "port", "link") or bool(_EACH.match(sentence.after(r, 40)))


def _of_two_links(sentence: Sentence, rates: Sequence[int]) -> bool:
    """Whether the second bandwidth is another link's: "PCIe gives 32 GB/s per direction, NVLink 600 GB/s in total"."""
    text = sentence.text
    a, b = (sentence.readings[i] for i in rates)
    gap = sentence.between(a, b)
    if _SUBJECT.search(gap):
        return True
    names = list(_LINK.finditer(text))
    if len({m.group().lower() for m in names}) < 2:
        return False
    return any(a.end <= m.start() <= b.start or 0 <= m.start() - b.end <= _REACH for m in names)
