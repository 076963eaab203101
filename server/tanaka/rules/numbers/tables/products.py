"""Relations between columns of different units: a quantity per device, power × time, count / time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from tanaka.patterns import Lazy
from tanaka.rules.numbers.tables.means import PERCENTILE
from tanaka.rules.numbers.tables.operands import (
    Relation,
    Value,
    against_pivot,
    holds_counts,
    ratioable,
    same_row,
    unit_of,
    with_stated,
)
from tanaka.rules.numbers.tables.view import View

_PER = Lazy(
    r"\bper\b|/\s?(?:GPU|device|node|chip|core|stream|user|token|tok|sample|image|layer|W|watt|dollar|step|request|replica|(?:\d+ ?)?[KMBkm]\b)\b|/W\b|/\$",
    re.I,
)
_PRODUCT = Lazy(
    r"hours\b|GPU-?h\b|GPU[- ]days|\benergy\b|\bcost\b|\bbatch\b|\bGPUs\b|\bdevices\b|\bEDP\b|\btotal\b|\baggregate\b|\btokens\b|\bsize\b",
    re.I,
)
_RATE = Lazy(r"/\s?(?:s|sec|min|h|hour|day)\b|\bper (?:second|minute|hour|day)\b|throughput|\b[QRTF]PS\b", re.I)  # fmt: skip
_ROUNDS = Lazy(r"\b(?:steps|iterations|iters?|epochs|rounds|batches|layers|calls|launches|requests|updates)\b|^\s*#", re.I)  # fmt: skip
_OTHERWISE = Lazy(
    r"[(\[]|[*†‡§]|\bspot\b|\breserved\b|\bon-demand\b|\brecompute|\bcheckpoint|\bbatch\b|\bseq|\blength\b|\bcontext\b|\bcpu\b|\boffload|\bhalf\b|"
    r"\bdouble\b|\blarge\b|\bsmall\b|\blonger?\b|\bshort(?:er)?\b|\bfp8\b|\bint[48]\b|\b\d+ ?[KMB]?(?: tokens| images)\b",
    re.I,
)
_USE = Lazy(r"\b[MH]FU\b|\butili|\bof (?:the )?peak\b|\befficiency\b", re.I)
# One rate told in two ways: of a bus and of an algorithm, of one direction and of both, of a pin and of all.
_BUS = Lazy(r"bus|alg(?:orithm)?|direction|duplex|one[- ]way|\bpins?\b|\bper\b", re.I)
_MONEY = frozenset({"USD", "EUR"})
# Base units that multiply to another: rate × time, power × time, price × time.
_TIMES = {("W", "s"): "J", ("USD/s", "s"): "USD", ("FLOP/s", "s"): "FLOP", ("byte/s", "s"): "byte", ("J/token", "token/s"): "W"}  # fmt: skip


def quotients(view: View, column: int) -> Iterator[Relation]:
    """A quantity per device, per token, per watt: one column over another."""
    if not _PER.search(view.header[column]):
        return
    numeric = ratioable(view, column)
    for i in numeric:
        for j in numeric:
            if i != j and _divides(view, column, i, j):
                yield Relation("quotient", same_row(view, i, j), lambda a, b: a / b, "{0} / {1}", doubtful=True)  # fmt: skip
            elif i != j and "/" in view.header[column] and (k := _as_printed(view, column, i, j)):
                yield Relation("quotient", same_row(view, i, j), _scaled(k), "{0} / {1}", doubtful=True)  # fmt: skip


def _scaled(factor: float) -> Value:
    return lambda a, b: factor * a / b


def _as_printed(view: View, column: int, i: int, j: int) -> float:
    """Factor under which the printed digits of two columns divide to a third; 0 where units vary."""
    scales = [{n.quantity.scale for n in view.column(k) if n} for k in (column, i, j)]
    if any(len(s) != 1 for s in scales):
        return 0.0
    own, whole, part = (next(iter(s)) for s in scales)
    return own * part / whole


def _divides(view: View, column: int, i: int, j: int) -> bool:
    whole, part = unit_of(view, i), unit_of(view, j)
    target = unit_of(view, column)
    if holds_counts(view, j) and part == "1":
        return target == whole or target == "1" or whole == "1"
    if target == f"{whole}/{part}":
        return True
    if whole.endswith("/s") and part.endswith("/s"):
        # What is paid in a second over what is made in it: a price per token.
        return target in (f"{whole[:-2]}/{part[:-2]}", whole[:-2])
    if whole == "W" and part.endswith("/s"):
        return target in ("J", f"J/{part[:-2]}")
    return whole.endswith("/s") and part == "W" and target in (f"{whole[:-2]}/J", f"{whole}/W")


def products(view: View, column: int) -> Iterator[Relation]:
    """Devices × hours, power × time, micro-batch × steps × replicas, hours × the caption's price."""
    target = unit_of(view, column)
    numeric = ratioable(view, column)
    for base in view.stated:
        if base.quantity.unit.startswith("USD/") and target == "USD":
            for i in numeric:
                if unit_of(view, i) == "s":
                    yield Relation(
                        "product", with_stated(view, base, i), lambda a, b: a * b, "{1} × {0}"
                    )
    if target == "s":
        yield from _of_rounds(view, column, numeric)
    named = _PRODUCT.search(view.header[column]) is not None
    if not named and target not in _TIMES.values():
        return
    units = {i: unit_of(view, i) for i in numeric}
    for k, i in enumerate(numeric):
        for n, j in enumerate(numeric[k + 1 :], k + 1):
            one, two = sorted((units[i], units[j]))
            counted = one == "1" and two == target and named
            if not (counted or _TIMES.get((one, two)) == target):
                continue
            if counted and target == "1" and not (holds_counts(view, i) and holds_counts(view, j)):
                continue
            yield Relation("product", same_row(view, i, j), lambda a, b: a * b, "{0} × {1}", doubtful=True)  # fmt: skip
            if target != "1":
                continue
            for m in numeric[n + 1 :]:
                if holds_counts(view, m):
                    yield Relation("product", same_row(view, i, j, m), lambda a, b, c: a * b * c, "{0} × {1} × {2}", doubtful=True)  # fmt: skip


