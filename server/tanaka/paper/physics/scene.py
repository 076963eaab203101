"""A passage taken apart for the readers of physics: which parts, how many, which models and formats.

Readers ask the scene for what their relation needs and give up where it names two candidates; a
binding from a sentence before is told as such, so that no proof rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import YARDSTICK, Entity, EntityKind, entities, same_name
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

Spot = tuple[int, int]
"""A number of a passage: index of its sentence, and of its reading there."""


@dataclass(frozen=True, slots=True)
class Part:
    """Devices that a sentence names, and how many of them it speaks of.

    Attributes
    ----------
    name : str
        As written, without "DGX" and "HGX".
    count : float or None
        How many together; None where nothing says so.
    count_at : Spot or None
        The number that counts them; None for "one", "an" and the eight of a system.
    nodes_at : Spot or None
        The number of nodes that each has so many.
    each : bool
        "each A100", "per A100": what is said holds for one.
    system : bool
        "a DGX A100": several devices by its name.
    start, end : int
        In the sentence.
    """

    name: str
    count: float | None
    count_at: Spot | None
    nodes_at: Spot | None
    each: bool
    system: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LocalPhysical:
    """A claim before its numbers have ids; see `tanaka.paper.model.Physical`."""

    relation: str
    number: Spot
    given: tuple[tuple[str, Spot], ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    counted: tuple[tuple[str, float], ...] = ()
    far: frozenset[str] = frozenset()
    cues: frozenset[str] = frozenset()


def in_whole(claim: LocalPhysical, k: int, kept: tuple[int, ...]) -> LocalPhysical:
    """A claim of a clause alone, with the places of the whole sentence."""

    def back(spot: Spot) -> Spot:
        return (k, kept[spot[1]]) if spot[0] == k else spot

    given = tuple((role, back(spot)) for role, spot in claim.given)
    return replace(claim, number=back(claim.number), given=given)


_SYSTEM = Lazy(r"^(?:NVIDIA |Nvidia )?(?:DGX|HGX)[- ]")
_EACH = Lazy(r"\b(?:each|every|per|a single|single|one|an?)\s(?:[\w-]+\s){0,2}?$|/\s?$", re.I)
_ONE = Lazy(r"\b(?:an?|one|single|this|the)\s(?:[\w-]+\s){0,1}?$", re.I)
_PAIR = Lazy(r"\b(?:pair|couple) of (?:[\w-]+ )?$", re.I)
_PAIRED = Lazy(r"(?:['’]?s)?[- ](?:GPU )?pairs?\b")
_PER = Lazy(r"\b(?:each|every|per)\s(?:[\w-]+\s){0,2}?$|/\s?$", re.I)
_APIECE = Lazy(r"[^.;]{0,30}?\b(?:each|apiece|per node|a node|per server|in each|on each)\b", re.I)
_BEFORE_EACH = Lazy(r"\b(?:each|every) (?:node|server|machine|host)\b|\bper node\b", re.I)


@lru_cache(maxsize=16384)
def parts_of(sentence: Sentence, k: int = 0) -> tuple[Part, ...]:
    """Devices that a sentence names, in order; ``k`` is its index in the passage."""
    out: list[Part] = []
    text = sentence.text
    for e in entities(text):
        if e.kind is not EntityKind.DEVICE:
            continue
        name, start = e.name, e.start
        system = _SYSTEM.search(name) is not None
        if system:
            name = _SYSTEM.sub("", name)
        counting = [
            i
            for i, r in enumerate(sentence.readings)
            if r.noun == "gpu" and r.per == "" and r.quantity.bounded
            and not isinstance(r.quantity.value, tuple)
            and (r.start <= start < r.end or 0 <= start - r.end <= 2 or 0 <= r.start - e.end <= 2)
        ]  # fmt: skip
        lead = text[max(0, start - 40) : start]
        each = bool(_PER.search(lead))
        count, at, nodes = None, None, None
        if len(counting) == 1:
            at = (k, counting[0])
            count = sentence.readings[counting[0]].quantity.point
            holders = [i for i, r in enumerate(sentence.readings) if r.noun == "node"]
            behind = text[sentence.readings[counting[0]].end :]
            apiece = _APIECE.match(behind) or _BEFORE_EACH.search(text[:start])
            if len(holders) == 1 and apiece:
                nodes = (k, holders[0])
                count *= sentence.readings[holders[0]].quantity.point
        elif _PAIR.search(lead) or _PAIRED.match(text, e.end):
            count, each = 2.0, False
        elif not each and _ONE.search(lead) and text[e.end : e.end + 1] != "s":
            count = 1.0
        if system:
            size = 16.0 if name == "2" else 8.0
            count = size if count is None else size * count
        if each:
            count = 1.0
        out.append(Part(name, count, at, nodes, each, system, e.start, e.end))
    return tuple(out)


_APART = Lazy(
    r"; |, (?:and|while|whereas|but) |,? and (?=(?:an?|one|a single|each|the) [A-Z])|, (?=(?:an?|one|a single|the) (?:single )?(?:NVIDIA |AMD )?[A-Z]+\w*\d)"
)


class Scene:
    """A passage of sentences."""

    def __init__(self, sentences: tuple[Sentence, ...]) -> None:
        self.sentences = sentences

    @cached_property
    def text(self) -> str:
        """All sentences in one."""
        return " ".join(s.text for s in self.sentences)

    def reading(self, spot: Spot) -> Reading:
        """The reading at a spot."""
        return self.sentences[spot[0]].readings[spot[1]]

    def spots(
        self, k: int, unit: str = "", *, kind: Kind | None = None, noun: str = "",
        where: Callable[[Reading], bool] | None = None,
    ) -> list[Spot]:  # fmt: skip
        """Numbers of a sentence of one unit, kind or noun, ranges left out."""
        return [
            (k, i)
            for i, r in enumerate(self.sentences[k].readings)
            if (not unit or r.quantity.unit == unit)
            and (kind is None or r.kind is kind)
            and (not noun or r.noun == noun)
            and not isinstance(r.quantity.value, tuple)
            and (where is None or where(r))
        ]

    def around(self, spot: Spot, back: int = 60, on: int = 60) -> tuple[str, str]:
        """Words before and after a number in its sentence."""
        s = self.sentences[spot[0]]
        r = s.readings[spot[1]]
        return s.before(r, back), s.after(r, on)

    def named(self, k: int, kind: EntityKind) -> tuple[Entity, ...]:
        """Things of one kind that a sentence names, each once."""
        found: dict[str, Entity] = {}
        for e in entities(self.sentences[k].text):
            if e.kind is kind:
                found.setdefault(same_name(e.name), e)
        return tuple(found.values())

    def parts(self, k: int) -> tuple[Part, ...]:
        """Devices that a sentence names."""
        return parts_of(self.sentences[k], k)

    def part(self, k: int) -> Part | None:
        """The one part that a sentence names; None where it names two different ones.

        One that is there for comparison ("2.6 times what we get on an A100") is not what ran.
        """
        text = self.sentences[k].text
        found = [p for p in self.parts(k) if not YARDSTICK.search(text, max(0, p.start - 80), p.start)]  # fmt: skip
        if len({same_name(p.name) for p in found}) != 1:
            return None
        return next((p for p in found if p.count is not None), found[0])

    def formats(self, k: int) -> tuple[str, ...]:
        """Number formats that a sentence computes in, canonical ("bf16")."""
        return precision_names(self.sentences[k].text)

    def only(self, k: int, kind: EntityKind, back: int = 0) -> tuple[str, bool]:
        """The one name of a kind in a sentence or, failing any, in one of those before it.

        Returns
        -------
        str
            As written; "" where there is none, or two.
        bool
            Whether it stands in a sentence before.
        """
        for j in range(k, max(-1, k - back - 1), -1):
            found = self.named(j, kind)
            if found:
                return (found[0].name if len(found) == 1 else "", j != k)
        return "", False

    def clauses(self, k: int) -> Iterator[tuple[Scene, tuple[int, ...]]]:
        """The passage up to a sentence, once with each of its clauses alone in its place.

        With each, the index that its readings have in the whole sentence.
        """
        whole = self.sentences[k]
        cuts = [m.end() for m in _APART.finditer(whole.text)]
        for low, high in pairwise([0, *cuts, len(whole.text)]):
            kept = [i for i, r in enumerate(whole.readings) if low <= r.start and r.end <= high]
            text = " " * low + whole.text[low:high] + " " * (len(whole.text) - high)
            alone = Sentence(text, whole.start, tuple(whole.readings[i] for i in kept))
            yield Scene((*self.sentences[:k], alone)), tuple(kept)

    def heard(self, patterns: Mapping[str, Lazy], k: int | None = None) -> frozenset[str]:
        """Which patterns a sentence, or the whole passage, matches."""
        text = self.text if k is None else self.sentences[k].text
        return frozenset(name for name, p in patterns.items() if p.search(text))
