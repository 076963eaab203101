"""The friendliest machine, format and model that a paper speaks of, for a rate that names none.

What no machine of the paper can do is wrong whichever of them it ran on.
"""

from __future__ import annotations

from hwmodels.catalog import dense_peak, find
from hwmodels.networks import find_network
from tanaka.paper.model import Asserted, How, Number, NumberId, Paper, SectionId, Where
from tanaka.paper.physics.runs import ACTIVE
from tanaka.paper.physics.systems import RELATION as SYSTEM
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules.machine import Named
from tanaka.rules.roofline.named_machines import told_in_tables
from tanaka.rules.table_lines import models, parts

_NODE = 8.0  # devices of a node where nobody says how many it has
_MOST = 1e5
_OFTEN = 5  # what is spoken of so often a paper is about
_SET_UP = Lazy(r"set-?up|testbed|methodology|settings?\b|environment|configuration")


@query
def devices_of(paper: Paper) -> tuple[str, ...]:
    """Parts that the catalogue knows and that the paper names anywhere."""
    said = {dict(m.settings).get("name", "") for m in paper.mentioned("device")}
    for m in paper.mentions_of("named", "set-up"):
        said |= {value for role, value in m.settings if role == "device"}
    for n in paper.numbers:
        said.add(dict(n.context).get("device", ""))
    for table in paper.tables:
        for label in (*table.header, *table.stubs, table.caption):
            said |= set(parts(label))
    return tuple(sorted(name for name in said - {""} if find(name)))


def exactly(paper: Paper, name: str) -> str:
    """The one name of the paper that says more of a part ("H100 SXM" of "H100"), else the name itself."""
    own = {p.id for p in find(name)}
    more = [d for d in devices_of(paper) if d.startswith(name) and {p.id for p in find(d)} < own]
    variants = {tuple(sorted(p.id for p in find(d))) for d in more}
    least = min(more, key=lambda d: len(find(d)), default=name)
    whole = {p.id for p in find(least)}
    return least if all(whole <= set(v) for v in variants) else name


@query
def system(paper: Paper, name: str) -> tuple[str, float]:
    """The part that a machine of that name is made of, and how many of it (0 where that is open).

    "" where the paper tells of none, or of two.
    """
    told = [c for c in paper.physical(SYSTEM) if c.name("system") == name]
    found = {c.name("device") for c in told if find(c.name("device"))}
    counts = {dict(c.counted).get("devices", 0.0) for c in told}
    if not found:
        return told_in_tables(paper, name)
    return (found.pop() if len(found) == 1 else "", counts.pop() if len(counts) == 1 else 0.0)


@query
def default_device(paper: Paper) -> str:
    """The one part of the sentence that says what all runs used unless otherwise stated; "" for none or two."""
    found = {
        value
        for m in paper.mentions_of("set-up")
        if m.role == "ours"
        for role, value in m.settings
        if role == "device" and find(value)
    }
    return found.pop() if len(found) == 1 else ""


@query
def default_count(paper: Paper) -> float | None:
    """How many of it that sentence counts, where it counts one sort."""
    found = {
        value
        for m in paper.mentions_of("set-up")
        if m.role == "ours"
        and any(role == "device" for role, _ in m.settings)
        and not any(role == "nodes" for role, _ in m.settings)
        for role, value in m.settings
        if role == "gpus"
    }
    return float(value) if len(found) == 1 and (value := found.pop()).isdigit() else None


@query
def models_of(paper: Paper) -> tuple[str, ...]:
    """Models that the paper names anywhere and that are known."""
    said = {dict(n.context).get("model", "") for n in paper.numbers}
    for m in paper.mentions_of("named", "set-up"):
        said |= {value for role, value in m.settings if role == "model"}
    for table in paper.tables:
        for label in (*table.header, *table.stubs, table.caption):
            said |= set(models(label))
    return tuple(sorted(name for name in said - {""} if find_network(name)))


