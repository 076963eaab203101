"""Stretches of a sentence that state one size each, with the model and the width that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import Entity, EntityKind, entities, same_name
from tanaka.paper.physics.scene import Scene, Spot
from tanaka.paper.physics.widths import Width, widths
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

_SIZE = r"[≈∼~]?\$?\d[\d.,]*[\s\u2009]?(?:[KMGTkmgt]i?B|bytes)\b"
_BREAK = Lazy(
    r";|,\s(?=(?:and|while|whereas|but|plus|so|which|versus|yet|though)\b)|\s(?=(?:while|whereas|versus|vs\.?|compared (?:to|with)|instead of|rather than)\s)"
    rf"|\sand\s(?=(?:its|the|an?|their|another|in|for|with)\b)|,?\s(?:and|or)\s(?=(?:only |about |just |over )?{_SIZE})|,\s(?=(?:only |about |just )?{_SIZE})",
    re.I,
)
# "The 6.7B model decodes 190 tokens/s": the count is of the model.
_OF_A_MODEL = Lazy(r"[- ]?(?:model|network|LLM|decoder|transformer|param(?:eter)?s?)\b", re.I)
# With these a sentence goes on about the model of the one before it.
_GOES_ON = Lazy(r"\W*(?:Its?|This model|The model|The (?:weights|checkpoint)|They)\b")
# "180 tables with 2.4B rows" counts no parameters
_OF_DATA = Lazy(
    r"\s?(?:[\w-]+ )?(?:rows|samples|images|users|entries|vectors|edges|vertices|items|records|documents|words|queries|requests|interactions|examples|pairs|tokens|keys|embeddings)\b",
    re.I,
)
_MODEL_OF_EXPERTS = Lazy(r"\d\s?[x×]\s?$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a sentence of a scene.

    Attributes
    ----------
    k : int
        Index of the sentence.
    start, end : int
        In its text.
    """

    scene: Scene
    k: int
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its words."""
        return self.scene.sentences[self.k].text[self.start : self.end]

    def readings(self) -> list[tuple[Spot, Reading]]:
        """Its numbers, ranges left out."""
        return [
            ((self.k, i), r)
            for i, r in enumerate(self.scene.sentences[self.k].readings)
            if self.start <= r.start < self.end and not isinstance(r.quantity.value, tuple)
        ]

    def sizes(self) -> list[Spot]:
        """Its sizes in bytes."""
        return [spot for spot, r in self.readings() if r.quantity.unit == "byte"]

    def models(self) -> tuple[Entity, ...]:
        """Models that it names, each once."""
        found: dict[str, Entity] = {}
        for e in entities(self.scene.sentences[self.k].text):
            if e.kind is EntityKind.MODEL and self.start <= e.start < self.end:
                found.setdefault(same_name(e.name), e)
        return tuple(found.values())

    def counts(self) -> list[Spot]:
        """Counts of parameters that it states, those of experts ("8x7B") left out."""
        text = self.scene.sentences[self.k].text
        return [
            spot
            for spot, r in self.readings()
            if (
                r.kind is Kind.PARAM_COUNT
                or (r.kind is Kind.TOKEN_COUNT and _OF_A_MODEL.match(text, r.end))
            )
            and r.quantity.unit == "1"
            and r.quantity.bounded
            and r.quantity.point >= 1e6
            and not _MODEL_OF_EXPERTS.search(text, 0, r.start)
            and not _OF_DATA.match(text, r.end)
        ]

    def widths(self) -> tuple[Width, ...]:
        """Widths that it names."""
        return widths(self.text)


def stretches(scene: Scene, k: int) -> Iterator[Stretch]:
    """Stretches of a sentence: it breaks where another clause, or another size of a list, begins."""
    text = scene.sentences[k].text
    at = 0
    for m in _BREAK.finditer(text):
        yield Stretch(scene, k, at, m.start())
        at = m.end()
    yield Stretch(scene, k, at, len(text))


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that a stretch is about.

    Attributes
    ----------
    name : str
        Of a model that is named; "" where only a count is stated.
    count : Spot or None
        The number of its parameters, a label ("70B") or a count.
    label : bool
        Whether the number only labels a class of models.
    far : bool
        Whether it stands in a sentence before.
    """

    name: str
    count: Spot | None
    label: bool
    far: bool


def subject(stretch: Stretch) -> Subject | None:
    """The one model of a stretch, else of its sentence before it, else of the sentence before; None for none or two."""
    scene, k = stretch.scene, stretch.k
    # what another clause names behind it is not what it is about
    led = Stretch(scene, k, 0, stretch.end)
    before = [Stretch(scene, j, 0, len(scene.sentences[j].text)) for j in _before(scene, k)]
    for place in (stretch, led, *before):
        models, counts = place.models(), place.counts()
        if not models and not counts:
            continue
        counts = _outside(scene, models, counts)
        points = {scene.reading(s).quantity.point for s in counts}
        if len(models) > 1 or len(points) > 1:
            return None
        name = models[0].name if models else ""
        at = counts[0] if counts else None
        label = at is None or is_label(scene.reading(at))
        return Subject(name, at, label, place in before)
    return None


def _outside(scene: Scene, models: tuple[Entity, ...], counts: list[Spot]) -> list[Spot]:
    """Counts without the label in a name that is counted behind it: "Llama-2-70B (69B parameters)"."""
    if len(models) != 1 or len(counts) < 2:
        return counts
    (model,) = models
    told = [s for s in counts if 0 <= scene.reading(s).start - model.end <= 2]
    inside = [s for s in counts if model.start <= scene.reading(s).start < model.end]
    if len(told) != 1 or not inside or len(told) + len(inside) != len(counts):
        return counts
    near = scene.reading(told[0]).quantity.point / scene.reading(inside[0]).quantity.point
    return told if 0.8 < near < 1.25 else counts


def _before(scene: Scene, k: int) -> tuple[int, ...]:
    """Sentences before one that it may go on from: the last, and the one that this goes on from."""
    if k < 1:
        return ()
    return (k - 1, k - 2) if k > 1 and _GOES_ON.match(scene.sentences[k - 1].text) else (k - 1,)


def is_label(r: Reading) -> bool:
    """Whether a count is a label: "7B", "13 billion", and not "6.74B" or "110M"."""
    digits = r.quantity.literal.text.replace(",", "").replace(".", "").lstrip("0").rstrip("0")
    return len(digits) < 3
