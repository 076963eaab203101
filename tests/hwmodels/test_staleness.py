"""Stalls, slow workers and asynchronous updates, against what a played-out job does."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.bounded_staleness import (
    bounded_staleness_age,
    bounded_staleness_rate,
    bounded_staleness_seconds,
)
from hwmodels.formula import OutsideValidity
from hwmodels.staleness import (
    annealed_rate,
    implicit_momentum,
    largest_stable_rate,
    mean_staleness,
    pipeline_stage_delay,
    staleness_aware_rate,
    unstashed_pipeline_delay,
)
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


@few
@given(st.integers(0, 8), st.floats(1.0, 3.0), st.integers(9, 80))
def test_a_bound_on_staleness_played_out(bound: int, ratio: float, steps: int) -> None:
    """A fast worker may begin step j only when the slow one has ended step j - bound."""
    fast = 0.0
    for step in range(1, steps + 1):
        begins = max(fast, (step - 1 - bound) * ratio)
        fast = begins + 1.0
    # The last step may begin just before the slow worker lets the next one begin.
    at_most = bounded_staleness_seconds(steps, 1.0, bound, ratio)
    assert at_most - ratio <= fast <= at_most + 1.0


def test_a_slow_worker_sets_the_pace_in_the_end_whatever_the_bound() -> None:
    for bound in (0, 4, 64):
        assert bounded_staleness_rate(8, 0.5, 1.5, bound, 1e9) == pytest.approx(16 / 1.5)
    assert bounded_staleness_rate(8, 0.5, 1.5, 4, 4) == 16, "and costs nothing until then"
    reached = steps_that_reach_bound(4, 1.5)
    assert bounded_staleness_seconds(reached, 1.0, 4, 1.5) == pytest.approx(reached)


def test_rate_and_time_of_a_bound_say_the_same() -> None:
    seconds = bounded_staleness_seconds(200, 0.3, 5, 1.2)
    assert bounded_staleness_rate(1, 0.3, 1.2, 5, 200) == pytest.approx(200 / seconds)


@pytest.mark.parametrize(("bound", "workers"), [(0, 8), (3, 4), (5, 1)])
def test_no_more_updates_are_missing_than_the_bound_allows(bound: int, workers: int) -> None:
    """Clocks at random, advanced only where the bound lets them."""
    rng = np.random.default_rng(3)
    clocks, worst = np.zeros(workers, int), 0
    for _ in range(4000):
        one = rng.integers(workers)
        if clocks[one] - clocks.min() <= bound:  # it may begin its next step
            missing = np.clip(clocks[one] - clocks, 0, None)
            worst = max(worst, int(missing.sum()))
            clocks[one] += 1
    assert worst <= bounded_staleness_age(bound, workers)
    assert worst >= bounded_staleness_age(bound, workers) / 2, "and is not far from it"


@pytest.mark.parametrize("stages", [2, 4, 8])
def test_a_pipeline_that_is_never_drained_played_out(stages: int) -> None:
    """One forward, one backward at each stage: updates between the two of one micro-batch."""
    for stage in range(1, stages + 1):
        order = ["F"] * (stages - stage)
        for _ in range(40):
            order += ["F", "B"]
        forward = backward = 0
        seen: list[int] = []
        late = []
        for what in order:
            if what == "F":
                seen.append(backward)  # updates that its weights have
                forward += 1
            else:
                late.append(backward - seen[backward])
                backward += 1
        assert late[-1] == pipeline_stage_delay(stages, stage)


def test_delays_of_pipelines() -> None:
    assert pipeline_stage_delay(8, 8) == 0
    assert unstashed_pipeline_delay(8, 1, 1) == 15 and unstashed_pipeline_delay(8, 8, 1) == 1
    with pytest.raises(OutsideValidity, match="no later one"):
        pipeline_stage_delay(4, 5)


def test_a_rule_gives_the_whole_rate_back_at_its_end() -> None:
    assert annealed_rate(0.1, 15, 1.0) == pytest.approx(0.1)
    assert annealed_rate(0.1, 15, 0.0) == pytest.approx(staleness_aware_rate(0.1, 15))
    with pytest.raises(OutsideValidity, match="younger"):
        staleness_aware_rate(0.1, 0.5)


@pytest.mark.parametrize("delay", [0, 1, 2, 7, 30])
def test_the_largest_stable_rate_is_where_a_root_leaves_the_circle(delay: int) -> None:
    def radius(rate: float) -> float:
        polynomial = np.zeros(delay + 2)
        polynomial[0] = 1
        polynomial[1] -= 1
        polynomial[-1] += rate * 3.0
        return float(np.abs(np.roots(polynomial)).max())

    edge = largest_stable_rate(3.0, delay)
    assert radius(0.98 * edge) < 1 < radius(1.02 * edge)
    assert largest_stable_rate([3.0], delay) == pytest.approx([edge])
    with pytest.raises(OutsideValidity, match="above zero"):
        largest_stable_rate(0.0, delay)
