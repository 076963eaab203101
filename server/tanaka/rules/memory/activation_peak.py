r"""## What it checks
That what is live at the peak of a training step fits a device: weights, gradients and optimizer
state, versions, and the activations of all micro-batches in flight. Where the paper states enough,
the memory of its own configuration is drawn phase by phase. Logits, buckets of gradients and gathered
layers are outlines in it, as large as they can be: they need not be there, and nothing rests on them. Batches and micro-batches are
held against what the paper says that one sequence keeps, and against the shape of their model.

## Why it matters
Activations grow with batch times length times depth, and a run that keeps them all needs many times
the memory of its weights. Which of them are recomputed decides what can be trained at all.

## What is left alone
Papers that recompute, offload, train adapters or experts, and shapes that are not stated. A batch is
only held against a device where the text says that nothing is recomputed, and then with the least
that a layer is known to keep: fused attention, lean kernels, no logits, no state. It must be 30%
above the capacity, in GiB, and is called implausible, never more.

## Example
```latex
Without recomputation, 32 sequences of 8K tokens go through 32 layers of width 4,096 on one A100-80GB.
%                      ^^^^^^^^^^^^ TK304: 557 GB of activations
```
Say what is recomputed, or draw the measured memory of a step.

## References
- Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", MLSys 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hwmodels.catalog import most_capacity, sources
from hwmodels.models import Model
from hwmodels.schedules import Schedule
from hwmodels.timeline import in_flight
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.paper.setup import Known
from tanaka.rules import machine
from tanaka.rules.api import (
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
from tanaka.rules.memory.configuration import Configuration, configuration
from tanaka.rules.memory.device_share import device_activations
from tanaka.rules.memory.kept_activations import Kept as KeptActivations
from tanaka.rules.memory.kept_activations import kept
from tanaka.rules.memory.kept_batch import kept_batches
from tanaka.rules.memory.kept_rows import kept_rows
from tanaka.rules.memory.stashed import stashed
from tanaka.rules.step_drawing import drawing
from tanaka.rules.step_memory import Kept, StepMemory, parts_named, stated, step_memory
from tanaka.rules.step_passing import passing

_MARGIN = 1.3
_SPLIT = ("sequence-sharded", "sequence-parallelism", "tensor-parallelism", "pipeline-parallelism", "recomputation")  # fmt: skip
_OVER_DEVICES = ("sequence-parallelism", "tensor-parallelism", "pipeline-parallelism")


@rule("TK304", since="0.1.0")
def activation_peak(ctx: Context) -> Iterator[Outcome]:
    """Batches that keep all activations, and the paper's own configuration."""
    batches = [
        outcome
        for claim in chain(ctx.paper.physical("activations"), kept_rows(ctx.paper))
        if claim.asserted is Asserted.YES
        or (claim.asserted is Asserted.NO and "denied-before" in claim.cues)
        for outcome in _batch(ctx, claim)
    ]
    found = configuration(ctx)
    own = list(_own(found, ctx)) if found is not None else []
    batches += stashed(ctx)
    named = {i for o in batches if isinstance(o, Finding) for i in o.operands}
    further = [*kept_batches(ctx), *device_activations(ctx)]
    for o in further:  # one of a number is enough
        if isinstance(o, Finding) and not named & set(o.operands):
            batches.append(o)
            named |= set(o.operands)
    held = [o for o in further if isinstance(o, Held)]
    wrong = [o for o in batches if isinstance(o, Finding)]
    # The whole step says more than its activations alone.
    yield from wrong or own or batches or held[:1]


# -- one batch ----------------------------------------------------------------------------------


