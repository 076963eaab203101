"""What a stated size should be, in every reading that its words allow."""

from __future__ import annotations

from tanaka.paper.model import NumberId
from tanaka.quantity.interval import Interval
from tanaka.records import dataclass
from tanaka.rules.api import Step


@dataclass(frozen=True, slots=True)
class Reading:
    """A size that the words may mean, and the condition under which they do."""

    reach: Interval
    why: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A size, computed.

    Attributes
    ----------
    total : Step
        As it is shown.
    sure : tuple of Reading
        Readings that leave nothing to say.
    other : tuple of Reading
        Those that hold under a condition that the text does not state.
    only_if : str
        What would make the claim true where no other reading does, solved for it.
    proves_above, proves_below : bool
        Whether a size above, or below, all readings is a proof.
    name : str
        What has the size ("Llama-2-70B").
    operands : tuple of NumberId
    above : float
        From which factor on a size above is wrong; 0 where none is.
    """

    total: Step
    sure: tuple[Reading, ...]
    other: tuple[Reading, ...]
    only_if: str
    proves_above: bool
    proves_below: bool
    name: str
    operands: tuple[NumberId, ...]
    above: float = 1.15
