"""The fixture language: Markdown chapters whose LaTeX says what must be found in it.

A heading is a test.  A ``latex`` block is the paper, a ``bib`` block its ``refs.bib`` (a path before
a block, in backticks or asterisks with a colon, names its file; ``baseline/main.tex`` is found as the baseline).
Under a line, a LaTeX comment with carets says what must be found there::

    Each H100 sustains 1450 TFLOPS in BF16.
    %                  ^^^^^^^^^^^ TK201: 1.47 times

``% ok: TK201`` says that a rule found nothing, and ``% held: TK101`` that it checked and agreed.
Findings without an expectation fail, and the reverse; the text after the colon must occur in the
message or the question, and the verdict may stand in brackets after the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.text import DocId, LineIndex

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.M | re.S)
_HEADING = re.compile(r"^#\s+(.+)$", re.M)
_CARETS = re.compile(r"^\s*%(\s*)(\^+)\s*(TK\d{3})(?:\[(\w+)\])?:\s*(.*?)\s*$")
_OK = re.compile(r"^\s*%\s*(ok|held):\s*(TK\d{3})")
_PATH = re.compile(r"[`*]([\w./-]+)[`*]:\s*$")


@dataclass(frozen=True)
class Expected:
    """A finding that must be there: file, line and columns (from zero), code, verdict, words."""

    file: str
    line: int
    start: int
    end: int
    code: str
    verdict: str
    words: str


@dataclass
class Case:
    """One test of a fixture file."""

    title: str
    files: dict[str, str] = field(default_factory=dict)
    expected: list[Expected] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def cases(path: Path) -> list[Case]:
    """Tests of a fixture file, in order."""
    text = path.read_text("utf-8")
    starts = list(_HEADING.finditer(_without_blocks(text)))
    out = []
    for i, heading in enumerate(starts):
        end = starts[i + 1].start() if i + 1 < len(starts) else len(text)
        case = Case(heading.group(1).strip())
        _read(case, text, heading.end(), end)
        if case.files:
            out.append(case)
    return out


def example_of(page: str) -> Case:
    """The example in a rule's manual page, as a test."""
    case = Case("example")
    start = page.index("## Example")
    end = page.find("\n## ", start + 1)
    _read(case, page, start, end if end >= 0 else len(page))
    assert case.files, "the page has no example"
    return case


_NAMES = {"latex": "main.tex", "toml": "tanaka.toml", "bib": "refs.bib"}


def _read(case: Case, text: str, start: int, end: int) -> None:
    """Add the blocks of a stretch of Markdown to a case."""
    for block in _FENCE.finditer(text, start, end):
        if block.group(1) not in _NAMES:
            continue
        swallowed = _HEADING.search(block.group(2))
        assert swallowed is None, f"a block of {case.title!r} holds a chapter: {swallowed.group(1)}"
        named = _PATH.search(text[start : block.start()].rstrip())
        _add(case, named.group(1) if named else _NAMES[block.group(1)], block.group(2))


def _without_blocks(text: str) -> str:
    return _FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def _add(case: Case, file: str, body: str) -> None:
    kept: list[str] = []
    for line in body.splitlines():
        if match := _CARETS.match(line):
            start = line.index("^")
            case.expected.append(
                Expected(
                    file,
                    len(kept) - 1,
                    start,
                    start + len(match.group(2)),
                    match.group(3),
                    match.group(4) or "",
                    match.group(5),
                )
            )
        elif match := _OK.match(line):
            (case.silent if match.group(1) == "ok" else case.held).append(match.group(2))
        else:
            kept.append(line)
    case.files[file] = "\n".join(kept) + "\n"


def analyse(files: dict[str, str], root: str = "main.tex") -> Report:
    """Report of a paper in memory; a root without a document class is given one."""
    texts: dict[DocId, str | None] = {DocId(f): t for f, t in files.items()}
    for name in (root, "baseline/main.tex"):
        text = files.get(name)
        if text is not None and "\\begin{document}" not in text:
            # On the first line, so that the lines of the fixture keep their numbers.
            texts[DocId(name)] = (
                "\\documentclass{article}\\begin{document} " + text + "\\end{document}\n"
            )
    host = AnalysisHost()
    host.apply(Change(texts))
    return host.snapshot().report(DocId(root))


def check(case: Case) -> None:
    """Fail where findings and expectations differ."""
    report = analyse(case.files)
    assert not report.failures, report.failures
    shift = (
        len("\\documentclass{article}\\begin{document} ")
        if "\\begin{document}" not in case.files["main.tex"]
        else 0
    )
    found = []
    for item in report.findings:
        index = LineIndex(report.texts[item.span.doc])
        line, start = index.line_col(item.span.start)
        end = index.line_col(item.span.end)[1]
        offset = shift if item.span.doc == "main.tex" and line == 0 else 0
        found.append((item.span.doc, line, start - offset, end - offset, item.finding))
    wanted = list(case.expected)
    for doc, line, start, end, finding in found:
        match = next(
            (
                e
                for e in wanted
                if (e.file, e.line, e.code) == (doc, line, finding.code)
                and (e.start, e.end) == (start, end)
            ),
            None,
        )
        assert match is not None, (
            f"unexpected {finding.code} at {doc}:{line + 1}:{start}-{end}: {finding.message}"
        )
        assert match.words in f"{finding.message} {finding.question}", (
            f"{match.words!r} is not in {finding.message!r}"
        )
        assert match.verdict in ("", str(finding.verdict)), (
            f"{finding.code} is {finding.verdict}, not {match.verdict}"
        )
        wanted.remove(match)
    assert not wanted, (
        f"not found: {wanted}; found {[(f[1], f[2], f[3], f[4].code, f[4].message) for f in found]}"
    )
    codes = {f[4].code for f in found}
    assert not codes & set(case.silent), f"{codes & set(case.silent)} must stay silent"
    checked = {h.code for h in report.held}
    assert set(case.held) <= checked, f"{set(case.held) - checked} did not check"
