r"""## What it checks
That a stated decoding rate is within what the memory of the devices allows: each pass reads every
weight but the input embedding, and makes one token for each sequence of the batch.

## Why it matters
Decoding at small batch is bound by bandwidth. A rate above the roof means that weights were
smaller, that a pass yielded several tokens, or that a number is of another model.

## What is left alone
Rates without batch, precision, device or a model that we know; part and model of the set-up prove
nothing. Where the same sentence speaks of
speculation, sparsity, replicas, prompt tokens or weights on the chip the rule is silent; where
they stand elsewhere it names them as the condition. A table must say model, part, count, format and
batch of each line, and proves nothing. A proof must also stand at the fewest bits
that the paper mentions anywhere, with five per cent to spare. Where the bandwidth stands in
another sentence nothing is proven.

## Example
```latex
At batch 1 in FP16, without speculation, Llama-2-7B decodes at 260 tok/s on one A100-80GB.
%                                                              ^^^^^^^^^ TK207: 154 tokens/s
```
Say how many tokens a pass yields, in how many bits the weights are read, or on how many devices.

## References
- Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
- Pope et al., "Efficiently Scaling Transformer Inference", MLSys 2023.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import find, sources
from hwmodels.decode import decode_intensity, decode_pass_bytes, decode_roof, weight_bytes
from hwmodels.models import Model, find_model
from hwmodels.roofline import utilization
from tanaka.paper.decode import bits
from tanaka.paper.model import Asserted, DecodeRate, Mention, NumberId, Paper, Where
from tanaka.paper.setup import bits_told
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtMention,
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Datasheet,
    Figure,
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
from tanaka.rules.roofline import friendliest
from tanaka.rules.roofline.decode_by_size import decode_by_size
from tanaka.rules.roofline.decode_rows import decode_rows
from tanaka.rules.roofline.decode_setting import (
    Memory,
    completed,
    memory_of,
    one_device,
    stated_rate,
)
from tanaka.rules.roofline.open_rates import as_decode, open_rates

_ALONE = 1.2  # of a part that nobody counts
_SLACK = 1.05  # datasheets round, and a part may be clocked a little higher
_EXCUSES = {
    "decode-speculation": "a pass yields several tokens",
    "decode-parallel": "a pass emits several tokens",
    "decode-early-exit": "tokens leave before the last layer",
    "decode-sparsity": "a part of the weights is not read",
    "decode-cache-size": "fewer positions are read than are stated",
    "decode-prefix": "a shared prefix is read once",
    "decode-replicas": "replicas are counted together",
    "decode-total": "tokens of the prompt are counted",
    "decode-on-chip": "weights stay on the chip",
    "decode-in-memory": "products run inside the memory",
    "decode-responses": "answers come from a cache",
    "bits-0": "the weights have fewer bits than stated",
}
# "Two tokens are confirmed per pass.": said of the rates of its paragraph
_NEAR = ("decode-speculation", "decode-parallel")
# What several copies do together moves nothing where the devices of a rate are counted.
_OF_MANY = ("decode-replicas",)
_SUBJECT = (Where.TITLE, Where.ABSTRACT)


@rule("TK207", since="0.1.0")
def decode_above_bandwidth(ctx: Context) -> Iterator[Outcome]:
    """Decoding rates against the bytes that a pass must read."""
    paper = ctx.paper
    rows = dict(decode_rows(paper))
    judged = set()
    for said in (*paper.of(DecodeRate), *rows):
        claim, guess = completed(ctx, said)
        if said in rows and claim.device:
            claim = replace(claim, device=friendliest.exactly(paper, claim.device))
        model = find_model(claim.model) if claim.model else None
        width, rate = bits(claim.weights), paper.number(claim.rate)
        if (
            model is None
            or width is None
            or claim.batch is None
            or claim.batch < 1
            or not claim.decoding
            or claim.asserted is Asserted.NO
            or machine.disowned(paper, claim.rate)
            or not rate.quantity.bounded
            or (not model.dense and claim.batch > 1)
            or (rate.quantity.unit == "s" and claim.batch != 1)  # of one token, or of a pass?
        ):
            continue
        memory = memory_of(paper, claim)
        if memory is not None and guess:
            memory = replace(memory, guess=guess)
        devices = claim.devices if claim.devices is not None else one_device(claim, memory)
        if memory is None or devices is None or devices < 1:
            continue
        if outcome := _judged(
            ctx,
            claim,
            model,
            width,
            memory,
            devices,
            table=said in rows,
            alone="alone" in rows.get(said, ()),
            own="own" in rows.get(said, ()),
        ):
            judged.add(claim.rate)
            yield outcome
    yield from _open(ctx, judged)


def _open(ctx: Context, judged: set[NumberId]) -> Iterator[Outcome]:
    """Rates that leave to the rest of the paper what they ran on."""
    for whole, guess in open_rates(ctx, "training", "prefill"):
        if whole.number in judged:
            continue
        found = as_decode(ctx, whole)
        if found is None:
            sized = decode_by_size(ctx, whole, guess)
            if sized is not None and not _explained(ctx.paper, sized[0], active=whole.at("active") is not None):  # fmt: skip
                judged.add(whole.number)
                yield sized[1]
            continue
        claim, own = found
        model, width = find_model(claim.model), bits(claim.weights)
        memory = memory_of(ctx.paper, claim)
        if (
            model is None
            or width is None
            or memory is None
            or claim.devices is None
            or claim.batch is None
        ):
            continue
        # of a mixture at a larger batch at least the experts of one token are read
        memory = replace(memory, guess=guess or "the rate was measured otherwise than it is stated")
        if (
            "device" in whole.far
            and "this one" not in whole.cues
            and _held_elsewhere(ctx.paper, claim, model, width)
        ):
            continue
        outcome = _judged(
            ctx,
            claim,
            model,
            width,
            memory,
            claim.devices,
            table=False,
            alone=False,
            own=own,
            open_roles=True,
        )
        if isinstance(outcome, Finding):
            judged.add(claim.rate)
            yield outcome


def _judged(
    ctx: Context, claim: DecodeRate, model: Model, width: float, memory: Memory, devices: float,
    *, table: bool, alone: bool, own: bool, open_roles: bool = False,
) -> Outcome | None:  # fmt: skip
    paper = ctx.paper
    number = paper.number(claim.rate)
    rate = stated_rate(number)
    d = Derivation(paper)
    derived = _derive(d, paper, claim, model, width, memory, devices, alone=alone)
    bandwidth, read, roof = derived.bandwidth, derived.read, derived.roof
    label, title = _rate(roof.value), memory.parts[0].family if memory.parts else ""
    fault = rate.low > roof.high
    figure = _figure(ctx, claim, model, width, memory, devices, read.value, roof.value, fault=fault)
    batch = f"{claim.batch:.0f}"
    slots = (
        Slot("claim", derived.rate.shown, derived.rate.symbol, at=AtNumber(claim.rate)),
        Slot("bytes", f"{read.value / 1e9:.3g} GB", read.symbol),
        Slot("bw", bandwidth.shown, bandwidth.symbol),
        Slot("roof", label, roof.symbol),
        Slot("batch", batch),
        Slot("line", "", at=AtNumber(claim.rate)),
        *((Slot("device", title),) if title else ()),
    )
    used = memory.number.id if memory.number is not None else None
    inputs = (claim.batch_at, claim.context, claim.bandwidth, claim.devices_at, used)
    operands = tuple(dict.fromkeys((claim.rate, *(i for i in inputs if i is not None))))
    if not fault:
        # of what is printed above it, so that a reader with a calculator gets the same digits
        top = _digits(rate.point) if number.quantity.unit == "s" else rate.point
        text = f"{100 * top / _digits(roof.value):.0f}%"
        util = d.computed("share of the roof", "1", f"{derived.rate.shown} / {label}", utilization,
                          derived.rate, roof, reference=utilization.source, shown=text, symbol="u")  # fmt: skip
        return Held("TK207", operands, f"{derived.rate.shown} of {label} is {text}", tuple(d.steps),
                    (*slots, Slot("util", text, util.symbol)), figure)  # fmt: skip
    excuses = _excuses(paper, claim)
    # what a line of a table leaves out stands elsewhere in the paper: it proves nothing
    guessed = memory.inferred or table
    # replicas are no excuse to be silent where what a rate ran on is counted
    others = [m for m, _ in excuses if not (m.what in _OF_MANY and claim.devices and not alone)]
    if open_roles:
        if not model.dense:  # that a token reads a part of the weights only is counted
            excuses = [(m, same) for m, same in excuses if m.what != "decode-sparsity" or claim.rate in m.numbers]  # fmt: skip
            others = [m for m in others if m.what != "decode-sparsity" or claim.rate in m.numbers]
        others = [m for m in others if _about(paper, m, claim)]
        if rate.low <= _SLACK * roof.high:
            return None
        if not own and rate.low <= _SLACK * _friendliest(
            paper, claim, model, _least_bits(paper, width), memory, devices
        ):
            return None
    if any(same for _, same in excuses) or (
        guessed
        and (others or (not own and not open_roles and _on_another(paper, claim, model, width)))
    ):
        return None
    hardest = _least_bits(paper, width)
    most = _friendliest(paper, claim, model, hardest, memory, devices)
    loud = rate.low > _SLACK * roof.high
    narrow = table and not open_roles and rate.low <= (_ALONE if alone else _SLACK) * most
    as_stated = _friendliest(paper, claim, model, width, memory, devices)
    if narrow and (not own or rate.low <= (_ALONE if alone else _SLACK) * as_stated):
        return None  # of the fewer bits that the paper speaks of
    proven = (
        rate.least > _SLACK * most
        and not excuses
        and not guessed
        and claim.asserted is Asserted.YES
        and machine.plain(paper, claim.rate, *operands, claim.devices_at, whole=True)
        and not (number.quantity.hedged and rate.point < 1.25 * roof.high)
        and model.verified
        and all(p.bandwidth.verified for p in memory.parts)
    )
    only_if, case = "", "A"
    if not proven:
        case = "B"
        if excuses:
            only_if = _EXCUSES[excuses[0][0].what]
        elif memory.inferred:
            only_if = memory.guess
        elif narrow:
            only_if = f"the weights are read in {hardest:g} bits, as elsewhere in the paper"
        elif alone:
            only_if = f"it ran on at least {math.ceil(rate.low / roof.high):,} of them"
        elif table and loud:
            only_if = _batch_needed(claim, rate.low / roof.high)
        elif hardest < width and rate.low <= _SLACK * most:
            only_if = f"the weights are read in {hardest:g} bits, as elsewhere in the paper"
        elif not loud:
            only_if = "the memory runs above its data sheet"
        else:
            only_if = "the rate was measured otherwise than it is stated"
    related = tuple((AtMention(m.id), "may raise the roof") for m, _ in excuses[:2] if not proven)
    stated = f"{derived.rate.shown} at batch {batch} in {claim.weights}"
    each = f"{devices:.0f} × {bandwidth.shown}" if devices > 1 else bandwidth.shown
    allowed = f"the {label} that {each} allow for {model.name}"
    return Finding(
        "TK207", "decode-above-bandwidth", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.rate), f"{stated} exceed {allowed}.", tuple(d.steps), operands=operands,
        note=f"the roof is {label}", bold=f"A pass reads {read.value / 1e9:.3g} GB; {each} allow {label}.",
        only_if=only_if, related=related, figure=figure,
        slots=(*slots, *((Slot("excuse", only_if),) if only_if else ())), case=case,
    )  # fmt: skip


def _inverse(time: float) -> float:
    return 1 / time


# -- the arithmetic -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Derived:
    rate: Step
    read: Step
    bandwidth: Step
    roof: Step


def _derive(
    d: Derivation, paper: Paper, claim: DecodeRate, model: Model, width: float, memory: Memory,
    devices: float, *, alone: bool,
) -> _Derived:  # fmt: skip
    if paper.number(claim.rate).quantity.unit == "s":
        time = d.stated("time of a token", claim.rate, symbol="t")
        rate = d.computed("rate", "token/s", f"1 / {time.shown}", _inverse, time, reference="batch 1", total=False,
                          shown=_rate(1 / time.value), symbol="r")  # fmt: skip
    else:
        rate = d.stated("rate", claim.rate, symbol="r")
    shape = sources()[model.layers.source]
    count = d.known("parameters read", model.read, "1", Datasheet(shape.key, f"{model.name}, without the input embedding"),
                    shown=f"{model.read / 1e9:.5g} G", symbol="N")  # fmt: skip
    each = d.known("width of a weight", width / 8, "byte", Computed(f"{claim.weights}, as stated"),
                   shown=f"{width / 8:g} B", symbol="w")  # fmt: skip
    weights = d.computed("weights", "byte", f"{count.shown} × {each.shown}", weight_bytes, count, each,
                         reference=weight_bytes.source, total=False, shown=f"{count.value * each.value / 1e9:.4g} GB", symbol="W")  # fmt: skip
    if claim.batch_at is not None:
        batch = d.stated("batch", claim.batch_at, symbol="b", exact=True)
    else:
        batch = d.known("batch", claim.batch or 1.0, "1", Computed("as stated in words"),
                        shown=f"{claim.batch:.0f}", symbol="b")  # fmt: skip
    read = weights
    if claim.context is not None and _kept(model, paper.number(claim.context).quantity.point):
        context = d.stated("positions in the cache", claim.context, symbol="c")
        element = bits(claim.cache) or width
        said = f"{claim.cache}, as stated" if claim.cache else "as wide as the weights"
        size = model.kv_bytes(element / 8)
        per = d.known("cache of a position", size, "byte",
                      Computed(f"2 × {model.layers.value:.0f} layers × {model.kv_heads.value:.0f} heads × {model.head_size.value:.0f} × {element / 8:g} B; {said}"),
                      shown=f"{size / 1e3:.4g} kB", symbol="K")  # fmt: skip
        total = decode_pass_bytes(weights.value, batch.value, context.value, per.value)
        read = d.computed("read by a pass", "byte", f"{weights.shown} + {batch.value:.0f} × {context.shown} × {per.shown}",
                          decode_pass_bytes, weights, batch, context, per, reference=decode_pass_bytes.source,
                          total=False, shown=f"{total / 1e9:.4g} GB", symbol="B")  # fmt: skip
    bandwidth = _bandwidth_step(d, memory)
    if claim.devices_at is not None:
        count_of = d.stated("devices", claim.devices_at, symbol="n", exact=True)
    else:
        how = Assumption("one, as nobody counts them") if alone else Computed("one")
        count_of = d.known("devices", devices, "1", how, shown=f"{devices:.0f}", symbol="n")  # fmt: skip
    value = decode_roof(batch.value, read.value, count_of.value, bandwidth.value)
    text = _equation(batch.value, count_of.value, bandwidth, read.value, value)
    roof = d.computed("roof", "token/s", text, decode_roof, batch, read, count_of, bandwidth,
                      reference=decode_roof.source, shown=_rate(value), symbol="R")  # fmt: skip
    del paper
    return _Derived(rate, read, bandwidth, roof)


def _kept(model: Model, positions: float) -> bool:
    """Whether a pass reads a key and a value of all these positions.

    A layer with a window drops those before it, and a latent vector stands for both.
    """
    return not model.latent and (model.window is None or positions <= model.window.value)


def _equation(batch: float, devices: float, bandwidth: Step, read: float, roof: float) -> str:
    """How the roof was made, with as many digits of the bytes as it takes to give its digits."""
    tokens = f"{batch:.0f} token{'s' if batch != 1 else ''}"
    count = f" × {devices:.0f}" if devices != 1 else ""
    text = ""
    for digits in range(4, 10):
        size = f"{read / 1e9:.{digits}g}"
        text = f"{tokens}{count} × {bandwidth.shown} / {size} GB"
        # A stated bandwidth may be rounded more than any size can mend; then its value is meant.
        recomputed = batch * devices * bandwidth.value / (float(size) * 1e9)
        if _rate(recomputed) == _rate(roof):
            break
    return text


def _bandwidth_step(d: Derivation, memory: Memory) -> Step:
    if memory.number is not None:
        why = "the only memory bandwidth that the paper states for a part of its own"
        return d.stated("memory bandwidth", memory.number.id, symbol="M", inferred=why if memory.inferred else "")  # fmt: skip
    part = max(memory.parts, key=lambda p: (p.bandwidth.value, p.bandwidth.verified))
    title = sources()[part.bandwidth.source].title
    return d.known("memory bandwidth", part.bandwidth.value, "byte/s", Datasheet(part.bandwidth.source, title),
                   shown=f"{part.bandwidth.value / 1e12:.4g} TB/s", symbol="M")  # fmt: skip


def _friendliest(
    paper: Paper, claim: DecodeRate, model: Model, width: float, memory: Memory, devices: float
) -> float:
    """The highest roof that the text leaves open [token/s]."""
    batch = claim.batch or 1.0
    context = 0.0
    if claim.context is not None:
        least = max(0.0, hard(paper.number(claim.context)).low)
        context = least if _kept(model, least) else 0.0
    narrow = min(width, bits(claim.cache) or width)
    read = decode_pass_bytes(
        weight_bytes(model.read, width / 8), batch, context, model.kv_bytes(narrow / 8)
    )
    return decode_roof(batch, read, devices, memory.most)


def _least_bits(paper: Paper, width: float) -> float:
    """The fewest bits that the paper mentions for anything."""
    said = [
        float(m.what.removeprefix("bits-"))
        for m in paper.mentions_of(*bits_told(paper))
        if m.role != "negated"
    ]
    return min([width, *(b for b in said if 1 <= b < width)])


def _excuses(paper: Paper, claim: DecodeRate) -> list[tuple[Mention, bool]]:
    """Words that would explain a rate above the roof, and whether they are said of this one.

    What title or abstract speak of is what the paper is about, so it is said of every rate.
    """
    named = any(what != "bits-0" for what in bits_told(paper))
    block = paper.number(claim.rate).block
    found = []
    for m in paper.mentions_of(*_EXCUSES):
        if m.role == "negated" or (m.what == "bits-0" and named):
            continue
        if m.what == "decode-in-memory" and m.role == "related":
            continue  # what another part does inside its memory moves nothing here
        near = m.what in _NEAR and m.role == "ours" and m.passage.rpartition(".")[0] == block
        subject = (
            m.where in _SUBJECT and m.role == "ours" and not (m.what in _OF_MANY and claim.devices)
        )
        own = claim.rate in m.numbers or subject
        found.append((m, own or near))
    return found


def _about(paper: Paper, m: Mention, claim: DecodeRate) -> bool:
    """Whether a way out is said in the section of a rate, or in what sums the paper up."""
    return m.section == paper.number(claim.rate).section or m.where in (
        Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION,
    )  # fmt: skip


def _explained(paper: Paper, claim: DecodeRate, *, active: bool) -> bool:
    """Whether a way out is said of a rate; that a token reads a part of a mixture only is counted."""
    return any(
        (same or _about(paper, m, claim))
        and m.what not in _OF_MANY
        and not (active and m.what == "decode-sparsity" and claim.rate not in m.numbers)
        for m, same in _excuses(paper, claim)
    )


def _batch_needed(claim: DecodeRate, over: float) -> str:
    """The least batch at which a rate is within the roof, the weights being read once a pass."""
    return f"the batch has at least {math.ceil((claim.batch or 1.0) * over - 1e-9):,} sequences"


def _held_elsewhere(paper: Paper, claim: DecodeRate, model: Model, width: float) -> bool:
    """Whether as many of another part that the paper names could do it."""
    own = {p.id for p in find(claim.device)}
    low = stated_rate(paper.number(claim.rate)).low
    for name in friendliest.devices_of(paper):
        parts = find(name)
        if own & {p.id for p in parts}:
            continue
        best = max(p.bandwidth.value for p in parts)
        memory = Memory(best, best, parts, None)
        if low <= _friendliest(paper, claim, model, width, memory, claim.devices or 1.0):
            return True
    return False


def _on_another(paper: Paper, claim: DecodeRate, model: Model, width: float) -> bool:
    """Whether a rate would hold on another part that the paper names."""
    rate = stated_rate(paper.number(claim.rate)).low
    for m in paper.mentioned("device"):
        for part in find(dict(m.settings).get("name", "")):
            read = weight_bytes(model.read, width / 8)
            if rate <= decode_roof(claim.batch or 1.0, read, 1, part.bandwidth.value):
                return True
    return False


# -- how it is shown ----------------------------------------------------------------------------


def _digits(value: float) -> float:
    return float(printed(value).replace(",", ""))


def _rate(value: float) -> str:
    return f"{printed(value)} tokens/s"


def _figure(
    ctx: Context, claim: DecodeRate, model: Model, width: float, memory: Memory, devices: float,
    read: float, roof: float, *, fault: bool,
) -> Figure:  # fmt: skip
    rate = stated_rate(ctx.paper.number(claim.rate)).point
    precision = "fp8" if width <= 8 and any("fp8" in p.peak for p in memory.parts) else "fp16"
    peaks = [p.peak[precision].value for p in memory.parts if precision in p.peak]
    if not peaks:
        return BarsFigure(
            f"{model.name} at batch {claim.batch:.0f}", "token/s",
            (("the roof", roof, False), ("as written", rate, fault)),
        )  # fmt: skip
    intensity = decode_intensity(claim.batch or 1.0, model.active_parameters, read)
    work = 2 * model.active_parameters / devices  # of each device
    part = memory.parts[0]
    name = part.name if len(memory.parts) == 1 else f"{part.family} (fastest variant)"
    return RooflineFigure(
        name, precision, max(peaks), memory.nominal,
        (RooflinePoint("as written", intensity, rate * work, fault),),
    )  # fmt: skip
