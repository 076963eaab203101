"""Sizes of models in a sentence: "the dense 7B model", "37B activated parameters"."""

from __future__ import annotations

import re

from tanaka.paper.physics.scene import Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_MODEL_WORD = (
    r"models?|decoders?|transformers?|LLMs?|LMs?|networks?|GPT|BERT|T5|MoEs?|params?|parameters?"
)
_SIZES = Lazy(rf"[- ]?(?:[\w-]+[- ]){{0,3}}?(?:{_MODEL_WORD})\b", re.I)
_NAMED_SIZE = Lazy(r"[A-Za-z][\w.]*[- ]$")
_OTHER_THINGS = Lazy(
    r"[- ]?(?:[\w-]+ )?(?:tokens?|samples?|images?|examples?|documents?|words?|steps?|pairs?|pages?|embeddings?|rows|users)\b",
    re.I,
)
_ACTIVE_AFTER = Lazy(r"[- ]?(?:of (?:them|which|these) )?(?:are )?activ(?:e|ated)\b", re.I)
_ACTIVE_BEFORE = Lazy(
    r"\bactiv(?:e|ated|ates|ating)\b(?: (?:parameters?|only|of|are|is|about|around)){0,3}[ :]*$",
    re.I,
)
_PARAMETERS = 3e7
SOME_ACTIVE = Lazy(
    r"\bof (?:which|them|these)\b|\bactivat(?:e|es|ed|ing)\b|\btwo of eight\b|"
    r"\b(?:per|for|by|in|on|sees?|touch(?:es)?|process(?:es)?|reach(?:es)?) (?:(?:an?|any|each|every|one|the) )?(?:token|input|word)\b",
    re.I,
)
"""A token goes through some of the parameters only."""
_WORK_OF_ONE = Lazy(
    r"\b(?:[GTP]?FLOPs?|operations?)(?: (?:are )?(?:counted|needed|spent|executed))? (?:per|for (?:an?|each|every)|of (?:an?|each|every)|an?) (?:\w+ )?token\b",
    re.I,
)


def some_active(text: str) -> bool:
    """Whether a text says that a token goes through some of the parameters; what work it is says nothing."""
    return SOME_ACTIVE.search(_WORK_OF_ONE.sub(" ", text)) is not None


_ROW = Lazy(
    r"\b(?:[Tt]he|[Oo]ur) (?P<name>[A-Z][\w.+-]{0,15}|\d+(?:\.\d+)?[BM]) (?:model|variant|configuration|run)\b"
)


def row_named(text: str) -> str:
    """The one label that may be a row of the paper's own models: "the XL model"; "" for none."""
    found = {m["name"] for m in _ROW.finditer(text)}
    return found.pop() if len(found) == 1 else ""


def counts(r: Reading, least: float) -> bool:
    """Whether a number is a bare count of so many at least."""
    return r.quantity.unit == "1" and r.quantity.point >= least and r.quantity.shown_unit != "%"


def sizes(scene: Scene, k: int) -> list[Spot]:
    """Numbers of a sentence that are sizes of models, whole and active."""
    return [
        s
        for s in scene.spots(k)
        if counts(scene.reading(s), _PARAMETERS)
        and (scene.reading(s).noun in ("", "parameter") or _model_processes(scene, s))
        and scene.reading(s).kind
        in (Kind.GPU_COUNT, Kind.PARAM_COUNT, Kind.TOKEN_COUNT, Kind.OTHER)
        and not _OTHER_THINGS.match(scene.around(s, 0, 24)[1])
        and (
            scene.reading(s).noun in ("parameter", "gpu")
            or _SIZES.match(scene.around(s, 0, 40)[1])
            or _NAMED_SIZE.search(scene.around(s, 16, 0)[0])
        )
    ]


def _model_processes(scene: Scene, s: Spot) -> bool:
    """Whether it is no count of processes: "the 350M model processes ..."."""
    r = scene.reading(s)
    return r.noun == "gpu" and " model process" in scene.sentences[s[0]].text[r.start : r.end]


def is_active(scene: Scene, s: Spot) -> bool:
    """Whether a size is what one token goes through."""
    before, after = scene.around(s, 40, 40)
    own = scene.sentences[s[0]].text[scene.reading(s).start : scene.reading(s).end]
    return bool(
        _ACTIVE_AFTER.match(after) or _ACTIVE_BEFORE.search(before) or re.search(r"\bactiv", own)
    )
