"""What the labels of a table say of its cells: unit, what is counted, kind, and which way is better.

A label is a header, a stub, a heading inside the table, or the caption.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.model import Direction
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, units
from tanaka.quantity.reader import noun_named
from tanaka.quantity.tails import price as price_unit
from tanaka.records import dataclass

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
_SCALED = Lazy(
    r"[(\[]\s*(?:in\s+)?(?P<word>[kKMBT]|thousands?|millions?|billions?|trillions?|Mio\.?)\s*[)\]]|"
    r"[/,]\s?(?P<last>[kKMB]|millions?|billions?)\s*$"
)
# A power of ten that values are in: "(×10^{18})", "[10^{9} tokens]", "/ 10^{6}"; or one that says
# nothing sure: "Loss ×10^{3}" is multiplied or to be multiplied.
_POWER = Lazy(
    r"(?P<open>[(\[])\s*(?:in\s+)?(?P<times>[×x·]\s?)?(?:10\s?\^\s?\{?\s?(?P<a>[+−-]?\d{1,2})\s?\}?|1[eE](?P<b>[+−-]?\d{1,2})|(?<=[×x] )(?P<e>10*(?:,000)*)|(?<=[×x])(?P<f>10*(?:,000)*))"
    r"[\s·×]*(?P<rest>[^()\[\]]{0,16}?)\s*[)\]]|"
    r"(?P<over>[/,×·])\s?(?:10\s?\^\s?\{?\s?(?P<c>[+−-]?\d{1,2})\s?\}?|1[eE](?P<d>[+−-]?\d{1,2}))\s*(?P<unit>[A-Za-zµμ][A-Za-z/µμ]{0,11})?\s*$"
)
_ONE = Lazy(r"10|1[eE,]")
_ANY_POWER = Lazy(r"[×x·]\s?10\s?\^|[×x]\s?1[eE]\d")
_LARGE = frozenset({Kind.PARAM_COUNT, Kind.TOKEN_COUNT})
_SHARES = frozenset({Kind.SPEEDUP, Kind.ACCURACY, Kind.UTILIZATION})
# What stands under such a label names or numbers something: it is no quantity.
_NAMES = Lazy(
    r"\s*(?:#|№|nos?\.|nr\.?|(?:\S+[ _])?ids?|(?:(?:layer|row|run|stage|block|task|job|query|kernel|test|case|item|sample|config|head|expert)[ _])?(?:idx|index|indices)|"
    r"(?:release |publication |launch )?year(?: of \w+)?|(?:release )?dates?|(?:(?:software|driver|package|library|cuda|python|pytorch|kernel|compiler|model|framework|os|firmware) )?version|"
    r"versions|ver\.|commit|released|published|port)\s*",
    re.I,
)
_PRICE = Lazy(r"(?:US)?\$\s?(?=/|per\b)|USD\s?(?=/|per\b)")
# "P / W" in the style of SI: a symbol, and a unit of what the symbol stands for.
_SYMBOLS = {"P": "W", "t": "s", "T": "s", "E": "J", "f": "Hz"}
_SYMBOL_OVER_UNIT = Lazy(r"\s*([PtTEf])(?:_\{?\w+\}?)?\s/\s(\S{1,4})\s*")
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
    power : int
        Power of ten that the label says values are in ("FLOPs (×10^{18})"), else 0.
    per : str
        What a value is per ("step", "token"), or "".
    noun : str
        What is counted ("gpu"), or "".
    kind : Kind or None
    ratio, factor : bool
        Whether a bare decimal under it is a factor, as a header and as a stub says it.
    setting : bool
        Whether it names a setting or a count.
    names : bool
        Whether what stands under it is a year, a version or an index, and no quantity.
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
    power: int = 0
    names: bool = False

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
    words = _ARROWS.sub(" ", label).strip()
    power = 0
    if _ONE.search(words):
        words, power = _power(words)
    words = _MARKS.sub("", words).strip()
    if _NAMES.fullmatch(words):
        return Hint(setting=True, names=True, better=better)
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
    return Hint(unit, scale, per, noun, kind, ratio, factor, setting, better, power)


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
    if units.known(word):
        return word, ""
    if (price := _PRICE.match(word)) and price_unit(f"USD{word[price.end() :]}") is not None:
        return f"USD{word[price.end() :]}", ""
    if word[:1].isupper():
        lowered = word[:1].lower() + word[1:]
        if len(word) > 3 and units.known(lowered):
            return lowered, ""
    if (match := _PER.fullmatch(word)) and units.known(match.group("unit")):
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
    if re.match(r"\s*%\s?of\b", label):
        return "%", ""  # "% of peak"
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
            "year",
        ):
            return found, per
    if whole == "%":
        return "%", ""
    if symbol := _SYMBOL_OVER_UNIT.fullmatch(label):
        found = _known(symbol.group(2))[0]
        if found and units.known(found) and units.lookup(found).base == _SYMBOLS[symbol.group(1)]:
            return found, ""
    quotient = re.search(r"\s/\s(\S{1,8})\s*$", label)
    if quotient and metric(label) is not None and _known(quotient.group(1))[0]:
        return _known(quotient.group(1))  # "Time / s"
    last = re.search(r"(?P<before>\S*)(?:^|\s|/\s)(?P<word>[^\s/]\S*)\s*$", label)
    if not last:
        return "", ""
    word, before = last.group("word"), last.group("before")
    if re.fullmatch(r"\S+/(?:s|sec|min)|[RQ]PS|FPS", word):
        for spelling in (word, word[:1].lower() + word[1:]):
            if units.known(spelling):
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


def in_a_power(label: str) -> bool:
    """Whether a label puts a power of ten before its values, sure or not: it states none itself."""
    return "1" in label and _POWER.search(label) is not None


def _power(label: str) -> tuple[str, int]:
    """A label without the power of ten that it puts before its values, and that power.

    Where it is not sure that values are in that power, the label is left with nothing that could
    give them a unit: 3.3 under "FLOPs ×10^{18}" is no 3.3 FLOP.
    """
    match = _POWER.search(label)
    if match is None:
        return ("" if _ANY_POWER.search(label) else label), 0
    zeros = match.group("e") or match.group("f")
    exponent = zeros.count("0") if zeros else int(next(filter(None, match.group("a", "b", "c", "d"))).replace("−", "-"))  # fmt: skip
    name, rest = label[: match.start()].rstrip(), match.group("rest") or match.group("unit") or ""
    bare = f"{name} ({rest}){label[match.end() :]}" if rest else name + label[match.end() :]
    counts = (
        metric(name) in _LARGE or noun_named(name) or re.search(r"(?i)flops?\b|\bmacs?\b", name)
    )
    known = bool(rest) and bool(_known(rest)[0] or noun_named(rest))
    over = match.group("over")
    if rest:
        sure = known and over != "×"
    elif match.group("open"):
        kind = metric(name)
        times = match.group("times") is not None
        told = bool(counts or _unit(name)[0] or (kind and kind not in _SHARES))
        # "F1 (×100)" and "Loss (×10^{3})" may as well be multiplied by it
        sure = (told and not (zeros and exponent < 3)) or (times and exponent < 0)
    else:
        # "Params / 10^{6}" are divided by it; a comma or a cross is sure of what is large only
        sure = over == "/" or (bool(counts) and exponent > 0)
    if sure:
        return bare, exponent
    return (label if over == "," else ""), 0


def scale_said(label: str) -> str:
    """Letter that stands in brackets at the end of a label, multiplier or not: "Embedding (M)"."""
    match = _SCALED.search(label)
    return _SCALES.get(match.group("word") or "", "") if match else ""


def _scale(label: str, kind: Kind | None) -> str:
    """Letter of the multiplier that a label puts before its values: "Params (M)"."""
    match = _SCALED.search(label)
    if match is None:
        return ""
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
    r"[numµμ]s|%|[KMGT]i?B(?:/s)?|[GMT]FLOPS?(?:/s)?|[GT]FLOP/s|k?tok(?:en)?s?/s(?:ec(?:ond)?)?|"
    r"(?:samples|sequences|seqs?|images|imgs?|frames|req(?:uest)?s?|queries|steps|iterations?|it)/s(?:ec(?:ond)?)?|"
    r"(?:tokens|samples|sequences|images|frames|requests|queries|steps|iterations) per second|QPS|FPS|GPU[ -]hours)(?![A-Za-z/])"
)


@lru_cache(maxsize=512)
def caption_hint(caption: str) -> Hint:
    """What a caption tells of all numbers of its table: one unit, one metric, one direction."""
    found: list[tuple[str, str]] = []
    for match in _CAPTION_UNIT.finditer(caption):
        word = match.group("u") or match.group("v")
        aside = match.group("u") and re.search(r"\d\s*$", caption[: match.start()])
        if aside and not word.endswith("/s"):
            continue  # "3B (4 bit)" is an aside; "in FP16 (tokens/s)" is none
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
