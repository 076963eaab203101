"""Numbers as authors write them, and what their print allows."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tanaka.quantity import Interval, Kind, Qualifier, Reading, read, units
from tanaka.quantity.literal import at_precision_of, parse
from tanaka.quantity.numberwords import cardinal
from tanaka.quantity.reader import noun_named

HERE = Path(__file__).parent
SPELLINGS = list(csv.DictReader((HERE / "spellings.csv").open(encoding="utf-8")))
NEAR_MISSES = (HERE / "near_misses.txt").read_text(encoding="utf-8").splitlines()

LIST_MARKS = ("1. Paris", "1) a method")  # only where a text begins


def surfaces(text: str, found: list[Reading]) -> list[str]:
    return [text[r.start : r.end] for r in found]


def only(text: str, **place: str) -> Reading:
    found = read(text, **place)  # type: ignore[arg-type]
    assert len(found) == 1, surfaces(text, found)
    return found[0]


@pytest.mark.parametrize("row", SPELLINGS, ids=[r["text"] for r in SPELLINGS])
def test_spelling(row: dict[str, str]) -> None:
    found = read(row["text"])
    match = [r for r in found if row["text"][r.start : r.end] == row["surface"]]
    assert match, surfaces(row["text"], found)
    r, q = match[0], match[0].quantity
    value = q.value if isinstance(q.value, tuple) else (q.value,)
    assert value == pytest.approx(tuple(map(float, row["value"].split(".."))))
    assert (q.unit, str(r.kind), str(q.qualifier)) == (row["unit"], row["kind"], row["qualifier"])
    assert (q.nominal.low, q.nominal.high) == pytest.approx((float(row["low"]), float(row["high"])))
    assert (r.noun, r.per) == (row["noun"], row["per"])
    assert q.hard.low <= q.nominal.low and q.nominal.high <= q.hard.high


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_looks_like_a_quantity_and_is_none(text: str) -> None:
    assert surfaces(text, read(text)) == []
    if text not in LIST_MARKS:
        assert surfaces(f"as in {text} here", read(f"as in {text} here")) == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,5 Mrd Parameter", 1.5e9, "1"),
        ("2.048 GPUs", 2048, "1"),
        ("12,5 % schneller", 0.125, "1"),
        ("3,2 GB/s", 3.2e9, "byte/s"),
        ("2.048,75 ms", 2.04875, "s"),
        ("0.5 ms", 0.0005, "s"),
        ("1,2·10^{18} FLOP", 1.2e18, "FLOP"),
        ("10 000 ms", 10.0, "s"),
        ("1,234 s", 1.234, "s"),
        ("3,4 ± 0,2 ms", 0.0034, "s"),
    ],
)
def test_a_decimal_comma(text: str, value: float, unit: str) -> None:
    (reading,) = read(text, decimal_comma=True)
    assert (reading.quantity.value, reading.quantity.unit) == (pytest.approx(value), unit)


def test_a_correction_keeps_the_decimal_comma() -> None:
    literal = parse("1,5", decimal_comma=True)
    assert literal is not None
    assert at_precision_of(1.27, literal) == "1,3"


def test_text_in_cyrillic_has_a_decimal_comma() -> None:
    assert only("выросла на 8,27%").quantity.value == pytest.approx(0.0827)


# -- lists, spans and ranges ----------------------------------------------------------------------


def test_one_unit_serves_a_list_and_its_numbers_share_a_series() -> None:
    found = read("2.8, 3.7, 6.0 and 9.5 TFLOPS")
    assert [r.quantity.point for r in found] == [2.8e12, 3.7e12, 6.0e12, 9.5e12]
    assert [r.series for r in found] == [1, 1, 1, 1]


def test_a_span_is_two_numbers_of_one_series() -> None:
    found = read("falls from 420 to 140 ms and, on 8 GPUs, from 9 GB to 7 GB")
    assert [r.quantity.point for r in found] == pytest.approx([0.42, 0.14, 8, 9e9, 7e9])
    assert [r.series for r in found] == [1, 1, 0, 2, 2]


def test_a_set_in_braces_is_one_list() -> None:
    found = read("saves {234.95kWh, 2.63MWh}/year")
    assert [r.quantity.point for r in found] == pytest.approx([234.95 * 3.6e6, 2.63 * 3.6e9])
    assert [r.series for r in found] == [1, 1]
    assert [r.quantity.point for r in read("H ∈ {128,256,512}")] == [128, 256, 512]


def test_numbers_that_stand_alone_have_no_series() -> None:
    assert [r.series for r in read("8 GPUs at 3 GB/s, and 5 ms later")] == [0, 0, 0]


def test_a_change_is_no_range() -> None:
    assert all(not isinstance(r.quantity.value, tuple) for r in read("goes from 10 to 20 ms"))
    assert all(not isinstance(r.quantity.value, tuple) for r in read("rate (36.2 to 176.3 tok/s)"))
    assert isinstance(only("takes 10 to 20 ms").quantity.value, tuple)


def test_a_comma_alone_shares_no_unit() -> None:
    assert [r.quantity.unit for r in read("at hop 4.77, 100 ms later")] == ["1", "s"]
    assert [r.quantity.unit for r in read("at K = 5 and 100 ms")] == ["1", "s"]


def test_a_price_serves_both_that_are_compared() -> None:
    found = read("cheaper ($3.12 vs. $4.21 per million tokens)")
    assert [(r.quantity.unit, r.quantity.point) for r in found] == [
        ("USD/token", pytest.approx(3.12e-6)),
        ("USD/token", pytest.approx(4.21e-6)),
    ]


# -- devices, sizes, counts -----------------------------------------------------------------------


def test_a_count_of_cards_and_the_memory_of_each() -> None:
    count, memory = read("8 Tesla V100-SXM2-16GB")
    assert (count.quantity.point, count.noun, count.quantity.count) == (8, "gpu", True)
    assert (memory.quantity.point, memory.kind) == (16e9, Kind.MEMORY_CAPACITY)


def test_so_many_k_tokens_may_be_thousands_of_two() -> None:
    hard = only("32K tokens of context").quantity.hard
    assert hard.contains(32_000) and hard.contains(32_768)
    assert only("an output of 100K tokens").quantity.point == 100_000


def test_repetitions_are_no_factor() -> None:
    assert all(r.quantity.shown_unit != "×" for r in read("happened 11 times in 20,000 steps"))


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("640 TFLOP/s per GPU", "gpu"),
        ("640 TFLOP/s on each H800 GPU", "gpu"),
        ("640 TFLOP/s on one A100", "gpu"),
        ("One H100 sustains 640 TFLOP/s", "gpu"),
        ("8 GPUs in a node", "node"),
        ("640 TFLOP/s in all", ""),
        ("8 GPUs per node and 16 nodes", ""),
        ("eight A100-SXM4-80GB each", "each"),
        ("eight A100-SXM4-80GB in all", ""),
    ],
)
def test_what_a_number_is_stated_per(text: str, per: str) -> None:
    last = text.startswith("One") or text.endswith("nodes")
    assert [r.per for r in read(text)][-1 if last else 0] == per


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("GPUs", "gpu"),
        ("# Nodes", "node"),
        ("Number of threads", "core"),
        ("Throughput", ""),
        ("GPU model", ""),
        ("A100", ""),
    ],
)
def test_what_the_cells_under_a_header_count(label: str, noun: str) -> None:
    assert noun_named(label) == noun


def test_the_header_of_a_cell_tells_its_kind() -> None:
    reading = only("4964", unit_hint="GOps", label="Peak throughput (GOps)")
    assert (reading.quantity.point, str(reading.kind)) == (4964e9, "peak_compute")
    assert only("2048", unit_hint="", label="Batch size").kind is Kind.BATCH_SIZE


# -- what a print allows --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "nominal", "hard"),
    [
        ("3.5", (3.45, 3.55), (3.445, 3.6)),
        ("41", (40.5, 41.5), (40.45, 42)),
        ("420", (419.5, 420.5), (414.5, 430)),
        ("20", (19.5, 20.5), (18.9, 22)),
        ("0.06", (0.055, 0.065), (0.0545, 0.07)),
        ("10^{3}", (500, 1500), (450, 2000)),
    ],
)
def test_what_a_print_allows(
    text: str, nominal: tuple[float, float], hard: tuple[float, float]
) -> None:
    literal = parse(text)
    assert literal is not None
    assert (literal.nominal().low, literal.nominal().high) == pytest.approx(nominal)
    assert (literal.hard().low, literal.hard().high) == pytest.approx(hard)


def test_a_deviation_widens_and_is_no_number_of_its_own() -> None:
    alone, with_deviation = only("88.1%").quantity, only("88.1 ± 0.3%").quantity
    assert with_deviation.value == alone.value
    assert with_deviation.nominal.low == pytest.approx(alone.nominal.low - 0.003)
    assert with_deviation.hard.high == pytest.approx(alone.hard.high + 0.003)
    assert only("88.1% (±0.3)").quantity.nominal == with_deviation.nominal


def test_words_for_an_interval_are_hedged() -> None:
    for text in ("half of it", "twice as fast", "hundreds of GPUs", "an order of magnitude"):
        q = only(text).quantity
        assert q.hedged and not q.count and q.nominal == q.hard, text
    assert only("an order of magnitude").quantity.qualifier is Qualifier.ORDER


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


SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


# -- laws -----------------------------------------------------------------------------------------

PIECES = [
    "3", "2,048", ".5", "10^{-6}", "2^{20}", "1e-4", "×", "x", "±", "%", "-", "–", " to ", " and ", ", ", "/", ":", "$", "(", ")", "{",
    "}", "[", "^", "_", " ", "\u2009", "GB", "GB/s", "TFLOPS", "mm^{2}", "GPUs", "A100", "-80GB", "K", "B", "k", "h", "min", "ms", "per ",
    "half ", "a third of ", "hundreds of ", "orders of magnitude", "one ", "twenty-", "v", "Section ", "from ", "between ", "about ", "up to ",
    "β", "=", ".", "e", "E4M3", "RTX ", "tokens", "°C", "CO_2e", "⁻⁶", "١٢", "²", "一",
]  # fmt: skip


@settings(max_examples=150)
@example("-2^0", False)  # its interval was upside down
@example("0$.0", False)  # one sign of a dollar for two amounts
@example("5$ 3", False)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)),
       st.booleans())  # fmt: skip
def test_reading_never_raises_and_readings_do_not_overlap(text: str, comma: bool) -> None:
    found = read(text, decimal_comma=comma)
    for a, b in itertools.pairwise(found):
        assert a.end <= b.start
    assert all(0 <= r.start <= r.literal_start < r.literal_end <= r.end <= len(text) for r in found)
    assert all(r.quantity.nominal.low <= r.quantity.nominal.high for r in found)


NUMBERS = st.one_of(
    st.integers(1, 999_999).map(str),
    st.integers(1000, 99_999_999).map(lambda n: f"{n:,}"),
    st.tuples(st.integers(0, 9999), st.integers(0, 999)).map(lambda p: f"{p[0]}.{p[1]:03d}"),
    st.tuples(st.integers(1, 99), st.integers(-12, 18)).map(lambda p: f"{p[0] / 10}×10^{{{p[1]}}}"),
    st.tuples(st.integers(1, 9), st.integers(1, 18)).map(lambda p: f"{p[0]}e{p[1]}"),
)
PRINTED = [
    s for s in units.table()
    if len(s) > 1 and not s[0].isdigit() and not s.startswith(("it", "h", "m²")) and " h" not in s
]  # fmt: skip


@settings(max_examples=150)
@given(NUMBERS, st.sampled_from(sorted(PRINTED)), st.sampled_from([" ", "\u2009", "\u00a0"]))
def test_what_is_printed_is_read_back(number: str, unit: str, space: str) -> None:
    literal, known = parse(number), units.lookup(unit)
    assert literal is not None
    reading = only(f"It is {number}{space}{unit}.")
    q = reading.quantity
    assert q.point == pytest.approx(literal.value * q.scale)
    # "PF-days" and "$" may say more than their spelling; a plural of FLOP may be a rate
    assert q.unit == known.base or known.base in ("FLOP", "USD")
    assert q.scale == pytest.approx(known.scale)
    assert q.nominal.low <= q.point <= q.nominal.high


@settings(max_examples=60)
@given(st.integers(1, 9999), st.sampled_from(["B", "B/s", "FLOP", "Hz", "W", "J", "bit"]))
def test_a_prefix_scales_value_and_interval(number: int, unit: str) -> None:
    kilo = {"FLOP": "K"}.get(unit, "k")
    small, large = only(f"{number} {kilo}{unit}").quantity, only(f"{number} M{unit}").quantity
    assert large.unit == small.unit
    assert large.point == pytest.approx(1000 * small.point)
    assert large.nominal.low == pytest.approx(1000 * small.nominal.low)
    assert large.hard.high == pytest.approx(1000 * small.hard.high)


@given(st.integers(1, 999))
def test_a_cardinal_in_words_is_the_number(number: int) -> None:
    hundreds, rest = divmod(number, 100)
    below = (
        SMALL[rest]
        if rest < 20
        else TENS[rest // 10] + (f"-{SMALL[rest % 10]}" if rest % 10 else "")
    )
    spelled = (
        f"{SMALL[hundreds]} hundred" + (f" and {below}" if rest else "") if hundreds else below
    )
    assert cardinal(spelled) == number
    assert only(f"all {spelled} layers").quantity.point == number


# -- intervals ------------------------------------------------------------------------------------


def test_distance_and_gap_of_intervals() -> None:
    a, b = Interval(1, 2), Interval(3, 4)
    assert a.distance(b) == b.distance(a) == 1
    assert a.gap(b) == pytest.approx(1 / 3)
    assert a.distance(Interval(1.5, 9)) == a.gap(Interval(2, 9)) == 0
    assert Interval(0.19, math.inf).gap(Interval(0.09, 0.1)) == pytest.approx(0.09 / 0.19)


def test_closed_ends_meet() -> None:
    assert Interval(0, 82.45 - 73.15).meets(Interval(9.3, 10))