def _batch(ctx: Context, claim: Physical) -> Iterator[Outcome]:
    """A batch of which nothing is recomputed, against the devices of its sentence."""
    paper = ctx.paper
    excused = machine.excuses(paper, "offload", "adapter", "experts", "compression", "early-exit")
    alone = _on_one(paper, claim)
    here = paper.number(claim.number).section
    split = any(
        m.role not in ("negated", "related")
        and not (m.what == "recomputation" and claim.number in m.numbers)  # "recomputation is off"
        and not (alone and m.what in _OVER_DEVICES and m.section != here)  # of another set-up
        for m in paper.mentions_of(*_SPLIT)
    )  # fmt: skip
    if excused or split or claim.cues & {"accumulation", "global"}:
        return
    parts = machine.parts(machine.named(ctx, claim, "device"))
    held, model = most_capacity(parts), machine.model(machine.named(ctx, claim, "model"))
    if held is None or (
        model is None and (claim.at("layers") is None or claim.at("hidden") is None)
    ):
        return
    if model is not None and not (model.dense and model.uniform):
        return
    d = Derivation(paper)
    b = d.stated("sequences", claim.number, symbol="b")
    s = d.stated("sequence length", claim.given[0][1], symbol="s")
    h = _count(d, claim, model, "hidden", "hidden size", "h")
    layers = _count(d, claim, model, "layers", "layers", "L")
    at, share = claim.at("devices"), None
    if at is not None and paper.number(at).quantity.point != 1:
        share = d.stated("devices", at, symbol="n")
    elif dict(claim.counted).get("devices", 1.0) != 1:
        n = dict(claim.counted)["devices"]
        share = d.known("devices", n, "1", Computed("of the system"), shown=f"{n:g}", symbol="n")
    made = kept(d, s, b, h, layers, share, model, held)
    ids = (claim.number, *(id for _, id in claim.given))
    if made.over <= 1:
        yield Held("TK304", ids, f"{made.activations.text} = {made.activations.shown} of {made.capacity.shown}", tuple(d.steps),
                   slots=(Slot("need", made.activations.shown, "A"), Slot("cap", made.capacity.shown, "H"),
                          Slot("phase", "the end of the forward pass")),
                   figure=_fit(made, parts[0].family))  # fmt: skip
        return
    if made.over < _MARGIN or paper.number(claim.number).quantity.hedged:
        return
    yield _finding(d, made, parts[0].family, ids, "at the end of the forward pass")


def _on_one(paper: Paper, claim: Physical) -> bool:
    """Whether one device is counted beside the batch, so that nothing is shared over several."""
    at = claim.at("devices")
    return at is not None and "devices" not in claim.far and paper.number(at).quantity.point == 1


def _finding(
    d: Derivation, made: KeptActivations, family: str, ids: tuple[NumberId, ...], when: str
) -> Finding:
    """Activations above the capacity by more than the margin, at the first of some numbers."""
    return Finding(
        "TK304", "activation-peak", Verdict.IMPLAUSIBLE, AtNumber(ids[0]),
        f"{made.activations.shown} of activations are kept {when}, and one {family} holds {made.capacity.shown}.",
        tuple(d.steps), operands=ids, note=f"{made.activations.shown} of activations",
        bold=f"{made.activations.shown} of activations on {made.capacity.shown}.", only_if=made.way_out,
        figure=_fit(made, family),
        slots=(
            Slot("phase", when.removeprefix("at ").removeprefix("on ")), Slot("live", f"activations {made.activations.shown}", "A"),
            Slot("need", made.activations.shown, "A"), Slot("cap", made.capacity.shown, "H"), Slot("excuse", made.way_out),
        ),
    )  # fmt: skip


def _fit(made: KeptActivations, family: str) -> FitFigure:
    parts = (FitPart("activations", made.activations.value, made.over <= 1),)
    return FitFigure(parts, made.capacity.value, f"one {family}")


def _count(
    d: Derivation, claim: Physical, model: Model | None, role: str, label: str, symbol: str
) -> Step:
    at = claim.at(role)
    if at is not None:
        return d.stated(label, at, symbol=symbol)
    assert model is not None
    value = model.hidden if role == "hidden" else model.layers
    return d.known(f"{label} of {model.name}", value.value, "1", Datasheet(value.source, sources()[value.source].title),
                   shown=f"{value.value:,.0f}", symbol=symbol)  # fmt: skip


# -- the paper's own configuration --------------------------------------------------------------


