"""One writer, immutable snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tanaka.analysis.report import Report
from tanaka.text import DocId


@dataclass(frozen=True, slots=True)
class Change:
    """Texts that are new or different; None takes a document away."""

    texts: Mapping[DocId, str | None] = field(default_factory=dict)


class AnalysisHost:
    """Holds the texts and the caches.  Synchronous; does no I/O."""

    def apply(self, change: Change) -> None:
        """Take texts in.  Nothing is computed until it is asked for."""
        raise NotImplementedError

    def snapshot(self) -> Analysis:
        """The state as it is now; it never changes."""
        raise NotImplementedError


class Analysis:
    """A snapshot: queries over one revision."""

    def roots(self) -> tuple[DocId, ...]:
        """Root files among the known texts, the likeliest first."""
        raise NotImplementedError

    def root_of(self, doc: DocId) -> DocId | None:
        """Root of the paper that a document belongs to."""
        raise NotImplementedError

    def report(self, root: DocId) -> Report:
        """Findings, coverage and the rest for one paper."""
        raise NotImplementedError
