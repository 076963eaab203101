"""How a number was read, in words: value, interval, kind, what it is about, and how that is known.

One wording for the hover, the terminal and the editor's page of what was read.  Nothing here asks
where on the screen it ends up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from tanaka.analysis.report import Report
from tanaka.paper.about import About, Bound, Reach, Role
from tanaka.paper.entities import same_name
from tanaka.paper.model import (
    Asserted,
    ClaimSort,
    Direction,
    How,
    Mention,
    Number,
    Paper,
    Statement,
    Stretch,
    Table,
    TableCell,
    UnitFrom,
    Where,
    stretch_of,
)
from tanaka.paper.setting import NAMED, SET_UP
from tanaka.paper.statements import statements_of
from tanaka.quantity import Kind, Qualifier, Quantity
from tanaka.records import dataclass
from tanaka.text import Span
from tanaka.views import printing, series
from tanaka.views.places import Places
from tanaka.views.series import Series

NOT_KNOWN = "not known"
KIND_NOT_KNOWN = "kind not known"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing known of a number: what, its value, and how it is known."""

    label: str
    value: str
    how: str = ""


# -- value and unit -----------------------------------------------------------------------------

_LETTERS = ("k", "K", "M", "B", "G", "T")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"\s?[×·xX*]\s?10\s?\^\s?\{?\s?([−-]?\d+)\s?\}?|(?<=\d)[eE]([-+]?\d+)$")
_DEVICE_TIME = re.compile(
    r"(?P<device>[A-Z][A-Za-z]*\d*|device|accelerator|chip)[- ](?:hour|day)s?$"
)


def in_powers(value: float, step: int = 1) -> str:
    """A large or small number as people write it: "1.004 × 10¹⁰"; others with thousands marked.

    Parameters
    ----------
    value : float
    step : int
        What the exponent is a multiple of: counts are told in thousands, millions and billions.
    """
    if value and not 1e-4 <= abs(value) < 1e7:
        power = step * math.floor(math.log10(abs(value)) / step)
        mantissa = printing.digits(value / 10.0**power)
        return f"{mantissa} × 10{str(power).translate(_SUPERSCRIPT)}"
    return printing.digits(value, 7)


def _with_unit(number: str, q: Quantity) -> str:
    unit = "" if q.shown_unit == "1" else q.shown_unit
    # The B of a count is a billion and stands at its digits, that of a memory is a byte.
    glued = not unit or unit in ("%", "×") or (q.unit == "1" and unit in _LETTERS)
    glued = glued or bool(re.match(r"[kKMBGT] ", unit))  # 2.788M GPU-hours
    return f"{number}{'' if glued else ' '}{unit}"


def _digits(q: Quantity) -> str:
    """The author's own digits; those of the value where it is written in words."""
    text = re.sub(r"[{}$\\]", "", q.literal.text).strip()
    if not re.fullmatch(
        r"[-−]?[\d,. \u2009]*\d(?:\s?[×·xX*]\s?10\s?\^\s?[−-]?\s?\d+|[eE][-+]?\d+)?", text
    ):
        return printing.digits(q.point / q.scale if q.scale else q.point, 6)
    power = _POWER.search(text)
    if power is None:
        return text
    exponent = (power.group(1) or power.group(2)).replace("−", "-").lstrip("+")
    return f"{text[: power.start()].strip()} × 10{exponent.translate(_SUPERSCRIPT)}"


def value_text(q: Quantity) -> str:
    """Number and unit as the author wrote them, without LaTeX: "200 Gb/s", "2 to 4 GB/s", "8"."""
    if isinstance(q.value, tuple):
        scale = q.scale or 1.0
        return _with_unit(" to ".join(printing.digits(v / scale, 6) for v in q.value), q)
    return _with_unit(_digits(q), q)


