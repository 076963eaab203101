"""What each number is about: its entity, device, count, precision, experiment and phase.

A block alone gives what stands in a number's own phrase, sentence, row, column or caption (see
`tanaka.paper.binding`); what holds for a paragraph, a section or the whole paper is found here,
over all facts, when it is asked for.  So an edit of the set-up changes no fact of the numbers that
it binds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from functools import lru_cache

from tanaka.paper.binding import measures, phase_names, precision_names, roles_of
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.model import (
    Asserted,
    How,
    Mention,
    Number,
    NumberId,
    Paper,
    SectionId,
    Table,
    Where,
)
from tanaka.paper.reads import query
from tanaka.paper.setting import NAMED, SET_UP
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.records import dataclass


class Role(StrEnum):
    """What a binding says of a number.  The names are those of the JSON output's ``context``."""

    ENTITY = "entity"
    DEVICE = "device"
    DEVICES = "gpus"
    NODES = "nodes"
    LINK = "link"
    PRECISION = "precision"
    MODEL = "model"
    DATASET = "dataset"
    BATCH = "batch"
    SEQUENCE = "seq_len"
    PHASE = "phase"
    EXPERIMENT = "experiment"
    METRIC = "metric"
    PARAMS = "params"
    TOKENS = "tokens"
    TENSOR = "tp"
    PIPELINE = "pp"
    DATA = "dp"
    EXPERT = "ep"
    ZERO = "zero"
    OPTIMIZER = "optimizer"


class Reach(StrEnum):
    """How far from the number its binding stands, the nearest first."""

    PHRASE = "phrase"
    SENTENCE = "sentence"
    ROW = "row"
    COLUMN = "column"
    CAPTION = "caption"
    PARAGRAPH = "paragraph"
    SECTION = "section"
    PAPER = "paper"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that a number is bound to.

    Attributes
    ----------
    role : Role
    value : str
        As written, or its canonical key ("a100-sxm-80gb", "bf16", "decode").
    how : How
        Only ``stated`` and ``declared`` may carry a proof.
    reach : Reach
    at : NumberId or None
        The number that states it, where one does ("on 64 GPUs").
    """

    role: Role
    value: str
    how: How
    reach: Reach
    at: NumberId | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Everything that a number is bound to, the nearest binding of each role."""

    bounds: tuple[Bound, ...] = ()

    def of(self, role: Role) -> Bound | None:
        """The binding of one role; None where it is not known."""
        return next((b for b in self.bounds if b.role is role), None)


@dataclass(frozen=True, slots=True)
class Declared:
    """The author's word for what prose leaves open.

    Attributes
    ----------
    role : Role
    value : str
    everywhere : bool
        Whether it is a default of ``tanaka.toml``, which what the paper says of itself outranks; a
        comment in the text holds in its section, whatever the paper says elsewhere.
    """

    role: Role
    value: str
    everywhere: bool = False


DECLARABLE = tuple(
    r.value for r in Role
    if r not in (Role.ENTITY, Role.DATASET, Role.EXPERIMENT, Role.METRIC)
)  # fmt: skip
"""Keys of ``[given]`` and of ``% tanaka: given``."""

_ROLES = {r.value: r for r in Role}
_SET_UP = (
    Role.DEVICE,
    Role.DEVICES,
    Role.NODES,
    Role.LINK,
    Role.PRECISION,
    Role.MODEL,
    Role.DATASET,
)
"""Roles that a set-up, a section or the paper may fill."""


def about(paper: Paper, id: NumberId, given: Iterable[Declared] = ()) -> About:
    """What one number is bound to.

    What stands in its phrase, sentence, row, column or caption comes first, then a comment of the
    author's, then the paper's one set-up, then the author's defaults; the only candidate of the
    paragraph, section or paper is inferred.

    Parameters
    ----------
    paper : Paper
    id : NumberId
    given : iterable of Declared
        What the author declares for the place that the number stands at, the nearest first.
    """
    return _about(paper, id, tuple(given))


