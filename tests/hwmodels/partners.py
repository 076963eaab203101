"""Functions that mlsysim and hwmodels both have: what `make differential` compares.

Each row of `partners.toml` names a function of ours and one of theirs, how their arguments come
from ours, a grid of arguments, and the verdict: "same", or "differs" with the reason and the
smallest and largest ratio of theirs to ours on the grid.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

from hwmodels.formula import evaluate

TABLE = Path(__file__).parent / "partners.toml"
SAME = 1e-9  # relative; where a row does not say what rounding its partner does


@dataclass(frozen=True)
class Partner:
    """A row of the table.

    Attributes
    ----------
    ours : str
        Module and function: "memory.zero_1_bytes".
    theirs : str
        Function of ``mlsysim.physics``, or "module:function" of another of its modules.
    grid : mapping
        Values of each of our arguments; every combination is a point.
    call : mapping
        Each of their arguments: an expression in ours, or what is not text as it stands.
    words : mapping
        Their arguments that are text.
    quantities : mapping
        Unit of those that they take as a quantity only.
    pick : int, optional
        What of a result that is a tuple is compared.
    unit : str
        Unit in which a quantity of theirs is read; "" for a plain number.
    read : str
        What is compared, in terms of ``result``, or of the fields of a record, and our arguments.
    tolerance : float
        Relative.
    ratio : tuple of float
        Smallest and largest theirs / ours on the grid, of a row that differs.
    why : str
        The reason, of a row that differs.
    """

    ours: str
    theirs: str
    grid: dict[str, list[float]]
    call: dict[str, Any]
    words: dict[str, str]
    quantities: dict[str, str]
    pick: int | None
    unit: str
    read: str
    tolerance: float
    ratio: tuple[float, float] | None
    why: str

    @property
    def verdict(self) -> str:
        """ "same" or "differs"."""
        return "differs" if self.ratio else "same"

    def points(self) -> Iterator[dict[str, float]]:
        """Every combination of the values of the grid."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))

    def of_ours(self, point: dict[str, float]) -> float:
        """Our value."""
        module, _, name = self.ours.partition(".")
        return float(getattr(import_module(f"hwmodels.{module}"), name)(**point))

    def arguments(self, point: dict[str, float]) -> dict[str, Any]:
        """Their arguments, in base units; a whole number is an int, as they count with it."""
        found: dict[str, Any] = dict(self.words)
        for name, given in self.call.items():
            value = evaluate(given, point) if isinstance(given, str) else given
            found[name] = int(value) if isinstance(value, float) and value.is_integer() else value
        return found

    def value(self, found: dict[str, Any], point: dict[str, float]) -> float:
        """Their result as what ours is."""
        return float(evaluate(self.read, point | found))


def version() -> str:
    """The version of mlsysim that the verdicts are about."""
    return str(tomllib.loads(TABLE.read_text("utf-8"))["mlsysim"])


def partners() -> list[Partner]:
    """The rows of the table."""
    found = tomllib.loads(TABLE.read_text("utf-8"))["partner"]
    return [
        Partner(
            ours=row["ours"],
            theirs=row["theirs"],
            grid=row["grid"],
            call=row["call"],
            words=row.get("words", {}),
            quantities=row.get("quantities", {}),
            pick=row.get("pick"),
            unit=row.get("unit", ""),
            read=row.get("read", "result"),
            tolerance=row.get("tolerance", SAME),
            ratio=tuple(row["ratio"]) if "ratio" in row else None,
            why=row.get("why", ""),
        )
        for row in found
    ]
