r"""## What it checks
That memory, bandwidth, peak, power and link of a named part are those of one of its variants, and
that a stated total is what the counted parts hold. Tables with a part in each row, or in each column, are read too.

## Why it matters
Each bound that a paper draws starts from its specification. A wrong one is mostly another variant:
the PCIe part's bandwidth on an SXM part, one direction for both, bits for bytes.

## What is left alone
Any variant that the name may mean, totals of several parts, GB or GiB, each direction or both,
effective, measured, capped and reserved amounts, slices, modified parts, and parts that are not in
the table. The table does not know every part ever sold, so what it lacks is implausible at most; a
proof needs a contradiction of the paper with itself.

## Example
```latex
Each node has eight A100-80GB GPUs with 1\,TB of GPU memory in total.
%                                       ^^^^^ TK203[impossible]: 640 GB
```
Write the value of the variant that was used, and name the variant.

## References
- NVIDIA, "A100 Tensor Core GPU Architecture", white paper, 2020.
- NVIDIA, "H100 Tensor Core GPU Architecture", white paper, 2022.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hwmodels.catalog import Accelerator, accelerators, find, sources
from hwmodels.provenance import Sourced
from tanaka.paper.model import Asserted, Number, Physical, Where
from tanaka.quantity.literal import rewritten
from tanaka.records import dataclass
from tanaka.rules.api import (
    AtNumber,
    BarsFigure,
    Context,
    Datasheet,
    Finding,
    Fix,
    FixKind,
    Held,
    Outcome,
    ReplaceLiteral,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation
from tanaka.rules.other_unit import other_unit
from tanaka.rules.roofline.link_specs import link_specifications
from tanaka.rules.roofline.peaks import peaks, rate
from tanaka.rules.roofline.spec_tables import tables
from tanaka.rules.roofline.totals import total_capacity

_OFF = 0.1
"""A value is doubted where it is so far from every one that the name may mean."""
_SAME = 0.02
_EXACT = 0.05
"""And agrees with a datasheet, in a table, where it is so close."""
_MULTIPLES = (2, 4, 8, 16)
_PLACED = tuple(range(3, 65))
"""How many parts a cluster may hold; twice what a part has is a slip as well."""
# Families of which no variant is sold under the name that the table lacks.
_CLOSED = frozenset({"A100", "H100", "H200", "V100", "P100", "T4", "L4", "L40", "L40S", "A10", "RTX 3090", "RTX 4090", "RTX 5090", "RTX A6000", "MI100", "MI250X", "MI300X", "MI325X", "TPU v4", "TPU v5e", "TPU v5p"})  # fmt: skip
# Of which the link is what the vendor has cut.
_CUT = frozenset({"A800", "H800"})
# Built for one customer: memory in GB by family.
_MADE_FOR_ONE = {"A100": (64,), "H100": (64, 94, 96)}
# What vendors print beside the largest power: W by family.
_TYPICAL_POWER = {"MI250X": (500.0,)}
_SIZE = re.compile(r"[- ]?\(?\d{2,3} ?Gi?B\)?")
_WHAT = {"capacity": "memory", "bandwidth": "memory bandwidth", "peak": "peak", "tdp": "TDP", "link": "link"}  # fmt: skip
_UNITS = {"capacity": "byte", "bandwidth": "byte/s", "tdp": "W", "link": "byte/s"}


@dataclass(frozen=True, slots=True)
class Value:
    """What a variant has.

    Attributes
    ----------
    value : float
        In base units.
    part : Accelerator
    label : str
    source : str
        Key of the bibliography.
    """

    value: float
    part: Accelerator
    label: str
    source: str


@rule("TK203", since="0.1.0")
def spec_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Stated specifications against the variants of the part, and totals against their parts."""
    done = set()
    own = _made_for_one(ctx)
    for claim in ctx.paper.physical("total-capacity"):
        outcome = total_capacity(ctx, claim)
        if outcome is not None:
            done.add(claim.number)
            yield outcome
    for claim in ctx.paper.physical("specification"):
        if claim.number in done:
            continue
        outcome = _specification(ctx, claim)
        if isinstance(outcome, Finding) and {p.family for p in find(claim.name("device"))} & own:
            continue
        if outcome is not None:
            done.add(claim.number)
            yield outcome
    yield from link_specifications(ctx)
    for columns in tables(ctx.paper):
        told = [[o for c in column if c.number not in done and (o := _specification(ctx, c)) is not None]
                for column in columns]  # fmt: skip
        for column in told:
            if not any(isinstance(o, Finding) for o in column) or _alone(column, told):
                yield from column


