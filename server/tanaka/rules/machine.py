"""What the rules of physics ask of every claim: on which part, in which format, under which excuses.

A binding of the claim's own sentence is stated; else what the paper's one set-up, a declaration of
the author or the only candidate says (`tanaka.paper.about`).  Only what is stated or declared may
carry a proof.
"""

from __future__ import annotations

import re

from hwmodels.catalog import Accelerator, find
from hwmodels.models import Model, find_model
from tanaka.paper.about import Bound, Role
from tanaka.paper.model import BACKGROUND, OPEN, Asserted, How, Mention, NumberId, Paper, Physical
from tanaka.paper.physics.plain import DISOWNED, EXPLAINED, PLAIN
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.api import Context


@dataclass(frozen=True, slots=True)
class Named:
    """A name that fills a role, and how it was found.

    Attributes
    ----------
    name : str
        As written.
    how : How
        Only ``stated`` and ``declared`` carry a proof.
    where : str
        Words for the finding where it is not stated beside the number: "declared", "the only part
        of the section"; "" else.
    """

    name: str
    how: How
    where: str = ""

    @property
    def proves(self) -> bool:
        """Whether a proof may rest on it."""
        return self.how in (How.STATED, How.DECLARED)


_ROLES = {
    "device": Role.DEVICE, "precision": Role.PRECISION, "model": Role.MODEL, "link": Role.LINK, "devices": Role.DEVICES,
    "nodes": Role.NODES, "batch": Role.BATCH, "context": Role.SEQUENCE,
}  # fmt: skip


def named(ctx: Context, claim: Physical, role: str) -> Named | None:
    """Who fills a role of a claim: its own words, else the paper's set-up, a declaration, the only one."""
    own = claim.name(role)
    if own:
        far = role in claim.far
        return Named(own, How.INFERRED if far else How.STATED, "named before" if far else "")
    bound = ctx.about(claim.number).of(_ROLES[role])
    return None if bound is None else Named(bound.value, bound.how, _where(bound))


def _where(bound: Bound) -> str:
    if bound.how is How.DECLARED:
        return "declared"
    if bound.how is How.INFERRED:
        return f"the only one of the {bound.reach.value}"
    return (
        ""
        if bound.reach.value in ("phrase", "sentence", "row", "column", "caption")
        else "the set-up"
    )


def parts(device: Named | None) -> tuple[Accelerator, ...]:
    """Variants that a name may mean."""
    return find(device.name) if device is not None else ()


def model(name: Named | None) -> Model | None:
    """The public decoder that a name means."""
    return find_model(name.name) if name is not None else None


_LABELLED = 0.1  # "the 13B model" is Llama-2-13B with its 13.02 billion, "the 7B" is one with 6.74


@query
def named_models(paper: Paper) -> tuple[str, ...]:
    """Models that the paper binds any of its numbers to, as written."""
    return tuple(sorted({dict(n.context).get("model", "") for n in paper.numbers} - {""}))


def of_size(paper: Paper, parameters: float) -> Named | None:
    """The one public model of the paper with about so many parameters: who "the 13B model" is.

    None where the paper names none of that size, or two.  A proof must not rest on it.
    """
    found: dict[str, Named] = {}
    for name in named_models(paper):
        known = find_model(name)
        if known is not None and abs(known.parameters / parameters - 1) <= _LABELLED:
            found[known.id] = Named(name, How.INFERRED, f"{known.name}, the only one of that size")
    return next(iter(found.values())) if len(found) == 1 else None


def counted(paper: Paper, claim: Physical, role: str) -> float | None:
    """A count of a claim: by a number, or in words."""
    at = claim.at(role)
    if at is not None:
        return paper.number(at).quantity.point
    return dict(claim.counted).get(role)


def excuses(paper: Paper, *names: str) -> tuple[Mention, ...]:
    """What the paper says anywhere, of itself, that may open a way out (`tanaka.paper.physics.excuses`)."""
    wanted = (f"excuse-{n}" for n in names)
    return tuple(m for m in paper.mentions_of(*wanted) if m.role not in ("negated", "related"))


_SUPPOSED = Lazy(
    r"\b(?:thought|hypothe\w+|project\w+|outlook|future|claims?|myths?|exercises?|reproduc\w+|simulat\w+|what if|prior|previous|related|limits?|model of|analytical|errat\w+|corrections?|respon\w+|rebuttal|example)\b",
    re.I,
)
"""Titles of sections whose numbers may be nobody's measurement."""


def plain(
    paper: Paper,
    number: NumberId,
    *ids: NumberId | None,
    whole: bool = False,
    but: tuple[str, ...] = (),
) -> bool:
    """Whether the sentence of a number says nothing that is not read (`tanaka.paper.physics.plain`).

    Its other numbers have to be operands of the claim, or part of a name. With
    ``whole`` it may name no layer, kernel or loader: the number is to be of the whole model;
    ``but`` are words of a part that do no harm.
    """
    section = paper.section(paper.number(number).section)
    if excuses(paper, "convention") or (section is not None and _SUPPOSED.search(section.title)):
        return False
    said = _plainly(paper, number)
    if said is None or (
        whole and any(role == "part" and what not in but for role, what in said.settings)
    ):
        return False
    named = {int(k) for role, k in said.settings if role == "named"}
    return all(k in named or i == number or i in ids for k, i in enumerate(said.numbers))


def dense(paper: Paper, number: NumberId) -> str:
    """The word with which a plain sentence says that its number is of dense work; "" for none.

    No sparse peak excuses such a number.
    """
    said = _plainly(paper, number)
    return next((w for role, w in said.settings if role == "dense"), "") if said else ""


@query
def _plainly(paper: Paper, number: NumberId) -> Mention | None:
    return next((m for m in paper.mentions_of(PLAIN) if number in m.numbers), None)


@query
def disowned(paper: Paper, number: NumberId) -> bool:
    """Whether the words around a number say that nobody measured it, or themselves explain it."""
    return any(number in m.numbers for m in paper.mentions_of(DISOWNED, EXPLAINED))


@query
def unmeasured(paper: Paper, number: NumberId) -> bool:
    """Whether the words around a number say that nobody measured it."""
    return any(number in m.numbers for m in paper.mentions_of(DISOWNED))


def said(claim: Physical) -> bool:
    """Whether the paper claims it itself, also in a section of background: enough for a doubt."""
    return claim.asserted is Asserted.YES or (
        claim.asserted is Asserted.QUOTED and BACKGROUND in claim.cues
    )


def firm(paper: Paper, claim: Physical, *ids: NumberId | None) -> bool:
    """Whether claim and operands are asserted, plain and not hedged, so that a proof may rest on them."""
    return (
        claim.asserted is Asserted.YES
        and OPEN not in claim.cues
        and all(
            paper.number(i).asserted is Asserted.YES and not paper.number(i).quantity.hedged
            for i in (claim.number, *ids)
            if i is not None
        )
    )
