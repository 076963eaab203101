"""Expected maxima and k-th values: closed forms, simulation, and what holds for every tail."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formula import OutsideValidity
from hwmodels.heavy_tails import (
    expected_max_lognormal,
    expected_max_pareto,
    expected_order_pareto,
    lognormal_sigma,
    pareto_exponent,
    slowest_of,
)
from hwmodels.order_statistics import (
    expected_max_bound,
    expected_max_empirical,
    expected_max_exponential,
    expected_max_normal,
    expected_order_exponential,
    expected_order_normal,
    expected_order_uniform,
    shifted_exponential_step,
)

few = settings(max_examples=20, deadline=None, database=None, derandomize=True)
TRIALS = 20_000


def close_to_simulation(drawn: np.ndarray, expected: float) -> None:
    assert abs(drawn.mean() - expected) < 4.5 * drawn.std() / math.sqrt(len(drawn))


@pytest.mark.parametrize(("k", "n"), [(1, 1), (3, 5), (7, 8), (60, 64)])
def test_kth_of_n_against_simulation(k: int, n: int) -> None:
    rng = np.random.default_rng(11)
    normal = np.sort(rng.standard_normal((TRIALS, n)), axis=1)[:, k - 1]
    close_to_simulation(normal, expected_order_normal(k, n))
    memoryless = np.sort(rng.exponential(size=(TRIALS, n)), axis=1)[:, k - 1]
    close_to_simulation(memoryless, expected_order_exponential(k, n))
    anywhere = np.sort(rng.uniform(2, 5, (TRIALS, n)), axis=1)[:, k - 1]
    close_to_simulation(anywhere, expected_order_uniform(2, 5, k, n))
    pareto = np.sort(1 + rng.pareto(3.5, (TRIALS, n)), axis=1)[:, k - 1]
    close_to_simulation(pareto, expected_order_pareto(k, n, 1.0, 3.5))


@pytest.mark.parametrize("n", [1, 8, 64])
def test_slowest_of_n_lognormal_against_simulation(n: int) -> None:
    rng = np.random.default_rng(5)
    drawn = 0.3 * np.exp(0.4 * rng.standard_normal((TRIALS, n))).max(axis=1)
    close_to_simulation(drawn, expected_max_lognormal(n, 0.3, 0.4))


@few
@given(st.integers(1, 40), st.integers(1, 40))
def test_order_statistics_of_a_symmetric_distribution_mirror_each_other(a: int, b: int) -> None:
    k, n = min(a, b), max(a, b)
    mirrored = expected_order_normal(n + 1 - k, n)
    assert expected_order_normal(k, n) == pytest.approx(-mirrored, abs=1e-9)


@few
@given(st.integers(2, 30))
def test_the_values_of_n_draws_average_to_the_mean_of_one(n: int) -> None:
    ks = range(1, n + 1)
    assert sum(expected_order_normal(k, n) for k in ks) == pytest.approx(0, abs=1e-8)
    assert sum(expected_order_exponential(k, n) for k in ks) / n == pytest.approx(1)
    assert sum(expected_order_pareto(k, n, 2.0, 3.0) for k in ks) / n == pytest.approx(3.0)


def test_a_single_draw_has_the_mean_of_its_distribution() -> None:
    assert expected_max_lognormal(1, 2.0, 0.5) == pytest.approx(2 * math.exp(0.125))
    assert expected_max_lognormal(1, 1.0, 20.0) == pytest.approx(math.exp(200), rel=1e-9)
    assert expected_max_lognormal(64, 3.0, 0.0) == pytest.approx(3.0)
    assert expected_max_pareto(1, 2.0, 3.0) == pytest.approx(3.0)
    assert shifted_exponential_step(0.3, 0.1, expected_max_exponential(1)) == pytest.approx(0.4)


@pytest.mark.parametrize("n", [1, 99, 1000, 10**6])
def test_pareto_against_the_gamma_function(n: int) -> None:
    """Whose logarithms lose nine digits in their difference at a million draws."""
    a = 1 / 1.5
    exact = math.exp(math.lgamma(n + 1) + math.lgamma(1 - a) - math.lgamma(n + 1 - a))
    assert expected_max_pareto(n, 1.0, 1.5) == pytest.approx(exact, rel=1e-8)


def test_a_pareto_maximum_grows_as_a_power_of_n() -> None:
    grown = expected_max_pareto(10**6, 1.0, 2.0) / expected_max_pareto(10**4, 1.0, 2.0)
    assert grown == pytest.approx(10.0, rel=1e-3)


@pytest.mark.parametrize("n", [2, 1000, 10**6])
def test_lognormal_against_another_quadrature(n: int) -> None:
    """Survival function in place of the density: E = int_0^inf 1 - F(t)^n dt."""
    x, weight = np.polynomial.legendre.leggauss(2000)
    z = 14 * x  # t = exp(sigma z), dt = sigma t dz
    sigma = 0.7
    upper = np.array([0.5 * math.erfc(v / math.sqrt(2)) for v in z])
    with np.errstate(divide="ignore"):
        above = -np.expm1(n * np.log1p(-upper))
    integral = 14 * float(weight @ (above * sigma * np.exp(sigma * z)))
    assert expected_max_lognormal(n, 1.0, sigma) == pytest.approx(integral, rel=1e-4)


def test_measured_values_are_drawn_from_exactly() -> None:
    """Of three values, all nine pairs."""
    samples = [0.2, 0.9, 0.4]
    pairs = [max(a, b) for a in samples for b in samples]
    assert expected_max_empirical(samples, 2) == pytest.approx(sum(pairs) / 9)
    assert expected_max_empirical(samples, 1) == pytest.approx(0.5)
    assert expected_max_empirical(samples, 10**6) == pytest.approx(0.9)
    assert expected_max_empirical([7.0], 5) == 7.0


def test_many_samples_of_a_distribution_give_its_maximum() -> None:
    drawn = np.random.default_rng(1).standard_normal(200_000)
    assert expected_max_empirical(drawn, 64) == pytest.approx(expected_max_normal(64), abs=0.02)


def test_arrays_give_what_numbers_give() -> None:
    n = np.array([[1.0], [7.0], [64.0], [1e6]])
    k = np.ones((1, 1))
    pairs = [
        (expected_max_normal(n), [expected_max_normal(v) for v in n.ravel()]),
        (expected_order_normal(k, n), [expected_order_normal(1, v) for v in n.ravel()]),
        (expected_max_exponential(n), [expected_max_exponential(v) for v in n.ravel()]),
        (expected_max_lognormal(n, 2.0, 0.6), [expected_max_lognormal(v, 2.0, 0.6) for v in n.ravel()]),
        (expected_max_pareto(n, 2.0, 1.6), [expected_max_pareto(v, 2.0, 1.6) for v in n.ravel()]),
        (expected_max_empirical([1, 2, 5], n), [expected_max_empirical([1, 2, 5], v) for v in n.ravel()]),
    ]  # fmt: skip
    for found, expected in pairs:
        assert found.shape == (4, 1)
        np.testing.assert_allclose(found.ravel(), expected, rtol=1e-9, atol=1e-9)
    square = expected_max_lognormal(np.array([1, 64]), 1.0, np.array([[0.2], [0.5]]))
    assert square.shape == (2, 2)
    assert square[1, 1] == pytest.approx(expected_max_lognormal(64, 1.0, 0.5))


def test_harmonic_numbers_are_the_same_by_sum_and_by_series() -> None:
    by_sum = np.cumsum(1 / np.arange(1.0, 3001.0))
    np.testing.assert_allclose(expected_max_exponential(np.arange(1, 3001)), by_sum, rtol=1e-12)


@few
@given(st.floats(0.01, 3.0))
def test_parameters_of_a_tail_give_back_its_spread(c: float) -> None:
    sigma, alpha = lognormal_sigma(c), pareto_exponent(c)
    assert math.sqrt(math.exp(sigma**2) - 1) == pytest.approx(c, rel=1e-6)
    assert 1 / (alpha * (alpha - 2)) == pytest.approx(c * c, rel=1e-6)


@few
@given(st.integers(2, 4096), st.floats(0.01, 0.5))
def test_no_shape_passes_the_bound_of_hartley_and_david(n: int, c: float) -> None:
    found = slowest_of(n, 1.0, c)
    assert len(found.terms) == 5 and found.kind == "estimate"
    assert all(found.covers(term.low) for term in found.terms)
    assert 1.0 < found.low < found.high <= 1.0 + c * expected_max_bound(n)


def test_shapes_whose_times_would_be_negative_are_left_out() -> None:
    assert {t.name for t in slowest_of(8, 1.0, 2.0).terms} == {"normal", "lognormal", "Pareto"}
    assert "shifted exponential" in {t.name for t in slowest_of(8, 1.0, 0.9).terms}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: expected_max_normal(0), "at least one draw"),
        (lambda: expected_max_normal([1, 0]), "at least one draw"),
        (lambda: expected_order_normal(3, 2), "first to an n-th"),
        (lambda: expected_order_exponential([0, 1], 2), "first to an n-th"),
        (lambda: expected_max_pareto(2, 1.0, 1.0), "above an exponent of one"),
        (lambda: expected_max_pareto(2, 1.0, [2.0, 0.5]), "above an exponent of one"),
        (lambda: expected_max_pareto(2, 0.0, 2.0), "above zero"),
        (lambda: expected_max_lognormal(2, 0.0, 1.0), "above zero"),
        (lambda: expected_max_lognormal(2, 1.0, [1.0, 26.0]), "from 0 to 25"),
        (lambda: expected_max_empirical([], 2), "at least one sample"),
        (lambda: expected_order_uniform(1.0, 2.0, 3, 2), "first to an n-th"),
        (lambda: slowest_of(2, 1.0, 0.0), "above zero"),
    ],
)
def test_what_has_no_answer_is_refused(call, says: str) -> None:
    with pytest.raises(OutsideValidity, match=says):
        call()
