"""MFU and HFU: printed figures recomputed, and the identities turned both ways."""

from __future__ import annotations

import numpy as np
import pytest

from hwmodels import utilization
from hwmodels.transformer import (
    train_flops_per_token,
    train_flops_per_token_recomputed,
    train_flops_per_token_with_attention,
)

from .published import rows

HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize("row", rows("utilization"), ids=lambda r: f"{r['model']} {r['sequence']}")
def test_printed_mfu_is_the_rate_times_the_work_over_the_peak(row: dict[str, str]) -> None:
    """All of these count 6N and the whole attention matrix."""
    each = train_flops_per_token_with_attention(
        float(row["parameters"]), int(row["layers"]), int(row["hidden"]), int(row["sequence"])
    )
    ours = utilization.flops_utilization(
        float(row["tokens_per_second"]), each, int(row["devices"]), float(row["peak_tflops"]) * 1e12
    )
    assert 100 * ours == pytest.approx(float(row["printed_percent"]), rel=float(row["tolerance"]))


def test_the_identity_turns_round() -> None:
    u = np.array([0.2, 0.46, 0.6])
    each = train_flops_per_token(70e9)
    rate = utilization.tokens_at_utilization(u, 2048, 989.4e12, each)
    assert utilization.flops_utilization(rate, each, 2048, 989.4e12) == pytest.approx(u)
    spent = utilization.device_time_at_utilization(15e12, each, u, 989.4e12)
    assert utilization.utilization_of_device_time(15e12, each, spent, 989.4e12) == pytest.approx(u)
    assert utilization.device_time_at_rate(15e12, rate / 2048) == pytest.approx(spent)


def test_device_hours_of_deepseek_v3_are_its_days() -> None:
    """180 thousand GPU hours for each trillion tokens, 3.7 days on 2048 GPUs (section 1)."""
    rate = 1e12 / (180e3 * HOUR)
    assert utilization.device_time_at_rate(1e12, rate) / 2048 / DAY == pytest.approx(3.7, rel=0.011)


def test_hfu_with_full_recomputation_is_four_thirds_of_mfu() -> None:
    model, hardware = train_flops_per_token(13e9), train_flops_per_token_recomputed(13e9)
    assert utilization.hardware_utilization(0.426, hardware, model) == pytest.approx(0.568)


def test_no_printed_run_is_above_what_the_peak_allows() -> None:
    for row in rows("utilization"):
        most = utilization.most_training_tokens(
            int(row["devices"]), float(row["peak_tflops"]) * 1e12, 6 * float(row["parameters"])
        )
        assert float(row["tokens_per_second"]) < most
