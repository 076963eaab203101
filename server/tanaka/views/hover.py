"""What stands under the pointer: a finding, a number that was checked, one that was only read."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from tanaka.analysis.report import Located, Report
from tanaka.paper.model import Asserted, How, Number, NumberId
from tanaka.quantity import Kind
from tanaka.rules.api import Computed, Held, Verdict
from tanaka.text import DocId, LineIndex, Span
from tanaka.views import derivation, printing
from tanaka.views.derivation import Row
from tanaka.views.places import Places
from tanaka.views.svg import Drawing, Size, Theme, draw, is_drawn
from tanaka.views.terminal import by_verdict

LARGEST_IMAGE = 70_000
"""Base64 characters of an image: VS Code cuts a hover's Markdown at 100,000."""

_COMMENT = re.compile(
    r"%+\s*tanaka:\s*(ignore-file|ignore|off|on)\b\s*([^\n]*?)\s*(?:--\s*([^\n]*?)\s*)?$", re.I
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


def hover(
    report: Report, doc: DocId, offset: int, theme: Theme = Theme.NEUTRAL
) -> HoverView | None:
    """View for a place in a document; None where nothing was read."""
    places = Places(report)
    here = by_verdict(report.at(doc, offset))
    if here:
        return _finding(here[0], here[1:], places, theme)
    number = report.number_at(doc, offset)
    if number is not None and number in report.paper.by_id:
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


def _number(report: Report, id: NumberId, places: Places, theme: Theme) -> HoverView:
    span = report.spans.numbers[id].whole
    number = report.paper.by_id[id]
    blamed = by_verdict(
        f
        for f in report.findings
        if id in f.finding.operands and f.finding.verdict is not Verdict.OPEN
    )
    if blamed:
        view = _finding(blamed[0], [], places, theme)
        return HoverView(
            span, view.word, f"{blamed[0].finding.bold or blamed[0].finding.message} ({places.label(blamed[0].span)})",
            view.drawing, view.rows, view.tail, stress_test=True,
        )  # fmt: skip
    held = [h for h in report.held if id in h.numbers]
    if held:
        first = held[0]
        more = [f"Also consistent, {h.code}: {h.summary}" for h in held[1:3]]
        return HoverView(
            span,
            "consistent:",
            _checked(first),
            None,
            derivation.rows(first.steps, places),
            tuple(more),
        )
    return HoverView(
        span,
        "read:",
        read_as(number),
        None,
        _about(number, places, span),
        (f"Not checked: {why_not(number)}.",),
    )


def _checked(held: Held) -> str:
    """The check in one equation, from the digits of its derivation."""
    results = [s for s in held.steps if s.text and isinstance(s.origin, Computed)]
    if results and printing.evaluate(results[-1].text) is not None and "=" in held.summary:
        return f"{printing.step_text(results[-1])} = {printing.step_value(results[-1]).text}"
    return held.summary


_KINDS = {Kind.SEQ_LEN: "sequence length", Kind.GPU_COUNT: "devices", Kind.NODE_COUNT: "nodes", Kind.OTHER: "",
          Kind.PARAM_COUNT: "parameters", Kind.TOKEN_COUNT: "tokens", Kind.DEGREE: "parallel degree"}  # fmt: skip
_HOW = {
    How.STATED: "stated in its sentence, row or caption",
    How.DECLARED: "declared by the author",
    How.INFERRED: "inferred: the only candidate",
    How.NONE: "",
}


_PLURALS = {
    "accumulation": "accumulation steps",
    "batch": "batches",
    "gpu": "devices",
    "layer-width": "wide",
    "micro-batch": "micro-batches",
    "way": "ways",
}


def read_as(number: Number) -> str:
    """Value, unit and kind in words: "25 GB/s, link bandwidth", "13B, parameters", "40, layers"."""
    q = number.quantity
    if isinstance(q.value, tuple):
        value = " to ".join(printing.quantity(v, q.unit).text for v in q.value)
    elif q.unit == "1" and q.shown_unit:
        value = q.shown  # percent, points, ×, and the author's own K, M, B
    else:
        value = printing.quantity(q.value, q.unit).text
    kind = _KINDS.get(number.kind, number.kind.value.replace("_", " "))
    if number.kind is Kind.OTHER and number.noun:
        kind = _PLURALS.get(number.noun, number.noun + "s")
    return ", ".join(
        p for p in (value, kind, f"per {number.per}" if number.per not in ("", "each") else "") if p
    )


_CONTEXT = {"said": "its sentence says"}


def _about(number: Number, places: Places, span: Span) -> tuple[Row, ...]:
    q = number.quantity
    _, unit, scale = printing.in_units(q.point, "%" if q.shown_unit in ("%", "points") else q.unit)
    reach = printing.interval(q.nominal.low / scale, q.nominal.high / scale)
    hedge = {"exact": "", "approx": "about", "max": "at most", "min": "at least", "lt": "less than", "gt": "more than",
             "order": "order of magnitude"}.get(q.qualifier.value, q.qualifier.value)  # fmt: skip
    pairs = [
        ("as written", " ".join(places.text(span).split()), places.label(span)),
        (
            "may be",
            f"{reach} {unit}".strip() if reach else "exactly this" if q.count else "",
            hedge,
        ),
        ("about", number.entity if number.entity != number.noun else "", _HOW[number.binding]),
        *((_CONTEXT.get(key, key), value, "") for key, value in number.context),
    ]
    return tuple(
        Row(label, value, "", "", "", source, None, False, shown=value)
        for label, value, source in pairs
        if value
    )


def why_not(number: Number) -> str:
    """Why a number was held against nothing, in plain words."""
    if number.asserted is Asserted.NO:
        return "its sentence reads as a goal, a supposition or a denial, and not as a result"
    if number.asserted is Asserted.QUOTED:
        return "it is another's number, cited"
    if number.binding is How.NONE:
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
    parts = [f"**{escaped(view.word)}** {escaped(view.text)}"]
    picture = _picture(view.drawing, images) if view.drawing is not None else []
    table = [_table(view.rows)] if view.rows else []
    # VS Code shows some 250 pixels of a hover: what carries the equation comes first.
    drawn = view.drawing is not None and view.drawing.equations
    parts += picture + table if drawn else table + picture
    parts += [escaped(t) for t in view.tail]
    if view.stress_test and stress_test:
        parts.append(f"[Stress-test this section]({stress_test})")
    return "\n\n".join(parts)


def _picture(drawing: Drawing, images: bool) -> list[str]:
    image = data_uri(drawing.svg)
    if images and len(image) <= LARGEST_IMAGE:
        return [f"![{escaped(drawing.description)}]({image})"]
    return [escaped(e) for e in drawing.equations]


def _table(rows: tuple[Row, ...]) -> str:
    lines = ["| | | |", "|:--|--:|:--|"]
    for row in rows:
        value = f"**{escaped(row.shown)}**" if row.total else escaped(row.shown)
        lines.append(f"| {escaped(row.label)} | {value} | {escaped(_third(row))} |")
    return "\n".join(lines)


def plain_text(view: HoverView) -> str:
    """A hover for a client that renders no Markdown."""
    lines = [f"{view.word} {view.text}"]
    lines += [
        f"  {r.label}: {r.shown}" + (f"  ({t})" if (t := _third(r)) else "") for r in view.rows
    ]
    return "\n".join([*lines, *view.tail])


def data_uri(svg: str) -> str:
    """An SVG as the one form of image that VS Code takes in a hover."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _third(row: Row) -> str:
    words = [row.detail if row.detail != row.interval else "", row.interval, row.source]
    return ", ".join(w for w in words if w)
