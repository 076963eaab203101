"""What an all-reduce moves and takes: no less, probably, and by the time that was measured."""

from __future__ import annotations

from hwmodels.answer import Answer, Term
from hwmodels.bus_bandwidth import algorithm_bandwidth, allreduce_bus_factor, bus_bandwidth
from hwmodels.collectives import in_network_allreduce_seconds_bound
from hwmodels.communication import (
    ACROSS_CALL_SECONDS,
    NODE_CALL_SECONDS,
    allreduce_seconds_bound,
    collective_seconds,
    ring_allreduce_bytes,
    ring_allreduce_seconds,
)
from hwmodels.fabric import Fabric
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation, Row, shown, spread

_FLAT = f"{in_network_allreduce_seconds_bound.convention}; every byte over the link that is named"
_NODES = (
    "latency left out; whoever reduces and copies; the slower of the links between nodes and of "
    "all links of a device"
)


@dataclass(frozen=True, slots=True)
class Link:
    """What one device can send in one direction [byte/s].

    Attributes
    ----------
    printed : (float, float)
        As given, or as on the datasheet.
    most : (float, float)
        What a bound counts with: what is printed, and room for its rounding.
    source : str
    verified : bool
    """

    printed: named.Reach
    most: named.Reach
    source: str = ""
    verified: bool = True


def buffer(given: Given, calculator: str) -> tuple[tuple[float, float], str]:
    """What is reduced [byte], and how it was found: a size, or the gradients of a model.

    Raises
    ------
    Refused
        Where neither or both are given, or nothing is reduced.
    """
    if given.has("size") == (given.has("model") or given.has("N")):
        raise Refused(f"{calculator} needs size, or a model or N whose gradients are reduced")
    if given.has("size"):
        size, how = given.reach("size", 0.0), ""
    else:
        (low, high), _ = named.size(given, calculator)
        width = given.number("width", 2.0)
        size = low * width, high * width
        how = f"{spread(low, high, 'parameter')} x {width:g} B"
    if size[0] <= 0:
        raise Refused(f"{calculator}: nothing is reduced")
    return size, how


def link(given: Given, calculator: str) -> Link:
    """Link of one device.

    Raises
    ------
    Refused
        Where neither a bandwidth nor a part is given, or both.
    """
    if given.has("bandwidth") == given.has("part"):
        raise Refused(f"{calculator} needs bandwidth, or a part whose scale-up link is meant")
    if given.has("bandwidth"):
        return typed(given, "bandwidth")
    parts = named.parts(given.word("part"))
    found = named.links(parts)
    numbers = [p.link for p in parts if p.link is not None]
    return Link(found, named.rounded(found), named.cited(numbers), named.verified(numbers))


def typed(given: Given, name: str) -> Link:
    """Link of a bandwidth as it was typed.

    Raises
    ------
    Refused
        For none.
    """
    found = given.reach(name, 0.0)
    if found[0] <= 0:
        raise Refused(f"{name}: above zero")
    return Link(found, found)


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
    nodes = given.whole("nodes", 1)
    if n % nodes:
        raise Refused(f"devices={n}: not a multiple of nodes = {nodes}")
    if (nodes > 1) != given.has("network"):
        raise Refused(
            "allreduce: nodes and network go together: what a device sends to other nodes"
        )
    size, how = buffer(given, "allreduce")
    inside = link(given, "allreduce")
    across = typed(given, "network") if nodes > 1 else None
    by_switch = given.word("sums", "devices") == "switch"
    if by_switch and nodes > 1:
        raise Refused("sums=switch: inside one node; over nodes the time of rings is known")
    count = float(n), float(n)
    sent = ring_allreduce_bytes.interval(n=count, S=size)
    least, ring = _bounds(n, nodes, size, inside, across)
    likely = _likely(given, n, nodes, size, inside, across, by_switch=by_switch)
    factor = allreduce_bus_factor(n)
    low_bus, high_bus = (factor * s / t for s, t in ((size[0], likely.high), (size[1], likely.low)))
    rows = [
        Row("buffer", *size, "byte", how),
        Row("sent by each", *sent, "byte", f"{ring_allreduce_bytes.text.partition('= ')[2]}, where the devices add"),
        Row("bandwidth", *inside.printed, "byte/s", "one direction", inside.source, inside.verified),
    ]  # fmt: skip
    if across is not None:
        rows.append(Row("network", *across.printed, "byte/s", "of a device to other nodes"))
    rows += [
        Row("whoever adds", *least, "s", "a bound: switches may add and copy"),
        Row("devices add", *ring, "s", "a bound where no switch adds"),
        Row("likely", likely.low, likely.high, "s", likely.convention, likely.source),
        Row("likely bus", min(low_bus, high_bus), max(low_bus, high_bus), "byte/s",
            "bus bandwidth as nccl-tests counts it"),
    ]  # fmt: skip
    terms = [Term("whoever adds", *least, "s"), Term("devices add", *ring, "s"),
             Term("likely", likely.low, likely.high, "s")]  # fmt: skip
    if given.has("latency"):
        latency = given.reach("latency", 0.0)
        slow = ring_allreduce_seconds.interval(n=count, a=latency, S=size, B=inside.printed)
        rows.append(Row("ring with latency", *slow, "s", f"2 x {n - 1} steps of {spread(*latency, 's')} more; an estimate"))  # fmt: skip
        terms.append(Term("ring with latency", *slow, "s"))
    notes = []
    fault = False
    if given.has("time"):
        time = given.reach("time", 0.0)
        if time[0] <= 0:
            raise Refused("time: above zero")
        bus = bus_bandwidth.interval(f=(factor, factor), A=algorithm_bandwidth.interval(S=size, T=time))  # fmt: skip
        rows.append(Row("bus bandwidth", *bus, "byte/s", f"of {spread(*time, 's')}: {factor:.4g} x {spread(*size, 'byte')} / time"))  # fmt: skip
        fault = inside.verified and _below(time[1], least[0])
        if _below(time[1], least[0]):
            word = "not possible" if inside.verified else "below what is not verified"
            notes.append((word, f"{shown(time[1], 's')} is less than {shown(least[0], 's')}, whoever adds"))  # fmt: skip
        elif _below(time[1], ring[0]):
            notes.append(("a switch adds", f"or the time is wrong: the devices alone take {shown(ring[0], 's')} at least"))  # fmt: skip
    formula = in_network_allreduce_seconds_bound
    flat = across is None
    return Calculation(
        "allreduce",
        f"least time of an all-reduce over {n} devices" + ("" if flat else f" of {nodes} nodes"),
        Answer(
            *least, "s", "bound", _FLAT if flat else _NODES,
            formula.source, tuple(terms),
        ),
        formula.text if flat else "",
        formula.substituted(n=str(n), S=spread(*size, "byte"), B=spread(*inside.most, "byte/s")) if flat else "",
        rows=tuple(rows),
        notes=tuple(notes),
        fault=fault,
        unverified=() if inside.verified else ("the bandwidth of the link",),
    )  # fmt: skip


