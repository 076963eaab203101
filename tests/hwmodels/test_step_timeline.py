"""A step by stage and phase: the ends of the pipeline, the peak, and what makes it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.optimizers import RECIPES
from hwmodels.schedules import Schedule
from hwmodels.step_timeline import fullest, step_timeline
from hwmodels.training_memory import PHASES, phases, training_memory

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)
LLAMA = Decoder(32, 4096, 32, 32, 128, 11008, 32000)
ADAM = RECIPES["mixed-adam-18"]


@few
@given(
    st.sampled_from(Schedule), st.sampled_from([1, 2, 4, 8, 16, 32]), st.integers(1, 64),
    st.integers(0, 3),
)  # fmt: skip
def test_the_fullest_stage_is_what_a_single_check_finds(
    schedule: Schedule, p: int, m: int, zero: int
) -> None:
    layout, batch = Layout(pipeline=p, data=8, zero=zero, schedule=schedule), Batch(4096, 1, m)
    stages = step_timeline(LLAMA, layout, batch, ADAM)
    assert [s.stage for s in stages] == list(range(p))
    found = training_memory(LLAMA, layout, batch, ADAM)
    assert fullest(stages).peak[1] == pytest.approx(found.high)
    for s in stages:
        assert all(low <= high * (1 + 1e-9) for low, high in s.totals)
        assert s.peak[1] == sum(s.high[s.at].values()) and s.high[s.at][s.largest] > 0


@few
@given(st.sampled_from(Schedule), st.sampled_from([1, 2, 4, 8, 16, 32]), st.booleans())
def test_the_stages_hold_the_whole_model(schedule: Schedule, p: int, tied: bool) -> None:
    model = Decoder(32, 4096, 32, 32, 128, 11008, 32000, tied=tied)
    stages = step_timeline(model, Layout(pipeline=p, schedule=schedule), Batch(128, 1, 64), ADAM)
    held = sum(s.high["forward"]["weights"] for s in stages) / ADAM.weights
    # A tied table that both ends of a pipeline use is there twice.
    twice = model.table if tied and p > 1 and not schedule.folded else 0
    assert held == pytest.approx(model.parameters - model.hidden + twice)


def test_the_first_stage_has_the_most_in_flight_and_the_last_the_logits() -> None:
    stages = step_timeline(LLAMA, Layout(pipeline=8), Batch(4096, 1, 64), ADAM)
    flight = [s.high["forward"]["activations"] for s in stages]
    assert flight == pytest.approx([flight[-1] * (8 - i) for i in range(8)])
    logits = [s.high["forward"]["logits"] for s in stages]
    assert logits[:-1] == [0] * 7 and logits[-1] > 0
    first = stages[0]
    assert (first.at, first.largest) == ("backward", "activations")
    assert len(first.totals) == len(PHASES)


def test_after_a_flush_no_activations_are_left() -> None:
    stages = step_timeline(LLAMA, Layout(pipeline=4), Batch(4096, 1, 16), ADAM)
    assert all("activations" not in s.high[p] for s in stages for p in ("reduce", "optimizer"))


@pytest.mark.parametrize("p", [0, 2.5, 64])
def test_a_pipeline_that_there_is_not(p: float) -> None:
    with pytest.raises(ValueError, match="whole number of stages"):
        step_timeline(LLAMA, Layout(pipeline=p), Batch(128), ADAM)


def test_a_stage_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="stages run from 0 to 3"):
        phases(LLAMA, Layout(pipeline=4), Batch(128), ADAM, 4)
