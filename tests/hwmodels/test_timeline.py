"""The memory of a step: what is live in each phase, and how recomputation and schedules change it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.memory import RECIPES, zero_bytes_per_device
from hwmodels.timeline import (
    Phase,
    Schedule,
    activation_bytes,
    activations_in_flight,
    fused_activation_bytes,
    in_flight,
    interleaved_factor,
    recomputed_activation_bytes,
    tensor_parallel_activation_bytes,
    tensor_parallel_fused_activation_bytes,
    timeline,
    version_bytes,
    worst,
)

shapes = st.fixed_dictionaries({
    "s": st.integers(1, 65536), "b": st.integers(1, 64), "h": st.integers(64, 32768),
})  # fmt: skip
few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@few
@given(shapes, st.integers(1, 128), st.integers(1, 64))
def test_what_is_recomputed_or_shared_is_not_held(shape: dict[str, int], a: int, t: int) -> None:
    shared = activation_bytes(**shape, a=a, t=t)
    own = tensor_parallel_activation_bytes(**shape, a=a, t=t)
    assert fused_activation_bytes(**shape, t=t) < shared <= own
    assert tensor_parallel_fused_activation_bytes(**shape, t=t) < own
    assert recomputed_activation_bytes(**shape) < tensor_parallel_fused_activation_bytes(
        **shape, t=t
    )


@few
@given(shapes, st.integers(1, 128))
def test_on_one_device_sequence_parallelism_changes_nothing(shape: dict[str, int], a: int) -> None:
    assert activation_bytes(**shape, a=a, t=1) == pytest.approx(
        tensor_parallel_activation_bytes(**shape, a=a, t=1)
    )
    assert fused_activation_bytes(**shape, t=1) == pytest.approx(
        tensor_parallel_fused_activation_bytes(**shape, t=1)
    )


def test_a_layer_of_13b() -> None:
    """40 heads of 128, 2,048 positions, one sequence, eight devices: 149 MB; eight of five layers 6 GB."""
    layer = activation_bytes(s=2048, b=1, h=5120, a=40, t=8)
    assert layer == pytest.approx(149.4e6, rel=1e-3)
    assert activations_in_flight(8, 5, layer) == pytest.approx(5.98e9, rel=1e-3)


@pytest.mark.parametrize(
    ("schedule", "m", "p", "stage", "held"),
    [
        (Schedule.ONE_F_ONE_B, 64, 8, 0, 8),
        (Schedule.ONE_F_ONE_B, 64, 8, 7, 1),
        (Schedule.ONE_F_ONE_B, 3, 8, 0, 3),
        (Schedule.GPIPE, 64, 8, 7, 64),
    ],
)
def test_micro_batches_in_flight(schedule: Schedule, m: int, p: int, stage: int, held: int) -> None:
    assert in_flight(schedule, m, p, stage) == held


def simulated(m: int, p: int, stage: int) -> int:
    """Most micro-batches in flight when 1F1B is played: warm-up, alternation, drain."""
    ahead = min(m, p - 1 - stage)
    held = most = ahead
    for _ in range(m - ahead):
        held += 1
        most = max(most, held)
        held -= 1
    return max(most, held)


@few
@given(st.integers(1, 200), st.integers(1, 64), st.data())
def test_in_flight_is_what_the_schedule_played_out_holds(
    m: int, p: int, data: st.DataObject
) -> None:
    stage = data.draw(st.integers(0, p - 1))
    assert in_flight(Schedule.ONE_F_ONE_B, m, p, stage) == simulated(m, p, stage)


@pytest.mark.parametrize(("m", "p", "stage"), [(0, 8, 0), (4, 8, 8), (4, 8, -1)])
def test_a_pipeline_that_there_is_not(m: int, p: int, stage: int) -> None:
    with pytest.raises(ValueError, match="stages count from 0"):
        in_flight(Schedule.ONE_F_ONE_B, m, p, stage)


def test_the_first_stage_of_an_interleaved_schedule_holds_up_to_twice_as_much() -> None:
    assert interleaved_factor(1, 2) == 1
    assert interleaved_factor(8, 2) == pytest.approx(1.4375)
    assert 1 < interleaved_factor(64, 1) < 2


def test_with_a_flush_nothing_is_in_flight_at_the_update() -> None:
    states, versions, one = [10.0] * 4, [2.0] * 4, [1.0] * 4
    stages = timeline(Schedule.ONE_F_ONE_B, 16, states, versions, one)
    first, last = stages[0], stages[-1]
    assert first.in_flight == (4, 4, 4, 0)
    assert first.totals == (16.0, 16.0, 16.0, 12.0)
    assert (first.peak, first.at, first.open_at_commit) == (16.0, Phase.STEADY, 0)
    assert last.in_flight == (1, 1, 1, 0)
    assert worst(stages) is first


def test_without_a_flush_the_next_step_is_in_flight_at_the_update() -> None:
    stages = timeline(Schedule.ONE_F_ONE_B, 16, [10.0] * 4, [2.0] * 4, [1.0] * 4, flush=False)
    assert [s.open_at_commit for s in stages] == [4, 3, 2, 1]
    assert stages[0].totals == (16.0,) * 4


def test_the_stage_with_the_largest_state_may_be_the_worst() -> None:
    stages = timeline(Schedule.ONE_F_ONE_B, 16, [1.0, 1.0, 20.0], [0.0] * 3, [1.0] * 3)
    assert worst(stages).stage == 2 and worst(stages).peak == 21.0


@few
@given(
    st.sampled_from((Schedule.GPIPE, Schedule.ONE_F_ONE_B)), st.integers(1, 32), st.integers(1, 8), st.floats(0, 1e9),
    st.floats(0, 1e9), st.floats(1, 1e9), st.booleans(),
)  # fmt: skip
def test_more_of_anything_never_lowers_the_peak(
    schedule: Schedule, m: int, p: int, state: float, version: float, one: float, flush: bool
) -> None:
    def peaks(m: int, state: float, version: float, one: float) -> list[float]:
        made = timeline(schedule, m, [state] * p, [version] * p, [one] * p, flush=flush)
        return [s.peak for s in made]

    base = peaks(m, state, version, one)
    more = (m + 1, 2 * state, 2 * version, 2 * one)
    for i in range(4):
        args = [m, state, version, one]
        args[i] = more[i]
        grown = peaks(*args)  # type: ignore[arg-type]
        assert all(g >= b for g, b in zip(grown, base, strict=True))
    assert base == sorted(base, reverse=True), "an earlier stage never holds less"


@pytest.mark.parametrize("sizes", [([], [], []), ([1.0], [], [1.0]), ([1.0], [1.0], [1.0, 1.0])])
def test_every_stage_needs_its_sizes(sizes: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueError, match="for every stage"):
        timeline(Schedule.GPIPE, 4, *sizes)


def test_versions_of_16_bit_weights() -> None:
    """Four more versions of 203 M parameters in BF16; the state itself with sharded Adam."""
    assert version_bytes(4, 203.1e6, 2) == pytest.approx(1.625e9, rel=1e-3)
    state = zero_bytes_per_device(203.1e6, RECIPES["mixed-adam-16"], 8, 1)
    assert state == pytest.approx(1.117e9, rel=1e-3)
