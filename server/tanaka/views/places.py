"""Spans to lines, columns and labels: "eval.tex:41"; in a PDF the line is the page."""

from __future__ import annotations

from collections.abc import Callable

from tanaka.analysis.baseline import is_pdf
from tanaka.analysis.report import Report
from tanaka.ingest.pdf import Pages, quote
from tanaka.paper.model import NumberId, SectionId
from tanaka.text import DocId, LineIndex, Span, folder, relative


class Places:
    """Where things stand, for one report.  Lines and columns count from zero here.

    Nobody sees the text that was made of a PDF, so a place in one is its page, column 0.
    """

    def __init__(self, report: Report, lines: Callable[[DocId], LineIndex] | None = None) -> None:
        self.report = report
        self._given = lines
        self._lines: dict[DocId, LineIndex] = {}
        self._pages: dict[DocId, Pages] = {}

    def lines(self, doc: DocId) -> LineIndex:
        """Lines of a document; an unknown one is empty."""
        if doc not in self._lines:
            # An editor keeps the lines of its documents: to index a megabyte takes milliseconds.
            self._lines[doc] = self._given(doc) if self._given else LineIndex(self._text(doc))
        return self._lines[doc]

    def pages(self, doc: DocId) -> Pages | None:
        """Pages of a PDF; None for a document with lines."""
        if not is_pdf(doc):
            return None
        if doc not in self._pages:
            self._pages[doc] = Pages(self._text(doc))
        return self._pages[doc]

    def _text(self, doc: DocId) -> str:
        text = self.report.texts.get(doc)
        if text is None and self.report.baseline is not None:
            text = self.report.baseline.texts.get(doc)
        return text or ""

    def file(self, doc: DocId) -> str:
        """Name of a document seen from the root's folder."""
        return relative(doc, folder(self.report.root))

    def position(self, doc: DocId, offset: int) -> tuple[int, int]:
        """Line and column of an offset; in a PDF the page and 0."""
        pages = self.pages(doc)
        return self.lines(doc).line_col(offset) if pages is None else (pages.page(offset) - 1, 0)

    def line_count(self, doc: DocId) -> int:
        """Lines of a document, or pages of a PDF."""
        pages = self.pages(doc)
        return self.lines(doc).line_count if pages is None else pages.last

    def offset(self, doc: DocId, line: int) -> int:
        """Offset at which a line, or a page of a PDF, begins."""
        pages = self.pages(doc)
        return self.lines(doc).offset(line, 0) if pages is None else pages.start(line + 1)

    def start(self, span: Span) -> tuple[int, int]:
        """Line and column where a span begins."""
        return self.position(span.doc, span.start)

    def end(self, span: Span) -> tuple[int, int]:
        """Line and column behind its last code point."""
        return self.position(span.doc, span.end)

    def quote(self, span: Span) -> str:
        """In a PDF the words around a span, to look for on the page; "" in a text."""
        return quote(self._text(span.doc), span.start, span.end) if is_pdf(span.doc) else ""

    def label(self, span: Span) -> str:
        """File and line, the line counted from one: "eval.tex:41"; "proposal.pdf:3" is page 3."""
        return f"{self.file(span.doc)}:{self.start(span)[0] + 1}"

    def number(self, id: NumberId) -> Span | None:
        """Whole surface of a number; None where this revision does not have it."""
        found = self.report.spans.numbers.get(id)
        return found.whole if found else None

    def text(self, span: Span) -> str:
        """What stands there."""
        return self._text(span.doc)[span.start : span.end]

    def section_at(self, doc: DocId, offset: int) -> SectionId | None:
        """The innermost section around an offset; None before the first."""
        hits = [
            (s.body.end - s.heading.start, id)
            for id, s in self.report.spans.sections.items()
            if s.heading.doc == doc
            and s.heading.start <= offset < max(s.body.end, s.heading.end + 1)
        ]
        return min(hits)[1] if hits else None