@query
def _about(paper: Paper, id: NumberId, given: tuple[Declared, ...]) -> About:
    index = _index(paper)
    number = paper.number(id)
    found: dict[Role, Bound] = {}
    sort = roles_of(number.kind, number.noun, number.quantity.shown_unit)
    # a learning rate runs on nothing, whatever is declared
    declared = [d for d in given if d.role.value in sort or (sort and d.role not in _SET_UP)]

    def take(bounds: Iterable[Bound]) -> None:
        for b in bounds:
            found.setdefault(b.role, b)

    take(_own(index, number))
    take(_cell(index, number))
    take(_declared(d for d in declared if not d.everywhere))
    # what is counted is no result: only its own words and the author bind it
    roles = frozenset() if number.noun else frozenset(_ROLES[name] for name in sort)
    take(b for b in index.set_up_of(number, found) if b.role in roles)
    take(_declared(d for d in declared if d.everywhere))
    take(b for b in index.inferred(number, found) if b.role in roles)
    order = list(Role)
    return About(tuple(sorted(found.values(), key=lambda b: order.index(b.role))))


def _declared(given: Iterable[Declared]) -> Iterator[Bound]:
    for d in given:
        yield Bound(d.role, d.value, How.DECLARED, Reach.DECLARED)


def _own(index: _Index, number: Number) -> Iterator[Bound]:
    """What a number's own fact says."""
    in_table = number.where is Where.TABLE
    near = Reach.PHRASE if "entity" in number.phrase else Reach.SENTENCE
    if number.entity and number.binding is not How.NONE:
        column = dict(number.context).get("column")
        where = Reach.COLUMN if number.entity == column else Reach.ROW
        yield Bound(Role.ENTITY, number.entity, number.binding, where if in_table else near)
    for name, value in number.context:
        role = _ROLES.get(name)
        if role is not None:
            reach = Reach.PHRASE if name in number.phrase else Reach.SENTENCE
            yield Bound(role, value, How.STATED, reach, index.stating(number, role, value))


# -- tables -----------------------------------------------------------------------------------

_KIND_ROLES = {
    EntityKind.DEVICE: Role.DEVICE, EntityKind.LINK: Role.LINK, EntityKind.MODEL: Role.MODEL,
    EntityKind.DATASET: Role.DATASET, EntityKind.METRIC: Role.METRIC,
}  # fmt: skip


@lru_cache(maxsize=4096)
def _labelled(label: str) -> tuple[tuple[Role, str], ...]:
    """What a row, a column or a caption names; a role with two candidates is left out."""
    found: dict[Role, dict[str, str]] = {}
    for e in entities(label):
        role = _KIND_ROLES.get(e.kind)
        if role is not None:
            key = e.key if role is Role.METRIC else same_name(e.name)
            found.setdefault(role, {}).setdefault(key, e.key if role is Role.METRIC else e.name)
    for name in precision_names(label):
        found.setdefault(Role.PRECISION, {})[name] = name
    for phase in phase_names(label):
        found.setdefault(Role.PHASE, {})[phase] = phase
    return tuple((role, next(iter(vs.values()))) for role, vs in found.items() if len(vs) == 1)


def _cell(index: _Index, number: Number) -> Iterator[Bound]:
    """What the row, the column and the caption of a number say."""
    if number.where is not Where.TABLE:
        return
    context = dict(number.context)
    for name, reach in (("row", Reach.ROW), ("column", Reach.COLUMN)):
        for role, value in _labelled(context.get(name, "")):
            if _fits(number, role, value):
                yield Bound(role, value, How.STATED, reach)
    table = index.tables.get(number.id)
    if table is None:
        return
    named = _roles_of_labels(table)
    for role, value in _labelled(table.caption):
        # Where rows or columns tell parts apart, a caption that names one names none of the others.
        if role not in named and role is not Role.METRIC and _fits(number, role, value):
            yield Bound(role, value, How.STATED, Reach.CAPTION)


