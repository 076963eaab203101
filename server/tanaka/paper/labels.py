"""What the labels of a table say of its cells: unit, what is counted, kind, and which way is better.

A label is a header, a stub, a heading inside the table, or the caption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tanaka.paper.model import Direction
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, units
from tanaka.quantity.reader import noun_named

_UNIT_IN_HEADER = Lazy(
    r"(?P<glued>[A-Za-z])?[(\[]\s*(?:in\s+)?(?P<u>[^()\[\]]{1,22}?)\s*[)\]]|,\s*(?:in\s+)?(?P<v>%|×|[A-Za-zµμ]{1,6}(?:/[A-Za-z]{1,8})?)\s*$|\s(?P<w>%)$"
)
_ARROWS = Lazy(r"[↑↓⇑⇓⬆⬇▲▼]")
_MARKS = Lazy(r"\s*(?:\^\{?[\w†‡*]{1,2}\}?|[*†‡§¶])+\s*$")
_PER = Lazy(
    r"(?P<unit>[^/\s]{1,12})\s?/\s?(?P<per>step|iter(?:ation)?|token|tok|image|img|sample|frame|GPU|device|node|layer|inference|"
    r"epoch|request|req|query|batch|op|call|chip|core|hop|iteration)s?\.?",
)
# Alone, or as a last word, these are units and nothing else.
_SAFE = Lazy(
    r"(?:[nuµμm]s|[num]?sec|secs|seconds|milliseconds|microseconds|minutes|hours|[kKMGTP]i?B|[kKMGTP]i?B/s|[mkMGµμunp]J|"
    r"[kKMGTP]?FLOP[sS]?(?:/s)?|[kKMGTP]?FLOP/s|[GT]OPS(?:/W)?|[mkM]W|[kMG]Hz|k?Wh|[GM]MACs|MACs|Joules?|Watts?|GPU[- ]hours)"
)
_SCALES = {
    "k": "K", "K": "K", "M": "M", "B": "B", "T": "T", "thousands": "K", "millions": "M", "billions": "B", "trillions": "T",
    "thousand": "K", "million": "M", "billion": "B", "trillion": "T", "Mio": "M", "Mio.": "M",
}  # fmt: skip
_POWERS = {3: "K", 6: "M", 9: "B", 12: "T"}
_SCALED = Lazy(
    r"[(\[]\s*(?:in\s+)?(?P<word>[kKMBT]|thousands?|millions?|billions?|trillions?|Mio\.?)\s*[)\]]|"
    r"[/,]\s?(?P<last>[kKMB]|millions?|billions?)\s*$|×\s?10\s?\^\s?\{?(?P<power>\d{1,2})\}?"
)
_RATIO = Lazy(
    r"speed-?\s?up|×|\bratio\b|\bfactor\b|normali[sz]ed|\bgain\b|improvement|\bvs\.?\b|\bover\b|relative|faster",
    re.I,
)

_FACTOR = Lazy(
    r"(?i)speed-?\s?ups?\b|\bratio\b|normali[sz]ed|\brelative to\b|(?:^|\s)×\s*$|[(\[]\s?×\s?[)\]]"
)

# What a label measures, by its words; the first that fits counts.
_METRICS: tuple[tuple[Kind, Lazy], ...] = tuple(
    (kind, Lazy(words))
    for kind, words in (
        (Kind.SPEEDUP, r"(?i)speed-?\s?ups?\b"),
        (Kind.UTILIZATION, r"\b[MH]FU\b|(?i:utili[sz]ation|occupancy|\butil\b)"),
        (Kind.THROUGHPUT,
         r"(?i:throughput|goodput|\btok(?:en)?s?\s?/\s?s|\b(?:samples|images|seqs?|sequences|req(?:uest)?s?|queries|frames)\s?/\s?s|"
         r"per second)|\b(?:QPS|RPS|FPS|TPS)\b"),
        (Kind.MEMORY_BANDWIDTH, r"(?i)(?:memory|mem\.?|hbm|dram)\s(?:bandwidth|bw)\b"),
        (Kind.LINK_BANDWIDTH, r"(?i)\bbandwidth\b|\bBW\b"),
        (Kind.ACCURACY,
         r"(?i:accura|(?<![a-z])acc\b|top-?\s?[15]\b|bleu|rouge|meteor\b|\bf1\b|exact match|perplexit|\bppl\b|recall|win rate|"
         r"pass@|mmlu|hellaswag|gsm-?8k|humaneval|winogrande|piqa\b|boolq|\barc-[ce]|wikitext|glue\b|squad|\bmiou\b)|"
         r"\b(?:EM|mAP|AP50|AP75|AUC|AUROC|WER|CER)\b"),
        (Kind.DEGREE, r"^\s*#?\s*(?:TP|PP|DP|EP|CP|SP|VPP)\b(?: (?:size|degree))?\s*$|(?i:parallel(?:ism)? (?:degree|size))"),
        (Kind.BATCH_SIZE, r"(?i:batch\s?-?sizes?|^\s*(?:#\s*)?(?:global |local |micro-?|mini-?)?batch(?:es)?\s*$)|^\s*(?:BS|GBS|MBS|B\.?S\.?)\s*$"),
        (Kind.SEQ_LEN,
         r"(?i:seq(?:uence|\.)?\s?-?len(?:gth|\.)?|context(?: len(?:gth|\.)?| window| size)|prompt len|(?:input|output|max) len|"
         r"^\s*(?:context|sequence|seq\.?)\s*$)|^\s*(?:ISL|OSL)\s*$"),
        (Kind.PARAM_COUNT,
         r"(?i:\bparams\b|\bparameters\b|^\s*parameter\s*$|#\s?param|param(?:eter)?s? ?counts?|model size)|#\s?P\b"),
        (Kind.ENERGY, r"(?i)energy|joules?\b"),
        (Kind.POWER, r"(?i)\bpower\b|\btdp\b|\bwatts?\b"),
        (Kind.COST, r"(?i)\bcosts?\b|\bprice|\busd\b|\$"),
        (Kind.LATENCY,
         r"(?i:latenc|\btimes?\b|run-?time|\bdelay|duration|\belapsed|makespan)|\b(?:TTFT|TPOT|TBT|ITL|JCT|RTT)\b|"
         r"(?<![A-Za-z\d])(?<!\d )[nuµμm]s(?![A-Za-z])"),
        (Kind.MEMORY_CAPACITY, r"(?i)\bmem(?:ory|\.)?(?![a-z])|(?<!carbon )(?<!co2 )footprint|vram\b|storage|\bcapacity\b|(?<![a-z\d])(?<!\d\s)[KMGT]i?B\b"),
        (Kind.TOKEN_COUNT, r"(?i)\btokens?\b"),
    )
)  # fmt: skip
# What a caption may say of a whole table.
_MEASURED = frozenset({Kind.SPEEDUP, Kind.UTILIZATION, Kind.THROUGHPUT, Kind.ACCURACY, Kind.ENERGY, Kind.POWER,
                       Kind.LATENCY, Kind.MEMORY_CAPACITY, Kind.MEMORY_BANDWIDTH})  # fmt: skip
# A number under such a label is a setting, a count or a place, and never a value of the caption's metric.
_SETTING = Lazy(
    r"(?i)^\s*#\s*[a-z]|^\s*year\s*$|\bnumber of\b|\bno\. of\b|\b(?:layers?|heads?|hidden|dim(?:ension)?s?|width|depth|size|epochs?|steps?|iterations?|"
    r"seeds?|gpus|nodes|devices|workers|threads|cores|ranks|machines|batch(?:es)?|seq|sequences?|context|length|rank|bits?|"
    r"experts?|stages?|shots?|id|index|top-?k|streams?|slots?|samples?|images?|count|version|rate limit|lr|learning rate)\b"
)
_ALONE = Lazy(
    r"\s*(?:GPU|CPU|TPU|NPU|FPGA|device|node|server|machine|host|accelerator|cluster|card|chip|layer|stage|block|head|expert|replica|"
    r"rank|worker|thread|core|process|request|query|user|sample|image|sentence|run|seed|trial|epoch|step|iteration|port|link|cycle)\s*",
    re.I,
)
_BETTER = Lazy(
    r"(?i)(?P<high>higher|more|larger|bigger|greater)(?:\s+(?:values?|numbers?|scores?))?\s+(?:is|are|means?)\s+better|"
    r"(?P<low>lower|less|smaller|fewer|shorter)(?:\s+(?:values?|numbers?|scores?))?\s+(?:is|are|means?)\s+better"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a label tells of the numbers under it.

    Attributes
    ----------
    unit : str
        As `tanaka.quantity.read` takes it ("ms", "%", "×"), or "".
    scale : str
        "K", "M", "B" or "T" where the label says that values are in thousands and so on.
    per : str
        What a value is per ("step", "token"), or "".
    noun : str
        What is counted ("gpu"), or "".
    kind : Kind or None
    ratio, factor : bool
        Whether a bare decimal under it is a factor, as a header and as a stub says it.
    setting : bool
        Whether it names a setting or a count.
    better : Direction
    """

    unit: str = ""
    scale: str = ""
    per: str = ""
    noun: str = ""
    kind: Kind | None = None
    ratio: bool = False
    factor: bool = False
    setting: bool = False
    better: Direction = Direction.NONE

    @property
    def measures(self) -> bool:
        """Whether the label names something that is measured or set, and no system."""
        return bool(self.unit or self.noun or self.kind or self.scale or self.factor)


