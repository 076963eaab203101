"""Settings of a project: ``tanaka.toml`` beside the root."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Config:
    """What ``tanaka.toml`` says, with defaults where it is silent.

    ``select`` and ``ignore`` are prefixes of rule codes; ``problems`` are sentences about what
    could not be understood.
    """

    root: str = ""
    baseline: str = ""
    venue: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def enabled(self, code: str) -> bool:
        """Whether a rule is on."""
        chosen = not self.select or any(code.startswith(p) for p in self.select)
        return chosen and not any(code.startswith(p) for p in self.ignore)


def read_config(text: str | None) -> Config:
    """Settings of a ``tanaka.toml``.  What is wrong in it is said, and the rest is used."""
    if text is None:
        return Config()
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Config(problems=(f"tanaka.toml: {error}",))
    problems: list[str] = []

    def table(name: str) -> dict[str, Any]:
        value = data.get(name, {})
        if not isinstance(value, dict):
            problems.append(f"tanaka.toml: [{name}] is not a table")
            return {}
        return value

    def string(name: str, key: str) -> str:
        value = table(name).get(key, "")
        if not isinstance(value, str):
            problems.append(f"tanaka.toml: {name}.{key} is not a string")
            return ""
        return value

    def codes(key: str) -> tuple[str, ...]:
        value = table("rules").get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            problems.append(f"tanaka.toml: rules.{key} is not a list of codes")
            return ()
        return tuple(value)

    config = Config(
        root=string("paper", "root"),
        baseline=string("paper", "baseline"),
        venue=string("paper", "venue"),
        select=codes("select"),
        ignore=codes("ignore"),
    )
    return Config(
        config.root, config.baseline, config.venue, config.select, config.ignore, tuple(problems)
    )
