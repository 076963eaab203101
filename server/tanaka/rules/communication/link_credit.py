"""Links that are credited where they are not: NVLink to a part without it, its rate to the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from hwmodels.catalog import accelerators, find, sources
from tanaka.paper.model import Asserted, Number, NumberId, Physical
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.api import (
    AtMention,
    AtNumber,
    Computed,
    Context,
    Datasheet,
    Finding,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.table_lines import lines, parts, plain

_FASTEST_PORT = 110e9
"""More than one adapter of a device sends in one direction, with some room [byte/s]."""
_ALIKE = 0.02
_PRICED = 0.08


def link_credit(ctx: Context) -> Iterator[Finding]:
    """Findings on parts without NVLink, and on networks that are priced as if they were NVLink."""
    for claim in ctx.paper.physical("linkless"):
        if claim.asserted is Asserted.YES and (found := _linkless(ctx, claim)):
            yield found
    for claim in ctx.paper.physical("network-price"):
        # "if a group spans nodes" supposes no other network: the reader leaves out what does
        if found := _rate(ctx, claim) or _time(ctx, claim):
            yield found
    yield from _told(ctx)
    yield from _split_rows(ctx)
    yield from _link_rows(ctx)


_UNSAID = ("negated", "related", "baseline")


def _told(ctx: Context) -> Iterator[Finding]:
    """Links credited by sentences without a number."""
    for m in ctx.paper.mentions_of("link-linkless"):
        device = dict(m.settings).get("device", "")
        if m.role not in _UNSAID and (found := _without(ctx, device, AtMention(m.id), ())):
            yield found
    mentions = [m for m in ctx.paper.mentions_of("link-between-nodes") if m.role not in _UNSAID]
    apart = ctx.paper.mentions_of("link-network") or ctx.paper.physical("node-size")
    if not mentions or machine.excuses(ctx.paper, "scale-up") or not apart:
        return
    for m in mentions:
        d = Derivation(ctx.paper)
        d.known("nodes that NVLink joins", 1.0, "1", Computed("a node"), shown="1", symbol="g")
        yield Finding(
            "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtMention(m.id),
            "NVLink joins the devices of a node, and no nodes.",
            tuple(d.steps), note="between nodes", bold="NVLink does not leave a node.",
            only_if="one NVLink domain joins several nodes",
            slots=(Slot("claim", "NVLink"), Slot("line", "", at=AtMention(m.id)), Slot("excuse", "one NVLink domain joins several nodes")), case="G",
        )  # fmt: skip


def _linkless(ctx: Context, claim: Physical) -> Finding | None:
    return _without(ctx, claim.name("device"), AtNumber(claim.number), (claim.number,))


def _without(
    ctx: Context, name: str, at: AtNumber | AtMention, operands: tuple[NumberId, ...]
) -> Finding | None:
    """A part that is credited with NVLink; none where it has it, or is not known."""
    variants = find(name)
    if not variants or any(v.vendor.lower() != "nvidia" or v.link_id for v in variants):
        return None
    d = Derivation(ctx.paper)
    part = variants[0]
    title = sources()[part.bandwidth.source].title
    d.known(f"GPUs that NVLink joins to the {name}", 0.0, "1", Datasheet(part.bandwidth.source, title), shown="0", symbol="g")  # fmt: skip
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, at,
        f"The {name} has no NVLink.",
        tuple(d.steps), operands=operands, note="no NVLink on this part", bold=f"The {name} has no NVLink.",
        only_if=f"what is called {name} is another part, or its link another",
        slots=(Slot("claim", name, "g"), Slot("line", "", at=at), Slot("excuse", f"what is called {name} is another part, or its link another")), case="E",
    )  # fmt: skip


@cache
def _scale_up() -> tuple[float, ...]:
    """Rates of NVLink in one direction, and both together, of the parts of the catalogue [byte/s]."""
    found = set()
    for part in accelerators():
        if part.link_id.startswith("nvlink"):
            found |= {x.value for x in (part.link, part.link_total) if x is not None}
    return tuple(sorted(found))


def _rate(ctx: Context, claim: Physical) -> Finding | None:
    """A rate of the network for one device that only NVLink has."""
    number = ctx.paper.number(claim.number)
    rate = number.quantity.point
    if rate < _FASTEST_PORT or not any(abs(rate / r - 1) < _ALIKE for r in _scale_up()):
        return None
    d = Derivation(ctx.paper)
    stated = d.stated("as written", claim.number, symbol="r")
    port = d.known("the fastest port of a device", 100e9, "byte/s", Computed("800 Gb/s"), shown="100 GB/s", symbol="p")  # fmt: skip
    d.computed("ports that it takes", "1", f"{stated.shown} / {port.shown}", lambda r, p: r / p, stated, port, symbol="k")  # fmt: skip
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{stated.shown} is a rate of NVLink, and no share of a network that one device has.",
        tuple(d.steps), operands=(claim.number,), note="a rate of NVLink",
        bold=f"{stated.shown} is a rate of NVLink.",
        only_if=f"a device has {rate / 100e9:.1f} ports of 800 Gb/s, or the rate is that of a node",
        slots=(Slot("claim", stated.shown, "r"), Slot("line", "", at=AtNumber(claim.number)), Slot("excuse", f"a device has {rate / 100e9:.1f} ports of 800 Gb/s, or the rate is that of a node")), case="F",
    )  # fmt: skip


def _time(ctx: Context, claim: Physical) -> Finding | None:
    """A time in which NVLink moves the bytes, and the network beside it does not."""
    payload, time = claim.at("payload"), claim.at("time")
    if payload is None or time is None:
        return None
    d = Derivation(ctx.paper)
    size = d.stated("bytes", payload, symbol="B")
    rate = d.stated("network", claim.number, symbol="r")
    stated = d.stated("as written", time, symbol="t")
    least = d.computed("at least", "s", f"{size.shown} / {rate.shown}", lambda b, r: b / r, size, rate, symbol="m")  # fmt: skip
    if stated.value > 0.7 * least.value:
        return None
    used = size.value / stated.value
    if not any(abs(used / r - 1) < _PRICED for r in _scale_up()):
        return None
    shown = f"{1e3 * least.value:.3g} ms"
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(time),
        f"{size.shown} / {rate.shown} is {shown}, not {stated.shown}: that is the time over NVLink.",
        tuple(d.steps), operands=(time, payload, claim.number), note="the time over NVLink",
        bold=f"{size.shown} / {rate.shown} is {shown}, not {stated.shown}.",
        only_if=f"the bytes move at {used / 1e9:.0f} GB/s",
        slots=(Slot("claim", stated.shown, "t"), Slot("line", "", at=AtNumber(time)), Slot("excuse", f"the bytes move at {used / 1e9:.0f} GB/s")), case="F",
    )  # fmt: skip


_SPLIT = Lazy(r"^\W*(?:TP|tensor[- ]parallel\w*|tensor)(?:\s(?:size|degree|width))?\W*$", re.I)
_PER_NODE = Lazy(r"^\W*(?:GPUs?|devices|cards)\s?(?:per|/)\s?(?:node|server|machine)\W*$", re.I)


def _split_rows(ctx: Context) -> Iterator[Finding]:
    """Tensor-parallel degrees of tables that are wider than any node, where the text keeps them inside one."""
    inside = [m for m in ctx.paper.mentions_of("link-tensor-inside") if m.role not in _UNSAID]
    sizes = [dict(c.counted)["domain"] for c in ctx.paper.physical("node-size") if c.asserted is not Asserted.NO]  # fmt: skip
    if not inside or not sizes:
        return
    for table in ctx.paper.tables:
        if not any(_SPLIT.search(label) for label in (*table.header, *table.stubs)):
            continue
        if any(_PER_NODE.search(label) for label in (*table.header, *table.stubs)):
            continue  # nodes of its own
        found = [n for line in lines(ctx.paper, table) if (n := line.only(_SPLIT, _degree))]
        wide = [n for n in found if n.quantity.point > max(sizes)]
        # a table of a sweep goes beyond a node on purpose
        if len(wide) != 1 or len(found) < 2 or _SWEEP.search(table.caption):
            continue
        yield _wide(ctx, wide[0], max(sizes))


_SWEEP = Lazy(r"\b(?:sweep|vary\w*|varied|effect|impact|ablation|beyond|across nodes|compar\w+|simulat\w+|different|degrees)\b", re.I)  # fmt: skip


def _degree(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.asserted is not Asserted.NO


def _wide(ctx: Context, number: Number, size: float) -> Finding:
    d = Derivation(ctx.paper)
    degree = d.stated("parallel degree", number.id, symbol="p", exact=True)
    d.steps[-1] = degree = replace(degree, shown=f"{degree.value:g}")
    domain = d.known("GPUs of a node", size, "1", Computed("as stated"), shown=f"{size:g}", symbol="g")  # fmt: skip
    d.computed("nodes spanned", "1", f"{degree.shown} / {domain.shown}", lambda p, g: p / g, degree, domain, symbol="k")  # fmt: skip
    d.steps[-1] = replace(d.steps[-1], shown=f"{d.steps[-1].value:.4g}")
    return Finding(
        "TK407", "link-domain", Verdict.IMPLAUSIBLE, AtNumber(number.id),
        f"A degree of {degree.shown} leaves a node of {domain.shown} GPUs, which the text says that it does not.",
        tuple(d.steps), operands=(number.id,), note=f"a node has {domain.shown}",
        bold=f"{degree.shown} GPUs are not in one node of {domain.shown}.",
        only_if=f"a node has {degree.shown} GPUs, or this run crosses nodes",
        slots=(Slot("claim", degree.shown, "p"), Slot("n", domain.shown, "g", count=round(size)), Slot("line", "", at=AtNumber(number.id))),
        case="B",
    )  # fmt: skip


_LINK_LABEL = Lazy(r"^\W*(?:interconnects?|links?|fabric|intra-node(?: link| interconnect)?|GPU link|GPU-GPU|connection)\W*$", re.I)  # fmt: skip
_NVLINK_CELL = Lazy(r"^\W*NVLink(?:\s?\d(?:\.0)?)?(?: bridges?)?\W*$")


def _link_rows(ctx: Context) -> Iterator[Finding]:
    """Parts of a table of machines whose link is NVLink, where the part has none."""
    for table in ctx.paper.tables:
        if not any(_LINK_LABEL.search(label) for label in (*table.header, *table.stubs)):
            continue
        for line in lines(ctx.paper, table):
            joined = any(_LINK_LABEL.search(label) and _NVLINK_CELL.search(cell) for label, cell in line.words)  # fmt: skip
            named = parts(line.said)
            if not joined or len(named) != 1 or not line.entries:
                continue
            number = line.entries[0].number
            if number.asserted is not Asserted.NO and (found := _without(ctx, named[0], AtNumber(number.id), (number.id,))):  # fmt: skip
                yield found
