"""Whether a passage makes a claim plainly, with nothing beside it that may open it: what a proof needs.

A list of ways out is never complete: "two layers of it at a time", "one of 32 such groups", "which
we could not repeat".  So the sentence of a proof holds only words that such claims are made of, and
only numbers that fill a role; and the sentences beside it have no word that takes a part away,
spreads or moves what is counted, or takes the claim back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tanaka.paper.claims import of_another
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_COMMON = (
    "a an the of on in at to for with by and is are was were be been being has have had it its they their we our us this that these those which "
    "from over across among between under using use uses used via i e so as when respectively all both same such together each per one "
    "single exactly about around roughly approximately nearly almost precisely here now also can "
    "workstation workstations gpu gpus card cards device devices accelerator accelerators node nodes machine machines server servers nvidia amd our s x "
    "run runs running ran ablation experiment experiments system systems model models parameter parameters million billion trillion"
)  # fmt: skip
_MEMORY = (
    "weight weights gradient gradients memory hbm gpu-memory bf fp int bit bits byte bytes precision format dtype need needs needed require requires required take takes took taking taken "
    "occupy occupies hold holds holding held amount amounts come comes gb mb kb tb gib mib kib token tokens sequence sequences kv cache caches key-value key value values "
    "dense decoder transformer network llm size sizes b b-parameter parameter"
)  # fmt: skip
_WORDS: dict[str, str] = {
    "training": _MEMORY + " train trains trained training pretrain pre-train pretrains pre-trains pretrained pre-trained pretraining pre-training fine-tune fine-tunes fine-tuned fine-tuning finetune "
    "finetuned finetuning moment moments optimizer optimiser optimizers optimization state states adam adamw momentum master mixed-precision mixed full-precision copy copies data parallel data-parallel parallelism "
    "tensor pipeline sharded fully sharding shards zero stage fsdp ddp pytorch deepspeed scratch batch length step steps epoch epochs day days week weeks hour hours base kept entirely resident stays stay "
    "replicate replicated replicas way degree continued keep keeps full",
    "residence": _MEMORY + " serve serves served serving store stores stored storing inference deploy deploys deployed deploying load loads loaded loading host hosts hosted fit fits keep keeps kept resident fully "
    "entirely completely wholly place places placed run decode decodes generate generates generation evaluate evaluated sit sits live lives vllm tensorrt-llm sglang deepspeed half chat instruct base throughput latency reside resides residing",
    "cache residence": _MEMORY + " layer layers head heads serve serves served serving decode decodes decoding generate generates concurrent concurrently simultaneous simultaneously stream streams request requests "
    "prompt prompts context contexts length long dimension attention kept keep keeps stored batch store stores full fit fits flight once",
    "footprint": _MEMORY + " layer layers head heads keep keeps store stores stored storing load loads loaded loading disk checkpoint checkpoints hidden state states logits logit dimensional dimension vector vectors embedding count counting counts "
    "optimizer adam adamw moments training mixed-precision therefore resident adds up equals weigh weighs uses entry entries element elements vocabulary length attention query grouped multi-query gqa mqa mla reach reaches long context consumes consume request requests",
    "collective": "ring reduce-scattering all-gathering all-reduce all-reduces all-reduced all-reducing allreduce reduce-scatter reduce-scatters all-gather all-gathers allgather all-to-all alltoall broadcast broadcasts broadcasting gb mb gib mib kb "
    "gradient gradients buffer weights nic nics link links port ports gbe ethernet infiniband roce nvlink nvswitch hdr ndr edr hca network connected interconnected takes take took taking completes complete completed finishes finish "
    "finished ends measured measure measure measured time latency step steps iteration moves move moved sends send exchange exchanges synchronizes synchronize synchronization synchronise rank ranks worker workers fp bf equipped lasts last needs gathering gather gathers reducing reduce reduces summing averaging average",
    "overlap": "all-reduce reduce-scatter all-gather all-to-all communication gradient gradients synchronization exchange completely fully entirely hidden hides hide overlaps overlapped overlap behind backward forward pass "
    "passes computation compute step iteration takes take took long latency time within ms",
    "saving": _MEMORY + " head heads keeping go goes going went cut cuts cutting reduce reduces reduced reducing reduction drop drops dropped lower lowers lowered shrink shrinks shrank save saves saved saving savings smaller less decrease decreases factor times "
    "model state states zero stage fsdp fully sharded sharding data parallel data-parallel parallelism rank ranks quantization quantisation quantizing quantising quantized quantised attention multi-query grouped-query multi-head gqa mqa query group "
    "groups compared than make makes making store storing stored optimizer optimiser adam adamw moments training footprint consumption usage compress compresses weight-only resident int",
    "scaling": "aggregate total scale scales scaled scaling throughput grow grows grew rise rises rose raise raises increase increases increased increasing go goes going move moving drop drops dropped fall falls fell cut cuts shorten shortens speed speeds up "
    "improve improves reach reaches reached deliver delivers process processes processed achieve achieves achieved observe observed measure measured train trains training become becomes remain remains retain retained keep keeps lose loses "
    "losing lost finish finishes take takes took amount amounts correspond corresponds corresponding give gives giving yield yields sample samples image images token tokens second seconds step steps iteration iterations epoch epochs time times rate number "
    "workers worker ranks rank cores core efficiency efficient linear ideal perfect strong weak parallel strong-scaling weak-scaling speedup speed-up faster solver communication mfu tflop pflop flop out versus against compared when where become "
    "hours minutes h min s ms k m only just while",
    "bubble": "pipeline pipelines pipelined stage stages stage-pipeline micro-batch micro-batches microbatch microbatches batch f b gpipe schedule bubble bubbles idle idles idling leave leaves waste wastes spend spends lose lost account accounts share fraction "
    "ratio overhead replica time step steps iteration depth parallelism parallel split splits splitting amount amounts yield yields has because just only p m train training into way process processes take takes makes give gives",
    "link domain": "connected interconnected nvlink nvswitch infiniband ethernet roce network tensor parallel tensor-parallel expert expert-parallel parallelism degree tp ep way all-reduce all-reduces all-to-all dispatch combine collective collectives "
    "traffic communication stay stays keep keeps kept entirely run never leave leaves always g experts placed",
}  # fmt: skip
_GROUP = {
    "training state": "training", "residence": "residence", "cache residence": "cache residence", "footprint": "footprint",
    "collective": "collective", "overlap": "overlap", "saving": "saving", "scaling": "scaling", "bubble": "bubble", "link-domain": "link domain",
}  # fmt: skip
_VOCABULARY: dict[str, frozenset[str]] = {}
_WORD = Lazy(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*|(?<![\w.,:-])\d[\d.,]*(?!\w)")
# Turns that are made of a word that would open a claim elsewhere.
_TURNS = Lazy(
    r"\bhalf[- ]precision\b|\b(?:time|latency)[- ]to[- ]train\b|\bi\.\s?e\.|\bno more than\b|\bless than\b|\bat (?:most|least)\b|\bstrong(?: |-)scal\w+|\bwithout (?:any )?off-?loading\b|\bmore than\b|"
    r"\b(?:only|just|merely|a mere|under|over)\s(?=(?:about |around |a |an )?[≈∼~$\d])|\bonly (?=one\b|two\b|four\b|eight\b)|\b(?:takes?|needs?|is|to|has|in|leaves?) (?:only|just|merely)\b|\bup (?:to|by)\b|\brelative to (?=(?:BF|FP|INT)?\d)|"
    r"\bcompared? (?:to|with)\b|\bas (?:a share|stated)\b",
    re.I,
)  # fmt: skip
_BYTES_EACH = Lazy(r"\s*(?:bytes|B)\s?(?:per|a|/)\s?param", re.I)
_DEGREE = Lazy(r"\b(?:TP|PP|DP|EP|(?:tensor|pipeline|data)[- ](?:model[- ])?parallel\w*(?: (?:degree|size))?)(?:\sof|\sis)?\s?=?\s?$", re.I)  # fmt: skip
_NARROW = Lazy(r"\b(?:FP[468]|INT\d+|NF4|MX\w*|E[45]M\d)\b", re.I)
_NUMBERS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0,
    "twelve": 12.0, "sixteen": 16.0,
}  # fmt: skip
_STAGE = Lazy(r"\b[Ss]tage[- ]$")
# "To see whether it depends on the layout, we also train ..."
_AIM = Lazy(r"(?:To|In order to) [a-z][^,;:()\d]*, ")
_OF_IT = Lazy(r"\bof (?:it|them|this|that|these|those)\b(?! (?:same )?\w+)", re.I)
_SIDE = frozenset(("token", "step", "epoch", "sample", "sequence", "batch"))

# -- the sentences beside it ---------------------------------------------------------------------

_TAKEN_BACK = (
    r"typos?|misprint\w*|erron\w*|errors?|erratum|wrong\w*|mistak\w+|incorrect\w*|doubt\w*|disput\w*|withdr\w+|retract\w*|suspicious\w*|implausibl\w*|impossibl\w*|violat\w*|refut\w*|could not (?:be )?(?:reproduc|repeat|confirm|verif)\w*|should (?:have )?read|"
    r"simulat\w+|emulat\w+|proxy|proxies|truncat\w+|scaled-down|hypothe\w+|fictitious|dry run|mock\w*|fake|dummy|extrapolat\w+|projected|in fact|actually|out of memory|OOMs?|crash\w*|fail(?:s|ed|ure)?"
)  # fmt: skip
_PART = (
    r"only|solely|alone|half|halves|halved|quarters?|thirds?|fourths?|fifths?|sixths?|sevenths?|eighths?|tenths?|twice|thrice|rest|remain\w*|others?|elsewhere|parts?|partly|partial\w*|portion\w*|fraction|some of|most of|all but|except\w*|apart from|but for|"
    r"shard\w*|stages?|slices?|shares?|shared|sharing|subset|groups?|pairs?|per (?:GPU|device|rank|node|stage|layer)|each|not (?:counted|included)|exclud\w*|includ\w*|omit\w*|ignor\w*|without|instead|replac\w+|remov\w+|drop(?:s|ped)|cut|skip\w*|merg\w+|tied|tying|"
    r"different|another|faster|newer|slower|older|larger|smaller|fewer|second machine|at a time|in turn|one after"
)  # fmt: skip
_MOVED = (
    r"hosts?|CPUs?|DRAM|NVMe|SSDs?|flash|disks?|storage|swap\w*|off-?load\w*|pag(?:e|es|ed|ing)|evict\w*|stor(?:e|es|ed)|stay\w*|lives?|resid\w+|sits?|fetch\w*|stream\w*|on demand|bits?|\d+-bit|INT\d|FP[468]|NF4|quanti[sz]\w*|compress\w*|prun\w*|spars\w*|frozen|freez\w*|"
    r"fixed|bias\w*|adapters?|Q?LoRA|windows?|head|latent|prefix\w*|recomput\w*|checkpointing|experts?|distil\w*|draft\w*|converted|deltas?"
)  # fmt: skip
_SENT = (
    r"overlap\w*|hid(?:es?|den)|expos\w*|compress\w*|bits?|bytes|spars\w*|top-?k|quanti[sz]\w*|sketch\w*|chunk\w*|buckets?|every|once|mean|averag\w*|amorti[sz]\w*|inside|within|rails?|NICs|cards|ports|switch\w*|in-network|domains?|hierarch\w*|timers?|local\w*|"
    r"asynchron\w*|delay\w*|stale\w*|steps? (?:old|late)|next|INT\d|FP8|\d+-bit|gossip|entries|rows"
)  # fmt: skip
_RUN = r"baselines?|ideal|rooflines?|batch(?:es)?|chunks?|interleav\w*|virtual|gaps?|fill\w*|opposite|bidirection\w*|directions|asynchron\w*|zero[- ]bubble|convergence|network"
# A way is promised, or a word is given a meaning of its own.
_EXPLAINED = Lazy(
    r"\b(?:explain|describe|discuss|detail|show|see) (?:\w+ )?(?:below|later|why|how)\b|\bhow (?:this|it|that|these|they|we|to)\b|\btricks?\b|\b(?:this|that|it|which) (?:works|holds|is possible|is so|is true|is due|comes|follows)\b|"
    r"\bdefin(?:e[sd]?|ing|itions?)\b|\bby (?:this|that) (?:we|I) mean\b|\b(?:refers? to|stands? for|is meant|are meant|we mean)\b|\bmade possible\b|\bthanks to\b|\bcaveats?\b|\bnote that\b|\bsuffice[sd]?\b",
    re.I,
)
_ELSEWHERE = Lazy(rf"\b(?:{_MOVED})\b", re.I)
# A sentence that takes its own claim back, or tells of what never ran.
TAKEN_BACK = Lazy(
    r"\btypos?\b|\bmisprint\w*|\berratum\b|\bshould (?:have )?read\b|\bdoubt(?:s|ed|ful)?\b(?<!no doubt)|\bwithdr[ae]w\w*|\bretract(?:s|ed)?\b|\bimplausibl\w*|\bimpossibl[ey]\b|\bviolat(?:es?|ed|ing)\b|\brefut\w*|"
    r"\bcould not (?:be )?(?:reproduc|repeat|confirm|verif)\w*|\bcannot be\b|\bcan(?:not| ?n[o']t) be (?:right|true)\b|\bout of memory\b|\bOOMs?\b|\bseem(?:s|ed|ingly)?\b|\bdry run\b|\bscaled-down\b|\bor so (?:we|they|it)\b|\bon paper\b",
    re.I,
)
_BACK = Lazy(rf"\b(?:{_TAKEN_BACK})\b", re.I)
_BESIDE: dict[str, Lazy] = {
    "memory": Lazy(rf"\b(?:{_PART}|{_MOVED})\b", re.I),
    "sent": Lazy(rf"\b(?:{_PART}|{_SENT})\b", re.I),
    "run": Lazy(rf"\b(?:{_PART}|{_RUN})\b", re.I),
}  # fmt: skip
_IT = r"its?|them|they|their|these|those|this|that|rest|remain\w*|others?|everything|all|both|number|figure|value|log|times?"
_TOPIC: dict[str, Lazy] = {
    "memory": Lazy(rf"\b(?:{_IT}|weights?|param\w*|layers?|blocks?|models?|optimi[sz]ers?|moments?|gradients?|states?|memory|GPUs?|devices?|cards?|machines?|caches?|KVs?|keys?|values?|positions?|tokens?|sequences?|requests?|biases|embeddings?|run|stages?|pipeline|activations?)\b", re.I),
    "sent": Lazy(rf"\b(?:{_IT}|nodes?|ranks?|workers?|machines?|servers?|hosts?|GPUs?|devices?|links?|NICs?|gradients?|values?|entries|buckets?|all-\w+|communicat\w*|exchang\w*|synchroni\w*|traffic|switch\w*|step|experts?)\b", re.I),
    "run": Lazy(rf"\b(?:{_IT}|runs?|GPUs?|devices?|nodes?|efficienc\w*|throughput|pipelines?|bubbles?|gaps?|idle|schedule|updates?|micro-?batch\w*|stages?|gradients?|ideal|baseline|scaling|speed-?up)\b", re.I),
}  # fmt: skip
_GOES_ON = Lazy(r"\W*(?:Its?|Th(?:is|at|ese|ose|ey|eir)|Of (?:these|those|which|them)|The (?:rest|remain\w*|others?|latter|former|(?:number|figure|value|time)s?)|Both|All|Only|Here)\b")  # fmt: skip
_BESIDE_OF = {"collective": "sent", "overlap": "sent", "link domain": "sent", "scaling": "run", "bubble": "run"}  # fmt: skip
# What a set-up says that takes nothing away.
_SAID_FULLY = Lazy(
    r"\b(?:all|everything|entirely|kept|stays?|held|fully|reside\w*)\b[^.;]{0,50}\b(?:HBM|GPU memory|device memory|on[- ]device|resident)\b|\b(?:no|nothing|without|not?|never|disabl\w+)\b[^.;]{0,24}\boff-?load\w*|"
    r"\b(?:keeps?|stores?|maintains?|holds?|with|has|have|in)\b[^.;]{0,40}\b(?:FP32|BF16|FP16|32-bit|16-bit)\b[^.;]{0,60}|\b8 GPUs (?:per|in each|each)\b|\b(?:each|every) (?:node|server) has \w+ GPUs\b",
    re.I,
)  # fmt: skip
_NEAR = 2
_SHORT = 7


def plainly(
    relation: str, sentences: tuple[Sentence, ...], k: int, bound: Iterable[int], counts: Iterable[float] = (),
    params: float = 0.0, told: frozenset[int] = frozenset(),
) -> bool:  # fmt: skip
    """Whether a claim is all that its sentence says, and those beside it leave it whole.

    Parameters
    ----------
    relation : str
        Of the claim; one that this module knows no words of is taken to be plain.
    sentences : tuple of Sentence
        The passage.
    k : int
        Index of the claim's sentence.
    bound : iterable of int
        Readings of the sentence that fill a role.
    counts : iterable of float
        Values that fill one without a reading.
    params : float
        Size of the model; what is said of a model of another size opens nothing.
    told : frozenset of int
        Sentences that make a claim of their own.
    """
    group = _GROUP.get(relation)
    if group is None:
        return True
    if not _own(group, sentences[k], frozenset(bound), frozenset(counts)):
        return False
    near = _BESIDE_OF.get(group, "memory")
    if k + 1 < len(sentences) and k + 1 not in told and _remark(sentences[k + 1]):
        return False
    return not any(
        _opens(near, sentences[j].text, told=j in told)
        for j in range(max(0, k - _NEAR), min(len(sentences), k + _NEAR + 1))
        if j != k and not (params and of_another(sentences[j].text, params))
    )


def _remark(sentence: Sentence) -> bool:
    """Whether a sentence without a number is so short that it may be a remark on the one beside it."""
    if sentence.readings or _SAID_FULLY.search(sentence.text):
        return False
    words = _WORD.findall(sentence.text)
    return 1 < len(words) <= _SHORT and any(w[0].islower() for w in words)


def with_claims(sentences: tuple[Sentence, ...]) -> frozenset[int]:
    """Sentences that look as if they made a claim of their own, where no reader was asked."""
    return frozenset(
        k
        for k, s in enumerate(sentences)
        if len([r for r in s.readings if r.noun != "bit"]) > 1 and not _ELSEWHERE.search(s.text)
    )


def _opens(near: str, text: str, *, told: bool) -> bool:
    """Whether a sentence may take something from the claim of one beside it.

    One that makes a claim of its own does so only where it goes on from another.
    """
    if _BACK.search(text) or _EXPLAINED.search(text):
        return True
    if told and not _GOES_ON.match(text):
        return False
    left = _SAID_FULLY.sub(" ", text)
    return bool(_BESIDE[near].search(left) and _TOPIC[near].search(text))


def _own(group: str, sentence: Sentence, bound: frozenset[int], counts: frozenset[float]) -> bool:
    text = sentence.text
    if _OF_IT.search(text):
        return False
    if group in ("training", "collective") and _NARROW.search(text):
        return False
    blank = [(e.start, e.end) for e in entities(text)]
    for i, r in enumerate(sentence.readings):
        named = any(a <= r.start < b for a, b in blank)
        if i not in bound and not named and not _beside(group, sentence, r, bound, counts):
            return False
        blank.append((r.start, r.end))
    values = (sentence.readings[i].quantity for i in bound)
    told = counts | {q.point for q in values if not isinstance(q.value, tuple)}
    known = _VOCABULARY.get(group)
    if known is None:
        known = _VOCABULARY[group] = frozenset(f"{_COMMON} {_WORDS[group]}".split())
    left = _TURNS.sub(lambda m: " " * len(m.group()), text)
    aim = _AIM.match(text)
    if aim and not _opens(_BESIDE_OF.get(group, "memory"), aim.group(), told=False):
        left = " " * aim.end() + left[aim.end() :]
    for m in _WORD.finditer(left):
        if any(a <= m.start() < b for a, b in blank):
            continue
        if (value := _value(m.group())) is not None:
            # a number without a unit: it tells a role's once more, or takes something away
            if value not in told and not _STAGE.search(text, 0, m.start()):
                return False
            continue
        word = m.group().lower().replace("’", "'").removesuffix("'s")
        if word not in known and not all(w in known for w in word.split("-")):
            return False
    return True


def _value(word: str) -> float | None:
    """The number that a word or its digits are; None for other words."""
    if word[0].isdigit():
        digits = word.replace(",", "").rstrip(".")
        return float(digits) if digits.count(".") < 2 else -1.0
    return _NUMBERS.get(word.lower())


def _beside(
    group: str, sentence: Sentence, r: Reading, bound: frozenset[int], counts: frozenset[float]
) -> bool:  # fmt: skip
    """Whether a number that fills no role takes nothing from the claim."""
    text, q = sentence.text, r.quantity
    if r.noun == "bit" or q.unit == "bit":
        return group in ("residence", "cache residence", "footprint", "saving")
    if q.unit == "1" and not isinstance(q.value, tuple) and q.point in counts:
        return True
    told = [sentence.readings[i] for i in bound]
    if any(t.noun == r.noun and t.quantity.value == q.value for t in told):
        return True  # told twice
    if group == "training":
        return r.noun in _SIDE or q.unit == "s" or bool(_BYTES_EACH.match(text, r.literal_end) or _DEGREE.search(text, 0, r.start))  # fmt: skip
    if group in ("residence", "cache residence"):
        return q.unit == "byte" and _of_a_part(text, r)
    if group == "scaling":
        return r.noun in _SIDE and q.unit == "1" and not isinstance(q.value, tuple) and q.point == 1
    return r.noun in ("gpu", "node") and group in ("collective", "saving")


def _of_a_part(text: str, r: Reading) -> bool:
    """Whether a size is the memory of the device that is named beside it."""
    devices = [e for e in entities(text) if e.kind is EntityKind.DEVICE]
    return any(0 <= e.start - r.end <= 3 or 0 <= r.start - e.end <= 3 for e in devices)
