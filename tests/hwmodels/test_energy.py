"""Energy and carbon of a job: bounds, estimates, and a measured node."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.energy import (
    DRAW_OF_TRAINING,
    carbon_emitted,
    device_time,
    energy_bound,
    energy_estimate,
    training_energy,
)
from hwmodels.formula import OutsideValidity
from hwmodels.units import to_base

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)
HOUR = 3600.0


def test_llama_65b_by_hand() -> None:
    """2,048 A100 for 21 days are a million GPU-hours, and 449 MWh at 400 W and a PUE of 1.1."""
    held = device_time(2048, 1022362 * HOUR / 2048)
    joules = training_energy(held, 400, 1.1)
    assert joules == pytest.approx(to_base(449, "MWh")[0], rel=2e-3)
    grams = carbon_emitted(joules, to_base(385, "g/kWh")[0])
    assert grams == pytest.approx(173e6, rel=2e-3)


@few
@given(st.floats(1, 1e9), st.floats(10, 1000), st.floats(1, 2))
def test_the_estimate_is_below_the_bound(held: float, watt: float, building: float) -> None:
    most, likely = energy_bound(held, watt, building), energy_estimate(held, watt, building)
    assert (most.kind, likely.kind, most.unit) == ("bound", "estimate", "J")
    assert most.low == 0 < likely.low < likely.high < most.high
    assert most.high == training_energy(held, watt, building)


@pytest.mark.parametrize("share", [8.4 / 10.2, 0.76])
def test_measured_nodes_draw_within_the_estimate(share: float) -> None:
    """Latif et al. 2025: at most 8.4 of 10.2 kW; Newkirk et al. 2025: 76 % of it."""
    low, high = DRAW_OF_TRAINING
    assert low <= share <= high


def test_a_building_that_takes_less_than_its_machines_is_refused() -> None:
    with pytest.raises(OutsideValidity, match="at least what its machines"):
        energy_bound(1.0, 1.0, 0.9)


def test_what_meters_the_whole_node_passes_the_bound_on_its_boards() -> None:
    """DGX A100: 6.5 kW at most (data sheet), of which eight boards of 400 W take 3.2 kW."""
    boards = energy_bound(8 * HOUR, 400, 1.0)
    assert boards.high < 6500 * HOUR, "and so the answer must say what it is of"
    for left_out in ("boards alone", "default power limit", "hosts", "network", "raised limits"):
        assert left_out in boards.convention
