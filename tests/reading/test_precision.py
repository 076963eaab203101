"""Every quantity of many lines, and nothing else: precision, recall, and no line read worse than today."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from reading.score import Line, Number, Score, compare, faults, lines, read, total

SETS = [Path(__file__).parent / name for name in ("lines.toml", "later.toml")]
LINES = [line for path in SETS for line in lines(path)]


@cache
def score_of(line: Line) -> Score:
    return compare(line, read(line))


def test_what_is_read_is_right_and_what_is_there_is_read() -> None:
    score = total([score_of(line) for line in LINES])
    print(score, *score.wrong, sep="\n")
    assert score.wanted > 500
    assert score.precision >= 0.95
    assert score.recall >= 0.95
    assert score.kinds_right >= 0.9 * score.kinds


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line.latex.split())[:60])
def test_a_line_is_read_as_it_is_annotated(line: Line) -> None:
    wrong = faults(score_of(line))
    if line.known:
        assert wrong, "this line is read after all: take its 'known' away"
    else:
        assert not wrong, "\n".join(wrong)


def test_the_score_sees_what_is_missed_wrong_swallowed_and_invented() -> None:
    latex = "It takes 12 ms on 8 GPUs, or so it is said by those who ran it."
    time, count = Number(9, 14, 0.012, "s", "latency"), Number(18, 24, 8, "1", "gpu_count")
    line = Line(latex, "", (time, count), (), "")
    assert compare(line, [time, count]).wrong == []
    for worse, read_, right in (
        ([time], 1, 1),
        ([time, replace(count, value=80)], 2, 1),
        ([time, replace(count, unit="byte")], 2, 1),
        ([replace(time, start=0, end=len(latex)), count], 2, 1),
        ([time, count, count], 3, 2),
        ([time, count, Number(26, 28, 1, "1")], 3, 2),
    ):
        score = compare(line, worse)
        assert (score.read, score.right, score.wanted) == (read_, right, 2)
        assert faults(score)
    assert compare(line, [time, replace(count, kind="other")]).kinds_right == 1
    free = Line(latex, "", (time,), ((18, 24),), "")
    assert compare(free, [time, count]).precision == compare(free, [time]).precision == 1
