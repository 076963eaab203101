"""Numbers as authors write them, and what their print allows."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanaka.quantity import Interval, read
from tanaka.quantity.literal import parse

SPELLINGS = list(csv.DictReader((Path(__file__).parent / "spellings.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("row", SPELLINGS, ids=[r["text"] for r in SPELLINGS])
def test_spelling(row: dict[str, str]) -> None:
    found = read(row["text"])
    match = [r for r in found if row["text"][r.start : r.end] == row["surface"]]
    assert match, [row["text"][r.start : r.end] for r in found]
    q = match[0].quantity
    assert q.value == pytest.approx(float(row["value"]))
    assert (q.unit, str(match[0].kind), str(q.qualifier)) == (
        row["unit"],
        row["kind"],
        row["qualifier"],
    )


@pytest.mark.parametrize(
    "text",
    ["ResNet-50 and GPT-3 in FP16", "a 32×32 crop", "Section 3 and Figure 12", "in 2019", "on H100 with CUDA 12.1", "the 1F1B schedule",
     "ZeRO stage 2", "version 2.3.1"],
)  # fmt: skip
def test_no_quantity(text: str) -> None:
    assert [text[r.start : r.end] for r in read(text)] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15-20 ms", (0.015, 0.02)),
        ("65–68 ms", (0.065, 0.068)),
        ("ranges between 85% and 90%", (0.85, 0.9)),
    ],
)
def test_range(text: str, value: tuple[float, float]) -> None:
    (reading,) = read(text)
    assert reading.quantity.value == pytest.approx(value)


def test_one_unit_serves_a_list() -> None:
    assert [r.quantity.point for r in read("2.8, 3.7, 6.0 and 9.5 TFLOPS")] == [
        2.8e12,
        3.7e12,
        6.0e12,
        9.5e12,
    ]


def test_repetitions_are_no_factor() -> None:
    assert all(r.quantity.shown_unit != "×" for r in read("happened 11 times in 20,000 steps"))


@pytest.mark.parametrize(
    ("text", "nominal", "hard"),
    [
        ("3.5", (3.45, 3.55), (3.445, 3.6)),
        ("41", (40.5, 41.5), (40.45, 42)),
        ("420", (419.5, 420.5), (414.5, 430)),
        ("20", (19.5, 20.5), (18.9, 22)),
        ("0.06", (0.055, 0.065), (0.0545, 0.07)),
    ],
)
def test_what_a_print_allows(
    text: str, nominal: tuple[float, float], hard: tuple[float, float]
) -> None:
    literal = parse(text)
    assert literal is not None
    assert (literal.nominal().low, literal.nominal().high) == pytest.approx(nominal)
    assert (literal.hard().low, literal.hard().high) == pytest.approx(hard)


@given(st.integers(1, 10**9), st.integers(0, 4))
def test_a_rounded_value_lies_inside_its_print(value: int, decimals: int) -> None:
    exact = value / 10**3
    literal = parse(f"{exact:.{decimals}f}")
    assert literal is not None
    assert literal.nominal().contains(exact)
    assert literal.hard().contains(exact)
    truncated = parse(str(int(exact)))
    assert truncated is not None
    assert truncated.hard().contains(exact), "truncation is a habit of printing"


@given(st.text(max_size=80))
def test_reading_never_raises_and_readings_do_not_overlap(text: str) -> None:
    found = read(text)
    for a, b in itertools.pairwise(found):
        assert a.end <= b.start
    assert all(0 <= r.start <= r.literal_start < r.literal_end <= r.end <= len(text) for r in found)


def test_closed_ends_meet() -> None:
    assert Interval(0, 82.45 - 73.15).meets(Interval(9.3, 10))
