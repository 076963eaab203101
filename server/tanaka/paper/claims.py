"""Claims other than changes and products: ceilings, rates, training state.

Each function reads one sentence (or one passage of them).
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.entities import YARDSTICK
from tanaka.paper.model import OPEN, How
from tanaka.paper.product.counts import plain_count
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

# -- percentages with a ceiling ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalExcess:
    """A percentage that cannot pass 100 %, by index of its reading."""

    number: int
    what: str
    quantity: str
    cues: frozenset[str]


_REDUCING = (
    r"reduc(?:es?|ed|ing)|cuts?|cutting|lower(?:s|ed|ing)|shrinks?|shrank|decreas(?:es?|ed|ing)|sav(?:es?|ed|ing)|"
    r"shortens?|shortened|trims?|trimmed|eliminates?|removes?"
)
_FALLING = r"drops?|dropped|falls?|fell|declines?|declined|shrinks?|shrank|decreases?|decreased"
_NON_NEGATIVE = (
    r"(?:latency|latencies|time|times|runtime|duration|delay|memory|footprint|traffic|bandwidth|energy|power|cost|costs|"
    r"bytes|volume|bubble|stall|stalls|idle|misses|accesses|overhead|usage|consumption|area|communication|parameters|"
    r"storage|makespan|wait|waiting|jitter|downtime|emissions|misses|faults|errors|error rate|misprediction rate|launches|"
    r"messages|iterations|swaps|copies|transfers|FLOPs)"
)
_SHARE_WORDS = (
    r"(?:cache )?hit[- ]rates?|miss[- ]rates?|hit[- ]ratios?|miss[- ]ratios?|success rates?|pass rates?|availability|uptime|accuracy|utili[sz]ation|MFU|HFU|model FLOPs utili[sz]ation|occupancy|"
    r"share|fraction|recall|precision|efficiency|acceptance rate|sparsity"
)
# What may pass 100 %: signed quantities fall by more than all of themselves, values relative to
# another have no ceiling, and rates of several units add up.
_SIGNED_CUES = Lazy(
    r"\b(?:reward|loss|losses|likelihood|profit|signed|net|from \+|return|returns|score|demand|oversubscri\w*|gap|difference|margin|"
    r"slack|headroom|growth|delta|deficit|surplus|balance|gradient|correlation|temperature|bias|skew|drift|slope|change)\b|from [+−-]",
    re.I,
)
_RELATIVE_CUES = Lazy(
    r"\brelative\b(?! (?:to|humidity))|\bnormali[sz]ed\b|\b(?:sum|aggregate)\b|"
    r"%\s+of (?:the|its|their) (?:baseline|FP16|FP32|BF16|original|dense|full|teacher|unquanti[sz]ed)\b|\brecover\w*\s+[\d.]+\s?%|\brelative to\b",
    re.I,
)
# "Normalised to the baseline, the accuracy is 104%": said at the start, it holds for the sentence.
_NORMALISED = Lazy(
    r"\bnormali[sz]ed\b|\b(?:relative|with respect|compared) (?:to|with)\b|"
    r"\bas a (?:share|percentage|fraction|multiple) of\b",
    re.I,
)
_KEEPS = Lazy(r"\bretain\w*\s+[\d.]+\s?%", re.I)
_SUMMED_CUES = Lazy(
    r"\b(?:CPU|(?<!tensor )(?<!Tensor )cores?|threads?|top|reserved|overcommit\w*|allocated|aggregate|sum|total|relative|of the (?:baseline|FP16|FP32|BF16|original)|normali[sz]ed|demand|"
    r"oversubscri\w*|over-?provision\w*|superlinear|scal(?:e|es|ed|ing)|NVLS|SHARP|bus bandwidth|"
    r"compared|baseline's|weak|strong|duty|deviation|TDP|budget|capacity|GPUs|nodes|devices|boost\w*|overclock\w*|turbo|spars\w*)\b",
    re.I,
)
# "Mean utilisation over the allocated hours": of a mean no summands are meant
_MEAN_OF = Lazy(r"\b(?:mean|average|averaged|median)\b", re.I)
# "Occupancy of the two buffers together", "recall in terms of BM25's"
_OF_SEVERAL = Lazy(
    r"\b(?:of|over|across|in|for|on)\s(?:(?:the|all|our|these|its)\s)*(?:two|three|four|five|six|eight|ten|both|all|several|many|\d+)\s(?:[\w-]+\s)?[\w-]+s\b"
)
_OTHER_WHOLE = Lazy(
    r"\b(?:in (?:the )?(?:terms|units|percent|multiples) of|together|combined|summed|added|adding|adds? up|both directions|per direction|full[- ]duplex|MPS|MIG|"
    r"time-?slic\w*|heat pumps?|COP|hyper-?thread\w*|SMT)\b",
    re.I,
)
_OF_MEANS = frozenset({"allocated", "gpus", "nodes", "devices", "reserved", "budget", "capacity"})
# What is efficient next to itself at another scale may be so by a bit more than 100 %.
_BOUNDED_EFFICIENCY = Lazy(
    r"\b(?:bandwidth|memory|compute|computational|FLOPs?|tensor[- ]core|SM|link|network|bus|DRAM|HBM|PCIe|kernel|hardware|GPU|pipeline|"
    r"conversion|PSU|power[- ]supply|roofline)[- ]efficiency\b",
    re.I,
)
_SUPERLINEAR = Lazy(r"\bsuper-?linear\w*", re.I)
_OF_PEAK = Lazy(
    r"\s*of\s+(?:the\s|its\s|their\s|that\s)?(?:theoretical\s|nominal\s|advertised\s|hardware\s|device\s|machine\s|dense\s|GPU's\s)?"
    r"(?:peak|roofline|line rate|theoretical (?:bandwidth|throughput|performance|maximum))\b(?!\s(?:memory|usage|footprint|demand|load|power|hours?))",
    re.I,
)
_SHARED_CUES = Lazy(
    r"\b(?:relative|normali[sz]ed|compared|baseline's|on average|sum|aggregate|oversubscri\w*|demand)\b",
    re.I,
)
_ONE_UNIT = Lazy(r"(?:cache )?(?:hit|miss)[- ]rates?|accuracy|recall|precision", re.I)


_BY = r"(?:about |around |up to |over |more than |as much as |nearly |almost |roughly |another )?[≈∼~]?$"
_REDUCED_BY = Lazy(
    rf"\b(?:{_REDUCING})\b(?P<what>(?:(?!\bby\b|\bincreas|\brais|\bgrow|\bgains?\b|\bimprov|\bboost|\blift|\bspeed|\baccelerat|\bdoubl|\boutperform|\bbeat|\bexceed|\bsurpass|\blarger|\bmore\b|\bhigher)[^.;])*?)\bby\s+{_BY}",
    re.I,
)
_FALLS_BY = Lazy(
    rf"(?P<what>[^,.;:()]{{3,60}})\s(?:(?:is|are|was|were)\s(?:thus\s|thereby\s|further\s)?(?:{_REDUCING})|{_FALLING})\s+(?:by\s+)?{_BY}",
    re.I,
)
_REDUCTION_OF = Lazy(
    rf"(?P<what>(?:[\w-]+\s){{0,3}})(?:reductions?|decreases?|savings?|drops?|declines?|cuts?)\s+(?:of|by)\s+{_BY}",
    re.I,
)
_IN = Lazy(r"\s*(?:in|of)\s+(?P<what>[^.;,()]{0,40})")
_LESS_OF = Lazy(
    r"\s*(?:less|lower|fewer|smaller|shorter|below|reduction|decrease|drop|cut)\b(?:\s+(?:in|of))?(?P<what>[^.;,]{0,40})",
    re.I,
)
_ITS_REDUCTION = Lazy(r"\s*(?P<what>(?:[\w-]+\s){1,3})(?:reduction|decrease|savings?)\b", re.I)
_SAVES = Lazy(rf"\b(?:{_REDUCING})\s+(?:about |over |up to |more than )?[≈∼~]?$", re.I)
_SAVED_OF = Lazy(r"\s*of\s+(?:the|its|all|our|their)?\s*(?P<what>[^.;,]{0,40})")
_SHOWS_LESS = Lazy(
    r"\b(?P<what>(?:[\w-]+\s){1,3})(?:shows?|sees?|saw|showed|has|had|with)\s+an?\s+[≈∼~]?$", re.I
)
_LESS_NOUN = Lazy(r"\s*(?:reduction|decrease|drop|decline)\b(?!\s+(?:in|of)\b)", re.I)


def _reduced(clause: str, after: str) -> str | None:
    """What a percentage is said to be gone of, "" where nothing is named; None for no reduction."""
    active = _REDUCED_BY.search(clause)
    if active and active.group("what").strip():
        return active.group("what")
    if passive := _FALLS_BY.search(clause):
        return passive.group("what")
    if active:
        return ""
    if (match := _REDUCTION_OF.search(clause)) and not re.match(
        r"\s*(?:more|larger|higher|bigger)", after
    ):
        behind = _IN.match(after)
        return f"{match.group('what')} {behind.group('what') if behind else ''}"
    if _SAVES.search(clause) and (match := _SAVED_OF.match(after)):
        return match.group("what")
    if (match := _SHOWS_LESS.search(clause)) and _LESS_NOUN.match(after):
        return match.group("what")
    if match := _LESS_OF.match(after) or _ITS_REDUCTION.match(after):
        return match.group("what")
    return None


def _lessened(what: str) -> str:
    """The plainly non-negative quantity that some words name, or ""."""
    if re.search(r"\boverheads?\b", what, re.I):
        return ""  # over a baseline, and so it may be less than nothing
    named = re.findall(rf"\b((?:[\w-]+\s){{0,2}}{_NON_NEGATIVE})\b", what, re.I)
    if not named:
        return ""
    lead = r"^(?:(?:the|a|an|its|our|their|of|in|and|both|that|this|with|we|yields?|achieves?|achieve|see)\s)+"
    return re.sub(lead, "", named[-1], flags=re.I)


# What stands between the name of a share and its verb: "utilisation of the unmodified run", "hit rate (L2)"
_OF_WHAT = (
    r"(?:\s\([^()%]{1,24}\)|\s(?:of|in|on|for|with|under|across|during|within|inside|without|using|at)\s"
    r"[^,.;:()%]{1,60}?){0,2}"
)
_RUNS = (
    r"rises|rose|peaks|peaked|climbs|climbed|stands|stood|stays|stayed|remains|remained|hovers|increases|increased|improves|improved|grows|grew|goes|went|"
    r"drops|dropped|falls|fell|declines|declined|sinks|sank|jumps|jumped|settles|ends|starts|begins|was measured|is measured|can be|has been|were|had been"
)
_SHARE_IS = Lazy(
    rf"\b(?P<w>{_SHARE_WORDS})\b{_OF_WHAT}(?:\s+(?:{_RUNS}|only|just|up|down|back|now|still|even|already|thus|then|therefore|as high|high|also))*"
    r"(?:\s+from\s+[≈∼~]?[\d.]+\s?%)?"
    r"(?:\s+(?:of|is|reaches|reached|at|to|was|are|as|hits|hit|reads|read|shows|showed|equals|measures|measured|amounts to|comes to|came to|sits at|"
    r"averages|averaged|exceeds|passes))+\s*(?:about |only |just |over |around |nearly |up to |still |already )?[≈∼~]?$",
    re.I,
)
_SHARE_AFTER = Lazy(
    rf"\s*(?:(?:vs\.?|versus|against|and|to)\s*[\d.]+\s?%\s+)?(?:[\w-]+\s)?(?P<w>{_SHARE_WORDS})\b"
)
# "accounts for 112% of the step time": a part that is more than its whole
_OF_ALL = Lazy(
    r"\b(?:accounts? for|accounting for|makes? up|making up|constitutes?|comprises?|is responsible for)\s+"
    r"(?:about |around |only |just |nearly |roughly |over )?[≈∼~]?$",
    re.I,
)
_WHOLE = Lazy(
    r"\s*of\s+(?:the|its|our|all|total|overall)\s+(?:(?:total|overall|whole|entire|end-to-end|training|inference|step|iteration|decoding|wall-clock|"
    r"model|model's|GPU)\s+){0,3}(?:time|runtime|latency|energy|parameters|weights|FLOPs|traffic|requests|tokens|steps?|duration|execution time)\b",
    re.I,
)


# "9% of the time", "for 96% of the requests": a share of things that are counted, or of a time
_COUNTED = (
    r"(?:requests?|tokens?|samples|images|queries|rows|look-?ups|keys|frames|cycles|rounds|cases|trials|jobs|users|sequences|prompts|"
    r"batches|parameters|weights|layers|neurons|channels|blocks|pages|packets|messages|pixels|instances|inferences|examples|predictions|"
    r"instructions|accesses|reads|writes|misses|errors|failures|events|nodes|devices|clients|workers|slots|experts|heads|edges|vertices|"
    r"classes|labels|files|calls|attempts|transactions|operations|kernels|positions|elements|entries|values|documents|words|sentences|"
    r"faults|interruptions|windows|activities|configurations|models|benchmarks|workloads|drafts|rollouts|responses|tiles)"
)
_OF_COUNTED = Lazy(
    rf"\s*of\s+(?:the|all|all the|its|our|these|those|their|such|incoming|input)\s+(?:(?!baseline|original|previous|old|other)[\w-]+\s+){{0,2}}?{_COUNTED}\b"
    r"(?!\s+(?:of|that|in use|than|[a-z]+ed\b|in the (?:baseline|original)|for the))",
    re.I,
)
_OF_A_TIME = Lazy(
    r"\s*of\s+(?:the|its|their|all|a|an|each|every)\s+(?:(?:step|wall-clock|total|overall|run|training|decoding|whole|entire|GPU)\s+)?"
    r"(?:time|step|steps|round|iteration|epoch|cycle|day|period|interval|run|runtime|duration)\b(?!\s+(?:of (?![A-Z])|that|needed|required|it takes|taken|than|in\b|for\b|to\b|size|budget|limit)|['’-])"
)
_USED_UP = Lazy(
    r"\b(?:takes?|took|taking|needs?|needed|requires?|required|uses?|used|costs?|within|finish\w*|complet\w*|runs?|converg\w*|"
    r"train\w*|grows?|grew|rises?|rose|increas\w*|to|than|at|reaches)\s+(?:in |after |with )?(?:about |only |just |over |around |nearly |up to )?[≈∼~]?$",
    re.I,
)
_ONLY_IN = Lazy(r"(?<!^)(?<!, )\b(?:in|within|after)\s+(?:about |only |just )?[≈∼~]?$", re.I)
_OF_THESE = Lazy(
    r"(?:^|[.,;(]\s*)of (?:these|those|them|(?:the|all|all the|our)\s(?:[\w,.-]+\s){0,3}?[\w-]+),\s*(?:only |about |just |around )?[≈∼~]?$",
    re.I,
)
# "Of the 898,560 GPU hours that the cluster offers, 814,800 were allocated, or 91%"
_OF_A_COUNT = Lazy(
    r"(?:^|[.;:(]\s*)(?:out )?of\s+(?:(?:the|all|all the|our|its|these|those)\s+)?\d[^.;:()%]{3,120},\s(?:only |just |about )?\d[\d,.]*\s[^.;:()%\d]{0,40}?"
    r"(?:,\s(?:or|i\.e\.,?|that is,?|which is)\s|\(|,\s)(?:about |only |just |nearly |roughly )?[≈∼~]?$",
    re.I,
)
_SHARE_BESIDE = Lazy(rf"\b(?P<w>{_SHARE_WORDS})\b[^.,;:()\d]{{0,30}}\(\s*[≈∼~]?$", re.I)
_ALONE_ENDS = Lazy(r"\s*(?:[.,;)]|$)")
_SCALES = frozenset(
    {"scale", "scales", "scaled", "scaling", "weak", "strong", "gpus", "nodes", "devices"}
)
_ALONE = Lazy(r"\s*(?:(?:in|on|at|for|with)\s[^()%]{1,30})?\)")
_REFUTED = Lazy(
    r"\b(?:impossible|nonsens\w*|absurd|meaningless|brochure|misprint\w*|mistake\w*|typo|cannot be|makes no sense)\b",
    re.I,
)


def _share_of(clause: str, after: str) -> str:
    """What a percentage is a share of: "time", or the things that are counted, or "" for no share."""
    if _OF_THESE.search(clause):
        return "share"
    if _OF_COUNTED.match(after) and not _USED_UP.search(clause):
        return "share"
    if (
        (match := _OF_A_TIME.match(after))
        and not _USED_UP.search(clause)
        and not _ONLY_IN.search(clause)
    ):
        return "share" if match else ""
    return ""


@lru_cache(maxsize=16384)
def excesses(sentence: Sentence) -> tuple[LocalExcess, ...]:
    """Percentages of a sentence that have a ceiling and are above 90 %."""
    out: list[LocalExcess] = []
    for i, r in enumerate(sentence.readings):
        if (
            r.quantity.shown_unit != "%"
            or isinstance(r.quantity.value, tuple)
            or r.quantity.point < 0.9
        ):
            continue
        before, after = sentence.before(r, 80), sentence.after(r, 60)
        clause = re.split(r"[;:]|, (?:and|but|while|whereas)\b", before)[-1]
        around = clause + " " + re.split(r"[;.]", after)[0]
        if _REFUTED.search(sentence.text):
            continue
        reduced = _reduced(clause, after)
        if reduced is not None:
            out.append(
                LocalExcess(i, "reduction", _lessened(reduced), _found(_SIGNED_CUES, around))
            )
            continue
        if _OF_ALL.search(clause) and _WHOLE.match(after):
            out.append(LocalExcess(i, "share", "", _found(_SUMMED_CUES, around)))
            continue
        if _OF_A_COUNT.search(sentence.text[: r.start]) and _ALONE_ENDS.match(after):
            out.append(LocalExcess(i, "share", "", frozenset()))
            continue
        if _OF_PEAK.match(after):
            out.append(LocalExcess(i, "share", "", _found(_SUMMED_CUES, around)))
            continue
        if _share_of(clause, after):
            out.append(LocalExcess(i, "share", "", _found(_SHARED_CUES, around)))
            continue
        share = _SHARE_IS.search(clause) or _SHARE_AFTER.match(after)
        if share is None and _ALONE.match(after):
            share = _SHARE_BESIDE.search(clause)
        if share and not re.match(r"\s*(?:of|higher|lower|more|less|better|faster|above)\b", after):
            what = (
                share.group("w")
                .lower()
                .replace("hit-rate", "hit rate")
                .replace("miss-rate", "miss rate")
            )
            one = _ONE_UNIT.fullmatch(what) is not None
            near = clause[-40:] + sentence.text[r.start : r.end] + after
            held = _found(_RELATIVE_CUES, near) if one else _found(_SUMMED_CUES, around)
            held |= _found(_NORMALISED, sentence.text[: r.start])
            if _MEAN_OF.search(sentence.text[: r.start]):
                held -= _OF_MEANS
            elif not one and _OF_SEVERAL.search(share.group()):
                held |= {"several"}
            if _OTHER_WHOLE.search(near):
                held |= {"another whole"}
            if what == "efficiency" and not _BOUNDED_EFFICIENCY.search(clause):
                if r.quantity.point < 2 and r.quantity.point > 1:
                    continue  # next to itself at another scale it may be a bit more
                if not _SUPERLINEAR.search(sentence.text):
                    held -= _SCALES
            kept = "kept " if one and _KEEPS.search(near) else ""
            out.append(LocalExcess(i, kept + what, "", held))
    return tuple(out)


def _found(cues: Lazy, text: str) -> frozenset[str]:
    return frozenset(m.group().lower() for m in cues.finditer(text))


# -- achieved rates ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalRate:
    """A sustained FLOP/s rate by index, with what binds it."""

    rate: int
    device: str
    precision: str
    scale: str
    cues: frozenset[str]


_PARTS = (
    r"(?:NVIDIA\s+|Nvidia\s+|AMD\s+|Tesla\s+|GeForce\s+)*(?:[ABHLPV]\d{2,3}S?(?:0)?|GH200|GB200|H200|B200|MI\d{3}X?|RTX\s?\d{4}|[LT]4|TPU\s?v\d[a-z]?)"
    r"(?:[-\s]?(?:SXM\d?|PCIe|NVL|Ada))?(?:[-\s]?\d{2,3}\s?G[Bi]B?)?(?:[-\s](?:SXM\d?|PCIe|NVL))?"
)
DEVICE_NAME = Lazy(rf"(?<![A-Za-z0-9-])({_PARTS})(?:s|es)?(?![A-Za-z0-9])")
_PRECISIONS = (
    (Lazy(r"\b(?:BF16|bf16|bfloat16|BFloat16)\b"), "bf16"),
    (Lazy(r"\b(?:FP16|fp16|half[- ]precision|float16)\b"), "fp16"),
    (Lazy(r"\b(?:TF32|tf32)\b"), "tf32"),
    (Lazy(r"\b(?:FP32|fp32|single[- ]precision|float32)\b"), "fp32"),
    (Lazy(r"\b(?:FP64|fp64|double[- ]precision)\b"), "fp64"),
    (Lazy(r"\b(?:FP8|fp8|E4M3|E5M2)\b"), "fp8"),
    (Lazy(r"\b(?:INT8|int8)\b"), "int8"),
    (Lazy(r"\b(?:FP4|fp4|NVFP4|MXFP4|INT4|int4)\b"), "fp4"),
)
_ACHIEVES = Lazy(
    r"\b(?:sustain\w*|achiev\w*|reach\w*|attain\w*|deliver\w*|measur\w*|obtain\w*|run(?:s|ning)? at|get|gets|execut\w*|perform\w*|hit|hits)\b",
    re.I,
)
# What a rate that is said to be of each device may stand with besides.
_RUNS_AT = Lazy(
    r"\b(?:train(?:s|ed|ing)?|runs?|running|throughput|averag\w+|maintain\w*|observ\w+|yield\w*|exceed\w*|clock(?:s|ed)|record\w*|saw|sees?)\b",
    re.I,
)
_NO_RUN = Lazy(
    r"\b(?:(?:is|are|was|were) to be|needs?|needed|requir\w+|demand\w*|necessary|should|must|cannot|never|limit\w*|bound\w*|assum\w+|ideal\w*|budget\w*|targets?|goals?|rated|equivalent|as if|suppos\w+|"
    r"simulat\w+|predict\w*|project\w*|model(?:s|ed|led) (?:at|as)|would|could|might|if|than|instead|compared|versus)\b",
    re.I,
)
_ANOTHER_PART = Lazy(
    r"\b(?:Volta|Ampere|Hopper|Blackwell|CDNA\s?\d?|Gaudi\s?\d?|Trainium\s?\d?|WSE-?\d?|wafer|IPU|successors?|(?:newer|next|later|following|larger|largest|bigger|biggest|faster|fastest|smaller|smallest|slower|slowest|other) (?:\w+ )?(?:part|chip|card|GPU|generation)s?)\b"
)
"""Words for a part other than the one that is named, or for that one: which, only the clause says."""
_COMPARAND = Lazy(
    r"\b(?:[Rr]elative to|[Cc]ompared (?:with|to)|[Aa]gainst|[Vv]ersus|vs\.?|than|[Ww]here|[Ww]hereas|[Ww]hile|[Uu]nlike|[Ii]nstead of|[Rr]ather than|[Ff]rom|no)\b[^.;:]{0,40}$"
)
"""Before a part that something is set beside."""
_HOLDS_SEVERAL = Lazy(
    r" (?:[a-z-]+ )?(?:run|job|host|rank|testbed|machine|board|rack|fleet|group|slice|pod)s?\b(?! at\b)"
)
_RATE_CUES = {
    "sparse": r"\b(?:2:4|spars\w*|pruned|pruning|dense-equivalent|skipp\w+)\b",
    "effective": r"\b(?:effective|equivalent|Winograd|FFT|Strassen|useful)\b",
    "nodes": r"\bnodes?\b",
    "aggregate": r"\b(?:DGX|HGX|server|aggregate|cluster|total|superchip|tray|rack|package|combined|overall|system|pod|all GPUs|pairs?|box|couple|quad|blade|sled|chassis|workstation|instance|partition)\b",
    "causal": r"\b(?:full (?:attention )?matrix|causal|long[- ]context|standard formula|Megatron formula|(?<!without )(?<!no )attention(?!-free| free| excluded))\b",
    "accumulate": r"\b(?:accumulat\w+)\b",
    "convolution": r"\bconv(?:olution\w*|s|[12]d|\dx\d)?\b",
    "clock": r"\b(?:overclock\w*|boost)\b",
    "hardware": r"\b(?:HFU|hardware FLOPs)\b",
}


@lru_cache(maxsize=16384)
def rates(sentence: Sentence) -> tuple[LocalRate, ...]:
    """Achieved FLOP/s rates of a sentence; peaks and specifications are left out."""
    text = sentence.text
    if "FLOP" not in text.upper() and "TOP" not in text.upper():
        return ()
    whole = text
    devices = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(text)))
    if len(devices) == 1 and _ANOTHER_PART.search(DEVICE_NAME.sub("", text)):
        devices = []  # "270 TFLOP/s on an A100, 640 once ported to Hopper"
    formats = [name for pattern, name in _PRECISIONS if pattern.search(text)]
    named = devices
    out: list[LocalRate] = []
    for i, r in enumerate(sentence.readings):
        if r.quantity.unit not in ("FLOP/s", "op/s") or isinstance(r.quantity.value, tuple):
            continue
        text, devices, precisions = whole, named, formats
        if (
            len(named) > 1 or len(formats) > 1
        ):  # each clause may have its own: "in FP8 the H100 ..., and in INT8 the L40S ..."
            low, high = _own_clause(whole, r.start)
            part = whole[low:high]
            own = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(part)))
            if len(own) == 1 and not _COMPARES.search(part):
                devices = own
                text = " " * low + part
                precisions = [name for pattern, name in _PRECISIONS if pattern.search(part)]
        if r.quantity.unit == "op/s" and precisions not in (["int8"], ["fp4"]):
            continue  # operations of integers
        before, after = sentence.before(r, 70), sentence.after(r, 40)
        if re.match(
            r"[^,.;()]{0,24}\b(?:peak|dense peak|theoretical|roof|limit|maximum|ceiling|datasheet)\b",
            after,
            re.I,
        ):
            continue
        if re.search(
            r"\b(?:peak|roof|ceiling|limit|theoretical|datasheet|vendors?)\b[^,;.]{0,40}$|"
            r"(?:%|percent|fraction|share|out)\s+of\s+(?:(?:its|the|a|an)\s+)?(?:\w+\s)?$",
            before[-44:],
            re.I,
        ):
            continue
        if _SEVERAL_OF_THEM.search(before):
            continue  # "an A100 delivers 312 TFLOP/s, eight of them 2.5 PFLOP/s"
        each = (
            len(devices) < 2
            and r.per in ("gpu", "each")
            and _RUNS_AT.search(text)
            and not _NO_RUN.search(text)
        )
        if not each and not _ACHIEVES.search(text):
            continue
        if len(devices) == 1 and _beside(text, r):
            continue  # of a part that the sentence does not name
        if len(devices) == 1 and (m := DEVICE_NAME.search(text, r.end)) is not None and YARDSTICK.search(text, 0, m.start()):  # fmt: skip
            continue
        cues = {n for n, p in _RATE_CUES.items() if re.search(p, text, re.I)}
        if "causal" in cues and _products_only(whole, r):
            cues.discard("causal")
        scale = r.per if r.per in ("gpu", "each") else ""
        if not scale and re.search(
            r"\b(?:on|by|of) (?:one|a single|an?|each|every|(?:this|our|the)(?! \d)) (?:\w+ )?$",
            text[: text.find(devices[0])] if devices and not _several_of(text, devices[0]) else "",
        ):
            scale = "gpu"
        if scale == "each":
            scale = "gpu"
        if devices and _HOLDS_SEVERAL.match(text, text.find(devices[0]) + len(devices[0])):
            cues.add("aggregate")  # "the A100 run sustains ..."
        if not scale and "nodes" in cues:
            cues.add("aggregate")  # "a node sustains ...": of all its devices
        counted = any(s.noun in ("gpu", "node") and s.quantity.point > 1 for s in sentence.readings)
        if (
            not scale
            and devices
            and not counted
            and not re.search(rf"\d\s*(?:×\s*)?{re.escape(devices[0])}", text)
        ):
            scale = (
                "gpu"
                if re.search(
                    rf"\b(?:[Aa]n?|[Tt]he|[Oo]ur|[Oo]ne|single)\s+(?:\w+\s+){{0,2}}{re.escape(devices[0])}\b",
                    text,
                )
                else ""
            )
        out.append(
            LocalRate(
                i,
                devices[0] if len(devices) == 1 else "",
                precisions[0] if len(precisions) == 1 else "",
                scale,
                frozenset(cues - {"nodes"}),
            )
        )
    return tuple(out)


_SEVERAL_OF_THEM = Lazy(
    r"\b(?:two|three|four|six|eight|ten|sixteen|both|all|\d{1,4})\s(?:of (?:them|these|those)\s)?(?:together\s)?(?:\w+\s){0,2}$",
    re.I,
)
"""Before a rate: it is of several parts that are not named again."""
_SPLITS = Lazy(r";|, (?:and|while|whereas|but)\b| while | whereas ")
_COMPARES = Lazy(
    r"\b(?:than|versus|vs|compared|against|relative|unlike|instead|respectively)\b", re.I
)
_PRODUCTS = Lazy(
    r"\bGEMMs?\b|\bmat(?:rix )?(?:muls?|multipl\w+|products?)\b|\b(?:MLP|FFN|feed-?forward|linear|projection|fully[- ]connected)s?\b",
    re.I,
)


def _own_clause(text: str, at: int) -> tuple[int, int]:
    """Range of the main clause that an offset stands in."""
    low, high = 0, len(text)
    for m in _SPLITS.finditer(text):
        if m.end() <= at:
            low = m.end()
        elif m.start() >= at:
            high = m.start()
            break
    return low, high


def _products_only(text: str, rate: Reading) -> bool:
    """Whether the clause of a rate is about matrix products, and another clause about attention."""
    low, high = _own_clause(text, rate.start)
    part = text[low:high]
    return _PRODUCTS.search(part) is not None and not re.search(_RATE_CUES["causal"], part, re.I)


def _several_of(text: str, device: str) -> bool:
    """Whether a part is named in the plural, without "each": "of the 32 A100s"."""
    at = text.find(device)
    return text[at + len(device) :].startswith("s") and not re.search(
        r"\b(?:each|every|per|one)\b", text[:at], re.I
    )


def _beside(text: str, rate: Reading) -> bool:
    """Whether the one part of a sentence is what the rate is set beside: "640, which no A100 could"."""
    part = DEVICE_NAME.search(text)
    beside = _COMPARAND.search(text[: part.start()]) if part is not None else None
    if part is None or beside is None:
        return False
    between = text[part.end() : rate.start]
    return rate.start < beside.start() or "," in between or " to " in between


# -- training state ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalState:
    """A model trained on counted devices, by index of sentence and reading in the passage."""

    sentence: int
    params: int
    devices: int
    device: str
    recipe: frozenset[str]
    cues: frozenset[str]
    how: How


_USES = Lazy(
    r"\b(?:serv\w+|inference|infer\w*|deploy\w*|evaluat\w+|decod\w+|test(?:s|ed|ing)?|generat\w+|runs?|load\w*)\b",
    re.I,
)
_TRAINS = Lazy(r"\b(?:train(?:s|ed|ing)?|pre-?train\w*|fine-?tun\w*)\b", re.I)
RECIPE = {
    "adam": Lazy(r"\bAdamW?\b"),
    "fp32-master": Lazy(
        r"\b(?:FP32|fp32|32-bit|full-precision|single-precision)\b[^.;]{0,40}\bmaster\b|\bmaster (?:weights|copy|copies|parameters)\b[^.;]{0,30}\b(?:FP32|fp32|32-bit)"
    ),
    "fp32-moments": Lazy(
        r"\b(?:FP32|fp32|32-bit)\b[^.;]{0,60}\b(?:moments?|optimizer states?|momentum)\b|\b(?:moments?|optimizer states?)\b[^.;]{0,30}\b(?:FP32|fp32|32-bit)"
    ),
    "16-bit": Lazy(r"\b(?:BF16|FP16|bf16|fp16|bfloat16|mixed[- ]precision|16-bit)\b"),
    "bytes-16": Lazy(r"\b(?:16|sixteen) (?:bytes|B) (?:per|a|/) ?param"),
}
STATE_CUES = {
    "adapter": r"\b(?:Q?LoRA|(?<!HDR )(?<!EDR )(?<!NDR )(?<!InfiniBand )(?<!network )(?<!Ethernet )(?<!channel )(?<!bus )adapters?|frozen|unfrozen|freez\w+|PEFT|prefix[- ]tuning|parameter-efficient|BitFit|(?:only|just) (?:the|its|their) (?:top|last|first|upper|final|bias|value|new|\w+ head)|(?:top|last|first|upper|final) \w+ (?:of (?:its|the) \w+ )?(?:layers|blocks)|receives? updates|(?:layer|block)s? (?:at a time|by (?:layer|block))|(?:layer|block)-?wise|only one of (?:its|the)|norm(?:alization)? layers|(?:layers|biases) alone|two layers at a time|(?:fraction|subset|share|part) of (?:its|the|all|their) (?:\w+ )?(?:weights|parameters|layers|blocks))\b",
    "offload": r"\b(?:off-?load\w*|NVMe|host memory|CPU memory|ZeRO-Infinity|swap\w*|paged|unified memory|pinned|LPDDR\w*|DDR\d|host (?:DRAM|RAM)|(?:of|by|on|to|in|from) (?:the|its|their) (?:host|CPUs?)|CPU (?:DRAM|RAM|side|updates?)|CPU-side|EPYC|Xeons?|Grace)\b",
    "low-bit": r"\b(?:(?:8|eight|4|four)-bit|block-?wise|quanti[sz]ed (?:optimi[sz]er|training)|bitsandbytes)\b",
    "fused": r"\b(?:LOMO|GaLore|gradient release|fused backward|Adafactor|Lion|Muon|SGD|BF16 moments|pure BF16|MeZO|zeroth-order|zero-order|forward-only|evolution strateg\w+|APOLLO|Adam-mini|SM3|low-rank|moments in (?:BF16|bfloat16|FP8|INT8|half precision)|no master (?:copy|copies|weights))\b",
    "inference": r"\b(?:inference|serv\w+|teacher|reference model|reward model|judge|decod(?:e|ing)\b(?! transformer))\b",
    "experts": r"\b(?:experts?|MoE|mixture-of-experts)\b",
}
FAILED = Lazy(
    r"\bout of (?:the )?(?:reach|question)\b|\b(?:no|not an) option\b|\brul(?:e|es|ed|ing) out\b|\bhopeless\b|\bout of memory\b|\bimpossible\b|\binfeasible\b|\b(?:did|does|do|would|will|could) not (?:fit|work|run)\b|\bcannot\b|"
    r"\b(?:cut|slice|piece|excerpt|prefix|stage|stub|proxy|fraction) of (?:it|this|that|the|our|one|each)\b|\btruncated\b|\bscaled-down\b|\b(?:\w+|\d+)-layer (?:cut|version|variant|slice|proxy|stack|excerpt)\b|"
    r"\b(?:width|depth|shape|layers?|dimensions?|architecture|tokeni[sz]er|vocabulary|data) of (?:the|a|an|our)\b|\btrain(?:s|ed|ing)? (?!(?:an?|the|our|this|these|it|its|them|one|two|both|all|only|from|with|and|in|on|under|using|via)\b)[a-zA-Z-]+s on (?:an?|the|our) (?:\w+ )?\d|"
    r"\btypos?\b|\bshould (?:have )?read\b|\bdoubt(?:s|ed)?\b|\bdry run\b|\b(?:on|with) (?:fake|meta|dummy) \w+\b|\bsimulat\w+|\bemulat\w+|\bone of (?:the )?\d+ (?:such )?(?:stages?|groups?|shards?)\b|\?\s*$",
    re.I,
)
KEPT = Lazy(
    r"\b(?:no|without|not?|never|disabl\w+)\b[^.;]{0,24}\boff-?load\w*|\b(?:all|everything|entirely|kept|stay|stays|held|reside\w*)\b[^.;]{0,50}\b(?:HBM|GPU memory|device memory|on[- ]device)\b",
    re.I,
)


_LABELS = Lazy(r"(?<![\w.])(?:\w+-)*(\d+(?:\.\d+)?)B\b(?!/s)")
_SAME_RUN = Lazy(r"\b(?:pre-?)?train\w*|\bfine-?tun\w*|\boptimi[sz]er\b|\bAdamW?\b|\bgradients?\b|\b(?:all|both|every|each) (?:\w+ )?models?\b|\bit\b|\bthis\b", re.I)  # fmt: skip


def of_another(text: str, params: float) -> bool:
    """Whether a sentence names models of another size, and says nothing of the run of this one."""
    labels = [1e9 * float(m.group(1)) for m in _LABELS.finditer(text)]
    other = labels and all(abs(v - params) > 0.1 * params for v in labels)
    return bool(other) and not _SAME_RUN.search(text)


def words_of_run(passage: tuple[Sentence, ...], k: int, params: float) -> str:
    """The words of a passage that may be about a run, those about a model of another size left out."""
    return " ".join(
        s.text for j, s in enumerate(passage) if j == k or not of_another(s.text, params)
    )


def training_states(passage: tuple[Sentence, ...]) -> tuple[LocalState, ...]:
    """Training of a sized model on counted, named devices, with the recipe of its passage."""
    if not any(_TRAINS.search(s.text) for s in passage if s.readings):
        return ()
    recipe = frozenset(n for n, p in RECIPE.items() if any(p.search(s.text) for s in passage))
    out: list[LocalState] = []
    for k, sentence in enumerate(passage):
        if not _TRAINS.search(sentence.text) or FAILED.search(sentence.text):
            continue
        params = [
            i
            for i, r in enumerate(sentence.readings)
            if r.kind is Kind.PARAM_COUNT
            and r.quantity.point >= 1e8
            and not isinstance(r.quantity.value, tuple)
        ]
        devices = [
            i
            for i, r in enumerate(sentence.readings)
            if r.noun == "gpu" and r.per == "" and plain_count(r)
        ]
        nodes = [i for i, r in enumerate(sentence.readings) if r.noun == "node"]
        names = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(sentence.text)))
        if len(params) != 1 or len(devices) != 1 or len(names) != 1 or nodes:
            continue
        # "... and serve it on one A100": the devices are of the nearest clause, and it trains nothing
        lead = re.split(r"[,;:]|\band\b", sentence.text[: sentence.readings[devices[0]].start])[-1]
        if _USES.search(lead) and not _TRAINS.search(lead):
            continue
        whole = words_of_run(passage, k, sentence.readings[params[0]].quantity.point)
        cues = {n for n, p in STATE_CUES.items() if re.search(p, whole, re.I)}
        if KEPT.search(whole):
            cues.discard("offload")
            cues.add("kept")
        from tanaka.paper.physics.plain import plain_claim, with_claims  # it asks this module too

        own = (params[0], devices[0])
        size = sentence.readings[params[0]].quantity.point
        told = with_claims(passage)
        if not plain_claim("training state", passage, k, own, params=size, told=told):
            cues.add(OPEN)
        out.append(
            LocalState(k, params[0], devices[0], names[0], recipe, frozenset(cues), How.STATED)
        )
    return tuple(out)
