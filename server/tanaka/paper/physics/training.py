"""Training runs whose state lies in the memory of counted devices: the model, the recipe, how it is sharded.

Runs that one sentence tells of altogether are `tanaka.paper.claims.training_states`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.claims import FAILED, KEPT, RECIPE, STATE_CUES, words_of_run
from tanaka.paper.physics.residence import machine_of
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, Subject, subject
from tanaka.patterns import Lazy

_TRAINS = Lazy(
    r"\b(?:pre-?)?train(?:s|ed)?\b|\b(?:pre-?)?training\b(?! (?:sets?|data\w*|corpus|corpora|tokens?|samples?|examples?|loss|images?|splits?|traces?|code|scripts?))|\bfine-?tun(?:e|es|ed|ing)\b", re.I
)  # fmt: skip
_GOES_ON = Lazy(r"^\W*(?:(?:The|This|Our|All|Each|Every) (?:\w+ )?(?:runs?|training|jobs?|experiments?|model)\b|We (?:use|train|run|shard|employ)\b|It (?:is trained|runs|uses|takes)\b|Training\b|They\b|(?:Its|The|All)\s(?=(?:model |training )?states\b|[^.;]{0,30}\b(?:weights|parameters)\b[^.;]{0,40}\b(?:optimi[sz]er|Adam|moments)\b))")  # fmt: skip
_ELSE = Lazy(
    r"\b(?:out of (?:the )?(?:question|reach)|no option|not an option|rul(?:e|es|ed|ing) out|hopeless|impossible|infeasible|serv(?:e|es|ed|ing)|inference|infer(?:s|red)?|deploy\w*|evaluat\w*|decod(?:e|es|ing)|generat\w*|load\w*|test(?:s|ed|ing)?|data ?loader|(?:training|test|validation) (?:set|data)\w*|tokeni[sz]\w*|prepar\w*|baselines?|compared?|"
    r"not|cannot|would|could|might|should|require[sd]?|needs?|at least|more than|up to|fails?|exceed\w*|out of memory|OOM|if|scal(?:e|es|ed|ing) (?:to|from)|from \d+|"
    r"single (?:layer|block)|per (?:layer|stage)|layers? of|head|classifier|probe|last layer|embedding\w*|distil\w*|teacher|student|draft|reward|critic|prun\w*|spars\w*|compress\w*|truncated|scaled-down|(?:cut|slice|piece|excerpt|stub|proxy|fraction) of|\w+-layer (?:cut|version|variant|slice|proxy|stack)|profil\w+|emulat\w+|simulat\w+|dry run)\b",
    re.I,
)  # fmt: skip
_TAIL = Lazy(
    r"(?:s\b|[\s.,()–-]|\d[\d.,]*|\b(?:[A-Z]\w*\d\w*|GPUs?|cards?|accelerators?|devices?|with|and|for|in|on|all|the|total|training|pre-training|fine-tuning|runs?|experiments?|each|memory|GB|ZeRO|FSDP|DDP|PyTorch|DeepSpeed|NVIDIA|"
    r"using|under|over|weeks?|days?|hours?|steps?|epochs?|NVLink|InfiniBand|connected|by|via|one|single|nodes?|sharded|fully|data|parallel\w*|batch|size|of|an?|global|stage|tensor|pipeline|TP|PP|interconnect|where|they|which|these|takes?|occup(?:y|ies)|holds?|per|GPU)\b)*",
)  # fmt: skip
# Words for a model of its own, where the one before is not meant.
SIBLING = Lazy(
    r"\b\d+(?:\.\d+)?[MB]\b|\b(?:sibling|variant|smaller|smallest|tiny|small|mini|another|other|proxy|largest|larger)\b"
)
_STAGE = Lazy(r"\bZeRO(?:[- ]?DP)?(?:[- ]|,? stage[- ]?|[- ]?Stage[- ]?)?(?P<n>[123])\b|\b(?P<full>FSDP|fully[- ]sharded|full sharding)\b|\b(?P<none>DDP|plain data[- ]parallel\w*|pure data[- ]parallel\w*|replicat\w+ (?:data|on (?:each|every)))\b")  # fmt: skip
_ZERO = Lazy(r"\bZeRO\b|\bDeepSpeed\b|\bshard\w*", re.I)
_DEGREES = {
    "tensor": Lazy(r"\bTP\s?=?\s?(?P<a>\d+)\b|\btensor[- ](?:model[- ])?parallel\w*(?: (?:degree|size))?(?: of| is|\s?=)?\s(?P<b>\d+)\b|\b(?P<c>\d+)-way tensor\b", re.I),
    "pipeline": Lazy(r"\bPP\s?=?\s?(?P<a>\d+)\b|\bpipeline[- ]parallel\w*(?: (?:degree|size))?(?: of| is|\s?=)?\s(?P<b>\d+)\b|\b(?P<c>\d+)(?:-way pipeline| pipeline stages)\b", re.I),
}  # fmt: skip
_MODEL_PARALLEL = Lazy(r"\b(?:tensor|pipeline|model|sequence|context|expert)[- ](?:model[- ])?parallel\w*|\bTP\b|\bPP\b|\bMegatron\b|\b3D[- ]parallel\w*|\bGPipe\b|\b1F1B\b", re.I)  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sentences of a training run that count its devices; what they leave open stands before them."""
    for k, sentence in enumerate(scene.sentences):
        devices = _devices(scene, k)
        if devices is None:
            continue
        text = sentence.text
        goes_on = k > 0 and _GOES_ON.search(text) and _TRAINS.search(scene.sentences[k - 1].text)
        if not (_TRAINS.search(text) or goes_on) or _ELSE.search(text) or FAILED.search(text):
            continue
        if not _TRAINS.search(text) and not _TAIL.fullmatch(text, scene.reading(devices[2]).end):
            continue  # "We use two GPUs to extract features"
        about = subject(Stretch(scene, k, 0, len(text))) or _before(scene, k)
        if about is not None and about.far and SIBLING.search(text):
            continue
        if about is None or _elsewhere(scene, k, devices):
            continue
        yield _run(scene, k, devices, about)


