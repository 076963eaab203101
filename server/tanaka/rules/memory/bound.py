"""What claims on memory leave out, from elsewhere in the paper: the model of a label, the format of a kind.

Nothing that is bound here carries a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hwmodels.models import find_model
from tanaka.paper.model import Paper, Physical
from tanaka.paper.physics.kept import KEPT
from tanaka.paper.physics.widths import widths
from tanaka.paper.reads import query
from tanaka.rules import machine

_KIND = {"gradients": "gradients", "cache": "cache", "cache-token": "cache", "weights": "weights", "model": "weights"}  # fmt: skip


@query
def kept_in(paper: Paper, thing: str) -> str:
    """The one format that the paper keeps a thing in, as written; "" for none, or two."""
    for role in ("ours", "background"):
        mentions = [m for m in paper.mentions_of(KEPT) if m.role == role]
        for name in (thing, "all", f"named-{thing}"):
            said = [value for m in mentions for what, value in m.settings if what == name]
            found = {w[0].bits: value for value in said if (w := widths(value))}
            if found:
                return next(iter(found.values())) if len(found) == 1 else ""
    return ""


def with_model(paper: Paper, claim: Physical) -> Physical:
    """A claim with the public model of the paper that its label means, where there is one."""
    name = claim.name("model")
    at = claim.at("params")
    if (name and find_model(name) is not None) or at is None or "label" not in claim.cues:
        return claim
    found = machine.of_size(paper, paper.number(at).quantity.point)
    if found is None:
        return claim
    named = tuple((role, n) for role, n in claim.named if role != "model")
    return replace(claim, named=(*named, ("model", found.name)), far=claim.far | {"model"})


def with_format(paper: Paper, claim: Physical) -> Physical:
    """A claim with the format that the paper keeps its kind in, where it names none."""
    if claim.name("precision"):
        return claim
    thing = _KIND.get(claim.name("kind"), "")
    found = kept_in(paper, thing) if thing else ""
    if not found:
        return claim
    return replace(
        claim, named=(*claim.named, ("precision", found)), far=claim.far | {"precision"}
    )


def readings(paper: Paper, claim: Physical) -> Iterator[Physical]:
    """A claim as it stands, and with what the rest of the paper says of its model and its format."""
    yield claim
    bound = with_format(paper, with_model(paper, claim))
    if bound is not claim:
        yield bound
