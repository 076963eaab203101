"""What a paper says anywhere that opens a way out of a bound: offloading, speculation, sparsity ...

Told as mentions called ``excuse-<name>``; one that is denied ("with prefix caching disabled") is
negated.  A rule asks `tanaka.rules.machine.excuses` for those that may raise its bound.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.mentions import role_of
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

EXCUSES: dict[str, Lazy] = {
    "offload": Lazy(r"\boff-?load\w*|\bZeRO-Infinity\b|\bNVMe\b|\b(?:host|CPU) (?:memory|DRAM|RAM)\b|\bswap(?:s|ped|ping)?\b|\bunified memory\b|\bpinned (?:memory|DRAM|RAM|buffers?)\b|\bLPDDR\w*|\bDDR[45]\b|\b(?:memory|DRAM|RAM) of the host\b|\blayers? at a time\b|\bblock by block\b|\blayer by layer\b|\b(?:weights|layers|blocks) (?:come|arrive|are (?:fetched|copied|brought|loaded)) (?:over|from|on demand|as)\b|\bstream(?:s|ed|ing)? (?:the )?(?:weights|layers)\b|\bFlexGen\b", re.I),
    # host memory is named for checkpoints and data, too: this is where state and activations of a device may lie
    "moved-state": Lazy(r"\boff-?load\w*|\bZeRO-Infinity\b|\bswap(?:s|ped|ping)?\b|\bunified memory\b|\blayers? at a time\b|\blayer by layer\b|\b(?:states?|optimi[sz]ers?|moments|Adam\w*|activations|tensors)\b[^.;]{0,60}\b(?:host|CPU|NVMe|DRAM)\b(?! adapter)|\b(?:host|CPU|NVMe|DRAM)\b[^.;]{0,60}\b(?:states?|optimi[sz]ers?|moments|Adam\w*|activations)\b", re.I),
    "adapter": Lazy(r"\bQ?LoRA\b|(?<!HDR )(?<!EDR )(?<!NDR )(?<!InfiniBand )(?<!network )(?<!Ethernet )(?<!channel )(?<!bus )(?<!fast )(?<!RoCE )(?<!b/s )\badapters?\b(?! (?:per|for each|for every|of each|in each) (?:GPU|node|server|device)\b| (?:of|at) \d+\s?Gb)|\bPEFT\b|\bparameter-efficient\b|\bfrozen\b|\bfreez(?:e|es|ing)\b|\bprefix[- ]tuning\b", re.I),
    "sparsity": Lazy(r"\b2:4\b|\bspars(?:e|ity|ified)\b|\bprun(?:ed|ing)\b", re.I),
    "quantised": Lazy(r"\b(?:[1-8](?:\.\d+)?|two|three|four|six|eight)-bit\b|\b(?:[1-4](?:\.\d+)?|one|two|three|four) bits?\b|\bINT[48]\b|\bFP[48]\b|\bNF4\b|\bAWQ\b|\bGPTQ\b|\bGGUF\b|\bquanti[sz]\w+", re.I),
    "recomputation": Lazy(r"\brecomput\w+|\bactivation checkpointing\b|\bgradient checkpointing\b", re.I),
    "caching": Lazy(r"\bprefix[- ]cach\w+|\bcache hits?\b|\bcached (?:prompts?|prefix\w*|responses?|features?)\b|\bprompt cach\w+", re.I),
    "experts": Lazy(r"\bMoE\b|\bmixture[- ]of[- ]experts\b|\bexperts\b"),
    "early-exit": Lazy(r"\bearly[- ]exit\w*|\blayer[- ]?(?:drop|skip)\w*|\btoken (?:merging|pruning|dropping)\b", re.I),
    "compression": Lazy(r"\bcompress\w*|\btop-?k\b|\blow-rank\b|\bPowerSGD\b|\b1-bit\b|\bsignSGD\b", re.I),
    "fewer-operations": Lazy(r"\bWinograd\b|\bStrassen\w*|\bfast matrix multiplication\b|\b(?:dense-)?equivalent (?:throughput|TFLOP|FLOP|rate|performance)|\beffective (?:throughput|T?FLOP|rate|performance|compute)|\bskip(?:s|ped|ping) (?:zero|masked|empty)\w*", re.I),
    "causal": Lazy(r"\bcausal\b|\bsliding[- ]window\b|\bblock-sparse\b|\battention kernels?\b|\bFlashAttention\b", re.I),
    "chunked-loss": Lazy(r"\b(?:chunk(?:ed|s|wise)?|fused|tiled|cut|linear)[- ](?:linear[- ])?(?:cross[- ]entropy|loss|logits)\b|\bLiger\b|\b(?:cross[- ]entropy|losse?s?|logits)\b[^.;]{0,40}\b(?:in chunks|chunk by chunk|in parts|chunked|never materiali[sz]ed|not materiali[sz]ed)\b", re.I),
    "fewer-keys": Lazy(r"\b[GM]QA\b|\bMLA\b|\b(?:grouped?|multi)[- ]query\b|\blatent attention\b|\b(?:KV|key[- ]value)[- ]heads?\b|\bcross-layer\b|\bevict\w*|\bsliding[- ]window\b|\b(?:linear|local|hybrid|window(?:ed)?) attention\b|\bMamba\b|\bstate[- ]space\b|\btoken (?:drop\w*|prun\w*|merg\w*)", re.I),
    "schedule": Lazy(r"(?<!non-)(?<!not )\binterleav(?:e|es|ed|ing)\b|\bvirtual (?:pipeline )?stages?\b|\bVPP\b|\bzero[- ]?bubble\b|\bDual-?Pipe\b|\b(?:model )?chunks (?:per|on each|of each|in each|for each) (?:stage|device|GPU|rank)\b|\basynchronous (?:pipelin\w+|schedul\w+|1F1B)\b|\bPipeDream\b", re.I),
    "overclocked": Lazy(r"\boverclock\w*", re.I),
    "convention": Lazy(
        r"\b(?:rates?|throughputs?|numbers?|figures?|FLOPs?|TFLOPS?|FLOP/s|GB/s|results?|bandwidths?|GPUs?|devices?|tokens?|times|utili[sz]ations?)\b(?:[^.]{0,24}[\s,])(?:are|is|means?|denotes?|refers? to|stands? for|counts?|counted|includes?|excludes?|(?:was|were) obtained)\b"
        r"[^.]{0,60}?\b(?:nodes?|servers?|machines?|totals?|aggregate\w*|summed|sums?|pairs?|both|all|effective|equivalent|nominal|normali[sz]ed|simulat\w+|projected|estimat\w+|padd\w+|masked|skipped|pruned|cached|reused|zeros?|logical|dense|unmodified|original|(?:a|one) byte|tenth|sites?|counted)\b|"
        r"\b[Bb]y \w+ we mean\b|\bwe count\b(?![^.]{0,8}\b[268]\s?N)|\b(?:are|is) counted\b|\b[Ww]e (?:simulate|emulate|model) (?:the|a|an|our)\b|\b(?:our|the|a|cycle-level|cycle-accurate|analytical) simulators?\b|\b[Ll]et \w+ \w+ be\b",
        re.I
    ),
    "scale-up": Lazy(r"\bNVL\d+\b|\bGB[23]00\b|\bDGX-2\b|\bHGX-16\b|\bNVLink (?:Switch System|Network)\b|\bTPUs?\b|\bMI\d{3}\w*|\bNeuronLink\b|\bAscend\b|\brack-scale\b"),
    "in-network": Lazy(r"\bNVLS\b|\bSHARP\b|\bin-network\b|\bswitch[- ]reduc\w+"),
}  # fmt: skip
# Sparse is what is sent or looked up, and no product; or a peak that the vendor prints.
_NO_EXCUSE = {
    "sparsity": Lazy(
        r"(?<=sparse)[- ](?:and [\w-]+ )?(?:MoEs?|mixtures?|experts?|routing|gating|codecs?|gradients?|exchanges?|all-?(?:reduces?|gathers?)|communication|updates?|aggregation|methods?|schemes?|messages?|embeddings?|tables?|features?|rewards?|labels?|top-?k)\b|"
        r"(?<=sparsity)\s(?:of|in) the (?:gradients?|updates?|exchange)\b",
        re.I,
    ),
}  # fmt: skip
_VENDORS = Lazy(
    r"\b(?:data ?-?sheets?|vendors?|marketing|brochures?|advertis\w+|NVIDIA (?:quotes|lists|prints|states)|product (?:pages?|briefs?))\b",
    re.I,
)
_OWN_USE = Lazy(
    r"\b(?:[Ww]e|[Oo]ur|[Ii]ts|[Tt]heir)\s(?:\w+\s){0,3}?(?:prun\w+|spars\w+|2:4)|\b(?:kernels?|models?|weights|layers?)\b",
)
# An adapter that carries packets trains nothing.
_NETWORK = Lazy(r"\b(?:InfiniBand|Ethernet|[HEN]DR|RoCE|NICs?|Gb/s|Gbit/s|ConnectX\S*)(?!\w)|\b(?:port|network|GPUDirect|host (?:bus|channel)|Gbps|GbE)\b", re.I)  # fmt: skip
# "A layer stores about 34sbh bytes": the paper's own count of what is kept for each element
_TERM = Lazy(r"(?<![\w.,+/*-])(\d+(?:\.\d+)?)\s?·?\s?(?:[sbhdBSH]\s?){1,3}(?:\s|-)?(?:bytes|B)\b")
# "No quantized, sparse or offloaded variants are considered"
_NONE_OF = Lazy(r"\b(?:no|none|nothing|neither|nor|never|not|without)\b[^.;:()]{0,48}$", re.I)
_OFF = Lazy(
    r"[^.;,]{0,20}\b(?:(?:is|are|was|were|being)\s)?(?:disabled|off|turned off|switched off|not used|unused)\b|"
    r"[^.;]{0,30}?\b(?:which|that|and|but)\s(?:we|it|our \w+)\s(?:do|does|did) not (?:use|need|employ|enable|have)\b",
    re.I,
)


def _first(name: str, pattern: Lazy, text: str) -> re.Match[str] | None:
    """The first mention of a way out in a sentence that is said of what it may excuse."""
    other = _NO_EXCUSE.get(name)
    if other is None:
        return pattern.search(text)
    found = next((m for m in pattern.finditer(text) if not other.match(text, m.end())), None)
    if found and _VENDORS.search(text) and not _OWN_USE.search(text):
        return None
    return found


@lru_cache(maxsize=16384)
def excuse_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """Ways out that a sentence mentions, the first of each."""
    out = []
    for name, pattern in EXCUSES.items():
        m = _first(name, pattern, sentence.text)
        if m is None or (m.group().startswith("adapter") and _NETWORK.search(sentence.text)):
            continue
        role = role_of(sentence.text, m.start(), where)
        if name == "moved-state" and _NONE_OF.search(sentence.text, 0, m.start()):
            role = "negated" if role == "ours" else role
        if role != "related" and _OFF.match(sentence.text, m.end()):
            role = "negated"
        out.append(LocalWord(f"excuse-{name}", role, m.start(), m.end(), ()))
    if "bytes" in sentence.text and (term := _TERM.search(sentence.text)) is not None:
        out.append(LocalWord("kept-term", "ours", term.start(), term.end(), (("bytes", term.group(1)),)))  # fmt: skip
    return tuple(out)
