"""Answers, and formulas that refuse what they say nothing about."""

from __future__ import annotations

import math

import pytest

from hwmodels.answer import Answer
from hwmodels.formula import FORMULAS, OutsideValidity, formula


def test_an_answer_knows_its_middle_and_its_width() -> None:
    answer = Answer(2.0, 8.0, "s", "estimate", "nothing overlaps")
    assert (answer.middle, answer.width) == (4.0, 4.0)
    assert answer.covers(8.0)
    assert not answer.covers(8.1)
    assert Answer(0.0, 0.0, "s", "bound", "").width == 1.0
    assert Answer(0.0, 3.0, "s", "bound", "").width == math.inf


def test_an_answer_upside_down_or_of_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="from 3 down to 2"):
        Answer(3, 2, "s", "bound", "")
    with pytest.raises(ValueError, match="not 'guess'"):
        Answer(2, 3, "s", "guess", "")


def test_a_formula_refuses_arguments_outside_of_its_validity() -> None:
    @formula(
        "y = 1 / (1 - f)", source="here", kind="bound", unit_in={"f": "1"}, unit_out="1",
        monotone="+", valid={"f < 1": "a share of one leaves nothing", "f >= 0": "no share"},
        domain={"f": (0.0, 0.9)},
    )  # fmt: skip
    def limit(f: float) -> float:
        return 1 / (1 - f)

    FORMULAS.remove(limit)
    assert limit(0.5) == 2.0
    assert limit([0.5, 0.75]).tolist() == [2.0, 4.0]
    with pytest.raises(OutsideValidity, match="limit: a share of one leaves nothing"):
        limit(1.0)
    with pytest.raises(OutsideValidity, match="no share"):
        limit([0.5, -0.1])


@pytest.mark.parametrize("condition", ["f", "g > 1", "f > 0 > 1", "f.real > 0", "abs(f) > 0"])
def test_a_condition_is_a_comparison_of_arguments(condition: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        formula(
            "y = f", source="here", kind="bound", unit_in={"f": "1"}, unit_out="1", monotone="+",
            valid={condition: "?"},
        )(lambda f: f)  # fmt: skip
