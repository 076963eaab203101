"""Attributes that tables state: a name and its value in two columns, or shapes of models by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tanaka.paper.attribute.names import of_label
from tanaka.paper.model import Attribute, CellKind, Number, Table
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier
from tanaka.rules.api import Context

_UNIT_OF_LABEL = Lazy(r"[\s~]*[\[(][^\])]*[\])]\s*$")
_LETTER = Lazy(r"[(\[](?:in |× ?)?([KMBTG]|thousands?|millions?|billions?|trillions?)[)\]]", re.I)
_LETTERS = {"K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}
SHAPE = frozenset(
    (
        "layers",
        "heads",
        "experts",
        "hidden size",
        "parameters",
        "feed-forward size",
        "vocabulary",
        "head size",
        "parameters activated",
    )
)


def tabled(ctx: Context) -> Iterator[tuple[Attribute, float]]:
    """Attributes of tables: a name and its value in two columns, or shapes of models by name."""
    lists = [tuple(_listed(ctx, table)) for table in ctx.paper.tables]
    shapes = [
        {a.name: ctx.paper.number(a.number).quantity.point for a, _ in own if a.name in SHAPE}
        for own in lists
    ]
    for table, own, shape in zip(ctx.paper.tables, lists, shapes, strict=True):
        yield from _shapes(ctx, table)
        for attribute, factor in own:
            if attribute.name in SHAPE and any(_two_models(shape, other) for other in shapes):
                continue  # whose layers the prose means is open
            yield attribute, factor


def _listed(ctx: Context, table: Table) -> Iterator[tuple[Attribute, float]]:
    """Names with their values, one a row."""
    for row, stub in zip(table.rows, table.stubs, strict=True):
        values = [c for c in row[1:] if c.kind is not CellKind.EMPTY]
        if len(row) != 2 or len(values) != 1 or values[0].number is None:
            continue
        name = of_label(_UNIT_OF_LABEL.sub("", stub))
        number = ctx.paper.number(values[0].number)
        if (
            name
            and number.quantity.qualifier is Qualifier.EXACT
            and not isinstance(number.quantity.value, tuple)
        ):
            own = Attribute(number.id, name, "", "own", number.asserted)
            yield own, label_factor(stub, number)


def _two_models(one: dict[str, float], two: dict[str, float]) -> bool:
    """Whether two lists of settings are of two models: most of what both state of the shape differs."""
    shared = one.keys() & two.keys()
    other = sum(one[name] != two[name] for name in shared)
    return other >= 2 and 2 * other >= len(shared)


def _shapes(ctx: Context, table: Table) -> Iterator[tuple[Attribute, float]]:
    """Shapes of models, one a row."""
    names = [of_label(_UNIT_OF_LABEL.sub("", h)) for h in table.header]
    columns = [c for c, name in enumerate(names) if c and name in SHAPE]
    if not columns:
        return
    alike = Counter(table.stubs)
    for row, stub in zip(table.rows, table.stubs, strict=True):
        if not stub or alike[stub] > 1 or not stub[:1].isalpha():
            continue
        for c in columns:
            cell = row[c] if c < len(row) else None
            if cell is None or cell.number is None or names.count(names[c]) > 1:
                continue
            number = ctx.paper.number(cell.number)
            if number.quantity.qualifier is Qualifier.EXACT and not isinstance(
                number.quantity.value, tuple
            ):
                about = frozenset((stub.strip().lower(),))
                own = Attribute(number.id, names[c], "", "own", number.asserted, frozenset(), about)
                yield own, label_factor(table.header[c], number)


def label_factor(label: str, number: Number) -> float:
    """What the unit of a label multiplies a bare cell by."""
    m = _LETTER.search(label)
    if m is None or number.quantity.scale != 1.0 or number.quantity.unit != "1":
        return 1.0
    word = m.group(1).lower()
    return 1e3 if word.startswith("thousand") else _LETTERS[word[0].upper()]
