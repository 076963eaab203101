"""How many devices a node has: "32 nodes with eight H100 GPUs each", "the four cards of a server"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.patterns import Lazy

_N = r"(?P<n>\d{1,2}|two|four|eight|ten|sixteen)"
_NODE = r"(?i:nodes?|servers?|machines?|hosts?|box(?:es)?|instances?|chassis)"
_DEVICE = r"(?:(?:[A-Z][\w.-]*|SXM\d?|PCIe|\d+-?GB|identical|such|of its|local)\s){0,4}?(?:GPUs?|accelerators|cards|devices|[AHVBL]\d{1,3}S?s?|(?:AMD )?MI\d{3}[AX]?s?|GCDs?|RTX[ ~]\w?\d{4}s?)"
_FORMS = (
    # "eight GPUs per node", "the eight H100s of our server"
    rf"\b{_N}[ -]{_DEVICE}(?:\s(?:are|sit|is))?\s?(?:per|in each|in every|in an?|in one|on each|on an?|on one|of each|of every|of an?|of our|of one|of the same|of the|-per-|/)\s?(?:[A-Z]\w*\s|single\s)?{_NODE}\b",
    # "nodes with eight A100 GPUs", "each server holds four cards"
    rf"\b{_NODE}(?:,? each)?(?: is| are)? (?:of|with|ha(?:s|ve)|having|holds?|contains?|carr(?:y|ies)|hosts?|houses?|includes?|comprises?|equipped with|featuring|provides?)\s(?:exactly\s|all\s|only\s)?{_N}[ -]{_DEVICE}\b",
    rf"\b{_N}-GPU {_NODE}\b",
    # "the eight-GPU NVLink domain", "an NVLink island of four GPUs"
    rf"\b{_N}[- ](?:GPU|way|card) (?:NVLink|NVSwitch)(?:-\w+)?(?: domain| island| clique| group| mesh)?\b",
    rf"\b(?:NVLink|NVSwitch) (?:domain|island|clique|group|mesh)s? (?:of|with|joins?|holds?|has|connects?) {_N}[ -]{_DEVICE}\b",
    rf"\b{_N}\s?[x×]\s?(?:[A-Z]\w*[ -]){{0,2}}?[A-Z]+\d\w*\s(?:GPU\s)?{_NODE}\b",
    # "In an H100 server the eight GPUs talk to each other"
    rf"\b[Ii]n (?:an?|each|every|our|the)\s(?:[A-Z]\w*\s)?{_NODE},? (?:the|all) {_N}[ -]{_DEVICE}\b",
    rf"\b{_NODE},? each (?:with|having|has|holding|of) {_N}[ -]{_DEVICE}\b",
)
_STATED = tuple(Lazy(form) for form in _FORMS)
# "... eight p3.16xlarge instances.  Each holds eight V100s": of what the sentence before names
_EACH_HOLDS = (
    Lazy(
        rf"^(?:Each|Every one|It|A single one)(?: of them| of these)? (?:ha(?:s|d)|holds?|contains?|carr(?:y|ies)|houses?|comprises?|is equipped with)\s{_N}[ -]{_DEVICE}\b"
    ),
)
_CUE = Lazy(rf"\b{_NODE}\b|\bNV(?:Link|Switch)\b")
_NODES = Lazy(rf"\b{_NODE}\b")
WORDS = {"two": 2.0, "four": 4.0, "eight": 8.0, "ten": 10.0, "sixteen": 16.0}
# Not of our own machine, and none that is there.
_SUPPOSED = Lazy(r"\b(?:would|could|if|suppose|imagine|hypothetical|future|up to|at most|prior|et al)\b", re.I)  # fmt: skip


def sizes(text: str) -> dict[int, float]:
    """Node sizes that a text states, by the offset of their number."""
    if not _CUE.search(text):
        return {}
    return _counted(text, _STATED)


def _counted(text: str, forms: tuple[Lazy, ...]) -> dict[int, float]:
    found = {m.start("n"): m["n"].lower() for form in forms for m in form.finditer(text)}
    return {at: WORDS.get(word) or float(word) for at, word in found.items() if word != "0"}


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Each size of a node, at the number that states it."""
    for k, sentence in enumerate(scene.sentences):
        stated = sizes(sentence.text)
        if not stated and k and _NODES.search(scene.sentences[k - 1].text):
            stated = _counted(sentence.text, _EACH_HOLDS)
        if not stated or _SUPPOSED.search(sentence.text):
            continue
        for at, size in stated.items():
            spot = next(((k, i) for i, r in enumerate(sentence.readings) if r.start <= at < r.end), None)  # fmt: skip
            if spot is not None:
                yield LocalPhysical("node-size", spot, counted=(("domain", size),))
