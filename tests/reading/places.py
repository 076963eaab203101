"""Every place that a report names, and whether it lies in its text."""

from __future__ import annotations

import dataclasses

from tanaka.analysis import Report
from tanaka.text import Span


def places(report: Report) -> list[Span]:
    """Places of numbers, mentions, sections, tables, sentences, findings and edits."""
    s = report.spans
    out = [*s.mentions.values(), *s.tables.values(), *s.sentences.values()]
    for record in (*s.numbers.values(), *s.sections.values()):
        values = (getattr(record, f.name) for f in dataclasses.fields(record))
        out += [v for v in values if isinstance(v, Span)]
    for found in (*report.findings, *(item.located for item in report.suppressed)):
        out += [found.span, *(span for span, _ in found.related)]
        out += [edit.span for fix in found.fixes for edit in fix.edits]
    return out


def outside(report: Report) -> list[str]:
    """Places that lie in no text of the report, and numbers of no width."""
    wrong = [
        f"{span} lies outside of its text"
        for span in places(report)
        if not 0 <= span.start <= span.end <= len(report.texts[span.doc])
    ]
    empty = (i for i, n in report.spans.numbers.items() if n.whole.start >= n.whole.end)
    return wrong + [f"{number} has no width" for number in empty]
