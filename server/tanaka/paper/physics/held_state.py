"""Models whose training is said to fit, with the layout, the recipe and the devices of the sentences before.

"8 GPUs are enough for the 33B model under ZeRO-3", "a 3B model still fits on each GPU without any
sharding", "the smallest slice on which we could train it had 32 GPUs".
Runs whose devices are counted in the sentence that trains them are those of `tanaka.paper.physics.training`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.claims import FAILED, KEPT, STATE_CUES, words_of_run
from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sharded import count_of_word, degrees, stages
from tanaka.paper.physics.stretches import Stretch, Subject, subject
from tanaka.paper.physics.training import SIBLING
from tanaka.patterns import Lazy

_FITS = Lazy(
    r"\b(?:fits?|fitted|enough|suffic\w+|trains?|trained|training (?:runs?|of \w+ \w+ (?:runs?|works))|train\b|runs?|ran\b|shards? (?:it|them|its|the)|holds?|hosts?|accommodates?|largest|biggest|smallest|"
    r"minimum|lives?|sits?|resides?|occup(?:y|ies)|takes?|carried|hosted|held|kept|placed|replicated|works|possible|feasible|replicates?|keeps?|spread|places?|carr(?:y|ies))\b",
    re.I,
)
_TRAINING = Lazy(r"\b(?:pre-?)?train(?:s|ed|ing|able)?\b|\bfine-?tun\w*|\bZeRO\b|\bFSDP\b|\bshard\w*|\bdata[- ]parallel\w*|\b(?:optimi[sz]er|training|model) states?\b|\bAdam\w*", re.I)  # fmt: skip
_ELSE = Lazy(
    r"\b(?:not|no longer|never|nowhere|neither|cannot|can['’]t|would|should|might|if|unless|whether|too (?:large|big|small|little|few|much)|exceed\w*|beyond|more than|out of (?:memory|reach)|OOM|"
    r"fail\w*|crash\w*|impossible|infeasible|unfeasible|hopeless|unthinkable|out of (?:the )?(?:question|reach)|no option|not an option|rul(?:e|es|ed|ing) out|prohibit\w*|at least|less than|fewer than|up to|inference|serv(?:e|es|ed|ing)|decod\w+|generat(?:e|es|ed|ing|ion)|evaluat\w*|validation|prompts?|load(?:s|ed|ing)?|"
    r"baselines?|predicted|simulat\w*|emulat\w*|distil\w*|teachers?|students?|draft|rewards?|judge|critic|head|probe|only (?:the|its|their)|"
    r"layers? of (?:the|it)|pipeline\w* stages?|stages? (?:holds?|keeps?|has)|(?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|sixteenth|\w+th) of (?:the|its|it|a)|tokeni[sz]er|classifier|scorer|embedding\w*|one layer|half of|part of|fraction of|slice of (?:it|the model)|stage of|throughput|tokens/s|TFLOP\w*|steps? (?:takes?|time)|faster|slower|speed\w*|days?|hours?|weeks?|"
    r"time|latency|bandwidth|all-?reduc\w+|all-?gather\w*|gradients? (?:are|is) (?:exchanged|reduced)|checkpoints?|weights (?:alone|only|in)|BF16 weights|FP16 weights|quanti[sz]\w+|KV|cache|experts?)\b",
    re.I,
)
# Where a run is said to be plainly replicated any verb says that it is there: words exclude by mood alone.
_RUN = Lazy(r"\b(?:runs?|jobs?|train\w*|fine-?tun\w*|models?|experiments?)\b", re.I)
_OPEN = Lazy(
    r"\b(?:not|no longer|never|nowhere|neither|cannot|can['’]t|would|should|might|could|if|unless|whether|too (?:large|big|small|little|few|much)|exceed\w*|beyond|out of (?:memory|reach)|OOM|"
    r"fail\w*|crash\w*|impossible|infeasible|unfeasible|hopeless|unthinkable|out of (?:the )?(?:question|reach)|no option|not an option|rul(?:e|es|ed|ing) out|prohibit\w*|inference|serv(?:e|es|ed|ing)|decod\w+|baselines?|predicted|simulat\w*|emulat\w*|instead|rather|unlike|than (?:plain|DDP|data)|compared|"
    r"versus|vs|over (?:plain|DDP)|LoRA|adapters?|frozen|experts?|head|probe|tokens\w* (?:only|router)|replac\w+|embedding\w*|a layer|layers? of)\b",
    re.I,
)
_NO_SHARDS = Lazy(
    r"\b(?:without|no) (?:any |further |state |optimi[sz]er |parameter |weight )*(?:sharding|partitioning|shards|ZeRO)\b|\b(?:plain|pure|vanilla|simple|ordinary|standard) (?:data[- ]parallel\w*|DP|DDP|replication)\b|"
    r"\bDDP\b|\b(?:fully|completely) replicated\b|\breplicat\w+ (?:on|across|in) (?:every|each|all)\b|\bunsharded\b|\bnothing is sharded\b|\bnot (?:being )?sharded\b",
    re.I,
)
_REPLICAS = Lazy(r"\breplica\w*|\bdata[- ]parallel\w*|\bDD?P\b", re.I)
_SAME = Lazy(r"\b(?:in )?(?:the same|this|that|such a|the same kind of) (?:way|fashion|manner|setting|setup|set-up|configuration|scheme|layout)\b|\blikewise\b|\bsimilarly\b|\bso (?:do|does)\b|\balso\b", re.I)  # fmt: skip
_EACH = Lazy(r"\b(?:each|every|one|a|a single|single|any) (?:\w+[- ])?(?:GPU|device|card|accelerator|A100|H100|H200|V100|MI\d+\w*)\b", re.I)  # fmt: skip
_ALONE = Lazy(r"\b(?:one|a single|single) (?:\w+[- ])?(?:GPU|device|card|accelerator|A100|H100|H200|V100|MI\d+\w*)\b", re.I)  # fmt: skip
_SHARED = Lazy(r"\bZeRO\b|\bFSDP\b|\bshard\w*|\bparallel\w*|\bpartition\w*", re.I)
# Positions that are split change nothing of the state.
_SEQUENCE = Lazy(r"\b(?:sequence|context|data)[- ]parallel\w*", re.I)
_OF_DEVICES = Lazy(r"\b(?:smallest|largest|another|other) (?:\w+ )?(?:slices?|parts?|numbers?|sets?|groups?|shares?|configurations?|partitions?|allocations?|clusters?|jobs?)\b(?: of (?:the|our|its|this) \w+)?", re.I)  # fmt: skip
# "This works up to the 8B model": that one is trained, too.
_UP_TO = Lazy(r"\b(?:up to|until|at most) (?=(?:the |an? )?\d+(?:\.\d+)?\s?B\b|(?:the |an? )?\d+(?:\.\d+)? billion)", re.I)  # fmt: skip
_OF_THEM = Lazy(r"\b(?P<n>one|two|three|four|six|eight|sixteen|\d+) of (?:them|these|those|our (?:GPUs|cards|machines))\b", re.I)  # fmt: skip
_IT = Lazy(r"\b(?:it|its (?:training|states?|optimi[sz]er)|this model|the model|this one)\b", re.I)
_ABLE = Lazy(
    r"\b(?:could|can) (?:we |one |be |still |even |just |also )*(?:train|fit|run|hold)\w*", re.I
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sentences in which training fits, with the model, the layout and the devices that they or those before say."""
    if not _TRAINING.search(scene.text):
        return
    carried: tuple[int, int | None] | None = None
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        named = {n for _, n in stages(scene, text)}
        none = bool(_NO_SHARDS.search(text))
        own: int | None = None
        if len(named) == 1 and not none:
            own = named.pop()
        elif none and not named:
            own = 0
        open_ = bool(named) and own is None
        before = carried
        if own is not None:
            carried = (k, own)
        elif open_:
            carried = None
        if (
            open_
            or not (_FITS.search(text) or (own in (0, 3) and _RUN.search(text)))
            or FAILED.search(_OF_DEVICES.sub(" ", text))
            or (
                _OPEN if own == 0 and _NO_SHARDS.search(text) and _RUN.search(text) else _ELSE
            ).search(_UP_TO.sub(" ", _ABLE.sub("train", _OF_DEVICES.sub(" ", text))))
        ):
            continue
        stage, far = own, False
        if own is None and before is not None and (k - before[0] <= 1 or _SAME.search(text)):
            stage, far = before[1], True
        claim = _claim(scene, k, stage, far)
        if claim is not None:
            yield claim


