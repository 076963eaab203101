"""What qualifies a setting: sweeps, subsets, other systems, phases, conditions and names."""

from __future__ import annotations

from tanaka.latex.plain import CITE
from tanaka.paper.attribute.clauses import bounds
from tanaka.paper.attribute.scope import NAMED_SUBJECT
from tanaka.paper.entities import EntityKind, entities
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.quantity.words import words

_FAR = Lazy(
    r"(?<![\w-])(?:we sampled?|ablat\w+|w/o|vary|varying|varied|varies|sweep\w*|swept|rang(?:e|es|ed|ing)|respectively|either|"
    r"simulat\w+|emulat\w+|hypothetical|in this (?:experiment|session|case|test|run)|scal(?:ing|ability) (?:study|experiments?|tests?|runs?)|"
    r"second|third|initially|instead|rather|unlike|whereas|baselines?'?|original(?:ly)?|prior|previous(?:ly)?|earlier|different|various|"
    r"several|multiple|micro-?benchmarks?|toy|today|state-of-the-art|usually|typical(?:ly)?|commonly|often|can|may|could|"
    r"stage|phase|session|former|latter|future|larger|smaller|if|suppose|assuming|would|should|must|goal|aims?|target|figure|fig\.)(?![\w-])"
)
_NEAR = Lazy(
    r"(?<![\w-])(?:another|additional(?:ly)?|also|other|further|extra|first|final|finally|last|remaining|rest|leaves?|left|usable|available|"
    r"visible|reserved|spare|free|without|excluding|including|single|only|subset|part of|half|some|most|few|after|until|every \d|"
    r"grow\w*|grew|ramp\w*|increas\w+|decreas\w+|reduc\w+|decay(?:s|ed|ing)|decay (?:the|it|to|from)|anneal\w*|doubl\w+|halv\w+|scal(?:e|es|ed|ing)|"
    r"throttl\w+|limit(?:s|ed)?|cap(?:s|ped)?|disabl\w+|fail\w*|drop(?:s|ped)?|adds?|saves?|need(?:s|ed)?|requir\w+|of the|of them|of these|of those|out of|of our)(?![\w-])"
)
_AFTER = Lazy(
    r"\s*(?:\(\s*)?(?:without|excluding|including|available|usable|left|remain\w*|free|of the (?:trace|cluster|models|workloads)|of them|of which are not|"
    r"per (?:gpu|device|worker|rank|replica|stage|node|second|step)|until|(?:for|in|during|over) the (?:first|last|remaining)|thereafter|afterwards|ahead|behind|in (?:bf16|fp\d+|int\d+|half precision)|each time|for each|more|fewer|out of)\b"
)
_PRECISION = Lazy(
    r"(?<![\w-])(?:bf16|fp16|fp32|tf32|fp8|fp4|int8|int4|half precision|\d-bit|compressed|quanti[sz]ed)(?![\w-])"
)
_PHASES = Lazy(
    r"(?<![\w-])(?:on-demand|spot|preemptible|infer(?:ence|ring)?|serv(?:e|es|ing|ed)|prefill\w*|decod(?:e|es|ing)|fine-?tun\w*|profil\w+|calibrat\w+|"
    r"deploy(?:ed|ment)|evaluation batch|for evaluation|validation|testing|distill\w*|post-train\w*|rl|long-context|context extension)(?![\w-])"
)
_LETTERED = Lazy(
    r"(?<![\w-])(?i:cluster|testbed|platform|set-?up|system|model|config\w*|workload|machine|stage|phase|group|experiment|scenario|"
    r"section|table|appendix|task|site|region|site|variant|version)s? (?P<l>[A-Z]|[IVX]+|\d+(?:\.\d+)*)(?![\w-])"
)
_SIZED = Lazy(
    r"(?<![\w.-])\d+(?:\.\d+)?[BM](?= (?:model|variant|version|decoder|LLM|network|run)|-param)"
)
_CONDITION = Lazy(
    r"(?<![\w-])(?:for|in|during|under|when|within|while)\s+(?:(?:the|our|an?|all|each|every|both|these|this|its|of) )*(?P<w>[a-z][\w-]*(?: [a-z][\w-]*){0,2})"
)
_OPENING = Lazy(r"(?:for|in|during|under|when|on) (?P<w>[^,]{3,50}),")
_NEUTRAL = words(
    "all experiments experiment evaluation evaluations training total our the paper section "
    "this work following every each run runs case parallel practice contrast addition general "
    "particular cluster testbed model models token tokens table figure appendix and is are "
    "has we use used uses they it of with on to by turn order data center datacenter a an "
    "these measurements results result production node nodes machine server gpu system "
    "systems lines c random means mean layer layers step that which what set set-up setup "
    "tests rest whole size length at least width host memory main text pages both full for "
    "one two three four five six seven eight nine ten twelve months days weeks hours minutes "
    "only about roughly around approximately per global transformer attention block blocks "
    "entire end from train trained trains using learn learning comparison workloads workload "
    "benchmarks parameters instance example month day week year case cases most "
)
_NAME = Lazy(r"(?<![\w./-])[A-Z][A-Za-z0-9]*(?:[-+.][A-Za-z0-9]+)*(?![\w-])")
_NO_NAME = Lazy(
    r"(?:[GCTN]PUs?|RDMA|HBM\w*|DRAM|SRAM|DDR\d?\w*|GDDR\w*|SSDs?|NVMe|PCIe|NVLink|NVSwitch|InfiniBand|Infiniband|Ethernet|RoCE\w*|IB|NICs?|CUDA|NCCL|MPI|"
    r"PyTorch|TensorFlow|JAX|Linux|Ubuntu|Python|C|Rust|Go|Java|BF16|FP\d+|TF32|INT\d|GB|MB|TB|KB|Gb|NVIDIA|Nvidia|AMD|Intel|Xeon\w*|EPYC|"
    r"[ABHVPTL]\d{1,3}0{0,2}s?|A100\S*|H\d00\S*|V100\S*|GH200|B200|MI\d+X?|RTX|GTX|TPUs?\S*|DGX|HGX|SXM\d?|Table|Figure|Fig|Section|Appendix|"
    r"We|Our|The|All|Each|Every|In|On|At|For|To|With|It|Its|This|These|That|An|A|As|If|By|Of|Both|Transformers?|MoE|LLMs?|ML|AI|I|II|III|K|M|B|T|S|N|"
    r"MHz|GHz|W|HPC|ID|API|OS|RAM|LoC|BPE|AdamW|Adam|LAMB|Unless|Throughout|Warm-?up\w*|Experiments|Results|Training|Nodes|Evaluated|Three|Two|Four|Five)$"
)
_BY_US = Lazy(
    r"(?<![\w-])we (?:use|run|ran|evaluated?|implemented?|deploy|deployed|built|build|prototyped?|present|propose) $"
)
_OF_NAME = Lazy(r" (?:parameters )?(?:of|in) ([A-Z][\w.-]*\w)")
_APPOSED = Lazy(
    r"(?: [\w-]+){0,2} (?:model|network|decoder|transformer|dataset|corpus), (?:called |named )?([A-Z][\w.-]*\w)(?=[,.;:]|$)"
)
_DEVICE = Lazy(r"(?<![\w-])((?:[ABHVLPT]|GH|GB|MI|RTX ?|GTX ?|TPU ?v)\d{1,4})")
"""The family of a part; "@" stands before it among the names that bind loosely."""
_OPTIMIZERS = Lazy(r"(?<![\w-])(?:AdamW?|SGD|LAMB|Adafactor|Lion|Muon|RMSProp)(?![\w-])")
_OVER_THEM = Lazy(
    r"(?<![\w-])(?:averaged?|means?|median|warm\w*(?:[- ]up)?|communicat\w+|connected|computed|taken|linearly)(?: \w+)? over\s*$"
)
_QUOTES = Lazy(
    r"(?<![\w-])(?:et al|according to|they (?:use|report|train|evaluate)|prior work|the authors|claims?)(?![\w-])"
)
_OURS = Lazy(r"(?<![\w-])(?:we|our|ours)(?![\w-])")


