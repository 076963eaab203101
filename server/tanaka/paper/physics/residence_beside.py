"""Models and caches in the memory of devices that another clause, or another sentence, names.

"It is served by the four H100s of our server", "Mixtral needs two of the A100s for its weights",
"There is room for the weights and for 12 sequences of 4,096 tokens": what the strict reader
(`residence`) gives up on.  What a clause leaves open is taken from the nearest one before; devices
without a name are the rule's to find.  All is told as far, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from tanaka.paper.entities import same_name
from tanaka.paper.physics import footprint, residence
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.paper.physics.sizes_beside import LOOSE, TURNED
from tanaka.paper.physics.whose_size import About, named
from tanaka.paper.physics.widths import Width, widths
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass

_CUT = Lazy(r";\s|:\s|,\s(?=(?:and|or|while|whereas|but|so|which|where|as|yet)\b)|\s(?=(?:while|whereas|but)\s)|\s?\(|\)\s?|\s?[—–]\s", re.I)  # fmt: skip
_PUTS = Lazy(
    r"\b(?:split|spread|plac(?:e|es|ed|ing)|load(?:s|ed|ing)?|serv(?:e|es|ed|ing)|runs?|ran|running|fit(?:s|ted|ting)?|host(?:s|ed|ing)?|deploy(?:s|ed|ing|ment)?|held|hold(?:s|ing)?|kept|keep(?:s|ing)?|"
    r"resid(?:e|es|ent|ing)|occup(?:y|ies|ied|ying)|needs?|needed|requir(?:e|es|ed|ing)|uses?|used|had|has|takes?|took|install(?:s|ed|ation)|li(?:es|e|ve|ves|ving)|sits?|stored?|stores|put|puts|"
    r"(?:does|do|did|doing) (?:the job|it|so|this)|decod(?:e|es|ed|ing)|generat(?:e|es|ed|ing|ion)|evaluat(?:e|es|ed|ing)|infer(?:s|ence)|distributed|divided|shared by|room|enough|suffic\w+)\b",
    re.I,
)
_WORD = {
    "a": 1.0, "an": 1.0, "one": 1.0, "single": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "sixteen": 16.0, "both": 2.0, "pair": 2.0,
}  # fmt: skip
_N = r"(?P<n>an?|one|single|two|three|four|five|six|seven|eight|sixteen|\d{1,3})"
# "two of the H100s", "one of its GPUs", "a GPU of the A100 machine", "two of them", "the pair".
_GROUP = Lazy(
    rf"\b{_N}\sof\s(?:the|our|its|these|those|such)\s(?:[\w-]+\s){{0,2}}?(?=[A-Z]+\d|GPUs?\b|cards?\b|RTX)|\b(?P<n2>one|two|three|four|eight)\sof\s(?:them|these|those)\b|"
    r"\b(?P<n3>an?|one|single)\s(?:GPU|card|accelerator)\sof\s(?:the|our|an?|its)\s(?=[A-Z]+\d)|\b(?P<n4>the pair)\b(?! of)|"
    r"\b(?P<n5>an?|one|single|two|three|four|six|eight|sixteen|\d{1,3})\s(?:GPUs?|cards?|accelerators?|devices?)\b(?! machines?| nodes?| servers?| memory| hours?|-| cluster)",
    re.I,
)
_PARTS_OF_MANY = Lazy(r"\b(?:one|two|half|some|any|each|either|all but one) of (?:the|its|our|these) $|\b(?:per|each|every) $", re.I)  # fmt: skip
_NAMES = Lazy(r"\b(?:GPUs?|cards?|accelerators?|devices?|them|these|those|pair)\b")
_DEFINITE = Lazy(r"\b(?:the|this|that|its|our)\s(?:[\w-]+\s){0,2}$", re.I)
_SINGLE = Lazy(r"\b(?:the|this|that|its|our) (?:single|lone|one|only|sole) $", re.I)
_ONTO = Lazy(r"\b(?:on|over|across|among|between|to|onto|into|in|by|occup(?:y|ies)|fills?|needs?|uses?|using|with)\s$", re.I)  # fmt: skip
_NODES = Lazy(
    r"\b(?:nodes|servers|machines|clusters?|racks?|instances|replicas?|per (?:node|server|replica|machine|GPU)|(?:each|every) (?:node|server|replica|machine|GPU|stage)|nodes? each)\b",
    re.I,
)
_FAILS = Lazy(
    r"\b(?:not|n't|cannot|never|neither|nor|without|hardly|barely|no longer)\b[^.;]{0,30}\b(?:fit|fits|hold|holds|run|load|serve|possible|enough|room)\b|\bout of memory\b|\bOOMs?\b|\bout of (?:the )?(?:question|reach)\b|\b(?:no|not an) option\b|\brul(?:e|es|ed|ing) out\b|\bhopeless\b|\btoo (?:large|big|small|much)\b|\bout of (?:reach|the question)\b|\bexceed\w*|\binsufficient\b|\bimpossible\b|\binfeasible\b|\bbeyond\b|\bfail(?:s|ed)?\b|"
    r"\b(?:API|clients?|endpoints?|judges?|simulat\w+|emulat\w+|estimat\w*|extrapolat\w*|predict\w*|rooflines?|would|could|might|if|unless|should|suppose)\b|\bat least\b|\bmore than\b|\bfewer than\b|\bless than\b|\bdraft\b|\blayers? of\b|\b(?:part|share|slice|shard|stage|fraction|half|quarter|third|tenth|rest|remainder) of\b|"
    r"\b(?:layers?|blocks?|experts?|kernels?|attention|adapters?|embeddings?|encoders?|heads?|vision|projections?|buffers?)\b|\bQ?LoRA\b|\bidle\b|\bspare\b|\b(?:variants?|versions?|distilled|pruned|small(?:er)?|students?)\b",
    re.I,
)
_BUSY = Lazy(r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\bfine-?tun\w*|\boptimi[sz]er\b|\bAdamW?\b|\bgradients?\b|\bbackward\b|\bgradient\b", re.I)  # fmt: skip
# "During training we evaluate it on one H100": what is done beside it
_MEANWHILE = Lazy(r"\b(?:during|after|before|while|alongside|between|following|once|beside) (?:the |its |our )?(?:(?:\w+ )?(?:pre-?)?training|fine-?tuning)(?: (?:steps?|runs?|has (?:ended|finished)|is done))?\b(?! (?:on|with|across|over)\b)", re.I)  # fmt: skip
_SUCH = Lazy(r"\b(?:such|of (?:these|those|them)|the same)\b", re.I)
# What is said of a rate or of a run, and not of what is kept.
_TOTALS = Lazy(r"\b(?:in total|total|average|mean|minutes|hours|per second|scor\w+|benchmarks?|samples?)\b", re.I)  # fmt: skip
_ONCE = Lazy(r"\b(?:stored|kept|held) (?:only )?once\b|\b(?:same|common|identical) (?:[\w,-]+ ){0,3}(?:prompts?|context|document|prefix)\b|\bone at a time\b|\bin turn\b|\bwaves?\b", re.I)  # fmt: skip
_OF_MODEL = Lazy(r"\s(?:of (?:weights (?:of|for) )?|for )(?:the|its|this|our)\s[\w.-]+(?:\s[\w.-]+)? (?:model|network)\b|\sof (?:weights|parameters)\b", re.I)  # fmt: skip
_NO_WEIGHTS = Lazy(
    r"\b(?:caches?|activations?|left|free|remain\w*|spare|beside|next to|room|states?|buffers?|peak|extra|bandwidth|per|each|every|total of)\b|/s\b",
    re.I,
)
_HELD = Lazy(
    r"\s(?:(?:concurrent|parallel|simultaneous|such|full|active|running|long)\s)?(?:contexts?|(?P<prompts>prompts?|documents?)|conversations?|chats?|dialogues?|streams|slots)\b(?! of (?:the|our))"
)
_THERE = Lazy(r"\b(?:room|space|resident|concurrent\w*|simultaneous\w*)\b", re.I)
_SEQUENCES = Lazy(
    r"\s(?:(?:live|active|concurrent|parallel|running|open|simultaneous|such|long)\s)?(?:sequences|requests)\b"
)
_AT_ONCE = Lazy(
    r"\b(?:at once|at the same time|concurrent\w*|simultaneous\w*|in flight|in parallel)\b", re.I
)
_TOGETHER = Lazy(
    r"\btogether with(?= \S+ (?:sequences|requests|contexts|conversations|prompts))|\b(?:decoded|served|run|processed|batched|generated|held|answered) together\b",
    re.I,
)
_EACH_HAS = Lazy(r"\b(?:each|every one|all) of (?:its|the|our|these|those) \S+ users (?:has|have|had|keeps?|holds?)\b|\busers (?=with (?:a )?contexts?\b)", re.I)  # fmt: skip
_CONTEXTS = Lazy(r"\b(?:with|at|of) (?:a |an |their )?contexts? (?:length )?of\b|\btokens (?:of context )?each\b", re.I)  # fmt: skip
_USERS = Lazy(r"\s(?:users?|sessions|clients|people)\b", re.I)


# "eight L40S, each with its own copy of the 8B model": one of them holds it
_A_COPY_EACH = Lazy(
    r"\b(?:each|every|all|any|per) (?:[\w-]+ ){0,5}?(?:an?|its|their|one|whole|own|full|complete|entire) (?:\w+ ){0,2}?(?:cop(?:y|ies)|replicas?|instances?) of\b",
    re.I,
)


_HOLDERS = Lazy(r"\b(?:nodes?|servers?|machines?|pods?|groups?|pairs?|hosts?|clusters?|regions?|stages?|quarter|half)\b", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Devices:
    """Devices that a sentence puts something on: "" where they are named elsewhere."""

    name: str
    count: float
    at: Spot | None
    start: int
    end: int
    far: bool


def read(scene: Scene, told: frozenset[tuple[str, Spot]], busy: frozenset[int]) -> Iterator[LocalPhysical]:  # fmt: skip
    """Models and caches on devices, where the strict reader said nothing of the sentence.

    Parameters
    ----------
    scene : Scene
    told : frozenset of (str, Spot)
        Claims of the strict reader, by relation and number.
    busy : frozenset of int
        Sentences of which it made a claim on weights.
    """
    caches = frozenset(spot for relation, spot in told if relation == "cache residence")
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        if not sentence.readings and not scene.parts(k):
            continue
        if _BUSY.search(_MEANWHILE.sub(" ", text)) or TURNED.search(text):
            continue
        beside = scene.sentences[max(0, k - 1) : k + 2]
        if any(residence.in_turn(s.text) or TURNED.search(s.text) for s in beside):
            continue
        if k not in busy:
            groups = [] if _COMPARED.search(text) else _devices(scene, k)
            for devices in groups:
                clause = _clause(text, devices.start, devices.end)
                if any((d.name, d.count) != (devices.name, devices.count) and _clause(text, d.start, d.end) == clause for d in groups):  # fmt: skip
                    continue
                claim = _weights(scene, k, devices)
                if claim is not None:
                    yield claim
        for claim in _caches(scene, k):
            if claim.number not in caches:
                yield claim


# -- devices -------------------------------------------------------------------------------------


def _devices(scene: Scene, k: int) -> list[Devices]:
    """Groups of devices that a sentence counts, in order."""
    text = scene.sentences[k].text
    parts = scene.parts(k)
    if not parts and not _NAMES.search(text):
        return []
    if (copy := _A_COPY_EACH.search(text)) is not None and not _HOLDERS.search(copy.group()):
        name, far = _before(scene, k, copy.end())
        return [Devices(name, 1.0, None, copy.start(), copy.end(), far)] if name else []
    out: list[Devices] = []
    taken: list[tuple[int, int]] = []
    for m in _GROUP.finditer(text):
        word = next(g for g in (m["n"], m["n2"], m["n3"], m["n4"], m["n5"]) if g)
        if _PARTS_OF_MANY.search(text, max(0, m.start() - 40), m.start()):
            continue
        if m["n2"] and not _ONTO.search(text, max(0, m.start() - 12), m.start()):
            continue  # "one of them takes 0.3 ms"
        count = _WORD.get(word.lower().replace("the ", "")) or float(word)
        part = next((p for p in parts if 0 <= p.start - m.end() <= 1), None)
        name, far = (part.name, False) if part is not None else _before(scene, k, m.start())
        at = next((s for s in scene.spots(k, "1") if abs(scene.reading(s).start - m.start()) <= 3), None)  # fmt: skip
        if at is not None and scene.reading(at).quantity.point != count:
            at = None
        out.append(Devices(name, count, at, m.start(), m.end(), far))
        taken.append((m.start(), part.end if part is not None else m.end()))
    for p in (_of_one_node(scene, k, p) for p in parts):
        if (
            p.count_at is None
            and p.count == 1
            and not p.system
            and _DEFINITE.search(text, 0, p.start)
            and not _SINGLE.search(text, 0, p.start)
        ):
            continue  # "where the H100 needs two"
        if p.count is None or p.each or (p.nodes_at is not None and scene.reading(p.nodes_at).quantity.point != 1) or any(a <= p.start < b for a, b in taken):  # fmt: skip
            continue
        if _alone(text, p) and p.count_at is None and not p.system and residence.machine_behind(text, p.end):  # fmt: skip
            continue
        out.append(Devices(p.name, p.count, p.count_at, p.start, p.end, False))
    return sorted(out, key=lambda d: d.start)


def groups(scene: Scene, k: int) -> list[Devices]:
    """Groups of devices that a sentence counts, for readers of what else they hold."""
    return _devices(scene, k)


_A_NODE = Lazy(
    r"\s(?:GPUs\s)?(?:of|in|inside|within) (?:a|one|the|our|the same|a single) (?:node|server|machine|workstation|host)\b"
)


def _of_one_node(scene: Scene, k: int, part: Part) -> Part:
    """A part with the count of "the two H100s of a node", which is read as one for each node."""
    if (
        part.count_at is not None
        or part.count != 1
        or not _A_NODE.match(scene.sentences[k].text, part.end)
    ):
        return part
    led = [s for s in scene.spots(k, noun="gpu") if 0 <= part.start - scene.reading(s).end <= 2 or scene.reading(s).start <= part.start < scene.reading(s).end]  # fmt: skip
    if len(led) != 1:
        return part
    return replace(part, count=scene.reading(led[0]).quantity.point, count_at=led[0])


def _alone(text: str, part: Part) -> bool:
    return text[part.end : part.end + 1] != "s"


def _before(scene: Scene, k: int, at: int) -> tuple[str, bool]:
    """The one sort of device that a sentence names before a place, or the sentence before it."""
    own = {p.name for p in scene.parts(k) if p.end <= at}
    if len(own) == 1:
        return own.pop(), False
    if own:
        return "", True
    for j in range(k - 1, max(-1, k - 4), -1):
        found = {p.name for p in scene.parts(j)}
        if found:
            return (found.pop() if len(found) == 1 else "", True)
    return "", True


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a place."""
    low = max((m.end() for m in _CUT.finditer(text, 0, start)), default=0)
    high = next((m.start() for m in _CUT.finditer(text, end)), len(text))
    return low, high