def base_text(q: Quantity, kind: Kind) -> str:
    """The same in base units where that says more: "25 GB/s" of 200 Gb/s, "1.15×" of 15 % higher.

    "" where a reader sees it anyway: 25 GB/s is 25e9 byte/s.
    """
    values = q.value if isinstance(q.value, tuple) else (q.value,)
    if q.unit == "1":
        if q.shown_unit == "%" and kind is Kind.SPEEDUP:
            return " to ".join(f"{printing.digits(1 + v)}×" for v in values)
        if q.shown_unit in _LETTERS:
            return " to ".join(in_powers(v, 3) for v in values)
        return ""
    if q.scale and _is_prefix(q.scale):
        return ""
    device = _DEVICE_TIME.search(q.shown_unit)
    if q.unit == "s":
        of = f" of {device.group('device')} time" if device else ""
        return " to ".join(in_powers(v) for v in values) + f" s{of}"
    return " to ".join(printing.quantity(v, q.unit).text for v in values)


def _is_prefix(scale: float) -> bool:
    """Whether a scale is a power of a thousand, as those of kilo and nano are."""
    power = math.log10(scale) / 3
    return abs(power - round(power)) < 1e-9


_HEDGES = {
    Qualifier.APPROX: "hedged, as by “about”",
    Qualifier.MAX: "“up to”",
    Qualifier.MIN: "“at least”",
    Qualifier.LT: "“less than”",
    Qualifier.GT: "“more than”",
    Qualifier.MEAN: "a mean, by its rounding",
    Qualifier.RANGE: "by the rounding of its ends",
    Qualifier.ORDER: "“order of magnitude”",
}


def series_text(whole: Series) -> str:
    """Numbers told as one, as one phrase: "2.8, 3.7, 6.0, 9.5 TFLOPS", "3072 to 15360"."""
    return _together([m.quantity for m in whole.members], " to " if whole.is_range else ", ")


def interval_text(q: Quantity) -> str:
    """What the number may be, in the author's unit: "[24.5, 25.5] GB/s", "at most 2.5 GB"; "" where it is exact."""
    reach = _reach(q)
    return _with_unit(reach, q) if reach else ""


def _reach(q: Quantity) -> str:
    scale = q.scale or 1.0
    low, high = q.nominal.low / scale, q.nominal.high / scale
    if isinstance(q.value, tuple) and q.bounded:
        # The width is that of the span: it does not say how finely its ends are printed.
        return f"[{printing.digits(low, 6)}, {printing.digits(high, 6)}]"
    return printing.interval(low, high)


def interval_reason(q: Quantity) -> str:
    """Why it may be just that."""
    if q.qualifier in _HEDGES:
        return _HEDGES[q.qualifier]
    width = q.nominal.high - q.nominal.low
    if width > 1.5 * q.literal.ulp * q.scale:
        return "by the ± printed with it"
    if width > 0:
        return "by its rounding"
    return "a count" if q.count else "a name, which is not rounded"


def interval_said(q: Quantity) -> Said:
    """What the number may be, and why."""
    reach = interval_text(q)
    return Said("may be", reach, interval_reason(q)) if reach else Said("exact", interval_reason(q))


# -- kind ---------------------------------------------------------------------------------------

_KINDS = {
    Kind.SEQ_LEN: "sequence length",
    Kind.DEGREE: "parallel degree",
    Kind.OTHER: "",
}  # fmt: skip
_COUNTED = {
    Kind.GPU_COUNT: "gpu",
    Kind.NODE_COUNT: "node",
    Kind.PARAM_COUNT: "parameter",
    Kind.TOKEN_COUNT: "token",
}
_ONE = {
    "gpu": "device",
    "accumulation": "accumulation step",
    "layer-width": "wide",
    "head": "attention head",
}
_MANY = {"layer-width": "wide", "query": "queries", "memory": "memories"}
_PER = {"gpu": "GPU", "cpu": "CPU", "tpu": "TPU"}


def counted(number: Number) -> str:
    """What is counted, in the number that fits: "devices", "1 layer"'s "layer"; "" for measures."""
    if number.quantity.unit != "1" or number.quantity.shown_unit in ("%", "points", "×"):
        return ""
    noun = number.noun or _COUNTED.get(number.kind, "")
    if not noun:
        return ""
    one = _ONE.get(noun, noun)
    if number.quantity.point == 1:
        return one
    return _MANY.get(noun) or one + ("es" if one.endswith(("s", "x", "ch", "sh")) else "s")


