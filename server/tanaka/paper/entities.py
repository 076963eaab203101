"""What a sentence names: devices, links, models, datasets, systems and metrics.

Systems are ours (by the paper's own name, its macro, or "we") or others' (by name or citation).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
        Its key in the catalogue ("nvidia-a100-sxm-80gb") or its canonical name ("latency"); ""
        where the catalogue does not know it or the name fits several.
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


def entities(text: str, own: tuple[str, ...] = ()) -> tuple[Entity, ...]:
    """Entities of a sentence, caption, header or stub, in order, none overlapping another.

    Parameters
    ----------
    text : str
        Plain text (see `tanaka.latex.plain`).
    own : tuple of str
        Names that the paper gives its own system.
    """
    return ()