# -- weights -------------------------------------------------------------------------------------


def _weights(scene: Scene, k: int, devices: Devices) -> LocalPhysical | None:
    text = scene.sentences[k].text
    low, high = _clause(text, devices.start, devices.end)
    clause = text[low:high]
    copy = _A_COPY_EACH.match(text, devices.start) is not None
    if residence.of_else(clause) and not re.search(r"\bweights\b", clause):
        return None
    if _FAILS.search(clause) or (not copy and _NODES.search(_REPLICA.sub(" ", clause))) or residence.tiered(clause):  # fmt: skip
        return None
    about, j, start = _about(scene, k, low, high)
    if not copy and not _PUTS.search(clause) and not _put_by_any_verb(scene, k, (low, high), about if j == k else None, start):  # fmt: skip
        return None
    if about is None:
        # "the 282 GB of weights": of which model is all the same
        about, j, start = (_NO_MODEL, k, low) if _WEIGHTS_OF_SIZE.search(clause) and not _named_twice(scene, k, low, high) else (None, k, low)  # fmt: skip
    if about is None:
        return None
    far = j != k
    if far and not copy and _ANOTHER.search(clause):
        return None
    size = _size(scene, [(k, low, high)] + ([(k, start, high)] if not far else [(j, start, len(scene.sentences[j].text))]))  # fmt: skip
    width = _width(scene, k, low, high, far)
    if width is None:
        return None
    number = devices.at or size or about.count or _any_number(scene, k, low, high)
    if number is None or (about is _NO_MODEL and size is None):
        return None
    names = [("kind", "weights")]
    if devices.name:
        names.append(("device", devices.name))
    if about.name:
        names.append(("model", about.name))
    if width:
        names.append(("precision", width[0].name))
    given: list[tuple[str, Spot]] = []
    if about.count is not None:
        given.append(("params", about.count))
    if devices.at is not None:
        given.append(("devices", devices.at))
    if size is not None:
        given.append(("size", size))
    cues = {LOOSE, "label"} if about.label else {LOOSE}
    return LocalPhysical("residence", number, tuple(given), tuple(names), (("devices", devices.count),), frozenset({"model", "params", "device", "precision"}), frozenset(cues))  # fmt: skip


