"""Amounts, rates and durations that are stated together.

Numbers are taken together only where their words make them one run's: they stand side by side,
each role of an identity once, and brackets, "i.e.", "for a total of" or the like join them.  Every
other product of a paper is a coincidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, permutations

from tanaka.paper.model import How
from tanaka.paper.product.duplex import duplex
from tanaka.paper.product.flows import is_moved, of_a_new_subject, of_other_work
from tanaka.paper.product.relations import FORMATS, RELATIONS, Constant, LocalIdentity, Relation
from tanaka.paper.product.sums import written_sums
from tanaka.paper.product.terms import Term, terms
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

# What makes the numbers on its two sides equal.
JOIN = Lazy(
    r"\(|\bi\.e\.|\bthat is\b(?!\s+[a-z]+(?:ed|en|lt|id)\b)|=|≈|\btotall?ing\b|\btotals?\b|\ba (?:grand |combined )?total of\b|\bin (?:total|all)\b|\bamount(?:s|ing|ed)? to\b|"
    r"\bcorrespond(?:s|ing|ed)? to\b|\bequivalent(?:ly)?\b|\bequal(?:s|ling|ing)?\b|\bwhich is\b|,? or\s*$|\bc[oa]m(?:e|es|ing) to\b|"
    r"\bgiv(?:e|es|ing)\b|\byield(?:s|ed|ing)?\b|\bmak(?:es|ing)\b|\bconsuming\b|\bcosting\b|\btranslat(?:es|ed|ing) (?:in)?to\b|"
    r"\bresult(?:s|ed|ing) in\b|\badd(?:s|ing)? up to\b|\bsum(?:s|ming)? (?:up )?to\b|\b(?:hence|therefore|thus|so)\b|—|\bimpl(?:ies|ying)\b|"
    r"\bmean(?:s|ing)\b|\baggregate(?: \w+)? of\b|\bfor an aggregate\b|\bat a cost of\b|\bwork(?:s|ing)? out (?:to|at)\b|:\s*$"
)
_LOOSE = Lazy(
    r"\bmatch(?:es|ing)\b|\bconsistent with\b|\bin line with\b|\bagree(?:s|ing) with\b|\bin agreement with\b"
)
_TOTAL_AFTER = Lazy(
    r"\s*(?:\w+ )?(?:in (?:total|all|aggregate|sum)|overall|altogether|combined|together|aggregate)\b"
)
_TOTAL_BEFORE = Lazy(r"\b(?:in total|total(?:s|ing|ling)?(?: \w+)?(?: of| is)?|aggregate(?: \w+)?(?: of| is)?|combined|together|altogether)\W{1,3}(?:about )?$", re.I)  # fmt: skip
# What sets the numbers on its two sides apart.
_APART = Lazy(
    r"[;?!]|\b(?:while|whereas|but|another|versus|vs|than|instead|against|compared|respectively|unlike|except|besides|"
    r"otherwise|although|though)\b|\.\s|, then\b"
)
_AND = Lazy(
    r"\band\b(?!\s+(?:(?:thus|hence|therefore|so|then|in total)\s+)?(?:(?:it|this|is)\s+)?(?:costs?|trained|takes?|took|consum\w+|requir\w+|us(?:es|ed)|need\w*|"
    r"yield\w*|giv\w+|process\w*|draws?|drew|lasts?|runs?|ran|complet\w+|finish\w+|amount\w*|total\w*|reach\w*|achiev\w*|sustain\w*|transfer\w*)\b)"
    r"(?!\s+(?:an?|the|its|our)?\s*(?:(?:global|mean|average|constant|fixed|total)\s+)*(?:batch|step|iteration|time|price|rate|"
    r"throughput|sequence|context|power|bandwidth|rental)\b)(?!\s*$)"
)
_REACH = 90
# What leaves another reading of the same words.
# "to the decode node": where the bytes go, and nothing that is done to them.
_A_PLACE = Lazy(
    r"(?:decode|decoding|encode|encoding|encoder|decoder)\s(?:nodes?|workers?|instances?|pools?|machines?|servers?|GPUs?|clusters?|replicas?|side|hosts?|tier)\b", re.I
)  # fmt: skip
CUES = Lazy(
    r"\b(?:includ\w+|with (?:their|tax(?:es)?|overheads?|storage|restarts)|exclud\w+|overhead|restarts?|failures?|ablations?|all (?:our )?experiments|project|additional(?:ly)?|spares?|idle|"
    r"respectively|overlap\w*|asynchron\w*|background|hidden|behind|discount\w*|reserved|spot|list price|peak|maximum|max|burst|TDP|compress\w+|decompress\w+|"
    r"optimizer|activations?|gradients?|KV|cache[ds]?|quanti[sz]\w+|prun\w+|shard\w*|partition\w*|embedding\w*|"
    r"stream\w*|concurren\w*|users?|speculat\w*|pipelin\w*|sustain\w*|ramp\w*|varies|vary\w*|per phase|warm-?up|assum\w+|estimat\w+|"
    r"(?:en|de)cod(?:e[drs]?|ing|ers?)|pack(?:s|ed|ing)?|unpack\w*|seriali[sz]\w+|hash\w*|sort(?:s|ed|ing)|encrypt\w*|dequanti[sz]\w*|top-k|select(?:s|ed|ion|ing)|"
    r"split|stripe[ds]?|striping|spread|scatter\w*|rails|NICs|(?:one|an?) (?:half|third|quarter|eighth|sixteenth|fraction)|halves|quarters|"
    r"and (?:another |a further )?(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d[\d.]*) (?:more )?(?:on|with|for)|"
    r"(?:to|al)?together with|along with|combined with|of which|accounts? for|accounted for|attribut\w+|of it|of that|on the one|distinct|unique|different|the rest|the remain\w+|in parallel|simultaneous\w*|side by side|workers|"
    r"ring|synchroni[sz](?:es?|ed|ing)|averag(?:es?|ing)|aggregat(?:es?|ed|ing)|reducing|summing|exchang(?:es?|ed|ing)|(?:exchange|synchroni[sz]ation|aggregation|reduction|sum) of|bus bandwidth|busbw|all-?reduce|all-gather|all-to-all|reduce-scatter|effective|subtract\w*|baseline|median|p\d\d|percentile|short|long|efficiency|utili[sz]ation|duplicat\w*|padd\w+|vCPU|cores?|in[- ]flight)\b",
    re.I,
)
_FORMAT = Lazy(r"\b(?:" + "|".join(sorted(FORMATS, key=len, reverse=True)) + r")\b", re.I)
_EACH_OF = Lazy(r"\b(?:each|every)\b|\bper[ -](?:GPU|device|node|card|chip)", re.I)
_COUNT_OF = Lazy(
    r"\s*(?:,?\s*(?:of|with|at|having|drawing|delivering|running at|each|that (?:each )?(?:have|has))\s+){1,2}(?:about )?$|\s*[×x]\s*$"
)
# What a role may stand for as well, where no other term does.
_ALSO = {
    "tokens of a batch": ("tokens",), "length": ("tokens", "samples"), "batch": ("samples",),
    "samples": ("batch",), "step time": ("time",), "tokens": ("tokens of a batch",),
    "devices of a node": ("devices",), "price": ("price of device",),
}  # fmt: skip


@lru_cache(maxsize=16384)
def identities(sentence: Sentence) -> tuple[LocalIdentity, ...]:
    """Amounts, rates and durations of a sentence that are stated of one run."""
    if len(sentence.readings) < 2:
        return ()
    sums = written_sums(sentence)
    found = terms(sentence)
    if len(found) < 2 or len(found) > 14:
        return tuple(sums)
    out: list[LocalIdentity] = []
    used: set[int] = set()
    present = frozenset(role for t in found for role in roles_of(sentence, t))
    for relation in _made_of(present):
        for match in _windows(sentence, found, relation):
            if used.issuperset(match):
                continue
            local = _identity(sentence, relation, match)
            if local is not None:
                used |= set(match)
                out.append(local)
    out += [w for w in _weights(sentence, found) if w.total not in used]
    out += duplex(sentence, found)
    return (*out, *sums)


@lru_cache(maxsize=512)
def _made_of(present: frozenset[str]) -> tuple[Relation, ...]:
    """Relations whose roles are all there."""
    return tuple(r for r in RELATIONS if present.issuperset(r.roles))


def roles_of(sentence: Sentence, term: Term) -> tuple[str, ...]:
    """The role of a term, and those that it may have as well."""
    role = term.role
    own = (role, *_ALSO.get(role, ()))
    if _of_each(sentence, term):
        return (f"{role} each", *own)
    return own


def _of_each(sentence: Sentence, term: Term) -> bool:
    """Whether an amount is one device's though nothing beside it says so: "each of the 8 GPUs has 80 GB"."""
    if term.role not in ("bytes", "bandwidth", "power", "FLOP/s", "tokens/s", "samples/s"):
        return False
    r = sentence.readings[term.index]
    if is_total(sentence, r):
        return False
    if term.index:
        count = sentence.readings[term.index - 1]
        if count.noun in ("gpu", "port", "node") and _COUNT_OF.fullmatch(
            sentence.between(count, r)
        ):
            return True
    lead = re.split(r"[,;(]", sentence.before(r, 60))[-1]
    return _EACH_OF.search(lead) is not None


