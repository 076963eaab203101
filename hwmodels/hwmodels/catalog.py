"""Accelerators from TOML files: every number with its unit and its source.

A name as authors write it resolves to the set of variants that it may mean; a bound is taken
over all of them.  Reads only the package's own data, on first use, and of that only the files of
the parts that a name may mean; a user's files come in as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hwmodels.accelerator import PRECISIONS as PRECISIONS
from hwmodels.accelerator import Accelerator as Accelerator
from hwmodels.accelerator import Measured as Measured
from hwmodels.accelerator import Peak as Peak
from hwmodels.accelerator import RateError as RateError
from hwmodels.accelerator import precision_name as precision_name
from hwmodels.accelerator import read as read
from hwmodels.ceilings import Ceiling as Ceiling
from hwmodels.ceilings import dense_peak as dense_peak
from hwmodels.ceilings import dense_peak_range as dense_peak_range
from hwmodels.ceilings import hard_peak as hard_peak
from hwmodels.ceilings import most_capacity as most_capacity
from hwmodels.provenance import DataError as DataError
from hwmodels.provenance import Fields as Fields
from hwmodels.provenance import Source as Source
from hwmodels.provenance import Sourced as Sourced
from hwmodels.provenance import read_sources as read_sources
from hwmodels.provenance import sources as sources
from hwmodels.spelling import Spelling, meant

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Catalog:
    """Accelerators, by id."""

    parts: tuple[Accelerator, ...]

    @classmethod
    def from_texts(
        cls, texts: Mapping[str, str], known: Mapping[str, Source] | None = None
    ) -> Catalog:
        """Catalogue of TOML texts, by the name of their file.

        Raises
        ------
        DataError
            Naming the file and the key; also for two parts with one id.
        """
        parts: dict[str, Accelerator] = {}
        for name, text in sorted(texts.items()):
            part = read(name, text, known)
            if part.id in parts:
                raise DataError(f"{name}: id {part.id!r} is taken")
            parts[part.id] = part
        return cls(tuple(parts[i] for i in sorted(parts)))

    def overlaid(self, other: Catalog) -> Catalog:
        """Both catalogues in one; the other wins where an id is in both."""
        parts = {p.id: p for p in (*self.parts, *other.parts)}
        return Catalog(tuple(parts[i] for i in sorted(parts)))

    def find(self, name: str) -> tuple[Accelerator, ...]:
        """Variants that a name may mean; empty where the part is not known.

        A word that is not understood ("DGX", "Laptop", "Ti") makes it another thing, not a guess.
        """
        parts = {p.spelling: p for p in self.parts}
        return tuple(parts[s] for s in meant(name, parts))


class _Tested:
    """The bibliography where the package's own files are read: that they cite it, the tests hold.

    Reading it takes longer than reading the parts that a paper names.
    """

    def __contains__(self, key: object) -> bool:
        return True


def _data(name: str) -> Traversable:
    from importlib.resources import files  # slow to import, and not needed by who only reads types

    return files("hwmodels") / "data" / name


@cache
def spellings() -> tuple[Spelling, ...]:
    """What the names of the package's parts are made of, from a file that `make docs` writes."""
    import json

    rows = json.loads(_data("names.json").read_text("utf-8"))
    return tuple(Spelling._make((*row[:-1], tuple(row[-1]))) for row in rows)


@cache
def _part(id: str) -> Accelerator:
    name = f"{id}.toml"
    return read(name, (_data("accelerators") / name).read_text("utf-8"), _Tested())


@cache
def catalog() -> Catalog:
    """The catalogue of the package."""
    names = sorted(p.name for p in _data("accelerators").iterdir() if p.name.endswith(".toml"))
    return Catalog(tuple(_part(n.removesuffix(".toml")) for n in names))


def accelerators() -> tuple[Accelerator, ...]:
    """Every variant in the catalogue of the package, by id."""
    return catalog().parts


@cache
def find(name: str) -> tuple[Accelerator, ...]:
    """Variants that a name may mean; empty where the part is not known.

    "A100" means all four, "A100-80GB" the two with 80 GB, "A100-SXM4-80GB" one.
    """
    return tuple(_part(s.id) for s in meant(name, spellings()))


def with_user_parts(*layers: Mapping[str, str], bibliography: str = "") -> Catalog:
    """The package's catalogue under what a user adds.

    Parameters
    ----------
    *layers : mapping of str to str
        TOML texts by the name of their file, as someone read them; each layer wins over those
        before it, and the first over the package, where a part has an id that was there.
    bibliography : str
        TOML text of the sources that they cite beside the package's own.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing, is not known or cannot be read.
    """
    known = {**sources(), **read_sources("bibliography", bibliography)}
    whole = catalog()
    for texts in layers:
        whole = whole.overlaid(Catalog.from_texts(texts, known))
    return whole
