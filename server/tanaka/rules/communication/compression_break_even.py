r"""## What it checks
That a codec of gradients or activations saves more than encoding and decoding take.

What it saves of exposed communication may be stated, in one sentence, over a few or in a row of a table,
or follow from the bytes that it spares over the stated link. And that encoding and decoding are not
longer than the whole step in which they run.

## Why it matters
Fast links make compression a loss: above the break-even bandwidth, the bytes spared over the time
of the codec, each step gets longer.

## What is left alone
Gains that were measured end to end, codecs that run beside other work or are fused into it, codecs
of single buckets, of weights, prompts, tokens and files, papers that say that compression does not pay, or up to which bandwidth it does.
Where a link could carry half of its line rate and compression would then pay, it is a question.

## Example
```latex
Encode and decode take 40\,ms and save 12\,ms of exposed traffic, which speeds up training.
%                      ^^^^^^ TK406: 28 ms more
```
Give the time of the codec, the bytes with and without it, and the step with and without it.

## References
- Agarwal et al., "On the Utility of Gradient Compression in Distributed Training Systems",
  MLSys 2022.
- Vogels et al., "PowerSGD: Practical Low-Rank Gradient Compression for Distributed Optimization",
  NeurIPS 2019.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hwmodels.collectives import ring_allreduce_bytes
from hwmodels.compression import (
    break_even_bandwidth,
    compression_saved_seconds,
    compression_speedup,
    gathered_code_bytes_sent,
)
from tanaka.paper.model import Asserted, NumberId, Physical
from tanaka.records import dataclass
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    Axis,
    BarsFigure,
    Context,
    Curve,
    CurvePoint,
    CurvesFigure,
    Finding,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.communication.amounts import rate, seconds, size
from tanaka.rules.communication.codec_rows import codec_rows
from tanaka.rules.derivation import Derivation

_SILENT = frozenset(("denied", "measured", "beside", "fused", "subset", "even", "another"))
_UNPAID = frozenset(("denied", "measured", "beside", "another", "period"))
_ABOVE = 1.03
_REACHED = 0.5  # of its line rate a busy link may carry no more


@dataclass(frozen=True, slots=True)
class Sent:
    """What each end sends plain and coded, over which link, and what the codec takes."""

    plain: Step
    code: Step
    link: Step
    codec: Step


@rule("TK406", since="0.1.0")
def compression_break_even(ctx: Context) -> Iterator[Outcome]:
    """Times of codecs against what they save."""
    loose = dict(_over_sentences(ctx))
    for claim in ctx.paper.physical("codec"):
        if claim.asserted is Asserted.NO or claim.cues & _SILENT:
            continue
        ids = (claim.number, *(i for r, i in claim.given if r != "link"))
        if any(isinstance(ctx.paper.number(i).quantity.value, tuple) or not ctx.paper.number(i).quantity.bounded for i in ids):  # fmt: skip
            continue
        told = claim.at("saved") is not None or claim.at("before") is not None
        outcome = _told(ctx, claim) if told else _sent(ctx, claim)
        if isinstance(outcome, Finding):
            # What another reading calls wrong is no question any more.
            if outcome.verdict is Verdict.OPEN and claim.number in loose:
                continue
            loose.pop(claim.number, None)
        if outcome is not None:
            yield outcome
    yield from loose.values()


def _over_sentences(ctx: Context) -> Iterator[tuple[NumberId, Finding]]:
    """What a codec saves and leaves, told over a sentence or two, or by the rows of a table."""
    for claim in chain(ctx.paper.physical("codec-pays"), codec_rows(ctx.paper)):
        # "It would save 17 ms and cost 18 ms, so it would gain time" concludes what does not follow.
        supposed = claim.asserted is Asserted.NO and "concluded" not in claim.cues
        if supposed or claim.cues & _UNPAID:
            continue
        # "At most 17 ms" are saved: it is no more, at any rate.
        most = claim.at("saved")
        if most is not None and not math.isfinite(ctx.paper.number(most).quantity.nominal.high):
            continue
        ids = (claim.number, *(i for r, i in claim.given if r != "saved"))
        if any(isinstance(ctx.paper.number(i).quantity.value, tuple) or not ctx.paper.number(i).quantity.bounded for i in ids):  # fmt: skip
            continue
        outcome: Outcome | None
        if claim.at("without") is not None:
            outcome = _below_floor(ctx, claim)
        elif claim.at("step") is not None:
            outcome = _longer_than_step(ctx, claim)
        else:
            outcome = _net(ctx, claim) or (_told(ctx, claim) if "gain" in claim.cues else None)
        if isinstance(outcome, Finding):
            yield claim.number, outcome


def _longer_than_step(ctx: Context, claim: Physical) -> Finding | None:
    """A codec that takes longer than the whole step in which it runs."""
    at = claim.at("step")
    assert at is not None
    d = Derivation(ctx.paper)
    codec, step = _codec(d, claim), d.stated("step with it", at, symbol="w")
    if codec.low <= _ABOVE * step.high:
        return None
    more = d.computed("longer by", "s", f"{codec.shown} - {step.shown}", lambda t, w: t - w, codec, step, symbol="g")  # fmt: skip
    d.steps[-1] = more = replace(more, shown=seconds(more.value))
    figure = BarsFigure(
        "a codec and its step", "s", (("encoding and decoding", codec.value, True), ("the whole step", step.value, False)),
    )  # fmt: skip
    found = _finding(
        claim, d, (claim.number, at), f"Encoding and decoding take {more.shown} more than the {step.shown} of the whole step.",
        "the codec runs beside other steps", f"{more.shown} more", figure,
        (Slot("claim", codec.shown, codec.symbol), Slot("time", step.shown, "w"), Slot("left", more.shown, "g")), sure=True,
    )  # fmt: skip
    return replace(found, case="F")


def _below_floor(ctx: Context, claim: Physical) -> Finding | None:
    """A step with a codec that is shorter than the one without any exposed exchange, and the codec in it."""
    ids = [i for r in ("without", "exposed", "with") if (i := claim.at(r)) is not None]
    d = Derivation(ctx.paper)
    whole, gone = d.stated("step without it", ids[0], symbol="w"), d.stated("exposed exchange", ids[1], symbol="e")  # fmt: skip
    codec = d.stated("encoding and decoding", claim.number, symbol="t")
    least = d.computed("step with it, at least", "s", f"{whole.shown} - {gone.shown} + {codec.shown}", lambda w, e, t: w - e + t, whole, gone, codec, symbol="f")  # fmt: skip
    d.steps[-1] = least = replace(least, shown=seconds(least.value))
    said = d.stated("said to be", ids[2], symbol="n")
    if said.high * _ABOVE >= least.low:
        return None
    figure = BarsFigure(
        "the step with a codec", "s", (("at least", least.value, False), ("as stated", said.value, True)),
    )  # fmt: skip
    found = _finding(
        claim, d, (claim.number, *ids), f"Without any of its exposed exchange, and with the codec, the step is {least.shown} long, not {said.shown}.",
        "the codec runs beside other work", f"at least {least.shown}", figure,
        (Slot("claim", said.shown, "n"), Slot("floor", least.shown, "f"), Slot("line", "", at=AtNumber(ids[2]))), sure=True, at=ids[2],
    )  # fmt: skip
    return replace(found, case="E")


def _net(ctx: Context, claim: Physical) -> Finding | None:
    """A net saving that is more than all of it, or than what the codec leaves."""
    at = claim.at("net")
    if at is None or len(claim.given) < 2:
        return None
    d = Derivation(ctx.paper)
    saved, codec = _saved(d, claim), _codec(d, claim)
    net = d.stated("said to be left", at, symbol="n")
    rest = d.computed("left", "s", f"{saved.shown} - {codec.shown}", lambda s, t: s - t, saved, codec, symbol="g")  # fmt: skip
    d.steps[-1] = rest = replace(rest, shown=seconds(rest.value))
    # Of a codec that runs in part beside other work, up to all of the saving may be left.
    over = net.low > _ABOVE * saved.high and rest.value > 0
    if not (over or ("net" in claim.cues and net.low > 2 * max(0.0, rest.high))):
        return None
    operands = (claim.number, *(i for _, i in claim.given))
    figure = BarsFigure(
        "what a codec leaves", "s",
        (("saved", saved.value, False), ("encoding and decoding", codec.value, False), ("said to be left", net.value, True)),
    )  # fmt: skip
    found = _finding(
        claim, d, operands, f"Of {saved.shown} saved, {codec.shown} of encoding and decoding leave {rest.shown}, not {net.shown}.",
        f"at least {net.shown} of the exchange are saved" if over else "the codec runs beside other work", f"{rest.shown} are left", figure,
        (Slot("claim", net.shown, net.symbol), Slot("time", saved.shown, "s"), Slot("left", rest.shown, "g"), Slot("line", "", at=AtNumber(at))),
        sure=True, at=at,
    )  # fmt: skip
    return replace(found, case="G")


def _codec(d: Derivation, claim: Physical) -> Step:
    """Encoding and decoding together."""
    at = claim.at("decode")
    if at is None:
        return d.stated("encoding and decoding", claim.number, symbol="t")
    parts = d.stated("encoding", claim.number), d.stated("decoding", at)
    d.computed("encoding and decoding", "s", f"{parts[0].shown} + {parts[1].shown}", lambda a, b: a + b, *parts, symbol="t")  # fmt: skip
    d.steps[-1] = replace(d.steps[-1], shown=seconds(d.steps[-1].value))
    return d.steps[-1]


def _saved(d: Derivation, claim: Physical, *, bounded: bool = True) -> Step:
    """What the codec takes off the communication."""
    at, before, after = claim.at("saved"), claim.at("before"), claim.at("after")
    if at is not None or before is None or after is None:
        assert at is not None
        return d.stated("saved", at, symbol="s", exact=not bounded)
    ends = d.stated("communication without it", before), d.stated("and with it", after)
    saved = d.computed("saved", "s", f"{ends[0].shown} - {ends[1].shown}", lambda a, b: a - b, *ends, symbol="s")  # fmt: skip
    d.steps[-1] = saved = replace(saved, shown=seconds(saved.value))
    return saved


def _told(ctx: Context, claim: Physical) -> Outcome | None:
    """What is saved is stated, or from what to what a time falls."""
    d = Derivation(ctx.paper)
    most = claim.at("saved")
    bounded = most is None or ctx.paper.number(most).quantity.bounded
    saved, codec = _saved(d, claim, bounded=bounded), _codec(d, claim)
    operands = (claim.number, *(i for _, i in claim.given))
    if codec.low <= saved.high:
        net = d.computed("off a step", "s", f"{saved.shown} - {codec.shown}", lambda s, t: s - t, saved, codec, symbol="g")  # fmt: skip
        d.steps[-1] = net = replace(net, shown=seconds(net.value))
        if net.value < 0:
            return None
        return Held("TK406", operands, f"{saved.shown} - {codec.shown} = {net.shown}", tuple(d.steps))  # fmt: skip
    net = d.computed("longer by", "s", f"{codec.shown} - {saved.shown}", lambda t, s: t - s, codec, saved, symbol="g")  # fmt: skip
    d.steps[-1] = net = replace(net, shown=seconds(net.value))
    figure = BarsFigure(
        "a codec and what it saves",
        "s",
        (("encoding and decoding", codec.value, True), ("saved", saved.value, False)),
    )
    return _finding(
        claim, d, operands, f"Encoding and decoding take {net.shown} more than the {saved.shown} that they save.",
        f"at least {net.shown} of it run beside other work", f"{net.shown} more than it saves", figure,
        (Slot("claim", codec.shown, codec.symbol), Slot("time", saved.shown, "s"), Slot("left", net.shown, "g")),
        sure="gain" in claim.cues,
    )  # fmt: skip


def _sent(ctx: Context, claim: Physical) -> Outcome | None:
    """What is sent is stated, with and without the codec."""
    d = Derivation(ctx.paper)
    sent = _bytes(ctx, d, claim)
    if sent is None or sent.code.value >= sent.plain.value:
        return None
    plain, code, link, codec = sent.plain, sent.code, sent.link, sent.codec
    d.computed("break-even bandwidth", "byte/s", f"({plain.shown} - {code.shown}) / {codec.shown}", break_even_bandwidth,
               plain, code, codec, reference=break_even_bandwidth.source, symbol="E")  # fmt: skip
    d.steps[-1] = even = replace(d.steps[-1], shown=rate(d.steps[-1].value))
    net = d.computed("off a step", "s", f"{plain.shown} / {link.shown} - {code.shown} / {link.shown} - {codec.shown}",
                     lambda D, C, B, t: compression_saved_seconds(D, C, B, 0.0, t), plain, code, link, codec,
                     reference=compression_saved_seconds.source, symbol="g")  # fmt: skip
    d.steps[-1] = net = replace(net, shown=seconds(net.value))
    operands = (claim.number, *(i for _, i in claim.given))
    figure = break_even_figure(sent, even.value)
    slots = (
        Slot("claim", codec.shown, codec.symbol), Slot("bw", link.shown, "B"), Slot("floor", even.shown, "E"),
        Slot("left", net.shown.lstrip("-"), "g"), Slot("line", "", at=AtNumber(claim.number)),
    )  # fmt: skip
    if net.value >= 0:
        return Held("TK406", operands, f"pays up to {even.shown}, and {link.shown} are there", tuple(d.steps), slots, figure)  # fmt: skip
    half = compression_saved_seconds(plain.value, code.value, _REACHED * link.value, 0.0, codec.value)  # fmt: skip
    return _finding(
        claim, d, operands,
        f"At {link.shown} the codec takes {net.shown.lstrip('-')} more than it saves; it pays up to {even.shown}.",
        f"less than {even.shown} reach each end", f"pays up to {even.shown}", figure, slots,
        sure=half < 0 and "gain" in claim.cues,
    )  # fmt: skip


def _bytes(ctx: Context, d: Derivation, claim: Physical) -> Sent | None:
    at, link_at = claim.at("payload"), claim.at("link")
    if at is None or link_at is None:
        return None
    payload = d.stated("payload", at, symbol="S")
    code_at, ratio_at, ends_at = claim.at("code"), claim.at("ratio"), claim.at("ends")
    if code_at is not None:
        coded = d.stated("its code", code_at, symbol="E")
    elif ratio_at is not None and ctx.paper.number(ratio_at).quantity.point > 1:
        ratio = d.stated("ratio", ratio_at)
        coded = d.computed("its code", "byte", f"{payload.shown} / {ratio.shown.rstrip('×')}", lambda s, r: s / r, payload, ratio, symbol="E")  # fmt: skip
        d.steps[-1] = coded = replace(coded, shown=size(coded.value))
    else:
        return None
    gathered = "gathered" in claim.cues
    if ends_at is not None and ctx.paper.number(ends_at).quantity.point >= 2:
        n = d.stated("ends", ends_at, symbol="n", exact=True)
        d.steps[-1] = n = replace(n, shown=f"{n.value:g}")
    elif gathered:
        return None
    else:
        n = None
    steps: list[Step] = []
    # Both ways of a ring of many: no number of ends makes compression pay more.
    two = d.known("ways of a ring", 2.0, "1", Assumption("many take part"), shown="2") if n is None else payload  # fmt: skip
    for label, step, symbol in (
        ("sent by each, plain", payload, "D"),
        ("sent by each, coded", coded, "C"),
    ):
        if n is None:
            s = d.computed(label, "byte", f"2 × {step.shown}", lambda w, p: w * p, two, step, symbol=symbol)  # fmt: skip
        elif gathered and symbol == "C":
            s = d.computed(label, "byte", f"({n.shown} - 1) × {step.shown}", gathered_code_bytes_sent, n, step,
                           reference=gathered_code_bytes_sent.source, symbol=symbol)  # fmt: skip
        else:
            s = d.computed(label, "byte", f"2 × ({n.shown} - 1) / {n.shown} × {step.shown}", ring_allreduce_bytes, n, step,
                           reference=ring_allreduce_bytes.source, symbol=symbol)  # fmt: skip
        d.steps[-1] = s = replace(s, shown=size(s.value))
        steps.append(s)
    number = ctx.paper.number(link_at)
    # "Over 400 Gb/s links" is by way of them.
    link = d.stated("link, one direction", link_at, symbol="B", exact=not number.quantity.bounded)
    if link.shown != rate(link.value):
        link = replace(
            link, label=f"{number.quantity.shown}, one direction", shown=rate(link.value)
        )
        d.steps[-1] = link
    return Sent(steps[0], steps[1], link, _codec(d, claim))


def break_even_figure(sent: Sent, even: float) -> CurvesFigure:
    """Gain of the communication against the bandwidth, with the break-even and the paper's own link."""
    plain, code, codec = sent.plain.value, sent.code.value, sent.codec.value
    here = sent.link.value
    low, high = min(even, here) / 8, max(even, here) * 8

    def gain(bandwidth: float) -> float:
        return float(compression_speedup(plain, code, codec, bandwidth))

    xs = [low * (high / low) ** (k / 60) for k in range(61)]
    own = gain(here)
    return CurvesFigure(
        "Gain of compression", Axis("bandwidth of each end", "byte/s", log=True), Axis("gain, times", "1", log=True),
        (Curve("with the codec", tuple((b, gain(b)) for b in xs), "ours"),),
        (
            CurvePoint(f"even at {rate(even, 3)}", even, 1.0),
            CurvePoint(f"yours, {rate(here, 3)}: {own:.3g}×", here, own, fault=own < 1),
        ),
        (1.0, "no gain"),
        (f"({sent.plain.shown} - {sent.code.shown}) / {sent.codec.shown} = {rate(even)}",),
    )  # fmt: skip


def _finding(
    claim: Physical, d: Derivation, operands: tuple[NumberId, ...], message: str, only_if: str, note: str,
    figure: CurvesFigure | BarsFigure, slots: tuple[Slot, ...], *, sure: bool, at: NumberId | None = None,
) -> Finding:  # fmt: skip
    return Finding(
        "TK406", "compression-break-even", Verdict.IMPLAUSIBLE if sure else Verdict.OPEN, AtNumber(at or claim.number), message,
        tuple(d.steps), operands=tuple(dict.fromkeys(operands)), note=note, bold=message,
        question="" if sure else f"{message[:-1]}: is the step any shorter?", only_if=only_if if sure else "",
        figure=figure, slots=(*slots, Slot("line", "", at=AtNumber(claim.number))) if not any(s.name == "line" for s in slots) else slots,
    )  # fmt: skip