def _alone(column: list[Outcome], table: list[list[Outcome]]) -> bool:
    """Whether one cell is strange where all others are those of the datasheets.

    Of its column two others must be, or one and most of a table in which nothing else is strange; where
    the table is of one part, two others of it.
    """
    others = [o for o in column if not isinstance(o, Finding)]
    beside = [o for c in table for o in c if c is not column]
    if len(column) - len(others) != 1 or not all(
        isinstance(o, Held) and _exactly(o) for o in others
    ):
        return False
    whole = all(isinstance(o, Held) and _exactly(o) for o in beside)
    if not others and len(column) == 1:  # of one part alone
        return whole and len(beside) >= 2
    return len(others) >= 2 or (len(others) == 1 and whole and len(beside) >= 4)


def _made_for_one(ctx: Context) -> frozenset[str]:
    """Families of which the paper has a variant that was built for one customer, by its memory."""
    out = set()
    for claim in ctx.paper.physical("specification"):
        if claim.name("kind") == "capacity":
            size = ctx.paper.number(claim.number).quantity.point
            parts = find(claim.name("device"))
            labels = {p.label_bytes for p in parts}
            out |= {
                p.family
                for p in parts
                for made in _MADE_FOR_ONE.get(p.family, ())
                if abs(size / (made * 1e9) - 1) < 0.005 and made * 1e9 not in labels
            }
    return frozenset(out)


def _exactly(held: Held) -> bool:
    stated, known = held.steps[:2]
    return abs(stated.value / known.value - 1) <= _EXACT


def _specification(ctx: Context, claim: Physical) -> Outcome | None:
    number = ctx.paper.number(claim.number)
    q = number.quantity
    if claim.cues & {"used", "another", "formats"} or q.point <= 0 or number.where is Where.FUTURE:
        return None
    if claim.asserted is Asserted.NO and "claimed" not in claim.cues:
        return None
    name, kind = claim.name("device"), claim.name("kind")
    parts = find(name)
    if not parts and kind == "capacity":
        name = _SIZE.sub("", name)
        parts = find(name)
    if not parts:
        return None
    if not {p.family for p in parts} <= (_CLOSED | _CUT if kind == "link" else _CLOSED):
        return None
    if kind == "peak":
        return _peak(ctx, claim, number, parts)
    values = _values(parts, kind)
    if not values:
        return None
    counts = [1.0, *([c] if (c := dict(claim.counted).get("devices")) else [])]
    if kind == "link":
        return _link(ctx, claim, number, values, counts)
    fits = next(
        (
            v for v in values for c in counts
            if _near(q.point, v.value * c, kind, v.part) or q.nominal.low <= v.value <= q.nominal.high
        ),
        None,
    )  # fmt: skip
    if fits is not None:
        return _held(ctx, claim, number, fits, kind) if q.bounded else None
    if kind == "tdp" and any(q.point in _TYPICAL_POWER.get(p.family, ()) for p in parts):
        return None
    several: tuple[int, ...] = _MULTIPLES if (kind == "capacity" and "single" not in claim.cues) or "many" in claim.cues else ()  # fmt: skip
    if "bracketed" in claim.cues and len(counts) > 1:
        several = ()  # of one, or of so many as are counted
    if "placed" in claim.cues:  # of a table whose caption names what may hold several
        several = _PLACED
    if "system" in claim.cues:  # what the GPUs of a DGX hold together, or what one does
        several = (1, 4)
    if any(_near(q.point, v.value * k, kind, v.part) for v in values for k in several):
        return None
    if kind == "capacity" and any(
        abs(q.point / (size * 1e9) - 1) < 0.08
        for p in parts
        for size in _MADE_FOR_ONE.get(p.family, ())
    ):
        return None
    if parts[0].family.startswith("TPU") and any(_near(2 * q.point, v.value, kind, v.part) for v in values):  # fmt: skip
        return None  # of a core
    if (
        kind == "bandwidth"
        and "told" in claim.cues
        and any(_near(q.point, v.value, "link", v.part) for v in _values(parts, "link"))
    ):
        return None  # of NVLink, without its name
    most, least = max(v.value for v in values), min(v.value for v in values)
    if not q.bounded and not (
        (q.qualifier.value in ("max", "lt") and q.point < least)
        or (q.qualifier.value in ("min", "gt") and q.point > most)
    ):
        return None
    if q.hedged and any(abs(q.point / v.value - 1) < 0.25 for v in values):
        return None
    if kind == "capacity" and "." in q.literal.text and q.point < least:
        return None  # memories come in whole gigabytes: "held on one V100 (12.1 GB)" is of what it holds
    if "work" in claim.cues or ("bare" in claim.cues and q.point < least):
        return None  # of what runs on the part
    if "many" in claim.cues and q.point > most and not claim.cues & {"system", "bracketed"}:
        return None  # a total of parts that nobody counts
    return _finding(ctx, claim, number, values, kind)


