r"""## What it checks
That one attribute of one thing has one value: devices, nodes, batch, layers, learning rate, sizes
of named objects, runs, across sentences, captions, tables of two columns, sections and files.

## Why it matters
A set-up is written once and copied from memory five times. Two cluster sizes in one paper make a
reviewer doubt every number that was measured on it.

## What is left alone
Values of one experiment, testbed, example or figure: two values are held against each other only
where a summary has one and a set-up or two sections the other, where both are said of all
experiments or of the cluster or model itself, where they are of one named model or part, or where a
long number that recurs differs by a slip. Two values in one section are a variable, three a sweep.
Conditions, parts of a whole, other systems, limits and hedged numbers are another case. Two
sentences far apart prove nothing: the verdict is never impossible.

## Example
```latex
\section{Set-up}
All experiments use 128 A100 GPUs.
\section{Conclusion}
Our cluster has 64 A100s in total.
%               ^^^^^^^^ TK107[implausible]: 64 is stated for GPUs; 128 in section
```
Print one value in both places, or say which runs each belongs to.

## References
- Pineau et al., "Improving Reproducibility in Machine Learning Research", JMLR 2021: the checklist
  asks for the exact set-up of each experiment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tanaka.paper.attribute.tallies import WHOLES
from tanaka.paper.model import Attribute, NumberId, SectionId, Where
from tanaka.patterns import Lazy
from tanaka.rules.api import Context, Held, Outcome, rule
from tanaka.rules.numbers.settings.recurring import Odd, agreeing, odd_ones
from tanaka.rules.numbers.settings.said_value import Said, agree, conflict, held
from tanaka.rules.numbers.settings.tabled import SHAPE, tabled
from tanaka.rules.numbers.settings.tellings import Counted, Telling, counted
from tanaka.rules.numbers.settings.whole_paper import CHOSEN, Place, Zones, home

_SUMMARIES = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_SWEPT = frozenset(
    ("list", "vary", "varying", "varied", "varies", "sweep", "sweeps", "swept", "respectively")
)
_MOST_PAIRS = 24
"""Statements of one attribute that are held against each other; a paper with more is a sweep."""
_OF_PARTS = frozenset(("memory", "bandwidth"))
_PART = Lazy(r"\d")
_NOT_STATED = frozenset(("list", "generic", "~not ours", "~scenario", "~such a"))
"""Cues of a tally under which a summary states no setting of the paper."""


@rule("TK107", since="0.1.0")
def inconsistent_value(ctx: Context) -> Iterator[Outcome]:
    """Values of one attribute against each other."""
    order = ctx.paper.order
    groups: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for a, factor in (*((a, 1.0) for a in ctx.paper.of(Attribute)), *tabled(ctx)):
        groups[a.name, a.entity].append(
            Said(a, ctx.paper.number(a.number), order[a.number], factor)
        )
    ours = frozenset(
        name
        for said in groups.values()
        for s in said
        if s.number.where in _SUMMARIES
        for name in s.attribute.soft
    )
    phrases = counted(ctx)
    listed = {
        t.number.id
        for group in phrases.groups.values()
        for t in group
        if t.said and t.tally.cues & _NOT_STATED
    }
    odd = tuple(odd_ones(phrases))
    told = {t.number.id for o in odd for t in (o.odd, *o.usual)}
    judged: set[NumberId] = set()
    for said in groups.values():
        kept = [s for s in said if s.number.id not in listed]
        if len(kept) < 2:
            continue
        for outcome in _group(ctx, phrases.zones, sorted(kept, key=lambda s: s.order), ours):
            if isinstance(outcome, Held):
                judged.update(outcome.numbers)
            elif told.intersection(outcome.operands):
                continue  # more places are known below
            else:
                judged.update(outcome.operands)
            yield outcome
    yield from _recurring(ctx, phrases, odd, judged)


def _recurring(
    ctx: Context,
    phrases: Counted,
    odd: Sequence[Odd],
    judged: set[NumberId],
) -> Iterator[Outcome]:
    """Phrases that recur with one value: held, or a finding where one place has another."""
    for o in odd:
        if o.odd.number.id not in judged:
            judged.add(o.odd.number.id)
            usual = [_as_said(t) for t in o.usual]
            yield conflict(ctx, usual, [_as_said(o.odd)], at_odd=True)
    for alike in agreeing(phrases):
        if not any(t.number.id in judged for t in alike):
            yield held(ctx, [_as_said(t) for t in alike])


def _as_said(t: Telling) -> Said:
    """A telling as an attribute is shown."""
    a = t.tally
    owner = next((p.removeprefix("=") for p in sorted(a.parts) if p.startswith("=")), "")
    name = {"gpu memory": "memory", WHOLES: "the whole"}.get(a.noun, a.noun)
    per = f" per {a.per}" if a.per and a.per != "each" and " per " not in name else ""
    shown = Attribute(a.number, name + per, owner, "", a.asserted)
    return Said(shown, t.number, t.order, t.factor)


def _group(
    ctx: Context, zones: Zones, said: Sequence[Said], ours: frozenset[str]
) -> Iterator[Outcome]:
    """Statements of one attribute, in reading order."""
    firm = [s for s in said if s.firm]
    if not firm or len(firm) > _MOST_PAIRS:
        return
    taken: set[int] = set()
    for i, s in enumerate(firm):
        if i in taken:
            continue
        alike = [k for k in range(i, len(firm)) if k == i or _comparable(s, firm[k], ours)]
        taken.update(alike)
        yield from _values(ctx, zones, [firm[k] for k in alike], said)


def _comparable(a: Said, b: Said, ours: frozenset[str]) -> bool:
    """Whether two statements speak of the same thing under the same conditions."""
    one, other = a.attribute, b.attribute
    if one.about != other.about:
        return False
    if _apart(one.soft, other.soft):
        return False
    left, right = _names(one.soft) - ours, _names(other.soft) - ours
    if left and right:
        return bool(left & right)
    shared = _names(one.soft) & _names(other.soft)
    return (not left and not right) or bool(shared) or not _foreign(left | right)


def _names(soft: frozenset[str]) -> frozenset[str]:
    """Names of systems and optimizers, without those of parts."""
    return frozenset(name for name in soft if not name.startswith("@"))


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two counts are of machines of two kinds: "two A100s", "one V100"."""
    left, right = one - _names(one), other - _names(other)
    return bool(left and right and not left & right)


