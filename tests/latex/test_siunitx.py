"""siunitx, versions 2 and 3: what its numbers and units print."""

from __future__ import annotations

import pytest

from latex.reading import passages, plain
from tanaka.latex import siunitx


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\SI{312}{TFLOPS}", "312 TFLOPS"),
        (r"\SI[per-mode=symbol]{3}{\tera\byte\per\second}", "3 TB/s"),
        (r"\SI{3}[\$]{\per\hour}", "$3/h"),
        (r"\qty{25}{\giga\byte\per\second}", "25 GB/s"),
        (r"\qty[mode=text]{1.8}{TB}", "1.8 TB"),
        (r"\num{3450}", "3450"),
        (r"\num[round-precision=2]{1e-3}", "1×10^{-3}"),
        (r"at \si{GB/s} or \unit{\mega\hertz}", "at GB/s or MHz"),
        (r"\SI{50}{\percent}", "50%"),
        (r"\SI{5}{}", "5"),
        (r"\SIrange{5}{10}{GB}", "5–10 GB"),
        (r"\qtyrange{5}{10}{\giga\byte}", "5–10 GB"),
        (r"\SIrange{-5}{-3}{W}", "-5 to -3 W"),
        (r"\numrange{5}{10}", "5–10"),
        (r"\SIlist{1;2;3}{GB}", "1, 2 and 3 GB"),
        (r"\qtylist{1e3;2}{\giga\byte}", "1×10^{3} and 2 GB"),
        (r"\numlist{1;2;3}", "1, 2 and 3"),
        (r"\numproduct{2 x 3 x 4}", "2×3×4"),
        (r"\qtyproduct{2 x 3}{\mm}", "2×3 mm"),
        (r"\ang{30}", "30°"),
        (r"\ang{1;2;3}", "1°2′3″"),
        (r"$\SI{3}{GB}$", "3 GB"),
        (r"\SI{$5$}{GB}", "5 GB"),
        (r"\SI{\approx 5}{GB}", "≈5 GB"),
    ],
)
def test_what_is_printed(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("312", "312"),
        ("1.23(4)", "1.23±0.04"),
        ("3.45(12)", "3.45±0.12"),
        ("120(5)", "120±5"),
        ("1.2(3.4)", "1.2±3.4"),
        ("1.2+-0.1", "1.2±0.1"),
        (r"12 \pm 2", "12±2"),
        ("1.2(3)e-3", "1.2±0.3×10^{-3}"),
        ("1e6", "1×10^{6}"),
        ("1E+06", "1×10^{6}"),
        ("2.5d3", "2.5×10^{3}"),
        ("e6", "10^{6}"),
        ("< 5", "<5"),
        (">= 5", "≥5"),
        (r"\le 5", "≤5"),
        (r"\approx 3", "≈3"),
        (r"\sim3", "∼3"),
        ("+-2", "±2"),
        ("-3", "-3"),
        ("1 000 000", "1000000"),
        (r"1\,000", "1000"),
        ("1~000.5", "1000.5"),
        ("1,5", "1.5"),
        ("10,000", "10,000"),
        ("1,234,567", "1,234,567"),
        ("2 x 3", "2×3"),
        (r"2 \times 3", "2×3"),
    ],
)
def test_a_number(written: str, printed: str) -> None:
    assert siunitx.number(written) == printed


@pytest.mark.parametrize(
    "written", [r"\speed", "10{,}000", "", "x", "five", "1.2(", "3 GB", r"\approx"]
)
def test_what_is_no_number_is_read_as_text(written: str) -> None:
    assert siunitx.number(written) is None


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("GB/s", "GB/s"),
        ("GB.s^{-1}", "GB/s"),
        ("GB~s^{-1}", "GB/s"),
        ("GB*s^-1", "GB/s"),
        (r"\giga\byte\per\second", "GB/s"),
        (r"\giga\bit/\second", "Gbit/s"),
        (r"\per\second", "/s"),
        (r"\joule\per\bit\per\second", "J/bit/s"),
        (r"\pico\joule\per\bit", "pJ/bit"),
        (r"\tera\flops", "TFLOPS"),
        (r"\tera\flops\per\watt", "TFLOPS/W"),
        (r"\mega\token\per\second\per\gpu", "Mtoken/s/gpu"),
        (r"\kilo\watt\hour", "kWh"),
        (r"\GPU\hour", "GPU-h"),
        ("GPU.h", "GPU-h"),
        (r"\newton\metre", "N·m"),
        (r"\gibi\byte", "GiB"),
        (r"\GiB", "GiB"),
        (r"\us", "μs"),
        (r"\micro\second", "μs"),
        (r"$\mu$s", "μs"),
        (r"\milli\metre\squared", "mm²"),
        (r"\square\milli\metre", "mm²"),
        (r"\per\square\metre", "/m²"),
        ("mm^2", "mm²"),
        (r"\cubic\metre", "m³"),
        (r"\metre\tothe{4}", "m^{4}"),
        (r"\raiseto{4}\metre", "m^{4}"),
        (r"\second\tothe{-1}", "/s"),
        (r"\gram\of{CO2}", "g CO2"),
        (r"\text{tokens}/s", "tokens/s"),
        (r"\degreeCelsius", "°C"),
        (r"\%", "%"),
        (r"\$", "$"),
        (r"TFLOP/s/GPU", "TFLOP/s/GPU"),
        ("requests per second", "requests per second"),
        ("", ""),
    ],
)
def test_a_unit(written: str, printed: str) -> None:
    assert siunitx.unit(written) == printed


def test_a_unit_of_the_author_may_have_a_prefix_and_a_power() -> None:
    own = {"tps": r"tokens\per\second", "flop": "FLOP", "loop": r"\loop\loop"}.get
    assert siunitx.unit(r"\mega\tps", own) == "Mtokens/s"
    assert siunitx.unit(r"\tera\flop\per\second", own) == "TFLOP/s"
    assert siunitx.unit(r"\joule\per\flop", own) == "J/FLOP"
    assert siunitx.unit(r"\byte\per\tps", own) == "B·s/tokens"
    assert siunitx.unit(r"\loop", own) != ""


def test_spans_are_the_digits_and_the_whole_macro() -> None:
    text = r"It moves \SI{25}{\giga\byte} in \SIlist{1.5;2}{\ms}."
    (passage,) = passages(text)
    p = passage.plain

    def at(words: str) -> tuple[str, str]:
        a = p.text.index(words)
        return text[slice(*p.literal(a, a + len(words)))], text[slice(*p.source(a, a + len(words)))]

    assert at("25") == ("25", "25")
    assert at("25 GB")[1] == r"\SI{25}{\giga\byte}"
    assert at("1.5") == ("1.5", "1.5")
    assert at("2 ms")[0] == r"2}{\ms}"
