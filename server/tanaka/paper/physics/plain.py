"""Whether a sentence says nothing but what a reader of physics has read.

No list of ways out is ever whole: an author may count what was skipped, quote a simulator or speak
of one leg of ten in words that nobody has foreseen.  So a proof does not ask which excuses are
absent.  It asks that every word of the sentence be one that cannot be an excuse, and that the
sentences beside it make no remark on it.  Anything else is for the author to explain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.sentences import Sentence, sentences
from tanaka.patterns import Lazy

PLAIN, DISOWNED, EXPLAINED = "plain-words", "disowned", "explained"

# Words that change nothing about what a number is of, by what they speak of.
_TEXT = """
a an the this our its it we i each every per one single all in on at of to for with by from over
through under and or is are was were be been being has have had does do did which that whose as so
then thus hence here there i.e ie namely therefore while using used use uses about roughly
approximately around only just solely merely nothing else same still also comparison up altogether
achieve achieves achieved attain attains attained reach reaches reached reaching sustain sustains
sustained sustaining deliver delivers delivered get gets got obtain obtains obtained see saw
observe observed measure measures measured run runs ran running yield yields yielded give gives
gave giving hit hits show shows showed exhibit exhibits provide provides offer offers move moves
moved stream streams streamed read reads reading write writes writing send sends carry carries
copy copies transfer transfers process processes processed handle handles take takes took taken
taking need needs needed cost costs spent spend spends consume consumes consumed account accounts
make makes made making go goes went finish finishes finished complete completes completed
correspond corresponds corresponding amount amounts equal equals become becomes became throughput
rate rates speed performance latency time times duration runtime wall-clock wall clock bandwidth
achievable average mean median peak maximum
gpu gpus device devices card cards accelerator accelerators chip chips node nodes testbed rank ranks nvidia amd google intel tesla sxm sxm2 sxm4 sxm5 pcie hbm hbm2 hbm2e hbm3 gddr6 gddr6x dram nvlink
memory nic nics hdr ndr edr infiniband ethernet port ports link links lanes direction directions
tensor core cores
kernel kernels gemm gemms gemv matmul matrix matrices product products multiply multiplication
multiplications blas cublas cutlass layer layers block blocks mlp mlps ffn feed-forward
feedforward linear projection projections attention softmax optimizer optimiser adam adamw step
steps iteration iterations epoch epochs update updates forward backward pass model models network
networks transformer transformers decoder decoders dense llm llms language gpt large largest big
biggest small smallest main fused custom own new shape shapes problem size sizes large-scale train
trains trained training pre-train pre-trains pre-trained pre-training pretrain pretrained
pretraining pretrains prefill prefills prefilling ingest ingests prompt prompts token tokens
sequence sequences length lengths context contexts batch batches sample samples image images
decode decodes decoding decoded generate generates generated generation output greedy request
requests seconds minute minutes hour hours day days week weeks month months communication
all-reduce all-gather working set gpu-hours parameter parameters weight weights cache key-value kv
resolution pixels px classify classifies loss scaling precision format half-precision bfloat16
float16 fp16 bf16 fp8 int8 tf32 fp32 fp64 fp4 int4 triad babelstream memcpy benchmark array arrays
buffer buffers table tables gather dequantization dequantisation host-to-device device-to-host
replacing replace removing remove fusing fuse quantising quantizing caching loading loaded data
sampling sampler tokenization tokenizer checkpointing embedding loader faster quicker slower
speedup speed-up speeds improves improve reduce reduces raises end-to-end overall whole total
entire gain gains brings bring changed change mfu hfu utilization utilisation flops flop share
fraction percent without cheap fast long short high
higher low full fully
them they their alone timed how much room leave leaves processing compute computing computation arithmetic us very most now
today even well e4m3 e5m2
implementation holds layernorm rmsnorm dropout stable stably respectively text english standard usual plain ordinary
"""
_WORDS = frozenset(_TEXT.split())
_LEFT_OUT = Lazy(
    r"\b(?:without|no|free of)\s(?:any\s)?(?:[\w:-]+\s){0,2}?(?:speculat\w+|cach\w+|spars\w+|prun\w+|quanti[sz]\w+|recomput\w+|off-?load\w*|exits?|attention|compression|reuse|drafts?|replicas?)"
    r"(?:(?:,| and| or| nor)\s(?:[\w:-]+\s){0,2}?(?:speculat\w+|cach\w+|spars\w+|prun\w+|quanti[sz]\w+|recomput\w+|off-?load\w*|compression|reuse|replicas?))*"
    r"|\b(?:with )?(?:[\w:-]+\s)?(?:speculation|cach\w+|sparsity|pruning|recomputation|reuse)\s(?:(?:is|was|being)\s)?(?:disabled|off|turned off|switched off)"
    r"|\battention-free\b|\bnon-sparse\b|\bwith nothing else changed\b",
    re.I,
)
"""What is said to be absent opens nothing."""
# "of one FlowDec": an own part, by its count
_OWN_PART = Lazy(r"\b(?:one|each) [A-Z]\w*[A-Z\d]\w*\b")
_SHAPE = Lazy(
    r"\b\d[\d,]*(?:\s?[×x]\s?\d[\d,]*)+|\b\d[\d,]*\s?\^\s?\d|\bx?16\b|\b[Gg]en\s?\d\b|\b\d\.0\b"
)
_WORD = Lazy(r"[^\W\d_][\w.'’-]*[^\W_]|[^\W\d_]|\d+")
_REMARK = Lazy(
    r"\b(?:"
    r"contradict\w*|facts?\b|myths?\b|exercises?\b|typos?\b|slip\b|object(?:s|ed|ion)?\b|neither\b|nothing of\b|show that\b|draft\b|"
    r"checker\b|inject\w*|count(?:s|ed|ing)?\b|credit\w*|zeros?\b|skip\w*|re-?us(?:e|ed|es|ing)\b|mask\w*|estimat\w*|simulat\w*|"
    r"emulat\w*|predict\w*|project(?:ed|ions?)\b|claim\w*|sa(?:y|ys|id)\b|reported by\b|press\b|plan(?:s|ned)?\b|wrong\w*|bugs?\b|"
    r"errors?\b|erroneous\w*|mistak\w*|art[ei]facts?\b|correct\w*|absurd\w*|(?:im)?possib\w*|reality\b|actual\w*|tru(?:e|th|ly)\b|"
    r"false\w*|na[iï]ve\w*|inflat\w*|convention\w*|in terms of\b|flops\b|operations\b|unpruned\b|nominal\w*|effective\w*|"
    r"apparent\w*|equivalent\w*|sum(?:s|med)?\b|together\b|pairs?\b|hal(?:f|ves)\b|twice\b|tenths?\b|(?:one|only) \w+ in (?:\w+)\b|"
    r"rest\b|cannot\b|would\b|could\b|assum\w*|hypothe\w*|imagin\w*|suppos\w*|pretend\w*|original\b|withdr\w*|retract\w*|exceed\w*|"
    r"infeasib\w*|unrealis\w*|beyond\b|more than (?:its|the|any)\b|stands? for\b|means? (?:a|two|the)\b|doubl\w*|dup\w+|"
    r"groups? like\b|the others\b|of these\b"
    r")|\?"
)
"""What a sentence beside may say of the number that changes what it is of."""
_DISOWNED = Lazy(
    r"\b(?:"
    r"typos?\b|slip of\b|may object\b|is false\b|nothing of the kind\b|before: |q: |sentences? like\b|checker\b|we inject\b|"
    r"need(?:s|ed)? to (?:run|decode|sustain|reach|process)\b|need(?:s|ed)? [\d,.]+ ?[tpg]|gets work\b|art[ei]facts?\b|"
    r"(?:faulty|broken|buggy|erroneous|wrong)\b|wrongly\b|bugs?\b|withdrawn\b|retracted\b|absurd\b|"
    r"is (?:of course |clearly |obviously )?(?:impossible|not possible)\b|cannot (?:be|hold)\b|impossible (?:that|to|for)\b|"
    r"simulat(?:or|ors|ion|ions|ed|es)\b|hypothetical\w*|rumou?rs?\b|press (?:release|office)?\b|brochure\b|nobody\b|no one\b|"
    r"whether\b|in reality\b|na[iï]vely\b|na[iï]ve (?:estimate|count|reading|calculation)\b|(?:analytical|cost|performance) model\b|"
    r"predict\w*|on paper\b|claims?\b|promised\b|abandoned\b|(?:earlier|previous|first|submitted) (?:version|draft)\b|"
    r"the math removed\b|stubbed\b|dummy\b|under the projection\b|is wrong\b|were it\b|had (?:we|the)\b|"
    r"with \w+ in (?:its )?place\b|in place of\b|in an ideal\b|no \w+ (?:will|would|can|could)\b|does not follow\b|not true\b"
    r")|^[a-z][a-z]+: \d"
)
"""Words with which a sentence says that its number is nobody's measurement."""
_EXPLAINED = Lazy(
    r"\b(?:"
    r"(?:we|they|who|that) count\b|count(?:s|ed|ing)\b|credit(?:s|ed|ing)\b|nominal\w*|apparent\w*|algorithmic\b|convention\b|"
    r"in terms of\b|zeros?\b|(?:de)?duplicat\w+|identical\b|repeated\b|re-?us(?:e|es|ed|ing)\b|stored\b|fetched\b|evict\w+|"
    r"offline\b|ahead of time\b|beforehand\b|in advance\b|already (?:in|been)\b|rather than computed\b|as seen (?:by|from)\b|"
    r"seen from\b|multi-turn\b|conversations?\b|system prompts?\b|(?:lm|prompt)cache\b|mooncake\b|radixattention\b|forced\b|"
    r"accepted\b|drafts?\b|beams?\b|best-of\b|candidates?\b|parallel sampling\b|(?:copies|copied) (?:from|of the)\b|jump-forward\b|"
    r"constrained\b|in (?:the )?l[23]\b|mig\b|replicas?\b|half (?:of|the|depth|are)\b|at half\b|tenths?\b|"
    r"a (?:third|quarter|fifth) of\b|of its depth\b|bypass\w*|biases\b|elsewhere\b|the rest\b|neighbou?rs?\b|twins?\b|"
    r"both (?:of|boards|cards|chips|gpus)\b|together\b|combined\b|teams? of\b|groups? of\b|"
    r"each of \w+ (?:groups|sites|legs|runs|teams)\b|each for\b|per (?:zone|region|availability|tenth|site)\b|compress\w+|"
    r"llmlingua\b|skip\w*|skipped\b|factored\b|low-rank\b|unpruned\b|elid\w+|removes\b|neglect\w*|ignor(?:es|ing)\b|alias\w*|n:m\b|"
    r"2-of-4\b|two-to-four\b|net of\b|excluded\b|excluding\b|derat\w+|numerator\b|in which it\b|where it\b|as its?\s\w+s\b|"
    r"the other machine\b|masked\b"
    r")|(?<=[\w,\d×])\s(?:because|since (?:it|its|they|there))\b"
)
"""Words with which a sentence itself says how its number comes to be what it is."""
_THIS = Lazy(
    r"^\W*(?:This|That|These|Such|It|In reality|Clearly|Obviously|Of course|Note|Both|Here|However|But)\b|\b(?:this|that|such an?|the) (?:figure|number|rate|value|estimate|speed)\b"
)
_NAMES = frozenset({EntityKind.DEVICE, EntityKind.LINK, EntityKind.MODEL})
_SHAPES = frozenset({"layer", "head"})
_PARTS = Lazy(
    r"\b(?:layers?|blocks?|attention|softmax|mlps?|ffn|feed-?forward|projections?|embeddings?|sampl(?:er|ing)|tokeni[sz](?:er|ation)|optimi[sz]er|kernels?|"
    r"data|load\w*|benchmark|copy|copies|tables?|arrays?|buffers?|gets?|sends?|links?|lanes?|ports?|small|communication|forward|backward|pass|updates?|(?:runs?|ran) for)\b",
)
"""Words of a part of a model, or of what is done besides running it: the number may be of that."""
_DENSE = Lazy(
    r"\b(?:dense|non-sparse|without (?:any )?(?:2:4 |structured )?sparsity|matrix products?|matrix multipl\w+|mat-?muls?|GEMMs?|"
    r"(?:pre-?)?train(?:s|ed|ing)?)\b",
    re.I,
)
"""Work of which nothing is skipped, where nothing speaks of sparsity."""
_GROUP = Lazy(
    r"(?:s\b)?(?: GPUs?)?[ -](?:[a-z-]+ )?(?:host|testbed|cluster|system|machine|server|node|rank|worker|board|run|job|partition|rack|pod|slice|tray|box|group|site|fleet|island|cell)s?\b(?! at\b)"
)
"""Behind the name of a part: what holds several of them."""
_JOINED = Lazy(r"s?\s?[+&/×–—-]+\s?")
_BY_SYSTEM = Lazy(r"(?:N(?:VIDIA|vidia) )?(?:DGX|HGX)")
_EACH_TIME = Lazy(
    r"\b(?:each|every|per) (?:second|minute|hour|day|night|week|month|year|epoch|cluster|machine|site|group|server)\b|\bof (?:the|a) (?:night|week|month|year)\b",
    re.I,
)
_AT_SIDE = Lazy(r"\b(?:resolution|images?|sizes?)(?: (?:of|at))? $", re.I)
_BASES = Lazy(r"(?:['’]s?|-)$")