def _foreign(names: frozenset[str]) -> bool:
    """Whether names that only one of two statements has may be those of another system."""
    return any(name.islower() for name in names)


def _values(
    ctx: Context, zones: Zones, said: Sequence[Said], group: Sequence[Said]
) -> Iterator[Outcome]:
    """Comparable statements: held where they agree, a finding where one value is odd."""
    clusters: list[list[Said]] = []
    for s in said:
        fits = next((c for c in clusters if all(agree(s, o) for o in c)), None)
        if fits is None:
            clusters.append([s])
        else:
            fits.append(s)
    if _told_apart(clusters):
        return
    for c in clusters:
        if len(c) > 1:
            yield held(ctx, c)
    if len(clusters) != 2 or _several(group, said) or any(s.attribute.cues & _SWEPT for s in group):
        return
    one, other = clusters
    if min(one[0].value, other[0].value) == 1:
        return  # a part of the work on one device
    if _of_one_name(one[0]) or (
        zones.contradict([_place(s) for s in one], [_place(s) for s in other])
        and not _sections(group, one[0]) & _sections(group, other[0])
    ):
        usual, fewer = (other, one) if len(other) > len(one) else (one, other)
        yield conflict(ctx, usual, fewer)


def _place(s: Said) -> Place:
    """A statement as a place of the paper."""
    stated = s.universal or s.attribute.name not in CHOSEN
    return Place(s.number, stated, s.universal, s.number.where is Where.TABLE)


def _sections(group: Sequence[Said], value: Said) -> set[SectionId]:
    """Sections that have a value, under whatever condition."""
    return {home(s.number) for s in group if s.number.where is not Where.TABLE and agree(s, value)}


def _of_one_name(s: Said) -> bool:
    """Whether a statement gives the shape of a named model, or the memory of a named part."""
    a = s.attribute
    named = bool(a.about) and not any(w.startswith("in ") for w in a.about)
    return (named and a.name in SHAPE) or (a.name in _OF_PARTS and bool(_PART.search(a.entity)))


def _told_apart(clusters: Sequence[Sequence[Said]]) -> bool:
    """Whether one sentence has two of the values, so that its author knows of both."""
    seen: dict[str, int] = {}
    for i, c in enumerate(clusters):
        for s in c:
            sentence = s.attribute.sentence
            if sentence and seen.setdefault(sentence, i) != i:
                return True
    return False


def _several(group: Sequence[Said], said: Sequence[Said]) -> bool:
    """Whether a third value of the same attribute is stated without another condition."""
    about = said[0].attribute.about
    values: list[Said] = []
    for s in group:
        if (
            s.attribute.about == about
            and "quoted" not in s.attribute.cues
            and not any(agree(s, v) for v in values)
        ):
            values.append(s)
    return len(values) > 2
