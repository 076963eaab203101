"""Units: what is parsed, and what does not add."""

from __future__ import annotations

import pytest

from hwmodels.units import BASES, UnitError, parse, to_base


@pytest.mark.parametrize(
    ("text", "factor", "base"),
    [
        ("TFLOP/s", 1e12, "FLOP/s"), ("TFLOPS", 1e12, "FLOP/s"), ("TOP/s", 1e12, "op/s"),
        ("GB", 1e9, "byte"), ("GiB", 2**30, "byte"), ("TB/s", 1e12, "byte/s"), ("B", 1, "byte"),
        ("Gbit/s", 1e9, "bit/s"), ("Gb/s", 1e9, "bit/s"), ("W", 1, "W"), ("kW", 1e3, "W"),
        ("kWh", 3.6e6, "J"), ("J/s", 1, "W"), ("MHz", 1e6, "1/s"), ("ms", 1e-3, "s"),
        ("m", 1, "m"), ("nm", 1e-9, "m"), ("minute", 60, "s"), ("h", 3600, "s"),
        ("USD/h", 1 / 3600, "USD/s"), ("token/s", 1, "token/s"), ("1", 1, "1"), ("%", 0.01, "1"),
        ("FLOP/parameter/token", 1, "FLOP/parameter/token"), ("FLOP/byte", 1, "FLOP/byte"),
        ("byte*s", 1, "byte*s"), ("m^2", 1, "m^2"), ("year", 1, "year"),
    ],
)  # fmt: skip
def test_parsed(text: str, factor: float, base: str) -> None:
    unit = parse(text)
    assert unit.factor == pytest.approx(factor)
    assert unit.base == base
    assert parse(unit.base).powers == unit.powers, "the printed base is read back"


@pytest.mark.parametrize(
    "text", ["", "FLOPs/", "Kib/s/", "GTFLOP", "Mitoken", "kday", "parsec", "GiFLOP"]
)
def test_unknown(text: str) -> None:
    with pytest.raises(UnitError, match="unknown unit"):
        parse(text)


def test_values_come_in_base_units() -> None:
    assert to_base(80, "GiB") == (85899345920.0, "byte")
    assert to_base(3.35, "TB/s") == (pytest.approx(3.35e12), "byte/s")


@pytest.mark.parametrize("one", BASES)
def test_no_two_bases_add(one: str) -> None:
    """A dollar and a byte are not 2 of anything."""
    for other in BASES:
        if other == one:
            assert (parse(one) + parse(other)).base == one
        else:
            with pytest.raises(UnitError, match="do not add"):
                parse(one) + parse(other)


def test_powers_of_dimensions() -> None:
    assert (parse("byte") / parse("byte/s")).base == "s"
    assert (parse("m") ** 2 / parse("m")).base == "m"
    assert parse("1") ** parse("1") == parse("1")
    with pytest.raises(UnitError, match="power"):
        parse("byte") ** parse("1")
