"""Rates in tokens a second, with what binds them: model, precision, batch, context, device.

Reads one sentence.  A value that the sentence does not state stays unknown; nothing is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.claims import DEVICE_NAME
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalDecode:
    """A token rate of a sentence, by index of its readings."""

    rate: int
    decoding: bool
    model: str
    weights: str
    cache: str
    batch: float | None
    batch_at: int | None
    context: int | None
    device: str
    devices: float | None
    devices_at: int | None
    bandwidth: int | None


MODEL_NAME = Lazy(
    r"\b(?:(?:LLaMA|Llama|llama|LLAMA|Qwen|OPT|GPT|Vicuna|Mistral)[- ]?(?:\d(?:\.\d)?)?[- ]?\d+(?:\.\d+)?[Bb]"
    r"|Mixtral[- ]?8\s?[x×]\s?7B|GPT-?3(?![.\d])(?:[- ]?175B)?)"
    r"(?:[- ](?:[Cc]hat|[Ii]nstruct|hf|v\d\.\d))?(?![\w])(?!-(?:GPTQ|AWQ|GGUF|quant|pruned|[0-9]bit))"
)
_FORMAT = (
    r"(?:BF16|FP16|FP32|TF32|FP8|INT8|INT4|INT3|INT2|NF4|FP4|MXFP4|NVFP4|bfloat16|float16|float32|"
    r"half[- ]precision|single[- ]precision|(?:[1-8]|16|32)-bit|(?:two|three|four|eight|sixteen)[- ]bits?)"
)
_BITS = {
    "bf16": 16, "fp16": 16, "bfloat16": 16, "float16": 16, "halfprecision": 16, "fp32": 32,
    "tf32": 32, "float32": 32, "singleprecision": 32, "fp8": 8, "int8": 8, "int4": 4, "nf4": 4,
    "fp4": 4, "mxfp4": 4, "nvfp4": 4, "int3": 3, "int2": 2, "twobit": 2, "threebit": 3,
    "fourbit": 4, "eightbit": 8, "sixteenbit": 16,
}  # fmt: skip
_FORMATS = Lazy(rf"(?<![\w-]){_FORMAT}(?![\w])", re.I)
_WEIGHTS = (
    Lazy(rf"(?<![\w-])(?P<f>{_FORMAT})(?:[- ](?:group-wise|quanti[sz]ed|packed))?[- ]weights?\b", re.I),
    Lazy(rf"\bweights?\b(?:\s+(?:are|is|kept|stored|held|read|quanti[sz]ed|packed|in|at|to|of|as)){{1,4}}\s+(?P<f>{_FORMAT})(?![\w])", re.I),
)  # fmt: skip
_CACHE = (
    Lazy(rf"(?<![\w-])(?P<f>{_FORMAT})[- ](?:KV|key-value)?[- ]?(?:cache|keys? and values?)", re.I),
    Lazy(rf"\b(?:KV|key-value)[- ]cache\b(?:\s+(?:is|kept|stored|in|at|of|as)){{0,3}}\s+(?P<f>{_FORMAT})(?![\w])", re.I),
)  # fmt: skip
# A format that is said of something else than what lies in memory.
_ASIDE = Lazy(
    rf"(?<![\w-]){_FORMAT}[- ](?:activations?|accumulat\w+|MACs?|multipl\w+|tensor|arithmetic|comput\w+|GEMMs?|TOPS)\b|"
    rf"\b(?:activations?|accumulat\w+) (?:are |kept |is )?(?:in|at) {_FORMAT}",
    re.I,
)
_W_A = Lazy(r"\bW(\d{1,2})A\d{1,2}\b")
_DECODES = Lazy(r"\bdecod(?:e|es|ed|ing)\b|\bgenerat(?:e|es|ed|ing|ion)\b|\boutput tokens\b", re.I)
_PREFILL = Lazy(r"\b(?:prefill\w*|prompts? (?:processing|phase)|train(?:s|ed|ing)?)\b", re.I)
_BATCH = Lazy(
    r"\bbatch(?:es)?(?:[- ]?sizes?)?(?:\s+(?:of|is))?\s*[=:-]?\s?(?P<n>\d+|one)\b(?!\.\d)", re.I
)
_ALONE = Lazy(
    r"\b(?:single[- ](?:stream|request|user|sequence)|one (?:stream|request|sequence) at a time)\b",
    re.I,
)
_TOKEN_TAKES = Lazy(
    r"\b(?:a|an|one|each|every)\s(?:output\s|generated\s|decoded\s|new\s)?token\s(?:of [\w .-]{2,40}?\s)?(?:takes|costs|needs)\s(?:only\s|about\s)?$|"
    r"\b(?:one|a|a new|another) token (?:(?:once )?every|per|each) $|"
    r"\b(?:time|latency) (?:per|of (?:a|one|each)) (?:output |generated |decoded )?token (?:of [\w .-]{2,40}? )?(?:is|was|at) $",
    re.I,
)
_FIRST = Lazy(
    r"\bfirst token|\bTTFT\b|\bprompt\b|\bembedding\b|\btokeni[sz]\w+|\battention\b|\bkernel\b|\blayer\b|\bper[- ]layer\b",
    re.I,
)
_LISTED = Lazy(r"\s*(?:to|–|-|and|or|through|,)\s*(?:batch\s*)?\d")
_MEMORY = Lazy(r"\b(?:HBM\w*|DRAM|GDDR\w*|LPDDR\w*|DDR\d?|memory|bandwidth)\b", re.I)
_MEASURED = Lazy(
    r"\b(?:achiev\w*|sustain\w*|reach\w*|effective|measured|attain\w*|utili[sz]\w*)\b[^.;,]{0,24}$",
    re.I,
)
_MANY = Lazy(
    r"\b(?:DGX|HGX|nodes?|servers?|clusters?|racks?|pods?|tensor[- ]parallel\w*|TP\s?=?\s?\d|chips|cards|devices|GPUs|accelerators)\b",
    re.I,
)


def bits(name: str) -> float | None:
    """Bits of a number format as written: "FP16", "4-bit", "four bits"; None where not known."""
    squashed = re.sub(r"[\s-]|s$", "", name.lower())
    if match := re.fullmatch(r"(\d+)bit", squashed):
        return float(match.group(1))
    found = _BITS.get(squashed)
    return None if found is None else float(found)


@lru_cache(maxsize=16384)
def decode_rates(sentence: Sentence) -> tuple[LocalDecode, ...]:
    """The token rate of a sentence that states one; two rates would not say which is whose."""
    text = sentence.text
    rates = [i for i, r in enumerate(sentence.readings) if r.quantity.unit == "token/s"]
    times = (
        [] if rates else [i for i, r in enumerate(sentence.readings) if _of_a_token(sentence, r)]
    )
    rates = rates or times
    if len(rates) != 1 or isinstance(sentence.readings[rates[0]].quantity.value, tuple):
        return ()
    models = list(dict.fromkeys(m.group() for m in MODEL_NAME.finditer(text))) or _known(text)
    weights, cache = format_names(text)
    batch, batch_at = batch_of(sentence)
    device, devices, devices_at = _devices(sentence)
    return (
        LocalDecode(
            rates[0],
            (bool(times) or _DECODES.search(text) is not None) and _PREFILL.search(text) is None,
            models[0] if len(models) == 1 else "",
            weights,
            cache,
            batch,
            batch_at,
            _context(sentence),
            device,
            devices,
            devices_at,
            _bandwidth(sentence),
        ),
    )


def _known(text: str) -> list[str]:
    """Models whose names have another form: "GPT-2 XL"; a suffix would make another one of it."""
    named = [e for e in entities(text) if e.kind is EntityKind.MODEL]
    if any(not e.key or text[e.end : e.end + 1] == "-" for e in named):
        return []
    return list(dict.fromkeys(e.name for e in named))


def _of_a_token(sentence: Sentence, r: Reading) -> bool:
    """Whether a time is that of decoding one token."""
    if r.quantity.unit != "s" or r.quantity.point > 10 or _FIRST.search(sentence.text):
        return False
    return r.per == "token" or _TOKEN_TAKES.search(sentence.before(r, 80)) is not None


def format_names(text: str) -> tuple[str, str]:
    """Formats of weights and cache, as written; "" where the sentence leaves one open."""
    cache = next((m.group("f") for p in _CACHE if (m := p.search(text))), "")
    if pair := _W_A.search(text):
        return f"{pair.group(1)}-bit", cache
    explicit = next((m.group("f") for p in _WEIGHTS if (m := p.search(text))), "")
    if explicit:
        return explicit, cache
    said = [
        m.group()
        for m in _FORMATS.finditer(text)
        if not any(a.start() <= m.start() < a.end() for p in (*_CACHE, _ASIDE) for a in p.finditer(text))
    ]  # fmt: skip
    different = {bits(s) for s in said}
    return (said[0], cache) if len(different) == 1 else ("", cache)


def batch_of(sentence: Sentence) -> tuple[float | None, int | None]:
    """The batch, and the reading that states it; None for a sweep."""
    found = list(_BATCH.finditer(sentence.text))
    alone = _ALONE.search(sentence.text)
    values = {1.0 if m.group("n").lower() == "one" else float(m.group("n")) for m in found}
    values |= {1.0} if alone else set()
    if len(values) != 1 or any(_LISTED.match(sentence.text, m.end()) for m in found):
        return None, None
    at = next(
        (
            i
            for m in found
            for i, r in enumerate(sentence.readings)
            if r.literal_start == m.start("n")
        ),
        None,
    )
    return values.pop(), at


def _context(sentence: Sentence) -> int | None:
    """The reading that says how many positions are in the cache."""
    found = [
        i
        for i, r in enumerate(sentence.readings)
        if (r.noun == "token" or r.kind is Kind.SEQ_LEN)
        and r.quantity.unit == "1"
        and r.quantity.qualifier in (Qualifier.EXACT, Qualifier.APPROX)
        and not isinstance(r.quantity.value, tuple)
        and _about_context(sentence, r)
    ]
    return found[0] if len(found) == 1 else None


def _about_context(sentence: Sentence, r: Reading) -> bool:
    after = re.match(r"[- ]?(?:tokens? )?(?:of )?(?:context|cached)\b", sentence.after(r, 24), re.I)
    before = re.search(
        r"\b(?:context|cache|positions)(?: (?:length|window))?(?: (?:of|is|at|with))?\s*$",
        sentence.before(r, 34),
        re.I,
    )
    return after is not None or before is not None


def _devices(sentence: Sentence) -> tuple[str, float | None, int | None]:
    """The device named, how many of it, and the reading that counts them."""
    text = sentence.text
    named = list(DEVICE_NAME.finditer(text))
    names = list(dict.fromkeys(m.group(1) for m in named))
    counts = [i for i, r in enumerate(sentence.readings) if r.noun == "gpu"]
    nodes = any(r.noun == "node" for r in sentence.readings)
    name = names[0] if len(names) == 1 else ""
    if len(counts) == 1 and not nodes and sentence.readings[counts[0]].quantity.count:
        return name, sentence.readings[counts[0]].quantity.point, counts[0]
    if counts or nodes or not name:
        return name, None, None
    lead = text[: named[0].start()]
    tail = text[named[0].end(1) : named[0].end() + 8]
    article = re.search(
        r"\b(?:an?|one|single|the)(?: (?:single|NVIDIA|Nvidia|AMD))*\s$", lead, re.I
    )
    several = re.match(r"(?:s|es)\b|\s?GPUs\b", tail) or _MANY.search(text)
    return name, 1.0 if article and not several else None, None


def _bandwidth(sentence: Sentence) -> int | None:
    """The reading that states the memory bandwidth of what the rate is about."""
    found = [i for i, r in enumerate(sentence.readings) if r.quantity.unit == "byte/s"]
    if len(found) != 1 or not _MEMORY.search(sentence.text):
        return None
    r = sentence.readings[found[0]]
    if (
        r.quantity.qualifier is not Qualifier.EXACT
        or isinstance(r.quantity.value, tuple)
        or _MEASURED.search(sentence.before(r, 60))
    ):
        return None
    counted = any(s.noun in ("gpu", "node") for s in sentence.readings)
    return None if _MANY.search(sentence.text) and not counted else found[0]
