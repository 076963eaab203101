"""Numbers as authors write them, and what their print allows."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanaka.quantity import Interval, read
from tanaka.quantity.literal import parse
from tanaka.quantity.reader import noun_named

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


def test_a_comma_alone_shares_no_unit() -> None:
    assert [r.quantity.unit for r in read("at hop 4.77, 100 ms later")] == ["1", "s"]
    assert [r.quantity.unit for r in read("at K = 5 and 100 ms")] == ["1", "s"]


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("640 TFLOP/s per GPU", "gpu"),
        ("640 TFLOP/s on each H800 GPU", "gpu"),
        ("640 TFLOP/s on one A100", "gpu"),
        ("One H100 sustains 640 TFLOP/s", "gpu"),
        ("8 GPUs in a node", "node"),
        ("640 TFLOP/s in all", ""),
    ],
)
def test_what_a_number_is_stated_per(text: str, per: str) -> None:
    assert [r.per for r in read(text)][-1 if "One" in text else 0] == per


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("GPUs", "gpu"),
        ("# Nodes", "node"),
        ("Number of threads", "core"),
        ("Throughput", ""),
        ("GPU model", ""),
    ],
)
def test_what_the_cells_under_a_header_count(label: str, noun: str) -> None:
    assert noun_named(label) == noun


def test_the_header_of_a_cell_tells_its_kind() -> None:
    (reading,) = read("4964", unit_hint="GOps", label="Peak throughput (GOps)")
    assert (reading.quantity.point, str(reading.kind)) == (4964e9, "peak_compute")
    (reading,) = read("2048", unit_hint="", label="Batch size")
    assert str(reading.kind) == "batch_size"


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


def test_distance_and_gap_of_intervals() -> None:
    a, b = Interval(1, 2), Interval(3, 4)
    assert a.distance(b) == b.distance(a) == 1
    assert a.gap(b) == pytest.approx(1 / 3)
    assert a.distance(Interval(1.5, 9)) == a.gap(Interval(2, 9)) == 0
    assert Interval(0.19, math.inf).gap(Interval(0.09, 0.1)) == pytest.approx(0.09 / 0.19)


def test_closed_ends_meet() -> None:
    assert Interval(0, 82.45 - 73.15).meets(Interval(9.3, 10))
