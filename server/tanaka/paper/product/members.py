"""Groups of anything, what each holds, and all together: racks of nodes, files of samples, runs.

"24 shards with 50 million vectors each, 1.2 billion in total" says of three counts how many groups
there are, how many members each has, and how many members that makes.  The nouns may be any; the
words between the counts must give them their parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.paper.product.counts import LocalProduct, plain_count
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class _Count:
    """A count with what it counts (singular, "" where it is not said), of which kind, and where its words end."""

    index: int
    start: int
    end: int
    noun: str
    kind: frozenset[str] = frozenset()


_STOP = (
    r"with|of|on|in|per|for|and|or|are|is|was|were|each|to|from|that|which|over|at|as|by|has|have|had|apiece|every|a|an|the|"
    r"times|than|where|when|while|so|thus|hence|we|it|they|across|into|among|between|using|via|under|after|before|if|but|"
    r"plus|minus|out|only|both|all|together|altogether|overall|combined|totals?|totall?ing"
)
_WORD = Lazy(rf"[\s~]*[-–]?(?!(?:{_STOP})\b)([A-Za-z][\w/-]*)")
_PLURAL = Lazy(r"\w*(?:[^su\W]s|ses|sses)")
_KNOWN = ("gpu", "node")


_SCALED = Lazy(r"\s*(?:thousand|million|billion|trillion|[kKMBT])\b")


def _whole(r: Reading) -> bool:
    """Whether a reading is a whole number of things with a suffix: "1.2 billion"."""
    value = r.quantity.value
    return not isinstance(value, tuple) and r.quantity.unit == "1" and float(value).is_integer()


def _singular(word: str) -> str:
    word = word.lower()
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _counts(sentence: Sentence) -> list[_Count]:
    """Plain counts of a sentence with the first plural noun behind each."""
    found = []
    for i, r in enumerate(sentence.readings):
        scaled = _SCALED.match(sentence.text, r.literal_end)
        if not (plain_count(r) or (scaled and _whole(r))) or r.quantity.hedged:
            continue
        end, noun = scaled.end() if scaled else r.literal_end, ""
        place = end
        kind = set()
        for _ in range(4):
            word = _WORD.match(sentence.text, place)
            if word is None:
                break
            place = word.end()
            if _PLURAL.fullmatch(word.group(1)):
                noun, end = _singular(word.group(1)), place
                break
            if word.group(1).islower():  # "A100" and "DGX" are no kinds of what is counted
                kind.add(word.group(1))
        if r.noun in _KNOWN:
            end, noun = end if noun else r.end, r.noun
        found.append(_Count(i, r.start, end, noun, frozenset(kind) if noun else frozenset()))
    return found


# -- what one group holds -----------------------------------------------------------------------

_VERB = (
    r"(?:of|with|ha(?:s|ve|ving)|hold(?:s|ing)?|host(?:s|ing)?|contain(?:s|ing)?|carr(?:y|ies|ying)|run(?:s|ning)?|process(?:es|ing)?|"
    r"provid(?:es?|ing)|offer(?:s|ing)?|contribut(?:es?|ing)|compris(?:es?|ing)|(?:is |are )?equipped with|stor(?:es?|ing)|keep(?:s|ing)?|"
    r"serv(?:es?|ing)|featur(?:es?|ing)|hous(?:es?|ing)|generat(?:es?|ing)|produc(?:es?|ing)|sampl(?:es?|ing)|own(?:s|ing)?|get(?:s|ting)?|"
    r"receiv(?:es?|ing)|send(?:s|ing)?|execut(?:es?|ing)|launch(?:es|ing)?|accumulat(?:es?|ing)|us(?:es?|ing)|consist(?:s|ing) of|occup(?:y|ies|ying)|needs?|requires?|takes?|spans?|covers?|consumes?|drives?|×|x|times)"
)
_HOLDS = Lazy(
    rf"\s*(?:[,(]\s*|;\s*(?=each))?(?:(?:and|each|which|that|all|every one)\s+)*(?:each\s+)?(?:of which\s+)?{_VERB}\s*(?:exactly\s+)?"
)
_EACH = Lazy(r"\s*\(?(?:each|apiece)\b(?! (?:of|\w+s?\b (?:ha|ho|co)))")
_PER = Lazy(
    r"\s*(?:(?:per|in each|on each|for each|of each|from each|to each|in every|on every|for every)\s+|/\s?)((?:[A-Za-z][\w-]*\s?){1,3})"
)
_OF_EACH = Lazy(
    r"\s*(?:per|(?:in|on|for|from|to|of) (?:each|every one|every))\s*(?:of\s+)?(?:the\s|our\s|these\s)?\s*"
)
_LEAD = Lazy(
    rf"\b(?:each|every|an?|one|per)\s(?!(?:is|are|of|has|have|holds?|hosts?)\b)((?:[A-Za-z][\w-]*\s){{1,3}}?)(?:{_VERB}\s|we \w+\s|there (?:are|is)\s)(?:[^.;:()]{{0,48}}?(?:,|\band)\s)?$",
    re.I,
)


def _each(sentence: Sentence, counts: Sequence[_Count]) -> dict[int, _Count]:
    """For counts that are those of one group, the count of the groups."""
    text = sentence.text
    found: dict[int, _Count] = {}
    open_: list[int] = []
    for k, e in enumerate(counts):
        after = counts[k + 1] if k + 1 < len(counts) else None
        if after and after.noun and _OF_EACH.fullmatch(text[e.end : after.start]):
            found[k] = after
            continue
        per, lead = _PER.match(text, e.end), _LEAD.search(text[max(0, e.start - 110) : e.start])
        nouns = {_name(w) for words in (per, lead) if words for w in words.group(1).split()}
        own = [c for c in counts if c is not e and c.noun in nouns and not _bound_each(text, c)]
        if len(own) == 1 and e.noun != own[0].noun:
            found[k] = own[0]
        elif not nouns:
            open_.append(k)
    said = {counts[k].noun for k in found}
    for k in open_:
        group, e = counts[k - 1] if k else None, counts[k]
        if group is None or not group.noun or group.noun == e.noun or e.noun in said:
            continue
        gap = text[group.end : e.start]
        held = e.noun and gap.strip() and _HOLDS.fullmatch(gap)
        apiece = _EACH.match(text, e.end) and re.fullmatch(r"[^.;()\d]{0,60}", gap)
        if (held and not _of_these(text, group, gap)) or apiece:
            found[k] = group
    return found


_THESE = Lazy(r"(?<!each of )(?<!every one of )(?<!one of )\b(?:the|all|these|our)\s$", re.I)
_ADJACENT = Lazy(r"\s*[,(]?\s*(?:of|with|×|x|times|each [\w ]*)\s*")


def _of_these(text: str, groups: _Count, gap: str) -> bool:
    """Whether what follows is of all groups: "the 64 devices hold 256"."""
    return bool(_THESE.search(text[: groups.start])) and not _ADJACENT.fullmatch(gap)


# A small number of things that no rule knows is no quantity of its own: "our 3 pods have".
_SMALL = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|twelve|both|several|many)"
_OUTER = Lazy(rf"\b{_SMALL}\s+(?:[A-Za-z][\w-]*\s*){{1,3}}?{_HOLDS.pattern}$", re.I)
_COUNTED = Lazy(rf"\b{_SMALL}\s+[a-z][^.;()]*$", re.I)


def nested(text: str, at: int, since: int = 0) -> bool:
    """Whether groups are those of one of several others: "3 clusters have 16 nodes with 8 each"."""
    return _OUTER.search(text[max(since, at - 70) : at]) is not None


def _bound_each(text: str, c: _Count) -> bool:
    return _EACH.match(text, c.end) is not None or _PER.match(text, c.end) is not None


def _name(word: str) -> str:
    name = _singular(word)
    if name in ("device", "accelerator", "card", "chip", "rank", "worker"):
        return "gpu"
    return "node" if name in ("server", "machine", "host", "instance") else name


# -- all together -------------------------------------------------------------------------------

_MAKES = Lazy(
    r"\btotal|i\.e\.|=|\bgiv(?:es?|ing)\b|\bmak(?:es?|ing)\b|\byield\w*|\boverall\b|\baltogether\b|\bin all\b|\bthat is\b|\bamount\w* to\b|"
    r"\b(?:so|thus|hence|therefore)\b|\badd\w* up\b|\bsum\w*(?: up)? to\b|\bresult\w* in\b|\bcom(?:es|ing) to\b|\bwe have\b"
)
_TOTAL_AFTER = Lazy(
    r"\s*(?:[a-z]+ )?(?:in total|in all|in sum|overall|altogether|total|combined)\b(?=\s*(?:[.,;:)]|$|(?:and|per|on|across|which|with|for|by)\b))"
)
_APART = Lazy(
    r"[?!]|\b(?:while|whereas|but|another|versus|vs|than|instead|unlike|most|some|half|only)\b"
)
_AND = Lazy(r"\band\b")
# What may stand before "1,200 in total", before "or 1,200", and after "With so many of each".
_PLAIN_GAP = Lazy(
    r"[\s,;:.(—–]*(?:(?:each|apiece|for|or|and|so|thus|hence|therefore|i\.e\.,?|that is,?|which|this|it|is|are|were|there|we|have|has|had|get|got|"
    r"use|used|gives?|giving|makes?|making|yields?|yielding|in total|in all|altogether|overall|these|they|hold|holds|reach)[\s,]*)*(?:\(\s*)?",
    re.I,
)
_SO = Lazy(
    r"[^.;()\d]{0,16}?,\s*or\s*|(?:\s*each)?\s*(?:form|make up|build|constitute) (?:a|one|the|our) [\w-]+ (?:of|with) "
)
_THEN = Lazy(
    rf"[^.;()\d]{{0,12}}?,?\s*(?:the|our|this|a|it|we)(?: [\w-]+){{0,2}}? (?:{_VERB}|have|employ|obtain|reach|get)\s*"
)
_WITH = Lazy(r"[;,(]\s*with (?:the |our |its |all )?$")
_ADVERB = Lazy(r"\s(?:thus|hence|therefore|then|together|in total)\s")
_THE = Lazy(r"(?:[^.;,()]{0,12}[,;.]\s*)(?:so |and |so that )?(?:the|all|all the|these)\s*", re.I)
_PART_OF = Lazy(r"\s*(?:of|for|in|on|from|that|which|used|we|with|at|per|under|behind|to|there)\b")
_TOGETHER = Lazy(
    rf"\s*(?:together|combined|jointly|altogether|in total)\s*(?:{_VERB}|provide|make up|form|have)\s*"
)
_SPLIT = Lazy(
    r"\s*(?:in total|overall|altogether)?,?\s*(?:\(|:|—|i\.e\.,?|(?:(?:which|that) )?(?:(?:we|are|is|were|was) )?(?:evenly |equally |uniformly )?(?:split|divided?|distributed?|partitioned|placed|organi[sz]ed|"
    r"arranged|grouped|spread|hosted|packed|cut|stored|sharded|assigned|installed|housed)(?: out)?(?: evenly| equally| uniformly)?\s"
    r"(?:over|across|into|in|among|as|on|between|to|by)|as|on|across|over|in|among|spanning|from)\s*(?:the |our |all |a total of |all of the )*"
)
_RESTATED = Lazy(
    r"\s*(?:in total|overall|altogether)?\s*(?:,|\(|—|:)?\s*(?:or|i\.e\.,?|that is,?)?\s*"
)
_OF_ALL = Lazy(r"\s*of (?:the|all(?: the)?|our|its)\s*")
_OTHER_RATE = Lazy(
    r"\s*(?:each\b|apiece\b|(?:for|to|on|in) (?:each|every)\b|(?:per|/|a|every)\s+)(?!step\b|iteration\b|round\b|epoch\b|update\b|batch\b|run\b|day\b)"
)
_UNEVEN = Lazy(
    r"\b(?:spares?|(?<!add )(?<!adds )(?<!adding )(?<!sum )(?<!sums )(?<!summing )up to|respectively|heterogeneous|either|of which|remain\w*|idle|uneven\w*|first|last|except|other|others|another|some|failed|half|only|"
    r"at most|at least|keep|kept|down|additional\w*|plus|extra|shared|reserved|active|activated|healthy|since|because|dispatchers?|redundant|minus|without|"
    r"excluding|including|instead|virtual|interleav\w*|one more|on average|mean|roughly|about|almost|nearly|adds (?!up)|labell?ed|with the|or more|control|pools|"
    r"varies|vary\w*|twice|thrice|once|drawn|chosen|selected|in use|at a time|as (?:one|the|some)|between|ranging|not|EP|expert[- ]parallel\w*)\b|\bfrom \d",
    re.I,
)


_TIMED = Lazy(r"step|iteration|update|epoch|second|minute|hour|day|week|month|year|token")


def _shortest(sentence: Sentence, chain: list[_Count], e: _Count, total: _Count) -> list[_Count]:
    """Groups of groups, or as many of them as give the total."""
    value = sentence.readings[e.index].quantity.point
    for k, group in enumerate(chain, 1):
        value *= sentence.readings[group.index].quantity.point
        if value == sentence.readings[total.index].quantity.point:
            return chain[:k]
    return chain


def members(sentence: Sentence) -> Iterator[LocalProduct]:
    """Groups, members of each and members in all, whatever they are."""
    if len(sentence.readings) < 3 or _UNEVEN.search(sentence.text):
        return
    counts = _counts(sentence)
    if len(counts) < 3:
        return
    text = sentence.text
    each = _each(sentence, counts)
    for k, group in each.items():
        if _TIMED.fullmatch(group.noun):
            continue  # work in a time is another identity
        e = counts[k]
        chain = [group]
        above = {counts[j].index: g for j, g in each.items()}
        while chain[-1].index in above and len(chain) < 3:
            chain.append(above[chain[-1].index])
        same = [
            c for j, c in enumerate(counts)
            if c is not e and c not in chain and j not in each and _of_one_kind(text, c, e, counts)
        ]  # fmt: skip
        if any(j != k and counts[j].noun == e.noun for j in each):
            continue
        if len(same) != 1 or len({c.index for c in chain}) != len(chain):
            continue
        if len([c for c in counts if c.noun == group.noun and c.index not in above]) > 1:
            continue
        total = same[0]
        if any(_TIMED.fullmatch(c.noun) and c.noun != "token" for c in counts):
            continue  # so many of them in each step
        chain = _shortest(sentence, chain, e, total)
        before = [c.end for c in (e, total) if c.end <= chain[-1].start]
        if nested(text, chain[-1].start, max(before, default=0)):
            continue
        read = sentence.readings
        if read[total.index].quantity.point == read[e.index].quantity.point:
            continue  # said again: "each cluster requires 4 cores, as there are 2 clusters with 4 cores"
        if not _is_all(text, counts, chain, e, total):
            continue
        names = [f"{c.noun}s" for c in reversed(chain)]
        noun = e.noun or total.noun
        factors = (
            *zip(names, (c.index for c in reversed(chain)), strict=True),
            (f"{noun}s per {group.noun}", e.index),
        )
        yield LocalProduct("groups", factors, total.index, frozenset())


def _with(text: str, operands: Sequence[_Count]) -> bool:
    """Whether a condition is named: "with 26 layers"."""
    last = max(c.start for c in operands)
    return text.lstrip().startswith("With ") or _WITH.search(text[:last]) is not None


def total_said(text: str, r: Reading) -> bool:
    """Whether words say that a count is of all: "512 in total"."""
    return _TOTAL_AFTER.match(text, r.end) is not None


def _of_one_kind(text: str, c: _Count, e: _Count, counts: Sequence[_Count]) -> bool:
    """Whether a count counts what another does; what is elided is what was counted before."""
    if c.noun and e.noun:
        return c.noun == e.noun and c.kind <= e.kind
    if c.noun:  # "400 million vectors, or 25 million per device"
        near = [x for x in counts if x.end <= e.start]
        return (bool(near) and near[-1] is c) or _SPLIT.match(text, c.end) is not None
    before = [x for x in counts if x.end <= c.start]
    said = _TOTAL_AFTER.match(text, c.end) or re.search(r"total (?:of )?$", text[: c.start])
    return bool(said) and bool(e.noun) and bool(before) and before[-1] is e


def _is_all(
    text: str, counts: Sequence[_Count], chain: Sequence[_Count], e: _Count, total: _Count
) -> bool:
    """Whether words say that a count is of all groups."""
    operands = (*chain, e)
    first, last = min(c.start for c in operands), max(c.end for c in operands)
    if _OTHER_RATE.match(text, total.end):
        return False
    if any(
        last <= c.start < total.start or total.end <= c.start < first
        for c in counts if c not in operands
    ):  # fmt: skip
        return False
    if total.start >= last:
        gap = text[last : total.start]
        if len(gap) > 70 or _APART.search(gap) or re.search(r"\d", gap):
            return False
        held = text[chain[-1].end : total.start]
        if _HOLDS.fullmatch(_ADVERB.sub(" ", held)) and (
            e.end <= chain[-1].start or _of_these(text, chain[-1], held)
        ):
            return True
        if _TOTAL_AFTER.match(text, total.end) and _PLAIN_GAP.fullmatch(gap):
            return True
        if _SO.fullmatch(gap) or (
            _THEN.fullmatch(gap) and not _AND.search(gap) and _with(text, operands)
        ):
            return True
        if _TOGETHER.fullmatch(text[chain[-1].end : total.start]):
            return True
        if _MAKES.search(gap):
            return not _AND.search(gap) or "total" in gap
        if (
            gap.rstrip().endswith("(")
            and ";" not in gap
            and text[total.end :].lstrip().startswith(")")
        ):
            return len(gap) < 30
        return bool(_THE.fullmatch(gap)) and not _PART_OF.match(text, total.end)
    if total.end <= first:
        nearest = min(operands, key=lambda c: c.start)
        gap = text[total.end : nearest.start]
        if nearest is e:
            return not e.noun and bool(_RESTATED.fullmatch(gap))
        return _SPLIT.fullmatch(gap) is not None
    if _OF_ALL.fullmatch(text[e.end : total.start]):
        return True
    if not e.noun and _RESTATED.fullmatch(text[total.end : e.start]):
        return True
    inner = max((c for c in operands if c.end <= total.start), key=lambda c: c.end)
    return inner is chain[-1] and bool(_TOGETHER.fullmatch(text[inner.end : total.start]))


# -- runs of every seed on every model -----------------------------------------------------------

_RUNS = Lazy(
    r"run|experiment|configuration|combination|job|case|setting|measurement|trial|evaluation|point|cell|simulation|model|"
    r"checkpoint|variant|condition|test|result|execution|scenario|setup|design"
)
_CHOICES = Lazy(
    r"seed|model|dataset|benchmark|workload|setting|configuration|method|system|baseline|trace|task|size|rate|level|policy|"
    r"scheduler|cluster|framework|kernel|shape|input|control|fault|repetition|fold|split|prompt|variant|value|length|budget|"
    r"optimizer|architecture|language|corpus|set|time|scheme|format|load|pattern|algorithm|temperature|schedule|depth|width|"
    r"backend|type|kind|option|run|trial|compiler|precision"
)
_CROSSES = Lazy(
    r"\s*,?\s*(?:and|with|on|over|across|by|for|of|under|×|x|times|in|at|,)?\s*(?:each(?: of)?\s)?(?:the |our )?(?:different |random )?\s*"
)
_CHOSEN = Lazy(r"\s*(?:each|apiece)?\s*(?:\([^()\d]*\))?")


def runs(sentence: Sentence) -> Iterator[LocalProduct]:
    """Choices that are all combined: "5 seeds on 6 models, which gives 30 runs"."""
    if len(sentence.readings) < 3 or _UNEVEN.search(sentence.text):
        return
    text, counts = sentence.text, _counts(sentence)
    for k in range(2, len(counts)):
        total = counts[k]
        if not _RUNS.fullmatch(total.noun) or _OTHER_RATE.match(text, total.end):
            continue
        gap = text[counts[k - 1].end : total.start]
        if len(gap) > 60 or _APART.search(gap) or _AND.search(gap):
            continue
        brackets = gap.strip() == "(" and text[total.end : total.end + 1] == ")"
        restated = re.fullmatch(r"\s*,?\s*or\s*", gap)
        if not (brackets or restated or _MAKES.search(gap) or _TOTAL_AFTER.match(text, total.end)):
            continue
        first = k - 1
        while first and _CROSSES.fullmatch(
            _CHOSEN.sub("", text[counts[first - 1].end : counts[first].start], count=1)
        ):
            first -= 1
        chosen = counts[first:k]
        nouns = [c.noun for c in chosen]
        if (
            len(chosen) < 2
            or len(set(nouns)) < len(nouns)
            or not all(_CHOICES.fullmatch(n) for n in nouns)
        ):
            continue
        if _COUNTED.search(text[max(0, chosen[0].start - 80) : chosen[0].start]):
            continue
        if any(c.end <= chosen[0].start and _CHOICES.fullmatch(c.noun) for c in counts):
            continue  # something else is counted before
        yield LocalProduct(
            "runs", tuple((f"{c.noun}s", c.index) for c in chosen), total.index, frozenset()
        )
