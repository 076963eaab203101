"""Ranges of the time of collectives, held against measurements; what a step sees of them."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.answer import Answer
from hwmodels.bus_bandwidth import bus_factor, seconds_at_bus_bandwidth
from hwmodels.collectives import in_network_allreduce_seconds_bound
from hwmodels.communication import (
    ACROSS_CALL_SECONDS,
    BANDWIDTH_ONLY_FROM,
    NODE_CALL_SECONDS,
    collective_seconds,
    exposed,
)
from hwmodels.fabric import Fabric
from hwmodels.formula import OutsideValidity

from .published import rows

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
times = st.floats(0.0, 1e3)

CARD = 50e9  # the measured nodes have a network card of 400 Gbit/s for each device


def measured(row: dict[str, str]) -> float:
    every = int(row["devices"]) * int(row["nodes"])
    rate = float(row["printed_bus_gb"]) * 1e9
    return seconds_at_bus_bandwidth(bus_factor("all-reduce", every), float(row["payload"]), rate)


def modelled(row: dict[str, str]) -> Answer:
    devices, nodes = int(row["devices"]), int(row["nodes"])
    size, link = float(row["payload"]), float(row["link_gb"]) * 1e9
    if nodes > 1:
        return Fabric(devices, link, CARD).allreduce(nodes, size, call=ACROSS_CALL_SECONDS)
    switch = row["in_network"] == "yes"
    return collective_seconds(
        "all-reduce", devices, size, link, call=NODE_CALL_SECONDS, in_network=switch
    )


def test_the_ranges_hold_four_of_five_measurements_and_are_not_wide() -> None:
    found = [(modelled(row), measured(row)) for row in rows("collective_rates")]
    assert len(found) > 50
    assert sum(answer.covers(time) for answer, time in found) >= 0.8 * len(found)
    large = [modelled(row) for row in rows("collective_rates") if float(row["payload"]) >= 2**30]
    assert statistics.median(answer.width for answer in large) <= 1.5
    assert all(answer.kind == "estimate" for answer, _ in found)


def test_no_measured_time_is_below_the_bound() -> None:
    for row in rows("collective_rates"):
        devices, nodes = int(row["devices"]), int(row["nodes"])
        size, link = float(row["payload"]), float(row["link_gb"]) * 1e9
        fabric = Fabric(devices, link, CARD)
        bound = (
            fabric.allreduce_bound(nodes, size, in_network=True).low
            if nodes > 1
            else in_network_allreduce_seconds_bound(devices, size, link)
        )
        assert measured(row) >= bound, row


def test_a_small_payload_needs_the_time_of_a_call() -> None:
    with pytest.raises(OutsideValidity, match="4 MiB: below 16 MiB the latency"):
        collective_seconds("all-reduce", 8, 4 * 2**20, 450e9)
    known = collective_seconds("all-reduce", 8, 4 * 2**20, 450e9, call=(2e-5, 1e-4))
    assert known.low > 2e-5 and [term.name for term in known.terms] == ["bytes", "latency"]
    alone = collective_seconds("all-reduce", 8, BANDWIDTH_ONLY_FROM, 450e9)
    assert "latency left out" in alone.convention


def test_what_is_not_defined_is_refused() -> None:
    with pytest.raises(OutsideValidity, match="two devices"):
        collective_seconds("all-reduce", 1, 2**30, 450e9)
    with pytest.raises(OutsideValidity, match="all-gather has no sum"):
        collective_seconds("all-gather", 8, 2**30, 450e9, in_network=True)
    with pytest.raises(ValueError, match="no collective"):
        collective_seconds("allreduce", 8, 2**30, 450e9)
    with pytest.raises(ValueError, match="efficiency runs"):
        collective_seconds("all-reduce", 8, 2**30, 450e9, efficiency=(0.5, 1.2))


@few
@given(times, times)
def test_exposed_time_is_between_full_overlap_and_none(communication: float, work: float) -> None:
    seen = exposed((communication, communication), (work, work))
    assert seen.low == pytest.approx(max(0.0, communication - work), abs=1e-9)
    assert seen.high == communication


def test_ranges_of_communication_and_work_widen_what_is_exposed() -> None:
    seen = exposed((2.0, 5.0), (1.0, 3.0))
    assert (seen.low, seen.high, seen.kind) == (0.0, 5.0, "bound")
    assert exposed((4.0, 5.0), (1.0, 3.0)).low == 1.0
    with pytest.raises(ValueError, match="runs from 5"):
        exposed((5.0, 2.0), (1.0, 3.0))
