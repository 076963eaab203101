"""Percentages of a table that are shares of one whole: together they are 100%, and not more."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from tanaka.paper.model import Asserted, Number
from tanaka.patterns import Lazy
from tanaka.rules.api import Finding, Held
from tanaka.rules.numbers.tables.means import is_mean, is_total
from tanaka.rules.numbers.tables.sums import shares_failed, shares_kept
from tanaka.rules.numbers.tables.view import Numbers, View
from tanaka.rules.numbers.tables.ways import OVERLAP, SEVERAL

_SHARE = Lazy(
    r"\bshares?\b|\bfractions?\b|\bbreak-?\s?down\b|\bproportions?\b|\bdistribution\b|\bcomposition\b|\bpercent(?:age)? of\b|%\s?of\b|\bmix\b",
    re.I,
)
_NO_SHARE = Lazy(r"\baccura|\bhit\b|\butili|\bMFU\b|\bscore|\bacc\b|\bspeed|\bsaving|\breduction|\bimprove|\brelative\b|\bgain|\bover\b|\bvs\b", re.I)  # fmt: skip


def shares(numbers_of: Numbers, view: View, column: int) -> Iterator[Held | Finding]:
    """Percentages of one column, or of one block of it, that are shares of one whole."""
    label = view.header[column]
    for block in dict.fromkeys(view.blocks):
        lines = [
            r for r in range(len(view.cells)) if view.blocks[r] == block and not _summed(view.stubs[r])
        ]  # fmt: skip
        found = [n for r in lines if (n := view.cell(r, column)) is not None]
        shares = list({n.id: n for n in found}.values())
        if len(shares) < 3 or any(n.quantity.shown_unit != "%" for n in shares):
            continue
        title = next((view.titles[r] for r in lines if view.titles[r]), "")
        words = f"{label} {title}"
        caption = view.caption
        if _NO_SHARE.search(words) or not (_SHARE.search(words) or _SHARE.search(caption)):
            continue
        if any(n.asserted is Asserted.NO or n.quantity.point < 0 for n in shares):
            continue
        total = math.fsum(n.quantity.point for n in shares)
        ulps = math.fsum(n.quantity.literal.ulp * n.quantity.scale for n in shares)
        if abs(total - 1) <= 0.5 * ulps + 1e-9:
            yield shares_kept(numbers_of, shares)
            continue
        if total < 1 or total > 1.25 or total - 1 <= 0.55 * ulps + 1e-9:
            continue
        if SEVERAL.search(f"{caption} {words}") or OVERLAP.search(f"{caption} {words}"):
            continue
        if any(_summed(view.stubs[r]) for r in lines):
            continue
        amounts = [
            [view.cell(r, i) for r in lines] for i in range(1, len(view.header)) if i != column
        ]
        if of_amounts([view.cell(r, column) for r in lines], amounts):
            continue  # TK104 holds each share against its amount, and says which is at fault
        yield shares_failed(numbers_of, shares)


def of_amounts(shares: Sequence[Number | None], lines: Sequence[Sequence[Number | None]]) -> bool:
    """Whether all shares but one, or none, are those of the amounts in some other line of the table."""
    if len(shares) < 4:
        return False
    for line in lines:
        amounts = [n.quantity.point for n in line if n is not None]
        whole = math.fsum(amounts)
        if len(amounts) < len(shares) or min(amounts) < 0 or not whole:
            continue
        off = 0
        for share, amount in zip(shares, amounts, strict=True):
            if share is not None:
                q = share.quantity
                off += abs(q.point - amount / whole) > q.literal.ulp * q.scale
        if off <= 1:
            return True
    return False


def _summed(stub: str) -> bool:
    return is_total(stub) or is_mean(stub)
