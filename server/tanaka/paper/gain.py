"""Gains of a part and what they are carried to, shares of time, efficiency gains, and power.

Reads one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from tanaka.paper.claims import DEVICE_NAME
from tanaka.paper.decode import decode_rates
from tanaka.paper.model import (
    Asserted,
    Claim,
    DecodeRate,
    EfficiencyGain,
    NumberId,
    PartGain,
    PowerFigure,
    TimeShare,
)
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalPartGain:
    """A factor on one kernel, by index; ``whole`` the factor that it is said to give beyond it."""

    gain: int
    part: str
    carried: bool
    whole: int | None


@dataclass(frozen=True, slots=True)
class LocalShare:
    """A percentage of time that one kernel takes."""

    number: int
    part: str


@dataclass(frozen=True, slots=True)
class LocalEfficiency:
    """A factor or percentage of work per joule over a named part.

    ``device`` is the part that it is over, "" where none is named; ``basis`` the words that say
    whose power is meant for it ("TDP"), "" where nothing does; ``formats`` the number formats of
    the sentence.
    """

    gain: int
    device: str
    basis: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalPower:
    """A power, by index, with the part that it is of."""

    number: int
    device: str


_PART = Lazy(
    r"\b(?P<part>GEMV|GEMM|matrix-vector (?:products?|multiplications?|unit)|matrix multiplications?|matmuls?|"
    r"(?:self-|cross-)?attention|softmax|convolutions?|layer ?norm|dequanti[sz]ation|(?:[A-Za-z-]+[- ])?kernels?)\b"
    r"(?:[- ](?P<tail>kernels?|unit|engine|operator|layers?))?",
    re.I,
)
_NO_LEAD = Lazy(
    r"^(?:the|a|an|our|its|this|that|each|one|on|of|in|for|and|with|faster|slower|single|custom|new|same|so|makes?|than|more|less|up)[- ]",
    re.I,
)
_FASTER = Lazy(
    r"\s*(?:faster|quicker|speed-?\s?ups?|higher throughput|acceleration|less time|lower latency|gain|improvement)\b|\s*(?:as fast)\b",
    re.I,
)
_SPEEDS = Lazy(
    r"\b(?:speed-?ups?|accelerat\w*|speeds? up|sped up|gains?|faster)\b[^.;]{0,30}$", re.I
)
_CARRIES = Lazy(
    r"[,;:]?\s\b(?:so(?: that)?|therefore|thus|hence|consequently|accordingly|which (?:makes|means|gives|translates|carries|brings|speeds)|"
    r"(?:this |that |it )?translat(?:es|ing) (?:in)?to|carr(?:ies|ying) over to|and with it|making|meaning(?: that)?|i\.e\.,?)\b",
    re.I,
)
_WHOLE = Lazy(
    r"\b(?:inference|serving|decod(?:e|es|ing)|generat(?:ion|es|ing)|training|LLMs?|language models?|chat\w*|deployments?|applications?|end[- ]to[- ]end|users?|service|fleet|"
    r"workloads?|token(?:s| rate)?|requests?|conversations?)\b",
    re.I,
)
_TIME = Lazy(
    r"\s*of (?:the |its |our |all |total |each |a |whole )*(?:(?:decod\w+|inference|step|execution|run|wall[- ]clock|training|iteration|end-to-end|GPU|token|generation|pass)[- ]?)*"
    r"(?:time|latency|runtime|step|iteration|pass|token|cycles)\b",
    re.I,
)
_TAKES = Lazy(
    r"\b(?:takes?|accounts? for|is|consumes?|makes? up|uses?|spen\w+|dominates?\w*|responsible for|represents?)\b",
    re.I,
)
_EFFICIENT = Lazy(
    r"\s*(?:(?:more|better|higher)\s)?(?:energy|power)[- ]?(?:and area[- ])?efficien\w+|\s*(?:more|higher|better|as many)\s(?:TOPS/W|TOPS per watt|tokens?/J|tokens? per joule|performance per watt|perf/W|work per joule)|"
    r"\s*(?:less|lower)\s(?:energy|power|joules?)\b|\s*(?:the\s)?(?:energy|power) (?:efficiency|saving|reduction)|\s*(?:the )?(?:TOPS/W|tokens?/J|perf/W|performance per watt|tokens? per joule)\b",
    re.I,
)
_EFFICIENT_BEFORE = Lazy(
    r"\b(?:energy[- ]efficiency|efficiency|TOPS/W|tokens? per joule|performance per watt|energy per token|joules? per token)\b[^.;,]{0,34}$",
    re.I,
)
# "30 TOPS/W, 19x that of an A100"
_THAT_OF = Lazy(r"\s*(?:that|those) (?:of|for|on) ", re.I)
_RATE = Lazy(r"\d\s?(?:TOPS/W|TFLOPS/W|GOPS/W|TOPS per watt|tokens?/J|tokens? per joule)\b[^.;]{0,40}$", re.I)  # fmt: skip
_BASIS = Lazy(
    r"\b(?:TDP|thermal design power|board power|nvidia-smi|NVML|datasheet power|rated power|power limit)\b",
    re.I,
)
_FORMAT = Lazy(r"(?<![\w-])(?:BF16|FP16|FP32|TF32|FP8|INT8|INT4|FP4|W4A16|NF4)(?![\w])", re.I)


@lru_cache(maxsize=16384)
def part_gains(sentence: Sentence) -> tuple[LocalPartGain, ...]:
    """Factors on a kernel, and where the sentence carries them."""
    text = sentence.text
    if "×" not in text and not re.search(r"\d\s?(?:x|times)\b", text):
        return ()
    factors = [
        i
        for i, r in enumerate(sentence.readings)
        if r.quantity.shown_unit == "×" and not isinstance(r.quantity.value, tuple)
    ]
    out: list[LocalPartGain] = []
    carries = _CARRIES.search(text)
    for i in factors:
        r = sentence.readings[i]
        if carries and r.start > carries.start():
            continue
        if not (_FASTER.match(text, r.end) or _SPEEDS.search(sentence.before(r, 60))):
            continue
        part = _part(text, r, carries.start() if carries else len(text))
        if not part:
            continue
        after = text[carries.end() :] if carries else ""
        carried = carries is not None and _WHOLE.search(after) is not None
        whole = [
            j
            for j in factors
            if carries
            and sentence.readings[j].start > carries.start()
            and _FASTER.match(text, sentence.readings[j].end)
        ]
        out.append(LocalPartGain(i, part, carried, whole[0] if carried and whole else None))
    return tuple(out[:1])


def _part(text: str, r: Reading, end: int) -> str:
    """The kernel that a factor is about: the nearest one in its clause, those before it first."""
    start = max(text.rfind(c, 0, r.start) for c in (";", ":", ". ")) + 1
    before = [m for m in _PART.finditer(text, start, r.start)]
    after = [m for m in _PART.finditer(text, r.end, min(end, r.end + 60))]
    than = text.find(" than ", r.end)
    after = [m for m in after if than < 0 or m.start() < than]
    chosen = before[-1] if before else after[0] if after else None
    return _name(chosen) if chosen else ""


def _name(match: re.Match[str]) -> str:
    name = match.group("part")
    while (shorter := _NO_LEAD.sub("", name)) != name:
        name = shorter
    name = re.sub(r"s$", "", name) if not name.lower().endswith("ss") else name
    tail = match.group("tail")
    if name.lower() == "kernel" or not tail or "layer" in tail:
        return name
    return f"{name} {re.sub(r's$', '', tail)}"


@lru_cache(maxsize=16384)
def shares(sentence: Sentence) -> tuple[LocalShare, ...]:
    """Percentages of time, each with the one kernel that its sentence names."""
    text = sentence.text
    found = [
        i
        for i, r in enumerate(sentence.readings)
        if r.quantity.shown_unit == "%" and _TIME.match(text, r.end)
    ]
    parts = list(dict.fromkeys(_name(m) for m in _PART.finditer(text)))
    if len(found) != 1 or len(parts) != 1 or not _TAKES.search(text):
        return ()
    return (LocalShare(found[0], parts[0]),)


@lru_cache(maxsize=16384)
def efficiency_gains(sentence: Sentence) -> tuple[LocalEfficiency, ...]:
    """Gains in work per joule, with the part that they are over."""
    text = sentence.text
    out: list[LocalEfficiency] = []
    for i, r in enumerate(sentence.readings):
        if r.quantity.shown_unit not in ("×", "%") or isinstance(r.quantity.value, tuple):
            continue
        if not (
            _EFFICIENT.match(text, r.end)
            or _EFFICIENT_BEFORE.search(sentence.before(r, 70))
            or (_THAT_OF.match(text, r.end) and _RATE.search(text, 0, r.start))
        ):
            continue
        names = list(dict.fromkeys(m.group(1) for m in DEVICE_NAME.finditer(text)))
        basis = _BASIS.search(text)
        formats = tuple(dict.fromkeys(m.group().upper() for m in _FORMAT.finditer(text)))
        out.append(
            LocalEfficiency(
                i, names[0] if len(names) == 1 else "", basis.group() if basis else "", formats
            )
        )
    return tuple(out[:1])


@lru_cache(maxsize=16384)
def powers(sentence: Sentence) -> tuple[LocalPower, ...]:
    """Powers of a sentence, each with the part named right beside it."""
    out: list[LocalPower] = []
    for i, r in enumerate(sentence.readings):
        if r.quantity.unit != "W" or isinstance(r.quantity.value, tuple):
            continue
        before = sentence.text[: r.start]
        named = [
            m
            for m in DEVICE_NAME.finditer(before)
            if re.fullmatch(r"(?:'s|’s)?(?:\s\w+){0,3}\s?", before[m.end() :])
        ]
        after = re.match(
            rf"\s*(?:\w+\s)?(?:TDP\s)?(?:of|for|on|by) (?:an?|the|each|one) (?:NVIDIA )?(?P<d>{DEVICE_NAME.pattern})",
            sentence.after(r, 60),
        )
        device = named[-1].group(1) if named else after.group("d") if after else ""
        out.append(LocalPower(i, device))
    return tuple(out)


def gain_claims(
    sentence: Sentence, ids: Sequence[NumberId], claimed: Callable[[int], Asserted]
) -> Iterator[Claim]:
    """What a sentence claims of token rates, gains of a part, efficiency and power.

    Parameters
    ----------
    ids : sequence of NumberId
        Of its readings, in order.
    claimed : callable
        Whether the paper itself claims a reading, by index.
    """

    def of(index: int | None) -> NumberId | None:
        return None if index is None else ids[index]

    for d in decode_rates(sentence):
        yield DecodeRate(
            ids[d.rate], d.decoding, d.model, d.weights, d.cache, d.batch, of(d.batch_at), of(d.context),
            d.device, d.devices, of(d.devices_at), of(d.bandwidth), claimed(d.rate),
        )  # fmt: skip
    for g in part_gains(sentence):
        yield PartGain(ids[g.gain], g.part, g.carried, of(g.whole), claimed(g.gain))
    for s in shares(sentence):
        yield TimeShare(ids[s.number], s.part, claimed(s.number))
    for e in efficiency_gains(sentence):
        yield EfficiencyGain(ids[e.gain], e.device, e.basis, e.formats, claimed(e.gain))
    for p in powers(sentence):
        yield PowerFigure(ids[p.number], p.device, claimed(p.number))
