"""What a step holds for a part of a phase: logits, buffers of gradients, gathered layers.

None of them must be there: a loss may be computed in chunks, gradients may be reduced in place, and a
layer may be gathered in parts.  So each has a size that it takes at most, beside a peak that stands
without it, or a reason why its size is not known.
"""

from __future__ import annotations

from hwmodels.activations import logits_bytes
from hwmodels.memory import RECIPES
from hwmodels.schedules import Schedule
from hwmodels.sharding import DEEPSPEED_BUCKET, bucket_bytes, gathered_bytes
from hwmodels.training_memory import LOGIT_BYTES
from tanaka.paper.setup import TrainingSetup
from tanaka.records import dataclass
from tanaka.rules.api import Computed, Step
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.step_memory import Shape, StepMemory, size, stated

_LOGIT = LOGIT_BYTES[None][1]
_RECIPE = RECIPES["mixed-adam-16"]
_AHEAD = 1.0  # a unit is fetched ahead while one is computed


@dataclass(frozen=True, slots=True)
class Passing:
    """A part that comes and goes.

    Attributes
    ----------
    name : str
    most : float
        What it takes at most, on a stage that has it [byte].
    last : bool
        Whether only the last stage has it.
    left_out : str
        Why its size is not known; "" where it is.
    """

    name: str
    most: float
    last: bool = False
    left_out: str = ""


def passing(
    d: Derivation, setup: TrainingSetup, shape: Shape, made: StepMemory, *, chunked: bool
) -> tuple[tuple[Passing, ...], Step | None]:
    """Parts of a step that come and go, and what is live with those of the fullest stage at most.

    Parameters
    ----------
    d : Derivation
        Takes the steps.
    setup : TrainingSetup
    shape : Shape
    made : StepMemory
        What is live without them, in steps of the same derivation.
    chunked : bool
        Whether the paper computes its loss in parts, so that the logits are never there at once.
    """
    parts = [
        _logits(d, setup, shape, made, chunked=chunked), _buckets(d, setup, shape, made),
        _gathered(d, setup, shape),
    ]  # fmt: skip
    found = tuple(p for p in parts if p is not None)
    at = len(made.stages) - 1
    here = [p for p in found if p.most and (not p.last or made.top.stage == at)]
    if not here:
        return found, None
    total = made.peak.value + sum(p.most for p in here)
    text = " + ".join([made.peak.shown, *(size(p.most) for p in here)])
    first, names = [p.name for p in here[:-1]], here[-1].name
    names = f"{', '.join(first)} and {names}" if first else names
    step = Step(f"with {names}, at most", total, total, total, "byte", text, Computed("estimate"), False, size(total), "")  # fmt: skip
    d.steps.append(step)
    return found, step


def _step(d: Derivation, label: str, value: float, text: str, source: str) -> None:
    d.steps.append(Step(f"{label}, at most", value, value, value, "byte", text, Computed(source), False, size(value)))  # fmt: skip


def _logits(
    d: Derivation, setup: TrainingSetup, shape: Shape, made: StepMemory, *, chunked: bool
) -> Passing:
    if chunked:
        return Passing("logits", 0.0, True, "Logits are computed in parts")
    if shape.vocabulary is None:
        return Passing("logits", 0.0, True, "Logits are left out: no vocabulary is stated")
    V = stated(d, "vocabulary", shape.vocabulary, "V")
    s, b = shape.sequence.value, shape.micro_batch.value
    t = setup.tensor.value if setup.tensor else 1.0
    held = made.stages[-1].in_flight[1] if setup.schedule == Schedule.GPIPE else 1
    value = float(logits_bytes(s * b, V.value, _LOGIT, t)) * held
    many = f" × {held}" if held > 1 else ""
    over = f" / {t:.0f}" if t != 1 else ""
    text = f"{s:,.0f} × {b:,.0f} × {V.value:,.0f} × {_LOGIT:g} B{many}{over}"
    _step(d, "logits", value, text, "a 16-bit product, and copy, softmax and gradient in FP32")
    return Passing("logits", value, True)


def _buckets(d: Derivation, setup: TrainingSetup, shape: Shape, made: StepMemory) -> Passing | None:
    """Buffers for the reduction of gradients, where there is more than one replica."""
    del shape, made
    if setup.replicas is None:
        return Passing("buckets", 0.0, False, "Buffers of gradients are left out: no number of replicas is stated")  # fmt: skip
    own = next((x for x in d.steps if x.symbol == "N"), None)
    if setup.replicas.value < 2:
        return None
    if own is None:
        return Passing("buckets", 0.0, False, "Buffers of gradients are left out: no number of parameters is stated")  # fmt: skip
    count_of = float(f"{own.value:.3g}")  # by the digits of its step
    value = float(bucket_bytes(2.0, DEEPSPEED_BUCKET, count_of, _RECIPE.gradients))
    count = own.shown if count_of < DEEPSPEED_BUCKET else f"{DEEPSPEED_BUCKET / 1e6:,.0f}M"
    text = f"2 × {count} × {_RECIPE.gradients:g} B"
    _step(d, "buckets of gradients", value, text, f"{bucket_bytes.source}; DeepSpeed's bucket")
    return Passing("buckets", value)


def _gathered(d: Derivation, setup: TrainingSetup, shape: Shape) -> Passing | None:
    """A layer whose sharded weights are gathered, the one fetched ahead, and its gradient."""
    if setup.zero != 3:
        return None
    model = setup.parameters or shape.parameters
    if model is None:
        return Passing("gathered layers", 0.0, False, "Gathered layers are left out: no number of parameters is stated")  # fmt: skip
    t = setup.tensor.value if setup.tensor else 1.0
    layers = shape.layers.value
    n = model.value / layers / t
    w, g = _RECIPE.weights, _RECIPE.gradients
    value = float(gathered_bytes(n, _AHEAD, w, g))
    whole = f"{printed(model.value / 1e9, 4)}B"
    over = f" / {t:.0f}" if t != 1 else ""
    text = f"{whole} / {layers:,.0f}{over} × ({w:g} B + {w:g} B + {g:g} B)"
    _step(d, "gathered layers", value, text, f"{gathered_bytes.source}; one layer fetched ahead")
    return Passing("gathered layers", value)
