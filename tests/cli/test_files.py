"""Files of a paper on disk: found by the name that the paper writes, or the one that differs in case."""

from __future__ import annotations

from pathlib import Path

from tanaka.cli.files import load

DOCUMENT = "\\documentclass{article}\n\\begin{document}\n%s\n\\end{document}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".tex").write_text(text, "utf-8")
    return folder / "main.tex"


def test_a_file_in_other_case_is_read_under_its_name_on_disk(tmp_path: Path) -> None:
    main = write(tmp_path, main=DOCUMENT % "\\input{sec/intro}", Sec__Intro="It takes 12 ms.")
    report = load(main).analysis_report()
    assert not report.missing
    # A disk that does not tell case apart has it under the name that was asked for.
    assert [f.casefold() for f in report.files] == ["main.tex", "sec/intro.tex"]
    assert (tmp_path / report.files[1]).is_file()
    assert [n.quantity.shown for n in report.paper.numbers] == ["12 ms"]


def test_two_candidates_are_none(tmp_path: Path) -> None:
    main = write(tmp_path, main=DOCUMENT % "\\input{intro}", INTRO="a", Intro="b")
    if (tmp_path / "intro.tex").exists():
        return  # such a disk cannot hold both
    assert load(main).analysis_report().missing == ("intro.tex",)


def test_what_an_input_asks_for_beyond_the_paper_is_not_read(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        a__b__main=DOCUMENT % "\\input{../../macros} \\input{../../../far}",
        macros="It takes 12 ms.",
    )
    del main
    report = load(tmp_path / "a" / "b" / "main.tex").analysis_report()
    assert report.files == ("main.tex", "../../macros.tex")
    assert report.missing == ("../../../far.tex",)
