"""Caches of a token, in a sentence or a table, against the layers and heads that the paper states for its cache.

The shape stands elsewhere, so nothing is proven; and a width that is not named beside the size may be
the narrowest that caches are kept in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from hwmodels.decode import kv_bytes_per_position
from hwmodels.models import find_model
from tanaka.paper.model import Asserted, Number, NumberId, Paper, Physical, SectionId, Table, Where
from tanaka.paper.physics.widths import widths
from tanaka.paper.reads import query
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.rules import machine
from tanaka.rules.api import Assumption, Computed, Step
from tanaka.rules.derivation import Derivation
from tanaka.rules.memory.expected import Expected, Reading
from tanaka.rules.memory.sizes import size

_NARROWEST = "2 bits"
_CACHE = Lazy(r"\b(?:KV|K/V|key[- ]value)\b|\bcache of keys\b", re.I)
_ABOUT = Lazy(r"\b(?:KV|key[- ]value|cach\w+|contexts?)\b", re.I)
_COLUMN = Lazy(r"\b(?:[KM]?i?B|bytes?|size|memory|cache)\s?(?:/|per|a)\s?token\b", re.I)
_PART = Lazy(r"\b(?:layer|head|GPU|device|saving|reduction|effective)s?\b|%", re.I)
_SAID = ("layers", "heads", "head size")


def token_caches(paper: Paper) -> Iterator[Physical]:
    """Sizes of a token's cache that no shape stands beside, with the paper's own."""
    claims = paper.physical("token-cache")
    tables = [t for t in paper.tables if _CACHE.search(t.caption)]
    if not claims and not tables:
        return
    shape = _shape(paper)
    if shape is None:
        return
    titles = {s.id: s.title for s in paper.sections}
    for c in claims:
        here = titles.get(paper.number(c.number).section, "")
        if c.asserted is Asserted.YES and ("cache" in c.cues or _ABOUT.search(here)):
            yield _claim(shape, c.number, c.name("precision"), c.asserted)
    for table in tables:
        yield from _rows(paper, table, shape)


def _rows(paper: Paper, table: Table, shape: tuple[NumberId, ...]) -> Iterator[Physical]:
    """The widest of the rows that name one width, in a column of bytes a token: the others follow it."""
    columns = [c for c, h in enumerate(table.header) if _COLUMN.search(h) and not _PART.search(h)]
    if len(columns) != 1 or _PART.search(table.caption):
        return
    found = []
    for row in table.rows:
        cell = row[columns[0]] if columns[0] < len(row) else None
        said = widths(row[0].text) if row else ()
        if cell is None or cell.number is None or cell.also or len(said) != 1:
            continue
        number = paper.number(cell.number)
        if number.quantity.unit == "byte" and number.asserted is Asserted.YES:
            found.append((said[0], number))
    if found:
        width, number = max(found, key=lambda f: f[0].bits)
        yield _claim(shape, number.id, width.name, number.asserted)


def _claim(shape: tuple[NumberId, ...], number: NumberId, precision: str, told: Asserted) -> Physical:  # fmt: skip
    given = tuple(zip(("layers", "kv", "head"), shape, strict=True))
    named = (("kind", "cache-token"), ("precision", precision or _NARROWEST))
    far = frozenset({"layers", "kv", "head"} | (set() if precision else {"precision"}))
    return Physical("footprint", number, given, named, (), far, frozenset({"of-paper"}), told)


@query
def _shape(paper: Paper) -> tuple[NumberId, ...] | None:
    """Layers, heads and head size of one section about the cache, where every head keeps its own."""
    if machine.excuses(paper, "fewer-keys"):
        return None
    own = [n for n in paper.numbers if n.where is not Where.RELATED]
    for name in {dict(n.context).get("model", "") for n in own} - {""}:
        model = find_model(name)
        if model is not None and model.kv_heads.value != model.heads.value:
            return None
    found: dict[tuple[SectionId, str], list[Number]] = {}
    for n in paper.numbers:
        called = dict(n.context).get("said", "")
        if called in _SAID and n.asserted is Asserted.YES and n.quantity.bounded:
            found.setdefault((n.section, called), []).append(n)
    values = {called: {n.quantity.point for (_, c), ns in found.items() if c == called for n in ns} for called in _SAID}  # fmt: skip
    if any(len(v) != 1 for v in values.values()):
        return None
    titles = {s.id: s.title for s in paper.sections}
    for section in {s for s, _ in found}:
        if _CACHE.search(titles.get(section, "")) and all((section, c) in found for c in _SAID):
            return tuple(found[section, c][0].id for c in _SAID)
    return None


def of_paper(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    """What a token's cache takes at the least, or in the width that its row or sentence names."""
    ids = [claim.at(role) for role in ("layers", "kv", "head")]
    if None in ids:
        return None
    layers, heads, head = (
        d.stated(label, id, symbol=symbol, exact=True, inferred="stated for the cache elsewhere")
        for label, id, symbol in zip(("layers", "heads", "head size"), ids, ("l", "k", "d"), strict=True)
        if id is not None
    )  # fmt: skip
    found = widths(claim.name("precision"))
    if not found:
        return None
    width = found[0].bits / 8
    said = "precision" not in claim.far
    origin = Computed(f"{found[0].name}, as stated") if said else Assumption("2-bit elements, the narrowest of caches")  # fmt: skip
    e = d.known("width of an element", width, "byte", origin, shown=f"{width:g} B", symbol="e")
    value = kv_bytes_per_position(layers.value, heads.value, head.value, width)
    text = f"2 × {layers.value:.0f} × {heads.value:.0f} × {head.value:.0f} × {e.shown}"
    total: Step = d.computed("cache of a token", "byte", text, kv_bytes_per_position, layers, heads, head, e,
                             reference=kv_bytes_per_position.source, shown=size(value, 4), symbol="M")  # fmt: skip
    # the widest that a cache is kept in, where none is named
    high = value * (found[0].most / found[0].bits if said else 4.0 / width)
    stated = paper.number(claim.number).quantity.point
    count = math.floor(heads.value * stated / value)
    other = (Reading(Interval(value / 2, high / 2), "keys alone are counted"),)
    only_if = f"keys and values of at most {count} of the {heads.value:.0f} heads are kept" if count >= 1 else "most of the keys and values are dropped"  # fmt: skip
    operands = tuple(i for i in ids if i is not None)
    return Expected(total, (Reading(Interval(value, high), ""),), other, only_if, False, False, "the stated heads", operands)  # fmt: skip
