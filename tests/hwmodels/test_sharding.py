"""How parallelism cuts a state: stages, experts, shards, hosts, and the buffers on top."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.memory import zero_bytes_per_device
from hwmodels.optimizers import RECIPES
from hwmodels.sharding import (
    DEEPSPEED_BUCKET,
    Sharding,
    bucket_bytes,
    expert_parameters,
    expert_replicas,
    gathered_bytes,
    host_bytes,
    offloaded,
    stage_parameters,
    upcast_gradient_bytes,
)

from .published import rows

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
ADAM_20, ADAM_18 = RECIPES["mixed-adam-20"], RECIPES["mixed-adam-18"]


@pytest.mark.parametrize("row", rows("deepspeed_estimator"), ids=lambda r: f"{r['stage']} {r['offload']} {r['parameters']}")  # fmt: skip
def test_deepspeed_prints_the_same(row: dict[str, str]) -> None:
    n, stage, devices = float(row["parameters"]), int(row["stage"]), int(row["devices"])
    held = ADAM_18 if stage == 3 else ADAM_20
    if row["offload"] != "none":
        held = offloaded(held, optimizer=True, weights=row["offload"] == "both")
    ours = Sharding.zero(stage, devices).state(n, held)
    ours += gathered_bytes(float(row["largest_layer"]), 0.0, 2.0, 2.0) if stage == 3 else 0.0
    assert ours / 2**30 == pytest.approx(float(row["printed_gib"]), rel=float(row["tolerance"]))


def test_the_zero_2_result_that_the_documentation_still_prints_is_of_another_formula() -> None:
    """15.93 GB for T5-3B on eight devices was 4P + 16P/N; the estimator now says 2P + 18P/N."""
    n = 2851e6
    assert (4 * n + 16 * n / 8) / 2**30 == pytest.approx(15.93, rel=1e-3)
    assert zero_bytes_per_device(n, ADAM_20, 8, 2) == pytest.approx(2 * n + 18 * n / 8)


@few
@given(
    st.integers(2, 16), st.integers(1, 8), st.floats(1e6, 1e12), st.floats(1e5, 1e10),
    st.integers(1, 8),
)  # fmt: skip
def test_the_stages_are_the_whole(p: int, each: int, blocks: float, table: float, t: int) -> None:
    layers = p * each
    tables = [1.0] + [0.0] * (p - 2) + [1.0]
    parts = [stage_parameters(blocks, each, layers, k, table, t) for k in tables]
    assert t * sum(parts) == pytest.approx(blocks + 2 * table)


@few
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 4), st.floats(1e6, 1e12))
def test_the_experts_of_all_devices_are_the_whole(p: int, x: int, t: int, whole: float) -> None:
    each = expert_parameters(whole, 4, 4 * p, x, t)
    assert each * p * x * t == pytest.approx(whole)


def test_experts_are_shared_by_another_group_than_the_rest() -> None:
    """64 replicas of the dense part on tensor parallelism of 2 are 128 devices: 16 for each expert."""
    assert expert_replicas(64, 2, 8, 1) == 16
    assert expert_replicas(64, 2, 1, 2) == 64


@few
@given(st.sampled_from(sorted(RECIPES)), st.integers(1, 512), st.integers(0, 3))
def test_more_devices_never_hold_more_each(name: str, devices: int, stage: int) -> None:
    held = RECIPES[name]
    one = Sharding.zero(stage, devices).state(7e9, held)
    assert Sharding.zero(stage, devices + 1).state(7e9, held) <= one


def test_hybrid_sharding_lies_between_its_ends() -> None:
    held = RECIPES["mixed-adam-16"]
    whole, part, full = (
        s.state(7e9, held)
        for s in (Sharding.replicated(64), Sharding.hybrid(8, 8), Sharding.fully_sharded(64))
    )
    assert whole == 8 * part == 64 * full
    assert Sharding.zero(0, 64) == Sharding.replicated(64)
    with pytest.raises(ValueError, match="stage is 0 to 3"):
        Sharding.zero(4, 8)


def test_what_leaves_the_device_is_on_the_host() -> None:
    held = RECIPES["mixed-adam-20"]
    left = offloaded(held)
    assert left.total == held.weights and offloaded(held, weights=True).total == 0
    assert host_bytes(10e9, held.total - left.total, 1) + 10e9 * left.total == 10e9 * held.total


def test_buffers() -> None:
    assert bucket_bytes(2.0, DEEPSPEED_BUCKET, 7e9, 2.0) == 2e9
    assert bucket_bytes(2.0, DEEPSPEED_BUCKET, 1e8, 2.0) == 4e8, (
        "no bucket is larger than the model"
    )
    assert upcast_gradient_bytes(7e9, 8) == 3.5e9
    assert gathered_bytes(2e8, 1.0, 2.0, 2.0) == 1.2e9
