"""Products of which a sentence states a part: the rest stands elsewhere in the paper.

"We use TP=2, PP=4 and DP=16" multiplies to devices that another section counts, "128 per GPU and
8,192 overall" to a batch over them.  What the whole is, only the paper can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.product.counts import cues_of, plain_count
from tanaka.paper.product.products import (
    BATCH_CUES,
    LAYOUT_CUES,
    LAYOUT_SAID,
    PER_DEVICE,
    batch_roles,
    clauses,
    degrees_of,
    products,
)
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalPart:
    """Counts that multiply to another that is stated elsewhere; ``total`` is -1 where it is that one.

    ``what`` is "layout" or "part of a layout" (degrees), "nodes" (nodes and devices of each),
    "batch" (samples of a device, and of all),
    "accumulated batch" (a micro-batch, its steps, and the batch of all replicas) or "devices of nodes" (nodes, and their devices).
    """

    what: str
    factors: tuple[tuple[str, int], ...]
    total: int
    cues: frozenset[str]


_OTHERS = Lazy(
    r"\b(?:pipeline|tensor|context|stages?|PP|TP|CP|model[- ]parallel\w*|replicas?)\b", re.I
)
_NODES = Lazy(
    r"\b(?:cluster|testbed|platform|hardware|set-?up|system|machine|we (?:use|used|run|ran|have|train)|our|measurements|experiments?)\b",
    re.I,
)
_WHOLE_AFTER = Lazy(
    r"\s*(?:[a-z]+ )?(?:overall|in total|altogether|in all|globally|combined|together)\b"
)
_WHOLE_BEFORE = Lazy(
    r"\b(?:global|total|overall|effective) (?:mini-?)?batch(?:[- ]size)?(?:\s+(?:of|is|was|has))?\s*$|\bin total\s*$",
    re.I,
)
_RACKS = Lazy(r"\b(?:of|with|each|every|per)\s*$")
_OF_GROUP = Lazy(r"[^.;,()\d]{0,40}\(\s*")
_HOLDS = Lazy(
    r"\s*(?:,?\s*(?:each )?(?:of|with|having|equipped with|containing|holding|that (?:each )?have|has|have|hosts?|×)|,? each (?:of which )?(?:with|has|contains|having|holds|hosts|housing|contain\w+))\s*(?:a total of )?"
)


def part_products(sentence: Sentence) -> Iterator[LocalPart]:
    """Products of a sentence with a part that it does not state."""
    readings = sentence.readings
    if not readings:
        return
    whole = {i for p in products(sentence) for i in (p.total, *(k for _, k in p.factors))}
    yield from _degrees(sentence, whole)
    yield from _nodes(sentence, whole)
    yield from _batch(sentence, whole)
    yield from _accumulated(sentence, whole)
    yield from _of_nodes(sentence, whole)


def _degrees(sentence: Sentence, whole: set[int]) -> Iterator[LocalPart]:
    if not any(cue in sentence.text for cue in LAYOUT_SAID):
        return
    for part, first in clauses(sentence):
        degrees = degrees_of(part)
        if len(degrees) < 2 or any(i + first in whole for i in degrees.values()):
            continue
        if any(r.noun == "gpu" and plain_count(r) and not r.per for r in part.readings):
            continue
        named = sorted(degrees, key=("TP", "PP", "CP", "DP").index)
        others = set(m.group().lower() for m in _OTHERS.finditer(part.text))
        full = "DP" in degrees and not (
            ("PP" not in degrees and others & {"pipeline", "stage", "stages", "pp"})
            or ("TP" not in degrees and others & {"tensor", "tp"})
            or ("CP" not in degrees and others & {"context", "cp"})
        )
        cues = cues_of(LAYOUT_CUES, part.text)
        factors = tuple((n, degrees[n] + first) for n in named)
        yield LocalPart("layout" if full else "part of a layout", factors, -1, cues)


def _nodes(sentence: Sentence, whole: set[int]) -> Iterator[LocalPart]:
    readings = sentence.readings
    nodes = [
        i
        for i, r in enumerate(readings)
        if r.noun == "node" and plain_count(r) and r.quantity.point > 1
    ]
    if len(nodes) != 1 or nodes[0] in whole:
        return
    n = nodes[0]
    if n + 1 >= len(readings):
        return
    each = readings[n + 1]
    if (
        each.noun != "gpu"
        or not plain_count(each)
        or not _HOLDS.fullmatch(sentence.between(readings[n], each))
    ):
        return
    if each.per not in ("", "each", "node") or any(
        r.noun == "gpu" and k > n + 1 for k, r in enumerate(readings)
    ):
        return
    cues = _spares(sentence.text)
    if not _NODES.search(sentence.text):
        cues |= {"another's"}  # "Tuning runs on 4 nodes with 8 GPUs" is not of the paper's cluster
    yield LocalPart("nodes", (("nodes", n), ("devices per node", n + 1)), -1, cues)


_SPARE = Lazy(
    r"\b(?:spares?|up to|each of (?:two|three)|respectively|heterogeneous|remaining|idle|of which|partition|pool|of the|only|part of)\b"
)


def _spares(text: str) -> frozenset[str]:
    return cues_of(_SPARE, text)


def _batch(sentence: Sentence, whole: set[int]) -> Iterator[LocalPart]:
    """A batch of each device and of all, without the devices."""
    readings = sentence.readings
    if "micro" in sentence.text or "ccumul" in sentence.text:
        return
    for i, r in enumerate(readings[:-1]):
        total = readings[i + 1]
        if i in whole or not plain_count(r) or not plain_count(total) or not _is_local(sentence, r):
            continue
        gap, after = sentence.between(r, total), sentence.after(total, 24)
        whole_said = _WHOLE_AFTER.match(after) or _WHOLE_BEFORE.search(sentence.before(total, 40))
        bracket = (
            re.fullmatch(r"\s*(?:(?:per|/|a|on each|for each)\s?\w+\s*)?\(", gap)
            and after.startswith(")")
            and not total.noun
        )
        if len(gap) < 40 and not re.search(r"[;]|\bwhile\b", gap) and (whole_said or bracket):
            yield LocalPart("batch", (("batch of a device", i),), i + 1, frozenset())


_ELSEWHERE = Lazy(r"[;?!]|\b(?:while|whereas|but|than|instead|versus|vs|another|other)\b")


def _accumulated(sentence: Sentence, whole: set[int]) -> Iterator[LocalPart]:
    """A micro-batch, its accumulation steps and the global batch, without the replicas."""
    text, readings = sentence.text, sentence.readings
    if "atch" not in text or not ("ccumul" in text or "micro" in text):
        return
    roles = batch_roles(sentence)
    needed = ("micro-batch", "accumulation steps")
    if len(roles) != 3 or "global batch" not in roles or not all(n in roles for n in needed):
        return
    places = sorted(roles.values())
    if whole & set(places) or _ELSEWHERE.search(
        text[readings[places[0]].end : readings[places[-1]].start]
    ):
        return
    if len({"token", "sequence"} & {readings[i].noun for i in places}) > 1:
        return
    cues = cues_of(BATCH_CUES, text)
    factors = tuple((n, roles[n]) for n in needed)
    yield LocalPart("accumulated batch", factors, roles["global batch"], cues)


def _is_local(sentence: Sentence, r: Reading) -> bool:
    batch = r.noun in ("", "sequence", "sample", "batch")
    return batch and (r.per == "gpu" or PER_DEVICE.search(sentence.before(r, 50)) is not None)


def _of_nodes(sentence: Sentence, whole: set[int]) -> Iterator[LocalPart]:
    """Nodes with their devices in brackets: "8 nodes for the trainer (64 GPUs)"."""
    readings = sentence.readings
    for i, r in enumerate(readings[:-1]):
        total = readings[i + 1]
        if (
            r.noun == "node" and plain_count(r) and total.noun == "gpu" and plain_count(total) and not total.per
            and i not in whole and not _RACKS.search(sentence.before(r, 24)) and _OF_GROUP.fullmatch(sentence.between(r, total))
            and sentence.after(total, 2).startswith(")")
        ):  # fmt: skip
            yield LocalPart("devices of nodes", (("nodes", i),), i + 1, frozenset())
