"""Whether compressing gradients pays: the bandwidth at which encoding eats what it saves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from hwmodels.answer import Answer, Term
from hwmodels.communication import allreduce_seconds_bound, ring_allreduce_bytes
from hwmodels.compression import break_even_bandwidth
from hwmodels.compression_methods import CODECS, Codec, codec_seconds, compression_gain
from hwmodels.efficiency import TRAINING
from tanaka.cli.calculators import named
from tanaka.cli.calculators.allreduce import LINK, SIZE, Link, buffer, link, typed
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation, Row, shown, spread

if TYPE_CHECKING:
    from tanaka.rules.api import Figure

_SOURCE = "ring all-reduce of both payloads; encoding neither overlapped nor free"
METHODS = {name.lower().replace(",", "").replace(" ", "-"): name for name in CODECS}


@dataclass(frozen=True, slots=True)
class _Case:
    """One end of all ranges: what is sent either way [byte], and what encoding takes [s]."""

    dense: float
    sent: float
    encode: float

    @property
    def even(self) -> float:
        """Bandwidth above which it loses; 0 where it sends more than the gradient itself."""
        if self.sent >= self.dense:
            return 0.0
        return float(break_even_bandwidth(self.dense, self.sent, self.encode))

    def gain(self, bandwidth: float) -> float:
        """How many times as fast the all-reduce is at a bandwidth [byte/s]."""
        return self.dense / bandwidth / (self.sent / bandwidth + self.encode)


def _method(given: Given) -> Codec | None:
    word = given.word("method")
    return CODECS[METHODS[word]] if word else None


def _memory(given: Given) -> tuple[named.Reach, str]:
    """Memory bandwidth that encoding reaches [byte/s], and where it is from.

    Raises
    ------
    Refused
        Where neither it nor a part is given.
    """
    if given.has("memory"):
        return typed(given, "memory").printed, ""
    if not given.has("part"):
        raise Refused("compression needs encode, or a part or the memory bandwidth that bounds it")
    share = TRAINING["memory"]
    low, high = named.reach(p.bandwidth for p in named.parts(given.word("part")))
    return (share.slow * low, share.fast * high), share.source


def _link(given: Given) -> Link | None:
    """Link of one device; with a bandwidth given, a part is there for its memory."""
    if given.has("bandwidth"):
        return typed(given, "bandwidth")
    return link(given, "compression") if given.has("part") else None


def _compression(given: Given) -> Calculation:
    n = given.whole("devices", 0, least=2)
    size, how = buffer(given, "compression")
    ratio = given.reach("ratio", 0.0)
    if ratio[0] <= 1:
        raise Refused("ratio: how many times smaller the payload gets, above 1")
    method = _method(given)
    costs, cost_rows = _costs(given, n, size, ratio, method)
    count = float(n), float(n)
    plain_bytes = ring_allreduce_bytes.interval(n=count, S=size)
    cases = []
    for (s, r), ends in costs.items():
        code = ring_allreduce_bytes(n, s / r) if method is None else method.bytes_sent(n, s / r)
        cases += [_Case(ring_allreduce_bytes(n, s), code, e) for e in ends]
    sent = _reach(c.sent for c in cases)
    even = _reach(c.even for c in cases)
    saved = _reach(c.dense - c.sent for c in cases)
    path = "ring all-reduce" if method is None else {
        "all-gather": "all-gather: every device gets all codes", "all-reduce": "ring all-reduce: codes add up",
        "shards": "shards: summed by one device, sent back as codes",
    }[method.path]  # fmt: skip
    rows = [
        Row("buffer", *size, "byte", how),
        Row("sent by each", *plain_bytes, "byte", ring_allreduce_bytes.text.partition("= ")[2]),
        Row("compressed", *sent, "byte", path),
        Row("saved", *saved, "byte", f"at a ratio of {spread(*ratio, '1')}"),
        *cost_rows,
    ]
    notes = []
    terms = [Term("saved", *saved, "byte")]
    found = _link(given)
    here = found.printed if found is not None else None
    if found is not None and here is not None:
        plain = allreduce_seconds_bound.interval(n=count, S=size, B=here)
        gain = _reach(c.gain(b) for c in cases for b in here)
        rows += [
            Row("bandwidth", *here, "byte/s", "one direction", found.source, found.verified),
            Row("plain", *plain, "s", "all-reduce without compression"),
            Row("gain", *gain, "1", "of the all-reduce, encoding counted"),
        ]
        terms.append(Term("gain", *gain, "1"))
        word = "pays" if gain[0] > 1 else "does not pay" if gain[1] <= 1 else "may pay"
        if method is not None:
            step = _off_a_step(given, n, costs, method, here)
            rows.append(Row("off a step", *step, "s", "below zero where the step gets longer"))
            terms.append(Term("off a step", *step, "s"))
            word = "pays" if step[0] > 0 else "does not pay" if step[1] <= 0 else "may pay"
        notes.append((word, f"at {spread(*here, 'byte/s')} the all-reduce is {spread(*gain, '1', 3)} times as fast"))  # fmt: skip
    if even[1] == 0:
        notes.append(("never pays", "the codes of all devices are more bytes than the gradient"))

    def figure() -> Figure:
        return _figure(n, cases, even, here)

    convention = (
        "one all-reduce a step, both as rings at full bandwidth; a payload that cannot be "
        "summed compressed needs an all-gather and saves less; nothing overlapped"
    )
    if method is not None:
        convention = f"{method.name} by {method.path}, against a ring all-reduce at full bandwidth; the codec is not hidden"  # fmt: skip
    return Calculation(
        "compression",
        "bandwidth above which compression loses",
        Answer(
            *even, "byte/s", "estimate", convention,
            _SOURCE if method is None else method.source, tuple(terms),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        figure=figure if even[1] > 0 else None,
    )  # fmt: skip


def _reach(values: Iterable[float]) -> named.Reach:
    several = list(values)
    return min(several), max(several)


Costs = dict[tuple[float, float], tuple[float, float]]


def _costs(
    given: Given, n: int, size: named.Reach, ratio: named.Reach, method: Codec | None
) -> tuple[Costs, list[Row]]:
    """What encoding takes [s], by buffer [byte] and ratio, and its rows."""
    corners = [(s, r) for s in dict.fromkeys(size) for r in dict.fromkeys(ratio)]
    if given.has("encode"):
        encode = given.reach("encode", 0.0)
        if encode[0] <= 0:
            raise Refused("encode: time to encode and decode, above zero")
        return dict.fromkeys(corners, encode), [Row("encode, decode", *encode, "s", "for one all-reduce")]  # fmt: skip
    if method is None:
        raise Refused("compression needs encode, the time to encode and decode, or a method")
    memory, source = _memory(given)
    answers = {(s, r): codec_seconds(method.name, n, s, s / r, memory) for s, r in corners}
    rows = [Row("memory", *memory, "byte/s", "that encoding reaches", source)]
    for i, name in enumerate(("encode", "decode")):
        ends = _reach(e for a in answers.values() for e in (a.terms[i].low, a.terms[i].high))
        words = f"{method.passes[0]:g} to {method.passes[1]:g} passes over the gradient"
        rows.append(Row(name, *ends, "s", words if name == "encode" else "of all that comes back"))
    return {k: (a.low, a.high) for k, a in answers.items()}, rows


def _off_a_step(
    given: Given, n: int, costs: Costs, method: Codec, here: named.Reach
) -> named.Reach:
    hidden = given.reach("hidden", 0.0)
    found = [
        compression_gain(method.name, n, s, s / r, link=here, cost=cost, hidden=hidden)
        for (s, r), cost in costs.items()
    ]
    return min(a.low for a in found), max(a.high for a in found)


def _figure(n: int, cases: list[_Case], even: named.Reach, here: named.Reach | None) -> Figure:
    from tanaka.rules.api import Axis, Curve, CurvePoint, CurvesFigure

    best, worst = max(cases, key=lambda c: c.even), min(cases, key=lambda c: c.even)
    ends = [e for e in (*even, *(here or ())) if e > 0]
    low, high = min(ends) / 20, max(ends) * 20
    xs = [low * (high / low) ** (k / 60) for k in range(61)]
    lone = best == worst
    mark: Literal["ours", "held"]
    curves: list[Curve] = []
    for case, label, mark in ((best, "fast encoding", "ours"), (worst, "slow encoding", "held")):
        if lone and curves:
            break
        name = "compressed" if lone else label
        curves.append(Curve(name, tuple((b, case.gain(b)) for b in xs), mark))
    points = [
        CurvePoint(f"even at {shown(b, 'byte/s', 3)}", b, 1.0) for b in dict.fromkeys(even) if b > 0
    ]
    if here is not None:
        b = math.sqrt(here[0] * here[1])
        g = best.gain(b)
        points.append(CurvePoint(f"{shown(b, 'byte/s', 3)}: {g:.3g}×", b, g, fault=g < 1))
    equation = f"{shown(worst.dense - worst.sent, 'byte')} / {shown(worst.encode, 's')} = {shown(worst.even, 'byte/s', 3)}"  # fmt: skip
    return CurvesFigure(
        f"Gain of compression, {n} devices", Axis("bandwidth of a device", "byte/s", log=True),
        Axis("gain of the all-reduce, times", "1", log=True), tuple(curves), tuple(points), (1.0, "no gain"),
        (equation,) if worst.even > 0 else (),
    )  # fmt: skip


CALCULATORS = {
    "compression": Calculator(
        "compression",
        "Bandwidth at which compressed gradients stop to pay, and the gain at yours",
        (
            Argument("devices", "1", "that take part", required=True),
            *SIZE,
            Argument("ratio", "1", "how many times smaller the payload gets", required=True),
            Argument("method", "", "whose codes travel, and what they cost", choices=tuple(METHODS)),
            Argument("encode", "s", "time to encode and decode, of one step; of a method estimated where left out"),
            *LINK,
            Argument("memory", "byte/s", "for a method: bandwidth that encoding reaches; that of the part where left out"),
            Argument("hidden", "s", "for a method: work that the communication runs beside", shown="0s"),
        ),
        _compression,
        ("devices=16", "size=1.4GB", "ratio=100", "encode=30..60ms", "bandwidth=1.25GB/s"),
    )
}  # fmt: skip
