"""Decoding: the roof against measured rates, its limits, and what saved energy pays."""

from __future__ import annotations

import pytest

from hwmodels import cost, decode
from hwmodels.catalog import find
from hwmodels.models import find_model
from hwmodels.roofline import amdahl, amdahl_limit, ridge

from .published import rows


def roof(model: str, part: str, batch: float, context: float, width: float) -> float:
    shape, (device,) = find_model(model), find(part)
    assert shape is not None
    read = decode.decode_pass_bytes(
        decode.weight_bytes(shape.read, width), batch, context, shape.kv_bytes(2)
    )
    return decode.decode_roof(batch, read, 1, device.bandwidth.value)


@pytest.mark.parametrize("row", rows("decode_rates"), ids=lambda r: r["source"][:30])
def test_measured_rates_lie_below_the_roof_and_not_far(row: dict[str, str]) -> None:
    """A context of zero or one is the friendliest; real contexts are longer, so shares are low."""
    most = roof(
        row["model"], row["part"], float(row["batch"]), float(row["context"]), float(row["width"])
    )
    measured = float(row["printed_tokens_per_second"])
    assert 0.3 < measured / most < 0.9


@pytest.mark.parametrize("row", rows("decode_bandwidth"), ids=lambda r: r["source"][:30])
def test_bytes_of_a_pass_are_those_of_a_published_profile(row: dict[str, str]) -> None:
    model = find_model(row["model"])
    assert model is not None
    moved = decode.weight_bytes(model.read, float(row["width"])) * float(row["tokens_per_second"])
    assert moved == pytest.approx(
        float(row["printed_gb_per_second"]) * 1e9, rel=float(row["tolerance"])
    )


def test_the_roof_of_a_whiteboard_example() -> None:
    assert roof("Llama-2-7B", "A100-SXM4-80GB", 1, 0, 2) == pytest.approx(154.3, abs=0.05)
    assert roof("Llama-2-7B", "A100-SXM4-80GB", 1, 1024, 2) == pytest.approx(148.3, abs=0.1)
    assert roof("Llama-2-7B", "A100-SXM4-80GB", 32, 1024, 2) == pytest.approx(2146, rel=1e-3)


def test_limits_of_the_roof() -> None:
    few, many = (roof("Llama-2-7B", "H100 SXM", b, 4096, 2) for b in (1, 1e6))
    model, (part,) = find_model("Llama-2-7B"), find("H100 SXM")
    assert model is not None
    cache_alone = part.bandwidth.value / (4096 * model.kv_bytes(2))
    assert few < many == pytest.approx(cache_alone, rel=1e-2)
    assert roof("Llama-2-7B", "H100 SXM", 2, 0, 2) == pytest.approx(
        2 * roof("Llama-2-7B", "H100 SXM", 1, 0, 2)
    )


def test_a_shared_prefix_costs_one_reading() -> None:
    apart = decode.decode_pass_bytes(1e9, 32, 1024, 1e5)
    assert decode.shared_prefix_pass_bytes(1e9, 0, 32, 1024, 1e5) == apart
    alone = decode.decode_pass_bytes(1e9, 1, 1024, 1e5)
    assert decode.shared_prefix_pass_bytes(1e9, 1024, 32, 0, 1e5) == alone


def test_the_batch_at_the_ridge_is_where_both_roofs_meet() -> None:
    (part,) = find("H100 SXM")
    P, M = part.rate("fp16").value, part.bandwidth.value
    at = decode.batch_at_ridge(P, 2, M)
    assert at == pytest.approx(295, abs=1)
    read = decode.weight_bytes(7e9, 2)
    by_memory = decode.decode_roof(at, read, 1, M)
    assert by_memory == pytest.approx(decode.decode_compute_roof(1, P, 7e9))
    assert decode.decode_intensity(at, 7e9, read) == pytest.approx(ridge(P, M))


def test_amdahl() -> None:
    assert amdahl(0.3, 5) == pytest.approx(1.316, abs=1e-3)
    assert amdahl(0.3, 1e12) == pytest.approx(amdahl_limit(0.3))
    assert amdahl(0.0, 7) == 1 and amdahl(1.0, 7) == 7


def test_what_a_chip_pays_back() -> None:
    """214 W at ten cents for three years against 298 million dollars."""
    saved = cost.energy_value(214.3, cost.LIFETIME.value, cost.ELECTRICITY.value)
    assert saved == pytest.approx(563, abs=1)
    assert cost.break_even_units(298e6, saved) == pytest.approx(529_000, rel=2e-3)
    assert cost.power_saved(1, 120) == 0
    for default in (cost.LIFETIME, cost.ELECTRICITY):
        assert default.value > 0 and default.shown and default.source


def test_energy_of_a_token() -> None:
    assert decode.energy_per_token(120, 310) == pytest.approx(1 / 2.583, rel=1e-3)
