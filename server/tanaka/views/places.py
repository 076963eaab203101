"""Spans to lines, columns and labels: "eval.tex:41"."""

from __future__ import annotations

from tanaka.analysis.report import Report
from tanaka.paper.model import NumberId, SectionId
from tanaka.text import DocId, LineIndex, Span, folder, relative


class Places:
    """Where things stand, for one report.  Lines and columns count from zero here."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._lines: dict[DocId, LineIndex] = {}

    def lines(self, doc: DocId) -> LineIndex:
        """Lines of a document; an unknown one is empty."""
        if doc not in self._lines:
            self._lines[doc] = LineIndex(self.report.texts.get(doc, ""))
        return self._lines[doc]

    def file(self, doc: DocId) -> str:
        """Name of a document seen from the root's folder."""
        return relative(doc, folder(self.report.root))

    def start(self, span: Span) -> tuple[int, int]:
        """Line and column where a span begins."""
        return self.lines(span.doc).line_col(span.start)

    def end(self, span: Span) -> tuple[int, int]:
        """Line and column behind its last code point."""
        return self.lines(span.doc).line_col(span.end)

    def label(self, span: Span) -> str:
        """File and line, the line counted from one: "eval.tex:41"."""
        return f"{self.file(span.doc)}:{self.start(span)[0] + 1}"

    def number(self, id: NumberId) -> Span | None:
        """Whole surface of a number; None where this revision does not have it."""
        found = self.report.spans.numbers.get(id)
        return found.whole if found else None

    def text(self, span: Span) -> str:
        """What stands there."""
        return self.report.texts.get(span.doc, "")[span.start : span.end]

    def section_at(self, doc: DocId, offset: int) -> SectionId | None:
        """The innermost section around an offset; None before the first."""
        hits = [
            (s.body.end - s.heading.start, id)
            for id, s in self.report.spans.sections.items()
            if s.heading.doc == doc
            and s.heading.start <= offset < max(s.body.end, s.heading.end + 1)
        ]
        return min(hits)[1] if hits else None
