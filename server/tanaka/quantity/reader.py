r"""Find the quantities in a piece of plain text.

The text is what `tanaka.latex` makes of a passage: math signs as characters, ``\,`` as a thin
space, superscripts as ``^{...}``.  Reading is greedy from the left: a number literal, then what
follows it (suffix, unit, percent, times, counted noun), then the hedge before it.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache

from tanaka.quantity import literal as literals
from tanaka.quantity import units
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.quantity.model import Kind, Qualifier, Quantity, Reading

_S = r"[ \t\u2009\u00a0\n]"  # the spaces of plain text
_DIGITS = r"(?:\d{1,3}(?:(?:,|\u2009)\d{3})+(?![\d,]*\d)|\d+)(?:\.\d+)?|\.\d+"
_SCI = rf"(?:{_S}?[×·]{_S}?10{_S}?\^{_S}?(?:\{{[−-]?\d+\}}|[−-]?\d+)|[eE][-+]?\d{{1,2}}(?![A-Za-z\d]))?"
_WORDS = "|".join(sorted((w for w in literals.WORDS if w != "hundred"), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<num>[−-]?(?:{_DIGITS}){_SCI})|(?<![A-Za-z-])(?P<word>(?i:{_WORDS}))(?![A-Za-z])"
)
_SUFFIX = re.compile(
    rf"{_S}?(thousand|million|billion|trillion)(?![A-Za-z])|{_S}?([KkMBT])(?![A-Za-z0-9])"
)
_MULTIPLIER = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
}  # fmt: skip
_PERCENT = re.compile(rf"{_S}?(?:%|per{_S}?cent(?![a-z]))")
_POINTS = re.compile(
    rf"(?:{_S}|-)?(?:percentage{_S}points?|absolute{_S}points?|points?|pp|p\.p\.)(?![A-Za-z])"
)
_TIMES = re.compile(
    rf"{_S}?×(?!{_S}?\d)|[xX](?![A-Za-z0-9@])|{_S}times(?![A-Za-z])|-?{_S}?fold(?![A-Za-z])"
)
_DIMENSION = re.compile(rf"{_S}?[×x]{_S}?\d")
_PRODUCT = re.compile(rf"(?:{_S}?[×x]{_S}?\d[\d,]*)+{_S}?={_S}?\d")

_NOUNS = {
    "gpu": "GPUs?|GPU's|devices?|cards?|accelerators?|chips?|TPUs?|ranks?|workers?|processes|GCDs?",
    "node": "nodes?|machines?|servers?|hosts?|instances?",
    "layer": "layers?|blocks?",
    "head": "heads?",
    "expert": "experts?",
    "stage": "stages?",
    "replica": "replicas?",
    "micro-batch": "micro-?batch(?:es)?",
    "batch": "batch(?:es)?",
    "step": "steps?|iterations?|updates?",
    "accumulation": f"(?:gradient{_S})?accumulation{_S}steps?",
    "token": "tokens?",
    "sequence": "sequences?",
    "sample": "samples?|images?|examples?|sentences?",
    "request": "requests?|queries|users?|streams?",
    "parameter": "param(?:eter)?s?|weights?",
    "layer-width": "hidden|wide",
    "epoch": "epochs?",
    "run": "runs?|seeds?|trials?|repetitions?|times",
    "core": "cores?|threads?|CPUs?|vCPUs?",
    "port": "ports?|links?|NICs?",
    "way": "way",
    "bit": "bits?",
    "line": "lines",
    "cycle": rf"(?:clock{_S})?cycles?",
}  # fmt: skip
# Words that may stand between a count and its noun: "2048 H800 GPUs", "64 data-parallel replicas".
_BETWEEN = (
    rf"(?:{_S}|-|–)(?:NVIDIA|Nvidia|AMD|Intel|Google|Quadro|Tesla|DGX|HGX|data|tensor|pipeline|model|parallel|"
    rf"identical|virtual|physical|compute|worker|total|local|global|training|training-time|concurrent|more|"
    rf"synchronous|transformer|decoder|attention|diverse|KV|key-value|query|routed|shared|cluster|of{_S}the|"
    rf"data-parallel|tensor-parallel|pipeline-parallel|model-parallel|[A-Z]{{1,2}}\d{{2,4}}[A-Za-z]{{0,2}}"
    rf"(?:-[A-Z0-9]+)*(?:{_S}?\d+{_S}?GB)?|MI\d+X?|RTX{_S}?\d+|TPUv\d|active|gradient|additional|other|"
    rf"available|high-end|off-the-shelf|optimizer|warm-up|warmup|small|large)(?={_S}|-|–)"
)
_DEVICE = re.compile(
    rf"(?:{_S}|-)(?:(?:NVIDIA|Nvidia|AMD|Intel|Google|Quadro|Tesla|GeForce){_S})*"
    rf"(?:[ABHLPTV]\d{{1,3}}0{{0,2}}|GH200|GB200|B200|H200|MI\d{{3}}X?|RTX{_S}?\d{{4}}|TPU{_S}?v\d[a-z]?|Jetson|Gaudi\d?)"
    rf"(?:-[A-Za-z0-9]+)*(?:{_S}(?:SXM\d?|PCIe|NVL))?(?:{_S}?\d+{_S}?GB)?(?:{_S}GPUs?|s)?(?![A-Za-z0-9])"
)


_DEVICE_HOURS = re.compile(
    rf"(?:{_S}|-)?(?:(?:NVIDIA|[A-Z]{{1,2}}\d{{2,4}}[A-Za-z]*|TPU{_S}?v\d){_S})*(GPU|TPU|device|accelerator|"
    rf"[ABHV]\d{{3}}|node|core|chip)s?(?:{_S}|-)(hour|day|year)s?(?![a-z])"
)


@cache
def _noun_pattern() -> re.Pattern[str]:
    groups = "|".join(f"(?P<n{i}>{body})" for i, body in enumerate(_NOUNS.values()))
    return re.compile(rf"(?:{_BETWEEN}){{0,3}}(?:{_S}|-)?(?:{groups})(?![A-Za-z])")


_NOUN_NAMES = tuple(_NOUNS)


def noun_named(label: str) -> str:
    """What the cells under a header count ("# GPUs", "Number of nodes"), or ""."""
    words = re.sub(r"^\s*(?:#|no\.? of|number of|num\.?)\s*", "", label, flags=re.I).strip()
    for spelling in (words, words.lower()):
        name, end = _noun_after(" " + spelling, 0)
        if name and end == len(words) + 1:
            return name
    return ""


_HEDGES: tuple[tuple[Qualifier, str], ...] = (
    (Qualifier.APPROX, rf"about|around|roughly|approximately|approx\.|circa|ca\.|some|nearly|almost|"
     rf"close{_S}to|just{_S}under|just{_S}over|on{_S}the{_S}order{_S}of|≈|∼|~|≃|≅"),
    (Qualifier.MAX, rf"up{_S}to|as{_S}much{_S}as|as{_S}many{_S}as|at{_S}most|at{_S}best|no{_S}more{_S}than|"
     rf"a{_S}maximum{_S}of|maximum{_S}of|within|≤|max\.?"),
    (Qualifier.MIN, rf"at{_S}least|no{_S}less{_S}than|≥|minimum{_S}of|as{_S}low{_S}as|down{_S}to"),
    (Qualifier.GT, rf"more{_S}than|over|above|exceed(?:s|ing)?|greater{_S}than|beyond|>"),
    (Qualifier.LT, rf"less{_S}than|fewer{_S}than|under|below|<"),
    (Qualifier.MEAN, rf"on{_S}average|an{_S}average{_S}of|average{_S}of|mean{_S}of"),
)  # fmt: skip


@cache
def _hedge_pattern() -> re.Pattern[str]:
    groups = "|".join(f"(?P<h{i}>{body})" for i, (_, body) in enumerate(_HEDGES))
    return re.compile(
        rf"(?:(?<![A-Za-z])|(?<=[≈∼~≤≥<>]))(?:{groups}){_S}?(?:an?{_S}|the{_S})?\$?$", re.I
    )


# A number that belongs to a name or to the document's own numbering is no quantity.
_NAMED_BEFORE = re.compile(
    r"(?:[A-Za-z_\\/@#&]|[A-Za-z]-|\d[.:]|\^\{?|_\{?|[A-Za-z]\d*\.|[0-9a-f]{4}-)$"
)
_DOCUMENT_BEFORE = re.compile(
    rf"(?:Sections?|Secs?\.|Figures?|Figs?\.|Tables?|Tab\.|Equations?|Eqs?\.|Algorithms?|Chapters?|Appendix|"
    rf"Lines?|Steps?|Lemma|Theorem|Stage|stage|version|Version|level|Level|Part|Phase|phase|ZeRO|§|\[|"
    rf"Python|CUDA|PyTorch|TensorFlow|Ubuntu|NVLink|PCIe|Gen|HBM|DDR|v)(?:{_S}|-)?\(?$"
)
_YEAR = re.compile(r"(?:19[5-9]\d|20[0-3]\d)$")
_SEQUENCE_CUE = re.compile(r"(?i)sequence|context|prompt|input length|window|tokens? long|seq")


def read(text: str, *, unit_hint: str = "", noun_hint: str = "", label: str = "") -> list[Reading]:
    """Quantities in the text, from left to right, none overlapping another.

    Parameters
    ----------
    text : str
        Plain text of one passage or table cell.
    unit_hint : str
        Unit of the column, row or caption, for a bare number in a cell ("ms", "%", "×").
    noun_hint : str
        What the header says the cell counts.
    label : str
        Header of a cell: words that tell its kind.

    Returns
    -------
    list of Reading
    """
    found: list[Reading] = []
    position = 0
    while match := _NUMBER.search(text, position):
        reading = _one(text, match, unit_hint, noun_hint, label)
        if reading is None:
            position = max(match.end(), position + 1)
            continue
        found.append(reading)
        position = max(reading.end, match.end())
    return _share_units(text, _ranges(text, found))


def _one(
    text: str, match: re.Match[str], unit_hint: str, noun_hint: str, label: str
) -> Reading | None:
    start, end = match.span()
    raw = match.group()
    if raw[:1] in "−-" and start and (text[start - 1].isalnum() or text[start - 1] in ")}–-"):
        # A hyphen glued to a word or a number is no sign.
        start += 1
        raw = raw[1:]
    before, after = text[max(0, start - 40) : start], text[end : end + 80]
    if degree := _degree(text, match, start, before):
        return degree
    if raw.startswith(".") and before[-1:].isdigit():
        return None  # 2.3.1 is a version
    fraction = re.search(r"\d%?/$", before) is not None
    sized = re.search(r"[A-Za-z\d]-$", before) and re.match(r"[BM](?![A-Za-z0-9])", after)
    if _NAMED_BEFORE.search(before) and not (before.endswith("@") or fraction or sized):
        return None  # "Llama-13B" has a size; "ResNet-50" has a name
    if before.endswith("-") and re.search(r"[A-Za-z]-$", before) and not sized:
        return None
    is_word = match.group("word") is not None
    parsed = literals.parse(raw)
    if parsed is None:
        return None
    product = _PRODUCT.match(after) is not None
    if _DIMENSION.match(after) and "10" not in raw and not is_word and not product:
        return None  # 32 x 32: a shape
    if re.search(rf"\d{_S}?[×x]{_S}?$", before) and not (product or re.match(rf"{_S}?=", after)):
        return None
    dollar = bool(re.search(r"\$$", before))

    unit, unit_end, multiplier = _unit_after(text, end)
    noun, noun_end = "", end
    if unit is None:
        suffix = _SUFFIX.match(text, end)
        at = end
        if suffix and not is_word:
            word = suffix.group(1) or suffix.group(2)
            if suffix.group(1) or not (suffix.group(2) == "B" and text[end : end + 1].isspace()):
                multiplier, at = _MULTIPLIER[word], suffix.end()
        elif suffix and is_word and suffix.group(1):
            multiplier, at = _MULTIPLIER[suffix.group(1)], suffix.end()
        if multiplier != 1.0:
            unit, unit_end, _ = _unit_after(text, at, after_suffix=True)
            if unit is None:
                unit_end = at
        if unit is None:
            noun, noun_end = _noun_after(text, at)
    if unit is None and not noun:
        if is_word:
            return None
        if _DOCUMENT_BEFORE.search(before):
            return None
        if _YEAR.fullmatch(raw) and multiplier == 1.0 and not unit_hint:
            return None
        if re.match(r"[A-Za-z_]", after) and multiplier == 1.0:
            return None
    elif noun and _DOCUMENT_BEFORE.search(before) and noun not in ("gpu", "node", "token"):
        return None
    if dollar and unit is None:
        unit, unit_end = _dollars(text, max(end, unit_end))
        start -= 1
        if start and text[start - 1] == "\\":
            start -= 1
    hinted = False
    if unit is None and not noun and multiplier in (1.0, 1e3, 1e6, 1e9) and unit_hint:
        unit, hinted = _hinted(unit_hint), True
        unit_end = max(end, unit_end)
        noun = noun_hint
    if unit is None and not noun:
        noun = noun_hint

    scale = (unit.scale if unit else 1.0) * multiplier
    if multiplier == 1e3 and unit is None and "k" in text[end : end + 2].lower():
        around = text[max(0, start - 40) : end + 30]
        if _SEQUENCE_CUE.search(around) and parsed.value in (
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            192,
            256,
            512,
        ):
            scale = 1024.0
    base = unit.base if unit else "1"
    shown = unit.shown if unit else {1e3: "K", 1e6: "M", 1e9: "B", 1e12: "T"}.get(multiplier, "")
    if unit and multiplier != 1.0:
        shown = {1e3: "K", 1e6: "M", 1e9: "B", 1e12: "T"}[multiplier] + " " + unit.shown
    surface_end = max(end, unit_end, noun_end)
    qualifier, surface_start = _hedge(text, start, noun)
    counted = noun in ("gpu", "node", "layer", "head", "expert", "stage", "replica", "micro-batch",
                       "accumulation", "way", "port", "epoch", "run", "core")  # fmt: skip
    is_count = (
        counted and multiplier == 1.0 and unit is None and float(parsed.value).is_integer()
        and qualifier is Qualifier.EXACT
    )  # fmt: skip
    quantity = make(parsed, base, shown, scale, qualifier, count=is_count)
    if hinted and base == "1" and unit and unit.shown == "%":
        pass
    around = text[max(0, start - 60) : min(len(text), surface_end + 40)]
    return Reading(
        start=start,
        end=surface_end,
        literal_start=start + (1 if dollar else 0) if not dollar else match.start(),
        literal_end=end,
        quantity=quantity,
        kind=_kind(
            base,
            shown,
            noun,
            multiplier,
            f"{label} {before}" if label else before,
            text[surface_end : surface_end + 60],
            f"{label} {around}" if label else around,
        ),
        noun=noun,
        per=_per(text, surface_start, surface_end),
    )


_DEGREE_BEFORE = re.compile(
    rf"(?<![A-Za-z0-9])(TP|PP|DP|CP|EP|SP|VPP|MP){_S}?(?:=|:|-|of|is)?{_S}?$"
)


def _degree(text: str, match: re.Match[str], start: int, before: str) -> Reading | None:
    """Degrees as letters: "TP8", "PP=16", "DP 4": degrees of parallelism glued to their letters."""
    name = _DEGREE_BEFORE.search(before)
    raw = text[start : match.end()]
    if not name or not raw.isdigit() or re.match(r"[\w.]*[A-Za-z_]", text[match.end() :]):
        return None
    parsed = literals.parse(raw)
    if parsed is None:
        return None
    quantity = make(parsed, "1", "", 1.0, Qualifier.EXACT, count=True)
    return Reading(
        start, match.end(), start, match.end(), quantity, Kind.DEGREE, name.group(1).lower()
    )


def make(
    parsed: Literal,
    base: str,
    shown: str,
    scale: float,
    qualifier: Qualifier,
    *,
    count: bool = False,
) -> Quantity:
    """Quantity of a literal in a unit, with both intervals widened by its hedge."""
    value = parsed.value * scale
    if count:
        nominal = hard = Interval.point(value)
    else:
        nominal, hard = parsed.nominal().scaled(scale), parsed.hard().scaled(scale)
        if value < 0:
            hard = Interval(value - parsed.ulp * scale, value + 0.55 * parsed.ulp * scale)
    digits = re.sub(r"\D", "", parsed.text)
    if qualifier is Qualifier.APPROX:
        reach = 0.25 if len(digits.strip("0")) <= 1 and len(digits) <= 1 else 0.10
        wide = Interval(*sorted((value * (1 - reach), value * (1 + reach))))
        nominal, hard = nominal.hull(wide), hard.hull(wide)
    elif qualifier is Qualifier.MAX or qualifier is Qualifier.LT:
        nominal, hard = Interval(-math.inf, nominal.high), Interval(-math.inf, hard.high)
    elif qualifier in (Qualifier.MIN, Qualifier.GT):
        nominal, hard = Interval(nominal.low, math.inf), Interval(hard.low, math.inf)
    return Quantity(value, nominal, hard, base, shown, scale, parsed, qualifier, count)


def _unit_after(
    text: str, at: int, *, after_suffix: bool = False
) -> tuple[units.Unit | None, int, float]:
    """Unit that follows a number, where it ends, and a multiplier read on the way."""
    if match := _POINTS.match(text, at):
        return units.Unit("1", 0.01, "points"), match.end(), 1.0
    if match := _PERCENT.match(text, at):
        if points := _POINTS.match(text, match.end()):
            return units.Unit("1", 0.01, "points"), points.end(), 1.0
        return units.Unit("1", 0.01, "%"), match.end(), 1.0
    if not after_suffix and (match := _TIMES.match(text, at)):
        # "8x A100" and "4 x g4dn" count devices; "times" after a bare count is repetition.
        if _DEVICE.match(" " + text[match.end() :].lstrip()) or re.match(
            rf"{_S}?[a-z]\d", text[match.end() :]
        ):
            return None, at, 1.0
        if "times" not in match.group() or _compares(text, at, match.end()):
            return units.Unit("1", 1.0, "×"), match.end(), 1.0
    if match := _DEVICE_HOURS.match(text, at):
        seconds = {"hour": 3600.0, "day": 86400.0, "year": 31557600.0}[match.group(2)]
        return units.Unit("s", seconds, f"{match.group(1)}-{match.group(2)}s"), match.end(), 1.0
    skip = re.compile(rf"(?:{_S}|-)?").match(text, at)
    begin = skip.end() if skip else at
    for candidate in dict.fromkeys((at, begin)):
        if match := units.pattern().match(text, candidate):
            spelling = match.group()
            if (
                spelling in ("h", "s", "m", "B", "V", "min")
                and candidate == begin != at
                and "-" in text[at:begin]
            ):
                continue
            if spelling == "B" and candidate == at:
                break  # 7B is seven billion
            unit = units.lookup(spelling)
            if unit.base == "FLOP" and spelling.endswith("s") and _is_rate(text, at, match.end()):
                unit = units.Unit("FLOP/s", unit.scale, unit.shown)
            return unit, match.end(), 1.0
    return None, at, 1.0


def _compares(text: str, number_end: int, end: int) -> bool:
    """Whether "N times" is a factor; "11 times in 20,000 steps" is a count."""
    if re.search(r"\.\d+$", text[max(0, number_end - 6) : number_end]):
        return True
    return bool(
        re.match(
            rf"{_S}(?:faster|slower|more|less|fewer|lower|higher|smaller|larger|greater|better|cheaper|quicker|longer|shorter|as\b|the\b|that\b|"
            rf"those\b|its\b|over\b|speed|[A-Z]{{2,}})",
            text[end:],
        )
    )


def _is_rate(text: str, start: int, end: int) -> bool:
    """Whether "71 TFLOPs" is meant as a rate: what the words around it measure."""
    if re.match(
        rf"{_S}?(?:per|/){_S}?(?:image|token|sample|inference|step|forward|param)", text[end:]
    ):
        return False
    around = text[max(0, start - 60) : end + 40].lower()
    return bool(
        re.search(
            r"peak|sustain|achiev|per gpu|each gpu|/gpu|throughput|performance|per second|utili|reach|deliver",
            around,
        )
    )


def _noun_after(text: str, at: int) -> tuple[str, int]:
    if match := _DEVICE.match(text, at):
        return "gpu", match.end()
    if match := re.compile(rf"{_S}?×{_S}?(?=[A-Za-z])").match(text, at):
        if device := _DEVICE.match(text, match.end() - 1) or _DEVICE.match(
            " " + text[match.end() :]
        ):
            del device
            tail = _DEVICE.match(" " + text[match.end() :])
            return "gpu", match.end() + (tail.end() - 1 if tail else 0)
        if re.match(r"[a-z]\d\w*\.\d*x?large", text[match.end() :]):
            return "node", match.end()
    if match := _noun_pattern().match(text, at):
        glued = text[at : at + 1]
        if glued.isalpha():
            return "", at
        name = _NOUN_NAMES[int(match.lastgroup[1:])] if match.lastgroup else ""
        return name, match.end()
    return "", at


def _dollars(text: str, at: int) -> tuple[units.Unit, int]:
    if match := re.compile(
        rf"{_S}?(?:per|/){_S}?(?:[A-Z0-9]+{_S})?(?:GPU|device|instance|node)?(?:-|{_S})?(hour|hr|h)\b"
    ).match(text, at):
        return units.Unit("USD/s", 1 / 3600, "USD/hour"), match.end()
    return units.Unit("USD", 1.0, "USD"), at


def _hinted(hint: str) -> units.Unit | None:
    if hint in ("%", "percent"):
        return units.Unit("1", 0.01, "%")
    if hint in ("×", "x", "times"):
        return units.Unit("1", 1.0, "×")
    if units.pattern().fullmatch(hint):
        return units.lookup(hint)
    return None


# After such a word "over 24 nodes" is more than 24; after any other it is across them.
_MORE_THAN = re.compile(
    r"\b(?:with|using|uses?|used|on|of|has|have|had|needs?|requires?|by|to|from|for|at|and|contains?|employ\w*|in|span\w*|are|is|"
    r"was|were|well)$|^$",
    re.I,
)


def _hedge(text: str, start: int, noun: str) -> tuple[Qualifier, int]:
    match = _hedge_pattern().search(text[max(0, start - 28) : start])
    if not match or not match.lastgroup:
        return Qualifier.EXACT, start
    qualifier = _HEDGES[int(match.lastgroup[1:])][0]
    word = match.group(match.lastgroup).lower()
    head = text[: max(0, start - len(match.group()))].rstrip()
    if word.endswith("than") and re.search(r"(?:×|\dx|%|times|points?|twice|percent)$", head):
        return (
            Qualifier.EXACT,
            start,
        )  # "20% more than 14.8T": the percentage is more, not the value
    if (
        word == "over"
        and noun in ("gpu", "node", "replica", "core", "run")
        and not _MORE_THAN.search(head)
    ):
        return Qualifier.EXACT, start
    # "2x over 48 GPUs" and "spread over 64 nodes" compare or place; they do not bound.
    if word in ("over", "above", "within", "under", "below") and re.search(
        r"(?:×|x|%|\d|speed-?ups?|gains?|improvements?|faster|higher|lower|spread|split|shard\w*|reduc\w*|divided|"
        r"sum\w*|averaged?|ring|all-?reduce|parallelism|distributed|scattered|ratio)$", head):  # fmt: skip
        return Qualifier.EXACT, start
    return qualifier, start - len(match.group())


def _per(text: str, start: int, end: int) -> str:
    """What a number is stated per: "per GPU" and "each" bind its scale."""
    after = text[end : end + 34]
    if match := re.match(rf"{_S}?(?:per|/|a|(?:for|on|in|by|from|of){_S}(?:each|every|an?|one|a{_S}single)){_S}?(?:(?:NVIDIA|AMD|[ABHLPV]\d{{2,3}}S?){_S})?(GPU|device|card|node|chip|token|layer|image|sample|"
                         rf"step|core|user|stream|stage|replica|worker|expert|parameter|[ABHLPV]\d{{2,3}}S?)(?![A-Za-z0-9])", after):  # fmt: skip
        word = match.group(1).lower()
        part = re.fullmatch(r"[a-z]\d+s?", word)
        return "gpu" if part or word in ("device", "card") else word
    if re.match(rf"{_S}?each\b|{_S}?apiece", after):
        return "each"
    before = text[max(0, start - 48) : start]
    if match := re.search(
        rf"(?:[Ee]ach|[Ee]very|[Pp]er|[Ss]ingle|[Oo]ne){_S}(?:[A-Z][\w-]*{_S})?(GPU|device|card|node|chip|accelerator|[ABHLPV]\d{{2,3}}S?)(?![A-Za-z0-9])[^.;]*$",
        before,
    ):
        word = match.group(1).lower()
        return "node" if word == "node" else "gpu"
    return ""


# "47% throughput increase" is a speedup of 1.47; "40% less time" is not told as one.
_SPEEDUP = re.compile(
    r"\s*(?:faster\b|speed-?\s?up|(?:higher|more|greater|better)\s+(?:\w+\s)?(?:throughput|performance|speed)|"
    r"(?:\w+\s)?(?:throughput|performance|speed)\s+(?:increase|gain|improvement)|(?:increase|gain|improvement)\s+(?:in|of)\s+"
    r"(?:\w+\s)?(?:throughput|performance|speed))",
    re.I,
)


def _kind(
    base: str, shown: str, noun: str, multiplier: float, before: str, after: str, around: str
) -> Kind:
    near = (before[-40:] + " " + after[:30]).lower()
    wide = around.lower()
    if shown == "×":
        if re.search(
            r"memory|storage|smaller|compress|fewer|energy|larger|cheaper|bandwidth of|params", near
        ) and not (re.search(r"faster|speed", near)):
            return Kind.OTHER
        return Kind.SPEEDUP
    if shown in ("%", "points"):
        if re.search(r"mfu|hfu|utili[sz]ation|of peak|of the peak|occupancy", near):
            return Kind.UTILIZATION
        if re.search(r"accura|bleu|f1|top-1|recall|precision", near):
            return Kind.ACCURACY
        if shown == "%" and _SPEEDUP.match(after):
            return Kind.SPEEDUP
        return Kind.OTHER
    simple = {
        "FLOP/byte": Kind.OTHER, "J": Kind.ENERGY, "J/byte": Kind.ENERGY, "op/J": Kind.ENERGY,
        "W": Kind.POWER, "USD": Kind.COST, "USD/s": Kind.COST, "token/s": Kind.THROUGHPUT,
        "sample/s": Kind.THROUGHPUT, "request/s": Kind.THROUGHPUT, "Hz": Kind.OTHER,
        "FLOP": Kind.OTHER, "op": Kind.OTHER, "V": Kind.OTHER, "m": Kind.OTHER, "bit": Kind.OTHER,
    }  # fmt: skip
    if base in simple:
        return simple[base]
    if base in ("FLOP/s", "op/s") and re.match(
        r"\s*(?:of\s)?(?:\w+\s)?(?:peak|theoretical)\b", after
    ):
        return Kind.PEAK_COMPUTE
    if base in ("FLOP/s", "op/s"):
        if re.search(
            r"peak|theoretical|up to|offers|provides|datasheet|specification", wide
        ) and not (re.search(r"sustain|achiev|measure|reach|attain", wide)):
            return Kind.PEAK_COMPUTE
        return Kind.ACHIEVED_COMPUTE
    if base == "byte":
        return Kind.MEMORY_CAPACITY
    if base == "byte/s":
        if re.search(r"hbm|dram|memory|gddr|ddr", wide):
            return Kind.MEMORY_BANDWIDTH
        return Kind.LINK_BANDWIDTH
    if base == "s":
        if re.search(r"hour|day|week|month|year|GPU", shown):
            return Kind.DURATION
        return Kind.LATENCY
    by_noun = {
        "gpu": Kind.GPU_COUNT, "node": Kind.NODE_COUNT, "token": Kind.TOKEN_COUNT,
        "parameter": Kind.PARAM_COUNT, "way": Kind.DEGREE,
    }  # fmt: skip
    if noun in by_noun:
        return by_noun[noun]
    if multiplier in (1e9, 1e12):
        tokens = re.match(r"\s*(?:[\w-]+\s){0,4}tokens\b", after) or re.search(
            r"tokens?\b[^.;]{0,16}$", before
        )
        return Kind.TOKEN_COUNT if tokens else Kind.PARAM_COUNT
    said = re.findall(r"batch|sequence|context|seq\b", before[-40:].lower())
    said = said[-1:] or re.findall(r"batch|sequence|context|seq\b", after[:30].lower())[:1]
    if said:
        return Kind.BATCH_SIZE if said == ["batch"] else Kind.SEQ_LEN
    if multiplier == 1e6:
        return Kind.PARAM_COUNT
    return Kind.OTHER


def _ranges(text: str, found: list[Reading]) -> list[Reading]:
    """Join "15-20 ms", "65--68 ms" and "between 85% and 90%" into one range each."""
    joined: list[Reading] = []
    for reading in found:
        if joined:
            last = joined[-1]
            gap = text[last.end : reading.start]
            dashed = re.fullmatch(rf"{_S}?(?:–|—|-){_S}?", gap) is not None
            between = re.fullmatch(rf"{_S}(?:and|to){_S}", gap) is not None and bool(
                re.search(
                    rf"(?:between|ranges?{_S}from|ranging{_S}from|range{_S}of){_S}$",
                    text[: last.start],
                )
            )
            same = last.quantity.shown_unit in ("", reading.quantity.shown_unit)
            bare_last = last.quantity.shown_unit == "" and not last.noun
            if (
                (dashed or between)
                and same
                and not isinstance(last.quantity.value, tuple)
                and not isinstance(reading.quantity.value, tuple)
                and (bare_last or last.quantity.shown_unit == reading.quantity.shown_unit)
            ):
                first = last.quantity.literal
                scale = reading.quantity.scale
                low, high = first.value * scale, reading.quantity.point
                if low <= high:
                    quantity = replace(
                        reading.quantity,
                        value=(low, high),
                        nominal=Interval(
                            first.nominal().low * scale, reading.quantity.nominal.high
                        ),
                        hard=Interval(first.hard().low * scale, reading.quantity.hard.high),
                        qualifier=Qualifier.RANGE,
                        count=False,
                    )
                    joined[-1] = replace(
                        reading,
                        start=last.start,
                        literal_start=last.literal_start,
                        quantity=quantity,
                    )
                    continue
        joined.append(reading)
    return joined


def _share_units(text: str, found: list[Reading]) -> list[Reading]:
    """Give "2.8, 3.7 and 9.5 TFLOPS" and "from 420 to 140 ms" the unit that stands once.

    A comma alone joins nothing ("hop 4.77, 100 ms"): a list ends with "and" or "or".
    """
    out = list(found)
    shared: set[int] = set()
    for i in range(len(out) - 2, -1, -1):
        this, following = out[i], out[i + 1]
        # "12.1k to 18.9k tokens/s": both have their suffix, and the unit stands once
        suffix = following.quantity.shown_unit.startswith(f"{this.quantity.shown_unit} ")
        if this.quantity.shown_unit and not suffix:
            continue
        if this.noun or isinstance(this.quantity.value, tuple):
            continue
        if isinstance(following.quantity.value, tuple):
            continue
        gap = text[this.end : following.start]
        comma = re.fullmatch(rf"{_S}?,{_S}?", gap) and i + 1 in shared
        if not comma and not re.fullmatch(
            rf"{_S}?(?:/|,?{_S}?(?:and|or|to|versus|vs\.?|down{_S}to|up{_S}to)){_S}?", gap
        ):
            continue
        unit = following.quantity
        if not unit.shown_unit and not following.noun:
            continue
        if unit.unit == "1" and unit.scale >= 1e3 and abs(this.quantity.point) >= 1e3:
            continue  # "length 2,048 and 12.85B parameters": 2,048 billion is not meant
        if unit.shown_unit == "×" and re.search(r"from", text[max(0, this.start - 6) : this.start]):
            continue
        if re.search(r"=\s?$", text[: this.literal_start]):
            continue  # "K = 5 and 100 ms"
        quantity = make(this.quantity.literal, unit.unit, unit.shown_unit, unit.scale,
                        this.quantity.qualifier, count=unit.count)  # fmt: skip
        out[i] = replace(this, quantity=quantity, kind=following.kind, noun=following.noun)
        shared.add(i)
    return out