def _near(value: float, known: float, kind: str, part: Accelerator) -> bool:
    if kind == "capacity":
        # what is usable is a little less than the label, which counts in GiB
        most = known * part.capacity.value / part.label_bytes
        return 0.9 * known <= value <= 1.03 * most
    return abs(value / known - 1) <= _OFF


def _is(value: float, known: Value, kind: str) -> bool:
    """Whether a value in another unit is plainly one that is known."""
    if kind == "capacity":
        return _near(value, known.value, kind, known.part)
    return abs(value / known.value - 1) <= _SAME


def _values(parts: Iterable[Accelerator], kind: str) -> tuple[Value, ...]:
    out: list[Value] = []
    for p in parts:
        if kind == "capacity":
            out.append(Value(p.label_bytes, p, _label(p, "memory"), p.capacity.source))
        elif kind == "bandwidth":
            out.append(
                Value(p.bandwidth.value, p, _label(p, "memory bandwidth"), p.bandwidth.source)
            )
        elif kind == "tdp" and p.tdp is not None:
            out.append(Value(p.tdp.value, p, _label(p, "TDP"), p.tdp.source))
        elif kind == "link":
            out += [
                Value(s.value, p, _label(p, what), s.source)
                for s, what in ((p.link_total, "link, both directions"), (p.link, "link, one direction"))
                if isinstance(s, Sourced)
            ]  # fmt: skip
    return tuple(out)


def _label(part: Accelerator, what: str) -> str:
    return f"{what} of the {part.name.removeprefix(part.vendor).strip()}"


# -- links ------------------------------------------------------------------------------------


def _link(ctx: Context, claim: Physical, number: Number, values: tuple[Value, ...], counts: list[float]) -> Outcome | None:  # fmt: skip
    q = number.quantity
    if "one way" in claim.cues:
        values = tuple(v for v in values if v.value == getattr(v.part.link, "value", 0.0))
        if not values:
            return None
    fit = next((v for v in values if abs(q.point / v.value - 1) <= _SAME), None)
    if fit is not None and q.bounded:
        return _held(ctx, claim, number, fit, "link")
    most = max(v.value for v in values)
    bits = "b" in q.shown_unit and "B" not in q.shown_unit
    if bits and any(abs(8 * q.point / v.value - 1) <= 0.01 for v in values):
        return _finding(ctx, claim, number, values, "link", slip="bytes are meant, and not bits")
    if q.point <= 1.1 * most or not q.bounded or q.hedged or "many" in claim.cues:
        return None  # a part of the links, or what arrives of it
    if any(abs(q.point / v.value / k - 1) < 0.03 for v in values for k in counts):
        return None
    return _finding(ctx, claim, number, values, "link")


# -- peaks ------------------------------------------------------------------------------------


def _peak(ctx: Context, claim: Physical, number: Number, parts: tuple[Accelerator, ...]) -> Outcome | None:  # fmt: skip
    q = number.quantity
    written = claim.name("precision")
    if (
        claim.cues & {"clock", "vector", "accumulate", "many", "work"}
        or not q.bounded
        or not written
    ):
        return None
    count = dict(claim.counted).get("devices") or 1.0
    known = [p for p in peaks(parts, written) if (q.unit == "op/s") == p.precision.startswith("int")]  # fmt: skip
    other = [p for f in ("", "int8") for p in peaks(parts, f)]
    if not known:
        return None
    own = next(
        (p for p in known if p.sort == "dense" and abs(q.point / p.value - 1) <= _SAME), None
    )
    if own is not None and "table" in claim.cues:  # in prose `sparse_peak` says so
        label = f"dense {own.precision.upper()} {_label(own.part, 'peak')}"
        return _held(ctx, claim, number, Value(own.value, own.part, label, own.source), "peak")
    if "table" in claim.cues:  # a column says its format, and no integers are FLOPs
        other = [p for p in other if p.precision != "int8"]
    # vector units run a half to a sixteenth of what tensor cores do
    several = () if claim.cues & {"dense", "table"} else (2.0, 4.0, 8.0)
    for p in (*known, *other):
        for k in (1.0, count, *several, 1 / 2, 1 / 4, 1 / 8, 1 / 16):
            if abs(q.point / p.value / k - 1) <= _OFF:
                return None
    if q.hedged and any(abs(q.point / p.value - 1) < 0.25 for p in known):
        return None
    values = tuple(
        Value(p.value, p.part, f"{p.sort} {p.precision.upper()} {_label(p.part, 'peak')}", p.source)
        for p in known
        if p.sort == "dense"
    )
    return _finding(ctx, claim, number, values, "peak")


# -- outcomes ---------------------------------------------------------------------------------


