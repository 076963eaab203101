"""A utilisation against the tokens per second that it is stated with, under every way to count a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import Accelerator
from hwmodels.conventions import (
    HARDWARE,
    INFERENCE,
    TRAINING,
    Counted,
    inference_conventions,
    nearest,
    training_conventions,
)
from hwmodels.flops import infer_flops_per_token
from hwmodels.models import Model, find_model
from hwmodels.roofline import utilization
from hwmodels.transformer import train_flops_per_token
from tanaka.paper.about import Role
from tanaka.paper.model import Asserted, Number, NumberId, Paper, Physical
from tanaka.quantity import Kind
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (  # fmt: skip
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.roofline.named_parts import only_part
from tanaka.rules.roofline.peak_rate import (
    PeakRate,
    device_count,
    fewest_parameters,
    peak_rate,
    peak_step,
    rate_text,
    significant,
)
from tanaka.rules.roofline.peaks import peaks, usual_format
from tanaka.rules.roofline.token_share_rows import token_share_tables

_CLOSE = 1.1
"""Averages, clocks and rounded sizes differ by so much."""
_RECOMPUTED = 4 / 3
_AGREES = 1.06
_ALIKE = 1.02
_OTHERS = 3
_LONG = 8192.0
"""Tokens of a sequence where the paper states none: attention is then a good part of a token."""
_MOST = 1.15  # a label of "7B" may be of 8
_DEEP = 128.0  # layers: the narrowest model of a size has the costliest attention
_SILENT = frozenset({
    "cached", "skipped", "resized", "frozen", "fleet", "effective", "tokenizer", "distilled", "encoder-decoder", "encoder", "busy",
    "achievable", "sparse", "mixed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    """What a token costs: the ways to count it, the least and the most [FLOP], and the stated length."""

    ways: tuple[Counted, ...]
    model: Model | None
    low: float
    high: float
    length: float | None


@dataclass(frozen=True, slots=True)
class _Beside:
    """A utilisation and the rate of tokens that it is stated with."""

    claim: Physical
    rate: Number
    share: Number
    roof: PeakRate
    token: _Token
    devices: float

    def off(self, way: Counted) -> float:
        """How far the utilisation is from what one way to count a token gives, as a factor of 1 or more."""
        u = self.share.quantity.nominal
        near = self.rate.quantity.point * way.flops / self.devices / self.roof.peak.value
        return max(near / u.high, u.low / near, 1.0)


def token_shares(ctx: Context) -> Iterator[Outcome]:
    """Utilisations against rates of tokens: held where one way to count agrees, else doubted."""
    for claim in ctx.paper.physical("token-utilization"):
        found = _beside(ctx, claim)
        if found is not None:
            yield from _judged(ctx.paper, found)
    for claims in token_share_tables(ctx.paper):
        told = [b for c in claims if (b := _beside(ctx, c)) is not None]
        odd = _odd_one(told)
        for beside in told:
            if odd is not None and beside is odd[0]:
                yield _finding(ctx.paper, beside, odd[1])
            else:
                yield from _judged(ctx.paper, beside)


def _beside(ctx: Context, claim: Physical) -> _Beside | None:
    at = claim.at("rate")
    share = ctx.paper.number(claim.number)
    if claim.cues & _SILENT or claim.asserted is not Asserted.YES:
        return None
    if at is None or not share.quantity.bounded or not 0 < share.quantity.point < 1:
        return None
    rate = ctx.paper.number(at)
    roof, token = _roof(ctx, claim, at), _token(ctx.paper, claim)
    if roof is None or token is None or not rate.quantity.bounded:
        return None
    return _Beside(claim, rate, share, roof, token, dict(claim.counted)["devices"])


def _odd_one(told: list[_Beside]) -> tuple[_Beside, Counted] | None:
    """The one row of a table that another way to count would explain, where all others count one way.

    At least three others have to agree, within rounding and two per cent.
    """
    for name in dict.fromkeys(w.name for b in told for w in b.token.ways):
        ways = [next((w for w in b.token.ways if w.name == name), None) for b in told]
        apart = [(b, w) for b, w in zip(told, ways, strict=True) if w is None or b.off(w) > _ALIKE]
        if len(apart) == 1 and len(told) > _OTHERS:
            beside, way = apart[0]
            if way is not None and min(beside.off(way), beside.off(beside.token.ways[0])) > _AGREES:
                return beside, way
    return None


def _roof(ctx: Context, claim: Physical, rate: NumberId) -> PeakRate | None:
    """The peak of the part that a claim names; of a row of a table that of its rate, or the paper's only part."""
    if "table" not in claim.far:
        return peak_rate(ctx, claim)
    if not claim.name("device"):
        bound = ctx.about(rate).of(Role.DEVICE)
        name = bound.value if bound is not None else only_part(ctx.paper)
        if not name:
            return None
        claim = replace(claim, named=(*claim.named, ("device", name)))
    if machine.named(ctx, claim, "precision") is None and (usual := usual_format(ctx.paper)):
        claim = replace(claim, named=(*claim.named, ("precision", usual)))
    return peak_rate(ctx, claim)


