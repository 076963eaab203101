"""Numbers with a unit and a source, as data files hold them, and the bibliography that they cite.

A file is read strictly: a key that is not known, a number without unit, source or `verified`, a
unit of another dimension are errors that name the file and the key.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hwmodels.units import UnitError, to_base


class DataError(ValueError):
    """A data file that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number with its unit and where it was read.

    Attributes
    ----------
    value : float
        In base units.
    unit : str
        The base unit.
    source : str
        Key in the bibliography (`sources`).
    verified : bool
        Whether the source was checked; a value that was not never carries a proof.
    note : str
        What must be known to use the number.
    """

    value: float
    unit: str
    source: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A bibliography entry: a short title to print, and the whole."""

    key: str
    title: str
    full: str
    year: int


@cache
def sources() -> Mapping[str, Source]:
    """The bibliography that data files cite."""
    from importlib.resources import files  # slow to import, and not needed by who only reads types

    return read_sources(
        "sources.toml", (files("hwmodels") / "data" / "sources.toml").read_text("utf-8")
    )


def read_sources(name: str, text: str) -> dict[str, Source]:
    """Bibliography of a TOML text.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing or cannot be read.
    """
    found = {}
    for key, entry in _parsed(name, text).items():
        if not isinstance(entry, dict):
            raise DataError(f"{name}: {key} is not a table")
        for part, kind in (("title", str), ("full", str), ("year", int)):
            if not isinstance(entry.get(part), kind):
                raise DataError(
                    f"{name}: {key}.{part} is missing or is not of type {kind.__name__}"
                )
        found[key] = Source(key, entry["title"], entry["full"], entry["year"])
    return found


def _parsed(name: str, text: str) -> dict[str, Any]:
    import tomllib  # a third of the time that importing this module would take

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: {error}") from error


_PARTS = ("value", "unit", "source", "verified", "note")


class Fields:
    """A TOML table that knows its file and its key, for the message of an error."""

    def __init__(self, file: str, key: str, data: object, known: Container[str]) -> None:
        if not isinstance(data, dict):
            raise DataError(f"{file}: {key or 'the file'} is not a table")
        self.file, self.key, self.known = file, key, known
        self.data: dict[str, Any] = data

    @classmethod
    def of(cls, file: str, text: str, known: Container[str] | None) -> Fields:
        """The whole of a file; ``known`` is the bibliography, None for the package's own."""
        data = _parsed(file, text)
        return cls(file, "", data, sources() if known is None else known)

    def error(self, key: str, what: str) -> DataError:
        """The error of a key, to be raised."""
        return DataError(f"{self.file}: {self.path(key)} {what}")

    def path(self, key: str) -> str:
        """Where a key stands in the file: "memory.bandwidth"."""
        return f"{self.key}.{key}" if self.key else key

    def only(self, *keys: str) -> Fields:
        """Itself, where it has no other keys.

        Raises
        ------
        DataError
            Naming the key that is not known, and those that are.
        """
        for key in self.data:
            if key not in keys:
                raise self.error(key, f"is not known; known are {', '.join(keys)}")
        return self

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """Value of a key, which must be of a type."""
        value = self.data.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise self.error(key, f"is not of type {kind.__name__}")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """The list of words under a key; empty where there is no such key."""
        listed = self.get(key, list, [])
        for name in listed:
            if not isinstance(name, str) or not name.strip():
                raise self.error(key, f"has {name!r}, which is not a word")
        return tuple(listed)

    def table(self, key: str) -> Fields:
        """The table under a key."""
        return Fields(self.file, self.path(key), self.data.get(key), self.known)

    def sourced(self, key: str, unit: str, more: tuple[str, ...] = ("sparse",)) -> Sourced:
        """The positive number under a key, in a base unit; ``more`` are keys read elsewhere."""
        entry = self.table(key)
        for part in entry.data:
            if part not in _PARTS and part not in more:
                raise entry.error(part, "is not known")
        value = entry.data.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise entry.error("value", "is not a number")
        source = entry.get("source", str)
        if source not in self.known:
            raise entry.error("source", f"cites {source!r}, which the bibliography does not have")
        try:
            value, base = to_base(float(value), entry.get("unit", str))
        except UnitError as error:
            raise entry.error("unit", f"is wrong: {error}") from error
        if base != unit:
            raise entry.error("unit", f"is a unit of {base}, not of {unit}")
        if not value > 0:
            raise entry.error("value", "is not positive")
        return Sourced(value, base, source, entry.get("verified", bool), entry.get("note", str, ""))

    def maybe(self, key: str, unit: str) -> Sourced | None:
        """The number under a key, None where there is no such key."""
        return self.sourced(key, unit) if key in self.data else None