# "A proxy was evaluated on one RTX 4090": not the model of the sentence before
_ANOTHER = Lazy(r"\b(?:an?|another|other|some|smaller|larger|tiny|small) (?:[\w-]+ ){0,2}?(?:prox(?:y|ies)|models?|networks?|variants?|classifiers?|encoders?|tokeni[sz]ers?|rewards?|judges?|LLMs?|baselines?|systems?|scripts?|tools?|service)\b", re.I)  # fmt: skip
_REPLICA = Lazy(r"\b(?:each|every|a|one|per) (?:replica|instance|copy)\b", re.I)
_NO_MODEL = About("", None, label=False)
_WEIGHTS_OF_SIZE = Lazy(
    r"\d\s?[GT]i?B of (?:(?:[A-Z]+\d+|model|raw|dense|its|the) )*(?:weights|parameters)\b"
)
# What is compared, counted out or looked at, and not put anywhere.
_COMPARES = Lazy(
    r"\bthan\b|\bcompar\w+|\bversus\b|\bvs\b|\binstead\b|\brather\b|\brelative\b|\bfaster\b|\bslower\b|\btimes\b|\bspeed-?up\b|×|\brates?\b[^.;]{0,20}\bper\b|\bper[ -](?!second|prompt|request|answer|token)|"
    r"\beach\b|\bprofil\w+|\bkernels?\b|\bclients?\b|\brequests? to\b|\bFLOPs?\b|\bFLOP/s\b|\bpeak\b|\bbudget\b|\bprices?\b|\bcosts? of\b|\bequivalent\b|\bfrom a\b[^.;]{0,20}\bnode\b|\bshape\w*|\bsize of\b|\bstep of\b|\bon which\b|\bwhere\b|\bhours?\b|\bdays?\b",
    re.I,
)  # fmt: skip
_DENIES = Lazy(
    r"\b(?:not|no|never|cannot|none|hardly|barely|without|neither|nor|out of|lacks?|short of|ruled|rules|avoid\w*|instead)\b|n't\b",
    re.I,
)
_RELATIVE = Lazy(r"\W*(?:(?:for|on|to|by|with|from|in) (?:which|whom)|which|whose|that)\b", re.I)


