"""Papers and baselines that are PDFs, and who chose the baseline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from children import make_pdf
from children.make_pdf import Text, pdf

from .conftest import Run
from .terminal import EXAMPLE, RIGHT, WRONG, paper

TITLE = Text(180, 740, "A Proposal With a Title", 17)
SAID = [
    "The time falls from 420 ms to 140 ms, a 3.5× speedup. It is what a step takes when",
    "nothing else runs on the machine, and we have measured it more than once for that.",
    "With data parallelism we train synchronously on 64 nodes of eight A100.",
]


def proposal(*pages: list[str]) -> bytes:
    drawn = [[Text(72, 700 - 12 * i, words) for i, words in enumerate(lines)] for lines in pages]
    return pdf([TITLE, *drawn[0]], *drawn[1:])


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A paper without a fault, and a PDF without one in a folder of its own."""
    (tmp_path / "draft").mkdir()
    (tmp_path / "other").mkdir()
    file = tmp_path / "draft" / "main.tex"
    file.write_text(paper(RIGHT), "utf-8")
    (tmp_path / "other" / "base.pdf").write_bytes(proposal([*SAID]))
    return file


# -- a PDF as the paper -----------------------------------------------------------------------


def test_a_finding_in_a_pdf_is_a_page_with_a_quote_and_never_an_error(
    tanaka: Run, tmp_path: Path
) -> None:
    file = tmp_path / "proposal.pdf"
    file.write_bytes(proposal([f"{'A sentence of the first page. ' * 3}"] * 3, SAID))
    ran = tanaka("check", file, "--output-format", "json", "--fail-on", "implausible")
    assert (ran.status, ran.err) == (1, "")
    document = json.loads(ran.out)
    assert (document["root"], document["files"]) == ("proposal.pdf", ["proposal.pdf"])
    found = {f["code"]: f for f in document["findings"]}
    assert {"TK101", "TK501"} <= set(found)
    assert all(f["verdict"] != "impossible" and f["fixes"] == [] for f in found.values())
    wrong = found["TK101"]
    assert wrong["start"] == wrong["end"] == {"line": 2, "column": 1}
    assert wrong["quote"] == "The time falls from 420 ms to 140 ms, a 3.5× speedup."
    assert "read as it was printed" in wrong["only_if"]
    # The same words in LaTeX are an error with an edit.
    latex = tmp_path / "main.tex"
    latex.write_text(paper(WRONG), "utf-8")
    assert tanaka("check", latex).status == 1


def test_the_text_of_a_check_quotes_the_page(tanaka: Run, tmp_path: Path) -> None:
    file = tmp_path / "proposal.pdf"
    file.write_bytes(proposal(SAID))
    out = tanaka("check", file).out
    assert "proposal.pdf:1: implausible TK101 ratio-mismatch\n" in out
    assert "  | “The time falls from 420 ms to 140 ms, a 3.5× speedup.”\n" in out
    assert "^" not in out
    assert "proposal.pdf:1: open TK501" in out and "“With data parallelism we train" in out


def test_facts_and_the_stress_test_of_a_pdf(tanaka: Run, tmp_path: Path) -> None:
    file = tmp_path / "proposal.pdf"
    file.write_bytes(proposal(SAID))
    facts = json.loads(tanaka("facts", file, "--output-format", "json").out)["facts"]
    assert [f["value"] for f in facts] == [[0.14, 0.42], 3.5, 64, 8]
    assert all(f["start"] == {"line": 1, "column": 1} and f["quote"] for f in facts)
    said = tanaka("facts", file).out
    assert any(x.split()[:4] == ["1", "*", "420", "ms"] for x in said.splitlines()), "page, words"
    ran = tanaka("stress-test", file)
    assert (ran.status, ran.err) == (0, "")
    assert "proposal.pdf:1" in ran.out
    assert tanaka("stress-test", file, "--line", "proposal.pdf:1").status == 0
    assert (
        "proposal.pdf has lines 1 to 1"
        in tanaka("stress-test", file, "--line", "proposal.pdf:2").err
    )


def test_what_is_left_out_of_a_pdf_is_said(tanaka: Run, tmp_path: Path) -> None:
    file = tmp_path / "long.pdf"
    file.write_bytes(make_pdf.many_pages(70))
    ran = tanaka("check", file)
    assert ran.status == 0
    assert ran.err == f"tanaka: {file}: it has 70 pages: only the first 60 were read\n"


