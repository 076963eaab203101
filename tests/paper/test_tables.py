"""Tables as authors lay them out: headers, units, and the one number that a cell is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from paper.grids import Case, cases, check
from tanaka.latex.parse import parse_block
from tanaka.paper.tables import LocalTable, read_table


def table(body: str, columns: str = "lrrr", caption: str = "") -> LocalTable:
    block = parse_block(f"\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}")
    found = read_table(block.grids[0], caption)
    assert found is not None
    return found


def cell(text: str, header: str = "Value") -> tuple[float | None, str]:
    """Value and unit of a cell under a header."""
    (row,) = table(f"Name & {header} \\\\\n\\hline\nx & {text} \\\\").rows
    reading = row[1].reading
    return (None, "") if reading is None else (reading.quantity.point, reading.quantity.unit)


@pytest.mark.parametrize(
    ("text", "header", "value", "unit"),
    [
        ("12.5", "Time (ms)", 0.0125, "s"),
        ("12.5", "Throughput (tok/s)", 12.5, "token/s"),
        ("12.5", "Tok/s", 12.5, "token/s"),
        ("12.5", "LAN tok/s", 12.5, "token/s"),
        ("12.5", "baseline RPS", 12.5, "request/s"),
        ("1.25", "Speedup", 1.25, "1"),
        ("41", "MFU (\\%)", 0.41, "1"),
        ("2048", "Batch", 2048, "1"),
        ("8", "GPUs", 8, "1"),
        ("22.7 (17.2 idle)", "Power (W)", 22.7, "W"),
        ("13.98 $\\pm$ 0.35", "Tok/s", 13.98, "token/s"),
        ("1.33$\\times$ $\\pm$ 0.13", "Gain", 1.33, "1"),
        ("0.06$\\times$ (15.7$\\times$ slower)", "Ratio", 0.06, "1"),
        ("2.59$\\times^\\dagger$", "Speedup", 2.59, "1"),
        ("\\SI{64}{GiB} main", "Memory", 64 * 2.0**30, "byte"),
        ("$-2.85$", "vs.\\ base", -2.85, "1"),
        ("1,805 / 2,467 (73.2\\%)", "Recall", None, ""),
        ("OOM", "Time (ms)", None, ""),
        ("--", "Time (ms)", None, ""),
    ],
)  # fmt: skip
def test_what_a_cell_is_about(text: str, header: str, value: float | None, unit: str) -> None:
    found, base = cell(text, header)
    assert (found if found is None else pytest.approx(found), base) == (value, unit)


def test_all_numbers_of_a_cell_are_read() -> None:
    (row,) = table("Name & Recall \\\\\n\\hline\nx & 1,805 / 2,467 (73.2\\%) \\\\").rows
    assert [r.quantity.point for r in row[1].found] == [1805, 2467, pytest.approx(0.732)]
    assert row[1].reading is None


def test_a_header_may_break_its_lines_in_a_table_of_its_own() -> None:
    nested = "\\begin{tabular}[c]{@{}c@{}}Power\\\\(W)\\end{tabular}"
    found = table(f"Name & {nested} & Area \\\\\n\\hline\nx & 16.3 & 67.3 \\\\")
    assert found.header == ("Name", "Power (W)", "Area")
    reading = found.rows[0][1].reading
    assert reading is not None and reading.quantity.unit == "W"


def test_a_header_that_spans_stands_over_the_one_that_names() -> None:
    found = table(
        "\\multirow{2}{*}{Task} & \\multicolumn{2}{c}{Score} \\\\\n\\hline\n & A & B \\\\\n\\hline\nx & 81.6 & 84.4 \\\\\ny & 83.1 & 77.9 \\\\"
    )
    assert found.header == ("Task", "Score A", "Score B")
    assert found.stubs == ("x", "y")


def test_words_in_a_first_row_are_no_second_header() -> None:
    found = table("Model & A & B \\\\\n\\hline\nKind & dense & sparse \\\\\nSize & 12 & 14 \\\\")
    assert found.header == ("Model", "A", "B")
    assert found.stubs == ("Kind", "Size")


def test_a_letter_in_brackets_numbers_a_row_and_is_no_unit() -> None:
    found = table(" & N & BLEU \\\\\n\\hline\n(B) & 16 & 25.1 \\\\\n(C) & 32 & 25.4 \\\\")
    assert all(
        c.reading is None or c.reading.quantity.unit == "1" for row in found.rows for c in row
    )


def test_a_column_with_a_minus_sign_holds_differences() -> None:
    found = table(
        "Task & Ours & vs.\\ base \\\\\n\\hline\nx & 81.6 & -2.85 \\\\\ny & 83.1 & 5.18 \\\\"
    )
    shown = [row[2].reading.quantity.shown_unit for row in found.rows if row[2].reading]
    assert shown == ["", ""]


def test_rules_begin_blocks() -> None:
    found = table(
        "V & T \\\\\n\\midrule\na & 1 \\\\\nb & 2 \\\\\n\\midrule\na & 3 \\\\\nb & 4 \\\\"
    )
    assert found.blocks == (0, 0, 1, 1)


_CASES = list(cases(Path(__file__).parent / "tables"))


@pytest.mark.parametrize("case", _CASES, ids=[c.title for c in _CASES])
def test_a_table_is_read_as_its_grid(case: Case) -> None:
    check(case)