def is_total(sentence: Sentence, r: Reading) -> bool:
    """Whether the words beside a number call it a total."""
    return bool(
        _TOTAL_AFTER.match(sentence.after(r, 20)) or _TOTAL_BEFORE.search(sentence.before(r, 28))
    )


def _windows(
    sentence: Sentence, found: Sequence[Term], relation: Relation
) -> list[tuple[int, ...]]:
    """Runs of neighbouring terms that have each role of a relation once, in the relation's order."""
    wanted = set(relation.roles)
    near = [t for t in found if wanted & set(roles_of(sentence, t))]
    size = len(relation.roles)
    out: list[tuple[int, ...]] = []
    for at in range(len(near) - size + 1):
        window = near[at : at + size]
        if not _together(sentence, window) or _has_more(sentence, [t.index for t in window]):
            continue
        if of_several(sentence, [sentence.readings[t.index] for t in window]):
            continue
        assigned = _assign(sentence, window, relation)
        if assigned is not None:
            out.append(assigned)
    return out


def _together(sentence: Sentence, window: Sequence[Term]) -> bool:
    for a, b in pairwise(window):
        gap = sentence.text[sentence.readings[a.index].end : sentence.readings[b.index].start]
        if len(gap) > _REACH or _APART.search(gap) or _AND.search(gap):
            return False
    return True


