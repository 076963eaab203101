"""Regular expressions that are compiled when they are first used, so that importing costs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any


class Lazy:
    """A pattern whose methods are those of the compiled one, from the first call on.

    Parameters
    ----------
    source : str
    flags : int
        As of `re.compile`.
    """

    match: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    findall: Callable[..., list[Any]]
    split: Callable[..., list[Any]]
    sub: Callable[..., str]

    def __init__(self, source: str, flags: int = 0) -> None:
        self.pattern, self.flags = source, int(flags)

    def __getattr__(self, name: str) -> Any:
        # Reached only before the first use: then the bound methods stand in the instance.
        if name not in Lazy.__annotations__:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        for method in Lazy.__annotations__:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