@query
def mixed(paper: Paper, size: float) -> bool:
    """Whether a size may be that of a mixture of experts: the paper is about them, or states it beside them."""
    told = [m for m in paper.mentions_of("excuse-experts") if m.role not in ("negated", "related")]
    if len(told) >= _OFTEN or any(m.where is Where.TITLE for m in told):
        return True
    beside = {paper.number(i).quantity.point for m in told for i in m.numbers}
    beside |= {paper.number(i).quantity.point for c in paper.physical(ACTIVE) for _, i in c.given}  # fmt: skip
    return any(abs(b / size - 1) < 0.06 for b in beside if b)


@query
def most_devices(paper: Paper) -> tuple[float, NumberId | None]:
    """The most devices that the paper counts anywhere, in one place or as nodes of so many each."""
    best: tuple[float, NumberId | None] = (1.0, None)
    each = _NODE
    nodes = 0.0
    for n in paper.numbers:
        q = n.quantity
        if n.noun not in ("gpu", "node") or isinstance(q.value, tuple) or not 1 <= q.point <= _MOST:
            continue
        if n.noun == "node":
            nodes = max(nodes, q.point)
        else:
            if q.point > best[0]:
                best = (q.point, n.id)
            if n.per in ("node", "each") and q.point <= 16:
                each = max(each, q.point)
    if nodes * each > best[0]:
        return nodes * each, None
    return best


@query
def counts_one(paper: Paper) -> bool:
    """Whether the paper counts a device, and never more than that one: "on one H100"."""
    counts = [n.quantity.point for n in paper.counts_of("gpu", "node", "replica")]
    return bool(counts) and max(counts) == 1


def fastest(paper: Paper) -> Named | None:
    """The part of the paper with the highest peak of sixteen bits."""
    best, name = 0.0, ""
    for d in devices_of(paper):
        peaks = [p.value for label in ("bf16", "fp16") if (p := dense_peak(find(d), label))]
        if peaks and max(peaks) > best:
            best, name = max(peaks), d
    return Named(name, How.INFERRED, "the fastest of the paper") if name else None


def widest(paper: Paper) -> Named | None:
    """The part of the paper with the fastest memory."""
    best, name = 0.0, ""
    for d in devices_of(paper):
        most = max(p.bandwidth.value for p in find(d))
        if most > best:
            best, name = most, d
    return Named(name, How.INFERRED, "the fastest memory of the paper") if name else None


@query
def narrow_formats(paper: Paper) -> bool:
    """Whether the paper speaks of formats of eight bits or fewer as its own."""
    return any(
        m.role not in ("negated", "related") for m in paper.mentions_of("excuse-quantised")
    ) or any(dict(n.context).get("precision", "") in ("fp8", "int8", "fp4", "int4") for n in paper.numbers)  # fmt: skip


@query
def smallest_of(paper: Paper, section: SectionId) -> Number | None:
    """The smallest size of a model that a section states."""
    found = [
        n
        for n in paper.numbers_of(Kind.PARAM_COUNT)
        if n.section == section
        and n.quantity.unit == "1"
        and n.quantity.bounded
        and not isinstance(n.quantity.value, tuple)
        and n.quantity.point >= 3e7
        and n.asserted is not Asserted.NO
    ]
    return min(found, key=lambda n: n.quantity.point, default=None)


@query
def smallest_active(paper: Paper) -> Number | None:
    """The fewest parameters that the paper says a token of a model goes through."""
    found = [paper.number(c.number) for c in paper.physical(ACTIVE)]
    return min(
        (n for n in found if n.quantity.bounded), key=lambda n: n.quantity.point, default=None
    )


@query
def smallest(paper: Paper) -> Number | None:
    """The smallest size of a model that the paper states anywhere."""
    found = [smallest_of(paper, s) for s in dict.fromkeys(n.section for n in paper.numbers_of(Kind.PARAM_COUNT))]  # fmt: skip
    return min((n for n in found if n is not None), key=lambda n: n.quantity.point, default=None)


@query
def set_up_batch(paper: Paper) -> Number | None:
    """The one batch that a set-up states for whatever does not say its own; None for none or two."""
    titled = {s.id for s in paper.sections if _SET_UP.search(s.title.lower())}
    found = [
        n
        for n in paper.numbers_of(Kind.BATCH_SIZE)
        if n.section in titled and n.quantity.bounded and not isinstance(n.quantity.value, tuple)
    ]
    return found[0] if len({n.quantity.point for n in found}) == 1 else None
