"""Every equation that any view prints recomputes from its printed digits."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache

from tanaka.analysis import Report
from tanaka.rules.api import Step
from tanaka.views import derivation, diagnostics, hover, printing, terminal
from tanaka.views.places import Places
from tanaka.views.review_text import as_markdown, as_text
from tanaka.views.svg import Size, draw, is_drawn
from tanaka.voice.plain import review

from .judge import equations, holds
from .papers import example, papers


def unmarked(markdown: str) -> str:
    """Markdown's words."""
    return re.sub(r"\\(.)", r"\1", markdown.replace("**", ""))


def written(report: Report) -> Iterator[str]:
    """All that the views say about a paper, markup taken away."""
    places = Places(report)
    for item in report.findings:
        f = item.finding
        yield from (f.message, f.note, f.bold, f.question, f.only_if, diagnostics.message(item))
        yield from (words for _, words in item.related)
        if f.figure is not None and is_drawn(f.figure):
            for size in Size:
                drawing = draw(f.figure, size)
                yield from (drawing.title, drawing.description, *drawing.equations)
                # An equation that is too long for its column is cut before its sign.
                yield " ".join(
                    e.text or "" for e in ET.fromstring(drawing.svg) if e.tag.endswith("text")
                )
    yield from (h.summary for h in report.held)
    for id, span in report.spans.numbers.items():
        view = hover.hover(report, span.whole.doc, span.whole.start)
        assert view is not None, id
        yield hover.plain_text(view)
        yield unmarked(hover.markdown(view, images=False))
    # The paper's own lines are quoted in it, and may be the fault.
    quoted = re.compile(r"(?m)^ *\d+ \| .*$")
    yield quoted.sub("", terminal.report_text(report))
    for section in [None, *(s.id for s in report.paper.sections)]:
        made = review(report, section=section)
        # A rule under a heading is no sign of subtraction.
        yield " ".join(re.sub(r"(?m)^-{3,}$", "", as_text(made, places)).split())
        yield unmarked(as_markdown(made, places))


def steps(report: Report) -> Iterator[Step]:
    """The steps of all derivations."""
    for item in report.findings:
        yield from item.finding.steps
    for held in report.held:
        yield from held.steps


def rows(report: Report) -> Iterator[tuple[str, str]]:
    """How a step was made and what it gave, as the tables of hover, panel and terminal print it."""
    for step in steps(report):
        for row in derivation.rows((step,), Places(report)):
            yield row.detail, row.shown


def test_equations_in_sentences_and_drawings() -> None:
    for name, report in papers():
        for text in written(report):
            for left, right in equations(text):
                assert holds(left, right) is not False, f"{name}: {left} = {right} in {text!r}"


def test_rows_of_derivations() -> None:
    for name, report in papers():
        for detail, shown in rows(report):
            if not detail.endswith(printing.UNROUNDED):
                for left, right in [(detail, shown), *equations(f"{detail} = {shown}")]:
                    assert holds(left, right) is not False, f"{name}: {detail} = {shown}"


@cache
def printed() -> frozenset[tuple[str, str]]:
    """The equations of the example."""
    return frozenset(pair for text in written(example()) for pair in equations(text))


def test_the_example_prints_many_equations_and_marks_none_as_unrounded() -> None:
    assert len(printed()) >= 20
    made = [pair for pair in rows(example()) if holds(*pair) is not None]
    assert len(made) >= 15
    assert not [d for d, _ in rows(example()) if d.endswith(printing.UNROUNDED)]


def test_a_digit_changed_in_any_of_them_is_refused() -> None:
    for left, right in printed():
        last = [m for m in re.finditer(r"\d", right)][-1]
        changed = str((int(last.group()) + 5) % 10)
        wrong = right[: last.start()] + changed + right[last.end() :]
        assert holds(left, wrong) is False, (left, wrong)
