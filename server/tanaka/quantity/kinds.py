"""What a quantity measures, told by its unit and by the words around it."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity.model import Kind

_BY_UNIT = {
    "J": Kind.ENERGY, "J/byte": Kind.ENERGY, "J/op": Kind.ENERGY, "op/J": Kind.ENERGY,
    "W": Kind.POWER, "USD": Kind.COST, "USD/s": Kind.COST, "USD/token": Kind.COST, "EUR": Kind.COST,
    "token/s": Kind.THROUGHPUT, "sample/s": Kind.THROUGHPUT, "request/s": Kind.THROUGHPUT,
    "step/s": Kind.THROUGHPUT, "io/s": Kind.THROUGHPUT, "transfer/s": Kind.LINK_BANDWIDTH,
}  # fmt: skip
_BY_NOUN = {
    "gpu": Kind.GPU_COUNT, "node": Kind.NODE_COUNT, "token": Kind.TOKEN_COUNT,
    "parameter": Kind.PARAM_COUNT, "way": Kind.DEGREE,
}  # fmt: skip

# A factor of one of these is no gain in speed.
_NO_SPEED = Lazy(
    r"memory|storage|smaller|compress|fewer|energy|larger|cheaper|bandwidth of|params|parameters|cost|power|"
    r"more (?:data|tokens|parameters|steps|compute|flops)|footprint|traffic|density|resolution|that of|"
    r"size|capacity|oversubscri|overhead"
)
_SPEED = Lazy(
    r"fast|speed|throughput|latency|acceler|slow|quick|tps\b|tokens/s|runtime|time\b|gain over"
)
_UTILIZATION = Lazy(
    r"\bm?mfu\b|\bhfu\b|utili[sz]|of (?:the )?(?:theoretical )?peak|occupancy|of (?:the )?roofline"
)
_ACCURACY = Lazy(
    r"accura|\bbleu\b|\bf1\b|top-?[15]\b|recall|precision\b(?!-)|exact match|\bmmlu\b|pass@|win rate|\bauc\b|\bmap\b|\bem\b|error rate"
)
# "47% throughput increase" is a speedup of 1.47; "40% less time" is not told as one.
_GAIN = Lazy(
    r"\s*(?:faster\b|speed-?\s?up|(?:higher|more|greater|better)\s+(?:\w+\s)?(?:throughput|performance|speed)|"
    r"(?:\w+\s)?(?:throughput|performance|speed)\s+(?:increase|gain|improvement)|(?:increase|gain|improvement)\s+(?:in|of)\s+"
    r"(?:\w+\s)?(?:throughput|performance|speed))",
    re.I,
)
_OF_PEAK = Lazy(r"\s*(?:of\s)?(?:\w+\s)?(?:peak|theoretical)\b")
_CLAUSE = Lazy(r"[;.]\s")
_BREAK = Lazy(r"[,;.](?:\s|$)|\band\b")
_DATASHEET = Lazy(
    r"peak|theoretical|up to|offers|provides|datasheet|specification|rated|maximum|capable"
)
_MEASURED = Lazy(r"sustain|achiev|measure|reach|attain")
_MEMORY = Lazy(r"hbm|dram|memory|gddr|ddr|cache|sram|lpddr")
_LINK = Lazy(
    r"nvlink|pcie|infiniband|ethernet|network|link|interconnect|wan\b|\bib\b|nic\b|all-?reduce|between|nvswitch|rdma|roce|disk|"
    r"ssd|storage|uplink|downlink"
)
_NO_CAPACITY = Lazy(
    r"block size|page size|message|chunk|bucket|packet|payload|matrix|file|dataset|corpus|transfer|traffic|"
    r"communicat|per token|/token|checkpoint size"
)
_LONG = Lazy(r"hour|day|week|month|year|GPU")
_TOKENS_AFTER = Lazy(r"\s*(?:[\w-]+\s){0,4}tokens\b")
_TOKENS_BEFORE = Lazy(r"tokens?\b[^.;]{0,16}$")
_WORDS_OF_SIZE = Lazy(
    r"hidden|embedding|vocab|head|dimension|width|depth|rank|batch|\bbsz?(?=\s?=|\s$)|sequence|context|seq\b|seqlen|seq_len|max_len|window(?!s)|prompt length|input length"
)
_SIZES_OF_LENGTH = frozenset(
    (
        "sequence",
        "context",
        "seq",
        "window",
        "prompt length",
        "input length",
        "seqlen",
        "seq_len",
        "max_len",
    )
)
_LENGTH_OF_TOKENS = Lazy(
    r"(?:sequence|context|prompt|window|input|output|max(?:imum)?)[ -](?:length|size|window|len)s?\b[^.;,]{0,24}$|contexts? of[^.;,]{0,12}$|"
    r"sequences? of[^.;,]{0,12}$|up to\s$"
)
_CONTEXT_AFTER = Lazy(r"\s*(?:-token\s)?(?:tokens?\s)?(?:-)?(?:context|sequence|prompt|window)")
_PARAMETERS = Lazy(
    r"param|model|weights|llm|moe|activated|dense|llama|gpt|qwen|opt-|mistral|network"
)
_PROCESS = Lazy(
    r"\s*(?:[A-Z]\w*\s)?(?:process|node|technology|cmos|finfet|tech\b|asic|tsmc|samsung|fab|pdk|library|silicon|edram|generation)",
    re.I,
)
_PROCESS_BEFORE = Lazy(
    r"(?:tsmc|samsung|intel|process|node|cmos|technology|globalfoundries|umc|asap)[^.;,]{0,24}$",
    re.I,
)

_IS = r"(?:[ \u2009](?:of|is|are|was|were|to|at|as|be|been|set|equals?|a|an|the|about|value|values|initial|constant|fixed|used|with))*\s*[=:≈∼~,({]*\s*$"
_RATE = Lazy(
    rf"(?:learning[- ]rates?|(?<![A-Za-z])(?:LR|lr)|step[- ]size|η|\\eta)(?:[ \u2009]?\(?[ηγα]\)?)?{_IS}"
)
_SETTING_CUES = (
    "rate", "lr", "step", "decay", "drop", "smooth", "moment", "temper", "top", "warm", "clip", "norm", "β", "γ", "λ", "ε", "α",
    "δ", "ρ", "τ", "μ", "η", "epsilon", "beta", "lambda", "discount", "ema", "weight", "regular", "penalty", "damp", "thresh", "hyper",
)  # fmt: skip
_SETTING = Lazy(
    rf"(?:weight[- ]decay|drop-?out(?:[ -](?:rate|probability))?|label[- ]smoothing|momentum|temperature|[Tt]op-?[kp](?:[ (]*[kp])?|"
    rf"warm-?up[- ](?:ratio|fraction)|gradient[- ](?:clipping|norm)|clip(?:ping)?(?:[ -](?:norm|threshold|value))?|"
    rf"[βγλεαδρτμ](?:_?\{{?\d?\}}?)?|epsilon|beta_?\d?|lambda|decay(?:[ -](?:rate|factor))?|discount(?:[ -]factor)?|"
    rf"ema|loss[- ]weight|regulari[sz]ation|penalty|damping|threshold|hyper-?parameters?){_IS}",
    re.I,
)


def kind(
    base: str, shown: str, noun: str, multiplier: float, value: float, before: str, after: str, around: str
) -> Kind:  # fmt: skip
    """Kind of a quantity.

    Parameters
    ----------
    base, shown : str
        Base unit and unit as written.
    noun : str
        What is counted.
    multiplier : float
        Of its suffix: 1e9 for "7B".
    value : float
        In base units.
    before, after, around : str
        Words near it, as printed.

    Returns
    -------
    Kind
    """
    near = (before[-40:] + " " + after[:30]).lower()
    if shown == "×":
        clause = re.split(r"[,;]", before[-40:])[-1] + " " + re.split(r"[,;]", after[:30])[0]
        return _factor(clause.lower(), after)
    if shown in ("%", "points"):
        return _share(shown, near, before, after)
    if base in _BY_UNIT:
        return _BY_UNIT[base]
    if base in ("FLOP/s", "op/s"):
        return _compute(before, after, around.lower())
    if base == "byte":
        return Kind.OTHER if _NO_CAPACITY.search(near) else Kind.MEMORY_CAPACITY
    if base == "byte/s":
        return _bandwidth(before, after, around.lower())
    if base == "s":
        return Kind.DURATION if value >= 1800 or _LONG.search(shown) else Kind.LATENCY
    if base == "m":
        process = shown == "nm" and (_PROCESS.match(after) or _PROCESS_BEFORE.search(before))
        return Kind.PROCESS_NODE if process else Kind.OTHER
    if base != "1":
        return Kind.OTHER
    return _count(shown, noun, multiplier, value, before, after)


def _factor(near: str, after: str) -> Kind:
    if _NO_SPEED.search(near) and not _SPEED.search(near):
        return Kind.OTHER
    if re.match(r"\s*that of\b", after):
        return Kind.OTHER  # a ratio of two things, whatever is compared
    return Kind.SPEEDUP


def _share(shown: str, near: str, before: str, after: str) -> Kind:
    if _UTILIZATION.search(near):
        return Kind.UTILIZATION
    if _ACCURACY.search(near):
        return Kind.ACCURACY
    if shown == "%" and _GAIN.match(after):
        return Kind.SPEEDUP
    if _RATE.search(before[-40:]) or _SETTING.search(before[-40:]):
        return Kind.HYPERPARAMETER
    return Kind.OTHER


def _last(pattern: Lazy, text: str) -> int:
    """Where the last match of a pattern begins, or -1."""
    at = -1
    for match in pattern.finditer(text):
        at = match.start()
    return at


def _compute(before: str, after: str, wide: str) -> Kind:
    if _OF_PEAK.match(after):
        return Kind.PEAK_COMPUTE
    clause = _CLAUSE.split(before)[-1].lower()
    measured, peak = _last(_MEASURED, clause), _last(_DATASHEET, clause)
    if measured < 0 and peak < 0:
        peak = 0 if _DATASHEET.search(wide) and not _MEASURED.search(wide) else -1
    return Kind.PEAK_COMPUTE if peak > measured else Kind.ACHIEVED_COMPUTE


def _bandwidth(before: str, after: str, wide: str) -> Kind:
    tail = _BREAK.split(after[:28])[0].lower()
    clause = _BREAK.split(before)[-1].lower()
    memory, link = _MEMORY.search(tail), _LINK.search(tail)
    if not memory and not link:
        memory, link = _MEMORY.search(clause), _LINK.search(clause)
    if bool(memory) != bool(link):
        return Kind.MEMORY_BANDWIDTH if memory else Kind.LINK_BANDWIDTH
    return Kind.MEMORY_BANDWIDTH if _MEMORY.search(wide) else Kind.LINK_BANDWIDTH


def _count(shown: str, noun: str, multiplier: float, value: float, before: str, after: str) -> Kind:
    lead, tail = _CLAUSE.split(before[-44:])[-1].lower(), after[:30].lower()
    if noun == "token" and "vocab" in lead[-32:]:
        return Kind.OTHER
    if noun == "token":
        if value <= 4e6 and (_LENGTH_OF_TOKENS.search(lead) or _CONTEXT_AFTER.match(tail)):
            return Kind.SEQ_LEN
        return Kind.TOKEN_COUNT
    if noun in _BY_NOUN:
        return _BY_NOUN[noun]
    if not noun and multiplier == 1.0:
        if any(cue in lead for cue in _SETTING_CUES):
            if _RATE.search(before[-44:]):
                return Kind.LEARNING_RATE
            if _SETTING.search(before[-44:]):
                return Kind.HYPERPARAMETER
        if _ACCURACY.search(lead[-26:]):
            return Kind.ACCURACY
    if not noun and multiplier <= 2.0**20 and _CONTEXT_AFTER.match(tail):
        return Kind.SEQ_LEN
    if multiplier in (1e9, 1e12) and noun == "":
        tokens = _TOKENS_AFTER.match(after) or _TOKENS_BEFORE.search(before)
        return Kind.TOKEN_COUNT if tokens else Kind.PARAM_COUNT
    if noun and noun not in ("sequence", "sample", "batch"):
        return Kind.OTHER
    if tail.startswith(("×", " ×", "x")) or lead.rstrip().endswith("×"):
        return Kind.OTHER  # a factor of a product
    said = _WORDS_OF_SIZE.findall(lead)[-1:] or _WORDS_OF_SIZE.findall(tail.split(",")[0])[:1]
    if said:
        if said[0] == "batch" or said[0].startswith("bs"):
            return Kind.BATCH_SIZE
        if said[0] in _SIZES_OF_LENGTH:
            return Kind.SEQ_LEN
    if multiplier == 1e6 and _PARAMETERS.search(lead + tail):
        return Kind.PARAM_COUNT
    return Kind.OTHER
