"""How long a training run takes, and what it costs.

With a share of the peak given it is an identity; without one, a step of the model on the part is
estimated, and the share follows from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwmodels.answer import Answer, Term
from hwmodels.formula import OutsideValidity
from hwmodels.training_layout import RECOMPUTATIONS, Layout, Machine, Shape
from hwmodels.training_time import training_rate
from hwmodels.transformer import training_seconds
from hwmodels.utilization import flops_utilization
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation, Row, row, shown, spread

if TYPE_CHECKING:
    from hwmodels.models import Model

USUAL = (0.21, 0.46)
_USUAL = "Chowdhery et al., PaLM, table 3: GPT-3 21.3 %, PaLM 46.2 %"
_NODE = 8
# What only the estimate of a step takes.
_OF_A_STEP = (
    "sequence", "network", "node", "tp", "pp", "chunks", "cp", "zero", "micro-batch",
    "micro-batches", "recompute", "attention", "execution",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Step:
    """An estimated step: its time [s], and tokens a second of all devices together."""

    seconds: tuple[float, float]
    rate: Answer
    tokens: float
    about: str


def _training(given: Given) -> Calculation:
    (low, high), model = named.size(given, "training")
    if model is not None:
        low = high = model.active_parameters
    typed = given.word("part")
    parts = named.parts(typed)
    precision = given.word("precision", "bf16")
    peak = named.rates(parts, precision)
    trained = given.reach("tokens", 0.0) if given.has("tokens") else None
    devices = given.reach("devices", 1.0)
    flops = named.training_flops(low), named.training_flops(high)
    notes: list[tuple[str, str]] = []
    step: _Step | None = None
    if given.has("mfu"):
        over = [name for name in _OF_A_STEP if given.has(name)]
        if over:
            raise Refused(f"{over[0]}: counts where the step is estimated, without mfu")
        mfu = given.reach("mfu", 0.0)
    else:
        estimated = _step(given, model, parts, precision)
        if isinstance(estimated, _Step):
            step = estimated
            mfu = flops_utilization.interval(
                R=(step.rate.low, step.rate.high), F=flops, n=devices, P=peak
            )
        else:
            mfu = USUAL
            notes.append(("step not estimated", estimated))
    if trained is None and step is None:
        raise Refused("training needs tokens (tokens to train on), or a step that it can estimate")
    tokens = trained if trained is not None else (step.tokens, step.tokens)  # type: ignore[union-attr]
    alone = {"F": flops, "T": tokens}
    reached = mfu[0] * peak[0], mfu[1] * peak[1]
    if step is not None:
        # From the rate itself: variants with other peaks do not widen it.
        seconds = tokens[0] / step.rate.high, tokens[1] / step.rate.low
        gpu_seconds = seconds[0] * devices[0], seconds[1] * devices[1]
        reached = tuple(r * f / devices[0] for r, f in zip((step.rate.low, step.rate.high), flops, strict=True))  # type: ignore[assignment]  # fmt: skip
    else:
        seconds = training_seconds.interval(n=devices, X=reached, **alone)
        # More devices take less time each: the product does not depend on their number.
        gpu_seconds = training_seconds.interval(n=(1.0, 1.0), X=reached, **alone)
    rows = []
    if step is not None:
        rows += [Row(t.name, t.low, t.high, "s", "of a step") for t in step.rate.terms]
        rows += [
            Row("step", *step.seconds, "s", f"{shown(step.tokens, 'token')}; the spreads of its terms in quadrature"),
            Row("rate", step.rate.low, step.rate.high, "token/s", "all devices together", step.rate.source),
            Row("MFU", *mfu, "1", "6 FLOP a parameter and token, over the peak"),
        ]  # fmt: skip
    rows += [
        Row("work of a token", *flops, "FLOP/token", f"6 x {spread(low, high, 'parameter')}"),
        Row("work", flops[0] * tokens[0], flops[1] * tokens[1], "FLOP",
            f"x {spread(*tokens, 'token')}"),
        Row("peak", *peak, "FLOP/s", f"{precision}, dense, one {named.label(parts, typed)}",
            named.cited(p.rate(precision) for p in parts), named.verified(p.rate(precision) for p in parts)),
        Row("reached", *reached, "FLOP/s",
            "by each device" if step is not None else f"MFU {_from_to(mfu)}",
            "" if given.has("mfu") or step is not None else _USUAL),
        Row("device-hours", gpu_seconds[0] / 3600, gpu_seconds[1] / 3600, "1", "all devices together"),
    ]  # fmt: skip
    terms = [Term("device-hours", gpu_seconds[0] / 3600, gpu_seconds[1] / 3600, "1")]
    if step is not None:
        terms = [*step.rate.terms, Term("MFU", *mfu, "1"), *terms]
    if given.has("price"):
        price = given.reach("price", 0.0)
        cost = gpu_seconds[0] * price[0], gpu_seconds[1] * price[1]
        rows.append(Row("cost", *cost, "USD", f"at {_hourly(price)} for a device and hour"))
        terms.append(Term("cost", *cost, "USD"))
    if step is not None:
        convention = f"{step.about}; {step.rate.convention}"
    else:
        convention = "6 FLOP a parameter and token, attention left out; no failures or restarts"
        if model is not None and model.active_parameters != model.parameters:
            convention += "; active parameters"
    return Calculation(
        "training", "time of the run" if trained is not None else "time of a step",
        Answer(
            *seconds, "s", "estimate", convention,
            step.rate.source if step is not None else training_seconds.source, tuple(terms),
        ),
        "T = tokens / rate" if step is not None else training_seconds.text,
        "",
        inputs=tuple(row(n, m.low, "") if m.exact else Row(n, m.low, m.high, "") for n, m in given.measures.items()),
        rows=tuple(rows),
        notes=tuple(notes),
    )  # fmt: skip


def _from_to(ends: tuple[float, float]) -> str:
    return shown(ends[0], "1") if ends[0] == ends[1] else spread(*ends, "1")


def _hourly(price: tuple[float, float]) -> str:
    low, high = (f"{3600 * p:,.2f}" for p in price)
    return f"USD {low}" if low == high else f"USD {low} to {high}"


def _step(given: Given, model: Model | None, parts: named.Parts, precision: str) -> _Step | str:
    """A step over all the variants, or why there is none: what is missing to estimate it.

    Raises
    ------
    Refused
        For a layout that is given and cannot be.
    """
    if model is None:
        return "N alone has no shape; name a model, its sequence and its layout, or give mfu"
    if not given.has("sequence"):
        return "give sequence, the positions of a sample, and the layout, or give mfu"
    if not given.measures["sequence"].exact or given.reach("devices", 1.0)[0] != given.reach("devices", 1.0)[1]:  # fmt: skip
        return "it takes one number of devices and one sequence"
    devices, node = given.whole("devices", 1), given.whole("node", _NODE)
    tensor, stages, context = (given.whole(n, 1) for n in ("tp", "pp", "cp"))
    split = tensor * stages * context
    if devices % split:
        raise Refused(f"devices={devices}: not a multiple of tp x pp x cp = {split}")
    if stages > model.layers.value:
        raise Refused(f"pp: {model.name} has {model.layers.value:g} layers")
    zero = given.whole("zero", 1, least=0)
    if zero > 3:
        raise Refused(f"zero={zero}: a stage from 0 to 3")
    if (devices > node or stages > 1) and not given.has("network"):
        why = f"more than {node} devices" if devices > node else "stages"
        return f"give network, the share of a device in its node's network, for {why}; or mfu"
    # Without other nodes or stages nothing is sent there: any rate gives the same step.
    network = given.reach("network", 1.0)
    if network[0] <= 0:
        raise Refused("network: above zero")
    layout = Layout(
        given.whole("sequence", 1),
        given.whole("micro-batch", 1),
        given.whole("micro-batches", max(1, stages)),
        tensor,
        stages,
        given.whole("chunks", 1),
        context,
        devices // split,
        recomputation=given.word("recompute", "none"),
        attention=given.word("attention", "flash-2"),
        sharding="replicated" if zero == 0 else f"zero-{zero}",
        execution=given.word("execution", "fused"),
    )
    try:
        shape = Shape.of(model)
        found = [
            training_rate(shape, layout, Machine.of(part, n, node, precision))
            for part in parts
            for n in dict.fromkeys(network)
        ]
    except OutsideValidity as error:
        return f"{error}; give mfu"
    slow, fast = min(found, key=lambda a: a.low), max(found, key=lambda a: a.high)
    ends = {t.name: t.low for t in fast.terms}
    rate = Answer(
        slow.low, fast.high, "token/s", "estimate", slow.convention, slow.source,
        tuple(Term(t.name, min(t.low, ends.get(t.name, 0.0)), t.high, "s") for t in slow.terms),
    )  # fmt: skip
    total = float(layout.tokens)
    about = (
        f"tp {tensor}, pp {stages}, cp {context}, {devices // split} replicas of "
        f"{layout.micro_batches:g} x {layout.micro_batch:g} samples of {layout.sequence:g}, "
        f"{layout.sharding}, {layout.attention}, recomputed: {layout.recomputation}, "
        f"communication overlapped, {layout.execution} kernels"
    )
    return _Step((total / rate.high, total / rate.low), rate, total, about)


CALCULATORS = {
    "training": Calculator(
        "training",
        "Time of a training step, days, device-hours and cost of a run",
        (
            named.MODEL,
            named.PARAMETERS,
            Argument(named.PART.name, "", named.PART.help, required=True),
            named.PRECISION,
            Argument("devices", "1", "accelerators", shown="1"),
            Argument("tokens", "token", "tokens to train on; one step is counted without them"),
            Argument("mfu", "1", "share of the peak that the model's own work reaches; estimated where left out"),
            Argument("price", "USD/s", "of one device: $2/h"),
            Argument("sequence", "1", "positions of a sample: the step is estimated"),
            Argument("network", "byte/s", "share of a device in its node's network, one direction"),
            Argument("node", "1", "devices that the scale-up link reaches", shown=str(_NODE)),
            Argument("tp", "1", "degree of tensor and sequence parallelism", shown="1"),
            Argument("pp", "1", "pipeline stages", shown="1"),
            Argument("chunks", "1", "of a stage, where the schedule interleaves", shown="1"),
            Argument("cp", "1", "degree of context parallelism", shown="1"),
            Argument("zero", "1", "ZeRO stage, 0 to 3; 3 is FSDP", shown="1"),
            Argument("micro-batch", "1", "samples of a micro-batch", shown="1"),
            Argument("micro-batches", "1", "of a step, on each replica", shown="pp"),
            Argument("recompute", "", "forward work done again", choices=tuple(RECOMPUTATIONS), shown="none"),
            Argument("attention", "", "kernel of attention", choices=("scores", "flash-1", "flash-2", "flash-3"), shown="flash-2"),
            Argument("execution", "", "of element-wise kernels", choices=("fused", "eager"), shown="fused"),
        ),
        _training,
        ("model=llama-3.1-8b", "part=H100-SXM5-80GB", "devices=8", "tokens=15T", "sequence=8192", "cp=2", "micro-batches=32", "attention=flash-3"),
    )
}  # fmt: skip
