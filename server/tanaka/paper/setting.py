"""Which parts, links, models and counts a sentence names, and whether it tells how all experiments run.

Told as mentions, with settings that are pairs of a role of `tanaka.paper.about` and a value: what a
sentence without a number names belongs to the paper as much as the rest, and `about` must know it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities, same
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier

SET_UP = "set-up"
"""What a mention of a sentence is called that tells how all experiments run."""
NAMED = "named"
"""What a mention is called that tells which parts and models a sentence names."""

_NAMES = Lazy(r"\d|[a-z][A-Z]")
# Names without a digit or a capital inside.
_WORDS = ("BERT", "GPT", "VGG", "BLOOM", "Jetson", "Trainium", "Inferentia", "Gaudi", "Xeon", "Llama", "Mistral", "Mixtral", "Swin", "Coral", "Ryzen")  # fmt: skip
_HOST = Lazy(r"(?:Intel |AMD )?(?:Xeon|EPYC|Ryzen|Core|i[3579]-)")
"""A processor that other parts are plugged into."""
_CUE = ("xperiment", "easurement", "valuation", "estbed", "est bed", "enchmark", "esults", "nless", "hroughout", " runs")  # fmt: skip
_WORK = r"(?:experiments?|measurements?|evaluations?|benchmarks?|results?|runs|tests|timings?)"
_RUN = (
    r"(?:run|ran|runs|use|used|uses|(?:are|were|is|was)(?: \w+ly)? (?:run|ran|conducted|performed|measured|obtained|executed|collected|carried out|"
    r"trained|evaluated|done|taken|on|in|with))"
)
_TELLS = Lazy(
    rf"\b(?:all|every|our)(?: of)?(?: the| our| these)?(?: [\w-]+){{0,2}}? {_WORK} {_RUN}\b|"
    rf"\bwe (?:run|ran|conduct|conducted|perform|performed|carry out|carried out|execute|executed|do) (?:all|our|every|each|the)(?: of)?(?: the| our)?(?: [\w-]+){{0,2}}? {_WORK}\b|"
    rf"\b(?:in|for|across|throughout) (?:all|every)(?: of)?(?: the| our)?(?: [\w-]+){{0,1}}? {_WORK}\b|\bthe experiments {_RUN}\b|"
    r"\bunless (?:otherwise )?(?:stated|noted|specified|mentioned|said|indicated)\b|\bthroughout (?:the|this|our) (?:paper|evaluation|section|experiments)\b|"
    r"\b(?:our|the) (?:evaluation |experimental )?(?:test ?bed|experimental platform)\b[^.;]{0,40}?\b(?:is|has|consists|comprises|contains|uses|includes)\b",
    re.I,
)
_OURS = Lazy(r"\b(?:we|our|ours|us)\b", re.I)
_ROLES = {
    EntityKind.DEVICE: "device", EntityKind.LINK: "link", EntityKind.MODEL: "model", EntityKind.DATASET: "dataset",
}  # fmt: skip
_COUNTS = {"gpu": "gpus", "node": "nodes"}


def _part(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence between semicolons around a cue."""
    close = text.find(";", end)
    return text.rfind(";", 0, start) + 1, close if close >= 0 else len(text)


@lru_cache(maxsize=16384)
def setting_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """What a sentence names, as one mention; none where it names nothing.

    Returns
    -------
    tuple of LocalWord
        ``SET_UP`` or ``NAMED``, with every candidate of each role: two of one role are two settings.
    """
    text = sentence.text
    cued = any(cue in text for cue in _CUE)
    if where is Where.TITLE or not (cued or _NAMES.search(text) or any(w in text for w in _WORDS)):
        return ()
    cue = _TELLS.search(text) if cued else None
    tells = cue is not None
    # "...; the other checkpoints are in FP8" is no part of it
    first, last = (0, len(text)) if cue is None else _part(text, cue.start(), cue.end())
    found: dict[tuple[str, str], str] = {}
    start, end = len(text), 0
    for e in entities(text):
        role = _ROLES.get(e.kind)
        if not first <= e.start < last:
            continue
        if role is not None and (tells or role in ("device", "model")):
            found.setdefault((role, same(e)), e.name)
            start, end = min(start, e.start), max(end, e.end)
    if tells:
        for name in precision_names(text[first:last]):
            found["precision", name] = name
        for r in sentence.readings:
            role = _COUNTS.get(r.noun)
            if role is not None and not r.per and first <= r.start < last:
                whole = not isinstance(r.quantity.value, tuple) and r.quantity.qualifier in (Qualifier.EXACT, Qualifier.LIST)  # fmt: skip
                value = f"{r.quantity.point:.0f}" if whole else sentence.text[r.start : r.end]
                found[role, value] = value
                start, end = min(start, r.start), max(end, r.end)
    parts = [key for key in found if key[0] == "device"]
    hosts = [key for key in parts if _HOST.match(found[key])]
    if len(hosts) < len(parts):
        for key in hosts:
            del found[key]
    if not any(role in ("device", "gpus", "nodes") for role, _ in found):
        found = {key: value for key, value in found.items() if key[0] != "link"}
    if not found:
        return ()
    related = where in (Where.RELATED, Where.FUTURE)
    others = not tells and CITE in text and not _OURS.search(text)
    settings = tuple((role, value) for (role, _), value in found.items())
    whose = "related" if related or others else "ours"
    return (
        LocalWord(SET_UP if tells else NAMED, whose, min(start, end), max(start, end), settings),
    )