def _fits(number: Number, role: Role, value: str) -> bool:
    """Whether a label's name can be about a number: an accuracy has no link, and is no power."""
    if role is Role.METRIC:
        return measures(number.kind, value)
    if role in (Role.MODEL, Role.DATASET, Role.PRECISION) or number.kind is Kind.OTHER:
        return role is not Role.LINK
    return role.value in roles_of(number.kind, number.noun, number.quantity.shown_unit)


def _roles_of_labels(table: Table) -> frozenset[Role]:
    labels = (*table.stubs, *table.header)
    return frozenset(role for label in labels for role, _ in _labelled(label))


# -- the paper --------------------------------------------------------------------------------

_EVALUATION = Lazy(
    r"evaluat|experiment|results?\b|performance|set-?up|setting|benchmark|methodology|implementation|ablation|throughput|latency|scal|comparison|measure",
    re.I,
)
_SET_UP_TITLE = Lazy(r"set-?up|testbed|methodology|settings?\b|environment|configuration", re.I)
_OWNS_TITLE = Lazy(
    r"set-?up|testbed|methodology|settings?\b|environment|configuration|hardware|clusters?\b|machines?\b|platforms?\b|infrastructure",
    re.I,
)
_NOT_OWN = (Where.RELATED, Where.FUTURE)


_Entry = tuple[str, NumberId | None]
"""A value as written, and the number that states it."""


class _Place:
    """What is named in one place, by role and by what tells values apart."""

    __slots__ = ("_apart", "_named")

    def __init__(self) -> None:
        self._named: dict[Role, dict[str, _Entry]] = {}
        self._apart: dict[Role, dict[str, _Entry]] = {}

    def add(self, role: Role, key: str, entry: _Entry) -> None:
        """Take a value in; the first to be named stands."""
        self._named.setdefault(role, {}).setdefault(key, entry)

    def all(self, role: Role) -> Mapping[str, _Entry]:
        """Every value of a role."""
        return self._named.get(role, {})

    def apart(self, role: Role) -> Mapping[str, _Entry]:
        """The same without those that say less of the same thing ("A100" beside "A100-80GB")."""
        if role not in self._apart:
            values = self.all(role)
            self._apart[role] = {
                k: v
                for k, v in values.items()
                if role in _COUNTING or not any(o != k and o.startswith(k) for o in values)
            }
        return self._apart[role]


