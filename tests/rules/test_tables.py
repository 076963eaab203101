r"""Tables that are right stay silent, and one wrong cell is found, whatever made the table.

``true-tables.md`` holds tables whose numbers are right, ``wrong-tables.md`` tables with one wrong
cell: ``% TK104`` behind a row says which rule must find it there.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from fixture import analyse
from rules import spreadsheet
from tanaka.rules.api import Verdict

HERE = Path(__file__).parent
CODES = {"TK104", "TK105"}
_CHAPTER = re.compile(r"^# ([^\n]+)\n+```latex\n(.*?)^```", re.M | re.S)
_MARK = re.compile(r" % (TK\d+)$", re.M)


def chapters(name: str) -> list[tuple[str, str]]:
    """Title and LaTeX of every table of a file."""
    return _CHAPTER.findall((HERE / name).read_text("utf-8"))


def found(latex: str) -> list[tuple[str, int, Verdict, str]]:
    """Code, line, verdict and message of what the two rules find."""
    report = analyse({"main.tex": latex})
    assert not report.failures
    return [
        (f.finding.code, report.texts[f.span.doc].count("\n", 0, f.span.start), f.finding.verdict, f.finding.message)
        for f in report.findings
        if f.finding.code in CODES
    ]  # fmt: skip


TRUE, WRONG = chapters("true-tables.md"), chapters("wrong-tables.md")


@pytest.mark.parametrize(("title", "latex"), TRUE, ids=[t for t, _ in TRUE])
def test_a_true_table_is_left_alone(title: str, latex: str) -> None:
    assert not found(latex)


@pytest.mark.parametrize(("title", "latex"), WRONG, ids=[t for t, _ in WRONG])
def test_a_wrong_cell_is_found_in_its_row(title: str, latex: str) -> None:
    marked = _MARK.search(latex)
    assert marked is not None
    wanted = (marked.group(1), latex.count("\n", 0, marked.start()))
    assert wanted in [(code, line) for code, line, *_ in found(_MARK.sub("", latex))]


def test_each_file_has_its_tables() -> None:
    assert len(TRUE) >= 40
    assert len(WRONG) >= 25


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_what_a_spreadsheet_made_is_never_flagged(seed: int) -> None:
    made = spreadsheet.sheet(random.Random(seed), rows=(2, 12))
    assert not [f for f in found(made.latex) if f[2] is Verdict.IMPOSSIBLE], made.latex


@pytest.mark.parametrize("seed", range(3))
def test_one_wrong_cell_among_four_rows_is_found(seed: int) -> None:
    rng = random.Random(seed)
    missed = []
    for _ in range(40):
        factor = rng.choice([rng.uniform(1.25, 3), 1 / rng.uniform(1.25, 3)])
        made = spreadsheet.sheet(rng, rows=(4, 12), wrong=factor)
        if not any(line == made.line for _, line, *_ in found(made.latex)):
            missed.append(made.latex)
    assert len(missed) <= 3, missed


@pytest.mark.parametrize("seed", range(2))
def test_a_total_ten_times_too_large_is_found(seed: int) -> None:
    rng = random.Random(100 + seed)
    for maker in (spreadsheet.total_row, spreadsheet.total_column):
        made = [maker(rng, rng.randint(4, 8), 10.0) for _ in range(10)]
        hit = [m for m in made if any(line == m.line for _, line, *_ in found(m.latex))]
        assert len(hit) >= 9, [m.latex for m in made if m not in hit]
