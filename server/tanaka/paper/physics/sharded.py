"""Training state that a stage of ZeRO leaves on a device, over clauses and full stops.

"Over 32 replicas ZeRO-1 leaves 14 GB per GPU and ZeRO-2 8 GB", "we also shard the optimizer state
(ZeRO-1).  The state per GPU then falls from 52 GB to 14 GB, a factor of 3.7".  A size alone is a claim
of what is left; a fall or a factor is one of a saving (`tanaka.paper.physics.saving`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tanaka.paper.physics import saving
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, Subject, subject
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_CUE = Lazy(r"\bZeRO\b|\bFSDP\b|\b[Ff]ull(?:y)?[- ]shard\w*|\b[Oo]ptimi[sz]er[- ]states?")  # fmt: skip
STAGE = Lazy(
    r"\bZeRO(?:-DP)?(?:[- ]|,? ?\(?stage[- ]?)(?P<a>[123])\b|\b[Ss]tage[- ](?P<b>[123])\b|\b(?P<full>FSDP|[Ff]ull(?:y)?[- ]shard\w*)\b"
)
_PIPELINE = Lazy(r"\bpipelin\w*|\b1F1B\b", re.I)
# "Partitioning the optimizer state among the replicas" is the first stage without its name.
_SHARDS = Lazy(
    r"\b(?:shard|partition|split|divid|distribut|spread)(?:s|ed|t?ing|e|es)? (?:only |just )?(?:the |its |our )?optimi[sz]er[- ]states?\b(?P<g> and (?:the )?gradients?\b)?(?! and (?:the )?(?:weights|parameters)|,)"
    r"|\boptimi[sz]er[- ]states? (?:alone )?(?:is|are) (?:sharded|partitioned|split|divided|distributed|spread)\b(?P<none>)",
    re.I,
)
_CUT = Lazy(
    r";|:\s|,\s(?=(?:and|while|whereas|but|which|with|yet|then)\b)|\s(?=(?:while|whereas|versus|compared)\b)|"
    r",?\s(?:and|or)\s(?=(?:with |under |for )?(?:ZeRO|FSDP|[Ss]tage)\b)|,\s(?=(?:with |under )?(?:ZeRO|FSDP|[Ss]tage)\b)"
)
_STATE = Lazy(
    r"\b(?:states?|optimi[sz]er|Adam\w*|moments|replicat\w+|redundan\w+|bytes (?:per|for each|of each) parameter|parameters, gradients|weights, gradients)\b",
    re.I,
)
_OTHER = Lazy(
    r"\b(?:activations?|peaks?|overall|total memory|measured|throughput|faster|speed\w*|batch\w*|traffic|volume|communicat\w+|checkpoints?|cach\w+|buffers?|logits|budget|capacity|free|"
    r"headroom|room|off-?load\w*|host|CPU|NVMe|LoRA|adapters?|8-bit|quanti[sz]\w+|experts?|gathered|prefetch\w*|layers?|inference|embedding\w*)\b",
    re.I,
)
_BEFORE = Lazy(r"\b(?:(?:reduc|shrink|cut|lower|bring|divid|halv|shard|split|tak|turn)(?:s|e|es|ed|d|ing|t?ing)? (?:down )?(?:the|its|their|these|those|this|that)|from|instead of|rather than|against|versus|down from|(?:would|used to|had to) (?:hold|need|take|have|keep|occupy|require))\s(?:about\s|some\s)?[≈∼~]?$", re.I)  # fmt: skip
_AFTER = Lazy(
    r"(?:\b(?:to|leav(?:es?|ing)|left with|is|are|be|becomes?|costs?|holds?|keeps?|stores?|remain(?:s|ing)?|takes?|needs?|requires?|occup(?:y|ies)|has|have|with|carr(?:y|ies)|down to|into|means?|gives?|amounts? to|comes? to)"
    r"\s(?:only |just |about |around |roughly |some |a mere |a |then )*|\()[≈∼~]?$",
    re.I,
)
_EACH = Lazy(r"^\s?(?:(?:of (?:\w+ )?state |of it )?(?:per (?:GPU|device|rank|worker|card|accelerator)|on each|on every|for each|each|apiece|a GPU|/ ?GPU)|(?:are|is) left|remains?\b)", re.I)  # fmt: skip
_PART = Lazy(r"^\s?(?:of|for) (?:the |its )?(?:weights|gradients|moments|master|parameters|optimi[sz]er)\b|^\s?(?:per|a|of each) (?:layer|block|token|parameter|bucket|step)\b", re.I)  # fmt: skip
_ALL = Lazy(r"^[^.;()]{0,30}?\b(?:(?:over|on|across|for|of) all\b|together|in total|in all|altogether|total|per node|a node|the node|nodes?\b|aggregate)", re.I)  # fmt: skip
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "eight": 8.0, "sixteen": 16.0}
_COUNT = r"(?:\d+|two|three|four|eight|sixteen)"
_DEGREES = {
    "tensor": Lazy(rf"\bTP\s?=?\s?(?P<a>\d+)\b|\btensor[- ](?:model[- ])?parallel\w*(?: (?:degree|size))?(?: of| is|\s?=)?\s(?P<b>\d+)\b|\b(?P<c>{_COUNT})-way (?:tensor|TP)\b", re.I),
    "pipeline": Lazy(rf"\bPP\s?=?\s?(?P<a>\d+)\b|\bpipeline[- ]parallel\w*(?: (?:degree|size))?(?: of| is|\s?=)?\s(?P<b>\d+)\b|\b(?P<c>{_COUNT})(?:-way (?:pipeline|PP)\b|(?:[- ]pipeline)? stages\b)", re.I),
}  # fmt: skip
_SPLIT = Lazy(r"\b(?:tensor|pipeline|model|sequence|context|expert)[- ](?:model[- ])?parallel\w*|\b[TP]P\b|\bMegatron\b|\b3D[- ]parallel\w*|\bGPipe\b|\b1F1B\b", re.I)  # fmt: skip


# "With ZeRO-1, it would be 28 GB": nobody ran it, and it is computed all the same.
_COMPUTED = Lazy(r"\b(?:would|could) (?:be|leave|need|take|cost|hold|have|keep|still)\b", re.I)


@dataclass(frozen=True, slots=True)
class Degrees:
    """Tensor and pipeline degrees of a passage; None where it splits the model and does not say how often."""

    tensor: float
    pipeline: float


def degrees(text: str) -> Degrees | None:
    """Into how many parts a passage says that each copy of the model is cut."""
    found: dict[str, float] = {}
    for role, pattern in _DEGREES.items():
        values = {count_of_word(next(g for g in m.groups() if g)) for m in pattern.finditer(text)}
        if len(values) > 1:
            return None
        if values:
            found[role] = values.pop()
    if not found and _SPLIT.search(text):
        return None
    return Degrees(found.get("tensor", 1.0), found.get("pipeline", 1.0))


def count_of_word(word: str) -> float:
    """A count in words or digits."""
    return _WORDS.get(word.lower(), 0.0) or float(word)


@dataclass(frozen=True, slots=True)
class _Value:
    """A size or a factor of a clause, with the stage that it is of."""

    spot: Spot
    stage: int
    far: bool
    clause: tuple[int, int]


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes and factors of one stage each."""
    if not _CUE.search(scene.text):
        return
    told = {c.number for c in saving.read(scene) if any(cue.startswith("of-") for cue in c.cues)}
    carried: tuple[int, int] | None = None
    for k, sentence in enumerate(scene.sentences):
        before = carried[1] if carried is not None and k - carried[0] == 1 else None
        named = stages(scene, sentence.text)
        for value in _values(scene, k, named, before):
            claim = _claim(scene, k, value)
            if claim is not None and claim.number not in told:
                yield claim
        if named:
            kinds = {n for _, n in named}
            carried = (k, kinds.pop()) if len(kinds) == 1 else None


