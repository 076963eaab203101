"""Counts that multiply to another count: parallel layouts, nodes, batches, products written out.

Each function reads one sentence, and takes counts only where the words give them their parts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalProduct:
    """Counts that multiply to a total, by index of their readings."""

    what: str
    factors: tuple[tuple[str, int], ...]
    total: int
    cues: frozenset[str]


@lru_cache(maxsize=16384)
def products(sentence: Sentence) -> tuple[LocalProduct, ...]:
    """Parallel layouts, batch identities, node identities and written products of a sentence."""
    found = [_layout(sentence), _batch(sentence), _nodes(sentence), *_written(sentence)]
    return tuple(p for p in found if p is not None)


def plain_count(r: Reading) -> bool:
    """Whether a reading is a whole number of things, without unit, suffix or range."""
    value = r.quantity.value
    return (
        not isinstance(value, tuple)
        and r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and float(value).is_integer()
        and value >= 1
    )


def _cues(pattern: Lazy, text: str) -> frozenset[str]:
    return frozenset(m.group().lower() for m in pattern.finditer(text))


# -- TP x PP x CP x DP on n devices -------------------------------------------------------------

_NAMES = {"tensor": "TP", "model": "TP", "pipeline": "PP", "data": "DP", "context": "CP", "TP": "TP", "PP": "PP", "DP": "DP",
          "CP": "CP", "tensor-model": "TP", "MP": "TP"}  # fmt: skip
_LAYOUT_CUES = Lazy(
    r"\b(?:spares?|reserved|stand-?by|actors?|rollouts?|another|disaggregated|prefill|decod\w+|respectively|up to|sweep|"
    r"either|between|for the MoE|attention part|experts?|EP|remaining|rest|hybrid|heterogeneous|per node|"
    r"FSDP|HSDP|shard(?:ed|s)? over)\b|\bfrom \d"
)
_KINDS = "tensor|pipeline|data|context|model"


def _layout(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    degrees: dict[str, int] = {}

    def add(name: str, index: int) -> bool:
        known = _NAMES[name]
        if known in degrees:
            return False
        degrees[known] = index
        return True

    for names, values in (_listed(sentence), _bracketed(sentence)):
        if len(values) == len(names) and all(plain_count(readings[i]) for i in values):
            for name, index in zip(names, values, strict=True):
                if not add(name, index):
                    return None
    for i, r in enumerate(readings):
        if not plain_count(r) or i in degrees.values():
            continue
        if r.noun in ("tp", "pp", "dp", "cp", "mp"):
            if not add(r.noun.upper(), i):
                return None
            continue
        before, after = sentence.before(r, 48), sentence.after(r, 40)
        if r.noun == "way":
            way = re.match(rf"[-\s]*({_KINDS})\b", after, re.I)
            if way and not add(way.group(1).lower(), i):
                return None
            continue
        named = re.search(
            rf"\b({_KINDS})[- ]parallel(?:ism)?(?:\s+(?:degree|size|width|group size))?(?:\s+(?:of|is|=|to))*\s*$",
            before,
            re.I,
        )
        if named and not add(named.group(1).lower(), i):
            return None
    if not {"TP", "PP", "DP"} <= set(degrees):
        return None
    totals = [
        i
        for i, r in enumerate(readings)
        if r.noun == "gpu" and plain_count(r) and i not in degrees.values() and r.per == ""
    ]
    if len(totals) != 1:
        return None
    factors = tuple(sorted(degrees.items(), key=lambda kv: ("TP", "PP", "CP", "DP").index(kv[0])))
    return LocalProduct("layout", factors, totals[0], _cues(_LAYOUT_CUES, text))


def _listed(sentence: Sentence) -> tuple[list[str], list[int]]:
    """Names in a list, then their degrees: "tensor, pipeline and data parallel degrees of 8, 8 and 16"."""
    text = sentence.text
    match = re.search(
        rf"\b((?:(?:{_KINDS})(?:[- ]parallel)?(?:\s*,?\s+and\s+|\s*,\s*|\s*/\s*|\s*×\s*)){{1,3}}"
        rf"(?:{_KINDS}))(?:[- ]parallel(?:ism)?)?(?:\s+(?:degrees?|sizes?|dimensions?|ranks?|group sizes?))?"
        r"(?:\s+(?:of|are|to|is|at|were|set to|equal to|respectively))*\s*(?=[\d=])",
        text, re.I)  # fmt: skip
    if not match:
        return [], []
    names = [n.lower() for n in re.findall(_KINDS, match.group(1), re.I)]
    first = match.end() - 1
    values = [i for i, r in enumerate(sentence.readings) if r.start >= first][: len(names)]
    if not values:
        return [], []
    span = text[match.end() : sentence.readings[values[-1]].end].strip()
    plain = re.fullmatch(r"[\d\s,/×x]*(?:and)?[\d\s,/×x]*(?:\w+)?", span)
    return (names, values) if plain else ([], [])


def _bracketed(sentence: Sentence) -> tuple[list[str], list[int]]:
    """Letters in brackets, then numbers in brackets: "(TP, PP, DP) = (8, 4, 8)"."""
    match = re.search(
        r"\(\s*((?:TP|PP|DP|CP|MP)(?:\s*[,/×]\s*(?:TP|PP|DP|CP|MP)){1,3})\s*\)\s*(?:=|of|is|set to|:)?\s*\(([\d\s,/×]+)\)",
        sentence.text,
    )
    if not match:
        return [], []
    names = re.findall(r"[A-Z]P", match.group(1))
    inside = range(*match.span(2))
    return names, [i for i, r in enumerate(sentence.readings) if r.literal_start in inside]


# -- micro-batch x accumulation steps x replicas ------------------------------------------------

_BATCH_CUES = Lazy(r"\b(?:tokens|grows|ramp|stage|phase|respectively|up to|drop)\b")


def _batch(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    roles: dict[str, int] = {}
    for i, r in enumerate(readings):
        role = _batch_role(sentence, r) if plain_count(r) else ""
        if role and role in roles:
            return None
        if role:
            roles[role] = i
    needed = ("micro-batch", "accumulation steps", "data-parallel replicas")
    if "global batch" not in roles or not all(n in roles for n in needed):
        return None
    factors = tuple((n, roles[n]) for n in needed)
    return LocalProduct("batch", factors, roles["global batch"], _cues(_BATCH_CUES, text))


def _batch_role(sentence: Sentence, r: Reading) -> str:
    before, after = sentence.before(r, 44).lower(), sentence.after(r, 30).lower()
    if (
        re.search(
            r"(?:global|total|effective) batch(?: size)?(?: of| is| =|, i\.e\.,)*\s*(?:about )?$",
            before,
        )
        or re.match(r"\s*(?:global|total|effective)\b", after)
        or (re.search(r"\ba batch(?: size)? of\s*$", before) and "micro" not in before[-24:])
    ):
        return "global batch"
    if re.search(r"micro-?\s?batch(?:es)?(?: size)?(?: of| is| =|)*\s*(?:\w+ )?$", before):
        return "micro-batch"
    if (
        r.noun == "accumulation"
        or re.search(r"accumulat\w+(?: steps?)?(?: of| over| is)*\s*$", before)
        or r.noun == "micro-batch"
        or (r.noun == "step" and "accumul" in before)
    ):
        return "accumulation steps"
    if (
        r.noun in ("replica", "dp")
        or re.search(r"data[- ]parallel", sentence.text[r.start : r.end], re.I)
        or re.search(
            r"(?:data[- ]parallel(?:ism)?(?: degree| size)?|dp)(?: of| is| =)*\s*$", before
        )
        or (r.noun == "way" and re.match(r"[-\s]*data", after))
    ):
        return "data-parallel replicas"
    return ""


# -- nodes x devices per node -------------------------------------------------------------------

_NODE_CUES = Lazy(
    r"\b(?:spares?|up to|respectively|heterogeneous|and three|CPU|either|of which|remaining|idle)\b"
)
_HOLDS = (
    r"(?:of|with|each (?:with|of|having|containing|holding|has|have)|having|containing|has|have|hosts?|holds?|contains?|"
    r"features?|(?:is |are )?equipped with|that (?:each )?have)"
)
_SUM_WORDS = Lazy(r"\(|total|i\.e\.| or |=|giving|making|yielding|overall|altogether")


def _nodes(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    if sum(r.noun == "node" for r in readings) > 1:
        return None  # "4 nodes with 8 GPUs and 2 nodes with 4": their sum is what is stated
    for i, r in enumerate(readings[:-1]):
        each = readings[i + 1]
        if r.noun != "node" or each.noun != "gpu" or not (plain_count(r) and plain_count(each)):
            continue
        gap = sentence.between(r, each)
        if not re.fullmatch(rf"\s*(?:,\s*|\(\s*)?{_HOLDS}?\s*", gap) or not gap.strip():
            continue
        total = _total_after(sentence, i + 1)
        if total is None and each.per in ("node", "each"):
            total = _total_before(sentence, i)
        if total is not None:
            factors = (("nodes", i), ("devices per node", i + 1))
            return LocalProduct("nodes", factors, total, _cues(_NODE_CUES, text))
    return None


def _total_after(sentence: Sentence, each: int) -> int | None:
    """Devices in all, behind the devices of one node: "64 nodes with 8 GPUs each (512 GPUs)"."""
    text, readings = sentence.text, sentence.readings
    for k in range(each + 1, len(readings)):
        total = readings[k]
        if total.noun != "gpu" or not plain_count(total):
            continue
        join = text[readings[each].end : total.start]
        said = re.fullmatch(
            r"[^.;()]{0,40}?(?:\(\s*|\)?,?\s*i\.e\.,?\s*|,?\s*(?:for|giving|making|yielding|totall?ing)\s+(?:a total of\s+)?|,?\s*or\s+|=\s*|\)?,\s*)(?:in total,?\s*)?",
            join,
        )
        ends = re.match(
            r"[^.;,()]{0,12}(?:\)|,|\.| in total| overall| altogether|$)", text[total.end :]
        )
        if said and ends and _SUM_WORDS.search(join + text[total.end : total.end + 12]):
            return k
    return None


def _total_before(sentence: Sentence, node: int) -> int | None:
    """Devices in all, before the nodes: "64 A100 GPUs (8 nodes with 8 GPUs each)"."""
    readings = sentence.readings
    if not node:
        return None
    total = readings[node - 1]
    if total.noun != "gpu" or not plain_count(total) or total.per:
        return None
    gap = sentence.between(total, readings[node])
    return (
        node - 1
        if re.fullmatch(
            r"\s*(?:\(|,?\s*(?:i\.e\.,?|on|across|over|in|spread over|from|using|of))\s*", gap
        )
        else None
    )


# -- "8 x 8 = 64 GPUs" --------------------------------------------------------------------------


def _written(sentence: Sentence) -> list[LocalProduct]:
    text, readings = sentence.text, sentence.readings
    found: list[LocalProduct] = []
    for i in range(len(readings) - 2):
        k = i
        while k + 1 < len(readings) and re.fullmatch(
            r"\s?[×x]\s?", sentence.between(readings[k], readings[k + 1])
        ):
            k += 1
        total = k + 1
        if (
            k == i
            or total >= len(readings)
            or not re.fullmatch(r"\s?=\s?", sentence.between(readings[k], readings[total]))
            or not all(plain_count(r) for r in readings[i : total + 1])
            or re.search(r"(?:[\w)]|[×·/+−-]\s?)$", text[: readings[i].start])
            or not _is_result(readings[total], text[readings[total].end :])
        ):
            continue
        factors = tuple((f"factor {n}", j) for n, j in enumerate(range(i, k + 1), 1))
        found.append(LocalProduct("written", factors, total, frozenset()))
        break
    return found


def _is_result(r: Reading, after: str) -> bool:
    """Whether a product ends with a count: of what we know, or of nothing that could be a unit."""
    if re.match(r"\s?[×x·/+^*]", after):
        return False
    return bool(r.noun) or re.match(r"\s*(?:[),.;:]|$)", after) is not None
