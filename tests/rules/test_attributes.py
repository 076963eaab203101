"""One attribute with two values is found in small papers, and what only looks like it is left alone.

Each conflict has a twin with the right value: nothing is found there, and the pair is held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixture import analyse
from tanaka.analysis import Report

HERE = Path(__file__).parent
CODES = ("TK107", "TK109")
"""A unit slip is the diagnosis of a finding of the rule."""
HEADS = {
    "introduction": r"\section{Introduction}", "design": r"\section{Design}", "implementation": r"\section{Implementation}",
    "evaluation": r"\section{Evaluation}", "related": r"\section{Related Work}", "conclusion": r"\section{Conclusion}",
    "appendix": r"\appendix\section{Details}",
}  # fmt: skip
_LINE = re.compile(r"(?:\((?P<file>[\w.]+)\) )?(?P<part>\w+): (?P<text>.*)")
_CHOICE = re.compile(r"\[(?P<wrong>[^|\]]+)\|(?P<right>[^\]]+)\]")


@dataclass(frozen=True)
class Case:
    """A small paper in parts."""

    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its first line."""
        return self.lines[0]

    def files(self, *, right: bool) -> dict[str, str]:
        """Its files, with the right or the wrong value."""
        body, files, part = "", {"main.tex": ""}, ""
        for line in self.lines:
            match = _LINE.fullmatch(line)
            assert match, line
            text = _CHOICE.sub(lambda m: m["right" if right else "wrong"], match["text"])
            new = printed(match["part"], text, again=match["part"] == part)
            part = match["part"]
            if match["file"]:
                files[match["file"]] = new
                new = f"\\input{{{match['file']}}}\n"
            body += new
        files["main.tex"] = body
        return files

    def wrong(self) -> str:
        """The value at fault, as written."""
        match = next(m for line in self.lines if (m := _CHOICE.search(line)))
        return match["wrong"]


def printed(part: str, text: str, *, again: bool) -> str:
    """A line in LaTeX."""
    if part == "abstract":
        return f"\\begin{{abstract}}\n{text}\n\\end{{abstract}}\n"
    if part == "caption":
        return f"\\begin{{figure}}\\caption{{{text}}}\\end{{figure}}\n"
    if part == "table":
        first = text.split("\\\\")[0]
        columns = "l" + "r" * first.count("&")
        head = " & ".join(["Set-up", *["Value"] * (len(columns) - 1)])
        if first.startswith("Model "):  # a table that brings its header
            head, text = first, text.removeprefix(first + "\\\\")
        return (
            f"\\begin{{table}}\\caption{{Set-up.}}\\begin{{tabular}}{{{columns}}}\\toprule {head} \\\\ \\midrule\n"
            f"{text} \\\\ \\bottomrule\\end{{tabular}}\\end{{table}}\n"
        )
    return ("" if again else HEADS[part] + "\n") + text + "\n\n"


def read(name: str) -> list[Case]:
    """Cases of a file."""
    text = re.sub(r"(?m)^#.*\n", "", (HERE / name).read_text("utf-8"))
    return [Case(tuple(p.strip().splitlines())) for p in text.split("\n\n") if p.strip()]


def found(report: Report) -> list[object]:
    """Findings of the rule."""
    assert not report.failures
    return [f for f in report.findings if f.finding.code in CODES]


CONFLICTS = read("attribute-conflicts.txt")
LOOKALIKES = read("attribute-lookalikes.txt")


@pytest.mark.parametrize("case", CONFLICTS, ids=lambda c: c.name[:60])
def test_a_second_value_is_found_and_the_right_one_is_held(case: Case) -> None:
    report = analyse(case.files(right=False))
    findings = found(report)
    assert len(findings) == 1, [f.finding.message for f in findings]
    finding = findings[0].finding
    assert finding.related
    assert len(finding.operands) >= 2
    twin = analyse(case.files(right=True))
    assert not found(twin), [f.finding.message for f in found(twin)]
    assert any(h.code == "TK107" for h in twin.held)


@pytest.mark.parametrize("case", LOOKALIKES, ids=lambda c: c.name[:60])
def test_what_only_looks_like_a_second_value_is_left_alone(case: Case) -> None:
    findings = found(analyse(case.files(right=True)))
    assert not findings, [f.finding.message for f in findings]


def test_the_cases_are_enough_to_tell() -> None:
    assert len(CONFLICTS) >= 60
    assert len(LOOKALIKES) >= 60
