"""Findings as an editor lists them: one or two sentences, a severity, related places."""

from __future__ import annotations

from dataclasses import dataclass

from tanaka.analysis.report import Located, Report
from tanaka.rules.api import Verdict
from tanaka.text import Span


@dataclass(frozen=True, slots=True)
class DiagnosticView:
    """One entry of the problems list.

    Attributes
    ----------
    span : Span
        What is underlined.
    severity : str
        "error", "warning" or "information".
    code, name, message, fingerprint : str
    related : tuple of (Span, str)
    block : Span
        The block it stands in: a new finding there waits for a pause in typing.
    """

    span: Span
    severity: str
    code: str
    name: str
    message: str
    related: tuple[tuple[Span, str], ...]
    fingerprint: str
    block: Span


def diagnostics(report: Report) -> tuple[DiagnosticView, ...]:
    """All findings, in reading order."""
    return tuple(
        DiagnosticView(
            item.span, item.finding.verdict.severity, item.finding.code, item.finding.name, message(item),
            item.related, item.finding.fingerprint, item.block,
        )
        for item in report.findings
    )  # fmt: skip


def message(item: Located) -> str:
    """What is so; then the condition that would save it, or the question that is open."""
    f = item.finding
    if f.verdict is Verdict.OPEN:
        return f"{f.message} {f.question}"
    if f.only_if:
        return f"{f.message} True only if {f.only_if}."
    return f.message
