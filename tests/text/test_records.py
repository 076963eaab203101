"""`tanaka.records.dataclass` against the standard library's: the same answers from both."""

from __future__ import annotations

import dataclasses
import operator
from typing import Any

import pytest

from tanaka import records


def _declared(dataclass: Any) -> dict[str, type]:
    """The same classes, made by one decorator or the other."""

    @dataclass(frozen=True, slots=True)
    class Several:
        name: str
        count: int = 2
        seen: list[int] = dataclasses.field(default_factory=list, compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class One:
        value: float

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        major: int
        minor: int = 0

    @dataclass(slots=True)
    class Changing:
        value: int

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        value: int

    @dataclass(frozen=True, slots=True)
    class OwnWays:
        value: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.value % 2 == other.value % 2

        def __repr__(self) -> str:
            return "own"

    return {name: cls for name, cls in locals().items() if isinstance(cls, type)}


_OURS = _declared(records.dataclass)
_THEIRS = _declared(dataclasses.dataclass)
_ARGUMENTS = {
    "Several": [("a",), ("a", 2), ("a", 3), ("b",), ("a", 2, [1])],
    "One": [(1.0,), (1,), (2.5,)],
    "Empty": [(), ()],
    "Ordered": [(1,), (1, 0), (1, 2), (0, 9)],
    "Changing": [(1,), (1,), (2,)],
    "Itself": [(1,), (1,)],
    "OwnWays": [(1,), (2,), (3,)],
}


def _answers(cls: type, arguments: list[tuple[Any, ...]]) -> list[Any]:
    """What objects of a class say of themselves and of each other."""
    made = [cls(*each) for each in arguments]
    said: list[Any] = [repr(each).split(".")[-1] for each in made]
    said += [a == b for a in made for b in made]
    said += [a == object() for a in made]
    for holds in (operator.lt, operator.le, operator.gt, operator.ge):
        for a in made:
            for b in made:
                try:
                    said.append(holds(a, b))
                except TypeError:
                    said.append(TypeError)
    try:
        said.append([hash(a) == hash(b) for a in made for b in made])
    except TypeError:
        said.append("unhashable")
    return said


@pytest.mark.parametrize("name", sorted(_ARGUMENTS))
def test_it_answers_as_the_standard_library_does(name: str) -> None:
    assert _answers(_OURS[name], _ARGUMENTS[name]) == _answers(_THEIRS[name], _ARGUMENTS[name])


def test_fields_and_replace_know_it() -> None:
    several = _OURS["Several"]("a")
    assert dataclasses.replace(several, count=5) == _OURS["Several"]("a", 5)
    assert [f.name for f in dataclasses.fields(several)] == ["name", "count", "seen"]
    assert not hasattr(several, "__dict__")
