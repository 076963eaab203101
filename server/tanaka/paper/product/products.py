"""Counts that multiply to another count: parallel layouts, batches, and products written out.

Each function reads one sentence, and takes counts only where the words give them their parts.
Members of groups (devices of nodes, layers of stages) are read in `tanaka.paper.product.groups`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.product.counts import LocalProduct, cues_of, plain_count
from tanaka.paper.product.groups import groups
from tanaka.paper.product.members import members, runs, total_said
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading


@lru_cache(maxsize=16384)
def products(sentence: Sentence) -> tuple[LocalProduct, ...]:
    """Parallel layouts, batch identities, groups and written products of a sentence."""
    if len(sentence.readings) < 2:
        return ()
    found = [
        *_layouts(sentence),
        _grid(sentence),
        *_batches(sentence),
        *groups(sentence),
        *_written(sentence),
    ]
    own = [p for p in found if p is not None]
    totals = {p.total for p in own}
    others = (*members(sentence), *runs(sentence))
    return (*own, *(p for p in others if p.total not in totals))


def _layouts(sentence: Sentence) -> Iterator[LocalProduct | None]:
    """Layouts of a sentence as one, or else of its clauses."""
    if not any(cue in sentence.text for cue in LAYOUT_SAID):
        return
    for part, first in clauses(sentence):
        found = _layout(part)
        if found is not None:
            factors = tuple((name, i + first) for name, i in found.factors)
            yield replace(found, factors=factors, total=found.total + first)


_TIMES = Lazy(r"[\w -]{0,24}?\b(?:times|multiplied by|by)\s|[\w -]{0,24}?\s?[×x]\s?")
_FILLS = Lazy(
    r"[^.;()]{0,48}?\b(?:make up|makes up|fill\w*|give|gives|use|cover\w*|occup\w+|are|on|make|yield|span|form|equal)\b[^.;()\d]{0,24}"
)


def _grid(sentence: Sentence) -> LocalProduct | None:
    """Groups times groups: "8 shards times 8 replicas make up the 64 GPUs", "with TP=4, four replicas fill the 16 GPUs"."""
    readings = sentence.readings
    for a in range(len(readings) - 2):
        first, second, total = readings[a : a + 3]
        if not (
            total.noun == "gpu"
            and not total.per
            and all(plain_count(r) for r in (first, second, total))
        ):
            continue
        if not _FILLS.fullmatch(sentence.between(second, total)) or first.noun == "node":
            continue
        if _TIMES.fullmatch(sentence.between(first, second)):
            return LocalProduct("grid", (("groups", a), ("members", a + 1)), a + 2, frozenset())
    return _replicated(sentence)


def _replicated(sentence: Sentence) -> LocalProduct | None:
    """Degrees of one replica, replicas and devices: "TP=8 and PP=4, and eight replicas fill the 256 GPUs"."""
    readings = sentence.readings
    for a in range(len(readings) - 1):
        copies, total = readings[a : a + 2]
        if copies.noun != "replica" or total.noun != "gpu" or total.per or not plain_count(copies):
            continue
        degrees = degrees_of(sentence)
        if not degrees or "DP" in degrees or not plain_count(total) or max(degrees.values()) > a:
            return None
        if _FILLS.fullmatch(sentence.between(copies, total)):
            names = sorted(degrees, key=_ORDER.index)
            factors = (*((n, degrees[n]) for n in names), ("replicas", a))
            return LocalProduct("grid", factors, a + 1, frozenset())
    return None


def clauses(sentence: Sentence) -> Iterator[tuple[Sentence, int]]:
    """Clauses between semicolons, each with the index of its first reading."""
    text, start, first = sentence.text, 0, 0
    for end in (*(m.start() for m in _SEMICOLON.finditer(text)), len(text)):
        own = tuple(r for r in sentence.readings if start <= r.start < end)
        if own:
            moved = tuple(
                replace(
                    r, start=r.start - start, end=r.end - start, literal_start=r.literal_start - start,
                    literal_end=r.literal_end - start,
                )
                for r in own
            )  # fmt: skip
            yield Sentence(text[start:end], sentence.start + start, moved), first
        first += len(own)
        start = end


_SEMICOLON = Lazy(r";")


# -- TP x PP x CP x DP on n devices -------------------------------------------------------------

_NAMES = {"tensor": "TP", "model": "TP", "pipeline": "PP", "data": "DP", "context": "CP", "TP": "TP", "PP": "PP", "DP": "DP",
          "CP": "CP", "tensor-model": "TP", "MP": "TP"}  # fmt: skip
_ORDER = ("TP", "PP", "CP", "DP")
LAYOUT_CUES = Lazy(
    r"\b(?:spares?|reserved|stand-?by|actors?|rollouts?|another|disaggregated|prefill|decod\w+|respectively|up to|sweep|"
    r"either|between|for the MoE|attention part|experts?|EP|remaining|rest|hybrid|heterogeneous|per node|"
    r"FSDP|HSDP|shard(?:ed|s)? over|each replica|per replica|one replica|a replica|model replica|replicas? of|jobs|instances|or|vary\w*|varies|"
    r"respective|copies|slices?|subset|sub-?clusters?|partitions? of|half of|quarter of|part of)\b|\bfrom \d"
)
_APART = Lazy(
    r"\b(?:while|whereas|but|than|instead|versus|vs|unlike|compared|fine-?tun\w*|evaluat\w*)\b"
)
_LETTERS = "TP|PP|DP|CP|MP"
_KINDS = "tensor|pipeline|data|context|model"
_NAME = rf"(?:(?:{_KINDS})(?:[- ](?:model[- ])?parallel(?:ism)?)?|(?:{_LETTERS}))"
_NAME_LIST = Lazy(
    rf"(?<![\w-]){_NAME}(?:\s*(?:,\s*and\s|,|/|×|x|&|\band\b|·)\s*{_NAME}){{1,3}}(?![\w])", re.I
)
_VALUE_GAP = Lazy(r"\s*(?:,\s*and\s|,|/|×|x|&|and|·)\s*(?:to\s|of\s)?", re.I)
_CONNECTS = Lazy(
    r"[)\]}]?\s*(?:[- ]?parallel(?:ism|ization)?)?\s*(?:degrees?|sizes?|dimensions?|ranks?|group sizes?|layout|grid|mesh|configuration|"
    r"set to|equal to|respectively|with|of|are|to|is|at|were|was|in|as|we use|=|:|,|\s)*[(\[{]?\s*",
    re.I,
)
_BEHIND = Lazy(
    r"\s*(?:GPUs?\s)?(?:layout|grid|mesh|ways?)?\s*(?:[(\[]|for|of|ranks of|,)?\s*(?:for\s)?", re.I
)
_NAMED = Lazy(
    rf"\b({_KINDS}|{_LETTERS})(?:[- ](?:model[- ])?parallel(?:ism|ization)?)?(?:\s*\((?:{_LETTERS})\))?"
    r"(?:\s+(?:degree|size|width|group size|dimension|world size|rank))?"
    r"(?:\s+(?:of|is|was|to|at|with|equal|equals|set|a|an|degree|size)|\s*[=:])*\s*$",
    re.I,
)
_DEGREE_OF = Lazy(
    rf"\bdegrees? of (?:the )?({_KINDS}|{_LETTERS})(?:[- ]parallel(?:ism)?)?(?:\s+(?:of|is|to|at|equal)|\s*=)*\s*$",
    re.I,
)
_WAY = Lazy(rf"[-\s]*({_KINDS}|{_LETTERS})\b", re.I)


LAYOUT_SAID = ("TP", "PP", "DP", "arallel", "tensor", "pipeline", "tp", "pp", "dp")
_OF_NODES = Lazy(r"\s*(?:,? each )?(?:of|with|having|×|x|holding|containing)\s*")


def degrees_of(sentence: Sentence) -> dict[str, int]:
    """Parallel degrees of a clause by name; none where one has two values."""
    readings = sentence.readings
    degrees: dict[str, int] = {}

    def add(name: str, index: int) -> bool:
        known = _NAMES.get(name) or _NAMES[name.lower() if name.lower() in _NAMES else name.upper()]
        if known in degrees:
            return degrees[known] == index
        degrees[known] = index
        return True

    for names, values in _lists(sentence):
        for name, index in zip(names, values, strict=True):
            if not add(name, index):
                return {}
    for i, r in enumerate(readings):
        if not plain_count(r) or i in degrees.values() or r.noun in ("gpu", "node"):
            continue
        if r.noun in ("tp", "pp", "dp", "cp", "mp"):
            if not add(r.noun, i):
                return {}
            continue
        if r.noun == "way":
            way = _WAY.match(sentence.after(r, 40))
            if way and not add(way.group(1), i):
                return {}
            continue
        before = sentence.before(r, 60)
        named = _DEGREE_OF.search(before) or _NAMED.search(before)
        if named and not add(named.group(1), i):
            return {}
    return degrees


_STAGES = Lazy(r"\b(?:pipeline|PP|stages?)\b")
_OF_MORE = Lazy(r"\d (?:\w+ )?of (?:the|our|its|these)\s*$")
_OF_ONE = Lazy(
    r"\b(?:each|every|per|one|a) (?!total|grand|combined)(?:\w+ ){1,2}(?:has |holds |with |of )?$"
)


# "in nodes of four GPUs", "boxes with eight GPUs", "a DGX box (eight GPUs)": what one of them holds
_OF_A_NODE = Lazy(
    r"\b(?:nodes?|box(?:es)?|servers?|machines?|hosts?|chassis|trays?|DGX\w*|HGX\w*|instances?|NVLink domains?|islands?|pods?)"
    r"(?:,? each)?(?:\s(?:of|with|having|holding|containing)|\s?\()\s(?:only |just |exactly )?$|"
    r"\b(?:nodes?|box(?:es)?|servers?|machines?|hosts?|chassis|trays?)\s?\($"
)


def _all_devices(sentence: Sentence, i: int) -> bool:
    """Whether a count without a noun is of the devices counted right before: "..., 512 in total"."""
    readings = sentence.readings
    r = readings[i]
    return (
        i > 0 and not r.noun and readings[i - 1].noun == "gpu" and r.quantity.unit == "1"
        and total_said(sentence.text, r)
    )  # fmt: skip


def _layout(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    degrees = degrees_of(sentence)
    if len(degrees) < 2:
        return None
    totals = [
        i
        for i, r in enumerate(readings)
        if (r.noun == "gpu" or _all_devices(sentence, i)) and plain_count(r) and i not in degrees.values() and r.per == ""
        and not _OF_ONE.search(sentence.before(r, 30)) and not _OF_A_NODE.search(sentence.before(r, 40)) and not _OF_MORE.search(sentence.before(r, 30))
        and not (i and readings[i - 1].noun == "node" and _OF_NODES.fullmatch(sentence.between(readings[i - 1], r)))
    ]  # fmt: skip
    if len(totals) != 1:
        return None
    places = sorted((*degrees.values(), totals[0]))
    if any(_APART.search(sentence.between(readings[a], readings[b])) for a, b in pairwise(places)):
        return None
    factors = tuple(sorted(degrees.items(), key=lambda kv: _ORDER.index(kv[0])))
    whole = {"TP", "PP", "DP"} <= set(degrees)
    cues = cues_of(LAYOUT_CUES, text)
    if whole and cues and cues <= _POOL and _of_pool(sentence, places, totals[0]):
        return LocalProduct("layout of a pool", factors, totals[0], frozenset())
    most = len(degrees) > 2 and "DP" in degrees and not _STAGES.search(text)
    return LocalProduct(
        "layout" if whole else "layout without stages" if most else "part of a layout",
        factors,
        totals[0],
        cues,
    )


# Words that tell of several jobs; nothing where the degrees stand at the devices of one.
_POOL = frozenset({"prefill", "decode", "decoding", "replicas of", "copies", "instances", "jobs", "actors", "rollouts"})  # fmt: skip


def _split(sentence: Sentence) -> float:
    """Devices over which one copy of a model is split."""
    found = degrees_of(sentence)
    return math.prod(sentence.readings[i].quantity.point for n, i in found.items() if n != "DP")


def _of_pool(sentence: Sentence, places: list[int], whole: int) -> bool:
    """Whether degrees and devices follow each other, and no other count of replicas is said."""
    readings = sentence.readings
    span = sentence.text[readings[places[0]].start : readings[places[-1]].end]
    if places[-1] - places[0] != len(places) - 1 or LAYOUT_CUES.search(span):
        return False
    total = readings[whole].quantity.point
    degrees = {readings[i].quantity.point for i in places}
    return all(
        r.quantity.point in degrees or r.quantity.point * _split(sentence) == total
        for r in readings
        if r.noun == "replica" and plain_count(r)
    )  # fmt: skip


def _lists(sentence: Sentence) -> list[tuple[list[str], list[int]]]:
    """Names in a list beside their degrees: "(TP, PP, DP) = (8, 4, 8)", "8x16x4 (tensor, pipeline, data)"."""
    text = sentence.text
    found: list[tuple[list[str], list[int]]] = []
    taken: set[int] = set()
    for match in _NAME_LIST.finditer(text):
        names = re.findall(rf"{_LETTERS}|{_KINDS}(?!\s+parallel\s*,?\s*model)", match.group(), re.I)
        connects = _CONNECTS.match(text, match.end())
        start = connects.end() if connects else match.end()
        values = _values(sentence, start, len(names))
        if not values:
            values = _values_before(sentence, match.start(), len(names))
        if values and not taken & set(values):
            taken |= set(values)
            found.append((names, values))
    return found


def _values(sentence: Sentence, start: int, many: int) -> list[int]:
    """Counts in a list that begins at an offset."""
    readings = sentence.readings
    first = next((i for i, r in enumerate(readings) if r.start >= start), None)
    if first is None or readings[first].literal_start - start > 1 or first + many > len(readings):
        return []
    run = range(first, first + many)
    return list(run) if _is_list(sentence, run) else []


def _values_before(sentence: Sentence, end: int, many: int) -> list[int]:
    """Counts in a list right before an offset."""
    readings = sentence.readings
    last = max((i for i, r in enumerate(readings) if r.end <= end), default=-1)
    if last + 1 < many or not _BEHIND.fullmatch(sentence.text, readings[last].literal_end, end):
        return []
    run = range(last - many + 1, last + 1)
    return list(run) if _is_list(sentence, run) else []


def _is_list(sentence: Sentence, run: range) -> bool:
    readings = sentence.readings
    return all(plain_count(readings[i]) for i in run) and all(
        _VALUE_GAP.fullmatch(sentence.text, readings[i].literal_end, readings[i + 1].literal_start)
        for i in run[:-1]
    )


# -- micro-batch x accumulation steps x replicas ------------------------------------------------

BATCH_CUES = Lazy(
    r"\b(?:grows|ramp\w*|stage|phase|respectively|up to|drop|increas\w*|warm-?up|crops?|augment\w*|or|of (?:two|three|both|each)|small\w*|large\w*)\b"
)
_TOKENS = Lazy(r"\btokens\b")
_GLOBAL = Lazy(
    r"(?:global|total|effective|overall|full|combined|resulting)(?:[- ](?:mini-?)?batch)(?:[- ]size)?(?:\s+(?:of|is|was|to|at|hence|thus|therefore|then|size|has|have|holds|contains|becomes|comprises|reaches|equals|counts)|\s*=|,? i\.e\.,?|\s*:|\()*\s*(?:about )?$"
)
_GLOBAL_AFTER = Lazy(
    r"[\s-]*(?:sequences?|samples?|images?)?[\s-]*(?:global|total|effective|overall|in total)\b"
)
_A_BATCH = Lazy(r"\b(?:a|the|one) batch(?:[- ]size)? (?:of|at|is|to|has|holds)\s*$")
_MICRO = Lazy(
    r"micro-?\s?batch(?:es)?(?:[- ]size)?(?:\s+(?:of|is|was|to|size|set)|\s*[=:])*\s*(?:\w+ )?$"
)
_ACCUMULATES = Lazy(
    r"accumulat\w+(?:\s+(?:steps?|factor|degree|count))?(?:\s+(?:of|over|is|for|across|to|set)|\s*=)*\s*$"
)
_REPLICAS = Lazy(
    r"(?:data[- ]parallel(?:ism)?(?:\s+(?:degree|size|width|group size|world size))?|\bdp(?:\s+(?:degree|size))?)(?:\s+(?:of|is|to|with|at|over|across|degree)|\s*=)*\s*$"
)
_LEARNERS = Lazy(
    r"\s(?:(?:data[- ]parallel|synchronous|participating|selected) )?(?:clients|participants|workers|learners|sites|parties|trainers|replicas)\b"
)
_OF_A_STEP = Lazy(
    r"\s*(?:[a-z]+ )?(?:of|per|in|for|a) (?:a |an |each |every |one )?(?:step|iteration|update)\b"
)
_CONSUMES = Lazy(
    r"\b(?:consum\w+|process\w*|cover\w*|makes?|gives?|uses?|up|yield\w*|reach\w*|are|is|=) (?:the |all |a total of )?$"
)
PER_DEVICE = Lazy(
    r"\b(?:per[- ](?:GPU|device|worker|rank|card|accelerator|replica)|local|device)[- ](?:mini-?)?batch(?:[- ]size)?(?:\s+(?:of|is|was|to)|\s*=)*\s*$",
    re.I,
)
_SPLITS_MODEL = Lazy(r"\b(?:tensor|pipeline|model|context|expert|TP|PP|CP|EP|SP)\b")


def _batches(sentence: Sentence) -> list[LocalProduct | None]:
    text = sentence.text
    if "atch" not in text:
        return []
    return [_batch(sentence), _batch_of_devices(sentence), _batch_in_tokens(sentence)]


def batch_roles(sentence: Sentence) -> dict[str, int]:
    """Parts of a batch by name; none where one is stated twice."""
    roles: dict[str, int] = {}
    for i, r in enumerate(sentence.readings):
        role = _batch_role(sentence, r) if plain_count(r) else ""
        if role and role in roles:
            return {}
        if role:
            roles[role] = i
    return roles


def _batch(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    roles = batch_roles(sentence)
    needed = ("micro-batch", "accumulation steps", "data-parallel replicas")
    if "global batch" not in roles or not all(n in roles for n in needed):
        return None
    factors = tuple((n, roles[n]) for n in needed)
    cues = cues_of(BATCH_CUES, text)
    if any(readings[i].noun == "token" for i in roles.values()):
        cues |= cues_of(_TOKENS, text)
    return LocalProduct("batch", factors, roles["global batch"], cues)


def _batch_role(sentence: Sentence, r: Reading) -> str:
    before, after = sentence.before(r, 60).lower(), sentence.after(r, 30).lower()
    if (
        _GLOBAL.search(before)
        or _GLOBAL_AFTER.match(after)
        or (_A_BATCH.search(before) and "micro" not in before[-24:])
        or (_OF_A_STEP.match(after) and _CONSUMES.search(before))
    ):
        return "global batch"
    if _MICRO.search(before):
        return "micro-batch"
    if r.noun == "gpu" and re.search(r"data[- ]parallel", sentence.text[r.start : r.end], re.I):
        return "data-parallel replicas"
    if (
        r.noun == "accumulation"
        or _ACCUMULATES.search(before)
        or r.noun == "micro-batch"
        or (r.noun == "step" and "accumul" in before)
    ):
        return "accumulation steps"
    if (
        r.noun in ("replica", "dp")
        or _LEARNERS.match(sentence.text, r.literal_end)
        or re.search(r"data[- ]parallel", sentence.text[r.start : r.end], re.I)
        or _REPLICAS.search(before)
        or (r.noun == "way" and re.match(r"[-\s]*(?:data|dp)", after))
    ):
        return "data-parallel replicas"
    return ""


_BATCH_IS = Lazy(r"\bbatch(?:[- ]size)?(?: of| is| was|\s*=)?\s*$")


def _batch_of_devices(sentence: Sentence) -> LocalProduct | None:
    """A batch of each device, the devices, and the global batch, where no model is split."""
    text, readings = sentence.text, sentence.readings
    if _SPLITS_MODEL.search(text) or "micro" in text:
        return None
    each = [
        i for i, r in enumerate(readings)
        if plain_count(r) and r.noun in ("", "sequence", "sample", "batch", "accumulation")
        and (PER_DEVICE.search(sentence.before(r, 50)) or (r.per == "gpu" and (r.noun in ("sequence", "sample") or _BATCH_IS.search(sentence.before(r, 30)))))
    ]  # fmt: skip
    devices = [
        i for i, r in enumerate(readings)
        if plain_count(r) and not r.per and i not in each
        and (r.noun == "gpu" or _REPLICAS.search(sentence.before(r, 60).lower()))
    ]  # fmt: skip
    total = [
        i for i, r in enumerate(readings)
        if i not in each and plain_count(r) and _GLOBAL.search(sentence.before(r, 60).lower())
    ]  # fmt: skip
    if not (len(each) == len(devices) == len(total) == 1):
        return None
    places = sorted((each[0], devices[0], total[0]))
    if any(_APART.search(sentence.between(readings[a], readings[b])) for a, b in pairwise(places)):
        return None
    factors: tuple[tuple[str, int], ...] = (
        ("batch of a device", each[0]),
        ("devices", devices[0]),
    )
    cues = cues_of(BATCH_CUES, text)
    if "ccumul" not in text:
        return LocalProduct("batch", factors, total[0], cues)
    steps = [
        i for i, r in enumerate(readings)
        if plain_count(r) and i not in (*each, *devices, *total) and _batch_role(sentence, r) == "accumulation steps"
    ]  # fmt: skip
    if len(steps) != 1:
        return None
    factors = (*factors, ("accumulation steps", steps[0]))
    return LocalProduct("batch of devices", factors, total[0], cues)


_IN_TOKENS = Lazy(
    r"\s*(?:\(|,?\s*i\.e\.,?|,?\s*or|,?\s*that is,?|=|,|—)\s*(?:about |approximately |roughly |≈\s?|a total of )?",
    re.I,
)


def _batch_in_tokens(sentence: Sentence) -> LocalProduct | None:
    """A batch in sequences of a length, and in tokens: "1,024 sequences of 2,048 tokens, i.e., 2M tokens"."""
    readings = sentence.readings
    if "token" not in sentence.text or any(r.noun in ("step", "epoch") for r in readings):
        return None
    for i in range(len(readings) - 2):
        for count, length, total in ((i, i + 1, i + 2), (i + 1, i + 2, i)):
            a, b, t = readings[count], readings[length], readings[total]
            if a.noun not in ("sequence", "sample") or t.noun != "token" or b.quantity.unit != "1":
                continue
            if not (b.noun == "token" or b.kind is Kind.SEQ_LEN):
                continue
            of = re.fullmatch(
                r",?\s*(?:(?:each\s)?(?:of|with)(?: a)?(?: sequence| context)? ?(?:length|context)?(?: of)?|×)\s*",
                sentence.between(a, b),
            )
            first, second = (b, t) if total > length else (t, a)
            if of and _IN_TOKENS.fullmatch(sentence.between(first, second)):
                factors = (("sequences", count), ("length", length))
                cues = cues_of(BATCH_CUES, sentence.text)
                return LocalProduct("tokens", factors, total, cues)
    return None


# -- "8 x 8 = 64 GPUs" --------------------------------------------------------------------------


_CROSSED = Lazy(r"(?: [a-z-]+){0,2}\s?[×x]\s?")
_EQUALS = Lazy(r"(?: [a-z-]+){0,2}\s?=\s?")


def _written(sentence: Sentence) -> list[LocalProduct]:
    text, readings = sentence.text, sentence.readings
    found: list[LocalProduct] = []
    if "=" not in text:
        return found
    for i in range(len(readings) - 2):
        k = i
        while k + 1 < len(readings) and _CROSSED.fullmatch(
            sentence.between(readings[k], readings[k + 1])
        ):
            k += 1
        total = k + 1
        if (
            k == i
            or total >= len(readings)
            or not _EQUALS.fullmatch(sentence.between(readings[k], readings[total]))
            or not all(plain_count(r) for r in readings[i : total + 1])
            or re.search(r"(?:[\w)]|[×·/+−-]\s?|\bx )$", text[: readings[i].start])
            or not _is_result(readings[total], text[readings[total].end :])
        ):
            continue
        factors = tuple((f"factor {n}", j) for n, j in enumerate(range(i, k + 1), 1))
        found.append(LocalProduct("written", factors, total, frozenset()))
    return found


def _is_result(r: Reading, after: str) -> bool:
    """Whether a product ends with a count: of what we know, or of nothing that could be a unit."""
    if re.match(r"\s?[×x·/+^*]", after):
        return False
    return bool(r.noun) or re.match(r"\s*(?:[),.;:]|$)", after) is not None
