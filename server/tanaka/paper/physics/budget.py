"""What a training run is stated to have cost: parameters, tokens, devices and time.

"128 A100s train the dense 7B model on 1T tokens in 31 days", or device-hours in place of devices
and time.  What the sentence of the time lacks may stand in the two before it, or in the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.devices import counted_devices
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot, in_whole
from tanaka.paper.physics.sizes import SOME_ACTIVE, counts, is_active, row_named, sizes
from tanaka.patterns import Lazy

_TRAINS = Lazy(
    r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\b(?:consum|ingest)\w+\b|\bsaw\b|\btook\b|\bcosts?\b", re.I
)
_TRAINED = Lazy(
    r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\bconsum\w+\b|\bsaw\b|\btokens (?:cost|take|took|need|require)\w*\b",
    re.I,
)
NOT_TRAINING = Lazy(
    r"\binferen\w+|\bserv(?:e|es|ed|ing)\b|\bdecod(?:e|es|ed|ing)\b|\bgenerat\w+|\bsynthe\w+|\blabel\w*|\bfilter\w*|"
    r"\btokeni[sz]\w+ the\b|\bdeduplicat\w+|\bRLHF\b|\bPPO\b|\bGRPO\b|\breinforcement\b|\bdistill\w*|\bdiffusion\b|"
    r"\bimages?\b|\bvideos?\b|\bvision\b|\bspeech\b|\bsweep\w*|\bsearch\b",
    re.I,
)
_OF_CONTEXT = Lazy(r"\s*(?:of )?(?:context|vocabulary|window)\b", re.I)
_NOT_SEEN = Lazy(
    r"\b(?:vocabulary|batch(?:es)?|context|window|checkpoint|out)(?: sizes?| lengths?)?(?: of)?(?: the| a| our)? ?$|"
    r"\bfrom (?:a|the|our|its)\b[^.;,]{0,30}$|\b(?:corpus|dataset|pool|collection)(?: (?:of|has|with|contains?))? ?$|"
    r"\b(?:after|first|last|final|another|every) $",
    re.I,
)
_PARTED = Lazy(r"\b(?:first|last|final|another|remaining|additional|further) $", re.I)
_EACH_SO_MUCH = Lazy(
    r"\s*(?:per|/|a|each|every)\s?(?:second|s\b|sec|minute|hour|day|week|batch|step|iteration|GPU|device|sequence)",
    re.I,
)
_SEEN = Lazy(
    r"\b(?:on|for|over|sees?|saw|seen|with|consum\w+|using|process\w*|through|train\w*)(?: (?:a total of|only|the first|about|roughly|all))? ?$",
    re.I,
)
_PER_TOKENS = Lazy(r"\s*(?:per|for (?:each|every|a)|a|for one)\s(trillion|billion) tokens\b", re.I)
_AMOUNTS = {"trillion": 1e12, "billion": 1e9}
_NOT_ALL = Lazy(
    r"\b(?:every|(?<!finished )(?<!ended )(?<!completed )(?<!done )(?<!converged )after|first|last|final|each|per|within|next|another|additional|remaining|saves?|saved)\s(?:the )?$",
    re.I,
)
_LONG = 1800.0
_TOKENS = 1e8

CUES = {
    "encoder-decoder": Lazy(r"\bT5\b|\bBART\b|\bencoder[- /]decoder|\bseq(?:uence)?-?(?:2|to)-?seq\w*|\btranslation\b|\bUL2\b", re.I),
    "encoder": Lazy(r"\bBERT\b|\bRoBERTa\b|\bencoder[- ]only\b|\bmasked\b", re.I),
    "adapter": Lazy(r"\bQ?LoRA\b|\badapters?\b|\bfrozen\b|\bfreez\w+|\bprob(?:e|es|ing)\b|\bprefix[- ]tun\w+|\bPEFT\b|\bparameter-efficient\b", re.I),
    "embedding": Lazy(r"\bembedding tables?\b|\bDLRM\b|\brecommend\w*|\bCTR\b|\bclick\w*|\bretriev\w+", re.I),
    "skipped": Lazy(r"\bmask\w*|\bdrop(?:s|ped|ping)\b|\bprun\w+|\bearly[- ]exit\w*|\bstack\w*|\blayer[- ]?drop\w*|\bspars\w+|\b2:4\b|\bskip\w*|\bmerg\w+", re.I),
    "continued": Lazy(r"\bcheckpoint\b(?!ing)|\bcontinu\w+|\bupcycl\w*|\b(?:final|second|subsequent|next|last)\s(?:\w+\s)?(?:phase|stage)s?\b|\bpost-?train\w*|\bcontext extension\b|\bwarm[- ]start\w*|\bresum\w+|\binitiali[sz]ed from\b", re.I),
    "grown": Lazy(r"\bgrew\b|\bgrow\w*|\belastic\w*|\blater\b|\bscaled (?:up )?from\b|\bthen\b", re.I),
    "tuned": Lazy(r"\bfine-?tun\w*|\badapt(?:s|ed|ing|ation)?\b|\bSFT\b|\binstruction\b|\balign\w*", re.I),
    "experts": Lazy(r"\bMoEs?\b|\bmixture[- ]of[- ]experts\b|\bexperts\b|\bactivated\b"),
    "decoder": Lazy(r"\bdense\b|\bdecoder\b(?![- /]encoder)|\bautoregressive\b|\bGPT-(?:style|like)\b|\bcausal (?:language )?model", re.I),
    "several": Lazy(r"\btotal\b|\ball (?:runs|experiments)\b|\bincluding\b|\bablation\w*|\bexperiments\b|\bepochs?\b|\bfamily\b|\bmodels\b|\bseeds\b|\bstages?\b", re.I),
    "per device": Lazy(r"\bper (?:GPU|device|chip)\b|\beach (?:GPU|device|chip)\b", re.I),
}  # fmt: skip


_CARRIES = Lazy(
    r"^(?:The|This|Our|Its) (?:\w+ )?(?:run|training|pre-?training|job|model|budget|phase)\b|^(?:Pre-?)?[Tt]raining\b|^(?:It|This|They) (?:took|used|ran|was|is|needs?|consumed)\b|"
    r"^We (?:used?|train|pre-?train|ran|spent)\w*\b|^On \d|^In total\b"
)
TWO_RUNS = Lazy(
    r"\bbaselines?\b|\bwhereas\b|\binstead of\b|\brather than\b|\bcompared\b|\bversus\b|\bvs\b|\bunlike\b|^Where\b|\bauthors of\b|\bprior work\b",
    re.I,
)
"""Words of a sentence that sets one run beside another."""
_OWN = Lazy(
    r"\b(?:[Ww]e|[Oo]ur|[Oo]urs)\b|\b[Tt]he (?:run|training run|final|largest|resulting|dense|full)\b|^(?:Pre-?)?[Tt]raining\b"
)
_ANOTHERS = Lazy(
    r"\bcompar\w+|\bbaselines?\b|\bthan\b|\bversus\b|\bprior\b|\bteacher\b|\bevaluat\w+|\bbenchmark\w*|\bunlike\b|\bbuild on\b|\bstart(?:s|ed|ing)? (?:from|with)\b|\bsuch as\b",
    re.I,
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """The one time of a sentence, with what it bought."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        times = [s for s in scene.spots(k) if duration(scene, s)]
        if len(times) > 1:  # "A was trained on 1T tokens in ..., and B used 1.4T tokens and ..."
            yield from _runs(scene, k)
        if len(times) != 1:
            continue
        claim = _budget(scene, k, times[0])
        if claim is not None:
            yield claim


