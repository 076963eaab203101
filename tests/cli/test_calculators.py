"""The models of ``tanaka model``: their answers beside those of hwmodels and published figures."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from hwmodels import training_layout as trained
from hwmodels.catalog import accelerators, find
from hwmodels.ceilings import DATASHEET_ROUNDING
from hwmodels.communication import ACROSS_CALL_SECONDS, NODE_CALL_SECONDS, collective_seconds
from hwmodels.compression_methods import codec_seconds, compression_gain
from hwmodels.efficiency import TRAINING
from hwmodels.fabric import Fabric
from hwmodels.layout import Batch, Layout, decoder_of
from hwmodels.models import find_model
from hwmodels.optimizers import RECIPES
from hwmodels.serving import Load, Served, inference_memory, inference_memory_bound
from hwmodels.training_memory import training_memory, training_memory_bound
from hwmodels.training_time import training_rate
from tanaka.cli.calculators import registry
from tanaka.views.calculation import shown

from .conftest import Run

PUBLISHED = Path(__file__).parents[1] / "hwmodels" / "published"


def rows(table: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answer(tanaka: Run, *words: str) -> dict[str, Any]:
    """The JSON of a call that works, its rows and notes by name."""
    ran = tanaka("model", *words, "--output-format", "json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    found["rows"] = {r["name"]: r for r in found["rows"]}
    found["notes"] = {n["name"]: n["text"] for n in found["notes"]}
    return found


def test_memory_of_zero_table_1(tanaka: Run) -> None:
    # ZeRO, figure 1: 7.5 billion parameters on 64 devices, 16 bytes a parameter.
    for stage, gigabytes in ((0, 120), (1, 31.4), (2, 16.6), (3, 1.9)):
        found = answer(tanaka, "memory", "N=7.5B", "devices=64", f"zero={stage}")
        assert found["high"] == pytest.approx(gigabytes * 1e9, rel=0.02)
        assert found["kind"] == "identity"
        assert sum(t["high"] for t in found["terms"]) == pytest.approx(found["high"])


def test_a_state_that_cannot_fit_says_what_would(tanaka: Run) -> None:
    # 13e9 parameters x 16 B = 208 GB against the 80 GiB of the part.
    found = answer(tanaka, "memory", "N=13B", "part=A100-80GB", "devices=8")
    assert found["high"] == 208e9
    assert found["notes"]["cannot fit"].startswith("122.1 to ")
    assert found["notes"]["state fits with"] == "ZeRO-1: 71.5 GB"
    assert found["notes"]["at least"].startswith("3 devices")
    again = answer(tanaka, "memory", "N=13B", "part=A100-80GB", "devices=8", "zero=1")
    assert again["high"] == pytest.approx(4 * 13e9 + 12 * 13e9 / 8)
    assert again["notes"]["state fits"].endswith(" GB left")
    assert again["notes"]["not known"].startswith("activations;")


def test_a_verdict_is_given_for_each_variant_where_they_differ(tanaka: Run) -> None:
    found = answer(tanaka, "memory", "N=3B", "part=A100")
    assert found["notes"]["cannot fit"].endswith("A100 PCIe 40GB, NVIDIA A100 SXM4 40GB")
    assert found["notes"]["state fits"].endswith("A100 PCIe 80GB, NVIDIA A100 SXM4 80GB")
    assert "fits" not in found["notes"]


TRAINED = ("model=llama-2-13b", "part=A100-80GB", "devices=8", "pp=4", "sequence=4096", "micro-batches=8")  # fmt: skip


def test_memory_of_a_step_is_that_of_hwmodels(tanaka: Run) -> None:
    model = find_model("llama-2-13b")
    assert model is not None
    decoder, recipe = decoder_of(model), RECIPES["mixed-adam-16"]
    layout = Layout(pipeline=4, data=2)
    wanted = training_memory(decoder, layout, Batch(4096, 1, 8), recipe)
    found = answer(tanaka, "memory", *TRAINED)
    assert (found["low"], found["high"]) == (wanted.low, wanted.high)
    assert found["kind"] == "estimate"
    assert {t["name"]: t["high"] for t in found["terms"]} == {t.name: t.high for t in wanted.terms}
    bound = training_memory_bound(decoder, layout, recipe)
    assert found["rows"]["state"]["low"] == bound.low <= wanted.low
    assert found["rows"]["state"]["high"] is None
    # Weights and gradients of a quarter of the layers and one table, 2 B each.
    held = decoder.layers / 4 * decoder.dense_layer + decoder.table
    assert found["rows"]["weights"]["high"] == pytest.approx(2 * held)


def test_each_way_out_that_is_named_is_one(tanaka: Run) -> None:
    found = tanaka("model", "memory", *TRAINED).out
    assert "= uncertain: between " in found
    ways = {"full recomputation": "recompute=full", "ZeRO-1": "zero=1", "tensor parallelism of 2": "tp=2"}  # fmt: skip
    for name, word in ways.items():
        assert f"= fits with: {name}: at most " in found
        devices = "devices=16" if word == "tp=2" else "devices=8"
        words = [w for w in TRAINED if not w.startswith("devices")]
        assert "fits" in answer(tanaka, "memory", *words, devices, word)["notes"], name


def test_a_step_is_drawn_with_its_four_phases(tanaka: Run, tmp_path: Path) -> None:
    file = tmp_path / "figure.svg"
    assert tanaka("model", "memory", *TRAINED, "--svg", file).status == 0
    text = "".join(ET.fromstring(file.read_text("utf-8")).itertext())
    for word in ("forward", "backward", "optimizer", "stage 3"):
        assert word in text


def test_memory_of_inference_is_that_of_hwmodels(tanaka: Run) -> None:
    # Llama-2-7B: 2 x 32 layers x 32 heads x 128 x 2 B = 524,288 B of cache a position.
    words = ("memory", "model=llama-2-7b", "for=inference", "batch=16", "context=4096")
    found = answer(tanaka, *words)
    served = Served(6738415616, 2.0, 524288.0, 32, 0.0, 4096, 11008)
    wanted = inference_memory(served, Load(16, 4096))
    assert (found["low"], found["high"]) == (wanted.low, wanted.high)
    assert found["rows"]["cache"]["high"] == 16 * 4096 * 524288
    assert found["rows"]["weights"]["high"] == 2 * 6738415616
    bound = inference_memory_bound(served, Load(16, 4096))
    assert found["rows"]["no less than"]["low"] == bound.low
    # 40 GiB hold less than the bound, 80 GiB more than the high estimate.
    assert "at least 4.887 GB short" in answer(tanaka, *words, "part=A100-SXM4-40GB")["notes"]["cannot fit"]  # fmt: skip
    assert "fits" in answer(tanaka, *words, "part=A100-SXM4-80GB")["notes"]


def test_a_latent_cache_is_whole_on_every_device(tanaka: Run) -> None:
    # DeepSeek-V3: (512 + 64) x 61 layers x 2 B = 70,272 B a position, for all heads together.
    found = answer(tanaka, "memory", "model=deepseek-v3", "for=inference", "devices=8", "batch=64",
                   "context=4096", "weights=1B/parameter", "part=H200")  # fmt: skip
    assert found["rows"]["cache"]["high"] == 64 * 4096 * 70272
    assert "shared" not in found["rows"]["cache"]["text"]
    assert found["rows"]["weights"]["text"].endswith(", shared by 8")


def test_a_step_that_cannot_fit_is_proved_by_its_state(tanaka: Run) -> None:
    # 69e9 parameters x 16 B = 1.104 TB on each: 13 parts of 85.9 GB, were it all sharded.
    found = answer(tanaka, "memory", "model=llama-2-70b", "part=A100-80GB", "devices=8", "sequence=4096")  # fmt: skip
    short = 16 * decoder_parameters("llama-2-70b") - 80 * 2**30
    assert found["notes"]["cannot fit"] == f"at least {shown(short, 'byte')} short"
    assert found["notes"]["at least"].startswith("13 devices")
    assert "no one change" in found["notes"]


def decoder_parameters(name: str) -> float:
    model = find_model(name)
    assert model is not None
    return float(decoder_of(model).parameters)


def test_the_sequences_there_is_room_for_fit_and_one_more_may_not(tanaka: Run) -> None:
    words = ("memory", "model=llama-2-7b", "for=inference", "context=4096", "part=A100-SXM4-80GB")
    room = int(answer(tanaka, *words)["notes"]["room for"].split()[0])
    assert "fits" in answer(tanaka, *words, f"batch={room}")["notes"]
    assert "fits" not in answer(tanaka, *words, f"batch={room + 1}")["notes"]


def test_a_window_is_counted_in_the_bound_of_a_cache(tanaka: Run) -> None:
    model = find_model("mistral-7b")
    assert model is not None
    assert model.window is not None
    found = answer(tanaka, "memory", "model=mistral-7b", "for=inference", "context=32k")
    assert found["rows"]["cache"]["low"] == pytest.approx(model.kv_bytes_of(32e3, 2.0))
    assert found["rows"]["cache"]["high"] == pytest.approx(32e3 * model.kv_bytes(2.0))
    assert found["rows"]["no less than"]["low"] == pytest.approx(
        2 * model.parameters + model.kv_bytes_of(32e3, 2.0)
    )


def test_training_of_llama_2_takes_its_published_hours(tanaka: Run) -> None:
    # Touvron et al., Llama 2, table 2: 70B took 1,720,320 hours of A100-80GB for 2.0T tokens.
    found = answer(tanaka, "training", "model=llama-2-70b", "part=A100-SXM4-80GB", "devices=2048",
                   "tokens=2T", "mfu=0.4..0.5", "price=$2/h")  # fmt: skip
    hours = found["rows"]["device-hours"]
    assert hours["low"] < 1_720_320 < hours["high"]
    assert found["rows"]["cost"]["high"] == pytest.approx(2 * hours["high"])
    assert found["high"] == pytest.approx(hours["high"] / 2048 * 3600)
    assert found["kind"] == "estimate"


def test_a_step_of_training_is_that_of_hwmodels(tanaka: Run) -> None:
    words = ("training", "model=llama-2-70b", "part=A100-SXM4-80GB", "devices=2048", "tokens=2T",
             "sequence=4096", "tp=8", "pp=4", "micro-batches=16", "network=25GB/s")  # fmt: skip
    model, (part,) = find_model("llama-2-70b"), find("A100-SXM4-80GB")
    assert model is not None
    layout = trained.Layout(4096, 1, 16, 8, 4, 1, 1, 64)
    wanted = training_rate(trained.Shape.of(model), layout, trained.Machine.of(part, 25e9))
    found = answer(tanaka, *words)
    assert (found["rows"]["rate"]["low"], found["rows"]["rate"]["high"]) == (
        wanted.low,
        wanted.high,
    )
    assert found["low"] == pytest.approx(2e12 / wanted.high)
    assert found["high"] == pytest.approx(2e12 / wanted.low)
    assert found["kind"] == "estimate"
    hours = found["rows"]["device-hours"]
    assert hours["high"] == pytest.approx(2048 * 2e12 / wanted.low / 3600)
    mfu = found["rows"]["MFU"]
    assert mfu["low"] == pytest.approx(wanted.low * 6 * model.parameters / (2048 * 312e12))
    assert mfu["high"] == pytest.approx(wanted.high * 6 * model.parameters / (2048 * 312e12))
    step = found["rows"]["step"]
    assert step["low"] == pytest.approx(16 * 64 * 4096 / wanted.high)
    # The share that follows gives the same time where it is put in again.
    again = answer(tanaka, *words[:5], f"mfu={mfu['low']!r}")
    assert again["high"] == pytest.approx(found["high"])


def test_the_step_of_a_measured_run_is_as_long_as_it_was(tanaka: Run) -> None:
    # NVIDIA dgxc-benchmarking, Llama 3.1 8B in BF16 on 8 H100: 12.27 s a step of 128 x 8192 tokens.
    found = answer(tanaka, "training", *registry.find("training").example)
    step = found["rows"]["step"]
    assert step["low"] < 12.27 < step["high"]
    assert found["rows"]["rate"]["low"] < 8 * 10_682 < found["rows"]["rate"]["high"]


def test_without_tokens_one_step_is_timed(tanaka: Run) -> None:
    words = ("training", "model=llama-3-8b", "part=H100-SXM5-80GB", "devices=8", "sequence=8192", "micro-batches=16")  # fmt: skip
    found = answer(tanaka, *words)
    step = found["rows"]["step"]
    assert found["low"] == pytest.approx(8 * 16 * 8192 / found["rows"]["rate"]["high"])
    assert found["high"] == pytest.approx(step["high"])
    said = tanaka("model", "training", "N=7B", "part=A100-SXM4-80GB", "devices=8")
    assert said.status == 2
    assert "needs tokens" in said.err and "a step that it can estimate" in said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["N=7B"], "N alone has no shape"),
        (["model=llama-2-7b"], "give sequence"),
        (["model=llama-2-7b", "sequence=4096", "devices=16"], "give network"),
        (["model=llama-2-7b", "sequence=4096", "devices=2", "pp=2"], "for stages"),
        (["model=deepseek-v3", "sequence=4096"], "its layers are not plain and alike"),
    ],
)
def test_what_a_step_cannot_be_estimated_without_is_said(
    tanaka: Run, words: list[str], why: str
) -> None:
    found = answer(tanaka, "training", "part=A100-SXM4-80GB", "tokens=1T", *words)
    assert why in found["notes"]["step not estimated"]
    # PaLM, table 3: 21.3 to 46.2 % of the peak.
    assert found["rows"]["reached"]["low"] == pytest.approx(0.21 * 312e12)
    assert "rate" not in found["rows"]


def test_decode_is_bounded_by_the_bandwidth_and_a_batch_raises_it(tanaka: Run) -> None:
    one = answer(tanaka, "decode", "model=llama-2-7b", "part=A100-SXM4-80GB")
    assert one["kind"] == "bound"
    # 2,039 GB/s on the datasheet, with the room for rounding that every ceiling leaves.
    assert one["high"] == pytest.approx(DATASHEET_ROUNDING * 2.039e12 / one["rows"]["pass"]["high"])
    assert one["verified"] is True
    many = answer(tanaka, "decode", "model=llama-2-7b", "part=A100-SXM4-80GB", "batch=64")
    assert many["high"] == pytest.approx(64 * one["high"])
    assert (
        "at most 157.4" in tanaka("model", "decode", "model=llama-2-7b", "part=A100-SXM4-80GB").out
    )


def test_the_likely_rate_of_decoding_is_below_its_bound(tanaka: Run) -> None:
    for batch in (1, 8, 64):
        found = answer(tanaka, "decode", "model=llama-2-7b", "part=A100-SXM4-80GB", f"batch={batch}", "context=1k")  # fmt: skip
        likely = found["rows"]["likely"]
        assert 0 < likely["low"] < likely["high"] <= found["high"]


def test_a_point_above_the_roof_is_not_possible(tanaka: Run) -> None:
    found = answer(
        tanaka, "roofline", "part=A100-SXM4-80GB", "points=fast:1000@389TFLOP/s,ok:1000@200TFLOP/s"
    )
    assert found["notes"]["fast"].endswith("125 % of the roof: not possible")
    assert found["notes"]["ok"] == "200 TFLOP/s is 64.1 % of the roof"
    # 0.1 FLOP/B x 2,039 GB/s, and the rounding of datasheets above it.
    most = DATASHEET_ROUNDING * 0.1 * 2.039e12
    for factor, word in ((0.999, ": above the printed roof"), (1.001, ": not possible")):
        point = f"points=x:0.1@{factor * most!r}FLOP/s"
        assert answer(tanaka, "roofline", "part=A100-SXM4-80GB", point)["notes"]["x"].endswith(word)
    assert found["high"] == pytest.approx(312 / 2.039)


def test_a_part_that_runs_above_its_printed_clock_breaks_no_bound(tanaka: Run) -> None:
    # H100 SXM prints 989.4 TFLOP/s at 1830 MHz and runs at up to 1980.
    found = answer(tanaka, "roofline", "part=H100-SXM", "points=boosted:2000@1030TFLOP/s")
    assert found["notes"]["boosted"].endswith("above the printed roof")
    decode = answer(tanaka, "decode", "model=llama-2-7b", "part=H100-SXM", "batch=4000")
    assert "compute" in decode["notes"]["bound by"]
    assert decode["high"] > 1.08 * decode["rows"]["compute roof"]["high"]


def test_an_all_reduce_faster_than_its_bound_is_not_possible(tanaka: Run) -> None:
    words = ("allreduce", "devices=8", "size=1GB", "bandwidth=100GB/s")
    found = answer(tanaka, *words, "time=20ms")
    # All of it leaves each device once, whoever adds; 2 x 7/8 of it where the devices do.
    assert found["high"] == pytest.approx(1 / 100)
    assert found["rows"]["devices add"]["high"] == pytest.approx(2 * 7 / 8 / 100)
    assert found["rows"]["bus bandwidth"]["high"] == pytest.approx(1.75e9 / 20e-3)
    assert found["notes"] == {}
    assert "a switch adds" in answer(tanaka, *words, "time=10ms")["notes"]
    assert "not possible" in answer(tanaka, *words, "time=9.9ms")["notes"]


@pytest.mark.parametrize("row", rows("collective_rates"), ids=lambda r: f"{r['devices']}x{r['link_gb']}-{r['in_network']}-{r['payload']}")  # fmt: skip
def test_no_measured_all_reduce_is_said_to_be_impossible(tanaka: Run, row: dict[str, str]) -> None:
    devices, nodes, size = int(row["devices"]), int(row["nodes"]), int(row["payload"])
    network: tuple[str, ...]
    if nodes > 1:
        network = f"nodes={nodes}", f"network={row['link_gb']}GB/s", "bandwidth=450GB/s"
    else:
        network = (f"bandwidth={row['link_gb']}GB/s",)
    bus = float(row["printed_bus_gb"]) * 1e9
    time = 2 * (devices - 1) / devices * size / bus
    found = answer(tanaka, "allreduce", f"devices={devices}", f"size={size}B", *network, f"time={time!r}s")  # fmt: skip
    assert "not possible" not in found["notes"]
    assert found["rows"]["bus bandwidth"]["high"] == pytest.approx(bus)
    assert ("a switch adds" in found["notes"]) == (time < found["rows"]["devices add"]["low"])


def test_eight_h200_pass_what_devices_alone_can(tanaka: Run) -> None:
    # Bekman, ML Engineering, all-reduce-8xH200: 16 GiB at 275.58 GB/s, summed in the switch.
    words = ("allreduce", "devices=8", "size=16GiB", "part=H200", "sums=switch")
    found = answer(tanaka, *words, f"time={2**34 / 275.58e9!r}s")
    assert found["rows"]["likely"]["low"] < 2**34 / 275.58e9 < found["rows"]["likely"]["high"]
    assert set(found["notes"]) == {"a switch adds"}


def test_the_likely_all_reduce_is_that_of_hwmodels(tanaka: Run) -> None:
    wanted = collective_seconds("all-reduce", 8, 4e9, 300e9, call=NODE_CALL_SECONDS)
    likely = answer(tanaka, "allreduce", "devices=8", "size=4GB", "part=A100-SXM4-80GB")["rows"]["likely"]  # fmt: skip
    assert (likely["low"], likely["high"]) == (wanted.low, wanted.high)
    # Bekman: 233.88 GB/s of bus bandwidth on 8 A100 at 4 GiB.
    assert wanted.low < 1.75 * 4e9 / 233.88e9 < wanted.high


def test_an_all_reduce_over_nodes_is_that_of_a_fabric(tanaka: Run) -> None:
    fabric = Fabric(8, 450e9, 50e9)
    found = answer(tanaka, "allreduce", "devices=32", "nodes=4", "network=50GB/s", "size=4GB", "bandwidth=450GB/s")  # fmt: skip
    likely = fabric.allreduce(4, 4e9, call=ACROSS_CALL_SECONDS)
    assert found["low"] == fabric.allreduce_bound(4, 4e9).low
    assert found["rows"]["devices add"]["low"] == fabric.allreduce_bound(4, 4e9, in_network=False).low  # fmt: skip
    assert (found["rows"]["likely"]["low"], found["rows"]["likely"]["high"]) == (likely.low, likely.high)  # fmt: skip


def test_a_bound_on_what_nobody_checked_is_said_to_be_none(tanaka: Run) -> None:
    part = next(p for p in accelerators() if p.link is not None and not p.link.verified)
    words = ("allreduce", "devices=8", "size=1GB", f"part={part.id}", "time=1ns")
    found = answer(tanaka, *words)
    assert found["verified"] is False
    assert "not possible" not in found["notes"]
    out = tanaka("model", *words).out
    assert "kind        bound, not verified: no proof; nobody checked the bandwidth" in out
    assert "(not verified)" in out.splitlines()[0] + out.splitlines()[1]
    assert "nothing real passes it" not in out
    part = next(p for p in accelerators() if not p.bandwidth.verified)
    decoded = tanaka("model", "decode", "model=llama-2-7b", f"part={part.id}").out
    assert "bound, not verified" in decoded
    assert "nothing real passes it" not in decoded


def test_compression_breaks_even_where_it_gains_nothing(tanaka: Run) -> None:
    words = ("compression", "devices=16", "size=1.4GB", "ratio=100", "encode=60ms")
    even = answer(tanaka, *words)["high"]
    at = answer(tanaka, *words, f"bandwidth={even!r}B/s")["rows"]["gain"]
    assert at["low"] == at["high"] == pytest.approx(1.0)
    assert "pays" in answer(tanaka, *words, "bandwidth=1GB/s")["notes"]
    assert "does not pay" in answer(tanaka, *words, "bandwidth=100GB/s")["notes"]


def test_a_method_that_is_gathered_sends_more_with_every_device(tanaka: Run) -> None:
    words = ("compression", "devices=16", "size=1.4GB", "ratio=100", "bandwidth=1.25GB/s",
             "part=A100-SXM4-80GB", "method=top-k")  # fmt: skip
    found = answer(tanaka, *words)
    assert found["rows"]["compressed"]["high"] == pytest.approx(15 * 14e6)
    # STREAM-like kernels reach 0.80 to 0.92 of 2,039 GB/s (hwmodels.efficiency).
    reached = TRAINING["memory"].slow * 2.039e12, TRAINING["memory"].fast * 2.039e12
    cost = codec_seconds("top-k", 16, 1.4e9, 14e6, reached)
    gain = compression_gain("top-k", 16, 1.4e9, 14e6, link=(1.25e9, 1.25e9), cost=(cost.low, cost.high))  # fmt: skip
    step = found["rows"]["off a step"]
    assert (step["low"], step["high"]) == (pytest.approx(gain.low), pytest.approx(gain.high))
    assert found["low"] == pytest.approx((2 * 15 / 16 * 1.4e9 - 15 * 14e6) / cost.high)
    many = answer(tanaka, "compression", "devices=512", *words[2:])
    assert many["high"] == 0
    assert set(many["notes"]) == {"does not pay", "never pays"}


def test_codes_that_add_up_go_as_a_ring(tanaka: Run) -> None:
    words = ("compression", "devices=16", "size=1.4GB", "ratio=100", "encode=60ms")
    assert answer(tanaka, *words, "method=powersgd")["high"] == pytest.approx(answer(tanaka, *words)["high"])  # fmt: skip


def test_the_slowest_of_many_is_slower_and_within_the_bound(tanaka: Run) -> None:
    few = answer(tanaka, "straggler", "workers=8", "step=1s", "spread=5%")
    many = answer(tanaka, "straggler", "workers=512", "step=1s", "spread=5%")
    assert 1 < few["low"] < many["low"]
    assert many["high"] <= many["rows"]["any distribution"]["high"]
    assert many["rows"]["normal"]["high"] == pytest.approx(1 + 0.05 * 3.04, rel=2e-3)


def test_no_interval_loses_less_than_the_best(tanaka: Run) -> None:
    words = ("failures", "nodes=1024", "mtbf=5years", "write=60s")
    best = answer(tanaka, *words)
    interval = best["rows"]["best interval"]["high"]
    for factor in (0.3, 0.7, 1.5, 4):
        other = answer(tanaka, *words, f"interval={factor * interval!r}s")
        assert other["high"] <= best["high"] + 1e-4


def test_a_name_for_several_parts_shows_them_all(tanaka: Run) -> None:
    out = tanaka("model", "part", "A100-80GB").out
    assert out.startswith("A100-80GB: one of 2 variants\n")
    assert "a100-pcie-80gb" in out
    assert "a100-sxm4-80gb" in out
    assert "(unverified)" in out
    assert tanaka("model", "part", "A100", "80GB").out == tanaka("model", "part", "A100 80GB").out