def _devices(scene: Scene, k: int) -> tuple[str, float, Spot] | None:
    """Devices of a sentence by name, "" where only their number is stated."""
    if scene.parts(k):
        made = machine_of(scene, k)
        return (made[0], made[1], made[2]) if made is not None and made[2] is not None else None
    counts = scene.spots(k, where=lambda r: r.noun == "gpu" and r.per == "" and r.quantity.count)
    if len(counts) != 1 or scene.spots(k, noun="node"):
        return None
    return "", scene.reading(counts[0]).quantity.point, counts[0]


def _elsewhere(scene: Scene, k: int, devices: tuple[str, float, Spot]) -> bool:
    """Whether a sentence counts other devices, too: "ZeRO-3 over 64 GPUs ... on one A100"."""
    told = [
        scene.reading(s).quantity.point
        for s in scene.spots(k, noun="gpu", where=lambda r: r.per == "")
    ]
    return any(n not in (devices[1], scene.reading(devices[2]).quantity.point) for n in told)


def _before(scene: Scene, k: int) -> Subject | None:
    """The model of the sentence but one before, where that one trains it."""
    if k < 2 or not _TRAINS.search(scene.sentences[k - 2].text):
        return None
    found = subject(Stretch(scene, k - 2, 0, len(scene.sentences[k - 2].text)))
    return Subject(found.name, found.count, found.label, True) if found is not None else None


def _run(scene: Scene, k: int, devices: tuple[str, float, Spot], about: Subject) -> LocalPhysical:
    whole = own = scene.text
    if about.count is not None:
        own = words_of_run(scene.sentences, k, scene.reading(about.count).quantity.point)
    name, count, at = devices
    named: list[tuple[str, str]] = []
    if name:
        named.append(("device", name))
    if about.name:
        named.append(("model", about.name))
    given: list[tuple[str, Spot]] = [("devices", at)]
    if about.count is not None:
        given.append(("params", about.count))
    far = {"model", "params"} if about.far else set()
    cues = {n for n, p in RECIPE.items() if p.search(whole)}
    cues |= {n for n, p in STATE_CUES.items() if re.search(p, own, re.I)}
    if KEPT.search(own):
        cues.discard("offload")
        cues.add("kept")
    cues |= {"label"} if about.label else set()
    counted = [("devices", count)]
    stages = {m.group("n") or ("3" if m.group("full") else "0") for m in _STAGE.finditer(whole)}
    if len(stages) == 1:
        counted.append(("stage", float(stages.pop())))
        if not _STAGE.search(scene.sentences[k].text):
            far.add("stage")
    elif stages or _ZERO.search(whole):
        cues.add("sharded")
    degrees = 0
    for role, pattern in _DEGREES.items():
        values = {float(next(g for g in m.groups() if g)) for m in pattern.finditer(whole)}
        if len(values) == 1:
            counted.append((role, values.pop()))
            degrees += 1
        elif values:
            cues.add("degrees open")
    if not degrees and _MODEL_PARALLEL.search(whole):
        cues.add("degrees open")
    return LocalPhysical("training state", at, tuple(given), tuple(named), tuple(counted), frozenset(far), frozenset(cues))  # fmt: skip
