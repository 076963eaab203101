"""Training state of tables: a column, or a row, for each stage of ZeRO."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.latex.plain import CITE
from tanaka.paper.model import BACKGROUND, Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.sharded import STAGE, degrees
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, plain

_STATE = Lazy(r"\b(?:(?:training|model|optimi[sz]er)[- ]states?|states? (?:per|of|in|on)|bytes per parameter)\b", re.I)  # fmt: skip
_OTHER = Lazy(
    r"\b(?:peaks?|activations?|measured|total memory|allocated|reserved|off-?load\w*|throughput|time|8-bit|LoRA|adapters?|layers? only|saving|reduction|relative|normali[sz]ed)\b",
    re.I,
)
_NONE = Lazy(r"^\W*(?:replicated|no(?:ne)?|DDP|plain(?: DP)?|data[- ]parallel\w*|baseline|ZeRO-0|no sharding|unsharded|replication)\W*$", re.I)  # fmt: skip
_PARAMS = Lazy(r"^\W*(?:#\s?)?(?:params?|parameters?|model size|size)\b", re.I)
_DEVICES = Lazy(r"^\W*(?:#\s?)?(?:GPUs?|devices|ranks|replicas|DP(?: degree)?|data-parallel \w+)\W*$", re.I)  # fmt: skip


# Values in a section of background are the paper's own where the table cites nobody.
_CITED = Lazy(
    rf"{CITE}|\bet al\b|\b(?:reported|published|according|from) (?:by|in|to)?\b|\bprior\b", re.I
)


def state_rows(paper: Paper) -> Iterator[Physical]:
    """Sizes of a stage and a model, of tables that say that they are of training state."""
    for table in paper.tables:
        said = " | ".join((table.caption, *table.header, *table.stubs))
        if not STAGE.search(said) or not _STATE.search(table.caption) or _OTHER.search(said):
            continue
        split = degrees(table.caption)
        counts = [paper.number(n) for n in table.stated]
        told = [n for n in counts if n.noun in ("gpu", "replica") and n.per in ("", "each", "gpu") and n.quantity.count]  # fmt: skip
        heads = [paper.number(n) for n in table.heads]
        if split is None or split.tensor * split.pipeline != 1:
            continue
        for line in lines(paper, table):
            for entry in line.entries:
                claim = _claim(table, line, entry, told, heads)
                if claim is not None:
                    yield claim


def _claim(
    table: Table, line: Line, entry: Entry, told: list[Number], told_by_heads: list[Number]
) -> Physical | None:
    number = entry.number
    if not plain(number, "byte", 1e7):
        return None
    stage = _stage(f"{entry.label} | {line.said}", (entry.label, line.name))
    if stage is None:
        return None
    devices = line.only(_DEVICES, lambda n: plain(n, "1", 1.0))
    if devices is None:
        heads = [n for n in told_by_heads if n.noun == "gpu" and f"{n.quantity.point:g} GPU" in entry.label.replace(",", "")]  # fmt: skip
        devices = heads[0] if len(heads) == 1 else None
    if devices is None and len(told) == 1:
        devices = told[0]
    if devices is None:
        return None
    given: list[tuple[str, NumberId]] = [("devices", devices.id)]
    counts = [e.number for e in line.entries if _PARAMS.search(e.label) and plain(e.number, "1", 1e8)]  # fmt: skip
    heads = [e.number for e in line.entries if e.number.kind is Kind.PARAM_COUNT and plain(e.number, "1", 1e8)]  # fmt: skip
    found = (counts or heads)[:1]
    name = line.one(entry, models) or ""
    if not found and not name:
        return None
    given += [("params", n.id) for n in found]
    cues = {"of-states", "state beside"} | ({"label"} if not counts else set())
    if not _CITED.search(f"{table.caption} {line.said}"):
        cues.add(BACKGROUND)
    named = (("model", name),) if name and not counts else ()
    return Physical(
        "sharded state", number.id, tuple(given), named, (("stage", float(stage)), ("split", 1.0)), frozenset({"table"}),
        frozenset(cues), asserted(number),
    )  # fmt: skip


def _stage(said: str, labels: tuple[str, ...]) -> int | None:
    found = {int(m.group("a") or m.group("b") or 3) for m in STAGE.finditer(said)}
    if len(found) == 1:
        return found.pop()
    if not found and any(_NONE.match(label) for label in labels):
        return 0
    return None
