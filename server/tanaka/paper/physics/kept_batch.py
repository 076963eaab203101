"""Activations of one sequence or micro-batch, and how many of them a device keeps, each where it stands.

"One sequence leaves 3.4 GB of activations", "micro-batches hold four sequences on an A100", "of which a GPU
stores 7 GB.  The first stage holds four of them".  The rule joins them over the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.stretches import Stretch, subject
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_CUE = Lazy(r"\bactivations?\b|\bmicro-?batch\w*|\bre-?comput\w+|\bcheckpointing\b", re.I)
_ACTIVATIONS = Lazy(r"\bactivations?\b|\bre-?comput\w*|\bbackward pass\b", re.I)
AGAIN = Lazy(r"\b(?:with|under|by|using|and|full|selective|uses?|employs?) (?:full |complete |selective |activation |gradient )*(?:re-?comput\w+|checkpointing)\b|\bre-?comput(?:e|es|ed|ing) (?:every|all|each|the)\b", re.I)  # fmt: skip
FULL = Lazy(r"\b(?:full|complete) (?:activation )?(?:re-?comput\w+|checkpointing)\b|\bre-?comput(?:e|es|ed|ing) (?:every|all|each) layers?\b", re.I)  # fmt: skip
NEVER = Lazy(r"\b(?:without|no|not|never|nothing|disabl\w+|off)\b[^.;,]{0,24}\b(?:re-?comput\w+|checkpointing)\b|\b(?:re-?comput\w+|checkpointing) (?:is|was|are) (?:off|disabled|not)\b", re.I)  # fmt: skip
_ELSE = Lazy(
    r"\b(?:would|could|might|may|should|if|cannot|can['’]t|not fit|too (?:large|big|many|much)|exceed\w*|OOM|out of memory|fail\w*|infeasible|impossible|up to|at most|off-?load\w*|host|CPU|"
    r"inference|serv(?:e|es|ed|ing)|decod\w+|prefill|requests?|prompts?|LoRA|adapters?|frozen|accumulat\w*|global|revers\w+|FP8 activations|compress\w*|quanti[sz]\w+|images?|tiles?|frames?)\b",
    re.I,
)
_PER_SEQUENCE = Lazy(r"^[^.;,()]{0,30}?\b(?:per|for (?:each|every|one|a)|of (?:each|one|a)) (?:(?:single|training) )?(?:sequence|sample)\b", re.I)  # fmt: skip
_PER_LAYER = Lazy(
    r"^\s?(?:of activations )?(?:per|a|for each|in each|of each|for every) (?:layer|block|token)\b",
    re.I,
)
_ONE = Lazy(r"\b(?:one|a single|a|each|every) (?:such )?(?:sequence|sample)(?: of [\d,.kK]+ tokens)? (?:leaves?|costs?|takes?|needs?|keeps?|stores?|occupies|requires?|produces?|makes?|adds?)\b[^.;]{0,24}$", re.I)  # fmt: skip
_OF_A_BATCH = Lazy(r"\bmicro-?batch(?:es)? (?:of|with|is|has|holds?)\s$", re.I)
_MICRO = Lazy(
    r"\bmicro-?batch(?:es)? (?:of|with|is|has|holds?) (?P<n>an?|one|two|four|eight|\d+)(?: single)? (?:sequences?|samples?)\b(?P<rest>[^.;]*?)\b(?:costs?|takes?|needs?|keeps?|stores?|occupies|requires?|leaves?)\b",
    re.I,
)
_OF_ONE = Lazy(r"\bactivations? (?:of|for) (?:one|a|each|every|a single) micro-?batch (?:\w+ ){0,3}?(?:fill|take|occup|need|cost|require|amount to|come to|are|use|consum)\w*\s(?:only |about )?[≈∼~]?$", re.I)  # fmt: skip
_HELD = Lazy(r"\b(?:holds?|keeps?|has|have|stores?|stashes)\s(?:up to )?(?P<n>two|three|four|six|eight|ten|twelve|sixteen|thirty-two|\d+)\s(?:of (?:them|these|those)|(?:such )?micro-?batches)\b", re.I)  # fmt: skip
_GPIPE = Lazy(r"\bGPipe\b[^.;]{0,40}?\b(?P<n>\d+|two|four|eight|sixteen) micro-?batches\b|\b(?P<m>\d+|two|four|eight|sixteen) micro-?batches\b[^.;]{0,40}?\bGPipe\b")  # fmt: skip
_ALONE = Lazy(r"\bactivations? (?:alone )?(?:would (?:have )?|then |alone )?(?:need|take|occup|amount|be|come|fill|cost|sum)\w*(?: to| up to)?\s$", re.I)  # fmt: skip
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "sixteen": 16, "thirty-two": 32,
}  # fmt: skip
_LEAD = Lazy(
    r"\b(?:micro-?batch|(?:local|device|per-(?:GPU|device)) batch)(?:es|[- ]sizes?)?(?: sizes?)? (?:of|with|holds?|contains?|is|are|has|have|consists? of|comprises?|counts?|packs?)\s(?:only |just )?$",
    re.I,
)
_EACH = Lazy(r"\b(?:each|every|an?|one|per) (?:GPU|device|card|accelerator|rank|worker|A100|H100|H200|V100|MI\d+\w*)(?:-\w+)?(?: \w+)? (?:processes|holds|handles|takes|works on|trains on|runs|gets|receives|computes|is given)\s$", re.I)  # fmt: skip
_ZERO = Lazy(
    r"\bZeRO\b[^.;,]{0,16}|\bstage[- ][123]\b|\b(?:state|weights?|parameters?|optimi[sz]er\w*)[^.;,]{0,20}\b(?:sharded|split|divided)\b|\b(?:fully )?shard\w*\b"
)
_ON = Lazy(r"\s?(?:sequences?|samples?)?\s?(?:(?:on|per|for|in|by)\s)?(?:(?:an?|each|every|the|one|single)\s)?(?:NVIDIA |AMD )?", re.I)  # fmt: skip
# Sequences of a step are more than are kept at once.
_STEP = Lazy(
    r"\bper (?:step|iteration|update|optimi[sz]er)\b|\b(?:a|each|every|one) (?:step|iteration) (?:has|processes|takes|consists|is)\b|\bin(?:to)? (?:\w+|\d+) micro-?batches\b|\baccumulat\w*|\bmicro-?batches (?:hold|of|contain|have)\b",
    re.I,
)
_SPLIT = Lazy(
    r"\b(?:split|shared|divided|spread|sharded|distributed|cut)\b[^.;]{0,30}\b(?:over|across|among|between|along)\b|\bper (?:node|group|pipeline|replica)\b|\b(?:sequence|context|tensor|pipeline|model)[- ]parallel\w*|\bUlysses\b|"
    r"\bring attention\b|\b[TPSC]P\b|\bGPU groups?\b|\bstages?\b",
    re.I,
)
_PER_GPU = Lazy(r"^\s?(?:sequences?|samples?)?\s?(?:of [\d.,]+[kK]? tokens(?: each)?\s)?(?:per|on each|on every|on an?|for each|a|/)\s?(?:GPU|device|card|accelerator|rank|worker|A100|H100|H200|V100|MI\d+\w*)\b", re.I)  # fmt: skip


_LENGTH = Lazy(r"\bsequences? (?:have|has|are|is|of|with|contains?|holds?|consists? of|(?:are |is )?(?:packed|padded|cut|truncated) to|(?:length|lengths) (?:is|of|was|are)|of length)\s$", re.I)  # fmt: skip


def _is_length(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    lead = scene.around(spot, 40)[0]
    return r.quantity.bounded and r.quantity.point >= 128 and bool(_LENGTH.search(lead)) and (r.noun == "token" or "length" in lead)  # fmt: skip


def number(word: str) -> float:
    """A count in words or digits."""
    return float(_WORDS.get(word.lower(), 0) or word)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes of one, counts of many, and sizes of many."""
    for k, sentence in enumerate(scene.sentences):
        if "equence" in sentence.text:
            yield from (
                LocalPhysical("sequence length", s)
                for s in scene.spots(k, "1")
                if _is_length(scene, s)
            )
    if not _CUE.search(scene.text):
        return
    last: tuple[int, Spot, float, bool] | None = None
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        size = _size(scene, k)
        if size is not None:
            spot, of, micro = size
            last = (k, spot, of, micro)
            given, named, far = _model(scene, k)
            cues = frozenset({"again"} if AGAIN.search(NEVER.sub(" ", text)) else ())
            yield LocalPhysical("activation size", spot, given, named, (("of", of),), far, cues)
        if size is not None and size[2]:
            yield from _told_before(scene, k, size[0])
        if last is not None and k - last[0] <= 2:
            yield from _many(scene, k, last)
        if not _ELSE.search(text):
            yield from _batches(scene, k)


