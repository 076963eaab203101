"""Kernels: known intensities, limits, and where measured kernels stand against the roof."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import attention, convolution, kernels
from hwmodels.catalog import find
from hwmodels.formula import OutsideValidity
from hwmodels.roofline import (
    arithmetic_intensity,
    attainable,
    lowest_ceiling,
    ridge,
    roofline_time,
    serial_time,
)
from hwmodels.roofline import attainable_through_cache as through_cache

SIZES = st.integers(1, 20_000)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(SIZES, SIZES, SIZES, st.integers(1, 64))
def test_intensity_is_work_over_traffic(m: int, n: int, k: int, b: int) -> None:
    flops, moved = kernels.gemm_flops(b, m, n, k), kernels.gemm_bytes(b, m, n, k, 2)
    reached = kernels.gemm_intensity(m, n, k, 2)
    assert reached == pytest.approx(arithmetic_intensity(flops, moved))
    assert reached < min(m, n, k), "at 16 bits below the shortest side"
    bound = kernels.gemm_seconds_bound(b, m, n, k, 2, 312e12, 2.039e12)
    assert bound == pytest.approx(roofline_time(flops, 312e12, moved, 2.039e12))


def test_a_square_product_has_a_third_of_its_side() -> None:
    assert kernels.gemm_intensity(3000, 3000, 3000, 2) == pytest.approx(1000)
    assert kernels.gemm_intensity(1, 1e9, 1e9, 2) == pytest.approx(1.0), "a vector times a matrix"


def test_attention_without_the_scores_moves_far_less() -> None:
    """GPT-2 medium as in FlashAttention's figure 2: 16 heads of 64, 1024 positions, batch 64."""
    shape = {"b": 64, "a": 16, "s": 1024, "k": 16, "c": 1024, "d": 64, "e": 2}
    fused, written = (
        f(**shape) for f in (attention.flash_attention_bytes, attention.score_attention_bytes)
    )
    assert written / fused == pytest.approx(1 + 1024 / 64)
    long = {**shape, "s": 8192, "c": 8192}
    assert attention.score_attention_bytes(**long) / written > 50
    assert attention.flash_attention_bytes(**long) / fused == 8


def test_the_causal_half_with_its_diagonal() -> None:
    whole = attention.attention_flops(1, 32, 4096, 4096, 128)
    half = attention.causal_attention_flops(1, 32, 4096, 128)
    assert half / whole == pytest.approx(0.5, rel=1e-3) and half > whole / 2
    assert attention.causal_attention_flops(1, 1, 1, 64) == attention.attention_flops(
        1, 1, 1, 1, 64
    )


def test_decoding_is_bound_by_memory_however_large_the_batch_unless_heads_share() -> None:
    (part,) = find("H100 SXM")
    at = ridge(part.rate("bf16").value, part.bandwidth.value)
    assert attention.decode_attention_intensity(32, 32, 2) == 1 < at
    assert attention.decode_attention_intensity(64, 8, 2) == 8 < at
    # DeepSeek-V2 and V3: 128 heads, rank 512, rotary 64: nearly at the ridge
    assert attention.latent_attention_intensity(128, 512, 64, 2) == pytest.approx(241.8, abs=0.05)
    flops = attention.attention_flops(32, 64, 1, 4096, 128)
    moved = attention.flash_attention_bytes(32, 64, 1, 8, 4096, 128, 2)
    assert arithmetic_intensity(flops, moved) < attention.decode_attention_intensity(64, 8, 2)
    longer = attention.flash_attention_bytes(32, 64, 1, 8, 1e9, 128, 2)
    assert attention.attention_flops(32, 64, 1, 1e9, 128) / longer == pytest.approx(8)


def test_norms_soft_max_and_sums_are_far_below_every_ridge() -> None:
    moved = kernels.norm_bytes(4096, 2, 8192, 2)
    assert kernels.layer_norm_flops(4096, 8192) / moved < 2
    assert kernels.rms_norm_flops(4096, 8192) / kernels.norm_bytes(4096, 1, 8192, 2) < 1
    assert kernels.softmax_flops(4096, 4096) / kernels.elementwise_bytes(1, 1, 4096**2, 2) == 1.25


def test_a_lookup_of_one_row_reads_it_once() -> None:
    """A thousand tokens, all alike, against all different."""
    alike, different = (kernels.lookup_bytes(u, 1000, 4096, 2, 8) for u in (1, 1000))
    assert different - alike == 999 * 4096 * 2
    assert alike == 1001 * 4096 * 2 + 8000


def test_adam_in_32_bits_with_a_16_bit_gradient_moves_28_bytes() -> None:
    assert kernels.adam_bytes(1, 4, 4, 2, 2) == 28
    assert kernels.adam_flops(1) / 28 < 0.5
    (part,) = find("A100-SXM4-80GB")
    moved = kernels.adam_bytes(7e9, 4, 4, 2, 2)
    assert moved / part.bandwidth.value == pytest.approx(0.0961, rel=1e-3)


def test_resnet_50_first_layer() -> None:
    """7 x 7 of stride 2 on 224 x 224: 118 million multiply-adds (He et al., 2015, table 1)."""
    side = convolution.convolution_extent(224, 3, 1, 7, 2)
    assert side == 112
    flops = convolution.convolution_flops(1, 64, side, side, 3, 7, 7, 1)
    assert flops == 2 * 118_013_952
    depthwise = convolution.convolution_flops(1, 64, 112, 112, 64, 3, 3, 64)
    assert depthwise == 2 * 64 * 112 * 112 * 9
    moved = convolution.convolution_bytes(1, 3, 224, 224, 64, 7, 7, 1, side, side, 4)
    assert moved == 4 * (3 * 224**2 + 64 * 3 * 49 + 64 * 112**2)


def test_a_one_by_one_convolution_is_a_matrix_product() -> None:
    as_product = kernels.gemm_flops(1, 8 * 56 * 56, 256, 64)
    assert convolution.convolution_flops(8, 256, 56, 56, 64, 1, 1, 1) == as_product
    moved = convolution.convolution_bytes(8, 64, 56, 56, 256, 1, 1, 1, 56, 56, 2)
    assert moved == kernels.gemm_bytes(1, 8 * 56 * 56, 256, 64, 2)


def test_a_filter_larger_than_its_image_is_refused() -> None:
    with pytest.raises(OutsideValidity, match="larger than the padded image"):
        convolution.convolution_extent(4, 0, 1, 7, 1)
    with pytest.raises(OutsideValidity, match="larger than the padded image"):
        convolution.convolution_extent(np.array([4, 64]), 0, 1, 7, 1)


def test_several_ceilings() -> None:
    memory, cache, peak = 60 * 2.039e12, 40 * 5e12, 312e12
    found = lowest_ceiling({"peak": peak, "memory": memory, "L2": cache})
    assert [t.name for t in found.terms] == ["memory", "L2", "peak"]
    assert found.kind == "bound" and (found.low, found.high) == (0, memory)
    assert through_cache(peak, 60, 2.039e12, 40, 5e12) == memory
    assert through_cache(peak, 60, 2.039e12, 1e9, 5e12) == attainable(peak, 60, 2.039e12)
    with pytest.raises(ValueError, match="needs a ceiling"):
        lowest_ceiling({})


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(st.floats(1e6, 1e15), st.floats(1e3, 1e12))
def test_without_overlap_at_most_twice_as_long(flops: float, moved: float) -> None:
    best = roofline_time(flops, 312e12, moved, 2e12)
    assert best <= serial_time(flops, 312e12, moved, 2e12) <= 2 * best * (1 + 1e-12)