def _shown(value: float, kind: str, number: Number) -> str:
    """A value of the table in the unit that the paper writes."""
    q = number.quantity
    if kind == "capacity":
        return f"{value / 1e9:g} GB"
    if kind == "link":
        return f"{value / 1e9:g} GB/s"
    scale, unit = (q.scale, q.shown_unit) if q.shown_unit else (1.0, q.unit)
    if kind == "peak" and not 0.1 <= value / scale < 1e4:
        return rate(value, "TOP/s" if q.unit == "op/s" else "TFLOP/s")
    return f"{value / scale:,.4g} {unit}"


def _held(ctx: Context, claim: Physical, number: Number, value: Value, kind: str) -> Held:
    d = Derivation(ctx.paper)
    stated = d.stated(_WHAT[kind], claim.number, symbol="x")
    d.known(value.label, value.value, stated.unit, _sheet(value), shown=_shown(value.value, kind, number), symbol="y")  # fmt: skip
    return Held("TK203", (claim.number,), f"{stated.shown}: {value.label}", tuple(d.steps))


def _sheet(value: Value) -> Datasheet:
    return Datasheet(value.source, sources()[value.source].title)


def _finding(ctx: Context, claim: Physical, number: Number, values: tuple[Value, ...], kind: str, slip: str = "") -> Finding:  # fmt: skip
    d = Derivation(ctx.paper)
    q = number.quantity
    stated = d.stated(f"{_WHAT[kind]} as stated", claim.number, symbol="x")
    nearest = sorted(values, key=lambda v: abs(v.value / q.point - 1))
    shown: dict[str, Value] = {}
    for v in nearest:
        shown.setdefault(_shown(v.value, kind, number), v)
    listed = list(shown.items())[:4]
    for text, v in listed:
        d.known(v.label, v.value, stated.unit, _sheet(v), shown=text, symbol="y" if text == listed[0][0] else "")  # fmt: skip
    text, near = listed[0]
    d.computed("over the nearest", "1", f"{stated.shown} / {text}", lambda x, y: x / y, stated, d.steps[1], symbol="r")  # fmt: skip
    family = near.part.family
    who = values[0].part.name.removeprefix(values[0].part.vendor).strip() if len({v.part.id for v in values}) == 1 else f"{family}"  # fmt: skip
    is_of = slip or _whose(number, values, kind)
    only_if = (
        is_of
        or f"a variant of the {family} with {stated.shown} is meant, which is not among those known"
    )
    choice = " or ".join(sorted((t for t, _ in listed), key=lambda t: shown[t].value))
    fixes = other_unit(number, lambda x: any(_is(x, v, kind) for v in values))
    fixes = fixes or tuple(
        Fix(f"Write {literal} {q.shown_unit} ({v.label})", FixKind.QUICKFIX, (ReplaceLiteral(claim.number, literal),))
        for t, v in listed[:3]
        if not slip and (literal := rewritten(v.value / q.scale, q.literal)) and len(listed) <= 3
    )  # fmt: skip
    what = _WHAT[kind]
    return Finding(
        "TK203", "spec-mismatch", Verdict.IMPLAUSIBLE, AtNumber(claim.number),
        f"{stated.shown} is no {what} of the {who} that is known: {choice}" + (f" (consistent if {slip})." if slip else "."),
        tuple(d.steps), operands=(claim.number,), note=f"known: {choice}",
        bold=f"The {who} has {choice}, not {stated.shown}.",
        only_if=only_if, fixes=fixes,
        figure=BarsFigure(f"{what} of the {family}", stated.unit,
                          (*((v.part.name.removeprefix(v.part.vendor).strip(), v.value, False) for _, v in listed), ("as written", q.point, True))),
        slots=(
            Slot("claim", stated.shown, "x"), Slot("peak", choice), Slot("device", who), Slot("what", what), Slot("excuse", only_if),
        ),
        case="B",
    )  # fmt: skip


def _whose(number: Number, values: tuple[Value, ...], kind: str) -> str:
    """Which other part has the stated value: one of the family, else one of the same maker."""
    if kind == "peak":
        return ""
    point = number.quantity.point
    first = values[0].part
    family = [p for p in find(first.family) if p.id not in {v.part.id for v in values}]
    makers = [p for p in accelerators() if p.vendor == first.vendor and p.family != first.family]
    for pool in (family, makers):
        own = [v for v in _values(pool, kind) if abs(v.value / point - 1) <= _SAME]
        names = sorted({v.part.name.removeprefix(v.part.vendor).strip() if pool is family else v.part.family for v in own})  # fmt: skip
        if own and len(names) <= 3:
            return f"the {' or the '.join(names)} is meant, which has {_shown(own[0].value, kind, number)}"
    return ""
