"""Where a claim does not say on which part or in which format: a comment that says so for the author.

"Say which device: a reviewer will ask" is offered for rates, utilisations and what must fit a
memory.  What the paper names elsewhere is proposed; where it names nothing, the author completes
the comment, which declares nothing until then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from tanaka.analysis.report import Report
from tanaka.paper.about import Role
from tanaka.paper.model import (
    AchievedRate,
    Asserted,
    DecodeRate,
    How,
    NumberId,
    Physical,
    TrainingState,
    Where,
)
from tanaka.paper.setting import NAMED, SET_UP
from tanaka.quantity import Kind
from tanaka.rules.api import FixKind
from tanaka.text import DocId, Edit, Span
from tanaka.views.actions import ActionView
from tanaka.views.specification import variants

_COMPUTES = frozenset({Kind.ACHIEVED_COMPUTE, Kind.UTILIZATION})
_MOST = 3  # parts that are proposed
_NOT_OWN = (Where.RELATED, Where.FUTURE)
_GIVEN = re.compile(r"^[ \t]*\[given\][ \t]*(?:#[^\n]*)?$", re.M)
_TABLE = re.compile(r"^[ \t]*\[", re.M)

Settings = tuple[DocId, str]
"""The paper's ``tanaka.toml`` and its text."""


def declarations(
    report: Report, doc: DocId, start: int, end: int, settings: Settings | None = None
) -> tuple[ActionView, ...]:
    """What may be declared for the claims that a range touches."""
    here = [
        id
        for row in report.spans.rows
        if row.doc == doc and row.at <= end
        for id, ((a, b), _, _) in row.unit.number_places.items()
        if row.at + a <= end and start <= row.at + b
    ]
    found = (view for id in here for view in of_number(report, id, settings))
    return tuple({view.title: view for view in found}.values())


def of_number(
    report: Report, id: NumberId, settings: Settings | None = None
) -> tuple[ActionView, ...]:
    """What may be declared for one number, the likeliest first."""
    needs = _needs(report, id) if id in report.paper.by_id and not report.from_pdf else ()
    if not needs:
        return ()
    formats = _named(report, Role.PRECISION) if Role.PRECISION in needs else ()
    if Role.DEVICE not in needs:
        return tuple(
            view
            for name in formats[:_MOST]
            for view in _offered(report, id, "precision", name, ((Role.PRECISION, name),), settings)
        )
    views: list[ActionView] = []
    for name in _parts(report)[:_MOST]:
        values = [(Role.DEVICE, name)]
        if len(formats) == 1:
            values.append((Role.PRECISION, formats[0]))
        shown = ", ".join(value for _, value in values)
        views += _offered(report, id, "device", shown, tuple(values), settings)
    if not views:
        edit = _comment(report, id, "device = ")
        views.append(_view(report, id, "Declare the device: a reviewer will ask which", edit))
    return tuple(views)


def _needs(report: Report, id: NumberId) -> tuple[Role, ...]:
    """Roles that a claim leaves open and that its bound needs."""
    number = report.paper.number(id)
    if number.asserted is not Asserted.YES or number.where in _NOT_OWN:
        return ()
    computes = number.kind in _COMPUTES
    if not computes and not any(id == at for at in _claims(report)):
        return ()
    about = report.about(id)
    wanted = (Role.DEVICE, Role.PRECISION) if computes else (Role.DEVICE,)
    held = (How.STATED, How.DECLARED)
    return tuple(r for r in wanted if (b := about.of(r)) is None or b.how not in held)


def _claims(report: Report) -> Iterator[NumberId]:
    """Numbers that rules of the hardware hold against a part."""
    paper = report.paper
    yield from (c.rate for c in paper.of(AchievedRate) if not c.device)
    yield from (c.rate for c in paper.of(DecodeRate) if not c.device and c.decoding)
    yield from (c.params for c in paper.of(TrainingState) if not c.device)
    yield from (c.number for c in paper.of(Physical) if not c.name("device"))


def _named(report: Report, role: Role) -> list[str]:
    """What the paper's own sentences fill a role with, the most frequent first."""
    named: Counter[str] = Counter()
    for number in report.paper.numbers:
        value = dict(number.context).get(role.value)
        if value and number.where not in _NOT_OWN:
            named[value] += 1
    for mention in report.paper.mentions:
        if mention.what in (SET_UP, NAMED) and mention.where not in _NOT_OWN:
            named.update(value for key, value in mention.settings if key == role.value)
    return [value for value, _ in named.most_common()]


def _parts(report: Report) -> list[str]:
    """Parts that the paper names and that are known, each once."""
    kinds: dict[frozenset[str], str] = {}
    for name in _named(report, Role.DEVICE):
        ids = frozenset(p.id for p in variants(name))
        if ids:
            kinds.setdefault(ids, name)
    # "A100" says less than the "A100-SXM4-80GB" of the same paper.
    return [name for ids, name in kinds.items() if not any(other < ids for other in kinds)]


def _offered(
    report: Report, id: NumberId, what: str, shown: str, values: tuple[tuple[Role, str], ...],
    settings: Settings | None,
) -> Iterator[ActionView]:  # fmt: skip
    pairs = ", ".join(f"{role.value} = {value}" for role, value in values)
    yield _view(report, id, f"Declare the {what}: {shown}", _comment(report, id, pairs))
    if settings is not None and (edit := _entry(settings, values)) is not None:
        yield _view(report, id, f"Declare the {what} for the whole paper: {shown}", edit)


def _view(report: Report, id: NumberId, title: str, edit: Edit) -> ActionView:
    reason = (
        "a number is held against the hardware only where it is said on which: a reviewer will ask"
    )
    return ActionView(title, FixKind.INSERT, (edit,), "", "", False, reason, declares=id)


def _comment(report: Report, id: NumberId, pairs: str) -> Edit:
    """A comment above the sentence of a number; within its line, where something leads to it there."""
    span = report.spans.sentences[id]
    text = report.texts[span.doc]
    line = text.rfind("\n", 0, span.start) + 1
    before = text[line : span.start]
    words = f"% tanaka: given {pairs}\n"
    if before.strip():
        # Behind a heading or another sentence: above the line it would not reach, or reach too far.
        return Edit(Span(span.doc, span.start, span.start), words)
    return Edit(Span(span.doc, line, line), before + words)


def _entry(settings: Settings, values: tuple[tuple[Role, str], ...]) -> Edit | None:
    """Lines under ``[given]``; None where all of them are there already."""
    doc, text = settings
    head = _GIVEN.search(text)
    if head is None:
        end = len(text.rstrip())
        lead = "\n\n" if end else ""
        return Edit(Span(doc, end, len(text)), f"{lead}[given]\n{_lines(values)}")
    following = _TABLE.search(text, head.end())
    own = text[head.end() : following.start() if following is not None else len(text)]
    open_ = [(r, v) for r, v in values if not re.search(rf"^[ \t]*{r.value}[ \t]*=", own, re.M)]
    if not open_:
        return None
    lines = _lines(open_)
    newline = text.find("\n", head.end())
    if newline < 0:
        return Edit(Span(doc, len(text), len(text)), f"\n{lines}")
    return Edit(Span(doc, newline + 1, newline + 1), lines)


def _lines(values: Iterable[tuple[Role, str]]) -> str:
    return "".join(f'{role.value} = "{value}"\n' for role, value in values)
