"""The delta against the baseline as data, as text and as Markdown, with the prior art it touches."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from tanaka.analysis.report import Report
from tanaka.knowledge.model import Work
from tanaka.paper.bibliography import key_of
from tanaka.paper.delta import Delta, DeltaKind, joined
from tanaka.paper.model import MentionId, NumberId
from tanaka.paper.spans import SpanTable
from tanaka.records import dataclass
from tanaka.text import Span
from tanaka.views.encode import Json
from tanaka.views.places import Places
from tanaka.views.terminal import WIDTH, Paint, columns, plain

SCHEMA = "tanaka.delta/1"
_PLACES = 3  # of one row in one paper, in print
_QUIET, _STRONG = "2", "1"


@dataclass(frozen=True, slots=True)
class Shown:
    """Words of a paper that show a row, with their place."""

    at: Span
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One mechanism: what became of it, and where either paper shows it."""

    kind: str
    mechanism: str
    name: str
    baseline: tuple[Shown, ...]
    draft: tuple[Shown, ...]
    settings: tuple[tuple[str, str, str], ...]
    """Name, value in the baseline, value in the draft."""


@dataclass(frozen=True, slots=True)
class PriorWork:
    """A published work that the delta touches.

    Attributes
    ----------
    work : Work
    mechanisms : tuple of str
        Names of the mechanisms that it is known for, or that it joins.
    what : str
        How it joins them; "" for the work of one mechanism.
    cited : bool or None
        Whether the draft cites it; None where that is not sure.
    """

    work: Work
    mechanisms: tuple[str, ...]
    what: str
    cited: bool | None


@dataclass(frozen=True, slots=True)
class Audit:
    """The delta of a report, laid out: rows, and prior work with that of several parts first."""

    baseline: str
    title: str
    chosen: str
    rows: tuple[Row, ...]
    works: tuple[PriorWork, ...]


def audit(report: Report) -> Audit | None:
    """The delta of a paper against its baseline; None where there is no baseline."""
    baseline, delta = report.baseline, report.delta
    if baseline is None or delta is None:
        return None
    places = Places(report)
    rows = tuple(
        Row(
            str(r.kind),
            r.mechanism,
            r.name,
            _shown(r.baseline, r.baseline_numbers, baseline.spans, places),
            _shown(r.draft, r.draft_numbers, report.spans, places),
            tuple((s.name, s.baseline, s.draft) for s in r.settings),
        )
        for r in delta.rows
    )
    return Audit(
        places.file(baseline.root),
        baseline.title,
        str(baseline.chosen),
        rows,
        _works(report, delta),
    )


def _shown(
    mentions: tuple[MentionId, ...],
    numbers: tuple[NumberId, ...],
    spans: SpanTable,
    places: Places,
) -> tuple[Shown, ...]:
    at = [spans.mentions[m] for m in mentions if m in spans.mentions]
    at += [spans.numbers[n].whole for n in numbers if n in spans.numbers]
    # Of several words on one line the first tell enough.
    lines = {places.label(span): span for span in reversed(at)}
    return tuple(
        Shown(span, " ".join(places.text(span).split()))
        for span in at
        if lines[places.label(span)] == span
    )


def _works(report: Report, delta: Delta) -> tuple[PriorWork, ...]:
    """Works that join what is added with what is there, then those of what is added alone."""
    known, bibliography = report.knowledge, report.bibliography
    added = delta.of(DeltaKind.ADDED)
    has = (*added, *delta.of(DeltaKind.SHARED, DeltaKind.CONFIGURED))
    found: dict[str, PriorWork] = {}

    def add(work: Work | None, mechanisms: tuple[str, ...], what: str) -> None:
        if work is not None and work.cited and work.id not in found:
            sure = key_of(work, bibliography) in bibliography.cited
            may = not bibliography.known or bibliography.cites(work)
            cited = True if sure else None if may else False
            found[work.id] = PriorWork(work, mechanisms, what, cited)

    unions = [u for r in added for u in joined(r, has, known)]
    for u in sorted(unions, key=lambda u: -len(u.others)):
        parts = (u.part, *(part for part, _ in u.others))
        names = tuple(known.by_mechanism[p].name for p in parts)
        for id in u.combination.works:
            add(known.by_work.get(id), names, u.combination.what)
    for r in added:
        for work in known.works_of(r.mechanism):
            add(work, (r.name,), "")
    return tuple(found.values())


# -- data -------------------------------------------------------------------------------------


