"""Money: rent, ownership, a token, and units until a design is paid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.cost import (
    ELECTRICITY,
    LIFETIME,
    YEAR,
    ownership_rate,
    payback_units,
    rental_cost,
    token_cost,
)
from hwmodels.energy import device_time
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
HOUR = 3600.0
prices = st.tuples(st.floats(1, 1e4), st.floats(1, 1e4)).map(lambda p: (min(p), max(p)))


def test_a_token_costs_what_the_devices_cost_while_it_is_made() -> None:
    """Eight devices at 2 dollars an hour and 10,000 tokens a second: 44 cents a million."""
    assert 1e6 * token_cost(2 / HOUR, 8, 10_000) == pytest.approx(0.444, abs=1e-3)
    tokens = 10_000 * HOUR
    assert token_cost(2 / HOUR, 8, 10_000) * tokens == pytest.approx(
        rental_cost(device_time(8, HOUR), 2 / HOUR)
    )


def test_owning_by_hand() -> None:
    """30,000 dollars over three years, used 80 % of them, and 700 W at a PUE of 1.2."""
    rate = ownership_rate(30_000, 3 * YEAR, 0.8, 700, 1.2, ELECTRICITY.value)
    assert rate * HOUR == pytest.approx(30_000 / (3 * 365 * 24 * 0.8) + 0.84 * 0.10)
    idle = ownership_rate(30_000, 3 * YEAR, 0.4, 700, 1.2, ELECTRICITY.value)
    assert rate < idle < 2 * rate, "half the use doubles the capital alone"
    with pytest.raises(OutsideValidity, match="all for nothing"):
        ownership_rate(1, 1, 0, 1, 1, 1)


@few
@given(prices, prices, st.floats(0, 1), st.floats(0, 1))
def test_every_pair_of_the_ranges_pays_within_the_answer(design, saving, at, beside) -> None:
    found = payback_units(design, saving)
    cost = design[0] + at * (design[1] - design[0])
    saved = saving[0] + beside * (saving[1] - saving[0])
    assert found.low * (1 - 1e-9) <= cost / saved <= found.high * (1 + 1e-9)
    assert (found.unit, found.kind) == ("device", "estimate")


def test_energy_alone_pays_for_a_design_late() -> None:
    """120 W over three years of service are worth 315 dollars a unit."""
    found = payback_units((298e6, 298e6), (0, 0), power=(120, 120))
    saved = 120 * LIFETIME.value * ELECTRICITY.value
    assert saved == pytest.approx(315.36)
    assert found.low == found.high == pytest.approx(298e6 / saved)
    assert [term.name for term in found.terms] == ["saved in price", "saved in energy"]


def test_a_unit_that_may_save_nothing_may_never_pay() -> None:
    assert payback_units((1e6, 2e6), (-100, 500)).high == float("inf")
    with pytest.raises(OutsideValidity, match="never pays"):
        payback_units((1e6, 2e6), (-100, 0))