_AFTER = Lazy(
    r"\s*(?:\([^()]{1,24}\)\s*)?(?:(?:per|an?) \w+ )?(?:with|for|by|under|using|without|on|in) (?:the |our |plain |full )?"
    r"([A-Z][\w-]+|[a-z]+[A-Z]\w*|(?:stock|baseline|synchronous|dense|naive)\b)"
)
_NAME = Lazy(
    r"\b(?:[A-Z][A-Za-z]*-?(?:\d\w*|[A-Za-z]+\d\w*)|[A-Z][A-Za-z]*-[A-Za-z]\w*|[A-Z][a-z]+[A-Z]\w*)\b"
)
_NO_NAME = Lazy(
    r"(?:[ABHVTLP]\d+\w*|RTX\w*|MI\d+\w*|(?:B?FP?|INT|TF|NF)\d+|BF16|GPU\w*|TPU\w*|CPU\w*|NVL\w*|PCI\w*|SXM\d?|HBM\d?\w?|Table\w*|[A-Z]{2}|"
    r"[A-Z]\w*-(?:hours?|days?|level|class|like)|TPOT|\w*Bench\w*|Wi-Fi|GPU-\w+)$"
)
_THINGS = frozenset(
    [
        "image",
        "images",
        "sequence",
        "sequences",
        "sentence",
        "sentences",
        "frame",
        "frames",
        "document",
        "documents",
        "prompt",
        "prompts",
        "example",
        "examples",
    ]
)


def of_several(sentence: Sentence, readings: Sequence[Reading]) -> bool:
    """Whether the words give numbers to different models, systems or things."""
    after = {m.group(1) for r in readings if (m := _AFTER.match(sentence.text, r.end))}
    after -= {a for a in after if _NO_NAME.match(a)}
    if len(after) > 1 or len({t for r in readings if (t := thing(sentence, r))}) > 1:
        return True
    names = [m for m in _NAME.finditer(sentence.text) if not _NO_NAME.match(m.group())]
    if len(names) < 2:
        return False
    last = {
        next((m.group() for m in reversed(names) if m.end() <= r.start), "") for r in readings
    } - {""}
    return len(last) > 1


