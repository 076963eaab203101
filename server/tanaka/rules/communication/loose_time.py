"""The least time of an exchange whose link is the set-up's, and whose payload may stand a few sentences before.

All that is open is taken as is best for the paper: the fastest link that may be meant, as many of
them as a node can have, two ends, sums in the switches.  Nothing of it proves.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hwmodels.catalog import Accelerator, find, sources
from hwmodels.links import host_link
from hwmodels.models import find_model
from tanaka.paper.model import Paper, Physical, SectionId
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.api import Assumption, Computed, Context, Datasheet, Step
from tanaka.rules.communication.amounts import seconds, size
from tanaka.rules.communication.fabric import NODE, Fabric, used
from tanaka.rules.communication.least_time import (
    WIDTH,
    Ends,
    Least,
    Line,
    count_of,
    formula_of,
    payload_of,
    way_of,
)
from tanaka.rules.derivation import Derivation

_SQUEEZES = Lazy(r"\bcompress|\bcodec|\bspars|\bquanti[sz]", re.I)
_ASIDE_MENTIONS = 5  # a paper that speaks of it more often is about it
_ABOUT_IT = 3
"""In so many of its sections; one that compares with it as an alternative is not about it."""
_LEAST = 16 * 2.0**20  # of less, latencies are the most
# Parts whose fast links join more than a node.
_SPREAD = Lazy(
    r"\bTPU|\bGB[23]00|\bNVL\d|\bTrainium|\bInferentia|\bGaudi|\bAscend|\bWSE|\bIPU", re.I
)
_SYSTEM = Lazy(r"^(?:NVIDIA |Nvidia )?(?:DGX|HGX)[- ]")
_OPEN = frozenset(("exposed", "exposed after", "amortised", "part", "subset", "saved", "simulated", "rack"))  # fmt: skip


@query
def named_parts(paper: Paper) -> tuple[str, ...]:
    """Devices that the paper binds any of its numbers to, as written."""
    named = {_SYSTEM.sub("", dict(n.context).get("device", "")) for n in paper.numbers}
    return tuple(sorted(named - {""}))


@query
def _in_sections(paper: Paper) -> tuple[tuple[SectionId, tuple[str, ...]], ...]:
    """Devices that the prose of each section binds its numbers to."""
    found: dict[SectionId, set[str]] = {}
    for n in paper.numbers:
        name = _SYSTEM.sub("", dict(n.context).get("device", ""))
        if name:
            found.setdefault(n.section, set()).add(name)
    return tuple((section, tuple(sorted(names))) for section, names in found.items())


def loose_time(ctx: Context, d: Derivation, claim: Physical, *, lend: bool = False) -> Least | None:
    """The least time of an exchange by all that the paper says; None where something is open.

    With ``lend``, an exchange without a payload has the smallest of its section.
    """
    if lend and not claim.at("payload"):
        lent = _lender(ctx.paper, claim)
        if lent is None:
            return None
        own = tuple(g for g in claim.given if g[0] != "window")
        claim = replace(
            claim, given=(*own, *(g for g in lent.given if g[0] == "payload")), cues=claim.cues | lent.cues,
            named=(*claim.named, *(n for n in lent.named if n[0] == "kind"), ("level", "between")),
        )  # fmt: skip
    if claim.cues & _OPEN or not _whole(ctx.paper, claim):
        return None
    way = _way(ctx, claim)
    sent = payload_of(d, ctx.paper.number, claim) or _weights(ctx, d, claim)
    if way is None or sent is None or sent[0].value < _LEAST:
        return None
    line, ends = way
    kind, payload = claim.name("kind"), sent[0]
    if kind == "all-to-all" and (not claim.cues & {"per rank", "of each"} or ends.who == "node"):
        return None
    formula, text = formula_of(kind, claim.cues)
    each = "from each" in claim.cues
    if each and kind != "all-gather":
        return None
    if each:
        if ends.who != claim.name("from") or ends.n < 2:
            return None
        formula, text = lambda n, s, b: (n - 1) * s / b, "({n} - 1) × {S} / {B}"
    n = None
    if kind not in ("transfer", "broadcast"):
        n = _count(d, claim, ends)
    out = way_of(d, ctx.paper.number, line, ends)
    inputs = (payload, out) if n is None else (n, payload, out)
    text = text.format(n="" if n is None else n.shown, S=payload.shown, B=out.shown)
    d.computed("least time", "s", text, formula, *inputs, symbol="T", reference=getattr(formula, "source", ""))  # fmt: skip
    d.steps[-1] = bound = replace(d.steps[-1], shown=seconds(d.steps[-1].value))
    return Least(bound, payload, out, line, ends, n is not None, bound.value, False)


def _lender(paper: Paper, claim: Physical) -> Physical | None:
    """The exchange of the section that sends the least, where only one kind of it is spoken of before."""
    section, place = paper.number(claim.number).section, paper.place(claim.number)
    found = [
        (paper.number(at).quantity.point, c)
        for c in paper.physical("exchange")
        if paper.number(c.number).section == section and paper.place(c.number) < place and (at := c.at("payload")) is not None
    ]  # fmt: skip
    if len({c.name("kind") for _, c in found}) != 1:
        return None
    return min(found, key=lambda f: f[0])[1]


def _weights(ctx: Context, d: Derivation, claim: Physical) -> tuple[Step, float, bool] | None:
    """The weights of a public model, in 16 bits where the paper says nothing of fewer."""
    known = find_model(claim.name("model")) if claim.name("model") else None
    precision = claim.name("precision")
    if known is None or claim.name("kind") == "all-reduce":
        return None
    width = WIDTH.get(precision, 0.0) or (0.0 if machine.excuses(ctx.paper, "quantised") else 2.0)
    if not width:
        return None
    n = d.known("parameters", known.parameters, "1", Datasheet(known.layers.source, f"{known.name}: {sources()[known.layers.source].title}"),
                shown=_billions(known.parameters), symbol="N")  # fmt: skip
    each = d.known("bytes of an element", width, "byte", Computed(precision.upper()) if precision in WIDTH else Assumption("16-bit weights"),
                   shown=f"{width:g} B", symbol="b")  # fmt: skip
    step = d.computed("payload", "byte", f"{n.shown} × {each.shown}", lambda a, b: a * b, n, each, symbol="S")  # fmt: skip
    d.steps[-1] = step = replace(step, shown=size(step.value))
    return step, step.value, False


def _billions(count: float) -> str:
    return f"{count / 1e9:.5g}B" if count >= 1e9 else f"{count / 1e6:.4g}M"


def _whole(paper: Paper, claim: Physical) -> bool:
    """Whether the payload is what goes over the wire: nothing is compressed, or a part of what ranks hold."""
    cues = claim.cues
    if "from each" in cues:
        return True
    if "compressed" in cues or ("dense" not in cues and _compresses(paper, claim)):
        return False
    gathers = claim.name("kind") in ("all-gather", "reduce-scatter", "all-to-all")
    return "sharded" not in cues or gathers or "of each" in cues


def _compresses(paper: Paper, claim: Physical) -> bool:
    """Whether what the paper compresses may be this: its subject, or told above in the section."""
    found = machine.excuses(paper, "compression")
    number = paper.number(claim.number)
    spread = {m.section for m in found}
    top = min((s.level for s in paper.sections), default=0)
    titled = any(_SQUEEZES.search(s.title) for s in paper.sections if s.level == top)
    near = [m for m in found if m.section == number.section]
    narrow = machine.excuses(paper, "quantised")
    if (
        (len(spread) >= _ABOUT_IT and len(found) > _ASIDE_MENTIONS)
        or len(near) > _ASIDE_MENTIONS
        or (titled and len(found) > 2)
        or len({m.section for m in narrow} | {number.section}) > 2
        or any(m.section == number.section for m in narrow)
    ):
        return bool(found)
    return any(
        not m.numbers or paper.place(m.numbers[0]) <= paper.place(claim.number) for m in near
    )


def _count(d: Derivation, claim: Physical, ends: Ends) -> Step:
    if ends.assumed == "ends":
        return d.known("ends", ends.n, "1", Assumption("at least two take part"), shown=f"{ends.n:g}", symbol="n")  # fmt: skip
    return count_of(d, claim, ends)


def _way(ctx: Context, claim: Physical) -> tuple[Line, Ends] | None:
    """The link that carries it, and how many take part."""
    if any(_SPREAD.search(name) for name in named_parts(ctx.paper)):
        return None
    level = claim.name("level")
    nodes, devices = machine.counted(ctx.paper, claim, "nodes"), machine.counted(ctx.paper, claim, "devices")  # fmt: skip
    if not level:
        level = "between" if devices and devices > 2 * NODE else "inside"
    if level == "between":
        return _between(ctx, claim, nodes, devices)
    if level == "bus":
        found = used(ctx.paper, claim, "bus")
        if found:
            best = max(found, key=lambda f: f.each)
            return Line(best.each, best.each, best.at, sure=False), _among(devices)
    parts = _parts(ctx, claim)
    if not parts and not claim.name("level"):
        return _between(ctx, claim, nodes, devices)  # of devices nothing is said
    lines = [line for p in parts if (line := _own(p, level)) is not None]
    linked = {p.family for p in parts if _own(p, level) is not None}
    # Of a part that comes with links and without, those with them are the friendlier.
    if not lines or (any(p.family not in linked for p in parts) and "nvlink" not in claim.cues):
        return None
    return max(lines, key=lambda x: x.each), _among(devices)


def _among(devices: float | None) -> Ends:
    if devices and 2 <= devices <= NODE:
        return Ends(devices, 1.0, "device")
    return Ends(2.0, 1.0, "device", "ends")


def _between(
    ctx: Context, claim: Physical, nodes: float | None, devices: float | None
) -> tuple[Line, Ends] | None:
    found = used(ctx.paper, claim)
    if not found:
        return None
    if {"own port", "of each"} <= claim.cues and all(f.rank for f in found):
        best = max(found, key=lambda f: f.each * f.rank)
        return _line(best), Ends(2.0, best.rank, "rank", "ends")
    best = max(found, key=lambda f: f.per_node)
    if nodes and nodes >= 2:
        return _line(best), Ends(nodes, best.node, "node")
    if devices and devices > 2 * NODE and not nodes:
        return _line(best), Ends(devices / NODE, best.node, "node", "links")
    return _line(best), Ends(2.0, best.node, "node", "ends")


def _line(fabric: Fabric) -> Line:
    return Line(fabric.each, fabric.each, fabric.at, sure=False)


def _parts(ctx: Context, claim: Physical) -> tuple[Accelerator, ...]:
    """What it runs on: named beside it, by the set-up, by its section, else all that the paper names."""
    device = machine.named(ctx, claim, "device")
    if device is not None:
        return find(_SYSTEM.sub("", device.name))
    section = ctx.paper.number(claim.number).section
    near = dict(_in_sections(ctx.paper)).get(section, ())
    if near:
        return tuple(p for name in near for p in find(name))
    return tuple(p for name in named_parts(ctx.paper) for p in find(name))


def _own(part: Accelerator, level: str) -> Line | None:
    """What a device sends to its neighbours, or over its bus."""
    if level == "bus":
        host = host_link(part)
        return None if host is None else Line(host.per_direction.value, host.per_direction.value, None, host.name, host.per_direction.source, False)  # fmt: skip
    if part.link is None:
        return None
    return Line(part.link.value, part.link.value, None, f"links of the {part.family}", part.link.source, False)  # fmt: skip