def _put_by_any_verb(scene: Scene, k: int, clause: tuple[int, int], about: About | None, start: int) -> bool:  # fmt: skip
    """Whether one model and one group of devices share a clause, or one and what refers to the other, and nothing is compared."""
    low, high = clause
    text = scene.sentences[k].text
    words = text[low:high]
    if (
        _COMPARES.search(words)
        or _DENIES.search(words)
        or (len(named(scene, k, 0, len(text))) > 1 and _COMPARES.search(text))
    ):
        return False
    if about is None:
        return bool(_PRONOUN.match(words) and k and _GB.search(scene.sentences[k - 1].text)) or bool(_WEIGHTS_OF_SIZE.search(words))  # fmt: skip
    return start >= low or _RELATIVE.match(words) is not None


_COMPARED = Lazy(
    r"\b(?:[Ww]e|to|[Cc]an|[Ll]et us) compare\b|\b[Cc]omparing\b|\b[Cc]ompared (?:to|with|against)\b"
)
_PRONOUN = Lazy(
    r"\W*(?:[Ii]t|[Tt]hey|[Tt]hese|[Aa]ll of (?:it|them)|[Tt]his model|[Tt]he (?:weights|checkpoint))\b"
)
_GB = Lazy(r"\d\s?[GT]i?B\b")


