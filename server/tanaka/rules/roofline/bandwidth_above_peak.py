r"""## What it checks
That a bandwidth that was reached, of memory or of a link, is no more than the part has.

Of all variants that the name may mean the fastest counts, both directions of a link unless the
words say one, and all devices and ports that are counted.

## Why it matters
A rate above the wire means that bytes were counted that never crossed it, most often those that a
cache served.

## What is left alone
Caches, shared memory and buffers that fit them, effective and compressed rates, totals of a node,
both directions, and bus bandwidths of collectives below twice the link. A proof needs one named
memory read by STREAM or by at least a gigabyte, or one named link in a stated direction, and five
per cent to spare; a table proves nothing.

## Example
```latex
A STREAM copy over 4\,GB attains 2.4\,TB/s on an A100-80GB.
%                                ^^^^^^^^^ TK208: 2.039 TB/s
```
Say how many bytes crossed, in which direction, and how large the buffer was.

## References
- McCalpin, "Memory Bandwidth and Machine Balance in Current High Performance Computers", IEEE TCCA Newsletter, 1995.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from hwmodels.catalog import Accelerator, find, sources
from hwmodels.links import find_link
from hwmodels.provenance import Sourced
from hwmodels.roofline import utilization
from tanaka.paper.model import Asserted, How, Number, NumberId, Physical
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Datasheet,
    Finding,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.machine import Named
from tanaka.rules.other_unit import other_unit
from tanaka.rules.roofline.bandwidth_rows import bandwidth_rows
from tanaka.rules.roofline.moved_rate import MOVED, memory_of, port_of, ports_of_tables

_SILENT = frozenset({"cache", "effective", "aggregate", "page cache", "clock"})
_WAYS_OUT = {
    "memory": ("overclocked",),
    "link": ("compression", "in-network"),
    "line": ("compression", "in-network"),
    "port": ("compression", "in-network"),
}
"""What a paper may say anywhere with which more is counted than the bytes that are carried."""
_SLACK = 1.05
_CONSUMER = 1.15
"""Memory of consumer cards is sold and set above its reference clock."""
_READ = (
    "kernel",
    "kernels",
    "copy",
    "copies",
    "table",
    "tables",
    "array",
    "arrays",
    "buffer",
    "buffers",
    "benchmark",
    "data",
)
_REACHED = 0.25
"""What well-made transfers reach at least of the peak: a slip of the unit is offered where it lands there."""
_LARGE = 1e9
"""No last-level cache holds a buffer so large [byte]."""


@dataclass(frozen=True, slots=True)
class _Roof:
    """What one memory or one link can carry [byte/s], and how far that is known."""

    each: float
    source: Sourced | None
    what: str
    device: str
    proves: bool
    margin: float = _SLACK
    number: Number | None = None
    many: float = 0.0


@rule("TK208", since="0.1.0")
def bandwidth_above_peak(ctx: Context) -> Iterator[Outcome]:
    """Bandwidths that were reached against those of the part."""
    done: set[NumberId] = set()
    held: dict[NumberId, Held] = {}
    for claim in chain(ctx.paper.physical("bandwidth"), bandwidth_rows(ctx.paper)):
        if (
            claim.asserted is Asserted.NO
            or _silent(claim)
            or machine.disowned(ctx.paper, claim.number)
        ):
            continue
        number = ctx.paper.number(claim.number)
        if not number.quantity.bounded or isinstance(number.quantity.value, tuple):
            continue
        roof = _roof(ctx, claim)
        if roof is not None and (outcome := _judged(ctx, claim, number, roof)):
            if isinstance(outcome, Held) and not claim.name("device"):
                held[claim.number] = outcome  # of the fastest part, where a clause may name its own
                continue
            done.add(claim.number)
            yield outcome
    told = {c.number for r in _TOLD_ELSEWHERE for c in ctx.paper.physical(r)} | {
        c.number
        for c in ctx.paper.physical("bandwidth")
        if c.asserted is not Asserted.NO and (c.name("device") or c.name("kind") != "memory")
    }
    for claim in ctx.paper.physical(MOVED):
        if (
            claim.number in done
            or claim.number in told
            or machine.disowned(ctx.paper, claim.number)
        ):
            continue
        number = ctx.paper.number(claim.number)
        roof = _loose_roof(ctx, claim)
        if roof is not None and (found := _judged(ctx, claim, number, roof)) and isinstance(found, Finding):  # fmt: skip
            held.pop(claim.number, None)
            yield found
    yield from held.values()


_TOLD_ELSEWHERE = ("port rate", "link specification", "specification")
_ANYWHERE = 1.1
"""Margin where the part or the port is only the fastest of the paper."""


def _loose_roof(ctx: Context, claim: Physical) -> _Roof | None:
    """What a rate can be at most that is told by its unit and by what moves alone."""
    kind = claim.name("kind")
    if kind == "memory":
        name, own = memory_of(ctx, claim)
        parts = find(name) if name else ()
        if not parts or "duplex" in claim.cues:
            return None
        best = max(parts, key=lambda p: (p.bandwidth.value, p.bandwidth.verified))
        margin = _CONSUMER if any(p.consumer for p in parts) else _SLACK if own else _ANYWHERE
        return _Roof(best.bandwidth.value, best.bandwidth, f"the memory of the {best.family}", best.family, False, margin)  # fmt: skip
    ways = 2.0 if "duplex" in claim.cues else 1.0
    what = "in both directions" if ways == 2.0 else "in one direction"
    if kind == "port":
        port = port_of(ctx, claim)
        if port is None:
            return None
        each = ways * port.number.quantity.point
        claim_count = "a port" if port.count == 1 else f"each of {port.count:.0f} ports"
        return _Roof(each, None, f"{claim_count} {what}", "", False, _ANYWHERE, number=port.number, many=port.count)  # fmt: skip
    if "of a GPU" in claim.cues:
        return _of_sender(ctx, claim)
    parts = find(claim.name("device")) if claim.name("device") else ()
    name = claim.name("link")
    if "nvlink" in name.lower():
        found = [p.link_total for p in parts if p.link_total is not None]
        if not found or len(found) < len(parts):
            return None
        most = max(found, key=lambda s: s.value)
        return _Roof(most.value, most, f"{name} of the {parts[0].family} in both directions", parts[0].family, False, _ANYWHERE)  # fmt: skip
    links = [x for x in find_link(name) if x.kind == "host"]
    if not links:
        return None
    top = max(links, key=lambda x: x.total.value)
    source = top.total if ways == 2.0 else top.per_direction
    return _Roof(source.value, source, f"{name} {what}", "", False, _ANYWHERE)


def _of_sender(ctx: Context, claim: Physical) -> _Roof | None:
    """What all links of one device carry that a paper has it send over none that is named."""
    device = machine.named(ctx, claim, "device")
    names = (device.name,) if device is not None else machine.named_parts(ctx.paper)
    known = [p for name in names for p in find(name)]
    if not known or not all(find(name) for name in names):
        return None
    one = "one way" in claim.cues
    found = [(x, p) for p in known if (x := p.link if one else p.link_total) is not None]
    if len(found) < len(known):
        return None  # what its slot carries nobody says
    most, part = max(found, key=lambda f: (f[0].value, f[0].verified))
    ports = [ctx.paper.number(c.number).quantity.point for c in ctx.paper.physical("port rate")]
    if max(ports, default=0.0) > most.value:
        return None
    ways = "in one direction" if one else "in both directions"
    return _Roof(most.value, most, f"the link of the {part.family} {ways}", part.family, False, _ANYWHERE)  # fmt: skip


def _silent(claim: Physical) -> bool:
    """Whether words open a reading that no bound is known for."""
    if "bus" in claim.cues:  # by its definition that of one rank, however many there are
        return bool(claim.cues & {"summed", *_SILENT} - {"aggregate"})
    if claim.name("kind") == "port" and "one port" in claim.cues:
        return bool(claim.cues & ((_SILENT - {"aggregate"}) | {"summed"}))
    counted = claim.at("ports") is not None or "ports" in dict(claim.counted)
    if counted and "many nodes" not in claim.cues:  # what all of a node's ports carry
        return bool(claim.cues & (_SILENT - {"aggregate"}))
    return bool(claim.cues & _SILENT)


def _roof(ctx: Context, claim: Physical) -> _Roof | None:
    kind = claim.name("kind")
    if kind == "line":
        at = claim.at("line")
        line = ctx.paper.number(at) if at is not None else None
        if line is None or not line.quantity.bounded:
            return None
        one = "one way" in claim.cues and "collective" not in claim.cues
        stated = bool(claim.cues & {"one port"}) or claim.at("ports") is not None
        stated = stated and "aggregate" not in claim.cues and "ports" not in dict(claim.counted)
        return _Roof(line.quantity.point * (1 if one else 2), None, "a port in one direction" if one else "a port in both directions",
                     "", stated, number=line)  # fmt: skip
    if kind == "port":
        return _port(ctx, claim)
    device = machine.named(ctx, claim, "device")
    if device is None and (some := _any_part(ctx)):
        device = Named(some, How.INFERRED, "the fastest part of the paper")
    parts = machine.parts(device)
    if kind == "link":
        return _link(claim, parts)
    if device is None or not parts or "other memory" in claim.cues or "duplex" in claim.cues:
        return None
    best = max(parts, key=lambda p: (p.bandwidth.value, p.bandwidth.verified))
    size = claim.at("size")
    buffer = ctx.paper.number(size).quantity.hard.low if size is not None else None
    if buffer is not None and not math.isfinite(buffer):
        buffer = None
    if buffer is not None and buffer < _LARGE:
        return None
    level = "stream" in claim.cues or (buffer is not None and buffer >= _LARGE)
    proves = level and device.proves and best.bandwidth.verified
    margin = _CONSUMER if any(p.consumer for p in parts) else _SLACK
    return _Roof(
        best.bandwidth.value,
        best.bandwidth,
        f"the memory of the {best.family}",
        best.family,
        proves,
        margin,
    )


def _any_part(ctx: Context) -> str:
    """The part of the paper with the fastest memory, where a sentence leaves open on which it ran."""
    known = [(name, parts) for name in machine.named_parts(ctx.paper) if (parts := find(name))]
    if len(known) != len(machine.named_parts(ctx.paper)):
        return ""  # one that is not known may be faster
    return max(known, key=lambda k: max(p.bandwidth.value for p in k[1]), default=("", ()))[0]


def _port(ctx: Context, claim: Physical) -> _Roof | None:
    """The fastest port of the paper, where a sentence speaks of a port and does not say of which."""
    stated = (c.number for c in ctx.paper.physical("port rate"))
    known = [ctx.paper.number(i) for i in dict.fromkeys((*stated, *ports_of_tables(ctx.paper)))]
    known = [n for n in known if n.quantity.bounded and not isinstance(n.quantity.value, tuple)]
    if not known:
        return None
    line = max(known, key=lambda n: n.quantity.point)
    one = "duplex" not in claim.cues and claim.cues & {"one way", "collective"} != {"collective"}
    what = "the fastest port in one direction" if one else "the fastest port in both directions"
    return _Roof(line.quantity.point * (1 if one else 2), None, what, "", False, number=line)


def _link(claim: Physical, parts: tuple[Accelerator, ...]) -> _Roof | None:
    """One link: NVLink of the part that is named, or a link that its own name tells."""
    name = claim.name("link")
    one = "one way" in claim.cues and "collective" not in claim.cues
    what = f"in {'one direction' if one else 'both directions'}"
    if "bus" in claim.cues and (not name or "nvlink" in name.lower()):
        # Reduced in the switch, a byte crosses the link once where a ring's crosses it twice.
        found = [x for p in parts if (x := p.link_total) is not None]
        if not found:
            return None
        best = max(found, key=lambda s: (s.value, s.verified))
        what = f"{name or 'the fastest link'} of the {parts[0].family} in both directions"
        return _Roof(best.value, best, what, parts[0].family, False)
    if "nvlink" in name.lower() and parts:
        found = [x for p in parts if (x := p.link if one else p.link_total) is not None]
        if not found or len(found) < len(parts):
            return None
        best = max(found, key=lambda s: (s.value, s.verified))
        sure = best.verified and "collective" not in claim.cues
        return _Roof(
            best.value, best, f"{name} of the {parts[0].family} {what}", parts[0].family, sure
        )
    links = find_link(name)
    links = tuple(x for x in links if x.kind in ("host", "network"))
    if not links or len({x.technology for x in links}) != 1:
        return None
    top = max(links, key=lambda x: x.total.value)
    best = top.per_direction if one else top.total
    single = dict(claim.counted).get("devices") == 1.0 or bool(claim.cues & {"one port", "each"})
    alone = (
        (top.kind == "host" and single) or claim.at("ports") is not None or "one port" in claim.cues
    )
    sure = best.verified and one and alone and len(links) == 1
    return _Roof(best.value, best, f"{name} {what}", "", sure)


def _count(ctx: Context, claim: Physical, roof: _Roof) -> tuple[float, Number | None]:
    """How many of them carry it together."""
    if roof.many:
        return roof.many, None
    if "bus" in claim.cues and roof.device:
        return 1.0, None
    role = "ports" if claim.name("kind") == "line" or not roof.device else "devices"
    at = claim.at(role)
    number = ctx.paper.number(at) if at is not None else None
    return (machine.counted(ctx.paper, claim, role) or 1.0, number)


def _judged(ctx: Context, claim: Physical, number: Number, roof: _Roof) -> Outcome | None:
    count, counting = _count(ctx, claim, roof)
    d, share, limit = _derived(ctx, claim, roof, count, counting)
    operands = tuple(
        dict.fromkeys(n.id for n in (number, roof.number, counting if count != 1 else None) if n)
    )
    q = number.quantity
    most = count * roof.each
    if q.nominal.low <= most * 1.01:
        if not roof.proves and claim.name("kind") != "memory":
            return None
        text = f"{100 * share.value:.0f}%"
        return Held("TK208", operands, f"{q.shown} of {limit} is {text}", tuple(d.steps))
    if q.nominal.low <= roof.margin * most:
        return None
    proven = (
        roof.proves
        and (not roof.device or machine.counted(ctx.paper, claim, "devices") is not None)
        and hard(number).low > roof.margin * most
        and machine.firm(ctx.paper, claim, *(n.id for n in (roof.number, counting) if n))
        and machine.plain(
            ctx.paper,
            claim.number,
            *(i for _, i in claim.given),
            whole=claim.name("kind") == "memory",
            but=_READ,
        )
    )
    many = "collective" in claim.cues and not ("bus" in claim.cues and roof.device)
    if not proven and not roof.proves and claim.name("kind") not in ("memory", "port") and many:
        return None  # over how many links a collective ran is not said
    if machine.excuses(ctx.paper, *_WAYS_OUT[claim.name("kind")]):
        proven = False
    times = printed(share.value)
    only_if = "" if proven else _needed(claim, q.point, roof, most)
    return Finding(
        "TK208", "bandwidth-above-peak", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number), f"{q.shown} is {times} times what {roof.what} allows, {limit}.",
        tuple(d.steps), operands=operands, note=f"{times} times the peak",
        bold=f"{q.shown} is {times} times {limit}.", only_if=only_if,
        fixes=other_unit(number, lambda rate: _REACHED * most <= rate <= 1.01 * most),
        figure=BarsFigure("Bandwidth", "GB/s", (("as written", q.point / 1e9, True), ("the most there is", most / 1e9, False))),
        slots=(
            Slot("claim", q.shown, "R"), Slot("ratio", f"{times}×", "u"), Slot("bw", limit, "W"),
            Slot("link", roof.what, "W"),
        ),
        case="B" if only_if else "A",
    )  # fmt: skip


def _needed(claim: Physical, rate: float, roof: _Roof, most: float) -> str:
    """What would have to be true for the rate to be right."""
    if claim.name("kind") == "memory":
        if claim.at("devices") is None and not claim.counted:
            return f"{math.ceil(rate / roof.each):.0f} devices are counted together"
        return f"{100 * (1 - most / rate):.0f}% or more of the bytes come from a cache"
    if claim.name("kind") == "port" and "one way" not in claim.cues and rate <= 2 * roof.each:
        return "both directions are counted together"
    if "bus" in claim.cues and roof.device:
        return f"the rates of {math.ceil(rate / roof.each):.0f} devices are added"
    return f"{math.ceil(rate / roof.each):.0f} links or more carry it"


def _derived(
    ctx: Context, claim: Physical, roof: _Roof, count: float, counting: Number | None
) -> tuple[Derivation, Step, str]:
    d = Derivation(ctx.paper)
    rate = d.stated("rate", claim.number, symbol="R")
    if roof.number is not None:
        line = d.stated("line rate", roof.number.id, symbol="L")
        line = d.steps[-1] = replace(line, shown=line.shown.replace("GbE", "Gb/s"))
        ways = round(roof.each / roof.number.quantity.point)
        text = line.shown if ways == 1 else f"{ways} × {line.shown}"
        each = d.computed(roof.what, "byte/s", text, lambda x: ways * x, line, shown=_shown(roof.each), symbol="W", total=False)  # fmt: skip
    else:
        assert roof.source is not None
        title = sources()[roof.source.source].title if roof.source.source in sources() else roof.source.source  # fmt: skip
        each = d.known(roof.what, roof.each, "byte/s", Datasheet(roof.source.source, title), shown=_shown(roof.each), symbol="W")  # fmt: skip
    total = each
    if count != 1:
        if counting is not None:
            n = d.stated("how many", counting.id, symbol="n", exact=True)
            n = d.steps[-1] = replace(n, shown=f"{n.value:,.0f}")
        else:
            n = d.known("how many", count, "1", Computed("a system of so many"), shown=f"{count:.0f}", symbol="n")  # fmt: skip
        total = d.computed("together", "byte/s", f"{n.shown} × {each.shown}", lambda a, b: a * b, n, each,
                           shown=_shown(count * roof.each), symbol="T")  # fmt: skip
    share = d.computed("share of the peak", "1", f"{rate.shown} / {total.shown}", utilization, rate, total,
                       reference=utilization.source, symbol="u")  # fmt: skip
    return d, share, total.shown


def _shown(value: float) -> str:
    return f"{value / 1e12:.4g} TB/s" if value >= 1e12 else f"{value / 1e9:.4g} GB/s"
