"""Single sentences in the words of papers: the wrong ones are found, the true ones stay silent.

`wrong-statements.txt` has a code and a sentence a line, `true-statements.txt` a sentence a line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fixture import analyse

HERE = Path(__file__).parent
WRONG = (HERE / "wrong-statements.txt").read_text(encoding="utf-8").splitlines()
TRUE = (HERE / "true-statements.txt").read_text(encoding="utf-8").splitlines()
# These ask what the paper leaves open, which one sentence always does.
QUESTIONS = {"TK403", "TK501", "TK601"}


def codes(sentence: str) -> set[str]:
    return {placed.finding.code for placed in analyse({"main.tex": sentence + "\n"}).findings}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_statement_is_found(line: str) -> None:
    code, sentence = line.split(" ", 1)
    assert codes(sentence) == {code}


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_statement_is_silent(sentence: str) -> None:
    assert codes(sentence) <= QUESTIONS
