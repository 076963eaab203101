"""Claims other than changes: ceilings, products of counts, rates, training state.

Each function reads one sentence (or one passage of them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tanaka.paper.model import How
from tanaka.paper.sentences import Sentence
from tanaka.quantity import Kind, Reading

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
_NON_NEGATIVE = (
    r"(?:latency|latencies|time|times|runtime|duration|delay|memory|footprint|traffic|bandwidth|energy|power|cost|costs|"
    r"bytes|volume|bubble|stall|stalls|idle|misses|accesses|overhead|usage|consumption|area|communication|parameters|"
    r"storage|makespan|wait|waiting|jitter)"
)
_SHARE_WORDS = (
    r"(?:cache )?hit rates?|miss rates?|accuracy|utili[sz]ation|MFU|HFU|model FLOPs utili[sz]ation|occupancy|"
    r"share|fraction|recall|precision|efficiency|acceptance rate|sparsity"
)
_EXCESS_CUES = re.compile(
    r"\b(?:CPU|cores?|threads?|top|aggregate|sum|total|relative|of the (?:baseline|FP16|FP32|BF16|original)|normali[sz]ed|demand|"
    r"oversubscri\w*|over-?provision\w*|superlinear|scaling|reward|loss|likelihood|profit|signed|NVLS|SHARP|bus bandwidth|"
    r"compared|baseline's|weak|strong|duty|mean|deviation|from \+|TDP|budget|capacity|GPUs|nodes|devices)\b",
    re.I,
)


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
        cues = frozenset(
            m.lower() for m in _EXCESS_CUES.findall(clause + " " + re.split(r"[;.]", after)[0])
        )
        reduced = re.search(
            rf"\b(?:{_REDUCING})\b(?P<what>[^.;]*?)\bby\s+(?:about |around |up to |over |more than |as much as )?[≈∼~]?$",
            clause,
            re.I,
        )
        tail = re.match(
            r"\s*(?:less|lower|fewer|smaller|shorter|reduction)\b(?:\s+(?:in|of))?(?P<what>[^.;,]{0,40})",
            after,
            re.I,
        )
        if reduced or tail:
            match = reduced or tail
            named = re.findall(
                rf"\b((?:[\w-]+\s){{0,2}}{_NON_NEGATIVE})\b",
                match.group("what") if match else "",
                re.I,
            )
            what = (
                re.sub(
                    r"^(?:(?:the|a|an|its|our|their|of|in|and|both)\s)+", "", named[-1], flags=re.I
                )
                if named
                else ""
            )
            out.append(LocalExcess(i, "reduction", what, cues))
            continue
        share = re.search(
            rf"\b(?P<w>{_SHARE_WORDS})\b(?:\s+(?:of|is|reaches|reached|at|to|rises to|stays at|was|are))+\s*(?:about |only |over )?[≈∼~]?$",
            clause,
        ) or re.match(rf"\s*(?P<w>{_SHARE_WORDS})\b", after)
        if share and not re.match(r"\s*(?:of|higher|lower|more|less|better|faster|above)\b", after):
            out.append(LocalExcess(i, share.group("w").lower(), "", cues))
    return tuple(out)


# -- products of counts -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalProduct:
    """Counts that multiply to a total, by index of their readings."""

    what: str
    factors: tuple[tuple[str, int], ...]
    total: int
    cues: frozenset[str]


_NAMES = {"tensor": "TP", "model": "TP", "pipeline": "PP", "data": "DP", "context": "CP", "TP": "TP", "PP": "PP", "DP": "DP",
          "CP": "CP", "tensor-model": "TP", "MP": "TP"}  # fmt: skip
_LAYOUT_CUES = re.compile(
    r"\b(?:spares?|reserved|stand-?by|actors?|rollouts?|another|disaggregated|prefill|decod\w+|respectively|up to|sweep|"
    r"either|between|for the MoE|attention part|experts?|EP|remaining|rest|hybrid|heterogeneous|per node|"
    r"FSDP|HSDP|shard(?:ed|s)? over)\b|\bfrom \d"
)


@lru_cache(maxsize=16384)
def products(sentence: Sentence) -> tuple[LocalProduct, ...]:
    """Parallel layouts, batch identities and node identities of a sentence."""
    found = [_layout(sentence), _batch(sentence), _nodes(sentence)]
    return tuple(p for p in found if p is not None)


def _plain_count(r: Reading) -> bool:
    value = r.quantity.value
    return (
        not isinstance(value, tuple)
        and r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and float(value).is_integer()
        and value >= 1
    )


def _layout(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    degrees: dict[str, int] = {}

    def add(name: str, index: int) -> bool:
        known = _NAMES[name]
        if known in degrees:
            return False
        degrees[known] = index
        return True

    listed = re.search(
        r"\b(?P<names>(?:(?:tensor|pipeline|data|context|model)(?:-parallel| parallel)?(?:,? and |, | × | x |/)?){2,4})"
        r"(?:-| )?(?:parallel(?:ism)?)?(?: \w+)?\s*(?:degrees?|sizes?|ways?|ranks?|parallelism)?\s*(?:of|are|to|is|at|set to|=|:)?\s*$",
        "",
    )
    del listed
    match = re.search(
        r"\b((?:(?:tensor|pipeline|data|context|model)(?:[- ]parallel)?(?:\s*,?\s+and\s+|\s*,\s*|\s*/\s*|\s*×\s*)){1,3}"
        r"(?:tensor|pipeline|data|context|model))(?:[- ]parallel(?:ism)?)?(?:\s+(?:degrees?|sizes?|dimensions?|ranks?|group sizes?))?"
        r"(?:\s+(?:of|are|to|is|at|were|set to|equal to|respectively))*\s*(?=[\d=])",
        text, re.I)  # fmt: skip
    if match:
        names = re.findall(r"tensor|pipeline|data|context|model", match.group(1), re.I)
        values = [i for i, r in enumerate(readings) if r.start >= match.end() - 1][: len(names)]
        if len(values) == len(names) and all(_plain_count(readings[i]) for i in values):
            span = text[match.end() : readings[values[-1]].end]
            if re.fullmatch(r"[\d\s,/×x]*(?:and)?[\d\s,/×x]*(?:\w+)?", span.strip()):
                for name, index in zip(names, values, strict=True):
                    if not add(name.lower(), index):
                        return None
    for i, r in enumerate(readings):
        if not _plain_count(r):
            continue
        if r.noun in ("tp", "pp", "dp", "cp", "mp"):
            if not add(r.noun.upper(), i):
                return None
            continue
        before, after = sentence.before(r, 48), sentence.after(r, 40)
        if r.noun == "way":
            way = re.match(r"[-\s]*(tensor|pipeline|data|context|model)\b", after, re.I)
            if way and not add(way.group(1).lower(), i):
                return None
            continue
        named = re.search(
            r"\b(tensor|pipeline|data|context|model)[- ]parallel(?:ism)?(?:\s+(?:degree|size|width|group size))?(?:\s+(?:of|is|=|to))*\s*$",
            before,
            re.I,
        )
        if named and i not in degrees.values() and not add(named.group(1).lower(), i):
            return None
    if not {"TP", "PP", "DP"} <= set(degrees):
        return None
    totals = [
        i
        for i, r in enumerate(readings)
        if r.noun == "gpu" and _plain_count(r) and i not in degrees.values() and r.per == ""
    ]
    if len(totals) != 1:
        return None
    cues = frozenset(m.lower() for m in _LAYOUT_CUES.findall(text))
    factors = tuple(sorted(degrees.items(), key=lambda kv: ("TP", "PP", "CP", "DP").index(kv[0])))
    return LocalProduct("layout", factors, totals[0], cues)


def _batch(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    roles: dict[str, int] = {}
    for i, r in enumerate(readings):
        if not _plain_count(r):
            continue
        before, after = sentence.before(r, 44).lower(), sentence.after(r, 30).lower()
        role = ""
        if (
            re.search(
                r"(?:global|total|effective) batch(?: size)?(?: of| is| =|, i\.e\.,)*\s*(?:about )?$",
                before,
            )
            or re.match(r"\s*(?:global|total|effective)\b", after)
            or (re.search(r"\ba batch(?: size)? of\s*$", before) and "micro" not in before[-24:])
        ):
            role = "global batch"
        elif re.search(
            r"micro-?\s?batch(?:es)?(?: size)?(?: of| is| =|)*\s*$", before
        ) or re.search(r"micro-?batch(?: size)? of \w*\s*$", before):
            role = "micro-batch"
        elif (
            r.noun == "accumulation"
            or re.search(r"accumulat\w+(?: steps?)?(?: of| over| is)*\s*$", before)
            or r.noun == "micro-batch"
            or (r.noun == "step" and "accumul" in before)
        ):
            role = "accumulation steps"
        elif (
            r.noun in ("replica", "dp")
            or re.search(
                r"(?:data[- ]parallel(?:ism)?(?: degree| size)?|dp)(?: of| is| =)*\s*$", before
            )
            or (r.noun == "way" and re.match(r"[-\s]*data", after))
        ):
            role = "data-parallel replicas"
        if role and role in roles:
            return None
        if role:
            roles[role] = i
    needed = ("micro-batch", "accumulation steps", "data-parallel replicas")
    if "global batch" not in roles or not all(n in roles for n in needed):
        return None
    cues = frozenset(
        m.lower()
        for m in re.findall(r"\b(?:tokens|grows|ramp|stage|phase|respectively|up to|drop)\b", text)
    )
    return LocalProduct("batch", tuple((n, roles[n]) for n in needed), roles["global batch"], cues)


def _nodes(sentence: Sentence) -> LocalProduct | None:
    text, readings = sentence.text, sentence.readings
    for i, r in enumerate(readings):
        if r.noun != "node" or not _plain_count(r):
            continue
        for j in (i + 1,):
            if j >= len(readings) or readings[j].noun != "gpu" or not _plain_count(readings[j]):
                continue
            each = readings[j]
            gap = sentence.between(r, each)
            tied = re.fullmatch(
                r"\s*(?:,\s*)?(?:of|with|each (?:with|of|having|containing|holding)|having|containing|that (?:each )?have)\s*",
                gap,
            ) or (re.fullmatch(r"\s*(?:,\s*)?(?:with|of)\s*", gap) and each.per in ("node", "each"))
            if not tied:
                continue
            for k in range(j + 1, len(readings)):
                total = readings[k]
                if total.noun != "gpu" or not _plain_count(total):
                    continue
                join = text[each.end : total.start]
                said = re.fullmatch(
                    r"[^.;()]{0,40}?(?:\(\s*|,?\s*i\.e\.,?\s*|,?\s*(?:for|giving|making|yielding|totall?ing)\s+(?:a total of\s+)?|,?\s*or\s+|=\s*|,\s*)(?:in total,?\s*)?",
                    join,
                )
                ends = re.match(
                    r"[^.;,()]{0,12}(?:\)|,|\.| in total| overall| altogether|$)", text[total.end :]
                )
                if (
                    said
                    and ends
                    and (
                        "(" in join
                        or "total" in join + text[total.end : total.end + 12]
                        or "i.e." in join
                        or " or " in join
                        or "=" in join
                        or "giving" in join
                        or "making" in join
                    )
                ):
                    cues = frozenset(
                        m.lower()
                        for m in re.findall(
                            r"\b(?:spares?|up to|respectively|heterogeneous|and three|CPU)\b", text
                        )
                    )
                    return LocalProduct("nodes", (("nodes", i), ("devices per node", j)), k, cues)
    return None


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
    r"(?:NVIDIA\s+|Nvidia\s+|AMD\s+|Tesla\s+|GeForce\s+)*(?:[ABHLPV]\d{2,3}S?(?:0)?|GH200|GB200|H200|B200|MI\d{3}X?|RTX\s?\d{4}|T4|TPU\s?v\d[a-z]?)"
    r"(?:[-\s]?(?:SXM\d?|PCIe|NVL|Ada))?(?:[-\s]?\d{2,3}\s?G[Bi]B?)?(?:[-\s](?:SXM\d?|PCIe|NVL))?"
)
DEVICE_NAME = re.compile(rf"(?<![A-Za-z0-9-])({_PARTS})(?:s|es)?(?![A-Za-z0-9])")
_PRECISIONS = (
    (re.compile(r"\b(?:BF16|bf16|bfloat16|BFloat16)\b"), "bf16"),
    (re.compile(r"\b(?:FP16|fp16|half[- ]precision|float16)\b"), "fp16"),
    (re.compile(r"\b(?:TF32|tf32)\b"), "tf32"),
    (re.compile(r"\b(?:FP32|fp32|single[- ]precision|float32)\b"), "fp32"),
    (re.compile(r"\b(?:FP64|fp64|double[- ]precision)\b"), "fp64"),
    (re.compile(r"\b(?:FP8|fp8|E4M3|E5M2)\b"), "fp8"),
    (re.compile(r"\b(?:INT8|int8)\b"), "int8"),
    (re.compile(r"\b(?:FP4|fp4|NVFP4|MXFP4|INT4|int4)\b"), "fp4"),
)
_ACHIEVES = re.compile(
    r"\b(?:sustain\w*|achiev\w*|reach\w*|attain\w*|deliver\w*|measur\w*|obtain\w*|run(?:s|ning)? at|get|gets|execut\w*|perform\w*|hit|hits)\b",
    re.I,
)
_RATE_CUES = {
    "sparse": r"\b(?:2:4|spars\w*|pruned|pruning|dense-equivalent|skipp\w+)\b",
    "effective": r"\b(?:effective|equivalent|Winograd|FFT|Strassen|useful)\b",
    "aggregate": r"\b(?:node|nodes|DGX|HGX|server|aggregate|cluster|total|superchip|tray|rack|package|combined|overall|system|pod|all GPUs)\b",
    "causal": r"\b(?:full (?:attention )?matrix|causal|long[- ]context|standard formula|Megatron formula|attention)\b",
    "accumulate": r"\b(?:accumulat\w+)\b",
    "clock": r"\b(?:overclock\w*|boost)\b",
    "hardware": r"\b(?:HFU|hardware FLOPs)\b",
}


@lru_cache(maxsize=16384)
def rates(sentence: Sentence) -> tuple[LocalRate, ...]:
    """Achieved FLOP/s rates of a sentence; peaks and specifications are left out."""
    text = sentence.text
    if "FLOP" not in text.upper():
        return ()
    devices = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(text)))
    precisions = [name for pattern, name in _PRECISIONS if pattern.search(text)]
    out: list[LocalRate] = []
    for i, r in enumerate(sentence.readings):
        if r.quantity.unit != "FLOP/s" or isinstance(r.quantity.value, tuple):
            continue
        before, after = sentence.before(r, 70), sentence.after(r, 40)
        if re.match(
            r"[^,.;()]{0,24}\b(?:peak|dense peak|theoretical|roof|limit|maximum|ceiling|datasheet)\b",
            after,
            re.I,
        ):
            continue
        if re.search(
            r"\b(?:(?:peak|roof|ceiling|limit|theoretical|datasheet|vendors?)\b[^,;.]{0,40}|(?:out of|of its|of the|of)\s+(?:\w+\s){0,1})$",
            before[-44:],
            re.I,
        ):
            continue
        if not _ACHIEVES.search(text):
            continue
        cues = frozenset(n for n, p in _RATE_CUES.items() if re.search(p, text, re.I))
        scale = r.per if r.per in ("gpu", "each") else ""
        if not scale and re.search(
            r"\b(?:on|by|of) (?:one|a single|an?) (?:\w+ )?$",
            text[: text.find(devices[0])] if devices else "",
        ):
            scale = "gpu"
        if scale == "each":
            scale = "gpu"
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
                    rf"\b(?:an?|the|our|one|single)\s+(?:\w+\s+){{0,2}}{re.escape(devices[0])}\b",
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
                cues,
            )
        )
    return tuple(out)


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


_TRAINS = re.compile(r"\b(?:train(?:s|ed|ing)?|pre-?train\w*|fine-?tun\w*)\b", re.I)
RECIPE = {
    "adam": re.compile(r"\bAdamW?\b"),
    "fp32-master": re.compile(
        r"\b(?:FP32|fp32|32-bit|full-precision|single-precision)\b[^.;]{0,40}\bmaster\b|\bmaster (?:weights|copy|copies|parameters)\b[^.;]{0,30}\b(?:FP32|fp32|32-bit)"
    ),
    "fp32-moments": re.compile(
        r"\b(?:FP32|fp32|32-bit)\b[^.;]{0,60}\b(?:moments?|optimizer states?|momentum)\b|\b(?:moments?|optimizer states?)\b[^.;]{0,30}\b(?:FP32|fp32|32-bit)"
    ),
    "16-bit": re.compile(r"\b(?:BF16|FP16|bf16|fp16|bfloat16|mixed[- ]precision|16-bit)\b"),
    "bytes-16": re.compile(r"\b(?:16|sixteen) (?:bytes|B) (?:per|a|/) ?param"),
}
_STATE_CUES = {
    "adapter": r"\b(?:Q?LoRA|adapters?|frozen|freez\w+|PEFT|prefix[- ]tuning|parameter-efficient)\b",
    "offload": r"\b(?:off-?load\w*|NVMe|host memory|CPU memory|ZeRO-Infinity|swap\w*|paged|unified memory)\b",
    "low-bit": r"\b(?:8-bit (?:Adam|optimi[sz]er)|4-bit|quanti[sz]ed (?:optimi[sz]er|training)|bitsandbytes)\b",
    "fused": r"\b(?:LOMO|GaLore|gradient release|fused backward|Adafactor|Lion|Muon|SGD|BF16 moments|pure BF16)\b",
    "inference": r"\b(?:inference|serv\w+|teacher|reference model|reward model|judge|decod(?:e|ing)\b(?! transformer))\b",
    "experts": r"\b(?:experts?|MoE|mixture-of-experts)\b",
}
_KEPT = re.compile(
    r"\b(?:no|without|not?|never|disabl\w+)\b[^.;]{0,24}\boff-?load\w*|\b(?:all|everything|entirely|kept|stay|stays|held|reside\w*)\b[^.;]{0,50}\b(?:HBM|GPU memory|device memory|on[- ]device)\b",
    re.I,
)


def training_states(passage: tuple[Sentence, ...]) -> tuple[LocalState, ...]:
    """Training of a sized model on counted, named devices, with the recipe of its passage."""
    whole = " ".join(s.text for s in passage)
    recipe = frozenset(n for n, p in RECIPE.items() if p.search(whole))
    cues = {n for n, p in _STATE_CUES.items() if re.search(p, whole, re.I)}
    if _KEPT.search(whole):
        cues.discard("offload")
        cues.add("kept")
    out: list[LocalState] = []
    for k, sentence in enumerate(passage):
        if not _TRAINS.search(sentence.text):
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
            if r.noun == "gpu" and r.per == "" and _plain_count(r)
        ]
        nodes = [i for i, r in enumerate(sentence.readings) if r.noun == "node"]
        names = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(sentence.text)))
        if len(params) != 1 or len(devices) != 1 or len(names) != 1 or nodes:
            continue
        out.append(
            LocalState(k, params[0], devices[0], names[0], recipe, frozenset(cues), How.STATED)
        )
    return tuple(out)
