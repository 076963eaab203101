"""The names that `tanaka.paper.entities` looks for, from ``data/names.toml`` and from what is known.

Devices come from the hardware catalogue, systems from the works of the knowledge base, and
``data/names.toml`` adds what neither has.  ``make docs`` writes them all to ``data/known.json``,
since reading all those records takes a quarter of a second.  That file is read once, when the first
sentence asks, and an expression is compiled when a word that may begin it is met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from tanaka.patterns import Lazy
from tanaka.records import dataclass

_REACH = 3
"""Letters of a word that choose the expressions that are tried on it."""
_NUMBER = r"\d{1,3}(?:\.\d{1,2})?"
_TELLING = Lazy(r"[a-z].*[A-Z]|[A-Z]{2}.*[a-z]|[A-Z]{4}|-[A-Z]{2}|\d")
"""What makes the name of a work no ordinary word: capitals inside, or a digit."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to begin a name: what it names ("device", "short", "link", ...), and its expression."""

    sort: str
    pattern: Lazy


@dataclass(frozen=True, slots=True)
class Names:
    """All names, ready to be looked for.

    Attributes
    ----------
    starts : mapping
        First letters of a word with a capital, or a whole word, to the forms that begin so.
    behind : pattern
        What may follow the family of a device: form and capacity.
    vendors, vendor : pattern
        Vendors, at the end of what stands before it, and at its beginning.
    ordinary : frozenset of str
        Words with a capital inside that name no system.
    keys : mapping
        Name of a work to its id in the knowledge base.
    platforms : pattern
        Systems that others run on.
    metrics : mapping
        A metric as said, in lower case with blanks, to its canonical name.
    """

    starts: Mapping[str, tuple[Form, ...]]
    behind: Lazy
    vendors: Lazy
    vendor: Lazy
    ordinary: frozenset[str]
    keys: Mapping[str, str]
    platforms: Lazy
    metrics: Mapping[str, str]


@cache
def names() -> Names:
    """The packaged names."""
    known = json.loads(_text("known.json"))
    return _read(known["names"], known["families"], known["works"])


def _text(name: str) -> str:
    return (files("tanaka.paper") / "data" / name).read_text("utf-8")


def known_names() -> dict[str, object]:
    """What ``known.json`` holds: the names of ``names.toml``, families of devices, works by name."""
    import tomllib

    from hwmodels.catalog import accelerators
    from tanaka.knowledge.catalog import knowledge

    return {
        "names": tomllib.loads(_text("names.toml")),
        "families": sorted({p.family for p in accelerators()}),
        "works": {n: w.id for w in knowledge().works for n in (w.name, *w.names)},
    }


def _read(
    data: Mapping[str, dict[str, list[str]]], parts: Iterable[str], works: Mapping[str, str]
) -> Names:
    devices, models, systems = data["devices"], data["models"], data["systems"]
    short = devices["short"]
    families = {re.escape(p).replace(r"\ ", " ?") for p in parts} - set(short)
    other = frozenset(systems["other_works"])
    known = {n for n in works if " " not in n and _TELLING.search(n) and n not in other}
    found: dict[str, list[tuple[str, str]]] = {}
    shape = _shape(models)

    def add(sort: str, patterns: Iterable[str], tail: str = "") -> None:
        for pattern in patterns:
            found.setdefault(_start(pattern), []).append((sort, pattern + tail))

    add("device", [*devices["plain"], *sorted(families)], "s?")
    add("short", short, "s?")
    add("link", data["links"]["plain"], "s?")
    add("dataset", data["datasets"]["names"])
    add("model", models["open"], rf"(?:{shape})*s?")
    add("model", models["sized"], rf"(?:{shape})+")
    add("system", [*systems["names"], *(re.escape(n) for n in sorted(known))])
    add("platform", systems["platforms"])
    metrics = {said: name for name, ways in data["metrics"].items() for said in ways}
    for said in metrics:
        spelled = re.escape(said).replace(r"\ ", "[- ]").replace(r"\-", "[- ]?")
        first = re.match(r"[A-Za-z0-9]+", said)
        if first is not None:
            word = first.group()
            found.setdefault(word.lower(), []).append(("metric", f"(?i:{spelled})" if said == said.lower() else spelled))  # fmt: skip
    return Names(
        {start: _forms(forms) for start, forms in found.items()},
        Lazy(rf"(?:[- ]?(?:{devices['forms']})(?![A-Za-z])|[- ]?\d{{2,3}} ?Gi?B(?![A-Za-z/]))*"),
        Lazy(rf"(?:(?:{'|'.join(devices['vendors'])})[- ])+$"),
        Lazy(rf"(?:(?:{'|'.join(devices['vendors'])})[- ])+"),
        frozenset(systems["words"]) | other,
        works,
        Lazy("|".join(f"(?:{p})" for p in systems["platforms"])),
        {said.lower().replace("-", " "): name for said, name in metrics.items()},
    )  # fmt: skip


def _shape(models: Mapping[str, object]) -> str:
    parts = (str(models[k]).replace("{n}", _NUMBER) for k in ("size", "version", "word"))
    return "|".join(parts)


def _forms(spelled: list[tuple[str, str]]) -> tuple[Form, ...]:
    """One expression for each sort, its longest alternative first."""
    by_sort: dict[str, list[str]] = {}
    for sort, pattern in spelled:
        by_sort.setdefault(sort, []).append(pattern)
    return tuple(
        Form(sort, Lazy(rf"(?:{'|'.join(sorted(ps, key=lambda p: (-len(p), p)))})(?![A-Za-z0-9])"))
        for sort, ps in by_sort.items()
    )  # fmt: skip


def _start(pattern: str) -> str:
    """Letters and digits that every match begins with: three at most, or a word in lower case."""
    start = ""
    reach = len(pattern) if pattern[0].islower() else _REACH
    for at, letter in enumerate(pattern[:reach]):
        if not letter.isalnum() or pattern[at + 1 : at + 2] in ("?", "*", "{"):
            break
        start += letter
    return start
