"""Collectives: bytes, the bounds of any algorithm, bandwidth conventions, and algorithms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import bus_bandwidth as bus
from hwmodels import collective_algorithms as algorithms
from hwmodels import collectives
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
devices = st.integers(2, 4096)
sizes = st.floats(1.0, 1e12)
links = st.floats(1e9, 1e12)
latencies = st.floats(0.0, 1e-3)

ALLREDUCES = (
    algorithms.ring_allreduce_seconds,
    algorithms.tree_allreduce_seconds,
    algorithms.double_tree_allreduce_seconds,
    algorithms.halving_doubling_allreduce_seconds,
)


def test_a_ring_sends_nothing_alone_one_buffer_for_two_and_two_in_the_limit() -> None:
    sent = collectives.ring_allreduce_bytes(np.array([1, 2, 8, 1e9]), 1e9)
    assert sent.tolist() == pytest.approx([0, 1e9, 1.75e9, 2e9])


@few
@given(devices, sizes)
def test_an_allreduce_is_a_reduce_scatter_and_an_allgather(n: int, size: float) -> None:
    halves = 2 * collectives.exchange_bytes(n, size)
    assert collectives.ring_allreduce_bytes(n, size) == pytest.approx(halves)


@few
@given(devices, sizes)
def test_a_switch_that_adds_spares_at_most_half(n: int, size: float) -> None:
    least = collectives.allreduce_bytes_bound(n, size)
    ring = collectives.ring_allreduce_bytes(n, size)
    assert ring / 2 <= least <= ring
    assert least <= collectives.nvls_allreduce_bytes(n, size)
    assert collectives.allreduce_bytes_bound(2, size) == collectives.ring_allreduce_bytes(2, size)


@few
@given(devices, latencies, sizes, links)
def test_no_algorithm_beats_the_bound(n: int, a: float, size: float, link: float) -> None:
    bound = collectives.allreduce_seconds_bound(n, size, link)
    for algorithm in ALLREDUCES:
        assert algorithm(n, a, size, link) >= bound * (1 - 1e-12), algorithm.name
    in_network = collectives.in_network_allreduce_seconds_bound(n, size, link)
    assert algorithms.nvls_allreduce_seconds(n, a, size, link) >= in_network
    exchange = collectives.exchange_seconds_bound(n, size, link)
    assert algorithms.ring_exchange_seconds(n, a, size, link) >= exchange
    message = collectives.transfer_seconds_bound(size, link)
    for broadcast in (algorithms.tree_broadcast_seconds, algorithms.pipelined_broadcast_seconds):
        assert broadcast(n, a, size, link) >= message * (1 - 1e-12), broadcast.name


def test_without_latency_a_ring_and_halving_reach_the_bound() -> None:
    bound = collectives.allreduce_seconds_bound(64, 1e9, 4.5e11)
    assert algorithms.ring_allreduce_seconds(64, 0, 1e9, 4.5e11) == pytest.approx(bound)
    assert algorithms.halving_doubling_allreduce_seconds(64, 0, 1e9, 4.5e11) == pytest.approx(bound)
    assert algorithms.pipelined_broadcast_seconds(64, 0, 1e9, 4.5e11) == pytest.approx(1e9 / 4.5e11)


def test_trees_win_small_messages_and_rings_large_ones() -> None:
    ring, tree, double = ALLREDUCES[:3]
    small, large = (512, 5e-6, 1e4, 5e10), (512, 5e-6, 1e10, 5e10)
    assert tree(*small) < ring(*small) and double(*small) < ring(*small)
    assert ring(*large) < tree(*large)
    assert double(*large) == pytest.approx(ring(*large), rel=0.02)


@few
@given(devices, latencies, sizes, links)
def test_a_tree_reduces_up_and_broadcasts_down(n: int, a: float, size: float, link: float) -> None:
    up_and_down = 2 * algorithms.tree_broadcast_seconds(n, a, size, link)
    assert algorithms.tree_allreduce_seconds(n, a, size, link) == pytest.approx(up_and_down)
    latency = algorithms.tree_allreduce_seconds(n, a, 0, link)
    for algorithm in ALLREDUCES[2:]:
        assert algorithm(n, a, 0, link) == pytest.approx(latency), algorithm.name


def test_levels_of_a_tree_are_counted_exactly() -> None:
    """2^29 leaves are 29 levels, where log n / log 2 gives 29.000000000000004."""
    assert math.log(2**29) / math.log(2) > 29
    assert algorithms.tree_broadcast_seconds(2**29, 1.0, 0.0, 1.0) == 29
    assert algorithms.tree_broadcast_seconds(5, 1.0, 0.0, 1.0) == 3


def test_pieces_of_a_pipelined_broadcast_are_the_best() -> None:
    n, a, size, link = 16, 1e-5, 1e9, 5e10
    best = algorithms.pipelined_broadcast_seconds(n, a, size, link)
    pieces = np.arange(1, 20_000)
    times = (n - 2 + pieces) * (a + size / (pieces * link))
    assert times.min() == pytest.approx(best, rel=1e-6) and times.min() >= best * (1 - 1e-12)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("all-reduce", 2 * 7 / 8), ("reduce-scatter", 7 / 8), ("all-gather", 7 / 8),
        ("all-to-all", 7 / 8), ("broadcast", 1), ("reduce", 1), ("send-receive", 1),
    ],
)  # fmt: skip
def test_factors_are_those_of_nccl_tests(name: str, factor: float) -> None:
    assert bus.bus_factor(name, 8) == pytest.approx(factor)


@few
@given(st.sampled_from(sorted(bus.COLLECTIVES)), devices, sizes, st.floats(1e-6, 1e3))
def test_bandwidths_lead_back_to_the_time(name: str, n: int, size: float, time: float) -> None:
    factor = bus.bus_factor(name, n)
    rate = bus.bus_bandwidth(factor, bus.algorithm_bandwidth(size, time))
    assert bus.seconds_at_bus_bandwidth(factor, size, rate) == pytest.approx(time)


@few
@given(st.sampled_from(sorted(bus.COLLECTIVES)), devices, sizes, links)
def test_at_the_bound_the_bus_bandwidth_is_that_of_the_link(
    name: str, n: int, size: float, link: float
) -> None:
    bound = bus.collective(name).seconds_bound
    time = bound(n, size, link) if "n" in bound.args else bound(size, link)
    rate = bus.bus_bandwidth(bus.bus_factor(name, n), bus.algorithm_bandwidth(size, time))
    assert rate == pytest.approx(link)


def test_sums_in_the_switch_are_reported_above_the_link() -> None:
    time = algorithms.nvls_allreduce_seconds(8, 0, 1e9, 450e9)
    rate = bus.bus_bandwidth(bus.bus_factor("all-reduce", 8), bus.algorithm_bandwidth(1e9, time))
    assert rate == pytest.approx(450e9 * 2 * 7 / 9)


def test_what_is_no_collective_is_refused() -> None:
    with pytest.raises(ValueError, match="no collective 'gossip': there are all-reduce"):
        bus.bus_factor("gossip", 8)
    with pytest.raises(OutsideValidity, match="needs a device"):
        bus.bus_factor("all-reduce", 0.5)
    with pytest.raises(OutsideValidity, match="by one device"):
        algorithms.nvls_allreduce_seconds(1, 0, 1e9, 1e9)