def kind_text(number: Number, kind: Kind | None = None) -> str:
    """Kind in words: "link bandwidth", "hidden size"; "" for a count that its noun names.

    Parameters
    ----------
    number : Number
    kind : Kind or None
        That of the list that it is one of, where it has none of its own.
    """
    kind = kind or number.kind
    words = _KINDS.get(kind, kind.value.replace("_", " "))
    if kind in _COUNTED and counted(number):
        words = ""
    return dict(number.context).get("said") or words or ("" if counted(number) else KIND_NOT_KNOWN)


def per_text(number: Number) -> str:
    """What it is stated per: "per GPU", or ""."""
    return "" if number.per in ("", "each") else f"per {_PER.get(number.per, number.per)}"


def headline(number: Number) -> str:
    """Value, unit and kind: "200 Gb/s per GPU = 25 GB/s, link bandwidth", "512 devices"."""
    kind = kind_text(number)
    return f"{amount(number)}, {kind}" if kind else amount(number)


def amount(number: Number, *, powers: bool = True) -> str:
    """Value and unit, what is counted and per what, and the same in base units where that tells.

    Parameters
    ----------
    number : Number
    powers : bool
        Whether "13B" is told as "13 × 10⁹", too.
    """
    q = number.quantity
    base = base_text(q, number.kind) if powers or q.shown_unit not in _LETTERS else ""
    words = (value_text(q), counted(number), per_text(number), f"= {base}" if base else "")
    return " ".join(w for w in words if w)


# -- what it is about ---------------------------------------------------------------------------

ROLES = {
    Role.ENTITY: "about",
    Role.DEVICE: "device",
    Role.DEVICES: "devices",
    Role.NODES: "nodes",
    Role.LINK: "link",
    Role.PRECISION: "precision",
    Role.MODEL: "model",
    Role.DATASET: "data set",
    Role.BATCH: "batch",
    Role.SEQUENCE: "sequence length",
    Role.PHASE: "phase",
    Role.EXPERIMENT: "experiment",
    Role.METRIC: "metric",
    Role.PARAMS: "parameters",
    Role.TOKENS: "tokens",
    Role.TENSOR: "tensor parallel",
    Role.PIPELINE: "pipeline parallel",
    Role.DATA: "data parallel",
    Role.EXPERT: "expert parallel",
    Role.ZERO: "ZeRO stage",
    Role.OPTIMIZER: "optimizer",
}
_STATED = {
    Reach.PHRASE: "stated beside it",
    Reach.SENTENCE: "stated in its sentence",
    Reach.ROW: "its row says so",
    Reach.COLUMN: "its column says so",
    Reach.CAPTION: "the caption says so",
    Reach.PARAGRAPH: "stated in its paragraph",
    Reach.SECTION: "the set-up of its section",
    Reach.PAPER: "the only set-up of the paper",
    Reach.DECLARED: "declared by the author",
}
_WITHIN = {
    Reach.PHRASE: "in its phrase",
    Reach.SENTENCE: "in its sentence",
    Reach.ROW: "in its row",
    Reach.COLUMN: "in its column",
    Reach.CAPTION: "in the caption",
    Reach.PARAGRAPH: "in its paragraph",
    Reach.SECTION: "in its section",
    Reach.PAPER: "in the paper",
}


_SHORT = {
    Reach.PHRASE: "beside it",
    Reach.SENTENCE: "sentence",
    Reach.ROW: "row",
    Reach.COLUMN: "column",
    Reach.CAPTION: "caption",
    Reach.PARAGRAPH: "paragraph",
    Reach.SECTION: "section",
    Reach.PAPER: "paper",
    Reach.DECLARED: "declared",
}


_ONLY = {
    Role.ENTITY: "one",
    Role.DEVICES: "number of devices",
    Role.NODES: "number of nodes",
    Role.BATCH: "batch size",
}


def how_text(bound: Bound, places: Places, *, in_table: bool = False) -> str:
    """How a binding is known: "the set-up of its section, eval.tex:3".

    Parameters
    ----------
    bound : Bound
    places : Places
    in_table : bool
        Whether the number stands in a table, which is what "paragraph" then means.
    """
    if bound.how is How.NONE:
        return NOT_KNOWN
    if bound.how is How.DECLARED or bound.reach is Reach.DECLARED:
        return _declared_at(bound, places)
    if bound.how is How.INFERRED:
        what = _ONLY.get(bound.role, ROLES[bound.role])
        near = in_table and bound.reach is Reach.PARAGRAPH
        words = f"inferred: the only {what} {'in its table' if near else _WITHIN[bound.reach]}"
    else:
        words = _STATED[bound.reach]
    at = places.number(bound.at) if bound.at is not None else None
    return f"{words}, {places.label(at)}" if at is not None else words


