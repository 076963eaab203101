"""The least time of a collective or a transfer: payload, ends and links of a claim, and the bound.

What the paper leaves open is taken as is best for it: sums in switches, eight devices that share
the links of their node, decimal payloads over links that count in powers of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from hwmodels.catalog import sources
from hwmodels.collectives import (
    allreduce_seconds_bound,
    exchange_seconds_bound,
    in_network_allreduce_seconds_bound,
    transfer_seconds_bound,
)
from hwmodels.links import find_link, host_link
from tanaka.paper.model import Number, NumberId, Physical
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Assumption, Computed, Context, Datasheet, Step
from tanaka.rules.communication.amounts import rate, seconds, size
from tanaka.rules.derivation import Derivation, hard

_MIB = 2.0**20
_NODE = 8.0
"""GPUs that may share the links of their node, where the paper does not say."""
_FAST = 20e9
"""Networks from which a node often has several ports [byte/s]: HDR and later."""
WIDTH = {"fp64": 8.0, "fp32": 4.0, "tf32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0}
_LABEL = 0.92  # "13B" is a label: 12.3e9 and more have been called so
_PER_GIB = 2.0**30 / 1e9


@dataclass(frozen=True, slots=True)
class Line:
    """What one end can send in one direction [byte/s].

    Attributes
    ----------
    each, most : float
        One link as stated, and the most that the words may stand for.
    at : NumberId or None
    title, source : str
        Of a link of the catalogue.
    sure : bool
        Whether a proof may rest on it.
    """

    each: float
    most: float
    at: NumberId | None = None
    title: str = ""
    source: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Ends:
    """What takes part: how many ends, how many links each has, and what of it is assumed."""

    n: float
    links: float
    who: str
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class Least:
    """The bound of a claim, its steps written.

    Attributes
    ----------
    bound, payload, way : Step
    line : Line
    ends : Ends
    among : bool
        Whether it depends on how many take part.
    hardest : float
        The least time for all that the printed digits may stand for [s].
    sure : bool
        Whether a proof may rest on payload, link and ends.
    """

    bound: Step
    payload: Step
    way: Step
    line: Line
    ends: Ends
    among: bool
    hardest: float
    sure: bool


def least_time(ctx: Context, d: Derivation, claim: Physical) -> Least | None:
    """The least time that a claim's payload takes over its links; None where something is open."""
    line = _line(ctx, claim)
    ends = _ends(ctx, claim, line) if line is not None else None
    sent = payload_of(d, ctx.paper.number, claim)
    kind = claim.name("kind")
    if line is None or ends is None or sent is None or sent[0].value < 16 * _MIB:
        return None
    if kind == "all-to-all" and "per rank" not in claim.cues:
        return None  # of one, or of all together
    if kind == "all-gather" and "per rank" in claim.cues:
        return None  # a shard of each, or the whole on each
    payload, least, stated = sent
    formula, text = formula_of(kind, claim.cues)
    if kind == "all-gather" and "from each" in claim.cues:
        # Workers may share a node of eight, whose shards reach it once for all of them.
        near = _NODE if ends.who != "node" and ends.assumed and ends.n > _NODE else 1.0
        formula, text = gathered(near), f"({{n}} - {near:g}) × {{S}} / {{B}}"
    among = kind not in ("transfer", "broadcast")
    n = count_of(d, claim, ends) if among else None
    way = way_of(d, ctx.paper.number, line, ends)
    inputs = (payload, way) if n is None else (n, payload, way)
    text = text.format(n="" if n is None else n.shown, S=payload.shown, B=way.shown)
    d.computed("least time", "s", text, formula, *inputs, symbol="T", reference=getattr(formula, "source", ""))  # fmt: skip
    d.steps[-1] = bound = replace(d.steps[-1], shown=seconds(d.steps[-1].value))
    hardest = formula(*((ends.n,) if among else ()), least, line.most * ends.links)
    sure = stated and line.sure and not ends.assumed and payload.value >= 64 * _MIB
    return Least(bound, payload, way, line, ends, among, hardest, sure)


