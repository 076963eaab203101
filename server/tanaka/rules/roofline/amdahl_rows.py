"""Gains of the whole beside shares of the time in the rows of tables, where all other rows allow theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Paper, Physical
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Line, asserted, lines

_SHARE = Lazy(r"\b(?:share|fraction|portion|%|percent\w*|part) (?:of|in) (?:the |a |its )?(?:\w+ )?(?:time|step|runtime|iteration|latency|epoch|wall-?clock|run)\b|\b(?:time|step|runtime) (?:share|fraction)\b", re.I)  # fmt: skip
_WHOLE = Lazy(r"\b(?:end-to-end|e2e|overall|total|whole|step|iteration|training|run)\b[^|]{0,12}\b(?:speed-?ups?|gain)\b|\b(?:speed-?ups?|gain) (?:of|for) the (?:step|whole|run|iteration)\b", re.I)  # fmt: skip
_PLAIN = Lazy(r"^\W*(?:speed-?up|gain)\W*(?:\(?[×x]\)?)?\W*$", re.I)
_INNER = Lazy(r"\b(?:kernel|part|operator|local|own|micro)\b", re.I)
_OTHER = Lazy(r"\b(?:all|together|total|sum|combined|cumulative|incremental|batch|energy|p\d\d|FLOPs|memory)\b|\+", re.I)  # fmt: skip
_SLACK = 1.03


def amdahl_rows(paper: Paper) -> Iterator[Physical]:
    """The one row of a table whose gain its share does not allow."""
    for table in paper.tables:
        if not any(_SHARE.search(h) for h in (*table.header, *table.stubs)) or _OTHER.search(
            table.caption
        ):
            continue
        found = [c for line in lines(paper, table) if (c := _claim(line)) is not None]
        over = [c for c in found if _over(paper, c)]
        if len(over) == 1 and len(found) >= 2:
            yield from over


def _over(paper: Paper, claim: Physical) -> bool:
    share = paper.number(claim.given[0][1]).quantity
    gain = paper.number(claim.number).quantity
    return share.nominal.high < 1 and gain.nominal.low > _SLACK / (1 - share.nominal.high)


def _claim(line: Line) -> Physical | None:
    shares = [e for e in line.entries if e.number.quantity.shown_unit == "%" and _SHARE.search(e.label)]  # fmt: skip
    factors = [e for e in line.entries if e.number.quantity.unit == "1" and e.number.quantity.shown_unit != "%" and not _INNER.search(e.label)]  # fmt: skip
    gains = [e for e in factors if _WHOLE.search(e.label)] or [e for e in factors if _PLAIN.search(e.label)]  # fmt: skip
    if len(shares) != 1 or len(gains) != 1 or _OTHER.search(line.name):
        return None
    gain, share = gains[0], shares[0]
    q = gain.number.quantity
    if isinstance(q.value, tuple) or gain.cell.also or share.cell.also or not 1 <= q.point < 50:
        return None
    named = (("part", line.name), ("kind", "times"))
    return Physical(
        "amdahl", gain.number.id, (("share", share.number.id),), named, (), frozenset(), frozenset({"table"}), asserted(gain.number)
    )  # fmt: skip
