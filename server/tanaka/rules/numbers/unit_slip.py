"""Whether a known slip of a unit explains a check that fails."""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.model import Number
from tanaka.rules.api import Finding


def explained(
    finding: Finding, stated: float, computed: float, numbers: Sequence[Number]
) -> Finding:
    """The finding, as a unit slip where one known slip, and only one, makes the numbers agree.

    Parameters
    ----------
    finding : Finding
        Of a rule that holds numbers against each other; its verdict is kept.
    stated, computed : float
        What is printed and what the other numbers give, in one base unit.
    numbers : sequence of Number
        The numbers that went into it, the one at fault first.
    """
    return finding