def _named_twice(scene: Scene, k: int, low: int, high: int) -> bool:
    return len(named(scene, k, low, high)) > 1


def _any_number(scene: Scene, k: int, low: int, high: int) -> Spot | None:
    """A number to tell the claim at, where neither devices nor parameters are written in digits."""
    here = [s for s in scene.spots(k) if low <= scene.reading(s).start < high] or scene.spots(k)
    for j in (k - 1, k - 2):
        if here or j < 0:
            break
        here = scene.spots(j)
    return here[0] if here else None


def _about(
    scene: Scene, k: int, low: int, high: int, *, later: bool = False
) -> tuple[About | None, int, int]:
    """The model of a clause, else that of the nearest one before, with its sentence and place; None for two."""
    text = scene.sentences[k].text
    cuts = [0, *(m.end() for m in _CUT.finditer(text, 0, low)), low]
    behind = named(scene, k, high, len(text)) if later else []
    places = [(k, low, high), *((k, a, b) for a, b in reversed(list(pairwise(cuts))))]  # fmt: skip
    places += [(j, 0, len(scene.sentences[j].text)) for j in range(k - 1, max(-1, k - 5), -1)]
    for j, a, b in places:
        if j != k and behind:
            break
        found = named(scene, j, a, b)
        if found:
            return (found[0] if len(found) == 1 else None), j, a
    # "A batch of 64 prompts stays there while Llama-2-7B answers": the only one of the sentence
    return (behind[0], k, 0) if len(behind) == 1 else (None, k, 0)


