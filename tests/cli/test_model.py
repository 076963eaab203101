"""``tanaka model``: the calculators, as commands and what they print."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import training_layout as trained
from hwmodels.catalog import accelerators, find
from hwmodels.ceilings import DATASHEET_ROUNDING
from hwmodels.communication import ACROSS_CALL_SECONDS, NODE_CALL_SECONDS, collective_seconds
from hwmodels.compression_methods import codec_seconds, compression_gain
from hwmodels.efficiency import TRAINING
from hwmodels.fabric import Fabric
from hwmodels.formula import FORMULAS
from hwmodels.layout import Batch, Layout, decoder_of
from hwmodels.models import find_model
from hwmodels.optimizers import RECIPES
from hwmodels.serving import Load, Served, inference_memory, inference_memory_bound
from hwmodels.training_memory import training_memory, training_memory_bound
from hwmodels.training_time import training_rate
from tanaka.cli.calculators import formulas, registry
from tanaka.cli.calculators.arguments import example, measure, nearest
from tanaka.cli.refused import Refused
from tanaka.views.calculation import scaled, shown, spread

from .conftest import Run

PUBLISHED = Path(__file__).parents[1] / "hwmodels" / "published"


def rows(table: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# -- a formula ----------------------------------------------------------------------------------

ROOFLINE = ("roofline-time", "F=2TFLOP", "P=312TFLOP/s", "B=6GB", "W=2TB/s")


def test_a_formula_is_shown_with_its_values_its_kind_and_its_source(tanaka: Run) -> None:
    ran = tanaka("model", *ROOFLINE)
    assert ran.status == 0
    assert ran.err == ""
    assert ran.out == (
        "Time of a kernel when compute and memory traffic overlap perfectly: 6.41 ms\n"
        "\n"
        "  T = max(F / P, B / W)\n"
        "    = max(2 TFLOP / 312 TFLOP/s, 6 GB / 2 TB/s)\n"
        "    = 6.41 ms\n"
        "\n"
        "  kind        bound: nothing real passes it\n"
        "  convention  perfect overlap; B crosses to memory: what a cache keeps is not\n"
        "              in it\n"
        "  source      Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009\n"
    )


def test_a_formula_as_json(tanaka: Run) -> None:
    found = json.loads(tanaka("model", *ROOFLINE, "--output-format", "json").out)
    assert found["schema"] == "tanaka.model/1"
    assert found["model"] == "roofline-time"
    assert found["low"] == found["high"] == pytest.approx(2e12 / 312e12)
    assert (found["unit"], found["kind"]) == ("s", "bound")
    assert found["formula"] == "T = max(F / P, B / W)"
    assert found["source"].startswith("Williams")
    assert [(i["name"], i["low"], i["unit"]) for i in found["inputs"]] == [
        ("F", 2e12, "FLOP"), ("P", 312e12, "FLOP/s"), ("B", 6e9, "byte"), ("W", 2e12, "byte/s")
    ]  # fmt: skip
    assert found["terms"] == []


def test_a_range_gives_an_interval(tanaka: Run) -> None:
    ran = tanaka("model", "amdahl", "f=0.1..0.3", "s=10")
    assert "= 1.099 to 1.37\n" in ran.out
    found = json.loads(
        tanaka("model", "amdahl", "f=0.1..0.3", "s=10", "--output-format", "json").out
    )
    assert found["low"] == pytest.approx(1 / (0.9 + 0.01))
    assert found["high"] == pytest.approx(1 / (0.7 + 0.03))


def test_options_may_stand_anywhere(tanaka: Run) -> None:
    name, *rest = ROOFLINE
    wanted = tanaka("model", *ROOFLINE, "--output-format", "json")
    assert tanaka("model", "--output-format", "json", *ROOFLINE) == wanted
    assert tanaka("model", name, rest[0], "--output-format", "json", *rest[1:]) == wanted


def test_a_name_is_understood_with_underscores_and_capitals(tanaka: Run) -> None:
    assert tanaka("model", "Roofline_Time", *ROOFLINE[1:]) == tanaka("model", *ROOFLINE)


def test_every_formula_has_a_name_and_says_what_each_argument_is() -> None:
    named = formulas.named()
    ours = [f for f in FORMULAS if str(f.function.__module__).startswith("hwmodels.")]
    assert {id(f) for f in named.values()} == {id(f) for f in ours}
    for name, made in named.items():
        assert formulas.summary(made), name
        for argument in formulas.arguments(made):
            assert argument.help, (name, argument.name)


def test_every_formula_can_be_called_and_gives_what_it_computes(tanaka: Run) -> None:
    called = 0
    for name, made in formulas.named().items():
        values = {}
        for argument in made.args:
            low, high = made.domain.get(argument, (2.0, 8.0))
            values[argument] = low + (high - low) / 3 if low < 1 or high <= 1 else max(low, min(3.0, high))  # fmt: skip
        words = [
            f"{n}={v!r} {'' if made.unit_in[n] == '1' else made.unit_in[n]}"
            for n, v in values.items()
        ]
        try:
            wanted = made(**values)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue  # three is outside its validity: the next test is about that
        if isinstance(wanted, complex) or wanted != wanted:
            continue
        ran = tanaka("model", name, *words, "--output-format", "json")
        assert ran.status == 0, (name, ran.err)
        found = json.loads(ran.out)
        assert found["low"] == pytest.approx(wanted, rel=1e-9, abs=1e-300), name
        assert found["unit"] == made.unit_out
        called += 1
    assert called > 0.8 * len(formulas.named())


# -- refusals: one line, status 2 -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["rofline-time"], "rofline-time: no such model; did you mean roofline-time"),
        (["qqqq"], "qqqq: no such model; `tanaka model` lists all"),
        (["ridge", "P=312TFLOP", "W=2TB/s"], "P=312TFLOP: P is in FLOP/s, not in FLOP; try P=312TFLOP/s"),
        (["ridge", "P=3", "W=2TB/s"], "P=3: P is in FLOP/s; say which, as P=312TFLOP/s"),
        (["ridge", "P=3furlong", "W=2TB/s"], "no unit 'furlong' is known"),
        (["ridge", "P=fast", "W=2TB/s"], "P=fast: not a number"),
        (["ridge", "P=312TFLOP/s"], "ridge needs W (Memory bandwidth)"),
        (["ridge", "X=1", "P=312TFLOP/s", "W=2TB/s"], "X: ridge has no such argument; it takes P, W"),
        (["ridge", "P=1TFLOP/s", "P=1TFLOP/s", "W=2TB/s"], "P: given twice"),
        (["ridge", "312TFLOP/s"], "not of the form NAME=VALUE; ridge takes P, W"),
        (["amdahl", "f=0.3..0.1", "s=2"], "the range runs from 0.3 down to 0.1"),
        (["amdahl-limit", "f=1"], "divide by zero"),
        (["young-interval", "C=60s", "M=10s"], "young-interval: a job that fails before its checkpoint"),
        (["ridge", "P=312TFLOP/s", "W=2TB/s", "--svg", "x.svg"], "--svg: ridge has no drawing"),
        (["roofline", "part=V100", "precision=bf16"], "has no bf16 rate; it has fp16, fp32, fp64"),
        (["part", "A1000"], "A1000: no such part"),
        (["part", "a100-sxm4-80gbb"], "did you mean a100-sxm4-80gb"),
        (["shape", "llama-2-7"], "llama-2-7: no such model; did you mean llama-2-7"),
        (["memory", "devices=8"], "memory needs a model or N"),
        (["memory", "N=7B", "devices=6", "pp=4"], "not a multiple of tp x pp = 4"),
        (["memory", "N=7B", "recipe=adam"], "recipe=adam: one of mixed-adam-16"),
        (["memory", "N=7B", "zero=4"], "zero=4: a stage from 0 to 3"),
        (["memory", "N=7B", "sequence=2k"], "activations need the shape of a model"),
        (["memory", "N=7B", "devices=1.5"], "devices=1.5: takes a whole number"),
        (["allreduce", "devices=8", "size=1GB"], "allreduce needs bandwidth, or a part"),
        (["allreduce", "devices=8", "size=1GB", "bandwidth=1GB/s", "nodes=2"], "nodes and network go together"),
        (["allreduce", "devices=8", "size=1GB", "bandwidth=1GB/s", "nodes=3", "network=1GB/s"], "not a multiple of nodes = 3"),
        (["compression", "devices=8", "size=1GB", "ratio=2"], "needs encode"),
        (["memory", "model=deepseek-v3", "sequence=4096"], "leave out sequence"),
        (["memory", "model=llama-2-7b", "ep=2"], "ep: needs a model with experts"),
        (["allreduce", "devices=1", "size=1GB", "bandwidth=1GB/s"], "a whole number from 2 on"),
        (["training", "N=7B", "part=A100", "tokens=1T", "mfu=0.4", "tp=8"], "tp: counts where the step is estimated"),
        (["training", "model=llama-2-7b", "part=A100", "tokens=1T", "sequence=2k", "devices=8", "tp=3"], "not a multiple of tp x pp x cp = 3"),
        (["compression", "devices=8", "size=1GB", "ratio=1", "encode=1ms"], "ratio: how many times smaller"),
        (["failures", "nodes=9", "mtbf=10s", "write=600s"], "young_interval: a job that fails"),
        (["roofline", "part=A100", "points=a:b:c"], "is not LABEL:INTENSITY"),
        (["--svg", "x.svg"], "--svg: name a model"),
    ],
)  # fmt: skip
def test_bad_usage_is_one_line(tanaka: Run, words: list[str], line: str) -> None:
    ran = tanaka("model", *words)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("tanaka: ")
    assert ran.err.count("\n") == 1
    assert line in ran.err


def test_an_unknown_option_is_refused(tanaka: Run) -> None:
    ran = tanaka("model", *ROOFLINE, "--loud")
    assert ran.status == 2
    assert "unrecognized arguments: --loud" in ran.err


def test_a_folder_that_is_not_there(tanaka: Run, tmp_path: Path) -> None:
    ran = tanaka("model", "roofline", "part=A100", "--svg", tmp_path / "gone" / "x.svg")
    assert ran.status == 2
    assert ran.err.count("\n") == 1


# -- values with units ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("2TFLOP", "FLOP", 2e12),
        ("5EFLOP", "FLOP", 5e18),
        ("1e9B", "byte", 1e9),
        ("80GiB", "byte", 80 * 2**30),
        ("312TFLOPS", "FLOP/s", 312e12),
        ("7B", "parameter", 7e9),
        ("7B", "byte", 7.0),
        ("300e9", "token", 3e11),
        ("2T", "token", 2e12),
        ("64k", "1", 64e3),
        ("40%", "1", 0.4),
        ("1,024", "1", 1024.0),
        ("3 days", "s", 3 * 86400.0),
        ("10minutes", "s", 600.0),
        ("2years", "s", 2 * 365.25 * 86400),
        ("$2/h", "USD/s", 2 / 3600),
        ("16B/parameter", "byte/parameter", 16.0),
    ],
)
def test_a_value_in_its_base_unit(typed: str, unit: str, value: float) -> None:
    found = measure("x", typed, unit)
    assert found.low == found.high == pytest.approx(value)


@pytest.mark.parametrize("typed", ["10..20GB", "10GB..20GB", "10 GB..20 GB"])
def test_the_unit_of_a_range_may_stand_once(typed: str) -> None:
    assert (measure("S", typed, "byte").low, measure("S", typed, "byte").high) == (10e9, 20e9)


def test_an_example_of_every_unit_is_read() -> None:
    for made in FORMULAS:
        for unit in made.unit_in.values():
            assert measure("x", example(unit), unit).low > 0


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_measure_or_refused(typed: str) -> None:
    for unit in ("byte", "1", "s"):
        try:
            assert measure("x", typed, unit).low <= measure("x", typed, unit).high
        except Refused as error:
            assert "x=" in str(error)


@settings(max_examples=200)
@given(
    st.floats(1e-9, 1e24),
    st.sampled_from(["byte", "byte/s", "FLOP/s", "s", "W", "1", "token/s", "parameter"]),
)
def test_what_is_shown_is_the_value_to_its_digits(value: float, unit: str) -> None:
    one, name = scaled(value, unit)
    number, _, printed = shown(value, unit).partition(" ")
    back = float(number.replace(",", ""))
    if printed == name:  # a value that rounds up to the next prefix has another
        assert back * one == pytest.approx(value, rel=6e-4)
    assert spread(value, value, unit) == shown(value, unit)


def test_near_names_are_suggested_and_far_ones_are_not() -> None:
    assert nearest("roofline-tme", ["roofline-time", "ridge"]) == "did you mean roofline-time?"
    assert nearest("allreduce", ["ring-allreduce-bytes", "ridge"]) == "did you mean ring-allreduce-bytes?"  # fmt: skip
    assert nearest("xyz", ["roofline-time"]) == ""


# -- the list and the descriptions ----------------------------------------------------------------


def test_the_list_names_every_model_and_every_formula(tanaka: Run) -> None:
    ran = tanaka("model")
    assert ran.status == 0
    assert ran == tanaka("model", "--help")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.out.isascii()
    first = {
        line.split()[0] for line in ran.out.splitlines() if line.startswith("  ") and line[2] != " "
    }
    assert {c.name for c in registry.models()} | set(formulas.named()) <= first
    listed = json.loads(tanaka("model", "--output-format", "json").out)
    assert {f["name"] for f in listed["formulas"]} == set(formulas.named())


def test_a_description_has_units_domain_and_source(tanaka: Run) -> None:
    ran = tanaka("model", "young-interval", "--help")
    assert ran.status == 0
    assert ran == tanaka("model", "young-interval")
    assert "usage: tanaka model young-interval ARGUMENT=VALUE ..." in ran.out
    assert "  C  s  Time that training waits for one checkpoint\n" in ran.out
    assert "formula     T = sqrt(2 * C * M)" in ran.out
    assert "holds for   C < 2 * M: a job that fails before its checkpoint" in ran.out
    assert "source      Young," in ran.out


@pytest.mark.parametrize("name", [*registry._MODELS, "train", "collective"])
def test_every_model_has_a_description_with_an_example_that_runs(tanaka: Run, name: str) -> None:
    page = tanaka("model", name, "--help")
    assert page.status == 0
    assert page.out.isascii()
    assert max(map(len, page.out.splitlines())) <= 80
    found = registry.find(name)
    assert found.example
    ran = tanaka("model", name, *found.example)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.isascii()
    assert max(map(len, ran.out.splitlines())) <= 80
    document = json.loads(tanaka("model", name, *found.example, "--output-format", "json").out)
    assert document["model"] == found.name
    assert document["rows"]


@pytest.mark.parametrize(
    "name", ["memory", "decode", "roofline", "compression", "straggler", "failures"]
)
def test_a_model_is_drawn_into_a_file(tanaka: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "figure.svg"
    assert tanaka("model", name, *registry.find(name).example, "--svg", file).status == 0
    text = file.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg")
    assert len(text.encode()) < 70_000


# -- the models -----------------------------------------------------------------------------------


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


def test_the_models_need_neither_numpy_nor_the_engine() -> None:
    code = "import sys; from tanaka.cli.main import main; main(sys.argv[1:]); print(sorted(m for m in ('numpy', 'tanaka.analysis') if m in sys.modules))"
    for words in (ROOFLINE, ("memory", "N=7B")):
        done = subprocess.run(
            [sys.executable, "-c", code, "model", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]"
