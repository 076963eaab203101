r"""## What it checks
That a stated scaling efficiency agrees with the rates or times stated at the two scales. Tried are
strong and weak scaling, the rate of each device, a ratio of utilisations, and what is lost; a
speed-up is held against the devices that it was reached on. In a table the base is the one that
the text states, the first row, or one device.

## Why it matters
Efficiency is what a reader takes away from a scaling figure, and it is computed once, by hand, from
rows that change later.

## What is left alone
Goodput with failures, a total that is kept constant, and sentences that compare systems. Where the
batch changes, or one of the numbers stands in another sentence or may be rounded to tens, nothing
is proven.

## Example
```latex
From 8 to 64 GPUs throughput grows from 1,024 to 6,553 samples/s, 90\% efficiency.
%                                                                 ^^^^ TK404: is 80.0%, not 90%
```
Print both scales, both rates, and whether the batch grew.

## References
- Gustafson, "Reevaluating Amdahl's Law", CACM 31(5), 1988.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from hwmodels.roofline import utilization
from hwmodels.scaling import (
    strong_scaling_efficiency,
    throughput_scaling_efficiency,
    weak_scaling_efficiency,
)
from tanaka.paper.model import Asserted, Number, NumberId, Physical
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval, corners
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Computed,
    Context,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.communication.efficiency_tables import Run, columns, runs
from tanaka.rules.communication.open_efficiency import paired
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.numbers.checks.change import factor_literal, percent_literal
from tanaka.rules.numbers.table_ratio import table_ratio

_SILENT = frozenset({"goodput", "constant total"})
_FAR = 2.5
"""So many times off, the values are not those that the efficiency was computed from."""
_POINTS = 0.02
"""Within two points an efficiency was computed from other digits."""
_DOUBTS = {
    "batch": "the batch is not the same at the two scales",
    "best": "the two values are not of the runs that the efficiency was computed from",
    "mean": "it is a mean over more runs than these two",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which two values and two scales make an efficiency.

    Attributes
    ----------
    name : str
        "strong scaling".
    text : str
        Formula with places for its inputs.
    roles : tuple of str
        Which inputs, in the order of ``value``.
    value : callable
    source : str
    """

    name: str
    text: str
    roles: tuple[str, ...]
    value: Callable[..., float]
    source: str


_OF_RATES = Way(
    "rate against devices", "({R} / {r}) / ({n} / {m})", ("at many", "at few", "many", "few"),
    throughput_scaling_efficiency, throughput_scaling_efficiency.source,
)  # fmt: skip
_OF_EACH = Way("rate of each device", "{R} / {r}", ("at many", "at few"), utilization, throughput_scaling_efficiency.source)  # fmt: skip
_STRONG = Way(
    "strong scaling", "({r} / {R}) / ({n} / {m})", ("at few", "at many", "many", "few"),
    strong_scaling_efficiency, strong_scaling_efficiency.source,
)  # fmt: skip
_WEAK = Way("weak scaling", "{r} / {R}", ("at few", "at many"), weak_scaling_efficiency, weak_scaling_efficiency.source)  # fmt: skip
_SPEEDUP = Way(
    "speed-up against devices", "{R} / ({n} / {m})", ("at many", "many", "few"),
    lambda S, n, m: throughput_scaling_efficiency(S, 1.0, n, m), throughput_scaling_efficiency.source,
)  # fmt: skip
_WAYS = {
    "rate": (_OF_RATES, _OF_EACH),
    "time": (_STRONG, _WEAK),
    "share": (_OF_EACH,),
    "speedup": (_SPEEDUP,),
}


def _lost(way: Way) -> Way:
    """What is missing to one, where the words speak of a loss."""
    return Way(
        f"loss, {way.name}", f"1 - {way.text}", way.roles, lambda *v: 1 - way.value(*v), way.source
    )


def ways(kind: str, form: str, cues: frozenset[str], *, scales: bool) -> tuple[Way, ...]:
    """Ways that the words allow, the stated one first."""
    found = [w for w in _WAYS[kind] if scales or "many" not in w.roles]
    if "weak" in cues or ("each" in cues and kind == "rate"):
        found.reverse()
    return tuple(_lost(w) for w in found) if form == "loss" else tuple(found)