@lru_cache(maxsize=16384)
def bare(sentence: Sentence) -> bool:
    """Whether all words of a sentence, its numbers and names left out, change nothing."""
    if not _one_part(sentence):
        return False
    text = list(_LEFT_OUT.sub(lambda m: " " * len(m.group()), sentence.text))
    for r in sentence.readings:
        text[r.start : r.end] = " " * (r.end - r.start)
    if _EACH_TIME.search("".join(text)):  # that of a rate is part of its unit
        return False
    for e in entities(sentence.text):
        if e.kind not in _NAMES:
            continue  # a system's or a method's name may be the way out
        text[e.start : e.end] = " " * (e.end - e.start)
    rest = _OWN_PART.sub(" ", _SHAPE.sub(" ", "".join(text)))
    formats = {f.lower() for f in precision_names(sentence.text)}
    for m in _WORD.finditer(rest):
        word = _BASES.sub("", m.group().lower().rstrip("."))
        if not word or word in ("s", "i.e", "e.g"):
            continue
        if word in _WORDS or word in formats:
            continue
        if "-" in word and all(p in _WORDS or p in formats for p in word.split("-")):
            continue
        return False
    return True


def _one_part(sentence: Sentence) -> bool:
    """Whether a sentence names no two parts, and none as what holds several: "an A100 machine"."""
    parts = [e for e in entities(sentence.text) if e.kind is EntityKind.DEVICE]
    if len({same_name(e.name) for e in parts}) > 1:
        return False
    if any(_JOINED.fullmatch(sentence.text[a.end : b.start]) for a, b in pairwise(parts)):
        return False
    return not any(
        _GROUP.match(sentence.text, e.end) and not _BY_SYSTEM.match(e.name) for e in parts
    )