def _own(found: Configuration, ctx: Context) -> Iterator[Outcome]:
    """The timeline of the paper's own step under the first assumption that fits."""
    made: StepMemory | None = None
    d = Derivation(ctx.paper)
    # What is updated late keeps what it keeps: TK512 asks about that.
    modes = (Kept.ALL, Kept.FUSED) if found.setup.keeps else tuple(Kept)
    if found.setup.recomputes:
        modes = (Kept.ALL,)
    for mode in modes if found.setup.flush else (Kept.ALL,):
        d = Derivation(ctx.paper)
        made = step_memory(d, found.setup, found.shape, mode)
        if made is None or made.capacity is None:
            return
        if not made.over:
            break
    if made is None or made.capacity is None:
        return
    if made.over:
        yield from _over(found, ctx)
        return
    chunked = bool(machine.excuses(ctx.paper, "chunked-loss"))
    parts, most = passing(d, found.setup, found.shape, made, chunked=chunked)
    more = f", {most.label.removesuffix(', at most')} at most {most.shown}" if most else ""
    ids = tuple(dict.fromkeys((*made.numbers, *found.named, *_vocabulary(found))))
    where = "on the first stage" if found.shape.stages else "on each device"
    yield Held(
        "TK304", ids, f"{made.peak.shown} of {made.capacity.shown} are live at the peak {where}{more}", tuple(d.steps),
        slots=(
            Slot("need", made.peak.shown, "P"), Slot("cap", made.capacity.shown, "H"),
            Slot("phase", f"the {made.top.at} phase" if found.shape.stages else "the end of the forward pass"),
        ),
        figure=drawing(made, parts),
    )  # fmt: skip


def _vocabulary(found: Configuration) -> tuple[NumberId, ...]:
    stated_as = found.shape.vocabulary
    return (stated_as.id,) if isinstance(stated_as, Known) else ()


def _over(found: Configuration, ctx: Context) -> Iterator[Finding]:
    """The paper's own step, where it says that nothing is recomputed and the least is too much."""
    setup, shape = found.setup, found.shape
    held = most_capacity(parts_named(setup.devices))
    odd = setup.sequence_parallel and setup.tensor is None
    if held is None or not setup.keeps or not setup.flush or odd or machine.excuses(ctx.paper, "compression"):  # fmt: skip
        return
    if shape.stages is not None and not setup.schedule:
        return
    d = Derivation(ctx.paper)
    b = stated(d, "sequences of a micro-batch", shape.micro_batch, "b")
    s = stated(d, "sequence length", shape.sequence, "s")
    h = stated(d, "hidden size", shape.hidden, "h")
    layers = stated(d, "layers", shape.layers, "L")
    share = stated(d, "tensor parallel degree", setup.tensor, "t") if setup.tensor else None
    flight = None
    if shape.stages is not None and shape.micro_batches is not None:
        p = stated(d, "pipeline stages", shape.stages, "p")
        m = stated(d, "micro-batches of a step", shape.micro_batches, "m")
        layers = d.computed("layers of a stage", "1", f"{layers.value:.0f} / {p.value:.0f}", lambda x, y: x / y, layers, p,
                            total=False, shown=f"{layers.value / p.value:.0f}", symbol="l")  # fmt: skip
        count = in_flight(Schedule(setup.schedule), round(m.value), round(p.value), 0)
        flight = d.known("micro-batches in flight on the first stage", count, "1", Computed(setup.schedule), shown=str(count), symbol="f")  # fmt: skip
    made = kept(d, s, b, h, layers, share, found.model, held, flight)
    known = (
        shape.micro_batch,
        shape.sequence,
        shape.hidden,
        shape.layers,
        setup.tensor,
        shape.stages,
    )
    ids = tuple(k.id for k in known if isinstance(k, Known))
    if made.over >= _MARGIN and not any(ctx.paper.number(i).quantity.hedged for i in ids):
        when = "on the first stage" if flight is not None else "at the end of the forward pass"
        yield _finding(d, made, parts_named(setup.devices)[0].family, ids, when)
