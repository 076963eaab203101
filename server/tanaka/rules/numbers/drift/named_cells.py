"""Cells of a table that a sentence names, by row, column and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from tanaka.paper.result_words import compatible, spelled
from tanaka.patterns import Lazy
from tanaka.rules.numbers.drift.ledger import Entry, Grid, Value

_PRONOUN = Lazy(r" (?:we|our|us|it|its) ")
_OWN_ROW = Lazy(r" (?:our|ours|we|this work|this paper|proposed|our \w+|\w+ our|proposed \w+) $")


def named_cells(
    e: Entry, grid: Grid, own: frozenset[str], beside: Sequence[Entry] = ()
) -> tuple[list[Value], bool]:
    """Values of a table that a result's sentence names, and whether it names them in full.

    Parameters
    ----------
    e : Entry
    grid : Grid
    own : frozenset of str
        Names of the paper's own system.
    beside : sequence of Entry
        The other results of the sentence: a cell that has one of them is theirs.

    Returns
    -------
    values : list of Value
        None where the sentence names no row and no column; cells of what it is compared with are
        left out.
    full : bool
        Whether row and column are both named, or the table has one of either.
    """
    r = e.result
    values = [v for v in grid.values if v.unit == r.unit and compatible(v.metrics, e.metrics)]
    if exact := [v for v in values if v.metrics & e.metrics]:
        values = exact
    if not values:
        return [], False
    against = {spelled(n) for n in r.against}
    ours = r.subject == "we" or r.subject in own or bool(_PRONOUN.search(r.zone))
    digits = spelled(e.number.quantity.literal.text)
    head = spelled(grid.table.header[0].partition("(")[0]) if grid.table.header else ""
    counted = any(len(w) > 2 and f" {w} " in r.said for w in head.split())

    def rank(labels: tuple[str, ...]) -> int:
        total = 0
        for label in labels:
            if label in against:
                return -1
            if label.strip().replace(".", "").isdigit():
                if label != digits and label in r.said and counted:
                    total += 1 + (label in r.zone)
            elif label in r.zone:
                total += 4 + label.count(" ")
            elif ours and (_OWN_ROW.fullmatch(label) or label.strip() in own):
                total += 3
            elif label in r.said:
                total += 1
        return total

    rows = {v.at[0]: rank(v.row) for v in values}
    columns = {v.at[1]: rank(v.column) for v in values}
    by_row, by_column = max(rows.values()) > 0, max(columns.values()) > 0
    if not by_row:
        by_row = _own_line(rows, {v.at[0]: v.row for v in values}, own)
    if not by_column:
        by_column = _own_line(columns, {v.at[1]: v.column for v in values}, own)
    if not by_row and not by_column:
        return [], False
    top_row, top_column = max(rows.values()), max(columns.values())
    chosen = [
        v for v in values
        if rows[v.at[0]] >= 0 and columns[v.at[1]] >= 0
        and (not by_row or rows[v.at[0]] == top_row) and (not by_column or columns[v.at[1]] == top_column)
    ]  # fmt: skip
    if len(chosen) > 1:
        met = {id(v) for v in chosen for p in beside if v.reach.meets(p.reach)}
        chosen = [v for v in chosen if id(v) not in met] or chosen
    if len(chosen) > 1:
        fit = {id(v): sum(w in r.zone for label in v.labels for w in _words(label)) for v in chosen}
        most = max(fit.values())
        chosen = [v for v in chosen if fit[id(v)] == most]
    return chosen, ((by_row or len(rows) == 1) and (by_column or len(columns) == 1)) or len(
        chosen
    ) == 1


def _own_line(
    ranks: dict[int, int], labels: dict[int, tuple[str, ...]], own: frozenset[str]
) -> bool:
    """Choose the paper's own row or column, where one is, and no other is named."""
    mine = [
        k for k, ls in labels.items() if any(x.strip() in own or _OWN_ROW.fullmatch(x) for x in ls)
    ]
    if not mine or any(n < 0 for n in ranks.values()):
        return False
    for k in mine:
        ranks[k] = 1
    return True


