"""An example draft in memory: the table of its README, its findings as rows of it, and their mending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tanaka.analysis import AnalysisHost, Change, Located, Report
from tanaka.text import DocId, Edit, LineIndex, apply_edits

ROOT = DocId("main.tex")
Texts = dict[DocId, str]
Row = tuple[str, int, str, str, str]
"""File, line, code, verdict, and the words that are underlined."""


@dataclass(frozen=True)
class Mistake:
    """A row of the README's table."""

    file: str
    line: int
    code: str
    verdict: str
    words: str
    mended: str

    @property
    def row(self) -> Row:
        return (self.file, self.line, self.code, self.verdict, self.words)


def mistakes(example: Path) -> list[Mistake]:
    """The README's table."""
    rows = re.findall(
        r"^\| \d+ \| `([^`]+)` \| (\d+) \| `(TK\d+)` \| (\w+) \| `([^`]+)` \| .*? \| `([^`]+)` \|$",
        (example / "README.md").read_text("utf-8"), re.M)  # fmt: skip
    return [Mistake(f, int(n), c, v, w, m) for f, n, c, v, w, m in rows]


def texts(example: Path) -> Texts:
    """The draft as an editor has it, with its bibliography, without its baseline."""
    return {
        DocId(p.relative_to(example).as_posix()): p.read_text("utf-8")
        for p in sorted([*example.rglob("*.tex"), *example.glob("*.bib"), example / "tanaka.toml"])
        if "baseline" not in p.parts
    }


def report(files: Texts) -> Report:
    """The report of a fresh host."""
    host = AnalysisHost()
    host.apply(Change(dict(files)))
    return host.snapshot().report(ROOT)


def row(item: Located, files: Texts) -> Row:
    """A finding as a row of the table."""
    text = files[item.span.doc]
    line = LineIndex(text).line_col(item.span.start)[0] + 1
    words = text[item.span.start : item.span.end].replace("\n", " ")
    return (item.span.doc, line, item.finding.code, str(item.finding.verdict), words)


def mend(files: Texts, mistake: Mistake) -> Texts:
    """The draft without a mistake."""
    found = next(f for f in report(files).findings if row(f, files)[:3] == mistake.row[:3])
    return with_edits(files, [Edit(found.span, mistake.mended)])


def with_edits(files: Texts, edits: Sequence[Edit]) -> Texts:
    """The draft after edits that may touch several files."""
    changed = {e.span.doc for e in edits}
    return files | {
        doc: apply_edits(files[doc], [e for e in edits if e.span.doc == doc]) for doc in changed
    }
