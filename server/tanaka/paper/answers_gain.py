"""Words that the rules about decoding, gain and silicon ask for, wherever they stand.

Property keys beside those of `tanaka.paper.mentions`:

* ``decode-...``: what lets a pass of decoding yield more tokens, or read fewer bytes, than usual;
* ``bits-4``: a low number format (``bits-0`` where none is named);
* ``device``: a part by name, as the setting ``name``; ``own-name``: what the paper calls its system;
* ``tape-out``, ``payback-answer``, ``chip-power``, ``wall-power``, ``end-to-end``, ``own-silicon``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.claims import DEVICE_NAME
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalWord:
    """A key, the role of its words, where they stand in the sentence, and settings."""

    what: str
    role: str
    start: int
    end: int
    settings: tuple[tuple[str, str], ...] = ()


_PATTERNS = {
    "decode-speculation": (
        r"\bspeculat\w+|\bdraft(?:s|ed|ing)?[- ](?:models?|tokens?|heads?)|\b\d+(?:\.\d+)?B draft|\bMTP\b|\bmulti-token|\b(?:two|three|four)-token|"
        r"\bMedusa\b|\bEAGLE\b|\blook-?ahead decod|\bn-gram|\bJacobi\b|\bprompt[- ]lookup|\blook-?up decod|\btoken trees?\b|\btokens (?:(?:are|were|can be) \w+ )?(?:a|per|each|every) (?:forward |decoding )?(?:step|pass|iteration)\b|\b[Ee]ach pass (?:accepts|yields|emits|makes|commits|confirms)\b|\baccepts? [\d.]+ tokens|\b(?:two|three|four|five|several|multiple|[2-9](?:\.\d+)?|1\.\d+) tokens (?:a|per|each|every|in one) (?:forward |decoding )?(?:step|pass|iteration)|\baccept(?:ed|ance) (?:lengths?|rates?|tokens?)|\bnext \d tokens"
    ),
    "decode-parallel": r"\b(?:block|masked|discrete)?[- ]?diffusion\b|\bparallel decod|\bnon-autoregressive|\btokens per (?:forward )?pass\b|\bblock[- ]wise decod",
    "decode-early-exit": r"\bearly[- ]exit|\blayer[- ]skipp|\bskip(?:s|ped|ping)? layers|\bdynamic depth|\bself-?speculat",
    "decode-sparsity": r"\bstudents?\b|\bdistill\w*|\bthinned\b|\bslimmed\b|\bspars\w+(?![^.;]{0,120}\b(?:gradients?|all-?reduce|data-parallel training|communication)\b)|\bprun(?:e|ed|ing)\b|\b2:4\b|\bMoE\b|\bmixture[- ]of[- ]experts|\bskip(?:s|ped|ping)? (?:zero|neurons|weights)",
    "decode-cache-size": (
        r"\b(?:KV|key-value)[- ]?(?:cache)?[- ](?:quanti|compress|evict|prun|merg|shar)\w*|\bevict\w*|\bsliding[- ]window|\bH2O\b|\bStreamingLLM\b|"
        r"\bMamba\b|\bstate[- ]space|\blinear attention|\bcross-layer (?:sharing|attention)|\bMLA\b|\blatent attention|\bwindow(?:ed)? attention"
    ),
    "decode-prefix": r"\b(?:shared?|common|system|same)[- ](?:\w+ )?(?:prefix|prompt)|\bprefix[- ](?:cach|shar|tree)\w*|\bRadixAttention\b|\bHydragen\b",
    "decode-replicas": r"\breplicas?\b|\bdata[- ]parallel|\binstances\b|\bDP\s?=?\s?\d",
    "decode-total": r"\btotal (?:throughput|tokens|rate)|\bprompts? (?:tokens )?included|\binput(?: and|\s?\+\s?)output|\bincluding (?:the )?prompt|\boverall throughput|\bin aggregate|\baggregate",
    "decode-on-chip": r"\bwafer|\bGroq\b|\bCerebras\b|\bSRAM\b|\bon-chip\b|\bfits? in(?:to)? (?:the )?(?:L2|cache|last-level)|\bL2[- ]resident|\beDRAM\b",
    "decode-in-memory": r"\bin-memory comput|\bcompute[- ]in[- ]memory|\bprocessing[- ](?:in|near)[- ]memory|\b(?:PIM|AiM)\b",
    "decode-responses": r"\b(?:cached|memoi[sz]ed) (?:responses?|answers?|completions?)|\b(?:response|semantic|answer) cach",
    "tape-out": r"\btap(?:e|ed|ing)[- ]?outs?\b|\btap(?:e|ed|ing) (?:it|them|(?:the|this|our) (?:chip|ASIC|design)) out\b",
    "payback-answer": (
        r"\bNRE\b|\bnon-?recurring\b|\bbreak(?:s|ing)?[- ]?even\b|\bpay(?:s|ed)?[- ]?back\b|\bpa(?:ys|id|y) for (?:itself|the (?:design|mask|chip|silicon))|\bamorti[sz]\w+[^.;]{0,60}\b(?:NRE|design|masks?|silicon|chips?|units|development|volume|tape-?out)\b|\bTCO\b|"
        r"\btotal cost of ownership|\breturn on investment|\bmask(?: set)? costs?\b|\b(?:cost|dollars|USD|price) per (?:chip|die|unit|token|million tokens)|\bdevelopment costs?\b"
    ),
    "chip-power": (
        r"\bpost-?(?:layout|synthesis|route|place-and-route)\b|\b(?:draws?|power|\d\s?m?W|TOPS/W)\b[^.;]{0,40}\bafter (?:layout|synthesis|place[- ]and[- ]route)\b|\bsynthesi[sz]ed\b[^.;]{0,40}\d\s?nm\b|\bsynthesi[sz]ed (?:with|using) (?:Synopsys|Cadence|Design Compiler|Genus|Yosys)\b|\bPrimeTime\b|\bDesign Compiler\b|\b(?:core|die|chip|macro) power\b|"
        r"\b(?:simulat|estimat)\w+ power\b|\bpower (?:is |was )?(?:simulat|estimat|model)\w+|\bwithout (?:the )?(?:DRAM|HBM|host|memory)\b[^.]{0,20}\bpower"
    ),
    "wall-power": (
        r"\bat the (?:wall|plug|socket)\b|\bwall (?:power|socket|plug)\b|\bpower (?:meter|analy[sz]er)\b|\bboth (?:\w+ ){0,3}(?:at chip level|at board level|chip-level|board-level)|"
        r"\bnormali[sz]ed to (?:the same |one )?(?:node|process|technology|\d+\s?nm)|\bscaled to (?:the same |one )?(?:node|process|\d+\s?nm)"
    ),
    "end-to-end": (
        r"\bend[- ]to[- ]end\b[^.;]{0,80}\d|\d[^.;]{0,60}\bend[- ]to[- ]end\b|\bwhole[- ](?:model|network|application|program)\b[^.;]{0,60}\d|"
        r"\b(?:full|entire) (?:model|network|application)\b[^.;]{0,60}\d|"
        r"\bprofil\w+\b[^.;]{0,30}\b(?:full|whole|entire|complete)\b[^.;]{0,30}\b(?:run|step|iteration|request|workload)s?\b"
    ),
    "kernel-scope": r"\b(?:kernels? (?:alone|only|in isolation)|micro-?benchmarks?|per-(?:kernel|operator|layer) (?:speed|gain|latenc|time)|operator-level|in isolation)\b",
    "own-silicon": (
        r"\b(?:our|the proposed|we (?:present|propose|design|build|introduce)[^.]{0,60}) ?(?:chip|ASIC|accelerator|processor|silicon)\b|"
        r"\b(?:present|propose|introduce|design)\w*\b[^.;]{0,60}\b(?:chip|ASIC|accelerator|processor)\b"
    ),
}  # fmt: skip
_CASED = ("decode-cache-size", "decode-total", "payback-answer")
_COMPILED = {k: Lazy(p, 0 if k in _CASED else re.I) for k, p in _PATTERNS.items()}
_COMPILED["payback-answer"] = Lazy(_PATTERNS["payback-answer"], re.I)
_COMPILED["decode-total"] = Lazy(_PATTERNS["decode-total"], re.I)
# Formats below sixteen bits; the name of a method counts as the bits that it is used at.
_LOW = (
    (Lazy(r"\b(\d(?:\.\d+)?)[- ]bits?\b"), None),
    (Lazy(r"\b(?:INT|NF|FP|MXFP|NVFP|W|Q)([1-8])(?:A\d+|_\w+)?\b"), None),
    (Lazy(r"\bAWQ\b|\bGPTQ\b"), "4"),
    (Lazy(r"\bGGUF\b|\bGGML\b|\bllama\.cpp\b|\bQuIP|\bAQLM\b|\bSpQR\b|\bSqueezeLLM\b|\bOmniQuant\b"), "2"),
    (Lazy(r"\bBitNet\b|\bternary\b|\bbinari[sz]ed\b|\bbinary weights\b"), "1"),
    (Lazy(r"\bSmoothQuant\b|\bLLM\.int8|\bhalf the (?:bytes|bits)\b"), "8"),
)  # fmt: skip
_QUANTIZED = Lazy(r"\b(?:de)?quanti[sz]\w+|\blow(?:er)?-bit\b|\bcompressed weights\b", re.I)
_BITS_WORD = Lazy(r"\b(two|three|four|eight)[- ]bits?\b", re.I)
_WORDS = {"two": "2", "three": "3", "four": "4", "eight": "8"}
# Only what plainly switches a thing off takes an excuse away.
_OFF_BEFORE = Lazy(r"\b(?:without|no|disabl\w+|never|neither|nor)\s(?:(?:any|the|use of|using)\s)?$", re.I)  # fmt: skip
_OFF_AFTER = Lazy(r"\s(?:\w+\s)?(?:is|are|was|were|being)?\s?(?:off|disabled|switched off)\b")
_OWN_NAME = Lazy(
    r"\b(?:[Ww]e|[Tt]his paper|[Tt]his work)\s+(?:present|propose|introduce|describe|design|build|develop)s?\s+(?:the |a |an )?"
    r"([A-Z][A-Za-z0-9]*[A-Za-z][A-Za-z0-9-]*)"
)
_NO_PRODUCT = Lazy(
    r"\b(?:test chips?|academic|shuttle|MPW|multi-project|universit\w+|FPGA|research (?:chip|prototype)|prototype)\b",
    re.I,
)
_PRODUCT = Lazy(
    r"\b(?:deploy\w*|fleet|mass[- ]produc\w+|volume production|production|products?|ship(?:s|ped|ping|ment)?|customers?|data ?cent(?:er|re)s?|commercial\w*|roll(?:ed)?[- ]?out)\b",
    re.I,
)
# "Commercial chips take years from tape-out to deployment."
_OF_ALL = Lazy(
    r"\b(?:commercial|most|many|typical|modern|other|such|industrial|today's) (?:\w+ )?(?:chips|ASICs|accelerators|processors|designs|products|vendors|companies)\b",
    re.I,
)
_MAYBE = Lazy(r"\b(?:would|could|might|may|if|suppose|hypothetical|future work)\b", re.I)


@lru_cache(maxsize=16384)
def gain_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """What the sentence says of these, each key once."""
    text = sentence.text
    out: list[LocalWord] = []
    for what, pattern in _COMPILED.items():
        if what == "tape-out" and not _announces(text):
            continue
        if chosen := _first(text, pattern):
            out.append(LocalWord(what, _role(text, chosen, where), chosen.start(), chosen.end()))
    out.extend(_formats(text, where))
    named: set[str] = set()
    for match in DEVICE_NAME.finditer(text):
        if match.group(1) not in named:
            named.add(match.group(1))
            role = "related" if where in (Where.RELATED, Where.FUTURE) else "ours"
            settings = (("name", match.group(1)),)
            out.append(LocalWord("device", role, match.start(1), match.end(1), settings))
    if where is not Where.RELATED and (own := _OWN_NAME.search(text)):
        settings = (("name", own.group(1)),)
        out.append(LocalWord("own-name", "ours", own.start(1), own.end(1), settings))
    return tuple(out)


def _announces(text: str) -> bool:
    """Whether a tape-out leads to a product, and is no wish."""
    ours = re.search(r"\b(?:we|our|ours)\b", text, re.I)
    return (
        bool(_PRODUCT.search(text))
        and not _NO_PRODUCT.search(text)
        and not _MAYBE.search(text)
        and (ours is not None or not _OF_ALL.search(text))
    )


def _off(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 24) : match.start()]
    return bool(_OFF_BEFORE.search(before) or _OFF_AFTER.match(text, match.end()))


def _first(text: str, pattern: Lazy) -> re.Match[str] | None:
    """The first match that nothing switches off; else the first."""
    found = list(pattern.finditer(text))
    return next((m for m in found if not _off(text, m)), found[0] if found else None)


def _role(text: str, match: re.Match[str], where: Where) -> str:
    if _off(text, match):
        return "negated"
    if where in (Where.RELATED, Where.FUTURE):
        return "related"
    own = re.search(r"\b(?:we|our|ours)\b", text, re.I)
    return "related" if CITE in text and not own else "ours"


def _formats(text: str, where: Where) -> list[LocalWord]:
    out: dict[str, LocalWord] = {}
    found: list[tuple[str, re.Match[str]]] = []
    for pattern, fixed in _LOW:
        found += [(fixed or m.group(1), m) for m in pattern.finditer(text)]
    found += [(_WORDS[m.group(1).lower()], m) for m in _BITS_WORD.finditer(text)]
    if not found and (match := _QUANTIZED.search(text)):
        found = [("0", match)]
    for number, m in found:
        what = f"bits-{number}"
        if what not in out:
            out[what] = LocalWord(what, _role(text, m, where), m.start(), m.end())
    return list(out.values())
