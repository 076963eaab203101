"""Failures of large jobs: published counts, chances against simulation, and spares."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.failures import (
    availability,
    expected_failures,
    job_failure_rate,
    job_mtbf,
    no_failure_probability,
    nodes_in_repair,
    observed_mtbf,
    spare_nodes,
)
from hwmodels.formula import OutsideValidity

from .published import rows

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)
DAY = 86400.0


def test_llama_3_failed_every_three_hours() -> None:
    """419 unexpected interruptions in 54 days on 16,384 GPUs: 2,048 nodes."""
    counted = sum(int(row["count"]) for row in rows("llama_3_interruptions"))
    assert counted == 419
    every = observed_mtbf(54 * DAY, counted)
    assert every / 3600 == pytest.approx(3.09, abs=0.005)
    # Between the two clusters of Kokolis et al.: 2.34 and 6.50 failures in a thousand node-days.
    of_a_node = DAY / (2048 * every)
    assert 2.34e-3 < of_a_node < 6.50e-3


def test_shares_of_llama_3_but_one_are_those_of_its_counts() -> None:
    """The table prints 30.1 % for faulty GPUs, of which it counts 148 in 419: 35.3 %."""
    found = rows("llama_3_interruptions")
    off = [
        row["component"]
        for row in found
        if abs(100 * int(row["count"]) / 419 - float(row["printed_percent"])) > 0.051
    ]
    assert off == ["Faulty GPU"]


def test_small_jobs_fail_more_often_than_their_hardware() -> None:
    """Kokolis et al. measured 7.9 hours on 1,024 GPUs: the mean time is no bound."""
    hours = job_mtbf(1 / (6.50e-3 / DAY), 1024 / 8) / 3600
    assert hours == pytest.approx(28.8, abs=0.1) and hours > 3 * 7.9


@few
@given(st.integers(1, 10_000), st.floats(1e5, 1e9))
def test_a_rate_and_a_mean_time_say_the_same(nodes: int, of_one: float) -> None:
    rate = job_failure_rate(nodes, 1 / of_one)
    assert 1 / rate == pytest.approx(job_mtbf(of_one, nodes))
    assert expected_failures(of_one, job_mtbf(of_one, nodes)) == pytest.approx(nodes)


@few
@given(st.integers(1, 500), st.floats(1e5, 1e8), st.floats(1, 1e6))
def test_all_nodes_survive_as_often_as_the_job(nodes: int, of_one: float, time: float) -> None:
    single = no_failure_probability(time, of_one)
    job = no_failure_probability(time, job_mtbf(of_one, nodes))
    assert job == pytest.approx(single**nodes, rel=1e-6)


def test_the_first_of_many_memoryless_failures() -> None:
    rng = np.random.default_rng(4)
    first = rng.exponential(1000.0, (20_000, 50)).min(axis=1)
    error = first.std() / math.sqrt(len(first))
    assert abs(first.mean() - job_mtbf(1000.0, 50)) < 4 * error
    p = no_failure_probability(15.0, job_mtbf(1000.0, 50))
    assert abs((first > 15).mean() - p) < 4 * math.sqrt(p * (1 - p) / len(first))


def test_a_part_that_is_always_repaired_at_once_is_always_up() -> None:
    assert availability(100.0, 0.0) == 1
    assert availability(100.0, 100.0) == 0.5


def test_spares_against_a_job_that_is_played_out() -> None:
    """512 nodes, a failure of each in 200 days, five days of repair: 12.8 are away on average."""
    down = nodes_in_repair(512, 5 * DAY, 200 * DAY)
    assert down == pytest.approx(12.8)
    rng = np.random.default_rng(6)
    days = 40_000
    starts = np.sort(rng.uniform(0, days, rng.poisson(512 / 200 * days)))
    ends = np.sort(starts + rng.uniform(0, 10, len(starts)))  # five days on average, whatever shape
    looked = rng.uniform(50, days - 50, 20_000)
    away = np.searchsorted(starts, looked) - np.searchsorted(ends, looked)
    assert abs(away.mean() - down) < 0.2
    for confidence in (0.5, 0.9, 0.99):
        enough = spare_nodes(down, confidence)
        assert (away <= enough).mean() >= confidence - 0.01
        assert (away <= enough - 1).mean() < confidence + 0.01


@few
@given(st.floats(0, 300), st.floats(0, 0.999))
def test_more_confidence_takes_more_spares(down: float, confidence: float) -> None:
    assert spare_nodes(down, 0.9999) >= spare_nodes(down, confidence)
    assert spare_nodes(0.0, confidence) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: observed_mtbf(1.0, 0), "without a failure"),
        (lambda: spare_nodes(-1.0, 0.5), "from 0 to 500"),
        (lambda: spare_nodes(501.0, 0.5), "from 0 to 500"),
        (lambda: spare_nodes(1.0, 1.0), "below one"),
    ],
)
def test_what_has_no_answer_is_refused(call, says: str) -> None:
    with pytest.raises(OutsideValidity, match=says):
        call()
