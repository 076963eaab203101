r"""## What it checks
That the work which a mechanism is known by is in the bibliography of a paper that is about this
mechanism: one that tells of it as its own in title, abstract or introduction, and again in its body.

## Why it matters
A reviewer who knows the work looks for it first. Where it is missing, the paper seems to claim
what it only uses.

## What is left alone
Common building blocks; mechanisms whose general kind, or a special kind of it, is cited by one of
its works; sentences that name the mechanism with a citation of something else for it, a survey for
instance; works in `\nocite` or named beside a web address; papers that measure, reproduce or
survey. Nothing is said where a bibliography file could not be read, or where the paper cites
nothing at all.

## Example
```latex
\section{Introduction}
We propose bounded staleness between replicas.
%          ^^^^^^^^^^^^^^^^^ TK803[open]: SSP (NIPS 2013)
\section{Design}
Our bounded staleness has a counter. With bounded staleness a replica runs ahead.
It is built on pipelines~\cite{gpipe}.
\bibliography{refs}
```

*refs.bib*:
```bib
@inproceedings{gpipe,
  title = {{GPipe}: Efficient Training of Giant Neural Networks using Pipeline Parallelism},
  author = {Huang, Yanping and others},
  year = {2019}}
```
The fix cites the work behind the words, and adds its entry to the bibliography.

## References
- Ho et al., "More Effective Distributed ML via a Stale Synchronous Parallel Parameter Server",
  NIPS 2013, and the other works themselves, with venue and year as found in public text.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.knowledge.match import matcher
from tanaka.knowledge.model import Work
from tanaka.paper.delta import Evidence, evidence
from tanaka.paper.model import Where
from tanaka.rules.api import (
    AtMention,
    Context,
    Finding,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.delta.words import citing, is_study, listed, ways_out

_ENOUGH = 2.0  # weight of what a paper says of a mechanism as its own
_SHOWN = 3  # works of one mechanism that are named


@rule("TK803", since="0.1.0")
def uncited_prior_art(ctx: Context) -> Iterator[Outcome]:
    """Asks once for each mechanism that the draft has, at the sentence that tells most of it."""
    if not ctx.bibliography.speaks or is_study(ctx.paper):
        return
    own = {
        id: said
        for id, said in evidence(ctx.paper, ctx.knowledge).items()
        if _is_about(said) and not ctx.knowledge.by_mechanism[id].common
    }
    for id, said in own.items():
        special = any(o != id and ctx.knowledge.is_a(o, id) for o in own)
        works = [w for w in ctx.knowledge.works_of(id) if w.citable]
        if works and not special and not _answered(ctx, id):
            yield _finding(ctx, id, said, works)


_HEAD = (Where.TITLE, Where.ABSTRACT, Where.INTRODUCTION)


def _is_about(said: Evidence) -> bool:
    """Whether a mechanism is what the paper is about: told in its head and in its body."""
    places = {m.where for m in said.own}
    told = Where.BODY in places and not places.isdisjoint(_HEAD)
    return said.weight >= _ENOUGH and said.plain and told


def _answered(ctx: Context, id: str) -> bool:
    """Whether the paper cites a work of the mechanism or of its kin, or anything else for it."""
    known = ctx.knowledge
    kin = {id, *known.ancestors(id), *(m.id for m in known.mechanisms if known.is_a(m.id, id))}
    if any(ctx.bibliography.cites(w) for k in kin for w in known.works_of(k)):
        return True
    # A work that we do not know tells by its title what it is on.
    find = matcher(known)
    if any(
        hit.mechanism in kin
        for e in ctx.bibliography.entries
        if e.key in ctx.bibliography.cited
        for hit in find.hits(e.title or e.words)
    ):
        return True
    elsewhere = {
        w.id for m in known.mechanisms if m.id not in kin for w in known.works_of(m.id)
    } - {w.id for k in kin for w in known.works_of(k)}
    others = {
        key.casefold() for w in elsewhere for key in ctx.bibliography.keys_of(known.by_work[w])
    }
    # A citation in a sentence on the mechanism is one for it, unless its work is known for another.
    return any(
        key.casefold() not in others for m in ctx.paper.mentions if m.what in kin for key in m.cites
    )


def _finding(ctx: Context, id: str, said: Evidence, works: list[Work]) -> Finding:
    mechanism = ctx.knowledge.by_mechanism[id]
    at = said.own[0]
    work = works[0]
    several = len(works) > 1 and any(m.proposed and m.where in _HEAD for m in said.own)
    cited = [w.cited for w in works[:_SHOWN]]
    named = listed(cited) if several else work.cited
    such = f"{named} are some" if several else f"{named} is one ({work.does})"
    fix = citing(ctx, work, said.own)
    return Finding(
        "TK803", "uncited-prior-art", Verdict.OPEN, AtMention(at.id),
        f"The bibliography has no work on {mechanism.name}; {such}.",
        (), note=f"{work.name} is not cited",
        bold=f"{work.cited} is not in the bibliography.",
        question=(
            f"Which is closest to this design: {listed(cited, 'or')}?" if several
            else f"Is {work.cited}, a work on {mechanism.name}, left out on purpose?"
        ),
        fixes=(fix,) if fix is not None else (),
        slots=(
            Slot("mechanism", mechanism.name, at=AtMention(at.id)), Slot("work", work.cited),
            Slot("works", named), Slot("line", "", at=AtMention(at.id)), *ways_out(mechanism),
        ),
        case="B" if several else "A", mechanisms=(id,),
    )  # fmt: skip
