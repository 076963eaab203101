"""``tanaka check``: statuses, choices, JSON, and papers that are not quite text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run
from .terminal import EXAMPLE, RIGHT, WRONG, paper


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A paper with one wrong factor."""
    file = tmp_path / "main.tex"
    file.write_text(paper(), "utf-8")
    return file


# -- exit status ------------------------------------------------------------------------------


def test_a_finding_is_status_1_and_a_clean_paper_0(tanaka: Run, draft: Path) -> None:
    assert tanaka("check", draft).status == 1
    draft.write_text(paper(RIGHT), "utf-8")
    ran = tanaka("check", draft)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "Nothing found. 3 numbers, 3 read, 3 checked.\n"


OPEN = """\\documentclass{article}\\begin{document}\\section{Method}
With data parallelism we train synchronously on 64 nodes of eight A100.
\\end{document}"""
IMPLAUSIBLE = "The time falls from 420\\,ms to 140\\,ms, about a $3.6\\times$ speedup."


@pytest.mark.parametrize(
    ("text", "worst"),
    [(paper(), "impossible"), (paper(IMPLAUSIBLE), "implausible"), (OPEN, "open"), (paper(RIGHT), "")],
)  # fmt: skip
def test_the_threshold(tanaka: Run, tmp_path: Path, text: str, worst: str) -> None:
    (tmp_path / "main.tex").write_text(text, "utf-8")
    levels = ["", "open", "implausible", "impossible", "never"]
    for level in levels[1:]:
        ran = tanaka("check", tmp_path, "--fail-on", level)
        failed = bool(worst) and levels.index(worst) >= levels.index(level)
        assert ran.status == int(failed), (level, ran.out)
    assert tanaka("check", tmp_path).status == int(worst == "impossible")


def test_a_silenced_finding_does_not_count(tanaka: Run, draft: Path) -> None:
    draft.write_text(paper(f"{WRONG} % tanaka: ignore TK101 -- rounded"), "utf-8")
    ran = tanaka("check", draft)
    assert ran.status == 0
    assert "1 ignored with a reason" in ran.out


# -- which rules ------------------------------------------------------------------------------


def codes(out: str) -> set[str]:
    return {f["code"] for f in json.loads(out)["findings"]}


def test_select_and_ignore_take_beginnings_of_codes(tanaka: Run) -> None:
    whole = codes(tanaka("check", EXAMPLE, "--output-format", "json").out)
    assert {"TK101", "TK201", "TK301", "TK501"} <= whole

    def chosen(*options: str) -> set[str]:
        return codes(tanaka("check", EXAMPLE, "--output-format", "json", *options).out)

    assert chosen("--select", "TK1") == {c for c in whole if c.startswith("TK1")}
    assert chosen("--select", "TK201,TK5") == {c for c in whole if c.startswith(("TK201", "TK5"))}
    assert chosen("--ignore", "TK1") == {c for c in whole if not c.startswith("TK1")}
    assert chosen("--select", "TK1", "--ignore", "TK10") == set()
    assert chosen("--select", " tk201 , TK301") == {"TK201", "TK301"}


def test_a_rule_that_is_not_chosen_does_not_fail_the_check(tanaka: Run, draft: Path) -> None:
    assert tanaka("check", draft, "--ignore", "TK101").status == 0
    assert tanaka("check", draft, "--select", "TK2").status == 0


def test_the_choice_holds_for_silenced_findings_too(tanaka: Run, draft: Path) -> None:
    draft.write_text(paper(f"{WRONG} % tanaka: ignore TK101 -- rounded"), "utf-8")
    for options, count in (([], 1), (["--select", "TK1"], 1), (["--ignore", "TK101"], 0)):
        document = json.loads(tanaka("check", draft, "--output-format", "json", *options).out)
        assert len(document["suppressed"]) == count


# -- JSON -------------------------------------------------------------------------------------


def test_one_paper_is_one_document(tanaka: Run, draft: Path) -> None:
    ran = tanaka("check", draft, "--output-format", "json")
    document = json.loads(ran.out)
    assert document["schema"] == "tanaka.findings/1"
    assert (document["root"], document["files"]) == ("main.tex", ["main.tex"])
    (found,) = document["findings"]
    assert (found["file"], found["start"]["line"], found["severity"]) == ("main.tex", 3, "error")
    assert ran.status == 1
    assert ran.out.endswith("}\n")


