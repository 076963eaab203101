"""Stalls, slow workers and asynchronous updates, against what a played-out job does."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.staleness import implicit_momentum, mean_staleness
from hwmodels.straggler import (
    share_kept_under_stalls,
    stall_that_reaches_bound,
    step_inflation,
    steps_gained,
    steps_that_reach_bound,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


def test_a_200_ms_stall_in_a_350_ms_step() -> None:
    """57 % of the step where all wait, 0.57 steps where nobody does: the same quotient."""
    assert steps_gained(0.2, 0.35) == pytest.approx(0.571, abs=1e-3)
    assert step_inflation(0.35, 0.2) - 1 == pytest.approx(steps_gained(0.2, 0.35))


def test_a_stall_of_the_bound_gains_the_bound() -> None:
    assert steps_gained(stall_that_reaches_bound(4, 2.12), 2.12) == pytest.approx(4)


def test_a_node_that_is_5_percent_slow_is_four_steps_behind_after_84() -> None:
    assert steps_that_reach_bound(4, 1.05) == pytest.approx(84)


@few
@given(st.integers(1, 16), st.floats(1.01, 3.0))
def test_the_lead_is_what_two_clocks_show(bound: int, ratio: float) -> None:
    """The others take k steps, the slow one k / ratio."""
    steps = steps_that_reach_bound(bound, ratio)
    assert steps - steps / ratio == pytest.approx(bound)


def test_a_worker_that_hardly_lags_never_gets_there_and_one_that_stands_still_at_once() -> None:
    assert steps_that_reach_bound(4, 1 + 1e-9) > 1e9
    assert steps_that_reach_bound(4, 1e12) == pytest.approx(4)


def test_stalls_of_many_workers_add_up() -> None:
    """64 nodes, one stall of 200 ms an hour each: 64 x 0.2 s are lost in each hour."""
    assert share_kept_under_stalls(64, 1 / 3600, 0.2) == pytest.approx(3600 / (3600 + 12.8))
    assert share_kept_under_stalls(64, 0.0, 0.2) == 1


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_staleness_and_momentum_of_memoryless_workers(workers: int) -> None:
    """Played out: an update's age is geometric, with the mean and the decay that are claimed."""
    rng = np.random.default_rng(7)
    queue = [(rng.exponential(), w, 0) for w in range(workers)]
    heapq.heapify(queue)
    ages = []
    for applied in range(40_000):
        now, worker, read = heapq.heappop(queue)
        ages.append(applied - read)
        heapq.heappush(queue, (now + rng.exponential(), worker, applied + 1))
    age = np.array(ages[1000:])
    error = 6 * max(age.std(), 1e-9) / np.sqrt(len(age) / max(1, workers))
    assert abs(age.mean() - mean_staleness(workers)) <= error
    if workers > 1:
        # Older gradients are fewer by the same factor each step: that factor is the momentum.
        counts = np.bincount(age)
        decay = counts[1 : 2 * workers].sum() / counts[: 2 * workers - 1].sum()
        assert decay == pytest.approx(implicit_momentum(workers), abs=0.02)
    else:
        assert implicit_momentum(1) == 0
