"""What a sentence without a part or a format of its own takes over from those before it."""

from __future__ import annotations

import re
from collections.abc import Callable

from tanaka.paper.entities import same_name
from tanaka.paper.physics.scene import Part, Scene
from tanaka.patterns import Lazy

_BACK = 2
"""So many sentences before may still say what a number is of."""
_ELSEWHERE = Lazy(
    r"\b(?:newer|older|next|previous|latter|former|other|another|second|third|latest|new|old|both|its successor|predecessor)\b(?:\s[\w-]+)?\s"
    r"(?:clusters?|machines?|parts?|GPUs?|cards?|devices?|generations?|systems?|nodes?|servers?|platforms?|hardware|chips?|boxe?s?)\b|"
    r"\b(?:Volta|Ampere|Hopper|Blackwell|CDNA\s?\d?|Gaudi\s?\d?|Trainium\s?\d?|TPUs?|successors?|predecessors?)\b"
    r"|\b(?:on|from|over) (?:both|either|all (?:two|three|four)|the two|the three)\b",
)
"""Words for a part other than the one that was named."""


_OUT_OF_USE = Lazy(
    r"\b(?:are|is|was|were) (?:busy|not (?:used|available|yet)|unavailable|too (?:small|slow|old)|left out|excluded|retired|occupied|reserved|no longer|replaced|gone)\b|\b(?:until|before|formerly|used to|instead of|rather than|no longer|retired|replaced?)\b",
    re.I,
)
"""What was named is not what is spoken of next."""


def elsewhere(text: str) -> bool:
    """Whether words tell of a part other than the one that was named."""
    return _ELSEWHERE.search(text) is not None


def part_before(scene: Scene, k: int) -> str:
    """The one part of the sentence before, or of the one before that where it names none; "" for none or two."""
    if elsewhere(scene.sentences[k].text):
        return ""
    return _before(scene, k, lambda j: _names(scene, j))


def part_seen_before(scene: Scene, k: int) -> Part | None:
    """The part of `part_before`, with how many of it that sentence speaks of."""
    name = part_before(scene, k)
    for j in range(k - 1, max(-1, k - 1 - _BACK), -1):
        if name and (found := scene.parts(j)):
            return next((p for p in found if p.count not in (None, 1)), found[0])
    return None


def format_before(scene: Scene, k: int) -> str:
    """The one format of the sentence before, or of the one before that."""
    return _before(scene, k, scene.formats)


def _before(scene: Scene, k: int, named: Callable[[int], tuple[str, ...]]) -> str:
    for j in range(k - 1, max(-1, k - 1 - _BACK), -1):
        if _OUT_OF_USE.search(scene.sentences[j].text):
            return ""
        found = named(j)
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _names(scene: Scene, k: int) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for p in scene.parts(k):
        found.setdefault(same_name(p.name), p.name)
    return tuple(found.values())