def _declared_at(bound: Bound, places: Places) -> str:
    """Where the author declares it: a comment, or ``tanaka.toml``."""
    pair = (bound.role.value, bound.value)
    for doc, givens in places.report.given.items():
        for item in givens.items:
            if pair in item.values:
                return f"declared, {places.label(Span(doc, item.at, item.start))}"
    if pair in places.report.defaults:
        return "declared in tanaka.toml"
    return _STATED[Reach.DECLARED]


def how_word(bound: Bound) -> str:
    """The same in a word, for a column: where it is stated, "inferred" or "declared"."""
    if bound.how is How.NONE:
        return NOT_KNOWN
    if bound.how is How.INFERRED:
        return "inferred"
    return _SHORT[Reach.DECLARED if bound.how is How.DECLARED else bound.reach]


def about_of(report: Report, number: Number) -> About:
    """What a number is bound to.  That it is itself ("8 GPUs" of a label "8 GPUs") says nothing."""
    found = report.about(number.id)
    entity = found.of(Role.ENTITY)
    twice = same_name(entity.value) if entity is not None else ""
    return About(
        tuple(
            b
            for b in found.bounds
            if not _is_itself(b, number) and (b.role is Role.ENTITY or same_name(b.value) != twice)
        )
    )


_BARE = re.compile(r"[-+−]?[\d.,\s]*\d")


def _is_itself(bound: Bound, number: Number) -> bool:
    if bound.role is not Role.ENTITY:
        return bound.at == number.id
    if bound.value == number.noun or _BARE.fullmatch(bound.value):
        return True  # the noun that is counted, and a row that is named by a number
    if number.noun and number.noun in bound.value and number.quantity.literal.text in bound.value:
        return True  # "201M parameters of the model"
    in_label = bound.reach in (Reach.ROW, Reach.COLUMN)
    return in_label and number.quantity.literal.text in bound.value and _labels(number)


def _labels(number: Number) -> bool:
    """Whether a number stands in the label of its row or column, and not in a cell under it."""
    context = dict(number.context)
    return "row" not in context or context["row"] == number.quantity.literal.text


NO_SUBJECT = (Role.METRIC, Role.PHASE)
"""Roles that say what was measured and when, but not of what."""
_RIVALS = (Role.ENTITY, Role.DEVICE, Role.MODEL)


@dataclass(frozen=True, slots=True)
class Near:
    """What the paragraph or table of a number names: the numbers in it, and the set-ups."""

    numbers: tuple[Number, ...] = ()
    mentions: tuple[Mention, ...] = ()


def near(paper: Paper, number: Number) -> Near:
    """What stands in the same block as a number."""
    around = stretch_with(paper, number)
    return Near(
        tuple(n for n in around.numbers if n.block == number.block),
        tuple(
            m for m in around.mentions if m.what in (NAMED, SET_UP) and _block(m) == number.block
        ),
    )


def stretch_with(paper: Paper, number: Number) -> Stretch:
    """The part of the paper that a number stands in, so that nobody looks through all of it."""
    name = stretch_of(number.id)
    return next(s for s in paper.stretches if s.name == name)


def all_near(paper: Paper) -> Mapping[str, Near]:
    """The same for every block at once."""
    numbers: dict[str, list[Number]] = {}
    mentions: dict[str, list[Mention]] = {}
    for n in paper.numbers:
        numbers.setdefault(n.block, []).append(n)
    for m in paper.mentions:
        if m.what in (NAMED, SET_UP):
            mentions.setdefault(_block(m), []).append(m)
    return {
        block: Near(tuple(found), tuple(mentions.get(block, ())))
        for block, found in numbers.items()
    }


def _block(mention: Mention) -> str:
    return mention.passage.rpartition(".")[0]


