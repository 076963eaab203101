"""The words of plain sentences, by relation, from ``data/plain.toml``: read once, when one is asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from tanaka.records import dataclass

RATE = "rate"
"""The vocabulary of all relations of the roofline."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that a plain sentence may hold, and which words of a sentence beside it open it.

    Attributes
    ----------
    words : frozenset of str
        In small letters.
    beside : str
        A name of `tanaka.paper.physics.plain.beside.OPENS`.
    """

    words: frozenset[str]
    beside: str


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """The vocabulary of each relation that has one."""
    data = tomllib.loads((files("tanaka.paper") / "data" / "plain.toml").read_text("utf-8"))
    shared = {name: text.split() for name, text in data["shared"].items()}
    return {
        name: Vocabulary(
            frozenset([*r["words"].split(), *(w for s in r["shared"] for w in shared[s])]),
            r["beside"],
        )
        for name, r in data["relations"].items()
    }
