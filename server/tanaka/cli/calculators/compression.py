"""Whether compressing gradients pays: the bandwidth at which encoding eats what it saves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from hwmodels.answer import Answer, Term
from hwmodels.communication import allreduce_seconds_bound, ring_allreduce_bytes
from tanaka.cli.calculators.allreduce import LINK, SIZE, buffer, link
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, shown, spread

if TYPE_CHECKING:
    from tanaka.rules.api import Figure

_SOURCE = "ring all-reduce of both payloads; encoding neither overlapped nor free"


def _compression(given: Given) -> Calculation:
    n = given.whole("devices", 0, least=2)
    size, how = buffer(given, "compression")
    ratio = given.reach("ratio", 0.0)
    encode = given.reach("encode", 0.0)
    if ratio[0] <= 1:
        raise Refused("ratio: how many times smaller the payload gets, above 1")
    if encode[0] <= 0:
        raise Refused("encode: time to encode and decode, above zero")
    count = float(n), float(n)
    sent = ring_allreduce_bytes.interval(n=count, S=size)
    saved = sent[0] * (1 - 1 / ratio[0]), sent[1] * (1 - 1 / ratio[1])
    even = saved[0] / encode[1], saved[1] / encode[0]
    rows = [
        Row("buffer", *size, "byte", how),
        Row("sent by each", *sent, "byte", ring_allreduce_bytes.text.partition("= ")[2]),
        Row("saved", *saved, "byte", f"x (1 - 1 / {spread(*ratio, '1')})"),
        Row("encode, decode", *encode, "s", "for one all-reduce"),
    ]
    notes = []
    terms = [Term("saved", *saved, "byte")]
    here: tuple[float, float] | None = None
    if given.has("bandwidth") or given.has("part"):
        here, source = link(given, "compression")
        plain = allreduce_seconds_bound.interval(n=count, S=size, B=here)
        gains = [_gain(b, s, r, e) for b in here for s in sent for r in ratio for e in encode]
        gain = min(gains), max(gains)
        rows += [
            Row("bandwidth", *here, "byte/s", "one direction", source),
            Row("plain", *plain, "s", "all-reduce without compression"),
            Row("gain", *gain, "1", "of the all-reduce, encoding counted"),
        ]
        terms.append(Term("gain", *gain, "1"))
        word = "pays" if gain[0] > 1 else "does not pay" if gain[1] <= 1 else "may pay"
        notes.append((word, f"at {spread(*here, 'byte/s')} the all-reduce is {spread(*gain, '1', 3)} times as fast"))  # fmt: skip

    def figure() -> Figure:
        from tanaka.rules.api import Axis, Curve, CurvePoint, CurvesFigure

        middle = math.sqrt(even[0] * even[1])
        ends = [even[0], even[1], *(here or ())]
        low, high = min(ends) / 20, max(ends) * 20
        xs = [low * (high / low) ** (k / 60) for k in range(61)]
        curves = []
        fast: tuple[float, float, float, str, Literal["ours", "held"]]
        slow: tuple[float, float, float, str, Literal["ours", "held"]]
        fast = (sent[1], ratio[1], encode[0], "fast encoding", "ours")
        slow = (sent[0], ratio[0], encode[1], "slow encoding", "held")
        lone = even[0] == even[1]
        for s, r, e, label, mark in (fast,) if lone else (fast, slow):
            name = "compressed" if lone else label
            curves.append(Curve(name, tuple((b, _gain(b, s, r, e)) for b in xs), mark))
        points = [
            CurvePoint(f"even at {shown(b, 'byte/s', 3)}", b, 1.0) for b in dict.fromkeys(even)
        ]
        if here is not None:
            b = math.sqrt(here[0] * here[1])
            g = _gain(b, sent[1], ratio[1], encode[0])
            points.append(CurvePoint(f"{shown(b, 'byte/s', 3)}: {g:.3g}×", b, g, fault=g < 1))
        equation = (
            f"{shown(saved[0], 'byte')} / {shown(encode[1], 's')} = {shown(even[0], 'byte/s', 3)}"
        )
        return CurvesFigure(
            f"Gain of compression, {n} devices", Axis("bandwidth of a device", "byte/s", log=True),
            Axis("gain of the all-reduce, times", "1", log=True), tuple(curves), tuple(points), (1.0, "no gain"),
            (equation,) if middle else (),
        )  # fmt: skip

    return Calculation(
        "compression",
        "bandwidth above which compression loses",
        Answer(
            *even, "byte/s", "estimate",
            "one all-reduce a step, both as rings at full bandwidth; a payload that cannot be "
            "summed compressed needs an all-gather and saves less; nothing overlapped",
            _SOURCE, tuple(terms),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        figure=figure,
    )  # fmt: skip


def _gain(bandwidth: float, sent: float, ratio: float, encode: float) -> float:
    plain = sent / bandwidth
    return plain / (plain / ratio + encode)


CALCULATORS = {
    "compression": Calculator(
        "compression",
        "Bandwidth at which compressed gradients stop to pay, and the gain at yours",
        (
            Argument("devices", "1", "that take part", required=True),
            *SIZE,
            Argument("ratio", "1", "how many times smaller the payload gets", required=True),
            Argument("encode", "s", "time to encode and decode, of one step", required=True),
            *LINK,
        ),
        _compression,
        ("devices=16", "size=1.4GB", "ratio=100", "encode=30..60ms", "bandwidth=1.25GB/s"),
    )
}
