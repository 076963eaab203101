"""Training budgets of the rows of a table: columns of parameters, tokens, devices and time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tanaka.paper.model import Asserted, Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.budget import CUES
from tanaka.paper.physics.plain import bare_text
from tanaka.patterns import Lazy

_COLUMNS: Mapping[str, Lazy] = {
    "active": Lazy(r"\bactiv(?:e|ated)\b", re.I),
    "params": Lazy(r"\bparam|\bsize\b|^\s*(?:N|Model)\s*$", re.I),
    "tokens": Lazy(r"\btokens?\b", re.I),
    "time": Lazy(r"\bdays?\b|\bhours?\b|\btime\b|\bweeks?\b|\bduration\b|\bhrs?\b", re.I),
    "devices": Lazy(r"\bGPUs?\b|\bTPUs?\b|\bdevices?\b|\bchips?\b|\baccelerators?\b|\b[AHV]\d00s?\b", re.I),
}  # fmt: skip
_RATE = Lazy(r"/\s?s|per sec|/\s?GPU|per GPU|throughput|memory|batch|context|vocab|%|cost", re.I)
_LEAST = {"params": 3e7, "active": 3e7, "tokens": 1e8, "devices": 1.0, "time": 1800.0}
# a row that is called by a letter or by the size of its model
_ROW = Lazy(r"[A-Z]{1,3}|[A-Za-z]+[- ]?[\d.-]*\d(?:\.\d+)?[BM]?|[\d.]+[BM]")
_NOT_TRAINING = Lazy(r"\binferen\w+|\bserv(?:e|es|ed|ing)\b|\bgenerat\w+|\bdistill\w*|\bimages?\b|\bsweep\w*|\bspeech\b|\bdiffusion\b", re.I)  # fmt: skip
_TRAINING = Lazy(r"\b(?:pre-?)?train\w*", re.I)


def budget_rows(paper: Paper) -> Iterator[Physical]:
    """Budgets that rows of tables state, as claims on their times."""
    for table in paper.tables:
        said = " ".join((table.caption, *table.header))
        if not _TRAINING.search(said) or _NOT_TRAINING.search(said):
            continue
        yield from _of(paper, table)


def _of(paper: Paper, table: Table) -> Iterator[Physical]:
    columns = _columns(paper, table)
    if columns is None:
        return
    general = {n for n, p in CUES.items() if n != "several" and p.search(table.caption)}
    plain = all(bare_text(t) for t in (table.caption, *table.header))
    for row in table.rows:
        at: dict[str, NumberId] = {}
        for role, k in columns.items():
            id = row[k].number if k < len(row) else None
            if id is not None and not row[k].also and _fits(paper.number(id), role):
                at[role] = id
        if not {"tokens", "time"} <= at.keys() or not {"params", "active"} & at.keys():
            continue
        label = " ".join(c.text for c in row if c.number is None)
        cues = general | {n for n, p in CUES.items() if p.search(label)}
        rented = paper.number(at["time"]).quantity.shown_unit.endswith("-hours")
        if rented:
            at.pop("devices", None)
            cues.add("rented")
        elif "devices" not in at:
            continue
        counted = () if rented else (("devices", paper.number(at["devices"]).quantity.point),)
        given = tuple((role, id) for role, id in at.items())
        if plain and (_ROW.fullmatch(label.strip()) or not label.strip()):
            cues.add("plain row")
        asserted = {paper.number(id).asserted for id in at.values()}
        worst = next((a for a in (Asserted.NO, Asserted.QUOTED) if a in asserted), Asserted.YES)
        yield Physical(
            "budget", at["time"], given, (), counted, frozenset(), frozenset(cues), worst
        )


def _columns(paper: Paper, table: Table) -> dict[str, int] | None:
    """The one column of each role; None where a role has two or too few have one."""
    found: dict[str, int] = {}
    for k, header in enumerate(table.header):
        label = " ".join(dict.fromkeys((*(table.rows[0][k].column if table.rows and k < len(table.rows[0]) else ()), header)))  # fmt: skip
        if _RATE.search(label):
            continue
        for role, pattern in _COLUMNS.items():
            if not pattern.search(label):
                continue
            ids = [row[k].number for row in table.rows if k < len(row)]
            cells = [paper.number(i) for i in ids if i is not None]
            if not any(_fits(n, role) for n in cells):
                continue
            if role in found:
                return None
            found[role] = k
            break
    return found if {"tokens", "time"} <= found.keys() else None


def _fits(number: Number, role: str) -> bool:
    q = number.quantity
    unit = "s" if role == "time" else "1"
    return (
        q.unit == unit and not isinstance(q.value, tuple) and q.bounded and q.point >= _LEAST[role]
        and q.shown_unit not in ("%", "×") and number.per == ""
        and not re.search(r"(?:node|core|CPU)-", q.shown_unit)
    )  # fmt: skip