def _size(scene: Scene, places: list[tuple[int, int, int]]) -> Spot | None:
    """The stated size of the weights: of the clause, else of the one that names the model."""
    for j, a, b in places:
        text = scene.sentences[j].text
        found = [
            s for s in scene.spots(j, "byte")
            if a <= scene.reading(s).start < b and scene.reading(s).per in ("", "gpu") and scene.reading(s).quantity.point >= 1e8
        ]  # fmt: skip
        if not found:
            continue
        if len(found) > 1:
            return None
        r = scene.reading(found[0])
        sort, _ = footprint.sort_of(scene, found[0])
        near = text[max(0, r.start - 60) : r.end + 40]
        if sort not in ("weights", "model", "checkpoint", "other", "") or footprint.capacity(scene, found[0]):  # fmt: skip
            return None
        if sort in ("", "checkpoint", "other") and not _OF_MODEL.match(text, r.end):
            return None
        return None if _NO_WEIGHTS.search(near) else found[0]
    return None


def _width(scene: Scene, k: int, low: int, high: int, far: bool) -> tuple[Width, ...] | None:
    """Formats of a clause, its sentence, or the sentence of its model; None for two."""
    texts = [scene.sentences[k].text[low:high], scene.sentences[k].text[:high], scene.sentences[k].text]  # fmt: skip
    if far and k:
        texts.append(scene.sentences[k - 1].text)
    for text in texts:
        said = [w for w in widths(text) if not w.cache]
        if said:
            return (said[-1],) if len({w.bits for w in said}) == 1 else None
    return ()


# -- caches --------------------------------------------------------------------------------------

_OF_LENGTH = Lazy(
    r"\s(?:\w+\s)?(?:of|with|at)\s(?:length\s|exactly\s|a (?:context|length)(?: length)? of\s|context(?: length)?\s|all\s|about\s|prompts of\s)?$",
    re.I,
)