def spelled_out(e: Entry, grid: Grid, v: Value, own: frozenset[str]) -> bool:
    """Whether a result's own words name the row and the column of a value, in the value's unit.

    A line that is the only one of its unit need not be named, nor the paper's own where a result
    is "ours"; a column may be named by its metric.
    """
    if e.number.quantity.shown_unit != v.number.quantity.shown_unit:
        return False
    r = e.result
    ours = r.subject == "we" or r.subject in own or bool(_PRONOUN.search(r.zone))
    others = [w for w in grid.values if w.unit == v.unit]
    for side, at in (("row", 0), ("column", 1)):
        labels: tuple[str, ...] = getattr(v, side)
        if any(label in r.zone for label in labels if len(label) > 3):
            continue
        if ours and any(_OWN_ROW.fullmatch(x) or x.strip() in own for x in labels):
            continue
        lines = {w.at[at] for w in others}
        if len(lines) == 1 and (side == "row" or bool(v.metrics & e.result.metrics)):
            continue
        return False
    return True


def other_setting(e: Entry, grid: Grid) -> bool:
    """Whether a result's sentence states a size that a table says nothing of ("with batch size 32")."""
    values = (s.partition("=")[2] for s in e.result.settings)
    return any(spelled(v) not in grid.text for v in values)


def _words(label: str) -> list[str]:
    return [f" {w} " for w in label.split() if len(w) > 2]


_LOOSE = frozenset({
    "the", "best", "over", "than", "system", "baseline", "implementation", "model", "training", "inference", "speedup", "gain",
    "factor", "times", "faster", "throughput", "latency", "time", "memory", "our", "its", "with", "and", "for", "all", "other",
    "known", "fastest", "strongest", "one", "that", "previous", "prior",
})  # fmt: skip


def against_cells(e: Entry, grid: Grid, own: frozenset[str], *, sums: bool = False) -> list[Value]:
    """Factors of a table over what a result is compared with, by their labels or the caption.

    Those of rows that sum up the others only where these are asked for.
    """
    words = _comparand(e, own)
    if not words or len(grid.factors) < 2:
        return []
    values = [
        v
        for v in grid.factors
        if compatible(v.metrics, e.metrics) and (v.at[0] in grid.summed) == sums
    ]
    if explicit := [v for v in values if v.metrics]:
        values = explicit
    found = [v for v in values if any(_alike(words, x) for x in v.labels[v.rows :])]
    one = len({v.at[1] for v in values}) == 1
    return found or (values if one and _alike(words, spelled(grid.table.caption)) else [])


def _comparand(e: Entry, own: frozenset[str]) -> set[str]:
    """Words of what a result is compared with that tell it from others."""
    return {w for w in e.result.than.split() if len(w) > 2 or w.isdigit()} - _LOOSE - own


def compared_with(e: Entry, labels: Sequence[str], own: frozenset[str]) -> bool:
    """Whether labels name what a result is compared with."""
    words = _comparand(e, own)
    return bool(words) and any(_alike(words, x) for x in labels) and not is_own(labels, own)


def is_own(labels: Sequence[str], own: frozenset[str]) -> bool:
    """Whether labels name the paper's own system."""
    return any(x.strip() in own or _OWN_ROW.fullmatch(x) for x in labels)


def _alike(words: set[str], label: str) -> bool:
    """Whether a label has one of some words, or the beginning of one ("Sync", synchronous)."""
    told = label.split()
    return any(
        w == t or (len(t) > 3 and w.startswith(t)) or (len(w) > 3 and t.startswith(w))
        for w in words
        for t in told
    )


def elsewhere(e: Entry, grid: Grid, v: Value) -> bool:
    """Whether a result's own words name another row or column than a value's."""
    zone = e.result.zone
    for side in ("row", "column"):
        own: tuple[str, ...] = getattr(v, side)
        if any(label in zone for label in own):
            continue
        if any(
            label in zone and len(label) > 4 and not label.strip().isdigit()
            for w in grid.values
            if w.unit == v.unit
            for label in getattr(w, side)
        ):
            return True
    return False


def strangers(e: Entry, grid: Grid, own: frozenset[str]) -> bool:
    """Whether a result's own words name something that a table says nothing of."""
    r = e.result
    if any(f" {n} " not in grid.text for n in r.named - own - r.against):
        return True
    return any(
        f" {value} " not in grid.text
        for noun, _, value in (s.partition("=") for s in r.settings)
        if noun.startswith(("batch", "seq", "token"))
    )
