"""The four-part review as data: worded and drawn, for any front end to lay out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

from tanaka.analysis.report import Coverage, Located
from tanaka.records import dataclass
from tanaka.rules.api import FixKind, Held
from tanaka.text import Edit, Span
from tanaka.views import derivation
from tanaka.views.derivation import Row
from tanaka.views.encode import Json
from tanaka.views.places import Places
from tanaka.views.svg import Drawing, Size, Theme, draw, is_drawn

SCHEMA = "tanaka.review/1"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph.

    Attributes
    ----------
    text : str
    at : Span or None
        Place that it links to.
    mark : str
        Where the value is from, in brackets, as text prints it behind the value: "[eval.tex:41]",
        "[sheet: A100]", "[assumed]".
    step : str
        Row of a derivation that it links to: fingerprint, "#", symbol.
    """

    text: str
    at: Span | None = None
    mark: str = ""
    step: str = ""


Paragraph: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A button: edits go through the editor, ``latex`` is text to show."""

    title: str
    primary: bool = False
    edits: tuple[Edit, ...] = ()
    latex: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding: what is so in bold, its consequence, its place, and its folded work."""

    code: str
    name: str
    verdict: str
    say: str
    rest: str
    at: Span
    derivation: tuple[Row, ...]
    figures: tuple[Drawing, ...]
    actions: tuple[Action, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of runs under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[Paragraph, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts.

    ``law`` is a control law in plain characters, shown as a block under the voice.
    """

    id: str
    title: str
    voice: tuple[Paragraph, ...]
    table: Table | None = None
    findings: tuple[FindingRow, ...] = ()
    figures: tuple[Drawing, ...] = ()
    survive: Paragraph = ()
    actions: tuple[Action, ...] = ()
    law: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something the paper leaves open, or has answered."""

    text: str
    at: Span
    answered: bool
    code: str


@dataclass(frozen=True, slots=True)
class Review:
    """All of it.  ``findings`` are the impossible ones, then the implausible ones."""

    title: str
    at: Span
    scope: str
    coverage: Coverage
    tally: Mapping[str, int]
    source: str
    findings: tuple[FindingRow, ...]
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    actions: tuple[Action, ...] = ()
    footer: str = ""


def finding_row(item: Located, places: Places, theme: Theme = Theme.NEUTRAL) -> FindingRow:
    """A finding as a row of the panel."""
    f = item.finding
    say = f.question if f.verdict == "open" and f.question else f.bold or f.message
    rest = (
        f.message
        if f.verdict == "open" and f.question
        else f"True only if {f.only_if}."
        if f.only_if
        else ""
    )
    figures = (
        (draw(f.figure, Size.PANEL, theme),) if f.figure is not None and is_drawn(f.figure) else ()
    )
    actions = tuple(
        Action(
            fix.title,
            edits=fix.edits,
            latex=fix.edits[0].new.strip() if fix.kind is FixKind.INSERT else "",
        )
        for fix in item.fixes
        if fix.kind is not FixKind.IGNORE
    )
    return FindingRow(
        f.code,
        f.name,
        str(f.verdict),
        say,
        rest,
        item.span,
        derivation.rows(f.steps, places),
        figures,
        actions,
        f.fingerprint,
    )


def held_key(held: Held) -> str:
    """Fingerprint of a check that passed: what it held against each other, not where that stands."""
    about = "|".join([held.code, *(str(n) for n in held.numbers), held.summary])
    return hashlib.blake2b(about.encode(), digest_size=8).hexdigest()


def held_row(held: Held, name: str, at: Span, places: Places, theme: Theme = Theme.NEUTRAL) -> FindingRow:  # fmt: skip
    """A check that passed as a row of the panel: "answered", with its derivation."""
    figures = (
        (draw(held.figure, Size.PANEL, theme),)
        if held.figure is not None and is_drawn(held.figure)
        else ()
    )
    summary = held.summary.rstrip(".")
    return FindingRow(
        held.code,
        name,
        "answered",
        f"{summary[:1].upper()}{summary[1:]}: it holds.",
        "",
        at,
        derivation.rows(held.steps, places),
        figures,
        (),
        held_key(held),
    )


def record(
    review: Review, place: Callable[[Span], Json], edit: Callable[[tuple[Edit, ...]], Json]
) -> dict[str, Json]:
    """``tanaka.review/1``.

    Parameters
    ----------
    review : Review
    place : callable
        A span as the front end points at it: label, uri, line and column.
    edit : callable
        Edits as the front end applies them.
    """

    def run(r: Run) -> Json:
        out: dict[str, Json] = {"text": r.text}
        if r.at is not None:
            out["at"] = place(r.at)
        if r.mark:
            out["mark"] = r.mark
        if r.step:
            out["step"] = r.step
        return out

    def paragraph(p: Paragraph) -> Json:
        return [run(r) for r in p]

    def figure(d: Drawing) -> Json:
        return {"title": d.title, "svg": d.svg, "equations": list(d.equations)}

    def action(a: Action) -> Json:
        out: dict[str, Json] = {"title": a.title}
        if a.primary:
            out["primary"] = True
        if a.edits:
            out["edit"] = edit(a.edits)
        if a.latex:
            out["latex"] = a.latex
        return out

    def row(r: Row) -> Json:
        out: dict[str, Json] = {
            "label": r.label,
            "value": r.value,
            "unit": r.unit,
            "detail": r.detail,
            "source": r.source,
        }
        if r.total:
            out["sum"] = True
        if r.symbol:
            out["symbol"] = r.symbol
        if r.at is not None:
            out["at"] = place(r.at)
        return out

    def finding(f: FindingRow) -> Json:
        return {
            "code": f.code,
            "name": f.name,
            "verdict": f.verdict,
            "say": f.say,
            "rest": f.rest,
            "at": place(f.at),
            "derivation": [row(r) for r in f.derivation],
            "figures": [figure(d) for d in f.figures],
            "actions": [action(a) for a in f.actions],
            "fingerprint": f.fingerprint,
        }

    def part(p: Part) -> Json:
        out: dict[str, Json] = {
            "id": p.id,
            "title": p.title,
            "voice": [paragraph(v) for v in p.voice],
        }
        if p.table is not None:
            out["table"] = {
                "head": list(p.table.head),
                "rows": [[paragraph(c) for c in r] for r in p.table.rows],
            }
        out |= {
            "findings": [finding(f) for f in p.findings],
            "figures": [figure(d) for d in p.figures],
            "actions": [action(a) for a in p.actions],
        }
        if p.survive:
            out["survive"] = paragraph(p.survive)
        if p.law:
            out["law"] = p.law
        return out

    c = review.coverage
    return {
        "schema": SCHEMA,
        "title": review.title,
        "at": place(review.at),
        "scope": review.scope,
        "coverage": {
            "quantities": c.quantities,
            "read": c.read,
            "bound": c.bound,
            "checked": c.checked,
            "consistent": c.consistent,
        },
        "tally": dict(review.tally),
        "source": review.source,
        "findings": [finding(f) for f in review.findings],
        "parts": [part(p) for p in review.parts],
        "questions": [
            {"text": q.text, "at": place(q.at), "answered": q.answered, "code": q.code}
            for q in review.questions
        ],
        "actions": [action(a) for a in review.actions],
        "footer": review.footer,
    }
