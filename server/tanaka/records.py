"""`dataclass`, as in the standard library, at a third of its cost for a frozen class.

Of the time to the first finding a third went into compiling five methods for each of 150 classes,
and a frozen ``__init__`` takes three times as long for each of the thousands made for a key.  Here
only ``__init__`` is compiled; the other methods read the fields through `operator.attrgetter`.
That a frozen object does not change is what the type checker holds, for which this is the standard
library's own `dataclass`; nothing looks while the server runs.
"""

from __future__ import annotations

import dataclasses
import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass

    _Key = Callable[[Any], tuple[Any, ...]]
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, order=False, eq=True):
        """Make a class of annotated fields; the arguments are those of the standard library.

        Parameters
        ----------
        cls : type
            The class.
        frozen : bool
            Give it a hash over its fields.
        slots : bool
            Give it slots.
        order : bool
            Order by the fields, in their order.
        eq : bool
            Compare by the fields; without it two objects are equal only where they are one.

        Returns
        -------
        type
            One that `dataclasses.fields` and `dataclasses.replace` know.
        """

        def made(plain):
            own = set(vars(plain))
            if vars(plain).get("__hash__") is None:  # what Python leaves beside an own `__eq__`
                own.discard("__hash__")
            made = dataclasses.dataclass(repr=False, eq=False, slots=slots)(plain)
            fields = dataclasses.fields(made)
            methods = {"__repr__": _shown}
            if eq:
                key = _key([f.name for f in fields if f.compare])
                methods["__eq__"] = _equal(key)
                hashed = _key([f.name for f in fields if (f.compare if f.hash is None else f.hash)])
                methods["__hash__"] = (lambda self: hash(hashed(self))) if frozen else None
                if order:
                    for name in ("lt", "le", "gt", "ge"):
                        methods[f"__{name}__"] = _ordered(key, getattr(operator, name))
            for name, method in methods.items():
                if name not in own:
                    setattr(made, name, method)
            return made

        return made if cls is None else made(cls)


def _key(names: list[str]) -> _Key:
    """What reads the fields of these names as a tuple."""
    if not names:
        return lambda _: ()
    read = operator.attrgetter(*names)
    return read if len(names) > 1 else lambda self: (read(self),)


def _equal(key: _Key) -> Callable[[Any, object], Any]:
    def equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or key(self) == key(other)

    return equal


def _ordered(key: _Key, holds: Callable[[Any, Any], bool]) -> Callable[[Any, object], Any]:
    def ordered(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return holds(key(self), key(other))

    return ordered


def _shown(self: Any) -> str:
    inside = ", ".join(
        f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr
    )
    return f"{type(self).__qualname__}({inside})"
