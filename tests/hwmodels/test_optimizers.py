"""Bytes per parameter: each optimizer in each precision, and what is kept by rows and columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.optimizers import (
    OPTIMIZERS,
    PRECISIONS,
    RECIPES,
    block_quantised_moments,
    factored_moment_bytes,
    muon_moments,
    recipe,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize(
    ("optimizer", "precision", "named"),
    [("adam", "mixed-16", "mixed-adam-16"), ("adam", "mixed-18", "mixed-adam-18"),
     ("adam", "mixed-20", "mixed-adam-20"), ("adamw", "fp32", "fp32-adam"),
     ("adamw", "pure-16-bit", "pure-16-bit-adam"), ("lamb", "mixed-16", "mixed-lamb"),
     ("lion", "mixed-16", "mixed-lion"), ("momentum", "mixed-16", "mixed-sgd-momentum"),
     ("momentum", "fp32", "fp32-sgd-momentum"), ("sgd", "fp32", "fp32-sgd"),
     ("adafactor", "mixed-16", "mixed-adafactor"), ("adamw-8-bit", "mixed-16", "mixed-8-bit-adam"),
     ("adamw-8-bit", "16-bit-fp32-moments", "8-bit-adam")],
)  # fmt: skip
def test_an_optimizer_in_a_precision_is_the_recipe_of_that_name(
    optimizer: str, precision: str, named: str
) -> None:
    made, known = recipe(optimizer, precision), RECIPES[named]
    parts = ("weights", "gradients", "master", "moment1", "moment2")
    assert [getattr(made, p) for p in parts] == [getattr(known, p) for p in parts]


def test_all_that_there_are_can_be_put_together() -> None:
    for precision, held in PRECISIONS.items():
        for optimizer in OPTIMIZERS:
            if optimizer == "adamw-8-bit" and held.moment != 4:
                continue
            made = recipe(optimizer, precision)
            assert made.total == made.weights + made.gradients + made.master + made.moments
            assert made.total >= held.weights + held.gradients + held.master and made.source


@few
@given(st.floats(0, 1))
def test_muon_lies_between_momentum_and_adam(share: float) -> None:
    made = recipe("muon", "mixed-18", adam_share=share)
    assert recipe("momentum", "mixed-18").total <= made.total <= recipe("adam", "mixed-18").total
    assert made.moments == pytest.approx(muon_moments(4.0, share))


def test_a_matrix_kept_by_rows_and_columns_costs_next_to_nothing() -> None:
    assert factored_moment_bytes(4096, 4096) == 32 * 2**10
    assert factored_moment_bytes(4096, 4096) / (4 * 4096**2) == pytest.approx(1 / 2048)


def test_scales_add_little_to_8_bit_means() -> None:
    assert block_quantised_moments(1.0, 2048.0) == pytest.approx(2.0039, rel=1e-4)


@pytest.mark.parametrize(
    ("optimizer", "precision", "share", "says"),
    [("adamm", "fp32", 0, "optimizer is one of"), ("adam", "fp23", 0, "precision is one of"),
     ("muon", "fp32", 1.5, "between 0 and 1"), ("adamw-8-bit", "pure-16-bit", 0, "32-bit ones")],
)  # fmt: skip
def test_what_there_is_not_is_refused_with_what_there_is(
    optimizer: str, precision: str, share: float, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        recipe(optimizer, precision, adam_share=share)
