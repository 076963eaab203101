"""Memory of a served model: quantised weights, cache, blocks, what fits beside the weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.decode import kv_bytes_per_position
from hwmodels.inference_memory import (
    BLOCK,
    blocks_needed,
    device_kv_bytes,
    double_quantised_width,
    forward_workspace_bytes,
    kv_cache_bytes,
    largest_batch,
    largest_context,
    paged_waste_bound,
    preallocated_share,
    quantised_width,
)
from hwmodels.serving import (
    Load,
    Served,
    inference_bytes,
    inference_memory,
    inference_memory_bound,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
OPT_13B = kv_bytes_per_position(40, 40, 128, 2)


def test_groups_of_128_with_a_scale_and_a_zero_point() -> None:
    assert quantised_width(4, 16, 0, 128) == (4 + 0.125) / 8
    assert quantised_width(4, 16, 4, 128) == pytest.approx((4 + 20 / 128) / 8)


def test_double_quantisation_as_qlora_prints_it() -> None:
    """0.5 bits of scales become 0.127: Dettmers et al., QLoRA, section 3."""
    once = 8 * quantised_width(4, 32, 0, 64)
    twice = 8 * double_quantised_width(4, 8, 64, 32, 256)
    assert once == 4.5 and twice == pytest.approx(4.127, abs=5e-4)
    assert once - twice == pytest.approx(0.373, abs=5e-4)


def test_opt_13b_as_in_the_paper_on_paging() -> None:
    """800 KB a token, 1.6 GB a sequence of 2,048; 26 GB of weights are 65 % of an A100 of 40 GB."""
    assert OPT_13B == 800 * 1024
    assert kv_cache_bytes(1, 2048, OPT_13B) / 2**30 == pytest.approx(1.6, rel=0.03)
    served = Served(13e9, 2, OPT_13B, 40)
    found = inference_memory_bound(served, Load(1, 2048))
    assert found.terms[0].name == "weights" and found.terms[0].low / 40e9 == pytest.approx(0.65)
    assert largest_batch(40e9, 26e9, 2048, OPT_13B) == 8


@few
@given(st.integers(1, 512), st.integers(1, 100_000), st.sampled_from([1, 8, 16, 32]))
def test_paging_wastes_less_than_a_block_a_sequence(b: int, c: int, block: int) -> None:
    held = blocks_needed(b, c, block) * block * OPT_13B
    waste = held - kv_cache_bytes(b, c, OPT_13B)
    assert 0 <= waste <= paged_waste_bound(b, block, OPT_13B)
    worst = blocks_needed(b, block * c + 1, block) * block - b * (block * c + 1)
    assert worst * OPT_13B == paged_waste_bound(b, block, OPT_13B), "the bound is reached"


def test_a_contiguous_cache_is_mostly_empty() -> None:
    assert preallocated_share(512, 2048) == 0.25
    found = inference_memory(Served(13e9, 2, OPT_13B, 40), Load(8, 512, reserved=2048))
    parts = {t.name: t for t in found.terms}
    assert parts["cache reserved in vain"].low == 3 * parts["cache"].low
    with pytest.raises(ValueError, match="fewer positions are reserved"):
        inference_memory(Served(13e9, 2, OPT_13B, 40), Load(8, 4096, reserved=2048))


def test_heads_that_are_too_few_are_repeated() -> None:
    assert device_kv_bytes(8.0, 4, 8) == 2 and device_kv_bytes(8.0, 16, 8) == 1
    assert device_kv_bytes(8.0, 16, 1) == 8, "one head, or one latent, is on every device"


def test_a_bound_allows_a_cache_that_is_shared_by_positions() -> None:
    """One latent head: tensor parallelism keeps it whole on 8 devices, attention by data does not."""
    latent = Served(671e9, 1, 70272.0, 1)
    load = Load(256, 32768, tensor=8)
    bound, found = inference_memory_bound(latent, load), inference_memory(latent, load)
    whole = kv_cache_bytes(256, 32768, 70272.0)
    assert {t.name: t.low for t in bound.terms}["cache"] == whole / 8
    assert {t.name: t.low for t in found.terms}["cache"] == whole


@few
@given(st.floats(1e9, 1e11), st.floats(1e8, 2e11), st.integers(1, 100_000), st.floats(1e3, 1e7))
def test_what_fits_fits_and_one_more_does_not(C: float, M: float, c: int, K: float) -> None:
    b = largest_batch(C, M, c, K)
    assert b == int(b) >= 0
    if b:
        assert M + kv_cache_bytes(b, c, K) <= C * (1 + 1e-9)
        assert largest_context(C, M, b, K) >= c * (1 - 1e-9)
    assert M + kv_cache_bytes(b + 1, c, K) > C * (1 - 1e-9)


loads = st.builds(
    Load, batch=st.integers(1, 256), context=st.integers(1, 32768),
    tensor=st.sampled_from([1, 2, 8]), pipeline=st.sampled_from([1, 2, 4]),
)  # fmt: skip


@few
@given(loads, st.booleans())
def test_the_bound_is_below_the_estimate_and_the_waste_is_bounded(load: Load, quant: bool) -> None:
    served = Served(7e9, 0.52 if quant else 2, 131072.0, 8, 0.5e9 if quant else 0.0, 4096, 14336)
    bound, found = inference_memory_bound(served, load), inference_memory(served, load)
    assert bound.kind == "bound" and found.kind == "estimate"
    assert bound.low <= found.low * (1 + 1e-12) and found.low < found.high
    if not quant:
        assert bound.low == pytest.approx(found.low), "8 heads share among at most 8 devices"
    each = device_kv_bytes(served.kv_bytes, load.tensor, 8) / load.pipeline
    work = forward_workspace_bytes(load.chunk, 2, 4096, 14336 / load.tensor)
    assert found.high - found.low == pytest.approx(
        paged_waste_bound(load.batch, BLOCK, each) + work
    )
    wider = Load(load.batch, load.context, 2 * load.tensor, load.pipeline)
    assert inference_memory(served, wider).high <= found.high, "more devices hold less each"


def test_a_sweep_is_its_single_checks() -> None:
    served = Served(70e9, 2, 327680.0, 8, hidden=8192, feed_forward=28672)
    batch, tensor = np.arange(1, 65), 2.0 ** (np.arange(64) % 4)
    low, high = inference_bytes(served, Load(batch, 4096, tensor))
    for i in range(64):
        one = inference_memory(served, Load(int(batch[i]), 4096, float(tensor[i])))
        assert (one.low, one.high) == (pytest.approx(low[i]), pytest.approx(high[i]))
