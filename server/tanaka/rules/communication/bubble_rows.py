"""Bubbles in tables: share and micro-batches of the line, stages of the line or of the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Number, NumberId, Paper, Physical
from tanaka.paper.physics.bubble import schedule_words
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Entry, Line, asserted, lines, plain

_BUBBLE = Lazy(r"\bbubbles?\b|^\W*(?:pipeline\s)?idle(?:ness)?(?:\s(?:time|share|fraction))?\W*(?:\(%\)|%)?\W*$", re.I)  # fmt: skip
_NOT_A_SHARE = Lazy(r"\b(?:time|ms|reduction|saved|saving|change|vs|over|relative|memory|gain|before|after|measured|naive|original|filled|saves?)\b|\bs\W*$", re.I)  # fmt: skip
_MICRO = Lazy(
    r"^\W*(?:#|no\.?|num(?:ber)?\.?)?\s*(?:of\s)?micro-?\s?batches\b(?!\s(?:size|in seq))|^\W*[mM]\W*$|\baccumulation steps\b",
    re.I,
)
_STAGES = Lazy(
    r"^\W*(?:#|no\.?|num(?:ber)?\.?)?\s*(?:of\s)?(?:pipeline\s)?stages\W*$|^\W*(?:p|PP)\W*$|^\W*pipeline (?:depth|degree|size|stages)\b",
    re.I,
)
_CHUNKS = Lazy(r"^\W*(?:#\s?)?(?:model\s)?chunks\b|^\W*(?:v|VPP)\W*$|\bvirtual stages\b", re.I)
_CHUNKS_IN = Lazy(r"\b(?P<n>two|three|four|eight|\d{1,2})\s?(?:-way\s)?(?:model\s|virtual\s)?(?:chunks|stages)\b|\bv\s?=\s?(?P<v>\d{1,2})\b", re.I)  # fmt: skip
_HEAD = Lazy(r"\b(?P<what>micro-?\s?batches|stages|chunks|[mpv])\s?[=:|,]?\s?(?P<n>\d{1,4})\b|\b(?P<k>\d{1,4}) (?P<of>micro-?\s?batches|stages|chunks)\b", re.I)  # fmt: skip
"""A count in a label: "m = 8", "8 micro-batches", "Micro-batches 8"."""
_INTEGER = Lazy(r"\d{1,4}")
_MEASURED = Lazy(r"\b(?:measured|profiled|observed)\b", re.I)
_ALL_BUBBLES = Lazy(r"(?:\w+\s){0,2}?(?:pipeline\s)?(?:bubbles?|idle)\b", re.I)
_ROLES: dict[str, tuple[Lazy, tuple[str, ...]]] = {
    "stages": (_STAGES, ("stage", "pp")),
    "micro": (_MICRO, ("micro-batch",)),
    "chunks": (_CHUNKS, ()),
}
_SCHEDULES = {"plain", "interleaved", "zero", "asynchronous"}
_OURS = Lazy(r"\b(?:ours?|proposed|this work)\b", re.I)
_WORDS = {"two": 2.0, "three": 3.0, "four": 4.0, "eight": 8.0}


def bubble_rows(paper: Paper) -> Iterator[Physical]:
    """Claims of all lines of tables that state a bubble beside its micro-batches."""
    for table in paper.tables:
        if not any(_BUBBLE.search(label) for label in (table.caption, *table.header, *table.stubs)):
            continue
        for line in lines(paper, table):
            for entry in line.entries:
                claim = _claim(paper, line, entry)
                if claim is not None:
                    yield claim


def _claim(paper: Paper, line: Line, entry: Entry) -> Physical | None:
    table = line.table
    own = _BUBBLE.search(entry.label) or _BUBBLE.search(line.name)
    # "Bubble by stages and micro-batches": all cells are bubbles
    if not own and not (_ALL_BUBBLES.match(table.caption) and _HEAD.search(entry.label)):
        return None
    if _NOT_A_SHARE.search(entry.label) or _MEASURED.search(table.caption):
        return None
    several = [e for e in line.entries if _BUBBLE.search(e.label)]
    if len(several) > 1 and not schedule_words(entry.label) & _SCHEDULES:
        return None  # bubbles side by side are of two schedules
    q = entry.number.quantity
    percent = q.shown_unit == "%"
    if not percent or not q.bounded or entry.cell.also:
        return None
    roles: dict[str, NumberId | float] = {}
    for role, (label, nouns) in _ROLES.items():
        told = _role(paper, line, entry, label, nouns)
        if told is not None:
            roles[role] = told
    if "micro" not in roles:
        return None
    said = f"{line.said} | {entry.label}"
    cues = schedule_words(said)
    if "chunks" not in roles and "interleaved" in cues and (in_words := _CHUNKS_IN.search(said)):
        word = (in_words["n"] or in_words["v"]).lower()
        roles["chunks"] = _WORDS.get(word) or float(word)
    if not cues & _SCHEDULES:
        if _OURS.search(line.said) or any(schedule_words(o) & _SCHEDULES for o in line.others):
            return None  # beside rows that name theirs, a schedule of its own
        cues |= schedule_words(table.caption)
    given = tuple((role, at) for role, at in roles.items() if not isinstance(at, float))
    counted = tuple((role, n) for role, n in roles.items() if isinstance(n, float))
    # a caption, or the text, may say more of what a column has: nothing is proven
    return Physical(
        "bubble", entry.number.id, given, (), counted, frozenset({"table"}), cues,
        asserted(entry.number, *(paper.number(i) for _, i in given)),
    )  # fmt: skip


def _count(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer()


def _role(
    paper: Paper, line: Line, entry: Entry, label: Lazy, nouns: tuple[str, ...]
) -> NumberId | float | None:
    """A count of the line, of the head of a column, or the only one of its sort in the caption."""
    own = line.only(label, _count)
    if own is not None or any(label.search(e.label) for e in line.entries if e is not entry and not _HEAD.search(e.label)):  # fmt: skip
        return own.id if own is not None else None
    table = line.table
    corner = table.header[0] if table.header else ""
    if label.search(corner):  # the labels of the lines are counts: "Micro-batches | 4 | 8 | 16"
        return float(line.name) if _INTEGER.fullmatch(line.name.strip()) else None
    for text in (entry.label, line.said):
        heads = {
            m["n"] or m["k"] for m in _HEAD.finditer(text) if label.search(m["what"] or m["of"])
        }
        if heads:
            return float(heads.pop()) if len(heads) == 1 else None
    found = [n for n in (paper.number(i) for i in table.stated) if n.noun in nouns and _count(n)]
    return found[0].id if len(found) == 1 else None
