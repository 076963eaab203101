"""``tanaka check`` in a terminal: carets under the words, widths kept, nothing of the paper executed."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st

from fixture import analyse
from tanaka.analysis import Report
from tanaka.views.terminal import WIDTH, columns, plain, report_text, tally

from .papers import example, papers

SPEEDUP = "The time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup"
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def said(report: Report, *, width: int = WIDTH) -> list[str]:
    return report_text(report, width=width).splitlines()


def section(report: Report, code: str, *, width: int = WIDTH) -> list[str]:
    """The lines of the first finding of a rule."""
    lines = said(report, width=width)
    start = next(i for i, x in enumerate(lines) if f" {code} " in x)
    return lines[start : lines.index("", start)]


def under_carets(lines: list[str]) -> list[str]:
    """The words that stand over carets, line by line."""
    out = []
    for source, marks in pairwise(lines):
        if re.fullmatch(r" *\| [ ^-]*\^[ ^-]*( .*)?", marks) and re.match(r" *\d+ \| ", source):
            spans = [m.span() for m in re.finditer(r"\^+", marks.split("|", 1)[1].split("  #")[0])]
            text = source.split("|", 1)[1]
            out += [text[a:b] for a, b in spans]
    return out


def test_a_finding_as_a_compiler_prints_it() -> None:
    assert section(example(), "TK101") == [
        "sections/evaluation.tex:14:48: impossible TK101 ratio-mismatch",
        "   |",
        "14 | the step time falls from 2.62\\,s to 2.12\\,s, a $1.5\\times$ speedup over...",
        "   |                          -------    -------    ^^^^^^^^^^^",
        "   |                                   the two values give 1.24",
        "   |",
        "   |   before      2.62 s  [2.615, 2.625]  stated here",
        "   |   after       2.12 s  [2.115, 2.125]  stated here",
        "   |   ratio        1.236  2.62 s / 2.12 s  [1.231, 1.241]",
        "   |   as written    1.5x  [1.45, 1.55]    stated here",
        "   = fix: write $1.2\\times$",
    ]


def test_a_slip_of_a_unit_and_words_that_are_missing_are_offered_as_fixes() -> None:
    unit = analyse({"main.tex": "The A100-80GB has 80\\,MB of memory.\n"})
    assert "  = fix: write GB" in section(unit, "TK203", width=119)
    words = analyse({"main.tex": "The A100 has a dense BF16 peak of 624\\,TFLOP/s.\n"})
    fix = "  = fix: write the dense peak, 312 TFLOP/s, or say that 2:4 sparsity is counted"
    assert fix in section(words, "TK202", width=119)


def test_a_wide_terminal_shows_the_whole_line_and_the_note_beside_the_carets() -> None:
    lines = section(example(), "TK101", width=119)
    assert lines[2].endswith("a $1.5\\times$ speedup over the")
    assert lines[3].endswith("^^^^^^^^^^^ the two values give 1.24")


def test_words_over_a_line_end_are_shown_with_both_lines() -> None:
    assert section(example(), "TK301")[1:7] == [
        "   |",
        "37 | ... does not depend on the layout, we also train the same 13B model on two",
        "   |                                                           ---          ^^^",
        "38 | A100-80GB of a workstation. As in the cluster runs we use AdamW with BF16",
        "   | ^^^^^^^^^ 36 GB short",
        "   |",
    ]


def test_words_over_three_lines_are_shown_with_the_first_and_the_last() -> None:
    text = "\nA dense model of 13B parameters with AdamW in BF16, FP32 master weights and FP32 moments is trained on two\n%\n  A100-80GB cards; all of it stays in HBM.\n"  # fmt: skip
    lines = section(analyse({"main.tex": text}), "TK301")
    assert [x.split("|")[0].strip() for x in lines if re.match(r" *\d* \|", x)][1:5] == ["2", "", "", "4"]  # fmt: skip
    assert lines[4].endswith("| ...")
    assert "".join(under_carets(lines)).startswith("two")


def test_an_open_question_takes_one_line() -> None:
    lines = said(example())
    assert "main.tex:20:1: open TK601 Which loss do both systems reach in equal time?" in lines
    at = lines.index("main.tex:20:1: open TK601 Which loss do both systems reach in equal time?")
    assert re.match(r"sections/introduction\.tex:\d+:\d+: open TK501 ", lines[at + 1])


def test_the_surest_stand_first_and_the_counts_last() -> None:
    lines = said(example())
    verdicts = [m[1] for x in lines if (m := re.match(r"\S+:\d+:\d+: (\w+) TK", x))]
    asked = sum(f.finding.verdict == "open" for f in example().findings)
    assert verdicts == ["impossible"] * 9 + ["implausible"] + ["open"] * asked
    c = example().coverage
    assert lines[-1] == (
        f"9 impossible, 1 implausible, {asked} open. {c.quantities} numbers, {c.read} read, {c.checked} checked."
    )
    assert tally(example()) == {"impossible": 9, "implausible": 1, "open": asked}


def test_nothing_found_is_said_with_what_was_read() -> None:
    assert said(analyse({"main.tex": "It takes 420\\,ms."})) == [
        "Nothing found. 1 number, 1 read, 0 checked."
    ]
    silenced = f"\n{SPEEDUP}. % tanaka: ignore TK101 -- rounded\n"
    assert said(analyse({"main.tex": silenced}))[-1].endswith(" 1 ignored with a reason.")


def test_an_implausible_finding_says_what_would_save_it_and_where_the_other_number_is() -> None:
    lines = section(example(), "TK106")
    assert "   = true only if: the headline is about a run that no table or text of the" in lines
    assert any("tables/scaling.tex:12, stated" in x for x in lines)


@pytest.mark.parametrize("width", [60, 79, 119])
def test_lines_fit_and_carets_stand_under_the_words(width: int) -> None:
    for name, report in papers():
        lines = said(report, width=width)
        for line in lines:
            # A place, a rule's name and a question are never broken.
            if not re.match(r"\S+:\d+:\d+: |\d+ (?:impossible|implausible|open)|Nothing", line):
                assert columns(line) <= width, line
            assert line == line.rstrip()
            own = not re.match(r"\s*\d+ \|", line)  # and not a line of the author's
            assert not own or all(c.isascii() or c not in "×·−–≤≥≈≠µσ…“”’‘√±→" for c in line), line
        for code in {f.finding.code for f in report.findings if f.finding.verdict != "open"}:
            item = next(f for f in sorted(report.findings, key=lambda f: f.finding.verdict != "impossible")
                        if f.finding.code == code)  # fmt: skip
            words = report.texts[item.span.doc][item.span.start : item.span.end].split("\n")
            found = under_carets(section(report, code, width=width))
            assert found[0] == words[0].rstrip(), name
            assert found[-1] == words[-1].strip(), name


def test_without_colour_there_is_no_escape_and_with_it_the_same_text() -> None:
    bare, coloured = report_text(example()), report_text(example(), colour=True)
    assert "\x1b" not in bare
    assert COLOUR.sub("", coloured) == bare
    assert "\x1b[1;31mimpossible\x1b[0m" in coloured
    assert coloured.count("\x1b[") == 2 * coloured.count("\x1b[0m")


LEAD = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab \t漢字é"), st.sampled_from(["\x1b", "\x07", "\u202e", "\u0301", "\u200b"])
    ),
    max_size=130,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(LEAD, st.integers(40, 130))
@case("\t漢字" * 20, 60)
@case("\x1b[31m", 79)
def test_any_line_of_a_paper_keeps_its_carets_and_executes_nothing(lead: str, width: int) -> None:
    report = analyse({"main.tex": f"\n{lead} {SPEEDUP} of all.\n"})
    if not report.findings:
        return  # the lead made another sentence of it
    lines = section(report, "TK101", width=width)
    text = "\n".join(lines)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u200b]", text)
    source, marks = lines[2].split("|", 1)[1], lines[3].split("|", 1)[1]
    caret = re.search(r"\^+", marks)
    assert caret
    # Counted in columns, since a terminal draws some characters two wide and some not at all.
    cells: list[str] = []
    for c in source:
        cells += [c] + [""] * (columns(c) - 1) if columns(c) else []
        if not columns(c) and cells:
            cells[-1] += c
    assert "".join(cells[caret.start() : caret.end()]) == "$3.5\\times$"
    assert columns(lines[2]) <= width
    assert columns(lines[3]) <= width


@given(st.text(max_size=60))
def test_plain_text_holds_no_control_character(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", plain(text))


def test_our_signs_become_ascii_and_the_letters_of_the_paper_stay() -> None:
    assert plain("2 × 80 GiB − 1 ≤ σ…") == "2 x 80 GiB - 1 <= sigma..."
    assert plain("Zürich 漢") == "Zürich 漢"