def _runs(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """Runs of a sentence that each clause tells in full."""
    for alone, kept in scene.clauses(k):
        times = [s for s in alone.spots(k) if duration(alone, s)]
        claim = _budget(alone, k, times[0]) if len(times) == 1 else None
        if claim is not None and not claim.far:
            yield in_whole(claim, k, kept)


def _budget(scene: Scene, k: int, time: Spot) -> LocalPhysical | None:
    text = scene.sentences[k].text
    rented = scene.reading(time).quantity.shown_unit.endswith("-hours")
    if not _TRAINS.search(text) or NOT_TRAINING.search(text) or TWO_RUNS.search(text):  # fmt: skip
        return None
    # a sentence with a time of its own tells of another run
    near = [
        j
        for j in (k, k - 1, k - 2, k + 1)
        if 0 <= j < len(scene.sentences)
        and (j == k or not any(duration(scene, s) for s in scene.spots(j)))
    ]
    far: set[str] = set()
    given: dict[str, Spot] = {"time": time}
    counted: dict[str, float] = {}
    if rented and (each := _PER_TOKENS.match(scene.around(time, 0, 30)[1])):
        counted["tokens"] = _AMOUNTS[each.group(1).lower()]
    for role, candidates in (("tokens", _tokens), ("active", _active), ("params", _params)):
        if role in counted or (role == "params" and "active" in given):
            continue
        for j in near:
            found = candidates(scene, j)
            values = {scene.reading(s).quantity.point for s in found}
            if len(values) > 1 and max(values) <= 1.06 * min(values) and role == "params":
                # "Cedar-20B with 20.2B parameters": the name rounds what is said
                found = [max(found, key=lambda s: len(scene.reading(s).quantity.literal.text))]
                values = {scene.reading(found[0]).quantity.point}
            if len(values) > 1:
                return None  # of which the time is nobody says
            if values:
                if j != k and not _carried_on(scene, k, j):
                    return None  # whose they are nobody says
                given[role] = found[0]
                if j != k:
                    far.add(role)
                break
    row = "" if {"params", "active"} & given.keys() else row_named(text)
    if "tokens" not in given and "tokens" not in counted and not row:
        return None
    model, part_far = _model(scene, near, k)
    if model is None or (model and "tokens" not in given and "tokens" not in counted):
        return None
    if "params" not in given and "active" not in given and not model and not row:
        return None
    if model and part_far:
        far.add("model")
    named: dict[str, str] = {"model": model} if model else {"row": row} if row else {}
    if "row" in named:
        far.add("params")  # a table of the paper's own models says what the row is
    for j in near:
        parts = counted_devices(scene, j)
        if parts is None:
            return None
        if parts.name and "device" not in named:
            named["device"] = parts.name
            if j != k:
                far.add("device")
        if not rented and parts.total is not None:
            parts.fill(given, counted)
            if j != k:
                far.add("devices")
            break
        if rented and parts.name:
            break
    if not rented and "devices" not in counted and "row" not in named:
        return None
    used = {j for j, _ in given.values()} | {k}
    said = " ".join(scene.sentences[j].text for j in sorted(used))
    if not _TRAINED.search(said) or any(NOT_TRAINING.search(scene.sentences[j].text) for j in used):  # fmt: skip
        return None
    formats = [f for j in near for f in scene.formats(j)]
    if len(set(formats)) == 1:
        named["precision"] = formats[0]
        if not scene.formats(k):
            far.add("precision")
    elif formats:
        named["precision"] = min(set(formats), key=_width)
        far.add("precision")
    if "active" not in given and SOME_ACTIVE.search(said):
        return None  # how many parameters a token goes through was not read
    cues = {name for name, p in CUES.items() if p.search(said)}
    if rented:
        cues.add("rented")
    return LocalPhysical(
        "budget", time, tuple(given.items()), tuple(named.items()), tuple(counted.items()), frozenset(far), frozenset(cues)
    )  # fmt: skip


def _carried_on(scene: Scene, k: int, j: int) -> bool:
    """Whether a sentence speaks of the same run as another: "The run used ...", "Our model is ..."."""
    here, there = scene.sentences[k].text, scene.sentences[j].text
    if _ANOTHERS.search(there) or CUES["tuned"].search(here):
        return False
    later, earlier = (here, there) if j < k else (there, here)
    return _CARRIES.search(later) is not None and (
        _OWN.search(earlier) is not None or _OWN.search(later) is not None
    )


def _width(name: str) -> int:
    digits = re.search(r"\d+", name)
    return int(digits.group()) if digits else 99


def duration(scene: Scene, spot: Spot) -> bool:
    """Whether a number is the time of a run, and not of a part of one."""
    r = scene.reading(spot)
    q = r.quantity
    if q.unit != "s" or q.point < _LONG:
        return False
    if "-" in q.shown_unit and re.search(r"(?:node|core|CPU|cpu)-", q.shown_unit):
        return False
    return _NOT_ALL.search(scene.around(spot, 24, 0)[0]) is None


def tokens_seen(scene: Scene, k: int) -> list[Spot]:
    """Counts of tokens of a sentence that a run may have seen; "we stopped after 100B tokens" is one."""
    found = [
        s
        for s in scene.spots(k, noun="token")
        if _counts_tokens(scene, s) and _STOPPED.search(scene.around(s, 44, 0)[0])
    ]
    return found or _tokens(scene, k)


_STOPPED = Lazy(
    r"\b(?:stop(?:s|ped)?|end(?:s|ed)?|finish(?:es|ed)?|halt(?:s|ed)?|interrupt(?:s|ed)?)(?: (?:it|the run|training))? (?:after|at|with) (?:about |roughly |the )?$"
)


def _tokens(scene: Scene, k: int) -> list[Spot]:
    found = [
        s
        for s in scene.spots(k, noun="token")
        if counts(scene.reading(s), _TOKENS)
        and scene.reading(s).per in ("", "gpu")
        and not _NOT_SEEN.search(scene.around(s, 44, 0)[0])
        and not _EACH_SO_MUCH.match(scene.around(s, 0, 24)[1])
        and not _OF_CONTEXT.match(scene.around(s, 0, 24)[1])
    ]
    parted = [
        s
        for s in scene.spots(k, noun="token")
        if _counts_tokens(scene, s) and _PARTED.search(scene.around(s, 20, 0)[0])
    ]
    if parted:
        return [*found, *parted]  # "of which the last 20B tokens": the time may be of either
    if len({scene.reading(s).quantity.point for s in found}) > 1:
        seen = [s for s in found if _SEEN.search(scene.around(s, 30, 0)[0])]
        return seen if len(seen) == 1 else found
    return found


def _counts_tokens(scene: Scene, spot: Spot) -> bool:
    return counts(scene.reading(spot), _TOKENS)


def _active(scene: Scene, k: int) -> list[Spot]:
    return [s for s in sizes(scene, k) if is_active(scene, s)]


def _params(scene: Scene, k: int) -> list[Spot]:
    return [s for s in sizes(scene, k) if not is_active(scene, s)]


_SIZED = Lazy(r"(?<![\w.])\d+(?:\.\d+)?[BM]\b")
"""A size in the name of a model that no table has: "GPT-1.3B"."""


def _model(scene: Scene, near: list[int], k: int) -> tuple[str | None, bool]:
    """The one model of the nearest sentence that names any: "" where none does, None for two."""
    for j in near:
        named = scene.named(j, EntityKind.MODEL)
        found = [e for e in named if e.key]
        if len(found) > 1 or (found and any(_SIZED.search(e.name) for e in named if not e.key)):
            return None, False
        if found:
            return found[0].name, j != k
        if sizes(scene, j):
            return "", False
    return "", False