def hedged(low: str, r: Reading, name: str) -> bool:
    """Whether a number is a limit, a guess or a mean; "averaged over five runs" is none of these."""
    qualifier = r.quantity.qualifier
    if qualifier is Qualifier.EXACT:
        return False
    if qualifier is Qualifier.MEAN and name in ("runs", "seeds", "experiments"):
        return False
    if qualifier is Qualifier.GT:
        return not _OVER_THEM.search(low[max(0, r.literal_start - 40) : r.literal_start])
    return True


_IN_FRONT = Lazy(
    r"(?:on|with|using|under|at) (?!(?:our|all|the|these|this)\b)(?:[^,;:.()]|\.\d|,\d){0,40}$"
)
_THEN = Lazy(r"(?:[^,;:.()]|\.\d){0,30}, (?!and|with|each|which|where|on|of)")
_STUDY = Lazy(
    r"\s*(?:(?:for|in) (?:the|this|our|an?) (?:[\w-]+ ){0,3}(?:study|studies|ablations?|analysis|sweep|comparison|microbenchmarks?)\b|"
    r"on an? (?:[\w-]+ ){0,2}[\w-]+(?: \([^()]*\))?, )",
)


def fronted(low: str, r: Reading) -> bool:
    """Whether a sentence begins with a condition that binds its number to a case: "On 32 GPUs, it"."""
    if _STUDY.match(low):
        return True
    lead = low[: r.start].lstrip()
    return _IN_FRONT.fullmatch(lead) is not None and _THEN.match(low, r.end) is not None