def _below(value: float, least: float) -> bool:
    """Whether a value is below another by more than the arithmetic is off."""
    return value < least * (1 - 1e-9)


def _bounds(
    n: int, nodes: int, size: named.Reach, inside: Link, across: Link | None
) -> tuple[named.Reach, named.Reach]:
    """Least time whoever adds, and where the devices do [s]: least buffer and best links first."""
    if across is None:
        at = {"n": (float(n), float(n)), "S": size, "B": inside.most}
        return in_network_allreduce_seconds_bound.interval(**at), allreduce_seconds_bound.interval(**at)  # fmt: skip
    found = []
    for switches in (True, False):
        low, high = (
            Fabric(n // nodes, inside.most[1 - i], across.most[1 - i])
            .allreduce_bound(nodes, size[i], in_network=switches)
            .low
            for i in (0, 1)
        )
        found.append((low, high))
    return found[0], found[1]


def _likely(
    given: Given, n: int, nodes: int, size: named.Reach, inside: Link, across: Link | None,
    *, by_switch: bool,
) -> Answer:  # fmt: skip
    """Range of the time over the ranges of what was given."""
    if across is not None:
        blocked = given.number("oversubscription", 1.0)
        if blocked < 1:
            raise Refused("oversubscription: from 1 on")
        fast, slow = (
            Fabric(n // nodes, inside.printed[1 - i], across.printed[1 - i], blocked).allreduce(
                nodes, size[i], call=ACROSS_CALL_SECONDS
            )
            for i in (0, 1)
        )
    else:
        # A link that is a part's own lies in a node; another may lie anywhere.
        call = NODE_CALL_SECONDS
        if given.has("bandwidth"):
            call = NODE_CALL_SECONDS[0], ACROSS_CALL_SECONDS[1]
        fast, slow = (
            collective_seconds(
                "all-reduce", n, size[i], inside.printed[1 - i], call=call, in_network=by_switch
            )
            for i in (0, 1)
        )
    return Answer(fast.low, slow.high, "s", "estimate", f"an estimate: {fast.convention}", fast.source)  # fmt: skip


CALCULATORS = {
    "allreduce": Calculator(
        "allreduce",
        "Least and likely time of an all-reduce, what it moves, and its bus bandwidth",
        (
            Argument("devices", "1", "that take part", required=True),
            *SIZE,
            *LINK,
            Argument("nodes", "1", "that the devices are in", shown="1"),
            Argument("network", "byte/s", "of one device to other nodes, in one direction"),
            Argument("oversubscription", "1", "of the network between nodes", shown="1"),
            Argument("sums", "", "who adds, in the estimate", choices=("devices", "switch"), shown="devices"),
            Argument("latency", "s", "of one step of a ring: one more estimate"),
            Argument("time", "s", "measured: gives the bus bandwidth"),
        ),
        _allreduce,
        ("devices=8", "model=llama-2-7b", "part=A100-SXM4-80GB", "time=120ms"),
    )
}  # fmt: skip

__all__ = ["CALCULATORS", "LINK", "SIZE", "Link", "buffer", "link", "typed"]
