r"""## What it checks
That parameters, tokens, devices and time of a training run give a utilisation that there is.

Six FLOPs for each parameter and token, over the time of the devices and their dense peak.

## Why it matters
These four numbers are the budget of the paper. Where they give more than the peak, one of them is
of another run; where they give 2 %, the devices did something else most of the time.

## What is left alone
Encoder-decoders, adapters, frozen or masked parts, embedding tables, distillation, generation and
runs that grow or continue. Of a mixture of experts the active parameters count. Six FLOPs are a
floor only where the text says that the model is a dense decoder, or names one that we know; nothing
is proven otherwise, nor where one of the numbers stands in another sentence. Attention and
recomputation are left out, and of a size like "7B" the least that is called so is taken.

## Example
```latex
In BF16, 64 A100s train the dense 7B model on 1T tokens in 7 days.
%                                                          ^^^^^^ TK205: 1,085 TFLOP/s
```
Print tokens trained on, wall time and devices of that one run.

## References
- Kaplan et al., "Scaling Laws for Neural Language Models", 2020, section 2.1.
- Chowdhery et al., "PaLM", 2022, appendix B.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from hwmodels.catalog import sources
from hwmodels.energy import device_time
from hwmodels.flops import training_flops
from hwmodels.models import Model
from hwmodels.transformer import train_flops_per_token
from hwmodels.utilization import device_time_at_utilization, utilization_of_device_time
from tanaka.paper.model import Asserted, How, Number, NumberId, Paper, Physical
from tanaka.quantity import Qualifier
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    Fix,
    Held,
    Outcome,
    RooflineFigure,
    RooflinePoint,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.other_unit import other_unit
from tanaka.rules.roofline.budget_rows import budget_rows
from tanaka.rules.roofline.named_rows import resolved
from tanaka.rules.roofline.open_rates import open_runs
from tanaka.rules.roofline.peak_rate import (
    PeakRate,
    device_count,
    fewest_parameters,
    in_digits,
    in_eight_bits,
    of,
    peak_rate,
    peak_step,
    rate_text,
    settled,
    significant,
)

# Cues under which six FLOPs a parameter are no floor.
_SILENT = frozenset({"encoder-decoder", "adapter", "embedding", "skipped", "continued", "grown", "encoder", "per device"})  # fmt: skip
# Cues under which the devices may have done other work as well, or less than all of it.
_OTHER_WORK = frozenset({"several", "tuned", "experts"})
_USUAL, _LEAST = 0.75, 0.05
_CLEARLY = 1.03
_REACHED = (0.15, 0.65)
"""Utilisation of a run as they are published: a slip of the unit is offered where it lands there."""
_EXCUSES = ("adapter", "sparsity", "early-exit", "experts", "offload")
_DAY, _HOUR = 86400.0, 3600.0
_AMOUNT_SLACK, _SINGLE_DIGITS = 0.9, 0.92


@rule("TK205", since="0.1.0")
def training_budget(ctx: Context) -> Iterator[Outcome]:
    """Parameters, tokens and device time against the peak."""
    judged = set()
    for said in chain(ctx.paper.physical("budget"), budget_rows(ctx.paper)):
        claim = resolved(ctx.paper, said)
        if (
            claim is None
            or claim.asserted is Asserted.NO
            or claim.cues & _SILENT
            or machine.disowned(ctx.paper, claim.number)
        ):
            continue
        roof = peak_rate(ctx, claim)
        budget = _budget(ctx.paper, claim)
        if roof is None or budget is None or roof.peak.unit != "FLOP/s":
            continue
        judged.add(claim.number)
        if outcome := _judged(ctx, claim, budget, roof):
            yield outcome
    for run, guess in open_runs(ctx):
        if run.number in judged or run.cues & _SILENT:
            continue
        roof, budget = peak_rate(ctx, run), _budget(ctx.paper, run)
        if roof is None or budget is None or roof.peak.unit != "FLOP/s":
            continue
        outcome = _judged(ctx, run, budget, roof, guess)
        if isinstance(outcome, Finding):
            judged.add(run.number)
            yield outcome


@dataclass(frozen=True, slots=True)
class _Budget:
    """What a run is stated to be; ``least`` is the fewest parameters that it may mean."""

    model: Model | None
    params: NumberId | None
    least: float
    tokens: NumberId | None
    fewest: float
    devices: float | None
    time: Number
    longest: float


def _budget(paper: Paper, claim: Physical) -> _Budget | None:
    model = None
    name = claim.name("model")
    if name:
        model = machine.model(machine.Named(name, How.STATED))
        if model is None:
            return None  # an encoder, or a network for images
    params = claim.at("active") or claim.at("params")
    if "experts" in claim.cues and claim.at("active") is None and (model is None or model.dense):
        return None
    if params is None and model is None:
        return None
    tokens = claim.at("tokens")
    fewest = dict(claim.counted).get("tokens", 0.0)
    # "over 300B tokens" are as many at least
    at_least = tokens is not None and "open" in claim.far and paper.number(tokens).quantity.qualifier in (Qualifier.GT, Qualifier.MIN)  # fmt: skip
    for role in (params, None if at_least else tokens):
        if role is not None and not _usable(paper.number(role)):
            return None
    if tokens is not None:
        number = paper.number(tokens)
        # "1T" is as good as two digits: 0.5T would be printed so
        fewest = max(_AMOUNT_SLACK * number.quantity.point, hard(number).low)
    if model is not None:
        least = model.read
    else:
        assert params is not None
        least = fewest_parameters(paper.number(params))
    time = paper.number(claim.number)
    longest = _longest(time)
    if not longest:
        return None
    devices = dict(claim.counted).get("devices")
    return _Budget(model, params, least, tokens, fewest, devices, time, longest)


def _usable(number: Number) -> bool:
    return number.quantity.bounded and number.asserted is not Asserted.NO


def _longest(time: Number) -> float:
    """Longest time that a number may mean [s]; 0 where nothing bounds it."""
    q = time.quantity
    if not q.bounded and q.qualifier not in (Qualifier.LT, Qualifier.MAX):
        return 0.0
    most = q.hard.high if q.bounded else q.point
    return most * 31 / 30 if q.shown_unit.startswith("month") else most


def _judged(
    ctx: Context, claim: Physical, budget: _Budget, roof: PeakRate, guess: str = ""
) -> Outcome | None:
    paper = ctx.paper
    d = Derivation(paper)
    util, rate, slots = _derive(d, paper, claim, budget, roof)
    operands = tuple(
        dict.fromkeys(
            i
            for i in (claim.number, budget.params, budget.tokens, claim.at("devices"), claim.at("nodes"))
            if i is not None
        )
    )  # fmt: skip
    share = f"{100 * util.value:.0f}%" if util.value >= 0.1 else f"{printed(100 * util.value, 2)}%"
    slots += (Slot("util", share, util.symbol), Slot("line", "", at=AtNumber(claim.number)))
    figure = RooflineFigure(
        roof.family, roof.precision, roof.peak.value, roof.parts[0].bandwidth.value,
        (RooflinePoint("as written", None, rate.value, util.value > 1),),
    )  # fmt: skip
    lowest = util.value * roof.peak.value / roof.least
    # a single digit is printed for what is close to it: "1T" is not 0.5T
    low = max(util.low, _SINGLE_DIGITS * util.value)
    if "open" in claim.far and low <= _CLEARLY:
        return None  # what stands elsewhere may be of another run: it has to be above the peak
    if low <= _USUAL and lowest >= _LEAST:
        return Held("TK205", operands, f"{rate.shown} of {roof.shown} is an MFU of {share}", tuple(d.steps), slots, figure)  # fmt: skip
    if claim.asserted is not Asserted.YES and low <= 1:
        return None
    if low > _USUAL:
        excuse = _least_excuse(paper, roof, util)
        excuses = machine.excuses(paper, *_EXCUSES)
        proven = not excuse and not excuses and _proves(paper, claim, budget, roof)
        only_if = "" if proven else excuse or guess or _flip(budget, roof, util)
        most = f"{printed(util.value)} times" if util.value > 1 else f"{share} of"
        return Finding(
            "TK205", "training-budget", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
            AtNumber(claim.number),
            f"The budget needs {rate.shown} of each {roof.family}{of(roof.device)}, {most} its dense {roof.precision} peak,"
            f" {roof.shown}.",
            settled(tuple(d.steps), roof) if proven else tuple(d.steps), operands=operands,
            note=f"{rate.shown} of each, {share} of peak",
            bold=f"{rate.text} is {rate.shown}; the peak is {roof.shown}.",
            only_if=only_if, figure=figure, case="A" if proven else "B",
            related=tuple((AtNumber(i), "of the budget") for i in operands[1:3]), fixes=_unit(budget, util),
            slots=(*slots, *((Slot("excuse", only_if),) if only_if else ())),
        )  # fmt: skip
    # so little that the devices must have done other work: said only where one sentence has it all
    far = claim.far - {"precision"}
    sure = roof.device.proves and not far and not claim.cues & _OTHER_WORK
    if lowest >= _LEAST or util.high >= _LEAST or not sure or claim.asserted is not Asserted.YES:
        return None
    idle = f"{100 * (1 - util.value / 0.4):.0f}%"
    only_if = f"{idle} of the device time went elsewhere, at an MFU of 40% in the rest"
    return Finding(
        "TK205", "training-budget", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"The budget leaves each {roof.family} at {rate.shown}, {share} of its dense {roof.precision} peak, {roof.shown}.",
        tuple(d.steps), operands=operands, note=f"{share} of peak",
        bold=f"{rate.text} is {rate.shown}; the peak is {roof.shown}.", only_if=only_if, figure=figure, case="B",
        fixes=_unit(budget, util), slots=(*slots, Slot("excuse", only_if)),
    )  # fmt: skip


def _unit(budget: _Budget, util: Step) -> tuple[Fix, ...]:
    """The unit of time in which the same digits make a usual run."""
    low, high = _REACHED
    time = budget.time.quantity.point
    return other_unit(budget.time, lambda seconds: low <= util.value * time / seconds <= high)


def _proves(paper: Paper, claim: Physical, budget: _Budget, roof: PeakRate) -> bool:
    """Whether the budget is above the ceiling in every reading that the text leaves open."""
    known = (budget.model is not None and budget.model.verified) or "decoder" in claim.cues
    ids = (budget.params, budget.tokens, claim.at("devices"), claim.at("nodes"))
    if (
        not known
        or claim.far
        or claim.cues & _OTHER_WORK
        or not roof.device.proves
        or not roof.verified
        or not machine.firm(paper, claim, *ids)
        or not ("plain row" in claim.cues or machine.plain(paper, claim.number, *ids, whole=True))
    ):
        return False
    seconds = budget.longest if budget.devices is None else budget.devices * budget.longest
    work = train_flops_per_token(budget.least) * budget.fewest
    return work / seconds > roof.ceiling


def _least_excuse(paper: Paper, roof: PeakRate, util: Step) -> str:
    """The friendliest reading under which the budget is one that there is."""
    narrow = in_eight_bits(roof)
    if narrow is not None and util.low * roof.peak.value <= 0.85 * narrow[1]:
        share = util.value * roof.peak.value / narrow[1]
        return f"the products run in {narrow[0].upper()}, at {100 * share:.0f}% of the {rate_text(narrow[1])} that it has there"
    for m in machine.excuses(paper, *_EXCUSES):
        words = {
            "excuse-adapter": "a part of the weights is frozen",
            "excuse-sparsity": "a part of the products is skipped",
            "excuse-early-exit": "tokens leave before the last layer",
            "excuse-experts": "a token goes through a part of the parameters",
        }.get(m.what)
        if words and util.value > 1:
            return f"{words}: at most {printed(100 / util.value, 2)}% of the work"
    return ""


def _flip(budget: _Budget, roof: PeakRate, util: Step) -> str:
    """The least change that makes the budget one at the peak, or at three quarters of it."""
    if util.value <= 1:
        return f"{100 * util.value:.0f}% of the peak is kept from the first step to the last"
    work = util.value * roof.peak.value
    seconds = device_time_at_utilization(work, 1.0, 1.0, roof.peak.value)
    if budget.devices is None:
        hours = budget.time.quantity.point * seconds / _HOUR
        return f"it took at least {printed(hours)} device-hours"
    days = budget.time.quantity.point * seconds / _DAY
    more = budget.devices * seconds
    return f"it took at least {printed(days)} days, or ran on {math.ceil(more):,} devices"


def _derive(
    d: Derivation, paper: Paper, claim: Physical, budget: _Budget, roof: PeakRate
) -> tuple[Step, Step, tuple[Slot, ...]]:
    if budget.model is not None:
        model = budget.model
        key = sources()[model.layers.source].key
        params = d.known("parameters", model.read, "1", Datasheet(key, f"{model.name}, of a token, without the input embedding"),
                         shown=f"{model.read / 1e9:.6g}B", symbol="N")  # fmt: skip
        size = params.shown
    else:
        assert budget.params is not None
        label = "active parameters" if claim.at("active") else "parameters"
        params = d.stated(label, budget.params, symbol="N")
        size = in_digits(params, paper.number(budget.params))
    if budget.tokens is not None:
        tokens = d.stated("tokens", budget.tokens, symbol="T")
        amount = in_digits(tokens, paper.number(budget.tokens))
    else:
        amount = _amount(budget.fewest)
        tokens = d.known("tokens", budget.fewest, "1", Computed("as stated in words"), shown=amount, symbol="T")  # fmt: skip
    each = d.computed("work of a token", "FLOP", f"6 FLOP × {size}", train_flops_per_token, params,
                      reference=train_flops_per_token.source, total=False, symbol="F",
                      shown=f"{6 * params.value / 1e9:,.8g} GFLOP")  # fmt: skip
    work = training_flops(each.value, tokens.value)
    whole = d.computed("work", "FLOP", f"{amount} × {each.shown}", training_flops, each, tokens,
                       reference=training_flops.source, total=False, symbol="C", shown=_flop(work))  # fmt: skip
    time = d.stated("device time" if budget.devices is None else "time", claim.number, symbol="t")
    if budget.devices is None:
        seconds, over = time, in_digits(time, budget.time)
    else:
        count = device_count(d, claim, budget.devices)
        total = device_time(count.value, time.value)
        seconds = d.computed("device time", "s", f"{count.value:,.0f} × {in_digits(time, budget.time)}", device_time, count, time,
                             reference=device_time.source, total=False, symbol="G",
                             shown=f"{_hours(total / _HOUR)} device-hours")  # fmt: skip
        over = seconds.shown
    value = whole.value / seconds.value
    rate = d.computed("of each device", "FLOP/s", f"{whole.shown} / {over}", _over, whole, seconds,
                      reference="work over device time", shown=rate_text(value), symbol="R")  # fmt: skip
    limit = peak_step(d, roof)
    util = d.computed("utilisation", "1", f"{rate.shown} / {limit.shown}", _share, each, tokens, seconds, limit,
                      reference=utilization_of_device_time.source, symbol="u")  # fmt: skip
    slots = (
        Slot("params", params.shown, params.symbol), Slot("tokens", tokens.shown, tokens.symbol),
        Slot("time", time.shown, time.symbol), Slot("rate", rate.shown, rate.symbol),
        Slot("peak", limit.shown, limit.symbol), Slot("device", roof.family),
        *((Slot("n_dev", f"{budget.devices:,.0f}", "n", count=int(budget.devices)),) if budget.devices else ()),
    )  # fmt: skip
    return util, rate, slots


def _over(work: float, seconds: float) -> float:
    return work / seconds


def _share(each: float, tokens: float, seconds: float, peak: float) -> float:
    return float(utilization_of_device_time(tokens, each, seconds, peak))


def _hours(value: float) -> str:
    return f"{value:,.0f}" if value >= 1e5 else significant(value, 6)


def _flop(value: float) -> str:
    for scale, name in ((1e24, "YFLOP"), (1e21, "ZFLOP"), (1e18, "EFLOP"), (1e15, "PFLOP")):
        if value >= scale:
            return f"{value / scale:,.6g} {name}"
    return f"{value / 1e12:,.6g} TFLOP"


def _amount(value: float) -> str:
    return f"{value / 1e12:g}T" if value >= 1e12 else f"{value / 1e9:g}B"
