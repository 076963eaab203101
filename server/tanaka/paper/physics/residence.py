"""Models that are held in the memory of named devices, and the caches beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.cached import held, shape_of
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, Subject, subject
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier

_HOLDING = (
    r"(?:serv(?:e|es|ed|ing)|runs?|ran|running|host(?:s|ed|ing)?|deploy(?:s|ed|ing|ment)?|load(?:s|ed|ing)?|fit(?:s|ted)?|resident|resid(?:es?|ing)|inference|"
    r"decod(?:e|es|ed|ing)|generat(?:e|es|ed|ing|ion)|hold(?:s|ing)?|held|plac(?:e|es|ed|ing)|stor(?:e|es|ed|ing)|keep(?:s|ing)?|kept|sits?|lives?|evaluat(?:e|es|ed|ing)|prefill(?:s|ed|ing)?)"
)
_HOLDS = Lazy(rf"\b{_HOLDING}\b", re.I)
_TRAINS = Lazy(r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\bfine-?tun\w*|\boptimi[sz]er\b|\bAdamW?\b|\bgradients?\b|\bbackward\b", re.I)  # fmt: skip
# What does not fit, is only wished for, or runs elsewhere.
_FAILS = Lazy(
    r"\b(?:not|n't|cannot|never|neither|nor|without)\b[^.;]{0,30}\b(?:fit|fits|hold|holds|run|load|serve|possible|enough)\b|\bout of memory\b|\bOOMs?\b|\bout of (?:the )?(?:question|reach)\b|\b(?:no|not an) option\b|\brul(?:e|es|ed|ing) out\b|\bhopeless\b|\btoo (?:large|big|small)\b|\bexceed\w*|\binsufficient\b|\bimpossible\b|"
    r"\b(?:needs?|requires?) (?:at least|two|three|four|eight|\d+(?![\d.,]*\s?[KMGT]i?B\b)|several|multiple|more)\b(?!\s?[KMGT]i?B\b)|\binfeasible\b|\bbeyond\b|\bfails?\b|\bAPI\b|\bclients?\b|\bquer(?:y|ies|ied|ying)\b|\bendpoints?\b|\bjudges?\b|\bif\b|\bsimulat\w+|\bemulat\w+|\bestimat\w*|\bextrapolat\w*|\bpredict\w*|\brooflines?\b|"
    r"\bcompared? (?:to|with)\b|\bthan\b|\bper (?:node|GPU)\b|\beach (?:node|server)\b|\bdraft\b|\blayers? of\b|\ba (?:part|share|slice|shard|stage|fraction) of\b|\bone (?:layer|block|decoder layer)\b|\bsingle layer\b|\bkernels?\b",
    re.I,
)  # fmt: skip
# With these in its sentence, a model is not wholly in the memory of the devices.
_TIER = Lazy(
    r"\boff-?load\w*|\bspill\w*|\bFlexGen\b|\bswap\w*|\bstream(?:s|ed|ing)?\b|\bmmap\w*|\bpag(?:es|ed|ing)\b|\bNVMe\b|\bSSDs?\b|\bdisks?\b|\bhost (?:memory|DRAM|RAM)\b|\bCPU (?:memory|DRAM|RAM)\b|\bunified memory\b|\bCXL\b|"
    r"\bshard\w*|\bstages?\b|\bdistribut\w*|\bpipeline\w*|\bexperts?\b|\bprun\w+|\bspars\w+|\bQ?LoRA\b|\badapters?\b|\bcompress\w*|\bGPTQ\b|\bAWQ\b|\bGGUF\b|\bquanti[sz]\w*|\bbits? per\b|\blow-bit\b|\bcluster\b|\b(?:half|part|some|most|quarter|third|rest|remainder) of (?:its|the|their) (?:layers|weights|parameters|blocks)\b|\bon the (?:host|CPU)\b",
    re.I,
)  # fmt: skip
# The sentence beside it says that the model is not there all at once.
_IN_TURN = Lazy(
    r"\bdisks?\b|\b(?:only|just) (?:the|its|their) [^.;]{0,40}\blayers?\b|\b(?:did|does|do|would) not (?:work|fit|run|go)\b|\bran out of\b|\bOOMs?\b|\bout of (?:the )?(?:question|reach)\b|\b(?:no|not an) option\b|\brul(?:e|es|ed|ing) out\b|\bhopeless\b|\bout of memory\b|\b(?:layers?|blocks?)\b[^.;]{0,30}\b(?:at a time|in turn|by (?:layer|block)|are resident|is resident)\b|\b(?:over|across|through) PCIe\b|\bon demand\b|\b(?:as|when) (?:they are |it is |each is |is )?needed\b|\boff-?load\w*|\bpinned\b|\bhost (?:memory|DRAM|RAM)\b|\bL?P?DDR\d\w*|\bmmap\w*|\bmemory-mapped\b|\bpage cache\b|\bNVMe\b|\bSSDs?\b|\b(?:memory|DRAM|RAM) of the host\b|\bfetch\w*|\bstream(?:s|ed|ing)?\b",
    re.I,
)
# Requests, and nothing that is brought in while it is computed with.
_STREAMS = Lazy(r"\b(?:single|one|each|per|a|concurrent|parallel|\d+)[- ]streams?\b", re.I)
_RESIDENT = Lazy(
    r"\b(?:fully|entirely|completely|wholly|all)\b[^.;]{0,40}\b(?:resident|in (?:GPU |device )?(?:memory|HBM)|on[- ](?:GPU|device))\b|\bwithout (?:any )?off-?loading\b|\bno off-?loading\b|\b(?:fully|entirely) resident\b",
    re.I,
)
_NODE = Lazy(r"[- ]?(?:GPUs?[- ])?(?:-based )?(?:nodes?|servers?|clusters?|machines?|systems?|instances?|boxes|pods?|workstations?|platforms?|testbed|pairs?|duos?|trios?|quartets?|racks?|and\b|or\b|/|,\s(?:and|or)\b)", re.I)  # fmt: skip
_SIZE_BEFORE = Lazy(r"(?P<n>\d{2,3})[\s-]?GB[\s-](?:NVIDIA |Nvidia |AMD )?$")
_SIZE_BEHIND = Lazy(r"s?(?: GPUs?)?(?:\s?\(|[\s-]| with )(?P<n>\d{2,3})[\s-]?GB\b")
_COUNT_BEFORE = Lazy(r"\b(?P<n>an?|one|single|two|three|four|eight|sixteen|\d+)(?:\s?[×x])?\s(?:single )?\d{2,3}[\s-]?GB[\s-](?:NVIDIA |Nvidia |AMD )?$", re.I)  # fmt: skip
_WORDS = {"a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16}  # fmt: skip

_SHARED = Lazy(
    r"\b(?:of|from) the \d|\bbenchmarks?\b|\bscor(?:e|es|ed|ing)\b|\bactive\b|\b(?:no|any) cache\b|\b(?:minutes|hours)\b|\bat any (?:time|moment)\b|\bof which\b|\bof (?:these|them) only\b|\bwaves?\b|\bin turn\b|\bqueue\w*|\bpreempt\w*|\badmit\w*|\bH2O\b|\bheavy[- ]hitters?\b|\bkeeps? (?:a|only|one|at)\b|\bkeeps? the (?!(?:(?:BF16|FP16|FP8|INT8|INT4|16-bit|8-bit|4-bit|full|whole|entire) )?(?:weights|parameters|model|KV|key|cache)\b)|\b(?:fifth|quarter|third|tenth|eighth|half) of\b|\bmerg\w+|\bpass(?:es)? through\b|\bshar(?:e|es|ed|ing)\b|\bprefix\w*|\bbeams?\b|\bbest-of\b|\bsamples?\b|\bhost\b|\bswap\w*|\btiers?\b|\bevict\w*|\boff-?load\w*|\bservice\b|\bsessions?\b|\busers?\b|\bcompress\w*|\bsliding\b|\bwindow\w*|\blocal\b|"
    r"\bspars\w+|\bquanti[sz]\w*|\bretain\w*|\btop-?k\b|\bbudget\b|\btotal\b|\btogether\b|\bup to\b|\bmax\w*|\bat most\b|\blimit\w*|\bmax_\w+|\bper second\b|\bover (?:time|\d+)\b|\bin total\b|\brequests? (?:per|a) \b|\bdata ?set\b|\btrace\b|\baverage\b|\bmean\b",
    re.I,
)  # fmt: skip
_EXACT = Lazy(r"\bexactly\b|\bfixed\b|\ball at once\b|\bsimultaneous\w*|\bat the same time\b|\bconcurrent\w*|\bin flight\b", re.I)  # fmt: skip

_NOTHING = Lazy(
    r"\b(?:nothing|none|never|neither|nor|without|not|no)\b(?! (?:work|fit|run|go|enough|only|just))[^.;]{0,40}?\b(?:off-?load\w*|swap\w*|stream\w*|pag(?:ed|ing)|on demand)\b(?:[^.;]{0,20}\b(?:disks?|host|CPU)\b)?",
    re.I,
)
"""Ways out that a sentence denies."""
_DENIED = Lazy(r"\b(?:without|no|nor|neither|never|not|nothing)\b[^.,;]{0,30}", re.I)
# What the sentences around may say of a cache that keeps less.
_LESS = Lazy(r"\b(?:sliding|windows?|windowed|evict\w*|prefix\w*|shar(?:e|es|ed|ing)|compress\w*|swap\w*|off-?load\w*|H2O|retain\w*|beams?|(?:token|KV|cache|keys?)[- ]merg\w+|merg\w+ (?:of )?(?:tokens|keys|caches?)|paged out|cross-layer)\b", re.I)  # fmt: skip
# Requests that pass one after the other, and are not there at once.
_PASSED = Lazy(r"\b(?:replay\w*|traces?|workloads?|work(?:s|ed)? through|answer(?:s|ed)?|arriv\w+|submit\w*|sends?|sent|issu(?:e|es|ed|ing)|queue\w*|for each of|(?:per|a|each) (?:minute|hour|day)|minutes|hours|days|(?:an?|one|the|last) (?:minute|hour|day|week|month)|draw(?:s|n)?|data ?sets?|benchmarks?|one after (?:the other|another))\b", re.I)  # fmt: skip

_EACH_OF_ANOTHER = Lazy(r"\beach (?:on|across|over|with|using|in|of|for)\s(?:\S+\s)?$", re.I)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Models in the memory of devices that a sentence names, with what it says of their cache."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings or not scene.parts(k):
            continue
        text = sentence.text
        devices = machine_of(scene, k)
        if devices is None or _TRAINS.search(text) or _FAILS.search(text):
            continue
        beside = scene.sentences[max(0, k - 1) : k] + scene.sentences[k + 1 : k + 2]
        if not _RESIDENT.search(text) and any(_IN_TURN.search(s.text) for s in beside):
            continue
        for claim in (_cache(scene, k, devices), _weights(scene, k, devices)):
            if claim is not None:
                yield claim


def in_turn(text: str) -> bool:
    """Whether a sentence says that a model is not in memory all at once."""
    said = _NOTHING.sub(" ", _STREAMS.sub(" ", text))
    return _IN_TURN.search(said) is not None and not _RESIDENT.search(text)


def tiered(text: str) -> bool:
    """Whether words put a part of a model, or of its bits, elsewhere."""
    return _TIER.search(_STREAMS.sub(" ", text)) is not None


def of_else(text: str) -> bool:
    """Whether something else than weights is said to be in memory, or to be computed there."""
    return _BESIDES.search(text) is not None


def held_in_common(text: str) -> bool:
    """Whether sequences share what they keep, or are limits and totals, whatever passes."""
    return _SHARED.search(text) is not None


def shared(text: str) -> bool:
    """Whether sequences share what they keep, or are limits and totals."""
    return _SHARED.search(text) is not None or passed(text)


def passed(text: str) -> bool:
    """Whether sequences pass one after the other, and are not there at once."""
    return _PASSED.search(text) is not None


def keeps_less(scene: Scene, k: int) -> bool:
    """Whether the sentences around one say that a cache keeps less than all of every sequence."""
    return any(
        _LESS.search(_DENIED.sub(" ", s.text)) for s in scene.sentences[max(0, k - 3) : k + 2]
    )


def machine_behind(text: str, end: int) -> bool:
    """Whether the name of a device goes on as that of a machine ("an H100 node")."""
    return _NODE.match(text, end) is not None


def machine_of(scene: Scene, k: int) -> tuple[str, float, Spot | None] | None:
    """The one sort of device that a sentence names, how many, and the number that counts them."""
    part = scene.part(k)
    if part is None:
        return None
    text = scene.sentences[k].text
    name, count, at = part.name, part.count, part.count_at
    each = part.each
    lead = text[max(0, part.start - 60) : part.start]
    if each and at is not None and _EACH_OF_ANOTHER.search(lead):
        each, count = False, scene.reading(at).quantity.point
    stated = _SIZE_BEFORE.search(lead) or _SIZE_BEHIND.match(text, part.end)
    if stated and not re.search(r"\d\s?GB", name):
        name = f"{name}-{stated.group('n')}GB"
    nodes = scene.spots(k, noun="node")
    if count is None and len(nodes) == 1:
        # "two nodes of eight H100 GPUs": the count of devices is that of a node
        of_node = scene.spots(k, where=lambda r: r.noun == "gpu" and r.per == "node")
        if len(of_node) != 1:
            return None
        count = scene.reading(of_node[0]).quantity.point * scene.reading(nodes[0]).quantity.point
        return name, count, of_node[0]
    if count is None:
        led = _COUNT_BEFORE.search(lead)
        if led is None:
            return None
        word = led.group("n").lower()
        count = float(_WORDS[word]) if word in _WORDS else float(word)
    if _alone(text, part) and at is None and not part.system and _NODE.match(text, part.end):
        return None
    if each or (nodes and part.nodes_at is None):
        return None
    return name, count, at


def _alone(text: str, part: Part) -> bool:
    """Whether a part stands in the singular ("an A100")."""
    return text[part.end : part.end + 1] != "s"


# Words that may stand between a model and the devices that it is on, and before either.
_LINK = (
    r"in|at|with|using|is|are|was|were|be|being|been|we|our|us|the|this|all|of|for|on|onto|into|inside|upon|to|by|and|both|it|they|its|a|an|one|single|two|three|four|five|six|eight|sixteen|same|such|model|models|"
    r"fully|entirely|completely|wholly|always|also|then|still|even|now|just|only|first|here|currently|there|weights?|parameters?|precision|format|memory|HBM|GPU|GPUs|device|experiments?|measurements?|"
    r"measur(?:e|es|ed)|dense|pretrained|large|base|chat|instruct|NVIDIA|Nvidia|AMD|can|off-the-shelf|vLLM|TensorRT-LLM|SGLang|DeepSpeed|system|engine|without|offloading|node|nodes|total|speed|latency|throughput|rate|use|uses|used|which|from|comfortably|easily|enough|sufficient|suffices|"
    r"needs?|takes?|occup(?:y|ies)|requires?|weighs?"
)
_LINKING = Lazy(rf"(?:(?:\d+-bit|(?:INT|FP|NF|BF)\d+|half-precision) (?:version|variant|copy|checkpoint)|[\s,.()×'’–-]|\d[\d.,x]*|{_LINK}|{_HOLDING}|(?:BF|FP|F|TF|INT|NF)\d+|bfloat16|float16|half|\d[\d.,]*[BM]\b|\d[\d.,]*[-\s]?(?:bits?|[GMT]i?B)\b|four|eight|sixteen|bits?)*", re.I)  # fmt: skip
# What else may be in the memory, or be computed there.
_BESIDES = Lazy(r"\b(?:KV|caches?|activations?|gradients?|embeddings?|logits|shapes?|traces?|outputs?|prompts? of|profil\w+|classifiers?|probes?|attention|dimensions?|generated by|data)\b", re.I)  # fmt: skip


def _linked(scene: Scene, k: int, about: Subject) -> bool:
    """Whether a verb puts the model, and nothing else that is named, on the devices."""
    text = scene.sentences[k].text
    part = scene.parts(k)[0]
    if about.far:
        return bool(_LINKING.fullmatch(text[: part.start]) and _HOLDS.search(text[: part.start]))
    whole = Stretch(scene, k, 0, len(text))
    spans = [(e.start, e.end) for e in whole.models()[:1]]
    if not spans and about.count is not None:
        r = scene.reading(about.count)
        spans = [(r.start, r.end)]
    if not spans:
        return False
    start, end = spans[0]
    first, last = (end, part.start) if end <= part.start else (part.end, start)
    between, lead = text[first:last], text[: min(start, part.start)]
    if not _LINKING.fullmatch(between):
        return False
    near = re.split(r"[,;:]", lead)[-1]
    verb = _HOLDS.search(between) or _HOLDS.search(near) or not lead.strip()
    return bool(verb and (_LINKING.fullmatch(near) or not near.strip()))


def _weights(scene: Scene, k: int, devices: tuple[str, float, Spot | None]) -> LocalPhysical | None:
    text = scene.sentences[k].text
    whole = Stretch(scene, k, 0, len(text))
    about = subject(whole)
    resident = bool(_RESIDENT.search(text))
    if about is None or (_TIER.search(text) and not resident):
        return None
    if about.far and _TRAINS.search(scene.sentences[k - 1].text):
        return None
    if not _linked(scene, k, about) or (_BESIDES.search(text) and not resident):
        return None
    said = [w for w in whole.widths() if not w.cache]
    if len({w.bits for w in said}) > 1:
        return None
    name, count, at = devices
    number = at if at is not None else about.count
    if number is None or (about.far and number == about.count):
        return None
    named = [("device", name)]
    far = {"model", "params"} if about.far else set()
    if about.name:
        named.append(("model", about.name))
    if said:
        named.append(("precision", said[0].name))
    given: list[tuple[str, Spot]] = []
    if about.count is not None:
        given.append(("params", about.count))
    if at is not None:
        given.append(("devices", at))
    cues = {"resident"} if resident else set()
    cues |= {"label"} if about.label else set()
    return LocalPhysical(
        "residence", number, tuple(given), tuple(named), (("devices", count),), frozenset(far), frozenset(cues)
    )  # fmt: skip


_OF_EACH = Lazy(
    r"\s?(?:each|per (?:sequence|request)|apiece|long|in length)\b|[- ](?:token|tokens)?[- ]?(?:long |input |output )?(?:sequences?|requests?|prompts?|contexts?)\b", re.I
)  # fmt: skip
_LENGTH_BEFORE = Lazy(r"\b(?:sequences|requests|streams|prompts)\s(?:of|with|at)\s(?:length |exactly |a (?:context|length) of |context length |all |fixed |precisely )*$|\b(?:length|context|context length|sequence length|contexts)(?: of| is| =)?\s(?:exactly |fixed at )?$", re.I)  # fmt: skip


def _cache(scene: Scene, k: int, devices: tuple[str, float, Spot | None]) -> LocalPhysical | None:
    """Sequences of a stated length whose cache lies in the memory of the devices."""
    text = scene.sentences[k].text
    tokens, batch, sure = held(scene, k)
    if tokens is None or batch is None or not sure or shared(text) or keeps_less(scene, k):
        return None
    t, b = scene.reading(tokens), scene.reading(batch)
    if any(r.quantity.qualifier not in (Qualifier.EXACT, Qualifier.APPROX) for r in (t, b)):
        return None
    if t.per not in ("each", "sequence", "request") and not (
        _OF_EACH.match(text, t.end) or _LENGTH_BEFORE.search(text, max(0, t.start - 60), t.start)
        or _OF_EACH.match(text, t.literal_end)
    ):  # fmt: skip
        return None
    name, count, at = devices
    whole = Stretch(scene, k, 0, len(text))
    about = subject(whole)
    shape = shape_of(scene, k)
    if about is None and len(shape) < 3:
        return None
    own = [w for w in whole.widths() if w.cache]
    rest = [w for w in whole.widths() if not w.cache]
    cache = own or rest
    if len({w.bits for w in cache}) > 1:
        return None
    named = [("device", name)]
    given = [("tokens", tokens), ("batch", batch)]
    far: set[str] = set()
    if about is not None:
        if about.name:
            named.append(("model", about.name))
        if about.count is not None:
            given.append(("params", about.count))
        if about.far:
            far |= {"model", "params"}
    if len(shape) == 3:
        given += list(shape.items())
    each = [s for s in scene.spots(k, "byte") if scene.reading(s).per == "token"]
    if len(each) == 1:
        given.append(("each", each[0]))
    if cache:
        named.append(("precision", cache[0].name))
    if len({w.bits for w in rest}) == 1:
        named.append(("weights", rest[0].name))
    if at is not None:
        given.append(("devices", at))
    cues = {"exact"} if _EXACT.search(text) else set()
    cues |= {"cache width"} if own or re.search(r"\bKV\b|\bcache\b", text) else set()
    return LocalPhysical(
        "cache residence", batch, tuple(given), tuple(named), (("devices", count),), frozenset(far), frozenset(cues)
    )  # fmt: skip
