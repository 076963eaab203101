"""What each number is about: its entity, device, count, precision, experiment and phase.

A block alone gives what stands in a number's own phrase, sentence, row, column or caption; what
holds for a paragraph, a section or the whole paper is found here, over all facts, when it is
asked for.  So an edit of the set-up changes no fact of the numbers that it binds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tanaka.paper.model import How, NumberId


class Role(StrEnum):
    """What a binding says of a number.  The names are those of the JSON output's ``context``."""

    ENTITY = "entity"
    DEVICE = "device"
    DEVICES = "gpus"
    NODES = "nodes"
    LINK = "link"
    PRECISION = "precision"
    MODEL = "model"
    DATASET = "dataset"
    BATCH = "batch"
    SEQUENCE = "seq_len"
    PHASE = "phase"
    EXPERIMENT = "experiment"
    METRIC = "metric"


class Reach(StrEnum):
    """How far from the number its binding stands, the nearest first."""

    PHRASE = "phrase"
    SENTENCE = "sentence"
    ROW = "row"
    COLUMN = "column"
    CAPTION = "caption"
    PARAGRAPH = "paragraph"
    SECTION = "section"
    PAPER = "paper"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that a number is bound to.

    Attributes
    ----------
    role : Role
    value : str
        As written, or its canonical key ("a100-sxm-80gb", "bf16", "decode").
    how : How
        Only ``stated`` and ``declared`` may carry a proof.
    reach : Reach
    at : NumberId or None
        The number that states it, where one does ("on 64 GPUs").
    """

    role: Role
    value: str
    how: How
    reach: Reach
    at: NumberId | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Everything that a number is bound to, the nearest binding of each role."""

    bounds: tuple[Bound, ...] = ()

    def of(self, role: Role) -> Bound | None:
        """The binding of one role; None where it is not known."""
        return next((b for b in self.bounds if b.role is role), None)