def record(report: Report, place: Callable[[Span], Json]) -> dict[str, Json] | None:
    """``tanaka.delta/1``; None where there is no baseline.

    Parameters
    ----------
    report : Report
    place : callable
        A span of either paper as the front end points at it.
    """
    found = audit(report)
    if found is None:
        return None

    def shown(lines: tuple[Shown, ...]) -> Json:
        return [{"at": place(s.at), "words": s.words} for s in lines]

    return {
        "schema": SCHEMA,
        "root": Places(report).file(report.root),
        "baseline": {"file": found.baseline, "title": found.title, "chosen": found.chosen},
        "rows": [
            {
                "kind": r.kind,
                "mechanism": r.mechanism,
                "name": r.name,
                "baseline": shown(r.baseline),
                "draft": shown(r.draft),
                "settings": [
                    {"name": name, "baseline": base, "draft": draft}
                    for name, base, draft in r.settings
                ],
            }
            for r in found.rows
        ],
        "works": [
            {
                "id": w.work.id,
                "name": w.work.name,
                "reference": w.work.cited,
                "title": w.work.title,
                "year": w.work.year,
                "mechanisms": list(w.mechanisms),
                "joins": w.what,
                "cited": w.cited,
            }
            for w in found.works
        ],
    }


# -- text -------------------------------------------------------------------------------------

_HEAD = ("Read as", "Mechanism", "In the baseline", "In the draft", "Settings")
_NONE = "nothing that both papers tell plainly"


def text(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """The delta for a terminal: a table of rows, their lines below it, then the prior art."""
    found = audit(report)
    if found is None:
        return ""
    paint, places = Paint(on=colour), Places(report)
    lines = [*_wrapped(f"Against {plain(found.title)} ({found.baseline}, {_chosen(found)})", width)]
    lines.append("")
    kind = ""
    for row in found.rows:
        if row.kind != kind:
            if kind:
                lines.append("")
            lines.append(paint(row.kind, _STRONG))
            kind = row.kind
        lines += _row_lines(row, places, paint, width)
    if not found.rows:
        lines.append(f"  {_NONE}")
    lines += _work_lines(found, paint, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _chosen(found: Audit) -> str:
    return {"given": "as given", "tanaka.toml": "from tanaka.toml"}.get(found.chosen, found.chosen)


def _row_lines(row: Row, places: Places, paint: Paint, width: int) -> list[str]:
    lines = _wrapped(plain(row.name), width, "  ", "    ")
    for name, base, draft in row.settings:
        told = f"{plain(name)}: {plain(draft)} instead of {plain(base)}"
        lines += _wrapped(told, width, "    ", "      ")
    for label, shown in (("baseline", row.baseline), ("draft", row.draft)):
        for i, s in enumerate(shown[:_PLACES]):
            head = f"    {label if i == 0 else '':<9}"
            where = places.label(s.at)
            room = max(width - columns(head) - columns(where) - 2, 12)
            words = textwrap.shorten(plain(s.words), room, placeholder="...")
            lines.append(f"{paint(head, _QUIET)}{where}  {words}")
        if len(shown) > _PLACES:
            lines.append(paint(f"{'':13}and {len(shown) - _PLACES} more", _QUIET))
    return lines


def _work_lines(found: Audit, paint: Paint, width: int) -> list[str]:
    if not found.works:
        return []
    lines = ["", paint("prior art it touches", _STRONG)]
    for w in found.works:
        state = {True: "cited", False: "not cited", None: "perhaps cited"}[w.cited]
        what = f": {plain(w.what)}" if w.what else f": {plain(w.mechanisms[0])}"
        lines += _wrapped(f"{plain(w.work.cited)}, {state}{what}", width, "  ", "    ")
    return lines


def _wrapped(line: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        line, width, initial_indent=first, subsequent_indent=rest or first, break_on_hyphens=False
    ) or [first]


# -- Markdown ---------------------------------------------------------------------------------


def markdown(report: Report) -> str:
    """The delta as a table, and the prior art as a list."""
    found = audit(report)
    if found is None:
        return ""
    places = Places(report)

    def cell(shown: tuple[Shown, ...]) -> str:
        each = [f"{places.label(s.at)} {_quoted(s.words)}" for s in shown[:_PLACES]]
        more = [f"and {len(shown) - _PLACES} more"] if len(shown) > _PLACES else []
        return "<br>".join([*each, *more])

    lines = [
        f"# Delta against {_escaped(found.title)}",
        "",
        f"Baseline: `{found.baseline}`, {_chosen(found)}.",
        "",
        "| " + " | ".join(_HEAD) + " |",
        "|" + " --- |" * len(_HEAD),
    ]
    for r in found.rows:
        settings = "<br>".join(
            f"{_escaped(n)}: {_escaped(d)} instead of {_escaped(b)}" for n, b, d in r.settings
        )
        cells = (r.kind, _escaped(r.name), cell(r.baseline), cell(r.draft), settings)
        lines.append("| " + " | ".join(cells) + " |")
    if not found.rows:
        lines.append(f"| {_NONE} | | | | |")
    if found.works:
        lines += ["", "## Prior art it touches", ""]
        for w in found.works:
            state = {True: "cited", False: "**not cited**", None: "perhaps cited"}[w.cited]
            lines.append(
                f"- {_escaped(w.work.cited)}, {state}: {_escaped(w.what or w.mechanisms[0])}"
            )
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#" else c for c in plain(text))


def _quoted(text: str) -> str:
    return f"“{_escaped(text)}”"
