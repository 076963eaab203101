"""What the corner cases ask about: the words that make one relevant, and those that answer it.

A *trap* counts only where the paper says it of itself, so a sentence that merely supposes or denies
one counts as negated.  A *cue* is a part of the set-up that the cases compute with, and an *answer*
counts wherever it stands: "if a time-out expires, the replica is dropped" answers, though it
supposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.model import Asserted, Where
from tanaka.patterns import Lazy

_PLACES = r"(?:nodes?|machines?|workers?|ranks?|replicas?|servers?|hosts?|links?|networks?)"
_STORAGE = (
    r"checkpoint\w*|logg\w+|I/O|data[- ]?load\w*|cop(?:y|ies|ied)|prefetch\w*|sav(?:e|es|ing)|writ(?:e|es|ing)|reads?|"
    r"off-?load\w*|serv(?:e|ing|er\b)|requests?|transfers?|execution|kernels?|calls?|streams?|APIs?|launch\w*|events?|"
    r"messages?|actors?|advantage|evaluat\w+|inference|DMA|memc\w+|circuits?|logic|interrupts?|queues?|I/Os?|pipeline stages?"
)
_CHANGED = (
    r"(?:gradients?|updates?|SGD|optimi[sz]ers?|parameter servers?|weights|commits?|momentum)"
)
# What is copied without waiting is not yet applied.
_NOT_MOVED = "".join(
    rf"(?<!{verb} )"
    for verb in ("copied", "moved", "transferred", "streamed", "prefetched", "written", "saved", "offloaded", "loaded")
)  # fmt: skip
_KERNEL = (
    r"(?i:\b(?:our (?:(?:own|new|fused|custom|hand-?written|optimi[sz]ed|cuda|triton|hip|gpu|[\w]+-\w+) )*(?:\w+ )?|"
    r"custom (?:\w+ )?|hand-?(?:written|tuned) (?:\w+ )?|"
    r"we (?:write|wrote|implement(?:ed)?|fuse|fused|build|built|develop(?:ed)?|design(?:ed)?) (?:[\w-]+ ){0,4})kernels?\b)"
)
_HALF = r"(?:FP16|fp16|float16|[Hh]alf[- ][Pp]recision|16-bit floating)"
_EIGHTH = r"(?:FP8|fp8|E4M3|E5M2|8-bit float\w*)"
_REDUCED = r"(?:(?:mixed|reduced|low(?:er)?)[- ]precision)"
# What was trained before, or in another format, is not trained in this one: "the trained model is served in FP8".
_LEARNT = (
    r"ed (?:[\w-]+ ){0,2}(?:models?|networks?|checkpoints?|weights|LLMs?|transformers?|\d+[BM])\b"
)
_WIDER = r"(?:BF16|bfloat16|FP32|TF32|full[- ]precision)"
_LEARNS = (
    rf"(?:(?<!post-)(?<!pre-)(?<!without )(?<!further )(?<!additional )(?<!no )train(?!{_LEARNT})"
    rf"(?!ing[- ](?:free|set|data|corpus|split|time|throughput of)\b)(?!\w* (?:[\w-]+ ){{0,4}}(?:in|with|using|at|on) {_WIDER})\w*|gradients?|"
    rf"backward|back-?prop\w*|optimi[sz]er|fine-?tun(?!{_LEARNT})\w*)"
)
_INFERS = r"(?:inference|infers?|serv(?:e[sd]?|ing)|decod\w+|deploy\w*|generat(?:es?|ed|ing|ion)|quanti[sz]\w+|convert\w*)"


def _learns_in(format: str, reach: int = 90) -> str:
    """A format near words of training, with no word of inference between the two or right behind the format."""
    gap = rf"(?:(?!\b{_INFERS}\b)[^.;]){{0,{reach}}}?"
    return rf"\b{format}\b(?! {_INFERS}\b){gap}\b{_LEARNS}\b|\b{_LEARNS}\b{gap}\b{format}\b(?! {_INFERS}\b)"


# Asked of the paper itself.  Capitals count where a name would be a word without them.
TRAPS: dict[str, str] = {
    "stale-update": (
        rf"(?i:{_NOT_MOVED}\basynchron\w+\b(?! (?:{_STORAGE})\b)(?=(?:(?!\b(?:while|whereas)\b)[^.;]){{0,50}}\b{_CHANGED}\b)|"
        rf"\b{_CHANGED}\b[^.;]{{0,40}}{_NOT_MOVED}\basynchronously\b|"
        r"\b(?:gradients?|weights?|updates?) (?:is|are) (?:\w+ )?asynchronous\b|"
        r"\b(?:gradients?|updates?) (?:is|are|become|get|grow) (?:\w+ )?stale\b|"
        r"\basynchronous(?:ly)? (?:stochastic|SGD|training|data[- ]parallel\w*|workers?|updates?)\b|"
        r"\bstale (?:gradients?|weights?|updates?|parameters|activations?|synchronous)\b|"
        r"\bstaleness\b(?=[^.;]{0,60}\b(?:gradients?|updates?|SGD|workers?|replicas?|steps?|training)\b)|"
        r"\b(?:gradients?|updates?|SGD|workers?|replicas?|training)\b[^.;]{0,40}\bstaleness\b|"
        r"\bhogwild\b)"
    ),
    "speculative-update": (
        r"(?i:\bspeculative (?:[a-z]+ )?(?:(?:weight|gradient|parameter) )?(?:updates?|commits?)\b|"
        r"\bcommits?\b[^.;]{0,60}\bspeculatively\b|\bspeculatively (?:commit|appl|updat)\w*)"
    ),
    "no-flush": (
        r"(?i:\b(?:no|without|removes?|drops?|replaces?|eliminates?|gets? rid of) (?:the |a |any )?(?:pipeline )?flush\w*\b|"
        r"\bflush\w*\b[^.;]{0,12}\b(?:gone|removed|replaced|dropped|eliminated)\b|\bflush-?free\b)"
    ),
    "fp16-training": _learns_in(_HALF),
    "fp8-training": _learns_in(_EIGHTH),
    "fp16-kernel": rf"{_KERNEL}[^.;]{{0,90}}?\b{_HALF}\b|\b{_HALF}\b[^.;]{{0,90}}?{_KERNEL}",
    "fp8-kernel": rf"{_KERNEL}[^.;]{{0,90}}?\b{_EIGHTH}\b|\b{_EIGHTH}\b[^.;]{{0,90}}?{_KERNEL}",
    "reduced-kernel": rf"{_KERNEL}[^.;]{{0,90}}?\b{_REDUCED}\b|\b{_REDUCED}\b[^.;]{{0,90}}?{_KERNEL}",
    "batch-norm": r"(?i:\bbatch[- ]?norm(?:ali[sz]ation|s)?\b)|\bBatchNorm(?:\dd)?\b",
}  # fmt: skip

# Parts of a set-up.
CUES: dict[str, str] = {
    "stall": rf"(?i:\b{_PLACES}\b(?: that| which)?[^.;,]{{0,30}}\bstall(?:s|ed|ing)?\b|\bstall(?:s|ed|ing)?\b[^.;,]{{0,30}}\b{_PLACES}\b)",
    "sequence-sharded": r"(?i:\bsequence[- ]parallel\w*)",
    "scheduled-1f1b": r"\b1F1B\b|(?i:\bone[- ]forward[- ]one[- ]backward\b)",
    "scheduled-gpipe": r"\bGPipe\b|(?i:\bfill[- ]drain\b)",
    "scheduled-otherwise": (
        r"(?i:\binterleav\w+ (?:schedule|stages?|1F1B|pipeline)|\bzero[- ]bubble\b|\bbi-?directional pipeline|\bdualpipe\b|\bvirtual stages?\b)"
    ),
    "sharded-optimizer": (
        r"\bZeRO(?:[- ](?:[Ss]tage|DP))?[-\s]?1\b|(?i:\bstage[-\s]1 of ZeRO\b|\boptimi[sz]er(?:'s)? states?\b[^.;]{0,30}\bshard\w*|"
        r"\boptimi[sz]er whose state is shard\w*|\bshard(?:s|ed|ing)? (?:the )?optimi[sz]er\b|\bdistributed optimi[sz]er\b)"
    ),
    "sharded-gradients": r"\bZeRO(?:[- ][Ss]tage)?[-\s]?2\b|(?i:\bstage[-\s]2 of ZeRO\b)",
    "sharded-weights": r"\bZeRO(?:[- ][Ss]tage)?[-\s]?3\b|\bFSDP\b|(?i:\bfully[- ]sharded\b)",
    "fused-attention": r"(?i:\bflash-?\s?attention\b|\b(?:fused|memory-efficient|IO-aware) attention\b)",
    "versions": (
        r"(?i:\bundo logs?\b|\bweight versions?\b|\bversions? of (?:the |its |their )?(?:weights|parameters)\b|\bweight stash\w*\b|"
        r"\bsnapshots? of (?:the |its |their )?(?:weights|parameters|state)\b)"
    ),
    "adam-optimizer": r"\b(?:AdamW?|Adam-W|LAMB)\b",
}  # fmt: skip

# What answers one of them, anywhere in the paper.
ANSWERS: dict[str, str] = {
    "stall-answer": (
        r"(?i:\btime-?\s?outs?\b|\btimes? out\b|\bwatch-?dogs?\b|\bheart-?beats?\b|\bfault[- ]inject\w+|\bfault[- ]toleran\w+|"
        r"\bfail(?:ure)?[- ]?(?:detect\w+|over)\b|\bbackup workers?\b|\bnetem\b|\bretransmi\w+|\bretr(?:y|ies|ied|ying)\b|"
        r"\b(?:inject\w*|emulat\w*|artificial(?:ly)?|we (?:delay|stall|pause|suspend|freeze|kill|disconnect)\w*|"
        r"add(?:s|ed|ing)? (?:an? )?(?:random |artificial |extra )?(?:delay|latency|jitter))\b[^.]{0,80}\b"
        r"(?:stalls?|delays?|latenc\w+|jitter|pauses?|failures?|packet loss|stragglers?|nodes?|workers?|ranks?|replicas?|links?)\b|"
        r"\b(?:stall|pause|delay|jitter)s?\b[^.]{0,60}\b(?:injected|experiment|Figure|Table|Section)\b)"
    ),
    "staleness-bound": (
        r"(?i:\bbounded[- ](?:staleness|delays?|asynchron\w+)\b|\b(?:staleness|delay)[- ](?:bounds?|limits?|thresholds?|caps?)\b|"
        r"\bbound(?:s|ed)?\b[^.;]{0,40}\b(?:stale\w*|delay)\b|"
        r"\b(?:stale\w*|delay|lag|age)\b[^.;]{0,40}\b(?:is bounded|are bounded|at most|no more than|limited to|never exceeds?|capped)\b|"
        r"\bstale[- ]synchronous\b|"
        r"\b(?:at most|never more than|not more than|more than|no more than|up to)\s\S{1,12}\s(?:steps?|iterations?|updates?|versions?)\s(?:ahead|behind|stale|old|older|newer|late|apart)\b|"
        r"\b\S{1,3}\s(?:steps?|iterations?|clocks?)\s(?:ahead|behind)\b|\b(?:one|two|1|2)[- ](?:step|iteration)s? (?:delay\w*|stale\w*|late|old)\b|"
        r"\b(?:delayed|stale|late) by (?:exactly |at most )?(?:one|two|\d+)\b|\bmax(?:imum|imal)? (?:staleness|delay)\b)|\bSSP\b"
    ),
    "staleness-answer": (
        r"(?i:\bstaleness[- ]aware\b|\bdelay[- ]compensat\w+|\b(?:learning rates?|step sizes?|momentum)\b[^.;]{0,80}\b(?:stale\w*|delay\w*|asynchron\w+)\b|"
        r"\b(?:stale\w*|delay\w*|asynchron\w+)\b[^.;]{0,80}\b(?:learning rates?|step sizes?|momentum)\b|\bimplicit momentum\b|"
        r"\b(?:distribution|histogram|percentiles?) of (?:the )?(?:staleness|delays?|ages?)\b|"
        r"\b(?:prove|proof|proven|theorem|guarantee)\w*\b[^.;]{0,60}\bconverge\w*|\bconverge\w*\b[^.;]{0,60}\b(?:proof|proven|theorem|guarantee)\w*)"
    ),
    "range-answer": (
        r"(?i:\bloss[- ]scal\w+|\bgradscaler\b|\bsub-?normals?\b|\bdenormal\w*|\bunderflow\w*|\bflush(?:es|ed|ing)?[- ]to[- ]zero\b|"
        r"\b(?:FP32|float32|single[- ]precision|32-bit|higher[- ]precision|full[- ]precision)\b[^.;]{0,40}\baccumul\w+|"
        r"\baccumul\w+\b[^.;]{0,40}\b(?:FP32|float32|single[- ]precision|32-bit|full precision|higher precision)\b|"
        r"\bper-?(?:tile|block|tensor|channel|group|token)\b[^.;]{0,20}\b(?:scal\w+|quanti[sz]\w+)|\b(?:block|tile)-?wise\b|\bscales? (?:per|for (?:each|every)) [^.;]{0,20}\b(?:tile|block|tensor|channel|group|token|row|column)s?\b|\bdelayed scaling\b|"
        r"\bscaling factors?\b|\bstochastic rounding\b|\bunit scaling\b|\bdynamic range\b|\bnumerical(?:ly)? (?:errors?|stab\w+|accura\w+|equivalen\w+|identical)\b|"
        r"\b(?:max(?:imum|imal)?|absolute|relative) (?:absolute |relative )?(?:error|difference|deviation|tolerance)s?\b|\btolerances?\b|\bcalibrat\w+)|\bFTZ\b"
    ),
    "batch-norm-answer": (
        r"(?i:\b(?:sync(?:hroni[sz]ed|hronous)?|cross-(?:replica|GPU|device)|ghost|frozen|freez\w*|fold(?:s|ed|ing)?|fus(?:es|ed|ing)|virtual|precise|"
        r"re-?estimat\w+|recomput\w+|recalibrat\w+|without|replac\w+|remov\w+)\b[^.;]{0,40}\bbatch[- ]?norm\w*|\bsync-?(?:BN|batchnorm)\b|\bprecise-?bn\b|"
        r"\bbatch[- ]?norm\w*[^.;]{0,60}\b(?:frozen|fold\w*|synchroni[sz]\w+|replaced|removed|recomput\w+|absorbed|merged|fused)\b|"
        r"\b(?:statistics|running (?:means?|averages?))\b[^.;]{0,60}\b(?:synchroni[sz]ed|shared|averaged|all-?reduced|recomputed|broadcast|frozen)\b)"
    ),
    "memory-answer": (
        r"(?i:\bmemory (?:timeline|over time|traces?|profiles?)\b|\bpeak (?:GPU |device |activation |allocated |HBM )?memory\b[^.;]{0,60}\d|"
        r"\d[^.;]{0,30}\bpeak (?:GPU |device |activation )?memory\b|\bweight stashing\b|\bvertical sync\b|"
        r"\b(?:stash\w*|keeps?|stores?|remembers?)\b[^.;]{0,60}\bweights?\b[^.;]{0,60}\bforward\b|"
        r"\b(?:same|identical) (?:version of the )?weights?\b[^.;]{0,60}\b(?:forward\b[^.;]{0,40}\bbackward|backward\b[^.;]{0,40}\bforward)\b|"
        r"\bactivations?\b[^.;]{0,60}\b(?:discarded|dropped|invalidated|recomputed)\b|\b(?:discards?|drops?|invalidates?)\b[^.;]{0,40}\bactivations?\b)"
    ),
}  # fmt: skip

# A pattern is tried where a sentence has one of these, in small letters: most have none of them.
CLUES: dict[str, tuple[str, ...]] = {
    "stale-update": ("asynchron", "stale", "hogwild"),
    "speculative-update": ("speculativ",),
    "no-flush": ("flush",),
    "fp16-training": ("fp16", "float16", "half precision", "half-precision", "16-bit"),
    "fp8-training": ("fp8", "e4m3", "e5m2", "8-bit"),
    "fp16-kernel": ("kernel",),
    "fp8-kernel": ("kernel",),
    "reduced-kernel": ("kernel",),
    "batch-norm": ("norm",),
    "stall": ("stall",),
    "sequence-sharded": ("sequence",),
    "scheduled-1f1b": ("1f1b", "one-forward", "one forward"),
    "scheduled-gpipe": ("gpipe", "fill"),
    "scheduled-otherwise": ("interleav", "zero-bubble", "zero bubble", "directional", "dualpipe", "virtual"),
    "sharded-optimizer": ("zero", "shard", "distributed optimi"),
    "sharded-gradients": ("zero",),
    "sharded-weights": ("zero", "fsdp", "sharded"),
    "fused-attention": ("attention",),
    "versions": ("undo", "version", "stash", "snapshot"),
    "adam-optimizer": ("adam", "lamb"),
    "stall-answer": (
        "time", "watch", "heart", "fault", "fail", "backup", "netem", "retr", "inject", "emulat", "artificial", "we ",
        "add", "stall", "pause", "delay", "jitter",
    ),
    "staleness-bound": ("bound", "stale", "delay", "lag", "age", "synchronous", "most", "than", "up to", "step", "iteration",
                        "clock", "late", "ssp"),
    "staleness-answer": ("stale", "delay", "asynchron", "implicit", "distribution", "histogram", "percentile", "converge"),
    "range-answer": (
        "scal", "normal", "underflow", "flush", "accumul", "per", "wise", "rounding", "dynamic", "numerical", "error",
        "differ", "deviat", "toleran", "calibrat", "ftz",
    ),
    "batch-norm-answer": ("norm", "sync", "bn", "statistic", "running"),
    "memory-answer": ("memory", "stash", "weight", "sync", "activation"),
}  # fmt: skip
_COMPILED = tuple(
    (what, Lazy(pattern), what in TRAPS, CLUES[what])
    for what, pattern in (TRAPS | CUES | ANSWERS).items()
)
_AVERAGES = Lazy(r"\bEMA\b|\bexponential moving average", re.I)


def found(text: str, where: Where) -> Iterator[tuple[str, int, int, bool]]:
    """Traps, cues and answers of a sentence, the first of each kind.

    Yields
    ------
    tuple of (str, int, int, bool)
        What it is, where its words begin and end, and whether the sentence only supposes or denies
        it.
    """
    small = text.lower()
    for what, pattern, trap, clues in _COMPILED:
        if not any(clue in small for clue in clues):
            continue
        match = pattern.search(text)
        if match is None:
            continue
        # A moving average that a host keeps up to date is no gradient.
        if what == "stale-update" and _AVERAGES.search(text):
            continue
        # A rate of a kernel says nothing of its numbers.
        if what.endswith("-kernel") and "FLOP" in match.group():
            continue
        denied = trap and asserted(text, match.start(), where) is Asserted.NO
        yield what, match.start(), match.end(), denied