def _size(scene: Scene, k: int) -> tuple[Spot, float, bool] | None:
    """A size in bytes of one sequence, or of a micro-batch of so many."""
    text = scene.sentences[k].text
    if not _ACTIVATIONS.search(scene.text) or re.search(r"\bKV\b|\bcaches?\b", text):
        return None
    sizes = [
        s for s in scene.spots(k, "byte")
        if (r := scene.reading(s)).quantity.bounded and r.quantity.point >= 1e7 and text[r.start - 1 : r.start] != "-" and not _PER_LAYER.match(text[r.end :]) and r.per not in ("layer", "token")
    ]  # fmt: skip
    if not sizes:
        return None
    for s in sizes:
        r = scene.reading(s)
        one = _ONE.search(text[: r.start])
        alone = one is not None and not _OF_A_BATCH.search(text[: one.start()])
        if r.per == "sequence" or _PER_SEQUENCE.match(text[r.end :]) or alone:
            return (s, 1.0, False) if len(sizes) == 1 else None
    m = _MICRO.search(text)
    if m is not None:
        behind = [s for s in sizes if scene.reading(s).start >= m.end()]
        return (behind[0], number(m.group("n")), True) if len(behind) == 1 else None
    if len(sizes) == 1 and _OF_ONE.search(text[: scene.reading(sizes[0]).start]):
        return sizes[0], 1.0, True
    m = re.search(r"\bmicro-?batch is (?P<n>an?|one|two|four|\d+) (?:single )?(?:sequences?|samples?)\b", text, re.I)  # fmt: skip
    if m is not None and len(sizes) == 1 and re.search(r"\b(?:stores?|keeps?|holds?|costs?|takes?|leaves?)\s(?:only |about )?[≈∼~]?$", text[: scene.reading(sizes[0]).start], re.I):  # fmt: skip
        return sizes[0], number(m.group("n")), True
    return None


