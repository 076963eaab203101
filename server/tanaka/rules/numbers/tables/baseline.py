"""The baseline of a ratio column, held against what every other row says that it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.paper.model import Asserted, Number
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import rewritten
from tanaka.rules.api import (
    AtNumber,
    Finding,
    Fix,
    FixKind,
    ReplaceLiteral,
    Slot,
    Verdict,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.numbers.tables.view import Numbers, View

_OTHER_RUNS = Lazy(
    r"\bprofil|\b(?:separate|other|different|another) (?:runs?|machines?|days?)\b", re.I
)
_APART = 0.02
"""How far the baselines that the rows imply may lie apart."""


def stale_baseline(
    numbers_of: Numbers, view: View, column: int, rows: Sequence[int]
) -> Iterator[Finding]:
    """A finding where three rows or more imply one baseline, and its cell says another."""
    base = next((r for r in rows if (n := view.cell(r, column)) and n.quantity.point == 1.0), None)
    if (
        base is None
        or _OTHER_RUNS.search(view.caption)
        or any(view.blocks[r] != view.blocks[base] for r in rows)
    ):
        return
    for i in range(1, len(view.header)):
        own = view.cell(base, i)
        units = view.units(i)
        if i == column or own is None or own.asserted is Asserted.NO:
            continue
        if len({u for u, _ in units}) != 1 or {s for _, s in units} & {"×", "%"}:
            continue
        for over in (True, False):
            implied = _implied(view, column, i, base, rows, over=over)
            if implied is None or view.widest[own.id].meets(implied[0]):
                continue
            common, pairs = implied
            yield _finding(numbers_of, own, common, pairs, over=over)
            return


def _implied(
    view: View, column: int, i: int, base: int, rows: Sequence[int], *, over: bool
) -> tuple[Interval, list[tuple[Number, Number]]] | None:
    """What the other rows say the baseline is, where they agree, and the two cells of each."""
    low, high, points = 0.0, float("inf"), []
    pairs: list[tuple[Number, Number]] = []
    for r in rows:
        cell, claim = view.cell(r, i), view.cell(r, column)
        if r == base:
            continue
        if cell is None or claim is None or min(cell.quantity.point, claim.quantity.nominal.low) <= 0:  # fmt: skip
            return None
        ulp = claim.quantity.literal.ulp * claim.quantity.scale
        c, n = cell.quantity.nominal, Interval(claim.quantity.nominal.low, claim.quantity.nominal.high + ulp / 2)  # fmt: skip
        ends = (
            Interval(c.low * n.low, c.high * n.high)
            if over
            else Interval(c.low / n.high, c.high / n.low)
        )
        low, high = max(low, ends.low), min(high, ends.high)
        x = claim.quantity.point
        points.append(cell.quantity.point * (x if over else 1 / x))
        pairs.append((cell, claim))
    telling = {p[1].quantity.point for p in pairs} - {1.0}
    if len(pairs) < 3 or len(telling) < 3 or low > high or max(points) > (1 + _APART) * min(points):
        return None
    claims = [p[1].quantity.point for p in pairs]
    if max(claims) < 1.15 * min(claims):
        return None  # values so near each other would agree on anything
    return Interval(low, high), pairs


def _finding(
    numbers_of: Numbers, own: Number, common: Interval, pairs: list[tuple[Number, Number]], *, over: bool
) -> Finding:  # fmt: skip
    q = own.quantity
    d = Derivation(numbers_of)
    sign = "×" if over else "/"
    for k, (cell, claim) in enumerate(pairs[:3]):
        row = dict(cell.context).get("row", "") or f"row {k + 1}"
        a, b = d.stated(f"value, {row}"[:40], cell.id), d.stated(f"ratio, {row}"[:40], claim.id)
        text = f"{a.shown} {sign} {b.shown}"
        d.computed("baseline", q.unit, text, (lambda v, x: v * x) if over else (lambda v, x: v / x), a, b, total=k == 2, symbol="r" if k == 2 else "")  # fmt: skip
    d.stated("as written", own.id, symbol="c")
    value = (common.low + common.high) / 2
    literal = rewritten(value / q.scale, q.literal)
    shown = f"{printed(value / q.scale)} {q.shown_unit}".strip()
    n = len(pairs)
    return Finding(
        "TK104", "table-ratio", Verdict.IMPLAUSIBLE, AtNumber(own.id),
        f"The ratios of {n} rows give a baseline of {shown}; its cell says {q.shown}.",
        tuple(d.steps), operands=(own.id, *dict.fromkeys(x.id for p in pairs for x in p)),
        note=f"{n} rows give {shown}",
        bold=f"The baseline is {shown}, not {q.shown}.",
        only_if="the ratios are computed from another run of the baseline",
        related=tuple((AtNumber(claim.id), "a ratio that it is the baseline of") for _, claim in pairs[:3]),
        fixes=(Fix(f"Write {literal}", FixKind.QUICKFIX, (ReplaceLiteral(own.id, literal),)),),
        slots=(
            Slot("formula", f"the baseline of {n} ratios", "r"), Slot("ratio", shown, "r"), Slot("claim", q.shown, "c"),
            Slot("n", str(n), count=n),
        ),
    )  # fmt: skip