def about_said(number: Number, told: About, around: Near, places: Places) -> Iterator[Said]:
    """What a number is about, one thing a line, or that it is not known, and why."""
    in_table = number.where is Where.TABLE
    said = {
        b.role: Said(ROLES[b.role], b.value, how_text(b, places, in_table=in_table))
        for b in told.bounds
        if b.role is not Role.METRIC or b.value not in headline(number)
    }
    for role in _RIVALS:
        if role not in said and (why := _open(number, role, around)):
            said[role] = Said(ROLES[role], NOT_KNOWN, why)
    if all(role in NO_SUBJECT for role in said):
        said[Role.ENTITY] = Said(ROLES[Role.ENTITY], NOT_KNOWN)
    order = list(Role)
    yield from (said[role] for role in sorted(said, key=order.index))


def _open(number: Number, role: Role, around: Near) -> str:
    """Why a role is not known: "its paragraph names 2: A100, H100"; "" where no two vie."""
    if counted(number) or number.asserted is not Asserted.YES:
        return ""
    names: dict[str, str] = {}
    for value in _named(role, around):
        if not _BARE.fullmatch(value):
            names.setdefault(same_name(value), value)
    if role is Role.ENTITY:
        # A system and the part that it runs on do not vie.
        for other in (Role.DEVICE, Role.LINK, Role.MODEL):
            for value in _named(other, around):
                names.pop(same_name(value), None)
    if len(names) < 2:
        return ""
    listed = ", ".join(list(names.values())[:3]) + (", ..." if len(names) > 3 else "")
    where = "its table" if number.where is Where.TABLE else "its paragraph"
    return f"{where} names {len(names)}: {listed}"


def _named(role: Role, around: Near) -> Iterator[str]:
    for n in around.numbers:
        value = n.entity if role is Role.ENTITY else dict(n.context).get(role.value, "")
        if value and value != n.noun:
            yield value
    for mention in around.mentions:
        yield from (value for name, value in mention.settings if name == role.value)


# -- where it stands ----------------------------------------------------------------------------

_UNIT_FROM = {
    UnitFrom.COLUMN: "its column's header says so",
    UnitFrom.ROW: "its row's label says so",
    UnitFrom.CAPTION: "the caption says so",
}


def cell_of(paper: Paper, number: Number) -> tuple[Table, TableCell] | None:
    """The cell of a table that a number is the value of, with its table."""
    if number.where is not Where.TABLE:
        return None
    tables = stretch_with(paper, number).tables
    cells = ((t, cell) for t in tables for row in t.rows for cell in row)
    return next(((t, cell) for t, cell in cells if cell.number == number.id), None)


def standing_said(report: Report, number: Number, told: About) -> Iterator[Said]:
    """Where a number stands: its row and column, the list that it is one of, its name there."""
    found = cell_of(report.paper, number)
    context = dict(number.context)
    known = {b.value for b in told.bounds}
    for key in ("row", "column"):
        path: tuple[str, ...] = getattr(found[1], key) if found is not None else ()
        label = " / ".join(p for p in path if p) or context.get(key, "")
        if key == "row" and found is not None and _BARE.fullmatch(label):
            label = f"{found[0].header[0]} {label}".strip()
        if label and label not in known:
            yield Said(key, label)
    if found is not None and found[1].unit and found[1].unit_from in _UNIT_FROM:
        yield Said("unit", found[1].unit, _UNIT_FROM[found[1].unit_from])
    if context.get("symbol"):
        yield Said("symbol", context["symbol"], "its sentence writes it so")
    if number.series:
        whole = series.of(report, number)
        if whole is not None:
            label = "span" if whole.is_range else f"one of {len(whole.members)}"
            yield Said(label, series_text(whole))


# -- what is claimed of it ----------------------------------------------------------------------


_WAY = {Direction.HIGHER: "higher", Direction.LOWER: "lower", Direction.NONE: ""}
_SIDE = {Direction.HIGHER: "above it", Direction.LOWER: "below it", Direction.NONE: ""}
_LONGEST = 60  # of a condition: one that swallowed half its sentence tells nothing


