r"""## What it checks
That one attribute of one thing has one value: devices, nodes, batch, layers, learning rate, sizes
of named objects, runs, across sentences, captions, tables of two columns, sections and files.

## Why it matters
A set-up is written once and copied from memory five times. Two cluster sizes in one paper make a
reviewer doubt every number that was measured on it.

## What is left alone
Points of a sweep, parts of a whole, set-ups of several phases, models or sections, baselines and related work,
limits, hedged numbers, ramps, counts with and without a part, nominal and usable sizes. Three
values are taken for a sweep. A number is the paper's own only where its sentence says so. What is
only named in passing ("the 2,048 slots") counts where the same phrase recurs with one value and a
summary, a definite article, or a number beside both places ties them. Two places disagree for certain only where both speak of all experiments or of the whole cluster.

## Example
```latex
\section{Set-up}
All experiments use 128 A100 GPUs.
\section{Conclusion}
Our cluster has 64 A100s in total.
%               ^^^^^^^^ TK107[impossible]: 64 is stated for GPUs; 128 in section
```
Print one value in both places, or say which runs each belongs to.

## References
- Pineau et al., "Improving Reproducibility in Machine Learning Research", JMLR 2021: the checklist
  asks for the exact set-up of each experiment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tanaka.paper.model import Attribute, NumberId, Where
from tanaka.paper.tallies import WHOLES
from tanaka.quantity import Kind
from tanaka.rules.api import Context, Held, Outcome, Verdict, rule
from tanaka.rules.numbers.recurring import Odd, agreeing, odd_ones
from tanaka.rules.numbers.said_value import Said, agree, conflict, held
from tanaka.rules.numbers.set_up import tabled
from tanaka.rules.numbers.tellings import Counted, Telling, counted

_SUMMARIES = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)
_SWEPT = frozenset(
    ("list", "vary", "varying", "varied", "varies", "sweep", "sweeps", "swept", "respectively")
)
_MOST_PAIRS = 24
"""Statements of one attribute that are held against each other; a paper with more is a sweep."""
_NOT_STATED = frozenset(("list", "generic", "~not ours", "~scenario", "~such a"))
"""Cues of a tally under which a summary states no setting of the paper."""


@rule("TK107", since="0.1.0")
def inconsistent_value(ctx: Context) -> Iterator[Outcome]:
    """Values of one attribute against each other."""
    order = {n.id: i for i, n in enumerate(ctx.paper.numbers)}
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
        for outcome in _group(ctx, sorted(kept, key=lambda s: s.order), ours):
            if isinstance(outcome, Held):
                judged.update(outcome.numbers)
            elif outcome.verdict is Verdict.IMPLAUSIBLE and told.intersection(outcome.operands):
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
            yield conflict(ctx, usual, [_as_said(o.odd)], universal=False, at_odd=True)
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


def _group(ctx: Context, said: Sequence[Said], ours: frozenset[str]) -> Iterator[Outcome]:
    """Statements of one attribute, in reading order."""
    firm = [s for s in said if s.firm]
    if not firm or len(firm) > _MOST_PAIRS:
        return
    weak = [s for s in said if s.weak]
    swept = any(s.attribute.cues & _SWEPT for s in said)
    taken: set[int] = set()
    for i, s in enumerate(firm):
        if i in taken:
            continue
        alike = [k for k in range(i, len(firm)) if k == i or _comparable(s, firm[k], ours)]
        taken.update(alike)
        those = [firm[k] for k in alike]
        yield from _values(ctx, those, [w for w in weak if _near(w, s, ours)], said, swept)


def _comparable(a: Said, b: Said, ours: frozenset[str]) -> bool:
    """Whether two statements speak of the same thing under the same conditions."""
    one, other = a.attribute, b.attribute
    if one.about != other.about:
        wide = (a.universal and not one.about) or (b.universal and not other.about)
        if not wide:
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


def _near(w: Said, s: Said, ours: frozenset[str]) -> bool:
    """Whether what a summary runs on is of the set-up that a statement tells."""
    if _apart(w.attribute.soft, s.attribute.soft):
        return False
    left, right = _names(w.attribute.soft) - ours, _names(s.attribute.soft) - ours
    return (w.tags == s.tags or (s.universal and not s.tags)) and not (
        left and right and not left & right
    )


def _foreign(names: frozenset[str]) -> bool:
    """Whether names that only one of two statements has may be those of another system."""
    return any(name.islower() for name in names)


def _values(
    ctx: Context, said: Sequence[Said], weak: Sequence[Said], group: Sequence[Said], swept: bool
) -> Iterator[Outcome]:
    """Comparable statements: held where they agree, a finding where one value is odd."""
    clusters: list[list[Said]] = []
    for s in said:
        home = next((c for c in clusters if all(agree(s, o) for o in c)), None)
        if home is None:
            clusters.append([s])
        else:
            home.append(s)
    odd: list[Said] = []
    for w in weak:
        home = next((c for c in clusters if all(agree(w, o) for o in c)), None)
        if home is not None:
            home.append(w)
        else:
            odd.append(w)
    if _told_apart(clusters):
        return
    for c in clusters:
        c.sort(key=lambda s: s.order)
        if len(c) > 1:
            yield held(ctx, c)
    if len(clusters) == 1 and len(odd) == 1:
        yield from _odd_summary(ctx, clusters[0], odd[0], group, swept)
    if len(clusters) != 2 or odd:
        return
    one, other = clusters
    machines = one[0].number.kind in (Kind.GPU_COUNT, Kind.NODE_COUNT)
    least = min((one[0], other[0]), key=lambda s: s.value)
    if least.value == 1 and (machines or least.number.quantity.literal.text.isalpha()):
        return  # a part of the work on one device
    universal = any(s.universal for s in one) and any(s.universal for s in other)
    usual, fewer = (other, one) if len(other) > len(one) else (one, other)
    if swept and not universal and not _above_all(fewer[0], usual):
        return
    if not universal and _several(group, said) and not _above_all(fewer[0], usual):
        return
    yield conflict(ctx, usual, fewer, universal)


def _told_apart(clusters: Sequence[Sequence[Said]]) -> bool:
    """Whether one sentence has two of the values, so that its author knows of both."""
    seen: dict[str, int] = {}
    for i, c in enumerate(clusters):
        for s in c:
            sentence = s.attribute.sentence
            if sentence and seen.setdefault(sentence, i) != i:
                return True
    return False


def _odd_summary(
    ctx: Context, usual: Sequence[Said], odd: Said, group: Sequence[Said], swept: bool
) -> Iterator[Outcome]:
    """A summary that runs on what no other place of the paper names."""
    others = [s for s in group if s is not odd and s.number.quantity.bounded]
    if any(agree(s, odd) for s in others) or odd.number.quantity.point == 1:
        return
    if odd.number.kind in (Kind.GPU_COUNT, Kind.NODE_COUNT) and any(
        n.id != odd.number.id
        and n.kind is odd.number.kind
        and n.quantity.point == odd.number.quantity.point
        for n in ctx.paper.numbers
    ):
        return
    above = _above_all(odd, usual)
    if above or (
        not swept and not _several(group, [*usual, odd]) and (len(usual) > 1 or usual[0].universal)
    ):
        yield conflict(ctx, usual, [odd], universal=False)


def _above_all(odd: Said, usual: Sequence[Said]) -> bool:
    """Whether a count of machines is more than all that the paper says it has."""
    counts = odd.number.kind in (Kind.GPU_COUNT, Kind.NODE_COUNT)
    most = max(s.number.quantity.point for s in usual)
    return counts and any(s.universal for s in usual) and odd.number.quantity.point > most


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
