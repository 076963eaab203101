"""In which format a paper says that it keeps weights, gradients and caches: "the KV cache is in FP16 throughout".

Told as mentions called ``kept``, with a setting for each thing; "all" is what is said of everything, and
"FP16 gradients", which may be some among others, is a setting of ``named-gradients``.
A size that names no format of its own is held against the one that the paper keeps its kind in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.mentions import role_of
from tanaka.paper.model import Where
from tanaka.paper.physics.widths import Width, widths
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

KEPT = "kept"
"""What such a mention is called."""

_THINGS = {
    "cache": r"(?:KV|K/V|key[-– ]value)[- ]?caches?|caches?|keys and values",
    "gradients": r"gradients?",
    "weights": r"(?<!master )weights?|param(?:eter)?s|checkpoints?",
    "aside": r"activations?|master weights?|(?:master |FP32 )?copies|moments?|optimi[sz]er states?|accumulators?|embeddings?|logits|scales",
    "all": r"everything|all (?:other )?(?:tensors|data|values|training|experiments|results|models|runs|measurements|computations?|numbers|configurations|inference)|"
    r"(?:our |the )?(?:training|experiments|inference|evaluation)|unless (?:stated|noted|said|mentioned) otherwise[^.;]{0,30}|throughout",
}  # fmt: skip
_THING = "|".join(f"(?P<{name}>{words})" for name, words in _THINGS.items())
_ANY = "|".join(_THINGS.values())
_ONE = Lazy(rf"\b(?:{_THING})\b", re.I)
# "weights, activations and the KV cache are all kept in" right before a format.
_SAID = Lazy(
    rf"\b(?:{_ANY})(?:(?:,|,? and|, as well as)\s(?:the |their |its |all )?(?:{_ANY}))*"
    r"(?:\s(?:of|for) (?:all|both|these|the|every|our)(?: [\w-]+){1,2})?,?"
    r"(?:\s(?:is|are|was|were|stays?|remains?|uses?|used|runs?|ran|lives?|be|being|been|all|both|always|also|still|therefore|throughout|here|kept|stored|held|represented|computed|done|trained|served|"
    r"run|reduced|exchanged|communicated|sent|summed|measured|obtained|performed|carried out|place|takes?|in|at|as|with|to|plain|dense|pure|full)){1,7}\s$",
    re.I,
)
_VERB = Lazy(r"\b(?:is|are|was|were|stays?|remains?|uses?|used|runs?|ran|lives?|kept|stored|held|throughout|takes? place|unless)\b", re.I)  # fmt: skip
# "FP16 weights and gradients", "a BF16 KV cache": right behind one.
_HAS = Lazy(
    rf"[- ](?:dense |model |raw )?(?:{_ANY})(?:(?:,|,? and)\s(?!(?:FP|BF|INT)\d)(?:the |its )?(?:{_ANY}))*\b",
    re.I,
)
_USES = Lazy(
    r"\b(?:[Ww]e|[Oo]ur (?:system|engine|runtime|models?))\s(?:use|run|train|serve|keep|store|work|measure|evaluate|do|compute)s?\b[^.;:,]{0,50}\b(?:in\s|with\s|use\s|uses\s)?$|\b(?:models|runs|experiments|results|measurements)\s(?:are|were|run|use)\s(?:all )?(?:in\s)?$"
)
_EVERYWHERE = Lazy(
    r"\b(?:throughout|everywhere|all|everything|every|always|unless|entirely|only)\b", re.I
)
_NOT_KEPT = Lazy(
    r"\b(?:if|would|could|might|can|may|when|compared|versus|instead|than|baseline|also|additionally|experiment with|accumulat\w+)\b",
    re.I,
)


@lru_cache(maxsize=16384)
def kept_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """What a sentence says that things are kept in, as one mention; none where it says nothing."""
    text = sentence.text
    if not any(c in text for c in ("FP", "BF", "INT", "float", "precision", "-bit", "bits")):
        return ()
    found: dict[str, str] = {}
    first, last = len(text), 0
    for w in widths(text):
        for thing in _things(text, w):
            found.setdefault(thing, w.name)
            first, last = min(first, w.start), max(last, w.end)
    if not found or _NOT_KEPT.search(text):
        return ()
    role = role_of(text, first, where)
    if role == "related" and where is Where.RELATED and CITE not in text:
        role = "background"  # what a paper explains before it begins may be its own set-up
    return (LocalWord(KEPT, role, first, last, tuple(found.items())),)


def _things(text: str, w: Width) -> tuple[str, ...]:
    """What a format is said of."""
    lead = re.split(r"[;:(]", text[max(0, w.start - 120) : w.start])[-1]
    said = _SAID.search(lead)
    if said is not None:
        things = _named(said.group())
        return things if _VERB.search(said.group()) else tuple(f"named-{t}" for t in things)
    behind = _HAS.match(text, w.end)
    if behind is not None:
        return tuple(f"named-{t}" for t in _named(behind.group()) if t != "all")
    if _USES.search(lead) and _EVERYWHERE.search(text):
        return ("all",)
    return ()


def _named(text: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            m.lastgroup for m in _ONE.finditer(text) if m.lastgroup and m.lastgroup != "aside"
        )
    )
