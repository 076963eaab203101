"""Micro-batches in flight: the published sums, and schedules that are played out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.schedules import (
    Schedule,
    in_flight_interleaved,
    interleaved_chunks,
    interleaved_factor,
    micro_batches_held,
)
from hwmodels.timeline import in_flight, stashed_versions

from .published import rows

few = settings(max_examples=60, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("row", rows("zero_bubble_activations"), ids=lambda r: f"{r['schedule']} {r['stages']}")  # fmt: skip
def test_the_first_stage_as_printed(row: dict[str, str]) -> None:
    p = int(row["stages"])
    ours = micro_batches_held(Schedule(row["schedule"]), 10 * p, p, 0, weight_share=32 / 34)
    assert ours == pytest.approx(float(row["printed_micro_batches"]))


def interleaved(m: int, p: int, v: int, i: int) -> int:
    """Most chunks in flight of Megatron's interleaved schedule: warm-up, then one for one."""
    whole = m * v
    ahead = min(whole, 2 * (p - i - 1) + (v - 1) * p)
    held = most = ahead
    for _ in range(whole - ahead):
        held += 1
        most = max(most, held)
        held -= 1
    return most


@few
@given(st.integers(1, 8), st.integers(1, 12), st.integers(2, 6), st.data())
def test_interleaved_stages_hold_what_the_schedule_played_out_holds(
    groups: int, p: int, v: int, data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, p - 1))
    m = groups * p
    held = in_flight_interleaved(m, interleaved_chunks(p, i, v), v)
    assert held == pytest.approx(interleaved(m, p, v, i) / v)


@few
@given(st.integers(1, 64), st.integers(2, 8))
def test_two_ways_to_the_first_interleaved_stage(p: int, v: int) -> None:
    held = in_flight_interleaved(10 * p, interleaved_chunks(p, 0, v), v)
    assert held == pytest.approx(p * interleaved_factor(p, v))


@few
@given(st.sampled_from(Schedule), st.integers(1, 200), st.integers(1, 64), st.floats(0, 1), st.data())  # fmt: skip
def test_never_more_than_there_are_and_never_less_than_one(
    schedule: Schedule, m: int, p: int, w: float, data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, p - 1))
    held = micro_batches_held(schedule, m, p, i, weight_share=w)
    assert 0 < held <= m
    if i == 0 or not w or schedule not in (Schedule.ZB_H1, Schedule.ZB_H2):
        assert held >= (1 if schedule is not Schedule.INTERLEAVED else 0.5)
    more = micro_batches_held(schedule, m + 1, p, i, weight_share=w)
    assert more >= held, "more micro-batches never lower the peak"


@few
@given(st.integers(1, 64), st.integers(1, 200))
def test_the_order_of_the_schedules(p: int, m: int) -> None:
    def first(schedule: Schedule) -> float:
        return float(micro_batches_held(schedule, m, p, 0))

    held = [first(s) for s in (Schedule.ONE_F_ONE_B, Schedule.INTERLEAVED)]
    assert held == sorted(held)
    assert first(Schedule.ZB_H1) == first(Schedule.ONE_F_ONE_B) <= first(Schedule.ZB_H2)
    assert first(Schedule.ZB_H2) <= first(Schedule.GPIPE) == m
    if p >= 4:
        assert first(Schedule.V_MIN) <= first(Schedule.V_HALF) <= first(Schedule.ZB_V)


def test_whole_micro_batches_are_counted_whole() -> None:
    assert in_flight(Schedule.ONE_F_ONE_B, 64, 8, 3) == 5
    with pytest.raises(ValueError, match="does not hold whole"):
        in_flight(Schedule.ZB_H1, 64, 8, 3)


def test_pipedream_keeps_a_version_for_each_micro_batch_in_flight() -> None:
    versions = [1 + stashed_versions(8, i) for i in range(8)]
    assert versions == [in_flight(Schedule.ONE_F_ONE_B, 64, 8, i) for i in range(8)]
