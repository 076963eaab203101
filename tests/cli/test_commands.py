"""The other commands, and what all commands do with bad usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tanaka import __version__
from tanaka.rules.registry import RULES

from .conftest import Run
from .terminal import EXAMPLE, WRONG, paper

# -- one clear line -----------------------------------------------------------------------------


def refused(tanaka: Run, *arguments: str | Path) -> str:
    """The one line on standard error of a refused command."""
    ran = tanaka(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("tanaka")
    assert "Traceback" not in ran.err
    return ran.err


@pytest.mark.parametrize("command", ["check", "facts", "stress-test"])
def test_files_that_cannot_be_used(tanaka: Run, tmp_path: Path, command: str) -> None:
    assert "no such file or folder" in refused(tanaka, command, tmp_path / "gone.tex")
    (tmp_path / "notes.txt").write_text(WRONG, "utf-8")
    assert "not a .tex file or a folder" in refused(tanaka, command, tmp_path / "notes.txt")
    (tmp_path / "binary.tex").write_bytes(b"\x00\x01\x02" * 99)
    assert "not a text file" in refused(tanaka, command, tmp_path / "binary.tex")
    (tmp_path / "empty").mkdir()
    assert "no file with \\documentclass" in refused(tanaka, command, tmp_path / "empty")
    (tmp_path / "two").mkdir()
    for name in ("a.tex", "b.tex"):
        (tmp_path / "two" / name).write_text(paper(), "utf-8")
    line = refused(tanaka, command, tmp_path / "two")
    assert "several files could be the root (a.tex, b.tex)" in line


def test_of_several_papers_the_first_bad_one_is_named(tanaka: Run, tmp_path: Path) -> None:
    assert "gone.tex" in refused(tanaka, "check", EXAMPLE, tmp_path / "gone.tex")


def test_a_name_that_no_file_system_takes(tanaka: Run) -> None:
    assert "x" * 50 in refused(tanaka, "check", "x" * 5000 + ".tex")


def test_a_file_system_that_refuses(tanaka: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("tanaka.cli.facts.load", denied)
    assert refused(tanaka, "facts", "main.tex") == "tanaka: main.tex: Permission denied\n"


PAPER = "(a small paper)"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: COMMAND"),
        (["check"], "required: PATH"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["check", PAPER, "--fail-on", "always"], "invalid choice: 'always'"),
        (["check", PAPER, "--output-format", "sarif"], "invalid choice: 'sarif'"),
        (["check", PAPER, "--select", "TK999"], "--select TK999: no rule"),
        (["check", PAPER, "--ignore", "above-peak"], "--ignore ABOVE-PEAK: no rule"),
        (["check", PAPER, "--baseline", "gone"], "gone: no such file or folder"),
        (["stress-test", PAPER, "--section", "Evaluation", "--line", "main.tex:1"], "not allowed with"),
        (["stress-test", PAPER, "--section", "Nowhere"], "--section Nowhere: no such section; there are: Method; Results"),
        (["stress-test", PAPER, "--line", "main.tex"], "not FILE:N"),
        (["stress-test", PAPER, "--line", "12"], "not FILE:N"),
        (["stress-test", PAPER, "--line", "gone.tex:1"], "with a file of the paper (main.tex)"),
        (["stress-test", PAPER, "--line", "main.tex:x"], "not FILE:N"),
        (["stress-test", PAPER, "--line", "main.tex:²"], "not FILE:N"),
        (["stress-test", PAPER, "--line", "main.tex:0"], "main.tex has lines 1 to "),
        (["stress-test", PAPER, "--line", "main.tex:9999"], "main.tex has lines 1 to "),
        (["explain", "TK999"], "TK999: no such rule; `tanaka explain` lists them"),
        (["serve", "--tcp", "nonsense"], "not HOST:PORT"),
        (["serve", "--tcp", "localhost:²"], "not HOST:PORT"),
        (["serve", "--tcp", "localhost:70000"], "not HOST:PORT"),
        (["serve", "--tcp", ":80"], "not HOST:PORT"),
    ],
)  # fmt: skip
def test_bad_usage(tanaka: Run, tmp_path: Path, arguments: list[str], words: str) -> None:
    sections = f"\\section{{Method}}\n{WRONG}\n\\section{{Results}}\nNone."
    (tmp_path / "main.tex").write_text(paper(sections), "utf-8")
    assert words in refused(tanaka, *(str(tmp_path) if a == PAPER else a for a in arguments))


def test_version_and_help(tanaka: Run) -> None:
    assert tanaka("--version").out == f"tanaka {__version__}\n"
    assert tanaka("--help").status == 0
    page = tanaka("check", "--help").out
    assert "exit status: 0 nothing at or above --fail-on" in page


# -- explain ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=[r.code for r in RULES])
def test_explain_prints_the_page_of_a_rule(tanaka: Run, rule) -> None:
    ran = tanaka("explain", rule.code)
    assert ran.status == 0
    assert ran.out.startswith(
        f"# {rule.code} {rule.name}\n\nSince {rule.since}, {rule.status}.\n\n"
    )
    for heading in (
        "What it checks",
        "Why it matters",
        "What is left alone",
        "Example",
        "References",
    ):
        assert f"\n## {heading}\n" in ran.out
    assert tanaka("explain", rule.code.lower()) == ran
    assert tanaka("explain", rule.name) == ran
    assert tanaka("explain", rule.code, "--output-format", "markdown") == ran


def test_explain_without_a_code_lists_every_rule_in_a_line(tanaka: Run) -> None:
    lines = tanaka("explain").out.splitlines()
    assert [line.split()[:2] for line in lines] == [[r.code, r.name] for r in RULES]
    assert all(line.endswith(".") for line in lines)


# -- facts --------------------------------------------------------------------------------------


def test_facts_as_json_and_for_people(tanaka: Run) -> None:
    document = json.loads(tanaka("facts", EXAMPLE, "--output-format", "json").out)
    assert document["schema"] == "tanaka.facts/1"
    assert document["root"] == "main.tex"
    text = tanaka("facts", EXAMPLE).out
    assert len(document["facts"]) == sum(
        x.lstrip()[:1].isdigit() and x[:1] == " " for x in text.splitlines()
    )
    assert tanaka("facts", EXAMPLE).status == 0


def test_facts_of_a_paper_without_numbers(tanaka: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper("No number here."), "utf-8")
    assert tanaka("facts", tmp_path).out == "0 numbers, 0 read, 0 bound, 0 checked, 0 consistent.\n"
    document = json.loads(tanaka("facts", tmp_path, "--output-format", "json").out)
    assert document["facts"] == []


# -- stress-test --------------------------------------------------------------------------------


def test_the_stress_test_of_a_section_by_title_and_by_line(tanaka: Run) -> None:
    by_title = tanaka("stress-test", EXAMPLE, "--section", "evaluation")
    assert by_title.status == 0
    assert by_title.out.startswith("Evaluation (sections/evaluation.tex:1)\n4 impossible; ")
    assert tanaka("stress-test", EXAMPLE, "--line", "sections/evaluation.tex:14") == by_title
    # A table's file has no heading; its numbers stand in the section that inputs it.
    assert tanaka("stress-test", EXAMPLE, "--line", "tables/scaling.tex:12") == by_title


def test_the_stress_test_of_the_paper_in_three_formats(tanaka: Run) -> None:
    text = tanaka("stress-test", EXAMPLE).out
    assert text.startswith("The whole paper (main.tex:1)\n")
    markdown = tanaka("stress-test", EXAMPLE, "--output-format", "markdown").out
    assert markdown.startswith("# The whole paper\n")
    document = json.loads(tanaka("stress-test", EXAMPLE, "--output-format", "json").out)
    assert document["schema"] == "tanaka.review/1"
    place = document["findings"][0]["at"]
    assert set(place) == {"label", "file", "line", "column"}
    edits = [a["edit"] for p in document["parts"] for a in p["actions"] if "edit" in a]
    assert edits
    assert all({"file", "start", "end", "new_text"} <= set(e) for group in edits for e in group)


def test_the_venue_of_the_settings_is_named(tanaka: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper(), "utf-8")
    (tmp_path / "tanaka.toml").write_text('[paper]\nvenue = "EuroSys"\n', "utf-8")
    out = tanaka("stress-test", tmp_path).out
    assert "survive EuroSys, you need" in " ".join(out.split())
