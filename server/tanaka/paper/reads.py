"""What a computation reads of a paper, so that it runs again only where one of those facts is another.

A rule is given a `Watched` paper, which notes each question that is put to it with its answer.  At the
next revision the same questions are put to the paper as it is then: where all answers are the same,
so is what the rule said.  A `query` is a function of a paper that is kept in the same way; whoever
asks it reads its value, and not what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TypeVar, cast

from tanaka.paper.model import (
    Claim,
    Mention,
    Number,
    NumberId,
    Paper,
    Physical,
    Section,
    SectionId,
    Statement,
    Stretch,
    Table,
)
from tanaka.quantity import Kind

if TYPE_CHECKING:
    from typing import TypeGuard

C = TypeVar("C", bound=Claim)
V = TypeVar("V")
P = ParamSpec("P")

Question = tuple[Hashable, ...]
"""A name of a `Paper`, or a query, with arguments; or a name of what is known beside the paper."""

BESIDE = "beside"
"""First part of a question about what is known beside the paper."""


class Answers:
    """What was asked about one revision of a paper, and the answers.

    Parameters
    ----------
    paper : Paper
    beside : mapping of str to object
        What is known beside the paper, by name.
    before : Answers or None
        Of the revision before, whose answers are kept where nothing that they rest on has changed.
    """

    def __init__(
        self,
        paper: Paper,
        beside: Mapping[str, object] | None = None,
        before: Answers | None = None,
    ) -> None:
        self.paper, self._beside, self._before = paper, beside or {}, before
        if before is not None:
            before._before = None
        self._now: dict[Question, object] = {}
        self._made: dict[Question, _Made] = {}

    def ask(self, question: Question) -> object:
        """The answer; the object of the revision before where it is equal."""
        try:
            return self._now[question]
        except KeyError:
            pass
        what, *args = question
        if _is_query(what):
            return self.recall(question, lambda watched: what(watched, *args))
        value = self._look(what, args)
        if self._before is not None:
            old = self._before._now.get(question, self)
            if old is not self and (old is value or old == value):
                value = old
        self._now[question] = value
        return value

    def recall(self, question: Question, make: Callable[[Watched], V]) -> V:
        """What ``make`` gives; from the revision before where all that it read is as it was."""
        if question in self._now:
            return cast("V", self._now[question])
        made = self._before._made.get(question) if self._before is not None else None
        if made is None or not self._stands(made):
            watched = Watched(self)
            value: object = make(watched)
            if made is not None and made.value == value:
                value = made.value
            made = _Made(tuple(watched.log.items()), value)
        self._made[question] = made
        self._now[question] = made.value
        return cast("V", made.value)

    def _stands(self, made: _Made) -> bool:
        try:
            for question, value in made.reads:
                now = self.ask(question)
                if now is not value and now != value:
                    return False
        except Exception:  # noqa: BLE001 - a question that cannot be put any more is not answered as it was
            return False
        return True

    def _look(self, what: Hashable, args: list[Hashable]) -> object:
        if what == BESIDE:
            return self._beside[cast("str", args[0])]
        if what == "number":  # None where there is none: the question may be whether there is
            return self.paper.by_id.get(cast("NumberId", args[0]))
        found = getattr(self.paper, cast("str", what))
        return found(*args) if args or what in _WITH_ANY else found


_WITH_ANY = ("physical", "numbers_of", "counts_of", "mentions_of")


class _Made:
    __slots__ = ("reads", "value")

    def __init__(self, reads: tuple[tuple[Question, object], ...], value: object) -> None:
        self.reads, self.value = reads, value


def _is_query(what: Hashable) -> TypeGuard[Callable[..., object]]:
    return callable(what)


class Watched(Paper):
    """A paper that notes what is read of it.  No key of a cache: what is read there would be missed."""

    def __init__(self, answers: Answers) -> None:
        self._asked = answers
        self.log: dict[Question, object] = {}

    def __hash__(self) -> NoReturn:
        raise TypeError("a function of a paper is kept by `query`, not by a cache")

    def __eq__(self, other: object) -> bool:
        return self is other

    def read(self, *question: Hashable) -> object:
        """The answer to a question, noted."""
        try:
            return self.log[question]
        except KeyError:
            found = self.log[question] = self._asked.ask(question)
            return found

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """All of it."""
        return cast("tuple[Stretch, ...]", self.read("stretches"))

    @property
    def numbers(self) -> tuple[Number, ...]:
        """As of `Paper`."""
        return cast("tuple[Number, ...]", self.read("numbers"))

    @property
    def order(self) -> Mapping[NumberId, int]:
        """As of `Paper`."""
        return cast("Mapping[NumberId, int]", self.read("order"))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """As of `Paper`."""
        return cast("tuple[Claim, ...]", self.read("claims"))

    @property
    def later(self) -> tuple[Claim, ...]:
        """As of `Paper`."""
        return cast("tuple[Claim, ...]", self.read("later"))

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """As of `Paper`."""
        return cast("tuple[Mention, ...]", self.read("mentions"))

    @property
    def tables(self) -> tuple[Table, ...]:
        """As of `Paper`."""
        return cast("tuple[Table, ...]", self.read("tables"))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """As of `Paper`."""
        return cast("tuple[Statement, ...]", self.read("statements"))

    @property
    def sections(self) -> tuple[Section, ...]:
        """As of `Paper`."""
        return cast("tuple[Section, ...]", self.read("sections"))

    @property
    def seen(self) -> int:
        """As of `Paper`."""
        return cast("int", self.read("seen"))

    @property
    def by_id(self) -> Mapping[NumberId, Number]:
        """As of `Paper`; each that is looked up is noted."""
        return _ById(self)

    def number(self, id: NumberId) -> Number:
        """As of `Paper`."""
        found = self.read("number", id)
        if found is None:
            raise KeyError(id)
        return cast("Number", found)

    def of(self, kind: type[C]) -> tuple[C, ...]:
        """As of `Paper`."""
        return cast("tuple[C, ...]", self.read("of", cast("Hashable", kind)))

    def physical(self, *relations: str) -> tuple[Physical, ...]:
        """As of `Paper`."""
        return cast("tuple[Physical, ...]", self.read("physical", *relations))

    def numbers_of(self, *kinds: Kind) -> tuple[Number, ...]:
        """As of `Paper`."""
        return cast("tuple[Number, ...]", self.read("numbers_of", *kinds))

    def counts_of(self, *nouns: str) -> tuple[Number, ...]:
        """As of `Paper`."""
        return cast("tuple[Number, ...]", self.read("counts_of", *nouns))

    def place(self, id: NumberId) -> int:
        """As of `Paper`."""
        return cast("int", self.read("place", id))

    def mentions_of(self, *what: str) -> tuple[Mention, ...]:
        """As of `Paper`."""
        return cast("tuple[Mention, ...]", self.read("mentions_of", *what))

    def section(self, id: SectionId) -> Section | None:
        """As of `Paper`."""
        return cast("Section | None", self.read("section", id))

    def mentioned(self, what: str) -> tuple[Mention, ...]:
        """As of `Paper`."""
        return cast("tuple[Mention, ...]", self.read("mentioned", what))


class _ById(Mapping[NumberId, Number]):
    def __init__(self, paper: Watched) -> None:
        self._paper = paper

    def __getitem__(self, id: NumberId) -> Number:
        return self._paper.number(id)

    def __iter__(self) -> Iterator[NumberId]:
        return iter(self._paper.order)

    def __len__(self) -> int:
        return len(self._paper.order)


def query(function: Callable[Concatenate[Paper, P], V]) -> Callable[Concatenate[Paper, P], V]:
    """Keep a function of a paper, and note its value where a rule asks it.

    Its other arguments are positional and hashable, and its value keeps nothing of the paper that
    would be read later.
    """

    @wraps(function)
    def asked(paper: Paper, /, *args: P.args, **kwargs: P.kwargs) -> V:
        assert not kwargs, "a query is told apart by its positional arguments"
        if not isinstance(paper, Watched):
            if paper.answers is None:
                paper.answers = Answers(paper)
            return cast("V", paper.answers.ask((function, *args)))
        question = (function, *args)
        try:
            return cast("V", paper.read(*question))
        except Exception:  # noqa: BLE001 - what it read until it failed is noted for whoever asked
            return function(paper, *args, **kwargs)

    return asked


__all__ = ["BESIDE", "Answers", "Question", "Watched", "query"]
