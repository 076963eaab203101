"""Members of groups of one size: devices of nodes, layers of stages, experts of devices.

Of three counts the words must say which is how many groups there are, how many members each has,
and how many there are in all; a cluster of which a part is used proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.product.counts import LocalProduct, cues_of, plain_count
from tanaka.paper.product.members import nested
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class _Sort:
    """Groups and their members: nouns of both, names of the counts, and words that excuse."""

    what: str
    group: frozenset[str]
    member: str
    names: tuple[str, str]
    words: str
    cues: Lazy


_UNEVEN = r"twice|thrice|spares?|up to|respectively|heterogeneous|and three|either|of which|remaining|idle|uneven\w*|first|last|except|other"
_SORTS = (
    _Sort("nodes", frozenset({"node"}), "gpu", ("nodes", "devices per node"), r"(?:DGX |HGX |GPU |compute |worker )*(?:node|server|machine|host|instance)",
          Lazy(rf"\b(?:{_UNEVEN})\b")),
    _Sort("layers", frozenset({"stage"}), "layer", ("stages", "layers per stage"), r"(?:pipeline |virtual )?stage",
          Lazy(rf"\b(?:{_UNEVEN}|embedding\w*|virtual|interleav\w*|chunks?|MoE|dense|attention)\b")),
    _Sort("experts", frozenset({"gpu", "ep", "node"}), "expert", ("devices", "experts per device"), r"(?:GPU|device|rank|EP rank|node|accelerator)",
          Lazy(rf"\b(?:{_UNEVEN}|shared|redundant|replica\w*|duplicat\w*|active|activated|top-?\d?|routes?|hot|layers?)\b")),
)  # fmt: skip
_HOLDS = Lazy(
    r"\s*(?:,\s*|\(\s*)?(?:of|with|each (?:with|of|having|containing|holding|has|have|hosting)|having|containing|has|have|hosts?|holds?|"
    r"contains?|hosting|holding|features?|houses?|carries|carry|comprising|comprises?|(?:is |are |each )?equipped with|that (?:each )?have|(?:which|that) (?:each )?(?:contain|hold|host)s?|×|offering|provides?|process(?:es)?)?\s*"
)
_EACH_AFTER = Lazy(r"\s*(?:each\b|apiece\b|in each\b|per\b|on each\b|/)")
_JOIN = Lazy(
    r"\(|total|i\.e\.|\bor\b|=|giving|making|yielding|overall|altogether|\bthat is\b|amount\w* to|\bso\b|\bthus\b|\bhence\b|\bwe have\b|"
    r"\bfor all\b|\bof the\s*$|\bof all\s*$"
)
_FROM_TOTAL = Lazy(
    r",?\s*(?:\(|i\.e\.,?|on|across|over|in|spread (?:over|across)|from|using|of|as|(?:are |is )?(?:split|divided|distributed|partitioned|placed|organi[sz]ed|"
    r"arranged|grouped|spread|hosted|packed)(?: evenly| equally)?\s(?:over|across|into|in|among|as|on)|spanning|—|:|=)\s*(?:the |our |a total of |all )?"
)
_SPARE = Lazy(r"\b(?:spares?|stand-?by|reserved?|idle|hot)\b", re.I)
_SUM_AFTER = Lazy(r"[^.;,()]{0,12}?(?:in total|overall|altogether|in all)\b")
_APART = Lazy(
    r"[;?!]|\b(?:and|while|whereas|but|another|versus|vs|than|instead|respectively|unlike|most|some|half|only)\b"
)


def groups(sentence: Sentence) -> Iterator[LocalProduct]:
    """Groups, members of each and members in all, where a sentence states all three."""
    nouns = {r.noun for r in sentence.readings}
    for sort in _SORTS:
        if sort.member in nouns and sort.group & nouns:
            found = _grouped(sentence, sort)
            if found is not None:
                yield found


def _grouped(sentence: Sentence, sort: _Sort) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    own = [i for i, r in enumerate(readings) if r.noun in sort.group and plain_count(r)]
    members = [i for i, r in enumerate(readings) if r.noun == sort.member and plain_count(r)]
    if len(own) == 2 and len(members) == 2 and own[1] > members[1] and _SPARE.search(text):
        own.pop()  # "64 nodes ..., 512 GPUs, and four spare nodes"
    if len(own) != 1 or len(members) != 2:
        return None
    each = [i for i in members if _is_each(sentence, sort, own[0], i)]
    if len(each) == 2 and "total" in sentence.between(readings[each[0]], readings[each[1]]):
        each.pop()  # "each node has 8 GPUs, for a total of 128"
    if len(each) != 1:
        return None
    total = next(i for i in members if i != each[0])
    if _OF_SOME.match(sentence.after(readings[total], 16)) or nested(text, readings[own[0]].start):
        return None
    if not _is_whole(sentence, own[0], each[0], total):
        return None
    factors = ((sort.names[0], own[0]), (sort.names[1], each[0]))
    return LocalProduct(sort.what, factors, total, cues_of(sort.cues, text))


# "16 GPUs for each tenant" are not all of them
_OF_SOME = Lazy(r"\s*(?:each\b|apiece\b|(?:for|to) (?:each|every)\b|per\b)")


def _is_each(sentence: Sentence, sort: _Sort, group: int, i: int) -> bool:
    """Whether a count of members is that of one group."""
    r = sentence.readings[i]
    if r.per in ("each", *sort.group):
        return True
    if _EACH_AFTER.match(sentence.after(r, 12)):
        return True
    if i == group + 1:
        gap = sentence.between(sentence.readings[group], r)
        if gap.strip() and _HOLDS.fullmatch(gap):
            return True
    lead = sentence.before(r, 70)
    said = re.search(
        rf"\b(?:each|every|a|one) (?:of (?:the|our) [\w-]+ )?{sort.words}s?\b([^,;()]{{0,30}})$",
        lead,
        re.I,
    )
    return bool(said) and _HOLDS.fullmatch(said.group(1) if said else "") is not None


def _is_whole(sentence: Sentence, group: int, each: int, total: int) -> bool:
    """Whether a count of members is said to be that of all groups."""
    readings = sentence.readings
    last, first = max(group, each), min(group, each)
    if total > last:
        gap = sentence.between(readings[last], readings[total])
        after = sentence.after(readings[total], 30)
        if len(gap) > 70 or _APART.search(gap):
            return False
        if _JOIN.search(gap):
            return _ends(readings[total], after)
        return _SUM_AFTER.match(after) is not None
    if total < first:
        gap = sentence.between(readings[total], readings[first])
        return _FROM_TOTAL.fullmatch(gap.strip()) is not None
    gap = sentence.between(readings[each], readings[total]) if each < total else ""
    return bool(re.fullmatch(r"\s*of (?:the|all(?: the)?|our)\s*", gap))


def _ends(r: Reading, after: str) -> bool:
    return (
        re.match(r"[^.;,()]{0,14}(?:[),.;:]|$| in total| overall| altogether| in all|\s)", after)
        is not None
    )
