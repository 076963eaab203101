"""Training budgets of the rows of a table: columns of parameters, tokens, devices and time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hwmodels.models import find_model
from tanaka.paper.model import Number, Paper, Physical, Table
from tanaka.paper.physics.budget import CUES
from tanaka.paper.physics.plain import bare_text
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models

COLUMNS: Mapping[str, Lazy] = {
    "active": Lazy(r"\bactiv(?:e|ated)\b", re.I),
    "params": Lazy(r"\bparam|\bsize\b|^\s*(?:N|Model)\s*$", re.I),
    "tokens": Lazy(r"\btokens?\b", re.I),
    "time": Lazy(r"\bdays?\b|\bhours?\b|\btime\b|\bweeks?\b|\bduration\b|\bhrs?\b", re.I),
    "devices": Lazy(r"\bGPUs?\b|\bTPUs?\b|\bdevices?\b|\bchips?\b|\baccelerators?\b|\b[AHV]\d00s?\b", re.I),
}  # fmt: skip
"""What the labels of each role say."""
RATE = Lazy(r"/\s?s|per sec|/\s?GPU|per GPU|throughput|memory|batch|context|vocab|%|cost", re.I)
_LEAST = {"params": 3e7, "active": 3e7, "tokens": 1e8, "devices": 1.0, "time": 1800.0}
# a row that is called by a letter or by the size of its model
_ROW = Lazy(r"[A-Z]{1,3}|[A-Za-z]+[- ]?[\d.-]*\d(?:\.\d+)?[BM]?|[\d.]+[BM]")
_NOT_TRAINING = Lazy(r"\binferen\w+|\bserv(?:e|es|ed|ing)\b|\bgenerat\w+|\bdistill\w*|\bimages?\b|\bsweep\w*|\bspeech\b|\bdiffusion\b", re.I)  # fmt: skip
_LESS = ("adapter", "sparsity", "experts", "early-exit")
"""What may train less of a known model than all of it."""
_TRAINING = Lazy(r"\b(?:pre-?)?train\w*", re.I)


def budget_rows(paper: Paper) -> Iterator[Physical]:
    """Budgets that rows of tables state, as claims on their times."""
    for table in paper.tables:
        if trains(table):
            yield from _of(paper, table)


def trains(table: Table) -> bool:
    """Whether a table speaks of training, and of nothing else."""
    said = " ".join((table.caption, *table.header, *table.stubs))
    return bool(_TRAINING.search(said)) and not _NOT_TRAINING.search(said)


def _of(paper: Paper, table: Table) -> Iterator[Physical]:
    general = {n for n, p in CUES.items() if n != "several" and p.search(table.caption)}
    plain = all(bare_text(t) for t in (table.caption, *table.header))
    # "Days for 300B tokens": of the caption, or of a label
    stated = (paper.number(i) for i in (*table.stated, *table.heads))
    said = {n.quantity.point: n for n in stated if n.noun == "token" and fits(n, "tokens")}
    for line in lines(paper, table):
        at = _roles(line)
        if at is None or "time" not in at or ("tokens" not in at and len(said) != 1):
            continue
        time = at["time"]
        label = line.said
        cues = general | {n for n, p in CUES.items() if p.search(label)}
        named: tuple[tuple[str, str], ...] = ()
        far: frozenset[str] = frozenset()
        if not {"params", "active"} & at.keys():
            name = line.one(time, models)
            if not name or not find_model(name) or machine.excuses(paper, *_LESS):
                continue
            named, far = (("model", name),), frozenset({"table"})
        counted: tuple[tuple[str, float], ...] = ()
        if time.number.quantity.shown_unit.endswith("-hours"):
            at.pop("devices", None)
            cues.add("rented")
        elif "devices" in at:
            counted = (("devices", at["devices"].number.quantity.point),)
        else:
            devices = line.devices(time)
            if devices is None:
                continue
            counted, far = (("devices", devices[0]),), frozenset({"table"})
        if plain and (_ROW.fullmatch(label.strip()) or not label.strip()):
            cues.add("plain row")
        numbers = {role: e.number for role, e in at.items()}
        if "tokens" not in numbers:
            numbers["tokens"], far = next(iter(said.values())), frozenset({"table"})
        given = tuple((role, n.id) for role, n in numbers.items())
        yield Physical(
            "budget", time.number.id, given, named, counted, far, frozenset(cues),
            asserted(*numbers.values()),
        )  # fmt: skip


def _roles(line: Line) -> dict[str, Entry] | None:
    """The one number of each role; None where a role has two."""
    found: dict[str, Entry] = {}
    for entry in line.entries:
        if RATE.search(entry.label) or entry.cell.also:
            continue
        for role, pattern in COLUMNS.items():
            if not pattern.search(entry.label) or not fits(entry.number, role):
                continue
            if role in found:
                return None
            found[role] = entry
            break
    return found


def fits(number: Number, role: str) -> bool:
    """Whether a number may have a role: a count of parameters, tokens or devices, or a time."""
    q = number.quantity
    unit = "s" if role == "time" else "1"
    return (
        q.unit == unit and not isinstance(q.value, tuple) and q.bounded and q.point >= _LEAST[role]
        and q.shown_unit not in ("%", "×") and number.per == ""
        and not re.search(r"(?:node|core|CPU)-", q.shown_unit)
    )  # fmt: skip
