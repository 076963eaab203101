r"""## What it checks
That a stated rate of training, of reading prompts or of classifying images needs no more FLOPs a
second than the devices have at that precision.

## Why it matters
Every token of a prompt goes through every weight once, forward, and through training three times.
A rate above that counts what was not computed: cached prefixes, padding, or more devices.

## What is left alone
Rates where the sentence speaks of caching, pruning, frozen layers, other resolutions, a service or
an effective rate; encoders; sizes that nothing says to be dense; networks that we do not know. Of a
mixture of experts the active parameters count, of a prompt no output layer, of attention nothing.
For convolutions a proof leaves room for Winograd. The rate of one device is that of all where the
text counts several and does not say "per GPU". Tables, and rows of them that prose names ("the XL
model"), prove nothing.

## Example
```latex
Llama-2-70B ingests 60,000 prompt tokens/s in BF16 on eight A100s, with prefix caching disabled.
%                   ^^^^^^^^^^^^^^^^^^^^^^ TK206: 18,232 tokens/s
```
Say what was counted: tokens computed or tokens served, on one device or on all.

## References
- Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
- Pope et al., "Efficiently Scaling Transformer Inference", MLSys 2023.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from hwmodels.catalog import sources
from hwmodels.flops import infer_flops_per_token
from hwmodels.image_flops import inference_flops_per_image, train_flops_per_image
from hwmodels.models import Model
from hwmodels.networks import Vision, VisionTransformer, find_network
from hwmodels.transformer import train_flops_per_token
from hwmodels.utilization import flops_utilization, most_training_tokens
from tanaka.paper.model import Asserted, NumberId, Paper, Physical
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    AtMention,
    AtNumber,
    Context,
    Datasheet,
    Finding,
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
from tanaka.rules.roofline.named_rows import resolved
from tanaka.rules.roofline.open_rates import as_throughput, open_rates
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
from tanaka.rules.roofline.throughput_rows import throughput_rows

_SILENT = frozenset({"cached", "skipped", "resized", "frozen", "fleet", "effective", "tokenizer", "distilled", "encoder-decoder", "encoder"})  # fmt: skip
_EXCUSES = {
    "excuse-caching": "what a cache gave back is counted",
    "excuse-adapter": "a part of the weights is frozen",
    "excuse-early-exit": "a part of the layers is left out",
    "excuse-sparsity": "a part of the products is skipped",
}
_CLEARLY = 1.03
_NARROW = 2.0  # of half the bits there are twice as many products
_WINOGRAD = 2.25  # fewer multiplications of a 3×3 convolution, F(2×2, 3×3)


@rule("TK206", since="0.1.0")
def throughput_above_roof(ctx: Context) -> Iterator[Outcome]:
    """Rates of tokens and images against the peak of all devices."""
    judged = set()
    for said in chain(ctx.paper.physical("throughput"), throughput_rows(ctx.paper)):
        claim = resolved(ctx.paper, said)
        if (
            claim is None
            or claim.asserted is Asserted.NO
            or claim.cues & _SILENT
            or machine.disowned(ctx.paper, claim.number)
            or not ctx.paper.number(claim.number).quantity.bounded
        ):
            continue
        roof = peak_rate(ctx, claim)
        work = _work(ctx.paper, claim)
        if roof is None or work is None or roof.peak.unit != "FLOP/s":
            continue
        outcomes = tuple(_judged(ctx, claim, work, roof))
        # of images the reader takes a pass forward where no word says that they are trained on
        if claim.name("phase") != "inference" or any(isinstance(o, Finding) for o in outcomes):
            judged.add(claim.number)
        yield from outcomes
    for open_claim, guess in open_rates(ctx, "decode"):
        whole = as_throughput(ctx, open_claim) if open_claim.number not in judged else None
        roof = peak_rate(ctx, whole) if whole is not None else None
        work = _work(ctx.paper, whole) if whole is not None else None
        if whole is None or roof is None or work is None or roof.peak.unit != "FLOP/s":
            continue
        for outcome in _judged(ctx, whole, work, roof, guess):
            if isinstance(outcome, Finding):
                judged.add(whole.number)
                yield outcome


@dataclass(frozen=True, slots=True)
class _Work:
    """What one token or image costs.

    Attributes
    ----------
    size : float
        Parameters that a token is multiplied with, or multiply-adds of an image.
    params : NumberId or None
        The number that states them, where no model is known.
    network : Model or Vision or None
    least : float
        Fewest FLOPs that it can cost.
    sure : bool
        Whether that is known of this very model, at this size of image.
    """

    size: float
    params: NumberId | None
    network: Model | Vision | None
    least: float
    sure: bool


def _work(paper: Paper, claim: Physical) -> _Work | None:
    rate, name = paper.number(claim.number), claim.name("model")
    training = claim.name("phase") == "training"
    network = find_network(name) if name else None
    if rate.quantity.unit == "sample/s":
        if not isinstance(network, Vision):
            return None
        side = claim.name("side")
        if side and float(side) != network.side.value:
            return None
        adds = network.multiply_adds.value
        each = train_flops_per_image(adds) if training else inference_flops_per_image(adds)
        room = 1.0 if isinstance(network, VisionTransformer) else _WINOGRAD
        return _Work(
            adds, None, network, each / room, bool(side) and network.multiply_adds.verified
        )
    formula = train_flops_per_token if training else infer_flops_per_token
    if isinstance(network, Model):
        # every logit is of use in training; of a prompt, those of its last token
        tables = network.table_rows * network.hidden.value
        size = network.read if training else network.active_parameters - tables
        return _Work(size, None, network, formula(size), network.verified)
    params = claim.at("active") or claim.at("params")
    if (name and network is not None) or params is None:
        return None
    if "experts" in claim.cues and claim.at("active") is None:
        return None
    number = paper.number(params)
    if not number.quantity.bounded:
        return None
    return _Work(number.quantity.point, params, None, formula(fewest_parameters(number)), "decoder" in claim.cues)  # fmt: skip


def _judged(
    ctx: Context, claim: Physical, work: _Work, roof: PeakRate, guess: str = ""
) -> Iterator[Outcome]:
    paper = ctx.paper
    rate = paper.number(claim.number)
    devices = dict(claim.counted)["devices"]
    d = Derivation(paper)
    util, need, most, slots = _derive(d, paper, claim, work, roof, devices)
    ids = (claim.number, work.params, claim.at("devices"), claim.at("nodes"))
    operands = tuple(dict.fromkeys(i for i in ids if i is not None))
    share = f"{100 * util.value:.0f}%" if util.value >= 0.1 else f"{printed(100 * util.value, 2)}%"
    # what stands elsewhere may be of another run: such a rate has to be clearly above
    fault = util.low > (
        (_NARROW if "narrow" in claim.cues else 1.0) * _CLEARLY if "open" in claim.far else 1.0
    )
    figure = RooflineFigure(
        roof.family, roof.precision, roof.peak.value, roof.parts[0].bandwidth.value,
        (RooflinePoint("as written", None, need.value, fault),),
    )  # fmt: skip
    slots = (*slots, Slot("util", share, util.symbol), Slot("line", "", at=AtNumber(claim.number)))
    if not fault:
        if claim.asserted is Asserted.YES and util.value <= 1:
            yield Held("TK206", operands, f"{need.shown} of {roof.shown} is {share}", tuple(d.steps), slots, figure)  # fmt: skip
        return
    excuses = machine.excuses(paper, *(m.removeprefix("excuse-") for m in _EXCUSES))
    excuse = _excuse(roof, util)
    if not excuse and excuses:
        excuse = (
            f"{_EXCUSES[excuses[0].what]}: at most {_percent(1 / util.value)} of it is computed"
        )
    proven = (
        not excuse
        and work.sure
        and not claim.far
        and roof.device.proves
        and roof.verified
        and machine.firm(paper, claim, *ids[1:])
        and machine.plain(paper, claim.number, *ids[1:], whole=True)
        and hard(rate).low > most_training_tokens(devices, roof.ceiling, work.least)
    )
    only_if = "" if proven else excuse or guess or _flip(work, util, devices)
    yield Finding(
        "TK206", "throughput-above-roof", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number),
        f"{rate.quantity.shown} of {_named(claim, work, paper)} need {need.shown} of each {roof.family}{of(roof.device)};"
        f" the dense {roof.precision} peak of {roof.shown} allows {most.shown}.",
        settled(tuple(d.steps), roof) if proven else tuple(d.steps), operands=operands, note=f"the roof is {most.shown}",
        bold=f"{most.text} is {most.shown}.", only_if=only_if, figure=figure, case="A" if proven else "B",
        related=tuple((AtMention(m.id), "may raise the roof") for m in excuses[:2] if not proven),
        slots=(*slots, *((Slot("excuse", only_if),) if only_if else ())),
    )  # fmt: skip


def _excuse(roof: PeakRate, util: Step) -> str:
    """A narrower format that the text leaves open and in which the rate is one that there is."""
    narrow = in_eight_bits(roof)
    if narrow is not None and util.low * roof.peak.value <= narrow[1]:
        share = util.value * roof.peak.value / narrow[1]
        return f"the products run in {narrow[0].upper()}, at {_percent(share)} of the {rate_text(narrow[1])} that it has there"
    return ""


def _flip(work: _Work, util: Step, devices: float) -> str:
    """The least change that makes the rate one at the peak."""
    more = f"it is the rate of {math.ceil(devices * util.value):,} devices"
    if isinstance(work.network, Vision):
        side = math.floor(work.network.side.value / math.sqrt(util.value))
        return f"images have at most {side} pixels on a side, or {more}"
    return f"at most {_percent(1 / util.value)} of the tokens are computed, or {more}"


def _percent(share: float) -> str:
    return f"{math.floor(100 * share)}%" if share >= 0.1 else f"{printed(100 * share, 2)}%"


def _named(claim: Physical, work: _Work, paper: Paper) -> str:
    if work.network is not None:
        return work.network.name
    assert work.params is not None
    return claim.name("model") or f"a {paper.number(work.params).quantity.shown} model"


def _derive(
    d: Derivation, paper: Paper, claim: Physical, work: _Work, roof: PeakRate, devices: float
) -> tuple[Step, Step, Step, tuple[Slot, ...]]:
    rate = d.stated("rate", claim.number, symbol="r")
    images = rate.unit == "sample/s"
    training = claim.name("phase") == "training"
    each = _each(d, paper, work, images=images, training=training)
    count = device_count(d, claim, devices)
    limit = peak_step(d, roof)
    value = rate.value * each.value / count.value
    need = d.computed("of each device", "FLOP/s", _over(f"{rate.shown} × {each.shown}", count), _needed, rate, each, count,
                      reference="work of a token or image times their rate", shown=rate_text(value), symbol="R")  # fmt: skip
    # from what is printed above it, so that a reader with a calculator gets the same digits
    roof_value = float(most_training_tokens(count.value, _printed(limit), _printed(each)))
    allowed = f"{roof_value:,.0f}" if roof_value >= 1e4 else significant(roof_value)
    unit = "images/s" if images else "tokens/s"
    times = f"{count.value:,.0f} × " if count.value != 1 else ""
    most = d.computed("roof", rate.unit, f"{times}{limit.shown} / {each.shown}", most_training_tokens, count, limit, each,
                      reference=most_training_tokens.source, shown=f"{allowed} {unit}", symbol="M")  # fmt: skip
    util = d.computed("share of the peak", "1", f"{need.shown} / {limit.shown}", flops_utilization, rate, each, count, limit,
                      reference=flops_utilization.source, symbol="u")  # fmt: skip
    slots = (
        Slot("claim", rate.shown, rate.symbol), Slot("model", _named(claim, work, paper)), Slot("rate", need.shown, need.symbol),
        Slot("peak", limit.shown, limit.symbol), Slot("roof", most.shown, most.symbol), Slot("device", roof.family),
    )  # fmt: skip
    return util, need, most, slots


def _printed(step: Step) -> float:
    digits, unit = step.shown.split()
    return float(digits.replace(",", "")) * {"G": 1e9, "T": 1e12, "P": 1e15}[unit[0]]


def _over(product: str, count: Step) -> str:
    return f"{product} / {count.value:,.0f}" if count.value != 1 else product


def _needed(rate: float, each: float, devices: float) -> float:
    return rate * each / devices


def _each(d: Derivation, paper: Paper, work: _Work, *, images: bool, training: bool) -> Step:
    """FLOPs of one token or image."""
    factor, said = 6 if training else 2, ""
    if images:
        assert isinstance(work.network, Vision)
        adds = work.network.multiply_adds
        size = d.known("multiply-adds of an image", adds.value, "1", Datasheet(adds.source, sources()[adds.source].title),
                       shown=f"{adds.value / 1e9:.6g} G", symbol="A")  # fmt: skip
        formula = train_flops_per_image if training else inference_flops_per_image
    elif work.network is not None:
        assert isinstance(work.network, Model)
        key = work.network.layers.source
        left = "without the input embedding" if training else "without the tables of tokens"
        size = d.known("parameters", work.size, "1", Datasheet(key, f"{work.network.name}, {left}"),
                       shown=f"{work.size / 1e9:.6g}B", symbol="N")  # fmt: skip
        formula = train_flops_per_token if training else infer_flops_per_token
    else:
        assert work.params is not None
        size = d.stated("parameters", work.params, symbol="N")
        said = in_digits(size, paper.number(work.params))
        formula = train_flops_per_token if training else infer_flops_per_token
    return d.computed(
        "work of an image" if images else "work of a token", "FLOP", f"{factor} FLOP × {said or size.shown}", formula, size,
        reference=formula.source, total=False, symbol="F", shown=f"{significant(factor * size.value / 1e9, 5)} GFLOP",
    )  # fmt: skip