NOTHING = Hint()


@lru_cache(maxsize=4096)
def hint(label: str) -> Hint:
    """What a header, a stub or a heading tells of the numbers under it."""
    if not label:
        return NOTHING
    better = _direction(label)
    words = _MARKS.sub("", _ARROWS.sub(" ", label)).strip()
    kind = metric(words)
    unit, per = _unit(words)
    scale = ""
    if not unit or unit in ("B", "m", "h"):
        scale = _scale(words, kind)
        if scale:
            unit = ""
    noun = ""
    # "A100" names a device, and "# A100 GPUs" counts them.
    if not unit and (not re.search(r"\d", words) or re.match(r"\s*#|(?i:number)", words)):
        noun = noun_named(re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", words))
        if _ALONE.fullmatch(words):
            noun = ""  # "GPU" beside "CPU" names what was measured, and "Layer" which one
    ratio = not scale and _RATIO.search(words) is not None
    setting = bool(noun) or (len(words.split()) <= 3 and _SETTING.search(words) is not None)
    factor = ratio and _FACTOR.search(words) is not None
    return Hint(unit, scale, per, noun, kind, ratio, factor, setting, better)


def metric(words: str) -> Kind | None:
    """Kind of what a label names, where its words tell."""
    for kind, pattern in _METRICS:
        if pattern.search(words):
            return kind
    return None


def _direction(label: str) -> Direction:
    up, down = bool(re.search("[↑⇑⬆▲]", label)), bool(re.search("[↓⇓⬇▼]", label))
    if up != down:
        return Direction.HIGHER if up else Direction.LOWER
    if up:
        return Direction.NONE
    match = _BETTER.search(label) if "better" in label else None
    if match is None:
        return Direction.NONE
    return Direction.HIGHER if match.group("high") else Direction.LOWER


def _known(word: str) -> tuple[str, str]:
    """Unit that a word spells, and what it is per; two empty strings where it spells none."""
    word = re.sub(r"[\u2009\u00a0]", " ", word.strip())
    if word in ("%", "percent", "percentage", "pct"):
        return "%", ""
    if word in ("×", "x"):
        return "×", ""
    if word in ("$", "USD", "US$"):
        return "USD", ""
    if spelled := re.fullmatch(r"([numkMGµμ]?)([Jj]oules?|[Ww]atts?|[Ss]ec(?:onds?|s)?\.?)", word):
        word = spelled.group(1) + {"j": "J", "w": "W", "s": "s"}[spelled.group(2)[0].lower()]
    pattern = units.pattern()
    if pattern.fullmatch(word):
        return word, ""
    if word[:1].isupper():
        lowered = word[:1].lower() + word[1:]
        if len(word) > 3 and pattern.fullmatch(lowered):
            return lowered, ""
    if (match := _PER.fullmatch(word)) and pattern.fullmatch(match.group("unit")):
        per = {"tok": "token", "img": "image", "iter": "step", "iteration": "step", "req": "request",
               "GPU": "gpu", "device": "gpu", "chip": "gpu"}  # fmt: skip
        said = match.group("per")
        return match.group("unit"), per.get(said, said)
    return "", ""


def _unit(label: str) -> tuple[str, str]:
    """Unit that a label names in brackets, after a comma, or as its last word."""
    if re.fullmatch(r"\s*[(\[]\w[)\]]\s*", label):
        return "", ""  # "(B)" numbers a group of rows
    for match in _UNIT_IN_HEADER.finditer(label):
        word = match.group("u") or match.group("v") or match.group("w") or ""
        if match.group("glued") and word in ("s", "S") and metric(label) is not Kind.LATENCY:
            continue  # "GPU(s)" is a plural
        if found := _known(re.split(r"\s*[,;]\s*", word)[0])[0]:
            return found, _known(re.split(r"\s*[,;]\s*", word)[0])[1]
        if (flop := re.fullmatch(r"([KMGTP])", word)) and re.search(
            r"(?i)flops?\b|\bmacs?\b", label
        ):
            return flop.group(1) + ("MACs" if "mac" in label.lower() else "FLOPs"), ""
    if re.search(r"(?i)\bspeed-?up\b", label) and "%" not in label:
        return "×", ""
    if re.search(r"GPU[ -][Hh]ours", label):
        return "GPU hours", ""
    if re.search(r"\b(?:USD|cost \(\$\))", label):
        return "USD", ""
    aside = re.sub(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]\s*$", "", label)
    if aside != label:
        return _unit(aside)  # "Tok/s (two runs)"
    whole = re.sub(r"^\s*(?:#|in)\s+", "", label.strip())
    if coded := re.fullmatch(r"Δ?([munμµ]s)_\w+|\w+_([munμµ]s|[kKMG]i?B|[KMG]iB)", whole):
        return _known(coded.group(1) or coded.group(2))  # as columns of a data frame are called
    if len(whole) > 1 and (whole in ("%",) or len(whole) > 2 or _SAFE.fullmatch(whole)):
        found, per = _known(whole)
        if found and whole.lower() not in (
            "min",
            "day",
            "sec",
            "second",
            "minute",
            "hour",
            "week",
            "month",
        ):
            return found, per
    if whole == "%":
        return "%", ""
    quotient = re.search(r"\s/\s(\S{1,8})\s*$", label)
    if quotient and metric(label) is not None and _known(quotient.group(1))[0]:
        return _known(quotient.group(1))  # "Time / s"
    last = re.search(r"(?P<before>\S*)(?:^|\s|/\s)(?P<word>[^\s/]\S*)\s*$", label)
    if not last:
        return "", ""
    word, before = last.group("word"), last.group("before")
    if re.fullmatch(r"\S+/(?:s|sec|min)|[RQ]PS|FPS", word):
        for spelling in (word, word[:1].lower() + word[1:]):
            if units.pattern().fullmatch(spelling):
                return spelling, ""
    if (
        _SAFE.fullmatch(word)
        and not re.search(r"\d$", before)
        and before.lower() not in ("per", "vs", "vs.")
    ):
        return _known(word)
    if not re.search(r"\d$", before) and "/" in word:
        return _known(word)
    return "", ""


def _scale(label: str, kind: Kind | None) -> str:
    """Letter of the multiplier that a label puts before its values: "Params (M)"."""
    match = _SCALED.search(label)
    if match is None:
        return ""
    if match.group("power"):
        return _POWERS.get(int(match.group("power")), "")
    word = match.group("word") or match.group("last")
    counted = kind in (Kind.PARAM_COUNT, Kind.TOKEN_COUNT) or noun_named(
        label[: match.start()].strip()
    )
    return _SCALES.get(word, "") if counted or len(word) > 1 else ""


_SPELLED = {
    "milliseconds": "ms", "seconds": "s", "microseconds": "μs", "minutes": "min", "percent": "%", "watts": "W", "joules": "J",
    "hours": "h", "nanoseconds": "ns",
}  # fmt: skip
_OPENING = Lazy(
    r"(?i)^\s*(?:an?\s|the\s)?(?:(?:quantitative|detailed|overall|main|full|complete|performance)\s)?(?:comparisons?|results?|evaluations?|summary|"
    r"breakdown|analysis|impact|effects?|overview|list|measurements?)(?:\s(?:between|among)\s\S+)?\s(?:of|for|on|in terms of)\s"
)
_CAPTION_UNIT = Lazy(
    r"[(\[](?:in |all (?:values |numbers |times )?in |values in |times in )?(?P<u>[^()\[\]]{1,14})[)\]]|"
    r"\b(?:in|in units of)\s+(?P<v>(?i:milliseconds|seconds|microseconds|nanoseconds|minutes|percent|watts|joules|hours)|"
    r"[numµμ]s|%|[KMGT]i?B(?:/s)?|[GMT]FLOPS?(?:/s)?|[GT]FLOP/s|tok(?:en)?s?/s|tokens per second|GPU[ -]hours)(?![A-Za-z/])"
)


@lru_cache(maxsize=512)
def caption_hint(caption: str) -> Hint:
    """What a caption tells of all numbers of its table: one unit, one metric, one direction."""
    found: list[tuple[str, str]] = []
    for match in _CAPTION_UNIT.finditer(caption):
        word = match.group("u") or match.group("v")
        if match.group("u") and re.search(r"\d\s*$", caption[: match.start()]):
            continue  # "3B (4 bit)" is an aside
        unit, per = _known(_SPELLED.get(word.lower(), word))
        if unit and unit not in ("B", "V", "m"):
            found.append((unit, per))
    # "Latency of ...", "Comparison of accuracy on ...": what stands before the next preposition.
    first = _OPENING.sub("", re.split(r"(?<=[.;])\s", caption, maxsplit=1)[0])
    first = re.split(
        r"(?<=\S)\s(?:on|of|for|using|with|across|under|vs\.?|at|by|when|over|per|during)\s",
        first,
        maxsplit=1,
    )[0]
    named = {k for k, p in _METRICS if k in _MEASURED and p.search(first)}
    kind = named.pop() if len(named) == 1 else None
    unit, per = found[0] if len(set(found)) == 1 else ("", "")
    return Hint(unit, per=per, kind=kind, better=_direction(caption))