@dataclass(slots=True)
class _Index:
    """One paper, looked up by place: made in one pass over its facts.

    Attributes
    ----------
    blocks : mapping
        For each block and role the values that its numbers and sentences name, as they are told
        apart and as written, with the number that states each.
    sections : mapping
        The same for each section, others' work left out.
    whole, evaluated : mapping
        The same for the paper, and for the sections of it that tell results.
    set_up : mapping
        For each role what the set-up sentences of the paper name.
    owned : _Place
        For each role what is named where the paper tells what it has: nothing is proven by it.
    evaluates : frozenset of SectionId
        Sections that tell results.
    tables : mapping
        Table of each number in one.
    """

    blocks: defaultdict[str, _Place] = field(default_factory=lambda: defaultdict(_Place))
    sections: defaultdict[SectionId, _Place] = field(default_factory=lambda: defaultdict(_Place))
    whole: _Place = field(default_factory=_Place)
    evaluated: _Place = field(default_factory=_Place)
    set_up: _Place = field(default_factory=_Place)
    owned: _Place = field(default_factory=_Place)
    evaluates: frozenset[SectionId] = frozenset()
    tables: dict[NumberId, Table] = field(default_factory=dict)

    def stating(self, number: Number, role: Role, value: str) -> NumberId | None:
        """The number of the same block that states a count, a batch or a length."""
        if role not in (Role.DEVICES, Role.NODES, Role.BATCH, Role.SEQUENCE):
            return None
        return self.blocks[number.block].all(role).get(value, ("", None))[1]

    def set_up_of(self, number: Number, known: Mapping[Role, Bound]) -> Iterator[Bound]:
        """What the paper's one set-up says of a number of its evaluation."""
        if number.section not in self.evaluates or not _own_result(number):
            return
        block, section = self.blocks[number.block], self.sections[number.section]
        for role in _SET_UP:
            stated = self.set_up.apart(role)
            if len(stated) != 1:
                continue
            ((key, (value, at)),) = stated.items()
            own = known.get(role)
            if (
                own is not None
                and role is Role.DEVICE
                and _differs(role, same_name(own.value), key)
            ):
                return  # it ran elsewhere, and how many there were is of the other place
            # another of its sort near by, or where results are told: not the only set-up
            near = {*block.all(role), *section.all(role), *self.evaluated.all(role)}
            if not any(_differs(role, other, key) for other in near):
                yield Bound(role, value, How.STATED, Reach.PAPER, at)
            elif role is Role.DEVICE and own is None:
                return

    def inferred(self, number: Number, known: dict[Role, Bound]) -> Iterator[Bound]:
        """The only candidate of the paragraph, the section or the paper."""
        if not _own_result(number):
            return
        places: list[tuple[Reach, _Place]] = [
            (Reach.PARAGRAPH, self.blocks[number.block]),
            (Reach.SECTION, self.sections[number.section]),
        ]
        if number.section in self.evaluates or number.where in _SUMMARY:
            places.append((Reach.PAPER, self.evaluated))
        device = known.get(Role.DEVICE)
        ratio = number.quantity.shown_unit in ("%", "×", "points")
        for role in _SET_UP:
            if role is Role.LINK or role in known or (role in _OF_THE_PART and device is not None and device.how is not How.INFERRED):  # fmt: skip
                continue  # how many there were of the named part is not said elsewhere
            for reach, place in places:
                if reach is Reach.PAPER and (ratio or role in _OF_THE_PLACE):
                    break
                if role is Role.DATASET and reach is not Reach.PARAGRAPH:
                    break  # what sentences without numbers name is not known for these
                if ratio and role in (Role.MODEL, Role.DATASET):
                    break  # a gain may well be over all that are named
                values = place.apart(role)
                if reach is Reach.PAPER and len(self.whole.apart(role)) > 1:
                    break  # named elsewhere, and not the only one of the paper
                if len(values) == 1:
                    ((key, (value, at)),) = values.items()
                    if role is Role.DEVICE and self._is_foreign(key):
                        break  # it may be there for comparison with what the paper ran on
                    yield Bound(role, value, How.INFERRED, reach, at)
                if values:
                    break  # the nearest place that names any decides
            else:
                owned = self.owned.apart(role)
                if role is Role.DEVICE and not ratio and len(owned) == 1:
                    ((value, at),) = owned.values()
                    yield Bound(role, value, How.INFERRED, Reach.PAPER, at)

    def _is_foreign(self, key: str) -> bool:
        """Whether a part is none of those that the paper says it has."""
        owned = self.owned.all(Role.DEVICE)
        return bool(owned) and not any(key.startswith(o) or o.startswith(key) for o in owned)


def _differs(role: Role, other: str, key: str) -> bool:
    """Whether a name is of another thing: "A100" may be the A100-80GB, a count is itself alone."""
    return other != key if role in _COUNTING else not key.startswith(other)


_OF_THE_PART = (Role.DEVICES, Role.NODES, Role.LINK)
_OF_THE_PLACE = (Role.DEVICES, Role.NODES, Role.LINK, Role.PRECISION)
"""What changes from one experiment to the next: never inferred from another section."""
_COUNTING = (Role.DEVICES, Role.NODES, Role.BATCH, Role.SEQUENCE)
_SUMMARY = (Where.ABSTRACT, Where.INTRODUCTION, Where.CONCLUSION)