def thing(sentence: Sentence, r: Reading) -> str:
    """What sort of sample a number counts ("image"), where its own words say it, or ""."""
    if (
        r.noun not in ("sample", "sequence")
        and r.quantity.unit != "sample/s"
        and r.per not in ("sample", "sequence")
    ):
        return ""
    if r.noun == "token":
        return r.per if r.per == "sequence" else ""
    for word in sentence.text[r.literal_end : r.end + 1].replace("/", " ").split():
        if word.lower() in _THINGS:
            return word.lower().rstrip("s")
    return ""


_SIGN_BEFORE = Lazy(r"[×·*/+−^][\s$({]*$")
_SIGN_AFTER = Lazy(r"[\s$)}]*[×·*/+−^]")
_DIGIT = Lazy(r"\d")


def _has_more(sentence: Sentence, window: Sequence[int]) -> bool:
    """Whether the numbers stand in a product that is written out and has factors beside them."""
    text, readings = sentence.text, sentence.readings
    for k, i in enumerate(window):
        r = readings[i]
        last = k + 1 == len(window)
        if _SIGN_AFTER.match(text, r.end) and (
            last or _DIGIT.search(text, r.end, readings[window[k + 1]].start)
        ):
            return True
        start = readings[window[k - 1]].end if k else 0
        if _SIGN_BEFORE.search(text, start, r.start) and (
            not k or _DIGIT.search(text, start, r.start)
        ):
            return True
    return False


def _assign(
    sentence: Sentence, window: Sequence[Term], relation: Relation
) -> tuple[int, ...] | None:
    """Indices of the readings in the order of a relation's roles, own roles before what they may be."""
    can = [roles_of(sentence, t) for t in window]
    best: tuple[int, tuple[int, ...]] | None = None
    for order in permutations(range(len(window))):
        cost = 0
        for role, k in zip(relation.roles, order, strict=True):
            if role not in can[k]:
                break
            cost += can[k].index(role)
        else:
            total = sentence.readings[window[order[0]].index]
            if relation.name == "epochs" and _less_than_one_epoch(sentence, window, order):
                continue
            cost = 4 * cost - 2 * is_total(sentence, total) - (order[0] == len(window) - 1)
            if best is None or cost < best[0]:
                best = cost, tuple(window[k].index for k in order)
    return None if best is None else best[1]


def _less_than_one_epoch(sentence: Sentence, window: Sequence[Term], order: Sequence[int]) -> bool:
    """Whether what was seen would be less than the corpus: "2T tokens, four epochs of 500B"."""
    seen, _, corpus = (sentence.readings[window[k].index] for k in order)
    return seen.quantity.point < corpus.quantity.point and not is_total(sentence, seen)


