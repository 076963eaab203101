"""The judge of equations, before anything is put before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanaka.views import printing

from .judge import arithmetic, equations, holds

RIGHT = [
    ("13B × 16 B", "208 GB"),
    ("12.84 G × 16 B", "205.4 GB"),
    ("2 × 80 GiB", "171.8 GB"),
    ("389 TFLOP/s / 312 TFLOP/s", "1.247"),
    ("312 TFLOP/s / 1.555 TB/s", "201 FLOP/B"),
    ("1 - 173 ms / 412 ms", "58%"),
    ("50.9% - 41.2%", "9.7 points"),
    ("50.9% / 41.2% - 1", "23.54%"),
    ("360 ms / (2.34 × 900 ms)", "17.1%"),
    ("2.62 s / 2.12 s", "1.24×"),
    ("8 x 4 x 8", "256"),
    ("20,000 − 1", "19,999"),
    ("64 × 10 days", "15,360 GPU-hours"),
    ("250 W × 40 ms", "10 J"),
    ("5.2 kW × 24 hours", "125 kWh"),
    ("2,688 GPU-hours × 2 USD/hour", "5,376 USD"),
]
WRONG = [
    ("13 G × 16 B", "205.4 GB"),  # 12.84 was meant: its digits are not the ones printed
    ("2.62 s / 2.12 s", "1.25×"),
    ("2.62 s / 2.12 s", "1.24 s"),  # right digits, wrong dimension
    ("13B × 16 B", "208"),
    ("2 × 80 GiB", "172.0 GB"),
    ("2 × 80 GB", "171.8 GB"),
    ("50.9% - 41.2%", "9.7"),
    ("8 × 4 × 8", "128"),
    ("412 ms - 173 ms", "239 s"),
    ("1 - 173 ms / 412 ms", "68%"),
    ("64 × 10 days", "15,360 GPU-days"),
    ("250 W × 40 ms", "10 kJ"),
]
WORDS = [
    ("40 layers, 5120 wide", "12.8 G"),
    ("all of it", "100%"),
    ("13B", "13 G"),
    ("5 s + 3 GB", "8"),
]


@pytest.mark.parametrize(("left", "right"), RIGHT)
def test_a_right_equation_is_accepted(left: str, right: str) -> None:
    assert holds(left, right) is True
    assert printing.recomputes(left, right) is True


@pytest.mark.parametrize(("left", "right"), WRONG)
def test_a_wrong_equation_is_refused(left: str, right: str) -> None:
    assert holds(left, right) is False


@pytest.mark.parametrize(("left", "right"), WORDS)
def test_words_are_no_equation(left: str, right: str) -> None:
    assert holds(left, right) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2.62 s / 2.12 s is 1.24×, not 1.5×.", [("2.62 s / 2.12 s", "1.24×")]),
        ("50.9% - 41.2% is 9.7, not 15.7 points.", [("50.9% - 41.2%", "9.7 points")]),
        ("With 13B × 16 B = 208 GB and 2 × 80 GiB = 172 GB it fails.",
         [("13B × 16 B", "208 GB"), ("2 × 80 GiB", "172 GB")]),
        ("8 × 4 × 8 is 256; 128 devices are stated.", [("8 × 4 × 8", "256")]),
        ("1 - 173 ms / 412 ms is 58% less; 68% is stated.", [("1 - 173 ms / 412 ms", "58%")]),
        ("E[max of 64] = 2.34 σ", []),
        ("The step is 2.12 s.", []),
        ("(23.8 tok/s / 12.5 tok/s) / (16 / 4) is 48%", [("(23.8 tok/s / 12.5 tok/s) / (16 / 4)", "48%")]),
        ("(23.8 wugs / 12.5 wugs) / (16 / 4) is 48%", []),
    ],
)  # fmt: skip
def test_equations_are_found_in_prose(text: str, found: list[tuple[str, str]]) -> None:
    assert list(equations(text)) == found


NUMBERS = st.one_of(
    st.integers(1, 99_999).map(lambda n: f"{n:,}"),
    st.decimals("0.01", "999", places=2).map(str),
)
OPERATORS = st.sampled_from([" + ", " - ", " × ", " / "])


@given(st.lists(NUMBERS, min_size=2, max_size=4), st.lists(OPERATORS, min_size=3, max_size=3))
def test_both_arithmetics_agree(numbers: list[str], operators: list[str]) -> None:
    text = "".join(n + o for n, o in zip(numbers, operators, strict=False))
    text = text.rstrip(" +-×/")
    exact, ours = arithmetic(text), printing.evaluate(text)
    if exact is not None:
        assert ours == pytest.approx(float(exact[0]), rel=1e-9, abs=1e-9)


@given(
    st.floats(1e-9, 1e18), st.floats(1e-9, 1e18), st.sampled_from(["byte", "FLOP/s", "s"])
)  # fmt: skip
def test_an_equation_that_is_printed_holds(a: float, b: float, unit: str) -> None:
    left, right = printing.quantity(a, unit), printing.quantity(b, unit)
    text = printing.equation(f"{left.text} / {right.text}", a / b, "1")
    if text:
        expression, _, result = text.rpartition(" = ")
        assert holds(expression, result) is True