def _token(paper: Paper, claim: Physical) -> _Token | None:
    """A token of the model that is trained, at the longest sequence that may be meant."""
    at = claim.at("sequence")
    stated = [n.quantity.point for n in paper.numbers if n.kind is Kind.SEQ_LEN and n.quantity.bounded]  # fmt: skip
    length = paper.number(at).quantity.point if at is not None else max(stated, default=_LONG)
    known = at is not None or len(set(stated)) == 1
    if length < 1:
        return None
    name = claim.name("model")
    model = find_model(name) if name else None
    hardware = claim.name("kind") != "MFU" or "recompute" in claim.cues
    prompts = claim.name("phase") == "prefill"
    if model is not None:
        ways = inference_conventions(model, length) if prompts else training_conventions(model, length)  # fmt: skip
        fine = tuple(w for w in ways if w.work in (TRAINING, INFERENCE) or (hardware and w.work == HARDWARE))  # fmt: skip
        costs = [w.flops for w in fine]
        return _Token(fine, model, min(costs), max(costs), length if known else None)
    params = claim.at("active") or claim.at("params")
    if name or params is None or ("experts" in claim.cues and claim.at("active") is None):
        return None
    number = paper.number(params)
    if not number.quantity.bounded:
        return None
    N = number.quantity.point
    passes = infer_flops_per_token if prompts else train_flops_per_token
    base = passes(N)
    width = (N / (12 * _DEEP)) ** 0.5
    most = base * _MOST * (1 + length / (6 * width)) * (_RECOMPUTED if hardware and not prompts else 1)  # fmt: skip
    way = Counted("2N", INFERENCE, N, base) if prompts else Counted("6N", TRAINING, N, base)
    return _Token((way,), None, passes(fewest_parameters(number)), most, None)


def _peaks(parts: tuple[Accelerator, ...], roof: PeakRate) -> tuple[list[float], list[float]]:
    """What a share may be of, dense and with 2:4 sparsity: the format as stated, or any that training runs in."""
    names = (roof.precision,) if roof.stated else (roof.precision, "bf16", "fp16", "fp8")
    found = [p for name in names for p in peaks(parts, name)]
    return [p.value for p in found if p.sort != "sparse"], [p.value for p in found]


def _judged(paper: Paper, b: _Beside) -> Iterator[Outcome]:
    q, u = b.rate.quantity.nominal, b.share.quantity.nominal
    dense, every = _peaks(b.roof.parts, b.roof)
    way = _way(b)
    if b.off(way) <= _AGREES:
        d, _, _, _, made = _steps(paper, b, way)
        yield Held("TK204", (b.share.id, b.rate.id), f"{made.text} = {made.shown} ({way.name})", tuple(d.steps))  # fmt: skip
        return
    # of all devices, by any peak that the part may be said to have; or of one, by a dense peak
    readings = ((b.devices, dense if "table" in b.claim.far else every), (1.0, dense))
    for count, values in readings:
        low = q.low * b.token.low / count / max(values)
        high = q.high * b.token.high / count / min(values)
        if low / _CLOSE <= u.high and high * _CLOSE >= u.low:
            return
    if b.share.quantity.hedged or b.rate.quantity.hedged or b.rate.asserted is not Asserted.YES:
        return
    yield _finding(paper, b, way)


