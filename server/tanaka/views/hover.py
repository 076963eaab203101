"""What stands under the pointer: a finding, a number that was checked or only read, a name."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace

from tanaka.analysis.report import Located, Report
from tanaka.paper.about import About
from tanaka.paper.model import Asserted, Number
from tanaka.records import dataclass
from tanaka.rules.api import Computed, Held, Verdict
from tanaka.text import DocId, LineIndex, Span
from tanaka.views import derivation, printing, reading
from tanaka.views.derivation import Row
from tanaka.views.places import Places
from tanaka.views.specification import PUBLISHED, specification
from tanaka.views.svg import Drawing, Size, Theme, draw, is_drawn
from tanaka.views.svg.tick import tick
from tanaka.views.terminal import by_verdict

LARGEST_IMAGE = 70_000
"""Base64 characters of an image: VS Code cuts a hover's Markdown at 100,000."""

READ = "read:"
CONSISTENT = "consistent:"
_GAP = "&nbsp;&nbsp;"
_KEPT_WHOLE = 18  # characters of a value that is not broken

_COMMENT = re.compile(
    r"%+\s*tanaka:\s*(ignore-file|ignore|off|on|given)\b\s*([^\n]*?)\s*(?:--\s*([^\n]*?)\s*)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class HoverView:
    """A hover as plain data.

    Attributes
    ----------
    span : Span
        What it is about.
    word, text : str
        The line on top: a verdict or "consistent", "read", "ignored", and what follows it.
    drawing : Drawing or None
    rows : tuple of Row
    tail : tuple of str
        Paragraphs under the table.
    read : str
        How the number under the pointer was read, where the derivation is what stands above.
    stress_test : bool
        Whether "Stress-test this section" is offered.
    """

    span: Span
    word: str
    text: str
    drawing: Drawing | None = None
    rows: tuple[Row, ...] = ()
    tail: tuple[str, ...] = ()
    stress_test: bool = False
    read: str = ""


def hover(
    report: Report, doc: DocId, offset: int, theme: Theme = Theme.NEUTRAL,
    lines: Callable[[DocId], LineIndex] | None = None,
) -> HoverView | None:  # fmt: skip
    """View for a place in a document; None where nothing was read.

    Parameters
    ----------
    report : Report
    doc, offset
        Where the pointer is.
    theme : Theme
        Ground of a drawing.
    lines : callable or None
        Lines of a document, where somebody keeps them.
    """
    places = Places(report, lines)
    here = by_verdict(report.at(doc, offset))
    id = report.number_at(doc, offset)
    number = report.paper.by_id.get(id) if id is not None else None
    named = None if here else specification(report, doc, offset, places)
    if named is not None and not (number is not None and named.yields(report, number.id, offset)):
        figure = named.figure
        drawing = draw(figure, Size.HOVER, theme) if figure is not None and is_drawn(figure) else None  # fmt: skip
        read = reading.compact(report, number, places) if number is not None else ""
        return HoverView(named.span, PUBLISHED, named.text, drawing, named.rows, named.tail, read=read)  # fmt: skip
    if here:
        view = _finding(here[0], here[1:], places, theme)
        return (
            view if number is None else replace(view, read=reading.compact(report, number, places))
        )
    if number is not None:
        return _number(report, number, places, theme)
    return _comment(report, doc, offset, places)


def _finding(item: Located, others: list[Located], places: Places, theme: Theme) -> HoverView:
    f = item.finding
    tail = []
    if f.verdict is Verdict.OPEN:
        text = f.question or f.message
        tail.append(f.message)
    else:
        text = f.note or f.bold or f.message
        if f.only_if:
            tail.append(f"True only if {f.only_if}.")
    tail += [
        f"Also {o.finding.verdict}, {o.finding.code}: {o.finding.bold or o.finding.message}"
        for o in others
    ]
    drawing = (
        draw(f.figure, Size.HOVER, theme) if f.figure is not None and is_drawn(f.figure) else None
    )
    return HoverView(
        item.span,
        f"{f.verdict}:",
        text,
        drawing,
        derivation.rows(f.steps, places),
        tuple(tail),
        stress_test=True,
    )


def _number(report: Report, number: Number, places: Places, theme: Theme) -> HoverView:
    id = number.id
    span = report.spans.numbers[id].whole
    blamed = by_verdict(
        f
        for f in report.findings
        if id in f.finding.operands and f.finding.verdict is not Verdict.OPEN
    )
    if blamed:
        view = _finding(blamed[0], [], places, theme)
        f = blamed[0].finding
        text = f"{f.bold or f.message} ({places.label(blamed[0].span)})"
        return replace(view, span=span, text=text, read=reading.compact(report, number, places))
    held = [h for h in report.held if id in h.numbers]
    held.sort(
        key=lambda h: ("=" not in h.summary, h.figure is None)
    )  # an equation says more than that two places agree, and a drawing more than two sizes
    if held:
        first = held[0]
        return HoverView(
            span,
            CONSISTENT,
            checked(first),
            _drawn(held, theme),
            derivation.rows(first.steps, places),
            tuple(f"Also consistent, {h.code}: {h.summary}" for h in held[1:3]),
            read=reading.compact(report, number, places),
        )
    about = reading.about_of(report, number)
    return HoverView(
        span,
        READ,
        reading.headline(number),
        None,
        _read(report, number, about, places),
        (f"Not checked: {why_not(number, about)}.",),
    )


def _drawn(held: list[Held], theme: Theme) -> Drawing | None:
    """The drawing of the first check that has one."""
    figure = next((h.figure for h in held if h.figure is not None and is_drawn(h.figure)), None)
    return draw(figure, Size.HOVER, theme) if figure is not None else None


def _read(report: Report, number: Number, about: About, places: Places) -> tuple[Row, ...]:
    """How a number was read, one thing a row."""
    span = report.spans.numbers[number.id].whole
    told = [
        reading.interval_said(number.quantity),
        *reading.about_said(number, about, reading.near(report.paper, number), places),
        *reading.standing_said(report, number, about),
        *reading.claims_said(report.paper, number),
        *reading.macro_said(report, span, places),
    ]
    return tuple(
        Row(s.label, s.value, "", "", "", s.how, None, False, shown=s.value)
        for s in told
        if s.value
    )


def checked(held: Held) -> str:
    """A check in one equation, from the digits of its derivation: "420 ms / 140 ms = 3.00"."""
    results = [s for s in held.steps if s.text and isinstance(s.origin, Computed)]
    if results and printing.evaluate(results[-1].text) is not None and "=" in held.summary:
        return f"{printing.step_text(results[-1])} = {printing.step_value(results[-1]).text}"
    return held.summary


def why_not(number: Number, about: About) -> str:
    """Why a number was held against nothing, in plain words."""
    if number.asserted is Asserted.NO:
        return "its sentence reads as a goal, a supposition or a denial, and not as a result"
    if number.asserted is Asserted.QUOTED:
        return "it is another's number, cited"
    if not about.bounds:
        return "its sentence does not say what it is about, and there is no second number to hold it against"
    return "the paper states no second number, and no published bound applies, to hold it against"


def _comment(report: Report, doc: DocId, offset: int, places: Places) -> HoverView | None:
    lines: LineIndex = places.lines(doc)
    line, column = lines.line_col(offset)
    text = lines.line(line)
    match = _COMMENT.search(text)
    if match is None or not match.start() <= column <= match.end():
        return None
    start = lines.offset(line, match.start())
    span = Span(doc, start, lines.offset(line, match.end()))
    verb, codes, reason = (
        match.group(1).lower(),
        match.group(2).strip(),
        (match.group(3) or "").strip(),
    )
    if verb == "given":
        return _declared(report, span, places)
    if verb == "on":
        return HoverView(span, "checked again", "from here on")
    if not reason:
        return HoverView(
            span, "not ignored:", "a reason is missing; write -- and why, and the finding is silent"
        )
    prefixes = tuple(re.findall(r"TK\d*", codes.upper())) or ("TK",)
    silenced = [
        s
        for s in report.suppressed
        if s.located.span.doc == doc
        and s.reason == reason
        and s.located.finding.code.startswith(prefixes)
    ]
    names = codes or "all rules"
    heads = tuple(
        f"{s.located.finding.code}, {places.label(s.located.span)}: {s.located.finding.message}"
        for s in silenced
    )
    return HoverView(
        span,
        "ignored:",
        f"{names}, because: {reason}",
        tail=heads or ("It silences nothing at present.",),
    )


def _declared(report: Report, span: Span, places: Places) -> HoverView:
    """What a comment declares, and how far."""
    givens = report.given.get(span.doc)
    item = next(
        (g for g in (givens.items if givens is not None else ()) if span.start <= g.at < span.end),
        None,
    )
    wrong = tuple(
        what
        for at, what in (givens.problems if givens is not None else ())
        if span.start <= at < span.end
    )
    if item is None:
        return HoverView(span, "not declared:", "; ".join(wrong) or "write key = value")
    pairs = ", ".join(f"{key} = {value}" for key, value in item.values)
    last = places.position(span.doc, max(item.start, item.end - 1))[0] + 1
    return HoverView(
        span,
        "declared:",
        f"{pairs}, from here to line {last}, the end of its section",
        tail=("It binds what the text leaves open.", *(f"Not understood: {w}." for w in wrong)),
    )


# -- Markdown ---------------------------------------------------------------------------------

# Without square brackets there is no link and no image, so parentheses may stay.  The last two make
# no markup, but a link: an address is one by itself to many readers.
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$@]|:(?=//)|(?<=www)\.)", re.I)


def escaped(text: str) -> str:
    """The paper's words as Markdown that says just that: no link, no image, no markup.

    A hover may hold command links, so nothing a paper says may become one.
    """
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKDOWN.sub(r"\\\1", text)
    # A list item, a rule or a heading begins a line: its sign is escaped, a digit cannot be.
    return re.sub(r"^(\d*)([-+=#]|(?<=\d)[.)](?=\s|$))", r"\1\\\2", text)


def markdown(view: HoverView, *, images: bool = True, stress_test: str = "") -> str:
    """A hover as Markdown.

    Parameters
    ----------
    view : HoverView
    images : bool
        Whether the client draws images; without them the equations of the drawing are printed.
    stress_test : str
        Target of "Stress-test this section"; without it the link is left out.
    """
    mark = f"![]({data_uri(tick())}) " if images and view.word == CONSISTENT else ""
    parts = [f"{mark}**{escaped(view.word)}** {escaped(view.text)}"]
    picture = _picture(view.drawing, images) if view.drawing is not None else []
    table = [_table(view.rows, of_numbers=view.word != READ)] if view.rows else []
    read = [f"**{READ}** {escaped(view.read)}"] if view.read else []
    # VS Code shows some 250 pixels of a hover: what carries the equation comes first.
    drawn = view.drawing is not None and view.drawing.equations and view.word != PUBLISHED
    beside = [*picture, *read] if view.word == PUBLISHED else [*read, *picture]
    parts += [*picture, *table, *read] if drawn else [*table, *beside]
    parts += [escaped(t) for t in view.tail]
    if view.stress_test and stress_test:
        parts.append(f"[Stress-test this section]({stress_test})")
    return "\n\n".join(parts)


def _picture(drawing: Drawing, images: bool) -> list[str]:
    image = data_uri(drawing.svg)
    if images and len(image) <= LARGEST_IMAGE:
        return [f"![{escaped(drawing.description)}]({image})"]
    return [escaped(e) for e in drawing.equations]


def _table(rows: tuple[Row, ...], *, of_numbers: bool) -> str:
    lines = ["| | | |", "|:--|--:|:--|" if of_numbers else "|:--|:--|:--|"]
    for row in rows:
        # A long third column must not push a unit from its number.
        shown = escaped(row.shown)
        if of_numbers and len(shown) <= _KEPT_WHOLE:
            shown = shown.replace(" ", "\u00a0")
        value = f"**{shown}**" if row.total else shown
        # VS Code leaves no room between the columns.  It stands behind the value, as a third cell of
        # several lines would be indented in its first alone.
        third = escaped(_third(row))
        lines.append(f"| {escaped(row.label)} | {_GAP}{value}{_GAP if third else ''} | {third} |")
    return "\n".join(lines)


def plain_text(view: HoverView) -> str:
    """A hover for a client that renders no Markdown."""
    lines = [f"{view.word} {view.text}"]
    lines += [
        f"  {r.label}: {r.shown}" + (f"  ({t})" if (t := _third(r)) else "") for r in view.rows
    ]
    return "\n".join([*lines, *([f"{READ} {view.read}"] if view.read else []), *view.tail])


def data_uri(svg: str) -> str:
    """An SVG as the one form of image that VS Code takes in a hover."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _third(row: Row) -> str:
    words = [row.detail if row.detail != row.interval else "", row.interval, row.source]
    return ", ".join(w for w in words if w)