def _identity(
    sentence: Sentence, relation: Relation, match: tuple[int, ...]
) -> LocalIdentity | None:
    readings = sentence.readings
    placed = sorted(match)
    if OF_THEM.search(sentence.before(readings[match[0]], 40)):
        return None  # "24 GB each, of which 84 GB in total are free"
    if any(
        _OF_NEW.fullmatch(sentence.text, readings[a].end, readings[b].start)
        for a, b in pairwise(placed)
    ):
        return None
    joins = [k for k in range(1, len(placed)) if _joins(sentence, placed[k - 1], placed[k])]
    total = match[0]
    before, after = placed[: joins[-1]] if joins else [], placed[joins[-1] :] if joins else []
    loose = not joins and any(
        _LOOSE.search(sentence.text[readings[a].end : readings[b].start])
        for a, b in pairwise(placed)
    )
    if relation.name == "run time" and readings[match[1]].quantity.point == 1:
        return None  # "one epoch takes" counts nothing
    if relation.name == "aggregate" and readings[match[2]].quantity.point == 1:
        return None  # "a single card whose dies have 64 GB each": the parts are not those counted
    joined = (
        bool(joins) or (relation.verbs and _priced(sentence)) or is_total(sentence, readings[total])
    )
    cues = frozenset(
        m.group().lower()
        for m in CUES.finditer(sentence.text)
        if not _A_PLACE.match(sentence.text, m.start())
    )
    if relation.name == "transfer" and not joined and _over_link(sentence, readings[match[1]]):
        cues |= {"over a link"}
    if relation.name == "reciprocal":
        if not (joins or loose) or _AT_A_TIME.search(sentence.text):
            return None
    elif (
        relation.name == "energy"
        and not joined
        and _WITH_AND.search(_all_between(sentence, placed))
    ) or (relation.name == "aggregate" and not joined and not _AT_ONCE.search(sentence.text)):
        return None
    anchor = total
    roles = dict(zip(match, relation.roles, strict=True))
    if relation.flow and not _flows(sentence, relation, match, joins):
        return None
    if relation.flow and not joins and roles[placed[-1]] == "time":
        anchor = placed[-1]
    elif len(after) == 1:
        anchor = after[0]
    elif joins and total in before and len(before) == 1:
        anchor = _anchor_behind(relation, match, after)
    bound = "" if joined or not relation.flow else "at most"
    if relation.name == "run time" and bound:
        bound = "at least"
    if relation.name == "cost" and cues & {"list price"}:
        bound = "at most"
    if relation.name == "energy" and cues & {"peak", "maximum", "max", "tdp"}:
        bound = "at most"
    if relation.name == "transfer" and cues & {"peak", "maximum", "max"}:
        bound = "at most"
    factors = list(zip(relation.factors, match[1 : 1 + len(relation.factors)], strict=True))
    divisors = list(zip(relation.divisors, match[1 + len(relation.factors) :], strict=True))
    constant = relation.constant
    if anchor != total:
        factors, divisors, constant, bound = _solved(
            relation, total, factors, divisors, anchor, bound
        )
    return LocalIdentity(
        relation.name, tuple(factors), tuple(divisors), anchor, constant, bound, joined,
        How.STATED, cues,
    )  # fmt: skip


_OPENS = Lazy(r"[^(]*\(\s*")


def _flows(
    sentence: Sentence, relation: Relation, match: tuple[int, ...], joins: Sequence[int]
) -> bool:
    """Whether the words make the amount what the rate does in the time."""
    readings, placed = sentence.readings, sorted(match)
    by_bracket = all(
        _OPENS.fullmatch(sentence.text, readings[placed[k - 1]].end, readings[placed[k]].start)
        for k in joins
    )
    if joins and not (by_bracket and relation.name == "transfer"):
        return True
    time = next((i for r, i in zip(relation.roles, match, strict=True) if r == "time"), None)
    if time is not None and of_a_new_subject(
        sentence, readings[time], [readings[i] for i in match if i != time]
    ):
        return False
    if relation.name == "transfer":
        return is_moved(sentence, readings[match[0]])
    return relation.name == "run time" or not of_other_work(sentence.text)


_LINK = Lazy(
    r"\b(?:over|across|through|via) (?:(?:an?|the|its|our|one|each)\s)?(?:[\w-]+ (?:of )?)?$"
)


def _over_link(sentence: Sentence, r: Reading) -> bool:
    """Whether a bandwidth is what is printed on a link, which nothing reaches."""
    return _LINK.search(sentence.before(r, 30)) is not None


# Of several at a time the rate is that of all, and the time that of one.
_AT_A_TIME = Lazy(
    r"\b(?:batch\w*|requests|users|streams|clients|GPUs|sequences|replicas|instances|nodes)\b", re.I
)
_WITH_AND = Lazy(r"\band\b")


def _all_between(sentence: Sentence, placed: Sequence[int]) -> str:
    return sentence.text[sentence.readings[placed[0]].end : sentence.readings[placed[-1]].start]


_AT_ONCE = Lazy(r"\b(?:total|aggregate|altogether|together|combined|overall|in all)\b", re.I)
_PRICED = Lazy(r"\bat (?:a |an |the )?(?:\w+ ){0,3}(?:price |rate |cost )?(?:of )?(?:about |only )?\\?[$€]|\bat [\d.]+ ?(?:USD|dollars)|\bpric\w+|\brent\w*|assum\w+", re.I)  # fmt: skip


def _priced(sentence: Sentence) -> bool:
    return _PRICED.search(sentence.text) is not None


