"""Sums in few bits that are really added up, held to what is said of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.accumulation import (
    accumulation_error_bound,
    accumulation_error_stochastic,
    accumulation_error_typical,
    chunked_error_bound,
    longest_sum,
    pairwise_depth,
    stochastic_rounding_chance,
    surely_lost_update,
)
from hwmodels.formats import FORMATS, rounded
from hwmodels.formula import OutsideValidity

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
HALF = FORMATS["FP16"].unit_roundoff


def in_half(numbers: np.ndarray) -> np.float16:
    total = np.float16(0)
    for x in numbers:
        total = np.float16(total + np.float16(x))
    return total


def relative(found: float, x: np.ndarray) -> float:
    exact = x.astype(np.float64)
    return float(abs(found - exact.sum()) / np.abs(exact).sum())


@pytest.mark.parametrize("chunk", [1, 16, 128, 1024])
def test_no_sum_in_chunks_errs_more_than_its_bound(chunk: int) -> None:
    """FP16 within a chunk, FP32 over the chunks: as tensor cores are promoted."""
    rng = np.random.default_rng(chunk)
    bound = chunked_error_bound(1024, chunk, HALF, FORMATS["FP32"].unit_roundoff)
    for _ in range(10):
        x = rng.uniform(0.5, 1.5, 1024).astype(np.float16)
        total = np.float32(0)
        for part in x.reshape(-1, chunk):
            total = np.float32(total + np.float32(in_half(part)))
        assert relative(float(total), x) <= bound


def test_shorter_chunks_err_less_and_one_chunk_is_a_plain_sum() -> None:
    fine = FORMATS["FP32"].unit_roundoff
    bounds = [chunked_error_bound(1024, c, HALF, fine) for c in (1, 16, 128, 1024)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(accumulation_error_bound(1024, HALF))
    assert bounds[0] == pytest.approx(accumulation_error_bound(1024, fine))
    np.testing.assert_allclose(
        chunked_error_bound([1024, 1024], [1, 128], HALF, fine), [bounds[0], bounds[2]]
    )


def test_where_both_round_alike_chunks_of_the_root_are_best() -> None:
    sizes = 2.0 ** np.arange(11)
    found = chunked_error_bound(1024, sizes, HALF, HALF)
    assert sizes[found.argmin()] == 32


@few
@given(st.integers(1, 500))
def test_pairs_are_as_deep_as_they_are_played_out(n: int) -> None:
    depth, left = 0, n
    while left > 1:
        left, depth = (left + 1) // 2, depth + 1
    assert pairwise_depth(n) == depth
    assert accumulation_error_bound(depth + 1, HALF) <= accumulation_error_bound(n, HALF)


def test_numpy_adds_in_pairs_within_that_bound() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(0.5, 1.5, 1024).astype(np.float16)
    levels = x
    while len(levels) > 1:
        levels = (levels[0::2] + levels[1::2]).astype(np.float16)
    assert relative(float(levels[0]), x) <= accumulation_error_bound(pairwise_depth(1024) + 1, HALF)


def stochastically(rng: np.random.Generator, value: float) -> float:
    """Down or up to a neighbour in FP16, the nearer the likelier."""
    low = float(np.float16(value))
    if low > value:
        low = float(np.nextafter(np.float16(low), np.float16(-np.inf)))
    high = float(np.nextafter(np.float16(low), np.float16(np.inf)))
    return high if rng.random() < stochastic_rounding_chance(value - low, high - low) else low


def test_stochastic_rounding_adds_on_where_the_nearest_stops() -> None:
    """Ones beyond 2048, where the nearest number of FP16 stays: the error keeps to its root."""
    rng, n = np.random.default_rng(7), 4096
    sums = []
    for _ in range(12):
        total = 0.0
        for _ in range(n):
            total = stochastically(rng, total + 1.0)
        sums.append(total)
    assert float(in_half(np.ones(n))) == longest_sum(FORMATS["FP16"].significand) < n
    errors = np.abs(np.array(sums) - n) / n
    assert errors.max() < accumulation_error_stochastic(n, HALF)
    assert abs(np.mean(sums) / n - 1) < 0.02, "and has mean zero"


@few
@given(st.sampled_from(["FP16", "BF16", "FP8 E4M3"]), st.floats(0.1, 100), st.floats(0.01, 0.99))
def test_an_update_that_is_surely_lost_is(name: str, about: float, share: float) -> None:
    made = FORMATS[name]
    weight = rounded(about, made)
    small = share * surely_lost_update(weight, made.unit_roundoff)
    assert rounded(weight + small, made) == weight == rounded(weight - small / 2, made)
    assert rounded(weight + 4.01 * small / share, made) > weight, "four times as much never is"


def test_more_numbers_than_can_be_bounded_are_refused() -> None:
    assert accumulation_error_typical(4096, HALF) < 1
    with pytest.raises(OutsideValidity, match="nothing bounds"):
        accumulation_error_bound(4096, HALF)
    with pytest.raises(OutsideValidity, match="at most all"):
        chunked_error_bound(8, 9, HALF, HALF)
    with pytest.raises(OutsideValidity, match="at most all"):
        chunked_error_bound([8, 8], [9, 2], HALF, HALF)
    with pytest.raises(OutsideValidity, match="moves the sum"):
        stochastic_rounding_chance(2.0, 1.0)
    with pytest.raises(OutsideValidity, match="a number to add"):
        pairwise_depth(0)
    assert math.isfinite(accumulation_error_bound(2048, HALF))
