"""The example draft: its README's table is exactly what is found, and each mending removes its row."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from examples import draft
from examples.draft import Mistake, Row, Texts, mend, report, row, with_edits
from tanaka.analysis.twists import offers
from tanaka.children.pdf import PdfText, read_pdf
from tanaka.rules.api import FixKind, Verdict
from tanaka.text import DocId

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"


def mistakes() -> list[Mistake]:
    return draft.mistakes(EXAMPLE)


def texts() -> Texts:
    """The draft with the text of its baseline's PDF."""
    baseline = read_pdf((EXAMPLE / "proposal_call.pdf").read_bytes())
    assert isinstance(baseline, PdfText), baseline
    return {DocId("proposal_call.pdf"): baseline.text} | draft.texts(EXAMPLE)


def wrong(files: Texts) -> set[Row]:
    return {row(f, files) for f in report(files).findings if f.finding.verdict is not Verdict.OPEN}


def test_there_are_ten_mistakes() -> None:
    assert len(mistakes()) == 10


def test_the_table_is_what_is_found() -> None:
    assert wrong(texts()) == {m.row for m in mistakes()}


def questions() -> set[tuple[str, str, int, str]]:
    rows = re.findall(
        r"^\| `(TK\d+)` \| `([^`]+)` \| (\d+) \| `([^`]+)` \|", (EXAMPLE / "README.md").read_text("utf-8"), re.M
    )  # fmt: skip
    return {(code, file, int(line), words) for code, file, line, words in rows}


def test_what_stays_open_is_what_the_readme_says() -> None:
    files = texts()
    asked = [row(f, files) for f in report(files).findings if f.finding.verdict is Verdict.OPEN]
    assert {(code, file, line, words) for file, line, code, _, words in asked} == questions()
    assert sum(code.startswith("TK8") for _, _, code, _, _ in asked) >= 3


def test_the_delta_is_right_in_every_row() -> None:
    """Against the PDF, by reading both papers; a row that is missing or wrong fails."""
    delta = report(texts()).delta
    assert delta is not None
    rows = {(str(r.kind), r.mechanism) for r in delta.rows}
    assert rows == {
        ("shared", "one-forward-one-backward"),
        ("shared", "tensor-parallelism"),
        ("shared", "data-parallelism"),
        ("shared", "all-reduce"),
        ("shared", "bf16"),
        ("re-configured", "zero"),
        ("removed", "flush"),
        ("removed", "synchronous-training"),
        ("added", "speculation"),
        ("added", "bounded-staleness"),
        ("added", "staleness-aware-step"),
        ("added", "rollback"),
    }
    (zero,) = (r for r in delta.rows if r.mechanism == "zero")
    assert [(s.name, s.draft, s.baseline) for s in zero.settings] == [("stage", "2", "1")]


def test_a_row_of_the_delta_has_its_lines() -> None:
    given = report(texts())
    assert given.delta is not None and given.baseline is not None
    for r in given.delta.rows:
        assert bool(r.draft) == (str(r.kind) != "baseline only")
        assert bool(r.baseline) == (str(r.kind) != "added"), r.name
        assert all(i in given.spans.mentions for i in r.draft)
        assert all(i in given.baseline.spans.mentions for i in r.baseline)


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: f"{m.code}-{m.file}")
def test_mending_a_mistake_removes_exactly_its_finding(mistake: Mistake) -> None:
    files = texts()
    before, after = wrong(files), wrong(mend(files, mistake))
    assert before - after == {mistake.row}
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
                after = report(with_edits(files, fix.edits))
                gone = (item.finding.code, item.finding.message)
                assert gone not in {
                    (f.finding.code, f.finding.message)
                    for f in after.findings
                    if not f.finding.question
                }
                if item.finding.code == "TK802":
                    assert after.bibliography.cited >= {"pipemare"}


def test_changing_an_input_changes_the_number_shown() -> None:
    files = texts()
    doc = DocId("sections/evaluation.tex")
    changed = files | {
        doc: files[doc].replace("from 2.62\\,s to 2.12\\,s, a", "from 2.62\\,s to 2.02\\,s, a")
    }
    messages = [f.finding.message for f in report(changed).findings if f.finding.code == "TK101"]
    assert any("1.30×" in m for m in messages)
    assert not any("1.24×" in m and "2.02" in m for m in messages)


def experiment(files: Texts) -> Texts:
    asked = next(f for f in report(files).findings if f.finding.code == "TK501")
    insert = next(x for x in asked.fixes if x.kind is FixKind.INSERT)
    return with_edits(files, insert.edits)


def twisted(files: Texts) -> Texts:
    """The draft with the work cited that it leaves out, and with the twist of the seed."""
    asked = next(
        f for f in report(files).findings if any(x.title.startswith("Cite ") for x in f.fixes)
    )
    cite = next(x for x in asked.fixes if x.title.startswith("Cite "))
    cited = with_edits(files, cite.edits)
    offer = next(o for o in offers(report(cited)) if o.twist.id == "compression-follows-age")
    return with_edits(cited, offer.edits)


def test_the_twist_takes_its_levels_from_the_draft() -> None:
    text = twisted(texts())[DocId("sections/design.tex")]
    assert "Staleness bound & 0, 2, 4, 8" in text
    assert r"DeCo-SGD~\cite{deco-sgd}" in text


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


def variants() -> list[Texts]:
    """The draft as written; mended and with the experiment; and with a citation and a twist."""
    mended = texts()
    for mistake in mistakes():
        mended = mend(mended, mistake)
    return [texts(), experiment(mended), twisted(texts())]


NAMES = ["as written", "mended and with the experiment", "with a citation and a twist"]


@pytest.mark.parametrize("edited", [0, 1, 2], ids=NAMES)
def test_the_draft_is_whole(edited: int) -> None:
    """Every reference has its label, every citation its entry, every environment its end."""
    files = variants()[edited]
    whole = "\n".join(t for d, t in files.items() if d.endswith(".tex"))
    labels = re.findall(r"\\label\{([^{}]+)\}", whole)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\ref\{([^{}]+)\}", whole)) <= set(labels)
    entries = re.findall(r"^@\w+\{(.+),$", files[DocId("refs.bib")], re.M)
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

    @pytest.mark.parametrize("edited", [0, 1, 2], ids=NAMES)
    def test_the_draft_compiles(tmp_path: Path, edited: int) -> None:
        for doc, text in variants()[edited].items():
            if doc.endswith(".pdf"):
                continue
            (tmp_path / doc).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / doc).write_text(text, "utf-8")
        tex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]
        for command in (tex, ["bibtex", "main"], tex, tex):
            run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout[-2000:]
        log = (tmp_path / "main.log").read_text("latin-1")
        assert "undefined" not in log.lower()
