"""Rows of tables that state a rate of FLOPs, with the part and the format that they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.model import Number, Paper, Physical, Table, TableCell
from tanaka.paper.physics.utilization import CUES
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_RATE = Lazy(r"\b[TPG]?FLOPs?\b|\b[TPG]?FLOP/s|\b(?:tera|peta)FLOP", re.I)
_NO_RATE = Lazy(
    r"\bpeak\b|\btheor|\bpercent|%|\butili|\bMFU\b|\bHFU\b|\bPF-?days?\b|\btoken|\bspeed|\btotal FLOPs\b|\btraining FLOPs\b|/\s?(?:J|W)\b|\bper watt",
    re.I,
)
_BARE = Lazy(r"\W*(?:(?:achieved|model|measured) )?[TP]FLOPs?\W*", re.I)
_PEAK = Lazy(r"\b(?:theoretical |dense )?peak\b|\btheoretical\b", re.I)
_MFU = Lazy(r"\bMFU\b|\bmodel FLOPs? utili", re.I)
_HFU = Lazy(r"\bHFU\b|\bhardware FLOPs? utili", re.I)
_OF_PEAK = Lazy(r"(?:%|percent\w*)\s*(?:of\s)?(?:the\s)?(?:theoretical\s|hardware\s)?peak\b(?! mem)|^\s*(?:FLOPs?|compute|peak FLOP/?s?) utili[sz]ation", re.I)  # fmt: skip
# A part and its memory as scripts write them: "a100_80gb".
_SLUG = Lazy(
    r"(?<![A-Za-z0-9_])[a-z]{1,3}\d{1,4}[a-z]?(?:_(?:sxm\d?|pcie|nvl|\d{2,3}gb))+(?![A-Za-z0-9_])"
)
_EACH = Lazy(r"\bper (?:GPU|device|chip|accelerator|card|core)\b|/\s?(?:GPU|device|chip|accelerator|card)\b|\beach\b", re.I)  # fmt: skip
# A caption that says of what the rates are: "TFLOP/s are per GPU", "model TFLOP/s of each GPU", "all figures per device".
_EACH_BY_CAPTION = Lazy(
    r"\b(?:[TP]FLOPs?(?:/s)?|FLOP/s|[Rr]ates?|[Ff]igures|[Vv]alues|[Nn]umbers|[Tt]hroughputs?)\b[^.;:]{0,48}?\b(?:per|of (?:one|each|a|every|a single)|for (?:one|each|a|every)|on (?:one|each|a single)|by each)\s(?:[A-Z]+\d+\w*\s)?(?:GPU|device|chip|accelerator|card)\b|"
    r"\b(?:[Tt]hroughputs?|[Rr]ates?|[Pp]erformance|GEMMs?|[Kk]ernels?|TFLOP/s|[Ff]igures|[Vv]alues)\b[^.;:,]*?\b(?:per|on (?:one|a single)|of (?:one|a single)) (?:[A-Z]+\d+\w*\s)?(?:GPU|device|chip|accelerator|card)\W*$"
)
_ALL = Lazy(r"\b(?:total|aggregate|cluster|system|all)\b", re.I)
_COUNT = Lazy(r"^\W*(?:#|no\.|num(?:ber)?)?\s*(?:of\s)?(?:GPUs?|devices|chips|accelerators|A100s?|H100s?|V100s?)\W*$", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A rate of a row, and what stands beside it.

    Attributes
    ----------
    rate : Number
    mfu, hfu, of_peak, peak, devices : Number or None
        Utilisations, the peak's own value, and the count of devices.
    each : bool
        Whether the column says that the rate is of one device.
    whole : bool
        Whether it says that it is of all.
    device, precision : str
        As the row, else the caption, names them; "" where neither does, or two are named.
    cues : frozenset of str
    """

    rate: Number
    mfu: Number | None
    hfu: Number | None
    of_peak: Number | None
    peak: Number | None
    devices: Number | None
    each: bool
    whole: bool
    device: str
    precision: str
    cues: frozenset[str]


def rows(paper: Paper) -> Iterator[tuple[Table, tuple[Row, ...]]]:
    """Tables with one column of rates, row by row."""
    for table in paper.tables:
        if any(_RATE.search(h) for h in table.header):
            found = tuple(r for cells in table.rows if (r := _row(paper, table, cells)) is not None)
        elif any(_RATE.search(s) for s in table.stubs):
            found = tuple(r for cells in _columns(table) if (r := _row(paper, table, cells)) is not None)  # fmt: skip
        else:
            continue
        if found:
            yield table, found


