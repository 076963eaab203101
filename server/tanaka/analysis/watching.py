"""A context that notes what a rule reads of it, so that a rule runs again only where that has changed."""

from __future__ import annotations

import dataclasses
from typing import Any

from tanaka.paper.reads import BESIDE, Answers, Watched
from tanaka.rules.api import Context


def answers_of(context: Context, before: Answers | None) -> Answers:
    """What will be asked about a context; ``before`` is what was asked about the one before it."""
    beside = {name: getattr(context, name) for name in _BESIDE}
    context.paper.answers = answers = Answers(context.paper, beside, before)
    return answers


_BESIDE = tuple(f.name for f in dataclasses.fields(Context) if f.name != "paper")


class WatchedContext(Context):
    """A context whose every field is a question to a watched paper."""

    __slots__ = ("_watched",)

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __getattribute__(self, name: str) -> Any:
        if name == "paper":
            return object.__getattribute__(self, "_watched")
        if name in _BESIDE:
            return object.__getattribute__(self, "_watched").read(BESIDE, name)
        return object.__getattribute__(self, name)


__all__ = ["WatchedContext", "answers_of"]