def stages(scene: Scene, text: str) -> list[tuple[int, int]]:
    """Stages that a sentence names, each with its place: a "stage 1" only where no pipeline has stages."""
    out = []
    for m in STAGE.finditer(text):
        if m.group("b") and _PIPELINE.search(scene.text):
            continue
        out.append((m.start(), int(m.group("a") or m.group("b") or 3)))
    if not out and (words := _SHARDS.search(text)) is not None:
        out.append((words.start(), 2 if words.group("g") else 1))
    return out


def _values(scene: Scene, k: int, named: list[tuple[int, int]], before: int | None) -> Iterator[_Value]:  # fmt: skip
    """Numbers of a sentence, each with the one stage of its clause, of those before it, or of the sentence before."""
    text = scene.sentences[k].text
    cuts = [0, *(m.end() for m in _CUT.finditer(text)), len(text)]
    spots = [
        s
        for s in (*scene.spots(k, "byte"), *scene.spots(k, "1"))
        if scene.reading(s).quantity.bounded and _kind(scene, s)
    ]
    clauses = [(low, high) for low, high in itertools.pairwise(cuts) if low < high]
    listed = _listed(scene, spots, named)
    for spot in spots:
        at = scene.reading(spot).start
        clause = next(((a, b) for a, b in clauses if a <= at < b), (0, len(text)))
        if spot in listed:
            yield _Value(spot, listed[spot], False, clause)
            continue
        own = {n for p, n in named if clause[0] <= p < clause[1]}
        if len(own) > 1:
            continue
        earlier = [n for p, n in named if p < at]
        behind = [n for p, n in named if p >= at]
        if own:
            yield _Value(spot, own.pop(), False, clause)
        elif earlier:
            yield _Value(spot, earlier[-1], False, clause)
        elif before is not None and not behind:
            yield _Value(spot, before, True, clause)


