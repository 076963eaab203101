"""Links inside and between nodes: bounds that a hierarchy keeps, bottlenecks, bisection."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import topology
from hwmodels.collectives import allreduce_seconds_bound
from hwmodels.fabric import Fabric
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
fabrics = st.builds(
    Fabric, st.integers(2, 72), st.floats(1e10, 2e12), st.floats(1e9, 2e11), st.floats(1.0, 8.0)
)
nodes = st.integers(1, 1024)
sizes = st.floats(2.0**24, 2.0**36)
FULL = (1.0, 1.0)

B200 = Fabric(devices=8, inside=900e9, across=50e9)


@few
@given(fabrics, nodes, sizes)
def test_a_hierarchical_allreduce_never_beats_the_bound(f: Fabric, k: int, size: float) -> None:
    bound = f.allreduce_bound(k, size, in_network=False)
    assert f.allreduce(k, size, efficiency=FULL).low >= bound.low * (1 - 1e-12)
    assert f.allreduce_bound(k, size, in_network=True).low <= bound.low
    assert bound.kind == "bound"


@few
@given(fabrics, st.integers(1, 512), sizes)
def test_more_nodes_never_take_less(f: Fabric, k: int, size: float) -> None:
    for time in (f.allreduce, f.all_to_all):
        assert time(k + 1, size).low >= time(k, size).low * (1 - 1e-12)
    assert f.allreduce_bound(k + 1, size).low >= f.allreduce_bound(k, size).low * (1 - 1e-12)


def test_one_node_is_a_ring_inside() -> None:
    alone = B200.allreduce(1, 1e9, efficiency=FULL)
    assert alone.low == alone.high == pytest.approx(allreduce_seconds_bound(8, 1e9, 900e9))
    assert alone.terms[0].name == "inside nodes"


def test_the_slower_links_are_named_first() -> None:
    assert B200.allreduce(4, 2**30).terms[0].name == "between nodes"
    fast = Fabric(devices=8, inside=100e9, across=100e9)
    assert fast.allreduce(4, 2**30).terms[0].name == "inside nodes"


def test_oversubscription_slows_what_leaves_a_node() -> None:
    blocked = Fabric(8, 900e9, 50e9, oversubscription=4)
    free = B200.allreduce(4, 2**30).terms[0]
    assert blocked.allreduce(4, 2**30).terms[0].low == pytest.approx(4 * free.low)
    assert topology.oversubscribed_bandwidth(50e9, 4) == 12.5e9


def test_a_payload_on_one_card_is_four_times_too_slow() -> None:
    """4 GiB over 4 nodes of 8: 22.05 ms were measured where one card alone would take 86."""
    found = B200.allreduce(4, 4 * 2**30, efficiency=FULL)
    assert found.covers(22.05e-3)
    assert 3 * found.high < 4 * 2**30 / 50e9


def test_what_fabric_and_devices_cannot_do_is_refused() -> None:
    with pytest.raises(OutsideValidity, match="two devices"):
        Fabric(1, 1e11, 1e10).allreduce(1, 2**30)
    with pytest.raises(OutsideValidity, match="below 16 MiB"):
        B200.all_to_all(4, 2**20)
    with pytest.raises(ValueError, match="efficiency runs"):
        B200.allreduce(4, 2**30, efficiency=(0.0, 1.0))
    with pytest.raises(OutsideValidity, match="one device sends nothing"):
        topology.across_rate(1e11, 1, 1)


@few
@given(st.integers(1, 200), sizes, st.floats(1e9, 1e12))
def test_the_middle_of_a_fabric_is_crossed_by_pairs(n: int, size: float, middle: float) -> None:
    """Counted: each of n devices sends an n-th of its data to each other one."""
    left = n // 2
    crossing = left * (n - left) * size / n
    bound = topology.bisection_all_to_all_seconds_bound(n, size, middle)
    assert bound <= crossing / middle * (1 + 1e-12)
    if n % 2:
        assert bound == pytest.approx(crossing / middle)


def test_a_fat_tree_does_not_slow_an_all_to_all() -> None:
    """At full bisection the cards, not the middle, are the limit."""
    middle = topology.bisection_bandwidth(1024, 50e9, 1)
    by_middle = topology.bisection_all_to_all_seconds_bound(1024, 1e9, middle)
    by_card = topology.across_all_to_all_seconds_bound(128, 1e9, 50e9)
    assert by_middle < by_card
    blocked = topology.bisection_bandwidth(1024, 50e9, 4)
    assert topology.bisection_all_to_all_seconds_bound(1024, 1e9, blocked) > by_card


def test_ports_of_fat_trees() -> None:
    assert topology.two_tier_ports(64) == 2048
    assert topology.three_tier_ports(64) == 65536
