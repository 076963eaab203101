"""What is known of a part, and of a model's shape: every number with its source."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

from hwmodels.catalog import Accelerator, Sourced, sources
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.views.calculation import Calculation, Row

_NAMES = {
    "capacity": "memory, at most",
    "bandwidth": "memory bandwidth",
    "link": "link, one direction",
    "link_total": "link, both directions",
    "tdp": "power limit",
    "clock_spec": "clock of the peaks",
    "clock_max": "highest clock",
    "node": "process",
    "reachable": "memory beyond its own",
    "published": "parameters, as printed",
}


def _row(name: str, number: Sourced) -> Row:
    known = sources()
    source = known[number.source].title if number.source in known else number.source
    text = number.note
    sparse = getattr(number, "sparse", None)
    if sparse:
        text = "; ".join(t for t in (f"sparse {sparse / 1e12:,g} T{number.unit.replace('op', 'OP')}", text) if t)  # fmt: skip
    conditions = getattr(number, "conditions", "")
    text = "; ".join(t for t in (text, conditions) if t)
    # A year is a number of the calendar: 2,020 would be a count.
    unit = number.unit
    if unit == "year":
        return Row(name, math.nan, math.nan, unit, f"{number.value:.0f}", source, number.verified)
    return Row(name, number.value, number.value, unit, text, source, number.verified)


def _rows(thing: Any, prefix: str = "") -> list[Row]:
    """Every number with a source that a record holds, in the order of its fields."""
    found: list[Row] = []
    for f in fields(thing):
        value = getattr(thing, f.name)
        name = _NAMES.get(f.name, f.name.replace("_", " "))
        if isinstance(value, Sourced):
            found.append(_row(prefix + name, value))
        elif isinstance(value, str | bytes):
            continue
        elif hasattr(value, "items"):
            word = {"peak": "dense", "measured": "measured"}.get(f.name, name)
            found += [_row(f"{word} {k}", v) for k, v in value.items() if isinstance(v, Sourced)]
        elif is_dataclass(value) and not isinstance(value, type):
            found += _rows(value, f"{name}, ")
    return found


def _part(given: Given) -> Calculation:
    typed = given.word("name")
    several = named.parts(typed)
    rows: list[Row] = []
    for part in several:
        rows.append(_words(part))
        rows += _rows(part)
    what = several[0].name if len(several) == 1 else f"{typed}: one of {len(several)} variants"
    return Calculation("part", what, None, rows=tuple(rows))


def _words(part: Accelerator) -> Row:
    about = f"{part.vendor}, {part.form}, {part.memory}, PCIe {part.pcie}"
    return Row(part.id, math.nan, math.nan, "", about)


def _shape(given: Given) -> Calculation:
    found = named.model(given.word("name"))
    rows = _rows(found)
    for name, words in (
        ("parameters", "from the shape"),
        ("active parameters", "that one token goes through"),
    ):
        value = getattr(found, name.replace(" ", "_"), None)
        if isinstance(value, int | float):
            rows.append(Row(name, float(value), float(value), "parameter", words))
    if hasattr(found, "kv_bytes"):
        cache = found.kv_bytes(2)
        rows.append(
            Row("cache of a position", cache, cache, "byte/token", "keys and values in 16 bits")
        )
    return Calculation("shape", found.name, None, rows=tuple(rows))


CALCULATORS = {
    "part": Calculator(
        "part",
        "Specification of an accelerator, of every variant that a name may mean, with sources",
        (Argument("name", "", "of the part: A100-80GB", required=True),),
        _part,
        ("A100-80GB",),
        positional=True,
    ),
    "shape": Calculator(
        "shape",
        "Shape of a public model, with sources, and what follows from it",
        (Argument("name", "", "of the model: llama-2-7b", required=True),),
        _shape,
        ("llama-2-7b",),
        positional=True,
    ),
}