def _claim(scene: Scene, k: int, stage: int | None, far: bool) -> LocalPhysical | None:
    text = scene.sentences[k].text
    about = subject(Stretch(scene, k, 0, len(text)))
    roles = {"stage"} if far else set()
    if about is None or about.far:
        if scene.named(k, EntityKind.MODEL) or _counted(scene, k) or not _IT.search(text):
            return None
        if SIBLING.search(_OF_DEVICES.sub(" ", text)):
            return None
        about = about or _earlier(scene, k)
        roles |= {"model", "params"}
    if about is None:
        return None
    part = scene.part(k)
    if (part is None and scene.parts(k)) or (part is not None and part.system):
        return None
    counts = scene.spots(k, where=lambda r: r.noun == "gpu" and r.per in ("", "gpu", "node") and r.quantity.count and r.quantity.point >= 1)  # fmt: skip
    nodes = [s for s in scene.spots(k, noun="node") if scene.reading(s).quantity.point != 1]
    values = {scene.reading(s).quantity.point for s in counts}
    holders = scene.spots(k, noun="node") if not counts else []
    if len(values) > 1 or len({scene.reading(s).quantity.point for s in holders}) > 1:
        return None
    if holders and not scene.reading(holders[0]).quantity.bounded:
        return None
    together = 1.0
    if nodes and counts and min(values) <= 16:  # "two nodes of eight GPUs"
        many = {scene.reading(s).quantity.point for s in nodes}
        if len(many) > 1:
            return None
        together = many.pop()
    each = bool(_EACH.search(text))
    # a sentence that says how its state is sharded need not hear of the cuts of other runs
    cut = text if stage is not None and not far else scene.text
    if stage == 0 and values and max(values) > 1 and not each and not _REPLICAS.search(text):
        return None  # it may be cut otherwise
    split = degrees(_SEQUENCE.sub(" ", cut))
    if split is None or split.tensor * split.pipeline > 1:
        return None
    devices: Spot | None = counts[0] if counts else holders[0] if holders else None
    if holders:
        values = {scene.reading(holders[0]).quantity.point}
    some = _OF_THEM.search(text)
    if not counts and some is not None and some.group("n").lower() != "one":
        values = {count_of_word(some.group("n"))}
    if devices is None and stage not in (0, 1, 2) and not each and not values:
        return None
    alone = bool(_ALONE.search(text)) and not _SHARED.search(scene.text)
    if stage in (None, 3) and not values and not (alone and stage is None):
        return None
    number = devices or about.count
    if number is None:
        return None
    counted: list[tuple[str, float]] = []
    if stage is not None:
        counted.append(("stage", float(stage)))
    if values:
        counted.append(("devices", together * values.pop()))
    elif stage is None:
        counted.append(("devices", 1.0))
    given: list[tuple[str, Spot]] = []
    if devices is not None:
        given.append(("devices", devices))
    if about.count is not None:
        given.append(("params", about.count))
    names: list[tuple[str, str]] = []
    if about.name:
        names.append(("model", about.name))
    if part is not None:
        names.append(("device", part.name))
    words = scene.text
    if about.count is not None:
        words = words_of_run(scene.sentences, k, scene.reading(about.count).quantity.point)
    cues = {n for n, p in STATE_CUES.items() if re.search(p, words, re.I)}
    if KEPT.search(words):
        cues.discard("offload")
    cues |= {"label"} if about.label else set()
    cues |= {"nodes"} if holders else set()
    cues |= {"able"} if _ABLE.search(text) else set()
    return LocalPhysical("held state", number, tuple(given), tuple(names), tuple(counted), frozenset(roles | {"reach"}), frozenset(cues))  # fmt: skip


def _counted(scene: Scene, k: int) -> bool:
    return bool(Stretch(scene, k, 0, len(scene.sentences[k].text)).counts())


def _earlier(scene: Scene, k: int) -> Subject | None:
    """The model of the nearest of the two sentences before that names one."""
    for j in range(k - 1, max(-1, k - 3), -1):
        found = subject(Stretch(scene, j, 0, len(scene.sentences[j].text)))
        if found is not None:
            return found
    return None
