"""The rate that a paper gives a link by its name, against what links of that name have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import sources
from hwmodels.links import Link, find_link
from hwmodels.provenance import Sourced
from tanaka.paper.model import Asserted, Physical, Where
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Datasheet,
    Finding,
    Held,
    Outcome,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.other_unit import other_unit

_OFF = 0.1
"""A rate is doubted where it is so far from every one that the name may mean: encodings take some."""
_PORTS = (0.5, 4.0, 8.0, 16.0)
"""Half a port (HDR100, NDR200), or all of a node."""
_LANES = (0.5, 0.25)
"""Of a slot whose width is not said."""


_ARRIVES = 0.7
"""Copies over a slot of the host run at so much of its rate and more, which is told with its name."""


def link_specifications(ctx: Context) -> Iterator[Outcome]:
    """Rates of links that their names tell."""
    for claim in ctx.paper.physical("link specification"):
        outcome = _judged(ctx, claim)
        if outcome is not None:
            yield outcome


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    number = ctx.paper.number(claim.number)
    q = number.quantity
    name = claim.name("link")
    links = [x for x in find_link(name) if x.kind in ("network", "host")]
    if not links or len({x.generation for x in links}) != 1 or q.point <= 0:
        return None
    if claim.asserted is Asserted.NO or number.where is Where.FUTURE or q.hedged:
        return None
    link = links[0]
    bits = link.kind == "network" and "B" not in q.shown_unit  # which name one direction
    known = _known(link, one_way="one way" in claim.cues or bits)
    d = Derivation(ctx.paper)
    stated = d.stated("rate as stated", claim.number, symbol="x")
    if any(abs(q.point / s.value - 1) <= _OFF for s in known):
        near = min(known, key=lambda s: abs(q.point / s.value - 1))
        d.known(link.name, near.value, "byte/s", _sheet(near), shown=_shown(near.value), symbol="y")
        return Held("TK203", (claim.number,), f"{stated.shown}: {link.name}", tuple(d.steps))
    if any(abs(q.point / s.value / k - 1) <= _OFF for s in known for k in _shares(claim, link)):
        return None
    if link.kind == "host" and any(_ARRIVES * s.value <= q.point < s.value for s in known):
        return None
    nearest = min(known, key=lambda s: abs(s.value / q.point - 1))
    text = _shown(nearest.value)
    ways = "in one direction" if nearest.value == link.per_direction.value else "in both directions"
    base = d.known(f"{link.name} {ways}", nearest.value, "byte/s", _sheet(nearest), shown=text, symbol="y")  # fmt: skip
    d.computed("over the nearest", "1", f"{stated.shown} / {text}", lambda x, y: x / y, stated, base, symbol="r")  # fmt: skip
    only_if = f"another link than {name} is meant, or several of them"
    return Finding(
        "TK203", "spec-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{stated.shown} is no rate of {link.name} that is known: {text} {ways}.", tuple(d.steps),
        operands=(claim.number,), note=f"known: {text}", bold=f"{link.name} has {text} {ways}, not {stated.shown}.",
        only_if=only_if, fixes=other_unit(number, lambda x: any(abs(x / s.value - 1) <= 0.02 for s in known)),
        figure=BarsFigure(f"rate of {link.name}", "byte/s", (("known", nearest.value, False), ("as written", q.point, True))),
        slots=(
            Slot("claim", stated.shown, "x"), Slot("peak", text), Slot("device", link.name), Slot("what", "rate"), Slot("excuse", only_if),
        ),
        case="B",
    )  # fmt: skip


def _shares(claim: Physical, link: Link) -> tuple[float, ...]:
    """What else than one link a rate may be of."""
    if link.kind == "network":
        return _PORTS[:1] if "one" in claim.cues else _PORTS
    return () if re.search(r"[x×]\s?16", claim.name("link")) else _LANES


def _known(link: Link, *, one_way: bool) -> tuple[Sourced, ...]:
    return (link.per_direction,) if one_way else (link.per_direction, link.total)


def _sheet(value: Sourced) -> Datasheet:
    return Datasheet(value.source, sources()[value.source].title)


def _shown(value: float) -> str:
    return f"{value / 1e9:.4g} GB/s"
