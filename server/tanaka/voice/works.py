"""Prior work and mechanisms that the plain voice may name, from ``data/works.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Work:
    """A publication whose title, venue and year were checked."""

    id: str
    name: str
    title: str
    venue: str
    year: int
    mechanisms: frozenset[str]
    does: str
    names: tuple[str, ...]

    @property
    def cited(self) -> str:
        """Name, venue and year: "HetPipe (USENIX ATC 2020)"."""
        return f"{self.name} ({self.venue} {self.year})"

    def pattern(self) -> re.Pattern[str]:
        """Finds the work by name in a text."""
        return re.compile(
            "|".join(rf"(?<![\w-]){re.escape(n)}(?![\w])(?!-\w)" for n in (self.name, *self.names))
        )


@dataclass(frozen=True, slots=True)
class Mechanism:
    """What a mechanism is called, and the two ways out of its known part."""

    key: str
    name: str
    delta: bool
    theory: str
    design: str


@dataclass(frozen=True, slots=True)
class Known:
    """All of it, and the day of the search."""

    works: tuple[Work, ...]
    mechanisms: dict[str, Mechanism]
    searched: str

    def work(self, id: str) -> Work:
        """The work with this id."""
        return next(w for w in self.works if w.id == id)


@cache
def known() -> Known:
    """The packaged records.  An entry that is not verified is left out."""
    data = tomllib.loads(
        (files("tanaka.voice") / "data" / "works.toml").read_text(encoding="utf-8")
    )
    works = tuple(
        Work(
            w["id"],
            w["name"],
            w["title"],
            w["venue"],
            w["year"],
            frozenset(w["mechanisms"]),
            w["does"],
            tuple(w.get("names", ())),
        )
        for w in data["work"]
        if w["verified"]
    )
    mechanisms = {
        key: Mechanism(key, m["name"], m["delta"], m.get("theory", ""), m.get("design", ""))
        for key, m in data["mechanism"].items()
    }
    return Known(works, mechanisms, data["searched"])