def _line(ctx: Context, claim: Physical) -> Line | None:
    at = claim.at("link")
    if at is not None:
        number = ctx.paper.number(at)
        q = number.quantity
        if isinstance(q.value, tuple):
            return None
        if not math.isfinite(q.nominal.high):
            return Line(q.point, 1.1 * q.point, at, sure=False)  # "over 100 Gb/s links", or faster
        # "25 GB/s" may count in powers of two; bits are decimal.
        wide = 1.0 if "b" in q.shown_unit.replace("byte", "B") else _PER_GIB
        return Line(q.point, hard(number).high * wide, at)
    name = claim.name("link")
    if name:
        found = find_link(name)
        if not found:
            return None
        best = max(found, key=lambda x: x.per_direction.value)
        value = best.per_direction
        return Line(value.value, 1.02 * value.value, None, best.name, value.source, value.verified and len(found) == 1)  # fmt: skip
    if claim.name("kind") == "transfer":
        return None
    device = machine.named(ctx, claim, "device")
    parts = [p for p in machine.parts(device) if p.link is not None]
    if not parts or device is None:
        return None
    part = max(parts, key=lambda p: p.link.value if p.link is not None else 0.0)
    own, host = part.link, host_link(part)
    if own is None:
        return None
    # Whatever else leaves a device goes through its host.
    most = own.value + (host.per_direction.value if host is not None else 128e9)
    return Line(own.value, most, None, f"links of the {part.family}", own.source, own.verified and device.proves)  # fmt: skip


def _ends(ctx: Context, claim: Physical, line: Line) -> Ends | None:
    counts = dict(claim.counted)
    links = counts.get("links")
    if claim.name("kind") in ("transfer", "broadcast"):
        return Ends(2.0, links or 1.0, "end", "" if links else "links")
    nodes, devices = machine.counted(ctx.paper, claim, "nodes"), machine.counted(ctx.paper, claim, "devices")  # fmt: skip
    if nodes and devices and "devices per node" in claim.cues:
        devices *= nodes
    if line.at is None and not claim.name("link"):
        return Ends(devices, 1.0, "device") if devices and devices > 1 else None
    network = "network" in claim.cues or bool(claim.name("link"))
    if not network:
        n = devices or nodes
        # A link of its own is the only way out of a rank, unless there is NVLink beside it.
        assumed = "" if links and "each" in claim.cues and "nvlink" not in claim.cues else "links"
        return Ends(n, links or 1.0, "rank" if devices else "node", assumed) if n and n > 1 else None  # fmt: skip
    several = 1.0 if links or line.each < _FAST else _NODE
    if nodes:
        if nodes < 2:
            return None
        inside = max(1.0, devices / nodes) if devices else _NODE
        if claim.name("holder") == "rank":
            return Ends(nodes, (links or 1.0) * inside, "node", "" if devices and links else "links")  # fmt: skip
        sure = links and (claim.name("holder") == "node" or "each" in claim.cues)
        return Ends(nodes, links or (inside if devices else several), "node", "" if sure else "links")  # fmt: skip
    if not devices or devices < 2:
        return None
    if "alone" in claim.cues or claim.name("who") == "rank":
        assumed = "" if links and "alone" in claim.cues else "links"
        return Ends(devices, links or several, "rank", assumed)
    groups = devices / _NODE
    return Ends(groups, (links or 1.0) * _NODE, "node", "links") if groups > 1 else None


def gathered(near: float) -> Callable[..., float]:
    """Shards of all but those near by, each in turn, into each."""
    return lambda n, shard, bandwidth: transfer_seconds_bound((n - near) * shard, bandwidth)


def formula_of(kind: str, cues: frozenset[str]) -> tuple[Callable[..., float], str]:
    """The bound of a kind of exchange, and its text."""
    if kind == "all-reduce":
        if "ring" in cues and "in-network" not in cues:
            return allreduce_seconds_bound, "2 × ({n} - 1) / {n} × {S} / {B}"
        return in_network_allreduce_seconds_bound, "min(2 × ({n} - 1) / {n}, 1) × {S} / {B}"
    if kind in ("transfer", "broadcast"):
        return transfer_seconds_bound, "{S} / {B}"
    return exchange_seconds_bound, "({n} - 1) / {n} × {S} / {B}"