def _model(
    scene: Scene, k: int
) -> tuple[tuple[tuple[str, Spot], ...], tuple[tuple[str, str], ...], frozenset[str]]:
    about = subject(Stretch(scene, k, 0, len(scene.sentences[k].text)))
    if about is None:
        return (), (), frozenset({"reach"})
    given = (("params", about.count),) if about.count is not None else ()
    named = (("model", about.name),) if about.name else ()
    return given, named, frozenset({"reach", *(("params",) if about.far else ())})


def _many(scene: Scene, k: int, last: tuple[int, Spot, float, bool]) -> Iterator[LocalPhysical]:
    """How many of the micro-batches before are held together, and what they are said to take."""
    text = scene.sentences[k].text
    _, each, of, micro = last
    held = _HELD.search(text)
    piped = _GPIPE.search(text)
    if not micro or (held is None) == (piped is None):
        return
    if held is not None and ((k == last[0] and held.start() < scene.reading(each).start) or _ELSE.search(text)):  # fmt: skip
        return
    count = number((held or piped).group("n") or piped.group("m"))  # type: ignore[union-attr]
    del of
    totals = [
        s for s in scene.spots(k, "byte")
        if s != each and scene.reading(s).quantity.bounded
        and ((held is not None and re.fullmatch(r"\s?(?:,|\(|or|that is,?|i\.e\.,?|together|which (?:is|makes|takes)|in all)?\s?(?:about )?[≈∼~]?", text[held.end() : scene.reading(s).start]))
             or (piped is not None and _ALONE.search(text[: scene.reading(s).start])))
    ]  # fmt: skip
    part = next((p.name for j in range(len(scene.sentences)) for p in scene.parts(j)), "")
    names = (("device", part),) if part else ()
    given: tuple[tuple[str, Spot], ...] = (("each", each),)
    if len(totals) == 1:
        yield LocalPhysical("kept batch", totals[0], given, (*names, ("form", "total")), (("flight", count),), frozenset({"reach"}), frozenset({"computed"} if piped else ()))  # fmt: skip
    elif held is not None:
        yield LocalPhysical("kept batch", each, (), (*names, ("form", "held")), (("flight", count),), frozenset({"reach"}))  # fmt: skip


