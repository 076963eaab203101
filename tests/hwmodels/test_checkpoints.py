"""Intervals between checkpoints, and the share of the time that trains, played out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.checkpoints import (
    checkpoint_overhead,
    checkpoint_seconds,
    daly_interval,
    effective_training_time,
    least_waste,
    lost_work,
    share_not_lost,
    wall_seconds,
    young_interval,
)
from hwmodels.formula import OutsideValidity

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)


def test_bloom_saved_every_three_hours_and_lost_one_and_a_half() -> None:
    """As its report says: 100 iterations, "on average we would lose 1.5h"."""
    assert lost_work(3 * 3600.0) == 1.5 * 3600


def test_a_checkpoint_of_the_size_of_bloom() -> None:
    """2.3 TB at 100 GB/s are 23 s."""
    assert checkpoint_seconds(2.3e12, 100e9) == pytest.approx(23.0)


@few
@given(st.floats(10, 600), st.floats(5, 300))
def test_dalys_interval_makes_the_job_shortest(write: float, times: float) -> None:
    """Of intervals from a quarter to four times of it none is better by more than 0.02 %."""
    mtbf = write * times
    best = daly_interval(write, mtbf)
    tried = best * np.geomspace(0.25, 4, 401)
    found = wall_seconds(mtbf, 60.0, tried, write, 1e6)
    assert wall_seconds(mtbf, 60.0, best, write, 1e6) <= found.min() * 1.0002


@few
@given(st.floats(1, 100), st.floats(1e5, 1e7))
def test_youngs_interval_is_the_first_order_of_dalys(write: float, mtbf: float) -> None:
    first = young_interval(write, mtbf)
    assert daly_interval(write, mtbf) == pytest.approx(first, rel=2 * math.sqrt(write / mtbf))
    waste = write / first + first / (2 * mtbf)
    assert least_waste(write, mtbf) == pytest.approx(waste)


@pytest.mark.parametrize("interval", [200.0, 600.0, 2000.0])
def test_a_job_with_failures_played_out(interval: float) -> None:
    rng = np.random.default_rng(2)
    mtbf, restart, write, work = 3000.0, 120.0, 40.0, 2e6
    now = 0.0
    for _ in range(int(work / interval)):
        while (left := rng.exponential(mtbf)) < interval + write:  # memoryless: drawn anew
            now += left
            while (again := rng.exponential(mtbf)) < restart:
                now += again
            now += restart
        now += interval + write
    assert now == pytest.approx(wall_seconds(mtbf, restart, interval, write, work), rel=0.03)


def test_the_share_that_trains_is_near_that_of_the_exact_model() -> None:
    """2,048 nodes at 3.8 failures in a thousand node-days, ten minutes to restart."""
    rate, restart, interval, write = 3.8e-3 / 86400, 600.0, 1800.0, 20.0
    found = effective_training_time(
        (2048, 2048), (rate, rate), (restart, restart), (interval, interval), (write, write)
    )
    assert found.low == found.high
    exact = 1e6 / wall_seconds(1 / (2048 * rate), restart, interval, write, 1e6)
    assert found.low == pytest.approx(exact, rel=0.01)
    failures, checkpoints = found.terms
    assert failures.low * checkpoints.low == pytest.approx(found.low)


@few
@given(
    st.tuples(st.floats(60, 7200), st.floats(60, 7200)),
    st.tuples(st.floats(1, 120), st.floats(1, 120)),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_point_of_the_ranges_is_inside_the_answer(interval, write, at, beside) -> None:
    interval, write = (tuple(sorted(pair)) for pair in (interval, write))
    nodes, rates, restarts = (512.0, 1024.0), (2e-8, 8e-8), (60.0, 900.0)
    found = effective_training_time(nodes, rates, restarts, interval, write)

    def within(pair: tuple[float, float], share: float) -> float:
        return pair[0] + share * (pair[1] - pair[0])

    r = within(nodes, at) * within(rates, beside)
    T, w = within(interval, beside), within(write, at)
    value = share_not_lost(r, within(restarts, at), T) * (1 - checkpoint_overhead(w, T))
    assert found.low - 1e-12 <= value <= found.high + 1e-12


def test_the_best_interval_may_lie_inside_its_range() -> None:
    pinned = {"nodes": (1000, 1000), "failures": (5e-8, 5e-8), "restart": (0, 0), "write": (30, 30)}
    wide = effective_training_time(interval=(100, 30_000), **pinned)
    best = young_interval(30, 1 / (1000 * 5e-8))
    there = effective_training_time(interval=(best, best), **pinned)
    assert wide.high == pytest.approx(there.high, rel=1e-3) and wide.high >= there.high
    ends = [effective_training_time(interval=(t, t), **pinned).high for t in (100, 30_000)]
    assert max(ends) < there.high


def test_without_failures_only_writing_costs() -> None:
    found = effective_training_time((8, 8), (0, 0), (60, 60), (900, 1800), (0, 100))
    assert (found.low, found.high) == (pytest.approx(0.9), 1.0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: young_interval(100.0, 40.0), "no best interval"),
        (lambda: daly_interval(100.0, 50.0), "that time itself"),
        (lambda: least_waste(100.0, 150.0), "less than all"),
        (lambda: share_not_lost(1e-3, 2000.0, 10.0), "less than all"),
        (
            lambda: effective_training_time((1, 1), (0, 0), (1, 1), (0, 5), (1, 1)),
            "above zero",
        ),
        (
            lambda: effective_training_time((1000, 1000), (1e-6, 1e-6), (900, 900), (600, 600), (1, 1)),
            "less than all",
        ),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused(call, says: str) -> None:
    with pytest.raises(OutsideValidity, match=says):
        call()
