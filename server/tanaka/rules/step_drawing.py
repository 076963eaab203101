"""The drawing of a step's memory: what is live on each stage in each phase."""

from __future__ import annotations

from collections.abc import Sequence

from hwmodels.timeline import StageMemory
from tanaka.rules.api import Layer, TimelineFigure, TimelineLayer, TimelineStage
from tanaka.rules.step_memory import StepMemory
from tanaka.rules.step_passing import Passing

PHASES = ("fill", "steady", "drain", "commit")
ALONE = ("forward", "backward", "update")


def drawing(made: StepMemory, passing: Sequence[Passing] = ()) -> TimelineFigure:
    """Layers of every stage; what comes and goes is an outline at its most.

    Parameters
    ----------
    made : StepMemory
    passing : sequence of Passing
    """
    piped = len(made.stages) > 1
    stages = tuple(_stage(made, s, passing, piped=piped) for s in made.stages)
    limit = made.capacity.value if made.capacity is not None else None
    out = tuple(p.left_out for p in passing if p.left_out)
    phases = PHASES if piped else ALONE
    return TimelineFigure(phases, stages, limit, f"one {made.device}", made.over, out)


def _stage(made: StepMemory, s: StageMemory, passing: Sequence[Passing], *, piped: bool) -> TimelineStage:  # fmt: skip
    phases = PHASES if piped else ALONE
    layers = [TimelineLayer("states", Layer.STATE, (s.states,) * len(phases))]
    if s.versions:
        label = "versions" if made.copies == 1 else f"versions, {made.copies} steps"
        layers.append(TimelineLayer(label, Layer.VERSIONS, (s.versions,) * len(phases), made.copies))  # fmt: skip
    if piped:
        flight = s.in_flight[1]
        layers.append(TimelineLayer("activations", Layer.ACTIVATIONS, s.activations, flight))
        label, note = f"stage {s.stage}", f"{flight} micro-batch{'es' if flight != 1 else ''} in flight"  # fmt: skip
    else:
        # One micro-batch: its layers come one by one, and go back one by one.
        one = s.activations[1]
        layers.append(TimelineLayer("activations", Layer.ACTIVATIONS, (one, one, 0.0), made.depth))
        label, note = "each device", f"{made.depth} layers, one after another"
    for part in passing:
        if part.most and (not part.last or s is made.stages[-1]):
            sizes = (0.0, part.most, part.most, 0.0) if piped else (0.0, part.most, 0.0)
            layers.append(
                TimelineLayer(f"{part.name.split()[0]}, at most", Layer.PASSING, sizes, sure=False)
            )
    return TimelineStage(label, note, tuple(layers))