def _caches(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """Sequences and their length, with the model and the devices of their clause or of one before."""
    text = scene.sentences[k].text
    batches = [
        s for s in scene.spots(k, where=lambda r: r.kind is Kind.BATCH_SIZE or _counts_sequences(text, r) or (_USERS.match(text, r.literal_end) is not None and (_AT_ONCE.search(text) or _TOKENS_CACHE.search(text) or _CONTEXTS.search(text)) is not None))
        if scene.reading(s).quantity.unit == "1" and scene.reading(s).quantity.point >= 1 and (scene.reading(s).kind is not Kind.SEQ_LEN or _counts_sequences(text, scene.reading(s)))
    ]  # fmt: skip
    for batch in batches:
        claim = _cache(scene, k, batch, text)
        if claim is not None:
            yield claim


def _counts_sequences(text: str, r: Reading) -> bool:
    """Whether a number counts sequences, whatever it is read as ("48 sequences at a context of 1024")."""
    return r.noun in ("sequence", "request") or _HELD.match(text, r.literal_end) is not None or _SEQUENCES.match(text, r.literal_end) is not None  # fmt: skip


def _cache(scene: Scene, k: int, batch: Spot, text: str) -> LocalPhysical | None:
    b = scene.reading(batch)
    low, high = _clause(text, b.start, b.end)
    clause = text[low:high]
    held = _HELD.match(text, b.literal_end)
    if held is not None and held["prompts"] and not _THERE.search(clause):
        return None  # prompts pass; they stay where something says so
    said = _EACH_HAS.sub(" ", _TOGETHER.sub(" ", clause))
    if residence.held_in_common(_TOTALS.sub(" ", _EACH_HAS.sub(" ", _TOGETHER.sub(" ", text)))) or residence.shared(_TOTALS.sub(" ", said) if _AT_ONCE.search(clause) else said) or _FAILS.search(clause) or residence.tiered(clause) or _NODES.search(clause):  # fmt: skip
        return None
    tokens = _length(scene, k, batch, low, high)
    if tokens is None or _ONCE.search(text):
        return None
    if residence.keeps_less(scene, k):
        return None
    lengths = scene.spots(k, where=lambda r: r.noun == "token" and r.quantity.unit == "1" and r.per != "s")  # fmt: skip
    if any(s != tokens and not re.search(r"\d\s(?:\w+\s)?(?:sequences?|requests?|prompts?)\s(?:of|with)\s$", text[max(0, scene.reading(s).start - 40) : scene.reading(s).start]) for s in lengths):  # fmt: skip
        return None
    t = scene.reading(tokens)
    if any(r.quantity.qualifier not in (Qualifier.EXACT, Qualifier.APPROX) for r in (t, b)):
        return None
    about, place, _ = _about(scene, k, low, high, later=True)
    far = place != k
    each = _of_a_token(scene, k)
    if about is None:
        if each is None:
            return None
        about, far, place = _NO_MODEL, True, each[0]
    devices = _on(scene, k, b.start, place)
    if devices is None:
        return None
    width = [w for w in widths(text[:high]) if w.cache]
    rest = [w for w in widths(text[:high]) if not w.cache]
    if not rest and k and (far or not devices.name):
        rest = [w for w in widths(scene.sentences[k - 1].text) if not w.cache]
    if not rest and far and place < k:
        rest = [w for w in widths(scene.sentences[place].text) if not w.cache]
    if len({w.bits for w in width}) > 1 or len({w.bits for w in rest}) > 1:
        return None
    names = [("kind", "cache")]
    if devices.name:
        names.append(("device", devices.name))
    if about.name:
        names.append(("model", about.name))
    if width:
        names.append(("precision", width[0].name))
    if rest:
        names.append(("weights", rest[0].name))
    given = [("tokens", tokens), ("batch", batch)]
    if each is not None:
        given.append(("each", each))
    if about.count is not None:
        given.append(("params", about.count))
    if devices.at is not None:
        given.append(("devices", devices.at))
    cues = {LOOSE, "label"} if about.label else {LOOSE}
    return LocalPhysical("cache residence", batch, tuple(given), tuple(names), (("devices", devices.count),), frozenset({"model", "params", "device", "tokens"}), frozenset(cues))  # fmt: skip


_TOKENS_CACHE = Lazy(r"\b(?:KV|key[-\u2013 ]value|cach\w+|keys and values)\b", re.I)
_LAYERS = Lazy(r"\b(?:layers?|heads?|blocks?|per (?:GPU|device|rank)|each (?:GPU|device))\b", re.I)


def _of_a_token(scene: Scene, k: int) -> Spot | None:
    """The one size of a token's cache that a sentence, or the nearest before it, states."""
    for j in range(k, max(-1, k - 4), -1):
        text = scene.sentences[j].text
        sizes = [s for s in scene.spots(j, "byte") if 64 <= scene.reading(s).quantity.point < 1e8 and (scene.reading(s).per == "token" or _A_TOKEN.search(text))]  # fmt: skip
        if not sizes:
            continue
        told = len(sizes) == 1 and _TOKENS_CACHE.search(text) and not _LAYERS.search(text)
        return sizes[0] if told and scene.reading(sizes[0]).quantity.bounded else None
    return None


_A_TOKEN = Lazy(r"\b(?:per|a|each|every|one|another|additional|further|single)[- ](?:\w+ )?(?:token|position)\b", re.I)  # fmt: skip
# "With 96 sequences it makes 3k tokens/s. The cache of these sequences, 4,096 tokens each, ..."
_OF_THESE = Lazy(
    r"\b(?:these|those|their|all|such|each of the|every one of the) (?:\w+ )?(?:sequences?|requests?|contexts?|prompts?|conversations?|users?)\b|\b(?:[Ee]ach|[Ee]very one|[Aa]ll) of (?:them|these|those)\b|\b(?:[Ee]ach|[Ee]very) (?:sequence|request|context|prompt|conversation)\b|\b[Tt]heir (?:contexts?|lengths?|histories|prompts)\b"
)


def _length(scene: Scene, k: int, batch: Spot, low: int, high: int) -> Spot | None:
    """The tokens of each sequence: right behind them, in their clause, or of "such requests" before."""
    b = scene.reading(batch)
    text = scene.sentences[k].text

    def lengths(j: int, a: int, z: int) -> list[Spot]:
        return [
            s for s in scene.spots(j, where=lambda r: r.noun == "token" or r.kind is Kind.SEQ_LEN)
            if scene.reading(s).quantity.unit == "1" and scene.reading(s).quantity.point > 1 and a <= scene.reading(s).start < z and s != batch
            and not _counts_sequences(scene.sentences[j].text, scene.reading(s))
        ]  # fmt: skip

    behind = [s for s in lengths(k, b.end, high) if _OF_LENGTH.search(text, b.literal_end, scene.reading(s).start) and scene.reading(s).start - b.end < 45]  # fmt: skip
    if behind:
        return behind[0]
    own = lengths(k, low, high)
    if own:
        return own[0] if len(own) == 1 and re.search(r"\b(?:contexts?|each|every|long|lengths?|deep|histor(?:y|ies))\b", text[low:high], re.I) else None  # fmt: skip
    if (of := _OF_THESE.search(text, b.end)) is not None:
        behind = lengths(k, of.start(), len(text))
        if len(behind) == 1 and scene.reading(behind[0]).start - of.end() < 40:
            return behind[0]
    if k + 1 < len(scene.sentences) and (of := _OF_THESE.search(scene.sentences[k + 1].text)):
        behind = lengths(k + 1, of.start(), len(scene.sentences[k + 1].text))
        return behind[0] if len(behind) == 1 and scene.reading(behind[0]).start - of.end() < 40 else None  # fmt: skip
    if not _SUCH.search(text[max(0, b.start - 12) : b.end]):
        return None
    for j in range(k, max(-1, k - 4), -1):
        found = lengths(j, 0, b.start if j == k else len(scene.sentences[j].text))
        if found:
            return found[0] if len({scene.reading(s).quantity.point for s in found}) == 1 else None
    return None


_MACHINE = Lazy(
    r"[- ](?:\w+ )?(?:nodes?|servers?|machines?|systems?|instances?|pods?|workstations?|clusters?)\b"
)


def _definite(scene: Scene, k: int) -> Devices | None:
    """The one part that a sentence calls "the RTX 4090": as many as a sentence before counts, else as the paper has at most."""
    text = scene.sentences[k].text
    own = scene.parts(k)
    if len({same_name(p.name) for p in own}) != 1 or re.search(r"\b(?:GPUs|nodes?|servers?|machines?|cluster)\b", text):  # fmt: skip
        return None
    part = own[0]
    if part.count_at is not None or part.each or not _DEFINITE.search(text, 0, part.start) or not _alone(text, part):  # fmt: skip
        return None
    for j in range(k - 1, max(-1, k - 4), -1):
        same = [d for d in _devices(scene, j) if same_name(d.name) == same_name(part.name)]
        if same:
            return same[-1] if len({d.count for d in same}) == 1 else None
        one = [p for p in scene.parts(j) if same_name(p.name) == same_name(part.name) and p.count == 1 and not _MACHINE.match(scene.sentences[j].text, p.end)]  # fmt: skip
        if one:
            return Devices(part.name, 1.0, None, part.start, part.end, True)
    return Devices(part.name, 0.0, None, part.start, part.end, True)


def _on(scene: Scene, k: int, at: int, place: int) -> Devices | None:
    """The devices of a batch: the last that its sentence counts before it or behind it, else those of one before."""
    text = scene.sentences[k].text
    own = _devices(scene, k)
    if own:
        names = {(d.name, d.count) for d in own if d.start < at} or {(d.name, d.count) for d in own}
        return next(d for d in own if (d.name, d.count) in names) if len(names) == 1 else None
    if scene.parts(k):
        return _definite(scene, k)
    if place == k and not re.search(r"\b(?:it|its|their|this|that|the (?:same )?(?:card|GPU|pair|device|node|server|machine|model|cache|memory)|same|format|there|which|then|these|those|we)\b", text, re.I):  # fmt: skip
        return None
    for j in range(k - 1, max(-1, k - 4), -1):
        found = _devices(scene, j)
        if found:
            names = {(d.name, d.count) for d in found}
            return found[-1] if len(names) == 1 else None
        if scene.parts(j):
            return _definite(scene, j)
    return None
