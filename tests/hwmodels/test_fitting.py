"""What fits into a device, by what margin, and what would make it fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hwmodels.activations import Recompute
from hwmodels.answer import Answer
from hwmodels.catalog import find
from hwmodels.fitting import (
    Room,
    Verdict,
    compare,
    largest_micro_batch,
    longest_sequence,
    training_fit,
    usable_bytes,
    ways_to_fit,
)
from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.optimizers import RECIPES
from hwmodels.training_memory import training_bytes

LLAMA = Decoder(32, 4096, 32, 32, 128, 11008, 32000)
ADAM = RECIPES["mixed-adam-16"]
GIB = 2.0**30


def test_the_label_counts_in_gib_and_less_is_usable() -> None:
    room = Room.of(80)
    assert (room.label, room.capacity) == (80e9, 80 * GIB)
    assert room.usable == (76 * GIB, 78.5 * GIB)
    (b200,) = find("B200")
    assert Room.of_part(b200).capacity == b200.capacity.value, (
        "the catalogue knows what is built in"
    )
    assert Room.of(80, devices=1).usable == (78 * GIB, 79.5 * GIB), "one device talks to nobody"
    assert usable_bytes(GIB, 4 * GIB) == 0


@pytest.mark.parametrize(("label", "devices"), [(0, 1), (-80, 1), (80, 0)])
def test_a_device_has_memory(label: float, devices: int) -> None:
    with pytest.raises(ValueError, match="a device has memory"):
        Room.of(label, devices=devices)


@pytest.mark.parametrize(
    ("low", "high", "kind", "verdict"),
    [(10, 60, "estimate", Verdict.FITS), (10, 77, "estimate", Verdict.UNCERTAIN),
     (79, 79, "estimate", Verdict.SHORT), (500, 900, "estimate", Verdict.SHORT),
     (79, float("inf"), "bound", Verdict.SHORT), (81, float("inf"), "bound", Verdict.IMPOSSIBLE),
     (10, float("inf"), "bound", Verdict.UNCERTAIN), (81, 81, "identity", Verdict.IMPOSSIBLE)],
)  # fmt: skip
def test_only_a_bound_above_the_whole_capacity_cannot_fit(
    low: float, high: float, kind: str, verdict: Verdict
) -> None:
    found = compare(Answer(low * GIB, high * GIB, "byte", kind, "a test"), Room.of(80))
    assert found.verdict is verdict
    most = 78.5 if kind == "estimate" else 80
    assert found.margin == (76 * GIB - high * GIB, most * GIB - low * GIB)


def test_only_bytes_are_compared() -> None:
    with pytest.raises(ValueError, match="not in token"):
        compare(Answer(1, 2, "token", "bound", "a test"), Room.of(80))


def test_7b_without_sharding_cannot_be_trained_on_80_gb() -> None:
    found = training_fit(LLAMA, Layout(data=8), Batch(4096), ADAM, Room.of(80))
    assert found.verdict is Verdict.IMPOSSIBLE and found.need.kind == "bound"
    assert found.margin[1] == pytest.approx(80 * GIB - 16 * 6.738e9, rel=1e-3)
    sharded = training_fit(LLAMA, Layout(data=8, zero=3), Batch(4096), ADAM, Room.of(80))
    assert sharded.verdict is Verdict.FITS and sharded.need.kind == "estimate"


def test_every_way_out_fits_and_the_solved_ones_are_the_last_that_do() -> None:
    room, layout, batch = Room.of(80), Layout(data=8, zero=2), Batch(4096, 4)
    ways = {w.name: w for w in ways_to_fit(LLAMA, layout, batch, ADAM, room)}
    assert {"full recomputation", "1 sequences a micro-batch"} <= set(ways)
    for way in ways.values():
        assert way.need <= room.usable[0]
        assert training_bytes(LLAMA, way.layout, way.batch, ADAM)[1] == way.need
    solved = next(w for n, w in ways.items() if n.startswith("sequences of"))
    longer = Batch(solved.value + 1, 4)
    assert training_bytes(LLAMA, layout, longer, ADAM)[1] > room.usable[0]


def test_the_fewest_devices_that_share_a_state() -> None:
    room, layout = Room.of(24), Layout(data=4, zero=3)
    batch = Batch(2048, recompute=Recompute.FULL, fused_loss=True)
    ways = {w.name: w for w in ways_to_fit(LLAMA, layout, batch, ADAM, room)}
    found = next(w for n, w in ways.items() if n.endswith("devices"))
    fewer = Layout(data=found.value - 1, zero=3)
    assert found.need <= room.usable[0] < training_bytes(LLAMA, fewer, batch, ADAM)[1]


def test_what_no_stage_alone_does_a_stage_and_recomputation_do() -> None:
    ways = [w.name for w in ways_to_fit(LLAMA, Layout(data=8), Batch(4096, 4), ADAM, Room.of(80))]
    assert "ZeRO-1 and full recomputation" in ways


def test_what_fits_needs_no_way_out() -> None:
    assert not list(ways_to_fit(LLAMA, Layout(data=8, zero=3), Batch(2048), ADAM, Room.of(80)))


def test_the_largest_that_fit() -> None:
    room, layout = Room.of(80), Layout(data=8, zero=3)
    batch = Batch(4096, recompute=Recompute.FULL)
    b = largest_micro_batch(LLAMA, layout, batch, ADAM, room)
    s = longest_sequence(LLAMA, layout, batch, ADAM, room)
    assert b > 1 and s > 4096

    def high(batch: Batch) -> float:
        return float(training_bytes(LLAMA, layout, batch, ADAM)[1])

    for fits, more in (
        (Batch(4096, b, recompute=Recompute.FULL), Batch(4096, b + 1, recompute=Recompute.FULL)),
        (Batch(s, recompute=Recompute.FULL), Batch(s + 1, recompute=Recompute.FULL)),
    ):
        assert high(fits) <= room.usable[0] < high(more)
    assert largest_micro_batch(LLAMA, Layout(data=8), batch, ADAM, room) == 0
    assert longest_sequence(LLAMA, Layout(data=8), batch, ADAM, room) == 0


def test_two_changes_are_named_only_where_neither_is_enough() -> None:
    room = Room.of(80)
    llama_13b = Decoder(40, 5120, 40, 40, 128, 13824, 32000)
    layout, batch = Layout(data=8, zero=1), Batch(4096)
    names = [way.name for way in ways_to_fit(llama_13b, layout, batch, ADAM, room)]
    assert "full recomputation" in names
    assert not any(" and " in name for name in names)
    plain = [way.name for way in ways_to_fit(llama_13b, replace(layout, zero=0), batch, ADAM, room)]
    assert "full recomputation" not in plain and "ZeRO-1 and full recomputation" in plain
