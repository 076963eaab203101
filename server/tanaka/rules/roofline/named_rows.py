"""The row of a table that prose names: "the XL model", with its size, tokens and devices."""

from __future__ import annotations

import re
from dataclasses import replace

from tanaka.paper.model import Number, NumberId, Paper, Physical
from tanaka.patterns import Lazy
from tanaka.rules.roofline.budget_rows import COLUMNS, RATE, fits
from tanaka.rules.table_lines import Line, lines

_OTHER = Lazy(r"\bprun\w*|\bdistill\w*|\bteacher\b|\bdraft\b|\bembedding\b|\bencoder\b|\bexperts?\b|\bMoE\b|\bactiv(?:e|ated)\b|\bT5\b|\bBERT\b|\bmasked\b|\bvision\b|\bimages?\b|\bspeech\b|\bspars\w*|\bLoRA\b|\badapter\w*", re.I)  # fmt: skip


def resolved(paper: Paper, claim: Physical) -> Physical | None:
    """A claim with what the row that it names states; None where no row, or two that differ, have that name."""
    name = claim.name("row")
    if not name:
        return claim
    rows: list[dict[str, Number]] = []
    for table in paper.tables:
        if _OTHER.search(" ".join((table.caption, *table.header, *table.stubs))):
            continue
        rows += [f for line in lines(paper, table) if _label(line) == name and (f := _stated(line))]
    sizes = [r for r in rows if "params" in r]
    if len({r["params"].quantity.point for r in sizes}) != 1:
        return None
    given, counted = dict(claim.given), dict(claim.counted)
    given["params"] = sizes[0]["params"].id
    if claim.relation != "throughput":
        if not _add(rows, "tokens", given, counted):
            return None
        rented = "rented" in claim.cues
        if not rented and "devices" not in counted:
            if not _add(rows, "devices", given, counted):
                return None
            counted["devices"] = paper.number(given["devices"]).quantity.point
    named = dict(claim.named)
    if claim.relation == "throughput":
        named["phase"] = claim.name("phase") or "prefill"  # a pass at least, forward
    del named["row"]
    return replace(
        claim, given=tuple(given.items()), named=tuple(named.items()), counted=tuple(counted.items()),
        far=claim.far | {"params"},
    )  # fmt: skip


def _add(
    rows: list[dict[str, Number]], role: str, given: dict[str, NumberId], counted: dict[str, float]
) -> bool:
    """Fill a role from the rows, where the claim leaves it open and all that state it agree."""
    if role in given or role in counted:
        return True
    found = [r[role] for r in rows if role in r]
    if len({n.quantity.point for n in found}) != 1:
        return False
    given[role] = found[0].id
    return True


def _label(line: Line) -> str:
    return line.name.strip(" $*†‡")


def _stated(line: Line) -> dict[str, Number]:
    """Numbers of a row by role; a role with two has none."""
    found: dict[str, list[Number]] = {}
    for entry in line.entries:
        if RATE.search(entry.label):
            continue
        for role in ("params", "tokens", "devices"):
            if (
                COLUMNS[role].search(entry.label)
                and fits(entry.number, role)
                and not entry.cell.also
            ):
                found.setdefault(role, []).append(entry.number)
                break
    return {role: numbers[0] for role, numbers in found.items() if len(numbers) == 1}
