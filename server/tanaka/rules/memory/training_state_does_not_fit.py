r"""## What it checks
That weights, gradients and optimizer state of a model that is trained on counted, named devices fit into
their memory together.

## Why it matters
It is the first question about any training set-up, and an arithmetic one: 13 billion parameters
at 16 bytes are 208 GB, wherever they are sharded.

## What is left alone
Adapters, offloading, low-bit and fused optimizers, mixture-of-experts and inference. Where data
parallelism or ZeRO-1 or 2 is stated, the state that each device holds is compared with one device;
otherwise that of all with all. Where the model or the part stands in another sentence nothing is
proven. The recipe must be stated for a proof (16 bytes per parameter with FP32 master weights and moments); with
Adam alone the floor is 4 bytes. An "80 GB" part is taken to hold 80 GiB. Activations and buffers
are left out: they only add.

## Example
```latex
We train in BF16 with AdamW, FP32 master weights and FP32 moments, all of it kept in HBM.
For the ablation we train the same 13B model on two A100-80GB.
%                                               ^^^^^^^^^^^^^ TK301: 208 GB
```
Name the third card, the offloading or the low-bit optimizer that made it fit.

## References
- Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
  SC 2020, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import Sourced, find, most_capacity, sources
from hwmodels.memory import (
    RECIPES,
    Recipe,
    devices_needed,
    largest_parameter_count,
    training_state_bytes,
)
from tanaka.paper.model import OPEN, Asserted, NumberId, TrainingState
from tanaka.paper.setup import speaks_of
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    FitFigure,
    FitPart,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.device_share import device_shares
from tanaka.rules.memory.held_state import held_states
from tanaka.rules.memory.sizes import size
from tanaka.rules.memory.training_run import judged, sharded

_SILENT = frozenset({"adapter", "offload", "low-bit", "fused", "experts"})
_WHAT = ("weights and gradients alone", "weights, gradients and optimizer state")
_RECIPE = {
    "mixed-adam-16": "mixed-precision Adam, as stated",
    "leanest": "16-bit weights and gradients, no optimizer state",
}
_MODEL_NAME_SLACK = 0.85  # "13B" is a label of a class of models


@rule("TK301", since="0.1.0")
def training_state_does_not_fit(ctx: Context) -> Iterator[Outcome]:
    """Training state against the capacity of the devices named."""
    named: set[NumberId] = set()
    for outcome in _told_of(ctx):
        if isinstance(outcome, Finding):
            named |= set(outcome.operands)
        yield outcome
    for outcome in held_states(ctx, frozenset(named)):
        if isinstance(outcome, Finding):
            named |= set(outcome.operands)
        yield outcome
    told = {ctx.paper.number(i).block for i in named}
    for outcome in device_shares(ctx, "TK301"):
        if not told & {ctx.paper.number(i).block for i in outcome.operands[:1]}:
            yield outcome


def _told_of(ctx: Context) -> Iterator[Outcome]:
    """Runs that sentences tell of."""
    yield from _stated_at_once(ctx)
    told = {c.devices for c in ctx.paper.of(TrainingState)}
    for run in ctx.paper.physical("training state"):
        if run.asserted is not Asserted.YES:
            continue
        # what one sentence tells of altogether is judged above, unless its shards are told, too
        whole = run.at("devices") in told
        if (not whole or sharded(run)) and (outcome := judged(ctx, run, both=whole)):
            yield outcome


def _stated_at_once(ctx: Context) -> Iterator[Outcome]:
    """Runs whose model, devices and part stand in one sentence."""
    lean = speaks_of(ctx.paper, "lean-state")  # somewhere in the paper, perhaps of this run
    for claim in ctx.paper.of(TrainingState):
        params, count = ctx.paper.number(claim.params), ctx.paper.number(claim.devices)
        parts = find(claim.device)
        held = most_capacity(parts)
        if (
            held is None
            or claim.asserted is not Asserted.YES
            or claim.cues & _SILENT
            or count.quantity.hedged
        ):
            continue
        stated = (
            {"fp32-master", "fp32-moments"} <= claim.recipe and "adam" in claim.recipe
        ) or "bytes-16" in claim.recipe
        usual = RECIPES["mixed-adam-16"]
        floor = usual if stated else RECIPES["leanest"]
        least = params.quantity.point * _MODEL_NAME_SLACK * floor.total
        there = count.quantity.point * held.value
        needed = params.quantity.point * usual.total
        excused = lean and "kept" not in claim.cues
        proven = (
            least > there and held.verified and not claim.cues & {"inference", OPEN} and not excused
        )
        if not proven and "inference" in claim.cues:
            continue  # which of the two the devices are for nobody says
        # What is shown is what is proven: where the recipe is not stated, its floor.
        recipe = floor if proven else usual
        d = Derivation(ctx.paper)
        steps = _derive(ctx, d, claim, recipe, held.value, held.source, stated or proven)
        total, capacity = steps
        if needed <= there:
            yield Held(
                "TK301",
                (claim.devices, claim.params),
                f"{total.shown} of {capacity.shown}",
                tuple(d.steps),
                slots=(
                    Slot("axis", "memory"),
                    Slot("need", f"{total.shown} of training state", "M"),
                    Slot("cap", capacity.shown, "C"),
                ),
            )
            continue
        if not stated and ("adam" not in claim.recipe or excused):
            continue
        short = size(total.value - capacity.value, 2)
        fits = devices_needed(total.value, held.value)
        most = largest_parameter_count(count.quantity.point, held.value, recipe.total)
        way_out = (
            f"{fits:.0f} devices with everything sharded, or at most {most / 1e9:.1f}B parameters"
        )
        d.known(
            "devices that hold it",
            fits,
            "1",
            Computed("everything sharded evenly"),
            shown=f"{fits:.0f}",
        )
        if not proven:
            d.known(
                "parameters that fit",
                most,
                "1",
                Computed("everything sharded evenly"),
                shown=f"{most / 1e9:.1f}B",
                symbol="F",
            )
        yield Finding(
            "TK301", "training-state-does-not-fit", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
            AtNumber(claim.devices),
            f"{total.shown} of {_WHAT[recipe is usual]} on {count.quantity.point:.0f} {parts[0].family}, which hold {capacity.shown}.",
            tuple(d.steps), operands=(claim.devices, claim.params),
            note=f"{short} short",
            bold=f"{total.text} is {total.shown}; {count.quantity.point:.0f} {parts[0].family} hold {capacity.shown}.",
            only_if="" if proven else _only_if(held, capacity.shown, parts[0].family, way_out),
            related=((AtNumber(claim.params), "the model"),),
            figure=FitFigure(
                _parts(params.quantity.point, recipe),
                there, f"{count.quantity.point:.0f} cards",
            ),
            slots=(
                Slot("per_param", f"{recipe.total:g} B", "c"), Slot("recipe", "as you state it" if stated else ""),
                Slot("need", total.shown, "M"), Slot("cap", capacity.shown, "C"),
                Slot("n_dev", f"{count.quantity.point:,.0f}", "n", count=int(count.quantity.point)),
                Slot("device", parts[0].family), Slot("flip", "" if proven else f"{most / 1e9:.1f}B parameters", "F"),
            ),
        )  # fmt: skip


def _only_if(held: Sourced, shown: str, family: str, way_out: str) -> str:
    """What would have to hold for the run to be possible."""
    if not held.verified:
        return f"the {family} holds more than the {shown} that is printed, or {way_out}"
    return f"the optimizer state is leaner than 12 B per parameter, or {way_out}"


def _derive(
    ctx: Context,
    d: Derivation,
    claim: TrainingState,
    recipe: Recipe,
    each: float,
    source: str,
    certain: bool,
) -> tuple[Step, Step]:
    params = d.stated("parameters", claim.params, symbol="N")
    bytes_each = d.known(
        "state per parameter", recipe.total, "byte",
        Computed(_RECIPE[recipe.name]) if certain else Assumption("mixed-precision Adam"),
        shown=f"{recipe.total:g} B", symbol="c",
    )  # fmt: skip
    needed_value = params.value * recipe.total
    needed = d.computed("needed", "byte", f"{params.shown} × {bytes_each.shown}", training_state_bytes, params, bytes_each,
                        reference=training_state_bytes.source, shown=size(needed_value), symbol="M")  # fmt: skip
    count = d.stated("devices", claim.devices, symbol="n")
    card = d.known("memory of one", each, "byte", Datasheet(source, sources()[source].title),
                   shown=f"{each / 2**30:g} GiB")  # fmt: skip
    digits = f"{count.value:.0f}"
    there = Step("there", count.value * each, count.value * each, count.value * each, "byte",
                 f"{digits} × {card.shown}", Computed(), True, size(count.value * each), "C")  # fmt: skip
    d.steps.append(there)
    return needed, there


def _parts(count: float, recipe: Recipe) -> tuple[FitPart, ...]:
    """Shares of the state in 16 and in 32 bits, those that there are."""
    low, high = recipe.weights + recipe.gradients, recipe.master + recipe.moments
    sizes = (("16-bit", low, False), ("FP32", high, True))
    return tuple(FitPart(f"{n}, {b:g} B", count * b, held) for n, b, held in sizes if b)