@rule("TK404", since="0.1.0")
def efficiency_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Efficiencies against the values at two scales."""
    judged: set[NumberId] = set()
    for claim in ctx.paper.physical("scaling"):
        if claim.asserted is Asserted.NO or claim.cues & _SILENT:
            continue
        if outcome := _judged(ctx, claim):
            judged.add(claim.number)
            yield outcome
    for claim in ctx.paper.physical("scaling-series"):
        # the nearest form is the sentence's own; of a series, an efficiency that nothing else has judged
        if (
            claim.number in judged
            or claim.asserted is not Asserted.YES
            or claim.cues & (_SILENT | _DOUBTS.keys())
        ):
            continue
        outcome = _judged(ctx, claim)
        if isinstance(outcome, Finding):
            judged.add(claim.number)
            yield outcome
    yield from _open(ctx, judged)
    yield from _tables(ctx)
    yield from _told_of_tables(ctx)


def _open(ctx: Context, judged: set[NumberId]) -> Iterator[Finding]:
    """Efficiencies whose values stand in no fixed form, against every pairing of them."""
    for claim in ctx.paper.physical("open-scaling"):
        number = ctx.paper.number(claim.number)
        if claim.number in judged or claim.asserted is not Asserted.YES or number.quantity.hedged:
            continue
        if claim.cues & (_SILENT | _DOUBTS.keys() | {"another", "other time"}):
            continue
        values = [ctx.paper.number(i).quantity.point for _, i in claim.given]
        made = paired(claim, *values, stated=number.quantity.point)
        if made is None:
            continue
        at = {role: ctx.paper.number(i) for role, i in made.given}
        tried = ways(made.name("kind"), made.name("form"), made.cues, scales=True)
        way = next(w for w in tried if ("many" in w.roles) == ("many" in dict(made.counted)))
        yield _finding(ctx, made, way, number, at, _needed(made, way, number, at))


_ELSEWHERE = 0.08
"""So far from every run of its section, an efficiency of the text is of none of them."""


def _told_of_tables(ctx: Context) -> Iterator[Outcome]:
    """Efficiencies of the text against the runs of the tables of their section."""
    claims = [c for c in ctx.paper.physical("tabled-efficiency") if c.asserted is Asserted.YES]
    judged = {c.number for c in ctx.paper.physical("scaling")}
    claims = [
        c
        for c in claims
        if c.number not in judged
        and "another" not in c.cues
        and not c.cues & (_SILENT | _DOUBTS.keys())
    ]
    for claim in claims:
        section = ctx.paper.number(claim.number).section
        found = [r for r in runs(ctx.paper) if r.table.section == section]
        if len({r.table.id for r in found}) != 1 or not _SCALING.search(found[0].said):
            continue
        said = found[0].said.lower()
        if any(name.lower() not in said for name in claim.name("models").split(" | ")):
            continue
        if any(one in claim.cues and other in said and one not in said for one, other in _SORTS):
            continue
        tried = [c for run in found for c in _against(ctx, claim, run)]
        if tried and (off := _off(ctx, claim, tried)):
            yield off


def _against(ctx: Context, claim: Physical, run: Run) -> Iterator[Physical]:
    """A claim with the values of a run, at the scale that it names or at the largest."""
    at = claim.at("many")
    named = ctx.paper.number(at).quantity.point if at is not None else run.counts[-1]
    for k, n in enumerate(run.counts[1:], 1):
        if n == named:
            given = (("at few", run.values[0].id), ("at many", run.values[k].id))
            counted = (("few", run.counts[0]), ("many", n))
            named_ = (("kind", run.kind), ("form", "efficiency"))
            yield replace(claim, given=given, counted=counted, named=named_)


def _off(ctx: Context, claim: Physical, tried: list[Physical]) -> Finding | None:
    """The nearest of several runs, where even that is far off."""
    found: list[tuple[float, int, Physical, Way, dict[str, Number]]] = []
    number = ctx.paper.number(claim.number)
    for c in tried:
        at = {role: ctx.paper.number(i) for role, i in c.given}
        for way in ways(c.name("kind"), "efficiency", c.cues, scales=True):
            found.append(
                (
                    _reach(way, c, at, proof=False).gap(number.quantity.nominal),
                    len(found),
                    c,
                    way,
                    at,
                )
            )
    far, _, nearest, way, at = min(found)
    if far < _ELSEWHERE:
        return None
    return _finding(ctx, nearest, way, number, at, _needed(nearest, way, number, at))


_SORTS = (("weak", "strong"), ("strong", "weak"))
_SCALING = Lazy(r"\bscal(?:ing|ability|es?)\b|\befficienc\w+|\beff\.", re.I)


def _tables(ctx: Context) -> Iterator[Outcome]:
    """Columns of efficiencies: one pairing must fit all rows but one."""
    taken: set[NumberId] | None = None
    for column in columns(ctx.paper):
        if taken is None:  # what the fitted relation of the column has judged already
            judged = [o.numbers[0] if isinstance(o, Held) else o.operands[0] for o in table_ratio.check(ctx)]  # fmt: skip
            taken = set(judged)
        best = max(column.readings, key=lambda claims: len(_fitting(ctx, claims)[1]))
        if any(c.number in taken for c in best):
            continue
        way, fitting = _fitting(ctx, best)
        for claim in fitting:
            d, value = _derived(ctx, claim, way)
            yield Held("TK404", _operands(claim), f"{value.text} = {100 * value.value:.1f}%, {way.name}", tuple(d.steps))  # fmt: skip
        off = [c for c in best if c not in fitting]
        if len(off) != 1 or (not fitting and len(column.readings) > 1):
            continue
        every = [c for claims in column.readings for c in claims if c.number == off[0].number]
        if all(_far_off(ctx, c) for c in every):
            number = ctx.paper.number(off[0].number)
            at = {role: ctx.paper.number(i) for role, i in off[0].given}
            way = way if fitting else _nearest(ctx, off[0])
            yield _finding(ctx, off[0], way, number, at, _needed(off[0], way, number, at))


def _fitting(ctx: Context, claims: tuple[Physical, ...]) -> tuple[Way, tuple[Physical, ...]]:
    """The way that most rows agree with, and those rows."""
    best: tuple[Way, tuple[Physical, ...]] | None = None
    for way in ways(claims[0].name("kind"), "efficiency", claims[0].cues, scales=True):
        fits = tuple(c for c in claims if _distance(ctx, c, way, proof=False) <= 0.01)
        if best is None or len(fits) > len(best[1]):
            best = way, fits
    assert best is not None
    return best


def _distance(ctx: Context, claim: Physical, way: Way, *, proof: bool) -> float:
    number = ctx.paper.number(claim.number)
    at = {role: ctx.paper.number(i) for role, i in claim.given}
    stated = hard(number) if proof else number.quantity.nominal
    return _reach(way, claim, at, proof=proof).distance(stated)


def _nearest(ctx: Context, claim: Physical) -> Way:
    tried = ways(claim.name("kind"), "efficiency", claim.cues, scales=True)
    return min(tried, key=lambda w: _distance(ctx, claim, w, proof=False))


def _far_off(ctx: Context, claim: Physical) -> bool:
    tried = ways(claim.name("kind"), "efficiency", claim.cues, scales=True)
    return all(
        _distance(ctx, claim, w, proof=True) > 0 and _distance(ctx, claim, w, proof=False) > _POINTS
        for w in tried
    )


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    number = paper.number(claim.number)
    at = {role: paper.number(i) for role, i in claim.given}
    scales = "many" in {**at, **dict(claim.counted)}
    tried = ways(claim.name("kind"), claim.name("form"), claim.cues, scales=scales)
    if not tried:
        return None
    nominal = {w.name: _reach(w, claim, at, proof=False) for w in tried}
    stated = number.quantity.nominal
    fits = next((w for w in tried if nominal[w.name].gap(stated) < 0.01), None)
    if fits is not None:
        d, value = _derived(ctx, claim, fits)
        shown = f"{100 * value.value:.1f}%"
        return Held(
            "TK404", _operands(claim), f"{value.text} = {shown}, {fits.name}", tuple(d.steps)
        )
    if not _sure(claim, at, stated):
        return None
    if not scales and {"at few", "at many"} <= at.keys():
        # without scales nothing says which of the two is of the many
        turned = {**at, "at few": at["at many"], "at many": at["at few"]}
        if any(_reach(w, claim, turned, proof=True).gap(stated) < 0.01 for w in tried):
            return None
    widest = {w.name: _reach(w, claim, at, proof=True) for w in tried}
    claimed = hard(number)
    way = min(tried, key=lambda w: nominal[w.name].distance(stated))
    if nominal[way.name].distance(stated) < _POINTS:
        return None  # the last digit of an efficiency is computed from more digits than are printed
    rounded = next((w for w in tried if widest[w.name].meets(claimed)), None)
    doubt = _doubt(ctx, claim, at, way, number)
    proven = (
        not doubt
        and rounded is None
        and scales
        and min(widest[w.name].distance(claimed) for w in tried) > _POINTS
        and _comparable(claim, at, way, number)
    )
    if rounded is not None and not doubt:
        way = rounded
        both = " and ".join(at[r].quantity.shown for r in ("at few", "at many") if r in at)
        doubt = f"{both} are rounded to tens"
    return _finding(ctx, claim, way, number, at, "" if proven else doubt or _needed(claim, way, number, at))  # fmt: skip


def _sure(claim: Physical, at: dict[str, Number], stated: Interval) -> bool:
    """Whether the numbers can be of one scaling at all."""
    if "few" not in at and "few" not in dict(claim.counted):
        # Without scales only what is said to be per device, or weak scaling, is a ratio.
        return bool(claim.cues & {"weak", "each"}) or claim.name("kind") == "share"
    if "another" in claim.cues:
        return False
    if "other time" in claim.cues and claim.name("kind") == "time":
        return False
    return stated.low <= 1.6


def _doubt(ctx: Context, claim: Physical, at: dict[str, Number], way: Way, number: Number) -> str:
    """Why nothing is proven, "" where nothing is open."""
    said = next((_DOUBTS[c] for c in sorted(claim.cues) if c in _DOUBTS), "")
    if said:
        return said
    if claim.far or "few" not in {**at, **dict(claim.counted)}:
        return _needed(claim, way, number, at)
    if claim.asserted is Asserted.QUOTED:
        return "the cited work counts otherwise"
    if not machine.firm(ctx.paper, claim, *(i for _, i in claim.given)):
        return _needed(claim, way, number, at)
    return ""


def _comparable(claim: Physical, at: dict[str, Number], way: Way, number: Number) -> bool:
    """Whether stated and computed efficiency are near enough to be of the same two runs."""
    now, said = way.value(*(_point(claim, at, r) for r in way.roles)), number.quantity.point
    if claim.name("form") == "loss":
        now, said = 1 - now, 1 - said
    return now > 0 and said > 0 and max(now / said, said / now) <= _FAR


def _needed(claim: Physical, way: Way, number: Number, at: dict[str, Number]) -> str:
    """What the value at many devices would have to be."""
    there = at["at many"]
    wanted = 1 - number.quantity.point if claim.name("form") == "loss" else number.quantity.point
    now = way.value(*(_point(claim, at, r) for r in way.roles))
    now = 1 - now if claim.name("form") == "loss" else now
    if not (wanted > 0 and now > 0):
        return "the two values are of other runs"
    factor = wanted / now
    value = there.quantity.point * (1 / factor if claim.name("kind") == "time" else factor)
    digits = max(3, len([c for c in there.quantity.literal.text if c.isdigit()]))
    scaled = value / there.quantity.scale
    unit = there.quantity.shown_unit
    glue = "" if unit in ("", "%", "×") else " "
    where = (
        f" on {_point(claim, at, 'many'):,.0f}" if "many" in {**at, **dict(claim.counted)} else ""
    )
    amount = f"{float(f'{scaled:.{digits - 1}e}'):,.{max(0, digits - len(str(int(abs(scaled)))))}f}"
    return f"the other value is {amount}{glue}{unit}{where}"


def _point(claim: Physical, at: dict[str, Number], role: str) -> float:
    return at[role].quantity.point if role in at else dict(claim.counted)[role]


def _reach(way: Way, claim: Physical, at: dict[str, Number], *, proof: bool) -> Interval:
    """Values that a way allows for the digits printed, or for what they may stand for."""
    inputs = []
    for role in way.roles:
        if role not in at:
            inputs.append(Interval.point(dict(claim.counted)[role]))
            continue
        n, q = at[role], at[role].quantity
        if role in ("few", "many"):
            inputs.append(q.hard if q.hedged else Interval.point(q.point))
        else:
            others = [o for r, o in at.items() if r != role]
            inputs.append(hard(n, *others) if proof else q.nominal)
    return corners(way.value, *inputs)


def _operands(claim: Physical) -> tuple[NumberId, ...]:
    return (claim.number, *dict.fromkeys(i for _, i in claim.given))


_SYMBOLS = {"few": "m", "many": "n", "at few": "r", "at many": "R"}
_LABELS = {"few": "the few", "many": "the many", "at few": "at the few", "at many": "at the many"}


def _derived(ctx: Context, claim: Physical, way: Way) -> tuple[Derivation, Step]:
    d = Derivation(ctx.paper)
    at = dict(claim.given)
    made: dict[str, Step] = {}
    for role in sorted(way.roles, key=lambda r: list(_SYMBOLS).index(r)):
        symbol, label = _SYMBOLS[role], _LABELS[role]
        if role not in at:
            told = dict(claim.counted).get(role, 1.0)
            origin = Computed("a single device" if told == 1 else "as stated")
            made[role] = d.known(label, told, "1", origin, shown=f"{told:,g}", symbol=symbol)
            continue
        number = ctx.paper.number(at[role])
        count = role in ("few", "many")
        step = d.stated(label, at[role], symbol=symbol, exact=count,
                        inferred="the sentence before" if role in claim.far else "")  # fmt: skip
        if count:
            step = replace(step, shown=f"{number.quantity.point:,.0f}")
        elif number.quantity.shown_unit == "×":
            step = replace(step, shown=step.shown.removesuffix("×"), unit="1")
        d.steps[-1] = made[role] = step
    text = way.text.format(**{_SYMBOLS[r]: s.shown for r, s in made.items()})
    result = d.computed(
        way.name, "%", text, way.value, *(made[r] for r in way.roles), reference=way.source,
        symbol="e",
    )  # fmt: skip
    return d, result


def _finding(
    ctx: Context, claim: Physical, way: Way, number: Number, at: dict[str, Number], only_if: str
) -> Finding:
    d, value = _derived(ctx, claim, way)
    d.stated("as written", claim.number, symbol="c")
    q = number.quantity
    percent = q.shown_unit == "%"
    shown = f"{100 * value.value:.1f}%" if percent else f"{value.value:.3f}"
    literal = (percent_literal if percent else factor_literal)(value.value, number)
    sure = not only_if and value.value > 0
    related = tuple((AtNumber(i), _LABELS[r]) for r, i in claim.given)
    return Finding(
        "TK404", "efficiency-mismatch", Verdict.IMPLAUSIBLE if only_if else Verdict.IMPOSSIBLE,
        AtNumber(claim.number),
        f"{value.text} is {shown}, not {q.shown}: {way.name}.",
        tuple(d.steps), operands=_operands(claim),
        note=f"{way.name} gives {shown}",
        bold=f"{value.text} is {shown}, not {q.shown}.",
        only_if=only_if, related=related,
        fixes=(Fix(f"Write {literal}" + ("\\%" if percent else ""), FixKind.QUICKFIX,
                   (ReplaceLiteral(claim.number, literal),)),) if sure else (),
        figure=BarsFigure("Scaling efficiency", "%", (("as written", 100 * q.point, True), ("recomputed", 100 * value.value, False))),
        slots=(Slot("formula", value.text, "e"), Slot("ratio", shown, "e"), Slot("claim", q.shown, "c")),
        case="B" if only_if else "A",
    )  # fmt: skip
