"""A paper in a host, and what an error put into it changes: the findings that its twin has not.

Only the rules of one family run (`seeded.family`).  One edit is analysed at a time and taken back, so
that an error costs what a keystroke costs in an editor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seeded.family import NUMBERS, Family
from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.analysis.report import Located
from tanaka.cli.files import load
from tanaka.rules.api import Verdict
from tanaka.text import DocId, Span

_SETTINGS = DocId("tanaka.toml")
WRONG = (Verdict.IMPOSSIBLE, Verdict.IMPLAUSIBLE)


@dataclass(frozen=True)
class Alarm:
    """A finding for a reader: file, line, code, verdict and message."""

    file: str
    line: int
    code: str
    verdict: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code} {self.verdict}: {self.message}"


@dataclass(frozen=True)
class Result:
    """What one error gave: findings that name it, and new findings that do not."""

    found: tuple[Alarm, ...]
    beside: tuple[Alarm, ...]

    def by(self, rule: str) -> str:
        """ "own", "other" or "": whether the rule itself found it, another one, or none."""
        codes = {a.code for a in self.found}
        return "own" if rule in codes else "other" if codes else ""

    @property
    def verdict(self) -> str:
        """The strongest verdict among the findings that name the error; "" where there are none."""
        given = {a.verdict for a in self.found}
        return next((str(v) for v in WRONG if str(v) in given), "")


class Analysed:
    """A paper that errors are put into, one at a time."""

    def __init__(self, host: AnalysisHost, root: DocId, family: Family = NUMBERS) -> None:
        self._host, self._root, self._family = host, root, family
        chosen = ", ".join(f'"{c}"' for c in family.select)
        # What the paper declares of its own (a device, a precision) stays, but not which rules run.
        given = host.snapshot().texts.get(_SETTINGS, "").partition("[rules]")[0]
        host.apply(Change({_SETTINGS: f"{given}[rules]\nselect = [{chosen}]\n"}))
        self.report = self._report()
        self._before = {self._key(f) for f in self._judged(self.report)}

    @classmethod
    def of(
        cls, texts: Mapping[str, str], root: str = "main.tex", family: Family = NUMBERS
    ) -> Analysed:
        """A paper in memory."""
        host = AnalysisHost()
        host.apply(Change({DocId(name): text for name, text in texts.items()}))
        return cls(host, DocId(root), family)

    @classmethod
    def at(cls, main: Path) -> Analysed:
        """A paper on disk, by its main file."""
        loaded = load(main)
        return cls(loaded.host, loaded.root)

    def _report(self) -> Report:
        report = self._host.snapshot().report(self._root)
        if report.failures:
            raise RuntimeError("; ".join(report.failures))
        return report

    @property
    def size(self) -> int:
        """Characters of its files."""
        return sum(len(self.report.texts[d]) for d in self.report.files)

    def alarms(self) -> tuple[Alarm, ...]:
        """Findings of the untouched paper."""
        return tuple(_alarm(f, self.report) for f in self._judged(self.report))

    def _judged(self, report: Report) -> list[Located]:
        """Findings of the family that call a number wrong."""
        return [
            f
            for f in report.findings
            if f.finding.code.startswith(self._family.select) and f.finding.verdict in WRONG
        ]

    def text(self, file: str) -> str:
        """Text of one of its files."""
        return self.report.texts[DocId(file)]

    def wrong(self, file: str, start: int, end: int, new: str) -> Result:
        """What it gives that a stretch of a file is replaced.

        A finding names the error where it underlines the number that was changed, or has it among
        its operands or the places that it points to.  A number that is changed in the definition
        of a macro stands where the macro is used.  A name that is changed (of a device, a format, a
        link) has no place of its own in a finding: it is named by one in its paragraph.
        """
        doc = DocId(file)
        text = self.report.texts[doc]
        edited = text[:start] + new + text[end:]
        low, high = changed(text, edited)
        macro = _macro_at(edited, low)
        word = not any(c.isdigit() for c in re.sub(r"[A-Za-z]+[-\w]*", "", edited[low:high]))
        self._host.apply(Change({doc: edited}))
        try:
            report = self._report()
            shift = len(edited) - len(text)
            found, beside = [], []
            for item in self._judged(report):
                if self._key(item, doc, high, shift) in self._before:
                    continue
                named = any(
                    (s.doc == doc and s.start < high and s.end > low)
                    or (macro is not None and macro.search(report.texts[s.doc], s.start, s.end))
                    for s in _places(item, report)
                ) or (word and _inside(low, item.get_block(), doc))
                (found if named else beside).append(_alarm(item, report))
        finally:
            self._host.apply(Change({doc: text}))
        return Result(tuple(found), tuple(beside))

    def _key(
        self, item: Located, doc: DocId | None = None, edge: int = 0, shift: int = 0
    ) -> tuple[str, DocId, int, int]:
        """What a finding is, at its place in the untouched text."""
        a, b = (
            x - shift if item.span.doc == doc and x >= edge else x
            for x in (item.span.start, item.span.end)
        )
        return item.finding.code, item.span.doc, a, b


def _inside(at: int, block: Span, doc: DocId) -> bool:
    return block.doc == doc and block.start <= at < block.end


def _places(item: Located, report: Report) -> list[Span]:
    spans = report.spans
    return [
        item.span,
        *(span for span, _ in item.related),
        *(spans.whole(n) for n in item.finding.operands),
    ]


def _alarm(item: Located, report: Report) -> Alarm:
    line = report.texts[item.span.doc].count("\n", 0, item.span.start) + 1
    f = item.finding
    return Alarm(str(item.span.doc), line, f.code, str(f.verdict), f.message)


_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*\{?\s*(?P<name>\\[A-Za-z]+)\s*\}?[^{}\n]*\{[^\n]*$"
    r"|\\def\s*(?P<def>\\[A-Za-z]+)[^{}\n]*\{[^\n]*$"
)


def _macro_at(text: str, offset: int) -> re.Pattern[str] | None:
    """Uses of the macro in whose definition, on one line, an offset stands; None where in none."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    match = _DEFINED.search(line)
    name = match and (match["name"] or match["def"])
    return re.compile(re.escape(name) + r"(?![A-Za-z])") if name else None


_NUMERAL = re.compile(r"[\d.]|,|\{(?=,\})|(?<=\{,)\}")
_LETTER = re.compile(r"[A-Za-z\\]")


def changed(old: str, new: str) -> tuple[int, int]:
    """Where two texts differ, in the new one, widened to the whole number or the whole unit."""
    low, most = 0, min(len(old), len(new))
    while low < most and old[low] == new[low]:
        low += 1
    same = 0
    while same < most - low and old[-1 - same] == new[-1 - same]:
        same += 1
    high = len(new) - same
    differ = old[low : len(old) - same] + new[low:high] or new[max(low - 1, 0) : low + 1]
    part = _NUMERAL if any(c.isdigit() for c in differ) else _LETTER
    while low > 0 and part.match(new, low - 1):
        low -= 1
    while high < len(new) and part.match(new, high):
        high += 1
    return low, max(high, low + 1)
