"""Findings as an editor lists them: one or two sentences, a severity, related places."""

from __future__ import annotations

from tanaka.analysis.report import Located, Report
from tanaka.records import dataclass
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
    """

    span: Span
    severity: str
    code: str
    name: str
    message: str
    related: tuple[tuple[Span, str], ...]
    fingerprint: str


def diagnostics(report: Report) -> tuple[DiagnosticView, ...]:
    """All findings, in reading order."""
    return tuple(diagnostic(item) for item in report.findings)


def diagnostic(item: Located) -> DiagnosticView:
    """One finding."""
    f = item.finding
    return DiagnosticView(
        item.span, f.verdict.severity, f.code, f.name, message(item), item.related, f.fingerprint
    )  # fmt: skip


def message(item: Located) -> str:
    """What is so; then the condition that would save it, or the question that is open."""
    f = item.finding
    if f.verdict is Verdict.OPEN:
        return f"{f.message} {f.question}"
    if f.only_if:
        return f"{f.message} True only if {f.only_if}."
    return f.message
