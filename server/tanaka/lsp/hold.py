"""Which findings wait: a new one in the block under edit, until the author pauses.

"1.2" on the way to "1.24" must not flash an error.  What no longer holds goes at once, and what
was shown before stays shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from tanaka.analysis import Located
from tanaka.records import dataclass
from tanaka.text import DocId


@dataclass(frozen=True, slots=True)
class LastEdit:
    """Where the last change of a document ended, and when [s]."""

    offset: int
    time: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with the words it underlines.

    The fingerprint hashes the numbers that a finding is about, so a digit typed in one of them
    changes it; the rule and the words tell that it is still the finding shown before.
    """

    item: Located
    words: str

    def is_like(self, other: Shown) -> bool:
        """Whether a reader would call it the same finding."""
        ours, theirs = self.item.finding, other.item.finding
        return ours.code == theirs.code and (
            self.words == other.words or ours.fingerprint == theirs.fingerprint
        )


@dataclass(slots=True)
class Hold:
    """Remembers what is shown and where the author types.

    Attributes
    ----------
    delay : float
        Pause after the last edit of a block before a new finding appears there [s].
    """

    delay: float
    shown: dict[DocId, tuple[Shown, ...]] = field(default_factory=dict)
    edits: dict[DocId, LastEdit] = field(default_factory=dict)

    def edited(self, doc: DocId, offset: int, time: float) -> None:
        """Note that the author has typed."""
        self.edits[doc] = LastEdit(offset, time)

    def forget(self, doc: DocId) -> None:
        """Note that a document was closed."""
        self.edits.pop(doc, None)

    def gone(self, doc: DocId) -> None:
        """Note that a document belongs to no paper any more."""
        self.shown.pop(doc, None)

    def take(
        self, found: Mapping[DocId, Iterable[Shown]], now: float
    ) -> tuple[dict[DocId, tuple[Shown, ...]], float | None]:
        """What to show now, and the time at which more is due [s] (None: nothing waits).

        Parameters
        ----------
        found : mapping of DocId to iterable of Shown
            All findings of the papers that are open.
        now : float
            [s], on the clock of `edited`.
        """
        due: float | None = None
        visible: dict[DocId, tuple[Shown, ...]] = {}
        for doc, items in found.items():
            before = self.shown.get(doc, ())
            known = {(b.item.finding.code, b.words) for b in before}
            kept = []
            for item in items:
                shown = (item.item.finding.code, item.words) in known
                ends = None if shown else self._waits_until(doc, item, before)
                if ends is not None and ends > now:
                    due = ends if due is None else min(due, ends)
                else:
                    kept.append(item)
            visible[doc] = tuple(kept)
        self.shown |= visible
        return visible, due

    def _waits_until(self, doc: DocId, item: Shown, before: tuple[Shown, ...]) -> float | None:
        edit = self.edits.get(doc)
        if edit is None or not item.item.get_block().covers(doc, edit.offset):
            return None
        return None if any(item.is_like(b) for b in before) else edit.time + self.delay