def _of_rounds(view: View, column: int, numeric: Sequence[int]) -> Iterator[Relation]:
    """A time of many steps, and that of one."""
    for i in numeric:
        if not (_ROUNDS.search(view.header[i]) and holds_counts(view, i)):
            continue
        for j in numeric:
            if unit_of(view, j) == "s":
                yield Relation("product", same_row(view, i, j), lambda a, b: a * b, "{0} × {1}", doubtful=True)  # fmt: skip


def rates(view: View, column: int) -> Iterator[Relation]:
    """What is done in a second: a count of the row over its time."""
    target = unit_of(view, column)
    if not _is_rate(view, column):
        return
    things = target[:-2] if target.endswith("/s") else ""
    numeric = ratioable(view, column)
    # A rate is no count over a tail of the times.
    times = [
        j for j in numeric if unit_of(view, j) == "s" and not PERCENTILE.search(view.header[j])
    ]
    for i in numeric if times else ():
        whole = unit_of(view, i)
        if whole == things or (whole == "1" and things not in ("byte", "FLOP", "op", "J")):
            for j in times:
                yield Relation("rate", same_row(view, i, j), lambda a, b: a / b, "{0} / {1}", doubtful=True)  # fmt: skip


def _is_rate(view: View, i: int) -> bool:
    unit = unit_of(view, i)
    return unit.endswith("/s") or (unit == "1" and _RATE.search(view.header[i]) is not None)


def together(view: View, column: int) -> Iterator[Relation]:
    """Columns that rise together, or one as the other falls: rate and time, cost and hours, MFU and rate.

    By what, is printed nowhere: each row is held against one of the first three.
    """
    units = view.units(column)
    shown = {s for _, s in units}
    if len({u for u, _ in units}) != 1 or "×" in shown:
        return
    own = unit_of(view, column)
    share = shown == {"%"}
    if share and not _USE.search(view.header[column]):
        return
    rate = not share and _is_rate(view, column)
    if not (share or rate or own == "s" or own in _MONEY):
        return
    for i in ratioable(view, column, stub=False):
        other = unit_of(view, i)
        inverse = (rate and other == "s") or (own == "s" and _is_rate(view, i))
        direct = ((share or rate) and _is_rate(view, i)) or (own in _MONEY and other == "s")
        if not inverse and not direct:
            continue
        alike = own == other and (own != "1" or view.header[i] == view.header[column])
        if direct and alike and not (_BUS.search(view.header[i]) and _BUS.search(view.header[column])):  # fmt: skip
            continue  # one metric of two systems: nothing makes the one of the other
        for pivot in range(min(3, len(view.cells))):
            if view.cell(pivot, column) is None or view.cell(pivot, i) is None:
                continue
            operands = against_pivot(view, column, i, pivot)
            if direct:
                yield Relation("in proportion", operands, lambda c, a, b: c * b / a, "{0} × {2} / {1}", doubtful=True, least=4)  # fmt: skip
            else:
                yield Relation("in inverse proportion", operands, lambda c, a, b: c * a / b, "{0} × {1} / {2}", doubtful=True, least=4)  # fmt: skip


def other_setting(view: View, relation: Relation, row: int, hits: Sequence[int]) -> bool:
    """Whether a row that leaves a proportion says that it was run otherwise than the rows that keep it.

    The price, the batch or the work of a step is printed nowhere: "(spot)", "full recompute", or
    another number in a column of settings may say that it is another one there.
    """  # fmt: skip
    if not relation.name.startswith(("in ", "share of one whole")):
        return False
    if _OTHERWISE.search(view.stubs[row]) and not any(_OTHERWISE.search(view.stubs[r]) for r in hits):  # fmt: skip
        return True
    counted = [k for k in range(1, len(view.header)) if holds_counts(view, k)]

    def differs(*columns: int) -> bool:
        def made(r: int) -> float:
            return math.prod(view.points[r][k] or math.nan for k in columns)

        others = {made(r) for r in hits}
        return len(others) == 1 and made(row) not in others

    # "16 channels of 64 bits" is the bus of "8 channels of 128 bits"
    return any(differs(k) for k in counted) or any(
        differs(a, b) for a, b in combinations(counted, 2)
    )