def _own_result(number: Number) -> bool:
    """Whether a number is the paper's own, and not cited, supposed or told of others' work."""
    return number.asserted is Asserted.YES and number.where not in _NOT_OWN


@query
def _index(paper: Paper) -> _Index:
    index = _Index(evaluates=frozenset(_titled(paper, _EVALUATION)))
    owns = frozenset(_titled(paper, _OWNS_TITLE))
    titled = {s.id for s in paper.sections if _SET_UP_TITLE.search(s.title)}
    for number in paper.numbers:
        places = [index.blocks[number.block]]
        if number.where not in _NOT_OWN and number.asserted is not Asserted.QUOTED:
            places += [index.sections[number.section], index.whole]
            if number.section in index.evaluates:
                places.append(index.evaluated)
            if number.section in titled and number.where is not Where.TABLE:
                places.append(index.set_up)
            if number.section in owns:
                places.append(index.owned)
        for role, key, value, at in _names(number):
            for place in places:
                place.add(role, key, (value, at))
    for mention in paper.mentions:
        if mention.what in (SET_UP, NAMED):
            set_up = mention.what == SET_UP or mention.section in titled
            _mention(index, mention, set_up=set_up, owned=set_up or mention.section in owns)
    for table in paper.tables:
        for row in table.rows:
            for cell in row:
                if cell.number is not None:
                    index.tables[cell.number] = table
        for label in (*table.stubs, *table.header, table.caption):
            for role, value in _labelled(label):
                if role in _SET_UP:
                    index.sections[table.section].add(role, same_name(value), (value, None))
                    if table.section in owns:
                        index.owned.add(role, same_name(value), (value, None))
    return index


def _names(number: Number) -> Iterator[tuple[Role, str, str, NumberId | None]]:
    """Roles that a number's own words fill, and the count that it is itself."""
    for name, value in dict(number.context).items():
        role = _SET_UP_NAMED.get(name)
        if role is not None:
            yield role, same_name(value), value, None
    count = _COUNTS.get(number.noun) or _KINDS.get(number.kind)
    if count is not None and number.per == "" and number.quantity.bounded:
        value = f"{number.quantity.point:.0f}"
        yield count, value, value, number.id


_SET_UP_NAMED = {role.value: role for role in _SET_UP}
_COUNTS = {"gpu": Role.DEVICES, "node": Role.NODES}
_KINDS = {Kind.BATCH_SIZE: Role.BATCH, Kind.SEQ_LEN: Role.SEQUENCE}


def _mention(index: _Index, mention: Mention, *, set_up: bool, owned: bool) -> None:
    """Take in what a sentence names, whether it states a number or not."""
    own = mention.role == "ours" and mention.where not in _NOT_OWN
    for name, value in mention.settings:
        role = _ROLES.get(name)
        if role is None:
            continue
        places = [index.blocks[mention.passage.rpartition(".")[0]]]
        if own:
            places += [index.sections[mention.section], index.whole]
            if mention.section in index.evaluates:
                places.append(index.evaluated)
            if set_up and mention.where not in (*_SUMMARY, Where.CAPTION):
                places.append(index.set_up)
            if owned:
                places.append(index.owned)
        for place in places:
            place.add(role, same_name(value), (value, None))


def _titled(paper: Paper, pattern: Lazy) -> Iterator[SectionId]:
    """Sections that their own title, or that of the chapter around them, tells to be of a sort."""
    around: list[tuple[int, bool]] = []
    for section in paper.sections:
        while around and around[-1][0] >= section.level:
            around.pop()
        tells = section.where not in _NOT_OWN and (
            pattern.search(section.title) is not None or any(t for _, t in around)
        )
        around.append((section.level, tells))
        if tells:
            yield section.id