# "In 10 days on 64 GPUs the search (2,100 GPU-hours)": the bracket is the search's.
_OF_NEW = Lazy(
    r"\s*,?\s*(?:the|our|an?|its|this|these|both|each|every|one)\s[a-z][\w-]*(?:\s[a-z][\w-]*){0,3}\s*\(\s*(?:about |\\?~)?"
)


OF_THEM = Lazy(r"\bof (?:which|these|those|them)\W+(?:[a-z]+\W+){0,3}$")


def _joins(sentence: Sentence, a: int, b: int) -> bool:
    gap = sentence.text[sentence.readings[a].end : sentence.readings[b].start]
    return JOIN.search(gap) is not None


def _anchor_behind(relation: Relation, match: tuple[int, ...], after: Sequence[int]) -> int:
    """Of what stands behind "i.e.", the one that is computed: the time, or else the first."""
    for role, i in zip(relation.roles, match, strict=True):
        if role == "time" and i in after:
            return i
    return match[0]


def _solved(
    relation: Relation, total: int, factors: list[tuple[str, int]], divisors: list[tuple[str, int]],
    anchor: int, bound: str,
) -> tuple[list[tuple[str, int]], list[tuple[str, int]], Constant | None, str]:  # fmt: skip
    """The relation solved for another of its numbers."""
    flip = {"at most": "at least", "at least": "at most", "": ""}
    whole = (relation.total, total)
    if anchor in (i for _, i in factors):
        rest = [f for f in factors if f[1] != anchor]
        constant = (
            None if relation.constant is None else (relation.constant[0], 1 / relation.constant[1])
        )
        return [whole, *divisors], rest, constant, flip[bound]
    rest = [d for d in divisors if d[1] != anchor]
    return factors, [whole, *rest], relation.constant, flip[bound]


# -- parameters and the bytes of their format -----------------------------------------------------

_HOLDS = Lazy(
    r"\b(?:takes?|took|occup\w+|needs?|requires?|weighs?|uses?|consumes?|amounts? to|has a size of|is|are|fills?|measures?|comes? to|of)\b|[(=,]|\bi\.e\."
)
_WEIGHTS = Lazy(r"\b(?:KV|cache\w*|optimizer|activations?|gradients?|train\w*|fine-tun\w*|with|plus|and(?! (?:thus |therefore |so |hence )?(?:in (?:B?FP?\d|INT\d|bfloat|float|half)|occup|takes?\b|needs?\b|fills?\b|requires?\b))|includ\w*|fits?|GPUs?|each|per|left|LoRA|"
                r"checkpoint|state\w*|shard\w*|bandwidth|free|MoE|experts?|active|activated|embedding\w*|quanti[sz]\w*|"
                r"deltas?|diff(?:s|erence|erences)?|patch(?:es)?|updates?|adapters?|low-rank|stages?|layers?|blocks?|attention|MLPs?|FFNs?|feed-forward|heads?|"
                r"part of|parts of|portion|fraction|subset|slice|(?:[Hh]alf|[Aa]ll but) of|(?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|sixteenth|hundredth)s?|percent|first|last)\b|%")  # fmt: skip


def _weights(sentence: Sentence, found: Sequence[Term]) -> list[LocalIdentity]:
    """Parameters in a named format, and their bytes: "7B parameters in BF16, 14 GB"."""
    text, readings = sentence.text, sentence.readings
    if not any(t.role == "params" for t in found) or not any(t.role == "bytes" for t in found):
        return []
    formats = list(_FORMAT.finditer(text))
    if len(formats) != 1 or _WEIGHTS.search(text):
        return []
    out: list[LocalIdentity] = []
    near = [t for t in found if t.role in ("params", "bytes")]
    if [t.role for t in near] not in (["params", "bytes"], ["bytes", "params"]):
        return []
    first, second = readings[near[0].index], readings[near[1].index]
    gap = text[first.end : second.start]
    if len(gap) > 60 or _APART.search(gap) or not _HOLDS.search(gap):
        return []
    params, size = sorted(near, key=lambda t: t.role != "params")
    name = formats[0].group()
    out.append(
        LocalIdentity(
            "weights", (("parameters", params.index),), (), size.index,
            (f"bytes in {name}", FORMATS[name.lower()]), "", bool(JOIN.search(gap)), How.STATED,
            frozenset(m.group().lower() for m in CUES.finditer(text)),
        )
    )  # fmt: skip
    return out
