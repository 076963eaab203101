"""TOML to records.  A file that cannot be used is named with its key; a project may overlay its own."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import Field, fields
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tanaka.knowledge.model import (
    Combination,
    ComplexityFact,
    CornerCase,
    Factor,
    Form,
    Knowledge,
    Mechanism,
    Setting,
    Smell,
    Twist,
    Work,
)

R = TypeVar("R")

ROOTS = frozenset(
    {"training", "serving", "numerics", "kernels", "network", "reliability", "hardware"}
)
"""Where the tree of mechanisms begins."""


class KnowledgeError(Exception):
    """A record that cannot be used; the message names the file and the key."""


_KINDS: dict[str, type[Any]] = {
    "mechanisms": Mechanism,
    "works": Work,
    "combinations": Combination,
    "twists": Twist,
    "corner-cases": CornerCase,
    "smells": Smell,
    "complexity": ComplexityFact,
}
_NESTED: tuple[type[Any], ...] = (Form, Setting, Factor)


@cache
def knowledge() -> Knowledge:
    """The packaged records."""
    home = files("tanaka.knowledge") / "data"
    texts = {
        f"{kind}/{file.name}": file.read_text(encoding="utf-8")
        for kind in _KINDS
        for file in sorted((home / kind).iterdir(), key=lambda f: f.name)
        if file.name.endswith(".toml")
    }
    texts["searched.toml"] = (home / "searched.toml").read_text(encoding="utf-8")
    return read(texts)


def overlaid(overlay: Mapping[str, str]) -> Knowledge:
    """The packaged records under those of a project: a record of the same id is replaced.

    Parameters
    ----------
    overlay : mapping
        Text by name, as the packaged files are named: "works/mine.toml".

    Raises
    ------
    KnowledgeError
    """
    if not overlay:
        return knowledge()
    base, own = knowledge(), read({**overlay, "searched.toml": f'on = "{knowledge().searched}"'})

    def merged(ours: tuple[R, ...], theirs: tuple[R, ...], id: Callable[[R], str]) -> tuple[R, ...]:
        records = {id(r): r for r in ours} | {id(r): r for r in theirs}
        return tuple(records.values())

    whole = Knowledge(
        merged(base.mechanisms, own.mechanisms, lambda r: r.id),
        merged(base.works, own.works, lambda r: r.id),
        merged(base.combinations, own.combinations, lambda r: r.id),
        merged(base.twists, own.twists, lambda r: r.id),
        merged(base.corner_cases, own.corner_cases, lambda r: r.id),
        merged(base.smells, own.smells, lambda r: r.id),
        merged(base.facts, own.facts, lambda r: r.id),
        base.searched,
        base.key + own.key,
    )
    for problem in problems(own, whole):
        raise KnowledgeError(problem)
    return whole


def problems(records: Knowledge, known: Knowledge) -> Iterator[str]:
    """What is wrong with records beside all that is known: an id of nothing, a pattern that is none."""
    roots = ROOTS | known.by_mechanism.keys()
    for m in records.mechanisms:
        if m.parent not in roots or m.parent == m.id:
            yield f"mechanisms: {m.id}.parent names no mechanism: {m.parent}"
        yield from _named(f"mechanisms: {m.id}.works", m.works, known.by_work)
        for form in m.forms:
            for pattern in (form.pattern, form.needs, form.unless):
                yield from _pattern(f"mechanisms: {m.id}.forms", pattern)
        for knob in m.settings:
            for pattern in knob.patterns:
                yield from _pattern(
                    f"mechanisms: {m.id}.settings", re.sub(r"\{n%?\}", "0", pattern)
                )
    for c in records.combinations:
        yield from _named(f"combinations: {c.id}.mechanisms", c.mechanisms, known.by_mechanism)
        yield from _named(f"combinations: {c.id}.works", c.works, known.by_work)
    for t in records.twists:
        cited = re.findall(r"\{([a-z0-9][a-z0-9.-]*)\}", t.prior)
        yield from _named(f"twists: {t.id}.has_any", t.has_any, known.by_mechanism)
        yield from _named(f"twists: {t.id}.lacks", t.lacks, known.by_mechanism)
        yield from _named(f"twists: {t.id}.amid", t.amid, known.by_mechanism)
        yield from _named(f"twists: {t.id}.nearest", t.nearest, known.by_work)
        yield from _named(f"twists: {t.id}.prior", cited, known.by_work)
    for case in records.corner_cases:
        where = f"corner-cases: {case.id}"
        yield from _named(f"{where}.mechanisms", case.mechanisms, known.by_mechanism)
        yield from _named(f"{where}.works", case.works, known.by_work)
    for smell in records.smells:
        yield from _named(f"smells: {smell.id}.works", smell.works, known.by_work)
        for cue in smell.cues:
            yield from _pattern(f"smells: {smell.id}.cues", cue)


def _named(where: str, ids: Iterable[str], known: Container[str]) -> Iterator[str]:
    for id in ids:
        if id not in known:
            yield f"{where} names no record: {id}"


def _pattern(where: str, pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{where} is no pattern: {error}"


def read(texts: Mapping[str, str]) -> Knowledge:
    """Records of TOML texts by name.  A table of a file is a record, its name the record's id.

    Raises
    ------
    KnowledgeError
        With the file and the key that are wrong.
    """
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    searched = ""
    for name, text in texts.items():
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise KnowledgeError(f"{name}: {error}") from error
        if name == "searched.toml":
            searched = str(data.get("on", ""))
            continue
        kind = name.partition("/")[0]
        if kind not in _KINDS:
            raise KnowledgeError(f"{name}: not one of the folders {', '.join(_KINDS)}")
        for id, record in data.items():
            if not isinstance(record, dict):
                raise KnowledgeError(f"{name}: {id} is not a table")
            found[kind].append(_record(_KINDS[kind], {"id": id, **record}, f"{name}: {id}"))
    key = hashlib.blake2b(repr(sorted(texts.items())).encode(), digest_size=8).hexdigest()
    return Knowledge(
        tuple(found["mechanisms"]),
        tuple(found["works"]),
        tuple(found["combinations"]),
        tuple(found["twists"]),
        tuple(found["corner-cases"]),
        tuple(found["smells"]),
        tuple(found["complexity"]),
        searched,
        key,
    )


@lru_cache(maxsize=64)
def _hints(kind: Hashable) -> tuple[dict[str, Any], tuple[Field[Any], ...]]:
    return get_type_hints(kind), fields(kind)  # type: ignore[arg-type]


def _record(kind: type[Any], data: Mapping[str, Any], where: str) -> Any:
    hints, own = _hints(kind)  # type: ignore[arg-type]
    known = {f.name for f in own}
    for key in data:
        if key not in known:
            raise KnowledgeError(f"{where}: unknown key {key!r}")
    values: dict[str, Any] = {}
    for f in own:
        if f.name in data:
            values[f.name] = _value(hints[f.name], data[f.name], f"{where}.{f.name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise KnowledgeError(f"{where}: {error}") from error


def _value(hint: Any, given: Any, where: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (tuple, frozenset):
        if not isinstance(given, list):
            raise KnowledgeError(f"{where} is not a list")
        if origin is tuple and len(inner) == 2 and inner[1] is not Ellipsis:
            if len(given) != 2:
                raise KnowledgeError(f"{where} is not a pair")
            return tuple(_value(h, v, where) for h, v in zip(inner, given, strict=True))
        return origin(_value(inner[0], v, where) for v in given)
    if origin in (Union, UnionType):
        return _value(next(h for h in inner if h is not type(None)), given, where)
    if hint in _NESTED:
        # A form that is words alone is the pattern of those words.
        if hint is Form and isinstance(given, str):
            return Form(given)
        if not isinstance(given, dict):
            raise KnowledgeError(f"{where} is not a table")
        return _record(hint, given, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        try:
            return hint(given)
        except ValueError as error:
            raise KnowledgeError(f"{where}: {error}") from error
    if hint is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if not isinstance(given, hint) or (hint is int and isinstance(given, bool)):
        raise KnowledgeError(f"{where} is not a {hint.__name__}")
    return given
