"""A training step stage by stage and phase by phase: what is live, where the peak is, what makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.optimizers import Recipe
from hwmodels.training_memory import PHASES, phases


@dataclass(frozen=True, slots=True)
class StageTimeline:
    """Memory of one device of a stage in each phase of a step.

    Attributes
    ----------
    stage : int
        From 0.
    low, high : mapping
        For each of `hwmodels.training_memory.PHASES` its parts by name [byte].
    """

    stage: int
    low: Mapping[str, Mapping[str, float]]
    high: Mapping[str, Mapping[str, float]]

    @property
    def totals(self) -> tuple[tuple[float, float], ...]:
        """Low and high of each phase, in the order of a step [byte]."""
        return tuple((sum(self.low[p].values()), sum(self.high[p].values())) for p in PHASES)

    @property
    def peak(self) -> tuple[float, float]:
        """The most of all phases, low and high [byte]."""
        return max(low for low, _ in self.totals), max(high for _, high in self.totals)

    @property
    def at(self) -> str:
        """The phase of the high peak, the first of several."""
        return max(PHASES, key=lambda p: (sum(self.high[p].values()), -PHASES.index(p)))

    @property
    def largest(self) -> str:
        """The part that makes most of the high peak."""
        parts = self.high[self.at]
        return max(parts, key=lambda name: parts[name])


def step_timeline(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe
) -> tuple[StageTimeline, ...]:
    """Every stage of a pipeline through a step.

    Parameters
    ----------
    model : Decoder
    layout : Layout
        With a whole number of stages.
    batch : Batch
    recipe : Recipe

    Raises
    ------
    ValueError
        Where the number of stages is not whole, or there are more of them than layers.
    """
    stages = int(layout.pipeline)
    if stages != layout.pipeline or stages < 1 or model.layers < stages:
        raise ValueError("a pipeline has a whole number of stages, each of at least one layer")
    found = []
    for i in range(stages):
        low, high = phases(model, layout, batch, recipe, i)
        sides = (
            {p: {n: float(v) for n, v in parts.items()} for p, parts in side.items()}
            for side in (low, high)
        )
        found.append(StageTimeline(i, *sides))
    return tuple(found)


def fullest(stages: tuple[StageTimeline, ...]) -> StageTimeline:
    """The stage with the highest peak, the first of several.

    Raises
    ------
    ValueError
        Where there is none.
    """
    return max(stages, key=lambda s: (s.peak[1], -s.stage))
