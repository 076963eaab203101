"""Gradient compression: bytes of codes and on the wire, and when a codec pays for itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import codecs, compression
from hwmodels.collectives import ring_allreduce_bytes
from hwmodels.compression_methods import CODECS, codec, codec_seconds, compression_gain
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
devices = st.integers(2, 2048)
elements = st.integers(1_000, 10**11)


def resnet_18() -> tuple[list[tuple[int, int]], int]:
    """Matrices of ResNet-18 for 32 x 32 images, outputs by inputs, and the elements of vectors."""
    matrices, vectors, inputs = [(64, 3 * 9)], 2 * 64, 64
    for width in (64, 128, 256, 512):
        for _ in range(2):
            matrices += [(width, inputs * 9), (width, width * 9)]
            vectors += 4 * width
            if inputs != width:
                matrices.append((width, inputs))
                vectors += 2 * width
            inputs = width
    return [*matrices, (10, 512)], vectors + 10


def test_low_rank_compresses_resnet_18_as_powersgd_says() -> None:
    matrices, rest = resnet_18()
    whole = sum(p * q for p, q in matrices) + rest
    assert whole == 11_173_962
    ratios = [codecs.model_ratio(matrices, rest, rank) for rank in (1, 2, 4)]
    assert ratios == pytest.approx([243, 136, 72], rel=0.005)
    assert codecs.low_rank_ratio(512, 4608, 1) == pytest.approx(461, rel=0.001)


@few
@given(st.integers(1, 4096), st.integers(1, 4096), st.integers(1, 64))
def test_the_ratio_of_low_rank_is_matrix_over_factors(p: int, q: int, r: int) -> None:
    ratio = p * q * 4 / codecs.low_rank_bytes(r, p, q, 4)
    assert codecs.low_rank_ratio(p, q, r) == pytest.approx(ratio)
    assert codecs.model_ratio([(p, q)], 0, min(r, p, q)) == pytest.approx(
        codecs.low_rank_ratio(p, q, min(r, p, q))
    )


def test_top_k_of_resnet_50_at_one_in_a_thousand() -> None:
    """97 MiB of gradient; Deep Gradient Compression sends 0.35 MB of it, indices with the rest."""
    gradient = 25_557_032 * 4
    assert gradient / 2**20 == pytest.approx(97, rel=0.01)
    code = codecs.sparse_bytes(25_557_032 // 1000, 4, 4)
    assert gradient / code == pytest.approx(500, rel=0.001)
    assert code < 0.35e6


@few
@given(st.integers(1, 10**6), st.integers(2, 1000))
def test_an_index_code_is_never_shorter_than_the_choices_need(k: int, sparsity: int) -> None:
    n = max(3, sparsity) * k
    choices = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2) / 8
    assert codecs.coded_index_bytes(k, n) <= choices * (1 + 1e-6) + 1e-6
    assert codecs.packed_index_bytes(k, n) >= codecs.coded_index_bytes(k, n)
    assert codecs.bitmap_bytes(n) >= choices * (1 - 1e-6)


def test_a_bitmap_is_shorter_than_indices_above_one_in_32() -> None:
    n = 2**20
    assert codecs.bitmap_bytes(n) == 4 * (n / 32)


def test_bits_of_quantisers() -> None:
    assert codecs.quantization_bits(np.array([1, 3, 4, 127])).tolist() == [2, 3, 4, 8]
    signs = codecs.quantized_bytes(1, 110e6, 1, 4)
    assert 110e6 * 4 / signs == pytest.approx(32, rel=1e-6)
    buckets = codecs.quantized_bytes(4, 2**20, 2**20 / 512, 4)
    assert buckets == 2**19 + 2**11 * 4


def test_error_feedback_holds_a_second_gradient() -> None:
    assert codecs.error_feedback_bytes(0, 64, 7e9, 4) == 28e9
    assert codecs.error_feedback_bytes(1, 64, 7e9, 4) == pytest.approx(28e9 * (1 + 1 / 64))


@few
@given(devices, st.floats(1.0, 1e12))
def test_codes_that_add_up_do_not_grow_with_the_devices(n: int, code: float) -> None:
    for method in CODECS.values():
        sent = method.bytes_sent(n, code)
        if method.path == "all-gather":
            assert sent == pytest.approx((n - 1) * code)
        else:
            assert sent == pytest.approx(ring_allreduce_bytes(n, code)) and sent < 2 * code


@few
@given(devices, elements, st.sampled_from([1, 2, 4, 8]))
def test_a_code_that_is_smaller_and_adds_up_sends_less(n: int, size: int, bits: int) -> None:
    code = codecs.quantized_bytes(bits, size, 1, 4)
    assert codec("1-bit Adam").bytes_sent(n, code) <= ring_allreduce_bytes(n, 4 * size)


@few
@given(st.floats(1.0, 1e4), st.floats(1e3, 1e12))
def test_gathering_loses_from_twice_the_ratio(ratio: float, gradient: float) -> None:
    n = compression.devices_where_gathering_loses(ratio)
    gathered = compression.gathered_code_bytes_sent(n, gradient / ratio)
    assert gathered == pytest.approx(ring_allreduce_bytes(n, gradient))
    more = compression.gathered_code_bytes_sent(n + 1, gradient / ratio)
    assert more > ring_allreduce_bytes(n + 1, gradient)


@few
@given(devices)
def test_density_from_which_gathered_top_k_loses(n: int) -> None:
    density = compression.density_where_gathering_loses(w=2, n=n, v=2, i=4)
    size = 1e9
    code = codecs.sparse_bytes(density * size, 2, 4)
    assert codec("top-k").bytes_sent(n, code) == pytest.approx(ring_allreduce_bytes(n, 2 * size))


def test_one_percent_of_top_k_loses_to_the_gradient_on_67_devices() -> None:
    density = compression.density_where_gathering_loses(2, np.array([66, 67, 1024]), 2, 4)
    assert (density > 0.01).tolist() == [True, False, False]


@few
@given(st.floats(1e6, 1e10), st.floats(1.0, 1e5), st.floats(1e-4, 1.0))
def test_at_the_break_even_bandwidth_nothing_is_won(dense: float, sent: float, cost: float) -> None:
    link = compression.break_even_bandwidth(dense, sent, cost)
    assert compression.compression_speedup(dense, sent, cost, link) == pytest.approx(1)
    assert compression.compression_speedup(dense, sent, cost, link / 2) > 1
    assert compression.compression_speedup(dense, sent, cost, link * 2) < 1
    at = compression.compression_saved_seconds(dense, sent, link, 0, cost)
    assert at == pytest.approx(0, abs=1e-9 * cost + 1e-12)


def test_the_curve_over_the_bandwidth_falls_from_the_ratio() -> None:
    links = np.geomspace(1e3, 1e13, 40)
    curve = compression.compression_speedup(1e9, 1e7, 5e-3, links)
    assert curve[0] == pytest.approx(100, rel=1e-3) and curve[-1] < 0.1
    assert (np.diff(curve) < 0).all()


def test_a_codec_that_sends_more_has_no_break_even() -> None:
    with pytest.raises(OutsideValidity, match="never pays"):
        compression.break_even_bandwidth(1e6, 2e6, 1e-3)


@few
@given(st.floats(1e6, 1e10), st.floats(1.0, 1e6), st.floats(1e9, 1e12), st.floats(0.0, 1.0))
def test_compressing_what_is_hidden_costs_the_codec(
    dense: float, sent: float, link: float, cost: float
) -> None:
    hidden = dense / link
    saved = compression.compression_saved_seconds(dense, sent, link, hidden, cost)
    assert saved == pytest.approx(-cost)
    bare = compression.compression_saved_seconds(dense, sent, link, 0.0, cost)
    assert saved <= bare + 1e-12


def test_gains_of_a_model_of_1_5_billion() -> None:
    """6 GB of gradient in 64 devices: low rank pays over 1 GB/s, and top-k of 10 % never does."""
    gradient, n = 6e9, 64
    cost = codec_seconds("PowerSGD", n, gradient, gradient / 100, (1e12, 2e12))
    slow = compression_gain(
        "PowerSGD", n, gradient, gradient / 100, link=(1e9, 1e9), cost=(cost.low, cost.high)
    )
    assert slow.low > 11 and [t.name for t in slow.terms] == ["without", "with", "codec"]
    hidden = compression_gain(
        "PowerSGD", n, gradient, gradient / 100, link=(1e9, 1e9), cost=(0.02, 0.05),
        hidden=(20.0, 30.0),
    )  # fmt: skip
    assert (hidden.low, hidden.high) == (-0.05, -0.02)
    top = codecs.sparse_bytes(0.1 * gradient / 4, 4, 4)
    for link in (1e8, 1e10, 1e12):
        lost = compression_gain("top-k", n, gradient, top, link=(link, link), cost=(0.0, 0.0))
        assert lost.high < 0


@few
@given(
    st.sampled_from(sorted(CODECS)), devices, st.floats(1e6, 1e10), st.floats(1.01, 1000.0),
    st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(1e9, 1e11),
)  # fmt: skip
def test_a_gain_holds_what_any_point_of_its_ranges_gives(
    name: str, n: int, gradient: float, ratio: float, at: float, hide: float, link: float
) -> None:
    code, method = gradient / ratio, codec(name)
    found = compression_gain(
        name, n, gradient, code, link=(link, 2 * link), cost=(0.01, 0.02), hidden=(0.0, 1.0)
    )
    rate, cost = link * (1 + at), 0.01 * (1 + at)
    dense, sent = ring_allreduce_bytes(n, gradient), method.bytes_sent(n, code)
    saved = max(dense / rate, hide) - max(sent / rate, hide) - cost
    slack = 1e-9 * max(1.0, abs(found.low), abs(found.high))
    assert found.low - slack <= saved <= found.high + slack


def test_a_codec_takes_longer_where_all_codes_are_decoded() -> None:
    few_codes = codec_seconds("signSGD", 8, 4e9, 4e9 / 32, (2e12, 2e12))
    many = codec_seconds("signSGD", 1024, 4e9, 4e9 / 32, (2e12, 2e12))
    assert many.low > few_codes.low
    adam = [codec_seconds("1-bit Adam", n, 4e9, 4e9 / 32, (2e12, 2e12)).low for n in (8, 1024)]
    assert adam[0] == adam[1]
    for method in CODECS.values():
        assert 0 < method.passes[0] <= method.passes[1]
        assert not method.feedback or method.passes[0] >= 2, "a residual is read and written"


def test_what_is_no_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="no codec 'zip': there are FP16"):
        codec("zip")
    with pytest.raises(OutsideValidity, match="by one device"):
        codec_seconds("top-k", 1, 1e9, 1e7, (1e12, 1e12))
    with pytest.raises(OutsideValidity, match="by one device"):
        compression_gain("top-k", 1, 1e9, 1e7, link=(1e9, 1e9), cost=(0.0, 0.0))
