"""Rows of the published tables: CSV files with a tolerance and a source in every row."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent / "published"


def rows(name: str) -> list[dict[str, str]]:
    """Rows of one table."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