def claims_said(paper: Paper, number: Number) -> Iterator[Said]:
    """What its sentence claims of a number: "StalePipe: higher throughput than 1F1B"."""
    for claim in statements_of(paper, number.id):
        words = claim_text(claim, paper)
        if words:
            yield Said("claim", words, ", ".join((claim.sort.value, *claim.hedge)))


def claim_text(claim: Statement, paper: Paper) -> str:
    """Who is compared with whom in what, as far as the sentence says; "" where it says nothing."""
    match claim.sort:
        case ClaimSort.SHARE:
            what = f"share of {claim.object}" if claim.object else ""
        case ClaimSort.BOUND:
            what = " ".join(w for w in (claim.metric, _SIDE[claim.direction]) if w)
        case _:
            way = _WAY[claim.direction]
            with_whom = f"{'than' if way else 'against'} {claim.object}" if claim.object else ""
            what = " ".join(w for w in (way, claim.metric, with_whom) if w)
    told = ": ".join(w for w in (claim.subject, what) if w)
    condition = claim.condition if len(claim.condition) <= _LONGEST else ""
    return ", ".join(w for w in (told, _ends(claim, paper), condition) if w)


def _ends(claim: Statement, paper: Paper) -> str:
    """The two values of a change: "from 391 to 483 sequences/s"."""
    old, new = (paper.by_id.get(i) if i is not None else None for i in (claim.old, claim.new))
    if old is None or new is None:
        return ""
    return f"from {_together((old.quantity, new.quantity), ' to ')}"


def _together(quantities: Sequence[Quantity], between: str) -> str:
    """Amounts behind one another; a unit that all of them have stands once."""
    shown = [value_text(q) for q in quantities]
    unit = quantities[-1].shown_unit
    if unit and all(q.shown_unit == unit for q in quantities):
        shown = [*(s.removesuffix(unit).rstrip() for s in shown[:-1]), shown[-1]]
    return between.join(shown)


# -- macros -------------------------------------------------------------------------------------


def macro_said(report: Report, span: Span, places: Places) -> Iterator[Said]:
    """The macro that holds a number, and where it is defined."""
    written = places.text(span)
    match = re.match(r"\s*\\([A-Za-z@]+)", written)
    if match is None:
        return
    at = _definition(report, match.group(1))
    if at is not None:
        yield Said("written", f"\\{match.group(1)}", f"defined in {places.label(at)}")


_DEFINES = re.compile(
    r"\\(?:(?:re|provide)?newcommand|(?:New|Renew|Provide|Declare)DocumentCommand|[gex]?def|let|newcommand)\*?\s*\{?\s*$"
)


def _definition(report: Report, name: str) -> Span | None:
    word = f"\\{name}"
    for doc in report.files:
        text = report.texts.get(doc, "")
        at = text.find(word)
        while at >= 0:
            behind = text[at + len(word) : at + len(word) + 1]
            if not behind.isalpha() and _DEFINES.search(text, max(0, at - 40), at):
                return Span(doc, at, at + len(word))
            at = text.find(word, at + 1)
    return None


def compact(report: Report, number: Number, places: Places) -> str:
    """The most telling of it in two sentences, to stand beside a derivation."""
    q, told = number.quantity, about_of(report, number)
    reach = _reach(q)  # its unit stands before it
    may_be = f"{reach} {interval_reason(q)}" if reach else "exact"
    said = [*about_said(number, told, near(report.paper, number), places)]
    said += [s for s in standing_said(report, number, told) if s.label != "unit"]
    words = "; ".join(
        (f"{s.label}: {s.value}" if s.value == NOT_KNOWN else f"{s.label} {s.value}")
        + (f" ({'inferred' if s.how.startswith('inferred') else s.how})" if s.how else "")
        for s in said
    )
    return f"{headline(number)}, {may_be}. {words[:1].upper()}{words[1:]}."


__all__ = [
    "KIND_NOT_KNOWN", "NOT_KNOWN", "NO_SUBJECT", "ROLES", "Near", "Said", "about_of", "about_said", "all_near",
    "amount", "base_text", "cell_of", "claim_text", "claims_said", "compact", "counted", "headline", "how_text", "how_word",
    "in_powers", "interval_said", "interval_text", "kind_text", "macro_said", "near", "per_text", "series_text",
    "standing_said", "value_text",
]  # fmt: skip
