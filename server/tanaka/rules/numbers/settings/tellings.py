"""What a paper counts, by noun: sentences that say it, and cells of tables that show it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from tanaka.paper.attribute.clauses import singular
from tanaka.paper.attribute.tallies import canonical
from tanaka.paper.model import Number, NumberId, Table, Tally
from tanaka.patterns import Lazy
from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import trailing_zeros
from tanaka.records import dataclass
from tanaka.rules.api import Context
from tanaka.rules.numbers.settings.tabled import label_factor
from tanaka.rules.numbers.settings.whole_paper import Zones, zones


@dataclass(frozen=True)
class Telling:
    """A tally with its number."""

    tally: Tally
    number: Number
    order: int
    factor: float = 1.0
    """What a table's label multiplies its cells by."""
    said: bool = True
    """Whether a sentence says it; else a table shows it."""
    stands: bool = True
    """Whether others may be held against it: a cell of a column only explains a value."""

    @cached_property
    def value(self) -> float:
        """In base units."""
        return self.number.quantity.point * self.factor

    @cached_property
    def hard(self) -> Interval:
        """What it may stand for."""
        return self.number.quantity.hard.scaled(self.factor)

    @cached_property
    def whole(self) -> bool:
        """Whether it is a count to the last one: another such count is another value."""
        q = self.number.quantity
        return (
            q.scale == self.factor == 1.0
            and q.unit == "1"
            and q.literal.ulp >= 1
            and trailing_zeros(q.literal.text) < 2
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """The tellings of a paper, and its numbers as they are looked up.

    Attributes
    ----------
    groups : mapping of str to sequence of Telling
        By noun, in reading order.
    blocks : mapping of str to sequence of Number
        Numbers by the paragraph that they stand in.
    points : mapping of float to int
        How often a value stands in the paper.
    zones : Zones
        Sections that speak for the whole paper.
    """

    groups: Mapping[str, Sequence[Telling]]
    blocks: Mapping[str, Sequence[Number]]
    points: Mapping[float, int]
    zones: Zones


def counted(ctx: Context) -> Counted:
    """Tallies of a paper by their noun, with the cells of tables that have the noun as a label."""
    order: dict[NumberId, int] = {}
    blocks: dict[str, list[Number]] = defaultdict(list)
    points: Counter[float] = Counter()
    numbers = ctx.paper.numbers
    for i, n in enumerate(numbers):
        order[n.id] = i
        points[n.quantity.point] += 1
        blocks[n.block].append(n)
    groups: dict[str, list[Telling]] = defaultdict(list)
    for t in ctx.paper.of(Tally):
        groups[t.noun].append(Telling(t, numbers[order[t.number]], order[t.number]))
    for table in ctx.paper.tables:
        for telling in _cells(ctx, table, order):
            if telling.tally.noun in groups:
                groups[telling.tally.noun].append(telling)
    for group in groups.values():
        group.sort(key=lambda t: t.order)
    return Counted(groups, blocks, points, zones(ctx))


_TOTAL_ROW = Lazy(r"(?:total|sum|all|overall)(?![\w-])", re.I)
_UNIT = Lazy(r"[(\[](?:[GMT]i?B(?:/s)?|[GM]Hz)[)\]]")
_OWNED = {
    "bandwidth": "bandwidth", "memory": "gpu memory", "clock": "clock", "frequency": "clock", "capacity": "gpu memory",
}  # fmt: skip
"""What the owner in the other label has, by the word that labels it."""
_LABEL = Lazy(
    r"([a-z][a-z-]*s|memory|bandwidth|clock|frequency|capacity)(?: per \w+)?\s*(?:[(\[].*)?$", re.I
)
_WORDS = Lazy(r"[a-z][a-z-]+")


def _cells(ctx: Context, table: Table, order: Mapping[NumberId, int]) -> Iterator[Telling]:
    """Counts of a table, with the noun that labels their column or row."""
    heads = [(h, _LABEL.search(h)) for h in table.header]
    stubs = [(s, _LABEL.search(s)) for s in table.stubs]
    if not any(m for _, m in (*heads, *stubs)):
        return
    text = f"{table.caption} {' '.join(table.header)}".lower()
    words = frozenset(singular(w) for w in _WORDS.findall(text))
    for row, stub in zip(table.rows, stubs, strict=True):
        total = _TOTAL_ROW.match(stub[0]) is not None
        for cell, head in zip(row, heads, strict=False):
            if cell.number is None:
                continue
            number = ctx.paper.number(cell.number)
            if isinstance(number.quantity.value, tuple):
                continue
            for (label, m), (other, _) in ((head, stub), (stub, head)):
                if m is None:
                    continue
                noun, owner = canonical(m.group(1).lower()), ""
                if number.quantity.unit != "1" or _UNIT.search(label):
                    noun, owner = _OWNED.get(noun, ""), other.lower().strip()
                    if not noun or not owner or number.quantity.unit == "1":
                        continue
                parts = frozenset((f"={owner}",)) if owner else frozenset[str]()
                none = frozenset[str]()
                tally = Tally(
                    number.id, noun, words, "", "own", none, none, parts, none, NumberId(""), number.asserted
                )  # fmt: skip
                factor = label_factor(label, number)
                yield Telling(tally, number, order[number.id], factor, False, total or bool(owner))
