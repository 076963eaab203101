"""Expected maxima against closed forms, simulation, and the bound that holds for every tail."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from hwmodels.order_statistics import expected_order_normal
from hwmodels.straggler import (
    backup_step_seconds,
    backup_work,
    coded_work,
    expected_max_bound,
    expected_max_exponential,
    expected_max_normal,
    local_sgd_step_seconds,
    slow_ratio_that_eats_gain,
    synchronous_step,
)


def test_closed_forms() -> None:
    assert expected_max_normal(1) == pytest.approx(0, abs=1e-12)
    assert expected_max_normal(2) == pytest.approx(1 / math.sqrt(math.pi), abs=1e-12)
    assert expected_max_normal(3) == pytest.approx(1.5 / math.sqrt(math.pi), abs=1e-12)
    corner = math.asin(1 / math.sqrt(3))
    four = 6 / math.sqrt(math.pi) * (0.25 + corner / (2 * math.pi)) * 2 / 2
    assert expected_max_normal(4) == pytest.approx(1.0293753730, abs=1e-9)
    assert four == pytest.approx(expected_max_normal(4), rel=0.2)  # the same order, by geometry


@pytest.mark.parametrize("n", [7, 64, 1000, 10**6])
def test_against_adaptive_quadrature(n: int) -> None:
    """Another integral, by another rule: E = int 1 - F^n above zero less int F^n below it."""
    x, weight = np.polynomial.legendre.leggauss(400)

    def phi(t: float) -> float:
        return 0.5 * math.erfc(-t / math.sqrt(2))

    def integral(f, low: float, high: float) -> float:
        middle, half = (low + high) / 2, (high - low) / 2
        return half * sum(w * f(middle + half * t) for t, w in zip(x, weight, strict=True))

    def above(t: float) -> float:
        return -math.expm1(n * math.log1p(-0.5 * math.erfc(t / math.sqrt(2))))

    other = integral(above, 0, 12) - integral(lambda t: phi(t) ** n, -12, 0)
    assert expected_max_normal(n) == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("n", [2, 8, 64])
def test_against_simulation(n: int) -> None:
    rng = np.random.default_rng(2024)
    trials = 20_000
    normal = rng.standard_normal((trials, n)).max(axis=1)
    slowest = rng.exponential(size=(trials, n)).max(axis=1)
    for drawn, expected in (
        (normal, expected_max_normal(n)),
        (slowest, expected_max_exponential(n)),
    ):
        error = drawn.std() / math.sqrt(trials)
        assert abs(drawn.mean() - expected) < 4 * error


def test_the_harmonic_number_is_the_same_by_sum_and_by_series() -> None:
    assert expected_max_exponential(1) == 1
    assert expected_max_exponential(4) == pytest.approx(25 / 12)
    by_sum = math.fsum(1 / k for k in range(1, 5001))
    assert expected_max_exponential(5000) == pytest.approx(by_sum, abs=1e-13)
    assert expected_max_exponential(1000) - expected_max_exponential(999) == pytest.approx(
        1e-3, rel=1e-9
    )


def test_more_workers_never_wait_less_and_no_tail_passes_the_bound() -> None:
    before = -1.0
    for n in (1, 2, 3, 5, 8, 64, 512, 4096, 10**5, 10**6):
        now = expected_max_normal(n)
        assert before < now <= expected_max_bound(n) + 1e-12
        assert expected_max_exponential(n) - 1 <= expected_max_bound(n) + 1e-12
        before = now


@pytest.mark.parametrize("count", [expected_max_normal, expected_max_exponential])
def test_no_workers_is_an_error(count) -> None:
    with pytest.raises(ValueError, match="at least one"):
        count(0)


def test_one_slow_worker_eats_the_gain_of_a_synchronous_job() -> None:
    gain, workers, healthy = 1.27, 64, 0.350
    before = healthy * gain  # the slower system, with no straggler
    slow = slow_ratio_that_eats_gain(gain)
    step = max([healthy] * (workers - 1) + [healthy * slow])
    assert step == pytest.approx(before)


def test_backups_cut_the_wait_and_cost_machines() -> None:
    """96 of 100 workers (Chen et al. ran 4 backups there): the tail is what they remove."""
    whole = synchronous_step(1.0, 0.2, expected_max_normal(96))
    backed = backup_step_seconds(1.0, 0.2, expected_order_normal(96, 100))
    assert backed < whole
    assert backup_work(96, 4) == pytest.approx(100 / 96)
    assert backup_step_seconds(1.0, 0.2, expected_order_normal(96, 96)) == pytest.approx(whole)


def test_work_in_copies_survives_missing_workers_and_less_does_not() -> None:
    """Of n workers each holding c parts in a ring, every b of them may be missing if c = b + 1."""
    workers = 7
    for missing in (0, 1, 2):
        copies = int(coded_work(missing))
        for held, safe in ((copies, True), (copies - 1, False)):
            parts = [{(w + i) % workers for i in range(held)} for w in range(workers)]
            lost = any(
                set().union(*(parts[w] for w in range(workers) if w not in gone))
                != set(range(workers))
                for gone in combinations(range(workers), missing)
            )
            assert lost != safe


@pytest.mark.parametrize("period", [1, 4, 16])
def test_fewer_barriers_against_simulation(period: int) -> None:
    rng = np.random.default_rng(8)
    each = 1.0 + 0.1 * rng.standard_normal((4000, period, 16))
    drawn = (each.sum(axis=1).max(axis=1) + 0.3) / period
    expected = local_sgd_step_seconds(1.0, 0.1, expected_max_normal(16), period, 0.3)
    assert abs(drawn.mean() - expected) < 5 * drawn.std() / math.sqrt(len(drawn))


def test_one_step_between_averages_is_a_barrier_in_every_step() -> None:
    e = expected_max_normal(64)
    assert local_sgd_step_seconds(1.0, 0.1, e, 1, 0.0) == synchronous_step(1.0, 0.1, e)