def cues_of(low: str, r: Reading) -> list[str]:
    """Words in a clause that leave another reading of its number."""
    start, end = bounds(low, r)
    if _QUOTES.search(low, start, end) or (CITE in low[start : r.end] and not _OURS.search(low)):
        return ["quoted"]
    found = [m.group() for m in _FAR.finditer(low, start, end)]
    near = max(start, r.start - 44)
    found += [
        m.group()
        for m in _NEAR.finditer(low, near, r.start)
        if not (m.group() == "of our" and low[m.end() : r.start].isspace())
    ]
    if m := _AFTER.match(low, r.end):
        found.append(m.group().strip())
    found += (
        [m.group() for m in _PRECISION.finditer(low, start, end)]
        if r.quantity.unit == "byte"
        else []
    )
    return found


def about_of(text: str, low: str, r: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """What the clause of a reading binds it to, firmly and loosely."""
    start, end = bounds(low, r)
    about: set[str] = set()
    soft: set[str] = {m.group() for m in _OPTIMIZERS.finditer(text, start, end)}
    spans = [(e.start, e.end, e.kind, e.name) for e in entities(text) if start <= e.start < end]
    for m in _NAME.finditer(text, start, end):
        word = m.group()
        if r.start <= m.start() < r.end or _NO_NAME.match(word) or word in soft:
            continue
        kind = next((k for s, e, k, _ in spans if s <= m.start() < e), None)
        if kind in (EntityKind.DEVICE, EntityKind.LINK, EntityKind.METRIC):
            continue
        first = m.start() == start or not text[: m.start()].strip()
        if (
            first
            and word.isalpha()
            and word[1:].islower()
            and not NAMED_SUBJECT.match(low[start : r.start])
        ):
            continue
        if first and word.endswith(("ing", "s")) and word[1:].islower() and kind is None:
            continue
        known = (
            kind in (EntityKind.MODEL, EntityKind.DATASET)
            or "-" in word
            or any(c.isdigit() for c in word)
        )
        if not known and _BY_US.search(low[start : m.start()]):
            continue  # "we evaluate Quark on"
        (about if known else soft).add(word.lower())
    if (of := _OF_NAME.match(text, r.end)) and not _NO_NAME.match(of.group(1)):
        about.add(of.group(1).lower())
        soft.discard(of.group(1).lower())
    if called := _APPOSED.match(text, r.end):
        about.add(called.group(1).lower())
    about.update(
        m.group("l").lower() + "#"
        for m in _LETTERED.finditer(text, start, end)
        if not r.start <= m.start("l") < r.end
    )
    about.update(
        m.group().lower()
        for m in _SIZED.finditer(text, start, end)
        if not r.start <= m.start() < r.end
    )
    about.update(m.group() for m in _PHASES.finditer(low, start, end))
    opening = _OPENING.match(low)
    if opening and start > opening.end():
        words = zip(
            opening["w"].split(), text[opening.start("w") : opening.end("w")].split(), strict=True
        )
        about.update(f"in {w}" for w, shown in words if w not in _NEUTRAL and w == shown)
    for m in _CONDITION.finditer(low, start, end):
        if m.start() < r.end and not low[m.end() : r.start].strip():
            continue
        words = zip(m["w"].split(), text[m.start("w") : m.end("w")].split(), strict=True)
        about.update(f"in {w}" for w, shown in words if w not in _NEUTRAL and w == shown)
    if r.noun in ("gpu", "node") and (part := _DEVICE.search(text, r.literal_end, r.end + 20)):
        soft.add("@" + part.group(1).replace(" ", "").lower())
    return frozenset(about), frozenset(soft)