def _columns(table: Table) -> Iterator[tuple[TableCell, ...]]:
    """The columns of a table whose rows name what is measured, with the labels turned."""
    for c in range(1, len(table.header)):
        cells = [(row[0].text, row[c]) for row in table.rows if len(row) > c]
        yield tuple(replace(cell, column=(label, *cell.row[1:]), row=cell.column) for label, cell in cells)  # fmt: skip


def _row(paper: Paper, table: Table, cells: tuple[TableCell, ...]) -> Row | None:
    rates: list[tuple[Number, str]] = []
    bare: list[tuple[Number, str]] = []
    named: dict[str, list[Number]] = {}
    for cell in cells:
        if cell.number is None:
            continue
        number = paper.number(cell.number)
        label = " ".join(cell.column)
        share = number.quantity.shown_unit == "%"
        if share:
            sort = "hfu" if _HFU.search(label) else "mfu" if _MFU.search(label) else "of_peak" if _OF_PEAK.search(label) else ""  # fmt: skip
        elif number.quantity.unit in ("FLOP/s", "FLOP"):
            if _PEAK.search(label) and not _EACH.search(label.lower().replace("peak", "")):
                sort = "peak"
            elif _RATE.search(label) and not _NO_RATE.search(label):
                sort = ""
                if number.quantity.unit == "FLOP/s" or _EACH.search(label):
                    rates.append((number, label))
                elif _BARE.fullmatch(label):
                    bare.append((number, label))
            else:
                sort = ""
        else:
            sort = "devices" if _COUNT.search(label) else ""
        if sort:
            named.setdefault(sort, []).append(number)
    if not rates and len(bare) == 1 and named.keys() & {"mfu", "hfu"}:
        rates = bare  # "Model TFLOP" beside an MFU: those of a second
    if len(rates) != 1 or any(len(v) > 1 for v in named.values()):
        return None
    rate, label = rates[0]
    said = " | ".join(dict.fromkeys([*(c.text for c in cells), *(w for c in cells[:1] for w in c.row)]))  # fmt: skip
    one = {name: values[0] for name, values in named.items()}
    cues = {
        n for n, p in CUES.items() if p.search(f"{table.caption} {said} {' '.join(table.header)}")
    }
    if rates is bare:
        cues.add("bare")
    cues -= {"mixed"} if "mixed" in cues and "FP8" not in table.caption + said else set()
    return Row(
        rate, one.get("mfu"), one.get("hfu"), one.get("of_peak"), one.get("peak"), one.get("devices"),
        bool(_EACH.search(label)) or rates is bare or (not _ALL.search(label) and bool(_EACH_BY_CAPTION.search(table.caption))), bool(_ALL.search(label)), _part(said, table.caption), _format(said, table.caption), frozenset(cues),
    )  # fmt: skip


def _part(*texts: str) -> str:
    for text in texts:
        text = _SLUG.sub(lambda m: m.group().replace("_", " ").upper(), text)
        found = {same_name(e.name): e.name for e in entities(text) if e.kind is EntityKind.DEVICE}
        if found:
            return next(iter(found.values())) if len(found) == 1 else ""
    return ""


def _format(*texts: str) -> str:
    for text in texts:
        found = precision_names(text.replace("_", " "))
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def as_claims(paper: Paper, table: Table, found: tuple[Row, ...]) -> Iterator[Physical]:
    """The shares of a table as claims of utilisation."""
    del table, paper
    for r in found:
        shares = [(n, k) for n, k in ((r.mfu, "MFU"), (r.hfu, "HFU"), (r.of_peak, "peak")) if n is not None]  # fmt: skip
        if not shares:
            continue
        number, kind = shares[0]
        given = [("rate", r.rate.id)]
        if len(shares) > 1:
            given.append(("other", shares[1][0].id))
        if r.peak is not None:
            given.append(("peak", r.peak.id))
        if r.devices is not None and not r.each:
            given.append(("devices", r.devices.id))
        named = [("kind", kind)]
        if r.device:
            named.append(("device", r.device))
        if r.precision:
            named.append(("precision", r.precision))
        counted = (("devices", 1.0),) if r.each else ()
        yield Physical(
            "utilization", number.id, tuple(given), tuple(named), counted, frozenset(),
            frozenset({*r.cues - {"recompute"}, "claimed", "table"}), number.asserted,
        )  # fmt: skip