BAD = {
    "junk": (b"\x00\x01 nothing", "not a PDF"),
    "damaged": (b"%PDF-1.7\n" + b"\xff" * 999, "damaged: it begins like a PDF"),
    "locked": (make_pdf.encrypted(b"tulip"), "encrypted, so it cannot be read"),
    "exploding": (make_pdf.flate_bomb(900), "the PDF reader needed more memory"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pdf_is_one_line_wherever_it_stands(tanaka: Run, draft: Path, name: str) -> None:
    data, words = BAD[name]
    bad = draft.parent.parent / f"{name}.pdf"
    bad.write_bytes(data)
    for arguments in (["check", bad], ["check", draft, "--baseline", bad]):
        ran = tanaka(*arguments)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"tanaka: {bad}: {words}")
        assert ran.err.count("\n") == 1


# -- the baseline -----------------------------------------------------------------------------


def header(tanaka: Run, *arguments: str | Path) -> tuple[str, str]:
    """First line of a check, and what it says on standard error."""
    ran = tanaka("check", *arguments)
    assert ran.status == 0, ran.err
    return ran.out.partition("\n")[0], ran.err


def test_a_baseline_that_is_named_may_lie_anywhere(tanaka: Run, draft: Path) -> None:
    other = draft.parent.parent / "other"
    (other / "main.tex").write_text(paper("\\input{part} It takes 12 ms."), "utf-8")
    (other / "part.tex").write_text("A part with 13 ms.", "utf-8")
    for named, shown in (
        (other / "base.pdf", "../other/base.pdf"),
        (other / "main.tex", "../other/main.tex"),
        (other, "../other/main.tex"),
    ):
        assert header(tanaka, draft, "--baseline", named) == (f"Baseline: {shown} (given).", "")


def test_a_baseline_is_no_part_of_the_draft(tanaka: Run, draft: Path) -> None:
    other = draft.parent.parent / "other" / "base.pdf"
    alone = tanaka("check", draft, "--output-format", "json")
    beside = tanaka("check", draft, "--baseline", other, "--output-format", "json")
    a, b = json.loads(alone.out), json.loads(beside.out)
    assert a["files"] == b["files"] == ["main.tex"]
    assert a["coverage"]["quantities"] == b["coverage"]["quantities"]


def test_a_baseline_beside_the_root_is_found_and_said(tanaka: Run, draft: Path) -> None:
    folder, base = draft.parent, draft.parent.parent / "other" / "base.pdf"
    (folder / "baseline").mkdir()
    (folder / "baseline" / "paper.tex").write_text(paper("It takes 12 ms."), "utf-8")
    found = "found beside the root"
    assert header(tanaka, draft) == (f"Baseline: baseline/paper.tex ({found}).", "")
    for name in ("baseline.pdf", "proposal_call.pdf"):
        shutil.copy(base, folder / name)
        assert header(tanaka, draft) == (f"Baseline: {name} ({found}).", "")
    assert header(tanaka, folder) == (f"Baseline: proposal_call.pdf ({found}).", "")
    (folder / "tanaka.toml").write_text('[paper]\nbaseline = "../other/base.pdf"\n', "utf-8")
    assert header(tanaka, draft) == ("Baseline: ../other/base.pdf (tanaka.toml).", "")
    assert header(tanaka, draft, "--baseline", folder / "baseline.pdf")[0].endswith("(given).")


def test_a_found_baseline_that_cannot_be_read_is_one_line_and_the_next_is_taken(
    tanaka: Run, draft: Path
) -> None:
    bad = draft.parent / "proposal_call.pdf"
    bad.write_bytes(b"junk")
    first, err = header(tanaka, draft)
    assert first.startswith("Nothing found.")
    said = f"tanaka: {bad}: not a PDF; it is the baseline found beside the root, and is left out\n"
    assert err == said
    shutil.copy(draft.parent.parent / "other" / "base.pdf", draft.parent / "baseline.pdf")
    assert header(tanaka, draft) == ("Baseline: baseline.pdf (found beside the root).", said)
    (draft.parent / "tanaka.toml").write_text('[paper]\nbaseline = "gone.pdf"\n', "utf-8")
    first, err = header(tanaka, draft)
    assert "no such file or folder; it is the baseline named in tanaka.toml" in err
    assert err.count("\n") == 1


def test_a_baseline_that_is_the_paper_itself_is_refused(tanaka: Run, draft: Path) -> None:
    ran = tanaka("check", draft, "--baseline", draft)
    assert (ran.status, ran.out) == (2, "")
    assert "that is the paper itself" in ran.err


def test_the_example_is_read_with_its_baseline(tanaka: Run) -> None:
    ran = tanaka("check", EXAMPLE)
    assert ran.out.startswith("Baseline: proposal_call.pdf (tanaka.toml).\n\n")


# -- what lies around a paper -----------------------------------------------------------------


def test_the_bibliography_that_a_paper_names_is_read(tmp_path: Path) -> None:
    from tanaka.cli.files import load

    text = paper(f"{RIGHT} \\cite{{a}}\n\\bibliography{{refs,gone}}")
    (tmp_path / "main.tex").write_text(text, "utf-8")
    (tmp_path / "refs.bib").write_text("@misc{a, title={A}, year={2019}}", "utf-8")
    (tmp_path / ".tanaka" / "knowledge" / "works").mkdir(parents=True)
    (tmp_path / ".tanaka" / "knowledge" / "works" / "own.toml").write_text("", "utf-8")
    loaded = load(tmp_path)
    assert {"refs.bib", ".tanaka/knowledge/works/own.toml"} <= set(loaded.analysis.texts)
    assert "gone.bib" not in loaded.analysis.texts
