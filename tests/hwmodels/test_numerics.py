"""Formats against every code that they have, published limits, and sums that are really added up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formats import rounded
from hwmodels.numerics import (
    FORMATS,
    Format,
    accumulation_error_bound,
    accumulation_error_typical,
    longest_sum,
    loss_scale_saving,
    overflow_share,
    quantization_noise,
    quantization_snr,
    scaled_limit,
    share_below,
    underflow_share,
)

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
PUBLISHED = [
    # name, smallest subnormal, smallest normal, largest
    ("FP16", 5.960464477539063e-08, 6.103515625e-05, 65504.0),
    ("BF16", 9.183549615799121e-41, 1.1754943508222875e-38, 3.3895313892515355e38),
    ("FP32", 1.401298464324817e-45, 1.1754943508222875e-38, 3.4028234663852886e38),
    ("FP8 E4M3", 2.0**-9, 2.0**-6, 448.0),
    ("FP8 E5M2", 2.0**-16, 2.0**-14, 57344.0),
]


@pytest.mark.parametrize(("name", "subnormal", "normal", "largest"), PUBLISHED)
def test_published_limits(name: str, subnormal: float, normal: float, largest: float) -> None:
    made = FORMATS[name]
    assert (made.subnormal, made.normal, made.largest) == (subnormal, normal, largest)


@pytest.mark.parametrize(("name", "kind"), [("FP16", np.float16), ("FP32", np.float32)])
def test_against_the_formats_of_numpy(name: str, kind: type) -> None:
    made, info = FORMATS[name], np.finfo(kind)
    assert made.largest == float(info.max)
    assert made.normal == float(info.smallest_normal)
    assert made.subnormal == float(info.smallest_subnormal)
    assert made.unit_roundoff == float(info.eps) / 2


def values(made: Format) -> Iterator[float]:
    """Every positive finite number of a format, decoded from its codes."""
    top = 2**made.exponent - 1
    for stored in range(top + 1):
        for bits in range(2**made.mantissa):
            if stored == top and (made.reserved < 0 or bits >= 2**made.mantissa - made.reserved):
                continue
            leading, power = (0, 1) if stored == 0 else (1, stored)
            yield math.ldexp(leading + bits / 2**made.mantissa, power - made.bias)


@pytest.mark.parametrize("name", ["FP16", "BF16", "FP8 E4M3", "FP8 E5M2"])
def test_against_every_code(name: str) -> None:
    made = FORMATS[name]
    found = sorted(v for v in values(made) if v)
    assert found[0] == made.subnormal and found[-1] == made.largest
    full = [v for v in found if v >= made.normal]
    assert full[0] == made.normal
    gaps = [(b - a) / a for a, b in pairwise(full)]
    assert max(gaps) / 2 == pytest.approx(made.unit_roundoff)


def test_bf16_has_the_range_of_fp32_and_fp16_the_digits() -> None:
    assert FORMATS["BF16"].normal == FORMATS["FP32"].normal
    assert FORMATS["FP16"].unit_roundoff < FORMATS["BF16"].unit_roundoff
    assert FORMATS["FP16"].normal > FORMATS["BF16"].normal
    assert all(f.source for f in FORMATS.values())


@pytest.mark.parametrize(("median", "decades"), [(1e-6, 1.0), (1e-4, 0.5), (3e-3, 1.5)])
def test_share_below_against_simulation(median: float, decades: float) -> None:
    rng = np.random.default_rng(3)
    drawn = median * 10 ** (decades * rng.standard_normal(200_000))
    for limit in (FORMATS["FP16"].normal, FORMATS["FP16"].subnormal):
        p = share_below(limit, median, decades)
        assert abs((drawn < limit).mean() - p) < 4 * math.sqrt(p * (1 - p) / drawn.size) + 1e-9


@few
@given(st.floats(1e-9, 1.0), st.floats(0.1, 3.0))
def test_a_share_is_a_half_at_the_median_and_grows_with_the_limit(m: float, d: float) -> None:
    assert share_below(m, m, d) == pytest.approx(0.5)
    assert 0 <= share_below(m / 10, m, d) < 0.5 < share_below(m * 10, m, d) <= 1


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_magnitudes_are_positive(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        share_below(*wrong)


def added(numbers: np.ndarray) -> float:
    """Sum in FP16, one after the other."""
    total = np.float16(0)
    for x in numbers.astype(np.float16):
        total = np.float16(total + x)
    return float(total)


def test_a_sum_of_ones_stops_where_it_is_said_to() -> None:
    most = longest_sum(FORMATS["FP16"].significand)
    assert most == 2048
    assert added(np.ones(int(most))) == most
    assert added(np.ones(3000)) == most
    assert longest_sum(FORMATS["BF16"].significand) == 256


@pytest.mark.parametrize("n", [8, 64, 512])
def test_no_sum_errs_more_than_the_bound(n: int) -> None:
    rng = np.random.default_rng(n)
    u = FORMATS["FP16"].unit_roundoff
    errors = []
    for _ in range(20):
        x = rng.standard_normal(n).astype(np.float16)
        exact = float(x.astype(np.float64).sum())
        errors.append(abs(added(x) - exact) / float(np.abs(x.astype(np.float64)).sum()))
    assert max(errors) <= accumulation_error_bound(n, u)
    assert np.mean(errors) < accumulation_error_typical(n, u)
    assert accumulation_error_typical(n, u) < accumulation_error_bound(n, u)


@pytest.mark.parametrize("flush", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1024.0])
def test_what_becomes_zero_and_what_overflows_against_rounding(flush: bool, scale: float) -> None:
    made, median, decades = FORMATS["FP16"], 3e-6, 1.4
    rng = np.random.default_rng(12)
    drawn = median * 10 ** (decades * rng.standard_normal(300_000)) * scale
    kept = rounded(drawn, made)
    zero = (drawn < made.normal).mean() if flush else (kept == 0).mean()
    for share, p in (
        (zero, underflow_share(made, median, decades, scale, flush=flush)),
        (np.isinf(kept).mean(), overflow_share(made, median, decades, scale)),
    ):
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / drawn.size) + 1e-6


@few
@given(st.floats(1e-12, 1e-3), st.floats(0.2, 2.0), st.floats(1e-4, 0.5))
def test_the_scale_that_saves_is_the_smallest_power_of_two(
    m: float, d: float, share: float
) -> None:
    made = FORMATS["FP16"]
    scale = loss_scale_saving(made, m, d, share)
    assert math.log2(scale).is_integer()
    assert underflow_share(made, m, d, scale) <= share * (1 + 1e-6)
    assert underflow_share(made, m, d, scale / 2) > share * (1 - 1e-6)


def test_a_loss_scale_of_1024_moves_the_smallest_number_of_fp16_ten_bits_down() -> None:
    made = FORMATS["FP16"]
    assert scaled_limit(made.subnormal, made.subnormal / 1024) == 1024
    at_once = underflow_share(made, 1e-7, 1.0, 1024)
    assert at_once == pytest.approx(underflow_share(made, 1024e-7, 1.0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: underflow_share(FORMATS["FP16"], 1, 1, 0),
        lambda: overflow_share(FORMATS["FP16"], 0, 1),
        lambda: loss_scale_saving(FORMATS["FP16"], 1, 1, 0),
        lambda: quantization_snr(8, 0.5),
    ],
)
def test_scales_and_shares_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"positive|between zero and one|the peak"):
        call()


@pytest.mark.parametrize("bits", [4, 8, 12])
def test_noise_of_quantisation_against_quantised_values(bits: int) -> None:
    """6.02 dB a bit, where values are spread over the whole range alike."""
    rng = np.random.default_rng(bits)
    x = rng.uniform(-1, 1, 200_000)
    step = 2.0 / 2**bits
    error = (np.floor(x / step) + 0.5) * step - x
    assert error.var() == pytest.approx(quantization_noise(step), rel=0.02)
    found = 10 * math.log10(x.var() / error.var())
    assert found == pytest.approx(quantization_snr(bits, math.sqrt(3)), abs=0.1)
    assert quantization_snr(bits, math.sqrt(3)) == pytest.approx(6.0206 * bits, abs=1e-3)
    assert quantization_snr(bits, math.sqrt(2)) == pytest.approx(6.0206 * bits + 1.76, abs=0.01)
