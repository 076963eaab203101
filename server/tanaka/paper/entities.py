"""What a sentence names: devices, links, models, datasets, systems and metrics.

Systems are ours (by the paper's own name, its macro, or "we") or others' (by name or citation).

The words of a sentence are looked up in a table, and an expression is tried only on those that
begin a name, so a sentence costs about as much as splitting it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.names import Form, Names, names
from tanaka.patterns import Lazy
from tanaka.records import dataclass

YARDSTICK = Lazy(
    r"(?:[×x]|\b(?:times|than|twice|double|half|to))\s(?:of\s)?(?:what|that|those|the (?:rate|speed|throughput))\b[^.;,()]{0,40}\b(?:on|of|with|for|from)\s(?:an?|the|our|one|single|a single)?\s?$|"
    r"\bthan (?:on|with|for) (?:an?|the|our|one)?\s?$",
    re.I,
)
"""Words before a name that is there for comparison: "2.6 times what we get on an A100"."""


class EntityKind(StrEnum):
    """What sort of thing is named."""

    SYSTEM = "system"
    DEVICE = "device"
    LINK = "link"
    MODEL = "model"
    DATASET = "dataset"
    METRIC = "metric"


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a text names.

    Attributes
    ----------
    kind : EntityKind
    name : str
        As written, without hedges ("NVIDIA A100 80GB", "our system", "time to first token").
    key : str
        Its key in the catalogue ("a100-sxm4-80gb") or its canonical name ("latency"); "" where
        the catalogue does not know it or the name fits several.
    ours : bool
        For systems: whether it is the paper's own.
    start, end : int
        Where it stands in the text.
    """

    kind: EntityKind
    name: str
    key: str
    ours: bool
    start: int
    end: int


