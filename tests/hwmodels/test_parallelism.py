"""What a training step sends, by kind of parallelism, and the products that must hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import parallelism
from hwmodels.collectives import exchange_bytes, ring_allreduce_bytes
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
degrees = st.integers(1, 64)
sizes = st.floats(1.0, 1e12)


def test_the_products_of_gpt_3_on_1024_devices() -> None:
    """Megatron-LM's 175B: tensor 8, pipeline 16, data 8; 192 micro-batches of one sequence."""
    assert parallelism.devices(t=8, c=1, p=16, d=8) == 1024
    assert parallelism.global_batch(b=1, m=192, d=8) == 1536


@few
@given(st.integers(1, 1024), sizes)
def test_zero_sends_what_an_allreduce_sends_and_half_more_at_stage_3(n: int, size: float) -> None:
    plain = ring_allreduce_bytes(n, size)
    assert parallelism.zero_2_bytes_sent(n, size, size) == pytest.approx(plain)
    assert parallelism.zero_3_bytes_sent(n, size) == pytest.approx(1.5 * plain)
    assert parallelism.fsdp_bytes_sent(1, n, size, size) == pytest.approx(1.5 * plain)


def test_sharding_gathers_again_for_every_micro_batch() -> None:
    once = parallelism.fsdp_bytes_sent(1, 64, 14e9, 14e9)
    assert parallelism.fsdp_bytes_sent(8, 64, 14e9, 14e9) == 8 * once


@few
@given(st.integers(1, 64), st.integers(2, 64), sizes)
def test_copies_exchange_only_their_shard(r: int, n: int, size: float) -> None:
    across = parallelism.hsdp_replica_bytes_sent(r, size, n)
    assert across == pytest.approx(ring_allreduce_bytes(r, size) / n)


@few
@given(st.integers(1, 64), st.integers(1, 8), st.integers(1, 65536), st.integers(64, 16384))
def test_tensor_parallelism_is_four_allreduces_of_the_activations(
    t: int, b: int, s: int, h: int
) -> None:
    shape = {"t": t, "b": b, "s": s, "h": h, "e": 2}
    whole = parallelism.tensor_parallel_bytes_sent(f=4, x=0, **shape)
    assert whole == pytest.approx(4 * ring_allreduce_bytes(t, 2 * b * s * h))
    halves = 8 * exchange_bytes(t, 2 * b * s * h)
    assert whole == pytest.approx(halves), "sequence parallelism sends the same in two halves"
    more = parallelism.tensor_parallel_bytes_sent(f=4, x=2, **shape)
    assert more == pytest.approx(1.25 * whole), "two gathers on top of eight"


def test_one_device_of_a_degree_sends_nothing() -> None:
    assert parallelism.tensor_parallel_bytes_sent(4, 0, 1, 1, 2048, 12288, 2) == 0
    assert parallelism.expert_parallel_bytes_sent(4, 1, 1, 2, 1, 2048, 4096, 2) == 0
    assert parallelism.context_parallel_bytes_sent(6, 1, 1, 2048, 1024, 2) == 0
    assert parallelism.zero_2_bytes_sent(1, 1e9, 1e9) == 0


def test_a_pipeline_sends_activations_on_and_gradients_back() -> None:
    once = parallelism.pipeline_bytes_sent(v=1, m=1, b=1, s=2048, h=12288, e=2, t=1)
    assert once == 2 * 2048 * 12288 * 2
    assert parallelism.pipeline_bytes_sent(1, 1, 1, 2048, 12288, 2, t=8) == once / 8
    assert parallelism.pipeline_bytes_sent(3, 64, 1, 2048, 12288, 2, 1) == 3 * 64 * once


def test_experts_send_each_token_out_and_back() -> None:
    """Two experts of 4,096 tokens of 4,096 values in 16 bits, over eight devices: 117 MB a way."""
    way = parallelism.expert_parallel_bytes_sent(1, 8, 1, 2, 1, 4096, 4096, 2)
    assert way == pytest.approx(7 / 8 * 2 * 4096 * 4096 * 2)
    assert parallelism.expert_parallel_bytes_sent(4, 8, 1.25, 2, 1, 4096, 4096, 2) == 5 * way
    with pytest.raises(OutsideValidity, match="drops tokens"):
        parallelism.expert_parallel_bytes_sent(2, 8, 0.5, 2, 1, 4096, 4096, 2)


@few
@given(st.integers(2, 64), st.integers(1024, 131072))
def test_exchanging_heads_sends_less_the_more_devices_where_a_ring_does_not(c: int, s: int) -> None:
    def heads(c: int) -> float:
        return parallelism.ulysses_bytes_sent(4, c, 1, s, 4096, 2)

    def ring(c: int) -> float:
        return parallelism.context_parallel_bytes_sent(2, c, 1, s, 4096, 2)

    assert heads(c + 1) <= heads(c) and ring(c + 1) >= ring(c)
    assert heads(c) == pytest.approx(2 / c * ring(c))


@few
@given(degrees, degrees)
def test_more_devices_never_send_less(n: int, more: int) -> None:
    for sent in (
        lambda n: parallelism.zero_2_bytes_sent(n, 1e9, 1e9),
        lambda n: parallelism.zero_3_bytes_sent(n, 1e9),
        lambda n: parallelism.fsdp_bytes_sent(4, n, 1e9, 1e9),
        lambda n: parallelism.tensor_parallel_bytes_sent(4, 2, n, 1, 2048, 4096, 2),
        lambda n: parallelism.expert_parallel_bytes_sent(4, n, 1, 2, 1, 2048, 4096, 2),
        lambda n: parallelism.context_parallel_bytes_sent(6, n, 1, 2048, 1024, 2),
    ):
        assert sent(n + more) >= sent(n)