def _listed(scene: Scene, spots: list[Spot], named: list[tuple[int, int]]) -> dict[Spot, int]:
    """Stages by place: "ZeRO-1 and ZeRO-2 leave 28 and 15 GB"."""
    sizes = [s for s in spots if scene.reading(s).quantity.unit == "byte"]
    factors = [s for s in spots if s not in sizes]
    for found in (sizes, factors):
        if len(named) > 1 and len(found) == len(named) and scene.reading(found[0]).start > named[-1][0]:  # fmt: skip
            text = scene.sentences[found[0][0]].text
            gaps = [text[scene.reading(a).end : scene.reading(b).start] for a, b in itertools.pairwise(found)]  # fmt: skip
            if all(re.fullmatch(r",? ?(?:and |or )?(?:only |about )?", g) for g in gaps):
                return {s: n for s, (_, n) in zip(found, named, strict=True)}
    return {}


def _kind(scene: Scene, spot: Spot) -> str:
    """Whether a number is a "size" or a "factor"; "" for one that is neither."""
    r = scene.reading(spot)
    if r.quantity.unit == "byte":
        return "size" if r.quantity.point >= 1e8 else ""
    before = scene.around(spot, 40)[0]
    if r.quantity.shown_unit == "×" or re.search(r"\bfactor of\s(?:about |some |almost )?$", before):  # fmt: skip
        return "factor"
    return ""


_FEWER = Lazy(r"\b(?:reduc\w+|sav(?:e|es|ed|ing|ings)|small(?:er)?|less|lower\w*|fewer|shr[iau]nk\w*|cut(?:s|ting)?|drop\w*|fall\w*|factor|gives?|yields?|brings?)\b", re.I)  # fmt: skip


# Shards of a group are larger than those of all.
_WITHIN = Lazy(r"\b(?:inside|within|hybrid|HSDP|replicas? of|groups? of|sub-?groups?)\b", re.I)
_MOMENTS = Lazy(r"\b(?:the|its|their|our|these|of) (?:Adam(?:W)? |FP32 )?(?:optimi[sz]er[- ]states?|moments) (?:alone )?(?:(?:then|thus|therefore|also) )?(?:shrinks?|falls?|drops?|goes|go|is|are|takes?|decreases?|needs?|comes?|now|from)\b", re.I)  # fmt: skip
_ALL_STATE = Lazy(r"\b(?:training|model) states?\b|\bstates? per (?:GPU|device|rank)\b|\b(?:total|overall|weights|gradients|parameters)\b", re.I)  # fmt: skip
# A factor of all memory is less than that of the state.
_WHOLE = Lazy(r"\b(?:memory|footprint|usage|requirements?|only|just|up to|almost|nearly)\b", re.I)


_THEM = Lazy(
    r"\b(?:reduc|lower|cut|bring|brought|shrink|shrank|divid|tak|took|scal)\w* (?:down )?(?:them|both|(?:the |its |their |our )*(?:FP32 |Adam )*(?:optimi[sz]er (?:states?|memory)|moments))\b",
    re.I,
)


