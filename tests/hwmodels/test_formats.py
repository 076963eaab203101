"""Formats against every code that they have, published tables, and numpy's own rounding."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formats import BLOCK_FORMATS, FORMATS, INTEGERS, block_element_bytes, rounded

from .published import rows

few = settings(max_examples=60, deadline=None, database=None, derandomize=True)
SMALL = [name for name, made in FORMATS.items() if made.bits <= 16]
FORMS = rows("number_formats")


@pytest.mark.parametrize("row", FORMS, ids=[r["format"] for r in FORMS])
def test_published_limits(row: dict[str, str]) -> None:
    made = FORMATS[row["format"]]
    for found in ("largest", "normal", "subnormal"):
        assert getattr(made, found) == float(row[found]), row["source"]


def test_the_fifteen_numbers_of_four_bits() -> None:
    made = FORMATS["FP4 E2M1"]
    assert list(made.values()) == [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    assert made.count == 15


@pytest.mark.parametrize(
    ("name", "count"),
    # every code but one of the two zeros, and but NaN and infinities
    [("FP16", 2**16 - 1 - 2048), ("FP8 E4M3", 256 - 1 - 2), ("FP8 E5M2", 256 - 1 - 8),
     ("FP6 E3M2", 63), ("FP6 E2M3", 63)],
)  # fmt: skip
def test_how_many_numbers_there_are(name: str, count: int) -> None:
    made = FORMATS[name]
    assert made.count == count == 2 * len(list(made.values())) - 1


@pytest.mark.parametrize("name", SMALL)
def test_rounding_finds_the_nearest_of_all_numbers(name: str) -> None:
    made = FORMATS[name]
    known = np.array(list(made.values()))
    rng = np.random.default_rng(1)
    given = np.concatenate([
        rng.uniform(0, made.largest, 200),
        np.exp(rng.uniform(math.log(made.subnormal / 8), math.log(made.largest), 400)),
    ])  # fmt: skip
    nearest = np.abs(given[:, None] - known).min(axis=1)
    found = rounded(given, made)
    assert np.isin(found, known).all()
    np.testing.assert_array_equal(np.abs(given - found), nearest)
    np.testing.assert_array_equal([rounded(float(x), made) for x in given], found)
    np.testing.assert_array_equal(rounded(-given, made), -found)


@pytest.mark.parametrize(("name", "kind"), [("FP16", np.float16), ("FP32", np.float32)])
def test_rounding_against_numpy(name: str, kind: type) -> None:
    """Ties, subnormals and overflow too."""
    made, tiny = FORMATS[name], float(np.finfo(kind).smallest_subnormal)
    rng = np.random.default_rng(9)
    given = rng.standard_normal(4000) * 10.0 ** rng.uniform(-50, 39, 4000)
    ties = np.array([0.5, 1.5, 2.5, 3.5]) * tiny
    edges = np.array([made.largest, made.overflow, np.nextafter(made.overflow, 0), 0.0])
    every = np.concatenate([given, ties, edges, -edges])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(rounded(every, made), every.astype(kind).astype(float))


def test_beyond_the_range_a_format_does_what_it_can() -> None:
    assert rounded(1e6, FORMATS["FP16"]) == math.inf
    assert rounded(-1e6, FORMATS["FP16"], saturate=True) == -65504
    assert math.isnan(rounded(1000.0, FORMATS["FP8 E4M3"]))
    assert rounded(1000.0, FORMATS["FP8 E4M3"], saturate=True) == 448
    assert rounded(100.0, FORMATS["FP4 E2M1"]) == 6
    assert rounded(0.0, FORMATS["FP16"]) == 0


@few
@given(st.sampled_from(SMALL), st.floats(-8, 8))
def test_a_normal_number_is_rounded_within_the_unit_roundoff(name: str, x: float) -> None:
    made = FORMATS[name]
    if made.normal <= abs(x) <= made.largest:
        assert abs(rounded(x, made) - x) <= made.unit_roundoff * abs(x)
    assert rounded(rounded(x, made), made) == rounded(x, made) or abs(x) > made.largest


def test_integers() -> None:
    assert (INTEGERS["INT8"].largest, INTEGERS["INT4"].largest) == (127, 7)
    assert (INTEGERS["INT8"].count, INTEGERS["INT4"].count) == (255, 15)


def test_blocks() -> None:
    """Bytes with the scale, and the range within a block: 12 steps of a half up to 6."""
    sizes = {"MXFP8": 8.25, "MXFP6": 6.25, "MXFP4": 4.25, "NVFP4": 4.5}
    for name, made in BLOCK_FORMATS.items():
        assert 8 * made.bytes == sizes[name.partition(" ")[0]]
    assert BLOCK_FORMATS["MXFP4"].block_range == BLOCK_FORMATS["NVFP4"].block_range == 12
    assert BLOCK_FORMATS["MXFP4"].largest == 6 * 2.0**127
    assert BLOCK_FORMATS["NVFP4"].largest == 6 * 448
    assert BLOCK_FORMATS["NVFP4"].subnormal == 0.5 * 2**-9
    assert BLOCK_FORMATS["NVFP4"].note == "a scale in FP32"
    groups = block_element_bytes(4, 16 + 4, 128)  # INT4 with a scale and an offset
    assert groups == pytest.approx(0.51953125)
