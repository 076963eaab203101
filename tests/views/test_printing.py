"""Digits, units and intervals as a reader sees them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanaka.rules.api import Computed, Datasheet, Step
from tanaka.views import printing

from .judge import holds

FINITE = st.floats(1e-12, 1e18) | st.floats(-1e18, -1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (3.0, "3"), (1.2364, "1.236"), (389.0, "389"), (12_345.6, "12,346"), (0.0012345, "0.001234"),
        (1e-9, "1e-9"), (2.5e15, "2.5e15"), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "?"), (-41.5, "-41.5"),
    ],
)  # fmt: skip
def test_digits(value: float, text: str) -> None:
    assert printing.digits(value) == text


def test_zeros_behind_the_point_may_stay() -> None:
    assert printing.digits(3.0, 3, strip=False) == "3.00"


@given(FINITE, st.integers(2, 6))
def test_digits_keep_the_value_to_their_number(value: float, significant: int) -> None:
    back = float(printing.digits(value, significant).replace(",", ""))
    assert back == pytest.approx(value, rel=0.5 * 10 ** (1 - significant) * 1.01)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (205.44e9, "byte", "205.4 GB"), (0.99996, "s", "1 s"), (0.42, "s", "420 ms"), (312e12, "FLOP/s", "312 TFLOP/s"),
        (12.84e9, "1", "12.84 G"), (512, "1", "512"), (0.412, "%", "41.2%"), (1.5, "1", "1.5"), (0, "byte", "0 B"),
    ],
)  # fmt: skip
def test_quantities(value: float, unit: str, text: str) -> None:
    assert printing.quantity(value, unit).text == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.2581, 1.2802, "[1.258, 1.280]"), (388.5, 389.5, "[388.5, 389.5]"), (5.0, 5.0, ""),
        (-math.inf, math.inf, ""), (-math.inf, 1.85, "at most 1.85"), (2.5, math.inf, "at least 2.5"),
        (200e3, 216e3, "[200,000, 216,000]"),
    ],
)  # fmt: skip
def test_intervals(low: float, high: float, text: str) -> None:
    assert printing.interval(low, high) == text


@given(FINITE, st.floats(1e-4, 0.5))
def test_an_interval_prints_two_different_ends(value: float, share: float) -> None:
    width = abs(value) * share
    text = printing.interval(value - width, value + width)
    low, high = text.strip("[]").split(", ")
    assert low != high


def step(value: float, unit: str, text: str, shown: str = "") -> Step:
    return Step("x", value, value, value, unit, text, Computed(), True, shown)


def test_a_result_takes_as_few_digits_as_recompute() -> None:
    assert printing.step_value(step(12.84e9 * 16, "byte", "12.84 G × 16 B")).text == "205.4 GB"
    assert printing.step_value(step(13e9 * 16, "byte", "13B × 16 B")).text == "208 GB"
    assert printing.step_value(step(2.62 / 2.12, "1", "2.62 s / 2.12 s")).text == "1.236"


def test_a_result_that_its_printed_inputs_do_not_give_is_marked() -> None:
    coarse = step(12.84e9 * 16, "byte", "13 G × 16 B")
    assert printing.step_text(coarse) == "13 G × 16 B (unrounded)"
    assert holds("13 G × 16 B", printing.step_value(coarse).text) is False
    fine = step(12.84e9 * 16, "byte", "12.84 G × 16 B")
    assert printing.step_text(fine) == "12.84 G × 16 B"


def test_the_authors_own_digits_are_kept_where_they_recompute() -> None:
    assert printing.step_value(step(1.236, "1", "2.62 s / 2.12 s", "1.24×")).text == "1.24×"
    assert printing.step_value(step(1.236, "1", "2.62 s / 2.12 s", "1.25×")).text == "1.236"
    stated = Step("x", 2.0, 2.0, 2.0, "1", "", Datasheet("k", "A datasheet"), False, "two")
    assert printing.step_value(stated).text == "two"


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6), st.sampled_from(["s", "byte", "FLOP/s"]))
def test_a_step_either_recomputes_or_says_that_it_does_not(a: float, b: float, unit: str) -> None:
    left, right = printing.quantity(a, unit, 3).text, printing.quantity(b, unit, 3).text
    made = step(a / b, "1", f"{left} / {right}")
    text, shown = printing.step_text(made), printing.step_value(made).text
    if text.endswith(printing.UNROUNDED):
        assert holds(made.text, shown) is False
    else:
        assert holds(text, shown) is True


def test_an_interval_stands_in_the_unit_of_its_value() -> None:
    made = Step("x", 2.6e-3, 2.55e-3, 2.65e-3, "s", "", Computed(), False, "2.6 ms")
    assert printing.step_interval(made) == "[2.55, 2.65]"


@pytest.mark.parametrize("text", ["1 / 0", "(2", "2 ) 3", "2 +", "five", "", "3 wide / 2", "1 2"])
def test_what_is_no_arithmetic_has_no_value(text: str) -> None:
    assert printing.evaluate(text) is None