def bare_text(text: str) -> bool:
    """Whether that is so of every sentence of a caption or a label."""
    return all(bare(s) for s in sentences(text))


def _of_a_part(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    """The words that tell of a part of a model, those of what is absent left out."""
    text = list(_LEFT_OUT.sub(lambda m: " " * len(m.group()), sentence.text))
    for r in sentence.readings:
        if r.quantity.unit != "1" or r.quantity.point != 1:  # "40 layers", and not "one layer"
            text[r.start : r.end] = " " * (r.end - r.start)
    return tuple(("part", m.group().lower()) for m in _PARTS.finditer("".join(text)))


def _of_dense_work(said: Sequence[Sentence], i: int) -> tuple[tuple[str, str], ...]:
    """The word that says that all operations were executed: a peak with sparsity is none of it then."""
    m = _DENSE.search(said[i].text)
    for j in (i - 1, i + 1):
        if m is None and 0 <= j < len(said):
            m = re.search(r"\bdense\b", said[j].text)
    return (("dense", m.group().lower()),) if m else ()


def _in_names(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    """Which numbers of a sentence are of a name ("A100-80GB"), a "one", or of a shape ("40 layers")."""
    named = entities(sentence.text)
    # "138 and 156 TFLOP/s, 44% and 50%, respectively": the others of a list are of other runs
    listed = (
        Counter(r.quantity.shown_unit for r in sentence.readings)
        if "respectively" in sentence.text
        else Counter[str]()
    )
    return tuple(
        ("named", str(i))
        for i, r in enumerate(sentence.readings)
        if any(e.start <= r.literal_start < e.end for e in named)
        or (r.quantity.unit == "1" and r.quantity.point == 1)
        or r.noun in _SHAPES
        or listed[r.quantity.shown_unit] > 1
        or r.quantity.unit == "bit"  # a format
        or r.quantity.shown_unit in ("px", "pixel", "pixels")
        or _AT_SIDE.search(sentence.before(r, 24))
    )


_BY_NAME = {"disowned": _DISOWNED, "explained": _EXPLAINED, "remark": _REMARK}


@lru_cache(maxsize=16384)
def _heard(name: str, text: str) -> bool:
    # in small letters: to ignore the case of so many alternatives takes a millisecond a sentence
    return _BY_NAME[name].search(text.lower()) is not None


def _remarked(said: Sequence[Sentence], i: int) -> bool:
    """Whether a sentence beside makes a remark that may be on this one."""
    if i and len(said[i - 1].text.split()) <= 3:
        return True  # "Myth 1."
    if i + 1 < len(said) and _THIS.search(said[i + 1].text) and not bare(said[i + 1]):
        return True
    return any(_heard("remark", said[j].text) for j in (i - 1, i + 1) if 0 <= j < len(said))


def plain_words(said: Sequence[Sentence], i: int) -> tuple[LocalWord, ...]:
    """Whether a sentence is plain, and whether it, or the next one, disowns its numbers."""
    sentence = said[i]
    if not sentence.readings:
        return ()
    out = []
    text = sentence.text
    behind = said[i + 1].text if i + 1 < len(said) else ""
    on = bool(behind) and (_THIS.search(behind) is not None or not said[i + 1].readings)
    own = _LEFT_OUT.sub(" ", text)
    if _heard("disowned", own) or (on and _heard("disowned", behind)):
        out.append(LocalWord(DISOWNED, "ours", 0, len(text)))
    elif _heard("explained", own) or (on and _heard("explained", behind)):
        out.append(LocalWord(EXPLAINED, "ours", 0, len(text)))
    elif bare(sentence) and not _remarked(said, i):
        out.append(
            LocalWord(
                PLAIN,
                "ours",
                0,
                len(text),
                (*_in_names(sentence), *_of_a_part(sentence), *_of_dense_work(said, i)),
            )
        )
    return tuple(out)
