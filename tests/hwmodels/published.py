"""Rows of the published tables: CSV files with a tolerance and a source in every row.

A table whose columns are `COLUMNS` needs no code of its own: a row gives an expression in the
names of formulas and of its arguments ("utilization(R / n, P)", "R=566.5e15 n=3072 P=312e12"), or
the name of a formula alone, and what was printed.  One with the columns `MEASURED` has what was
measured in its place, and the side of the bound on which it must lie.  The other tables are read by the test that
knows their columns.
"""

from __future__ import annotations

import csv
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import hwmodels
from hwmodels.formula import FORMULAS, Formula, evaluate
from hwmodels.units import to_base

FOLDER = Path(__file__).parent / "published"
MEASURED = ["bound", "arguments", "measured", "unit", "side", "source"]
COLUMNS = ["formula", "arguments", "printed", "unit", "tolerance", "source"]

for _module in iter_modules(hwmodels.__path__):
    import_module(f"hwmodels.{_module.name}")  # registers its formulas
BY_NAME: dict[str, Formula] = {f.name: f for f in FORMULAS}


def rows(name: str) -> list[dict[str, str]]:
    """Rows of one table."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names() -> list[str]:
    """Names of all tables."""
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


def evaluated_rows() -> list[tuple[str, dict[str, str]]]:
    """Rows that say how they are evaluated, each with the name of its table."""
    return [(name, row) for name in names() for row in rows(name) if list(row) == COLUMNS]


def measured_rows() -> list[dict[str, str]]:
    """Measurements that must lie on one side of a bound."""
    return [row for name in names() for row in rows(name) if list(row) == MEASURED]


def arguments(row: dict[str, str]) -> dict[str, float]:
    """Arguments of a row, in base units."""
    return {k: float(v) for k, v in (a.split("=") for a in row["arguments"].split())}


def ours(row: dict[str, str]) -> float:
    """What we compute for a row, in its base unit."""
    text, given = row.get("formula") or row["bound"], arguments(row)
    if text in BY_NAME:
        return float(BY_NAME[text](**given))
    return float(evaluate(text, given, BY_NAME))


def printed(row: dict[str, str]) -> float:
    """What was printed, in its base unit."""
    return to_base(float(row["printed"]), row["unit"])[0]


def rounding(row: dict[str, str]) -> float:
    """Half of the last digit printed, as a share of the figure."""
    mantissa = row["printed"].partition("e")[0]
    digits = len(mantissa.partition(".")[2])
    return float(0.5 * 10.0**-digits / abs(float(mantissa)))


def work(row: dict[str, str]) -> str:
    """The work that a row is from: author and title or program, without section and table."""
    return ", ".join(row["source"].split(", ")[:2])
