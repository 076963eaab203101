"""Savings of memory in tables: the technique of a line, and a column of factors or percentages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.saving import ADAM, FORMAT, HEADS, OBJECTS, TOGETHER, ZERO
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.table_lines import Entry, Line, asserted, lines, plain

_FACTOR = Lazy(r"\b(?:reduc\w+|sav\w+|compress\w+|shr[iu]nk\w*|smaller|less|ratio|factor)\b", re.I)
_BY = Lazy(r"\b(?:reduc\w+|sav\w+|decreas\w+|less|lower)\b", re.I)
_MEMORY = Lazy(r"\bmemory\b|\bfootprint\b|\b(?:model|cache|state|weight|storage)s?[- ]?size\b|\bstorage\b|\bbytes\b|\bcompression (?:ratio|rate|factor)\b|\bcache\b|\bstates?\b|\bweights?\b", re.I)  # fmt: skip
_OTHER = Lazy(
    r"\b(?:communicat\w+|traffic|volume|throughput|speed\w*|faster|latency|time|cost\w*|energy|power|bandwidth|FLOPs?|compute|accuracy|error|perplexity|PPL|area|batch|context|"
    r"sequence|trainable|access\w*|reads?|writes?|transfer\w*|peak|GPUs saved|devices saved)\b",
    re.I,
)
_DEVICES = Lazy(r"^\W*(?:#|no\.?|num(?:ber)?)?\s*(?:of\s)?(?:GPUs?|devices|ranks|workers|replicas|DP|data[- ]parallel\w*(?:\s(?:degree|size|ways?))?|N_?d)\W*$", re.I)  # fmt: skip
_BITS = Lazy(r"^\W*(?:bits?|bit[- ]?width|#?\s?bits|(?:weight |KV )?precision \(bits\))\W*$", re.I)
_HEADS_OF = Lazy(r"^\W*#?\s?(?:query |Q |attention )?heads\W*$", re.I)
_KV_HEADS = Lazy(r"^\W*#?\s?(?:KV|key-value|kv)[- ](?:heads|groups)\W*$", re.I)
_HALF = 16.0
_EXCUSES = ("offload", "adapter", "sparsity", "compression", "experts", "early-exit")

Technique = tuple[str, tuple[tuple[str, NumberId], ...], tuple[tuple[str, float], ...]]


def saving_rows(paper: Paper) -> Iterator[Physical]:
    """Savings that lines of tables state of one technique, as claims that prove nothing."""
    if machine.excuses(paper, *_EXCUSES):
        return
    for table in paper.tables:
        said = " ".join((table.caption, *table.header, *table.stubs))
        if TOGETHER.search(said) or not _FACTOR.search(said):
            continue
        found = tuple(lines(paper, table))
        for line in found:
            for entry in line.entries:
                claim = _claim(table, line, entry, found)
                if claim is not None:
                    yield claim


def _claim(table: Table, line: Line, entry: Entry, rows: tuple[Line, ...]) -> Physical | None:
    label, number = entry.label, entry.number
    form = _form(label, number)
    if not form or _OTHER.search(label) or entry.cell.also:
        return None
    if not _MEMORY.search(label) and (not _MEMORY.search(table.caption) or _OTHER.search(table.caption)):  # fmt: skip
        return None
    technique = _technique(line, entry, rows)
    if technique is None:
        return None
    objects = frozenset(n for n, p in OBJECTS.items() if p.search(f"{label} | {table.caption}"))
    objects = (objects - {"memory"}) or objects
    if len(objects) != 1:
        return None
    name, given, counted = technique
    return Physical(
        "saving", number.id, given, (("technique", name), ("form", form)), counted, frozenset({"table"}),
        frozenset(f"of-{n}" for n in objects), asserted(number),
    )  # fmt: skip


def _form(label: str, number: Number) -> str:
    """Whether a number is a factor or a share that is saved; "" for neither."""
    if not plain(number, "1"):
        return ""
    shown = number.quantity.shown_unit
    if shown == "%":
        return "by" if _BY.search(label) and not re.search(r"\brelative\b|\bof\b|\bto\b", label) else ""  # fmt: skip
    return "factor" if shown == "×" and _FACTOR.search(label) else ""


def _technique(line: Line, entry: Entry, rows: tuple[Line, ...]) -> Technique | None:
    """What saves, with what it is computed from; None where a line names none, or two."""
    text = line.said
    stages = {m.group(1) or m.group(2) or "3" for m in ZERO.finditer(text)}
    adam = {m.group(1).lower() for m in ADAM.finditer(text)}
    heads = HEADS.search(text)
    bits = _bits(line)
    if bool(stages) + bool(adam) + bool(heads) + bool(bits) != 1:
        return None
    if len(stages) == 1:
        at = line.only(_DEVICES, _counts)
        return (f"ZeRO-{stages.pop()}", (("devices", at.id),), ()) if at is not None else None
    if len(adam) == 1:
        width = {"8": 8.0, "eight": 8.0, "4": 4.0, "four": 4.0}[adam.pop()]
        return "low-bit Adam", (), (("bits", width),)
    if heads:
        kv, query = line.only(_KV_HEADS, _counts), line.only(_HEADS_OF, _counts)
        if kv is None or query is None:
            return None
        return "grouped queries", (("kv", kv.id), ("heads", query.id)), ()
    if len(bits) == 1 and (low := min(bits)) < _HALF:
        base = _base(entry, rows)
        return "quantisation", (), (("bits", low), *((("from", base),) if base else ()))
    return None


def _bits(line: Line) -> set[float]:
    at = line.only(_BITS, lambda n: plain(n, "1", 1.0) or plain(n, "bit", 1.0))
    found = {at.quantity.point} if at is not None else set()
    for m in FORMAT.finditer(line.said):
        word = m.group(1) or m.group(2)
        found.add(float(word) if word else {"half": 16.0, "full": 32.0, "single": 32.0}.get((m.group(3) or "").lower(), 1.0))  # fmt: skip
    return found


def _base(entry: Entry, rows: tuple[Line, ...]) -> float | None:
    """Bits of the line that a column's savings are over: that of one, or of no percent."""
    found = set()
    for line in rows:
        for e in line.entries:
            one = e.label == entry.label and e.number.quantity.point == (0.0 if e.number.quantity.shown_unit == "%" else 1.0)  # fmt: skip
            if one:
                found |= _bits(line)
    return found.pop() if len(found) == 1 and min(found) >= _HALF else None


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer()
