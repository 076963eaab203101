"""Personas: who speaks, what he asks, and how.  Knows nothing but its own files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from tanaka_persona.plans import Plan, PlanError, read_plans

DEFAULT = "dr_tanaka"


class PersonaError(Exception):
    """A persona that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing the persona looks at.

    Attributes
    ----------
    id, title, text : str
        The title and the text are those of its file in ``points``.
    rules : tuple of str
        Prefixes of the rule codes that speak to it.
    """

    id: str
    title: str
    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the answer: its id, its title, and what it has to do."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Persona:
    """Everything about who speaks.

    Attributes
    ----------
    id, name : str
    languages : tuple of str
    system : str
        The system prompt.
    voice : str
        Tone: what is said, and what is never said.
    never : tuple of str
        Words that the voice never uses, as the list in ``voice.md`` has them.
    points : tuple of Point
    parts : tuple of Part
        Parts of the answer, in order.
    phrases : dict of str
        Fixed sentences by name: "nothing" is the whole answer where nothing was found.
    venues : str
        Named where the paper names none.
    max_words : int
        Longest whole answer.
    plans : tuple of Plan
        Sentences for what a rule found and for the parts, in the order of ``plans.md``.
    """

    id: str
    name: str
    languages: tuple[str, ...]
    system: str
    voice: str
    never: tuple[str, ...]
    points: tuple[Point, ...]
    parts: tuple[Part, ...]
    phrases: dict[str, str]
    venues: str
    max_words: int
    plans: tuple[Plan, ...]

    def part(self, id: str) -> Part:
        """The part with this id.

        Raises
        ------
        PersonaError
            Where the persona has no such part.
        """
        found = next((p for p in self.parts if p.id == id), None)
        if found is None:
            raise PersonaError(f"{self.id}/response.md: no part {id!r}")
        return found


def load(name: str = DEFAULT, folder: Traversable | None = None) -> Persona:
    """Load a packaged persona, or one from a folder of one's own.

    Parameters
    ----------
    name : str
        Its folder.
    folder : Traversable, optional
        Where that folder lies; a `pathlib.Path` will do.

    Raises
    ------
    PersonaError
        With the file and the key that are wrong.
    """
    home = (folder or files(__package__ or "tanaka_persona")) / name
    if not home.is_dir():
        raise PersonaError(f"{name}: no such persona")
    try:
        data = tomllib.loads(_text(home, name, "persona.toml"))
    except tomllib.TOMLDecodeError as error:
        raise PersonaError(f"{name}/persona.toml: {error}") from error
    response = _table(data, name, "response")
    wanted = _strings(response, f"{name}/persona.toml: response", "parts")
    written = _parts(_text(home, name, "response.md"))
    missing = [p for p in wanted if p not in written]
    if missing:
        raise PersonaError(f"{name}/response.md: no heading for part {missing[0]!r}")
    voice = _text(home, name, "voice.md")
    return Persona(
        id=name,
        name=_string(data, f"{name}/persona.toml:", "name"),
        languages=_strings(data, f"{name}/persona.toml:", "languages"),
        system=_text(home, name, "system.md"),
        voice=voice,
        never=_never(voice, name),
        points=tuple(_point(home, name, p, i) for i, p in enumerate(data.get("points", ()))),
        parts=tuple(Part(p, *written[p]) for p in wanted),
        phrases={k: str(v) for k, v in _table(data, name, "phrases").items()},
        venues=_string(response, f"{name}/persona.toml: response", "venues"),
        max_words=_count(response, f"{name}/persona.toml: response", "max_words"),
        plans=_plans(home, name),
    )


def _text(home: Traversable, name: str, file: str) -> str:
    path = home
    for part in file.split("/"):
        path = path / part
    if not path.is_file():
        raise PersonaError(f"{name}/{file}: missing")
    return path.read_text(encoding="utf-8")


def _table(data: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise PersonaError(f"{name}/persona.toml: [{key}] is missing or not a table")
    return value


def _string(data: dict[str, Any], where: str, key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise PersonaError(f"{where} {key} is missing or not a string")
    return value


def _strings(data: dict[str, Any], where: str, key: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise PersonaError(f"{where} {key} is missing or not a list of strings")
    return tuple(value)


def _count(data: dict[str, Any], where: str, key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PersonaError(f"{where} {key} is missing or not a positive number")
    return value


def _point(home: Traversable, name: str, given: Any, index: int) -> Point:
    where = f"{name}/persona.toml: points[{index}]"
    if not isinstance(given, dict):
        raise PersonaError(f"{where} is not a table")
    id = _string(given, where, "id")
    text = _text(home, name, f"points/{index + 1}-{id}.md")
    title = re.match(r"#\s+(.+)", text)
    if title is None:
        raise PersonaError(f"{name}/points/{index + 1}-{id}.md: does not begin with a heading")
    return Point(
        id, title.group(1).strip(), text[title.end() :].strip(), _strings(given, where, "rules")
    )


def _parts(text: str) -> dict[str, tuple[str, str]]:
    pieces = re.split(r"(?m)^##\s+(.+)$", text)[1:]
    return {
        re.sub(r"[^a-z]+", "-", title.lower().removeprefix("the ")).strip("-"): (
            title.strip(),
            body.strip(),
        )
        for title, body in zip(pieces[::2], pieces[1::2], strict=True)
    }


def _plans(home: Traversable, name: str) -> tuple[Plan, ...]:
    try:
        return read_plans(_text(home, name, "plans.md"))
    except PlanError as error:
        raise PersonaError(f"{name}/plans.md: {error}") from error


def _never(voice: str, name: str) -> tuple[str, ...]:
    found = re.search(r"(?ms)^## Never says\s*$(.*?)(?=^## |\Z)", voice)
    if found is None:
        raise PersonaError(f"{name}/voice.md: no heading 'Never says'")
    return tuple(m.strip() for m in re.findall(r"(?m)^- (.+)$", found.group(1)))


__all__ = ["DEFAULT", "Part", "Persona", "PersonaError", "Plan", "Point", "load"]
