"""Running statistics of batch normalisation against a moving average that is really moved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.normalization import initial_weight_left, mean_noise

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
