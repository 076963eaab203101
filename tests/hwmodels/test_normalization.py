"""Running statistics of batch normalisation against a moving average that is really moved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formula import OutsideValidity
from hwmodels.normalization import (
    ghost_batch,
    initial_weight_left,
    mean_noise,
    running_lag,
    running_noise,
    synchronized_batch,
    updates_until_forgotten,
    variance_noise,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize(("k", "left"), [(10, 0.349), (50, 0.00515)])
def test_a_tenth_a_step(k: int, left: float) -> None:
    """35 % of the start after ten updates with a weight of 0.1, half a per cent after fifty."""
    assert initial_weight_left(0.1, k) == pytest.approx(left, rel=1e-2)


@few
@given(st.floats(0.001, 0.999), st.integers(1, 60), st.floats(-5, 5))
def test_the_moving_average_itself(m: float, k: int, value: float) -> None:
    """Started at one, fed with a constant: what is left of the one is its weight."""
    running = 1.0
    for _ in range(k):
        running = (1 - m) * running + m * value
    left = initial_weight_left(m, k)
    assert running == pytest.approx(left + (1 - left) * value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("b", [1, 4, 16, 256])
def test_noise_of_a_mean_against_simulation(b: int) -> None:
    rng = np.random.default_rng(b)
    means = rng.standard_normal((20_000, b)).mean(axis=1)
    assert means.std() == pytest.approx(mean_noise(b), rel=4 / math.sqrt(2 * 20_000))


def test_both_ends_of_a_convolution() -> None:
    """16 images of 112 x 112 positions: a quarter if an image is one sample, 0.2 % if each counts."""
    assert mean_noise(16) == 0.25
    assert mean_noise(16 * 112 * 112) == pytest.approx(0.00223, rel=1e-2)


@pytest.mark.parametrize("batch", [2, 4, 32])
@pytest.mark.parametrize("shape", ["normal", "uniform", "exponential"])
def test_noise_of_a_variance_against_simulation(batch: int, shape: str) -> None:
    rng = np.random.default_rng(batch)
    draw, kurtosis, variance = {
        "normal": (rng.standard_normal, 3.0, 1.0),
        "uniform": (rng.random, 1.8, 1 / 12),
        "exponential": (rng.standard_exponential, 9.0, 1.0),
    }[shape]
    found = draw((200_000, batch)).var(axis=1, ddof=1)
    assert found.std() / variance == pytest.approx(variance_noise(batch, kurtosis), rel=0.04)


def test_the_variance_of_normal_values_is_noisier_than_the_mean() -> None:
    assert variance_noise(32, 3.0) == pytest.approx(math.sqrt(2 / 31))
    assert variance_noise(32, 3.0) > mean_noise(32)
    with pytest.raises(OutsideValidity, match="no variance"):
        variance_noise(1, 3.0)


def test_a_batch_is_split_over_devices_and_put_together_in_groups() -> None:
    """256 samples on 32 devices: 8 behind each statistic, 64 where groups of eight share it."""
    assert ghost_batch(256, 32) == 8
    assert synchronized_batch(ghost_batch(256, 32), 8) == 64
    assert synchronized_batch(ghost_batch(256, 32), 32) == 256


@pytest.mark.parametrize("m", [0.01, 0.1, 0.5, 1.0])
def test_noise_and_lag_of_a_moving_average_that_is_really_moved(m: float) -> None:
    rng = np.random.default_rng(4)
    weights = m * (1 - m) ** np.arange(3000)
    assert weights @ np.arange(3000) == pytest.approx(running_lag(m), abs=1e-6)
    running = rng.standard_normal((4000, 600)) @ weights[:600]
    assert running.std() == pytest.approx(running_noise(1.0, m), rel=0.05)
    if m < 1:  # a drift of one an update: behind by the lag
        follows = 0.0
        for update in range(3000):
            follows = (1 - m) * follows + m * update
        assert 2999 - follows == pytest.approx(running_lag(m), rel=1e-3)


@few
@given(st.floats(0.001, 0.9), st.floats(1, 500))
def test_forgetting_is_the_inverse_of_what_is_left(m: float, k: float) -> None:
    left = initial_weight_left(m, k)
    if left > 1e-100:
        assert updates_until_forgotten(left, m) == pytest.approx(k, rel=1e-6)
    with pytest.raises(OutsideValidity, match="forgets at once"):
        updates_until_forgotten(0.5, 1.0)
