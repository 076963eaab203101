"""What an all-reduce moves and takes, and the bus bandwidth behind a measured time."""

from __future__ import annotations

from hwmodels.answer import Answer, Term
from hwmodels.communication import (
    allreduce_seconds_bound,
    ring_allreduce_bytes,
    ring_allreduce_seconds,
)
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, shown, spread


def buffer(given: Given, calculator: str) -> tuple[tuple[float, float], str]:
    """What is reduced [byte], and how it was found: a size, or the gradients of a model.

    Raises
    ------
    Refused
        Where neither or both are given.
    """
    if given.has("size") == (given.has("model") or given.has("N")):
        raise Refused(f"{calculator} needs size, or a model or N whose gradients are reduced")
    if given.has("size"):
        return given.reach("size", 0.0), ""
    (low, high), _ = named.size(given, calculator)
    width = given.number("width", 2.0)
    return (low * width, high * width), f"{spread(low, high, 'parameter')} x {width:g} B"


def link(given: Given, calculator: str) -> tuple[tuple[float, float], str]:
    """Bandwidth of one device in one direction [byte/s], and where it is from.

    Raises
    ------
    Refused
        Where neither a bandwidth nor a part is given, or both.
    """
    if given.has("bandwidth") == given.has("part"):
        raise Refused(f"{calculator} needs bandwidth, or a part whose scale-up link is meant")
    if given.has("bandwidth"):
        return given.reach("bandwidth", 0.0), ""
    parts = named.parts(given.word("part"))
    found = named.links(parts)
    return found, named.cited(p.link for p in parts if p.link is not None)


SIZE = (
    Argument("size", "byte", "what is reduced"),
    named.MODEL,
    named.PARAMETERS,
    Argument("width", "byte/parameter", "of a gradient", shown="2B/parameter"),
)
LINK = (
    Argument("bandwidth", "byte/s", "of one device, in one direction"),
    Argument("part", "", "accelerator whose scale-up link is meant"),
)


def _allreduce(given: Given) -> Calculation:
    n = given.whole("devices", 0, least=2)
    size, how = buffer(given, "allreduce")
    bandwidth, source = link(given, "allreduce")
    count = float(n), float(n)
    sent = ring_allreduce_bytes.interval(n=count, S=size)
    least = allreduce_seconds_bound.interval(n=count, S=size, B=bandwidth)
    rows = [
        Row("buffer", *size, "byte", how),
        Row("sent by each", *sent, "byte", ring_allreduce_bytes.text.partition("= ")[2]),
        Row("bandwidth", *bandwidth, "byte/s", "one direction", source),
    ]
    terms = [Term("bandwidth", *least, "s")]
    if given.has("latency"):
        latency = given.reach("latency", 0.0)
        ring = ring_allreduce_seconds.interval(n=count, a=latency, S=size, B=bandwidth)
        rows.append(Row("ring with latency", *ring, "s", f"2 x {n - 1} steps of {spread(*latency, 's')} more; an estimate"))  # fmt: skip
        terms.append(Term("ring with latency", *ring, "s"))
    notes = []
    fault = False
    if given.has("time"):
        time = given.reach("time", 0.0)
        if time[0] <= 0:
            raise Refused("time: above zero")
        bus = sent[0] / time[1], sent[1] / time[0]
        rows.append(Row("bus bandwidth", *bus, "byte/s", f"{spread(*sent, 'byte')} / {spread(*time, 's')}"))  # fmt: skip
        fault = bus[0] > bandwidth[1]
        if fault:
            notes.append(("not possible", f"the time needs {shown(bus[0], 'byte/s')} of {shown(bandwidth[1], 'byte/s')}, unless a switch adds"))  # fmt: skip
    return Calculation(
        "allreduce",
        f"least time of an all-reduce over {n} devices",
        Answer(
            *least, "s", allreduce_seconds_bound.kind, allreduce_seconds_bound.convention,
            allreduce_seconds_bound.source, tuple(terms),
        ),
        allreduce_seconds_bound.text,
        allreduce_seconds_bound.substituted(n=str(n), S=spread(*size, "byte"), B=spread(*bandwidth, "byte/s")),
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
    )  # fmt: skip


CALCULATORS = {
    "allreduce": Calculator(
        "allreduce",
        "Least time of an all-reduce, what it moves, and the bus bandwidth of a measured time",
        (
            Argument("devices", "1", "that take part", required=True),
            *SIZE,
            *LINK,
            Argument("latency", "s", "of one step of a ring: an estimate on top of the bound"),
            Argument("time", "s", "measured: gives the bus bandwidth"),
        ),
        _allreduce,
        ("devices=8", "model=llama-2-7b", "part=A100-SXM4-80GB", "time=120ms"),
    )
}

__all__ = ["CALCULATORS", "LINK", "SIZE", "buffer", "link"]