def test_several_papers_are_a_list(tanaka: Run, draft: Path) -> None:
    document = json.loads(tanaka("check", EXAMPLE, draft, "--output-format", "json").out)
    assert set(document) == {"schema", "papers"}
    alone = json.loads(tanaka("check", EXAMPLE, "--output-format", "json").out)
    assert document["papers"][0] == alone
    assert [len(p["findings"]) for p in document["papers"]] == [len(alone["findings"]), 1]
    assert all(p["schema"] == "tanaka.findings/1" for p in document["papers"])


def test_several_papers_in_text_are_told_apart(tanaka: Run, draft: Path) -> None:
    out = tanaka("check", draft, EXAMPLE).out
    assert out.startswith(f"{draft}:\n\nmain.tex:3:")
    assert f"\n\n{EXAMPLE}:\n\n" in out


# -- which paper ------------------------------------------------------------------------------


def test_a_folder_and_its_root_give_the_same(tanaka: Run) -> None:
    assert tanaka("check", EXAMPLE) == tanaka("check", EXAMPLE / "main.tex")


def test_a_part_that_names_its_root_gives_the_whole_paper(tanaka: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper("\\input{part}"), "utf-8")
    part = tmp_path / "part.tex"
    part.write_text(f"% !TeX root = main.tex\n{WRONG}\n", "utf-8")
    document = json.loads(tanaka("check", part, "--output-format", "json").out)
    assert document["root"] == "main.tex"
    assert [f["file"] for f in document["findings"]] == ["part.tex"]


def test_an_input_that_is_missing_is_said_and_does_not_fail(tanaka: Run, draft: Path) -> None:
    draft.write_text(paper(f"\\input{{gone}} {RIGHT}"), "utf-8")
    ran = tanaka("check", draft)
    assert ran.status == 0
    assert ran.err == "tanaka: gone.tex: input by the paper, and not found\n"


def test_settings_that_are_wrong_are_said_and_the_paper_is_still_checked(
    tanaka: Run, draft: Path
) -> None:
    (draft.parent / "tanaka.toml").write_text("[rules\nselect = 3", "utf-8")
    ran = tanaka("check", draft)
    assert ran.status == 1
    assert ran.err.startswith("tanaka: tanaka.toml")
    assert ran.err.count("\n") == 1


# -- papers that are not quite text -----------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        "\\begin{table}", "{", "}", "\\", "$", "\\input{", "\\section{", "\\newcommand{\\a}{\\a} \\a",
        "\\begin{abstract}", "%", "\\verb|", "&" * 50, "\\iffalse", "{" * 300, "\\end{document}",
    ],
)  # fmt: skip
def test_half_typed_latex_does_not_fail(tanaka: Run, draft: Path, broken: str) -> None:
    draft.write_text(paper(f"{RIGHT}\n\n{broken}\n\n{RIGHT}"), "utf-8")
    for format_ in ("text", "json"):
        ran = tanaka("check", draft, "--output-format", format_)
        assert ran.status == 0
        assert ran.out
    assert tanaka("stress-test", draft).status == 0
    assert tanaka("facts", draft).status == 0


def places(out: str) -> list[tuple[int, int]]:
    return [(f["start"]["line"], f["start"]["column"]) for f in json.loads(out)["findings"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_line_ends_and_a_byte_order_mark_move_nothing(
    tanaka: Run, draft: Path, end: str, mark: bytes
) -> None:
    draft.write_bytes(mark + paper().replace("\n", end).encode())
    ran = tanaka("check", draft, "--output-format", "json")
    assert places(ran.out) == [(3, WRONG.index("$") + 1)]
    assert ran.status == 1
    assert "\r" not in tanaka("check", draft).out


def test_latin_1_bytes_move_nothing(tanaka: Run, draft: Path) -> None:
    draft.write_bytes(paper(f"Gr\u00f6\u00dfe. {WRONG}").encode("latin-1"))
    ran = tanaka("check", draft, "--output-format", "json")
    assert places(ran.out) == [(3, len("Größe. ") + WRONG.index("$") + 1)]
    assert "\ufffd" in tanaka("check", draft).out


def test_an_astral_character_counts_as_one_column(tanaka: Run, draft: Path) -> None:
    draft.write_text(paper(f"\U0001f642 {WRONG}"), "utf-8")
    ran = tanaka("check", draft, "--output-format", "json")
    assert places(ran.out) == [(3, 2 + WRONG.index("$") + 1)]