_BLANKS = {0x2009: " ", 0xA0: " ", 0x202F: " ", 0x2011: "-"}  # all blanks alike, sign for sign
_OWN_WORDS = frozenset({"we", "We", "our", "Our", "ours", "Ours", "proposed"})
_SIZE = Lazy(r"\d[BM][ -]|billion[ -]")
_WORD = Lazy(r"(?<![A-Za-z0-9_\\])[A-Za-z][A-Za-z0-9]*")
_SIZED = Lazy(
    r"(?<![\w.,-])\d+(?:\.\d+)?(?:[BM]| ?billion)[- ](?:param(?:eter)?s? )?(?:[a-z-]+ ){0,2}?"
    r"(?:model|decoder|transformer|Transformer|LLM|network)s?(?![\w-])"
)
_INNER = Lazy(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*(?:-[A-Z0-9]{1,4}(?![A-Za-z0-9]))?")  # fmt: skip
_OURS = (
    r"system|approach|method|design|implementation|framework|scheme|engine|prototype|accelerator|technique|algorithm|"
    r"runtime|scheduler|compiler|architecture|solution|kernel|protocol|library|optimi[sz]er|strategy|chip|pipeline"
)
_OUR = Lazy(rf"(?:our(?: [a-z-]+){{0,2}}? (?:{_OURS})s?|ours|we)(?![\w-])", re.I)
_PROPOSED = Lazy(rf"proposed (?:{_OURS})(?![\w-])", re.I)  # "the proposed", looked for behind it
_SHORT_BEFORE = Lazy(r"(?:\d ?[×x]?|[×x]|\b(?:[Aa]n?|[Oo]ne|[Tt]wo|[Ff]our|[Ee]ight|[Ss]ingle|[Ee]ach|per|[Oo]n))[ ]?$")  # fmt: skip
# "On the A10 we measure", and no layer or level of that name
_SHORT_ALONE = Lazy(r"\b(?:[Tt]he|[Tt]his|[Oo]ur)[ ]$")
_SHORT_THEN = Lazy(
    r"[.,;:)]|$|[ ](?:and|or|we|it|in|at|as|than|has|had|is|was|are|does|did|do|reach\w*|sustain\w*|achiev\w*|attain\w*|runs?|ran|stays?|gets?|to|from|itself|alone|lacks?|delivers?|takes?|needs?|decod\w*|trains?|holds?)(?![\w-])"
)
_SHORT_AFTER = Lazy(r"[- ]?(?:GPUs?|accelerators?|cards?|instances?|Tensor|\d\d ?GB)\b")
# "on the A10", "H100, L40S and A10": where a part with a telling name stands in the same sentence.
_SHORT_BESIDE = Lazy(
    r"\b[Tt]he $|(?:[AHBV][123]00|L40S?|L20|H20|A30|A40|A6000|[0-9]090|P100)s?(?: GPUs?)?(?:,|,? (?:and|or|to|versus|vs\.?|than)) (?:an? |one )?$"
)
_TELLING = Lazy(r"\b(?:[AHBV][123]00|GH200|L40S?|L20|H20|A30|A40|A6000|RTX|MI[1-3]\d\d|P100)s?\b")
_HAS_UNITS = Lazy(r"\d\s?(?:GB|[GT]B/s|TFLOPS?|TFLOP/s|W)\b")
_GOES_ON = Lazy(
    r"(?:[.,;:)(]|$|['’]s\b| (?:and|or|at|on|has|had|to|with|in|but|while|is|was|it|as|than|[a-z]+s)\b)"
)
_NOT_A_PART = Lazy(
    r"[- ](?:cache|layers?|load|norms?|switch|protocol|loss|level|regulari[sz]ation)"
)
_CAPACITY_BEFORE = Lazy(r"\b(\d{2,3}) ?GB (?:SXM\d? |PCIe )?$")
_RATE_BEFORE = Lazy(
    r"(?:(?:\d+|\d+\.\d+)[ \u2009-]?(?:G|M|T)(?:b|bit|bE|bps|b/s|bit/s|igabit)?(?:/s)?|Gigabit|RDMA|Fast|[HNEFQX]DR)[ \u2009-]?$|\d+[ \u2009-]?$"
)
_NO_METRIC = Lazy(
    r" of (?:two|the art)|[- ](?:harvest|law|bound|aware|efficient|hungry|supply|plant|model\b|management|budget|constraint|oriented|intensive|optimal|sensitive|critical|grid|outage|emergenc)"
)
_NO_METRIC_BEFORE = Lazy(
    r"(?:-|\b(?:computing|computational|processing|expressive|statistical|solar|this|research|the same) )$",
    re.I,
)
_LAW = Lazy(
    r"(?:['’]s)?[- ](?:scaling|optim(?:al\w*|um)|laws?|rules?|ratios?|points?|frontiers?|prescriptions?|recipes?|budgets?)\b"
)
_KINDS = {
    "device": EntityKind.DEVICE, "short": EntityKind.DEVICE, "link": EntityKind.LINK, "dataset": EntityKind.DATASET,
    "model": EntityKind.MODEL, "system": EntityKind.SYSTEM, "platform": EntityKind.SYSTEM, "metric": EntityKind.METRIC,
}  # fmt: skip


@lru_cache(maxsize=4096)
def entities(text: str, own: tuple[str, ...] = ()) -> tuple[Entity, ...]:
    """Entities of a sentence, caption, header or stub, in order, none overlapping another.

    Parameters
    ----------
    text : str
        Plain text (see `tanaka.latex.plain`).
    own : tuple of str
        Names that the paper gives its own system.
    """
    text = text.translate(_BLANKS)
    known = names()
    starts = known.starts
    found: list[Entity] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        forms = starts.get(word, ())
        if not forms and word.islower() and word not in _OWN_WORDS and not own:
            continue  # most words
        at = match.start()
        if at < end:
            continue
        entity = None
        if word in _OWN_WORDS:
            entity = _ours(text, at)
        elif own and (name := _own(text, at, own)):
            entity = Entity(EntityKind.SYSTEM, name, "", True, at, at + len(name))
        if entity is None and not word.islower():
            forms = (*forms, *_beginning(word))
        if entity is None and forms:
            entity = _named(text, at, end, forms, known)
        if (
            entity is None
            and not word[1:].islower()
            and (camel := _INNER.match(text, at))
            and camel.group() not in known.ordinary
        ):
            name = camel.group()
            key = known.keys.get(name, "")
            entity = Entity(EntityKind.SYSTEM, name, key, False, at, camel.end())
        if entity is not None and not _is_law(text, entity):
            found.append(entity)
            end = entity.end
    sized = _SIZED.finditer(text) if _SIZE.search(text) else ()
    for m in sized:
        if not any(e.start < m.end() and m.start() < e.end for e in found):
            name = m.group()
            found.append(Entity(EntityKind.MODEL, name, "", False, m.start(), m.end()))
            found.sort(key=lambda e: e.start)
    return tuple(found)


def _is_law(text: str, entity: Entity) -> bool:
    """Whether a model's name stands for the law that it is known for: "Chinchilla-optimal"."""
    return entity.kind is EntityKind.MODEL and _LAW.match(text, entity.end) is not None


@lru_cache(maxsize=4096)
def _beginning(word: str) -> tuple[Form, ...]:
    """Forms that may begin with a word that has a capital or a digit in it."""
    starts = names().starts
    keys = dict.fromkeys((word[:3], word[:2], word[:1], word.lower()))
    return tuple(form for key in keys if key != word for form in starts.get(key, ()))


def _ours(text: str, at: int) -> Entity | None:
    """The paper's own system where it is called so ("we", "our system")."""
    match = _OUR.match(text, at) or _PROPOSED.match(text, at)
    if match is None:
        return None
    return Entity(EntityKind.SYSTEM, match.group(), "", True, at, match.end())


def _own(text: str, at: int, own: tuple[str, ...]) -> str:
    for name in own:
        if text.startswith(name, at) and not text[at + len(name) : at + len(name) + 1].isalnum():
            return name
    return ""


def _named(text: str, at: int, left: int, forms: tuple[Form, ...], known: Names) -> Entity | None:
    """The longest name that begins at a word."""
    best, sort = None, ""
    for form in forms:
        match = form.pattern.match(text, at)
        if match is not None and (best is None or match.end() > best.end()):
            best, sort = match, form.sort
    if best is None:
        return None
    start, end = best.span()
    if sort in ("device", "short"):
        return _device(text, start, end, left, known, short=sort == "short")
    name = best.group()
    before = text[max(left, start - 16) : start]
    if sort == "metric":
        if _NO_METRIC_BEFORE.search(before) or _NO_METRIC.match(text, end) or text[end : end + 1] == "-":  # fmt: skip
            return None
        return Entity(EntityKind.METRIC, name, known.metrics[name.lower().replace("-", " ")], False, start, end)  # fmt: skip
    if sort == "link":
        rate = _RATE_BEFORE.search(before)
        if rate is not None and _rated(rate.group(), name):
            start -= len(rate.group())
            name = text[start:end]
        return Entity(EntityKind.LINK, name, _link_key(best.group()), False, start, end)
    key = ""
    if sort == "model":
        key = _model_key(name)
    elif sort == "dataset":
        key = re.sub(r"[^a-z0-9]", "", name.lower())
    else:
        key = known.keys.get(name, re.sub(r"[^a-z0-9]", "", name.lower()))
    return Entity(_KINDS[sort], name, key, False, start, end)


def _device(text: str, start: int, end: int, left: int, known: Names, *, short: bool) -> Entity | None:  # fmt: skip
    before = text[max(left, start - 24) : start]
    vendor = known.vendors.search(before)
    plural = text[end - 1] == "s"
    if short and not (
        vendor or plural or _SHORT_AFTER.match(text, end) or (_SHORT_BEFORE.search(before) and not _NOT_A_PART.match(text, end))
        or (_SHORT_ALONE.search(before) and _SHORT_THEN.match(text, end))
        or (_SHORT_BESIDE.search(before) and _GOES_ON.match(text, end) and not _NOT_A_PART.match(text, end) and (_TELLING.search(text) or _HAS_UNITS.search(text)))
    ):  # fmt: skip
        return None
    if not plural and (behind := known.behind.match(text, end)):
        end = behind.end()
    if vendor:
        start -= len(vendor.group())
    name = text[start : end - plural]
    held = _CAPACITY_BEFORE.search(before[: len(before) - len(vendor.group())] if vendor else before)  # fmt: skip
    return Entity(EntityKind.DEVICE, name, _device_key(name, held.group(1) if held else ""), False, start, end)  # fmt: skip


@lru_cache(maxsize=1024)
def _device_key(name: str, capacity: str) -> str:
    """Id of the one variant that a name means, with a capacity that stands before it."""
    from hwmodels.catalog import find

    found = find(f"{name} {capacity}GB") if capacity else ()
    found = found or find(name)
    return found[0].id if len(found) == 1 else ""


def _rated(rate: str, link: str) -> bool:
    """Whether what stands before a link is part of its name: "10" GbE, "100 Gb" Ethernet, "HDR" InfiniBand."""
    if link == "GbE":
        return rate.strip(" -\u2009").isdigit()
    if link == "Ethernet":
        return not rate.strip(" -\u2009").isdigit()
    return rate[0].isalpha()


_SPELLED = {
    "ib": "infiniband",
    "pci": "pcie",
    "pciexpress": "pcie",
    "gbe": "ethernet",
    "wi": "wifi",
}


def _link_key(name: str) -> str:
    """Technology of a link, without its generation."""
    technology = re.match(r"[A-Za-z]+", name)
    low = technology.group().lower() if technology is not None else ""
    return _SPELLED.get(low, low)


@lru_cache(maxsize=1024)
def _model_key(name: str) -> str:
    from hwmodels.models import find_model

    model = find_model(name)
    return model.id if model is not None else ""


@lru_cache(maxsize=1024)
def platform(name: str) -> bool:
    """Whether a system is what others run on ("PyTorch", "NCCL")."""
    return names().platforms.fullmatch(name) is not None


def cited(text: str, entity: Entity) -> bool:
    """Whether a citation stands right behind a name."""
    return text[entity.end : entity.end + 2].lstrip().startswith(CITE)


def same(entity: Entity) -> str:
    """Letters and digits by which two names of one thing begin alike: its key, for models."""
    if entity.key and entity.kind is not EntityKind.DEVICE:
        return re.sub(r"[^a-z0-9]", "", entity.key.lower())
    return same_name(entity.name)


def same_name(name: str) -> str:
    """Letters and digits of a name without its vendor: "NVIDIA A100-80GB" is "a10080gb"."""
    vendor = names().vendor.match(name)
    bare = name[vendor.end() :] if vendor is not None else name
    return re.sub(r"[^a-z0-9]", "", bare.lower())
