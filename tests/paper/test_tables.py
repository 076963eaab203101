"""Tables as authors lay them out: headers, units, and the one number that a cell is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixture import analyse
from paper.grids import Case, cases, check
from tanaka.latex.parse import parse_block
from tanaka.paper.tables import LocalTable, read_table
from tanaka.quantity import Kind


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
        # a power of ten in the header
        ("3.3", "FLOPs ($\\times 10^{18}$)", 3.3e18, "FLOP"),
        ("3.3", "FLOPs / $10^{18}$", 3.3e18, "FLOP"),
        ("3.3", "FLOPs $\\times 10^{18}$", 3.3e18, "FLOP"),
        ("3.3 $\\pm$ 0.1", "Time ($10^{-3}$ s)", 0.0033, "s"),
        ("41.2", "Throughput ($10^3$ tokens/s)", 41200, "token/s"),
        ("300", "Tokens ($10^9$)", 300e9, "1"),
        ("3.3", "Params ($\\times$1,000)", 3300, "1"),
        ("3.3", "Error ($\\times 10^{-3}$)", 0.0033, "1"),
        # what has its own power, or a power that may as well be undone, is left as printed
        ("$3.3\\times10^{18}$", "FLOPs ($\\times 10^{18}$)", 3.3e18, "FLOP"),
        ("91", "F1 ($\\times$100)", 91, "1"),
        ("0.4", "Loss ($\\times 10^{3}$)", 0.4, "1"),
        ("3.3", "Time $\\times 10^{3}$ (s)", 3.3, "1"),
        ("4", "SPAI ($10^{-3}$)", 4, "1"),
        ("12 (-40\\%)", "Params (M)", 12e6, "1"),
        ("12 (-40\\%)", "Params", 12, "1"),
        ("2.5", "\\$/h", 2.5 / 3600, "USD/s"),
        ("0.35", "\\$ per 1M tokens", 0.35e-6, "USD/token"),
        ("2.5", "Cost (\\$)", 2.5, "USD"),
        ("30", "$P$ / W", 30, "W"),
        ("30", "$K$ / V", 30, "1"),
        ("814", "Area (mm$^2$)", 814e-6, "m²"),
        # years, versions and indices
        ("2019", "Year", None, ""),
        ("12.1", "Version", None, ""),
        ("17", "Run ID", None, ""),
        ("12.1", "Our version (ms)", 0.0121, "s"),
        ("0.97", "Jain index", 0.97, "1"),
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


@pytest.mark.parametrize(
    ("header", "rows", "count"),
    [
        ("Layer", (1, 2, 3), 0),
        ("\\#", (4, 5, 6), 0),
        ("", (1, 2, 3), 0),
        ("Layers", (1, 2, 3), 3),
        ("GPUs", (1, 2, 3), 3),
        ("Layer", (1, 2, 4), 3),
    ],
)
def test_a_first_column_that_counts_its_rows_states_nothing(
    header: str, rows: tuple[int, ...], count: int
) -> None:
    body = "".join(f"{n} & 12.{n} \\\\" for n in rows)
    read = table(f"{header} & Time (ms) \\\\\n\\hline\n{body}", "rr")
    assert sum(len(row[0].found) for row in read.rows) == count
    assert [row[1].reading is not None for row in read.rows] == [True] * 3


def test_a_power_in_a_header_is_no_number_of_its_own() -> None:
    read = table("Name & Energy ($\\times 10^{3}$ J) \\\\\n\\hline\nx & 4 \\\\")
    assert read.heads == ()


def test_a_batch_size_in_a_stub_is_stated() -> None:
    read = table("\\multirow{2}{*}{7B} & bs 1 & 12\\,ms \\\\ & bs 8 & 15\\,ms \\\\", "llr")
    said = [(r.kind, r.quantity.point) for row in read.rows for r in row[1].found]
    assert said == [(Kind.BATCH_SIZE, 1), (Kind.BATCH_SIZE, 8)]


@pytest.mark.parametrize(
    ("caption", "unit"),
    [
        ("Training throughput in samples/s of both systems.", "sample/s"),
        ("Throughput. All numbers are in tokens per second.", "token/s"),
        ("Requests arrive at 20 requests per second. Latency of both.", "1"),
    ],
)
def test_a_caption_names_the_unit_in_prose(caption: str, unit: str) -> None:
    (row,) = table("Model & Ours & Base \\\\\n\\hline\nA & 120 & 202 \\\\", caption=caption).rows
    assert [c.reading.quantity.unit for c in row[1:] if c.reading] == [unit, unit]


@pytest.mark.parametrize(("comma", "seconds"), [(True, 0.0125), (False, 0.012)])
def test_a_decimal_comma_holds_in_cells(comma: bool, seconds: float) -> None:
    block = parse_block(
        "\\begin{tabular}{lr} Modell & Zeit (ms) \\\\ \\hline A & 12,5 \\\\ \\end{tabular}"
    )
    read = read_table(block.grids[0], "", decimal_comma=comma)
    assert read is not None
    assert [r.quantity.point for r in read.rows[0][1].found][:1] == [pytest.approx(seconds)]


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


def _cells(latex: str, column: int) -> list[tuple[float, str]]:
    """Values and shown units of a column of the only table."""
    paper = analyse({"main.tex": latex}).paper
    (table,) = paper.tables
    found = [paper.number(row[column].number).quantity for row in table.rows if row[column].number]
    return [(q.point, q.shown_unit) for q in found]


def test_under_a_quotient_of_two_headers_stand_factors() -> None:
    latex = r"""\begin{table}\caption{Time to recover, in seconds.}\begin{tabular}{lrrr}\toprule
    Nodes & Disk & Peer & Disk/Peer \\ \midrule 8 & 9.0 & 1.5 & 6.0 \\ 16 & 9.8 & 1.4 & 7.0 \\ \bottomrule
    \end{tabular}\end{table}"""
    assert _cells(latex, 3) == [(6.0, "×"), (7.0, "×")]
    assert {u for _, u in _cells(latex, 1)} == {"s"}


def test_a_rate_over_several_columns_is_the_unit_of_each() -> None:
    latex = r"""\begin{tabular}{lrr}\toprule & \multicolumn{2}{c}{Tokens/s} \\ \cmidrule{2-3}
    Model & Old & New \\ \midrule A & 120 & 180 \\ B & 60 & 75 \\ \bottomrule\end{tabular}"""
    assert {u for _, u in _cells(latex, 1) + _cells(latex, 2)} == {"Tokens/s"}


def test_a_part_called_index_has_a_time() -> None:
    latex = r"""\begin{table}\caption{Time of the parts (seconds).}\begin{tabular}{lr}\toprule
    Part & Ours \\ \midrule Scan & 2.10 \\ Index & 0.41 \\ \bottomrule\end{tabular}\end{table}"""
    assert _cells(latex, 1) == [(2.1, "s"), (0.41, "s")]


def test_scores_of_things_are_in_the_percent_of_the_caption() -> None:
    latex = r"""\begin{table}\caption{Accuracy (\%).}\begin{tabular}{lrr}\toprule
    Method & Images & Audio \\ \midrule A & 88.4 & 71.2 \\ B & 90.1 & 70.3 \\ \bottomrule\end{tabular}\end{table}"""
    assert {u for _, u in _cells(latex, 1)} == {"%"}


def test_percent_of_something_is_percent() -> None:
    latex = r"""\begin{tabular}{lr}\toprule Kernel & \% of peak \\ \midrule A & 72.0 \\ B & 54.6 \\ \bottomrule\end{tabular}"""
    assert {u for _, u in _cells(latex, 1)} == {"%"}