def _steps(paper: Paper, b: _Beside, way: Counted) -> tuple[Derivation, Step, Step, Step, Step]:
    claim, rate, roof, token, n = b.claim, b.rate, b.roof, b.token, b.devices
    d = Derivation(paper)
    r = d.stated("rate", rate.id, symbol="r")
    if token.model is not None:
        key = token.model.layers.source
        N = d.known("parameters", way.parameters, "1", Datasheet(key, f"{token.model.name}; {way.name}"),
                    shown=f"{way.parameters / 1e9:.6g}B", symbol="N")  # fmt: skip
    else:
        params = claim.at("active") or claim.at("params")
        assert params is not None
        N = d.stated("parameters", params, symbol="N")
    factor = 2 if way.work == INFERENCE else 6
    more = way.flops - factor * way.parameters
    text, shown = f"{factor} FLOP × {N.shown}", f"{significant(way.flops / 1e9, 5)} GFLOP"
    if more > 0:
        extra = d.known("attention of a token", more, "FLOP", Computed(way.name), shown=f"{significant(more / 1e9, 5)} GFLOP")  # fmt: skip
        text += f" + {extra.shown}"
    F = Step("work of a token", way.flops, way.flops, way.flops, "FLOP", text, Computed(way.name), False, shown, "F")  # fmt: skip
    d.steps.append(F)
    count = device_count(d, claim, n)
    value = rate.quantity.point * way.flops / n
    over = f" / {n:,.0f}" if n != 1 else ""
    need = Step("of each device", value, value, value, "FLOP/s", f"{r.shown} × {F.shown}{over}", Computed(), False, rate_text(value), "R")  # fmt: skip
    d.steps.append(need)
    peak = peak_step(d, roof)
    del count
    made = d.computed("rate over peak", "%", f"{need.shown} / {peak.shown}", utilization, need, peak,
                      reference=utilization.source, shown=f"{printed(100 * value / peak.value)}%", symbol="v")  # fmt: skip
    return d, r, need, peak, made


def _printed(step: Step) -> float:
    digits, unit = step.shown.split()
    return float(digits.replace(",", "")) * {"T": 1e12, "P": 1e15}[unit[0]]


def _way(b: _Beside) -> Counted:
    """The way to count a token that is nearest to what rate and utilisation imply."""
    token = b.token
    implied = b.share.quantity.point * b.roof.peak.value * b.devices / b.rate.quantity.point
    plain = [w for w in token.ways if w.flops <= (2 if w.work == INFERENCE else 6) * w.parameters * 1.001]  # fmt: skip
    return nearest(token.ways if token.length is not None or not plain else plain, implied)


def _finding(paper: Paper, b: _Beside, way: Counted) -> Finding:
    claim, rate, share, roof, token, n = b.claim, b.rate, b.share, b.roof, b.token, b.devices
    near = rate.quantity.point * way.flops / n / roof.peak.value
    again = abs(share.quantity.point / _RECOMPUTED / near - 1) < _CLOSE - 1
    d, r, need, peak, made = _steps(paper, b, way)
    stated = d.stated("share of the peak", share.id, symbol="u")
    # from what is printed above it, so that a reader with a calculator gets the same digits
    tokens = (
        stated.value
        * _printed(peak)
        * n
        / float(significant(way.flops / 1e9, 5).replace(",", ""))
        / 1e9
    )
    would = f"{tokens:,.0f}" if tokens >= 1e4 else significant(tokens)
    over = f" × {n:,.0f}" if n != 1 else ""
    work = next(s for s in d.steps if s.symbol == "F")
    asked = Step("rate at that share", tokens, tokens, tokens, "token/s", f"{stated.shown} × {peak.shown}{over} / {work.shown}",
                 Computed(), False, f"{would} tokens/s", "Q")  # fmt: skip
    d.steps.append(asked)
    name = token.model.name if token.model is not None else "the model"
    only_if = "recomputation is counted: that is HFU" if again and claim.name("kind") == "MFU" else f"the rate is {asked.shown}"  # fmt: skip
    return Finding(
        "TK204", "utilisation-mismatch", Verdict.IMPLAUSIBLE, AtNumber(share.id),
        f"{r.shown} of {name} are {need.shown} on each {roof.family}, {made.shown} of its {peak.shown}, not {stated.shown}.",
        tuple(d.steps), operands=(share.id, rate.id), note=f"{made.shown} of {peak.shown}",
        bold=f"{need.shown} / {peak.shown} is {made.shown}, not {stated.shown}.", only_if=only_if,
        related=((AtNumber(rate.id), "the rate"),),
        slots=(
            Slot("claim", stated.shown, "u"), Slot("rate", need.shown, "R"), Slot("peak", peak.shown, "P"),
            Slot("util", made.shown, "v"), Slot("excuse", only_if), Slot("device", roof.family),
        ),
        case="C",
    )  # fmt: skip
