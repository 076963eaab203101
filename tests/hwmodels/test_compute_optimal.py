"""Fitted losses: their least value along a budget, and what the papers say of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.compute_optimal import (
    LOSS_FITS,
    LossFit,
    compute_optimal_parameters,
    compute_optimal_tokens,
    fitted_loss,
    loss_optimal_split,
)
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
GOPHER = 5.76e23
fits = pytest.mark.parametrize("fit", LOSS_FITS.values(), ids=list(LOSS_FITS))


def loss(fit: LossFit, N: object, D: object) -> object:
    return fitted_loss(fit.E, fit.A, N, fit.a, fit.B, D, fit.b)


def test_chinchilla_has_20_tokens_a_parameter() -> None:
    """70 B parameters and 1.4 T tokens."""
    parameters = compute_optimal_parameters(6 * 70e9 * 1.4e12, 20)
    assert parameters == pytest.approx(70e9)
    assert compute_optimal_tokens(20, parameters) == pytest.approx(1.4e12)


@pytest.mark.parametrize(("parameters", "flops"), [(0.4e9, 1.92e19), (1e9, 1.21e20), (10e9, 1.23e22),
    (67e9, 5.76e23), (175e9, 3.85e24), (280e9, 9.90e24), (520e9, 3.43e25), (1e12, 1.27e26)])  # fmt: skip
def test_the_rule_of_20_is_near_the_table_of_chinchilla(parameters: float, flops: float) -> None:
    """Hoffmann et al., table 3, whose ratio grows from 20.0 to 21.2: an estimate within 4 %."""
    assert compute_optimal_parameters(flops, 20) == pytest.approx(parameters, rel=0.04)


@fits
@settings(max_examples=15, deadline=None, database=None, derandomize=True)
@given(compute=st.floats(1e18, 1e27))
def test_no_other_split_of_the_budget_has_a_lower_loss(fit: LossFit, compute: float) -> None:
    N, D = loss_optimal_split(compute, fit)
    assert pytest.approx(compute) == 6 * N * D
    others = N * np.geomspace(0.1, 10, 201)
    assert loss(fit, N, D) <= np.min(loss(fit, others, compute / (6 * others))) * (1 + 1e-12)


def test_the_replication_agrees_with_20_tokens_and_the_first_fit_does_not() -> None:
    """Besiroglu et al.: about 20 at the budget of Chinchilla, where the printed constants ask
    for some 70 and more."""
    ratios = {}
    for name, fit in LOSS_FITS.items():
        N, D = loss_optimal_split(GOPHER, fit)
        ratios[name] = D / N
    assert 15 < ratios["Besiroglu 2024"] < 26
    assert ratios["Hoffmann 2022"] > 60


@fits
def test_a_model_of_any_size_keeps_the_loss_that_is_left(fit: LossFit) -> None:
    assert loss(fit, 1e30, 1e30) == pytest.approx(fit.E, abs=1e-5)
    assert fit.source


def test_budgets_come_as_arrays() -> None:
    fit = LOSS_FITS["Besiroglu 2024"]
    N, D = loss_optimal_split([1e20, 1e24], fit)
    assert N.shape == D.shape == (2,)
    assert N[1] == pytest.approx(loss_optimal_split(1e24, fit)[0])
    with pytest.raises(OutsideValidity, match="above zero"):
        loss_optimal_split(0.0, fit)
    with pytest.raises(OutsideValidity, match="above zero"):
        loss_optimal_split([1.0, -1.0], fit)
