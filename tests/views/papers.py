"""The papers that the views are tried on: the example, and every fixture of a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from fixture import analyse, cases
from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.analysis.report import Located
from tanaka.paper.model import Number, Paper, Statement, Stretch
from tanaka.rules.api import Figure, Finding
from tanaka.text import DocId, Span
from tanaka.views.svg import is_drawn

TESTS = Path(__file__).parents[1]
EXAMPLE = TESTS.parent / "examples" / "stale-pipeline"


@cache
def example() -> Report:
    """Report of the example paper."""
    texts: dict[DocId, str | None] = {
        DocId(p.relative_to(EXAMPLE).as_posix()): p.read_text("utf-8")
        for p in sorted([*EXAMPLE.rglob("*.tex"), EXAMPLE / "tanaka.toml"])
        if "baseline" not in p.parts
    }
    host = AnalysisHost()
    host.apply(Change(texts))
    return host.snapshot().report(DocId("main.tex"))


@cache
def with_baseline() -> Report:
    """Report of the example paper against its baseline's LaTeX, bibliography and all."""
    return _against_baseline(EXAMPLE)


@cache
def accelerator() -> Report:
    """Report of the accelerator example against its baseline's LaTeX."""
    return _against_baseline(EXAMPLE.with_name("decode-asic"))


def _against_baseline(home: Path) -> Report:
    texts: dict[DocId, str | None] = {
        DocId(p.relative_to(home).as_posix()): p.read_text("utf-8")
        for p in sorted([*home.rglob("*.tex"), *home.rglob("*.bib")])
    }
    host = AnalysisHost()
    host.apply(Change(texts, {DocId("main.tex"): DocId("baseline")}))
    return host.snapshot().report(DocId("main.tex"))


@cache
def fixtures() -> tuple[tuple[str, Report], ...]:
    """Reports of the chapters of ``tests/rules``, with their names."""
    return tuple(
        (f"{path.stem}: {case.title}", analyse(case.files))
        for path in sorted((TESTS / "rules").glob("TK*.md"))
        for case in cases(path)
    )


@cache
def papers() -> tuple[tuple[str, Report], ...]:
    """All of them."""
    return (("example", example()), *fixtures())


def figures() -> dict[Figure, str]:
    """Every figure that a finding of these papers has, with the name of its first paper."""
    found: dict[Figure, str] = {}
    for name, report in papers():
        for item in report.findings:
            if item.finding.figure is not None and is_drawn(item.finding.figure):
                found.setdefault(item.finding.figure, f"{name}: {item.finding.code}")
    return found


def words_of(report: Report, record: dict[str, Any]) -> str:
    """What stands between a record's start and its exclusive end, counted by hand."""
    lines = report.texts[DocId(record["file"])].replace("\r\n", "\n").split("\n")
    (a, b), (c, d) = (
        (record[k]["line"] - 1, record[k]["column"] - 1) for k in ("start", "end")
    )  # fmt: skip
    if a == c:
        return lines[a][b:d]
    return "\n".join([lines[a][b:], *lines[a + 1 : c], lines[c][:d]])


def restated(
    report: Report,
    numbers: Callable[[Number], Number] = lambda n: n,
    statements: tuple[Statement, ...] | None = None,
) -> Report:
    """A report whose paper states other numbers, one for each, or claims other things in full."""
    paper = Paper(
        Stretch(
            s.name, tuple(numbers(n) for n in s.numbers), s.claims, s.mentions, s.tables, s.sections,
            s.seen, statements=lambda s=s: s.statements if statements is None else statements,
            later=s.later,
        )
        for s in report.paper.stretches
    )  # fmt: skip
    return replace(report, paper=paper)


def moved(
    item: Located,
    *,
    finding: Finding | None = None,
    span: Span | None = None,
    related: tuple[tuple[Span, str], ...] | None = None,
) -> Located:
    """A finding with other words, or at another place."""
    at = span or item.span
    return Located(
        finding or item.finding,
        at,
        item.related if related is None else related,
        lambda: item.fixes,
        lambda: at,
    )