def _told_before(scene: Scene, k: int, each: Spot) -> Iterator[LocalPhysical]:
    """How many micro-batches the sentence before one's size says that a device holds."""
    lead = scene.sentences[k - 1].text if k else ""
    held = _HELD.search(lead)
    if held is None or _ELSE.search(lead) or "byte" in {r.quantity.unit for r in scene.sentences[k - 1].readings}:  # fmt: skip
        return
    part = next((p.name for j in range(len(scene.sentences)) for p in scene.parts(j)), "")
    names = (("device", part),) if part else ()
    yield LocalPhysical("kept batch", each, (), (*names, ("form", "held")), (("flight", number(held.group("n"))),), frozenset({"reach"}))  # fmt: skip


def _batches(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """Sequences of a micro-batch on one device."""
    sentence = scene.sentences[k]
    text = sentence.text
    found = [s for s in scene.spots(k) if _is_batch(scene, s)]
    if not found:
        return
    passage = scene.text
    again = AGAIN.search(NEVER.sub(" ", text))
    never = NEVER.search(text)
    cues: set[str] = set()
    if again and never:
        return
    if again:
        cues.add("full" if FULL.search(text) else "again")
    elif never or NEVER.search(passage):
        cues.add("never")
    elif AGAIN.search(passage):
        return
    cues |= {"split"} if _SPLIT.search(_ZERO.sub(" ", passage)) else set()
    given, named, far = _model(scene, k)
    devices = [e for e in entities(text) if e.kind is EntityKind.DEVICE]
    lengths = scene.spots(k, "1", where=lambda r: r.kind is Kind.SEQ_LEN and r.quantity.bounded and r.noun != "sequence")  # fmt: skip
    if len(lengths) == 1 and scene.reading(lengths[0]).quantity.point >= 64:
        given = (*given, ("sequence", lengths[0]))
    for spot in found:
        r = scene.reading(spot)
        low = max(text.rfind(c, 0, r.start) for c in ";,")
        high = min((at for c in ";," if (at := text.find(c, r.end)) >= 0), default=len(text))
        own = [e for e in devices if e.start >= r.literal_end and _ON.fullmatch(text[r.literal_end : e.start])]  # fmt: skip
        own = own or [e for e in devices if low < e.start < high]
        part = own[0].name if len(own) == 1 else devices[0].name if len(devices) == 1 else ""
        if devices and not part:
            continue
        names = (*named, *((("device", part),) if part else ()), ("form", "batch"))
        yield LocalPhysical("kept batch", spot, given, names, (), far, frozenset(cues))


_OVER_ALL = Lazy(
    r"(?:\s\w+)?\s(?:(?:over|across|among) (?!one\b|a\b|each\b|every\b)|in total\b|altogether\b|globally\b)"
)


def _is_batch(scene: Scene, spot: Spot) -> bool:
    r = scene.reading(spot)
    text = scene.sentences[spot[0]].text
    q = r.quantity
    if (
        q.unit != "1"
        or not q.bounded
        or not q.point.is_integer()
        or not 1 <= q.point <= 4096
        or q.shown_unit not in ("", "1")
    ):
        return False
    lead, tail = text[max(0, r.start - 50) : r.start], text[r.literal_end :]
    counts = r.noun in ("sequence", "sample")
    if _OVER_ALL.match(tail):
        return False
    if _LEAD.search(lead) and (
        counts
        or re.match(r"\s?(?:sequences?\b|samples?\b|on\b|per\b|for\b|and\b|at\b|$|[.,;)])", tail)
    ):
        return True
    if _STEP.search(scene.text):
        return False
    if counts and _EACH.search(lead):
        return True
    if counts and (r.per == "gpu" or _PER_GPU.match(tail)):
        return True
    return r.kind is Kind.BATCH_SIZE and r.per == "gpu" and bool(_PER_GPU.match(tail))
