"""The draft about a chip: its README's table is what is found, and each mending removes its row."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from examples import draft
from examples.draft import Mistake, Row, Texts, mend, report, row, with_edits
from tanaka.rules.api import BarsFigure, FixKind, Verdict
from tanaka.text import DocId

EXAMPLE = Path(__file__).parents[2] / "examples" / "decode-asic"
CODES = {"TK207", "TK701", "TK702", "TK704"}


def mistakes() -> list[Mistake]:
    return draft.mistakes(EXAMPLE)


def texts() -> Texts:
    return draft.texts(EXAMPLE)


def wrong(files: Texts) -> set[Row]:
    """All that is not merely asked, and what the four rules ask."""
    return {
        row(f, files)
        for f in report(files).findings
        if f.finding.verdict is not Verdict.OPEN or f.finding.code in CODES
    }


def test_there_are_four_mistakes_one_of_each() -> None:
    assert sorted(m.code for m in mistakes()) == sorted(CODES)


def test_the_table_is_what_is_found() -> None:
    assert not report(texts()).failures
    assert wrong(texts()) == {m.row for m in mistakes()}


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda m: m.code)
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


def test_three_rates_hold_at_69_per_cent_of_their_roof() -> None:
    held = [h for h in report(texts()).held if h.code == "TK207"]
    assert [h.summary for h in held] == [
        "310 tokens/s of 448 tokens/s is 69%",
        "203 tokens/s of 294 tokens/s is 69%",
        "1,620 tokens/s of 2,348 tokens/s is 69%",
    ]
    for item in held:
        slots = {s.name: s.text for s in item.slots}
        assert slots["util"] == "69%" and {"claim", "roof", "bytes", "bw", "batch"} <= set(slots)


def test_the_roof_follows_the_numbers_of_the_draft() -> None:
    files = texts()
    doc = DocId("sections/evaluation.tex")
    for stated, roof in (("1.6", "249"), ("1.2", "187"), ("1.8", "280")):
        changed = files | {doc: files[doc].replace("the 1.6\\,TB/s\nof HBM", f"the {stated}\\,TB/s\nof HBM")}  # fmt: skip
        messages = [
            f.finding.message for f in report(changed).findings if f.finding.code == "TK207"
        ]
        assert any(f"{roof} tokens/s that {stated} TB/s allow" in m for m in messages), stated
    wide = files | {doc: files[doc].replace("the 1.6\\,TB/s\nof HBM", "the 2.4\\,TB/s\nof HBM")}
    assert "TK207" not in {f.finding.code for f in report(wide).findings}


def test_the_gain_of_the_whole_is_drawn_beside_the_stated_one() -> None:
    (found,) = [f.finding for f in report(texts()).findings if f.finding.code == "TK701"]
    assert isinstance(found.figure, BarsFigure)
    assert [f"{v:.2f}" for _, v, _ in found.figure.bars] == ["6.20", "1.47", "6.20"]
    assert {s.name: s.text for s in found.slots}["e2e"] == "1.47×"


def test_the_break_even_volume_is_that_of_the_readme() -> None:
    (found,) = [f.finding for f in report(texts()).findings if f.finding.code == "TK702"]
    said = {s.name: s.text for s in found.slots}
    assert found.case == "A" and said["units"] == "49,700 chips"
    (mended,) = [m.mended for m in mistakes() if m.code == "TK702"]
    assert "49{,}700 chips" in mended


@pytest.mark.parametrize("code", ["TK702", "TK704"])
def test_what_is_inserted_answers_the_question(code: str) -> None:
    files = texts()
    asked = next(f for f in report(files).findings if f.finding.code == code)
    insert = next(x for x in asked.fixes if x.kind is FixKind.INSERT)
    after = with_edits(files, insert.edits)
    assert code not in {f.finding.code for f in report(after).findings}


def inserted(files: Texts) -> Texts:
    """With every experiment of the four rules, one after the other."""
    for code in sorted(CODES):
        for asked in [f for f in report(files).findings if f.finding.code == code]:
            for fix in [x for x in asked.fixes if x.kind is FixKind.INSERT]:
                files = with_edits(files, fix.edits)
    return files


def variants() -> list[Texts]:
    mended = texts()
    for mistake in mistakes():
        mended = mend(mended, mistake)
    return [texts(), mended, inserted(texts())]


NAMES = ["as written", "mended", "with the experiments"]


@pytest.mark.parametrize("edited", range(3), ids=NAMES)
def test_the_draft_is_whole(edited: int) -> None:
    """Every reference has its label, every citation its entry, every environment its end."""
    files = variants()[edited]
    whole = "\n".join(t for d, t in files.items() if d.endswith(".tex"))
    labels = re.findall(r"\\label\{([^{}]+)\}", whole)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\ref\{([^{}]+)\}", whole)) <= set(labels)
    entries = set(re.findall(r"^@\w+\{(.+),$", files[DocId("refs.bib")], re.M))
    cited = {
        k.strip() for group in re.findall(r"\\cite\{([^{}]+)\}", whole) for k in group.split(",")
    }
    assert cited == entries, "every work is cited, and nothing else"
    open_: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([^{}]+)\}", whole):
        if kind == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert not open_


def test_the_baseline_holds_no_dates() -> None:
    data = (EXAMPLE / "baseline.pdf").read_bytes()
    assert data.startswith(b"%PDF") and b"CreationDate" not in data and b"/ID" not in data


# Where TeX is not installed there is nothing to run; CI must have it.
if shutil.which("pdflatex") or os.environ.get("CI"):

    def compiled(folder: Path, commands: list[list[str]]) -> str:
        for command in commands:
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout[-2000:]
        return (folder / "main.log").read_text("latin-1")

    TEX = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]

    @pytest.mark.parametrize("edited", [0, 2], ids=[NAMES[0], NAMES[2]])
    def test_the_draft_compiles(tmp_path: Path, edited: int) -> None:
        for doc, text in variants()[edited].items():
            (tmp_path / doc).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / doc).write_text(text, "utf-8")
        log = compiled(tmp_path, [TEX, ["bibtex", "main"], TEX, TEX])
        assert "undefined" not in log.lower()

    def test_the_baseline_compiles(tmp_path: Path) -> None:
        shutil.copy(EXAMPLE / "baseline" / "main.tex", tmp_path)
        log = compiled(tmp_path, [TEX, TEX])
        assert "undefined" not in log.lower()
