"""Rows of a table that name a model and a width and state a size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.models import find_model
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.model import Asserted, Number, Paper, Physical, Table, TableCell
from tanaka.paper.physics.widths import widths
from tanaka.patterns import Lazy

_MODEL = Lazy(
    r"^\W*(?:(?:base |language )?models?|LLMs?|networks?|parameters|params|(?:model )?sizes?)\W*$",
    re.I,
)
_WIDTH = Lazy(r"^\W*(?:(?:weight |number |numeric |data )?(?:precision|format|d?types?)|bits|bit[- ]?width|quanti[sz]ation|widths?)\W*$", re.I)  # fmt: skip
_SIZE = Lazy(
    r"^\W*(?:(?P<weights>(?:weights?|param(?:eter)?s?)(?: (?:size|memory|footprint|storage))?)|(?P<checkpoint>(?:(?:model |checkpoint |file |disk )?size|checkpoint|model|storage))|"
    r"(?P<runs>(?:GPU |model )?(?:memory|footprint|VRAM)))\W*(?:[\[(]?\s*[KMGT]i?B\s*[\])]?)?\W*$",
    re.I,
)
# Of a share, of less than a model, or of more than weights.
_NOT = Lazy(
    r"\b(?:per|each|every)[ -](?:GPU|device|rank|node|card|layer|stage|expert)s?\b|/(?:GPU|device)\b|\bshard\w*|\bparallel\w*|\bQ?LoRA\b|\badapters?\b|\bprun\w+|\bspars\w+|\bKV\b|\bcaches?\b|\bactivations?\b|\btrain\w*|\bfine-?tun\w*|"
    r"\bpeak\b|\bdraft\w*|\bembeddings?\b|\bbatch\b|\bcompress\w*|\bexperts?\b|\blayers?\b|\bmixed\b|\boff-?load\w*|\bsav\w+|\breduc\w+|\bgrad\w*",
    re.I,
)
_COUNT = Lazy(r"^\W*(?:\d+(?:\.\d+)?)\s?B\W*$")


def sized_rows(paper: Paper) -> Iterator[Physical]:
    """Claims of all rows of tables with one column for each of model, width and size."""
    for table in paper.tables:
        if _NOT.search(table.caption):
            continue
        columns = [[c for c, h in enumerate(table.header) if p.search(h)] for p in (_WIDTH, _SIZE)]
        models = [c for c, h in enumerate(table.header) if _MODEL.search(h) and not _bytes(paper, table, c)]  # fmt: skip
        size = [c for c in columns[1] if _bytes(paper, table, c)]
        if len(models) == len(columns[0]) == len(size) == 1:
            yield from _rows(paper, table, models[0], columns[0][0], size[0])


def _bytes(paper: Paper, table: Table, c: int) -> bool:
    """Whether the numbers of a column are sizes."""
    found = [paper.number(n) for row in table.rows if c < len(row) and (n := row[c].number)]
    return bool(found) and all(n.quantity.unit == "byte" for n in found)


def _rows(paper: Paper, table: Table, model: int, width: int, size: int) -> Iterator[Physical]:
    head = _SIZE.search(table.header[size])
    kind = head.lastgroup if head is not None else None
    for row in table.rows:
        if len(row) <= max(model, width, size) or any(_NOT.search(c.text) for c in row):
            continue
        number, said = row[size].number, widths(_words(table, row[width], width))
        if number is None or len(said) != 1 or row[size].also or row[size].uncertainty:
            continue
        stated = paper.number(number)
        claim = _claim(paper, row[model], stated, said[0].name, kind or "checkpoint")
        if claim is not None:
            yield claim


def _words(table: Table, cell: TableCell, width: int) -> str:
    """A width as a text says it: "8" of a column of bits is "8-bit"."""
    bare = cell.text.strip(" $")
    return f"{bare}-bit" if re.search(r"\bbits?\b|\bbit-?width\b", table.header[width], re.I) and bare.isdigit() else cell.text  # fmt: skip


def _claim(paper: Paper, cell: TableCell, stated: Number, width: str, kind: str) -> Physical | None:
    if stated.asserted is not Asserted.YES or not stated.quantity.bounded:
        return None
    named = [e.name for e in entities(cell.text) if e.kind is EntityKind.MODEL]
    public = len(named) == 1 and find_model(named[0]) is not None
    counted = cell.number is not None and _COUNT.search(cell.text) is not None
    if not public and not counted:
        return None
    given = (("params", cell.number),) if counted and cell.number is not None else ()
    names: tuple[tuple[str, str], ...] = (
        ("kind", "model" if kind == "runs" else kind),
        ("precision", width),
    )
    names += (("model", named[0]),) if public else ()
    cues = frozenset({"label", "weights"} | ({"runs"} if kind == "runs" else set()))
    # a caption, or the text, may say more of what a column has: nothing is proven
    return Physical("footprint", stated.id, given, names, (), frozenset({"table"}), cues, stated.asserted)  # fmt: skip