def payload_of(
    d: Derivation, number: Callable[[NumberId], Number], claim: Physical
) -> tuple[Step, float, bool] | None:
    """What is sent, the least that the words may stand for [byte], and whether a proof may use it."""
    at = claim.at("payload")
    if at is not None:
        if isinstance(number(at).quantity.value, tuple):
            return None
        step = d.stated("payload", at, symbol="S")
        return step, max(0.0, hard(number(at)).low), math.isfinite(hard(number(at)).low)
    params = claim.at("params")
    if params is None:
        return None
    name = claim.name("precision")
    width = WIDTH.get(name, 2.0)
    n = d.stated("parameters", params, symbol="N")
    each = d.known("bytes of an element", width, "byte", Computed(name.upper()) if name in WIDTH else Assumption("16-bit gradients"),
                   shown=f"{width:g} B", symbol="b")  # fmt: skip
    step = d.computed("payload", "byte", f"{n.shown} × {each.shown}", lambda a, b: a * b, n, each, symbol="S")  # fmt: skip
    d.steps[-1] = step = replace(step, shown=size(step.value))
    return step, step.value * _LABEL, False


def count_of(d: Derivation, claim: Physical, ends: Ends) -> Step:
    """How many take part."""
    at = claim.at("nodes" if ends.who == "node" else "devices") or claim.at("devices") or claim.at("nodes")  # fmt: skip
    assert at is not None
    step = d.stated(f"{ends.who}s", at, symbol="n", exact=True)
    if step.value != ends.n:
        why = f"nodes of {_NODE:.0f}" if ends.who == "node" else "in all nodes"
        text = f"{step.shown} / {_NODE:.0f}"
        if ends.who == "node":
            each = d.known("devices of a node", _NODE, "1", Assumption("eight devices share the links of their node"), shown="8")  # fmt: skip
            step = d.computed(why, "1", text, lambda a, b: a / b, step, each, symbol="k")
            d.steps[-1] = step = replace(step, shown=f"{step.value:g}")
        else:
            nodes = claim.at("nodes")
            assert nodes is not None
            each = d.stated("nodes", nodes, exact=True)
            step = d.computed(why, "1", f"{step.shown} × {each.shown}", lambda a, b: a * b, step, each, symbol="k")  # fmt: skip
            d.steps[-1] = step = replace(step, shown=f"{step.value:g}")
    else:
        d.steps[-1] = step = replace(step, shown=f"{step.value:g}")
    return step


def way_of(d: Derivation, number: Callable[[NumberId], Number], line: Line, ends: Ends) -> Step:
    """What one end sends in one direction, in bytes."""
    if line.at is not None:
        written = number(line.at).quantity.shown
        step = d.stated("link, one direction", line.at, symbol="B", exact=not number(line.at).quantity.bounded)  # fmt: skip
        if step.shown != rate(line.each):
            d.steps[-1] = step = replace(
                step, label=f"{written}, one direction", shown=rate(line.each)
            )
    else:
        title = sources()[line.source].title if line.source in sources() else line.source
        step = d.known(f"{line.title}, one direction", line.each, "byte/s", Datasheet(line.source, title),
                       shown=rate(line.each), symbol="B")  # fmt: skip
    if ends.links == 1:
        return step
    how = Assumption("each device has one") if ends.assumed else Computed("as stated")
    count = d.known(
        f"links of a {ends.who}", ends.links, "1", how, shown=f"{ends.links:g}", symbol="l"
    )
    step = d.computed(f"out of a {ends.who}", "byte/s", f"{count.shown} × {step.shown}", lambda a, b: a * b, count, step, symbol="B")  # fmt: skip
    d.steps[-1] = step = replace(step, shown=rate(step.value))
    return step
