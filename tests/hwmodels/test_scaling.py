"""Speed-up laws against each other and a played-out program; batches; learning rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formula import OutsideValidity
from hwmodels.roofline import amdahl
from hwmodels.scaling import (
    critical_batch,
    gustafson,
    linear_scaled_rate,
    noise_scale,
    root_scaled_rate,
    samples_to_loss,
    scalability_efficiency,
    scalability_peak,
    serial_share,
    steps_to_loss,
    strong_scaling_efficiency,
    throughput_scaling_efficiency,
    weak_scaling_efficiency,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
counts = st.integers(2, 4096)
shares = st.floats(0.01, 0.99)


def test_the_example_of_gustafson() -> None:
    """A serial share of 0.4 to 0.8 % on 1,024 processors: speed-ups of 1,016 to 1,021."""
    assert gustafson(0.992, 1024) == pytest.approx(1016, abs=1)
    assert gustafson(0.996, 1024) == pytest.approx(1020, abs=1)


@few
@given(shares, counts)
def test_gustafson_is_amdahl_of_the_grown_problem(f: float, n: int) -> None:
    """Its parallel share on one device is f n / ((1 - f) + f n)."""
    grown = f * n / (1 - f + f * n)
    assert gustafson(f, n) == pytest.approx(amdahl(grown, n))


@few
@given(shares, counts)
def test_the_measured_serial_share_is_the_one_that_amdahl_was_given(f: float, n: int) -> None:
    assert serial_share(amdahl(f, n), n) == pytest.approx(1 - f, abs=1e-9)
    assert serial_share(n, n) == pytest.approx(0, abs=1e-12)


@few
@given(shares, counts)
def test_without_coherency_cost_scalability_is_amdahls(f: float, n: int) -> None:
    assert n * scalability_efficiency(1 - f, 0.0, n) == pytest.approx(amdahl(f, n))


@few
@given(st.floats(0, 0.5), st.floats(1e-5, 1e-2))
def test_the_speed_up_is_largest_at_the_peak(s: float, k: float) -> None:
    peak = scalability_peak(s, k)
    tried = np.geomspace(max(1.0, peak / 4), peak * 4, 401)
    speed_up = tried * scalability_efficiency(s, k, tried)
    assert peak * scalability_efficiency(s, k, peak) >= speed_up.max() * (1 - 1e-9)


@few
@given(st.floats(0.1, 100), st.integers(1, 64), st.integers(1, 64), st.floats(0.3, 1))
def test_three_ways_to_say_how_well_it_scales(T: float, m: int, more: int, e: float) -> None:
    """The same work on m devices in T, on n at an efficiency e: by time and by throughput."""
    n = m * more
    t = T * m / (n * e)
    assert strong_scaling_efficiency(T, t, n, m) == pytest.approx(e)
    assert throughput_scaling_efficiency(1 / t, 1 / T, n, m) == pytest.approx(e)
    assert weak_scaling_efficiency(T, T / e) == pytest.approx(e)


@few
@given(st.floats(1e2, 1e6), st.floats(1e4, 1e9), st.floats(1, 1e6))
def test_steps_and_samples_trade_off_on_one_curve(
    steps: float, samples: float, batch: float
) -> None:
    """(S / Smin - 1) (E / Emin - 1) = 1, and E = S B."""
    c = critical_batch(samples, steps)
    S, E = steps_to_loss(steps, c, batch), samples_to_loss(samples, batch, c)
    assert (S / steps - 1) * (E / samples - 1) == pytest.approx(1, rel=1e-6)
    assert S * batch == pytest.approx(E)


def test_the_critical_batch_takes_twice_the_least_of_both() -> None:
    assert steps_to_loss(1000, 512, 512) == 2000
    assert samples_to_loss(5e5, 512, 512) == 1e6


def test_the_noise_scale_of_gradients_that_are_drawn() -> None:
    """Mean gradient of norm 2, covariance with a trace of 30: a batch of 7.5 has as much noise."""
    rng = np.random.default_rng(0)
    mean = np.zeros(30)
    mean[0] = 2.0
    drawn = mean + rng.standard_normal((200_000, 30))
    found = noise_scale(drawn.var(axis=0).sum(), float((drawn.mean(axis=0) ** 2).sum()))
    assert found == pytest.approx(7.5, rel=0.02)


def test_learning_rates_of_a_batch_32_times_as_large() -> None:
    """0.1 at 256 becomes 3.2 at 8,192, as ImageNet in one hour was trained, or 0.57."""
    assert linear_scaled_rate(0.1, 8192, 256) == pytest.approx(3.2)
    assert root_scaled_rate(0.1, 8192, 256) == pytest.approx(0.5657, abs=1e-4)


def test_one_device_scales_to_nothing() -> None:
    with pytest.raises(OutsideValidity, match="no speed-up"):
        serial_share(1.0, 1)
    with pytest.raises(OutsideValidity, match="never falls"):
        scalability_peak(0.1, 0.0)