def _claim(scene: Scene, k: int, value: _Value) -> LocalPhysical | None:
    text = scene.sentences[k].text
    clause = text[value.clause[0] : value.clause[1]]
    near = text[: value.clause[1]]
    if value.stage < 3 and _THEM.search(clause):
        return None  # "This cuts them from 36 GB to 4.5 GB": what is shared is all that is counted
    # the words of state may stand in the sentence before
    lead = scene.sentences[k - 1].text if k else ""
    if _OTHER.search(clause) or saving.TOGETHER.search(_own_part(text, value.clause)) or not _STATE.search(near + " " + lead + " " + scene.text[: scene.text.find(text)]):  # fmt: skip
        return None
    if value.stage == 3 and _WITHIN.search(lead + " " + text):
        return None
    if _MOMENTS.search(clause) and not _ALL_STATE.search(clause):
        return None  # the part that is cut, and not what is left of the whole
    devices, far = saving.degree(scene, k)
    roles = set(far) | ({"technique"} if value.far else set())
    # full sharding over all ranks leaves nothing to other cuts, and what is told later is of another run
    told = " ".join(s.text for s in scene.sentences[: k + 1])
    split = degrees(text if value.stage == 3 and devices and not far else told)
    counted: tuple[tuple[str, float], ...] = (("stage", float(value.stage)),)
    if split is not None:
        counted = (*counted, ("split", split.tensor * split.pipeline))
        if devices and split.tensor * split.pipeline > 1 and not saving.of_replicas(scene, devices[0][1]) and scene.reading(devices[0][1]).noun == "gpu":  # fmt: skip
            counted = (*counted, ("shared", split.tensor * split.pipeline))
    elif devices and scene.reading(devices[0][1]).noun == "gpu":
        devices = ()
    if _kind(scene, value.spot) == "factor":
        if not _FEWER.search(clause):
            return None
        sized = _beside(scene, k, value)
        given = (*devices, *((("left", sized),) if sized else ()))
        if sized and (about := subject(Stretch(scene, k, 0, len(text)))) is not None and about.count is not None:  # fmt: skip
            given = (*given, ("params", about.count))
        named = (("technique", f"ZeRO-{value.stage}"), ("form", "factor"))
        return LocalPhysical("saving", value.spot, given, named, counted, frozenset(roles | {"clause"}), frozenset({"of-states", *(("alone beside",) if value.stage == 3 and _STATE.search(clause) and not _WHOLE.search(clause) else ())}))  # fmt: skip
    return _left(scene, k, value, devices, counted, roles)


def _own_part(text: str, clause: tuple[int, int]) -> str:
    """The part between semicolons and colons that a clause stands in: what is said beside it governs nothing here."""
    low = max(text.rfind("; ", 0, clause[0] + 1), text.rfind(": ", 0, clause[0] + 1)) + 1
    high = text.find("; ", clause[0])
    return text[low : high if high >= 0 else len(text)]


def _beside(scene: Scene, k: int, value: _Value) -> Spot | None:
    """The size that is left in the clause of a factor."""
    found = [
        s
        for s in scene.spots(k, "byte")
        if value.clause[0] <= scene.reading(s).start < value.clause[1]
        and _AFTER.search(scene.around(s, 40)[0])
    ]
    return found[0] if len(found) == 1 else None


def _left(
    scene: Scene, k: int, value: _Value, devices: tuple[tuple[str, Spot], ...],
    counted: tuple[tuple[str, float], ...], roles: set[str],
) -> LocalPhysical | None:  # fmt: skip
    text = scene.sentences[k].text
    r = scene.reading(value.spot)
    lead, tail = scene.around(value.spot, 40, 50)
    if (
        _PART.match(tail)
        or _ALL.match(tail)
        or _BEFORE.search(lead)
        or not (_AFTER.search(lead) or _EACH.match(tail))
    ):
        return None
    whole = [
        s
        for s in scene.spots(k, "byte")
        if scene.reading(s).end <= r.start
        and _BEFORE.search(scene.around(s, 50)[0])
        and scene.reading(s).quantity.bounded
    ]
    cues = frozenset({"of-states", *(("state beside",) if _STATE.search(text) else ())})
    if len(whole) == 1 and scene.reading(whole[0]).quantity.point > r.quantity.point >= 1e8:
        named = (("technique", f"ZeRO-{value.stage}"), ("form", "sizes"))
        return LocalPhysical("saving", value.spot, (*devices, ("before", whole[0])), named, counted, frozenset(roles | {"clause"}), cues)  # fmt: skip
    about = subject(Stretch(scene, k, 0, len(text))) or _earlier(scene, k)
    if about is None or not any(role == "split" for role, _ in counted):
        return None
    given = (*devices, *((("params", about.count),) if about.count is not None else ()))
    names = (("model", about.name),) if about.name else ()
    cues |= {"label"} if about.label else frozenset()
    cues |= {"computed"} if _COMPUTED.search(text, value.clause[0], value.clause[1]) else frozenset()  # fmt: skip
    return LocalPhysical("sharded state", value.spot, given, names, counted, frozenset(roles), cues)


def _earlier(scene: Scene, k: int) -> Subject | None:
    """The model of the nearest of the three sentences before that names one."""
    for j in range(k - 1, max(-1, k - 4), -1):
        found = subject(Stretch(scene, j, 0, len(scene.sentences[j].text)))
        if found is not None:
            return found
    return None
