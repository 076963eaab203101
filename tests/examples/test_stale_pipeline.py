"""The example draft: its README's table is exactly what is found, and each mending removes its row."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tanaka.analysis import AnalysisHost, Change, Located, Report
from tanaka.rules.api import FixKind, Verdict
from tanaka.text import DocId, LineIndex, apply_edits

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
ROOT = DocId("main.tex")


@dataclass(frozen=True)
class Mistake:
    """A row of the README's table."""

    file: str
    line: int
    code: str
    verdict: str
    words: str
    mended: str


def mistakes() -> list[Mistake]:
    rows = re.findall(
        r"^\| \d+ \| `([^`]+)` \| (\d+) \| `(TK\d+)` \| (\w+) \| `([^`]+)` \| .*? \| `([^`]+)` \|$",
        (EXAMPLE / "README.md").read_text("utf-8"), re.M)  # fmt: skip
    return [Mistake(f, int(n), c, v, w, m) for f, n, c, v, w, m in rows]


def texts() -> dict[DocId, str]:
    return {
        DocId(p.relative_to(EXAMPLE).as_posix()): p.read_text("utf-8")
        for p in sorted([*EXAMPLE.rglob("*.tex"), EXAMPLE / "tanaka.toml"])
        if "baseline" not in p.parts
    }


def report(files: dict[DocId, str]) -> Report:
    host = AnalysisHost()
    host.apply(Change(dict(files)))
    return host.snapshot().report(ROOT)


def row(item: Located, files: dict[DocId, str]) -> tuple[str, int, str, str, str]:
    line = LineIndex(files[item.span.doc]).line_col(item.span.start)[0] + 1
    words = files[item.span.doc][item.span.start : item.span.end].replace("\n", " ")
    return (item.span.doc, line, item.finding.code, str(item.finding.verdict), words)


def wrong(files: dict[DocId, str]) -> set[tuple[str, int, str, str, str]]:
    return {row(f, files) for f in report(files).findings if f.finding.verdict is not Verdict.OPEN}


def mend(files: dict[DocId, str], mistake: Mistake) -> dict[DocId, str]:
    doc = DocId(mistake.file)
    found = next(f for f in report(files).findings if f.span.doc == doc and f.finding.code == mistake.code
                 and row(f, files)[1] == mistake.line)  # fmt: skip
    text = files[doc]
    return files | {doc: text[: found.span.start] + mistake.mended + text[found.span.end :]}


def test_there_are_ten_mistakes() -> None:
    assert len(mistakes()) == 10


def test_the_table_is_what_is_found() -> None:
    assert wrong(texts()) == {(m.file, m.line, m.code, m.verdict, m.words) for m in mistakes()}


def test_two_questions_stay_open() -> None:
    asked = {f.finding.code for f in report(texts()).findings if f.finding.verdict is Verdict.OPEN}
    assert asked == {"TK501", "TK601"}


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: f"{m.code}-{m.file}")
def test_mending_a_mistake_removes_exactly_its_finding(mistake: Mistake) -> None:
    files = texts()
    before, after = wrong(files), wrong(mend(files, mistake))
    assert before - after == {
        (mistake.file, mistake.line, mistake.code, mistake.verdict, mistake.words)
    }
    assert after <= before


def test_the_draft_is_clean_when_all_are_mended() -> None:
    files = texts()
    for mistake in mistakes():
        files = mend(files, mistake)
    assert wrong(files) == set()


def test_every_quick_fix_removes_its_finding() -> None:
    files = texts()
    for item in report(files).findings:
        for fix in item.fixes:
            if fix.kind is FixKind.QUICKFIX:
                (edit,) = fix.edits
                mended = files | {edit.span.doc: apply_edits(files[edit.span.doc], fix.edits)}
                assert row(item, files) not in wrong(mended), fix.title


def test_changing_an_input_changes_the_number_shown() -> None:
    files = texts()
    doc = DocId("sections/evaluation.tex")
    changed = files | {
        doc: files[doc].replace("from 2.62\\,s to 2.12\\,s, a", "from 2.62\\,s to 2.02\\,s, a")
    }
    messages = [f.finding.message for f in report(changed).findings if f.finding.code == "TK101"]
    assert any("1.30×" in m for m in messages)
    assert not any("1.24×" in m and "2.02" in m for m in messages)


def experiment(files: dict[DocId, str]) -> dict[DocId, str]:
    asked = next(f for f in report(files).findings if f.finding.code == "TK501")
    insert = next(x for x in asked.fixes if x.kind is FixKind.INSERT)
    return files | {e.span.doc: apply_edits(files[e.span.doc], [e]) for e in insert.edits}


def test_the_inserted_experiment_answers_the_question() -> None:
    after = report(experiment(texts()))
    assert "TK501" not in {f.finding.code for f in after.findings}


def test_the_experiment_is_computed_from_the_paper() -> None:
    files = texts()
    text = experiment(files)[DocId("sections/evaluation.tex")]
    assert "64 nodes" in text
    assert "2.34" in text, "the expected maximum of 64 normal draws"
    fewer = {
        d: t.replace("64 nodes", "16 nodes").replace("\\numnodes}{64}", "\\numnodes}{16}")
        for d, t in files.items()
    }
    assert "1.77" in experiment(fewer)[DocId("sections/evaluation.tex")], "of 16"


def variants() -> list[dict[DocId, str]]:
    """The draft as written, and mended and with the experiment."""
    mended = texts()
    for mistake in mistakes():
        mended = mend(mended, mistake)
    return [texts(), experiment(mended)]


@pytest.mark.parametrize("edited", [0, 1], ids=["as written", "mended and with the experiment"])
def test_the_draft_is_whole(edited: int) -> None:
    """Every reference has its label, every citation its entry, every environment its end."""
    whole = "\n".join(variants()[edited].values())
    labels = re.findall(r"\\label\{([^{}]+)\}", whole)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\ref\{([^{}]+)\}", whole)) <= set(labels)
    entries = re.findall(r"^@\w+\{(.+),$", (EXAMPLE / "refs.bib").read_text("utf-8"), re.M)
    cited = {k for group in re.findall(r"\\cite\{([^{}]+)\}", whole) for k in group.split(",")}
    assert labels and cited
    assert {k.strip() for k in cited} <= set(entries)
    open_: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([^{}]+)\}", whole):
        if kind == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert not open_


# Where TeX is not installed there is nothing to run; CI must have it.
if shutil.which("pdflatex") or os.environ.get("CI"):

    @pytest.mark.parametrize("edited", [0, 1], ids=["as written", "mended and with the experiment"])
    def test_the_draft_compiles(tmp_path: Path, edited: int) -> None:
        for doc, text in variants()[edited].items():
            (tmp_path / doc).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / doc).write_text(text, "utf-8")
        shutil.copy(EXAMPLE / "refs.bib", tmp_path)
        tex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]
        for command in (tex, ["bibtex", "main"], tex, tex):
            run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout[-2000:]
        log = (tmp_path / "main.log").read_text("latin-1")
        assert "undefined" not in log.lower()
