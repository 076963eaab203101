r"""## What it checks
That tensor or expert parallelism whose traffic is credited to NVLink is not wider than the devices
that NVLink joins: the GPUs of a node, or of the system named. Also that a part that is credited
with NVLink has it, and that a network between nodes is not priced at its rate.

## Why it matters
Outside of the domain the same bytes travel on the network, at a tenth of the bandwidth or less. A
layer that is priced at NVLink speed there takes several times as long as is stated.

## What is left alone
Nothing is proven unless the passage states the size of a node, the network between nodes, and that
none of the traffic leaves NVLink. Racks and systems whose links join more than a node, other interconnects than NVLink, sentences
that name the network between nodes or its cost, and other kinds of parallelism.

## Example
```latex
TP16 on DGX A100 keeps all TP traffic on NVLink.
% ^^ TK407: NVLink joins 8
```
Name the system that joins so many, or say which part of the traffic crosses nodes.

## References
- Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters Using
  Megatron-LM", SC 2021.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.model import Asserted, Paper, Physical
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Finding,
    Held,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.communication.link_credit import link_credit
from tanaka.rules.derivation import Derivation
from tanaka.rules.table_lines import lines, plain

_SILENT = frozenset(("larger", "admitted", "other", "able"))
_SYSTEM = 8.0
"""GPUs of a DGX or HGX system."""


@rule("TK407", since="0.1.0")
def link_domain(ctx: Context) -> Iterator[Outcome]:
    """Degrees whose traffic is credited to NVLink against the devices that it joins."""
    for claim in ctx.paper.physical("link-domain"):
        if "elsewhere" in claim.cues:
            claim = _set_up(ctx, claim)
            if not claim.counted:
                continue
        if (
            (claim.asserted is Asserted.NO and "never leaves" not in claim.cues)
            or claim.cues & _SILENT
            or "all" not in claim.cues
        ):
            continue
        if "domain" in claim.far and _joined_elsewhere(ctx, claim):
            continue
        if outcome := _judged(ctx, claim):
            yield outcome
    yield from link_credit(ctx)


_PER_NODE = Lazy(r"^\W*(?:#|no\.?|number of)?\s*(?:of\s)?(?:(?:GPUs?|accelerators|cards|devices)\s?(?:per|/|in (?:a|each))\s?(?:node|server|machine|host)|per (?:node|server|machine|host))\W*$", re.I)  # fmt: skip


@query
def _tabled(paper: Paper) -> tuple[float, ...]:
    """Devices of a node, as tables have them."""
    found = []
    for table in paper.tables:
        said = (*table.header, *table.stubs)
        if not any(_PER_NODE.search(label) for label in said):
            continue
        for line in lines(paper, table):
            n = line.only(_PER_NODE, lambda n: plain(n, "1", 2.0))
            if n is not None and n.quantity.point <= 16:
                found.append(n.quantity.point)
    return tuple(found)


def _joined_elsewhere(ctx: Context, claim: Physical) -> bool:
    """Whether another node of the paper holds the degree, where its own words name no size."""
    told = [dict(c.counted)["domain"] for c in ctx.paper.physical("node-size") if c.number != claim.number and c.asserted is not Asserted.NO]  # fmt: skip
    degree = ctx.paper.number(claim.number).quantity.point
    return any(size >= degree for size in (*told, *_tabled(ctx.paper)))


def _set_up(ctx: Context, claim: Physical) -> Physical:
    """A claim with the largest node that the paper has anywhere else, where none of its links is larger."""
    if "in node" not in claim.cues and machine.excuses(ctx.paper, "scale-up"):
        return claim
    told = [dict(c.counted)["domain"] for c in ctx.paper.physical("node-size") if c.number != claim.number and c.asserted is not Asserted.NO]  # fmt: skip
    sizes = [*told, *_tabled(ctx.paper)]
    if not sizes:
        return claim
    return replace(claim, counted=(("domain", max(sizes)),), far=claim.far | {"domain"}, cues=claim.cues | {"sizes"})  # fmt: skip


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    number = ctx.paper.number(claim.number)
    if not number.quantity.bounded or isinstance(number.quantity.value, tuple):
        return None
    d = Derivation(ctx.paper)
    degree = d.stated("parallel degree", claim.number, symbol="p", exact=True)
    d.steps[-1] = degree = replace(degree, shown=f"{degree.value:g}")
    stated = dict(claim.counted).get("domain")
    size = stated or _SYSTEM
    if stated:
        domain = d.known("GPUs of a node", size, "1", Computed("as stated"), shown=f"{size:g}", symbol="g")  # fmt: skip
    else:
        name = claim.name("device")
        what = f"{name}: 8 GPUs" if "system" in claim.cues else f"an 8-GPU system of the {name}"
        domain = d.known("GPUs that NVLink joins", size, "1", Assumption(what), shown=f"{size:g}", symbol="g")  # fmt: skip
    d.computed("nodes spanned", "1", f"{degree.shown} / {domain.shown}", lambda p, g: p / g, degree, domain, symbol="k")  # fmt: skip
    d.steps[-1] = replace(d.steps[-1], shown=f"{d.steps[-1].value:.4g}")
    operands = (claim.number,)
    figure = BarsFigure(
        "GPUs on one NVLink", "1",
        (("joined", size, False), ("parallel degree", degree.value, degree.value > size)),
    )  # fmt: skip
    slots = (
        Slot("claim", degree.shown, "p"), Slot("n", domain.shown, "g", count=round(size)), Slot("line", "", at=AtNumber(claim.number)),
    )  # fmt: skip
    if degree.value <= size:
        return Held("TK407", operands, f"{degree.shown} of {domain.shown} that NVLink joins", tuple(d.steps), slots)  # fmt: skip
    # Node size, the network between nodes and the claim are all stated, and no other size is.
    proven = (
        stated is not None
        and {"network", "never"} <= claim.cues
        and "sizes" not in claim.cues
        and machine.firm(ctx.paper, claim)
    )
    only = f"one NVLink domain joins {degree.shown} GPUs, or the degree is at most {domain.shown}"
    return Finding(
        "TK407", "link-domain", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE,
        AtNumber(claim.number),
        f"A degree of {degree.shown} does not stay on NVLink where NVLink joins {domain.shown} GPUs.",
        tuple(d.steps), operands=operands, note=f"NVLink joins {domain.shown}",
        bold=f"{degree.shown} GPUs are not on one NVLink of {domain.shown}.",
        only_if="" if proven else only,
        figure=figure, slots=slots,
    )  # fmt: skip
